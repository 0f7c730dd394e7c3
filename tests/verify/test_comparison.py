"""Agreement of the two routes, and that it would be lost by any wrong exponent."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from declared_systems import HERMITE_2, HERMITE_3, RANDOM_FEATURES, RIDGE, TWO_SCALES
from sympy import Expr, Rational, log, oo

from asymptotics import (
    Law,
    Phase,
    PhaseDiagram,
    diagonal,
    kernel_ridge,
    phase_diagram,
    quadratic,
    ridge,
    symbols,
)
from asymptotics.algebra.monomials import Noise
from asymptotics.diagram import Estimator
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.models import attention, bilinear, hermite, one_pass_sgd
from numerics import solve
from verify import agreement, comparison, solve_system
from verify.ladder import ladder

MODELS = {str(model): model for model in (diagonal, quadratic, bilinear, attention)}
DIAGRAMS = {str(model): phase_diagram(model) for model in (diagonal, quadratic)}
NOISES = ("fixed", "scaled", "none")
PLANTS = [
    pytest.param(name, index, quantity, id=f"{name}-{index}{phase.name}-{quantity}")
    for name, diagram in DIAGRAMS.items()
    for index, phase in enumerate(diagram.phases)
    for quantity in phase.laws
]


@pytest.fixture(autouse=True, scope="module")
def _each_problem_solved_once() -> Iterator[None]:
    """A wrong prediction does not change the equations: the plants share their solutions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "solve", cache(solve))
        yield


def _field(quantity: str) -> str:
    """The field of a ``Phase`` that holds a law, where it is not called as the quantity."""
    return {"excess_risk": "risk", "learned_modes": "learned"}.get(quantity, quantity)


def _with_phase(diagram: PhaseDiagram, index: int, phase: Phase) -> PhaseDiagram:
    """The diagram with one phase only, perhaps altered: the others need no solving."""
    return replace(diagram, phases=(phase,))


@pytest.mark.parametrize("name", DIAGRAMS)
def test_derivation_and_equations_agree(name: str) -> None:
    report = agreement(DIAGRAMS[name], seed=1)
    assert report.passed, report.to_markdown()
    assert {check.phase for check in report.checks} == {phase.name for phase in DIAGRAMS[name].phases}


@pytest.mark.parametrize(("name", "index", "quantity"), PLANTS)
def test_an_exponent_off_by_a_twentieth_is_caught(name: str, index: int, quantity: str) -> None:
    diagram = DIAGRAMS[name]
    phase = diagram.phases[index]
    law: Law = phase.laws[quantity]
    assert agreement(_with_phase(diagram, index, phase)).passed
    # what vanishes faster than any power is planted as a small power
    for wrong in (Rational(1, 20), Rational(-1, 20)):
        exponent = wrong if law.exponent == -oo else law.exponent + wrong
        planted = replace(phase, **{_field(quantity): replace(law, exponent=exponent)})
        report = agreement(_with_phase(diagram, index, planted))
        assert not report.passed
        assert {check.quantity for check in report.failures} == {quantity}


