from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed import Client, LocalCluster

from numerics import Interrupted, InvalidProblem, Problem, risk_curve, solve

BASE = Problem("diagonal", gamma=1.25, samples=1, dim=1000, weight_decay=0.1, noise_variance=0.5)
SAMPLES = [50, 2000, 300]


def test_every_point_is_solved_in_order() -> None:
    curve = risk_curve(BASE, SAMPLES, progress=False)
    assert [solution.problem.samples for solution in curve] == SAMPLES
    for n, solution in zip(SAMPLES, curve, strict=True):
        alone = solve(
            Problem("diagonal", gamma=1.25, samples=n, dim=1000, weight_decay=0.1, noise_variance=0.5)
        )
        assert solution.problem == alone.problem
        assert solution.excess_risk == pytest.approx(alone.excess_risk, rel=1e-11, abs=0)
        assert solution.threshold == pytest.approx(alone.threshold, rel=1e-11, abs=0)


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor(pool: type[Executor]) -> None:
    with pool(2) as executor:  # type: ignore[call-arg]
        curve = risk_curve(BASE, SAMPLES, executor=executor, progress=False)
    assert curve == tuple(solve(replace(BASE, samples=n)) for n in SAMPLES)


def test_weight_decay_along_the_curve() -> None:
    number = risk_curve(BASE, SAMPLES, weight_decay=0.7, progress=False)
    assert [solution.problem.weight_decay for solution in number] == [0.7] * 3
    function = risk_curve(BASE, SAMPLES, weight_decay=lambda n: 2 * n, progress=False)
    assert [solution.problem.weight_decay for solution in function] == [100, 4000, 600]


def test_all_points_are_checked_before_any_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numerics.curve.solve", lambda problem: pytest.fail("solved too early"))
    with pytest.raises(InvalidProblem, match="samples=-1"):
        risk_curve(BASE, [50, -1], progress=False)
    with pytest.raises(InvalidProblem, match="weight_decay=-50"):
        risk_curve(BASE, [50], weight_decay=lambda n: -n, progress=False)
    with pytest.raises(InvalidProblem, match="executor=3: must be an Executor"):
        risk_curve(BASE, [50], executor=3, progress=False)  # type: ignore[arg-type]
    with pytest.raises(InvalidProblem, match="samples=50: must be a sequence"):
        risk_curve(BASE, 50, progress=False)  # type: ignore[arg-type]


def test_an_empty_curve() -> None:
    assert risk_curve(BASE, []) == ()


def test_a_cached_curve_is_read_not_solved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = risk_curve(BASE, SAMPLES, progress=False, cache=tmp_path)
    monkeypatch.setattr("numerics.curve.solve", lambda problem: pytest.fail("solved again"))
    assert risk_curve(BASE, [50.0, 2000, 300], progress=False, cache=str(tmp_path)) == first


def test_a_different_problem_is_not_confused_with_a_cached_one(tmp_path: Path) -> None:
    risk_curve(BASE, SAMPLES, progress=False, cache=tmp_path)
    other = Problem(
        "diagonal", gamma=1.25, samples=1, dim=1000, weight_decay=0.1, noise_variance=0.5, target="unit"
    )
    assert risk_curve(other, SAMPLES, progress=False, cache=tmp_path) == risk_curve(
        other, SAMPLES, progress=False
    )


def test_an_unreadable_point_is_solved_again(tmp_path: Path) -> None:
    first = risk_curve(BASE, SAMPLES, progress=False, cache=tmp_path)
    for path in tmp_path.glob("*.json"):
        path.write_text(path.read_text()[:40])
    assert risk_curve(BASE, SAMPLES, progress=False, cache=tmp_path) == first
    assert all("solution" in json.loads(path.read_text()) for path in tmp_path.glob("*.json"))


def test_interrupted_from_the_keyboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(problem: Problem, **options: Any) -> Any:
        if problem.samples == 300:
            raise KeyboardInterrupt
        return solve(problem, **options)

    with monkeypatch.context() as patch:
        patch.setattr("numerics.curve.solve", interrupted)
        with pytest.raises(Interrupted, match="2 of 3 points were solved, and are kept in"):
            risk_curve(BASE, SAMPLES, progress=False, cache=tmp_path)
        with pytest.raises(Interrupted, match="lost"):
            risk_curve(BASE, SAMPLES, progress=False)
    assert len(list(tmp_path.iterdir())) == 2
    assert len(risk_curve(BASE, SAMPLES, progress=False, cache=tmp_path)) == 3


def test_what_has_not_started_is_cancelled() -> None:
    release = threading.Event()

    class Stuck(Executor):
        """Solves the first point, fails the second, never starts the others."""

        def __init__(self) -> None:
            self.futures: list[Future[Any]] = []

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            if len(self.futures) == 1:
                future.set_exception(KeyboardInterrupt())
            self.futures.append(future)
            return future

    executor = Stuck()
    with pytest.raises(Interrupted, match="0 of 3"):
        risk_curve(BASE, SAMPLES, executor=executor, progress=False)
    assert [future.cancelled() for future in executor.futures] == [True, False, True]
    release.set()


