r"""A set of eigenvalues seen through Gaussian noise: the free convolution with a semicircle, as an object.

A symmetric matrix with eigenvalues s_i of weights w_i, plus noise * GOE, has the law mu of eigenvalues which
`free_convolution` describes: with t = noise^2, G(z) = sum w_i/(z - s_i) and x(z) = z + t G(z) its Stieltjes
transform is g(x(z)) = G(z), and real x are reached from Biane's curve t sum w_i/|z - s_i|^2 = 1 or, outside
the support, from the real axis (Biane, Indiana Univ. Math. J. 46 (1997) 705).

Along both, the real part u of z increases with x, and |x - u| = t |Re G| <= noise: a bracket.  The density is
v/(pi t); a primitive of g dx is sum w_i log(z - s_i) + t G^2/2, and its imaginary part over pi the mass right
of x.  Points above the real axis are found alike, on the curves Im x(z) = y, on which u increases with Re x.

*Accuracy.*  At an edge of the support g has a square root, where two components merge a cube root: there x
rounded to float64 is not enough to compute with.  The equation itself says how far rounding moves z, by
1/|x'(z)|; where that is too much the point is found again in longer arithmetic.

Class: `FreeConvolution`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from numerics.checks import is_count, is_number, is_positive, require, require_probability
from numerics.errors import NotConverged
from numerics.free_convolution import Preimage, Split, height_above, natural_unit, split
from numerics.free_convolution import preimage as power_law_preimage
from numerics.paths import geodesic, half_circle
from numerics.posterior import gap_after
from numerics.precision import DOUBLE, Arithmetic, multiprecision
from numerics.target import Target

# Arithmetics tried in turn, and how much rounding may move noise * g.
_BITS = (53, 200)
_ACCURACY = 1e-13
_STEPS = 2000
# Eigenvalues and noise up to this have fourth powers that are floats.
_LARGEST = 1e75


class Eigenvalues(Protocol):
    """What is seen through the noise."""

    def view(self, x: float, noise: float, arithmetic: Arithmetic) -> tuple[Split, Any]:
        """The eigenvalues from a real point that fits points at most ``noise`` away from x; from it to x."""

    def preimage(self, x: float, noise: float, arithmetic: Arithmetic) -> Preimage | None:
        """The preimage of x where that is known better than from a `view`; None if not."""

    def rounding(self, x: float) -> float:
        """What a view rounds, over the arithmetic's epsilon."""

    def ends(self) -> tuple[float, float]:
        """Smallest and largest eigenvalue."""

    def gaps(self, noise: float, limit: int) -> list[tuple[float, float]]:
        """Ends of the gaps of the support between eigenvalues, rightmost first."""


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
            weights: positive numbers, shape (n,), normalised here; None for equal ones.

        Raises:
            InvalidProblem: the arguments are none of that.

        >>> float(FreeConvolution.of_eigenvalues([3.0], noise=0.5).density(3.0)) * math.pi * 0.5
        1.0
        """
        s = _numbers(eigenvalues)
        allowed = f"a one-dimensional, non-empty array of numbers from -{_LARGEST:g} to {_LARGEST:g}"
        require(
            s.ndim == 1 and s.size > 0 and bool((abs(s) <= _LARGEST).all()),
            "eigenvalues",
            eigenvalues,
            allowed,
        )
        w = np.ones(s.shape) if weights is None else _numbers(weights)
        are_weights = w.shape == s.shape and bool(((w > 0) & (w < math.inf)).all())
        require(are_weights, "weights", weights, "positive numbers, one for each eigenvalue")
        _require_size("noise", noise)
        distinct, place = np.unique(-s, return_inverse=True)
        total = np.bincount(place, w)
        return cls(_Finite(tuple((-distinct).tolist()), tuple(total.tolist())), float(noise))

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
        require(is_count(dim) and dim <= _LARGEST**2, "dim", dim, allowed)
        require(is_positive(decay), "decay", decay, "a number > 0")
        _require_size("noise", noise)
        largest = math.sqrt(dim) if scale is None else scale
        _require_size("scale", largest)
        return cls(_PowerLaw(int(dim), float(decay), float(largest)), float(noise))

    def density(self, x: Any) -> Any:
        """Density of mu at real points, an array of any shape."""
        return self._at_each(x, lambda found: abs(float(found.zeta.imag)) / (math.pi * self.noise**2))

    def stieltjes(self, z: Any) -> Any:
        """g(z) = int dmu(x)/(z - x) at points of an array of any shape, complex or real.

        At real points it is the limit from above: Re g = pi * (Hilbert transform), Im g = -pi * density.

        >>> law = FreeConvolution.of_eigenvalues([0.0], noise=1.0)
        >>> print(f"{law.stieltjes(1j):.12f} {law.stieltjes(1.0):.12f}")
        0.000000000000-0.618033988750j 0.500000000000-0.866025403784j
        """
        z = np.asarray(z)
        points = np.ravel(z).astype(complex)
        values = [
            np.conjugate(self._stieltjes(complex(point).conjugate()))
            if point.imag < 0
            else self._stieltjes(complex(point))
            for point in points
        ]
        return np.reshape(np.array(values, dtype=complex), z.shape)[()]

    def _stieltjes(self, z: complex) -> complex:
        found, arithmetic = self._found(z.real, z.imag)
        with arithmetic.working():
            return complex(found.split.weights @ (1 / found.separations))

    def cdf(self, x: Any) -> Any:
        """Mass of mu up to x, at points of an array of any shape."""
        return self._at_each(x, lambda found: self._masses(found)[0])

    def mass_above(self, x: Any) -> Any:
        """Mass of mu right of x, at points of an array of any shape."""
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

    def quantile(self, probability: float) -> float:
        """A point x up to which the mass is ``probability``, between 0 and 1; in a gap, any point of it.

        Raises:
            InvalidProblem: the probability does not lie strictly between 0 and 1.
        """
        require_probability(probability)
        smallest, largest = self.eigenvalues.ends()
        low, high = smallest - 2 * self.noise, largest + 2 * self.noise
        value, x = 0.0, (low + high) / 2
        for _ in range(_STEPS):
            value = float(self.cdf(x)) - probability
            if value == 0:
                return x
            low, high = (x, high) if value < 0 else (low, x)
            rise = float(self.density(x))
            newton = x - value / rise if rise > 0 else low
            inside = low < newton < high
            before, x = x, newton if inside else (low + high) / 2
            if x in (low, high) or (inside and abs(x - before) <= 1e-15 * abs(x)):
                return x
        raise NotConverged(f"no quantile found at probability={probability!r}")

    def edges(self, limit: int = 1000) -> tuple[tuple[float, float], ...]:
        """Ends of the components of the support, from left to right.

        Of a power law with more components the ``limit`` rightmost gaps are looked at, and what lies left of
        them is given as one.
        """
        xs = [_outer_edge(self.eigenvalues, self.noise, 1)]
        for low, high in self.eigenvalues.gaps(self.noise, limit):
            xs += [high, low]
        xs.append(_outer_edge(self.eigenvalues, self.noise, -1))
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

        >>> law = FreeConvolution.of_eigenvalues([1.0, 2.0], noise=0.5)
        >>> round(law.integral_above(lambda x: x**2), 12)           # mean square + noise^2
        2.75
        """
        smallest, largest = self.eigenvalues.ends()
        x = max(x, min(smallest - 2.5 * self.noise, math.nextafter(smallest, -math.inf)))
        if x >= max(largest + 2.5 * self.noise, math.nextafter(largest, math.inf)):
            return 0.0
        found = _in_double(self._found(x, 0.0)[0])
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
            values = function(halves.origin + path.zeta + variance * g) * g * (1 - variance * fall)
            return direction * float((path.weights @ values).imag / math.pi)

    def _at_each(self, x: Any, value: Callable[[Preimage], float]) -> Any:
        points = np.asarray(x, dtype=float)
        values = []
        for point in np.ravel(points):
            found, arithmetic = self._found(float(point), 0.0)
            with arithmetic.working():
                values.append(value(found))
        return np.reshape(np.array(values), points.shape)[()]

    def _found(self, x: float, y: float) -> tuple[Preimage, Arithmetic]:
        """The point z with x(z) = x + i y, in the first arithmetic that is long enough."""
        require(math.isfinite(x) and math.isfinite(y), "x", complex(x, y) if y else x, "finite")
        for bits in _BITS:
            arithmetic = DOUBLE if bits == DOUBLE.bits else multiprecision(bits)
            with arithmetic.working():
                known = self.eigenvalues.preimage(x, self.noise, arithmetic) if y == 0 else None
                view, goal = self.eigenvalues.view(x, self.noise, arithmetic)
                found = known or _on_level(arithmetic, view, self.noise, goal, y)
                if self._is_settled(found, x, arithmetic):
                    break
        return found, arithmetic

    def _is_settled(self, found: Preimage, x: float, arithmetic: Arithmetic) -> bool:
        """Whether rounding moves noise * g by little."""
        inverse = 1 / found.separations
        fall = self.noise**2 * (found.split.weights @ (inverse * inverse))  # 1 - x'(z)
        moved = arithmetic.epsilon * (abs(found.zeta) + self.eigenvalues.rounding(x) + self.noise)
        return bool(moved * abs(fall) <= _ACCURACY * self.noise * abs(1 - fall))


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


