"""Figure 2: the histograms are those of the trainings, and the theory's mass is that of the bins."""

import numpy as np
import pytest

from asymptotics.expressions.checks import InvalidArgument
from numerics import solve
from verify.paper.problems import spectrum_problems
from verify.paper.spectra import spectra
from verify.paper.trainings import train_here


def test_rows_count_the_trained_weights() -> None:
    figure = spectra("diagonal", dim=60, seeds=2)
    problem = spectrum_problems("diagonal", dim=60)["VIa"]
    rows = [row for row in figure.rows if row["phase"] == "VIa"]
    pooled = np.abs(np.concatenate([train_here(problem, seed).weights for seed in range(2)]))
    inside = (pooled >= rows[0]["from"]) & (pooled <= rows[-1]["to"])
    assert sum(row["trained_per_network"] for row in rows) == pytest.approx(inside.sum() / 2, abs=1e-9)
    spectrum = solve(problem).spectrum()
    mass = 2 * 60 * (spectrum.mass_beyond(rows[0]["from"]) - spectrum.mass_beyond(rows[-1]["to"]))
    assert sum(row["theory"] for row in rows) == pytest.approx(mass, rel=1e-9, abs=0)


def test_no_axis_follows_a_law_that_is_never_seen() -> None:
    """In phase Ib of the diagonal network the law has 1e-77 weights outside of 0 at d = 400."""
    figure = spectra("diagonal", dim=400).figure
    lowest = {ax.get_title().split(",")[0]: ax.get_ylim()[0] for ax in figure.axes}
    assert min(lowest.values()) > 1e-4
    assert lowest["Ib"] == pytest.approx(0.03)


def test_no_spectrum_without_training() -> None:
    with pytest.raises(InvalidArgument, match="estimator"):
        spectra("diagonal", estimator="ridge")
