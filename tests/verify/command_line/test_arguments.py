"""Numbers are read exactly, or refused."""

from fractions import Fraction

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.command_line.arguments import LONGEST, exact, number


@given(value=st.fractions())
def test_numbers_are_read_exactly(value: Fraction) -> None:
    assert number(str(value)) == value


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_decimals_are_read_as_python_reads_them(value: float) -> None:
    assert float(number(repr(value))) == value


@pytest.mark.parametrize("text", ["1e-400", "2.5e-320", "1e-308"])
def test_decimals_below_the_range_of_floats_stay_exact(text: str) -> None:
    assert number(text) == Fraction(text) > 0


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_exact_numbers_are_what_was_written(value: Fraction) -> None:
    assert exact(str(value)) == Fraction(value)


def test_a_long_number_is_read_up_to_its_bound() -> None:
    assert number(f"1e{LONGEST}") == 10**LONGEST
    with pytest.raises(click.BadParameter):
        number(f"1e{LONGEST + 1}")
