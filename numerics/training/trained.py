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
from numerics.arithmetic.checks import require
from numerics.arithmetic.errors import InvalidProblem
from numerics.arithmetic.precision import DOUBLE
from numerics.displays import Displayed
from numerics.networks.overlaps import end_of_noise
from numerics.networks.spectrum import Spectrum
from numerics.problem import Problem, modes_of
from numerics.solution import Solution
from numerics.training.data import Array, Data, outputs, require_rows, sizes_of

ZERO = 1e-6
"""Weights below this fraction of the largest count as 0, and all of them where the largest is below this
fraction of the target's: training leaves a gap of ten decades there."""


@dataclass(frozen=True, eq=False)
class WeightSpectrum(Displayed):
    """The trained weights of one network: eigenvalues of B B^T, or coefficients a_i w_i.

    Attributes:
        values: all of them, increasing, shape (d,); those that count as 0 are 0.
        overlaps: squared cosine between the eigenvectors of the largest eigenvalues and the target directions
            of the same rank, largest first; empty for the diagonal network, whose directions are fixed, and
            where the target is not known.
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

        Raises:
            InvalidProblem: it is no `Spectrum`.
        """
        require(isinstance(spectrum, Spectrum), "spectrum", spectrum, "that of a Solution")
        places = np.unique(self.values)
        law = np.asarray(spectrum.cdf(places))
        below = np.searchsorted(self.values, places, side="left") / len(self.values)
        # the law's own atom, the only place where it jumps, lies at 0
        law_below = np.where(places == 0, law - spectrum.atom, law)
        return float(max(np.max(np.abs(self.cdf(places) - law)), np.max(np.abs(below - law_below))))


