r"""Many poles seen from near any of them: a tree of boxes, as in a fast multipole method in one dimension.

A sum over poles s_j of weights w_j > 0 at a point z = s_i + offset + i v next to one of them is dominated
by the poles near it.  From the disc |z - c| <= R of a box around its middle c the poles are seen in two
parts:

    near     those with |s - c| < 2 R, one by one;
    far      all others, by the Gaussian rule of their weights as a function of y = 1/(s - c), |y| < 1/(2 R).

With zeta = z - c the functions 1/(z - s) = -y/(1 - zeta y), 1/|z - s|^2 and, with m in the disc,
(s - m)^2/|z - s|^2 are analytic in y up to y = 1/zeta.  That is no closer than two half-widths from the
middle: on or outside the ellipse of parameter 2 + sqrt(3) = 3.7 (`gauss_rules`).  So p = 14 nodes are right
to 3.7^(-2 p) = 1e-16.  As s = c + 1/y they are poles of positive weights: a sum of positive terms over the
poles remains one.

A box is a row of poles next to each other.  The boxes of a level have equally many, and two make one of
the level above.  On the way up every box gets a Gaussian rule of its own poles in s, which stands for them
wherever they are seen from more than three half-widths away.  On the way down a box takes over the far
poles of the box above it, and adds those that are near to that box and not to itself.  Those for which no
rule may stand are passed on to the level below, and on the last level taken one by one.

In order: `Seen`, `PoleTree`, `pole_tree`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from numerics.sums.gauss_rules import gauss_rules

# Poles of a box on the last level, about; nodes of rules of near and of far poles.
_LEAF, _OWN, _ORDER = 8, 11, 14
# Distance of far poles, in radii; distance of poles for which their own rule stands, in half-widths.
_FAR, _CLEAR = 2, 3
# Least |1/(s - c)| of a node, and how many numbers are made at once.
_SMALLEST, _AT_ONCE = 1e-100, 250_000
# Level from which on rules also stand for some of the near poles.
HIGH = 4
# Order up to which Taylor's coefficients are kept.
_SHORT = 8


@dataclass(frozen=True, eq=False)
class Seen:
    """The poles as some points see them.

    Attributes:
        level: of the boxes from which they see them.
        points: which points, shape (points,).
        distances: s_i - s, from the pole next to each of them down to all nodes, shape (points, nodes).
        weights: of the nodes, shape (points, nodes), or (1, nodes) if all see the same; 0 for what fills up.
        from_centre: s_i - c, shape (points,).
        radii: R, shape (points,); None without bound.
    """

    level: int
    points: Any
    distances: Any
    weights: Any
    from_centre: Any
    radii: Any

    def room(self, offsets: Any) -> Any:
        """R^2 - (u - c)^2, up to which v^2 may be, at offsets u - s_i; None without bound."""
        return None if self.radii is None else self.radii**2 - (self.from_centre + offsets) ** 2

    def only(self, which: Any) -> Seen:
        """The same for some of the points."""
        if which.all():
            return self
        weights = self.weights[which] if len(self.weights) > 1 else self.weights
        radii = None if self.radii is None else self.radii[which]
        return Seen(
            self.level, self.points[which], self.distances[which], weights, self.from_centre[which], radii
        )


@dataclass(frozen=True, eq=False)
class _Level:
    """The boxes of a level.

    Attributes:
        bounds: numbers of their first poles, and the number of all; shape (boxes + 1,).
        centres: c.
        radii: R; infinite for the one box of the first level.
        far: s - c of the far nodes, shape (boxes, nodes).
        weights: of these.
        near: for each box, and each that is near to it, in order: their numbers; shape (2, pairs).
        half_widths: half-widths of the boxes.
        own: the rules of their own poles: nodes less the first of these, and weights.
    """

    bounds: Any
    centres: Any
    radii: Any
    far: Any
    weights: Any
    near: Any
    half_widths: Any
    own: tuple[Any, Any]


@dataclass(frozen=True, eq=False)
class PoleTree:
    """Poles in decreasing order, their weights, shape (poles,), and the levels from the last one up."""

    poles: Any
    weights: Any
    levels: tuple[_Level, ...]

    @property
    def heights(self) -> int:
        """How many levels there are."""
        return len(self.levels)

    def seen(self, level: int, numbers: Any, offsets: Any = None, heights: Any = 0.0) -> Iterator[Seen]:
        """All poles from points next to some of them, as boxes see them.

        Args:
            level: of the boxes, 0 for the last and smallest ones.
            numbers: of the poles next to the points, shape (points,).
            offsets: of the points, u less that pole, if they will not move, shape (points,).
            heights: v is known to be no less, shape (points,).
        """
        of_level = self.levels[level]
        own, back = np.unique(
            np.searchsorted(of_level.bounds, numbers, side="right") - 1, return_inverse=True
        )
        first = np.searchsorted(of_level.near[0], [own, own + 1])
        rows, columns = _ranges(*first)
        boxes = of_level.near[1][columns]
        if offsets is None or level < HIGH:
            nodes = self._single(level, rows, boxes)
        else:
            u, ends = self.poles[numbers] + offsets, np.full((3, len(own)), np.inf)
            for end, value in zip(ends, (u, -u, heights + 0 * u), strict=True):
                np.minimum.at(end, back, value)
            nodes = self._together(level, rows, boxes, *ends)
        yield from self._batches(level, nodes, own, back, numbers)

    def _single(self, level: int, rows: Any, boxes: Any) -> tuple[Any, Any, Any, Any]:
        """The poles of boxes, each with its row: rows, poles, nodes less these, and weights."""
        row, members = _ranges_of(rows, boxes, self.levels[level].bounds)
        return row, self.poles[members], np.zeros(len(row)), self.weights[members]

    def _together(
        self, level: int, rows: Any, boxes: Any, low: Any, minus_high: Any, heights: Any
    ) -> tuple[Any, Any, Any, Any]:
        """The same, with rules for what points in an interval, of some height, see from far enough."""
        parts = []
        while len(rows) and level > 0:
            of_level = self.levels[level]
            half = of_level.half_widths[boxes]
            middle = self.poles[of_level.bounds[boxes]] - half
            away = np.maximum(np.maximum(low[rows] - middle, middle + minus_high[rows]), 0)
            is_clear = _CLEAR * half <= np.hypot(away, heights[rows])
            row, box = rows[is_clear], boxes[is_clear]
            anchors = np.repeat(self.poles[of_level.bounds[box]], _OWN)
            parts.append((np.repeat(row, _OWN), anchors, *(column[box].ravel() for column in of_level.own)))
            rows, boxes = np.repeat(rows[~is_clear], 2), np.repeat(2 * boxes[~is_clear], 2)
            boxes[1::2] += 1
            level -= 1
        parts.append(self._single(level, rows, boxes))
        rows, anchors, nodes, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(rows, kind="stable")
        return rows[order], anchors[order], nodes[order], weights[order]

    def _batches(
        self, level: int, nodes: tuple[Any, Any, Any, Any], own: Any, back: Any, numbers: Any
    ) -> Iterator[Seen]:
        """Points with like numbers of nodes, so that few are filled up."""
        counts = np.bincount(nodes[0], minlength=len(own))
        starts = np.append(0, np.cumsum(counts))
        order = np.argsort(counts[back], kind="stable")
        sizes, begin = counts[back][order], 0
        while begin < len(order):
            fewest = int(sizes[begin])
            end = min(len(order), begin + max(1, _AT_ONCE // (fewest + _ORDER)))
            end = int(np.searchsorted(sizes[:end], 1.3 * fewest + _LEAF, side="right"))
            points = order[begin:end]
            boxes, of_boxes = np.unique(back[points], return_inverse=True)
            rows, columns = _ranges(starts[boxes], starts[boxes + 1])
            table, present = _filled(rows, columns, len(boxes))
            yield self._of_points(level, nodes, table, present, own[boxes], of_boxes, points, numbers[points])
            begin = end

    def _of_points(
        self,
        level: int,
        nodes: tuple[Any, Any, Any, Any],
        table: Any,
        present: Any,
        boxes: Any,
        back: Any,
        points: Any,
        numbers: Any,
    ) -> Seen:
        """The near nodes of a table, and the far ones of the boxes, as points of these see them."""
        _, anchors, inner, weights = nodes
        of_level, near = self.levels[level], table.shape[1]
        centres = np.repeat(of_level.centres[boxes][:, None], _ORDER, axis=1)
        base = np.concatenate([anchors[table], centres], axis=1)
        beyond = np.concatenate([np.where(present, inner[table], 1 / _SMALLEST), of_level.far[boxes]], axis=1)
        of_nodes = np.concatenate([np.where(present, weights[table], 0), of_level.weights[boxes]], axis=1)
        at, distances = self.poles[numbers], base[back]
        np.subtract(at[:, None], distances, out=distances)
        begin = 0 if inner.any() or not present.all() else near
        distances[:, begin:] -= beyond[back, begin:]
        radii = None if len(of_level.centres) == 1 else of_level.radii[boxes][back]
        return Seen(level, points, distances, of_nodes[back], at - of_level.centres[boxes][back], radii)

    def nearest(self, numbers: Any, offsets: Any) -> tuple[Any, Any]:
        """Points next to some poles, seen from the poles nearest to them."""
        places = self.poles[numbers] + offsets
        below = np.minimum(np.searchsorted(-self.poles, -places), len(self.poles) - 1)
        above = np.maximum(below - 1, 0)
        is_above = self.poles[above] - places < places - self.poles[below]
        nearest = np.where(is_above, above, below)
        # rounding may tell neighbours apart no more
        nearest = np.where(abs(offsets) <= self.gaps[numbers] / 2, numbers, nearest)
        return nearest, offsets + (self.poles[numbers] - self.poles[nearest])

    def least_heights(self, numbers: Any, offsets: Any, variance: float) -> Any:
        """Lower bounds on v where variance * sum w/|z - s|^2 = 1, or 0, from the poles of a box alone."""
        total, u = self._cumulated, self.poles[numbers] + offsets
        least = np.zeros(len(numbers))
        for level in self.levels[HIGH:]:
            boxes = np.searchsorted(level.bounds, numbers, side="right") - 1
            first, end = level.bounds[boxes], level.bounds[boxes + 1]
            away = np.maximum(abs(u - self.poles[first]), abs(u - self.poles[end - 1]))
            least = np.maximum(least, variance * (total[end] - total[first]) - away * away)
        return np.sqrt(least)

    @cached_property
    def _cumulated(self) -> Any:
        return np.append(0, np.cumsum(self.weights))

    @cached_property
    def gaps(self) -> Any:
        """Distances from each pole to the next, shape (poles,)."""
        steps = np.concatenate([[np.inf], self.poles[:-1] - self.poles[1:], [np.inf]])
        return np.minimum(steps[:-1], steps[1:])

    def series(self, numbers: Any, order: int) -> Any:
        """Taylor's coefficients of sum w/(z - s) over the others at some poles, shape (numbers, order + 1).

        In units of the gap g: g^(k + 1) sum (-1)^k w/(s_i - s)^(k + 1), k from 0 to the order.
        """
        if order > _SHORT:
            return self._series(numbers, order)
        return self._short_series[numbers, : order + 1]

    @cached_property
    def _short_series(self) -> Any:
        return self._series(np.arange(len(self.poles)), _SHORT)

    def _series(self, numbers: Any, order: int) -> Any:
        series = np.zeros((len(numbers), order + 1))
        for seen in self.seen(0, numbers):
            distances = np.where(seen.distances == 0, 1 / _SMALLEST, seen.distances)
            ratio = -self.gaps[numbers[seen.points]][:, None] / distances
            power = -seen.weights * ratio
            for k in range(order + 1):
                series[seen.points, k] = power.sum(axis=1)
                power *= ratio
        return series


def _ranges(begin: Any, end: Any) -> tuple[Any, Any]:
    """Row by row all whole numbers from a beginning up to an end: the rows, and the numbers."""
    counts = end - begin
    rows = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return rows, np.arange(len(rows)) - starts[rows] + begin[rows]


def _ranges_of(rows: Any, boxes: Any, bounds: Any) -> tuple[Any, Any]:
    """The poles of boxes, each with its row."""
    which, members = _ranges(bounds[boxes], bounds[boxes + 1])
    return rows[which], members


def _filled(rows: Any, values: Any, count: int) -> tuple[Any, Any]:
    """Values of rows in increasing order as a table, and which of its places are filled."""
    counts = np.bincount(rows, minlength=count)
    starts = np.cumsum(counts) - counts
    width = max(int(counts.max(initial=0)), 1)
    table = np.zeros((count, width), dtype=values.dtype)
    present = np.zeros((count, width), dtype=bool)
    column = np.arange(len(rows)) - starts[rows]
    table[rows, column], present[rows, column] = values, True
    return table, present


def pole_tree(poles: Any, weights: Any) -> PoleTree:
    """The tree of poles in decreasing order, all different.

    >>> poles, weights = -(np.arange(1000.0) ** 2), np.ones(1000)
    >>> (seen,) = pole_tree(poles, weights).seen(0, np.array([500]))
    >>> seen.distances.shape[1] < 100, bool(seen.room(30.0)[0] > 0)
    (True, True)
    >>> sums = (seen.weights / (30 + seen.distances) ** 2).sum(axis=1)
    >>> bool(abs(sums[0] / (weights @ (30 + poles[500] - poles) ** -2) - 1) < 1e-14)
    True
    """
    depth = max(0, int(np.log2(max(len(poles) / _LEAF, 1))))
    last = np.arange(2**depth + 1) * len(poles) // 2**depth
    bounds = [last[:: 2 ** (depth - number)] for number in range(depth + 1)]
    rules = _own_rules(poles, weights, bounds)
    levels: list[_Level] = []
    for number, (of_level, own) in enumerate(zip(bounds, rules, strict=True)):
        above = levels[-1] if levels else None
        levels.append(_level(poles, weights, of_level, own, above, number == depth))
    return PoleTree(poles, weights, tuple(levels[::-1]))


def _own_rules(poles: Any, weights: Any, bounds: list[Any]) -> list[tuple[Any, Any]]:
    """The Gaussian rules of the boxes' own poles, less the first of them, from the first level on."""
    rows, members = _ranges(bounds[-1][:-1], bounds[-1][1:])
    table, present = _filled(rows, members, len(bounds[-1]) - 1)
    # what fills up a row lies on its first pole
    table = np.where(present, table, table[:, :1])
    rules = [gauss_rules(poles[table] - poles[table[:, :1]], np.where(present, weights[table], 0), _OWN)]
    for of_level in bounds[-2::-1]:
        nodes, of_nodes = (column.reshape(-1, 2, _OWN) for column in rules[-1])
        children = bounds[len(bounds) - len(rules)][:-1].reshape(-1, 2)
        nodes = nodes + (poles[children] - poles[of_level[:-1, None]])[:, :, None]
        rules.append(gauss_rules(nodes.reshape(-1, 2 * _OWN), of_nodes.reshape(-1, 2 * _OWN), _OWN))
    return rules[::-1]


