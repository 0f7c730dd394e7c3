"""Training a network on drawn data, until a duality gap proves that it is trained.

In order: `train`, `measured`; what it refuses and when it gives up; checkpoints.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from numerics.arithmetic.checks import is_count, is_flag, is_number, require
from numerics.arithmetic.errors import Interrupted, InvalidProblem, NotConverged
from numerics.problem import Problem
from numerics.training.data import Data, draw
from numerics.training.losses import DiagonalLoss, QuadraticLoss, loss_of
from numerics.training.minimise import State, initial, rounds
from numerics.training.trained import Trained

FORMAT = 1
"""Of checkpoints: raised when their meaning changes."""

STALLED = 6
"""Rounds without progress after which a training counts as stuck."""


def train(
    problem: Problem,
    *,
    seed: int = 0,
    data: Data | None = None,
    tolerance: float = 1e-6,
    most_rounds: int = 300,
    progress: bool = False,
    checkpoint: str | os.PathLike[str] | None = None,
) -> Trained:
    """Train the network over its own weights, a and w or B, from small random ones.

    The result is proved: its loss lies within the relative ``tolerance`` of the least one, by the duality gap
    of the equivalent convex problem (`losses`).

    Args:
        problem: with estimator "erm" and weight decay above 0.
        seed: of the data set, where none is given, and of the initial weights.
        data: what to train on; drawn for ``problem`` with ``seed`` if None.  It may be that of a problem with
            another weight decay or width.
        tolerance: relative duality gap at which to stop.
        most_rounds: of the optimisers, some hundred steps each, after which to give up.
        progress: whether to show on standard error how far the gap has closed.
        checkpoint: file that keeps the weights after each round; if it is there, training goes on from it, to
            the same result byte for byte (with the same libraries and number of threads).

    Raises:
        InvalidProblem: an argument is outside of what can be trained, the data are those of another problem,
            or the checkpoint is that of another training, or cut short.
        NotConverged: the gap does not close; the message says how far it did.
        Interrupted: stopped from the keyboard; the message says what the checkpoint keeps.

    >>> from numerics import solve
    >>> problem = Problem("quadratic", gamma=1.25, samples=600, dim=20, weight_decay=0.5, noise_variance=0.5)
    >>> trained = train(problem)
    >>> trained.duality_gap < 1e-6, trained.weights.shape
    (True, (20, 20))
    """
    data = _checked(problem, seed, data, tolerance, most_rounds, progress)
    width = problem.dim if problem.width is None else problem.width
    loss, decay = loss_of(data, width), float(problem.weight_decay or 0)
    key = _key(problem, seed, data, tolerance)
    path = None if checkpoint is None else Path(checkpoint)
    state = (None if path is None else _read(path, key, loss)) or initial(loss, seed)
    try:
        with _bar(tolerance) if progress else nullcontext() as advance:
            for state in _until_stuck(rounds(loss, decay, float(tolerance), state, seed), most_rounds):
                if path is not None:
                    _write(path, key, state)
                if advance is not None:
                    advance(state)
    except KeyboardInterrupt:
        where = "lost; give checkpoint=FILE to keep them" if path is None else f"kept in {path}"
        raise Interrupted(f"{state.rounds} rounds of training were finished, and are {where}") from None
    return measured(problem, data, loss, state, decay)


def measured(
    problem: Problem, data: Data, loss: DiagonalLoss | QuadraticLoss, state: State, decay: float
) -> Trained:
    """What is known of a network with these weights."""
    value, gradient = loss.value(state.weights, decay)
    product, pieces = loss.product(state.weights), state.weights.reshape(loss.shape)
    diagonal, dim = problem.network == "diagonal", problem.dim
    error = float(np.sum((product - data.target) ** 2)) / dim
    penalty = (
        2 * decay * (1 if diagonal else dim) * float(np.linalg.norm(state.weights)) / (2 if diagonal else 1)
    )
    return Trained(
        problem=problem,
        data=data,
        parameters={"a": pieces[0], "w": pieces[1]} if diagonal else {"B": pieces},
        weights=product,
        excess_risk=error if diagonal else 2 * error,
        train_loss=value / (dim if diagonal else dim**2),
        duality_gap=state.gap,
        gradient=float(np.linalg.norm(gradient)) / penalty if penalty else 0.0,
        steps=state.steps,
    )


def _checked(
    problem: Problem, seed: int, data: Data | None, tolerance: float, most_rounds: int, progress: bool
) -> Data:
    """The data to train on, once every argument is known to be allowed."""
    require(isinstance(problem, Problem), "problem", problem, "a Problem")
    estimator, decay = problem.estimator, problem.weight_decay
    require(estimator == "erm", "estimator", estimator, '"erm", which trains the network')
    assert decay is not None
    require(float(decay) > 0, "weight_decay", decay, "above 0: at 0 the least loss is no unique network's")
    allowed = "a number between 1e-12 and 1"
    require(is_number(tolerance) and 1e-12 <= tolerance <= 1, "tolerance", tolerance, allowed)
    require(is_count(most_rounds), "most_rounds", most_rounds, "a positive integer")
    require(is_flag(progress), "progress", progress, "True or False")
    if data is None:
        return draw(problem, seed=seed)
    require(isinstance(data, Data), "data", data, "Data, as draw returns it, or None")
    for name in ("network", "gamma", "samples", "dim", "noise_variance", "target"):
        mine, theirs = getattr(problem, name), getattr(data.problem, name)
        require(mine == theirs, "data", data, f"of a problem with {name}={mine}, not {theirs}")
    for name, array in (("inputs", data.inputs), ("labels", data.labels)):
        require(bool(np.isfinite(array).all()), "data", data, f"{name} of finite numbers")
    return data


def _until_stuck(states: Iterator[State], most_rounds: int) -> Iterator[State]:
    """The states, as long as the gap closes.

    Raises:
        NotConverged: it does not.
    """
    best, since, stage = np.inf, 0, 0
    for state in states:
        yield state
        since = 0 if state.gap < best or state.stage > stage else since + 1
        best, stage = (state.gap if state.stage > stage else min(best, state.gap)), state.stage
        if since >= STALLED or state.rounds >= most_rounds:
            raise NotConverged(
                f"the duality gap is {best:.1e} after {state.rounds} rounds; ask for a larger tolerance, "
                "or for more rounds (most_rounds)"
            )


@contextmanager
def _bar(tolerance: float) -> Iterator[Any]:
    """A bar of how far the gap has closed, in decades, on standard error."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("training", total=-np.log10(tolerance))

        def advance(state: State) -> None:
            closed = -np.log10(max(state.gap, tolerance))
            bar.update(task, completed=max(0.0, closed), description=f"training, gap {state.gap:.1e}")

        yield advance


