r"""Points of Biane's curve of a power law: over a threshold, at an angle, above a number, at the noise's end.

Let mu be the law of s_i = c i^-gamma, i = 1..d, plus noise delta.  A real threshold kappa is reached from one
point of the curve (`biane`), its *preimage* z_kappa, x(z_kappa) = kappa.  The density of mu there is
v/(pi delta^2), and integrals over mu are

    int_{x > kappa} h dmu = -(1/pi) Im int_{z_kappa}^{right of the support} h(x(z)) G(z) x'(z) dz

along any path in the open upper half-plane (`contours`), which meets no component of the support, no
square-root edge and no principal value.  Two facts make the preimage safe to compute.  Multiplied by its
denominators, x(z) = kappa is a polynomial equation of degree d + 1 with a real root between any two
neighbouring s_i, hence with one complex pair at most: whatever complex root Newton's method finds is the
right one.  And of its real roots only one has x'(z) >= 0.

A point is seen from a real origin c close to it (`views`): c is z_kappa if that is real, else about
|z_kappa|, as the curve is almost a circle where noise dominates.

In order: `preimage`, `beyond_all`, `above_axis`, `RayPoint`, `on_ray`, `at_angle`, `beside_mode`,
`gap_after`, `noise_border`, `right_edge`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.free_probability.biane import Curve, Gap
from numerics.free_probability.views import (
    NEXT_DOOR,
    Preimage,
    SpectrumView,
    is_high,
    is_next_door,
    is_unresolved,
    rank_below,
    spectrum_view,
)
from numerics.sums.explicit import AnyTarget, ExplicitTarget

# Newton's method from outside the basin of the root wanders; inside it takes five or six steps.
_NEWTON_STEPS = 40
_RAY_STEPS = 100
# So many short steps of which none is half as long as those before lead nowhere.
_IDLE_STEPS = 4
_BRACKET_STEPS = 400
# Relative width in which a root is first sought around that of float64, and how much wider each time.
_AROUND, _WIDENING = 1e-12, 1000
# So many roundings are about that of x on the curve: steps that cost much end there.
_ROUNDINGS = 16
# Widest arithmetic, in bits, beyond which a threshold not found is not looked for with twice as many digits.
_WIDEST = 4000


class _TooFewDigits(Exception):
    """The rounding of kappa is wider than the band of the modes that it lies in."""


def preimage(target: AnyTarget, noise: Any, threshold: Any) -> Preimage:
    """Point z_kappa on Biane's curve with x(z_kappa) = kappa, for kappa > 0 and delta > 0.

    Newton's method from the preimage under noise alone, else, if that fails, from a bracket on the real part
    u, in which x increases.  In float64, units should be natural ones (`views.natural_unit`).

    Args:
        target: the target.
        noise: delta, a scalar of the target's arithmetic.
        threshold: kappa, likewise.

    Raises:
        NotConverged: the place of the threshold among the eigenvalues was not resolved, with more digits
            neither.

    A single eigenvalue s = 1 widened to the semicircle of radius 2 delta around it, met at its centre:

    >>> from numerics.sums.target import Target
    >>> start = preimage(Target(dim=1, decay=1.0, scale=1.0), noise=0.25, threshold=1.0)
    >>> print(f"{complex(start.point):.12g}")
    1+0.25j
    """
    with target.arithmetic.working():
        return _placed(target, _root(target, noise, threshold))


def beyond_all(target: AnyTarget, point: Any) -> Preimage:
    """A real point right of all eigenvalues, and right of the support of mu.

    >>> from numerics.sums.target import Target
    >>> beyond_all(Target(dim=2, decay=1.0, scale=1.0), 3.0).separations.real.tolist()
    [2.0, 2.5]
    """
    view = spectrum_view(target, 0)
    return view.moved(point - view.origin).point(target.arithmetic)


def above_axis(target: AnyTarget, noise: Any, u: Any) -> tuple[Preimage, Any]:
    """The point z = u + i v of Biane's curve above u > 0, and x(z).

    Args:
        target: the target, in units of the order of u.
        noise: delta, a scalar of the target's arithmetic.
        u: likewise.

    >>> from numerics.sums.target import Target
    >>> start, x = above_axis(Target(dim=1, decay=1.0, scale=1.0), 0.25, 1.0)
    >>> complex(start.point), float(x)
    ((1+0.25j), 1.0)
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        view = spectrum_view(target, target.rank(u))
        offset = u - view.origin
        height = view.curve(arithmetic, noise).height(offset)
        return _above(target, noise, view, u, offset + view.distances, height)


