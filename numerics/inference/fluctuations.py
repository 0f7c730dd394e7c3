r"""How far what is inferred lies from the truth: one linear response for both networks.

*The data set.*  The noise delta and the threshold kappa of one training satisfy the state equations with its
own error e + rho and its own degrees of freedom D + nu in them, and with a mean square of n residuals that is
1 + xi sqrt(2/n) times its mean, xi standard normal.  To first order they differ from the solution of the
state equations by dx in log delta and dy in log kappa,

    (2 A delta^2 - e_x) dx - e_y dy         = rho + A delta^2 xi sqrt(2/n)
    D_x dx + (D_y - lambda/kappa) dy        = -nu.

*The weights*, given delta and kappa of the training, give scores S of a likelihood with the information G.

*The family* (`family`) has nu = 0.  Its point that is nearest to the training is off by o = -nu/(D_y -
lambda/kappa) in log kappa.  A known training loss adds to G, and no score: it gives delta/kappa of the
training exactly.

With the tangents T of the family, an estimate that maximises the likelihood differs from delta and kappa of
the training by

    T (T' G T)^-1 T' (S + G o) - o.

S, rho and nu depend on the same weights.  All three are measured on the same draws of the law, and the mean
square of the sum is taken over these.

In order: `Draws`, `mean_squares`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from numerics.inference.family import Array, Point, Setting, answers, on_family, point_at, slopes_of

# Directions of which there is less information than this, relative to the best known, are not known.
_LEAST_INFORMATION = 1e-10


@dataclass(frozen=True)
class Draws:
    """Of weights with a law of the family.

    Attributes:
        information: G of gamma, log delta, log kappa, log c, shape (4, 4).
        scores: S, shape (draws, 4).
        errors: rho, shape (draws,).
        freedoms: nu, shape (draws,).
    """

    information: Array
    scores: Array
    errors: Array
    freedoms: Array


def mean_squares(
    setting: Setting, free: Array, draws: Draws, random: np.random.Generator
) -> tuple[Array, Array]:
    """Mean squares of the errors of the answers, and what G alone would make them."""
    point = on_family(setting, free)
    tangents = slopes_of(lambda u: on_family(setting, u).coordinates, free)
    g = draws.information
    known = np.linalg.pinv(tangents.T @ g @ tangents, rcond=_LEAST_INFORMATION, hermitian=True)
    projection = tangents @ known @ tangents.T
    off = _off_the_family(setting, point, draws)
    errors = (draws.scores + off @ g) @ projection - off + _of_training(setting, point, draws, random)
    slopes = slopes_of(lambda theta: answers(setting, point_at(setting, theta)), point.coordinates)
    by_information = np.diag(slopes @ projection @ slopes.T)
    return np.mean((errors @ slopes.T) ** 2, axis=0), by_information


def _slopes(setting: Setting, point: Point) -> tuple[float, float, float, float]:
    """e_x, e_y, D_x and D_y - lambda/kappa."""
    assert point.scalars.slopes is not None
    (error_x, error_y), (freedom_x, freedom_y) = point.scalars.slopes.error, point.scalars.slopes.freedom
    shrinkage = setting.decay / point.threshold
    return float(error_x), float(error_y), float(freedom_x), float(freedom_y) - shrinkage


def _of_training(setting: Setting, point: Point, draws: Draws, random: np.random.Generator) -> Array:
    """The training less the solution of the state equations, in the four parameters: shape (draws, 4)."""
    error_x, error_y, freedom_x, freedom_y = _slopes(setting, point)
    variance = setting.capacity * point.noise**2
    xi = random.standard_normal(len(draws.errors))
    response = np.array([[2 * variance - error_x, -error_y], [freedom_x, freedom_y]])
    force = np.array([draws.errors + variance * math.sqrt(2 / setting.samples) * xi, -draws.freedoms])
    moves = np.zeros((len(xi), 4))
    moves[:, 1:3] = np.linalg.solve(response, force).T
    return moves


def _off_the_family(setting: Setting, point: Point, draws: Draws) -> Array:
    """The training less the nearest law of the family: shape (draws, 4)."""
    freedom_y = _slopes(setting, point)[3]
    off = np.zeros((len(draws.freedoms), 4))
    off[:, 2] = -draws.freedoms / freedom_y
    return off
