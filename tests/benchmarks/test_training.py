"""Training against a library for the same convex problem, against its theory, and by both methods."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from numerics import Problem, draw, solve, to_lasso, train

DIAGONAL = Problem("diagonal", gamma=1.25, samples=300, dim=400, weight_decay=0.5, noise_variance=0.5)
QUADRATIC = Problem("quadratic", gamma=1.25, samples=1800, dim=60, weight_decay=0.1, noise_variance=0.25)


@pytest.mark.benchmark(group="training the diagonal network, against scikit-learn's LASSO")
def test_diagonal(benchmark: Any) -> None:
    data = draw(DIAGONAL, seed=1)
    benchmark.pedantic(train, (DIAGONAL,), {"data": data, "progress": False}, rounds=3)


@pytest.mark.benchmark(group="training the diagonal network, against scikit-learn's LASSO")
def test_lasso(benchmark: Any) -> None:
    """The same minimum, of the same data, to a duality gap of the same size."""
    data = draw(DIAGONAL, seed=1)
    penalty = to_lasso(0.5, samples=300, dim=400)
    lasso = Lasso(alpha=penalty.alpha, fit_intercept=False, tol=1e-6, max_iter=100_000)
    fitted = benchmark.pedantic(lasso.fit, (data.inputs, data.labels), rounds=3)
    weights = train(DIAGONAL, data=data, progress=False).weights
    assert np.abs(fitted.coef_ / penalty.coefficients - weights).max() < 0.01 * np.abs(weights).max()


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.benchmark(group="one training, against the solution that predicts it")
def test_training(benchmark: Any, network: str) -> None:
    problem = DIAGONAL if network == "diagonal" else QUADRATIC
    data = draw(problem, seed=1)
    benchmark.pedantic(train, (problem,), {"data": data, "progress": False}, rounds=1)


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.benchmark(group="one training, against the solution that predicts it")
def test_solution(benchmark: Any, network: str) -> None:
    benchmark(solve, DIAGONAL if network == "diagonal" else QUADRATIC)


@pytest.mark.parametrize("method", ["descent", "proximal"])
@pytest.mark.benchmark(group="training on many samples, by both methods")
def test_method(benchmark: Any, method: str) -> None:
    problem = replace(QUADRATIC, samples=14400)
    data = draw(problem, seed=1)
    benchmark.pedantic(train, (problem,), {"data": data, "method": method, "progress": False}, rounds=3)
