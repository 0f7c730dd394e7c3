"""Extensive-width networks: thresholds and constants against integrals and sums done directly."""

import mpmath
import numpy as np
import pytest
from sympy import Rational

from asymptotics import phase_diagram, quadratic
from asymptotics.models import BayesOptimal, hermite
from asymptotics.models.hermite import detection

CONSTANT = 1.5294047291842117904
"""Of He_3 at gamma = 3/2, R ~ c (Delta/n)^(2/3): by quadrature with 400 digits.

The number 1.52940431606183 in circulation is off in the seventh digit: its integral ends too early.
"""


def overlap(snr):
    return (1 + mpmath.sqrt(1 - 4 / (3 * snr))) / 2


def test_detection_is_where_the_free_entropies_meet():
    with mpmath.workdps(40):
        snr = mpmath.mpf(str(detection(3)))
        q = overlap(snr)
        assert abs(snr * q**3 + q + mpmath.log(1 - q)) < 1e-30
        assert abs(3 * snr * q**2 / (1 + 3 * snr * q**2) - q) < 1e-30  # q = r/(1 + r)


def test_the_constant_is_the_integral():
    law = phase_diagram(hermite(3)).phases[-1].risk
    assert float(law.evaluate(gamma=1.5, n_eff=1, noise_variance=1)) == pytest.approx(
        CONSTANT, rel=1e-14, abs=0
    )
    with mpmath.workdps(25):
        value = law.evaluate(gamma=Rational(3, 2), n_eff=1, noise_variance=1)
        assert abs(value - mpmath.mpf("1.5294047291842117904")) < 1e-18


def test_the_constant_is_that_of_the_sum():
    """With u given, 4 * 10^6 readouts added one by one, 2 * 10^5 of them found: E = c u^(4/3) to 1/10^5."""
    u, edge, count = 1e-8, float(detection(3)) ** 0.5, 4 * 10**6
    sizes = np.arange(1.0, count + 1) ** -1.5
    snr = np.maximum((sizes / u) ** 2, 4 / 3)
    q = np.where(sizes > edge * u, (1 + np.sqrt(1 - 4 / (3 * snr))) / 2, 0)
    rest = (count + 0.5) ** -2 / 2  # the sum of i^-3 beyond
    error = float(np.sum(sizes**2 * (1 - q**3))) + rest
    assert error / u ** (4 / 3) == pytest.approx(CONSTANT, rel=1e-5, abs=0)


def test_the_quadratic_activation_is_the_quadratic_network():
    """He_2 has the Bayes exponents and the form of the Bayes law of the quadratic network."""
    ours = phase_diagram(hermite(2)).phases[-1].risk
    theirs = phase_diagram(quadratic, estimator="bayes").locate(a=0.5, gamma=Rational(3, 2)).risk
    assert ours.at(a=1, gamma=1.5).exponent == Rational(-2, 3)
    assert theirs.at(a=0.5, gamma=1.5).exponent == Rational(-1, 3)
    assert BayesOptimal(quadratic).name == "Bayes-optimal quadratic"


@pytest.mark.parametrize("degree", [1, 4, 2.0, "3", None])
def test_other_degrees_are_refused(degree):
    with pytest.raises(ValueError, match=r"degree=.*: must be 2 or 3"):
        hermite(degree)
