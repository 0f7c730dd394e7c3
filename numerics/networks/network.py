"""The networks this package knows: one declaration each, of scalar functions with a file of their own.

In order: `Network`, `NETWORKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, TypeAlias

from numerics.arithmetic.precision import Arithmetic
from numerics.equations.state_evolution import Chart, Posterior, ScalarFunctions, by_angle, by_ratio
from numerics.networks import diagonal, overlaps, posterior, quadratic, width
from numerics.networks.spectrum import (
    Spectrum,
    diagonal_noise_edge,
    diagonal_spectrum,
    quadratic_noise_edge,
    quadratic_spectrum,
)
from numerics.sums.target import Target

PosteriorVariance: TypeAlias = Callable[[Any, Target], Posterior]


@dataclass(frozen=True)
class Network:
    """What a network declares: one record, one file, one entry in `networks.NETWORKS`.

    Attributes:
        risk_per_error: c above; the excess risk is ``risk_per_error * error``.
        sample_unit: d -> how many samples make one effective sample: n_eff = n/sample_unit, A = c n_eff/d.
        charts: coordinates of the threshold, in the order in which they are tried.
        posterior_variance: (delta, target) -> error of the Bayes-optimal estimate, in parts.
        posterior_sketch: the same to some ten per cent in float64.
        irreducible_fraction: d -> what is left of 1 - D without noise in the Bayes-optimal estimate.
        narrowed: number of hidden units, below d -> the same network with that many; None if the width is d.
        scalars: (delta, kappa, target) -> scalar functions of the state evolution.
        noise_edge: (delta, d, arithmetic) -> what noise alone reaches, in the law of the noisy target.
        spectrum: (delta, kappa, target) -> law of the trained weights, in float64.
    """

    risk_per_error: int
    sample_unit: Callable[[int], int]
    charts: tuple[Chart, ...]
    posterior_variance: PosteriorVariance
    posterior_sketch: PosteriorVariance
    irreducible_fraction: Callable[[int], Fraction]
    narrowed: Callable[[int], Network] | None
    scalars: ScalarFunctions
    noise_edge: Callable[[Any, int, Arithmetic], Any]
    spectrum: Callable[[float, float, Target], Spectrum]


@lru_cache(maxsize=64)
def _narrow_quadratic(units: int) -> Network:
    """The quadratic network with fewer hidden units than inputs."""
    scalars = partial(width.scalars, width=units)
    return replace(
        NETWORKS["quadratic"],
        charts=(
            by_angle(
                partial(width.scalars_at_angle, width=units),
                partial(quadratic.sketch_at_angle, width=units),
                partial(overlaps.decomposition_at_angle, width=units),
                quadratic.INTERPOLATION,
            ),
            by_ratio(
                scalars,
                partial(quadratic.sketch, width=units),
                partial(overlaps.decomposition, width=units),
                quadratic.INTERPOLATION,
            ),
        ),
        scalars=scalars,
        spectrum=partial(quadratic_spectrum, width=units),
    )


NETWORKS: Mapping[str, Network] = MappingProxyType(
    {
        "diagonal": Network(
            risk_per_error=1,
            sample_unit=lambda dim: 1,
            charts=(
                by_ratio(diagonal.scalars, diagonal.sketch, diagonal.decomposition, diagonal.INTERPOLATION),
            ),
            posterior_variance=diagonal.posterior_variance,
            posterior_sketch=diagonal.posterior_variance,
            irreducible_fraction=lambda dim: Fraction(0),
            narrowed=None,
            scalars=diagonal.scalars,
            noise_edge=diagonal_noise_edge,
            spectrum=diagonal_spectrum,
        ),
        "quadratic": Network(
            risk_per_error=2,
            sample_unit=lambda dim: dim,
            charts=(
                by_angle(
                    quadratic.scalars_at_angle,
                    quadratic.sketch_at_angle,
                    overlaps.decomposition_at_angle,
                    quadratic.INTERPOLATION,
                ),
                by_ratio(
                    quadratic.scalars, quadratic.sketch, overlaps.decomposition, quadratic.INTERPOLATION
                ),
            ),
            posterior_variance=posterior.posterior_variance,
            posterior_sketch=posterior.sketch,
            irreducible_fraction=lambda dim: Fraction(
                1, dim
            ),  # the eigenvalues; what is learned are eigenvectors
            narrowed=_narrow_quadratic,
            scalars=quadratic.scalars,
            noise_edge=quadratic_noise_edge,
            spectrum=quadratic_spectrum,
        ),
    }
)
