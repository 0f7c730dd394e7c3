"""Infer from the weights of a trained network, without any data, how well it was trained and on what.

In order: `infer`; its arguments; its estimates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from numerics.arithmetic.arrays import real_points
from numerics.arithmetic.checks import is_count, is_double, require
from numerics.inference import diagonal, quadratic
from numerics.inference.family import ACCURACY, NAMES, Array, Point, Setting, on_family
from numerics.inference.fluctuations import mean_squares
from numerics.inference.inferred import Estimate, Inferred
from numerics.inference.posterior import Fit
from numerics.inference.shapes import Shape, edge_of, shape_of
from numerics.problem import TARGETS

FITS: Mapping[str, Callable[[Setting, Array], Fit]] = MappingProxyType(
    {"diagonal": diagonal.fit, "quadratic": quadratic.fit}
)

TOLD, TOLD_WITHOUT_GAMMA = 0.4, 0.25
"""A number with a larger standard error, relative to itself, is not told, whether gamma is or is not."""

UNLIKELY = 1e-4
"""Probability below which weights are not those of the law."""

_LARGEST = 1e100
"""Beyond, squares of sums of weights are no numbers of double precision."""

_COUNTS = np.array([float(name == "learned_modes") for name in NAMES])
"""What is counted is known no better than one of it is: 0 too has a standard error."""

_LINEAR = 10.0
"""By how much the linear response and the posterior may differ, in variance, where the response is valid."""

_FINITE_SIZE = 2.3
"""Over n_eff, how far risks of quadratic trainings lie from the state equations, relative root mean square.

