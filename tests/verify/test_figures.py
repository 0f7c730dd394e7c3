"""Phase diagrams are legible: names lie in their cells, apart from the points that were checked."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from sympy import Rational

from asymptotics import diagonal, phase_diagram, quadratic
from verify import agreement
from verify.comparison import FIGURE_GAMMA
from verify.figures import phase_diagram_figure


@cache
def checks_of(network):
    return agreement(phase_diagram(network)).checks


def names_and_points(diagram, checks):
    """Names with their boxes, and the points that are drawn, both in pixels."""
    figure = phase_diagram_figure(diagram, checks=checks)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    boxes = [(text.get_text(), text.get_window_extent()) for text in axes.texts]
    drawn = [c for c in axes.collections if isinstance(c, PathCollection)]
    points = [axes.transData.transform(np.asarray(c.get_offsets())) for c in drawn]
    return axes, boxes, [tuple(p) for found in points for p in found]


@pytest.mark.parametrize("network", [diagonal, quadratic])
def test_names_lie_in_the_frame_and_not_on_points(network):
    diagram = phase_diagram(network)
    checks = checks_of(network)
    axes, boxes, points = names_and_points(diagram, checks)
    assert len(points) == len({(c.a, c.ell) for c in checks if c.gamma == FIGURE_GAMMA})
    frame = axes.get_window_extent()
    for (name, box), point in product(boxes, points):
        assert not box.contains(*point), (name, point)
    for name, box in boxes:
        assert all(frame.contains(*corner) for corner in box.corners()), name


@pytest.mark.parametrize("network", [diagonal, quadratic])
def test_names_stand_in_their_phases(network):
    diagram = phase_diagram(network)
    axes, boxes, _ = names_and_points(diagram, ())
    names = {phase.name for phase in diagram.phases}
    shown = [(name, box) for name, box in boxes if name in names]
    assert {name for name, _ in shown} == names
    for name, box in shown:
        centre = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
        a, ell = (Rational(str(x)) for x in axes.transData.inverted().transform(centre).round(3))
        assert diagram.locate(a=a, ell=ell, gamma=Fraction(FIGURE_GAMMA)).name == name


def test_a_check_that_failed_is_crossed_out():
    diagram = phase_diagram(diagonal)
    one, *rest = [c for c in checks_of(diagonal) if c.gamma == FIGURE_GAMMA]
    figure = phase_diagram_figure(diagram, checks=[replace(one, passed=False), *rest])
    handles = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "checked, disagrees" in handles
