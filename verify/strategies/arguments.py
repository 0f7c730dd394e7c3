"""Arguments of the strategies, refused as Hypothesis refuses its own.

In this order: `require`, `rational`, `count`, `interval`, `names_of`.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from hypothesis.errors import InvalidArgument

from asymptotics.expressions import checks
from asymptotics.expressions.checks import NUMBER, exact_number, is_number

Interval: TypeAlias = tuple[Fraction, Fraction]


def require(condition: bool, parameter: str, value: Any, allowed: str) -> None:
    """Refuse a value of a parameter unless a condition holds.

    Raises:
        hypothesis.errors.InvalidArgument: it names the parameter, its value and what is allowed.

    >>> require(False, "margin", -1, "at least 0")
    Traceback (most recent call last):
        ...
    hypothesis.errors.InvalidArgument: margin=-1: must be at least 0
    """
    try:
        checks.require(condition, parameter, value, allowed)
    except checks.InvalidArgument as refusal:
        raise InvalidArgument(str(refusal)) from None


def rational(parameter: str, value: Any) -> Fraction:
    """A rational number of any kind as a fraction, at its exact value.

    >>> rational("margin", 0.5)
    Fraction(1, 2)
    """
    require(is_number(value), parameter, value, NUMBER)
    exact = exact_number(parameter, value)
    require(exact.is_rational, parameter, value, "a rational number")
    return Fraction(int(exact.p), int(exact.q))


def count(parameter: str, value: Any, most: int, allowed: str) -> int:
    """A whole number from 1 to the largest one allowed.

    >>> count("max_dim", 12, 100, "an integer from 1 to 100")
    12
    """
    exact = rational(parameter, value)
    require(exact.denominator == 1 and 1 <= exact <= most, parameter, value, allowed)
    return int(exact)


def interval(parameter: str, value: Any) -> Interval:
    """Two rational numbers in their order.

    >>> interval("samples_window", (0, 0.5))
    (Fraction(0, 1), Fraction(1, 2))
    """
    is_pair = isinstance(value, Sequence) and len(value) == 2 and all(map(is_number, value))
    require(is_pair, parameter, value, "two numbers (low, high)")
    low, high = (rational(parameter, end) for end in value)
    require(low < high, parameter, value, "two numbers (low, high) with low < high")
    return low, high


def names_of(parameter: str, value: Any, known: Sequence[str]) -> tuple[str, ...]:
    """One or more of the names that are known.

    >>> names_of("kinds", ["flat"], ("rank one", "flat"))
    ('flat',)
    """
    is_sequence = isinstance(value, Sequence) and not isinstance(value, str)
    are_known = is_sequence and all(isinstance(name, str) and name in known for name in value)
    allowed = f"one or more of {', '.join(map(repr, known))}"
    require(are_known and len(value) > 0, parameter, value, allowed)
    return tuple(value)
