r"""Phase diagrams as figures: regions, boundaries, names, exponents, and the points that were checked.

In this order: ``phase_diagram_figure``, ``draw_phase_diagram``, ``named_phase_diagram``, ``figure_name``;
regions, boundaries, lines and points; what is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import isfinite
from typing import Any, Unpack

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray
from sympy import oo

from asymptotics import Boundary, Network, Phase, PhaseDiagram, phase_diagram, symbols
from asymptotics.expressions.checks import require
from numerics.figures import NotebookFigure
from verify import words
from verify.figures.labels import Label, set_labels
from verify.figures.polygons import HalfPlane, Polygon, clipped, rectangle, segment, sides
from verify.figures.view import RISK, UPWARDS, Exact, Shown, View, Window, equation, short, view_of
from verify.gallery import model_named
from verify.limits import FIGURE_GAMMA
from verify.outcomes import Check

COLOURS = {
    "Ia": "#fefefe",
    "Ib": "#f2f2f2",
    "II": "#fee4ad",
    "N": "#e2d5f7",
    "IV": "#addba8",
    "VIa": "#98caef",
    "III": "#f5a963",
    "VIb": "#78b4e5",
    "V": "#e78a81",
    "R": "#4fa6a0",
}
"""From light to dark in even steps (CIE L*), so that they differ in grey and for the colour-blind too."""

WIDTH_COLOURS = {
    "Wa": "#d2eed2",
    "Wb": "#f8d4bf",
    "Wc": "#efa5b7",
    "Wd": "#af88d7",
    "We": "#f5f0fb",
}
"""The same of few hidden units: those that the phases beside them leave."""

Points = Sequence[tuple[Any, Any]]


def phase_diagram_figure(
    diagram: PhaseDiagram,
    *,
    gamma: Exact = FIGURE_GAMMA,
    b: Exact | None = None,
    source: Exact | None = None,
    samples_window: Window | None = None,
    decay_window: Window | None = None,
    noise_window: Window | None = None,
    ell: Exact | None = None,
    width_window: Window | None = None,
    checks: Sequence[Check] = (),
) -> Figure:
    r"""The phases of a diagram at one decay, over samples and weight decay.

    A diagram of a width that scales is drawn over samples and width, at one weight decay.  A Bayes-optimal
    one has no weight decay.  It is drawn over samples and label noise if the noise scales, and else, or at a
    given ``b``, over samples alone, with the exponent of the risk upwards.

    Args:
        diagram: what to draw.
        gamma: decay of the target, above 1/2.  A float is the decimal that Python prints: 2.2 is 11/5.
        b: label noise d**-b, at least 0, for ``noise="scaled"`` only; not needed by Bayes-optimal diagrams.
        source: source exponent r above 0, for a model that has one, such as ``kernel_ridge``, only.
        samples_window: ends of the axis of ``a``, by default (-1, 9/2).
        decay_window: ends of the axis of ``ell``, by default (-2, 3), or (-4, 1) with a source.
        noise_window: ends of the axis of ``b``, by default (0, 4).
        ell: weight decay d**ell, for ``width="scaled"`` only; by default -1.
        width_window: ends of the axis of ``rho``, by default (0, 3/2).
        checks: those of ``agreement``; the points at this gamma (and b) are drawn, filled when all their
            exponents passed and crossed out when one failed.  Over samples alone they lie at the measured
            exponent.

    Returns:
        A Matplotlib figure, 7 x 5.6 inches, not attached to any window; it shows itself in a notebook.

    Raises:
        InvalidArgument: when an argument is not of its kind, outside the theory, or does not fit the diagram.

    >>> from asymptotics import diagonal, phase_diagram
    >>> print(phase_diagram_figure(phase_diagram(diagonal)).axes[0].get_xlabel())
    samples: $a = \log n_{\mathrm{eff}} / \log d$
    """
    figure = NotebookFigure(figsize=(7, 5.6), layout="constrained")
    draw_phase_diagram(
        figure.add_subplot(),
        diagram,
        gamma=gamma,
        b=b,
        source=source,
        samples_window=samples_window,
        decay_window=decay_window,
        noise_window=noise_window,
        ell=ell,
        width_window=width_window,
        checks=checks,
    )
    return figure


def draw_phase_diagram(
    axes: Axes, diagram: PhaseDiagram, *, checks: Sequence[Check] = (), **shown: Unpack[Shown]
) -> None:
    """Draw what ``phase_diagram_figure`` shows, which takes the same arguments, into axes of your own.

    Labels are placed for the size that the axes have then, clear of the lines that are there already, such
    as Matplotlib's ``axhline``.  What stands below and beside the axes needs room, which constrained layout
    makes.

    Raises:
        InvalidArgument: as ``phase_diagram_figure``.
    """
    require(isinstance(axes, Axes), "axes", axes, "Axes of Matplotlib")
    are_checks = isinstance(checks, Sequence) and all(isinstance(check, Check) for check in checks)
    require(are_checks, "checks", checks, "a sequence of Check, those of a Report")
    view = view_of(diagram, **shown)
    lines = () if view.upwards != RISK else tuple(_risk_lines(diagram, view))
    vertical = view.vertical or _around([end[1] for line in lines for end in line])
    window = rectangle(view.samples, vertical)
    axes.set(xlim=tuple(map(float, view.samples)), ylim=tuple(map(float, vertical)))
    before = [point for line in axes.lines for point in _points_of(line, axes)]
    labels = _draw_regions(axes, diagram, view, window)
    _draw_boundaries(axes, diagram, view, sides(window))
    _draw_risk(axes, lines)
    points = _draw_points(axes, view, vertical, checks)
    _write_around(axes, diagram, view)
    along = [tuple(map(float, point)) for line in lines for point in _along(*line)]
    set_labels(axes, labels, np.array([*points, *along, *before], dtype=float).reshape(-1, 2))


def named_phase_diagram(
    *,
    network: str = "quadratic",
    noise: Any = "fixed",
    estimator: Any = "erm",
    width: Any = "full",
    gamma: Exact = FIGURE_GAMMA,
    b: Exact | None = None,
    ell: Exact | None = None,
    source: Exact | None = None,
    samples_window: Window | None = None,
    decay_window: Window | None = None,
    noise_window: Window | None = None,
    width_window: Window | None = None,
) -> Figure:
    """``phase_diagram_figure`` of a shipped model by its name, with the arguments of both functions.

    Raises:
        InvalidArgument: as ``phase_diagram`` and ``phase_diagram_figure``.
    """
    return phase_diagram_figure(
        phase_diagram(model_named(network), noise=noise, estimator=estimator, width=width),
        gamma=gamma,
        b=b,
        ell=ell,
        source=source,
        samples_window=samples_window,
        decay_window=decay_window,
        noise_window=noise_window,
        width_window=width_window,
    )


def figure_name(
    network: str, noise: str, estimator: str, width: str = "full", figure: str = "phase_diagram"
) -> str:
    """What the file of a figure is called, less its ending.

    >>> figure_name("diagonal", "fixed", "erm"), figure_name("diagonal", "none", "bayes")
    ('phase_diagram_diagonal', 'phase_diagram_diagonal_bayes_noise_none')
    """
    of_estimator = "" if estimator == "erm" else f"_{estimator}"
    of_noise = "" if noise == "fixed" else f"_noise_{noise}"
    of_width = "" if width == "full" else f"_width_{width}"
    return f"{figure}_{network}{of_estimator}{of_noise}{of_width}"


# Regions, boundaries, lines and points.


def _draw_regions(axes: Axes, diagram: PhaseDiagram, view: View, window: Polygon) -> list[Label]:
    """Fill the regions that the window shows; returns their labels."""
    colours = _colours([phase.name for phase in diagram.phases])
    labels = []
    for phase in diagram.phases:
        region = clipped(window, view.half_planes(phase))
        if region:
            axes.fill(
                *_columns(region),
                facecolor=colours[phase.name],
                edgecolor="none",
                zorder=1,
                label=f"_{phase.name}",
            )
            labels.append(Label(phase.name, _risk_text(phase, view), region, colours[phase.name]))
    return labels


def _columns(points: Points) -> tuple[list[float], list[float]]:
    return [float(x) for x, _ in points], [float(y) for _, y in points]


def _colours(names: Sequence[str]) -> dict[str, str]:
    """By the name of a phase; parts a and b of a phase share one, unknown names take what is left."""
    colours = COLOURS | WIDTH_COLOURS
    families = {name: name if name in colours else name.rstrip("ab") for name in names}
    known = {name: colours[family] for name, family in families.items() if family in colours}
    left = [colour for colour in COLOURS.values() if colour not in known.values()] or ["white"]
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    return known | {name: left[index % len(left)] for index, name in enumerate(unknown)}


def _draw_boundaries(axes: Axes, diagram: PhaseDiagram, view: View, frame: Sequence[HalfPlane]) -> None:
    """Each boundary where both its phases touch it: solid, or dashed where the exponent jumps."""
    styles: dict[bool, dict[str, Any]] = {
        True: {"linewidth": 1.2, "linestyle": "-", "label": words.CONTINUOUS},
        False: {"linewidth": 2.2, "linestyle": (0, (3, 2)), "label": words.JUMP},
    }
    for boundary in sorted(diagram.boundaries, key=lambda boundary: not boundary.continuous):
        ends = _ends(boundary, view, frame)
        if ends is not None:
            axes.plot(*_columns(ends), color="black", zorder=2, **styles[boundary.continuous])
            styles[boundary.continuous]["label"] = None  # one entry of the legend for each kind


def _ends(boundary: Boundary, view: View, frame: Sequence[HalfPlane]) -> Any:
    """The ends of a boundary in the window; None if it has no length there."""
    line = view.half_plane(boundary.relation.lhs - boundary.relation.rhs)
    one, other = (view.half_planes(phase) for phase in boundary.phases)
    return segment(line, [*frame, *one, *other])


def _draw_risk(axes: Axes, lines: Sequence[Points]) -> None:
    for index, line in enumerate(lines):
        label = words.RISK_LINE if index == 0 else None
        axes.plot(*_columns(line), color="#1f4e8c", linewidth=2, label=label, zorder=2.5)


def _risk_lines(diagram: PhaseDiagram, view: View) -> Iterator[tuple[tuple[Fraction, Fraction], ...]]:
    """The exponent of the risk along a, phase by phase; none where no risk is left."""
    strip = rectangle(view.samples, (Fraction(0), Fraction(1)))
    for phase in diagram.phases:
        exponent = view.exponent(phase.risk)
        region = clipped(strip, view.half_planes(phase))
        if region and exponent != -oo:
            line = view.half_plane(exponent)
            ends = min(x for x, _ in region), max(x for x, _ in region)
            yield tuple((x, line.of_x * x + line.constant) for x in ends)


def _around(values: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """An interval with room on both sides of values."""
    low, high = min(values, default=Fraction(-1)), max(values, default=Fraction(0))
    margin = max((high - low) / 5, Fraction(1, 4))
    return low - margin, high + margin


def _along(
    start: tuple[Fraction, Fraction], end: tuple[Fraction, Fraction]
) -> Iterator[tuple[Fraction, Fraction]]:
    for step in range(101):
        share = Fraction(step, 100)
        yield start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def _points_of(line: Line2D, axes: Axes) -> NDArray[np.float64]:
    """Points close together along a line that is drawn, in data coordinates."""
    corners = line.get_transform().transform(line.get_xydata())
    if not len(corners):
        return np.empty((0, 2))
    stops = np.linspace(0, len(corners) - 1, 100 * len(corners))
    dense = [np.interp(stops, np.arange(len(corners)), values) for values in corners.T]
    return np.asarray(axes.transData.inverted().transform(np.transpose(dense)))


def _draw_points(
    axes: Axes, view: View, vertical: tuple[Fraction, Fraction], checks: Sequence[Check]
) -> list[tuple[float, float]]:
    """The points of checks that lie in the plane shown; returns them."""
    gamma, b, source = (view.fixed.get(x) for x in (symbols.gamma, symbols.b, symbols.source))
    here = [
        check
        for check in checks
        if check.gamma == gamma
        and (b is None or check.b == b)
        and (source is None or dict(check.others).get("source") == source)
    ]
    failed = {
        (a, height if isfinite(height) else float(vertical[0])): not all(check.passed for check in group)
        for (a, height), group in _in_plane(view, here)
    }
    for bad, marker, label in ((False, "o", words.AGREES), (True, "X", words.DISAGREES)):
        points = [point for point, wrong in failed.items() if wrong == bad]
        if points:
            axes.scatter(
                *_columns(points),
                marker=marker,
                s=18 if not bad else 60,
                color="black" if not bad else "#c00000",
                label=label,
                zorder=3,
            )
    return list(failed)


def _in_plane(view: View, checks: Sequence[Check]) -> Iterator[tuple[tuple[float, float], list[Check]]]:
    """The checks of each point, with where it lies in the figure."""
    groups: dict[tuple[Any, Any, Any], list[Check]] = {}
    for check in checks:
        groups.setdefault((check.a, check.ell, check.b), []).append(check)
    for (a, ell, b), group in groups.items():
        if view.upwards == RISK:
            of_risk = [check for check in group if check.quantity == "excess_risk"]
            measured = [check.measured for check in of_risk if check.kind == "exponent"]
            yield from (((float(a), height), group) for height in measured[:1])
        else:
            yield (float(a), float(ell if view.upwards == symbols.ell or b is None else b)), group


# What is written.


def _write_around(axes: Axes, diagram: PhaseDiagram, view: View) -> None:
    """Title, names of the axes and the legend, which stands below the axes."""
    (upwards,) = (name for name, symbol in UPWARDS.items() if symbol == view.upwards)
    axes.set(xlabel=words.SAMPLES, ylabel=words.UPWARDS[upwards])
    axes.set_title(_title(diagram, view), fontsize=11)
    if axes.get_legend_handles_labels()[0]:
        below = axes.transAxes + ScaledTranslation(0, -0.52, axes.figure.canvas.figure.dpi_scale_trans)
        axes.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, 0),
            bbox_transform=below,
            ncols=3,
            fontsize=8,
            frameon=False,
            borderaxespad=0,
        )


def _title(diagram: PhaseDiagram, view: View) -> str:
    name = str(diagram.model.name)
    subject = words.SUBJECTS[diagram.estimator].format(name) if isinstance(diagram.model, Network) else name
    parameters = [equation(r"\gamma", view.fixed[symbols.gamma])]
    if symbols.source in view.fixed:
        parameters.append("source " + equation("r", view.fixed[symbols.source]))
    at_one_b = symbols.b in view.fixed
    noise = short(-view.fixed[symbols.b]) if at_one_b else "-b"
    parameters.append(words.LABEL_NOISE[diagram.noise].replace("{-b}", f"{{{noise}}}"))
    if diagram.width == "scaled":
        ell = short(view.fixed[symbols.ell])
        parameters += [words.DECAY_TEXT.format(ell=ell), words.WIDTH_TEXT]
    return words.figure_title(subject, parameters)


def _risk_text(phase: Phase, view: View) -> str:
    exponent = view.exponent(phase.risk)
    if exponent == -oo:
        return words.NO_RISK
    log_exponent = phase.risk.log_exponent.subs(view.fixed)
    return words.power_of_dimension(short(exponent), short(log_exponent))
