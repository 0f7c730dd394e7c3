"""Checkpoints: the same result byte for byte, and nothing but a whole checkpoint of the same training."""

from dataclasses import replace

import numpy as np
import pytest

import numerics.training.train as of_train
from numerics import Interrupted, InvalidProblem, NotConverged, Problem, draw, train
from numerics.training import minimise
from numerics.training.checkpoint import key_of, read, write
from numerics.training.minimise import State, Stop, descents

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
    problem, path = CASES[case], tmp_path / "state.npz"
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
    with pytest.raises(Interrupted, match=r"no round .* was finished: there is nothing to keep yet"):
        train(CASES["diagonal"])


@pytest.mark.parametrize("is_given", [True, False])
def test_an_interrupt_promises_no_more_than_there_is(is_given, tmp_path, monkeypatch):
    """Ctrl-C in the first round, and in the second."""
    path = tmp_path / "state.npz" if is_given else None

    def interrupted(rounds):
        def descend(*arguments):
            states = descents(*arguments)
            for _ in range(rounds):
                yield next(states)
            raise KeyboardInterrupt

        return descend

    monkeypatch.setattr(of_train, "descents", interrupted(0))
    with pytest.raises(Interrupted, match=r"there is nothing to keep yet$"):
        train(CASES["diagonal"], checkpoint=path)
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(of_train, "descents", interrupted(1))
    where = f"kept in {path}" if is_given else "lost; give checkpoint=FILE to keep them"
    with pytest.raises(Interrupted, match=f"^1 rounds of training were finished, and are {where}$"):
        train(CASES["diagonal"], checkpoint=path)
    assert len(list(tmp_path.iterdir())) == is_given


@pytest.mark.parametrize("tolerance", [1e-2, 1e-6])
@pytest.mark.parametrize("case", CASES)
def test_what_is_finished_is_not_trained_again(case, tolerance, tmp_path):
    path = tmp_path / "state.npz"
    whole = train(CASES[case], checkpoint=path, tolerance=tolerance)
    before = path.read_bytes()
    again = train(CASES[case], checkpoint=path, tolerance=tolerance)
    assert again.weights.tobytes() == whole.weights.tobytes()
    assert (again.steps, again.train_loss) == (whole.steps, whole.train_loss)
    assert path.read_bytes() == before


def test_rounds_are_short_where_steps_take_long_and_resume_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(minimise, "COSTLY", 0)
    problem, path = CASES["quadratic"], tmp_path / "state.npz"
    whole = train(problem, tolerance=1e-9)
    with monkeypatch.context() as patch:
        interrupt_after(patch, 2)
        with pytest.raises(Interrupted, match="2 rounds"):
            train(problem, tolerance=1e-9, checkpoint=path)
    with np.load(path) as arrays:
        assert arrays["numbers"][4] == 60  # steps, in two rounds of half as many as others
    assert train(problem, tolerance=1e-9, checkpoint=path).weights.tobytes() == whole.weights.tobytes()


def test_more_rounds_go_on_from_where_too_few_ended(tmp_path):
    path, hard = tmp_path / "state.npz", CASES["quadratic"]
    whole = train(hard, tolerance=1e-9)
    with pytest.raises(
        NotConverged, match=r"\(most_rounds\); .*state.npz keeps these, and the same call with"
    ):
        train(hard, tolerance=1e-9, most_rounds=1, checkpoint=path)
    with pytest.raises(NotConverged, match=r"\(most_rounds\)$"):
        train(hard, tolerance=1e-9, most_rounds=1)
    assert train(hard, tolerance=1e-9, checkpoint=path).weights.tobytes() == whole.weights.tobytes()


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "state.npz"
    train(CASES["diagonal"], checkpoint=path)
    return path


@pytest.mark.parametrize(
    ("changed", "other"),
    [
        ({"seed": 1}, "seed=0 instead of 1"),
        ({"tolerance": 1e-5}, "tolerance=1e-06 instead of 1e-05"),
        ({"data": draw(CASES["diagonal"], seed=7)}, "other data"),
        ({"problem": replace(CASES["diagonal"], weight_decay=0.5)}, "weight_decay='.*' instead of '1/2'"),
        ({"problem": replace(CASES["diagonal"], dim=41)}, "dim='40' instead of '41'"),
    ],
    ids=["seed", "tolerance", "data", "weight decay", "dim"],
)
def test_a_checkpoint_of_another_training_is_refused(checkpoint, changed, other):
    with pytest.raises(
        InvalidProblem, match=f"^checkpoint=.*: must be of this training, not of one with {other}$"
    ):
        train(**{"problem": CASES["diagonal"], "checkpoint": checkpoint, **changed})


def test_a_checkpoint_of_another_version_is_refused(checkpoint, monkeypatch):
    monkeypatch.setattr(of_train.checkpoints, "FORMAT", 0)
    with pytest.raises(InvalidProblem, match="not of one with the format of another version"):
        train(CASES["diagonal"], checkpoint=checkpoint)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_a_checkpoint_cut_short_is_refused(checkpoint, share):
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InvalidProblem, match="must be a checkpoint of a training, and is none, or damaged"):
        train(CASES["diagonal"], checkpoint=checkpoint)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("numbers", lambda numbers: np.full_like(numbers, np.inf)),
        ("weights", lambda weights: weights.astype(str)),
        ("weights", lambda weights: weights.astype(complex)),
        ("weights", lambda weights: weights * np.nan),
    ],
    ids=["infinite", "texts", "complex", "no numbers"],
)
def test_a_checkpoint_of_what_is_no_state_is_refused(checkpoint, name, change):
    with np.load(checkpoint) as stored:
        arrays = {key: change(array) if key == name else array for key, array in stored.items()}
    with checkpoint.open("wb") as file:
        np.savez(file, **arrays)
    with pytest.raises(InvalidProblem, match="must be a checkpoint of a training, and is none, or damaged"):
        train(CASES["diagonal"], checkpoint=checkpoint)


def test_a_file_of_something_else_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "thesis.txt"
    path.write_text("chapter one")
    with pytest.raises(InvalidProblem, match="must be a checkpoint of a training, and is none, or damaged"):
        train(CASES["diagonal"], checkpoint=path)
    assert path.read_text() == "chapter one"


@pytest.mark.parametrize("where", ["", "no/such/folder/state.npz", "/proc/no/such/file", 5])
def test_what_is_no_file_is_refused_before_any_work(where, tmp_path):
    with pytest.raises(InvalidProblem, match="checkpoint="):
        train(CASES["diagonal"], checkpoint=5 if where == 5 else tmp_path / where)
    assert not list(tmp_path.iterdir())


def test_every_number_of_a_state_comes_back(tmp_path):
    data = draw(CASES["diagonal"])
    key = key_of(CASES["diagonal"], 0, data, Stop(1e-6), "descent")
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
    with pytest.raises(InvalidProblem, match="or damaged"):
        read(path, key, 5)
    assert [file.name for file in tmp_path.iterdir()] == ["state.npz"]
