r"""The quadratic network: the scalar functions of its state evolution, at any dimension and to any precision.

The estimate has the law of (S* + delta GOE - kappa)_+ acting on eigenvalues (arXiv:2509.24882; derived in
arXiv:2505.17958).  With mu the law of the target's eigenvalues s_i free-convolved with a semicircle of
variance delta^2, g its Stieltjes transform, f(x) = (x - kappa)_+ and Q = mean(s^2), the state evolution needs

    D = 2 int f Re g dmu                                                              (degrees of freedom)
    E = Q + int f^2 dmu - 2 [int x f dmu - delta^2 D]                                 (matrix error)
    T = int f dmu                                                                     (mean of the spectrum)

E cancels in this form once it is far below Q.  On the path of `numerics.free_convolution` (from z_kappa on
the geodesic to a real point c between the M learned eigenvalues and the others, then up the vertical ray
from c) each becomes an integral of terms of the size of the result.  As x - delta^2 G = z,

    E - Q = -(1/pi) Im int_{z_kappa} [(x - kappa)^2 G - 2 (x - kappa) z G] x' dz.

*The ray: learned modes.*  The integral of z^2 G_L, G_L the learned part of G = G_U + G_L, is that of Q.  By
z = x - delta^2 G the integrand plus z^2 G is (kappa - delta^2 G)^2 G x' + delta^2 z G^2 up to the
derivative of a function which is real at both ends.  G_U is real on the real axis right of c, and so is the
integral with G_U for G: subtracting that leaves, with q = kappa - delta^2 G_U,

    E      q^2 A + (delta^4 G_L^2 - 2 q delta^2 G_L) G x' + delta^2 z G_L (2 G_U + G_L)
    D      (z - q) [(2 G_U + G_L) G_L x' + delta^2 G_U^2 G_L'] + delta^2 G_L G^2 x'
    T      (z - q) A + delta^2 G_L G x'
    mass   A = G_L x' + delta^2 G_U G_L'

each proportional to G_L, of order M/d however small that is.  At infinity these are r/z (for T, after its
real limit M/d is dropped), and the quarter-circle from the ray to the real axis contributes r/2.

*The geodesic: the bulk, and the mode at the threshold.*  With z G = 1 + W, W = (1/d) sum_i s_i/(z - s_i): the
derivatives of x, (x - kappa)^2 and (x - kappa)^3 have integrals which are real at both ends.  Any real
multiple of them may be subtracted, so that only the excess of G and W over their values at c enters:

    E      [(x - kappa)^2 (G - G_c) - 2 (x - kappa) (W - W_c)] x'
    D      (x - kappa) (G^2 - G_c^2) x'
    T      (x - kappa) (G - G_c) x'
    mass   (G - G_c) x'

All differences are formed as divided differences, G - G_c = -(z - c) mean 1/((z - s)(c - s)), and x - kappa
alike from z_kappa.  So no digit is lost either where kappa = delta (2 - t) and D is of order t^(5/2), as it
is with few samples.  There kappa itself, in a floating-point number, does not say what D is; z_kappa does:
`scalars_at_angle` takes its angle instead of kappa.

In order: `Cut`, `cut_at`, `cut_at_angle`, `scalars`, `scalars_at_angle`, `scalars_of`, `sketch`,
`sketch_at_angle`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq

from numerics.errors import NotConverged
from numerics.free_convolution import (
    Preimage,
    at_angle,
    beyond_all,
    climb,
    geodesic,
    half_line,
    natural_unit,
    preimage,
)
from numerics.precision import DOUBLE, Arithmetic
from numerics.state_evolution import Scalars
from numerics.target import Target


@dataclass(frozen=True)
class _Leg:
    """What one leg of the path contributes to E, D, T and the mass."""

    error: Any
    freedom: Any
    mean: Any
    mass: Any


@dataclass(frozen=True)
class Cut:
    """An estimate f(x) = x - kappa for x > q, else 0, in a unit of the order of z_q.

    Attributes:
        target: the target.
        noise: delta.
        threshold: kappa.
        start: the preimage of q >= kappa, or any other real point of the gap of the support in which q lies.
        excess: q - kappa; 0 unless the network is narrow (`numerics.width`).
        unit: the unit of all these, a power of 2.
    """

    target: Target
    noise: Any
    threshold: Any
    start: Preimage
    excess: Any
    unit: Any


def cut_at(noise: Any, threshold: Any, target: Target) -> Cut:
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


def cut_at_angle(noise: Any, angle: Any, target: Target) -> Cut:
    """The same at the threshold whose preimage lies at an angle, between 0 and pi/2, above the real axis.

    Raises:
        NotConverged: no threshold next to the edge of the noise belongs to this angle.
    """
    unit = natural_unit(target.arithmetic, noise, noise)
    target, noise = target.in_units(unit), noise / unit
    start, threshold = at_angle(target, noise, angle)
    return Cut(target, noise, threshold, start, 0 * noise, unit)


def scalars(noise: Any, threshold: Any, target: Target) -> Scalars:
    """Scalar functions of the quadratic network at effective noise delta > 0 and threshold kappa > 0.

    Both are scalars of ``target.arithmetic``.  The results are good to a few dozen units of their last digit,
    at any dimension, for one pair (delta, kappa) within rounding of the given one.

    Raises:
        NotConverged: the place of the threshold among the eigenvalues was not resolved.

    A single eigenvalue far above noise and threshold is learned up to its shift: E = kappa^2 + delta^2, D =
    1.

    >>> result = scalars(0.03, 0.04, Target(dim=1, decay=1.0, scale=1.0))
    >>> print(f"{result.error:.12f} {result.degrees_of_freedom:.12f} {result.mean_size:.12f}")
    0.002500000000 1.000000000000 0.960000000000
    """
    with target.arithmetic.working():
        return scalars_of(cut_at(noise, threshold, target))


def scalars_at_angle(noise: Any, angle: Any, target: Target) -> Scalars:
    """The same at the threshold whose preimage lies at an angle, between 0 and pi/2, above the real axis.

    At small angles the threshold kappa = delta (2 - angle^2) is next to the noise's edge, where D goes like
    angle^5: in terms of kappa no digit of D may be left, in terms of the angle all are.

    Raises:
        NotConverged: no threshold next to the edge of the noise belongs to this angle.

    Noise alone: D = (8/(15 pi)) t^(5/2), E = delta^2 (16/(105 pi)) t^(7/2) at kappa = delta (2 - t).

    >>> result = scalars_at_angle(1.0, 1e-9, Target(dim=10**6, decay=2.0, scale=1e-160))
    >>> print(f"{result.degrees_of_freedom * 15 * np.pi / 8:.9e} {result.error * 105 * np.pi / 16:.9e}")
    1.000000000e-45 1.000000000e-63
    """
    with target.arithmetic.working():
        return scalars_of(cut_at_angle(noise, angle, target))


def scalars_of(cut: Cut) -> Scalars:
    """The scalar functions of an estimate, no longer in its unit."""
    arithmetic, halves, unit = cut.target.arithmetic, cut.start.split, cut.unit
    unlearned = slice(halves.above, None)
    s = halves.eigenvalues[unlearned]
    left_out = _dot(s * s, halves.weights[unlearned])
    ray = _ray(arithmetic, cut.start, cut.noise, cut.threshold)
    arc = _arc(arithmetic, cut.start, cut.noise, cut.excess)
    return Scalars(
        threshold=cut.threshold * unit,
        error=(left_out + ray.error + arc.error) * unit * unit,
        degrees_of_freedom=ray.freedom + arc.freedom,
        mean_size=(ray.mean + arc.mean) * unit,
        mass_above=ray.mass + arc.mass,
        learned_modes=cut.target.number_above(_emergence(cut.noise, cut.threshold, arithmetic)),
    )


def _emergence(noise: Any, threshold: Any, arithmetic: Arithmetic) -> Any:
    """Smallest eigenvalue s whose spike s + delta^2/s leaves the noise (s > delta) and exceeds kappa."""
    if threshold <= 2 * noise:
        return noise
    return (threshold + arithmetic.sqrt(threshold * threshold - 4 * noise * noise)) / 2


def _dot(matrix: Any, weights: Any) -> Any:
    """Matrix product; of no terms, 0 (for NumPy's objects that would be None)."""
    return matrix @ weights if len(weights) else matrix.sum(axis=-1)


def _ray(arithmetic: Arithmetic, start: Preimage, noise: Any, threshold: Any) -> _Leg:
    """Learned modes: the vertical ray from the origin c, closed by the quarter-circle at infinity."""
    halves, variance, kappa = start.split, noise * noise, threshold
    if halves.learned == 0:
        zero = threshold * 0
        return _Leg(zero, zero, zero, zero)
    sizes = abs(halves.distances)
    rho, weights = half_line(arithmetic, sizes.min(), sizes.max())
    z = arithmetic.complex(halves.origin, rho)
    above, below = slice(None, halves.above), slice(halves.above, None)
    means = _means_on_ray(arithmetic, rho, halves.distances[above])
    g_learned, slope_learned = means(halves.weights[above])
    w_learned, _ = means(halves.weights[above] * halves.eigenvalues[above])
    g_rest, slope_rest = _means_on_ray(arithmetic, rho, halves.distances[below])(halves.weights[below])
    g = g_rest + g_learned
    x_slope = 1 + variance * (slope_rest + slope_learned)
    q = kappa - variance * g_rest

    mass = g_learned * x_slope + variance * g_rest * slope_learned
    error = (
        q * q * mass
        + variance * g_learned * (variance * g_learned - 2 * q) * g * x_slope
        + variance * z * g_learned * (2 * g_rest + g_learned)
    )
    both = variance * g_learned * g * x_slope
    freedom = (z - q) * (
        (2 * g_rest + g_learned) * g_learned * x_slope + variance * g_rest * g_rest * slope_learned
    ) + both * g
    # z G_L = share + W_L: the limit of the integrand, real, is dropped.
    mean = (
        w_learned
        - q * g_learned
        + (z - q) * variance * (g_learned * (slope_rest + slope_learned) + g_rest * slope_learned)
        + both
    )

    def closed(integrand: Any, residue: Any) -> Any:
        return residue / 2 - (weights @ integrand).real / arithmetic.pi

    share = halves.share
    mean_learned = halves.weights[above] @ halves.eigenvalues[above]
    return _Leg(
        error=closed(error, share * (kappa * kappa + variance * (2 - share))),
        freedom=closed(freedom, share * (2 - share)),
        mean=closed(mean, mean_learned - kappa * share),
        mass=closed(mass, share),
    )


def _means_on_ray(arithmetic: Arithmetic, rho: Any, distances: Any) -> Callable[[Any], tuple[Any, Any]]:
    """For weights w_i, the sums of w_i/(z - s_i) at z = c + i rho and their derivatives with respect to z.

    In real arithmetic, four times as fast: 1/(z - s_i) = k (a/rho^2 - i/rho), k = 1/(1 + (a/rho)^2), a = c
    - s_i.
    """
    inverse = 1 / rho
    ratio = inverse[:, None] * distances
    k = 1 / (1 + ratio * ratio)
    k_squared = k * k

    def means(weights: Any) -> tuple[Any, Any]:
        even, odd = _dot(k, weights), inverse * _dot(k, weights * distances)
        even_slope = 2 * _dot(k_squared, weights) - even
        odd_slope = inverse * (2 * _dot(k_squared, weights * distances))
        return (
            arithmetic.complex(inverse * odd, -inverse * even),
            arithmetic.complex(inverse * (inverse * even_slope), inverse * (inverse * odd_slope)),
        )

    return means


def _arc(arithmetic: Arithmetic, found: Preimage, noise: Any, excess: Any) -> _Leg:
    """The bulk and the mode at the threshold: the geodesic from c to z_q (nothing if that is real)."""
    halves = found.split
    if not found.in_support:
        zero = noise * 0
        return _Leg(zero, zero, zero, zero)
    zeta, to_end, resolvent, weights = geodesic(arithmetic, found)
    rise, x_slope = climb(arithmetic, found, noise, to_end, resolvent)
    above = rise + excess  # x - kappa
    at_origin = halves.weights / halves.distances
    g = resolvent @ halves.weights
    g_rise = -zeta * (resolvent @ at_origin)
    w_rise = -zeta * (resolvent @ (at_origin * halves.eigenvalues))

    # The path runs from c to z_q, against the direction of the integrals above.
    def integral(integrand: Any) -> Any:
        return (weights @ integrand).imag / arithmetic.pi

    mass = g_rise * x_slope
    mean = above * mass
    return _Leg(
        error=integral(above * (mean - 2 * w_rise * x_slope)),
        freedom=integral(mean * (g + at_origin.sum())),
        mean=integral(mean),
        mass=integral(mass),
    )


def sketch(noise: float, threshold: float, target: Target, width: int | None = None) -> Scalars:
    """`scalars` to some ten per cent, in floats and tens of microseconds: only e and D.

    The modes s_i > delta whose spike x_i = s_i + delta^2/s_i lies above kappa are learned one by one, the
    noise is a semicircle: spike i has the error s_i^2 + f^2 - 2 s_i f (1 - delta^2/s_i^2), f = x_i - kappa,
    and 2 f/(d s_i) degrees of freedom; the semicircle has

        D_b = (8/pi) int_0^phi (cos t - cos phi) cos t sin^2 t dt,
        E_b = (8/pi) delta^2 int_0^phi (cos t - cos phi)^2 sin^2 t dt

    with kappa = 2 delta cos(phi).  Pairs of learned modes, counted twice, are counted once.  Of more than
    ``width`` modes and eigenvalues of the semicircle the largest are kept.

    >>> target = Target.of(400, 1.25)
    >>> rough, exact = sketch(0.5, 0.4, target), scalars(0.5, 0.4, target)
    >>> print(f"{rough.error:.2f} {exact.error:.2f}, {rough.degrees_of_freedom:.2f}")
    0.05 0.04, 0.26
    """
    angle = math.acos(threshold / (2 * noise)) if threshold < 2 * noise else 0.0
    return _sketch(noise, threshold, angle, target, width)


def sketch_at_angle(noise: float, angle: float, target: Target, width: int | None = None) -> Scalars:
    """`scalars_at_angle` likewise, at angles up to 1: beyond, the threshold itself is no worse."""
    if not 0 < angle < 1:
        raise NotConverged(f"no point of the noise's edge at the angle {angle:.3g}")
    return _sketch(noise, 2 * noise * math.cos(angle), angle, target, width)


def _sketch(noise: float, threshold: float, angle: float, target: Target, width: int | None) -> Scalars:
    modes = target.modes
    s, weights = modes.sizes, modes.weights / modes.dim
    ratio = (noise / s) ** 2
    spike = s * (1 + ratio)
    learned = (ratio < 1) & (spike > threshold)
    if width is not None:
        learned &= s >= target.size(width + 0.5)
    f = np.where(learned, spike - threshold, 0.0)
    share = float(weights @ learned)
    # s^2 + f^2 - 2 s f (1 - ratio), as a sum of positive terms: it may be far below s^2.
    shrunk = (threshold - s * ratio) ** 2 + 2 * s * f * ratio
    spikes_error = float(weights @ np.where(learned, shrunk, s * s))
    alignment = 2 * float(weights @ (f / s))

    left = math.inf if width is None else max(width / modes.dim - share, 0.0) / (1 - share)
    reach = min(angle, _angle_of_mass(left)) if left < 1 else angle
    nodes, gauss = DOUBLE.gauss_legendre(20)
    t, gauss = reach / 2 * (1 + nodes), reach / 2 * gauss
    rise = 2 * np.sin((angle + t) / 2) * np.sin((angle - t) / 2)
    sine_squared = np.sin(t) ** 2
    bulk_freedom = 8 / math.pi * float(gauss @ (rise * np.cos(t) * sine_squared))
    bulk_error = 8 / math.pi * noise**2 * float(gauss @ (rise**2 * sine_squared))
    free = (1 - share) ** 2
    return Scalars(
        threshold=threshold,
        error=spikes_error - (noise * share) ** 2 + free * bulk_error,
        degrees_of_freedom=(1 - share) * alignment + share**2 + free * bulk_freedom,
        mean_size=math.nan,
        mass_above=math.nan,
        learned_modes=math.nan,
    )


def _angle_of_mass(mass: float) -> float:
    """Angle phi right of which a mass (phi - sin(phi) cos(phi))/pi of the semicircle lies; pi/2 at most."""
    if mass >= 0.5:
        return math.pi / 2
    guess: float = (1.5 * math.pi * mass) ** (1 / 3)
    if guess < 1e-3:
        return guess
    return float(brentq(lambda t: t - math.sin(2 * t) / 2 - math.pi * mass, 0, math.pi / 2, xtol=1e-6))
