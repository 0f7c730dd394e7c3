"""Positive forms: equal to what was declared, at random values of everything in it."""

import random

import pytest
from sympy import Rational, S, Symbol, symbols

from asymptotics.symbols import n_eff, size, threshold
from asymptotics.systems.mode_sums import mode_sum
from asymptotics.systems.positive_form import Product, combined, positive, products_of

P, RATIO, FIRST = symbols("p q nu_1", positive=True)
F = size / (size + threshold)
SIZES = [Rational(1, i**2) for i in range(1, 6)]


def at(expression, values):
    """The value of an expression with sums over five modes."""
    whole = expression.replace(
        lambda part: isinstance(part, mode_sum),
        lambda part: sum(part.args[0].subs(size, s) for s in SIZES),
    )
    return whole.subs(values)


def values(seed):
    draw = random.Random(seed)
    return {
        x: Rational(draw.randint(1, 50), draw.randint(1, 50)) for x in (P, RATIO, FIRST, n_eff, threshold)
    }


@pytest.mark.parametrize("seed", range(5))
def test_a_difference_equals_its_positive_form(seed):
    """With p solving the equation that is added."""
    equation = P - P * RATIO - mode_sum(F)
    difference = P - mode_sum(F**2)
    made = positive(difference, [equation])
    assert len(made) == 2
    assert not any(one.is_negative for one in made)
    point = values(seed) | {RATIO: Rational(1, 3)}
    point[P] = at(mode_sum(F), point) / (1 - point[RATIO])
    assert at(sum((one.expression for one in made), S.Zero), point) == at(difference, point)


def test_two_equations_can_be_needed():
    one = n_eff - FIRST - mode_sum(F)
    other = P - n_eff - RATIO
    made = positive(P - mode_sum(F**2), [one, other])
    assert {part.expression for part in made} >= {RATIO, FIRST}


def test_what_stays_a_difference_is_refused():
    with pytest.raises(ValueError, match="is a difference that none of the other equations makes a sum"):
        positive(P - n_eff, [P - FIRST])


def test_like_terms_are_added():
    terms = combined(products_of(2 * P + 3 * P - P * mode_sum(F) + P * mode_sum(F)))
    assert [one.expression for one in terms] == [5 * P]


@pytest.mark.parametrize("wrong", [1 / (P + n_eff), mode_sum(F) ** Rational(1, 2), Symbol("x") / mode_sum(F)])
def test_what_is_no_product_is_named(wrong):
    with pytest.raises(ValueError, match=r"declare .* as an unknown of its own"):
        products_of(wrong)


@pytest.mark.parametrize(("factor", "summand", "negative"), [(1, F, 0), (-1, F, 1), (1, -F, 1), (-1, -F, 0)])
def test_signs_of_factor_and_summand_count(factor, summand, negative):
    assert Product(S(factor), (summand,)).is_negative is bool(negative)
