"""Conventions of LASSO: there and back, and against scikit-learn on the same data."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from numerics import (
    CONVENTIONS,
    InvalidProblem,
    LassoPenalty,
    Problem,
    draw,
    from_lasso,
    to_lasso,
    train,
)


def objective(name, samples, dim):
    """The loss of the convention as its definition reads: of inputs, labels, coefficients and alpha."""
    scale = {"paper": dim**-0.5, "AMP": samples**-0.5}.get(name, 1.0)
    weight = {"scikit-learn": 1 / samples, "glmnet": 1 / samples}.get(name, 1.0)

    def loss(inputs, labels, coefficients, alpha):
        misfit = labels - scale * inputs @ coefficients
        return weight * misfit @ misfit / 2 + alpha * np.sum(np.abs(coefficients))

    return loss


@pytest.mark.parametrize("name", CONVENTIONS)
def test_the_same_loss_up_to_a_factor(name):
    data = draw(Problem("diagonal", gamma=1.25, samples=30, dim=20, weight_decay=1, noise_variance=1))
    random, ratios = np.random.default_rng(1), []
    penalty = to_lasso(0.7, samples=30, dim=20, convention=name)
    for _ in range(5):
        theta = random.standard_normal(20)
        misfit = data.labels - data.inputs @ theta / np.sqrt(20)
        ours = misfit @ misfit / 2 + 0.7 * np.sum(np.abs(theta))
        theirs = objective(name, 30, 20)(
            data.inputs, data.labels, penalty.coefficients * theta, penalty.alpha
        )
        ratios.append(theirs / ours)
    assert ratios == pytest.approx([ratios[0]] * 5, rel=1e-13, abs=0)


@pytest.mark.parametrize("name", CONVENTIONS)
def test_there_and_back(name):
    penalty = to_lasso(0.37, samples=130, dim=70, convention=name)
    assert from_lasso(penalty.alpha, samples=130, dim=70, convention=name) == pytest.approx(
        0.37, rel=1e-15, abs=0
    )


def test_scikit_learn_at_this_alpha_satisfies_our_conditions():
    data = draw(Problem("diagonal", gamma=1.25, samples=150, dim=100, weight_decay=1, noise_variance=1))
    penalty = to_lasso(0.8, samples=150, dim=100)
    solver = Lasso(alpha=penalty.alpha, fit_intercept=False, tol=1e-12, max_iter=10**6)
    theta = solver.fit(data.inputs, data.labels).coef_ / penalty.coefficients
    slope = (data.inputs / 10).T @ (data.labels - data.inputs @ theta / 10)
    assert np.max(np.abs(slope)) == pytest.approx(0.8, rel=1e-6, abs=0)
    assert slope[theta != 0] == pytest.approx(0.8 * np.sign(theta[theta != 0]), rel=1e-6, abs=0)


def test_the_example_of_the_docstring_is_the_trained_network():
    problem = Problem("diagonal", gamma=1.25, samples=150, dim=100, weight_decay=0.8, noise_variance=1)
    trained = train(problem, tolerance=1e-10)
    penalty = to_lasso(0.8, samples=150, dim=100)
    fit = Lasso(alpha=penalty.alpha, fit_intercept=False, tol=1e-12).fit(
        trained.data.inputs, trained.data.labels
    )
    assert fit.coef_ / penalty.coefficients == pytest.approx(trained.weights, abs=1e-3)
    assert isinstance(penalty, LassoPenalty)
    for said in ("fit_intercept=False", "theta = fit.coef_ / penalty.coefficients"):
        assert said in to_lasso.__doc__


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"samples": 0}, "samples"),
        ({"dim": 1.5}, "dim"),
        ({"convention": "lars"}, "convention"),
        ({"convention": ["paper"]}, "convention"),
    ],
)
def test_what_is_no_convention_is_refused(arguments, name):
    with pytest.raises(InvalidProblem, match=f"{name}="):
        to_lasso(1.0, **{"samples": 10, "dim": 5, **arguments})


@pytest.mark.parametrize("value", [0, -1.0, float("nan"), float("inf"), "1", None])
def test_penalties_are_positive_numbers(value):
    with pytest.raises(InvalidProblem, match="weight_decay="):
        to_lasso(value, samples=10, dim=5)
    with pytest.raises(InvalidProblem, match="alpha="):
        from_lasso(value, samples=10, dim=5)


@pytest.mark.parametrize("convert", [to_lasso, from_lasso])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, 10**400, 3), "samples=1000.*: must be a positive integer of at most 100 digits"),
        ((1.0, 3, 10**700), "dim=1000"),
        ((10**400, 3, 3), "=1000.*: must be a number > 0, between 1e-100 and 1e100"),
        ((1e-320, 3, 3), "=1e-320"),
    ],
)
def test_what_leaves_the_range_of_float64_is_refused(convert, arguments, message):
    value, samples, dim = arguments
    with pytest.raises(InvalidProblem, match=message):
        convert(value, samples=samples, dim=dim)
