"""One-pass SGD: its terms against the paper's exponents, and against integrals and sums done elsewhere."""

import random
from fractions import Fraction

import mpmath
import pytest
from sympy import Rational, S, log

from asymptotics import InvalidArgument, OnBoundary, phase_diagram
from asymptotics.models.one_pass_sgd import TERMS, one_pass_sgd, tau
from asymptotics.symbols import alpha, beta, d

HALF = Fraction(1, 2)


def exponents(a, b, at):
    """Those of the paper, where a term is not negligible: K from 1 to d modes are learned."""
    g = 0 if a > HALF else 2 * a - 1
    time = g + at  # of g t
    terms = {
        "F_pp": -time * (2 * a + 2 * b - 1) / (2 * a),
        "F_0": -2 * a + max(0, 1 - 2 * b),
    }
    if 4 * a > 1:
        terms["K_pp"] = g + time * (1 / (2 * a) - 2)
    if a > HALF and b > HALF:
        terms["F_ac"] = -1 + time * (1 / (2 * a) - 1)
    return terms


def points(count, seed):
    """Rational points with 1 << K << d, off every border."""
    draw = random.Random(seed)
    made = []
    while len(made) < count:
        a, b = Fraction(draw.randint(1, 119), 60), Fraction(draw.randint(-30, 149), 60)
        on_border = (2 * a - 1) * (2 * b - 1) * (4 * a - 1) * (a - b) == 0
        if 2 * (a + b) <= 1 or on_border:
            continue
        start = max(0, 1 - 2 * a)
        at = start + 2 * a * Fraction(draw.randint(1, 96), 97)
        tops = sorted(exponents(a, b, at).values())
        if tops[-1] != tops[-2]:
            made.append((a, b, at))
    return made


def rational(value):
    return Rational(value.numerator, value.denominator)


@pytest.mark.parametrize(("a", "b", "at"), points(60, seed=3), ids=str)
def test_phases_and_terms_are_the_papers(a, b, at):
    phase = phase_diagram(one_pass_sgd).locate(tau=at, alpha=a, beta=b)
    expected = exponents(a, b, at)
    values = {tau: rational(at), alpha: rational(a), beta: rational(b)}
    assert phase.risk.exponent.subs(values) == rational(max(expected.values()))
    assert expected[phase.name] == max(expected.values())
    for name, exponent in expected.items():
        assert getattr(phase, name).exponent.subs(values) == rational(exponent), name


@pytest.mark.parametrize(("a", "b", "at"), points(20, seed=4), ids=str)
def test_negligible_terms_are_no_larger_than_those_that_count(a, b, at):
    phase = phase_diagram(one_pass_sgd).locate(tau=at, alpha=a, beta=b)
    values = {tau: rational(at), alpha: rational(a), beta: rational(b)}
    largest = phase.risk.exponent.subs(values)
    assert all(phase.laws[name].exponent.subs(values) <= largest for name in TERMS)


def test_terms_end_with_the_last_mode():
    phase = phase_diagram(one_pass_sgd).locate(tau=4, alpha=1, beta=2)
    assert phase.name == "F_0"
    assert [phase.laws[name].exponent for name in ("F_pp", "F_ac", "K_pp")] == [-S.Infinity] * 3


CASES = [(Fraction(3, 4), Fraction(1, 4)), (Fraction(1), Fraction(2)), (Fraction(2, 5), Fraction(3, 5))]


@pytest.mark.parametrize(("a", "b"), CASES, ids=str)
def test_constants_are_those_of_the_integral(a, b):
    """F_pp = (1/2 alpha) int_0^oo u^((2 beta - 1)/(2 alpha)) exp(-2 g t u) du, the paper's own form."""
    law = phase_diagram(one_pass_sgd).locate(tau=HALF, alpha=a, beta=b).F_pp
    with mpmath.workdps(30):
        decay, power = (mpmath.mpf(x.numerator) / x.denominator for x in (a, (2 * b - 1) / (2 * a)))
        dim, t = mpmath.mpf(10) ** 30, mpmath.mpf(10) ** 30
        g = 1 / mpmath.zeta(2 * decay) if a > HALF else (1 - 2 * decay) * dim ** (2 * decay - 1)
        rate = 2 * g * t
        integral = mpmath.quad(lambda x: x**power * mpmath.exp(-x), [0, 1, 10, mpmath.inf])
        expected = integral * rate ** (-power - 1) / (2 * decay)
        assert mpmath.almosteq(law.evaluate(alpha=a, beta=b, d=dim, t=t), expected, 1e-12)


