from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import flint
import pytest

from numerics import Problem
from numerics.arithmetic.precision import flint_bits
from numerics.certified import diagonal as certified_diagonal

DIAGONAL = Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0.1, noise_variance=0.5)


def test_sums_over_blocks_are_those_over_all_modes() -> None:
    """Of a function that varies on the scale of i everywhere, with a singularity where a block ends."""
    with flint_bits(120):

        def one_mode(index: Any) -> tuple[Any, ...]:
            size2 = (-3 * index.log()).exp()
            return (1 / (size2 + flint.arb(2) ** -20)).sqrt(), (-(size2 * 10**6)).exp() * size2

        decay = Fraction(3, 2)
        found = certified_diagonal._sum(one_mode, certified_diagonal._blocks(5000, decay), 32)
        for k in range(2):
            direct = sum((one_mode(flint.arb(i))[k] for i in range(1, 5001)), flint.arb(0))
            assert found[k].overlaps(direct)
            assert found[k].rel_accuracy_bits() > 70


@pytest.mark.parametrize("target", ["raw", "unit"])
def test_derivatives_of_the_diagonal_network(
    target: str, assert_slopes_are_derivatives: Callable[..., None]
) -> None:
    with flint_bits(200):
        functions = certified_diagonal.functions_of(replace(DIAGONAL, target=target), 200)
        assert_slopes_are_derivatives(functions, (flint.arb(2), flint.arb(3) / 2))
