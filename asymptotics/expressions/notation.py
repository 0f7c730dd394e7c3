"""Expressions as plain text, and how it is read back; ``latex_reader`` does the same for LaTeX.

Plain text uses the names that the functions of this package take: ``weight_decay`` for lambda, which Python
reserves, ``noise_variance`` for Delta, ``source`` for r; the rest have the names of ``symbols``.  The decay
is ``gamma``, the function ``Gamma``.  It is an expression of Python, so any program can evaluate it that has
names for the functions in it; a quotient of integers is exact.

The reader executes nothing that it reads.  It parses, and builds from a list of names, functions and
operations, within bounds (``building``); text from anywhere may be given to it.  SymPy's own readers
evaluate text as a program, and make other symbols of the same names, without assumptions.  Products and sums
are built in one step from all their members, as they were built when they were derived, so that what is read
is equal (==) to what was written.  Integrals without a closed form (``mellin_integral``) and functions
defined by an equation (``implicit_functions``) are written, and refused by the reader.

In this order: ``NAMES``, ``FUNCTIONS``, ``write_expression``, ``read_expression``.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import And, Expr, Or, S, Symbol, oo, pi
from sympy.printing.str import StrPrinter

from asymptotics import symbols
from asymptotics.expressions.building import (
    LONGEST,
    Unreadable,
    call,
    check_size,
    choice,
    comparison,
    number,
    power,
    product,
    total,
)
from asymptotics.expressions.checks import InvalidArgument, require

NAMES: Mapping[str, Symbol] = {
    "n_eff": symbols.n_eff,
    "d": symbols.d,
    "weight_decay": symbols.weight_decay,
    "noise_variance": symbols.noise_variance,
    "gamma": symbols.gamma,
    "source": symbols.source,
    "width": symbols.width,
    "a": symbols.a,
    "ell": symbols.ell,
    "b": symbols.b,
    "rho": symbols.rho,
    "index": symbols.index,
    "weight": symbols.weight,
}
"""The name of each symbol that a law, or a part of it, may hold."""

FUNCTIONS: Mapping[str, Callable[..., Expr]] = {
    "Gamma": sympy.gamma,
    "zeta": sympy.zeta,
    "polygamma": sympy.polygamma,
    "LambertW": sympy.LambertW,
    "log": sympy.log,
    "exp": sympy.exp,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "atan": sympy.atan,
    "erf": sympy.erf,
    "erfc": sympy.erfc,
    "Abs": sympy.Abs,
    "Max": sympy.Max,
    "Min": sympy.Min,
}
"""The name of each function that it may hold; ``sqrt`` and ``Piecewise`` are read besides."""

_CONSTANTS: Mapping[str, Expr] = {"pi": pi}

_PARTS = "made of names, numbers, functions and + - * / **"

_INFINITE: Mapping[str, Expr] = {"oo": oo, "-oo": -oo}

_RELATIONS: Mapping[type[ast.cmpop], Callable[[Expr, Expr], Any]] = {
    ast.Lt: sympy.StrictLessThan,
    ast.LtE: sympy.LessThan,
    ast.Gt: sympy.StrictGreaterThan,
    ast.GtE: sympy.GreaterThan,
}


class _TextPrinter(StrPrinter):  # type: ignore[misc]
    """SymPy's text with the names above."""

    _symbol_names = {symbol: name for name, symbol in NAMES.items()}  # noqa: RUF012
    _function_names = {function: name for name, function in FUNCTIONS.items()}  # noqa: RUF012

    def _print_Symbol(self, expr: Symbol) -> str:  # noqa: N802
        return self._symbol_names.get(expr, str(expr.name))

    def _print_Function(self, expr: Any) -> str:  # noqa: N802
        name = self._function_names.get(expr.func, expr.func.__name__)
        return f"{name}({', '.join(map(self._print, expr.args))})"

    _print_LatticeOp = _print_Function  # Max and Min  # noqa: N815


