r"""The convex problem of a network, minimised in the product of its weights: accelerated proximal gradient.

`minimise` moves the weights of the network.  Here their product z, theta or S, moves over the convex loss

    1/2 |y - A z|^2 + mu P(z),     (A theta)_i = theta.x_i/sqrt(d),  P = |theta|_1,   mu = lambda;
                                   (A S)_i = Tr[S Z_i],              P = Tr S, S >= 0, mu = lambda d/2,

half that of the quadratic network.  A step takes one product with A and one with its transpose.  Momentum is
Nesterov's, in FISTA (Beck and Teboulle, SIAM J. Imaging Sci. 2, 183, 2009), begun anew where it points uphill
(O'Donoghue and Candes, Found. Comput. Math. 15, 715, 2015).  Outputs A z are linear: those of extrapolated
points are extrapolated.

With several times as many samples as z has entries A^T A is close to a multiple of the identity (Marchenko
and Pastur), and some tens of steps close the gap at any dimension.  With fewer samples and little weight
decay, or inputs of different scales, it has directions that hardly bend, and `minimise`, which scales its
steps, needs fewer.  Weights go through an eigendecomposition in every step, whose rounding leaves a gap of
1e-5 at a weight decay of 1e-8 without label noise (d = 20).

In order: `proximal_states`, one round, one step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from numerics.training.data import Array
from numerics.training.losses import Loss, gap_of
from numerics.training.minimise import COSTLY, State, Stop, value_and_gradient

# Steps of a round, which begins without momentum, and where a pass over the inputs takes seconds.
_STEPS, _STEPS_OF_COSTLY = 200, 25
# A round ends at this fraction of the gap asked for: the gap is that of two neighbouring points.
_SPARE = 0.5
# How much the step is shortened beyond what the bend just seen asks for, and the relative change of the
# outputs below which no bend is seen: it is of the order of their rounding.
_SHORTER, _ROUNDING = 1.05, 1e-13


def proximal_states(loss: Loss, decay: float, stop: Stop, state: State) -> Iterator[State]:
    """The states after each round, from the given one on, until the gap is closed.

    What follows a state depends on its weights alone, as in `descents`.
    """
    while not stop.ends_start(state):
        state = _round(loss, decay, stop, state)
        yield state


@dataclass(frozen=True, eq=False)
class _Point:
    """A point z: as weights of the network, as product, and its outputs A z."""

    weights: Array
    product: Array
    outputs: Array

    @classmethod
    def of(cls, loss: Loss, weights: Array) -> _Point:
        return cls(weights, loss.product(weights), loss.targets() - loss.residual(weights))


def _round(loss: Loss, decay: float, stop: Stop, state: State) -> State:
    labels, bend, momentum, steps = loss.targets(), loss.mean_bend(), 1.0, 0
    at = before = _Point.of(loss, state.weights)
    most = _STEPS_OF_COSTLY if loss.cost > COSTLY else _STEPS
    for _ in range(
        most if bend > 0 else 0
    ):  # where A is 0 so is the minimum, at which the first round begins
        longer = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        share = (momentum - 1) / longer
        ahead = at.product + share * (at.product - before.product)
        residual = labels - at.outputs - share * (at.outputs - before.outputs)
        pull = loss.pulled(residual)
        after, bend = _step(loss, decay, ahead, labels - residual, pull, bend)
        steps += 1
        points_uphill = np.vdot(ahead - after.product, after.product - at.product) > 0
        before, at, momentum = at, after, 1.0 if points_uphill else longer
        if gap_of(loss, decay, residual, pull, at.product, labels - at.outputs) < _SPARE * stop.gap:
            break
    value, gradient = value_and_gradient(loss, decay, at.weights)
    return replace(
        state,
        weights=at.weights,
        rounds=state.rounds + 1,
        steps=state.steps + steps,
        loss=value,
        gap=loss.gap(at.weights, decay),
        gradient=gradient,
    )


def _step(
    loss: Loss, decay: float, ahead: Array, outputs: Array, pull: Array, bend: float
) -> tuple[_Point, float]:
    """The point after a step from ``ahead``, and the bend of the loss that set its length.

    The step is 1/bend, with bend at least that of the loss along it: |A D|^2 <= bend |D|^2.
    """
    while True:
        after = _Point.of(loss, loss.thresholded(ahead + pull / bend, loss.threshold(decay) / bend))
        moved, changed = after.product - ahead, after.outputs - outputs
        length, seen = float(np.vdot(moved, moved)), float(np.vdot(changed, changed))
        unseen = _ROUNDING**2 * float(np.vdot(outputs, outputs))
        if not (length > 0 and seen > bend * length + unseen):
            return after, bend
        bend = _SHORTER * seen / length
