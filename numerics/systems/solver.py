r"""Equations in positive unknowns, solved to float64 or to any number of digits.

One block of the system after the other (`structure`): first guesses on rough sums (`search`), then Newton's
method on the full ones, in float64 and, if digits are asked for, in that many.  Nothing is taken on trust:

* all first guesses that lead to solutions of the full equations must lead to one;
* the equations are solved again on panels half as wide, and what moves is the error;
* summands are formed again with more digits at some of the nodes: where differences inside of one cancel, and
  float64 has not the digits, the equations are solved in more of them;
* no number is returned whose error is larger than the accuracy wanted.

Modes are sharp, and a sum with a break jumps as a mode crosses it.  Newton's method takes the number of modes
above the break anew after each step; where it does not come to rest one unknown is found by bisection.  An
equation whose sides pass each other in a jump has no solution, which is then said.  Solutions that differ by
a few modes at the break, less than ``APART`` in the logarithm, are not told apart.

In this order: `PositiveSolution`, `solve_positive`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, for_digits, to_mpf
from numerics.systems.equations import PositiveEquations
from numerics.systems.power_law_sums import Sizes
from numerics.systems.search import APART, DIFFERENCE, newton_step, rough_roots
from numerics.systems.structure import Block, blocks

ACCURACY = 1e-10
"""Largest relative error in float64."""

GUARD_DIGITS = 10
"""Digits beyond those asked for."""

ATTEMPTS = 4
"""How often more digits are tried."""

ROUNDS = 60
"""Most steps of Newton's method on full sums."""

FINEST = 8
"""Panels are at most this many times shorter than usual."""

SAMPLES = 24
"""Nodes at which summands are formed again with more digits."""

MORE_DIGITS = 120
"""How many more: as many as may cancel."""

LOOSE = 1e-4
"""A step on full sums in float64 that stays above is no matter of rounding."""

InArithmetic: TypeAlias = Callable[[Arithmetic], PositiveEquations]
"""The equations in any arithmetic, to be asked for inside its ``working()``."""


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


class _NoneOrSeveral(NotConverged):
    """More digits would not help."""


class _TooFewDigits(NotConverged):
    """Of a summand ``lost`` digits cancel."""

    def __init__(self, lost: float, digits: float) -> None:
        kept = max(0.0, digits - lost)
        super().__init__(
            f"of {digits:.0f} digits {kept:.0f} are left in a summand: write its differences as sums"
        )
        self.lost = lost


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
            guess = _Solver(rough, rough, order).solved(None)
            if digits is None:
                return _confirmed(_Solver(rough, rough, order), equations_in, guess, ACCURACY, float)
    except _NoneOrSeveral:
        raise
    except NotConverged as error:
        failure = error
    wanted, guard = -math.log10(ACCURACY) if digits is None else digits, GUARD_DIGITS
    if isinstance(failure, _TooFewDigits):
        guard += math.ceil(failure.lost)
    for _ in range(ATTEMPTS):
        arithmetic = for_digits(math.ceil(wanted), guard)
        try:
            with arithmetic.working():
                solver = _Solver(equations_in(arithmetic), rough, order)
                guess = solver.solved(guess)
                kind = float if digits is None else (lambda number: to_mpf(number, digits))
                return _confirmed(solver, equations_in, guess, 10.0**-wanted, kind)
        except _NoneOrSeveral:
            raise
        except NotConverged as error:
            lost = error.lost if isinstance(error, _TooFewDigits) else 0
            failure, guard = error, max(3 * guard, math.ceil(lost) + GUARD_DIGITS)
    raise failure


