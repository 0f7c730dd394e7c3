"""Exponents and limits measured from sequences of which they are known because the test made them."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from verify.extrapolation import (
    extrapolated_exponent,
    limit_beyond_logarithms,
    limit_beyond_powers,
    limits_of_ratio,
)

DIMS = [10.0**k for k in (6, 12, 18, 24, 30)]


@given(
    exponent=st.floats(-3, 3),
    constant=st.floats(0.1, 10),
    correction=st.floats(-0.9, 3),
    rate=st.floats(0.1, 1),
)
def test_power_law_with_power_correction(
    exponent: float, constant: float, correction: float, rate: float
) -> None:
    values = [constant * d**exponent * (1 + correction * d**-rate) for d in DIMS]
    found = extrapolated_exponent(DIMS, values)
    assert abs(found.value - exponent) <= max(found.uncertainty, 1e-12)
    assert abs(found.value - exponent) < 1e-3


@given(exponent=st.floats(-1, 1), power=st.sampled_from([-1.0, -0.5, 0.5, 1.0]), share=st.floats(0.2, 1))
def test_logarithms_are_divided_out(exponent: float, power: float, share: float) -> None:
    # log(d**share) differs from log(d) by a constant factor only; log log corrections remain
    values = [d**exponent * (share * math.log(d) + math.log(share * math.log(d))) ** power for d in DIMS]
    found = extrapolated_exponent(DIMS, values, log_exponent=power)
    assert abs(found.value - exponent) < 0.01
    undivided = extrapolated_exponent(DIMS, values)
    assert abs(undivided.value - exponent) > 2 * abs(found.value - exponent)


def test_vanishing_quantities_have_exponent_minus_infinity() -> None:
    assert extrapolated_exponent(DIMS, [0.0] * 5).value == -math.inf
    assert extrapolated_exponent(DIMS, [1e-3, 1e-9, 0.0, 0.0, 0.0]).value == -math.inf
    faster_than_powers = [math.exp(-(d**0.02) * 50) for d in DIMS]
    assert extrapolated_exponent(DIMS, faster_than_powers).value > -math.inf  # not yet resolved: a number
    assert extrapolated_exponent(DIMS, [1.0, 1e-160, 0.0, 0.0, 0.0]).value == -math.inf


def test_a_quantity_that_appears_from_nothing_is_not_resolved() -> None:
    assert extrapolated_exponent(DIMS, [0.0, 0.0, 1.0, 2.0, 3.0]).uncertainty == math.inf


@pytest.mark.parametrize(
    ("dims", "values"), [(DIMS[:3], [1.0] * 3), (DIMS, [1.0] * 4), (DIMS, [1.0, 1.0, 1.0, 1.0, math.nan])]
)
def test_what_cannot_be_extrapolated_is_refused(dims: list[float], values: list[float]) -> None:
    with pytest.raises(ValueError, match="must be"):
        extrapolated_exponent(dims, values)


def test_differences_of_rounding_are_not_extrapolated() -> None:
    values = [1.0, 1 - 2.0**-52, 1 - 2.0**-52, 1 + 2.0**-52 / 3]
    assert abs(extrapolated_exponent([1e10, 1e20, 1e30, 1e40], values).value) < 1e-15
    # whose differences shrink by almost nothing, so that their series would have a far limit
    steps = [2e-16, 1.9999999e-16]
    heights = [0.0, 1e-14, 1e-14 + steps[0], 1e-14 + sum(steps)]
    assert abs(extrapolated_exponent(DIMS[:4], [math.exp(h) for h in heights]).value) < 1e-14


corrections = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.01, 0.9)), max_size=3)


@given(limit=st.floats(0.5, 2), terms=corrections)
def test_three_powers_of_the_dimension_are_removed(limit: float, terms: list[tuple[float, float]]) -> None:
    values = [limit + sum(c * rate**k for c, rate in terms) for k in range(9)]
    found = limit_beyond_powers(values)
    # two rates that nearly agree are like k rate^k, and a cancelling pair leaves little to see
    assert abs(found.value - limit) <= max(3 * found.uncertainty, 1e-7)


@given(limit=st.floats(0.5, 2), terms=corrections, planted=st.sampled_from([0.99, 1.01]))
def test_a_limit_off_by_a_hundredth_is_told_apart(
    limit: float, terms: list[tuple[float, float]], planted: float
) -> None:
    values = [limit + sum(c * rate**k for c, rate in terms) for k in range(9)]
    found = limit_beyond_powers(values)
    assert max(abs(found.value - limit * planted), found.uncertainty) > 1e-3


def test_more_powers_than_a_ladder_can_tell_apart_are_undecided() -> None:
    values = [1 + sum((-1) ** j * (0.95 - j / 9) ** k for j in range(8)) for k in range(7)]
    assert limit_beyond_powers(values).uncertainty > 1e-3


def test_rounding_is_not_extrapolated() -> None:
    noise = [3e-12, -1e-12, 2e-12, 2.1e-12, -4e-12, 1e-12, 1e-12]
    found = limit_beyond_powers([1 + 0.01**k + error for k, error in enumerate(noise, start=1)])
    assert abs(found.value - 1) < 1e-10
    assert found.uncertainty < 1e-8
    assert limit_beyond_powers([1.0] * 5) == (1.0, 0.0)


@pytest.mark.parametrize("rate", [1.01, 1.2, 2, -1.5])
def test_what_grows_has_no_limit(rate: float) -> None:
    # the series 1 + rate^k would be summed to 1
    assert limit_beyond_powers([1 + rate**k for k in range(9)]).uncertainty == math.inf


@given(limit=st.floats(0.5, 2), terms=st.lists(st.floats(-3, 3), max_size=3))
@example(limit=1.0, terms=[1.0, 0.0001])
@example(limit=1.0, terms=[6.683262975126113e-07])
def test_powers_of_one_over_the_logarithm_are_removed(limit: float, terms: list[float]) -> None:
    dims = [10.0 ** (20 * k) for k in range(1, 8)]
    values = [limit + sum(c / math.log(d) ** power for power, c in enumerate(terms, start=1)) for d in dims]
    found = limit_beyond_logarithms(dims, values)
    assert abs(found.value - limit) <= max(2 * found.uncertainty, 1e-9)  # an estimate, no bound
    assert found.uncertainty < 1e-3


def test_a_logarithm_of_a_logarithm_is_seen_in_the_error_estimate() -> None:
    dims = [10.0 ** (20 * k) for k in range(1, 8)]
    values = [1 + math.log(math.log(d)) / math.log(d) for d in dims]
    found = limit_beyond_logarithms(dims, values)
    assert 1e-4 < abs(found.value - 1) < 10 * found.uncertainty


@pytest.mark.parametrize("values", [[1.0] * 3, [1.0, 1.0, 1.0, math.inf], [1.0, 1.0, math.nan, 1.0]])
def test_what_has_no_limit_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="must be a sequence of at least four finite numbers"):
        limit_beyond_powers(values)
    with pytest.raises(ValueError, match="must be a sequence of at least four finite numbers"):
        limit_beyond_logarithms(DIMS[: len(values)], values)
    with pytest.raises(ValueError, match=r"values=.* as many as"):
        limit_beyond_logarithms(DIMS, [1.0] * 4)


def test_ratios_that_stand_still_up_to_their_digits_have_a_limit() -> None:
    """Of a quantity that is its law, solved for six digits, the noise of the last step may be the largest."""
    logs = [-2e-11, -1e-9, -2e-11, -5e-10, 3e-9, -4e-9]
    dims = [10.0 ** (2 * k) for k in range(1, 7)]
    assert limits_of_ratio(dims, logs).constant.uncertainty == math.inf
    found = limits_of_ratio(dims, logs, rounding=1e-6)
    assert all(limit.uncertainty < 1e-6 for limit in found)
    assert abs(found.constant.value - 1) < 1e-8


@pytest.mark.parametrize("rounding", [-1e-9, math.nan, "few"])
def test_a_rounding_that_is_none_is_refused(rounding):
    with pytest.raises(ValueError, match=r"rounding=.* must be a number >= 0"):
        limit_beyond_powers([1.0] * 5, rounding=rounding)
    with pytest.raises(ValueError, match="rounding="):
        limits_of_ratio(DIMS, [0.0] * 5, rounding=rounding)


def test_steps_that_shrink_bound_what_is_left_where_columns_do_not():
    """Slopes in log log d of a bilinear network with few learned modes, against its law: they end at 8e-4."""
    logs = [0.3975, 0.07406, 0.009389, 0.002361, 0.0001922, 3.838e-05]
    slopes = np.diff(logs) / np.diff(np.log([6.04 * k for k in range(1, 7)]))
    limit = limit_beyond_powers([*(1 + slopes)], slowest=0.15)
    assert abs(limit.value - 1) < 1e-3
    assert abs(limit.value - 1) < limit.uncertainty < 0.02
    assert limit_beyond_powers([*(1 + slopes)]).uncertainty > 0.03


@pytest.mark.parametrize("shrink", [0.2, 0.3])
def test_the_bound_by_steps_holds_with_irregular_ones(shrink):
    """Seeded: what is left is a sum of steps, each at most ``shrink`` times the one before.

    At 0.3 it shrinks by three decades on a ladder, the least with which constants are compared.
    """
    generator = np.random.default_rng(7)
    for _ in range(1000):
        steps = np.cumprod(shrink * generator.uniform(0.2, 1, 60))
        values = 1 + np.array([np.sum(steps[k:]) for k in range(6)])
        limit = limit_beyond_powers([*values], slowest=shrink)
        assert abs(limit.value - 1) <= 3 * max(limit.uncertainty, 1e-4) <= 0.03


def test_a_small_slow_correction_below_fast_ones_is_not_taken_for_none():
    """1 + 0.01 * 0.997^k below geometric sequences that shrink fast; steps are bounded at a known rate."""
    values = [3.739008, 1.249361, 1.031655, 1.012316, 1.010307, 1.009821]
    for slowest in (0.99, 1.0):
        limit = limit_beyond_powers(values, slowest=slowest)
        assert abs(limit.value - 1) <= 3 * limit.uncertainty
    assert limit_beyond_powers(values, slowest=0.1).uncertainty < 1e-3  # what a wrong rate would promise


def test_steps_that_turn_bound_nothing():
    """The last one is small by accident."""
    values = [1.7612818, 1.0596180, 0.9935784, 0.9878931, 0.9879128]
    assert limit_beyond_powers(values, slowest=0.1) == limit_beyond_powers(values)


@pytest.mark.parametrize("order", [0, -1, 1.5, True, "first"])
def test_an_order_that_is_none_is_refused(order):
    with pytest.raises(ValueError, match=r"order=.* must be None, or a positive integer"):
        limits_of_ratio(DIMS, [0.0] * 5, order=order)


def test_numbers_beyond_float64_are_refused():
    with pytest.raises(ValueError, match=r"values=.* in the range of float64"):
        limit_beyond_powers([10**400] * 5)
    with pytest.raises(ValueError, match=r"dims=.* in the range of float64"):
        limit_beyond_logarithms([10**k for k in (300, 400, 500, 600)], [1.0] * 4)


@pytest.mark.parametrize("slowest", [-0.1, 1.1, math.nan, None])
def test_a_rate_that_is_none_is_refused(slowest):
    with pytest.raises(ValueError, match=r"slowest=.* must be a number between 0 and 1"):
        limit_beyond_powers([1.0] * 5, slowest=slowest)


def test_the_first_dimensions_do_not_say_how_fast_the_last_steps_shrink():
    """The unlearned part of the risk of attention, noise d^(-5/16), phase VIa: (K/d)^(1/2) is left, twice."""
    lacks = [0.14946237, 0.07814935, 0.01992844, 0.00523385, 0.0014569, 0.00041677]
    limit = limit_beyond_powers([1 + lack for lack in lacks], slowest=0.3)
    assert abs(limit.value - 1) < limit.uncertainty < 0.0015
