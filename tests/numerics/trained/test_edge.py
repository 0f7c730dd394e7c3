r"""The edge of the noise in trained weights: it fluctuates as that of a GOE matrix (Tracy and Widom).

A quadratic network is trained on noise alone.  Its largest eigenvalue nu, in units of the edge,

    x = (nu + kappa - 2 delta)/(delta d^(-2/3)),

has for large d the law of Tracy and Widom with mean -1.207 and standard deviation 1.268, as has that of a GOE
matrix, which is drawn here at the same d (Dumitriu and Edelman, J. Math. Phys. 43 (2002) 5830: a tridiagonal
matrix).

Noise and threshold of one data set differ from the solution by 1/d, more than the edge, of relative width
d^(-2/3), by d^(-1/3) of that.  So delta and kappa are those of the training itself: 4 alpha delta^2 = Delta +
R, and the squared residuals are d^2 (delta lambda/(2 kappa))^2.  Measured at n = d^2/2, lambda = 0.3:

    d      of the solution           of the training           GOE
           mean           deviation  mean           deviation  mean    deviation
    30     -0.28 +- 0.08  1.57       -0.56 +- 0.07  1.30       -1.42   1.25
    60     -0.36 +- 0.11  1.51       -0.56 +- 0.09  1.31       -1.34   1.26
    100    -0.44 +- 0.18  1.40       -0.58 +- 0.17  1.31       -1.30   1.30

The deviations are those of GOE matrices.  The means are not, at these d: they lie 0.86 +- 0.07, 0.78 +- 0.09
and 0.72 +- 0.17 above.  The effective noise is a sum of n matrices of rank one, whose fourth free cumulant is
of the order d/n, not 0; it moves the edge by as much, and x by d^(5/3)/n, which is d^(-1/3) at n = O(d^2).
With four times as many samples, and weight decay, the mean lies 0.25 +- 0.08 above, a quarter.  That the mean
of Tracy and Widom is reached as d grows is compatible with this, and not shown by it.
"""

import numpy as np
import pytest
from scipy.linalg import eigvalsh_tridiagonal

from numerics import Problem, solve, train
from numerics.training.data import outputs

TRACY_WIDOM = (-1.2065, 1.2680)
"""Mean and standard deviation (Bornemann, Markov Process. Relat. Fields 16 (2010) 803)."""

DIM = 30


def noise_alone(samples, decay):
    return Problem("quadratic", target=[1e-3], samples=samples, dim=DIM, weight_decay=decay, noise_variance=1)


FEW, MANY = noise_alone(DIM**2 // 2, 0.3), noise_alone(2 * DIM**2, 1.2)


def scaled(problem, seed, solution=None):
    """x, with the noise and the threshold of a solution, or the training's own."""
    network = train(problem, seed=seed, tolerance=1e-4, progress=False)
    if solution is not None:
        noise, threshold = solution.effective_noise, solution.threshold
    else:
        alpha, data = problem.samples / DIM**2, network.data
        residuals = data.labels - outputs(network.weights, data.inputs)
        noise = np.sqrt((problem.noise_variance + network.excess_risk) / (4 * alpha))
        threshold = problem.weight_decay * noise * DIM / (2 * np.linalg.norm(residuals))
    return (network.eigenvalues[-1] + threshold - 2 * noise) / noise * DIM ** (2 / 3)


def of_goe(dim, draws):
    """x of GOE matrices."""
    random = np.random.default_rng(17)
    values = []
    for _ in range(draws):
        diagonal = random.standard_normal(dim) * np.sqrt(2 / dim)
        beside = np.sqrt(random.chisquare(np.arange(dim - 1, 0, -1)) / dim)
        top = eigvalsh_tridiagonal(diagonal, beside, select="i", select_range=(dim - 1, dim - 1))
        values.append((top[0] - 2) * dim ** (2 / 3))
    return np.array(values)


def mean_deviation_and_errors(values):
    """Mean and standard deviation, each with its standard error."""
    deviation, root = np.std(values, ddof=1), np.sqrt(len(values))
    fourth = np.mean((values - np.mean(values)) ** 4) / deviation**4
    return (np.mean(values), deviation / root), (deviation, deviation * np.sqrt((fourth - 1) / 4) / root)


def test_drawn_goe_matrices_approach_tracy_and_widom():
    (mean, mean_error), (deviation, deviation_error) = mean_deviation_and_errors(of_goe(1000, 1500))
    assert abs(mean - TRACY_WIDOM[0]) < 3 * mean_error
    assert abs(deviation - TRACY_WIDOM[1]) < 3 * deviation_error


@pytest.fixture(scope="module")
def trained_edges():
    """Of 300 trainings with few samples, and with four times as many."""
    return tuple(np.array([scaled(problem, seed) for seed in range(300)]) for problem in (FEW, MANY))


@pytest.mark.slow
def test_the_edge_fluctuates_as_that_of_goe(trained_edges):
    reference, reference_error = mean_deviation_and_errors(of_goe(DIM, 4000))[1]
    for values in trained_edges:
        deviation, error = mean_deviation_and_errors(values)[1]
        assert abs(deviation - reference) < 3 * np.hypot(error, reference_error)
        assert abs(deviation - TRACY_WIDOM[1]) < 3 * error


@pytest.mark.slow
def test_the_mean_of_the_edge_is_off_by_the_fourth_free_cumulant_of_the_noise(trained_edges):
    reference = np.mean(of_goe(DIM, 4000))
    (few, few_error), (many, many_error) = (
        mean_deviation_and_errors(values - reference)[0] for values in trained_edges
    )
    assert few > 5 * few_error
    assert abs(many - few / 4) < 3 * np.hypot(many_error, few_error / 4)


@pytest.mark.slow
def test_the_noise_of_a_solution_is_not_that_of_one_data_set(trained_edges):
    """The edge of the solution fluctuates more, by what noise and threshold vary between data sets."""
    solution = solve(FEW)
    values = np.array([scaled(FEW, seed, solution) for seed in range(300)])
    assert np.std(values) > 1.1 * np.std(trained_edges[0])
    assert -0.7 < np.mean(values) < 0.1  # measured: -0.28 +- 0.08
