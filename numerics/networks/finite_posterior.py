r"""The posterior variance of a matrix with any eigenvalues, a finite set, seen through Gaussian noise.

The integrals along Biane's curve are those of `posterior`,

    int dmu Var D,     int dmu Var (1 - D),     (4/3) int dmu v^2,     int dmu = 1,

with Var = sum_i p_i (s_i - m)^2, p_i = w_i delta^2/|z - s_i|^2, m = sum_i p_i s_i and D = Var/delta^2.
Nothing is known of the eigenvalues but their order, so there is no row of like intervals to interpolate in:

1. The support is cut at its gaps, and where the curve comes down almost to the axis, at the bottoms between
   two eigenvalues where F = sum_i p_i on the axis is least and not far above 1.  What is certainly closed,
   because the two neighbours alone make F large, is not looked at.
2. On each piece an angle takes away the square roots at both ends, u = left + (right - left) sin^2(angle/2),
   and Gauss's rule is halved where its two parts do not agree.
3. Where there are many eigenvalues Gaussian rules stand for them (`gauss_rule`), which have the moments of
   their weights up to order 2 p - 1.  A pole three half-widths from the middle is a point on the ellipse of
   parameter 5.8, and sums of 1/|z - s|^2 are right to 5.8^(-2 p).  As far as that is the curve from
   eigenvalues so close to each other that their noise is wider than they are, and from all eigenvalues at a
   distance between L and 2 L of a few neighbouring pieces, where L is 2^k times the width of these.

In order: `finite_posterior_integrals`, `gauss_rule`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, DOUBLE_BITS, Arithmetic
from numerics.free_probability.biane import Curve
from numerics.sums.explicit import ExplicitTarget

# Least F in a gap up to which it is a place to cut, if closed; if two neighbours alone make more of it, it is
# not looked at.
_LOW = 3
# Eigenvalues up to which sums are over all of them; those of a group of pieces; nodes of Gaussian rules.
_FEW, _GROUP, _ORDER = 1500, 64, 11
# Eigenvalues up to which none are put together.
_FEW_WHOLE = 200
# Products of points and eigenvalues done at once.
_AT_ONCE = 2_000_000
_GAP_STEPS, _HALVINGS = 400, 60
# Newton's steps for a height, and those between bounds that follow where these don't settle.
_NEWTON_STEPS, _BRACKET_STEPS = 40, 400
# How far below 1 a gap is open whatever its bottom.
_CLEARLY_OPEN = 1 - 2e-12


@dataclass(frozen=True)
class _Piece:
    """A part of the support between two ends, which are edges or low places of the curve.

    Attributes:
        first, last: numbers, from 0, of its largest and its smallest eigenvalue.
        right: from the largest eigenvalue up to the right end.
        left: from the smallest eigenvalue down to the left end.
    """

    first: int
    last: int
    right: Any
    left: Any


@dataclass(frozen=True, eq=False)
class _Region:
    """The eigenvalues near a few neighbouring ones, and what stands for the others.

    Attributes:
        arithmetic: of all these.
        noise: delta.
        sizes: all eigenvalues.
        near: those near, shape (near,).
        centre: number of one of them.
        far: nodes that stand for the others, less that eigenvalue, shape (far,).
        weights: of those near and of these, shape (near + far,).
    """

    arithmetic: Arithmetic
    noise: Any
    sizes: Any
    near: Any
    centre: int
    far: Any
    weights: Any

    def from_each(self, numbers: Any) -> Any:
        """Distances from eigenvalues down to all nodes, shape (numbers, nodes)."""
        s = self.sizes[numbers][:, None]
        return np.concatenate([s - self.near, (s - self.sizes[self.centre]) - self.far], axis=1)

    def curve_from(self, number: int) -> Curve:
        """Biane's curve seen from an eigenvalue."""
        return Curve(self.arithmetic, self.noise, self.weights, self.from_each([number])[0])


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
        target = _condensed(target, noise)
    total = noise * np.zeros(4)
    for group in _groups(_pieces(target, noise)[::-1]):
        total = total + _over(target, noise, group, total, asked)
    return total


