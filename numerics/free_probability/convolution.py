r"""A set of eigenvalues seen through Gaussian noise: the free convolution with a semicircle, as an object.

A symmetric matrix with eigenvalues s_i of weights w_i, plus noise * GOE, has the law mu of eigenvalues which
`free_convolution` describes: with t = noise^2, G(z) = sum w_i/(z - s_i) and x(z) = z + t G(z) its Stieltjes
transform is g(x(z)) = G(z), and real x are reached from Biane's curve t sum w_i/|z - s_i|^2 = 1 or, outside
the support, from the real axis (Biane, Indiana Univ. Math. J. 46 (1997) 705).

Along both, the real part u of z increases with x, and |x - u| = t |Re G| <= noise: a bracket.  The density is
v/(pi t); a primitive of g dx is sum w_i log(z - s_i) + t G^2/2, and its imaginary part over pi the mass right
of x.  Points above the real axis are found alike, on the curves Im x(z) = y, on which u increases with Re x.

*Accuracy.* No point z is used before its own equation has been looked at (`_error`): what is left of x(z) =
x, and what rounding adds to it, moves z by 1/|x'(z)|, at an edge of the support, where g has a square root,
by a square root of it, and where two components merge by a cube root: by no more anywhere, also not where
a light eigenvalue is next to z.  Where that moves noise * g by too much the point is found again in longer
arithmetic; where the longest does not help, nothing is returned.  One root of x(z) = x is the right one: on
and above the curve, where sum t w_i/|z - s_i|^2 <= 1, x(z) is one to one.  Masses, densities and transforms
are closed forms of z.  An edge is a root of F(u) = sum t w_i/(u - s_i)^2 = 1, where x'(u) = 0, looked at
alike; a quantile lies between two numbers whose masses are on either side.

Class: `FreeConvolution`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from numerics.arithmetic.arrays import at_each, complex_points, real_points, require_probabilities
from numerics.arithmetic.checks import called, is_count, is_double, is_number, require
from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.free_probability.contours import geodesic, half_circle
from numerics.free_probability.free_convolution import (
    Preimage,
    Split,
    height_above,
    is_next_door,
    natural_unit,
    rank_below,
    split,
)
from numerics.free_probability.free_convolution import preimage as power_law_preimage
from numerics.sums.target import Target

# Arithmetics tried in turn, and how much what is left of its equation may move noise * g.
_BITS = (53, 200, 800)
_ACCURACY = 3e-13
# How far from 1 F may be at an edge, and the mass along a path from the closed form.
_MISMATCH = 1e-12
# In a disc x' changes by less than a tenth of itself, and next to the axis differs from 1 - F by less than a
# quarter, if its radius times sum t w/|z - s|^3 is less than x' by this factor.
_VARIATION = 64
_STEPS = 2000
# Views of a power law from one place after the other, until the point lies next to where it is seen from.
_VIEWS = 20
# So many modes above the noise's rounding, of more, are seen whole.
_FEW = 1000
# Eigenvalues and noise up to this have fourth powers that are floats.
_LARGEST, _SMALLEST = 1e75, 1e-75


class Eigenvalues(Protocol):
    """What is seen through the noise."""

    @property
    def count(self) -> int:
        """How many different eigenvalues there are."""

    def size(self, number: int, arithmetic: Arithmetic) -> Any:
        """The eigenvalue of that number, 1 for the largest."""

    def view(self, x: float, place: Any, noise: float, arithmetic: Arithmetic) -> tuple[Split, Any]:
        """The eigenvalues from a real point next to ``place``, about the preimage of x; from there to x.

        Where all eigenvalues are nodes it may be any real point at most ``noise`` away from x.
        """

    def is_seen(self, found: Preimage, noise: float, arithmetic: Arithmetic) -> bool:
        """Whether sums over the nodes of a view are sums over the eigenvalues at that point."""

    def preimage(self, x: float, noise: float, arithmetic: Arithmetic) -> Preimage | None:
        """The preimage of x where that is known better than from a `view`; None if not."""

    def rounding(self, x: float) -> float:
        """What a view rounds, over the arithmetic's epsilon."""

    def ends(self) -> tuple[float, float]:
        """Numbers just below the smallest and just above the largest eigenvalue."""

    def from_gap(self, number: int, arithmetic: Arithmetic) -> Split:
        """The eigenvalues from a point between the first ``number`` and the others, which are some too."""

    def from_one(self, number: int, arithmetic: Arithmetic) -> tuple[Any, Any, int]:
        """Distances to the eigenvalue of that number from all of them, their weights, and its node."""

    def are_gaps_in_a_row(self) -> bool:
        """Whether left of a gap that is closed there are only closed ones."""


