r"""The posterior of the free parameters: what the weights leave of a flat prior.

The prior is flat in 1/gamma, the tail exponent of the weights, between 1/10 and 2, in log delta and, where
the scale of the target is unknown, in log c, and allows no negative noise variance.  The mode is searched
from the best points of a coarse grid, by the simplex method.  Means and variances are integrated by
importance sampling: rounds of points from a Student distribution with the mean and the covariance of all
earlier points, each weighted against the mixture of all rounds (population Monte Carlo).  While few points
are independent, a power of the weights below 1 fits the next round.  The random numbers are always the same.

In order: `Posterior`, `Mode`, `Fit`, `mode_of`, `Thresholds`, `posterior_of`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from numerics.arithmetic.errors import NotConverged
from numerics.inference.family import ACCURACY, STEEPEST, Array, Point, Setting, answers, on_family
from numerics.inference.fluctuations import Draws

LogLikelihood = Callable[[Point], float]

# Of the search: starts, size of the first simplex, and farthest logarithm; spread of the costs at its end;
# how far above the least the costs are whose quadratic is the first guess of the covariance.
_STARTS = 2
_FLAT, _NEAR = 0.03, 8.0
# Relative accuracy of thresholds on the grid, and where standard errors of the outliers are a hundredth.
_COARSE, _FINE = 1e-2, 1e-4
_SIMPLEX = (0.08, 0.2, 0.2)
_FARTHEST = 300.0
# Of the rounds: points each, degrees of freedom of the Student distribution, by how much it is wider, how
# many at least and most; how many independent points are enough, too few, and needed to fit the next round.
_POINTS = 60
_FREEDOM = 4.0
_WIDER = 1.2
_ROUNDS = (2, 15)
_ENOUGH, _TOO_FEW, _SETTLING = 60, 10, 12
# By how much, in log, the error of the weights may exceed what all noise of the residuals allows.
_SLACK = 0.05


@dataclass(frozen=True)
class Posterior:
    """Of the free parameters and the answers.

    Attributes:
        free: mean of the free parameters, gamma by that of its inverse.
        means, variances: of `family.answers`.
        independent: number of independent points that would be worth as much.
    """

    free: Array
    means: Array
    variances: Array
    independent: float


@dataclass(frozen=True)
class Mode:
    """The free parameters of largest density, and the root of a covariance of theirs as far as it is known.

    Attributes:
        free: gamma, and the others.
        spread: shape (free, free), of 1/gamma and the others.
    """

    free: Array
    spread: Array


@dataclass(frozen=True)
class Fit:
    """What the weights of one network say.

    Attributes:
        posterior: of the free parameters.
        draws: of the law at the posterior's mean.
        probability: of weights that fit the law no better, were they drawn from it.
    """

    posterior: Posterior
    draws: Draws
    probability: float


def mode_of(setting: Setting, sizes: Array, log_likelihood: LogLikelihood, start: Mode | None = None) -> Mode:
    """The free parameters of largest density, searched from ``start``, or from the best points of a grid."""
    thresholds = Thresholds(setting)
    if start is None:
        costs = [-_log_density(thresholds, u, log_likelihood, _COARSE)[0] for u in _grid(setting, sizes)]
        order = np.argsort(costs)[:_STARTS]
        firsts = [_grid(setting, sizes)[i] for i in order]
    else:
        firsts = [_inverse(start.free)]
    seen: list[tuple[Array, float]] = []

    def cost(inverse: Array) -> float:
        value = -_log_density(thresholds, inverse, log_likelihood, _FINE)[0]
        seen.append((inverse.copy(), value))
        return value

    for first in firsts:
        simplex = np.vstack([first, first + np.diag(_SIMPLEX[: len(first)])])
        options = {"xatol": math.inf, "fatol": _FLAT, "maxiter": 300, "initial_simplex": simplex}
        optimize.minimize(cost, first, method="Nelder-Mead", options=options)
    best = min(seen, key=lambda pair: pair[1])[0]
    return Mode(_inverse(best), _spread(seen))


def _spread(seen: list[tuple[Array, float]]) -> Array:
    """A matrix whose square is about the covariance: of the quadratic that fits the points near the mode."""
    costs = np.array([value for _, value in seen])
    order = np.argsort(costs)
    points, costs = np.array([u for u, _ in seen])[order], costs[order] - costs.min()
    size = points.shape[1]
    plain = np.diag(_SIMPLEX[:size])
    terms = _quadratic_terms((points - points[0]) / np.diag(plain))
    count = max(2 * terms.shape[1], int(np.sum(costs < _NEAR)))
    if not np.all(np.isfinite(costs[:count])) or len(costs) < count:
        return plain
    fitted = np.linalg.lstsq(terms[:count], costs[:count], rcond=None)[0]
    hessian = np.zeros((size, size))
    hessian[np.triu_indices(size)] = fitted[1 + size :]
    curvatures, axes = np.linalg.eigh(hessian + hessian.T)
    return np.asarray(plain @ axes / np.sqrt(np.maximum(curvatures, 1.0)))


def _quadratic_terms(u: Array) -> Array:
    """1, the components, and their products: shape (points, terms)."""
    i, j = np.triu_indices(u.shape[1])
    return np.hstack([np.ones((len(u), 1)), u, u[:, i] * u[:, j]])


class Thresholds:
    """Laws of the family, each search for log kappa begun where those around say."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._points: list[Array] = []
        self._logs: list[float] = []

    def law(self, inverse: Array, accuracy: float) -> Point:
        """The law at 1/gamma and the other free parameters."""
        point = on_family(self.setting, _inverse(inverse), self._guess(inverse), accuracy)
        self._points.append(inverse)
        self._logs.append(math.log(point.threshold))
        return point

    def _guess(self, inverse: Array) -> float | None:
        """A threshold: of the quadratic that fits the logarithms of the nearest ones."""
        if not self._logs:
            return None
        off = (np.array(self._points) - inverse) / _SIMPLEX[: len(inverse)]
        terms = _quadratic_terms(off)
        count = 2 * terms.shape[1]
        if len(off) < count:
            return math.exp(self._logs[-1])
        nearest = np.argpartition((off * off).sum(axis=1), count - 1)[:count]
        logs = np.array(self._logs)[nearest]
        fitted = float(np.linalg.lstsq(terms[nearest], logs, rcond=1e-6)[0][0])
        return math.exp(min(max(fitted, float(logs.min()) - 1), float(logs.max()) + 1))


