"""What may stand in a sum over modes: elementary functions of the size, positive at every size.

The lemma on power sums needs powers of the size at both ends, or a fall faster than all powers, and an
integral in between that converges fast.  Sums of powers have that, exp, erf and erfc, cases of these and the
functions of ``expressions.implicit_functions``.  Others are refused: tanh has no integral that SymPy finds,
sin no power at large sizes.  Outside of sums there are products of powers alone.

Dominant balance compares positive terms.  Where a summand changes sign its sum may vanish and change sign,
too, at a gamma that no phase boundary marks: sum_i s^2 (1 - s/k)/(1 + s/k)^4 is positive for gamma < 2 and
negative beyond.  So every summand is evaluated on a logarithmic grid of sizes, at a few values of the
parameters, unless SymPy knows its sign.  The grid is finite: a summand that is negative between two of its
points alone is not refused.

In this order: `check_elementary`, `check_positive`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import mpmath
from sympy import (
    Abs,
    Add,
    Basic,
    Eq,
    Expr,
    Float,
    Heaviside,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    arg,
    ceiling,
    conjugate,
    erf,
    erfc,
    exp,
    floor,
    im,
    lambdify,
    oo,
    re,
    sign,
)
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanAtom

from asymptotics.algebra.polyhedra import PARAMETERS, Domain
from asymptotics.expressions.implicit_functions import ImplicitFunction
from asymptotics.symbols import size
from asymptotics.systems.mode_sums import mode_sum, scales_in

_NOT_SMOOTH = (Abs, Max, Min, sign, Heaviside, floor, ceiling, re, im, arg, conjugate)
_FUNCTIONS = (exp, erf, erfc)
_NAMES = ", ".join(function.__name__ for function in _FUNCTIONS)
_OUTSIDE = (Add, Mul, Pow)
_IN_SUMS = (*_OUTSIDE, *_FUNCTIONS, ImplicitFunction, Piecewise, ExprCondPair, Relational)
_PLACES = (Rational(1, 10), Rational(1, 2), Rational(9, 10))
"""Of the values of a parameter in its interval."""
_DECADES, _PER_DECADE = 5, 4
_SHIFT = Rational(10) ** 4
"""Of one variable against the others, where a sum has two scales."""
_DIGITS, _AGREEMENT = 30, 1e-6
"""A negative value counts where twice the digits confirm it."""


def check_elementary(where: str, value: Expr) -> None:
    """Refuse what no term may hold: sums within sums, other functions, exponents that vary.

    Args:
        where: it stands, in words.
        value: a quantity, or an equation.

    Raises:
        ValueError: it names the sum, the function or the power, and says what is allowed.

    >>> check_elementary("ridge", mode_sum(size * mode_sum(size**2)))
    Traceback (most recent call last):
        ...
    ValueError: ridge: sum_i[s*sum_i[s**2]] holds another sum: take it out, or declare it as an unknown of \
its own
    """
    for one in sorted(value.atoms(mode_sum), key=str):
        if one.args[0].has(mode_sum):
            raise ValueError(
                f"{where}: {one} holds another sum: take it out, or declare it as an unknown of its own"
            )
    for function in sorted(value.atoms(*_NOT_SMOOTH), key=str):
        raise ValueError(f"{where}: {function} is not smooth: write it as a Piecewise, or without")
    for side in value.args if isinstance(value, Eq) else (value,):
        for wrong in _foreign(side, in_sum=False):
            raise ValueError(f"{where}: {wrong}")


def _foreign(value: Basic, *, in_sum: bool) -> Iterator[str]:
    """What a part holds that it may not, in words."""
    if isinstance(value, mode_sum):
        yield from _foreign(value.args[0], in_sum=True)
        return
    if isinstance(value, Symbol | BooleanAtom) or not _varies(value):
        return
    if value.is_Pow and (_varies(value.exp) or value.exp.is_real is False):
        yield f"{value} must have an exponent that is real, and holds no variables but parameters"
    elif value.is_Pow and value.exp.has(Float):
        exact = value.exp.replace(lambda x: x.is_Float, lambda x: Rational(str(x)))
        yield f"{value} must have an exponent that is exact: {exact}"
    elif isinstance(value, Piecewise) and value.args[-1].cond != True:  # noqa: E712
        yield f"{value} must end with a case (value, True), for all other sizes"
    elif in_sum and not isinstance(value, _IN_SUMS):
        yield f"{value} must be made of powers, {_NAMES} and Piecewise, which is what a sum may hold"
    elif not in_sum and not isinstance(value, _OUTSIDE):
        yield f"{value} must be made of powers and of sums over modes, {type(value).__name__} is neither"
    for part in value.args:
        yield from _foreign(part, in_sum=in_sum)


def _varies(value: Basic) -> bool:
    """Whether it holds anything but parameters."""
    return not value.free_symbols <= {*PARAMETERS} or bool(value.atoms(mode_sum))


def check_positive(where: str, summand: Expr, domain: Domain, conditions: Sequence[Relational]) -> None:
    """Refuse a summand that is negative at some size, unless it is so at all sizes and SymPy knows it.

    Raises:
        ValueError: it names the sum, and where it is negative.

    >>> k = Symbol("k", positive=True)
    >>> check_positive("own", size**2 * (1 - size / k), ((Rational(1, 2), oo),), ())
    Traceback (most recent call last):
        ...
    ValueError: own: sum_i[s**2*(1 - s/k)] has a negative term, at s = 1.78 and k = 1: sums over modes are \
