r"""A system as functions of numbers.

The equations are those of `canonical`, in positive form: exact identities of what was declared, so that no
digits cancel between terms.  Each summand becomes a function of the size and the unknowns; a ``Piecewise``
one becomes two, and the size at which they meet.

Numbers enter exactly.  Everything in an expression that holds no variable, the unknowns among them, is a
*constant*: 1/3, sqrt(2), the exponent 1/gamma.  A constant is worked out in the arithmetic of the solution,
from exact parameters; SymPy would write 1/3 as a quotient of floats.  Powers of the size
alone are left to `Sizes`, which computes each once.

Differences of exponentials are written by expm1(x) = exp(x) - 1: of 1 - exp(-x) no digit is left below 1e-16.
Fractions are of exp(-x), never of exp(x), which overflows at late times.

In this order: `Compiled`, `compiled`, `equations_of`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache, partial
from typing import Any

import mpmath
import numpy as np
from sympy import (
    Add,
    Dummy,
    Expr,
    Integer,
    Mul,
    Piecewise,
    Pow,
    S,
    Symbol,
    exp,
    factor,
    gcd,
    lambdify,
    oo,
    piecewise_fold,
    together,
)
from sympy.codegen.cfunctions import expm1

from asymptotics.algebra.polyhedra import PARAMETERS
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.expressions.implicit_functions import ImplicitFunction
from asymptotics.symbols import size
from asymptotics.systems import System
from asymptotics.systems.canonical import canonical
from asymptotics.systems.mode_sums import mode_sum, scales_in
from asymptotics.systems.positive_form import Product
from numerics.arithmetic.precision import DOUBLE, Arithmetic
from numerics.systems.equations import PositiveEquation, PositiveEquations, PositiveTerm
from numerics.systems.power_law_sums import Modes, ModeSum, Sizes, Values

FUNCTIONS = ("exp", "sqrt", "expm1", "erf", "erfc")
"""What an `Arithmetic` knows."""

MOST_MODES_DIGITS = 600
"""Of the number of modes, which is an integer."""


@dataclass(frozen=True, eq=False)
class _Compiled:
    """An expression as a function of its variables, constants and powers of the size.

    Attributes:
        variables: unknowns and known variables that it holds.
        constants: expressions in the parameters.
        powers: exponents of the size, which are constants, too.
        code: a function of a namespace, which is made of it once for each arithmetic.
    """

    expression: Expr
    variables: tuple[Symbol, ...]
    constants: tuple[Expr, ...]
    powers: tuple[Expr, ...]
    body: Expr
    arguments: tuple[Expr, ...]


@dataclass(frozen=True)
class CompiledSum:
    """Summands of one sum above and below its break."""

    below: _Compiled
    above: _Compiled | None
    break_size: _Compiled | None
    scale: _Compiled | None
    name: str


@dataclass(frozen=True)
class CompiledTerm:
    """A factor, and the places of the sums that it is multiplied by."""

    factor: _Compiled
    sums: tuple[int, ...]


@dataclass(frozen=True)
class Compiled:
    """A system in positive form, ready for numbers.

    Attributes:
        unknowns: those declared, and those that stand for parts.
        equations: left and right sides, the unknowns that they hold, and the one that they give
            (``PositiveEquation``).
        quantities: by name.
        sums: each once.
        variables: known variables that anything holds, by their symbols.
        parameters: those that anything holds, and the decay of the sizes.
    """

    unknowns: tuple[Symbol, ...]
    equations: tuple[tuple[CompiledTerm, tuple[CompiledTerm, ...], frozenset[int], int | None], ...]
    quantities: Mapping[str, tuple[CompiledTerm, ...]] = field(hash=False)
    sums: tuple[CompiledSum, ...]
    variables: tuple[Symbol, ...]
    parameters: tuple[Symbol, ...]


@cache
def compiled(system: System, noisy: bool) -> Compiled:
    """A system as functions of numbers, with or without label noise.

    Raises:
        InvalidArgument: a summand has more than one break, or holds a function that no arithmetic knows.
    """
    form = canonical(system, noisy)
    places: dict[Expr, int] = {}

    def read(product: Product) -> CompiledTerm:
        at = tuple(places.setdefault(summand, len(places)) for summand in product.summands)
        return CompiledTerm(_compiled(product.factor), at)

    equations = []
    for left, right in form.equations:
        on_left, on_right = _symbols_of([left]), _symbols_of(right)
        unknowns = frozenset(k for k, u in enumerate(form.unknowns) if u in on_left | on_right)
        is_given = left.expression in form.unknowns and left.expression not in on_right
        gives = form.unknowns.index(left.expression) if is_given else None
        equations.append((read(left), tuple(map(read, right)), unknowns, gives))
    quantities = {name: tuple(map(read, terms)) for name, terms in form.quantities.items()}
    sums = tuple(map(_summed, places))
    whole = [S(system.modes), S(system.amplitude), *places]
    whole += [one.factor for left, right in form.equations for one in (left, *right)]
    whole += [one.factor for terms in form.quantities.values() for one in terms]
    held = {symbol for expression in whole for symbol in expression.free_symbols}
    known = held.difference(form.unknowns, PARAMETERS, {size})
    return Compiled(
        form.unknowns,
        tuple(equations),
        quantities,
        sums,
        tuple(sorted(known, key=str)),
        tuple(p for p in PARAMETERS if p in held or p == system.decay),
    )


def _symbols_of(terms: Iterable[Product]) -> frozenset[Symbol]:
    return frozenset(s for one in terms for e in (one.factor, *one.summands) for s in e.free_symbols)


def _summed(summand: Expr) -> CompiledSum:
    """The one or two pieces of a summand, and where they meet."""
    name = str(mode_sum(summand))
    folded, scales = piecewise_fold(summand), [scale.monomial() for scale in scales_in(summand)]
    # of two scales the smaller, up to a factor of 2
    scale = _compiled(1 / Add(*(1 / one for one in scales))) if scales else None
    if not isinstance(folded, Piecewise):
        return CompiledSum(_compiled(_without_differences(summand)), None, None, scale, name)
    (unit,) = scales  # a condition on the size has one
    variables = summand.free_symbols - {size, *PARAMETERS}
    ones = dict.fromkeys(variables, S.One)
    labels = Piecewise(*((Integer(k), cond.subs(ones)) for k, (_, cond) in enumerate(folded.args)))
    pieces = sorted(
        (max(domain.start, S.Zero), domain.end, int(label))
        for label, domain in labels.as_expr_set_pairs(S.Reals)
        if domain.end > 0
    )
    if len(pieces) == 1:
        return CompiledSum(_compiled(folded.args[pieces[0][2]][0]), None, None, scale, name)
    if len(pieces) > 2:
        raise InvalidArgument(f"{name}: must be a sum with at most one break, to be solved; it has more")
    (_, meeting, low), (_, _, high) = pieces
    below, above = (_compiled(_without_differences(folded.args[k][0])) for k in (low, high))
    return CompiledSum(below, above, _compiled(meeting * unit), scale, name)


def _without_differences(summand: Expr) -> Expr:
    """The summand as one fraction, if that leaves fewer differences: 1 - (1 - x)^2 is x (2 - x).

    SymPy writes exp(-x) in a fraction as 1/exp(x), which overflows: it is given a symbol y = exp(-x) instead.
    """
    symbols = {**_exponentials(summand), **_roots(summand)} if summand.has(exp) else {}
    rational = summand.xreplace({value: power for value, (power, _) in symbols.items()})
    if not _differences(rational) or any(not p.exp.is_Integer for p in rational.atoms(Pow)):
        return summand
    whole = factor(together(rational))
    if _differences(whole) < _differences(rational) or whole.is_Mul or whole.is_Pow:
        return whole.xreplace({power.as_base_exp()[0]: unit for power, unit in symbols.values()})
    return summand


def _exponentials(summand: Expr) -> dict[Expr, tuple[Expr, Expr]]:
    """Exponentials as powers of symbols, and what these are: exp(-x), exp(-2 x) as y, y^2 of y = exp(-x)."""
    numbers: dict[Expr, dict[Expr, Expr]] = {}
    for one in summand.atoms(exp):
        number, rest = one.args[0].as_coeff_Mul(rational=True)
        if rest.is_negative:
            number, rest = -number, -rest
        numbers.setdefault(rest, {})[one] = number
    powers = dict[Expr, tuple[Expr, Expr]]()
    for rest, of_rest in numbers.items():
        unit, symbol = gcd([abs(number) for number in of_rest.values()]), Dummy("y", positive=True)
        # below 1, as far as is known
        if rest.is_positive or min(of_rest.values()) < 0:
            unit = -unit
        powers |= {one: (symbol ** (number / unit), exp(unit * rest)) for one, number in of_rest.items()}
    return powers


def _roots(summand: Expr) -> dict[Expr, tuple[Expr, Expr]]:
    """Powers of one symbol that are not integer, each with a symbol for it."""
    roots = (p for p in summand.atoms(Pow) if p.base.is_Symbol and not p.exp.is_Integer)
    return {root: (Dummy("p", positive=True), root) for root in roots}


def _differences(expression: Expr) -> int:
    """How many sums in it have terms of either sign."""
    signs = [{t.could_extract_minus_sign() for t in one.args} for one in expression.atoms(Add)]
    return sum(len(of_one) > 1 for of_one in signs)


def _with_expm1(expression: Expr) -> Expr:
    """Differences a exp(u) - a exp(v) as a exp(v) expm1(u - v), which keeps its digits where u is near v.

    v is 0 or the larger of the two, so that nothing overflows; where neither is known they stay.
    """
    return expression.replace(lambda part: part.is_Add and part.has(exp), _paired)


def _paired(whole: Expr) -> Expr:
    """A sum in which each such difference is one term."""
    alone: list[tuple[Expr, Expr]] = []
    paired = []
    for term in whole.args:
        exponentials = [part for part in Mul.make_args(term) if isinstance(part, exp)]
        new = (term / Mul(*exponentials), Add(*(part.args[0] for part in exponentials)))
        for old in alone:
            larger = _larger(new[1], old[1])
            if old[0] == -new[0] and larger is not None:
                (outer, exponent) = old if new[1] == larger else new
                paired.append(outer * exp(larger) * expm1(exponent - larger))
                alone.remove(old)
                break
        else:
            alone.append(new)
    return Add(*paired, *(outer * exp(exponent) for outer, exponent in alone))


def _larger(one: Expr, other: Expr) -> Expr | None:
    """The exponent that is 0, or else the larger of two; None if that is not known."""
    if S.Zero in (one, other):
        return S.Zero
    difference = one - other
    if difference.is_positive:
        return one
    return other if difference.is_negative else None


def _compiled(expression: Expr) -> _Compiled:
    constants, powers = dict[Expr, Symbol](), dict[Expr, Symbol]()

    def constant(value: Expr) -> Expr:
        return value if value.is_Integer else constants.setdefault(value, Dummy("c"))

    def read(part: Expr) -> Expr:
        if not part.free_symbols.difference(PARAMETERS):
            return constant(part)
        if part.is_Pow:
            base, exponent = part.args
            if base == size and not exponent.free_symbols.difference(PARAMETERS):
                return powers.setdefault(exponent, Dummy("p"))
            return Pow(read(base), exponent if abs(exponent) == S.Half else read(exponent))
        if part.is_Add or part.is_Mul:
            varying = [x for x in part.args if x.free_symbols.difference(PARAMETERS)]
            fixed = part.func(*(x for x in part.args if not x.free_symbols.difference(PARAMETERS)))
            neutral = S.Zero if part.is_Add else S.One
            read_parts = [read(x) for x in varying]
            return part.func(*read_parts, *([] if fixed == neutral else [constant(fixed)]))
        is_known = type(part).__name__ in FUNCTIONS or isinstance(part, ImplicitFunction)
        if not part.is_Symbol and not is_known:
            raise InvalidArgument(
                f"{expression}: must be made of powers and {', '.join(FUNCTIONS)}, to be solved; "
                f"{type(part).__name__} is neither"
            )
        return part if part.is_Symbol else part.func(*map(read, part.args))

    body = read(_with_expm1(S(expression)))
    variables = tuple(sorted(body.free_symbols - {*constants.values(), *powers.values()}, key=str))
    arguments = (*variables, *constants.values(), *powers.values())
    return _Compiled(expression, variables, tuple(constants), tuple(powers), body, arguments)


@lru_cache(maxsize=4096)
def _function(body: Expr, arguments: tuple[Expr, ...], arithmetic: Arithmetic) -> Callable[..., Any]:
    names = {argument: Symbol(f"x{k}") for k, argument in enumerate(arguments)}
    functions = {name: getattr(arithmetic, name) for name in FUNCTIONS}
    for implicit in body.atoms(ImplicitFunction):
        functions[type(implicit).__name__] = partial(implicit.value_in, arithmetic)
    code = body.xreplace(names)
    return lambdify([*names.values()], code, modules=[functions], cse=True, use_imps=False)  # type: ignore[no-any-return]


@lru_cache(maxsize=4096)
def _constant(value: Expr, parameters: tuple[tuple[Symbol, Fraction], ...], bits: int) -> Any:
    """A constant at exact parameters: a Fraction, or an mpf with more bits than are needed."""
    exact = value.subs({p: S(x.numerator) / x.denominator for p, x in parameters})
    if exact.is_Rational:
        return Fraction(int(exact.p), int(exact.q))
    with mpmath.workprec(bits + 32):
        number = exact.evalf(mpmath.mp.dps)._to_mpmath(mpmath.mp.prec)
    if isinstance(number, mpmath.mpc):
        raise InvalidArgument(f"{value}: must be a real number, at {dict(parameters)}")
    return number


def equations_of(
    system: Compiled,
    modes: Modes,
    known: Mapping[Symbol, Any],
    parameters: Mapping[Symbol, Fraction],
    arithmetic: Arithmetic,
) -> PositiveEquations:
    """The equations in an arithmetic, inside its ``working()``.

    Args:
        system: as `compiled`.
        modes: those of `modes_of`.
        known: exact values of its variables.
        parameters: exact values of those that it holds.
        arithmetic: of the equations.
    """
    at = _At(system.unknowns, known, tuple(parameters.items()), arithmetic)
    equations = tuple(
        PositiveEquation(at.term(left), tuple(map(at.term, right)), held, gives)
        for left, right, held, gives in system.equations
    )
    return PositiveEquations(
        tuple(unknown.name for unknown in system.unknowns),
        equations,
        tuple(map(at.summed, system.sums)),
        modes,
        {name: tuple(map(at.term, terms)) for name, terms in system.quantities.items()},
        arithmetic,
    )


def modes_of(system: System, known: Mapping[Symbol, Any], parameters: Mapping[Symbol, Fraction]) -> Modes:
    """The modes that are summed over; a number of them that is no integer is rounded.

    Raises:
        InvalidArgument: there are none.
    """
    with mpmath.workdps(MOST_MODES_DIGITS):
        values = {symbol: _quotient(x) for symbol, x in (*known.items(), *parameters.items())}
        amplitude = _number_of(S(system.amplitude), values)
        if system.modes == oo:
            return Modes(amplitude, parameters[system.decay], None)
        number = int(mpmath.nint(_number_of(S(system.modes), values)))
    if number < 1:
        raise InvalidArgument(f"{system.name}: must have at least one mode; {system.modes} is {number}")
    return Modes(amplitude, parameters[system.decay], number)


def _quotient(value: Any) -> Any:
    return S(value.numerator) / value.denominator if isinstance(value, Fraction) else S(value)


def _number_of(expression: Expr, values: Mapping[Symbol, Any]) -> Any:
    """A Fraction where all powers are whole, else an mpf at the working precision."""
    held = {symbol: values[symbol] for symbol in expression.free_symbols}
    if expression.is_rational_function(*held):
        exact = expression.subs(held)
        if exact.is_Rational:
            return Fraction(int(exact.p), int(exact.q))
    # exactly, SymPy would factor 3000**(p/q), into integers of any length
    rounded = {symbol: value.evalf(mpmath.mp.dps) for symbol, value in held.items()}
    return expression.subs(rounded).evalf(mpmath.mp.dps)._to_mpmath(mpmath.mp.prec)


def _within_range(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; where a number on its way leaves the range of float64, again with the longest floats.

    The square of a scale of 1e-170 is no float64, nor is lambda n^2 p at 1e94 samples, though what they are
    part of is; and just above the end of the range digits are lost.  A long double of x86 has exponents up to
    4932; elsewhere it may have none beyond float64, and what stays out of range is nan, so that more digits
    follow.
    """

    def guarded(*arguments: Any) -> Any:
        # floats of Python leave their range without a word
        told = [np.float64(x) if isinstance(x, float) else x for x in arguments]
        with np.errstate(all="raise"), suppress(FloatingPointError, OverflowError, ZeroDivisionError):
            return function(*told)
        with np.errstate(all="ignore"):
            try:
                longest = function(*(x if isinstance(x, int) else np.longdouble(x) for x in arguments))
                return np.asarray(longest).astype(float)[()]
            except (OverflowError, TypeError, ZeroDivisionError):  # SciPy has no functions of long doubles
                pass
            try:
                return function(*arguments)
            except (OverflowError, ZeroDivisionError):
                return math.nan

    return guarded