@dataclass(frozen=True)
class FreeConvolution:
    """The law mu of eigenvalues plus Gaussian noise, in float64.

    Attributes:
        eigenvalues: what is seen through the noise; made by `of_eigenvalues` or `of_power_law`.
        noise: delta, the standard deviation of the semicircle, which has radius 2 delta.

    Values are those at the very float64 x, to 1e-12 of their scale (1/delta for densities and Stieltjes
    transforms, 1 for masses), also at edges and where components merge.

    Two eigenvalues +-1 whose components are just about to merge at 0, where the density is the cube root
    sqrt(3)/(2 pi) |x|^(1/3), nearly:

    >>> law = FreeConvolution.of_eigenvalues([1.0, -1.0], noise=1.0)
    >>> law.edges()
    ((-2.59807621135..., 2.59807621135...),)
    >>> print(f"{law.density(0.0):.12f} {law.density(1e-9) * 2e3 * math.pi / math.sqrt(3):.4f}")
    0.000000000000 1.0000
    >>> print(f"{law.cdf(0.0):.12f} {law.cdf(1.0):.6f}")
    0.500000000000 0.692992
    """

    eigenvalues: Eigenvalues
    noise: float

    @classmethod
    def of_eigenvalues(
        cls, eigenvalues: Sequence[float], noise: float, weights: Sequence[float] | None = None
    ) -> FreeConvolution:
        """Of any finite set of real numbers, in any order, repeated or not.

        Args:
            eigenvalues: numbers of up to 1e75, shape (n,).
            noise: delta > 0, from 1e-75 to 1e75.
            weights: numbers from 1e-75 to 1e75, shape (n,), normalised here; None for equal ones.

        Raises:
            InvalidProblem: the arguments are none of that.

        >>> float(FreeConvolution.of_eigenvalues([3.0], noise=0.5).density(3.0)) * math.pi * 0.5
        1.0
        """
        s = _numbers("eigenvalues", eigenvalues)
        allowed = f"numbers from -{_LARGEST:g} to {_LARGEST:g}"
        require(bool((abs(s) <= _LARGEST).all()), "eigenvalues", eigenvalues, allowed)
        w = np.ones(s.shape) if weights is None else _numbers("weights", weights)
        are_weights = w.shape == s.shape and bool(((w >= _SMALLEST) & (w <= _LARGEST)).all())
        allowed = f"numbers from {_SMALLEST:g} to {_LARGEST:g}, one for each eigenvalue"
        require(are_weights, "weights", weights, allowed)
        _require_size("noise", noise)
        total: dict[float, float | Fraction] = {}
        for size, weight in zip((s + 0.0).tolist(), w.tolist(), strict=True):
            # exactly: a rounding of a weight shifts edges
            total[size] = Fraction(total[size]) + Fraction(weight) if size in total else weight
        sizes = tuple(sorted(total, reverse=True))
        return cls(_Finite(sizes, tuple(total[size] for size in sizes)), float(noise))

    @classmethod
    def of_power_law(
        cls, dim: int, decay: float, noise: float, scale: float | None = None
    ) -> FreeConvolution:
        """Of c i^-decay, i = 1..dim: any number of eigenvalues costs the same.

        Args:
            dim: their number, a positive integer up to 1e150.
            decay: gamma > 0.
            noise: delta > 0, from 1e-75 to 1e75.
            scale: c > 0, from 1e-75 to 1e75; None for sqrt(dim).

        Raises:
            InvalidProblem: the arguments are none of that.

        >>> law = FreeConvolution.of_power_law(10**30, 1.25, noise=1.0)
        >>> round(float(law.cdf(0.0)), 6)
        0.5
        """
        allowed = f"a positive integer up to {_LARGEST**2:g}"
        require(is_count(dim) and dim <= 10**150, "dim", dim, allowed)
        require(is_double(decay) and float(decay) > 0, "decay", decay, "a number > 0 in the range of floats")
        _require_size("noise", noise)
        if scale is not None:
            _require_size("scale", scale)
        return cls(_PowerLaw(int(dim), float(decay), None if scale is None else float(scale)), float(noise))

    @classmethod
    def _of_modes(cls, dim: int, decay: float, noise: float, scale: float) -> FreeConvolution:
        """`of_power_law` unchecked, of any size: in units of the order of the noise nothing overflows.

        >>> round(FreeConvolution._of_modes(10**200, 1.25, noise=1.0, scale=1.0).cdf(0.0), 12)
        0.5
        """
        return cls(_PowerLaw(dim, decay, scale), noise)

    def density(self, x: Any) -> Any:
        """Density of mu at real points, an array of any shape.

        Raises:
            InvalidProblem: x is no finite number or array of them.
            NotConverged: a point of Biane's curve was not found.
        """
        return self._at_each(x, lambda found: abs(float(found.zeta.imag)) / (math.pi * self.noise**2))

    def stieltjes(self, z: Any) -> Any:
        """g(z) = int dmu(x)/(z - x) at points of an array of any shape, complex or real.

        At real points it is the limit from above: Re g = pi * (Hilbert transform), Im g = -pi * density.

        Raises:
            InvalidProblem: z is no finite number or array of them.
            NotConverged: a point above Biane's curve was not found.

        >>> law = FreeConvolution.of_eigenvalues([0.0], noise=1.0)
        >>> print(f"{law.stieltjes(1j):.12f} {law.stieltjes(1.0):.12f}")
        0.000000000000-0.618033988750j 0.500000000000-0.866025403784j
        """
        points = complex_points("z", z)
        values = [
            np.conjugate(self._stieltjes(complex(point).conjugate()))
            if point.imag < 0
            else self._stieltjes(complex(point))
            for point in points.ravel()
        ]
        return np.reshape(np.array(values, dtype=complex), points.shape)[()]

    def _stieltjes(self, z: complex) -> complex:
        found, arithmetic = self._found(z.real, z.imag)
        with arithmetic.working():
            return complex(found.split.weights @ (1 / found.separations))

    def cdf(self, x: Any) -> Any:
        """Mass of mu up to x, at points of an array of any shape.

        Raises:
            InvalidProblem: x is no finite number or array of them.
            NotConverged: a point of Biane's curve was not found.
        """
        return self._at_each(x, lambda found: self._masses(found)[0])

    def mass_above(self, x: Any) -> Any:
        """Mass of mu right of x, at points of an array of any shape.

        Raises:
            InvalidProblem: x is no finite number or array of them.
            NotConverged: a point of Biane's curve was not found.
        """
        return self._at_each(x, lambda found: self._masses(found)[1])

    def _masses(self, found: Preimage) -> tuple[float, float]:
        """Masses on either side, from the side on which there is less."""
        s, w = found.separations, found.split.weights
        angles = np.array([math.atan2(abs(float(a.imag)), float(a.real)) for a in s]) / math.pi
        weights = np.array([float(a) for a in w])
        g = complex(w @ (1 / s)) * self.noise
        bend = (g * g).imag / (2 * math.pi)
        above, below = float(weights @ angles) + bend, float(weights @ (1 - angles)) - bend
        if above < below:
            above = min(max(above, 0.0), 1.0)
            return 1 - above, above
        below = min(max(below, 0.0), 1.0)
        return below, 1 - below

    def quantile(self, probability: Any) -> Any:
        """A point x up to which the mass is ``probability``, between 0 and 1; in a gap, any point of it.

        To 1e-13 in mass, or to the float next to it: a whole band of the support may lie between two floats.
        An array of probabilities gives one of points.

        Raises:
            InvalidProblem: a probability does not lie strictly between 0 and 1.
            NotConverged: a point of Biane's curve was not found.

        >>> FreeConvolution.of_eigenvalues([1.0], noise=0.5).quantile([[0.5]]).round(12).tolist()
        [[1.0]]
        """
        points = require_probabilities(probability)
        return at_each(points, self._quantile)

    def _quantile(self, probability: float) -> float:
        """Newton's method, kept between numbers whose masses are on either side."""
        smallest, largest = self.eigenvalues.ends()
        low = math.nextafter(smallest - 2 * self.noise, -math.inf)
        high = math.nextafter(largest + 2 * self.noise, math.inf)
        x = (low + high) / 2
        allowed = 1e-15 + 1e-13 * min(probability, 1 - probability)
        for _ in range(_STEPS):
            below, above, rise = self._masses_and_density(x)
            value = below - probability if probability < 0.5 else (1 - probability) - above
            if abs(value) <= allowed:
                return x
            low, high = (x, high) if value < 0 else (low, x)
            newton = x - value / rise if rise > 0 else low
            x = newton if low < newton < high else low + (high - low) / 2
            if x in (low, high):
                return high
        raise NotConverged(f"no quantile found at probability={probability!r}")

    def _masses_and_density(self, x: float) -> tuple[float, float, float]:
        found, arithmetic = self._found(x, 0.0)
        with arithmetic.working():
            rise = abs(float(found.zeta.imag)) / (math.pi * self.noise**2)
            return *self._masses(found), rise

    def edges(self, limit: int = 1000) -> tuple[tuple[float, float], ...]:
        """Ends of the components of the support, from left to right, to a few roundings.

        Of a power law with more components the ``limit`` rightmost gaps are looked at, and what lies left of
        them is given as one.

        Raises:
            InvalidProblem: ``limit`` is not a positive integer.
            NotConverged: an edge was not found.
        """
        require(is_count(limit), "limit", limit, "a positive integer")
        eigenvalues, noise = self.eigenvalues, self.noise
        count, in_a_row = eigenvalues.count, eigenvalues.are_gaps_in_a_row()
        xs = [_edge(eigenvalues, noise, 1, 1)]
        for number in range(1, min(count, limit + 1) if in_a_row else count):
            if _is_open(eigenvalues, noise, number):
                xs += [_edge(eigenvalues, noise, number, -1), _edge(eigenvalues, noise, number + 1, 1)]
            elif in_a_row:
                break
        xs.append(_edge(eigenvalues, noise, count, -1))
        xs.reverse()
        return tuple(zip(xs[::2], xs[1::2], strict=True))

    def integral_above(self, function: Callable[[Any], Any], x: float = -math.inf) -> float:
        """Integral of an analytic function over the part of mu right of x.

        Args:
            function: real on the real axis, analytic in the upper half-plane above the support and right of
                x; takes complex arrays.
            x: where to begin; -inf for all of mu.

        The path goes from the preimage of x to a real point right of all, above Biane's curve, where |g| is
        at most 1/noise, with the nodes of `numerics.paths`.  What cancels along it is lost: the result is
        good to 1e-12 of the largest |h| there, and of the largest |x h| if that is more than noise |h|.

        Raises:
            InvalidProblem: x is neither a number nor infinite; the function returns no finite numbers.
            NotConverged: the mass along the path is not that right of x.

        >>> law = FreeConvolution.of_eigenvalues([1.0, 2.0], noise=0.5)
        >>> round(law.integral_above(lambda x: x**2), 12)           # mean square + noise^2
        2.75
        """
        require(callable(function), "function", function, "a function of an array of complex numbers")
        is_infinite = isinstance(x, float) and math.isinf(x)
        require(is_infinite or is_number(x), "x", x, "a number, or -inf for all of the law")
        smallest, largest = self.eigenvalues.ends()
        if x >= max(largest + 2.5 * self.noise, math.nextafter(largest, math.inf)):
            return 0.0
        x = float(max(x, min(smallest - 2.5 * self.noise, math.nextafter(smallest, -math.inf))))
        found, arithmetic = self._found(x, 0.0)
        with arithmetic.working():
            mass = self._masses(found)[1]
        found = _in_double(found)
        variance = self.noise**2
        with DOUBLE.working():
            # from the largest eigenvalue to the end of the path: right of the support
            s, to_end = found.split.eigenvalues, 2.5 * self.noise
            if found.in_support:
                halves = replace(found.split, origin=s[0] + to_end, distances=(s[0] - s) + to_end)
                path = geodesic(DOUBLE, replace(found, split=halves, zeta=found.separations[0] - to_end))
                direction = 1
            else:
                halves = _seen_from_itself(found)
                reach = to_end - halves.distances[0]
                path = half_circle(DOUBLE, halves, reach, reach + halves.distances)
                direction = -1
            g, fall = path.sums([halves.weights], [halves.weights])
            measure = path.weights * g * (1 - variance * fall) * (direction / math.pi)
            missed = abs(float(measure.sum().imag) - mass)
            if not missed <= _MISMATCH:
                raise NotConverged(f"the path from x={x!r} misses the mass right of it by {missed:.1g}")
            allowed = "a function with a finite value for each of an array of complex numbers"
            points = halves.origin + path.zeta + variance * g
            values = np.asarray(called("function", function, points, allowed))
            is_numeric = values.dtype.kind in "iufc" and values.shape in ((), measure.shape)
            require(is_numeric and bool(np.isfinite(values).all()), "function", function, allowed)
            return float((measure @ np.broadcast_to(values, measure.shape)).imag)

    def _at_each(self, x: Any, value: Callable[[Preimage], float]) -> Any:
        def at(point: float) -> float:
            found, arithmetic = self._found(point, 0.0)
            with arithmetic.working():
                return value(found)

        return at_each(real_points("x", x), at)

    def _found(self, x: float, y: float) -> tuple[Preimage, Arithmetic]:
        """The point z with x(z) = x + i y, in the first arithmetic that is long enough.

        Raises:
            NotConverged: none is.
        """
        place: Any = complex(x, y)
        for bits in _BITS:
            arithmetic = DOUBLE if bits == DOUBLE.bits else multiprecision(bits)
            with arithmetic.working():
                found, error = self._attempt(x, y, place, arithmetic)
                if error <= _ACCURACY:
                    return found, arithmetic
                if arithmetic.is_finite(found.point):
                    place = complex(found.point)
        at = complex(x, y) if y else x
        raise NotConverged(f"no point of Biane's curve found for x={at!r} with {_BITS[-1]} bits")

    def _attempt(self, x: float, y: float, place: Any, arithmetic: Arithmetic) -> tuple[Preimage, Any]:
        """The point in one arithmetic, looked for from ``place``, and how far noise * g may be off there."""
        known = self.eigenvalues.preimage(x, self.noise, arithmetic) if y == 0 else None
        if known is not None:
            return known, self._error(known, arithmetic.real(x) - known.split.origin, x, y, arithmetic)
        for _ in range(_VIEWS):
            view, goal = self.eigenvalues.view(x, place, self.noise, arithmetic)
            found = _on_level(arithmetic, view, self.noise, goal, y, place.real - view.origin)
            if not arithmetic.is_finite(found.point):
                break
            if self.eigenvalues.is_seen(found, self.noise, arithmetic):
                return found, self._error(found, goal, x, y, arithmetic)
            place = found.point
        return found, math.inf

    def _error(self, found: Preimage, goal: Any, x: float, y: float, arithmetic: Arithmetic) -> Any:
        """How far noise * g may be off at a point z; infinite where z is not near the right root.

        What is left of the equation, and rounding, are one displacement of x.  With a = 1/(z - s), b = 1/(z'
        - s) and F <= 1 at z', two points are mapped to x and x' with

            x - x' = (z - z') (1 - sum t w a b),    |1 - sum t w a b| >= (noise |g - g'|)^2/2 - (F(z) - 1)/2,

        as Re(a b) = (|a|^2 + |b|^2 - |a - conj b|^2)/2 and both g lie below the axis, and with |z - z'| at
        least about noise^2 |g - g'|: a cube root, wherever z is, edges and merging components included, and
        whatever root it is near.  The first power is better, and takes a disc around z in which x' hardly
        changes: it holds one root, and that is the right one if it is above the axis, or real and x' > 0.
        """
        variance, weights, zeta = arithmetic.real(self.noise) ** 2, found.split.weights, found.zeta
        inverse = 1 / found.separations
        square, size = inverse * inverse, abs(inverse)
        fall = variance * (weights @ square)  # 1 - x'(z)
        share = variance * (weights @ (size * size))
        bend = variance * (abs(weights) @ (size * size * size))
        left = zeta + variance * (weights @ inverse) - goal - arithmetic.complex(0 * goal, y + 0 * goal)
        epsilon, slope = arithmetic.epsilon, 1 - fall
        moved = abs(left) + epsilon * (abs(zeta) + self.eigenvalues.rounding(x) + self.noise)
        off = 3 * moved / abs(slope)
        is_alone = 2 * off * size.max() <= 1 and _VARIATION * off * bend <= abs(slope)
        if is_alone and (zeta.imag > off or 2 * slope.real >= abs(slope)):
            error = (abs(fall) + 2 * off * bend) * off / self.noise
        else:
            over = max(share - 1, 0 * share) + epsilon * (64 + 8 * bend * abs(zeta))
            of_third = 2 * arithmetic.exp(arithmetic.log(moved / self.noise) / 3)
            error = max(of_third, arithmetic.sqrt(2 * over))
        return error if zeta.imag >= 0 and arithmetic.is_finite(error) else math.inf


