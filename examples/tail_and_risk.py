"""Does a heavy tail of the weights mean good generalisation?

Trains the quadratic network at one number of samples and many weight decays, measures the tail exponent of
the eigenvalues of its weights as practitioners do (Hill's estimator over the largest ones), and sets it
beside the excess risk.  Writes tail_and_risk.png beside this file (or into the folder given as argument);
takes half a minute of processor time.
"""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from asymptotics import OnBoundary, phase_diagram, quadratic
from numerics import Problem, infer, solve, train
from verify.figures import save_figure_as

GAMMA, DIM, SAMPLES = 1.25, 50, 5000
PROBLEM = Problem("quadratic", gamma=GAMMA, samples=SAMPLES, dim=DIM, weight_decay=1, noise_variance=0.5)
DECAYS = np.geomspace(0.02, 20, 6)
SEEDS = range(2)
LARGEST = 8
"""How many of the largest eigenvalues count as the tail."""


def hill(values: NDArray[np.float64]) -> tuple[float, float]:
    """Hill's estimator of the exponent of the density, from the largest positive values; its variance."""
    largest = np.sort(values[values > 0])[::-1][: LARGEST + 1]
    if len(largest) < 3:
        return math.nan, math.nan
    inverse = float(np.mean(np.log(largest[:-1] / largest[-1])))
    return 1 + 1 / inverse, 1 / (inverse**2 * (len(largest) - 1))


def phase_at(weight_decay: float) -> str:
    """The phase in which the exponents of these samples and weight decay lie."""
    place = {"a": math.log(SAMPLES / DIM) / math.log(DIM), "ell": math.log(weight_decay) / math.log(DIM)}
    rational = {name: Fraction(value).limit_denominator(1000) for name, value in place.items()}
    try:
        return phase_diagram(quadratic).locate(**rational, gamma=Fraction(5, 4)).name
    except OnBoundary as boundary:
        return "/".join(phase.name for phase in boundary.phases)


def main(folder: Path) -> None:
    """Train, measure, draw."""
    print(f"quadratic network, d = {DIM}, n = {SAMPLES}; features alone: 1 + 1/gamma = {1 + 1 / GAMMA:.2f}")
    print("weight decay  phase  tail exponent  above noise  excess risk (theory)  shape, from the weights")
    rows = []
    for decay in DECAYS:
        problem = replace(PROBLEM, weight_decay=float(decay))
        solution = solve(problem)
        edge = solution.spectrum().bulk_edge
        trained = [train(problem, seed=seed, progress=False) for seed in SEEDS]
        exponent, variance = np.mean([hill(one.eigenvalues) for one in trained], axis=0)
        above = np.mean([np.sum(one.eigenvalues > edge) for one in trained])
        risk = float(np.mean([one.excess_risk for one in trained]))
        rows.append((float(decay), exponent, math.sqrt(variance / len(SEEDS)), risk))
        inferred = infer(
            trained[0].eigenvalues, network="quadratic", samples=SAMPLES, dim=DIM, weight_decay=float(decay)
        )
        shown = "too few" if math.isnan(exponent) else f"{exponent:.2f}"
        print(
            f"{decay:12.3g}  {phase_at(decay):5}  {shown:>13}  {above:11.1f}  "
            f"{risk:11.3f} ({solution.excess_risk:.3f})  {inferred.shape or 'no law fits'}"
        )

    decays, exponents, errors, risks = np.array(rows).T
    line = np.geomspace(DECAYS[0], DECAYS[-1], 60)
    theory = [solve(replace(PROBLEM, weight_decay=float(decay))).excess_risk for decay in line]
    best, heaviest = int(np.argmin(risks)), int(np.nanargmin(exponents))
    print(
        f"the least risk is at weight decay {decays[best]:.3g}, the heaviest tail at {decays[heaviest]:.3g}"
    )

    figure = Figure(figsize=(8, 6.4), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True)
    upper.loglog(decays, risks, "ko", label=f"trained, {len(SEEDS)} seeds")
    upper.loglog(line, theory, color="C0", label="state evolution")
    upper.set(ylabel="excess risk R", title=f"quadratic network, d = {DIM}, n = {SAMPLES}")
    hill_label = f"of the trained weights (Hill, {LARGEST} largest), one standard error"
    lower.errorbar(decays, exponents, errors, fmt="ko", capsize=3, label=hill_label)
    lower.axhline(1 + 1 / GAMMA, color="C0", linestyle="--", label=r"of the features, $1 + 1/\gamma$")
    lower.set(xlabel=r"weight decay $\lambda$", ylabel="tail exponent of the eigenvalues")
    for ax in (upper, lower):
        ax.axvline(decays[best], color="gray", linestyle=":", label="least risk")
        ax.legend()
    save_figure_as(figure, folder / "tail_and_risk.png", dpi=120)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