def _above(
    target: AnyTarget, noise: Any, view: SpectrumView, u: Any, real: Any, height: Any
) -> tuple[Preimage, Any]:
    """The point z = u + i v, and x(z): ``real`` is u - s_i at every node of the view, v is the height."""
    separations = target.arithmetic.complex(real, height + 0 * real)
    x = u + noise * noise * (view.weights @ (real / (real * real + height * height)))
    return _placed(target, _Root.of(view, separations)), x


@dataclass(frozen=True)
class _Root:
    """A root z of x(z) = kappa on Biane's curve, seen from the node nearest to it: z = s_nearest + xi."""

    view: SpectrumView
    nearest: int
    xi: Any

    @classmethod
    def of(cls, view: SpectrumView, separations: Any) -> _Root:
        """From z - s_i at every node."""
        nearest = int(np.argmin(abs(separations)))
        return cls(view, nearest, separations[nearest])

    @classmethod
    def at(cls, target: AnyTarget, point: Any) -> _Root:
        """From the value of z, to the digits it has."""
        view = spectrum_view(target, rank_below(target, abs(point), point.imag))
        real = (point.real - view.origin) + view.distances
        return cls.of(view, target.arithmetic.complex(real, point.imag + 0 * real))

    @property
    def separations(self) -> Any:
        return self.xi + self.view.from_node(self.nearest)

    @property
    def point(self) -> Any:
        return self.view.eigenvalues[self.nearest] + self.xi


def _root(target: AnyTarget, noise: Any, threshold: Any, narrower: Arithmetic = DOUBLE) -> _Root:
    """The root, by the first of the ways that succeeds; see `preimage`."""
    arithmetic = target.arithmetic
    if threshold < 2 * noise:
        height = arithmetic.sqrt((2 * noise - threshold) * (2 * noise + threshold))
        with suppress(_TooFewDigits):
            root = _newton(target, noise, threshold, arithmetic.complex(threshold / 2, height / 2))
            if root is not None:
                return root
    # The bracket with fewer digits first: it takes many steps.
    with suppress(_TooFewDigits):
        for finder in dict.fromkeys((narrower, arithmetic)):
            with finder.working():
                point = _bracketed(target.rounded_to(finder), finder.real(noise), finder.real(threshold))
            point = arithmetic.complex(arithmetic.real(point.real), arithmetic.real(point.imag))
            root = _newton(target, noise, threshold, point)
            if root is not None:
                return root
    return _among_dense_modes(target, noise, threshold) or _root_from_more_digits(target, noise, threshold)


def _among_dense_modes(target: AnyTarget, noise: Any, threshold: Any) -> _Root | None:
    """A root up to the rounding of kappa, where that moves nothing else; None elsewhere.

    Where z is v above modes whose gaps are g, sums over modes are integrals up to exp(-2 pi v/g).  They
    change slowly along the curve then, even where kappa is rounded to more than v, so that Newton's steps do
    not settle.
    """
    arithmetic = target.arithmetic
    u = _bracketed(target, noise, threshold).real
    view = spectrum_view(target, target.rank(u))
    if not is_unresolved(target, view):
        return None
    curve = view.curve(arithmetic, noise)
    height, gap = curve.height(view.origin * 0), view.distances[view.above] - view.distances[view.above - 1]
    if not height * 2 * arithmetic.pi > -arithmetic.log(arithmetic.epsilon) * gap:
        return None
    separations = arithmetic.complex(view.distances, height + 0 * view.distances)
    return _Root.of(view, separations)


