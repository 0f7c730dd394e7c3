r"""Figure 2 of arXiv:2509.24882: spectra of trained weights, with the bulk and the outliers of the theory.

Both axes are logarithmic: bins of equal width in log(weight), and the number of weights in each, so that the
bulk, hundreds of weights close to 0, and the outliers, one weight each, are seen at once.  The theory is the
law of the same weights,

    quadratic  eigenvalues of B B^T: those of (S* + delta GOE - kappa)_+,    bulk up to 2 delta - kappa,
               an outlier at s + delta^2/s - kappa for every target eigenvalue s > delta
    diagonal   a_i w_i = eta_kappa(theta*_i + delta z),   noise alone up to delta sqrt(2 log d) - kappa

at the solution (delta, kappa) of the state evolution; its mass in each bin is drawn, times the number of
weights. The mass at 0 has no place on a logarithmic axis: it is written.

In this order: ``spectra``; one panel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from asymptotics import OnBoundary, PhaseDiagram, models, phase_diagram
from asymptotics.expressions.checks import require
from numerics import Problem, solve
from numerics.networks.spectrum import Spectrum
from verify.paper.output import (
    BLUE,
    GREY,
    RED,
    PaperFigure,
    new_figure,
    noise_text,
    power,
    require_setting,
    suffix_of,
)
from verify.paper.problems import NOISE_VARIANCE, SPECTRA, spectrum_problems
from verify.paper.trainings import Training, of_problem, read, train_here

BINS = 24
BREADTH = 300
"""Ratio of the largest weight that is drawn to the smallest."""

SEEN = 1e-3
"""Weights in a bin below which a law is left under the axis: none will ever be there."""

PAPER = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}

STORED = (800, 400, 200, 100)
"""Dimensions that are looked for among stored trainings, the largest first."""


def spectra(
    network: str = "quadratic",
    *,
    noise_variance: float = NOISE_VARIANCE,
    estimator: str = "erm",
    width: int | None = None,
    dim: int = 60,
    seeds: int = 1,
    trainings: Path | None = None,
) -> PaperFigure:
    """Spectra of trained weights in six phases.

    Args:
        network: "diagonal" or "quadratic".
        noise_variance: of the label noise; 0 for none.
        estimator: "erm", which alone has trained weights.
        width: number of hidden units of the quadratic network; None for as many as inputs.
        dim: of the networks that are trained here, for the panels of which no training is stored.
        seeds: how many are trained here, whose weights are pooled.
        trainings: folder of stored trainings (``examples/data``); the largest dimension of a phase is drawn.

    Raises:
        InvalidArgument: the setting is none that the figure has.
    """
    require_setting(network, noise_variance, estimator, ("erm",))
    require(isinstance(dim, int) and dim >= 10, "dim", dim, "a whole number >= 10")
    require(isinstance(seeds, int) and seeds >= 1, "seeds", seeds, "a whole number >= 1")
    stored = read(trainings)
    diagram = phase_diagram(getattr(models, network), noise="fixed" if noise_variance else "none")
    figure = new_figure(12.5, 7)
    rows: list[dict[str, Any]] = []
    origins: list[str] = []
    panels = figure.subplots(2, 3).ravel()
    for ax, name in zip(panels, SPECTRA, strict=True):
        problem, group = _trained(name, network, noise_variance, width, dim, seeds, stored)
        title = _title(diagram, name)
        decay = power(SPECTRA[name][1])
        rows += _draw_panel(ax, title, decay, problem, group)
        origins.append(f"{title}: {_origin(problem, group)}")
    handles: dict[str, Any] = {}
    for ax in panels:
        handles |= {label: handle for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    figure.legend(
        handles.values(), handles.keys(), loc="outside lower center", ncols=len(handles), frameon=False
    )
    hidden = "" if width is None else f", {width} hidden units"
    usual = rf"$\gamma = {SPECTRA['Ia'][2]}$ unless another one is given"
    figure.suptitle(
        f"Weights of the trained {network} network{hidden}, {noise_text(noise_variance)}, {usual}"
    )
    caption = (
        f"Weights of trained {network} networks, noise variance {noise_variance:g}, and their law at the "
        f"solution of the state evolution. {'; '.join(origins)}."
    )
    return PaperFigure(
        f"spectra_{suffix_of(network, noise_variance, estimator, width)}", figure, rows, caption
    )


def _trained(
    name: str,
    network: str,
    noise_variance: float,
    width: int | None,
    dim: int,
    seeds: int,
    stored: Sequence[Training],
) -> tuple[Problem, list[Training]]:
    """The stored trainings of the largest dimension, or those made here."""
    for size in STORED if width is None else ():
        problem = spectrum_problems(network, dim=size, noise_variance=noise_variance)[name]
        group = [one for one in of_problem(stored, problem) if one.weights is not None]
        if group:
            return problem, group
    problem = spectrum_problems(network, dim=dim, noise_variance=noise_variance, width=width)[name]
    return problem, [train_here(problem, seed) for seed in range(seeds)]


def _title(diagram: PhaseDiagram, name: str) -> str:
    """The phase in which the point lies."""
    a, ell, gamma = (Fraction(str(x)) for x in SPECTRA[name])
    try:
        phase = diagram.locate(a=a, ell=ell, gamma=gamma)
    except OnBoundary as error:
        return f"between {' and '.join(phase.name for phase in error.phases)}"
    return f"{phase.name}, {phase.title}"


def _origin(problem: Problem, group: Sequence[Training]) -> str:
    """Size of the problem, and whether it was trained here."""
    where = "stored" if group[0].is_stored else "trained here"
    gap = max(training.duality_gap for training in group)
    many = "" if len(group) == 1 else f", {len(group)} seeds"
    return (
        f"d = {problem.dim}, n = {problem.samples}, lambda = {float(problem.weight_decay or 0):.4g}, "
        f"gamma = {float(problem.gamma or 0):g}, {where}{many}, relative duality gap {gap:.0e}"
    )


def _draw_panel(
    ax: Axes, title: str, decay: str, problem: Problem, group: Sequence[Training]
) -> Iterator[dict[str, Any]]:
    """Histogram, law, edge and outliers of one phase; yields the rows of its bins."""
    spectrum = solve(problem).spectrum()
    values = np.concatenate([training.weights for training in group if training.weights is not None])
    sizes = np.abs(values[values != 0])
    size = rf"$d = {problem.dim}$, $n = {problem.samples}$, $\lambda = {decay}$"
    if problem.gamma != SPECTRA["Ia"][2]:
        size += rf", $\gamma = {problem.gamma}$"
    ax.set_title(f"{title}\n{size}", fontsize=10)
    what = "size of a coefficient $|a_i w_i|$" if spectrum.is_even else "eigenvalue of $B B^T$"
    ax.set(xscale="log", yscale="log", xlabel=what, ylabel="weights in a bin")
    zero = f"at 0: {np.mean(values == 0):.1%} trained, {spectrum.atom:.1%} theory"
    ax.text(0.97, 0.96, zero, transform=ax.transAxes, ha="right", va="top", fontsize=8, bbox=PAPER)
    edges = _edges(sizes, spectrum)
    counts = np.histogram(sizes, edges)[0] / len(group)
    sides = 2 if spectrum.is_even else 1
    law = -sides * problem.dim * np.diff(spectrum.mass_beyond(edges))
    if counts.any():
        ax.stairs(counts, edges, fill=True, color="0.82", label="trained")
    if law.any():
        ax.stairs(law, edges, color=BLUE, linewidth=1.6, label="state evolution")
    if edges[0] < spectrum.bulk_edge < edges[-1]:
        ax.axvline(spectrum.bulk_edge, linestyle=":", color=GREY, label="edge of the bulk")
    places = [spike.location for spike in spectrum.spikes if edges[0] < spike.location < edges[-1]]
    outliers = [x for x in places if x > spectrum.bulk_edge]
    lowest = 0.03 if spectrum.is_even else 0.3 / len(group)  # Gaussian tails have no outliers
    if law.max() > SEEN:
        lowest = min(lowest, law.max() / 3)  # few weights in many bins
    if outliers:
        heights = [lowest * 1.5] * len(outliers)
        ax.plot(outliers, heights, "v", color=RED, markersize=5, label="outliers of the theory")
    ax.set(xlim=(edges[0], edges[-1]), ylim=(lowest, 4 * max(counts.max(), law.max(), 1)))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_formatter(NullFormatter())
    if not len(sizes):
        ax.text(0.5, 0.5, "every trained weight is 0", transform=ax.transAxes, ha="center", fontsize=9)
    return (
        {
            "phase": title.split(",", maxsplit=1)[0],
            "dim": problem.dim,
            "samples": problem.samples,
            "weight_decay": problem.weight_decay,
            "gamma": problem.gamma,
            "stored": group[0].is_stored,
            "from": left,
            "to": right,
            "trained_per_network": count,
            "theory": mass,
        }
        for left, right, count, mass in zip(edges[:-1], edges[1:], counts, law, strict=True)
    )


def _edges(sizes: NDArray[np.float64], spectrum: Spectrum) -> NDArray[np.float64]:
    """Ends of the bins, equally spaced in the logarithm."""
    location = spectrum.spikes[0].location if spectrum.spikes else spectrum.bulk_edge
    largest = 1.4 * max(sizes.max(initial=0.0), location) or 1.0
    return np.geomspace(largest / BREADTH, largest, BINS + 1)
