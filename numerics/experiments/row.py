"""One training of an experiment, from a problem and a seed to a row of the table.

In order: `Row`, `train_row`.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any

from threadpoolctl import threadpool_limits

from numerics.arithmetic.errors import NotConverged
from numerics.displays import tabulated
from numerics.experiments.quantities import MEASURED, THEORY, measured, predicted, solved
from numerics.experiments.table import Record
from numerics.problem import Problem
from numerics.solution import Solution
from numerics.solve import solve
from numerics.training.train import train

TRAINED, NOT_CONVERGED = "trained", "not converged"


@dataclass(frozen=True, repr=False)
class Row(Record):
    """One training, and the theory beside it; also a mapping from the columns of the table.

    Attributes:
        problem: what was trained.
        seed: of the data set and of the initial weights.
        status: "trained", or "not converged" where the duality gap did not close.
        message: why the training, or the theory, did not converge; None if both did.
        seconds: that the training took.
        measured: quantities of the trained network by name (`quantities`); empty if it did not converge.
        theory: those of the theory; empty if it did not converge.
        versions: of what computed them.
    """

    problem: Problem
    seed: int
    status: str
    message: str | None
    seconds: float
    measured: Mapping[str, float | None]
    theory: Mapping[str, float | None]
    versions: Mapping[str, str]

    def __repr__(self) -> str:
        network, samples, dim = self.problem.network, self.problem.samples, self.problem.dim
        return f"<Row: {network} network, n = {samples}, d = {dim}, seed {self.seed}, {self.status}>"

    def to_dict(self) -> dict[str, Any]:
        """The columns: fields of the problem, seed, status; what was measured, the theory, and versions,
        the last two under names that begin with "theory_" and "version_".
        """
        problem = {x.name: tabulated(getattr(self.problem, x.name)) for x in fields(self.problem)}
        return {
            **problem,
            "seed": self.seed,
            "status": self.status,
            "message": self.message,
            "seconds": self.seconds,
            **{name: self.measured.get(name) for name in MEASURED},
            **{f"theory_{name}": self.theory.get(name) for name in THEORY},
            **{f"version_{name}": text for name, text in self.versions.items()},
        }


def train_row(problem: Problem, seed: int, *, one_thread: bool = False, **options: Any) -> Row:
    """Train one network, with options of `train`; on one thread if others run beside it."""
    if one_thread:
        with threadpool_limits(1, user_api="blas"):
            return train_row(problem, seed, **options)
    solution, theory, message = _theory(problem)
    start = perf_counter()
    try:
        trained = train(problem, seed=seed, progress=False, **options)
    except NotConverged as error:
        seconds = perf_counter() - start
        return Row(problem, seed, NOT_CONVERGED, str(error), seconds, {}, theory, versions())
    seconds = perf_counter() - start
    try:
        quantities = measured(trained, solution)
    except NotConverged as error:
        quantities, message = measured(trained, None), f"theory: {error}"
    return Row(problem, seed, TRAINED, message, seconds, quantities, theory, versions())


def _theory(problem: Problem) -> tuple[Solution | None, dict[str, float | None], str | None]:
    """The solution, its quantities, and why there are none."""
    try:
        solution = solve(problem)
    except NotConverged as error:
        return None, {}, f"theory: {error}"
    try:
        return solution, predicted(solution), None
    except NotConverged as error:  # of the spectrum or the parts
        return solution, solved(solution), f"theory: {error}"


@cache
def versions() -> dict[str, str]:
    """Of this package, of what it computes with, and of Python.

    >>> sorted(versions())
    ['numpy', 'python', 'scipy', 'shallowlaws']
    """
    return {
        **{name: _version(name) for name in ("shallowlaws", "numpy", "scipy")},
        "python": platform.python_version(),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"  # such as a copy of the source on the path
