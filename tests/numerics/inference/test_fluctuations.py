"""Errors by linear response, against solutions of the state equations next to the one at hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize

from numerics import Problem, solve
from numerics.inference.family import NAMES, Setting, answers, on_family, point_at
from numerics.inference.fluctuations import Draws, mean_squares

PROBLEMS = [
    Problem("diagonal", gamma=1.25, samples=300, dim=400, weight_decay=0.1, noise_variance=0.5),
    Problem("quadratic", gamma=1.25, samples=1800, dim=60, weight_decay=0.5, noise_variance=0.5),
]
COUNT = 40_000
# of a mean of that many squares of normal numbers, three standard errors
SAMPLING = 3 * math.sqrt(2 / COUNT)


def free_of(problem: Problem) -> tuple[Setting, np.ndarray]:
    setting = Setting(problem.network, problem.samples, problem.dim, float(problem.weight_decay), "raw")
    return setting, np.array([problem.gamma, math.log(solve(problem).effective_noise)])


def still(**changes: np.ndarray) -> Draws:
    zeros = np.zeros(COUNT)
    given = {"information": np.eye(4), "scores": np.zeros((COUNT, 4)), "errors": zeros, "freedoms": zeros}
    return Draws(**{**given, **changes})


@pytest.mark.parametrize("problem", PROBLEMS)
def test_residuals_move_the_solution_like_label_noise(problem: Problem) -> None:
    """A mean square of the residuals 1 + eps times its mean is a noise variance larger by eps (R + Delta)."""
    setting, free = free_of(problem)
    full, _ = mean_squares(setting, free, still(), np.random.default_rng(0))
    step = 1e-4
    solutions = [solve(replace(problem, noise_variance=0.5 + sign * step)) for sign in (-1, 1)]
    test_error = solve(problem).excess_risk + 0.5
    for name in ("effective_noise", "excess_risk", "learned_modes"):
        below, above = (getattr(solution, name) for solution in solutions)
        moved = (above - below) / (2 * step) * test_error * math.sqrt(2 / problem.samples)
        assert full[NAMES.index(name)] == pytest.approx(moved**2, rel=SAMPLING + 1e-3, abs=0)
    assert full[NAMES.index("gamma")] == pytest.approx(0, abs=1e-20)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_weights_of_larger_error_move_the_solution_like_label_noise(problem: Problem) -> None:
    setting, free = free_of(problem)
    errors = np.full(COUNT, 1e-3)
    quiet = replace(setting, samples=setting.samples)
    full, _ = mean_squares(quiet, free, still(errors=errors), np.random.default_rng(0))
    none, _ = mean_squares(quiet, free, still(), np.random.default_rng(0))
    step = 1e-4
    solutions = [solve(replace(problem, noise_variance=0.5 + sign * step)) for sign in (-1, 1)]
    per_error = setting.architecture.risk_per_error
    below, above = (solution.effective_noise for solution in solutions)
    moved = (above - below) / (2 * step) * per_error * 1e-3
    place = NAMES.index("effective_noise")
    # the mean is added to the scatter of the residuals, whose mean over the draws is not quite 0
    noise = 6 * moved * math.sqrt(none[place] / COUNT)
    assert full[place] - none[place] == pytest.approx(moved**2, rel=1e-3, abs=noise)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_scores_of_the_variance_of_the_information(problem: Problem) -> None:
    """Without fluctuations of the data set, errors are those that the information gives."""
    setting, free = free_of(problem)
    root = np.random.default_rng(1).standard_normal((4, 4)) + 3 * np.eye(4)
    scores = np.random.default_rng(2).standard_normal((COUNT, 4)) @ root.T
    many = replace(setting, samples=setting.samples)
    draws = still(information=root @ root.T, scores=scores)
    full, by_information = mean_squares(many, free, draws, np.random.default_rng(3))
    still_only, _ = mean_squares(many, free, still(), np.random.default_rng(3))
    place = NAMES.index("gamma")
    assert full[place] == pytest.approx(by_information[place], rel=SAMPLING, abs=0)
    place = NAMES.index("excess_risk")
    assert full[place] - still_only[place] == pytest.approx(by_information[place], rel=2 * SAMPLING, abs=1e-5)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_errors_are_those_of_solved_equations(problem: Problem) -> None:
    """One draw: the state equations with rho and nu solved, then the family's nearest law searched."""
    solution = solve(problem)
    setting, free = free_of(problem)
    size = 1e-4
    rho, nu, scores = 0.3 * size, -0.7 * size, size * np.array([[50.0, -30.0, 20.0, 0.0]])
    root = np.random.default_rng(1).standard_normal((4, 4)) + 3 * np.eye(4)
    information = 10 * root @ root.T
    centre = np.array([problem.gamma, math.log(solution.effective_noise), math.log(solution.threshold), 0.0])

    def equations(xy: np.ndarray) -> list[float]:
        at = point_at(setting, np.array([problem.gamma, *xy, 0.0]))
        noise_variance = problem.noise_variance / setting.architecture.risk_per_error
        variance = setting.capacity * at.noise**2
        freedom = setting.capacity - float(at.scalars.degrees_of_freedom) - setting.decay / at.threshold
        return [variance - float(at.scalars.error) - rho - noise_variance, freedom - nu]

    training = centre.copy()
    training[1:3] = optimize.root(equations, centre[1:3], tol=1e-12).x
    observed = training + np.linalg.solve(information, scores[0])

    def distance(u: np.ndarray) -> np.ndarray:
        return np.linalg.cholesky(information).T @ (on_family(setting, u).coordinates - observed)

    nearest = on_family(setting, optimize.least_squares(distance, free, xtol=1e-14, ftol=1e-14, gtol=1e-14).x)
    expected = answers(setting, nearest) - answers(setting, point_at(setting, centre))
    draws = Draws(information, scores, np.array([rho]), np.array([nu]))
    full, _ = mean_squares(setting, free, draws, Silent())
    assert np.sqrt(full) == pytest.approx(np.abs(expected), rel=0.02, abs=1e-6)


class Silent:
    """Random numbers that are 0."""

    def standard_normal(self, size: int) -> np.ndarray:
        return np.zeros(size)
