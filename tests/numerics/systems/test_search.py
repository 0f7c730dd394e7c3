"""First guesses: all roots, from anywhere."""

import math

import numpy as np
import pytest

from numerics.systems.search import newton_step, rough_roots, slopes_at


def soft(power, *terms):
    """log of a sum of terms, given by their logarithms, or of their mean of a power."""
    stacked = np.stack(np.broadcast_arrays(*terms))
    count, largest = len(terms), np.max(stacked, axis=0)
    return largest + np.log(np.mean(np.exp(power * (stacked - largest)), axis=0)) / power + np.log(count)


@pytest.mark.parametrize("root", [-300.0, -7.3, 0.0, 200.0])
def test_one_unknown_is_found_anywhere(root):
    (found,) = rough_roots(lambda x, b: x - root, 1)
    assert found[0] == pytest.approx(root, abs=1e-5)


def test_all_roots_of_one_unknown_are_found():
    """u + 100/u = 25 has the roots 5 and 20, less than a step of the grid apart."""
    roots = rough_roots(lambda x, b: np.log(np.exp(x) + 100 * np.exp(-x)) - math.log(25), 1)
    expected = [math.log(5), math.log(20)]
    assert sorted(float(root[0]) for root in roots) == pytest.approx(expected, abs=1e-4)


def test_no_root_is_no_root():
    assert rough_roots(lambda x, b: np.log(np.exp(x) + np.exp(-x)) + 1, 1) == []
    assert rough_roots(lambda x, b: 1e-15 * np.sin(x), 1) == []
    assert rough_roots(lambda x, b: np.stack([x[:, 0] - x[:, 1], x[:, 0] - x[:, 1] - 1], axis=-1), 2) == []


@pytest.mark.parametrize(("n", "p", "decay"), [(40, 60, -200), (60, 40, -200), (50, 10, 80), (10, 90, -150)])
def test_two_unknowns_whose_residuals_can_depend_on_one_alone(n, p, decay):
    """n = 1/v + lambda/u, p = 1/v + p u/v: both can be 1/v alone, and Newton's method is then caught."""

    def residuals(x, power):
        u, v = x[:, 0], x[:, 1]
        return np.stack([n - soft(power, -v, decay - u), p - soft(power, -v, p + u - v)], axis=-1)

    roots = rough_roots(residuals, 2)
    assert len(roots) == 1
    assert np.max(np.abs(residuals(roots[0][None, :], 1.0))) < 1e-4


def test_different_solutions_of_two_unknowns_are_told_apart():
    def residuals(x, power):
        u, v = x[:, 0], x[:, 1]
        return np.stack([soft(power, u, 4.6 - u) - 3.7, u - v], axis=-1)

    roots = sorted(float(root[0]) for root in rough_roots(residuals, 2))
    assert len(roots) == 2
    assert sum(roots) == pytest.approx(4.6, abs=1e-3)


def test_slopes_and_steps_of_a_linear_function_are_exact():
    matrix, shift = np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([1.0, -2.0])
    here, slopes = slopes_at(lambda x: x @ matrix.T - shift, np.zeros(2))
    assert slopes == pytest.approx(matrix, abs=1e-8)
    assert matrix @ newton_step(slopes, here) == pytest.approx(shift, abs=1e-7)