def _key(problem: Problem, seed: int, data: Data, tolerance: float) -> str:
    """What a checkpoint is of: all that its rounds depend on."""
    values = {field.name: str(getattr(problem, field.name)) for field in fields(problem)}
    return json.dumps({**values, "seed": seed, "data": data.seed, "tolerance": tolerance, "format": FORMAT})


def _read(path: Path, key: str, loss: DiagonalLoss | QuadraticLoss) -> State | None:
    """The state that a checkpoint keeps; None where there is no file.

    Raises:
        InvalidProblem: the file is no whole checkpoint of this training.
    """
    if not path.exists():
        return None
    allowed = "a checkpoint of this training, whole and of this version, or a file that is not there yet"
    try:
        with np.load(path, allow_pickle=False) as kept:
            require(str(kept["key"]) == key, "checkpoint", str(path), allowed)
            numbers, weights = kept["numbers"], kept["weights"]
        stage, rounds_done, newton, steps = (int(x) for x in numbers[:4])
        state = State(weights, stage, rounds_done, float(numbers[4]), bool(newton), steps)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        if isinstance(error, InvalidProblem):
            raise
        raise InvalidProblem(f"checkpoint={path}: must be {allowed}") from error
    require(state.weights.shape == (int(np.prod(loss.shape)),), "checkpoint", str(path), allowed)
    return state


def _write(path: Path, key: str, state: State) -> None:
    """Keep a state, whole or not at all."""
    numbers = np.array([state.stage, state.rounds, state.newton, state.steps, state.gap])
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, key=np.array(key), numbers=numbers, weights=state.weights)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
