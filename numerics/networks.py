"""The networks this package knows: one declaration each, of scalar functions with a file of their own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from numerics import diagonal, quadratic
from numerics.free_convolution import TargetSpectrum
from numerics.spectrum import diagonal_spectrum, quadratic_spectrum
from numerics.state_evolution import Network, Scalars
from numerics.target import Target


def _quadratic_scalars(noise: Any, threshold: Any, target: Target) -> Scalars:
    found = quadratic.scalars(_spectrum(target), noise, threshold)
    return Scalars(
        error=found.matrix_error,
        degrees_of_freedom=found.degrees_of_freedom,
        mean_size=found.mean_spectrum,
        learned_modes=target.number_above(_emergence(noise, threshold, target)),
        decomposition={
            "unlearned": found.unlearned,
            "learned": found.learned,
            "overfitting": found.overfitting,
        },
    )


def _emergence(noise: Any, threshold: Any, target: Target) -> Any:
    """Smallest eigenvalue s whose spike s + delta^2/s leaves the noise (s > delta) and exceeds kappa."""
    if threshold <= 2 * noise:
        return noise
    return (threshold + target.arithmetic.sqrt(threshold * threshold - 4 * noise * noise)) / 2


def _quadratic_sketch(noise: Any, threshold: Any, target: Target) -> Scalars:
    error, freedom = quadratic.crude_scalars(_spectrum(target), noise, threshold)
    return Scalars(error, freedom, mean_size=math.nan, learned_modes=math.nan, decomposition={})


def _spectrum(target: Target) -> TargetSpectrum:
    return TargetSpectrum(target.dim, target.decay, target.scale, target.arithmetic)


NETWORKS: Mapping[str, Network] = MappingProxyType(
    {
        "diagonal": Network(
            copies=1,
            capacity=lambda samples, dim: samples / dim,
            scalars=diagonal.scalars,
            sketch=diagonal.sketch,
            has_width=False,
            spectrum=diagonal_spectrum,
        ),
        "quadratic": Network(
            copies=2,
            capacity=lambda samples, dim: 2 * samples / dim**2,
            scalars=_quadratic_scalars,
            sketch=_quadratic_sketch,
            has_width=True,
            spectrum=quadratic_spectrum,
        ),
    }
)
