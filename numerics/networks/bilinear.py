r"""The bilinear network: the scalar functions of its state equations, at any dimension and to any precision.

The network f = x^T A B^T x'/sqrt(d) of two independent inputs, A and B square, with weight decay on both is a
regression on S = A B^T with the nuclear norm as penalty: S is any matrix, and its singular values are what
the eigenvalues of a quadratic network's are.  Trained on 1/2 sum (y - f)^2 + (lambda d/2)(|A|_F^2 + |B|_F^2)
it has the law of the noisy target S* + delta G/sqrt(d), all entries of G independent, with a soft threshold
kappa on singular values, and the effective noise delta and kappa solve, with alpha = n/d^2,

    alpha delta^2 = E + Delta,      alpha = D + lambda/kappa,      R = E.

Here D is the divergence of the estimate with respect to the noisy matrix, divided by d^2.  For f(x) = (x -
kappa)_+ at the singular values x_i it is (Candes, Sing-Long, Trzasko, arXiv:1210.4139, Eq. 9, for square
matrices)

    d^2 D = sum_i f'_i + 2 sum_{i != j} x_i f_i/(x_i^2 - x_j^2)
          = (1/2) sum_{ij} [(f_i - f_j)/(x_i - x_j) + (f_i + f_j)/(x_i + x_j)],

the second form up to its diagonal, of order d.  The x_i with either sign are the eigenvalues of a symmetric
matrix of twice the size, f continued as an odd function.  That matrix has the target's s_i with either sign
and Gaussian noise beside its diagonal, which is free of the target and adds a semicircle of variance delta^2.
With mu the law of +-s_i (`sums.symmetrised`) free-convolved with that semicircle, g its Stieltjes transform
and Q = mean(s^2),

    D = 2 * 2 int_{x > kappa} f Re g dmu,
    E = Q + 2 int_{x > kappa} f^2 dmu - 2 [2 int_{x > kappa} x f dmu - delta^2 D].

These are twice the D of a quadratic network with the eigenvalues +-s_i, and twice its E without the negative
half of the target, Q/2, which it cannot learn: everything is computed there (`quadratic`, `overlaps`), and
doubled.  Noise alone without a threshold has D = 1: all entries are free.

In order: `scalars`, `scalars_at_angle`, `approximate_scalars`, `approximate_scalars_at_angle`,
`decomposition`, `decomposition_at_angle`, `bilinear_spectrum`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from numerics.arithmetic.arrays import at_each
from numerics.arithmetic.precision import DOUBLE
from numerics.equations.state_equations import Scalars, Slopes
from numerics.free_probability.preimages import preimage, right_edge
from numerics.free_probability.views import natural_unit
from numerics.networks import overlaps, quadratic, quadratic_approximation
from numerics.networks.spectrum import (
    MOST_SPIKES,
    Spectrum,
    Spike,
    edge_of_bulk,
    quadratic_spectrum,
)
from numerics.sums.explicit import AnyTarget
from numerics.sums.symmetrised import Symmetrised

# Degrees of freedom of noise alone, without a threshold: all of them.
INTERPOLATION = Fraction(1)


def scalars(noise: Any, threshold: Any, target: AnyTarget) -> Scalars:
    """Scalar functions of the bilinear network at effective noise delta > 0 and threshold kappa > 0.

    As good as those of the quadratic network, `quadratic.scalars`.

    Raises:
        NotConverged: the place of the threshold among the singular values was not resolved.

    A single singular value far above noise and threshold is learned up to its shift: E = kappa^2 + delta^2,
    nearly.

    >>> from numerics.sums.target import Target
    >>> result = scalars(0.003, 0.004, Target(dim=1, decay=1.0, scale=1.0))
    >>> print(f"{result.error:.9f} {result.mean_size:.6f}")
    0.000024964 0.996002
    """
    return _of_both_signs(quadratic.scalars(noise, threshold, Symmetrised(target)))


def scalars_at_angle(noise: Any, angle: Any, target: AnyTarget) -> Scalars:
    """The same at the threshold whose preimage lies at an angle, between 0 and pi/2, above the real axis.

    Raises:
        NotConverged: no threshold next to the edge of the noise belongs to this angle.

    Noise alone, at kappa = delta (2 - t), has D = (16/(15 pi)) t^(5/2), E = delta^2 (32/(105 pi)) t^(7/2):

    >>> import math
    >>> from numerics.sums.target import Target
    >>> result = scalars_at_angle(1.0, 1e-9, Target(dim=10**6, decay=2.0, scale=1e-160))
    >>> print(f"{result.degrees_of_freedom * 15 * math.pi / 16:.9e}")
    1.000000000e-45
    """
    return _of_both_signs(quadratic.scalars_at_angle(noise, angle, Symmetrised(target)))


def approximate_scalars(noise: float, threshold: float, target: AnyTarget) -> Scalars:
    """`scalars` to some ten per cent, in floats and microseconds: only E and D.

    >>> from numerics.sums.target import Target
    >>> target = Target.of(400, 1.25)
    >>> rough, exact = approximate_scalars(0.5, 0.4, target), scalars(0.5, 0.4, target)
    >>> print(f"{rough.error:.2f} {exact.error:.2f}")
    0.07 0.06
    """
    return quadratic_approximation.approximate_scalars(noise, threshold, target, signs=2)


def approximate_scalars_at_angle(noise: float, angle: float, target: AnyTarget) -> Scalars:
    """`scalars_at_angle` to some ten per cent, at angles up to 1."""
    return quadratic_approximation.approximate_scalars_at_angle(noise, angle, target, signs=2)


def decomposition(noise: Any, threshold: Any, target: AnyTarget) -> dict[str, Any]:
    """Parts of the error at effective noise delta > 0 and threshold kappa > 0, as `overlaps.decomposition`.

    Raises:
        NotConverged: the place of the threshold or of the noise's end was not resolved.

    >>> from numerics.sums.target import Target
    >>> parts = decomposition(1.0, 1.5, Target.of(10**4, 1.25))
    >>> abs(float(sum(parts.values()) / scalars(1.0, 1.5, Target.of(10**4, 1.25)).error) - 1) < 1e-12
    True
    """
    return _doubled(overlaps.decomposition(noise, threshold, Symmetrised(target)))


def decomposition_at_angle(noise: Any, angle: Any, target: AnyTarget) -> dict[str, Any]:
    """The same at the threshold of `scalars_at_angle`.

    Raises:
        NotConverged: no threshold next to the edge of the noise belongs to this angle, or as `decomposition`.
    """
    return _doubled(overlaps.decomposition_at_angle(noise, angle, Symmetrised(target)))


def bilinear_spectrum(noise: float, threshold: float, target: AnyTarget) -> Spectrum:
    """Law of the singular values of A B^T at effective noise delta and threshold kappa.

    Where a quadratic network has half a semicircle the singular values of noise follow a quarter circle,
    twice as dense; outliers stand where they do there, and overlap as much on either side.

    >>> from numerics.sums.target import Target
    >>> spectrum = bilinear_spectrum(0.3, 0.4, Target.of(50, 1.25, "unit"))
    >>> print(f"{spectrum.atom:.3f} {spectrum.bulk_edge:.3f} {len(spectrum.spikes)}")
    0.646 0.200 11
    """
    delta, kappa = float(noise), float(threshold)
    if delta == 0:
        return quadratic_spectrum(delta, kappa, target)  # the target's own singular values
    law = _SingularValues(delta, kappa, target)
    learned = min(target.modes_above(delta), MOST_SPIKES)
    first, second = Symmetrised(target).resolvent_of_others(learned)
    locations, overlaps = target.largest(learned) + delta**2 * first - kappa, 1 - delta**2 * second
    bulk_edge = edge_of_bulk(delta, kappa, target)
    return Spectrum(
        atom=1 - law.mass_beyond(0.0),
        bulk_edge=bulk_edge,
        smallest=0.0,
        bulk_width=bulk_edge,
        spikes=tuple(
            Spike(float(place), float(overlap))
            for place, overlap in zip(locations, overlaps, strict=True)
            if place > 0 and overlap > 0
        ),
        right_edge=max(float(right_edge(Symmetrised(target), delta)) - kappa, 0.0),
        law=law,
        is_even=False,
        spike_width=math.sqrt(2) * delta / math.sqrt(target.dim),
    )


@dataclass(frozen=True)
class _SingularValues:
    """The noisy singular values, less a threshold, that are positive: points of Biane's curve of +-s_i.

    Attributes:
        noise: delta > 0.
        threshold: kappa.
        target: the singular values.
    """

    noise: float
    threshold: float
    target: AnyTarget

    def density(self, x: Any) -> Any:
        """Twice the density of the eigenvalues, v/(pi delta^2) at the preimage."""
        return at_each(x, self._density)

    def _density(self, x: float) -> float:
        place = self.threshold + x
        if not 0 < x < float(self.target.scale) + 2 * self.noise:
            return 0.0
        unit = float(natural_unit(DOUBLE, self.noise, place))
        start = preimage(Symmetrised(self.target).in_units(unit), self.noise / unit, place / unit)
        return 2 * float(start.zeta.imag) * unit / (math.pi * self.noise**2)

    def mass_beyond(self, x: float) -> float:
        """By a contour integral, in relative precision."""
        return float(scalars(self.noise, self.threshold + x, self.target).mass_above)


def _doubled(parts: dict[str, Any]) -> dict[str, Any]:
    return {name: 2 * part for name, part in parts.items()}


def _of_both_signs(positive: Scalars) -> Scalars:
    """From the positive eigenvalues to both signs; kappa and the learned modes stay what they are."""
    slopes = positive.slopes
    return replace(
        positive,
        error=2 * positive.error,
        degrees_of_freedom=2 * positive.degrees_of_freedom,
        mean_size=2 * positive.mean_size,
        mass_above=2 * positive.mass_above,
        error_complement=_double(positive.error_complement),
        freedom_complement=_double(positive.freedom_complement),
        slopes=slopes and Slopes(_twice(slopes.error), _twice(slopes.freedom), slopes.threshold),
    )


def _double(complement: Any) -> Any:
    return None if complement is None else 2 * complement


def _twice(pair: tuple[Any, Any]) -> tuple[Any, Any]:
    return 2 * pair[0], 2 * pair[1]
