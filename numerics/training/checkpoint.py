"""Checkpoints of a training: one file, written whole or not at all after every round.

A checkpoint holds the state between two rounds, and a key: all that the rounds depend on.  Training goes on
from it to the same result byte for byte, with the same libraries and number of threads.

In order: `key_of`, `read`, `write`.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from numerics.arithmetic.checks import shown
from numerics.arithmetic.errors import InvalidProblem
from numerics.problem import Problem
from numerics.runs import exact_fields, whole_file
from numerics.training.data import Data
from numerics.training.minimise import State, Stop

FORMAT = 4
"""Of checkpoints: raised when their meaning changes."""

_NUMBERS = ("start", "stage", "rounds", "newton", "steps", "loss", "gap", "gradient")


def key_of(problem: Problem, seed: int, data: Data, stop: Stop, method: str) -> str:
    """What a checkpoint is of."""
    digest = hashlib.sha256()
    for array in (data.inputs, data.labels):
        digest.update(np.ascontiguousarray(array).data)
    values = exact_fields(problem)
    ends = {"tolerance": stop.gap, "gradient": stop.gradient, "starts": stop.starts}
    how = {"seed": seed, "method": method, **ends}
    return json.dumps({**values, **how, "data": digest.hexdigest(), "format": FORMAT})


def read(path: Path, key: str, size: int) -> State | None:
    """The state that a checkpoint keeps; None where there is no file.

    Args:
        path: of the file.
        key: of this training.
        size: number of weights.

    Raises:
        InvalidProblem: the file is no whole checkpoint, or that of another training; the message says which.
    """
    if not path.exists():
        return None
    damaged = InvalidProblem(
        f"checkpoint={path}: must be a checkpoint of a training, and is none, or damaged"
    )
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            stored = json.loads(str(arrays["key"]))
            best = _state(arrays, "best_", None) if "best_weights" in arrays else None
            state = _state(arrays, "", best)
    except (OSError, ValueError, OverflowError, KeyError, EOFError, BadZipFile):
        raise damaged from None
    other = _difference(stored, json.loads(key))
    if other:
        raise InvalidProblem(f"checkpoint={path}: must be of this training, not of one with {other}")
    if (
        state.weights.shape != (size,)
        or state.weights.dtype != float
        or not np.all(np.isfinite(state.weights))
    ):
        raise damaged
    return state


def _difference(stored: Any, asked: dict[str, Any]) -> str:
    """What another training is told apart by; nothing for the same."""
    theirs = stored if isinstance(stored, dict) else {}
    for name in ("format", *(name for name in asked if name not in ("format", "data")), "data"):
        if theirs.get(name) != asked[name]:
            values = f"={shown(theirs.get(name))} instead of {shown(asked[name])}"
            said = {"format": "the format of another version", "data": "other data"}
            return said.get(name, f"{name}{values}")
    return ""


def _state(arrays: Any, prefix: str, best: State | None) -> State:
    start, stage, rounds, newton, steps, loss, gap, gradient = arrays[f"{prefix}numbers"]
    counts = int(start), int(stage), int(rounds), bool(newton), int(steps)
    return State(arrays[f"{prefix}weights"], *counts, float(loss), float(gap), float(gradient), best)


def write(path: Path, key: str, state: State) -> None:
    """Keep a state, whole or not at all."""
    arrays = {"key": np.array(key), **_arrays("", state)}
    if state.best is not None:
        arrays |= _arrays("best_", state.best)
    with whole_file(path, binary=True) as file:
        np.savez(file, allow_pickle=False, **arrays)


def _arrays(prefix: str, state: State) -> dict[str, Any]:
    numbers = np.array([float(getattr(state, name)) for name in _NUMBERS])
    return {f"{prefix}numbers": numbers, f"{prefix}weights": state.weights}
