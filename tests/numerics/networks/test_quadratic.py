from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize

from numerics import Problem, solve
from numerics.arithmetic.precision import multiprecision
from numerics.equations.state_equations import Scalars
from numerics.free_probability.preimages import preimage
from numerics.free_probability.views import Preimage, spectrum_view
from numerics.networks import width
from numerics.networks.quadratic import Cut, cut_at, scalars, scalars_at_angle, scalars_of
from numerics.sums.target import Target

RESULTS = ("error", "degrees_of_freedom", "mean_size", "mass_above")


def on_the_real_axis(
    s: np.ndarray, noise: float, threshold: float, beyond: float | None = None
) -> dict[str, float]:
    """The textbook form, integrated over the support with Biane's parametrisation; no contour anywhere.

    The estimate is x - kappa right of ``beyond``, which is the threshold kappa if not given.
    """
    variance, half_band = noise**2, noise / math.sqrt(len(s))

    def contraction(u: float, q: float = 0.0) -> float:
        return float(variance * np.mean(1 / ((u - s) ** 2 + q))) - 1

    def edge(inside: float, outside: float) -> float:
        return float(optimize.brentq(contraction, inside, outside))

    def height2(u: float) -> float:
        nearest = np.min((u - s) ** 2)
        if nearest > 0 and contraction(u) <= 0:
            return 0.0
        low = max(half_band**2 - nearest, 0) * (1 - 1e-15)
        high = variance * (1 + 1e-15)
        return float(optimize.brentq(lambda q: contraction(u, q), low, high, xtol=1e-300))

    def point(u: float) -> tuple[float, float, float, float]:
        q = height2(u)
        square = (u - s) ** 2 + q
        a, b = np.mean((u - s) / square**2), np.mean(1 / square**2)
        h = np.mean((u - s) / square)
        return u + variance * h, h, math.sqrt(q) / (math.pi * variance), 2 * variance * (q * b + a * a / b)

    edges = [
        edge(s.min() - 0.99 * half_band, s.min() - 2 * noise),
        edge(s.max() + 0.99 * half_band, s.max() + 2 * noise),
    ]
    for left, right in pairwise(np.sort(s)):
        low, high = left + 1e-13 * (right - left), right - 1e-13 * (right - left)
        middle = optimize.brentq(lambda u: np.mean((u - s) ** -3.0), low, high)
        if contraction(middle) < 0:
            edges += [edge(low, middle), edge(high, middle)]
    far = s.max() + noise + threshold
    border = threshold if beyond is None else beyond
    start = optimize.brentq(lambda u: point(u)[0] - border, -far - border, far + border)
    edges = sorted(edges)
    totals = np.zeros(4)
    for left, right in zip(edges[::2], edges[1::2], strict=True):
        if right <= start:
            continue
        left = max(left, start)  # noqa: PLW2901
        centre, half = (left + right) / 2, (right - left) / 2

        def moments(phi: float, centre: float = centre, half: float = half) -> np.ndarray:
            x, h, rho, slope = point(centre + half * math.sin(phi))
            y = x - threshold
            return rho * slope * half * math.cos(phi) * np.array([1, y, y * y, 2 * y * h])

        totals += integrate.quad_vec(moments, -math.pi / 2, math.pi / 2, epsabs=1e-13, epsrel=1e-11)[0]
    mass, mean, square, freedom = totals
    return {
        "error": np.mean(s**2) - square - 2 * threshold * mean + 2 * variance * freedom,
        "degrees_of_freedom": freedom,
        "mean_size": mean,
        "mass_above": mass,
    }


