r"""The posterior variance of a matrix with any eigenvalues, a finite set, seen through Gaussian noise.

The integrals along Biane's curve are those of `posterior`,

    int dmu Var D,     int dmu Var (1 - D),     (4/3) int dmu v^2,     int dmu = 1,

with Var = sum_i p_i (s_i - m)^2, p_i = w_i delta^2/|z - s_i|^2, m = sum_i p_i s_i and D = Var/delta^2.
Nothing is known of the eigenvalues but their order, so there is no row of like intervals to interpolate in:

1. Gaussian rules stand for eigenvalues so close to each other that their noise is wider than they are
   (`sums.gauss_rules`).  A pole three half-widths from their middle is a point on the ellipse of parameter
   5.8, and sums of 1/|z - s|^2 are right to 5.8^(-2 p).
2. Where bands of single eigenvalues are far from each other power series give the integrals
   (`free_probability.isolated_bands`).
3. What is left of the support is cut at its gaps, and where the curve comes down almost to the axis, at the
   bottoms between two eigenvalues where F = sum_i p_i on the axis is least and not far above 1.  What is
   certainly closed, because the two neighbours alone make F large, is not looked at.
4. On each piece an angle takes away the square roots at both ends, u = left + (right - left)
   sin^2(angle/2), and Gauss's rule is halved where its two parts do not agree.

In the last three steps sums over all eigenvalues are sums over those near a point and over a few nodes in
place of the others (`sums.pole_tree`).  What they cost hardly depends on the number of eigenvalues.

In order: `finite_posterior_integrals`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, DOUBLE_BITS, Arithmetic
from numerics.free_probability.curve_points import edges, gaps, heights2, sums
from numerics.free_probability.isolated_bands import isolated_bands
from numerics.sums.explicit import ExplicitTarget
from numerics.sums.gauss_rules import gauss_rule
from numerics.sums.pole_tree import HIGH, PoleTree, Seen, pole_tree

# Least F in a gap up to which it is a place to cut, if closed; if two neighbours alone make more of it, it is
# not looked at.
_LOW = 3
# Eigenvalues up to which sums are over all of them, and up to which none are put together; nodes of rules.
_FEW, _FEW_WHOLE, _ORDER = 400, 200, 11
# Products of points and eigenvalues done at once; and pieces.
_AT_ONCE, _PIECES_AT_ONCE = 2_000_000, 8192
# Pieces of which each may be off by as much as all of them together.
_ALIKE = 300
_HALVINGS = 60
# Orders of the series of isolated bands; their relative error in float64; and the least D they are used for,
# as D is a difference there.
_ORDERS, _SERIES_ERROR, _LEAST_DEGREES = (4, 8, 16, 24, 40), 1e-14, 0.25


@dataclass(frozen=True, eq=False)
class _AllPoles:
    """Every point sees every pole."""

    poles: Any
    weights: Any
    heights: int = 1

    def seen(self, level: int, numbers: Any, offsets: Any = None, heights: Any = 0.0) -> Iterator[Seen]:
        """As `PoleTree.seen`."""
        at_once = max(1, _AT_ONCE // len(self.poles))
        for begin in range(0, len(numbers), at_once):
            points = np.arange(begin, min(begin + at_once, len(numbers)))
            s = self.poles[numbers[points]]
            yield Seen(0, points, s[:, None] - self.poles, self.weights[None], 0 * s, None)


@dataclass(frozen=True, eq=False)
class _Noisy:
    """Eigenvalues and the noise.

    Attributes:
        arithmetic: of all that follows.
        noise: delta.
        poles: the eigenvalues, as points see them.
    """

    arithmetic: Arithmetic
    noise: Any
    poles: _AllPoles | PoleTree

    @property
    def variance(self) -> Any:
        """delta^2."""
        return self.noise * self.noise


# Values of some points, which of them hold, and below no height v of the others.
_Function: TypeAlias = Callable[[Seen], tuple[Any, Any, Any]]


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Parts of the support between two ends, edges or low places of the curve; shape (pieces,) each.

    Attributes:
        first, last: numbers, from 0, of the largest and the smallest eigenvalue.
        right: from the largest eigenvalue up to the right end.
        left: from the smallest eigenvalue down to the left end.
    """

    first: Any
    last: Any
    right: Any
    left: Any

    def __len__(self) -> int:
        return len(self.first)

    def only(self, which: Any) -> _Pieces:
        """Some of them."""
        return _Pieces(self.first[which], self.last[which], self.right[which], self.left[which])


