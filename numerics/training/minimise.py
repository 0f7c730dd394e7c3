r"""Minimising a loss over the weights of a network, until the duality gap proves that it is the least.

Descent starts from small random weights.  L-BFGS takes most of the way, a trust region with conjugate
gradients (Newton-CG) what is left where the loss is ill-conditioned, as at an interpolation threshold; both
are SciPy's.  They work in *rounds*: after each the duality gap is looked at, and the state between two rounds
is all that is needed to go on, which is what a checkpoint keeps.  Rounds are shorter where steps take long.

Weight decay is lowered in *stages* to the one asked for, each stage starting from the last one's weights:
little weight decay moves weights slowly along those that fit the data equally well.

Two things more help the diagonal network.  Its weights a_i w_i change sign only through the saddle a_i = w_i
= 0, which gradients leave slowly: pairs that wait there are moved off it.  And small weights bend the loss
little: in every round the optimisers work in coordinates in which each pair's own second derivatives are
about the identity (block-Jacobi preconditioning).

*Few hidden units.*  The quadratic network with p < d has no convex problem, and its descent may end in a
local minimum.  What is guaranteed then is a small gradient; of several random starts the least loss counts.
Where the convex problem's minimum has a rank of at most p the gap closes all the same, and proves the
minimum.

In order: `State`, `Stop`, `descents`, `value_and_gradient`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse.linalg import LinearOperator, cg

from numerics.training.data import Array
from numerics.training.losses import Loss

SMALL = 1e-2
"""Standard deviation of the initial weights."""

COSTLY = 4 * 10**9
"""Multiplications of a pass over the inputs, a second or two, from which on rounds are short."""

# Ratio of the weight decays of two stages, and the gap, or gradient, that ends all but the last.
_STAGE, _LOOSE = 0.1, 0.1
_LBFGS = {"maxcor": 30, "maxfun": 10**6, "ftol": 0.0, "gtol": 0.0}
# Steps of a round, of L-BFGS and of Newton-CG: few in stages that end at a loose gap.
_STEPS, _NEWTON, _NEWTON_IN_STAGES = 60, 20, 10
# How much shorter rounds are where passes are costly.  L-BFGS starts afresh in every round: measured at
# d = 60 and 80, up to 1.7 times as many passes.
_SHORT = 2

# Relative gap above which it says little.
_FAR = 0.5

ROUNDING = 1e-12
"""A loss that falls by less than this fraction in a round has reached what its rounding shows."""

# Relative accuracy of a step of Newton's method for a vanishing gradient, and its conjugate gradients.
_OF_STEP, _STEPS_OF_CG = 1e-3, 1000


@dataclass(frozen=True, eq=False)
class State:
    """Where a training stands between two rounds.

    Attributes:
        weights: flattened.
        start: number of the random start, from 0.
        stage: number of the weight decay.
        rounds: finished, in this start.
        newton: whether the next round is of Newton-CG.
        steps: of both optimisers, in this start.
        loss: at the weight decay of the last round.
        gap: relative duality gap there.
        gradient: norm of the gradient, relative to that of the penalty.
        best: the end of the best of the starts before; None in the first.
    """

    weights: Array
    start: int = 0
    stage: int = 0
    rounds: int = 0
    newton: bool = False
    steps: int = 0
    loss: float = np.inf
    gap: float = np.inf
    gradient: float = np.inf
    best: State | None = None

    @property
    def result(self) -> State:
        """The state, or the best of the starts before."""
        return self if self.best is None or self.loss <= self.best.loss else self.best


@dataclass(frozen=True)
class Stop:
    """When a descent ends.

    Attributes:
        gap: relative duality gap at which the minimum is proved.
        gradient: relative gradient that counts as stationary; 0 where only a proof counts.
        starts: random starts; a proof ends them.
    """

    gap: float
    gradient: float = 0.0
    starts: int = 1

    def ends_start(self, state: State) -> bool:
        """Whether the descent of this start is over; without weights a vanishing gradient says nothing."""
        return state.gap <= self.gap or 0 < state.gradient <= self.gradient

    def loosened(self, accuracy: float) -> Stop:
        """When a stage ends that is not the last."""
        gradient = max(self.gradient, accuracy) if self.gradient else 0.0
        return replace(self, gap=max(self.gap, accuracy), gradient=gradient)

    def ends(self, state: State) -> bool:
        """Whether no other start follows."""
        return self.ends_start(state) and (state.gap <= self.gap or state.start + 1 >= self.starts)


def initial(loss: Loss, seed: int, start: int = 0, best: State | None = None) -> State:
    """Small random weights."""
    random = np.random.default_rng(np.random.SeedSequence((seed, start)))
    return State(SMALL * random.standard_normal(int(np.prod(loss.shape))), start, best=best)


def descents(loss: Loss, decay: float, stop: Stop, state: State, seed: int) -> Iterator[State]:
    """The states after each round, from the given one on, until the last start ends.

    What follows a state depends on the state alone: a state from a checkpoint goes on as it would have.
    """
    stages, shorter = loss.stages(decay, _STAGE), _SHORT if loss.cost > COSTLY else 1
    last = len(stages) - 1
    while not (state.stage == last and stop.ends(state)):
        if state.stage < last and stop.loosened(_LOOSE).ends_start(state):
            state = replace(state, stage=state.stage + 1, newton=False, gap=np.inf, gradient=np.inf)
        elif state.stage == last and stop.ends_start(state):
            state = initial(loss, seed, state.start + 1, state.result)
        at = stages[state.stage]
        state = replace(state, weights=loss.off_saddles(state.weights, at, SMALL))
        state = _round(loss, at, state, _NEWTON if state.stage == last else _NEWTON_IN_STAGES, shorter)
        yield state


def _round(loss: Loss, decay: float, state: State, newton: int, shorter: int) -> State:
    """One round of L-BFGS, or of Newton-CG once a round of L-BFGS no longer closes the gap by half.

    Far from the minimum the gap is about 1 however fast the loss falls: there the gradient shows it.
    """
    near = _Near(loss, decay, state.weights, loss.scaling(state.weights, decay))
    start, steps = np.zeros_like(state.weights), _STEPS // shorter
    if state.newton:
        options: dict[str, Any] = {"maxiter": newton // shorter, "gtol": 0.0}
        method: dict[str, Any] = {"method": "trust-ncg", "hessp": near.bent, "options": options}
    else:
        method = {"method": "L-BFGS-B", "options": {**_LBFGS, "maxiter": steps}}
    result = minimize(near.value, start, jac=True, **method)
    falls = result.fun < state.loss * (1 - ROUNDING)
    weights = near.weights(result.x if falls or not state.newton else _settled(near, result.x))
    value, relative = value_and_gradient(loss, decay, weights)
    gap, enough = loss.gap(weights, decay), 2 ** (-1 / shorter)
    is_idle = gap > enough * state.gap and (gap < _FAR or relative > enough * state.gradient)
    has_stalled = result.nit < steps or is_idle
    return replace(
        state,
        weights=weights,
        rounds=state.rounds + 1,
        newton=state.newton or has_stalled,
        steps=state.steps + int(result.nit),
        loss=value,
        gap=gap,
        gradient=relative,
    )


def value_and_gradient(loss: Loss, decay: float, weights: Array) -> tuple[float, float]:
    """The loss, and the norm of its gradient relative to that of the penalty; 0 without weights."""
    value, gradient = loss.value(weights, decay)
    scale = 2 * decay * loss.penalty * float(np.linalg.norm(weights))
    return value, float(np.linalg.norm(gradient)) / scale if scale > 0 else 0.0


def _settled(near: _Near, at: Array) -> Array:
    """Newton's method for a vanishing gradient, from where the loss no longer falls.

    Rounding hides decreases of the loss once the gradient is of the order of its square root; the gap is of
    the order of the gradient.  Steps count as long as they halve it.
    """
    gradient = near.value(at)[1]
    while True:
        product = LinearOperator(2 * at.shape, partial(near.bent, at), dtype=np.float64)
        step, _ = cg(product, -gradient, rtol=_OF_STEP, maxiter=_STEPS_OF_CG)
        after = near.value(at + step)[1]
        if not np.linalg.norm(after) < np.linalg.norm(gradient) / 2:
            return at
        at, gradient = at + step, after


class _Near:
    """A loss near some weights, as SciPy asks for it: over the scaled difference from them."""

    def __init__(self, loss: Loss, decay: float, origin: Array, scaled: Callable[[Array], Array]) -> None:
        self._loss, self._decay, self._origin, self._scaled = loss, decay, origin, scaled
        self._at = np.empty(0)

    def weights(self, at: Array) -> Array:
        """Of the network."""
        return np.asarray(self._origin + self._scaled(at))

    def value(self, at: Array) -> tuple[float, Array]:
        """The loss and its gradient."""
        value, gradient = self._loss.value(self.weights(at), self._decay)
        return value, self._scaled(gradient)

    def bent(self, at: Array, direction: Array) -> Array:
        """The Hessian times a direction: what depends on the point is computed once."""
        if not np.array_equal(at, self._at):
            self._at, self._product = at.copy(), self._loss.curvature(self.weights(at), self._decay)
        return self._scaled(self._product(self._scaled(direction)))
