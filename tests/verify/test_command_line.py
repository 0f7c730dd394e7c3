"""The console command: thin, exact with numbers, and clear when refused."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics import InvalidProblem, Problem, solve
from verify.command_line import main, number
from verify.provenance import foreign_packages

GOOD = {"network": "diagonal", "gamma": "5/4", "samples": "1000", "dim": "100", "weight-decay": "0.1"}


def _arguments(command: str, **changes: str) -> list[str]:
    options = {**GOOD, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return [command, *(word for key, value in options.items() for word in (f"--{key}", value))]


def _status(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@given(value=st.fractions())
def test_numbers_are_read_exactly(value: Fraction) -> None:
    assert number(str(value)) == value


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_decimals_are_read_as_python_reads_them(value: float) -> None:
    assert float(number(repr(value))) == value


def test_solve_prints_what_solve_returns(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(_arguments("solve")) == 0
    printed = dict(line.split() for line in capsys.readouterr().out.splitlines())
    problem = Problem("diagonal", gamma=Fraction(5, 4), samples=1000, dim=100, weight_decay=0.1)
    assert float(printed["excess_risk"]) == solve(problem).excess_risk


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"gamma": "0.4"}, "gamma"),
        ({"gamma": "nan"}, "gamma"),
        ({"samples": "-1"}, "samples"),
        ({"samples": "many"}, "samples"),
        ({"dim": "0"}, "dim"),
        ({"weight-decay": "-0.1"}, "weight_decay"),
        ({"weight-decay": "inf"}, "weight_decay"),
        ({"noise-variance": "-1"}, "noise_variance"),
        ({"width": "3"}, "width"),
        ({"network": "cubic"}, "network"),
    ],
)
def test_bad_input_prints_the_line_of_the_exception_and_exits_2(
    changes: dict[str, str], parameter: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _status(_arguments("solve", **changes)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert parameter in err
    (raw,) = changes.values()
    assert raw in err
    options = {**GOOD, **changes}
    parameters = {
        key.replace("-", "_"): value if key in ("network", "target") else number(value)
        for key, value in options.items()
    }
    with pytest.raises(InvalidProblem) as refused:
        Problem(**parameters)
    assert err.strip() == str(refused.value)


def test_derive_prints_derivations(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(["derive", "--network", "quadratic", "--noise", "none", "--steps"]) == 0
    text = capsys.readouterr().out
    assert "Phase N (noiseless interpolation)" in text
    assert text.count("Balance of the largest terms") == text.count("Region\n") == 5
    assert _status(["derive", "--network", "diagonal", "--estimator", "bayes", "--steps", "--latex"]) == 0
    assert r"\paragraph{Phase IV (benign).}" in capsys.readouterr().out


def test_derive_prints_every_phase(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(["derive", "--network", "quadratic", "--latex"]) == 0
    table = capsys.readouterr().out
    for name in ("I", "II", "III", "IV", "V", "VI"):
        assert f"\n{name} & " in table


def test_verify_writes_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(["verify", "--network", "diagonal", "--out", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is True
    assert "agreement" in (tmp_path / "report.md").read_text()
    for suffix in ("png", "pdf"):
        assert (tmp_path / f"phase_diagram_diagonal.{suffix}").stat().st_size > 10_000
    assert "agreement: " in capsys.readouterr().out


def test_verify_exits_1_on_disagreement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.comparison.TOLERANCE", 0.0)
    assert _status(["verify", "--network", "diagonal", "--out", str(tmp_path)]) == 1
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is False


def test_python_m_verify_is_the_sub_command() -> None:
    command = [sys.executable, "-m", "verify", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "--effort" in result.stdout


def test_a_foreign_package_is_named(tmp_path: Path) -> None:
    complaint = foreign_packages(tmp_path)
    assert complaint is not None
    assert "'asymptotics'" in complaint
    assert len(complaint.splitlines()) == 1


def test_spectrum_prints_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "spectrum.png"
    assert _status(_arguments("spectrum", network="quadratic", samples="20000", out=str(out))) == 0
    printed = capsys.readouterr().out
    solution = solve(Problem("quadratic", gamma=Fraction(5, 4), samples=20000, dim=100, weight_decay=0.1))
    assert str(solution.spectrum().atom) in printed
    assert str(solution.pruned()) in printed
    assert "spike 1 " in printed
    assert out.read_bytes().startswith(b"\x89PNG")


def test_an_estimator_without_threshold(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["solve", "--network", "diagonal", "--gamma", "1.25", "--dim", "100", "--samples", "40"]
    assert _status([*arguments, "--estimator", "bayes"]) == 0
    assert "threshold            -" in capsys.readouterr().out
