r"""Phase diagrams as figures: regions, boundaries, names, exponents, and the points that were checked.

A diagram has as many dimensions as it has exponents; a figure shows two of them, at fixed values of the rest:

    trained network, ridge regression      samples a and weight decay ell, at one gamma (b, source)
    Bayes-optimal, noise="scaled"          samples a and label noise b, at one gamma
    Bayes-optimal, at fixed noise or one b samples a alone; upwards the exponent of the risk

In the plane shown every region is a convex polygon (``polygons``), computed with exact fractions.

In this order: ``phase_diagram_figure``, ``draw_phase_diagram``, ``save_figure``; what is shown (``View``),
numbers as they are written, the drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path
from textwrap import fill
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation
from sympy import Add, Expr, Float, Integer, Rational, Symbol, latex, oo

from asymptotics import Boundary, Law, Network, Phase, PhaseDiagram, symbols
from asymptotics.expressions.checks import exact_exponent, require
from verify.comparison import DECAY_WINDOW, FIGURE_GAMMA, SAMPLES_WINDOW, Check
from verify.files import whole
from verify.labels import Label, set_labels
from verify.limits import WINDOW, is_window, upwards_of
from verify.polygons import HalfPlane, clipped, rectangle, segment, sides
from verify.strategies import NOISE_WINDOW

KERNEL_DECAY_WINDOW = (Fraction(-4), Fraction(1))
"""Where ``ell`` is drawn in diagrams with a source exponent, whose phases lie at ell < 0."""

LONG = 1000
"""Numerators and denominators from here on are not written out."""

VARIABLES = (symbols.a, symbols.ell, symbols.b)

_COLOURS = {
    "I": "#f4f4f4",
    "II": "#fee4ad",
    "N": "#dfd3f4",
    "IV": "#aad8a5",
    "VI": "#8cc4f0",
    "III": "#eca25f",
    "V": "#ea8c83",
    "R": "#4fa6a0",
}
"""From light to dark in even steps (CIE L*), so that they differ in grey and for the colour-blind too."""

Exact: TypeAlias = Any
"""A number: int, float, Fraction, Decimal, mpf, a NumPy scalar or a SymPy number."""

Window: TypeAlias = tuple[Exact, Exact]


def phase_diagram_figure(
    diagram: PhaseDiagram,
    *,
    gamma: Exact = FIGURE_GAMMA,
    b: Exact | None = None,
    source: Exact | None = None,
    samples_window: Window | None = None,
    decay_window: Window | None = None,
    noise_window: Window | None = None,
    checks: Sequence[Check] = (),
) -> Figure:
    r"""The phases of a diagram at one decay, over samples and weight decay.

    A Bayes-optimal diagram has no weight decay.  It is drawn over samples and label noise if the noise
    scales, and else, or at a given ``b``, over samples alone, with the exponent of the risk upwards.

    Args:
        diagram: what to draw.
        gamma: decay of the target, above 1/2.  A float is the decimal that Python prints: 2.2 is 11/5.
        b: label noise d**-b, at least 0, for ``noise="scaled"`` only; not needed by Bayes-optimal diagrams.
        source: source exponent r above 0, for a model that has one, such as ``kernel_ridge``, only.
        samples_window: ends of the axis of ``a``, by default (-1, 9/2).
        decay_window: ends of the axis of ``ell``, by default (-2, 3), or (-4, 1) with a source.
        noise_window: ends of the axis of ``b``, by default (0, 4).
        checks: those of ``agreement``; the points at this gamma (and b) are drawn, filled when all their
            exponents passed and crossed out when one failed.  Over samples alone they lie at the measured
            exponent.

    Returns:
        A Matplotlib figure, 7 x 5.6 inches, not attached to any window.

    Raises:
        InvalidArgument: when an argument is not of its kind, outside the theory, or does not fit the diagram.

    >>> from asymptotics import diagonal, phase_diagram
    >>> print(phase_diagram_figure(phase_diagram(diagonal)).axes[0].get_xlabel())
    samples: $a = \log n_{\mathrm{eff}} / \log d$
    """
    figure = Figure(figsize=(7, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    draw_phase_diagram(
        figure.add_subplot(),
        diagram,
        gamma=gamma,
        b=b,
        source=source,
        samples_window=samples_window,
        decay_window=decay_window,
        noise_window=noise_window,
        checks=checks,
    )
    return figure


def draw_phase_diagram(
    axes: Axes,
    diagram: PhaseDiagram,
    *,
    gamma: Exact = FIGURE_GAMMA,
    b: Exact | None = None,
    source: Exact | None = None,
    samples_window: Window | None = None,
    decay_window: Window | None = None,
    noise_window: Window | None = None,
    checks: Sequence[Check] = (),
) -> None:
    """Draw what ``phase_diagram_figure`` shows into axes of your own.

    Labels are placed for the size that the axes have then; what stands below and beside the axes needs room,
    which Matplotlib's constrained layout makes.

    Raises:
        InvalidArgument: as ``phase_diagram_figure``.
    """
    require(isinstance(axes, Axes), "axes", axes, "Axes of Matplotlib")
    require(isinstance(diagram, PhaseDiagram), "diagram", diagram, "a PhaseDiagram")
    are_checks = isinstance(checks, Sequence) and all(isinstance(check, Check) for check in checks)
    require(are_checks, "checks", checks, "a sequence of Check, those of a Report")
    if _has_source(diagram) and decay_window is None:
        decay_window = KERNEL_DECAY_WINDOW
    view = view_of(
        diagram.noise,
        diagram.estimator,
        gamma=gamma,
        b=b,
        samples_window=samples_window,
        decay_window=decay_window,
        noise_window=noise_window,
    )
    _draw(axes, diagram, _at_source(view, diagram, source), checks)


def save_figure(figure: Figure, stem: Path) -> list[Path]:
    """Write the figure as PNG and PDF beside each other, both whole or none; returns the two paths."""
    paths = [stem.with_name(f"{stem.name}.{kind}") for kind in ("png", "pdf")]
    with ExitStack() as both:
        for path in paths:
            figure.savefig(both.enter_context(whole(path)), dpi=150, format=path.suffix[1:])
    return paths


# --- what is shown


RISK = Symbol("risk exponent", real=True)
"""What stands upwards where a diagram has no second exponent."""


@dataclass(frozen=True)
class View:
    """The plane of a figure: what is fixed, at exact values, and what its axes are."""

    fixed: dict[Symbol, Expr]
    upwards: Symbol
    samples: tuple[Fraction, Fraction]
    vertical: tuple[Fraction, Fraction] | None

    def half_plane(self, positive: Expr) -> HalfPlane:
        """Where a linear form in the exponents is positive."""
        form = positive.subs(self.fixed).expand()
        constant = form.subs({symbols.a: 0, self.upwards: 0})
        return HalfPlane(*map(_fraction, (form.coeff(symbols.a), form.coeff(self.upwards), constant)))

    def half_planes(self, phase: Phase) -> list[HalfPlane]:
        """Those whose intersection is the region of a phase."""
        return [self.half_plane(relation.gts - relation.lts) for relation in phase.region.args]

    def exponent(self, law: Law) -> Expr:
        """The exponent of a law, in the exponents on the axes."""
        return law.exponent.subs(self.fixed).expand()


def view_of(
    noise: str,
    estimator: str,
    *,
    gamma: Exact,
    b: Exact | None,
    samples_window: Window | None = None,
    decay_window: Window | None = None,
    noise_window: Window | None = None,
) -> View:
    """What is to be shown of the diagrams of a noise and an estimator, checked.

    Raises:
        InvalidArgument: as ``phase_diagram_figure``.

    >>> view = view_of("scaled", "bayes", gamma=2.2, b=None)
    >>> view.fixed, view.upwards, [str(end) for end in view.vertical]
    ({gamma: 11/5}, b, ['0', '4'])
    """
    fixed = {symbols.gamma: exact_exponent("gamma", gamma)}
    above_half = fixed[symbols.gamma] > Rational(1, 2)
    require(above_half == True, "gamma", gamma, "above 1/2, so that the target has finite energy")  # noqa: E712
    samples = _window("samples_window", samples_window, SAMPLES_WINDOW)
    if noise != "scaled":
        require(b is None, "b", b, f'None: it is for noise="scaled", and this is noise="{noise}"')
    elif estimator != "bayes":
        require(b is not None, "b", b, 'a number at least 0: noise="scaled" is drawn at one b')
    if b is not None:
        fixed[symbols.b] = exact_exponent("b", b)
        require((fixed[symbols.b] >= 0) == True, "b", b, "at least 0, noise that does not grow with d")  # noqa: E712
    of_axis = {"ell": symbols.ell, "b": symbols.b, None: RISK}
    upwards = of_axis[upwards_of(noise, estimator, at_one_b=b is not None)]
    windows = (
        ("decay_window", decay_window, symbols.ell, DECAY_WINDOW),
        ("noise_window", noise_window, symbols.b, NOISE_WINDOW),
    )
    vertical = None
    for parameter, given, symbol, default in windows:
        if symbol == upwards:
            vertical = _window(parameter, given, default)
        else:
            require(given is None, parameter, given, f"None: the figure has no axis of {symbol}")
    if upwards == symbols.b and vertical is not None:
        require(vertical[0] >= 0, "noise_window", noise_window, "at least 0, noise that does not grow with d")
    return View(fixed, upwards, samples, vertical)


def _at_source(view: View, diagram: PhaseDiagram, source: Exact | None) -> View:
    """The view at a source exponent, if the diagram has one; off the values at which phases meet."""
    fixed = view.fixed
    if _has_source(diagram):
        exact = None if source is None else exact_exponent("source", source)
        allowed = f"a number above 0: {diagram.model.name} has a source exponent"
        require(exact is not None and (exact > 0) == True, "source", source, allowed)  # noqa: E712
        fixed = {**fixed, symbols.source: exact}
    else:
        require(source is None, "source", source, f"None: {diagram.model.name} has no source exponent")
    for boundary in diagram.boundaries:
        parameter = boundary.relation.lhs
        if parameter in fixed and parameter != symbols.b and boundary.relation.subs(fixed) == True:  # noqa: E712
            name = "source" if parameter == symbols.source else str(parameter)
            require(False, name, fixed[parameter], "off the boundary of two phases, which is there")
    return View(fixed, view.upwards, view.samples, view.vertical)


def _has_source(diagram: PhaseDiagram) -> bool:
    """Whether regions or laws depend on a source exponent."""
    expressions = (e for phase in diagram.phases for e in (phase.region, phase.risk.exponent))
    return any(expression.has(symbols.source) for expression in expressions)


def _window(parameter: str, given: Window | None, default: Window) -> tuple[Fraction, Fraction]:
    pair = default if given is None else given
    is_pair = isinstance(pair, tuple | list) and len(pair) == 2
    require(is_pair, parameter, given, WINDOW)
    low, high = (_fraction(exact_exponent(parameter, end)) for end in pair)
    require(is_window(low, high), parameter, given, WINDOW)
    return low, high


# --- numbers as they are written


def _fraction(value: Expr) -> Fraction:
    """The number itself if it is rational, else to 60 digits."""
    rational = value if value.is_Rational else Rational(str(value.evalf(60)))
    return Fraction(int(rational.p), int(rational.q))


def _short(expression: Expr) -> str:
    """A linear form in LaTeX, its long fractions and roots as decimals of four digits.

    >>> _short(symbols.a / 3 + Rational(123456789, 1000000007))
    'a / 3 + 0.1235'
    """
    terms = (term.as_independent(*VARIABLES, as_Add=False) for term in Add.make_args(expression))
    short = Add(
        *(variable * (number if _is_short(number) else _decimal(number)) for number, variable in terms)
    )
    return str(latex(short, fold_short_frac=True))


def _decimal(number: Expr) -> Expr:
    rounded = Float(number.evalf(4), 4)
    whole = Integer(round(rounded))
    return whole if float(rounded) == int(whole) and abs(whole) < LONG else rounded


def _is_short(number: Expr) -> bool:
    return bool(number.is_Rational and max(abs(int(number.p)), int(number.q)) < LONG)


def _equation(symbol: str, value: Expr) -> str:
    return rf"${symbol} {'=' if _is_short(value) else chr(92) + 'approx'} {_short(value)}$"


# --- the drawing


def _draw(axes: Axes, diagram: PhaseDiagram, view: View, checks: Sequence[Check]) -> None:
    lines = () if view.upwards != RISK else tuple(_risk_lines(diagram, view))
    vertical = view.vertical or _around([end[1] for line in lines for end in line])
    window = rectangle(view.samples, vertical)
    regions = [clipped(window, view.half_planes(phase)) for phase in diagram.phases]
    shown = [(phase, region) for phase, region in zip(diagram.phases, regions, strict=True) if region]
    colours = _colours([phase.name for phase in diagram.phases])
    for phase, region in shown:
        axes.fill(*_columns(region), facecolor=colours[phase.name], edgecolor="none", zorder=1)
    for continuous in (True, False):
        _draw_boundaries(axes, diagram, view, sides(window), continuous)
    for index, line in enumerate(lines):
        label = "exponent of the risk" if index == 0 else None
        axes.plot(*_columns(line), color="#1f4e8c", linewidth=2, label=label, zorder=2.5)
    points = _draw_points(axes, view, vertical, checks)
    axes.set(
        xlim=tuple(map(float, view.samples)),
        ylim=tuple(map(float, vertical)),
        xlabel=r"samples: $a = \log n_{\mathrm{eff}} / \log d$",
        ylabel={
            symbols.ell: r"weight decay: $\ell = \log \lambda / \log d$",
            symbols.b: r"label noise: $b = -\log \Delta / \log d$",
            RISK: r"excess risk: $\log R / \log d$",
        }[view.upwards],
    )
    axes.set_title(_title(diagram, view), fontsize=11)
    handles, _ = axes.get_legend_handles_labels()
    if handles:
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
    labels = [
        Label(phase.name, _risk_text(phase, view), region, colours[phase.name]) for phase, region in shown
    ]
    along = [tuple(map(float, point)) for line in lines for point in _along(*line)]
    set_labels(axes, labels, np.array([*points, *along], dtype=float).reshape(-1, 2))


def _columns(points: Sequence[tuple[Any, Any]]) -> tuple[list[float], list[float]]:
    return [float(x) for x, _ in points], [float(y) for _, y in points]


def _colours(names: Sequence[str]) -> dict[str, str]:
    """By the name of a phase; names that we do not know take the colours that are left."""
    left = [colour for name, colour in _COLOURS.items() if name not in names] or ["white"]
    unknown = [name for name in dict.fromkeys(names) if name not in _COLOURS]
    return _COLOURS | {name: left[index % len(left)] for index, name in enumerate(unknown)}


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


def _title(diagram: PhaseDiagram, view: View) -> str:
    model = diagram.model
    of_network = {
        "erm": "{} network",
        "bayes": "Bayes-optimal {} network",
        "ridge": "ridge for the {} network",
    }
    is_network = isinstance(model, Network)
    subject = of_network[diagram.estimator].format(model.name) if is_network else str(model.name)
    parameters = [_equation(r"\gamma", view.fixed[symbols.gamma])]
    if symbols.source in view.fixed:
        parameters.append("source " + _equation("r", view.fixed[symbols.source]))
    if diagram.noise == "none":
        parameters.append(r"no label noise")
    elif symbols.b in view.fixed:
        parameters.append(rf"label noise $\Delta = d^{{{_short(-view.fixed[symbols.b])}}}$")
    else:
        parameters.append(
            r"label noise $\Delta = d^{-b}$" if diagram.noise == "scaled" else r"label noise of order one"
        )
    first = fill(f"{subject}: phases and their excess risk".replace("$", r"\$"), 68)
    return f"{first}\n{', '.join(parameters)}"


def _draw_boundaries(
    axes: Axes, diagram: PhaseDiagram, view: View, frame: Sequence[HalfPlane], continuous: bool
) -> None:
    """Each boundary where both its phases touch it: solid, or dashed where the exponent jumps."""
    label: str | None = "exponent continuous" if continuous else "exponent jumps"
    for boundary in diagram.boundaries:
        if boundary.continuous == continuous:
            ends = _ends(boundary, view, frame)
            if ends is not None:
                axes.plot(
                    *_columns(ends),
                    color="black",
                    linewidth=1.2 if continuous else 2.2,
                    linestyle="-" if continuous else (0, (3, 2)),
                    label=label,
                    zorder=2,
                )
                label = None


def _ends(boundary: Boundary, view: View, frame: Sequence[HalfPlane]) -> Any:
    """The ends of a boundary in the window; None if it has no length there."""
    line = view.half_plane(boundary.relation.lhs - boundary.relation.rhs)
    one, other = (view.half_planes(phase) for phase in boundary.phases)
    return segment(line, [*frame, *one, *other])


def _risk_text(phase: Phase, view: View) -> str:
    exponent = view.exponent(phase.risk)
    if exponent == -oo:
        return "$R = 0$"
    power = phase.risk.log_exponent.subs(view.fixed)
    logarithm = "" if power == 0 else r"\,(\log d)" + ("" if power == 1 else rf"^{{{_short(power)}}}")
    return rf"$d^{{\,{_short(exponent)}}}{logarithm}$"


def _draw_points(
    axes: Axes, view: View, vertical: tuple[Fraction, Fraction], checks: Sequence[Check]
) -> list[tuple[float, float]]:
    """The points of checks that lie in the plane shown; returns them."""
    gamma, b = view.fixed[symbols.gamma], view.fixed.get(symbols.b)
    here = [check for check in checks if check.gamma == gamma and (b is None or check.b == b)]
    failed = {
        (a, height if isfinite(height) else float(vertical[0])): not all(check.passed for check in group)
        for (a, height), group in _in_plane(view, here)
    }
    for bad, marker, label in ((False, "o", "checked, agrees"), (True, "X", "checked, disagrees")):
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
    groups: dict[tuple[Fraction, Fraction, Fraction | None], list[Check]] = {}
    for check in checks:
        groups.setdefault((check.a, check.ell, check.b), []).append(check)
    for (a, ell, b), group in groups.items():
        if view.upwards == RISK:
            measured = [check.measured for check in group if check.quantity == "risk"]
            yield from (((float(a), height), group) for height in measured[:1])
        else:
            yield (float(a), float(ell if view.upwards == symbols.ell or b is None else b)), group