def _on_level(arithmetic: Arithmetic, view: Split, noise: float, goal: Any, y: float) -> Preimage:
    """The point z with x(z) = x + i y, y >= 0: bracketed in its real part, from the origin of the view.

    ``goal`` is the distance from there to x.
    """
    delta, height = arithmetic.real(noise), arithmetic.real(y)
    variance, weights = delta * delta, view.weights
    low, high = goal - delta, goal + delta
    offset, v = goal, arithmetic.real(0)
    for _ in range(_STEPS):
        real = offset + view.distances
        if (real == 0).any() and y == 0:  # on an eigenvalue: inside the support
            real = real + arithmetic.epsilon * arithmetic.epsilon * delta
        v = _height(arithmetic, weights, delta, real, height, v)
        separations = arithmetic.complex(real, v + 0 * real)
        inverse = 1 / separations
        excess = (offset - goal) + variance * arithmetic.real_part(weights @ inverse)
        if excess == 0:
            break
        low, high = (low, offset) if excess > 0 else (offset, high)
        slope = 1 - variance * (weights @ (inverse * inverse))
        rise = abs(slope) ** 2 / slope.real if slope.real > 0 else 0 * offset
        before, newton = offset, offset - excess / rise if rise > 0 else low
        inside = low < newton < high
        offset = newton if inside else (low + high) / 2
        nearest = min(abs(separations))
        if abs(offset - before) <= arithmetic.epsilon * nearest or offset in (low, high):
            break
    else:
        raise NotConverged(f"no point of Biane's curve found for x={float(view.origin + goal)!r}")
    return Preimage(view, arithmetic.complex(offset, v), separations)


