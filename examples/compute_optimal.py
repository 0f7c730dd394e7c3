r"""Compute-optimal training: how large a model, and how many steps, for one budget of compute?

One-pass SGD on power-law random features (arXiv:2405.15074), declared in ``asymptotics.models.one_pass_sgd``.
Its loss at d parameters and t steps is a sum of four terms; at compute C = t d one size d is best.

Left: the plane of alpha, the decay of the features, and beta, that of the target, with the seven regions in
which different terms meet at the optimum, all derived, and the exponent of C of the least loss.  One border
lies at alpha = 1 - 1/sqrt(2).  Right: the loss itself, from the sums, against compute: one curve a size, and
the frontier below all of them, with its derived exponent.

Draws compute_optimal.png beside this file, or into the folder given as argument; takes half a minute.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from sympy import lambdify

from asymptotics import compute_optimal
from asymptotics.models import one_pass_sgd
from asymptotics.symbols import alpha, beta
from verify import solve_system
from verify.figures import save_figure_as

ALPHA, BETA = Fraction(1), Fraction(2, 5)
SIZES = [10**k for k in range(1, 7)]
STEPS = [10.0 ** (k / 3) for k in range(31)]
COLOURS = ["#dbe9f6", "#bfd9ee", "#9cc4e4", "#fde0c5", "#f9c49b", "#d9ead3", "#b6d7a8"]
INK = "#1f3552"
END = 1.4
"""Where both axes of the plane end."""


def draw_plane(axes: Any) -> None:
    """The regions of the plane and the exponents of the loss in them."""
    optima = compute_optimal(one_pass_sgd)
    a, b = np.meshgrid(np.linspace(0.005, END, 560), np.linspace(0.005, END, 560))
    inside = 2 * (a + b) > 1
    which = np.full(a.shape, np.nan)
    least = np.full(a.shape, np.nan)
    for k, optimum in enumerate(optima):
        here = inside & np.broadcast_to(lambdify((alpha, beta), optimum.region, "numpy")(a, b), a.shape)
        which[here] = k
        least[here] = np.broadcast_to(lambdify((alpha, beta), optimum.loss_exponent)(a, b), a.shape)[here]
        place = {"ha": "center", "va": "center", "color": INK, "weight": "bold"}
        axes.text(a[here].mean(), b[here].mean(), optimum.phase, **place)
    axes.pcolormesh(a, b, which, cmap=ListedColormap(COLOURS), shading="nearest", rasterized=True)
    style: dict[str, Any] = {"colors": INK, "linewidths": 0.6, "linestyles": "solid", "alpha": 0.6}
    lines = axes.contour(a, b, least, levels=np.arange(-0.9, 0, 0.1), **style)
    labels = axes.clabel(lines, fmt=lambda level: f"{level:.1f}", fontsize=7)
    for label in labels:  # one at the end of the axes would be cut there
        label.set_visible(bool(np.all(np.array(label.get_position()) < 0.97 * END)))
    axes.plot([0, 0.5], [0.5, 0], color=INK, lw=1)
    axes.plot(float(ALPHA), float(BETA), "o", color="#c0392b", ms=5)
    axes.text(0.05, 0.12, "infinite\nenergy", fontsize=8, color="grey")
    axes.set(xlim=(0, END), ylim=(0, END), xlabel=r"$\alpha$, decay of the features")
    axes.set(ylabel=r"$\beta$, decay of the target", title="Exponent of compute of the least loss")


def losses() -> np.ndarray:
    """The loss at all sizes and steps."""
    at: dict[str, Any] = {"alpha": ALPHA, "beta": BETA}
    return np.array([[solve_system(one_pass_sgd, d=d, t=t, **at).risk for t in STEPS] for d in SIZES])


def draw_frontier(axes: Any) -> None:
    """Loss against compute, one curve a size, and the derived power law below."""
    optimum = compute_optimal(one_pass_sgd, alpha=ALPHA, beta=BETA)
    loss = losses()
    shades = np.linspace(0.25, 1, len(SIZES))
    for d, row, shade in zip(SIZES, loss, shades, strict=True):
        label = rf"$d = 10^{{{round(np.log10(d))}}}$"
        axes.loglog(d * np.array(STEPS), row, color=(0.12, 0.35, 0.65, shade), lw=1.2, label=label)
    compute = np.geomspace(1e4, 1e13, 50)
    grid = [d * np.array(STEPS) for d in SIZES]
    curves = zip(grid, loss, strict=True)
    logarithms = [np.interp(np.log(compute), np.log(c), np.log(row)) for c, row in curves]
    frontier = np.exp(np.min(logarithms, axis=0))
    exponent = float(optimum.loss_exponent)
    level = np.median(frontier / compute**exponent)
    label = rf"$C^{{{optimum.loss_exponent}}}$ at $d \sim C^{{{optimum.size_exponent}}}$"
    axes.loglog(compute, level * compute**exponent, "--", color="#c0392b", lw=1.4, label=label)
    title = rf"Phase {optimum.phase}: $\alpha = {ALPHA}$, $\beta = {BETA}$"
    axes.set(xlabel="compute C = t d", ylabel="loss", title=title)
    axes.legend(fontsize=7, frameon=False, loc="lower left")
    fitted = np.polyfit(np.log(compute), np.log(frontier), 1)[0]
    print(f"{optimum!r}\nfitted to the frontier from C = 1e4 to 1e13: C^{fitted:.3f}")


def main(folder: Path) -> None:
    """Draw both panels."""
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    draw_plane(left)
    draw_frontier(right)
    save_figure_as(figure, folder / "compute_optimal.png", dpi=150)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
