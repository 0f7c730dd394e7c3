"""Learning curves: the same problem solved at many numbers of samples, in parallel, resumable (`runs`).

Without an executor each point is solved from the point before.  A cached point holds all digits of its
numbers.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import fields, replace
from typing import Any

import mpmath

from numerics.arithmetic.checks import called, require
from numerics.arithmetic.precision import Number
from numerics.displays import Collected
from numerics.problem import Problem
from numerics.runs import Cache, Parts, complete, exact_fields, is_sequence, require_run, written
from numerics.solution import Solution
from numerics.solve import checked, solve

# Part of the digest: raise it when the meaning or the accuracy of a cached number changes.
CACHE_FORMAT = 4


class Curve(Collected):
    """Solutions along a curve of sample sizes: a tuple, with ``to_dict``, ``to_frame`` and a table."""

    __slots__ = ()


def risk_curve(
    problem: Problem,
    samples: Iterable[Number],
    *,
    weight_decay: Number | Callable[[Number], Number] | None = None,
    executor: Executor | None = None,
    progress: bool = True,
    cache: str | os.PathLike[str] | None = None,
    digits: int | None = None,
) -> Curve:
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
        One `Solution` for each number of samples, in their order: a `Curve`, a tuple that is a table, too.

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
    require_run(executor, progress)
    stored = None if cache is None else Cache.at(cache)
    solutions = [None if stored is None else _read(stored, point, digits) for point in points]

    def here(index: int) -> Solution:
        # from the point before, be it cached or just solved: an interrupted curve ends in the same numbers
        return solve(points[index], digits=digits, near=solutions[index - 1] if index else None)

    parts = Parts(
        title="solving",
        done="points were solved",
        here=here,
        submit=None
        if executor is None
        else lambda index: executor.submit(solve, points[index], digits=digits),
        write=lambda solution: None if stored is None else _write(stored, solution),
        directory=None if stored is None else stored.directory,
    )
    return Curve(complete(solutions, parts, progress=bool(progress)))


def _points(
    problem: Problem, samples: Iterable[Number], weight_decay: Number | Callable[[Number], Number] | None
) -> list[Problem]:
    """The problems along the curve, every one checked."""
    require(is_sequence(samples), "samples", samples, "a sequence of numbers > 0")
    points = []
    for n in samples:
        decay = weight_decay
        if callable(weight_decay):
            decay = called("weight_decay", weight_decay, n, "a function of n")
        decay = problem.weight_decay if decay is None else decay
        points.append(replace(problem, samples=n, weight_decay=decay))
    return points


def _key(problem: Problem, digits: int | None) -> dict[str, Any]:
    """All that determines a point."""
    return {"format": CACHE_FORMAT, "digits": digits, **exact_fields(problem)}


def _read(cache: Cache, problem: Problem, digits: int | None) -> Solution | None:
    """The cached solution of a problem, or None if there is none that can be read."""

    def solution_of(record: Any) -> Solution:
        return Solution(problem, **{name: _loaded(value) for name, value in record["solution"].items()})

    return cache.read(_key(problem, digits), solution_of)


def _stored(value: Any) -> Any:
    """A number as JSON can keep it: an mpf as the pair of integers (m, e) with value m 2^e."""
    if isinstance(value, Mapping):
        return {name: _stored(part) for name, part in value.items()}
    if isinstance(value, mpmath.mpf):
        sign, mantissa, exponent, _ = value._mpf_
        return [written(int(-mantissa if sign else mantissa)), int(exponent)]
    return value


def _loaded(value: Any) -> Any:
    """Inverse of `_stored`."""
    if isinstance(value, dict):
        return {name: _loaded(part) for name, part in value.items()}
    if isinstance(value, list):
        mantissa, exponent = value
        return mpmath.mp.make_mpf(mpmath.libmp.from_man_exp(int(mantissa, 0), exponent))
    return value


def _write(cache: Cache, solution: Solution) -> None:
    stored = {
        field.name: _stored(getattr(solution, field.name))
        for field in fields(solution)
        if field.name != "problem"
    }
    record = {"problem": exact_fields(solution.problem), "solution": stored}
    cache.write(_key(solution.problem, solution.digits), record)
