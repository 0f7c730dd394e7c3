"""Laws across the boundaries of systems: their equations, and what is refused."""

import pickle

import pytest
from declared_systems import RIDGE, TWO_SCALES
from sympy import Eq, Integral, Rational, Symbol, pi, simplify, sin

from asymptotics import BoundaryLaw, phase_diagram
from asymptotics.models import one_pass_sgd
from asymptotics.symbols import a, alpha, beta, ell, gamma, n_eff, rho, source, threshold, weight_decay
from asymptotics.systems import System


def between(system, relation):
    return [b for b in phase_diagram(system).boundaries if b.relation == relation]


def test_both_terms_that_tie_are_kept():
    """Weight decay and features in n = c kappa^(-1/(2 gamma)) + n lambda/kappa, c by its Mellin transform."""
    for boundary in between(RIDGE, Eq(ell, -2 * gamma * a)):
        law = boundary.law()
        features = pi / (2 * gamma) / sin(pi / (2 * gamma)) * threshold ** (-1 / (2 * gamma))
        (equation,) = law.equations
        ratio = (equation.lhs / equation.rhs) / (n_eff / (features + n_eff * weight_decay / threshold))
        assert simplify(ratio) == 1
        assert isinstance(law, BoundaryLaw)
        assert (law.unknowns, law.type.value) == ((threshold,), "crossover")
        assert "what sets the threshold is" in law.mechanism
        assert law.variable.free_symbols == {weight_decay, n_eff, gamma}


def test_types_and_mechanisms_are_told_from_the_phases():
    kinds = {str(b.relation.lhs): set() for b in phase_diagram(RIDGE).boundaries}
    for boundary in phase_diagram(RIDGE).boundaries:
        kinds[str(boundary.relation.lhs)].add(boundary.type.value)
        assert boundary.mechanism.endswith(".")
    assert kinds == {
        "ell": {"unchanged", "onset", "crossover"},
        "a": {"onset"},
        "r": {"unchanged", "crossover"},
    }
    assert "The first modes rise above" in between(RIDGE, Eq(a, 0))[0].mechanism
    assert "At r = 1 a sum over modes changes" in between(RIDGE, Eq(source, 1))[0].mechanism


def test_all_is_explicit_where_it_can_be():
    """Two unknowns that a monomial and a definition give."""
    other = Symbol("x", positive=True)
    equations = (Eq(threshold * other, weight_decay), Eq(other, n_eff + weight_decay))
    own = System("own", (threshold, other), equations, {"risk": threshold}, {n_eff: a, weight_decay: ell})
    (boundary,) = phase_diagram(own).boundaries
    law = boundary.law()
    assert (law.unknowns, law.equations) == ((), ())
    assert simplify(law.risk - weight_decay / (n_eff + weight_decay)) == 0
    assert float(law.evaluate(n_eff=3, weight_decay=1)) == 0.25
    assert float(law.solve(n_eff=3, weight_decay=1)["x"]) == 4


@pytest.mark.slow
def test_where_a_parameter_passes_a_value_other_terms_may_lead():
    """One-pass SGD: at alpha = 1/4 a sum has another end, at beta = alpha target and kernel fall alike."""
    passing = {
        (frozenset(phase.name for phase in b.phases), b.relation): b
        for b in phase_diagram(one_pass_sgd).boundaries
        if b.relation.lhs in (alpha, beta) and b.phases[0].name != b.phases[1].name
    }
    quarter, alike = Eq(alpha, Rational(1, 4)), Eq(beta, alpha)
    assert {*passing} == {(frozenset({"F_0", "K_pp"}), quarter), (frozenset({"F_pp", "K_pp"}), alike)}
    end, exchange = passing[frozenset({"F_0", "K_pp"}), quarter], passing[frozenset({"F_pp", "K_pp"}), alike]
    assert "a sum over modes changes its leading end" in end.mechanism
    assert "exchange the lead" in exchange.mechanism
    assert end.continuous
    assert exchange.continuous
    for boundary in (end, exchange):
        with pytest.raises(NotImplementedError, match="other terms lead on the other side"):
            boundary.on_boundary()
    one, other = exchange.phases
    at = {"alpha": Rational(4, 5), "beta": Rational(4, 5), "d": 10**60, "t": 10**40}
    both = float(one.risk.evaluate(**at) + other.risk.evaluate(**at))
    assert float(exchange.law().evaluate(**at)) == pytest.approx(both, rel=1e-9, abs=0)


@pytest.mark.slow
def test_at_the_value_of_a_parameter_the_law_has_no_pole():
    """F_0 at beta = 1/2, where both ends of its sum have one: the sum of d^(-2 alpha)/j over j = 1..d."""
    boundary = next(b for b in between(one_pass_sgd, Eq(beta, Rational(1, 2))) if b.phases[0].name == "F_0")
    law = boundary.law()
    point = {"alpha": Rational(7, 10), "beta": Rational(1, 2), "d": 10**8, "t": 10**16}
    harmonic = 18.997896413853  # of 10^8
    assert float(law.evaluate(**point)) * (10**8) ** 1.4 == pytest.approx(harmonic, rel=1e-3, abs=0)
    assert law.on_boundary is not None


@pytest.mark.slow
def test_a_rank_is_no_time_step():
    """The integral over ranks binds no variable of the system, whose steps are called t."""
    laws = [b.law() for b in between(one_pass_sgd, Eq(Symbol("tau", real=True), 2 * alpha))]
    integrals = {one for law in laws for one in law.risk.atoms(Integral)}
    assert integrals
    assert not any(one.variables[0].name == "t" for one in integrals)


@pytest.mark.slow
def test_what_is_not_covered_is_refused_in_one_line():
    for relation in (Eq(ell, rho), Eq(rho, 0)):
        for boundary in between(TWO_SCALES, relation)[:1]:
            with pytest.raises(NotImplementedError, match=r"two scales: .* two scales") as caught:
                boundary.law()
            assert "\n" not in str(caught.value)


def test_a_law_pickles_and_names_its_variables():
    law = between(RIDGE, Eq(ell, -2 * gamma * a))[0].law()
    assert pickle.loads(pickle.dumps(law)) == law
    with pytest.raises(ValueError, match="name='samples': must be one of"):
        law.evaluate(samples=3)
