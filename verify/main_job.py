"""The main job: derive diagrams, check them against the equations, plant errors, and write the report.

It is done in parts (``parts``), in this process or by several, and each part is kept in ``DIR/parts`` until
all are done.  A job that is interrupted, or meets an equation that is not solved, writes the report of the
parts it finished, marked as incomplete, and says so; the same command goes on from there.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from io import StringIO
from multiprocessing import active_children, get_context
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from asymptotics import PhaseDiagram, symbols
from numerics import Interrupted, NotConverged
from numerics.runs import Cache, Parts, complete
from verify import words
from verify.figures import figure_name, phase_diagram_figure, save_figure
from verify.figures.view import has_source
from verify.files import created, whole
from verify.gallery import article_of, model_named
from verify.outcomes import Check, DerivedPhase, Kill, Omission, RunInfo
from verify.parts import Outcome, Part, Subject, computed, outcomes_of, parts_of
from verify.report import Report

FIGURE_NOISE = Fraction(1, 2)
"""The ``b`` at which diagrams of noise that scales are drawn, where they need one."""

FIGURE_SOURCE = Fraction(1, 2)
"""The source exponent of those that need one."""

PARTS_FOLDER = "parts"
"""Of the finished parts, in the folder of the report."""

Record = dict[str, Any]


def run(subjects: Sequence[Subject], *, out: Path, command: str, jobs: int = 1) -> bool:
    """Verify diagrams one after the other; returns whether everything agrees.

    Writes report.md, report.json, tables of phases, omissions and planted errors, and the phase diagrams, PNG
    and PDF, into ``out``.  Progress goes to standard error, the table to standard output.

    Args:
        subjects: the diagrams.
        out: the folder.
        command: that was given, for the report.
        jobs: how many processes compute.

    Raises:
        Interrupted: stopped from the keyboard; the message says what was written.
        NotConverged: an equation could not be solved; the message says what was written.
    """
    job = _Job(subjects, out, command)
    with created(out):
        try:
            with created(out / PARTS_FOLDER), _workers(jobs) as executor:
                job.compute(executor)
        except (KeyboardInterrupt, Interrupted, NotConverged) as stop:
            left = job.leave()
            if isinstance(stop, NotConverged):
                raise NotConverged(f"{stop}; {left}") from stop
            raise Interrupted(left) from None
        job.draw()
        report = job.write_report(complete=True)
        shutil.rmtree(out / PARTS_FOLDER, ignore_errors=True)
    click.echo(_table(report))
    for path in job.written:
        click.echo(f"wrote {path}")
    click.echo(report.verdict)
    return report.passed


@contextmanager
def _workers(jobs: int) -> Iterator[Executor | None]:
    """Processes to compute with, none for one; those that are still at it are ended by an error."""
    if jobs == 1:
        with nullcontext():
            yield None
        return
    # new processes, not copies of this one, which has threads; Ctrl-C is for the one that waits
    executor = ProcessPoolExecutor(jobs, get_context("spawn"), initializer=signal, initargs=(SIGINT, SIG_IGN))
    before = {*active_children()}
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False, cancel_futures=True)
        for worker in {*active_children()} - before:
            worker.terminate()
        raise
    executor.shutdown()


@dataclass
class _Job:
    """What is asked for, and what was computed and written of it so far."""

    subjects: Sequence[Subject]
    out: Path
    command: str
    parts: list[Part] = field(default_factory=list)
    records: list[tuple[Part, Record] | None] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)

    def compute(self, executor: Executor | None) -> None:
        """All parts that are not kept already; fills ``records``."""
        for subject in self.subjects:
            self.parts += parts_of(subject)
        cache = Cache.at(self.out / PARTS_FOLDER)
        self.records += (_finished(cache, part) for part in self.parts)
        submit = None if executor is None else partial(_submitted, executor, self.parts)
        parts = Parts[tuple[Part, Record]](
            title=words.VERIFYING,
            done=words.PARTS_DONE,
            here=lambda index: _computed(self.parts[index]),
            submit=submit,
            write=lambda result: cache.write(result[0].key(), result[1]),
            directory=cache.directory,
        )
        complete(self.records, parts, progress=True)

    def leave(self) -> str:
        """Write the report of what was finished; what was kept, in a sentence."""
        if not any(self.records):
            return words.NOTHING_LEFT
        report = self.write_report(complete=False)
        paths = ", ".join(map(str, self.written))
        return words.CHECKS_LEFT.format(checked=len(report.checks), paths=paths)

    def outcomes(self, kind: type[Any], subject: Subject | None = None) -> tuple[Any, ...]:
        """The rows of one kind of all parts that are finished, or of one diagram's."""
        finished = (record for record in self.records if record is not None)
        of_subject = ((p, r) for p, r in finished if subject is None or p.subject == subject)
        rows: Iterator[Outcome] = (row for part, record in of_subject for row in outcomes_of(part, record))
        return tuple(row for row in rows if isinstance(row, kind))

    def draw(self) -> None:
        """The phase diagrams that have two exponents, with the points that were checked."""
        for subject in self.subjects:
            diagram = subject.diagram()
            if not _is_drawn(diagram):
                continue
            b = FIGURE_NOISE if subject.noise == "scaled" and subject.estimator != "bayes" else None
            source = FIGURE_SOURCE if has_source(diagram) else None
            checks = [check for check in self.outcomes(Check, subject) if check.kind != "boundary"]
            figure = phase_diagram_figure(diagram, b=b, source=source, checks=checks)
            name = figure_name(subject.model, subject.noise, subject.estimator)
            paths = save_figure(figure, self.out / name)
            self.written += paths
            self.figures += [path.name for path in paths if path.suffix == ".png"]

    def write_report(self, *, complete: bool) -> Report:
        """The report as a page and for machines; one that is incomplete says so, and does not pass."""
        first = self.subjects[0]
        report = Report(
            self.outcomes(Check),
            first.effort,
            first.seed,
            complete,
            omissions=self.outcomes(Omission),
            phases=self.outcomes(DerivedPhase),
            kills=self.outcomes(Kill),
            info=RunInfo(_version(), datetime.now(UTC).isoformat(timespec="seconds"), self.command),
            figures=tuple(self.figures),
            models=tuple(dict.fromkeys(self._articles())),
        )
        content = report.to_dict()
        tables: dict[str, Callable[[], str]] = {
            "report.md": report.to_markdown,
            "report.json": report.to_json,
            **{f"{name}.json": partial(_as_json, content[name]) for name in words.TABLES},
        }
        for name, text in tables.items():
            with whole(self.out / name) as path:
                path.write_text(text(), encoding="utf-8")
        self.written += [self.out / name for name in tables]
        return report

    def _articles(self) -> Iterator[str]:
        """What each model is: its equations and their normalisation, as ``help`` shows them."""
        for subject in self.subjects:
            yield article_of(model_named(subject.model))


def _computed(part: Part) -> tuple[Part, Record]:
    return part, computed(part)


def _submitted(executor: Executor, parts: Sequence[Part], index: int) -> Any:
    return executor.submit(_computed, parts[index])


def _finished(cache: Cache, part: Part) -> tuple[Part, Record] | None:
    """What was kept of a part, if it can be read."""

    def result_of(record: Record) -> tuple[Part, Record]:
        list(outcomes_of(part, record))  # what is not one is computed again
        return part, record

    return cache.read(part.key(), result_of)


def _is_drawn(diagram: PhaseDiagram) -> bool:
    """Whether a figure shows the diagram: over samples and weight decay or noise."""
    exponents = {*diagram.phases[0].balance.scales.exponents}
    shown = {symbols.a, symbols.ell}
    return diagram.width == "full" and exponents - {symbols.b} == shown


def _version() -> str:
    try:
        return version("shallowlaws")
    except PackageNotFoundError:
        return words.NO_VERSION


def _as_json(rows: Sequence[Record]) -> str:
    return json.dumps(rows, indent=1, allow_nan=False) + "\n"


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
