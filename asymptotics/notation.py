"""Expressions as plain text, and how it is read back; ``latex_reader`` does the same for LaTeX.

Plain text uses the names that the functions of this package take: ``weight_decay`` for lambda, which Python
reserves, ``noise_variance`` for Delta, ``source`` for r; the rest have the names of ``symbols``.  The decay
is ``gamma``, the function ``Gamma``.  It is an expression of Python, so any program can evaluate it that has
names for the functions in it; a quotient of integers is exact.

The reader executes nothing that it reads.  It parses, and builds from a list of names, functions and
operations; text from anywhere may be given to it.  SymPy's own readers evaluate text as a program, and make
other symbols of the same names, without assumptions.  Products and sums are built in one step from all their
members, as they were built when they were derived, so that what is read is equal (==) to what was written.

In this order: ``NAMES``, ``FUNCTIONS``, ``write_expression``, ``read_expression``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sympy
from sympy import Add, And, Expr, Mul, Or, Piecewise, Pow, Rational, S, Symbol, nan, oo, pi, zoo
from sympy.printing.str import StrPrinter

from asymptotics import symbols
from asymptotics.checks import InvalidArgument, require

NAMES: Mapping[str, Symbol] = {
    "n_eff": symbols.n_eff,
    "d": symbols.d,
    "weight_decay": symbols.weight_decay,
    "noise_variance": symbols.noise_variance,
    "gamma": symbols.gamma,
    "source": symbols.source,
    "a": symbols.a,
    "ell": symbols.ell,
    "b": symbols.b,
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

_CONSTANTS: Mapping[str, Expr] = {"pi": pi, "oo": oo}

_RELATIONS: Mapping[type[ast.cmpop], Callable[[Expr, Expr], Any]] = {
    ast.Lt: sympy.StrictLessThan,
    ast.LtE: sympy.LessThan,
    ast.Gt: sympy.StrictGreaterThan,
    ast.GtE: sympy.GreaterThan,
}

LONGEST = 20_000
"""Characters that are read."""

LARGEST_ARGUMENT = 1000
"""Of a function: SymPy would write the factorial of a larger integer out."""

MOST_BITS = 4096
"""Of a power of two integers."""


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
    """An expression as plain text, which Python and ``read_expression`` can read.

    >>> from asymptotics.symbols import d, gamma, n_eff, weight_decay
    >>> write_expression(sympy.gamma(1 / gamma) * (weight_decay * d / n_eff) ** 2)
    'd**2*weight_decay**2*Gamma(1/gamma)/n_eff**2'
    """
    return str(_TextPrinter().doprint(expression))


def read_expression(text: str) -> Expr:
    """The expression that a text says, in the symbols of this package; nothing of it is executed.

    Args:
        text: as ``write_expression`` writes it, or anything else in its names and functions, with + - * / **,
            comparisons and numbers; a decimal fraction is taken as it is written.

    Raises:
        InvalidArgument: when the text is anything else, is too long, or holds a number too large to be
            written out; it quotes what cannot be read.

    >>> read_expression("2*gamma/(2*gamma - 1)*(weight_decay*sqrt(d)/n_eff)**(2 - 1/gamma)").free_symbols == {
    ...     symbols.gamma, symbols.weight_decay, symbols.d, symbols.n_eff
    ... }
    True
    >>> read_expression("__import__('os').getcwd()")
    Traceback (most recent call last):
        ...
    asymptotics.checks.InvalidArgument: text=__import__('os').getcwd: must be one of the functions Abs, ...
    """
    require(isinstance(text, str), "text", text, "a string")
    require(len(text) <= LONGEST, "text", text, f"at most {LONGEST} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval")
        found: Expr = _read(tree.body)
    except InvalidArgument:
        raise
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        allowed = "one expression in the names and functions of a law"
        raise InvalidArgument(f"text={_shown(text)}: must be {allowed}") from error
    require(not found.has(nan, zoo), "text", text, "an expression in which nothing is divided by 0")
    return found


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:57] + "..."


def _refuse(node: ast.AST, allowed: str) -> InvalidArgument:
    return InvalidArgument(f"text={_shown(ast.unparse(node))}: must be {allowed}")


def _read(node: ast.expr) -> Any:
    """What a node of the parsed text stands for."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Rational(repr(node.value))
    if isinstance(node, ast.Name):
        found = NAMES.get(node.id, _CONSTANTS.get(node.id))
        if found is None:
            raise _refuse(node, f"one of the names {', '.join((*NAMES, *_CONSTANTS))}")
        return found
    if isinstance(node, ast.Call) and not node.keywords:
        return _call(node)
    return _operation(node)


