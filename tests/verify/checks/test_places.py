"""Points on boundaries: exactly on them, inside of all else, and the variable of the law there."""

from dataclasses import replace
from fractions import Fraction

import pytest
from sympy import Eq, Rational

from asymptotics import phase_diagram, quadratic, symbols
from asymptotics.algebra.regions import margin
from asymptotics.symbols import ell
from verify.checks.places import MARGIN, place_on, values_beside, values_on, variable_at

DIAGRAM = phase_diagram(quadratic)
II_III, II_V = (
    next(b for b in DIAGRAM.boundaries if [p.name for p in b.phases] == names)
    for names in (["II", "III"], ["II", "V"])
)


@pytest.mark.parametrize("boundary", DIAGRAM.boundaries, ids=lambda b: "-".join(p.name for p in b.phases))
def test_a_place_lies_on_the_boundary_and_inside_all_else(boundary) -> None:
    place = place_on(DIAGRAM, boundary, seed=1)
    exactly = {symbol: Rational(x.numerator, x.denominator) for symbol, x in place.point.items()}
    assert boundary.relation.subs(exactly) == True  # noqa: E712  (SymPy's own)
    for phase in boundary.phases:
        slacks = [margin(relation, exactly) for relation in phase.region.args]
        assert min(slacks) == 0
        assert all(slack == 0 or slack > Rational(str(MARGIN)) for slack in slacks)
    assert place.gap > 0
    assert place.dims == tuple(sorted(place.dims))


def test_places_are_the_same_for_the_same_seed() -> None:
    places = [place_on(DIAGRAM, II_III, seed=seed) for seed in (0, 0, 1)]
    assert places[0] == places[1] != places[2]


def test_a_relation_on_which_the_phases_do_not_meet_has_no_place() -> None:
    apart = replace(II_III, relation=Eq(ell, symbols.a + 40))
    assert place_on(DIAGRAM, apart, seed=0) is None


def test_values_are_powers_of_the_dimension() -> None:
    place = place_on(DIAGRAM, II_III, seed=0)
    values = values_on(place, 100, off=Fraction(1, 2), factor=3)
    assert float(values["n_eff"]) == pytest.approx(100 ** float(place.names["a"]), rel=1e-12, abs=0)
    expected = 3 * 100 ** (float(place.names["ell"]) + 0.5)
    assert float(values["weight_decay"]) == pytest.approx(expected, rel=1e-12, abs=0)
    assert (values["gamma"], values["noise_variance"]) == (place.names["gamma"], 0.5)


@pytest.mark.parametrize(("boundary", "unit"), [(II_III, 1), (II_V, 2)], ids=["no window", "window"])
def test_the_variable_beside_a_boundary_has_the_value_asked_for(boundary, unit) -> None:
    place = place_on(DIAGRAM, boundary, seed=0)
    at = values_beside(place, 10**6, Fraction(1, 4))
    assert float(variable_at(boundary.law(), at)) == pytest.approx(unit / 4, rel=1e-12, abs=0)
