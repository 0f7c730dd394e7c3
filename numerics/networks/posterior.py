r"""What is left to know of a power-law matrix once it has been seen through Gaussian noise.

The Bayes-optimal estimate of S* from S* + delta GOE has the eigenvectors of what is seen; its eigenvalues are
the posterior means m(x) of the target's eigenvalue given the eigenvalue x (Ledoit and Péché, Probab. Theory
Relat. Fields 151 (2011) 233; Bun, Allez, Bouchaud, Potters, IEEE Trans. Inf. Theory 62 (2016) 7475).  On
Biane's curve z = u + i v (`free_convolution`) an eigenvector at x(z) has the squared overlap p_i with the
direction of s_i,

    p_i = (1/d) delta^2/|z - s_i|^2,      sum_i p_i = 1,      m = sum_i p_i s_i,

and the error that remains is the mean posterior variance

    E = int dmu(x) sum_i p_i (s_i - m)^2 = delta^2 - (4 pi^2/3) delta^4 int rho^3 dx.

The second form, the known one, loses every digit where E is far below delta^2; the first is a sum of positive
terms, and so is what it leaves, delta^2 - E = (4/3) int v^2 dmu.  Neither integrand is analytic (v is not),
and no path off the real axis helps: both are integrated along the curve, with

    dmu = v/(pi delta^2) |x'(z)| |dz|,      x'(z) = 2 i v delta^2 (1/d) sum_i 1/(|z - s_i|^2 (z - s_i)),

the latter from x' = 1 + delta^2 G' and the equation of the curve.

*What is learned.*  An eigenvector has the degrees of freedom D(x) = Var/delta^2 <= 1, what it leaves being
1 - D = (v^2 + (u - m)^2)/delta^2.  To that extent it is learned: int Var D dmu is error on what is learned,
int Var (1 - D) dmu target that is still hidden in the noise.  Nothing of it is noise taken for target: the
error of a posterior mean is orthogonal to it.

*Cells.*  Far above the noise every mode has a band of its own; further down the bands merge, one with the
next, until the curve passes high above the modes and doesn't see them one by one any more.  Of each mode the
cell between its walls is integrated, the points on either side of s_M where F = sum_i p_i on the real axis is
least: by rules that mind neither edges of the band nor near edges at the ends; where the noise itself ends,
and the curve has a shoulder somewhere in the cell, by bisection.  The contribution of a cell is smooth in M
up to where bands begin to merge, and again from there on: the sum over all takes a number of cells in
proportion to log M (`sparse_sums`).

*Body.*  The rest of the curve lies high above the modes: Gauss-Legendre panels in the angle at which it is
seen from s_d, then, as it comes down towards the cells, in u.

That all of mu is met is checked by its mass, 1.

Functions, in order: `posterior_variance`, `sketch`.
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
from numerics.free_probability.contours import graded
from numerics.free_probability.free_convolution import Split, is_unresolved, natural_unit, split
from numerics.sums.neighbours import Above, Neighbours, neighbours
from numerics.sums.sparse_sums import sparse_sum
from numerics.sums.target import Target

# The curve does not see the modes one by one from a height of this many spacings per digit: exp(-2 pi h).
_CLEAR_PER_DIGIT = 0.45
_NEWTON_STEPS = 100
# Nodes of Gauss's rules, per digit, up to which they are the shorter ones.
_MOST_NODES = 45
# Ratio of the heights of a cell's walls from which on the curve may have a shoulder between them.
_STEEP = 2
# Intervals into which the cell at the edge of the noise may be cut.
_MOST_HALVINGS = 400
# How far the mass may be from 1, to the tenth part of the digits.
_MASS_DEFECT = 1e-7


def posterior_variance(noise: Any, target: Target) -> Posterior:
    """E, in parts, and delta^2 - E at effective noise delta > 0, each in full relative precision.

    Raises:
        NotConverged: the curve was not resolved.

    A single eigenvalue is known whatever the noise; of two, s = 1 and 1/2, little is known through delta = 5
    but their mean: what is left is nearly their variance, 1/16.

    >>> for target in (Target(1, 1.0, 1.0), Target(2, 1.0, 1.0)):
    ...     found = posterior_variance(5.0, target)
    ...     print(f"{found.error:.6f} {found.complement:.6f}")
    0.000000 25.000000
    0.062344 24.937656
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        if target.dim == 1:
            return Posterior(0 * noise, 0 * noise, noise * noise)
        unit = natural_unit(arithmetic, noise, noise)
        learned, unlearned, complement, mass = _integrals(target.in_units(unit), noise / unit)
        if abs(mass - 1) > arithmetic.real(_MASS_DEFECT) ** (arithmetic.digits / 10):
            raise NotConverged(
                f"the law of the noisy target has mass {float(mass):.12g} at noise {float(noise):.6g}"
            )
        return Posterior(learned * unit * unit, unlearned * unit * unit, complement * unit * unit)