@pytest.mark.parametrize("by_angle", [False, True])
@pytest.mark.parametrize(
    ("dim", "decay", "noise", "coordinate"),
    [
        (400, 1.25, 1.0, 0.7),
        pytest.param(400, 0.6, 0.3, 0.05, marks=pytest.mark.slow),
        (50, 2.0, 0.2, 0.9),
        pytest.param(10**15, 0.8, 3.0, 0.3, marks=pytest.mark.slow),
        pytest.param(10**6, 1.25, 1e-4, 0.4, marks=pytest.mark.slow),
    ],
)
def test_slopes(dim: int, decay: float, noise: float, coordinate: float, by_angle: bool) -> None:
    """Of E, D and log kappa with respect to the logarithms of delta and of kappa or the angle."""
    arithmetic = multiprecision(150)
    with arithmetic.working():
        target = Target.of(dim, decay, arithmetic=arithmetic)
        function = scalars_at_angle if by_angle else scalars
        first = arithmetic.real(noise)
        second = arithmetic.real(coordinate) * (1 if by_angle else 2 * first)
        step, differences = arithmetic.real(10) ** -14, []
        for turn in ((step, 0 * step), (0 * step, step)):
            ends = [
                function(
                    first * arithmetic.exp(sign * turn[0]), second * arithmetic.exp(sign * turn[1]), target
                )
                for sign in (1, -1)
            ]
            values = [(e.error, e.degrees_of_freedom, arithmetic.log(e.threshold)) for e in ends]
            differences.append([(high - low) / (2 * step) for high, low in zip(*values, strict=True)])
        slopes = function(first, second, target).slopes
        assert slopes is not None
        for name, pair in zip(("error", "freedom", "threshold"), zip(*differences, strict=True), strict=True):
            for found, expected in zip(getattr(slopes, name), pair, strict=True):
                assert abs(found - expected) < 1e-20 * (abs(expected) + abs(first) ** 2 / 10**6), name


def test_slopes_lost_in_rounding_are_not_given() -> None:
    noise_alone = Target(dim=10**6, decay=2.0, scale=1e-160)
    assert scalars_at_angle(1.0, 1e-3, noise_alone).slopes is not None
    assert scalars_at_angle(1.0, 1e-6, noise_alone).slopes is None
    assert width.scalars(1.0, 0.3, Target.of(50, 1.25), 5).slopes is None
    assert width.scalars_at_angle(0.5, 0.3, Target.of(50, 1.25), 40).slopes is None


@pytest.mark.parametrize("noise", [0.05, 1.0])
def test_the_origin_of_the_paths_does_not_matter(noise: float) -> None:
    """High above the modes it is one of a few: the same numbers as from any other."""
    target, threshold = Target.of(10**9, 1.0), 1.3 * noise
    cut = cut_at(noise, threshold, target)
    from_here = scalars_of(cut)
    for aside in (0.8, 1.2):
        learned = int(cut.start.view.learned * aside)
        view = spectrum_view(cut.target, learned)
        zeta = complex(cut.start.point) - view.origin
        elsewhere = replace(cut, start=Preimage(view, np.complex128(zeta), zeta + view.distances))
        assert view.origin != cut.start.view.origin
        from_there = scalars_of(elsewhere)
        for name in ("error", "degrees_of_freedom", "mean_size", "mass_above"):
            assert getattr(from_there, name) == pytest.approx(getattr(from_here, name), rel=1e-12, abs=0), (
                name
            )


@pytest.mark.parametrize(
    ("dim", "decay", "noise", "threshold"),
    [
        (6, 1.25, 0.7, 0.9),  # one band
        (6, 1.25, 0.05, 0.4),  # separate bands, between two of them
        (6, 1.25, 0.05, math.sqrt(6) * 2**-1.25),  # inside the band of the second mode
        (5, 0.75, 3.0, 1e-9),  # noise dominates, no threshold
        (5, 0.75, 3.0, 5.9),  # near the edge
        (12, 0.51, 0.5, 1.7),  # bands merging
        (9, 3.0, 0.02, 0.03),  # many modes in the noise
    ],
)
def test_against_the_textbook_form_on_the_real_axis(
    dim: int, decay: float, noise: float, threshold: float
) -> None:
    spectrum = Target.of(dim, decay)
    found = scalars(noise, threshold, spectrum)
    expected = on_the_real_axis(math.sqrt(dim) * np.arange(1.0, dim + 1) ** -decay, noise, threshold)
    for name in RESULTS:
        assert getattr(found, name) == pytest.approx(expected[name], rel=2e-9, abs=1e-12), name


