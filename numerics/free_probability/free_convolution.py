r"""A set of eigenvalues seen through Gaussian noise: the free convolution with a semicircle, as an object.

The law mu of the eigenvalues of a symmetric matrix plus noise * GOE has, with t = noise^2 and x(z) = z + t
G(z), the Stieltjes transform g(x(z)) = G(z) (`biane`).  Real x are reached from Biane's curve or, outside the
support, from the real axis; points above the real axis from the curves Im x(z) = y.  The density is
v/(pi t); a primitive of g dx is sum w_i log(z - s_i) + t G^2/2, and its imaginary part over pi the mass right
of x.

*Accuracy.*  Masses, densities and transforms are closed forms of a point z, and no z is used before its own
equation has been checked (`biane.Curve.error`).  A point that fails is computed again in longer arithmetic;
one that fails in the longest raises.  An edge is a root of F = 1, checked alike; a quantile lies between two
numbers whose masses are on either side.

Class: `FreeConvolution`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from numerics.arithmetic.arrays import at_each, complex_points, real_points, require_probabilities
from numerics.arithmetic.checks import called, is_count, is_double, is_number, require
from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.displays import Displayed
from numerics.free_probability.contours import Path, geodesic, half_circle
from numerics.free_probability.eigenvalues import Eigenvalues, FiniteSet, PowerLaw
from numerics.free_probability.views import Preimage

# Arithmetics tried in turn, and how much what is left of its equation may move noise * g.
_BITS = (53, 113, 200, 800)
_ACCURACY = 3e-13
# How far the mass along a path may be from the closed form; the least F of a gap from 1 to be told from it.
_MISMATCH = 1e-12
_STEPS = 2000
# Views of a power law from one place after the other, until the point lies next to where it is seen from.
_VIEWS = 20
# Eigenvalues and noise up to this have fourth powers that are floats.
_LARGEST, _SMALLEST = 1e75, 1e-75


@dataclass(frozen=True)
class FreeConvolution(Displayed):
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

    def __repr__(self) -> str:
        eigenvalues = repr(self.eigenvalues)
        shown = eigenvalues if len(eigenvalues) <= 120 else f"{eigenvalues[:117]}..."
        return f"FreeConvolution(eigenvalues={shown}, noise={self.noise})"

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
        return cls(FiniteSet(sizes, tuple(total[size] for size in sizes)), float(noise))

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
        return cls(PowerLaw(int(dim), float(decay), None if scale is None else float(scale)), float(noise))

    def density(self, x: Any) -> Any:
        """Density of mu at real points, an array of any shape.

        Raises:
            InvalidProblem: x is no finite number or array of them.
            NotConverged: a point of Biane's curve was not found.
        """
        return self._at_each(x, self._density)

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
        start, arithmetic = self._point(z.real, z.imag)
        with arithmetic.working():
            return complex(start.view.weights @ (1 / start.separations))

    def cdf(self, x: Any) -> Any:
        """Mass of mu up to x, at points of an array of any shape.

        Raises:
            InvalidProblem: x is no finite number or array of them.
            NotConverged: a point of Biane's curve was not found.
        """
        return self._at_each(x, lambda start: self._masses(start)[0])

    def mass_above(self, x: Any) -> Any:
        """Mass of mu right of x, at points of an array of any shape.

        Raises:
            InvalidProblem: x is no finite number or array of them.
            NotConverged: a point of Biane's curve was not found.
        """
        return self._at_each(x, lambda start: self._masses(start)[1])

    def _density(self, start: Preimage) -> float:
        return abs(float(start.zeta.imag)) / (math.pi * self.noise**2)

    def _masses(self, start: Preimage) -> tuple[float, float]:
        """Masses on either side, from the side on which there is less."""
        s, w = start.separations, start.view.weights
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
        start, arithmetic = self._point(x, 0.0)
        with arithmetic.working():
            return *self._masses(start), self._density(start)

    def edges(self, limit: int = 1000) -> tuple[tuple[float, float], ...]:
        """Ends of the components of the support, from left to right, to a few roundings.

        Of a power law with more components the ``limit`` rightmost gaps are looked at, and what lies left of
        them is given as one.

        Raises:
            InvalidProblem: ``limit`` is not a positive integer.
            NotConverged: an edge was not found.
        """
        require(is_count(limit), "limit", limit, "a positive integer")
        count, merge = self.eigenvalues.count, self.eigenvalues.merge_from_left
        ends = [self._edge(1, 1)]
        for number in range(1, min(count, limit + 1) if merge else count):
            if self._is_open(number):
                ends += [self._edge(number, -1), self._edge(number + 1, 1)]
            elif merge:
                break
        ends.append(self._edge(count, -1))
        ends.reverse()
        return tuple(zip(ends[::2], ends[1::2], strict=True))

    def _edge(self, number: int, side: int) -> float:
        """The right (side 1) or left (-1) end of the band of an eigenvalue, an edge of the support.

        In the first arithmetic in which it satisfies F = 1.
        """
        for arithmetic in _arithmetics():
            with arithmetic.working():
                view = self.eigenvalues.view_after(number, arithmetic)
                node = view.above - 1
                curve = view.curve(arithmetic, arithmetic.real(self.noise)).seen_from(node, side)
                edge = curve.band_end(node)
                image = None if edge is None else curve.image(edge)
            if image is not None:
                wide = multiprecision(_BITS[2])
                with wide.working():
                    return float(self.eigenvalues.size(number, wide) + side * wide.real(image))
        raise NotConverged(f"the edge of the band of eigenvalue {number} did not settle")

    def _is_open(self, number: int) -> bool:
        """Whether F < 1 somewhere between an eigenvalue and the next.

        Where rounding can't tell in the longest arithmetic either the two components touch.
        """
        for arithmetic in _arithmetics():
            with arithmetic.working():
                view = self.eigenvalues.view_after(number, arithmetic)
                least = view.curve(arithmetic, arithmetic.real(self.noise)).gap(view.above - 1).share
            if abs(least - 1) > _MISMATCH:
                break
        return bool(1 - least > 4096 * arithmetic.epsilon)

    def integral_above(self, function: Callable[[Any], Any], x: float = -math.inf) -> float:
        """Integral of an analytic function over the part of mu right of x.

        Args:
            function: real on the real axis, analytic in the upper half-plane above the support and right of
                x; takes complex arrays.
            x: where to begin; -inf for all of mu.

        The path goes from the preimage of x to a real point right of all, above Biane's curve, where |g| is
        at most 1/noise, with the nodes of `contours`.  What cancels along it is lost: the result is
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
        start, arithmetic = self._point(x, 0.0)
        with arithmetic.working():
            mass = self._masses(start)[1]
        with DOUBLE.working():
            path, direction = self._path_to_the_right(_in_double(start))
            g, fall = path.sums([path.view.weights], [path.view.weights])
            measure = path.weights * g * (1 - self.noise**2 * fall) * (direction / math.pi)
            missed = abs(float(measure.sum().imag) - mass)
            if not missed <= _MISMATCH:
                raise NotConverged(f"the path from x={x!r} misses the mass right of it by {missed:.1g}")
            allowed = "a function with a finite value for each of an array of complex numbers"
            points = path.view.origin + path.zeta + self.noise**2 * g
            values = np.asarray(called("function", function, points, allowed))
            is_numeric = values.dtype.kind in "iufc" and values.shape in ((), measure.shape)
            require(is_numeric and bool(np.isfinite(values).all()), "function", function, allowed)
            return float((measure @ np.broadcast_to(values, measure.shape)).imag)

    def _path_to_the_right(self, start: Preimage) -> tuple[Path, int]:
        """A path between a point and a real one right of the support; 1 if it ends at the point, else -1."""
        s, to_end = start.view.eigenvalues, 2.5 * self.noise  # from the largest eigenvalue
        if start.in_support:
            view = replace(start.view, origin=s[0] + to_end, distances=(s[0] - s) + to_end)
            return geodesic(DOUBLE, replace(start, view=view, zeta=start.separations[0] - to_end)), 1
        view = start.view.seen_from(start.point.real, np.real(start.separations))
        reach = to_end - view.distances[0]
        return half_circle(DOUBLE, view, reach, reach + view.distances), -1

    def _at_each(self, x: Any, value: Callable[[Preimage], float]) -> Any:
        def at(point: float) -> float:
            start, arithmetic = self._point(point, 0.0)
            with arithmetic.working():
                return value(start)

        return at_each(real_points("x", x), at)

    def _point(self, x: float, y: float) -> tuple[Preimage, Arithmetic]:
        """The point z with x(z) = x + i y, in the first arithmetic that is long enough.

        Raises:
            NotConverged: none is.
        """
        place: Any = complex(x, y)
        for arithmetic in _arithmetics():
            with arithmetic.working():
                start, error = self._attempt(x, y, place, arithmetic)
                if error <= _ACCURACY:
                    return start, arithmetic
                if arithmetic.is_finite(start.point):
                    place = complex(start.point)
        at = complex(x, y) if y else x
        raise NotConverged(f"no point of Biane's curve found for x={at!r} with {_BITS[-1]} bits")

    def _attempt(self, x: float, y: float, place: Any, arithmetic: Arithmetic) -> tuple[Preimage, Any]:
        """The point in one arithmetic, looked for from ``place``, and how far noise * g may be off there."""
        noise = arithmetic.real(self.noise)

        def error(start: Preimage, goal: Any) -> Any:
            curve, over = start.view.curve(arithmetic, noise), arithmetic.complex(goal, y + 0 * goal)
            return curve.error(start.zeta, start.separations, over, self.eigenvalues.rounding(x))

        known = self.eigenvalues.preimage(x, self.noise, arithmetic) if y == 0 else None
        if known is not None:
            return known, error(known, arithmetic.real(x) - known.view.origin)
        for _ in range(_VIEWS):
            view, goal = self.eigenvalues.view(x, place, self.noise, arithmetic)
            curve = view.curve(arithmetic, noise)
            start = Preimage(view, *curve.point_over(goal, arithmetic.real(y), place.real - view.origin))
            if not arithmetic.is_finite(start.point):
                break
            if self.eigenvalues.resolves(start, self.noise, arithmetic):
                return start, error(start, goal)
            place = start.point
        return start, math.inf


def _arithmetics() -> Iterator[Arithmetic]:
    """Longer and longer ones."""
    for bits in _BITS:
        yield DOUBLE if bits == DOUBLE.bits else multiprecision(bits)


def _in_double(start: Preimage) -> Preimage:
    """The same point in float64."""
    real = ("origin", "distances", "eigenvalues", "weights", "share")
    values: dict[str, Any] = {name: np.asarray(getattr(start.view, name)).astype(float)[()] for name in real}
    separations = np.asarray(start.separations).astype(complex)
    return Preimage(replace(start.view, **values), complex(start.zeta), separations)


def _numbers(parameter: str, values: Any) -> Any:
    """As a one-dimensional array of floats."""
    points = real_points(parameter, values)
    require(points.ndim == 1 and points.size > 0, parameter, values, "a one-dimensional, non-empty array")
    return points


def _require_size(parameter: str, value: Any) -> None:
    allowed = f"a number from {_SMALLEST:g} to {_LARGEST:g}"
    require(is_number(value) and _SMALLEST <= value <= _LARGEST, parameter, value, allowed)
