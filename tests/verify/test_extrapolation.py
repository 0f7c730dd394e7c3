"""Exponents measured from sequences whose exponent is known because the test made them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.extrapolation import extrapolated_exponent

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
    assert abs(found.exponent - exponent) <= max(found.uncertainty, 1e-12)
    assert abs(found.exponent - exponent) < 1e-3


@given(exponent=st.floats(-1, 1), power=st.sampled_from([-1.0, -0.5, 0.5, 1.0]), share=st.floats(0.2, 1))
def test_logarithms_are_divided_out(exponent: float, power: float, share: float) -> None:
    # log(d**share) differs from log(d) by a constant factor only; log log corrections remain
    values = [d**exponent * (share * math.log(d) + math.log(share * math.log(d))) ** power for d in DIMS]
    found = extrapolated_exponent(DIMS, values, log_exponent=power)
    assert abs(found.exponent - exponent) < 0.01
    undivided = extrapolated_exponent(DIMS, values)
    assert abs(undivided.exponent - exponent) > 2 * abs(found.exponent - exponent)


def test_vanishing_quantities_have_exponent_minus_infinity() -> None:
    assert extrapolated_exponent(DIMS, [0.0] * 5).exponent == -math.inf
    assert extrapolated_exponent(DIMS, [1e-3, 1e-9, 0.0, 0.0, 0.0]).exponent == -math.inf
    faster_than_powers = [math.exp(-(d**0.02) * 50) for d in DIMS]
    assert extrapolated_exponent(DIMS, faster_than_powers).exponent > -math.inf  # not yet resolved: a number
    assert extrapolated_exponent(DIMS, [1.0, 1e-160, 0.0, 0.0, 0.0]).exponent == -math.inf


def test_a_quantity_that_appears_from_nothing_is_not_resolved() -> None:
    assert extrapolated_exponent(DIMS, [0.0, 0.0, 1.0, 2.0, 3.0]).uncertainty == math.inf


@pytest.mark.parametrize(
    ("dims", "values"), [(DIMS[:3], [1.0] * 3), (DIMS, [1.0] * 4), (DIMS, [1.0, 1.0, 1.0, 1.0, math.nan])]
)
def test_what_cannot_be_extrapolated_is_refused(dims: list[float], values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"must be|needed"):
        extrapolated_exponent(dims, values)


def test_differences_of_rounding_are_not_extrapolated() -> None:
    values = [1.0, 1 - 2.0**-52, 1 - 2.0**-52, 1 + 2.0**-52 / 3]
    assert abs(extrapolated_exponent([1e10, 1e20, 1e30, 1e40], values).exponent) < 1e-15
    # whose differences shrink by almost nothing, so that their series would have a far limit
    steps = [2e-16, 1.9999999e-16]
    heights = [0.0, 1e-14, 1e-14 + steps[0], 1e-14 + sum(steps)]
    assert abs(extrapolated_exponent(DIMS[:4], [math.exp(h) for h in heights]).exponent) < 1e-14
