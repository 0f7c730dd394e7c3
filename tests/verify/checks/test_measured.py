"""Draws that repeat, and solutions at physical values."""

from fractions import Fraction

import pytest
from declared_systems import RIDGE
from hypothesis import strategies as st

from asymptotics import phase_diagram, quadratic
from verify.checks.measured import drawn, problem_of, scaled_values, solved_at
from verify.comparison import problem_at
from verify.strategies import scales


def test_draws_are_distinct_and_the_same_for_the_same_seed() -> None:
    one, again = (drawn(st.integers(0, 1000), 20, seed=3) for _ in range(2))
    assert one == again
    assert len(set(one)) == len(one) > 1


def test_a_strategy_that_has_nothing_draws_nothing() -> None:
    assert drawn(st.integers().filter(lambda k: False), 5, seed=0) == []


def test_draws_end_where_enough_are_good():
    every = drawn(st.integers(0, 1000), 50, seed=3)
    until = drawn(st.integers(0, 1000), 50, seed=3, is_good=lambda k: k > 500, needed=3)
    assert until == every[: len(until)]
    assert len(until) < len(every)
    assert [k > 500 for k in until].count(True) == 3
    assert until[-1] > 500
    assert drawn(st.integers(0, 1000), 50, seed=3, is_good=lambda k: k < 0) == every


def test_a_problem_has_the_scales_of_its_point() -> None:
    diagram = phase_diagram(quadratic)
    (point,) = drawn(scales(diagram, "II", margin=1), 1, seed=0)
    problem, expected = problem_of(diagram, scaled_values(point, 1000)), problem_at(diagram, point, 1000)
    for name in ("samples", "weight_decay", "noise_variance"):
        assert float(getattr(problem, name)) == pytest.approx(
            float(getattr(expected, name)), rel=1e-12, abs=0
        )
    assert (problem.dim, problem.gamma) == (expected.dim, expected.gamma)


def test_a_system_is_solved_from_its_declaration() -> None:
    values = {"d": 10**6, "gamma": 1, "n_eff": 100.0, "weight_decay": 1e-4, "noise_variance": 1.0}
    values["source"] = Fraction(1, 4)
    quantities = solved_at(phase_diagram(RIDGE), values)
    assert quantities("excess_risk") == quantities("risk") > 0
