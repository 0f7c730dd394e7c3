r"""Singular values as eigenvalues: a target's sizes s_i with either sign.

A matrix S has the singular values s_i where the symmetric matrix of twice the size with S and S^T beside its
diagonal has the eigenvalues +-s_i; a function of the singular values is an odd function of these.  So every
sum over the spectrum of the larger matrix is one over the sizes with either sign, of half the weight each.

`Symmetrised` is a target whose views of the spectrum have these negative eigenvalues beside the positive
ones.  All else is answered by the target itself: modes are numbered, and learned, from the largest positive
one on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.arithmetic.precision import Arithmetic
from numerics.sums.target import Seen


@dataclass(frozen=True)
class Symmetrised:
    """A target's sizes as eigenvalues of both signs.

    Attributes:
        positive: the target, of whichever kind: its sizes are the positive eigenvalues.

    >>> from numerics.sums.target import Target
    >>> seen = Symmetrised(Target(dim=2, decay=1.0, scale=1.0)).seen_after(1)
    >>> seen.sizes.tolist(), seen.weights.tolist(), seen.above
    ([1.0, 0.5, -0.5, -1.0], [0.25, 0.25, 0.25, 0.25], 1)
    """

    positive: Any

    def __getattr__(self, name: str) -> Any:
        """What does not depend on the negative eigenvalues."""
        if name.startswith("__") or name == "positive":
            raise AttributeError(name)
        return getattr(self.positive, name)

    def seen_after(self, place: int) -> Seen:
        """All eigenvalues seen from between two positive ones, after the ``place`` largest."""
        seen: Seen = self.positive.seen_after(place)
        weights = seen.weights / 2
        return Seen(
            origin=seen.origin,
            distances=np.concatenate([seen.distances, (seen.origin + seen.sizes)[::-1]]),
            sizes=np.concatenate([seen.sizes, -seen.sizes[::-1]]),
            weights=np.concatenate([weights, weights[::-1]]),
            above=seen.above,
        )

    def share_above(self, place: int) -> Any:
        """Fraction of the eigenvalues, of both signs, that the ``place`` largest are."""
        return self.positive.share_above(place) / 2

    def in_units(self, unit: Any) -> Symmetrised:
        """The same target with sizes measured in a unit."""
        return Symmetrised(self.positive.in_units(unit))

    def in_arithmetic(self, arithmetic: Arithmetic) -> Symmetrised:
        """The same target in another arithmetic, to all its digits."""
        return Symmetrised(self.positive.in_arithmetic(arithmetic))

    def rounded_to(self, arithmetic: Arithmetic) -> Symmetrised:
        """The sizes of this arithmetic, whatever defines them, in another."""
        return Symmetrised(self.positive.rounded_to(arithmetic))

    def in_double(self) -> Symmetrised:
        """The same target in double precision."""
        return Symmetrised(self.positive.in_double())
