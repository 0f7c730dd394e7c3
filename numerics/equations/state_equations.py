r"""The two state equations of a trained network, for the effective noise delta and the threshold kappa.

A network enters with two scalar functions of delta and kappa: the error e of the estimate and its degrees of
freedom D.  With c = 1 for the diagonal network and c = 2 for the quadratic one (its weights are symmetric
matrices), and with the capacity A = c alpha, the equations of arXiv:2509.24882 are

    A delta^2 = e + Delta/c          the noise that the estimate sees is that of the labels plus its own error
    A = D + lambda/(c kappa)         each degree of freedom in use weakens the restoring force of weight decay

and the excess risk is R = c e.  (A = n/d and e = R for the diagonal network; A = 2 n/d^2 and e = E, the
matrix error, for the quadratic one.)

The unknowns are x = log delta and a coordinate y of the threshold which increases with kappa (`Coordinate`):
log(kappa/delta), or another one where D is so steep in kappa that the digits of kappa do not determine D.
The residuals are the logarithms of the ratios of both sides.  They are of order one in every phase, and at
d = 10^30.  At the interpolation threshold A equals D_0, the degrees of freedom of noise alone without a
threshold (1 and 1/2), and both equations become small differences.  There the networks provide the
complements D_0 - D and D_0 delta^2 - e (`Scalars`); D_0 - A is exact.

In this order: `Slopes`, `Scalars`, `Coordinate`, `by_ratio`, `by_angle`, `Parameters`, `StateEquations`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, TypeAlias, TypeVar

from numerics.arithmetic.precision import Arithmetic
from numerics.sums.explicit import AnyTarget

# Where A and D are both this close to D_0 slopes that are no differences have too few digits.
DEGENERATE = 1e-4

Value = TypeVar("Value")

# The unknowns x = log delta and y; or two residuals.
Pair: TypeAlias = tuple[Any, Any]
Matrix: TypeAlias = tuple[Pair, Pair]


@dataclass(frozen=True)
class Slopes:
    """Derivatives of the scalar functions with respect to two variables.

    Attributes:
        error: of e.
        freedom: of D.
        threshold: of log kappa.
    """

    error: Pair
    freedom: Pair
    threshold: Pair

    def along(self, first: Pair, second: Pair) -> Slopes:
        """Derivatives along two directions, each given by its components in the two variables."""

        def directional(pair: Pair) -> Pair:
            return (first[0] * pair[0] + first[1] * pair[1], second[0] * pair[0] + second[1] * pair[1])

        return Slopes(directional(self.error), directional(self.freedom), directional(self.threshold))


@dataclass(frozen=True)
class Scalars:
    """A network's scalar functions at one (delta, kappa), in the arithmetic of its target.

    Attributes:
        threshold: kappa.
        error: e >= 0, mean square error of the estimate per mode.
        degrees_of_freedom: D >= 0.
        mean_size: mean over the d modes of the absolute size of the trained weights (theta or eigenvalues).
        mass_above: fraction of the trained weights that are not 0.
        learned_modes: number of target modes above both noise and threshold; a real number.
        error_complement: D_0 delta^2 - e (`Coordinate`), or None where no better formula than the
            subtraction is known.
        freedom_complement: D_0 - D, likewise.
        slopes: derivatives with respect to log delta and log kappa, or, of a coordinate's scalars, to log
            delta and y; None where they are not known.
    """

    threshold: Any
    error: Any
    degrees_of_freedom: Any
    mean_size: Any
    mass_above: Any
    learned_modes: Any
    error_complement: Any = None
    freedom_complement: Any = None
    slopes: Slopes | None = None


ScalarFunctions: TypeAlias = Callable[[Any, Any, AnyTarget], Scalars]
Decomposition: TypeAlias = Callable[[Any, Any, AnyTarget], Mapping[str, Any]]


@dataclass(frozen=True)
class Coordinate:
    """A coordinate y of the threshold, and the scalar functions in terms of it.

    Attributes:
        scalars: (delta, y, target) -> `Scalars`, accurate to the target's arithmetic.
        approximation: the same to some ten per cent in float64; only kappa, e, D and the complements are
            used.
        decomposition: (delta, y, target) -> named parts of e, none negative, which sum to it: target below
            the threshold ("unlearned"), shrinkage and noise on what is learned ("learned"), noise taken for
            target ("overfitting").
        from_log_ratio: a rough value of log(kappa/delta) -> the y to begin a search at.
        interpolation: D_0, the degrees of freedom of noise alone without a threshold: the capacity at which
            noise is interpolated.
    """

    scalars: ScalarFunctions
    approximation: ScalarFunctions
    decomposition: Decomposition
    from_log_ratio: Callable[[float], float]
    interpolation: Fraction


def _coordinate(
    argument: Callable[[Any, Any, Arithmetic], Any],
    directions: Matrix,
    from_log_ratio: Callable[[float], float],
    scalars: ScalarFunctions,
    approximation: ScalarFunctions,
    decomposition: Decomposition,
    interpolation: Fraction,
) -> Coordinate:
    """A coordinate from functions of (delta, argument, target), the argument one of (delta, y, arithmetic).

    ``directions`` are those of log delta and of y, in the logarithms of the two arguments.
    """

    def in_y(function: Callable[[Any, Any, AnyTarget], Value]) -> Callable[[Any, Any, AnyTarget], Value]:
        return lambda noise, y, target: function(noise, argument(noise, y, target.arithmetic), target)

    def along(function: ScalarFunctions) -> ScalarFunctions:
        def scalars(noise: Any, y: Any, target: AnyTarget) -> Scalars:
            values = in_y(function)(noise, y, target)
            slopes = values.slopes
            return values if slopes is None else replace(values, slopes=slopes.along(*directions))

        return scalars

    return Coordinate(
        along(scalars), along(approximation), in_y(decomposition), from_log_ratio, interpolation
    )


def _angle_of(log_ratio: float) -> float:
    """-log(angle) where kappa = 2 delta cos(angle), of noise alone; at least 1, where small angles begin.

    A search may end outside the edge by its tolerance: there, that of a point as far inside.
    """
    distance = abs(math.exp(min(log_ratio, 1.0)) / 2 - 1)
    return 1.0 if distance == 0 else max(1.0, -math.log(math.acos(1 - distance)))


by_ratio = partial(
    _coordinate, lambda noise, y, arithmetic: noise * arithmetic.exp(y), ((1, 1), (0, 1)), float
)
"""The coordinate y = log(kappa/delta), from functions of (delta, kappa, target)."""

by_angle = partial(_coordinate, lambda noise, y, arithmetic: arithmetic.exp(-y), ((1, 0), (0, -1)), _angle_of)
"""The coordinate y = -log(angle) next to the edge of the bulk, from functions of (delta, angle, target)."""


@dataclass(frozen=True)
class Parameters:
    """The numbers of the two equations, exact.

    Attributes:
        capacity: A = c alpha.
        weight_decay: lambda/c.
        noise_variance: Delta/c.
    """

    capacity: Fraction
    weight_decay: Fraction
    noise_variance: Fraction


@dataclass(frozen=True, eq=False)
class StateEquations:
    """The two equations of one problem, in one coordinate of the threshold.

    They are used inside the ``working()`` context of the target's arithmetic.

    Attributes:
        coordinate: scalar functions of the network.
        target: its target, which carries the arithmetic.
        parameters: A, lambda/c and Delta/c.
        offset: what the residuals are measured from; 0 but for the known residuals of an approximation.
    """

    coordinate: Coordinate
    target: AnyTarget
    parameters: Parameters
    offset: Pair = (0, 0)

    @cached_property
    def _rounded(self) -> tuple[Any, Any, Any, Any]:
        """A, A - D_0, lambda/c and Delta/c, each rounded once."""
        exact = self.parameters
        excess, real = exact.capacity - self.coordinate.interpolation, self.target.arithmetic.real
        return real(exact.capacity), real(excess), real(exact.weight_decay), real(exact.noise_variance)

    def approximated(self) -> StateEquations:
        """The same equations to some ten per cent, in float64 and cheap."""
        coordinate = replace(self.coordinate, scalars=self.coordinate.approximation)
        return replace(self, coordinate=coordinate, target=self.target.in_double())

    def in_arithmetic(self, arithmetic: Arithmetic) -> StateEquations:
        """The same equations in another arithmetic; to be called in its context."""
        return replace(self, target=self.target.in_arithmetic(arithmetic))

    def scalars(self, x: Any, y: Any) -> Scalars:
        """The network's scalar functions at delta = exp(x) and the threshold at y."""
        return self.coordinate.scalars(self.target.arithmetic.exp(x), y, self.target)

    def residuals(self, x: Any, y: Any) -> Pair:
        """Logarithms of (e + Delta/c)/(A delta^2) and of (D + lambda/(c kappa))/A."""
        return self.residuals_of(x, self.scalars(x, y))

    def residuals_of(self, x: Any, scalars: Scalars) -> Pair:
        """The residuals, given the scalar functions at the same point."""
        arithmetic = self.target.arithmetic
        log, log1p = arithmetic.log, arithmetic.log1p
        capacity, excess, decay, labels = self._rounded
        noise = arithmetic.exp(x)
        noise2 = noise * noise
        force = decay / scalars.threshold
        # Where A is near D_0 and kappa below delta, D and e/delta^2 may be near D_0 too: the differences are
        # formed from the complements.
        by_complements = abs(excess) < self.coordinate.interpolation / 2 and scalars.threshold < noise
        if by_complements and scalars.error_complement is not None:
            surplus = excess * noise2 + scalars.error_complement
            first = log1p((labels - surplus) / (capacity * noise2))
        else:
            first = log((scalars.error + labels) / (capacity * noise2))
        if by_complements and scalars.freedom_complement is not None:
            second = log1p((force - excess - scalars.freedom_complement) / capacity)
        else:
            second = log((scalars.degrees_of_freedom + force) / capacity)
        return first - self.offset[0], second - self.offset[1]

    def jacobian(self, scalars: Scalars) -> Matrix | None:
        """Derivatives of the residuals in x and y, given the scalar functions and their slopes at a point.

        None if slopes are not known, or lost where both equations are small differences.
        """
        slopes, complement = scalars.slopes, scalars.freedom_complement
        _, excess, decay, labels = self._rounded
        if slopes is None or (complement is not None and max(abs(excess), abs(complement)) < DEGENERATE):
            return None
        error, force = scalars.error + labels, decay / scalars.threshold
        freedom = scalars.degrees_of_freedom + force
        return (
            (slopes.error[0] / error - 2, slopes.error[1] / error),
            (
                (slopes.freedom[0] - force * slopes.threshold[0]) / freedom,
                (slopes.freedom[1] - force * slopes.threshold[1]) / freedom,
            ),
        )
