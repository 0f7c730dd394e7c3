r"""The posterior variance of a power-law matrix seen through Gaussian noise.

The Bayes-optimal estimate of S* from S* + delta GOE has the eigenvectors of the noisy matrix; its eigenvalues
are the posterior means m(x) of the target's eigenvalue given the eigenvalue x (Ledoit and Péché, Probab.
Theory Relat. Fields 151 (2011) 233; Bun, Allez, Bouchaud, Potters, IEEE Trans. Inf. Theory 62 (2016) 7475).
On Biane's curve z = u + i v (`free_probability.biane`) an eigenvector at x(z) has the squared overlap p_i
with the direction of s_i,

    p_i = (1/d) delta^2/|z - s_i|^2,      sum_i p_i = 1,      m = sum_i p_i s_i,

and the error that remains is the mean posterior variance

    E = int dmu(x) sum_i p_i (s_i - m)^2 = delta^2 - (4 pi^2/3) delta^4 int rho^3 dx.

The second form, the known one, loses every digit where E is far below delta^2.  The first is a sum of
positive terms, and so is its complement, delta^2 - E = (4/3) int v^2 dmu.  Neither integrand is analytic, as
v is not, and no path off the real axis helps: both are integrated along the curve, with

    dmu = v/(pi delta^2) |x'(z)| |dz|,      x'(z) = 2 i v delta^2 (1/d) sum_i 1/(|z - s_i|^2 (z - s_i)),

the latter from x' = 1 + delta^2 G' and the equation of the curve.

*Parts.*  An eigenvector has the degrees of freedom D(x) = Var/delta^2 <= 1, and 1 - D = (v^2 + (u -
m)^2)/delta^2.  It is learned to the extent D: int Var D dmu is error on learned directions, int Var (1 - D)
dmu target that noise still hides.  No part is noise taken for target: the error of a posterior mean is
orthogonal to it.

*Intervals.*  Far above the noise every mode has a band of its own.  Further down each band merges with the
next, until the curve passes high above the modes and no longer resolves them.  The interval of a
mode ends at the bottoms of the gaps beside it, where F = sum_i p_i on the real axis is least.  Its integrals
are taken by rules which square roots at the ends, or just behind them, don't slow down; where the noise
itself ends, and the curve has a shoulder somewhere in the interval, by bisection.  The contribution of an
interval is smooth in its number up to where bands begin to merge, and again from there on: the sum over all
needs a number of intervals in proportion to the logarithm of theirs (`sums.sparse_sums`).

*Bulk.*  The rest of the curve lies high above the modes: Gauss-Legendre panels in the angle at which it is
seen from s_d, then, as it comes down towards the intervals, in u.

The mass of mu along all of it is checked to be 1.

In order: `posterior_variance`, `approximation`.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count as count_from
from typing import Any

import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import Arithmetic
from numerics.equations.posterior_equation import Posterior
from numerics.free_probability.biane import Curve, Gap, heights2
from numerics.free_probability.contours import graded_nodes
from numerics.free_probability.preimages import gap_after, on_ray
from numerics.free_probability.views import SpectrumView, is_unresolved, natural_unit, spectrum_view
from numerics.networks.finite_posterior import finite_posterior_integrals
from numerics.sums.explicit import AnyTarget, ExplicitTarget
from numerics.sums.neighbours import Above, Neighbours, neighbours
from numerics.sums.sparse_sums import sparse_sum
from numerics.sums.target import Target

# The curve does not resolve modes from a height h of this many spacings per digit: exp(-2 pi h).
_CLEAR_PER_DIGIT = 0.45
# Nodes of Gauss's rules, per digit, up to which they are the shorter ones.
_MOST_NODES = 45
# Ratio of the heights at an interval's ends from which on the curve may have a shoulder between them.
_STEEP = 2
# Parts into which the interval at the edge of the noise may be cut.
_MOST_HALVINGS = 400
# How far the mass may be from 1, to the tenth part of the digits.
_MASS_DEFECT = 1e-7
# Roundings of a height up to which it counts as settled: sums over neighbours and nodes round more than one.
_SETTLED = 64


def posterior_variance(noise: Any, target: AnyTarget) -> Posterior:
    """E, in parts, and delta^2 - E at effective noise delta > 0, each in full relative precision.

    Raises:
        NotConverged: the curve was not resolved.

    A single eigenvalue is known whatever the noise; of two, s = 1 and 1/2, little is known through delta = 5
    but their mean: what is left is nearly their variance, 1/16.

    >>> for target in (Target(1, 1.0, 1.0), Target(2, 1.0, 1.0)):
    ...     posterior = posterior_variance(5.0, target)
    ...     print(f"{posterior.error:.6f} {posterior.complement:.6f}")
    0.000000 25.000000
    0.062344 24.937656
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        if target.count == 1:
            return Posterior(0 * noise, 0 * noise, noise * noise)
        unit = natural_unit(arithmetic, noise, noise)
        if isinstance(target, ExplicitTarget):
            integrals = finite_posterior_integrals(target.in_units(unit), noise / unit)
        else:
            assert isinstance(target, Target)  # of both signs it is not solved
            integrals = _integrals(target.in_units(unit), noise / unit)
        learned, unlearned, complement, mass = integrals
        if abs(mass - 1) > arithmetic.real(_MASS_DEFECT) ** (arithmetic.digits / 10):
            raise NotConverged(
                f"the law of the noisy target has mass {float(mass):.12g} at noise {float(noise):.6g}"
            )
        return Posterior(learned * unit * unit, unlearned * unit * unit, complement * unit * unit)


