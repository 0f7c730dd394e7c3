"""Small systems of equations in positive unknowns, for tests of their solver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from numerics.arithmetic.precision import Arithmetic
from numerics.systems.equations import PositiveEquation, PositiveEquations, PositiveTerm
from numerics.systems.power_law_sums import Modes, ModeSum

Factor = Callable[[Sequence[Any]], Any]


def term(factor: Factor, *sums: int) -> PositiveTerm:
    return PositiveTerm(factor, sums)


def one(values: Sequence[Any]) -> Any:
    return 1


def equations(
    arithmetic: Arithmetic,
    names: str,
    *rows: tuple[PositiveTerm, Sequence[PositiveTerm], set[int]],
    sums: Sequence[ModeSum] = (),
    modes: Modes = Modes(1, 1),  # noqa: B008
    **quantities: Sequence[PositiveTerm],
) -> PositiveEquations:
    """Rows (left, right, unknowns held)."""
    return PositiveEquations(
        tuple(names),
        tuple(PositiveEquation(left, tuple(right), frozenset(held)) for left, right, held in rows),
        tuple(sums),
        modes,
        {name: tuple(terms) for name, terms in quantities.items()},
        arithmetic,
    )


FREEDOM = ModeSum(
    below=lambda sizes, values: sizes.values**2 / (sizes.values**2 + values[0]),
    scale=lambda values: values[0] ** 0.5,
    name="the degrees of freedom",
)
"""Sum of s^2/(s^2 + u)."""
