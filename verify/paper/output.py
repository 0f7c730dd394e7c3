"""A figure, its data and its caption, and the files that they are written to.

In this order: colours and markers, ``PaperFigure``, ``save_all``, ``new_figure``, ``require_setting``, words.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib import colormaps
from matplotlib.figure import Figure

from asymptotics.expressions.checks import require
from numerics.figures import NotebookFigure
from verify.figures import save_figure

BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "0.45"
"""Okabe and Ito's colours, told apart by the colour-blind too."""

MARKERS = ("o", "s", "^", "D", "v", "P")

NETWORKS = ("diagonal", "quadratic")


@dataclass(frozen=True, eq=False, repr=False)
class PaperFigure:
    """A figure with what it shows.

    Attributes:
        name: of its files.
        figure: Matplotlib's.
        rows: the data drawn, one mapping of the same columns for each point.
        caption: what is drawn from what, in sentences.
    """

    name: str
    figure: Figure
    rows: Sequence[Mapping[str, Any]]
    caption: str

    def __repr__(self) -> str:
        return f"<PaperFigure {self.name}: {len(self.rows)} points>"

    def _repr_png_(self) -> Any:
        return self.figure._repr_png_()  # type: ignore[attr-defined]

    def save(self, folder: Path) -> list[Path]:
        """Write NAME.png, NAME.pdf and NAME.csv, whose first line is the caption."""
        return save_figure(self.figure, folder / self.name, table=self._write_rows)

    def _write_rows(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(f"# {self.caption}\n")
            writer = csv.DictWriter(file, list(self.rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


def save_all(figures: Iterable[PaperFigure], folder: Path) -> None:
    """Write figures to a folder, made if missing, and print the caption and the files of each."""
    folder.mkdir(parents=True, exist_ok=True)
    for figure in figures:
        print(figure.caption)
        for path in figure.save(folder):
            print(f"  {path}")


def new_figure(width: float, height: float) -> Figure:
    """An empty figure in inches, which shows itself in a notebook."""
    return NotebookFigure(figsize=(width, height), layout="constrained")


def shade(place: int, of: int) -> Any:
    """The colour of one of several curves in order: cividis, less its lightest part."""
    return colormaps["cividis"](0.82 * place / max(of - 1, 1))


def require_setting(network: Any, noise_variance: Any, estimator: Any, allowed: Sequence[str]) -> None:
    """Refuse what the figures do not have.

    Raises:
        InvalidArgument: the argument is not one of those allowed.
    """
    require(network in NETWORKS, "network", network, " or ".join(f'"{name}"' for name in NETWORKS))
    is_number = isinstance(noise_variance, int | float) and not isinstance(noise_variance, bool)
    require(is_number and 0 <= noise_variance < 1e100, "noise_variance", noise_variance, "a number >= 0")
    names = " or ".join(f'"{name}"' for name in allowed)
    require(estimator in allowed, "estimator", estimator, f"{names} for this figure")


def suffix_of(network: str, noise_variance: float, estimator: str, width: int | None = None) -> str:
    """What tells files of one figure apart.

    >>> suffix_of("quadratic", 0, "ridge", 20)
    'quadratic_ridge_noise_none_width_20'
    """
    return (
        f"{network}{'' if estimator == 'erm' else f'_{estimator}'}"
        f"{'' if noise_variance else '_noise_none'}{'' if width is None else f'_width_{width}'}"
    )


def noise_text(noise_variance: float) -> str:
    """The noise of a title."""
    return rf"$\Delta = {noise_variance:g}$" if noise_variance else "no label noise"


def power(ell: float) -> str:
    r"""A power of d in LaTeX, without dollars.

    >>> power(-1), power(0), power(0.5), power(0.25)
    ('1/d', '1', '\\sqrt{d}', 'd^{0.25}')
    """
    return {-1.0: "1/d", 0.0: "1", 0.5: r"\sqrt{d}", 1.0: "d"}.get(float(ell), f"d^{{{ell:g}}}")
