"""Tables keep every digit, in every format, and are written whole or not at all."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pandas
import pytest

from numerics import InvalidProblem
from numerics.displays import SHOWN_ROWS, tabulated
from numerics.experiments.table import Record, Table


@dataclass(frozen=True)
class Planted(Record):
    entries: tuple[tuple[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        return dict(self.entries)


def table(**columns: list[Any]) -> Table[Planted]:
    rows = zip(*columns.values(), strict=True)
    return Table(tuple(Planted(tuple(zip(columns, row, strict=True))) for row in rows))


NUMBERS = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0]
EXAMPLE = table(
    network=["diagonal", 'a, "b"\nc', "<b>", "é", ""],
    samples=[1, 2, 3, 4, 2**60 + 1],
    risk=NUMBERS,
    missing=[None, 0.5, None, 1.5, None],
    nothing=[None] * 5,
)


def test_a_row_is_a_mapping() -> None:
    row = EXAMPLE.rows[1]
    assert row["risk"] == 1 / 3
    assert list(row) == list(EXAMPLE.columns)
    assert dict(row) == row.to_dict()
    assert len(row) == 5
    with pytest.raises(KeyError):
        row["threshold"]


def test_columns_from_top_to_bottom() -> None:
    assert EXAMPLE.to_dict()["risk"] == NUMBERS
    assert len(EXAMPLE) == 5
    assert table(risk=[]).to_dict() == {}


def test_csv_keeps_every_digit(tmp_path: Path) -> None:
    EXAMPLE.to_csv(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["risk"]) for row in rows] == NUMBERS
    assert [int(row["samples"]) for row in rows] == EXAMPLE.to_dict()["samples"]
    assert [row["network"] for row in rows] == EXAMPLE.to_dict()["network"]
    assert [row["missing"] for row in rows] == ["", "0.5", "", "1.5", ""]


def test_parquet_is_read_back(tmp_path: Path) -> None:
    EXAMPLE.to_parquet(tmp_path / "table.parquet")
    read = pandas.read_parquet(tmp_path / "table.parquet")
    assert list(read["risk"]) == NUMBERS
    assert list(read["samples"]) == EXAMPLE.to_dict()["samples"]
    assert list(read["network"]) == EXAMPLE.to_dict()["network"]
    assert np.isnan(read["missing"][0])
    assert read["missing"][1] == 0.5
    assert [x.name for x in tmp_path.iterdir()] == ["table.parquet"]


def test_a_frame_has_the_columns() -> None:
    frame = EXAMPLE.to_frame()
    assert list(frame.columns) == list(EXAMPLE.columns)
    assert frame["risk"].dtype == np.float64
    assert frame["samples"].dtype == np.int64


def test_numbers_that_would_be_rounded_are_text_in_a_frame(tmp_path: Path) -> None:
    mixed = table(weight_decay=["1/3", 1, 0.5], samples=[2**60 + 1, 0.5, 1], plain=[1, 0.5, None])
    frame = mixed.to_frame()
    assert list(frame["weight_decay"]) == ["1/3", "1", "0.5"]
    assert list(frame["samples"]) == [str(2**60 + 1), "0.5", "1"]
    assert frame["plain"].dtype == np.float64
    mixed.to_parquet(tmp_path / "table.parquet")
    assert list(pandas.read_parquet(tmp_path / "table.parquet")["weight_decay"]) == ["1/3", "1", "0.5"]


def test_a_notebook_shows_text_as_text_and_not_all_rows() -> None:
    html = EXAMPLE._repr_html_()
    assert EXAMPLE._repr_latex_().count(r" \\") == len(EXAMPLE.rows)
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert html.count("<tr>") == 6
    assert "<td>0.333333</td>" in html
    (name,) = table(**{"<i>": [1]}).columns
    assert f"<th>{name}" not in table(**{name: [1]})._repr_html_()
    long = table(number=list(range(SHOWN_ROWS + 7)))._repr_html_()
    assert "and 7 more" in long
    assert long.count("<tr>") == SHOWN_ROWS + 1
    assert repr(EXAMPLE) == "<Table: 5 rows>"


@pytest.mark.parametrize("method", ["to_csv", "to_parquet"])
@pytest.mark.parametrize("path", [None, 3, "", "folder", "missing/table", "file/table", "null\0byte"])
def test_what_is_no_file_is_refused(
    method: str, path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("file").write_text("")
    with pytest.raises(InvalidProblem, match=r"^path=.*: must be a file in a directory"):
        getattr(EXAMPLE, method)(path)


@pytest.mark.parametrize(
    ("method", "package"), [("to_frame", "pandas"), ("to_parquet", "pyarrow"), ("to_parquet", "pandas")]
)
def test_without_the_extra_one_line_says_what_to_install(
    method: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    arguments = [tmp_path / "table"] if method == "to_parquet" else []
    with pytest.raises(
        ImportError, match=rf"^to_\w+ needs {package}: pip install '.\[tables\]', from the root"
    ):
        getattr(EXAMPLE, method)(*arguments)
    assert not list(tmp_path.iterdir())


def test_a_table_cut_short_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    path.write_text("before")

    class Full:
        """A disk with room for the first line."""

        def __init__(self, file: Any, **options: Any) -> None:
            self.writerow = lambda row: file.write(str(row))

        def writerows(self, rows: Any) -> None:
            raise OSError("no space left on device")

    monkeypatch.setattr("numerics.experiments.table.csv.writer", Full)
    with pytest.raises(OSError, match="no space left"):
        table(number=[1]).to_csv(path)
    assert [x.name for x in tmp_path.iterdir()] == ["table.csv"]
    assert path.read_text() == "before"


@pytest.mark.parametrize(
    ("value", "entry"),
    [
        (Fraction(5, 4), 1.25),
        (Fraction(1, 3), "1/3"),
        (mpmath.mpf(0.1), 0.1),
        (np.float32(0.1), float(np.float32(0.1))),
        (300.0, 300),
        (10**400, 10**400),
        (Fraction(10**400 + 1, 2), f"{10**400 + 1}/2"),
        ("raw", "raw"),
        (None, None),
        (np.array([2.0, 0.1]), "[2, 0.1]"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_number_is_in_the_table_as_it_is(value: Any, entry: Any) -> None:
    found = tabulated(value)
    assert found == entry
    assert type(found) is type(entry)
    if isinstance(value, np.ndarray):
        assert json.loads(found) == list(value)