def write_expression(expression: Expr) -> str:
    """An expression as plain text, which Python and ``read_expression`` can read, but for its integrals.

    >>> from asymptotics.symbols import d, gamma, n_eff, weight_decay
    >>> write_expression(sympy.gamma(1 / gamma) * (weight_decay * d / n_eff) ** 2)
    'd**2*weight_decay**2*Gamma(1/gamma)/n_eff**2'
    """
    return str(_TextPrinter().doprint(expression))


def read_expression(text: str) -> Expr:
    """The expression that a text says, in the symbols of this package; nothing of it is executed.

    Args:
        text: as ``write_expression`` writes it, or anything else in its names and functions, with + - * / **
            and numbers; a decimal fraction is taken as it is written, exactly.  Comparisons, ``and`` and
            ``or`` are the conditions in ``Piecewise((value, condition), ...)`` and stand nowhere else; so
            does infinity, but for a text that is ``oo`` or ``-oo``.

    Raises:
        InvalidArgument: when the text is anything else, or too long or too deep (``building``), or when a
            value on the way is infinite, undefined or too large to be written out; it quotes what cannot be
            read.

    >>> read_expression("2*gamma/(2*gamma - 1)*(weight_decay*sqrt(d)/n_eff)**(2 - 1/gamma)").free_symbols == {
    ...     symbols.gamma, symbols.weight_decay, symbols.d, symbols.n_eff
    ... }
    True
    >>> read_expression("0.12345678901234567890")
    1234567890123456789/10000000000000000000
    >>> read_expression("__import__('os').getcwd()")
    Traceback (most recent call last):
        ...
    asymptotics.InvalidArgument: text=__import__('os').getcwd: must be one of the functions Abs, ...
    """
    require(isinstance(text, str), "text", text, "a string")
    require(len(text) <= LONGEST, "text", text, f"at most {LONGEST} characters")
    require(text.isascii() and "#" not in text, "text", text, "an expression in ASCII, without comments")
    line = " ".join(text.split())
    if line in _INFINITE:
        return _INFINITE[line]
    try:
        tree = ast.parse(line, mode="eval")
        _check_size(line, tree)
        return _Reader(line).value(tree.body)
    except InvalidArgument:
        raise
    except Unreadable as error:
        raise _refusal(line, str(error)) from error
    except (SyntaxError, ValueError, TypeError, AttributeError, RecursionError, MemoryError) as error:
        raise _refusal(line, "one expression in the names and functions of a law") from error


def _refusal(part: str, allowed: str) -> InvalidArgument:
    return InvalidArgument(f"text={part if len(part) <= 60 else part[:57] + '...'}: must be {allowed}")


