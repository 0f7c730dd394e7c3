"""What a sub-command prints: records and tables, for a terminal, for a pipe, or as JSON.

A record is a line for each number.  A table has aligned columns of at most eighty characters in a terminal,
or a record for each row where its numbers have too many digits; elsewhere it has one tab between columns and
every digit, so that other programs read it.  JSON goes where it is asked for: one document, in which a number
is what Python reads back, and one with more digits a text.

In this order: `print_record`, `rounded_outwards`, `Table`, `print_json`; numbers.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Any

import click

NAMES = 20
"""Characters of a name in a record."""

BROAD = 80
"""Characters of a line in a terminal."""

DIGITS = 10
"""Digits of a number in a table in a terminal."""

BESIDE = 8
"""Characters of a number beside its digits: signs, point and exponent, 1e-1000."""

NONE = "-"
"""What stands for a number that there is none of."""


def print_record(pairs: Iterable[tuple[str, Any]], digits: int | None = None) -> None:
    """A line for each name and its value; numbers of many digits with so many."""
    for name, value in pairs:
        click.echo(f"{name:{NAMES}} {_written(value, digits)}")


def rounded_outwards(low: Any, high: Any, digits: int) -> tuple[str, str]:
    """Two proved bounds with so many digits: the lower rounded down, the upper up.

    >>> import mpmath
    >>> rounded_outwards(mpmath.mpf(1) / 3, mpmath.mpf(1) / 3, 4)
    ('0.3333', '0.3334')
    """
    bounds = []
    for value, rounding in ((low, ROUND_FLOOR), (high, ROUND_CEILING)):
        sign, mantissa, exponent, _ = value._mpf_
        exact = Fraction(int(-mantissa if sign else mantissa)) * Fraction(2) ** int(exponent)
        context = Context(prec=digits, rounding=rounding)
        bounds.append(str(context.divide(Decimal(exact.numerator), Decimal(exact.denominator))))
    return bounds[0], bounds[1]


class Table:
    """Rows that are printed one by one, as they are known, under the names of their columns.

    >>> Table(("samples", "excess_risk")).row((1000, 0.5))  # doctest: +NORMALIZE_WHITESPACE
    samples excess_risk
    1000    0.5
    """

    def __init__(self, columns: Sequence[str], digits: int | None = None) -> None:
        self.columns = columns
        self.digits = digits
        self.printed = 0
        self.is_aligned = sys.stdout.isatty()
        self.breadth = BROAD // len(columns) - 1
        self.is_tall = self.is_aligned and digits is not None and digits + BESIDE > self.breadth

    def row(self, values: Sequence[Any]) -> None:
        """Print a row; before the first one, the names of the columns."""
        if self.is_tall:
            if self.printed:
                click.echo()
            print_record(zip(self.columns, values, strict=True), self.digits)
            self.printed += 1
            return
        if not self.printed:
            self._line(self.columns)
        self._line([self._entry(value) for value in values])
        self.printed += 1

    def _entry(self, value: Any) -> str:
        text = _written(value, self.digits)
        if not self.is_aligned or self.digits is not None or len(text) <= self.breadth:
            return text
        if isinstance(value, float):
            return f"{value:.{DIGITS}g}"
        exact = Context(prec=DIGITS).divide(Decimal(value.numerator), Decimal(value.denominator))
        return f"{exact:.{DIGITS - 1}e}"

    def _line(self, entries: Sequence[str]) -> None:
        if not self.is_aligned:
            click.echo("\t".join(entries))
            return
        click.echo(" ".join(f"{entry:<{self.breadth}}" for entry in entries).rstrip())


def print_json(value: Any) -> None:
    """One document of JSON."""
    click.echo(json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False))


def _finite(value: Any) -> Any:
    """Plain Python that JSON holds, which has no infinite numbers: those are texts."""
    from numerics.displays import plain  # noqa: PLC0415  (late: see provenance)

    known = plain(value)
    if isinstance(known, Mapping):
        return {name: _finite(part) for name, part in known.items()}
    if isinstance(known, list):
        return [_finite(part) for part in known]
    return str(known) if isinstance(known, float) and not math.isfinite(known) else known


# Numbers.


def of_problem(result: Any) -> dict[str, Any]:
    """A result of a problem as a record, decimals that were typed as numbers: 1/10 is 0.1."""
    record: dict[str, Any] = result.to_dict()
    return record | {name: decimal(getattr(result.problem, name)) for name in _NUMBERS}


_NUMBERS = ("gamma", "samples", "weight_decay", "noise_variance")


def decimal(value: Any) -> Any:
    """A number as JSON writes it, in decimals; one that would be rounded is a text.

    >>> decimal(Fraction(1, 10)), decimal(Fraction(1, 3)), decimal(10**30), decimal(None)
    (0.1, '1/3', 1000000000000000000000000000000, None)
    """
    if not isinstance(value, Fraction):
        return value
    with suppress(OverflowError):
        if Fraction(repr(float(value))) == value:
            return float(value)
    return str(value)


def _written(value: Any, digits: int | None) -> str:
    """A value as it is printed."""
    if value is None:
        return NONE
    if isinstance(value, Fraction):
        return str(decimal(value))
    if digits is None or not hasattr(value, "_mpf_"):
        return str(value)
    import mpmath  # noqa: PLC0415

    return str(mpmath.nstr(value, digits, strip_zeros=False))
