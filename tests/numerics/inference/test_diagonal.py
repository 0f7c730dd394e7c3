"""The likelihood of coefficients, against sums over modes by SciPy."""

import math

import numpy as np
import pytest
from scipy import stats

from numerics.inference.diagonal import (
    _at_zero,
    _densities,
    _draws,
    _log_densities,
    fit,
    log_likelihood,
)
from numerics.inference.family import Setting, on_family, point_at, slopes_of

SETTING = Setting("diagonal", 300, 400, 0.1, "raw")
UNIT = Setting("diagonal", 300, 50, 0.1, "unit")
AT = np.array([1.25, 0.1, -0.3, 0.0])


def test_likelihood_is_that_of_the_mixture() -> None:
    point = point_at(UNIT, AT)
    sizes, counts = np.array([2.0, 0.5]), np.array([1, 3])
    sigma = np.hypot(point.sizes, point.noise)
    kappa = point.threshold
    expected = 46 * math.log(np.mean(1 - 2 * stats.norm.sf(kappa / sigma)))
    for size, count in zip(sizes, counts, strict=True):
        expected += count * math.log(np.mean(2 * stats.norm.pdf(size + kappa, scale=sigma)))
    assert log_likelihood(point, sizes, counts) == pytest.approx(expected, rel=1e-12, abs=0)


def test_groups_of_modes_cost_little() -> None:
    point = point_at(SETTING, AT)
    sizes = np.array([20.0, 3.0, 1.0, 0.1])
    sigma, kappa = np.hypot(point.sizes, point.noise), point.threshold
    expected = 396 * math.log(np.mean(1 - 2 * stats.norm.sf(kappa / sigma)))
    expected += sum(math.log(np.mean(2 * stats.norm.pdf(size + kappa, scale=sigma))) for size in sizes)
    assert log_likelihood(point, sizes, np.ones(4)) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("setting", [SETTING, UNIT, Setting("diagonal", 300, 400, 0.1, None)])
def test_scores_are_derivatives(setting: Setting) -> None:
    sizes = np.array([3.0, 0.2])

    def logs(theta: np.ndarray) -> np.ndarray:
        at = point_at(setting, theta)
        return np.array([*_densities(at, sizes + at.threshold)[0], math.log(_at_zero(at)[0])])

    at = AT.copy()
    # with a scale of its own, a normalisation no longer follows gamma
    expected = slopes_of(logs, at)[:, : 4 if setting.target is None else 3]
    point = point_at(setting, at)
    found = np.vstack([_densities(point, sizes + point.threshold)[1].T, _at_zero(point)[1]])
    assert found[:, : expected.shape[1]] == pytest.approx(expected, abs=1e-6)


def test_draws_have_the_law() -> None:
    """Scores, errors and degrees of freedom are centred, and the scores scatter less than the information."""
    point = on_family(SETTING, np.array([1.0, 0.0]))
    draws = _draws(point, 400, np.random.default_rng(0))
    for values in (*draws.scores[:, :3].T, draws.errors, draws.freedoms):
        assert abs(values.mean()) < 4 * values.std() / math.sqrt(400)
    for k in range(3):
        assert draws.scores[:, k].var() < 1.2 * draws.information[k, k]


def test_many_sizes_are_compared_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """The estimates stay within errors of the truth."""
    setting = Setting("diagonal", 1000.0, 800, 0.5, "raw")
    point = on_family(setting, np.array([1.0, -0.5]))
    random = np.random.default_rng(3)
    noisy = np.abs(point.sizes * random.standard_normal(800) + point.noise * random.standard_normal(800))
    sizes = np.sort(np.maximum(noisy - point.threshold, 0))[::-1]
    monkeypatch.setattr("numerics.inference.diagonal._MOST_SIZES", 100)
    found = fit(setting, sizes[sizes > 0])
    assert np.count_nonzero(sizes) > 200
    assert found.posterior.free == pytest.approx([1.0, -0.5], abs=0.15)
    assert found.probability > 0.01


@pytest.mark.parametrize("noise", [-3.0, 0.1])
def test_densities_of_many_sizes_are_interpolated(noise: float) -> None:
    """The errors are below 1e-3 each, and cancel in the likelihood of them all."""
    point = point_at(SETTING, np.array([1.25, noise, -0.3, 0.0]))
    for y in (np.geomspace(1e-3, 80, 1000), np.full(1000, 2.0)):
        off = _log_densities(point, y) - _densities(point, y)[0]
        assert np.max(np.abs(off)) < 1e-3
        assert abs(off.sum()) < 0.01
