"""The power-law target: sizes c i^-gamma of its modes, i = 1..d, and means over them.

"raw" targets have c = sqrt(d), as in arXiv:2509.24882; "unit" targets are the same rescaled to mean square 1.
For the diagonal network the sizes are the standard deviations tau_i of the Gaussian target coefficients; for
the quadratic network they are the eigenvalues s_i of the target matrix.

Classes, in order: `Modes`, `CoarseSums`, `Target`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from numerics.mode_sums import coarse_nodes, mode_nodes
from numerics.precision import DOUBLE, Arithmetic, Number

# Modes counted one by one, and blocks to 4 e-folds of them, in `Target.coarse_sums`.
_COARSE_HEAD = 32


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
    """Means over the larger modes in float64, cumulated: entry k over those of the first k coarse nodes.

    Attributes:
        falling: minus the sizes at the nodes, in increasing order.
        shares: of the modes.
        inverses: of 1/s.
        inverse_squares: of 1/s^2.
        rests: of s^2 over the smaller modes instead.
    """

    falling: list[float]
    shares: list[float]
    inverses: list[float]
    inverse_squares: list[float]
    rests: list[float]


@dataclass(frozen=True)
class Target:
    """Sizes ``scale * i**-decay`` of the modes i = 1..dim.

    Attributes:
        dim: number of modes d.
        decay: gamma > 1/2, exact or floating.
        scale: size c of the largest mode, a scalar of ``arithmetic``.
        arithmetic: the arithmetic in which sums over the modes are done.

    >>> target = Target(dim=4, decay=1, scale=2.0)
    >>> float(target.size(4)), float(target.index(0.5))
    (0.5, 4.0)
    """

    dim: int
    decay: Number
    scale: Any
    arithmetic: Arithmetic = DOUBLE

    @classmethod
    def of(
        cls, dim: int, decay: Number, normalisation: str = "raw", arithmetic: Arithmetic = DOUBLE
    ) -> Target:
        """Target "raw", c = sqrt(d), or "unit", mean square of the sizes 1.

        >>> target = Target.of(100, 1.25, "unit")
        >>> abs(float(target.mean_square) - 1) < 1e-14
        True
        """
        raw = cls(dim, decay, arithmetic.sqrt(arithmetic.real(dim)), arithmetic)
        return {
            "raw": lambda: raw,
            "unit": lambda: replace(raw, scale=raw.scale / arithmetic.sqrt(raw.mean_square)),
        }[normalisation]()

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
        s, share = float(self.scale) * indices ** -float(self.decay), weights / float(self.dim)

        def cumulated(values: Any) -> list[float]:
            return [0.0, *np.cumsum(values).tolist()]

        return CoarseSums(
            falling=(-s).tolist(),
            shares=cumulated(share),
            inverses=cumulated(share / s),
            inverse_squares=cumulated(share / s**2),
            rests=cumulated((share * s**2)[::-1])[::-1],
        )

    @cached_property
    def mean_square(self) -> Any:
        """Mean square of the sizes: what it costs to learn nothing."""
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

    def number_above(self, size: Any) -> Any:
        """How many modes are larger than ``size``, as a real number: 0, or from 1 to dim."""
        if size >= self.scale:
            return self.arithmetic.real(0)
        return min(self.index(size), self.arithmetic.real(self.dim))

    def in_units(self, unit: Any) -> Target:
        """The same target with sizes measured in a unit."""
        return replace(self, scale=self.scale / unit)

    def in_double(self) -> Target:
        """The same target in double precision."""
        return replace(self, scale=float(self.scale), arithmetic=DOUBLE)