def _in_double(found: Preimage) -> Preimage:
    """The same point in float64."""
    real = ("origin", "distances", "eigenvalues", "weights", "share")
    values: dict[str, Any] = {name: np.asarray(getattr(found.split, name)).astype(float)[()] for name in real}
    separations = np.asarray(found.separations).astype(complex)
    return Preimage(replace(found.split, **values), complex(found.zeta), separations)


def _seen_from_itself(found: Preimage) -> Split:
    """The eigenvalues from a real point."""
    distances = np.real(found.separations)
    above = int(np.sum(distances < 0))
    return replace(found.split, origin=found.point.real, distances=distances, above=above, learned=above)


def _on_level(arithmetic: Arithmetic, view: Split, noise: float, goal: Any, y: float, start: Any) -> Preimage:
    """The point z with x(z) = x + i y, y >= 0, or what comes closest: bracketed in its real part.

    ``goal`` is the distance from the origin of the view to x, ``start`` that to a guess.
    """
    delta, height = arithmetic.real(noise), arithmetic.real(y)
    variance, weights = delta * delta, view.weights
    low, high, epsilon = goal - delta, goal + delta, arithmetic.epsilon
    offset = start + 0 * goal if low < start < high else goal
    v = 0 * goal
    for _ in range(_STEPS):
        real = offset + view.distances
        v = _height(arithmetic, weights, delta, real, height, v)
        separations = arithmetic.complex(real, v + 0 * real)
        inverse = 1 / separations
        excess = (offset - goal) + variance * arithmetic.real_part(weights @ inverse)
        if excess == 0 or not arithmetic.is_finite(excess):
            break
        low, high = (low, offset) if excess > 0 else (offset, high)
        slope = 1 - variance * (weights @ (inverse * inverse))
        rise = abs(slope) ** 2 / slope.real if slope.real > 0 else 0 * offset
        newton = offset - excess / rise if rise > 0 else low
        is_inside = low < newton < high
        if not is_inside and abs(excess) <= 4 * epsilon * (abs(offset) + abs(goal) + delta):
            break  # of no known sign
        after = newton if is_inside else (low + high) / 2
        if abs(after - offset) <= epsilon * min(abs(separations)) or after in (low, high):
            break
        offset = after
    return Preimage(view, arithmetic.complex(offset, v), separations)


