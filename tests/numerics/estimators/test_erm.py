from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any, NoReturn

import mpmath
import numpy as np
import pytest

from numerics import NotConverged, Problem, solve
from numerics.equations import solver
from numerics.estimators import erm
from numerics.networks.diagonal import scalars
from numerics.networks.network import NETWORKS
from numerics.sums.target import Target


def beyond_double(*_: object) -> NoReturn:
    raise AssertionError("float64 was not enough")


@pytest.mark.parametrize("dim", [50, 10**24])
@pytest.mark.parametrize("weight_decay", [1e-12, 1e-25])
def test_the_peak_at_vanishing_weight_decay(dim: int, weight_decay: float) -> None:
    """At n = d, to leading order R = delta^2 = (Delta^2/(4 c lambda))^(2/3), c^2 = 2/pi."""
    solution = solve(
        Problem("diagonal", gamma=1.25, samples=dim, dim=dim, weight_decay=weight_decay, noise_variance=1)
    )
    delta2 = (1 / (4 * math.sqrt(2 / math.pi) * weight_decay)) ** (2 / 3)
    assert solution.excess_risk == pytest.approx(delta2, rel=1e-3, abs=0)
    wide = solve(solution.problem, digits=25)
    assert abs(solution.excess_risk / wide.excess_risk - 1) < 1e-10


@pytest.mark.parametrize("dim", [50, 10**8])
@pytest.mark.parametrize("alpha", ["0.249", "0.24999", "0.25", "0.2501", "0.26"])
def test_near_the_interpolation_threshold_of_the_quadratic_network(alpha: str, dim: int) -> None:
    """Where Newton's steps run away and float64 is short of digits: the equations hold all the same."""
    problem = Problem(
        "quadratic",
        gamma=1.25,
        samples=Fraction(alpha) * dim**2,
        dim=dim,
        weight_decay=1e-10,
        noise_variance=1,
    )
    solution = solve(problem)
    delta2, kappa = solution.effective_noise**2, solution.threshold
    alpha2 = 2 * float(Fraction(alpha))
    assert (solution.excess_risk + 1) / 2 == pytest.approx(alpha2 * delta2, rel=1e-13, abs=0)
    assert solution.degrees_of_freedom + 1e-10 / (2 * kappa) == pytest.approx(alpha2, rel=1e-13, abs=0)


@pytest.mark.slow
@pytest.mark.parametrize("dim", [10**12, 10**30])
@pytest.mark.parametrize("weight_decay", [1e-20, 1e-30])
def test_the_peak_of_the_quadratic_network_in_double_precision(dim: int, weight_decay: float) -> None:
    """Both equations are differences of less than a rounding of their sides: more digits are taken."""
    problem = Problem(
        "quadratic",
        gamma=1.25,
        samples=Fraction(dim**2, 4),
        dim=dim,
        weight_decay=weight_decay,
        noise_variance=1,
    )
    wide, solution = solve(problem, digits=20), solve(problem)
    for name in ("excess_risk", "effective_noise", "threshold", "train_loss"):
        assert abs(getattr(solution, name) / getattr(wide, name) - 1) < 1e-11


