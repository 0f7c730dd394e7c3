"""Numbers are read exactly, or refused."""

from fractions import Fraction

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.command_line.arguments import (
    LONGEST,
    number,
    require_solved,
    samples_wanted,
    seed_wanted,
    width_wanted,
)


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
def test_decimals_are_what_was_written(value: Fraction) -> None:
    assert number(str(value)) == Fraction(value)
    assert isinstance(number(str(value)), int | Fraction)


@given(low=st.integers(1, 10**9), ratio=st.integers(2, 10**9), points=st.integers(2, 60))
def test_a_range_is_a_geometric_progression(low: int, ratio: int, points: int) -> None:
    samples = samples_wanted(f"{low}..{low * ratio}:{points}")
    assert (samples[0], samples[-1]) == (low, low * ratio)
    assert list(samples) == sorted(set(samples))
    for step, count in enumerate(samples if len(samples) == points else ()):
        assert abs(count - low * ratio ** (step / (points - 1))) <= 0.5 + 1e-9 * count


def test_a_range_of_huge_or_broken_ends() -> None:
    assert samples_wanted("1e300..1e400:3") == (10**300, 10**350, 10**400)
    assert len(samples_wanted("1/3..9:4")) == 4  # no end is there twice, rounded and exact
    low, middle, high = samples_wanted("1/2..8:3")
    assert (low, high) == (Fraction(1, 2), 8)
    assert abs(middle - 2) < Fraction(1, 10**25)


@pytest.mark.parametrize(
    "text",
    ["1e3..", "..1e3", "1e3..1e2:4", "0..5:3", "1..5", "1..5:1", "1..5:1e9", "1..5:x", "1...5:3", "-1..5:3"],
)
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        samples_wanted(text)


@pytest.mark.parametrize("text", ["x", "1/2", "", "1e-1"])
def test_a_seed_is_an_integer(text: str) -> None:
    assert seed_wanted("-1e3") == -1000
    with pytest.raises(click.BadParameter, match="is no integer"):
        seed_wanted(text)


def test_a_width_of_figures() -> None:
    assert [width_wanted(text) for text in ("full", "scaled", "1e3")] == ["full", "scaled", 1000]
    with pytest.raises(click.BadParameter):
        width_wanted("0")


def test_a_long_number_is_read_up_to_its_bound() -> None:
    assert number(f"1e{LONGEST}") == 10**LONGEST
    with pytest.raises(click.BadParameter):
        number(f"1e{LONGEST + 1}")


def test_networks_that_are_not_solved_with_few_units_are_named() -> None:
    require_solved(["quadratic"], "scaled")
    require_solved(["attention", "kernel_ridge"], "full")
    with pytest.raises(click.BadParameter, match=r"'scaled' is not for attention: .* quadratic is solved"):
        require_solved(["attention"], "scaled")
