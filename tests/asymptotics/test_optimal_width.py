"""The best width: against a search over the derived laws, the Bayes rate, and the best hard threshold."""

from fractions import Fraction

import mpmath
import pytest
from sympy import Rational, S, oo, simplify, sqrt

from asymptotics import (
    CaseSplit,
    IncompleteDiagram,
    InvalidArgument,
    diagonal,
    optimal_width,
    phase_diagram,
    quadratic,
    width_ratio,
)
from asymptotics.optimal_width import Best, best_balances
from asymptotics.symbols import gamma, noise_variance


def diagram():
    return phase_diagram(quadratic, width="scaled")


def boundary_of_missed_modes():
    return next(b for b in diagram().boundaries if [p.name for p in b.phases] == ["Wa", "Wb"]).law()


@pytest.mark.parametrize("decay", [Fraction(3, 4), 1, Fraction(3, 2)])
def test_no_other_width_has_less_risk(decay):
    at = {"gamma": decay, "n_eff": 1e20, "d": 10**60, "weight_decay": 1e-30, "noise_variance": 1}
    (_, _, units, risk), _ = optimal_width(diagram())
    best, least = units.evaluate(**at), risk.evaluate(**at)
    law = boundary_of_missed_modes()
    risks = {factor: law.evaluate(width=best * factor, **at) for factor in (0.2, 0.8, 0.97, 1, 1.03, 1.2, 5)}
    assert float(risks[1]) == pytest.approx(float(least), rel=1e-5, abs=0)
    assert all(value > risks[1] for factor, value in risks.items() if factor != 1)


def test_at_vanishing_weight_decay_it_is_the_best_hard_threshold():
    """An outlier at 4/sqrt(3) delta belongs to a mode of size sqrt(3) delta (Gavish and Donoho)."""
    (_, _, units, _), _ = optimal_width(diagram())
    edge = sqrt(3) + 1 / sqrt(3)
    assert simplify(edge - 4 / sqrt(3)) == 0
    at = {"gamma": 1, "n_eff": 1000, "d": 10**9, "noise_variance": 1}
    delta = mpmath.sqrt(mpmath.mpf(10) ** 9 / 4000)
    assert units.evaluate(**at) == pytest.approx(
        mpmath.sqrt(10**9) / (mpmath.sqrt(3) * delta), rel=1e-12, abs=0
    )


@pytest.mark.parametrize(("decay", "ratio"), [(Rational(1, 2), 1), (1, 2 / sqrt(3)), (oo, 1)])
def test_it_attains_the_bayes_rate(decay, ratio):
    attained = [x for x in width_ratio(quadratic) if x.attained and x.ratio.expr.has(gamma)]
    (benign,) = attained
    assert str(benign.region) == "(a > 0) & (ell < a/2 - 1/2) & (a < 2*gamma)"
    value = benign.ratio.expr.limit(gamma, oo) if decay == oo else benign.ratio.expr.subs(gamma, decay)
    assert simplify(value - ratio) == 0


def test_a_weight_decay_that_shrinks_what_is_learned_misses_it():
    missed = [x for x in width_ratio(quadratic) if not x.attained]
    assert missed
    assert all("ell >" in str(x.region) for x in missed)


def test_the_ratio_is_that_of_the_two_risks():
    at = {"gamma": Fraction(5, 4), "n_eff": 1000, "d": 10**9, "noise_variance": Fraction(1, 3)}
    (_, _, _, risk), _ = optimal_width(diagram())
    bayes = phase_diagram(quadratic, estimator="bayes").locate(a=Rational(1, 3), gamma=Rational(5, 4)).risk
    ratio = next(x.ratio for x in width_ratio(quadratic) if x.attained and x.ratio.expr.has(gamma))
    assert not ratio.expr.has(noise_variance)
    quotient = risk.evaluate(**at) / bayes.evaluate(**at)
    assert ratio.evaluate(gamma=Fraction(5, 4)) == pytest.approx(quotient, rel=1e-12, abs=0)


def test_cases_at_a_fixed_weight_decay():
    cases = optimal_width(diagram(), ell=Rational(1, 2))
    assert isinstance(cases, CaseSplit)
    assert [(start, end) for start, end, _ in cases] == [(S.Half, 1), (1, oo)]
    ranges = [(start, end) for start, end, *_ in optimal_width(diagram(), ell=Rational(-1, 4), gamma=1)]
    assert ranges == [(0, Rational(1, 4)), (Rational(1, 4), Rational(1, 2)), (Rational(1, 2), 2), (2, oo)]


def test_in_no_phase_does_the_risk_fall_faster():
    """At random exponents the best width has the least exponent of all widths."""
    for a, ell, decay in [("1/2", "-1", "1"), ("7/5", "-1", "3/4"), ("3/2", "1/2", "1"), ("5", "1", "1")]:
        point = {"a": Rational(a), "ell": Rational(ell)}
        exponents = [
            diagram()
            .locate(rho=Rational(k, 37), gamma=Rational(decay), **point)
            .risk.at(gamma=Rational(decay), rho=Rational(k, 37), **point)
            for k in range(1, 60)
            if k != 37
        ]
        optimum = optimal_width(diagram(), gamma=Rational(decay), ell=Rational(ell))
        risk = next(risk for start, end, _, risk in optimum if start < point["a"] < end)
        least = risk.at(gamma=Rational(decay), **point).exponent
        assert least <= min(x.exponent for x in exponents)


def test_without_label_noise_there_is_none():
    with pytest.raises(IncompleteDiagram, match="no best width"):
        optimal_width(phase_diagram(quadratic, noise="none", width="scaled"), gamma=1)


def test_what_has_no_width_is_refused():
    with pytest.raises(InvalidArgument, match="scaled"):
        optimal_width(phase_diagram(quadratic))
    with pytest.raises(InvalidArgument, match="hard edge"):
        width_ratio(diagonal)
    with pytest.raises(InvalidArgument, match="optimal_width"):
        diagram().optimal_weight_decay()


def test_its_phases_are_named_after_those_of_the_diagram():
    model = Best(quadratic)
    names = {model.describe(x.hypothesis).name for x in best_balances(quadratic, "fixed")}
    assert {"Ib", "II", "III", "Wb", "VIb"} == names
