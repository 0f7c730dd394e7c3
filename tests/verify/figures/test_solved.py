"""Figures of solutions show what is solved."""

import numpy as np
import pytest

from numerics import NotConverged, Problem, optimal_weight_decay, solve
from verify.figures.saving import data_of
from verify.figures.solved import learning_curve, spectrum, tuning


def curves(figure) -> dict[str, np.ndarray]:  # type: ignore[no-untyped-def, type-arg]
    found: dict[str, list[tuple[float, float]]] = {}
    for _, _, name, x, y in data_of(figure):
        found.setdefault(name, []).append((x, y))  # type: ignore[arg-type]
    return {name: np.array(points, dtype=float) for name, points in found.items() if "" not in points[0]}


def test_a_learning_curve_with_its_laws() -> None:
    samples = [10**4, 10**6, 10**8]
    shown = curves(learning_curve(network="diagonal", dim=10**4, samples=samples, weight_decay=1))
    problem = Problem("diagonal", gamma=1.25, samples=10**6, dim=10**4, weight_decay=1, noise_variance=0.5)
    assert shown["solved"][1] == pytest.approx([10**6, solve(problem).excess_risk], rel=1e-9, abs=0)
    (law,) = (points for name, points in shown.items() if name.startswith("law of phase VI"))
    n, risk = law[-1]
    assert risk == pytest.approx(0.5 * 10**4 / n, rel=1e-9, abs=0)  # Delta d/n_eff


def test_the_best_weight_decay_is_marked() -> None:
    shown = curves(tuning(network="diagonal", dim=100, samples=[300], noise_variance=1))
    problem = Problem("diagonal", gamma=1.25, samples=300, dim=100, weight_decay=1, noise_variance=1)
    decay, best = optimal_weight_decay(problem)
    assert shown["best weight decay"][0] == pytest.approx([decay, best.excess_risk], rel=1e-9, abs=0)
    assert shown["solved, n = 300"][:, 1].min() >= best.excess_risk * (1 - 1e-9)


def test_no_weight_decay_is_on_no_axis_of_powers() -> None:
    with pytest.raises(NotConverged, match="weight decay of 0 is the best"):
        tuning(network="diagonal", dim=10, samples=[1000], noise_variance=0)


def test_spectra_have_axes_of_their_own() -> None:
    figure = spectrum(dim=50, samples=[1000, 5000])
    assert [axes.get_title().split("\n")[1][:10] for axes in figure.axes] == ["$n = 1000$", "$n = 5000$"]