@pytest.mark.parametrize("pool", ["None", "ProcessPoolExecutor(2)"])
def test_a_killed_curve_resumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pool: str) -> None:
    """A process killed without warning leaves only whole points behind, and those are not solved again."""
    script = f"""
from concurrent.futures import ProcessPoolExecutor
from numerics import Problem, risk_curve
base = Problem("diagonal", gamma=1.25, samples=1, dim=10**6, weight_decay=0.1, noise_variance=0.5)
if __name__ == "__main__":
    risk_curve(base, range(1000, 3000), progress=False, cache={str(tmp_path)!r}, executor={pool})
"""
    killed = subprocess.Popen(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], start_new_session=True
    )
    while len(list(tmp_path.glob("*.json"))) < 3 and killed.poll() is None:
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    points = list(tmp_path.glob("*.json"))
    assert 3 <= len(points) < 2000
    records = [json.loads(path.read_text()) for path in points]
    assert all("excess_risk" in record["solution"] for record in records)
    finished = {int(record["problem"]["samples"]) for record in records}

    solved: list[int] = []

    def counted(problem: Problem, **options: Any) -> Any:
        solved.append(int(problem.samples))
        return solve(problem, **options)

    monkeypatch.setattr("numerics.curve.solve", counted)
    samples = sorted(finished)[:20] + list(range(2990, 2996))  # far from where it was killed
    base = Problem("diagonal", gamma=1.25, samples=1, dim=10**6, weight_decay=0.1, noise_variance=0.5)
    resumed = risk_curve(base, samples, progress=False, cache=tmp_path)
    assert sorted(solved) == [n for n in range(2990, 2996) if n not in finished]
    for solution in resumed:
        assert solution.excess_risk == pytest.approx(solve(solution.problem).excess_risk, rel=1e-11, abs=0)


def test_a_point_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(record: Any, file: Any, **options: Any) -> None:
        file.write(json.dumps(record, **options)[:100])
        file.flush()
        assert not list(tmp_path.glob("*.json"))  # what a killed process would leave
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("numerics.runs.json.dump", half)
        with pytest.raises(OSError, match="no space left"):
            risk_curve(BASE, SAMPLES, progress=False, cache=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("cache", ["file", "file/directory", 3])
def test_a_cache_that_is_no_directory_is_refused(tmp_path: Path, cache: str | int) -> None:
    (tmp_path / "file").write_text("")
    place: Any = tmp_path / cache if isinstance(cache, str) else cache
    with pytest.raises(InvalidProblem, match=r"cache=.*: must be a directory that can be written to"):
        risk_curve(BASE, SAMPLES, progress=False, cache=place)


def test_progress_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    risk_curve(BASE, SAMPLES)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "3/3" in captured.err


@pytest.mark.parametrize("processes", [False, True], ids=["threads", "processes"])
def test_a_dask_cluster(processes: bool) -> None:
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=processes, dashboard_address=":0"
        ) as cluster,
        Client(cluster) as client,
    ):
        curve = risk_curve(BASE, SAMPLES, executor=client.get_executor(), progress=False)
    assert curve == tuple(solve(replace(BASE, samples=n)) for n in SAMPLES)


@pytest.mark.parametrize("estimator", ["erm", "ridge", "bayes"])
def test_digits_and_missing_numbers_survive_the_cache(tmp_path: Path, estimator: str) -> None:
    problem = replace(
        BASE, estimator=estimator, weight_decay=None if estimator == "bayes" else BASE.weight_decay
    )
    for digits in (None, 25):
        solved = risk_curve(problem, SAMPLES[:1], progress=False, cache=tmp_path, digits=digits)
        read = risk_curve(problem, SAMPLES[:1], progress=False, cache=tmp_path, digits=digits)
        assert read == solved
        assert read[0] is not solved[0]
        assert type(read[0].excess_risk) is type(solved[0].excess_risk)
    assert len(list(tmp_path.glob("*.json"))) == 2
    with pytest.raises(InvalidProblem, match="digits=0"):
        risk_curve(problem, SAMPLES[:1], progress=False, digits=0)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("samples", "300"),
        ("samples", b"300"),
        ("samples", {300: 1}),
        ("samples", np.array(300)),
        ("samples", ["300"]),
        ("samples", [300, float("nan")]),
        ("samples", [300, None]),
        ("weight_decay", lambda samples: "0.1"),
        ("executor", ThreadPoolExecutor),
        ("progress", "no"),
        ("progress", None),
        ("cache", "null\0byte"),
        ("digits", 1.5),
    ],
    ids=lambda argument: "" if callable(argument) else str(argument),
)
def test_wrong_arguments_are_refused_before_any_work(
    argument: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("numerics.curve.solve", None)
    with pytest.raises(InvalidProblem, match=f"^{argument}=.*: must be"):
        risk_curve(BASE, **{"samples": SAMPLES, "progress": False, argument: value})


@pytest.mark.slow
def test_numbers_longer_than_python_writes_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = replace(BASE, estimator="ridge"), [300, 10**5000]
    kept = risk_curve(*long, digits=5000, progress=False, cache=tmp_path)
    monkeypatch.setattr("numerics.curve.solve", None)
    assert risk_curve(*long, digits=5000, progress=False, cache=tmp_path) == kept
