"""Descents: they end where they say, from where they stand, whatever came before."""

import numpy as np
import pytest

from numerics import Problem, draw
from numerics.training.device import Device
from numerics.training.losses import DiagonalLoss, loss_of
from numerics.training.minimise import State, Stop, descents, initial

LAW = {"gamma": 1.25, "noise_variance": 0.25}


def states_of(network, samples, decay, stop, *, dim=30, width=None, after=None, seed=0):
    data = draw(Problem(network, samples=samples, dim=dim, weight_decay=decay, **LAW))
    loss = loss_of(data, width or dim, Device())
    return loss, list(descents(loss, decay, stop, after or initial(loss, seed), seed))


@pytest.mark.parametrize(
    ("network", "samples", "decay"),
    [("diagonal", 30, 0.01), pytest.param("quadratic", 225, 0.02, marks=pytest.mark.slow)],
)
def test_descents_close_the_gap_at_an_interpolation_threshold(network, samples, decay):
    loss, states = states_of(network, samples, decay, Stop(1e-10))
    last = states[-1]
    assert last.gap < 1e-10
    assert last.gap == loss.gap(last.weights, decay)
    assert last.loss == loss.value(last.weights, decay)[0]


def test_the_minimum_does_not_depend_on_the_start():
    (loss, one), (_, other) = (states_of("quadratic", 200, 0.1, Stop(1e-10), seed=seed) for seed in (0, 1))
    products = [loss.product(states[-1].weights) for states in (one, other)]
    assert products[0] == pytest.approx(products[1], abs=1e-4 * np.max(products[0]))
    assert one[-1].loss == pytest.approx(other[-1].loss, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("network", "samples", "decay"),
    [("diagonal", 20, 0.05), pytest.param("quadratic", 225, 0.02, marks=pytest.mark.slow)],
)
def test_a_descent_goes_on_from_any_of_its_states(network, samples, decay):
    _, states = states_of(network, samples, decay, Stop(1e-8))
    assert len(states) > 2
    for number, state in enumerate(states):
        _, rest = states_of(network, samples, decay, Stop(1e-8), after=state)
        assert len(rest) == len(states) - number - 1
        assert np.array_equal([state, *rest][-1].weights, states[-1].weights)


def test_short_rounds_far_from_the_minimum_have_not_stalled(monkeypatch):
    """The gap stays about 1 there, while loss and gradient fall: steps of many passes are not due."""
    monkeypatch.setattr("numerics.training.minimise.COSTLY", 0)
    monkeypatch.setattr("numerics.training.minimise._SHORT", 4)
    _, states = states_of("quadratic", 5700, 0.01, Stop(1e-6), dim=60)
    assert states[1].gap > 0.8
    assert states[1].gradient < states[0].gradient / 2
    assert not states[1].newton
    assert states[-1].gap < 1e-6


def test_stages_end_at_the_weight_decay_asked_for():
    loss, states = states_of("diagonal", 40, 0.05, Stop(1e-8))
    stages = loss.stages(0.05, 0.1)
    assert len(stages) > 1
    assert stages[-1] == 0.05
    assert states[-1].stage == len(stages) - 1
    assert loss.gap(states[-1].weights, stages[-2]) > 1e-3


def test_few_hidden_units_end_stationary_and_the_best_start_counts():
    stop = Stop(1e-7, 1e-7, starts=4)
    _, states = states_of("quadratic", 300, 0.02, stop, width=2)
    ends = [state for state in states if stop.ends_start(state)]
    assert [state.start for state in ends] == [0, 1, 2, 3]
    assert all(state.gradient <= 1e-7 < state.gap for state in ends)
    assert states[-1].result.loss == min(state.loss for state in ends)


def test_enough_hidden_units_are_proved_by_the_gap_in_one_start():
    stop = Stop(1e-7, 1e-7, starts=4)
    _, full = states_of("quadratic", 300, 2.0, Stop(1e-7))
    _, few = states_of("quadratic", 300, 2.0, Stop(1e-7, 0.0), width=12)
    _, narrow = states_of("quadratic", 300, 2.0, stop, width=12)
    assert few[-1].loss == pytest.approx(full[-1].loss, rel=1e-6, abs=0)
    assert narrow[-1].start == 0 or narrow[-1].gap > 1e-7


@pytest.mark.parametrize(
    ("decay", "most"),
    [
        pytest.param(1e-3, 1600, marks=pytest.mark.slow),
        pytest.param(0.01, 1500, marks=pytest.mark.slow),
        (1.0, 900),
    ],
)
def test_a_diagonal_network_takes_few_products_with_its_inputs(decay, most, monkeypatch):
    """Noise of order 1 leaves many small weights: without preconditioning 1100 to 3000 products, or more."""
    data = draw(Problem("diagonal", gamma=1.25, samples=600, dim=300, weight_decay=decay, noise_variance=1))
    loss, products = loss_of(data, 300, Device()), []
    value, curvature = DiagonalLoss.value, DiagonalLoss.curvature

    def counted_curvature(*point):
        product = curvature(*point)
        return lambda direction: (products.append(1), product(direction))[1]

    monkeypatch.setattr(DiagonalLoss, "value", lambda *point: (products.append(1), value(*point))[1])
    monkeypatch.setattr(DiagonalLoss, "curvature", counted_curvature)
    list(descents(loss, decay, Stop(1e-6), initial(loss, 0), 0))
    assert len(products) < most


def test_weights_that_vanish_are_no_proof():
    """Their gradient vanishes, too; whether nothing is to be learned says the gap."""
    nothing = State(np.zeros(4), gap=0.5, gradient=0.0)
    assert not any(stop.ends_start(nothing) for stop in (Stop(1e-6), Stop(1e-6, 1e-7)))
    assert Stop(1e-6).ends_start(State(np.zeros(4), gap=0.0, gradient=0.0))
