"""The Bayes-optimal estimator, derived."""

import pytest

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.models import BayesOptimal
from asymptotics.symbols import a, d, gamma, n_eff, noise_variance


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
def test_rates_of_the_paper(network):
    diagram = phase_diagram(network, estimator="bayes")
    exponents = {phase.name: phase.risk.exponent for phase in diagram}
    assert exponents == {"Ia": 0, "IV": a / (2 * gamma) - a, "VIb": 1 - a}


def test_once_all_is_learned_noise_costs_every_mode_the_same():
    assert phase_diagram(diagonal, estimator="bayes")["VIb"].risk.expr == noise_variance * d / n_eff
    assert phase_diagram(quadratic, estimator="bayes")["VIb"].risk.expr == noise_variance * d / (2 * n_eff)


def test_modes_that_do_not_interact_make_one_system():
    # of matrices no sum over modes is the error: it is one while few modes are outliers, another once all are
    assert BayesOptimal(quadratic).system is None
    system = BayesOptimal(diagonal).system
    for ours, theirs in zip(phase_diagram(system), phase_diagram(diagonal, estimator="bayes"), strict=True):
        assert (ours.region, ours.risk, ours.learned) == (theirs.region, theirs.risk, theirs.learned)


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
def test_without_noise_enough_samples_recover_the_target(network):
    recovered = phase_diagram(network, noise="none", estimator="bayes")["R"]
    assert recovered.risk.expr == recovered.effective_noise.expr == 0
    assert recovered.learned_modes.expr == d
