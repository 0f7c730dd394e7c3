r"""Figure 8 of arXiv:2509.24882: the excess risk against weight decay, before and after the bulk is pruned.

Pruning removes from trained weights what noise alone produces: a threshold kappa below the edge of the bulk
is raised to it, so that eigenvalues nu of B B^T become (nu - (2 delta - kappa))_+, coefficients a_i w_i of
the diagonal network are thresholded at delta sqrt(2 log d) in all.  At little weight decay it removes the
overfitted noise; beyond the decay at which the bulk vanishes of itself it changes nothing, and the two curves
meet.

One panel has fewer samples than the interpolation threshold, the other more.  The best possible risk on the
same data is the Bayes-optimal one.

In this order: ``pruning``; one panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from asymptotics.expressions.checks import require
from numerics import Problem, solve, train
from verify.paper.output import (
    BLUE,
    GREY,
    ORANGE,
    PaperFigure,
    new_figure,
    noise_text,
    require_setting,
    suffix_of,
)
from verify.paper.problems import GAMMA, NOISE_VARIANCE

RATIOS = {"quadratic": (0.15, 1.0), "diagonal": (0.5, 3.0)}
"""n/d^2 or n/d in the two panels; the interpolation threshold is at 1/4 or 1."""

DECAYS = {"quadratic": (-2.5, 1.0), "diagonal": (-2.0, 1.2)}
"""log10 of the first and the last weight decay."""


DIMS = {"quadratic": 60, "diagonal": 200}
SEEDS = {"quadratic": 2, "diagonal": 10}


def pruning(
    network: str = "quadratic",
    *,
    noise_variance: float = NOISE_VARIANCE,
    estimator: str = "erm",
    width: int | None = None,
    dim: int | None = None,
    points: int = 60,
    decays: int = 7,
    seeds: int | None = None,
) -> PaperFigure:
    """Excess risk against weight decay, of the trained network and of the pruned one.

    Args:
        network: "diagonal" or "quadratic".
        noise_variance: of the label noise; 0 for none.
        estimator: "erm", which alone has trained weights.
        width: number of hidden units of the quadratic network; None for as many as inputs.
        dim: of curves and trainings; networks are trained here.  By default 60, or 200 (diagonal).
        points: of each curve.
        decays: how many weight decays networks are trained at.
        seeds: trained at each, whose mean and standard error are drawn.  By default 2, or 10 (diagonal).

    Raises:
        InvalidArgument: the setting is none that the figure has.
    """
    require_setting(network, noise_variance, estimator, ("erm",))
    dim = DIMS[network] if dim is None else dim
    seeds = SEEDS[network] if seeds is None else seeds
    for name, value, least in (
        ("dim", dim, 10),
        ("points", points, 2),
        ("decays", decays, 1),
        ("seeds", seeds, 1),
    ):
        require(isinstance(value, int) and value >= least, name, value, f"a whole number >= {least}")
    figure = new_figure(10, 4.6)
    rows: list[dict[str, Any]] = []
    unit = dim if network == "diagonal" else dim**2
    base = {"gamma": GAMMA, "dim": dim, "noise_variance": noise_variance, "width": width}
    panels = figure.subplots(1, 2, sharey=True)
    for ax, ratio in zip(panels, RATIOS[network], strict=True):
        problem = Problem(network, samples=round(ratio * unit), weight_decay=1, **base)  # type: ignore[arg-type]
        rows += _draw_curves(ax, problem, points)
        rows += _draw_trainings(ax, problem, decays, seeds)
        size = "d" if network == "diagonal" else "d^2"
        side = "below" if ratio == RATIOS[network][0] else "above"
        ax.set_title(
            f"$n = {problem.samples} = {ratio:g}\\,{size}$, {side} the interpolation threshold", fontsize=10
        )
        ax.set(xscale="log", yscale="log", xlabel=r"weight decay $\lambda$")
        ax.yaxis.set_minor_formatter(NullFormatter())
    panels[0].set_ylabel("excess risk $R$")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False, fontsize=9)
    hidden = "" if width is None else f", {width} hidden units"
    many = "one trained network each"
    if seeds > 1:
        many = f"{seeds} trained networks each, mean and standard error"
    setting = f"$d = {dim}$, {noise_text(noise_variance)}, $\\gamma = {GAMMA}$"
    figure.suptitle(f"Pruned {network} network{hidden}, {setting}; {many}")
    caption = (
        f"Excess risk of the {network} network against weight decay, before and after pruning, d = {dim}, "
        f"noise variance {noise_variance:g}, gamma = {GAMMA}: state evolution, trainings made here, {seeds} "
        "seeds each."
    )
    return PaperFigure(
        f"pruning_{suffix_of(network, noise_variance, estimator, width)}", figure, rows, caption
    )


def _draw_curves(ax: Axes, problem: Problem, points: int) -> list[dict[str, Any]]:
    """Risk of the solution, of its pruned weights, and Bayes' risk; returns their rows."""
    low, high = DECAYS[problem.network]
    decays = np.logspace(low, high, points)
    solutions = [solve(replace(problem, weight_decay=float(decay))) for decay in decays]
    curves = {
        "trained": [float(solution.excess_risk) for solution in solutions],
        "pruned": [float(solution.pruned()) for solution in solutions],
    }
    ax.plot(decays, curves["trained"], color=BLUE, label="trained: theory")
    ax.plot(decays, curves["pruned"], color=ORANGE, linestyle="--", label="pruned: theory")
    if problem.noise_variance > 0:
        best = solve(replace(problem, weight_decay=None, estimator="bayes", width=None))
        ax.axhline(float(best.excess_risk), color=GREY, linestyle=":", label="Bayes-optimal")
    return [
        _row(problem, f"{kind}, theory", decay, risk)
        for kind, risks in curves.items()
        for decay, risk in zip(decays, risks, strict=True)
    ]


def _row(
    problem: Problem, kind: str, decay: float, risk: float, error: float | None = None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "dim": problem.dim,
        "samples": problem.samples,
        "weight_decay": float(decay),
        "excess_risk": risk,
        "standard_error": error,
    }


def _draw_trainings(ax: Axes, problem: Problem, decays: int, seeds: int) -> list[dict[str, Any]]:
    """Means of trained networks before and after pruning; returns their rows."""
    low, high = DECAYS[problem.network]
    places = np.logspace(low, high, decays + 2)[1:-1]
    rows: list[dict[str, Any]] = []
    for decay in places:
        here = replace(problem, weight_decay=float(decay))
        solution = solve(here)
        trained = [train(here, seed=seed, progress=False, starts=1) for seed in range(seeds)]
        risks = {
            "trained": [one.excess_risk for one in trained],
            "pruned": [one.pruned(solution) for one in trained],
        }
        rows += [
            _row(problem, f"{kind}, trained here", decay, *_mean(values)) for kind, values in risks.items()
        ]
    styles = {"trained": ("o", BLUE, BLUE), "pruned": ("s", ORANGE, "white")}
    for kind, (marker, colour, face) in styles.items():
        mine = [row for row in rows if row["kind"].startswith(kind)]
        ax.errorbar(
            [row["weight_decay"] for row in mine],
            [row["excess_risk"] for row in mine],
            [row["standard_error"] or 0 for row in mine],
            fmt=marker,
            color=colour,
            markerfacecolor=face,
            markersize=5,
            capsize=2,
            label=f"{kind}: networks trained here",
        )
    return rows


def _mean(values: Sequence[float]) -> tuple[float, float | None]:
    """Mean and standard error; no error of a single value."""
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
    return float(np.mean(values)), error
