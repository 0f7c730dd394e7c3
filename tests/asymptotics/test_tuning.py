"""The best weight decay, the risk with it, and its ratio to the Bayes risk, as derived."""

from fractions import Fraction
from itertools import product

import pytest
from sympy import Rational, oo, pi, simplify, sin
from sympy import gamma as gamma_function
from sympy import log as log_function

from asymptotics import IncompleteDiagram, diagonal, kernel_ridge, phase_diagram, quadratic, symbols, tuning
from asymptotics.algebra.polyhedra import difference, feasible, is_zero, overlap
from asymptotics.balance.dominant_balance import dominant_balances
from asymptotics.symbols import d, gamma, n_eff, noise_variance
from asymptotics.tuning import Tuned, bayes_ratio, tuned_balances

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
GAMMA = Fraction(5, 4)


@pytest.mark.parametrize(("network", "noise"), list(product(NETWORKS, ("fixed", "scaled", "none"))))
def test_no_phase_has_a_smaller_exponent_than_the_tuned_network(network, noise):
    phases = phase_diagram(NETWORKS[network], noise=noise).phases
    met = 0
    for tuned, phase in product(tuned_balances(NETWORKS[network], noise), phases):
        balanced = phase.balance
        domain = overlap(tuned.domain, balanced.domain)
        facets = [*tuned.facets, *balanced.facets, *balanced.scales.window]
        if tuned.risk is None or domain is None or not feasible(facets, domain):
            continue
        met += 1
        lead = difference(tuned.scales.exponent(tuned.risk), balanced.scales.exponent(balanced.risk))
        assert is_zero(lead) or not feasible([*facets, lead], domain), phase.name
    assert met > 2


def test_quadratic_network_attains_the_bayes_rate_up_to_a_constant():
    at_edge, all_learned = bayes_ratio(quadratic)
    assert simplify(at_edge.ratio.expr - 3 * gamma / (1 + gamma)) == 0
    assert all_learned.ratio.expr == 1
    assert at_edge.attained
    assert all_learned.attained
    # without label noise the same ratio counts the modes that are not learned, n_eff times it fewer
    (noiseless,) = bayes_ratio(quadratic, "none")
    assert simplify(noiseless.ratio.expr - (3 * gamma / (1 + gamma)) ** (2 * gamma)) == 0


def test_diagonal_network_misses_the_bayes_rate_by_a_logarithm():
    few, all_learned = bayes_ratio(diagonal)
    assert not few.attained
    assert few.ratio.log_exponent.equals(1 - 1 / (2 * gamma))
    assert all_learned.attained
    modes = (n_eff / noise_variance) ** (1 / (2 * gamma))
    expected = (
        8
        * gamma**2
        * sin(pi / (2 * gamma))
        * gamma_function(Rational(1, 2) + 1 / (2 * gamma))
        / (pi ** Rational(3, 2) * (2 * gamma - 1))
        * log_function(d / modes) ** (1 - 1 / (2 * gamma))
    )
    at = {gamma: Rational(5, 4), n_eff: 10**5, noise_variance: Rational(1, 3), d: 10**9}
    assert abs(float((few.ratio.expr / expected).subs(at).evalf()) - 1) < 1e-12


REGIONS = {"fixed": ("IV", "VIb"), "none": ("N",), "scaled": ("IV", "N", "VIb")}
"""The phases of tuned training, one for each statement of `bayes_ratio`; where it recovers all, none."""


def name_of(tuned):
    return tuned.model.describe(tuned.hypothesis).name


@pytest.mark.parametrize(("network", "noise"), list(product(NETWORKS, REGIONS)))
def test_no_ratio_to_the_bayes_risk_is_left_out(network, noise):
    tuned = [balanced for balanced in tuned_balances(NETWORKS[network], noise) if balanced.risk is not None]
    assert [name_of(balanced) for balanced in tuned] == list(REGIONS[noise])
    assert len(bayes_ratio(NETWORKS[network], noise)) == len(tuned)


def test_a_wrong_cost_of_shrinkage_is_noticed(monkeypatch):
    # planted: shrinkage that costs d times as much leaves no room for an optimum at the edge
    of_one = tuning._cost_of_shrinkage
    monkeypatch.setattr(tuning, "_cost_of_shrinkage", lambda potential: of_one(potential) * d)
    assert len(dominant_balances(Tuned(quadratic), tuned_balances(quadratic, "fixed")[0].scales)) == 1
    monkeypatch.setattr(tuning, "tuned_balances", lambda *x: tuned_balances(quadratic, "fixed")[:1])
    with pytest.raises(IncompleteDiagram, match=r"between 5/2 and oo"):
        phase_diagram(quadratic).optimal_weight_decay(gamma=GAMMA)
    with pytest.raises(IncompleteDiagram, match=r"above 2\*gamma$"):
        phase_diagram(quadratic).optimal_weight_decay()


def test_the_optimum_with_gamma_open_ends_where_all_modes_are_learned():
    # K = d modes are learned at n_eff = d^(2 gamma) with fixed noise, d^(2 gamma - b) with noise d^-b
    (edge, below) = phase_diagram(quadratic).optimal_weight_decay()
    assert (edge[0], edge[1], below[0], below[1]) == (0, 2 * gamma, 2 * gamma, oo)
    split = phase_diagram(quadratic, noise="scaled").optimal_weight_decay()
    assert split[0][2][-1][0] == 2 * gamma - symbols.b
    ((_, _, decay, risk), *_) = phase_diagram(quadratic, noise="scaled").optimal_weight_decay(gamma=2, b=1)
    assert split[0][2][0][2:] == (decay, risk)


def test_what_is_no_trained_network_has_nothing_to_tune():
    with pytest.raises(ValueError, match=r"estimator='bayes': must be 'erm', .* this is of quadratic"):
        phase_diagram(quadratic, estimator="bayes").optimal_weight_decay(gamma=1)
    derived = (
        r"model='kernel ridge.*': must be a network: .*derived for networks trained by erm; .* is a Ridge"
    )
    with pytest.raises(ValueError, match=derived):
        phase_diagram(kernel_ridge).optimal_weight_decay(gamma=1)
    with pytest.raises(ValueError, match=r"gamma=0\.5"):
        phase_diagram(quadratic).optimal_weight_decay(gamma=0.5)
