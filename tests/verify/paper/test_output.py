"""Figures are written with their data, and what they cannot show is refused in one line."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from asymptotics.expressions.checks import InvalidArgument
from verify.paper.output import PaperFigure, new_figure, power, require_setting, save_all, shade, suffix_of


def test_written_with_data_and_caption(tmp_path: Path) -> None:
    figure = PaperFigure("one", new_figure(1, 1), [{"x": 1, "y": None}, {"x": 2, "y": 0.5}], "What is drawn.")
    assert [path.name for path in figure.save(tmp_path)] == ["one.png", "one.pdf", "one.csv"]
    first, *lines = (tmp_path / "one.csv").read_text(encoding="utf-8").splitlines()
    assert first == "# What is drawn."
    assert list(csv.DictReader(lines)) == [{"x": "1", "y": ""}, {"x": "2", "y": "0.5"}]
    assert repr(figure) == "<PaperFigure one: 2 points>"


def test_all_are_saved_in_a_folder_that_is_made(tmp_path: Path) -> None:
    figure = PaperFigure("one", new_figure(1, 1), [{"x": 1}], "What is drawn.")
    save_all([figure], tmp_path / "of" / "figures")
    assert len(list((tmp_path / "of" / "figures").iterdir())) == 3


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        (("cubic", 0.5, "erm"), "network"),
        (("diagonal", -1, "erm"), "noise_variance"),
        (("diagonal", float("nan"), "erm"), "noise_variance"),
        (("diagonal", True, "erm"), "noise_variance"),
        (("diagonal", 0, "bayes"), "estimator"),
    ],
    ids=["network", "negative", "nan", "flag", "estimator"],
)
def test_refused(setting: tuple[str, float, str], named: str) -> None:
    with pytest.raises(InvalidArgument, match=named):
        require_setting(*setting, allowed=("erm",))


def test_names_differ() -> None:
    names = {
        suffix_of(n, v, e, p)
        for n in ("diagonal", "quadratic")
        for v in (0, 1)
        for e in ("erm", "ridge")
        for p in (None, 9)
    }
    assert len(names) == 16
    assert power(0.5) == r"\sqrt{d}"


def test_shades_darken_in_grey_too() -> None:
    greys = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b, _ in (shade(place, 4) for place in range(4))]
    assert all(b - a > 0.1 for a, b in pairwise(greys))