def _level(
    poles: Any, weights: Any, bounds: Any, own: tuple[Any, Any], above: _Level | None, is_last: bool
) -> _Level:
    high, low = poles[bounds[:-1]], poles[bounds[1:] - 1]
    boxes = len(high)
    if above is None:
        none = np.zeros((1, _ORDER))
        centre, near = (high + low) / 2, np.zeros((2, 1), dtype=int)
        far = none + 1 / _SMALLEST
        return _Level(bounds, centre, np.array([np.inf]), far, none, near, (high - low) / 2, own)
    centres, radii = _discs(poles, bounds)
    # children of boxes near to the one above
    target, source = (np.array([[0, 0, 1, 1], [0, 1, 0, 1]])[:, None] + 2 * above.near[:, :, None]).reshape(
        2, -1
    )
    order = np.lexsort([source, target])
    target, source = target[order], source[order]
    middle, half = (high + low) / 2, (high - low) / 2
    away = abs(middle[source] - centres[target])
    is_far = away - half[source] >= _FAR * radii[target]
    is_clear = away - radii[target] >= _CLEAR * half[source]
    resolved = is_far & is_clear
    row, rule = target[resolved], source[resolved]
    rows = [np.repeat(row, _OWN)]
    offsets = [((high[rule] - centres[row])[:, None] + own[0][rule]).ravel()]
    of_nodes = [own[1][rule].ravel()]
    if is_last:
        single = is_far & ~is_clear
        row, members = _ranges_of(target[single], source[single], bounds)
        rows, offsets = [*rows, row], [*offsets, poles[members] - centres[row]]
        of_nodes = [*of_nodes, weights[members]]
        resolved = is_far
    parent = np.arange(boxes) // 2
    shift = above.centres[parent] - centres
    rows.append(np.repeat(np.arange(boxes), _ORDER))
    offsets.append((above.far[parent] + shift[:, None]).ravel())
    of_nodes.append(above.weights[parent].ravel())
    far, of_far = _far_rules(np.concatenate(rows), np.concatenate(offsets), np.concatenate(of_nodes), boxes)
    near = np.stack([target[~resolved], source[~resolved]])
    return _Level(bounds, centres, radii, far, of_far, near, half, own)


