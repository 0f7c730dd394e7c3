"""The verb: what it guarantees, what it refuses, when it gives up."""

import io
from fractions import Fraction

import numpy as np
import pytest
from rich.console import Console
from threadpoolctl import threadpool_info, threadpool_limits

import numerics.training.train as of_train
from numerics import InvalidProblem, NotConverged, Problem, draw, solve, train
from numerics.training.losses import loss_of

LAW = {"gamma": 1.25, "noise_variance": 0.25}
DIAGONAL = Problem("diagonal", samples=25, dim=40, weight_decay=0.05, **LAW)
QUADRATIC = Problem("quadratic", samples=150, dim=15, weight_decay=0.1, **LAW)


@pytest.mark.parametrize("problem", [DIAGONAL, QUADRATIC], ids=["diagonal", "quadratic"])
@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-11])
def test_the_gap_is_as_small_as_asked_for(problem, tolerance):
    trained = train(problem, tolerance=tolerance)
    assert trained.duality_gap <= tolerance
    exact = train(problem, tolerance=1e-12)
    # a gap of 1e-8 may leave less than the rounding of the loss, which has no sign
    assert -1e-15 <= trained.train_loss / exact.train_loss - 1 <= tolerance * 1.01 + 1e-12


@pytest.mark.parametrize("problem", [DIAGONAL, QUADRATIC], ids=["diagonal", "quadratic"])
def test_equal_seeds_give_equal_bytes(problem):
    one, same, other = (train(problem, seed=seed) for seed in (3, 3, 4))
    assert one.weights.tobytes() == same.weights.tobytes()
    assert one.weights.tobytes() != other.weights.tobytes()
    assert train(problem, seed=3, data=one.data).weights.tobytes() == one.weights.tobytes()


def test_one_data_set_serves_every_weight_decay_and_width():
    data = draw(QUADRATIC)
    losses = [
        train(Problem("quadratic", samples=150, dim=15, weight_decay=decay, **LAW), data=data).train_loss
        for decay in (0.05, 0.1, 0.2)
    ]
    assert losses == sorted(losses)
    narrow = Problem("quadratic", samples=150, dim=15, weight_decay=0.1, width=1, **LAW)
    assert train(narrow, data=data).train_loss > losses[1] * (1 + 1e-6)


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_any_target_can_be_learned(network):
    """Two sizes and zeros, in any order: with many samples the weights are the target's, up to kappa."""
    problem = Problem(
        network, target=[0, 2, 3, 2], samples=20_000, dim=10, weight_decay=0.1, noise_variance=0.25
    )
    trained = train(problem, seed=1)
    if network == "diagonal":
        assert np.sum(np.abs(trained.data.target) > 0) == 3
        assert trained.weights == pytest.approx(trained.data.target, abs=0.05)
    else:
        assert np.linalg.eigvalsh(trained.data.target)[-4:] == pytest.approx([0, 2, 2, 3], abs=1e-12)
        assert trained.eigenvalues[-3:] == pytest.approx([2, 2, 3], abs=0.1)
    assert trained.excess_risk == pytest.approx(solve(problem).excess_risk, rel=0.6, abs=0)


def test_few_hidden_units_are_stationary_and_say_what_more_could_gain():
    problem = Problem("quadratic", samples=150, dim=15, weight_decay=0.02, width=2, **LAW)
    trained = train(problem)
    assert trained.parameters["B"].shape == (15, 2)
    assert trained.gradient <= 1e-6 < trained.duality_gap
    full = train(Problem("quadratic", samples=150, dim=15, weight_decay=0.02, **LAW), data=trained.data)
    assert 1 - full.train_loss / trained.train_loss <= trained.duality_gap * (1 + 1e-6)


@pytest.mark.parametrize("rank_beyond", [-1, 0])
def test_as_many_hidden_units_as_the_solution_has_eigenvalues_are_enough(rank_beyond):
    """From which width on the network has the minimum of the convex problem."""
    problem = Problem("quadratic", samples=150, dim=15, weight_decay=1.0, **LAW)
    full = train(problem, tolerance=1e-9)
    rank = int(np.sum(full.eigenvalues > 0))
    assert 2 <= rank < 15
    narrow = Problem("quadratic", samples=150, dim=15, weight_decay=1.0, width=rank + rank_beyond, **LAW)
    excess = train(narrow, data=full.data, tolerance=1e-9).train_loss / full.train_loss - 1
    assert abs(excess) < 1e-8 if rank_beyond == 0 else excess > 1e-6


def test_more_hidden_units_than_inputs_change_nothing():
    wide = Problem("quadratic", samples=150, dim=15, weight_decay=0.1, width=20, **LAW)
    trained, full = train(wide, tolerance=1e-9), train(QUADRATIC, tolerance=1e-9)
    assert trained.parameters["B"].shape == (15, 20)
    assert trained.train_loss == pytest.approx(full.train_loss, rel=1e-8, abs=0)