def _operation(node: ast.expr) -> Any:
    found: Any
    match node:
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            found = Add(*_summands(node, 1))
        case ast.BinOp(op=ast.Mult() | ast.Div()) | ast.UnaryOp(op=ast.USub()):
            found = Mul(*_factors(node, 1))
        case ast.UnaryOp(op=ast.UAdd()):
            found = _read(node.operand)
        case ast.BinOp(op=ast.Pow()):
            found = _power(node)
        case ast.BinOp(op=ast.BitAnd()) | ast.BoolOp(op=ast.And()):
            found = And(*_operands(node))
        case ast.BinOp(op=ast.BitOr()) | ast.BoolOp(op=ast.Or()):
            found = Or(*_operands(node))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _RELATIONS:
            found = _RELATIONS[type(op)](_read(left), _read(right))
        case _:
            raise _refuse(node, "made of names, numbers, functions, comparisons and + - * / **")
    return found


def _operands(node: ast.expr) -> list[Any]:
    parts = node.values if isinstance(node, ast.BoolOp) else [node.left, node.right]  # type: ignore[attr-defined]
    return [_read(part) for part in parts]


def _summands(node: ast.expr, sign: int) -> Iterator[Expr]:
    """All members of a sum, however nested by its signs."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield from _summands(node.left, sign)
        yield from _summands(node.right, sign if isinstance(node.op, ast.Add) else -sign)
    elif sign == 1:
        yield _read(node)
    else:
        yield Mul(S.NegativeOne, *_factors(node, 1))


def _factors(node: ast.expr, power: int) -> Iterator[Expr]:
    """All members of a product, a quotient or its negative, raised to 1 or -1."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        yield from _factors(node.left, power)
        yield from _factors(node.right, power if isinstance(node.op, ast.Mult) else -power)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield S.NegativeOne
        yield from _factors(node.operand, power)
    else:
        value = _read(node)
        if value == 0 and power == -1:
            raise _refuse(node, "other than 0, for it divides")
        yield value if power == 1 else Pow(value, S.NegativeOne)


def _power(node: ast.BinOp) -> Expr:
    base, exponent = _read(node.left), _read(node.right)
    if base.is_Rational and exponent.is_Rational:
        bits = max(int(base.p).bit_length(), int(base.q).bit_length()) * abs(exponent)
        if bits > MOST_BITS or (base == 0 and exponent < 0):
            raise _refuse(node, "a power that can be written out")
    return Pow(base, exponent)


def _call(node: ast.Call) -> Expr:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "Piecewise":
        return Piecewise(*(_piece(argument) for argument in node.args))
    if name != "sqrt" and name not in FUNCTIONS:
        allowed = ", ".join(sorted((*FUNCTIONS, "Piecewise", "sqrt")))
        raise _refuse(node.func, f"one of the functions {allowed}")
    arguments = [_read(argument) for argument in node.args]
    if name == "sqrt":
        (argument,) = arguments
        return Pow(argument, S.Half)
    for argument, value in zip(node.args, arguments, strict=True):
        large = value.is_Rational and max(abs(value.p), value.q) > LARGEST_ARGUMENT
        if large and name not in ("Max", "Min"):
            raise _refuse(argument, f"a quotient of integers up to {LARGEST_ARGUMENT} inside a function")
    return FUNCTIONS[name](*arguments)


def _piece(node: ast.expr) -> tuple[Expr, Any]:
    if not (isinstance(node, ast.Tuple) and len(node.elts) == 2):
        raise _refuse(node, "a pair (expression, condition)")
    value, condition = node.elts
    always = isinstance(condition, ast.Constant) and condition.value is True
    return _read(value), S.true if always else _read(condition)
