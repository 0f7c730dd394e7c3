"""Errors in laws are as large as they are said to be."""

import pytest
from sympy import simplify

from asymptotics import quadratic
from verify.planted_errors.laws import CHANGES, IN_LAWS, IN_TERMS


def test_every_change_is_planted_somewhere() -> None:
    assert all(any(error.name.endswith(f": {change}") for error in IN_LAWS) for change in CHANGES)


@pytest.mark.parametrize("error", [e for e in IN_LAWS if e.model is quadratic], ids=lambda error: error.name)
def test_the_law_is_wrong_by_what_is_said(error) -> None:
    diagram, planting = error.diagram(), error.planting
    wrong = error.plant(diagram)
    pairs = [
        (p.laws[planting.quantity], q.laws[planting.quantity])
        for p, q in zip(diagram.phases, wrong.phases, strict=True)
        if p.name == planting.phase
    ]
    assert pairs
    for right, altered in pairs:
        assert right.expr != 0  # what is nothing stays nothing, whatever it is multiplied by
        if "constant" in planting.fields:
            assert simplify(altered.constant / right.constant - planting.factor) == 0
        assert altered.exponent - right.exponent in (0, planting.power)


def test_quantities_that_are_derived_when_asked_for_are_among_them() -> None:
    quantities = {error.planting.quantity for error in IN_TERMS}
    assert quantities == {"train_loss", "unlearned_risk", "learned_risk", "overfitted_risk"}
