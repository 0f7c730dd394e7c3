"""What a number is, is tested in tests/verify/test_numbers.py, for both rooms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import gmpy2
import mpmath
import numpy as np
import pytest

from numerics import InvalidProblem
from numerics.arithmetic.checks import called, exact_number, is_count, is_double, is_flag, require, shown


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\nb", r"'a\nb'"),
        (Fraction(1, 3), "1/3"),
        (10**5000, "1.0e+5000"),
        (Fraction(1, 10**5000), "1.0e-5000"),
        (list(range(100)), "[0, 1, 2"),
        (Unshowable(), "<Unshowable>"),
    ],
    ids=["newline", "fraction", "long", "small", "list", "unshowable"],
)
def test_any_value_is_shown_in_one_short_line(value: Any, text: str) -> None:
    line = shown(value)
    assert line.startswith(text)
    assert len(line) <= 60
    assert "\n" not in line


def test_a_refusal_is_one_sentence() -> None:
    require(True, "x", 1, "a number")
    with pytest.raises(InvalidProblem, match=r"^x=-1: must be a number > 0$"):
        require(False, "x", -1, "a number > 0")


@pytest.mark.parametrize(
    "number", [1, 0.1, Fraction(1, 3), np.float64(0.1), gmpy2.mpz(10) ** 20, mpmath.mpf(0)]
)
def test_numbers_keep_their_value(number: Any) -> None:
    assert exact_number("x", number) == number


def test_counts_and_flags_and_doubles() -> None:
    counts = [1, np.int8(3), gmpy2.mpz(7), 10**40]
    assert all(is_count(count) for count in counts)
    assert not any(is_count(value) for value in (0, -1, 1.0, True, None, "1", Fraction(1)))
    assert is_count(5, most=5)
    assert not is_count(6, most=5)
    assert [is_flag(value) for value in (True, np.bool_(False), 0, None)] == [True, True, False, False]
    assert [is_double(value) for value in (1e308, 10**309, -(10**309), Fraction(1, 10**400))] == [
        True,
        False,
        False,
        True,
    ]


def test_a_function_that_takes_no_argument_is_named() -> None:
    def schedule() -> float:
        return 1.0

    assert called("f", lambda x: 2 * x, 3, "a function of n") == 6
    with pytest.raises(InvalidProblem, match=r"^f=schedule: must be a function of n; called, it says:"):
        called("f", schedule, 3, "a function of n")
