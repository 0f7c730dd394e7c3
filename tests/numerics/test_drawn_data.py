"""Solutions against drawn data that other libraries fit: no code is shared, and every mean has its error bar.

The state equations are the limit of many dimensions (the Conjecture of arXiv:2509.24882, Eq. 19), so that two
errors stand beside a mean over draws: its standard error, and a share of order 1/n_eff or 1/d of the risk.
Each test says how large it takes the second to be, and is to fail at an error of a few per cent.

In this order: LASSO by scikit-learn (diagonal network), the posterior mean and ridge regression by the normal
equations, the nuclear norm on the cone by a convex solver (quadratic network), and the
free convolution by eigenvalues of drawn matrices.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numerics import FreeConvolution, Problem, solve

cvxpy = pytest.importorskip("cvxpy")
linear_model = pytest.importorskip("sklearn.linear_model")

SIGMAS = 4
"""Standard errors that a mean may be off: one case in 16000, by chance."""


def assert_mean(values: Any, expected: float, finite_size: float, resolution: float = 0.05) -> None:
    """The mean of draws is what is expected, up to its standard error and a share for finite size.

    ``resolution`` bounds what the two together let pass: a test with a wider error bar says nothing.
    """
    mean, error = np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))
    allowed = SIGMAS * error + finite_size * abs(expected)
    assert allowed < resolution * abs(expected), f"{allowed / expected:.3f} of {expected} goes unnoticed"
    assert abs(mean - expected) < allowed, f"{mean} +- {error}, expected {expected}"


def drawn_coefficients(problem: Problem, seed: int) -> tuple[Any, Any, Any]:
    """Inputs, labels and coefficients of the diagonal network's target."""
    random, dim, n = np.random.default_rng(seed), problem.dim, int(problem.samples)
    tau = np.sqrt(dim) * np.arange(1.0, dim + 1) ** -float(problem.gamma)
    theta, x = tau * random.standard_normal(dim), random.standard_normal((n, dim))
    noise = np.sqrt(float(problem.noise_variance)) * random.standard_normal(n)
    return x / np.sqrt(dim), x @ theta / np.sqrt(dim) + noise, theta


def controlled(risks: Any, targets: Any, problem: Problem) -> Any:
    """Risks less what the size of the drawn target, whose mean is known, explains of them by regression."""
    tau2 = problem.dim * np.arange(1.0, problem.dim + 1) ** (-2 * float(problem.gamma))
    excess = np.mean(np.square(targets), axis=1) - np.mean(tau2)
    slope = np.cov(risks, excess)[0, 1] / np.var(excess, ddof=1)
    return np.asarray(risks) - slope * excess


