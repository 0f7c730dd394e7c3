"""The parts of the quadratic network's error: against real integrals over the support, and each positive."""

from __future__ import annotations

import math
import pickle
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize

from numerics import NotConverged, Problem, solve
from numerics.arithmetic.precision import multiprecision
from numerics.free_probability.preimages import noise_border
from numerics.networks import overlaps, quadratic, width
from numerics.networks.overlaps import decomposition, decomposition_at_angle
from numerics.sums.explicit import explicit_target, target_sizes
from numerics.sums.target import Target

PARTS = ["unlearned", "learned", "overfitting"]


def on_the_real_axis(
    s: np.ndarray, noise: float, threshold: float, beyond: float, border: float, learned: int
) -> dict[str, float]:
    """Sums over directions of integrals of v/(pi d |z - s_i|^2) (f - s_i)^2 dx along Biane's curve."""
    variance, half_band = noise**2, noise / math.sqrt(len(s))

    def contraction(u: float, q: float = 0.0) -> float:
        return float(variance * np.mean(1 / ((u - s) ** 2 + q))) - 1

    def height2(u: float) -> float:
        nearest = np.min((u - s) ** 2)
        if nearest > 0 and contraction(u) <= 0:
            return 0.0
        low = max(half_band**2 - nearest, 0) * (1 - 1e-15)
        return float(optimize.brentq(lambda q: contraction(u, q), low, variance * (1 + 1e-15), xtol=1e-300))

    def x_of(u: float) -> float:
        return float(u + variance * np.mean((u - s) / ((u - s) ** 2 + height2(u))))

    edges = [
        optimize.brentq(contraction, s.min() - 0.99 * half_band, s.min() - 2 * noise),
        optimize.brentq(contraction, s.max() + 0.99 * half_band, s.max() + 2 * noise),
    ]
    for left, right in pairwise(np.sort(s)):
        low, high = left + 1e-13 * (right - left), right - 1e-13 * (right - left)
        middle = optimize.brentq(lambda u: np.mean((u - s) ** -3.0), low, high)
        if contraction(middle) < 0:
            edges += [optimize.brentq(contraction, low, middle), optimize.brentq(contraction, high, middle)]
    far = 2 * (s.max() + 2 * noise + beyond)
    start = optimize.brentq(lambda u: x_of(u) - beyond, -far, far)
    bands = zip(sorted(edges)[::2], sorted(edges)[1::2], strict=True)
    totals = np.zeros(3)
    rest = np.arange(len(s)) >= learned
    for left, right in bands:
        cuts = sorted({left, right, *(cut for cut in (start, border) if left < cut < right)})
        for low, high in pairwise(cuts):

            def integrand(phi: float, low: float = low, high: float = high) -> np.ndarray:
                u = (low + high) / 2 + (high - low) / 2 * math.sin(phi)
                q = height2(u)
                square = (u - s) ** 2 + q
                a, b = np.mean((u - s) / square**2), np.mean(1 / square**2)
                slope = 2 * variance * (q * b + a * a / b)
                x = u + variance * np.mean((u - s) / square)
                f = x - threshold if u > start else 0.0
                overlaps = math.sqrt(q) / (math.pi * len(s) * square)
                errors = overlaps * (f - s) ** 2 * slope * (high - low) / 2 * math.cos(phi)
                unlearned = errors[rest].sum() if u < start else 0.0
                overfitting = errors[rest].sum() if start < u < border else 0.0
                return np.array([unlearned, errors.sum() - unlearned - overfitting, overfitting])

            totals += integrate.quad_vec(integrand, -math.pi / 2, math.pi / 2, epsabs=1e-13, epsrel=1e-9)[0]
    return dict(zip(PARTS, totals, strict=True))


