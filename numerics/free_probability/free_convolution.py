r"""The law of a power-law spectrum plus Gaussian noise, by subordination: no mesh, no branch to choose.

A symmetric matrix with eigenvalues s_1 >= ... >= s_d plus delta times a GOE matrix (semicircle on [-2, 2])
has, for large d, the eigenvalue law mu = (law of s) free-convolved with a semicircle of variance delta^2.
With

    G(z) = (1/d) sum_i 1/(z - s_i),        x(z) = z + delta^2 G(z)                            (subordination)

the Stieltjes transform g of mu satisfies g(x(z)) = G(z) (Biane, Indiana Univ. Math. J. 46 (1997) 705), and
x maps the part of the upper half-plane above the curve

    z = u + i v(u),    (1/d) sum_i delta^2/((u - s_i)^2 + v^2) = 1   (v = 0 where the sum is < 1 at v = 0)

one to one onto the upper half-plane, the curve onto the real axis.  So a real kappa is reached from one point
of the curve, its *preimage* z_kappa; the density of mu there is v/(pi delta^2); and integrals over mu are

    int_{x > kappa} h dmu = -(1/pi) Im int_{z_kappa}^{right of the support} h(x(z)) G(z) x'(z) dz

along any path in the open upper half-plane: support components, square-root edges and principal values are
never seen.  Two facts make the preimage safe to compute.  Multiplied by its denominators, x(z) = kappa is a
polynomial equation of degree d + 1 with a real root between any two neighbouring s_i, hence with one complex
pair at most: whatever complex root Newton's method finds is the right one.  And of its real roots only one
has x'(z) >= 0.

*The split.*  Learned and unlearned eigenvalues part at a real point c, the origin, between s_M and s_{M+1},
at z_kappa if that is real and close to |z_kappa| if not (where noise dominates, the curve is almost a
circle).  Every point is kept as its distance zeta = z - c and every eigenvalue as c - s_i, formed without
subtraction, so that a threshold amid a million eigenvalues loses no digit.  Paths of integration begin or end
at c: see `numerics.paths`.

Functions, in order: `natural_unit`, `split`, `amid_gap`, `preimage`, `at_angle`, `beyond_all`, `above_axis`,
`noise_border`, `density`, `right_edge`; `height_above`, `is_unresolved`, `rank_below`, `is_next_door`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.sums.mode_sums import mode_nodes
from numerics.sums.target import Target

# Newton's method from outside the basin of the root wanders; inside it takes five or six steps.
_NEWTON_STEPS = 40
_BRACKET_STEPS = 400
# Widest arithmetic, in bits, beyond which a threshold not found is not looked for with twice as many digits.
_WIDEST = 4000
# Splits this many modes away from the point still see its poles among the modes added one by one.
_NEXT_DOOR = 3
_UNRESOLVED = 1e-3
# A point of the curve is high above the modes at this fraction of its distance from 0 at least; the modes are
# close to each other if gaps are this fraction of it at most; the bits of their number that matter then.
_HIGH, _CLOSE = 256.0, 4
_BITS_OF_RANK = 4


def natural_unit(arithmetic: Arithmetic, noise: Any, threshold: Any) -> Any:
    """A unit of the order of z_kappa, a power of 2: changing to it rounds nothing.

    Sums over poles need the fourth power of the closest one, which float64 holds in such units only.
    """
    near = noise if threshold < 2 * noise else threshold
    return arithmetic.real(2) ** math.frexp(float(near))[1]


@dataclass(frozen=True, eq=False)
class Split:
    """A spectrum seen from a real point between its ``learned`` largest eigenvalues and the others.

    The nodes are in order of decreasing eigenvalue; next to the origin they are the eigenvalues themselves.

    Attributes:
        learned: number M of eigenvalues above the origin.
        origin: the real point c.
        distances: c - s_i at every node, negative for the learned ones, shape (nodes,).
        eigenvalues: s_i at every node.
        weights: sum_i F(s_i)/dim is ``weights @ F(eigenvalues)``.
        above: how many of the nodes, the first ones, carry the learned modes.
        share: learned/dim.
    """

    learned: int
    origin: Any
    distances: Any
    eigenvalues: Any
    weights: Any
    above: int
    share: Any


@lru_cache(maxsize=64)
def split(target: Target, learned: int) -> Split:
    """The spectrum split after its ``learned`` largest eigenvalues, at the index learned + 1/2.

    >>> halves = split(Target(dim=5, decay=1.0, scale=1.0), 2)
    >>> round(float(halves.origin), 12), halves.above, (halves.distances < 0).tolist()
    (0.4, 2, [True, True, False, False, False])
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        decay, dim = arithmetic.real(target.decay), arithmetic.real(target.dim)
        nodes = mode_nodes(target.dim, target.decay, learned, arithmetic)
        order = np.argsort(nodes.offsets)
        middle = arithmetic.real(2 * learned + 1) / 2
        origin = target.size(middle)
        # c - s_i = -c ((i/(M + 1/2))^-gamma - 1), in relative precision also for neighbours among 10^20 modes
        distances = -origin * arithmetic.expm1(-decay * nodes.log_ratios[order])
        return Split(
            learned=learned,
            origin=origin,
            distances=distances,
            eigenvalues=target.size(nodes.indices[order]),
            weights=nodes.weights[order] / dim,
            above=nodes.learned,
            share=arithmetic.real(learned) / dim,
        )


