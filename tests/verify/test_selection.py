"""Which points are compared: deep inside a phase, and for further laws where these are seen."""

from dataclasses import replace
from functools import cache

import pytest
from sympy import Piecewise, Rational, S

from asymptotics import phase_diagram, quadratic
from asymptotics.models import one_pass_sgd
from asymptotics.symbols import d, gamma
from verify.comparison import checks_at
from verify.limits import FIGURE_GAMMA
from verify.planted_errors.error import InTerms
from verify.selection import (
    DEPTH,
    FAINT,
    POINTS,
    STEEP,
    depth_at,
    ladder_at,
    laws_compared,
    points_in,
    selected,
)

QUADRATIC = phase_diagram(quadratic)


def test_points_of_a_system_without_gamma_are_all_different():
    diagram = phase_diagram(one_pass_sgd)
    points = points_in(diagram, diagram.phases[0], "quick", 0)
    assert len(set(points)) == len(points) > 1


def test_points_lie_deep_inside_their_phase():
    phase = QUADRATIC["II"]
    for point in points_in(QUADRATIC, phase, "quick", 3):
        assert QUADRATIC.locate(**point._asdict()) == phase
        assert depth_at(QUADRATIC, phase, point, ladder_at(QUADRATIC, phase, point)[-1]) >= DEPTH


@pytest.mark.parametrize(("phases", "each"), [(8, 3), (11, 2), (22, 1)])
def test_points_of_a_diagram_of_many_phases_are_few_in_each(phases, each):
    """About thirty in all at quick effort; steep ones are among them at every seed, or in turn."""
    once = phase_diagram(quadratic, noise="scaled")
    diagram = replace(once, phases=(once.phases * 2)[:phases])
    of_seeds = [points_in(diagram, once["Ib"], "quick", seed) for seed in range(6)]
    assert [len(points) for points in of_seeds] == [each] * 6
    steep = [(point.gamma, point.b) == (STEEP, FAINT) for points in of_seeds for point in points]
    assert sum(steep) == (2 if each == 1 else 6)
    assert {FIGURE_GAMMA, STEEP} < {point.gamma for points in of_seeds for point in points}
    assert len(points_in(diagram, once["Ib"], "full", 0)) > POINTS["full"] // 2


def test_a_quantity_that_a_long_ladder_loses_is_compared_on_a_shorter_one():
    phase = QUADRATIC["V"]
    point = points_in(QUADRATIC, phase, "quick", 0)[2]
    dims = {check.quantity: check.dim for check in checks_at(QUADRATIC, phase, point)}
    assert dims["pruned_risk"] < dims["excess_risk"] == dims["train_loss"]


def test_all_laws_of_a_phase_are_asked_for_at_every_seed():
    """At half of the points, or the only one; laws by cases in gamma at points of their own, in turn."""
    index = QUADRATIC.phases.index(QUADRATIC["V"])
    for seed in range(4):
        assert {laws for _, laws in selected(QUADRATIC, index, "quick", seed)} == {"usual", "all"}
    assert {laws for _, laws in selected(QUADRATIC, index, "full", 0)} == {"all"}
    assert not laws_compared(QUADRATIC, QUADRATIC["V"], "cases")
    noiseless = phase_diagram(quadratic, noise="none")
    index = noiseless.phases.index(noiseless["N"])
    assert set(laws_compared(noiseless, noiseless["N"], "cases")) == {"train_loss"}
    assert any(laws == "cases" for seed in range(4) for _, laws in selected(noiseless, index, "quick", seed))


def test_what_few_dimensions_leave_undecided_is_compared_on_more():
    """The learned part of VIa: its slowest correction is a power 1/2 of the share of learned modes."""
    phase = QUADRATIC["VIa"]
    point = points_in(QUADRATIC, phase, "quick", 0)[0]
    learned = [check for check in checks_at(QUADRATIC, phase, point) if check.quantity == "learned"]
    assert {check.kind for check in learned} >= {"exponent", "constant"}
    assert all(check.verdict == "agrees" for check in learned)


@cache
def points_of(name):
    """Two points of a phase, at the decay of the figures and at another."""
    return points_in(QUADRATIC, QUADRATIC[name], "quick", 0)[1:3]


def failures_of(phase, diagram=QUADRATIC, points=None):
    """Quantities that fail at some of them, in one phase, perhaps altered."""
    whole = replace(diagram, phases=(phase,), boundaries=())
    checks = [check for point in points or points_of(phase.name) for check in checks_at(whole, phase, point)]
    return {check.quantity for check in checks if check.verdict != "agrees"}


