"""The overfitted bulk, phase by phase."""

from dataclasses import replace
from itertools import product

import pytest
from sympy import Rational, S, pi, simplify, sqrt

from asymptotics import NoSuchLaw, diagonal, phase_diagram, quadratic
from asymptotics.balance.laws import ZERO
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.phases.bulk import OverfittedBulk, overfitted_bulk
from asymptotics.symbols import a, d, gamma, n_eff, noise_variance

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
DIAGRAMS = [  # two of them take seconds to derive
    pytest.param(
        *case, marks=pytest.mark.slow if case in (("diagonal", "none"), ("diagonal", "scaled")) else ()
    )
    for case in product(NETWORKS, ("fixed", "none", "scaled"))
]

PASSING = {"Ia", "IV", "V", "N", "VIa"}
"""Phases in which noise passes that is no learned mode's."""


@pytest.mark.parametrize(("network", "noise"), DIAGRAMS)
def test_where_it_leads(network, noise):
    for phase in phase_diagram(NETWORKS[network], noise=noise).phases:
        bulk = phase.overfitted_bulk
        assert (bulk.risk != ZERO) == bulk.leads_overfitting == (phase.name in PASSING)
        assert bulk.leads_risk == (phase.name in ("V", "VIa"))
        if bulk.leads_risk:
            assert bulk.risk.expr == phase.risk.expr
            assert bulk.of_risk.constant == 1
        if phase.name not in PASSING:
            assert bulk == OverfittedBulk(ZERO, ZERO, ZERO)


@pytest.mark.parametrize(("network", "noise"), DIAGRAMS)
def test_its_shares_are_shares(network, noise):
    point = {"gamma": Rational(5, 4), "a": Rational(1, 4), "ell": S(-9), "b": Rational(1, 10)}
    for phase in phase_diagram(NETWORKS[network], noise=noise).phases:
        bulk = phase.overfitted_bulk
        if bulk.risk == ZERO:
            continue
        whole = phase.decomposition["overfitting"]
        assert simplify(bulk.risk.exponent - whole.exponent - bulk.of_overfitting.exponent) == 0
        share = bulk.of_overfitting.at(**point).constant
        assert 0 < share <= 1
        # beside it larger modes pass with the noise, where the risk sets the noise
        assert (share == 1) == (phase.name != "N")


def test_benign_overfitting_holds_the_law_of_the_harmful_one(of_quadratic):
    bulk = of_quadratic["IV"].overfitted_bulk
    assert bulk.risk == of_quadratic["V"].risk
    # they exchange the lead where the phases meet
    lead = bulk.of_risk.exponent.subs(a, 4 * gamma / (14 * gamma - 5))
    assert simplify(lead) == 0


def test_below_the_edge_it_is_the_second_moment(of_quadratic, of_diagonal):
    # delta^2 = Delta d/(4 n_eff), half of the semicircle is kept, R = 2 E
    assert of_quadratic["VIa"].overfitted_bulk.risk.expr == noise_variance * d / (4 * n_eff)
    assert of_diagonal["VIa"].overfitted_bulk.risk.expr == noise_variance * d / n_eff


def test_what_a_declaration_does_not_determine_is_none():
    # a semicircle of radius 4, whose second moment is not its mass; without the place of outliers nothing is
    # known of subcritical modes inside the noise
    noise = NoiseLaw(density=sqrt(16 - level**2) / (8 * pi), edge=S(4))
    of_own = replace(quadratic, name="wide", noise=noise, outlier_location=None, subordination_map=None)
    bulk = phase_diagram(of_own)["VIa"].overfitted_bulk
    assert bulk.of_overfitting is bulk.leads_overfitting is None
    assert bulk.leads_risk
    assert bulk.of_risk.expr == 1


def test_what_trains_no_weights_has_none():
    for estimator in ("bayes", "ridge"):
        with pytest.raises(NoSuchLaw, match="has no overfitted_bulk"):
            overfitted_bulk(phase_diagram(diagonal, estimator=estimator).phases[0].balance)
