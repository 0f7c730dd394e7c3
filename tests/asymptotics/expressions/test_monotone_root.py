"""Roots of one or two increasing functions: found however far, or refused."""

import mpmath
import pytest
from mpmath import mpf

from asymptotics.expressions.monotone_root import is_determined, monotone_root, positive_solution


@pytest.mark.parametrize("root", [-5000, -3, 0, 40, 5000])
def test_roots_are_found_however_far(root):
    found = monotone_root(lambda x: mpmath.sinh((x - root) / 1000), mpmath.mpf(1))
    assert abs(found - root) < 1e-3


@pytest.mark.parametrize("root", [-5000, 0, 5000])
def test_roots_that_are_jumps_are_found(root):
    found = monotone_root(lambda x: mpf(1 if x > root else -1), mpmath.mpf(1))
    assert abs(found - root) < 1e-6


def test_infinite_values_beside_a_root_are_no_obstacle():
    def steep(x):
        return mpmath.inf if x > 2 else -mpmath.inf if x < -2 else x - 1

    assert abs(monotone_root(steep, mpf(0)) - 1) < 1e-6


def test_a_root_is_determined_from_both_sides():
    assert is_determined(lambda x: x, mpf(0))
    assert not is_determined(lambda x: min(x, 0), mpf(0))  # level above it
    assert not is_determined(lambda x: max(x, 0), mpf(0))  # or below


def test_two_unknowns_however_far_from_the_start():
    differences = (lambda x, y: mpmath.log(x), lambda x, y: mpmath.log(y / x))
    _, second = positive_solution(differences, [mpf("1e-1500"), 1], ["x", "y"])
    assert abs(second - 1) < 1e-6


def test_what_is_not_monotone_has_no_root():
    with pytest.raises(ArithmeticError, match="its sides may not be monotone"):
        monotone_root(lambda x: mpmath.nan, mpf(0))
