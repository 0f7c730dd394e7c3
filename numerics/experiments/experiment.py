"""A grid of problems and seeds, trained anywhere, beside the theory.

In order: `Experiment`, `experiment`; what is kept of a training; arguments.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from dataclasses import dataclass, fields
from itertools import product
from numbers import Integral
from typing import Any

from threadpoolctl import threadpool_limits

from numerics.arithmetic.checks import is_count, is_number, require, shown
from numerics.arithmetic.errors import InvalidProblem
from numerics.experiments.row import NOT_CONVERGED, Row, train_row
from numerics.experiments.summary import Summary, compare
from numerics.experiments.table import Table
from numerics.problem import Problem
from numerics.runs import Cache, Parts, complete, exact_fields, is_sequence, require_run
from numerics.training.data import LARGEST
from numerics.training.device import device_of
from numerics.training.train import require_method, require_trainable

CACHE_FORMAT = 2
"""Part of the digest: raised when the meaning or the accuracy of a cached number changes."""

MOST_SHOWN = 10**6
"""Number of seeds that an error message writes out."""


@dataclass(frozen=True, repr=False)
class Experiment(Table[Row]):
    """Trainings of a grid: all seeds of the first problem, then all of the second, ...

    Attributes:
        rows: one for each training.
    """

    def __repr__(self) -> str:
        failed = sum(row.status == NOT_CONVERGED for row in self.rows)
        rest = f", {failed} not converged" if failed else ""
        return f"<Experiment: {len(self.rows)} trainings{rest}>"

    def summary(self) -> Summary:
        """Mean and standard error over the seeds of each problem, beside the theory.

        Trainings that did not converge are left out; how many, the summary says.
        """
        return compare(self.rows)


def experiment(
    problems: Iterable[Problem],
    seeds: Iterable[int],
    *,
    executor: Executor | None = None,
    progress: bool = True,
    cache: str | os.PathLike[str] | None = None,
    method: str = "descent",
    tolerance: float = 1e-6,
    most_rounds: int = 300,
    device: str | None = None,
) -> Experiment:
    """Train each problem with each seed, and put the theory beside it.

    On an executor each training has one thread of the linear algebra: as many trainings at a time as there
    are cores are faster than one on all cores.  Without one they run here, one after the other.

    A training that does not converge is a row too, with the status "not converged" and the message; the
    others go on.  It is cached like the others, and tried again where ``most_rounds`` is larger.

    Args:
        problems: a list, with estimator "erm", weight decay above 0, and whole numbers of samples; each once.
        seeds: whole numbers >= 0, each once, such as range(8): of the data set and of the initial weights.
        executor: where to train; any `concurrent.futures.Executor`, that of a dask cluster among them.  A
            script that starts a pool of processes does so under ``if __name__ == "__main__":``.
        progress: whether to show a progress bar with the time remaining, on standard error.
        cache: directory in which finished trainings are stored and read again; created if missing.
        method: of the trainings, as in `train`.
        tolerance: relative duality gap at which a training stops, as in `train`.
        most_rounds: of the optimisers, after which it gives up, as in `train`.
        device: where products with the inputs are done, as in `train`; the result is the same up to rounding.

    Raises:
        InvalidProblem: an argument is not what it should be (before anything is trained).
        Interrupted: stopped from the keyboard; finished trainings stay in the cache.

    >>> base = {"gamma": 1.25, "dim": 20, "weight_decay": 0.5, "noise_variance": 0.5}
    >>> problems = [Problem("diagonal", samples=samples, **base) for samples in (20, 80)]
    >>> table = experiment(problems, seeds=range(4), progress=False)
    >>> table
    <Experiment: 8 trainings>
    >>> table.rows[0]["samples"], table.rows[0]["excess_risk"] > table.rows[-1]["excess_risk"]
    (20, True)
    >>> risks = [row for row in table.summary().rows if row.quantity == "excess_risk"]
    >>> [abs(risk.standard_errors) < 5 for risk in risks]
    [True, True]
    """
    grid = tuple(product(_problems(problems), _seeds(seeds)))
    for problem, _ in grid:
        require_method(problem, method)
    allowed = "a number between 1e-12 and 1"
    require(is_number(tolerance) and 1e-12 <= tolerance <= 1, "tolerance", tolerance, allowed)
    require(is_count(most_rounds), "most_rounds", most_rounds, "a positive integer")
    require_run(executor, progress)
    stored = (
        None if cache is None else _Trainings(Cache.at(cache), method, float(tolerance), int(most_rounds))
    )
    if executor is None:  # elsewhere there may be other devices
        device_of(device)
    options: dict[str, Any] = {
        "method": method,
        "tolerance": float(tolerance),
        "most_rounds": int(most_rounds),
        "device": device,
    }

    def here(index: int) -> Row:
        return train_row(*grid[index], **options)

    def submit(index: int) -> Future[Row]:
        assert executor is not None
        return executor.submit(train_row, *grid[index], **options, one_thread=True)

    parts = Parts(
        title="training",
        done="trainings were finished",
        here=here,
        submit=None if executor is None else submit,
        write=(lambda row: None) if stored is None else stored.write,
        directory=None if stored is None else stored.cache.directory,
    )
    rows = [None if stored is None else stored.read(problem, seed) for problem, seed in grid]
    # the threads of a pool share the limit of this process: set for all of them, until the last is done
    with nullcontext() if executor is None else threadpool_limits(1, user_api="blas"):
        return Experiment(tuple(complete(rows, parts, progress=bool(progress))))


@dataclass(frozen=True)
class _Trainings:
    """Finished trainings in a cache."""

    cache: Cache
    method: str
    tolerance: float
    most_rounds: int

    def key(self, problem: Problem, seed: int) -> dict[str, Any]:
        """All that determines a training that converges."""
        how = {"method": self.method, "tolerance": self.tolerance}
        of_training = {"format": CACHE_FORMAT, "seed": seed, **how}
        return {"experiment": of_training, **exact_fields(problem)}

    def read(self, problem: Problem, seed: int) -> Row | None:
        """The row of a training that need not be done again."""

        def row_of(record: Mapping[str, Any]) -> Row | None:
            row = Row(problem, seed, **record["row"])
            gave_up_early = row.status == NOT_CONVERGED and record["most_rounds"] < self.most_rounds
            return None if gave_up_early else row

        return self.cache.read(self.key(problem, seed), row_of)

    def write(self, row: Row) -> None:
        parts = {x.name: getattr(row, x.name) for x in fields(row) if x.name not in ("problem", "seed")}
        record = {
            "problem": exact_fields(row.problem),
            "seed": row.seed,
            "most_rounds": self.most_rounds,
            "row": parts,
        }
        self.cache.write(self.key(row.problem, row.seed), record)


def _problems(problems: Any) -> tuple[Problem, ...]:
    """The problems, every one checked.

    Raises:
        InvalidProblem: one of them cannot be trained, or is there twice.
    """
    one = ", such as [problem]" if isinstance(problems, Problem) else ""
    require(is_sequence(problems), "problems", problems, f"a sequence of Problem{one}")
    grid = tuple(problems)
    for problem in grid:
        require(isinstance(problem, Problem), "problems", problem, "a sequence of Problem")
        _require_trainable(problem)
    earlier: set[str] = set()
    for problem in grid:
        text = str(exact_fields(problem))
        require(text not in earlier, "problems", problem, "problems that differ, each with all seeds")
        earlier.add(text)
    return grid


def _require_trainable(problem: Problem) -> None:
    """Refuse what `train` would refuse, before anything is trained."""
    require(problem.estimator == "erm", "problems", problem, 'problems with estimator "erm", which trains')
    assert problem.weight_decay is not None
    allowed = f"problems with weight decay > 0, not {problem.weight_decay}"
    require(problem.weight_decay > 0, "problems", problem, allowed)
    allowed = f"problems with a whole number of samples, not {problem.samples}"
    require(problem.samples == int(problem.samples), "problems", problem, allowed)
    allowed = f"problems with at most {LARGEST} samples x dim, for the inputs to fit in memory"
    require(int(problem.samples) * problem.dim <= LARGEST, "problems", problem, allowed)
    try:
        require_trainable(problem)
    except InvalidProblem as error:
        raise InvalidProblem(f"problems={shown(problem)}: {error}") from None


def _seeds(seeds: Any) -> tuple[int, ...]:
    """The seeds, every one checked.

    Raises:
        InvalidProblem: one of them is no seed, or is there twice.
    """
    allowed = "a sequence of whole numbers >= 0, each once"
    count = int(seeds) if is_count(seeds) and seeds <= MOST_SHOWN else "N"
    require(is_sequence(seeds), "seeds", seeds, f"{allowed}, such as range({count})")
    numbers = tuple(seeds)
    for seed in numbers:
        is_whole = isinstance(seed, Integral) and not isinstance(seed, bool)
        require(is_whole and int(seed) >= 0, "seeds", seed, allowed)
    require(len(set(numbers)) == len(numbers), "seeds", seeds, allowed)
    return tuple(int(seed) for seed in numbers)
