"""Figures are written whole, in every format, with the data that they show."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from asymptotics import diagonal, phase_diagram
from verify.figures import phase_diagram_figure, save_figure, save_figure_as
from verify.figures.saving import data_of


def test_figures_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = phase_diagram_figure(phase_diagram(diagonal))
    written = save_figure(figure, tmp_path / "gamma_1.25")
    assert [path.name for path in written] == ["gamma_1.25.png", "gamma_1.25.pdf", "gamma_1.25.csv"]
    before = [path.read_bytes() for path in written]

    def broken(path: Path, **_: object) -> None:
        Path(path).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(figure, "savefig", broken)
    with pytest.raises(KeyboardInterrupt):
        save_figure(figure, tmp_path / "gamma_1.25")
    assert [path.read_bytes() for path in written] == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "gamma_1.25.csv",
        "gamma_1.25.pdf",
        "gamma_1.25.png",
    ]


def drawn() -> Figure:
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    axes.plot([1, 2, np.nan], [1, 4, 9], label="$x^2$")
    axes.scatter([3], [5], label="a point")
    axes.axhline(7, label="a level")
    axes.fill([0, 1, 1], [0, 0, 1], label="_corner")
    axes.bar([10], [2], width=1)
    axes.errorbar([20], [1], yerr=[0.5])
    axes.set(xlabel="a\nb", ylabel="y", title="of $\\gamma$")
    axes.legend()
    return figure


def test_the_data_are_what_is_drawn() -> None:
    rows = [tuple(row[1:]) for row in data_of(drawn())]
    assert ("line", "$x^2$", 2.0, 4.0) in rows
    assert ("points", "a point", 3.0, 5.0) in rows
    assert ("line", "a level", "", 7.0) in rows
    assert ("region", "corner", 1.0, 1.0) in rows
    assert ("region", "", 9.5, 2.0) in rows  # a corner of the bar
    assert ("region", "", 20.0, 1.5) in rows  # an end of the error bar
    assert not any(0 < x < 0.5 for _, _, x, _ in rows if x != "")  # nothing of legend and frame


def test_the_file_names_the_axes(tmp_path: Path) -> None:
    _, path = save_figure_as(drawn(), tmp_path / "x.SVG")
    comment, *lines = path.read_text().splitlines()
    assert comment == r"# axes 1: title: of $\gamma$; x: a b; y: y"
    table = list(csv.DictReader(lines))
    assert list(table[0]) == ["axes", "kind", "name", "x", "y"]
    assert len(table) == len(list(data_of(drawn())))


def test_pgf_needs_no_latex(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    save_figure(drawn(), tmp_path / "x", ["pgf"])
    text = (tmp_path / "x.pgf").read_text()
    assert text.count("{") == text.count("}")
    for environment in ("pgfpicture", "pgfscope"):
        assert text.count(rf"\begin{{{environment}}}") == text.count(rf"\end{{{environment}}}") > 0
    assert re.search(r"\\begingroup.*\\endgroup\s*$", text, re.DOTALL)
    assert re.search(r"of .*\\gamma", text)  # set by LaTeX, in the fonts of the paper
