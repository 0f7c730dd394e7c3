"""What users may pass: every argument is checked where it comes in, and refused in one sentence.

Functions, in order: `require`, `shown`, `is_number`, `exact_number`, `is_double`, `is_count`, `is_flag`,
`called`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational, Real
from pathlib import PurePath
from typing import Any

import mpmath
import numpy as np

from numerics.arithmetic.errors import InvalidProblem
from numerics.arithmetic.precision import Number

NUMBER = (
    "a finite real number of at most a million digits: int, float, Fraction, Decimal, mpf, a NumPy scalar, "
    "a SymPy rational or float"
)

_SHOWN = 60
# Python refuses to write integers of more than 4300 digits in decimals.
_WRITTEN_BITS = 4000
# Exact values are integers and quotients of them: no memory holds that of Decimal("1e999999999999").
_MOST_DIGITS = 10**6
_MOST_BITS = math.ceil(_MOST_DIGITS * math.log2(10))


def require(condition: bool, parameter: str, value: Any, allowed: str) -> None:
    """Refuse a value of a parameter.

    Raises:
        InvalidProblem: the condition does not hold.

    >>> require(False, "gamma", 0.4, "a number > 1/2")
    Traceback (most recent call last):
        ...
    numerics.InvalidProblem: gamma=0.4: must be a number > 1/2
    """
    if not condition:
        raise InvalidProblem(f"{parameter}={shown(value)}: must be {allowed}")


def shown(value: Any) -> str:
    """A value in one short line, also if it is too long to be written out, or its ``repr`` fails.

    >>> shown([1, "two"]), shown(-10**5000)
    ("[1, 'two']", '-1.0e+5000')
    """
    try:
        if isinstance(value, Rational) and _length(value) > _WRITTEN_BITS:
            text = mpmath.nstr(mpmath.mpf(int(value.numerator)) / int(value.denominator), 3)
        else:
            text = str(value) if isinstance(value, mpmath.mpf | Fraction | PurePath) else repr(value)
    except Exception:  # what a foreign object raises when it is to be shown is not what is wrong here
        text = f"<{type(value).__name__}>"
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."


def _length(value: Any) -> int:
    """Bits of the longer of numerator and denominator."""
    return max(int(value.numerator).bit_length(), int(value.denominator).bit_length())


def is_number(value: Any) -> bool:
    """Whether it is a number as ``NUMBER`` says.

    >>> is_number(1.5), is_number(True), is_number("1.5"), is_number(float("nan"))
    (True, False, False, False)
    """
    return _exact(value) is not None


def exact_number(parameter: str, value: Any) -> Number:
    """The number a user gave, at its exact value: an int, float, Fraction or mpf.

    Raises:
        InvalidProblem: it is no number as ``NUMBER`` says.

    >>> exact_number("gamma", Decimal("1.1")), exact_number("gamma", np.float32(1.1))
    (Fraction(11, 10), 1.100000023841858)
    """
    exact = _exact(value)
    require(exact is not None, parameter, value, NUMBER)
    assert exact is not None
    return exact


def _exact(value: Any) -> Number | None:
    if isinstance(value, bool | np.timedelta64):  # which Python and NumPy count among the integers
        return None
    if isinstance(value, Rational):
        quotient = Fraction(int(value.numerator), int(value.denominator))
        exact = int(quotient) if isinstance(value, Integral) else quotient
        return exact if _length(exact) <= _MOST_BITS else None
    if isinstance(value, float | np.float32 | np.float16):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, mpmath.mpf) or (isinstance(value, Real) and hasattr(value, "_mpf_")):
        number = value if isinstance(value, mpmath.mpf) else mpmath.mp.make_mpf(value._mpf_)
        is_short = number == 0 or abs(mpmath.mag(number)) <= _MOST_BITS
        return number if mpmath.isfinite(number) and is_short else None
    return _from_ratio(value) if isinstance(value, Real | Decimal) else None


def _from_ratio(value: Any) -> Fraction | None:
    """A Decimal, or a float wider than Python's."""
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) <= _MOST_DIGITS):
        return None
    try:
        return Fraction(*map(int, value.as_integer_ratio()))
    except (AttributeError, ValueError, OverflowError):  # no such method; not a number; infinite
        return None


def is_double(value: Any) -> bool:
    """Whether it is a number in the range of float64, which rounds what is too small for it to 0.

    >>> is_double(10**308), is_double(10**309)
    (True, False)
    """
    return is_number(value) and bool(abs(value) <= sys.float_info.max)


def is_count(value: Any, most: int | None = None) -> bool:
    """Whether it is a positive integer, of Python or NumPy, not above ``most``.

    >>> is_count(3), is_count(3.0), is_count(True), is_count(0), is_count(3, most=2)
    (True, False, False, False, False)
    """
    exact = _exact(value) if isinstance(value, Integral) else None
    return exact is not None and exact > 0 and (most is None or exact <= most)


def is_flag(value: Any) -> bool:
    """Whether it is True or False, of Python or NumPy.

    >>> is_flag(False), is_flag(0), is_flag("no")
    (True, False, False)
    """
    return isinstance(value, bool | np.bool_)


def called(parameter: str, function: Callable[[Any], Any], argument: Any, allowed: str) -> Any:
    """What a user's function returns.

    Raises:
        InvalidProblem: it does not take one such argument.

    >>> called("weight_decay", lambda: 0.1, 300, "a function of n")  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
        ...
    numerics.InvalidProblem: weight_decay=<lambda>: must be a function of n; called, it says:
    <lambda>() takes 0 positional arguments but 1 was given
    """
    try:
        return function(argument)
    except TypeError as error:
        name = getattr(function, "__name__", None) or shown(function)
        raise InvalidProblem(f"{parameter}={name}: must be {allowed}; called, it says: {error}") from error
