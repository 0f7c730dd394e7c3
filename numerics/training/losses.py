r"""The regularised losses of the networks over their own weights, and the convex problems behind them.

A network is trained on L(w) + (weight decay) |w|^2, with w its own weights; in the product of these weights
the same loss is convex (arXiv:2509.24882, section 2):

    diagonal   1/2 sum (y - f)^2 + lambda/2 (|a|^2 + |w|^2)   is   1/2 |y - X theta|^2 + lambda |theta|_1,
               theta_i = a_i w_i,  X = inputs/sqrt(d)          at |a_i| = |w_i|;
    quadratic  sum (y - f)^2 + lambda d |B|_F^2               is   sum (y - Tr[S Z])^2 + lambda d Tr S,
               S = B B^T over the positive semidefinite cone   for p >= d.

Each convex problem has a dual, whose every feasible point bounds the loss from below.  With r the residuals
y - f and u = c r (c >= 0) the duals are

    c r.y - c^2 |r|^2/2        while  c |X^T r|_inf <= lambda,
    2 c r.y - c^2 |r|^2        while  2 c lambda_max(sum_i r_i Z_i) <= lambda d,

and the largest bound over c is taken.  The relative *duality gap* (loss - bound)/loss then bounds from above
how far the loss is from the least one, whatever the optimiser did; at the minimum c = 1 closes it.

In order: `Loss` (what an optimiser asks), `DiagonalLoss`, `QuadraticLoss`, `loss_of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from numerics.training.data import Array, Data, blocks


class Loss(Protocol):
    """A loss over weights, flattened to one vector."""

    @property
    def shape(self) -> tuple[int, int]:
        """Of the weights: (2, d) for (a, w), (d, p) for B."""

    def value(self, weights: Array, decay: float) -> tuple[float, Array]:
        """The loss and its gradient."""

    def curvature(self, weights: Array, decay: float, direction: Array) -> Array:
        """The Hessian times a direction."""

    def gap(self, weights: Array, decay: float) -> float:
        """The relative duality gap of the convex problem."""

    def product(self, weights: Array) -> Array:
        """Theta or S, in which the problem is convex."""


@dataclass(frozen=True, eq=False)
class DiagonalLoss:
    """The loss of the diagonal network over (a, w).

    Attributes:
        design: X, shape (min(n, d), d): where there are more samples than inputs only the triangular factor
            of X counts, and what of the labels lies outside of its span is constant.
        labels: shape (min(n, d),).
        rest: square of what of the labels no weights can fit.
    """

    design: Array
    labels: Array
    rest: float

    @classmethod
    def of(cls, data: Data) -> DiagonalLoss:
        """The loss on a data set."""
        samples, dim = data.inputs.shape
        design, labels = data.inputs / np.sqrt(dim), data.labels
        if samples <= dim:
            return cls(design, labels, 0.0)
        basis, triangle = np.linalg.qr(design)
        inside = basis.T @ labels
        outside = labels - basis @ inside
        return cls(triangle, inside, float(outside @ outside))

    @property
    def shape(self) -> tuple[int, int]:
        """Of (a, w)."""
        return 2, self.design.shape[1]

    def product(self, weights: Array) -> Array:
        """Theta."""
        first, second = weights.reshape(self.shape)
        return np.asarray(first * second)

    def value(self, weights: Array, decay: float) -> tuple[float, Array]:
        """The loss and its gradient."""
        first, second = weights.reshape(self.shape)
        misfit = self.design @ (first * second) - self.labels
        slope = self.design.T @ misfit
        loss = (misfit @ misfit + self.rest + decay * (weights @ weights)) / 2
        gradient = np.concatenate([slope * second, slope * first]) + decay * weights
        return float(loss), gradient

    def curvature(self, weights: Array, decay: float, direction: Array) -> Array:
        """The Hessian times a direction."""
        first, second = weights.reshape(self.shape)
        along_first, along_second = direction.reshape(self.shape)
        slope = self.design.T @ (self.design @ (first * second) - self.labels)
        change = self.design.T @ (self.design @ (along_first * second + first * along_second))
        return np.asarray(
            np.concatenate([change * second + slope * along_second, change * first + slope * along_first])
            + decay * direction
        )

    def gap(self, weights: Array, decay: float) -> float:
        """The relative duality gap of LASSO."""
        theta = self.product(weights)
        residual = self.labels - self.design @ theta
        square = float(residual @ residual) + self.rest
        along_labels = float(residual @ self.labels) + self.rest
        steepest = float(np.max(np.abs(self.design.T @ residual)))
        loss = square / 2 + decay * float(np.sum(np.abs(theta)))
        factor = _largest_factor(decay, steepest, along_labels, square)
        return _relative(loss, factor * along_labels - factor**2 * square / 2)

    def decays(self, decay: float, factor: float) -> tuple[float, ...]:
        """Weight decays from the least at which nothing is learned down to the one asked for."""
        largest = float(np.max(np.abs(self.design.T @ self.labels)))
        steps = max(0, int(np.ceil(np.log(largest / decay) / np.log(1 / factor)))) if largest > 0 else 0
        return (*(largest * factor**k for k in range(1, steps)), decay)


@dataclass(frozen=True, eq=False)
class QuadraticLoss:
    """The loss of the quadratic network over B, from blocks of inputs: no matrix of n d^2 is formed.

    Attributes:
        inputs: x, shape (n, d).
        labels: shape (n,).
        width: number p of hidden units.
    """

    inputs: Array
    labels: Array
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """Of B."""
        return self.inputs.shape[1], self.width

    def product(self, weights: Array) -> Array:
        """S."""
        hidden = weights.reshape(self.shape)
        return np.asarray(hidden @ hidden.T)

    def value(self, weights: Array, decay: float) -> tuple[float, Array]:
        """The loss and its gradient, in one pass over the inputs."""
        dim = self.shape[0]
        hidden = weights.reshape(self.shape)
        trace, start = float(weights @ weights), 0
        loss, total, pulled = 0.0, 0.0, np.zeros_like(hidden)
        for block in blocks(self.inputs):
            labels = self.labels[start : start + len(block)]
            start += len(block)
            units = block @ hidden
            misfit = (np.einsum("np,np->n", units, units) - trace) / np.sqrt(dim) - labels
            loss += float(misfit @ misfit)
            total += float(np.sum(misfit))
            units *= misfit[:, None]
            pulled += block.T @ units
        gradient = 4 / np.sqrt(dim) * (pulled - total * hidden) + 2 * decay * dim * hidden
        return loss + decay * dim * trace, gradient.ravel()

    def curvature(self, weights: Array, decay: float, direction: Array) -> Array:
        """The Hessian times a direction, in one pass over the inputs."""
        dim = self.shape[0]
        hidden, along = weights.reshape(self.shape), direction.reshape(self.shape)
        trace, turn, start = float(weights @ weights), float(weights @ direction), 0
        total, change_total, pulled = 0.0, 0.0, np.zeros_like(hidden)
        for block in blocks(self.inputs):
            labels = self.labels[start : start + len(block)]
            start += len(block)
            units, units_along = block @ hidden, block @ along
            misfit = (np.einsum("np,np->n", units, units) - trace) / np.sqrt(dim) - labels
            change = 2 * (np.einsum("np,np->n", units, units_along) - turn) / np.sqrt(dim)
            total += float(np.sum(misfit))
            change_total += float(np.sum(change))
            pulled += block.T @ (misfit[:, None] * units_along + change[:, None] * units)
        whole = 4 / np.sqrt(dim) * (pulled - total * along - change_total * hidden) + 2 * decay * dim * along
        return np.asarray(whole.ravel())

    def gap(self, weights: Array, decay: float) -> float:
        """The relative duality gap of the nuclear norm on the cone; with p < d a bound on what width costs, too."""
        dim = self.shape[0]
        hidden = weights.reshape(self.shape)
        trace, start = float(weights @ weights), 0
        square = along_labels = total = 0.0
        pulled = np.zeros((dim, dim))
        for block in blocks(self.inputs):
            labels = self.labels[start : start + len(block)]
            start += len(block)
            units = block @ hidden
            residual = labels - (np.einsum("np,np->n", units, units) - trace) / np.sqrt(dim)
            square += float(residual @ residual)
            along_labels += float(residual @ labels)
            total += float(np.sum(residual))
            pulled += block.T @ (residual[:, None] * block)
        steepest = 2 * float(np.linalg.eigvalsh(pulled)[-1] - total) / np.sqrt(dim)
        factor = _largest_factor(decay * dim, steepest, along_labels, square)
        return _relative(square + decay * dim * trace, 2 * factor * along_labels - factor**2 * square)


def _largest_factor(allowed: float, steepest: float, along_labels: float, square: float) -> float:
    """The factor c of the residuals with the largest bound, among those that are feasible."""
    best = along_labels / square if square > 0 else np.inf
    return max(0.0, min(best, allowed / steepest if steepest > 0 else best))


def _relative(loss: float, bound: float) -> float:
    return float((loss - bound) / loss) if loss > 0 else 0.0


def loss_of(data: Data, width: int) -> DiagonalLoss | QuadraticLoss:
    """The loss of the network that the data are labelled for."""
    if data.problem.network == "diagonal":
        return DiagonalLoss.of(data)
    return QuadraticLoss(data.inputs, data.labels, width)
