from __future__ import annotations

import math

import pytest

from numerics.arithmetic.precision import multiprecision
from numerics.equations.secant import secant

WIDE = multiprecision(200)


def test_many_digits_of_a_square_root() -> None:
    with WIDE.working():
        two = WIDE.real(2)
        root = secant(lambda x: (x * x - two, x), WIDE.real(1.5), WIDE.real(3), WIDE.real(10) ** -55)
        assert abs(root.x - WIDE.sqrt(two)) < 1e-55
        assert root.error < 1e-55


def test_the_value_belongs_to_the_root() -> None:
    root = secant(lambda x: (math.log(x), f"at {x}"), 1.7, 1 / 1.7, 1e-14)
    assert root.value == f"at {root.x}"
    assert root.residual == math.log(root.x)


@pytest.mark.parametrize("slope", [0.3, 1e3, -1e-3])
def test_a_wrong_slope_costs_steps_only(slope: float) -> None:
    """Steps are at most 1, and shortened until the residual decreases."""
    root = secant(lambda x: (math.sinh(x), None), 3.0, slope, 1e-13)
    assert (abs(root.x) < 1e-12) == (slope > 0)


def test_an_end_by_rounding_is_reported() -> None:
    """The residual is a step function: no step of its width decreases it."""
    root = secant(lambda x: (round((x - 0.4) * 2**40) / 2**40 + 2**-42, None), 1.0, 1.0, 1e-16)
    assert 1e-16 < root.error < 1e-11