def _height(arithmetic: Arithmetic, weights: Any, noise: Any, real: Any, y: Any, guess: Any) -> Any:
    """V >= 0 with Im x(u + i v) = y: on Biane's curve for y = 0, else above it.

    From what one eigenvalue alone makes of the curve: above 0 on an eigenvalue, where the sum is infinite.
    """
    squares = real * real
    alone = (noise * noise * weights - squares).max()
    curve = height_above(arithmetic, weights, noise, real, guess, alone)
    if y == 0:
        return curve
    # v (1 - F) increases, from 0 on the curve; v - y = -t Im G is at most the noise
    low, high, epsilon = max(curve, y), y + noise, arithmetic.epsilon
    v = guess if low < guess < high else high
    for _ in range(_STEPS):
        inverse = 1 / (squares + v * v)
        share = noise * noise * (weights @ inverse)
        value = v * (1 - share) - y
        low, high = (low, v) if value > 0 else (v, high)
        slope = 1 - share + 2 * v * v * noise * noise * (weights @ (inverse * inverse))
        newton = v - value / slope
        before, v = v, newton if low < newton < high else (low + high) / 2
        if abs(v - before) <= 2 * epsilon * v:
            break
    return v


@dataclass(frozen=True)
class _Finite:
    """Distinct eigenvalues in decreasing order, and their weights, not normalised: that would round them."""

    sizes: tuple[float, ...]
    weights: tuple[float | Fraction, ...]

    @cached_property
    def total(self) -> Fraction:
        """The sum of the weights."""
        return sum((Fraction(weight) for weight in self.weights), Fraction(0))

    @property
    def count(self) -> int:
        """Of different ones."""
        return len(self.sizes)

    def size(self, number: int, arithmetic: Arithmetic) -> Any:
        """As given."""
        return arithmetic.real(self.sizes[number - 1])

    def view(self, x: float, place: Any, noise: float, arithmetic: Arithmetic) -> tuple[Split, Any]:
        """From next to the eigenvalue nearest to x, where points of its band are close to.

        The origin may be rounded by more than the noise; distances from it are not.
        """
        above = int(np.sum(np.array(self.sizes) > x))
        neighbours = [k for k in (above - 1, above) if 0 <= k < len(self.sizes)]
        nearest = min(neighbours, key=lambda k: abs(self.sizes[k] - x))
        step = 2 * arithmetic.real(noise)
        if len(neighbours) == 2:
            upper, lower = (arithmetic.real(self.sizes[k]) for k in neighbours)
            step = min(step, (upper - lower) / 2)
        offset = -step if nearest < above else step  # of the origin, from the nearest eigenvalue
        halves = self._seen_from(above, nearest, offset, arithmetic)
        return halves, (arithmetic.real(x) - arithmetic.real(self.sizes[nearest])) - offset

    def is_seen(self, found: Preimage, noise: float, arithmetic: Arithmetic) -> bool:
        """A view has every eigenvalue."""
        return True

    def preimage(self, x: float, noise: float, arithmetic: Arithmetic) -> Preimage | None:
        """None: a view has every eigenvalue."""
        return None

    def rounding(self, x: float) -> float:
        """Nothing: differences of floats are as good as their digits."""
        return 0.0

    def ends(self) -> tuple[float, float]:
        """Themselves."""
        return self.sizes[-1], self.sizes[0]

    def from_gap(self, number: int, arithmetic: Arithmetic) -> Split:
        """From the middle of the gap."""
        upper, lower = (self.size(k, arithmetic) for k in (number, number + 1))
        return self._seen_from(number, number, (upper - lower) / 2, arithmetic)

    def from_one(self, number: int, arithmetic: Arithmetic) -> tuple[Any, Any, int]:
        """Differences of floats."""
        halves = self._seen_from(number, number - 1, arithmetic.real(0), arithmetic)
        return halves.distances, halves.weights, number - 1

    def are_gaps_in_a_row(self) -> bool:
        """They may be anywhere."""
        return False

    def _seen_from(self, above: int, nearest: int, offset: Any, arithmetic: Arithmetic) -> Split:
        s = arithmetic.array(self.sizes)
        weights = arithmetic.array(self.weights) / arithmetic.real(self.total)
        return Split(
            learned=above,
            origin=s[nearest] + offset,
            distances=(s[nearest] - s) + offset,
            eigenvalues=s,
            weights=weights,
            above=above,
            share=sum(weights[:above], arithmetic.real(0)),
        )


