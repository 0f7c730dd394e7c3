"""Problems that are drawn are valid, are solved, and shrink to small ones."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis.errors import InvalidArgument

from numerics import Problem, solve
from verify import strategies


@strategies.profile
@given(problem=strategies.problems(max_dim=10**9))
def test_problems_are_valid_and_within_bounds(problem: Problem) -> None:
    assert problem.network in ("diagonal", "quadratic")
    assert 1 <= problem.dim <= 10**9
    assert problem.gamma > Fraction(1, 2)


@settings(strategies.profile, max_examples=10)
@given(problem=strategies.problems(targets=strategies.targets()))
def test_problems_with_targets_of_their_own_are_solved(problem: Problem) -> None:
    assert problem.gamma is None
    solution = solve(problem)
    assert solution.residual < 1e-12
    assert solution.excess_risk > 0


def test_problems_shrink_to_round_numbers() -> None:
    found = find(
        strategies.problems(networks=["quadratic"]),
        lambda p: p.dim >= 50 and p.samples > p.dim,
        random=Random(1),
    )
    assert found.dim == 50
    assert found.weight_decay == 1
    assert float(found.n_eff) == int(found.n_eff) > 1
    of_rank_two = strategies.problems(targets=strategies.targets())
    found = find(of_rank_two, lambda p: sum(size > 0 for size in p.target) >= 2, random=Random(1))
    assert list(found.target) == [1, 1]
    assert found.dim == 2


def test_invalid_arguments_are_refused() -> None:
    for networks in ((), "diagonal", ["cubic"]):
        with pytest.raises(InvalidArgument, match=r"networks=.*: must be one or more of 'diagonal', 'quadr"):
            strategies.problems(networks=networks)
    with pytest.raises(InvalidArgument, match=r"max_dim=.*: must be an integer from 1 to 10"):
        strategies.problems(max_dim=10**400)  # of such no float holds the samples
    with pytest.raises(InvalidArgument, match=r"max_dim=0"):
        strategies.problems(max_dim=0)
    with pytest.raises(InvalidArgument, match=r"targets=.*: must be a strategy of arrays of sizes"):
        strategies.problems(targets=np.ones(3))
