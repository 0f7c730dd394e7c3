r"""Overlaps of noisy and target eigenvectors: the quadratic network's error, in parts.

The estimate (S* + delta GOE - kappa)_+ has the eigenvectors of the noisy target.  For large d, the overlap of
those with eigenvalues in dx and the target's direction i is, averaged,

    O_i(dx) = -(1/(pi d)) Im[1/(z(x) - s_i)] dx,       z(x) on Biane's curve (`free_probability.biane`).

Times d it has mass 1 and mean s_i; summed over i it is the law mu of the eigenvalues (Ledoit & Péché,
Probab. Theory Relat. Fields 151 (2011) 233; Allez & Bouchaud, arXiv:1301.4939).  With f(x) = (x - kappa)_+
the matrix error is a sum of positive terms,

    E = sum_i int O_i(dx) (f(x) - s_i)^2,

and parts of it are sums over target directions and eigenvalues.  The noise ends at a point b of the curve
(`preimages.noise_border`); the M modes right of b are learned, and the eigenvalues right of x(b) are theirs.
Of the directions i > M,

    unlearned      int_{x < kappa} O_i s_i^2                          is target cut off by the threshold;
    overfitting    int_{kappa < x < x(b)} O_i (f - s_i)^2             is noise above the threshold.

What remains is *learned*: shrinkage of the learned directions, i <= M, and what their eigenvectors, x >
x(b), contain of the others.  If the threshold itself lies right of x(b), amid the learned modes, nothing
is overfitted, and the M modes right of the threshold are learned.

Every integral is one along a path from the threshold's preimage to a real point c between the M modes and the
others, where

    int_{x > kappa} O_i(dx) h(x) = -(1/pi d) Im int_{z_kappa}^{oo} h(x(z)) x'(z)/(z - s_i) dz;

sums over i > M of s_i^k/(z - s_i), k = 0, 1, 2, replace the resolvent.  As for the error itself (`quadratic`)
only their excess over the values at c counts, polynomials in x being real at both ends: next to the noise's
edge the overfitting, of order angle^7, keeps its digits.  On the vertical ray from c to infinity all but the
term with the learned part of x' = 1 + delta^2 (G_U' + G_L') is real on the real axis right of c, so that

    int_{x > x(c)} sum_{i > M} O_i s_i^2
        = -(1/pi) Im int_c^{i oo} delta^2 G_L' (1/d) sum_{i > M} s_i^2/(z - s_i) dz.

In order: `decomposition`, `decomposition_at_angle`, `end_of_noise`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.arithmetic.precision import Arithmetic
from numerics.free_probability.contours import along_contour, geodesic, half_circle, ray
from numerics.free_probability.preimages import noise_border
from numerics.free_probability.views import Preimage, SpectrumView
from numerics.networks import quadratic
from numerics.networks.quadratic import Cut
from numerics.networks.width import cut_at, narrowed
from numerics.sums.explicit import AnyTarget

# Real parts of points on the curve are told apart up to this many roundings.
_ROUNDINGS = 16

# The noise ends within so many delta of 0.  Modes s_i <= delta of mass 1 or less reach 2 delta, and a gap
# above them begins no further than where they alone are too few, 2 delta from the last.
_FAR = 8


def decomposition(noise: Any, threshold: Any, target: AnyTarget, width: int | None = None) -> dict[str, Any]:
    """Parts of the quadratic network's error at effective noise delta > 0 and threshold kappa > 0.

    Each is good to the accuracy of the error, their sum; "learned" is what the others leave of it, and 0 if
    that is nothing but rounding.  It is exactly 0 if no mode is an outlier.

    Args:
        noise: delta.
        threshold: kappa.
        target: the target.
        width: number of hidden units; None for as many as there are inputs.

    Raises:
        NotConverged: the place of the threshold or of the noise's end among the eigenvalues was not resolved.

    >>> from numerics.sums.target import Target
    >>> parts = decomposition(1.0, 1.5, Target.of(10**4, 1.25))
    >>> {name: round(float(part), 5) for name, part in parts.items()}
    {'unlearned': 0.00213, 'learned': 0.0092, 'overfitting': 0.0043}
    """
    with target.arithmetic.working():
        return _parts(cut_at(noise, threshold, target, width))


def decomposition_at_angle(
    noise: Any, angle: Any, target: AnyTarget, width: int | None = None
) -> dict[str, Any]:
    """The same at the threshold of `quadratic.scalars_at_angle`.

    Raises:
        NotConverged: no threshold next to the edge of the noise belongs to this angle, or as `decomposition`.

    Noise alone: all of the error, delta^2 (16/(105 pi)) angle^7.

    >>> from numerics.sums.target import Target
    >>> parts = decomposition_at_angle(1.0, 1e-9, Target(dim=10**6, decay=2.0, scale=1e-160))
    >>> print(f"{parts['overfitting'] * 105 * 3.141592653589793 / 16:.9e} {parts['learned']}")
    1.000000000e-63 0.0
    """
    with target.arithmetic.working():
        cut = quadratic.cut_at_angle(noise, angle, target)
        return _parts(cut if width is None else narrowed(cut, width))


def end_of_noise(
    noise: Any, threshold: Any, target: AnyTarget, width: int | None = None
) -> tuple[int, float]:
    """Number M of learned modes, and the weight (x(b) - kappa)_+ beyond which eigenvalues are theirs.

    These two divide the error in `decomposition`, and with them that of any trained weights.  M is not the
    number of modes above the BBP threshold, that of the spectrum: at finite dimension the largest of the
    other modes widen the noise, and those of their size end with it.

    Raises:
        NotConverged: as `decomposition`.

    >>> from numerics.sums.target import Target
    >>> modes, weight = end_of_noise(1.0, 1.5, Target.of(10**4, 1.25))
    >>> modes, int(Target.of(10**4, 1.25).number_above(1.0)), round(weight, 2)
    (38, 39, 0.5)
    """
    with target.arithmetic.working():
        cut = cut_at(noise, threshold, target, width)
        start, border = _start_and_border(cut)
        modes = round(float(start.view.share) * target.dim)
        if border is None:
            return modes, 0.0
        image = border.point + cut.noise * cut.noise * (border.view.weights @ (1 / border.separations))
        return modes, max(float(cut.unit * (image.real - cut.threshold)), 0.0)


def _start_and_border(cut: Cut) -> tuple[Preimage, Preimage | None]:
    """Where eigenvalues count, and where the noise ends; None if that lies below the threshold."""
    target, start = cut.target, cut.start
    if start.point.real > _FAR * cut.noise:
        return start, None
    border = noise_border(target, cut.noise)
    if border is None:
        return start, None
    # In terms of x the two would be indistinguishable next to the noise's edge.
    roundings = _ROUNDINGS * target.arithmetic.epsilon * target.roundings(border.view.learned)
    if start.point.real > border.point.real * (1 + roundings):
        return start, None
    return _seen_from(start, border.view), border


def _parts(cut: Cut) -> dict[str, Any]:
    target, noise, unit2 = cut.target, cut.noise, cut.unit * cut.unit
    arithmetic, zero = target.arithmetic, 0 * noise
    error = quadratic.scalars_of(cut).error
    start, border = _start_and_border(cut)
    view = start.view
    if view.learned == target.count:
        return {"unlearned": zero, "learned": error, "overfitting": zero}

    misfit, target_above = _leg(arithmetic, start, noise, cut.excess)
    overfitting = zero
    if border is not None:
        overfitting = misfit - _leg(arithmetic, border, noise, _rise(start, border, noise) + cut.excess)[0]
        overfitting = max(overfitting * unit2, zero)
    s = view.eigenvalues
    squares = _of_rest(view) @ (s * s * (s > 0).astype(int))
    unlearned = squares - target_above - _ray(arithmetic, view, noise)
    unlearned = max(unlearned * unit2, zero)
    nothing_learned = border is not None and view.learned == 0
    learned = zero if nothing_learned else max(error - unlearned - overfitting, zero)
    return {"unlearned": unlearned, "learned": learned, "overfitting": overfitting}


def _seen_from(start: Preimage, view: SpectrumView) -> Preimage:
    """The same point of the curve, seen from an origin right of which there are as many modes as given."""
    if start.view.learned == view.learned:
        return start
    zeta = start.point - view.origin
    return Preimage(view, zeta, zeta + view.distances)


def _rise(start: Preimage, end: Preimage, noise: Any) -> Any:
    """What x gains from one point of the curve to another, both seen from as many modes: a product."""
    slope = end.view.weights @ (1 / (start.separations * end.separations))
    step = end.zeta - start.zeta + (end.view.origin - start.view.origin)
    return (step * (1 - noise * noise * slope)).real


def _leg(arithmetic: Arithmetic, start: Preimage, noise: Any, excess: Any) -> tuple[Any, Any]:
    """Sums over i > M of the integrals of O_i (f - s_i)^2 and O_i s_i^2, from a point of the curve to c.

    ``excess`` is f at that point.
    """
    if start.zeta == 0:
        return excess * 0, excess * 0
    view = start.view
    if start.in_support:
        path = geodesic(arithmetic, start)
    else:
        real = arithmetic.real_part
        path = half_circle(arithmetic, view, real(start.zeta), real(start.separations))
    s, at_origin = view.eigenvalues, _of_rest(view) / view.distances
    rise, x_slope, *sums = along_contour(start, noise, path, [at_origin * s**k for k in range(3)])
    zeroth, first, second = (-path.zeta * values for values in sums)
    f = rise + excess
    misfit = (f * f * zeroth - 2 * f * first + second) * x_slope
    # The path runs from c to the point, against the direction of the integrals.
    return (
        (path.weights @ misfit).imag / arithmetic.pi,
        (path.weights @ (second * x_slope)).imag / arithmetic.pi,
    )


def _ray(arithmetic: Arithmetic, view: SpectrumView, noise: Any) -> Any:
    """Sum over i > M of the integral of O_i s_i^2, from c to infinity."""
    if view.learned == 0:
        return 0 * noise
    path, learned = ray(arithmetic, view), (np.arange(len(view.weights)) < view.above).astype(int)
    second, slope_learned = path.sums([_of_rest(view) * view.eigenvalues**2], [-view.weights * learned])
    return -noise * noise * (path.weights @ (second * slope_learned)).imag / arithmetic.pi


def _of_rest(view: SpectrumView) -> Any:
    """The weights, without those of the learned modes, and of their negatives where there are both signs."""
    is_rest = (np.arange(len(view.weights)) >= view.above) & (view.eigenvalues > -view.origin)
    return view.weights * is_rest.astype(int)
