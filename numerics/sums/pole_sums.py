r"""Sums over many poles at many points, where both range over many scales.

Along a path that meets the real axis at right angles (`free_probability.contours`) every sum over the modes
is one, over poles i, of numbers times a power of

    1/(1 + i b r) = (1 - i b r) k,      k = 1/(1 + (b r)^2),

with r > 0 along the path and a real number b_i for each pole.  The sums are formed as in a fast multipole
method in one dimension.  As a function of r and p = |b|, k is a step at p r = 1: where p r < 1/W it is a
power series in (p r)^2, and where p r > W one in (p r)^-2, in which points and poles factorise.  Neighbouring
points, in blocks, sum over the bins of poles near them one by one, and over the moments of all bins further
away.

A spectrum that falls to 0 has most of its poles next to each other: in a narrow cluster around p_0, with k_0
of this pole,

    k = k_0/(1 + e (1 - k_0)),      e = (p/p_0)^2 - 1,

is a power series in e at every point.  Every term of all these sums keeps its relative precision.

In order: `Kernel`, `kernel`, `powers`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from numerics.arithmetic.precision import DOUBLE_BITS, Arithmetic, Elementwise

# W; and how many neighbouring points make a block, and poles a bin.
_FAR = 10.0
_BLOCK = 24
_BIN = 24
# How much larger than the smallest of a cluster its largest pole may be, and how many make one.
_NARROW = 0.1
_CLUSTER = 100
# A pole at 0 is as far as can be.
_SMALLEST = 1e-150
# Up to this many pairs of a point and a pole all are summed one by one: of float64, and of slower numbers.
_FEW, _FEW_SLOW = 100_000, 5_000


@lru_cache(maxsize=64)
def _expansion(count: int, leading: int, exponent: int) -> Any:
    """Coefficients of (q^leading/(1 + q))^exponent in powers 0, 1, ... of q, as a column."""
    order = np.arange(count) - leading * exponent
    return np.where(order < 0, 0, np.where(order % 2, -1, 1) * (order + 1) ** (exponent - 1))[:, None]


@dataclass(frozen=True, eq=False)
class _Far:
    """The bins of poles on one side of the blocks of points, in powers of a small ratio.

    Matrices are kept as the functions that multiply by them.

    Attributes:
        poles: by the powers of the poles in units of the end of their bin, shape (bins, powers, poles).
        between: by those of that end in units of the end of the block, shape (powers, blocks, bins); 0 for
            bins near.
        points: by those of the points in units of the end of their block, shape (blocks, points, powers).
        powers: how many.
        leading: the power of the ratio that k begins with.
    """

    poles: Elementwise
    between: Elementwise
    points: Elementwise
    powers: int
    leading: int

    def sums(self, binned: Any, exponent: int) -> Any:
        """Sums of c k^exponent, exponent 1 or 2, shape (blocks, points, columns)."""
        moments = self.between(self.poles(binned).transpose(1, 0, 2)).transpose(1, 0, 2)
        return self.points(moments * _expansion(self.powers, self.leading, exponent))


@dataclass(frozen=True, eq=False)
class _Cluster:
    """Poles next to each other; matrices as in `_Far`.

    Attributes:
        members: which poles.
        spread: by powers of e, shape (powers, members).
        centre: k_0, shape (points, 1).
        series: by powers of 1 - k_0, shape (points, powers).
        powers: how many.
    """

    members: Any
    spread: Elementwise
    centre: Any
    series: Elementwise
    powers: int

    def sums(self, columns: Any, exponent: int) -> Any:
        """Sums of c k^exponent over the cluster, exponent 1 or 2, shape (points, columns)."""
        moments = self.spread(columns[self.members])
        return self.centre**exponent * self.series(moments * _expansion(self.powers, 0, exponent))


@dataclass(frozen=True, eq=False)
class _Block:
    """Neighbouring points and the poles near them, of those in order.

    Attributes:
        points: which points.
        poles: which poles.
        table: k between them.
    """

    points: slice
    poles: slice
    table: Any


@dataclass(frozen=True, eq=False)
class Kernel:
    """k between all points and poles, in packed numbers of an arithmetic.

    Attributes:
        arithmetic: the arithmetic.
        order: the poles in increasing order, without those of a cluster, as often as it takes to fill bins;
            None where one block holds all.
        present: 1, or 0 where a pole comes again.
        blocks: all points, with the poles near them.
        far: the poles on either side of those.
        cluster: the poles in none of them; None for none.
    """

    arithmetic: Arithmetic
    order: Any
    present: Any
    blocks: tuple[_Block, ...]
    far: tuple[_Far, ...]
    cluster: _Cluster | None

    def sums(self, columns: Any, exponent: int = 1) -> Any:
        """Sums over the poles of c k^exponent, shape (points, columns).

        Args:
            columns: c, shape (poles, columns).
            exponent: 1 or 2.
        """
        return self.arithmetic.unpacked(self._sums(self.arithmetic.packed(columns), exponent))

    def _sums(self, columns: Any, exponent: int) -> Any:
        in_order = columns if self.order is None else columns[self.order] * self.present[:, None]
        near = []
        for block in self.blocks:
            table = block.table if exponent == 1 else block.table * block.table
            near.append(self.arithmetic.multiplier(table)(in_order[block.poles]))
        if self.order is None:
            return near[0]
        total, binned = np.concatenate(near), in_order.reshape(-1, _BIN, columns.shape[-1])
        for side in self.far:
            of_blocks = side.sums(binned, exponent)
            total = total + of_blocks.reshape(-1, columns.shape[-1])[: len(total)]
        return total if self.cluster is None else total + self.cluster.sums(columns, exponent)


def kernel(arithmetic: Arithmetic, poles: Any, points: Any) -> Kernel:
    """The kernel 1/(1 + (p r)^2) for poles p >= 0 in any order and points r > 0 in increasing order.

    >>> from numerics.arithmetic.precision import DOUBLE
    >>> poles, points = np.geomspace(1e-20, 1e30, 1000), np.geomspace(1e-25, 1e15, 500)
    >>> sums = kernel(DOUBLE, poles, points).sums(np.stack([poles, 1 / poles], axis=-1))
    >>> direct = (1 / (1 + (points[:, None] * poles) ** 2)) @ np.stack([poles, 1 / poles], axis=-1)
    >>> bool(abs(sums / direct - 1).max() < 1e-14)
    True
    """
    poles, points = arithmetic.packed(poles), arithmetic.packed(points)
    if len(poles) * len(points) <= (_FEW if arithmetic.bits <= DOUBLE_BITS else _FEW_SLOW):
        everything = _Block(slice(None), slice(None), _table(points, poles))
        return Kernel(arithmetic, None, None, (everything,), (), None)
    poles = np.maximum(poles, arithmetic.packed(arithmetic.real(_SMALLEST)))
    order = np.argsort(poles, kind="stable")
    order, cluster = _without_cluster(arithmetic, order, poles, points)
    order, present = _filled(order, _BIN)
    p, r = poles[order].reshape(-1, _BIN), _filled(points, _BLOCK)[0].reshape(-1, _BLOCK)
    ends, steps = (p[:, 0], p[:, -1]), (r[:, 0], r[:, -1])
    low, high = steps[1][:, None] * ends[1], steps[0][:, None] * ends[0]
    smaller, larger = low < 1 / _FAR, high > _FAR
    blocks = []
    for number, (before, after) in enumerate(
        zip(smaller.sum(axis=1).tolist(), larger.sum(axis=1).tolist(), strict=True)
    ):
        taken = slice(_BLOCK * number, min(_BLOCK * (number + 1), len(points)))
        near = slice(_BIN * before, _BIN * (len(p) - after))
        blocks.append(_Block(taken, near, _table(points[taken], poles[order[near]])))
    terms = math.ceil(arithmetic.digits / (2 * math.log10(_FAR)))

    def far(side: Any, pole: Any, end: Any, point: Any, leading: int) -> _Far:
        count = terms + 2 * leading
        between = np.where(side, end, 0 * end)
        return _Far(
            poles=arithmetic.multiplier(powers(pole * pole, count).transpose(1, 0, 2)),
            between=arithmetic.multiplier(powers(between * between, count) * side),
            points=arithmetic.multiplier(powers(point * point, count).transpose(1, 2, 0)),
            powers=count,
            leading=leading,
        )

    return Kernel(
        arithmetic,
        order,
        present,
        tuple(blocks),
        (
            far(smaller, p / ends[1][:, None], low, r / steps[1][:, None], 0),
            far(larger, ends[0][:, None] / p, 1 / high, steps[0][:, None] / r, 1),
        ),
        cluster,
    )


def _without_cluster(
    arithmetic: Arithmetic, order: Any, poles: Any, points: Any
) -> tuple[Any, _Cluster | None]:
    """The order without the largest cluster, and that; or all of it if there is no cluster."""
    p = poles[order].astype(float)
    members = np.searchsorted(p, (1 + _NARROW) * p, side="right") - np.arange(len(p))
    first = int(np.argmax(members))
    last = first + int(members[first])
    if last - first < _CLUSTER or last - first == len(order):
        return order, None
    low, high = poles[order[first]], poles[order[last - 1]]
    centre, cluster = (low + high) / 2, order[first:last]
    spread = (poles[cluster] - centre) * (poles[cluster] + centre) / (centre * centre)
    squares = (centre * points) ** 2
    count = math.ceil(arithmetic.digits / -math.log10(_NARROW)) + 1
    return np.delete(order, slice(first, last)), _Cluster(
        members=cluster,
        spread=arithmetic.multiplier(powers(spread, count)),
        centre=(1 / (1 + squares))[:, None],
        series=arithmetic.multiplier(powers(squares / (1 + squares), count).T),
        powers=count,
    )


def _table(points: Any, poles: Any) -> Any:
    """k, shape (..., points, poles); in place: large arrays are slow to come by."""
    table = points[..., :, None] * poles[..., None, :]
    table *= table
    table += 1
    return np.divide(1, table, out=table)


def _filled(values: Any, length: int) -> tuple[Any, Any]:
    """The values, and the last one again, up to a multiple of a length; 1 for values, else 0."""
    missing = -len(values) % length
    present = np.concatenate([np.ones(len(values), int), np.zeros(missing, int)])
    return np.concatenate([values, np.repeat(values[-1:], missing)]), present


def powers(base: Any, count: int) -> Any:
    """The powers 0, 1, 2, ... of the base, along a new first axis."""
    table = np.empty((count, *base.shape), base.dtype)
    table[0] = 0 * base + 1
    for before, power in pairwise(table):
        np.multiply(before, base, out=power)
    return table
