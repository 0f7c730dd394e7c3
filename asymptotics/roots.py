"""Numbers that solve one or two of the reduced equations of a crossover.

Each equation reads "left = right" with positive sides whose ratio rises with its unknown: the noise balance
A delta^2 = labels + e with delta (e grows more slowly than delta^2), the threshold balance with kappa.  In
logarithms each is a monotone function (``rising``).

Of two, the threshold balance gives kappa for each delta, at which no more noise leaks than the data can
resolve, and the noise balance rises with delta.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Rational, Real
from typing import Any

import mpmath
from sympy import Eq, Symbol

from asymptotics import symbols
from asymptotics.rising import FARTHEST, root_of_rising
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


def solve_system(
    equations: Sequence[Eq], unknowns: Sequence[Symbol], values: Mapping[Symbol, Any], near: Sequence[Any]
) -> dict[Symbol, Any]:
    """The unknowns: none, one, or delta and kappa; the search starts near the values given.

    They are found to half of the digits of mpmath's working precision, which callers raise.

    Raises:
        ArithmeticError: when there is no solution, or it is not found.

    >>> from sympy import Symbol
    >>> x = Symbol("x", positive=True)
    >>> print(mpmath.nstr(solve_system([Eq(x**3, 1 + x)], [x], {}, [1])[x], 7))
    1.324718
    """
    symbols = [*values]
    numbers = [values[s] for s in symbols]
    sides = [
        tuple(compiled(side, (*unknowns, *symbols)) for side in (equation.lhs, equation.rhs))
        for equation in equations
    ]

    def excess(which: int, *at: Any) -> Any:
        left, right = (side(*at, *numbers) for side in sides[which])
        return mpmath.log(left) - mpmath.log(right) if right > 0 else mpmath.mpf(FARTHEST)

    if not unknowns:
        return {}
    if len(unknowns) == 1:
        start = mpmath.log(near[0])
        found = root_of_rising(lambda x: excess(0, mpmath.exp(x)), start)
        return {unknowns[0]: mpmath.exp(_finite(unknowns[0], found, start))}
    assert tuple(unknowns) == (effective_noise, threshold)
    start, shift = mpmath.log(near[0]), mpmath.log(near[1] / near[0])

    def log_cut(log_delta: Any) -> Any:
        nonlocal shift  # the next search starts where the last one ended
        start, delta = log_delta + shift, mpmath.exp(log_delta)
        found = root_of_rising(lambda x: excess(1, delta, mpmath.exp(x)), start)
        if abs(found - start) < FARTHEST:
            shift = found - log_delta
        return found

    def above(log_delta: Any) -> Any:
        return excess(0, mpmath.exp(log_delta), mpmath.exp(log_cut(log_delta)))

    log_delta = _finite(effective_noise, root_of_rising(above, start), start)
    near_kappa = log_delta + shift
    log_kappa = _finite(threshold, log_cut(log_delta), near_kappa)
    return {effective_noise: mpmath.exp(log_delta), threshold: mpmath.exp(log_kappa)}


def _finite(unknown: Symbol, found: Any, start: Any) -> Any:
    """A logarithm that is found; far below where the search starts it stands for zero.

    Raises:
        ArithmeticError: when it stands for infinity.
    """
    if found >= start + FARTHEST:
        raise ArithmeticError(f"the equations have no solution: {unknown} is beyond all bounds")
    return found
