"""Phases cover the exponents, each point once; a gap or an overlap is found with a point of it."""

from dataclasses import replace
from fractions import Fraction

import pytest
from declared_systems import HERMITE_2
from sympy import Eq, Rational

from asymptotics import PhaseDiagram, diagonal, kernel_ridge, phase_diagram, quadratic
from verify.coverage import crossings, excluded, phase_counts
from verify.planted_errors.error import Moved

DIAGRAMS = {
    **{
        f"{network}-{noise}-{estimator}": (network, noise, estimator)
        for network in (diagonal, quadratic)
        for noise in ("fixed", "scaled", "none")
        for estimator in ("erm", "bayes")
    },
    "kernel ridge": (kernel_ridge, "fixed", "erm"),
    "He_2": (HERMITE_2, "fixed", "erm"),
}
FAST = {"diagonal-fixed-bayes", "quadratic-fixed-erm", "He_2"}
NAMES = [pytest.param(name, marks=() if name in FAST else pytest.mark.slow) for name in DIAGRAMS]


def diagram_of(name: str) -> PhaseDiagram:
    model, noise, estimator = DIAGRAMS[name]
    return phase_diagram(model, noise=noise, estimator=estimator)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_one_phase_holds_at_each_point(name: str) -> None:
    diagram = diagram_of(name)
    counts = phase_counts(diagram, seed=3)
    assert {one.count for one in counts} == {1}
    assert len(counts) == len(diagram.phases)
    assert excluded(diagram, seed=3) == {}


@pytest.mark.parametrize("name", NAMES)
def test_a_gap_and_an_overlap_have_a_point(name: str) -> None:
    diagram = diagram_of(name)
    gap = replace(diagram, phases=diagram.phases[1:])
    overlap = replace(
        diagram, phases=(replace(diagram.phases[0], region=diagram.phases[1].region), *diagram.phases)
    )
    for wrong, expected in ((gap, 0), (overlap, 2)):
        one = next(one for one in phase_counts(wrong, seed=1) if one.count != 1)
        assert one.count == expected
        names = {symbol: symbol.name for phase in wrong.phases for symbol in phase.region.free_symbols}
        at = {symbol: one.place["source" if name == "r" else name] for symbol, name in names.items()}
        holds = [phase.region.subs(at) for phase in wrong.phases]
        assert holds.count(True) == expected
        assert all(isinstance(value, Fraction) for value in one.place.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_boundary_passes_wherever_two_phases_meet(name: str) -> None:
    diagram = diagram_of(name)
    found = crossings(diagram, seed=3)
    assert {one.count for one in found} == {1}
    known = {frozenset(diagram.phases.index(p) for p in b.phases) for b in diagram.boundaries}
    assert {frozenset(one.phases) for one in found} == known
    for k, boundary in enumerate(diagram.boundaries):
        left = tuple(other for other in diagram.boundaries if other is not boundary)
        gap = boundary.relation.lhs - boundary.relation.rhs
        off = replace(boundary, relation=Eq(gap, Rational(1, 50)))
        for boundaries in (left, (*left, off)):
            if not boundaries:  # taken for a part of a diagram
                continue
            wrong = crossings(replace(diagram, boundaries=boundaries), seed=k)
            (missed,) = (one for one in wrong if one.count != 1)
            assert {diagram.phases[j] for j in missed.phases} == {*boundary.phases}
            assert missed.count == 0
            names = {symbol: "source" if symbol.name == "r" else symbol.name for symbol in gap.free_symbols}
            assert abs(gap.subs({symbol: missed.place[name] for symbol, name in names.items()})) < 1e-9


def test_two_boundaries_at_one_place_are_one_too_many() -> None:
    diagram = diagram_of("quadratic-fixed-erm")
    twice = replace(diagram, boundaries=(*diagram.boundaries, diagram.boundaries[0]))
    assert [one.count for one in crossings(twice, seed=0) if one.count != 1] == [2]


@pytest.mark.parametrize("k", range(0, 10, 3))
def test_a_boundary_says_whether_the_exponent_jumps(k: int) -> None:
    diagram = phase_diagram(quadratic)
    boundaries = list(diagram.boundaries)
    boundaries[k] = replace(boundaries[k], continuous=not boundaries[k].continuous)
    wrong = [c for c in crossings(replace(diagram, boundaries=tuple(boundaries)), seed=0) if c.count != 1]
    assert [[diagram.phases[i] for i in c.phases] for c in wrong] == [[*boundaries[k].phases]]


def test_a_part_of_a_diagram_claims_nothing() -> None:
    diagram = diagram_of("He_2")
    part = replace(diagram, phases=diagram.phases[:1], boundaries=())
    assert phase_counts(part, seed=0) == crossings(part, seed=0) == []


def test_points_are_those_of_the_seed() -> None:
    diagram = diagram_of("quadratic-fixed-erm")
    wrong = replace(diagram, phases=diagram.phases[1:])
    assert phase_counts(wrong, seed=1) == phase_counts(wrong, seed=1) != phase_counts(wrong, seed=2)


def test_a_boundary_that_is_moved_has_points_that_a_balance_excludes() -> None:
    """II of the quadratic network begins above ell = a - gamma - 1/2."""
    diagram = diagram_of("quadratic-fixed-erm")
    wrong = Moved("II", "III", Rational(1, 10))(diagram)
    assert {one.count for one in phase_counts(wrong, seed=0)} == {1}
    ((index, at),) = excluded(wrong, seed=0).items()
    assert wrong.phases[index].name == "II"
    below = at["a"] - at["gamma"] - Fraction(1, 2) - at["ell"]
    assert 0 < below < Fraction(1, 10)
    assert below > Fraction(9, 100)  # the furthest of many


def test_a_place_has_every_parameter_of_a_system() -> None:
    """Regions of He_2 hold no gamma, which its laws need all the same."""
    one, two = diagram_of("He_2").phases
    wrong = replace(diagram_of("He_2"), phases=(replace(two, region=one.region),), boundaries=())
    assert [{*place} for place in excluded(wrong, seed=0).values()] == [{"a", "gamma"}]
