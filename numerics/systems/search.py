r"""First guesses: all solutions of one block of equations on rough sums, from starts far apart.

In x = log u a residual r(x) = log(left) - log(sum of right) is piecewise linear but for rounded corners, as
every term of a sum that leads is a monomial: the tropical form of the equation.

*One unknown.*  A grid over ``REACH`` in the logarithm brackets the roots; it is finer by ``FINER`` where the
residual comes near 0 and turns back, as it does between two roots that are close.  Each is then found by
bisection.  Residuals below ``NOTHING`` have no sign: u = u + 1 is not solved by u = 10^17.

*Several.*  Newton's method, which finds the root of a linear piece in one step, with steps halved until the
residuals fall.  It starts at the points of a fixed cloud with the smallest residuals, and at two opposite
corners of a box; starts that end at different points are different solutions.  On a piece where two residuals
depend on the same unknown alone it can be caught.  So it also follows the root of softer equations, in which
a sum of m terms is replaced by its mean of power b,

    t_1 + ... + t_m   ->   m (t_1^b/m + ... + t_m^b/m)^(1/b),

from small b, where the residuals are linear in x and have one root, to b = 1.

Logarithms beyond ``REACH``, and residuals that are not finite, are no solutions.

In this order: `Residuals`, `rough_roots`, `newton_step`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from numerics.arithmetic.precision import DOUBLE

REACH = 345.0
"""How far logarithms go: 150 decades either way."""

SPACING = 3.0
"""Steps of the grid for one unknown."""

FINER = 32
"""How many points are added on two steps of the grid."""

NOTHING = 1e-12
"""Residuals as small are rounding."""

CLOUD, BEST = 128, 3
"""Points of the cloud of starts, and how many of them are tried."""

STEPS, HALVINGS, LONGEST = 80, 7, 40.0
"""Of Newton's method: how many steps, how often one is halved, how long it is at most."""

SETTLED = 1e-5
"""Residuals on rough sums that are small enough."""

APART = 1e-2
"""Solutions on rough sums that are closer are one."""

DIFFERENCE = 1e-6
"""By which logarithms are shifted for slopes."""

SOFTEST = 1 / 64
"""The power b to begin with; it is doubled, or grows by less where that is too much."""

SMALLEST_GROWTH = 1.02

Residuals: TypeAlias = Callable[[Any, float], Any]
"""From points (points, unknowns), and a power b, to residuals (points, equations), in float64."""

Exact: TypeAlias = Callable[[Any], Any]
"""The same at b = 1."""


def rough_roots(residuals: Residuals, unknowns: int) -> list[Any]:
    """Every solution that is found, each an array of logarithms; none if there are none.

    >>> [round(float(root[0]), 3) for root in rough_roots(lambda x, _: x - np.log(3 + np.exp(x / 2)), 1)]
    [1.668]
    """
    with DOUBLE.working():
        exact = partial(_at_power, residuals, 1.0)
        candidates = _by_grid(exact) if unknowns == 1 else _from_starts(residuals, unknowns)
        roots = list[Any]()
        for root in candidates:
            if all(np.max(np.abs(root - other)) > APART for other in roots):
                roots.append(root)
        return roots


def _at_power(residuals: Residuals, power: float, points: Any) -> Any:
    return residuals(points, power)


def _by_grid(residuals: Exact) -> Iterator[Any]:
    """Where the one residual changes its sign between neighbours of a grid."""

    def values(at: Any) -> Any:
        column = residuals(at[:, None])[:, 0]
        return np.where(np.abs(column) < NOTHING, 0.0, column)

    grid = np.arange(-REACH, REACH + SPACING, SPACING)
    rows = values(grid)
    sizes = np.abs(rows)
    with np.errstate(invalid="ignore"):
        turns = (
            np.flatnonzero((sizes[1:-1] <= sizes[:-2]) & (sizes[1:-1] <= sizes[2:]) & (sizes[1:-1] > 0)) + 1
        )
    finer = [np.linspace(grid[k - 1], grid[k + 1], FINER + 2)[1:-1] for k in turns]
    if finer:
        added = np.concatenate(finer)
        grid, rows = np.concatenate([grid, added]), np.concatenate([rows, values(added)])
        order = np.argsort(grid, kind="stable")
        grid, rows = grid[order], rows[order]
    signs = np.sign(rows)
    known = np.flatnonzero(np.isfinite(signs) & (signs != 0))
    for left, right in pairwise(known):
        # zeros in between are the root; where something is no number, too, there is none
        if signs[left] * signs[right] < 0 and np.isfinite(signs[left : right + 1]).all():
            yield np.array([_bisected(residuals, grid[left], grid[right], signs[left])])


