"""Gaussian rules: the moments they have and don't have, many at once, and sums with few places."""

import numpy as np
import pytest

from numerics.sums.gauss_rules import gauss_rule, gauss_rules


def test_gaussian_rules_have_the_moments_of_the_sum() -> None:
    rng = np.random.default_rng(0)
    places, weights = 3 + rng.uniform(-1, 1, 200), rng.uniform(0, 1, 200)
    x, w = gauss_rule(places, weights, 8)
    assert np.all(w > 0)
    for power in range(16):
        assert w @ (x - 3) ** power == pytest.approx(weights @ (places - 3) ** power, rel=1e-12, abs=1e-13)
    assert abs(w @ (x - 3) ** 16 / (weights @ (places - 3) ** 16) - 1) > 1e-9  # the first that it has not


def test_many_rules_at_once_are_those_of_each() -> None:
    rng = np.random.default_rng(1)
    places, weights = rng.uniform(-5, 5, (7, 40)), rng.uniform(0, 1, (7, 40))
    weights[3, 25:] = 0  # fills up a row
    nodes, of_nodes = gauss_rules(places, weights, 6)
    for row in range(7):
        x, w = gauss_rule(places[row][weights[row] > 0], weights[row][weights[row] > 0], 6)
        np.testing.assert_allclose(nodes[row], x, rtol=1e-12)
        np.testing.assert_allclose(of_nodes[row], w, rtol=1e-11)


def test_a_rule_with_more_nodes_than_places_is_the_sum() -> None:
    places, weights = np.array([[1.0, 2.0, 5.0, 2.0]]), np.array([[1.0, 2.0, 3.0, 0.0]])
    nodes, of_nodes = gauss_rules(places, weights, 6)
    for power in range(20):
        assert of_nodes[0] @ nodes[0] ** power == pytest.approx(
            weights[0] @ places[0] ** power, rel=1e-12, abs=0
        )


def test_all_places_at_one_point_are_one_node() -> None:
    nodes, of_nodes = gauss_rules(np.full((1, 5), 3.0), np.ones((1, 5)), 4)
    assert np.all(nodes == 3.0)
    assert of_nodes.sum() == pytest.approx(5.0)
