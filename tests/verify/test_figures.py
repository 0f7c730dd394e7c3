"""Phase diagrams are legible and true: labels lie in their regions, apart from all else, and regions tile."""

import sys
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from math import nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from sympy import Rational, sqrt

from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic, symbols
from asymptotics.expressions.checks import InvalidArgument
from verify import agreement
from verify.figures import draw_phase_diagram, phase_diagram_figure, save_figure
from verify.figures.drawing import COLOURS
from verify.figures.polygons import clipped, rectangle, sides, touch
from verify.figures.view import view_of
from verify.limits import FIGURE_GAMMA

HALF = Fraction(1, 2)
NOISES = ("fixed", "none", "scaled")


def bilinear():
    sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
    from third_model import bilinear as model

    return model


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
every_diagram = pytest.mark.parametrize(
    ("model", "noise", "estimator", "b", "source"), [x[1:] for x in DIAGRAMS], ids=[x[0] for x in DIAGRAMS]
)


@cache
def derived(model, noise, estimator):
    return phase_diagram(
        model() if model in (bilinear, group_lasso) else model, noise=noise, estimator=estimator
    )


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


# --- labels


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
        (diagonal, "fixed", "bayes"),
        (diagonal, "scaled", "bayes"),
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


# --- regions


@every_diagram
def test_regions_tile_the_window(model, noise, estimator, b, source):
    diagram = derived(model, noise, estimator)
    (axes,) = drawn(model, noise, estimator, b, source).axes
    view = view_of(diagram, b=b, source=source)
    window, regions = windows_at(view, diagram)
    assert sum(area(region) for _, region in regions) == area(window)  # exact: they are fractions
    for (_, one), (_, other) in combinations(regions, 2):
        assert not (one and other and clipped(one, sides(other)))
    assert len(axes.patches) == sum(bool(region) for _, region in regions)


@every_diagram
def test_boundaries_are_drawn_where_two_phases_meet(model, noise, estimator, b, source):
    (axes,) = drawn(model, noise, estimator, b, source).axes
    boundaries = [line for line in axes.lines if line.get_color() == "black"]
    # all along a boundary, a step to either side lands in the same two regions
    outlines = [Outline(patch.get_path().vertices) for patch in axes.patches]
    for line in boundaries:
        start, end = np.array(line.get_xydata())
        across = np.array([end[1] - start[1], start[0] - end[0]])
        across *= 1e-6 / np.linalg.norm(across)
        places = [start + share * (end - start) for share in (0.01, 0.25, 0.5, 0.75, 0.99)]
        homes = [
            tuple(
                k
                for sign in (1, -1)
                for k, o in enumerate(outlines)
                if o.contains_point(place + sign * across)
            )
            for place in places
        ]
        assert len(set(homes)) == 1
        assert len(homes[0]) == len(set(homes[0])) == 2
    # and every side of a region that is not one of the window lies on some boundary
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    for outline in outlines:
        for start, end in zip(outline.vertices, outline.vertices[1:], strict=False):
            middle = (start + end) / 2
            on_frame = (
                min(
                    abs(middle[0] - left), abs(middle[0] - right), abs(middle[1] - low), abs(middle[1] - high)
                )
                < 1e-9
            )
            assert (
                on_frame
                or any(_on_segment(middle, *line.get_xydata()) for line in boundaries)
                or np.allclose(start, end)
            )


def _on_segment(point, start, end):
    along = np.dot(point - start, end - start) / np.dot(end - start, end - start)
    return -1e-9 < along < 1 + 1e-9 and np.allclose(start + along * (end - start), point, atol=1e-9)


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


