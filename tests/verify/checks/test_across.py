"""Errors planted in laws across boundaries, and in where boundaries are, are seen."""

from dataclasses import dataclass, replace
from fractions import Fraction

import pytest
from mpmath import mpf
from sympy import Eq, Rational

from asymptotics import Boundary, BoundaryLaw, phase_diagram, quadratic
from verify.checks.across import boundary_checks, law_of, law_off, law_on, place_of, side_of
from verify.checks.places import place_on
from verify.verdicts import verdict_of

DIAGRAM = phase_diagram(quadratic)


def between(*names: str) -> Boundary:
    return next(b for b in DIAGRAM.boundaries if tuple(p.name for p in b.phases) == names)


CROSSOVER, SATURATION, EDGE = between("III", "VIb"), between("II", "III"), between("II", "VIa")


def verdicts(checks) -> dict[str, str]:
    return {one.quantity: verdict_of(one.kind, one.predicted, *one.limit) for one in checks}


@dataclass(frozen=True)
class Altered(Boundary):
    """A boundary with a law that is wrong by a factor."""

    factor: object = 1

    def law(self) -> BoundaryLaw:
        law = super().law()
        return replace(law, risk=law.risk * self.factor)


@pytest.mark.parametrize("boundary", [CROSSOVER, SATURATION, EDGE], ids=["crossover", "saturation", "edge"])
@pytest.mark.parametrize("share", [mpf(1) / 2, mpf(2)], ids=["below", "above"])
def test_a_law_off_by_one_per_cent_is_seen(boundary, share) -> None:
    law = law_of(boundary)
    side = side_of(place_on(DIAGRAM, boundary, seed=2), share)
    assert set(verdicts(law_on(side, law)).values()) == {"agrees"}
    for name, quantity in (
        ("risk", "excess_risk"),
        ("effective_noise", "effective_noise"),
        ("threshold", "threshold"),
    ):
        for factor in (Rational(101, 100), Rational(99, 100)):
            wrong = replace(law, **{name: getattr(law, name) * factor})
            assert verdicts(law_on(side, wrong))[quantity] == "disagrees", (name, factor)


def test_a_term_that_is_missing_is_seen() -> None:
    law = law_of(CROSSOVER)
    side = side_of(place_on(DIAGRAM, CROSSOVER, seed=0), mpf(1) / 2)
    for phase in CROSSOVER.phases:
        assert verdicts(law_on(side, replace(law, risk=phase.risk.expr)))["excess_risk"] == "disagrees"


def off(place, step):
    """A point moved off the boundary."""
    crossing = place.boundary.relation.lhs
    return {**place.point, crossing: place.point[crossing] + Fraction(int(step.p), int(step.q))}


@pytest.mark.parametrize("boundary", [CROSSOVER, SATURATION, EDGE], ids=["crossover", "saturation", "edge"])
def test_a_boundary_that_is_moved_is_seen(boundary) -> None:
    law, place = law_of(boundary), place_on(DIAGRAM, boundary, seed=0)
    assert verdicts([place_of(place, law)]) == {"place": "agrees"}
    crossing, value = boundary.relation.args
    for step in (Rational(1, 100), Rational(-1, 100)):
        moved = replace(boundary, relation=Eq(crossing, value + step))
        elsewhere = replace(place, boundary=moved, point=off(place, step))
        assert verdicts([place_of(elsewhere, law)]) == {"place": "disagrees"}
        (one,) = boundary_checks(replace(DIAGRAM, boundaries=(moved,)))
        assert verdict_of(one.kind, one.predicted, *one.limit) == "disagrees"


def test_the_law_of_another_phase_beside_a_boundary_is_seen() -> None:
    place = place_on(DIAGRAM, CROSSOVER, seed=0)
    assert verdicts(law_off(place, law_of(CROSSOVER))) == {"beside": "agrees"}
    one, other = CROSSOVER.phases
    swapped = replace(
        CROSSOVER, phases=(replace(one, region=other.region), replace(other, region=one.region))
    )
    altered = replace(place, boundary=swapped)
    assert set(verdicts(law_off(altered, law_of(CROSSOVER))).values()) != {"agrees"}


def test_all_that_is_compared_fails_where_one_boundary_is_wrong() -> None:
    fields = {name: getattr(CROSSOVER, name) for name in ("phases", "relation", "continuous")}
    for boundary, wrong in (
        (CROSSOVER, set()),
        (Altered(**fields, factor=Rational(101, 100)), {"excess_risk", "beside"}),
    ):
        checks = list(boundary_checks(replace(DIAGRAM, boundaries=(boundary,))))
        found = {
            one.quantity for one in checks if verdict_of(one.kind, one.predicted, *one.limit) != "agrees"
        }
        assert found == wrong
        assert {one.kind for one in checks} == {"boundary"}
