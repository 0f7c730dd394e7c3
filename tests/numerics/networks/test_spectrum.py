from __future__ import annotations

import copy
import math
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import integrate

from numerics import InvalidProblem, NotConverged, Problem, certify, solve
from numerics.networks import quadratic
from numerics.networks.spectrum import MOST_SPIKES, diagonal_spectrum, quadratic_spectrum
from numerics.sums.target import Target


@pytest.mark.parametrize("spectrum_of", [diagonal_spectrum, quadratic_spectrum])
@pytest.mark.parametrize(
    ("noise", "threshold"), [(0.5, 0.4), pytest.param(0.5, 1.2, marks=pytest.mark.slow), (2.0, 0.1)]
)
def test_atom_and_density_make_one(spectrum_of, noise: float, threshold: float) -> None:  # type: ignore[no-untyped-def]
    spectrum = spectrum_of(noise, threshold, Target.of(40, 1.25, "unit"))
    end = spectrum.right_edge if math.isfinite(spectrum.right_edge) else 60.0
    points = sorted(spike.location for spike in spectrum.spikes if spike.location < end)
    start = 0.0 if spectrum_of is quadratic_spectrum else -end
    density = lambda x: float(spectrum.density(x))  # noqa: E731
    mass = integrate.quad(density, start, end, points=[0.0, *points], limit=400)[0]
    assert spectrum.atom + mass == pytest.approx(1, abs=1e-6)
    assert spectrum.density(end * (1 + 1e-9) + 1) == pytest.approx(0, abs=1e-12)


@pytest.mark.slow
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
    assert math.log10(above[0] / above[1]) == pytest.approx(1 / 1.25, rel=0.02, abs=0)


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


def test_plot_shows_every_band_and_every_scale() -> None:
    narrow = quadratic_spectrum(0.3, 0.4, Target.of(10**4, 1.25))
    ax = narrow.plot(Figure().subplots(), points=40)
    x, y = (np.asarray(values) for values in ax.lines[0].get_data())
    # a band thinner than a thousandth of its place is the line that marks its mode
    wide = [spike for spike in narrow.spikes if narrow.spike_width > spike.location / 1000]
    assert len(wide) > 50
    for spike in wide:
        assert np.any((abs(x - spike.location) < narrow.spike_width) & (y > 0))
    assert ax.get_xscale() == ax.get_yscale() == "log"
    lines = quadratic_spectrum(1e-7, 1e-3, Target.of(400, 1.25))  # which only marks can show
    ax = lines.plot(Figure().subplots())
    assert len(ax.lines[0].get_xdata()) == 0
    assert ax.get_xscale() == "log"
    near = quadratic_spectrum(0.3, 0.4, Target.of(40, 1.25, "unit")).plot(Figure().subplots(), points=40)
    assert near.get_xscale() == near.get_yscale() == "linear"


@pytest.mark.parametrize("spectrum_of", [quadratic_spectrum, diagonal_spectrum])
@pytest.mark.parametrize("kappa", [0.01, 0.4, 3.0])
def test_the_cdf_is_the_integral_of_the_density(spectrum_of: Any, kappa: float) -> None:
    spectrum = spectrum_of(0.3, kappa, Target.of(6, 1.25, "unit"))
    for low, high in [(0.05, 0.1), (0.3, 0.35), (1.6, 1.7)]:
        mass = integrate.quad(spectrum.density, low, high, epsabs=1e-10, limit=200)[0]
        assert spectrum.cdf(high) - spectrum.cdf(low) == pytest.approx(mass, abs=1e-8)
    assert spectrum.cdf(0) - spectrum.cdf(-1e-200) == pytest.approx(spectrum.atom, abs=1e-13)
    assert spectrum.cdf(100.0) == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize(
    ("spectrum_of", "dim"),
    [
        (quadratic_spectrum, 50),
        (diagonal_spectrum, 50),
        (diagonal_spectrum, 10**12),
        pytest.param(quadratic_spectrum, 10**12, marks=pytest.mark.slow),
    ],
)
def test_quantiles_invert_the_cdf(spectrum_of: Any, dim: int) -> None:
    spectrum = spectrum_of(0.3, 0.2, Target.of(dim, 1.25, "unit"))
    for probability in (1e-6, 0.05, 0.2, 0.5, 0.7, 0.95, 1 - 1e-6):
        x = spectrum.quantile(probability)
        if x == 0:
            assert spectrum.cdf(-1e-200) <= probability <= spectrum.cdf(0)
        else:
            assert spectrum.cdf(x) == pytest.approx(probability, abs=1e-12)
    with pytest.raises(InvalidProblem, match=r"probability=1\.0"):
        spectrum.quantile(1.0)


