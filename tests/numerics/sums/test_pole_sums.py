"""Sums over poles in blocks, bins and clusters against the same sums one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numerics.arithmetic.precision import DOUBLE, multiprecision
from numerics.sums import pole_sums
from numerics.sums.pole_sums import kernel


def one_by_one(poles: Any, points: Any, columns: Any, exponent: int) -> Any:
    products = points[:, None] * poles
    return (1 / (1 + products * products)) ** exponent @ columns


def spread(seed: int, low: float, high: float, number: int) -> Any:
    return 10 ** np.random.default_rng(seed).uniform(low, high, number)


@pytest.mark.parametrize("exponent", [1, 2])
@pytest.mark.parametrize(
    ("low", "high", "poles", "points"),
    [
        (-20, 30, 1500, 400),
        (0, 12, 997, 211),  # neither fills its last bin or block
        (-2, 2, 800, 300),  # hardly a pole is far
        (-1, 1, 20, 30),  # a table of all
    ],
)
def test_poles_of_many_scales(low: float, high: float, poles: int, points: int, exponent: int) -> None:
    p, r = spread(1, low, high, poles), np.sort(spread(2, -high - 8, -low + 8, points))
    # positive columns of any scale: every term must keep its relative precision
    columns = np.stack([np.ones(poles), p, 1 / p, p**2 / (1 + p), spread(3, -30, 0, poles)], axis=-1)
    found = kernel(DOUBLE, p, r).sums(columns, exponent)
    assert found == pytest.approx(one_by_one(p, r, columns, exponent), rel=2e-14, abs=0)


@pytest.mark.parametrize("exponent", [1, 2])
def test_a_cluster_of_poles(exponent: int) -> None:
    """As in a spectrum that falls to 0, seen from c: most of the poles next to each other, one at 0."""
    p = np.concatenate([spread(4, -15, 15, 500), 3.0 * (1 - spread(5, -17, -1.1, 900)), [0.0]])
    p[:200] = 3.0 * (1 - np.linspace(0.07, 0.09, 200))  # and many at its end
    r, columns = np.sort(spread(6, -20, 20, 300)), np.ones((len(p), 1)) * [1.0, 2.0]
    sums = kernel(DOUBLE, p, r)
    assert sums.cluster is not None
    assert len(sums.cluster.members) > 800
    assert sums.sums(columns, exponent) == pytest.approx(
        one_by_one(p, r, columns, exponent), rel=2e-14, abs=0
    )


def test_poles_just_far_enough() -> None:
    """Where both power series converge most slowly."""
    p, r = np.repeat([1 / 10.1, 10.1], 1000), np.repeat(1.0, 100)
    columns = np.ones((2000, 1))
    sums = kernel(DOUBLE, p, r).sums(columns)
    assert sums == pytest.approx(one_by_one(p, r, columns, 1), rel=2e-14, abs=0)


@pytest.mark.parametrize("exponent", [1, 2])
def test_to_many_digits(exponent: int) -> None:
    arithmetic = multiprecision(200)
    with arithmetic.working():
        p = arithmetic.array([*spread(7, -12, 12, 180), *(2.0 - spread(8, -12, -1.1, 160))])
        r, columns = arithmetic.array(np.sort(spread(9, -14, 14, 60))), np.stack([p, 1 / p], axis=-1)
        sums = kernel(arithmetic, p, r)
        assert sums.cluster is not None
        assert sums.far
        error = sums.sums(columns, exponent) / one_by_one(p, r, columns, exponent) - 1
        assert abs(error).max() < 100 * arithmetic.epsilon


def test_few_are_summed_in_blocks_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same poles and points either way: a kernel of blocks has no need to be large."""
    p, r = spread(10, -3, 3, 70), np.sort(spread(11, -3, 3, 50))
    columns, whole = p[:, None], kernel(DOUBLE, p, r)
    assert len(whole.blocks) == 1
    assert not whole.far
    monkeypatch.setattr(pole_sums, "_FEW", 10)
    in_blocks = kernel(DOUBLE, p, r)
    assert len(in_blocks.blocks) > 1
    assert in_blocks.sums(columns) == pytest.approx(whole.sums(columns), rel=2e-14, abs=0)
