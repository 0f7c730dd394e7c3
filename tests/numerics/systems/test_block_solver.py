"""Full equations, one block after the other; sharp modes."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from small_equations import FREEDOM, equations, one, term

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE
from numerics.systems.block_solver import BlockSolver, NoneOrSeveral
from numerics.systems.power_law_sums import Modes, ModeSum
from numerics.systems.structure import blocks


def solved(system):
    with DOUBLE.working():
        order = blocks([equation.unknowns for equation in system.equations], system.names)
        return np.exp(BlockSolver(system, system, order, 2e-15).solved(None))


def closed(kappa):
    root = math.sqrt(kappa)
    return (math.pi / root / math.tanh(math.pi / root) - 1) / 2


@pytest.mark.parametrize("freedom", [1e-3, 0.5, 30.0])
def test_one_unknown_in_a_sum(freedom):
    system = equations(DOUBLE, "u", (term(lambda u: freedom), [term(one, 0)], {0}), sums=[FREEDOM])
    (found,) = solved(system)
    expected = brentq(lambda kappa: closed(kappa) / freedom - 1, 1e-9, 1e9, xtol=1e-300, rtol=1e-14)
    assert found == pytest.approx(expected, rel=1e-12, abs=0)


def test_blocks_follow_each_other():
    system = equations(
        DOUBLE,
        "uv",
        (term(lambda u: u[1]), [term(lambda u: u[0] ** 2), term(lambda u: 1)], {0, 1}),
        (term(lambda u: 5), [term(one, 0)], {0}),
        sums=[FREEDOM],
    )
    first, second = solved(system)
    assert closed(first) == pytest.approx(5, rel=1e-13, abs=0)
    assert second == pytest.approx(first**2 + 1, rel=1e-14, abs=0)


def counted(share, left):
    """u = left (sum over modes above u of share, of s^2 below): jumps as a mode crosses u."""
    steps = ModeSum(
        below=lambda sizes, values: sizes.values**2,
        above=lambda sizes, values: 0 * sizes.values + share,
        break_size=lambda values: values[0],
        scale=lambda values: values[0],
    )
    return equations(
        DOUBLE, "u", (term(lambda u: left(u[0])), [term(one, 0)], {0}), sums=[steps], modes=Modes(1, 1, 1000)
    )


def test_modes_above_a_break_are_whole():
    """3 u^2 = 10^-4 (number above u) + ...: the root lies between two jumps."""
    (found,) = solved(counted(1e-4, lambda u: 3 * u**2))
    above = math.floor(1 / found)
    tail = sum(i**-2.0 for i in range(above + 1, 1001))
    assert 3 * found**2 == pytest.approx(1e-4 * above + tail, rel=1e-12, abs=0)


@pytest.mark.parametrize("slope", [0, 0.01, -0.001])
def test_an_equation_that_is_passed_in_a_jump_has_no_solution(slope):
    """Each mode above u counts 1, and about 3.5 of them cannot be."""
    with pytest.raises(NotConverged, match=r"the equation for u: .* pass each other in a jump"):
        solved(counted(1.0, lambda u: 3.5 * u**slope))


def test_several_solutions_are_refused_with_their_values():
    quadratic = (term(lambda u: 25 * u[0]), [term(lambda u: u[0] ** 2), term(lambda u: 100)], {0})
    with pytest.raises(NoneOrSeveral, match="the equation for u: several solutions, u = 5, 20"):
        solved(equations(DOUBLE, "u", quadratic))


def test_no_solution_is_refused():
    larger = (term(lambda u: u[0]), [term(lambda u: u[0]), term(lambda u: 1)], {0})
    with pytest.raises(NoneOrSeveral, match="the equation for u: no solution within 150 decades"):
        solved(equations(DOUBLE, "u", larger))
