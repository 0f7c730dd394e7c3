"""Integrals of any size against closed forms."""

import mpmath
import pytest
from mpmath import mpf

from asymptotics.boundaries.quadrature import integral


def evaluations(power, digits):
    """How many the integral of 2^power/(1 + x^2) takes, once it is right."""
    asked = []

    def function(x):
        asked.append(x)
        return mpf(2) ** power / (1 + x**2)

    with mpmath.workdps(digits + 10):
        found = integral(function, [0, 1, 10], digits)
        assert abs(found / (mpmath.atan(10) * mpf(2) ** power) - 1) < mpf(10) ** (1 - digits)
    return len(asked)


@pytest.mark.parametrize("digits", [12, 30])
def test_integrals_of_any_size_have_their_digits_at_equal_cost(digits):
    assert len({evaluations(power, digits) for power in (-200, 0, 30, 200)}) == 1


def test_panels_may_differ_by_any_factor():
    with mpmath.workdps(40):
        found = integral(lambda t: mpmath.exp(-t), [0, 10, 100, 1000], 30)
        assert abs(found - 1) < mpf("1e-29")


def test_the_middles_of_panels_may_miss_where_most_is():
    with mpmath.workdps(40):
        for size in (mpf("1e-100"), mpf("1e100")):
            found = integral(lambda t, size=size: size * mpmath.exp(-mpmath.exp(t)), [0, 10, 20], 30)
            assert abs(found / (size * mpmath.expint(1, 1)) - 1) < mpf("1e-29")


def test_nothing_adds_up_to_nothing():
    assert integral(lambda x: mpf(0), [0, 1], 15) == 0
    assert integral(lambda x: mpf(1), [0], 15) == 0  # no panel


def test_a_jump_inside_a_panel_is_refused():
    with pytest.raises(ArithmeticError, match=r"found to .* of its size only"):
        integral(lambda x: mpf(x > 0.3), [0, 1], 15)
    assert integral(lambda x: mpf(x > 0.5), [0, 0.5, 1], 15) == mpf(0.5)
