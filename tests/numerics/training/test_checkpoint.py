"""Checkpoints: the same result byte for byte, and nothing but a whole checkpoint of the same training."""

import numpy as np
import pytest

import numerics.training.train as of_train
from numerics import Interrupted, InvalidProblem, Problem, draw, train
from numerics.training.checkpoint import key_of, read, write
from numerics.training.minimise import State, Stop

LAW = {"gamma": 1.25, "noise_variance": 0.25}
CASES = {
    "diagonal": Problem("diagonal", samples=25, dim=40, weight_decay=0.05, **LAW),
    "quadratic": Problem("quadratic", samples=150, dim=25, weight_decay=0.02, **LAW),
    "few units": Problem("quadratic", samples=150, dim=25, width=2, weight_decay=0.02, **LAW),
}


def interrupt_after(monkeypatch, rounds):
    """Ctrl-C once so many rounds were kept."""
    kept = []

    def keep(*arguments):
        write(*arguments)
        kept.append(1)
        if len(kept) == rounds:
            raise KeyboardInterrupt

    monkeypatch.setattr(of_train.checkpoints, "write", keep)


@pytest.mark.parametrize("rounds", [1, 2, 3])
@pytest.mark.parametrize("case", CASES)
def test_an_interrupted_training_ends_in_the_same_bytes(case, rounds, tmp_path, monkeypatch):
    problem, path = CASES[case], tmp_path / "here" / "state.npz"
    whole = train(problem, tolerance=1e-9)
    with monkeypatch.context() as patch:
        interrupt_after(patch, rounds)
        with pytest.raises(
            Interrupted, match=f"rounds of training were finished, and are kept in .*{path.name}"
        ):
            train(problem, tolerance=1e-9, checkpoint=path)
    resumed = train(problem, tolerance=1e-9, checkpoint=path)
    assert resumed.weights.tobytes() == whole.weights.tobytes()
    assert (resumed.train_loss, resumed.steps) == (whole.train_loss, whole.steps)
    # and what is finished is not trained again
    assert train(problem, tolerance=1e-9, checkpoint=path).weights.tobytes() == whole.weights.tobytes()


def test_without_a_checkpoint_an_interrupt_says_what_is_lost(monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(of_train, "_until_stuck", interrupt)
    with pytest.raises(Interrupted, match=r"0 rounds .* are lost; give checkpoint=FILE"):
        train(CASES["diagonal"])


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "state.npz"
    train(CASES["diagonal"], checkpoint=path)
    return path


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 1},
        {"tolerance": 1e-5},
        {"data": draw(CASES["diagonal"], seed=7)},
    ],
    ids=["seed", "tolerance", "data"],
)
def test_a_checkpoint_of_another_training_is_refused(checkpoint, changed):
    with pytest.raises(
        InvalidProblem, match=r"checkpoint=.*: must be a whole checkpoint of this very training"
    ):
        train(CASES["diagonal"], checkpoint=checkpoint, **changed)


def test_a_checkpoint_of_another_version_is_refused(checkpoint, monkeypatch):
    monkeypatch.setattr(of_train.checkpoints, "FORMAT", 0)
    with pytest.raises(InvalidProblem, match="whole checkpoint of this very training"):
        train(CASES["diagonal"], checkpoint=checkpoint)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_a_checkpoint_cut_short_is_refused(checkpoint, share):
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InvalidProblem, match="whole checkpoint of this very training"):
        train(CASES["diagonal"], checkpoint=checkpoint)


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "thesis.txt"
    path.write_text("chapter one")
    with pytest.raises(InvalidProblem, match="whole checkpoint of this very training"):
        train(CASES["diagonal"], checkpoint=path)
    assert path.read_text() == "chapter one"


@pytest.mark.parametrize("where", ["", "/proc/no/such/file", 5])
def test_what_is_no_file_is_refused_before_any_work(where, tmp_path):
    with pytest.raises(InvalidProblem, match="checkpoint="):
        train(CASES["diagonal"], checkpoint=tmp_path if where == "" else where)


def test_every_number_of_a_state_comes_back(tmp_path):
    data = draw(CASES["diagonal"])
    key = key_of(CASES["diagonal"], 0, data, Stop(1e-6))
    best = State(np.arange(4.0), 0, 1, 2, True, 3, 0.1, 0.2, 0.3)
    state = State(np.arange(4.0) + 0.5, 1, 4, 5, False, 6, 0.7, np.inf, 0.9, best)
    path = tmp_path / "state.npz"
    assert read(path, key, 4) is None
    write(path, key, state)
    again = read(path, key, 4)
    for one, other in ((again, state), (again.best, best)):
        assert np.array_equal(one.weights, other.weights)
        for name in ("start", "stage", "rounds", "newton", "steps", "loss", "gap", "gradient"):
            assert getattr(one, name) == getattr(other, name)
    with pytest.raises(InvalidProblem, match="whole checkpoint"):
        read(path, key, 5)
    assert [file.name for file in tmp_path.iterdir()] == ["state.npz"]
