r"""First guesses: all solutions of one block of equations on rough sums, from starts far apart.

In x = log u a residual r(x) = log(left) - log(sum of right) is piecewise linear but for rounded corners, as
every term of a sum that leads is a monomial: the tropical form of the equation.

*One unknown.*  A grid over ``REACH`` in the logarithm brackets every root that is not closer than ``SPACING``
to another one; each is then found by bisection.

*Several.*  Newton's method, which finds the root of a linear piece in one step, with steps halved until the
residuals fall.  It starts at the points of a fixed cloud with the smallest residuals, and at two opposite
corners of a box; starts that end at different points are different solutions.

Logarithms beyond ``REACH``, and residuals that are not finite, are no solutions.

In this order: `Residuals`, `rough_roots`, `newton_step`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from numerics.arithmetic.precision import DOUBLE

REACH = 345.0
"""How far logarithms go: 150 decades either way."""

SPACING = 3.0
"""Steps of the grid for one unknown."""

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

Residuals: TypeAlias = Callable[[Any], Any]
"""From points (points, unknowns) to residuals (points, equations), in float64."""


def rough_roots(residuals: Residuals, unknowns: int) -> list[Any]:
    """Every solution that is found, each an array of logarithms; none if there are none.

    >>> [round(float(root[0]), 3) for root in rough_roots(lambda x: x - np.log(3 + np.exp(x / 2)), 1)]
    [1.669]
    """
    with DOUBLE.working():
        found = _by_grid(residuals) if unknowns == 1 else _from_starts(residuals, unknowns)
        roots = list[Any]()
        for root in found:
            if all(np.max(np.abs(root - other)) > APART for other in roots):
                roots.append(root)
        return roots


def _by_grid(residuals: Residuals) -> Iterator[Any]:
    """Where the one residual changes its sign between neighbours of a grid."""
    grid = np.arange(-REACH, REACH + SPACING, SPACING)
    signs = np.sign(residuals(grid[:, None])[:, 0])
    for k in range(len(grid) - 1):
        if signs[k] == 0:
            yield grid[k : k + 1]
        elif signs[k] * signs[k + 1] < 0:
            yield np.array([_bisected(residuals, grid[k], grid[k + 1], signs[k])])


def _bisected(residuals: Residuals, low: float, high: float, sign: float) -> float:
    """The root between two points, the residual of the first having that sign: eight points at a time."""
    while high - low > 1e-6:
        inner = np.linspace(low, high, 10)
        same = np.sign(residuals(inner[1:-1, None])[:, 0]) == sign
        place = int(np.argmin(same)) if not same.all() else 8
        low, high = inner[place], inner[place + 1]
    return (low + high) / 2


def _from_starts(residuals: Residuals, unknowns: int) -> Iterator[Any]:
    for start in _starts(residuals, unknowns):
        root = _newton(residuals, start)
        if root is not None:
            yield root


def _starts(residuals: Residuals, unknowns: int) -> Iterator[Any]:
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


def _newton(residuals: Residuals, start: Any) -> Any:
    """The solution that Newton's method reaches; None if it does not."""
    point = start
    for _ in range(STEPS):
        here, jacobian = slopes_at(residuals, point)
        size = np.linalg.norm(here)
        if not np.isfinite(size) or not np.isfinite(jacobian).all():
            return None
        step = newton_step(jacobian, here)
        longest = np.max(np.abs(step))
        if np.max(np.abs(here)) < SETTLED and longest < SETTLED:
            return point + step
        step = step * min(1.0, LONGEST / longest)
        trials = point + step * 0.5 ** np.arange(HALVINGS + 1)[:, None]
        sizes = np.linalg.norm(residuals(trials), axis=1)
        better = np.isfinite(sizes) & (sizes < size * (1 - 1e-4 * 0.5 ** np.arange(HALVINGS + 1)))
        better &= np.max(np.abs(trials), axis=1) < REACH
        if not better.any():
            return point if size < SETTLED else None
        point = trials[int(np.argmax(better))]
    return None


def slopes_at(residuals: Residuals, point: Any) -> tuple[Any, Any]:
    """Residuals at a point, and their slopes along each logarithm, by differences."""
    shifts = np.vstack([np.zeros(len(point)), DIFFERENCE * np.eye(len(point))])
    rows = residuals(point + shifts)
    return rows[0], ((rows[1:] - rows[0]) / DIFFERENCE).T


def newton_step(jacobian: Any, residuals: Any) -> Any:
    """Newton's step, the shortest one where the slopes do not determine it."""
    return np.linalg.lstsq(jacobian, -residuals, rcond=1e-12)[0]
