"""Parts of a computation: each once, none lost, whatever stops the run."""

from __future__ import annotations

import json
import os
import stat
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import pytest

from numerics import Interrupted, InvalidProblem, NotConverged, Problem
from numerics.runs import (
    Cache,
    Parts,
    complete,
    exact_fields,
    file_to_write,
    require_run,
    whole_file,
    written,
)


def parts(here: Any, **options: Any) -> Parts[int]:
    return Parts(title="squaring", done="squares were computed", here=here, **options)


def square(number: int) -> int:
    return number * number


def test_what_is_there_is_not_computed_again() -> None:
    computed: list[int] = []

    def here(index: int) -> int:
        computed.append(index)
        return square(index)

    results: list[int | None] = [None, 1, None, 9]
    assert complete(results, parts(here), progress=False) == [0, 1, 4, 9]
    assert computed == [0, 2]
    assert results == [0, 1, 4, 9]


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_gives_the_results_in_their_order(pool: type[Executor]) -> None:
    written_parts: list[int] = []
    with pool(2) as executor:  # type: ignore[call-arg]
        on_pool = parts(square, submit=lambda i: executor.submit(square, i), write=written_parts.append)
        assert complete([None] * 6, on_pool, progress=False) == [0, 1, 4, 9, 16, 25]
    assert sorted(written_parts) == [0, 1, 4, 9, 16, 25]


class Planted(Executor):
    """Futures with planted outcomes: a result, an error, or none yet (None)."""

    def __init__(self, outcomes: list[Any]) -> None:
        self.outcomes = outcomes
        self.futures: list[Future[int]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[int] = Future()
        outcome = self.outcomes[len(self.futures)]
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        elif outcome is not None:
            future.set_result(outcome)
        self.futures.append(future)
        return future


@pytest.mark.parametrize(
    ("error", "raised"), [(KeyboardInterrupt(), Interrupted), (NotConverged("far off"), NotConverged)]
)
def test_what_had_finished_when_another_part_stopped_the_run_is_written(
    error: BaseException, raised: type[BaseException], tmp_path: Path
) -> None:
    """The failed part is waited for first; those that are done behind it count, those that are not end."""
    executor = Planted([error, 1, 4, None, None])
    kept: list[int] = []
    planted = parts(
        square, submit=lambda i: executor.submit(square, i), write=kept.append, directory=tmp_path
    )
    with pytest.raises(raised) as stop:
        complete([None] * 5, planted, progress=False)
    assert sorted(kept) == [1, 4]
    assert [future.cancelled() for future in executor.futures] == [False, False, False, True, True]
    if raised is Interrupted:
        assert str(stop.value) == f"2 of 5 squares were computed, and are kept in {tmp_path}"


def test_an_interrupt_while_a_part_is_written_does_not_lose_it() -> None:
    kept: list[int] = []
    stops = iter([True, False, False])

    def write(result: int) -> None:
        if next(stops):
            raise KeyboardInterrupt
        kept.append(result)

    executor = Planted([0, 1])
    planted = parts(square, submit=lambda i: executor.submit(square, i), write=write)
    with pytest.raises(Interrupted, match="2 of 2 squares were computed, and are lost; give cache=DIRECTORY"):
        complete([None] * 2, planted, progress=False)
    assert sorted(kept) == [0, 1]


def test_what_was_not_written_does_not_count_as_kept(tmp_path: Path) -> None:
    def write(result: int) -> None:
        if result == 1:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="1 of 3 squares were computed, and are kept in"):
        complete([None] * 3, parts(square, write=write, directory=tmp_path), progress=False)


def test_an_executor_that_takes_no_more_keeps_what_it_has_done() -> None:
    executor = Planted([0, 1])  # and an IndexError from then on
    kept: list[int] = []
    planted = parts(square, submit=lambda i: executor.submit(square, i), write=kept.append)
    with pytest.raises(IndexError):
        complete([None] * 3, planted, progress=False)
    assert kept == [0, 1]


def test_the_bar_counts_on_standard_error_and_goes_when_a_part_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    complete([None, 1], parts(square), progress=True)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "squaring" in captured.err
    assert "2/2" in captured.err

    def fails(index: int) -> int:
        raise NotConverged("far off")

    with pytest.raises(NotConverged):
        complete([None], parts(fails), progress=True)
    assert capsys.readouterr().err == ""


