from __future__ import annotations

import math
import pickle
from dataclasses import replace
from fractions import Fraction
from typing import Any, NoReturn

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import InvalidProblem, NotConverged, Problem, certify, optimal_weight_decay, solve
from numerics.estimators import erm
from numerics.networks.diagonal import scalars
from numerics.networks.network import NETWORKS
from numerics.sums.target import Target

QUANTITIES = (
    "excess_risk",
    "effective_noise",
    "threshold",
    "degrees_of_freedom",
    "train_loss",
    "learned_modes",
)

# Exponents (a, ell, b) of n_eff = d^a, weight_decay = d^ell, noise variance d^-b (None: noiseless), one for
# each phase of arXiv:2509.24882 at gamma = 5/4; "peak" at the diagonal network's interpolation threshold.
PHASES: dict[str, tuple[Any, ...]] = {
    "I": (0.5, 0.3, 0),
    "I few samples": (-0.2, -1, 0),
    "II": (0.5, -0.1, 0),
    "III": (2.2, 1.0, 0),
    "IV": (0.3, -0.6, 0),
    "V": (0.7, -0.5, 0),
    "VI": (1.5, 0, 0),
    "VI all learned": (2.8, 0, 0),
    "peak": (1.0, -2.0, 0),
    "noiseless": (0.5, -2.0, None),
    "scaled noise": (0.5, -0.8, 0.5),
}


def in_phase(network: str, phase: str, dim: int, gamma: float = 1.25) -> Problem:
    a, ell, b = PHASES[phase]
    return Problem(
        network,
        gamma=gamma,
        samples=float(dim) ** (a + NETWORKS[network].risk_per_error - 1),
        dim=dim,
        weight_decay=float(dim) ** ell,
        noise_variance=0 if b is None else float(dim) ** -b,
    )


def assert_double_is_right(problem: Problem, digits: int = 30) -> None:
    narrow, wide = solve(problem), solve(problem, digits=digits)
    for name in QUANTITIES:
        value, exact = getattr(narrow, name), getattr(wide, name)
        assert isinstance(value, float)
        assert isinstance(exact, mpmath.mpf)
        assert abs(value - exact) <= 1e-10 * abs(exact) + 1e-290, name
    assert wide.residual < mpmath.mpf(10) ** -digits


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("dim", [50, 10**4, 10**24])
def test_diagonal_double_agrees_with_thirty_digits_in_every_phase(phase: str, dim: int) -> None:
    assert_double_is_right(in_phase("diagonal", phase, dim))


@pytest.mark.parametrize("phase", PHASES)
def test_quadratic_double_agrees_with_thirty_digits_in_every_phase(phase: str) -> None:
    assert_double_is_right(in_phase("quadratic", phase, 50))


@pytest.mark.parametrize(("phase", "dim"), [("II", 10**12), ("V", 10**5)])
def test_quadratic_double_agrees_with_twenty_digits_at_large_dimensions(phase: str, dim: int) -> None:
    assert_double_is_right(in_phase("quadratic", phase, dim), digits=20)


@pytest.mark.slow
@pytest.mark.parametrize("gamma", [0.6, 1.25, 3.0])
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("dim", [10**4, 10**12])
@pytest.mark.parametrize("network", NETWORKS)
def test_double_agrees_with_thirty_digits_everywhere(
    network: str, dim: int, phase: str, gamma: float
) -> None:
    assert_double_is_right(in_phase(network, phase, dim, gamma))


@settings(max_examples=12, deadline=None)
@given(
    dim=st.integers(2, 10**30),
    gamma=st.fractions(Fraction(51, 100), 3),
    a=st.floats(-0.5, 3),
    ell=st.floats(-3, 2),
    noise=st.fractions(0, 2),
)
def test_diagonal_problems_anywhere(dim: int, gamma: Fraction, a: float, ell: float, noise: Fraction) -> None:
    problem = Problem(
        "diagonal",
        gamma=gamma,
        samples=float(dim) ** a,
        dim=dim,
        weight_decay=float(dim) ** ell,
        noise_variance=noise,
    )
    assert_double_is_right(problem, digits=20)


@pytest.mark.parametrize("network", NETWORKS)
def test_digits_are_right_digits(network: str) -> None:
    problem = in_phase(network, "V", 50)
    with mpmath.workdps(70):
        few, many = solve(problem, digits=20), solve(problem, digits=45)
        for name in QUANTITIES:
            assert abs(getattr(few, name) / getattr(many, name) - 1) < mpmath.mpf(10) ** -20


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


def beyond_double(*_: object) -> NoReturn:
    raise AssertionError("float64 was not enough")


