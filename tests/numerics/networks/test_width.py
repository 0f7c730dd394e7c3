"""Finite width: against drawn matrices, closed forms of the semicircle, and limits of many and few units."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import integrate

from numerics import InvalidProblem, NotConverged, Problem, solve
from numerics.arithmetic.precision import for_digits, multiprecision, to_mpf
from numerics.networks import quadratic as all_units
from numerics.networks.quadratic_approximation import approximate_scalars
from numerics.networks.width import below_edge, narrowed, scalars, scalars_at_angle, top_quantile
from numerics.sums.explicit import explicit_target, target_sizes
from numerics.sums.target import Target

RESULTS = ("error", "degrees_of_freedom", "mean_size", "mass_above")
BASE = Problem("quadratic", gamma=1.25, samples=10**8, dim=10**4, weight_decay=1e-2, noise_variance=1)


@pytest.mark.parametrize("units", [2, 8, 40, 90])
@pytest.mark.parametrize(("noise", "threshold"), [(0.3, 0.2), (1.5, 0.5)])
def test_against_drawn_matrices(units: int, noise: float, threshold: float) -> None:
    """Keep the largest eigenvalues of S* + delta GOE, less kappa; D is the mean response to the noise."""
    dim, rng = 200, np.random.default_rng(units)
    target = Target.of(dim, 1.25)
    s = math.sqrt(dim) * np.arange(1.0, dim + 1) ** -1.25
    errors, freedoms, sizes = [], [], []
    for _ in range(6):
        draw = rng.standard_normal((dim, dim))
        goe = (draw + draw.T) / math.sqrt(2 * dim)
        values, vectors = np.linalg.eigh(np.diag(s) + noise * goe)
        kept = np.where(np.arange(dim) >= dim - units, np.maximum(values - threshold, 0), 0)
        estimate = (vectors * kept) @ vectors.T
        errors.append(np.sum((estimate - np.diag(s)) ** 2) / dim)
        signal = np.diag(np.where(np.arange(dim) < units, s, 0))  # of mean 0 against goe
        freedoms.append(np.sum((estimate - signal) * goe) / (noise * dim))  # Stein's lemma
        sizes.append(np.mean(kept))
    found = scalars(noise, threshold, target, units)
    assert found.error == pytest.approx(np.mean(errors), rel=0.03, abs=0)
    assert found.degrees_of_freedom == pytest.approx(np.mean(freedoms), rel=0.03, abs=0)
    assert found.mean_size == pytest.approx(np.mean(sizes), rel=0.03, abs=0)


@pytest.mark.parametrize("units", [1, 10**3, 10**9, 10**15, 10**18 // 4])
def test_noise_alone(units: int) -> None:
    """Of a semicircle with dim = 10^18 the largest are kept: a mass of (phi - sin phi cos phi)/pi."""
    dim, noise, threshold = 10**18, 0.7, 0.1
    found = scalars(noise, threshold, Target(dim=dim, decay=2.0, scale=1e-160), units)
    low, high = 0.0, math.pi / 2

    def mass(angle: float) -> float:  # the series is exact to rounding where the difference is not
        x = 2 * angle
        if angle > 0.1:
            return (x - math.sin(x)) / (2 * math.pi)
        return sum((-1) ** k * x ** (2 * k + 3) / math.factorial(2 * k + 3) for k in range(6)) / (2 * math.pi)

    for _ in range(200):
        middle = (low + high) / 2 if low > high / 2 else max(math.sqrt(low * high), high / 1e6)
        low, high = (middle, high) if mass(middle) < units / dim else (low, middle)

    def over(weight: Any) -> float:
        def density(t: float) -> float:
            return weight(2 * noise * math.cos(t)) * 2 / math.pi * math.sin(t) ** 2

        return float(integrate.quad(density, 0, high, epsabs=0, epsrel=1e-13)[0])

    assert found.mass_above == pytest.approx(units / dim, rel=1e-14, abs=0)
    assert found.error == pytest.approx(over(lambda x: (x - threshold) ** 2), rel=1e-11, abs=0)
    assert found.mean_size == pytest.approx(over(lambda x: x - threshold), rel=1e-11, abs=0)
    assert found.degrees_of_freedom == pytest.approx(
        over(lambda x: (x - threshold) * x / noise**2), rel=1e-11, abs=0
    )


@pytest.mark.parametrize("dim", [50, pytest.param(10**4, marks=pytest.mark.slow)])
@pytest.mark.parametrize("noise", [1e-4, 0.3, 30.0])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_the_quantile_and_thirty_digits(dim: int, noise: float, share: float) -> None:
    """Right of q lies the mass p/d; float64 agrees with long arithmetic, which finds it by itself."""
    units, threshold = max(1, int(dim**share)), noise / 100
    target = Target.of(dim, 1.25)
    found = scalars(noise, threshold, target, units)
    arithmetic = multiprecision(90)
    with arithmetic.working():
        exact = scalars(
            arithmetic.real(noise),
            arithmetic.real(threshold),
            Target.of(dim, 1.25, arithmetic=arithmetic),
            units,
        )
    for name in RESULTS:
        assert getattr(found, name) == pytest.approx(float(getattr(exact, name)), rel=1e-11, abs=0), name
    _, quantile = top_quantile(target, noise, units)
    mass = all_units.scalars(noise, float(quantile), target).mass_above
    assert mass == pytest.approx(units / dim, rel=1e-9, abs=0)


def test_a_threshold_above_the_quantile_is_what_counts() -> None:
    target = Target.of(50, 1.25)
    slack = scalars(0.3, 2.0, target, 40), scalars_at_angle(0.5, 0.3, target, 40)
    full = all_units.scalars(0.3, 2.0, target), all_units.scalars_at_angle(0.5, 0.3, target)
    assert slack == tuple(replace(found, slopes=None) for found in full)
    tight, loose = scalars_at_angle(0.5, 0.9, target, 5), all_units.scalars_at_angle(0.5, 0.9, target)
    assert tight.threshold == loose.threshold
    assert tight.degrees_of_freedom < 0.9 * loose.degrees_of_freedom


def test_next_to_the_edge_float64_has_all_digits() -> None:
    """q and kappa agree in 14 digits there: of their difference float64 has two."""
    angle = 1e-7
    target = Target(dim=10**30, decay=1.25, scale=1e-160)
    found = scalars_at_angle(1.0, angle, target, 10**4)
    arithmetic = multiprecision(120)
    with arithmetic.working():
        exact = scalars_at_angle(
            arithmetic.real(1), arithmetic.real(angle), target.in_arithmetic(arithmetic), 10**4
        )
        for result in RESULTS:
            ratio = getattr(found, result) / getattr(exact, result)
            assert float(ratio) == pytest.approx(1, rel=1e-12, abs=0)


@pytest.mark.parametrize("units", [1, 5, 50, 500])
def test_the_approximation_is_close(units: int) -> None:
    target = Target.of(1000, 1.25)
    rough, exact = approximate_scalars(1.0, 0.3, target, units), scalars(1.0, 0.3, target, units)
    assert rough.error == pytest.approx(exact.error, rel=0.2, abs=0)
    assert rough.degrees_of_freedom == pytest.approx(exact.degrees_of_freedom, rel=0.2, abs=0)


def test_more_units_first_learn_then_overfit() -> None:
    """Each of the first units learns one more mode; hundreds learn noise."""
    risks = [solve(replace(BASE, width=units)).excess_risk for units in (1, 3, 10, 30, 100, 1000, 5000, 9999)]
    best = risks.index(min(risks))
    assert best == 3
    assert risks[: best + 1] == sorted(risks[: best + 1], reverse=True)
    assert risks[best:-1] == sorted(risks[best:-1])
    # of the last 4940 units none is used
    assert risks[-1] == pytest.approx(solve(BASE).excess_risk, rel=1e-12, abs=0)


def test_a_solution_of_finite_width() -> None:
    problem = replace(BASE, width=100)
    solution, exact = solve(problem), solve(problem, digits=20)
    assert solution.residual < 1e-12
    assert solution.excess_risk == pytest.approx(float(exact.excess_risk), rel=1e-11, abs=0)
    spectrum = solution.spectrum()
    assert spectrum.atom == pytest.approx(1 - 100 / 10**4, rel=1e-14, abs=0)
    smallest = spectrum.quantile(spectrum.atom + 1e-12)
    assert 0 < smallest < spectrum.bulk_edge
    assert spectrum.bulk_edges == (pytest.approx(smallest, rel=1e-6, abs=0), spectrum.bulk_edge)
    assert spectrum.bulk_width == pytest.approx(spectrum.bulk_edge - spectrum.smallest, rel=1e-12, abs=0)
    assert spectrum.density(0.99 * smallest) == 0 < spectrum.density(1.01 * smallest)
    # without the noise above the threshold less is left to err on
    assert solution.pruned() < solution.excess_risk


def test_few_units_keep_no_noise() -> None:
    solution = solve(replace(BASE, width=10))
    spectrum = solution.spectrum()
    assert solution.learned_modes == len(spectrum.spikes) == 10
    assert spectrum.bulk_edges == (0, 0)
    assert spectrum.bulk_width == 0


@pytest.mark.parametrize("dim", [10**6, 10**12, 10**20])
@pytest.mark.parametrize(("target", "units"), [([5.0] * 3, 1), ([5.0] * 3, 2), ([2.0] * 5, 3)])
def test_a_width_that_parts_equal_eigenvalues(target: list[float], units: int, dim: int) -> None:
    """Their band is 10^-10 of them wide at d = 10^20: the quantile was anywhere near, without a word."""
    problem = Problem(
        "quadratic",
        target=target,
        dim=dim,
        width=units,
        samples=100 * dim * dim,
        weight_decay=1e-30,
        noise_variance=100,
    )
    exact = solve(problem, digits=25).excess_risk
    assert solve(problem).excess_risk == pytest.approx(float(exact), rel=1e-13, abs=0)
    # of the eigenvalues, all but equal, those that are kept
    apart = [x * (1 + 1e-3 * k) for k, x in enumerate(target)]
    assert float(exact) == pytest.approx(solve(replace(problem, target=apart)).excess_risk, rel=0.01, abs=0)


def test_a_quantile_has_the_mass_that_it_is_said_to_have() -> None:
    """Of clusters of eigenvalues next to the noise's own end some are told apart, and others are refused."""
    rng, told = np.random.default_rng(1), 0
    for _ in range(40):
        dim, spread = 10 ** int(rng.integers(8, 30)), 10.0 ** rng.uniform(-12, -2)
        target = explicit_target(target_sizes(1 + spread * rng.standard_normal(rng.integers(1, 8))), dim)
        units = int(rng.integers(1, 10))
        try:
            start, _ = top_quantile(target, 1.0, units)
        except NotConverged:
            continue
        cut = all_units.Cut(target, 1.0, 1.0, start, 0.0, 1.0)
        assert all_units.scalars_of(cut).mass_above * dim == pytest.approx(units, rel=1e-11, abs=0)
        told += 1
    assert told >= 36


