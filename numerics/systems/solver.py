r"""Equations in positive unknowns, solved to float64 or to any number of digits.

First in float64, and then, if digits are asked for, in that many.  Nothing is taken on trust:

* all first guesses that lead to solutions of the full equations must lead to one (`block_solver`);
* the equations are solved again on panels half as wide, and what moves is the error;
* summands are formed again with more digits at some of the nodes (`rounding`): where differences inside of
  one cancel, and float64 has not the digits, the equations are solved in more of them; so they are where
  unknowns move by far more than the equations do (`BlockSolver.amplification`);
* no number is returned whose error is larger than the accuracy wanted.

In this order: `PositiveSolution`, `solve_positive`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, for_digits, to_mpf
from numerics.systems.block_solver import BlockSolver, NoneOrSeveral, Several
from numerics.systems.power_law_sums import Rule
from numerics.systems.rounding import LEAST, MORE_DIGITS, InArithmetic, rounding_error
from numerics.systems.structure import blocks

ACCURACY = 1e-10
"""Largest relative error in float64."""

GUARD_DIGITS = 10
"""Digits beyond those asked for."""

MOST_TO_TELL_APART = 90
"""Guard digits with which solutions that differ are taken for several."""

UNITS_OF_ROUNDING = 4
"""By which the logarithms of the sides of an equation may be off."""

MOST_LOST = 1e300
"""Stands for a relative error without bound."""

ATTEMPTS = 4
"""How often more digits are tried."""

FINEST = 64
"""Panels are at most this many times shorter than usual."""

RESIDUAL = 1e-6
"""Largest residual; it is by far larger than the error where equations are steep."""

AT_REST = 2e-15
"""A step of Newton's method in float64 that is one of rounding."""

DIGITS_OF_STEPS = 3
"""In more digits a step is the last if it is by so many digits shorter than the accuracy."""


@dataclass(frozen=True)
class PositiveSolution:
    """A solution; numbers are floats, or mpf where digits were asked for.

    Attributes:
        unknowns: by name.
        quantities: by name.
        residual: largest absolute value of log(left) - log(right) over the equations.
        error: estimate of the relative error of all numbers: how far they move on finer panels, and what
            rounding does to the sums.
    """

    unknowns: Mapping[str, Any]
    quantities: Mapping[str, Any]
    residual: float
    error: float


class _TooFewDigits(NotConverged):
    """Of a summand, or of an unknown, ``lost`` digits cancel."""

    def __init__(self, lost: float, digits: float, where: str) -> None:
        left = max(0.0, digits - lost)
        super().__init__(f"of {digits:.0f} digits {left:.0f} are left in {where}")
        # where none is left nobody knows how many cancelled
        self.guard = math.ceil(lost) + GUARD_DIGITS if left > 1 else MORE_DIGITS


def solve_positive(equations_in: InArithmetic, digits: int | None = None) -> PositiveSolution:
    """Solve equations in positive unknowns.

    Args:
        equations_in: the equations in an arithmetic.
        digits: correct digits wanted; None for float64, to an accuracy of 1e-10 or better.

    Raises:
        InvalidProblem: the equations do not determine an unknown.
        NotConverged: no solution is found, or several, or one whose error is too large; it says which.
    """
    with DOUBLE.working():
        rough = equations_in(DOUBLE)
        order = blocks([equation.unknowns for equation in rough.equations], rough.names)
    guess, failure = None, NotConverged("the equations were not solved")
    try:
        with DOUBLE.working():
            solver = BlockSolver(rough, rough, order, AT_REST)
            guess = solver.solved(None)
            if digits is None:
                return _confirmed(solver, equations_in, guess, ACCURACY, float)
    except NotConverged as error:
        if isinstance(error, NoneOrSeveral) and not isinstance(error, Several):
            raise
        failure = error
    wanted, guard = -math.log10(ACCURACY) if digits is None else digits, GUARD_DIGITS
    if isinstance(failure, _TooFewDigits):
        guard = failure.guard
    for _ in range(ATTEMPTS):
        arithmetic = for_digits(math.ceil(wanted), guard)
        try:
            with arithmetic.working():
                full = equations_in(arithmetic)
                full = replace(full, rule=Rule() if digits is None else Rule(arithmetic))
                solver = BlockSolver(full, rough, order, 10.0 ** -(wanted + DIGITS_OF_STEPS))
                guess = solver.solved(guess)
                kind = float if digits is None else (lambda number: to_mpf(number, digits))
                return _confirmed(solver, equations_in, guess, 10.0**-wanted, kind)
        except NotConverged as error:
            told_apart = not isinstance(error, Several) or guard >= MOST_TO_TELL_APART
            if isinstance(error, NoneOrSeveral) and told_apart:
                raise
            least = error.guard if isinstance(error, _TooFewDigits) else 0
            failure, guard = error, max(3 * guard, least)
    raise failure


