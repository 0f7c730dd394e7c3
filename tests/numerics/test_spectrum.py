from __future__ import annotations

import math

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import integrate

from numerics.spectrum import MOST_SPIKES, diagonal_spectrum, quadratic_spectrum
from numerics.target import Target


@pytest.mark.parametrize("spectrum_of", [diagonal_spectrum, quadratic_spectrum])
@pytest.mark.parametrize(("noise", "threshold"), [(0.5, 0.4), (0.5, 1.2), (2.0, 0.1)])
def test_atom_and_density_make_one(spectrum_of, noise: float, threshold: float) -> None:  # type: ignore[no-untyped-def]
    spectrum = spectrum_of(noise, threshold, Target.of(40, 1.25, "unit"))
    end = spectrum.right_edge if math.isfinite(spectrum.right_edge) else 60.0
    points = sorted(spike.location for spike in spectrum.spikes if spike.location < end)
    start = 0.0 if spectrum_of is quadratic_spectrum else -end
    density = lambda x: float(spectrum.density(x))  # noqa: E731
    mass = integrate.quad(density, start, end, points=[0.0, *points], limit=400)[0]
    assert spectrum.atom + mass == pytest.approx(1, abs=1e-6)
    assert spectrum.density(end * (1 + 1e-9) + 1) == pytest.approx(0, abs=1e-12)


def test_quadratic_spectrum_of_a_random_matrix() -> None:
    """Thresholded eigenvalues of S* + delta GOE: mass at 0, places of the spikes, overlaps of vectors."""
    dim, noise, threshold = 1500, 1.0, 1.2
    target = Target.of(dim, 1.25, "raw")
    spectrum = quadratic_spectrum(noise, threshold, target)
    entries = np.random.default_rng(5).standard_normal((dim, dim))
    s = math.sqrt(dim) * np.arange(1.0, dim + 1) ** -1.25
    eigenvalues, vectors = np.linalg.eigh(np.diag(s) + noise * (entries + entries.T) / math.sqrt(2 * dim))
    assert spectrum.atom == pytest.approx(np.mean(eigenvalues <= threshold), abs=4 / dim)
    assert len(spectrum.spikes) == np.sum(s > noise)
    # Mode i is seen in the eigenvector of the i-th largest eigenvalue; corrections are of order 1/sqrt(d).
    for i in range(5):
        location, overlap = spectrum.spikes[i]
        assert eigenvalues[-1 - i] - threshold == pytest.approx(location, abs=4 * noise / math.sqrt(dim))
        assert vectors[i, -1 - i] ** 2 == pytest.approx(overlap, abs=0.05)
    assert spectrum.bulk_edge == pytest.approx(2 * noise - threshold)
    assert eigenvalues[-1] - threshold < spectrum.right_edge + 3 * noise / math.sqrt(dim)


def test_no_spike_below_the_threshold() -> None:
    spectrum = quadratic_spectrum(0.1, 5.0, Target.of(400, 1.25, "raw"))
    s = 20 * np.arange(1.0, 401) ** -1.25
    assert len(spectrum.spikes) == np.sum(s + 0.01 / s > 5)
    assert spectrum.bulk_edge == 0


def test_learned_modes_inherit_the_power_law() -> None:
    """The number of eigenvalues above x goes like x^(-1/gamma) in between bulk and largest."""
    spectrum = quadratic_spectrum(1.0, 1.0, Target.of(10**12, 1.25, "raw"))
    locations = np.array([spike.location for spike in spectrum.spikes])
    above = [np.sum(locations > x) for x in (1e3, 1e4)]
    assert len(locations) == MOST_SPIKES
    assert math.log10(above[0] / above[1]) == pytest.approx(1 / 1.25, rel=0.02)


def test_diagonal_density_against_sampling() -> None:
    dim, noise, threshold = 30, 0.5, 0.7
    target = Target.of(dim, 0.75, "raw")
    spectrum = diagonal_spectrum(noise, threshold, target)
    rng = np.random.default_rng(7)
    tau = math.sqrt(dim) * np.arange(1.0, dim + 1) ** -0.75
    noisy = rng.standard_normal((40000, dim)) * tau + noise * rng.standard_normal((40000, dim))
    weights = np.sign(noisy) * np.maximum(abs(noisy) - threshold, 0)
    assert spectrum.atom == pytest.approx(np.mean(weights == 0), abs=2e-3)
    for left, right in [(-3, -1), (0.1, 0.5), (0.5, 2), (2, 8)]:
        mass = integrate.quad(lambda x: float(spectrum.density(x)), left, right)[0]
        assert mass == pytest.approx(np.mean((weights > left) & (weights < right)), abs=2e-3)


def test_shapes_and_zero_side() -> None:
    spectrum = quadratic_spectrum(0.5, 0.4, Target.of(40, 1.25, "unit"))
    values = spectrum.density(np.array([[-1.0, 0.0], [0.1, 0.2]]))
    assert values.shape == (2, 2)
    assert np.all(values[0] == 0)
    assert np.all(values[1] > 0)
    assert np.ndim(spectrum.density(0.1)) == 0


@pytest.mark.parametrize("spectrum_of", [diagonal_spectrum, quadratic_spectrum])
@pytest.mark.parametrize(("noise", "threshold"), [(0.5, 0.4), (0.05, 1.2), (1e-3, 50.0)])
def test_plot_draws_the_density(spectrum_of, noise: float, threshold: float) -> None:  # type: ignore[no-untyped-def]
    spectrum = spectrum_of(noise, threshold, Target.of(40, 1.25, "unit"))
    ax = spectrum.plot(Figure().subplots(), points=40)
    x, y = ax.lines[0].get_data()
    assert np.asarray(y) == pytest.approx(np.asarray(spectrum.density(np.asarray(x))))
    assert any("mass at 0" in text.get_text() for text in ax.get_legend().get_texts())
