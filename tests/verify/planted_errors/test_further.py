"""Errors across boundaries, of spectra and at moderate dimensions are where they are said to be."""

import pickle

import pytest
from sympy import Rational, simplify

from asymptotics import phase_diagram, quadratic
from asymptotics.symbols import d
from verify.planted_errors.further import (
    ACROSS,
    AT_MODERATE_DIMENSIONS,
    DISPLACED,
    IN_SPECTRA,
    AcrossBoundary,
    InSpectrum,
)

QUADRATIC = phase_diagram(quadratic)


def different(right, wrong):
    return [(one, other) for one, other in zip(right, wrong, strict=True) if one != other]


@pytest.mark.parametrize("error", [e for e in ACROSS if e.model is quadratic], ids=lambda error: error.name)
def test_one_law_across_one_boundary_is_wrong(error) -> None:
    wrong = error.plant(QUADRATIC)
    assert wrong.phases == QUADRATIC.phases
    ((right, altered),) = different(QUADRATIC.boundaries, wrong.boundaries)
    law, off = right.law(), altered.law()
    planting = error.planting
    ratio = getattr(off, planting.quantity) / getattr(law, planting.quantity)
    assert simplify(ratio - planting.factor * (1 + law.variable) ** planting.power) == 0
    assert pickle.loads(pickle.dumps(altered)) == altered


@pytest.mark.slow
def test_an_unknown_of_a_system_may_be_wrong() -> None:
    error = next(e for e in ACROSS if e.planting.quantity == "g")
    diagram = error.diagram()
    ((right, altered),) = different(diagram.boundaries, error.plant(diagram).boundaries)
    assert simplify(dict(altered.law().others)["g"] / dict(right.law().others)["g"]) == Rational(101, 100)
    assert altered.law().risk == right.law().risk


@pytest.mark.parametrize("error", [e for e in DISPLACED if e.model is quadratic], ids=lambda e: e.name)
def test_a_boundary_is_displaced_alone(error) -> None:
    wrong = error.plant(QUADRATIC)
    assert wrong.phases == QUADRATIC.phases
    ((right, altered),) = different(QUADRATIC.boundaries, wrong.boundaries)
    assert altered.relation.rhs - right.relation.rhs == error.planting.shift
    assert altered.phases == right.phases


@pytest.mark.parametrize("error", IN_SPECTRA, ids=lambda error: error.name)
def test_one_law_of_a_spectrum_is_wrong(error) -> None:
    diagram = error.diagram()
    wrong, name = error.plant(diagram), error.planting.phase
    assert wrong[name].laws == diagram[name].laws
    assert wrong[name].spectrum() != diagram[name].spectrum()
    assert [p for p in wrong.phases if p.name != name] == [p for p in diagram.phases if p.name != name]


@pytest.mark.parametrize("error", AT_MODERATE_DIMENSIONS, ids=lambda error: error.name)
def test_at_large_dimensions_the_law_is_right(error) -> None:
    diagram = error.diagram()
    wrong = error.plant(diagram)
    ratio = wrong[error.planting.phase].risk.expr / diagram[error.planting.phase].risk.expr
    assert [simplify(ratio.subs(d, dim)) for dim in (10, 10**4)] == [error.planting.factor, 1]


def test_errors_in_one_spectrum_add_up() -> None:
    """Only the last of them was kept."""
    diagram, right = phase_diagram(quadratic), phase_diagram(quadratic)["VIa"].spectrum()
    for quantity in ("bulk_edge", "tail"):
        diagram = InSpectrum("VIa", quantity, Rational(2))(diagram)
    wrong = diagram["VIa"].spectrum()
    assert simplify(wrong.bulk_edge.expr / right.bulk_edge.expr) == simplify(wrong.tail / right.tail) == 2


def test_a_boundary_that_is_not_there_is_refused() -> None:
    with pytest.raises(StopIteration):
        AcrossBoundary("II", "II", "ell")(QUADRATIC)