@pytest.mark.parametrize(
    ("dim", "decay", "noise", "threshold", "units"),
    [
        (6, 1.25, 0.7, 0.9, None),  # one band
        (6, 1.25, 0.05, 0.4, None),  # separate bands, between two of them
        (6, 1.25, 0.05, math.sqrt(6) * 2**-1.25, None),  # inside the band of the second mode
        (6, 1.25, 0.4, 0.1, None),  # noise above the threshold, learned modes emerging from it
        (5, 0.75, 3.0, 0.1, None),  # nothing learned
        (12, 0.51, 0.5, 0.3, None),  # bands merging
        (9, 3.0, 0.02, 0.03, None),  # many modes in the noise
        (9, 3.0, 0.1, 0.05, None),
        (6, 1.25, 0.4, 0.1, 1),  # few units
        (9, 3.0, 0.1, 0.05, 4),
        (12, 0.51, 0.5, 0.3, 3),
    ],
)
def test_against_integrals_over_the_support(
    dim: int, decay: float, noise: float, threshold: float, units: int | None
) -> None:
    target = Target.of(dim, decay)
    parts = decomposition(noise, threshold, target, units)
    beyond = threshold
    if units is not None:
        _, quantile = width.top_quantile(target, noise, units)
        beyond = max(beyond, float(quantile))
    edge = noise_border(target, noise)
    border, learned = (-math.inf, dim) if edge is None else (float(edge.point.real), edge.view.learned)
    s = math.sqrt(dim) * np.arange(1.0, dim + 1) ** -decay
    start = quadratic.cut_at(noise, beyond, target)
    if float(start.start.point.real) * start.unit > border:  # amid learned modes: those right of it
        learned, border = start.start.view.learned, -math.inf
    expected = on_the_real_axis(s, noise, threshold, beyond, border, learned)
    for name in PARTS:
        assert parts[name] == pytest.approx(expected[name], rel=1e-7, abs=1e-10), name


@settings(max_examples=60)
@given(
    dim=st.sampled_from([1, 2, 7, 50, 10**4, 10**12, 10**30]),
    decay=st.floats(0.55, 4),
    noise=st.floats(-3, 2).map(lambda y: 10**y),
    ratio=st.floats(-6, 3).map(lambda y: 10**y),
    share=st.none() | st.floats(0, 0.99),
)
def test_parts_are_positive_and_sum_to_the_error(
    dim: int, decay: float, noise: float, ratio: float, share: float | None
) -> None:
    target, threshold = Target.of(dim, decay), noise * ratio
    units = None if share is None or int(dim**share) >= dim else int(dim**share)
    try:
        if units is None:
            error = quadratic.scalars(noise, threshold, target).error
        else:
            error = width.scalars(noise, threshold, target, units).error
    except NotConverged:
        return
    parts = decomposition(noise, threshold, target, units)
    assert list(parts) == PARTS
    assert min(parts.values()) >= 0
    assert math.fsum(parts.values()) == pytest.approx(float(error), rel=1e-11, abs=0)


@pytest.mark.parametrize("dim", [6, 400])
@pytest.mark.parametrize("threshold", [1e-3, 0.5, 1.39])
def test_thirty_digits_agree(dim: int, threshold: float) -> None:
    parts, arithmetic = decomposition(0.7, threshold, Target.of(dim, 1.25)), multiprecision(120)
    with arithmetic.working():
        target = Target.of(dim, 1.25, arithmetic=arithmetic)
        exact = decomposition(arithmetic.real(0.7), arithmetic.real(threshold), target)
    whole = float(sum(exact.values()))
    for name in PARTS:
        assert parts[name] == pytest.approx(float(exact[name]), rel=1e-10, abs=1e-12 * whole), name


@pytest.mark.parametrize("angle", [1e-4, 1e-2])
@pytest.mark.parametrize("scale", [1e-3, 1e-20])
def test_next_to_the_edge_of_the_noise(angle: float, scale: float) -> None:
    """(f - s)^2 = f^2 - 2 f s + s^2 over what is seen there: f = angle^2 - t with density sqrt(t)/pi."""
    target = Target(dim=10**4, decay=1.25, scale=scale)
    parts = decomposition_at_angle(1.0, angle, target)
    mean = scale * float(np.mean(np.arange(1.0, 10**4 + 1) ** -1.25))
    expected = 16 / (105 * math.pi) * angle**7
    expected -= 2 * mean * 4 / (15 * math.pi) * angle**5
    expected += target.mean_square * 2 / (3 * math.pi) * angle**3
    assert parts["overfitting"] == pytest.approx(expected, rel=2e-3, abs=0)
    assert parts["learned"] == 0


