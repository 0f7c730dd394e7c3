r"""Sums over the modes at many points close to one of them: the far field is a few moments.

On Biane's curve, above the real axis at a point u, everything is a sum over the modes i of

    c_i/((u + D_i)^2 + q)    or    c_i/((u + D_i)^2 + q)^2,       q = v^2,

where D_i is the distance of a mode below the one that is the origin of u.  For |u| + v far below |D| the
first is a series in which points and modes factorise,

    sum_{j,k} (-1)^(j+k) binom(2k + 1 + j, j) u^j q^k D^(-2k-2-j);

the second is minus its derivative in q.

In order: `Neighbours`, `Above`, `neighbours`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from numerics.arithmetic.precision import Arithmetic
from numerics.sums.pole_sums import powers

# Modes further away than this, over |u| + v, are far.
_FAR = 16


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Modes, by their distances from one of them.

    Attributes:
        distances: D of the modes near, shape (near,).
        columns: c of these, shape (near, columns).
        series: far field, coefficients of u^j q^k in a unit, shape (j, k, columns); None for none.
        unit: that unit.
    """

    distances: Any
    columns: Any
    series: Any = None
    unit: Any = 1

    def above(self, u: Any) -> Above:
        """Their sums above real points, shape (points,)."""
        along = u[:, None] + self.distances
        if self.series is None:
            return Above(along * along, self.columns)
        by_points = powers(u / self.unit, len(self.series)).T @ self.series.reshape(len(self.series), -1)
        return Above(
            along * along, self.columns, by_points.reshape(len(u), *self.series.shape[1:]), self.unit
        )


@dataclass(frozen=True, eq=False)
class Above:
    """Modes, by their distances from points above the real axis.

    Attributes:
        squares: (u + D)^2 of the modes near, shape (points, near).
        columns: c of these, shape (near, columns).
        series: far field, coefficients of q^k in a unit, shape (points, k, columns); None for none.
        unit: that unit.
    """

    squares: Any
    columns: Any
    series: Any = None
    unit: Any = 1

    def sums(self, q: Any, columns: int, of_squares: int) -> tuple[Any, Any]:
        """Sums of c/((u + D)^2 + q) and of c/((u + D)^2 + q)^2 at q > 0, shape (points,).

        Of the first ``columns`` and the first ``of_squares``; each in the shape (points, columns).
        """
        inverse = 1 / (self.squares + q[:, None])
        first = inverse @ self.columns[:, :columns]
        second = (inverse * inverse) @ self.columns[:, :of_squares]
        if self.series is None:
            return first, second
        unit2 = self.unit * self.unit
        of_height = powers(q / unit2, self.series.shape[1]).T
        falling = of_height[:, :-1] * -np.arange(1, self.series.shape[1])
        first = first + (of_height[:, None, :] @ self.series[:, :, :columns])[:, 0]
        second = second + (falling[:, None, :] @ self.series[:, 1:, :of_squares])[:, 0] / unit2
        return first, second


def neighbours(arithmetic: Arithmetic, distances: Any, columns: Any, reach: Any = None) -> Neighbours:
    """Modes at distances D, with numbers c, for points with |u| + v <= ``reach``; None for any.

    >>> from numerics.arithmetic.precision import DOUBLE
    >>> s = np.arange(1.0, 2001) ** -1.25
    >>> near = neighbours(DOUBLE, s[999] - s, np.ones((2000, 1)), reach=4e-7)
    >>> u, q = np.array([-2e-7, 1e-7]), np.array([4e-14, 9e-14])
    >>> first, second = near.above(u).sums(q, 1, 1)
    >>> every = 1 / ((u[:, None] + s[999] - s) ** 2 + q[:, None])
    >>> len(near.distances), bool((abs(first[:, 0] / every.sum(axis=1) - 1) < 1e-15).all())
    (57, True)
    """
    if reach is None:
        return Neighbours(distances, columns)
    far = np.asarray(abs(distances) > _FAR * reach, dtype=bool)
    if not far.any():
        return Neighbours(distances, columns)
    count = math.ceil(arithmetic.digits / math.log10(_FAR)) + 2
    inverse = 1 / distances[far]
    moments = powers(reach * inverse, count) @ ((inverse * inverse)[:, None] * columns[far])
    factors, orders = _expansion(count)
    return Neighbours(distances[~far], columns[~far], factors[:, :, None] * moments[orders], reach)


@lru_cache(maxsize=16)
def _expansion(count: int) -> tuple[Any, Any]:
    """Factors of u^j q^k D^(-2-n), and n = 2k + j; the factor is 0 where n >= ``count``."""
    j, k = np.arange(count)[:, None], np.arange((count + 1) // 2)
    orders = 2 * k + j
    factors = [
        [(-1) ** (j + k) * math.comb(2 * k + 1 + j, j) for k in range(orders.shape[1])] for j in range(count)
    ]
    return np.where(orders < count, factors, 0), np.minimum(orders, count - 1)
