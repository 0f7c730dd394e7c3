"""First steps: where does a network stop overfitting benignly, and do the laws hold at finite size?

Derives the phases of the quadratic network, walks along its learning curve at small weight decay, solves the
full equations at growing dimension, and sets the solutions against the laws.  Writes first_steps.png beside
this file (or into the folder given as argument); takes about half a minute.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from asymptotics import Phase, phase_diagram, quadratic, symbols
from numerics import Problem, risk_curve
from verify.figures import draw_phase_diagram, save_figure_as

GAMMA = Fraction(5, 4)
ELL = Fraction(-1, 2)  # weight decay d^(-1/2)


def law_at(phase: Phase, dim: int, n_eff: float) -> float:
    """The leading law of the excess risk, at finite size."""
    return float(
        phase.risk.evaluate(
            gamma=GAMMA, n_eff=n_eff, d=dim, weight_decay=float(dim) ** float(ELL), noise_variance=1
        )
    )


def exponent_at(phase: Phase, a: float) -> float:
    """The derived exponent of the excess risk on the learning curve."""
    return float(phase.risk.exponent.subs({symbols.a: a, symbols.ell: ELL, symbols.gamma: GAMMA}))


def main(folder: Path) -> None:
    """Derive, solve, compare, draw."""
    diagram = phase_diagram(quadratic)
    curve = diagram.learning_curve(ell=ELL, gamma=GAMMA)
    print(f"quadratic network, gamma = {GAMMA}, weight decay d^({ELL}): as samples n_eff = d^a grow,")
    for start, end, phase in curve:
        print(f"  {start!s:>5} < a < {end!s:5} {phase.name:3} {phase.title:22} d^({phase.risk.exponent})")

    figure = Figure(figsize=(14, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    left.axhline(float(ELL), color="black", linewidth=0.8, linestyle=":")
    draw_phase_diagram(left, diagram, gamma=GAMMA)  # keeps its labels clear of the line

    exponents, highest = np.linspace(-0.4, 3.0, 69), np.full(69, -np.inf)
    for dim, colour in ((10**4, "#6baed6"), (10**8, "#2171b5"), (10**16, "#08306b")):
        problem = Problem(
            network="quadratic",
            gamma=GAMMA,
            samples=dim,
            dim=dim,
            weight_decay=float(dim) ** float(ELL),
            noise_variance=1,
        )
        solutions = risk_curve(problem, [float(dim) ** (1 + a) for a in exponents], progress=False)
        risks = [float(solution.excess_risk) for solution in solutions]
        heights = np.log(risks) / np.log(dim)
        highest = np.maximum(highest, heights)
        label = rf"$d = 10^{{{round(np.log10(dim))}}}$"
        right.plot(exponents, heights, ".-", color=colour, markersize=3, label=label)
    for start, end, phase in curve:
        inside = np.linspace(float(start), min(float(end), 3.0), 50)[1:-1]
        slope = [exponent_at(phase, a) for a in inside]
        right.plot(inside, slope, color="#d94801", linewidth=2, label="derived" if start == 0 else None)
        if float(start) < 3:
            middle = len(inside) // 2
            # beside the line, where no curve is: below it where they come from above, else above
            above = np.interp(inside[middle], exponents, highest) > slope[middle]
            aside = {"xytext": (0, -8), "va": "top"} if above else {"xytext": (8, 2)}
            place = {"ha": "center", "textcoords": "offset points", "color": "#d94801"} | aside
            right.annotate(phase.name, (inside[middle], slope[middle]), **place)
    right.set(
        xlabel=r"samples: $a = \log n_{\mathrm{eff}} / \log d$",
        ylabel=r"excess risk: $\log R / \log d$",
        title=rf"learning curve at weight decay $d^{{{ELL}}}$ (dotted line on the left)",
    )
    right.legend()
    save_figure_as(figure, folder / "first_steps.png", dpi=130)

    print("\nratio of the solved risk to the derived law, in the middle of each phase:")
    for start, end, phase in curve:
        a = float(start) + 0.5 if end.is_infinite else float(start + end) / 2
        dims = (10**6, 10**12, 10**24)
        ratios = []
        for dim in dims:
            problem = Problem(
                network="quadratic",
                gamma=GAMMA,
                samples=float(dim) ** (1 + a),
                dim=dim,
                weight_decay=float(dim) ** float(ELL),
                noise_variance=1,
            )
            (solution,) = risk_curve(problem, [problem.samples], progress=False)
            ratios.append(float(solution.excess_risk) / law_at(phase, dim, float(dim) ** a))
        shown = ", ".join(f"{ratio:.5f} at d = {dim:.0e}" for ratio, dim in zip(ratios, dims, strict=True))
        print(f"  {phase.name:3} a = {a:.3f}: {shown}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
