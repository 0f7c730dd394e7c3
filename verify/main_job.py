"""The main job: derive diagrams, check them against the equations, and write the report.

Checks are made phase by phase.  A job that is interrupted, or meets an equation that is not solved, writes
the report of the phases it finished, marked as incomplete, and says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from io import StringIO
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

import asymptotics
from asymptotics.algebra.monomials import Noise
from asymptotics.diagram import Estimator
from numerics import Interrupted, NotConverged
from verify.comparison import TOLERANCE, Check, Effort, Report, agreement
from verify.figures import phase_diagram_figure, save_figure
from verify.files import made, whole

FIGURE_NOISE = Fraction(1, 2)
"""The ``b`` at which diagrams of noise that scales are drawn, where they need one."""


def run(
    networks: Sequence[str],
    *,
    effort: Effort,
    seed: int,
    out: Path,
    noise: Noise = "fixed",
    estimator: Estimator = "erm",
) -> bool:
    """Verify the networks one after the other; returns whether everything agrees.

    Writes report.md, report.json and the phase diagrams, PNG and PDF, into ``out``.  Progress goes to
    standard error, the table to standard output.

    Raises:
        Interrupted: stopped from the keyboard; the message says what was written.
        NotConverged: an equation could not be solved; the message says what was written.
    """
    checks: list[Check] = []
    written: list[Path] = []
    with made(out):
        try:
            for name in networks:
                _verify(name, noise, estimator, effort, seed, out, checks, written)
        except (KeyboardInterrupt, NotConverged) as stop:
            report = Report(tuple(checks), effort, seed)
            written += _write_reports(report, out, complete=False) if checks else []
            paths = ", ".join(map(str, written))
            kept = f"{len(checks)} checks were finished; kept {paths}" if paths else "nothing was kept"
            if isinstance(stop, NotConverged):
                raise NotConverged(f"{stop}; {kept}") from stop
            raise Interrupted(kept) from None
        whole_report = Report(tuple(checks), effort, seed)
        written += _write_reports(whole_report, out, complete=True)
    click.echo(_table(whole_report))
    for path in written:
        click.echo(f"wrote {path}")
    verdict = "agreement" if whole_report.passed else f"DISAGREEMENT in {len(whole_report.failures)}"
    click.echo(f"{verdict}: {len(checks)} exponents checked, tolerance {TOLERANCE}")
    return whole_report.passed


def figure_name(network: str, noise: Noise, estimator: Estimator) -> str:
    """What the file of a phase diagram is called, less its ending.

    >>> figure_name("diagonal", "fixed", "erm"), figure_name("diagonal", "none", "bayes")
    ('phase_diagram_diagonal', 'phase_diagram_diagonal_bayes_noise_none')
    """
    of_estimator = "" if estimator == "erm" else f"_{estimator}"
    of_noise = "" if noise == "fixed" else f"_noise_{noise}"
    return f"phase_diagram_{network}{of_estimator}{of_noise}"


def _verify(
    name: str,
    noise: Noise,
    estimator: Estimator,
    effort: Effort,
    seed: int,
    out: Path,
    checks: list[Check],
    written: list[Path],
) -> None:
    """One network: adds its checks phase by phase, then its figures."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    of_network: list[Check] = []
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"{name} network", total=None)
        diagram = asymptotics.phase_diagram(getattr(asymptotics, name), noise=noise, estimator=estimator)
        bar.update(task, total=len(diagram.phases))
        for phase in diagram.phases:
            bar.update(task, description=f"{name} network, phase {phase.name}")
            found = agreement(replace(diagram, phases=(phase,)), effort=effort, seed=seed).checks
            of_network += found
            checks += found
            bar.advance(task)
    b = FIGURE_NOISE if noise == "scaled" and estimator != "bayes" else None
    figure = phase_diagram_figure(diagram, b=b, checks=of_network)
    written += save_figure(figure, out / figure_name(name, noise, estimator))


def _write_reports(report: Report, out: Path, *, complete: bool) -> list[Path]:
    """The report as a page and for machines; one that is incomplete says so, and does not pass."""
    page, record = report.to_markdown(), {"complete": complete, **json.loads(report.to_json())}
    if not complete:
        _, rest = page.split("\n", 1)
        page = f"# Derivation against equations: INCOMPLETE\n\nStopped before all was checked.\n{rest}"
        record["passed"] = False
    paths = {out / "report.md": page, out / "report.json": json.dumps(record, indent=1) + "\n"}
    for path, text in paths.items():
        with whole(path) as part:
            part.write_text(text, encoding="utf-8")
    return list(paths)


def _table(report: Report) -> str:
    """The summary, as wide as it needs to be."""
    table = Table("network", "phase", "quantity", title="derived exponents against the full equations")
    for heading in ("points", "failed", "largest error"):
        table.add_column(heading, justify="right")
    for network, phase, quantity, points, failed, error in report.summary():
        table.add_row(network, phase, quantity, str(points), str(failed), f"{error:.1e}")
    text = StringIO()
    console = Console(file=text, width=200)
    console.print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())