@dataclass(frozen=True)
class _PowerLaw:
    """Eigenvalues scale * i^-decay, i = 1..dim; a scale of None is sqrt(dim)."""

    dim: int
    decay: float
    scale: float | None

    def target(self, arithmetic: Arithmetic = DOUBLE) -> Target:
        """The same as a `Target`."""
        if self.scale is None:
            return Target(self.dim, self.decay, arithmetic.sqrt(arithmetic.real(self.dim)), arithmetic)
        return Target(self.dim, self.decay, arithmetic.real(self.scale), arithmetic)

    @property
    def count(self) -> int:
        """Of modes."""
        return self.dim

    def size(self, number: int, arithmetic: Arithmetic) -> Any:
        """Rounded as the arithmetic rounds powers."""
        return self.target(arithmetic).size(arithmetic.real(number))

    def view(self, x: float, place: Any, noise: float, arithmetic: Arithmetic) -> tuple[Split, Any]:
        """From between eigenvalues that are as large as ``place`` is, seen from 0."""
        target = self._above_noise(noise, arithmetic)
        place = arithmetic.complex(arithmetic.real(place.real), arithmetic.real(place.imag))
        halves = split(target, rank_below(target, abs(place), place.imag))
        if halves.learned == 0 and not halves.origin <= 2 * target.scale:  # of a steep law, 2^decay times it
            above_all = 2 * target.scale
            halves = replace(halves, origin=above_all, distances=above_all - halves.eigenvalues)
        if target.dim < self.dim:
            halves = _with_zeros(halves, target, self.dim)
        return halves, arithmetic.real(x) - halves.origin

    def _above_noise(self, noise: float, arithmetic: Arithmetic) -> Target:
        """The eigenvalues that are not 0 as far as the arithmetic can tell, if that leaves out most.

        Moving s to 0 displaces x(z) by sum t w s/|z (z - s)|.  Where half of the weight is at 0 and F(z) <= 1
        no |z|^2 is less than t/2, and that is about the largest s moved: less than a rounding of the noise.
        """
        target = self.target(arithmetic)
        scale = math.log(self.dim) / 2 if self.scale is None else math.log(self.scale)
        reach = (scale - math.log(noise) + (arithmetic.bits + 3) * math.log(2)) / self.decay
        if reach >= math.log(self.dim) - 1:
            return target
        return replace(target, dim=max(1, math.floor(math.exp(reach))))

    def is_seen(self, found: Preimage, noise: float, arithmetic: Arithmetic) -> bool:
        """Next to the origin modes are nodes; elsewhere z may not come close to nodes of a quadrature."""
        return is_next_door(self._above_noise(noise, arithmetic), found.split, found.point)

    def preimage(self, x: float, noise: float, arithmetic: Arithmetic) -> Preimage | None:
        """Of x > 0, whatever the number of eigenvalues next to it; None where a few are all there are."""
        few = self.dim == 1 or self._above_noise(noise, arithmetic).dim < min(self.dim, _FEW)
        if few or not 0 < x < float(self.target().scale) + 2 * noise:
            return None
        unit = natural_unit(arithmetic, noise, x)
        target = self.target(arithmetic).in_units(unit)
        found = power_law_preimage(target, arithmetic.real(noise) / unit, arithmetic.real(x) / unit)
        halves = found.split
        seen = Split(
            halves.learned,
            halves.origin * unit,
            halves.distances * unit,
            halves.eigenvalues * unit,
            halves.weights,
            halves.above,
            halves.share,
        )
        return Preimage(seen, found.zeta * unit, found.separations * unit)

    def rounding(self, x: float) -> float:
        """The eigenvalues next to x, from an exponential of the logarithm of their number."""
        folds = math.log(float(self.target().scale)) - math.log(abs(x)) if x else 0.0
        return abs(x) * (1 + abs(folds))

    def ends(self) -> tuple[float, float]:
        """Beyond what rounding makes of them."""
        rounding = 1e-14 * (1 + self.decay * math.log(self.dim))
        smallest, largest = float(self.size(self.dim, DOUBLE)), float(self.target().scale)
        return smallest * (1 - rounding), largest * (1 + rounding)

    def from_gap(self, number: int, arithmetic: Arithmetic) -> Split:
        """From the index number + 1/2."""
        return split(self.target(arithmetic), number)

    def from_one(self, number: int, arithmetic: Arithmetic) -> tuple[Any, Any, int]:
        """From half an index away."""
        halves = self.from_gap(number, arithmetic)
        node = halves.above - 1
        return halves.distances - halves.distances[node], halves.weights, node

    def are_gaps_in_a_row(self) -> bool:
        """Bands merge from the left on."""
        return True


