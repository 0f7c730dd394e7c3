"""Data sets: their normalisation, their streams of random numbers, what is refused."""

import tracemalloc
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from numerics import Data, InvalidProblem, Problem, draw
from numerics.training.data import outputs

BASE = {"gamma": 1.25, "samples": 60, "dim": 20, "weight_decay": 0.5, "noise_variance": 0.25}
NETWORKS = ("diagonal", "quadratic")


@pytest.mark.parametrize("network", NETWORKS)
def test_labels_are_outputs_of_the_target_and_noise(network):
    problem = Problem(network, **{**BASE, "samples": 20000})
    data = draw(problem, seed=3)
    noise = data.labels - outputs(data.target, data.inputs)
    assert np.mean(noise**2) == pytest.approx(0.25, rel=0.05, abs=0)
    assert np.mean(data.inputs**2) == pytest.approx(1, rel=0.01, abs=0)


def test_outputs_are_those_of_the_networks():
    random = np.random.default_rng(0)
    inputs, theta, hidden = (random.standard_normal(shape) for shape in ((7, 5), (5,), (5, 3)))
    assert outputs(theta, inputs) == pytest.approx(np.sum(inputs * theta, axis=1) / np.sqrt(5))
    of_units = (np.sum((inputs @ hidden) ** 2, axis=1) - np.sum(hidden**2)) / np.sqrt(5)
    assert outputs(hidden @ hidden.T, inputs) == pytest.approx(of_units)


def test_targets_have_the_sizes_of_the_power_law():
    sizes = np.sqrt(20) * np.arange(1.0, 21) ** -1.25
    matrix = draw(Problem("quadratic", **BASE)).target
    assert np.linalg.eigvalsh(matrix)[::-1] == pytest.approx(sizes)
    coefficients = [draw(Problem("diagonal", **BASE), seed=seed).target / sizes for seed in range(200)]
    assert np.mean(np.square(coefficients)) == pytest.approx(1, rel=0.1, abs=0)


def test_directions_of_the_target_are_haar_distributed():
    # the mean square of an entry of an eigenvector is 1/d, wherever it stands
    first = [np.linalg.eigh(draw(Problem("quadratic", **BASE), seed=s).target)[1][:, -1] for s in range(400)]
    assert np.mean(np.square(first), axis=0) == pytest.approx(np.full(20, 1 / 20), rel=0.35, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
def test_equal_seeds_give_equal_data_and_others_do_not(network):
    problem = Problem(network, **BASE)
    one, same, other = (draw(problem, seed=seed) for seed in (1, 1, 2))
    for name in ("inputs", "labels", "target"):
        assert np.array_equal(getattr(one, name), getattr(same, name))
        assert not np.array_equal(getattr(one, name), getattr(other, name))


def test_more_samples_and_noise_share_target_and_inputs():
    few = draw(Problem("quadratic", **BASE), seed=5)
    many = draw(Problem("quadratic", **{**BASE, "samples": 90, "noise_variance": 4}), seed=5)
    assert np.array_equal(few.target, many.target)
    assert np.array_equal(few.inputs, many.inputs[:60])


@pytest.mark.parametrize("seed", [-1, 1.0, True, "1", None])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(InvalidProblem, match="seed="):
        draw(Problem("diagonal", **BASE), seed=seed)


def test_what_is_no_data_set_is_refused():
    for samples, message in ((10.5, "a whole number"), (10**12, "to fit into memory")):
        with pytest.raises(InvalidProblem, match=f"samples=.*{message}"):
            draw(Problem("diagonal", **{**BASE, "samples": samples}))
    with pytest.raises(InvalidProblem, match="problem='diagonal'"):
        draw("diagonal")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"inputs": np.zeros((60, 19))}, r"inputs=array of shape \(60, 19\): .* \(60, 20\)$"),
        ({"labels": np.full(60, np.nan)}, r"labels=array of shape \(60,\) with NaN or infinity: .* \(60,\)$"),
        ({"labels": "many"}, "labels='many': must be finite numbers"),
        ({"target": np.zeros((20, 20))}, r"target=array of shape \(20, 20\): .* \(20,\)$"),
    ],
)
def test_arrays_of_other_shapes_or_without_numbers_are_refused(changed, message):
    problem = Problem("diagonal", **BASE)
    arrays = {"inputs": np.zeros((60, 20)), "labels": np.zeros(60), "target": np.zeros(20)}
    Data(problem, **arrays)
    with pytest.raises(InvalidProblem, match=message):
        Data(problem, **{**arrays, **changed})


