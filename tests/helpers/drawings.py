"""Every diagram there is, drawn once for all tests, and what is seen of a figure."""

import sys
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic
from asymptotics.models import bilinear
from verify import agreement
from verify.figures import phase_diagram_figure
from verify.figures.polygons import clipped, rectangle

HALF = Fraction(1, 2)


NOISES = ("fixed", "none", "scaled")


def group_lasso():
    sys.path.insert(0, str(Path(__file__).parents[1] / "asymptotics" / "models"))
    from test_group_lasso import group_lasso as declared

    return declared(2)


# every diagram there is, with what it takes to draw it
DIAGRAMS = [
    *(
        (
            f"{model.name}, {noise}, {estimator}{'' if b is None else ', at one b'}",
            model,
            noise,
            estimator,
            b,
            None,
        )
        for model in (diagonal, quadratic)
        for noise, estimator in product(NOISES, ("erm", "ridge", "bayes"))
        for b in ((None,) if noise != "scaled" else (None, HALF) if estimator == "bayes" else (HALF,))
    ),
    *(
        (
            f"kernel ridge, {noise}, source {source}",
            kernel_ridge,
            noise,
            "erm",
            HALF if noise == "scaled" else None,
            source,
        )
        for noise, source in product(NOISES, (HALF, Fraction(3, 2)))
    ),
    ("bilinear", bilinear, "fixed", "erm", None, None),
    ("group lasso", group_lasso, "fixed", "erm", None, None),
]


QUICK = (
    *("diagonal, fixed, erm", "quadratic, fixed, erm", "quadratic, scaled, erm, at one b"),
    *("quadratic, scaled, bayes, at one b", "diagonal, none, ridge", "kernel ridge, scaled, source 1/2"),
)

every_diagram = pytest.mark.parametrize(
    ("model", "noise", "estimator", "b", "source"),
    [
        pytest.param(*values, id=name, marks=() if name in QUICK else pytest.mark.slow)
        for name, *values in DIAGRAMS
    ],
)


@cache
def derived(model, noise, estimator):
    return phase_diagram(model() if model is group_lasso else model, noise=noise, estimator=estimator)


@cache
def drawn(model, noise, estimator, b, source):
    figure = phase_diagram_figure(derived(model, noise, estimator), b=b, source=source)
    figure.canvas.draw()
    return figure


@cache
def checks_of(network, noise, estimator):
    return agreement(phase_diagram(network, noise=noise, estimator=estimator)).checks


def windows_at(view, diagram):
    """The polygons of a diagram in a view, exact, with their phases."""
    window = rectangle(view.samples, view.vertical or (Fraction(-5), Fraction(1)))
    return window, [(phase, clipped(window, view.half_planes(phase))) for phase in diagram.phases]


def area(polygon):
    pairs = zip(polygon, [*polygon[1:], *polygon[:1]], strict=True)
    return Fraction(sum(p[0] * q[1] - q[0] * p[1] for p, q in pairs)) / 2


def boxes_of(figure):
    """All text that is seen, in pixels: labels, key, title, names of the axes, legend."""
    figure.draw_without_rendering()
    (axes,) = figure.axes
    others = [axes.title, axes.xaxis.label, axes.yaxis.label]
    legend = axes.get_legend()
    entries = [] if legend is None else legend.get_texts()
    inside = [text for text in axes.texts if not hasattr(text, "xyann")]
    key = [text for text in axes.texts if hasattr(text, "xyann")]
    return axes, inside, key, [text for text in others if text.get_text()], entries


def text_box(text):
    """Of the text alone, without the arrow of an annotation."""
    return Bbox(Text.get_window_extent(text))


def overlapping(one, other):
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1