def _with_zeros(halves: Split, target: Target, dim: int) -> Split:
    """A view of the modes of a target, with zeros to make them ``dim``."""
    arithmetic, zero = target.arithmetic, 0 * halves.origin
    share = arithmetic.real(Fraction(target.dim, dim))
    rest = arithmetic.real(Fraction(dim - target.dim, dim))
    return replace(
        halves,
        distances=np.append(halves.distances, halves.origin),
        eigenvalues=np.append(halves.eigenvalues, zero),
        weights=np.append(halves.weights * share, rest),
        share=halves.share * share,
    )


def _edge(eigenvalues: Eigenvalues, noise: float, number: int, side: int) -> float:
    """The right (side 1) or left (-1) end of the band of an eigenvalue, where it is an edge of the support.

    In the first arithmetic in which it satisfies F = 1.
    """
    for bits in _BITS:
        arithmetic = DOUBLE if bits == DOUBLE.bits else multiprecision(bits)
        with arithmetic.working():
            distances, weights, node = eigenvalues.from_one(number, arithmetic)
            band = _band(arithmetic, side * distances, weights, noise, node)
        if band is not None:
            wide = multiprecision(_BITS[1])
            with wide.working():
                return float(eigenvalues.size(number, wide) + side * wide.real(band))
    raise NotConverged(f"the edge of the band of eigenvalue {number} did not settle")


