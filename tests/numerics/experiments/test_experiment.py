"""The grid is trained once, anywhere, and whatever stops it loses nothing that was finished."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from distributed import Client, LocalCluster
from threadpoolctl import threadpool_info, threadpool_limits

from numerics import Experiment, Interrupted, InvalidProblem, NotConverged, Problem, experiment, solve
from numerics.experiments.row import Row
from numerics.training.train import train

DIAGONAL = Problem("diagonal", gamma=1.25, samples=30, dim=15, weight_decay=0.5, noise_variance=0.5)
QUADRATIC = Problem("quadratic", gamma=1.25, samples=100, dim=10, weight_decay=0.5, noise_variance=0.5)
PROBLEMS = [DIAGONAL, QUADRATIC]
SEEDS = [3, 0]

Counted = Callable[..., list[tuple[str, int]]]


def numbers(table: Experiment) -> list[dict[str, Any]]:
    """All but the time."""
    return [{name: x for name, x in row.items() if name != "seconds"} for row in table.rows]


@pytest.fixture(scope="module")
def serial() -> Experiment:
    return experiment(PROBLEMS, SEEDS, progress=False)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Train in its place from now on: (network, seed) of each, and an interrupt before the one numbered."""

    def begin(stop: int | None = None) -> list[tuple[str, int]]:
        calls: list[tuple[str, int]] = []

        def recorded(problem: Problem, *, seed: int, **options: Any) -> Any:
            if len(calls) == stop:
                raise KeyboardInterrupt
            calls.append((problem.network, seed))
            return train(problem, seed=seed, **options)

        monkeypatch.setattr("numerics.experiments.row.train", recorded)
        return calls

    return begin


def test_every_problem_with_every_seed_in_order(serial: Experiment) -> None:
    assert [(row.problem, row.seed) for row in serial.rows] == [
        (DIAGONAL, 3),
        (DIAGONAL, 0),
        (QUADRATIC, 3),
        (QUADRATIC, 0),
    ]
    for row in serial.rows:
        trained = train(row.problem, seed=row.seed, progress=False)
        assert row["excess_risk"] == trained.excess_risk
        assert row["theory_excess_risk"] == solve(row.problem).excess_risk
    assert repr(serial) == "<Experiment: 4 trainings>"
    assert repr(serial.rows[0]) == "<Row: diagonal network, n = 30, d = 15, seed 3, trained>"
    assert "<table>" in serial._repr_html_()


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_gives_the_same_rows(pool: type[Executor], serial: Experiment) -> None:
    with pool(2) as executor:  # type: ignore[call-arg]
        table = experiment(PROBLEMS, SEEDS, executor=executor, progress=False)
    assert numbers(table) == numbers(serial)


def test_threads_of_a_pool_have_one_thread_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """They share the limit of the process, which is set before the first and until the last."""
    seen: list[int] = []

    def recorded(problem: Problem, **options: Any) -> Any:
        seen.extend(x["num_threads"] for x in threadpool_info() if x["user_api"] == "blas")
        return train(problem, **options)

    monkeypatch.setattr("numerics.experiments.row.train", recorded)
    with threadpool_limits(2, user_api="blas"):
        with ThreadPoolExecutor(2) as executor:
            experiment(PROBLEMS, range(4), executor=executor, progress=False)
        assert set(seen) == {1}
        assert max(x["num_threads"] for x in threadpool_info() if x["user_api"] == "blas") == 2


