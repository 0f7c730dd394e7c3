r"""The full equations of a system, solved in one arithmetic, one block after the other.

Newton's method in x = log u, from first guesses on rough sums (`search`) or from a solution with fewer
digits.  Slopes are divided differences; they are kept as long as each step is a tenth of the one before, and
so in many digits nearly always: each step then adds about six.

Modes are sharp, and a sum with a break jumps as a mode crosses it.  Newton's method takes the number of modes
above the break anew after each step; where it does not come to rest one unknown is found by bisection.  An
equation whose sides pass each other in a jump has no solution, which is then said.  Solutions that differ by
a few modes at the break, less than ``APART`` in the logarithm, are not told apart.

In this order: `NoneOrSeveral`, `BlockSolver`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE
from numerics.systems.equations import PositiveEquations
from numerics.systems.power_law_sums import COARSE_HEAD
from numerics.systems.search import APART, DIFFERENCE, newton_step, rough_roots
from numerics.systems.structure import Block

ROUNDS = 60
"""Most steps of Newton's method."""

LOOSE = 1e-4
"""A step in float64 that stays above is no matter of rounding."""

LONGEST = 2
"""Longest step."""

FINER_HEAD = 64
"""Modes that rough sums add one by one where coarser ones show no solution: a small difference needs them."""


class NoneOrSeveral(NotConverged):
    """There is no solution, or more than one."""

    __module__ = "numerics"


class Several(NoneOrSeveral):
    """There is more than one solution, which more digits may change: equations may agree up to rounding."""


@dataclass(frozen=True, eq=False)
class BlockSolver:
    """Solves the full equations in one arithmetic.

    Attributes:
        full: the equations.
        rough: the same in float64, for first guesses.
        order: the blocks.
        tolerance: a step this short, relative to logarithms above 1, is the last.
    """

    full: PositiveEquations
    rough: PositiveEquations
    order: Sequence[Block]
    tolerance: float

    def solved(self, guess: Any) -> Any:
        """The logarithms of all unknowns, from those of a guess if there is one."""
        point = self.full.arithmetic.array([0] * len(self.full.names))
        for block in self.order:
            places = list(block.unknowns)
            if guess is None:
                point[places] = self._only_root(block, point)
            else:
                root = self._newton(block, point, guess[places])
                if root is None:
                    raise NotConverged(f"{self._named(block)}: the solution still moves after {ROUNDS} steps")
                point[places] = root
        return point

    def _only_root(self, block: Block, point: Any) -> Any:
        """The one solution of a block at given earlier unknowns."""
        sums = self.rough.sums_of(block.equations)
        earlier = point.astype(float)

        def rough(head: int, inner: Any, power: float) -> Any:
            points = _inserted(earlier, block, inner)
            return self.rough.residuals(points, block.equations, self.rough.rough(points, sums, head), power)

        if block.unknowns == (self.rough.equations[block.equations[0]].gives,):
            given = -rough(FINER_HEAD, np.zeros((1, 1)), 1.0)[0]  # of x - log(right), however large it is
            guesses = [given] if np.isfinite(given).all() else []
        else:
            guesses = rough_roots(partial(rough, COARSE_HEAD), len(block.unknowns))
        guesses = guesses or rough_roots(partial(rough, FINER_HEAD), len(block.unknowns))
        if not guesses:
            raise NoneOrSeveral(f"{self._named(block)}: no solution within 150 decades of 1 is found")
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
            at = ", ".join(f"{float(self.full.arithmetic.exp(root[0])):.3g}" for root in roots[:3])
            raise Several(f"{self._named(block)}: several solutions, {self._first(block)} = {at}")
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
            step = _exact_step(slopes, here, self._units(slopes))
            if step is None:
                return None
            longest = max(abs(step))
            if longest < best[0]:
                best, idle = (longest, inner + step), 0
            else:
                idle += 1
            if longest < self.tolerance * max(1, *abs(inner)) or (idle > 3 and best[0] < LOOSE):
                break
            inner = inner + step * (1 if longest < LONGEST else LONGEST / longest)
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

    def _units(self, slopes: Any) -> Any:
        """Of the unknowns, so that each counts, however little it is felt; in float64 that is noise."""
        largest = np.max(np.abs(slopes), axis=0)
        return (
            np.ones(len(largest)) if self.full.arithmetic is DOUBLE else np.where(largest > 0, largest, 1.0)
        )

    def amplification(self, point: Any) -> float:
        """How far, at most, the logarithm of an unknown moves as those of the equations of its block do."""
        largest = 0.0
        for block in self.order:
            places = list(block.unknowns)
            if block.unknowns == (self.full.equations[block.equations[0]].gives,):
                continue
            _, slopes = self._slopes(block, point, point[places], None)
            if slopes is None or not np.linalg.det(slopes):
                return math.inf
            largest = max(largest, float(np.abs(np.linalg.inv(slopes)).sum(axis=1).max()))
        return largest

    def residuals(self, points: Any, block: Block, at: Any) -> Any:
        """Of a block, with the modes above each break as they are at one point."""
        sums = self.full.sums_of(block.equations)
        breaks = self.full.breaks_at(at, sums)
        totals = self.full.totals(points, sums, breaks)
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
            raise NoneOrSeveral(
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


def _exact_step(jacobian: Any, residuals: Any, units: Any) -> Any:
    """Newton's step with slopes in float64, from residuals of any size; None if it does not remove them."""
    size = max(abs(residuals))
    if size == 0:
        return residuals
    scaled = (residuals / size).astype(float)
    step = newton_step(jacobian / units, scaled) / units
    return step * size if np.max(np.abs(jacobian @ step + scaled)) < LOOSE else None
