"""The main job: derive diagrams, check them against the equations, and write the report.

Checks are made phase by phase.  A job that is interrupted, or meets an equation that is not solved, writes
the report of the phases it finished, marked as incomplete, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from io import StringIO
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

import asymptotics
from asymptotics.algebra.monomials import Noise
from asymptotics.diagram import Estimator
from numerics import Interrupted, NotConverged
from verify import words
from verify.comparison import Effort, agreement, progress_bar
from verify.figures import figure_name, phase_diagram_figure, save_figure
from verify.figures.view import has_source
from verify.files import created, whole
from verify.outcomes import Check, DerivedPhase, Omission
from verify.report import Report

FIGURE_NOISE = Fraction(1, 2)
"""The ``b`` at which diagrams of noise that scales are drawn, where they need one."""

FIGURE_SOURCE = Fraction(1, 2)
"""The source exponent of those that need one."""


def run(
    networks: Sequence[str],
    *,
    effort: Effort,
    seed: int,
    out: Path,
    noise: Noise = "fixed",
    estimator: Estimator = "erm",
) -> bool:
    """Verify models one after the other, given by their names; returns whether everything agrees.

    Writes report.md, report.json and the phase diagrams, PNG and PDF, into ``out``.  Progress goes to
    standard error, the table to standard output.

    Raises:
        Interrupted: stopped from the keyboard; the message says what was written.
        NotConverged: an equation could not be solved; the message says what was written.
    """
    job = _Job(effort, seed, out, noise, estimator)
    with created(out):
        try:
            for name in networks:
                job.verify(name)
        except (KeyboardInterrupt, NotConverged) as stop:
            if job.checks:
                job.write_report(complete=False)
            paths = ", ".join(map(str, job.written))
            left = (
                words.CHECKS_LEFT.format(checked=len(job.checks), paths=paths)
                if paths
                else words.NOTHING_LEFT
            )
            if isinstance(stop, NotConverged):
                raise NotConverged(f"{stop}; {left}") from stop
            raise Interrupted(left) from None
        report = job.write_report(complete=True)
    click.echo(_table(report))
    for path in job.written:
        click.echo(f"wrote {path}")
    outcome = words.AGREEMENT if report.passed else words.DISAGREEMENT
    counts = {"disagree": len(report.disagreements), "undecided": len(report.undecided)}
    click.echo(words.VERDICT.format(outcome=outcome, checked=len(report.checks), **counts))
    return report.passed


@dataclass
class _Job:
    """What is asked for, and what was checked and written of it so far."""

    effort: Effort
    seed: int
    out: Path
    noise: Noise
    estimator: Estimator
    checks: list[Check] = field(default_factory=list)
    omissions: list[Omission] = field(default_factory=list)
    phases: list[DerivedPhase] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)

    def verify(self, name: str) -> None:
        """One model: adds its checks phase by phase, then its figures."""
        of_network: list[Check] = []
        with progress_bar(console=Console(stderr=True)) as bar:
            task = bar.add_task(words.IN_PROGRESS.format(model=name), total=None)
            model = getattr(asymptotics, name)
            diagram = asymptotics.phase_diagram(model, noise=self.noise, estimator=self.estimator)
            bar.update(task, total=len(diagram.phases))
            for phase in diagram.phases:
                bar.update(task, description=words.PHASE_IN_PROGRESS.format(model=name, phase=phase.name))
                of_phase = replace(diagram, phases=(phase,), boundaries=())
                report = agreement(of_phase, effort=self.effort, seed=self.seed)
                of_network += report.checks
                self.checks += report.checks
                self.omissions += report.omissions
                self.phases += report.phases
                bar.advance(task)
        b = FIGURE_NOISE if self.noise == "scaled" and self.estimator != "bayes" else None
        source = FIGURE_SOURCE if has_source(diagram) else None
        figure = phase_diagram_figure(diagram, b=b, source=source, checks=of_network)
        self.written += save_figure(figure, self.out / figure_name(name, self.noise, self.estimator))

    def write_report(self, *, complete: bool) -> Report:
        """The report as a page and for machines; one that is incomplete says so, and does not pass."""
        report = Report(
            tuple(self.checks),
            self.effort,
            self.seed,
            complete,
            omissions=tuple(self.omissions),
            phases=tuple(self.phases),
        )
        texts = {
            self.out / "report.md": report.to_markdown(),
            self.out / "report.json": report.to_json(),
        }
        for path, text in texts.items():
            with whole(path) as part:
                part.write_text(text, encoding="utf-8")
        self.written += texts
        return report


def _table(report: Report) -> str:
    """The summary, as wide as it needs to be."""
    table = Table(title=words.TABLE)
    for place, heading in enumerate(words.COLUMNS):
        table.add_column(heading, justify="left" if place < 3 else "right")
    for row in report.summary():
        table.add_row(*row.entries)
    text = StringIO()
    console = Console(file=text, width=200)
    console.print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())
