r"""The family of laws with which trained weights are compared: state evolution at an unknown decay gamma.

Trained on a power-law target with n samples in d dimensions at weight decay lambda, the weights have a law
with the parameters

    gamma, log delta, log kappa, log c,

c being the scale of the target over that of its normalisation.  One of the two state equations holds for any
noise in the labels (in the notation of `equations.state_equations`, with lambda and e per c = R/e),

    D(delta, kappa) = A - lambda/kappa,

and leaves two of them free, or three where the scale is unknown.  The other equation then determines the
noise variance, Delta = A delta^2 - e.  A known training loss adds the root mean square of the residuals,
delta lambda/kappa, so that the ratio

    delta/kappa = sqrt(2 (loss - lambda mean |w|)/(R/e))/lambda

is known too, of the training itself.  This is generalised cross-validation: R + Delta is the mean square of
the residuals over (1 - D/A)^2, D being that of the training.  It differs by nu from that of the law.  At the
same delta, log kappa of the law that is nearest to the training is then off by nu/(lambda/kappa - D_y), D_y
being the derivative of D by log kappa, and log(delta/kappa) is known up to the scatter of that
(`loss_likelihood`).  To set nu to 0 instead would amplify it at the interpolation threshold, where A - D is
small.

In order: `Setting`, `Point`, `point_at`, `on_family`, `loss_likelihood`, `loss_information`, `answers`,
`slopes_of`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from numerics.arithmetic.errors import NotConverged
from numerics.equations.state_equations import Scalars
from numerics.networks.network import NETWORKS, Network
from numerics.sums.target import Target

Array = NDArray[np.float64]

ACCURACY = 1e-6
"""Of the weights of a training, relative to the largest: below, they are 0, and no noise is told."""

STEEPEST = 10.0
"""Largest gamma considered: beyond it the second mode is a thousandth of the first."""

SETTLED = 1e-9
"""Of the threshold, relative."""

NAMES = (
    "gamma",
    "effective_noise",
    "threshold",
    "learned_modes",
    "excess_risk",
    "noise_variance",
    "test_error",
    "scale",
)
"""What `answers` returns, in order."""

_STEPS, _PATIENT = 100, 12
# of divided differences, where functions are right to 1e-11
_DIFFERENCE = 1e-4


@dataclass(frozen=True)
class Setting:
    """What is known beside the weights.

    Attributes:
        network: "diagonal" or "quadratic".
        samples, dim, weight_decay: n, d, lambda.
        target: normalisation of the target, "raw" or "unit"; None if its scale is to be inferred.
        ratio: delta/kappa of the training, where its loss is known.
    """

    network: str
    samples: float
    dim: int
    weight_decay: float
    target: str | None
    ratio: float | None = None

    @property
    def architecture(self) -> Network:
        """The declaration of the network."""
        return NETWORKS[self.network]

    @property
    def effective_samples(self) -> float:
        """n_eff: n for the diagonal network, n/d for the quadratic one."""
        return self.samples / self.architecture.sample_unit(self.dim)

    @property
    def capacity(self) -> float:
        """A of the state equations."""
        return self.architecture.risk_per_error * self.effective_samples / self.dim

    @property
    def decay(self) -> float:
        """Weight decay lambda of the state equations."""
        return self.weight_decay / self.architecture.risk_per_error

    @property
    def least_threshold(self) -> float:
        """Threshold kappa where no degree of freedom is used: it is never smaller."""
        return self.decay / self.capacity


@dataclass(frozen=True)
class Point:
    """A law of the family, or one next to it.

    Attributes:
        gamma, noise, threshold: the decay, delta, kappa.
        log_scale: logarithm of the scale over that of the normalisation.
        modes: the target.
        scalars: of the network there.
    """

    gamma: float
    noise: float
    threshold: float
    log_scale: float
    modes: Target
    scalars: Scalars

    @property
    def coordinates(self) -> Array:
        """gamma, log delta, log kappa, log c."""
        return np.array([self.gamma, math.log(self.noise), math.log(self.threshold), self.log_scale])

    @property
    def sizes(self) -> Array:
        """Sizes of all modes, shape (d,)."""
        return np.asarray(self.modes.size(np.arange(1.0, self.modes.dim + 1)))


def point_at(setting: Setting, coordinates: Array) -> Point:
    """The law at any gamma, log delta, log kappa, log c."""
    gamma, log_noise, log_threshold, log_scale = (float(x) for x in coordinates)
    modes = _modes(setting, gamma, log_scale)
    noise, threshold = math.exp(log_noise), math.exp(log_threshold)
    scalars = setting.architecture.scalars(noise, threshold, modes)
    return Point(gamma, noise, threshold, log_scale, modes, scalars)


def on_family(setting: Setting, free: Array, near: float | None = None, accuracy: float = SETTLED) -> Point:
    """The law at the free parameters: gamma, log delta, and log c if it is unknown.

    By Newton's method in log kappa, from ``near`` if given, in a bracket: A - D - lambda/kappa increases with
    kappa.  Its last step, below ``accuracy``, is to first order.

    Raises:
        NotConverged: the threshold was not found.

    >>> point = on_family(Setting("diagonal", 300, 400, 0.1, "raw"), np.array([1.25, 0.2]))
    >>> bool(abs(point.scalars.degrees_of_freedom - 0.75 + 0.1 / point.threshold) < 1e-8)
    True
    """
    gamma, *others = (float(x) for x in free)
    log_scale = others.pop() if setting.target is None else 0.0
    modes = _modes(setting, gamma, log_scale)
    noise = math.exp(others[0])
    low, high = math.log(setting.least_threshold), math.inf
    y = low if near is None else max(low, math.log(near))
    for number in range(_STEPS):
        scalars = setting.architecture.scalars(noise, math.exp(y), modes)
        assert scalars.slopes is not None
        by_threshold = float(scalars.slopes.freedom[1])
        shrinkage = setting.decay * math.exp(-y)
        excess = setting.capacity - float(scalars.degrees_of_freedom) - shrinkage
        slope = shrinkage - by_threshold
        low, high = (y, high) if excess < 0 else (low, y)
        step = -excess / slope if slope > 0 else math.inf
        if abs(step) < accuracy or high - low < SETTLED:
            step = step if abs(step) < accuracy else 0.0
            return Point(gamma, noise, math.exp(y + step), log_scale, modes, _moved(scalars, step))
        step = max(-2.0, min(2.0, step))
        if number > _PATIENT and high == math.inf:  # far below: ever longer steps
            step = 2.0 ** (number - _PATIENT)
        wanted = y + step
        y = wanted if low < wanted < high else (low + high) / 2
    raise NotConverged(f"no threshold found at gamma={gamma:.3g}, log delta={others[0]:.3g}")


def _moved(scalars: Scalars, step: float) -> Scalars:
    """To first order at log kappa larger by a small step."""
    assert scalars.slopes is not None
    return replace(
        scalars,
        threshold=scalars.threshold * math.exp(step),
        error=scalars.error + scalars.slopes.error[1] * step,
        degrees_of_freedom=scalars.degrees_of_freedom + scalars.slopes.freedom[1] * step,
        mean_size=scalars.mean_size - scalars.mass_above * scalars.threshold * step,
    )


def loss_likelihood(setting: Setting, point: Point, scatter: float) -> float:
    """Logarithm of the likelihood of the training loss, where it is known.

    Args:
        setting: with its ``ratio``.
        point: a law of the family.
        scatter: standard deviation of the degrees of freedom of one training.
    """
    if setting.ratio is None:
        return 0.0
    width = _loss_width(setting, point, scatter)
    off = math.log(point.noise / point.threshold / setting.ratio) / width
    return -off * off / 2 - math.log(width)


def loss_information(setting: Setting, point: Point, scatter: float) -> Array:
    """Its information of gamma, log delta, log kappa, log c, shape (4, 4)."""
    if setting.ratio is None:
        return np.zeros((4, 4))
    direction = np.array([0.0, 1.0, -1.0, 0.0]) / _loss_width(setting, point, scatter)
    return np.outer(direction, direction)


def _loss_width(setting: Setting, point: Point, scatter: float) -> float:
    """Standard deviation of log(delta/kappa) of a training from that of the law at the same delta."""
    assert point.scalars.slopes is not None
    slope = setting.decay / point.threshold - float(point.scalars.slopes.freedom[1])
    return max(scatter / slope, ACCURACY)


def _modes(setting: Setting, gamma: float, log_scale: float) -> Target:
    modes = Target.of(setting.dim, gamma, setting.target or "raw")
    if log_scale == 0:
        return modes
    return replace(modes, scale=modes.scale * math.exp(log_scale), normalisation=None)


def answers(setting: Setting, point: Point) -> Array:
    """What is to be inferred (`NAMES`), at a law.

    >>> setting = Setting("diagonal", 300, 400, 0.1, "raw")
    >>> values = dict(zip(NAMES, answers(setting, on_family(setting, np.array([1.25, 0.2])))))
    >>> bool(abs(values["excess_risk"] + values["noise_variance"] - values["test_error"]) < 1e-12)
    True
    """
    per_error = setting.architecture.risk_per_error
    risk = per_error * float(point.scalars.error)
    test_error = per_error * setting.capacity * point.noise**2
    learned, scale = float(point.scalars.learned_modes), float(point.modes.scale)
    return np.array(
        [point.gamma, point.noise, point.threshold, learned, risk, test_error - risk, test_error, scale]
    )


def slopes_of(function: Callable[[Array], Array], at: Array) -> Array:
    """Derivatives of a vector by a vector, shape (values, arguments), by central differences.

    >>> slopes_of(lambda x: x**2, np.array([1.0, 2.0])).round(6).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    steps = _DIFFERENCE * np.eye(len(at))
    return np.array([function(at + step) - function(at - step) for step in steps]).T / (2 * _DIFFERENCE)