def _band(arithmetic: Arithmetic, along: Any, weights: Any, noise: float, node: int) -> Any:
    """Distance from an eigenvalue to the end of its band of the support, in one direction; None if unsettled.

    ``along`` are the distances from all eigenvalues to this one, negative for those ahead.  F = 1 is solved
    by Newton's method for 1/sqrt(F), which is concave between eigenvalues: monotone from the band of one
    alone.
    """
    variance = arithmetic.real(noise) ** 2
    u = noise * arithmetic.sqrt(weights[node])
    for _ in range(_STEPS):
        inverse = 1 / (u + along)
        square = inverse * inverse
        total = variance * (weights @ square)
        step = (arithmetic.sqrt(total) - 1) * total / (variance * (weights @ (square * inverse)))
        if step <= 4 * arithmetic.epsilon * u:
            return u + variance * (weights @ inverse) if abs(total - 1) <= _MISMATCH else None
        u = u + step
    return None


def _is_open(eigenvalues: Eigenvalues, noise: float, number: int) -> bool:
    """Whether F < 1 somewhere between an eigenvalue and the next.

    Where rounding can't tell in the longest arithmetic either the two components touch.
    """
    for bits in _BITS:
        arithmetic = DOUBLE if bits == DOUBLE.bits else multiprecision(bits)
        with arithmetic.working():
            least = _least_share(arithmetic, eigenvalues.from_gap(number, arithmetic), noise)
        if abs(least - 1) > _MISMATCH:
            break
    if not arithmetic.is_finite(least):
        raise NotConverged(f"the bottom of the gap after eigenvalue {number} did not settle")
    return bool(1 - least > 4096 * arithmetic.epsilon)


