"""Intervals of an exponent on a line against plain fractions, at random parameters and exponents."""

from fractions import Fraction
from itertools import pairwise
from math import inf
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, S, oo, sqrt

from asymptotics.algebra.intervals import (
    Crossing,
    NotCovered,
    Part,
    Stretch,
    cases_in_exponent,
    cases_in_parameter,
    intervals_along,
    same_cases,
    same_stretches,
)
from asymptotics.algebra.polyhedra import EVERYWHERE, FIELD, SignChange, coefficient
from asymptotics.symbols import gamma, source

FREE = (FIELD.zero, None)
ELEMENTS = [
    coefficient(x) for x in (0, 1, -2, gamma, 1 - gamma, 1 / gamma, gamma / (2 * gamma - 1), 2 - gamma**2)
]


def value(element, at):
    """An element of the field at a fraction."""
    number = FIELD.to_sympy(element).subs(gamma, Rational(at.numerator, at.denominator))
    return Fraction(int(number.p), int(number.q))


def fraction(number):
    return inf if number == oo else Fraction(int(number.p), int(number.q))


def equal(one, other, _):
    return one == other


# --- signs


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(ELEMENTS), st.sampled_from(ELEMENTS), st.integers(0, 10**6))
def test_signs_of_ends_are_those_at_every_point_of_their_case(constant, slope, seed):
    def in_b(domain):
        return cases_in_exponent(lambda part: part.sign((constant, slope)), equal, Part(domain, FREE))

    cases = cases_in_parameter(in_b, same, gamma)
    assert (cases[0][0], cases[-1][1]) == (S.Half, oo)
    random = Random(seed)
    for low, high, inner in cases:
        ends = [Fraction(str(x.evalf(30))) if x != oo else None for x in (low, high)]
        at = ends[0] + (1 if ends[1] is None else ends[1] - ends[0]) * Fraction(random.randint(1, 99), 100)
        for start, end, sign in inner:
            begin = value(start, at)
            width = 1 if end is None else value(end, at) - begin
            assert width > 0
            b = begin + width * Fraction(random.randint(1, 99), 100)
            here = value(constant, at) + value(slope, at) * b
            assert sign == (here > 0) - (here < 0)


def same(one, other, part):
    return len(one) == len(other) and all(
        x[2] == y[2] and part.sign((x[0] - y[0],)) == 0 and (x[1] is None) == (y[1] is None)
        for x, y in zip(one, other, strict=True)
    )


def test_a_sign_that_changes_says_where():
    with pytest.raises(SignChange) as of_gamma:
        Part().sign((coefficient(1 - gamma),))
    assert of_gamma.value.root == 1
    with pytest.raises(Crossing) as of_b:
        Part(interval=FREE).sign((coefficient(gamma), -FIELD.one))
    assert of_b.value.root == coefficient(gamma)
    # b = gamma lies outside of the part
    below = Part(interval=(FIELD.zero, coefficient(gamma)))
    assert below.sign((coefficient(gamma), -FIELD.one)) == 1
    above = Part(interval=(coefficient(gamma), None))
    assert above.sign((coefficient(gamma), -FIELD.one)) == -1


def test_a_part_may_be_a_point():
    at_two = Part(((S(2), S(2)), EVERYWHERE[1]))
    assert at_two.sign((coefficient(gamma - 2),)) == 0
    assert at_two.sign((coefficient(gamma**2 - 3),)) == 1
    with pytest.raises(ZeroDivisionError, match="infinite"):
        at_two.sign((coefficient(1 / (gamma - 2)),))
    at_b = Part(interval=(coefficient(gamma), coefficient(gamma)))
    assert at_b.sign((coefficient(gamma), -FIELD.one)) == 0


# --- intervals on a line


def cut(thresholds):
    """Polyhedra between neighbouring thresholds in a, each a form of (1,) or (1, b)."""
    polyhedra = []
    for index in range(len(thresholds) + 1):
        forms = []
        if index > 0:
            low = thresholds[index - 1]
            forms.append((-low[0], FIELD.one, *(-x for x in low[1:])))
        if index < len(thresholds):
            high = thresholds[index]
            forms.append((high[0], -FIELD.one, *high[1:]))
        polyhedra.append((forms, index))
    return polyhedra


def test_polyhedra_come_in_order_whatever_the_order_they_are_given_in():
    thresholds = [(coefficient(x),) for x in (1 / gamma, gamma + 2, 3 * gamma + 3)]
    polyhedra = cut(thresholds)
    Random(1).shuffle(polyhedra)
    found = intervals_along(polyhedra, Part())
    assert [x.payload for x in found] == [0, 1, 2, 3]
    assert [x.end for x in found] == [*thresholds, None]
    assert all(x.end == y.start for x, y in pairwise(found))


