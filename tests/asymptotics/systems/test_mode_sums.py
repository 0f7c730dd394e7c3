"""Sums of a system against the sums themselves, added up mode by mode or by Euler and Maclaurin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Piecewise, Rational, S, Symbol, exp, lambdify, simplify, sqrt, zeta

from asymptotics.algebra.monomials import term
from asymptotics.algebra.polyhedra import EVERYWHERE
from asymptotics.lemmas.power_sums import Learned
from asymptotics.symbols import d, effective_noise, gamma, n_eff, size, threshold
from asymptotics.systems.mode_sums import Modes, mode_sum, scaled_sum, terms_of_sum

INFINITE = Modes(term(S.One, ""), None)
FINITE = Modes(term(sqrt(d), ""), term(d, ""))
DECAY = Rational(5, 4)


def value(terms, at):
    return sum(float((t.coefficient * t.monomial()).subs(at)) for t in terms)


def added(summand, at, count):
    """The sum over the first modes, of sizes i**-gamma."""
    return float(lambdify(size, summand.subs(at), "numpy")(np.arange(1.0, count + 1) ** -float(DECAY)).sum())


@given(
    p=st.integers(1, 3), k=st.integers(1, 3), of_kappa=st.integers(-2, 2), factor=st.sampled_from([1, 2, 5])
)
@settings(deadline=None, max_examples=15)
def test_leading_term_of_rational_sums(p, k, of_kappa, factor):
    summand = threshold**of_kappa * size ** (2 * p) / (factor * size**2 + threshold) ** (k + p)
    scaled = scaled_sum(summand)
    assert scaled.scale.monomial() == sqrt(threshold)
    at = {gamma: DECAY, threshold: Rational(1, 10**10)}
    (leading,) = terms_of_sum(scaled, INFINITE, Learned.SOME, EVERYWHERE, "")
    # K = 10^4 modes lie above the scale; the sum beyond 3 * 10^6 is K^(p - 1/gamma) ... below 10^-3 of it
    exact = added(summand, at, 3_000_000)
    assert value([leading], at) == pytest.approx(exact, rel=5e-3, abs=0)


@pytest.mark.parametrize("factor", [Rational(1, 5), 1, 5])
def test_the_number_of_modes_above_a_multiple_of_the_scale(factor):
    scaled = scaled_sum(Piecewise((1, size >= factor * sqrt(threshold)), (0, True)))
    assert (scaled.scale.monomial(), scaled.prefactor.monomial()) == (sqrt(threshold), 1)
    (leading,) = terms_of_sum(scaled, INFINITE, Learned.SOME, EVERYWHERE, "")
    assert simplify(leading.coefficient - factor ** (-1 / gamma)) == 0
    assert terms_of_sum(scaled, INFINITE, Learned.NONE, EVERYWHERE, "") == []


def test_first_modes_rule_below_the_scale():
    scaled = scaled_sum(size**2 / (size**2 + threshold))
    (leading,) = terms_of_sum(scaled, INFINITE, Learned.NONE, EVERYWHERE, "")
    assert leading.monomial() == 1 / threshold
    assert leading.coefficient == zeta(2 * gamma)


def test_all_of_finitely_many_modes_above_the_scale():
    scaled = scaled_sum(size**2 / (size**2 + threshold))
    (leading,) = terms_of_sum(scaled, FINITE, Learned.ALL, EVERYWHERE, "")
    assert (leading.coefficient, leading.monomial()) == (1, d)


def test_a_power_needs_no_scale():
    scaled = scaled_sum(n_eff * size**2)
    assert scaled.scale is None
    (of_infinite,) = terms_of_sum(scaled, INFINITE, Learned.NONE, EVERYWHERE, "")
    assert of_infinite.coefficient * of_infinite.monomial() == n_eff * zeta(2 * gamma)


@pytest.mark.parametrize(
    ("summand", "scale"),
    [
        (exp(-n_eff * size**2), 1 / sqrt(n_eff)),
        (
            size**2 * Piecewise((1 - effective_noise / size, size > 2 * effective_noise), (1, True)),
            effective_noise,
        ),
        ((1 + sqrt(1 + 4 * threshold / size**2)) ** -2, sqrt(threshold)),
        (size ** (1 / gamma) * threshold**3 / (n_eff * size**2 + threshold**2) ** 2, threshold / sqrt(n_eff)),
    ],
)
def test_scales_are_read(summand, scale):
    scaled = scaled_sum(summand)
    assert scaled.scale.monomial() == scale
    at = {effective_noise: 0.3, threshold: 0.7, n_eff: 5.0, gamma: 1.25, size: 0.9}
    unit = float(scale.subs(at))
    piece = next(p for p in scaled.function.pieces if p.lower < 0.9 / unit <= p.upper)
    whole = scaled.prefactor.coefficient * scaled.prefactor.monomial()
    product = whole.subs(at) * piece.value.subs({**at, size: 0.9 / unit})
    assert float(product) == pytest.approx(float(summand.subs(at)), rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("summand", "words"),
    [
        (
            size**2 / (size**2 + threshold) / (size + effective_noise),
            "has the scales .*: a sum is to have one",
        ),
        ((1 + size) * size / (size**2 + threshold), "has the scales|not homogeneous"),
        ((size**2 + threshold) * exp(-threshold * size**2), "has the scales|not homogeneous"),
        (size**threshold / (size + n_eff), "homogeneous|power"),
    ],
)
def test_what_has_no_one_scale_is_refused(summand, words):
    with pytest.raises(ValueError, match=words) as caught:
        scaled_sum(summand)
    assert "\n" not in str(caught.value)


def test_a_divergent_sum_is_refused():
    with pytest.raises(ValueError, match="infinitely many modes diverges"):
        terms_of_sum(scaled_sum(threshold / (size**2 + threshold)), INFINITE, Learned.SOME, EVERYWHERE, "")
    with pytest.raises(ValueError, match="infinitely many modes diverges"):
        terms_of_sum(scaled_sum(n_eff * size**0), INFINITE, Learned.NONE, EVERYWHERE, "")


def test_mode_sums_are_sympy_expressions():
    one = mode_sum(size**2 / (size**2 + threshold))
    assert one.free_symbols == {threshold}
    assert one.diff(threshold) == mode_sum(-(size**2) / (size**2 + threshold) ** 2)
    assert one.is_positive
    assert mode_sum(S.Zero) == 0
    assert "sum_i" in str(one)
    assert Symbol("x") not in one.free_symbols
