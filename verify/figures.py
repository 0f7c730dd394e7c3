"""Phase diagrams as figures: regions, boundaries, names, exponents, and the points that were checked."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from scipy.ndimage import distance_transform_edt
from sympy import Rational, lambdify, latex, simplify

from asymptotics import Phase, PhaseDiagram, symbols
from verify.comparison import DECAY_WINDOW, FIGURE_GAMMA, SAMPLES_WINDOW, Check

_COLOURS = {
    "I": "#d9d9d9",
    "II": "#fdd49e",
    "III": "#fdae6b",
    "IV": "#a1d99b",
    "V": "#fc9272",
    "VI": "#9ecae1",
    "N": "#bcbddc",
}

_A = (float(SAMPLES_WINDOW[0]), float(SAMPLES_WINDOW[1]))
_ELL = (float(DECAY_WINDOW[0]), float(DECAY_WINDOW[1]))


def phase_diagram_figure(
    diagram: PhaseDiagram, *, gamma: Fraction = FIGURE_GAMMA, checks: Sequence[Check] = ()
) -> Figure:
    r"""The (a, ell) plane of a diagram at one decay.

    Args:
        diagram: what to draw.
        gamma: decay of the target.
        checks: those of ``agreement``; the points at this gamma are drawn, filled when all their exponents
            passed and crossed out when one failed.

    Returns:
        A Matplotlib figure, 7 x 5.2 inches, not attached to any window.

    >>> from asymptotics import diagonal, phase_diagram
    >>> print(phase_diagram_figure(phase_diagram(diagonal)).axes[0].get_xlabel())
    samples: $a = \log n_{\mathrm{eff}} / \log d$
    """
    figure = Figure(figsize=(7, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    draw_phase_diagram(figure.add_subplot(), diagram, gamma=gamma, checks=checks)
    return figure


def draw_phase_diagram(
    axes: Axes, diagram: PhaseDiagram, *, gamma: Fraction = FIGURE_GAMMA, checks: Sequence[Check] = ()
) -> None:
    """Draw what ``phase_diagram_figure`` shows into axes of your own."""
    exact = Rational(gamma.numerator, gamma.denominator)
    grid_a, grid_ell = np.meshgrid(np.linspace(*_A, 701), np.linspace(*_ELL, 701))
    for phase in diagram.phases:
        inside = _inside(phase, exact, grid_a, grid_ell)
        colour = _COLOURS.get(phase.name, "white")
        axes.contourf(grid_a, grid_ell, inside.astype(float), levels=[0.5, 1.5], colors=[colour])
    checked = [check for check in checks if check.gamma == gamma]
    taken = np.zeros_like(grid_a, dtype=bool)
    for check in checked:
        row = np.abs(grid_ell[:, 0] - float(check.ell)).argmin()
        taken[row, np.abs(grid_a[0] - float(check.a)).argmin()] = True
    _draw_boundaries(axes, diagram, exact)
    _draw_names(axes, diagram, exact, grid_a, grid_ell, taken)
    _draw_points(axes, checked)
    axes.set(
        xlim=_A,
        ylim=_ELL,
        xlabel=r"samples: $a = \log n_{\mathrm{eff}} / \log d$",
        ylabel=r"weight decay: $\ell = \log \lambda / \log d$",
        title=rf"{diagram.model} network, $\gamma = {latex(exact)}$: phases and their excess risk",
    )
    axes.legend(loc="upper left", fontsize=8, framealpha=0.9)


def save_figure(figure: Figure, stem: Path) -> list[Path]:
    """Write the figure as PNG and PDF beside each other; returns the two paths."""
    paths = [stem.with_suffix(".png"), stem.with_suffix(".pdf")]
    for path in paths:
        figure.savefig(path, dpi=150)
    return paths


def _inside(phase: Phase, gamma: Rational, grid_a: Any, grid_ell: Any) -> Any:
    inside = np.ones_like(grid_a, dtype=bool)
    for relation in phase.region.args:
        gap = lambdify((symbols.a, symbols.ell), (relation.gts - relation.lts).subs(symbols.gamma, gamma))
        inside &= np.broadcast_to(gap(grid_a, grid_ell) > 0, inside.shape)
    return inside


def _draw_boundaries(axes: Any, diagram: PhaseDiagram, gamma: Rational) -> None:
    """Each wall where both its phases touch it: solid if the exponent is continuous, dashed if it jumps."""
    labelled: set[bool] = set()
    for boundary in diagram.boundaries:
        relation = boundary.relation.subs(symbols.gamma, gamma)
        if relation.lhs == symbols.ell:
            line_a = np.linspace(*_A, 2001)
            line_ell = np.broadcast_to(lambdify(symbols.a, relation.rhs)(line_a), line_a.shape)
        else:
            line_ell = np.linspace(*_ELL, 2001)
            line_a = np.full_like(line_ell, float(relation.rhs))
        on_wall = np.ones_like(line_a, dtype=bool)
        for phase in boundary.phases:
            for side in phase.region.args:
                gap = lambdify((symbols.a, symbols.ell), (side.gts - side.lts).subs(symbols.gamma, gamma))
                on_wall &= gap(line_a, line_ell) > -1e-9
        label = "exponent continuous" if boundary.continuous else "exponent jumps"
        axes.plot(
            np.where(on_wall, line_a, np.nan),
            line_ell,
            color="black",
            linewidth=1.2 if boundary.continuous else 2.2,
            linestyle="-" if boundary.continuous else (0, (3, 2)),
            label=None if boundary.continuous in labelled else label,
        )
        labelled.add(boundary.continuous)


def _draw_names(
    axes: Any, diagram: PhaseDiagram, gamma: Rational, grid_a: Any, grid_ell: Any, taken: Any
) -> None:
    """Name and exponent of each cell where walls and the places that are taken leave most room."""
    for phase in diagram.phases:
        inside = np.pad(_inside(phase, gamma, grid_a, grid_ell) & ~taken, 1)
        # a name above its exponent is about twice as wide as high; room above and below decides between ties
        wide, high = (distance_transform_edt(inside, sampling=s) for s in ((2, 1), (1, 10)))
        room = (wide + high / 10)[1:-1, 1:-1]
        if room.max() == 0:
            continue  # the cell lies outside of what is shown
        place = np.unravel_index(room.argmax(), room.shape)
        at_a, at_ell = grid_a[place], grid_ell[place]
        exponent = latex(simplify(phase.risk.exponent.subs(symbols.gamma, gamma)), fold_short_frac=True)
        power = phase.risk.log_exponent
        logarithm = "" if power == 0 else rf"\,(\log d)^{{{latex(power)}}}"
        # legible where there is little room
        halo = [withStroke(linewidth=3, foreground=_COLOURS.get(phase.name, "white"))]
        common = {"ha": "center", "zorder": 4, "path_effects": halo}
        axes.text(at_a, at_ell, phase.name, va="bottom", fontsize=12, fontweight="bold", **common)
        axes.text(at_a, at_ell, rf"$d^{{\,{exponent}}}{logarithm}$", va="top", fontsize=9, **common)


def _draw_points(axes: Any, checks: Sequence[Check]) -> None:
    failed: dict[tuple[Fraction, Fraction], bool] = {}
    for check in checks:
        failed[check.a, check.ell] = failed.get((check.a, check.ell), False) or not check.passed
    for bad, marker, label in ((False, "o", "checked, agrees"), (True, "X", "checked, disagrees")):
        points = [(float(a), float(ell)) for (a, ell), wrong in failed.items() if wrong == bad]
        if points:
            axes.scatter(
                *zip(*points, strict=True),
                marker=marker,
                s=18 if not bad else 60,
                color="black" if not bad else "red",
                label=label,
                zorder=3,
            )
