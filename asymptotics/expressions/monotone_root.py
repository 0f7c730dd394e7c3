"""Roots of monotone functions: a positive number of unknown size, or two of them, by their logarithms.

A bracket is found by doubling steps from a guess, however bad, and the root in it by the Illinois method
(Dowell and Jarratt 1971), a regula falsi whose retained end is halved in weight.

The equations of a boundary read "left = right", with positive sides whose ratio increases with the unknown:
the noise balance A delta^2 = labels + e with delta (e grows more slowly than delta^2), the threshold balance
with kappa.  Of two, the threshold balance gives kappa for each delta, and the noise balance then increases
with delta.

In this order: ``monotone_root``, ``is_determined``, ``positive_solution``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import mpmath

FARTHEST = 2**13
"""Logarithms farther than this from where the search starts stand for zero and infinity."""


def monotone_root(increasing: Callable[[Any], Any], start: Any, within: Any = 1) -> Any:
    """Where an increasing function vanishes; ``start`` plus or minus FARTHEST where it does not.

    The root has half of the digits of mpmath's working precision.  The search is fastest where it lies within
    a known distance of the start.

    >>> print(mpmath.nstr(monotone_root(lambda x: mpmath.exp(x) - 2, mpmath.mpf(100)), 7))
    0.6931472
    """
    low, high, step = start - within, start + within, mpmath.mpf(2 * within)
    at_low, at_high = increasing(low), increasing(high)
    while at_low > 0:
        high, at_high = low, at_low
        low, step = low - step, 2 * step
        if low < start - FARTHEST:
            return start - FARTHEST
        at_low = increasing(low)
    while at_high < 0:
        low, at_low = high, at_high
        high, step = high + step, 2 * step
        if high > start + FARTHEST:
            return start + FARTHEST
        at_high = increasing(high)
    if at_low == 0 or at_high == 0:
        return low if at_low == 0 else high
    return _illinois(increasing, low, at_low, high, at_high, _tolerance())


_BESIDE, _MARGIN = 1e-3, 10
"""How well a root has to be known; errors of the function, in units of what its root is searched to."""


def is_determined(increasing: Callable[[Any], Any], root: Any) -> bool:
    """Whether a function determines its root to a thousandth: where it is too flat, its errors move that.

    >>> [is_determined(lambda x: slope * (mpmath.exp(x) - 2), mpmath.log(2)) for slope in (1, 1e-6)]
    [True, False]
    """
    below, above = increasing(root - _BESIDE), increasing(root + _BESIDE)
    return bool(below < -_MARGIN * _tolerance() and above > _MARGIN * _tolerance())


def positive_solution(
    differences: Sequence[Callable[..., Any]], start: Sequence[Any], names: Sequence[str]
) -> tuple[Any, ...]:
    """One or two positive numbers at which as many functions of them vanish.

    Args:
        differences: each increases with the unknown in its own place.
        start: where the search for each begins.
        names: of the unknowns, for what is raised.

    Raises:
        ArithmeticError: when there is no solution, it is not found, or the equations hardly determine it: so
            where the data have just as many degrees of freedom as are to be determined.

    >>> (root,) = positive_solution([lambda x: x**3 - x - 1], [1], ["x"])
    >>> mpmath.nstr(root, 7)
    '1.324718'
    """
    if len(differences) == 1:
        (difference,), (near,), (name,) = differences, start, names
        return (mpmath.exp(_root(lambda x: difference(mpmath.exp(x)), mpmath.log(near), name)),)
    shift, before = mpmath.log(start[1] / start[0]), None

    def outer(first: Any, second: Any) -> Any:
        return differences[0](mpmath.exp(first), mpmath.exp(second))

    def inner(first: Any, second: Any) -> Any:
        return differences[1](mpmath.exp(first), mpmath.exp(second))

    def second_at(first: Any) -> Any:
        # the next search starts where the last one ended, and as close as the first unknown has moved
        nonlocal shift, before
        expected = first + shift
        within = 1 if before is None else min(max(abs(first - before), 4 * _tolerance()), 1)
        root = monotone_root(partial(inner, first), expected, within)
        if abs(root - expected) < FARTHEST:
            shift, before = root - first, first
        return root

    first = _root(lambda x: outer(x, second_at(x)), mpmath.log(start[0]), names[0])
    second = _root(partial(inner, first), first + shift, names[1])
    return mpmath.exp(first), mpmath.exp(second)


def _root(increasing: Callable[[Any], Any], start: Any, name: str) -> Any:
    """The logarithm of an unknown; far below where the search starts it stands for zero.

    Raises:
        ArithmeticError: when it stands for infinity, or is not determined to a thousandth.
    """
    root = monotone_root(increasing, start)
    if root >= start + FARTHEST:
        raise ArithmeticError(f"the equations have no solution: {name} is beyond all bounds")
    if root > start - FARTHEST and not is_determined(increasing, root):
        raise ArithmeticError(
            f"the equations hardly determine {name}: beside {mpmath.nstr(mpmath.exp(root), 3)} their sides "
            "differ by less than their errors"
        )
    return root


def _tolerance() -> Any:
    """Half of the digits of mpmath's working precision."""
    return mpmath.mpf(10) ** (-mpmath.mp.dps // 2)


def _illinois(
    increasing: Callable[[Any], Any], low: Any, at_low: Any, high: Any, at_high: Any, tolerance: Any
) -> Any:
    """The root in a bracket, with bisection where the method stalls.

    ``mpmath.findroot`` with its Illinois method refuses a root at a jump, and returns nan for a function that
    is nan; its Anderson method stalls on steep exponentials.
    """
    side = 0
    for count in range(400):
        middle = (low + high) / 2 if count % 8 == 7 else (low * at_high - high * at_low) / (at_high - at_low)
        value = increasing(middle)
        if abs(value) < tolerance or high - low < tolerance:
            return middle
        if value < 0:
            at_high = at_high / 2 if side < 0 else at_high
            low, at_low, side = middle, value, -1
        else:
            at_low = at_low / 2 if side > 0 else at_low
            high, at_high, side = middle, value, 1
    raise ArithmeticError("an equation has no root that is found: its sides may not be monotone")
