"""Long computations in independent parts: on any executor, resumable, with a bar of the time remaining.

The parts, points of a curve or trainings of a grid, go one by one to any `concurrent.futures.Executor` (a
process pool, or the executors of dask, ray and MPI clusters); without one they are computed here.  With a
cache directory every finished part is written to a file of its own, by the process that waits for the
results, whole or not at all (a temporary file, then a rename): what was interrupted, by Ctrl-C or by a killed
machine, continues where it stopped.  A cached part is one JSON file, named by a digest of all that
determines it.  A part that fails or is interrupted ends the run; what had finished by then is written first.

In order: `Parts`, `complete`; `Cache`; `whole_file`, `file_to_write`; what is digested of a problem;
arguments.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from secrets import token_hex
from typing import IO, Any, Generic, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from numerics.arithmetic.checks import is_flag, require
from numerics.arithmetic.errors import Interrupted
from numerics.arithmetic.precision import to_fraction
from numerics.problem import Problem

WRITTEN_BITS = 14000
"""Longest integer that is written in decimals: Python writes no more than 4300 of them."""

R = TypeVar("R")


@dataclass(frozen=True)
class Parts(Generic[R]):
    """The parts of a computation, by their number.

    Attributes:
        title: what is being done, beside the bar.
        done: what was done to those that finished, for the message of an interrupt.
        here: compute one part in this process.
        submit: give one part to an executor; None to compute all of them here, in order.
        write: keep one finished part.
        directory: where finished parts are kept, for the message of an interrupt; None for nowhere.
    """

    title: str
    done: str
    here: Callable[[int], R]
    submit: Callable[[int], Future[R]] | None = None
    write: Callable[[R], None] = lambda result: None
    directory: Path | None = None


def complete(results: list[R | None], parts: Parts[R], *, progress: bool) -> list[R]:
    """Compute what is missing, None, in a list of results; it is filled in place, and returned.

    Raises:
        Interrupted: stopped from the keyboard; the message says how many parts were finished, and where they
            are kept.
    """
    missing = [index for index, result in enumerate(results) if result is None]
    try:
        with _progress_bar(progress) as bar:
            task = bar.add_task(parts.title, total=len(results), completed=len(results) - len(missing))

            def finish(index: int, result: R) -> None:
                parts.write(result)
                results[index] = result
                bar.advance(task)

            _finish_all(missing, parts, finish)
    except KeyboardInterrupt:
        finished = sum(result is not None for result in results)
        lost = "lost; give cache=DIRECTORY to keep them"
        place = lost if parts.directory is None else f"kept in {parts.directory}"
        raise Interrupted(f"{finished} of {len(results)} {parts.done}, and are {place}") from None
    return [result for result in results if result is not None]


def _finish_all(missing: list[int], parts: Parts[R], finish: Callable[[int, R], None]) -> None:
    """Finish part after part; on an error the rest is cancelled, but for what is done by then."""
    if parts.submit is None:
        for index in missing:
            finish(index, parts.here(index))
        return
    pending: dict[Future[R], int] = {}
    try:
        for index in missing:
            pending[parts.submit(index)] = index
        for future in as_completed(tuple(pending)):
            finish(pending[future], future.result())
            del pending[future]
    finally:
        for future in pending:
            future.cancel()
        for future, index in pending.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                finish(index, future.result())


@contextmanager
def _progress_bar(shown: bool) -> Iterator[Progress]:
    """On standard error; gone when the run fails, where the line that says why stands alone."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as bar:
        try:
            yield bar
        except BaseException:
            bar.live.transient = True
            bar.console.quiet = not bar.console.is_interactive  # there it would be written only now
            raise


