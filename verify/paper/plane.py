r"""Figure 1 of arXiv:2509.24882: the plane of samples and weight decay, with rates and the weights of each
phase.

On the left the phases over a = log n_eff/log d and ell = log lambda/log d, with the exponent of the excess
risk in each; boundaries at which the exponent jumps are red.  The line lambda = sqrt(n_eff/d) is where the
threshold kappa meets the edge of the bulk: above it no noise is left in the weights.  On the right the
density of the trained weights at one point of each phase, solved at a finite dimension, which the figure
names: bulk, outliers, and the mass at 0.

In this order: ``plane``; the line, the points, one small panel.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asymptotics import Phase, PhaseDiagram, models, phase_diagram
from asymptotics.expressions.checks import require
from numerics import Problem, solve
from verify.figures import draw_phase_diagram
from verify.figures.polygons import clipped, rectangle, sides
from verify.figures.view import view_of
from verify.limits import SAMPLES_WINDOW
from verify.paper.output import BLUE, RED, PaperFigure, new_figure, require_setting, suffix_of
from verify.paper.problems import NOISE_VARIANCE

COLUMNS = 2
LEAST = 0.02
"""Number of weights in a bin from which on it is drawn."""

LINE = "#5d3a9b"
WINDOW = (Fraction(-1, 2), Fraction(5, 2)), (Fraction(-3, 2), Fraction(3, 2))
"""What is drawn of a and ell."""

DIRECTIONS = ((0, -1), (0, 1), (1, 1), (-1, -1), (1, 0), (-1, 0))
BESIDE, ROOM = Fraction(1, 4), Fraction(1, 20)
"""How far from the label of its phase a point is, and from the ends of the phase."""


def plane(
    network: str = "quadratic",
    *,
    noise_variance: float = NOISE_VARIANCE,
    estimator: str = "erm",
    width: int | None = None,
    gamma: Fraction | float = Fraction(5, 4),
    dim: int = 10**4,
) -> PaperFigure:
    """Phases with their rates, and the weights in each.

    Args:
        network: "diagonal" or "quadratic".
        noise_variance: of the label noise; 0 for none.
        estimator: "erm", or "ridge", which trains no weights: the phases alone.
        width: None; the phases of fewer hidden units have a third axis (``examples/width.py``).
        gamma: decay of the target, above 1/2.
        dim: of the weights on the right.

    Raises:
        InvalidArgument: the setting is none that the figure has.
    """
    require_setting(network, noise_variance, estimator, ("erm", "ridge"))
    require(width is None, "width", width, "None: the plane is that of as many hidden units as inputs")
    require(isinstance(dim, int) and dim >= 100, "dim", dim, "a whole number >= 100")
    diagram = phase_diagram(
        getattr(models, network),
        noise="fixed" if noise_variance else "none",
        estimator=estimator,  # type: ignore[arg-type]
    )
    points = _points(diagram, gamma)
    figure = new_figure(12.5 if estimator == "erm" else 7, 7)
    left, right = _parts(figure) if estimator == "erm" else (figure, None)
    ax = left.subplots()
    _draw_line(ax)
    draw_phase_diagram(ax, diagram, gamma=gamma, samples_window=WINDOW[0], decay_window=WINDOW[1])
    _redden(ax)
    rows: list[dict[str, Any]] = []
    if right is not None:
        lines = -(-len(points) // COLUMNS)
        panels = right.subplots(lines, COLUMNS).ravel()
        for small in panels[len(points) :]:
            small.set_axis_off()
        for small, (phase, (a, ell)) in zip(panels, points.items(), strict=False):
            problem = Problem(
                network,
                gamma=Fraction(gamma),
                samples=float(dim) ** (float(a) + (network == "quadratic")),
                dim=dim,
                weight_decay=float(dim) ** float(ell),
                noise_variance=noise_variance,
            )
            rows.append(
                {
                    "phase": phase.name,
                    "a": float(a),
                    "ell": float(ell),
                    **_draw_weights(small, phase, problem),
                }
            )
            ax.plot(float(a), float(ell), "+", color="black", markersize=6, zorder=4)
        what = "size of a coefficient $|a_i w_i|$" if network == "diagonal" else "eigenvalue of $B B^T$"
        outliers = "; triangles: outliers" if any(row["outliers"] for row in rows) else ""
        right.supxlabel(f"{what}\n(dotted: edge of the bulk{outliers})", fontsize=9)
        right.supylabel("weights in a bin", fontsize=9)
        right.suptitle(
            f"theory of the trained weights at the points +, $d = 10^{{{np.log10(dim):g}}}$", fontsize=10
        )
    else:
        rows = [{"phase": phase.name, "a": float(a), "ell": float(ell)} for phase, (a, ell) in points.items()]
    for row, phase in zip(rows, points, strict=True):
        row |= {"risk_exponent": str(phase.risk.exponent), "risk": str(phase.risk.expr)}
    caption = (
        f"Phases of the {network} network ({estimator}) at gamma = {float(gamma):g}, noise variance "
        f"{noise_variance:g}; the weights are those of the state evolution at d = {dim}, at the points given."
    )
    return PaperFigure(f"plane_{suffix_of(network, noise_variance, estimator)}", figure, rows, caption)


def _parts(figure: Figure) -> tuple[Any, Any]:
    """The plane's part of the figure, and that of the weights."""
    parts: Any = figure.subfigures(1, 2, width_ratios=[1.35, 1])
    return parts[0], parts[1]


