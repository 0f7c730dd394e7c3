"""Balances: what they claim about the equations, checked with plain fractions at points of their regions."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import pytest
from sympy import Eq, Rational, simplify

from asymptotics import IncompleteDiagram, diagonal, phase_diagram, quadratic
from asymptotics.algebra.monomials import Scales, bulk_freedom
from asymptotics.algebra.polyhedra import EVERYWHERE, FIELD, feasible, uncovered
from asymptotics.balance import dominant_balance as balance
from asymptotics.balance.dominant_balance import dominant_balances
from asymptotics.balance.regimes import BULK, LABEL_NOISE, MODES, WEIGHT_DECAY, Hypothesis
from asymptotics.lemmas.power_sums import Learned
from asymptotics.networks.mode_functions import Ordering
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    n_eff,
    noise_variance,
    threshold,
    weight_decay,
)

SCALES = Scales("fixed")
by_name = pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)


@pytest.fixture(scope="module")
def balances():
    return {network: dominant_balances(network, SCALES) for network in (diagonal, quadratic)}


def value(form, point):
    numbers = [Fraction(str(FIELD.to_sympy(c).subs(gamma, Rational(str(point["gamma"]))))) for c in form]
    return numbers[0] + numbers[1] * point["a"] + numbers[2] * point["ell"]


def exponent(term, point):
    return value(SCALES.exponent(term), point)


def the(balanced, quantity):
    """The one term of a quantity, None if it has none."""
    ((domain, terms),) = balanced.leading_terms(quantity)
    assert domain == EVERYWHERE
    assert len(terms) <= 1
    return terms[0] if terms else None


def points_of(balanced, random_point, count=8):
    from random import Random

    random = Random(1)
    while count:
        point = random_point(random)
        if all(value(facet, point) > 0 for facet in balanced.facets):
            count -= 1
            yield point


@by_name
def test_solutions_solve_the_state_evolution_to_leading_order(network, balances, random_point):
    # alpha delta^2 = max(Delta, E) and alpha = max(D, lambda/kappa), as exponents of d
    for balanced in balances[network]:
        freedom = the(balanced, "degrees_of_freedom")
        for point in points_of(balanced, random_point):
            alpha = point["a"] - 1
            delta, kappa = (exponent(the(balanced, q), point) for q in ("effective_noise", "threshold"))
            assert alpha + 2 * delta == max(Fraction(0), exponent(balanced.risk, point))
            setting = [point["ell"] - kappa]
            if freedom is not None:
                setting.append(exponent(freedom, point))
            assert alpha == max(setting)


@by_name
def test_solutions_hold_for_themselves(network, balances, random_point):
    for balanced in balances[network]:
        hypothesis = balanced.hypothesis
        for point in points_of(balanced, random_point):
            delta, kappa = (exponent(the(balanced, q), point) for q in ("effective_noise", "threshold"))
            assert {
                Ordering.THRESHOLD_ABOVE_NOISE: kappa > delta,
                Ordering.THRESHOLD_AT_EDGE: kappa == delta,
                Ordering.THRESHOLD_BELOW_NOISE: kappa < delta,
            }[hypothesis.ordering]
            crossover = (Fraction(1, 2) - max(delta, kappa)) / point["gamma"]
            assert {
                Learned.NONE: crossover < 0,
                Learned.SOME: 0 < crossover < 1,
                Learned.ALL: crossover > 1,
            }[hypothesis.learned]
            if hypothesis.learned is not Learned.NONE:
                assert exponent(the(balanced, "learned_modes"), point) == min(crossover, 1)


@by_name
def test_regions_are_disjoint_and_leave_nothing_out(network, balances):
    found = balances[network]
    assert all(balanced.domain == EVERYWHERE for balanced in found)
    for one, other in combinations(found, 2):
        assert not feasible([*one.facets, *other.facets])
    everywhere = [(FIELD.one, FIELD.zero, FIELD.zero)]
    assert not list(uncovered([balanced.facets for balanced in found], everywhere))


def test_phase_two_by_hand(balances):
    # the balance solved on paper: its hypothesis, its region and its solution
    by_hand = Hypothesis(
        Ordering.THRESHOLD_ABOVE_NOISE,
        Learned.SOME,
        risk=MODES,
        dominant=(LABEL_NOISE, WEIGHT_DECAY),
    )
    (found,) = (x for x in balances[diagonal] if x.hypothesis == by_hand)
    inequalities = {str(SCALES.expression(facet)) for facet in found.facets}
    assert len(inequalities) == 3
    for a, ell, inside in (  # gamma = 1: ell > (a-1)/2, ell < a - 1/2, ell > a - 3/2
        ("1", "1/4", True),
        ("1", "-1/4", False),
        ("1", "3/4", False),
        ("3", "5/4", False),
        ("3", "7/4", True),
    ):
        point = {"a": Fraction(a), "ell": Fraction(ell), "gamma": Fraction(1)}
        assert all(value(facet, point) > 0 for facet in found.facets) == inside
    kappa, delta = found.solution[threshold], found.solution[effective_noise]
    assert simplify(kappa.coefficient * kappa.monomial() - d * weight_decay / n_eff) == 0
    square = (delta.coefficient * delta.monomial()) ** 2
    assert simplify(square - d * noise_variance / n_eff) == 0


def test_logarithm_only_where_the_threshold_is_at_the_edge(balances):
    for found in balances.values():
        for balanced in found:
            at_edge = balanced.hypothesis.ordering is Ordering.THRESHOLD_AT_EDGE
            assert (bulk_freedom in balanced.solution) == at_edge
            assert at_edge or balanced.hypothesis.risk != BULK


@pytest.mark.parametrize("network", [diagonal, pytest.param(quadratic, marks=pytest.mark.slow)], ids=str)
@pytest.mark.parametrize(
    ("ordering", "learned"), list(product(Ordering, (Learned.NONE, Learned.SOME, Learned.ALL)))
)
def test_a_withheld_hypothesis_leaves_a_hole(network, ordering, learned, monkeypatch):
    # nothing is written down beforehand: without one kind of hypothesis its region has no phase
    candidates = balance._candidates

    def withheld(regime):
        if (regime.ordering, regime.learned) != (ordering, learned):
            yield from candidates(regime)

    holds = {(x.hypothesis.ordering, x.hypothesis.learned) for x in dominant_balances(network, SCALES)}
    monkeypatch.setattr(balance, "_candidates", withheld)
    unseen = replace(network, name=f"{network.name} without {ordering.value}, {learned.value}")
    if (ordering, learned) in holds:
        with pytest.raises(IncompleteDiagram, match="no dominant balance"):
            phase_diagram(unseen)
    else:
        assert len(phase_diagram(unseen).phases) == len(dominant_balances(network, SCALES))


def test_the_hole_is_where_the_phase_was(monkeypatch):
    candidates = balance._candidates
    monkeypatch.setattr(
        balance,
        "_candidates",
        lambda *x: (c for c in candidates(*x) if c.hypothesis.learned is not Learned.ALL),
    )
    with pytest.raises(IncompleteDiagram, match="gamma"):
        phase_diagram(replace(quadratic, name="nothing learned in full"))


def test_a_declaration_is_all_the_engine_needs():
    # lambda -> 2 lambda in the declaration: phase II scales by 2**(2 - 1/gamma), V does not feel it
    changed = replace(
        diagonal,
        name="diagonal with twice the weight decay",
        threshold_balance=Eq(n_eff / d, degrees_of_freedom + 2 * weight_decay / threshold),
    )
    one, other = phase_diagram(diagonal), phase_diagram(changed)
    assert [phase.name for phase in one.phases] == [phase.name for phase in other.phases]
    for name, factor in (("II", 2 ** (2 - 1 / gamma)), ("III", 4), ("V", 1), ("VIa", 1), ("VIb", 1)):
        first, second = (next(p for p in diagram.phases if p.name == name) for diagram in (one, other))
        assert simplify(second.risk.constant / first.risk.constant - factor) == 0
        assert second.region == first.region


def test_more_noise_of_the_same_size_adds_up():
    # Delta + Delta/2 in the equation for delta: delta^2 = (3/2) Delta d/n_eff in phase II
    changed = replace(
        diagonal,
        name="diagonal with more noise",
        noise_balance=Eq(diagonal.noise_balance.lhs, diagonal.noise_balance.rhs + noise_variance / 2),
    )
    (phase,) = (p for p in phase_diagram(changed).phases if p.name == "II")
    assert simplify(phase.effective_noise.expr**2 - Rational(3, 2) * noise_variance * d / n_eff) == 0


def with_forces(name, forces):
    """The diagonal network with another right side of the equation for kappa."""
    balance = Eq(n_eff / d, degrees_of_freedom + forces)
    return replace(diagonal, name=f"diagonal with {name}", threshold_balance=balance)


def test_terms_that_tie_in_the_same_power_of_an_unknown_add_up():
    # lambda/kappa and Delta lambda/kappa grow alike at fixed noise: kappa = (1 + Delta) lambda d/n_eff
    more = with_forces("more force", weight_decay / threshold * (1 + noise_variance))
    (phase,) = (p for p in phase_diagram(more).phases if p.name == "II")
    assert simplify(phase.threshold.expr - (1 + noise_variance) * weight_decay * d / n_eff) == 0


def test_terms_that_tie_in_different_powers_of_an_unknown_are_refused():
    # with x = lambda d/(n_eff kappa) it reads 1 = x + x^2: x is the golden ratio, which no monomial says
    force = weight_decay / threshold
    golden = with_forces("a quadratic force", force)
    # no declaration may say so: the engine has to see it all the same
    balance = Eq(n_eff / d, degrees_of_freedom + force + force**2 * d / n_eff)
    object.__setattr__(golden, "threshold_balance", balance)
    with pytest.raises(NotImplementedError, match=r"weight decay .* resonant, .* different powers of kappa"):
        dominant_balances(golden, SCALES)


def test_terms_of_the_source_equation_that_tie_and_hold_no_unknown_add_up():
    # in Ia and Ib the energy of the target and the label noise are alike: delta^2 = (Delta + R) d/n_eff
    for network, share in ((diagonal, 1), (quadratic, 4)):
        for phase in phase_diagram(network).phases:
            if phase.name in ("Ia", "Ib"):
                total = (noise_variance + phase.risk.expr) * d / n_eff / share
                assert simplify(phase.effective_noise.expr**2 - total) == 0


def test_threshold_at_edge_is_never_tried_with_all_modes_learned():
    tried = {
        (regime.ordering, regime.learned)
        for regime in (made(EVERYWHERE) for made in quadratic.regimes(noisy=True))
    }
    assert tried == set(product(Ordering, Learned)) - {(Ordering.THRESHOLD_AT_EDGE, Learned.ALL)}