@pytest.mark.parametrize("network", NETWORKS)
def test_measured_data_have_no_target(network):
    problem = Problem(network, **BASE)
    data = Data(problem, np.zeros((60, 20)), np.zeros(60))
    assert data.target is None
    assert repr(data) == f"<Data of the {network} network: n = 60, d = 20, target not known>"
    assert "seed 3" in repr(draw(problem, seed=3))


def test_inputs_are_not_copied():
    """A data set may fill half of the memory."""
    problem = Problem("quadratic", gamma=1.25, samples=20000, dim=50, weight_decay=0.1)
    inputs, labels = np.ones((20000, 50)), np.ones(20000)
    tracemalloc.start()
    data = Data(problem, inputs, labels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert data.inputs is inputs
    assert peak < inputs.nbytes / 20


def test_the_affine_map_of_the_docstring_whitens_inputs_and_keeps_the_outputs():
    random = np.random.default_rng(4)
    factor, mean = random.standard_normal((3, 3)), np.array([1.0, -2.0, 0.5])
    raw = random.standard_normal((50_000, 3)) @ factor.T + mean
    triangle = np.linalg.cholesky(np.cov(raw, rowvar=False))
    inputs = np.linalg.solve(triangle, (raw - raw.mean(axis=0)).T).T
    assert np.cov(inputs, rowvar=False) == pytest.approx(np.eye(3), abs=1e-12)
    matrix = factor @ factor.T  # of a quadratic function of the raw inputs
    centred = raw - raw.mean(axis=0)
    before = np.einsum("ni,ij,nj->n", centred, matrix, centred)
    after = np.einsum("ni,ij,nj->n", inputs, triangle.T @ matrix @ triangle, inputs)
    assert after == pytest.approx(before)


def test_a_target_of_another_spectrum_is_refused():
    problem = Problem("quadratic", **BASE)
    data = draw(problem, seed=3)
    arrays = problem, data.inputs, data.labels
    Data(*arrays, data.target * (1 + 1e-10))  # rounding
    with pytest.raises(InvalidProblem, match=r"target=.*eigenvalue 1 is 8\.94427, not 4\.47214"):
        Data(*arrays, 2 * data.target)
    with pytest.raises(InvalidProblem, match=r"target=.*eigenvalue 1 is 0, not 4\.47214"):
        Data(*arrays, np.zeros((20, 20)))
    with pytest.raises(InvalidProblem, match=r"target=.*must be a symmetric matrix"):
        Data(*arrays, data.target + np.triu(np.ones((20, 20)), 1))
    flat = Problem("quadratic", target=[2, 2, 1], samples=60, dim=20, weight_decay=1)
    Data(flat, data.inputs, data.labels, draw(flat).target)


@pytest.mark.parametrize(
    ("network", "changed", "message"),
    [
        ("diagonal", {"dim": 10**30, "samples": 1}, r"dim=1\d*: must be at most 2000000000"),
        ("quadratic", {"dim": 10**5, "samples": 1}, r"dim=100000: must be at most 44721"),
        (
            "diagonal",
            {"noise_variance": Fraction(10) ** 400},
            "noise_variance=1000.*: must be at most",
        ),
        ("quadratic", {"target": [1e308], "gamma": None}, r"target=1e\+308: must be sizes up to 1e\+40"),
    ],
)
def test_data_beyond_memory_or_float64_are_not_drawn(network, changed, message):
    problem = Problem(network, **{**BASE, "samples": 10, **changed})
    with pytest.raises(InvalidProblem, match=message):
        draw(problem)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda inputs: inputs.astype(complex),
        lambda inputs: np.ma.masked_greater(inputs, 0),
        lambda inputs: inputs * 1e60,
    ],
    ids=["complex", "masked", "huge"],
)
def test_inputs_that_would_lose_something_are_refused(spoil):
    data = draw(Problem("diagonal", **{**BASE, "samples": 10}))
    with pytest.raises(InvalidProblem, match="inputs="):
        replace(data, inputs=spoil(data.inputs))
