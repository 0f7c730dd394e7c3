"""What a number is, is the same in both rooms, though neither knows of the other's code."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import gmpy2
import mpmath
import numpy as np
import pytest
import sympy

from asymptotics.expressions import checks as symbolic
from numerics import InvalidProblem
from numerics.arithmetic import checks as numeric
from numerics.arithmetic.precision import to_fraction

with mpmath.workdps(50):
    THIRD = mpmath.mpf(1) / 3

NUMBERS: list[tuple[Any, Fraction]] = [
    (3, Fraction(3)),
    (-(10**5000), Fraction(-(10**5000))),
    (0.1, Fraction(0.1)),
    (5e-324, Fraction(5e-324)),
    (Fraction(-1, 3), Fraction(-1, 3)),
    (Decimal("-0.1"), Fraction(-1, 10)),
    (Decimal("1e-400"), Fraction(1, 10**400)),
    (mpmath.mpf("-0.1"), Fraction(-0.1)),
    (THIRD, to_fraction(THIRD)),
    (mpmath.mpf(0), Fraction(0)),
    (np.float16(0.1), Fraction(float(np.float16(0.1)))),
    (np.float32(-0.1), Fraction(float(np.float32(-0.1)))),
    (np.float64(0.1), Fraction(0.1)),
    (np.longdouble(1) / 3, Fraction(*(np.longdouble(1) / 3).as_integer_ratio())),
    (np.int8(-3), Fraction(-3)),
    (np.int64(2**62), Fraction(2**62)),
    (np.uint64(2**64 - 1), Fraction(2**64 - 1)),
    (sympy.Integer(7), Fraction(7)),
    (sympy.Rational(-1, 3), Fraction(-1, 3)),
    (sympy.Float("-0.5"), Fraction(-1, 2)),
    (gmpy2.mpz(7), Fraction(7)),
    (gmpy2.mpq(1, 3), Fraction(1, 3)),
    (gmpy2.mpfr("0.1"), Fraction(0.1)),
]

NO_NUMBERS: list[Any] = [
    True, False, np.bool_(True), "1", "", b"1", np.str_("1"), None, [], [1], (1,), {}, 1j, np.complex64(1),
    np.array(1.0), np.array([1.0]), np.datetime64(5, "ns"), mpmath.mpc(1), float, object(),
    float("nan"), float("inf"), -float("inf"), np.float32("nan"), np.longdouble("inf"),
    Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), mpmath.nan, mpmath.inf,
    sympy.oo, sympy.nan, sympy.zoo, sympy.I, sympy.Symbol("x"), sympy.Symbol("x", positive=True),
]  # fmt: skip


def _kind(value: Any) -> str:
    return type(value).__name__


@pytest.mark.parametrize(("value", "exact"), NUMBERS, ids=_kind)
def test_both_rooms_read_the_same_exact_number(value: Any, exact: Fraction) -> None:
    in_sympy = symbolic.exact_number("x", value)
    assert Fraction(int(in_sympy.p), int(in_sympy.q)) == exact
    kept = numeric.exact_number("x", value)
    assert to_fraction(kept) == exact
    assert type(kept) in (int, float, Fraction, mpmath.mpf)


@pytest.mark.parametrize("value", NO_NUMBERS, ids=_kind)
def test_both_rooms_refuse_the_same_values(value: Any) -> None:
    assert not symbolic.is_number(value)
    assert not numeric.is_number(value)
    with pytest.raises(symbolic.InvalidArgument, match=r"^x=.*: must be a finite real number") as refused:
        symbolic.exact_number("x", value)
    with pytest.raises(InvalidProblem, match=r"^x=.*: must be a finite real number") as also:
        numeric.exact_number("x", value)
    assert "\n" not in f"{refused.value}{also.value}"


def test_what_is_irrational_is_a_number_of_sympy_alone() -> None:
    """There it stays exact; no float, Fraction or mpf is the square root of 2."""
    assert symbolic.exact_number("x", sympy.sqrt(2)) == sympy.sqrt(2)
    assert not numeric.is_number(sympy.sqrt(2))


class _Unshown:
    def __repr__(self) -> str:
        raise RuntimeError("this has no repr")


class _Endless:
    def __repr__(self) -> str:
        return "first line\n" * 10**6


NASTY: list[tuple[Any, str]] = [
    (-(10**5000), "-1.0e+5000"),
    (sympy.Integer(10) ** 5000, "1.0e+5000"),
    (Fraction(1, 3**20000), "3.76e-9543"),
    (_Unshown(), "<_Unshown>"),
    (_Endless(), "first line first line first line first line first line fi..."),
    ([10**5000], "<list>"),
    ("a\nb", r"'a\nb'"),
    ("x" * 10**6, "'" + 56 * "x" + "..."),
]


@pytest.mark.parametrize(("value", "shown"), NASTY, ids=_kind)
def test_messages_survive_whatever_was_given(value: Any, shown: str) -> None:
    with pytest.raises(symbolic.InvalidArgument) as refused:
        symbolic.require(False, "x", value, "something else")
    with pytest.raises(InvalidProblem) as also:
        numeric.require(False, "x", value, "something else")
    assert str(refused.value) == str(also.value) == f"x={shown}: must be something else"