@lru_cache(maxsize=64)
def amid_gap(target: Target, learned: int) -> Split:
    """The spectrum seen from amid the gap between its ``learned`` > 0 largest eigenvalues and the others.

    >>> print(f"{amid_gap(Target(dim=4, decay=1.0, scale=1.0), 4).origin:.12g}")     # half the smallest
    0.125
    """
    with target.arithmetic.working():
        halves = split(target, learned)
        if learned < target.dim:
            return halves
        return _moved(halves, halves.eigenvalues[-1] / 2 - halves.origin, learned, halves.above, halves.share)


@dataclass(frozen=True)
class Preimage:
    """The point z_kappa of Biane's curve which x maps to a real number kappa.

    Attributes:
        split: the spectrum seen from a real point c close to it.
        zeta: z_kappa - c, a complex scalar; its imaginary part is 0 exactly outside the support.
        separations: z_kappa - s_i at every node, in full relative precision however close the nearest is.
    """

    split: Split
    zeta: Any
    separations: Any

    @property
    def point(self) -> Any:
        """z_kappa itself."""
        return self.split.origin + self.zeta

    @property
    def in_support(self) -> bool:
        """Whether mu has a positive density at kappa."""
        return bool(self.zeta.imag > 0)


def preimage(target: Target, noise: Any, threshold: Any) -> Preimage:
    """Point z_kappa on Biane's curve with x(z_kappa) = kappa, for kappa > 0 and delta > 0.

    Newton's method from the preimage under noise alone, else, if that fails, from a bracket on the real part
    u, in which x increases.  In float64, units should be natural ones (`natural_unit`).

    Args:
        target: the target.
        noise: delta, a scalar of the target's arithmetic.
        threshold: kappa, likewise.

    Raises:
        NotConverged: the place of the threshold among the eigenvalues was not resolved, with more digits
        neither.

    A single eigenvalue s = 1 widened to the semicircle of radius 2 delta around it, met at its centre:

    >>> target = Target(dim=1, decay=1.0, scale=1.0)
    >>> found = preimage(target, noise=0.25, threshold=1.0)
    >>> print(f"{complex(found.point):.12g}")
    1+0.25j
    """
    with target.arithmetic.working():
        return _placed(target, _root(target, noise, threshold))