def posterior_of(setting: Setting, log_likelihood: LogLikelihood, mode: Mode) -> Posterior:
    """The posterior, sampled from its mode on.

    Raises:
        NotConverged: the rounds have not settled.
    """
    random, thresholds = np.random.default_rng(0), Thresholds(setting)
    centre, spread, size = _inverse(mode.free), _WIDER * mode.spread, len(mode.free)
    proposals: list[tuple[Array, Array]] = []
    points, logs, values = np.zeros((0, size)), np.zeros(0), np.zeros((0, 8))
    independent = 0.0
    for number in range(_ROUNDS[1]):
        proposals.append((centre, spread))
        drawn = centre + _student(random, size) @ spread.T
        pairs = [_log_density(thresholds, point, log_likelihood, _FINE) for point in drawn]
        points = np.vstack([points, drawn])
        logs = np.append(logs, [log for log, _ in pairs])
        values = np.vstack([values, [np.zeros(8) if p is None else answers(setting, p) for _, p in pairs]])
        ratios = logs - _mixture(points, proposals)
        weights = _normalised(ratios, 0)
        independent = float(1 / (weights @ weights))
        tempered = _normalised(ratios, _SETTLING)
        centre = tempered @ points
        covariance = (tempered[:, None] * (points - centre)).T @ (points - centre)
        spread = np.asarray(_WIDER * np.linalg.cholesky(covariance))
        if number + 1 >= _ROUNDS[0] and independent >= _ENOUGH:
            break
    if independent < _TOO_FEW:
        raise NotConverged(
            f"the posterior is known by {independent:.0f} points only: are the weights trained?"
        )
    means = weights @ values
    centre = weights @ points
    return Posterior(_inverse(centre), means, weights @ (values - means) ** 2, independent)


def _inverse(free: Array) -> Array:
    """From gamma to 1/gamma, and back."""
    return np.array([1 / free[0], *free[1:]])


def _log_density(
    thresholds: Thresholds, inverse: Array, log_likelihood: LogLikelihood, accuracy: float
) -> tuple[float, Point | None]:
    """Logarithm of the density in 1/gamma and the others, and the law; of none outside of the prior."""
    if not 1 / STEEPEST < inverse[0] < 2 or np.abs(inverse[1:]).max(initial=0) > _FARTHEST:
        return -math.inf, None
    point = thresholds.law(inverse, accuracy)
    error = max(float(point.scalars.error), 1e-300)
    excess = max(0.0, math.log(error / (thresholds.setting.capacity * point.noise**2)))
    return log_likelihood(point) - (excess / _SLACK) ** 2 / 2, point


def _normalised(ratios: Array, least: float) -> Array:
    """Weights of logarithms, to a power at which so many points at least are independent."""
    ratios = ratios - np.max(ratios)
    while True:
        weights = np.exp(ratios)
        weights /= weights.sum()
        if 1 / (weights @ weights) >= least:
            return np.asarray(weights)
        ratios = np.where(np.isfinite(ratios), ratios / 2, -np.inf)


def _student(random: np.random.Generator, size: int) -> Array:
    normal = random.standard_normal((_POINTS, size))
    return np.asarray(normal / np.sqrt(random.chisquare(_FREEDOM, _POINTS) / _FREEDOM)[:, None])


def _mixture(points: Array, proposals: list[tuple[Array, Array]]) -> Array:
    """Logarithm of the density of all rounds together, up to a constant."""
    logs = []
    for centre, spread in proposals:
        u = np.linalg.solve(spread, (points - centre).T)
        power = (_FREEDOM + points.shape[1]) / 2
        logs.append(-power * np.log1p((u * u).sum(axis=0) / _FREEDOM) - np.linalg.slogdet(spread)[1])
    return np.asarray(special.logsumexp(logs, axis=0))


def _grid(setting: Setting, sizes: Array) -> list[Array]:
    """Points in 1/gamma and the others around which the mode may lie."""
    axes = [1 / np.array([0.6, 0.8, 1.0, 1.25, 1.6, 2.2, 3.5])]
    least = setting.least_threshold
    high = 2 * max(float(sizes[0]), least)
    low = max(0.1 * min(float(np.median(sizes)), least), ACCURACY * high)
    axes.append(np.linspace(math.log(low), math.log(high), 14))
    if setting.target is None:
        axes.append(math.log(sizes[0] / math.sqrt(setting.dim)) + np.array([-0.5, 0.0, 0.5, 1.0]))
    return [np.array(point) for point in itertools.product(*axes)]
