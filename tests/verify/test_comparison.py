"""Agreement of the two routes, and that it would be lost by any wrong exponent."""

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from declared_systems import HERMITE_2, HERMITE_3, RANDOM_FEATURES, RIDGE, TWO_SCALES
from hypothesis import strategies as st
from sympy import Piecewise, Rational, S

from asymptotics import Phase, PhaseDiagram, diagonal, kernel_ridge, phase_diagram, quadratic, ridge
from asymptotics.algebra.monomials import Noise
from asymptotics.diagram import Estimator
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.models import attention, bilinear, hermite, one_pass_sgd
from asymptotics.symbols import a, n_eff, noise_variance
from numerics import NotConverged
from verify import agreement, words
from verify.checks.measured import drawn
from verify.comparison import _check, checks_at
from verify.outcomes import Check
from verify.report import Report
from verify.strategies import Scale, scales

MODELS = {str(model): model for model in (diagonal, quadratic, bilinear, attention)}
DIAGRAMS = {str(model): phase_diagram(model) for model in (diagonal, quadratic)}
NOISES = ("fixed", "scaled", "none")


def _with_phase(diagram: PhaseDiagram, phase: Phase) -> PhaseDiagram:
    """The diagram with one phase only, perhaps altered: the others need no solving."""
    return replace(diagram, phases=(phase,), boundaries=())


def phases_of(report: Report) -> set[str]:
    """Those whose laws were compared; a boundary is named by the two phases beside it."""
    return {check.phase for check in report.checks if "/" not in check.phase}


@pytest.mark.parametrize("name", ["diagonal", pytest.param("quadratic", marks=pytest.mark.slow)])
def test_derivation_and_equations_agree(name: str) -> None:
    report = agreement(DIAGRAMS[name], seed=1)
    assert report.passed, report.to_markdown()
    assert phases_of(report) == {phase.name for phase in DIAGRAMS[name].phases}


SLOW = [
    ("quadratic", "fixed", "ridge"),
    ("quadratic", "scaled", "erm"),
    ("quadratic", "scaled", "ridge"),
    ("quadratic", "none", "ridge"),
    ("quadratic", "none", "erm"),
    ("diagonal", "scaled", "erm"),
    ("diagonal", "none", "erm"),
    *(("diagonal", noise, "ridge") for noise in NOISES),
    *(("diagonal", noise, "bayes") for noise in NOISES if noise != "fixed"),
]
OTHERS = [
    # the Bayes-optimal quadratic network takes a minute or two
    pytest.param(*case, marks=pytest.mark.slow if case[::2] == ("quadratic", "bayes") or case in SLOW else ())
    for case in product(DIAGRAMS, NOISES, ("erm", "bayes", "ridge"))
    if case[1:] != ("fixed", "erm")
] + [
    pytest.param(name, noise, estimator, marks=pytest.mark.slow)
    for name, noise, estimator in (
        ("bilinear", "fixed", "erm"),
        ("bilinear", "none", "erm"),
        ("bilinear", "scaled", "erm"),
        ("bilinear", "fixed", "ridge"),
        ("attention", "fixed", "erm"),
    )
]


@pytest.mark.parametrize(("name", "noise", "estimator"), OTHERS)
def test_other_diagrams_agree(name: str, noise: Noise, estimator: Estimator) -> None:
    diagram = phase_diagram(MODELS[name], noise=noise, estimator=estimator)
    report = agreement(diagram)
    assert report.passed, report.to_markdown()
    assert phases_of(report) == {phase.name for phase in diagram.phases}


def test_a_model_that_has_no_equations_in_numbers_is_refused() -> None:
    unknown = replace(phase_diagram(diagonal), model=replace(diagonal, name="unknown"))
    with pytest.raises(ValueError, match=r"diagram of 'unknown': .* diagonal, quadratic"):
        agreement(unknown)


