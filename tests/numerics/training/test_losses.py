"""Losses: as defined, with their slopes; duality gaps against independent solvers of the convex problems."""

from dataclasses import replace

import cvxpy
import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.linear_model import Lasso

from numerics import Problem, draw, to_lasso, train
from numerics.training.device import Device
from numerics.training.losses import DiagonalLoss, QuadraticLoss, loss_of
from numerics.training.train import METHODS

BASE = {"gamma": 1.25, "dim": 8, "weight_decay": 0.5, "noise_variance": 0.25}
SIZES = [("diagonal", 5, 8), ("diagonal", 20, 8), ("quadratic", 30, 8), ("quadratic", 30, 3)]
DECAY = 0.3


def of(network, samples, width, seed=0):
    data = draw(Problem(network, samples=samples, **BASE), seed=seed)
    loss = loss_of(data, width, Device())
    return data, loss, np.random.default_rng(seed).standard_normal(int(np.prod(loss.shape)))


@pytest.mark.parametrize(("network", "samples", "width"), SIZES)
def test_losses_are_as_defined(network, samples, width):
    data, loss, weights = of(network, samples, width)
    if network == "diagonal":
        first, second = weights.reshape(2, 8)
        misfit = data.labels - data.inputs @ (first * second) / np.sqrt(8)
        expected = misfit @ misfit / 2 + DECAY / 2 * (first @ first + second @ second)
    else:
        hidden = weights.reshape(8, width)
        outputs = (np.sum((data.inputs @ hidden) ** 2, axis=1) - np.sum(hidden**2)) / np.sqrt(8)
        expected = np.sum((data.labels - outputs) ** 2) + DECAY * 8 * np.sum(hidden**2)
    assert loss.value(weights, DECAY)[0] == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize(("network", "samples", "width"), SIZES)
def test_gradients_and_curvatures_are_slopes(network, samples, width):
    _, loss, weights = of(network, samples, width)
    direction = np.random.default_rng(9).standard_normal(len(weights))
    gradient = loss.value(weights, DECAY)[1]
    assert approx_fprime(weights, lambda w: loss.value(w, DECAY)[0]) == pytest.approx(
        gradient, rel=1e-4, abs=0
    )
    step = 1e-5
    ahead, behind = (loss.value(weights + sign * step * direction, DECAY)[1] for sign in (1, -1))
    bend = loss.curvature(weights, DECAY)(direction)
    assert (ahead - behind) / (2 * step) == pytest.approx(bend, rel=1e-5, abs=0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("samples", "dim", "decay"), [(60, 90, 0.3), (120, 60, 1.0), (60, 60, 0.05)])
def test_trained_diagonal_networks_are_the_lasso_of_scikit_learn(samples, dim, decay, method):
    problem = Problem(
        "diagonal", gamma=1.25, samples=samples, dim=dim, weight_decay=decay, noise_variance=0.5
    )
    trained = train(problem, seed=2, method=method, tolerance=1e-9)
    data, penalty = trained.data, to_lasso(decay, samples=samples, dim=dim)
    solver = Lasso(alpha=penalty.alpha, fit_intercept=False, tol=1e-14, max_iter=10**7)
    theta = solver.fit(data.inputs, data.labels).coef_ / penalty.coefficients
    misfit = data.labels - data.inputs @ theta / np.sqrt(dim)
    least = misfit @ misfit / 2 + decay * np.sum(np.abs(theta))
    assert trained.train_loss * dim == pytest.approx(least, rel=1e-8, abs=0)
    assert trained.weights == pytest.approx(theta, abs=1e-3 * np.max(np.abs(theta)))


def nuclear_norm_on_the_cone(data, decay):
    """The least loss and its S, by an interior-point method."""
    samples, dim = data.inputs.shape
    design = np.einsum("ni,nj->nij", data.inputs, data.inputs) - np.eye(dim)
    design = design.reshape(samples, dim * dim) / np.sqrt(dim)
    matrix = cvxpy.Variable((dim, dim), PSD=True)
    misfit = data.labels - design @ cvxpy.vec(matrix, order="C")
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum_squares(misfit) + decay * dim * cvxpy.trace(matrix)))
    problem.solve(solver=cvxpy.CLARABEL)
    return problem.value, matrix.value


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("samples", "decay"), [(30, 0.2), (60, 0.05), (200, 1.0)])
def test_trained_quadratic_networks_are_the_nuclear_norm_solution(samples, decay, method):
    problem = Problem(
        "quadratic", gamma=1.25, samples=samples, dim=12, weight_decay=decay, noise_variance=0.5
    )
    trained = train(problem, seed=1, method=method, tolerance=1e-9)
    least, matrix = nuclear_norm_on_the_cone(trained.data, decay)
    assert trained.train_loss * 144 == pytest.approx(least, rel=1e-6, abs=0)
    assert trained.weights == pytest.approx(matrix, abs=2e-3 * np.max(matrix))


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_gaps_bound_the_distance_to_the_least_loss_everywhere(network):
    """Away from the minimum, too: the gap is never below the true distance."""
    data, loss, _ = of(network, 40, 8, seed=4)
    least = train(data.problem, data=data, tolerance=1e-11, progress=False).train_loss * 8 ** (
        1 if network == "diagonal" else 2
    )
    random = np.random.default_rng(5)
    for scale in (1e-3, 0.1, 1.0, 10.0):
        weights = scale * random.standard_normal(int(np.prod(loss.shape)))
        if network == "diagonal":  # the convex loss is that of balanced pairs
            sizes = np.sqrt(np.abs(loss.product(weights)))
            weights = np.concatenate([sizes, sizes * np.sign(loss.product(weights))])
        value = loss.value(weights, 0.5)[0]
        assert (value - least) / value <= loss.gap(weights, 0.5) * (1 + 1e-9)


