"""The outcome of a comparison: every check, as a table, as a page for people and as JSON for machines.

In this order: ``Check``, ``Report``.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from fractions import Fraction

from verify import words

TOLERANCE = 0.02
"""Largest accepted error of an exponent."""


@dataclass(frozen=True)
class Check:
    """One exponent at one point: predicted by the derivation, measured on the equations up to ``dim``.

    ``others`` are the coordinates and parameters of a system that networks do not have, by name; a, ell and b
    are None where a diagram does not have them.
    """

    network: str
    phase: str
    quantity: str
    a: Fraction | None
    ell: Fraction | None
    gamma: Fraction
    b: Fraction | None
    dim: int
    predicted: float
    measured: float
    uncertainty: float
    tolerance: float
    passed: bool
    others: tuple[tuple[str, Fraction], ...] = ()

    @property
    def place(self) -> str:
        """The point in words."""
        of_networks = {name: getattr(self, name) for name in ("a", "ell", "gamma", "b")}
        at = {name: value for name, value in of_networks.items() if value is not None}
        return ", ".join(f"{name} = {value}" for name, value in {**at, **dict(self.others)}.items())

    @property
    def error(self) -> float:
        """How far apart the two exponents are; 0 where both are -oo, as of a quantity that vanishes."""
        return 0.0 if self.predicted == self.measured else abs(self.predicted - self.measured)


@dataclass(frozen=True)
class Report:
    """The outcome of ``agreement``: every check, and whether all passed.

    Attributes:
        checks: those that were made.
        effort, seed: as they were asked for.
        complete: whether all that were asked for were made; of an interrupted comparison they were not.
    """

    checks: tuple[Check, ...]
    effort: str
    seed: int
    complete: bool = True

    @property
    def passed(self) -> bool:
        """Whether all checks were made, at least one, and none failed."""
        return self.complete and bool(self.checks) and not self.failures

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that failed."""
        return tuple(check for check in self.checks if not check.passed)

    def summary(self) -> list[tuple[str, str, str, int, int, float]]:
        """Rows (network, phase, quantity, points, failures, largest error), in the order checked."""
        groups: dict[tuple[str, str, str], list[Check]] = {}
        for check in self.checks:
            groups.setdefault((check.network, check.phase, check.quantity), []).append(check)
        return [
            (*key, len(group), sum(not c.passed for c in group), max(c.error for c in group))
            for key, group in groups.items()
        ]

    def to_markdown(self) -> str:
        """The report as a page: verdict, one table by phase, the failures in full."""
        outcome = words.AGREEMENT if self.passed else words.DISAGREEMENT
        decades = sorted(round(math.log10(check.dim)) for check in self.checks) or [0]
        summary = words.SUMMARY.format(
            checked=len(self.checks),
            failed=len(self.failures),
            tolerance=TOLERANCE,
            first=decades[0],
            last=decades[-1],
            effort=self.effort,
            seed=self.seed,
        )
        lines = [words.HEADING.format(outcome=outcome if self.complete else words.INCOMPLETE), ""]
        lines += [] if self.complete else [words.STOPPED, ""]
        lines += [summary, "", f"| {' | '.join(words.COLUMNS)} |", "|---|---|---|---:|---:|---:|"]
        lines += [f"| {' | '.join(map(str, row))} | {error:.1e} |" for *row, error in self.summary()]
        if self.failures:
            lines += ["", words.FAILURES, "", *map(_failure, self.failures)]
        return "\n".join(lines) + "\n"

    def to_json(self) -> str:
        """The report with every check, for machines; infinite exponents are the strings "inf", "-inf"."""
        content: dict[str, object] = {
            name: getattr(self, name) for name in ("complete", "passed", "effort", "seed")
        }
        content["checks"] = [_row(check) for check in self.checks]
        return json.dumps(content, indent=1, allow_nan=False) + "\n"


def _failure(check: Check) -> str:
    return words.FAILURE.format(place=check.place, **vars(check))


def _row(check: Check) -> dict[str, object]:
    """A check in plain values, each coordinate a column of its own."""
    columns = asdict(check)
    del columns["others"]
    return {name: _plain(value) for name, value in (columns | dict(check.others)).items()}


def _plain(value: object) -> object:
    is_text = isinstance(value, Fraction) or (isinstance(value, float) and math.isinf(value))
    return str(value) if is_text else value