def finite_posterior_integrals(target: ExplicitTarget, noise: Any) -> Any:
    """The four integrals, as an array; in units of the order of the noise.

    Raises:
        NotConverged: an edge, or an integral, did not settle.

    >>> from numerics.sums.explicit import explicit_target, target_sizes
    >>> two = explicit_target(target_sizes([1.0, 0.5]), 2)
    >>> print(finite_posterior_integrals(two, 5.0).round(6))
    [1.5500000e-04 6.2189000e-02 2.4937656e+01 1.0000000e+00]
    """
    asked = target.arithmetic
    if asked.bits < DOUBLE_BITS:  # fewer digits of the integrals, not of the curve
        target = target.rounded_to(DOUBLE)
    if target.count > _FEW_WHOLE and target.arithmetic.bits <= DOUBLE_BITS:
        target = _condensed(target, 2 ** (math.floor(4 * math.log2(noise)) / 4))
    noisy = _Noisy(target.arithmetic, noise, _poles(target))
    total, is_done = noise * np.zeros(4), np.zeros(target.count, dtype=bool)
    if isinstance(noisy.poles, PoleTree):
        total, is_done = _isolated(noisy.poles, noise, asked)
    pieces = _pieces(noisy, is_done)
    # from the smallest on
    for end in range(len(pieces), 0, -_PIECES_AT_ONCE):
        some = pieces.only(slice(max(end - _PIECES_AT_ONCE, 0), end))
        total = total + _over(noisy, some, total, asked, min(1, _ALIKE / len(pieces)))
    return total


@lru_cache(maxsize=8)
def _condensed(target: ExplicitTarget, noise: float) -> ExplicitTarget:
    """The same with Gaussian rules in place of eigenvalues far closer to each other than to the curve.

    No point of the curve is closer to the middle of eigenvalues of weight W and half-width h than delta
    sqrt(W) - h, or their part of F alone would exceed 1.  The noise may be larger than the one given.
    """
    s, counts, nodes = target.sizes, target.counts, []
    total = np.append(0.0, np.cumsum(counts)) / target.modes.dim
    waiting = [(0, target.count)]
    while waiting:
        begin, stop = waiting.pop()
        half = (s[begin] - s[stop - 1]) / 2
        if stop - begin <= 2 * _ORDER:
            nodes.append((s[begin:stop], counts[begin:stop]))
        elif noise * math.sqrt(total[stop] - total[begin]) >= 4 * half:
            rule = gauss_rule(s[begin:stop], counts[begin:stop], _ORDER)
            nodes.append((rule[0][::-1], rule[1][::-1]))
        else:
            middle = begin + int(np.searchsorted(-s[begin:stop], half - s[begin]))
            waiting += [(middle, stop), (begin, middle)]
    if sum(len(s) for s, _ in nodes) == target.count:
        return target
    sizes, counts = (np.concatenate(column) for column in zip(*nodes, strict=True))
    return ExplicitTarget(sizes, counts, target.dim, target.arithmetic)


def _poles(target: ExplicitTarget) -> _AllPoles | PoleTree:
    weights = target.counts / target.modes.dim
    if target.count <= _FEW or target.arithmetic.bits > DOUBLE_BITS:
        return _AllPoles(target.sizes, weights)
    return _tree(target.sizes.tobytes(), weights.tobytes())


@lru_cache(maxsize=4)
def _tree(poles: bytes, weights: bytes) -> PoleTree:
    """One for all targets with these numbers, whichever precision is asked for."""
    return pole_tree(np.frombuffer(poles), np.frombuffer(weights))


def _isolated(tree: PoleTree, noise: float, asked: Arithmetic) -> tuple[Any, Any]:
    """The integrals over bands that series give, and whose they are."""
    ratios = noise * np.sqrt(tree.weights) / tree.gaps
    is_done, total = np.zeros(len(ratios), dtype=bool), np.zeros(4)
    error = max(_SERIES_ERROR, asked.epsilon / 4)
    for order in _ORDERS:
        # the series in k falls off like (gap/radius - 1)^(-k)
        most = 1 / (1 + error ** (-1 / (2 * order)))
        numbers = np.flatnonzero(~is_done & (ratios < most))
        series = tree.series(numbers, order)
        bands = isolated_bands(noise * noise, tree.weights[numbers], tree.gaps[numbers], series)
        is_good = (bands.error <= error) & (bands.least >= _LEAST_DEGREES)
        is_done[numbers[is_good]] = True
        columns = (bands.learned, bands.unlearned, bands.square, bands.mass)
        total += np.array([1, 1, 4 / 3, 1]) * [column[is_good].sum() for column in columns]
    return total, is_done


