"""The statistics of eigenvalues, against matrices."""

import math

import numpy as np
import pytest

from numerics.inference.family import Setting, on_family
from numerics.inference.quadratic import Statistics, _drawn, degrees_of_freedom, outlier_locations

SETTING = Setting("quadratic", 1800, 60, 0.5, "raw")
POINT = on_family(SETTING, np.array([1.25, math.log(0.6)]))
COUNT = 300


@pytest.fixture(scope="module")
def drawn():
    return _drawn(POINT, COUNT, np.random.default_rng(0))


def test_degrees_of_freedom_are_a_divergence() -> None:
    """(2/d^2) times the divergence of Y -> (Y - kappa)_+ on symmetric matrices."""
    random = np.random.default_rng(0)
    y = random.standard_normal((5, 5))
    y = y + y.T

    def soft(matrix: np.ndarray) -> np.ndarray:
        x, v = np.linalg.eigh(matrix)
        return (v * np.maximum(x - 0.3, 0)) @ v.T

    divergence, step = 0.0, 1e-6
    for i in range(5):
        for j in range(i + 1):
            unit = np.zeros((5, 5))
            unit[i, j] = unit[j, i] = 1 if i == j else 1 / math.sqrt(2)
            change = (soft(y + step * unit) - soft(y - step * unit)) / (2 * step)
            divergence += np.sum(change * unit)
    found = degrees_of_freedom(np.linalg.eigvalsh(y), 0.3)
    assert found == pytest.approx(2 * divergence / 25, rel=1e-7, abs=0)


def test_degrees_of_freedom_are_those_of_the_law(drawn) -> None:
    """Up to order 1/d."""
    mean = drawn.freedoms.mean()
    assert mean == pytest.approx(float(POINT.scalars.degrees_of_freedom), rel=3 / 60, abs=0)
    assert drawn.errors.mean() == pytest.approx(float(POINT.scalars.error), rel=3 / 60, abs=0)


def test_errors_are_those_of_matrices() -> None:
    """The mean square of S - S*, formed from matrices, of the first draw."""
    random = np.random.default_rng(5)
    gaussian = np.random.default_rng(5).standard_normal((60, 60))
    found = _drawn(POINT, 1, random)
    y = np.diag(POINT.sizes) + (gaussian + gaussian.T) * POINT.noise / math.sqrt(120)
    x, v = np.linalg.eigh(y)
    s = (v * np.maximum(x - POINT.threshold, 0)) @ v.T
    assert found.errors[0] == pytest.approx(np.sum((s - np.diag(POINT.sizes)) ** 2) / 60, rel=1e-12, abs=0)


def test_outliers_lie_where_matrices_have_them(drawn) -> None:
    """Closer than the asymptotic formula, whose error is of order 1/d."""
    found = outlier_locations(POINT, 3)
    means = drawn.eigenvalues[:, :3].mean(axis=0)
    error = 4 * drawn.eigenvalues[:, :3].std(axis=0) / math.sqrt(COUNT)
    assert np.all(np.abs(found - means) < error)


def test_means_are_those_of_draws_once_measured(drawn) -> None:
    many = Setting("quadratic", 10**12, 60, 0.5, "raw")  # without what finite n_eff adds
    statistics = Statistics(many, 3, np.eye(3))
    observed = np.array([statistics.of(x) for x in drawn.eigenvalues])
    plain, measured = statistics.means(POINT), statistics.measured(drawn)
    # number, sum and sum of squares to order 1 of some 20, by the limit law
    assert plain[3:] == pytest.approx(observed[:, 3:].mean(axis=0), abs=0.3)
    assert measured.means(POINT)[3:] == pytest.approx(observed[:, 3:].mean(axis=0), rel=1e-9, abs=0)
    units = np.array([1, POINT.noise, POINT.noise**2])
    spread = np.sqrt(np.diag(measured.covariance)) * units
    assert np.all(spread >= 0.99 * observed[:, 3:].std(axis=0))


def test_only_outliers_apart_are_compared_one_by_one() -> None:
    statistics = Statistics(SETTING, 1, np.eye(3))
    count = statistics.at(POINT, 24).outliers
    s, width = POINT.sizes, 2 * POINT.noise * math.sqrt(2 / 60)
    assert 1 < count < 8
    assert np.all(s[: count - 1] - s[1:count] > width)
    assert statistics.at(POINT, 2).outliers == 2
    nothing = on_family(SETTING, np.array([1.25, math.log(20)]))  # noise above the largest mode
    assert statistics.at(nothing, 24).outliers == 0
