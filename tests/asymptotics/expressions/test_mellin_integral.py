"""Mellin transforms that stay integrals: against closed forms, at many digits, and where digits cancel."""

import pickle

import mpmath
import pytest
from sympy import Rational, S, exp, latex, oo, pi, simplify, sin, sqrt

from asymptotics.expressions.evaluation import Vectorised, value_of
from asymptotics.expressions.mellin_integral import MellinIntegral
from asymptotics.expressions.point import PhysicalPoint
from asymptotics.symbols import gamma, n_eff, size

BETA = MellinIntegral(1 / gamma, S.Zero, oo, size**2 / (1 + size**2))
"""pi/(2 sin(pi/(2 gamma))) in closed form: Euler's integral."""

CANCELLING = MellinIntegral(1 / gamma, S.Zero, oo, size**2 - size**4 / (size**2 + 1))
"""The same function: its terms cancel as s grows, by two powers."""


@pytest.mark.parametrize("integral", [BETA, CANCELLING])
@pytest.mark.parametrize("decay", [Rational(3, 5), Rational(5, 4), 4])
def test_many_digits_against_the_closed_form(integral, decay):
    exact = (pi / (2 * sin(pi / (2 * gamma)))).subs(gamma, decay)
    assert abs(integral.subs(gamma, decay).evalf(40) / exact.evalf(50) - 1) < 1e-39


def test_pieces_are_added():
    halves = MellinIntegral(1 / gamma, S.Zero, S(2), size**2, S(2), oo, S.One)
    x = 1 / gamma
    exact = 2 ** (2 - x) / (2 - x) + 2**-x / x
    assert abs(halves.subs(gamma, 2).evalf(30) - exact.subs(gamma, 2).evalf(30)) < 1e-28


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


def test_it_prints_and_pickles_as_an_integral():
    assert str(BETA).startswith("Integral(")
    assert str(BETA).endswith(", (s, 0, oo))")
    assert r"\int" in latex(BETA)
    assert pickle.loads(pickle.dumps(BETA)) == BETA
    assert BETA.free_symbols == {gamma}
    assert simplify(sqrt(BETA**2)) == BETA
