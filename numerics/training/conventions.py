r"""Conventions for the penalty of LASSO, and how to convert between them.

The diagonal network is trained on the problem of LASSO (`losses`), in the normalisation of arXiv:2509.24882,

    1/2 sum_mu (y_mu - theta.x_mu/sqrt(d))^2 + lambda |theta|_1.

Others divide the squares by the number of samples, or normalise the inputs otherwise: with x the inputs of
unit variance, n samples and d inputs,

    convention       problem                                            its penalty          its coefficients
    paper            1/2 |y - x theta/sqrt(d)|^2 + lambda |theta|_1     lambda               theta
    scikit-learn     |y - x beta|^2/(2 n) + alpha |beta|_1              lambda sqrt(d)/n     theta/sqrt(d)
    glmnet           the same, with standardize and intercept off       lambda sqrt(d)/n     theta/sqrt(d)
    unnormalised     1/2 |y - x beta|^2 + alpha |beta|_1                lambda sqrt(d)       theta/sqrt(d)
    AMP              1/2 |y - A beta|^2 + alpha |beta|_1, A = x/sqrt(n) lambda sqrt(d/n)     theta sqrt(n/d)

as in scikit-learn's `Lasso`, in glmnet (Friedman, Hastie, Tibshirani, J. Stat. Softw. 33 (2010) 1), and in
the theory of approximate message passing, whose columns have unit norm (Bayati & Montanari, IEEE Trans. Inf.
Theory 58 (2012) 1997).  In all of them there is no intercept.

In order: `LassoPenalty`, `to_lasso`, `from_lasso`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from numerics.arithmetic.checks import is_count, is_number, require

# Up to this, and down to its inverse, products of them are in the range of float64.
_MOST = 10**100
_POSITIVE = "a number > 0, between 1e-100 and 1e100"


class _Factors(NamedTuple):
    """Powers of d and n that multiply lambda and theta."""

    penalty: tuple[float, float]
    coefficients: tuple[float, float]


CONVENTIONS: Mapping[str, _Factors] = MappingProxyType(
    {
        "paper": _Factors((0, 0), (0, 0)),
        "scikit-learn": _Factors((0.5, -1), (-0.5, 0)),
        "glmnet": _Factors((0.5, -1), (-0.5, 0)),
        "unnormalised": _Factors((0.5, 0), (-0.5, 0)),
        "AMP": _Factors((0.5, -0.5), (-0.5, 0.5)),
    }
)
"""By name: the powers of (d, n) that multiply lambda, and those that multiply theta."""


class LassoPenalty(NamedTuple):
    """A penalty of LASSO in some convention.

    Attributes:
        alpha: the penalty.
        coefficients: factor of the coefficients: those of that convention are ``coefficients * theta``, and
            theta, the weights of the diagonal network, are those divided by it.
    """

    alpha: float
    coefficients: float


def to_lasso(
    weight_decay: float, *, samples: int, dim: int, convention: str = "scikit-learn"
) -> LassoPenalty:
    """The penalty of the LASSO that is the diagonal network with this weight decay.

    Its coefficients, fitted to the same inputs and labels without an intercept, are those of the network
    times ``penalty.coefficients``: with scikit-learn

        penalty = to_lasso(weight_decay, samples=n, dim=d)
        fit = Lasso(alpha=penalty.alpha, fit_intercept=False).fit(inputs, labels)
        theta = fit.coef_ / penalty.coefficients

    Args:
        weight_decay: lambda > 0.
        samples: n.
        dim: d.
        convention: one of `CONVENTIONS`: "paper", "scikit-learn", "glmnet", "unnormalised", "AMP".

    Raises:
        InvalidProblem: an argument is none of these.

    >>> penalty = to_lasso(0.5, samples=200, dim=100)
    >>> round(penalty.alpha, 12), round(penalty.coefficients, 12)
    (0.025, 0.1)
    """
    penalty, coefficients = _factors(samples, dim, convention)
    require(_is_moderate(weight_decay), "weight_decay", weight_decay, _POSITIVE)
    return LassoPenalty(float(weight_decay) * penalty, coefficients)


def from_lasso(alpha: float, *, samples: int, dim: int, convention: str = "scikit-learn") -> float:
    """The weight decay of the diagonal network that is a LASSO with this penalty.

    Args:
        alpha: the penalty > 0.
        samples: n.
        dim: d.
        convention: one of `CONVENTIONS`: "paper", "scikit-learn", "glmnet", "unnormalised", "AMP".

    Raises:
        InvalidProblem: an argument is none of these.

    >>> round(from_lasso(0.025, samples=200, dim=100), 12)
    0.5
    """
    penalty, _ = _factors(samples, dim, convention)
    require(_is_moderate(alpha), "alpha", alpha, _POSITIVE)
    return float(alpha) / penalty


def _factors(samples: int, dim: int, convention: str) -> tuple[float, float]:
    for name, count in (("samples", samples), ("dim", dim)):
        require(is_count(count, most=_MOST), name, count, "a positive integer of at most 100 digits")
    allowed = "one of " + ", ".join(f'"{name}"' for name in CONVENTIONS)
    require(isinstance(convention, str) and convention in CONVENTIONS, "convention", convention, allowed)
    penalty, coefficients = (
        math.sqrt(dim) ** (2 * of_dim) * math.sqrt(samples) ** (2 * of_samples)
        for of_dim, of_samples in CONVENTIONS[convention]
    )
    return penalty, coefficients


def _is_moderate(value: Any) -> bool:
    return is_number(value) and bool(1 / _MOST <= value <= _MOST)
