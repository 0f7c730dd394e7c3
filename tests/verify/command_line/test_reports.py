"""Sub-commands that write files say which, and write each whole or not at all."""

import csv
import json
from pathlib import Path

import pytest
from shell import interrupted_after, status_of

from verify.catalogue import FIGURES, OPTIONS, examples, options_of, titles

IN_A_CHECKOUT = pytest.mark.skipif(not examples(), reason="installed packages have no scripts beside them")


def test_a_figure_is_there_in_all_formats_or_in_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted_after(3, monkeypatch, "matplotlib.figure.Figure.savefig", KeyboardInterrupt())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert status_of(["figures", "--noise", "none"]) == 130
    out, err = capsys.readouterr()
    named = sorted(str(path.relative_to(tmp_path)) for path in (tmp_path / "report").iterdir())
    assert named == [f"report/phase_diagram_diagonal_noise_none.{kind}" for kind in ("csv", "pdf", "png")]
    assert sorted(out.splitlines()) == named
    assert all(name in err for name in named)


def test_figures_that_were_drawn_are_named_at_an_interrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interrupted_after(1, monkeypatch, "verify.figures.drawing.phase_diagram", KeyboardInterrupt())
    assert status_of(["figures", "--out", str(tmp_path)]) == 130
    (line,) = capsys.readouterr().err.splitlines()
    for path in tmp_path.iterdir():
        assert str(path) in line
    assert len(list(tmp_path.iterdir())) == 3


def test_figures_are_drawn_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = []

    def keep(figure: object, stem: Path, kinds: object) -> list[Path]:
        titles.append((stem.name, figure.axes[0].get_title(), figure.axes[0].get_xlim()))  # type: ignore[attr-defined]
        return []

    monkeypatch.setattr("verify.figures.save_figure", keep)
    more = ["--gamma", "2.2", "--samples-window", "-0.5", "2", "--out", str(tmp_path)]
    assert status_of(["figures", *more, "--network", "diagonal"]) == 0
    assert status_of(["figures", *more, "--network", "kernel_ridge", "--source", "0.5"]) == 0
    assert status_of(["figures", *more, "--network", "diagonal", "--noise", "scaled", "--b", "1/3"]) == 0
    assert (
        status_of(["figures", *more, "--network", "diagonal", "--noise", "scaled", "--estimator", "bayes"])
        == 0
    )
    assert [name.removeprefix("phase_diagram_") for name, _, _ in titles] == [
        "diagonal",
        "kernel_ridge",
        "diagonal_noise_scaled",
        "diagonal_bayes_noise_scaled",
    ]
    assert all(limits == (-0.5, 2) and r"\gamma = 11 / 5" in title for _, title, limits in titles)


def test_figures_of_a_width(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--width", "scaled", "--ell", "-1/2", "--width-window", "0", "1.2", "--format", "pgf"]
    assert status_of(["figures", "--network", "quadratic", *more, "--out", str(tmp_path), "--json"]) == 0
    stem = tmp_path / "phase_diagram_quadratic_width_scaled"
    assert json.loads(capsys.readouterr().out) == [f"{stem}.pgf", f"{stem}.csv"]
    assert r"\begin{pgfpicture}" in stem.with_suffix(".pgf").read_text()
    lines = [line for line in stem.with_suffix(".csv").read_text().splitlines() if line[0] != "#"]
    regions = {row["name"] for row in csv.DictReader(lines) if row["kind"] == "region"}
    assert {"Wa", "Wb", "Wc"} <= regions


def test_figures_of_solutions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["learning_curve", "tuning", "spectrum"]
    more = ["--network", "diagonal", "--dim", "100", "--samples", "1e3", "--format", "svg"]
    assert status_of(["figures", *names, *more, "--out", str(tmp_path)]) == 0
    stems = [tmp_path / f"{name}_diagonal" for name in names]
    printed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert printed == [stem.with_suffix(end) for stem in stems for end in (".svg", ".csv")]
    assert all(path.stat().st_size > 200 for path in printed)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nothing"], "Invalid value for NAME: 'nothing' is not one of phase_diagram, learning_curve,"),
        (["spectrum", "--estimator", "bayes"], "--estimator is not for spectrum, which takes --network,"),
        pytest.param(
            ["width", "--gamma", "1"], "--gamma is not for width, which takes --out", marks=IN_A_CHECKOUT
        ),
        pytest.param(
            ["width", "--network", "quadratic"],
            "--network is not for width, which takes --out",
            marks=IN_A_CHECKOUT,
        ),
        (["--dim", "100"], "--dim is not for phase_diagram, which takes --network,"),
        (["--width", "30"], "Invalid value for '--width': of a phase diagram it must be full or scaled"),
        (["--network", "diagonal", "--width", "scaled"], "Invalid value for '--width': 'scaled' is not for"),
        (["--ell", "1"], "Invalid value for '--ell': for diagonal it must be left out"),
        (["spectrum", "--width", "scaled"], "Invalid value for '--width': of spectrum it must be full or"),
        (
            ["spectrum", "--network", "kernel_ridge"],
            "Invalid value for '--network': 'kernel_ridge' is not for",
        ),
    ],
)
def test_options_that_a_figure_does_not_take_are_refused(
    arguments: list[str], line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status_of(["figures", *arguments, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(line)
    assert not list(tmp_path.iterdir())


def test_figures_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["figures", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    named = [line for line in lines if not line.startswith(" ")]
    assert [line.split()[0] for line in named] == [*FIGURES, *examples()]
    assert max(map(len, lines)) <= 80
    whole = " ".join(" ".join(line[20:] for line in lines).split())
    assert all(" ".join(title.split()) in whole for _, title in titles())
    assert status_of(["figures", "--list", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == [*FIGURES, *examples()]


def test_a_script_is_a_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = """\
from pathlib import Path


def main(folder: Path) -> None:
    print("says something")
    (folder / "mine.png").write_bytes(b"drawn")
"""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "mine.py").write_text(script)
    monkeypatch.setattr("verify.catalogue.EXAMPLES", tmp_path / "scripts")
    out = tmp_path / "out"
    assert status_of(["figures", "mine", "--out", str(out), "--json"]) == 0
    printed, err = capsys.readouterr()
    assert json.loads(printed) == [str(out / "mine.png")]
    assert "says something" in err


@pytest.mark.parametrize("name", FIGURES)
def test_the_command_has_the_options_of_every_figure(name: str) -> None:
    assert set(options_of(name)) <= set(OPTIONS)


def test_the_report_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(subjects: list[object], *, out: Path, command: str, jobs: int) -> bool:
        print("progress")
        (out / "report.json").write_text(f'{{"command": "{command}"}}\n')
        return False

    monkeypatch.setattr("verify.main_job.run", run)
    assert status_of(["verify", "--json", "--seed", "3", "--out", str(tmp_path)]) == 1
    printed, err = capsys.readouterr()
    assert json.loads(printed)["command"].startswith("shallowlaws verify --seed 3 --out")
    assert err == "progress\n"
