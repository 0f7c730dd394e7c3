r"""The state equations in ball arithmetic, and the proof that a box holds a root of them.

Every number is a ball of python-flint's ``arb``: a midpoint, and a radius that every operation enlarges by
its rounding.  A network declares its scalar functions in balls, in two coordinates of its own (`Functions`).
From them follow the two residuals

    f_1 = A delta^2 - e - Delta/c,        f_2 = A - D - lambda/(c kappa),

their Jacobian f', and Krawczyk's operator (`numerics.certified`).  Balls have the precision that
`precision.flint_bits` sets.

In order: `NotProved`, `exact`, `to_pair`, `Functions`, `System`, `Equations`, `proved_root`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import flint
import mpmath

from numerics.equations.state_equations import Parameters

_NEWTON_STEPS = 60


class NotProved(ArithmeticError):
    """A condition on a whole box was not proved; with more bits it may be."""


Ball: TypeAlias = Any
Box: TypeAlias = tuple[Ball, Ball]


def exact(number: Fraction) -> Ball:
    """Ball of a rational number, as narrow as the precision allows.

    >>> bool(3 * exact(Fraction(1, 3)) == 1), (3 * exact(Fraction(1, 3))).contains(1)
    (False, True)
    """
    return flint.arb(flint.fmpq(number.numerator, number.denominator))


def to_pair(ball: Ball) -> tuple[mpmath.mpf, mpmath.mpf]:
    """Lower and upper end of a ball, rounded outwards to the working precision.

    >>> lower, upper = to_pair(exact(Fraction(1, 3)))
    >>> lower < mpmath.mpf(1) / 3 < upper, float(upper - lower) < 1e-15
    (True, True)
    """
    ends = []
    for end in (ball.lower(), ball.upper()):
        mantissa, exponent = end.mid().man_exp()
        ends.append(mpmath.mp.make_mpf(mpmath.libmp.from_man_exp(int(mantissa), int(exponent))))
    return ends[0], ends[1]


@dataclass(frozen=True)
class Functions:
    """A network's scalar functions on a box of its two coordinates.

    Attributes:
        noise2: delta^2.
        threshold: kappa.
        error: e.
        freedom: D.
        slopes: derivatives of these four with respect to the two coordinates, a pair each.
    """

    noise2: Ball
    threshold: Ball
    error: Ball
    freedom: Ball
    slopes: tuple[Box, Box, Box, Box]


@dataclass(frozen=True)
class System:
    """The scalar functions of a problem, in coordinates of the network's own.

    Attributes:
        functions: bits -> function of a box of the two coordinates -> `Functions`.
        start: the coordinates of an approximate solution.
    """

    functions: Callable[[int], Callable[[Box], Functions]]
    start: tuple[Fraction, Fraction]


@dataclass(frozen=True)
class Equations:
    """The state equations of one problem in ball arithmetic.

    Attributes:
        functions: box -> `Functions` on it.
        parameters: A, lambda/c and Delta/c.
    """

    functions: Callable[[Box], Functions]
    parameters: Parameters

    def residuals(self, at: Functions) -> tuple[Box, tuple[Box, Box]]:
        """The residuals and their Jacobian, row by row."""
        capacity, decay = exact(self.parameters.capacity), exact(self.parameters.weight_decay)
        force = decay / at.threshold
        values = (
            capacity * at.noise2 - at.error - exact(self.parameters.noise_variance),
            capacity - at.freedom - force,
        )
        noise2, threshold, error, freedom = at.slopes
        rows = (
            (capacity * noise2[0] - error[0], capacity * noise2[1] - error[1]),
            (
                force / at.threshold * threshold[0] - freedom[0],
                force / at.threshold * threshold[1] - freedom[1],
            ),
        )
        return values, rows


def proved_root(equations: Equations, start: tuple[Fraction, Fraction], bits: int) -> Box | None:
    """A box that holds exactly one root of the residuals, next to a first guess; None if that is not proved.

    To be called inside ``flint_bits(bits)``.
    """
    point = _newton_point(equations, start, bits)
    if point is None:
        return None
    values, rows = equations.residuals(equations.functions(point))
    inverse = _inverse_of_middle(rows)
    if inverse is None:
        return None
    step = _times(inverse, values)
    radii = tuple(flint.arb(2) ** (-bits // 2) * abs(y) for y in point)
    box = tuple(flint.arb(y.mid(), r.upper()) for y, r in zip(point, radii, strict=True))
    _, jacobian = equations.residuals(equations.functions((box[0], box[1])))
    image = []
    for i in range(2):
        side = point[i] - step[i]
        for j in range(2):
            product = inverse[i][0] * jacobian[0][j] + inverse[i][1] * jacobian[1][j]
            side = side + ((1 if i == j else 0) - product) * (box[j] - point[j])
        if not box[i].contains_interior(side):
            return None
        image.append(side)
    return image[0], image[1]


def _newton_point(equations: Equations, start: tuple[Fraction, Fraction], bits: int) -> Box | None:
    """A midpoint near the root, by Newton's method down to steps of rounding."""
    point = (exact(start[0]).mid(), exact(start[1]).mid())
    previous = None
    for _ in range(_NEWTON_STEPS):
        values, rows = equations.residuals(equations.functions(point))
        inverse = _inverse_of_middle(rows)
        if inverse is None:
            return None
        step = _times(inverse, (values[0].mid(), values[1].mid()))
        size = max((abs(s) / abs(y)).mid() for s, y in zip(step, point, strict=True))
        if not size < 1:
            return None
        point = ((point[0] - step[0]).mid(), (point[1] - step[1]).mid())
        if size < flint.arb(2) ** (-3 * bits // 4):
            return point
        if previous is not None and size > previous and size < flint.arb(2) ** (-bits // 2):
            return point
        previous = size
    return None


def _inverse_of_middle(rows: tuple[Box, Box]) -> tuple[Box, Box] | None:
    (a, b), (c, d) = ((left.mid(), right.mid()) for left, right in rows)
    determinant = (a * d - b * c).mid()
    if not (determinant != 0 and determinant.is_finite()):
        return None
    inverse = ((d / determinant, -b / determinant), (-c / determinant, a / determinant))
    return (inverse[0][0].mid(), inverse[0][1].mid()), (inverse[1][0].mid(), inverse[1][1].mid())


def _times(matrix: tuple[Box, Box], vector: Box) -> Box:
    return (
        matrix[0][0] * vector[0] + matrix[0][1] * vector[1],
        matrix[1][0] * vector[0] + matrix[1][1] * vector[1],
    )
