"""How many hidden units: phases in samples and width, and the risk across the peak in width.

Derives the phase diagram of the quadratic network with width = d**rho hidden units, draws its phases at one
weight decay, and sets the law of the risk against the width beside solutions of the state evolution with that
many units.  Writes width.png beside this file (or into the folder given as argument); takes half a minute of
processor time.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sympy import Rational, lambdify

from asymptotics import PhaseDiagram, optimal_width, phase_diagram, quadratic, width_peak, width_ratio
from asymptotics.symbols import a, gamma
from numerics import Problem, solve
from verify.figures import draw_phase_diagram, save_figure_as

GAMMA, ELL = 1, Rational(-1)
DIM, N_EFF, DECAY, NOISE = 10**14, 10**7, 1e-6, 1
AT = {"gamma": GAMMA, "n_eff": N_EFF, "d": DIM, "weight_decay": DECAY, "noise_variance": NOISE}
COLOURS = {"Wa": "#a1d99b", "Wb": "#f16913", "Wc": "#6a51a3", "full": "#9ecae1"}


def draw_phases(axes: Axes, diagram: PhaseDiagram) -> None:
    """The plane at this weight decay and gamma, with the peak and the best width."""
    axes.plot([0, 1], [0, 1], color="#cb181d", linewidth=4, label=r"$p = n/2d$, the peak")
    (_, end, best, _), _ = optimal_width(diagram, gamma=GAMMA)
    tuned = np.linspace(0, float(end), 50)
    exponent = lambdify(a, best.exponent.subs(gamma, GAMMA), "numpy")
    axes.plot(tuned, exponent(tuned), color="#08519c", linestyle=":", linewidth=4, label="best width")
    windows = {"samples_window": (-0.3, 2.6), "width_window": (0, 1.3)}
    draw_phase_diagram(axes, diagram, gamma=GAMMA, ell=ELL, **windows)


def draw_risk(axes: Axes, diagram: PhaseDiagram) -> None:
    """The law of few units up to full width, the laws of the phases, and solved points."""
    laws = {tuple(p.name for p in b.phases): b.law for b in diagram.boundaries}
    across = laws["Wa", "Wb"]()
    widths = np.unique(np.concatenate([np.geomspace(3e2, 1e11, 120), N_EFF / 2 * np.geomspace(0.9, 1.1, 21)]))
    full = float(laws["IV", "V"]().evaluate(**AT))
    few = [float(across.evaluate(width=p, **AT)) for p in widths]
    # beyond the peak the width binds until the risk is that of full width
    law = [max(full, risk) if p > N_EFF / 2 else risk for p, risk in zip(widths, few, strict=True)]
    axes.loglog(widths, law, color="black", linewidth=1, zorder=3, label="derived, few units")
    for name in ("Wa", "Wb", "Wc"):
        risk = diagram[name].risk
        values = np.array([float(risk.evaluate(width=p, **AT)) for p in widths])
        near = (values > 0.5 * np.array(law)) & (values < 2 * np.array(law))
        axes.loglog(widths[near], values[near], color=COLOURS[name], linewidth=5, label=name)
    axes.axhline(full, color=COLOURS["full"], linewidth=4, label="IV and V, full width")
    units = [int(p) for p in np.geomspace(5e2, 3e10, 21)] + [N_EFF // 2]
    solved = [
        solve(
            Problem(
                "quadratic",
                gamma=GAMMA,
                samples=N_EFF * DIM,
                dim=DIM,
                weight_decay=DECAY,
                noise_variance=NOISE,
                width=p,
            )
        ).excess_risk
        for p in units
    ]
    worst = max(
        abs(float(across.evaluate(width=p, **AT)) / risk - 1)
        for p, risk in zip(units, solved, strict=True)
        if p < 1e8
    )
    print(f"law of few units against {len(units)} solutions, p < 1e8: within {worst:.1%}")
    axes.plot(units, solved, "o", color="black", markersize=4, label="solved")
    (_, _, best, least), _ = optimal_width(diagram, gamma=GAMMA)
    place, risk = float(best.evaluate(**AT)), float(least.evaluate(**AT))
    ratio = float(width_ratio(quadratic)[0].ratio.evaluate(gamma=GAMMA))
    axes.plot([place], [risk], "*", color="#31a354", markersize=14, label=f"best width, {ratio:.2f} of Bayes")
    print(f"best width {place:.3g}: risk {risk:.3g}, {ratio:.3f} times the Bayes risk")
    height = float(width_peak(quadratic).evaluate(width=N_EFF // 2, **AT))
    print(f"peak at p = {N_EFF // 2:.3g}: risk {height:.4g}, solved {float(solved[-1]):.4g}")
    axes.set_xlabel("hidden units p")
    axes.set_ylabel("excess risk")
    axes.set_title(rf"$d = 10^{{14}}$, $n_{{\rm eff}} = 10^7$, $\lambda = 10^{{-6}}$, $\gamma = {GAMMA}$")
    axes.legend(fontsize=8)


def main(folder: Path) -> None:
    """Derive, solve, draw."""
    diagram = phase_diagram(quadratic, width="scaled")
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    draw_phases(left, diagram)
    draw_risk(right, diagram)
    save_figure_as(figure, folder / "width.png", dpi=150)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
