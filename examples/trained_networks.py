"""Trained networks: do they answer, and do their weights look, as the theory says?

Trains both networks to a proved minimum on drawn data, at growing numbers of samples, and sets excess risk
and spectra of the weights beside the solutions of the state evolution.  Writes trained_networks.png beside
this file (or into the folder given as argument); takes about half a minute.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from numerics import Problem, risk_curve, solve, train
from verify.figures import save_figure_as

LAW = {"gamma": 1.25, "noise_variance": 0.5}
DIAGONAL = Problem("diagonal", samples=1, dim=400, weight_decay=0.2, **LAW)
QUADRATIC = Problem("quadratic", samples=1, dim=40, weight_decay=0.1, **LAW)
SEEDS = range(3)
SPECTRA = {"below the interpolation threshold": 260, "above it": 800, "many samples": 6400}


def draw_risk(ax: Axes, problem: Problem, samples: list[int], colour: str) -> None:
    """Excess risk against samples: the solution as a line, trainings as points with their standard errors."""
    threshold = problem.dim if problem.network == "diagonal" else problem.dim**2 / 4
    line = np.geomspace(samples[0], samples[-1], 80)
    risks = [solution.excess_risk for solution in risk_curve(problem, line, progress=False)]
    ax.loglog(line, risks, color=colour, label="state evolution")
    print(f"{problem.network} network, d = {problem.dim}, weight decay {problem.weight_decay}:")
    means, errors = [], []
    for n in samples:
        here = replace(problem, samples=n)
        trained = [train(here, seed=seed, progress=False).excess_risk for seed in SEEDS]
        means.append(np.mean(trained))
        errors.append(np.std(trained, ddof=1) / np.sqrt(len(trained)))
        theory = solve(here).excess_risk
        print(f"  n = {n:6}: trained {means[-1]:.4f} +- {errors[-1]:.4f}, theory {theory:.4f}")
    ax.errorbar(samples, means, errors, fmt="o", color="black", markersize=4, capsize=3, label="trained")
    ax.axvline(threshold, linestyle=":", color="gray", label="interpolation threshold")
    title = f"{problem.network} network, d = {problem.dim}, {len(SEEDS)} seeds"
    ax.set(xlabel="samples n", ylabel="excess risk R", title=title)
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.legend()


def draw_spectrum(ax: Axes, title: str, samples: int) -> None:
    """How many weights are larger than x: bulk and outliers on one scale."""
    problem = replace(QUADRATIC, samples=samples)
    spectrum = solve(problem).spectrum()
    values = np.concatenate([train(problem, seed=s, progress=False).eigenvalues for s in SEEDS])
    values = np.sort(values[values > 0])[::-1]
    ax.plot(values, np.arange(1, len(values) + 1) / len(SEEDS), "k.", markersize=3, label="trained")
    x = np.geomspace(values[-1], 1.1 * spectrum.right_edge, 300)
    ax.plot(x, problem.dim * spectrum.mass_beyond(x), color="C0", label="state evolution")
    ax.axvline(spectrum.bulk_edge, linestyle=":", color="gray", label="edge of the noise")
    ax.set(xscale="log", yscale="log", ylim=(0.1, problem.dim), title=f"{title}: n = {samples}")
    ax.set(xlabel="x, an eigenvalue of $B B^T$", ylabel="eigenvalues above x")
    ax.legend()
    print(f"  n = {samples}: {spectrum.atom:.0%} of the weights at 0, noise up to {spectrum.bulk_edge:.2f}")


def main(folder: Path) -> None:
    """Train, solve, draw."""
    figure = Figure(figsize=(13, 8), layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subfigures(2, 1)
    left, right = above.subplots(1, 2)
    draw_risk(left, DIAGONAL, [60, 120, 240, 400, 800, 1600], "C0")
    draw_risk(right, QUADRATIC, [100, 200, 400, 800, 1600, 3200], "C0")
    print("spectra of the quadratic network:")
    for ax, (title, samples) in zip(below.subplots(1, 3), SPECTRA.items(), strict=True):
        draw_spectrum(ax, title, samples)
    save_figure_as(figure, folder / "trained_networks.png", dpi=120)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