def at_angle(target: Target, noise: Any, angle: Any) -> tuple[Preimage, Any]:
    """The point z = r exp(i angle) of Biane's curve, and kappa = x(z).

    At a small angle z_kappa is the better known of the two: next to the right edge of the noise, where the
    curve is almost the circle r = delta, kappa = delta (2 - angle^2), and the mass right of it goes like the
    third power of the angle.  Newton's method for log F = 0 in log r, from r = delta, where

        F = (1/d) sum delta^2/|z - s_i|^2;      kappa = 2 Re z - (1/d) sum delta^2 s_i/|z - s_i|^2.

    Args:
        target: the target, in units of the order of the noise.
        noise: delta, a scalar of the target's arithmetic.
        angle: between 0 and pi/2, likewise; its relative precision is that of the height of z.

    Raises:
        NotConverged: the ray at this angle does not meet the curve near r = delta.

    >>> found, kappa = at_angle(Target(dim=10**6, decay=2.0, scale=1e-160), 1.0, 1e-9)
    >>> print(f"{found.zeta.imag:.14e} {kappa:.14f}")
    1.00000000000000e-09 2.00000000000000
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        cosine, sine = arithmetic.cos(angle), arithmetic.sin(angle)
        chord2 = 4 * arithmetic.sin(angle / 2) ** 2  # |r exp(i angle) - s|^2 = (r - s)^2 + r s chord2
        radius, variance, last_step = noise, noise * noise, False
        for _ in range(_NEWTON_STEPS):
            halves = split(target, rank_below(target, radius, radius * sine))
            s = halves.eigenvalues
            along = (radius - halves.origin) + halves.distances
            inverse = 1 / (along * along + radius * s * chord2)
            total = variance * (halves.weights @ inverse)
            if last_step:
                separations = arithmetic.complex(along - radius * chord2 / 2, radius * sine + 0 * along)
                nearest = int(np.argmin(abs(separations)))
                threshold = 2 * radius * cosine - variance * (halves.weights @ (s * inverse))
                return _placed(target, _Root(halves, nearest, separations[nearest])), threshold
            fall = radius * variance * (halves.weights @ ((2 * along + s * chord2) * inverse * inverse))
            step = arithmetic.log(total) * total / fall
            if not abs(step) < 1:
                break
            radius = radius * arithmetic.exp(step)
            last_step = abs(step) <= _nearly_settled(arithmetic, 2)
    raise NotConverged(f"no point of the noise's edge at the angle {float(angle):.3g}")


def beyond_all(target: Target, point: Any) -> Preimage:
    """A real point right of all eigenvalues, and right of the support of mu.

    >>> beyond_all(Target(dim=2, decay=1.0, scale=1.0), 3.0).separations.real.tolist()
    [2.0, 2.5]
    """
    halves = split(target, 0)
    halves = _moved(halves, point - halves.origin, 0, 0, halves.share)
    zero = target.arithmetic.complex(0 * point, 0 * point)
    return Preimage(halves, zero, zero + halves.distances)


def above_axis(target: Target, noise: Any, u: Any) -> tuple[Preimage, Any]:
    """The point z = u + i v of Biane's curve above u > 0, and x(z).

    Args:
        target: the target, in units of the order of u.
        noise: delta, a scalar of the target's arithmetic.
        u: likewise.

    >>> found, x = above_axis(Target(dim=1, decay=1.0, scale=1.0), 0.25, 1.0)
    >>> complex(found.point), float(x)
    ((1+0.25j), 1.0)
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        halves = split(target, target.rank(u))
        real = (u - halves.origin) + halves.distances
        height = _height(target, halves, noise, real, u * 0)
        separations = arithmetic.complex(real, height + 0 * real)
        nearest = int(np.argmin(abs(separations)))
        x = u + noise * noise * (halves.weights @ (real / (real * real + height * height)))
        return _placed(target, _Root(halves, nearest, separations[nearest])), x


@dataclass(frozen=True)
class _Root:
    """A root z of x(z) = kappa on Biane's curve, seen from the node nearest to it: z = s_nearest + xi."""

    split: Split
    nearest: int
    xi: Any

    @property
    def separations(self) -> Any:
        return self.xi + (self.split.distances - self.split.distances[self.nearest])


