"""What is measured on trained weights: against brute force, and against draws from the theory's own law."""

import numpy as np
import pytest

from numerics import Data, InvalidProblem, Problem, draw, solve, train
from numerics.training.data import outputs
from numerics.training.trained import Trained, WeightSpectrum

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


@pytest.mark.parametrize(
    "decays",
    [{"weight_decay": 0.3}, {"weight_decay": 0.02}, {"weight_decay": 1.5}, {"weight_decay": 0.3, "width": 5}],
    ids=["half of the bulk", "most of the bulk", "no bulk", "few units"],
)
def test_parts_are_divided_where_the_theory_divides_them(decays):
    """Weights of the theory's own law, (S* + delta GOE - kappa)_+, have its parts.

    An outlier fluctuates by delta sqrt(2/d), and one of some ten may lie on either side of the noise's end: a
    tenth of what is learned, in a single matrix.
    """
    dim = 300
    problem = Problem("quadratic", samples=dim**2 // 2, dim=dim, **decays, **LAW)
    solution, random, parts = solve(problem), np.random.default_rng(0), []
    for seed in range(6):
        data = draw(Problem("quadratic", samples=1, dim=dim, weight_decay=1, **LAW), seed=seed)
        noise = random.standard_normal((dim, dim))
        noisy = data.target + solution.effective_noise * (noise + noise.T) / np.sqrt(2 * dim)
        values, vectors = np.linalg.eigh(noisy)
        values = np.maximum(values - solution.threshold, 0)
        values[: dim - (problem.width or dim)] = 0
        weights = (vectors * values) @ vectors.T
        trained = Trained(problem, data, {}, weights, 1.0, 0.0, 0.0, 1)
        parts.append(trained.decomposition(solution))
    for name, theory in solution.decomposition.items():
        mean = np.mean([part[name] for part in parts])
        assert mean == pytest.approx(theory, rel=0.06, abs=0.003 * solution.excess_risk), name


@pytest.mark.parametrize("network", PROBLEMS)
def test_without_a_target_training_works_and_no_risk_is_known(network):
    problem = PROBLEMS[network]
    drawn, held_out = draw(problem, seed=1), draw(problem, seed=2)
    trained = train(problem, seed=1, data=Data(problem, drawn.inputs, drawn.labels))
    assert trained.weights.tobytes() == train(problem, seed=1).weights.tobytes()
    assert np.array_equal(trained.eigenvalues, train(problem, seed=1).eigenvalues)
    assert "excess risk not known" in repr(trained)
    for quantity, ask in {
        "excess_risk": lambda: trained.excess_risk,
        "decomposition": lambda: trained.decomposition(solve(problem)),
        "pruned": lambda: trained.pruned(solve(problem)),
    }.items():
        with pytest.raises(InvalidProblem, match=f"{quantity}: not known, as the data have no target"):
            ask()
    assert len(trained.spectrum().overlaps) == 0
    assert 0 <= trained.spectrum().distance(solve(problem).spectrum()) < 1
    assert np.array_equal(trained.predict(held_out.inputs), outputs(trained.weights, held_out.inputs))
    assert trained.predict(held_out.inputs[:1]) == pytest.approx(trained.predict(held_out.inputs)[:1])


@pytest.mark.parametrize("inputs", [np.zeros((3, 79)), np.zeros(80), [[np.nan] * 80], "inputs", None])
def test_what_are_no_inputs_has_no_outputs(inputs):
    trained = train(PROBLEMS["diagonal"])
    with pytest.raises(InvalidProblem, match=r"inputs=.*: must be finite numbers of shape \(\w+, 80\)"):
        trained.predict(inputs)


@pytest.mark.parametrize("network", PROBLEMS)
def test_the_mean_squared_error_of_a_framework_is_what_the_docstring_says(network):
    problem = PROBLEMS[network]
    trained, decay, dim = train(problem, seed=1), float(problem.weight_decay), problem.dim
    data, samples = trained.data, problem.samples
    mean_square = np.mean((data.labels - trained.predict(data.inputs)) ** 2)
    squares = sum(float(np.sum(weights**2)) for weights in trained.parameters.values())
    if network == "diagonal":
        theirs, ours = mean_square / 2 + decay / (2 * samples) * squares, trained.train_loss * dim / samples
    else:
        theirs, ours = mean_square + decay * dim / samples * squares, trained.train_loss * dim**2 / samples
    assert ours == pytest.approx(theirs, rel=1e-12, abs=0)


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
