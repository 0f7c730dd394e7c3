"""The power-law target: sizes c i^-gamma of its modes, i = 1..d, and sums over them.

"raw" targets have c = sqrt(d), as in arXiv:2509.24882; "unit" targets are the same rescaled to mean square 1.
For the diagonal network the sizes are the standard deviations tau_i of the Gaussian target coefficients; for
the quadratic network they are the eigenvalues s_i of the target matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from numerics.mode_sums import ModeNodes, mode_nodes
from numerics.precision import DOUBLE, Arithmetic, Number


@dataclass(frozen=True)
class Target:
    """Sizes ``scale * i**-decay`` of the modes i = 1..dim.

    Attributes:
        dim: number of modes d.
        decay: gamma > 1/2.
        scale: size c of the largest mode, a scalar of ``arithmetic``.
        arithmetic: arithmetic in which sums over the modes are done.

    >>> target = Target.of(100, 1.25, "unit")
    >>> abs(float(target.mean(target.sizes**2)) - 1) < 1e-14
    True
    """

    dim: int
    decay: Number
    scale: Any
    arithmetic: Arithmetic = DOUBLE

    @classmethod
    def of(cls, dim: int, decay: Number, normalisation: str, arithmetic: Arithmetic = DOUBLE) -> Target:
        """Target "raw", c = sqrt(d), or "unit", mean square of the sizes 1."""
        raw = cls(dim, decay, arithmetic.sqrt(arithmetic.real(dim)), arithmetic)
        if normalisation == "raw":
            return raw
        return replace(raw, scale=raw.scale / arithmetic.sqrt(raw.mean(raw.sizes * raw.sizes)))

    @property
    def nodes(self) -> ModeNodes:
        """Nodes and weights of sums over the modes."""
        return mode_nodes(self.dim, self.decay, 0, self.arithmetic)

    @property
    def sizes(self) -> Any:
        """Sizes at the nodes."""
        return self.scale * self.nodes.indices ** (-self.arithmetic.real(self.decay))

    def mean(self, values: Any) -> Any:
        """Mean over the d modes of a function given at the nodes."""
        return self.nodes.weights @ values / self.arithmetic.real(self.dim)

    def number_above(self, size: Any) -> Any:
        """How many modes are larger than ``size``, as a real number: 0, or from 1 to dim."""
        if size >= self.scale:
            return self.arithmetic.real(0)
        index = (self.scale / size) ** (1 / self.arithmetic.real(self.decay))
        return min(index, self.arithmetic.real(self.dim))