def _condensed(target: ExplicitTarget, noise: Any) -> ExplicitTarget:
    """The same with Gaussian rules in place of eigenvalues far closer to each other than to the curve.

    No point of the curve is closer to the middle of eigenvalues of weight W and half-width h than delta
    sqrt(W) - h, or their part of F alone would exceed 1.
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
    sizes, counts = (np.concatenate(column) for column in zip(*nodes, strict=True))
    return ExplicitTarget(sizes, counts, target.dim, target.arithmetic)


def _weights(target: ExplicitTarget) -> Any:
    return target.counts / target.modes.dim


def _pieces(target: ExplicitTarget, noise: Any) -> list[_Piece]:
    """From the right end of the support to the left."""
    widths = target.sizes[:-1] - target.sizes[1:]
    bottoms = _low_places(target, noise, widths)
    places = sorted(bottoms)
    pieces, first = [], 0
    for before, after in zip([None, *places], [*places, None], strict=True):
        last = target.count - 1 if after is None else after
        region = _region(target, noise, first, last)
        right = None if before is None else bottoms[before]
        left = None if after is None or bottoms[after] is None else widths[after] - bottoms[after]
        right = _edge(region, first, 1) if right is None else right
        left = _edge(region, last, -1) if left is None else left
        pieces.append(_Piece(first, last, right, left))
        first = last + 1
    return pieces


def _edge(region: _Region, number: int, side: int) -> Any:
    """Distance from an eigenvalue to the end of its band on that side, which is an edge."""
    curve = region.curve_from(number)
    own = int(np.flatnonzero(np.asarray(curve.distances == 0, dtype=bool))[0])
    mirrored = Curve(curve.arithmetic, curve.noise, curve.weights, side * curve.distances)
    edge = mirrored.edge(curve.noise * curve.arithmetic.sqrt(curve.weights[own]))
    if edge is None:
        raise NotConverged("the edge of a band did not settle")
    return edge


def _low_places(target: ExplicitTarget, noise: Any, widths: Any) -> dict[int, Any]:
    """The gaps, by the number of the eigenvalue above, that are open or almost.

    Of those that are not open the place where F is least, from the eigenvalue below; of the others None.
    """
    roots = np.cbrt(_weights(target).astype(float))
    # the least that two poles make of F
    pairs = float(noise * noise) * (roots[:-1] + roots[1:]) ** 3 / widths.astype(float) ** 2
    low = np.flatnonzero(pairs < _LOW)
    places: dict[int, Any] = {}
    for begin in range(0, len(low), _GROUP):
        numbers = low[begin : begin + _GROUP]
        region = _region(target, noise, int(numbers[0]), int(numbers[-1]) + 1)
        shares, bottoms = _gaps(region, numbers, widths[numbers])
        for number, share, bottom in zip(numbers.tolist(), shares, bottoms, strict=True):
            if share < _LOW:
                places[number] = None if share < 1 else bottom
    return places


def _gaps(region: _Region, numbers: Any, widths: Any) -> tuple[Any, Any]:
    """The least F in gaps, and where, from the eigenvalues below: Newton's method for F' = 0, bracketed.

    Or F at some point, if that is clearly below 1.
    """
    distances, variance = region.from_each(numbers + 1), region.noise * region.noise
    low, high, u = 0 * widths, widths, widths / 2
    for _ in range(_GAP_STEPS):
        inverse = 1 / (u[:, None] + distances)
        square = inverse * inverse
        share, slope = variance * (square @ region.weights), (square * inverse) @ region.weights
        low, high = np.where(slope > 0, u, low), np.where(slope > 0, high, u)
        step = slope / (3 * ((square * square) @ region.weights))
        is_least = np.minimum(abs(step), high - low) <= 64 * region.arithmetic.epsilon * widths
        settled = np.asarray(is_least, dtype=bool) | np.asarray(share < _CLEARLY_OPEN, dtype=bool)
        if settled.all():
            return share, u
        newton = u + step
        inside = np.asarray((low < newton) & (newton < high), dtype=bool)
        u = np.where(settled, u, np.where(inside, newton, (low + high) / 2))
    raise NotConverged("the bottom of a gap between two eigenvalues did not settle")


def _region(target: ExplicitTarget, noise: Any, first: int, last: int, reach: Any = 0) -> _Region:
    """Around the eigenvalues of numbers ``first`` to ``last``; points lie up to ``reach`` beyond them."""
    s, w, arithmetic = target.sizes, _weights(target), target.arithmetic
    if target.count <= _FEW or arithmetic.bits > DOUBLE_BITS:
        return _Region(arithmetic, noise, s, s, first, s[:0], w)
    top, end = max(first - 1, 0), min(last + 1, target.count - 1)
    band = float(noise) * math.sqrt(float(w[first : last + 1].sum()))
    width = 2 * max(float(s[top] - s[end]), float(reach), band)
    begin = int(np.searchsorted(-s, -(s[first] + width)))
    stop = int(np.searchsorted(-s, -(s[last] - width), side="right"))
    sides = (s[:begin][::-1], w[:begin][::-1]), (s[stop:], w[stop:])
    rules = [rule for places, weights in sides for rule in _rules(places - s[first], weights, width)]
    far, of_far = (np.concatenate([s[:0], *(rule[k] for rule in rules)]) for k in (0, 1))
    near = slice(begin, stop)
    return _Region(arithmetic, noise, s, s[near], first, far, np.concatenate([w[near], of_far]))


def _rules(places: Any, weights: Any, width: float) -> list[tuple[Any, Any]]:
    """Gaussian rules for eigenvalues of growing distance, in shells each twice as wide as the one before."""
    if len(places) == 0:
        return []
    shells = np.floor(np.log2(abs(places - places[0]) / width + 1)).astype(int)
    ends = [*(np.flatnonzero(np.diff(shells)) + 1), len(places)]
    rules = []
    for begin, end in zip([0, *ends], ends, strict=False):
        shell = places[begin:end], weights[begin:end]
        rules.append(gauss_rule(*shell, _ORDER) if end - begin > 2 * _ORDER else shell)
    return rules


def gauss_rule(places: Any, weights: Any, order: int) -> tuple[Any, Any]:
    """The Gaussian rule of a sum with positive weights, in float64: fewer nodes, the same moments.

    By Lanczos' method, orthogonalised again at every step: the Jacobi matrix of the orthogonal polynomials.

    >>> places, weights = np.linspace(0, 1, 1000), np.linspace(1, 2, 1000)
    >>> x, w = gauss_rule(places, weights, 6)
    >>> len(x), bool(abs((w @ (1 / (x + 1))) / (weights @ (1 / (places + 1))) - 1) < 1e-9)
    (6, True)
    """
    middle, half = (places.max() + places.min()) / 2, (places.max() - places.min()) / 2
    x, total = (places - middle) / half, weights.sum()
    vectors = [np.sqrt(weights / total)]
    diagonal, off = np.zeros(order), np.zeros(order - 1)
    for k in range(order):
        following = x * vectors[k]
        diagonal[k] = following @ vectors[k]
        basis = np.array(vectors)
        for _ in range(2):
            following = following - (basis @ following) @ basis
        if k < order - 1:
            off[k] = math.sqrt(following @ following)
            vectors.append(following / off[k])
    nodes, states = np.linalg.eigh(np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1))
    return middle + half * nodes, total * states[0] ** 2


def _groups(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Neighbouring pieces, of a few eigenvalues in all or one alone."""
    groups: list[list[_Piece]] = []
    count = _GROUP
    for piece in pieces:
        own = piece.last - piece.first + 1
        if count + own > _GROUP:
            groups.append([])
            count = 0
        groups[-1].append(piece)
        count += own
    return groups


