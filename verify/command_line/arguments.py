"""Words of a command line as numbers, paths and names; what cannot be one is refused, before any work.

In this order: numbers and paths; arguments that must fit each other.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from verify import words
from verify.gallery import MATRIX_NETWORKS, NOISELESS, SYSTEMS
from verify.limits import SEED_BITS, misfit

LONGEST = 1000
"""Most characters of a number, and its largest decimal exponent: a longer one may take forever."""

MOST_DIGITS = 100_000
"""Most digits that ``solve`` is asked for."""

MOST_JOBS = 1000
"""Most processes that compute at once."""

_NUMBER = re.compile(r"[+-]?(\d+/\d+|(\d+\.?\d*|\.\d+)(e(?P<power>[+-]?\d+))?)", re.ASCII | re.IGNORECASE)


def number(text: str) -> Any:
    """The number a user wrote: an exact integer or fraction (1000, 1e30, 5/4), else a float, as in Python.

    A decimal below the range of floats stays exact.

    Raises:
        click.BadParameter: it is none, or too long to be read in a bounded time.

    >>> number("5/4"), number("1e30"), number("0.1")
    (Fraction(5, 4), 1000000000000000000000000000000, 0.1)
    """
    value = exact(text)
    if value.denominator == 1:
        return value.numerator
    return value if "/" in text or abs(value) < sys.float_info.min else float(text)


def _exact(text: str) -> Fraction:
    """A fraction or decimal in ASCII digits, exactly; a ValueError for anything else."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError
    if len(text) > LONGEST or abs(int(match["power"] or 0)) > LONGEST:
        shown = text if len(text) <= 40 else f"{text[:37]}..."
        raise click.BadParameter(f"{shown!r} is longer, or its exponent larger, than {LONGEST}")
    return Fraction(text)


def exact(text: str) -> Fraction:
    """The number a user wrote, exactly, whether as a fraction or a decimal: 2.2 is 11/5.

    Raises:
        click.BadParameter: it is none, or too long to be read in a bounded time.

    >>> exact("2.2"), exact("5/4")
    (Fraction(11, 5), Fraction(5, 4))
    """
    try:
        return _exact(text)
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter(f"{_shown(text)} {words.NO_NUMBER}") from None


def integer(text: str) -> int:
    """The integer a user wrote.

    Raises:
        click.BadParameter: it is none.
    """
    with suppress(ValueError, ZeroDivisionError):
        value = _exact(text)
        if value.denominator == 1:
            return value.numerator
    raise click.BadParameter(f"{_shown(text)} is no integer")


def digits_wanted(text: str) -> int:
    """A number of digits.

    Raises:
        click.BadParameter: it is none.
    """
    value = integer(text)
    if not 1 <= value <= MOST_DIGITS:
        raise click.BadParameter(f"{_shown(text)} is not between 1 and {MOST_DIGITS}")
    return value


def jobs_wanted(text: str) -> int:
    """A number of processes.

    Raises:
        click.BadParameter: it is none.
    """
    value = integer(text)
    if not 1 <= value <= MOST_JOBS:
        raise click.BadParameter(f"{_shown(text)} is not between 1 and {MOST_JOBS}")
    return value


def seed_wanted(text: str) -> int:
    """A seed of random numbers.

    Raises:
        click.BadParameter: it is none.
    """
    value = integer(text)
    if abs(value) >= 2**SEED_BITS:
        raise click.BadParameter(f"{_shown(text)} is longer than {SEED_BITS} bits")
    return value


def path(text: str) -> Path:
    """A path a user wrote.

    Raises:
        click.BadParameter: it is empty.
    """
    if not text:
        raise click.BadParameter("is empty")
    return Path(text)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


# Arguments that must fit each other, in the words of the command line: the functions called check the same.


def models(
    names: Sequence[str], *, noise: str = "fixed", estimator: str = "erm", width: str = "full"
) -> list[str]:
    """The models asked for, each once.

    Raises:
        click.BadParameter: one of them does not have the noise, the estimator or the width.
    """
    for name in names:
        if estimator != "erm" and name in SYSTEMS:
            raise click.BadParameter(
                f"{estimator!r} is not for {name}, an estimator of its own", param_hint="'--estimator'"
            )
        if noise != "fixed" and name in NOISELESS:
            raise click.BadParameter(
                f"{noise!r} is not for {name}, which has no labels", param_hint="'--noise'"
            )
        if width != "full" and (name not in MATRIX_NETWORKS or estimator != "erm"):
            raise click.BadParameter(
                f"{width!r} is not for {name} with estimator {estimator}", param_hint="'--width'"
            )
    return list(dict.fromkeys(names))


def require_weight_decay(*, estimator: str, weight_decay: Any, **_: Any) -> None:
    """Refuse that there is none, or that there is one, in the words of the command line."""
    if weight_decay is None and estimator in ("erm", "ridge"):
        raise click.UsageError("--weight-decay is needed unless --estimator bayes")
    if weight_decay is not None and estimator == "bayes":
        raise click.UsageError("--weight-decay is not for --estimator bayes, which has none")


def require_out(reason: str | None) -> None:
    """Refuse a file or folder for the reason given, if there is one."""
    if reason is not None:
        raise click.BadParameter(reason, param_hint="'--out'")


def require_fit(names: Sequence[str], noise: str, estimator: str, shown: dict[str, Any]) -> None:
    """Refuse what a figure of one of the models cannot show."""
    for name in names:
        fault = misfit(noise, estimator, shown, has_source=name == "kernel_ridge")
        if fault is not None:
            parameter, allowed = fault
            option = f"'--{parameter.replace('_', '-')}'"
            raise click.BadParameter(f"for {name} it must be {allowed}", param_hint=option)


def exact_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    """Exact numbers that print as a user writes them: 11/5, not Fraction(11, 5)."""
    from sympy import Rational  # noqa: PLC0415

    def read(value: Any) -> Any:
        return tuple(map(read, value)) if isinstance(value, tuple) else value and Rational(value)

    return {name: None if value is None else read(value) for name, value in parameters.items()}
