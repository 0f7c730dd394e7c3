"""The power-law target: sizes c i^-gamma of its modes, i = 1..d, and means over them.

"raw" targets have c = sqrt(d), as in arXiv:2509.24882; "unit" targets are the same rescaled to mean square 1.
For the diagonal network the sizes are the standard deviations tau_i of the Gaussian target coefficients; for
the quadratic network they are the eigenvalues s_i of the target matrix.

Classes, in order: `Modes`, `CoarseSums`, `Seen`, `Target`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import numpy as np

from numerics.arithmetic.precision import DOUBLE, Arithmetic, Number
from numerics.sums.mode_sums import coarse_nodes, mode_nodes

# Modes that are single, and blocks to 4 e-folds of them, in `Target.coarse_sums`.
_COARSE_HEAD = 32
# Modes lie close to each other if gaps are this fraction of their size at most.
_CLOSE = 4


@dataclass(frozen=True, eq=False)
class Modes:
    """The modes of a target as nodes of a sum over them.

    Attributes:
        sizes: sizes at the nodes, shape (nodes,).
        weights: weights of a sum over the modes, shape (nodes,).
        dim: how many modes there are, the sum of the weights, in the same arithmetic.
    """

    sizes: Any
    weights: Any
    dim: Any

    def total(self, values: Any) -> Any:
        """Sum over the modes of a function given at the nodes."""
        return self.weights @ values

    def mean(self, values: Any) -> Any:
        """Mean over the modes of a function given at the nodes."""
        return self.total(values) / self.dim


@dataclass(frozen=True, eq=False)
class CoarseSums:
    """Means in float64 over the modes above a size, good to a few per cent, in a microsecond.

    Attributes:
        falling: minus the size at the edges between blocks of modes, in increasing order.
        means: at the edges, of 1, 1/s and 1/s^2 over the modes above, and of s^2 over those below.
    """

    falling: list[float]
    means: list[tuple[float, ...]]

    def above(self, size: float) -> tuple[float, ...]:
        """The means, linear within the block of the size.

        >>> sums = Target(dim=100, decay=1.0, scale=1.0).coarse_sums
        >>> share, inverse, inverse_square, rest = sums.above(1 / 10.5)
        >>> round(share, 12), round(inverse, 12), round(inverse_square, 12), round(rest, 3)
        (0.1, 0.55, 3.85, 0.001)
        """
        after = bisect_right(self.falling, -size)
        if after == 0 or after == len(self.falling):
            return self.means[min(after, len(self.falling) - 1)]
        low, high = self.falling[after - 1], self.falling[after]
        part = (-size - low) / (high - low)
        return tuple(
            (1 - part) * a + part * b for a, b in zip(self.means[after - 1], self.means[after], strict=True)
        )


class Seen(NamedTuple):
    """Nodes of sums over the modes, in order of decreasing size, seen from a real number c.

    Next to c the nodes are single modes, or all that have the same size.

    Attributes:
        origin: c.
        distances: c - s_k at every node, accurate in relative terms, shape (nodes,).
        sizes: s_k.
        weights: of a mean over the modes.
        above: how many of the nodes, the first ones, are larger than c.
    """

    origin: Any
    distances: Any
    sizes: Any
    weights: Any
    above: int


@dataclass(frozen=True)
class Target:
    """Sizes ``scale * i**-decay`` of the modes i = 1..dim.

    Attributes:
        dim: number of modes d.
        decay: gamma > 1/2, exact or floating.
        scale: size c of the largest mode, a scalar of ``arithmetic``.
        arithmetic: the arithmetic in which sums over the modes are done.
        normalisation: "raw" or "unit" where that defines the scale; None where the scale is given.

    >>> target = Target(dim=4, decay=1, scale=2.0)
    >>> float(target.size(4)), float(target.index(0.5))
    (0.5, 4.0)
    """

    dim: int
    decay: Number
    scale: Any
    arithmetic: Arithmetic = DOUBLE
    normalisation: str | None = None

    @classmethod
    def of(
        cls, dim: int, decay: Number, normalisation: str = "raw", arithmetic: Arithmetic = DOUBLE
    ) -> Target:
        """Target "raw", c = sqrt(d), or "unit", mean square of the sizes 1.

        >>> target = Target.of(100, 1.25, "unit")
        >>> abs(float(target.mean_square) - 1) < 1e-14
        True
        """
        return _target(dim, decay, normalisation, arithmetic)

    @property
    def count(self) -> int:
        """Of different sizes."""
        return self.dim

    @property
    def zero_fraction(self) -> Fraction:
        """Fraction of the modes whose size is 0."""
        return Fraction(0)

    @property
    def same_fraction(self) -> Fraction:
        """Probability that two modes, drawn one after the other and with replacement, have the same size."""
        return Fraction(1, self.dim)

    @cached_property
    def modes(self) -> Modes:
        """The modes, for means right to rounding of functions that are smooth in i."""
        nodes = mode_nodes(self.dim, self.decay, 0, self.arithmetic)
        sizes = self.scale * nodes.indices ** (-self.arithmetic.real(self.decay))
        return Modes(sizes, nodes.weights, self.arithmetic.real(self.dim))

    @cached_property
    def coarse_modes(self) -> Modes:
        """The modes in float64, for means good to a few per cent."""
        indices, weights = coarse_nodes(self.dim)
        return Modes(float(self.scale) * indices ** -float(self.decay), weights, float(self.dim))

    @cached_property
    def coarse_sums(self) -> CoarseSums:
        """Means over the modes above a size and over those below, good to a few per cent."""
        indices, weights = coarse_nodes(self.dim, _COARSE_HEAD)
        scale, decay, share = float(self.scale), float(self.decay), weights / float(self.dim)
        s = scale * indices**-decay
        edges = scale * np.concatenate([[0.5], 0.5 + np.cumsum(weights)]) ** -decay
        means = np.zeros((4, len(edges)))
        means[:3, 1:] = np.cumsum([share, share / s, share / s**2], axis=1)
        means[3, :-1] = np.cumsum((share * s**2)[::-1])[::-1]
        return CoarseSums((-edges).tolist(), list(zip(*means.tolist(), strict=True)))

    @cached_property
    def mean_square(self) -> Any:
        """Mean square of the sizes: the error of an estimate that is 0."""
        return self.modes.mean(self.modes.sizes**2)

    def size(self, index: Any) -> Any:
        """Size at a real index, or an array of them."""
        arithmetic = self.arithmetic
        return self.scale * arithmetic.exp(-arithmetic.real(self.decay) * arithmetic.log(index))

    def index(self, size: Any) -> Any:
        """Real index at which the sizes, continued between the modes, take a positive value."""
        arithmetic = self.arithmetic
        return arithmetic.exp(arithmetic.log(self.scale / size) / arithmetic.real(self.decay))

    def rank(self, size: Any) -> int:
        """Number of modes above a size (up to rounding of the index), between 0 and dim."""
        if size <= 0:
            return self.dim
        index = self.index(size)
        return self.dim if index >= self.dim else int(index // 1)  # int() of an mpfr rounds

    def modes_above(self, size: Any) -> int:
        """Number of modes above a size: all sizes are different."""
        return self.rank(size)

    def place_after(self, number: int) -> int | None:
        """How many different sizes the largest ``number`` modes have."""
        return number

    @property
    def is_whole(self) -> bool:
        """Whether all sizes are nodes of every sum over the modes."""
        return False

    def is_dense(self, place: int) -> bool:
        """Whether sizes next to that one lie close to each other, on both sides."""
        return _CLOSE * self.decay < place < self.dim

    def share_above(self, place: int) -> Any:
        """Fraction of the modes that have one of the ``place`` largest sizes."""
        return self.arithmetic.real(place) / self.arithmetic.real(self.dim)

    def seen_after(self, place: int) -> Seen:
        """The modes seen from the index place + 1/2, after the ``place`` largest ones."""
        arithmetic = self.arithmetic
        decay, dim = arithmetic.real(self.decay), arithmetic.real(self.dim)
        nodes = mode_nodes(self.dim, self.decay, place, arithmetic)
        order = np.argsort(nodes.offsets)
        origin = self.size(arithmetic.real(2 * place + 1) / 2)
        return Seen(
            origin=origin,
            # c - s_i = -c ((i/(M + 1/2))^-gamma - 1), in relative precision also for neighbours among 10^20
            distances=-origin * arithmetic.expm1(-decay * nodes.log_ratios[order]),
            sizes=self.size(nodes.indices[order]),
            weights=nodes.weights[order] / dim,
            above=nodes.learned,
        )

    def roundings(self, place: int) -> float:
        """How many roundings there are in the size of that mode: those of the logarithm of i^-gamma."""
        return 1 + float(self.decay) * math.log1p(place)

    def down_to_smallest(self, place: int, origin: Any) -> Any:
        """From where `seen_after` sees the sizes to the smallest one, in relative precision."""
        return self.step_on(place, origin, self.dim - place - Fraction(1, 2))

    def step_on(self, place: int, origin: Any, further: Fraction) -> Any:
        """From the index place + 1/2, of size ``origin``, to one further on, in relative precision."""
        arithmetic = self.arithmetic
        ratio = arithmetic.log1p(arithmetic.real(2 * further / (2 * place + 1)))
        return origin * arithmetic.expm1(-arithmetic.real(self.decay) * ratio)

    def largest(self, number: int) -> Any:
        """The sizes of the largest modes, shape (number,)."""
        return self.size(np.arange(1.0, number + 1))

    def resolvent_of_others(self, number: int) -> tuple[Any, Any]:
        """Means of 1/(s_i - s_j) and 1/(s_i - s_j)^2 over j, at the largest modes i; in float64.

        In the limit of many dimensions next to no other modes are as large: 1/s_i and 1/s_i^2.
        """
        s = self.largest(number)
        return 1 / s, 1 / s**2

    def number_above(self, size: Any) -> Any:
        """How many modes are larger than ``size``, as a real number: 0, or from 1 to dim."""
        if size >= self.scale:
            return self.arithmetic.real(0)
        return min(self.index(size), self.arithmetic.real(self.dim))

    def in_units(self, unit: Any) -> Target:
        """The same target with sizes measured in a unit."""
        return replace(self, scale=self.scale / unit, normalisation=None)

    def in_arithmetic(self, arithmetic: Arithmetic) -> Target:
        """The same target in another arithmetic, to all its digits where the normalisation defines the scale.

        >>> from numerics.arithmetic.precision import multiprecision
        >>> with multiprecision(100).working():
        ...     abs(float(Target.of(3, 1).in_arithmetic(multiprecision(100)).scale ** 2 - 3)) < 1e-28
        True
        """
        if self.normalisation is not None:
            return Target.of(self.dim, self.decay, self.normalisation, arithmetic)
        return replace(self, scale=arithmetic.real(self.scale), arithmetic=arithmetic)

    def rounded_to(self, arithmetic: Arithmetic) -> Target:
        """The sizes of this arithmetic, whatever defines them, in another."""
        return replace(self, arithmetic=arithmetic, scale=arithmetic.real(self.scale))

    def in_double(self) -> Target:
        """The same target in double precision."""
        return (
            self if self.arithmetic is DOUBLE else replace(self, scale=float(self.scale), arithmetic=DOUBLE)
        )


@lru_cache(maxsize=32)
def _target(dim: int, decay: Number, normalisation: str, arithmetic: Arithmetic) -> Target:
    """One object for all problems with this target: it keeps its sums."""
    raw = Target(dim, decay, arithmetic.sqrt(arithmetic.real(dim)), arithmetic, "raw")
    if normalisation == "raw":
        return raw
    return replace(raw, scale=raw.scale / arithmetic.sqrt(raw.mean_square), normalisation="unit")
