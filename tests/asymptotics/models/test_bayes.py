"""The Bayes-optimal estimator, derived."""

import pytest

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.symbols import a, d, gamma, n_eff, noise_variance


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
def test_rates_of_the_paper(network):
    diagram = phase_diagram(network, estimator="bayes")
    exponents = {phase.name: phase.risk.exponent for phase in diagram}
    assert exponents == {"Ia": 0, "IV": a / (2 * gamma) - a, "VIb": 1 - a}


def test_once_all_is_learned_noise_costs_every_mode_the_same():
    assert phase_diagram(diagonal, estimator="bayes")["VIb"].risk.expr == noise_variance * d / n_eff
    assert phase_diagram(quadratic, estimator="bayes")["VIb"].risk.expr == noise_variance * d / (2 * n_eff)


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
def test_without_noise_enough_samples_recover_the_target(network):
    recovered = phase_diagram(network, noise="none", estimator="bayes")["R"]
    assert recovered.risk.expr == recovered.effective_noise.expr == 0
    assert recovered.learned_modes.expr == d
