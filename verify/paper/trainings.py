"""Trainings of the figures: stored ones, read from CSV files, and those made on the spot.

A stored training is told by its problem: network, samples, dimension, decay of the target, weight decay and
noise variance.  Its number of hidden units may differ: the duality gap of the convex problem, which is stored
with it, proves that its minimum is the one of full width.

In this order: ``Training``, ``read``, ``of_problem``, ``train_here``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics import Problem, train

SAME = ("network", "samples", "dim", "gamma", "weight_decay", "noise_variance")


@dataclass(frozen=True, eq=False)
class Training:
    """One trained network.

    Attributes:
        key: the fields ``SAME`` of its problem, as text.
        seed: of its data and initial weights.
        excess_risk: of the trained network.
        duality_gap: relative.
        weights: coefficients or eigenvalues, shape (d,); None where the risk alone is stored.
        is_stored: read from a file.
        pruned_risk: excess risk without the bulk of the weights; None where it is not known.
    """

    key: tuple[str, ...]
    seed: int
    excess_risk: float
    duality_gap: float
    weights: NDArray[np.float64] | None
    is_stored: bool
    pruned_risk: float | None = None


def key_of(problem: Problem) -> tuple[str, ...]:
    """What tells a training.

    >>> key_of(Problem("diagonal", gamma=1.25, samples=20, dim=10, weight_decay=0.1))
    ('diagonal', '20', '10', '1.25', '0.1', '0.0')
    """
    values = (getattr(problem, name) for name in SAME)
    return tuple(
        x if isinstance(x, str) else str(x) if isinstance(x, int) and x else str(float(x)) for x in values
    )


def read(folder: Path | None) -> tuple[Training, ...]:
    """The trainings stored in a folder, as ``examples/data`` has them; none without a folder."""
    if folder is None:
        return ()
    table = folder / "risks.csv"
    risks = (_of_fields(row, None) for row in (_rows(table) if table.exists() else ()))
    return (*map(_spectrum, sorted(folder.glob("spectrum-*.csv"))), *risks)


def of_problem(trainings: Iterable[Training], problem: Problem) -> list[Training]:
    """Those of one problem, whatever their seeds."""
    key = key_of(problem)
    return [training for training in trainings if training.key == key]


def train_here(problem: Problem, seed: int) -> Training:
    """Train a network on the spot."""
    trained = train(problem, seed=seed, progress=False)
    return Training(
        key_of(problem), seed, trained.excess_risk, trained.duality_gap, trained.eigenvalues, is_stored=False
    )


def _rows(path: Path) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def _spectrum(path: Path) -> Training:
    """One file of weights, its header the fields."""
    lines = path.read_text(encoding="utf-8").splitlines()
    fields = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# ") and ": " in line)
    return _of_fields(fields, np.array([float(row["weight"]) for row in _rows(path)]))


def _of_fields(fields: dict[str, Any], weights: NDArray[np.float64] | None) -> Training:
    key = tuple(
        fields[name] if name in ("network", "samples", "dim") else str(float(fields[name])) for name in SAME
    )
    of_training = int(fields["seed"]), float(fields["excess_risk"]), float(fields["duality_gap"])
    return Training(key, *of_training, weights, is_stored=True)
