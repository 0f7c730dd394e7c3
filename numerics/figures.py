"""Figures that show themselves in a notebook, and belong to no window.

A figure that Matplotlib's ``pyplot`` did not make is shown by a notebook as a line of text, unless a magic
command has set Matplotlib up there.  A `NotebookFigure` draws itself as PNG when a notebook asks for it.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class NotebookFigure(Figure):
    """A Matplotlib figure, drawn by Agg, that shows itself in a notebook.

    >>> figure = NotebookFigure(figsize=(2, 1))
    >>> figure._repr_png_()[1:4]
    b'PNG'
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        FigureCanvasAgg(self)

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()