def _root(target: Target, noise: Any, threshold: Any) -> _Root:
    """The root, by the first of the ways that succeeds; see `preimage`."""
    arithmetic = target.arithmetic
    if threshold < 2 * noise:
        height = arithmetic.sqrt((2 * noise - threshold) * (2 * noise + threshold))
        root = _newton(target, noise, threshold, arithmetic.complex(threshold / 2, height / 2))
        if root is not None:
            return root
    # The bracket in float64 first: it takes many steps.
    for finder in dict.fromkeys((DOUBLE, arithmetic)):
        with finder.working():
            point = _bracketed(_twin(target, finder), finder.real(noise), finder.real(threshold))
        point = arithmetic.complex(arithmetic.real(point.real), arithmetic.real(point.imag))
        root = _newton(target, noise, threshold, point)
        if root is not None:
            return root
    return _root_from_more_digits(target, noise, threshold)


def _twice_as_wide(target: Target, what: str) -> Arithmetic:
    """An arithmetic with twice as many bits, for what could not be placed among the eigenvalues.

    Raises:
        NotConverged: when there are as many as make sense.
    """
    arithmetic = target.arithmetic
    if arithmetic.bits > _WIDEST:
        raise NotConverged(
            f"the {what} could not be placed among the {target.dim} eigenvalues with {arithmetic.digits:.0f} "
            "digits"
        )
    return multiprecision(2 * arithmetic.bits)


def _twin(target: Target, arithmetic: Arithmetic) -> Target:
    """The same target in another arithmetic."""
    return replace(target, arithmetic=arithmetic, scale=arithmetic.real(target.scale))


def _root_from_more_digits(target: Target, noise: Any, threshold: Any) -> _Root:
    """The root found with twice as many digits: a band may be narrower than the rounding of kappa."""
    arithmetic = target.arithmetic
    wide = _twice_as_wide(target, f"threshold {float(threshold):.6g} at noise {float(noise):.6g}")
    with wide.working():
        twin = _twin(target, wide)
        root = _root(twin, wide.real(noise), wide.real(threshold))
        # The modes next to the origin are nodes in both arithmetics; any of them will do if none is near.
        place = root.nearest - root.split.above
        if abs(place) > _NEXT_DOOR:
            place = 0 if root.split.learned < target.dim else -1
        xi = root.separations[root.split.above + place]
        real, imaginary = arithmetic.real(xi.real), arithmetic.real(xi.imag)
    halves = split(target, root.split.learned)
    return _Root(halves, halves.above + place, arithmetic.complex(real, imaginary))


def _newton(target: Target, noise: Any, threshold: Any, guess: Any) -> _Root | None:
    """Halley's method for x(z) = kappa, accepted only at the one right root; None if it stalls."""
    arithmetic = target.arithmetic
    variance = noise * noise
    nearly = _nearly_settled(arithmetic, 3)
    root = _seen_from_nearest(target, guess)
    last_step = False
    for _ in range(_NEWTON_STEPS):
        halves, separations = root.split, root.separations
        resolvent = 1 / separations
        square = resolvent * resolvent
        slope = 1 - variance * (halves.weights @ square)
        x = root.xi + variance * (halves.weights @ resolvent)  # from s_nearest, as kappa
        excess = x - (threshold - halves.eigenvalues[root.nearest])
        bent = slope * slope - excess * variance * (halves.weights @ (square * resolvent))
        if bent == 0:
            return None
        step = excess * slope / bent
        # The equation is real, and so is the set of its roots: reflect into the upper half-plane.
        below = root.xi.imag < step.imag
        separations = (separations - step).conjugate() if below else separations - step
        nearest = int(np.argmin(abs(separations)))
        root = _Root(halves, nearest, separations[nearest])
        point = halves.eigenvalues[nearest] + root.xi
        if not arithmetic.is_finite(point) or root.xi == 0:
            return None
        if not is_next_door(target, halves, point):
            root, last_step = _seen_from_nearest(target, point), False
        elif last_step or step == 0:
            return _on_curve(target, root, noise)
        else:
            last_step = abs(step) <= nearly * abs(root.xi)
    return None


def _nearly_settled(arithmetic: Arithmetic, order: int) -> Any:
    """A relative step of a method of that order after which one more reaches rounding."""
    return arithmetic.exp(arithmetic.log(arithmetic.epsilon) * arithmetic.real(Fraction(6, 5 * order)))


