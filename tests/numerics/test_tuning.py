from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import InvalidProblem, NotConverged, Problem, optimal_weight_decay, solve
from numerics.networks.network import NETWORKS
from numerics.sums.target import Target


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("samples_exponent", "dim"), [(0.4, 200), (0.9, 200), (1.7, 200), (0.5, 10**8)])
def test_no_other_weight_decay_does_better(network: str, samples_exponent: float, dim: int) -> None:
    samples = float(dim) ** (samples_exponent + NETWORKS[network].risk_per_error - 1)
    problem = Problem(network, gamma=1.25, samples=samples, dim=dim, weight_decay=1.0, noise_variance=0.5)
    weight_decay, best = optimal_weight_decay(problem)
    assert best == solve(replace(problem, weight_decay=weight_decay))
    for factor in np.logspace(-4, 4, 33):
        other = solve(replace(problem, weight_decay=weight_decay * float(factor)))
        assert other.excess_risk >= best.excess_risk * (1 - 1e-12)


@pytest.mark.parametrize("network", NETWORKS)
def test_the_optimum_scales_with_the_target(network: str) -> None:
    raw = Target.of(70, 1.25, "raw")
    q = math.sqrt(float(raw.mean_square))
    unit, _ = optimal_weight_decay(
        Problem(network, gamma=1.25, samples=2000, dim=70, weight_decay=1, noise_variance=0.2, target="unit")
    )
    same, _ = optimal_weight_decay(
        Problem(network, gamma=1.25, samples=2000, dim=70, weight_decay=1, noise_variance=0.2 * q**2)
    )
    assert unit == pytest.approx(same / q, rel=1e-4, abs=0)


def test_the_given_weight_decay_plays_no_part() -> None:
    found = [
        optimal_weight_decay(
            Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=x, noise_variance=0.5)
        )[0]
        for x in (1e-6, 10.0)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(("network", "samples"), [("diagonal", 3000), ("quadratic", 50 * 7)])
def test_without_noise_none_may_be_best(network: str, samples: int) -> None:
    problem = Problem(
        network,
        gamma=1.25,
        samples=samples,
        dim=1000 if network == "diagonal" else 50,
        weight_decay=1,
        noise_variance=0,
    )
    weight_decay, best = optimal_weight_decay(problem)
    assert weight_decay == 0
    for other in (1e-8, 1e-3):
        assert best.excess_risk <= solve(replace(problem, weight_decay=other)).excess_risk * (1 + 1e-10)


def test_without_noise_some_may_be_best() -> None:
    problem = Problem("diagonal", gamma=1.25, samples=7, dim=50, weight_decay=1, noise_variance=0)
    weight_decay, best = optimal_weight_decay(problem)
    assert weight_decay > 0
    assert best.excess_risk < 0.99 * solve(replace(problem, weight_decay=0)).excess_risk


def test_bayes_has_nothing_to_tune() -> None:
    with pytest.raises(InvalidProblem, match="bayes"):
        optimal_weight_decay(Problem("diagonal", gamma=1.25, samples=300, dim=1000, estimator="bayes"))


@pytest.mark.slow
@settings(max_examples=15)
@given(
    network=st.sampled_from(sorted(NETWORKS)),
    gamma=st.fractions(Fraction(51, 100), 3),
    log_dim=st.floats(0, 12),
    log_samples=st.floats(-1, 15),
    noise=st.sampled_from([0.01, 1.0, 100.0]),
    target=st.sampled_from(["raw", "unit"]),
)
def test_tuned_training_is_never_worse_than_predicting_zero(
    network: str, gamma: Fraction, log_dim: float, log_samples: float, noise: float, target: str
) -> None:
    """However much noise there is, and few samples: enough weight decay gives the zero predictor."""
    dim = int(10**log_dim)
    samples = 10**log_samples * NETWORKS[network].sample_unit(dim)
    _, best = optimal_weight_decay(
        Problem(
            network,
            gamma=gamma,
            samples=samples,
            dim=dim,
            weight_decay=1,
            noise_variance=noise,
            target=target,
        )
    )
    zero_predictor = NETWORKS[network].risk_per_error * Target.of(dim, gamma, target).mean_square
    assert best.excess_risk <= zero_predictor * (1 + 1e-12)


@pytest.mark.parametrize("estimator", ["erm", "ridge"])
@pytest.mark.parametrize("parameter", ["gamma", "samples", "noise_variance"])
def test_what_float64_does_not_hold_is_named(estimator: str, parameter: str) -> None:
    given = {"gamma": 1.25, "samples": 300, "noise_variance": 1, parameter: 10**400}
    problem = Problem("diagonal", **given, dim=1000, weight_decay=1, estimator=estimator)
    with pytest.raises(NotConverged, match=f"{parameter}=1.0e.400: must lie|beyond the range of float64"):
        optimal_weight_decay(problem)
