"""The posterior variance of a power-law matrix against rho^3, drawn matrices, and its own complement."""

from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

from numerics.arithmetic.precision import multiprecision, to_mpf
from numerics.networks.posterior import approximation, posterior_variance
from numerics.sums.target import Target


def density(s: np.ndarray, noise: float, x: float) -> float:
    """Density of mu from the root of the polynomial x(z) = x in the upper half-plane."""
    mean_of_others = [np.poly(np.delete(s, i)) for i in range(len(s))]
    polynomial = np.polyadd(
        np.polymul([1.0, -x], np.poly(s)), noise**2 / len(s) * np.sum(mean_of_others, axis=0)
    )
    return max(np.roots(polynomial).imag.max(), 0.0) / (np.pi * noise**2)


@pytest.mark.parametrize(("dim", "noise"), [(2, 0.1), (2, 0.6), (3, 0.3), (4, 0.05), (5, 0.4), (6, 3.0)])
def test_the_known_form_with_the_cube_of_the_density(dim: int, noise: float) -> None:
    target = Target(dim, 1.0, 1.0)
    s = target.modes.sizes
    reach = np.linspace(s.min() - 2.1 * noise, s.max() + 2.1 * noise, 4001)
    rough = np.array([density(s, noise, x) for x in reach])
    edges = reach[1:][(rough[1:] > 0) != (rough[:-1] > 0)]
    pieces = [reach[0], *edges, reach[-1]]
    cubes = sum(
        quad(lambda x: density(s, noise, x) ** 3, left, right, epsabs=1e-6 * noise**-2, limit=400)[0]
        for left, right in pairwise(pieces)
    )
    posterior = posterior_variance(noise, target)
    known = 4 * np.pi**2 / 3 * noise**4 * cubes
    assert posterior.complement == pytest.approx(known, rel=1e-5, abs=0)
    assert posterior.error == pytest.approx(noise**2 - known, rel=1e-4, abs=0)


@pytest.mark.parametrize(
    ("dim", "decay", "noise"),
    [
        (1, 1.0, 0.25),
        (50, 0.6, 20.0),
        (50, 1.25, 0.02),
        (400, 1.25, 0.5),
        (10**4, 1.25, 0.1),
        (10**8, 1.25, 1.0),
        (10**6, 1.25, 16.07),
        (10**12, 1.25, 31.5482),  # the noise ends in a shoulder next to an eigenvalue
        (10**13, 3.56, 1.2318e-10),  # in a shoulder between two bands, one of them a hundred times higher
        (4 * 10**8, 0.94, 7e-9),  # bands that merge up to the last mode, whose neighbourhood is like no other
        (10**12, 0.6, 1.0),
        pytest.param(10**30, 1.25, 1.0, marks=pytest.mark.slow),
        pytest.param(10**30, 0.75, 1e-6, marks=pytest.mark.slow),
    ],
)
def test_error_and_complement_make_the_noise(dim: int, decay: float, noise: float) -> None:
    """E and (4/3) int v^2 dmu are integrals of different functions: their sum is a test of both."""
    posterior = posterior_variance(noise, Target.of(dim, decay))
    assert posterior.error + posterior.complement == pytest.approx(noise**2, rel=3e-14, abs=0)
    assert min(posterior.learned, posterior.unlearned) >= 0


def test_an_oracle_with_the_eigenvectors_of_a_drawn_matrix() -> None:
    """The best estimate with given eigenvectors v has the eigenvalues v^T S* v."""
    dim, noise, rng = 500, 0.7, np.random.default_rng(3)
    target = Target.of(dim, 1.25)
    s = target.size(np.arange(1.0, dim + 1))
    errors, learned = [], []
    for _ in range(3):
        gauss = rng.standard_normal((dim, dim))
        _, vectors = np.linalg.eigh(np.diag(s) + noise * (gauss + gauss.T) / np.sqrt(2 * dim))
        best = (vectors**2 * s[:, None]).sum(axis=0)
        variances = (vectors**2 * (s[:, None] - best) ** 2).sum(axis=0)
        errors.append((np.sum(s**2) - np.sum(best**2)) / dim)
        learned.append(np.mean(variances**2) / noise**2)
    posterior = posterior_variance(noise, target)
    assert np.mean(errors) == pytest.approx(posterior.error, rel=0.02, abs=0)
    # a few eigenvectors make up most of it, and their overlaps are drawn: measured 0.6 to 6 per cent off
    assert np.mean(learned) == pytest.approx(posterior.learned, rel=0.05, abs=0)


def test_thirty_digits_are_those_of_forty() -> None:
    values = []
    for bits in (112, 150):
        arithmetic = multiprecision(bits)
        with arithmetic.working():
            target = Target.of(12, Fraction(5, 4), "raw", arithmetic)
            posterior = posterior_variance(arithmetic.real(Fraction(1, 2)), target)
            values.append([to_mpf(x) for x in (posterior.learned, posterior.unlearned, posterior.complement)])
    with mpmath.workdps(40):
        assert all(abs(short / long - 1) < mpmath.mpf(10) ** -30 for short, long in zip(*values, strict=True))
    in_double = posterior_variance(0.5, Target.of(12, 1.25))
    for value, expected in zip(values[0], (in_double.learned, in_double.unlearned), strict=False):
        assert float(value) == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize("noise", [1e-3, 0.5, 1.0, 30.0])
def test_the_approximation_is_rough_only(noise: float) -> None:
    target = Target.of(400, 1.25)
    assert approximation(noise, target).error == pytest.approx(
        posterior_variance(noise, target).error, rel=0.4, abs=0
    )
