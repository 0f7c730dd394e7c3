"""Diagrams are made again by the lines that are written of them, altered as they were."""

from dataclasses import replace
from typing import Any

import pytest
from declared_systems import RIDGE, TWO_SCALES
from sympy import And, Rational

from asymptotics import PhaseDiagram, diagonal, kernel_ridge, phase_diagram, quadratic, ridge
from asymptotics.models import hermite
from asymptotics.symbols import a
from verify.reproducing.diagrams import lines_of_diagram


def made_again(diagram: PhaseDiagram) -> Any:
    names: dict[str, Any] = {}
    exec("\n".join(lines_of_diagram(diagram)), names)
    return names["diagram"]


DIAGRAMS = {
    "quadratic": lambda: phase_diagram(quadratic),
    "no noise": lambda: phase_diagram(diagonal, noise="none"),
    "bayes": lambda: phase_diagram(diagonal, estimator="bayes"),
    "kernel ridge": lambda: phase_diagram(kernel_ridge),
    "ridge": lambda: phase_diagram(ridge(diagonal)),
    "hermite": lambda: phase_diagram(hermite(3)),
}


@pytest.mark.parametrize("name", DIAGRAMS)
def test_shipped_diagrams_are_made_again(name: str) -> None:
    diagram = DIAGRAMS[name]()
    assert made_again(diagram) == diagram


@pytest.mark.parametrize("system", [RIDGE, TWO_SCALES], ids=str)
def test_systems_are_made_again_from_their_declaration(system: Any) -> None:
    again = made_again(phase_diagram(system))
    assert [phase.risk for phase in again.phases] == [phase.risk for phase in phase_diagram(system).phases]
    assert [phase.region for phase in again.phases] == [
        phase.region for phase in phase_diagram(system).phases
    ]


def altered(**changes: Any) -> PhaseDiagram:
    whole = phase_diagram(quadratic)
    phase = replace(whole.phases[2], **changes)
    return replace(whole, phases=(*whole.phases[:2], phase, *whole.phases[3:]))


def test_what_a_hand_has_made_of_them_is_made_again() -> None:
    whole = phase_diagram(quadratic)
    law, relations = whole.phases[2].risk, whole.phases[2].region.args
    for diagram in (
        altered(threshold=replace(whole.phases[2].threshold, log_exponent=Rational(1, 3))),
        altered(region=And(*relations, a < Rational(7, 8))),
        replace(whole, phases=whole.phases[1:]),
        replace(whole, phases=whole.phases[:1], boundaries=()),
        replace(whole, boundaries=whole.boundaries[2:]),
    ):
        assert made_again(diagram) == diagram
    # products that were not multiplied out may come back as sums
    exponent = law.exponent + Rational(1, 50)
    again = made_again(altered(risk=replace(law, exponent=exponent, expr=2 * law.expr))).phases[2].risk
    assert (again.exponent - exponent).expand() == 0
    assert (again.expr / law.expr).simplify() == 2
    assert again.constant == law.constant


def test_what_is_left_out_is_said() -> None:
    whole = phase_diagram(quadratic)
    lines = lines_of_diagram(replace(whole, phases=(*whole.phases, whole.phases[0])))
    assert lines[-1].startswith("# diagram is what you made of it")
