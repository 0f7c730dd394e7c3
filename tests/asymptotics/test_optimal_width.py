"""The best width: against a search over the derived laws, the Bayes rate, and the best hard threshold."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest
from sympy import Rational, S, oo, pi, simplify, sqrt

from asymptotics import (
    CaseSplit,
    InvalidArgument,
    diagonal,
    optimal_width,
    phase_diagram,
    quadratic,
    width_ratio,
)
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.optimal_width import Best, _least_of_own_error, best_balances
from asymptotics.symbols import a, b, gamma, noise_variance


def diagram():
    return phase_diagram(quadratic, width="scaled")


def boundary_of_missed_modes():
    return next(b for b in diagram().boundaries if [p.name for p in b.phases] == ["Wa", "Wb"]).law()


@pytest.mark.parametrize(
    "decay",
    [
        pytest.param(Fraction(3, 4), marks=pytest.mark.slow),
        1,
        pytest.param(Fraction(3, 2), marks=pytest.mark.slow),
    ],
)
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
    for samples, ell, decay in [
        ("1/2", "-1", "1"),
        ("7/5", "-1", "3/4"),
        ("3/2", "1/2", "1"),
        ("5", "1", "1"),
    ]:
        point = {"a": Rational(samples), "ell": Rational(ell)}
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


def test_what_an_outlier_leaves_and_takes():
    s, u = sqrt(2) * S(3), S(1) / 5
    place, overlap = s + 1 / s, 1 - 1 / s**2
    error = s**2 - 2 * (place - u) * s * overlap + (place - u) ** 2
    assert simplify(error - (2 + u**2 - 4 * u / s + 3 / s**2)) == 0


def modes(decay, u, cut):
    """E and D per K/d (E in units of delta^2) of outliers above a cut, kappa = u delta; 1/s = i^gamma."""
    last = mpmath.mpf(cut) ** (-1 / mpmath.mpf(decay))

    def over(*powers):  # of 1/s
        return sum(c * last ** (1 + k * decay) / (1 + k * decay) for k, c in enumerate(powers))

    missed = last ** (1 - 2 * decay) / (2 * decay - 1)
    return over(2 + u**2, -4 * u, 3) + missed, over(2, -2 * u, 2)


def without_noise(decay):
    """Width over samples and risk over n_eff^(1 - 2 gamma), from the law of the best width."""
    narrow = phase_diagram(quadratic, noise="none", width="scaled")
    (_, _, units, risk), *_ = optimal_width(narrow, gamma=Fraction(decay).limit_denominator(100))
    at = {"gamma": decay, "n_eff": 10**6, "d": 10**20}
    return units.evaluate(**at) / 10**6, risk.evaluate(**at) * mpmath.mpf(10**6) ** (2 * decay - 1)


def risk_of(error, decay):
    return 4 * (error / 2) ** (2 * decay)  # R = 2 A delta^2, K = A d/error


@pytest.mark.parametrize("decay", [0.75, 1, 1.3])
def test_without_label_noise_it_is_the_same_hard_threshold(decay):
    share, least = without_noise(decay)
    errors = {cut: modes(decay, 0, cut) for cut in (1.2, 1.7, mpmath.sqrt(3), 1.77, 3)}
    assert min(errors, key=lambda cut: errors[cut][0]) == mpmath.sqrt(3)
    error, freedom = errors[mpmath.sqrt(3)]
    assert float(least) == pytest.approx(float(risk_of(error, decay)), rel=1e-8, abs=0)
    assert float(share) == pytest.approx(float(2 * 3 ** (-0.5 / decay) / error), rel=1e-8, abs=0)
    assert share < 0.5
    assert freedom < error  # weight decay keeps a part of the data


@pytest.mark.parametrize("decay", [1.4, 2, 5])
def test_without_label_noise_a_steep_target_is_learned_best_at_the_foot_of_the_peak(decay):
    share, least = without_noise(decay)
    assert float(share) == pytest.approx(0.5, rel=1e-12, abs=0)
    bracket = (mpmath.sqrt(3), 9)  # fewer modes than are worth a unit
    cut = mpmath.findroot(
        lambda c: modes(decay, 0, c)[0] * c ** (1 / decay) - 4, bracket, solver="illinois", tol=1e-12
    )
    assert float(least) == pytest.approx(float(risk_of(modes(decay, 0, cut)[0], decay)), rel=1e-8, abs=0)


@pytest.mark.parametrize("decay", [7, 20])
def test_without_label_noise_the_steepest_is_learned_best_beyond_the_peak(decay):
    share, least = without_noise(decay)

    def interpolating(u):
        error, freedom = modes(decay, u, 1)
        spare = (error - freedom) / (u * (2 - u))  # E + (2 - u)^2 m = D + 2 (2 - u) m
        return error + (2 - u) ** 2 * spare, 1 + spare

    error, number = min(interpolating(mpmath.mpf(k) / 10000) for k in range(1000, 10000))
    # next to a minimum the error is quadratic in the step
    assert float(least) == pytest.approx(float(risk_of(error, decay)), rel=1e-5, abs=0)
    assert float(share) == pytest.approx(float(2 * number / error), rel=1e-3, abs=0)
    assert share > 0.5


def test_without_label_noise_it_attains_the_bayes_rate():
    (ratio,) = (x.ratio for x in width_ratio(quadratic, "none") if x.attained and x.ratio.expr.has(gamma))
    assert simplify(ratio.expr.subs(gamma, 1) - Rational(4, 3)) == 0
    assert simplify(ratio.expr.subs(gamma, Rational(3, 4)) - (1 + Rational(4, 3)) ** Rational(3, 2) / 3) == 0


@pytest.mark.slow
def test_cases_in_the_exponent_of_the_noise():
    few, many = optimal_width(phase_diagram(quadratic, noise="scaled", width="scaled"))
    assert (few[0], few[1], many[1]) == (0, 2 * gamma - 1, oo)
    assert [start for start, *_ in few[2]] == [0, b / (2 * gamma - 1), 2 * gamma - b]
    assert [units.exponent for _, _, units, _ in few[2]] == [a, (a + b) / (2 * gamma), 1]
    assert [start for start, *_ in many[2]] == [0, 1]


def test_outliers_of_another_kind_are_refused():
    noise = NoiseLaw(density=sqrt(16 - level**2) / (8 * pi), edge=S(4))
    other = replace(quadratic, name="other", noise=noise, outlier_location=None, subordination_map=None)
    with pytest.raises(NotImplementedError, match="best width of the other network without label noise"):
        _least_of_own_error(other)


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
