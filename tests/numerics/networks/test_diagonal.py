from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from numerics.arithmetic.precision import multiprecision, to_mpf
from numerics.networks.diagonal import (
    approximate_scalars,
    centre_moment,
    decomposition,
    scalars,
    tail_moments,
)
from numerics.sums.target import Target

WIDE = multiprecision(200)


def by_quadrature(size: float, noise: float, threshold: float) -> tuple[float, ...]:
    """Error, probability above the threshold, mean size and unlearned part of one mode: integrals over X."""
    width = math.hypot(size, noise)
    posterior_mean, posterior_variance = size**2 / width**2, size**2 * noise**2 / width**2

    def density(x: float) -> float:
        return math.exp(-(x**2) / (2 * width**2)) / math.sqrt(2 * math.pi) / width

    def mean(f: Any) -> float:
        cuts = [0.0, threshold, threshold + width, max(threshold, 12 * width) + 4 * width]
        pieces = [
            integrate.quad(lambda x: 2 * density(x) * f(x), a, b, epsabs=0, epsrel=1e-12, limit=200)[0]
            for a, b in pairwise(cuts)
        ]
        return math.fsum(pieces)

    def estimate(x: float) -> float:
        return max(x - threshold, 0.0)

    return (
        mean(lambda x: (estimate(x) - posterior_mean * x) ** 2 + posterior_variance),
        mean(lambda x: float(x > threshold)),
        mean(estimate),
        mean(lambda x: ((posterior_mean * x) ** 2 + posterior_variance) * (x < threshold)),
    )


@pytest.mark.parametrize("noise", [0.05, 1.0, 20.0])
@pytest.mark.parametrize("relative_threshold", [0.01, 0.7, 3.0])
def test_scalars_are_means_of_one_mode_integrals(noise: float, relative_threshold: float) -> None:
    target = Target.of(6, 1.25, "raw")
    threshold = noise * relative_threshold
    found = scalars(noise, threshold, target)
    modes = [by_quadrature(float(size), noise, threshold) for size in target.modes.sizes]
    expected = np.mean(modes, axis=0)
    computed = [
        found.error,
        found.degrees_of_freedom,
        found.mean_size,
        decomposition(noise, threshold, target)["unlearned"],
    ]
    np.testing.assert_allclose(computed, expected, rtol=1e-9)


@pytest.mark.parametrize("dim", [30, 10**20])
@pytest.mark.parametrize(("noise", "threshold"), [(2.0, 1e-3), (1e-4, 1e-2), (50.0, 80.0), (1e3, 1e-12)])
def test_the_complements_complement(dim: int, noise: float, threshold: float) -> None:
    """Stein's lemma: delta^2 - R, and 1 - D, against the direct forms, in an arithmetic that can subtract."""
    with WIDE.working():
        delta, kappa = WIDE.real(noise), WIDE.real(threshold)
        found = scalars(delta, kappa, Target.of(dim, 1.25, "raw", WIDE))
        scale = delta * delta + found.error
        assert abs(found.error + found.error_complement - delta * delta) < scale * 1e-50
        assert abs(found.degrees_of_freedom + found.freedom_complement - 1) < 1e-50


@pytest.mark.parametrize("dim", [30, 10**20])
@pytest.mark.parametrize(("noise", "threshold"), [(2.0, 1e-3), (1e-4, 1e-2), (50.0, 80.0), (1e-3, 0.2)])
def test_slopes_are_derivatives(dim: int, noise: float, threshold: float) -> None:
    """Central differences in log delta and log kappa, in 200 bits."""
    with WIDE.working():
        target, x, y = (
            Target.of(dim, 1.25, "raw", WIDE),
            WIDE.log(WIDE.real(noise)),
            WIDE.log(WIDE.real(threshold)),
        )
        slopes, h = scalars(WIDE.exp(x), WIDE.exp(y), target).slopes, WIDE.real(2) ** -60
        assert slopes is not None
        for k, (of_x, of_y) in enumerate([(h, 0), (0, h)]):
            after, before = (
                scalars(WIDE.exp(x + sign * of_x), WIDE.exp(y + sign * of_y), target) for sign in (1, -1)
            )
            for name, slope in (("error", slopes.error[k]), ("degrees_of_freedom", slopes.freedom[k])):
                difference = (getattr(after, name) - getattr(before, name)) / (2 * h)
                assert abs(difference - slope) < 1e-18 * abs(getattr(after, name))


