"""Tables of results: rows that are mappings, and the formats that they are handed on in.

CSV is written by the standard library, a number with all of its digits; pandas and pyarrow, for data frames
and Parquet, are an extra.

In order: `Record`, `Table`.
"""

from __future__ import annotations

import csv
import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from numerics.displays import extra, html_table, latex_table
from numerics.runs import file_to_write, whole_file


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
        pandas = extra("pandas", "to_frame")
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
        extra("pyarrow", "to_parquet")
        place, frame = file_to_write("path", path), self.to_frame()
        with whole_file(place, binary=True) as file:
            frame.to_parquet(file, engine="pyarrow", index=False)

    def _repr_html_(self) -> str:
        return html_table(repr(self), self.columns, [list(row.to_dict().values()) for row in self.rows])

    def _repr_latex_(self) -> str:
        return latex_table(self.columns, [list(row.to_dict().values()) for row in self.rows])


def _uniform(column: list[Any]) -> list[Any]:
    """A column of one type, as data frames want it: all of it text, if text or rounding would be there."""
    numbers = [x for x in column if isinstance(x, int | float)]
    has_text = any(isinstance(x, str) for x in column)
    is_exact = all(isinstance(x, int) for x in column) or all(float(x) == x for x in numbers)
    if not numbers or (is_exact and not has_text):
        return column
    return [x if x is None else str(x) for x in column]