def _height(arithmetic: Arithmetic, weights: Any, noise: Any, real: Any, y: Any, guess: Any) -> Any:
    """V >= 0 with Im x(u + i v) = y: on Biane's curve for y = 0, else above it."""
    squares = real * real
    alone = (noise * noise * weights - squares).max() if (weights > 0).all() else -noise
    curve = height_above(arithmetic, weights, noise, real, guess, alone)
    if y == 0:
        return curve
    # v (1 - F) increases, from 0 on the curve; v - y = -t Im G is at most the noise
    low, high = max(curve, y), y + noise
    v = high
    for _ in range(_STEPS):
        inverse = 1 / (squares + v * v)
        share = noise * noise * (weights @ inverse)
        value = v * (1 - share) - y
        low, high = (low, v) if value > 0 else (v, high)
        slope = 1 - share + 2 * v * v * noise * noise * (weights @ (inverse * inverse))
        newton = v - value / slope
        before, v = v, newton if low < newton < high else (low + high) / 2
        if abs(v - before) <= 2 * arithmetic.epsilon * v:
            break
    return v


@dataclass(frozen=True)
class _Finite:
    """Distinct eigenvalues in decreasing order, and their weights, not normalised: that would round them."""

    sizes: tuple[float, ...]
    weights: tuple[float, ...]

    def view(self, x: float, noise: float, arithmetic: Arithmetic) -> tuple[Split, Any]:
        """From next to the eigenvalue nearest to x, where points of its band are close to.

        The origin may be rounded by more than the noise; distances from it are not.
        """
        s = arithmetic.array(self.sizes)
        above = int(np.sum(np.array(self.sizes) > x))
        neighbours = [k for k in (above - 1, above) if 0 <= k < len(s)]
        nearest = min(neighbours, key=lambda k: abs(self.sizes[k] - x))
        step = 2 * arithmetic.real(noise)
        if len(neighbours) == 2:
            step = min(step, (s[above - 1] - s[above]) / 2)
        offset = -step if nearest < above else step  # of the origin, from the nearest eigenvalue
        weights = arithmetic.array(self.weights)
        weights = weights / weights.sum()
        halves = Split(
            learned=above,
            origin=s[nearest] + offset,
            distances=(s[nearest] - s) + offset,
            eigenvalues=s,
            weights=weights,
            above=above,
            share=sum(weights[:above], arithmetic.real(0)),
        )
        return halves, (arithmetic.real(x) - s[nearest]) - offset

    def preimage(self, x: float, noise: float, arithmetic: Arithmetic) -> Preimage | None:
        """None: a view has every eigenvalue."""
        return None

    def rounding(self, x: float) -> float:
        """Nothing: differences of floats are as good as their digits."""
        return 0.0

    def ends(self) -> tuple[float, float]:
        """Smallest and largest."""
        return self.sizes[-1], self.sizes[0]

    def gaps(self, noise: float, limit: int) -> list[tuple[float, float]]:
        """All of them."""
        s, w = np.array(self.sizes), np.array(self.weights)
        w /= w.sum()
        found = []
        for k in range(len(s) - 1):
            if _is_open(s[k + 1] - s, w, noise, s[k] - s[k + 1]):
                found.append(_gap(s, w, noise, k))
        return found


