"""Plateaus of learning curves."""

from dataclasses import replace

from sympy import Rational, oo

from asymptotics import diagonal, phase_diagram, plateaus, quadratic


def test_no_plateau_where_the_risk_always_moves():
    found = plateaus(phase_diagram(quadratic), ell=Rational(-1), gamma=1)
    assert found == ()


def test_plateaus_follow_the_laws_of_the_phases():
    # planted in a diagram: were the risk of phase IV level, its stretch would be a plateau
    diagram = phase_diagram(quadratic)
    (true,) = (phase for phase in diagram.phases if phase.name == "IV")
    level = replace(true, risk=replace(true.risk, exponent=Rational(0)))
    wrong = replace(diagram, phases=tuple(level if p is true else p for p in diagram.phases))
    (found,) = plateaus(wrong, ell=Rational(-1), gamma=1)
    assert (found.begins.a, found.ends.a, [p.name for p in found.phases]) == (0, Rational(4, 9), ["IV"])


def test_plateaus_begin_and_end_at_boundaries():
    (found,) = plateaus(phase_diagram(quadratic), ell=Rational(1, 2), gamma=1)
    assert (found.begins.a, found.ends.a, found.exponent) == (0, 1, 0)
    assert {p.name for p in found.ends.boundary.phases} == {"Ib", "II"}
    assert "first modes" in found.ends.mechanism


def test_ridge_regression_stays_on_the_plateau_that_learning_features_removes():
    (found,) = plateaus(phase_diagram(diagonal, estimator="ridge"), ell=-1, gamma=1)
    assert (found.begins.a, found.ends.a) == (0, 1)


def test_a_curve_without_end_is_one_plateau():
    (found,) = plateaus(phase_diagram(quadratic), ell=oo, gamma=1)
    assert found.ends.a == oo
    assert found.ends.boundary is None