@pytest.mark.parametrize("threshold", [1e-9, 0.3])
@pytest.mark.parametrize("beyond", [0.35, 1.0, 2.1])
def test_an_estimate_cut_off_beyond_the_threshold(threshold: float, beyond: float) -> None:
    target, noise = Target.of(6, 1.25), 0.4
    start = preimage(target, noise, beyond)
    found = scalars_of(Cut(target, noise, threshold, start, excess=beyond - threshold, unit=1.0))
    expected = on_the_real_axis(math.sqrt(6) * np.arange(1.0, 7) ** -1.25, noise, threshold, beyond)
    for name in RESULTS:
        assert getattr(found, name) == pytest.approx(expected[name], rel=2e-9, abs=1e-12), name


def test_one_mode_far_above_a_crowd() -> None:
    """Steep targets: nothing between s_1 and eigenvalues below 10^-10; the rest is noise around 0."""
    target, noise, threshold = Target(dim=10**4, decay=40, scale=100.0), 0.5, 0.6
    found, alone = scalars(noise, threshold, target), scalars(noise, threshold, Target(10**4, 40, 1e-9))
    spike = 2 * (100 - threshold) / 100 / 10**4
    assert found.degrees_of_freedom == pytest.approx(alone.degrees_of_freedom + spike, rel=1e-3, abs=0)
    assert found.error == pytest.approx(alone.error + (threshold**2 + 2 * noise**2) / 10**4, rel=1e-3, abs=0)


@pytest.mark.parametrize(
    ("noise", "threshold"), [(0.3, 0.2), (0.3, 0.9), (0.3, 1.55), (3.0, 1e-5), (1.0, 2.9999)]
)
def test_one_eigenvalue_is_a_shifted_semicircle(noise: float, threshold: float) -> None:
    """The posterior mean is the eigenvalue itself: E = int (f - 1)^2 over the semicircle around 1."""
    found = scalars(noise, threshold, Target(dim=1, decay=1.0, scale=1.0))
    low = max(-math.pi / 2, math.asin(max(-1.0, (threshold - 1) / (2 * noise))))

    def mean(weight: Any, start: float) -> float:
        def weighted(phi: float) -> float:
            return float(2 / math.pi * math.cos(phi) ** 2 * weight(1 + 2 * noise * math.sin(phi)))

        return float(integrate.quad(weighted, start, math.pi / 2, epsabs=0, epsrel=1e-13)[0])

    above = mean(lambda x: 1.0, low)
    assert found.mass_above == pytest.approx(above, rel=1e-11, abs=0)
    assert found.mean_size == pytest.approx(mean(lambda x: x - threshold, low), rel=1e-11, abs=0)
    # Below the threshold f = 0 and (f - 1)^2 = 1.
    error = 1 - above + mean(lambda x: (x - threshold - 1) ** 2, low)
    assert found.error == pytest.approx(error, rel=1e-11, abs=0)


@pytest.mark.parametrize("t", [1.0, 0.1, 1e-3, 1e-5])
def test_noise_alone(t: float) -> None:
    """Without a target Re g = x/(2 delta^2): D = int (x - kappa) x/delta^2, E = int (x - kappa)^2."""
    noise = 0.7
    threshold = noise * (2 - t)
    found = scalars(noise, threshold, Target(dim=10**6, decay=1.0, scale=1e-160))
    with mpmath.workdps(40):
        u = mpmath.mpf(threshold) / mpmath.mpf(noise)
        rho = lambda x: mpmath.sqrt(4 - x * x) / (2 * mpmath.pi)  # noqa: E731
        freedom = mpmath.quad(lambda x: (x - u) * x * rho(x), [u, 2])
        error = mpmath.mpf(noise) ** 2 * mpmath.quad(lambda x: (x - u) ** 2 * rho(x), [u, 2])
    # D goes like (2 - kappa/delta)^(5/2): the rounding of kappa is all that may be lost.
    allowed = 1e-13 + 2e-15 / t
    assert found.degrees_of_freedom == pytest.approx(float(freedom), rel=allowed, abs=0)
    assert found.error == pytest.approx(float(error), rel=allowed, abs=0)


