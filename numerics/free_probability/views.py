r"""A spectrum seen from a real point: distances without subtraction, and points of the curve next to it.

Learned and unlearned eigenvalues part at a real point c, the origin, between s_M and s_{M+1}.  Every
eigenvalue is kept as its distance c - s_i and every point z of Biane's curve (`biane`) as zeta = z - c, both
formed without subtraction: a threshold among a million eigenvalues, or 10^20, loses no digit.  Sums over all
of them are sums over a few nodes (`sums.mode_sums`); those next to the origin are single eigenvalues.

In order: `natural_unit`, `SpectrumView`, `spectrum_view`, `view_from_midpoint`, `Preimage`, `mass_right_of`,
`rank_below`, `is_high`, `is_next_door`, `is_unresolved`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from numerics.arithmetic.precision import Arithmetic
from numerics.free_probability.biane import Curve
from numerics.sums.explicit import AnyTarget

# A view from so many modes away from a point still has the modes next to the point as nodes.
NEXT_DOOR = 3
_UNRESOLVED = 1e-3
# A point of the curve is high above the modes at this fraction of its distance from 0 at least; the bits of
# their number that matter then.
_HIGH = 256.0
_BITS_OF_RANK = 4


def natural_unit(arithmetic: Arithmetic, noise: Any, threshold: Any) -> Any:
    """A unit of the order of z_kappa, a power of 2: changing to it rounds nothing.

    Sums over poles need the fourth power of the closest one, which float64 holds in such units only.
    """
    near = noise if threshold < 2 * noise else threshold
    return arithmetic.real(2) ** math.frexp(float(near))[1]


@dataclass(frozen=True, eq=False)
class SpectrumView:
    """A spectrum seen from a real point between its ``learned`` largest eigenvalues and the others.

    The nodes are in order of decreasing eigenvalue; next to the origin they are the eigenvalues themselves.

    Attributes:
        learned: number M of eigenvalues above the origin.
        origin: the real point c.
        distances: c - s_i at every node, negative for the learned ones, shape (nodes,).
        eigenvalues: s_i at every node.
        weights: sum_i F(s_i)/dim is ``weights @ F(eigenvalues)``.
        above: how many of the nodes, the first ones, carry the learned modes.
        share: learned/dim.
    """

    learned: int
    origin: Any
    distances: Any
    eigenvalues: Any
    weights: Any
    above: int
    share: Any

    def curve(self, arithmetic: Arithmetic, noise: Any) -> Curve:
        """Biane's curve of the spectrum, seen from the origin."""
        return Curve(arithmetic, noise, self.weights, self.distances)

    def from_node(self, node: int) -> Any:
        """s_node - s_i at every node."""
        return self.distances - self.distances[node]

    def moved(self, step: Any, **changes: Any) -> SpectrumView:
        """The same nodes seen from another origin; ``changes`` are those of the other attributes.

        It is the same object if nothing changes: sums over a view are remembered by it.
        """
        if step == 0 and not changes:
            return self
        return replace(self, origin=self.origin + step, distances=self.distances + step, **changes)

    def seen_from(self, origin: Any, distances: Any) -> SpectrumView:
        """The same nodes seen from a real point with these distances to them, a few eigenvalues away."""
        above = int(np.sum(distances < 0))
        learned, share = self.learned + above - self.above, self.share
        if above != self.above:
            share = share + self.weights[self.above : above].sum() - self.weights[above : self.above].sum()
        return SpectrumView(learned, origin, distances, self.eigenvalues, self.weights, above, share)

    def point(self, arithmetic: Arithmetic) -> Preimage:
        """The origin itself, as a point outside the support."""
        zero = arithmetic.complex(0 * self.origin, 0 * self.origin)
        return Preimage(self, zero, zero + self.distances)

    def in_units(self, unit: Any) -> SpectrumView:
        """The same with lengths measured in a unit."""
        scaled = {name: getattr(self, name) / unit for name in ("origin", "distances", "eigenvalues")}
        return replace(self, **scaled)


@lru_cache(maxsize=64)
def spectrum_view(target: AnyTarget, learned: int) -> SpectrumView:
    """The spectrum seen from the index learned + 1/2, after its ``learned`` largest eigenvalues.

    >>> from numerics.sums.target import Target
    >>> view = spectrum_view(Target(dim=5, decay=1.0, scale=1.0), 2)
    >>> round(float(view.origin), 12), view.above, (view.distances < 0).tolist()
    (0.4, 2, [True, True, False, False, False])
    """
    with target.arithmetic.working():
        seen = target.seen_after(learned)
        return SpectrumView(
            learned=learned,
            origin=seen.origin,
            distances=seen.distances,
            eigenvalues=seen.sizes,
            weights=seen.weights,
            above=seen.above,
            share=target.share_above(learned),
        )


