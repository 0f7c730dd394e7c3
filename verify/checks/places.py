r"""Points on the boundaries of a diagram, and the ladder of dimensions on which each is compared.

A boundary is a facet that two polyhedra of the space of exponents share.  Where its relation holds, one
coordinate, that which leads across it, is given by the others; at given parameters these fill a polyhedron of
one dimension less.  Its inequalities are those of either phase, but for the one that vanishes on the
boundary.  In it a point is drawn coordinate by coordinate, as inside a phase (``systems.points``).

What the law across a boundary neglects are the terms that do not balance there.  They are smaller by d^-mu,
with mu the least slack of the inequalities of both phases, but for those that vanish on the boundary.  A
ladder ends where these terms are small, or where `ladder` says that solutions end: so the distance to the
other boundaries sets the dimensions that are needed.

Where a parameter passes a value at which a sum changes its leading end, that parameter is the coordinate that
leads across; the other parameters, and all exponents, are drawn.

By hand, II and III of the quadratic network at gamma = 3/2: ell = a - gamma - 1/2 = a - 2, and the inequality
(a - 1)/2 < ell of III leaves a > 3.  At a = 4 it has the slack 1/2.

In this order: `Place`, `place_on`, `is_in_windows`, `points_on`, `beside`, `reach_of`, `values_on`,
`variable_at`, `values_beside`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
from hypothesis import assume
from hypothesis import strategies as st
from mpmath import mpf
from sympy import Expr, Interval, Rational, S, Symbol, cancel, lambdify, oo, together

from asymptotics import Boundary, BoundaryLaw, BoundaryType, Network, Phase, PhaseDiagram, symbols
from asymptotics.algebra.polyhedra import PARAMETERS
from asymptotics.expressions.checks import require
from asymptotics.expressions.point import at_working_precision, name_of
from asymptotics.lemmas.uniform_sums import evaluate
from asymptotics.systems import system_of
from verify.checks.measured import drawn
from verify.ladder import (
    LEAST_DEPTH,
    MANY_DIGITS,
    Cost,
    coordinates,
    dimensions,
    neglected,
    reach,
    reach_of_width,
)
from verify.limits import FIXED_NOISE, NOISE_WINDOW, OTHER_WINDOW, SAMPLES_WINDOW
from verify.strategies import Scale
from verify.systems.points import (
    DECADES_NEGLECTED,
    SHORTEST,
    Bound,
    axes,
    exponents_at,
    fraction,
    has_own_axes,
    holds_parameters,
    inside,
    last_decade,
    neglected_in,
    placed,
    point_type,
)

WINDOWS = {"a": SAMPLES_WINDOW, "ell": (Fraction(-4), Fraction(4)), "b": NOISE_WINDOW}
"""Where coordinates are drawn."""

WINDOWS_OF_PARAMETERS = {
    symbols.gamma: (Fraction(3, 4), Fraction(5, 2)),
    symbols.source: (Fraction(1, 8), Fraction(3, 2)),
    symbols.alpha: (Fraction(0), Fraction(2)),
    symbols.beta: (Fraction(0), Fraction(2)),
}
"""Where parameters are drawn: near the ends of their domains all that is neglected falls slowly."""

MARGIN = Fraction(1, 20)
"""Least slack of every inequality at a point."""

START = 2
"""Decimal exponent below a ladder."""

STEPS, FEW_STEPS, MANY_STEPS = 6, 5, 8
"""Dimensions on a ladder; fewer where a law is an integral over all modes, more where what is left is a
series in 1/log d, or, of a scaled width, several powers that fall slowly."""

HIGHEST, HIGHEST_WITH_EDGE = 100.0, 40.0
"""Decimal exponent at which a ladder ends; where the noise has an edge, modes next to it are summed."""

NEGLECTED, MODEST = 5.0, 12.0
"""Decades to which terms are neglected where the noise has an edge: a longer ladder costs more than it tells,
but for dimensions up to the second, where solutions cost little anywhere."""

SHALLOW = 3.25
"""Decades to which terms are neglected, too few for any verdict where these fall more slowly than 1/d."""

ENOUGH, ENOUGH_OF_SERIES = 8.0, 40.0
"""Decades to which terms are neglected beyond which no point is better than another; where what is left is a
series in 1/log d, which falls more slowly."""

FEW_MODES = replace(MANY_DIGITS, modes_of_bayes=3)
"""Elsewhere; the Bayes-optimal estimator integrates over modes one by one."""

ALL_LEARNED = Cost(modes=8, modes_amid_noise=8, modes_of_bayes=3)
"""Where all modes are learned: laws and solutions sum over each of them."""

_ASIDE = Fraction(1, 200)
"""How far on either side of its value a parameter is where its domains are asked about."""

_FEW_PARTS = 4
"""Where alpha or beta has so small a denominator poles of terms cancel, as of Gamma(1 - 1/(2 alpha)); at
1/6, 1/8, ... with terms that the law does not keep."""

_NOTHING = 1e-9
"""A power of d that is less vanishes on the boundary, up to rounding."""

Pairs = tuple[tuple[Symbol, Fraction], ...]


@dataclass(frozen=True)
class Place:
    """A point on a boundary, and the ladder there.

    Attributes:
        diagram, boundary: where it is.
        point: exact exponents and parameters, by symbol.
        gap: by how small a power of d the largest neglected term is smaller.
        dims: the ladder.
    """

    diagram: PhaseDiagram = field(repr=False)
    boundary: Boundary = field(repr=False)
    point: Mapping[Symbol, Fraction]
    gap: float
    dims: tuple[int, ...]

    @property
    def depth(self) -> float:
        """How many decades the largest neglected term lies below what is kept, at the end of the ladder."""
        return self.gap * math.log10(self.dims[-1])

    @property
    def is_at_parameter(self) -> bool:
        """Whether a parameter leads across, which no factor of a variable does."""
        return self.boundary.relation.lhs in PARAMETERS

    @property
    def is_shallow(self) -> bool:
        """Whether what the law neglects is still seen at the end of the ladder, and falls slowly."""
        return self.depth < LEAST_DEPTH or (self.depth < SHALLOW and self.gap < 1)

    @property
    def names(self) -> dict[str, Fraction]:
        """The point by the names that ``locate`` has for its coordinates."""
        return _named(self.point)

    def moved(self, off: Fraction | int) -> dict[Symbol, Fraction]:
        """The coordinate that leads across the boundary, off it by so much."""
        crossing = self.boundary.relation.lhs
        return {crossing: self.point[crossing] + off}

    @property
    def phases(self) -> str:
        """The names of the two phases."""
        return "/".join(phase.name for phase in self.boundary.phases)


def place_on(diagram: PhaseDiagram, boundary: Boundary, *, seed: int, tries: int = 24) -> Place | None:
    """A point of a boundary: of those drawn, one where the law neglects least at the end of the ladder.

    Args:
        diagram: of the boundary.
        boundary: whose law is compared.
        seed: of the points drawn.
        tries: how many are drawn.

    Returns:
        None where no point was found: the two regions share no facet there.

    >>> from asymptotics import phase_diagram, quadratic
    >>> diagram = phase_diagram(quadratic)
    >>> boundary = next(b for b in diagram.boundaries if [p.name for p in b.phases] == ["II", "III"])
    >>> place = place_on(diagram, boundary, seed=0)
    >>> place.names["ell"] == place.names["a"] - place.names["gamma"] - Fraction(1, 2)
    True
    """
    points = drawn(points_on(diagram, boundary), tries, seed)
    places = [_place(diagram, boundary, dict(point)) for point in points]
    enough = ENOUGH_OF_SERIES if _law_of(boundary).logarithmic else ENOUGH
    return max(places, key=lambda place: min(place.depth, enough), default=None)


def is_in_windows(diagram: PhaseDiagram, boundary: Boundary) -> bool:
    """Whether a boundary has parameters in the windows that points are drawn in."""
    _, parameters = _axes(diagram, boundary)
    ranges = (_range_of_parameter(boundary, parameter) for parameter in parameters)
    crossing, value = boundary.relation.args
    low, high = WINDOWS_OF_PARAMETERS.get(crossing, (-oo, oo))
    is_beside = not value.is_number or (bool(low < value) and bool(value < high))
    return is_beside and all(start < end for start, end in ranges)


def points_on(diagram: PhaseDiagram, boundary: Boundary) -> st.SearchStrategy[Pairs]:
    """Exact points strictly inside a boundary, as pairs of symbol and value: all but what leads across."""
    free, parameters = _axes(diagram, boundary)
    inequalities = _linear(_gaps(boundary), free, parameters)
    crossing = _linear((boundary.relation.rhs,), free, parameters)
    sides = [WINDOWS.get(c.name, OTHER_WINDOW) for c in free]

    @st.composite
    def points(draw: st.DrawFn) -> Pairs:
        held = list[Fraction]()
        for parameter in parameters:
            low, high = _range_of_parameter(boundary, parameter)
            assume(low < high)
            held.append(inside(draw, low, high))
        assume(_parameters_fit(boundary, dict(zip(parameters, held, strict=True))))
        bounds = inequalities(held)
        place = draw(placed(bounds, sides))
        assume(bool(free) or all(bound.constant > 0 for bound in bounds))
        ((slopes, constant),) = crossing(held)
        value = constant + sum((s * x for s, x in zip(slopes, place, strict=True)), Fraction(0))
        return (
            *zip(parameters, held, strict=True),
            *zip(free, place, strict=True),
            (boundary.relation.lhs, value),
        )

    return points()


def _axes(diagram: PhaseDiagram, boundary: Boundary) -> tuple[tuple[Symbol, ...], tuple[Symbol, ...]]:
    """Coordinates along a boundary, and parameters."""
    if has_own_axes(diagram):
        along, parameters = axes(diagram)
    else:
        along, parameters = boundary.phases[0].balance.scales.exponents, (symbols.gamma,)
    unfelt = {boundary.relation.lhs} | ({symbols.ell} if diagram.estimator == "bayes" else set())
    return tuple(c for c in along if c not in unfelt), tuple(p for p in parameters if p not in unfelt)


def _range_of_parameter(boundary: Boundary, parameter: Symbol) -> tuple[Fraction, Fraction]:
    """Where both phases have a parameter, within its window."""
    low, high = WINDOWS_OF_PARAMETERS[parameter]
    for phase in boundary.phases:
        start, end = phase.balance.domain[PARAMETERS.index(parameter)]
        low = max(low, fraction(start)) if start.is_finite else low
        high = min(high, fraction(end)) if end.is_finite else high
    return low, high


def _parameters_fit(boundary: Boundary, held: dict[Symbol, Fraction]) -> bool:
    """Whether both phases have these parameters; the one that leads across is a little on either side."""
    crossing, value = boundary.relation.args
    of_sums = [held[one] for one in (symbols.alpha, symbols.beta) if one in held]
    if any(x.denominator <= _FEW_PARTS or (1 / (2 * x)).denominator == 1 for x in of_sums if x):
        return False
    if crossing not in PARAMETERS:
        return all(holds_parameters(phase, held) for phase in boundary.phases)
    known = {symbol: Rational(x.numerator, x.denominator) for symbol, x in held.items()}
    middle = fraction(value.subs(known))
    sides = [held | {crossing: middle + step} for step in (-_ASIDE, _ASIDE)]
    return all(
        any(_is_in_domain(phase, at) and holds_parameters(phase, at) for at in sides)
        for phase in boundary.phases
    )


def _is_in_domain(phase: Phase, at: Mapping[Symbol, Fraction]) -> bool:
    intervals = ((x, *phase.balance.domain[PARAMETERS.index(symbol)]) for symbol, x in at.items())
    return all(
        bool(low < Rational(x.numerator, x.denominator)) and bool(Rational(x.numerator, x.denominator) < high)
        for x, low, high in intervals
    )


@cache
def _gaps(boundary: Boundary) -> tuple[Expr, ...]:
    """What is positive inside a boundary: the inequalities of both phases with a margin, and the window."""
    crossing, value = boundary.relation.args
    scales = boundary.phases[0].balance.scales
    gaps = [relation.gts - relation.lts for phase in boundary.phases for relation in phase.region.args]
    gaps += [scales.expression(form) for form in scales.window]
    # what has a pole on the boundary is as large as may be beside it
    on = [cancel(gap.subs(crossing, value)) for gap in gaps if not _has_pole(gap, crossing, value)]
    low, high = WINDOWS_OF_PARAMETERS.get(crossing) or WINDOWS.get(crossing.name, OTHER_WINDOW)
    margin = Rational(MARGIN.numerator, MARGIN.denominator)
    inner = [gap - margin for gap in on if gap != 0]
    return tuple(dict.fromkeys([*inner, value - Rational(str(low)), Rational(str(high)) - value]))


def _has_pole(form: Expr, crossing: Symbol, value: Expr) -> bool:
    """Whether the denominator of a form vanishes on the boundary."""
    return bool(cancel(together(form).as_numer_denom()[1].subs(crossing, value)) == 0)


@cache
def _linear(forms: tuple[Expr, ...], free: tuple[Symbol, ...], parameters: tuple[Symbol, ...]) -> Any:
    """Forms linear in coordinates as a function of the parameters, exact: a list of `Bound`."""
    rows = [[*(form.diff(c) for c in free), form.subs(dict.fromkeys(free, 0))] for form in forms]
    # quotients of polynomials with integer coefficients, which are exact at fractions
    quotients = [[together(entry).as_numer_denom() for entry in row] for row in rows]
    compiled = lambdify(parameters, quotients, "math")

    def bounds(held: Sequence[Fraction]) -> list[Bound]:
        numbers = [[Fraction(p) / Fraction(q) for p, q in row] for row in compiled(*held)]
        return [Bound(tuple(row[:-1]), row[-1]) for row in numbers]

    return bounds


def _place(diagram: PhaseDiagram, boundary: Boundary, point: dict[Symbol, Fraction]) -> Place:
    gap, end = _gap(diagram, boundary, point), _end(diagram, boundary, point)
    if _has_edge(diagram):
        end = min(end, max(NEGLECTED / max(gap, float(MARGIN)), MODEST))
    law = _law_of(boundary)
    steps = MANY_STEPS if law.logarithmic or diagram.width == "scaled" else STEPS
    steps = FEW_STEPS if law.type is BoundaryType.RECOVERY else steps
    return Place(diagram, boundary, point, gap, dimensions(end, start=min(START, end / 4), steps=steps))


@cache
def _law_of(boundary: Boundary) -> BoundaryLaw:
    return boundary.law()


def _gap(diagram: PhaseDiagram, boundary: Boundary, point: Mapping[Symbol, Fraction]) -> float:
    """By how small a power of d the largest neglected term is smaller."""
    if system_of(diagram.model) is not None:
        return _gap_of_system(diagram, boundary, point)
    balances = tuple(phase.balance for phase in boundary.phases)
    names, numbers = _compiled(neglected(balances, boundary.relation))
    least: float = min(numbers(*(float(point.get(name, 0)) for name in names)), default=1.0)
    if diagram.width == "scaled":  # sums over hidden units leave out one over their number
        least = min(least, float(point[symbols.rho]))
    return min(least, 2 * float(point[symbols.gamma]) - 1)


def _gap_of_system(diagram: PhaseDiagram, boundary: Boundary, point: Mapping[Symbol, Fraction]) -> float:
    """The same of a system, whose quantities hold terms that exchange the lead, and sums near a logarithm."""
    place = point_type(diagram)(**_named(point))

    def powers(forms: Sequence[Expr]) -> list[float]:
        numbers: list[float] = []
        for form in forms:
            with suppress(ZeroDivisionError):  # a pole on the boundary
                numbers += exponents_at(diagram, (form,), place)
        return numbers

    least = [1.0]
    for phase in boundary.phases:
        terms, sums, exchanges = neglected_in(phase)
        least += powers((*terms, *sums))
        for leading in exchanges:
            first, second, *_ = sorted([*powers(leading), -math.inf, -math.inf], reverse=True)
            least.append(first - second)
    return min(abs(x) for x in least if abs(x) > _NOTHING)


@cache
def _compiled(expressions: tuple[Expr, ...]) -> tuple[tuple[Symbol, ...], Any]:
    names = tuple(sorted({s for e in expressions for s in e.free_symbols}, key=str))
    renamed = {name: Symbol(f"x{k}") for k, name in enumerate(names)}
    return names, lambdify([*renamed.values()], [e.xreplace(renamed) for e in expressions], "math")


def _end(diagram: PhaseDiagram, boundary: Boundary, point: Mapping[Symbol, Fraction]) -> float:
    """The decimal exponent at which solutions, or the laws, end."""
    at = _named(point)
    if has_own_axes(diagram):
        place = point_type(diagram)(**at)
        if diagram.width == "scaled":
            if place.rho == 1:  # where units are as many as inputs they keep all of the noise, or none
                return min(last_decade(diagram, phase, place) for phase in boundary.phases)
            ends = (reach_of_width(diagram, phase, place, FEW_MODES) for phase in boundary.phases)
            return min(HIGHEST_WITH_EDGE, *ends)
        end = min(last_decade(diagram, phase, place) for phase in boundary.phases)
        return min(end, max(SHORTEST, DECADES_NEGLECTED / _gap(diagram, boundary, point)))
    cost = ALL_LEARNED if _law_of(boundary).type is BoundaryType.RECOVERY else FEW_MODES
    row = coordinates([Scale(*(at.get(name, Fraction(0)) for name in Scale._fields))])
    highest = HIGHEST_WITH_EDGE if _has_edge(diagram) else HIGHEST
    return min(float(reach(diagram, boundary.phases, row, cost)[0]), highest)


def beside(place: Place, off: Fraction | int) -> Place:
    """The point off a boundary by so much, with the ladder on which the law across it is compared there."""
    return _place(place.diagram, place.boundary, {**place.point, **place.moved(off)})


def reach_of(place: Place) -> float:
    """The decimal exponent at which solutions at a place end."""
    return _end(place.diagram, place.boundary, place.point)


def _has_edge(diagram: PhaseDiagram) -> bool:
    return isinstance(diagram.model, Network) and bool(diagram.model.noise.edge != oo)


def _named(point: Mapping[Symbol, Fraction]) -> dict[str, Fraction]:
    return {name_of(symbol): x for symbol, x in point.items()}


def values_on(place: Place, dim: int, *, off: Fraction | int = 0, factor: Any = 1) -> dict[str, Any]:
    """The physical variables at a place, off it by a power of the dimension and by a factor.

    Args:
        place: on a boundary.
        dim: the dimension.
        off: what the exponent that leads across the boundary is moved by.
        factor: of the power of d with that exponent.

    Returns:
        Values by the names that ``Law.evaluate`` has for them; real ones are `mpmath.mpf`.
    """
    crossing, d = place.boundary.relation.lhs, mpf(dim)
    at = {**place.point, **place.moved(off)}
    exactly = {symbol: Rational(x.numerator, x.denominator) for symbol, x in at.items()}
    values: dict[str, Any] = {"d": d}
    for symbol, growth in place.boundary.phases[0].balance.scales.growth:
        power, slope = growth.xreplace(exactly), growth.diff(crossing)
        # an estimator may not have the variable that a coordinate stands for
        exponent = mpf(int(power.p)) / int(power.q) if power.is_Rational else mpf(0)
        values[name_of(symbol)] = d**exponent * mpf(factor) ** float(slope)
    if place.diagram.noise == "fixed":
        values["noise_variance"] = mpf(FIXED_NOISE.numerator) / FIXED_NOISE.denominator
    if place.diagram.width == "scaled":  # units are whole
        values["width"] = max(mpf(1), mpmath.nint(values["width"]))
    return values | {name_of(symbol): x for symbol, x in at.items() if symbol in PARAMETERS}


def variable_at(law: BoundaryLaw, values: Mapping[str, Any]) -> Any:
    """The number of what is of order one at the boundary."""
    return _value(law.variable, values)


def _value(expression: Expr, values: Mapping[str, Any]) -> Any:
    """An expression in the physical variables and parameters."""
    names = {symbol: name_of(symbol) for symbol in expression.free_symbols}
    return evaluate(expression, {s: at_working_precision(n, values[n]) for s, n in names.items()})


def values_beside(place: Place, dim: int, share: Any) -> dict[str, Any]:
    """The physical variables where the variable of the law has a value, on the line across the boundary.

    Args:
        place: on a boundary.
        dim: the dimension.
        share: the value, in units of the end of the law's window where it has one.

    Raises:
        InvalidArgument: the variable has no such value, as of a law that a hand has altered.
    """
    law = place.boundary.law()
    on, off = (variable_at(law, values_on(place, dim, factor=factor)) for factor in (1, 2))
    unit = mpf(1)
    if law.window not in (S.EmptySet, Interval.open(0, oo)):
        unit = _value(law.window.end, values_on(place, dim))
    steps = mpmath.log(share * unit / on) / mpmath.log(off / on) if off != on else mpmath.nan
    require(mpmath.isfinite(steps), "variable", law.variable, "one that grows across the boundary")
    return values_on(place, dim, factor=2**steps)