@pytest.mark.parametrize("dim", [10**24, pytest.param(10**30, marks=pytest.mark.slow)])
def test_noiseless_interpolation_amid_many_modes(dim: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By kappa float64 knows the degrees of freedom to 1e-10 only, by the angle to all digits."""
    problem = Problem(
        "quadratic",
        gamma=Fraction(5, 4),
        samples=dim ** Fraction(3, 2),
        dim=dim,
        weight_decay=dim ** Fraction(-2),
    )
    wide = solve(problem, digits=16)
    monkeypatch.setattr(erm, "to_digits", beyond_double)
    solution = solve(problem)
    assert solution.residual < 1e-13
    for name in ("excess_risk", "effective_noise", "degrees_of_freedom", "train_loss"):
        assert abs(getattr(solution, name) / getattr(wide, name) - 1) < 1e-11


def test_a_hair_from_the_peak() -> None:
    """One sample more or less than a trillion trillion still counts."""
    d = 10**24
    risks = [
        solve(
            Problem("diagonal", gamma=1.25, samples=n, dim=d, weight_decay=1e-30, noise_variance=1)
        ).excess_risk
        for n in (d - 10**6, d, d + 10**6)
    ]
    wide = [
        solve(
            Problem("diagonal", gamma=1.25, samples=n, dim=d, weight_decay=1e-30, noise_variance=1), digits=20
        ).excess_risk
        for n in (d - 10**6, d, d + 10**6)
    ]
    assert [float(r) for r in wide] == pytest.approx(risks, rel=1e-10, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
def test_train_loss_by_the_envelope_theorem(network: str, in_phase: Callable[..., Problem]) -> None:
    """d(train loss)/d(lambda) is the mean size of the trained weights: they may be held fixed."""
    problem = in_phase(network, "V", 60)
    step = Fraction(1, 10**8)
    losses = [
        solve(replace(problem, weight_decay=Fraction(1, 5) + k * step), digits=30).train_loss for k in (-1, 1)
    ]
    centre = solve(replace(problem, weight_decay=Fraction(1, 5)))
    risk_per_error = NETWORKS[network].risk_per_error
    shrink = 0.2 / risk_per_error / centre.threshold
    mean_size = (centre.train_loss - risk_per_error / 2 * (centre.effective_noise * shrink) ** 2) / 0.2
    assert (losses[1] - losses[0]) / (2 * float(step)) == pytest.approx(mean_size, rel=1e-9, abs=0)


@pytest.mark.parametrize(
    ("samples", "matrix_error"),
    [(8000, 0.090479), (48273, 0.050817), (160000, 0.014418), (530312, 0.0043355)],
)
def test_published_solutions(samples: int, matrix_error: float) -> None:
    """State evolution by Monte Carlo at d = 400 (data of arXiv:2606.28242): equal up to their 1/d."""
    dim = 400
    decay = 0.1 * math.sqrt(samples) / dim
    problem = Problem(
        "quadratic",
        gamma=1.25,
        samples=samples,
        dim=dim,
        weight_decay=decay,
        noise_variance=0.1,
        target="unit",
    )
    assert solve(problem).excess_risk == pytest.approx(2 * matrix_error, rel=0.004, abs=0)


def lasso(x: np.ndarray, y: np.ndarray, weight_decay: float, steps: int = 600) -> np.ndarray:
    """Accelerated proximal gradient descent."""
    gram, correlation = x.T @ x, x.T @ y
    rate = 1 / np.linalg.eigvalsh(gram)[-1]
    theta = momentum = np.zeros(x.shape[1])
    for t in range(steps):
        # einsum: no threads to start for a product this small
        moved = momentum - rate * (np.einsum("ij,j", gram, momentum) - correlation)
        new = np.sign(moved) * np.maximum(abs(moved) - rate * weight_decay, 0)
        theta, momentum = new, new + t / (t + 3) * (new - theta)
    return theta


@pytest.mark.slow
@pytest.mark.parametrize(("samples", "weight_decay"), [(200, 0.1), (300, 2.0), (800, 1.0)])
def test_the_diagonal_network_against_training(samples: int, weight_decay: float) -> None:
    d, draws, noise = 400, 12, 0.5
    rng = np.random.default_rng(7)
    measured = []
    for _ in range(draws):
        target = math.sqrt(d) * np.arange(1.0, d + 1) ** -1.25 * rng.standard_normal(d)
        x = rng.standard_normal((samples, d)) / math.sqrt(d)
        y = x @ target + math.sqrt(noise) * rng.standard_normal(samples)
        theta = lasso(x, y, weight_decay)
        loss = np.sum((y - x @ theta) ** 2) / 2 + weight_decay * np.sum(abs(theta))
        measured.append((np.mean((theta - target) ** 2), loss / d))
    solution = solve(
        Problem(
            "diagonal", gamma=1.25, samples=samples, dim=d, weight_decay=weight_decay, noise_variance=noise
        )
    )
    means, errors = np.mean(measured, axis=0), np.std(measured, axis=0) / math.sqrt(draws - 1)
    assert abs(means[0] - solution.excess_risk) < 4 * errors[0]
    assert abs(means[1] - solution.train_loss) < 4 * errors[1]
    assert max(errors / means) < 0.07


def test_no_weight_decay_below_the_interpolation_threshold() -> None:
    solution = solve(
        Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0, noise_variance=0.5)
    )
    assert solution.degrees_of_freedom == pytest.approx(0.3, rel=1e-12, abs=0)
    assert solution.train_loss == 0
    assert solution.threshold > 0
    found = scalars(solution.effective_noise, solution.threshold, Target.of(1000, 1.25, "raw"))
    assert found.degrees_of_freedom == pytest.approx(0.3, rel=1e-12, abs=0)
    assert found.error == pytest.approx(solution.excess_risk, rel=1e-12, abs=0)


@pytest.mark.parametrize("dim", [50, 10**24])
@pytest.mark.parametrize("digits", [None, 30])
@pytest.mark.parametrize("alpha", [Fraction(101, 100), 3])
def test_no_weight_decay_above_the_interpolation_threshold(dim: int, digits: int | None, alpha: Any) -> None:
    """Least squares: every coefficient keeps its noise, delta^2 = Delta/(alpha - 1) = R."""
    solution = solve(
        Problem(
            "diagonal",
            gamma=1.25,
            samples=alpha * dim,
            dim=dim,
            weight_decay=0,
            noise_variance=Fraction(1, 2),
        ),
        digits=digits,
    )
    delta2 = Fraction(1, 2) / (alpha - 1)
    rounding = 1e-11 if digits is None else mpmath.mpf(10) ** -digits
    with mpmath.workdps(50):
        exact = mpmath.mpf(delta2.numerator) / delta2.denominator
        assert abs(solution.excess_risk / exact - 1) < rounding
        # what is left of the labels: noise in the n - d directions that no coefficient can follow
        residual = mpmath.mpf((alpha - 1).numerator) / (alpha - 1).denominator
        assert abs(solution.train_loss / (residual / 4) - 1) < rounding
    assert solution.threshold == 0
    assert solution.degrees_of_freedom == pytest.approx(1, rel=1e-11, abs=0)


def test_no_weight_decay_a_hair_above_the_interpolation_threshold() -> None:
    """One sample more than a trillion trillion: delta^2 = Delta d, reached at ever smaller weight decays."""
    solution = solve(
        Problem("diagonal", gamma=1, samples=10**24 + 1, dim=10**24, weight_decay=0, noise_variance=1e10)
    )
    assert solution.excess_risk == pytest.approx(1e34, rel=1e-11, abs=0)
    assert solution.threshold == 0


@pytest.mark.slow
def test_no_weight_decay_a_hair_above_the_quadratic_threshold() -> None:
    """delta^2 = Delta/(2 (2 alpha - 1/2)) to leading order: kappa vanishes, and the risk is delta^2."""
    dim, excess = 10**30, Fraction(1, 10**9)
    solution = solve(
        Problem(
            "quadratic",
            gamma=1.25,
            samples=(Fraction(1, 4) + excess) * dim**2,
            dim=dim,
            weight_decay=0,
            noise_variance=1,
        )
    )
    assert solution.excess_risk == pytest.approx(1 / float(4 * excess), rel=1e-8, abs=0)
    assert solution.threshold == 0


def test_no_weight_decay_in_the_quadratic_network() -> None:
    """The cone still cuts half of the noise, and all modes above it keep theirs: no threshold is left."""
    problem = Problem("quadratic", gamma=1.25, samples=10**7, dim=1000, weight_decay=0, noise_variance=1)
    solution = solve(problem)
    small = [solve(replace(problem, weight_decay=decay)).excess_risk for decay in (1e-3, 1e-4)]
    assert solution.threshold == 0
    # the risk is linear in a small weight decay
    assert small[1] + (small[1] - small[0]) / 9 == pytest.approx(solution.excess_risk, rel=1e-8, abs=0)
    every_mode = solve(
        Problem("quadratic", gamma=1.25, samples=10**12, dim=1000, weight_decay=0, noise_variance=1)
    )
    assert every_mode.excess_risk == pytest.approx(1 / (2 * 10**6 - 1), rel=1e-6, abs=0)


@pytest.mark.parametrize("samples", [10**5, 2 * 10**5, 4 * 10**5])
@pytest.mark.parametrize("noise", [0, 1])
def test_interpolators_without_weight_decay_are_limits(samples: int, noise: int) -> None:
    """Also where a search without weight decay meets noises at which no threshold interpolates."""
    problem = Problem(
        "quadratic", gamma=1.25, samples=samples, dim=1000, weight_decay=0, noise_variance=noise
    )
    solution, near = solve(problem), solve(replace(problem, weight_decay=1e-13))
    interpolates = 2 * samples / 1000**2 < 0.5 or noise == 0
    for name in ("excess_risk", "effective_noise", "degrees_of_freedom"):
        assert getattr(near, name) == pytest.approx(getattr(solution, name), rel=1e-9, abs=0), name
    assert (solution.threshold > 0) == (solution.train_loss == 0) == interpolates
    if interpolates:
        assert solution.degrees_of_freedom == pytest.approx(2 * samples / 1000**2, rel=1e-11, abs=0)


def test_no_limit_of_vanishing_weight_decay_is_said() -> None:
    with pytest.raises(NotConverged, match="weight_decay=0"):
        solve(Problem("diagonal", gamma=1.25, samples=1000, dim=1000, weight_decay=0, noise_variance=1))


@pytest.mark.parametrize(("network", "unit"), [("diagonal", 30), ("quadratic", 450)])
def test_without_noise_the_target_is_recovered_from_one_sample_per_unknown(network: str, unit: int) -> None:
    """Above A = 1 the risk falls like lambda^2, (A - 1) delta^2 = kappa^2; below it has a limit."""
    problem = Problem(network, gamma=1.25, samples=unit, dim=30, weight_decay=0)
    recovered = solve(problem)
    assert recovered.excess_risk == recovered.effective_noise == recovered.threshold == 0
    assert recovered.degrees_of_freedom == 1
    assert recovered.spectrum().atom == 0
    above = replace(problem, samples=Fraction(101, 100) * unit)
    risks = [solve(replace(above, weight_decay=Fraction(1, 10**k))).excess_risk for k in (12, 15)]
    assert risks[0] / risks[1] == pytest.approx(1e6, rel=1e-4, abs=0)
    near = solve(replace(above, weight_decay=1e-15))
    assert near.degrees_of_freedom == pytest.approx(1, abs=1e-6)
    assert near.threshold / near.effective_noise == pytest.approx(0.1, rel=1e-4, abs=0)
    below = replace(problem, samples=Fraction(99, 100) * unit)
    assert solve(below).excess_risk > 1e-9
    assert solve(replace(below, weight_decay=1e-15)).excess_risk == pytest.approx(
        solve(below).excess_risk, rel=1e-3, abs=0
    )


def test_next_to_a_solution_there_is_nothing_to_search(
    monkeypatch: pytest.MonkeyPatch, in_phase: Callable[..., Problem]
) -> None:
    problem = in_phase("quadratic", "V", 10**6)
    near = solve(problem)
    monkeypatch.setattr(solver, "_guesses", lambda *_: pytest.fail("searched"))
    moved = solve(replace(problem, samples=1.1 * float(problem.samples)), near=near)
    assert moved.learned_modes > near.learned_modes
    fewer = replace(problem, dim=problem.dim - 1)  # not even the target is the same
    assert solve(fewer, near=near).excess_risk == pytest.approx(near.excess_risk, rel=1e-3, abs=0)


def test_a_narrow_network_is_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its training is not convex: next to a solution there may be another one."""
    problem = Problem("quadratic", gamma=1.25, samples=5000, dim=100, weight_decay=0.1, noise_variance=0.5)
    narrow = replace(problem, width=3)
    near = solve(narrow)
    monkeypatch.setattr(solver, "_continued", lambda *_: pytest.fail("not searched"))
    assert solve(narrow, near=near).excess_risk == near.excess_risk
