"""Regimes: sums as monomials, and what holds them apart."""

import pytest
from sympy import Eq, S, simplify, sqrt

from asymptotics.algebra.monomials import term
from asymptotics.algebra.polyhedra import EVERYWHERE
from asymptotics.balance.regimes import (
    LABEL_NOISE,
    MODES,
    as_law,
    crossover,
    index_bounds,
    mean_term,
    split_balance,
    without_label_noise,
)
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece
from asymptotics.symbols import (
    d,
    effective_noise,
    gamma,
    matrix_error,
    n_eff,
    noise_variance,
    size,
    threshold,
)


def test_the_index_at_which_modes_cross_a_scale():
    index = crossover(term(threshold, MODES), sqrt(d))
    assert simplify(index.monomial() / (sqrt(d) / threshold) ** (1 / gamma)) == 1
    above, below = index_bounds(Learned.SOME, index)
    assert above[0] is index
    assert below[1] is index


def test_a_mean_over_modes_is_a_monomial():
    unlearned = ModeFunction((Piece(S.Zero, S.One, size**2), Piece(S.One, S.Infinity, S.Zero)))
    (mean,) = mean_term(unlearned, Learned.SOME, term(threshold, MODES), sqrt(d), EVERYWHERE)
    assert mean.coefficient == 1 / (2 * gamma - 1)  # (K/d)/(2 gamma - 1)
    assert simplify(mean.monomial() * d / (sqrt(d) / threshold) ** (1 / gamma)) == 1


def test_a_balance_is_split_into_its_terms():
    equation = Eq(n_eff / d * effective_noise**2, noise_variance + 3 * matrix_error)
    left, labels, factor = split_balance(equation, matrix_error, LABEL_NOISE)
    assert left.monomial() == n_eff * effective_noise**2 / d
    assert [t.origin for t in labels] == [LABEL_NOISE]
    assert without_label_noise(labels) == ()
    assert factor.coefficient == 3


def test_a_balance_that_is_not_linear_in_the_sum_is_refused():
    with pytest.raises(ValueError, match="linear in E on the right, once"):
        split_balance(Eq(effective_noise**2, matrix_error**2), matrix_error, LABEL_NOISE)


def test_laws_of_fixed_terms_compare_by_their_terms():
    terms = (term(d, MODES),)
    assert as_law(terms) == as_law(list(terms))
    assert as_law(terms)(EVERYWHERE) == terms