def _least_share(arithmetic: Arithmetic, halves: Split, noise: float) -> Any:
    """Least F between the eigenvalues next to the origin, or one clearly below 1; nan if it is not found."""
    low, high = -halves.distances[halves.above], -halves.distances[halves.above - 1]
    variance, width = arithmetic.real(noise) ** 2, high - low
    u = (low + high) / 2
    for _ in range(_STEPS):
        inverse = 1 / (u + halves.distances)
        square = inverse * inverse
        share = variance * (halves.weights @ square)
        if share < 1 - 2 * _MISMATCH:
            return share
        slope = halves.weights @ (square * inverse)  # -F'/2
        low, high = (u, high) if slope > 0 else (low, u)
        step = slope / (3 * (halves.weights @ (square * square)))
        if min(abs(step), high - low) <= 4 * arithmetic.epsilon * width:
            return share
        u = u + step if low < u + step < high else (low + high) / 2
    return arithmetic.real(math.nan)


def _numbers(parameter: str, values: Any) -> Any:
    """As a one-dimensional array of floats."""
    points = real_points(parameter, values)
    require(points.ndim == 1 and points.size > 0, parameter, values, "a one-dimensional, non-empty array")
    return points


def _require_size(parameter: str, value: Any) -> None:
    allowed = f"a number from {_SMALLEST:g} to {_LARGEST:g}"
    require(is_number(value) and _SMALLEST <= value <= _LARGEST, parameter, value, allowed)