def test_what_lies_below_zero_is_not_met():
    polyhedra = cut([(coefficient(-gamma),), (coefficient(gamma),)])
    assert [x.payload for x in intervals_along(polyhedra, Part())] == [1, 2]


def test_the_larger_of_two_lower_ends_counts():
    # a > 1 and a > gamma, and the rest: a < 1, or 1 < a < gamma
    one, g = FIELD.one, coefficient(gamma)
    polyhedra = [
        ([(-one, one), (-g, one)], "above"),
        ([(one, -one)], "below"),
        ([(g, -one), (-one, one)], "in"),
    ]
    cases = cases_in_parameter(lambda x: intervals_along(polyhedra, Part(x)), same_stretches, gamma)
    assert [(low, high, [s.payload for s in found]) for low, high, found in cases] == [
        (S.Half, 1, ["below", "above"]),
        (1, oo, ["below", "in", "above"]),
    ]


def test_a_gap_is_told_with_what_touches_it():
    one, zero = FIELD.one, FIELD.zero
    first, second = [(one, -one)], [(-one, one), (zero, zero)]  # a < 1; a > 1, on a line along its facet
    with pytest.raises(NotCovered) as gap:
        intervals_along([(first, "I"), (second, "II")], Part())
    assert (gap.value.start, gap.value.touching) == ((one,), ("II",))


def test_an_empty_polyhedron_makes_no_case():
    # a < -1, whatever the order of a > gamma and a > 1
    one = FIELD.one
    empty = [(-one, -one), (-coefficient(gamma), one), (-one, one)]
    found = intervals_along([(empty, "none"), ([], "all")], Part())
    assert [x.payload for x in found] == ["all"]


# --- case splits


def test_a_case_in_b_is_a_case_in_gamma_where_they_meet():
    # a < 2 gamma and a < 1 + b: they meet at b = 2 gamma - 1
    two, one = coefficient(2 * gamma), FIELD.one
    smaller = [(two, -one, FIELD.zero), (one, -one, one)]
    polyhedra = [
        (smaller, "smaller"),
        ([(-two, one, FIELD.zero), (one, -one, one)], "between"),
        ([(-one, one, -one), (two, -one, FIELD.zero)], "between"),
        ([(-two, one, FIELD.zero), (-one, one, -one)], "larger"),
    ]

    def in_b(domain):
        return cases_in_exponent(
            lambda part: intervals_along(polyhedra, part), same_stretches, Part(domain, FREE)
        )

    ((low, high, inner),) = cases_in_parameter(in_b, same_cases, gamma)
    assert (low, high) == (S.Half, oo)
    assert [(start, end) for start, end, _ in inner] == [
        (FIELD.zero, coefficient(2 * gamma - 1)),
        (coefficient(2 * gamma - 1), None),
    ]
    assert [stretches[0].end for *_, stretches in inner] == [(one, one), (two, FIELD.zero)]


@pytest.mark.parametrize("root", [S.One, sqrt(2)])
def test_neighbours_are_joined_only_if_the_answer_holds_between_them(root):
    square = coefficient((gamma**2 - root**2) ** 2)

    def positive(domain):
        return Part(domain).sign((square,))

    # the square is 0 at the root, and 1 on both sides
    cases = cases_in_parameter(positive, equal, gamma)
    assert [(low, high) for low, high, _ in cases] == [(S.Half, root), (root, oo)]

    def whatever(domain):
        positive(domain)
        return "the same"

    # the root does not matter; at one that is not rational it is not known that it does not
    cases = cases_in_parameter(whatever, equal, gamma)
    assert len(cases) == (1 if root == 1 else 2)


def test_cases_of_the_source_are_told_from_those_of_gamma():
    cases = cases_in_parameter(lambda x: Part(x).sign((coefficient(source - 2),)), equal, source)
    assert [(low, high, sign) for low, high, sign in cases] == [(0, 2, -1), (2, oo, 1)]


def test_stretches_that_agree_at_one_value_differ_elsewhere():
    one, other = (
        [Stretch((FIELD.zero,), (coefficient(x),), "I"), Stretch((coefficient(x),), None, "II")]
        for x in (gamma, 2 * gamma - 1)
    )
    assert same_stretches(one, other, Part(((S.One, S.One), EVERYWHERE[1])))
    assert not same_stretches(one, other, Part(((S(2), S(2)), EVERYWHERE[1])))
    assert not same_stretches(one, one[:1], Part())