to be of positive terms
    """
    if summand.is_nonnegative or summand.is_negative:
        return
    variables = sorted(summand.free_symbols - {size, *PARAMETERS}, key=str)
    steps = range(-_DECADES * _PER_DECADE, _DECADES * _PER_DECADE + 1)
    has_two_scales = len(scales_in(summand)) > 1
    for point in _points(domain, [parameter for parameter in PARAMETERS if summand.has(parameter)]):
        if any(condition.subs(point) == False for condition in conditions):  # noqa: E712
            continue
        function = lambdify((size, *variables), summand.subs(point), "mpmath")
        for values in _values(variables, has_two_scales):
            step = next((step for step in steps if _is_negative(function, step, values)), None)
            if step is not None:
                at = {size: 10 ** (step / _PER_DECADE), **dict(zip(variables, values, strict=True)), **point}
                where_negative = " and ".join(f"{x} = {float(v):.3g}" for x, v in at.items())
                raise ValueError(
                    f"{where}: {mode_sum(summand)} has a negative term, at {where_negative}: sums over modes "
                    "are to be of positive terms"
                )


def _points(domain: Domain, held: Sequence[Symbol]) -> Iterator[Mapping[Symbol, Expr]]:
    """A few values of the parameters; of two, every pair of them."""
    intervals = dict(zip(PARAMETERS, domain, strict=False))
    points: list[dict[Symbol, Expr]] = [{}]
    for parameter in held:
        low, high = intervals.get(parameter, (Rational(0), oo))
        inside = [_inside(low, high, place) for place in _PLACES]
        points = [{**point, parameter: value} for point in points for value in inside]
    yield from points


def _inside(low: Expr, high: Expr, place: Rational) -> Expr:
    """A value in an open interval, which may be unbounded."""
    if low.is_finite and high.is_finite:
        return low + place * (high - low)
    away = place / (1 - place)
    if low.is_finite:
        return low + away
    return high - away if high.is_finite else away - 1 / away


def _values(variables: Sequence[Symbol], has_two_scales: bool) -> Iterator[tuple[Rational, ...]]:
    """All variables 1, for sizes are in units of one scale; of two scales each variable is shifted, too."""
    ones = [Rational(1)] * len(variables)
    yield tuple(ones)
    for position in range(len(variables) if has_two_scales else 0):
        for shift in (_SHIFT, 1 / _SHIFT):
            yield tuple(shift if k == position else one for k, one in enumerate(ones))


def _is_negative(function: object, step: int, values: Sequence[Rational]) -> bool:
    """Whether a value is negative, and not by rounding."""
    computed = []
    for digits in (_DIGITS, 2 * _DIGITS):
        with mpmath.workdps(digits):
            at = mpmath.mpf(10) ** (mpmath.mpf(step) / _PER_DECADE)
            try:
                value = function(at, *(mpmath.mpf(int(v.p)) / int(v.q) for v in values))  # type: ignore[operator]
            except (ArithmeticError, ValueError):  # a pole
                return False
        if not isinstance(value, mpmath.mpf | int | float) or not value < 0:
            return False
        computed.append(value)
    return bool(abs(computed[0] - computed[1]) < _AGREEMENT * abs(computed[1]))
