"""The main job: derive both diagrams, check them against the equations, and write the report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

import asymptotics
from verify.comparison import TOLERANCE, Effort, Report, agreement
from verify.figures import phase_diagram_figure, save_figure


def run(networks: Sequence[str], *, effort: Effort, seed: int, out: Path) -> bool:
    """Verify the networks one after the other; returns whether everything agrees.

    Writes report.md, report.json and phase_diagram_<network>.png and .pdf into ``out``.  Progress and the
    table go to the terminal.
    """
    console = Console()
    out.mkdir(parents=True, exist_ok=True)
    reports: list[Report] = []
    written: list[Path] = []
    for name in networks:
        diagram = asymptotics.phase_diagram(getattr(asymptotics, name))
        report = agreement(diagram, effort=effort, seed=seed, progress=True)
        reports.append(report)
        figure = phase_diagram_figure(diagram, checks=report.checks)
        written += save_figure(figure, out / f"phase_diagram_{name}")
    whole = Report(tuple(check for report in reports for check in report.checks), effort, seed)
    written += [
        _write(out / "report.md", whole.to_markdown()),
        _write(out / "report.json", whole.to_json()),
    ]
    console.print(_table(whole))
    for path in written:
        console.print(f"wrote {path}", highlight=False)
    verdict = "agreement" if whole.passed else f"DISAGREEMENT in {len(whole.failures)}"
    console.print(f"{verdict}: {len(whole.checks)} exponents checked, tolerance {TOLERANCE}")
    return whole.passed


def _write(path: Path, text: str) -> Path:
    """Write the whole file or none of it: an interrupted run leaves no half of a report."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
    return path


def _table(report: Report) -> Table:
    table = Table("network", "phase", "quantity", title="derived exponents against the full equations")
    for heading in ("points", "failed", "largest error"):
        table.add_column(heading, justify="right")
    for network, phase, quantity, points, failed, error in report.summary():
        style = "red" if failed else None
        table.add_row(network, phase, quantity, str(points), str(failed), f"{error:.1e}", style=style)
    return table
