r"""The eigenvalues behind the noise of a `FreeConvolution`: a finite set, or a power law of any length.

A finite set is seen whole from anywhere; of a power law a view has single eigenvalues only next to where it
is seen from, and those far below the noise are one eigenvalue 0.  Both answer the same questions:

    count, size      how many different eigenvalues there are; the one of a number, 1 for the largest;
    view             the eigenvalues from next to ``place``, about the preimage of x; from there to x;
    view_after       the same from the gap after the first ``number``, or from the last of these;
    resolves         whether sums over the nodes of a point's view are sums over the eigenvalues;
    preimage         the preimage of x, where that is known better than from a view;
    rounding         what a view rounds at x, over the arithmetic's epsilon;
    ends             numbers just below the smallest and just above the largest;
    merge_from_left  whether left of a gap that is closed there are only closed ones.

In order: `FiniteSet`, `PowerLaw`, `Eigenvalues`, `eigenvalues_of`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from numerics.arithmetic.precision import DOUBLE, Arithmetic
from numerics.free_probability.preimages import preimage
from numerics.free_probability.views import (
    Preimage,
    SpectrumView,
    is_next_door,
    natural_unit,
    rank_below,
    spectrum_view,
)
from numerics.sums.explicit import AnyTarget, ExplicitTarget
from numerics.sums.target import Target

# So many modes above the noise's rounding, of more, are seen whole.
_FEW = 1000


@dataclass(frozen=True)
class FiniteSet:
    """Distinct eigenvalues in decreasing order, and their weights, not normalised: that would round them."""

    sizes: tuple[float, ...]
    weights: tuple[float | Fraction, ...]

    @cached_property
    def total(self) -> Fraction:
        """The sum of the weights."""
        return sum((Fraction(weight) for weight in self.weights), Fraction(0))

    @property
    def count(self) -> int:
        """Of different ones."""
        return len(self.sizes)

    def size(self, number: int, arithmetic: Arithmetic) -> Any:
        """As given."""
        return arithmetic.real(self.sizes[number - 1])

    def view(self, x: float, place: Any, noise: float, arithmetic: Arithmetic) -> tuple[SpectrumView, Any]:
        """From next to the eigenvalue nearest to x, where points of its band are close to.

        The origin may be rounded by more than the noise; distances from it are not.
        """
        above = int(np.sum(np.array(self.sizes) > x))
        neighbours = [k for k in (above - 1, above) if 0 <= k < len(self.sizes)]
        nearest = min(neighbours, key=lambda k: abs(self.sizes[k] - x))
        step = 2 * arithmetic.real(noise)
        if len(neighbours) == 2:
            upper, lower = (arithmetic.real(self.sizes[k]) for k in neighbours)
            step = min(step, (upper - lower) / 2)
        offset = -step if nearest < above else step  # of the origin, from the nearest eigenvalue
        view = self._seen_from(above, nearest, offset, arithmetic)
        return view, (arithmetic.real(x) - arithmetic.real(self.sizes[nearest])) - offset

    def view_after(self, number: int, arithmetic: Arithmetic) -> SpectrumView:
        """From the eigenvalue of that number: distances are differences of floats."""
        return self._seen_from(number, number - 1, arithmetic.real(0), arithmetic)

    def resolves(self, point: Preimage, noise: float, arithmetic: Arithmetic) -> bool:
        """A view has every eigenvalue."""
        return True

    def preimage(self, x: float, noise: float, arithmetic: Arithmetic) -> Preimage | None:
        """None: a view has every eigenvalue."""
        return None

    def rounding(self, x: float) -> float:
        """Nothing: differences of floats are as good as their digits."""
        return 0.0

    def ends(self) -> tuple[float, float]:
        """Themselves."""
        return self.sizes[-1], self.sizes[0]

    @property
    def merge_from_left(self) -> bool:
        """They may be anywhere."""
        return False

    def _seen_from(self, above: int, nearest: int, offset: Any, arithmetic: Arithmetic) -> SpectrumView:
        s = arithmetic.array(self.sizes)
        weights = arithmetic.array(self.weights) / arithmetic.real(self.total)
        return SpectrumView(
            learned=above,
            origin=s[nearest] + offset,
            distances=(s[nearest] - s) + offset,
            eigenvalues=s,
            weights=weights,
            above=above,
            share=sum(weights[:above], arithmetic.real(0)),
        )


@dataclass(frozen=True)
class PowerLaw:
    """Eigenvalues scale * i^-decay, i = 1..dim; a scale of None is sqrt(dim)."""

    dim: int
    decay: float
    scale: float | None

    def target(self, arithmetic: Arithmetic = DOUBLE) -> Target:
        """The same as a `Target`."""
        if self.scale is None:
            return Target(self.dim, self.decay, arithmetic.sqrt(arithmetic.real(self.dim)), arithmetic)
        return Target(self.dim, self.decay, arithmetic.real(self.scale), arithmetic)

    @property
    def count(self) -> int:
        """Of modes."""
        return self.dim

    def size(self, number: int, arithmetic: Arithmetic) -> Any:
        """Rounded as the arithmetic rounds powers."""
        return self.target(arithmetic).size(arithmetic.real(number))

    def view(self, x: float, place: Any, noise: float, arithmetic: Arithmetic) -> tuple[SpectrumView, Any]:
        """From between eigenvalues that are as large as ``place`` is, seen from 0."""
        target = self._above_noise(noise, arithmetic)
        place = arithmetic.complex(arithmetic.real(place.real), arithmetic.real(place.imag))
        view = spectrum_view(target, rank_below(target, abs(place), place.imag))
        if view.learned == 0 and not view.origin <= 2 * target.scale:  # of a steep law, 2^decay times it
            above_all = 2 * target.scale
            view = replace(view, origin=above_all, distances=above_all - view.eigenvalues)
        if target.dim < self.dim:
            view = _with_zeros(view, target, self.dim)
        return view, arithmetic.real(x) - view.origin

    def view_after(self, number: int, arithmetic: Arithmetic) -> SpectrumView:
        """From the index number + 1/2."""
        return spectrum_view(self.target(arithmetic), number)

    def _above_noise(self, noise: float, arithmetic: Arithmetic) -> Target:
        """The eigenvalues that are not 0 as far as the arithmetic can tell, if that leaves out most.

        Moving s to 0 displaces x(z) by sum t w s/|z (z - s)|.  Where half of the weight is at 0 and F(z) <= 1
        no |z|^2 is less than t/2, and that is about the largest s moved: less than a rounding of the noise.
        """
        target = self.target(arithmetic)
        scale = math.log(self.dim) / 2 if self.scale is None else math.log(self.scale)
        reach = (scale - math.log(noise) + (arithmetic.bits + 3) * math.log(2)) / self.decay
        if reach >= math.log(self.dim) - 1:
            return target
        return replace(target, dim=max(1, math.floor(math.exp(reach))))

    def resolves(self, point: Preimage, noise: float, arithmetic: Arithmetic) -> bool:
        """Next to the origin modes are nodes; elsewhere z may not come close to nodes of a quadrature."""
        return is_next_door(self._above_noise(noise, arithmetic), point.view, point.point)

    def preimage(self, x: float, noise: float, arithmetic: Arithmetic) -> Preimage | None:
        """Of x > 0, whatever the number of eigenvalues next to it; None where a few are all there are."""
        are_few = self.dim == 1 or self._above_noise(noise, arithmetic).dim < min(self.dim, _FEW)
        if are_few or not 0 < x < float(self.target().scale) + 2 * noise:
            return None
        unit = natural_unit(arithmetic, noise, x)
        target = self.target(arithmetic).in_units(unit)
        start = preimage(target, arithmetic.real(noise) / unit, arithmetic.real(x) / unit)
        return Preimage(start.view.in_units(1 / unit), start.zeta * unit, start.separations * unit)

    def rounding(self, x: float) -> float:
        """The eigenvalues next to x, from an exponential of the logarithm of their number."""
        folds = math.log(float(self.target().scale)) - math.log(abs(x)) if x else 0.0
        return abs(x) * (1 + abs(folds))

    def ends(self) -> tuple[float, float]:
        """Beyond what rounding makes of them."""
        rounding = 1e-14 * (1 + self.decay * math.log(self.dim))
        smallest, largest = float(self.size(self.dim, DOUBLE)), float(self.target().scale)
        return smallest * (1 - rounding), largest * (1 + rounding)

    @property
    def merge_from_left(self) -> bool:
        """Spacings shrink to the left."""
        return True


def _with_zeros(view: SpectrumView, target: Target, dim: int) -> SpectrumView:
    """A view of the modes of a target, with zeros to make them ``dim``."""
    arithmetic, zero = target.arithmetic, 0 * view.origin
    share = arithmetic.real(Fraction(target.dim, dim))
    rest = arithmetic.real(Fraction(dim - target.dim, dim))
    return replace(
        view,
        distances=np.append(view.distances, view.origin),
        eigenvalues=np.append(view.eigenvalues, zero),
        weights=np.append(view.weights * share, rest),
        share=view.share * share,
    )


Eigenvalues: TypeAlias = FiniteSet | PowerLaw


def eigenvalues_of(target: AnyTarget, unit: float) -> Eigenvalues:
    """The sizes of a target in float64, measured in a unit."""
    if isinstance(target, ExplicitTarget):
        in_unit = target.in_units(unit)
        return FiniteSet(tuple(in_unit.sizes.tolist()), tuple(in_unit.whole_counts))
    return PowerLaw(target.dim, float(target.decay), float(target.scale) / unit)
