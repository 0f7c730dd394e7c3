"""Every planted error is found, and what is no error is not."""

from dataclasses import replace

import pytest

from asymptotics import phase_diagram
from asymptotics.models import hermite
from verify.planted_errors import CATALOGUE, killed, kills
from verify.planted_errors.error import PlantedError
from verify.planted_errors.killing import touched

FAST = {
    "diagonal, estimator bayes, IV, excess_risk: constant 1 % high",
    "He_2, 1, excess_risk: constant 1 % low",
    "He_2, a phase dropped",
    "He_2, labels counted twice",
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in CATALOGUE]
)
def test_a_planted_error_is_found(name: str) -> None:
    kill = killed(CATALOGUE[name])
    assert kill.by is not None, f"survives {kill.compared} checks"
    assert kill.by.verdict == "disagrees"
    assert (kill.name, kill.error) == (name, CATALOGUE[name].error)


def test_an_error_that_is_none_survives_every_check() -> None:
    none = PlantedError("none", "Nothing is wrong.", hermite(2), lambda diagram: diagram)
    (kill,) = kills([none], seed=1)
    assert kill.by is None
    assert kill.compared > 60


def test_the_phases_that_an_error_touches_are_compared_first() -> None:
    diagram = phase_diagram(hermite(2))
    one, other = diagram.phases
    wrong = replace(diagram, phases=(one, replace(other, risk=one.risk)))
    assert touched(diagram, diagram) == []
    assert touched(diagram, wrong) == [wrong.phases[1]]
    assert touched(diagram, replace(diagram, phases=(replace(one, region=other.region), other))) != []


def test_what_is_no_planted_error_is_refused() -> None:
    with pytest.raises(ValueError, match=r"error='V': must be a PlantedError"):
        killed("V")  # type: ignore[arg-type]
    no_function = PlantedError("none", "Nothing is planted.", hermite(2), 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"planting=3: must be a function from diagram to diagram"):
        killed(no_function)
    with pytest.raises(ValueError, match=r"errors=.*: must be several, such as \[error\]"):
        next(kills(no_function))  # type: ignore[arg-type]
