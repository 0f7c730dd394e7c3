"""The scripts of the paper's figures, small, write a figure and its data for each network."""

import csv
import runpy
from pathlib import Path

import pytest

QUICK = ("figure_2", "figure_3")  # of the others tests/verify/paper asks parts

SCRIPTS = sorted((Path(__file__).parents[2] / "examples" / "paper").glob("*.py"))


@pytest.mark.parametrize(
    "script",
    [pytest.param(x, id=x.stem, marks=[pytest.mark.slow] * (x.stem not in QUICK)) for x in SCRIPTS],
)
def test_small_form(script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(script))["main"](tmp_path, is_small=True)
    assert capsys.readouterr().out.strip()
    for network in ("diagonal", "quadratic"):
        (figure,) = tmp_path.glob(f"*_{network}*.png")
        assert figure.stat().st_size > 20_000
        caption, *rows = figure.with_suffix(".csv").read_text(encoding="utf-8").splitlines()
        assert caption.startswith("# ")
        assert len(list(csv.DictReader(rows))) >= 5
