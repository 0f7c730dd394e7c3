"""Errors planted in laws across boundaries, and in where boundaries are, are seen."""

from dataclasses import fields, replace
from fractions import Fraction

import pytest
from mpmath import mpf
from sympy import Eq, Rational

from asymptotics import Boundary, diagonal, kernel_ridge, phase_diagram, quadratic
from asymptotics.algebra.polyhedra import PARAMETERS
from asymptotics.models import one_pass_sgd
from asymptotics.models.hermite import hermite
from verify import words
from verify.checks.across import (
    boundary_checks,
    law_beside,
    law_close,
    law_of,
    law_off,
    law_on,
    place_of,
    side_of,
)
from verify.checks.measured import LeftOut
from verify.checks.places import place_on
from verify.verdicts import verdict_of

DIAGRAM = phase_diagram(quadratic)


SHORT = (("II", "VIa"), ("F_ac", "K_pp"))
"""Phases between which solutions of the two systems take little time."""


def between(*names: str) -> Boundary:
    return next(b for b in DIAGRAM.boundaries if tuple(p.name for p in b.phases) == names)


CROSSOVER, SATURATION, EDGE = between("III", "VIb"), between("II", "III"), between("II", "VIa")


def verdicts(checks) -> dict[str, str]:
    compared = (one for one in checks if not isinstance(one, LeftOut))
    return {one.quantity: verdict_of(one.kind, one.predicted, *one.limit) for one in compared}


@pytest.mark.parametrize("boundary", [SATURATION, EDGE], ids=["saturation", "edge"])
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


@pytest.mark.parametrize("share", [mpf(1) / 2, mpf(2)], ids=["missing", "spare"])
def test_modes_that_no_unit_is_left_for_make_noise_where_labels_do_not(share) -> None:
    """Half as many units as inputs, without label noise: delta^2 = (what is missed)/A."""
    diagram = phase_diagram(quadratic, noise="none", width="scaled")
    boundary = next(b for b in diagram.boundaries if [p.name for p in b.phases] == ["III", "Wa"])
    law = law_of(boundary)
    found = verdicts(law_on(side_of(place_on(diagram, boundary, seed=17), share), law))
    assert {*found} >= {"excess_risk", "effective_noise", "threshold"}
    assert {*found.values()} == {"agrees"}


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
    assert verdicts(place_of(place, law)) == {"place": "agrees"}
    crossing, value = boundary.relation.args
    for step in (Rational(1, 100), Rational(-1, 100)):
        moved = replace(boundary, relation=Eq(crossing, value + step))
        elsewhere = replace(place, boundary=moved, point=off(place, step))
        assert verdicts(place_of(elsewhere, law)) == {"place": "disagrees"}


def test_the_law_of_another_phase_beside_a_boundary_is_seen() -> None:
    place = place_on(DIAGRAM, CROSSOVER, seed=0)
    assert verdicts(law_off(place, law_of(CROSSOVER))) == {"beside": "agrees"}
    one, other = CROSSOVER.phases
    swapped = replace(
        CROSSOVER, phases=(replace(one, region=other.region), replace(other, region=one.region))
    )
    altered = replace(place, boundary=swapped)
    assert set(verdicts(law_off(altered, law_of(CROSSOVER))).values()) != {"agrees"}


@pytest.mark.parametrize(
    "system",
    [
        pytest.param(kernel_ridge, id="kernel ridge"),
        pytest.param(one_pass_sgd, id="SGD", marks=pytest.mark.slow),
    ],
)
def test_boundaries_of_systems_are_compared_as_those_of_networks(system) -> None:
    """Those where a parameter passes a value among them; what is displaced or off is in the catalogue."""
    diagram = phase_diagram(system)
    at_parameter = next(b for b in diagram.boundaries if b.relation.lhs in PARAMETERS)
    between = next(b for b in diagram.boundaries if tuple(p.name for p in b.phases) in SHORT)
    for boundary in (at_parameter, between):
        found = verdicts(boundary_checks(replace(diagram, boundaries=(boundary,))))
        assert "excess_risk" in found
        assert set(found.values()) == {"agrees"}


def test_a_solution_close_to_a_boundary_has_the_law_of_its_phase() -> None:
    place, law = place_on(DIAGRAM, CROSSOVER, seed=0), law_of(CROSSOVER)
    for side, own in enumerate(CROSSOVER.phases):
        assert verdicts(law_close(place, law, side)) == {"close": "agrees"}
        wrong = replace(own, risk=replace(own.risk, expr=own.risk.expr * Rational(101, 100)))
        phases = tuple(wrong if phase is own else phase for phase in CROSSOVER.phases)
        altered = replace(place, boundary=replace(CROSSOVER, phases=phases))
        found = [verdicts(law_close(altered, law, k)) for k in (0, 1)]
        assert {"close": "disagrees"} in found


