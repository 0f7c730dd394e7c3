"""What holds for every solution, whatever the problem."""

from __future__ import annotations

import math

import pytest

from numerics import NotConverged, Problem, solve


def is_solved(problem: Problem) -> bool:
    """Whether it is; False if it is refused."""
    try:
        solution = solve(problem)
    except NotConverged:
        return False
    assert solution.residual <= 1e-12, problem
    assert 0 <= solution.excess_risk < math.inf, problem
    # a cut at a rank jumps, and a jump may have more degrees of freedom than there are parameters
    most = 1 + 1e-12 if problem.width is None else math.inf
    assert 0 <= solution.degrees_of_freedom <= most, problem
    try:
        parts = solution.decomposition.values()
    except NotConverged:
        return False
    assert min(parts) >= 0, problem
    assert math.fsum(parts) == pytest.approx(solution.excess_risk, rel=1e-10, abs=0), problem
    return True
