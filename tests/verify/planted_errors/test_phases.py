"""Errors in phases name phases that their diagrams have."""

import pytest

from asymptotics import quadratic
from verify.planted_errors.phases import DROPPED, MOVED, SWAPPED


def parameters(errors):
    """Those of one network, and the others among the slow tests."""
    return [
        pytest.param(e, id=e.name, marks=() if e.model is quadratic else pytest.mark.slow) for e in errors
    ]


@pytest.mark.parametrize("error", parameters((*SWAPPED, *DROPPED, *MOVED)))
def test_the_phases_are_there(error) -> None:
    names = {phase.name for phase in error.diagram().phases}
    named = {value for value in vars(error.planting).values() if isinstance(value, str)}
    assert named <= names


@pytest.mark.parametrize("error", parameters(MOVED))
def test_a_boundary_that_is_moved_is_there(error) -> None:
    pair = {error.planting.one, error.planting.other}
    assert any({p.name for p in b.phases} == pair for b in error.diagram().boundaries)