@dataclass(frozen=True, eq=False)
class _At:
    """Compiled expressions at numbers, in one arithmetic."""

    unknowns: tuple[Symbol, ...]
    known: Mapping[Symbol, Any]
    parameters: tuple[tuple[Symbol, Fraction], ...]
    arithmetic: Arithmetic

    def term(self, term: CompiledTerm) -> PositiveTerm:
        function, pick = self._ready(term.factor)
        return PositiveTerm(lambda values: function(*pick(None, values)), term.sums)

    def summed(self, one: CompiledSum) -> ModeSum:
        above = None if one.above is None else self._summand(one.above)
        break_size, scale = map(self._size, (one.break_size, one.scale))
        return ModeSum(self._summand(one.below), above, break_size, scale, one.name)

    def _size(self, one: _Compiled | None) -> Callable[[Values], Any] | None:
        return None if one is None else partial(_of_values, *self._ready(one))

    def _summand(self, one: _Compiled) -> Callable[[Sizes, Values], Any]:
        function, pick = self._ready(one)
        return lambda sizes, values: function(*pick(sizes, values))

    def _ready(self, one: _Compiled) -> tuple[Callable[..., Any], Callable[..., list[Any]]]:
        """The function, and what picks its arguments from sizes and values of the unknowns."""
        real = self.arithmetic.real
        function = _function(one.body, one.arguments, self.arithmetic)
        if self.arithmetic is DOUBLE:
            function = _within_range(function)
        places: list[Any] = []
        for variable in one.variables:
            if variable == size:
                places.append(None)
            elif variable in self.unknowns:
                places.append(self.unknowns.index(variable))
            else:
                places.append((real(self.known[variable]),))
        bits = self.arithmetic.bits
        constants = [real(_constant(value, self.parameters, bits)) for value in one.constants]
        powers = [self._power(value, bits) for value in one.powers]

        def pick(sizes: Sizes | None, values: Values) -> list[Any]:
            arguments: list[Any] = []
            for place in places:
                if place is None:
                    assert sizes is not None
                    arguments.append(sizes.values)
                elif isinstance(place, tuple):
                    arguments.append(place[0])
                else:
                    arguments.append(values[place])
            arguments += constants
            if powers:
                assert sizes is not None
                arguments += [sizes.power(exponent) for exponent in powers]
            return arguments

        return function, pick

    def _power(self, exponent: Expr, bits: int) -> Any:
        """An exponent of the size; integers stay integers."""
        value = _constant(exponent, self.parameters, bits)
        if isinstance(value, Fraction) and value.denominator == 1:
            return int(value)
        return self.arithmetic.real(value)


def _of_values(
    function: Callable[..., Any], pick: Callable[..., Iterable[Any]], values: Sequence[Any]
) -> Any:
    return function(*pick(None, values))
