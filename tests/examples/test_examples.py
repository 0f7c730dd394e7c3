"""Every example runs from a clean folder, says something and draws its figure, or several."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples"
# the notebook has a test of its own
EXAMPLES = sorted(path for path in FOLDER.glob("*.py") if path.name != "walkthrough.py")


LONG = ("compute_optimal", "gallery", "spectra_of_phases", "tail_and_risk", "width")
"""Some twenty seconds each; the weights in each phase are in a figure of the paper, too."""


@pytest.mark.parametrize(
    "script",
    [pytest.param(path, marks=pytest.mark.slow if path.stem in LONG else ()) for path in EXAMPLES],
    ids=lambda path: path.stem,
)
def test_example_runs(script: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", str(script), str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip()
    figures = list(tmp_path.glob(f"{script.stem}*.png"))
    assert figures
    assert all(figure.stat().st_size > 10_000 for figure in figures)
