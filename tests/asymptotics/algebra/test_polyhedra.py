"""Exact polyhedra against evaluation at points and against linear programming in floating point."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sympy import Poly, Rational, oo, sqrt

from asymptotics.algebra.polyhedra import (
    EVERYWHERE,
    FIELD,
    SignChange,
    coefficient,
    common_facet,
    difference,
    feasible,
    irredundant,
    negative,
    normalised,
    restricted,
    sample,
    sign,
    split_at_sign_changes,
    uncovered,
)
from asymptotics.symbols import gamma, source

SOURCES = EVERYWHERE[1]
small = st.integers(-4, 4)
polynomials = st.lists(st.integers(-5, 5), min_size=1, max_size=4).filter(lambda c: c[-1] != 0)


def value_of(polynomial, at):
    return sum(c * at**k for k, c in enumerate(polynomial))


def in_field(polynomial):
    return coefficient(Poly(list(reversed(polynomial)), gamma).as_expr())


def numbers(form):
    """A form without gamma, as floats."""
    return np.array([float(FIELD.to_sympy(c)) for c in form])


def constant_forms(variables):
    one = st.tuples(*[small] * (variables + 1)).filter(lambda f: any(f[1:]))
    return st.lists(one, min_size=1, max_size=6).map(
        lambda forms: [tuple(coefficient(c) for c in form) for form in forms]
    )


def margin(forms):
    """Largest m <= 1 with every form >= m at some point: positive where the interior is not empty."""
    forms = np.array(forms)
    _, variables = forms[:, 0], forms[:, 1:]
    result = linprog(
        c=[*[0] * variables.shape[1], -1],
        A_ub=np.column_stack([-variables, np.ones(len(forms))]),
        b_ub=forms[:, 0],
        bounds=[*[(None, None)] * variables.shape[1], (None, 1)],
    )
    assert result.status == 0, result.message
    return -result.fun


def lowest(target, forms):
    """Infimum of a form over the closed polyhedron."""
    forms = np.array(forms)
    result = linprog(
        c=target[1:], A_ub=-forms[:, 1:], b_ub=forms[:, 0], bounds=[(None, None)] * (len(target) - 1)
    )
    return -np.inf if result.status == 3 else result.fun + target[0]


# --- sign


@given(polynomials, polynomials, st.lists(st.fractions(0, 1, max_denominator=30), min_size=5, max_size=5))
@settings(deadline=None)
def test_sign_is_the_sign_at_every_point_or_a_root_is_named(numerator, denominator, fractions):
    low, high = Rational(1, 2), Rational(3)
    value = in_field(numerator) / in_field(denominator)
    points = [Fraction(1, 2) + Fraction(5, 2) * (f * Fraction(98, 100) + Fraction(1, 100)) for f in fractions]
    try:
        root, answer = None, sign(value, ((low, high), SOURCES))
    except SignChange as change:
        root = change.root
    if root is not None:
        assert low < root < high
        # a root of the quotient is a root of its numerator or of its denominator
        near = root.evalf(40)
        ends = [Poly(list(reversed(end)), gamma).as_expr() for end in (numerator, denominator)]
        assert min(abs(end.subs(gamma, near).evalf(40)) for end in ends) < 1e-30
        return
    for at in points:
        top, bottom = value_of(numerator, at), value_of(denominator, at)
        if bottom != 0:
            quotient = top / bottom
            assert answer == (quotient > 0) - (quotient < 0)


def test_sign_change_is_named_only_inside_the_interval():
    value = coefficient(gamma**2 - 2)
    with pytest.raises(SignChange) as caught:
        sign(value)
    assert caught.value.root == sqrt(2)
    assert sign(value, ((Rational(1, 2), sqrt(2)), SOURCES)) == -1
    assert sign(value, ((sqrt(2), oo), SOURCES)) == 1


def test_sign_sees_a_pole():
    with pytest.raises(SignChange) as caught:
        sign(coefficient(1 / (gamma - 1)))
    assert caught.value.root == 1


def test_sign_of_zero_and_of_constants():
    assert [sign(coefficient(c)) for c in (-3, 0, Rational(1, 7))] == [-1, 0, 1]


def test_question_is_asked_again_on_both_sides_of_every_root():
    value = coefficient((gamma - 1) * (gamma - 2))
    answers = split_at_sign_changes(lambda domain: sign(value, domain) > 0)
    assert answers == [
        (((Rational(1, 2), 1), SOURCES), True),
        (((1, 2), SOURCES), False),
        (((2, oo), SOURCES), True),
    ]


def test_question_with_one_answer_keeps_one_interval():
    value = coefficient((gamma - 1) ** 2)
    assert split_at_sign_changes(lambda domain: sign(value, domain) > 0) == [(EVERYWHERE, True)]


@pytest.mark.parametrize("polynomial", [2 * source * gamma + 1, gamma**2 + source - gamma + 1])
def test_sign_in_two_parameters_is_that_of_coefficients(polynomial):
    assert sign(coefficient(polynomial)) == 1
    assert sign(coefficient(-polynomial)) == -1


def test_sign_in_two_parameters_splits_at_a_root_in_one():
    value = coefficient((source - 1) * (gamma + source))
    with pytest.raises(SignChange) as caught:
        sign(value)
    assert (caught.value.root, caught.value.parameter) == (1, source)
    below, above = caught.value.split(EVERYWHERE)
    assert (sign(value, below), sign(value, above)) == (-1, 1)


def test_sign_in_two_parameters_is_refused_where_it_is_not_known():
    with pytest.raises(NotImplementedError, match="is not known for 1/2 < gamma < oo"):
        sign(coefficient(gamma - source))
    assert sign(coefficient(gamma - source), ((Rational(2), oo), (Rational(0), Rational(1)))) == 1


@given(st.fractions(1, 3, max_denominator=50), st.fractions(0, 2, max_denominator=50).filter(bool))
def test_sample_is_inside(low, width):
    low, width = Rational(low.numerator, low.denominator), Rational(width.numerator, width.denominator)
    assert low < sample((low, low + width)) < low + width
    assert sample((sqrt(2), oo)) > sqrt(2)
    assert sqrt(2) < sample((sqrt(2), sqrt(2) + width / 10**30)) < sqrt(2) + width / 10**30


# --- elimination


@pytest.mark.parametrize("variables", [1, 2, 3])
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_feasible_agrees_with_linear_programming(variables, data):
    forms = data.draw(constant_forms(variables))
    numerically = margin([numbers(f) for f in forms])
    assume(not 0 < numerically < 1e-6)
    assert feasible(forms) == (numerically > 1e-6)


@given(st.lists(st.tuples(*[st.tuples(small, small)] * 3), min_size=2, max_size=4), st.floats(0.01, 0.99))
@settings(deadline=None, max_examples=40)
def test_feasible_agrees_with_linear_programming_on_every_interval_of_gamma(coefficients, fraction):
    forms = [tuple(coefficient(p + q * gamma) for p, q in form) for form in coefficients]
    for ((low, high), _), answer in split_at_sign_changes(lambda domain: feasible(forms, domain)):
        # an answer may fail at single values of gamma between intervals, such as 3/2: stay clear of them
        width = 3 if high == oo else float(high - low)
        decay = float(low) + width * fraction + np.pi * 1e-7
        numerically = margin([[float(p + q * decay) for p, q in form] for form in coefficients])
        assume(not 1e-12 < abs(numerically) < 1e-5)
        assert answer == (numerically > 0), (low, high, decay)


def test_open_polyhedra_do_not_hold_their_facets():
    x = (coefficient(0), coefficient(1), coefficient(0))
    y = (coefficient(0), coefficient(0), coefficient(1))
    below = (coefficient(0), coefficient(-1), coefficient(-1))
    assert feasible([x, y])
    assert not feasible([x, y, below])  # x, y >= 0 and x + y <= 0 meet in a point, which is not open
    assert feasible([])


@pytest.mark.parametrize("variables", [2, 3])
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_facets_are_necessary_and_sufficient(variables, data):
    forms = data.draw(constant_forms(variables))
    assume(feasible(forms))
    facets = irredundant(forms)
    as_numbers = [numbers(f) for f in facets]
    for form in forms:
        assert not facets or lowest(numbers(form), as_numbers) > -1e-7  # the facets imply every form
    for facet in facets:
        beyond = [numbers(f) for f in facets if f != facet] + [-numbers(facet)]
        assert margin(beyond) > 1e-7  # and not without each of them


@given(st.tuples(small, small, small).filter(lambda f: any(f[1:])), st.integers(1, 9), st.integers(1, 9))
def test_normal_form_forgets_the_scale_and_keeps_the_side(numbers_of_form, p, q):
    form = tuple(coefficient(c) for c in numbers_of_form)
    scaled = tuple(c * coefficient(Rational(p, q)) * coefficient(gamma) for c in form)
    assert normalised(form) == normalised(scaled)
    assert normalised(form) != normalised(negative(form))
    ratios = {x / y for x, y in zip(normalised(form), form, strict=True) if y != FIELD.zero}
    assert len(ratios) == 1
    assert sign(ratios.pop()) > 0


@given(st.tuples(*[small] * 4), st.tuples(*[small] * 4), st.tuples(small, small))
def test_restriction_is_the_value_on_the_hyperplane(form, hyperplane, at):
    assume(hyperplane[3] != 0)
    x, y = at
    z = -Fraction(hyperplane[0] + hyperplane[1] * x + hyperplane[2] * y, hyperplane[3])
    value = form[0] + form[1] * x + form[2] * y + form[3] * z
    less = restricted(tuple(map(coefficient, form)), tuple(map(coefficient, hyperplane)))
    assert FIELD.to_sympy(less[0] + less[1] * x + less[2] * y) == Rational(value.numerator, value.denominator)


# --- facets


def box(x, y):
    """The unit square with lower left corner (x, y)."""
    c = coefficient
    return [
        (c(-x), c(1), c(0)),
        (c(x + 1), c(-1), c(0)),
        (c(-y), c(0), c(1)),
        (c(y + 1), c(0), c(-1)),
    ]


def test_squares_share_a_side_but_not_a_corner():
    side = common_facet(box(0, 0), box(1, 0))
    assert side == (coefficient(1), coefficient(-1), coefficient(0))
    assert common_facet(box(0, 0), box(0, 1)) == (coefficient(1), coefficient(0), coefficient(-1))
    assert common_facet(box(0, 0), box(1, 1)) is None
    assert common_facet(box(0, 0), box(2, 0)) is None
    assert common_facet(box(0, 0), box(1, Rational(1, 2))) is not None


@given(constant_forms(2), st.tuples(small, small, small).filter(lambda f: any(f[1:])))
@settings(deadline=None)
def test_halves_of_a_polyhedron_share_the_cut(forms, cut):
    cut = tuple(coefficient(c) for c in cut)
    one, other = [*forms, cut], [*forms, negative(cut)]
    assume(feasible(one) and feasible(other))
    facet = common_facet(irredundant(one), irredundant(other))
    assert facet == normalised(cut)


@given(constant_forms(2).filter(lambda forms: len(forms) <= 4), st.data())
@settings(deadline=None, max_examples=20)
def test_a_removed_polyhedron_is_what_is_uncovered(lines, data):
    everywhere = [(FIELD.one, FIELD.zero, FIELD.zero)]
    polyhedra = [
        irredundant(polyhedron)
        for sides in product((1, -1), repeat=len(lines))
        if feasible(
            polyhedron := [
                line if side > 0 else negative(line) for line, side in zip(lines, sides, strict=True)
            ]
        )
    ]
    assert list(uncovered(polyhedra, everywhere)) == []
    removed = data.draw(st.sampled_from(polyhedra))
    gaps = list(uncovered([polyhedron for polyhedron in polyhedra if polyhedron != removed], everywhere))
    assert gaps
    for gap in gaps:
        assert feasible(gap)
        assert all(not feasible([*gap, negative(facet)]) for facet in removed)  # it lies in what was removed


def test_no_polyhedron_at_all_covers_nothing():
    inside = box(0, 0)
    assert list(uncovered([], inside)) == [inside]


def test_difference_of_forms():
    left, right = ((coefficient(gamma), coefficient(1)), (coefficient(1), coefficient(gamma)))
    assert difference(left, right) == (coefficient(gamma - 1), coefficient(1 - gamma))