def _at(noisy: _Noisy, numbers: Any, offsets: Any, function: _Function, rows: int) -> Any:
    """Values of a function at points next to eigenvalues, shape (rows, points).

    Args:
        noisy: eigenvalues and noise.
        numbers: of the eigenvalues next to the points.
        offsets: of the points from these; None if the function looks for the points.
        function: some of these as they see the poles -> values, shape (rows, points), which of them hold, and
            what is known of the height of the others, shape (points,).
        rows: how many values there are at a point.
    """
    values, waiting = noisy.noise * np.zeros((rows, len(numbers))), np.arange(len(numbers))
    heights = np.zeros(len(numbers))
    for level in range(noisy.poles.heights):
        left = []
        at = None if offsets is None else offsets[waiting]
        for seen in noisy.poles.seen(level, numbers[waiting], at, heights[waiting]):
            points = waiting[seen.points]
            some, holds, least = function(replace(seen, points=points))
            values[:, points[holds]] = some[:, holds]
            left.append(points[~holds])
            heights[points[~holds]] = np.maximum(heights[points[~holds]], least[~holds])
        waiting = np.concatenate([waiting[:0], *left])
    return values


def _pieces(noisy: _Noisy, is_done: Any) -> _Pieces:
    """From the right end of the support to the left, without bands that are done."""
    s, count = noisy.poles.poles, len(noisy.poles.poles)
    widths = s[:-1] - s[1:]
    is_cut, is_open, bottoms = _low_places(noisy, widths, is_done)
    first = np.append(0, np.flatnonzero(is_cut) + 1)
    last = np.append(first[1:] - 1, count - 1)
    remaining = ~is_done[first]
    first, last = first[remaining], last[remaining]
    above, below = np.maximum(first - 1, 0), np.minimum(last, count - 2)
    right_edge, left_edge = (first == 0) | is_open[above], (last == count - 1) | is_open[below]
    right, left = bottoms[above], (widths - bottoms)[below]
    numbers = np.concatenate([first[right_edge], last[left_edge]])
    sides = np.repeat([1, -1], [right_edge.sum(), left_edge.sum()])
    ends = _edges(noisy, numbers, sides)
    right[right_edge], left[left_edge] = ends[: right_edge.sum()], ends[right_edge.sum() :]
    return _Pieces(first, last, right, left)


def _edges(noisy: _Noisy, numbers: Any, sides: Any) -> Any:
    """Distances from eigenvalues to the ends of their bands on a side, 1 or -1, which are edges.

    Raises:
        NotConverged: one is none.
    """
    starts = noisy.noise * noisy.arithmetic.sqrt(noisy.poles.weights[numbers])

    def function(seen: Seen) -> tuple[Any, Any, Any]:
        side = sides[seen.points]
        places, is_edge = edges(
            noisy.arithmetic,
            noisy.variance,
            seen.distances * side[:, None],
            seen.weights,
            starts[seen.points],
        )
        room = seen.room(places * side)
        holds = np.asarray(room > 0, dtype=bool) if room is not None else np.ones(len(side), dtype=bool)
        return np.array([places, np.where(is_edge, 0 * places, 0 * places + 1)]), holds, np.zeros(len(holds))

    ends, defects = _at(noisy, numbers, None, function, 2)
    if np.asarray(defects > 0, dtype=bool).any():
        raise NotConverged("the edge of a band did not settle")
    return ends


def _low_places(noisy: _Noisy, widths: Any, is_done: Any) -> tuple[Any, Any, Any]:
    """Of each gap: whether it is open or almost, whether it is open, and the place where F is least.

    The latter from the eigenvalue below, and of those that are not open but almost.
    """
    roots = np.cbrt(noisy.poles.weights.astype(float))
    # the least that two poles make of F
    pairs = float(noisy.variance) * (roots[:-1] + roots[1:]) ** 3 / widths.astype(float) ** 2
    is_open, bottoms = is_done[:-1] | is_done[1:], 0 * widths
    is_cut = is_open.copy()
    numbers = np.flatnonzero((pairs < _LOW) & ~is_open)

    def function(seen: Seen) -> tuple[Any, Any, Any]:
        shares, places = gaps(
            noisy.arithmetic, noisy.variance, seen.distances, seen.weights, widths[numbers[seen.points]]
        )
        room = seen.room(places)
        holds = np.asarray(room > 0, dtype=bool) if room is not None else np.ones(len(places), dtype=bool)
        return np.array([shares, places]), holds, np.zeros(len(holds))

    shares, bottoms[numbers] = _at(noisy, numbers + 1, None, function, 2)
    is_cut[numbers] = np.asarray(shares < _LOW, dtype=bool)
    is_open[numbers] = np.asarray(shares < 1, dtype=bool)
    return is_cut, is_open, bottoms


