"""Edges, gaps, heights and points of Biane's curve: each satisfies its own equation in seven hundred bits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.free_probability.biane import Curve

BITS = [53, 160]
# eigenvalues, weights, noise, their units far apart; bands apart, merging, merged; a light eigenvalue
SETS: list[tuple[list[float], list[float], float]] = [
    ([3.0], [1.0], 0.5),
    ([2.0, 1.0, -1.5], [1.0, 2.0, 0.5], 0.3),
    ([1.0, -1.0], [1.0, 1.0], 1.0),
    ([1.0, -1.0], [1.0, 1.0], 1 - 1e-9),
    ([1.0, 0.5, 0.0, -2.0], [1.0, 1e-30, 1.0, 1e6], 0.7),
    ([1e60, -3e59], [1.0, 3.0], 2e59),
    ([1e-60, -3e-60], [1.0, 1e-8], 1e-61),
]


def curve(s: Any, w: Any, noise: float, arithmetic: Arithmetic, node: int = 0) -> Curve:
    """Seen from one of the eigenvalues."""
    eigenvalues, weights = arithmetic.array(s), arithmetic.array(w)
    distances = eigenvalues[node] - eigenvalues
    return Curve(arithmetic, arithmetic.real(noise), weights / weights.sum(), distances)


def share(known: Curve, u: Any, v: Any = 0) -> Any:
    """F(u, v), in seven hundred bits."""
    exact = multiprecision(700)
    with exact.working():
        real = exact.real
        along = real(u) + exact.array(known.distances)
        total = exact.array(known.weights) @ (1 / (along * along + real(v) * real(v)))
        return real(known.noise) ** 2 * total


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize(("s", "w", "noise"), SETS)
def test_edges_are_where_the_share_is_one(s: list[float], w: list[float], noise: float, bits: int) -> None:
    arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        for side, node in ((1, 0), (-1, len(s) - 1)):
            mirrored = curve(s, w, noise, arithmetic).seen_from(node, side)
            edge = mirrored.band_end(node)
            assert edge > 0
            assert abs(share(mirrored, edge) - 1) < 64 * arithmetic.epsilon
            # the outermost: none further out
            assert share(mirrored, edge * (1 + 1e-6)) < 1


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize(("s", "w", "noise"), [case for case in SETS if len(case[0]) > 1])
def test_gaps_are_open_or_closed_at_their_bottom(
    s: list[float], w: list[float], noise: float, bits: int
) -> None:
    arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        for place in range(len(s) - 1):
            known = curve(s, w, noise, arithmetic, place)
            gap = known.gap(place)
            assert gap.width == pytest.approx(s[place] - s[place + 1], rel=1e-12, abs=0)
            # seen from the upper one
            assert 0 < -gap.offset < gap.width
            assert abs(share(known, gap.offset) / gap.share - 1) < 256 * arithmetic.epsilon
            height = known.height(gap.offset)
            # to rounding two bands that touch are one or two
            assert gap.is_closed == (height > 0) or abs(gap.share - 1) < 64 * arithmetic.epsilon
            if gap.is_closed:
                aside = 1e-3 * min(-gap.offset, gap.width + gap.offset)
                assert min(
                    share(known, gap.offset + aside), share(known, gap.offset - aside)
                ) >= gap.share * (1 - 1e-15)
            else:
                # either band ends before the gap's bottom, and an edge is sought from inside the band
                edge = known.seen_from(place, -1).band_end(place)
                assert 0 < edge < -gap.offset


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize(("s", "w", "noise"), SETS)
def test_heights_satisfy_their_equation(s: list[float], w: list[float], noise: float, bits: int) -> None:
    """On eigenvalues, within rounding of them, at edges and anywhere; from any guess."""
    arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        for node in range(len(s)):
            known = curve(s, w, noise, arithmetic, node)
            for u in (0.0, 1e-200 * noise, 1e-17 * noise, -0.3 * noise, 0.9 * noise, 3 * noise):
                for guess in (0.0, 1e-9 * noise, noise):
                    v = known.height(arithmetic.real(u), arithmetic.real(guess))
                    rest = share(known, u, v) - 1
                    # where v is small beside the distance to the modes, rounding of F is all there is
                    assert abs(rest) < 64 * arithmetic.epsilon if v > 0 else rest < 64 * arithmetic.epsilon


def test_a_light_eigenvalue_holds_nothing_up() -> None:
    """Next to it v^2 is its weight over what the others leave of 1, dozens of decades below the noise."""
    for weight in (1e-10, 1e-40, 1e-70):
        known = curve([1.0, -1.0, 0.0], [1.0, 1.0, weight], 0.5, DOUBLE, node=2)
        v = known.height(0.0)
        assert v**2 * (1 - 0.25) == pytest.approx(0.25 * weight / 2, rel=1e-9, abs=0)
        assert known.band_end(2) == pytest.approx(v, rel=1e-9, abs=0)


def test_no_edge_is_found_in_a_closed_gap() -> None:
    merged = curve([1.0, -1.0], [1.0, 1.0], 1.2, DOUBLE, node=1)
    assert merged.gap(0).is_closed
    assert merged.band_end(1) is None
    assert curve([1.0, -1.0], [1.0, 1.0], 0.8, DOUBLE, node=1).band_end(1) is not None


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("y", [0.0, 1e-12, 0.3, 50.0])
@pytest.mark.parametrize(("s", "w", "noise"), [SETS[1], SETS[4]])
def test_points_over_x_know_their_error(
    s: list[float], w: list[float], noise: float, y: float, bits: int
) -> None:
    """x(z) = x + i y; and a point moved by a thousand errors owns up to it."""
    arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        known = curve(s, w, noise, arithmetic)
        for x in np.linspace(min(s) - s[0] - 2, 2.0, 11):
            goal, height = arithmetic.real(float(x)), arithmetic.real(y)
            zeta, separations = known.point_over(goal, height, goal)
            over = arithmetic.complex(goal, height)
            image = zeta + known.variance * (known.weights @ (1 / separations))
            assert abs(complex(image - over)) < 1e-13 * (noise + abs(x) + y)
            error = known.error(zeta, separations, over, 0.0)
            assert error < (1e-9 if bits == 53 else 1e-40)
            aside = zeta + 1000 * (error + arithmetic.epsilon) * known.noise
            assert known.error(aside, separations - zeta + aside, over, 0.0) > 2 * error
        assert known.error(zeta.conjugate() - 1j, separations, over, 0.0) == math.inf
