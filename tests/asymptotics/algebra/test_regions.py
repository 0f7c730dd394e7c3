"""Polyhedra in words: inequalities, margins, ends of the axes."""

from sympy import S, oo

from asymptotics.algebra.monomials import Scales
from asymptotics.algebra.polyhedra import EVERYWHERE, coefficient
from asymptotics.algebra.regions import inequality, interval_conditions, margin, region_of
from asymptotics.symbols import a, b, ell, gamma

SCALES = Scales("scaled")


def form(*coefficients):
    return tuple(map(coefficient, coefficients))


def test_an_inequality_is_solved_for_the_weight_decay_where_it_holds_it():
    assert inequality(form(1, gamma, -2, 0), SCALES, EVERYWHERE) == (ell < gamma * a / 2 + S.Half)
    without = inequality(form(1, gamma, 0, -1), SCALES, EVERYWHERE)
    assert without in (a > b / gamma - 1 / gamma, b < gamma * a + 1)


def test_a_region_holds_its_inequalities_and_the_part_of_the_parameters():
    part = ((S.One, oo), EVERYWHERE[1])
    region = region_of([form(1, -1, 0, 0)], SCALES, part)
    assert set(region.args) == {a < 1, gamma > 1}
    assert interval_conditions(EVERYWHERE, EVERYWHERE) == []


def test_margins_are_positive_inside_alone():
    relation = ell < a - 1
    assert margin(relation, {a: S(3), ell: S.One}) == 1
    assert margin(relation, {a: S(3), ell: S(2)}) == 0
    assert margin(relation, {a: oo, ell: S(2)}) == oo