@dataclass(frozen=True)
class Cache:
    """A directory with one file a finished part."""

    directory: Path

    @classmethod
    def at(cls, cache: str | os.PathLike[str]) -> Cache:
        """The cache in a directory, created if missing.

        Raises:
            InvalidProblem: there can be none, or none that can be written to.
        """
        try:
            directory = Path(cache)
            directory.mkdir(parents=True, exist_ok=True)
            # "" would be the current folder
            usable = os.access(directory, os.R_OK | os.W_OK | os.X_OK) and bool(os.fspath(cache))
        except (OSError, TypeError, ValueError):
            usable = False
        require(usable, "cache", cache, "a directory that can be written to, or where one can be made")
        return cls(directory)

    def path(self, key: Mapping[str, Any]) -> Path:
        """The file of a part: ``key`` holds all that determines it, as JSON can write it."""
        text = json.dumps(key, sort_keys=True)
        return self.directory / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"

    def read(self, key: Mapping[str, Any], result_of: Callable[[Any], R]) -> R | None:
        """The result that the record of a part holds, or None if there is none that can be read."""
        try:
            return result_of(json.loads(self.path(key).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, key: Mapping[str, Any], record: Mapping[str, Any]) -> None:
        """Write one part whole or not at all, also when several processes share the directory."""
        with whole_file(self.path(key)) as file:
            json.dump(record, file, indent=1)


@contextmanager
def whole_file(path: Path, *, binary: bool = False) -> Iterator[IO[Any]]:
    """A file, of text by default, that takes the place of ``path`` when all went well, and else is gone."""
    part = path.with_name(f"{token_hex(8)}.part")
    try:
        with part.open("xb") if binary else part.open("x", encoding="utf-8", newline="") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def file_to_write(parameter: str, path: Any) -> Path:
    """The file at a path, where one can be written.

    Raises:
        InvalidProblem: none can.

    >>> file_to_write("path", "no/such/folder/table.csv")  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
        ...
    numerics.InvalidProblem: path='no/such/folder/table.csv': must be a file in a directory that is there and
    can be written to
    """
    try:
        place = Path(path)
        is_open = place.parent.is_dir() and os.access(place.parent, os.W_OK | os.X_OK)
        usable = is_open and not place.is_dir() and "\0" not in place.name
    except (OSError, TypeError, ValueError):
        usable = False
    require(usable, parameter, path, "a file in a directory that is there and can be written to")
    return place


def exact_fields(problem: Problem) -> dict[str, Any]:
    """Every field of a problem as text: equal numbers, of whatever type, have equal texts.

    >>> problem = Problem("diagonal", gamma=1.25, samples=300.0, dim=1000, weight_decay=0.5)
    >>> [exact_fields(problem)[name] for name in ("gamma", "samples", "weight_decay", "width")]
    ['5/4', '300', '1/2', None]
    """
    return {field.name: _exact(getattr(problem, field.name)) for field in fields(problem)}


def _exact(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "__len__"):
        return [_exact(part) for part in value]
    exact = to_fraction(value)
    numerator, denominator = written(exact.numerator), written(exact.denominator)
    return numerator if exact.denominator == 1 else f"{numerator}/{denominator}"


def written(integer: int) -> str:
    """An integer as ``int(text, 0)`` reads it.

    >>> written(2**100), len(written(10**5000))
    ('1267650600228229401496703205376', 4155)
    """
    return str(integer) if integer.bit_length() <= WRITTEN_BITS else hex(integer)


def require_run(executor: Any, progress: Any) -> None:
    """Refuse what is no executor, or no answer to whether a bar is wanted.

    Raises:
        InvalidProblem: one of them is neither.

    >>> require_run(None, True)
    """
    is_executor = callable(getattr(executor, "submit", None)) and not isinstance(executor, type)
    require(executor is None or is_executor, "executor", executor, "an Executor, or None")
    require(is_flag(progress), "progress", progress, "True or False")


def is_sequence(values: Any) -> bool:
    """Whether values can be taken from it one by one; a string, bytes or a mapping does not count.

    >>> is_sequence([300]), is_sequence(range(3)), is_sequence(300), is_sequence("300")
    (True, True, False, False)
    """
    try:
        iter(values)
    except TypeError:  # also of an array of no dimensions, which is an `Iterable`
        return False
    return not isinstance(values, str | bytes | Mapping)
