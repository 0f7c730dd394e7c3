"""What training returns: the weights, and what is measured on them, as `Solution` says it of the theory.

In order: `WeightSpectrum`, `Trained`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from numerics.arithmetic.arrays import real_points
from numerics.networks.spectrum import Spectrum
from numerics.problem import Problem
from numerics.training.data import Array, Data

ZERO = 1e-6
"""Weights below this fraction of the largest count as 0: training leaves a gap of many decades there."""


@dataclass(frozen=True, eq=False)
class WeightSpectrum:
    """The trained weights of one network: eigenvalues of B B^T, or coefficients a_i w_i.

    Attributes:
        values: all of them, increasing, shape (d,); those that count as 0 are 0.
        overlaps: squared cosine between the eigenvectors of the largest eigenvalues and the target directions
            of the same rank, largest first; empty for the diagonal network, whose directions are fixed.
    """

    values: Array
    overlaps: Array

    def __repr__(self) -> str:
        return f"<WeightSpectrum: {len(self.values)} weights, {self.atom:.4g} of them 0>"

    @property
    def atom(self) -> float:
        """Fraction of the weights at 0."""
        return float(np.mean(self.values == 0))

    def cdf(self, x: Any) -> Any:
        """Fraction of the weights up to and including x, a number or an array."""
        points = real_points("x", x)
        return np.searchsorted(self.values, points, side="right") / len(self.values)

    def distance(self, spectrum: Spectrum) -> float:
        """The Kolmogorov distance to a law of the weights: the largest difference of the two CDFs.

        Of d weights drawn independently it would be about 0.87/sqrt(d); eigenvalues, which repel each other,
        come closer.
        """
        places = np.unique(self.values)
        law = np.asarray(spectrum.cdf(places))
        below = np.searchsorted(self.values, places, side="left") / len(self.values)
        # the law's own atom, the only place where it jumps, lies at 0
        law_below = np.where(places == 0, law - spectrum.atom, law)
        return float(max(np.max(np.abs(self.cdf(places) - law)), np.max(np.abs(below - law_below))))


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network.

    Attributes:
        problem: what it was trained on.
        data: the data set.
        parameters: its own weights: "a" and "w", each (d,), or "B", (d, p).
        weights: theta, shape (d,), or S = B B^T, shape (d, d).
        excess_risk: R = E_x[(f - f*)^2], exact over Gaussian inputs.
        train_loss: trained objective divided by d (diagonal) or d^2 (quadratic network).
        duality_gap: relative; how far above the least loss the training can be at most.  With fewer hidden
            units than inputs it bounds what the width costs, too, and does not vanish.
        gradient: norm of the gradient of the loss, relative to that of its penalty: 0 where stationary.
        steps: of the optimisers.
    """

    problem: Problem
    data: Data
    parameters: Mapping[str, Array]
    weights: Array
    excess_risk: float
    train_loss: float
    duality_gap: float
    gradient: float
    steps: int

    def __repr__(self) -> str:
        return (
            f"<Trained {self.problem.network} network: excess risk {self.excess_risk:.6g}, duality gap "
            f"{self.duality_gap:.1e}, {self.steps} steps>"
        )

    @cached_property
    def _eigen(self) -> tuple[Array, Array]:
        values, vectors = np.linalg.eigh(self.weights)
        return values, vectors

    @property
    def eigenvalues(self) -> Array:
        """Eigenvalues of B B^T, increasing; those that count as 0 are 0.  For the diagonal network theta, sorted."""
        values = np.sort(self.weights) if self.weights.ndim == 1 else self._eigen[0]
        return np.where(np.abs(values) < ZERO * np.max(np.abs(values), initial=0), 0.0, values)

    def spectrum(self) -> WeightSpectrum:
        """The weights as a spectrum, to be held against `Solution.spectrum`."""
        if self.weights.ndim == 1:
            return WeightSpectrum(self.eigenvalues, np.empty(0))
        kept = int(np.sum(self.eigenvalues > 0))
        _, directions = np.linalg.eigh(self.data.target)
        cosines = np.sum(self._eigen[1] * directions, axis=0)[::-1][:kept]
        return WeightSpectrum(self.eigenvalues, np.asarray(cosines**2))
