"""Training a network on drawn data, until a duality gap proves that it is trained.

In order: `train`; what it refuses, when it gives up, what it shows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from threadpoolctl import threadpool_limits

from numerics.arithmetic.arrays import require_seed
from numerics.arithmetic.checks import is_count, is_flag, is_number, require
from numerics.arithmetic.errors import Interrupted, NotConverged
from numerics.problem import Problem
from numerics.runs import file_to_write
from numerics.training import checkpoint as checkpoints
from numerics.training.data import LARGEST, MODERATE, Data, draw, require_drawable
from numerics.training.device import device_of
from numerics.training.losses import Loss, loss_of
from numerics.training.minimise import ROUNDING, State, Stop, descents, initial
from numerics.training.proximal import proximal_states
from numerics.training.trained import Trained

ON_ONE_THREAD = 3 * 10**6
"""Numbers in the inputs up to which one thread does the linear algebra: others would wait for it, and take
the cores from whatever else runs (d = 30, n = 900 on two busy cores: 15 s of processor time, not 0.06)."""

METHODS = ("descent", "proximal")
"""Over the weights of the network, or over their product."""

STALLED = 10
"""Rounds without progress after which a training counts as stuck."""


def train(
    problem: Problem,
    *,
    seed: int = 0,
    data: Data | None = None,
    method: str = "descent",
    tolerance: float = 1e-6,
    starts: int = 3,
    most_rounds: int = 300,
    device: str | None = None,
    progress: bool = True,
    checkpoint: str | os.PathLike[str] | None = None,
) -> Trained:
    """Train the network over its own weights, a and w or B, from small random ones.

    The result is proved: its loss lies within the relative ``tolerance`` of the least one, by the duality gap
    of the equivalent convex problem (`losses`).  With fewer hidden units than inputs there is no such
    problem.  Unless the gap closes all the same, the gradient of the best of several ``starts`` is then below
    a tenth of ``tolerance``, relative to that of the penalty, and the gap bounds what more units could gain.
    The gap proves the loss: with few samples several weights, of different risks, may have the least one.

    ``method="proximal"`` minimises that convex problem instead, over theta or S, and takes the weights from
    the product: the same minimum, proved by the same gap.  With 4 d^2 samples it takes a third of the steps
    of the descent or fewer, each of about one pass over the inputs (d = 20 and 40).  With fewer than d^2 and
    little weight decay, or inputs of different scales, it takes more, or does not close the gap.

    One thread does the linear algebra up to 3 * 10^6 numbers in the inputs, samples x dim, and all threads
    beyond; the number of threads changes nothing but roundings.

    Args:
        problem: with estimator "erm" and weight decay above 0.
        seed: of the data set, where none is given, and of the initial weights of the descent.
        data: what to train on; drawn for ``problem`` with ``seed`` if None.  It may be that of a problem with
            another weight decay or width; inputs and labels of one's own are ``Data(problem, inputs,
            labels)``.
        method: "descent" over the network's own weights, or "proximal" over their product, for a network with
            as many hidden units as inputs or more.
        tolerance: relative duality gap at which to stop, between 1e-12 and 1.
        starts: random starts where there are fewer hidden units than inputs.
        most_rounds: of the optimisers, some hundred steps each, after which to give up.
        device: None for NumPy, or where PyTorch does the products with the inputs: "cpu", "cuda", "cuda:1".
        progress: whether to show in the terminal how far the gap has closed.
        checkpoint: file, in a directory that is there, that keeps the weights after each round; if it is
            there itself, training goes on from it, to the same result byte for byte (with the same libraries
            and number of threads).  A round takes up to some hundred passes over the inputs.

    Raises:
        InvalidProblem: an argument is outside of what can be trained, the data are those of another problem,
            or the checkpoint is that of another training, or damaged; the message says which.
        NotConverged: the gap does not close; the message says how far it did, and what a checkpoint keeps.
        Interrupted: stopped from the keyboard; the message says what the checkpoint keeps.

    >>> from numerics import solve
    >>> problem = Problem("quadratic", gamma=1.25, samples=600, dim=20, weight_decay=0.5, noise_variance=0.5)
    >>> trained = train(problem)
    >>> trained.duality_gap < 1e-6, trained.weights.shape
    (True, (20, 20))
    >>> 0.5 < trained.excess_risk / solve(problem).excess_risk < 2
    True
    """
    require(isinstance(problem, Problem), "problem", problem, "a Problem")
    require_trainable(problem)
    require_method(problem, method)
    stop = _checked_stop(not problem.is_full_width, tolerance, starts, most_rounds, progress)
    path = None if checkpoint is None else file_to_write("checkpoint", checkpoint)
    on = device_of(device)
    data = _checked_data(problem, seed, data)
    with threadpool_limits(1, user_api="blas") if data.inputs.size <= ON_ONE_THREAD else nullcontext():
        loss = loss_of(data, problem.width or problem.dim, on)
        state = _minimised(problem, seed, data, loss, stop, method, int(most_rounds), bool(progress), path)
        return _trained(problem, data, loss, state)


def _minimised(
    problem: Problem,
    seed: int,
    data: Data,
    loss: Loss,
    stop: Stop,
    method: str,
    most_rounds: int,
    is_shown: bool,
    path: Path | None,
) -> State:
    """Where the rounds end, from the checkpoint on if there is one.

    Raises:
        InvalidProblem: the checkpoint is no whole one of this training.
        NotConverged: the rounds are stuck.
        Interrupted: they were stopped.
    """
    key = "" if path is None else checkpoints.key_of(problem, seed, data, stop, method)
    resumed = None if path is None else checkpoints.read(path, key, int(np.prod(loss.shape)))
    decay = float(problem.weight_decay or 0)
    if method == "proximal":
        first = resumed or State(np.zeros(int(np.prod(loss.shape))))
        states = proximal_states(loss, decay, stop, first)
    else:
        first = resumed or initial(loss, seed)
        states = descents(loss, decay, stop, first, seed)
    state = first
    try:
        with _bar(stop, is_shown) as advance:
            for state in _until_stuck(states, first, stop, method, most_rounds, path):
                if path is not None:
                    checkpoints.write(path, key, state)
                advance(state)
    except KeyboardInterrupt:
        raise Interrupted(_of_interrupt(state, path)) from None
    return state.result


def _of_interrupt(state: State, path: Path | None) -> str:
    """What is finished, and where it is kept."""
    if state.start == state.rounds == 0:
        return "no round of training was finished: there is nothing to keep yet"
    where = "lost; give checkpoint=FILE to keep them" if path is None else f"kept in {path}"
    return f"{state.rounds} rounds of training were finished, and are {where}"


def _trained(problem: Problem, data: Data, loss: Loss, state: State) -> Trained:
    product, pieces, dim = loss.product(state.weights), state.weights.reshape(loss.shape), problem.dim
    is_diagonal = problem.network == "diagonal"
    return Trained(
        problem=problem,
        data=data,
        parameters={"a": pieces[0], "w": pieces[1]} if is_diagonal else {"B": pieces},
        weights=product,
        train_loss=state.loss / (dim if is_diagonal else dim**2),
        duality_gap=state.gap,
        gradient=state.gradient,
        steps=state.steps,
    )


def require_trainable(problem: Problem) -> None:
    """Refuse problems that no network can be trained on, whatever the data.

    Raises:
        InvalidProblem: it is such a problem.
    """
    estimator, decay, width = problem.estimator, problem.weight_decay, problem.width
    require(estimator == "erm", "estimator", estimator, '"erm", which trains the network')
    assert decay is not None
    require(decay > 0, "weight_decay", decay, "above 0: at 0 no one network has the least loss")
    allowed = f"between {1 / MODERATE:g} and {MODERATE:g}, where float64 holds the loss and its slopes"
    require(1 / MODERATE <= decay <= MODERATE, "weight_decay", decay, allowed)
    require_drawable(problem)
    most = LARGEST // problem.dim
    allowed = f"at most {most} at dim={problem.dim}, for the weights to fit into memory"
    require(width is None or width <= most, "width", width, allowed)


def _checked_data(problem: Problem, seed: int, data: Data | None) -> Data:
    """The data to train on, once the problem is known to be one that can be trained."""
    require_seed(seed)
    if data is None:
        return draw(problem, seed=seed)
    require(
        isinstance(data, Data), "data", data, "Data(problem, inputs, labels), as draw returns it, or None"
    )
    for name in ("network", "gamma", "samples", "dim", "noise_variance", "target"):
        mine, theirs = getattr(problem, name), getattr(data.problem, name)
        require(mine == theirs, "data", data, f"of a problem with {name}={mine}, not {theirs}")
    return data


def require_method(problem: Problem, method: str) -> None:
    """Refuse what is no method, or none for this problem.

    Raises:
        InvalidProblem: it is none.
    """
    is_method = isinstance(method, str) and method in METHODS
    require(is_method, "method", method, " or ".join(f'"{name}"' for name in METHODS))
    allowed = '"descent" with fewer hidden units than inputs: there is no convex problem'
    require(method == "descent" or problem.is_full_width, "method", method, allowed)


def _checked_stop(is_narrow: bool, tolerance: float, starts: int, most_rounds: int, progress: bool) -> Stop:
    is_tolerance = is_number(tolerance) and 1e-12 <= tolerance <= 1
    require(is_tolerance, "tolerance", tolerance, "a number between 1e-12 and 1")
    require(is_count(starts), "starts", starts, "a positive integer")
    require(is_count(most_rounds), "most_rounds", most_rounds, "a positive integer")
    require(is_flag(progress), "progress", progress, "True or False")
    gap = float(tolerance)
    # where the units are enough the gap closes before the gradient is that small, and proves the minimum
    return Stop(gap, gap / 10, int(starts)) if is_narrow else Stop(gap)


def _until_stuck(
    states: Iterator[State], first: State, stop: Stop, method: str, most_rounds: int, path: Path | None
) -> Iterator[State]:
    """The states, as long as the gap or the gradient gets smaller, or the loss by more than its rounding.

    Raises:
        NotConverged: they do not.
    """
    least, lowest, since, at = np.inf, np.inf, 0, (first.start, first.stage)
    for state in states:
        yield state
        left = min(state.gap, state.gradient) if stop.gradient else state.gap
        if (state.start, state.stage) != at:
            least, lowest, since, at = np.inf, np.inf, 0, (state.start, state.stage)
        since = 0 if left < least or state.loss < lowest * (1 - ROUNDING) else since + 1
        least, lowest = min(least, left), min(lowest, state.loss)
        if (since >= STALLED or state.rounds >= most_rounds) and not stop.ends_start(state):
            raise _not_trained(stop, state, method, since >= STALLED, path)


def _not_trained(stop: Stop, state: State, method: str, is_stuck: bool, path: Path | None) -> NotConverged:
    """What is left, and what to try."""
    left, asked = f"duality gap is {state.gap:.1e}", f"tolerance={stop.gap:.1e}"
    if stop.gradient:
        left, asked = f"gradient is {state.gradient:.1e}", f"a tenth of {asked}"
    idle = f", the last {STALLED} without progress" if is_stuck else ""
    more = "a larger weight decay" if is_stuck else "more rounds (most_rounds)"
    other = ', or for method="descent"' if method == "proximal" else ""
    resumed = f"; {path} keeps these, and the same call with a larger most_rounds goes on from there"
    return NotConverged(
        f"the relative {left} after {state.rounds} rounds{idle}, above {asked}: ask for a larger one, or for "
        f"{more}{other}{'' if is_stuck or path is None else resumed}"
    )


@contextmanager
def _bar(stop: Stop, is_shown: bool) -> Iterator[Callable[[State], None]]:
    """A bar of how far the gap has closed, in decades, in a terminal."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    is_off = not is_shown or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=is_off) as bar:
        task: Any = bar.add_task("training", total=-np.log10(stop.gap))

        def advance(state: State) -> None:
            closed = -np.log10(min(1.0, max(state.gap, stop.gap)))
            bar.update(task, completed=closed, description=f"training, duality gap {state.gap:.1e}")

        yield advance
