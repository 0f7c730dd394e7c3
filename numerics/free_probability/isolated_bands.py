r"""Bands of single eigenvalues, far enough from each other: Biane's curve around each as a power series.

Around an eigenvalue s_0 of weight w the curve is where x(z) is real,

    x(z) = z + delta^2 w/(z - s_0) + delta^2 sum_k c_k (z - s_0)^k,
    c_k = (-1)^k sum_j w_j/(s_0 - s_j)^(k + 1),

the sums over the other eigenvalues.  It is close to a circle of radius r, r^2 = delta^2 w/b with b = 1 +
delta^2 c_1.  As long as no other band touches this one, x is univalent inside the curve: it has one pole
there, and takes the curve to both sides of the band.  So with

    x = M + (P/2) (omega + 1/omega),      z = s_0 + r sum_{k >= 1} A_k omega^k,

omega in the unit disc, z is a power series that converges beyond the circle, up to where the next band is.
Its real coefficients are those for which Im x = 0 at all omega = exp(i theta).  To first order A_k changes
the sine coefficients of Im x of orders k and k - 2 by A_k and -A_k, that of order 1 by 2 A_1, and this is
inverted again and again until they vanish.

Any solution is the curve, whatever made it: Im x = v (1 - F) vanishes, at every u between two points of the
axis, at a height v > 0, and there is only one such height.  The integrals over the band are means over
theta, where a few points integrate periodic analytic functions to the accuracy of their series.

Neglected are the powers beyond K of both series.  In the integrals a term of some order meets only
coefficients of about the same order, so the relative error is quadratic: about (|A_(K-1)| + |A_K|)^2, and
less in all cases tried.

In order: `IsolatedBands`, `isolated_bands`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

# Points on the half-circle beyond the order; iterations; when they have settled; bands at once.
_MORE, _STEPS, _SETTLED, _AT_ONCE = 4, 60, 2e-15, 1000


@dataclass(frozen=True, eq=False)
class IsolatedBands:
    """The bands of some eigenvalues.

    Attributes:
        learned, unlearned, square, mass: integrals over each of Var D, Var (1 - D), v^2 and 1 under mu, with
            D = 1 - |x - z|^2/delta^2 and Var = delta^2 D; shape (bands,).
        least: the least D on each.
        error: estimate of the relative error of the integrals; infinite where there is no such band.
    """

    learned: Any
    unlearned: Any
    square: Any
    mass: Any
    least: Any
    error: Any


@lru_cache(maxsize=8)
def _circle(order: int) -> tuple[Any, Any, Any]:
    """Angles theta, powers of exp(i theta) from 1 on, and the matrix from Im x to the change of the A_k."""
    points = order + _MORE
    theta = np.pi * (np.arange(points) + 0.5) / points
    numbers = np.arange(1, order + 1)
    sines = 2 / points * np.sin(np.outer(theta, numbers))
    # row k + 2 j takes part in the change of A_k
    inverse = np.tril((numbers[:, None] - numbers) % 2 == 0).astype(float)
    inverse[:, 0] /= 2
    return theta, np.exp(1j * np.outer(numbers, theta)), -sines @ inverse


def isolated_bands(variance: float, weights: Any, gaps: Any, series: Any) -> IsolatedBands:
    """The bands of eigenvalues among others, by series of the order K to which the others' are given.

    Args:
        variance: delta^2.
        weights: w, shape (bands,).
        gaps: distances g to the next eigenvalue, shape (bands,).
        series: c_k g^(k + 1) for k = 0 to K, numbers of at most 1, shape (bands, K + 1).

    Eigenvalues 1 and 0, each half of all, are alike, and the mass of their bands is their weight:

    >>> series = 0.5 * (-1.0) ** np.arange(13)
    >>> bands = isolated_bands(0.01, np.array([0.5]), np.array([1.0]), series[None])
    >>> print(bands.mass, bands.error < 1e-12)
    [0.5] [ True]
    """
    parts = []
    for begin in range(0, len(weights), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        with np.errstate(over="ignore", invalid="ignore"):  # of what diverges the error is infinite
            parts.append(_some(variance, weights[some], gaps[some], series[some]))
    return IsolatedBands(*np.concatenate(parts, axis=1)) if parts else IsolatedBands(*np.zeros((6, 0)))


def _some(variance: float, weights: Any, gaps: Any, series: Any) -> Any:
    order = series.shape[1] - 1
    theta, powers, inverse = _circle(order)
    scale = variance / gaps
    slope = 1 + scale / gaps * series[:, 1]  # b
    is_round = slope > 0
    slope = np.where(is_round, slope, 1)
    radius = np.sqrt(variance * weights / slope)
    ratio = radius / gaps
    strength = scale / gaps / slope
    higher = np.where(is_round, strength, 0)[:, None] * series[:, 2:] * ratio[:, None] ** np.arange(1, order)
    coefficients, settled = _coefficients(higher, powers, inverse)
    y = coefficients @ powers
    rest = 1 / y + _horner(higher, y)
    # of x in omega, and x - z
    length = 2 / len(theta) * ((y + rest).real @ np.cos(theta))
    far = series[:, :1] + series[:, 1:2] * ratio[:, None] * y
    away = (slope * radius)[:, None] * rest + scale[:, None] * far
    height = radius[:, None] * y.imag
    mass = height * (slope * radius * length)[:, None] * (np.sin(theta) / (len(theta) * variance))
    unknown = (away.real**2 + away.imag**2) / variance
    degrees = 1 - unknown
    neglected = abs(coefficients[:, -2:]).sum(axis=1) ** 2 + (settled > _SETTLED) * settled
    is_curve = is_round & (abs(coefficients[:, 1:]) @ np.arange(2, order + 1) < coefficients[:, 0])
    return np.array(
        [
            variance * (mass * degrees * degrees).sum(axis=1),
            variance * (mass * degrees * unknown).sum(axis=1),
            (mass * height * height).sum(axis=1),
            mass.sum(axis=1),
            degrees.min(axis=1),
            np.where(is_curve & np.isfinite(neglected), neglected, np.inf),
        ]
    )


def _coefficients(higher: Any, powers: Any, inverse: Any) -> tuple[Any, Any]:
    """A_1 to A_K, and the last change of any of them."""
    order = len(powers)
    coefficients, settled = np.zeros((len(higher), order)), np.full(len(higher), np.inf)
    coefficients[:, 0] = 1
    moving = np.arange(len(higher))
    for _ in range(_STEPS):
        y = coefficients[moving] @ powers
        x = y + 1 / y + _horner(higher[moving], y)
        change = x.imag @ inverse
        coefficients[moving] += change
        before, settled[moving] = settled[moving], abs(change).max(axis=1)
        # to rounding, or away from any solution
        stays = (settled[moving] <= _SETTLED) | ~(settled[moving] < 0.9 * before)
        moving = moving[~stays]
        if len(moving) == 0:
            break
    return coefficients, settled


def _horner(higher: Any, y: Any) -> Any:
    """Sum of C_k y^k from k = 2 on."""
    total = np.zeros_like(y)
    for column in higher.T[::-1]:
        total = (total + column[:, None]) * y
    return total * y
