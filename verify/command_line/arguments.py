"""Words of a command line as numbers, paths and names; what cannot be one is refused, before any work.

Every number is what was written, exactly: 0.1 is 1/10, and 1e30 an integer.  Nothing is evaluated as code.

In this order: numbers, ranges, paths; the types that name them in the help; arguments that must fit each
other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from verify import words
from verify.gallery import (
    MATRIX_NETWORKS,
    NARROW_NETWORKS,
    NETWORKS,
    NOISELESS,
    OPTIONAL,
    OPTIONAL_OF_SYSTEMS,
    SYSTEMS,
    VALUES,
)
from verify.limits import SEED_BITS, misfit

LONGEST = 1000
"""Most characters of a number, and its largest decimal exponent: a longer one may take forever."""

MOST_DIGITS = 100_000
"""Most digits that ``solve`` is asked for."""

MOST_JOBS = 1000
"""Most processes that compute at once."""

MOST_POINTS = 100_000
"""Most points of a range."""

_NUMBER = re.compile(r"[+-]?(\d+/\d+|(\d+\.?\d*|\.\d+)(e(?P<power>[+-]?\d+))?)", re.ASCII | re.IGNORECASE)

_DIGITS_BETWEEN = 30
"""Digits of the points inside of a range, beyond those of its largest integer."""


def number(text: str) -> int | Fraction:
    """The number a user wrote, exactly, be it a fraction, a decimal or an integer.

    Raises:
        click.BadParameter: it is none, or too long to be read in a bounded time.

    >>> number("5/4"), number("1e30"), number("0.1")
    (Fraction(5, 4), 1000000000000000000000000000000, Fraction(1, 10))
    """
    try:
        value = _exact(text)
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter(f"{shown(text)} {words.NO_NUMBER}") from None
    return value.numerator if value.denominator == 1 else value


def _exact(text: str) -> Fraction:
    """A fraction or decimal in ASCII digits, exactly; a ValueError for anything else."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ValueError
    if len(text) > LONGEST or abs(int(match["power"] or 0)) > LONGEST:
        shown = text if len(text) <= 40 else f"{text[:37]}..."
        raise click.BadParameter(f"{shown!r} is longer, or its exponent larger, than {LONGEST}")
    return Fraction(text)


def integer(text: str, least: int, most: int) -> int:
    """An integer between two.

    Raises:
        click.BadParameter: it is none.

    >>> integer("1e3", 1, 5000)
    1000
    """
    value = _integer(text)
    if not least <= value <= most:
        raise click.BadParameter(f"{shown(text)} is not between {least} and {most}")
    return value


def _integer(text: str) -> int:
    value = None
    with suppress(ValueError, ZeroDivisionError):
        value = _exact(text)
    if value is None or value.denominator != 1:
        raise click.BadParameter(f"{shown(text)} is no integer")
    return value.numerator


def digits_wanted(text: str) -> int:
    """A number of digits."""
    return integer(text, 1, MOST_DIGITS)


def jobs_wanted(text: str) -> int:
    """A number of processes."""
    return integer(text, 1, MOST_JOBS)


def seed_wanted(text: str) -> int:
    """A seed of random numbers.

    Raises:
        click.BadParameter: it is none.
    """
    value = _integer(text)
    if abs(value) >= 2**SEED_BITS:
        raise click.BadParameter(f"{shown(text)} is longer than {SEED_BITS} bits")
    return value


def units_wanted(text: str) -> int:
    """A number of things, of hidden units or rounds.

    Raises:
        click.BadParameter: it is none.
    """
    value = number(text)
    if not isinstance(value, int) or value < 1:
        raise click.BadParameter(f"{shown(text)} is no positive integer")
    return value


def width_wanted(text: str) -> str | int:
    """How many hidden units a figure is of: "full", "scaled", or a number of them.

    Raises:
        click.BadParameter: it is none.
    """
    return text if text in ("full", "scaled") else units_wanted(text)


def samples_wanted(text: str) -> tuple[int | Fraction, ...]:
    """One number of samples, or a range of them, ``FROM..TO:POINTS``.

    The points of a range are in geometric progression, its ends exact; between integers they are rounded to
    integers, and none is there twice.

    Raises:
        click.BadParameter: it is neither.

    >>> samples_wanted("1e3..1e9:4")
    (1000, 100000, 10000000, 1000000000)
    >>> samples_wanted("1..3:40"), samples_wanted("5/2")
    ((1, 2, 3), (Fraction(5, 2),))
    """
    if ".." not in text:
        return (number(text),)
    ends, _, count = text.partition(":")
    low, high = map(number, ends.split("..", 1))
    if not 0 < low < high:
        raise click.BadParameter(f"{shown(text)} is no range: its ends must be above 0, and increase")
    points = integer(count, 2, MOST_POINTS) if count else None
    if points is None:
        raise click.BadParameter(f"{shown(text)} is no range such as 1e3..1e9:40, 40 the number of points")
    return tuple(dict.fromkeys(_progression(low, high, points)))


