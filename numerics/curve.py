"""Learning curves: the same problem solved at many numbers of samples, in parallel, resumable.

Points are independent.  They go one by one to any `concurrent.futures.Executor` (a process pool, or the
executors of dask, ray and MPI clusters); without one they are solved here, each from the point before.  With
a cache directory every finished point is written to a file of its own, whole or not at all (a temporary
file, then a rename): a curve that was interrupted, by Ctrl-C or by a killed machine, continues where it
stopped.  A cached point is one JSON file, named by a digest of its problem, with all digits of its numbers.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import mpmath
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from numerics.arithmetic.checks import called, is_flag, require
from numerics.arithmetic.errors import Interrupted
from numerics.arithmetic.precision import Number, to_fraction
from numerics.problem import Problem
from numerics.solution import Solution
from numerics.solve import checked, solve

# Part of the digest: raise it when the meaning or the accuracy of a cached number changes.
CACHE_FORMAT = 4
WRITTEN_BITS = 14000


def risk_curve(
    problem: Problem,
    samples: Iterable[Number],
    *,
    weight_decay: Number | Callable[[Number], Number] | None = None,
    executor: Executor | None = None,
    progress: bool = True,
    cache: str | os.PathLike[str] | None = None,
    digits: int | None = None,
) -> tuple[Solution, ...]:
    """Solve a problem along a curve of sample sizes.

    Args:
        problem: everything but the number of samples.
        samples: the numbers of samples n, in any order.
        weight_decay: lambda along the curve: a number, or a function of n; by default that of ``problem``.
        executor: where to solve; any `concurrent.futures.Executor`.
        progress: whether to show a progress bar with the time remaining, on standard error.
        cache: directory in which finished points are stored and read again; created if missing.
        digits: None for double precision, or how many correct digits are wanted, as in `solve`.

    Returns:
        One `Solution` for each number of samples, in their order.

    Raises:
        InvalidProblem: some point is outside the theory, or the cache no directory that can be written to
            (before anything is solved).
        NotConverged: some point could not be solved; finished ones stay in the cache.
        Interrupted: stopped from the keyboard; finished points stay in the cache.

    >>> problem = Problem("diagonal", gamma=1.25, samples=1, dim=10**6, weight_decay=1, noise_variance=1)
    >>> samples = [10**2, 10**3, 10**4]
    >>> curve = risk_curve(problem, samples, weight_decay=lambda n: n**0.5 / 1e3, progress=False)
    >>> [solution.problem.samples for solution in curve]
    [100, 1000, 10000]
    >>> curve[0].excess_risk > curve[1].excess_risk > curve[2].excess_risk
    True
    """
    digits = checked(problem, digits)
    points = _points(problem, samples, weight_decay)
    is_executor = callable(getattr(executor, "submit", None)) and not isinstance(executor, type)
    require(executor is None or is_executor, "executor", executor, "an Executor, or None")
    require(is_flag(progress), "progress", progress, "True or False")
    directory = None if cache is None else _directory(cache)
    solutions = [None if directory is None else _read(directory, point, digits) for point in points]
    finished = sum(solution is not None for solution in solutions)

    try:
        with _progress_bar(bool(progress)) as bar:
            task = bar.add_task("solving", total=len(points), completed=finished)
            for index, solution in _solved(points, solutions, executor, digits):
                solutions[index] = solution
                if directory is not None:
                    _write(directory, solution)
                bar.advance(task)
    except KeyboardInterrupt:
        finished = sum(solution is not None for solution in solutions)
        place = "lost; give cache=DIRECTORY to keep them" if directory is None else f"kept in {directory}"
        raise Interrupted(f"{finished} of {len(points)} points were solved, and are {place}") from None
    return tuple(solution for solution in solutions if solution is not None)


def _directory(cache: str | os.PathLike[str]) -> Path:
    """The directory, created if missing."""
    try:
        directory = Path(cache)
        directory.mkdir(parents=True, exist_ok=True)
        usable = os.access(directory, os.R_OK | os.W_OK | os.X_OK)
    except (OSError, TypeError, ValueError):
        usable = False
    require(usable, "cache", cache, "a directory that can be written to, or where one can be made")
    return directory


def _points(
    problem: Problem, samples: Iterable[Number], weight_decay: Number | Callable[[Number], Number] | None
) -> list[Problem]:
    """The problems along the curve, every one checked."""
    require(_is_sequence(samples), "samples", samples, "a sequence of numbers > 0")
    points = []
    for n in samples:
        decay = weight_decay
        if callable(weight_decay):
            decay = called("weight_decay", weight_decay, n, "a function of n")
        decay = problem.weight_decay if decay is None else decay
        points.append(replace(problem, samples=n, weight_decay=decay))
    return points


def _is_sequence(samples: Any) -> bool:
    try:
        iter(samples)
    except TypeError:  # also of an array of no dimensions, which is an `Iterable`
        return False
    return not isinstance(samples, str | bytes | Mapping)


def _solved(
    points: Sequence[Problem],
    solutions: Sequence[Solution | None],
    executor: Executor | None,
    digits: int | None,
) -> Iterator[tuple[int, Solution]]:
    """Solutions of the missing points as they come; when the caller stops, the rest is cancelled.

    One after the other each is started from the point before, be it cached or just solved and filled in by
    the caller: an interrupted curve ends in the same numbers.
    """
    missing = [index for index, solution in enumerate(solutions) if solution is None]
    if executor is None:
        for index in missing:
            yield index, solve(points[index], digits=digits, near=solutions[index - 1] if index else None)
        return
    futures = {executor.submit(solve, points[index], digits=digits): index for index in missing}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


@contextmanager
def _progress_bar(shown: bool) -> Iterator[Progress]:
    """On standard error; gone when the curve fails, where the line that says why stands alone."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), disable=not shown) as bar:
        try:
            yield bar
        except BaseException:
            bar.live.transient = True
            bar.console.quiet = not bar.console.is_interactive  # there it would be written only now
            raise