def approximation(noise: float, target: AnyTarget) -> Posterior:
    """`posterior_variance` to some ten per cent, in tens of microseconds: modes learned one by one.

    A mode s > delta alone has the error s^2 - s^2 (1 - delta^2/s^2)^2.  Pairs of learned modes are counted
    once, and a mode with itself is known.

    >>> target = Target.of(400, 1.25)
    >>> rough, exact = approximation(0.5, target), posterior_variance(0.5, target)
    >>> print(f"{rough.error:.3f} {exact.error:.3f}")
    0.027 0.024
    """
    modes = target.modes
    ratio = (noise / modes.sizes) ** 2
    is_learned = ratio < 1
    share = float(modes.mean(is_learned))
    learned = float(modes.mean(np.where(is_learned, noise**2 * (2 - ratio), 0)))
    unlearned = float(modes.mean(np.where(is_learned, 0, modes.sizes**2)))
    left = 1 - 1 / modes.dim
    learned = (learned * (1 - share) + (noise * share) ** 2) * left
    unlearned = unlearned * (1 - share) * left
    return Posterior(learned, unlearned, noise**2 - learned - unlearned)


def _integrals(target: Target, noise: Any) -> Any:
    """Integrals of both parts of the posterior variance, of 4 v^2/3 and of 1, as an array."""
    intervals = _first(target.dim, lambda number: _is_clear(target, noise, number))
    merged = _first(intervals, lambda number: number > 0 and gap_after(target, noise, number).is_closed)
    total = _bulk(target, noise, intervals) if intervals < target.dim else noise * np.zeros(4)
    size = total
    # if every mode has an interval, those next to the last have no like neighbours on one side
    layer = intervals == target.dim
    for number, weight in sparse_sum(intervals, (merged,), target.decay, target.arithmetic, layer):
        total = total + weight * _over_interval(target, noise, number, size)
    return total


def _first(last: int, holds: Callable[[int], bool]) -> int:
    """Smallest number in 0..last for which a condition holds that, once true, stays true; else ``last``."""
    if holds(0):
        return 0
    low, high = 0, 1
    while high < last and not holds(high):
        low, high = high, 4 * high
    high = min(high, last)
    while high - low > 1:
        middle = (low + high) // 2 if high < 4 * low + 8 else math.isqrt(low * high)
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _is_clear(target: Target, noise: Any, number: int) -> bool:
    """Whether the curve is high above the modes from the gap after a mode on; for 0, from the first on."""
    arithmetic = target.arithmetic
    if number == 0:
        spacing, height = target.scale - target.size(arithmetic.real(2)), _first_height(target, noise)
    else:
        gap = gap_after(target, noise, number)
        spacing, height = gap.width, _height_after(target, noise, number, gap)
    return bool(height >= spacing * arithmetic.real(_CLEAR_PER_DIGIT * arithmetic.digits))


