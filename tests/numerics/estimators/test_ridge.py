"""Ridge regression: drawn data, Marchenko and Pastur's law, and the extremes."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from numerics import NotConverged, Problem, optimal_weight_decay, solve
from numerics.sums.target import Target

NETWORKS = ("diagonal", "quadratic")


def ridge(network: str, samples: float, dim: int, weight_decay: float, noise: float) -> Problem:
    return Problem(
        network,
        gamma=1.25,
        samples=samples,
        dim=dim,
        weight_decay=weight_decay,
        noise_variance=noise,
        target="unit",
        estimator="ridge",
    )


@pytest.mark.slow
def test_drawn_data_diagonal() -> None:
    dim, samples, decay, noise, rng = 300, 240, 0.3, 0.5, np.random.default_rng(0)
    sizes = Target.of(dim, 1.25, "unit").size(np.arange(1.0, dim + 1))
    risks, losses = [], []
    for _ in range(60):
        theta = sizes * rng.standard_normal(dim)
        x = rng.standard_normal((samples, dim)) / np.sqrt(dim)
        y = x @ theta + np.sqrt(noise) * rng.standard_normal(samples)
        found = np.linalg.solve(x.T @ x + decay * np.eye(dim), x.T @ y)
        risks.append(np.mean((found - theta) ** 2))
        losses.append((np.sum((y - x @ found) ** 2) + decay * np.sum(found**2)) / (2 * dim))
    solution = solve(ridge("diagonal", samples, dim, decay, noise))
    for drawn, expected in ((risks, solution.excess_risk), (losses, solution.train_loss)):
        error = np.std(drawn) / np.sqrt(len(drawn))
        assert abs(np.mean(drawn) - expected) < 4 * error
        assert error < 0.1 * expected


def test_drawn_data_quadratic() -> None:
    """Sum (y - Tr[S Z])^2 + (lambda d/2) |S|_F^2 over symmetric S: finite-size effects of a few per cent."""
    dim, samples, decay, noise, rng = 40, 500, 0.2, 0.5, np.random.default_rng(1)
    s = np.diag(Target.of(dim, 1.25, "unit").size(np.arange(1.0, dim + 1)))
    upper = np.triu_indices(dim)
    # coordinates in which the Frobenius norm is Euclidean
    stretch = np.where(upper[0] == upper[1], 1.0, np.sqrt(2))
    risks, losses = [], []
    for _ in range(12):
        x = rng.standard_normal((samples, dim))
        z = (x[:, :, None] * x[:, None, :] - np.eye(dim)) / np.sqrt(dim)
        features = z[:, upper[0], upper[1]] * stretch
        truth = s[upper] * stretch
        y = features @ truth + np.sqrt(noise) * rng.standard_normal(samples)
        gram = features.T @ features + decay * dim / 2 * np.eye(len(truth))
        found = np.linalg.solve(gram, features.T @ y)
        risks.append(2 * np.sum((found - truth) ** 2) / dim)
        penalty = decay * dim / 2 * np.sum(found**2)
        losses.append((np.sum((y - features @ found) ** 2) + penalty) / dim**2)
    solution = solve(ridge("quadratic", samples, dim, decay, noise))
    assert np.mean(risks) == pytest.approx(solution.excess_risk, rel=0.05, abs=0)
    assert np.mean(losses) == pytest.approx(solution.train_loss, rel=0.05, abs=0)


@pytest.mark.parametrize("ratio", [0.3, 1.0, 3.0])
def test_marchenko_pastur(ratio: float) -> None:
    """Bias and variance with the Stieltjes transform m(-l) of the law of X^T X/n (Hastie et al., 2022)."""
    dim, decay, noise = 500, 0.4, 0.7
    samples = ratio * dim
    solution = solve(ridge("diagonal", samples, dim, decay, noise))
    shape = 1 / ratio  # unknowns per sample
    level = decay * shape  # loss divided by n, inputs not divided by sqrt(d): lambda d/n

    def transform(level: float) -> float:
        b = 1 - shape + level
        return (-b + np.sqrt(b * b + 4 * shape * level)) / (2 * shape * level)

    step = 1e-5
    slope = (transform(level + step) - transform(level - step)) / (2 * step)  # = -m'(-l)
    bias, variance = -(level**2) * slope, shape * (transform(level) + level * slope)
    assert solve(replace(solution.problem, noise_variance=0)).excess_risk == pytest.approx(
        bias, rel=1e-6, abs=0
    )
    assert solution.excess_risk == pytest.approx(bias + noise * variance, rel=1e-6, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
def test_train_loss_by_the_envelope_theorem(network: str) -> None:
    problem = replace(ridge(network, 5000, 100, 0.1, 0.5), weight_decay=Fraction(1, 10))
    step = Fraction(1, 10**12)
    ahead, behind = (
        solve(replace(problem, weight_decay=Fraction(1, 10) + k * step), digits=40).train_loss
        for k in (1, -1)
    )
    centre = solve(problem, digits=40)
    with mpmath.workdps(40):
        slope = (ahead - behind) / (2 * mpmath.mpf(10) ** -12)
        mean_square = (1 + centre.effective_noise**2) / (1 + centre.threshold) ** 2
        assert abs(slope / (mean_square / 2) - 1) < 1e-15


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("noise", [0, 1e-20, 1, 1e10])
@pytest.mark.parametrize("decay", [0, 1e-30, 1.0, 1e30])
def test_extremes(network: str, noise: float, decay: float) -> None:
    for dim in (1, 400, 10**30):
        for samples in (1e-3, 0.3 * dim, 7.0 * dim**2):
            solution = solve(ridge(network, samples, dim, decay, noise))
            assert solution.residual < 1e-20
            assert sum(solution.decomposition.values()) == pytest.approx(
                solution.excess_risk, rel=1e-14, abs=0
            )
            assert all(part >= 0 for part in solution.decomposition.values())


@pytest.mark.parametrize("network", NETWORKS)
def test_without_weight_decay(network: str) -> None:
    per_unknown = 100 if network == "diagonal" else 5000
    limits = [ridge(network, share * per_unknown, 100, 0, 0.5) for share in (0.5, 2)]
    for problem in limits:
        limit, near = solve(problem), solve(replace(problem, weight_decay=1e-14))
        for name in ("excess_risk", "effective_noise", "degrees_of_freedom", "threshold"):
            assert getattr(near, name) == pytest.approx(getattr(limit, name), rel=1e-11, abs=1e-13)
    assert solve(limits[0]).train_loss == 0
    # classical: noise of variance Delta, twice as many samples as unknowns
    assert solve(limits[1]).excess_risk == pytest.approx(0.5, rel=1e-14, abs=0)
    assert solve(replace(limits[1], noise_variance=0)).excess_risk == 0
    with pytest.raises(NotConverged, match="infinite"):
        solve(ridge(network, per_unknown, 100, 0, 0.5))
    recovered = solve(ridge(network, per_unknown, 100, 0, 0))
    assert recovered.excess_risk == recovered.effective_noise == recovered.threshold == 0
    assert solve(ridge(network, per_unknown, 100, 1e-20, 0)).excess_risk < 1e-9


@pytest.mark.parametrize("network", NETWORKS)
def test_the_best_weight_decay(network: str) -> None:
    problem = ridge(network, 3000, 100, 1, 0.5)
    weight_decay, best = optimal_weight_decay(problem)
    found = minimize_scalar(
        lambda x: solve(replace(problem, weight_decay=float(np.exp(x)))).excess_risk,
        bounds=(-4, 3),
        method="bounded",
        options={"xatol": 1e-8},
    )
    assert weight_decay == pytest.approx(float(np.exp(found.x)), rel=1e-5, abs=0)
    assert best.excess_risk == pytest.approx(found.fun, rel=1e-12, abs=0)
