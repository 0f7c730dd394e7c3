"""Proofs on a ladder: a law that is off by one per cent is seen by them."""

from dataclasses import replace

import pytest

from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic
from verify import words
from verify.checks.enclosures import certified_checks
from verify.verdicts import verdict_of

DIAGRAM = phase_diagram(quadratic)


def verdicts(checks) -> dict[str, str]:
    return {one.quantity: verdict_of(one.kind, one.predicted, *one.limit) for one in checks}


def test_proved_risks_over_a_law() -> None:
    """That a law which is off at these dimensions is seen, is in the catalogue of planted errors."""
    diagram = phase_diagram(quadratic, noise="none")
    assert verdicts(certified_checks(diagram)) == {"certified": "agrees"}


def test_proofs_that_are_left_out_have_a_reason() -> None:
    (one,) = certified_checks(phase_diagram(diagonal))
    assert one.reason == words.SLOW_PROOF
    (one,) = certified_checks(replace(DIAGRAM, phases=tuple(p for p in DIAGRAM.phases if p.name == "V")))
    assert one.reason == words.NO_DEEP_POINT


@pytest.mark.slow
def test_the_diagonal_network_with_label_noise() -> None:
    found = verdicts(certified_checks(phase_diagram(diagonal), effort="full"))
    assert found == {"certified": "agrees"}


def test_where_there_are_no_proofs_nothing_is_compared() -> None:
    assert not [*certified_checks(phase_diagram(kernel_ridge), effort="full")]
    assert not [*certified_checks(phase_diagram(quadratic, estimator="bayes"), effort="full")]