def _first_height(target: Target, noise: Any) -> Any:
    """Height of the curve above the first mode."""
    return spectrum_view(target, 1).curve(target.arithmetic, noise).seen_from(0).height(0 * noise)


def _height_after(target: Target, noise: Any, number: int, gap: Gap) -> Any:
    """Height of the curve above the bottom of the gap after a mode; 0 if that is open."""
    return spectrum_view(target, number).curve(target.arithmetic, noise).height(gap.offset)


def _heights2(target: Target, noise: Any, modes: Above, lowest: Any = 0) -> Any:
    """v^2 above points inside the support, where v is at least ``lowest``."""
    arithmetic, variance = target.arithmetic, noise * noise
    alone = variance / arithmetic.real(target.dim)
    start = np.maximum(alone - modes.squares.min(axis=-1), alone * arithmetic.epsilon + lowest * lowest)

    def sums(q: Any) -> tuple[Any, Any]:
        first, second = modes.sums(q, 1, 1)
        return first[:, 0], second[:, 0]

    return heights2(arithmetic, variance, sums, start, 0 * noise, _SETTLED)


@dataclass(frozen=True)
class _End:
    """One end of an interval.

    Attributes:
        distance: from the mode to the end.
        is_edge: whether the band ends there; else the next one begins.
        behind: how much further the integrand is singular again, about; None for nowhere near.
    """

    distance: Any
    is_edge: bool
    behind: Any

    @classmethod
    def of(cls, curve: Curve, node: int, side: int, gap: Gap | None) -> _End:
        """The end right (side 1) or left (-1) of a mode from which the curve is seen, with the gap there."""
        epsilon = curve.arithmetic.epsilon
        if gap is not None and gap.is_closed:
            return cls(abs(gap.offset), False, curve.height(gap.offset))
        edge = curve.seen_from(node, side).band_end(node)
        if edge is None:
            raise NotConverged("the edge of a band did not settle")
        return cls(edge, True, None if gap is None else max(abs(gap.offset) - edge, epsilon * edge))


def _across(arithmetic: Arithmetic, left: _End, right: _End) -> tuple[Any, Any]:
    """Nodes, from the mode, and weights of an integral over its interval."""
    width = left.distance + right.distance
    decades = arithmetic.digits * math.log(10.0)
    # behind an end close to the mode lies the mode itself
    behind = [
        4 * end.distance if end.behind is None else min(end.behind, 4 * end.distance) for end in (left, right)
    ]
    clear = min(float(scale / width) for scale in behind)
    if left.is_edge and right.is_edge:
        needed = decades / (2 * math.acosh(1 + 2 * clear))
    else:
        needed = decades / (2 * math.asinh(2 * clear)) if not (left.is_edge or right.is_edge) else math.inf
    count = math.ceil(min(needed, _MOST_NODES)) + 3
    if needed > _MOST_NODES:
        low, high = (arithmetic.log(scale / width) if scale < width else 0 * width for scale in behind)
        log_r, stretch = graded_nodes(arithmetic, low, -high)
        r = arithmetic.exp(log_r)
        share, rest = r / (1 + r), 1 / (1 + r)
        weights = share * rest * stretch
    elif left.is_edge:
        angle = arithmetic.array(Fraction(k, count) for k in range(1, count)) * arithmetic.pi
        share, rest = arithmetic.sin(angle / 2) ** 2, arithmetic.cos(angle / 2) ** 2
        weights = arithmetic.sin(angle) * (arithmetic.pi / (2 * count))
    else:
        nodes, gauss = arithmetic.gauss_legendre(count)
        share, rest, weights = (1 + nodes) / 2, (1 - nodes) / 2, gauss / 2
    u = np.where(share < rest, share * width - left.distance, right.distance - rest * width)
    return u, weights * width


