"""Numbers that solve one or two of the reduced equations of a crossover.

Each equation reads "left = right" with positive sides whose ratio rises with its unknown: the noise balance
A delta^2 = labels + e with delta (e grows more slowly than delta^2), the threshold balance with kappa.  In
logarithms each is a monotone function, so a bracket is found by doubling steps, and the root in it by the
Illinois method.

Two of them are solved for u = kappa/delta and delta: for each u the noise balance gives delta, infinite if
more noise leaks at u than the data can resolve, and the threshold balance rises with u.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from numbers import Rational, Real
from typing import Any

import mpmath
from sympy import Eq, Symbol

from asymptotics import symbols
from asymptotics.symbols import effective_noise, threshold
from asymptotics.uniform_sums import compiled

Number = Any
"""A real number: int, float, Fraction or mpmath.mpf."""


def physical_values(
    *, gamma: Number, n_eff: Number, d: Number, weight_decay: Number, noise_variance: Number
) -> dict[Symbol, Number]:
    """The physical variables at exact numbers.

    Raises:
        TypeError: when an argument is not a real number.
        ValueError: when it is not finite and positive, or gamma is 1/2 or less.
    """
    half, zero = mpmath.mpf(0.5), mpmath.mpf(0)
    given = {
        symbols.gamma: ("gamma", gamma, half),
        symbols.n_eff: ("n_eff", n_eff, zero),
        symbols.d: ("d", d, zero),
        symbols.weight_decay: ("weight_decay", weight_decay, zero),
        symbols.noise_variance: ("noise_variance", noise_variance, zero),
    }
    return {symbol: _checked(*argument) for symbol, argument in given.items()}


def _checked(name: str, value: Any, above: mpmath.mpf) -> mpmath.mpf:
    if isinstance(value, bool) or not isinstance(value, Real | mpmath.mpf):
        raise TypeError(f"{name}={value!r} is not a real number")
    if isinstance(value, Rational):
        number = mpmath.mpf(int(value.numerator)) / int(value.denominator)
    else:
        number = mpmath.mpf(value if isinstance(value, mpmath.mpf) else float(value))
    if not above < number < mpmath.inf:
        raise ValueError(f"{name}={value} is not allowed: a finite number above {above}")
    return number


_FARTHEST = 2**9
"""Logarithms farther than this from where the search starts stand for zero and infinity."""


def solve_system(
    equations: Sequence[Eq], unknowns: Sequence[Symbol], values: Mapping[Symbol, Any], near: Sequence[Any]
) -> dict[Symbol, Any]:
    """The unknowns: none, one, or delta and kappa; the search starts near the values given.

    They are found to half of the digits of mpmath's working precision, which callers raise.

    >>> from sympy import Symbol
    >>> x = Symbol("x", positive=True)
    >>> print(mpmath.nstr(solve_system([Eq(x**3, 1 + x)], [x], {}, [1])[x], 7))
    1.324718
    """
    symbols = [*values]
    numbers = [values[s] for s in symbols]
    sides = [
        tuple(compiled(side, [*unknowns, *symbols]) for side in (equation.lhs, equation.rhs))
        for equation in equations
    ]

    def excess(which: int, *at: Any) -> Any:
        left, right = (side(*at, *numbers) for side in sides[which])
        return mpmath.log(left) - mpmath.log(right) if right > 0 else mpmath.mpf(_FARTHEST)

    if not unknowns:
        return {}
    if len(unknowns) == 1:
        return {unknowns[0]: mpmath.exp(_root(lambda x: excess(0, mpmath.exp(x)), mpmath.log(near[0])))}
    assert tuple(unknowns) == (effective_noise, threshold)
    start, start_of_cut = mpmath.log(near[0]), mpmath.log(near[1] / near[0])

    def noise(u: Any) -> Any:
        return mpmath.exp(_root(lambda x: excess(0, mpmath.exp(x), u * mpmath.exp(x)), start))

    def above(log_u: Any) -> Any:
        u = mpmath.exp(log_u)
        delta = noise(u)
        return excess(1, delta, u * delta)

    u = mpmath.exp(_root(above, start_of_cut))
    return {effective_noise: noise(u), threshold: u * noise(u)}


def _root(rising: Callable[[Any], Any], start: Any) -> Any:
    """Where a rising function of a logarithm vanishes; plus or minus _FARTHEST where it does not."""
    low, high, step = start - 1, start + 1, mpmath.mpf(2)
    at_low, at_high = rising(low), rising(high)
    while at_low > 0:
        high, at_high = low, at_low
        low, step = low - step, 2 * step
        if low < start - _FARTHEST:
            return start - _FARTHEST
        at_low = rising(low)
    while at_high < 0:
        low, at_low = high, at_high
        high, step = high + step, 2 * step
        if high > start + _FARTHEST:
            return start + _FARTHEST
        at_high = rising(high)
    if at_low == 0 or at_high == 0:
        return low if at_low == 0 else high
    tolerance = mpmath.mpf(10) ** (-mpmath.mp.dps // 2)
    return _illinois(rising, low, at_low, high, at_high, tolerance)


def _illinois(
    rising: Callable[[Any], Any], low: Any, at_low: Any, high: Any, at_high: Any, tolerance: Any
) -> Any:
    """Regula falsi whose retained end is halved in weight, with bisection where it stalls."""
    side = 0
    for count in range(400):
        middle = (low + high) / 2 if count % 8 == 7 else (low * at_high - high * at_low) / (at_high - at_low)
        value = rising(middle)
        if abs(value) < tolerance or high - low < tolerance:
            return middle
        if value < 0:
            at_high = at_high / 2 if side < 0 else at_high
            low, at_low, side = middle, value, -1
        else:
            at_low = at_low / 2 if side > 0 else at_low
            high, at_high, side = middle, value, 1
    raise ArithmeticError("a reduced equation has no root that is found: its sides may not be monotone")
