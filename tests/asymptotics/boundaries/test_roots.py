"""Roots of one or two rising equations: found however far, or refused."""

import mpmath
import pytest
from mpmath import mpf
from sympy import Eq, Rational, S, Symbol

from asymptotics import symbols
from asymptotics.boundaries.rising import determined, root_of_rising
from asymptotics.boundaries.roots import solve_system


@pytest.mark.parametrize("root", [-5000, -3, 0, 40, 5000])
def test_roots_are_found_however_far(root):
    found = root_of_rising(lambda x: mpmath.sinh((x - root) / 1000), mpmath.mpf(1))
    assert abs(found - root) < 1e-3


def test_a_root_is_told_from_both_sides():
    assert determined(lambda x: x, mpf(0))
    assert not determined(lambda x: min(x, 0), mpf(0))  # level above it
    assert not determined(lambda x: max(x, 0), mpf(0))  # or below


def test_a_system_that_hardly_tells_its_solution_is_refused():
    x, delta, kappa = Symbol("x", positive=True), symbols.effective_noise, symbols.threshold
    flat = Rational(1, 10**20)

    def hardly(unknown):
        return Eq(1 + flat * unknown, 1 + 2 * flat, evaluate=False)

    with pytest.raises(ArithmeticError, match="hardly tell x"):
        solve_system([hardly(x)], [x], {}, [1])
    for equations, name in (
        ((hardly(delta), Eq(kappa, delta)), "delta"),
        ((Eq(delta, S.One), hardly(kappa)), "kappa"),
    ):
        with pytest.raises(ArithmeticError, match=f"hardly tell {name}"):
            solve_system(equations, (delta, kappa), {}, [1, 1])
    with mpmath.workdps(60):  # with more digits it does
        assert abs(solve_system([hardly(x)], [x], {}, [1])[x] - 2) < 1e-3


def test_a_system_without_solution_is_refused():
    x = Symbol("x", positive=True)
    zero = solve_system([Eq(2 * x, x, evaluate=False)], [x], {}, [1])[x]
    assert zero < mpf("1e-3000")
    with pytest.raises(ArithmeticError, match="no solution: x is beyond all bounds"):
        solve_system([Eq(x, 2 * x, evaluate=False)], [x], {}, [1])
    delta, kappa = symbols.effective_noise, symbols.threshold
    for equations, name in (
        ((Eq(delta, 2 * delta, evaluate=False), Eq(kappa, delta)), "delta"),
        ((Eq(delta, S.One), Eq(kappa, 2 * kappa, evaluate=False)), "kappa"),
    ):
        with pytest.raises(ArithmeticError, match=f"{name} is beyond all bounds"):
            solve_system(equations, (delta, kappa), {}, [1, 1])
    near = solve_system((Eq(delta, S.One), Eq(kappa, delta)), (delta, kappa), {}, [mpf("1e-1500"), 1])
    assert abs(near[kappa] - 1) < 1e-6  # however far from the start
