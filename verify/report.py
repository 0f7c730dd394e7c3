"""The outcome of a comparison: every check, as a table, as a page for people and as JSON for machines.

The rows stand in ``outcomes``, what JSON holds in ``records``, the page in ``page``; here they are put
together.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from numerics.displays import html_table, latex_table
from verify import words
from verify.outcomes import Check, DerivedPhase, Kill, Omission, RunInfo
from verify.page import Page, Summary, labels_of, page_of, summary_of
from verify.records import SCHEMA, row_of, row_of_kill


@dataclass(frozen=True, repr=False)
class Report:
    """The outcome of ``agreement``: every check, and whether all passed.

    Attributes:
        checks: those that were made.
        effort, seed: as they were asked for.
        complete: whether all that were asked for were made; of an interrupted comparison they were not.
        omissions: what was left out, with the reason.
        phases: those that were derived.
        kills: planted errors, with the checks that find them.
        info: version, date and command, of a report that the command line writes.
        figures: names of files beside the report.
        models: what the models are, an article each, of a report that the command line writes.
    """

    checks: tuple[Check, ...]
    effort: str
    seed: int
    complete: bool = True
    omissions: tuple[Omission, ...] = ()
    phases: tuple[DerivedPhase, ...] = ()
    kills: tuple[Kill, ...] = ()
    info: RunInfo | None = None
    figures: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all checks were made, at least one, every one agrees, and no planted error survives."""
        return self.complete and bool(self.checks) and not self.failures and not self.survivors

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

    @property
    def survivors(self) -> tuple[Kill, ...]:
        """The planted errors that no check finds."""
        return tuple(kill for kill in self.kills if kill.by is None)

    @property
    def outcome(self) -> str:
        """The verdict in a word."""
        if not self.complete:
            return words.INCOMPLETE
        if not self.checks:
            return words.NOTHING_CHECKED
        if self.passed:
            return words.AGREEMENT
        is_open = self.undecided and not self.disagreements and not self.survivors
        return words.UNDECIDED if is_open else words.DISAGREEMENT

    def __repr__(self) -> str:
        diagrams = "; ".join(dict.fromkeys(row.diagram for row in (*self.phases, *self.checks)))
        return f"<Report of {diagrams or 'nothing'}: {self.verdict}>"

    @property
    def verdict(self) -> str:
        """The verdict in a line, with the counts."""
        counts = {"disagree": len(self.disagreements), "undecided": len(self.undecided)}
        return words.VERDICT.format(outcome=self.outcome, checked=len(self.checks), **counts)

    def _repr_html_(self) -> str:
        """The verdict and the summary, as a table of HTML, cut short if it is long."""
        return html_table(self.verdict, words.COLUMNS, [row.entries for row in self.summary()])

    def _repr_latex_(self) -> str:
        """The summary, as an array of LaTeX."""
        return latex_table(words.COLUMNS, [row.entries for row in self.summary()])

    def summary(self) -> list[Summary]:
        """One row for each quantity of each phase, as checked, with the largest error of each kind."""
        return summary_of(self.checks, labels_of([*self.phases, *self.checks]))

    def to_markdown(self) -> str:
        """The report as a page: the claim first, then what was derived, solved, compared and left out."""
        fields = {name: value for name, value in vars(self).items() if name in Page.__dataclass_fields__}
        return page_of(Page(outcome=self.outcome, **fields))

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, as JSON can write it: what ``to_json`` has, and the other tables.

        >>> Report((), "quick", 0).to_dict()["passed"]
        False
        """
        tables = {
            "phases": [row_of(phase) for phase in self.phases],
            "omissions": [row_of(omission) for omission in self.omissions],
            "planted_errors": [row_of_kill(kill) for kill in self.kills],
        }
        return self._record() | tables

    def _record(self) -> dict[str, Any]:
        """What JSON holds: scalars, and the checks."""
        info = self.info
        return {
            "schema": SCHEMA,
            "complete": self.complete,
            "passed": self.passed,
            "effort": self.effort,
            "seed": self.seed,
            "version": info and info.version,
            "date": info and info.date,
            "command": info and info.command,
            "agree": len(self.checks) - len(self.failures),
            "disagree": len(self.disagreements),
            "undecided": len(self.undecided),
            "omitted": len(self.omissions),
            "planted": len(self.kills),
            "killed": len(self.kills) - len(self.survivors),
            "checks": [row_of(check) for check in self.checks],
        }

    def to_json(self) -> str:
        """The report with every check, for machines; ``records`` says what each field means.

        ``pandas.json_normalize(json.loads(text), "checks")`` is a row for each check.  What vanishes has the
        exponent "-inf", a text, as JSON has no such number: ``pandas.to_numeric`` reads the columns predicted
        and measured.  ``to_frame`` is that table at once.
        """
        return json.dumps(self._record(), indent=1, allow_nan=False) + "\n"

    def to_frame(self) -> Any:
        """The checks as a data frame of pandas, one row each; coordinates and dimensions are floats there.

        Raises:
            ImportError: pandas is not installed.
        """
        try:
            pandas = import_module("pandas")
        except ImportError as missing:
            raise ImportError(words.NEEDS_PANDAS) from missing
        return pandas.DataFrame([row_of(check, as_text=False) for check in self.checks])