@pytest.mark.parametrize("largest", [1e3, 1e5])
@pytest.mark.parametrize("digits", [None, 25])
def test_few_units_fit_the_noise_below_a_mode_far_above_it(largest: float, digits: int | None) -> None:
    """The point of the quantile is many roundings off the curve there."""
    problem = Problem(
        "quadratic",
        target=[largest, 0.001],
        dim=1000,
        width=3,
        samples=3_000_000,
        weight_decay=1e-4,
        noise_variance=1,
    )
    exact = solve(problem, digits=40).excess_risk
    assert float(solve(problem, digits=digits).excess_risk) == pytest.approx(float(exact), rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("dim", "units", "scale"),
    [
        (50, 20, 0.5),
        (50, 20, 5.0),
        (10**6, 10**3, 300.0),
        pytest.param(10**20, 10**6, 1e4, marks=pytest.mark.slow),
    ],
)
def test_what_few_units_keep_of_the_noise_is_as_wide_as_more_digits_say(
    dim: int, units: int, scale: float
) -> None:
    """Of 10^20 eigenvalues the largest million lie within 1e-9 of the edge, and learned ones among them."""
    target, arithmetic = Target(dim=dim, decay=1.25, scale=scale), for_digits(50)
    start, _ = top_quantile(target, 1.0, units)
    with arithmetic.working():
        one = arithmetic.real(1)
        _, quantile = top_quantile(target.in_arithmetic(arithmetic), one, units)
        width = to_mpf(2 * one - quantile)
    assert below_edge(target, 1.0, start) == pytest.approx(float(width), rel=1e-13, abs=0)


