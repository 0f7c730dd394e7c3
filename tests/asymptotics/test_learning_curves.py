"""Plateaus of learning curves."""

from dataclasses import replace

import pytest
from sympy import Rational, S, oo

from asymptotics import CaseSplit, OnBoundary, diagonal, phase_diagram, plateaus, quadratic
from asymptotics.symbols import a, b, gamma


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


def test_plateaus_with_gamma_open_end_where_it_says():
    # the first mode is learned at kappa = sqrt(d): lambda d/n_eff = sqrt(d), a = ell + 1/2
    ((low, high, (found,)),) = plateaus(phase_diagram(quadratic), ell=gamma)
    assert (low, high) == (Rational(1, 2), oo)
    assert (found.begins.a, found.ends.a, found.exponent) == (0, gamma + Rational(1, 2), 0)
    assert {phase.name for phase in found.ends.boundary.phases} == {"Ib", "II"}
    assert str(found) == "0 < a < gamma + 1/2: risk of order 1 in Ib"


def test_plateaus_of_one_gamma_alone_are_left_out_between_two_cases():
    # phase II, R = (lambda sqrt(d)/n_eff)^(2 - 1/gamma), is level where lambda = n_eff/d: at gamma = 2 here.
    # below the line leaves it downwards, above upwards, to the trivial phase
    diagram, line = phase_diagram(quadratic), gamma * a / 2 - 1
    (level,) = plateaus(diagram, ell=line, gamma=2)
    assert [phase.name for phase in level.phases] == ["II"]
    split = plateaus(diagram, ell=line)
    assert not [low for low, high, _ in split if low < 2 < high]
    near = [
        [p.name for level in found for p in level.phases] for low, high, found in split if 2 in (low, high)
    ]
    assert near == [[], ["Ib"]]


def test_a_risk_that_is_level_at_one_gamma_cuts_the_cases_there():
    # planted: were the risk of phase IV d^((gamma - 2) a), its stretch would be a plateau at gamma = 2
    diagram = phase_diagram(quadratic)
    (true,) = (phase for phase in diagram.phases if phase.name == "IV")
    level = replace(true, risk=replace(true.risk, exponent=(gamma - 2) * a))
    wrong = replace(diagram, phases=tuple(level if p is true else p for p in diagram.phases))
    assert [p.phases[0].name for p in plateaus(wrong, ell=-1, gamma=2)] == ["IV"]
    assert plateaus(wrong, ell=-1) == ((Rational(1, 2), 2, ()), (2, oo, ()))
    assert plateaus(diagram, ell=-1) == ((Rational(1, 2), oo, ()),)


def test_plateaus_of_scaled_noise_split_in_b():
    # noiseless interpolation falls with n_eff; with ell = a/3 - b the first stretch is trivial for b < 1/2
    split = plateaus(phase_diagram(quadratic, noise="scaled"), ell=a / 3 - b, gamma=1)
    assert isinstance(split, CaseSplit)
    assert split.parameter == b
    assert [(low, high, len(found)) for low, high, found in split] == [
        (0, Rational(1, 2), 1),
        (Rational(1, 2), oo, 0),
    ]


def test_plateaus_without_weight_decay_need_none():
    bayes = phase_diagram(quadratic, estimator="bayes")
    ((_, _, found),) = plateaus(bayes)
    assert found == plateaus(bayes, gamma=1) == ()


def test_no_plateaus_along_a_boundary():
    with pytest.raises(OnBoundary, match="ell = a/2 - 1/2"):
        plateaus(phase_diagram(quadratic), ell=a / 2 - S.Half)


def test_plateaus_are_shown_with_their_order():
    (found,) = plateaus(phase_diagram(quadratic), ell=3, gamma=1)
    assert str(found) == "0 < a < 7/2: risk of order 1 in Ib"
    assert found.to_latex().startswith(r"0 < a < \frac{7}{2}")
    assert str(replace(found, exponent=-oo)) == "0 < a < 7/2: risk 0 in Ib"
