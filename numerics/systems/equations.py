r"""Equations between sums of positive terms, for positive unknowns.

An equation is, with monomials m_j(u) and sums over modes S(u),

    m_0(u) = sum_j m_j(u) S_j1(u) S_j2(u) ...,        every term positive.

With the unknowns u = exp(x) and each equation as r(x) = log(left) - log(right) it becomes nearly piecewise
linear: where one term of a sum leads, its logarithm is linear in x (`search` relies on this).  Terms do not
cancel, so that r is as accurate as they are.

In this order: `PositiveTerm`, `PositiveEquation`, `PositiveEquations`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.arithmetic.precision import Arithmetic
from numerics.systems.power_law_sums import (
    COARSE_HEAD,
    USUAL,
    Modes,
    ModeSum,
    Rule,
    SumNodes,
    Values,
    nodes_at,
    number_above,
    rough_totals,
    total,
)


@dataclass(frozen=True, eq=False)
class PositiveTerm:
    """``factor(values)`` times the product of sums, each by its place in ``PositiveEquations.sums``."""

    factor: Callable[[Values], Any]
    sums: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class PositiveEquation:
    """``left = sum of right``.

    Attributes:
        left, right: both sides.
        unknowns: places of those that it holds.
        gives: place of the unknown that is alone on the left, where the right does not hold it.
    """

    left: PositiveTerm
    right: tuple[PositiveTerm, ...]
    unknowns: frozenset[int]
    gives: int | None = None


@dataclass(frozen=True, eq=False)
class PositiveEquations:
    """As many equations as unknowns, in one arithmetic.

    Attributes:
        names: of the unknowns.
        equations: as many.
        sums: the sums over modes that they and the quantities hold.
        modes: what is summed over.
        quantities: sums of positive terms, by name.
        arithmetic: of all numbers.
        rule: of the sums.
    """

    names: tuple[str, ...]
    equations: tuple[PositiveEquation, ...]
    sums: tuple[ModeSum, ...]
    modes: Modes
    quantities: Mapping[str, tuple[PositiveTerm, ...]]
    arithmetic: Arithmetic
    rule: Rule = USUAL

    def totals(self, points: Any, which: Sequence[int], breaks: Mapping[int, int]) -> dict[int, Any]:
        """Sums at points, by their places.

        Args:
            points: logarithms of the unknowns, of shape (points, unknowns).
            which: places of the sums.
            breaks: as `breaks_at` has them, for each of the sums that has one.
        """
        values = self._values(points)
        return {
            k: total(self.sums[k], self.modes, values, self.arithmetic, self.rule, breaks.get(k, 0))
            for k in which
        }

    def rough(self, points: Any, which: Sequence[int], head: int = COARSE_HEAD) -> dict[int, Any]:
        """Rough sums at points, in float64, with so many modes one by one."""
        values = self._values(points)
        return {k: rough_totals(self.sums[k], self.modes, values, head) for k in which}

    def breaks_at(self, point: Any, which: Sequence[int]) -> dict[int, int]:
        """How many modes lie above the break of each sum, at one point."""
        values = [value[0, 0] for value in self._values(point[None, :])]
        return {
            k: number_above(self.modes, size(values), self.arithmetic)
            for k in which
            if (size := self.sums[k].break_size) is not None
        }

    def nodes(self, point: Any, place: int, break_after: int) -> SumNodes:
        """The nodes of a sum at one point."""
        values = self._values(point[None, :])
        return nodes_at(self.sums[place], self.modes, values, self.arithmetic, self.rule, break_after)

    def residuals(
        self, points: Any, which: Sequence[int], totals: Mapping[int, Any], power: float = 1.0
    ) -> Any:
        """log(left) - log(right) of the equations ``which``, of shape (points, equations).

        With a ``power`` b other than 1 the right sides are means of power b, times the number of terms.
        """
        log = self.arithmetic.log
        columns = []
        for k in which:
            equation = self.equations[k]
            left = log(self.value([equation.left], points, totals))
            if power == 1:
                columns.append(left - log(self.value(equation.right, points, totals)))
                continue
            terms = np.stack([log(self.value([term], points, totals)) for term in equation.right])
            largest, count = np.max(terms, axis=0), len(terms)
            soft = np.log(np.mean(np.exp(power * (terms - largest)), axis=0)) / power
            columns.append(left - largest - soft - np.log(count))
        return np.stack(columns, axis=-1)

    def value(self, terms: Sequence[PositiveTerm], points: Any, totals: Mapping[int, Any]) -> Any:
        """The sum of terms, at each point."""
        values = [value[:, 0] for value in self._values(points)]
        result = np.zeros(len(points)) if not values else values[0] * 0
        for term in terms:
            part = term.factor(values)
            for k in term.sums:
                part = part * totals[k]
            result = result + part
        return result

    def sums_of(self, which: Sequence[int]) -> tuple[int, ...]:
        """Places of the sums that equations hold."""
        terms = [t for k in which for t in (self.equations[k].left, *self.equations[k].right)]
        return tuple(sorted({place for t in terms for place in t.sums}))

    def _values(self, points: Any) -> list[Any]:
        return [self.arithmetic.exp(points[:, k])[:, None] for k in range(len(self.names))]
