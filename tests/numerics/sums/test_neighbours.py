"""Sums over modes of which those far away enter by moments, against the same sums mode by mode."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.sums.neighbours import Neighbours, neighbours


def spectrum(arithmetic: Arithmetic, scale: float) -> tuple[Any, Any]:
    """Distances from mode 300 of 1500, and two columns of positive numbers of many scales."""
    index = np.arange(1.0, 1501)
    s = scale * index**-1.25
    distances = arithmetic.array(s[299] - s)
    columns = np.stack([arithmetic.array(index**0.5), arithmetic.array(s * s)], axis=-1)
    return distances, columns


def one_by_one(distances: Any, columns: Any, u: Any, q: Any, exponent: int) -> Any:
    squares = (u[:, None] + distances) ** 2 + q[:, None]
    return (1 / squares) ** exponent @ columns


@pytest.mark.parametrize("scale", [1e-40, 1.0, 1e40])  # the powers of either would not fit float64
@pytest.mark.parametrize("bits", [53, 120])
def test_sums_are_those_of_every_mode(scale: float, bits: int) -> None:
    arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        distances, columns = spectrum(arithmetic, scale)
        spacing = distances[300]
        reach = 2 * spacing
        # and one to which only modes far away contribute
        columns[:, 1] = np.where(abs(distances) > 16 * reach, columns[:, 1], 0 * columns[:, 1])
        near = neighbours(arithmetic, distances, columns, reach)
        assert len(near.distances) < 100
        u = arithmetic.array([-0.9, -0.2, 0.0, 0.4, 1.0]) * spacing
        q = arithmetic.array([0.9, 1.0, 1e-20, 0.3, 1.0]) * spacing**2  # |u| + v up to the reach
        first, second = near.above(u).sums(q, 2, 2)
        for found, exponent in ((first, 1), (second, 2)):
            error = abs(found / one_by_one(distances, columns, u, q, exponent) - 1).max()
            assert error < 30 * arithmetic.epsilon


def test_all_modes_may_be_near() -> None:
    distances, columns = spectrum(DOUBLE, 1.0)
    for reach in (None, 10.0):
        every = neighbours(DOUBLE, distances, columns, reach)
        assert isinstance(every, Neighbours)
        assert every.series is None
        u, q = np.array([0.3, -4.0]), np.array([7.0, 0.1])
        first, second = every.above(u).sums(q, 1, 2)
        assert first[:, 0] == pytest.approx(one_by_one(distances, columns, u, q, 1)[:, 0], rel=1e-14, abs=0)
        assert second == pytest.approx(one_by_one(distances, columns, u, q, 2), rel=1e-14, abs=0)
