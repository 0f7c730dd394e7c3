"""The pruned risk: laws worked by hand, and constants by brute integration over the modes."""

from dataclasses import replace
from itertools import product

import mpmath
import pytest
from mpmath import mpf
from sympy import S, log, simplify, zeta

from asymptotics import NoSuchLaw, diagonal, phase_diagram, quadratic
from asymptotics.algebra.monomials import bulk_freedom, term
from asymptotics.lemmas.power_sums import Learned
from asymptotics.phases.pruning import is_pruned, pruned_risk_law
from asymptotics.symbols import a, d, gamma, n_eff, noise_variance

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
NOISES = ("fixed", "none", "scaled")
DIAGRAMS = [  # two of them take seconds to derive
    pytest.param(
        *case, marks=pytest.mark.slow if case in (("diagonal", "none"), ("diagonal", "scaled")) else ()
    )
    for case in product(NETWORKS, NOISES)
]

PRUNED = {"diagonal": {"V", "N", "VIa", "VIb"}, "quadratic": {"Ia", "IV", "V", "N", "VIa", "VIb"}}
"""Phases in which the threshold lies below the edge of the bulk."""


@pytest.mark.parametrize(("network", "noise"), DIAGRAMS)
def test_where_the_bulk_passes_it_is_pruned(network, noise):
    for phase in phase_diagram(NETWORKS[network], noise=noise).phases:
        assert is_pruned(phase.balance) == (phase.name in PRUNED[network])
        if not is_pruned(phase.balance):
            assert phase.pruned_risk == phase.risk


@pytest.mark.parametrize("noise", NOISES)
def test_outliers_alone_are_left_of_the_quadratic_network(noise):
    diagram = phase_diagram(quadratic, noise=noise)
    for phase in diagram.phases:
        if phase.name in ("Ia", "IV", "N"):
            assert phase.pruned_risk == phase.risk
        if phase.name in ("V", "VIa"):
            assert phase.pruned_risk.expr == diagram["IV"].risk.expr
        if phase.name == "VIb":  # 2 (delta^2 + kappa^2) at kappa = 2 delta, delta^2 = Delta d/(4 n_eff)
            assert simplify(phase.pruned_risk.expr - noise_variance * d / (4 * n_eff) * 2 * 5) == 0


def test_the_diagonal_network_is_pruned_where_one_draw_of_d_passes(of_diagonal):
    last = of_diagonal["VIb"].pruned_risk
    assert last.expr == 2 * noise_variance * d * log(d) / n_eff
    assert last.corrected_order == 2
    # all modes pass at kappa = u delta: R = delta^2 (u^2 + 1)
    assert simplify(last.corrected - noise_variance * d / n_eff * (2 * log(d) + 1)) == 0


def test_pruning_costs_a_constant_without_noise():
    # kappa^2 = 2 delta^2 log(d/n_eff) becomes 2 delta^2 log d, and R ~ kappa^(2 - 1/gamma)
    phase = phase_diagram(diagonal, noise="none")["N"]
    expected = (log(d) / log(d / n_eff)) ** (1 - 1 / (2 * gamma))
    at = {gamma: S(5) / 4, d: S(10) ** 9, n_eff: S(10) ** 4}
    assert float((phase.pruned_risk.expr / phase.risk.expr / expected).subs(at)) == pytest.approx(
        1, rel=1e-12, abs=0
    )
    assert simplify(phase.pruned_risk.log_exponent - phase.risk.log_exponent) == 0
    lost = phase.pruned_risk.at(a=0.5, gamma=1).constant / phase.risk.at(a=0.5, gamma=1).constant
    assert float(lost) == pytest.approx(2**0.5, rel=1e-12, abs=0)


def of_outliers(decay):
    """Error of all modes at kappa = 2 delta, per K/d and delta^2: outliers one by one, and the tail below.

    Of one of size y delta y^2 + (y - 1)^4/y^2 - 2 (y - 1)^2 (1 - 1/y^2) = 6 - 8/y + 3/y^2.
    """
    outliers = mpmath.quad(lambda x: 6 - 8 * x**decay + 3 * x ** (2 * decay), [0, 1])
    return outliers + 1 / (2 * decay - 1)


def of_coefficients(decay):
    """E of the integral of min(x^-gamma |g|, 1)^2 over x, g Gaussian: |g|^(1/gamma) (1 + 1/(2 gamma - 1))."""
    moment = mpmath.quad(
        lambda g: mpmath.sqrt(2 / mpmath.pi) * g ** (1 / decay) * mpmath.exp(-(g**2) / 2), [0, 1, 4, 15]
    )
    return moment * (1 + 1 / (2 * decay - 1))


@pytest.mark.parametrize("decay", [mpf("0.8"), mpf("1.25"), mpf(2)])
def test_constants_are_integrals_over_the_modes(of_diagonal, of_quadratic, decay):
    at = {"d": mpf(10) ** 8, "n_eff": mpf(10) ** 5, "noise_variance": mpf("0.3")}
    with mpmath.workdps(25):
        square = at["noise_variance"] * at["d"] / (4 * at["n_eff"])
        number = (mpmath.sqrt(at["d"] / square)) ** (1 / decay)
        expected = 2 * number / at["d"] * square * of_outliers(decay)
        assert abs(of_quadratic["V"].pruned_risk.evaluate(gamma=decay, **at) / expected - 1) < 1e-10
        square = 4 * square * 2 * mpmath.log(at["d"])  # kappa^2 = 2 log d delta^2
        number = (mpmath.sqrt(at["d"] / square)) ** (1 / decay)
        expected = number / at["d"] * square * of_coefficients(decay)
        for name in ("V", "VIa"):
            assert abs(of_diagonal[name].pruned_risk.evaluate(gamma=decay, **at) / expected - 1) < 1e-8


def test_trivial_risks_stay(of_quadratic, of_diagonal):
    for name in ("Ia", "Ib"):
        assert of_quadratic[name].pruned_risk.expr == 2 * zeta(2 * gamma)
        assert of_diagonal[name].pruned_risk.expr == zeta(2 * gamma)


def test_what_trains_no_weights_is_not_pruned():
    for estimator in ("bayes", "ridge"):
        phase = phase_diagram(diagonal, estimator=estimator).phases[0]
        for function in (pruned_risk_law, is_pruned):
            with pytest.raises(NoSuchLaw, match="has no pruned_risk"):
                function(phase.balance)


def test_noise_without_an_edge_that_passes_in_part_is_refused(of_diagonal):
    balanced = of_diagonal["V"].balance
    in_part = {**balanced.solution, bulk_freedom: term(n_eff**2 / d**2, "planted")}  # 1/d at a = 1/2
    with pytest.raises(NotImplementedError, match="in part of the phase only does noise pass"):
        pruned_risk_law(replace(balanced, solution=in_part))


def test_noise_without_an_edge_beside_no_learned_mode_is_refused(of_diagonal):
    balanced = of_diagonal["V"].balance
    none = replace(balanced, regime=replace(balanced.regime, learned=Learned.NONE))
    with pytest.raises(NotImplementedError, match="no mode is learned, and noise without an edge"):
        pruned_risk_law(none)


def test_the_rate_of_harmful_overfitting_is_that_of_benign(of_quadratic):
    phase = of_quadratic["V"]
    assert phase.risk.exponent == 2 * a / 5 - S(2) / 5
    assert simplify(phase.pruned_risk.exponent + a - a / (2 * gamma)) == 0
