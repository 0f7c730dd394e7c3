r"""The exponent of a quantity in the limit of large dimension, measured from a ladder of solutions.

On a ladder d_0 < d_1 < ... with a constant ratio, the local exponents

    e_k = log(q_{k+1}/q_k) / log(d_{k+1}/d_k),

of q = C d^e (log d)^m (1 + c d^{-mu} + ...), after division by the predicted (log d)^m, approach e with
errors in geometric progression: Aitken's transformation of the last three removes the leading one.  How far
it moves is the error estimate.  A quantity that is zero, or falls faster than any power, has exponent -oo.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

VANISHING = -25.0
"""A local exponent this low, on dimensions beyond 10^6, is read as faster than any power of d."""

ROUNDING = 1e-9
"""Local exponents may differ by this much from the rounding of solutions alone."""


class Measured(NamedTuple):
    """An extrapolated exponent and the error estimate that comes with it."""

    exponent: float
    uncertainty: float


def extrapolated_exponent(
    dims: Sequence[float], values: Sequence[float], *, log_exponent: float = 0.0
) -> Measured:
    """Exponent of d in ``values``, extrapolated to infinite d.

    Args:
        dims: at least four dimensions in geometric progression.
        values: the quantity there, each zero or positive.
        log_exponent: power of log d to divide out first.

    Raises:
        ValueError: when the ladder is too short, or a value is negative or not finite.

    >>> dims = [10.0**k for k in (6, 12, 18, 24)]
    >>> found = extrapolated_exponent(dims, [d**0.4 * (1 + d**-0.1) for d in dims])
    >>> abs(found.exponent - 0.4) < found.uncertainty < 0.01
    True
    >>> extrapolated_exponent(dims, [0.0, 0.0, 0.0, 0.0]).exponent
    -inf
    """
    if len(dims) < 4 or len(dims) != len(values):
        raise ValueError(f"dims and values: {len(dims)} and {len(values)}, at least four of each are needed")
    if any(not math.isfinite(v) or v < 0 for v in values):
        raise ValueError(f"values={list(values)} must be finite and not negative")
    if values[-1] == 0:
        return Measured(-math.inf, 0.0)
    if any(v == 0 for v in values):
        return Measured(math.inf, math.inf)
    logs = np.log(np.asarray(dims, dtype=float))
    heights = np.log(np.asarray(values, dtype=float)) - log_exponent * np.log(logs)
    local = np.diff(heights) / np.diff(logs)
    if local[-1] < VANISHING and np.all(np.diff(local) < 0):
        return Measured(-math.inf, 0.0)
    first, second, last = local[-3:]
    bend = (last - second) - (second - first)
    ratio = (last - second) / (second - first) if second != first else 0.0
    # Aitken's step is trusted only where the differences do shrink, and are not those of rounding
    shrinks = 0 < ratio < 1 and abs(last - second) > ROUNDING
    limit = last - (last - second) ** 2 / bend if shrinks else last
    return Measured(float(limit), float(abs(limit - last) + abs(last - second)))