@settings(max_examples=30, deadline=None)
@given(
    dim=st.integers(1, 10**30),
    decay=st.floats(0.51, 4),
    noise_log=st.floats(-12, 15),
    ratio_log=st.floats(-12, 1.3),
)
def test_double_precision_loses_no_digit(dim: int, decay: float, noise_log: float, ratio_log: float) -> None:
    noise = 10**noise_log
    threshold = noise * 10**ratio_log
    narrow = scalars(noise, threshold, Target.of(dim, decay, "raw"))
    with WIDE.working():
        wide = scalars(WIDE.real(noise), WIDE.real(threshold), Target.of(dim, decay, "raw", WIDE))
        for name in ("error", "degrees_of_freedom", "mean_size", "freedom_complement"):
            exact = getattr(wide, name)
            if exact > 1e-200:
                assert abs(float(WIDE.real(getattr(narrow, name)) / exact - 1)) < 1e-13, name


def test_beyond_the_threshold_nothing_is_learned() -> None:
    target = Target.of(1000, 1.25, "unit")
    found = scalars(0.1, 1e4, target)
    assert found.error == pytest.approx(1.0, rel=1e-14, abs=0)
    assert found.degrees_of_freedom == 0
    assert found.learned_modes == 0


@given(st.floats(0, 35))
def test_tail_moments_are_accurate_in_relative_terms(u: float) -> None:
    with mpmath.workdps(60):
        x = mpmath.mpf(u)
        tail = mpmath.erfc(x / mpmath.sqrt(2)) / 2
        density = mpmath.npdf(x)
        exact = (tail, density - x * tail, (1 + x * x) * tail - x * density)
        for moment, reference in zip(tail_moments(np.array([u])), exact, strict=True):
            assert moment[0] == pytest.approx(float(reference), rel=1e-13, abs=0)


@pytest.mark.parametrize("u", [1e-300, 1e-8, 0.3, 0.999, 1.001, 4.0, 40.0])
def test_centre_moment_is_an_incomplete_gamma_function(u: float) -> None:
    with mpmath.workdps(60):
        exact = mpmath.gammainc(1.5, 0, mpmath.mpf(u) ** 2 / 2, regularized=True)
        assert centre_moment(np.array([u]))[0] == pytest.approx(float(exact), rel=2e-15, abs=0)
        with WIDE.working():
            assert abs(to_mpf(centre_moment(WIDE.array([u]), WIDE)[0]) / exact - 1) < 1e-57


@pytest.mark.parametrize("u", [0.1, 8.5, 9.5, 30.0])
def test_tail_moments_in_multiprecision(u: float) -> None:
    with mpmath.workdps(100), WIDE.working():
        x = mpmath.mpf(u)
        tail = mpmath.erfc(x / mpmath.sqrt(2)) / 2
        second = (1 + x * x) * tail - x * mpmath.npdf(x)
        computed = tail_moments(WIDE.array([u]), WIDE)
        assert abs(to_mpf(computed[0][0]) / tail - 1) < 1e-55
        assert abs(to_mpf(computed[2][0]) / second - 1) < 1e-52


def test_an_approximation_is_good_to_a_few_per_cent() -> None:
    fine = Target.of(10**12, 1.25, "raw")
    for noise, threshold in ((1.0, 0.1), (30.0, 90.0), (1e3, 1e5)):
        found = scalars(noise, threshold, fine)
        rough = approximate_scalars(noise, threshold, fine)
        assert float(rough.error) == pytest.approx(float(found.error), rel=0.05, abs=0)
        assert float(rough.degrees_of_freedom) == pytest.approx(
            float(found.degrees_of_freedom), rel=0.05, abs=0
        )