SYSTEMS = [
    pytest.param(RIDGE, "fixed"),
    pytest.param(HERMITE_2, "fixed"),
    pytest.param(hermite(4), "fixed", marks=pytest.mark.slow),
    pytest.param(RIDGE, "scaled", marks=pytest.mark.slow),
    pytest.param(RIDGE, "none", marks=pytest.mark.slow),
    pytest.param(HERMITE_3, "fixed", marks=pytest.mark.slow),
    pytest.param(RANDOM_FEATURES, "fixed", marks=pytest.mark.slow),
    pytest.param(kernel_ridge, "none", marks=pytest.mark.slow),
    pytest.param(kernel_ridge, "fixed", marks=pytest.mark.slow),
    pytest.param(kernel_ridge, "scaled", marks=pytest.mark.slow),
    pytest.param(ridge(diagonal), "fixed", marks=pytest.mark.slow),
    pytest.param(one_pass_sgd, "fixed", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("system", "noise"), SYSTEMS, ids=lambda x: str(x).replace(" ", "-"))
def test_a_system_agrees(system: Any, noise: Noise) -> None:
    diagram = phase_diagram(system, noise=noise)
    report = agreement(diagram)
    assert report.passed, report.to_markdown()
    assert phases_of(report) == {phase.name for phase in diagram.phases}
    assert {check.quantity for check in report.checks} >= {*diagram.phases[0].laws, "region"}


@pytest.mark.slow
def test_a_system_with_three_scales_in_one_sum_disagrees_nowhere() -> None:
    """Made up, with corrections so slow near gamma = 1 that a few powers of log d stay undecided."""
    report = agreement(phase_diagram(TWO_SCALES))
    verdicts = Counter(check.verdict for check in report.checks)
    assert verdicts["disagrees"] == 0
    assert verdicts["undecided"] < 0.03 * len(report.checks)
    assert {c.kind for c in report.checks if c.verdict == "undecided"} <= {"log_exponent", "constant"}


def test_a_phase_that_is_missing_is_caught() -> None:
    diagram = phase_diagram(HERMITE_2)
    report = agreement(replace(diagram, phases=diagram.phases[1:]))
    (failure,) = report.failures
    assert (failure.kind, failure.predicted, failure.measured) == ("boundary", 1, 0)
    assert agreement(replace(diagram, phases=diagram.phases[1:], boundaries=())).passed


@pytest.mark.slow
def test_an_exponent_of_one_pass_sgd_that_is_off_is_caught() -> None:
    """Of the phases where F_ac and K_pp lead: each of the four terms in turn."""
    diagram = phase_diagram(one_pass_sgd)
    for at in ({"tau": 1.6, "alpha": 1, "beta": 2}, {"tau": 0.8, "alpha": 0.4, "beta": 0.8}):
        phase = diagram.locate(**at)
        assert agreement(_with_phase(diagram, phase)).passed
        for name, law in phase.others.items():
            wrong = replace(law, exponent=law.exponent + Rational(1, 20))
            planted = replace(phase, others={**phase.others, name: wrong})
            report = agreement(_with_phase(diagram, planted))
            assert {check.quantity for check in report.disagreements} == {name}


def test_a_region_of_a_system_that_reaches_too_far_is_caught() -> None:
    diagram = phase_diagram(HERMITE_2)
    one, other = diagram.phases
    assert not agreement(_with_phase(diagram, replace(one, region=other.region))).passed


@pytest.mark.slow
def test_a_region_that_reaches_too_far_is_caught() -> None:
    diagram = DIAGRAMS["diagonal"]
    two = next(p for p in diagram.phases if p.name == "II")
    five = next(p for p in diagram.phases if p.name == "V")
    assert not agreement(_with_phase(diagram, replace(two, region=five.region))).passed


def test_unknown_effort_is_refused() -> None:
    with pytest.raises(ValueError, match="effort='heroic'"):
        agreement(DIAGRAMS["diagonal"], effort="heroic")  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1.0, True, "1", None, 2**64])
def test_what_is_no_seed_is_refused(seed: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"seed=.*: must be an integer"):
        agreement(DIAGRAMS["diagonal"], seed=seed)


def test_a_seed_of_numpy_is_written_out() -> None:
    diagram = DIAGRAMS["diagonal"]
    report = agreement(_with_phase(diagram, diagram.phases[0]), seed=np.int64(3))
    assert json.loads(report.to_json())["seed"] == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", DIAGRAMS)
def test_full_effort_agrees(name: str) -> None:
    report = agreement(DIAGRAMS[name], effort="full", seed=2)
    assert report.passed, report.to_markdown()


def test_a_law_is_left_out_at_the_very_decay_where_its_cases_meet() -> None:
    """There it has no value; what every phase has is compared all the same."""
    diagram = phase_diagram(quadratic, noise="scaled")
    point = Scale(Fraction(811, 320), Fraction(23, 256), Fraction(1), Fraction(15, 4))
    phase = diagram.locate(**point._asdict())
    outcomes = [*_check(diagram, phase, point, "all")]
    left_out = {one.quantity for one in outcomes if getattr(one, "reason", None) == words.NEAR_A_CASE}
    assert left_out == {"train_loss"}
    checks = [one for one in outcomes if isinstance(one, Check)]
    assert {check.quantity for check in checks} >= {*phase.laws}
    assert all(check.passed for check in checks)


def test_a_part_of_the_risk_of_a_steep_target_is_left_out_where_its_series_is_too_long() -> None:
    """There 1/L is 1/62, and the parts lie 11 % off their laws: with gamma = 5/4 half of it."""
    diagram = phase_diagram(diagonal, noise="scaled")
    point = Scale(a=Fraction(131, 320), ell=Fraction(-9031, 5120), gamma=Fraction(3), b=Fraction(13, 4))
    outcomes = list(_check(diagram, diagram["N"], point, "all"))
    parts = [one for one in outcomes if one.quantity in ("unlearned", "learned", "overfitting")]
    assert {getattr(one, "reason", None) for one in parts} == {words.SHORT_SERIES}
    assert {one.verdict for one in outcomes if isinstance(one, Check)} == {"agrees"}


