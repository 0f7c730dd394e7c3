"""Errors in laws: an exponent, a constant, a logarithm, in all fields of a law or in one.

Besides the laws that a phase holds these are the training loss and the parts of the risk, which it derives
when asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Rational, S

from asymptotics import diagonal, kernel_ridge, quadratic
from asymptotics.models import attention, bilinear, hermite, one_pass_sgd, random_features
from asymptotics.symbols import noise_variance
from verify.planted_errors.error import InLaw, InTerms, PlantedError, title_of

STEP, PERCENT = Rational(1, 50), Rational(1, 100)

CHANGES: Mapping[str, Mapping[str, Any]] = {
    "exponent 0.02 high": {"power": STEP},
    "exponent 0.02 low": {"power": -STEP},
    "constant 1 % high": {"factor": 1 + PERCENT},
    "constant 1 % low": {"factor": 1 - PERCENT},
    "a logarithm too many": {"log_power": S.One},
    "a logarithm dropped": {"log_power": -S.One},
    "a factor 2": {"factor": S(2)},
    "1 % in the closed form alone": {"factor": 1 + PERCENT, "fields": ("expr",)},
    "1 % in the constant alone": {"factor": 1 + PERCENT, "fields": ("constant",)},
    "0.02 in the exponent alone": {"power": STEP, "fields": ("exponent",)},
    "one power of the label noise too many": {"factor": noise_variance, "fields": ("expr",)},
    "nothing in the closed form": {"factor": S.Zero, "fields": ("expr",)},
    "the power of the logarithm alone": {"log_power": S.One, "fields": ("log_exponent",)},
}
"""What is wrong of a law."""

FIXED: Mapping[str, Any] = {}
NOISELESS, FAINT = {"noise": "none"}, {"noise": "scaled"}
BAYES, RIDGE, NARROW = {"estimator": "bayes"}, {"estimator": "ridge"}, {"width": "scaled"}

_IN_LAWS = (
    # the diagonal network
    (diagonal, FIXED, "Ia", "excess_risk", "constant 1 % high"),
    (diagonal, FIXED, "Ib", "effective_noise", "exponent 0.02 high"),
    (diagonal, FIXED, "II", "excess_risk", "exponent 0.02 low"),
    (diagonal, FIXED, "II", "threshold", "constant 1 % low"),
    (diagonal, FIXED, "II", "learned_modes", "1 % in the constant alone"),
    (diagonal, FIXED, "III", "excess_risk", "a factor 2"),
    (diagonal, FIXED, "III", "degrees_of_freedom", "0.02 in the exponent alone"),
    (diagonal, FIXED, "V", "excess_risk", "a logarithm dropped"),
    (diagonal, FIXED, "V", "threshold", "1 % in the closed form alone"),
    (diagonal, FIXED, "V", "learned_modes", "the power of the logarithm alone"),
    (diagonal, FIXED, "VIa", "excess_risk", "constant 1 % low"),
    (diagonal, FIXED, "VIb", "threshold", "exponent 0.02 high"),
    (diagonal, FIXED, "VIb", "excess_risk", "one power of the label noise too many"),
    (diagonal, FIXED, "III", "excess_risk", "nothing in the closed form"),
    (diagonal, NOISELESS, "N", "excess_risk", "a logarithm dropped"),
    (diagonal, NOISELESS, "N", "effective_noise", "constant 1 % high"),
    (diagonal, FAINT, "V", "effective_noise", "a logarithm too many"),
    (diagonal, BAYES, "IV", "excess_risk", "constant 1 % high"),
    (diagonal, BAYES, "VIb", "effective_noise", "exponent 0.02 low"),
    (diagonal, RIDGE, "Ib", "excess_risk", "a logarithm too many"),
    (diagonal, RIDGE, "VIb", "threshold", "exponent 0.02 low"),
    # the quadratic network
    (quadratic, FIXED, "Ia", "threshold", "constant 1 % low"),
    (quadratic, FIXED, "II", "excess_risk", "constant 1 % low"),
    (quadratic, FIXED, "II", "degrees_of_freedom", "exponent 0.02 high"),
    (quadratic, FIXED, "III", "excess_risk", "exponent 0.02 high"),
    (quadratic, FIXED, "IV", "excess_risk", "constant 1 % high"),
    (quadratic, FIXED, "IV", "learned_modes", "1 % in the closed form alone"),
    (quadratic, FIXED, "V", "excess_risk", "exponent 0.02 low"),
    (quadratic, FIXED, "V", "excess_risk", "constant 1 % high"),
    (quadratic, FIXED, "V", "threshold", "a logarithm too many"),
    (quadratic, FIXED, "VIa", "excess_risk", "a factor 2"),
    (quadratic, FIXED, "VIb", "effective_noise", "0.02 in the exponent alone"),
    (quadratic, FIXED, "V", "effective_noise", "one power of the label noise too many"),
    (quadratic, NOISELESS, "N", "excess_risk", "exponent 0.02 high"),
    (quadratic, NOISELESS, "N", "threshold", "constant 1 % high"),
    (quadratic, FAINT, "IV", "effective_noise", "constant 1 % low"),
    (quadratic, BAYES, "IV", "excess_risk", "a factor 2"),
    (quadratic, RIDGE, "III", "excess_risk", "constant 1 % high"),
    (quadratic, NARROW, "Wa", "excess_risk", "exponent 0.02 high"),
    (quadratic, NARROW, "Wb", "effective_noise", "constant 1 % low"),
    # other models
    (bilinear, FIXED, "V", "excess_risk", "constant 1 % low"),
    (bilinear, FIXED, "VIa", "degrees_of_freedom", "a logarithm too many"),
    (attention, FIXED, "VIb", "excess_risk", "a factor 2"),
    (kernel_ridge, FIXED, "VIa", "excess_risk", "exponent 0.02 low"),
    (kernel_ridge, FIXED, "V", "excess_risk", "one power of the label noise too many"),
    (kernel_ridge, FAINT, "II", "learned_modes", "constant 1 % high"),
    (random_features, FIXED, "7", "bias", "constant 1 % high"),
    (random_features, FIXED, "12", "variance", "exponent 0.02 high"),
    (hermite(2), FIXED, "1", "excess_risk", "constant 1 % low"),
    (hermite(2), FIXED, "2", "excess_risk", "exponent 0.02 high"),
    (hermite(2), FIXED, "2", "excess_risk", "constant 1 % high"),
    (hermite(2), FIXED, "2", "threshold", "a factor 2"),
    (hermite(3), FIXED, "2", "excess_risk", "exponent 0.02 low"),
    (one_pass_sgd, FIXED, "F_ac", "F_ac", "exponent 0.02 high"),
    (one_pass_sgd, FIXED, "K_pp", "K_pp", "constant 1 % high"),
)
"""Model, diagram, phase, quantity and what is wrong of its law."""

_IN_TERMS = (
    (diagonal, FIXED, "II", "train_loss", 1 + PERCENT, "the training loss 1 % high"),
    (quadratic, FIXED, "VIb", "train_loss", S(2), "a factor 2 in the training loss"),
    (quadratic, FIXED, "IV", "unlearned_risk", 1 + PERCENT, "the unlearned part of the risk 1 % high"),
    (quadratic, FIXED, "III", "learned_risk", 1 - PERCENT, "the learned part of the risk 1 % low"),
    (quadratic, FIXED, "V", "overfitted_risk", S(2), "a factor 2 in the overfitting part of the risk"),
    (quadratic, FIXED, "V", "overfitted_risk", S.Zero, "no overfitting part of the risk"),
    (diagonal, FIXED, "VIa", "overfitted_risk", 1 - PERCENT, "the overfitting part of the risk 1 % low"),
    (quadratic, NOISELESS, "N", "overfitted_risk", 1 + PERCENT, "the overfitting part of the risk 1 % high"),
    (quadratic, NARROW, "Wb", "unlearned_risk", 1 + PERCENT, "the unlearned part of the risk 1 % high"),
    (quadratic, NARROW, "Wb", "overfitted_risk", 1 - PERCENT, "the overfitting part of the risk 1 % low"),
    (quadratic, NARROW, "Wc", "train_loss", 1 + PERCENT, "the training loss 1 % high"),
)
"""The same of what a phase derives when asked for."""


IN_LAWS = tuple(
    PlantedError(
        name=f"{title_of(model, **of)}, {phase}, {quantity}: {change}",
        error=f"In phase {phase} the law of {quantity} has {change}.",
        model=model,
        planting=InLaw(phase, quantity, **CHANGES[change]),
        **of,
    )
    for model, of, phase, quantity, change in _IN_LAWS
)

IN_TERMS = tuple(
    PlantedError(
        name=f"{title_of(model, **of)}, {phase}: {what}",
        error=f"Phase {phase} has {what}.",
        model=model,
        planting=InTerms(phase, quantity, factor),
        **of,
    )
    for model, of, phase, quantity, factor, what in _IN_TERMS
)
