r"""A third model, of your own: from an empty file to a model that is derived, solved and verified.

Ridge regression learns nothing from a target smoother than source r = 1: it saturates.  Iterated once more,
on what is left, it goes on up to r = 2 (Tikhonov regularisation iterated; Engl, Hanke, Neubauer, 1996).  In
the Gaussian sequence model n samples show every coefficient of a target through noise of variance delta^2 =
Delta/n, on modes of strength s_i^2 = i^(-2 gamma), and two rounds of ridge lambda leave the share q^2, q =
lambda/(s_i^2 + lambda), of each unlearned.  The target has the energies t_i^2 = i^(-1 - 4 gamma r).  What is
left of them, and the noise that is let in, are

    R = sum_i t_i^2 q_i^4 + delta^2 sum_i (1 - q_i^2)^2,        n delta^2 = Delta.

That is all there is to declare.  `phase_diagram` says where the ridge is too weak, too strong, and where it
saturates, with the leading constants; `solve_system` evaluates the sums in full; `agreement` compares the
two.

Draws third_model.png beside this file, or into the folder given as argument; takes some ten seconds.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sympy import Eq, latex

from asymptotics import System, mode_sum, phase_diagram
from asymptotics.symbols import (
    a,
    effective_noise,
    ell,
    gamma,
    n_eff,
    noise_variance,
    size,
    source,
    weight_decay,
)
from verify import agreement, solve_system
from verify.figures import save_figure_as

# --- the declaration
left = weight_decay / (size**2 + weight_decay)
unlearned = mode_sum(size ** (1 / gamma + 4 * source) * left**4)
overfitting = effective_noise**2 * mode_sum((1 - left**2) ** 2)
iterated_ridge = System(
    name="iterated ridge",
    unknowns=(effective_noise,),
    equations=(Eq(n_eff * effective_noise**2, noise_variance),),
    quantities={"risk": unlearned + overfitting, "unlearned": unlearned, "overfitting": overfitting},
    scales={n_eff: a, weight_decay: ell},  # n = d^a, lambda = d^ell
)
# --- that is all

GAMMA, SOURCES, SAMPLES = Fraction(5, 4), (Fraction(3, 2), Fraction(3)), 10**6


def main(folder: Path) -> None:
    """Derive, print, compare, draw."""
    diagram = phase_diagram(iterated_ridge)
    for phase in diagram.phases:
        print(f"{phase.region}:  R ~ {phase.risk.expr}")
    report = agreement(diagram)
    print(f"{len(report.checks)} exponents compared with solutions, all agree: {report.passed}")

    decays = np.logspace(-7, 0.5, 40)
    figure = Figure(figsize=(12, 4.6), layout="constrained")
    FigureCanvasAgg(figure)
    for ax, r in zip(figure.subplots(1, 2, sharey=True), SOURCES, strict=True):
        at = {"gamma": GAMMA, "source": r, "n_eff": SAMPLES, "noise_variance": 1}
        risks = [
            float(solve_system(iterated_ridge, **at, weight_decay=float(decay)).quantities["risk"])
            for decay in decays
        ]
        ax.loglog(decays, risks, ".", color="#2171b5", label="sums in full")
        for weak, name in ((-2, "weak ridge"), (Fraction(-1, 100), "strong ridge")):
            phase = diagram.locate(a=1, ell=weak, gamma=GAMMA, source=r)
            laws = [float(phase.risk.evaluate(**at, weight_decay=float(decay))) for decay in decays]
            exponent = latex(phase.risk.exponent, fold_short_frac=True)
            ax.loglog(decays, laws, label=rf"law for a {name}: $n = d^a$, $R \sim d^{{{exponent}}}$")
        ax.set(xlabel=r"ridge $\lambda$", ylim=(min(risks) / 5, 5 * max(risks)))
        ax.set_title(rf"source $r = {r}$: {'saturated' if r > 2 else 'not saturated'}")
        ax.legend(loc="upper left")
    figure.axes[0].set_ylabel(rf"excess risk, $n = 10^6$, $\Delta = 1$, $\gamma = {GAMMA}$")
    save_figure_as(figure, folder / "third_model.png", dpi=130)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
