"""Proximal gradient: the minimum of the descent, from any of its states, in few steps for many samples."""

from dataclasses import replace

import numpy as np
import pytest

from numerics import Data, InvalidProblem, NotConverged, Problem, draw, train
from numerics.training import proximal
from numerics.training.device import Device
from numerics.training.losses import loss_of
from numerics.training.minimise import State, Stop

LAW = {"gamma": 1.25, "noise_variance": 0.25}
DIAGONAL = Problem("diagonal", samples=25, dim=40, weight_decay=0.3, **LAW)
TALL = Problem("diagonal", samples=90, dim=40, weight_decay=0.05, **LAW)
QUADRATIC = Problem("quadratic", samples=150, dim=15, weight_decay=0.1, **LAW)
FEW = Problem("quadratic", samples=60, dim=15, weight_decay=0.5, **LAW)
CASES = {"diagonal": DIAGONAL, "more samples": TALL, "quadratic": QUADRATIC, "few samples": FEW}
MANY = Problem("quadratic", samples=6400, dim=40, weight_decay=1 / 40, **LAW)


def loss_and_point(problem, seed=0):
    """The loss of a problem, and any product: weights of both signs."""
    loss = loss_of(draw(problem), problem.dim, Device())
    random = np.random.default_rng(seed)
    if problem.network == "diagonal":
        return loss, random.standard_normal(problem.dim)
    matrix = random.standard_normal((problem.dim, problem.dim))
    return loss, matrix + matrix.T


@pytest.mark.parametrize("case", CASES)
def test_both_methods_end_at_one_minimum(case):
    problem = CASES[case]
    one, other = (train(problem, method=method, tolerance=1e-10) for method in ("proximal", "descent"))
    assert one.duality_gap <= 1e-10
    assert one.train_loss == pytest.approx(other.train_loss, rel=1e-9, abs=0)
    assert one.weights == pytest.approx(other.weights, abs=1e-4 * np.max(np.abs(other.weights)))
    assert one.excess_risk == pytest.approx(other.excess_risk, rel=1e-3, abs=0)


@pytest.mark.parametrize("case", CASES)
def test_the_weights_of_the_network_have_the_product_and_its_loss(case):
    problem = CASES[case]
    trained = train(problem, method="proximal", tolerance=1e-9)
    first = trained.parameters["a"] if problem.network == "diagonal" else trained.parameters["B"]
    again = first * trained.parameters["w"] if problem.network == "diagonal" else first @ first.T
    assert again == pytest.approx(trained.weights, abs=1e-12 * np.max(np.abs(trained.weights)))
    loss = loss_of(trained.data, problem.dim, Device())
    weights = np.concatenate([x.ravel() for x in trained.parameters.values()])
    scale = problem.dim if problem.network == "diagonal" else problem.dim**2
    value = loss.value(weights, float(problem.weight_decay))[0] / scale
    assert trained.train_loss == pytest.approx(value, rel=1e-12, abs=0)
    assert 0 < trained.gradient < 1e-3


def test_samples_that_fix_the_weights_take_few_steps():
    """n = 4 d^2, eight times the entries of S: measured 23 steps, against 120 of the descent."""
    data = draw(MANY)
    one, other = (train(MANY, data=data, method=method) for method in ("proximal", "descent"))
    assert one.steps < other.steps / 3


@pytest.mark.parametrize("case", CASES)
def test_rounds_go_on_from_any_of_their_states(case, monkeypatch):
    monkeypatch.setattr(proximal, "_STEPS", 40 if case == "few samples" else 7)  # that takes hundreds
    loss, _ = loss_and_point(CASES[case])
    stop, zero = Stop(1e-8), State(np.zeros(int(np.prod(loss.shape))))
    states = list(proximal.proximal_states(loss, 0.3, stop, zero))
    assert len(states) > 2
    assert [state.gap <= 1e-8 for state in states] == [False] * (len(states) - 1) + [True]
    for number, state in enumerate(states):
        rest = list(proximal.proximal_states(loss, 0.3, stop, state))
        assert len(rest) == len(states) - number - 1
        assert np.array_equal([state, *rest][-1].weights, states[-1].weights)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
@pytest.mark.parametrize("problem", [DIAGONAL, QUADRATIC], ids=["diagonal", "quadratic"])
def test_inputs_of_any_scale_are_trained_on(problem, scale):
    """The length of a step follows the bend that is seen, not that of standard inputs."""
    drawn = draw(problem)
    data = Data(problem, scale * drawn.inputs, drawn.labels)
    assert train(problem, data=data, method="proximal").duality_gap <= 1e-6


@pytest.mark.parametrize("factor", [1e-6, 1e2])
def test_a_wrong_first_bend_costs_steps_and_nothing_else(factor, monkeypatch):
    kind = type(loss_and_point(QUADRATIC)[0])
    mean = kind.mean_bend
    monkeypatch.setattr(kind, "mean_bend", lambda self: factor * mean(self))
    assert train(QUADRATIC, method="proximal").duality_gap <= 1e-6