def rank_below(target: Target, radius: Any, height: Any) -> int:
    """Number of modes larger than |z|, for a point z at a height above the real axis.

    One of a few numbers if z is high above modes close to each other: then one split, and the sums along its
    ray, serve many points.
    """
    rank = target.rank(radius)
    if not _is_high(target, rank, radius, height):
        return rank
    spare = max(rank.bit_length() - _BITS_OF_RANK - math.frexp(float(radius / height))[1], 0)
    return (rank >> spare) << spare


def _is_high(target: Target, rank: int, radius: Any, height: Any) -> bool:
    """Whether the gaps around mode ``rank``, at that radius, are small, and the height is not."""
    return bool(radius < _HIGH * height) and _CLOSE * target.decay < rank < target.dim


def is_next_door(target: Target, halves: Split, point: Any) -> bool:
    """Whether the split is as near to a point, in modes, as sums at the point ask for.

    Next door, or what digits of the index resolve.
    """
    away = abs(rank_below(target, abs(point), point.imag) - halves.learned)
    return bool(away <= max(_NEXT_DOOR, 64 * target.arithmetic.epsilon * halves.learned))


def _seen_from_nearest(target: Target, point: Any) -> _Root:
    """A point given by its value, to the digits it has."""
    halves = split(target, rank_below(target, abs(point), point.imag))
    separations = target.arithmetic.complex(point.real - halves.origin, point.imag) + halves.distances
    nearest = int(np.argmin(abs(separations)))
    return _Root(halves, nearest, separations[nearest])


def _on_curve(target: Target, root: _Root, noise: Any) -> _Root | None:
    """The root with its height above the axis in full relative precision; None if it is off the curve."""
    arithmetic = target.arithmetic
    real = arithmetic.real_part(root.separations)
    height = _height(target, root.split, noise, real, root.xi.imag)
    mismatch = abs(height * height - root.xi.imag * root.xi.imag)
    if mismatch > arithmetic.sqrt(arithmetic.epsilon) * abs(root.xi) ** 2:
        return None
    return replace(root, xi=arithmetic.complex(root.xi.real, height))


def _height(target: Target, halves: Split, noise: Any, real: Any, guess: Any) -> Any:
    """Height v(u) of Biane's curve from u - s_i at the nodes: 0 outside the support, else to all digits."""
    lowest = noise * noise / target.arithmetic.real(target.dim) - (real * real).min()  # one eigenvalue alone
    return height_above(target.arithmetic, halves.weights, noise, real, guess, lowest)


def height_above(arithmetic: Arithmetic, weights: Any, noise: Any, real: Any, guess: Any, lowest: Any) -> Any:
    """Height v(u) of Biane's curve from u - s_i at nodes with any weights of sum 1.

    Newton's method for 1/F = 1 in q = v^2, F = mean of delta^2/((u - s_i)^2 + q): 1/F is concave in q and
    nearly linear, so that the steps are monotone after the first one.

    Args:
        arithmetic: of all that follows.
        weights: of the nodes.
        noise: delta.
        real: u - s_i at the nodes.
        guess: of v.
        lowest: lower bound on v^2, negative for none.
    """
    variance, squares = noise * noise, real * real
    if lowest <= 0:
        lowest = noise * 0
        if variance * (weights @ (1 / squares)) <= 1:
            return lowest
    q, close = max(guess * guess, lowest), 4 * arithmetic.epsilon
    for _ in range(_NEWTON_STEPS):
        inverse = 1 / (squares + q)
        total = variance * (weights @ inverse)
        step = (total - 1) * total / (variance * (weights @ (inverse * inverse)))
        q = max(q + step, lowest)
        if abs(step) <= close * q:
            return arithmetic.sqrt(q)
    return arithmetic.sqrt(_amid_light_ones(arithmetic, weights, variance, squares, q))


