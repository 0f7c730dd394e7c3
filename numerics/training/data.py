"""Data sets of a learning problem: Gaussian inputs, a target, noisy labels (arXiv:2509.24882, section 2).

    diagonal    f*(x) = theta*.x/sqrt(d),      theta*_i ~ N(0, tau_i^2)
    quadratic   f*(x) = Tr[S* Z(x)],           S* = O diag(s) O^T, O Haar,  Z(x) = (x x^T - I)/sqrt(d)

and y = f*(x) + sqrt(Delta) z.  The target, the inputs and the label noise have a stream of random numbers
each, so that two problems which differ in the number of samples or in the noise alone share the rest.

*Data of another source.*  Inputs and labels of one's own are `Data` without a target.  The theory is that of
inputs with mean 0 and covariance 1; those of another covariance C are made such by an affine map,

    x = L^-1 (x' - mean),       L L^T = C  (Cholesky), estimated on many inputs,

which changes the target: the quadratic network's S* becomes L^T S* L.

In order: `Data`, `draw`, `whole_samples`, `sizes_of`, `outputs`; what is checked of arrays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.arithmetic.arrays import require_seed
from numerics.arithmetic.checks import require, shown
from numerics.arithmetic.errors import InvalidProblem
from numerics.displays import Displayed
from numerics.problem import Problem, modes_of
from numerics.sums.explicit import TargetSizes

Array = NDArray[np.float64]

LARGEST = 2 * 10**9
"""Numbers that a data set may hold in memory: 16 GB."""

OF_ONE_INPUT = ("diagonal", "quadratic")
"""Networks of one input x, the ones that are trained here."""

MODERATE = 1e50
"""Numbers up to this, and down to its inverse, have products of a few that float64 holds."""

ROUNDING = 1e-8
"""Relative to the largest size: how far a matrix may be from the sizes of its problem."""

ROWS = 4096
"""Rows of the inputs that are worked on at a time."""


@dataclass(frozen=True, eq=False)
class Data(Displayed):
    """A data set, and the target that labelled it, if that is known.

    Attributes:
        problem: what it is a data set of.
        inputs: x, shape (n, d), Gaussian of mean 0 and unit variance in the theory.
        labels: y, shape (n,).
        target: theta*, shape (d,) (diagonal), or S*, shape (d, d) (quadratic network); None where it is not
            known, as of measured data: then no risk is known of what is trained on them.
        seed: of the draw; None for data of another source.

    Raises:
        InvalidProblem: an array is not of this shape, or has entries that are no finite numbers, or S* is not
            symmetric, or its eigenvalues are not the sizes of the problem.

    >>> random = np.random.default_rng(0)
    >>> mine = Problem("diagonal", gamma=1.25, samples=30, dim=20, weight_decay=0.1)
    >>> Data(mine, random.standard_normal((30, 20)), random.standard_normal(30))
    <Data of the diagonal network: n = 30, d = 20, target not known>
    """

    problem: Problem
    inputs: Array
    labels: Array
    target: Array | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        require(isinstance(self.problem, Problem), "problem", self.problem, "a Problem")
        if self.seed is not None:
            require_seed(self.seed)
        _require_drawn(self.problem)
        samples, dim = whole_samples(self.problem), self.problem.dim
        shape = (dim,) if self.problem.network == "diagonal" else (dim, dim)
        expected = {"inputs": (samples, dim), "labels": (samples,), "target": shape}
        if self.target is None:
            del expected["target"]
        for name, size in expected.items():
            object.__setattr__(self, name, _require_array(name, getattr(self, name), size))
        if self.target is not None and self.target.ndim == 2:
            _require_spectrum(self.target, sizes_of(self.problem))

    def __repr__(self) -> str:
        samples, dim = self.inputs.shape
        origin = "" if self.seed is None else f", seed {self.seed}"
        origin += ", target not known" if self.target is None else ""
        return f"<Data of the {self.problem.network} network: n = {samples}, d = {dim}{origin}>"

    def to_dict(self) -> dict[str, Any]:
        """Its problem and seed, without the arrays."""
        return {**self.problem.to_dict(), "seed": self.seed, "has_target": self.target is not None}


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
    require_seed(seed)
    require_drawable(problem)
    samples, dim = whole_samples(problem), problem.dim
    of_target, of_inputs, of_noise = np.random.SeedSequence(int(seed)).spawn(3)
    inputs = np.random.default_rng(of_inputs).standard_normal((samples, dim))
    target = _target(problem, np.random.default_rng(of_target))
    noise = np.random.default_rng(of_noise).standard_normal(samples)
    labels = outputs(target, inputs) + np.sqrt(float(problem.noise_variance)) * noise
    return Data(problem, inputs, labels, target, int(seed))


def require_drawable(problem: Problem) -> None:
    """Refuse problems whose data sets would not fit into memory, or into float64.

    Raises:
        InvalidProblem: it is such a problem.
    """
    _require_drawn(problem)
    samples, dim = whole_samples(problem), problem.dim
    most = LARGEST if problem.network == "diagonal" else math.isqrt(LARGEST)
    require(dim <= most, "dim", dim, f"at most {most}, for the target to fit into memory")
    most = LARGEST // dim
    require(samples <= most, "samples", samples, f"at most {most} at dim={dim}, to fit into memory")
    noise = problem.noise_variance
    require(noise <= MODERATE, "noise_variance", noise, f"at most {MODERATE:g}, for labels to be drawn")
    if isinstance(problem.target, TargetSizes):
        largest = problem.target.sizes[0]
        most_size = MODERATE / 1e10  # the labels are sums of many
        require(largest <= most_size, "target", largest, f"sizes up to {most_size:g}, for labels to be drawn")


def _require_drawn(problem: Problem) -> None:
    """Refuse networks of other inputs than one vector x."""
    allowed = "of one input, " + " or ".join(f'"{name}"' for name in OF_ONE_INPUT)
    require(problem.network in OF_ONE_INPUT, "network", problem.network, allowed)


def whole_samples(problem: Problem) -> int:
    """The number of samples, where it is one that a data set can have.

    Raises:
        InvalidProblem: it is not whole.
    """
    samples = problem.samples
    require(samples == int(samples), "samples", samples, "a whole number, to be that of a data set")
    return int(samples)


def sizes_of(problem: Problem) -> Array:
    """Sizes of all modes of the target, decreasing, shape (d,)."""
    return np.asarray(modes_of(problem).size(np.arange(1.0, problem.dim + 1)))


def _target(problem: Problem, random: np.random.Generator) -> Array:
    sizes = sizes_of(problem)
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
    blocks = (inputs[start : start + ROWS] for start in range(0, samples, ROWS))
    squares = [np.einsum("ni,ni->n", block @ weights, block) for block in blocks]
    return np.asarray((np.concatenate(squares) - np.trace(weights)) / np.sqrt(dim))


def require_rows(name: str, values: Any, dim: int) -> Array:
    """Inputs of that dimension, any number of them.

    Raises:
        InvalidProblem: they are none.
    """
    array = _floats(values)
    rows = array.shape[0] if array is not None and array.ndim == 2 else "any"
    return _require_array(name, values, (rows, dim))


def _require_array(name: str, values: Any, expected: tuple[Any, ...]) -> Array:
    array = _floats(values)
    is_shaped = array is not None and array.shape == expected
    # the ends alone: a data set may fill half of the memory, and is not to be copied
    ends = np.array([0.0] if array is None or not array.size else [array.min(), array.max()])
    if array is None or not is_shaped or not np.isfinite(ends).all():
        given = shown(values) if array is None else f"array of shape {array.shape}"
        given += " with NaN or infinity" if is_shaped else ""
        size = ", ".join(map(str, expected)) + ("," if len(expected) == 1 else "")
        raise InvalidProblem(f"{name}={given}: must be finite numbers of shape ({size})")
    largest = float(np.max(np.abs(ends)))
    require(
        largest <= MODERATE, name, largest, f"numbers of at most {MODERATE:g}, for float64 to hold the loss"
    )
    return array


def _require_spectrum(target: Array, sizes: Array) -> None:
    """Refuse a matrix that is not symmetric, or is that of another problem, to rounding."""
    close = ROUNDING * float(sizes[0])
    given = f"target=array of shape {target.shape}"
    if not np.max(np.abs(target - target.T)) <= close:
        raise InvalidProblem(f"{given}: must be a symmetric matrix S*")
    values = np.linalg.eigvalsh(target)[::-1]
    worst = int(np.argmax(np.abs(values - sizes)))
    if not abs(values[worst] - sizes[worst]) <= close:
        raise InvalidProblem(
            f"{given}: must have the sizes of the problem, but eigenvalue {worst + 1} is "
            f"{values[worst]:.6g}, not {sizes[worst]:.6g}; state the problem with "
            "target=numpy.linalg.eigvalsh(S).clip(0), or leave the target out"
        )


def _floats(values: Any) -> Array | None:
    """As an array; None of what would lose something by that."""
    try:
        if np.iscomplexobj(values) or np.ma.is_masked(values):
            return None
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
