"""Plateaus along the samples, at a fixed weight decay: trained and solved.

    Ib, quadratic     the threshold is above every mode: nothing is learned until n = lambda d^2/(4 s), where
                      s is the largest eigenvalue of the target and of noise
    V, diagonal       the noise that is fitted costs what the modes that are learned gain: the risk is level,
                      up to logarithms, between its fall and the peak at n = d

The quadratic network's phase V is no plateau; its risk rises as (n/d^2)^(2/5).
"""

import numpy as np
import pytest
from trainings import agrees, diagonal, mean_and_error, quadratic, risks, trained

from numerics import solve

SEEDS = range(8)


@pytest.mark.slow
def test_nothing_is_learned_on_the_plateau_of_strong_weight_decay():
    """It ends near n = 1100: 8 of 16 trainings have learned a mode at 960, none at 480.

    Beyond the end corrections are 7 +- 2 and 5 +- 1 per cent, at d = 60 and 100.
    """
    for samples in (60, 240, 480):
        problem = quadratic(samples, 10, dim=60)
        level = solve(problem).excess_risk
        for seed in SEEDS:
            network = trained(problem, seed)
            assert np.all(network.eigenvalues == 0)
            assert network.excess_risk == pytest.approx(level, rel=1e-9, abs=0)
    for samples in (2000, 4000):
        problem = quadratic(samples, 10, dim=60)
        values, theory = risks(problem, SEEDS), solve(problem).excess_risk
        assert theory < 0.6 * level
        assert agrees(values, theory, 0.1), (samples, mean_and_error(values), theory)


@pytest.mark.slow
def test_the_risk_is_level_where_noise_costs_what_modes_gain():
    """Solved: 0.78 | 0.51, 0.43, 0.51 | 1.13, at these n."""
    before, plateau, after = 15, (40, 80, 160), 350
    values = {}
    for samples in (before, *plateau, after):
        problem = diagonal(samples, 0.02, dim=500)
        values[samples] = risks(problem, range(32))
        theory = solve(problem).excess_risk
        assert agrees(values[samples], theory), (samples, mean_and_error(values[samples]), theory)
    means = {samples: mean_and_error(values[samples])[0] for samples in values}
    level = [means[samples] for samples in plateau]
    assert max(level) < 1.3 * min(level)  # over a factor of 4 in n
    assert means[before] > 1.3 * level[0]
    assert means[after] > 1.8 * level[-1]
