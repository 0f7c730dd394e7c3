"""What users may pass: every argument is checked where it comes in, and refused in one sentence.

Functions, in order: `InvalidArgument`, `require`, `in_one_line`, `require_one_of`, `nearest`,
`require_name`, `is_number`, `exact_number`, `RANGES`, `exact_exponent`.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from numbers import Rational as RationalNumber
from numbers import Real
from typing import Any, NamedTuple

import mpmath
import numpy as np
from sympy import Expr, Float, Rational

NUMBER = (
    "a finite real number of at most a million digits: int, float, Fraction, Decimal, mpf, a NumPy scalar "
    "or a SymPy number"
)

_SHOWN = 60
# Python refuses to write integers of more than 4300 digits in decimals.
_WRITTEN_BITS = 4000
# Exact values are quotients of integers: no memory holds that of Decimal("1e999999999999").
_MOST_DIGITS = 10**6
_MOST_BITS = math.ceil(_MOST_DIGITS * math.log2(10))


class InvalidArgument(ValueError):
    """An argument outside the theory: one line with its name, its value and what is allowed."""

    __module__ = "asymptotics"  # where users import it from, and what tracebacks print


def require(condition: bool, parameter: str, value: Any, allowed: str) -> None:
    """Refuse a value of a parameter.

    Raises:
        InvalidArgument: the condition does not hold.

    >>> require(False, "gamma", 0.4, "a number above 1/2")
    Traceback (most recent call last):
        ...
    asymptotics.InvalidArgument: gamma=0.4: must be a number above 1/2
    """
    if not condition:
        raise InvalidArgument(f"{parameter}={in_one_line(value)}: must be {allowed}")


def in_one_line(value: Any) -> str:
    """A value in one short line, also if it is too long to be written out, or its ``repr`` fails.

    >>> in_one_line([1, "two"]), in_one_line(-10**5000)
    ("[1, 'two']", '-1.0e+5000')
    """
    try:
        if isinstance(value, RationalNumber) and _length(value) > _WRITTEN_BITS:
            text = mpmath.nstr(mpmath.mpf(int(value.numerator)) / int(value.denominator), 3)
        else:
            text = str(value) if isinstance(value, mpmath.mpf | Expr) else repr(value)
    except Exception:  # what a foreign object raises when it is to be shown is not what is wrong here
        text = f"<{type(value).__name__}>"
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."


def _length(value: Any) -> int:
    """Bits of the longer of numerator and denominator."""
    return max(int(value.numerator).bit_length(), int(value.denominator).bit_length())


def require_one_of(parameter: str, value: Any, allowed: Sequence[str]) -> None:
    """Refuse what is none of some strings.

    Raises:
        InvalidArgument: it is none of them.
    """
    *most, last = map(repr, allowed)
    words = f"{', '.join(most)} or {last}" if most else last
    require(isinstance(value, str) and value in allowed, parameter, value, words)


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Which allowed name a wrong one may stand for, as the end of a sentence; nothing if none is near.

    >>> nearest("noise_varience", ["n_eff", "noise_variance"]), nearest("tau", ["n_eff", "noise_variance"])
    ('; did you mean noise_variance?', '')
    """
    alike = {one.lower().replace("_", ""): one for one in allowed}
    closest = get_close_matches(name.lower().replace("_", ""), alike, n=1)
    return f"; did you mean {alike[closest[0]]}?" if closest else ""


def require_name(name: Any, allowed: Collection[str]) -> None:
    """Refuse a keyword that is none of some names.

    Raises:
        InvalidArgument: it is none; it lists them, and says which it may stand for.

    >>> require_name("samples", ("n_eff", "d"))
    Traceback (most recent call last):
        ...
    asymptotics.InvalidArgument: name='samples': must be one of n_eff, d
    """
    if name not in allowed:
        require(False, "name", name, f"one of {', '.join(allowed)}{nearest(str(name), allowed)}")


