"""The posterior of known densities."""

import math

import numpy as np
import pytest

from numerics import NotConverged
from numerics.inference.family import NAMES, Point, Setting, on_family
from numerics.inference.posterior import Mode, Thresholds, mode_of, posterior_of

SIZES = np.array([5.0, 2.0, 1.0])
SETTING = Setting("diagonal", 300, 400, 0.1, "raw")


def gaussian(centre: tuple[float, float], widths: tuple[float, float], correlation: float = 0.0):
    """A density in 1/gamma and log delta."""

    def logarithm(point: Point) -> float:
        x = (1 / point.gamma - centre[0]) / widths[0]
        y = (math.log(point.noise) - centre[1]) / widths[1]
        return -(x * x + y * y - 2 * correlation * x * y) / (2 * (1 - correlation**2))

    return logarithm


@pytest.mark.parametrize("widths", [(0.03, 0.05), (0.003, 0.3), (1e-4, 1e-4)])
@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_gaussian_density(widths: tuple[float, float], correlation: float) -> None:
    density = gaussian((0.8, 0.3), widths, correlation)
    mode = mode_of(SETTING, SIZES, density)
    assert 1 / mode.free[0] == pytest.approx(0.8, abs=0.3 * widths[0] + 1e-3)
    posterior = posterior_of(SETTING, density, mode)
    # of some 60 to 150 independent points: four standard errors
    assert posterior.independent >= 60
    assert 1 / posterior.free[0] == pytest.approx(0.8, abs=4 * widths[0] / math.sqrt(60))
    assert posterior.free[1] == pytest.approx(0.3, abs=4 * widths[1] / math.sqrt(60))
    noise = NAMES.index("effective_noise")
    s2 = widths[1] ** 2
    expected = math.exp(2 * 0.3 + s2) * math.expm1(s2)  # of the lognormal law
    assert posterior.variances[noise] == pytest.approx(expected, rel=0.5, abs=0)


def test_no_noise_variance_is_negative() -> None:
    """Where the density alone would have it negative, the prior keeps it at 0."""
    density = gaussian((0.8, -2.5), (0.01, 0.3))
    posterior = posterior_of(SETTING, density, mode_of(SETTING, SIZES, density))
    risk, noise = (posterior.means[NAMES.index(name)] for name in ("excess_risk", "noise_variance"))
    assert noise > -0.1 * risk


def test_a_density_without_a_mode_raises() -> None:
    random = np.random.default_rng(0)
    with pytest.raises(NotConverged, match="points only"):
        posterior_of(SETTING, lambda point: 1e6 * random.random(), Mode(np.array([1.25, 0.3]), np.eye(2)))


@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_spread_is_the_root_of_the_covariance(correlation: float) -> None:
    """Of a Gaussian density, from the points that the search for its mode has visited."""
    widths = np.array([0.01, 0.05])
    mode = mode_of(SETTING, SIZES, gaussian((0.8, 0.3), (0.01, 0.05), correlation))
    found = mode.spread @ mode.spread.T / np.outer(widths, widths)
    # the quadratic is exact but for the accuracy of the thresholds, on which this density does not depend
    assert found == pytest.approx(np.array([[1, correlation], [correlation, 1]]), abs=1e-3)


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_thresholds_near_others_are_those_of_a_full_search(network: str) -> None:
    setting = Setting(network, 300 if network == "diagonal" else 5000, 100, 0.1, "raw")
    random, thresholds = np.random.default_rng(0), Thresholds(setting)
    for number in range(40):
        inverse = np.array([0.8, -0.3]) + 0.1 * random.standard_normal(2)
        found = thresholds.law(inverse, 1e-4)
        if number % 5 == 0:
            exact = on_family(setting, np.array([1 / inverse[0], inverse[1]]))
            # of second order in a step below 1e-4
            assert found.threshold == pytest.approx(exact.threshold, rel=1e-7, abs=0)
            assert found.scalars.error == pytest.approx(exact.scalars.error, rel=1e-7, abs=0)
            assert found.scalars.mean_size == pytest.approx(exact.scalars.mean_size, rel=1e-7, abs=0)
