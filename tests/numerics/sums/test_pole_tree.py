"""Sums over all poles as points see them from boxes of any level, against sums over each pole."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numerics.sums import pole_tree as module
from numerics.sums.pole_tree import PoleTree, pole_tree

COUNT = 2000
CASES = ("uniform", "decades", "clusters", "pareto", "geometric", "dense among sparse")


def poles(kind: str) -> Any:
    rng = np.random.default_rng(5)
    s = {
        "uniform": lambda: rng.uniform(0, 1, COUNT),
        "decades": lambda: 10 ** rng.uniform(-8, 8, COUNT),
        "clusters": lambda: np.concatenate([c + 1e-6 * rng.normal(size=COUNT // 8) for c in range(1, 9)]),
        "pareto": lambda: rng.pareto(0.5, COUNT) + 1,
        "geometric": lambda: 0.97 ** np.arange(COUNT),
        "dense among sparse": lambda: np.append(rng.uniform(0, 10, 900), 3 + 1e-6 * rng.uniform(0, 1, 1100)),
    }[kind]()
    return np.unique(s)[::-1]


def tree_of(kind: str) -> PoleTree:
    s = poles(kind)
    return pole_tree(s, np.random.default_rng(6).uniform(0.5, 1.5, len(s)) / len(s))


# Sums over the poles that the integrals consist of, all of positive terms: along = u - s, seen from s_i.
SUMS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "1/|z - s|^2": lambda w, distances, along, v2: w / (along**2 + v2),
    "1/|z - s|^4": lambda w, distances, along, v2: w * (1 / (along**2 + v2)) ** 2,
    "(s - m)^2/|z - s|^2": lambda w, distances, along, v2: w * distances**2 / (along**2 + v2),
}


@pytest.mark.parametrize("kind", CASES)
def test_sums_from_every_level_are_those_over_each_pole(kind: str) -> None:
    tree, rng = tree_of(kind), np.random.default_rng(7)
    numbers = rng.integers(0, len(tree.poles), 60)
    offsets = 0.4 * tree.gaps[numbers] * rng.uniform(-1, 1, 60)
    for level in range(tree.heights):
        for use_offsets in (False, True):
            for seen in tree.seen(level, numbers, offsets if use_offsets else None):
                at, offset = numbers[seen.points], offsets[seen.points]
                room = seen.room(offset)
                room = tree.poles[0] ** 2 + 0 * offset if room is None else room
                inside = room > 0
                assert inside.all()
                for part in (0.0, 0.3, 1.0):
                    v2 = (part * room)[:, None]
                    all_distances = tree.poles[at][:, None] - tree.poles
                    for name, term in SUMS.items():
                        some = term(seen.weights, seen.distances, offset[:, None] + seen.distances, v2)
                        each = term(tree.weights, all_distances, offset[:, None] + all_distances, v2)
                        np.testing.assert_allclose(
                            some.sum(axis=1), each.sum(axis=1), rtol=2e-13, err_msg=f"{name} {level}"
                        )


@pytest.mark.parametrize("kind", CASES)
def test_what_is_known_of_heights_lets_rules_stand_for_near_poles(kind: str) -> None:
    tree = tree_of(kind)
    level = tree.heights - 2
    numbers = np.arange(0, len(tree.poles), 37)
    offsets, heights = 0 * tree.poles[numbers], tree.levels[level].radii[0] / 2 + 0 * tree.poles[numbers]
    for seen in tree.seen(level, numbers, offsets, heights):
        s, v2 = tree.poles[numbers[seen.points]], heights[seen.points][:, None] ** 2
        exact = (tree.weights / ((s[:, None] - tree.poles) ** 2 + v2)).sum(axis=1)
        some = (seen.weights / (seen.distances**2 + v2)).sum(axis=1)
        inside = seen.room(offsets[seen.points]) > v2[:, 0]
        np.testing.assert_allclose(some[inside], exact[inside], rtol=1e-13)


def test_few_nodes_stand_for_many_poles() -> None:
    s = np.sort(np.random.default_rng(0).uniform(0, 1, 30_000))[::-1]
    tree = pole_tree(s, np.ones(len(s)))
    numbers = np.arange(0, len(s), 101)
    for level, height in ((0, 0.0), (tree.heights - 3, 0.05)):
        for seen in tree.seen(level, numbers, np.zeros(len(numbers)), height):
            assert seen.distances.shape[1] < 1000


@pytest.mark.parametrize("order", [4, 8, 11, 24])
def test_the_series_of_the_other_poles(order: int) -> None:
    tree = tree_of("pareto")
    numbers = np.array([0, 1, 500, 1777, len(tree.poles) - 1])
    series = tree.series(numbers, order)
    for number, row in zip(numbers, series, strict=True):
        distances, weights = (np.delete(column, number) for column in (tree.poles, tree.weights))
        ratios = tree.gaps[number] / (tree.poles[number] - distances)
        for k in range(order + 1):
            terms = weights * (-1) ** k * ratios ** (k + 1)
            assert row[k] == pytest.approx(terms.sum(), rel=0, abs=1e-13 * abs(terms).sum())


def test_lower_bounds_on_heights_hold() -> None:
    tree, variance = tree_of("uniform"), 0.1
    numbers = np.arange(0, len(tree.poles), 50)
    offsets = 0.3 * tree.gaps[numbers]
    least = tree.least_heights(numbers, offsets, variance)
    assert (least > 0).mean() > 0.8
    along = (tree.poles[numbers] + offsets)[:, None] - tree.poles
    share = variance * (tree.weights / (along**2 + least[:, None] ** 2)).sum(axis=1)
    assert np.all(share >= 1)


def test_points_between_poles_are_seen_from_the_nearest() -> None:
    tree = pole_tree(np.array([9.0, 4.0, 1.0, 0.0]), np.ones(4))
    numbers, offsets = tree.nearest(np.array([0, 3, 3, 1]), np.array([-5.5, 0.25, 0.75, 6.0]))
    assert numbers.tolist() == [1, 3, 2, 0]
    assert offsets.tolist() == [-0.5, 0.25, -0.25, 1.0]


def test_far_poles_of_too_few_nodes_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above is not blind: with four nodes for the far poles sums are off."""
    monkeypatch.setattr(module, "_ORDER", 4)
    tree = tree_of("uniform")
    (seen,) = tree.seen(0, np.array([1000]))
    exact = (tree.weights / ((tree.poles[1000] - tree.poles) ** 2 + 1e-8)).sum()
    assert abs((seen.weights / (seen.distances**2 + 1e-8)).sum() / exact - 1) > 1e-12