def _bracketed(target: AnyTarget, noise: Any, threshold: Any) -> Any:
    """A point near z_kappa: Newton's method in u, kept inside a bracket, as x(u + i v(u)) increases in u."""
    arithmetic = target.arithmetic
    close, factor = 2 * arithmetic.epsilon, arithmetic.real(2)
    u = threshold / 2 if threshold < 2 * noise else threshold
    if arithmetic.bits > DOUBLE.bits:  # a step costs as much there as the whole search in float64
        with DOUBLE.working():
            near = _bracketed(target.rounded_to(DOUBLE), DOUBLE.real(noise), DOUBLE.real(threshold))
        u, factor = arithmetic.real(near.real), 1 + arithmetic.real(_AROUND)
        close = _ROUNDINGS * arithmetic.epsilon
    excess, slope, height = _over(target, noise, threshold, u)
    is_beyond, low, high = excess > 0, u, u
    for _ in range(_BRACKET_STEPS):
        end = u / factor if is_beyond else u * factor
        there = _over(target, noise, threshold, end)
        if (there[0] > 0) != is_beyond:
            low, high = (end, u) if is_beyond else (u, end)
            break
        u, (excess, slope, height) = end, there
        factor = min(1 + _WIDENING * (factor - 1), arithmetic.real(2))
    for _ in range(_BRACKET_STEPS):
        low, high = (low, u) if excess > 0 else (u, high)
        if abs(excess) <= close * threshold or high - low <= close * high:
            break
        newton = u - excess / slope if slope > 0 else low
        is_inside = low < newton < high
        before, u = u, (newton if is_inside else arithmetic.sqrt(low * high))
        if is_inside and abs(u - before) <= close * u:
            break
        excess, slope, height = _over(target, noise, threshold, u)
    return arithmetic.complex(u, height)


def _over(target: AnyTarget, noise: Any, threshold: Any, u: Any) -> tuple[Any, Any, Any]:
    """Values of x - kappa, dx/du and v on Biane's curve above u."""
    variance, view = noise * noise, spectrum_view(target, target.rank(u))
    if (
        view.learned == target.count
    ):  # u may be far below all of them: next to the last, no digit of it is left
        view = view.moved(u - view.origin)
    offset = u * 0 if is_unresolved(target, view) else u - view.origin
    height = view.curve(target.arithmetic, noise).height(offset)
    along = offset + view.distances
    inverse = 1 / (along * along + height * height)
    excess = offset - (threshold - view.origin) + variance * (view.weights @ (along * inverse))
    if height == 0:
        return excess, 1 - variance * (view.weights @ inverse), height
    a = view.weights @ (along * inverse * inverse)
    b = view.weights @ (inverse * inverse)
    return excess, 2 * variance * (height * height * b + a * a / b), height


def _twice_as_wide(target: AnyTarget, what: str) -> Arithmetic:
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


def _root_from_more_digits(target: AnyTarget, noise: Any, threshold: Any) -> _Root:
    """The root found with twice as many digits: a band may be narrower than the rounding of kappa."""
    arithmetic = target.arithmetic
    wide = _twice_as_wide(target, f"threshold {float(threshold):.6g} at noise {float(noise):.6g}")
    with wide.working():
        root = _root(target.rounded_to(wide), wide.real(noise), wide.real(threshold), narrower=arithmetic)
        # The modes next to the origin are nodes in both arithmetics; any of them will do if none is near.
        place = root.nearest - root.view.above
        if abs(place) > NEXT_DOOR and not target.is_whole:
            place = 0 if root.view.learned < target.dim else -1
        xi = root.separations[root.view.above + place]
        xi = arithmetic.complex(arithmetic.real(xi.real), arithmetic.real(xi.imag))
    view = spectrum_view(target, root.view.learned)
    return _Root(view, view.above + place, xi)


def _newton(target: AnyTarget, noise: Any, threshold: Any, guess: Any) -> _Root | None:
    """Halley's method for x(z) = kappa, accepted only at the one right root; None if it stalls.

    Raises:
        _TooFewDigits: the steps become as short as rounding, and go to and fro.
    """
    arithmetic, variance = target.arithmetic, noise * noise
    nearly = _nearly_settled(arithmetic, 3)
    root, last_step, shortest, idle = _Root.at(target, guess), False, arithmetic.real("inf"), 0
    for _ in range(_NEWTON_STEPS):
        view, separations = root.view, root.separations
        resolvent = 1 / separations
        square = resolvent * resolvent
        slope = 1 - variance * (view.weights @ square)
        x = root.xi + variance * (view.weights @ resolvent)  # from s_nearest, as kappa
        excess = x - (threshold - view.eigenvalues[root.nearest])
        bent = slope * slope - excess * variance * (view.weights @ (square * resolvent))
        if bent == 0:
            return None
        step = excess * slope / bent
        length = abs(step)
        shortest, idle = (length, 0) if length < shortest / 2 else (shortest, idle + 1)
        if idle > _IDLE_STEPS and shortest <= nearly * abs(root.point):
            raise _TooFewDigits  # to and fro among the modes
        # The equation is real, and so is the set of its roots: reflect into the upper half-plane.
        below = root.xi.imag < step.imag
        root = _Root.of(view, (separations - step).conjugate() if below else separations - step)
        point = root.point
        if not arithmetic.is_finite(point) or root.xi == 0:
            return None
        if not is_next_door(target, view, point):
            root, last_step = _Root.at(target, point), False
        elif last_step or step == 0:
            return _on_curve(target, root, noise)
        else:
            last_step = length <= nearly * abs(root.xi)
    return None


