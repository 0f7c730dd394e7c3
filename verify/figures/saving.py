r"""Figures as files: PNG, PDF, SVG or PGF by the name's ending, with the data they show in a CSV file beside.

The data are read off the figure itself, so that they are what is drawn, whatever drew it.  A row is a point
of a curve or of a region's border, or a marker; lines at the top that begin with # name the axes.  Labels in
a legend name the artists; where one has none in the legend, its label begins with an underscore.  Images and
text are not in it.

PGF is a picture that LaTeX sets with the fonts of the paper, by ``\input{figure.pgf}``.  Matplotlib asks
LaTeX for the size of every word; here its own mathematical text answers, so that no LaTeX is needed.

In this order: `save_figure`, `save_figure_as`; the data; PGF.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_pgf import RendererPgf
from matplotlib.collections import Collection, PathCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.spines import Spine
from matplotlib.transforms import Transform

from verify.files import whole

COLUMNS = ("axes", "kind", "name", "x", "y")
"""Of the data: axes are counted from 1; what a line across the whole axes does not have is empty."""

DPI = 150
"""Dots per inch of a PNG."""

KINDS = ("png", "pdf")
"""Formats of figures, if not told."""

Row = tuple[int, str, str, float | str, float | str]


def save_figure(
    figure: Figure,
    stem: Path,
    kinds: Sequence[str] = KINDS,
    *,
    dpi: float = DPI,
    table: Callable[[Path], None] | None = None,
) -> list[Path]:
    """Write the figure in several formats beside each other, and its data, all whole or none.

    Args:
        figure: what to write.
        stem: its path, less the ending.
        kinds: the formats: "png", "pdf", "svg", "pgf".
        dpi: dots per inch of a PNG.
        table: writes the data, where they are more than can be read off the figure.

    Returns:
        The paths, that of the data last.
    """
    paths = [stem.with_name(f"{stem.name}.{kind}") for kind in (*kinds, "csv")]
    with ExitStack() as together:
        for path in paths:
            part = together.enter_context(whole(path))
            kind = path.suffix[1:].lower()
            if kind == "csv":
                (table or partial(_write_data, figure))(part)
            elif kind == "pgf":
                with part.open("w", encoding="utf-8") as file:
                    _write_pgf(figure, file)
            else:
                figure.savefig(part, dpi=dpi, format=kind)
    return paths


def save_figure_as(figure: Figure, path: Path, *, dpi: float = DPI) -> list[Path]:
    """Write the figure in the format of the name's ending, and its data beside it; returns both paths."""
    return save_figure(figure, path.with_suffix(""), (path.suffix[1:],), dpi=dpi)


# The data.


def _write_data(figure: Figure, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, axes in enumerate(figure.axes, start=1):
            names = (f"{letter}: {_on_one_line(text)}" for letter, text in _names_of(axes))
            file.write(f"# axes {number}: {'; '.join(names)}\n")
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows(data_of(figure))


def _names_of(axes: Axes) -> Iterator[tuple[str, str]]:
    yield from (("title", axes.get_title()), ("x", axes.get_xlabel()), ("y", axes.get_ylabel()))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def data_of(figure: Figure) -> Iterator[Row]:
    """What a figure shows: rows of ``COLUMNS``.

    >>> figure = Figure()
    >>> _ = figure.subplots().plot([1, 2], [3, 4], label="line")
    >>> list(data_of(figure))
    [(1, 'line', 'line', 1.0, 3.0), (1, 'line', 'line', 2.0, 4.0)]
    """
    for number, axes in enumerate(figure.axes, start=1):
        for artist in axes.get_children():
            name = _name_of(artist)
            for kind, points in _points_of(artist, axes):
                yield from ((number, kind, name, x, y) for x, y in points)


def _name_of(artist: Artist) -> str:
    """Its label; Matplotlib's own for artists without one are none."""
    label = str(artist.get_label())
    return "" if re.fullmatch(r"_child\d+|_nolegend_", label) else _on_one_line(label.removeprefix("_"))


def _points_of(artist: Artist, axes: Axes) -> Iterator[tuple[str, list[tuple[Any, Any]]]]:
    """The points of an artist that lies in the data of the axes, by its kind."""
    if isinstance(artist, Line2D):
        yield "line", _in_data(artist.get_xydata(), artist.get_transform(), axes)
    elif isinstance(artist, PathCollection):
        yield "points", _in_data(artist.get_offsets(), artist.get_offset_transform(), axes)
    elif isinstance(artist, Collection):
        for path in artist.get_paths():
            yield "region", _in_data(path.vertices, artist.get_transform(), axes)
    elif isinstance(artist, Patch) and not isinstance(artist, Spine) and artist is not axes.patch:
        outline = artist.get_path().transformed(artist.get_patch_transform())
        yield "region", _in_data(outline.vertices, artist.get_data_transform(), axes)


def _in_data(points: Any, transform: Transform, axes: Axes) -> list[tuple[Any, Any]]:
    """Points as pairs of numbers; a coordinate that is not in the data of the axes is empty."""
    has_x, has_y = transform.contains_branch_seperately(axes.transData)
    if not (has_x or has_y):
        return []
    array: Any = np.asarray(np.ma.filled(np.ma.asarray(points, dtype=float), np.nan)).reshape(-1, 2)
    rows = [(x if has_x else "", y if has_y else "") for x, y in array.tolist()]
    return list(dict.fromkeys(rows)) if not (has_x and has_y) else rows


# PGF.


class _Renderer(RendererPgf):
    """Matplotlib's, that asks no LaTeX for the sizes of words."""

    def __init__(self, figure: Figure, file: TextIO) -> None:
        super().__init__(figure, file)  # type: ignore[no-untyped-call]
        self._sizes: Any = RendererAgg(1, 1, figure.dpi)  # type: ignore[no-untyped-call]

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        width, height, descent = self._sizes.get_text_width_height_descent(s, prop, ismath)
        return width, height, descent


PGF_HEAD = r"""%% To include the figure in a document of LaTeX: \usepackage{pgf} in the preamble,
%% \input{<filename>.pgf} where it stands.
\begingroup
\makeatletter
\begin{pgfpicture}
"""
PGF_END = r"""\end{pgfpicture}
\makeatother
\endgroup
"""


def _write_pgf(figure: Figure, file: TextIO) -> None:
    """A picture in the fonts of the document that holds it."""
    width, height = figure.get_figwidth(), figure.get_figheight()
    file.write(PGF_HEAD)
    file.write(
        rf"\pgfpathrectangle{{\pgfpointorigin}}{{\pgfqpoint{{{width:f}in}}{{{height:f}in}}}}"
        "\n\\pgfusepath{use as bounding box, clip}\n"
    )
    inner = _Renderer(figure, file)
    renderer: Any = MixedModeRenderer(figure, width, height, figure.dpi, inner)  # type: ignore[no-untyped-call]
    figure.draw(renderer)
    file.write(PGF_END)
