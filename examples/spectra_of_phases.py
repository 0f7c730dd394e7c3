"""What do trained weights look like in each phase, and are they what the theory says?

Trains both networks at a point of every phase in which weights are learned, pools the weights of a few seeds,
and sets their density beside that of the solution.  The phases are those of the exponents a and ell at these
points, n_eff = d^a and lambda = d^ell; in Ia and Ib every weight is 0.  The table has the fraction of weights
at 0, and the Kolmogorov distances of the pooled weights to the law of the solution and, to compare, to that
of twice as many samples.  At these dimensions outliers are few and fluctuate; densities are averaged over
bins.  Writes spectra_of_phases.png beside this file (or into the folder given as argument); takes about ten
seconds.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from numerics import Problem, solve, train
from numerics.training.trained import WeightSpectrum
from verify.figures import save_figure_as

BINS, BREADTH = 14, 100
SEEDS = {"diagonal": range(4), "quadratic": range(3)}


def diagonal(samples: int, decay: float, gamma: float = 1.25, noise: float = 0.5) -> Problem:
    """A diagonal network with 400 inputs."""
    law = {"gamma": gamma, "noise_variance": noise}
    return Problem("diagonal", samples=samples, dim=400, weight_decay=decay, **law)


def quadratic(samples: int, decay: float, gamma: float = 1.25, noise: float = 0.5) -> Problem:
    """A quadratic network with 40 inputs."""
    law = {"gamma": gamma, "noise_variance": noise}
    return Problem("quadratic", samples=samples, dim=40, weight_decay=decay, **law)


PHASES = {
    "II, over-regularised": (diagonal(120, 2), quadratic(480, 1.5)),
    "III, shrinkage": (diagonal(4000, 4, gamma=0.6), quadratic(9600, 3.2, gamma=0.6)),
    "IV, benign overfitting": (None, quadratic(80, 0.1)),
    "V, harmful overfitting": (diagonal(120, 0.05), quadratic(240, 0.02)),
    "VIa, some modes learned": (diagonal(1600, 0.1), quadratic(3200, 0.1)),
    "VIb, all modes learned": (diagonal(4000, 0.1, gamma=0.6), quadratic(9600, 0.1, gamma=0.6)),
    "N, no label noise": (diagonal(120, 0.01, noise=0), quadratic(160, 0.02, noise=0)),
}
"""Of each phase a problem for the diagonal and one for the quadratic network; the first has no phase IV."""


def pooled(problem: Problem) -> NDArray[np.float64]:
    """The trained weights of a few seeds, sorted."""
    weights = [train(problem, seed=seed, progress=False).eigenvalues for seed in SEEDS[problem.network]]
    return np.sort(np.concatenate(weights))


def draw(ax: Axes, title: str, problem: Problem, values: NDArray[np.float64]) -> None:
    """Densities of the weights that are not 0, in absolute value, averaged over bins."""
    spectrum = solve(problem).spectrum()
    sizes = np.abs(values[values != 0])
    largest = 1.2 * max(sizes.max(), spectrum.spikes[0].location if spectrum.spikes else 0)
    edges = np.geomspace(max(sizes.min(), largest / BREADTH), largest, BINS + 1)
    heights = np.histogram(sizes, edges)[0] / len(values) / np.diff(edges)
    ax.stairs(heights, edges, fill=True, color="0.8", label="trained")
    sides = 2 if spectrum.is_even else 1
    law = -sides * np.diff(spectrum.mass_beyond(edges)) / np.diff(edges)
    ax.stairs(law, edges, color="C0", linewidth=1.5, label="state evolution")
    if edges[0] < spectrum.bulk_edge < largest:
        ax.axvline(spectrum.bulk_edge, linestyle=":", color="gray", label="edge of the noise")
    seen = heights[heights > 0]
    ax.set(xscale="log", yscale="log", ylim=(seen.min() / 5, 5 * seen.max()), title=title)
    ax.set_xlabel("weight, absolute" if spectrum.is_even else "eigenvalue of $B B^T$")
    ax.tick_params(which="minor", labelbottom=False)


def distances(problem: Problem, values: NDArray[np.float64]) -> tuple[float, float]:
    """Kolmogorov distances to the law of the weights, and to that of twice as many samples."""
    trained = WeightSpectrum(values, np.empty(0))
    other = replace(problem, samples=2 * problem.samples)
    return trained.distance(solve(problem).spectrum()), trained.distance(solve(other).spectrum())


def main(folder: Path) -> None:
    """Train, solve, compare, draw."""
    figure = Figure(figsize=(21, 6.5), layout="constrained")
    FigureCanvasAgg(figure)
    rows = figure.subplots(2, len(PHASES))
    print(f"{'network':10} {'phase':25} {'n':>5} {'at 0':>6} {'theory':>7} {'distance':>9} {'to 2 n':>7}")
    for row, network in zip(rows, ("diagonal", "quadratic"), strict=True):
        row[0].set_ylabel(f"{network} network\ndensity")
        for ax, (phase, problems) in zip(row, PHASES.items(), strict=True):
            problem = problems[network == "quadratic"]
            if problem is None:
                ax.set_axis_off()
                ax.text(0.5, 0.9, "no phase IV", ha="center", transform=ax.transAxes)
                continue
            values = pooled(problem)
            draw(ax, phase, problem, values)
            zero, atom = np.mean(values == 0), solve(problem).spectrum().atom
            own, other = distances(problem, values)
            print(f"{network:10} {phase:25} {problem.samples:5} {zero:6.1%} {atom:7.1%} ", end="")
            print(f"{own:9.3f} {other:7.3f}")
    rows[0][2].legend(*rows[0][1].get_legend_handles_labels(), loc="center")
    save_figure_as(figure, folder / "spectra_of_phases.png", dpi=100)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
