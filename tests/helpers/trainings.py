"""Trainings beside solutions: problems at d = 100 and 1000, means over seeds, and when they agree."""

import numpy as np

from numerics import Problem, train


def quadratic(samples, decay, *, dim=100, gamma=1.25, noise=0.5, width=None, target="raw"):
    law = {"gamma": gamma, "noise_variance": noise, "target": target}
    return Problem("quadratic", samples=samples, dim=dim, weight_decay=decay, width=width, **law)


def diagonal(samples, decay, *, dim=1000, gamma=1.25, noise=0.5):
    return Problem(
        "diagonal", samples=samples, dim=dim, weight_decay=decay, gamma=gamma, noise_variance=noise
    )


def trained(problem, seed, starts=3):
    """Few hidden units are trained to a relative gradient of 1e-5; that is 0.1 per cent of the risk."""
    tolerance = 1e-6 if problem.is_full_width else 1e-4
    return train(problem, seed=seed, tolerance=tolerance, starts=starts, progress=False)


def risks(problem, seeds, **options):
    return np.array([trained(problem, seed, **options).excess_risk for seed in seeds])


def mean_and_error(values):
    return np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))


def agrees(values, theory, tolerance=0.05):
    """Within three standard errors, or five per cent."""
    mean, error = mean_and_error(values)
    return abs(mean - theory) <= max(3 * error, tolerance * theory)