def _discs(poles: Any, bounds: Any) -> tuple[Any, Any]:
    """Middle and radius of boxes: their poles, and half of what is free beyond, but not much more."""
    high, low = poles[bounds[:-1]], poles[bounds[1:] - 1]
    gaps = (poles[bounds[1:-1] - 1] - poles[bounds[1:-1]]) / 2
    width = high - low
    most = width / np.maximum(np.diff(bounds) - 1, 1) * 2
    above = np.minimum(np.append(most[0], gaps), most)
    below = np.minimum(np.append(gaps, most[-1]), most)
    high, low = high + above, low - below
    return (high + low) / 2, (high - low) / 2


def _far_rules(rows: Any, offsets: Any, weights: Any, boxes: int) -> tuple[Any, Any]:
    """The Gaussian rules in 1/(s - c) of far nodes, each with its box: s - c and weights."""
    order = np.argsort(rows, kind="stable")
    rows, offsets, weights = rows[order], offsets[order], weights[order]
    is_there = weights > 0
    rows, y, weights = rows[is_there], 1 / offsets[is_there], weights[is_there]
    counts = np.bincount(rows, minlength=boxes)
    starts = np.append(0, np.cumsum(counts))
    far, of_far = np.full((boxes, _ORDER), 1 / _SMALLEST), np.zeros((boxes, _ORDER))
    sorted_boxes = np.argsort(counts, kind="stable")
    sorted_boxes = sorted_boxes[counts[sorted_boxes] > 0]
    begin = 0
    while begin < len(sorted_boxes):
        fewest = int(counts[sorted_boxes[begin]])
        end = min(len(sorted_boxes), begin + max(1, 20 * _AT_ONCE // (fewest * _ORDER)))
        end = int(np.searchsorted(counts[sorted_boxes[:end]], 1.3 * fewest + _ORDER, side="right"))
        some = sorted_boxes[begin:end]
        row, member = _ranges(starts[some], starts[some + 1])
        table, present = _filled(row, member, len(some))
        table = np.where(present, table, table[:, :1])
        nodes, of_nodes = gauss_rules(y[table], np.where(present, weights[table], 0), _ORDER)
        # nodes without weight anywhere among those with
        nodes = np.where(of_nodes > 0, nodes, nodes[np.arange(len(some)), of_nodes.argmax(axis=1)][:, None])
        nodes = np.where(abs(nodes) > _SMALLEST, nodes, _SMALLEST)
        far[some], of_far[some] = 1 / nodes, of_nodes
        begin = end
    return far, of_far
