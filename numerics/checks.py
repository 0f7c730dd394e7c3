"""What users may pass: every argument is checked where it comes in, and refused in one sentence.

Functions, in order: `require`, `is_number`, `is_positive`, `is_count`,
`require_probability`.
"""

from __future__ import annotations

from numbers import Integral, Rational
from typing import Any

import mpmath

from numerics.errors import InvalidProblem


def require(condition: bool, parameter: str, value: Any, allowed: str) -> None:
    """Refuse a value of a parameter.

    Raises:
        InvalidProblem: the condition does not hold.

    >>> require(False, "gamma", 0.4, "a number > 1/2")
    Traceback (most recent call last):
        ...
    numerics.errors.InvalidProblem: gamma=0.4: must be a number > 1/2
    """
    if not condition:
        shown = str(value) if isinstance(value, mpmath.mpf) else repr(value)
        raise InvalidProblem(f"{parameter}={_shortened(shown)}: must be {allowed}")


def is_number(value: Any) -> bool:
    """Whether it is a finite real number that converts to any precision: an int, Fraction, float or mpf.

    >>> is_number(1.5), is_number(True), is_number("1.5"), is_number(float("nan"))
    (True, False, False, False)
    """
    if isinstance(value, bool):
        return False
    if isinstance(value, Rational):
        return True
    return isinstance(value, float | mpmath.mpf) and bool(mpmath.isfinite(value))


def is_positive(value: Any) -> bool:
    """Whether it is a number > 0.

    >>> is_positive(1e-300), is_positive(0), is_positive("1")
    (True, False, False)
    """
    return is_number(value) and bool(value > 0)


def is_count(value: Any) -> bool:
    """Whether it is a positive integer, of Python or NumPy.

    >>> is_count(3), is_count(3.0), is_count(True), is_count(0)
    (True, False, False, False)
    """
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) > 0


def require_probability(probability: Any) -> None:
    """Refuse what is no probability of a quantile.

    Raises:
        InvalidProblem: it does not lie strictly between 0 and 1.

    >>> require_probability(0.5)
    """
    is_probability = is_number(probability) and 0 < probability < 1
    require(is_probability, "probability", probability, "a number between 0 and 1, ends excluded")


def _shortened(text: str, length: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 3] + "..."
