"""The power-law target: sizes c i^-gamma of its modes, i = 1..d, and sums over them.

"raw" targets have c = sqrt(d), as in arXiv:2509.24882; "unit" targets are the same rescaled to mean square 1.
For the diagonal network the sizes are the standard deviations tau_i of the Gaussian target coefficients; for
the quadratic network they are the eigenvalues s_i of the target matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numerics.mode_sums import coarse_nodes, mode_nodes
from numerics.precision import DOUBLE, Arithmetic, Number


@dataclass(frozen=True, eq=False)
class Target:
    """Sizes ``scale * i**-decay`` of the modes i = 1..dim.

    Attributes:
        dim: number of modes d.
        decay: gamma > 1/2.
        scale: size c of the largest mode, a scalar of ``arithmetic``.
        arithmetic: arithmetic in which sums over the modes are done.
        indices, weights: nodes and weights of those sums (`mode_sums`).
        sizes: sizes at the nodes.

    >>> target = Target.of(100, 1.25, "unit")
    >>> abs(float(target.mean(target.sizes**2)) - 1) < 1e-14
    True
    """

    dim: int
    decay: Number
    scale: Any
    arithmetic: Arithmetic
    indices: Any
    weights: Any
    sizes: Any

    @classmethod
    def of(cls, dim: int, decay: Number, normalisation: str, arithmetic: Arithmetic = DOUBLE) -> Target:
        """Target "raw", c = sqrt(d), or "unit", mean square of the sizes 1."""
        nodes = mode_nodes(dim, decay, 0, arithmetic)
        shape = nodes.indices ** (-arithmetic.real(decay))
        scale = arithmetic.sqrt(
            arithmetic.real(dim) / {"raw": 1, "unit": nodes.weights @ (shape * shape)}[normalisation]
        )
        return cls(dim, decay, scale, arithmetic, nodes.indices, nodes.weights, scale * shape)

    def sketched(self) -> Target:
        """The same target in float64 with the sums over modes done to a few per cent, for first guesses."""
        indices, weights = coarse_nodes(self.dim)
        scale = float(self.scale)
        return Target(
            self.dim, self.decay, scale, DOUBLE, indices, weights, scale * indices ** -float(self.decay)
        )

    def mean(self, values: Any) -> Any:
        """Mean over the d modes of a function given at the nodes."""
        return self.weights @ values / self.arithmetic.real(self.dim)

    def number_above(self, size: Any) -> Any:
        """How many modes are larger than ``size``, as a real number: 0, or from 1 to dim."""
        if size >= self.scale:
            return self.arithmetic.real(0)
        index = (self.scale / size) ** (1 / self.arithmetic.real(self.decay))
        return min(index, self.arithmetic.real(self.dim))
