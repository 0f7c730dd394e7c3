"""Extensive-width networks: thresholds and constants against integrals and sums done directly."""

import mpmath
import numpy as np
import pytest
from sympy import Rational

from asymptotics import phase_diagram, quadratic, read_expression, read_latex
from asymptotics.models import BayesOptimal, hermite
from asymptotics.models.hermite import detection, unlearned

CONSTANT = 1.5294047291842117904
"""Of He_3 at gamma = 3/2, R ~ c (Delta/n)^(2/3): by quadrature with 400 digits.

The number 1.52940431606183 quoted before is 2.7e-7 too small: its integral ends too early.
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


@pytest.mark.parametrize("degree", [3, 4, 5, 8])
def test_from_detection_on_the_learned_branch_has_the_larger_free_entropy(degree):
    """Phi(q) = l q^k + q + log(1 - q), maximised over q on a grid: at l_e its two maxima are equal."""
    edge = float(detection(degree))
    q = np.linspace(0, 1, 10**6, endpoint=False)
    for factor, is_found in ((0.999, False), (1.001, True)):
        best = np.argmax(edge * factor * q**degree + q + np.log(1 - q))
        assert (q[best] > 0.5) == is_found
    found = q[np.argmax(1.001 * edge * q**degree + q + np.log(1 - q))]
    assert 1 - found**degree == pytest.approx(float(unlearned(1.001 * edge, degree)), rel=1e-5, abs=0)


@pytest.mark.parametrize("decay", [Rational(505, 1000), Rational(3, 2), 50])
@pytest.mark.parametrize("degree", [3, 4, 5])
def test_the_constant_is_an_integral_over_q(degree, decay):
    """In place of the sizes the overlap q is integrated over: s^2 = l(q) = 1/(k q^(k-2) (1 - q))."""
    gamma = mpmath.mpf(decay.p) / decay.q if isinstance(decay, Rational) else mpmath.mpf(decay)
    law = phase_diagram(hermite(degree)).phases[-1].risk
    with mpmath.workdps(25):
        edge = mpmath.mpf(str(detection(degree)))

        def ratio(p):  # with p = 1 - q
            return 1 / (degree * (1 - p) ** (degree - 2) * p)

        def weight(y):  # s^2 (1 - q^k) s^(-1/gamma - 1) ds, with l = s^2; p = y^(2 gamma) has no singular end
            p = y ** (2 * gamma)
            unknown = -mpmath.expm1(degree * mpmath.log1p(-p))
            power = (1 / p - (degree - 2) / (1 - p)) / 2
            return ratio(p) ** (1 - 1 / (2 * gamma)) * unknown * power * 2 * gamma * p / y

        highest = mpmath.findroot(
            lambda p: ratio(p) - edge, (mpmath.mpf(1) / (degree - 1), 0.0001), solver="anderson"
        )
        above = mpmath.quad(weight, mpmath.linspace(0, highest ** (1 / (2 * gamma)), 3))
        below = edge ** (1 - 1 / (2 * gamma)) / (2 - 1 / gamma)
        value = law.evaluate(gamma=decay, n_eff=1, noise_variance=1)
        assert float(value) == pytest.approx(float((above + below) / gamma), rel=1e-9, abs=0)


@pytest.mark.parametrize("degree", [2, 3, 4])
def test_titles_are_words(degree):
    diagram = phase_diagram(hermite(degree))
    assert [phase.title for phase in diagram] == [
        f"risk by target modes, {number} modes above delta" for number in ("no", "some")
    ]
    assert "sum_i" not in diagram.to_latex() + diagram.phases[-1].derivation().to_latex()


def test_laws_with_an_integral_are_written_and_not_read():
    law = phase_diagram(hermite(3)).phases[-1].risk
    for text, read in ((law.to_text(), read_expression), (law.to_latex(), read_latex)):
        with pytest.raises(ValueError, match="text="):
            read(text)


@pytest.mark.parametrize("degree", [1, 0, 101, 2.0, "3", None, True])
def test_other_degrees_are_refused(degree):
    with pytest.raises(ValueError, match=r"degree=.*: must be an integer from 2 to 100"):
        hermite(degree)