def _nearly_settled(arithmetic: Arithmetic, order: int) -> Any:
    """A relative step of a method of that order after which one more reaches rounding."""
    return arithmetic.exp(arithmetic.log(arithmetic.epsilon) * arithmetic.real(Fraction(6, 5 * order)))


def _on_curve(target: AnyTarget, root: _Root, noise: Any) -> _Root | None:
    """The root with its height above the axis in full relative precision; None if it is off the curve."""
    arithmetic = target.arithmetic
    curve = root.view.curve(arithmetic, noise).seen_from(root.nearest)
    height = curve.height(root.xi.real, root.xi.imag)
    mismatch, close = abs(height * height - root.xi.imag * root.xi.imag), arithmetic.sqrt(arithmetic.epsilon)
    if mismatch > close * abs(root.xi) ** 2:
        return None
    # where x' vanishes, near the edge of the noise, steps vanish before the root is reached
    if height > 0 and mismatch > arithmetic.sqrt(close) * height * height:
        return None
    return replace(root, xi=arithmetic.complex(root.xi.real, height))


def _placed(target: AnyTarget, root: _Root) -> Preimage:
    """The root seen from a real point c, about as far from 0, which parts learned and unlearned modes."""
    arithmetic, view, separations, point = target.arithmetic, root.view, root.separations, root.point
    if root.xi.imag < abs(root.xi.real):
        # Lower than far from any mode: c is right below, with every mode counted on the side where it lies.
        view = view.seen_from(point.real, arithmetic.real_part(separations))
        return Preimage(view, arithmetic.complex(0 * point.real, root.xi.imag), separations)

    rank = rank_below(target, abs(point), root.xi.imag)
    if is_high(target, rank, abs(point), root.xi.imag):
        view = spectrum_view(target, rank)
        zeta = arithmetic.complex(point.real - view.origin, point.imag)
        return Preimage(view, zeta, zeta + view.distances)

    shift = rank - view.learned
    if isinstance(target, ExplicitTarget) or target.is_whole:
        view = spectrum_view(target, rank)
    elif 0 < abs(shift) <= NEXT_DOOR:
        step = target.step_on(view.learned, view.origin, Fraction(shift))
        share = target.share_above(rank)
        view = view.moved(step, learned=rank, above=view.above + shift, share=share)
    view = view.moved(_within_gap(view, abs(point)))
    # Inside the band of one mode c comes as close to it: a path across the gap would be all cancellation.  It
    # is right of the mode: among learned modes the ray from c would be, of one so close.
    band = 2 * abs(root.xi)
    if band < abs(view.distances[root.nearest]):
        view = view.seen_from(view.eigenvalues[root.nearest] + band, view.from_node(root.nearest) + band)
    return Preimage(view, root.xi - view.distances[root.nearest], separations)


def _within_gap(view: SpectrumView, radius: Any) -> Any:
    """How far to move the origin towards a distance from 0, between the eigenvalues on either side of it.

    In a narrow gap, not at all.  In a wide one it matters: from next to a crowd of eigenvalues the path to a
    point far away would be all cancellation.
    """
    step, above = radius - view.origin, view.above
    if above == 0:
        return max(step, 0 * step)
    upper = -view.distances[above - 1]
    if above == len(view.distances):
        return min(step, 0 * step)
    lower = view.distances[above]
    if upper + lower < view.origin / 4:
        return 0 * step
    nearest = min(view.eigenvalues[above], lower / 2)
    return max(min(step, upper / 2), nearest - lower)


@dataclass(frozen=True)
class RayPoint:
    """A point z of Biane's curve on a ray, foot + r exp(i angle), and |z - s_i|^2 along the ray.

    Attributes:
        view: the spectrum, seen from a real point about as far from the foot.
        radius: r.
        base: s_i - foot at every node.
        along: Re z - s_i.
        height: Im z.
        inverse: 1/|z - s_i|^2.
        fall: sum_i w_i (r d/dr) |z - s_i|^2/|z - s_i|^4.
    """

    view: SpectrumView
    radius: Any
    base: Any
    along: Any
    height: Any
    inverse: Any
    fall: Any


