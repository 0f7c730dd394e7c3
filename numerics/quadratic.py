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
alike from z_kappa.  So no digit is lost either where kappa = delta (2 - t) and D is of order t^(5/2): the
results are those of a kappa one rounding away, the same one for all of them.

Functions, in order: `Scalars`, `scalars`, `crude_scalars`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.free_convolution import Preimage, TargetSpectrum, geodesic, half_line, preimage, split
from numerics.precision import DOUBLE, Arithmetic


@dataclass(frozen=True)
class Scalars:
    """Scalar functions of (delta, kappa), in the arithmetic they were computed in.

    Attributes:
        matrix_error: E; the excess risk is 2 E.
        degrees_of_freedom: D, between 0 and 1.
        mean_spectrum: T, mean eigenvalue of the estimate.
        mass_above: fraction of non-zero eigenvalues.
        unlearned: sum of s_i^2/d over the modes below the threshold.
        learned: error on the modes above it (shrinkage, misalignment, noise along them).
        overfitting: error of the noise left above the threshold; the three sum to E.
        preimage: point of Biane's curve at kappa, the best ``start`` for a nearby (delta, kappa).
    """

    matrix_error: Any
    degrees_of_freedom: Any
    mean_spectrum: Any
    mass_above: Any
    unlearned: Any
    learned: Any
    overfitting: Any
    preimage: Any


@dataclass(frozen=True)
class _Leg:
    """What one leg of the path contributes to E, D, T and the mass."""

    error: Any
    freedom: Any
    mean: Any
    mass: Any


def scalars(spectrum: TargetSpectrum, noise: Any, threshold: Any, start: Any = None) -> Scalars:
    """E, D and T at effective noise delta = ``noise`` and threshold kappa = ``threshold``, both > 0.

    All results are good to a few dozen units of their last digit, at any dimension, for one pair (delta,
    kappa) within rounding of the given one.

    Args:
        spectrum: the target; its arithmetic is that of the results, and of ``noise`` and ``threshold``.
        noise: delta.
        threshold: kappa.
        start: complex number near z_kappa, such as ``preimage`` of an earlier result; saves time only.

    Raises:
        NotConverged: the place of the threshold among the eigenvalues was not resolved.

    A single eigenvalue far above noise and threshold is learned up to its shift: E = kappa^2 + delta^2, D =
    1.

    >>> result = scalars(TargetSpectrum(dim=1, decay=1.0, scale=1.0), noise=0.03, threshold=0.04)
    >>> print(f"{result.matrix_error:.12f} {result.degrees_of_freedom:.12f} {result.mean_spectrum:.12f}")
    0.002500000000 1.000000000000 0.960000000000
    """
    arithmetic = spectrum.arithmetic
    with arithmetic.working():
        if threshold >= spectrum.scale + 2 * noise:  # beyond the largest eigenvalue and the noise added to it
            zero, target = threshold * 0, spectrum.mean_square
            return Scalars(target, zero, zero, zero, target, zero, zero, preimage=threshold)
        spectrum, unit = spectrum.in_natural_units(noise, threshold)
        noise, threshold = noise / unit, threshold / unit
        found = preimage(spectrum, noise, threshold, None if start is None else start / unit)
        halves = found.split
        unlearned = slice(halves.above, None)
        s = halves.eigenvalues[unlearned]
        left_out = _dot(s * s, halves.weights[unlearned])
        ray = _ray(arithmetic, found, noise, threshold)
        arc = _arc(arithmetic, found, noise)
        return Scalars(
            matrix_error=(left_out + ray.error + arc.error) * unit * unit,
            degrees_of_freedom=ray.freedom + arc.freedom,
            mean_spectrum=(ray.mean + arc.mean) * unit,
            mass_above=ray.mass + arc.mass,
            unlearned=left_out * unit * unit,
            learned=ray.error * unit * unit,
            overfitting=arc.error * unit * unit,
            preimage=found.point * unit,
        )


def _dot(matrix: Any, weights: Any) -> Any:
    """Matrix product; of no terms, 0 (for NumPy's objects that would be None)."""
    return matrix @ weights if len(weights) else matrix.sum(axis=-1)