def _confirmed(
    solver: BlockSolver, equations_in: InArithmetic, point: Any, accuracy: float, kind: Callable[[Any], Any]
) -> PositiveSolution:
    """The solution with its error, from finer and finer panels.

    Raises:
        NotConverged: the error stays above the accuracy.
    """
    full, arithmetic = solver.full, solver.full.arithmetic
    refinement, finer, before = 1, solver, list[Any]()
    while True:
        try:
            before = before or _numbers(finer, point)
        except NotConverged:  # on coarse panels a sum that ends steeply may be negative
            if refinement >= FINEST:
                raise
        refinement *= 2
        rule = replace(full.rule, refinement=refinement)
        finer = replace(solver, full=replace(full, rule=rule))
        if not before:
            continue
        point = finer.solved(point)
        after = _numbers(finer, point)
        moved = max([_distance(arithmetic, x, y) for x, y in zip(before, after, strict=True)])
        if not moved > accuracy:
            break
        if refinement >= FINEST:
            raise NotConverged(f"the sums over modes still move by {moved:.1e} on the finest panels")
        before = after
    rounding = rounding_error(finer.full, equations_in, point)
    if rounding > accuracy:
        lost = math.log10(rounding) + arithmetic.digits
        raise _TooFewDigits(lost, arithmetic.digits, "a summand: write its differences as sums")
    left = [abs(finer.residuals(point[None, :], block, point)).max() for block in finer.order]
    residual = max(left, default=0.0)  # quantities alone, without unknowns, have none
    if not residual < RESIDUAL:
        raise NotConverged(f"residuals of {float(residual):.1e} are left")
    # an unknown may be known from small differences of equations, as of n and p samples and features
    conditioned = finer.amplification(point) * (
        float(residual) + UNITS_OF_ROUNDING * float(arithmetic.epsilon)
    )
    if not conditioned <= accuracy:
        lost = math.log10(min(conditioned, MOST_LOST)) + arithmetic.digits
        raise _TooFewDigits(lost, arithmetic.digits, "an unknown: the equations nearly depend on each other")
    numbers = list(map(kind, after))
    return PositiveSolution(
        dict(zip(full.names, numbers, strict=False)),
        dict(zip(full.quantities, numbers[len(full.names) :], strict=True)),
        float(residual),
        float(max(moved, rounding, conditioned)),
    )


def _distance(arithmetic: Arithmetic, one: Any, other: Any) -> float:
    """Of two positive numbers, or of 0, in their logarithms."""
    if one == other:
        return 0.0
    return float(abs(arithmetic.log(one / other))) if one and other else math.inf


def _numbers(solver: BlockSolver, point: Any) -> list[Any]:
    """Unknowns, then quantities.

    Raises:
        NotConverged: one is no number above 0, which all are.
    """
    full = solver.full
    which = sorted({k for terms in full.quantities.values() for term in terms for k in term.sums})
    breaks = full.breaks_at(point, which)
    totals = full.totals(point[None, :], which, breaks)
    quantities = [full.value(terms, point[None, :], totals)[0] for terms in full.quantities.values()]
    numbers = [*full.arithmetic.exp(point), *quantities]
    for name, number in zip((*full.names, *full.quantities), numbers, strict=True):
        if not bool(full.arithmetic.is_finite(number)) or number < 0:
            raise NotConverged(f"{name} is {float(number)} in {full.arithmetic.digits:.0f} digits")
    if full.arithmetic is DOUBLE:  # below the least normal number no digits are left
        return [number if number >= LEAST else number * 0 for number in numbers]
    return numbers
