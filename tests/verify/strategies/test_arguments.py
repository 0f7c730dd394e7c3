"""Arguments of the strategies are refused in one line, with Hypothesis' own exception."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis.errors import InvalidArgument

from verify.strategies import arguments


def test_numbers_are_exact() -> None:
    assert arguments.rational("x", np.float32(0.25)) == Fraction(1, 4)
    assert arguments.interval("x", (0, Fraction(1, 3))) == (0, Fraction(1, 3))
    assert arguments.count("x", 7.0, 7, "an integer from 1 to 7") == 7


@pytest.mark.parametrize("value", [0, 8, 2.5, "2"])
def test_counts_are_whole_and_within_bounds(value: object) -> None:
    with pytest.raises(InvalidArgument, match=r"x="):
        arguments.count("x", value, 7, "an integer from 1 to 7")


@pytest.mark.parametrize("value", [(), "flat", ["flat", "round"], [1], None])
def test_names_are_known(value: object) -> None:
    with pytest.raises(InvalidArgument, match=r"kinds=.*: must be one or more of 'flat', 'sparse'"):
        arguments.names_of("kinds", value, ("flat", "sparse"))


@pytest.mark.parametrize("value", [(1, 1), (1,), 3, (0, "1")])
def test_intervals_have_two_ends(value: object) -> None:
    with pytest.raises(InvalidArgument, match=r"x=.*: must be two numbers"):
        arguments.interval("x", value)