def _path(directory: Path, problem: Problem, digits: int | None) -> Path:
    """File of a cached point: equal numbers, of whatever type, have equal names."""
    key = {field.name: _exact(getattr(problem, field.name)) for field in fields(problem)}
    text = json.dumps({"format": CACHE_FORMAT, "digits": digits, **key}, sort_keys=True)
    return directory / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"


def _exact(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    exact = to_fraction(value)
    whole = exact.denominator == 1
    return (
        _written(exact.numerator) if whole else f"{_written(exact.numerator)}/{_written(exact.denominator)}"
    )


def _written(integer: int) -> str:
    """An integer as ``int(text, 0)`` reads it: Python writes no more than 4300 decimals."""
    return str(integer) if integer.bit_length() <= WRITTEN_BITS else hex(integer)


def _read(directory: Path, problem: Problem, digits: int | None) -> Solution | None:
    """The cached solution of a problem, or None if there is none that can be read."""
    try:
        record = json.loads(_path(directory, problem, digits).read_text(encoding="utf-8"))
        return Solution(problem, **{name: _loaded(value) for name, value in record["solution"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _stored(value: Any) -> Any:
    """A number as JSON can keep it: an mpf as the pair of integers (m, e) with value m 2^e."""
    if isinstance(value, Mapping):
        return {name: _stored(part) for name, part in value.items()}
    if isinstance(value, mpmath.mpf):
        sign, mantissa, exponent, _ = value._mpf_
        return [_written(int(-mantissa if sign else mantissa)), int(exponent)]
    return value


def _loaded(value: Any) -> Any:
    """Inverse of `_stored`."""
    if isinstance(value, dict):
        return {name: _loaded(part) for name, part in value.items()}
    if isinstance(value, list):
        mantissa, exponent = value
        return mpmath.mp.make_mpf(mpmath.libmp.from_man_exp(int(mantissa, 0), exponent))
    return value


def _write(directory: Path, solution: Solution) -> None:
    """Write one point whole or not at all, also when several processes share the directory."""
    problem = solution.problem
    record = {
        "problem": {field.name: _exact(getattr(problem, field.name)) for field in fields(problem)},
        "solution": {
            field.name: _stored(getattr(solution, field.name))
            for field in fields(solution)
            if field.name != "problem"
        },
    }
    descriptor, temporary = tempfile.mkstemp(dir=directory, suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(record, file, indent=1)
        os.replace(temporary, _path(directory, problem, solution.digits))
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