def test_a_gap_of_another_penalty_would_be_seen():
    """The gap closes at the minimum of this weight decay, and of no other."""
    problem = Problem("quadratic", samples=60, **BASE)
    trained = train(problem)
    loss = QuadraticLoss(trained.data.inputs, trained.data.labels, 8, Device())
    weights = trained.parameters["B"].ravel()
    assert loss.gap(weights, 0.5) < 1e-6
    assert min(loss.gap(weights, decay) for decay in (0.49, 0.51)) > 1e-4


def test_more_samples_than_inputs_need_their_triangle_only():
    data, loss, weights = of("diagonal", 20, 8)
    assert loss.design.shape == (8, 8)
    whole = DiagonalLoss(data.inputs / np.sqrt(8), data.labels, 0.0, Device())
    assert loss.value(weights, 0.5)[0] == pytest.approx(whole.value(weights, 0.5)[0], rel=1e-13, abs=0)
    assert loss.gap(weights, 0.5) == pytest.approx(whole.gap(weights, 0.5), rel=1e-10, abs=0)


def test_pairs_leave_their_saddle_where_the_loss_falls():
    _, loss, _ = of("diagonal", 20, 8)
    weights = np.zeros(16)
    moved = loss.off_saddles(weights, 0.5, 1e-2)
    assert loss.value(moved, 0.5)[0] < loss.value(weights, 0.5)[0]
    slope = loss.value(np.concatenate([np.ones(8), np.zeros(8)]), 0.0)[1][8:]  # X^T (0 - y)
    assert np.array_equal(moved.reshape(2, 8)[0] != 0, np.abs(slope) > 0.5)
    everything = 1.01 * np.max(np.abs(slope))
    assert np.array_equal(loss.off_saddles(weights, everything, 1e-2), weights)
    assert loss.stages(everything, 0.1) == (everything,)


def test_samples_that_fix_the_weights_spare_a_stage():
    few, many = (of("quadratic", samples, 6)[1] for samples in (63, 64))  # d = 8
    assert len(many.stages(1e-9, 0.1)) == len(few.stages(1e-9, 0.1)) - 1


def test_scaled_pairs_bend_the_loss_by_one():
    """The Hessian of each pair alone, from unit vectors, is about the identity in the scaled coordinates."""
    _, loss, weights = of("diagonal", 20, 8)
    weights[[0, 8]] = 1e-3  # a pair that hardly bends the loss
    scaled, hessian = loss.scaling(weights, 0.01), loss.curvature(weights, 0.01)
    columns = np.array([scaled(hessian(scaled(unit))) for unit in np.eye(16)])
    assert columns == pytest.approx(columns.T, rel=1e-9, abs=1e-12)
    for pair in range(8):
        values = np.abs(np.linalg.eigvalsh(columns[np.ix_([pair, pair + 8], [pair, pair + 8])]))
        assert values == pytest.approx([1, 1], abs=1e-9) or np.max(values) <= 1 + 1e-9
    assert np.abs(np.linalg.eigvalsh(columns)).max() < 10  # of unscaled ones it is
    assert np.abs(np.linalg.eigvalsh([hessian(unit) for unit in np.eye(16)])).max() > 15


def test_scaling_conditions_the_hessian_of_the_quadratic_network():
    """Singular values of B over two decades: its Hessian at the data's own B is conditioned like B^2."""
    data, loss, _ = of("quadratic", 400, 8)
    left, right = (np.linalg.qr(np.random.default_rng(k).standard_normal((8, 8)))[0] for k in (1, 2))
    hidden = left @ np.diag(np.logspace(0, -2, 8)) @ right
    squares = np.sum((data.inputs @ hidden) ** 2, axis=1) - np.sum(hidden**2)
    exact = replace(loss, labels=squares / np.sqrt(8))  # no misfit bends the loss
    scaled, bent = exact.scaling(hidden.ravel(), 1e-6), exact.curvature(hidden.ravel(), 1e-6)
    plain = np.array([bent(unit) for unit in np.eye(64)])
    better = np.array([scaled(bent(scaled(unit))) for unit in np.eye(64)])
    # along rotations of the hidden units, B A with A antisymmetric, the loss is flat: 8*7/2 of them
    conditions = [np.linalg.eigvalsh(x)[28:] for x in (plain, better)]
    assert conditions[0][-1] / conditions[0][0] > 1e4
    assert conditions[1][-1] / conditions[1][0] < 30


def test_weights_at_0_take_no_part_in_second_derivatives_of_others():
    _, loss, weights = of("diagonal", 20, 8)
    pairs = weights.reshape(2, 8)
    pairs[:, 3:] = 0
    direction = np.random.default_rng(9).standard_normal(16)
    step = 1e-5
    ahead, behind = (loss.value(weights + sign * step * direction, DECAY)[1] for sign in (1, -1))
    bend = loss.curvature(weights, DECAY)(direction)
    assert (ahead - behind) / (2 * step) == pytest.approx(bend, rel=1e-5, abs=1e-8)
