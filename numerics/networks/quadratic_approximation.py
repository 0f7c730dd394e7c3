r"""The quadratic network to some ten per cent, in floats and microseconds: only e and D.

The modes s_i > delta whose outlier x_i = s_i + delta^2/s_i lies above kappa are learned one by one, and the
noise is a semicircle.  With f = x_i - kappa, outlier i has 2 f/(d s_i) degrees of freedom and the error

    s_i^2 + f^2 - 2 s_i f (1 - delta^2/s_i^2)
        = kappa^2 + 2 delta^2 - 4 kappa delta^2/s_i + 3 delta^4/s_i^2;

the semicircle has, with kappa = 2 delta cos(phi),

    D_b = (8/pi) int_0^phi (cos t - cos phi) cos t sin^2 t dt,
    E_b = (8/pi) delta^2 int_0^phi (cos t - cos phi)^2 sin^2 t dt.

Pairs of learned modes, counted twice, are counted once.

Functions, in order: `approximate_scalars`, `approximate_scalars_at_angle`.
"""

from __future__ import annotations

import math

from scipy.optimize import brentq

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE
from numerics.equations.state_equations import Scalars
from numerics.networks.quadratic import bbp_threshold
from numerics.sums.explicit import AnyTarget


def approximate_scalars(
    noise: float, threshold: float, target: AnyTarget, width: int | None = None, signs: int = 1
) -> Scalars:
    """`quadratic.scalars` approximated.

    Of more than ``width`` modes and eigenvalues of the semicircle the largest are kept; of the semicircle, a
    half or, for ``signs`` 2, both halves.

    >>> from numerics.sums.target import Target
    >>> from numerics.networks.quadratic import scalars
    >>> target = Target.of(400, 1.25)
    >>> rough, exact = approximate_scalars(0.5, 0.4, target), scalars(0.5, 0.4, target)
    >>> print(f"{rough.error:.2f} {exact.error:.2f}, {rough.degrees_of_freedom:.2f}")
    0.05 0.04, 0.25
    """
    noise, threshold = float(noise), float(threshold)
    angle = math.acos(threshold / (2 * noise)) if threshold < 2 * noise else 0.0
    return _approximated(noise, threshold, angle, target, width, signs)


def approximate_scalars_at_angle(
    noise: float, angle: float, target: AnyTarget, width: int | None = None, signs: int = 1
) -> Scalars:
    """`quadratic.scalars_at_angle` approximated, at angles up to 1: beyond, kappa itself is no worse."""
    if not 0 < angle < 1:
        raise NotConverged(f"no point of the edge of the bulk at the angle {angle:.3g}")
    noise, angle = float(noise), float(angle)
    return _approximated(noise, 2 * noise * math.cos(angle), angle, target, width, signs)


def _approximated(
    noise: float, threshold: float, angle: float, target: AnyTarget, width: int | None, signs: int
) -> Scalars:
    smallest = float(bbp_threshold(noise, threshold, DOUBLE))
    if width is not None:
        smallest = max(smallest, float(target.size(width + 0.5)))
    share, inverse, inverse_square, rest = target.coarse_sums.above(smallest)
    variance = noise * noise
    outliers_error = (
        (threshold * threshold + 2 * variance) * share
        - 4 * threshold * variance * inverse
        + 3 * variance * variance * inverse_square
        + rest
    )
    alignment = max(2 * (share - threshold * inverse + variance * inverse_square), 0.0)

    left = math.inf if width is None else max(width / target.dim - share, 0.0) / (1 - share)
    reach = min(angle, _angle_of_mass(left)) if left < 1 else angle
    bulk_freedom, bulk_error = _semicircle(angle, reach)
    free = signs * (1 - share) ** 2
    return Scalars(
        threshold=threshold,
        error=outliers_error - (noise * share) ** 2 + free * noise**2 * bulk_error,
        degrees_of_freedom=(1 - share) * alignment + share**2 + free * bulk_freedom,
        mean_size=math.nan,
        mass_above=math.nan,
        learned_modes=math.nan,
    )


def _semicircle(angle: float, reach: float) -> tuple[float, float]:
    """D_b and E_b/delta^2 of the part 0 < t < reach <= phi of a semicircle."""
    rise = 2 * math.sin(angle / 2) ** 2
    if reach < 0.05:
        freedom = reach**3 * (rise / 3 - reach**2 / 10)
        error = reach**3 * (rise**2 / 3 - rise * reach**2 / 5 + reach**4 / 28)
    else:
        cosine, cubic = math.cos(angle), math.sin(reach) ** 3 / 3
        quartic = reach / 8 - math.sin(4 * reach) / 32
        freedom = quartic - cosine * cubic
        error = quartic - 2 * cosine * cubic + cosine**2 * (reach / 2 - math.sin(2 * reach) / 4)
    return 8 / math.pi * freedom, 8 / math.pi * error


def _angle_of_mass(mass: float) -> float:
    """Angle phi right of which a mass (phi - sin(phi) cos(phi))/pi of the semicircle lies; pi/2 at most."""
    if mass >= 0.5:
        return math.pi / 2
    guess: float = (1.5 * math.pi * mass) ** (1 / 3)
    if guess < 1e-3:
        return guess
    return float(brentq(lambda t: t - math.sin(2 * t) / 2 - math.pi * mass, 0, math.pi / 2, xtol=1e-6))