def _over(target: ExplicitTarget, noise: Any, group: list[_Piece], before: Any, asked: Arithmetic) -> Any:
    """The integrals over some pieces, which are to be added to others."""
    arithmetic = target.arithmetic
    first, last = group[-1].first, group[0].last
    reach = max(max(piece.left, piece.right) for piece in group)
    region = _region(target, noise, first, last, reach)
    columns = [
        np.array([getattr(piece, name) for piece in group]) for name in ("first", "last", "right", "left")
    ]
    nodes, gauss = arithmetic.gauss_legendre(math.ceil(asked.digits))

    def rule(which: Any, low: Any, high: Any) -> Any:
        """The integrals over panels of angles, shape (panels, 4)."""
        largest, smallest, right, left = (column[which][:, None] for column in columns)
        width = (target.sizes[largest] - target.sizes[smallest]) + right + left
        extent = ((high - low) / 2)[:, None]
        half = (low[:, None] + extent * (1 + nodes)) / 2
        sine, cosine = arithmetic.sin(half), arithmetic.cos(half)
        share, rest = sine * sine, cosine * cosine
        from_left = np.asarray(share < rest, dtype=bool)
        origin = np.where(from_left, smallest, largest).ravel()
        offset = np.where(from_left, share * width - left, right - rest * width).ravel()
        values = _integrands(region, origin, offset).reshape(4, *share.shape)
        return (values * (sine * cosine * gauss * extent * width)).sum(axis=-1).T

    which = np.arange(len(group))
    low, high = noise * np.zeros(len(group)), arithmetic.pi + noise * np.zeros(len(group))
    whole, total = rule(which, low, high), noise * np.zeros(4)
    agreement = arithmetic.exp(arithmetic.log(asked.epsilon) * arithmetic.real(Fraction(4, 5)))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        parts = [rule(which, low, middle), rule(which, middle, high)]
        both = parts[0] + parts[1]
        scale = before + total + both.sum(axis=0)
        scale[:2] = scale[0] + scale[1]  # a part of the variance is as good as the whole of it
        good = np.asarray((abs(both - whole) <= agreement * scale).all(axis=1), dtype=bool)
        total = total + both[good].sum(axis=0)
        if good.all():
            return total
        which, bad = np.concatenate([which[~good]] * 2), ~good
        low, high = np.concatenate([low[bad], middle[bad]]), np.concatenate([middle[bad], high[bad]])
        whole = np.concatenate([half[bad] for half in parts])
    raise NotConverged("the curve was not resolved between two eigenvalues")


