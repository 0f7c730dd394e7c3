from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import InvalidProblem, NotConverged, Problem, certify, optimal_weight_decay, solve
from numerics.networks.network import NETWORKS
from numerics.sums.target import Target

QUANTITIES = (
    "excess_risk",
    "effective_noise",
    "threshold",
    "degrees_of_freedom",
    "train_loss",
    "learned_modes",
)


def assert_double_is_right(problem: Problem, digits: int = 30) -> None:
    narrow, wide = solve(problem), solve(problem, digits=digits)
    for name in QUANTITIES:
        value, exact = getattr(narrow, name), getattr(wide, name)
        assert isinstance(value, float)
        assert isinstance(exact, mpmath.mpf)
        assert abs(value - exact) <= 1e-10 * abs(exact) + 1e-290, name
    assert wide.residual < mpmath.mpf(10) ** -digits


@pytest.mark.parametrize("dim", [50, 10**4, 10**24])
def test_diagonal_double_agrees_with_thirty_digits_in_every_phase(
    phase: str, dim: int, in_phase: Callable[..., Problem]
) -> None:
    assert_double_is_right(in_phase("diagonal", phase, dim))


def test_quadratic_double_agrees_with_thirty_digits_in_every_phase(
    phase: str, in_phase: Callable[..., Problem]
) -> None:
    assert_double_is_right(in_phase("quadratic", phase, 50))


@pytest.mark.parametrize(("phase", "dim"), [("II", 10**12), ("V", 10**5)])
def test_quadratic_double_agrees_with_twenty_digits_at_large_dimensions(
    phase: str, dim: int, in_phase: Callable[..., Problem]
) -> None:
    assert_double_is_right(in_phase("quadratic", phase, dim), digits=20)


@pytest.mark.slow
@pytest.mark.parametrize("gamma", [0.6, 1.25, 3.0])
@pytest.mark.parametrize("dim", [10**4, 10**12])
@pytest.mark.parametrize("network", NETWORKS)
def test_double_agrees_with_thirty_digits_everywhere(
    network: str, dim: int, phase: str, gamma: float, in_phase: Callable[..., Problem]
) -> None:
    assert_double_is_right(in_phase(network, phase, dim, gamma))


@settings(max_examples=12, deadline=None)
@given(
    dim=st.integers(2, 10**30),
    gamma=st.fractions(Fraction(51, 100), 3),
    a=st.floats(-0.5, 3),
    ell=st.floats(-3, 2),
    noise=st.fractions(0, 2),
)
def test_diagonal_problems_anywhere(dim: int, gamma: Fraction, a: float, ell: float, noise: Fraction) -> None:
    problem = Problem(
        "diagonal",
        gamma=gamma,
        samples=float(dim) ** a,
        dim=dim,
        weight_decay=float(dim) ** ell,
        noise_variance=noise,
    )
    assert_double_is_right(problem, digits=20)


@pytest.mark.parametrize("network", NETWORKS)
def test_digits_are_right_digits(network: str, in_phase: Callable[..., Problem]) -> None:
    problem = in_phase(network, "V", 50)
    with mpmath.workdps(70):
        few, many = solve(problem, digits=20), solve(problem, digits=45)
        for name in QUANTITIES:
            assert abs(getattr(few, name) / getattr(many, name) - 1) < mpmath.mpf(10) ** -20


@pytest.mark.parametrize("network", NETWORKS)
def test_numbers_of_any_type_give_the_same_solution(network: str) -> None:
    exact = Problem(
        network,
        gamma=Fraction(5, 4),
        samples=3000,
        dim=80,
        weight_decay=Fraction(1, 4),
        noise_variance=Fraction(1, 2),
    )
    other = Problem(
        network,
        gamma=mpmath.mpf("1.25"),
        samples=3000.0,
        dim=80,
        weight_decay=0.25,
        noise_variance=np.float64(0.5),
    )
    assert solve(exact).excess_risk == solve(other).excess_risk


