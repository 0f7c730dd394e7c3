r"""Recovery: how many samples a vanishing weight decay takes to make no error, without label noise.

The state equations then have the solution delta = 0 as lambda -> 0, if there are enough samples.  Next to it
every mode that is not 0 is far above noise and threshold, and with u = kappa/delta

    e = M(u) delta^2,      A = M(u),      A - D(u) = lambda/(c kappa) >= 0,

where M and D depend on the target by the fraction r of its modes that are not 0 only.  M is convex in u, with
u M'(u) = 2 (M(u) - D(u)): the last condition asks for the branch on which M increases, and

    the target is recovered for A >= min M.

    diagonal     M = r (1 + u^2) + (1 - r) 2 [(1 + u^2) Q(u) - u phi(u)],   D = r + (1 - r) 2 Q(u),
    quadratic    M = r u^2 + r (2 - r) + (1 - r)^2 E_b(v),                  D = r (2 - r) + (1 - r)^2 D_b(v),
    bilinear     as the quadratic one, with twice E_b and D_b,

with v = u/sqrt(1 - r), the semicircle law (singular values have both signs), and

    E_b = int_{x > v} (x - v)^2 dmu,      D_b = int_{x > v} (x - v) x dmu.

For the diagonal network min M is the threshold of l_1 minimisation (Donoho, Maleki, Montanari, PNAS 106
(2009) 18914), for the quadratic one that of the nuclear norm (Donoho, Gavish, Montanari, PNAS 110 (2013)
8405): of square matrices for the bilinear network, of positive semi-definite ones for the quadratic.  A power
law has r = 1: A >= 1.

In order: `Recovery`, `diagonal_recovery`, `quadratic_recovery`, `bilinear_recovery`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import mpmath

from numerics.arithmetic.precision import to_fraction

# Digits beyond those asked for: M is known to as many.
_GUARD_DIGITS = 15


@dataclass(frozen=True)
class Recovery:
    """How a target with so many modes that are not 0 is recovered.

    Attributes:
        nonzero: r > 0, the fraction of these.
        functions: u -> M and D, in `mpmath.mpf` of the ambient precision.
        end: () -> u up to which noise exceeds the threshold; infinite for the diagonal network.
    """

    nonzero: Fraction
    functions: Callable[[Any], tuple[Any, Any]]
    end: Callable[[], Any]

    def least_capacity(self, digits: int) -> Fraction:
        """Least A at which the target is recovered, to that many digits.

        >>> recovery = diagonal_recovery(Fraction(1, 4))
        >>> print(f"{float(recovery.least_capacity(15)):.6f}")
        0.582858
        >>> diagonal_recovery(Fraction(1)).least_capacity(15)
        Fraction(1, 1)
        """
        if self.nonzero == 1:
            return Fraction(1)
        with mpmath.workdps(self._digits(digits)):
            return to_fraction(self.functions(self._u(self._lowest(digits)))[0])

    def degrees_of_freedom(self, capacity: Fraction, digits: int) -> Any:
        """D where the target is recovered."""
        if self.nonzero == 1:
            return 1
        with mpmath.workdps(self._digits(digits)):
            goal = mpmath.mpf(capacity.numerator) / capacity.denominator
            end = self.end()
            if goal >= self.functions(end)[0]:
                return self.functions(end)[1]
            place = _root(lambda y: self.functions(self._u(y))[0] - goal, self._lowest(digits), digits)
            return self.functions(self._u(place))[1]

    def _digits(self, digits: int) -> int:
        """M is of the order of r, times a logarithm: terms of order 1 cancel."""
        return digits + _GUARD_DIGITS + math.ceil(2 * math.log10(1 / self.nonzero))

    def _u(self, y: Any) -> Any:
        """The ratio u from a coordinate that runs from 0 up; next to the end in relative precision."""
        end = self.end()
        return y if mpmath.isinf(end) else end * y / (1 + y)

    def _lowest(self, digits: int) -> Any:
        """The coordinate where M is least: half of the digits determine it."""

        def slope(y: Any) -> Any:
            error, freedom = self.functions(self._u(y))
            return error - freedom

        return _root(slope, mpmath.mpf(10) ** -(digits + _GUARD_DIGITS), digits)


def _root(increasing: Callable[[Any], Any], low: Any, digits: int) -> Any:
    """By bisection in the logarithm, upwards from a point; that point if it is right of the root."""
    high = 2 * low
    while increasing(high) < 0:
        low, high = high, high * high if high > 2 else high * 2
    for _ in range(math.ceil((digits + _GUARD_DIGITS) * math.log2(10))):
        middle = (low + high) / 2
        low, high = (middle, high) if increasing(middle) < 0 else (low, middle)
    return high


@lru_cache(maxsize=64)
def diagonal_recovery(nonzero: Fraction) -> Recovery:
    """Of the diagonal network."""
    return Recovery(nonzero, partial(_of_coefficients, nonzero), lambda: mpmath.inf)


def _of_coefficients(nonzero: Fraction, u: Any) -> tuple[Any, Any]:
    r = mpmath.mpf(nonzero.numerator) / nonzero.denominator
    if mpmath.isinf(u):
        return mpmath.inf, r
    tail, density = mpmath.erfc(u / mpmath.sqrt(2)), 2 * mpmath.npdf(u)  # of both signs
    return r * (1 + u * u) + (1 - r) * ((1 + u * u) * tail - u * density), r + (1 - r) * tail


@lru_cache(maxsize=64)
def quadratic_recovery(nonzero: Fraction) -> Recovery:
    """Of the quadratic network with as many hidden units as inputs, or more.

    A small rank r d takes 6 r d^2/2 samples, three for each of its unknowns:

    >>> print(f"{float(quadratic_recovery(Fraction(1, 10**20)).least_capacity(15)) * 1e20:.6f}")
    6.000000
    """
    return Recovery(nonzero, partial(_of_matrices, nonzero, 1), partial(_edge, nonzero))


@lru_cache(maxsize=64)
def bilinear_recovery(nonzero: Fraction) -> Recovery:
    """Of the bilinear network.

    A small rank r d takes 6 r d^2 samples, three for each of its 2 r d^2 unknowns (Donoho, Gavish,
    Montanari):

    >>> print(f"{float(bilinear_recovery(Fraction(1, 10**20)).least_capacity(15)) * 1e20:.6f}")
    6.000000
    """
    return Recovery(nonzero, partial(_of_matrices, nonzero, 2), partial(_edge, nonzero))


def _edge(nonzero: Fraction) -> Any:
    """Of the noise beside the modes that are not 0, over delta."""
    return 2 * mpmath.sqrt(mpmath.mpf((1 - nonzero).numerator) / (1 - nonzero).denominator)


def _of_matrices(nonzero: Fraction, signs: int, u: Any) -> tuple[Any, Any]:
    """M and D with one half of the semicircle, or both."""
    r = mpmath.mpf(nonzero.numerator) / nonzero.denominator
    cosine = u / mpmath.sqrt(1 - r) / 2
    angle = mpmath.acos(cosine) if cosine < 1 else mpmath.mpf(0)
    cubic, quartic = mpmath.sin(angle) ** 3 / 3, angle / 8 - mpmath.sin(4 * angle) / 32
    square = angle / 2 - mpmath.sin(2 * angle) / 4
    freedom = 8 / mpmath.pi * (quartic - cosine * cubic)
    error = 8 / mpmath.pi * (quartic - 2 * cosine * cubic + cosine * cosine * square)
    learned = r * (2 - r)
    bulk = signs * (1 - r) ** 2
    return r * u * u + learned + bulk * error, learned + bulk * freedom
