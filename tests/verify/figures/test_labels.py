"""Labels lie in their regions, apart from all else."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from drawings import (
    HALF,
    boxes_of,
    checks_of,
    derived,
    drawn,
    every_diagram,
    overlapping,
    text_box,
    windows_at,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.path import Path as Outline
from sympy import Rational

from asymptotics import diagonal, phase_diagram, quadratic
from verify.figures import phase_diagram_figure
from verify.figures.polygons import touch
from verify.figures.view import view_of
from verify.limits import FIGURE_GAMMA


@every_diagram
def test_labels_lie_in_their_regions_and_apart(model, noise, estimator, b, source):
    diagram = derived(model, noise, estimator)
    figure = drawn(model, noise, estimator, b, source)
    check_labels(diagram, figure, view_of(diagram, b=b, source=source))


@pytest.mark.parametrize(
    ("model", "estimator", "gamma", "b", "name", "count"),
    [
        (quadratic, "erm", Fraction(11, 10), Fraction(3, 10), "II", 1),
        (diagonal, "ridge", Fraction(3, 2), HALF, "III", 0),
    ],
)
def test_regions_of_one_law_that_touch_have_one_label_outside(model, estimator, gamma, b, name, count):
    diagram = derived(model, "scaled", estimator)
    figure = phase_diagram_figure(diagram, gamma=gamma, b=b)
    key = [text.get_text() for text in boxes_of(figure)[2]]
    assert sum(text.startswith(f"{name}:") for text in key) == count
    check_labels(diagram, figure, view_of(diagram, gamma=gamma, b=b))


def check_labels(diagram, figure, view):
    shown = [(phase, region) for phase, region in windows_at(view, diagram)[1] if region]
    axes, inside, key, others, entries = boxes_of(figure)
    frame, page = axes.get_window_extent(), figure.bbox
    patches = [(patch.get_path().vertices[:-1], patch.get_facecolor()) for patch in axes.patches]
    regions = [Outline(axes.transData.transform(corners)) for corners, _ in patches]
    names = {phase.name for phase in diagram.phases}
    labelled = []
    for text in inside:
        corners = text_box(text).corners()
        assert all(frame.contains(*corner) for corner in corners), text.get_text()
        holding = [k for k, region in enumerate(regions) if region.contains_points(corners).all()]
        assert len(holding) == 1, text.get_text()
        if text.get_text() in names:
            labelled += holding
    # a region has its name inside, or an arrow from the key ends in it
    for text in key:
        if text.arrow_patch is not None:
            end = axes.transData.transform(text.xy)
            labelled += [k for k, region in enumerate(regions) if region.contains_point(end)]
    assert len(labelled) == len(set(labelled))
    meanings = [(phase.name, phase.risk.exponent.subs(view.fixed).expand()) for phase, _ in shown]
    for k in set(range(len(regions))) - set(labelled):  # or its label is next door
        reached = {k}
        for _ in shown:
            reached |= {
                j
                for i in reached
                for j in range(len(shown))
                if meanings[i] == meanings[j] and touch(shown[i][1], shown[j][1])
            }
        assert reached & set(labelled), shown[k][0]
    texts = [*inside, *key, *others, *entries]
    for text in texts:
        assert all(page.contains(*corner) for corner in text_box(text).corners()), text.get_text()
    for one, other in combinations(texts, 2):
        assert not overlapping(text_box(one), text_box(other)), (one.get_text(), other.get_text())
    for text in key:
        assert not overlapping(text_box(text), frame)


@every_diagram
def test_names_stand_in_their_phases(model, noise, estimator, b, source):
    diagram = derived(model, noise, estimator)
    axes, inside, key, *_ = boxes_of(drawn(model, noise, estimator, b, source))
    names = {phase.name for phase in diagram.phases}
    places = [(text.get_text(), axes.transData.inverted().transform(_middle(text))) for text in inside]
    arrows = [(text.get_text().split(":")[0], text.xy) for text in key if text.arrow_patch is not None]
    shown = [(name, place) for name, place in [*places, *arrows] if name in names]
    for name, place in shown:
        a, upwards = (Rational(str(round(float(x), 4))) for x in place)
        at = {"a": a, "ell": upwards if estimator != "bayes" else 0, "gamma": FIGURE_GAMMA}
        if noise == "scaled":
            at["b"] = upwards if b is None else b
        assert diagram.locate(**at, source=source).name == name


def _middle(text):
    box = text_box(text)
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2


@pytest.mark.parametrize(
    ("network", "noise", "estimator"),
    [
        (diagonal, "fixed", "erm"),
        pytest.param(quadratic, "fixed", "erm", marks=pytest.mark.slow),
        pytest.param(diagonal, "fixed", "bayes", marks=pytest.mark.slow),
        pytest.param(diagonal, "scaled", "bayes", marks=pytest.mark.slow),
    ],
)
def test_labels_are_not_on_points(network, noise, estimator):
    diagram, checks = (
        phase_diagram(network, noise=noise, estimator=estimator),
        checks_of(network, noise, estimator),
    )
    axes, inside, *_ = boxes_of(phase_diagram_figure(diagram, checks=checks))
    drawn = [c for c in axes.collections if isinstance(c, PathCollection)]
    points = [tuple(p) for c in drawn for p in axes.transData.transform(np.asarray(c.get_offsets()))]
    assert len(points) == len({(c.a, c.ell, c.b) for c in checks if c.gamma == FIGURE_GAMMA})
    for text, point in product(inside, points):
        assert not text_box(text).contains(*point), text.get_text()
    assert all(axes.get_window_extent().contains(*point) for point in points)


@settings(max_examples=10)
@given(
    gamma=st.fractions(Fraction(51, 100), 4, max_denominator=100),
    b=st.fractions(0, 3, max_denominator=20),
    low=st.tuples(st.integers(-4, 0), st.integers(-4, 0)),
    size=st.tuples(st.integers(1, 8), st.integers(1, 8)),
)
def test_labels_lie_in_their_regions_wherever_one_looks(gamma, b, low, size):
    diagram = phase_diagram(quadratic, noise="scaled")
    windows = [(start, start + length) for start, length in zip(low, size, strict=True)]
    figure = phase_diagram_figure(
        diagram, gamma=gamma, b=b, samples_window=windows[0], decay_window=windows[1]
    )
    axes, inside, key, *_ = boxes_of(figure)
    regions = [Outline(axes.transData.transform(patch.get_path().vertices[:-1])) for patch in axes.patches]
    for text in inside:
        assert any(region.contains_points(text_box(text).corners()).all() for region in regions)
    for one, other in combinations([*inside, *key], 2):
        assert not overlapping(text_box(one), text_box(other))
