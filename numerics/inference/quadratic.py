r"""What the eigenvalues of a quadratic network say: its outliers one by one, the others by three sums.

The eigenvalues of (S* + delta GOE - kappa)_+ are rigid: sums over them fluctuate by what does not grow
with d.  The likelihood is Gaussian in

    x_1, ..., x_K                     the outliers that lie well apart from each other and from the bulk,
    sum 1, sum x, sum x^2             over all other eigenvalues that are not 0.

*Their means.*  By second-order perturbation theory, at finite d,

    x_i = s_i - kappa + (delta^2/d) sum_{j != i} 1/(s_i - s_j),

close to s_i + delta^2/s_i - kappa (`networks.spectrum`).  The sums are d times the moments of the free
convolution above kappa, less what the outliers contribute.  As E = Q - J - 2 kappa T + 2 delta^2 D
(`networks.quadratic`), that of the squares is d J.

*Their variances.*  An outlier fluctuates by (2 delta^2/d) (1 - delta^2/s_i^2).  Means and covariance of the
sums, to relative order 1/d, are measured on draws of the law.

*Finite n_eff.*  Gaussian noise is the limit of many samples for each dimension.  The curvature of the loss in
the direction u u^T of an outlier is a mean of ((u.x)^2 - 1)^2 over the samples, of relative variance 14/n,
and so is the threshold there: 14 kappa^2/n.  Its coupling to the d directions u v^T + v u^T, by means of
((u.x)^2 - 1)(u.x)(v.x), lowers the curvature by 5/n_eff of itself, of which Gaussian noise of the same
variance has 1/n_eff; the threshold is raised by 4 kappa/n_eff.  In trainings at d = 60 and 100 with n_eff
from 6 to 200 it is raised by about 4 kappa/(n_eff + 6) for the largest outlier, by half of that for others,
give or take 2 kappa/(n_eff + 6) for all of them together: 6 and the half are fitted, not derived.

In order: `Statistics`, `Drawn`, `fit`, `outlier_locations`, `degrees_of_freedom`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy import linalg, stats

from numerics.inference.family import (
    ACCURACY,
    Array,
    Point,
    Setting,
    loss_information,
    loss_likelihood,
    on_family,
    point_at,
    slopes_of,
)
from numerics.inference.fluctuations import Draws
from numerics.inference.posterior import Fit, LogLikelihood, mode_of, posterior_of

# At finite n_eff, of the threshold of an outlier: variance in units of kappa^2/n; by how much that of the
# largest and of others is raised, and by how much more or less all are, in units of kappa/(n_eff + 6).
_KURTOSIS = 14.0
_RAISED, _RAISED_OTHERS, _GIVE_OR_TAKE = 4.0, 2.0, 2.0
_FEW = 6.0
# An outlier is well apart at so many widths delta sqrt(2/d) from the next one and from 0, and so far above
# delta.
_APART = 2.0
_ABOVE = 1.3
# Covariance of the sums in units of delta, before it is measured: that of a bulk cut in the middle; and what
# is added when it is measured, for numbers that are whole and bulks of no eigenvalue.
_TYPICAL = np.array([[1.1, 0.27, 0.3], [0.27, 0.43, 0.75], [0.3, 0.75, 1.4]])
_LEAST = np.diag([1.0, 0.01, 0.01])
_FREEDOM_BY_DIM = 2.0
# Draws, fewer in high dimension: of dimension times draws.
_DRAWS = (40, 150)
_DRAWN = 15_000


@dataclass(frozen=True)
class Statistics:
    """How eigenvalues are compared with a law.

    Attributes:
        setting: what is known beside the eigenvalues.
        outliers: K.
        covariance: of the three sums, in units of delta.
        offset: what is added to their means, likewise.
    """

    setting: Setting
    outliers: int
    covariance: Array
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def of(self, sizes: Array) -> Array:
        """The statistics of the eigenvalues that are not 0, decreasing."""
        rest = sizes[self.outliers :]
        return np.array([*sizes[: self.outliers], np.count_nonzero(rest), rest.sum(), rest @ rest])

    def means(self, point: Point) -> Array:
        """Their means at a law."""
        scalars, delta, kappa, dim = point.scalars, point.noise, point.threshold, self.setting.dim
        places = outlier_locations(point, self.outliers)
        mean, squares = float(scalars.mean_size), float(point.modes.mean_square)
        freedom, error = float(scalars.degrees_of_freedom), float(scalars.error)
        second = squares - error - 2 * kappa * mean + 2 * delta**2 * freedom
        of_outliers = places @ places + self.outliers * 2 * delta**2 / dim
        number = dim * float(scalars.mass_above) - self.outliers
        sums = np.array([number, dim * mean - places.sum(), dim * second - of_outliers])
        sums += self.offset * np.array([1, delta, delta**2])
        return np.append(places - self.raised(point), sums)

    def raised(self, point: Point) -> Array:
        """By how much the thresholds of outliers are raised at finite n_eff."""
        factors = np.array([_RAISED] + [_RAISED_OTHERS] * self.outliers)[: self.outliers]
        return factors * point.threshold / (self.setting.effective_samples + _FEW)

    def extra(self, point: Point) -> tuple[float, float]:
        """Variances of the thresholds of outliers at finite n_eff: of each by itself, of all together."""
        kappa, setting = point.threshold, self.setting
        together = _GIVE_OR_TAKE * kappa / (setting.effective_samples + _FEW)
        trained = (ACCURACY * float(point.modes.size(1.0))) ** 2
        return _KURTOSIS * kappa**2 / setting.samples + trained, together**2

    def full_covariance(self, point: Point) -> Array:
        """Of all statistics at a law."""
        k, delta, dim = self.outliers, point.noise, self.setting.dim
        own = 2 * delta**2 / dim * np.maximum(1 - (delta / point.sizes[:k]) ** 2, 0.2)
        units = np.array([1, delta, delta**2])
        covariance = np.zeros((k + 3, k + 3))
        by_itself, together = self.extra(point)
        covariance[:k, :k] = np.diag(own + by_itself) + together
        covariance[k:, k:] = self.covariance * np.outer(units, units)
        return covariance

    def log_likelihood(self, point: Point, observed: Array) -> float:
        """Gaussian."""
        root = np.linalg.cholesky(self.full_covariance(point))
        off = linalg.solve_triangular(root, observed - self.means(point), lower=True, check_finite=False)
        of_weights = -float(off @ off) / 2 - float(np.log(np.diag(root)).sum())
        return of_weights + loss_likelihood(self.setting, point, self.scatter(point))

    def scatter(self, point: Point) -> float:
        """By how much the degrees of freedom of a training differ from D, of order D/d and D/n_eff.

        Draws of the law have 1 to 2 D/d more at most places.  What is due to finite n_eff is not derived.
        """
        orders = math.hypot(_FREEDOM_BY_DIM / self.setting.dim, 1 / self.setting.effective_samples)
        return orders * float(point.scalars.degrees_of_freedom)

    def at(self, point: Point, most: int) -> Statistics:
        """The same with as many outliers, up to ``most``, as are well apart at a law."""
        s, delta = point.sizes[: most + 1], point.noise
        width = _APART * delta * math.sqrt(2 / self.setting.dim)
        spaced = s - np.append(s[1:], -np.inf) > width
        apart = spaced & (s > _ABOVE * delta) & (s + delta**2 / s - point.threshold > width)
        return replace(self, outliers=min(most, int(np.argmin(np.append(apart, False)))))

    def measured(self, drawn: Drawn) -> Statistics:
        """The same with means and covariance of the sums as drawn weights have them."""
        delta = drawn.point.noise
        plain = replace(self, offset=(0.0, 0.0, 0.0))
        off = np.array([self.of(x) for x in drawn.eigenvalues]) - plain.means(drawn.point)
        sums = off[:, self.outliers :] / np.array([1, delta, delta**2])
        number, total, squares = sums.mean(axis=0).tolist()
        return replace(self, offset=(number, total, squares), covariance=np.cov(sums.T) + _LEAST)


@dataclass(frozen=True)
class Drawn:
    """Weights drawn at a law: eigenvalues (draws, d), decreasing, errors and degrees of freedom."""

    point: Point
    eigenvalues: Array
    errors: Array
    freedoms: Array


def fit(setting: Setting, sizes: Array) -> Fit:
    """The posterior, given the eigenvalues that are not 0, decreasing."""
    statistics = Statistics(setting, 1, _TYPICAL)
    mode = mode_of(setting, sizes, _likelihood(statistics, sizes))
    statistics = statistics.at(on_family(setting, mode.free), len(sizes))
    mode = mode_of(setting, sizes, _likelihood(statistics, sizes), mode)
    statistics = statistics.at(on_family(setting, mode.free), len(sizes))
    random = np.random.default_rng(1)
    drawn = _drawn(on_family(setting, mode.free), int(np.clip(_DRAWN // setting.dim, *_DRAWS)), random)
    statistics = statistics.measured(drawn)

    posterior = posterior_of(setting, _likelihood(statistics, sizes), mode)
    point = on_family(setting, posterior.free)
    off = statistics.of(sizes) - statistics.means(point)
    distance = off @ np.linalg.solve(statistics.full_covariance(point), off)
    probability = float(stats.chi2.sf(distance, max(1, len(off) - len(posterior.free))))
    return Fit(posterior, _draws(statistics, point, drawn, random), probability)


def _likelihood(statistics: Statistics, sizes: Array) -> LogLikelihood:
    observed = statistics.of(sizes)
    return lambda point: statistics.log_likelihood(point, observed)


def outlier_locations(point: Point, count: int) -> Array:
    """Where the largest eigenvalues lie at finite dimension, if they are outliers."""
    s = point.sizes
    gaps = s[:count, None] - s
    gaps[np.arange(count), np.arange(count)] = np.inf
    return np.asarray(s[:count] - point.threshold + point.noise**2 * (1 / gaps).sum(axis=1) / len(s))


def degrees_of_freedom(x: Array, threshold: float) -> float:
    r"""(1/d^2) [sum_{i != j} (f_i - f_j)/(x_i - x_j) + 2 sum_i f'(x_i)] of f(x) = (x - kappa)_+.

    Of all eigenvalues x of one matrix.  The second sum is what (1/d^2) sum_{i, j} makes of equal ones, twice:
    the variance of diagonal entries of the noise is twice that of others.

    >>> round(degrees_of_freedom(np.array([3.0, 1.0]), 2.0), 12)  # (2 (1/2) + 2)/4
    0.75
    """
    above = x > threshold
    f = np.maximum(x - threshold, 0)
    larger, smaller = x[above], x[~above]
    pairs = float(np.sum(above)) ** 2 + np.sum(above)  # quotients of 1, and the derivatives once more
    return float(pairs + 2 * np.sum(f[above, None] / (larger[:, None] - smaller))) / len(x) ** 2


def _drawn(point: Point, count: int, random: np.random.Generator) -> Drawn:
    s, dim = point.sizes, point.modes.dim
    values, errors, freedoms = np.zeros((count, dim)), np.zeros(count), np.zeros(count)
    for k in range(count):
        gaussian = random.standard_normal((dim, dim))
        noise = (gaussian + gaussian.T) * (point.noise / math.sqrt(2 * dim))
        x, vectors = np.linalg.eigh(np.diag(s) + noise)
        f = np.maximum(x - point.threshold, 0)
        # mean square of S - S*, with Tr S S* = sum_k f_k sum_i s_i v_ik^2
        errors[k] = (f @ f - 2 * s @ (vectors**2 @ f) + s @ s) / dim
        freedoms[k] = degrees_of_freedom(x, point.threshold)
        values[k] = f[::-1]
    return Drawn(point, values, errors, freedoms)


def _draws(statistics: Statistics, point: Point, drawn: Drawn, random: np.random.Generator) -> Draws:
    """Scores at a law of weights drawn at one close to it."""
    observed = np.array([statistics.of(row) for row in drawn.eigenvalues]) - statistics.means(drawn.point)
    k, setting = statistics.outliers, statistics.setting
    by_itself, together = np.sqrt(statistics.extra(point))
    observed[:, :k] -= statistics.raised(drawn.point)
    observed[:, :k] += by_itself * random.standard_normal((len(observed), k))
    observed[:, :k] += together * random.standard_normal((len(observed), 1))
    slopes = slopes_of(lambda theta: statistics.means(point_at(setting, theta)), point.coordinates)
    weighted = np.linalg.solve(statistics.full_covariance(point), slopes)
    scalars = drawn.point.scalars
    return Draws(
        information=slopes.T @ weighted + loss_information(setting, point, statistics.scatter(point)),
        scores=observed @ weighted,
        errors=drawn.errors - float(scalars.error),
        freedoms=drawn.freedoms - float(scalars.degrees_of_freedom),
    )
