r"""The regularised losses of the networks over their own weights, and the convex problems behind them.

A network is trained on its squared errors and a penalty on its own weights; in the product of these weights
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

In order: `Loss` (what an optimiser asks), `DiagonalLoss`, `QuadraticLoss`, `gap_of`, `loss_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from numerics.training.data import Array, Data
from numerics.training.device import Device

# Pairs of weights below this fraction of the largest count as 0 in second derivatives.
_ZERO = 1e-8
# Fraction of the least weight decay at which nothing is learned, above which the quadratic network is trained
# without stages; and with d^2 samples and more, twice as many as S has entries, which fix it at any decay
# (d = 200, n = 67946, decay 1/d: 274 passes over the inputs, 479 with as many stages as below).
_STRAIGHT, _STRAIGHT_OF_MANY = 1e-3, 1e-4


class Loss(Protocol):
    """A loss over weights, flattened to one vector."""

    @property
    def shape(self) -> tuple[int, int]:
        """Of the weights: (2, d) for (a, w), (d, p) for B."""

    @property
    def penalty(self) -> float:
        """Factor of (weight decay) |weights|^2 in the loss."""

    @property
    def cost(self) -> int:
        """Multiplications of inputs and weights in a pass over the inputs."""

    def value(self, weights: Array, decay: float) -> tuple[float, Array]:
        """The loss and its gradient."""

    @property
    def rest(self) -> float:
        """What no outputs can fit: a constant beside |y - A z|^2."""

    def curvature(self, weights: Array, decay: float) -> Callable[[Array], Array]:
        """The Hessian there, as a function of a direction."""

    def gap(self, weights: Array, decay: float) -> float:
        """The relative duality gap of the convex problem."""

    def product(self, weights: Array) -> Array:
        """Theta or S, in which the problem is convex."""

    def targets(self) -> Array:
        """What the outputs are to be: y."""

    def residual(self, weights: Array) -> Array:
        """Y - A z, with the outputs A z of the network linear in the product z."""

    def pulled(self, residual: Array) -> Array:
        """A^T r, of the shape of the product."""

    def size(self, product: Array) -> float:
        """P(z): |theta|_1 or Tr S."""

    def steepest(self, pulled: Array) -> float:
        """The largest slope A^T r along any z with P(z) = 1: max |.|, or the largest eigenvalue."""

    def threshold(self, decay: float) -> float:
        """mu, the weight decay of the convex loss 1/2 |y - A z|^2 + mu P(z)."""

    def thresholded(self, product: Array, by: float) -> Array:
        """The weights with the product that minimises 1/2 |z - product|^2 + by P(z)."""

    def mean_bend(self) -> float:
        """The mean eigenvalue of A^T A."""

    def stages(self, decay: float, factor: float) -> tuple[float, ...]:
        """Weight decays at which to train in turn, the one asked for last."""

    def off_saddles(self, weights: Array, decay: float, size: float) -> Array:
        """The weights, those of this size moved that wait at a saddle."""

    def scaling(self, weights: Array, decay: float) -> Callable[[Array], Array]:
        """A symmetric linear map of directions, after which the loss is better conditioned there."""


@dataclass(frozen=True, eq=False)
class DiagonalLoss:
    """The loss of the diagonal network over (a, w).

    Attributes:
        design: X, shape (min(n, d), d), on the device: where there are more samples than inputs only the
            triangular factor of X counts, and what of the labels lies outside of its span is constant.
        labels: shape (min(n, d),), on the device.
        rest: square of what of the labels no weights can fit.
        device: where the design is.
    """

    design: Any
    labels: Any
    rest: float
    device: Device

    @classmethod
    def of(cls, data: Data, device: Device) -> DiagonalLoss:
        """The loss on a data set."""
        samples, dim = data.inputs.shape
        design, labels, rest = data.inputs / np.sqrt(dim), data.labels, 0.0
        if samples > dim:
            # the labels as one more column: its last entry is the length of what no input reaches
            triangle = np.asarray(np.linalg.qr(np.column_stack([design, labels]), mode="r"))
            design, labels = np.ascontiguousarray(triangle[:dim, :dim]), triangle[:dim, dim].copy()
            rest = float(triangle[dim, dim]) ** 2
        return cls(device.put(design), device.put(labels), rest, device)

    @property
    def shape(self) -> tuple[int, int]:
        """Of (a, w)."""
        return 2, int(self.design.shape[1])

    @property
    def penalty(self) -> float:
        """1/2."""
        return 0.5

    @property
    def cost(self) -> int:
        """Of X theta."""
        return int(np.prod(self.design.shape))

    def product(self, weights: Array) -> Array:
        """Theta."""
        first, second = weights.reshape(self.shape)
        return np.asarray(first * second)

    def _misfit(self, theta: Array) -> tuple[Any, Array]:
        """X theta - y, on the device, and its slope X^T (X theta - y)."""
        misfit = self.design @ self.device.put(theta) - self.labels
        return misfit, self.device.get(self.design.T @ misfit)

    def value(self, weights: Array, decay: float) -> tuple[float, Array]:
        """The loss and its gradient."""
        first, second = weights.reshape(self.shape)
        misfit, slope = self._misfit(first * second)
        loss = (float(misfit @ misfit) + self.rest + decay * float(weights @ weights)) / 2
        return loss, np.concatenate([slope * second, slope * first]) + decay * weights

    def curvature(self, weights: Array, decay: float) -> Callable[[Array], Array]:
        """The Hessian there, as a function of a direction.

        Only inputs with a weight that is not 0 take part in the product with the design.
        """
        first, second = weights.reshape(self.shape)
        slope = self._misfit(first * second)[1]
        size = np.hypot(first, second)
        active = np.flatnonzero(size > _ZERO * np.max(size))
        if 2 * len(active) > len(size):  # copying so many columns would cost more than it saves
            active = np.arange(len(size))
        design = self.design if len(active) == len(size) else self.design[:, active]

        def product(direction: Array) -> Array:
            along_first, along_second = direction.reshape(self.shape)
            change = self.device.put((along_first * second + first * along_second)[active])
            bend = np.zeros_like(first)
            bend[active] = self.device.get(design.T @ (design @ change))
            turned = bend * second + slope * along_second, bend * first + slope * along_first
            return np.asarray(np.concatenate(turned) + decay * direction)

        return product

    def gap(self, weights: Array, decay: float) -> float:
        """The relative duality gap of LASSO."""
        return _gap(self, weights, decay)

    def targets(self) -> Array:
        """Y, or what the triangular factor leaves of it."""
        return self.device.get(self.labels)

    def residual(self, weights: Array) -> Array:
        """Y - X theta."""
        return -self.device.get(self._misfit(self.product(weights))[0])

    def pulled(self, residual: Array) -> Array:
        """X^T r."""
        return self.device.get(self.design.T @ self.device.put(residual))

    def size(self, product: Array) -> float:
        """The sum of the absolute values."""
        return float(np.sum(np.abs(product)))

    def steepest(self, pulled: Array) -> float:
        """The largest absolute value."""
        return float(np.max(np.abs(pulled)))

    def threshold(self, decay: float) -> float:
        """The weight decay."""
        return decay

    def thresholded(self, product: Array, by: float) -> Array:
        """Soft thresholding: a_i = sqrt|theta_i|, w_i of the same size."""
        roots = np.sqrt(np.maximum(np.abs(product) - by, 0))
        return np.concatenate([roots, np.sign(product) * roots])

    def mean_bend(self) -> float:
        """Of X^T X."""
        return float(np.mean(self._squares))

    def stages(self, decay: float, factor: float) -> tuple[float, ...]:
        """From below the least weight decay at which nothing is learned, each ``factor`` times the last."""
        largest = float(np.max(np.abs(self.device.get(self.design.T @ self.labels))))
        steps = int(np.ceil(np.log(largest / decay) / np.log(1 / factor))) if largest > decay else 0
        return (*(largest * factor**k for k in range(1, steps)), decay)

    def off_saddles(self, weights: Array, decay: float, size: float) -> Array:
        """Pairs near a_i = w_i = 0 are moved along the direction in which the loss falls.

        With g_i the slope of the convex loss in theta_i the Hessian of the pair there is (decay, g_i; g_i,
        decay): where |g_i| > decay it falls along (1, -sign g_i); elsewhere 0 is a minimum.
        """
        pairs = weights.reshape(self.shape)
        slope = self._misfit(self.product(weights))[1]
        waiting = (np.hypot(*pairs) < size) & (np.abs(slope) > decay)
        falling = size * np.stack([np.ones_like(slope), -np.sign(slope)])
        return np.where(waiting, falling, pairs).ravel()

    @cached_property
    def _squares(self) -> Array:
        """Squared lengths of the columns of the design."""
        return self.device.get(sum((rows * rows).sum(0) for (rows,) in self.device.blocks(self.design)))

    def scaling(self, weights: Array, decay: float) -> Callable[[Array], Array]:
        """The inverse root of each pair's own Hessian, its eigenvalues positive and not below the decay.

        Weights close to 0 bend the loss a_i^2 times less than those of order 1.  With x_i^2 the squared
        length of the column i and g_i as above a pair has the Hessian (x_i^2 w_i^2 + decay, x_i^2 a_i w_i +
        g_i; ..., x_i^2 a_i^2 + decay).
        """
        first, second = weights.reshape(self.shape)
        slope = self._misfit(first * second)[1]
        across = self._squares * first * second + slope
        own = [[self._squares * second**2 + decay, across], [across, self._squares * first**2 + decay]]
        values, vectors = np.linalg.eigh(np.moveaxis(np.array(own), -1, 0))
        roots = np.sqrt(np.maximum(np.abs(values), decay))
        maps = np.einsum("nij,nj,nkj->ikn", vectors, 1 / roots, vectors)

        def scaled(direction: Array) -> Array:
            return np.asarray(np.einsum("ikn,kn->in", maps, direction.reshape(self.shape)).ravel())

        return scaled


@dataclass(frozen=True, eq=False)
class QuadraticLoss:
    """The loss of the quadratic network over B, from blocks of inputs: no matrix of n d^2 is formed.

    Attributes:
        inputs: x, shape (n, d), on the device.
        labels: shape (n,), on the device.
        width: number p of hidden units.
        device: where the inputs are.
    """

    inputs: Any
    labels: Any
    width: int
    device: Device

    @property
    def shape(self) -> tuple[int, int]:
        """Of B."""
        return int(self.inputs.shape[1]), self.width

    @property
    def penalty(self) -> float:
        """The dimension."""
        return float(self.shape[0])

    @property
    def cost(self) -> int:
        """Of x B, n d p."""
        return len(self.inputs) * self.shape[0] * self.shape[1]

    def product(self, weights: Array) -> Array:
        """S."""
        hidden = weights.reshape(self.shape)
        return np.asarray(hidden @ hidden.T)

    def _blocks(self, weights: Array) -> Iterator[tuple[Any, Any, Any, Any]]:
        """Some inputs at a time, on the device: inputs, labels, hidden units x B, and f - y."""
        root, trace = np.sqrt(self.shape[0]), float(np.vdot(weights, weights))
        hidden = self.device.put(weights.reshape(self.shape[0], -1))
        for block, labels in self.device.blocks(self.inputs, self.labels):
            units = block @ hidden
            yield block, labels, units, ((units * units).sum(1) - trace) / root - labels

    def value(self, weights: Array, decay: float) -> tuple[float, Array]:
        """The loss and its gradient, in one pass over the inputs."""
        root, trace = np.sqrt(self.shape[0]), float(weights @ weights)
        loss, total, pulled = 0.0, 0.0, self.device.put(np.zeros(self.shape))
        for block, _, units, misfit in self._blocks(weights):
            loss += float(misfit @ misfit)
            total += float(misfit.sum())
            pulled += block.T @ (misfit[:, None] * units)
        slope = 4 / root * (self.device.get(pulled).ravel() - total * weights)
        return loss + decay * self.penalty * trace, slope + 2 * decay * self.penalty * weights

    def curvature(self, weights: Array, decay: float) -> Callable[[Array], Array]:
        """The Hessian there, as a function of a direction: one pass over the inputs each."""
        root = np.sqrt(self.shape[0])

        def product(direction: Array) -> Array:
            along, turn = self.device.put(direction.reshape(self.shape)), float(weights @ direction)
            total, total_change, pulled = 0.0, 0.0, self.device.put(np.zeros(self.shape))
            for block, _, units, misfit in self._blocks(weights):
                units_along = block @ along
                change = 2 * ((units * units_along).sum(1) - turn) / root
                total += float(misfit.sum())
                total_change += float(change.sum())
                pulled += block.T @ (misfit[:, None] * units_along + change[:, None] * units)
            bend = self.device.get(pulled).ravel() - total * direction - total_change * weights
            return np.asarray(4 / root * bend + 2 * decay * self.penalty * direction)

        return product

    def gap(self, weights: Array, decay: float) -> float:
        """The relative duality gap of the nuclear norm on the cone.

        With p < d it bounds what the width costs, too.
        """
        return _gap(self, weights, decay)

    @property
    def rest(self) -> float:
        """None."""
        return 0.0

    def targets(self) -> Array:
        """Y."""
        return self.device.get(self.labels)

    def residual(self, weights: Array) -> Array:
        """Y - Tr[S Z], from the hidden units that are not 0."""
        hidden = weights.reshape(self.shape)
        active = np.ascontiguousarray(hidden[:, np.any(hidden, axis=0)])
        return -np.concatenate([self.device.get(misfit) for *_, misfit in self._blocks(active)])

    def pulled(self, residual: Array) -> Array:
        """The sum of r Z."""
        pulled = np.zeros((self.shape[0], self.shape[0]))
        for block, left in self.device.blocks(self.inputs, self.device.put(residual)):
            pulled += self.device.get(block.T @ (left[:, None] * block))
        return np.asarray((pulled - np.sum(residual) * np.eye(self.shape[0])) / np.sqrt(self.shape[0]))

    def size(self, product: Array) -> float:
        """The trace."""
        return float(np.trace(product))

    def steepest(self, pulled: Array) -> float:
        """The largest eigenvalue."""
        return float(np.linalg.eigvalsh(pulled)[-1])

    def threshold(self, decay: float) -> float:
        """The weight decay times d/2: the loss is twice the convex one."""
        return decay * self.penalty / 2

    def thresholded(self, product: Array, by: float) -> Array:
        """Soft thresholding of the eigenvalues, and a root of what is left."""
        values, vectors = np.linalg.eigh(product)
        hidden = np.zeros(self.shape)
        hidden[:, : self.shape[0]] = vectors * np.sqrt(np.maximum(values - by, 0))
        return hidden.ravel()

    def mean_bend(self) -> float:
        """Of the map from S to Tr[S Z]: |Z|^2 over the d (d + 1)/2 entries of S."""
        dim, total = self.shape[0], 0.0
        for (block,) in self.device.blocks(self.inputs):
            squares = (block * block).sum(1)
            total += float((squares * squares - 2 * squares + dim).sum()) / dim
        return total / (dim * (dim + 1) / 2)

    def stages(self, decay: float, factor: float) -> tuple[float, ...]:
        """From a small fraction of the least weight decay at which nothing is learned.

        Above it there is one stage: eigenvalues do not change sign, and descent goes straight.
        """
        largest = 2 * self.steepest(self.pulled(self.targets())) / self.penalty
        first = largest * (_STRAIGHT if len(self.inputs) < self.shape[0] ** 2 else _STRAIGHT_OF_MANY)
        steps = int(np.ceil(np.log(first / decay) / np.log(1 / factor))) if first > decay else 0
        return (*(first * factor**k for k in range(steps)), decay)

    def off_saddles(self, weights: Array, decay: float, size: float) -> Array:
        """As they are: B rotates away from its saddles."""
        return weights

    def scaling(self, weights: Array, decay: float) -> Callable[[Array], Array]:
        """The inverse root of the Hessian on Gaussian inputs, without the misfit: scaled gradient descent.

        Small singular values of B bend the loss less than large ones.  Along a direction D the output changes
        by Tr[E Z], E = D B^T + B D^T, whose variance is 2 |E|^2/d; with |E|^2 ~ 2 |D B^T|^2 the Hessian is
        about D (8 n/d B^T B + 2 decay d).  After Tong, Ma and Chi, JMLR 22 (150), 2021.
        """
        hidden = weights.reshape(self.shape)
        values, vectors = np.linalg.eigh(hidden.T @ hidden)
        samples, dim = self.inputs.shape
        own = 8 * samples / dim * np.maximum(values, 0) + 2 * decay * dim
        root = (vectors / np.sqrt(own / np.max(own))) @ vectors.T

        def scaled(direction: Array) -> Array:
            return np.asarray((direction.reshape(self.shape) @ root).ravel())

        return scaled


def _gap(loss: Loss, weights: Array, decay: float) -> float:
    """The gap at some weights: loss and bound from the same residuals."""
    residual = loss.residual(weights)
    return gap_of(loss, decay, residual, loss.pulled(residual), loss.product(weights), residual)


def gap_of(
    loss: Loss, decay: float, residual: Array, pulled: Array, product: Array, of_product: Array
) -> float:
    """The relative gap between the loss at a product and the best bound of some residuals, of any point.

    Args:
        loss: of the network.
        decay: weight decay.
        residual: r, which bounds the loss from below.
        pulled: A^T r.
        product: z.
        of_product: its residuals.
    """
    labels, allowed = loss.targets(), loss.threshold(decay)
    value = (float(of_product @ of_product) + loss.rest) / 2 + allowed * loss.size(product)
    square, along = float(residual @ residual) + loss.rest, float(residual @ labels) + loss.rest
    best, steepest = along / square if square > 0 else 0.0, loss.steepest(pulled)
    factor = max(0.0, min(best, allowed / steepest) if steepest > 0 else best)
    bound = factor * along - factor**2 * square / 2
    return float((value - bound) / value) if value > 0 else 0.0


def loss_of(data: Data, width: int, device: Device) -> Loss:
    """The loss of the network that the data are labelled for."""
    if data.problem.network == "diagonal":
        return DiagonalLoss.of(data, device)
    return QuadraticLoss(device.put(data.inputs), device.put(data.labels), width, device)
