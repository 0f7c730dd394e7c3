"""What is measured on trained weights: against brute force, and against draws from the theory's own law."""

import numpy as np
import pytest

from numerics import InvalidProblem, Problem, draw, solve, train
from numerics.training.data import outputs
from numerics.training.trained import WeightSpectrum

LAW = {"gamma": 1.25, "noise_variance": 0.25}
PROBLEMS = {
    "diagonal": Problem("diagonal", samples=60, dim=80, weight_decay=0.2, **LAW),
    "quadratic": Problem("quadratic", samples=400, dim=20, weight_decay=0.1, **LAW),
}


@pytest.fixture(params=PROBLEMS, scope="module")
def trained(request):
    return train(PROBLEMS[request.param], seed=1, tolerance=1e-9)


def test_the_excess_risk_is_that_on_new_inputs(trained):
    inputs = np.random.default_rng(7).standard_normal((200_000, trained.problem.dim))
    misfit = outputs(trained.weights - trained.data.target, inputs)
    assert np.mean(misfit**2) == pytest.approx(trained.excess_risk, rel=0.03, abs=0)


def test_the_training_loss_is_that_of_the_parameters(trained):
    data, problem = trained.data, trained.problem
    square = np.sum((data.labels - outputs(trained.weights, data.inputs)) ** 2)
    penalty = 0.0
    for weights in trained.parameters.values():
        penalty += float(np.sum(weights**2))
    if problem.network == "diagonal":
        expected = (square + 0.2 * penalty) / 2 / problem.dim
    else:
        expected = (square + 0.1 * problem.dim * penalty) / problem.dim**2
    assert trained.train_loss == pytest.approx(expected, rel=1e-12, abs=0)


def test_weights_are_products_of_the_parameters(trained):
    if trained.problem.network == "diagonal":
        product = trained.parameters["a"] * trained.parameters["w"]
        assert np.abs(trained.parameters["a"]) == pytest.approx(np.abs(trained.parameters["w"]), abs=1e-5)
    else:
        product = trained.parameters["B"] @ trained.parameters["B"].T
    assert np.array_equal(trained.weights, product)
    assert np.all(np.diff(trained.eigenvalues) >= 0)
    assert 0 < np.sum(trained.eigenvalues == 0) < len(trained.eigenvalues)


def test_parts_of_the_risk_sum_to_it_and_none_is_negative(trained):
    solution = solve(trained.problem)
    parts = trained.decomposition(solution)
    assert list(parts) == list(solution.decomposition)
    assert sum(parts.values()) == pytest.approx(trained.excess_risk, rel=1e-12, abs=0)
    assert min(parts.values()) > 0


def test_pruning_is_a_soft_threshold_at_the_bulk_edge(trained):
    solution = solve(trained.problem)
    edge = solution.spectrum().bulk_edge
    assert edge > 0
    if trained.problem.network == "diagonal":
        left = np.sign(trained.weights) * np.maximum(np.abs(trained.weights) - edge, 0)
    else:
        values, vectors = np.linalg.eigh(trained.weights)
        left = (vectors * np.maximum(values - edge, 0)) @ vectors.T
    factor = 1 if trained.problem.network == "diagonal" else 2
    expected = factor * np.sum((left - trained.data.target) ** 2) / trained.problem.dim
    assert trained.pruned(solution) == pytest.approx(expected, rel=1e-9, abs=0)


def test_a_solution_of_another_problem_is_refused(trained):
    other = solve(Problem("diagonal", samples=61, dim=80, weight_decay=0.2, **LAW))
    for question in (trained.decomposition, trained.pruned):
        with pytest.raises(InvalidProblem, match="solution="):
            question(other)


def test_overlaps_are_of_the_largest_eigenvalues_and_target_directions():
    problem = Problem("quadratic", samples=20_000, dim=20, weight_decay=0.1, **LAW)
    overlaps = train(problem, seed=2).spectrum().overlaps
    spikes = solve(problem).spectrum().spikes
    assert overlaps[:3] == pytest.approx([spike.overlap for spike in spikes[:3]], abs=0.05)
    assert np.all(overlaps <= 1)


def test_distances_are_those_of_kolmogorov():
    """Weights drawn from the theory's own law are as far from it as draws are, and not from another."""
    problem = Problem("diagonal", samples=300, dim=400, weight_decay=0.3, **LAW)
    own, other = (solve(Problem("diagonal", samples=300, dim=400, weight_decay=x, **LAW)) for x in (0.3, 1.0))
    values = np.sort(own.spectrum().sample(4000, seed=3))
    spectrum = WeightSpectrum(values, np.empty(0))
    assert spectrum.distance(own.spectrum()) < 1.95 / np.sqrt(4000)  # exceeded once in a thousand
    assert spectrum.distance(other.spectrum()) > 3 / np.sqrt(4000)
    assert spectrum.atom == pytest.approx(own.spectrum().atom, abs=0.03)
    assert spectrum.cdf(values[-1]) == 1
    assert spectrum.cdf([0.0, -1e9])[1] == 0
    assert problem.dim == 400


def test_a_point_mass_away_from_the_atom_is_far():
    spectrum = solve(PROBLEMS["quadratic"]).spectrum()
    assert WeightSpectrum(np.zeros(20), np.empty(0)).distance(spectrum) == pytest.approx(1 - spectrum.atom)
    assert WeightSpectrum(np.full(20, 1e9), np.empty(0)).distance(spectrum) == pytest.approx(1)


def test_texts_are_short(trained):
    for value in (trained, trained.data, trained.spectrum()):
        assert len(repr(value)) < 120


def test_data_are_those_that_it_was_trained_on(trained):
    again = draw(trained.problem, seed=1)
    assert np.array_equal(again.inputs, trained.data.inputs)
