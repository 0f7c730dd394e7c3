"""Power series around eigenvalues with bands of their own, against quadrature, and their errors."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from numerics.arithmetic.precision import DOUBLE
from numerics.free_probability.biane import Curve
from numerics.free_probability.isolated_bands import IsolatedBands, isolated_bands

EIGENVALUES = np.array([11.0, 9.0, 7.9, 5.0, 1.0, 0.0])
WEIGHTS = np.array([1.0, 2.0, 1.0, 3.0, 1.0, 8.0]) / 16


def series_of(s: Any, w: Any, order: int) -> tuple[Any, Any]:
    distances = s[:, None] - s
    np.fill_diagonal(distances, np.inf)
    gaps = abs(distances).min(axis=1)
    ratio = gaps[:, None] / distances
    return gaps, np.stack([(-1) ** k * (w * ratio ** (k + 1)).sum(axis=1) for k in range(order + 1)], axis=1)


def bands_of(noise: float, order: int) -> IsolatedBands:
    return isolated_bands(noise**2, WEIGHTS, *series_of(EIGENVALUES, WEIGHTS, order))


def by_quadrature(noise: float, node: int) -> Any:
    """The integrals over one band along the curve: density v/(pi delta^2), dx/du by differences of x."""
    curve = Curve(DOUBLE, noise, WEIGHTS, EIGENVALUES[node] - EIGENVALUES)
    right, left = curve.band_end(node), curve.seen_from(node, -1).edge(noise * np.sqrt(WEIGHTS[node]))

    def at(angle: float) -> Any:
        half = (right + left) / 2
        u = (right - left) / 2 - half * np.cos(angle)
        v = curve.height(u)
        z = u + curve.distances + 1j * v
        a, b = WEIGHTS @ (z.real / abs(z) ** 4), WEIGHTS @ abs(z) ** -4.0
        slope = 2 * noise**2 * (v**2 * b + a * a / b)
        overlaps = WEIGHTS * noise**2 / abs(z) ** 2
        mean = overlaps @ curve.distances
        spread = overlaps @ (curve.distances - mean) ** 2
        unknown = 1 - spread / noise**2
        mass = v / (np.pi * noise**2) * slope * half * np.sin(angle)
        return mass * np.array([spread**2 / noise**2, spread * unknown, v * v, 1])

    return [quad(lambda x, k=k: at(x)[k], 0, np.pi, epsrel=1e-11, epsabs=0)[0] for k in range(4)]


@pytest.mark.parametrize("noise", [0.02, 0.3, 0.6])
def test_integrals_are_those_of_quadrature(noise: float) -> None:
    bands = bands_of(noise, 24)
    for node in range(len(EIGENVALUES)):
        if bands.error[node] < 1e-12:
            values = [getattr(bands, name)[node] for name in ("learned", "unlearned", "square", "mass")]
            assert values == pytest.approx(by_quadrature(noise, node), rel=2e-10, abs=0)
    assert (bands.error < 1e-12).sum() >= 4


@pytest.mark.parametrize("order", [4, 6, 8, 12])
def test_the_error_is_no_less_than_it_is_said_to_be(order: int) -> None:
    """Against the series of order 40, over noises up to where bands touch."""
    compared = 0
    for noise in np.geomspace(0.05, 1.0, 12):
        few, many = bands_of(float(noise), order), bands_of(float(noise), 40)
        for node in np.flatnonzero((many.error < 1e-13) & (few.error < 1e-3)):
            for name in ("learned", "unlearned", "square", "mass"):
                off = abs(getattr(few, name)[node] / getattr(many, name)[node] - 1)
                assert off <= few.error[node] + 2e-14
            compared += 1
    assert compared > 20


def test_of_merged_bands_nothing_is_said() -> None:
    """9 and 7.9 merge at this noise, and 1 lies within the noise of the heavy eigenvalue at 0."""
    bands = bands_of(1.5, 24)
    assert not np.any(bands.error[[1, 2, 4]] < 1e-3)


def test_mass_is_the_weight() -> None:
    bands = bands_of(0.2, 16)
    np.testing.assert_allclose(bands.mass, WEIGHTS, rtol=1e-14)


def test_nothing_overflows() -> None:
    """Eigenvalues 1e-100 apart, whose series diverges, among others."""
    bands = isolated_bands(1.0, np.full(2, 0.5), np.array([1e-100, 1.0]), np.full((2, 25), 0.5))
    assert np.isinf(bands.error[0])


def test_no_bands() -> None:
    assert len(isolated_bands(1.0, np.zeros(0), np.zeros(0), np.zeros((0, 5))).mass) == 0