def sketch(noise: float, target: Target) -> Posterior:
    """`posterior_variance` to some ten per cent, in tens of microseconds: modes learned one by one.

    A mode s > delta alone has the error s^2 - s^2 (1 - delta^2/s^2)^2; what pairs of them share is counted
    once, and of a mode with itself nothing is unknown.

    >>> target = Target.of(400, 1.25)
    >>> rough, exact = sketch(0.5, target), posterior_variance(0.5, target)
    >>> print(f"{rough.error:.3f} {exact.error:.3f}")
    0.027 0.024
    """
    modes = target.modes
    ratio = (noise / modes.sizes) ** 2
    found = ratio < 1
    share = float(modes.mean(found))
    learned = float(modes.mean(np.where(found, noise**2 * (2 - ratio), 0)))
    unlearned = float(modes.mean(np.where(found, 0, modes.sizes**2)))
    left = 1 - 1 / modes.dim
    learned = (learned * (1 - share) + (noise * share) ** 2) * left
    unlearned = unlearned * (1 - share) * left
    return Posterior(learned, unlearned, noise**2 - learned - unlearned)


def _integrals(target: Target, noise: Any) -> Any:
    """Integrals of both parts of the posterior variance, of 4 v^2/3 and of 1, as an array."""
    cells = _first(target.dim, lambda number: _is_clear(target, noise, number))
    merged = _first(cells, lambda number: number > 0 and gap_after(target, noise, number).closed)
    total = _body(target, noise, cells) if cells < target.dim else noise * np.zeros(4)
    size = total
    # if every mode has a cell, those next to the last have no like neighbours on one side
    layer = cells == target.dim
    for number, weight in sparse_sum(cells, (merged,), target.decay, target.arithmetic, layer):
        total = total + weight * _cell(target, noise, number, size)
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


@dataclass(frozen=True)
class _Gap:
    """The real axis between s_M and s_{M+1}, seen from both: at the wall F is least.

    Attributes:
        closed: whether F >= 1 there: the bands of the two have merged.
        below: from the wall up to s_M.
        above: from s_{M+1} up to the wall.
        height: of the curve above a closed gap's wall.
    """

    closed: bool
    below: Any
    above: Any
    height: Any


def _gap(target: Target, noise: Any, halves: Split, place: int) -> _Gap:
    """The gap between the modes at the nodes ``place`` and ``place + 1``, next to each other."""
    arithmetic, variance = target.arithmetic, noise * noise
    upper, lower = halves.distances[place], halves.distances[place + 1]
    low, high = -lower, -upper
    offset = (low + high) / 2
    # F is convex; where it is below 1 already no wall is needed.
    for _ in range(_NEWTON_STEPS):
        along = offset + halves.distances
        inverse = 1 / along
        square = inverse * inverse
        if variance * (halves.weights @ square) < 1:
            return _Gap(False, -(offset + upper), offset + lower, noise * 0)
        slope = halves.weights @ (square * inverse)  # -F'/2
        low, high = (offset, high) if slope > 0 else (low, offset)
        step = slope / (3 * (halves.weights @ (square * square)))
        if abs(step) <= 16 * arithmetic.epsilon * (lower - upper):
            height2 = _height2(target, noise, along, halves.weights)
            return _Gap(True, -(offset + upper), offset + lower, arithmetic.sqrt(height2))
        offset = offset + step if low < offset + step < high else (low + high) / 2
    raise NotConverged(f"no wall found between the modes at {float(halves.eigenvalues[place]):.6g}")


def gap_after(target: Target, noise: Any, number: int) -> _Gap:
    """The gap between the modes ``number`` >= 1 and ``number + 1``."""
    halves = split(target, number)
    return _gap(target, noise, halves, halves.above - 1)


def _is_clear(target: Target, noise: Any, number: int) -> bool:
    """Whether the curve is high above the modes from the wall after a mode on; for 0, from the first on."""
    arithmetic = target.arithmetic
    if number == 0:
        spacing, height = _first_spacing(target), _first_height(target, noise)
    else:
        gap = gap_after(target, noise, number)
        spacing, height = gap.below + gap.above, gap.height
    return bool(height >= spacing * arithmetic.real(_CLEAR_PER_DIGIT * arithmetic.digits))