def on_ray(target: AnyTarget, noise: Any, angle: Any, radius: Any, *, from_smallest: bool) -> RayPoint:
    """The point of the curve on a ray from s_d, or from 0: Newton's method for log F = 0 in log r.

    Args:
        target: the target.
        noise: delta, a scalar of the target's arithmetic.
        angle: between 0 and pi, likewise; its relative precision is that of the height of z.
        radius: a guess of r; from 0, where the ray may meet the curve more than once, a good one.
        from_smallest: whether the ray begins at s_d.

    Raises:
        NotConverged: the ray does not meet the curve, or not near the guess.
    """
    arithmetic, variance = target.arithmetic, noise * noise
    sine, chord2 = arithmetic.sin(angle), 4 * arithmetic.sin(angle / 2) ** 2
    smallest = target.size(arithmetic.real(target.dim)) if from_smallest else 0 * noise
    most, last_step = arithmetic.real(Fraction(1, 2)), False
    for _ in range(_RAY_STEPS):
        view = spectrum_view(target, rank_below(target, smallest + radius, radius * sine))
        if from_smallest:
            base = -(view.distances + _to_smallest(target, view))
            forward = radius - base
        else:
            base, forward = view.eigenvalues, (radius - view.origin) + view.distances
        # |exp(i angle) - 1|^2 = chord2: this has positive terms only
        inverse = 1 / (forward * forward + radius * base * chord2)
        fall = radius * (view.weights @ ((2 * forward + base * chord2) * inverse * inverse))
        if last_step:
            along = forward - radius * chord2 / 2
            return RayPoint(view, radius, base, along, radius * sine, inverse, fall)
        total = variance * (view.weights @ inverse)
        step = arithmetic.log(total) * total / (variance * fall)
        if not (arithmetic.is_finite(step) if from_smallest else abs(step) < 1):
            break
        radius = radius * arithmetic.exp(max(min(step, most), -most) if from_smallest else step)
        last_step = abs(step) <= _nearly_settled(arithmetic, 2)
    raise NotConverged(f"no point of Biane's curve found at the angle {float(angle):.3g}")


def _to_smallest(target: AnyTarget, view: SpectrumView) -> Any:
    """From the origin of a view to s_d, in relative precision: the curve may be ever so close to it."""
    return target.down_to_smallest(view.learned, view.origin)


def at_angle(target: AnyTarget, noise: Any, angle: Any) -> tuple[Preimage, Any]:
    """The point z = r exp(i angle) of Biane's curve, and kappa = x(z).

    At a small angle z_kappa is the better known of the two: next to the right edge of the noise, where the
    curve is almost the circle r = delta, kappa = delta (2 - angle^2), and the mass right of it goes like the
    third power of the angle.  In general kappa = 2 Re z - (1/d) sum delta^2 s_i/|z - s_i|^2.

    Args:
        target: the target, in units of the order of the noise.
        noise: delta, a scalar of the target's arithmetic.
        angle: between 0 and pi/2, likewise; its relative precision is that of the height of z.

    Raises:
        NotConverged: the ray at this angle does not meet the curve near r = delta.

    >>> from numerics.sums.target import Target
    >>> start, kappa = at_angle(Target(dim=10**6, decay=2.0, scale=1e-160), 1.0, 1e-9)
    >>> print(f"{start.zeta.imag:.14e} {kappa:.14f}")
    1.00000000000000e-09 2.00000000000000
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        ray = on_ray(target, noise, angle, noise, from_smallest=False)
        mean = noise * noise * (ray.view.weights @ (ray.base * ray.inverse))
        threshold = 2 * ray.radius * arithmetic.cos(angle) - mean
        separations = arithmetic.complex(ray.along, ray.height + 0 * ray.along)
        return _placed(target, _Root.of(ray.view, separations)), threshold


def beside_mode(target: AnyTarget, noise: Any, place: int, offset: Any) -> tuple[Preimage, Any]:
    """The point z = s + offset + i v of Biane's curve, and x(z), with s the ``place``-th different size.

    The offset is known in its own digits, however small it is beside s.

    Args:
        target: of which all sizes are nodes, in units of the order of the noise.
        noise: delta, a scalar of the target's arithmetic.
        place: from 1 for the largest on.
        offset: likewise.

    >>> from numerics.sums.explicit import explicit_target, target_sizes
    >>> start, x = beside_mode(explicit_target(target_sizes([2.0, 1.0]), 10**24), 0.5, 1, 1e-13)
    >>> complex(start.separations[0])
    (1e-13+5.066228051190204e-13j)
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        view = spectrum_view(target, place)
        node = view.above - 1
        height = view.curve(arithmetic, noise).seen_from(node).height(offset)
        u = view.eigenvalues[node] + offset
        return _above(target, noise, view, u, offset + view.from_node(node), height)