def _amid_light_ones(arithmetic: Arithmetic, weights: Any, variance: Any, squares: Any, low: Any) -> Any:
    """Root q of F = 1 right of ``low`` where one next to u, of little weight, holds Newton's method up.

    There a step no more than doubles q, over dozens of decades: between two steps q is the geometric mean of
    its bounds, above by what F would be with every eigenvalue at u.
    """
    high, q, close = variance * abs(weights).sum(), low, 4 * arithmetic.epsilon
    for _ in range(_BRACKET_STEPS):
        inverse = 1 / (squares + q)
        total = variance * (weights @ inverse)
        low, high = (q, high) if total > 1 else (low, q)
        step = (total - 1) * total / (variance * (weights @ (inverse * inverse)))
        if abs(step) <= close * q or high - low <= close * low:
            break
        newton = q + step
        is_close = low < newton < high and abs(step) < q / 4
        q = newton if is_close else arithmetic.sqrt(low) * arithmetic.sqrt(high)
    return q


def _bracketed(target: Target, noise: Any, threshold: Any) -> Any:
    """Point near z_kappa: Newton's method in u, kept inside a bracket; x(u + i v(u)) increases in u."""
    arithmetic = target.arithmetic
    close = 2 * arithmetic.epsilon
    u = threshold / 2 if threshold < 2 * noise else threshold
    excess, slope, height = _climb(target, noise, threshold, u)
    low = high = u
    while _climb(target, noise, threshold, low)[0] > 0:
        low = low / 2
    while _climb(target, noise, threshold, high)[0] < 0:
        high = high * 2
    for _ in range(_BRACKET_STEPS):
        low, high = (low, u) if excess > 0 else (u, high)
        if abs(excess) <= close * threshold or high - low <= close * high:
            break
        newton = u - excess / slope if slope > 0 else low
        inside = low < newton < high
        before, u = u, (newton if inside else arithmetic.sqrt(low * high))
        if inside and abs(u - before) <= close * u:
            break
        excess, slope, height = _climb(target, noise, threshold, u)
    return arithmetic.complex(u, height)


def is_unresolved(target: Target, halves: Split) -> bool:
    """Whether the origin lies among more modes than the arithmetic can number; not if it is below all.

    A point known by its value may then as well be the origin, in the middle of a gap.
    """
    return halves.learned < target.dim and bool(halves.learned * target.arithmetic.epsilon >= _UNRESOLVED)


def _climb(target: Target, noise: Any, threshold: Any, u: Any) -> tuple[Any, Any, Any]:
    """Values of x - kappa, dx/du and v on Biane's curve above u."""
    variance = noise * noise
    halves = split(target, target.rank(u))
    offset = u * 0 if is_unresolved(target, halves) else u - halves.origin
    real = offset + halves.distances
    height = _height(target, halves, noise, real, u * 0)
    inverse = 1 / (real * real + height * height)
    excess = offset - (threshold - halves.origin) + variance * (halves.weights @ (real * inverse))
    if height == 0:
        return excess, 1 - variance * (halves.weights @ inverse), height
    a = halves.weights @ (real * inverse * inverse)
    b = halves.weights @ (inverse * inverse)
    return excess, 2 * variance * (height * height * b + a * a / b), height