@dataclass(frozen=True, eq=False)
class _Solver:
    """Solves the full equations in one arithmetic, with rough ones for first guesses."""

    full: PositiveEquations
    rough: PositiveEquations
    order: Sequence[Block]
    refinement: int = 1

    def solved(self, guess: Any) -> Any:
        """The logarithms of all unknowns, from those of a guess if there is one."""
        point = self.full.arithmetic.array([0] * len(self.full.names))
        for block in self.order:
            places = list(block.unknowns)
            if guess is None:
                point[places] = self._only_root(block, point)
            else:
                found = self._newton(block, point, guess[places])
                if found is None:
                    raise NotConverged(f"{self._named(block)}: the solution still moves after {ROUNDS} steps")
                point[places] = found
        return point

    def _only_root(self, block: Block, point: Any) -> Any:
        """The one solution of a block at given earlier unknowns."""
        sums = self.rough.sums_of(block.equations)
        earlier = point.astype(float)

        def rough(inner: Any) -> Any:
            points = _inserted(earlier, block, inner)
            return self.rough.residuals(points, block.equations, self.rough.rough(points, sums))

        guesses = rough_roots(rough, len(block.unknowns))
        if not guesses:
            raise _NoneOrSeveral(f"{self._named(block)}: no solution within 150 decades of 1 is found")
        roots = list[Any]()
        for guess in guesses:
            root = self._newton(block, point, guess)
            if root is None and len(block.unknowns) == 1:
                root = self._bisected(block, point, float(guess[0]))
            if root is not None and all(np.max(np.abs(root - other)) > APART for other in roots):
                roots.append(root)
        if not roots:
            raise NotConverged(f"{self._named(block)}: Newton's method does not reach a solution")
        if len(roots) > 1:
            at = ", ".join(f"{float(self.full.arithmetic.exp(root[0])):.3g}" for root in roots)
            raise _NoneOrSeveral(f"{self._named(block)}: several solutions, {self._first(block)} = {at}")
        return roots[0]

    def _newton(self, block: Block, earlier: Any, guess: Any) -> Any:
        """The solution of a block near a guess, to rounding; None if steps do not become short.

        The slopes are kept as long as each step is a tenth of the one before.
        """
        inner, jacobian, last, best = guess * self.full.arithmetic.real(1), None, math.inf, (math.inf, guess)
        idle = 0
        for _ in range(ROUNDS):
            here, slopes = self._slopes(block, earlier, inner, jacobian)
            if slopes is None:
                return None
            step = _exact_step(slopes, here)
            longest = max(abs(step))
            if longest < best[0]:
                best, idle = (longest, inner + step), 0
            else:
                idle += 1
            if longest < 8 * self.full.arithmetic.epsilon * max(1, max(abs(inner))) or (
                idle > 3 and best[0] < LOOSE
            ):
                break
            inner = inner + step * (1 if longest < 2 else 2 / longest)
            jacobian = slopes if longest < last / 10 else None
            last = longest
        return best[1] if best[0] < LOOSE else None

    def _slopes(self, block: Block, earlier: Any, inner: Any, known: Any) -> tuple[Any, Any]:
        """Residuals of a block, and their slopes by differences if not known; None if not finite."""
        shifts = np.zeros((1, len(inner)))
        if known is None:
            shifts = np.vstack([shifts, DIFFERENCE * np.eye(len(inner))])
        points = _inserted(earlier, block, inner + shifts)
        rows = self.residuals(points, block, points[0])
        if not bool(np.all(self.full.arithmetic.is_finite(rows))):
            return rows[0], None
        if known is not None:
            return rows[0], known
        return rows[0], ((rows[1:] - rows[0]) / DIFFERENCE).astype(float).T

    def residuals(self, points: Any, block: Block, at: Any) -> Any:
        """Of a block, with the modes above each break as they are at one point."""
        sums = self.full.sums_of(block.equations)
        breaks = self.full.breaks_at(at, sums)
        totals = self.full.totals(points, sums, breaks=breaks, refinement=self.refinement)
        return self.full.residuals(points, block.equations, totals)

    def _bisected(self, block: Block, earlier: Any, guess: float) -> Any:
        """Where the residual of one unknown changes its sign, with the modes above the break at each point.

        Raises:
            NotConverged: it does in a jump.
        """

        def residual(x: float) -> float:
            point = _inserted(earlier, block, self.full.arithmetic.array([x])[None, :])
            return float(self.residuals(point, block, point[0])[0, 0])

        width = 0.1
        while residual(guess - width) * residual(guess + width) > 0:
            width *= 2
            if width > 10:
                return None
        low, high = guess - width, guess + width
        sign = residual(low)
        while high - low > 1e-15 * max(1, abs(guess)) * 4:
            middle = (low + high) / 2
            low, high = (middle, high) if residual(middle) * sign > 0 else (low, middle)
        if abs(residual(low) - residual(high)) > LOOSE:
            raise _NoneOrSeveral(
                f"{self._named(block)}: its sides pass each other in a jump, as one more mode comes to lie "
                "above a break; modes are sharp, and no value solves it"
            )
        return self.full.arithmetic.array([(low + high) / 2])

    def _named(self, block: Block) -> str:
        names = ", ".join(self.full.names[k] for k in block.unknowns)
        return f"the equations for {names}" if len(block.unknowns) > 1 else f"the equation for {names}"

    def _first(self, block: Block) -> str:
        return self.full.names[block.unknowns[0]]


def _inserted(earlier: Any, block: Block, inner: Any) -> Any:
    """Points of all unknowns, of which those of a block are given."""
    points = np.repeat(earlier[None, :], len(inner), axis=0)
    points = points.astype(inner.dtype) if inner.dtype == object else points
    points[:, list(block.unknowns)] = inner
    return points


def _exact_step(jacobian: Any, residuals: Any) -> Any:
    """Newton's step with slopes in float64, from residuals of any size."""
    size = max(abs(residuals))
    if size == 0:
        return residuals
    return newton_step(jacobian, (residuals / size).astype(float)) * size


