"""What is printed is read by people in a terminal, and by programs elsewhere."""

import json
import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.command_line.output import Table, decimal, print_json, print_record, rounded_outwards


def test_a_table_is_aligned_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    table = Table(("samples", "excess_risk", "effective_noise", "threshold"))
    table.row((10**30, 1.2345678901234567e-300, -1.2345678901234567e-300, None))
    head, row = capsys.readouterr().out.splitlines()
    assert max(map(len, (head, row))) <= 80
    assert row[head.index("effective_noise") :].startswith("-1.23456789e-300")
    assert row.endswith("-")


def test_a_table_has_tabs_and_all_digits_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table(("x", "y"))
    table.row((0.1 + 0.2, Fraction(1, 3)))
    table.row((1, None))
    assert capsys.readouterr().out == "x\ty\n0.30000000000000004\t1/3\n1\t-\n"


@pytest.mark.parametrize("digits", [11, 12, 30])
def test_rows_of_many_digits_are_records_in_a_terminal(
    digits: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with mpmath.workdps(digits + 5):
        rows = [(mpmath.mpf(k) / 3, -(mpmath.mpf(10) ** -1234) / k, None, 7) for k in (1, 2)]
    table = Table(("samples", "excess_risk", "effective_noise", "threshold"), digits)
    for row in rows:
        table.row(row)
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert len(lines) == (3 if digits == 11 else 9)
    assert ("samples              0." + digits * "3" in lines) == (digits > 11)


def test_json_is_read_by_every_reader(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"edge": math.inf, "many": mpmath.mpf(10) ** -400, "list": [math.nan, None, 1]})
    known = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert known == {"edge": "inf", "many": "1.0e-400", "list": ["nan", None, 1]}


def test_numbers_of_many_digits(capsys: pytest.CaptureFixture[str]) -> None:
    with mpmath.workdps(30):
        print_record([("x", mpmath.mpf(1) / 3), ("y", None)], 20)
    assert capsys.readouterr().out == "x                    0.33333333333333333333\ny                    -\n"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**9), max_value=10**9))
def test_a_decimal_is_a_number(value: Fraction) -> None:
    exact = Fraction(value)
    if exact.denominator != 1:
        assert Fraction(repr(decimal(exact))) == exact


@given(st.floats(min_value=1e-100, max_value=1e100), st.integers(1, 30))
def test_proved_bounds_enclose(value: float, digits: int) -> None:
    low, high = rounded_outwards(mpmath.mpf(value), mpmath.mpf(value), digits)
    assert Fraction(low) <= Fraction(value) <= Fraction(high)
    assert Fraction(high) - Fraction(low) <= Fraction(value) * 2 / Fraction(10) ** (digits - 1)
