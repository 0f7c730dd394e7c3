from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from numerics import InvalidProblem
from numerics.arithmetic.arrays import (
    at_each,
    complex_points,
    real_points,
    require_probabilities,
    require_seed,
)


@pytest.mark.parametrize(
    "values",
    [
        2,
        2.5,
        Fraction(5, 2),
        Decimal("2.5"),
        sympy.Rational(5, 2),
        np.float32(2.5),
        [[1, 2], [3, 4]],
        10**30,
        [],
    ],
    ids=repr,
)
def test_numbers_of_any_type_and_shape_become_floats(values: Any) -> None:
    points = real_points("x", values)
    assert points.dtype == np.float64
    assert points.shape == np.shape(values)
    assert points.ravel().tolist() == [float(value) for value in np.ravel(values)]


@pytest.mark.parametrize(
    "values", ["1", None, [1, "2"], [1, None], float("nan"), [np.inf], 1j, object(), [[1], [1, 2]], 10**400]
)
def test_anything_else_is_refused_by_name(values: Any) -> None:
    with pytest.raises(InvalidProblem, match=r"^x=.*must be a finite number, or an array of them"):
        real_points("x", values)


def test_complex_points() -> None:
    assert complex_points("z", [1j, 2]).dtype == np.complex128
    for values in ("1j", [complex("nan")], [1j, "2"]):
        with pytest.raises(InvalidProblem, match=r"^z="):
            complex_points("z", values)


@pytest.mark.parametrize("probability", [0, 1, -0.1, [0.5, 1.0], "0.5", float("nan")])
def test_probabilities_lie_strictly_between_0_and_1(probability: Any) -> None:
    with pytest.raises(InvalidProblem, match="ends excluded"):
        require_probabilities(probability)


def test_a_function_at_each_point_keeps_the_shape() -> None:
    points = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(at_each(points, lambda x: 2 * x), 2 * points)
    assert isinstance(at_each(np.array(3.0), lambda x: x), float)
    assert at_each(np.zeros((0, 2)), lambda x: x).shape == (0, 2)


@pytest.mark.parametrize("seed", [-1, 1.0, True, None, "1"])
def test_seeds_are_integers(seed: Any) -> None:
    with pytest.raises(InvalidProblem, match="seed="):
        require_seed(seed)
    require_seed(np.int64(3))
