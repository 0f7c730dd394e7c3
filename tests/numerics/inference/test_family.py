"""The laws that samples, dimension and weight decay allow."""

import math
from dataclasses import replace

import numpy as np
import pytest

from numerics import Problem, solve
from numerics.inference.family import (
    NAMES,
    Setting,
    answers,
    loss_information,
    loss_likelihood,
    on_family,
    point_at,
    slopes_of,
)

PROBLEMS = [
    Problem("diagonal", gamma=1.25, samples=300, dim=400, weight_decay=0.1, noise_variance=0.5),
    Problem("diagonal", gamma=1.0, samples=900, dim=400, weight_decay=3, noise_variance=2, target="unit"),
    Problem("quadratic", gamma=1.25, samples=1800, dim=60, weight_decay=0.5, noise_variance=0.5),
    Problem("quadratic", gamma=1.5, samples=3600, dim=60, weight_decay=10, noise_variance=0.5),
    Problem(
        "quadratic", gamma=0.8, samples=360, dim=60, weight_decay=0.01, noise_variance=0.1, target="unit"
    ),
]


def setting_of(problem: Problem, **changes: object) -> Setting:
    setting = Setting(
        problem.network, problem.samples, problem.dim, float(problem.weight_decay), problem.target
    )
    return replace(setting, **changes)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_solutions_lie_on_the_family(problem: Problem) -> None:
    """Given gamma and delta of a solution, one of the two equations gives all the rest of it."""
    solution = solve(problem)
    setting = setting_of(problem)
    point = on_family(setting, np.array([problem.gamma, math.log(solution.effective_noise)]))
    found = dict(zip(NAMES, answers(setting, point), strict=True))
    for name in ("effective_noise", "threshold", "learned_modes", "excess_risk"):
        assert found[name] == pytest.approx(getattr(solution, name), rel=1e-6, abs=0)
    assert found["noise_variance"] == pytest.approx(problem.noise_variance, rel=1e-6, abs=0)
    assert found["test_error"] == pytest.approx(
        solution.excess_risk + problem.noise_variance, rel=1e-6, abs=0
    )


@pytest.mark.parametrize("problem", PROBLEMS)
def test_training_loss_is_likeliest_at_the_solution(problem: Problem) -> None:
    """Its width is that of log kappa where D is off by the scatter, at the same delta."""
    solution = solve(problem)
    setting = setting_of(problem, ratio=solution.effective_noise / solution.threshold)
    free = np.array([problem.gamma, math.log(solution.effective_noise)])
    scatter, step = 1e-3, np.array([0.0, 1e-2])
    logs = [loss_likelihood(setting, on_family(setting, free + k * step), scatter) for k in (-1, 0, 1)]
    assert logs[1] > max(logs[0], logs[2])
    point = on_family(setting, free)
    more = replace(setting, samples=setting.samples * (1 + scatter / setting.capacity))  # A + scatter
    width = math.log(point.threshold / on_family(more, free).threshold)
    direction = np.array([0.0, 1.0, -1.0, 0.0])
    found = loss_information(setting, point, scatter)
    assert found == pytest.approx(np.outer(direction, direction) / width**2, rel=0.01, abs=1e-12)


def test_threshold_is_the_same_from_any_start() -> None:
    setting = setting_of(PROBLEMS[4])
    free = np.array([1.0, -2.0])
    plain = on_family(setting, free).threshold
    for near in (1e-12, 1e-3, 1.0, 1e6):
        assert on_family(setting, free, near).threshold == pytest.approx(plain, rel=1e-8, abs=0)


@pytest.mark.parametrize("decay", [1e-7, 1e-30, 1e-60])
def test_threshold_that_weight_decay_does_not_determine(decay: float) -> None:
    """Below interpolation it stays where it is as weight decay vanishes, far above lambda/A."""
    free = np.array([1.25, 0.1])
    setting = replace(setting_of(PROBLEMS[0]), weight_decay=1e-9)
    expected = on_family(setting, free).threshold
    found = on_family(replace(setting, weight_decay=decay), free)
    # it moves with lambda/kappa over the slope of D, both of order 1
    assert found.threshold == pytest.approx(expected, rel=1e-5, abs=0)
    assert found.scalars.degrees_of_freedom == pytest.approx(setting.capacity, rel=1e-5, abs=0)


def test_scale_multiplies_the_target() -> None:
    """With weight decay and noise multiplied too, all that has units is, and the risk by the square."""
    setting = setting_of(PROBLEMS[2], target=None)
    larger = replace(setting, weight_decay=3 * setting.weight_decay)
    one = answers(setting, on_family(setting, np.array([1.25, -0.5, 0.2])))
    other = answers(larger, on_family(larger, np.array([1.25, -0.5 + math.log(3), 0.2 + math.log(3)])))
    units = np.array([1, 3, 3, 1, 9, 9, 9, 3])
    assert other == pytest.approx(units * one, rel=1e-8, abs=0)


def test_point_at_and_coordinates_are_inverse() -> None:
    setting = setting_of(PROBLEMS[0], target=None)
    coordinates = np.array([1.1, -0.3, 0.4, 0.1])
    assert point_at(setting, coordinates).coordinates == pytest.approx(coordinates, abs=1e-14)


def test_slopes_of_a_known_function() -> None:
    slopes = slopes_of(lambda x: np.array([x[0] * x[1], math.exp(x[0])]), np.array([0.5, 2.0]))
    assert slopes == pytest.approx(np.array([[2.0, 0.5], [math.exp(0.5), 0.0]]), abs=1e-7)
