"""The main job writes what it found, whole or marked as incomplete."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from shell import arguments_of, interrupted_after, status_of

import verify.parts
from asymptotics import phase_diagram
from asymptotics.models import hermite
from numerics import NotConverged
from verify import agreement, words
from verify.outcomes import Kill
from verify.parts import QUICK_ERRORS, Part
from verify.planted_errors import PlantedError

TABLES = sorted(["report.md", "report.json", *(f"{name}.json" for name in words.TABLES)])


def test_verify_writes_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["verify", "--network", "diagonal", "--out", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is True
    assert "agreement" in (tmp_path / "report.md").read_text()
    assert "![phase_diagram_diagonal.png](phase_diagram_diagonal.png)" in (tmp_path / "report.md").read_text()
    for suffix in ("png", "pdf"):
        assert (tmp_path / f"phase_diagram_diagonal.{suffix}").stat().st_size > 10_000
    assert "agreement: " in capsys.readouterr().out


@pytest.mark.parametrize("verdict", ["disagrees", "undecided"])
def test_verify_exits_1_on_what_disagrees_and_on_what_is_undecided(
    verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verify.comparison.verdict_of", lambda *_, **__: verdict)
    assert status_of(["verify", "--network", "hermite_2", "--out", str(tmp_path)]) == 1
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is False


def test_equations_that_are_not_solved_are_no_disagreement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(arguments_of("solve", dim="1e400")) == 2  # beyond float64
    assert "dim" in capsys.readouterr().err

    def fails(*_: object, **__: object) -> None:
        raise NotConverged("no\nconvergence")

    monkeypatch.setattr("verify.parts.agreement", fails)
    assert status_of(["verify", "--network", "diagonal", "--out", str(tmp_path / "report")]) == 3
    *_, last = capsys.readouterr().err.splitlines()
    assert last == "no convergence; nothing was kept"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("error", [KeyboardInterrupt(), NotConverged("no solution")])
def test_an_interrupted_verification_keeps_what_was_checked(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted_after(2, monkeypatch, "verify.parts.agreement", error)
    status = 130 if isinstance(error, KeyboardInterrupt) else 3
    arguments = ["--network", "diagonal", "--estimator", "bayes", "--out", str(tmp_path)]
    assert status_of(["verify", *arguments]) == status
    *_, last = capsys.readouterr().err.splitlines()
    record = json.loads((tmp_path / "report.json").read_text())
    assert record["complete"] is False
    assert record["passed"] is False  # though every check that was made agrees
    assert {check["verdict"] for check in record["checks"]} == {"agrees"}
    assert {check["phase"] for check in record["checks"]} == {"Ia", "IV"}
    assert f"{len(record['checks'])} checks" in last
    page = (tmp_path / "report.md").read_text()
    assert page.startswith("# Derivation against equations: INCOMPLETE\n")
    assert "agreement" not in page
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["parts", *TABLES])
    assert str(tmp_path / "report.md") in last
    assert last.endswith("the same command goes on from there")


def test_an_interrupted_verification_goes_on_from_what_was_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["verify", "--network", "hermite_2", "--out", str(tmp_path)]
    calls = []
    computed = verify.parts.computed

    def counted(part: Part) -> object:
        calls.append(part)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return computed(part)

    monkeypatch.setattr("verify.main_job.computed", counted)
    assert status_of(arguments) == 130
    assert len(list((tmp_path / "parts").iterdir())) == 2
    assert status_of(arguments) == 0
    assert calls[2] == calls[3]  # the one that was interrupted comes next
    assert len(calls) == len(set(calls)) + 1
    record = json.loads((tmp_path / "report.json").read_text())
    assert record["complete"] is True
    assert record["planted"] == record["killed"] == QUICK_ERRORS
    assert not (tmp_path / "parts").exists()
    once = tmp_path / "once"
    assert status_of([*arguments[:-1], str(once)]) == 0
    other = json.loads((once / "report.json").read_text())
    assert other["checks"] == record["checks"]


@pytest.mark.slow
def test_several_processes_find_the_same(tmp_path: Path) -> None:
    records = []
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        arguments = ["verify", "--network", "hermite_2", "--jobs", jobs, "--out", str(out)]
        assert status_of(arguments) == 0
        records.append(json.loads((out / "report.json").read_text()))
    assert records[0]["checks"] == records[1]["checks"]


def test_an_error_that_survives_is_status_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def survives(error: PlantedError, **_: object) -> Kill:
        return Kill(error.name, error.error, "He_2", None, 7)

    monkeypatch.setattr("verify.parts.killed", survives)
    assert status_of(["verify", "--network", "hermite_2", "--out", str(tmp_path)]) == 1
    assert "**survives** 7 checks" in (tmp_path / "report.md").read_text()


def test_the_report_says_how_it_was_made(tmp_path: Path) -> None:
    arguments = ["verify", "--network", "hermite_2", "--seed", "3", "--out", str(tmp_path)]
    assert status_of(arguments) == 0
    record = json.loads((tmp_path / "report.json").read_text())
    assert record["command"] == f"shallowlaws verify --network hermite_2 --seed 3 --out {tmp_path}"
    assert record["seed"] == 3
    assert record["version"]
    assert datetime.fromisoformat(record["date"]).tzinfo is not None
    assert f"`{record['command']}`" in (tmp_path / "report.md").read_text()
    phases = json.loads((tmp_path / "phases.json").read_text())
    assert [phase["phase"] for phase in phases] == ["1", "2"]


def test_long_paths_are_not_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / ("long" * 30)
    assert status_of(["verify", "--network", "hermite_2", "--out", str(out)]) == 0
    printed = capsys.readouterr().out.splitlines()
    names = ["report.md", "report.json", *(f"{name}.json" for name in words.TABLES)]
    assert [line for line in printed if line.startswith("wrote")] == [f"wrote {out / name}" for name in names]
    assert json.loads((out / "report.json").read_text())["complete"] is True


@pytest.mark.parametrize(
    ("noise", "estimator"),
    [
        pytest.param("scaled", "erm", marks=pytest.mark.slow),
        ("none", "bayes"),
        pytest.param("scaled", "bayes", marks=pytest.mark.slow),
    ],
)
def test_verify_takes_noise_and_estimator(
    noise: str, estimator: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--network", "diagonal", "--noise", noise, "--estimator", estimator, "--out", str(tmp_path)]
    assert status_of(["verify", *arguments]) == 0
    stem = f"phase_diagram_diagonal{'' if estimator == 'erm' else '_bayes'}_noise_{noise}"
    figures = [f"{stem}.{suffix}" for suffix in ("png", "pdf", "csv")]
    assert sorted(path.name for path in tmp_path.glob("phase_diagram*")) == sorted(figures)
    printed = capsys.readouterr().out.splitlines()
    names = [*figures, "report.md", "report.json", *(f"{name}.json" for name in words.TABLES)]
    assert [line for line in printed if line.startswith("wrote")] == [f"wrote {tmp_path / x}" for x in names]


def test_checks_are_those_of_the_whole_diagram(tmp_path: Path) -> None:
    # they are made phase by phase, so that an interrupt leaves some
    arguments = ["--network", "hermite_2", "--seed", "7", "--out", str(tmp_path)]
    assert status_of(["verify", *arguments]) == 0
    record = json.loads((tmp_path / "report.json").read_text())
    whole = agreement(phase_diagram(hermite(2)), seed=7)
    assert json.loads(whole.to_json())["checks"] == record["checks"]
    assert json.loads((tmp_path / "omissions.json").read_text()) == whole.to_dict()["omissions"]
    assert json.loads((tmp_path / "phases.json").read_text()) == whole.to_dict()["phases"]
