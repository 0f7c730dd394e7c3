"""Figures show the checks they are given, and are told apart in grey."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from drawings import HALF, checks_of
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from sympy import Rational

from asymptotics import diagonal, phase_diagram, quadratic, symbols
from verify import checks_at
from verify.figures import draw_phase_diagram, phase_diagram_figure
from verify.figures.drawing import COLOURS
from verify.limits import FIGURE_GAMMA


def test_over_samples_alone_the_exponent_of_the_risk_is_drawn():
    diagram = phase_diagram(diagonal, noise="scaled", estimator="bayes")
    (axes,) = phase_diagram_figure(diagram, gamma=2, b=1).axes
    lines = [line.get_xydata() for line in axes.lines if line.get_color() != "black"]
    for (x0, y0), (x1, y1) in lines:
        a = Rational(str(round((x0 + x1) / 2, 6)))
        phase = diagram.locate(a=a, ell=0, gamma=2, b=1)
        exponent = phase.risk.exponent.subs({symbols.a: a, symbols.b: 1, symbols.gamma: 2})
        assert float(exponent) == pytest.approx((y0 + y1) / 2, abs=1e-5)
    assert sum(x1 - x0 for (x0, _), (x1, _) in lines) == pytest.approx(5.5)


def test_a_check_that_failed_is_crossed_out():
    diagram = phase_diagram(diagonal)
    one, *rest = checks_at(diagram, diagram["III"], {"a": 3, "ell": Rational(9, 8), "gamma": FIGURE_GAMMA})
    figure = phase_diagram_figure(diagram, checks=[replace(one, verdict="disagrees"), *rest])
    handles = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "checked, disagrees" in handles


@pytest.mark.slow
def test_only_checks_of_the_plane_shown_are_drawn():
    checks = checks_of(diagonal, "scaled", "erm")
    here = [replace(check, b=HALF) for check in checks if check.phase == "VIa"]
    (axes,) = phase_diagram_figure(
        phase_diagram(diagonal, noise="scaled"), b=HALF, checks=[*checks, *here]
    ).axes
    drawn = sum(len(c.get_offsets()) for c in axes.collections if isinstance(c, PathCollection))
    wanted = {(c.a, c.ell) for c in [*checks, *here] if c.gamma == FIGURE_GAMMA and c.b == HALF}
    assert drawn == len(wanted) > 0


def _with_line(x, y):
    axes = Figure().add_subplot()
    axes.plot(x, y)
    return axes


def test_labels_keep_clear_of_lines_that_are_there():
    """Of one across the axes, and of a bent one, in data coordinates."""

    def crossed(draw):
        """Labels that points of the line fall into."""
        figure = Figure(figsize=(7, 5.6), layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        draw_phase_diagram(axes, phase_diagram(quadratic))
        line = axes.lines[0]
        points = line.get_transform().transform(line.get_xydata())
        along = np.concatenate([np.linspace(*ends, 1000) for ends in pairwise(points)])
        boxes = [text.get_window_extent() for text in axes.texts]
        return sum(bool(np.any([box.contains(*point) for point in along])) for box in boxes)

    for height in (-1.5, -0.5, -0.3, 0.3):
        assert crossed(lambda axes, y=height: axes.axhline(y)) == 0
    assert crossed(lambda axes: axes.plot([-0.8, 2.0, 4.4], [-1.4, -0.9, -0.3])) == 0
    draw_phase_diagram(_with_line([], []), phase_diagram(quadratic))  # an entry of a legend, say


def lightness(colour):
    """CIE L*."""
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(colour)]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    return 116 * np.cbrt(luminance) - 16


def test_colours_differ_in_grey():
    found = sorted(lightness(colour) for colour in COLOURS.values())
    assert min(np.diff(found)) > 3
    assert found[0] > 60  # black on it is legible: a contrast of 6 and more


def test_phases_of_other_names_have_colours_of_their_own():
    diagram = phase_diagram(diagonal)
    renamed = replace(diagram, phases=tuple(replace(p, name=f"{p.name}$_x") for p in diagram.phases))
    (axes,) = phase_diagram_figure(renamed).axes
    colours = {patch.get_facecolor() for patch in axes.patches}
    assert len(colours) == len({phase.name for phase in renamed.phases})


def test_a_diagram_over_width():
    (axes,) = phase_diagram_figure(phase_diagram(quadratic, width="scaled"), gamma=1, ell=-1).axes
    assert "hidden units" in axes.get_ylabel()
    assert axes.get_ylim() == (0, 1.5)
    found = sorted(lightness(colour) for colour in {patch.get_facecolor()[:3] for patch in axes.patches})
    assert len(found) == 10
    assert min(np.diff(found)) > 3
    shown = {patch.get_label().removeprefix("_"): patch.get_xy() for patch in axes.patches}
    # Wb: more units than learned modes, fewer than n/(2 d), that is a/2 < rho < a at gamma = 1
    corners = {tuple(map(float, corner)) for corner in shown["Wb"]}
    assert corners == {(0.0, 0.0), (1.0, 1.0), (2.0, 1.0)}
