"""Equations in positive form: differences, terms on both sides, and what has none."""

import pytest
from declared_systems import RIDGE
from sympy import Eq, Symbol

from asymptotics import phase_diagram
from asymptotics.symbols import a, n_eff, noise_variance, size, threshold, weight_decay
from asymptotics.systems import System, mode_sum
from asymptotics.systems.canonical import canonical


def test_a_difference_is_resolved():
    (_, of_kappa), (_, of_spare) = canonical(RIDGE, True).equations
    assert [one.expression for one in of_spare] == [
        n_eff * weight_decay / threshold,
        mode_sum(threshold * size**2 / (size**2 + threshold) ** 2),
    ]
    assert len(of_kappa) == 2


def test_equations_with_several_terms_on_both_sides():
    """x + y = n + p has no one term on the left: a further unknown stands for either side."""
    x, p = Symbol("x", positive=True), Symbol("p", positive=True)
    rho = Symbol("rho", real=True)
    both = System("both", (x,), (Eq(x + x**2, n_eff + p),), {"risk": 1 / x}, {n_eff: a, p: rho})
    exponents = {phase.risk.exponent for phase in phase_diagram(both).phases}
    assert exponents == {-a, -a / 2, -Symbol("rho", real=True), -rho / 2}


def test_an_equation_without_label_noise_can_lose_its_right_side():
    equation = Eq(n_eff * threshold, noise_variance)
    small = System("small", (threshold,), (equation,), {"risk": threshold}, {n_eff: a})
    with pytest.raises(ValueError, match="terms of one sign alone"):
        phase_diagram(small, noise="none")
