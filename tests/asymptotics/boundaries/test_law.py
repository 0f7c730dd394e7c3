"""The answer across a boundary: one type for all, its numbers, and what it refuses."""

from dataclasses import fields

import mpmath
import pytest
from mpmath import mpf
from sympy import Eq, Rational, S, Symbol

from asymptotics import (
    InvalidArgument,
    PhysicalPoint,
    diagonal,
    interpolation_peak,
    symbols,
)
from asymptotics.boundaries.law import BoundaryLaw, LocalLaw, UniformLaw, solve_equations


def test_a_point_and_its_keywords_are_one():
    peak = interpolation_peak(diagonal)
    at = {"n_eff": 900, "d": 1000, "weight_decay": 1e-3, "noise_variance": 1}
    assert peak.evaluate(PhysicalPoint(**at)) == peak.evaluate(**at) == peak.solve(**at)["risk"]
    with pytest.raises(InvalidArgument, match=r"^point="):
        peak.evaluate(PhysicalPoint(**at), d=10)


def test_what_the_law_does_not_hold_may_be_left_out():
    peak = interpolation_peak(diagonal)
    assert peak.evaluate(n_eff=9, d=10, weight_decay=1, noise_variance=1) > 0
    with pytest.raises(InvalidArgument, match=r"^weight_decay=None: must be a number above 0, for"):
        peak.evaluate(n_eff=9, d=10, noise_variance=1)
    with pytest.raises(InvalidArgument, match=r"^weight_decay=0: must be a number above 0"):
        peak.evaluate(n_eff=9, d=10, weight_decay=0, noise_variance=1)


def test_quantities_are_asked_by_their_names():
    law = UniformLaw(risk=symbols.d, effective_noise=symbols.n_eff, threshold=S.Zero)
    assert law.solve(d=2, n_eff=3) == {"risk": 2, "effective_noise": 3, "threshold": 0}
    assert law.evaluate(d=2) == 2


def test_both_laws_share_their_fields():
    shared, across, near = ({x.name for x in fields(law)} for law in (UniformLaw, BoundaryLaw, LocalLaw))
    assert shared == across & near


def test_equations_that_hardly_determine_their_solution_are_refused():
    x, delta, kappa = Symbol("x", positive=True), symbols.effective_noise, symbols.threshold
    flat = Rational(1, 10**20)

    def hardly(unknown):
        return Eq(1 + flat * unknown, 1 + 2 * flat, evaluate=False)

    with pytest.raises(ArithmeticError, match="hardly determine x"):
        solve_equations([hardly(x)], [x], {}, [1])
    for equations, name in (
        ((hardly(delta), Eq(kappa, delta)), "delta"),
        ((Eq(delta, S.One), hardly(kappa)), "kappa"),
    ):
        with pytest.raises(ArithmeticError, match=f"hardly determine {name}"):
            solve_equations(equations, (delta, kappa), {}, [1, 1])
    with mpmath.workdps(60):  # with more digits they do
        assert abs(solve_equations([hardly(x)], [x], {}, [1])[x] - 2) < 1e-3


def test_equations_without_solution_are_refused():
    x = Symbol("x", positive=True)
    zero = solve_equations([Eq(2 * x, x, evaluate=False)], [x], {}, [1])[x]
    assert zero < mpf("1e-3000")
    with pytest.raises(ArithmeticError, match="no solution: x is beyond all bounds"):
        solve_equations([Eq(x, 2 * x, evaluate=False)], [x], {}, [1])
    delta, kappa = symbols.effective_noise, symbols.threshold
    for equations, name in (
        ((Eq(delta, 2 * delta, evaluate=False), Eq(kappa, delta)), "delta"),
        ((Eq(delta, S.One), Eq(kappa, 2 * kappa, evaluate=False)), "kappa"),
    ):
        with pytest.raises(ArithmeticError, match=f"{name} is beyond all bounds"):
            solve_equations(equations, (delta, kappa), {}, [1, 1])
    near = solve_equations((Eq(delta, S.One), Eq(kappa, delta)), (delta, kappa), {}, [mpf("1e-1500"), 1])
    assert abs(near[kappa] - 1) < 1e-6  # however far from the start
