"""Sums with two scales against the sums themselves, added up mode by mode."""

import numpy as np
import pytest
from declared_systems import TWO_SCALES
from scipy.integrate import simpson
from sympy import Eq, Piecewise, Rational, S, Symbol, exp, lambdify, sqrt

from asymptotics import IncompleteDiagram, phase_diagram
from asymptotics.algebra.monomials import term
from asymptotics.algebra.polyhedra import EVERYWHERE, split_at_sign_changes
from asymptotics.lemmas.power_sums import Learned
from asymptotics.symbols import a, d, effective_noise, gamma, n_eff, size, threshold
from asymptotics.systems import System, mode_sum, two_scales
from asymptotics.systems.mode_sums import Modes, scales_in
from asymptotics.systems.two_scales import split_sum, terms_of_split_sum

FINITE = Modes(term(S.One, ""), term(d, ""))
HEAD, NUMBER = 2000, 1e24
rho = Symbol("rho", real=True)
PRODUCT = size**2 / ((size + threshold) * (size + effective_noise))
LARGER, SMALLER = (term(scale, "modes") for scale in (threshold, effective_noise))
SHARE = size**3 / ((size**2 + threshold**2) * (size + effective_noise) ** 2)
FIRST = sqrt(size) / ((size**2 + threshold) * (size + effective_noise) ** 3)


def terms(split, learned, decay):
    """The leading terms on the part of the domain that holds a decay."""
    parts = split_at_sign_changes(
        lambda domain: tuple(terms_of_split_sum(split, FINITE, learned, domain, "")), EVERYWHERE
    )
    (found,) = (found for domain, found in parts if domain[0][0] < decay < domain[0][1])
    return found


def added(summand, at, decay):
    """The sum over all modes: the first one by one, then by Euler and Maclaurin in the logarithm."""
    of_size = lambdify(size, summand.subs(at), "numpy")
    head = of_size(np.arange(1, HEAD, dtype=np.longdouble) ** -float(decay)).sum()
    t = np.linspace(np.log(HEAD), np.log(NUMBER), 40_001, dtype=np.longdouble)
    values = of_size(np.exp(-float(decay) * t)) * np.exp(t)
    ends = of_size(np.array([HEAD, NUMBER], dtype=np.longdouble) ** -float(decay)).sum() / 2
    return float(head + simpson(values, x=t) + ends)


NONE, SOME, ALL = Learned
PLACES = {  # the indices at which sizes cross kappa and delta, by how many modes lie above them
    (NONE, NONE): (1e-12, 1e-6),
    (NONE, SOME): (1e-9, 1e12),
    (NONE, ALL): (1e-9, 1e33),
    (SOME, SOME): (1e6, 1e15),
    (SOME, ALL): (1e12, 1e33),
    (ALL, ALL): (1e29, 1e33),
}


def value(leading, at):
    return sum(float((t.coefficient * t.monomial()).subs(at)) for t in leading)


@pytest.mark.parametrize("summand", [PRODUCT, SHARE, FIRST], ids=str)
@pytest.mark.parametrize("decay", [Rational(3, 4), Rational(5, 4), Rational(11, 4)], ids=str)
@pytest.mark.parametrize("learned", PLACES, ids=lambda x: f"{x[0].value}-{x[1].value}")
def test_leading_terms_are_the_sum(summand, decay, learned):
    larger, smaller = scales_of(summand)
    of_larger, of_smaller = (index ** -float(decay) for index in PLACES[learned])
    at = {gamma: decay, d: NUMBER, threshold: of_larger, effective_noise: of_smaller}
    if larger.monomial() == sqrt(threshold):
        at[threshold] = of_larger**2
    leading = terms(split_sum(summand, larger, smaller), learned, decay)
    # what is left is smaller by 10^9, the least ratio of two indices, to the power 1/4, the least of all
    assert value(leading, at) == pytest.approx(added(summand, at, decay), rel=1e-2, abs=0)


def scales_of(summand):
    """Kappa, or its root, before delta."""
    return sorted(scales_in(summand), key=lambda scale: scale.holds([effective_noise]))


def test_ends_far_apart_can_both_lead():
    # 2, -1/2 and 3/2 are the powers of the three ranges: the first modes, or those at the smaller scale
    summand = size ** Rational(3, 2) * (size + threshold) ** Rational(5, 2) / (size + effective_noise) ** 2
    larger, smaller = scales_of(summand)
    first, lower = terms(split_sum(summand, larger, smaller), (SOME, SOME), Rational(5, 4))
    assert not first.holds([effective_noise])
    assert lower.holds([effective_noise])


def test_sums_without_limits_are_refused():
    cut = Piecewise((size**2 / (size + threshold), size >= effective_noise), (0, True))
    for summand in (cut, size**2 / (size + threshold) * exp(-effective_noise / size)):
        one, other = scales_in(summand)
        with pytest.raises(ValueError, match="has the scales"):
            split_sum(summand, one, other)
    unclear = size**2 / ((size + threshold * size ** (1 / gamma)) * (size + effective_noise))
    with pytest.raises(ValueError, match="changes sign at gamma = 1"):
        split_sum(unclear, *scales_in(unclear))
    flat = size**2 / (size**2 + size * threshold + effective_noise**2)  # s^2 is never alone with delta^2
    with pytest.raises(ValueError, match="has the scales"):
        split_sum(flat, LARGER, SMALLER)


def test_a_limit_that_is_none_is_refused(monkeypatch):
    right = two_scales._limit
    monkeypatch.setattr(two_scales, "_limit", lambda *x, **y: right(*x, **y) * Rational(1001, 1000))
    summand = size**3 / ((size + 3 * threshold) * (size + effective_noise))
    with pytest.raises(ValueError, match=r"has the scales .* and no limit"):
        split_sum(summand, LARGER, SMALLER)


def test_a_system_with_either_scale_the_larger():
    diagram = phase_diagram(TWO_SCALES)
    assert len(diagram.phases) == 18
    orders = {phase.hypothesis.ordering.value.split(", ")[-1] for phase in diagram}
    assert orders == {"kappa >> p", "p >> kappa"}
    held = mode_sum(size**2 / ((size + effective_noise) * (size + threshold)))
    fixed = System(
        "fixed",
        (threshold,),
        (Eq(threshold, 1 / n_eff),),
        {"risk": held},
        {n_eff: a, effective_noise: rho},
    )
    at = {"gamma": Rational(3, 4), "a": 2, "rho": -1}  # delta = 1/d above kappa = d**-2
    other = {**at, "a": 1, "rho": -2}
    one, swapped = (phase_diagram(fixed).locate(**x).risk for x in (at, other))
    assert one.exponent.subs({a: 2, rho: -1}) == swapped.exponent.subs({a: 1, rho: -2})
    assert one.constant == swapped.constant


def test_scales_of_one_size_have_no_phase():
    both = mode_sum(size**2 / ((size + threshold) * (size + effective_noise)))
    equations = (Eq(n_eff, both + 1 / threshold), Eq(effective_noise, 2 * threshold))
    locked = System("locked", (threshold, effective_noise), equations, {"risk": threshold}, {n_eff: a})
    with pytest.raises(IncompleteDiagram, match="no dominant balance of the locked model"):
        phase_diagram(locked)


def test_where_gamma_passes_a_value_forms_may_grow_without_bound():
    listed = [b for b in phase_diagram(TWO_SCALES).boundaries if b.relation.lhs == gamma]
    assert listed
    assert {b.relation.rhs for b in listed} == {1}
