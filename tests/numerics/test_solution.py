from __future__ import annotations

import math
import pickle
from collections.abc import Callable
from dataclasses import replace

import mpmath
import numpy as np
import pytest

from numerics import InvalidProblem, NotConverged, Problem, solve
from numerics.networks.network import NETWORKS


@pytest.mark.parametrize("network", NETWORKS)
def test_the_decomposition_sums_to_the_risk(
    network: str, phase: str, in_phase: Callable[..., Problem]
) -> None:
    solution = solve(in_phase(network, phase, 300))
    assert math.fsum(solution.decomposition.values()) == pytest.approx(solution.excess_risk, rel=1e-12, abs=0)
    assert all(abs(part) <= 1.5 * solution.excess_risk for part in solution.decomposition.values())


@pytest.mark.parametrize("estimator", ["erm", "bayes", "ridge"])
def test_a_decomposition_travels_by_itself(estimator: str, in_phase: Callable[..., Problem]) -> None:
    # as pool.map(lambda p: solve(p).decomposition, ...) sends it home
    problem = replace(
        in_phase("quadratic", "V", 50),
        estimator=estimator,
        weight_decay=None if estimator == "bayes" else 0.1,
    )
    solution = solve(problem)
    parts = solution.decomposition
    copy = pickle.loads(pickle.dumps(parts))
    assert copy == parts
    copy.clear()
    assert pickle.loads(pickle.dumps(solution)).decomposition == parts
    assert type(parts) is dict


@pytest.mark.parametrize("digits", [None, 20])
@pytest.mark.parametrize("network", NETWORKS)
def test_parts_that_do_not_sum_to_the_risk_are_refused(
    network: str, digits: int | None, in_phase: Callable[..., Problem]
) -> None:
    solution = solve(in_phase(network, "V", 50), digits=digits)
    planted = solution.excess_risk * (1 + mpmath.mpf(10) ** (-10 if digits is None else -18))
    with pytest.raises(NotConverged, match="the parts of the excess risk"):
        _ = replace(solution, excess_risk=planted).decomposition


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("phase", "part"), [("Ib", "unlearned"), ("III", "learned"), ("V", "overfitting")])
def test_each_part_dominates_its_phase(
    network: str, phase: str, part: str, in_phase: Callable[..., Problem]
) -> None:
    solution = solve(in_phase(network, phase, 10**8))
    assert solution.decomposition[part] > 0.55 * solution.excess_risk


@pytest.mark.parametrize("network", NETWORKS)
def test_the_spectrum_is_that_of_the_solution(network: str, in_phase: Callable[..., Problem]) -> None:
    """Mass one, and the mean absolute weight which the training loss counts."""
    solution = solve(in_phase(network, "V", 100))
    spectrum = solution.spectrum()
    risk_per_error = NETWORKS[network].risk_per_error
    decay = solution.problem.weight_decay
    shrink = decay / risk_per_error / solution.threshold
    mean_size = (solution.train_loss - risk_per_error / 2 * (solution.effective_noise * shrink) ** 2) / decay
    right = min(spectrum.right_edge, 300.0)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    t = (np.arange(200)[:, None] + (1 + nodes) / 2).ravel() / 200
    x, weights = right * t**2, right * 2 * t * np.tile(weights / 400, 200)
    sides = 2 if network == "diagonal" else 1
    density = spectrum.density(x)
    assert spectrum.atom + sides * weights @ density == pytest.approx(1, abs=1e-4)
    assert sides * weights @ (x * density) == pytest.approx(mean_size, rel=1e-3, abs=0)


def test_what_is_not_there_is_said() -> None:
    problem = Problem("quadratic", gamma=1.25, samples=5000, dim=100, weight_decay=0.1, noise_variance=0.5)
    with pytest.raises(InvalidProblem, match="estimator"):
        solve(replace(problem, estimator="ridge")).spectrum()
