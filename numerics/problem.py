"""A learning problem: which network learns which target from how many noisy samples.

The two networks and their normalisations are those of arXiv:2509.24882.  With x ~ N(0, I_d) and y = f*(x)
plus noise of variance Delta:

    diagonal    f = sum_i a_i w_i x_i/sqrt(d), trained on 1/2 sum (y - f)^2 + lambda/2 (|a|^2 + |w|^2);
                target coefficients theta*_i ~ N(0, tau_i^2), tau_i = sqrt(d) i^-gamma
    quadratic   f = (|B^T x|^2 - |B|_F^2)/sqrt(d), B of shape (d, p), trained on
                sum (y - f)^2 + lambda d |B|_F^2; target matrix with eigenvalues s_i = sqrt(d) i^-gamma

The estimator "ridge" is the linear baseline on the same inputs (`numerics.ridge`): the penalty of the
equivalent convex problem, lambda |theta|_1 or lambda d Tr S, is replaced by lambda/2 |theta|^2 or
(lambda d/2) |S|_F^2, and S may be any symmetric matrix.

A `Problem` is checked when it is made: what reaches the solver lies inside the theory.  Exact numbers (int,
Fraction, mpf) are kept as given and converted only by the arithmetic that uses them; a float stands for the
binary fraction it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from numbers import Integral, Rational
from typing import Any

import mpmath

from numerics.errors import InvalidProblem
from numerics.networks import NETWORKS, Network
from numerics.precision import Number, to_fraction

TARGETS = ("raw", "unit")
ESTIMATORS = ("erm", "bayes", "ridge")


@dataclass(frozen=True)
class Problem:
    """A network, a target and a data set, in the normalisation of arXiv:2509.24882.

    Args:
        network: "diagonal" or "quadratic".
        gamma: decay of the target, > 1/2: its i-th mode has size proportional to i^-gamma.
        samples: number of samples n > 0 (n_eff is n for the diagonal network, n/d for the quadratic one).
        dim: dimension d of the inputs, any positive integer (10**30 is no harder than 10**4).
        weight_decay: lambda >= 0; required by the estimators "erm" and "ridge", refused by "bayes".
        noise_variance: variance Delta >= 0 of the label noise.
        target: "raw" for sizes sqrt(d) i^-gamma, "unit" for the same rescaled to mean square 1.
        estimator: "erm" (the trained network), "bayes" (Bayes-optimal) or "ridge" (the linear baseline).
        width: number p of hidden units of the quadratic network, for "erm"; None for p >= d.

    Raises:
        InvalidProblem: a parameter is outside the theory.

    >>> problem = Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0.1, noise_variance=1)
    >>> problem.samples
    300
    >>> Problem("diagonal", gamma=0.4, samples=300, dim=1000, weight_decay=0.1)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    numerics.errors.InvalidProblem: gamma=0.4: must be a number > 1/2 ...
    """

    network: str
    gamma: Number
    samples: Number
    dim: int
    weight_decay: Number | None = None
    noise_variance: Number = 0
    target: str = "raw"
    estimator: str = "erm"
    width: int | None = None

    def __post_init__(self) -> None:
        _require_choice("network", self.network, tuple(NETWORKS))
        _require_choice("target", self.target, TARGETS)
        _require_choice("estimator", self.estimator, ESTIMATORS)
        _require(
            _is_number(self.gamma) and self.gamma > 0.5,
            ("gamma", self.gamma),
            "a number > 1/2 (the norm of the target is infinite otherwise)",
        )
        _require(_is_number(self.samples) and self.samples > 0, ("samples", self.samples), "a number > 0")
        _require(_is_count(self.dim), ("dim", self.dim), "a positive integer")
        _require(
            _is_number(self.noise_variance) and self.noise_variance >= 0,
            ("noise_variance", self.noise_variance),
            "a number >= 0",
        )
        _require_weight_decay(self.estimator, self.weight_decay)
        _require_width(self.network, self.estimator, self.width)

    @property
    def architecture(self) -> Network:
        """What is declared of the network, with its number of hidden units."""
        declared = NETWORKS[self.network]
        if self.width is None or self.width >= self.dim or declared.narrowed is None:
            return declared
        return declared.narrowed(self.width)

    @property
    def n_eff(self) -> Fraction:
        """Effective number of samples, exact: n for the diagonal network, n/d for the quadratic one."""
        return to_fraction(self.samples) / NETWORKS[self.network].sample_unit(self.dim)


def _require_weight_decay(estimator: str, weight_decay: Any) -> None:
    given = ("weight_decay", weight_decay)
    if estimator == "bayes":
        _require(weight_decay is None, given, 'None for estimator "bayes", which has no weight decay')
        return
    _require(
        weight_decay is not None and _is_number(weight_decay) and weight_decay >= 0,
        given,
        f'a number >= 0 for estimator "{estimator}"',
    )


def _require_width(network: str, estimator: str, width: Any) -> None:
    given = ("width", width)
    if NETWORKS[network].narrowed is None:
        _require(width is None, given, f'None for network "{network}", whose width is dim')
        return
    if estimator != "erm":
        _require(width is None, given, f'None for estimator "{estimator}", which has no hidden units')
        return
    _require(width is None or _is_count(width), given, "a positive integer, or None for width >= dim")


def _require_choice(parameter: str, value: Any, choices: tuple[str, ...]) -> None:
    _require(
        isinstance(value, str) and value in choices,
        (parameter, value),
        "one of " + ", ".join(f'"{choice}"' for choice in choices),
    )


def _require(condition: bool, given: tuple[str, Any], allowed: str) -> None:
    if not condition:
        parameter, value = given
        shown = str(value) if isinstance(value, mpmath.mpf) else repr(value)
        raise InvalidProblem(f"{parameter}={_shortened(shown)}: must be {allowed}")


def _shortened(text: str, length: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 3] + "..."


def _is_number(value: Any) -> bool:
    """A finite real number that converts to any precision: int, Fraction, float or mpf."""
    if isinstance(value, bool):
        return False
    if isinstance(value, Rational):
        return True
    return isinstance(value, float | mpmath.mpf) and bool(mpmath.isfinite(value))


def _is_count(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) > 0
