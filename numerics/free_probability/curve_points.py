r"""Edges, gaps and heights of Biane's curve at many points at once.

The equations and the monotone methods are those of `biane`; here every point has its own eigenvalues, as it
sees them (`sums.pole_tree`), and stops where it settles.  Of a point near the eigenvalue s_i, u = s_i +
offset, the distances s_i - s down to all eigenvalues are given:

    F(u, v) = delta^2 sum w/((offset + s_i - s)^2 + v^2).

Weights are a table like the distances, or one row if they are the same for all points.

In order: `sums`, `edges`, `gaps`, `heights2`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import Arithmetic

# Newton's steps; those for a height, and those between bounds that follow where these don't settle.
_GAP_STEPS, _EDGE_STEPS, _NEWTON_STEPS, _BRACKET_STEPS = 400, 2000, 40, 400
# How far below 1 a gap is open whatever its bottom; how far F may be from 1 at an edge, over the rounding.
_CLEARLY_OPEN, _ROUNDINGS = 1 - 2e-12, 4096


def sums(values: Any, weights: Any) -> Any:
    """Over the nodes, shape (points,)."""
    return values @ weights[0] if len(weights) == 1 else np.einsum("ij,ij->i", values, weights)


def edges(
    arithmetic: Arithmetic, variance: Any, distances: Any, weights: Any, starts: Any
) -> tuple[Any, Any]:
    """Offsets of the first edges right of points where F >= 1, and whether each is one; as `Curve.edge`.

    Args:
        arithmetic: of all that follows.
        variance: delta^2.
        distances: s_i - s, or their negatives for edges to the left; shape (points, nodes).
        weights: w, shape (points, nodes) or (1, nodes).
        starts: offsets to begin with, shape (points,).

    >>> from numerics.arithmetic.precision import DOUBLE
    >>> edges(DOUBLE, 0.25, np.zeros((1, 1)), np.ones((1, 1)), np.array([0.1]))
    (array([0.5]), array([ True]))
    """
    u, is_edge, moving = starts + 0, np.zeros(len(starts), dtype=bool), np.arange(len(starts))
    for number in range(_EDGE_STEPS):
        some, w = distances[moving], weights if len(weights) == 1 else weights[moving]
        inverse = 1 / (u[moving][:, None] + some)
        square = inverse * inverse
        total, fall = variance * sums(square, w), variance * sums(square * inverse, w)
        is_falling = np.asarray(fall > 0, dtype=bool)
        step = (arithmetic.sqrt(total) - 1) * total / np.where(is_falling, fall, 0 * fall + 1)
        # the first may go left: rounding alone tells on which side of the edge the start is
        stays = np.asarray(step <= 4 * arithmetic.epsilon * u[moving], dtype=bool)
        stays = ~is_falling | (stays if number > 0 else ~is_falling)
        at_start = starts[moving][:, None] + some
        same_gap = (np.asarray(at_start > 0, dtype=bool) == np.asarray(inverse > 0, dtype=bool)).all(axis=1)
        is_root = np.asarray(abs(total - 1) <= _ROUNDINGS * arithmetic.epsilon, dtype=bool)
        is_edge[moving] = is_falling & same_gap & is_root
        u[moving] = np.where(stays, u[moving], u[moving] + step)
        moving = moving[~stays]
        if len(moving) == 0:
            break
    return u, is_edge


def gaps(arithmetic: Arithmetic, variance: Any, distances: Any, weights: Any, widths: Any) -> tuple[Any, Any]:
    """The least F in gaps, and where, from the eigenvalues below: Newton's method for F' = 0, bracketed.

    Or F at some point, if that is clearly below 1.

    Args:
        arithmetic: of all that follows.
        variance: delta^2.
        distances: from the eigenvalue below the gap, shape (gaps, nodes).
        weights: w, shape (gaps, nodes) or (1, nodes).
        widths: of the gaps, shape (gaps,).

    Raises:
        NotConverged: the least F was not found.

    >>> from numerics.arithmetic.precision import DOUBLE
    >>> gaps(DOUBLE, 0.25, np.array([[0.0, -1.0]]), np.ones((1, 2)) / 2, np.ones(1))
    (array([1.]), array([0.5]))
    """
    low, high, u, shares = 0 * widths, widths + 0, widths / 2, 0 * widths
    moving = np.arange(len(u))
    for _ in range(_GAP_STEPS):
        at, w = u[moving], weights if len(weights) == 1 else weights[moving]
        inverse = 1 / (at[:, None] + distances[moving])
        square = inverse * inverse
        share, slope = variance * sums(square, w), sums(square * inverse, w)
        shares[moving] = share
        low[moving], high[moving] = (
            np.where(slope > 0, at, low[moving]),
            np.where(slope > 0, high[moving], at),
        )
        step = slope / (3 * sums(square * square, w))
        close = 64 * arithmetic.epsilon * widths[moving]
        settled = np.asarray(np.minimum(abs(step), high[moving] - low[moving]) <= close, dtype=bool)
        settled = settled | np.asarray(share < _CLEARLY_OPEN, dtype=bool)
        newton = at + step
        inside = np.asarray((low[moving] < newton) & (newton < high[moving]), dtype=bool)
        following = np.where(inside, newton, (low[moving] + high[moving]) / 2)
        u[moving] = np.where(settled, at, following)
        moving = moving[~settled]
        if len(moving) == 0:
            return shares, u
    raise NotConverged("the bottom of a gap between two eigenvalues did not settle")


def heights2(arithmetic: Arithmetic, variance: Any, squares: Any, weights: Any) -> Any:
    """Squares of heights inside the support, as `biane.heights2`; each point stops where it settles.

    Args:
        arithmetic: of all that follows.
        variance: delta^2.
        squares: (u - s)^2, shape (points, nodes).
        weights: w, shape (points, nodes) or (1, nodes).

    Raises:
        NotConverged: a height was not found.

    >>> from numerics.arithmetic.precision import DOUBLE
    >>> heights2(DOUBLE, 0.25, np.array([[0.09]]), np.ones((1, 1))).round(12)
    array([0.16])
    """
    q = (variance * weights - squares).max(axis=1)
    q = np.maximum(q, variance * arithmetic.epsilon * arithmetic.epsilon)
    low, high = 0 * q, 2 * variance + 0 * q
    moving, close = np.arange(len(q)), 8 * arithmetic.epsilon
    for number in range(_NEWTON_STEPS + _BRACKET_STEPS):
        at = q[moving]
        inverse = 1 / (squares + at[:, None])
        total = variance * sums(inverse, weights)
        inverse *= inverse
        second = sums(inverse, weights)
        ratio = total / (variance * second)
        step = (total - 1) * ratio
        low[moving] = np.where(total > 1, at, low[moving])
        high[moving] = np.where(total > 1, high[moving], np.minimum(at, high[moving]))
        newton = np.maximum(at + step, 0 * at)
        settled = np.asarray(abs(step) <= close * (newton + ratio), dtype=bool)
        if number >= _NEWTON_STEPS:
            inside = (low[moving] < newton) & (newton < high[moving]) & (abs(step) < at / 4)
            middle = arithmetic.sqrt(low[moving]) * arithmetic.sqrt(high[moving])
            newton = np.where(settled | np.asarray(inside, dtype=bool), newton, middle)
        q[moving] = newton
        if settled.all():
            return q
        if 2 * settled.sum() > len(settled):
            moving, squares = moving[~settled], squares[~settled]
            weights = weights if len(weights) == 1 else weights[~settled]
    raise NotConverged("the height of Biane's curve did not settle")