@dataclass(frozen=True)
class _PowerLaw:
    """Eigenvalues scale * i^-decay, i = 1..dim."""

    dim: int
    decay: float
    scale: float

    def target(self, arithmetic: Arithmetic = DOUBLE) -> Target:
        """The same as a `Target`."""
        return Target(self.dim, self.decay, arithmetic.real(self.scale), arithmetic)

    def view(self, x: float, noise: float, arithmetic: Arithmetic) -> tuple[Split, Any]:
        """From between the eigenvalues next to x; from below all for negative x."""
        target, place = self.target(arithmetic), arithmetic.real(x)
        halves = split(target, target.rank(place))
        return halves, place - halves.origin

    def preimage(self, x: float, noise: float, arithmetic: Arithmetic) -> Preimage | None:
        """Of x > 0, whatever the number of eigenvalues next to it."""
        if not 0 < x < self.scale + 2 * noise:
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
        """The eigenvalues next to x are rounded."""
        return abs(x)

    def ends(self) -> tuple[float, float]:
        """Smallest and largest."""
        return self.scale * float(self.dim) ** -self.decay, self.scale

    def gaps(self, noise: float, limit: int) -> list[tuple[float, float]]:
        """The rightmost: bands merge from the left on."""
        found = []
        with DOUBLE.working():
            target = self.target()
            for number in range(1, min(self.dim - 1, limit) + 1):
                if gap_after(target, noise, number).closed:
                    break
                halves = split(target, number)
                found.append(_gap(halves.eigenvalues, halves.weights, noise, halves.above - 1))
        return found


def _gap(s: Any, weights: Any, noise: float, place: int) -> tuple[float, float]:
    """Ends of the gap between the eigenvalues ``place`` and ``place + 1``."""
    low = s[place + 1] + _band(s[place + 1] - s, weights, noise, weights[place + 1])
    high = s[place] - _band(s - s[place], weights, noise, weights[place])
    return float(low), float(high)


def _outer_edge(eigenvalues: Eigenvalues, noise: float, side: int) -> float:
    """Right (side 1) or left (-1) end of the support."""
    end = eigenvalues.ends()[0 if side < 0 else 1]
    with DOUBLE.working():
        halves, _ = eigenvalues.view(end + side * noise, noise, DOUBLE)
        s = halves.eigenvalues
        last = -1 if side < 0 else 0
        return float(
            s[last] + side * _band(side * (s[last] - s), halves.weights, noise, halves.weights[last])
        )


def _band(along: Any, weights: Any, noise: float, weight: float) -> float:
    """Distance from an eigenvalue to the end of its band of the support, in one direction.

    ``along`` are the distances from all eigenvalues to this one, negative for those ahead.  F = 1 is solved
    by Newton's method for 1/sqrt(F), which is concave between eigenvalues: monotone from the band of one
    alone.
    """
    u = noise * math.sqrt(weight)
    for _ in range(_STEPS):
        inverse = 1 / (u + along)
        square = inverse * inverse
        total = noise**2 * float(weights @ square)
        step = (math.sqrt(total) - 1) * total / (noise**2 * float(weights @ (square * inverse)))
        u += step
        if step <= 4 * DOUBLE.epsilon * u:
            return u + noise**2 * float(weights @ (1 / (u + along)))
    raise NotConverged("the end of a band did not settle")


def _is_open(along: Any, weights: Any, noise: float, width: float) -> bool:
    """Whether F < 1 somewhere between an eigenvalue and the next, ``width`` further right."""
    low, high = 0.0, width
    u = width / 2
    for _ in range(_STEPS):
        inverse = 1 / (u + along)
        square = inverse * inverse
        if noise**2 * float(weights @ square) < 1:
            return True
        slope = float(weights @ (square * inverse))  # -F'/2
        low, high = (u, high) if slope > 0 else (low, u)
        step = slope / (3 * float(weights @ (square * square)))
        if min(abs(step), high - low) <= 4 * DOUBLE.epsilon * width:
            return False
        u = u + step if low < u + step < high else (low + high) / 2
    raise NotConverged("the bottom of a gap did not settle")


def _numbers(values: Any) -> Any:
    """As an array of floats; an empty one if they are no numbers."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        return np.zeros(0)


def _require_size(parameter: str, value: Any) -> None:
    allowed = f"a number from {1 / _LARGEST:g} to {_LARGEST:g}"
    require(is_number(value) and 1 / _LARGEST <= value <= _LARGEST, parameter, value, allowed)
