"""Edges, gaps and heights at many points at once: as `Curve` has them one by one, in both arithmetics."""

from typing import Any

import numpy as np
import pytest

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.free_probability import curve_points
from numerics.free_probability.biane import Curve
from numerics.free_probability.curve_points import edges, gaps, heights2, sums

EIGENVALUES, WEIGHTS = [5.0, 3.0, 2.9, 1.0, 0.0], [1.0, 2.0, 1.0, 3.0, 1.0]
NOISE = 0.6


def setup(arithmetic: Arithmetic) -> tuple[Any, Any, Any]:
    s, w = arithmetic.array(EIGENVALUES), arithmetic.array(WEIGHTS) / arithmetic.real(8)
    return s, w, arithmetic.real(NOISE)


@pytest.mark.parametrize("arithmetic", [DOUBLE, multiprecision(120)], ids=["double", "many digits"])
@pytest.mark.parametrize("rows", [True, False])
def test_many_points_are_as_one_by_one(arithmetic: Arithmetic, rows: bool) -> None:
    with arithmetic.working():
        s, w, noise = setup(arithmetic)
        distances = s[:, None] - s
        weights = np.tile(w, (5, 1)) if rows else w[None]
        curves = [Curve(arithmetic, noise, w, row) for row in distances]
        close = float(64 * arithmetic.epsilon)

        starts = noise * arithmetic.sqrt(w)
        places, is_edge = edges(arithmetic, noise * noise, -distances, weights, starts)
        for node in range(5):
            left = curves[node].seen_from(node, -1).edge(starts[node])
            assert bool(is_edge[node]) == (left is not None)
            assert left is None or abs(places[node] / left - 1) < close

        below = [1, 2, 3, 4]
        shares, places = gaps(
            arithmetic, noise * noise, distances[1:], weights[1:] if rows else weights, s[:-1] - s[1:]
        )
        for place, number in enumerate(below):
            gap = curves[number].gap(place)
            assert (shares[place] < 1) == (not gap.is_closed)
            if gap.is_closed:
                assert abs(shares[place] / gap.share - 1) < close
                assert abs(places[place] / gap.offset - 1) < 1e4 * close

        offsets = noise * arithmetic.sqrt(w) / 3
        squares = (offsets[:, None] + distances) ** 2
        squared = heights2(arithmetic, noise * noise, squares, weights)
        for node in range(5):
            assert abs(squared[node] / curves[node].height(offsets[node]) ** 2 - 1) < close


def test_sums_are_over_the_nodes_of_each_point() -> None:
    values, weights = np.arange(6.0).reshape(2, 3), np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 1.0]])
    assert sums(values, weights).tolist() == [8.0, 5.0]
    assert sums(values, weights[:1]).tolist() == [8.0, 26.0]


def test_what_does_not_settle_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    s, w, noise = setup(DOUBLE)
    distances, weights = s[:, None] - s, w[None]
    monkeypatch.setattr(curve_points, "_GAP_STEPS", 1)
    with pytest.raises(NotConverged, match="bottom of a gap"):
        gaps(DOUBLE, noise**2, distances[1:], weights, s[:-1] - s[1:])
    monkeypatch.setattr(curve_points, "_NEWTON_STEPS", 1)
    monkeypatch.setattr(curve_points, "_BRACKET_STEPS", 0)
    with pytest.raises(NotConverged, match="height"):
        heights2(DOUBLE, noise**2, distances**2, weights)
    monkeypatch.setattr(curve_points, "_EDGE_STEPS", 1)
    assert not edges(DOUBLE, noise**2, distances, weights, noise * np.sqrt(w))[1].any()