def _draw_line(ax: Axes) -> None:
    """The line lambda = sqrt(n_eff/d), that is ell = (a - 1)/2."""
    ends = np.array([float(x) for x in SAMPLES_WINDOW])
    ax.plot(
        ends,
        (ends - 1) / 2,
        color=LINE,
        linewidth=5,
        alpha=0.35,
        zorder=1.5,
        label=r"$\lambda = \sqrt{n_{\rm eff}/d}$",
    )


def _redden(ax: Axes) -> None:
    """Give the boundaries at which the exponent jumps, which are dashed, their colour here."""
    legend = ax.get_legend()
    for line in [*ax.get_lines(), *(legend.get_lines() if legend else ())]:
        if line.get_linestyle() == "--":
            line.set_color("#c00000")


def _points(diagram: PhaseDiagram, gamma: Fraction | float) -> dict[Phase, tuple[Fraction, Fraction]]:
    """Of each phase in the window a point beside its label with room around it, or else the middle."""
    view = view_of(diagram, gamma=gamma, samples_window=WINDOW[0], decay_window=WINDOW[1])
    points = {}
    for phase in diagram.phases:
        region = clipped(rectangle(*WINDOW), view.half_planes(phase))
        if region:
            a, ell = (sum(x, Fraction(0)) / len(region) for x in zip(*region, strict=True))
            beside = [(a + x * BESIDE, ell + y * BESIDE) for x, y in DIRECTIONS]
            squares = {point: rectangle(*((x - ROOM, x + ROOM) for x in point)) for point in beside}
            free = [
                point
                for point, square in squares.items()
                if set(clipped(square, sides(region))) == set(square)
            ]
            points[phase] = free[0] if free else (a, ell)
    return points


def _draw_weights(ax: Axes, phase: Phase, problem: Problem) -> dict[str, Any]:
    """The density of the weights at one point; returns what is drawn of it."""
    solution = solve(problem)
    spectrum = solution.spectrum()
    ax.set_title(f"{phase.name}: {round(spectrum.atom, 12):.3g} of the weights at 0", fontsize=8, pad=3)
    ax.set(xscale="log", yscale="log")
    ax.tick_params(which="both", labelsize=6, length=2)
    ax.minorticks_off()
    top = 1.5 * max(spectrum.spikes[0].location if spectrum.spikes else 0, spectrum.bulk_edge)
    if spectrum.is_even:
        top = max(top, 3 * float(problem.dim) ** 0.5)
    has_weights = spectrum.atom < 1 and top > 0
    if has_weights:
        lowest = min(1e-3 * top, spectrum.bulk_edge / 10 or top)
        edges = np.geomspace(lowest, top, 61)
        sides = 2 if spectrum.is_even else 1
        counts = -sides * problem.dim * np.diff(spectrum.mass_beyond(edges))
        has_weights = counts.max() > LEAST
    if has_weights:
        ax.stairs(np.maximum(counts, 1e-9), edges, color=BLUE, fill=True, alpha=0.5)
        ax.set(xlim=(edges[0], top), ylim=(LEAST, max(10, 3 * counts.max())))
        if edges[0] < spectrum.bulk_edge < top:
            ax.axvline(spectrum.bulk_edge, linestyle=":", color="0.4")
        places = [x.location for x in spectrum.spikes if x.location > max(edges[0], spectrum.bulk_edge)]
        ax.plot(places, [0.05] * len(places), "v", color=RED, markersize=3)
    else:
        ax.set(xlim=(0.01, 10), ylim=(LEAST, 10))
        ax.text(0.5, 0.5, "every weight is 0", transform=ax.transAxes, ha="center", fontsize=7)
    return {
        "dim": problem.dim,
        "excess_risk": float(solution.excess_risk),
        "mass_at_0": spectrum.atom,
        "bulk_edge": spectrum.bulk_edge,
        "outliers": len(spectrum.spikes),
    }