@settings(deadline=None, max_examples=40)
@given(
    dim=st.integers(1, 10**30),
    decay=st.floats(0.51, 3),
    log_noise=st.floats(-12, -2),
    log_threshold=st.floats(-12, -2),
)
def test_everything_learned(dim: int, decay: float, log_noise: float, log_threshold: float) -> None:
    """All bands above kappa: D = 1, E = kappa^2 + delta^2, T = mean(s) - kappa, exactly."""
    spectrum = Target.of(dim, decay)
    smallest = float(spectrum.size(float(dim)))
    noise, threshold = smallest * 10**log_noise, smallest * 10**log_threshold
    found = scalars(noise, threshold, spectrum)
    assert found.error == pytest.approx(noise**2 + threshold**2, rel=1e-11, abs=0)
    assert found.degrees_of_freedom == pytest.approx(1, rel=1e-12, abs=0)
    assert found.mass_above == pytest.approx(1, rel=1e-12, abs=0)


@pytest.mark.parametrize("dim", [3, 10**4, 10**30])
@pytest.mark.parametrize("far", [3.0, 1e200])
def test_nothing_learned(dim: int, far: float) -> None:
    """Beyond the right edge of the support the error is the target itself."""
    spectrum = Target.of(dim, 1.25)
    found = scalars(1.0, far * float(spectrum.scale) + 2.1, spectrum)
    assert found.error == pytest.approx(spectrum.mean_square, rel=1e-14, abs=0)
    assert (found.degrees_of_freedom, found.mean_size, found.mass_above) == (0, 0, 0)


