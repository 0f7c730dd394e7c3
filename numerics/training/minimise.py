r"""Minimising a loss over the weights of a network, until the duality gap proves that nothing is left to gain.

Descent starts from small random weights.  L-BFGS takes most of the way, a trust region with conjugate
gradients (Newton-CG) what is left where the loss is ill-conditioned, as at an interpolation threshold; both are
SciPy's.  They work in *rounds*: after each the duality gap is looked at, and the weights are all that is needed
to go on, which is what a checkpoint keeps.

Two things help the diagonal network.  Its weights a_i w_i change sign only through the saddle a_i = w_i = 0,
which gradients leave slowly: weights that are lost there are perturbed (Jin et al. 2017, arXiv:1703.00887).  And
weight decay is annealed, from the least at which nothing is learned to the one asked for, each stage starting
from the last one's weights.

In order: `State`, `minimise`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from numerics.training.data import Array
from numerics.training.losses import DiagonalLoss, Loss

SMALL = 1e-2
"""Standard deviation of the initial weights, and below what size both of a pair count as lost."""

_ANNEALING, _LOOSE = 0.3, 1e-2
_LBFGS = {"maxcor": 30, "maxiter": 200, "maxfun": 10**6, "ftol": 0.0, "gtol": 0.0}
_NEWTON = {"maxiter": 30, "gtol": 0.0}


@dataclass(frozen=True, eq=False)
class State:
    """Where a training stands between two rounds.

    Attributes:
        weights: flattened.
        stage: which weight decay of the annealing.
        rounds: finished.
        gap: relative duality gap after the last of them, at the weight decay of the stage.
        newton: whether the next round is of Newton-CG.
        steps: of both optimisers, together.
    """

    weights: Array
    stage: int = 0
    rounds: int = 0
    gap: float = np.inf
    newton: bool = False
    steps: int = 0


def initial(loss: Loss, seed: int) -> State:
    """Small random weights."""
    random = np.random.default_rng(np.random.SeedSequence((seed, 0)))
    return State(SMALL * random.standard_normal(int(np.prod(loss.shape))))


def rounds(loss: Loss, decay: float, tolerance: float, state: State, seed: int) -> Iterator[State]:
    """The states after each round, until the gap is within the tolerance at the decay asked for."""
    stages = loss.decays(decay, _ANNEALING) if isinstance(loss, DiagonalLoss) else (decay,)
    while True:
        at, last = stages[state.stage], state.stage == len(stages) - 1
        state = _round(loss, at, _with_lost_perturbed(loss, at, state, seed))
        if state.gap <= (tolerance if last else max(_LOOSE, tolerance)):
            if last:
                yield state
                return
            state = replace(state, stage=state.stage + 1, newton=False)
        yield state


def _round(loss: Loss, decay: float, state: State) -> State:
    """One round of L-BFGS, or of Newton-CG once L-BFGS no longer closes the gap by half."""
    function: Callable[[Array], tuple[float, Array]] = lambda weights: loss.value(weights, decay)  # noqa: E731
    if state.newton:
        result = minimize(
            function,
            state.weights,
            jac=True,
            hessp=lambda weights, direction: loss.curvature(weights, decay, direction),
            method="trust-ncg",
            options=_NEWTON,
        )
    else:
        result = minimize(function, state.weights, jac=True, method="L-BFGS-B", options=_LBFGS)
    gap = loss.gap(result.x, decay)
    stalled = result.nit < _LBFGS["maxiter"] or gap > state.gap / 2
    return State(
        result.x, state.stage, state.rounds + 1, gap, state.newton or stalled, state.steps + int(result.nit)
    )


def _with_lost_perturbed(loss: Loss, decay: float, state: State, seed: int) -> State:
    """Pairs (a_i, w_i) near the saddle at 0 get new small random weights."""
    if not isinstance(loss, DiagonalLoss):
        return state
    pairs = state.weights.reshape(loss.shape)
    lost = np.hypot(*pairs) < SMALL
    random = np.random.default_rng(np.random.SeedSequence((seed, state.rounds + 1)))
    noise = SMALL * random.standard_normal(pairs.shape)
    return replace(state, weights=np.where(lost, pairs + noise, pairs).ravel())