def _first_spacing(target: Target) -> Any:
    return target.scale if target.dim == 1 else target.scale - target.size(target.arithmetic.real(2))


def _first_height(target: Target, noise: Any) -> Any:
    """Height of the curve above the first mode."""
    halves = split(target, 1)
    along = halves.distances - halves.distances[0]
    return target.arithmetic.sqrt(_height2(target, noise, along, halves.weights))


def _height2(target: Target, noise: Any, along: Any, weights: Any) -> Any:
    """v^2 at one point of the support, from u - s_i."""
    return _heights2(target, noise, Above((along * along)[None, :], weights[:, None]))[0]


def _heights2(target: Target, noise: Any, seen: Above, lowest: Any = 0) -> Any:
    """v^2 above points inside the support: Newton's method for 1/F = 1.

    1/F is concave in v^2: monotone from below, where the nearest mode alone would put the curve, or from a
    known ``lowest`` height.
    """
    arithmetic, variance = target.arithmetic, noise * noise
    alone = variance / arithmetic.real(target.dim)
    q = np.maximum(alone - seen.squares.min(axis=-1), alone * arithmetic.epsilon + lowest * lowest)
    for _ in range(_NEWTON_STEPS):
        first, second = seen.sums(q, 1, 1)
        ratio = first[:, 0] / second[:, 0]
        step = (variance * first[:, 0] - 1) * ratio
        q = np.maximum(q + step, q / 2)
        if (abs(step) <= 64 * arithmetic.epsilon * (q + ratio)).all():
            return q
    raise NotConverged("the height of Biane's curve did not settle")


@dataclass(frozen=True)
class _End:
    """One end of a cell.

    Attributes:
        distance: from the mode to the end.
        is_edge: whether the band ends there; else the next one begins.
        behind: how much further the integrand is singular again, about; None for nowhere near.
    """

    distance: Any
    is_edge: bool
    behind: Any


def _end(target: Target, noise: Any, along: Any, weights: Any, gap: _Gap | None, wall: Any) -> _End:
    """The right end of a cell if ``along`` is s_M - s_i, its left end if that is s_i - s_M.

    To an edge Newton's method for 1/sqrt(F) = 1, which is concave between two modes: monotone from the
    half-band of one mode.
    """
    arithmetic, variance = target.arithmetic, noise * noise
    if gap is not None and gap.closed:
        return _End(wall, False, gap.height)
    u = noise / arithmetic.sqrt(arithmetic.real(target.dim))
    for _ in range(_NEWTON_STEPS):
        inverse = 1 / (u + along)
        square = inverse * inverse
        total = variance * (weights @ square)
        step = (arithmetic.sqrt(total) - 1) * total / (variance * (weights @ (square * inverse)))
        u = u + step
        if step <= 8 * arithmetic.epsilon * u:
            return _End(u, True, None if gap is None else max(wall - u, arithmetic.epsilon * u))
    raise NotConverged("the edge of a band did not settle")


def _across(arithmetic: Arithmetic, left: _End, right: _End) -> tuple[Any, Any]:
    """Nodes, from the mode, and weights of an integral over a cell."""
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
        log_r, stretch = graded(arithmetic, low, -high)
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


def _cell(target: Target, noise: Any, number: int, size: Any) -> Any:
    """The integrals over the band of one mode, between its walls; ``size`` is what they will be added to."""
    halves = split(target, number)
    weights = halves.weights
    place = halves.above - 1
    from_mode = halves.distances - halves.distances[place]  # s_M - s_i
    lower = _gap(target, noise, halves, place) if number < target.dim else None
    upper = _gap(target, noise, halves, place - 1) if number > 1 else None
    left = _end(target, noise, -from_mode, weights, lower, lower and lower.below)
    right = _end(target, noise, from_mode, weights, upper, upper and upper.above)
    heights = [end.behind for end in (left, right) if not end.is_edge]
    lowest = min(heights) if len(heights) == 2 else 0

    # Between two modes the curve is hardly higher than above a mode, or a wall.
    top = max([target.arithmetic.sqrt(_height2(target, noise, from_mode, weights)), *heights])
    reach = max(left.distance, right.distance) + 2 * top
    modes = _seen_from(target.arithmetic, halves, from_mode, reach)

    def integral(u: Any, measure: Any) -> Any:
        seen = modes.above(u)
        height2 = _heights2(target, noise, seen, lowest)
        if height2.max() > 4 * top * top:
            seen = _seen_from(target.arithmetic, halves, from_mode).above(u)
            height2 = _heights2(target, noise, seen, lowest)
        return _integrands(target, noise, u, height2, seen, halves, from_mode) @ measure

    # In a row of like cells the mode is in the middle, and the walls are alike; at the edge of the noise not.
    lopsided = abs(left.distance - right.distance) > (left.distance + right.distance) / 5
    steep = len(heights) == 2 and max(heights) > _STEEP * lowest
    if left.is_edge != right.is_edge or lopsided or steep:
        return _bisected(target.arithmetic, left, right, integral, size)
    return integral(*_across(target.arithmetic, left, right))