def _placed(target: Target, root: _Root) -> Preimage:
    """The root seen from a real point c, about as far from 0, which parts learned and unlearned modes."""
    arithmetic, halves, separations = target.arithmetic, root.split, root.separations
    point = halves.eigenvalues[root.nearest] + root.xi
    if root.xi.imag < abs(root.xi.real):
        # Lower than far from any mode: c is right below, with every mode counted on the side where it lies.
        distances = arithmetic.real_part(separations)
        above = int(np.sum(distances < 0))
        learned = halves.learned + above - halves.above
        share = arithmetic.real(learned) / target.dim
        halves = Split(learned, point.real, distances, halves.eigenvalues, halves.weights, above, share)
        return Preimage(halves, arithmetic.complex(0 * point.real, root.xi.imag), separations)

    rank = rank_below(target, abs(point), root.xi.imag)
    if _is_high(target, rank, abs(point), root.xi.imag):
        halves = split(target, rank)
        zeta = arithmetic.complex(point.real - halves.origin, point.imag)
        return Preimage(halves, zeta, zeta + halves.distances)

    shift = rank - halves.learned
    if 0 < abs(shift) <= _NEXT_DOOR:
        learned = halves.learned + shift
        ratio = arithmetic.log1p(arithmetic.real(Fraction(2 * shift, 2 * halves.learned + 1)))
        step = halves.origin * arithmetic.expm1(-arithmetic.real(target.decay) * ratio)
        halves = _moved(halves, step, learned, halves.above + shift, arithmetic.real(learned) / target.dim)
    halves = _moved(halves, _within_gap(halves, abs(point)), halves.learned, halves.above, halves.share)
    # Inside the band of one mode c comes as close to it: a path across the gap would be all cancellation.
    gap, band = halves.distances[root.nearest], 2 * abs(root.xi)
    if band < abs(gap):
        side = band if gap > 0 else -band
        origin = halves.eigenvalues[root.nearest] + side
        halves = replace(halves, origin=origin, distances=halves.distances - gap + side)
    return Preimage(halves, root.xi - halves.distances[root.nearest], separations)


def _within_gap(halves: Split, radius: Any) -> Any:
    """How far to move the origin towards a distance from 0, between the eigenvalues on either side of it.

    In a narrow gap, not at all.  In a wide one it matters: from next to a crowd of eigenvalues the path to a
    point far away would be all cancellation.
    """
    step, above = radius - halves.origin, halves.above
    if above == 0:
        return max(step, 0 * step)
    upper = -halves.distances[above - 1]
    if above == len(halves.distances):
        return min(step, 0 * step)
    lower = halves.distances[above]
    if upper + lower < halves.origin / 4:
        return 0 * step
    nearest = min(halves.eigenvalues[above], lower / 2)
    return max(min(step, upper / 2), nearest - lower)


def _moved(halves: Split, step: Any, learned: int, above: int, share: Any) -> Split:
    """The same nodes seen from another origin, a few gaps away."""
    if step == 0 and learned == halves.learned:
        return halves  # itself, by which sums over it are remembered
    return replace(
        halves,
        learned=learned,
        origin=halves.origin + step,
        distances=halves.distances + step,
        above=above,
        share=share,
    )


def noise_border(target: Target, noise: Any) -> Preimage | None:
    """The point b of Biane's curve where the noise ends and the learned modes begin; None for no noise.

    The modes s_i <= delta alone, with the noise, end at a real point u.  If between the modes left and right
    of it the support has a gap, b is the real edge of the gap; if not, because there are more modes than
    gaps between them or one of them is just emerging, b is the point of the curve above u.

    The modes right of b are counted by its ``split.learned``.

    Raises:
        NotConverged: the noise's end was not resolved among the eigenvalues, with more digits neither.

    >>> target = Target.of(100, 1.25)
    >>> border = noise_border(target, 1.0)
    >>> border.split.learned, border.in_support, round(float(border.point.real), 2)
    (5, True, 1.19)
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        place = _border_among_modes(target, noise)
        if place is None:
            return None
        learned, start, height = place
        halves = split(target, learned)
        real = start + halves.distances
        separations = arithmetic.complex(real, height + 0 * real)
        if height < abs(real).min():  # lower than far from any mode: c is right below
            halves = _moved(halves, start, learned, halves.above, halves.share)
            start = 0 * start
        return Preimage(halves, arithmetic.complex(start, height), separations)


def _border_among_modes(target: Target, noise: Any) -> tuple[int, Any, Any] | None:
    """Modes right of the border, its distance from the origin of their `split`, and its height.

    Among more modes than the arithmetic can number it is found with twice as many digits: a rounding of F,
    of the order of the gap between two modes, would be taken for a height of its square root.
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        beyond = target.rank(noise)
        if beyond == target.dim:
            return None
        top, offset = _end_of_curve(target, noise, beyond)
        halves = split(target, target.rank(top + offset))
        if not is_unresolved(target, halves):
            start = (top - halves.origin) + offset
            edge = _edge_of_gap(target, halves, noise, start)
            if edge is not None:
                return halves.learned, edge, 0 * edge
            return halves.learned, start, _height(target, halves, noise, start + halves.distances, 0 * start)
    wide = _twice_as_wide(target, f"end of the noise {float(noise):.6g}")
    with wide.working():
        place = _border_among_modes(_twin(target, wide), wide.real(noise))
        if place is None:
            return None
        learned, start, height = place
        return learned, arithmetic.real(start), arithmetic.real(height)


