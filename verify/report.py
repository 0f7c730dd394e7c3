"""The outcome of a comparison: every check, as a table, as a page for people and as JSON for machines.

In this order: ``Check``, ``Report``.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from fractions import Fraction
from importlib import import_module
from typing import Any

from verify import words
from verify.verdicts import FINEST, Kind, Verdict

KINDS: tuple[Kind, ...] = ("exponent", "log_exponent", "constant")
"""What is compared of each law."""


@dataclass(frozen=True)
class Check:
    """One number of one law at one point: derived, and measured on the equations up to ``dim``.

    Attributes:
        network: the model that was solved.
        phase: by its name.
        quantity: whose law it is.
        kind: "exponent", "log_exponent" or "constant", the last as the ratio of solution to law, so that 1 is
            predicted.
        a, ell, gamma, b: the point; a, ell and b are None where a diagram does not have them.
        dim: the last dimension of the ladder.
        predicted, measured: the number.
        uncertainty: estimate of the error of ``measured``.
        tolerance: how far apart the two may be, made from ``uncertainty`` (``verdicts``).
        verdict: "agrees", "disagrees" or "undecided".
        others: the coordinates and parameters of a system that networks do not have, by name.
    """

    network: str
    phase: str
    quantity: str
    kind: Kind
    a: Fraction | None
    ell: Fraction | None
    gamma: Fraction
    b: Fraction | None
    dim: int
    predicted: float
    measured: float
    uncertainty: float
    tolerance: float
    verdict: Verdict
    others: tuple[tuple[str, Fraction], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the two agree; what is undecided has not passed."""
        return self.verdict == "agrees"

    @property
    def place(self) -> str:
        """The point in words."""
        of_networks = {name: getattr(self, name) for name in ("a", "ell", "gamma", "b")}
        at = {name: value for name, value in of_networks.items() if value is not None}
        return ", ".join(f"{name} = {value}" for name, value in {**at, **dict(self.others)}.items())

    @property
    def error(self) -> float:
        """How far apart the two are; 0 where both are -oo, as exponents of a quantity that vanishes."""
        return 0.0 if self.predicted == self.measured else abs(self.predicted - self.measured)


@dataclass(frozen=True)
class Row:
    """What the checks of one quantity in one phase say together."""

    network: str
    phase: str
    quantity: str
    points: int
    disagree: int
    undecided: int
    errors: tuple[float | None, ...]

    @property
    def entries(self) -> list[str]:
        """As texts, in the order of ``words.COLUMNS``; a dash where a kind was not compared."""
        counts = (self.points, self.disagree, self.undecided)
        errors = ("-" if error is None else f"{error:.1e}" for error in self.errors)
        return [self.network, self.phase, self.quantity, *map(str, counts), *errors]


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
        """Whether all checks were made, at least one, and every one agrees."""
        return self.complete and bool(self.checks) and not self.failures

    @property
    def failures(self) -> tuple[Check, ...]:
        """The checks that do not agree: those that disagree, and those that decided nothing."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def disagreements(self) -> tuple[Check, ...]:
        """The checks in which derivation and equations differ."""
        return tuple(check for check in self.checks if check.verdict == "disagrees")

    @property
    def undecided(self) -> tuple[Check, ...]:
        """The checks that decided nothing."""
        return tuple(check for check in self.checks if check.verdict == "undecided")

    def summary(self) -> list[Row]:
        """One row for each quantity of each phase, as checked, with the largest error of each kind."""
        groups: dict[tuple[str, str, str], list[Check]] = {}
        for check in self.checks:
            groups.setdefault((check.network, check.phase, check.quantity), []).append(check)
        return [_row_of(key, group) for key, group in groups.items()]

    def to_markdown(self) -> str:
        """The report as a page: verdict, one table by phase, the failures in full."""
        outcome = words.AGREEMENT if self.passed else words.DISAGREEMENT
        decades = sorted(round(math.log10(check.dim)) for check in self.checks) or [0]
        summary = words.SUMMARY.format(
            checked=len(self.checks),
            disagree=len(self.disagreements),
            undecided=len(self.undecided),
            first=decades[0],
            last=decades[-1],
            effort=self.effort,
            seed=self.seed,
            **{kind: FINEST[kind] for kind in KINDS},
        )
        lines = [words.HEADING.format(outcome=outcome if self.complete else words.INCOMPLETE), ""]
        lines += [] if self.complete else [words.STOPPED, ""]
        lines += [summary, "", words.LEGEND, "", f"| {' | '.join(words.COLUMNS)} |"]
        lines += [f"|---|---|---|{'---:|' * (len(words.COLUMNS) - 3)}"]
        lines += [f"| {' | '.join(row.entries)} |" for row in self.summary()]
        if self.failures:
            lines += ["", words.FAILURES, "", *map(_failure, self.failures)]
        return "\n".join(lines) + "\n"

    def to_json(self) -> str:
        """The report with every check, for machines; infinite numbers are strings, such as "-inf"."""
        content: dict[str, object] = {
            name: getattr(self, name) for name in ("complete", "passed", "effort", "seed")
        }
        content["disagree"], content["undecided"] = len(self.disagreements), len(self.undecided)
        content["checks"] = [_row(check) for check in self.checks]
        return json.dumps(content, indent=1, allow_nan=False) + "\n"

    def to_frame(self) -> Any:
        """The checks as a data frame of pandas, one row each; coordinates and dimensions are floats there.

        Raises:
            ImportError: pandas is not installed.
        """
        try:
            pandas = import_module("pandas")
        except ImportError as missing:
            raise ImportError(words.NEEDS_PANDAS) from missing
        return pandas.DataFrame([_row(check, as_text=False) for check in self.checks])


def _row_of(key: tuple[str, str, str], group: list[Check]) -> Row:
    errors = {kind: [check.error for check in group if check.kind == kind] for kind in KINDS}
    return Row(
        *key,
        points=len({check.place for check in group}),
        disagree=sum(check.verdict == "disagrees" for check in group),
        undecided=sum(check.verdict == "undecided" for check in group),
        errors=tuple(max(errors[kind]) if errors[kind] else None for kind in KINDS),
    )


def _failure(check: Check) -> str:
    return words.FAILURE.format(place=check.place, kind_in_words=words.KINDS[check.kind], **vars(check))


def _row(check: Check, *, as_text: bool = True) -> dict[str, object]:
    """A check in plain values, each coordinate a column of its own."""
    columns = asdict(check)
    del columns["others"]
    plain = _plain if as_text else _number
    return {name: plain(value) for name, value in (columns | dict(check.others)).items()}


def _plain(value: object) -> object:
    is_text = isinstance(value, Fraction) or (isinstance(value, float) and not math.isfinite(value))
    return str(value) if is_text else value


def _number(value: object) -> object:
    return float(value) if isinstance(value, Fraction | int) else value
