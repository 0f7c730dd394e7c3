"""Tables of results: rows that are mappings, and the formats that they are handed on in.

CSV is written by the standard library, a number with all of its digits; pandas and pyarrow, for data frames
and Parquet, are an extra.

In order: `Record`, `Table`; a number of a problem as a table has it.
"""

from __future__ import annotations

import csv
import json
import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import Any, Generic, TypeVar

from numerics.arithmetic.precision import to_fraction
from numerics.runs import file_to_write, whole_file

SHOWN_ROWS = 60
"""Rows of a table in a notebook."""


class Record(Mapping[str, Any]):
    """A row: columns by name, also as a mapping."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """The row, column by column."""

    def __getitem__(self, column: str) -> Any:
        return self.to_dict()[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.to_dict())

    def __len__(self) -> int:
        return len(self.to_dict())


RowT = TypeVar("RowT", bound=Record)


@dataclass(frozen=True, repr=False)
class Table(Generic[RowT]):
    """Rows with the same columns.

    Attributes:
        rows: all of them, in order.
    """

    rows: tuple[RowT, ...]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.rows)} rows>"

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names; none where there are no rows."""
        return tuple(self.rows[0]) if self.rows else ()

    def to_dict(self) -> dict[str, list[Any]]:
        """Column by column, from top to bottom."""
        records = [row.to_dict() for row in self.rows]
        return {column: [record[column] for record in records] for column in self.columns}

    def to_frame(self) -> Any:
        """A data frame of pandas; what is missing is NaN or None there.

        Raises:
            ImportError: pandas is not installed.
        """
        pandas = _extra("pandas", "to_frame")
        return pandas.DataFrame({name: _uniform(column) for name, column in self.to_dict().items()})

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write a CSV file, numbers with all of their digits, whole or not at all; empty is what is missing.

        Raises:
            InvalidProblem: there can be no such file.
        """
        with whole_file(file_to_write("path", path)) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(self.columns)
            writer.writerows(row.to_dict().values() for row in self.rows)

    def to_parquet(self, path: str | os.PathLike[str]) -> None:
        """Write a Parquet file, whole or not at all.

        Raises:
            ImportError: pandas or pyarrow is not installed.
            InvalidProblem: there can be no such file.
        """
        _extra("pyarrow", "to_parquet")
        place, frame = file_to_write("path", path), self.to_frame()
        with whole_file(place, binary=True) as file:
            frame.to_parquet(file, engine="pyarrow", index=False)

    def _repr_html_(self) -> str:
        rows = [row.to_dict().values() for row in self.rows[:SHOWN_ROWS]]
        head = "".join(f"<th>{escape(column)}</th>" for column in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{_shown(x)}</td>" for x in row) + "</tr>" for row in rows)
        more = len(self.rows) - len(rows)
        rest = f"<p>and {more} more</p>" if more else ""
        caption = f"<p>{escape(repr(self))}</p>"
        return f"{caption}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def tabulated(value: Any) -> int | float | str | None:
    """A field of a problem as a table has it: a number where int or float hold it exactly, text otherwise.

    >>> from fractions import Fraction
    >>> tabulated(Fraction(5, 4)), tabulated(300.0), tabulated(Fraction(1, 3)), tabulated(None)
    (1.25, 300, '1/3', None)
    >>> tabulated((3, 1.5))
    '[3, 1.5]'
    """
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "__len__"):
        return json.dumps([tabulated(part) for part in value])
    exact = to_fraction(value)
    if exact.denominator == 1:
        return int(exact)
    with suppress(OverflowError):
        if to_fraction(float(exact)) == exact:
            return float(exact)
    return str(exact)


def _uniform(column: list[Any]) -> list[Any]:
    """A column of one type, as data frames want it: all of it text, if text or rounding would be there."""
    numbers = [x for x in column if isinstance(x, int | float)]
    has_text = any(isinstance(x, str) for x in column)
    is_exact = all(isinstance(x, int) for x in column) or all(float(x) == x for x in numbers)
    if not numbers or (is_exact and not has_text):
        return column
    return [x if x is None else str(x) for x in column]


def _shown(value: Any) -> str:
    """An entry in a notebook."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else escape(str(value))


def _extra(package: str, method: str) -> Any:
    """A package of the extra ``tables``.

    Raises:
        ImportError: it is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise ImportError(
            f"{method} needs {package}: pip install '.[tables]', from the root of the repository"
        ) from error