def _end_of_curve(target: Target, noise: Any, learned: int) -> tuple[Any, Any]:
    """Largest real point of Biane's curve of the modes after the first ``learned``: s_{learned+1}, the rest.

    F = -delta^2 G' decreases right of that mode, from at least 1 one mode's half-band away from it; 1/sqrt(F)
    is concave, so that Newton's method climbs to its root from there.  Near the pole, where F - 1 ~ 1/u^2,
    each step takes u half as far again, until it is d^(1/6) times the half-band at most.
    """
    arithmetic, variance = target.arithmetic, noise * noise
    halves = split(target, learned)
    from_top = halves.distances[halves.above :] - halves.distances[halves.above]
    weights = halves.weights[halves.above :]
    u = noise / arithmetic.sqrt(arithmetic.real(target.dim))
    for _ in range(_NEWTON_STEPS + target.dim.bit_length()):
        inverse = 1 / (u + from_top)
        total = variance * (weights @ (inverse * inverse))
        step = (arithmetic.sqrt(total) - 1) * total / (variance * (weights @ inverse**3))
        if not step > 4 * arithmetic.epsilon * u:
            break
        u = u + step
    return halves.eigenvalues[halves.above], u


def _edge_of_gap(target: Target, halves: Split, noise: Any, start: Any) -> Any:
    """Left end, as a distance from the origin, of the gap of the support at the origin; None for no gap.

    F = -delta^2 G' is convex between two modes: Newton's method for F = 1, from a point left of the gap where
    F >= 1, climbs to the gap if there is one, and passes the minimum of F if there is none.
    """
    variance, u = noise * noise, start
    for _ in range(_NEWTON_STEPS):
        inverse = 1 / (u + halves.distances)
        square = inverse * inverse
        fall = 2 * variance * (halves.weights @ (square * inverse))
        if not fall > 0:
            return None
        step = (variance * (halves.weights @ square) - 1) / fall
        u = u + step
        if halves.learned > 0 and u + halves.distances[halves.above - 1] >= 0:
            return None
        if abs(step) <= 4 * target.arithmetic.epsilon * (halves.origin + u):
            return u
    return None


def density(target: Target, noise: float, x: Any) -> Any:
    """Density of mu at points x > 0, an array or a number, in the arithmetic of the target.

    Semicircle around a single eigenvalue s = 1: the density at its centre is 1/(pi delta).

    >>> values = density(Target(dim=1, decay=1.0, scale=1.0), 0.25, np.array([0.25, 1.0, 2.0]))
    >>> print(np.round(values * np.pi * 0.25, 12))
    [0. 1. 0.]
    """
    with target.arithmetic.working():
        values = [_density_at(target, noise, point) for point in np.ravel(x)]
        return np.reshape(np.array(values), np.shape(x))


def _density_at(target: Target, noise: Any, x: Any) -> Any:
    if x >= target.scale + 2 * noise:  # beyond the largest eigenvalue and the noise added to it
        return noise * 0
    unit = natural_unit(target.arithmetic, noise, x)
    found = preimage(target.in_units(unit), noise / unit, x / unit)
    return found.zeta.imag * unit / (target.arithmetic.pi * noise**2)


def right_edge(target: Target, noise: Any) -> Any:
    """Right end of the support of mu: x at the largest real point where x'(z) = 0.

    >>> round(float(right_edge(Target(dim=1, decay=1.0, scale=1.0), 0.25)), 12)
    1.5
    """
    with target.arithmetic.working():
        top, u = _end_of_curve(target, noise, 0)
        halves = split(target, 0)
        return top + u + noise * noise * (halves.weights @ (1 / (u + (top - halves.eigenvalues))))