def _check_size(line: str, tree: ast.AST) -> None:
    """Refuse what SymPy would take long to build, by counting."""
    nodes = list(ast.walk(tree))
    called = [
        node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    choices = sum(name in ("Max", "Min") for name in called) + sum(isinstance(x, ast.Compare) for x in nodes)
    levels = itertools.accumulate((x in "([") - (x in ")]") for x in line)
    check_size(len(called), choices, max(levels, default=0))


@dataclass(frozen=True)
class _Reader:
    """One line of text, by whose places its parts are quoted and its numbers read."""

    line: str

    def source(self, node: ast.expr) -> str:
        return self.line[node.col_offset : node.end_col_offset]

    def value(self, node: ast.expr) -> Expr:
        """What a node of the parsed text stands for."""
        try:
            if isinstance(node, ast.Constant | ast.Name):
                return self._atom(node)
            return self._call(node) if isinstance(node, ast.Call) else self._operation(node)
        except Unreadable as error:
            raise _refusal(self.source(node), str(error)) from error

    def _atom(self, node: ast.Constant | ast.Name) -> Expr:
        if isinstance(node, ast.Constant):
            if type(node.value) not in (int, float):
                raise Unreadable(_PARTS)
            return number(self.source(node))
        value = NAMES.get(node.id, _CONSTANTS.get(node.id))
        if value is None:
            raise Unreadable(f"one of the names {', '.join((*NAMES, *_CONSTANTS))}")
        return value

    def _operation(self, node: ast.expr) -> Expr:
        match node:
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return total([*self._summands(node, 1)])
            case ast.BinOp(op=ast.Mult() | ast.Div()) | ast.UnaryOp(op=ast.USub()):
                return product([*self._factors(node, 1)])
            case ast.UnaryOp(op=ast.UAdd()):
                return self.value(node.operand)
            case ast.BinOp(op=ast.Pow()):
                return power(self.value(node.left), self.value(node.right))
            case ast.Compare() | ast.BoolOp() | ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
                raise Unreadable("a number: comparisons, and, or stand in the conditions of Piecewise alone")
        raise Unreadable(_PARTS)

    def _summands(self, node: ast.expr, sign: int) -> Iterator[Expr]:
        """All members of a sum, however nested by its signs."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            yield from self._summands(node.left, sign)
            yield from self._summands(node.right, sign if isinstance(node.op, ast.Add) else -sign)
        elif sign == 1:
            yield self.value(node)
        else:
            yield product([S.NegativeOne, *self._factors(node, 1)])

    def _factors(self, node: ast.expr, sign: int) -> Iterator[Expr]:
        """All members of a product, a quotient or its negative, raised to 1 or -1."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
            yield from self._factors(node.left, sign)
            if isinstance(node.op, ast.Mult):
                yield from self._factors(node.right, sign)
            else:
                yield from self._divisors(node.right, sign)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield S.NegativeOne
            yield from self._factors(node.operand, sign)
        else:
            value = self.value(node)
            yield value if sign == 1 else power(value, S.NegativeOne)

    def _divisors(self, node: ast.expr, sign: int) -> Iterator[Expr]:
        """What divides, upside down: a 0 in it is refused wherever it ends, as that in d/(1/0)."""
        for factor in self._factors(node, -sign):
            if factor == 0:
                raise _refusal(self.source(node), "other than 0, for it divides")
            yield factor

    def _call(self, node: ast.Call) -> Expr:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if node.keywords:
            raise Unreadable(_PARTS)
        if name == "Piecewise":
            return choice([self._piece(argument) for argument in node.args])
        if name != "sqrt" and name not in FUNCTIONS:
            allowed = ", ".join(sorted((*FUNCTIONS, "Piecewise", "sqrt")))
            raise _refusal(self.source(node.func), f"one of the functions {allowed}")
        arguments = [self.value(argument) for argument in node.args]
        if name == "sqrt":
            (argument,) = arguments
            return power(argument, S.Half)
        return call(FUNCTIONS[name], arguments)

    def _piece(self, node: ast.expr) -> tuple[Expr, Any]:
        if not (isinstance(node, ast.Tuple) and len(node.elts) == 2):
            raise _refusal(self.source(node), "a pair (expression, condition)")
        value, condition = node.elts
        try:
            return self.value(value), self._condition(condition)
        except Unreadable as error:
            raise _refusal(self.source(condition), str(error)) from error

    def _condition(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=True):
                return S.true
            case ast.BinOp(op=ast.BitAnd(), left=left, right=right):
                return And(self._condition(left), self._condition(right))
            case ast.BinOp(op=ast.BitOr(), left=left, right=right):
                return Or(self._condition(left), self._condition(right))
            case ast.BoolOp(op=operation, values=values):
                joined = And if isinstance(operation, ast.And) else Or
                return joined(*map(self._condition, values))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _RELATIONS:
                return comparison(_RELATIONS[type(op)], self.value(left), self.value(right))
        raise _refusal(self.source(node), "a comparison with < <= > >=, some joined by and, or, or True")