@pytest.mark.parametrize("dim", [10**12, 10**30])
@pytest.mark.parametrize("weight_decay", [1e-20, pytest.param(1e-30, marks=pytest.mark.slow)])
def test_the_peak_of_the_quadratic_network_in_double_precision(
    dim: int, weight_decay: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both equations are differences of less than a rounding of their sides."""
    problem = Problem(
        "quadratic",
        gamma=1.25,
        samples=Fraction(dim**2, 4),
        dim=dim,
        weight_decay=weight_decay,
        noise_variance=1,
    )
    wide = solve(problem, digits=15)
    monkeypatch.setattr(erm, "_solve_to_digits", beyond_double)
    solution = solve(problem)
    for name in ("excess_risk", "effective_noise", "threshold", "train_loss"):
        assert abs(getattr(solution, name) / getattr(wide, name) - 1) < 1e-10


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
    monkeypatch.setattr(erm, "_solve_to_digits", beyond_double)
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
def test_train_loss_by_the_envelope_theorem(network: str) -> None:
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


@pytest.mark.parametrize("network", NETWORKS)
def test_a_rescaled_target_is_the_same_problem(network: str) -> None:
    """Dividing the target by q divides lambda and the noise's deviation by q, and the risk by q^2."""
    dim, raw = 70, Target.of(70, 1.25, "raw")
    q = math.sqrt(float(raw.mean_square))
    unit = Problem(
        network, gamma=1.25, samples=2000, dim=dim, weight_decay=0.3, noise_variance=0.2, target="unit"
    )
    same = Problem(
        network, gamma=1.25, samples=2000, dim=dim, weight_decay=0.3 * q, noise_variance=0.2 * q**2
    )
    assert solve(unit).excess_risk == pytest.approx(solve(same).excess_risk / q**2, rel=1e-12, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
def test_numbers_of_any_type_give_the_same_solution(network: str) -> None:
    exact = Problem(
        network,
        gamma=Fraction(5, 4),
        samples=3000,
        dim=80,
        weight_decay=Fraction(1, 4),
        noise_variance=Fraction(1, 2),
    )
    other = Problem(
        network,
        gamma=mpmath.mpf("1.25"),
        samples=3000.0,
        dim=80,
        weight_decay=0.25,
        noise_variance=np.float64(0.5),
    )
    assert solve(exact).excess_risk == solve(other).excess_risk


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("network", NETWORKS)
def test_the_decomposition_sums_to_the_risk(network: str, phase: str) -> None:
    solution = solve(in_phase(network, phase, 300))
    assert math.fsum(solution.decomposition.values()) == pytest.approx(solution.excess_risk, rel=1e-12, abs=0)
    assert all(abs(part) <= 1.5 * solution.excess_risk for part in solution.decomposition.values())


@pytest.mark.parametrize("estimator", ["erm", "bayes", "ridge"])
def test_a_decomposition_travels_by_itself(estimator: str) -> None:
    # as pool.map(lambda p: solve(p).decomposition, ...) sends it home
    problem = replace(
        in_phase("quadratic", "V", 50),
        estimator=estimator,
        weight_decay=None if estimator == "bayes" else 0.1,
    )
    solution = solve(problem)
    parts = solution.decomposition
    copy = pickle.loads(pickle.dumps(parts))
    assert copy == parts
    copy.clear()
    assert pickle.loads(pickle.dumps(solution)).decomposition == parts
    assert type(parts) is dict


@pytest.mark.parametrize("digits", [None, 20])
@pytest.mark.parametrize("network", NETWORKS)
def test_parts_that_do_not_sum_to_the_risk_are_refused(network: str, digits: int | None) -> None:
    solution = solve(in_phase(network, "V", 50), digits=digits)
    planted = solution.excess_risk * (1 + mpmath.mpf(10) ** (-10 if digits is None else -18))
    with pytest.raises(NotConverged, match="the parts of the excess risk"):
        _ = replace(solution, excess_risk=planted).decomposition


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("phase", "part"), [("I", "unlearned"), ("III", "learned"), ("V", "overfitting")])
def test_each_part_dominates_its_phase(network: str, phase: str, part: str) -> None:
    solution = solve(in_phase(network, phase, 10**8))
    assert solution.decomposition[part] > 0.55 * solution.excess_risk


@pytest.mark.parametrize("network", NETWORKS)
def test_the_spectrum_is_that_of_the_solution(network: str) -> None:
    """Mass one, and the mean absolute weight which the training loss counts."""
    solution = solve(in_phase(network, "V", 100))
    spectrum = solution.spectrum()
    risk_per_error = NETWORKS[network].risk_per_error
    decay = solution.problem.weight_decay
    shrink = decay / risk_per_error / solution.threshold
    mean_size = (solution.train_loss - risk_per_error / 2 * (solution.effective_noise * shrink) ** 2) / decay
    right = min(spectrum.right_edge, 300.0)
    nodes, weights = np.polynomial.legendre.leggauss(20)
    t = (np.arange(200)[:, None] + (1 + nodes) / 2).ravel() / 200
    x, weights = right * t**2, right * 2 * t * np.tile(weights / 400, 200)
    sides = 2 if network == "diagonal" else 1
    density = spectrum.density(x)
    assert spectrum.atom + sides * weights @ density == pytest.approx(1, abs=1e-4)
    assert sides * weights @ (x * density) == pytest.approx(mean_size, rel=1e-3, abs=0)


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


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.parametrize("near_phase", ["II", "III", "V", "VI"])
def test_where_a_solution_is_searched_from_does_not_change_it(network: str, near_phase: str) -> None:
    near = solve(in_phase(network, near_phase, 10**6))
    for phase in PHASES:
        problem = in_phase(network, phase, 10**6)
        alone, beside = solve(problem), solve(problem, near=near)
        for name in QUANTITIES:
            assert getattr(beside, name) == pytest.approx(getattr(alone, name), rel=1e-11, abs=0), (
                phase,
                name,
            )


def test_next_to_a_solution_there_is_nothing_to_search(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = in_phase("quadratic", "V", 10**6)
    near = solve(problem)
    monkeypatch.setattr(
        "numerics.estimators.erm._attempts_in_double", lambda problem: pytest.fail("searched")
    )
    moved = solve(replace(problem, samples=1.1 * float(problem.samples)), near=near)
    assert moved.learned_modes > near.learned_modes
    fewer = replace(problem, dim=problem.dim - 1)  # not even the target is the same
    assert solve(fewer, near=near).excess_risk == pytest.approx(near.excess_risk, rel=1e-3, abs=0)


def test_what_is_not_there_is_said() -> None:
    problem = Problem("quadratic", gamma=1.25, samples=5000, dim=100, weight_decay=0.1, noise_variance=0.5)
    with pytest.raises(InvalidProblem, match="estimator"):
        solve(replace(problem, estimator="ridge")).spectrum()


def test_a_width_beyond_the_dimension_is_no_restriction() -> None:
    problem = Problem("quadratic", gamma=1.25, samples=5000, dim=100, weight_decay=0.1, noise_variance=0.5)
    assert solve(replace(problem, width=100)).excess_risk == solve(problem).excess_risk


@pytest.mark.parametrize("digits", [0, -1, 2.5, True, "30"])
def test_digits_are_checked(digits: Any) -> None:
    with pytest.raises(InvalidProblem, match="digits="):
        solve(Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0.1), digits=digits)


def test_arguments_are_checked() -> None:
    problem: Any = Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0.1)
    for function in (solve, certify, optimal_weight_decay):
        with pytest.raises(InvalidProblem, match=r"problem='x': must be a numerics\.Problem"):
            function("x")  # type: ignore[operator]
    with pytest.raises(InvalidProblem, match="near=3: must be a Solution"):
        solve(problem, near=3)  # type: ignore[arg-type]
    assert solve(problem, digits=np.int64(20)) == solve(problem, digits=20)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("estimator", ["erm", "bayes"])
