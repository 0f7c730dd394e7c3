"""What a network declares, and the networks of this package.

In order: `Network`, `NETWORKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any

from numerics.arithmetic.precision import Arithmetic
from numerics.equations.posterior_equation import PosteriorVariance
from numerics.equations.recovery import (
    Recovery,
    bilinear_recovery,
    diagonal_recovery,
    quadratic_recovery,
)
from numerics.equations.state_equations import Coordinate, ScalarFunctions, by_angle, by_ratio
from numerics.networks import (
    bilinear,
    diagonal,
    overlaps,
    posterior,
    quadratic,
    quadratic_approximation,
    width,
)
from numerics.networks.spectrum import (
    Spectrum,
    diagonal_noise_edge,
    diagonal_spectrum,
    quadratic_noise_edge,
    quadratic_spectrum,
)
from numerics.sums.explicit import AnyTarget


@dataclass(frozen=True)
class Network:
    """What a network declares: one record, with scalar functions in a file of their own.

    Attributes:
        risk_per_error: c = R/e; the excess risk is ``risk_per_error * error``.
        sample_unit: d -> how many samples make one effective sample: n_eff = n/sample_unit.
        observations: m, how many independent outputs of a sample are fitted; A = m c n_eff/d.
        coordinates: coordinates of the threshold, in the order in which they are tried.
        posterior_variance: (delta, target) -> error of the Bayes-optimal estimate, in parts; None where that
            is not known.
        posterior_approximation: the same to some ten per cent in float64.
        irreducible_fraction: target -> what is left of 1 - D without noise in the Bayes-optimal estimate.
        recovery: target -> how the limit of vanishing weight decay recovers it at full width.
        narrowed: number of hidden units, below d -> the same network with that many; None if the width is d.
        scalars: (delta, kappa, target) -> scalar functions of the state equations.
        noise_edge: (delta, d, arithmetic) -> largest noise in the law of the noisy target.
        spectrum: (delta, kappa, target) -> law of the trained weights, in float64.
    """

    risk_per_error: int
    sample_unit: Callable[[int], int]
    observations: int
    coordinates: tuple[Coordinate, ...]
    posterior_variance: PosteriorVariance | None
    posterior_approximation: PosteriorVariance | None
    irreducible_fraction: Callable[[AnyTarget], Fraction]
    recovery: Callable[[AnyTarget], Recovery]
    narrowed: Callable[[int], Network] | None
    scalars: ScalarFunctions
    noise_edge: Callable[[Any, int, Arithmetic], Any]
    spectrum: Callable[[float, float, AnyTarget], Spectrum]


_DIAGONAL = Network(
    risk_per_error=1,
    sample_unit=lambda dim: 1,
    observations=1,
    coordinates=(
        by_ratio(
            diagonal.scalars, diagonal.approximate_scalars, diagonal.decomposition, diagonal.INTERPOLATION
        ),
    ),
    posterior_variance=diagonal.posterior_variance,
    posterior_approximation=diagonal.posterior_variance,
    # coefficients that are 0
    irreducible_fraction=lambda target: target.zero_fraction,
    recovery=lambda target: diagonal_recovery(1 - target.zero_fraction),
    narrowed=None,
    scalars=diagonal.scalars,
    noise_edge=diagonal_noise_edge,
    spectrum=diagonal_spectrum,
)


@lru_cache(maxsize=64)
def _quadratic(units: int | None) -> Network:
    """The quadratic network with fewer hidden units than inputs; None for as many."""
    of_width = partial(partial, width=units)
    scalars = of_width(width.scalars)
    return Network(
        risk_per_error=2,
        sample_unit=lambda dim: dim,
        observations=1,
        coordinates=(
            by_angle(
                of_width(width.scalars_at_angle),
                of_width(quadratic_approximation.approximate_scalars_at_angle),
                of_width(overlaps.decomposition_at_angle),
                quadratic.INTERPOLATION,
            ),
            by_ratio(
                scalars,
                of_width(quadratic_approximation.approximate_scalars),
                of_width(overlaps.decomposition),
                quadratic.INTERPOLATION,
            ),
        ),
        posterior_variance=posterior.posterior_variance,
        posterior_approximation=posterior.approximation,
        # the eigenvalues are known, and there is nothing to learn of eigenvectors of the same one
        irreducible_fraction=lambda target: target.same_fraction,
        recovery=lambda target: quadratic_recovery(1 - target.zero_fraction),
        narrowed=_quadratic,
        scalars=scalars,
        noise_edge=quadratic_noise_edge,
        spectrum=of_width(quadratic_spectrum),
    )


_BILINEAR = Network(
    risk_per_error=1,
    sample_unit=lambda dim: dim,
    observations=1,
    coordinates=(
        by_angle(
            bilinear.scalars_at_angle,
            bilinear.approximate_scalars_at_angle,
            bilinear.decomposition_at_angle,
            bilinear.INTERPOLATION,
        ),
        by_ratio(
            bilinear.scalars, bilinear.approximate_scalars, bilinear.decomposition, bilinear.INTERPOLATION
        ),
    ),
    posterior_variance=None,
    posterior_approximation=None,
    irreducible_fraction=lambda target: Fraction(0),
    recovery=lambda target: bilinear_recovery(1 - target.zero_fraction),
    narrowed=None,
    scalars=bilinear.scalars,
    noise_edge=quadratic_noise_edge,
    spectrum=bilinear.bilinear_spectrum,
)

# T = 2 tokens: (T^2 + T - 2)/2 scores are independent once their mean is removed
_ATTENTION = replace(_quadratic(None), observations=2, narrowed=None)

NETWORKS: Mapping[str, Network] = MappingProxyType(
    {
        "diagonal": _DIAGONAL,
        "quadratic": _quadratic(None),
        "bilinear": _BILINEAR,
        "attention": _ATTENTION,
    }
)
