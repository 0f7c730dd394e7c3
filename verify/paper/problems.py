"""The points of the paper's figures: samples n_eff = d^a and weight decay lambda = d^ell, as problems.

In arXiv:2509.24882 Figure 2 has weight decay 1/d (phases Ia, IV, VIa) and sqrt(d) (Ib, II, III), Figures 3 to
5 have 1/d, 1 and sqrt(d).  The exponents a are ours: each point lies inside its phase.  Phase III at weight
decay sqrt(d) needs samples between d^gamma and d in units of d, which there are for gamma < 1 only; at gamma
near 1/2 they are few enough for the inputs of d = 400 to fit into 16 GB.

Phase IV is drawn at gamma = 3/4.  There Tr S*/sqrt(d) is large, so that few labels lie below the least output
of the network, -Tr S/sqrt(d).  At gamma = 5/4 and the few samples of phase IV some do: they fix the trace,
the other residuals vanish, and the minimum is no longer one point: at d = 60 and n = 205 the dual certificate
has a kernel of 49 dimensions, where 19 is the most that generic data allow.  Trained weights then have many
more small eigenvalues than the state evolution (at d = 400, n = 2414, 30 % are not 0, against 7.4 %).

In this order: the points, ``problem_at``, ``spectrum_problems``, ``risk_problems``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numerics import Problem

GAMMA, GAMMA_OF_III, GAMMA_OF_IV = 1.25, 0.55, 0.75
NOISE_VARIANCE = 0.5
"""Of the label noise, in all figures that have any."""

SPECTRA: Mapping[str, tuple[float, float, float]] = {
    "Ia": (-0.5, -1.0, GAMMA),
    "IV": (0.5, -1.0, GAMMA_OF_IV),
    "VIa": (1.1, -1.0, GAMMA),
    "Ib": (0.5, 0.5, GAMMA),
    "II": (1.1, 0.5, GAMMA),
    "III": (1.56, 0.5, GAMMA_OF_III),
}
"""By phase of the quadratic network with label noise: a, ell and gamma of its spectrum."""

RISKS: Mapping[float, tuple[float, ...]] = {
    -1.0: (-0.25, 0.25, 0.55, 1.0, 1.3),
    0.0: (0.25, 0.5, 0.75, 1.0, 1.3),
    0.5: (0.75, 0.9, 1.05, 1.2, 1.35),
}
"""By ell: the exponents a of the trainings along a learning curve."""


def problem_at(
    network: str,
    *,
    a: float,
    ell: float | None,
    dim: int,
    gamma: float = GAMMA,
    noise_variance: float = NOISE_VARIANCE,
    estimator: str = "erm",
    width: int | None = None,
) -> Problem:
    """The problem with n_eff = d^a, n rounded to whole samples, and lambda = d^ell.

    >>> problem_at("quadratic", a=0.5, ell=-1, dim=100).samples
    1000
    """
    unit = 1 if network == "diagonal" else dim
    law: dict[str, Any] = {
        "gamma": gamma,
        "noise_variance": noise_variance,
        "estimator": estimator,
        "width": width,
    }
    if ell is not None:
        law["weight_decay"] = float(dim) ** ell
    return Problem(network, samples=max(1, round(unit * float(dim) ** a)), dim=dim, **law)


def spectrum_problems(
    network: str, *, dim: int, noise_variance: float = NOISE_VARIANCE, width: int | None = None
) -> dict[str, Problem]:
    """The points of Figure 2, by the phase of the quadratic network with label noise.

    >>> list(spectrum_problems("quadratic", dim=40))
    ['Ia', 'IV', 'VIa', 'Ib', 'II', 'III']
    """
    of_all: dict[str, Any] = {"dim": dim, "noise_variance": noise_variance, "width": width}
    return {
        phase: problem_at(network, a=a, ell=ell, gamma=gamma, **of_all)
        for phase, (a, ell, gamma) in SPECTRA.items()
    }


def risk_problems(
    network: str, *, dim: int, noise_variance: float = NOISE_VARIANCE, width: int | None = None
) -> dict[float, list[Problem]]:
    """The points of Figures 3 to 5, by ell, those with one sample left out.

    >>> [len(points) for points in risk_problems("quadratic", dim=40).values()]
    [5, 5, 5]
    """
    of_all: dict[str, Any] = {"dim": dim, "noise_variance": noise_variance, "width": width}
    grids = {
        ell: [problem_at(network, a=a, ell=ell, **of_all) for a in along] for ell, along in RISKS.items()
    }
    return {ell: [problem for problem in points if problem.samples > 1] for ell, points in grids.items()}
