r"""A third model: declare a network that the toolkit does not know, and derive its phases.

A bilinear network, queries against keys, is a product of two learned matrices between two independent inputs,

    f(x, x') = x^T A B^T x' / sqrt(d),       x, x' ~ N(0, I_d),       A and B square,

trained on 1/2 sum (y - f)^2 + (lambda d/2) (|A|^2 + |B|^2): a nuclear norm on S = A B^T, which is now any
matrix.  Its target has singular values s_i = sqrt(d) i^-gamma.  What differs from the quadratic network:

* every entry of S is seen with noise of its own, of variance delta^2/d.  The singular values of such noise
  follow the quarter circle on (0, 2 delta), all of them positive, where half of a semicircle is negative;
* a mode is an outlier, at s + delta^2/s, from s = delta on, with squared cosine 1 - delta^2/s^2 on either
  side (Benaych-Georges and Nadakuditi, arXiv:1103.2221), so that the potential is the same;
* the counting: with alpha = n/d^2 = n_eff/d, R = E,

      alpha delta^2 = Delta + E,        alpha = D + lambda/kappa;

* the subordination map.  That of the quadratic network holds for eigenvalues.  Singular values s_i are the
  eigenvalues +-s_i of a symmetric matrix of twice the size, whose map needs g(z) and g(-z); a declaration has
  g(z) alone.  So none is declared, and the laws that need one are refused: those across boundaries where all
  modes are of the size of the noise.

That is all that has to be declared.  The phases follow; one of their laws is then compared with the equations
themselves, solved below with SciPy at finite d, without a line of the toolkit.  Draws
third_model.png beside this file, or into the folder given as argument; takes some ten seconds.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import zeta
from sympy import Eq, S, pi, sqrt

from asymptotics import phase_diagram, quadratic
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    matrix_error,
    n_eff,
    noise_variance,
    threshold,
    weight_decay,
)
from verify.figures import draw_phase_diagram

# --- the declaration
bilinear = replace(
    quadratic,
    name="bilinear",
    noise=NoiseLaw(density=sqrt(4 - level**2) / pi, edge=S(2)),
    noise_balance=Eq(n_eff / d * effective_noise**2, noise_variance + matrix_error),
    threshold_balance=Eq(n_eff / d, degrees_of_freedom + weight_decay / threshold),
    excess_risk=matrix_error,
    subordination_map=None,
)
# --- that is all

GAMMA = Fraction(5, 4)
ELL = Fraction(3, 5)  # weight decay d^(3/5)


def modes(delta: float, kappa: float, dim: float) -> tuple[float, float]:
    """What the modes of the target add to E and to D: outliers one by one, and the subcritical ones."""
    gamma = float(GAMMA)
    smallest = delta if kappa <= 2 * delta else (kappa + np.sqrt(kappa**2 - 4 * delta**2)) / 2
    number = int((np.sqrt(dim) / smallest) ** (1 / gamma))
    s = np.sqrt(dim) * np.arange(1, number + 1) ** -gamma
    learned = s + delta**2 / s - kappa
    error = np.sum(s**2 + learned**2 - 2 * s * learned * (1 - (delta / s) ** 2)) / dim
    subcritical = zeta(2 * gamma, number + 1) - zeta(2 * gamma, dim + 1)
    return float(error + subcritical), float(np.sum(2 * learned / s) / dim)


def noise(cut: float) -> tuple[float, float]:
    """What the noise above a cut, in units of delta, adds to E/delta^2 and to D."""
    if cut >= 2:
        return 0.0, 0.0
    moments = [
        quad(lambda w, k=k: (w - cut) ** (2 - k) * w**k * np.sqrt(4 - w * w) / np.pi, cut, 2)[0]
        for k in (0, 1)
    ]
    return moments[0], moments[1]


def solved(n: float, dim: float, decay: float, labels: float = 1.0) -> float:
    """The excess risk: alpha delta^2 = labels + E by iteration, within alpha = D + lambda/kappa by Brent."""
    alpha = n / dim

    def at(cut: float) -> tuple[float, float, float]:
        delta2, error = labels / alpha, 0.0
        for _ in range(200):
            delta = np.sqrt(delta2)
            error = modes(delta, cut * delta, dim)[0] + noise(cut)[0] * delta2
            before, delta2 = delta2, (labels + error) / alpha
            if abs(delta2 - before) < 1e-13 * delta2:
                break
        return np.sqrt(delta2), cut * np.sqrt(delta2), error

    def excess(log_cut: float) -> float:
        bulk_freedom = noise(np.exp(log_cut))[1]
        if bulk_freedom > alpha:
            return bulk_freedom  # the noise alone takes more than there is
        delta, kappa, _ = at(np.exp(log_cut))
        return modes(delta, kappa, dim)[1] + bulk_freedom + decay / kappa - alpha

    return at(np.exp(brentq(excess, np.log(1e-3), np.log(1e12), xtol=1e-12)))[2]


def main(folder: Path) -> None:
    """Derive, print, compare, draw."""
    diagram = phase_diagram(bilinear)
    print(f"{bilinear.name} network: {len(diagram.phases)} regions")
    for phase in diagram.phases:
        print(f"  {phase.name:3} {phase.title:22} R ~ {phase.risk.expr}")
    curve = diagram.learning_curve(ell=ELL, gamma=GAMMA)
    print(f"\nat gamma = {GAMMA}, weight decay d^({ELL}), as samples n_eff = d^a grow:")
    for start, end, phase in curve:
        print(f"  {start!s:>5} < a < {end!s:5} {phase.name:3} {phase.title:22} d^({phase.risk.exponent})")

    a = 1.5
    phase = diagram.locate(a=a, ell=ELL, gamma=GAMMA)
    print(f"\nratio of the equations, solved with SciPy, to law {phase.name} at a = {a}:")
    for dim in (1e4, 1e6, 1e8, 1e10):
        decay = dim ** float(ELL)
        law = phase.risk.evaluate(gamma=GAMMA, n_eff=dim**a, d=dim, weight_decay=decay, noise_variance=1)
        print(f"  d = {dim:.0e}: {solved(dim**a, dim, decay) / float(law):.5f}")

    figure = Figure(figsize=(14, 5.2), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    draw_phase_diagram(left, diagram, gamma=GAMMA)
    left.axhline(float(ELL), color="black", linewidth=0.8, linestyle=":")
    exponents, dim = np.linspace(0.11, 2.09, 34), 1e8
    risks = [solved(dim**x, dim, dim ** float(ELL)) for x in exponents]
    laws = [
        float(
            diagram.locate(a=x, ell=ELL, gamma=GAMMA).risk.evaluate(
                gamma=GAMMA, n_eff=dim**x, d=dim, weight_decay=dim ** float(ELL), noise_variance=1
            )
        )
        for x in exponents
    ]
    right.semilogy(exponents, risks, ".", color="#2171b5", label=f"equations solved, d = {dim:.0e}")
    right.semilogy(exponents, laws, color="#d94801", label="derived laws")
    right.set(xlabel=r"samples: $a = \log n_{\mathrm{eff}} / \log d$", ylabel="excess risk")
    right.set_title(rf"learning curve at weight decay $d^{{{ELL}}}$ (dotted line on the left)")
    right.legend()
    figure.savefig(folder / "third_model.png", dpi=130)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
