"""What is measured on a trained network, and its counterpart in the theory, under the same name.

    excess_risk, train_loss   as `Solution` has them
    atom, nonzero_weights     fraction of the weights that are 0, and number of the others
    outliers                  number of weights beyond the bulk edge of the theory, in absolute value
    largest_weight            and, for eigenvalues, the location of the first outlier, or else the bulk edge
    overlap_1, ...            squared cosines of the first eigenvectors with their directions in the target
    pruned                    excess risk once the bulk is removed, as `Solution.pruned` defines it
    unlearned, learned, overfitting    parts of the excess risk, as `Solution.decomposition` has them
    spectrum_distance         Kolmogorov distance of the trained weights to `Solution.spectrum`
    duality_gap, gradient     how well it is trained: by the second where there are few hidden units
    steps                     of the optimisers

`THEORY` has more: delta, kappa, D, and ``learned_modes``, the number of target modes above noise and
threshold.  Not all of those are seen as outliers at finite dimension, which is why the two have two names.  A
quantity that does not exist, such as overlaps of the diagonal network, is None.

*Finite size.*  Means approach the theory as d grows, some later than others.  The parts of the risk are
divided where the theory divides them, yet single eigenvalues next to the noise's end count to one part or
another: at d = 60 the learned part may be 13 per cent off where the risk is off by 6, and at d = 120 9 and 2
(`Trained.decomposition`).

In order: `MEASURED`, `SOLVED`, `THEORY`, `measured`, `predicted`, `solved`.
"""

from __future__ import annotations

import numpy as np

from numerics.solution import Solution
from numerics.training.trained import Trained

SHOWN_OVERLAPS = 3
"""Outliers whose overlaps are told."""

OVERLAPS = tuple(f"overlap_{number}" for number in range(1, SHOWN_OVERLAPS + 1))

PARTS = ("unlearned", "learned", "overfitting")

BESIDE = ("outliers", "pruned", *PARTS, "spectrum_distance")
"""What takes the theory to be measured."""

MEASURED = (
    "excess_risk",
    "train_loss",
    "duality_gap",
    "gradient",
    "steps",
    "atom",
    "nonzero_weights",
    "largest_weight",
    *OVERLAPS,
    *BESIDE,
)
"""Names of what `measured` returns."""

SOLVED = (
    "excess_risk",
    "train_loss",
    "effective_noise",
    "threshold",
    "degrees_of_freedom",
    "learned_modes",
)
"""Names of what `solved` returns."""

THEORY = (
    *SOLVED,
    "atom",
    "nonzero_weights",
    "largest_weight",
    *OVERLAPS,
    "outliers",
    "pruned",
    *PARTS,
)
"""Names of what `predicted` returns."""


def measured(trained: Trained, solution: Solution | None) -> dict[str, float | None]:
    """What is known of a trained network; ``solution`` is that of its problem, None where there is none.

    Raises:
        NotConverged: a mass of its spectrum did not settle.
    """
    weights = trained.spectrum()
    sizes = np.abs(weights.values)
    return {
        "excess_risk": trained.excess_risk,
        "train_loss": trained.train_loss,
        "duality_gap": trained.duality_gap,
        "gradient": trained.gradient,
        "steps": trained.steps,
        "atom": weights.atom,
        "nonzero_weights": int(np.count_nonzero(sizes)),
        "largest_weight": float(sizes.max()),
        **_padded([float(overlap) for overlap in weights.overlaps[:SHOWN_OVERLAPS]]),
        **(dict.fromkeys(BESIDE) if solution is None else _beside(trained, solution)),
    }


def _beside(trained: Trained, solution: Solution) -> dict[str, float | None]:
    """What takes the theory to be measured."""
    weights, spectrum = trained.spectrum(), solution.spectrum()
    parts = trained.decomposition(solution)
    return {
        "outliers": int(np.count_nonzero(np.abs(weights.values) > spectrum.bulk_edge)),
        "pruned": trained.pruned(solution),
        **{name: parts[name] for name in PARTS},
        "spectrum_distance": weights.distance(spectrum),
    }


def predicted(solution: Solution) -> dict[str, float | None]:
    """What the theory says: a solution in float64.

    Raises:
        NotConverged: a mass of its spectrum did not settle, or its parts do not sum to the risk.
    """
    spectrum, parts = solution.spectrum(), solution.decomposition
    dim, edge = solution.problem.dim, spectrum.bulk_edge
    sides = 2 if spectrum.is_even else 1
    first = spectrum.spikes[0].location if spectrum.spikes else edge
    return {
        **solved(solution),
        "atom": spectrum.atom,
        "nonzero_weights": sides * dim * float(spectrum.mass_beyond(0)),
        "largest_weight": None if spectrum.is_even else first,
        **_padded([spike.overlap for spike in spectrum.spikes[:SHOWN_OVERLAPS]]),
        "outliers": sides * dim * float(spectrum.mass_beyond(edge)),
        "pruned": float(solution.pruned()),
        **{name: float(parts[name]) for name in PARTS},
    }


def solved(solution: Solution) -> dict[str, float | None]:
    """What a solution in float64 holds, and nothing that can fail."""
    return {name: getattr(solution, name) for name in SOLVED}


def _padded(overlaps: list[float]) -> dict[str, float | None]:
    missing = [None] * (SHOWN_OVERLAPS - len(overlaps))
    return dict(zip(OVERLAPS, [*overlaps, *missing], strict=True))
