"""Numbers that solve one or two of the reduced equations of a crossover.

Each equation reads "left = right" with positive sides whose ratio rises with its unknown: the noise balance
A delta^2 = labels + e with delta (e grows more slowly than delta^2), the threshold balance with kappa.  In
logarithms each is a monotone function (``rising``).

Of two, the threshold balance gives kappa for each delta, at which no more noise leaks than the data can
resolve, and the noise balance rises with delta.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import mpmath
from sympy import Eq, Rational, Symbol

from asymptotics import symbols
from asymptotics.boundaries.rising import FARTHEST, determined, root_of_rising
from asymptotics.boundaries.uniform_sums import compiled
from asymptotics.expressions.checks import NUMBER, RANGES, exact_number, is_number, require
from asymptotics.symbols import effective_noise, threshold

Number = Any
"""A real number of one of the kinds of ``checks``."""


def physical_values(
    *, gamma: Number, n_eff: Number, d: Number, weight_decay: Number, noise_variance: Number
) -> dict[Symbol, Number]:
    """The physical variables at exact numbers.

    Raises:
        InvalidArgument: when an argument is not a finite positive number, or gamma is 1/2 or less.

    >>> physical_values(gamma=1, n_eff=10, d=10, weight_decay=0.5, noise_variance=0)
    Traceback (most recent call last):
        ...
    asymptotics.InvalidArgument: noise_variance=0: must be above 0
    """
    return {
        symbols.gamma: real_above("gamma", gamma, mpmath.mpf(0.5), RANGES["gamma"].words),
        symbols.n_eff: real_above("n_eff", n_eff),
        symbols.d: real_above("d", d),
        symbols.weight_decay: real_above("weight_decay", weight_decay),
        symbols.noise_variance: real_above("noise_variance", noise_variance),
    }


def real(parameter: str, value: Any) -> mpmath.mpf:
    """The number a user gave, at the working precision of mpmath or beyond.

    Raises:
        InvalidArgument: it is no number.
    """
    require(is_number(value), parameter, value, NUMBER)
    if isinstance(value, mpmath.mpf):  # of which the exact quotient may be very long
        return value
    exact = exact_number(parameter, value)
    if isinstance(exact, Rational):
        return mpmath.mpf(exact.p) / exact.q
    return mpmath.mpf(exact.evalf(mpmath.mp.dps))


def real_above(parameter: str, value: Any, bound: Any = 0, allowed: str = "above 0") -> mpmath.mpf:
    """The same, if it exceeds a bound.

    Raises:
        InvalidArgument: it is no number, or does not.
    """
    number = real(parameter, value)
    require(bool(number > bound), parameter, value, allowed)
    return number


def solve_system(
    equations: Sequence[Eq], unknowns: Sequence[Symbol], values: Mapping[Symbol, Any], near: Sequence[Any]
) -> dict[Symbol, Any]:
    """The unknowns: none, one, or delta and kappa; the search starts near the values given.

    They are found to half of the digits of mpmath's working precision, which callers raise.

    Raises:
        ArithmeticError: when there is no solution, it is not found, or the equations hardly tell it from
            others: so they do where the data have just as many degrees of freedom as are to be determined.

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
        found = _root(unknowns[0], lambda x: excess(0, mpmath.exp(x)), mpmath.log(near[0]))
        return {unknowns[0]: mpmath.exp(found)}
    assert tuple(unknowns) == (effective_noise, threshold)
    start, shift = mpmath.log(near[0]), mpmath.log(near[1] / near[0])

    def below(log_delta: Any, log_kappa: Any) -> Any:
        return excess(1, mpmath.exp(log_delta), mpmath.exp(log_kappa))

    def log_cut(log_delta: Any) -> Any:
        nonlocal shift  # the next search starts where the last one ended
        start = log_delta + shift
        found = root_of_rising(partial(below, log_delta), start)
        if abs(found - start) < FARTHEST:
            shift = found - log_delta
        return found

    def above(log_delta: Any) -> Any:
        return excess(0, mpmath.exp(log_delta), mpmath.exp(log_cut(log_delta)))

    log_delta = _root(effective_noise, above, start)
    log_kappa = _root(threshold, partial(below, log_delta), log_delta + shift)
    return {effective_noise: mpmath.exp(log_delta), threshold: mpmath.exp(log_kappa)}


def _root(unknown: Symbol, rising: Callable[[Any], Any], start: Any) -> Any:
    """The logarithm of an unknown; far below where the search starts it stands for zero.

    Raises:
        ArithmeticError: when it stands for infinity, or is not told to a thousandth.
    """
    found = root_of_rising(rising, start)
    if found >= start + FARTHEST:
        raise ArithmeticError(f"the equations have no solution: {unknown} is beyond all bounds")
    if found > start - FARTHEST and not determined(rising, found):
        raise ArithmeticError(
            f"the equations hardly tell {unknown}: beside {mpmath.nstr(mpmath.exp(found), 3)} their sides "
            "differ by less than their errors"
        )
    return found