SLOW = [
    ("quadratic", "fixed", "ridge"),
    ("quadratic", "scaled", "erm"),
    ("quadratic", "scaled", "ridge"),
    ("quadratic", "none", "ridge"),
    ("quadratic", "none", "erm"),
    ("diagonal", "scaled", "erm"),
    *(("diagonal", noise, "ridge") for noise in NOISES),
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
def test_other_diagrams_agree_and_would_not_if_any_exponent_were_wrong(
    name: str, noise: Noise, estimator: Estimator
) -> None:
    diagram = phase_diagram(MODELS[name], noise=noise, estimator=estimator)
    report = agreement(diagram)
    assert report.passed, report.to_markdown()
    assert {check.phase for check in report.checks} == {phase.name for phase in diagram.phases}
    for phase, wrong in product(diagram.phases, (Rational(1, 20), Rational(-1, 20))):
        planted = {
            _field(quantity): replace(law, exponent=wrong if law.exponent == -oo else law.exponent + wrong)
            for quantity, law in phase.laws.items()
        }
        report = agreement(replace(diagram, phases=(replace(phase, **planted),)))
        assert not any(check.passed for check in report.checks), phase.name


def test_a_model_that_has_no_equations_in_numbers_is_refused() -> None:
    unknown = replace(phase_diagram(diagonal), model=replace(diagonal, name="unknown"))
    with pytest.raises(ValueError, match=r"diagram of 'unknown': .* diagonal, quadratic"):
        agreement(unknown)


@pytest.fixture
def _each_system_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points and solutions of a system do not depend on what is predicted."""
    draw, known, drawn = comparison._draw, dict[Any, Any](), dict[Any, Any]()

    def solved(system: Any, **values: Any) -> Any:
        key = (system.name, *values.items())
        if key not in known:
            known[key] = solve_system(system, **values)
        return known[key]

    def points(diagram: Any, phase: Any, effort: Any, seed: int) -> Any:
        if phase.region not in drawn:
            drawn[phase.region] = draw(diagram, phase, effort, seed)
        return drawn[phase.region]

    monkeypatch.setattr(comparison, "solve_system", solved)
    monkeypatch.setattr(comparison, "_draw", points)


SYSTEMS = [
    pytest.param(RIDGE, "fixed"),
    pytest.param(HERMITE_2, "fixed"),
    pytest.param(hermite(4), "fixed"),
    pytest.param(RIDGE, "scaled", marks=pytest.mark.slow),
    pytest.param(RIDGE, "none", marks=pytest.mark.slow),
    pytest.param(HERMITE_3, "fixed", marks=pytest.mark.slow),
    pytest.param(RANDOM_FEATURES, "fixed", marks=pytest.mark.slow),
    pytest.param(TWO_SCALES, "fixed", marks=pytest.mark.slow),
    pytest.param(kernel_ridge, "none"),
    pytest.param(kernel_ridge, "fixed", marks=pytest.mark.slow),
    pytest.param(kernel_ridge, "scaled", marks=pytest.mark.slow),
    pytest.param(ridge(diagonal), "fixed", marks=pytest.mark.slow),
    pytest.param(one_pass_sgd, "fixed", marks=pytest.mark.slow),
]


@pytest.mark.usefixtures("_each_system_solved_once")
@pytest.mark.parametrize(("system", "noise"), SYSTEMS, ids=lambda x: str(x).replace(" ", "-"))
def test_a_system_agrees_and_would_not_if_any_exponent_were_wrong(system: Any, noise: Noise) -> None:
    diagram = phase_diagram(system, noise=noise)
    report = agreement(diagram)
    assert report.passed, report.to_markdown()
    assert {check.phase for check in report.checks} == {phase.name for phase in diagram.phases}
    assert {check.quantity for check in report.checks} >= {*diagram.phases[0].laws}
    for phase, wrong in product(diagram.phases, (Rational(1, 20), Rational(-1, 20))):
        laws = {
            quantity: replace(law, exponent=wrong if law.exponent == -oo else law.exponent + wrong)
            for quantity, law in phase.laws.items()
        }
        own = {name: law for name, law in laws.items() if name in phase.others}
        fields = {_field(name): law for name, law in laws.items() if name not in phase.others}
        planted = replace(phase, others=own, **fields)
        checks = agreement(_with_phase(diagram, 0, planted)).checks
        assert checks
        assert not any(check.passed for check in checks), (phase.name, [c for c in checks if c.passed])


def test_an_exponent_of_one_pass_sgd_that_is_off_is_caught() -> None:
    """Of the phases where F_ac and K_pp lead: each of the four terms in turn."""
    diagram = phase_diagram(one_pass_sgd)
    for at in ({"tau": 1.6, "alpha": 1, "beta": 2}, {"tau": 0.8, "alpha": 0.4, "beta": 0.8}):
        phase = diagram.locate(**at)
        assert agreement(replace(diagram, phases=(phase,))).passed
        for name, law in phase.others.items():
            wrong = replace(law, exponent=law.exponent + Rational(1, 20))
            planted = replace(phase, others={**phase.others, name: wrong})
            report = agreement(replace(diagram, phases=(planted,)))
            assert {check.quantity for check in report.checks if not check.passed} == {name}


def test_a_region_of_a_system_that_reaches_too_far_is_caught() -> None:
    diagram = phase_diagram(HERMITE_2)
    one, other = diagram.phases
    assert not agreement(replace(diagram, phases=(replace(one, region=other.region),))).passed


def _is_approached(diagram: PhaseDiagram, phase: Phase, law: Law) -> bool:
    """Whether the ratio of law and solution nears 1: to 0.1%, or as 1/log d where there are logarithms."""
    scale = comparison._draw(diagram, phase, "quick", 0)[0]
    gaps = []
    for dim in ladder(diagram, phase, scale)[1:]:
        problem = comparison.problem_at(diagram, scale, dim)
        predicted = law.evaluate(
            gamma=scale.gamma,
            n_eff=problem.n_eff,
            d=dim,
            weight_decay=problem.weight_decay,
            noise_variance=1,
        )
        gaps.append(abs(float(solve(problem).excess_risk / predicted) - 1))
    logarithmic = any(law.log_exponent != 0 for law in phase.laws.values())
    return gaps[-1] < max(gaps[0], 1e-12) and gaps[-1] < (0.1 if logarithmic else 0.001)


@pytest.mark.parametrize("name", DIAGRAMS)
def test_laws_with_their_constants_and_logarithms_are_approached(name: str) -> None:
    for phase in DIAGRAMS[name].phases:
        assert _is_approached(DIAGRAMS[name], phase, phase.risk), phase.name


@pytest.mark.parametrize("name", DIAGRAMS)
@pytest.mark.parametrize(
    "factor",
    [
        Rational(5, 4),
        pytest.param(Rational(4, 5), marks=pytest.mark.slow),
        log(symbols.d),
        pytest.param(1 / log(symbols.d), marks=pytest.mark.slow),
    ],
)
def test_a_wrong_constant_or_logarithm_is_not_approached(name: str, factor: Expr) -> None:
    for phase in DIAGRAMS[name].phases:
        wrong = replace(phase.risk, expr=phase.risk.expr * factor)
        assert not _is_approached(DIAGRAMS[name], phase, wrong), phase.name


@pytest.mark.slow
def test_a_region_that_reaches_too_far_is_caught() -> None:
    diagram = DIAGRAMS["diagonal"]
    two = next(p for p in diagram.phases if p.name == "II")
    five = next(p for p in diagram.phases if p.name == "V")
    assert not agreement(replace(diagram, phases=(replace(two, region=five.region),))).passed


def test_unknown_effort_is_refused() -> None:
    with pytest.raises(ValueError, match="effort='heroic'"):
        agreement(DIAGRAMS["diagonal"], effort="heroic")  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [1.0, True, "1", None, 2**64])
def test_what_is_no_seed_is_refused(seed: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"seed=.*: must be an integer"):
        agreement(DIAGRAMS["diagonal"], seed=seed)


def test_a_seed_of_numpy_is_written_out() -> None:
    diagram = DIAGRAMS["diagonal"]
    report = agreement(_with_phase(diagram, 0, diagram.phases[0]), seed=np.int64(3))
    assert json.loads(report.to_json())["seed"] == 3


@pytest.mark.slow
@pytest.mark.parametrize("name", DIAGRAMS)
def test_full_effort_agrees(name: str) -> None:
    report = agreement(DIAGRAMS[name], effort="full", seed=2)
    assert report.passed, report.to_markdown()
