"""The catalogue has many errors of many kinds in many diagrams, each another one."""

from collections import Counter

import pytest

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.models import hermite
from verify.planted_errors import CATALOGUE, PlantedError, errors_of
from verify.planted_errors.error import Declared, Dropped, InLaw, InTerms, Missing, Moved, OtherRegions

DIAGRAMS = {(e.model, e.noise, e.estimator, e.width) for e in CATALOGUE.values()}


def test_there_are_many_of_each_kind_in_many_diagrams() -> None:
    kinds = Counter(type(error.planting) for error in CATALOGUE.values())
    least = {InLaw: 40, Declared: 20, InTerms: 5, OtherRegions: 4, Dropped: 4, Missing: 3, Moved: 4}
    assert all(kinds[kind] >= count for kind, count in least.items())
    assert len(CATALOGUE) >= 90
    assert len(DIAGRAMS) >= 16


def test_each_is_another_one_and_says_what_is_wrong() -> None:
    plantings = [(e.model, e.noise, e.estimator, e.width, e.planting) for e in CATALOGUE.values()]
    assert len(set(plantings)) == len(plantings)
    assert all(name == error.name for name, error in CATALOGUE.items())
    assert all(error.error.endswith(".") for error in CATALOGUE.values())


def test_errors_of_a_diagram_are_planted_in_it() -> None:
    errors = errors_of(phase_diagram(quadratic))
    assert {(e.model, e.noise, e.estimator, e.width) for e in errors} == {(quadratic, "fixed", "erm", "full")}
    assert len(errors) > 20
    assert errors_of(phase_diagram(diagonal, noise="none", estimator="ridge")) == ()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if error.model == hermite(2) else pytest.mark.slow)
        for name, error in CATALOGUE.items()
    ],
)
def test_what_is_planted_differs_from_what_is_derived(name: str) -> None:
    error: PlantedError = CATALOGUE[name]
    diagram = error.diagram()
    wrong = error.plant(diagram)
    assert wrong != diagram
    assert (wrong.model, wrong.noise, wrong.estimator, wrong.width) == (
        diagram.model,
        diagram.noise,
        diagram.estimator,
        diagram.width,
    )
    assert error.diagram() == diagram  # which is left as it was


def test_what_is_no_diagram_has_no_errors() -> None:
    with pytest.raises(InvalidArgument, match=r"^diagram=5: must be a PhaseDiagram"):
        errors_of(5)  # type: ignore[arg-type]
