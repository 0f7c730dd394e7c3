r"""Do the laws across boundaries hold, and are the boundaries where they are said to be?

The law across a boundary (``asymptotics.boundaries``) holds on both sides of it and in between.  At a point
*on* the boundary (``places``) four things are compared.

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
* *Close by.*  Inside a phase, a step off the boundary, a solution is compared with the law of the phase, at
  dimensions that the step needs; where no solution reaches them, with the law across the boundary.

What a ladder leaves undecided is compared on one with a dimension more between any two.

By hand, quadratic network, the boundary of III and VIb, where shrinkage, (lambda d/n_eff)^2, and noise, Delta
d/n_eff, exchange the lead.  The law is the sum of both, its variable x = lambda sqrt(d/(4 n_eff Delta)), of
order one where ell = (a - 1)/2.  At ell = (a - 1)/2 + s one term is d^(-2 s) of the other.

In this order: `boundary_checks`, `side_of`, `law_beside` and `law_on`, `place_of`, `law_off`, `law_close`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import mpmath
from mpmath import mpf
from sympy import Integral, Rational, Sum

from asymptotics import Boundary, BoundaryLaw, BoundaryType, Law, Phase, PhaseDiagram, symbols
from asymptotics.algebra.regions import margin as margin_of
from asymptotics.boundaries.free_convolution import PathIntegral
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.lemmas.uniform_sums import ModeIntegral
from asymptotics.systems import system_of
from verify import words
from verify.checks.measured import LeftOut, Measured, Quantities, in_turn, solved_at
from verify.checks.places import (
    Place,
    beside,
    is_in_windows,
    place_on,
    reach_of,
    values_beside,
    values_on,
    variable_at,
)
from verify.extrapolation import Limit, limit_beyond_logarithms, limit_beyond_powers
from verify.ladder import STEPS, between, dimensions, slowest_on
from verify.verdicts import verdict_of

QUANTITIES = {"excess_risk": "risk", "effective_noise": "effective_noise", "threshold": "threshold"}
"""What the law across a boundary has, by the names of solutions."""

SHARES = (mpf(9) / 4, mpf(1) / 2)
"""Values of the variable at which solutions are compared; the first costs little anywhere.  At 2 kappa may
lie just on the edge of the noise, 2 delta, which is neither side."""

FAR = (4000, 8000)
"""Decades of the dimensions between which the variable is followed."""

NEARLY_NOTHING = mpf("1e-200")
"""A law that vanishes on one side is less than this of itself on the other."""

FEW, SEEDS, FULL_POINTS = 2, 20, 3
"""Boundaries at one seed at quick effort; seeds that make all; points on each boundary at full effort."""

GONE, LEAST_GONE = 8.0, 4.0
"""Decades by which the term that balances on a boundary is smaller at the end of a ladder close to it, and
the least of them with which the law of the phase is compared."""

GONE_OFF, GONE_OF_INTEGRALS = 20.0, 6.0
"""The same of a ladder off it, on which both laws are closed forms; where the law across it is an integral
over all modes, which has no digits where the risk is less than 1e-8 of what it holds."""

_HALVINGS, _ON = 4, Fraction(0)

NOT_MEASURED = Limit(math.nan, math.inf)

NOWHERE = Limit(math.inf, 0.0)
"""The place of a boundary of which no point lies between the two regions."""


def boundary_checks(
    diagram: PhaseDiagram, *, effort: Literal["quick", "full"] = "quick", seed: int = 0
) -> Iterator[Measured | LeftOut]:
    """What is compared on and beside the boundaries of a diagram; those that are left out, with the reason.

    Args:
        diagram: whose model ``numerics`` solves.
        effort: "quick", one point on each of a few boundaries, which go round with the seed, and one side of
            it; or "full", several points on every one, both sides, and a point inside a phase close by.
        seed: of the points drawn.

    Raises:
        NotConverged: when an equation could not be solved.
    """
    count = len(diagram.boundaries)
    turn = range(count) if effort == "full" else in_turn(count, max(FEW, -(-count // SEEDS)), seed)
    for k, boundary in enumerate(diagram.boundaries):
        law = law_of(boundary) if k in turn else None
        if law is None or (effort == "quick" and _is_slow(diagram, law)):
            reason = words.ANOTHER_SEED if k not in turn else words.NO_LAW
            yield _left_out(boundary, reason if law is None else words.SLOW_BOUNDARY)
        elif effort == "full":
            yield from _in_full(diagram, boundary, law, seed)
        else:
            yield from _in_short(diagram, boundary, law, seed)


def _in_short(
    diagram: PhaseDiagram, boundary: Boundary, law: BoundaryLaw, seed: int
) -> Iterator[Measured | LeftOut]:
    """One point of a boundary, and one side of it."""
    place = place_on(diagram, boundary, seed=seed)
    if place is None:
        yield _nowhere(diagram, boundary)
        return
    if place.is_shallow:
        yield _left_out(boundary, words.SHALLOW_BOUNDARY)
        return
    (share,) = _one_side(law, seed)
    yield from law_beside(place, share, law)
    yield from place_of(place, law)
    if _is_explicit(law):  # else a number may take seconds
        yield from law_off(place, law)


def _in_full(
    diagram: PhaseDiagram, boundary: Boundary, law: BoundaryLaw, seed: int
) -> Iterator[Measured | LeftOut]:
    """Several points of a boundary, both sides of it, and points inside of the phases."""
    for k in range(FULL_POINTS):
        place = place_on(diagram, boundary, seed=seed + k)
        if place is None:
            yield _nowhere(diagram, boundary)
            return
        if place.is_shallow:
            yield _left_out(boundary, words.SHALLOW_BOUNDARY)
            continue
        for share in SHARES[:1] if place.is_at_parameter else SHARES:
            yield from law_beside(place, share, law)
        yield from place_of(place, law)
        # off the boundary the sums of an equation are over ever more modes: one side would take hours
        if _is_explicit(law) or (k == 0 and not _has_sums_in_equations(law)):
            yield from law_off(place, law)
        if k == 0:
            yield from law_close(place, law, seed)


def _nowhere(diagram: PhaseDiagram, boundary: Boundary) -> Measured | LeftOut:
    """No point was found: the two phases do not meet there, unless they do beyond the windows."""
    if not is_in_windows(diagram, boundary):
        return _left_out(boundary, words.BEYOND_WINDOWS)
    where = str(boundary.relation)
    return Measured(_names(boundary), where, "place", "boundary", {}, 0, 0.0, NOWHERE)


def _left_out(boundary: Boundary, reason: str) -> LeftOut:
    return LeftOut(_names(boundary), str(boundary.relation), "excess_risk", "boundary", reason)


def _names(boundary: Boundary) -> str:
    return "/".join(phase.name for phase in boundary.phases)


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


def _one_side(law: BoundaryLaw, seed: int) -> Sequence[Any]:
    """The side of one comparison: any, but where integrals over all modes take half a minute below it."""
    return SHARES[:1] if _is_costly(law) else SHARES[seed % 2 : seed % 2 + 1]


def _is_costly(law: BoundaryLaw) -> bool:
    """Whether the law holds integrals over all modes."""
    parts = (law.risk, *(side for equation in law.equations for side in equation.args))
    return any(part.has(PathIntegral, ModeIntegral) for part in parts)


def _has_sums_in_equations(law: BoundaryLaw) -> bool:
    """Whether the equations for its unknowns hold sums over modes."""
    return any(equation.has(Sum) for equation in law.equations)


def _is_slow(diagram: PhaseDiagram, law: BoundaryLaw) -> bool:
    """Whether one comparison takes more than quick effort has: integrals over modes, or sums in equations."""
    system = system_of(diagram.model)
    has_source = system is not None and symbols.source in system.parameters
    is_summed = law.type is BoundaryType.ONSET and _has_sums_in_equations(law) and has_source
    return is_summed or (_is_costly(law) and diagram.model.name != "diagonal")


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
    if place.is_at_parameter:
        points = tuple(values_on(place, dim) for dim in place.dims)
        opposite = points[0]
    else:
        points = tuple(values_beside(place, dim, share) for dim in place.dims)
        opposite = values_beside(place, place.dims[0], 1 / share)
    solutions = tuple(solved_at(place.diagram, values) for values in points)
    return Side(place, points, solutions, opposite)


def law_beside(place: Place, share: Any, law: BoundaryLaw) -> Iterator[Measured]:
    """What is compared where the variable of the law has a value.

    Args:
        place: on the boundary.
        share: the value, in units of the end of a window.
        law: that is compared.
    """

    def on(dims: tuple[int, ...]) -> Iterator[Measured]:
        return law_on(side_of(replace(place, dims=dims), share), law)

    try:
        yield from _decided(on, place.dims)
    except InvalidArgument:  # it has none on a boundary that a hand has altered
        yield _at(place, "excess_risk", 1.0, NOT_MEASURED)


def _decided(
    measured_on: Callable[[tuple[int, ...]], Iterable[Measured]], dims: tuple[int, ...]
) -> list[Measured]:
    """What is measured on a ladder; if any of it is undecided, on one with more dimensions in between."""
    numbers = list(measured_on(dims))
    if all(verdict_of(one.kind, one.predicted, *one.limit) != "undecided" for one in numbers):
        return numbers
    return list(measured_on(between(dims)))


def law_on(side: Side, law: BoundaryLaw) -> Iterator[Measured]:
    """Risk, effective noise and threshold over their laws.

    Args:
        side: solutions on one side of the boundary.
        law: that is compared; that of the boundary, or one that a hand has altered.
    """
    place, names = side.place, {**QUANTITIES, **{name: name for name, _ in law.others}}
    try:
        laws = [law.solve(**values) for values in side.points]
    except (InvalidArgument, ArithmeticError):
        # a law has values all over its boundary, but perhaps not on one that a hand has altered
        yield _at(place, "excess_risk", 1.0, NOT_MEASURED)
        return
    for quantity, name in names.items():
        # what an estimator does not have, such as a threshold, is None; a law that is 0 is negligible
        measured = [of(quantity) for of in side.solutions]
        predicted = [numbers[name] for numbers in laws]
        if quantity == "excess_risk" and not any(measured):
            opposite = law.evaluate(**side.opposite)  # all of the target is recovered on this side alone
            yield _at(place, quantity, 0.0, Limit(float(predicted[0] > NEARLY_NOTHING * opposite), 0.0))
        elif all(measured) and all(predicted):
            ratios = [float(value / number) for value, number in zip(measured, predicted, strict=True)]
            slowest = slowest_on(place.dims, place.gap)
            limit = limit_of(place.dims, ratios, is_logarithmic=law.logarithmic, slowest=slowest)
            yield _at(place, quantity, 1.0, limit)


def limit_of(
    dims: Sequence[float], ratios: Sequence[float], *, is_logarithmic: bool, slowest: float = 1.0
) -> Limit:
    """The limit of ratios to a law, as sequences with what the law leaves out have one."""
    if is_logarithmic:
        return limit_beyond_logarithms(dims, ratios)
    return limit_beyond_powers(ratios, slowest=slowest)


def place_of(place: Place, law: BoundaryLaw) -> Iterator[Measured]:
    """How fast the variable of the law grows on the boundary, which is not at all.

    Nothing is compared where it does not grow off the boundary either: the law is the same on both sides.
    """
    if _growth(place, law, Fraction(1, 10)) != 0:
        yield _at(place, "place", 0.0, Limit(_growth(place, law), 0.0))


def _growth(place: Place, law: BoundaryLaw, off: Fraction = _ON) -> float:
    """The power of d by which the variable of the law grows."""
    with mpmath.workdps(30):
        dims = [mpf(10) ** decades for decades in FAR]
        near, far = (mpmath.log(variable_at(law, values_on(place, dim, off=off))) for dim in dims)
        return float((far - near) / (mpmath.log(dims[1]) - mpmath.log(dims[0])))


def law_off(place: Place, law: BoundaryLaw) -> Iterator[Measured]:
    """The law over that of the risk of either phase, off the boundary: as far as the other terms allow."""
    step = _step(place)
    for off in (-step, step):
        phase = _phase_at(place, off)
        if phase is None:
            yield _at(place, "place", 1.0, Limit(0.0, 0.0))  # no phase of the boundary is there
            continue
        try:
            yield from _off(place, law, phase, off)
        except (InvalidArgument, ArithmeticError):
            yield _at(place, "beside", 1.0, NOT_MEASURED)


def _off(place: Place, law: BoundaryLaw, phase: Phase, off: Fraction) -> Sequence[Measured]:
    """The law across a boundary over that of the risk of a phase, off it by a power of d."""
    is_logarithmic = phase.risk.corrected is not None
    gone = GONE_OF_INTEGRALS if _is_costly(law) else GONE_OFF
    first, last = (100.0, 220.0) if is_logarithmic else (0.0, min(gone / abs(float(off)), 100.0))
    dims = dimensions(last, start=first, steps=8)
    if phase.risk.expr == 0:
        there, opposite = (law.evaluate(**values_on(place, dims[-1], off=x)) for x in (off, -off))
        return [_at(place, "beside", 0.0, Limit(float(there > NEARLY_NOTHING * opposite), 0.0))]

    def on(dims: tuple[int, ...]) -> Iterator[Measured]:
        points = [values_on(place, dim, off=off) for dim in dims]
        ratios = [
            float(law.evaluate(**values) / phase.risk.evaluate(corrected=True, **values)) for values in points
        ]
        yield _at(place, "beside", 1.0, limit_of(dims, ratios, is_logarithmic=is_logarithmic))

    return _decided(on, dims)


def _step(place: Place) -> Fraction:
    """How far off the boundary its law is compared: a quarter of what the other terms leave, or less.

    It is halved until both phases hold there, as they may not where a boundary of theirs is a curve.
    """
    step = Fraction(min(place.gap, 1.0)).limit_denominator(40) / 4 or Fraction(1, 160)
    for k in range(_HALVINGS):
        halved: Fraction = step / 2**k
        if None not in (_phase_at(place, halved), _phase_at(place, -halved)):
            return halved
    return step


def law_close(place: Place, law: BoundaryLaw, seed: int) -> Iterator[Measured | LeftOut]:
    r"""A solution inside a phase, close to the boundary, over the law of the phase.

    At a step s from the boundary the term that balances on it is smaller by d^(-c s), with d^(c s) the growth
    of the variable: the ladder ends where that is ``GONE`` decades.  Where no solution reaches half of them,
    or what is left of the law of the phase falls like 1/log d, the law across the boundary, which holds both
    terms, takes its place, on the ladder of that law.

    Args:
        place: on the boundary.
        law: that is compared.
        seed: on which side.
    """
    sign, step = (1 if seed % 2 else -1), _step(place)
    off = sign * (2 * step if _phase_at(place, 2 * sign * step) else step)
    phase, rate = _phase_at(place, off), abs(_growth(place, law, off))
    if phase is None or phase.risk.expr == 0:  # what is missing, or nothing, is compared off the boundary
        yield _left_out(place.boundary, words.NOTHING_CLOSE)
        return
    moved = beside(place, off)
    reached = reach_of(moved)
    own = rate * reached >= LEAST_GONE and phase.risk.corrected is None
    expected: BoundaryLaw | Law = phase.risk if own else law
    is_logarithmic = law.logarithmic and not own
    # the law across the boundary holds the term that balances there, which need not be gone
    dims = dimensions(min(GONE / rate, reached), steps=STEPS) if own else moved.dims

    def on(dims: tuple[int, ...]) -> Iterator[Measured]:
        points = [values_on(moved, dim) for dim in dims]
        try:
            laws = [expected.evaluate(**values) for values in points]
        except (InvalidArgument, ArithmeticError):
            yield _at(place, "close", 1.0, NOT_MEASURED)
            return
        solutions = [solved_at(place.diagram, values)("excess_risk") for values in points]
        ratios = [float(value / number) for value, number in zip(solutions, laws, strict=True)]
        at_end = replace(moved, dims=dims)
        yield _at(at_end, "close", 1.0, limit_of(dims, ratios, is_logarithmic=is_logarithmic))

    yield from _decided(on, dims)


def _phase_at(place: Place, off: Fraction) -> Phase | None:
    """That of the two phases of a boundary in whose region a point beside it lies."""
    at = {**place.point, **place.moved(off)}
    exactly = {symbol: Rational(x.numerator, x.denominator) for symbol, x in at.items()}
    for phase in place.boundary.phases:
        if all(margin_of(relation, exactly) > 0 for relation in phase.region.args):
            return phase
    return None


def _at(place: Place, quantity: str, predicted: float, limit: Limit) -> Measured:
    where = str(place.boundary.relation)
    return Measured(place.phases, where, quantity, "boundary", place.names, place.dims[-1], predicted, limit)
