from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from numerics.arithmetic.precision import DOUBLE, multiprecision
from numerics.free_probability.free_convolution import (
    at_angle,
    density,
    noise_border,
    preimage,
    right_edge,
    split,
)
from numerics.sums.target import Target


def explicit(spectrum: Target) -> np.ndarray:
    return float(spectrum.scale) * np.arange(1.0, spectrum.dim + 1) ** -float(spectrum.decay)


@pytest.mark.parametrize("dim", [1, 7, 100, 3000])
@pytest.mark.parametrize("target", ["raw", "unit"])
def test_mean_square_and_normalisation(dim: int, target: str) -> None:
    spectrum = Target.of(dim, 1.25, target)
    assert spectrum.mean_square == pytest.approx(np.mean(explicit(spectrum) ** 2), rel=1e-13, abs=0)
    expected = 1.0 if target == "unit" else np.sum(np.arange(1.0, dim + 1) ** -2.5)
    assert spectrum.mean_square == pytest.approx(expected, rel=1e-13, abs=0)


@given(
    dim=st.integers(1, 10**30),
    decay=st.floats(0.51, 5),
    where=st.floats(0, 1),
)
def test_index_and_eigenvalue_are_inverse(dim: int, decay: float, where: float) -> None:
    spectrum = Target.of(dim, decay)
    index = float(dim) ** where
    assert spectrum.index(spectrum.size(index)) == pytest.approx(index, rel=1e-12, abs=0)


@pytest.mark.parametrize("bits", [53, 150])
def test_rank_counts_the_eigenvalues_above(bits: int) -> None:
    arithmetic = DOUBLE if bits == 53 else multiprecision(bits)
    with arithmetic.working():
        spectrum = Target.of(1000, 1.25, arithmetic=arithmetic)
        s = explicit(spectrum)
        for value in [100.0, 33.0, 31.0, 1.0, 0.9, 0.11, 1e-9]:
            assert spectrum.rank(arithmetic.real(value)) == np.sum(s > value)


@pytest.mark.parametrize("learned", [0, 1, 500, 999, 1000])
def test_split_sums_either_side(learned: int) -> None:
    spectrum = Target.of(1000, 1.25)
    s, halves = explicit(spectrum), split(spectrum, learned)
    z = halves.origin * (1 + 0.3j)
    terms = halves.weights / (z - halves.eigenvalues)
    assert terms[: halves.above].sum() == pytest.approx(
        np.sum(1 / (z - s[:learned])) / 1000, rel=1e-12, abs=0
    )
    assert terms[halves.above :].sum() == pytest.approx(
        np.sum(1 / (z - s[learned:])) / 1000, rel=1e-12, abs=0
    )


def test_neighbours_among_very_many_modes_keep_their_distance() -> None:
    halves = split(Target.of(10**24, 1.0), 10**18)
    nearest = abs(halves.distances).min()
    # ds/di = -s/i at decay 1; half a mode away from the origin
    assert nearest / halves.origin == pytest.approx(0.5e-18, rel=1e-12, abs=0)


# (dim, decay, noise, threshold): bulk, its edge, spikes, gaps, merged bands, everything learned
POINTS = [
    (1000, 1.25, 1.0, 1e-3),
    (1000, 1.25, 1.0, 1.9999),
    (1000, 1.25, 1.0, 40.0),
    (1000, 0.75, 0.1, 3.0),
    (1000, 0.75, 1e-3, 1.0),
    (1000, 2.0, 1e-6, 1e-5),
    (1000, 2.0, 1e-9, 3e-6),
    (300000, 1.0, 0.1, 0.3),
    (300000, 1.25, 2.0, 3.0),
]


@pytest.mark.parametrize(("dim", "decay", "noise", "threshold"), POINTS)
def test_preimage_solves_bianes_equations(dim: int, decay: float, noise: float, threshold: float) -> None:
    """x(z) = kappa with every eigenvalue summed; on the curve, or in a gap where x increases."""
    spectrum = Target.of(dim, decay)
    found = preimage(spectrum, noise, threshold)
    z, s = complex(found.point), explicit(spectrum)
    assert z + noise**2 * np.mean(1 / (z - s)) == pytest.approx(threshold, rel=1e-9, abs=0)
    contraction = noise**2 * np.mean(1 / abs(z - s) ** 2)
    if found.in_support:
        assert contraction == pytest.approx(1, rel=1e-7, abs=0)
    else:
        assert contraction <= 1
        assert found.split.learned == np.sum(s > z.real)


