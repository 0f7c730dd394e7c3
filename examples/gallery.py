"""The gallery: for each of five models what is derived, beside solved points.

    kernel_ridge      ridge regression with a power-law kernel
    random_features   on random features of it
    hermite           Bayes-optimal networks of extensive width
    bilinear          queries against keys
    attention         two tokens, tied weights

Everything on the left is derived, every point on the right solved, both from one declaration
(`asymptotics.models`).  Draws gallery_*.png beside this file, or into the folder given as argument; takes
about a minute.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sympy import Integer, Rational, latex

from asymptotics import OnBoundary, Phase, PhaseDiagram, kernel_ridge, phase_diagram
from asymptotics.models import attention, bilinear, hermite, random_features
from asymptotics.models.random_features import fewest_features, rho
from asymptotics.symbols import a, ell, gamma, source
from numerics import Problem, solve
from verify import solve_system
from verify.figures import draw_phase_diagram, save_figure_as
from verify.figures.drawing import COLOURS
from verify.figures.labels import Label, set_labels
from verify.figures.polygons import clipped, rectangle
from verify.figures.view import View

GAMMA, SOURCE = Fraction(5, 4), Fraction(1, 4)
Ends: TypeAlias = tuple[Fraction, Fraction]
POINTS, LINES = "#2171b5", ("#d94801", "#238b45", "#6a51a3", "#cb181d", "#636363", "#dd3497")


def new_figure(title: str) -> tuple[Figure, Axes, Axes]:
    """With room for a phase diagram and a law."""
    figure = Figure(figsize=(13, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    figure.suptitle(title)
    return figure, left, right


def draw_laws(
    axes: Axes,
    diagram: PhaseDiagram,
    x: Any,
    points: dict[str, Any],
    values: Callable[[float], dict[str, Any]],
) -> None:
    """Laws of the phases along a line: each where its phase is, through boundaries without a point."""
    pieces: dict[str, list[tuple[float, float]]] = {}
    for place in x:
        try:
            phase = diagram.locate(**points, **{"a": Fraction(place).limit_denominator(10**4)})
        except OnBoundary:
            continue
        law = float(phase.risk.evaluate(**values(float(place))))
        pieces.setdefault(f"{phase.name}: {phase.title}" if phase.name else phase.title, []).append(
            (place, law)
        )
    for (name, piece), colour in zip(pieces.items(), LINES * 3, strict=False):
        axes.semilogy(*zip(*piece, strict=True), color=colour, label=f"law {name}")


def of_network(model: Any, title: str, ell_: Fraction) -> Figure:
    """Learning curve at a weight decay d^ell, d = 10^8."""
    figure, left, right = new_figure(title)
    diagram = phase_diagram(model)
    left.axhline(float(ell_), color="black", linewidth=0.8, linestyle=":")
    draw_phase_diagram(left, diagram, gamma=GAMMA)
    dim, places = 10**8, np.linspace(0.05, 2.6, 35)
    decay = float(dim) ** float(ell_)
    problem = {"gamma": GAMMA, "dim": dim, "weight_decay": decay, "noise_variance": 1}
    risks = [solve(Problem(model.name, samples=float(dim) ** (1 + x), **problem)).excess_risk for x in places]
    right.semilogy(places, risks, ".", color=POINTS, label="state evolution solved, $d = 10^8$")

    def values(x: float) -> dict[str, Any]:
        at = {"gamma": GAMMA, "n_eff": float(dim) ** x, "d": dim}
        return {**at, "weight_decay": decay, "noise_variance": 1}

    draw_laws(right, diagram, places, {"ell": ell_, "gamma": GAMMA}, values)
    right.set(xlabel=r"samples: $a = \log n_{\mathrm{eff}}/\log d$", ylabel="excess risk")
    right.set_title(rf"weight decay $\lambda = d^{{{ell_}}}$ (dotted), $\Delta = 1$")
    right.legend(fontsize=8)
    return figure


def of_kernel_ridge() -> Figure:
    """The bias and the variance of label noise, along the ridge."""
    figure, left, right = new_figure("kernel ridge regression, arXiv:2105.15004")
    diagram = phase_diagram(kernel_ridge)
    draw_phase_diagram(left, diagram, gamma=GAMMA, source=SOURCE)
    samples = 10**6
    decays = np.linspace(-3.5, 0.3, 35)
    at = {"gamma": GAMMA, "source": SOURCE, "noise_variance": 1}
    risks, pieces = [], dict[str, list[tuple[float, float]]]()
    for place in decays:
        given = {**at, "n_eff": samples, "weight_decay": float(samples) ** place}
        risks.append(float(solve_system(kernel_ridge, **given).risk))
        exponents = {"a": 1, "ell": Fraction(place).limit_denominator(10**4)}
        phase = diagram.locate(**exponents, gamma=GAMMA, source=SOURCE)
        pieces.setdefault(f"{phase.name}: {phase.title}", []).append(
            (place, float(phase.risk.evaluate(**given)))
        )
    right.semilogy(decays, risks, ".", color=POINTS, label="equations solved, $n = 10^6$")
    for (name, piece), colour in zip(pieces.items(), LINES, strict=False):
        right.semilogy(*zip(*piece, strict=True), color=colour, label=f"law {name}")
    right.set(xlabel=r"ridge: $\log \lambda/\log n$", ylabel="excess risk")
    right.set_title(rf"$\gamma = {GAMMA}$, $r = {SOURCE}$, $\Delta = 1$")
    right.legend(fontsize=8)
    return figure


def draw_plane(axes: Axes, diagram: PhaseDiagram, x: Ends, y: Ends) -> None:
    """Phases over features and ridge at n = d, with the exponents of their risk."""
    fixed = {a: Integer(1), gamma: Rational(GAMMA), source: Rational(SOURCE)}
    view = View(fixed, upwards=ell, samples=x, vertical=y, along=rho)
    (left, right), (low, high) = (tuple(map(float, ends)) for ends in (x, y))
    labels, colours = [], iter(COLOURS.values())
    for phase in diagram.phases:
        region = clipped(rectangle((left, right), (low, high)), view.half_planes(phase))
        if region:
            exponent = latex(view.exponent(phase.risk), fold_short_frac=True)
            labels.append(Label(phase.name, f"$n^{{{exponent}}}$", region, next(colours)))
            axes.fill(*zip(*region, strict=True), facecolor=labels[-1].colour, edgecolor="black")
    fewest = float(fewest_features.subs(view.fixed))
    line = axes.axvline(fewest, color="#cb181d", linestyle="--", label="fewest features for the best rate")
    axes.set(xlim=(left, right), ylim=(low, high))
    axes.set(xlabel=r"features: $\log p/\log n$", ylabel=r"ridge: $\log \lambda/\log n$")
    axes.legend(handles=[line], loc="upper right", fontsize=8)
    set_labels(axes, labels, np.array([(fewest, place) for place in np.linspace(low, high, 200)]))


def of_random_features() -> Figure:
    """The fewest features that reach the best rate; bias and variance against features."""
    figure, left, right = new_figure("random features, arXiv:2405.15699")
    diagram = phase_diagram(random_features)
    left.set_title(rf"$\gamma = {GAMMA}$, $r = {SOURCE}$: phases and their risk")

    samples, ridge = 10**6, Fraction(1, 10)
    places = np.linspace(0.0613, 1.4613, 29)
    at = {"gamma": GAMMA, "source": SOURCE, "n_eff": samples, "noise_variance": 1}
    at["weight_decay"] = float(samples) ** float(ridge)
    quantities = ("bias", "variance")
    solved, pieces = {name: [] for name in quantities}, dict[str, list[tuple[float, Phase]]]()
    for place in places:
        numbers = solve_system(random_features, **at, p=float(samples) ** place).quantities
        exponents = {"a": 1, "rho": Fraction(place).limit_denominator(10**4), "ell": ridge}
        phase = diagram.locate(**exponents, gamma=GAMMA, source=SOURCE)
        pieces.setdefault(phase.name, []).append((place, phase))
        for name in quantities:
            solved[name].append(float(numbers[name]))
    for name, colour in zip(quantities, LINES, strict=False):
        right.semilogy(places, solved[name], ".", color=colour, label=f"{name}, solved, $n = 10^6$")
        label: str | None = f"law of the {name}, by phase"
        for piece in pieces.values():
            law = [float(phase.laws[name].evaluate(**at, p=float(samples) ** x)) for x, phase in piece]
            right.semilogy([x for x, _ in piece], law, color=colour, linewidth=0.8, label=label)
            label = None
    right.set(xlabel=r"features: $\log p/\log n$", ylabel=r"bias, variance ($\sigma^2 = 1$)")
    right.set_title(rf"ridge $\lambda = n^{{{ridge}}}$")
    right.legend(fontsize=8)
    draw_plane(left, diagram, (Fraction(0), Fraction(3, 2)), (Fraction(-2), Fraction(3, 2)))
    return figure


def of_hermite() -> Figure:
    """Constants of the one law for several degrees; the law beside solved points."""
    figure, left, right = new_figure("Bayes-optimal networks He_k of extensive width, arXiv:2605.10395")
    decays, degrees = np.linspace(0.7, 3, 24), (2, 3, 4, 5)
    samples = np.logspace(0, 12, 13)
    for degree, colour in zip(degrees, LINES, strict=False):
        model = hermite(degree)
        law = phase_diagram(model).locate(a=1, gamma=GAMMA).risk
        constants = [
            float(law.evaluate(gamma=Fraction(x).limit_denominator(10**4), n_eff=1, noise_variance=1))
            for x in decays
        ]
        left.plot(decays, constants, color=colour, label=f"$k = {degree}$")
        given = {"gamma": GAMMA, "noise_variance": 1}
        risks = [float(solve_system(model, **given, n_eff=float(n)).risk) for n in samples]
        rate = samples ** (1 - 1 / (2 * float(GAMMA)))
        constant = float(law.evaluate(**given, n_eff=1))
        right.semilogx(samples, risks * rate, ".", color=colour, label=f"solved, $k = {degree}$")
        right.axhline(constant, color=colour, linewidth=0.8)
    left.set(xlabel=r"decay $\gamma$ of the readouts $i^{-\gamma}$", ylabel="constant $c$")
    left.set_title(r"one phase: $R \sim c\,(\Delta/n_{\mathrm{eff}})^{1 - 1/(2\gamma)}$ at every $k$")
    right.set(xlabel=r"samples $n_{\mathrm{eff}} = n/d$", ylabel=r"$R\,n_{\mathrm{eff}}^{1 - 1/(2\gamma)}$")
    right.set_title(rf"$\gamma = {GAMMA}$, $\Delta = 1$; lines: the constants")
    left.legend()
    right.legend()
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "kernel_ridge": of_kernel_ridge,
    "random_features": of_random_features,
    "hermite": of_hermite,
    "bilinear": lambda: of_network(bilinear, "bilinear network", Fraction(1, 10)),
    "attention": lambda: of_network(attention, "attention with two tokens", Fraction(-7, 4)),
}


def main(folder: Path) -> None:
    """Draw all."""
    for name, figure in FIGURES.items():
        save_figure_as(figure(), folder / f"gallery_{name}.png", dpi=120)
        print(f"gallery_{name}.png", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
