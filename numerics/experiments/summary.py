"""Mean and standard error over the seeds of a problem, beside the theory.

The standard error of m trainings is their standard deviation, with m - 1 in the denominator, over sqrt(m).

In order: `Comparison`, `Summary`, `compare`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from statistics import fmean, stdev
from typing import Any

from numerics.displays import tabulated
from numerics.experiments.quantities import MEASURED
from numerics.experiments.row import NOT_CONVERGED, Row
from numerics.experiments.table import Record, Table
from numerics.problem import Problem


@dataclass(frozen=True, repr=False)
class Comparison(Record):
    """One quantity of one problem: trained, and in theory; also a mapping from the columns of the table.

    Attributes:
        problem: what was trained.
        quantity: its name (`quantities`).
        trainings: how many of them have it.
        mean: over those.
        standard_error: of the mean; None for less than two trainings.
        theory: None where the theory has no such quantity.
    """

    problem: Problem
    quantity: str
    trainings: int
    mean: float
    standard_error: float | None
    theory: float | None

    def __repr__(self) -> str:
        error = "" if self.standard_error is None else f" +- {self.standard_error:.2g}"
        theory = "" if self.theory is None else f", {self.theory:.4g} in theory"
        return f"<Comparison: {self.quantity} {self.mean:.4g}{error}{theory}>"

    @property
    def difference(self) -> float | None:
        """Mean minus theory."""
        return None if self.theory is None else self.mean - self.theory

    @property
    def standard_errors(self) -> float | None:
        """The difference in standard errors; None where all trainings have the same value."""
        return (
            self.difference / self.standard_error
            if self.difference is not None and self.standard_error
            else None
        )

    @property
    def per_cent(self) -> float | None:
        """The difference in per cent of the theory; None where that is 0."""
        return 100 * self.difference / self.theory if self.difference is not None and self.theory else None

    def to_dict(self) -> dict[str, Any]:
        """The columns: fields of the problem, and all of these."""
        names = ("quantity", "trainings", "mean", "standard_error", "theory")
        differences = ("difference", "standard_errors", "per_cent")
        return {
            **{x.name: tabulated(getattr(self.problem, x.name)) for x in fields(self.problem)},
            **{name: getattr(self, name) for name in (*names, *differences)},
        }


@dataclass(frozen=True, repr=False)
class Summary(Table[Comparison]):
    """A row for each quantity of each problem, in the order of the problems.

    Attributes:
        left_out: trainings that did not converge; their rows of the `Experiment` say why.
    """

    left_out: int = 0

    def __repr__(self) -> str:
        rest = f"; {self.left_out} trainings that did not converge are left out" if self.left_out else ""
        return f"<Summary: {len(self.rows)} rows{rest}>"


def compare(rows: Iterable[Row]) -> Summary:
    """Means over the seeds of each problem; trainings that did not converge are left out, and counted."""
    problems: list[tuple[Problem, list[Row]]] = []
    left_out = 0
    for row in rows:
        left_out += row.status == NOT_CONVERGED
        if not problems or problems[-1][0] != row.problem:
            problems.append((row.problem, []))
        problems[-1][1].append(row)
    comparisons = (_comparison(trained, name) for _, trained in problems for name in MEASURED)
    return Summary(tuple(comparison for comparison in comparisons if comparison is not None), left_out)


def _comparison(rows: list[Row], quantity: str) -> Comparison | None:
    """None where no training has the quantity."""
    values = [x for row in rows if (x := row.measured.get(quantity)) is not None]
    if not values:
        return None
    error = stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None
    theory = next((row.theory[quantity] for row in rows if quantity in row.theory), None)
    return Comparison(rows[0].problem, quantity, len(values), fmean(values), error, theory)