@pytest.mark.parametrize("name", [pytest.param("V", marks=pytest.mark.slow), "VIa"])
def test_what_is_lost_at_deep_points_is_compared(name):
    """Pruning that does nothing, one part of the risk for another: neither is seen on the usual ladders."""
    phase = QUADRATIC[name]
    assert not failures_of(phase)
    pruned, parts = replace(phase), replace(phase)
    pruned.__dict__["pruned_risk"] = phase.risk if name == "V" else phase.effective_noise
    assert failures_of(pruned) == {"pruned_risk"}
    parts.__dict__["_parts"] = {**phase._parts, "learned": phase._parts["unlearned"]}
    assert failures_of(parts) == {"learned"}


@pytest.mark.parametrize(("factor", "power"), [(Rational(101, 100), 0), (1, Rational(1, 50))])
def test_the_risk_after_pruning_is_compared_next_to_the_edge_of_the_noise(factor, power):
    phase, wrong = QUADRATIC["IV"], replace(QUADRATIC["IV"])
    law = phase.pruned_risk
    off = {"expr": law.expr * factor * d**power, "constant": law.constant * factor}
    wrong.__dict__["pruned_risk"] = replace(law, **off, exponent=law.exponent + power)
    assert not failures_of(phase)
    assert failures_of(wrong) == {"pruned_risk"}


@pytest.mark.parametrize(
    ("name", "part", "power"),
    [
        ("IV", "learned", Rational(-1, 2)),
        ("VIa", "learned", -20),
        pytest.param("VIa", "overfitting", Rational(-1, 50), marks=pytest.mark.slow),
    ],
)
def test_a_part_of_the_risk_that_is_said_to_be_small_is_compared(name, part, power):
    """What a wrong law says of its own size is no reason to leave it out."""
    phase, wrong = QUADRATIC[name], replace(QUADRATIC[name])
    law = phase.decomposition[part]
    small = replace(law, expr=law.expr * d**power, exponent=law.exponent + power)
    wrong.__dict__["_parts"] = {**phase._parts, part: small}
    assert failures_of(wrong) == {part}


@pytest.mark.parametrize(("name", "quantity"), [("V", "overfitted_risk"), ("III", "learned_risk")])
def test_a_part_of_the_risk_that_is_said_to_be_nothing_is_compared(name, quantity):
    wrong = InTerms(name, quantity, S.Zero)(QUADRATIC)
    assert failures_of(wrong[name]) == {"overfitting" if name == "V" else "learned"}


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("IV", "overfitting"),
        pytest.param("V", "unlearned", marks=pytest.mark.slow),
        ("V", "learned"),
        pytest.param("VIa", "learned", marks=pytest.mark.slow),
    ],
)
def test_a_small_part_of_the_risk_that_is_said_to_be_nothing_is_compared(name, part):
    phase, wrong = QUADRATIC[name], replace(QUADRATIC[name])
    nothing = replace(phase.decomposition[part], expr=S.Zero)
    wrong.__dict__["_parts"] = {**phase._parts, part: nothing}
    assert failures_of(wrong) == {part}


@pytest.mark.parametrize("name", ["II", "V", "VIa"])
def test_a_law_that_is_wrong_at_some_decays_alone_disagrees(name):
    """The deepest points of a phase were on one side of the decay of the figures, at every seed."""
    phase = QUADRATIC[name]
    for cond in (gamma < 1, gamma > 2):
        factor = Piecewise((Rational(101, 100), cond), (1, True))
        risk = replace(phase.risk, expr=factor * phase.risk.expr, constant=factor * phase.risk.constant)
        part = replace(QUADRATIC, phases=(replace(phase, risk=risk),), boundaries=())
        points = [point for point, _ in selected(QUADRATIC, QUADRATIC.phases.index(phase), "quick", 1)]
        wrong = [point for point in points if cond.subs(gamma, point.gamma)]
        assert wrong
        checks = [check for point in wrong for check in checks_at(part, part.phases[0], point)]
        assert "disagrees" in {check.verdict for check in checks if check.quantity == "excess_risk"}


def test_a_law_by_cases_is_compared_in_each():
    """The training loss of phase N is another one at gamma < 1."""
    diagram = phase_diagram(quadratic, noise="none")
    phase = diagram["N"]
    law, wrong = phase.train_loss, replace(phase)
    factor = Piecewise((2, gamma < 1), (1, True))
    wrong.__dict__["train_loss"] = replace(law, expr=law.expr * factor, constant=law.constant * factor)
    asked = (
        one for seed in range(4) for one in selected(diagram, diagram.phases.index(phase), "quick", seed)
    )
    below = next(point for point, laws in asked if laws == "cases")
    assert below.gamma < 1
    assert not failures_of(phase, diagram, [below])
    assert failures_of(wrong, diagram, [below]) == {"train_loss"}
