"""Newton's method for the two state equations, to rounding, in any arithmetic.

The Jacobian follows from the slopes of the network's scalar functions; where those are not known it is formed
by divided differences, and kept up to date by Broyden's method.  The error that is reported is the Newton
step that remains.  Once rounding takes over, steps no longer shrink, and their size is what rounding does to
the solution.

In this order: `Root`, `newton`, `divided_differences`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE_BITS
from numerics.equations.state_equations import Matrix, Pair, Scalars, StateEquations

# Residuals and steps below this are those of rounding once they have not shrunk for some steps.
SETTLED = 1e-6
PATIENCE = 4

# Scalar functions whose relative error is to be as small as that of delta and kappa.
ACCURATE_IN_DOUBLE = ("error",)
ACCURATE_IN_MANY_DIGITS = ("error", "degrees_of_freedom", "learned_modes")

# Residuals of this size are no more than roundings of float64.
FEW_ROUNDINGS = 4 * 2.0**-52


@dataclass(frozen=True)
class Root:
    """A solution of the two equations, with an estimate of its error.

    Attributes:
        x, y: log delta and the coordinate of kappa.
        scalars: the network's scalar functions there.
        residual: largest absolute residual there.
        error: estimate of the error of x, y and log e (and, in many digits, of log D and of the logarithm of
            the number of learned modes): the Newton step that remains; the residual if larger.
        next_point: x and y after that step, at which the equations were not evaluated: better, unless the
            step is rounding.
        jacobian: of the residuals, near there.
    """

    x: Any
    y: Any
    scalars: Scalars
    residual: Any
    error: Any
    next_point: Pair
    jacobian: Matrix

    @property
    def rounding(self) -> float:
        """How far residuals of a few roundings of float64 move x and y: no step that remains tells less."""
        steps = (_newton_step(self.jacobian, (sign * FEW_ROUNDINGS, FEW_ROUNDINGS)) for sign in (-1, 1))
        return max(float(_size(step)) for step in steps)


def newton(
    equations: StateEquations, guess: Pair, tolerance: Any, jacobian: Matrix | None = None, steps: int = 60
) -> Root:
    """Solve the two equations from a first guess, to an error below ``tolerance``.

    Args:
        equations: what to solve, inside the ``working()`` context of its arithmetic.
        guess: x and y to begin with.
        tolerance: error to be reached.  Where rounding keeps the error from shrinking further the best point
            is returned all the same, with its ``error``: the caller judges.
        jacobian: of the residuals, near the solution, where slopes are not known; `divided_differences` if
            not given, and whenever a step fails.
        steps: how many steps to make at most.

    Raises:
        NotConverged: the error is still large after that many steps.
    """
    real = equations.target.arithmetic.real
    is_double = equations.target.arithmetic.bits <= DOUBLE_BITS
    names = ACCURATE_IN_DOUBLE if is_double else ACCURATE_IN_MANY_DIGITS
    current = _iterate(equations, (real(guess[0]), real(guess[1])))
    known = equations.jacobian(current.scalars) or jacobian
    by_differences = known is None
    matrix = divided_differences(equations, current.point, current.residuals) if known is None else known
    # How much more the results change than delta and kappa: e where kappa is close to the edge of the bulk, D
    # and the number of learned modes where they are those of the tail of a Gaussian.
    sensitivity, damping = 1, 1
    best, idle = None, 0
    for _ in range(steps):
        step = _newton_step(matrix, current.residuals)
        error = max(_size(step) * sensitivity, current.residual)
        if best is None or error < best.error:
            point = current.point
            best = Root(*point, current.scalars, current.residual, error, _sum(point, step), matrix)
            idle = 0
        else:
            idle += 1
        if error < tolerance or (idle >= PATIENCE and best.error < SETTLED):
            return best

        step = _limited(step, damping)
        trial = _iterate(equations, _sum(current.point, step))
        if not trial.residual < max(current.residual, SETTLED):
            # Not downhill: renew the Jacobian; if it is one by differences at this point, shorten the step.
            if by_differences:
                damping *= 4
            else:
                matrix = divided_differences(equations, current.point, current.residuals)
                by_differences = True
            continue
        change = _largest_change(current.scalars, trial.scalars, names)
        sensitivity = max(1, change / max(_size(step), 1e-300))
        matrix = equations.jacobian(trial.scalars) or _updated(
            matrix, step, current.residuals, trial.residuals
        )
        current, by_differences, damping = trial, False, 1
    raise NotConverged(
        f"the solution still moves after {steps} steps (residual {float(current.residual):.1e})"
    )


@dataclass(frozen=True)
class _Iterate:
    """A point, and the scalar functions and residuals there."""

    point: Pair
    scalars: Scalars
    residuals: Pair

    @property
    def residual(self) -> Any:
        return _size(self.residuals)


def _iterate(equations: StateEquations, point: Pair) -> _Iterate:
    scalars = equations.scalars(*point)
    return _Iterate(point, scalars, equations.residuals_of(point[0], scalars))


def divided_differences(equations: StateEquations, point: Pair, residuals: Pair) -> Matrix:
    """Jacobian by forward differences short enough for the residuals to change by little."""
    arithmetic = equations.target.arithmetic
    little = arithmetic.real(10.0 ** max(-arithmetic.digits / 3, -100))
    columns = []
    for direction in ((1, 0), (0, -1)):  # kappa is lowered: above the edge of the bulk little depends on it
        h = little
        while True:
            shifted = equations.residuals(point[0] + direction[0] * h, point[1] + direction[1] * h)
            change = (shifted[0] - residuals[0], shifted[1] - residuals[1])
            if _size(change) < 30 * little or h < little * little:
                break
            h = h * little / _size(change)
        sign = sum(direction)
        columns.append((sign * change[0] / h, sign * change[1] / h))
    return (columns[0][0], columns[1][0]), (columns[0][1], columns[1][1])


def _newton_step(jacobian: Matrix, residuals: Pair) -> Pair:
    """Minus the inverse Jacobian applied to the residuals (Cramer's rule)."""
    (a, b), (c, d) = jacobian
    determinant = a * d - b * c
    if determinant == 0:
        raise NotConverged("the state equations are degenerate there: the two have become one")
    return (
        (b * residuals[1] - d * residuals[0]) / determinant,
        (c * residuals[0] - a * residuals[1]) / determinant,
    )


def _updated(jacobian: Matrix, step: Pair, before: Pair, after: Pair) -> Matrix:
    """Broyden's update: the least change of the Jacobian that explains the last step."""
    square = step[0] * step[0] + step[1] * step[1]
    if square == 0:
        return jacobian
    rows = []
    for row, r0, r1 in zip(jacobian, before, after, strict=True):
        defect = (r1 - r0 - row[0] * step[0] - row[1] * step[1]) / square
        rows.append((row[0] + defect * step[0], row[1] + defect * step[1]))
    return rows[0], rows[1]


def _limited(step: Pair, damping: int) -> Pair:
    """The step divided by ``damping``, and shortened to a factor e in delta and kappa."""
    shortened = max(_size(step), 1) * damping
    return step[0] / shortened, step[1] / shortened


def _sum(point: Pair, step: Pair) -> Pair:
    return point[0] + step[0], point[1] + step[1]


def _size(pair: Pair) -> Any:
    return max(abs(pair[0]), abs(pair[1])) if pair[0] == pair[0] and pair[1] == pair[1] else math.inf


def _largest_change(before: Scalars, after: Scalars, names: tuple[str, ...]) -> Any:
    return max(_relative_change(getattr(before, name), getattr(after, name)) for name in names)


def _relative_change(before: Any, after: Any) -> Any:
    return abs(after - before) / after if after > 0 else abs(after - before)