def _progression(low: int | Fraction, high: int | Fraction, points: int) -> Iterator[int | Fraction]:
    """Numbers in geometric progression; integers between integers, others to thirty digits."""
    are_integers = isinstance(low, int) and isinstance(high, int)
    digits = _DIGITS_BETWEEN + len(str(round(high)))
    with localcontext(Context(prec=digits, Emax=10**9, Emin=-(10**9))):
        first, last = (Decimal(end.numerator).ln() - Decimal(end.denominator).ln() for end in (low, high))
        heights = (first + (last - first) * step / (points - 1) for step in range(1, points - 1))
        between = [Fraction(height.exp()) for height in heights]
    yield low
    yield from map(round, between) if are_integers else between
    yield high


def path(text: str) -> Path:
    """A path a user wrote.

    Raises:
        click.BadParameter: it is empty.
    """
    if not text:
        raise click.BadParameter("is empty")
    return Path(text)


def shown(text: str) -> str:
    """A word that is refused, shortened."""
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


# The types of options: what reads a word, and its name in the help.


class Word(click.ParamType):  # type: ignore[type-arg, unused-ignore]  # generic in some versions of click
    """A word of the command line that a function reads.

    >>> NUMBER.convert("1/2", None, None)
    Fraction(1, 2)
    """

    def __init__(self, name: str, read: Callable[[str], Any], completion: str = "plain") -> None:
        self.name = name
        self.read = read
        self.completion = completion

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """What was written, read; a value that click hands on is there already."""
        return self.read(value) if isinstance(value, str) else value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """For paths, those of the shell."""
        return [] if self.completion == "plain" else [CompletionItem(incomplete, type=self.completion)]


NUMBER = Word("number", number)
INTEGER = Word("integer", digits_wanted)
JOBS = Word("integer", jobs_wanted)
ROUNDS = Word("integer", units_wanted)
SEED = Word("integer", seed_wanted)
WIDTH = Word("full|scaled|integer", width_wanted)
UNITS = Word("integer", units_wanted)
SAMPLES = Word("number|from..to:points", samples_wanted)
FILE = Word("file", path, "file")
FOLDER = Word("folder", path, "dir")


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


def require_values(network: str, *, estimator: str = "erm", **given: Any) -> None:
    """Refuse a value that the model lacks, or has no use for, in the words of the command line.

    Args:
        network: the model.
        estimator: that of the values, for a network.
        given: value of each option, None for what was not given; options that every model has are not here.

    Raises:
        click.UsageError: it names the option.
    """
    taken, optional = VALUES[network], OPTIONAL_OF_SYSTEMS if network in SYSTEMS else OPTIONAL
    for name, value in given.items():
        if value is not None and name not in taken:
            raise click.UsageError(f"{option(name)} is not for --network {network}")
        if value is None and name in taken and name not in optional:
            raise click.UsageError(f"{option(name)} is needed for --network {network}")
    require_weight_decay(network=network, estimator=estimator, weight_decay=given["weight_decay"])
    if given.get("width") is not None and network in NETWORKS and estimator != "erm":
        raise click.UsageError(f"--width is not for --estimator {estimator}, which has no hidden units")


def require_weight_decay(*, network: str, estimator: str, weight_decay: Any) -> None:
    """Refuse that there is none, or that there is one, in the words of the command line."""
    if "weight_decay" not in VALUES[network]:
        return
    if weight_decay is None and estimator in ("erm", "ridge"):
        raise click.UsageError("--weight-decay is needed unless --estimator bayes")
    if weight_decay is not None and estimator == "bayes":
        raise click.UsageError("--weight-decay is not for --estimator bayes, which has none")


def option(name: str) -> str:
    """An argument of a function as the option that gives it."""
    return f"--{name.replace('_', '-')}"


def require_out(reason: str | None) -> None:
    """Refuse a file or folder for the reason given, if there is one."""
    if reason is not None:
        raise click.BadParameter(reason, param_hint="'--out'")


def require_solved(names: Sequence[str], width: str) -> None:
    """Refuse networks that are not solved with few hidden units.

    Raises:
        click.BadParameter: it names one, and those that are.
    """
    for name in names:
        if width != "full" and name not in NARROW_NETWORKS:
            solved = ", ".join(NARROW_NETWORKS)
            problem = f"{width!r} is not for {name}: with few hidden units {solved} is solved"
            raise click.BadParameter(problem, param_hint="'--width'")


def require_fit(
    names: Sequence[str], noise: str, estimator: str, shown: dict[str, Any], width: str = "full"
) -> None:
    """Refuse what a phase diagram of one of the models cannot show."""
    for name in names:
        fault = misfit(noise, estimator, shown, has_source=name == "kernel_ridge", width=width)
        if fault is not None:
            parameter, allowed = fault
            hint = f"'{option(parameter)}'"
            raise click.BadParameter(f"for {name} it must be {allowed}", param_hint=hint)


def exact_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    """Exact numbers, of SymPy, that print as a user writes them: 11/5, not Fraction(11, 5)."""
    from sympy import Rational  # noqa: PLC0415

    def read(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(read, value))
        return Rational(value) if isinstance(value, int | Fraction) else value

    return {name: read(value) for name, value in parameters.items()}
