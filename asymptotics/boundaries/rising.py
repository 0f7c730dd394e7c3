"""The root of a rising function of a logarithm.

What is positive and of unknown size is best searched for by its logarithm: a bracket is found by doubling
steps from a guess, however bad, and the root in it by the Illinois method (Dowell and Jarratt 1971), a regula
falsi whose retained end is halved in weight.

In this order: ``root_of_rising``, ``determined``, ``_illinois``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath

FARTHEST = 2**13
"""Logarithms farther than this from where the search starts stand for zero and infinity."""


def root_of_rising(rising: Callable[[Any], Any], start: Any) -> Any:
    """Where a rising function vanishes; ``start`` plus or minus FARTHEST where it does not.

    It is found to half of the digits of mpmath's working precision.

    >>> print(mpmath.nstr(root_of_rising(lambda x: mpmath.exp(x) - 2, mpmath.mpf(100)), 7))
    0.6931472
    """
    low, high, step = start - 1, start + 1, mpmath.mpf(2)
    at_low, at_high = rising(low), rising(high)
    while at_low > 0:
        high, at_high = low, at_low
        low, step = low - step, 2 * step
        if low < start - FARTHEST:
            return start - FARTHEST
        at_low = rising(low)
    while at_high < 0:
        low, at_low = high, at_high
        high, step = high + step, 2 * step
        if high > start + FARTHEST:
            return start + FARTHEST
        at_high = rising(high)
    if at_low == 0 or at_high == 0:
        return low if at_low == 0 else high
    return _illinois(rising, low, at_low, high, at_high, _tolerance())


_BESIDE, _MARGIN = 1e-3, 10
"""How well a root has to be known; the errors of what rises there, in units of what it is searched to."""


def determined(rising: Callable[[Any], Any], root: Any) -> bool:
    """Whether a rising function tells its root to a thousandth: where it is too flat, its errors move that.

    >>> [determined(lambda x: slope * (mpmath.exp(x) - 2), mpmath.log(2)) for slope in (1, 1e-6)]
    [True, False]
    """
    below, above = rising(root - _BESIDE), rising(root + _BESIDE)
    return bool(below < -_MARGIN * _tolerance() and above > _MARGIN * _tolerance())


def _tolerance() -> Any:
    """Half of the digits of mpmath's working precision."""
    return mpmath.mpf(10) ** (-mpmath.mp.dps // 2)


def _illinois(
    rising: Callable[[Any], Any], low: Any, at_low: Any, high: Any, at_high: Any, tolerance: Any
) -> Any:
    """The root in a bracket, with bisection where the method stalls."""
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
    raise ArithmeticError("an equation has no root that is found: its sides may not be monotone")