@pytest.mark.parametrize("network", NETWORKS)
def test_a_rescaled_target_is_the_same_problem(network: str) -> None:
    """Dividing the target by q divides lambda and the noise's deviation by q, and the risk by q^2."""
    dim, raw = 70, Target.of(70, 1.25, "raw")
    q = math.sqrt(float(raw.mean_square))
    unit = Problem(
        network, gamma=1.25, samples=2000, dim=dim, weight_decay=0.3, noise_variance=0.2, target="unit"
    )
    same = Problem(
        network, gamma=1.25, samples=2000, dim=dim, weight_decay=0.3 * q, noise_variance=0.2 * q**2
    )
    assert solve(unit).excess_risk == pytest.approx(solve(same).excess_risk / q**2, rel=1e-12, abs=0)


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.parametrize("near_phase", ["II", "III", "V", "VIa"])
def test_where_a_solution_is_searched_from_does_not_change_it(
    network: str, near_phase: str, in_phase: Callable[..., Problem], phases: tuple[str, ...]
) -> None:
    near = solve(in_phase(network, near_phase, 10**6))
    for phase in phases:
        problem = in_phase(network, phase, 10**6)
        alone, beside = solve(problem), solve(problem, near=near)
        for name in QUANTITIES:
            assert getattr(beside, name) == pytest.approx(getattr(alone, name), rel=1e-11, abs=0), (
                phase,
                name,
            )


def test_a_width_beyond_the_dimension_is_no_restriction() -> None:
    problem = Problem("quadratic", gamma=1.25, samples=5000, dim=100, weight_decay=0.1, noise_variance=0.5)
    assert solve(replace(problem, width=100)).excess_risk == solve(problem).excess_risk


@pytest.mark.parametrize("digits", [0, -1, 2.5, True, "30"])
def test_digits_are_checked(digits: Any) -> None:
    with pytest.raises(InvalidProblem, match="digits="):
        solve(Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0.1), digits=digits)


def test_arguments_are_checked() -> None:
    problem: Any = Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0.1)
    for function in (solve, certify, optimal_weight_decay):
        with pytest.raises(InvalidProblem, match=r"problem='x': must be a numerics\.Problem"):
            function("x")  # type: ignore[operator]
    with pytest.raises(InvalidProblem, match="near=3: must be a Solution"):
        solve(problem, near=3)  # type: ignore[arg-type]
    assert solve(problem, digits=np.int64(20)) == solve(problem, digits=20)


@pytest.mark.parametrize(
    ("network", "estimator"),
    # the posterior of a bilinear network is not solved
    [case for case in product(NETWORKS, ("erm", "bayes")) if case != ("bilinear", "bayes")],
)
@pytest.mark.parametrize(
    ("parameter", "value"),
    [("dim", 10**400), ("samples", Fraction(1, 10**400)), ("noise_variance", 10**400)],
    ids=["dim", "samples", "noise_variance"],
)
def test_out_of_range_is_named(network: str, estimator: str, parameter: str, value: Any) -> None:
    decay = None if estimator == "bayes" else 0.1
    problem = Problem(
        network,
        gamma=1.25,
        samples=300,
        dim=1000,
        weight_decay=decay,
        noise_variance=0.5,
        estimator=estimator,
    )
    with pytest.raises(NotConverged, match=f"{parameter}=1.0e.400: must lie between 1e-300 and 1e300"):
        solve(replace(problem, **{parameter: value}))


def test_out_of_range_is_not_a_number() -> None:
    with pytest.raises(NotConverged, match="so steep a target"):
        solve(Problem("diagonal", gamma=10**7, samples=300, dim=10**30, weight_decay=0.1))
    ridge = Problem(
        "diagonal",
        gamma=1.25,
        samples=300,
        dim=1000,
        weight_decay=0.1,
        noise_variance=10**400,
        estimator="ridge",
    )
    with pytest.raises(NotConverged, match="beyond the range of float64: ask for digits"):
        solve(ridge)
    assert solve(ridge, digits=20).excess_risk > mpmath.mpf(10) ** 390


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    "changes",
    [
        {"gamma": 50},
        {"gamma": Fraction(500001, 10**6), "dim": 10**30},
        {"dim": 1},
        {"dim": 10**150},
        {"samples": 1e-10},
        {"samples": 1e300},
        {"weight_decay": 1e-300},
        {"weight_decay": 1e300},
        {"noise_variance": 1e300},
        {"noise_variance": 0, "weight_decay": 1e-300},
    ],
    ids=str,
)
def test_extremes_are_solved_or_refused(network: str, changes: dict[str, Any]) -> None:
    problem = replace(
        Problem(network, gamma=1.25, samples=1000, dim=100, weight_decay=0.1, noise_variance=0.5), **changes
    )
    try:
        solution = solve(problem)
    except NotConverged:
        return
    assert 0 < solution.excess_risk < math.inf
    assert solution.residual < 1e-11
