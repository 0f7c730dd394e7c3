r"""The quadratic network: the scalar functions of its state equations, at any dimension and to any precision.

The network f = (|B^T x|^2 - |B|_F^2)/sqrt(d) with weight decay on B is a regression on S = B B^T with the
nuclear norm as penalty.  Its estimate has the law of (S* + delta GOE - kappa)_+ acting on eigenvalues, and
the effective noise delta and the threshold kappa solve (arXiv:2509.24882; derived in arXiv:2505.17958)

    2 alpha delta^2 = E + Delta/2,      2 alpha = D + lambda/(2 kappa),      alpha = n/d^2,

with the excess risk R = 2 E.  Let mu be the law of the target's eigenvalues s_i free-convolved with a
semicircle of variance delta^2, g its Stieltjes transform, f(x) = (x - kappa)_+ and Q = mean(s^2).  Then

    D = 2 int f Re g dmu                                                              (degrees of freedom)
    E = Q + int f^2 dmu - 2 [int x f dmu - delta^2 D]                                 (matrix error)
    T = int f dmu                                                                     (mean of the spectrum)

*Integrals along a contour.*  E cancels in this form once it is far below Q.  The contour of
`free_probability.contours` leads from z_kappa on a geodesic to a real point c between the M learned
eigenvalues and the others, then up the vertical ray from c.  On it each functional becomes an integral of
terms of the size of the result.  As x - delta^2 G = z,

    E - Q = -(1/pi) Im int_{z_kappa} [(x - kappa)^2 G - 2 (x - kappa) z G] x' dz.

*The ray: learned modes.*  Let G_L be the learned part of G = G_U + G_L; the integral of z^2 G_L is that of Q.
By z = x - delta^2 G the integrand plus z^2 G is (kappa - delta^2 G)^2 G x' + delta^2 z G^2, up to
the derivative of a function that is real at both ends.  G_U is real on the real axis right of c, and so is
the integral with G_U for G.  What is left of the difference is, with q = kappa - delta^2 G_U,

    E      q^2 A + (delta^4 G_L^2 - 2 q delta^2 G_L) G x' + delta^2 z G_L (2 G_U + G_L)
    D      (z - q) [(2 G_U + G_L) G_L x' + delta^2 G_U^2 G_L'] + delta^2 G_L G^2 x'
    T      (z - q) A + delta^2 G_L G x'
    mass   A = G_L x' + delta^2 G_U G_L'

each proportional to G_L, of order M/d however small that is.  At infinity these are r/z (for T, after its
real limit M/d is dropped), and the quarter-circle from the ray to the real axis contributes r/2.

*The geodesic: the bulk, and the mode at the threshold.*  Let W = (1/d) sum_i s_i/(z - s_i), so that z G = 1 +
W.  The derivatives of x, (x - kappa)^2 and (x - kappa)^3 have integrals that are real at both ends.  Any real
multiple of them may be subtracted, so that only the excess of G and W over their values at c enters:

    E      [(x - kappa)^2 (G - G_c) - 2 (x - kappa) (W - W_c)] x'
    D      (x - kappa) (G^2 - G_c^2) x'
    T      (x - kappa) (G - G_c) x'
    mass   (G - G_c) x'

All differences are divided differences, G - G_c = -(z - c) mean 1/((z - s)(c - s)), and x - kappa likewise
from z_kappa.  So no digit is lost where kappa = delta (2 - t) and D is of order t^(5/2), as it is with few
samples.  There the digits of kappa do not determine D, but those of z_kappa do: `scalars_at_angle` takes its
angle instead.

*Slopes.*  At fixed z, dx/d(delta^2) = G; where the path begins f vanishes.  By parts, with all integrals from
z_kappa to infinity,

    dE/dkappa        = -(2/pi) Im int (z - f) G x' dz             ("force")
    dD/dkappa        =  (1/pi) Im int G^2 x' dz                   (minus "square")
    dD/d(delta^2)    = -(2/(3 pi)) Im int G^3 x' dz               (2/3 of "cube")
    dE/d(delta^2)    =  D - (2/pi) Im int f G W' dz               (D and twice "drift")

and the same is subtracted on either leg as above.

*Complements.*  Next to the interpolation threshold 2 alpha = 1/2 both equations are about the differences of
D and E from 1/2 and delta^2/2, their values for noise alone without a threshold.  Noise alone has G = 1/z,
x_0 = z + delta^2/z and, with sin psi = kappa/(2 delta),

    1/2 - D_0         = (8/pi) [psi/8 - sin(4 psi)/32 + sin(psi) cos(psi)^3/3]
    1/2 - E_0/delta^2 = (8/pi) [psi/8 - sin(4 psi)/32 + 2 sin(psi) cos(psi)^3/3
                                - sin(psi)^2 ((pi - 2 psi)/4 - sin(2 psi)/4)];

both are integrals along the geodesic too, to the z_0 of x_0(z_0) = kappa.  By x - x_0 = delta^2 W/z and
z_kappa - z_0 = -delta^2 W(z_kappa)/(z_kappa - conj(z_0)) the contribution of the modes to D - D_0 and E - E_0
is integrated without subtracting like from like (`_beyond_noise`), and keeps its digits however small it is.

In order: `Cut`, `cut_at`, `cut_at_angle`, `scalars`, `scalars_at_angle`, `scalars_of`,
`bbp_threshold`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from numerics.arithmetic.precision import Arithmetic
from numerics.equations.state_equations import Scalars, Slopes
from numerics.free_probability.contours import Path, along_contour, geodesic, ray
from numerics.free_probability.preimages import at_angle, beyond_all, preimage
from numerics.free_probability.views import Preimage, SpectrumView, natural_unit, view_from_midpoint
from numerics.sums.explicit import AnyTarget

# Degrees of freedom of noise alone, without a threshold: one half is cut by positivity.
INTERPOLATION = Fraction(1, 2)
# Thresholds up to this, over delta, have D and E next to those of noise alone without one.
_LOW = 0.125
# Square of an angle, over the rounding, below which slopes at a fixed angle are lost in differences.
_STEEP = 1e6


@dataclass(frozen=True)
class _Leg:
    """The contributions of one leg of the path to E, D, T, the mass, and the four integrals of `_slopes`.

    ``beyond_noise``: E and D less those of noise alone; None at high thresholds.
    """

    error: Any
    freedom: Any
    mean: Any
    mass: Any
    force: Any
    square: Any
    cube: Any
    drift: Any
    beyond_noise: tuple[Any, Any] | None = None


def _empty_leg(noise: Any) -> _Leg:
    return _Leg(*[0 * noise] * 8)


@dataclass(frozen=True)
class Cut:
    """An estimate f(x) = x - kappa for x > q, else 0, in a unit of the order of z_q.

    Attributes:
        target: the target.
        noise: delta.
        threshold: kappa.
        start: the preimage of q >= kappa, or any other real point of the gap of the support in which q lies.
        excess: q - kappa; 0 unless the network is narrow (`width`).
        unit: the unit of all these, a power of 2.
    """

    target: AnyTarget
    noise: Any
    threshold: Any
    start: Preimage
    excess: Any
    unit: Any


def cut_at(noise: Any, threshold: Any, target: AnyTarget) -> Cut:
    """The soft threshold kappa > 0 at effective noise delta > 0.

    Raises:
        NotConverged: the place of the threshold among the eigenvalues was not resolved.
    """
    arithmetic, end = target.arithmetic, target.scale + 2 * noise
    if threshold >= end:  # beyond the largest eigenvalue and the noise added to it
        unit = natural_unit(arithmetic, noise, end)
        target, start = target.in_units(unit), beyond_all(target.in_units(unit), end / unit)
    else:
        unit = natural_unit(arithmetic, noise, threshold)
        target = target.in_units(unit)
        start = preimage(target, noise / unit, threshold / unit)
    return Cut(target, noise / unit, threshold / unit, start, 0 * noise, unit)


def cut_at_angle(noise: Any, angle: Any, target: AnyTarget) -> Cut:
    """The same at the threshold whose preimage lies at an angle, between 0 and pi/2, above the real axis.

    Raises:
        NotConverged: no threshold next to the edge of the noise belongs to this angle.
    """
    unit = natural_unit(target.arithmetic, noise, noise)
    target, noise = target.in_units(unit), noise / unit
    start, threshold = at_angle(target, noise, angle)
    return Cut(target, noise, threshold, start, 0 * noise, unit)


def scalars(noise: Any, threshold: Any, target: AnyTarget) -> Scalars:
    """Scalar functions of the quadratic network at effective noise delta > 0 and threshold kappa > 0.

    Both are scalars of ``target.arithmetic``.  The results are good to a few dozen units of their last digit,
    at any dimension, for one pair (delta, kappa) within rounding of the given one.

    Raises:
        NotConverged: the place of the threshold among the eigenvalues was not resolved.

    A single eigenvalue far above noise and threshold is learned up to its shift: E = kappa^2 + delta^2, D =
    1.

    >>> from numerics.sums.target import Target
    >>> result = scalars(0.03, 0.04, Target(dim=1, decay=1.0, scale=1.0))
    >>> print(f"{result.error:.12f} {result.degrees_of_freedom:.12f} {result.mean_size:.12f}")
    0.002500000000 1.000000000000 0.960000000000
    """
    with target.arithmetic.working():
        return scalars_of(cut_at(noise, threshold, target))


def scalars_at_angle(noise: Any, angle: Any, target: AnyTarget) -> Scalars:
    """The same at the threshold whose preimage lies at an angle, between 0 and pi/2, above the real axis.

    At small angles the threshold kappa = delta (2 - angle^2) is next to the edge of the bulk, where D is of
    order angle^5: in terms of kappa no digit of D may be left, in terms of the angle all are.

    Raises:
        NotConverged: no threshold next to the edge of the noise belongs to this angle.

    Noise alone: D = (8/(15 pi)) t^(5/2), E = delta^2 (16/(105 pi)) t^(7/2) at kappa = delta (2 - t).

    >>> from numerics.sums.target import Target
    >>> result = scalars_at_angle(1.0, 1e-9, Target(dim=10**6, decay=2.0, scale=1e-160))
    >>> print(f"{result.degrees_of_freedom * 15 * np.pi / 8:.9e} {result.error * 105 * np.pi / 16:.9e}")
    1.000000000e-45 1.000000000e-63
    """
    with target.arithmetic.working():
        cut = cut_at_angle(noise, angle, target)
        values = scalars_of(cut)
        return replace(values, slopes=_at_fixed_angle(cut, values.slopes, angle))


def scalars_of(cut: Cut) -> Scalars:
    """The scalar functions of an estimate, in the unit of the problem."""
    arithmetic, view, unit = cut.target.arithmetic, cut.start.view, cut.unit
    if view.learned > 0 and not cut.start.in_support:
        # The path may begin at any real point of the gap: sums at its midpoint serve many thresholds.
        view = view_from_midpoint(cut.target, view.learned)
    unlearned = slice(view.above, None)
    s = view.eigenvalues[unlearned]
    # of a target with eigenvalues of both signs E is the error of its positive part
    unlearned_error = _dot(s * s * (s > 0).astype(int), view.weights[unlearned])
    learned = _ray(arithmetic, view, cut.noise, cut.threshold)
    bulk = _arc(arithmetic, cut)
    freedom = learned.freedom + bulk.freedom
    error_complement = freedom_complement = None
    if bulk.beyond_noise is not None:
        of_error, of_freedom = _complements_of_noise(arithmetic, cut.threshold / cut.noise)
        beyond = unlearned_error + learned.error + bulk.beyond_noise[0]
        error_complement = (cut.noise * cut.noise * of_error - beyond) * unit * unit
        freedom_complement = of_freedom - learned.freedom - bulk.beyond_noise[1]
    return Scalars(
        threshold=cut.threshold * unit,
        error=(unlearned_error + learned.error + bulk.error) * unit * unit,
        degrees_of_freedom=freedom,
        mean_size=(learned.mean + bulk.mean) * unit,
        mass_above=learned.mass + bulk.mass,
        learned_modes=cut.target.number_above(bbp_threshold(cut.noise, cut.threshold, arithmetic)),
        error_complement=error_complement,
        freedom_complement=freedom_complement,
        slopes=_slopes(cut, learned, bulk, freedom),
    )


def _slopes(cut: Cut, learned: _Leg, bulk: _Leg, freedom: Any) -> Slopes | None:
    """Derivatives of E and D with respect to log delta and log kappa; None for a narrow network."""
    if cut.excess != 0:
        return None
    double_variance, threshold, unit2 = 2 * cut.noise * cut.noise, cut.threshold, cut.unit * cut.unit
    drift = freedom + 2 * (learned.drift + bulk.drift)
    return Slopes(
        error=(double_variance * drift * unit2, threshold * (learned.force + bulk.force) * unit2),
        freedom=(
            double_variance * (learned.cube + bulk.cube) * 2 / 3,
            -threshold * (learned.square + bulk.square),
        ),
        threshold=(0, 1),
    )


def _at_fixed_angle(cut: Cut, slopes: Slopes | None, angle: Any) -> Slopes | None:
    """The same with respect to log delta and log angle; None if too little is left of their difference.

    kappa = x(z) moves with z and delta^2 by x' dz + G d(delta^2), which is real, and z by z (d log r + i d
    angle).
    """
    arithmetic, separations = cut.target.arithmetic, cut.start.separations
    if slopes is None or angle * angle < _STEEP * arithmetic.epsilon:
        return None
    variance, height = cut.noise * cut.noise, cut.start.zeta.imag
    inverse = 1 / separations
    g = cut.start.view.weights @ inverse
    rotation = cut.start.point * (1 - variance * (cut.start.view.weights @ (inverse * inverse)))
    by_noise = 2 * variance * (g.real + rotation.real * height / (variance * rotation.imag)) / cut.threshold
    by_angle = -angle * (rotation.real * rotation.real / rotation.imag + rotation.imag) / cut.threshold
    return slopes.along((1, by_noise), (0, by_angle))


def bbp_threshold(noise: Any, threshold: Any, arithmetic: Arithmetic) -> Any:
    """Smallest eigenvalue s whose outlier s + delta^2/s leaves the bulk (s > delta) and exceeds kappa."""
    if threshold <= 2 * noise:
        return noise
    return (threshold + arithmetic.sqrt(threshold * threshold - 4 * noise * noise)) / 2


def _dot(matrix: Any, weights: Any) -> Any:
    """Matrix product; of no terms, 0 (for NumPy's objects that would be None)."""
    return matrix @ weights if len(weights) else matrix.sum(axis=-1)


def _ray(arithmetic: Arithmetic, view: SpectrumView, noise: Any, threshold: Any) -> _Leg:
    """Learned modes: the vertical ray from the origin c, closed by the quarter-circle at infinity."""
    variance, kappa = noise * noise, threshold
    if view.learned == 0:
        return _empty_leg(noise)
    zeta, weights, sums = _sums_on_ray(arithmetic, view)
    g_learned, g_rest, w_learned, slope_learned, slope_rest, fall_learned, fall_rest = sums
    z = view.origin + zeta
    slope_learned, slope_rest = -slope_learned, -slope_rest
    g, slope, fall = g_rest + g_learned, slope_rest + slope_learned, fall_rest + fall_learned
    x_slope = 1 + variance * slope
    q, twice, pull = kappa - variance * g_rest, g + g_rest, variance * g_learned
    height = z - q

    direct, indirect = g_learned * x_slope, variance * g_rest * slope_learned
    mass = direct + indirect
    both = variance * direct * g
    error = q * q * mass + (pull - 2 * q) * both + z * pull * twice
    square = twice * direct + g_rest * indirect
    freedom = height * square + both * g
    # z G_L = share + W_L: the limit of the integrand, real, is dropped.
    mean = w_learned - q * g_learned + height * (pull * slope + indirect) + both
    cube = (3 * g_rest * g + g_learned * g_learned) * direct + g_rest * g_rest * indirect
    drift = pull * g * fall + height * (g_learned * fall + g_rest * fall_learned)

    integrands = (error, freedom, mean, mass, 2 * (q * mass - both), square, cube, -drift)
    # z times each at infinity
    share, zero = view.share, 0 * noise
    mean_learned = view.weights[: view.above] @ view.eigenvalues[: view.above]
    residues = (
        share * (kappa * kappa + variance * (2 - share)),
        share * (2 - share),
        mean_learned - kappa * share,
        share,
        2 * kappa * share,
        zero,
        zero,
        zero,
    )
    integrals = _imaginary_parts(arithmetic, weights, integrands)
    return _Leg(*(residue / 2 - integral for residue, integral in zip(residues, integrals, strict=True)))


@lru_cache(maxsize=8)
def _sums_on_ray(arithmetic: Arithmetic, view: SpectrumView) -> tuple[Any, Any, tuple[Any, ...]]:
    """The ray, its weights; G and -G' of the learned and the other modes, W of the learned, -W' of both."""
    path = ray(arithmetic, view)
    learned = (np.arange(len(view.weights)) < view.above).astype(int)
    modes = view.weights * learned, view.weights * (1 - learned)
    sizes = modes[0] * view.eigenvalues, modes[1] * view.eigenvalues
    return path.zeta, path.weights, path.sums((*modes, sizes[0]), (*modes, *sizes))


def _arc(arithmetic: Arithmetic, cut: Cut) -> _Leg:
    """The bulk and the mode at the threshold: the geodesic from c to z_q (nothing if that is real)."""
    start, noise = cut.start, cut.noise
    view = start.view
    if not start.in_support:
        return _empty_leg(noise)
    path = geodesic(arithmetic, start)
    at_origin, sizes = view.weights / view.distances, view.eigenvalues
    rise, x_slope, g_rise, w_rise, fall = along_contour(
        start, noise, path, (at_origin, at_origin * sizes), (view.weights * sizes,)
    )
    above = rise + cut.excess  # x - kappa
    g_rise, w_rise = -path.zeta * g_rise, -path.zeta * w_rise
    g_origin = at_origin.sum()
    g = g_origin + g_rise

    mass = g_rise * x_slope
    mean = above * mass
    w_mass = w_rise * x_slope
    square = mass * (g + g_origin)
    error = above * (mean - 2 * w_mass)
    cube = mass * (g * (g + g_origin) + g_origin * g_origin)
    integrands = (error, above * square, mean, mass, 2 * (w_mass - mean), square, cube, -above * g * fall)
    beyond = None
    if cut.excess == 0 and cut.threshold < _LOW * noise:
        beyond = _beyond_noise(arithmetic, cut, path, _OnArc(above, x_slope, g_rise, w_rise, fall))
    # The path runs from c to z_q, against the direction of the integrals above.
    return replace(_Leg(*_imaginary_parts(arithmetic, path.weights, integrands)), beyond_noise=beyond)


@dataclass(frozen=True)
class _OnArc:
    """x - kappa, x', G - G_c, W - W_c and -W' along the geodesic."""

    above: Any
    x_slope: Any
    g_rise: Any
    w_rise: Any
    fall: Any


def _beyond_noise(arithmetic: Arithmetic, cut: Cut, path: Path, on_arc: _OnArc) -> tuple[Any, Any]:
    """The geodesic's E and D less those of noise alone, in relative precision however little modes add.

    Differences of products, factor by factor; noise alone from z_kappa on to z_0 is of second order.
    """
    view, variance, origin = cut.start.view, cut.noise * cut.noise, cut.start.view.origin
    z, above, x_slope = origin + path.zeta, on_arc.above, on_arc.x_slope
    w_origin = (view.weights / view.distances) @ view.eigenvalues
    w = w_origin + on_arc.w_rise
    lift = variance * w / z  # x - x_0
    noise_above = above - lift
    slope_lift = -variance * (on_arc.fall + w / z) / z
    noise_g = -path.zeta / (z * origin)  # 1/z - 1/c
    g_lift = w / z - w_origin / origin
    g_sum = noise_g + 2 / origin  # 1/z + 1/c
    g_sum_lift = w / z + w_origin / origin
    squares = on_arc.g_rise * (g_sum + g_sum_lift)
    squares_lift = g_lift * (g_sum + g_sum_lift) + noise_g * g_sum_lift

    freedom = lift * squares * x_slope + noise_above * (squares_lift * x_slope + noise_g * g_sum * slope_lift)
    error = (
        lift * (above + noise_above) * on_arc.g_rise * x_slope
        + noise_above * noise_above * (g_lift * x_slope + noise_g * slope_lift)
        - 2 * above * on_arc.w_rise * x_slope
    )
    of_error, of_freedom = _imaginary_parts(arithmetic, path.weights, (error, freedom))

    # from z_kappa straight to z_0, where x_0 - kappa = (z - z_0)(z - conj(z_0))/z
    half = cut.threshold / 2
    end = arithmetic.complex(half, arithmetic.sqrt((cut.noise - half) * (cut.noise + half)))
    w = view.weights @ (view.eigenvalues / cut.start.separations)
    gap = variance * w / (cut.start.point - end.conjugate())  # z_0 - z_kappa
    nodes, gauss = arithmetic.gauss_legendre(math.ceil(arithmetic.digits))
    rest = (1 - nodes) / 2 * gap  # z_0 - z
    z = end - rest
    noise_above, noise_slope = -rest * (z - end.conjugate()) / z, 1 - variance / (z * z)
    noise_g = (origin - z) / (z * origin)
    common = noise_above * noise_g * noise_slope
    integrands = common * noise_above, common * (1 / z + 1 / origin)
    rest_error, rest_freedom = _imaginary_parts(arithmetic, gap * gauss / 2, integrands)
    return of_error - rest_error, of_freedom - rest_freedom


def _complements_of_noise(arithmetic: Arithmetic, ratio: Any) -> tuple[Any, Any]:
    """1/2 - E_0/delta^2 and 1/2 - D_0 of noise alone at kappa = ratio * delta."""
    sine = ratio / 2
    cosine = arithmetic.sqrt((1 - sine) * (1 + sine))
    psi = arithmetic.imaginary_part(arithmetic.log(arithmetic.complex(cosine, sine)))
    quartic = psi / 8 - arithmetic.sin(4 * psi) / 32
    cubic = sine * cosine**3 / 3
    square = sine * sine * ((arithmetic.pi - 2 * psi) / 4 - arithmetic.sin(2 * psi) / 4)
    unit = 8 / arithmetic.pi
    return unit * (quartic + 2 * cubic - square), unit * (quartic + cubic)


def _imaginary_parts(arithmetic: Arithmetic, weights: Any, integrands: tuple[Any, ...]) -> Any:
    """Of the integrals along a path, over pi."""
    return arithmetic.imaginary_part(np.stack(integrands) @ weights) / arithmetic.pi
