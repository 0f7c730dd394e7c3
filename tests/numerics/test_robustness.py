"""Quasi-random problems over everything the theory allows: solved to rounding, or refused in one sentence.

The seed is part of each test's name; scrambled Sobol points fill the nine dimensions evenly.
"""

from __future__ import annotations

import math

import pytest
from scipy.stats import qmc

from numerics import NotConverged, Problem, solve


def problems(seed: int, number: int) -> list[Problem]:
    """Gamma in (0.5, 5], n from 1e-3 to d^4, d to 1e30, lambda 0 or 1e-30..1e30, Delta 0 or 1e-20..1e10."""
    found = []
    for u in qmc.Sobol(8, seed=seed).random(number):
        estimator = ("erm", "erm", "ridge", "bayes")[int(4 * u[1])]
        dim = int(10 ** (30 * u[3]))
        weight_decay = 0.0 if u[5] < 0.1 else 10 ** (60 * (u[5] - 0.1) / 0.9 - 30)
        found.append(
            Problem(
                ("diagonal", "quadratic")[int(2 * u[0])],
                gamma=0.5 + 4.5 * (1 - u[2]),
                samples=10 ** (-3 + u[4] * (3 + 4 * math.log10(max(dim, 2)))),
                dim=dim,
                weight_decay=None if estimator == "bayes" else weight_decay,
                noise_variance=0.0 if u[6] < 0.1 else 10 ** (30 * (u[6] - 0.1) / 0.9 - 20),
                target=("raw", "unit")[int(2 * u[7])],
                estimator=estimator,
            )
        )
    return found


@pytest.mark.parametrize(
    ("seed", "number"), [(1, 64), pytest.param(2, 256, marks=pytest.mark.slow)], ids="seed {}".format
)
def test_every_problem_is_solved_or_refused(seed: int, number: int) -> None:
    """Warnings are errors here; whatever is not `NotConverged` fails the test."""
    refused = 0
    for problem in problems(seed, number):
        try:
            solution = solve(problem)
        except NotConverged:
            refused += 1
            continue
        assert solution.residual <= 1e-12, problem
        assert 0 <= solution.excess_risk < math.inf, problem
        assert 0 <= solution.degrees_of_freedom <= 1 + 1e-12, problem
        assert math.fsum(solution.decomposition.values()) == pytest.approx(solution.excess_risk, rel=1e-10)
    # measured: 0 of 64 (seed 1), 4 of 256 (seed 2): NotConverged, most by the mass check of quadratic Bayes
    assert refused <= number // 50