def _over_interval(target: Target, noise: Any, number: int, size: Any) -> Any:
    """The integrals over the interval of one mode; ``size`` is what they will be added to."""
    arithmetic, view = target.arithmetic, spectrum_view(target, number)
    node = view.above - 1
    curve = view.curve(arithmetic, noise).seen_from(node)
    left = _End.of(curve, node, -1, curve.gap(node) if number < target.dim else None)
    right = _End.of(curve, node, 1, curve.gap(node - 1) if number > 1 else None)
    heights = [end.behind for end in (left, right) if not end.is_edge]
    lowest = min(heights) if len(heights) == 2 else 0

    # Between two modes the curve is hardly higher than above a mode, or a gap.
    top = max([curve.height(0 * noise), *heights])
    near = _modes_seen_from(view, curve, max(left.distance, right.distance) + 2 * top)

    def integral(u: Any, measure: Any) -> Any:
        modes = near.above(u)
        height2 = _heights2(target, noise, modes, lowest)
        if height2.max() > 4 * top * top:
            modes = _modes_seen_from(view, curve).above(u)
            height2 = _heights2(target, noise, modes, lowest)
        return _integrands(curve, u, height2, modes, view) @ measure

    # In a row of like intervals the mode is in the middle, and the ends are alike; not where the noise ends.
    lopsided = abs(left.distance - right.distance) > (left.distance + right.distance) / 5
    steep = len(heights) == 2 and max(heights) > _STEEP * lowest
    if left.is_edge != right.is_edge or lopsided or steep:
        return _bisected(arithmetic, left, right, integral, size)
    return integral(*_across(arithmetic, left, right))


def _agreement(arithmetic: Arithmetic) -> Any:
    """Relative difference at which two estimates of an integral agree: a seventh of the digits to spare."""
    return arithmetic.exp(arithmetic.log(arithmetic.epsilon) * arithmetic.real(Fraction(6, 7)))


def _bisected(
    arithmetic: Arithmetic, left: _End, right: _End, integral: Callable[[Any, Any], Any], size: Any
) -> Any:
    """The integrals over the interval at the edge of the noise, where the curve may have a shoulder anywhere.

    In the angle that takes both edges away, by Gauss's rule on intervals halved until the halves agree.
    """
    nodes, gauss = arithmetic.gauss_legendre(math.ceil(arithmetic.digits))
    width = left.distance + right.distance

    def rule(low: Any, high: Any) -> Any:
        half = (low + (high - low) * (1 + nodes) / 2) / 2
        share, rest = arithmetic.sin(half) ** 2, arithmetic.cos(half) ** 2
        u = np.where(share < rest, share * width - left.distance, right.distance - rest * width)
        return integral(u, 2 * arithmetic.sin(half) * arithmetic.cos(half) * gauss * width * (high - low) / 4)

    whole = rule(0 * width, arithmetic.pi)
    total, scale = 0 * whole, np.maximum(whole, size)
    scale[:2] = scale[0] + scale[1]  # a part of the variance is as good as the whole of it
    allowed = scale * _agreement(arithmetic)
    waiting = deque([(0 * width, arithmetic.pi, whole)])
    for count in count_from(1):
        if not waiting:
            return total
        low, high, whole = waiting.popleft()
        middle = (low + high) / 2
        first, second = rule(low, middle), rule(middle, high)
        if (abs(first + second - whole) <= allowed).all():
            total = total + first + second
        elif count > _MOST_HALVINGS:
            break
        else:
            waiting += [(low, middle, first), (middle, high, second)]
    raise NotConverged("the edge of the noise was not resolved among the eigenvalues next to it")


