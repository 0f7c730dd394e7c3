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
    """One exponent at one point: predicted by the derivation, measured on the equations up to ``dim``."""

    network: str
    phase: str
    quantity: str
    a: Fraction
    ell: Fraction
    gamma: Fraction
    b: Fraction | None
    dim: int
    predicted: float
    measured: float
    uncertainty: float
    tolerance: float
    passed: bool

    @property
    def error(self) -> float:
        """How far apart the two exponents are; 0 where both are -oo, as of a quantity that vanishes."""
        return 0.0 if self.predicted == self.measured else abs(self.predicted - self.measured)


@dataclass(frozen=True)
class Report:
    """The outcome of ``agreement``: every check, and whether all passed."""

    checks: tuple[Check, ...]
    effort: str
    seed: int

    @property
    def passed(self) -> bool:
        """Whether there were checks and none failed."""
        return bool(self.checks) and all(check.passed for check in self.checks)

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

    def to_markdown(self, *, complete: bool = True) -> str:
        """The report as a page: verdict, one table by phase, the failures in full.

        Args:
            complete: whether every check was made; a report of some says so in its first lines.
        """
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
        lines = [words.HEADING.format(outcome=outcome if complete else words.INCOMPLETE), ""]
        lines += [] if complete else [words.STOPPED, ""]
        lines += [summary, "", f"| {' | '.join(words.COLUMNS)} |", "|---|---|---|---:|---:|---:|"]
        lines += [f"| {' | '.join(map(str, row))} | {error:.1e} |" for *row, error in self.summary()]
        if self.failures:
            lines += ["", words.FAILURES, "", *map(_failure, self.failures)]
        return "\n".join(lines) + "\n"

    def to_json(self, *, complete: bool | None = None) -> str:
        """The report with every check, for machines; infinite exponents are the strings "inf", "-inf".

        Args:
            complete: whether every check was made, to be said beside the rest; an incomplete one has not
                passed.
        """
        content: dict[str, object] = {} if complete is None else {"complete": complete}
        content |= {"passed": self.passed and complete is not False, "effort": self.effort, "seed": self.seed}
        content["checks"] = [{k: _plain(v) for k, v in asdict(check).items()} for check in self.checks]
        return json.dumps(content, indent=1, allow_nan=False) + "\n"


def _failure(check: Check) -> str:
    place = f"a = {check.a}, ell = {check.ell}, gamma = {check.gamma}"
    place += "" if check.b is None else f", b = {check.b}"
    return words.FAILURE.format(place=place, **vars(check))


def _plain(value: object) -> object:
    is_text = isinstance(value, Fraction) or (isinstance(value, float) and math.isinf(value))
    return str(value) if is_text else value