@lru_cache(maxsize=64)
def view_from_midpoint(target: AnyTarget, learned: int) -> SpectrumView:
    """The spectrum seen from the midpoint of the spectral gap after its ``learned`` > 0 largest eigenvalues.

    >>> from numerics.sums.target import Target
    >>> view = view_from_midpoint(Target(dim=4, decay=1.0, scale=1.0), 4)
    >>> print(f"{view.origin:.12g}")     # half the smallest
    0.125
    """
    with target.arithmetic.working():
        view = spectrum_view(target, learned)
        return (
            view if learned < target.count else view.moved(view.eigenvalues[view.above - 1] / 2 - view.origin)
        )


@dataclass(frozen=True)
class Preimage:
    """The point z_kappa of Biane's curve which x maps to a real number kappa.

    Attributes:
        view: the spectrum seen from a real point c close to it.
        zeta: z_kappa - c, a complex scalar; its imaginary part is 0 exactly outside the support.
        separations: z_kappa - s_i at every node, in full relative precision however close the nearest is.
    """

    view: SpectrumView
    zeta: Any
    separations: Any

    @property
    def point(self) -> Any:
        """z_kappa itself."""
        return self.view.origin + self.zeta

    @property
    def in_support(self) -> bool:
        """Whether mu has a positive density at kappa."""
        return bool(self.zeta.imag > 0)


def mass_right_of(arithmetic: Arithmetic, weights: Any, separations: Any) -> Any:
    r"""Mass of mu right of the image of a point z of Biane's curve; left of it that of -(z - s_i).

    It is Im int G x' dz/pi along the curve, and x' = 1 + delta^2 G' is integrated: with theta_i the angle of
    z - s_i, to sum_i w_i theta_i + delta^2 Im G^2/2.  As delta^2 sum_i w_i/|z - s_i|^2 = 1 there the second
    term is -sum_i w_i sin(theta_i) cos(theta_i), and both are

        (1/pi) sum_i w_i int_0^theta_i 2 sin^2,

    of which Gauss's rule loses no digit, however small the angles are.  Where rounding keeps z off the curve,
    as next to a mode far above the others, integrals along a path (`networks.quadratic`) are more accurate.
    On the real axis, outside the support, it is the weight of the eigenvalues right of z.

    Args:
        arithmetic: of the numbers below; it must be the working one.
        weights: w_i, of sum 1, shape (eigenvalues,).
        separations: z - s_i, complex, shape (eigenvalues,).

    A semicircle on [-2, 2] has 1/3 - sqrt(3)/(4 pi) of its mass right of 1 = x(exp(i pi/3)):

    >>> from numerics.arithmetic.precision import DOUBLE
    >>> mass = mass_right_of(DOUBLE, np.ones(1), np.exp(1j * np.array([math.pi / 3])))
    >>> bool(abs(mass - (1 / 3 - math.sqrt(3) / (4 * math.pi))) < 1e-15)
    True
    """
    # a real number that is negative has the angle -pi where its imaginary part is -0
    angles = abs(arithmetic.imaginary_part(arithmetic.log(separations)))
    nodes, gauss = arithmetic.gauss_legendre(math.ceil(arithmetic.digits))
    sines = arithmetic.sin((1 + nodes)[:, None] / 2 * angles)
    return gauss @ (sines * sines) @ (angles * weights) / arithmetic.pi


def rank_below(target: AnyTarget, radius: Any, height: Any) -> int:
    """Number of modes larger than |z|, for a point z at a height above the real axis.

    One of a few numbers if z is high above modes close to each other: then one view, and the sums along its
    ray, serve many points.
    """
    rank = target.rank(radius)
    if not is_high(target, rank, radius, height):
        return rank
    spare = max(rank.bit_length() - _BITS_OF_RANK - math.frexp(float(radius / height))[1], 0)
    return (rank >> spare) << spare


def is_high(target: AnyTarget, rank: int, radius: Any, height: Any) -> bool:
    """Whether the gaps around mode ``rank``, at that radius, are small, and the height is not."""
    return bool(radius < _HIGH * height) and target.is_dense(rank)


def is_next_door(target: AnyTarget, view: SpectrumView, point: Any) -> bool:
    """Whether a view is from as near to a point, in modes, as sums at the point ask for.

    Next door, or what digits of the index resolve.
    """
    if target.is_whole:
        return True
    away = abs(rank_below(target, abs(point), point.imag) - view.learned)
    return bool(away <= max(NEXT_DOOR, 64 * target.arithmetic.epsilon * view.learned))


def is_unresolved(target: AnyTarget, view: SpectrumView) -> bool:
    """Whether the origin lies among more modes than the arithmetic can number; not if it is below all.

    A point known by its value may then as well be the origin, in the middle of a gap.
    """
    return view.learned < target.count and bool(view.learned * target.arithmetic.epsilon >= _UNRESOLVED)