# (dim, decay, noise, threshold) over the phases and between them
REGIMES = [
    (60, 1.25, 0.4, 1.0),
    (10**3, 0.75, 1.0, 1e-6),  # noise dominated
    (10**6, 1.25, 1.0, 1.99),  # harmful overfitting, few modes learned
    (10**12, 1.25, 10.0, 20.0 - 1e-3),
    (10**6, 1.25, 1e-3, 1.0),  # threshold amid isolated learned modes
    (10**10, 2.0, 1e-4, 1e-2),  # amid merged bands
    pytest.param(10**8, 0.6, 30.0, 3.0, marks=pytest.mark.slow),
    pytest.param(10**5, 1.0, 1e-3, 1e-2, marks=pytest.mark.slow),  # nearly all learned
    pytest.param(10**5, 3.0, 1e-9, 2e-9, marks=pytest.mark.slow),
    pytest.param(10**24, 1.25, 1e4, 1e4, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("dim", "decay", "noise", "threshold"), REGIMES)
def test_derivatives(dim: int, decay: float, noise: float, threshold: float) -> None:
    """J = int (x - kappa)_+^2 dmu has dJ/dkappa = -2 T and dJ/d(delta^2) = D; dT/dkappa = -mass.

    J = Q - E - 2 kappa T + 2 delta^2 D: the identities tie the four results to each other at any dimension.
    """
    arithmetic = multiprecision(110)
    with arithmetic.working():
        real = arithmetic.real
        spectrum = Target.of(dim, decay, arithmetic=arithmetic)
        h = real(10) ** -11

        def at(log_noise: int, log_threshold: int) -> tuple[Any, Scalars]:
            delta, kappa = real(noise) * (1 + log_noise * h), real(threshold) * (1 + log_threshold * h)
            found = scalars(delta, kappa, spectrum)
            second = (
                spectrum.mean_square
                - found.error
                - 2 * kappa * found.mean_size
                + 2 * delta * delta * found.degrees_of_freedom
            )
            return second, found

        second, found = at(0, 0)
        (right, right_found), (left, left_found) = at(0, 1), at(0, -1)
        kappa, delta = real(threshold), real(noise)
        # Differences: second order in h, and rounding of terms of the size of J.
        tolerance = 1e-15 + 1e-20 * abs(second / (delta * delta * found.degrees_of_freedom))
        assert abs((right - left) / (2 * h * kappa) / (-2 * found.mean_size) - 1) < tolerance
        slope = (right_found.mean_size - left_found.mean_size) / (2 * h * kappa)
        assert abs(slope / -found.mass_above - 1) < tolerance
        (right, _), (left, _) = at(1, 0), at(-1, 0)
        assert abs((right - left) / (4 * h * delta * delta) / found.degrees_of_freedom - 1) < tolerance


def assert_float64_is_right(dim: int, decay: float, noise: float, threshold: float) -> None:
    """Equal to 30 digits at the same (delta, kappa) but for one common change of kappa by a few roundings."""
    narrow = scalars(noise, threshold, Target.of(dim, decay))
    arithmetic = multiprecision(110)
    with arithmetic.working():
        spectrum = Target.of(dim, decay, arithmetic=arithmetic)
        delta, kappa = arithmetic.real(noise), arithmetic.real(threshold)
        wide = scalars(delta, kappa, spectrum)
        if wide.degrees_of_freedom > 0:
            h = arithmetic.real(2) ** -60
            moved = scalars(delta, kappa * (1 + h), spectrum)
            slope = (moved.degrees_of_freedom / wide.degrees_of_freedom - 1) / h
            miss = arithmetic.real(float(narrow.degrees_of_freedom)) / wide.degrees_of_freedom - 1
            few = arithmetic.real(8e-16)
            if slope != 0:
                kappa = kappa * (1 + max(min(miss / slope, few), -few))
                wide = scalars(delta, kappa, spectrum)
        for name in RESULTS[:3]:
            value, exact = float(getattr(narrow, name)), getattr(wide, name)
            assert abs(value - exact) <= 1e-12 * exact, name


@pytest.mark.parametrize(("dim", "decay", "noise", "threshold"), REGIMES)
def test_float64_agrees_with_thirty_digits(dim: int, decay: float, noise: float, threshold: float) -> None:
    assert_float64_is_right(dim, decay, noise, threshold)


@st.composite
def points(draw: st.DrawFn, log_dims: st.SearchStrategy[float]) -> tuple[int, float, float, float]:
    """(dim, decay, noise, threshold): noise among the eigenvalues, the threshold up to far above."""
    dim = int(10 ** draw(log_dims))
    decay = draw(st.floats(0.51, 3))
    noise = math.sqrt(dim) * dim ** (-decay * draw(st.floats(-0.1, 1.1)))
    ratio = draw(st.one_of(st.floats(1e-3, 2.5), st.floats(1.99, 2.01), st.floats(1, 1e4)))
    return dim, decay, noise, noise * ratio


@settings(deadline=None, max_examples=12)
@given(points(st.floats(0, 2.7)))
def test_float64_agrees_with_thirty_digits_anywhere(point: tuple[int, float, float, float]) -> None:
    assert_float64_is_right(*point)


@pytest.mark.slow
@settings(deadline=None, max_examples=50)
@given(points(st.floats(2, 12)))
def test_float64_agrees_with_thirty_digits_at_any_dimension(point: tuple[int, float, float, float]) -> None:
    assert_float64_is_right(*point)


def test_units_of_the_target_scale_out() -> None:
    small, large = (scalars(0.5 * c, 0.8 * c, Target(300, 1.25, c)) for c in (1.0, 1e40))
    assert large.error == pytest.approx(1e80 * small.error, rel=1e-12, abs=0)
    assert large.degrees_of_freedom == pytest.approx(small.degrees_of_freedom, rel=1e-12, abs=0)


@pytest.mark.slow
def test_against_a_random_matrix() -> None:
    """One draw of S* + delta GOE at d = 1000, its eigenvalues thresholded."""
    dim, noise, threshold = 1000, 1.5, 2.0
    s = math.sqrt(dim) * np.arange(1.0, dim + 1) ** -1.25
    entries = np.random.default_rng(3).standard_normal((dim, dim))
    noisy = np.diag(s) + noise * (entries + entries.T) / math.sqrt(2 * dim)
    eigenvalues, vectors = np.linalg.eigh(noisy)
    shrunk = np.maximum(eigenvalues - threshold, 0)
    estimate = (vectors * shrunk) @ vectors.T
    found = scalars(noise, threshold, Target.of(dim, 1.25))
    assert np.sum((estimate - np.diag(s)) ** 2) / dim == pytest.approx(found.error, rel=0.02, abs=0)
    assert np.mean(shrunk) == pytest.approx(found.mean_size, rel=0.01, abs=0)
    assert np.mean(shrunk > 0) == pytest.approx(found.mass_above, rel=0.03, abs=0)


@pytest.mark.parametrize(
    ("samples", "matrix_error"),
    [(8000, 0.090479), (48273, 0.050817), (160000, 0.014418), (530312, 0.0043355)],
)
def test_published_state_evolution(samples: int, matrix_error: float) -> None:
    """Monte Carlo state evolution at d = 400 from the data of arXiv:2606.28242, within its O(1/d) = 0.25%."""
    dim = 400
    weight_decay = 0.1 * math.sqrt(samples / dim**2)
    problem = Problem(
        "quadratic",
        gamma=1.25,
        samples=samples,
        dim=dim,
        weight_decay=weight_decay,
        noise_variance=0.1,
        target="unit",
    )
    assert solve(problem).excess_risk / 2 == pytest.approx(matrix_error, rel=0.004, abs=0)


@pytest.mark.parametrize("angle", [1.2, 0.3, 1e-2, 1e-6, 1e-12])
@pytest.mark.parametrize(
    ("dim", "decay", "noise"),
    [(10**6, 1.25, 3.0), (50, 0.75, 40.0), pytest.param(10**24, 2.0, 1e5, marks=pytest.mark.slow)],
)
def test_at_an_angle_no_digit_is_lost_at_the_edge(dim: int, decay: float, noise: float, angle: float) -> None:
    target = Target.of(dim, decay)
    found = scalars_at_angle(noise, angle, target)
    arithmetic = multiprecision(140)
    with arithmetic.working():
        wide = Target.of(dim, decay, arithmetic=arithmetic)
        at_angle = scalars_at_angle(arithmetic.real(noise), arithmetic.real(angle), wide)
        by_threshold = scalars(arithmetic.real(noise), at_angle.threshold, wide)
        for name in (*RESULTS, "threshold"):
            exact = getattr(at_angle, name)
            assert abs(getattr(found, name) - exact) <= 1e-12 * exact, name
            # the angle is a square root: kappa takes 24 more digits for one of 1e-12
            assert abs(getattr(by_threshold, name) - exact) <= 1e-15 * exact, name


@pytest.mark.parametrize(
    ("dim", "noise", "ratio"),
    [
        (1, 3.0, 0.12),
        (10, 3.0, 0.1),
        (400, 2.0, 1e-2),
        (400, 20.0, 1e-8),
        (10**6, 30.0, 1e-3),
        (10**12, 1e4, 1e-12),
        (10**30, 1e17, 1e-29),
        # the modes take 1e-24 degrees of freedom, and the threshold 1e-22; and less than them
        pytest.param(10**30, 8.8e7, 1e-22, marks=pytest.mark.slow),
        pytest.param(10**30, 8.8e7, 1e-25, marks=pytest.mark.slow),
    ],
)
def test_complements_next_to_the_interpolation_threshold(dim: int, noise: float, ratio: float) -> None:
    """delta^2/2 - E and 1/2 - D against the subtraction, in an arithmetic with digits to spare for it."""
    found, wide = scalars(noise, noise * ratio, Target.of(dim, 1.25)), multiprecision(250)
    with wide.working():
        delta, kappa = wide.real(noise), wide.real(noise * ratio)
        exact = scalars(delta, kappa, Target.of(dim, 1.25, "raw", wide))
        missing = float(delta * delta / 2 - exact.error), float(wide.real(1) / 2 - exact.degrees_of_freedom)
    assert (found.error_complement, found.freedom_complement) == pytest.approx(missing, rel=1e-13, abs=0)


def test_no_complements_far_from_the_interpolation_threshold() -> None:
    for threshold in (0.5, 3.0):
        found = scalars(1.0, threshold, Target.of(400, 1.25))
        assert found.error_complement is None
        assert found.freedom_complement is None