@pytest.mark.slow
def test_quantiles_of_noise_far_below_the_modes() -> None:
    """Of a semicircle forty orders of magnitude smaller than the largest eigenvalue."""
    noise, kappa = 1e-27, 1e-30
    spectrum = quadratic_spectrum(noise, kappa, Target.of(10**27, 5.0))
    for probability in (0.6, 0.75, 0.99):
        y = (spectrum.quantile(probability) + kappa) / noise
        below = 0.5 + y * math.sqrt(4 - y * y) / (4 * math.pi) + math.asin(y / 2) / math.pi
        assert below == pytest.approx(probability, abs=1e-12)


def test_samples_are_those_of_the_law() -> None:
    law = diagonal_spectrum(0.3, 0.4, Target.of(50, 1.25, "unit"))
    sample = law.sample(4000, seed=5)
    assert np.array_equal(sample, law.sample(4000, seed=5))
    for x in (-1.0, -0.2, 0.0, 0.2, 1.0):
        chance = law.cdf(x)
        assert abs(np.mean(sample <= x) - chance) < 4 * np.sqrt(chance * (1 - chance) / 4000)
    with pytest.raises(InvalidProblem, match="size=0"):
        law.sample(0, seed=1)


def test_quantiles_of_a_drawn_matrix() -> None:
    dim, noise, kappa, rng = 400, 0.5, 0.2, np.random.default_rng(2)
    target = Target.of(dim, 1.25)
    gauss = rng.standard_normal((dim, dim))
    noisy = np.diag(target.size(np.arange(1.0, dim + 1))) + noise * (gauss + gauss.T) / np.sqrt(2 * dim)
    weights = np.maximum(np.linalg.eigvalsh(noisy) - kappa, 0)
    law = quadratic_spectrum(noise, kappa, target)
    for probability in (0.3, 0.7, 0.9):
        assert law.quantile(probability) == pytest.approx(np.quantile(weights, probability), abs=0.02)
    assert np.mean(weights == 0) == pytest.approx(law.atom, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("digits", [None, 25])
def test_pruning_the_bulk_of_a_drawn_matrix(digits: int | None) -> None:
    """Eigenvalues nu become (nu - (2 delta - kappa))_+."""
    dim, rng = 400, np.random.default_rng(4)
    solution = solve(
        Problem("quadratic", gamma=1.25, samples=40_000, dim=dim, weight_decay=1e-3, noise_variance=0.5),
        digits=digits,
    )
    noise, kappa = float(solution.effective_noise), float(solution.threshold)
    s = Target.of(dim, 1.25).size(np.arange(1.0, dim + 1))
    risks: list[list[float]] = [[], []]
    for _ in range(4):
        gauss = rng.standard_normal((dim, dim))
        values, vectors = np.linalg.eigh(np.diag(s) + noise * (gauss + gauss.T) / np.sqrt(2 * dim))
        for risks_at, threshold in zip(risks, (kappa, 2 * noise), strict=True):
            estimate = (vectors * np.maximum(values - threshold, 0)) @ vectors.T
            risks_at.append(2 * np.sum((estimate - np.diag(s)) ** 2) / dim)
    assert np.mean(risks[0]) == pytest.approx(float(solution.excess_risk), rel=0.02, abs=0)
    assert np.mean(risks[1]) == pytest.approx(float(solution.pruned()), rel=0.04, abs=0)
    assert float(solution.pruned()) < 0.8 * float(solution.excess_risk)


def test_pruning_digits_agree_with_double_and_a_high_threshold_prunes_nothing() -> None:
    for network in ("diagonal", "quadratic"):
        problem = Problem(network, gamma=1.25, samples=5000, dim=300, weight_decay=0.01, noise_variance=0.5)
        short, long = solve(problem), solve(problem, digits=20)
        assert short.pruned() == pytest.approx(float(long.pruned()), rel=1e-12, abs=0)
        assert short.pruned() != short.excess_risk
        high = solve(replace(problem, weight_decay=1e3))
        assert high.pruned() == high.excess_risk
    with pytest.raises(InvalidProblem, match="bayes"):
        solve(replace(problem, estimator="bayes", weight_decay=None)).pruned()


def test_nothing_is_cut_off_at_full_width_where_all_modes_are_learned() -> None:
    """The mass above the threshold, 1, rounds above it here."""
    solution = solve(
        Problem("quadratic", gamma=1.25, samples=10**175, dim=10**25, weight_decay=10**25, noise_variance=1)
    )
    spectrum = solution.spectrum()
    assert spectrum.smallest == 0
    assert spectrum.atom == pytest.approx(0, abs=1e-12)
    assert spectrum.cdf(-1e-9) == 0


PROBLEMS = [
    Problem("quadratic", gamma=1.25, samples=8000, dim=100, weight_decay=0.1, noise_variance=0.5),
    Problem("quadratic", gamma=1.25, samples=8000, dim=100, weight_decay=0.1, noise_variance=0.5, width=5),
    Problem("diagonal", gamma=1.25, samples=80, dim=100, weight_decay=0.1, noise_variance=0.5),
    Problem("quadratic", gamma=1.25, samples=10**5, dim=100, weight_decay=0),  # recovered
]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_spectra_and_what_they_are_of_are_pickled_and_copied(problem: Problem) -> None:
    solution = solve(problem)
    spectrum = solution.spectrum()
    spectrum.density(0.1)  # what is kept of it
    for thing in (problem, solution, spectrum):
        assert pickle.loads(pickle.dumps(thing)) == thing == copy.deepcopy(thing)
    same = pickle.loads(pickle.dumps(spectrum))
    for x in (-0.2, 0.0, 0.1, 1.0):
        assert same.cdf(x) == spectrum.cdf(x)
        assert same.density(x) == spectrum.density(x)
    assert np.array_equal(same.sample(3, seed=2), spectrum.sample(3, seed=2))


def test_certificates_and_solutions_of_many_digits_are_pickled_and_copied() -> None:
    problem = Problem("diagonal", gamma=1.25, samples=80, dim=20, weight_decay=0.1, noise_variance=0.5)
    for thing in (certify(problem), solve(problem, digits=20)):
        assert pickle.loads(pickle.dumps(thing)) == thing == copy.deepcopy(thing)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_arrays_of_any_shape(problem: Problem) -> None:
    spectrum = solve(problem).spectrum()
    grid = np.array([[0.3, 0.99], [0.05, 0.7]])
    for function in (spectrum.density, spectrum.cdf, spectrum.mass_beyond, spectrum.quantile):
        values = function(grid)
        assert values.shape == grid.shape
        assert values[1, 1] == pytest.approx(function(0.7), rel=1e-13, abs=0)
        assert function(np.zeros((0, 3)) + 0.5).shape == (0, 3)
        assert isinstance(function(0.7), float)


@pytest.mark.parametrize("bad", ["a", None, math.nan, ["a"], [math.nan], {}, [[1.0], [1.0, 2.0]]])
def test_what_is_no_number_is_refused_by_name(bad: Any) -> None:
    spectrum = diagonal_spectrum(0.3, 0.4, Target.of(6, 1.25, "unit"))
    ax = Figure().subplots()
    calls: list[tuple[str, Any]] = [
        ("x", spectrum.density),
        ("x", spectrum.cdf),
        ("x", spectrum.mass_beyond),
        ("probability", spectrum.quantile),
        ("size", lambda value: spectrum.sample(value, seed=1)),
        ("seed", lambda value: spectrum.sample(1, seed=value)),
        ("seed", lambda value: spectrum.sample(1, seed=-1)),
        ("seed", lambda value: spectrum.sample(1, seed=1.5)),  # type: ignore[arg-type]
        ("ax", lambda value: spectrum.plot("axes" if value is None else value)),  # None: axes of a new figure
        ("points", lambda value: spectrum.plot(ax, points=value)),
    ]
    for name, call in calls:
        with pytest.raises(InvalidProblem, match=f"^{name}=.*: must be "):
            call(bad)


@pytest.mark.parametrize("units", [10**8, 10**9, 10**10])
def test_noise_of_which_few_units_keep_the_largest_has_an_edge(units: int) -> None:
    """What they keep spans 1e-20 of it: both ends are one number, and there seemed to be no noise."""
    spectrum = quadratic_spectrum(1.0, 0.5, Target(dim=10**40, decay=1.0, scale=1e-20), units)
    assert spectrum.bulk_edge == pytest.approx(1.5, rel=1e-12, abs=0)
    assert spectrum.bulk_edges[0] == pytest.approx(1.5, rel=1e-12, abs=0)


def test_a_mass_that_misses_the_closed_form_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    spectrum, scalars = quadratic_spectrum(0.3, 0.4, Target.of(50, 1.25, "unit")), quadratic.scalars

    def off(*arguments: Any) -> Any:
        right = scalars(*arguments)
        return replace(right, mass_above=right.mass_above + 1e-9)

    monkeypatch.setattr(quadratic, "scalars", off)
    with pytest.raises(NotConverged, match="by another"):
        spectrum.cdf(0.1)