def test_what_could_not_be_solved_is_said_with_its_point(monkeypatch):
    def unsolved(problem, *, digits=None):
        raise NotConverged("the equations were not solved")

    monkeypatch.setattr("verify.comparison.solve", unsolved)
    diagram = phase_diagram(diagonal)
    words_of_it = r"^diagonal, phase III, a = 3, ell = 3/2, gamma = 3/4, d = [\d.e+]+: the equations were not"
    with pytest.raises(NotConverged, match=words_of_it):
        checks_at(diagram, diagram["III"], {"a": 3, "ell": Fraction(3, 2), "gamma": Fraction(3, 4)})


@pytest.mark.parametrize("noise", ["fixed", "scaled"])
def test_no_shipped_law_disagrees_at_any_point_drawn(noise):
    """A point of ``scales`` may lie close to a boundary, or to gamma = 1/2, where nothing can be said."""
    diagram = phase_diagram(diagonal, noise=noise)
    points = drawn(scales(diagram, gammas=st.just(Fraction(51, 100)), margin=Fraction(1, 4)), 12, seed=0)
    verdicts = set()
    for point in points:
        phase = diagram.locate(**{name: x for name, x in point._asdict().items() if x is not None})
        verdicts |= {check.verdict for check in checks_at(diagram, phase, point)}
    assert len(points) == 12
    assert "agrees" in verdicts
    assert "disagrees" not in verdicts


@pytest.mark.parametrize("noise", ["fixed", "scaled"])
def test_a_wrong_power_of_the_label_noise_disagrees(noise):
    """At fixed noise it is 1/2, where no power of it is 1."""
    diagram = phase_diagram(diagonal, noise=noise)
    phase = diagram["VIb"]
    wrong = replace(phase, risk=replace(phase.risk, expr=phase.risk.expr * noise_variance))
    assert agreement(_with_phase(diagram, phase)).passed
    assert "excess_risk" in {check.quantity for check in agreement(_with_phase(diagram, wrong)).failures}


def test_a_closed_form_that_is_nothing_disagrees_with_its_own_constant():
    phase = DIAGRAMS["diagonal"]["III"]
    wrong = replace(phase, risk=replace(phase.risk, expr=S.Zero))
    assert "excess_risk" in {c.quantity for c in agreement(_with_phase(DIAGRAMS["diagonal"], wrong)).failures}


@pytest.mark.parametrize(
    "altered",
    [
        pytest.param(lambda law: replace(law, constant=-law.constant), marks=pytest.mark.slow),
        lambda law: replace(law, exponent=Piecewise((law.exponent, a > 50))),
        pytest.param(lambda law: replace(law, expr=Piecewise((law.expr, n_eff < 1))), marks=pytest.mark.slow),
    ],
)
def test_a_law_without_a_value_does_not_pass_on_a_shorter_ladder_either(altered):
    """The risk after pruning of IV is lost on the usual one: what is undecided of it is left out."""
    diagram = phase_diagram(quadratic)
    wrong = replace(diagram["IV"])
    wrong.__dict__["pruned_risk"] = altered(diagram["IV"].pruned_risk)
    report = agreement(replace(diagram, phases=(wrong,), boundaries=()))
    assert {one.quantity for one in report.failures} == {"pruned_risk"}
    assert "undecided" in {one.verdict for one in report.failures}


def test_where_a_law_is_wrong_those_whose_visibility_is_judged_by_it_are_left_out():
    """With the laws of another phase a part of the risk was sought among 10^30 modes, one by one."""
    phase = DIAGRAMS["quadratic"]["V"]
    wrong = replace(phase, risk=replace(phase.risk, constant=2 * phase.risk.constant))
    report = agreement(_with_phase(DIAGRAMS["quadratic"], wrong))
    assert "excess_risk" in {one.quantity for one in report.failures}
    left = {one.quantity for one in report.omissions if one.reason == words.REFUTED}
    assert left == {"train_loss", "pruned_risk", "unlearned", "learned", "overfitting"}


def test_a_constant_of_zero_is_not_divided_by():
    phase = DIAGRAMS["diagonal"]["III"]
    wrong = replace(phase, risk=replace(phase.risk, constant=S.Zero))
    assert not agreement(_with_phase(DIAGRAMS["diagonal"], wrong)).passed


def test_exponents_far_out_are_refused():
    diagram = DIAGRAMS["diagonal"]
    with pytest.raises(InvalidArgument, match=r"a=1000000000.0: must be between -1000 and 1000"):
        checks_at(diagram, diagram["VIb"], {"a": 1e9, "ell": -1, "gamma": 1})
