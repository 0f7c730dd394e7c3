from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from numerics.arithmetic.precision import multiprecision
from numerics.sums.target import Target


def test_raw_and_unit_sizes() -> None:
    sizes = np.sqrt(40) * np.arange(1.0, 41) ** -1.25
    np.testing.assert_allclose(Target.of(40, 1.25, "raw").modes.sizes, sizes, rtol=1e-14)
    np.testing.assert_allclose(
        Target.of(40, 1.25, "unit").modes.sizes, sizes / np.sqrt(np.mean(sizes**2)), rtol=1e-14
    )


@pytest.mark.parametrize("dim", [3, 10**6, 10**40])
def test_unit_targets_have_mean_square_one_in_any_arithmetic(dim: int) -> None:
    wide = multiprecision(200)
    with wide.working():
        target = Target.of(dim, Fraction(5, 4), "unit", wide)
        assert abs(target.mean_square - 1) < 1e-57


def test_number_above_counts_modes() -> None:
    target = Target.of(40, 1.25, "raw")
    for size in (0.01, 0.1, 0.5, 2.0, 6.0, 100.0):
        assert int(target.number_above(size)) == np.sum(target.modes.sizes > size)
