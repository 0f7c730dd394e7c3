"""What laws leave out, part by part, by hand; ``tests/verify/test_finite_size`` compares with solutions."""

from __future__ import annotations

import math

import pytest

from asymptotics import Prediction, diagonal, phase_diagram, quadratic
from asymptotics.models import one_pass_sgd


def ratio(prediction: Prediction, reason: str) -> float:
    (part,) = (part.ratio for part in prediction.neglected if reason in part.reason)
    return part


def test_ratios_by_hand():
    # phase VIa of the diagonal network: delta^2 = Delta d/n, kappa = lambda d/n, K = sqrt(d)/delta
    at = {"gamma": 1, "n_eff": 10**5, "d": 10**4, "weight_decay": 1e-3, "noise_variance": 2}
    prediction = phase_diagram(diagonal).at(**at)
    delta = (2 * 1e4 / 1e5) ** 0.5
    assert prediction.phase.name == "VIa"
    ratios = [part.ratio for part in prediction.neglected]
    learned = 100 / delta
    for expected in (1e-4 / delta, 1 / learned, learned / 1e4):
        assert any(ratio == pytest.approx(expected, rel=1e-9, abs=0) for ratio in ratios)
    assert prediction.error == pytest.approx(sum(ratios), rel=1e-12, abs=0)
    assert ratios == sorted(ratios, reverse=True)


def test_close_to_a_pole_the_distance_counts():
    """F_0 of one-pass SGD holds (1 - d^-c)/c, c = 1 - 2 beta, of which the law keeps 1/c."""
    diagram = phase_diagram(one_pass_sgd)
    for beta in (0.45, 0.49, 0.499):
        at = diagram.at(alpha=0.8, beta=beta, d=1e4, t=1e9)
        left = 1e4 ** -(1 - 2 * beta)
        assert at.phase.name == "F_0"
        assert at.error == pytest.approx(left / (1 - left), rel=0.2, abs=0)
    assert diagram.at(alpha=0.8, beta=0.3, d=1e4, t=1e9).error < 0.1


def test_few_units_miss_half_a_mode_and_reach_within_the_edge():
    narrow = phase_diagram(quadratic, width="scaled")
    at = {"gamma": 1.5, "d": 10**6, "noise_variance": 1, "weight_decay": 1e-9}
    missed = narrow.at(n_eff=1e12, width=20, **at)
    assert missed.phase.name == "Wa"
    assert ratio(missed, "an integral") == pytest.approx(2 / 40, rel=1e-12, abs=0)
    kept = narrow.at(n_eff=3e4, width=1e3, **at)
    assert kept.phase.name == "Wb"
    # the mass p/d of a semicircle lies within t of its edge, 2 t^(3/2)/(3 pi) = p/d, and the jump is 2
    within = (3 * math.pi / 2 * 1e-3) ** (2 / 3)
    assert ratio(kept, "reaches within its edge") == pytest.approx(within / 2, rel=1e-9, abs=0)


def test_the_threshold_lies_within_a_hard_edge():
    """D_b = 2 n_eff/d = 8/(15 pi) t^(5/2), and the edge is at 2."""
    at = {"gamma": 1.5, "d": 10**12, "n_eff": 1e8, "noise_variance": 1, "weight_decay": 1e-9}
    prediction = phase_diagram(quadratic).at(**at)
    assert prediction.phase.name == "V"
    within = (15 * math.pi / 8 * 2e-4) ** (2 / 5)
    assert ratio(prediction, "within the edge of the noise") == pytest.approx(within / 2, rel=1e-9, abs=0)


def test_terms_that_are_smaller_by_a_logarithm_count_with_their_constants():
    """Diagonal network, V: delta is fed by Delta, and by the overfitted noise Delta/L."""
    at = {"gamma": 1.5, "d": 10**12, "n_eff": 1e6, "weight_decay": 1e-9}
    prediction = phase_diagram(diagonal).at(noise_variance=1, **at)
    assert prediction.phase.name == "V"
    fed = ratio(prediction, "sets the effective noise, by a power of a logarithm")
    assert fed == pytest.approx(float(prediction.risk), rel=1e-9, abs=0)


def test_missed_modes_that_feed_the_noise_begin_at_one():
    at = {"gamma": 2, "d": 10**10, "n_eff": 100, "weight_decay": 1e-12}
    prediction = phase_diagram(quadratic, noise="none").at(**at)
    assert prediction.phase.name == "N"
    learned = float(prediction["learned_modes"])
    assert ratio(prediction, "begin at 1") == pytest.approx(3 / (2 * learned), rel=1e-9, abs=0)