def _bulk(target: Target, noise: Any, intervals: int) -> Any:
    """The integrals along the curve from its left end to the first of the intervals."""
    arithmetic = target.arithmetic
    end, height = _start_of_intervals(target, noise, intervals)
    smallest = target.size(arithmetic.real(target.dim))
    last = _angle(arithmetic, end - smallest, height)
    steep = max(last, arithmetic.pi / 4) if intervals else last / 2
    total, log_radius = _by_angle(target, noise, steep, to_axis=intervals == 0)
    if intervals == 0 or last >= steep:
        return total
    ray = on_ray(target, noise, steep, arithmetic.exp(log_radius), from_smallest=True)
    start = smallest + ray.radius * arithmetic.cos(steep), ray.height
    return total + _by_real_part(target, noise, start, end)


def _by_angle(target: Target, noise: Any, last: Any, to_axis: bool) -> tuple[Any, Any]:
    """The integrals from the left end of the curve to an angle at s_d, or to the axis; log r there, about."""
    arithmetic = target.arithmetic
    nodes, gauss = arithmetic.gauss_legendre(math.ceil(1.1 * arithmetic.digits) + 2)
    total = noise * np.zeros(4)
    log_radius, log_slope, before = arithmetic.log(noise), noise * 0, arithmetic.pi
    for high, low in _panels_of_angle(arithmetic, last, to_axis):
        for x, weight in zip(nodes[::-1], gauss, strict=True):
            angle = low + (high - low) * (1 + x) / 2
            guess = log_radius + log_slope * arithmetic.log(angle / before)
            log_radius, log_slope, values = _at_angle(target, noise, angle, guess)
            before = angle
            total = total + values * (weight * (high - low) / 2)
    return total, log_radius


def _by_real_part(target: Target, noise: Any, start: tuple[Any, Any], end: Any) -> Any:
    """The integrals from a point of the curve, u and v, to that above ``end``.

    Towards the end v^2 falls linearly to the edge of the noise, or like a power: panels shorter than that.
    Where modes are dense around s_d the curve turns there, much closer to it than s_d is to 0.

    Raises:
        NotConverged: it turns closer to s_d than digits tell.
    """
    arithmetic = target.arithmetic
    nodes, gauss = arithmetic.gauss_legendre(math.ceil(1.1 * arithmetic.digits) + 2)
    smallest, total, (low, height) = target.size(arithmetic.real(target.dim)), noise * np.zeros(4), start
    length = min((end - low) / 4, low / 3, low - smallest)
    while low < end:
        if not length > 0:
            raise NotConverged("the curve turns closer to the smallest eigenvalue than its digits tell")
        high = min(low + length, end)
        for x, weight in zip(nodes, gauss, strict=True):
            next_height, values = _above(target, noise, low + (high - low) * (1 + x) / 2)
            total = total + values * (weight * (high - low) / 2)
        to_edge = next_height**2 * (high - low) / abs(height**2 - next_height**2)
        length = min(to_edge * 2 / 3, high / 2, high - smallest)
        low, height = high, next_height
    return total


def _start_of_intervals(target: Target, noise: Any, intervals: int) -> tuple[Any, Any]:
    """Where the intervals begin, and the height of the curve there; the first mode if there are none."""
    if intervals == 0:
        return target.scale, _first_height(target, noise)
    view, gap = spectrum_view(target, intervals), gap_after(target, noise, intervals)
    return view.origin + gap.offset, _height_after(target, noise, intervals, gap)


def _above(target: Target, noise: Any, u: Any) -> tuple[Any, Any]:
    """Height of the curve above u, and the integrands in u."""
    view = spectrum_view(target, target.rank(u))
    # among more modes than can be numbered u may as well be the origin
    offset = np.array([0 * u if is_unresolved(target, view) else u - view.origin])
    curve = view.curve(target.arithmetic, noise)
    modes = _modes_seen_from(view, curve).above(offset)
    height2 = _heights2(target, noise, modes)
    values = _integrands(curve, offset, height2, modes, view)
    return target.arithmetic.sqrt(height2[0]), values[:, 0]


