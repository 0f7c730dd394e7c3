r"""Do the laws across boundaries hold, and are the boundaries where they are said to be?

The law across a boundary (``asymptotics.boundaries``) holds on both sides of it and in between.  At a point
*on* the boundary (``places``) three things are compared.

* *The law.*  With x the variable of the law, of order one there, solutions at x = 1/2 or 2, in units of the
  window where the risk follows neither phase, are divided by the law.  On a geometric ladder of dimensions
  the ratios of risk, effective noise and threshold tend to 1; what is left are powers of d, or of 1/log d
  where the law says so, which `extrapolation` removes, with an error estimate.  A constant that is off by 1 %
  is a limit that is off by 1 %.
* *The place.*  On the boundary the variable grows like d^0, up to logarithms.  Off it by a step s of the
  exponent that leads across, it grows like d^(c s): the slope of its logarithm, between dimensions so large
  that nothing else is left of it, is how far the boundary is moved.
* *Both phases.*  Off the boundary by a step the law turns into the law of the risk of that phase: their ratio
  tends to 1.  The smaller the step the larger the dimensions at which it does; both are closed forms, so
  that the dimension is what it needs to be.

By hand, quadratic network, the boundary of III and VIb, where shrinkage, (lambda d/n_eff)^2, and noise, Delta
d/n_eff, exchange the lead.  The law is the sum of both, its variable x = lambda sqrt(d/(4 n_eff Delta)), of
order one where ell = (a - 1)/2.  At ell = (a - 1)/2 + s one term is d^(-2 s) of the other.

In this order: `boundary_checks`, `side_of` and `law_on`, `place_of`, `law_off`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import mpmath
from mpmath import mpf
from sympy import Integral, Rational, Sum

from asymptotics import Boundary, BoundaryLaw, Phase, PhaseDiagram
from asymptotics.algebra.regions import margin as margin_of
from asymptotics.boundaries.free_convolution import PathIntegral
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.lemmas.uniform_sums import ModeIntegral
from asymptotics.systems import system_of
from verify.checks.measured import Measured, Quantities, solved_at
from verify.checks.places import Place, place_on, values_beside, values_on, variable_at
from verify.extrapolation import Limit, limit_beyond_logarithms, limit_beyond_powers
from verify.ladder import dimensions

QUANTITIES = {"excess_risk": "risk", "effective_noise": "effective_noise", "threshold": "threshold"}
"""What the law across a boundary has, by the names of solutions."""

SHARES = (mpf(2), mpf(1) / 2)
"""Values of the variable at which solutions are compared; the first costs little anywhere."""

FAR = (4000, 8000)
"""Decades of the dimensions between which the variable is followed."""

NEARLY_NOTHING = mpf("1e-200")
"""A law that vanishes on one side is less than this of itself on the other."""

POINTS = {"quick": 1, "full": 10}
"""Points on each boundary."""

NOT_MEASURED = Limit(math.nan, math.inf)

NOWHERE = Limit(math.inf, 0.0)
"""The place of a boundary of which no point lies between the two regions."""


def boundary_checks(
    diagram: PhaseDiagram, *, effort: Literal["quick", "full"] = "quick", seed: int = 0
) -> Iterator[Measured]:
    """What is compared on and beside every boundary of a diagram that has a law.

    Args:
        diagram: of a network; of a system nothing is compared.
        effort: "quick", one point on each boundary and one side of it, or "full", ten points and both sides.
        seed: of the points drawn.

    Raises:
        NotConverged: when an equation could not be solved.
    """
    if system_of(diagram.model) is not None:
        return
    for boundary in diagram.boundaries:
        law = law_of(boundary)
        if law is None:
            continue
        for k in range(POINTS[effort]):
            place = place_on(diagram, boundary, seed=seed + k)
            if place is None:
                phases = "/".join(phase.name for phase in boundary.phases)
                yield Measured(phases, str(boundary.relation), "place", "boundary", {}, 0, 0.0, NOWHERE)
                break
            sides = SHARES if effort == "full" else _one_side(diagram, law, seed)
            for share in sides:
                yield from law_on(side_of(place, share), law)
            yield place_of(place, law)
            if effort == "full" or _is_explicit(law):  # else a number may take seconds
                yield from law_off(place, law)


def _is_explicit(law: BoundaryLaw) -> bool:
    """Whether the risk is a closed form in the physical variables."""
    return not law.unknowns and not law.risk.has(Sum, Integral, ModeIntegral, PathIntegral)


def law_of(boundary: Boundary) -> BoundaryLaw | None:
    """The law across a boundary; None where it is not derived."""
    try:
        law = boundary.law()
    except NotImplementedError:
        return None
    return law if isinstance(law, BoundaryLaw) else None


def _one_side(diagram: PhaseDiagram, law: BoundaryLaw, seed: int) -> Sequence[Any]:
    """The side of one comparison: any, but where integrals over all modes take half a minute below it."""
    return SHARES[:1] if _is_costly(law) else SHARES[seed % 2 : seed % 2 + 1]


def _is_costly(law: BoundaryLaw) -> bool:
    """Whether the law holds integrals over all modes."""
    parts = (law.risk, *(side for equation in law.equations for side in equation.args))
    return any(part.has(PathIntegral, ModeIntegral) for part in parts)


@dataclass(frozen=True)
class Side:
    """Solutions on the ladder of a place, where the variable of the law has one value.

    Attributes:
        place: on the boundary.
        points: the physical variables at each dimension.
        solutions: what gives quantities by name, at each dimension.
        opposite: the physical variables on the other side, at the first dimension.
    """

    place: Place
    points: tuple[Mapping[str, Any], ...]
    solutions: tuple[Quantities, ...]
    opposite: Mapping[str, Any]


def side_of(place: Place, share: Any) -> Side:
    """Solutions where the variable of the law has a value, in units of the end of a window.

    Args:
        place: on the boundary.
        share: the value.
    """
    points = tuple(values_beside(place, dim, share) for dim in place.dims)
    solutions = tuple(solved_at(place.diagram, values) for values in points)
    return Side(place, points, solutions, values_beside(place, place.dims[0], 1 / share))


def law_on(side: Side, law: BoundaryLaw) -> Iterator[Measured]:
    """Risk, effective noise and threshold over their laws.

    Args:
        side: solutions on one side of the boundary.
        law: that is compared; that of the boundary, or one that a hand has altered.
    """
    place = side.place
    try:
        laws = [law.solve(**values) for values in side.points]
    except (InvalidArgument, ArithmeticError):
        # a law has values all over its boundary, but perhaps not on one that a hand has altered
        yield _at(place, "excess_risk", 1.0, NOT_MEASURED)
        return
    for quantity, name in QUANTITIES.items():
        # what an estimator does not have, such as a threshold, is None; a law that is 0 is negligible
        measured = [of(quantity) for of in side.solutions]
        predicted = [numbers[name] for numbers in laws]
        if quantity == "excess_risk" and not any(measured):
            opposite = law.evaluate(**side.opposite)  # all of the target is recovered on this side alone
            yield _at(place, quantity, 0.0, Limit(float(predicted[0] > NEARLY_NOTHING * opposite), 0.0))
        elif all(measured) and all(predicted):
            ratios = [float(value / number) for value, number in zip(measured, predicted, strict=True)]
            yield _at(place, quantity, 1.0, limit_of(place.dims, ratios, is_logarithmic=law.logarithmic))


def limit_of(dims: Sequence[float], ratios: Sequence[float], *, is_logarithmic: bool) -> Limit:
    """The limit of ratios to a law, as sequences with what the law leaves out have one."""
    return limit_beyond_logarithms(dims, ratios) if is_logarithmic else limit_beyond_powers(ratios)


def place_of(place: Place, law: BoundaryLaw) -> Measured:
    """How fast the variable of the law grows on the boundary, which is not at all."""
    with mpmath.workdps(30):
        dims = [mpf(10) ** decades for decades in FAR]
        near, far = (mpmath.log(variable_at(law, values_on(place, dim))) for dim in dims)
        slope = (far - near) / (mpmath.log(dims[1]) - mpmath.log(dims[0]))
    return _at(place, "place", 0.0, Limit(float(slope), 0.0))


def law_off(place: Place, law: BoundaryLaw) -> Iterator[Measured]:
    """The law over that of the risk of either phase, off the boundary: as far as the other terms allow."""
    step = Fraction(min(place.gap, 1.0)).limit_denominator(40) / 4 or Fraction(1, 160)
    for off in (-step, step):
        phase = _phase_at(place, off)
        if phase is None:
            yield _at(place, "place", 1.0, Limit(0.0, 0.0))  # no phase of the boundary is there
            continue
        is_logarithmic = phase.risk.corrected is not None
        first, last = (100.0, 220.0) if is_logarithmic else (0.0, min(20 / float(step), 100.0))
        dims = dimensions(last, start=first, steps=8)
        points = [values_on(place, dim, off=off) for dim in dims]
        try:
            if phase.risk.expr == 0:
                other = law.evaluate(**values_on(place, dims[-1], off=-off))
                left = law.evaluate(**points[-1])
                yield _at(place, "beside", 0.0, Limit(float(left > NEARLY_NOTHING * other), 0.0))
                continue
            ratios = [
                float(law.evaluate(**values) / phase.risk.evaluate(corrected=True, **values))
                for values in points
            ]
        except (InvalidArgument, ArithmeticError):
            yield _at(place, "beside", 1.0, NOT_MEASURED)
            continue
        limit = limit_of(dims, ratios, is_logarithmic=is_logarithmic)
        yield _at(place, "beside", 1.0, limit)


def _phase_at(place: Place, off: Fraction) -> Phase | None:
    """That of the two phases of a boundary in whose region a point beside it lies."""
    crossing = place.boundary.relation.lhs
    at = {**place.point, crossing: place.point[crossing] + off}
    exactly = {symbol: Rational(x.numerator, x.denominator) for symbol, x in at.items()}
    for phase in place.boundary.phases:
        if all(margin_of(relation, exactly) > 0 for relation in phase.region.args):
            return phase
    return None


def _at(place: Place, quantity: str, predicted: float, limit: Limit) -> Measured:
    where = str(place.boundary.relation)
    return Measured(place.phases, where, quantity, "boundary", place.names, place.dims[-1], predicted, limit)