def test_of_a_solution() -> None:
    problem = Problem("quadratic", gamma=1.25, samples=10**7, dim=10**4, weight_decay=1e-3, noise_variance=1)
    solution, exact = solve(problem), solve(problem, digits=20)
    parts: Any = solution.decomposition
    assert math.fsum(parts.values()) == pytest.approx(solution.excess_risk, rel=1e-11, abs=0)
    for name in PARTS:
        assert parts[name] == pytest.approx(float(exact.decomposition[name]), rel=1e-9, abs=0)
    copy = pickle.loads(pickle.dumps(solution))
    assert copy == solution
    assert copy.decomposition == parts


def close_to_the_border(decades: int) -> Problem:
    dim = 10**decades
    samples, weight_decay = float(dim) ** 0.6 * dim, float(dim) ** -0.4
    return Problem(
        "quadratic", gamma=1.25, samples=samples, dim=dim, weight_decay=weight_decay, noise_variance=1
    )


@pytest.mark.parametrize("decades", [77, 85, 94])
def test_threshold_nearer_to_where_the_noise_ends_than_float64_tells(decades: int) -> None:
    """Of more modes than can be numbered: a sixth of the risk, and then all of it, was taken for learned."""
    parts: Any = solve(close_to_the_border(decades)).decomposition
    assert parts["learned"] < 1e-9 * parts["overfitting"]


@pytest.mark.slow
@pytest.mark.parametrize("decades", [77, 94])
def test_parts_there_are_those_of_thirty_digits(decades: int) -> None:
    problem = close_to_the_border(decades)
    parts: Any = solve(problem).decomposition
    exact: Any = solve(problem, digits=30).decomposition
    for name in ("unlearned", "overfitting"):
        assert parts[name] == pytest.approx(float(exact[name]), rel=1e-9, abs=0), name


def test_one_mode_about_to_emerge() -> None:
    """Where the noise ends next to a gap, rounding alone decides whether there is one."""
    target = Target.of(97631, 4.795017209369689)
    for ratio in np.linspace(1.02, 2.0, 50):
        noise = float(target.scale) * ratio
        parts = decomposition_at_angle(noise, 0.13, target)
        error = quadratic.scalars_at_angle(noise, 0.13, target).error
        assert parts["learned"] == 0
        assert sum(parts.values()) == pytest.approx(error, rel=1e-11, abs=0), ratio


@pytest.mark.parametrize("decades", [60, *(pytest.param(k, marks=pytest.mark.slow) for k in (76, 94))])
def test_noise_that_ends_among_more_modes_than_can_be_numbered(decades: int) -> None:
    """Little noise passes the threshold, all of it overfitting: at the angle exp(-17) for d = 10^94."""
    dim = 10**decades
    problem = Problem(
        "quadratic",
        gamma=1.25,
        samples=float(dim) ** 1.6,
        dim=dim,
        weight_decay=float(dim) ** -0.4,
        noise_variance=1,
    )
    parts, exact = solve(problem).decomposition, solve(problem, digits=16).decomposition
    for name in PARTS:
        assert parts[name] == pytest.approx(float(exact[name]), rel=1e-11, abs=1e-12 * parts["overfitting"])
    # at kappa = 2 delta a mode y delta adds 6 - 8/y + 3/y^2 if y > 1, else y^2; K y^(-1/gamma) are above y
    gamma = problem.gamma
    expected = (6 - 8 / (1 + gamma) + 3 / (1 + 2 * gamma)) * (2 * gamma - 1)
    assert float(exact["learned"] / exact["unlearned"]) == pytest.approx(expected, rel=1e-9, abs=0)


@given(
    sizes=st.lists(st.floats(0.01, 10), min_size=2, max_size=12, unique=True),
    noise=st.floats(0.05, 20),
)
@settings(deadline=None, max_examples=200)
def test_the_noise_ends_within_a_few_of_its_sizes(sizes: list[float], noise: float) -> None:
    """Whatever the modes: above that no end of it is sought."""
    target = explicit_target(target_sizes(sizes), len(sizes))
    border = noise_border(target, noise)
    assert border is None or float(border.point.real) < overlaps._FAR / 2 * noise


def test_a_threshold_far_above_the_noise_needs_no_end_of_it() -> None:
    """With 1e211 samples and all weights decayed to 0 that end, among 1e45 modes, did not settle."""
    solution = solve(Problem("quadratic", gamma=1.671875, samples=3.5e211, dim=10**61, weight_decay=2.6e137))
    assert solution.decomposition == {"unlearned": solution.excess_risk, "learned": 0, "overfitting": 0}