def _bisected(residuals: Exact, low: float, high: float, sign: float) -> float:
    """The root between two points, the residual of the first having that sign: eight points at a time."""
    while high - low > 1e-6:
        inner = np.linspace(low, high, 10)
        same = np.sign(residuals(inner[1:-1, None])[:, 0]) == sign
        place = int(np.argmin(same)) if not same.all() else 8
        low, high = inner[place], inner[place + 1]
    return (low + high) / 2


def _from_starts(residuals: Residuals, unknowns: int) -> Iterator[Any]:
    exact = partial(_at_power, residuals, 1.0)
    followed = _followed(residuals, unknowns)
    if followed is not None:
        yield followed
    for start in _starts(exact, unknowns):
        root = _newton(exact, start)
        if root is not None:
            yield root


def _followed(residuals: Residuals, unknowns: int) -> Any:
    """The root of ever less soft equations, to those as they are; None if it is lost."""
    power, growth = SOFTEST, 2.0
    point = _newton(partial(_at_power, residuals, power), np.zeros(unknowns))
    while point is not None and power < 1:
        following = min(1.0, power * growth)
        moved = _newton(partial(_at_power, residuals, following), point)
        if moved is not None:
            point, power, growth = moved, following, min(2.0, growth * growth)
        elif growth > SMALLEST_GROWTH:
            growth = growth**0.5
        else:
            return None
    return point


def _starts(residuals: Exact, unknowns: int) -> Iterator[Any]:
    """Far apart: the best points of a cloud, two opposite corners of a box."""
    # a lattice of Kronecker's: the powers of a number that solves g^(k+1) = g + 1
    ratio = 2.0
    for _ in range(30):
        ratio = (1 + ratio) ** (1 / (unknowns + 1))
    slopes = ratio ** -np.arange(1.0, unknowns + 1)
    cloud = REACH * (2 * ((np.arange(1, CLOUD + 1)[:, None] * slopes) % 1) - 1) / 2
    sizes = np.max(np.abs(residuals(cloud)), axis=1)
    order = np.argsort(np.where(np.isfinite(sizes), sizes, np.inf))
    yield from cloud[order[:BEST]]
    yield np.full(unknowns, REACH / 6)
    yield np.full(unknowns, -REACH / 6)


def _newton(residuals: Exact, start: Any) -> Any:
    """The solution that Newton's method reaches; None if it does not."""
    point = start
    here, jacobian = slopes_at(residuals, point)
    for _ in range(STEPS):
        size = float(np.linalg.norm(here))
        if not np.isfinite(size) or not np.isfinite(jacobian).all():
            return None
        step = newton_step(jacobian, here)
        longest = np.max(np.abs(step))
        if np.max(np.abs(here)) < SETTLED and longest < SETTLED:
            return point + step
        step = step * min(1.0, LONGEST / longest)
        # most steps are good as they are, and slopes are needed there next
        following = slopes_at(residuals, point + step)
        if not _falls(following[0][None, :], point + step, size, 1.0).all():
            shares = 0.5 ** np.arange(1, HALVINGS + 1)
            trials = point + step * shares[:, None]
            better = _falls(residuals(trials), trials, size, shares)
            if not better.any():
                return point if size < SETTLED else None
            step = step * shares[int(np.argmax(better))]
            following = slopes_at(residuals, point + step)
        point, (here, jacobian) = point + step, following
    return None


def _falls(rows: Any, points: Any, size: float, shares: Any) -> Any:
    """Whether residuals at points within reach fall by a little of what that share of a step is for."""
    sizes = np.linalg.norm(rows, axis=1)
    inside = np.max(np.abs(np.atleast_2d(points)), axis=1) < REACH
    return np.isfinite(sizes) & (sizes < size * (1 - 1e-4 * shares)) & inside


def slopes_at(residuals: Exact, point: Any) -> tuple[Any, Any]:
    """Residuals at a point, and their slopes along each logarithm, by differences."""
    shifts = np.vstack([np.zeros(len(point)), DIFFERENCE * np.eye(len(point))])
    rows = residuals(point + shifts)
    return rows[0], ((rows[1:] - rows[0]) / DIFFERENCE).T


def newton_step(jacobian: Any, residuals: Any) -> Any:
    """Newton's step, the shortest one where the slopes do not determine it."""
    return np.linalg.lstsq(jacobian, -residuals, rcond=1e-12)[0]
