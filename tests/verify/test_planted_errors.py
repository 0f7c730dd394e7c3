"""A catalogue of planted errors, each of which `agreement` finds.

An error is planted in every law of one phase at once, with ``dataclasses.replace``: laws are compared one by
one, and each must be found wrong.  No error is planted in a law that is zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, permutations
from typing import Any

import pytest
from declared_systems import HERMITE_2, RANDOM_FEATURES, RIDGE
from sympy import Expr, Rational, S, log

from asymptotics import Law, Network, Phase, PhaseDiagram, diagonal, phase_diagram, quadratic
from asymptotics.symbols import d
from numerics import NotConverged
from verify import agreement

Plant = Callable[[Law], Law]

STEP, PERCENT = Rational(1, 50), Rational(1, 100)


def scaled(law: Law, factor: Expr, exponent: Expr = S.Zero, log_exponent: Expr = S.Zero) -> Law:
    """The same error in all fields of a law, so that they still say the same."""
    return replace(
        law,
        expr=law.expr * factor * d**exponent * log(d) ** log_exponent,
        corrected=law.corrected and law.corrected * factor * d**exponent * log(d) ** log_exponent,
        constant=law.constant * factor,
        exponent=law.exponent + exponent,
        log_exponent=law.log_exponent + log_exponent,
    )


PLANTS: dict[str, Plant] = {
    "constant 1% high": lambda law: scaled(law, 1 + PERCENT),
    "constant 1% low": lambda law: scaled(law, 1 - PERCENT),
    "exponent 0.02 high": lambda law: scaled(law, S.One, exponent=STEP),
    "exponent 0.02 low": lambda law: scaled(law, S.One, exponent=-STEP),
    "logarithm too many": lambda law: scaled(law, S.One, log_exponent=S.One),
    "logarithm dropped": lambda law: scaled(law, S.One, log_exponent=-S.One),
    "closed form alone": lambda law: replace(law, expr=law.expr * (1 + PERCENT)),
    "constant alone": lambda law: replace(law, constant=law.constant * (1 + PERCENT)),
    "exponent alone": lambda law: replace(law, exponent=law.exponent + STEP),
    "power of the logarithm alone": lambda law: replace(law, log_exponent=law.log_exponent + 1),
}

FIELDS = {"excess_risk": "risk", "learned_modes": "learned"}
"""Fields of a phase that hold a law, where they are not called as the quantity."""

DIAGRAMS = {
    **{
        f"{network.name}-{noise}-{estimator}": (network, noise, estimator)
        for network in (diagonal, quadratic)
        for noise in ("fixed", "scaled", "none")
        for estimator in ("erm", "ridge", "bayes")
    },
    **{f"{system.name}-fixed": (system, "fixed", "erm") for system in (RIDGE, HERMITE_2, RANDOM_FEATURES)},
}
FAST = {("He_2-fixed", name) for name in PLANTS} | {
    ("diagonal-fixed-bayes", name) for name in ("constant 1% high", "exponent 0.02 low", "logarithm dropped")
}


def planted(phase: Phase, plant: Plant) -> tuple[Phase, set[str]]:
    """The phase with an error in every law that is not zero, and the names of those laws."""
    wrong = {name: plant(law) for name, law in phase.laws.items() if law.expr != 0}
    others = {name: wrong.get(name, law) for name, law in phase.others.items()}
    fields: dict[str, Any] = {FIELDS.get(n, n): law for n, law in wrong.items() if n not in phase.others}
    return replace(phase, others=others, **fields), {*wrong}


def diagram_of(name: str) -> PhaseDiagram:
    model, noise, estimator = DIAGRAMS[name]
    return phase_diagram(model, noise=noise, estimator=estimator)


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        pytest.param(name, plant, marks=() if (name, plant) in FAST else pytest.mark.slow)
        for name in DIAGRAMS
        for plant in PLANTS
    ],
)
def test_an_error_in_any_law_is_found(name: str, plant: str) -> None:
    diagram = diagram_of(name)
    for phase in diagram.phases:
        wrong, laws = planted(phase, PLANTS[plant])
        report = agreement(replace(diagram, phases=(wrong,), boundaries=()))
        assert {check.quantity for check in report.failures} >= laws, (phase.name, report.to_markdown())


@pytest.mark.parametrize("network", [diagonal, pytest.param(quadratic, marks=pytest.mark.slow)], ids=str)
def test_errors_of_another_kind_in_each_phase_are_found(network: Network) -> None:
    diagram = phase_diagram(network)
    altered = [planted(phase, plant) for phase, plant in zip(diagram.phases, cycle(PLANTS.values()))]
    report = agreement(replace(diagram, phases=tuple(phase for phase, _ in altered)))
    wrong = {(check.phase, check.quantity) for check in report.checks if check.verdict == "disagrees"}
    assert wrong >= {(phase.name, quantity) for phase, laws in altered for quantity in laws}


def passes(diagram: PhaseDiagram) -> bool:
    """Whether all agrees; where a region far from its phase has no solution in reach, it says so and ends."""
    try:
        return agreement(diagram).passed
    except NotConverged:
        return False


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n == "He_2-fixed" else pytest.mark.slow) for n in DIAGRAMS]
)
def test_phases_that_are_swapped_are_found(name: str) -> None:
    diagram = diagram_of(name)
    for one, other in permutations(diagram.phases, 2):
        if one.risk.expr != other.risk.expr:
            altered = replace(diagram, phases=(replace(one, region=other.region),), boundaries=())
            assert not passes(altered), (one.name, other.name)
