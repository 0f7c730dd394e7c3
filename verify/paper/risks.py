r"""Figures 3 to 5 of arXiv:2509.24882: excess risk against samples, at weight decay 1/d, 1 and sqrt(d).

Each panel has solutions of the state evolution at several dimensions, trained networks, and the *derived
slopes*: along a learning curve at lambda = d^ell, n_eff = d^a, the risk of a phase is d^(-r(a)) with r linear
in a, so that at a fixed dimension

    R ~ n_eff^(-dr/da)        within the phase.

The slopes of arXiv:2509.24882, Result 1, for fixed noise, as they follow from the phases:

    ell = -1     Ia 0   IV -1 + 1/(2 gamma)   V +2/5 (quadratic), 0 up to a logarithm (diagonal)   VI -1
    ell = 0      Ib 0   II -2 + 1/gamma       VI -1
    ell = 1/2    Ib 0   II -2 + 1/gamma       (gamma < 1: III -2)      VI -1

Without label noise, Figures 4 and 5, there is nothing to overfit, and no phase VI:

    ell = -1     Ia 0   N 1 - 2 gamma, times log(d)^(2 gamma - 1) (diagonal)   III -2
    ell = 0      Ib 0   II -2 + 1/gamma       III -2
    ell = 1/2    Ib 0   II -2 + 1/gamma       III -2

A slope that is printed in a panel and stands not in its row is none of a phase there.

A slope is drawn beside the curve of the largest dimension, from one end of its phase to the other.  At the
dimensions of trainings the curves bend where phases meet; the slope is the limit of large d.

*Trainings off the theory.* At lambda = 1/d and n_eff = d^(1/4) those of the quadratic network lie above it,
and more so the larger d is: with noise R = 2.25 against 1.46 at d = 100, 2.62 against 1.20 at d = 800;
without it 1.47 against 0.79 at d = 800.  No output is below -Tr S/sqrt(d), of order 1 for gamma > 1, but
labels are (16 of 316 at d = 100): the equations, which know labels by their variance alone, do not see that.
From n_eff = d^0.55 on the two agree within a fifth.

In this order: ``risks``; curves, trainings, slopes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter
from sympy import diff, latex, nsimplify, oo

from asymptotics import OnBoundary, models, phase_diagram, symbols
from asymptotics.expressions.checks import require
from numerics import Problem, risk_curve
from verify.paper.output import (
    MARKERS,
    RED,
    PaperFigure,
    new_figure,
    noise_text,
    power,
    require_setting,
    shade,
    suffix_of,
)
from verify.paper.problems import GAMMA, NOISE_VARIANCE, RISKS, problem_at, risk_problems
from verify.paper.trainings import Training, of_problem, read, train_here

WINDOWS = {-1.0: (-0.6, 1.8), 0.0: (-0.1, 1.8), 0.5: (0.4, 1.9)}
"""By ell: what is drawn of a."""

SHORTEST = 0.12
"""Part of the axis of a below which a slope is not drawn."""


def risks(
    network: str = "quadratic",
    *,
    noise_variance: float = NOISE_VARIANCE,
    estimator: str = "erm",
    width: int | None = None,
    dims: Sequence[int] = (100, 200, 400, 800),
    points: int = 60,
    train_dim: int | None = None,
    seeds: int = 1,
    trainings: Path | None = None,
) -> PaperFigure:
    """Excess risk along learning curves.

    Args:
        network: "diagonal" or "quadratic".
        noise_variance: of the label noise; 0 for none (Figures 4 and 5).
        estimator: "erm", "ridge" or, in one panel without weight decay, "bayes".
        width: number of hidden units of the quadratic network; None for as many as inputs.
        dims: of the curves.
        points: of each curve.
        train_dim: dimension at which networks are trained here; None for stored trainings only.
        seeds: how many are trained here.
        trainings: folder of stored trainings (``examples/data``).

    Raises:
        InvalidArgument: the setting is none that the figure has.
    """
    require_setting(network, noise_variance, estimator, ("erm", "ridge", "bayes"))
    are_sizes = len(dims) > 0 and all(isinstance(dim, int) and dim >= 2 for dim in dims)
    require(are_sizes, "dims", dims, "whole numbers >= 2, one at least")
    require(isinstance(points, int) and points >= 2, "points", points, "a whole number >= 2")
    ells: list[float | None] = [None] if estimator == "bayes" else list(RISKS)
    figure = new_figure(4.4 * max(len(ells), 1.5), 4.6)
    panels = np.atleast_1d(figure.subplots(1, len(ells), sharey=noise_variance > 0))
    setting = {"noise_variance": noise_variance, "estimator": estimator, "width": width}
    sizes = sorted({int(dim) for dim in dims})
    pairs = (
        _trainings(network, sizes, noise_variance, width, train_dim, seeds, trainings)
        if estimator == "erm"
        else []
    )
    rows: list[dict[str, Any]] = []
    for ax, ell in zip(panels, ells, strict=True):
        curves = _draw_curves(ax, network, ell, sizes, points, setting)
        rows += curves
        rows += _draw_trainings(ax, sizes, [(p, t) for e, p, t in pairs if e == ell])
        if width is None:
            _draw_slopes(
                ax,
                network,
                ell,
                noise_variance,
                estimator,
                [row for row in curves if row["dim"] == sizes[-1]],
            )
        decay = "no weight decay" if ell is None else rf"$\lambda = {power(ell)}$"
        ax.set(xscale="log", yscale="log", xlabel=r"effective samples $n_{\mathrm{eff}}$", title=decay)
        ax.xaxis.set_minor_formatter(NullFormatter())
    for ax in panels[:1] if noise_variance else panels:  # the others share its axis
        low, high = ax.get_ylim()
        ax.set_ylim(low, high * (high / low) ** 0.05)  # room for the labels of the slopes
    panels[0].set_ylabel("excess risk $R$")
    figure.legend(
        handles=list(_handles(sizes, pairs, has_slopes=width is None)),
        loc="outside lower center",
        ncols=5 if len(ells) > 1 else 2,
        frameon=False,
        fontsize=9,
    )
    trained = "trained" if pairs else "theory of the trained"
    who = {"erm": trained, "ridge": "ridge regression in place of the", "bayes": "Bayes-optimal"}[estimator]
    hidden = "" if width is None else f", {width} hidden units"
    figure.suptitle(
        f"{who.capitalize()} {network} network{hidden}, {noise_text(noise_variance)}, $\\gamma = {GAMMA}$"
    )
    return PaperFigure(
        f"risks_{suffix_of(network, noise_variance, estimator, width)}",
        figure,
        rows,
        f"Excess risk of the {network} network ({estimator}), noise variance {noise_variance:g}, "
        f"gamma = {GAMMA}: state evolution at d = {', '.join(map(str, sizes))}, {_origin(pairs)}, derived "
        "slopes.",
    )


def _draw_curves(
    ax: Axes, network: str, ell: float | None, dims: Sequence[int], points: int, setting: dict[str, Any]
) -> list[dict[str, Any]]:
    """Solved curves, one for each dimension; returns their rows."""
    rows = []
    low, high = (-0.6, 1.8) if ell is None else WINDOWS[ell]
    for place, dim in enumerate(dims):
        problem = problem_at(network, a=0, ell=ell, dim=dim, **setting)
        unit = 1 if network == "diagonal" else dim
        n_eff = np.geomspace(float(dim) ** low, float(dim) ** high, points)
        # of the interpolation: as many samples as weights, of the quadratic network half as many
        peak = dim if network == "diagonal" else dim / (2 if setting["estimator"] == "ridge" else 4)
        n_eff = np.union1d(n_eff, peak * np.linspace(0.92, 1.08, 9))
        solved = risk_curve(problem, [float(unit * x) for x in n_eff], progress=False)
        values = [float(solution.excess_risk) for solution in solved]
        ax.plot(n_eff, values, color=shade(place, len(dims)), linewidth=1.5, zorder=2)
        rows += [_row(s.problem, "state evolution", value) for s, value in zip(solved, values, strict=True)]
    return rows


def _row(problem: Problem, kind: str, risk: float, seed: int | None = None) -> dict[str, Any]:
    return {
        "kind": kind,
        "dim": problem.dim,
        "samples": float(problem.samples),
        "n_eff": float(problem.n_eff),
        "weight_decay": problem.weight_decay,
        "seed": seed,
        "excess_risk": risk,
    }


def _trainings(
    network: str,
    dims: Sequence[int],
    noise_variance: float,
    width: int | None,
    train_dim: int | None,
    seeds: int,
    folder: Path | None,
) -> list[tuple[float, Problem, Training]]:
    """Stored trainings of the dimensions of the curves, and those made here, each with its ell."""
    stored = read(folder) if width is None else ()
    pairs = []
    for dim in dims:
        grids = risk_problems(network, dim=dim, noise_variance=noise_variance, width=width)
        for ell, problems in grids.items():
            for problem in problems:
                group = of_problem(stored, problem)
                if dim == train_dim and not group:
                    group = [train_here(problem, seed) for seed in range(seeds)]
                pairs += [(ell, problem, training) for training in group]
    return pairs


def _draw_trainings(
    ax: Axes, dims: Sequence[int], pairs: Sequence[tuple[Problem, Training]]
) -> Iterator[dict[str, Any]]:
    """Means over the seeds with their standard errors, hollow where trained here; returns their rows."""
    groups: dict[tuple[Problem, bool], list[float]] = {}
    for problem, training in pairs:
        groups.setdefault((problem, training.is_stored), []).append(training.excess_risk)
    for (problem, is_stored), values in groups.items():
        place = dims.index(problem.dim)
        colour = shade(place, len(dims))
        ax.errorbar(
            float(problem.n_eff),
            np.mean(values),
            np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else None,
            fmt=MARKERS[place % len(MARKERS)],
            ecolor=colour,
            capsize=2,
            markersize=5,
            markerfacecolor=colour if is_stored else "white",
            markeredgecolor="black" if is_stored else colour,
            markeredgewidth=0.7 if is_stored else 1.3,
            zorder=3,
        )
    return (
        _row(p, "trained, stored" if t.is_stored else "trained here", t.excess_risk, t.seed) for p, t in pairs
    )


def _draw_slopes(
    ax: Axes,
    network: str,
    ell: float | None,
    noise_variance: float,
    estimator: str,
    curve: Sequence[dict[str, Any]],
) -> None:
    """Derived slopes above the curve, each with its phase and exponent, where its phase is wide enough."""
    gamma = Fraction(str(GAMMA))
    noise: Any = "fixed" if noise_variance else "none"
    diagram = phase_diagram(getattr(models, network), noise=noise, estimator=estimator)  # type: ignore[arg-type]
    at = {} if ell is None else {"ell": Fraction(str(ell))}
    dim, n_eff = curve[0]["dim"], np.array([row["n_eff"] for row in curve])
    places, heights = np.log(n_eff) / np.log(dim), np.log([row["excess_risk"] for row in curve])
    try:
        learning_curve = diagram.learning_curve(gamma=gamma, **at)
    except OnBoundary as error:
        between = " and ".join(phase.name for phase in error.phases)
        where: dict[str, Any] = {
            "transform": ax.transAxes,
            "ha": "right",
            "va": "top",
            "color": RED,
            "fontsize": 8,
        }
        ax.text(0.98, 0.97, f"along the boundary of {between}:\nno slope of one phase", **where)
        return
    for start, end, phase in learning_curve:
        low = max(float(start), places[0])
        high = min(places[-1] if end == oo else float(end), places[-1])
        fixed = {
            symbols.gamma: nsimplify(gamma),
            **({} if ell is None else {symbols.ell: nsimplify(at["ell"])}),
        }
        exponent = phase.risk.exponent.subs(fixed)
        if high - low < SHORTEST * (places[-1] - places[0]) or not exponent.is_finite:
            continue
        slope, ends = diff(exponent, symbols.a), np.array([low, high])
        line = float(slope) * (ends - ends.mean()) * np.log(dim)
        inside = np.abs(places - ends.mean()) <= (high - low) / 4
        along = float(slope) * (places[inside] - ends.mean()) * np.log(dim)
        above = np.max(heights[inside] - along, initial=-np.inf) + np.log(1.25)
        ax.plot(float(dim) ** ends, np.exp(above + line), linestyle="--", color=RED, linewidth=1.5, zorder=4)
        text = latex(slope, fold_short_frac=True) + (r"\ (\log)" if phase.risk.log_exponent != 0 else "")
        # there is room to the right of a falling line, and above the end of a rising one
        side = -1 if slope > 0 else 0
        at_label = (ends.mean(), above) if slope < 0 else (ends[side], above + line[side])
        ax.annotate(
            f"{phase.name}: ${text}$",
            (float(dim) ** at_label[0], np.exp(at_label[1])),
            xytext=(4 if slope < 0 else 0, 4),
            textcoords="offset points",
            ha="right" if slope > 0 else "left",
            va="bottom",
            color=RED,
            fontsize=8,
            zorder=5,
        )


def _handles(dims: Sequence[int], pairs: Sequence[Any], *, has_slopes: bool) -> Iterator[Line2D]:
    """The legend: lines and markers by dimension, and where trainings come from."""
    for place, dim in enumerate(dims):
        has = any(problem.dim == dim for _, problem, _ in pairs)
        yield Line2D(
            [],
            [],
            color=shade(place, len(dims)),
            marker=MARKERS[place % len(MARKERS)] if has else "",
            markersize=5,
            label=f"$d = {dim}$" + (", theory and trained" if has else ", theory"),
        )
    if has_slopes:
        yield Line2D([], [], color=RED, linestyle="--", label="derived slope, by phase")
    if any(training.is_stored for *_, training in pairs):
        yield Line2D(
            [],
            [],
            color="white",
            marker="o",
            markerfacecolor="0.6",
            markeredgecolor="black",
            label="stored training",
        )
    if any(not training.is_stored for *_, training in pairs):
        yield Line2D(
            [],
            [],
            color="white",
            marker="o",
            markerfacecolor="white",
            markeredgecolor="0.3",
            label="trained here",
        )


def _origin(pairs: Sequence[tuple[float, Problem, Training]]) -> str:
    """Which points are trainings, and of which kind."""
    parts = []
    for is_stored, where in ((True, "stored"), (False, "made here")):
        group = [(problem, training) for _, problem, training in pairs if training.is_stored == is_stored]
        if group:
            dims = ", ".join(map(str, sorted({problem.dim for problem, _ in group})))
            seeds = len({training.seed for _, training in group})
            gap = max(training.duality_gap for _, training in group)
            parts.append(
                f"{len(group)} trainings {where} at d = {dims} with up to {seeds} seeds (mean and standard "
                f"error), relative duality gaps up to {gap:.0e}"
            )
    return "; ".join(parts) or "no trainings"
