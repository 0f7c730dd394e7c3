"""The free convolution against what one would do without it: draw the matrix, and diagonalise it.

The law of the eigenvalues of S* + delta GOE, for S* with eigenvalues sqrt(d) i^-gamma, is asked for the two
integrals of the state evolution, J = int_{x > kappa} (x - kappa)^2 dmu and T = int_{x > kappa} (x - kappa)
dmu.  Monte Carlo takes them from drawn matrices; its own error is what the tests allow it to be off.
"""

from typing import Any

import numpy as np
import pytest

from numerics import FreeConvolution

GAMMA, NOISE, THRESHOLD, DRAWS = 1.25, 1.0, 1.5, 10
MARK = "free convolution, against drawn matrices"


def eigenvalues(dim: int) -> np.ndarray:
    return np.sqrt(dim) * np.arange(1.0, dim + 1) ** -GAMMA


def drawn(dim: int, random: np.random.Generator) -> np.ndarray:
    """Eigenvalues of one matrix S* + delta GOE."""
    noise = random.standard_normal((dim, dim)) / np.sqrt(2 * dim)
    return np.linalg.eigvalsh(np.diag(eigenvalues(dim)) + NOISE * (noise + noise.T))


def moments(spectra: np.ndarray) -> np.ndarray:
    """J and T of each spectrum, shape (number of spectra, 2)."""
    above = np.maximum(spectra - THRESHOLD, 0)
    return np.stack([(above**2).mean(axis=-1), above.mean(axis=-1)], axis=-1)


def integrals(dim: int) -> np.ndarray:
    law = FreeConvolution.of_eigenvalues(eigenvalues(dim), noise=NOISE)
    powers = (lambda x: (x - THRESHOLD) ** 2, lambda x: x - THRESHOLD)
    return np.array([law.integral_above(power, THRESHOLD) for power in powers])


def monte_carlo(dim: int, draws: int) -> np.ndarray:
    random = np.random.default_rng(0)
    return moments(np.array([drawn(dim, random) for _ in range(draws)]))


@pytest.mark.parametrize("dim", [100, 400])
@pytest.mark.benchmark(group=MARK)
def test_integrals(benchmark: Any, dim: int) -> None:
    benchmark(integrals, dim)


@pytest.mark.parametrize("dim", [100, 400])
@pytest.mark.benchmark(group=MARK)
def test_one_dense_decomposition(benchmark: Any, dim: int) -> None:
    random = np.random.default_rng(0)
    benchmark.pedantic(drawn, (dim, random), rounds=5)


@pytest.mark.parametrize("dim", [100, 400])
@pytest.mark.benchmark(group=MARK)
def test_monte_carlo(benchmark: Any, dim: int) -> None:
    """Both integrals, within four standard errors and a bias of relative order 1/d."""
    values = benchmark.pedantic(monte_carlo, (dim, DRAWS), rounds=1)
    mean, error = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(DRAWS)
    exact = integrals(dim)
    assert np.all(np.abs(mean - exact) < 4 * error + exact / dim)
    benchmark.extra_info["relative_error"] = float(np.max(np.abs(mean / exact - 1)))


@pytest.mark.parametrize("dim", [100, 400])
@pytest.mark.benchmark(group="free convolution: the density at 1000 points")
def test_density(benchmark: Any, dim: int) -> None:
    law = FreeConvolution.of_eigenvalues(eigenvalues(dim), noise=NOISE)
    benchmark.pedantic(law.density, (np.linspace(-2.5, 2.5, 1000),), rounds=1)