@dataclass(frozen=True, eq=False)
class Trained(Displayed):
    """A trained network.

    What is measured against the target, `excess_risk`, `decomposition` and `pruned`, takes data that have
    one.  Without it the error on held-out data is the mean of ``(labels - predict(inputs))**2``.

    Attributes:
        problem: what it was trained on.
        data: the data set.
        parameters: its own weights: "a" and "w", each (d,), or "B", (d, p).
        weights: theta, shape (d,), or S = B B^T, shape (d, d).
        train_loss: trained objective, penalty included, divided by d (diagonal) or d^2 (quadratic network).
            The objective sums over samples; frameworks such as PyTorch take the mean.  With MSE the mean of
            (y - f)^2 they minimise train_loss d/n = MSE/2 + lambda/(2 n) (|a|^2 + |w|^2), weight_decay
            lambda/n there, and train_loss d^2/n = MSE + lambda d/n |B|^2, weight_decay 2 lambda d/n.
        duality_gap: relative; how far above the least loss the training can be at most.  With fewer hidden
            units than inputs it bounds what the width costs, too, and does not vanish.
        gradient: norm of the gradient of the loss, relative to that of its penalty: 0 where stationary.
        steps: of the optimisers.
    """

    problem: Problem
    data: Data
    parameters: Mapping[str, Array]
    weights: Array
    train_loss: float
    duality_gap: float
    gradient: float
    steps: int

    def __repr__(self) -> str:
        risk = "not known" if self.data.target is None else f"{self.excess_risk:.6g}"
        return (
            f"<Trained {self.problem.network} network: excess risk {risk}, duality gap "
            f"{self.duality_gap:.1e}, {self.steps} steps>"
        )

    def to_dict(self) -> dict[str, Any]:
        """Its problem and what was measured, without weights and data, which are arrays."""
        risk = None if self.data.target is None else self.excess_risk
        names = ("train_loss", "duality_gap", "gradient", "steps")
        measured = {name: getattr(self, name) for name in names}
        return {**self.problem.to_dict(), "seed": self.data.seed, "excess_risk": risk, **measured}

    @cached_property
    def excess_risk(self) -> float:
        """R = E_x[(f - f*)^2], exact over Gaussian inputs.

        Raises:
            InvalidProblem: the data have no target.
        """
        square = float(np.sum((self.weights - self._target("excess_risk")) ** 2))
        return self.problem.architecture.risk_per_error * square / self.problem.dim

    def predict(self, inputs: Any) -> Array:
        """What the network answers to inputs, shape (m, d), in the normalisation of the data: shape (m,).

        Raises:
            InvalidProblem: the inputs are no finite numbers of this shape.

        >>> from numerics import draw, train
        >>> problem = Problem("quadratic", gamma=1.25, samples=600, dim=20, weight_decay=0.5)
        >>> trained, others = train(problem, seed=1), draw(problem, seed=2)
        >>> trained.predict(others.inputs).shape
        (600,)
        """
        return outputs(self.weights, require_rows("inputs", inputs, self.problem.dim))

    def _target(self, quantity: str) -> Array:
        """The target, where the data have one.

        Raises:
            InvalidProblem: they have none.
        """
        if self.data.target is None:
            raise InvalidProblem(
                f"{quantity}: not known, as the data have no target; predict(inputs) gives the outputs on "
                "held-out inputs"
            )
        return self.data.target

    @cached_property
    def _eigen(self) -> tuple[Array, Array]:
        values, vectors = np.linalg.eigh(self.weights)
        return values, vectors

    @property
    def eigenvalues(self) -> Array:
        """Eigenvalues of B B^T, increasing, or theta sorted; those that count as 0 are 0."""
        return self._without_rounding(np.sort(self.weights) if self.weights.ndim == 1 else self._eigen[0])

    def _without_rounding(self, values: Array) -> Array:
        largest, data = float(np.max(np.abs(values))), self.data
        of_target = (
            float(np.linalg.norm(data.labels)) * np.sqrt(self.problem.dim / len(data.labels))
            if data.target is None
            else float(np.max(np.abs(data.target)))
        )
        return np.where(np.abs(values) < ZERO * max(largest, ZERO * of_target), 0.0, values)

    @cached_property
    def _overlaps(self) -> tuple[Array, Array]:
        """Sizes s_i of the target, increasing, and the squared cosines O_ij of its directions and ours."""
        sizes, directions = np.linalg.eigh(self._target("overlaps"))
        return sizes, np.asarray((directions.T @ self._eigen[1]) ** 2)

    def spectrum(self) -> WeightSpectrum:
        """The weights as a spectrum, to be held against `Solution.spectrum`."""
        if self.weights.ndim == 1 or self.data.target is None:
            return WeightSpectrum(self.eigenvalues, np.empty(0))
        rank = int(np.sum(self.eigenvalues > 0))
        return WeightSpectrum(self.eigenvalues, np.diag(self._overlaps[1])[::-1][:rank])

    def decomposition(self, solution: Solution) -> Mapping[str, float]:
        """Parts of the excess risk, as `Solution.decomposition` names them; they sum to it.

        They divide it as the theory does (`overlaps`, `diagonal`).  With O_ij the squared cosine of target
        direction i and trained direction j, the excess risk of the quadratic network is (2/d) sum O_ij (nu_j
        - s_i)^2.  Of the directions i > M, beyond the modes that are learned, "unlearned" are the terms with
        nu_j = 0, "overfitting" those with 0 < nu_j < x(b) - kappa, where the noise ends; M and x(b) are those
        of `end_of_noise`.  Of the diagonal network the coefficients at 0 are "unlearned", the others divided
        as the variances of target and noise are.

        *Finite size.*  The parts differ from the theory's by more than their sum does, as each eigenvalue
        next to the noise's end counts to one part or another.  For n = d^2/2, gamma = 1.25, weight decay 0.3
        and noise variance 0.5, in per cent at d = 30, 60, 120: unlearned +5, +1, +1, learned +21, +13, +9,
        overfitting -7, -4, -4, the excess risk +12, +6, +2, with standard errors of 1 to 3.

        Args:
            solution: of the same problem, for the noise and the threshold.

        Raises:
            InvalidProblem: it is no solution of the same problem, or the data have no target.
            NotConverged: the end of the noise was not resolved among the eigenvalues.
        """
        self._require_own(solution)
        target, noise = self._target("decomposition"), float(solution.effective_noise)
        if self.weights.ndim == 1:
            errors = (self.weights - target) ** 2 / self.problem.dim
            is_zero = self._without_rounding(self.weights) == 0
            of_noise = np.where(is_zero, 0, 1 / (1 + (sizes_of(self.problem) / noise) ** 2))
            shares = {
                "unlearned": is_zero,
                "learned": np.where(is_zero, 0, 1 - of_noise),
                "overfitting": of_noise,
            }
            return {name: float(errors @ share) for name, share in shares.items()}
        width = None if self.problem.is_full_width else self.problem.width
        learned_modes, end = end_of_noise(noise, float(solution.threshold), modes_of(self.problem), width)
        sizes, overlaps = self._overlaps
        values = self.eigenvalues
        terms = 2 / self.problem.dim * overlaps * (values[None, :] - sizes[:, None]) ** 2
        of_rest = np.sum(terms[: self.problem.dim - learned_modes], axis=0)  # sizes increase
        unlearned = float(np.sum(of_rest[values == 0]))
        overfitting = float(np.sum(of_rest[(values > 0) & (values < end)]))
        learned = self.excess_risk - unlearned - overfitting
        return {"unlearned": unlearned, "learned": learned, "overfitting": overfitting}

    def pruned(self, solution: Solution) -> float:
        """Excess risk once the bulk of the trained weights is removed, as `Solution.pruned` has it.

        Weights are thresholded softly at the edge of the noise less kappa, where that is positive.

        Args:
            solution: of the same problem, for its noise and threshold.

        Raises:
            InvalidProblem: it is no solution of the same problem, or the data have no target.
        """
        self._require_own(solution)
        target = self._target("pruned")
        noise, kappa = float(solution.effective_noise), float(solution.threshold)
        edge = max(0.0, float(self.problem.architecture.noise_edge(noise, self.problem.dim, DOUBLE)) - kappa)
        if self.weights.ndim == 1:
            left = np.sign(self.weights) * np.maximum(np.abs(self.weights) - edge, 0)
            return float(np.sum((left - target) ** 2)) / self.problem.dim
        sizes, overlaps = self._overlaps
        left = np.maximum(self.eigenvalues - edge, 0)
        return 2 * float(np.sum(overlaps * (left[None, :] - sizes[:, None]) ** 2)) / self.problem.dim

    def _require_own(self, solution: Solution) -> None:
        is_own = isinstance(solution, Solution) and solution.problem == self.problem
        require(is_own, "solution", solution, "solve(trained.problem)")
