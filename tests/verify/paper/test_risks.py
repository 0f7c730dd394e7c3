"""Figures 3 to 5: curves are solutions, and the slopes drawn are those that solutions have at large d."""

import math
from dataclasses import replace

import numpy as np
import pytest

from asymptotics.expressions.checks import InvalidArgument
from numerics import solve
from verify.paper.problems import problem_at
from verify.paper.risks import risks

DIM = 10**24
"""Where the local slope of a solution is that of its phase: corrections are powers of d^-0.05 and less."""


@pytest.mark.parametrize(
    ("noise_variance", "ell", "a", "slope"),
    [
        pytest.param(0.5, -1, 0.2, -3 / 5, id="IV"),
        pytest.param(0.5, -1, 0.7, 2 / 5, id="V"),
        pytest.param(0.5, -1, 1.4, -1, id="VIa"),
        pytest.param(0.5, 0, 0.75, -6 / 5, id="II at 1"),
        pytest.param(0.5, 0, 1.4, -1, id="VIa at 1"),
        pytest.param(0.5, 0.5, 1.4, -6 / 5, id="II at sqrt(d)"),
        pytest.param(0, -1, 0.5, -3 / 2, id="N"),
        pytest.param(0, -1, 1.4, -2, id="III, no noise"),
        pytest.param(0, 0, 1.2, -6 / 5, id="II at 1, no noise"),
        pytest.param(0, 0, 2.2, -2, id="III at 1, no noise"),
        pytest.param(0, 0.5, 1.6, -6 / 5, id="II at sqrt(d), no noise"),
        pytest.param(0, 0.5, 2.7, -2, id="III at sqrt(d), no noise"),
    ],
)
def test_slopes_of_the_article(noise_variance: float, ell: float, a: float, slope: float) -> None:
    step, setting = 0.01, {"ell": ell, "dim": DIM, "noise_variance": noise_variance}
    problems = [problem_at("quadratic", a=x, **setting) for x in (a - step, a + step)]
    low, high = (float(solve(problem).excess_risk) for problem in problems)
    assert math.log(high / low) / (2 * step * math.log(DIM)) == pytest.approx(slope, rel=0, abs=0.02)


def drawn_slopes(figure) -> list[dict[str, float]]:
    """By panel: name of the phase and slope of each dashed line, read from the drawing."""
    panels = []
    for ax in figure.axes:
        lines = [line.get_xydata() for line in ax.get_lines() if line.get_linestyle() == "--"]
        slopes = [float(np.diff(np.log(xy[:, 1]))[0] / np.diff(np.log(xy[:, 0]))[0]) for xy in lines]
        panels.append(dict(zip((text.get_text().split(":")[0] for text in ax.texts), slopes, strict=True)))
    return panels


def test_slopes_drawn() -> None:
    small, one, large = drawn_slopes(risks("quadratic", dims=(100,), points=12).figure)
    assert small["V"] == pytest.approx(2 / 5)
    assert small["VIa"] == pytest.approx(-1)
    assert one["II"] == pytest.approx(-6 / 5)
    assert (large["Ib"], large["II"]) == pytest.approx((0, -6 / 5))


@pytest.mark.slow
def test_curves_are_solutions() -> None:
    figure = risks("diagonal", dims=(30,), points=5, estimator="ridge", noise_variance=0.25)
    row = [row for row in figure.rows if row["weight_decay"] == 1][3]
    problem = problem_at("diagonal", a=0, ell=0, dim=30, estimator="ridge", noise_variance=0.25)
    assert row["excess_risk"] == pytest.approx(
        solve(replace(problem, samples=row["samples"])).excess_risk, rel=1e-9, abs=0
    )


@pytest.mark.slow
def test_bayes_has_one_panel() -> None:
    figure = risks("diagonal", estimator="bayes", dims=(30,), points=4)
    assert len(figure.figure.axes) == 1


def test_dimensions_are_needed() -> None:
    with pytest.raises(InvalidArgument, match="dims"):
        risks("diagonal", dims=())


def test_ridge_regression_peaks_with_as_many_samples_as_weights() -> None:
    """Half of d^2: the peak is solved there, and where a curve runs between phases the panel says so."""
    figure = risks("quadratic", dims=(100,), points=5, estimator="ridge")
    rows = [row for row in figure.rows if row["weight_decay"] == 0.01]
    assert max(rows, key=lambda row: float(row["excess_risk"]))["n_eff"] == 50
    assert [bool(ax.texts) and "boundary" in ax.texts[0].get_text() for ax in figure.figure.axes] == [
        False,
        True,
        False,
    ]


def test_the_legend_of_one_panel_is_whole() -> None:
    drawn = risks("quadratic", estimator="bayes", points=4).figure
    drawn.draw_without_rendering()
    box = drawn.legends[0].get_window_extent()
    assert box.x0 > 0
    assert box.x1 < drawn.bbox.x1
