"""The samples that a risk takes: beyond them the risk stays below, just before them it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from numerics import InvalidProblem, NotConverged, Problem, optimal_weight_decay, samples_for, solve

DIAGONAL = Problem("diagonal", gamma=1.25, samples=1, dim=1000, weight_decay=1e-3, noise_variance=0.5)
QUADRATIC = Problem("quadratic", gamma=1.25, samples=1, dim=100, weight_decay=1e-3, noise_variance=0.5)
PROBLEMS = {
    "diagonal": DIAGONAL,
    "quadratic": QUADRATIC,
    "strong decay": replace(QUADRATIC, weight_decay=10),
    "no decay": replace(DIAGONAL, weight_decay=0),
    "few units": replace(QUADRATIC, width=20),
    "ridge": replace(DIAGONAL, estimator="ridge"),
    "Bayes": replace(DIAGONAL, estimator="bayes", weight_decay=None),
    "own sizes": replace(DIAGONAL, gamma=None, target=[30.0, 20.0, 10.0]),
}


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("risk", [0.3, 0.02])
def test_the_risk_crosses_there_for_the_last_time(name, risk):
    problem = PROBLEMS[name]
    samples, solution = samples_for(problem, risk)
    assert solution.problem == replace(problem, samples=samples)
    assert solution.excess_risk == pytest.approx(risk, rel=1e-6, abs=0)
    assert solve(replace(problem, samples=samples / 1.001)).excess_risk > risk
    beyond = samples * np.geomspace(1.0001, 1e6, 12)
    assert all(solve(replace(problem, samples=n)).excess_risk < risk for n in beyond)


def test_far_beyond_the_peak_noise_alone_is_left():
    # R = Delta d/n, of relative error d/n
    samples, _ = samples_for(DIAGONAL, 1e-6)
    assert samples == pytest.approx(0.5 * 1000 / 1e-6, rel=1e-5, abs=0)


def test_what_is_reached_before_the_peak_does_not_count():
    low = solve(replace(QUADRATIC, samples=300)).excess_risk
    peak = solve(replace(QUADRATIC, samples=2500)).excess_risk
    assert low < 2.5 < peak
    samples, _ = samples_for(QUADRATIC, 2.5)
    assert samples > 2500


@pytest.mark.slow
def test_a_peak_of_small_weight_decay_is_not_stepped_over():
    # 20 units peak where the data have as many degrees of freedom, in a range of samples that one step holds
    narrow = replace(QUADRATIC, width=20, weight_decay=1e-9)
    samples, _ = samples_for(narrow, 2.0)
    crowded = np.geomspace(samples * 1.0001, samples * 100, 40)
    assert max(solve(replace(narrow, samples=n)).excess_risk for n in crowded) < 2.0
    assert solve(replace(narrow, samples=samples * 0.999)).excess_risk > 2.0


@pytest.mark.parametrize(
    "problem",
    [pytest.param(DIAGONAL, id="diagonal"), pytest.param(QUADRATIC, id="quadratic", marks=pytest.mark.slow)],
)
def test_with_the_best_weight_decay_it_takes_fewest(problem):
    tuned, solution = samples_for(problem, 0.05, weight_decay="tuned")
    assert solution.excess_risk == pytest.approx(0.05, rel=1e-6, abs=0)
    assert optimal_weight_decay(replace(problem, samples=0.99 * tuned))[1].excess_risk > 0.05
    for decay in (1e-3, 1.0):
        assert samples_for(replace(problem, weight_decay=decay), 0.05)[0] > tuned
    assert samples_for(replace(problem, estimator="bayes", weight_decay=None), 0.05)[0] < tuned


@pytest.mark.slow
def test_the_samples_and_decay_of_the_problem_play_no_part():
    there = samples_for(DIAGONAL, 0.05)
    assert samples_for(replace(DIAGONAL, samples=10**7), 0.05) == there
    tuned = samples_for(DIAGONAL, 0.05, weight_decay="tuned")
    assert samples_for(replace(DIAGONAL, weight_decay=7), 0.05, weight_decay="tuned") == tuned


def test_at_any_dimension():
    large = replace(QUADRATIC, dim=10**30, weight_decay=1e-30)
    samples, solution = samples_for(large, 1e-4)
    assert solution.excess_risk == pytest.approx(1e-4, rel=1e-6, abs=0)
    assert samples > 1e60


@pytest.mark.parametrize("risk", [0, -1, 2.0, float("nan"), "0.1", None, True])
def test_a_risk_that_there_is_not_is_refused(risk):
    with pytest.raises(InvalidProblem, match=r"^risk=.*: must be a number above 0 and below 1.34147"):
        samples_for(DIAGONAL, risk)


@pytest.mark.parametrize("choice", ["best", None, 0.1])
def test_other_choices_are_refused(choice):
    with pytest.raises(InvalidProblem, match=r"^weight_decay=.*: must be "):
        samples_for(DIAGONAL, 0.1, weight_decay=choice)


def test_an_estimator_without_weight_decay_has_none_to_tune():
    with pytest.raises(InvalidProblem, match=r"^weight_decay=.*: must be .fixed. for estimator .bayes."):
        samples_for(PROBLEMS["Bayes"], 0.1, weight_decay="tuned")


def test_where_no_number_is_enough_it_says_so():
    """Five units leave the energy of the modes beyond the fifth, at any number of samples."""
    narrow = Problem(
        "quadratic", gamma=1.25, samples=1, dim=400, width=5, weight_decay=0.01, noise_variance=0.5
    )
    with pytest.raises(NotConverged, match=r"^risk=0.05: the excess risk is still above at samples=1e\+300"):
        samples_for(narrow, 0.05)


def test_without_noise_and_decay_a_risk_below_the_jump_takes_recovery():
    """A = 2 n/d^2 = 1: the risk falls from 1.56e-3 to 0 there, and solutions just below fail."""
    noiseless = replace(QUADRATIC, weight_decay=0, noise_variance=0)
    samples, solution = samples_for(noiseless, 1e-3)
    assert (samples, solution.excess_risk) == (5000, 0)
    assert solve(replace(noiseless, samples=4999.9999)).excess_risk > 1.5e-3
    early, above = samples_for(noiseless, 0.3)
    assert early < 5000
    assert above.excess_risk == pytest.approx(0.3, rel=1e-6, abs=0)


def test_without_noise_and_decay_the_risk_of_the_diagonal_network_has_no_jump():
    noiseless = replace(DIAGONAL, weight_decay=0, noise_variance=0)
    for risk in (0.02, 1e-8):
        samples, solution = samples_for(noiseless, risk)
        assert samples < 1000
        assert solution.excess_risk == pytest.approx(risk, rel=1e-6, abs=0)
        assert solve(replace(noiseless, samples=samples * (1 - 1e-7))).excess_risk > risk


def test_few_modes_are_recovered_early():
    """Three of 1000 modes: from 3 * 2 log(1000/3) samples or so on, far fewer than 1000."""
    few = replace(PROBLEMS["own sizes"], weight_decay=0, noise_variance=0)
    samples, solution = samples_for(few, 1e-6)
    assert 6 < samples < 60
    assert solution.excess_risk == pytest.approx(1e-6, rel=1e-6, abs=0)
    assert solve(replace(few, samples=60)).excess_risk == 0