@pytest.mark.parametrize(
    ("parameter", "value"),
    [("dim", 10**400), ("samples", Fraction(1, 10**400)), ("noise_variance", 10**400)],
    ids=["dim", "samples", "noise_variance"],
)
def test_out_of_range_is_named(network: str, estimator: str, parameter: str, value: Any) -> None:
    decay = None if estimator == "bayes" else 0.1
    problem = Problem(
        network,
        gamma=1.25,
        samples=300,
        dim=1000,
        weight_decay=decay,
        noise_variance=0.5,
        estimator=estimator,
    )
    with pytest.raises(NotConverged, match=f"{parameter}=1.0e.400: must lie between 1e-300 and 1e300"):
        solve(replace(problem, **{parameter: value}))


def test_out_of_range_is_not_a_number() -> None:
    with pytest.raises(NotConverged, match="so steep a target"):
        solve(Problem("diagonal", gamma=10**7, samples=300, dim=10**30, weight_decay=0.1))
    ridge = Problem(
        "diagonal",
        gamma=1.25,
        samples=300,
        dim=1000,
        weight_decay=0.1,
        noise_variance=10**400,
        estimator="ridge",
    )
    with pytest.raises(NotConverged, match="beyond the range of float64: ask for digits"):
        solve(ridge)
    assert solve(ridge, digits=20).excess_risk > mpmath.mpf(10) ** 390


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    "changes",
    [
        {"gamma": 50},
        {"gamma": Fraction(500001, 10**6), "dim": 10**30},
        {"dim": 1},
        {"dim": 10**150},
        {"samples": 1e-10},
        {"samples": 1e300},
        {"weight_decay": 1e-300},
        {"weight_decay": 1e300},
        {"noise_variance": 1e300},
        {"noise_variance": 0, "weight_decay": 1e-300},
    ],
    ids=str,
)
def test_extremes_are_solved_or_refused(network: str, changes: dict[str, Any]) -> None:
    problem = replace(
        Problem(network, gamma=1.25, samples=1000, dim=100, weight_decay=0.1, noise_variance=0.5), **changes
    )
    try:
        solution = solve(problem)
    except NotConverged:
        return
    assert 0 < solution.excess_risk < math.inf
    assert solution.residual < 1e-11