def _over(noisy: _Noisy, pieces: _Pieces, before: Any, asked: Arithmetic, share: float) -> Any:
    """The integrals over some pieces, each a share of all, which are to be added to others."""
    arithmetic, noise, poles = noisy.arithmetic, noisy.noise, noisy.poles.poles
    widths = (poles[pieces.first] - poles[pieces.last]) + pieces.right + pieces.left
    nodes, gauss = arithmetic.gauss_legendre(math.ceil(asked.digits))

    def rule(which: Any, low: Any, high: Any) -> Any:
        """The integrals over panels of angles, shape (panels, 4)."""
        width, some = widths[which][:, None], pieces.only(which)
        extent = ((high - low) / 2)[:, None]
        half = (low[:, None] + extent * (1 + nodes)) / 2
        sine, cosine = arithmetic.sin(half), arithmetic.cos(half)
        share, rest = sine * sine, cosine * cosine
        from_left = np.asarray(share < rest, dtype=bool)
        numbers = np.where(from_left, some.last[:, None], some.first[:, None])
        offsets = np.where(from_left, share * width - some.left[:, None], some.right[:, None] - rest * width)
        values = _integrands(noisy, numbers.ravel(), offsets.ravel()).reshape(4, *share.shape)
        return (values * (sine * cosine * gauss * extent * width)).sum(axis=-1).T

    which = np.arange(len(pieces))
    low, high = noise * np.zeros(len(pieces)), arithmetic.pi + noise * np.zeros(len(pieces))
    whole, total = rule(which, low, high), noise * np.zeros(4)
    agreement = share * arithmetic.exp(arithmetic.log(asked.epsilon) * arithmetic.real(Fraction(4, 5)))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        which, low, high = np.tile(which, 2), np.concatenate([low, middle]), np.concatenate([middle, high])
        parts = rule(which, low, high)
        both = parts[: len(whole)] + parts[len(whole) :]
        scale = before + total + both.sum(axis=0)
        scale[:2] = scale[0] + scale[1]  # a part of the variance is as good as the whole of it
        good = np.asarray((abs(both - whole) <= agreement * scale).all(axis=1), dtype=bool)
        total = total + both[good].sum(axis=0)
        if good.all():
            return total
        bad = np.tile(~good, 2)
        which, low, high, whole = which[bad], low[bad], high[bad], parts[bad]
    raise NotConverged("the curve was not resolved between two eigenvalues")


def _integrands(noisy: _Noisy, numbers: Any, offsets: Any) -> Any:
    """Densities in u of Var D, Var (1 - D), 4 v^2/3 and 1, at offsets from eigenvalues, shape (4, points)."""
    poles, variance = noisy.poles, noisy.variance
    if isinstance(poles, PoleTree):
        numbers, offsets = poles.nearest(numbers, offsets)

    def function(seen: Seen) -> tuple[Any, Any, Any]:
        offset = offsets[seen.points]
        room, least = seen.room(offset), np.zeros(len(offset))
        if room is None or not isinstance(poles, PoleTree):
            return _some_integrands(noisy, seen, offset)[0], np.ones(len(offset), dtype=bool), least
        holds, values = room > 0, np.zeros((4, len(offset)))
        if seen.level > 0:  # most points that are not close to the axis are higher than this
            along = offset[:, None] + seen.distances
            squares = along * along + np.maximum(room, 0)[:, None]
            holds &= variance * sums(1 / squares, seen.weights) <= 1
        if holds.any():
            values[:, holds], height2 = _some_integrands(noisy, seen.only(holds), offset[holds])
            # F falls with v, and is right up to there
            holds[holds] = height2 <= room[holds]
        others = seen.points[~holds]
        least[~holds] = np.sqrt(np.maximum(room[~holds], 0))
        if seen.level >= HIGH - 1:
            bounds = poles.least_heights(numbers[others], offsets[others], variance)
            least[~holds] = np.maximum(bounds, least[~holds])
        return values, holds, least

    return _at(noisy, numbers, offsets, function, 4)


def _some_integrands(noisy: _Noisy, seen: Seen, offset: Any) -> tuple[Any, Any]:
    """Integrands at points that see the poles, and the squares of their heights."""
    arithmetic, weights, variance = noisy.arithmetic, seen.weights, noisy.variance
    along = offset[:, None] + seen.distances
    squares = along * along
    height2 = heights2(arithmetic, variance, squares, weights)
    inverse = 1 / (squares + height2[:, None])
    overlaps = variance * weights * inverse
    b = sums(inverse * inverse, weights)
    a = sums(along * inverse * inverse, weights)
    mass = arithmetic.sqrt(height2) * 2 * (height2 * b + a * a / b) / arithmetic.pi
    mean = (overlaps * seen.distances).sum(axis=1)  # from m down to the eigenvalue from which all is seen
    deviations = seen.distances - mean[:, None]
    spread = (overlaps * deviations * deviations).sum(axis=1)
    away = (overlaps * along).sum(axis=1)  # u - m
    unknown = (height2 + away * away) / variance  # 1 - D
    values = np.array([spread * spread / variance, spread * unknown, height2 * 4 / 3, 0 * height2 + 1])
    return mass * values, height2