def test_a_dask_cluster_gives_the_same_rows(serial: Experiment) -> None:
    with (
        LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        table = experiment(PROBLEMS, SEEDS, executor=client.get_executor(), progress=False)
    assert numbers(table) == numbers(serial)


@pytest.mark.slow
def test_a_dask_cluster_of_processes_gives_the_same_rows(serial: Experiment) -> None:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        table = experiment(PROBLEMS, SEEDS, executor=client.get_executor(), progress=False)
    assert numbers(table) == numbers(serial)


def test_an_interrupted_experiment_trains_only_what_is_missing(
    tmp_path: Path, counted: Counted, serial: Experiment
) -> None:
    counted(stop=3)
    with pytest.raises(Interrupted, match="3 of 4 trainings were finished, and are kept in"):
        experiment(PROBLEMS, SEEDS, progress=False, cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    calls = counted()
    resumed = experiment(PROBLEMS, SEEDS, progress=False, cache=tmp_path)
    assert calls == [("quadratic", 0)]
    assert numbers(resumed) == numbers(serial)
    calls.clear()
    assert experiment(PROBLEMS, SEEDS, progress=False, cache=tmp_path) == resumed  # seconds included
    assert calls == []


def test_without_a_cache_the_interrupt_says_that_all_is_lost(counted: Counted) -> None:
    counted(stop=1)
    with pytest.raises(Interrupted, match="1 of 4 trainings were finished, and are lost; give cache=DIR"):
        experiment(PROBLEMS, SEEDS, progress=False)


def test_a_grid_that_grows_trains_what_is_new(tmp_path: Path, counted: Counted) -> None:
    experiment([DIAGONAL], [0], progress=False, cache=tmp_path)
    calls = counted()
    equal = replace(DIAGONAL, gamma=Fraction(5, 4), samples=30.0)
    table = experiment([QUADRATIC, equal], [0, 1], progress=False, cache=str(tmp_path))
    assert calls == [("quadratic", 0), ("quadratic", 1), ("diagonal", 1)]
    assert len(table) == 4


def test_a_file_cut_short_is_trained_again(tmp_path: Path, counted: Counted) -> None:
    first = experiment([DIAGONAL], SEEDS, progress=False, cache=tmp_path)
    path = sorted(tmp_path.iterdir())[0]
    whole = path.read_text()
    calls = counted()
    for broken in (
        whole[:-40],
        whole[: len(whole) // 2],
        "",
        "{}",
        json.dumps({"row": {"status": "trained"}}),
    ):
        path.write_text(broken)
        calls.clear()
        again = experiment([DIAGONAL], SEEDS, progress=False, cache=tmp_path)
        assert len(calls) == 1
        assert numbers(again) == numbers(first)


def test_another_tolerance_is_another_training(tmp_path: Path, counted: Counted) -> None:
    experiment([DIAGONAL], [0], progress=False, cache=tmp_path, tolerance=1e-2)
    calls = counted()
    (row,) = experiment([DIAGONAL], [0], progress=False, cache=tmp_path).rows
    assert calls == [("diagonal", 0)]
    assert row["duality_gap"] < 1e-6


def test_another_method_is_another_training(tmp_path: Path, counted: Counted) -> None:
    (row,) = experiment([QUADRATIC], [0], progress=False, cache=tmp_path).rows
    calls = counted()
    (other,) = experiment([QUADRATIC], [0], progress=False, cache=tmp_path, method="proximal").rows
    assert calls == [("quadratic", 0)]
    assert other["steps"] != row["steps"]
    assert other["train_loss"] == pytest.approx(row["train_loss"], rel=2e-6, abs=0)


def test_what_does_not_converge_is_a_row_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trainings of the diagonal network take more than five rounds."""
    calls: list[str] = []

    def hard(problem: Problem, *, most_rounds: int, **options: Any) -> Any:
        calls.append(problem.network)
        if problem.network == "diagonal" and most_rounds <= 5:
            raise NotConverged("ask for more rounds")
        return train(problem, **options)

    monkeypatch.setattr("numerics.experiments.row.train", hard)
    options: dict[str, Any] = {"progress": False, "cache": tmp_path}
    table = experiment(PROBLEMS, [0], most_rounds=5, **options)
    failed, trained = table.rows
    assert (failed.status, failed.message) == ("not converged", "ask for more rounds")
    assert failed["excess_risk"] is None
    assert failed["theory_excess_risk"] == solve(DIAGONAL).excess_risk
    assert trained.status == "trained"
    assert repr(table) == "<Experiment: 2 trainings, 1 not converged>"
    assert {x.problem for x in table.summary().rows} == {QUADRATIC}
    assert table.summary().left_out == 1
    alone = experiment([DIAGONAL], [0], most_rounds=5, **options).summary()
    assert repr(alone) == "<Summary: 0 rows; 1 trainings that did not converge are left out>"
    assert "left out" in alone._repr_html_()
    assert repr(experiment([QUADRATIC], [0], progress=False).summary()).endswith("rows>")
    calls.clear()
    assert experiment(PROBLEMS, [0], most_rounds=5, **options) == table
    assert calls == []
    again = experiment(PROBLEMS, [0], most_rounds=6, **options)
    assert calls == ["diagonal"]
    assert [row.status for row in again.rows] == ["trained", "trained"]
    assert experiment(PROBLEMS, [0], most_rounds=5, **options) == again  # better than was asked for
    assert calls == ["diagonal"]


def test_csv_and_parquet_hold_every_digit(serial: Experiment, tmp_path: Path) -> None:
    serial.to_csv(tmp_path / "table.csv")
    serial.to_parquet(tmp_path / "table.parquet")
    numeric = ("excess_risk", "train_loss", "theory_excess_risk", "gamma", "seed", "steps")
    for frame in (pandas.read_parquet(tmp_path / "table.parquet"), serial.to_frame()):
        assert list(frame.columns) == list(serial.columns)
        for name in numeric:
            assert list(frame[name]) == [row[name] for row in serial.rows]
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        for row, read in zip(serial.rows, csv.DictReader(file), strict=True):
            assert list(read) == list(serial.columns)
            assert [float(read[name]) for name in numeric] == [row[name] for name in numeric]
    assert json.loads(json.dumps(serial.to_dict())) == serial.to_dict()
    summary = serial.summary()
    assert len(summary.to_frame()) == len(summary)
    summary.to_parquet(tmp_path / "summary.parquet")


def test_progress_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    experiment([DIAGONAL], [0, 1])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2/2" in captured.err


def test_an_empty_grid(tmp_path: Path) -> None:
    table = experiment([], [0])
    assert (table.rows, table.summary().rows) == ((), ())
    table.to_csv(tmp_path / "table.csv")


@pytest.mark.parametrize(
    ("argument", "value", "why"),
    [
        ("problems", DIAGONAL, r"a sequence of Problem, such as \[problem\]"),
        ("problems", "diagonal", "a sequence of Problem"),
        ("problems", [DIAGONAL, 3], "a sequence of Problem"),
        ("problems", [replace(DIAGONAL, estimator="ridge")], 'estimator "erm"'),
        ("problems", [replace(DIAGONAL, estimator="bayes", weight_decay=None)], 'estimator "erm"'),
        ("problems", [DIAGONAL, replace(DIAGONAL, weight_decay=0)], "weight decay > 0, not 0"),
        ("problems", [replace(DIAGONAL, samples=30.5)], "whole number of samples, not 30.5"),
        ("problems", [replace(DIAGONAL, samples=10**12)], "fit in memory"),
        ("problems", [DIAGONAL, QUADRATIC, replace(DIAGONAL, samples=30.0)], "problems that differ"),
        ("seeds", 3, r"whole numbers >= 0, each once, such as range\(3\)"),
        ("seeds", 10**7, r"such as range\(N\)"),
        ("seeds", "3", "whole numbers >= 0, each once"),
        ("seeds", [0, -1], "whole numbers >= 0, each once"),
        ("seeds", [0, 1.0], "whole numbers >= 0, each once"),
        ("seeds", [True], "whole numbers >= 0, each once"),
        ("seeds", [0, 1, np.int64(0)], "whole numbers >= 0, each once"),
        ("executor", ThreadPoolExecutor, "an Executor"),
        ("executor", 2, "an Executor"),
        ("progress", "no", "True or False"),
        ("cache", "null\0byte", "a directory that can be written to"),
        ("cache", "/dev/null", "a directory that can be written to"),
        ("method", "newton", '"descent" or "proximal"'),
        ("tolerance", 0, "a number between"),
        ("most_rounds", 0.5, "a positive integer"),
        ("device", 3, "None for NumPy, or a device of PyTorch"),
    ],
)
def test_wrong_arguments_are_refused_in_one_line_before_any_work(
    argument: str, value: Any, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("numerics.experiments.experiment.train_row", None)
    with pytest.raises(InvalidProblem, match=rf"^{argument}=[^\n]*: must be [^\n]*{why}[^\n]*$"):
        experiment(**{"problems": PROBLEMS, "seeds": SEEDS, "progress": False, argument: value})


def test_the_convex_method_needs_a_convex_problem() -> None:
    narrow = replace(QUADRATIC, width=3)
    with pytest.raises(InvalidProblem, match=r"^method=.proximal.: must be .descent. with fewer hidden"):
        experiment([QUADRATIC, narrow], [0], progress=False, method="proximal")


def test_seeds_of_numpy_are_numbers_of_python() -> None:
    table = experiment([DIAGONAL], np.arange(1), progress=False)
    assert type(table.rows[0].seed) is int
    assert isinstance(table.rows[0], Row)


def test_what_training_would_refuse_is_refused_before_anything_is_trained() -> None:
    law = {"gamma": 1.25, "samples": 30, "dim": 6}
    fine = Problem("diagonal", weight_decay=0.1, **law)
    for other in (
        Problem("diagonal", weight_decay=Fraction(1, 10**400), **law),
        Problem("quadratic", weight_decay=0.1, width=10**10, **law),
        Problem("diagonal", weight_decay=0.1, noise_variance=1e200, **law),
    ):
        with pytest.raises(InvalidProblem, match=r"problems=.*: .*must be (between|at most)"):
            experiment([fine, other], [0], progress=False)