def test_a_record_is_read_back_and_a_broken_one_is_not_there(tmp_path: Path) -> None:
    cache = Cache.at(tmp_path / "new" / "folder")
    key = {"seed": 1, "gamma": "5/4"}
    assert cache.read(key, dict) is None
    cache.write(key, {"risk": 0.1})
    assert cache.read(key, dict) == {"risk": 0.1}
    assert cache.read({"gamma": "5/4", "seed": 1}, dict) == {"risk": 0.1}
    assert cache.read({**key, "seed": 2}, dict) is None
    assert cache.read(key, lambda record: record["missing"]) is None
    path = cache.path(key)
    for broken in (path.read_text()[:8], "", "[1", "null", '"text"'):
        path.write_text(broken)
        assert cache.read(key, lambda record: record["risk"]) is None


@pytest.mark.parametrize("place", ["file", "file/directory", 3, None, "null\0byte"])
def test_a_cache_that_is_no_directory_is_refused(place: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = tmp_path / place if isinstance(place, str) else place
    with pytest.raises(InvalidProblem, match=r"^cache=.*: must be a directory that can be written to"):
        Cache.at(cache)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_a_cache_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(InvalidProblem, match=r"^cache="):
        Cache.at(tmp_path)


def test_a_file_is_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("before")

    def half() -> None:
        with whole_file(path) as file:
            file.write("half of")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert [x.name for x in tmp_path.iterdir()] == ["table.csv"]
    assert path.read_text() == "before"
    with whole_file(path, binary=True) as file:
        file.write(b"after")
    assert path.read_text() == "after"
    plain = tmp_path / "plain"
    plain.write_text("")
    assert path.stat().st_mode == plain.stat().st_mode  # others may read it where they may read other files


def test_two_writers_of_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    path, both = tmp_path / "part.json", threading.Barrier(2, timeout=10)

    def write(text: str) -> None:
        with whole_file(path) as file:
            both.wait()
            file.write(text * 1000)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, "ab"))
    assert path.read_text() in ("a" * 1000, "b" * 1000)
    assert list(tmp_path.iterdir()) == [path]


def test_equal_problems_have_equal_texts_and_others_have_not() -> None:
    given: dict[str, Any] = {"gamma": 1.25, "samples": 300, "dim": 1000, "weight_decay": 0.1}
    texts = json.dumps(exact_fields(Problem("diagonal", **given)))
    same = {**given, "gamma": Fraction(5, 4), "samples": mpmath.mpf(300), "weight_decay": Fraction(0.1)}
    assert json.dumps(exact_fields(Problem("diagonal", **same))) == texts
    for name, value in {"weight_decay": Fraction(1, 10), "samples": 301, "noise_variance": 1}.items():
        other = Problem("diagonal", **{**given, name: value})
        assert json.dumps(exact_fields(other)) != texts


@pytest.mark.parametrize("integer", [0, -7, 10**4000, -(10**5000)], ids=lambda x: f"{x.bit_length()} bits")
def test_an_integer_of_any_length_is_read_back(integer: int) -> None:
    assert int(written(integer), 0) == integer


@pytest.mark.parametrize(
    ("executor", "progress", "name"),
    [(3, True, "executor"), (ThreadPoolExecutor, True, "executor"), (None, "no", "progress")],
)
def test_what_cannot_run_is_refused(executor: Any, progress: Any, name: str) -> None:
    with pytest.raises(InvalidProblem, match=f"^{name}=.*: must be"):
        require_run(executor, progress)


@pytest.mark.parametrize("path", ["no/such/folder/x", "", ".", 3, None, "null\0byte", "/proc/x/y"])
def test_a_file_is_written_in_a_folder_that_is_there(path: Any, tmp_path: Path) -> None:
    assert file_to_write("path", str(tmp_path / "table")) == tmp_path / "table"
    with pytest.raises(InvalidProblem, match=r"^path=.*: must be a file in a directory that is there"):
        file_to_write("path", path)
    assert not list(tmp_path.iterdir())


def test_an_empty_name_is_no_folder():
    with pytest.raises(InvalidProblem, match=r"^cache='': must be a directory"):
        Cache.at("")