def _confirmed(
    solver: _Solver, equations_in: InArithmetic, point: Any, accuracy: float, kind: Callable[[Any], Any]
) -> PositiveSolution:
    """The solution with its error, from finer and finer panels.

    Raises:
        NotConverged: the error stays above the accuracy.
    """
    full, arithmetic = solver.full, solver.full.arithmetic
    refinement, before = 1, _numbers(solver, point)
    while True:
        refinement *= 2
        finer = _Solver(full, solver.rough, solver.order, refinement)
        point = finer.solved(point)
        after = _numbers(finer, point)
        moved = max(
            [float(abs(arithmetic.log(x / y))) if x != y else 0.0 for x, y in zip(before, after, strict=True)]
        )
        if not moved > accuracy:
            break
        if refinement >= FINEST:
            raise NotConverged(f"the sums over modes still move by {moved:.1e} on the finest panels")
        before = after
    rounding = _rounding(finer, equations_in, point)
    if rounding > accuracy:
        raise _TooFewDigits(math.log10(rounding) + arithmetic.digits, arithmetic.digits)
    residuals = [abs(finer.residuals(point[None, :], block, point)).max() for block in finer.order]
    numbers = list(map(kind, after))
    return PositiveSolution(
        dict(zip(full.names, numbers, strict=False)),
        dict(zip(full.quantities, numbers[len(full.names) :], strict=True)),
        float(max(residuals)),
        float(max(moved, rounding)),
    )


def _numbers(solver: _Solver, point: Any) -> list[Any]:
    """Unknowns, then quantities.

    Raises:
        NotConverged: one is no number above 0, which all are.
    """
    full = solver.full
    which = sorted({k for terms in full.quantities.values() for term in terms for k in term.sums})
    breaks = full.breaks_at(point, which)
    totals = full.totals(point[None, :], which, breaks=breaks, refinement=solver.refinement)
    quantities = [full.value(terms, point[None, :], totals)[0] for terms in full.quantities.values()]
    numbers = [*full.arithmetic.exp(point), *quantities]
    for name, number in zip((*full.names, *full.quantities), numbers, strict=True):
        if not bool(full.arithmetic.is_finite(number)) or number < 0:
            raise NotConverged(f"{name} is {float(number)} in {full.arithmetic.digits:.0f} digits")
    return numbers


def _rounding(solver: _Solver, equations_in: InArithmetic, point: Any) -> float:
    """Largest relative error of a sum by rounding inside of its summand, judged at some of its nodes.

    At those the summand is formed again with `MORE_DIGITS` more digits.
    """
    full, arithmetic = solver.full, solver.full.arithmetic
    places = range(len(full.sums))
    breaks, values = full.breaks_at(point, places), list(arithmetic.exp(point))
    samples = [_sampled(solver, place, breaks.get(place, 0), values, point, breaks) for place in places]
    more = for_digits(math.ceil(arithmetic.digits), MORE_DIGITS)
    largest = 0.0
    with more.working():
        exact, exact_values = equations_in(more), list(more.array(values))
        for summed, sides in zip(exact.sums, samples, strict=True):
            for summand, (sizes, terms, weights) in zip((summed.above, summed.below), sides, strict=True):
                if summand is not None and len(sizes):
                    at = Sizes(more.array(sizes))
                    truth = np.broadcast_to(summand(at, exact_values), sizes.shape)
                    largest = max(largest, _error_of_terms(terms, truth, weights, more))
    return largest


def _sampled(
    solver: _Solver, place: int, break_after: int, values: Any, point: Any, breaks: Mapping[int, int]
) -> Any:
    """For either side of the break of a sum: sizes at some nodes, terms there, and weights over the sum."""
    full = solver.full
    nodes = full.nodes(point, place, break_after, solver.refinement)
    whole = full.totals(point[None, :], [place], breaks=breaks, refinement=solver.refinement)[place][0]
    summed, count = full.sums[place], len(nodes.weights)
    split = len(nodes.above.values) if summed.above is not None else 0
    sizes = np.concatenate([nodes.above.values, nodes.below.values])
    sides = []
    for part, summand in ((slice(split), summed.above), (slice(split, None), summed.below)):
        chosen = np.arange(len(sizes))[part]
        chosen = chosen[np.unique(np.geomspace(1, max(1, len(chosen)), SAMPLES).astype(int) - 1)[: len(chosen)]]
        terms = sizes[chosen]
        if summand is not None and len(chosen):
            terms = np.broadcast_to(summand(Sizes(sizes[chosen]), values), chosen.shape)
        sides.append((sizes[chosen], terms, nodes.weights[chosen] / whole * count))
    return sides


def _error_of_terms(terms: Any, truth: Any, weights: Any, arithmetic: Arithmetic) -> float:
    """Largest relative error of a term, by its share in the sum if that is small.

    A term of which not even many digits leave anything, where others are not 0, has lost them all.
    """
    errors = [0.0]
    vanishing = all(true == 0 for true in truth)
    for term, true, weight in zip(terms, truth, weights, strict=True):
        if true == 0:
            errors.append(0.0 if vanishing else 1.0)
            continue
        share = min(1.0, float(abs(arithmetic.real(weight) * true)))
        errors.append(min(1.0, float(abs(arithmetic.real(term) / true - 1))) * share)
    return max(errors)
