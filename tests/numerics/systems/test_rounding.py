"""What rounding leaves of a summand."""

import pytest
from small_equations import equations, one, term

from numerics.arithmetic.precision import DOUBLE, for_digits
from numerics.systems.power_law_sums import Modes, ModeSum
from numerics.systems.rounding import rounding_error


def in_arithmetic(summand, name="u"):
    summed = ModeSum(summand, scale=lambda values: 1 / values[0])
    row = (term(one), [term(one, 0)], {0})
    return lambda arithmetic: equations(arithmetic, name, row, sums=[summed])


def error_of(summand, value, arithmetic=DOUBLE):
    build = in_arithmetic(summand)
    with arithmetic.working():
        return rounding_error(build(arithmetic), build, arithmetic.log(arithmetic.array([value])))


def test_a_positive_summand_keeps_its_digits():
    assert error_of(lambda s, u: s.values**2 / (1 + s.values * u[0]), 100) < 1e-14


@pytest.mark.parametrize("value", [1e-3, 1e-6])
def test_a_difference_loses_as_many_digits_as_cancel(value):
    """1 - (1 - u s)^2 of u s = 1e-6 is right to 1e-10."""
    error = error_of(lambda s, u: (1 - (1 - u[0] * s.values) ** 2) * s.values, value)
    assert 1e-18 / value < error
    loose = error_of(lambda s, u: (2 - u[0] * s.values) * u[0] * s.values**2, value)
    assert loose < 1e-14


def test_a_difference_of_which_nothing_is_left_has_lost_all():
    assert error_of(lambda s, u: (1 - (1 - u[0] * s.values) ** 2) * s.values, 1e-30) == 1
    assert error_of(lambda s, u: (1 - (1 - u[0] * s.values) ** 2) * s.values, 1e-200) == 1


def test_more_digits_bring_them_back():
    arithmetic = for_digits(60)
    error = error_of(lambda s, u: (1 - (1 - u[0] * s.values) ** 2) * s.values, 1e-30, arithmetic)
    assert error < 1e-12


def test_a_summand_that_is_zero_has_no_error():
    assert error_of(lambda s, u: 0 * s.values, 1.0) == 0


def error_of_steep_sum(rate, factor):
    """Of factor * sum exp(-rate s), s = 1/i up to i = 100: exp(-rate/100) beside nothing else."""

    def build(arithmetic):
        row = (term(lambda u: u[0]), [term(lambda u: u[0] * 0 + arithmetic.real(rate))], {0})
        steep = ModeSum(lambda s, u: arithmetic.exp(-u[0] * s.values))
        big = [term(lambda u: u[0] * 0 + arithmetic.real(factor), 0)]
        return equations(arithmetic, "u", row, sums=[steep], modes=Modes(1, 1, 100), q=big)

    with DOUBLE.working():
        return rounding_error(build(DOUBLE), build, DOUBLE.log(DOUBLE.array([float(rate)])))


@pytest.mark.parametrize("rate", [10**5, 10**10, 10**15])
def test_a_sum_below_the_range_of_numbers_is_zero_without_error(rate):
    """Of exp(-10^13) even more digits leave 0."""
    assert error_of_steep_sum(rate, 1) == 0


def test_but_not_where_it_would_be_seen():
    """exp(-800) = 1e-347 times 1e300 is 1e-47."""
    assert error_of_steep_sum(80000, 1) == 0
    assert error_of_steep_sum(80000, 10**300) == 1


@pytest.mark.parametrize(("size", "is_lost"), [(1e-300, False), (1e-310, True), (1e-323, True)])
def test_what_is_multiplied_by_a_sum_keeps_its_digits_or_says_so(size, is_lost):
    """Of 1e-323, below the least normal number, float64 has two digits; times 1e83 it is far above that."""

    def build(arithmetic):
        row = (term(lambda u: u[0]), [term(lambda u: u[0] * 0 + 1)], {0})
        small = term(lambda u: u[0] * 0 + arithmetic.real(size) / 3, 0)
        return equations(
            arithmetic, "u", row, sums=[ModeSum(lambda s, u: s.values * 0 + 1)], **many, q=[small]
        )

    many = {"modes": Modes(1, 1, 10**83)}
    with DOUBLE.working():
        error = rounding_error(build(DOUBLE), build, DOUBLE.log(DOUBLE.array([1.0])))
    assert (error > 2e-15) == is_lost
