"""Mellin transforms that stay integrals: against closed forms, at many digits, and where digits cancel."""

import pickle

import mpmath
import pytest
from sympy import Rational, S, exp, latex, oo, pi, simplify, sin, sqrt, sympify

from asymptotics.expressions.evaluation import Vectorised, value_of
from asymptotics.expressions.mellin_integral import MellinIntegral
from asymptotics.expressions.point import PhysicalPoint
from asymptotics.symbols import gamma, n_eff, size

BETA = MellinIntegral(1 / gamma, S.Zero, oo, size**2 / (1 + size**2))
"""pi/(2 sin(pi/(2 gamma))) in closed form: Euler's integral."""

CANCELLING = MellinIntegral(1 / gamma, S.Zero, oo, size**2 - size**4 / (size**2 + 1))
"""The same function: its terms cancel as s grows, by two powers."""


@pytest.mark.parametrize("integral", [BETA, CANCELLING])
@pytest.mark.parametrize("decay", [Rational(501, 1000), Rational(3, 5), Rational(5, 4), 4, 500])
def test_many_digits_against_the_closed_form(integral, decay):
    exact = (pi / (2 * sin(pi / (2 * gamma)))).subs(gamma, decay)
    assert abs(integral.subs(gamma, decay).evalf(40) / exact.evalf(50) - 1) < 1e-39


def test_pieces_are_added():
    halves = MellinIntegral(1 / gamma, S.Zero, S(2), size**2, S(2), oo, S.One)
    x = 1 / gamma
    exact = 2 ** (2 - x) / (2 - x) + 2**-x / x
    assert abs(halves.subs(gamma, 2).evalf(30) - exact.subs(gamma, 2).evalf(30)) < 1e-28


def test_pieces_of_powers_wherever_they_end():
    """Also where one integrates to a multiple of its end alone, and beyond e from the origin of log s."""
    slow = Rational(1, 10**4)
    assert abs(MellinIntegral(S.One, S(10), oo, 1 / size).evalf(30) - Rational(1, 200)) < 1e-31
    below = MellinIntegral(-S.One, S.Zero, Rational(1, 10), size)
    assert abs(below.evalf(30) - Rational(1, 200)) < 1e-31
    between = MellinIntegral(-S.One, S(10), S(20), size)
    assert abs(between.evalf(30) - 150) < 1e-27
    assert abs(MellinIntegral(slow, S.One, oo, S.One).evalf(30) * slow - 1) < 1e-28


def test_an_end_of_a_gaussian():
    gaussian = MellinIntegral(-S(2), S.Zero, oo, exp(-(size**2)))  # int s exp(-s^2) ds
    assert abs(gaussian.evalf(30) - Rational(1, 2)) < 1e-29


@pytest.mark.parametrize("exponent", [-S.Half, S(3) / 2])
def test_an_integral_that_diverges_is_no_number(exponent):
    with pytest.raises(ArithmeticError, match="does not decay"):
        MellinIntegral(exponent, S.Zero, oo, size / (1 + size)).value()


def test_laws_hold_integrals():
    law = BETA * n_eff ** (1 / gamma)
    exact = float((pi / (2 * sin(pi / (2 * gamma)))).subs(gamma, Rational(5, 4)))
    assert float(value_of(law, PhysicalPoint(gamma=1.25, n_eff=1))) == pytest.approx(exact, rel=1e-14, abs=0)
    arrays = Vectorised(law)(gamma=[1.25, 1.25], n_eff=[1, 32])
    assert arrays == pytest.approx([exact, 16 * exact], rel=1e-13, abs=0)
    with mpmath.workdps(30):
        precise = value_of(law, PhysicalPoint(gamma=Rational(5, 4), n_eff=1))
        assert abs(precise - 1 / (mpmath.sin(0.4 * mpmath.pi)) * mpmath.pi / 2) < 1e-15
        assert abs(precise / mpmath.mpf(str(BETA.subs(gamma, Rational(5, 4)).evalf(35))) - 1) < 1e-29


TWO = MellinIntegral(-S.One, S.Zero, S(2), size**2, S(2), oo, size ** (-4))
"""An integral of two pieces."""


@pytest.mark.parametrize(
    "form", [lambda m: gamma * m / n_eff, lambda m: m**2, lambda m: 1 - m, lambda m: 1 / m]
)
def test_what_is_printed_of_a_sum_is_the_sum(form):
    """SymPy reads it as the same number as if the integral had been put in as a sum."""
    whole = form(TWO.as_integral())
    assert sympify(str(form(TWO)), locals={str(x): x for x in (gamma, n_eff, size)}).equals(whole)


@pytest.mark.parametrize("integral", [BETA, TWO])
def test_latex_keeps_an_integral_together(integral):
    inner = latex(integral.as_integral())
    bracketed = rf"\left({inner}\right)"
    assert latex(n_eff * integral / gamma) == rf"\frac{{n_{{eff}} {bracketed}}}{{\gamma}}"
    assert latex(integral**2) == bracketed + "^{2}"
    assert latex(3 * integral - 1) == f"3 {bracketed} - 1"
    assert latex(1 - integral) == f"1 - {bracketed}"


def test_it_prints_and_pickles_as_an_integral():
    assert str(BETA).startswith("Integral(")
    assert str(BETA).endswith(", (s, 0, oo))")
    assert r"\int" in latex(BETA)
    assert pickle.loads(pickle.dumps(BETA)) == BETA
    assert BETA.free_symbols == {gamma}
    assert simplify(sqrt(BETA**2)) == BETA