def test_a_band_of_noise_far_narrower_than_a_rounding_has_its_width() -> None:
    """A float of the order of 1 is known to 1e-16; noise alone fills (3 pi p/(2 d))^(2/3) delta."""
    solution = solve(
        Problem("quadratic", gamma=1, samples=10**46, dim=10**40, weight_decay=1e-24, width=10**14)
    )
    spectrum, law = solution.spectrum(), (1.5 * math.pi * 1e-26) ** (2 / 3) * solution.effective_noise
    assert spectrum.bulk_width < 1e-16 * solution.effective_noise
    assert spectrum.bulk_width == pytest.approx(law, rel=1e-3, abs=0)


@pytest.mark.slow
def test_parts_of_noise_cut_at_a_rank_sum_to_the_risk() -> None:
    """What seventeen of 10^15 weights take of the noise float64 knows to eight digits only: more are used."""
    solution = solve(
        Problem(
            "quadratic",
            gamma=4.414764728862792,
            samples=610396854.4370376,
            dim=573560934077468,
            weight_decay=1.2569103315931632e-19,
            noise_variance=67753492.55255197,
            target="unit",
            width=17,
        )
    )
    assert math.fsum(solution.decomposition.values()) == pytest.approx(solution.excess_risk, rel=1e-11, abs=0)


