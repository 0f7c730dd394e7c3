r"""Figures of solutions: learning curves, the choice of the weight decay, spectra of the trained weights.

Each solves the state equations at one dimension, and sets the derived laws beside them where there are any.
Numbers have defaults, so that a name is enough: gamma = 5/4, d = 400, Delta = 1/2, lambda = 1/10.

In this order: `learning_curve`, `tuning`, `spectrum`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from asymptotics import OnBoundary, PhaseDiagram, Prediction, phase_diagram
from numerics import NotConverged, Problem, optimal_weight_decay, risk_curve, solve
from numerics.figures import NotebookFigure
from verify import words
from verify.gallery import MATRIX_NETWORKS, model_named

GAMMA, DIM, DECAY, NOISE = Fraction(5, 4), 400, Fraction(1, 10), Fraction(1, 2)
"""Where figures are drawn unasked."""

POINTS = 60
"""Of a curve."""

EFFECTIVE = (1, 10**5)
"""Ends of a learning curve in n_eff, unasked."""

DECADES = 3
"""Of weight decay on each side of the best one."""

SOLVED, LAW, PRUNED = "#1f4e8c", "#d95f02", "#4d4d4d"
"""Colours that differ in grey, and for the colour-blind."""


def learning_curve(
    *,
    network: str = "quadratic",
    estimator: str = "erm",
    width: int | None = None,
    gamma: Any = GAMMA,
    dim: int = DIM,
    samples: Sequence[Any] | None = None,
    weight_decay: Any = None,
    noise_variance: Any = NOISE,
) -> Figure:
    """Excess risk against effective samples, solved, and by the leading laws where they hold.

    Args:
        network: "diagonal", "quadratic", "bilinear" or "attention".
        estimator: "erm", "bayes" or "ridge".
        width: hidden units p, for the quadratic network; None for all.
        gamma: decay of the target, above 1/2.
        dim: dimension d.
        samples: numbers of samples; None for sixty from n_eff = 1 to 10^5.
        weight_decay: lambda; None for 1/10, or for none with "bayes".
        noise_variance: Delta.

    Returns:
        A figure; laws are drawn where the error that they expect of themselves is below 1/2.

    Raises:
        InvalidProblem: an argument is outside of the theory.
        NotConverged: a point could not be solved.
    """
    unit = dim if network in MATRIX_NETWORKS else 1
    counts = [round(unit * n) for n in np.geomspace(*EFFECTIVE, POINTS)] if samples is None else samples
    problem = _problem(network, estimator, width, gamma, dim, counts[0], weight_decay, noise_variance)
    risks = [float(solution.excess_risk) for solution in risk_curve(problem, counts)]
    figure = NotebookFigure(figsize=(6, 4.5), layout="constrained")
    axes = figure.subplots()
    effective = [float(Fraction(n) / unit) for n in counts]
    axes.loglog(effective, risks, color=SOLVED, linewidth=2, label=words.SOLVED_CURVE)
    _draw_laws(axes, problem, effective)
    axes.set(xlabel=words.EFFECTIVE_SAMPLES, ylabel=words.EXCESS_RISK, title=_title(problem))
    axes.legend(fontsize=8)
    return figure


def _problem(
    network: str,
    estimator: str,
    width: int | None,
    gamma: Any,
    dim: int,
    samples: Any,
    weight_decay: Any,
    noise_variance: Any,
) -> Problem:
    decay = DECAY if weight_decay is None and estimator != "bayes" else weight_decay
    return Problem(
        network,
        gamma=gamma,
        samples=samples,
        dim=dim,
        weight_decay=decay,
        noise_variance=noise_variance,
        estimator=estimator,
        width=width,
    )


def _draw_laws(axes: Axes, problem: Problem, effective: Sequence[float]) -> None:
    """The leading laws, a dashed line for each phase that holds somewhere."""
    noise = "fixed" if problem.noise_variance else "none"
    breadth = "full" if problem.is_full_width else "scaled"
    diagram = phase_diagram(
        model_named(problem.network),
        noise=noise,  # type: ignore[arg-type]
        estimator=problem.estimator,  # type: ignore[arg-type]
        width=breadth,  # type: ignore[arg-type]
    )
    lines: dict[str, list[tuple[float, float]]] = {}
    shown = list(_predictions(diagram, problem, effective))
    for count, predicted in shown:
        lines.setdefault(predicted.phase.name, []).append((count, float(predicted.risk)))
    styles = ("--", "-.", ":")
    for number, (name, points) in enumerate(lines.items()):
        style = {"color": LAW, "linestyle": styles[number % len(styles)], "linewidth": 1.5}
        axes.loglog(*zip(*points, strict=True), label=words.LAW_OF_PHASE.format(name=name), **style)
    if len(shown) < len(effective):
        axes.plot([], [], " ", label=words.LAWS_LEFT_OUT)


def _predictions(
    diagram: PhaseDiagram, problem: Problem, effective: Sequence[float]
) -> Iterator[tuple[float, Prediction]]:
    values: dict[str, Any] = {
        "gamma": problem.gamma,
        "d": problem.dim,
        "weight_decay": problem.weight_decay,
        "noise_variance": problem.noise_variance or None,
        "width": None if problem.is_full_width else problem.width,
    }
    for count in effective:
        try:
            predicted = diagram.at(n_eff=count, **values)
        except OnBoundary:
            continue
        if predicted.error < 1 / 2:
            yield count, predicted


def _title(problem: Problem, *, with_samples: bool = False, with_decay: bool = True) -> str:
    values = {"d": problem.dim, r"\gamma": problem.gamma, r"\Delta": problem.noise_variance}
    if with_samples:
        values = {"n": problem.samples, **values}
    if with_decay and problem.weight_decay is not None:
        values[r"\lambda"] = problem.weight_decay
    if not problem.is_full_width:
        values["p"] = problem.width
    subject = words.SUBJECTS[problem.estimator].format(problem.network)
    return f"{subject}\n{', '.join(f'${name} = {float(value or 0):g}$' for name, value in values.items())}"


def tuning(
    *,
    network: str = "quadratic",
    width: int | None = None,
    gamma: Any = GAMMA,
    dim: int = DIM,
    samples: Sequence[Any] = (20_000,),
    noise_variance: Any = NOISE,
) -> Figure:
    """Excess risk against weight decay at each number of samples: the best one, and pruning.

    Args:
        network: "diagonal", "quadratic", "bilinear" or "attention".
        width: hidden units p, for the quadratic network; None for all.
        gamma: decay of the target, above 1/2.
        dim: dimension d.
        samples: numbers of samples, a curve for each.
        noise_variance: Delta.

    Raises:
        InvalidProblem: an argument is outside of the theory.
        NotConverged: a point could not be solved, or no weight decay is the best.
    """
    figure = NotebookFigure(figsize=(6, 4.5), layout="constrained")
    axes = figure.subplots()
    styles = ("-", "--", "-.", ":")
    for number, count in enumerate(samples):
        problem = _problem(network, "erm", width, gamma, dim, count, None, noise_variance)
        best, tuned = optimal_weight_decay(problem)
        if best == 0:
            raise NotConverged(
                f"samples={count}: a weight decay of 0 is the best, which no axis of powers shows"
            )
        decays = best * np.logspace(-DECADES, DECADES, POINTS)
        solutions = [solve(replace(problem, weight_decay=float(decay))) for decay in decays]
        style = {"linestyle": styles[number % len(styles)]}
        risks = [float(solution.excess_risk) for solution in solutions]
        axes.loglog(decays, risks, color=SOLVED, label=words.AT_SAMPLES.format(count=float(count)), **style)
        pruned = [float(solution.pruned()) for solution in solutions]
        axes.loglog(decays, pruned, color=PRUNED, linewidth=1, label=words.PRUNED_CURVE, **style)
        axes.loglog([best], [tuned.excess_risk], "o", color=LAW, label=words.BEST_DECAY)
    axes.set(xlabel=words.WEIGHT_DECAY, ylabel=words.EXCESS_RISK)
    axes.set_title(_title(problem, with_decay=False))
    axes.legend(fontsize=8)
    return figure


def spectrum(
    *,
    network: str = "quadratic",
    gamma: Any = GAMMA,
    dim: int = DIM,
    samples: Sequence[Any] = (20_000,),
    width: int | None = None,
    weight_decay: Any = DECAY,
    noise_variance: Any = NOISE,
) -> Figure:
    """The spectrum of the trained weights at each number of samples, in axes of its own.

    Args:
        network: "diagonal", "quadratic", "bilinear" or "attention".
        gamma: decay of the target, above 1/2.
        dim: dimension d.
        samples: numbers of samples.
        width: hidden units p, for the quadratic network; None for all.
        weight_decay: lambda.
        noise_variance: Delta.

    Raises:
        InvalidProblem: an argument is outside of the theory.
        NotConverged: a point could not be solved.
    """
    figure = NotebookFigure(figsize=(6, 3.5 * len(samples)), layout="constrained")
    for axes, count in zip(np.ravel(figure.subplots(len(samples), 1)), samples, strict=True):
        problem = _problem(network, "erm", width, gamma, dim, count, weight_decay, noise_variance)
        solve(problem).spectrum().plot(axes)
        axes.set_title(_title(problem, with_samples=True))
    return figure
