r"""What the coefficients of a diagonal network say: a likelihood in which those at 0 are censored.

Which coefficient belongs to which mode is not assumed to be known.  A coefficient theta is then a draw of the
mixture, over the modes, of soft-thresholded Gaussians of variances sigma_i^2 = tau_i^2 + delta^2
(`networks.spectrum`).  With phi_s the density of N(0, s^2),

    log L = sum_{theta != 0} log mean_i 2 phi_{sigma_i}(|theta| + kappa)
            + (number of zeros) log mean_i P(|X_i| < kappa).

The coefficients are independent, but each has a mode of its own: their scores scatter less than those of
draws of the mixture would.  The scatter is measured on draws of the law (`fluctuations`).

In order: `fit`, `scatter`, `log_likelihood`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy import interpolate, special, stats

from numerics.inference.family import (
    Array,
    Point,
    Setting,
    loss_information,
    loss_likelihood,
    on_family,
)
from numerics.inference.fluctuations import Draws
from numerics.inference.posterior import Fit, mode_of, posterior_of

# Modes are single up to here, then in groups of 5 per cent: the likelihood is smooth in log i.
_SINGLE = 64
_GROUP = 1.05
# Coefficients of nearly the same size are compared as one, so many at most.
_MOST_SIZES = 2000
# Draws, and coefficients in all of them; nodes of log size at which their scores are tabulated.
_DRAWS = (40, 150)
_DRAWN = 2 * 10**7
_NODES = 1000
# Log densities of more sizes are interpolated between so many, that reach a little beyond them.
_SPLINE, _MARGIN = 150, 1e-3


def fit(setting: Setting, sizes: Array) -> Fit:
    """The posterior, given the absolute values of the coefficients that are not 0, decreasing."""
    groups = np.array_split(sizes, min(len(sizes), _MOST_SIZES))
    means = np.array([group.mean() for group in groups])
    counts = np.array([len(group) for group in groups])

    def logarithm(point: Point) -> float:
        return log_likelihood(point, means, counts) + loss_likelihood(setting, point, scatter(point))

    posterior = posterior_of(setting, logarithm, mode_of(setting, sizes, logarithm))
    point = on_family(setting, posterior.free)
    count = int(np.clip(_DRAWN // setting.dim, *_DRAWS))
    draws = _draws(point, count, np.random.default_rng(1))
    information = draws.information + loss_information(setting, point, scatter(point))
    return Fit(posterior, replace(draws, information=information), _probability(point, sizes))


def scatter(point: Point) -> float:
    """Standard deviation, at most, of the degrees of freedom: their d-fold is a number of coefficients."""
    freedom = float(point.scalars.degrees_of_freedom)
    return math.sqrt(max(freedom * (1 - freedom), 1 / point.modes.dim) / point.modes.dim)


def log_likelihood(point: Point, sizes: Array, counts: Array) -> float:
    """Of coefficients that are not 0, ``counts`` of each of the sizes, and of all others, which are 0."""
    mass, _ = _at_zero(point)
    zeros = point.modes.dim - int(counts.sum())
    return float(counts @ _log_densities(point, sizes + point.threshold) + zeros * math.log(mass))


def _log_densities(point: Point, y: Array) -> Array:
    """Log density of |X| at y; of many, by a spline in log y, along which it bends slowly."""
    if len(y) <= _SPLINE:
        return _mixture(point, y)[0]
    nodes = np.linspace(math.log(y.min()) - _MARGIN, math.log(y.max()) + _MARGIN, _SPLINE)
    spline = interpolate.CubicSpline(nodes, _mixture(point, np.exp(nodes))[0])
    return np.asarray(spline(np.log(y)))


def _mixture(point: Point, y: Array) -> tuple[Array, Array, Array]:
    """Log density of |X| at y; probabilities of the modes given y, and y over their widths."""
    tau2, weights, _ = _modes(point)
    sigma = np.sqrt(tau2 + point.noise**2)
    u = y[:, None] / sigma
    exponents = np.log(weights / sigma) - u * u / 2
    top = exponents.max(axis=1)
    terms = np.exp(exponents - top[:, None])
    total = terms.sum(axis=1)
    return top + np.log(total) + math.log(2 / math.pi) / 2, terms / total[:, None], u


def _densities(point: Point, y: Array) -> tuple[Array, Array]:
    """Log density of |X| at y, and its derivatives by gamma, log delta, log kappa (of y too), log c."""
    logs, posterior, u = _mixture(point, y)
    by_width = posterior * (u * u - 1) @ _modes(point)[2].T
    by_threshold = -point.threshold * (posterior * u * u).sum(axis=1) / y
    return logs, np.array([by_width[:, 0], by_width[:, 1], by_threshold, by_width[:, 2]])


def _at_zero(point: Point) -> tuple[float, Array]:
    """The mass at 0, and the derivatives of its logarithm."""
    tau2, weights, slopes = _modes(point)
    u = point.threshold / np.sqrt(tau2 + point.noise**2)
    mass = max(float(weights @ special.erf(u / math.sqrt(2))), 1e-300)
    moved = weights * u * np.exp(-u * u / 2) * math.sqrt(2 / math.pi)
    by_width = -slopes @ moved
    return mass, np.array([by_width[0], by_width[1], moved.sum(), by_width[2]]) / mass


def _modes(point: Point) -> tuple[Array, Array, Array]:
    """Squares of the sizes, shares of the modes; derivatives of log sigma by gamma, log delta, log c."""
    index, weights = _groups(point.modes.dim)
    tau2 = np.asarray(point.modes.size(index)) ** 2
    log_index = np.log(index)
    if point.modes.normalisation == "unit":
        squares = weights * tau2
        log_index = log_index - squares @ log_index / squares.sum()
    share = tau2 / (tau2 + point.noise**2)
    return tau2, weights, np.array([-share * log_index, 1 - share, share])


@lru_cache(maxsize=8)
def _groups(dim: int) -> tuple[Array, Array]:
    """Mean index and share of groups of neighbouring modes."""
    edges = [float(i) for i in range(min(dim, _SINGLE) + 1)]
    while edges[-1] < dim:
        edges.append(min(float(dim), math.ceil(edges[-1] * _GROUP)))
    ends = np.array(edges)
    return (ends[:-1] + ends[1:] + 1) / 2, np.diff(ends) / dim


def _draws(point: Point, count: int, random: np.random.Generator) -> Draws:
    """Scores of drawn weights, and the errors and degrees of freedom that belong to them."""
    tau, kappa = point.sizes, point.threshold
    largest = max(12 * math.hypot(tau[0], point.noise), 2 * kappa)
    nodes = np.linspace(math.log(kappa), math.log(largest), _NODES)
    table, at_zero = _densities(point, np.exp(nodes))[1], _at_zero(point)[1]
    information, scores = np.zeros((4, 4)), np.zeros((count, 4))
    errors, freedoms = np.zeros(count), np.zeros(count)
    for k in range(count):
        target = tau * random.standard_normal(len(tau))
        noisy = target + point.noise * random.standard_normal(len(tau))
        estimate = np.sign(noisy) * np.maximum(np.abs(noisy) - kappa, 0)
        remaining = np.log(np.abs(noisy[estimate != 0]))
        each = np.array([np.interp(remaining, nodes, row) for row in table])
        zeros = len(tau) - len(remaining)
        scores[k] = each.sum(axis=1) + zeros * at_zero
        information += (each @ each.T + zeros * np.outer(at_zero, at_zero)) / count
        errors[k] = np.mean((estimate - target) ** 2)
        freedoms[k] = len(remaining) / len(tau)
    scalars = point.scalars
    return Draws(
        information, scores, errors - float(scalars.error), freedoms - float(scalars.degrees_of_freedom)
    )


def _probability(point: Point, sizes: Array) -> float:
    """Of a Kolmogorov distance as large as that of the coefficients, were they independent draws."""
    tau2, weights, _ = _modes(point)
    y, dim = sizes + point.threshold, point.modes.dim
    above = special.erfc(y[:, None] / np.sqrt(2 * (tau2 + point.noise**2))) @ weights
    ranks = np.arange(len(sizes) + 1) / dim
    at_zero = abs(1 - _at_zero(point)[0] - ranks[-1])
    distance = max(np.max(np.abs(above - ranks[1:])), np.max(np.abs(above - ranks[:-1])), at_zero)
    return float(stats.kstwobign.sf(distance * math.sqrt(dim)))
