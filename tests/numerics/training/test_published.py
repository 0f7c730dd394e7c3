"""Published trainings of the quadratic network are reproduced.

arXiv:2606.28242 trained networks at d = 400, gamma = 1.25, label noise 0.1, unit target, with weight decay
sqrt(n/d^2)/10; the values, with their standard deviations over seeds, are those of its data (github.com,
SPOC-group/WidthQuadraticNetworks).
"""

import numpy as np
import pytest

from numerics import Problem, train

PUBLISHED = {
    8000: (0.022360679774997897, 0.1007791, 0.0029219),
    14565: (0.030170881682725827, 0.0644697, 0.0007433),
    26516: (0.04070905315369044, 0.0549953, 0.0006498),
}
"""By samples: weight decay, R/2, and its standard deviation over seeds."""

SEEDS = 2

GAP = 1e-3
"""Relative: it moves the risk by less than its standard deviation over seeds."""


@pytest.mark.slow
@pytest.mark.parametrize("samples", PUBLISHED)
def test_published_trainings_are_reproduced(samples):
    decay, error, deviation = PUBLISHED[samples]
    law = {"gamma": 1.25, "noise_variance": 0.1, "target": "unit", "width": 150}
    problem = Problem("quadratic", samples=samples, dim=400, weight_decay=decay, **law)
    trained = [train(problem, seed=seed, tolerance=GAP, progress=False) for seed in range(SEEDS)]
    # no more units are needed: the gap to the full width is closed
    assert all(one.duality_gap <= GAP for one in trained)
    errors = [one.excess_risk / 2 for one in trained]
    assert abs(np.mean(errors) - error) < 3 * deviation * np.sqrt(1 + 1 / SEEDS)