# --- what it takes


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        *(
            ("gamma", value)
            for value in (HALF, 0.5, 0.3, 0, -1, nan, float("inf"), "5/4", None, True, [1.25], 1j)
        ),
        *(("b", value) for value in (-1, nan, "1/2", None, [1])),
        *(("source", value) for value in (1, HALF, "1")),
        *(
            (name, value)
            for name in ("samples_window", "decay_window")
            for value in (
                (1, 1),
                (2, 1),
                (0, nan),
                (0, 10**4),
                ("a", "b"),
                3,
                "ab",
                (1,),
                (0, 1, 2),
                (0, 1e-9),
            )
        ),
        ("noise_window", (0, 1)),
        ("checks", [1]),
        ("checks", "x"),
        ("checks", None),
    ],
)
def test_what_is_outside_the_theory_is_refused_in_one_line(parameter, value):
    with pytest.raises(InvalidArgument) as refused:
        phase_diagram_figure(phase_diagram(quadratic, noise="scaled"), **{"b": 1, parameter: value})
    message = str(refused.value)
    assert message.startswith(f"{parameter}=")
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("value", [None, "diagonal", diagonal, 3])
def test_what_is_no_diagram_is_refused(value):
    with pytest.raises(InvalidArgument, match=r"^diagram="):
        phase_diagram_figure(value)
    with pytest.raises(InvalidArgument, match=r"^axes="):
        draw_phase_diagram(value, phase_diagram(diagonal))


@pytest.mark.parametrize("source", [None, 0, -1, 1, 1.0, nan, "1/2"])
def test_a_kernel_is_drawn_at_a_source_off_its_boundary(source):
    with pytest.raises(InvalidArgument, match=r"^source="):
        phase_diagram_figure(phase_diagram(kernel_ridge), source=source)


@pytest.mark.parametrize("parameter", ["b", "decay_window", "noise_window"])
def test_what_a_figure_has_not_is_refused(parameter):
    value = 1 if parameter == "b" else (0, 1)
    with pytest.raises(InvalidArgument, match=rf"^{parameter}="):
        phase_diagram_figure(phase_diagram(diagonal, estimator="bayes"), **{parameter: value})


def texts_at(gamma, **more):
    figure = phase_diagram_figure(phase_diagram(quadratic, **more), gamma=gamma)
    (axes,) = figure.axes
    return [axes.get_title(), *(text.get_text() for text in axes.texts)]


@pytest.mark.parametrize(
    "value", [2.2, np.float64(2.2), np.float32(2.2), Decimal("2.2"), Fraction(11, 5), Rational(11, 5)]
)
def test_a_decimal_is_the_fraction_it_stands_for(value):
    assert texts_at(value) == texts_at(Fraction(11, 5))
    assert r"\gamma = 11 / 5" in texts_at(value)[0]


@pytest.mark.parametrize("value", [1 / 3 + 1, sqrt(2), 10**30, Fraction(1, 2) + Fraction(1, 10**20)])
def test_long_numbers_are_shortened(value):
    for text in texts_at(value)[1:]:
        assert len(text) < 100
        assert not any(len(digits) > 5 for digits in "".join(c if c.isdigit() else " " for c in text).split())


def test_a_check_that_failed_is_crossed_out():
    diagram = phase_diagram(diagonal)
    one, *rest = [c for c in checks_of(diagonal, "fixed", "erm") if c.gamma == FIGURE_GAMMA]
    figure = phase_diagram_figure(diagram, checks=[replace(one, passed=False), *rest])
    handles = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert "checked, disagrees" in handles


def test_only_checks_of_the_plane_shown_are_drawn():
    checks = checks_of(diagonal, "scaled", "erm")
    here = [replace(check, b=HALF) for check in checks if check.phase == "VIa"]
    (axes,) = phase_diagram_figure(
        phase_diagram(diagonal, noise="scaled"), b=HALF, checks=[*checks, *here]
    ).axes
    drawn = sum(len(c.get_offsets()) for c in axes.collections if isinstance(c, PathCollection))
    wanted = {(c.a, c.ell) for c in [*checks, *here] if c.gamma == FIGURE_GAMMA and c.b == HALF}
    assert drawn == len(wanted) > 0


# --- colours and files


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


def test_figures_are_written_whole_or_not_at_all(tmp_path, monkeypatch):
    figure = phase_diagram_figure(phase_diagram(diagonal))
    written = save_figure(figure, tmp_path / "gamma_1.25")
    assert [path.name for path in written] == ["gamma_1.25.png", "gamma_1.25.pdf"]
    before = [path.read_bytes() for path in written]

    def broken(path, **kwargs):
        Path(path).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(figure, "savefig", broken)
    with pytest.raises(KeyboardInterrupt):
        save_figure(figure, tmp_path / "gamma_1.25")
    assert [path.read_bytes() for path in written] == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gamma_1.25.pdf", "gamma_1.25.png"]
