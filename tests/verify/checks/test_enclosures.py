"""Proofs on a ladder: solutions lie in them, and a law that is off by one per cent is seen by them."""

from dataclasses import replace

import pytest
from sympy import Rational

from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic
from verify.checks.enclosures import certified_checks
from verify.verdicts import verdict_of


def verdicts(checks) -> dict[str, str]:
    return {one.quantity: verdict_of(one.kind, one.predicted, *one.limit) for one in checks}


def test_proved_risks_over_a_law_and_over_one_that_is_off() -> None:
    diagram = phase_diagram(quadratic, noise="none")
    assert verdicts(certified_checks(diagram)) == {"enclosure": "agrees", "certified": "agrees"}
    wrong = tuple(
        replace(phase, risk=replace(phase.risk, expr=phase.risk.expr * Rational(101, 100)))
        for phase in diagram.phases
    )
    found = verdicts(certified_checks(replace(diagram, phases=wrong)))
    assert found == {"enclosure": "agrees", "certified": "disagrees"}


@pytest.mark.slow
def test_the_diagonal_network_with_label_noise() -> None:
    found = verdicts(certified_checks(phase_diagram(diagonal), effort="full"))
    assert found == {"enclosure": "agrees", "certified": "agrees"}


def test_where_there_are_no_proofs_nothing_is_compared() -> None:
    assert not [*certified_checks(phase_diagram(kernel_ridge), effort="full")]
    assert not [*certified_checks(phase_diagram(quadratic, estimator="bayes"), effort="full")]
