"""Points of the curve of power laws: their equations with every mode summed, forty digits, and each other."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.arithmetic.precision import multiprecision
from numerics.free_probability import preimages
from numerics.free_probability.preimages import at_angle, noise_border, preimage, right_edge
from numerics.networks import quadratic
from numerics.sums.target import Target


def explicit(spectrum: Target) -> np.ndarray:
    return float(spectrum.scale) * np.arange(1.0, spectrum.dim + 1) ** -float(spectrum.decay)


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
    start = preimage(spectrum, noise, threshold)
    z, s = complex(start.point), explicit(spectrum)
    assert z + noise**2 * np.mean(1 / (z - s)) == pytest.approx(threshold, rel=1e-9, abs=0)
    contraction = noise**2 * np.mean(1 / abs(z - s) ** 2)
    if start.in_support:
        assert contraction == pytest.approx(1, rel=1e-7, abs=0)
    else:
        assert contraction <= 1
        assert start.view.learned == np.sum(s > z.real)


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
    start = preimage(narrow, noise, threshold)
    wide = multiprecision(140)
    with wide.working():
        spectrum = Target.of(dim, decay, arithmetic=wide)
        exact = preimage(spectrum, wide.real(noise), wide.real(threshold))
    # What moving the threshold by a few roundings does to the point is all that is allowed.
    slope = 1 - noise**2 * (start.view.weights @ (1 / start.separations**2))
    rounding = 1e-15 * threshold / max(abs(slope), 1e-6) + 1e-15 * abs(start.point)
    assert abs(start.point - complex(exact.point)) <= 20 * rounding + 1e-12 * abs(start.separations).min()


@pytest.mark.parametrize("angle", [1.3, 0.2, 1e-3])
@pytest.mark.parametrize(
    ("dim", "decay", "noise"), [(500, 1.0, 30.0), (10**12, 0.75, 20.0), (10**20, 2.0, 0.9)]
)
def test_at_an_angle_is_the_preimage_of_its_threshold(
    dim: int, decay: float, noise: float, angle: float
) -> None:
    target = Target.of(dim, decay)
    start, threshold = at_angle(target, noise, angle)
    assert np.angle(complex(start.point)) == pytest.approx(angle, rel=1e-9, abs=0)
    reference = preimage(target, noise, threshold)
    assert complex(start.point) == pytest.approx(
        complex(reference.point), rel=1e-15 / angle**2 + 1e-13, abs=0
    )


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


@pytest.mark.parametrize("height", [0.2, 30.0, 3e4])
def test_among_more_modes_than_float64_can_number(height: float) -> None:
    """The height above the axis, in gaps between modes, and all that is computed of the point."""
    target = Target.of(10**18, 1.25)
    kappa = float(target.size(1e14 + 0.5))
    gap, density = 1.25 * kappa / 1e14, 1e14 / (1e18 * 1.25 * kappa)
    noise = math.sqrt(height * gap / (math.pi * density))
    start, wide = preimage(target, noise, kappa), multiprecision(106)
    numbers = quadratic.scalars(noise, kappa, target)
    with wide.working():
        spectrum = Target.of(10**18, 1.25, arithmetic=wide)
        exact = preimage(spectrum, wide.real(noise), wide.real(kappa))
        reference = quadratic.scalars(wide.real(noise), wide.real(kappa), spectrum)
    assert start.point.imag == pytest.approx(float(exact.point.imag), rel=1e-9, abs=0)
    assert float(abs(start.point.real - exact.point.real)) < 1e-13 * kappa
    for name in ("mass_above", "degrees_of_freedom", "learned_modes"):
        assert getattr(numbers, name) == pytest.approx(float(getattr(reference, name)), rel=1e-13, abs=0)


def test_a_search_with_more_digits_begins_where_float64_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Next to 10^8 modes the curve is so flat that kappa leaves u open by many gaps between modes."""
    arithmetic, bits = multiprecision(106), []
    over = preimages._over

    def counted(target, *args):
        bits.append(target.arithmetic.bits)
        return over(target, *args)

    monkeypatch.setattr(preimages, "_over", counted)
    with arithmetic.working():
        scale, noise = (
            arithmetic.real("522623583.828049"),
            arithmetic.real("0.431435533514879565597510691077332"),
        )
        target = Target(18329807108324224437059584, Fraction(5, 4), scale, arithmetic)
        u = preimages._bracketed(target, noise, 2 * noise).real
        excess, slope, _ = over(target, noise, 2 * noise, u)
        assert abs(excess) < 1e-28 * noise
    assert slope < 1e-4
    assert bits.count(106) < 30 < len(bits)


@pytest.mark.parametrize(
    ("dim", "decay", "scale"), [(10**6, 2.0, 1e-4), (10**6, 0.8, 1e-9), (100, 1.25, 1e-6)]
)
@pytest.mark.parametrize("below", [1e-16, 1e-14, 1e-12, 1e-9])
def test_heights_next_to_the_edge_of_the_noise(dim: int, decay: float, scale: float, below: float) -> None:
    """Where x' vanishes rounding moves a height h by rounding over h^2, relative to it, and by no more."""
    target, noise = Target(dim=dim, decay=decay, scale=scale), 0.3
    threshold = 2 * noise * (1 - below)
    height = complex(preimage(target, noise, threshold).point).imag
    wide = multiprecision(212)
    with wide.working():
        exact = float(preimage(target.rounded_to(wide), wide.real(noise), wide.real(threshold)).point.imag)
    assert height == pytest.approx(exact, rel=1e-13 + 50 * 2.3e-16 * noise**2 / exact**2, abs=0)