@pytest.fixture(scope="module")
def of_scaled_noise():
    """Points on boundaries of diagonal networks where noise scales, by the names of the phases and a seed."""
    diagram = phase_diagram(diagonal, noise="scaled")
    by_names = {tuple(p.name for p in b.phases): b for b in diagram.boundaries}
    return lambda *names, seed: place_on(diagram, by_names[names], seed=seed)


@pytest.mark.parametrize("names", [("N", "V"), ("V", "VIa")], ids=["N/V", "V/VIa"])
def test_close_to_a_boundary_a_law_with_a_logarithm_has_all_dimensions_in_reach(
    of_scaled_noise, names
) -> None:
    """What is left of it falls like 1/log d, long after the term that balances on the boundary is gone."""
    place = of_scaled_noise(*names, seed=0)
    assert verdicts(law_close(place, law_of(place.boundary), 0)) == {"close": "agrees"}


def test_what_a_ladder_leaves_undecided_is_compared_on_more_dimensions(of_scaled_noise) -> None:
    place = of_scaled_noise("II", "VIa", seed=2)
    law, share = law_of(place.boundary), mpf(1) / 2
    assert verdicts(law_on(side_of(place, share), law))["excess_risk"] == "undecided"
    assert set(verdicts(law_beside(place, share, law)).values()) == {"agrees"}


@pytest.mark.slow
def test_off_a_boundary_integrals_over_modes_end_where_they_have_digits() -> None:
    diagram = phase_diagram(quadratic, noise="scaled")
    boundary = next(b for b in diagram.boundaries if [p.name for p in b.phases] == ["III", "N"])
    place = place_on(diagram, boundary, seed=0)
    assert verdicts(law_off(place, law_of(boundary))) == {"beside": "agrees"}


def test_some_boundaries_are_compared_at_each_seed_and_all_in_twenty(monkeypatch) -> None:
    """Of those that are left out the report has the reason."""
    monkeypatch.setattr("verify.checks.across._in_short", lambda diagram, boundary, law, seed: [boundary])
    reached = set()
    for seed in range(20):
        outcomes = list(boundary_checks(DIAGRAM, seed=seed))
        assert len(outcomes) == len(DIAGRAM.boundaries)
        left = [one for one in outcomes if isinstance(one, LeftOut)]
        assert {one.reason for one in left} <= {words.ANOTHER_SEED, words.SLOW_BOUNDARY}
        reached |= {k for k, one in enumerate(outcomes) if getattr(one, "reason", "") != words.ANOTHER_SEED}
    assert reached == {*range(len(DIAGRAM.boundaries))}


class WithoutLaw(Boundary):
    """A boundary of a model of one's own, across which nothing is derived."""

    def law(self):
        raise NotImplementedError("two scales of a sum are of one size")


def test_a_boundary_without_a_law_is_left_out_with_the_reason() -> None:
    boundary = WithoutLaw(**{field.name: getattr(CROSSOVER, field.name) for field in fields(Boundary)})
    (one,) = boundary_checks(replace(DIAGRAM, boundaries=(boundary,)))
    assert one.reason == words.NO_LAW


class WithLawOf(Boundary):
    """A boundary with the law of one elsewhere."""

    original: Boundary

    def law(self):
        return self.original.law()


def test_a_boundary_beyond_the_windows_is_left_out_with_the_reason() -> None:
    """Points are drawn at source exponents up to 3/2: none lies at 5, where a region may end all the same."""
    ridge = phase_diagram(kernel_ridge)
    WithLawOf.original = at_one = next(b for b in ridge.boundaries if b.relation.rhs == 1)
    reasons = []
    for value in (5, Rational(6, 5)):
        relation = Eq(at_one.relation.lhs, value)
        moved = WithLawOf(
            **{**{f.name: getattr(at_one, f.name) for f in fields(Boundary)}, "relation": relation}
        )
        (one, *_) = boundary_checks(replace(ridge, boundaries=(moved,)), effort="full")
        reasons.append(getattr(one, "reason", None))
    assert reasons == [words.BEYOND_WINDOWS, None]


def test_every_boundary_of_hermite_networks_has_a_law() -> None:
    diagram = phase_diagram(hermite(4), noise="scaled")
    assert not any(isinstance(one, LeftOut) for one in boundary_checks(diagram))


def test_a_law_whose_variable_has_no_value_is_not_measured() -> None:
    """Where a hand has said that the exponent jumps: no number of samples has that variable."""
    diagram = phase_diagram(diagonal)
    (boundary,) = (b for b in diagram.boundaries if [p.name for p in b.phases] == ["III", "VIb"])
    wrong = replace(boundary, continuous=not boundary.continuous)
    altered = replace(diagram, boundaries=(wrong,))
    assert verdicts(boundary_checks(altered, seed=1))["excess_risk"] == "undecided"