def _ray(arithmetic: Arithmetic, found: Preimage, noise: Any, threshold: Any) -> _Leg:
    """Learned modes: the vertical ray from the origin c, closed by the quarter-circle at infinity."""
    halves, variance, kappa = found.split, noise * noise, threshold
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


def _arc(arithmetic: Arithmetic, found: Preimage, noise: Any) -> _Leg:
    """The bulk and the mode at the threshold: the geodesic from c to z_kappa (nothing if that is real)."""
    halves, variance = found.split, noise * noise
    if not found.in_support:
        zero = noise * 0
        return _Leg(zero, zero, zero, zero)
    zeta, to_end, resolvent, weights = geodesic(arithmetic, found)
    at_end, at_origin = halves.weights / found.separations, halves.weights / halves.distances
    g = resolvent @ halves.weights
    x_slope = 1 - variance * ((resolvent * resolvent) @ halves.weights)
    above = to_end * (1 - variance * (resolvent @ at_end))  # x - kappa
    g_rise = -zeta * (resolvent @ at_origin)
    w_rise = -zeta * (resolvent @ (at_origin * halves.eigenvalues))

    # The path runs from c to z_kappa, against the direction of the integrals above.
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


def crude_scalars(spectrum: TargetSpectrum, noise: float, threshold: float) -> tuple[float, float]:
    """E and D to some ten per cent, in floats and tens of microseconds: a starting point.

    The modes s_i > delta whose spike x_i = s_i + delta^2/s_i lies above kappa are learned one by one, the
    noise is a semicircle: spike i has the error s_i^2 + f^2 - 2 s_i f (1 - delta^2/s_i^2), f = x_i - kappa,
    and 2 f/(d s_i) degrees of freedom; the semicircle has

        D_b = (8/pi) int_0^phi (cos t - cos phi) cos t sin^2 t dt,
        E_b = (8/pi) delta^2 int_0^phi (cos t - cos phi)^2 sin^2 t dt

    with kappa = 2 delta cos(phi).  Pairs of learned modes, counted twice, are counted once.

    >>> error, freedom = crude_scalars(TargetSpectrum.of(400, 1.25), 0.5, 0.4)
    >>> exact = scalars(TargetSpectrum.of(400, 1.25), 0.5, 0.4)
    >>> print(f"{error:.2f} {exact.matrix_error:.2f}, {freedom:.2f} {exact.degrees_of_freedom:.2f}")
    0.05 0.04, 0.26 0.26
    """
    modes = split(spectrum.in_double(), 0)
    s, weights = modes.eigenvalues, modes.weights
    ratio = (noise / s) ** 2
    spike = s * (1 + ratio)
    learned = (ratio < 1) & (spike > threshold)
    f = np.where(learned, spike - threshold, 0.0)
    share = float(weights @ learned)
    # s^2 + f^2 - 2 s f (1 - ratio), as a sum of positive terms: it may be far below s^2.
    shrunk = (threshold - s * ratio) ** 2 + 2 * s * f * ratio
    spikes_error = float(weights @ np.where(learned, shrunk, s * s))
    alignment = 2 * float(weights @ (f / s))

    bulk_error = bulk_freedom = 0.0
    if threshold < 2 * noise:
        phi = math.acos(threshold / (2 * noise))
        nodes, gauss = DOUBLE.gauss_legendre(20)
        t, gauss = phi / 2 * (1 + nodes), phi / 2 * gauss
        rise = 2 * np.sin((phi + t) / 2) * np.sin((phi - t) / 2)
        sine_squared = np.sin(t) ** 2
        bulk_freedom = 8 / math.pi * float(gauss @ (rise * np.cos(t) * sine_squared))
        bulk_error = 8 / math.pi * noise**2 * float(gauss @ (rise**2 * sine_squared))
    free = (1 - share) ** 2
    return (
        spikes_error - (noise * share) ** 2 + float(free * bulk_error),
        (1 - share) * alignment + share**2 + free * bulk_freedom,
    )