def test_too_much_weight_decay_leaves_nothing():
    for problem in (DIAGONAL, QUADRATIC):
        law = {**LAW, "samples": problem.samples, "dim": problem.dim}
        trained = train(Problem(problem.network, weight_decay=1e4, **law))
        assert trained.duality_gap <= 1e-6
        assert np.all(trained.eigenvalues == 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"problem": "quadratic"}, "problem='quadratic'"),
        ({"seed": -1}, "seed=-1"),
        ({"tolerance": 0}, "tolerance=0: must be a number between 1e-12 and 1"),
        ({"tolerance": float("nan")}, "tolerance=nan"),
        ({"tolerance": "small"}, "tolerance='small'"),
        ({"starts": 0}, "starts=0"),
        ({"most_rounds": 1.5}, "most_rounds=1.5"),
        ({"progress": "no"}, "progress='no'"),
        ({"data": np.zeros((150, 15))}, "data="),
        ({"data": (np.zeros((150, 15)), np.zeros(150))}, r"data=.*: must be Data\(problem, inputs, labels\)"),
        ({"problem": Problem("quadratic", samples=150, dim=15, weight_decay=0, **LAW)}, "weight_decay=0"),
        (
            {"problem": Problem("quadratic", samples=150, dim=15, weight_decay=1e300, **LAW)},
            r"weight_decay=1e\+300: must be between 1e-50 and 1e\+50",
        ),
        (
            {"problem": Problem("diagonal", samples=15, dim=15, weight_decay=Fraction(1, 10**400), **LAW)},
            "weight_decay=.*: must be between",
        ),
        (
            {"problem": Problem("quadratic", samples=150, dim=15, weight_decay=1, width=10**9, **LAW)},
            "width=1000000000: must be at most 133333333 at dim=15",
        ),
        (
            {"problem": Problem("quadratic", samples=15, dim=15, estimator="bayes", **LAW)},
            "estimator='bayes'",
        ),
        ({"problem": Problem("diagonal", samples=1.5, dim=15, weight_decay=1, **LAW)}, "samples=1.5"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_one_line(arguments, message):
    with pytest.raises(InvalidProblem, match=message) as refused:
        train(**{"problem": QUADRATIC, **arguments})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "other",
    [
        Problem("quadratic", samples=151, dim=15, weight_decay=0.1, **LAW),
        Problem("quadratic", samples=150, dim=15, weight_decay=0.1, gamma=1.5, noise_variance=0.25),
        Problem("quadratic", samples=150, dim=15, weight_decay=0.1, gamma=1.25, noise_variance=0.5),
        Problem("quadratic", samples=150, dim=15, weight_decay=0.1, target="unit", **LAW),
        Problem("diagonal", samples=150, dim=15, weight_decay=0.1, **LAW),
    ],
)
def test_data_of_another_problem_are_refused(other):
    with pytest.raises(InvalidProblem, match=r"data=.*: must be of a problem with"):
        train(QUADRATIC, data=draw(other))


def test_too_few_rounds_are_no_training():
    hard = Problem("diagonal", samples=40, dim=40, weight_decay=1e-3, **LAW)
    with pytest.raises(
        NotConverged,
        match=r"gap is .* after 2 rounds, above tolerance=1.0e-06: .* for more rounds \(most_rounds\)",
    ):
        train(hard, most_rounds=2)


def test_little_weight_decay_is_reached_in_stages():
    """Interpolated data: descent at this weight decay alone takes over 30 rounds, of minutes in all."""
    problem = Problem("quadratic", target=[3, 1], samples=200, dim=30, weight_decay=1e-8, width=10)
    trained = train(problem, most_rounds=12)
    assert trained.duality_gap < 1e-6
    assert trained.excess_risk < 1e-12  # the target, of trace 4, is recovered
    assert trained.train_loss == pytest.approx(1e-8 * 4 / 30, rel=1e-5, abs=0)


def test_less_weight_decay_than_rounding_shows_is_said_to_be_so():
    problem = Problem("quadratic", gamma=1.25, samples=100, dim=20, weight_decay=1e-12, width=3)
    with pytest.raises(
        NotConverged,
        match=r"gradient is .* without progress, above a tenth of tolerance=1.0e-06: .* larger weight decay",
    ):
        train(problem)


@pytest.mark.parametrize(("most", "threads"), [(10**6, 1), (10, 2)])
def test_small_trainings_have_one_thread(most, threads, monkeypatch):
    seen = set()

    def record(*arguments):
        seen.update(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        return loss_of(*arguments)

    monkeypatch.setattr(of_train, "loss_of", record)
    monkeypatch.setattr(of_train, "ON_ONE_THREAD", most)
    with threadpool_limits(2, user_api="blas"):
        train(QUADRATIC)
    assert max(seen) == threads  # of all pools there are


def test_progress_is_shown_in_a_terminal_alone(monkeypatch, capsys):
    train(QUADRATIC)
    assert capsys.readouterr().err == ""
    screen = io.StringIO()
    monkeypatch.setattr(of_train, "Console", lambda **_: Console(file=screen, force_terminal=True, width=80))
    train(QUADRATIC, progress=False)
    assert "training" not in screen.getvalue()
    train(QUADRATIC)
    assert "duality gap" in screen.getvalue()


def test_trained_networks_answer_about_as_the_state_evolution_says():
    problem = Problem("diagonal", samples=200, dim=300, weight_decay=0.5, **LAW)
    risks = [train(problem, seed=seed).excess_risk for seed in range(12)]
    error = np.std(risks, ddof=1) / np.sqrt(12)
    assert abs(np.mean(risks) - solve(problem).excess_risk) < 3 * error + 0.05 * solve(problem).excess_risk
