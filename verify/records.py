"""The outcome of a comparison in plain values: rows for JSON, for pandas, and what each column means.

A report in JSON is an object with scalars and one list, ``checks``: ``pandas.read_json`` reads it, and
``pandas.json_normalize(json.load(file), "checks")`` has one column for each field of a check.  Coordinates
are exact and so are strings, "5/4"; dimensions are floats, as fifty digits are too many for readers; infinite
numbers are strings, "-inf", which ``pandas.to_numeric`` reads, and what is not a number is "nan".
The other tables, of phases derived, of omissions and of planted errors, are lists of records of their own.

``SCHEMA`` names the version of all this.  It changes when a field is removed or gets another meaning.

In this order: the fields, ``row_of``, ``row_of_kill``, ``number``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction

from verify.outcomes import Check, DerivedPhase, Kill, Omission

SCHEMA = "shallowlaws.report/2"
"""Version of the records."""

FIELDS_OF_REPORT: Mapping[str, str] = {
    "schema": "version of these records",
    "complete": "whether all that was asked for was checked",
    "passed": "whether all of it was, every check agrees, and every planted error was caught",
    "effort": "as asked for: quick or full",
    "seed": "of the points drawn",
    "version": "of the distribution; null if the report was not written by the command",
    "date": "of the run, in ISO 8601; null likewise",
    "command": "that writes the report again; null likewise",
    "agree": "number of checks that agree",
    "disagree": "number of checks that disagree",
    "undecided": "number of checks that decide nothing",
    "omitted": "number of comparisons that were left out",
    "planted": "number of errors planted",
    "killed": "number of planted errors that were caught",
    "checks": "one record for each number compared",
}
"""What a report in JSON holds."""

FIELDS_OF_CHECK: Mapping[str, str] = {
    "network": "name of the model",
    "phase": "name of the phase",
    "noise": "label noise: fixed, scaled or none",
    "estimator": "erm, bayes or ridge",
    "width": "full or scaled",
    "region": "where the phase holds; tells phases of one name apart",
    "quantity": "whose law it is",
    "a": "n_eff = d^a, an exact fraction; null where the diagram has no such coordinate, or the row is of no "
    "one point, as the next three",
    "ell": "weight_decay = d^ell",
    "gamma": "decay of the target",
    "b": "noise_variance = d^-b",
    "dim": "last dimension of the ladder, a float; 0 where nothing was solved",
    "kind": "exponent, log_exponent, constant (ratio of solution to law), boundary or spectrum (of its laws)",
    "predicted": "the derived number; infinite ones are strings, '-inf', of which float makes numbers, as in "
    "all columns",
    "measured": "the same, extrapolated from solutions",
    "uncertainty": "estimated error of the measured number",
    "tolerance": "how far apart the two may be",
    "verdict": "agrees, disagrees or undecided",
}
"""What a check holds; coordinates of a model's own follow by their names, exact fractions."""


def row_of(row: Check | Omission | DerivedPhase, *, as_text: bool = True) -> dict[str, object]:
    """A row in plain values, each coordinate a column of its own.

    Args:
        row: of one of the tables.
        as_text: whether fractions and infinite numbers are strings, for JSON; else floats, for pandas.
    """
    columns = asdict(row)
    others = dict(columns.pop("others", ()))
    plain = _plain if as_text else number
    return {name: plain(value) for name, value in (columns | others).items()}


def row_of_kill(kill: Kill) -> dict[str, object]:
    """A planted error in plain values, with where and by what it was caught; nulls if it was not."""
    by = kill.by
    return {
        "name": kill.name,
        "error": kill.error,
        "diagram": kill.diagram,
        "killed": by is not None,
        "compared": kill.compared,
        "phase": by and by.phase,
        "quantity": by and by.quantity,
        "kind": by and by.kind,
        "place": by and by.place,
        "predicted": by and _plain(by.predicted),
        "measured": by and _plain(by.measured),
        "verdict": by and by.verdict,
    }


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return float(value) if value > 2**53 else value
    is_text = isinstance(value, Fraction) or (isinstance(value, float) and not math.isfinite(value))
    return str(value) if is_text else value


def number(value: object) -> object:
    """A number as a float; anything else as it is.

    >>> number(Fraction(5, 4)), number(10**48), number("II")
    (1.25, 1e+48, 'II')
    """
    return float(value) if isinstance(value, Fraction | int) and not isinstance(value, bool) else value
