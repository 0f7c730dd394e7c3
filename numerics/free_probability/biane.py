r"""Biane's curve of a set of eigenvalues plus Gaussian noise: its edges, gaps, heights, and points over an x.

Eigenvalues s_i of weights w_i, sum 1, and a noise of standard deviation delta have

    G(z) = sum_i w_i/(z - s_i),   x(z) = z + delta^2 G(z),   F(u, v) = delta^2 sum_i w_i/((u - s_i)^2 + v^2).

The curve v(u) >= 0 is F(u, v) = 1 where F(u, 0) > 1, and 0 elsewhere (Biane, Indiana Univ. Math. J. 46 (1997)
705).  x(z) is one to one on and above it, takes it to the real axis, and increases with u along it.

Each question has one monotone method:

    edge      F(u, 0) = 1        Newton's for 1/sqrt(F) = 1, which is concave in u between eigenvalues;
    gap       least F(u, 0)      Newton's for F' = 0, bracketed: F is convex between eigenvalues;
    height    F(u, v) = 1        Newton's for 1/F = 1, which is concave in v^2 and nearly linear;
    point     x(z) = x + i y     Newton's in u, bracketed by |x - u| = delta^2 |Re G| <= delta.

The eigenvalues are given by their distances c - s_i from a real point c, and u by its offset u - c.  So a
point within rounding of an eigenvalue is known in relative precision if c is that eigenvalue or next to it.

*Accuracy.*  An edge, the bottom of a gap or a height satisfies its own equation or is not given.  How far a
point z is off is bounded by `Curve.error`.  What is left of x(z) = x, and what rounding adds to it, moves z
by 1/|x'(z)| times as much; at an edge, where g has a square root, by a square root of it; where two
components merge by a cube root; and by no more anywhere, not even where a light eigenvalue is next to z.

In order: `Gap`, `Curve`, `heights2`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, DOUBLE_BITS, Arithmetic

# How far F may be from 1 at an edge, over the rounding; how far below 1 a gap is open whatever its bottom.
_ROUNDINGS = 4096
_CLEARLY_OPEN = 2e-12
_STEPS = 2000
# Newton's steps for a height, and those between bounds that follow where these don't settle.
_NEWTON_STEPS = 40
_SETTLED = 4
_BRACKET_STEPS = 400
# In a disc x' changes by less than a tenth of itself, and next to the axis differs from 1 - F by less than a
# quarter, if its radius times sum t w/|z - s|^3 is less than x' by this factor.
_VARIATION = 64


@dataclass(frozen=True)
class Gap:
    """The real axis between two neighbouring eigenvalues.

    Attributes:
        share: the least F between them; or F at some point, if that is clearly below 1.
        offset: that point, from the point from which the eigenvalues are seen.
        width: distance between the two eigenvalues.
    """

    share: Any
    offset: Any
    width: Any

    @property
    def is_closed(self) -> bool:
        """Whether the bands of the two eigenvalues have merged."""
        return bool(self.share >= 1)


@dataclass(frozen=True, eq=False)
class Curve:
    """Biane's curve of eigenvalues seen from a real point c.

    Attributes:
        arithmetic: of the numbers below; it must be the working one.
        noise: delta > 0.
        weights: w_i, of sum 1, shape (eigenvalues,).
        distances: c - s_i, shape (eigenvalues,).

    The curve of one eigenvalue is a half-circle of radius delta around it, that of two equal ones touches the
    axis between them when delta is half their distance:

    >>> from numerics.arithmetic.precision import DOUBLE
    >>> one = Curve(DOUBLE, 0.5, np.ones(1), np.zeros(1))
    >>> float(one.edge(0.1)), float(one.height(0.3))
    (0.5, 0.4)
    >>> two = Curve(DOUBLE, 0.5, np.ones(2) / 2, np.array([-0.5, 0.5]))
    >>> float(two.gap(0).share), float(two.height(0.0))
    (1.0, 0.0)
    """

    arithmetic: Arithmetic
    noise: Any
    weights: Any
    distances: Any

    @cached_property
    def variance(self) -> Any:
        """delta^2."""
        return self.noise * self.noise

    def seen_from(self, node: int, side: int = 1) -> Curve:
        """The curve seen from an eigenvalue; its mirror image for a ``side`` of -1."""
        from_node = self.distances - self.distances[node]
        return Curve(self.arithmetic, self.noise, self.weights, from_node if side > 0 else -from_node)

    def image(self, u: Any) -> Any:
        """x(u) - c at a real offset outside the support."""
        return u + self.variance * (self.weights @ (1 / (u + self.distances)))

    def edge(self, start: Any) -> Any:
        """Offset of the first edge right of a point where F >= 1, seen from an eigenvalue left of both.

        None if there is none before the next eigenvalue.  An edge to the left is one of the mirror image.
        """
        arithmetic, variance, weights = self.arithmetic, self.variance, self.weights
        u = self._first_in_double(self.distances, lambda curve: curve.edge(float(start)), start)
        close = 4 * arithmetic.epsilon
        for number in range(_STEPS):
            inverse = 1 / (u + self.distances)
            square = inverse * inverse
            total = variance * (weights @ square)
            fall = variance * (weights @ (square * inverse))  # -F'/2
            if not fall > 0:
                return None
            step = (arithmetic.sqrt(total) - 1) * total / fall
            # the first may go left: rounding alone tells on which side of the edge the start is
            if number > 0 and step <= close * u:
                break
            u = u + step
        is_edge = abs(total - 1) <= _ROUNDINGS * arithmetic.epsilon
        return u if is_edge and (start + self.distances > 0).sum() == (inverse > 0).sum() else None

    def _first_in_double(self, distances: Any, rough: Callable[[Curve], Any], start: Any) -> Any:
        """Where Newton's method starts: only its last steps need all digits.

        What double precision does not resolve, or what is beyond its range, leaves the start as it is.
        """
        if self.arithmetic.bits <= DOUBLE_BITS:
            return start
        with DOUBLE.working():
            of = Curve(DOUBLE, float(self.noise), self.weights.astype(float), distances.astype(float))
            try:
                guess = rough(of)
            except NotConverged:
                return start
        is_in_range = guess is not None and math.isfinite(guess) and guess > 0
        return self.arithmetic.real(guess) if is_in_range else start

    def band_end(self, node: int) -> Any:
        """Distance from an eigenvalue to the right end of its band on the axis; None if that is no edge."""
        return self.seen_from(node).edge(self.noise * self.arithmetic.sqrt(self.weights[node]))

    def gap(self, place: int) -> Gap:
        """Between the eigenvalues number ``place`` and ``place + 1``, the lower one.

        Raises:
            NotConverged: the least F was not found.
        """
        low, high = -self.distances[place + 1], -self.distances[place]
        width, close = high - low, 16 * self.arithmetic.epsilon * (high - low)
        variance, weights, u = self.variance, self.weights, (low + high) / 2
        for _ in range(_STEPS):
            inverse = 1 / (u + self.distances)
            square = inverse * inverse
            share = variance * (weights @ square)
            slope = weights @ (square * inverse)  # -F'/2
            low, high = (u, high) if slope > 0 else (low, u)
            step = slope / (3 * (weights @ (square * square)))
            is_least = min(abs(step), high - low) <= close
            if share < 1 - _CLEARLY_OPEN or is_least:
                return Gap(share, u, width)
            u = u + step if low < u + step < high else (low + high) / 2
        raise NotConverged("the bottom of a gap between two eigenvalues did not settle")

    def height(self, u: Any, guess: Any = 0) -> Any:
        """Height v of the curve above that offset, in relative precision; 0 outside the support."""
        along, variance, weights = u + self.distances, self.variance, self.weights
        squares = along * along
        # what one eigenvalue alone makes of it: above 0 on an eigenvalue, where F is infinite
        lowest = (variance * weights - squares).max()
        if lowest <= 0:
            lowest = 0 * variance
            if variance * (weights @ (1 / squares)) <= 1:
                return lowest

        def sums(q: Any) -> tuple[Any, Any]:
            inverse = 1 / (squares + q)
            return weights @ inverse, weights @ (inverse * inverse)

        guess = self._first_in_double(along, lambda curve: curve.height(0.0, float(guess)), guess)
        settled = max(_SETTLED, math.sqrt(len(weights)) / 16)  # sums of many terms round more
        q = heights2(self.arithmetic, variance, sums, max(guess * guess, lowest), lowest, settled)
        return self.arithmetic.sqrt(q)

    def height_of_level(self, u: Any, y: Any, guess: Any = 0) -> Any:
        """Height v >= 0 with Im x(u + i v) = y: of the curve for y = 0, else above it."""
        curve = self.height(u, guess)
        if y == 0:
            return curve
        # v (1 - F) increases, from 0 on the curve; v - y = -delta^2 Im G is at most delta
        low, high, close = max(curve, y), y + self.noise, 2 * self.arithmetic.epsilon
        variance, weights, squares = self.variance, self.weights, (u + self.distances) ** 2
        v = guess if low < guess < high else high
        for _ in range(_STEPS):
            inverse = 1 / (squares + v * v)
            share = variance * (weights @ inverse)
            value = v * (1 - share) - y
            low, high = (low, v) if value > 0 else (v, high)
            slope = 1 - share + 2 * v * v * variance * (weights @ (inverse * inverse))
            newton = v - value / slope
            before, v = v, newton if low < newton < high else (low + high) / 2
            if abs(v - before) <= close * v:
                break
        return v

    def point_over(self, x: Any, y: Any, start: Any) -> tuple[Any, Any]:
        """The z on or above the curve with x(z) = x + i y, or what comes closest: z - c, and z - s_i.

        Args:
            x: from c.
            y: at least 0.
            start: a guess of Re z, from c.
        """
        arithmetic, epsilon = self.arithmetic, self.arithmetic.epsilon
        variance, weights = self.variance, self.weights
        low, high = x - self.noise, x + self.noise
        u, v = start + 0 * x if low < start < high else x, 0 * x
        for _ in range(_STEPS):
            v = self.height_of_level(u, y, v)
            along = u + self.distances
            separations = arithmetic.complex(along, v + 0 * along)
            inverse = 1 / separations
            excess = (u - x) + variance * arithmetic.real_part(weights @ inverse)
            if excess == 0 or not arithmetic.is_finite(excess):
                break
            low, high = (low, u) if excess > 0 else (u, high)
            slope = 1 - variance * (weights @ (inverse * inverse))
            rise = abs(slope) ** 2 / slope.real if slope.real > 0 else 0 * u
            newton = u - excess / rise if rise > 0 else low
            is_inside = low < newton < high
            if not is_inside and abs(excess) <= 4 * epsilon * (abs(u) + abs(x) + self.noise):
                break  # of no known sign
            after = newton if is_inside else (low + high) / 2
            if abs(after - u) <= epsilon * abs(separations).min() or after in (low, high):
                break
            u = after
        return arithmetic.complex(u, v), separations

    def error(self, zeta: Any, separations: Any, goal: Any, rounding: Any) -> Any:
        """How far delta * g may be off at a point z if x(z) is to be ``goal``; infinite off the right root.

        Args:
            zeta: z - c.
            separations: z - s_i.
            goal: a complex number, from c.
            rounding: what eigenvalues next to z may be off beyond their last digit, over epsilon.

        What is left of the equation, and rounding, are one displacement of x.  With a = 1/(z - s), b = 1/(z'
        - s) and F <= 1 at z', two points are mapped to x and x' with

            x - x' = (z - z') (1 - sum t w a b),    |1 - sum t w a b| >= (noise |g - g'|)^2/2 - (F(z) - 1)/2,

        t = noise^2, as Re(a b) = (|a|^2 + |b|^2 - |a - conj b|^2)/2 and both g lie below the axis, and with
        |z - z'| at least about t |g - g'|: a cube root, wherever z is, edges and merging components included,
        and whatever root it is near.  The first power is better, and takes a disc around z in which x' hardly
        changes: it holds one root, and that is the right one if it is above the axis, or real and x' > 0.
        """
        arithmetic, variance, weights = self.arithmetic, self.variance, self.weights
        inverse = 1 / separations
        square, size = inverse * inverse, abs(inverse)
        fall = variance * (weights @ square)  # 1 - x'(z)
        share = variance * (weights @ (size * size))
        bend = variance * (abs(weights) @ (size * size * size))
        left = zeta + variance * (weights @ inverse) - goal
        epsilon, slope = arithmetic.epsilon, 1 - fall
        moved = abs(left) + epsilon * (abs(zeta) + rounding + self.noise)
        off = 3 * moved / abs(slope)
        is_alone = 2 * off * size.max() <= 1 and _VARIATION * off * bend <= abs(slope)
        if is_alone and (zeta.imag > off or 2 * slope.real >= abs(slope)):
            error = (abs(fall) + 2 * off * bend) * off / self.noise
        else:
            over = max(share - 1, 0 * share) + epsilon * (64 + 8 * bend * abs(zeta))
            of_third = 2 * arithmetic.exp(arithmetic.log(moved / self.noise) / 3)
            error = max(of_third, arithmetic.sqrt(2 * over))
        return error if zeta.imag >= 0 and arithmetic.is_finite(error) else math.inf


def heights2(
    arithmetic: Arithmetic,
    variance: Any,
    sums: Callable[[Any], tuple[Any, Any]],
    start: Any,
    lowest: Any,
    settled: float = _SETTLED,
) -> Any:
    """v^2 of the curve above points inside the support, one or an array.

    Args:
        arithmetic: of all that follows.
        variance: delta^2.
        sums: v^2 -> sum_i w_i/((u - s_i)^2 + v^2) and sum_i w_i/((u - s_i)^2 + v^2)^2.
        start: a guess of v^2; from below the steps are monotone, from above they are after the first.
        lowest: lower bound on v^2.
        settled: roundings of v^2 up to which it counts as settled.

    Raises:
        NotConverged: rounding is larger than what is left of the equation, and not small.

    A light eigenvalue next to u holds Newton's method up: steps then no more than double v^2, over dozens of
    decades.  Between two of them v^2 is taken as the geometric mean of its bounds, above by what F would be
    with every eigenvalue at u.
    """
    q, close = start, settled * arithmetic.epsilon
    for number in range(_NEWTON_STEPS + _BRACKET_STEPS):
        first, second = sums(q)
        total, ratio = variance * first, first / second
        step = (total - 1) * ratio
        newton = np.maximum(q + step, lowest)
        is_settled = abs(step) <= close * (newton + ratio)
        if is_settled if isinstance(is_settled, bool) else is_settled.all():
            return newton
        if number == _NEWTON_STEPS:
            if not np.all(arithmetic.is_finite(q)):
                return q  # distances are out of the arithmetic's range
            low, high = q, 2 * variance + 0 * q
        if number >= _NEWTON_STEPS:
            low, high = np.where(total > 1, q, low), np.where(total > 1, high, q)
            is_close = (low < newton) & (newton < high) & (abs(step) < q / 4)
            newton = np.where(is_close, newton, arithmetic.sqrt(low) * arithmetic.sqrt(high))
        q = newton
    raise NotConverged("the height of Biane's curve did not settle")
