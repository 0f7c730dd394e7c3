"""Records are what JSON can write and pandas reads, and every field of them is documented."""

import io
import json
from dataclasses import replace
from fractions import Fraction
from math import inf, nan

import pytest
from report_rows import CHECK, OMISSION

from verify import Report
from verify.outcomes import Check, Kill
from verify.records import (
    FIELDS_OF_CHECK,
    FIELDS_OF_REPORT,
    SCHEMA,
    number,
    row_of,
    row_of_kill,
)

REPORT = Report((CHECK, replace(CHECK, predicted=-inf, others=(("rho", Fraction(3, 2)),))), "quick", 0)


def test_every_field_is_documented() -> None:
    record = json.loads(REPORT.to_json())
    assert list(record) == list(FIELDS_OF_REPORT)
    plain, own = record["checks"]
    assert set(plain) == set(FIELDS_OF_CHECK)
    assert set(own) == {*FIELDS_OF_CHECK, "rho"}
    assert record["schema"] == SCHEMA


def test_scalars_of_a_report_are_not_containers() -> None:
    record = json.loads(REPORT.to_json())
    containers = [name for name, value in record.items() if isinstance(value, list | dict)]
    assert containers == ["checks"]  # of two lists pandas.read_json would refuse those of other lengths


def test_pandas_reads_a_report(tmp_path) -> None:
    pandas = pytest.importorskip("pandas")
    (tmp_path / "report.json").write_text(REPORT.to_json())
    frame = pandas.read_json(tmp_path / "report.json")
    assert len(frame) == 2
    assert frame["schema"].tolist() == [SCHEMA] * 2
    rows = pandas.json_normalize(json.loads(REPORT.to_json()), "checks")
    assert rows["dim"].tolist() == [1e48, 1e48]
    assert pandas.to_numeric(rows["predicted"]).tolist() == [-0.5, -inf]
    assert [Fraction(text) for text in rows["a"]] == [Fraction(1, 2)] * 2
    omissions = pandas.read_json(io.StringIO(json.dumps([row_of(OMISSION)])))
    assert omissions["reason"].tolist() == ["some"]


@pytest.mark.parametrize(("value", "text"), [(inf, "inf"), (-inf, "-inf"), (nan, "nan")])
def test_what_is_not_finite_is_a_string(value: float, text: str) -> None:
    assert row_of(replace(CHECK, measured=value))["measured"] == text


def test_dimensions_are_floats_and_what_is_no_number_stays() -> None:
    row = row_of(CHECK)
    assert row["dim"] == 1e48
    assert isinstance(row["dim"], float)
    assert number(True) is True
    assert row_of(OMISSION, as_text=False)["a"] == 0.5


@pytest.mark.parametrize("by", [CHECK, None])
def test_a_planted_error_says_what_caught_it(by: Check | None) -> None:
    row = row_of_kill(Kill("slug", "An error.", "quadratic", by, 7))
    assert row["killed"] is (by is not None)
    assert row["quantity"] == (by and "excess_risk")
    assert json.dumps(row)
