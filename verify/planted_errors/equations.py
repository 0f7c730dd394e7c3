"""Errors in equations: a declaration that differs from the model's in one factor, term or exponent.

Each is derived anew, and what comes out is taken for the model's own; the equations that are solved are the
right ones.  Declarations that mean nothing are refused when they are made, and so are not planted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sympy import Eq, S

from asymptotics import Network, System, diagonal, kernel_ridge, mode_sum, quadratic
from asymptotics.models import attention, bilinear, hermite, one_pass_sgd, random_features
from asymptotics.models.one_pass_sgd import TERMS, step
from asymptotics.models.random_features import features, nu_1, nu_2, rest, spare_features
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    n_eff,
    noise_variance,
    size,
    source,
    threshold,
    weight_decay,
)
from verify.planted_errors.error import Declared, PlantedError, title_of


def _planted(name: str, error: str, model: Any, wrong: Any, **of: Any) -> PlantedError:
    return PlantedError(f"{title_of(model, **of)}, {name}", error, model, Declared(wrong), **of)


def _with_noise(network: Network, factor: Any, labels: Any) -> Network:
    return replace(network, noise_balance=Eq(factor * n_eff / d * effective_noise**2, labels + matrix_error))


def _with_threshold(network: Network, factor: Any, force: Any) -> Network:
    return replace(network, threshold_balance=Eq(factor * n_eff / d, degrees_of_freedom + force))


_variance = quadratic.posterior_variance
_of_twice = 2 * size**2 * effective_noise**2 / (2 * size**2 + effective_noise**2)

OF_NETWORKS = (
    _planted(
        "factor 2 in the noise equation",
        "The equation for delta has 2 alpha where alpha belongs.",
        diagonal,
        _with_noise(diagonal, 2, noise_variance),
    ),
    _planted(
        "factor 2 in the threshold equation",
        "The equation for kappa has 2 lambda/kappa where lambda/kappa belongs.",
        diagonal,
        _with_threshold(diagonal, 1, 2 * weight_decay / threshold),
    ),
    _planted(
        "factor 2 missing in the noise equation",
        "The equation for delta has alpha where 2 alpha belongs.",
        quadratic,
        _with_noise(quadratic, 1, noise_variance / 2),
    ),
    _planted(
        "labels not halved",
        "The equation for delta has Delta where Delta/2 belongs.",
        quadratic,
        _with_noise(quadratic, 2, noise_variance),
    ),
    _planted(
        "factor 2 missing in the threshold equation",
        "The equation for kappa has alpha where 2 alpha belongs.",
        quadratic,
        _with_threshold(quadratic, 1, weight_decay / (2 * threshold)),
    ),
    _planted(
        "decay not halved",
        "The equation for kappa has lambda/kappa where lambda/(2 kappa) belongs.",
        quadratic,
        _with_threshold(quadratic, 2, weight_decay / threshold),
    ),
    _planted(
        "risk not doubled",
        "The excess risk is E, not 2 E: a wrong normalisation.",
        quadratic,
        replace(quadratic, excess_risk=matrix_error),
    ),
    _planted(
        "outliers do not repel each other",
        "Once all modes are outliers their potential lacks delta^2.",
        quadratic,
        replace(quadratic, potential_among_learned=(size - threshold) ** 2 + effective_noise**2 / 2),
    ),
    _planted(
        "the quarter circle for the semicircle",
        "The noise has twice its density: that of singular values.",
        quadratic,
        replace(quadratic, noise=bilinear.noise, subordination_map=None),
    ),
    _planted(
        "the semicircle for the quarter circle",
        "The noise has half of its density: that of eigenvalues.",
        bilinear,
        replace(bilinear, noise=quadratic.noise),
    ),
    _planted(
        "the counting of the quadratic network",
        "Samples count twice, as for symmetric matrices.",
        bilinear,
        _with_noise(bilinear, 2, noise_variance),
    ),
    _planted(
        "the mean not removed from the count",
        "Samples count T (T + 1)/2 times: the mean of the scores is not taken away.",
        attention,
        replace(
            attention,
            noise_balance=Eq(6 * n_eff / d * effective_noise**2, noise_variance / 2 + matrix_error),
            threshold_balance=Eq(6 * n_eff / d, degrees_of_freedom + weight_decay / (2 * threshold)),
        ),
    ),
    _planted(
        "the posterior variance of a known direction",
        "The posterior variance is that of a mode whose direction is known: half of the loss is missing.",
        quadratic,
        replace(quadratic, posterior_variance=_variance / 2),
        estimator="bayes",
    ),
    _planted(
        "the posterior variance among outliers halved",
        "Once all modes are outliers the posterior variance is delta^2/2, not delta^2.",
        quadratic,
        replace(quadratic, posterior_variance_among_learned=effective_noise**2 / 2),
        estimator="bayes",
    ),
    _planted(
        "the variance of unit targets",
        "The posterior variance is that of targets of twice the variance.",
        diagonal,
        replace(
            diagonal,
            posterior_variance=_of_twice,
            posterior_variance_among_learned=_of_twice,
        ),
        estimator="bayes",
    ),
    _planted(
        "samples count twice",
        "Ridge regression has 2 alpha where alpha belongs, in both equations.",
        diagonal,
        replace(
            diagonal,
            noise_balance=Eq(2 * n_eff / d * effective_noise**2, noise_variance + matrix_error),
            threshold_balance=Eq(2 * n_eff / d, degrees_of_freedom + weight_decay / threshold),
        ),
        estimator="ridge",
    ),
)
"""Errors in the declarations of networks."""

_of_summed_loss = Eq(n_eff, degrees_of_freedom + weight_decay / threshold)

OF_RIDGE = (
    _planted(
        "source exponent of amplitudes",
        "The target has the source r/2: its energies are taken for amplitudes.",
        kernel_ridge,
        replace(kernel_ridge, target_energy=size ** (1 / gamma + 2 * source)),
    ),
    _planted(
        "source exponent of squared energies",
        "The target has the source 2 r: its energies are squared.",
        kernel_ridge,
        replace(kernel_ridge, target_energy=size ** (1 / gamma + 8 * source)),
    ),
    _planted(
        "features of twice the capacity",
        "The variance of a feature is the fourth power of its size, not its square.",
        kernel_ridge,
        replace(kernel_ridge, feature_variance=size**4),
    ),
    _planted(
        "the ridge on the summed loss",
        "The equation for kappa has lambda/kappa where n lambda/kappa belongs.",
        kernel_ridge,
        replace(kernel_ridge, threshold_balance=_of_summed_loss),
    ),
    _planted(
        "risk counted twice",
        "The excess risk is 2 E, not E.",
        kernel_ridge,
        replace(kernel_ridge, excess_risk=2 * matrix_error),
    ),
)
"""Errors in the declaration of kernel ridge regression."""


def _with_quantities(system: System, **wrong: Any) -> System:
    return replace(system, quantities={**system.quantities, **wrong})


_bias, _risk = random_features.quantities["bias"], random_features.quantities["risk"]
_resolvent = 1 / (size**2 + nu_2)
_first_bias = nu_2**2 / rest * mode_sum(size ** (1 / gamma + 4 * source) * _resolvent**2)
_fit = size**2 * _resolvent
_sgd_without = {name: sum((t for other, t in TERMS.items() if other != name), S.Zero) for name in TERMS}

OF_SYSTEMS = (
    _planted(
        "the second term of the bias missing",
        "The bias lacks what the features mix into it.",
        random_features,
        _with_quantities(random_features, risk=_risk - _bias + _first_bias, bias=_first_bias),
    ),
    _planted(
        "spare features not reduced",
        "The spare features are p - sum f, not p - sum f^2.",
        random_features,
        replace(
            random_features,
            equations=(
                *random_features.equations[:2],
                Eq(spare_features, features - mode_sum(_fit)),
                random_features.equations[3],
            ),
        ),
    ),
    _planted(
        "twice the ridge",
        "The equation for nu_1 has 2 lambda/nu_1 where lambda/nu_1 belongs.",
        random_features,
        replace(
            random_features,
            equations=(Eq(n_eff - 2 * weight_decay / nu_1, mode_sum(_fit)), *random_features.equations[1:]),
        ),
    ),
    _planted(
        "the threshold of another activation",
        "A neuron is found at the threshold of He_4.",
        hermite(3),
        _with_quantities(hermite(3), threshold=hermite(4).quantities["threshold"]),
    ),
    _planted(
        "labels counted twice",
        "The equation for delta has 2 Delta where Delta belongs.",
        hermite(2),
        replace(
            hermite(2),
            equations=(Eq(n_eff * effective_noise**2, 2 * noise_variance + hermite(2).quantities["risk"]),),
        ),
    ),
    _planted(
        "half of the step size",
        "The largest stable step size is taken for half of it.",
        one_pass_sgd,
        replace(one_pass_sgd, equations=(Eq(2 * step * mode_sum(size**2), 1),)),
    ),
    _planted(
        "the noise of gradients missing",
        "The loss lacks K_pp.",
        one_pass_sgd,
        _with_quantities(one_pass_sgd, risk=_sgd_without["K_pp"]),
    ),
    _planted(
        "the distortion missing",
        "The loss lacks F_ac.",
        one_pass_sgd,
        _with_quantities(one_pass_sgd, risk=_sgd_without["F_ac"]),
    ),
)
"""Errors in the equations and quantities of systems."""