def _integrands(region: _Region, origin: Any, offset: Any) -> Any:
    """Densities in u of Var D, Var (1 - D), 4 v^2/3 and 1, at offsets from eigenvalues, shape (4, points)."""
    at_once = max(1, _AT_ONCE // len(region.weights))
    pieces = [
        _some_integrands(region, origin[k : k + at_once], offset[k : k + at_once])
        for k in range(0, len(offset), at_once)
    ]
    return np.concatenate(pieces, axis=1)


def _heights2(arithmetic: Arithmetic, variance: Any, squares: Any, weights: Any) -> Any:
    """Squares of heights inside the support, as `biane.heights2`; each point stops where it settles.

    Args:
        arithmetic: of all that follows.
        variance: delta^2.
        squares: (u - s)^2, shape (points, nodes).
        weights: w, shape (nodes,).
    """
    q = (variance * weights - squares).max(axis=1)
    q = np.maximum(q, variance * arithmetic.epsilon * arithmetic.epsilon)
    low, high = 0 * q, 2 * variance + 0 * q
    moving, close = np.arange(len(q)), 8 * arithmetic.epsilon
    for number in range(_NEWTON_STEPS + _BRACKET_STEPS):
        at = q[moving]
        inverse = 1 / ((squares[moving] if len(moving) < len(q) else squares) + at[:, None])
        total, second = variance * (inverse @ weights), (inverse * inverse) @ weights
        ratio = total / (variance * second)
        step = (total - 1) * ratio
        low[moving] = np.where(total > 1, at, low[moving])
        high[moving] = np.where(total > 1, high[moving], np.minimum(at, high[moving]))
        newton = np.maximum(at + step, 0 * at)
        settled = np.asarray(abs(step) <= close * (newton + ratio), dtype=bool)
        if number >= _NEWTON_STEPS:
            inside = (low[moving] < newton) & (newton < high[moving]) & (abs(step) < at / 4)
            middle = arithmetic.sqrt(low[moving]) * arithmetic.sqrt(high[moving])
            newton = np.where(settled | np.asarray(inside, dtype=bool), newton, middle)
        q[moving] = newton
        moving = moving[~settled]
        if len(moving) == 0:
            return q
    raise NotConverged("the height of Biane's curve did not settle")


def _some_integrands(region: _Region, origin: Any, offset: Any) -> Any:
    arithmetic, weights, variance = region.arithmetic, region.weights, region.noise * region.noise
    distances = region.from_each(origin)
    along = offset[:, None] + distances
    squares = along * along
    height2 = _heights2(arithmetic, variance, squares, weights)
    inverse = 1 / (squares + height2[:, None])
    overlaps = variance * weights * inverse
    b = (inverse * inverse) @ weights
    a = (along * inverse * inverse) @ weights
    mass = arithmetic.sqrt(height2) * 2 * (height2 * b + a * a / b) / arithmetic.pi
    mean = (overlaps * distances).sum(axis=1)  # from m down to the eigenvalue from which all is seen
    deviations = distances - mean[:, None]
    spread = (overlaps * deviations * deviations).sum(axis=1)
    away = (overlaps * along).sum(axis=1)  # u - m
    unknown = (height2 + away * away) / variance  # 1 - D
    return mass * np.array([spread * spread / variance, spread * unknown, height2 * 4 / 3, 0 * height2 + 1])