def test_parts_next_to_the_edge_of_the_noise_sum_to_the_risk() -> None:
    """Where kappa/delta in float64 does not say what the risk is, though it was solved with more digits."""
    solution = solve(
        Problem(
            "quadratic",
            gamma=0.5000001,
            samples=31622776,
            dim=10**15,
            weight_decay=1e-10,
            noise_variance=1e10,
            width=2,
        )
    )
    assert math.fsum(solution.decomposition.values()) == pytest.approx(solution.excess_risk, rel=1e-11, abs=0)


def test_an_unregularised_narrow_network_does_not_recover_the_target() -> None:
    """Without noise and weight decay, with many samples: what is left are the modes beyond the width."""
    problem = Problem("quadratic", gamma=1.25, samples=10**6, dim=100, weight_decay=0, width=20)
    solution = solve(problem)
    unlearned = 2 * np.sum(np.arange(21.0, 101) ** -2.5)
    assert solution.excess_risk == pytest.approx(unlearned, rel=0.1, abs=0)
    assert solution.excess_risk > unlearned


@pytest.mark.parametrize("estimator", ["ridge", "bayes"])
def test_other_estimators_have_no_hidden_units(estimator: str) -> None:
    with pytest.raises(InvalidProblem, match=f'width=3: must be None for estimator "{estimator}"'):
        replace(BASE, estimator=estimator, weight_decay=None if estimator == "bayes" else 0.1, width=3)


@pytest.mark.parametrize("units", [1, 5, 40])
@pytest.mark.parametrize("noise", [1e-8, 1e-3, 0.02])
def test_units_that_miss_modes_need_no_place_of_the_threshold(units: int, noise: float) -> None:
    """The same numbers as with it."""
    target, threshold = Target.of(10**4, 1.25), 0.01
    assert target.modes_above(2 * (threshold + 2 * noise)) > units
    cut = narrowed(all_units.cut_at(noise, threshold, target), units)
    expected, found = all_units.scalars_of(cut), scalars(noise, threshold, target, units)
    for name in ("error", "degrees_of_freedom", "mean_size"):
        assert float(getattr(found, name)) == pytest.approx(float(getattr(expected, name)), rel=1e-12, abs=0)


def test_a_threshold_among_more_modes_than_can_be_numbered_takes_milliseconds(monkeypatch) -> None:
    """Its place among 1e29 modes, found with 424 bits, took a minute; a million units end far above it."""
    monkeypatch.setattr(all_units, "cut_at", None)
    problem = Problem("quadratic", gamma=1.25, samples=1e133, dim=2 * 10**33, weight_decay=1e47, width=10**6)
    solution = solve(problem)
    assert solution.learned_modes == 10**6
    assert float(solution.excess_risk) == pytest.approx(2 / 1.5 * 1e-9, rel=1e-5, abs=0)
