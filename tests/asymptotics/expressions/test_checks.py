"""Arguments: every kind of number is taken at its exact value, everything else refused in one line."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import gmpy2
import mpmath
import numpy as np
import pytest
import sympy

from asymptotics.expressions.checks import InvalidArgument, exact_number

EXACT = [
    (3, 3),
    (Fraction(-1, 3), Fraction(-1, 3)),
    (Decimal("-0.1"), Fraction(-1, 10)),
    (-0.1, Fraction(-0.1)),
    (np.float32(-0.1), Fraction(float(np.float32(-0.1)))),
    (np.float64(-0.1), Fraction(-0.1)),
    (np.longdouble(0.5), Fraction(1, 2)),
    (np.int64(-3), -3),
    (mpmath.mpf(-0.1), Fraction(-0.1)),
    (mpmath.mpf("0.0"), 0),
    (sympy.Float("-0.5"), Fraction(-1, 2)),
    (gmpy2.mpfr("-0.5"), Fraction(-1, 2)),
    (gmpy2.mpq(-1, 3), Fraction(-1, 3)),
    (sympy.Rational(1, 3), Fraction(1, 3)),
]

NO_NUMBERS = [
    True, np.bool_(True), "1", None, 1j, np.complex128(1), np.array([1.0]), np.array(1.0), [1],
    float("nan"), -float("inf"), np.float32("nan"), mpmath.inf, mpmath.nan, Decimal("NaN"),
    sympy.oo, sympy.nan, sympy.zoo, sympy.I, sympy.Symbol("x"), sympy.Symbol("x", positive=True),
    np.timedelta64(5, "ns"), np.timedelta64(5, "s"), gmpy2.mpfr("nan"), mpmath.iv.mpf(1), Decimal("sNaN"), [],
    Decimal("1e999999999"), Decimal("-1e-999999999"), mpmath.ldexp(1, 10**10), 10**1_000_001,
]  # fmt: skip


@pytest.mark.parametrize(("value", "exact"), EXACT, ids=lambda value: type(value).__name__)
def test_numbers_are_taken_at_their_exact_value(value, exact):
    found = exact_number("a", value)
    assert isinstance(found, sympy.Rational)
    assert Fraction(int(found.p), int(found.q)) == exact


def test_irrational_numbers_stay_exact():
    assert exact_number("a", sympy.sqrt(2)) == sympy.sqrt(2)


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: type(value).__name__)
def test_what_is_no_number_is_refused_in_one_line_with_its_name(value):
    with pytest.raises(InvalidArgument, match=r"^gamma=.*: must be a finite real number.*$") as caught:
        exact_number("gamma", value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200
