"""Integrals whose size is not known beforehand, to so many digits of that size.

The estimate of its error by which mpmath's tanh-sinh quadrature (Takahasi and Mori 1974) stops is absolute.
So the integrand is divided by its size: of a large one the estimate would never be small enough, of a small
one always.  That size is looked for in the middles of the panels; where they miss it, as those of what falls
faster than any exponential do, the first result tells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import mpmath


def integral(function: Callable[[Any], Any], ends: Sequence[Any], digits: int) -> mpmath.mpf:
    """The integral of a real function over panels with these ends, each of which it is analytic inside of.

    Raises:
        ArithmeticError: when less than half of the digits are found.

    >>> print(mpmath.nstr(integral(lambda x: mpmath.exp(x - 200), [0, 1], 15) * mpmath.exp(200), 10))  # e - 1
    1.718281828
    """
    middles = [function((mpmath.mpf(left) + right) / 2) for left, right in pairwise(ends)]
    unit = max(map(abs, middles), default=0) or 1
    with mpmath.workdps(digits):
        whole, error = mpmath.quad(lambda x: function(x) / unit, ends, error=True)
        if abs(whole) > _MISSED:
            unit *= abs(whole)
            whole, error = mpmath.quad(lambda x: function(x) / unit, ends, error=True)
    if error > mpmath.mpf(10) ** (-digits // 2):
        raise ArithmeticError(f"an integral over modes is found to {mpmath.nstr(error, 1)} of its size only")
    return unit * whole


_MISSED = 1000
"""A result in units of what is in the middles of the panels that says that they miss where most is."""
