"""The main job writes what it found, whole or marked as incomplete."""

import json
from pathlib import Path

import pytest
from shell import arguments_of, interrupted_after, status_of

import verify.main_job
from asymptotics import diagonal, phase_diagram
from numerics import NotConverged


def test_verify_writes_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["verify", "--network", "diagonal", "--out", str(tmp_path)]) == 0
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is True
    assert "agreement" in (tmp_path / "report.md").read_text()
    for suffix in ("png", "pdf"):
        assert (tmp_path / f"phase_diagram_diagonal.{suffix}").stat().st_size > 10_000
    assert "agreement: " in capsys.readouterr().out


@pytest.mark.parametrize("verdict", ["disagrees", "undecided"])
def test_verify_exits_1_on_what_disagrees_and_on_what_is_undecided(
    verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verify.comparison.verdict_of", lambda *_, **__: verdict)
    arguments = ["--network", "diagonal", "--estimator", "bayes", "--out", str(tmp_path)]
    assert status_of(["verify", *arguments]) == 1
    assert json.loads((tmp_path / "report.json").read_text())["passed"] is False


def test_equations_that_are_not_solved_are_no_disagreement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(arguments_of("solve", dim="1e400")) == 3
    assert "dim" in capsys.readouterr().err

    def fails(*_: object, **__: object) -> None:
        raise NotConverged("no\nconvergence")

    monkeypatch.setattr("verify.main_job.agreement", fails)
    assert status_of(["verify", "--network", "diagonal", "--out", str(tmp_path / "report")]) == 3
    *_, last = capsys.readouterr().err.splitlines()
    assert last == "no convergence; nothing was kept"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("error", [KeyboardInterrupt(), NotConverged("no solution")])
def test_an_interrupted_verification_keeps_what_was_checked(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted_after(3, monkeypatch, "verify.main_job.agreement", error)
    status = 130 if isinstance(error, KeyboardInterrupt) else 3
    assert status_of(["verify", "--network", "diagonal", "--out", str(tmp_path)]) == status
    *_, last = capsys.readouterr().err.splitlines()
    record = json.loads((tmp_path / "report.json").read_text())
    assert record["complete"] is False
    assert record["passed"] is False  # though every check that was made agrees
    assert {check["verdict"] for check in record["checks"]} == {"agrees"}
    assert {check["phase"] for check in record["checks"]} == {"Ia", "Ib", "II"}
    assert f"{len(record['checks'])} checks" in last
    page = (tmp_path / "report.md").read_text()
    assert page.startswith("# Derivation against equations: INCOMPLETE\n")
    assert "agreement" not in page
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "report.md"]
    assert str(tmp_path / "report.md") in last


def test_long_paths_are_not_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / ("long" * 30)
    assert status_of(["verify", "--network", "diagonal", "--estimator", "bayes", "--out", str(out)]) == 0
    printed = capsys.readouterr().out.splitlines()
    names = [
        "phase_diagram_diagonal_bayes.png",
        "phase_diagram_diagonal_bayes.pdf",
        "report.md",
        "report.json",
    ]
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
def test_verify_takes_noise_and_estimator(noise: str, estimator: str, tmp_path: Path) -> None:
    arguments = ["--network", "diagonal", "--noise", noise, "--estimator", estimator, "--out", str(tmp_path)]
    assert status_of(["verify", *arguments]) == 0
    assert len(list(tmp_path.glob("*.png"))) == len(list(tmp_path.glob("*.pdf"))) == 1


def test_checks_are_those_of_the_whole_diagram(tmp_path: Path) -> None:
    # they are made phase by phase, so that an interrupt leaves some
    assert status_of(["verify", "--network", "diagonal", "--seed", "7", "--out", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "report.json").read_text())
    whole = json.loads(verify.main_job.agreement(phase_diagram(diagonal), seed=7).to_json())
    assert whole == record
