"""Devices: NumPy and PyTorch give the same losses."""

import importlib.util

import numpy as np
import pytest

from numerics import InvalidProblem, Problem, draw, train
from numerics.training.device import device_of
from numerics.training.losses import loss_of
from numerics.training.train import METHODS

HAS_TORCH = importlib.util.find_spec("torch") is not None
BASE = {"gamma": 1.25, "samples": 90, "dim": 12, "weight_decay": 0.5, "noise_variance": 0.25}


@pytest.mark.parametrize("name", [1, 1.5, ["cpu"], "gpu", "abacus", "cuda:x", "", "CPU", "mps"])
def test_what_is_no_name_is_refused_with_or_without_pytorch(name):
    with pytest.raises(InvalidProblem, match=r'device=.*: must be None for NumPy, .*"cpu", "cuda", "cuda:1"'):
        device_of(name)


@pytest.mark.skipif(HAS_TORCH, reason="PyTorch is installed")
def test_a_device_without_pytorch_is_refused_with_what_to_install():
    with pytest.raises(
        InvalidProblem, match=r"device='cpu': needs PyTorch: pip install '.\[torch\]', from the root"
    ):
        train(Problem("quadratic", **BASE), device="cpu")


@pytest.mark.skipif(not HAS_TORCH, reason="needs PyTorch")
def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(InvalidProblem, match="device='cuda:99': PyTorch finds no such device"):
        device_of("cuda:99")


@pytest.mark.skipif(not HAS_TORCH, reason="needs PyTorch")
@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_pytorch_gives_the_same_losses_and_trainings(network):
    problem = Problem(network, **BASE)
    data = draw(problem)
    ours, theirs = (loss_of(data, 12, device_of(name)) for name in (None, "cpu"))
    random = np.random.default_rng(0)
    weights, direction = random.standard_normal((2, int(np.prod(ours.shape))))
    for one, other in zip(ours.value(weights, 0.5), theirs.value(weights, 0.5), strict=True):
        assert other == pytest.approx(one, rel=1e-12, abs=0)
    assert theirs.gap(weights, 0.5) == pytest.approx(ours.gap(weights, 0.5), rel=1e-12, abs=0)
    bends = [loss.curvature(weights, 0.5)(direction) for loss in (ours, theirs)]
    assert bends[1] == pytest.approx(bends[0], rel=1e-10, abs=0)
    for method in METHODS:
        options = {"data": data, "method": method, "tolerance": 1e-10}
        here, there = (train(problem, device=name, **options) for name in (None, "cpu"))
        assert there.train_loss == pytest.approx(here.train_loss, rel=1e-9, abs=0)
        assert there.excess_risk == pytest.approx(here.excess_risk, rel=1e-4, abs=0)