def test_the_recalled_gradient_noise_is_not_that_of_its_sum():
    """At alpha = 1/5, d = 10^20, t = 10^16: the sum is near the derived 3e-8, the recalled term 4.6e-11."""
    law = phase_diagram(one_pass_sgd).locate(tau=Fraction(4, 5), alpha=Fraction(1, 5), beta=1).K_pp
    assert float(law.evaluate(alpha=0.2, beta=1, d=10**20, t=10**16)) == pytest.approx(3e-8, rel=1e-12, abs=0)


def test_boundaries_are_where_two_terms_meet():
    relations = {str(b.relation) for b in phase_diagram(one_pass_sgd).boundaries}
    assert {"Eq(tau, 2*alpha)", "Eq(tau, alpha/beta)", "Eq(tau, 1)", "Eq(beta, alpha)"} <= relations
    assert {"Eq(alpha, 1/2)", "Eq(beta, 1/2)", "Eq(alpha, 1/4)", "Eq(tau, 1 - 2*alpha)"} <= relations
    assert all(boundary.continuous for boundary in phase_diagram(one_pass_sgd).boundaries)


def on_boundary(relation, name):
    """The laws on the boundaries of a relation between two phases of one name."""
    boundaries = phase_diagram(one_pass_sgd).boundaries
    here = [b for b in boundaries if str(b.relation) == relation and b.phases[0].name == name]
    return [boundary.on_boundary() for boundary in here]


def test_logarithms_appear_where_a_sum_changes_its_leading_end():
    """At beta = 1/2 sum 1/j is log d; at alpha = 1/2 that is 1/g, which F_pp ~ (g t)^(-2 beta) holds."""
    for law in on_boundary("Eq(beta, 1/2)", "F_0"):
        assert law.expr == log(d) / d ** (2 * alpha)
        assert (law.log_exponent, law.constant) == (1, 1)
    (learning,) = on_boundary("Eq(alpha, 1/2)", "F_pp")
    assert (learning.log_exponent, learning.exponent) == (2 * beta, -2 * beta * tau)
    (noise,) = on_boundary("Eq(alpha, 1/2)", "K_pp")
    assert (noise.constant, noise.exponent, noise.log_exponent) == (S.Half, -tau, 0)


def test_the_law_passes_by_poles_in_either_parameter():
    """At beta = 1/2 and alpha = 1/4 terms of the law across beta = 1/2 have poles, which cancel."""
    diagram = phase_diagram(one_pass_sgd)
    of_noise = [b for b in diagram.boundaries if {p.name for p in b.phases} == {"F_pp"}]
    law = next(b for b in of_noise if b.relation.lhs.name == "beta").law()
    at, beside = (
        law.evaluate(alpha=alpha, beta=0.5, t=mpmath.mpf(10) ** 70, d=mpmath.mpf(10) ** 100)
        for alpha in (Fraction(1, 4), Fraction(1, 4) + Fraction(1, 10**9))
    )
    assert at == pytest.approx(beside, rel=1e-5, abs=0)


def test_where_no_parameter_passes_a_value_there_is_no_such_law():
    boundary = next(b for b in phase_diagram(one_pass_sgd).boundaries if b.relation.lhs == tau)
    with pytest.raises(NotImplementedError, match="no parameter of a system passes a value"):
        boundary.on_boundary()


@pytest.mark.parametrize(
    "at", [{"alpha": HALF, "beta": 1}, {"alpha": 1, "beta": HALF}, {"alpha": 2, "beta": Fraction(4)}], ids=str
)
def test_on_a_boundary_it_says_so(at):
    with pytest.raises(OnBoundary):
        phase_diagram(one_pass_sgd).locate(tau=1, **at)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ({"tau": 1, "alpha": 0.2, "beta": 0.3}, r"^beta=3/10: must be such that .* > 1, at alpha = 1/5$"),
        ({"tau": 1, "alpha": 0, "beta": 1}, r"^alpha=0: must be a number between 0 and oo$"),
        ({"tau": 1, "alpha": 1}, r"^beta=None: must be given"),
        ({"tau": 0, "alpha": 1, "beta": 1}, r"^tau=0: must be a number above 0$"),
        ({"tau": 1, "alpha": 1, "beta": 1, "gamma": 1}, r"^gamma=1: must be left out"),
    ],
)
def test_points_outside_are_refused(at, words):
    with pytest.raises(InvalidArgument, match=words):
        phase_diagram(one_pass_sgd).locate(**at)
