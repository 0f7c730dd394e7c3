"""Attention on drawn tokens: how many of its scores are independent, and the risk that follows."""

import numpy as np
import pytest

from numerics import Problem, solve


def scores(matrix, tokens):
    """Of every sample, shape (n, T, T), less their mean."""
    _, count, dim = tokens.shape
    values = np.einsum("nai,ij,nbj->nab", tokens, matrix, tokens, optimize=True)
    values = (values - np.eye(count) * np.trace(matrix)) / np.sqrt(dim)
    return values - values.mean(axis=(1, 2), keepdims=True)


def adjoint(values, tokens):
    """The derivative of sum(values * scores(S)) in S, for centred symmetric values."""
    dim = tokens.shape[-1]
    slope = np.einsum("nab,nai,nbj->ij", values, tokens, tokens, optimize=True)
    return ((slope + slope.T) / 2 - np.eye(dim) * np.einsum("naa->", values)) / np.sqrt(dim)


def independent(count):
    return count * (count + 1) // 2 - 1


@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_covariance_of_centred_products_counts_the_independent_scores(count):
    """E of the sum of squared scores over 2 |S|^2/d, and the rank of their covariance: T (T + 1)/2 - 1."""
    random, dim, draws = np.random.default_rng(count), 30, 6000
    matrix = random.standard_normal((dim, dim))
    matrix += matrix.T
    values = scores(matrix, random.standard_normal((draws, count, dim)))
    energy = 2 * np.sum(matrix**2) / dim
    # pairs a < b enter the loss twice: in these units every independent direction has the variance 1
    rows, columns = np.triu_indices(count)
    weights = np.where(rows == columns, 1, np.sqrt(2))
    covariance = np.cov((values[:, rows, columns] * weights).T) / energy
    eigenvalues = np.linalg.eigvalsh(covariance)
    assert abs(eigenvalues[0]) < 1e-12
    # spread of the eigenvalues of a sample covariance, of heavier tails than a Gaussian's
    assert eigenvalues[1:] == pytest.approx(np.ones(independent(count)), abs=0.35)
    assert np.sum(eigenvalues) == pytest.approx(independent(count), rel=0.05, abs=0)


def test_two_tokens_are_solved_as_twice_as_many_samples():
    given = {"gamma": 1.25, "dim": 10**6, "weight_decay": 0.1, "noise_variance": 0.5}
    ours = solve(Problem("attention", samples=10**9, **given))
    theirs = solve(Problem("quadratic", samples=2 * 10**9, **given))
    assert ours.excess_risk == theirs.excess_risk
    assert ours.problem.n_eff == 1000


def minimised(tokens, labels, decay, steps):
    """min sum (labels - scores)^2 + decay d Tr S, S >= 0: proximal gradient with Nesterov's momentum."""
    dim, largest = tokens.shape[-1], 0.0
    direction = np.random.default_rng(0).standard_normal((dim, dim))
    direction += direction.T
    for _ in range(30):
        image = 2 * adjoint(scores(direction, tokens), tokens)
        largest = 1.1 * np.linalg.norm(image) / np.linalg.norm(direction)
        direction = image / np.linalg.norm(image)
    now = before = np.zeros((dim, dim))
    for k in range(steps):
        ahead = now + k / (k + 3) * (now - before)
        x, u = np.linalg.eigh(ahead - 2 * adjoint(scores(ahead, tokens) - labels, tokens) / largest)
        before, now = now, (u * np.maximum(x - decay * dim / largest, 0)) @ u.T
    return now


@pytest.mark.slow
@pytest.mark.parametrize(("count", "gaps"), [(2, (0.15, 0.08)), (4, (0.32, 0.14))])
def test_risks_of_drawn_data_approach_the_theory(count, gaps):
    """At d = 40 and 80, n (T^2 + T - 2) = 0.6 d^2; the count T (T + 1)/2 is off by 75 and 13 per cent."""
    decay, noise, found = 0.1, 0.5, []
    for dim, draws in ((40, 8), (80, 4)):
        sizes = np.repeat([2.0, 0.0], dim // 2)
        samples = int(0.3 * dim * dim / independent(count))
        theory = solve(
            Problem(
                "quadratic",
                target=sizes,
                samples=independent(count) * samples,
                dim=dim,
                weight_decay=decay,
                noise_variance=noise,
            )
        )
        risks = []
        for seed in range(draws):
            random = np.random.default_rng(seed)
            tokens = random.standard_normal((samples, count, dim))
            errors = np.sqrt(noise) * random.standard_normal((samples, count, count))
            errors = (errors + errors.transpose(0, 2, 1)) / 2
            labels = scores(np.diag(sizes), tokens) + errors - errors.mean(axis=(1, 2), keepdims=True)
            estimate = minimised(tokens, labels, decay, 400)
            risks.append(2 * np.sum((estimate - np.diag(sizes)) ** 2) / dim)
        found.append(np.mean(risks) / theory.excess_risk - 1)
    assert 0 < found[0] < gaps[0]
    assert -0.02 < found[1] < gaps[1]
    assert found[1] < found[0]