def gap_after(target: AnyTarget, noise: Any, number: int) -> Gap:
    """The gap between the modes ``number`` >= 1 and ``number + 1``, seen from the index between the two.

    Raises:
        NotConverged: the least F between them was not found.
    """
    view = spectrum_view(target, number)
    return view.curve(target.arithmetic, noise).gap(view.above - 1)


def noise_border(target: AnyTarget, noise: Any) -> Preimage | None:
    """The point b of Biane's curve where the noise ends and the learned modes begin; None for no noise.

    The modes s_i <= delta alone, with the noise, end at a real point u.  If between the modes left and right
    of it the support has a gap, b is the real edge of the gap; if not, because there are more modes than
    gaps between them or one of them is just emerging, b is the point of the curve above u.

    The modes right of b are counted by its ``view.learned``.

    Raises:
        NotConverged: the noise's end was not resolved among the eigenvalues, with more digits neither.

    >>> from numerics.sums.target import Target
    >>> border = noise_border(Target.of(100, 1.25), 1.0)
    >>> border.view.learned, border.in_support, round(float(border.point.real), 2)
    (5, True, 1.19)
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        place = _border_among_modes(target, noise)
        if place is None:
            return None
        learned, start, height = place
        view = spectrum_view(target, learned)
        real = start + view.distances
        separations = arithmetic.complex(real, height + 0 * real)
        if height < abs(real).min():  # lower than far from any mode: c is right below
            view, start = view.moved(start), 0 * start
        return Preimage(view, arithmetic.complex(start, height), separations)


def _border_among_modes(target: AnyTarget, noise: Any) -> tuple[int, Any, Any] | None:
    """Modes right of the border, its distance from the origin of their view, and its height.

    Among more modes than the arithmetic can number it is found with twice as many digits: a rounding of F,
    of the order of the gap between two modes, would be taken for a height of its square root.
    """
    arithmetic = target.arithmetic
    with arithmetic.working():
        beyond = target.rank(noise)
        if beyond == target.count:
            return None
        top, offset = _last_edge(target, noise, beyond)
        view = spectrum_view(target, min(target.rank(top + offset), beyond))
        if not is_unresolved(target, view):
            start, lower = (top - view.origin) + offset, view.distances[view.above]
            curve = view.curve(arithmetic, noise)
            half_band = noise * arithmetic.sqrt(view.weights[view.above])
            # the band of a mode that reaches the next one ends beyond it
            is_merged = view.above > 0 and half_band >= lower - view.distances[view.above - 1]
            edge = None
            if not is_merged:
                edge = curve.seen_from(view.above).edge(max(start + lower, half_band))
            if edge is not None:
                return view.learned, edge - lower, 0 * edge
            return view.learned, start, curve.height(start)
    wide = _twice_as_wide(target, f"end of the noise {float(noise):.6g}")
    with wide.working():
        place = _border_among_modes(target.rounded_to(wide), wide.real(noise))
        if place is None:
            return None
        learned, start, height = place
        return learned, arithmetic.real(start), arithmetic.real(height)


def _last_edge(target: AnyTarget, noise: Any, learned: int) -> tuple[Any, Any]:
    """Right end of the curve of the modes after the first ``learned``: s_{learned+1}, and from there."""
    view = spectrum_view(target, learned)
    rest = slice(view.above, None)
    edge = Curve(target.arithmetic, noise, view.weights[rest], view.distances[rest]).band_end(0)
    if edge is None:
        raise NotConverged(f"the end of the noise {float(noise):.6g} did not settle")
    return view.eigenvalues[view.above], edge


def right_edge(target: AnyTarget, noise: Any) -> Any:
    """Right end of the support of mu: x at the largest real point where x'(z) = 0.

    >>> from numerics.sums.target import Target
    >>> round(float(right_edge(Target(dim=1, decay=1.0, scale=1.0), 0.25)), 12)
    1.5
    """
    with target.arithmetic.working():
        top, u = _last_edge(target, noise, 0)
        view = spectrum_view(target, 0)
        return top + view.curve(target.arithmetic, noise).seen_from(0).image(u)