@pytest.mark.parametrize("case", CASES)
def test_outputs_and_pulls_are_adjoint(case):
    loss, _ = loss_and_point(CASES[case])
    random = np.random.default_rng(1)
    weights = random.standard_normal(int(np.prod(loss.shape)))
    residual = random.standard_normal(len(loss.targets()))
    forth = (loss.targets() - loss.residual(weights)) @ residual
    assert forth == pytest.approx(np.vdot(loss.pulled(residual), loss.product(weights)), rel=1e-10, abs=0)


def test_the_mean_bend_is_the_mean_eigenvalue():
    loss, _ = loss_and_point(TALL)
    assert loss.mean_bend() == pytest.approx(np.mean(np.linalg.eigvalsh(loss.design.T @ loss.design)))
    loss, _ = loss_and_point(replace(QUADRATIC, dim=4))
    columns = []
    for i in range(4):  # of an orthonormal basis of the symmetric matrices: A D is linear in D
        for j in range(i + 1):
            basis = np.zeros((4, 4))
            basis[i, j] = basis[j, i] = 1.0 if i == j else np.sqrt(0.5)
            quadratic = np.einsum("ni,ij,nj->n", loss.inputs, basis, loss.inputs)
            columns.append((quadratic - np.trace(basis)) / 2)
    gram = np.array(columns) @ np.array(columns).T
    assert loss.mean_bend() == pytest.approx(np.mean(np.linalg.eigvalsh(gram)))


@pytest.mark.parametrize("problem", [DIAGONAL, QUADRATIC], ids=["diagonal", "quadratic"])
def test_thresholding_is_the_proximal_map(problem):
    """No point nearby has a lower 1/2 |z - point|^2 + by P(z), and the product is of the cone."""
    loss, point = loss_and_point(problem)
    random, by = np.random.default_rng(2), 0.7

    def objective(weights):
        product = loss.product(weights)
        return np.sum((product - point) ** 2) / 2 + by * loss.size(product)

    best = loss.thresholded(point, by)
    assert 0 < np.sum(best == 0) < len(best)
    for size in (1e-3, 1e-2, 0.1, 1):
        for _ in range(20):
            assert objective(best) <= objective(best + size * random.standard_normal(len(best)))
    # stationary: the slope point - z is by times a subgradient of P
    slope = point - loss.product(best)
    assert loss.steepest(slope) == pytest.approx(by)
    assert np.vdot(slope, loss.product(best)) == pytest.approx(by * loss.size(loss.product(best)))


def test_too_much_weight_decay_leaves_nothing():
    for problem in (DIAGONAL, QUADRATIC):
        trained = train(replace(problem, weight_decay=1e4), method="proximal")
        assert trained.duality_gap <= 1e-6
        assert np.all(trained.eigenvalues == 0)


@pytest.mark.parametrize("label", [0.0, 1.0])
@pytest.mark.parametrize(
    ("network", "inputs"),
    [
        ("diagonal", np.zeros((4, 3))),
        ("diagonal", np.full((4, 3), 1e-170)),
        ("quadratic", np.ones((4, 1))),  # x^2 - 1 = 0
    ],
)
def test_inputs_that_say_nothing_leave_nothing(network, inputs, label):
    problem = Problem(network, samples=4, dim=inputs.shape[1], weight_decay=0.1, **LAW)
    trained = train(problem, data=Data(problem, inputs, np.full(4, label)), method="proximal")
    assert trained.duality_gap == 0
    assert np.all(trained.weights == 0)


def test_inputs_of_different_scales_are_trained_or_sent_to_the_descent():
    problem = Problem("diagonal", samples=100, dim=10, weight_decay=0.1, **LAW)
    drawn = draw(problem)
    scales = np.where(np.arange(10) == 1, 1000.0, 1.0)
    data = Data(problem, drawn.inputs * scales, drawn.inputs[:, 1] + 0.1 * drawn.labels)
    with pytest.raises(NotConverged, match=r'for more rounds \(most_rounds\), or for method="descent"$'):
        train(problem, data=data, method="proximal", most_rounds=20)
    assert train(problem, data=data).duality_gap <= 1e-6


def test_more_hidden_units_than_inputs_are_allowed():
    trained = train(replace(QUADRATIC, width=20), method="proximal")
    assert trained.parameters["B"].shape == (15, 20)
    assert trained.train_loss == pytest.approx(train(QUADRATIC).train_loss, rel=2e-6, abs=0)


@pytest.mark.parametrize(
    ("problem", "method", "message"),
    [
        (QUADRATIC, "newton", '^method=\'newton\': must be "descent" or "proximal"$'),
        (QUADRATIC, None, "^method=None: must be "),
        (QUADRATIC, [], r"^method=\[\]: must be "),
        (replace(QUADRATIC, width=14), "proximal", "^method='proximal': must be \"descent\" with fewer"),
    ],
)
def test_other_methods_are_refused(problem, method, message):
    with pytest.raises(InvalidProblem, match=message):
        train(problem, method=method)


def test_a_checkpoint_of_the_other_method_is_refused(tmp_path):
    path = tmp_path / "state.npz"
    whole = train(QUADRATIC, method="proximal", checkpoint=path)
    again = train(QUADRATIC, method="proximal", checkpoint=path)
    assert again.weights.tobytes() == whole.weights.tobytes()
    with pytest.raises(InvalidProblem, match="not of one with method='proximal' instead of 'descent'"):
        train(QUADRATIC, checkpoint=path)
