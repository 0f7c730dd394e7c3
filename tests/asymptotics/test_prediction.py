"""Laws at given numbers; tests/verify/test_finite_size.py compares their errors with solved equations."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest

from asymptotics import (
    InvalidArgument,
    OnBoundary,
    PhysicalPoint,
    diagonal,
    kernel_ridge,
    phase_diagram,
    quadratic,
)
from asymptotics.models import one_pass_sgd
from asymptotics.prediction import predicted

LARGE = 10**60


def scaled(dim, *, a, ell, gamma=Fraction(5, 4)):
    with mpmath.workdps(40):
        d = mpmath.mpf(dim)
        return {"gamma": gamma, "n_eff": d**a, "d": d, "weight_decay": d**ell, "noise_variance": 1}


@pytest.mark.parametrize(
    "model",
    [pytest.param(quadratic, id="quadratic"), pytest.param(diagonal, id="diagonal", marks=pytest.mark.slow)],
)
@pytest.mark.parametrize(("a", "ell"), [(0.3, -2), (0.9, -3), (1.5, -2), (4, -2), (1.2, 0.3), (0.4, 0.4)])
def test_at_a_large_dimension_it_is_the_phase_of_the_exponents(model, a, ell):
    diagram = phase_diagram(model)
    at = scaled(LARGE, a=a, ell=ell)
    prediction, phase = diagram.at(**at), diagram.locate(a=a, ell=ell, gamma=1.25)
    assert prediction.phase == phase
    assert prediction.values == {name: law.evaluate(**at) for name, law in phase.laws.items()}
    assert prediction.risk == prediction["excess_risk"]
    assert prediction.neighbour != phase


def test_the_error_falls_with_the_dimension():
    diagram = phase_diagram(quadratic)
    errors = [diagram.at(**scaled(10**k, a=0.3, ell=-2)).error for k in (3, 6, 12, 24, 48)]
    assert all(later < sooner for sooner, later in pairwise(errors))
    assert errors[-1] < 1e-3


def test_on_a_boundary_two_phases_hold_equally():
    # benign and harmful overfitting, of one risk: each neglects all that it keeps
    diagram = phase_diagram(quadratic)
    four, five = diagram["IV"].risk, diagram["V"].risk

    def excess(height):
        at = scaled(10**30, a=0, ell=-3) | {"n_eff": mpmath.exp(height)}
        return mpmath.log(four.evaluate(**at) / five.evaluate(**at))

    samples = mpmath.exp(mpmath.findroot(excess, (20, 30)))
    prediction = diagram.at(**scaled(10**30, a=0, ell=-3) | {"n_eff": samples})
    assert {prediction.phase.name, prediction.neighbour.name} == {"IV", "V"}
    assert prediction.neglected[0].ratio == pytest.approx(1, rel=1e-3, abs=0)
    assert {phase.name for phase in prediction.boundary.phases} == {"IV", "V"}


def test_the_smallest_neglected_ratio_decides():
    diagram = phase_diagram(quadratic)
    at = PhysicalPoint(gamma=1.25, n_eff=20, d=400, weight_decay=0.01, noise_variance=1)
    prediction = diagram.at(at)
    largest = {
        phase.name: predicted([phase], [], at).neglected[0].ratio
        for phase in diagram
        if phase.name in ("IV", "V", "VIa", "II")
    }
    assert prediction.phase.name == min(largest, key=largest.get) == "IV"


def test_a_planted_error_in_an_inequality_is_seen():
    diagram = phase_diagram(quadratic)
    at = scaled(LARGE, a=0.3, ell=-2)
    phase = diagram.at(**at).phase
    turned = tuple(replace(i, large=i.small, small=i.large) for i in phase.balance.inequalities)
    wrong = replace(phase, balance=replace(phase.balance, inequalities=turned))
    phases = [wrong if p == phase else p for p in diagram]
    assert predicted(phases, [], PhysicalPoint(**at)).phase.name != phase.name


@pytest.mark.parametrize("noise", ["fixed", pytest.param("scaled", marks=pytest.mark.slow)])
def test_no_weight_decay_is_allowed(noise):
    at = scaled(10**20, a=0.3, ell=-2)
    without = phase_diagram(quadratic, noise=noise).at(**at | {"weight_decay": 0})
    assert without.phase.name == "IV"
    assert without.risk == phase_diagram(quadratic, noise=noise).at(**at).risk


@pytest.mark.slow  # derives five diagrams
def test_every_estimator_and_kind_of_model_has_predictions():
    at = scaled(10**20, a=0.5, ell=-2)
    without_decay = {name: value for name, value in at.items() if name != "weight_decay"}
    silent = {name: value for name, value in at.items() if name != "noise_variance"}
    assert phase_diagram(quadratic, estimator="bayes").at(**without_decay).phase.name == "IV"
    assert phase_diagram(quadratic, estimator="ridge").at(**at).phase.name.startswith("I")
    assert phase_diagram(quadratic, noise="none").at(**silent).phase.name == "N"
    assert phase_diagram(kernel_ridge).at(**at, source=0.4).risk > 0
    sgd = {"alpha": 1, "beta": 2, "d": 10**20, "t": 10**30}
    assert phase_diagram(one_pass_sgd).at(**sgd).phase in phase_diagram(one_pass_sgd).phases


@pytest.mark.parametrize("missing", ["gamma", "n_eff", "d", "weight_decay", "noise_variance"])
def test_what_is_missing_is_named(missing):
    at = scaled(400, a=1, ell=-1)
    with pytest.raises(InvalidArgument, match=rf"^{missing}=None: must be "):
        phase_diagram(diagonal).at(**{name: value for name, value in at.items() if name != missing})


@pytest.mark.slow  # derives a diagram for this alone
def test_noise_in_a_diagram_without_is_refused():
    with pytest.raises(InvalidArgument, match=r"^noise_variance=1: must be 0 or left out"):
        phase_diagram(diagonal, noise="none").at(**scaled(400, a=1, ell=-1))


@pytest.mark.parametrize(("name", "value"), [("width", 40), ("source", 2)])
def test_what_the_diagram_does_not_hold_is_refused(name, value):
    with pytest.raises(InvalidArgument, match=rf"^{name}={value}: must be left out in a diagram"):
        phase_diagram(quadratic).at(**scaled(400, a=1, ell=0), **{name: value})


def test_a_quantity_that_there_is_not_is_refused():
    with pytest.raises(KeyError, match="must be one of excess_risk, effective_noise"):
        phase_diagram(diagonal).at(**scaled(400, a=1, ell=-1))["risc"]


def test_where_no_law_has_a_value_it_says_so(of_diagonal):
    (phase,) = [p for p in of_diagonal if p.name == "V"]
    with pytest.raises(OnBoundary):  # log(d/n_eff) is negative there
        predicted([phase], [], PhysicalPoint(**scaled(400, a=2, ell=-1)))


def test_parameters_between_phases_are_on_a_boundary():
    at = {"gamma": 1, "n_eff": 1e8, "weight_decay": 1e-5, "noise_variance": 1e-3}
    with pytest.raises(OnBoundary, match=r"lies on the boundary of II and V and VIa: no single phase holds"):
        phase_diagram(kernel_ridge).at(**at, source=1)
    assert phase_diagram(kernel_ridge).at(**at, source=0.9).risk < 1e-8