Fitted, not derived: at d = 60 and 100, n_eff from 6 to 100, it is 1 to 3 at 15 places of 18, and the mean is
above the state equations at all of them.
"""


def infer(
    values: Any,
    *,
    network: str,
    samples: Any,
    dim: int,
    weight_decay: Any,
    target: str | None = "raw",
    train_loss: Any = None,
) -> Inferred:
    """What the weights of a trained network say of its target, its noise and its risk, with standard errors.

    The network is one of full width, trained on a power-law target (`Problem`).  Its weights are fitted by
    the law that state evolution gives them, at the gamma, delta, kappa that are the most likely: the mass at
    0, the bulk, and the outliers by where the i-th target mode leaves one at this size.  No tail is fitted by
    a power law: at d = 400 a fit of the largest eigenvalues (the package powerlaw) gives 2.09 +- 0.24 for a
    true 1.8.

    Args:
        values: eigenvalues of S = B B^T, shape (d,), or S itself, shape (d, d), of the quadratic network;
            theta = a w, shape (d,), in any order, of the diagonal one.
        network: "diagonal" or "quadratic".
        samples: number n > 0 of samples of the training.
        dim: dimension d.
        weight_decay: lambda > 0 of the training.
        target: normalisation of the target, "raw" or "unit" as in `Problem`; None where its scale is unknown,
            which is then inferred with the rest.
        train_loss: as `Solution.train_loss`.  It adds the residuals (generalised cross-validation), and with
            them delta, however few weights are noise.

    Raises:
        InvalidProblem: an argument is outside of the theory, or they contradict each other.
        NotConverged: no law of the family is near the weights.

    Values in `Inferred` that the weights leave open within 40 per cent are None, within 25 where gamma is.
    On trainings at d = 100 (quadratic, n_eff = n/d from 15 on) and d = 1000 (diagonal), nine of ten intervals
    hold for each value, with a train_loss or without.  At n_eff from 6 to 10 those of gamma and learned_modes
    hold less often where a train_loss is given.

    >>> from numerics.networks.quadratic import scalars
    >>> from numerics import Problem, solve
    >>> problem = Problem("quadratic", gamma=1.25, samples=5000, dim=50, weight_decay=1, noise_variance=0.5)
    >>> solution, size = solve(problem), np.sqrt(50) * np.arange(1.0, 51) ** -1.25
    >>> z = np.random.default_rng(0).standard_normal((50, 50))
    >>> noisy = np.diag(size) + solution.effective_noise * (z + z.T) / 10
    >>> eigenvalues = np.maximum(np.linalg.eigvalsh(noisy) - solution.threshold, 0)
    >>> told = infer(eigenvalues, network="quadratic", samples=5000, dim=50, weight_decay=1)
    >>> abs(told.gamma.value - 1.25) < 3 * told.gamma.standard_error < 0.2
    True
    >>> told.shape, told.untold
    (<Shape.BULK_DECAY: 'bulk decay'>, {})
    """
    setting = _checked(network, samples, dim, weight_decay, target)
    is_loss = train_loss is None or (is_double(train_loss) and train_loss > 0)
    require(is_loss, "train_loss", train_loss, "a number > 0, or None")
    with _linear_algebra().limit(limits=1, user_api="blas"):
        sizes = _sizes(values, setting)
        setting = _with_loss(setting, sizes, train_loss)
        return _collapsed(setting) if len(sizes) == 0 else _inferred(setting, sizes)


def _inferred(setting: Setting, sizes: Array) -> Inferred:
    fit = FITS[setting.network](setting, sizes)
    posterior, point = fit.posterior, on_family(setting, fit.posterior.free)
    full, by_information = mean_squares(setting, posterior.free, fit.draws, np.random.default_rng(2))
    variances = _combined(posterior.variances, full, by_information)
    variances += (ACCURACY * (np.abs(posterior.means) + _COUNTS)) ** 2
    estimates = dict(
        zip(NAMES, map(Estimate, posterior.means.tolist(), np.sqrt(variances).tolist()), strict=True)
    )
    for name, more in _finite_size(setting, point, len(sizes)).items():
        value, error = estimates[name]
        estimates[name] = Estimate(value, math.hypot(error, more))
    untold = _untold(setting, sizes, edge_of(setting, point), estimates, fit.probability)
    shape: Shape | None
    shape, why = shape_of(setting, point, sizes)
    if fit.probability < UNLIKELY:
        shape, why = None, untold["gamma"]
    reported = {name: None if name in untold else estimate for name, estimate in estimates.items()}
    if setting.target is not None:
        reported["scale"] = None
    return Inferred(**reported, shape=shape, why=why, untold=untold, probability=fit.probability)


def _combined(posterior: Array, full: Array, by_information: Array) -> Array:
    """Variances of the estimates: those of the posterior, with the true scatter of weights and training.

    What the weights say through the scores has the variance I by the information and F in truth.  It enters
    the posterior, of variance P, with the weight w = P/I; the rest of 1 - w comes from elsewhere: the scatter
    of outliers, the prior.  So P becomes w^2 F + (1 - w) P where F < I.  Where F > I, F - I is added, unless
    the posterior is so much narrower than I that the linear response is not valid.
    """
    information = np.maximum(by_information, 1e-300)
    weight = np.minimum(1, posterior / information)
    scatter = np.where(posterior * _LINEAR > information, np.minimum(1, full / information), 1)
    wider = np.where(posterior * _LINEAR > information, np.maximum(0, full - by_information), 0)
    return np.asarray(posterior * (1 - weight * (1 - scatter)) + wider)


def _finite_size(setting: Setting, point: Point, count: int) -> dict[str, float]:
    """Standard deviations of trainings from the state equations that fall with n_eff.

    A training of risk R + r has c A delta^2 = R + r + Delta, while the law at its delta has the risk R: the
    test error is off by r, and r is taken for noise of the labels.  The degrees of freedom of learned modes
    deviate like the risk, relatively, and the threshold lambda/(A - D) with them.
    """
    relative = _FINITE_SIZE / setting.effective_samples
    risk = relative * setting.architecture.risk_per_error * float(point.scalars.error)
    test_error = setting.architecture.risk_per_error * setting.capacity * point.noise**2
    share = min(1.0, float(point.scalars.learned_modes) / count)
    freedom = share * float(point.scalars.degrees_of_freedom) * point.threshold / setting.decay
    return {
        "excess_risk": risk,
        "noise_variance": risk,
        "test_error": risk,
        "effective_noise": point.noise * risk / (2 * test_error),
        "threshold": point.threshold * relative * freedom,
    }


def _untold(
    setting: Setting, sizes: Array, edge: float, estimates: Mapping[str, Estimate], probability: float
) -> dict[str, str]:
    """Why numbers are not told, by name; ``edge`` is that of the bulk."""
    names = [name for name in NAMES if name != "scale" or setting.target is None]
    if probability < UNLIKELY:
        reason = f"no power-law target of this scale fits the weights: probability {probability:.1g}"
        return dict.fromkeys(names, reason)
    untold: dict[str, str] = {}
    learned = estimates["learned_modes"].value
    beyond = int(np.sum(sizes > edge))
    is_are = "is" if beyond == 1 else "are"
    for name in names:
        value, error = estimates[name]
        unit = estimates["test_error"].value if name == "noise_variance" else value
        if name == "gamma" and beyond < 2:
            untold[name] = f"{beyond} of the weights {is_are} larger than noise can be: two tell a decay"
        elif name == "learned_modes" and "gamma" in untold and value >= 1:
            untold[name] = f"how many modes lie below the {beyond} that are seen depends on the decay"
        elif not error <= (TOLD_WITHOUT_GAMMA if "gamma" in untold else TOLD) * unit:
            counts = f"{len(sizes)} of {setting.dim} weights are not 0, about {learned:.3g} of them learned"
            untold[name] = f"{counts}: they leave {value:.2g} +- {error:.1g}"
    return untold


def _collapsed(setting: Setting) -> Inferred:
    """Of no weights: no degree of freedom is used, and the threshold follows.

    Where none is seen, about one may have been expected: P(0 | m) = exp(-m) has the standard deviation 1 in
    m.  One weight has at most c/d degrees of freedom, and kappa = lambda/(A - D).
    """
    reason = "every weight is 0"
    freedom = setting.architecture.risk_per_error / setting.dim
    told = {
        "threshold": Estimate(setting.least_threshold, setting.least_threshold * freedom / setting.capacity),
        "learned_modes": Estimate(0.0, 1.0),
    }
    names = [name for name in NAMES if name not in told and (name != "scale" or setting.target is None)]
    return Inferred(
        **{name: told.get(name) for name in NAMES},
        shape=Shape.RANK_COLLAPSE,
        why="no weight is left away from 0",
        untold=dict.fromkeys(names, reason),
        probability=None,
    )


def _checked(network: Any, samples: Any, dim: Any, weight_decay: Any, target: Any) -> Setting:
    choices = " or ".join(f'"{name}"' for name in FITS)
    require(isinstance(network, str) and network in FITS, "network", network, choices)
    for name, value in (("samples", samples), ("weight_decay", weight_decay)):
        require(is_double(value) and value > 0, name, value, "a number > 0")
    require(is_count(dim) and dim > 1, "dim", dim, "an integer > 1")
    allowed = '"raw", "unit", or None for a scale that is unknown'
    require(target is None or (isinstance(target, str) and target in TARGETS), "target", target, allowed)
    return Setting(network, float(samples), int(dim), float(weight_decay), target)


def _sizes(values: Any, setting: Setting) -> Array:
    """Absolute values of the weights that are not 0, decreasing."""
    given, dim = real_points("values", values), setting.dim
    is_matrix = setting.network == "quadratic" and given.ndim == 2
    shape = (dim, dim) if is_matrix else (dim,)
    allowed = f"the weights of a network with dim={dim}, of shape {shape}, not {given.shape}"
    require(given.shape == shape, "values", values, allowed)
    scale = max(float(np.max(np.abs(given))), setting.least_threshold)
    small = f"weights and a threshold lambda/A, {setting.least_threshold:.3g} here, below {_LARGEST:g}"
    require(scale < _LARGEST, "values", values, small)
    if is_matrix:
        symmetric = bool(np.max(np.abs(given - given.T)) <= ACCURACY * scale)
        require(symmetric, "values", values, "a symmetric matrix S = B B^T")
        given = np.linalg.eigvalsh((given + given.T) / 2)
    if setting.network == "quadratic":
        least = float(np.min(given))
        require(least >= -ACCURACY * scale, "values", values, f"eigenvalues of B B^T, >= 0, not {least:.3g}")
    sizes = np.sort(np.abs(given))[::-1]
    return np.asarray(sizes[sizes > ACCURACY * max(float(sizes[0]), setting.least_threshold)])


def _with_loss(setting: Setting, sizes: Array, train_loss: Any) -> Setting:
    if train_loss is None or len(sizes) == 0:
        return setting
    penalty = setting.weight_decay * float(sizes.sum()) / setting.dim
    allowed = f"a number above the penalty of these weights, {penalty:.6g}, or None"
    require(train_loss > penalty, "train_loss", train_loss, allowed)
    residuals = 2 * (float(train_loss) - penalty) / setting.architecture.risk_per_error
    ratio = math.sqrt(residuals) / setting.decay
    return Setting(setting.network, setting.samples, setting.dim, setting.weight_decay, setting.target, ratio)


def _linear_algebra() -> ThreadpoolController:
    return ThreadpoolController()
