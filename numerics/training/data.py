"""Data sets of a learning problem: Gaussian inputs, a power-law target, noisy labels (arXiv:2509.24882).

    diagonal    f*(x) = theta*.x/sqrt(d),      theta*_i ~ N(0, tau_i^2)
    quadratic   f*(x) = Tr[S* Z(x)],           S* = O diag(s) O^T, O Haar,  Z(x) = (x x^T - I)/sqrt(d)

The target, the inputs and the label noise have a stream of random numbers each, so that two problems which
differ in the number of samples or in the noise alone share the rest.

In order: `Data`, `draw`, `outputs`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from numerics.arithmetic.checks import is_count, require
from numerics.problem import Problem, modes_of

Array = NDArray[np.float64]

LARGEST = 2 * 10**9
"""Numbers that a data set may hold in memory: 16 GB."""

_ROWS = 4096
"""Rows of the inputs that are worked on at a time."""


@dataclass(frozen=True, eq=False)
class Data:
    """A data set, and the target that labelled it.

    Attributes:
        problem: which it is a draw of.
        seed: of the draw.
        inputs: x, shape (n, d).
        labels: y = f*(x) + sqrt(Delta) z, shape (n,).
        target: theta*, shape (d,) (diagonal), or S*, shape (d, d) (quadratic network).
    """

    problem: Problem
    seed: int
    inputs: Array
    labels: Array
    target: Array

    def __repr__(self) -> str:
        samples, dim = self.inputs.shape
        return f"<Data of the {self.problem.network} network: n = {samples}, d = {dim}, seed {self.seed}>"


def draw(problem: Problem, *, seed: int = 0) -> Data:
    """Draw a data set.

    Args:
        problem: its network, target, dimension, whole number of samples and noise variance.
        seed: of the three streams of random numbers; equal seeds give equal data.

    Raises:
        InvalidProblem: when the number of samples is not whole, the inputs would not fit into memory, or the
            seed is not a whole number >= 0.

    >>> data = draw(Problem("diagonal", gamma=1.25, samples=30, dim=20, weight_decay=0.1), seed=1)
    >>> data.inputs.shape, data.labels.shape, data.target.shape
    ((30, 20), (30,), (20,))
    """
    require(isinstance(problem, Problem), "problem", problem, "a Problem")
    require(seed == 0 or is_count(seed), "seed", seed, "a whole number >= 0")
    samples, dim = problem.samples, problem.dim
    require(samples == int(samples), "samples", samples, "a whole number, to draw a data set")
    fits = int(samples) * dim <= LARGEST
    require(
        fits, "samples", samples, f"at most {LARGEST // dim} at dim={dim}, for the inputs to fit in memory"
    )
    of_target, of_inputs, of_noise = np.random.SeedSequence(int(seed)).spawn(3)
    inputs = np.random.default_rng(of_inputs).standard_normal((int(samples), dim))
    target = _target(problem, np.random.default_rng(of_target))
    noise = np.random.default_rng(of_noise).standard_normal(int(samples))
    labels = outputs(target, inputs) + np.sqrt(float(problem.noise_variance)) * noise
    return Data(problem, int(seed), inputs, labels, target)


def _target(problem: Problem, random: np.random.Generator) -> Array:
    modes = modes_of(problem)
    sizes = np.asarray(modes.size(np.arange(1.0, problem.dim + 1)))
    if problem.network == "diagonal":
        return np.asarray(sizes * random.standard_normal(problem.dim))
    # signs of the columns of a QR decomposition do not matter to O diag(s) O^T
    rotation, _ = np.linalg.qr(random.standard_normal((problem.dim, problem.dim)))
    return np.asarray((rotation * sizes) @ rotation.T)


def outputs(weights: Array, inputs: Array) -> Array:
    """What a network with these weights, theta or S, answers: shape (n,).

    >>> outputs(np.eye(2), np.array([[1.0, 2.0]]))  # (1 + 4 - 2)/sqrt(2)
    array([2.12132034])
    """
    samples, dim = inputs.shape
    if weights.ndim == 1:
        return np.asarray(inputs @ weights / np.sqrt(dim))
    squares = [np.einsum("ni,ni->n", block @ weights, block) for block in blocks(inputs)]
    return np.asarray((np.concatenate(squares) - np.trace(weights)) / np.sqrt(dim))


def blocks(inputs: Array) -> Iterator[Array]:
    """The inputs, some rows at a time."""
    for start in range(0, len(inputs), _ROWS):
        yield inputs[start : start + _ROWS]
