"""Regimes of a system: what their terms are called, and sums that end at a break."""

from dataclasses import replace

import pytest
from declared_systems import RIDGE
from sympy import Eq, Piecewise, Rational, simplify, sqrt

from asymptotics import phase_diagram
from asymptotics.symbols import a, effective_noise, gamma, n_eff, noise_variance, size, weight_decay
from asymptotics.systems import System, mode_sum


def test_terms_go_by_the_words_they_are_given():
    words = {weight_decay: "weight decay", noise_variance: "label noise"}
    named = replace(RIDGE, origins=words)
    for one, other in zip(phase_diagram(named), phase_diagram(RIDGE), strict=True):
        assert one.risk == other.risk
        holds = "lambda" in other.hypothesis.dominant[0]
        assert (one.hypothesis.dominant[0] == "weight decay") == holds
        assert (one.hypothesis.risk == "label noise") == ("Delta" in other.hypothesis.risk)
    assert any(phase.hypothesis.risk == "label noise" for phase in phase_diagram(named))


def test_the_detection_threshold_of_a_matrix():
    """Modes found beyond l = 1/2 (arXiv:2605.10395, He_2): n u^2 = Delta + R, l = s^2/u^2."""
    u = effective_noise
    seen = Piecewise(((1 - u**2 / (2 * size**2)) ** 2, size > u / sqrt(2)), (0, True))
    error = mode_sum(size**2 * (1 - seen))
    he2 = System("He_2", (u,), (Eq(n_eff * u**2, noise_variance + error),), {"risk": error}, {n_eff: a})
    phase = phase_diagram(he2).phases[-1]
    assert simplify(phase.risk.exponent - (-a + a / (2 * gamma))) == 0
    constant = phase.risk.constant.subs(gamma, Rational(3, 2))
    assert float(constant) == pytest.approx(9 * 2 ** (1 / 3) / 8, rel=1e-12, abs=0)