@settings(deadline=None, max_examples=60)
@given(
    dim=st.integers(2, 10**12),
    decay=st.floats(0.51, 4),
    where=st.floats(0, 1),
    log_noise=st.floats(-7, 1),
    band=st.floats(-3, 3),
)
def test_preimage_within_and_next_to_the_band_of_one_mode(
    dim: int, decay: float, where: float, log_noise: float, band: float
) -> None:
    """Float64 places the threshold among the modes as 40 digits do."""
    mode = min(dim, 10**6) ** where // 1
    narrow = Target.of(dim, decay)
    s = float(narrow.size(mode))
    noise = s * 10**log_noise
    threshold = s + noise**2 / s + band * noise / math.sqrt(dim)
    found = preimage(narrow, noise, threshold)
    wide = multiprecision(140)
    with wide.working():
        spectrum = Target.of(dim, decay, arithmetic=wide)
        exact = preimage(spectrum, wide.real(noise), wide.real(threshold))
    # What moving the threshold by a few roundings does to the point is all that is allowed.
    slope = 1 - noise**2 * (found.split.weights @ (1 / found.separations**2))
    rounding = 1e-15 * threshold / max(abs(slope), 1e-6) + 1e-15 * abs(found.point)
    assert abs(found.point - complex(exact.point)) <= 20 * rounding + 1e-12 * abs(found.separations).min()


@pytest.mark.parametrize("angle", [1.3, 0.2, 1e-3])
@pytest.mark.parametrize(
    ("dim", "decay", "noise"), [(500, 1.0, 30.0), (10**12, 0.75, 20.0), (10**20, 2.0, 0.9)]
)
def test_at_an_angle_is_the_preimage_of_its_threshold(
    dim: int, decay: float, noise: float, angle: float
) -> None:
    target = Target.of(dim, decay)
    found, threshold = at_angle(target, noise, angle)
    assert np.angle(complex(found.point)) == pytest.approx(angle, rel=1e-9, abs=0)
    reference = preimage(target, noise, threshold)
    assert complex(found.point) == pytest.approx(
        complex(reference.point), rel=1e-15 / angle**2 + 1e-13, abs=0
    )


def test_moments_of_the_density() -> None:
    """Five separate bands, above 0: mass 1, mean of s, mean of s^2 plus delta^2."""
    spectrum, noise = Target.of(5, 0.75), 0.05
    s = explicit(spectrum)
    moments = np.zeros(3)
    for place in s:
        half = 2.3 * noise / math.sqrt(5)
        centre = place + noise**2 * np.mean(1 / (place - s[s != place]))
        for power in range(3):
            moments[power] += integrate.quad(
                lambda x, power=power: x**power * float(density(spectrum, noise, x)),
                centre - half,
                centre + half,
                epsabs=1e-6,
                limit=100,
            )[0]
    assert moments == pytest.approx([1, s.mean(), np.mean(s**2) + noise**2], abs=1e-5)


def test_density_against_a_random_matrix() -> None:
    spectrum, noise, dim = Target.of(800, 1.0), 1.0, 800
    entries = np.random.default_rng(1).standard_normal((dim, dim))
    goe = (entries + entries.T) / math.sqrt(2 * dim)
    eigenvalues = np.linalg.eigvalsh(np.diag(explicit(spectrum)) + noise * goe)
    edges = np.linspace(0.1, 3.1, 13)
    counts = np.histogram(eigenvalues, edges)[0] / dim
    grid = np.linspace(0.1, 3.1, 12 * 40 + 1)
    values = density(spectrum, noise, grid)
    cumulative = np.concatenate([[0], np.cumsum((values[1:] + values[:-1]) / 2 * np.diff(grid))])
    assert counts == pytest.approx(np.diff(cumulative[::40]), abs=3 / dim)


@pytest.mark.parametrize(
    ("dim", "decay", "noise"), [(1, 1.0, 0.3), (400, 1.25, 0.5), (10**12, 0.6, 3e6), (50, 1.0, 1e3)]
)
def test_right_edge_is_where_the_density_ends(dim: int, decay: float, noise: float) -> None:
    spectrum = Target.of(dim, decay)
    edge = float(right_edge(spectrum, noise))
    assert not preimage(spectrum, noise, edge * (1 + 1e-12)).in_support
    assert preimage(spectrum, noise, edge * (1 - 1e-12)).in_support


@pytest.mark.parametrize("decades", [24, 29, 30, 32])
def test_the_noise_ends_among_more_modes_than_float64_can_number(decades: int) -> None:
    """At 10^29 and 10^32 a place between two of 10^27 and more modes was taken for a gap of the support."""
    dim, noise = 10**decades, math.sqrt(10.0 ** (-0.4 * decades) / 4)
    border, wide = noise_border(Target.of(dim, 0.75), noise), multiprecision(150)
    with wide.working():
        exact = noise_border(Target.of(dim, 0.75, "raw", wide), wide.real(noise))
        assert border is not None
        assert exact is not None
        assert complex(border.point) == pytest.approx(complex(exact.point), rel=1e-12, abs=0)