def _agreement(arithmetic: Arithmetic) -> Any:
    """Relative difference at which two estimates of an integral agree: a seventh of the digits to spare."""
    return arithmetic.exp(arithmetic.log(arithmetic.epsilon) * arithmetic.real(Fraction(6, 7)))


def _bisected(
    arithmetic: Arithmetic, left: _End, right: _End, integral: Callable[[Any, Any], Any], size: Any
) -> Any:
    """The integrals over the cell at the edge of the noise, where the curve may have a shoulder anywhere.

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


def _body(target: Target, noise: Any, cells: int) -> Any:
    """The integrals along the curve from its left end to the wall after the cells."""
    arithmetic = target.arithmetic
    wall, height = _wall(target, noise, cells)
    smallest = target.size(arithmetic.real(target.dim))
    last = _angle(arithmetic, wall - smallest, height)
    steep = max(last, arithmetic.pi / 4) if cells else last / 2
    nodes, gauss = arithmetic.gauss_legendre(math.ceil(1.1 * arithmetic.digits) + 2)
    total = noise * np.zeros(4)
    log_radius, log_slope, before = arithmetic.log(noise), noise * 0, arithmetic.pi
    for high, low in _panels_of_angle(arithmetic, steep, to_axis=cells == 0):
        for x, weight in zip(nodes[::-1], gauss, strict=True):
            angle = low + (high - low) * (1 + x) / 2
            guess = log_radius + log_slope * arithmetic.log(angle / before)
            log_radius, log_slope, values = _at_angle(target, noise, angle, guess)
            before = angle
            total = total + values * (weight * (high - low) / 2)
    if cells == 0 or last >= steep:
        return total
    # Towards the wall v^2 falls linearly to the edge of the noise, or like a power: panels shorter than that.
    # Where modes are dense around s_d the curve turns there, much closer to it than s_d is to 0.
    log_radius, _, _ = _at_angle(target, noise, steep, log_radius)
    radius = arithmetic.exp(log_radius)
    low, height = smallest + radius * arithmetic.cos(steep), radius * arithmetic.sin(steep)
    length = min((wall - low) / 4, low / 3, low - smallest)
    while low < wall:
        if not length > 0:
            raise NotConverged("the curve turns closer to the smallest eigenvalue than its digits tell")
        high = min(low + length, wall)
        for x, weight in zip(nodes, gauss, strict=True):
            next_height, values = _above(target, noise, low + (high - low) * (1 + x) / 2)
            total = total + values * (weight * (high - low) / 2)
        to_edge = next_height**2 * (high - low) / abs(height**2 - next_height**2)
        length = min(to_edge * 2 / 3, high / 2, high - smallest)
        low, height = high, next_height
    return total


def _wall(target: Target, noise: Any, cells: int) -> tuple[Any, Any]:
    """Where the cells begin, and the height of the curve there; the first mode if there are none."""
    if cells == 0:
        return target.scale, _first_height(target, noise)
    halves, gap = split(target, cells), gap_after(target, noise, cells)
    return halves.eigenvalues[halves.above - 1] - gap.below, gap.height


def _above(target: Target, noise: Any, u: Any) -> tuple[Any, Any]:
    """Height of the curve above u, and the integrands in u."""
    halves = split(target, target.rank(u))
    offset = np.array([_offset(target, halves, u)])
    seen = _seen_from(target.arithmetic, halves, halves.distances).above(offset)
    height2 = _heights2(target, noise, seen)
    values = _integrands(target, noise, offset, height2, seen, halves, halves.distances)
    return target.arithmetic.sqrt(height2[0]), values[:, 0]


def _offset(target: Target, halves: Split, point: Any) -> Any:
    """From the origin of a split to a point next to it."""
    return 0 * point if is_unresolved(target, halves) else point - halves.origin


def _to_smallest(target: Target, halves: Split) -> Any:
    """From the origin of a split to s_d, in relative precision: the curve may be ever so close to it."""
    arithmetic = target.arithmetic
    behind = Fraction(2 * (target.dim - halves.learned) - 1, 2 * halves.learned + 1)
    return halves.origin * arithmetic.expm1(
        -arithmetic.real(target.decay) * arithmetic.log1p(arithmetic.real(behind))
    )


def _seen_from(arithmetic: Arithmetic, halves: Split, distances: Any, reach: Any = None) -> Neighbours:
    """The modes seen from a point, with w, w D, w D^2, w s and w s^2; for sums at points within a reach."""
    weights, s = halves.weights, halves.eigenvalues
    factors = [0 * s + 1, distances, distances * distances, s, s * s]
    return neighbours(arithmetic, distances, weights[:, None] * np.stack(factors, axis=-1), reach)


def _integrands(
    target: Target, noise: Any, u: Any, height2: Any, seen: Above, halves: Split, distances: Any
) -> Any:
    """Densities in u of both parts of the posterior variance, of 4 v^2/3 and 1 under mu, shape (4, points).

    Args:
        target: the target.
        noise: delta.
        u: seen from a point, shape (points,).
        height2: v^2, shape (points,).
        seen: the modes as `_seen_from` that point.
        halves: all of them.
        distances: from each of them to that point.
    """
    variance = noise * noise
    first, second = seen.sums(height2, 5, 2)
    total, away, near_square, mean, square = variance * first.T
    b, tilt = second.T
    a = u * b + tilt
    mass = target.arithmetic.sqrt(height2) * 2 * (height2 * b + a * a / b) / target.arithmetic.pi
    # Var from the mean squares seen from 0 or from the point; term by term where these cancel
    far = abs(mean) < abs(away)
    square, centre = np.where(far, square, near_square), np.where(far, mean, away)
    variances = square - centre * centre
    for point in np.flatnonzero(variances < square / 2):
        along = u[point] + distances
        spread = (halves.eigenvalues if far[point] else distances) - centre[point]
        overlaps = variance * halves.weights / (along * along + height2[point])
        variances[point] = overlaps @ (spread * spread)
    return mass * _values(variance, variances, u * total + away, height2)


def _values(variance: Any, spread: Any, left_behind: Any, height2: Any) -> Any:
    """Var D, Var (1 - D), 4 v^2/3 and 1, from delta^2, Var, u - m and v^2."""
    unknown = (height2 + left_behind * left_behind) / variance  # 1 - D
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
    sine, half_sine = arithmetic.sin(angle), arithmetic.sin(angle / 2)
    smallest = target.size(arithmetic.real(target.dim))
    settled = False
    for _ in range(_NEWTON_STEPS):
        radius = arithmetic.exp(log_radius)
        halves = split(target, target.rank(smallest + radius))
        s, weights = halves.eigenvalues, halves.weights
        to_smallest = halves.distances + _to_smallest(target, halves)  # s_d - s
        forward = to_smallest + radius
        along, height = forward - 2 * radius * half_sine * half_sine, radius * sine
        inverse = 1 / (along * along + height * height)
        square = weights * inverse * inverse
        total = variance * (weights @ inverse)
        radial = square @ (forward - 2 * half_sine * half_sine * to_smallest)
        if settled:
            break
        step = arithmetic.log(total) * total / (2 * variance * radius * radial)
        if not arithmetic.is_finite(step):
            raise NotConverged("Biane's curve was not found: the noise is too small to tell the modes apart")
        step = max(min(step, arithmetic.real(0.5)), arithmetic.real(-0.5))
        log_radius = log_radius + step
        settled = abs(step) <= arithmetic.sqrt(arithmetic.epsilon)
    else:
        raise NotConverged("the radius of Biane's curve did not settle")
    turn = sine * (square @ to_smallest) / radial  # d log r/d angle
    slope = (
        2 * variance * height * abs((weights * inverse) @ (1 / arithmetic.complex(along, height + 0 * along)))
    )
    length = radius * arithmetic.sqrt(1 + turn * turn)
    mass = height / (arithmetic.pi * variance) * slope * length
    overlaps = variance * weights * inverse
    mean, away = overlaps @ s, overlaps @ halves.distances
    spread = s - mean if abs(mean) < abs(away) else halves.distances - away
    values = _values(variance, overlaps @ (spread * spread), overlaps @ along, height * height)
    return log_radius, turn * angle, mass * values
