"""Figures show themselves in a notebook, whatever Matplotlib is set up for."""

from __future__ import annotations

import pickle

from matplotlib.figure import Figure

from numerics import Problem, solve
from numerics.figures import NotebookFigure

SIZE = slice(16, 24)
"""Width and height in the header of a PNG."""


def test_a_figure_is_drawn_at_its_size():
    figure = NotebookFigure(figsize=(3, 2), dpi=100)
    figure.subplots().plot([0, 1], [0, 1])
    header = figure._repr_png_()[SIZE]
    assert (int.from_bytes(header[:4]), int.from_bytes(header[4:])) == (300, 200)


def test_it_is_a_figure_and_travels():
    figure = NotebookFigure()
    assert isinstance(figure, Figure)
    assert isinstance(pickle.loads(pickle.dumps(figure)), NotebookFigure)


def test_a_spectrum_makes_a_figure_where_none_is_given():
    problem = Problem("quadratic", gamma=1.25, samples=400, dim=20, weight_decay=0.1, noise_variance=0.5)
    axes = solve(problem).spectrum().plot()
    assert isinstance(axes.figure, NotebookFigure)
    assert axes.figure._repr_png_()
    assert axes.get_xlabel() == "trained weight"