def is_number(value: Any) -> bool:
    """Whether it is a number as ``NUMBER`` says.

    >>> from fractions import Fraction
    >>> [is_number(value) for value in (1, 0.5, Fraction(1, 3), True, float("nan"), "1", None)]
    [True, True, True, False, False, False, False]
    """
    return _exact(value) is not None


def exact_number(parameter: str, value: Any) -> Expr:
    """The number a user gave, as it is: floats at their exact binary value.

    Raises:
        InvalidArgument: it is no number as ``NUMBER`` says.

    >>> exact_number("a", 0.5), exact_number("a", Decimal("0.1"))
    (1/2, 1/10)
    """
    exact = _exact(value)
    require(exact is not None, parameter, value, NUMBER)
    return exact


def _exact(value: Any) -> Expr | None:
    if isinstance(value, bool | np.timedelta64):  # which Python and NumPy count among the integers
        return None
    if isinstance(value, Expr) and not value.is_Float:
        is_real = value.is_number and value.is_real and value.is_finite
        return value if is_real and (not value.is_Rational or _length(value) <= _MOST_BITS) else None
    if isinstance(value, RationalNumber):
        exact = Rational(int(value.numerator), int(value.denominator))
        return exact if _length(exact) <= _MOST_BITS else None
    if isinstance(value, mpmath.mpf) or (isinstance(value, Real | Expr) and hasattr(value, "_mpf_")):
        number = mpmath.mp.make_mpf(value._mpf_)
        is_short = number == 0 or (mpmath.isfinite(number) and abs(mpmath.mag(number)) <= _MOST_BITS)
        # an mpf's man_exp has no sign
        return Rational(*map(int, mpmath.libmp.to_rational(number._mpf_))) if is_short else None
    return _from_ratio(value) if isinstance(value, Real | Decimal) else None


def _from_ratio(value: Any) -> Expr | None:
    """A float, of any width, or a Decimal."""
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) <= _MOST_DIGITS):
        return None
    try:
        return Rational(*map(int, value.as_integer_ratio()))
    except (AttributeError, ValueError, OverflowError):  # no such method; not a number; infinite
        return None


class Range(NamedTuple):
    """Where a parameter may lie: above a bound, or from it on where that is ``included``; in words."""

    low: Rational
    included: bool
    words: str


RANGES: Mapping[str, Range] = {
    "gamma": Range(Rational(1, 2), False, "a number above 1/2, for a target of finite energy"),
    "source": Range(Rational(0), False, "a number above 0"),
    "b": Range(Rational(0), True, "a number from 0 on, for noise that does not grow with d"),
}
"""The allowed exponents, for points of a diagram and for laws alike; those not listed may be any number."""


def exact_exponent(
    parameter: str, value: Any, above: Expr | int | None = None, allowed: str = NUMBER
) -> Expr:
    """The exponent a user wrote: a float is the decimal that Python prints, so that 0.4 is 2/5.

    Phases end at simple fractions, and a law at 0.4 is one at 2/5; the binary value of a float is neither on
    the one nor short in the other.  Other kinds of numbers are taken as they are.

    Raises:
        InvalidArgument: it is no number, or not ``above`` a bound; without one, if it is not in its range.

    >>> exact_exponent("a", 0.4)
    2/5
    >>> exact_exponent("gamma", 0.5)
    Traceback (most recent call last):
        ...
    asymptotics.InvalidArgument: gamma=0.5: must be a number above 1/2, for a target of finite energy
    """
    number = exact_number(parameter, value)
    if isinstance(value, float | np.floating | Float):
        number = Rational(str(value))
    if above is not None:
        require(bool((number - above).is_positive), parameter, value, allowed)
    elif parameter in RANGES:
        low, included, words = RANGES[parameter]
        inside = number > low or (included and number == low)
        require(bool(inside), parameter, value, words)
    return number