LASSO = [
    # samples, weight decay, label noise: some samples, few, more than dimensions, little noise
    (300, 0.3, 0.5),
    pytest.param(100, 1.0, 1.0, marks=pytest.mark.slow),
    pytest.param(600, 2.0, 2.0, marks=pytest.mark.slow),
    pytest.param(400, 0.1, 0.05, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("samples", "decay", "noise"), LASSO)
def test_diagonal_networks_are_the_lasso(samples: int, decay: float, noise: float) -> None:
    problem = Problem(
        "diagonal", gamma=1.0, samples=samples, dim=400, weight_decay=decay, noise_variance=noise
    )
    risks, losses, targets = [], [], []
    for seed in range(120):
        x, y, theta = drawn_coefficients(problem, seed)
        fit = linear_model.Lasso(alpha=decay / samples, fit_intercept=False, tol=1e-7, max_iter=20000).fit(
            x, y
        )
        risks.append(np.mean((fit.coef_ - theta) ** 2))
        residual = y - x @ fit.coef_
        losses.append((residual @ residual / 2 + decay * np.abs(fit.coef_).sum()) / 400)
        targets.append(theta)
    solution = solve(problem)
    assert_mean(controlled(risks, targets, problem), solution.excess_risk, 0.02, resolution=0.15)
    assert_mean(controlled(losses, targets, problem), solution.train_loss, 0.02, resolution=0.15)


@pytest.mark.parametrize(("samples", "noise"), [(150, 0.5), (900, 2.0)])
def test_bayes_optimal_diagonal_is_the_posterior_mean(samples: int, noise: float) -> None:
    """Coefficients with a Gaussian prior have a Gaussian posterior; its mean covariance is the risk."""
    dim = 300
    problem = Problem(
        "diagonal", gamma=1.25, samples=samples, dim=dim, noise_variance=noise, estimator="bayes"
    )
    tau2 = dim * np.arange(1.0, dim + 1) ** -2.5
    risks = []
    for seed in range(24):
        x = np.random.default_rng(seed).standard_normal((samples, dim)) / np.sqrt(dim)
        # cov = (X^T X/noise + 1/tau^2)^-1, by the identity of Woodbury: nothing is divided by small tau
        gram = x * tau2 @ x.T + noise * np.eye(samples)
        risks.append((tau2.sum() - np.einsum("ij,ij->", x * tau2, np.linalg.solve(gram, x * tau2))) / dim)
    assert_mean(risks, solve(problem).excess_risk, 0.02, resolution=0.06)


@pytest.mark.parametrize(("samples", "decay", "noise"), [(200, 0.5, 0.5), (800, 2.0, 1.0)])
def test_ridge_regression_on_the_inputs_of_the_diagonal_network(
    samples: int, decay: float, noise: float
) -> None:
    """The risk of one data set, averaged over labels exactly: (bias of the target + noise)/d."""
    dim = 400
    problem = Problem(
        "diagonal",
        gamma=1.25,
        samples=samples,
        dim=dim,
        weight_decay=decay,
        noise_variance=noise,
        estimator="ridge",
    )
    tau2 = dim * np.arange(1.0, dim + 1) ** -2.5
    risks = []
    for seed in range(24):
        x = np.random.default_rng(seed).standard_normal((samples, dim)) / np.sqrt(dim)
        inverse = np.linalg.inv(x.T @ x + decay * np.eye(dim))
        bias = decay**2 * np.sum(inverse**2 @ tau2)
        fitted = np.sum(inverse * (x.T @ x @ inverse))
        risks.append((bias + noise * fitted) / dim)
    assert_mean(risks, solve(problem).excess_risk, 0.02, resolution=0.06)


@pytest.mark.parametrize(("alpha", "decay"), [(1.5, 1.0), pytest.param(0.5, 0.3, marks=pytest.mark.slow)])
def test_quadratic_networks_are_the_nuclear_norm_on_the_cone(alpha: float, decay: float) -> None:
    """At d = 12, with symmetric Gaussian matrices of the covariance of (x x^T - I)/sqrt(d).

    Those of drawn inputs have larger fourth moments, and the risk more by a part of order d/n: measured at
    alpha = 3/2 38 +- 4 per cent at d = 10, 19 +- 2 at d = 20, 8 +- 2 at d = 40, where Gaussian matrices have
    10 +- 3, 3 +- 2 and 3 +- 2.
    """
    dim, noise, sizes, risks = 12, 0.3, np.repeat([1.5, 0.5], 6), []
    samples = int(alpha * dim**2)
    problem = Problem(
        "quadratic", target=sizes, samples=samples, dim=dim, weight_decay=decay, noise_variance=noise
    )
    for seed in range(80):
        random = np.random.default_rng(seed)
        gauss = random.standard_normal((samples, dim, dim))
        rows = ((gauss + gauss.transpose(0, 2, 1)) / np.sqrt(2 * dim)).reshape(samples, -1)
        labels = rows @ np.diag(sizes).ravel() + np.sqrt(noise) * random.standard_normal(samples)
        s = cvxpy.Variable((dim, dim), PSD=True)
        loss = cvxpy.sum_squares(labels - rows @ cvxpy.vec(s, order="C")) + decay * dim * cvxpy.trace(s)
        cvxpy.Problem(cvxpy.Minimize(loss)).solve(solver="CLARABEL")
        risks.append(2 / dim * np.sum((s.value - np.diag(sizes)) ** 2))
    assert_mean(risks, solve(problem).excess_risk, 0.1, resolution=0.2)


@pytest.mark.parametrize("noise", [pytest.param(0.2, marks=pytest.mark.slow), 0.8])
def test_free_convolutions_are_spectra_of_drawn_matrices(noise: float) -> None:
    """The distribution at several places, and the edge, in 400 dimensions.

    Counts of one matrix fluctuate by 1/d; the largest eigenvalue by d^(-2/3) about an edge that it has not
    reached, by Tracy and Widom's mean of -1.2.
    """
    dim, draws = 400, 8
    sizes = np.repeat([2.0, 1.0, 0.0], [100, 100, 200])
    law = FreeConvolution.of_eigenvalues(sizes, noise=noise)
    spectra = []
    for seed in range(draws):
        gauss = np.random.default_rng(seed).standard_normal((dim, dim))
        spectra.append(np.linalg.eigvalsh(np.diag(sizes) + noise * (gauss + gauss.T) / np.sqrt(2 * dim)))
    edge = law.edges()[-1][1]
    for x in (0.3, 1.0, 1.7):
        drawn = [np.mean(spectrum <= x) for spectrum in spectra]
        error = np.std(drawn, ddof=1) / np.sqrt(draws)
        assert abs(np.mean(drawn) - float(law.cdf(x))) < SIGMAS * error + 1 / dim
    largest = np.array([spectrum[-1] for spectrum in spectra])
    assert np.all(np.abs(largest - edge) < 8 * noise * dim ** (-2 / 3))