def _modes_seen_from(view: SpectrumView, curve: Curve, reach: Any = None) -> Neighbours:
    """The modes as the curve sees them, with w, w D, w D^2, w s, w s^2; for points within a reach."""
    distances, s = curve.distances, view.eigenvalues
    factors = [0 * s + 1, distances, distances * distances, s, s * s]
    columns = view.weights[:, None] * np.stack(factors, axis=-1)
    return neighbours(curve.arithmetic, distances, columns, reach)


def _integrands(curve: Curve, u: Any, height2: Any, modes: Above, view: SpectrumView) -> Any:
    """Densities in u of both parts of the posterior variance, of 4 v^2/3 and 1 under mu, shape (4, points).

    Args:
        curve: the curve, seen from a real point.
        u: from that point, shape (points,).
        height2: v^2, shape (points,).
        modes: as `_modes_seen_from` that point.
        view: all of them, from any point.
    """
    arithmetic, variance = curve.arithmetic, curve.variance
    first, second = modes.sums(height2, 5, 2)
    total, away, near_square, mean, square = variance * first.T
    b, tilt = second.T
    a = u * b + tilt
    mass = arithmetic.sqrt(height2) * 2 * (height2 * b + a * a / b) / arithmetic.pi
    # Var from the mean squares seen from 0 or from the point; term by term where these cancel
    far = abs(mean) < abs(away)
    square, centre = np.where(far, square, near_square), np.where(far, mean, away)
    variances = square - centre * centre
    for point in np.flatnonzero(variances < square / 2):
        along = u[point] + curve.distances
        spread = (view.eigenvalues if far[point] else curve.distances) - centre[point]
        overlaps = variance * view.weights / (along * along + height2[point])
        variances[point] = overlaps @ (spread * spread)
    return mass * _values(variance, variances, u * total + away, height2)


def _values(variance: Any, spread: Any, remainder: Any, height2: Any) -> Any:
    """Var D, Var (1 - D), 4 v^2/3 and 1, from delta^2, Var, u - m and v^2."""
    unknown = (height2 + remainder * remainder) / variance  # 1 - D
    return np.array([spread * spread / variance, spread * unknown, height2 * 4 / 3, 0 * height2 + 1])


def _angle(arithmetic: Arithmetic, x: Any, y: Any) -> Any:
    """Angle of x + i y in the first quadrant, in relative precision."""
    return arithmetic.imaginary_part(arithmetic.log(arithmetic.complex(x, y)))


def _panels_of_angle(arithmetic: Arithmetic, last: Any, to_axis: bool) -> Iterator[tuple[Any, Any]]:
    """From pi down to the last angle, each panel half as long as its distance from 0."""
    high = arithmetic.pi
    while high > last:
        low = high / 2 if high > 3 * last else last
        yield high, low
        high = low
    if to_axis:
        yield last, last * 0


def _at_angle(target: Target, noise: Any, angle: Any, log_radius: Any) -> tuple[Any, Any, Any]:
    """On the curve at s_d + r exp(i angle): log r, its slope in log(angle), the integrands in the angle."""
    arithmetic, variance = target.arithmetic, noise * noise
    ray = on_ray(target, noise, angle, arithmetic.exp(log_radius), from_smallest=True)
    view, weights, inverse, height = ray.view, ray.view.weights, ray.inverse, ray.height
    turn = -2 * height * ((weights * inverse * inverse) @ ray.base) / ray.fall  # d log r/d angle
    # |x'(z)|/(2 v delta^2)
    slope = abs((weights * inverse) @ (1 / arithmetic.complex(ray.along, height + 0 * ray.along)))
    length = ray.radius * arithmetic.sqrt(1 + turn * turn)
    mass = 2 * height * height / arithmetic.pi * slope * length
    overlaps = variance * weights * inverse
    mean, away = overlaps @ view.eigenvalues, overlaps @ view.distances
    spread = view.eigenvalues - mean if abs(mean) < abs(away) else view.distances - away
    values = _values(variance, overlaps @ (spread * spread), overlaps @ ray.along, height * height)
    return arithmetic.log(ray.radius), turn * angle, mass * values
