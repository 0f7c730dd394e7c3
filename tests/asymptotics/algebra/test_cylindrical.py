"""Points in every open region, against the signs that polynomials take on a fine grid."""

from itertools import product

import pytest
from sympy import Rational, oo, sqrt
from sympy.abc import x, y

from asymptotics.algebra.cylindrical import interval_points, points_in_regions

UNIT = ((x, Rational(0), Rational(1)), (y, Rational(0), Rational(1)))
WHOLE = ((x, -oo, oo), (y, -oo, oo))

CURVES = [
    (x - y,),
    (x**2 + y**2 - Rational(1, 2), x - y),
    (x * y - Rational(1, 5), x + y - 1, 2 * x - y),
    (x * y**2 - y + Rational(1, 8), x**2 - y**3),
    (2 * x**2 - 4 * x + 1, y - Rational(1, 3), 3 * x - y - x * y),
]


def signs_of(curves, points):
    """The signs of all curves that occur, where none vanishes."""
    values = ([curve.subs({x: a, y: b}) for curve in curves] for a, b in points)
    return {tuple(v > 0 for v in row) for row in values if all(v != 0 for v in row)}


@pytest.mark.parametrize("curves", CURVES, ids=str)
def test_every_sign_that_occurs_has_a_point(curves):
    grid = [Rational(2 * k + 1, 42) for k in range(21)]
    points = points_in_regions(curves, UNIT)
    assert all(0 < a < 1 and 0 < b < 1 for a, b in points)
    assert all(curve.subs({x: a, y: b}) != 0 for curve in curves for a, b in points)
    assert signs_of(curves, points) >= signs_of(curves, product(grid, grid))


def test_a_region_smaller_than_any_grid_is_found():
    """Between the parabola and its tangent, moved by 10^-12 into it, lies a region of width 10^-6."""
    curves = (y - x**2, y - x + Rational(1, 4) - Rational(1, 10**12))
    assert (False, True) in signs_of(curves, points_in_regions(curves, UNIT))
    apart = (y - x**2, y - x + Rational(1, 4) + Rational(1, 10**12))
    assert (False, True) in signs_of(apart, points_in_regions(apart, UNIT))
    assert (True, False) not in signs_of(apart, points_in_regions(apart, UNIT))


def test_a_circle_has_two_sides():
    points = points_in_regions((x**2 + y**2 - 1,), WHOLE)
    assert len(points) == 5
    assert sum(bool(a**2 + b**2 < 1) for a, b in points) == 1


def test_ends_of_a_box_may_be_irrational_or_missing():
    low, high = 1 - sqrt(2) / 2, Rational(1, 2)
    box = ((x, low, high), (y, Rational(1, 2), oo))
    points = points_in_regions((2 * x**2 - 4 * x + 1, x - y), box)
    assert points
    assert all(low < a < high and b > Rational(1, 2) for a, b in points)


def test_one_parameter():
    assert points_in_regions((x**2 - 2,), ((x, Rational(0), oo),)) == tuple(
        (at,) for at in interval_points((x**2 - 2,), x, Rational(0), oo)
    )
    assert interval_points((), x, -oo, oo) == [0]
    below, above = interval_points((x**2 - 2,), x, Rational(0), oo)
    assert below**2 < 2 < above**2


def test_neighbouring_roots_are_told_apart():
    near = Rational(1, 10**9)
    points = interval_points((x - 1, x - 1 - near), x, Rational(0), Rational(2))
    assert any(1 < at < 1 + near for at in points)
