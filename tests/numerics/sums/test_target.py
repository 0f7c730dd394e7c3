from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.arithmetic.precision import DOUBLE, multiprecision
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


def explicit(spectrum: Target) -> np.ndarray:
    return float(spectrum.scale) * np.arange(1.0, spectrum.dim + 1) ** -float(spectrum.decay)


@pytest.mark.parametrize("dim", [1, 7, 100, 3000])
@pytest.mark.parametrize("target", ["raw", "unit"])
def test_mean_square_and_normalisation(dim: int, target: str) -> None:
    spectrum = Target.of(dim, 1.25, target)
    assert spectrum.mean_square == pytest.approx(np.mean(explicit(spectrum) ** 2), rel=1e-13, abs=0)
    expected = 1.0 if target == "unit" else np.sum(np.arange(1.0, dim + 1) ** -2.5)
    assert spectrum.mean_square == pytest.approx(expected, rel=1e-13, abs=0)


@given(
    dim=st.integers(1, 10**30),
    decay=st.floats(0.51, 5),
    where=st.floats(0, 1),
)
def test_index_and_eigenvalue_are_inverse(dim: int, decay: float, where: float) -> None:
    spectrum = Target.of(dim, decay)
    index = float(dim) ** where
    assert spectrum.index(spectrum.size(index)) == pytest.approx(index, rel=1e-12, abs=0)


@pytest.mark.parametrize("bits", [53, 150])
def test_rank_counts_the_eigenvalues_above(bits: int) -> None:
    arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        spectrum = Target.of(1000, 1.25, arithmetic=arithmetic)
        s = explicit(spectrum)
        for value in [100.0, 33.0, 31.0, 1.0, 0.9, 0.11, 1e-9]:
            assert spectrum.rank(arithmetic.real(value)) == np.sum(s > value)
