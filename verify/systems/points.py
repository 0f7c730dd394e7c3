r"""Points inside the phases of a system, and the ladder of dimensions on which it is solved there.

The same serves a network of scaled width, which has a coordinate more than networks usually have.

The coordinates are those in which the system's variables scale, such as a, rho and ell; the parameters gamma
and, where it has one, the source exponent r.  At given parameters a phase is a polyhedron.  A point in it is
drawn one coordinate after the other: Fourier and Motzkin's elimination of all later ones leaves the interval
in which the next one lies.  By hand, for 0 < y < x < 1: eliminating y leaves 0 < x < 1; at x = 1/2 what is
left of y is 0 < y < 1/2.

In this order: `has_own_axes`, `axes`, `point_type`, `points_of`, `holds_parameters`, `placed`,
`exponents_at`, `slack`, `slack_of_law`, `neglected_in`, `last_decade`, `values_at`.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from itertools import product
from typing import Any, NamedTuple, TypeAlias

from hypothesis import assume
from hypothesis import strategies as st
from sympy import Expr, Max, Piecewise, Poly, Pow, Rational, Symbol, cancel, expand, lambdify, pi, sin, zeta
from sympy import fraction as numerator_and_denominator
from sympy import gamma as gamma_function
from sympy.core.relational import Relational

from asymptotics import Law, Phase, PhaseDiagram, symbols
from asymptotics.algebra.monomials import Noise
from asymptotics.algebra.polyhedra import PARAMETERS
from asymptotics.expressions.point import name_of
from asymptotics.systems import System, system_of
from asymptotics.systems.system import scales_of
from verify.limits import FIXED_NOISE, OTHER_WINDOW, PARAMETER_WINDOWS

Interval: TypeAlias = tuple[Fraction, Fraction]

Axes: TypeAlias = tuple[tuple[Symbol, ...], tuple[Symbol, ...]]
"""Coordinates and parameters."""

RationalFunction: TypeAlias = Callable[..., Fraction]

DECADES_OF_VARIABLES = 150
"""Of each variable at the end of a ladder."""

DECADES_OF_UNKNOWNS = 60
"""Of each unknown: sums over infinitely many modes reach ten further in float64; beyond they take digits."""

_DIGITS_OF_ROOTS = 30
"""Of what is no rational number, such as the sqrt(3) at which two phases of a system meet."""

DECADES_OF_QUANTITIES = 240
"""Of each quantity: what it is a sum of are numbers of float64."""

DECADES_NEGLECTED, SHORTEST = 20, 24
"""Where all that is neglected is so many decades smaller a ladder ends, if it is so many decades long."""


_STEPS = st.integers(-31, 31)
"""Of the middle of an interval, in 64ths of it."""


class Bound(NamedTuple):
    """``slopes . coordinates + constant > 0``."""

    slopes: tuple[Fraction, ...]
    constant: Fraction


def _system(diagram: PhaseDiagram) -> System:
    system = system_of(diagram.model)
    assert system is not None
    return system


def has_own_axes(diagram: PhaseDiagram) -> bool:
    """Whether a diagram has other coordinates than a, ell and b: that of a system, or of a scaled width."""
    return system_of(diagram.model) is not None or diagram.width == "scaled"


def axes(diagram: PhaseDiagram) -> Axes:
    """Coordinates and parameters on which a diagram depends."""
    if diagram.width == "scaled":
        return diagram.phases[0].balance.scales.exponents, (symbols.gamma,)
    if not has_own_axes(diagram):
        return (symbols.a, symbols.ell, symbols.b), (symbols.gamma,)
    return _axes(_system(diagram), diagram.noise)


# by the system, whose hash is quick: that of a diagram goes through all of its laws
@cache
def _axes(system: System, noise: Noise) -> Axes:
    return scales_of(system, noise).exponents, system.parameters


@cache
def _names(coordinates: tuple[Symbol, ...], parameters: tuple[Symbol, ...]) -> Any:
    names = [symbol.name for symbol in coordinates]
    names += map(name_of, parameters)
    return namedtuple("SystemScale", names)


def point_type(diagram: PhaseDiagram) -> Any:
    """The named tuple of exact coordinates and parameters of a system's diagram, as ``locate`` takes them."""
    coordinates, parameters = axes(diagram)
    return _names(coordinates, parameters)


def points_of(
    diagram: PhaseDiagram,
    phases: Sequence[Phase],
    gammas: st.SearchStrategy[Fraction] | None,
    margin: Fraction,
    windows: Mapping[str, Interval],
) -> st.SearchStrategy[Any]:
    """Exact points strictly inside one of the phases.

    Args:
        diagram: of a system.
        phases: of the diagram.
        gammas: strategy for gamma; None for all of the system's domain up to 3.
        margin: least slack of every inequality.
        windows: intervals of coordinates and parameters by name, where they are not the usual ones.
    """
    coordinates, parameters = axes(diagram)
    shape = point_type(diagram)
    sides = [windows.get(c.name, OTHER_WINDOW) for c in coordinates]

    @st.composite
    def points(draw: st.DrawFn) -> Any:
        phase = draw(st.sampled_from(phases))
        at = {}
        for parameter in parameters:
            low, high = _range_of_parameter(phase, parameter, windows)
            assume(low < high)
            is_given = gammas is not None and parameter == symbols.gamma
            at[parameter] = draw(gammas) if is_given else inside(draw, low, high)  # type: ignore[arg-type]
            assume(low < at[parameter] < high)
        assume(holds_parameters(phase, at))
        place = draw(placed(_bounds(phase, coordinates, at, margin), sides))
        return shape(*place, *at.values())

    return points()


def _range_of_parameter(phase: Phase, parameter: Symbol, windows: Mapping[str, Interval]) -> Interval:
    """Where a parameter may lie: its domain and its window."""
    name = name_of(parameter)
    low, high = windows.get(name, PARAMETER_WINDOWS[name])
    start, end = phase.balance.domain[PARAMETERS.index(parameter)]
    low = max(low, fraction(start)) if start.is_finite else low
    high = min(high, fraction(end)) if end.is_finite else high
    return low, high


def holds_parameters(phase: Phase, at: Mapping[Symbol, Fraction]) -> bool:
    """Whether parameters lie in a domain with curved sides, and where every law has one piece."""
    sides, cuts = _sides_and_cuts(phase, tuple(at))
    here = tuple(at.values())
    return all(side(*here) > 0 for side in sides) and all(cut(*here) != 0 for cut in cuts)


@cache
def _sides_and_cuts(
    phase: Phase, parameters: tuple[Symbol, ...]
) -> tuple[list[RationalFunction], list[RationalFunction]]:
    sides = getattr(phase.balance.domain, "positive", ())
    return [exactly(side, parameters) for side in sides], [exactly(cut, parameters) for cut in _cuts(phase)]


@cache
def _cuts(phase: Phase) -> tuple[Expr, ...]:
    """What vanishes where a law changes its piece."""
    pieces = {piece for law in phase.laws.values() for piece in law.exponent.atoms(Piecewise)}
    relations = {relation for piece in pieces for relation in piece.atoms(Relational)}
    return tuple(relation.gts - relation.lts for relation in sorted(relations, key=str))


def inside(draw: st.DrawFn, low: Fraction, high: Fraction) -> Fraction:
    """A fraction drawn strictly inside the interval; it shrinks towards the middle."""
    return low + (high - low) * Fraction(32 + draw(_STEPS), 64)


@st.composite
def placed(draw: st.DrawFn, bounds: Sequence[Bound], sides: Sequence[Interval]) -> list[Fraction]:
    """Coordinates at which all bounds hold, each within its side, one after the other."""
    place = list[Fraction]()
    for side, shadow in zip(sides, shadows(tuple(bounds), tuple(sides)), strict=True):
        low, high = range_of(shadow, place, side)
        assume(low < high)  # a phase, or its deep interior, may close at some parameters
        place.append(inside(draw, low, high))
    return place


def _bounds(
    phase: Phase, coordinates: tuple[Symbol, ...], at: Mapping[Symbol, Fraction], margin: Fraction
) -> list[Bound]:
    """The region of a phase at given parameters, each inequality with the margin as slack."""
    here = tuple(at.values())
    return [
        # regions may be narrow in alpha and beta
        Bound(tuple(slope(*here) for slope in slopes), constant(*here) - (margin / 4 if narrow else margin))
        for slopes, constant, narrow in _forms(phase, coordinates, tuple(at))
    ]


@cache
def _forms(
    phase: Phase, coordinates: tuple[Symbol, ...], parameters: tuple[Symbol, ...]
) -> list[tuple[tuple[RationalFunction, ...], RationalFunction, bool]]:
    """Slopes and constant of every inequality of a region, and whether it holds alpha and beta alone."""
    scales = phase.balance.scales
    gaps = [relation.gts - relation.lts for relation in phase.region.args]
    gaps += [scales.expression(form) for form in scales.window]
    alone = {symbols.alpha, symbols.beta}
    return [(*in_coordinates(gap, coordinates, parameters), gap.free_symbols <= alone) for gap in gaps]


def in_coordinates(
    gap: Expr, coordinates: tuple[Symbol, ...], parameters: tuple[Symbol, ...]
) -> tuple[tuple[RationalFunction, ...], RationalFunction]:
    """Slopes and constant of what is linear in coordinates, as functions of the parameters."""
    slopes = tuple(exactly(gap.diff(c), parameters) for c in coordinates)
    return slopes, exactly(gap.subs(dict.fromkeys(coordinates, 0)), parameters)


def exactly(expression: Expr, parameters: tuple[Symbol, ...]) -> RationalFunction:
    """A rational function of parameters as a function of fractions; SymPy takes a millisecond to substitute.

    >>> from asymptotics.symbols import gamma
    >>> exactly(1 + 1 / (2 * gamma), (gamma,))(Fraction(3, 2))
    Fraction(4, 3)
    """
    if not expression.free_symbols:  # as most slopes
        number = fraction(expression)
        return lambda *at: number
    above, below = (
        [(powers, fraction(number)) for powers, number in Poly(part, *parameters).terms()]
        for part in numerator_and_denominator(cancel(expression))
    )

    def value(*at: Fraction) -> Fraction:
        return _polynomial(above, at) / _polynomial(below, at)

    return value


def _polynomial(terms: Sequence[tuple[tuple[int, ...], Fraction]], at: Sequence[Fraction]) -> Fraction:
    return sum(
        (
            math.prod((x**k for x, k in zip(at, powers, strict=True)), start=number)
            for powers, number in terms
        ),
        Fraction(0),
    )


def fraction(value: Expr) -> Fraction:
    """A number of SymPy as a rational one of Python; of a root the first digits."""
    number = Rational(value if value.is_Rational else str(value.evalf(_DIGITS_OF_ROOTS)))
    return Fraction(int(number.p), int(number.q))


# at one decay all points have the same bounds
@lru_cache(maxsize=256)
def shadows(bounds: tuple[Bound, ...], sides: tuple[Interval, ...]) -> tuple[tuple[Bound, ...], ...]:
    """What bounds leave to the first coordinate, to the first two, and so on: all later ones eliminated."""
    if len(sides) < 2:
        return (bounds,) * len(sides)
    last, (low, high) = len(sides) - 1, sides[-1]
    unit = tuple(Fraction(int(k == last)) for k in range(last + 1))
    boxed = (*bounds, Bound(unit, -low), Bound(tuple(-x for x in unit), high))
    shadow = [Bound(b.slopes[:last], b.constant) for b in boxed if b.slopes[last] == 0]
    lower = [b for b in boxed if b.slopes[last] > 0]
    upper = [b for b in boxed if b.slopes[last] < 0]
    for one, other in product(lower, upper):
        p, q = 1 / one.slopes[last], -1 / other.slopes[last]
        slopes = tuple(p * x + q * y for x, y in zip(one.slopes[:last], other.slopes[:last], strict=True))
        shadow.append(Bound(slopes, p * one.constant + q * other.constant))
    return (*shadows(tuple(dict.fromkeys(shadow)), sides[:-1]), bounds)


def range_of(bounds: Sequence[Bound], place: Sequence[Fraction], window: Interval) -> Interval:
    """Where the bounds of the coordinate after those in place hold in its window; empty if low >= high."""
    low, high = window
    for (*slopes, slope), constant in bounds:
        here = constant + sum((s * x for s, x in zip(slopes, place, strict=True)), Fraction(0))
        if slope > 0:
            low = max(low, -here / slope)
        elif slope < 0:
            high = min(high, -here / slope)
        elif here <= 0:
            return low, low
    return low, high


def exponents_at(diagram: PhaseDiagram, expressions: Sequence[Expr], point: Any) -> list[float]:
    """Values of expressions in coordinates and parameters at a point, a noise that does not scale at b = 0.

    Where something vanishes its exponent is -inf, and not a number where no case of an expression holds.
    """
    of, at = axes(diagram), point._asdict()
    here = [float(at[name_of(symbol)] or 0) for group in of for symbol in group]
    values = _compiled(of, tuple(expressions))(*here)
    return [math.nan if x is None else float(x) for x in values]


@cache
def _compiled(of: Axes, expressions: tuple[Expr, ...]) -> Callable[..., Sequence[float]]:
    names = {symbol: Symbol(f"x{k}") for k, symbol in enumerate((*of[0], *of[1]))}
    renamed = [expression.xreplace(names) for expression in expressions]
    return lambdify([*names.values()], renamed, "math")  # type: ignore[no-any-return]


def slack(diagram: PhaseDiagram, phase: Phase, point: Any) -> float:
    """By how small a power of d the largest neglected term is smaller than what is kept.

    Neglected are terms of the equations, of quantities of which two terms exchange the lead, and of sums over
    modes that nearly grow like a logarithm: of i^-x, x < 1, up to i = d what is left is d^-(1 - x).
    """
    terms, sums, exchanges = neglected_in(phase)
    least = list(exponents_at(diagram, (*terms, *sums), point))
    for leading in exchanges:
        first, second, *_ = sorted(exponents_at(diagram, leading, point), reverse=True)
        least.append(first - second)
    if diagram.width == "scaled":
        # sums over hidden units leave out one over their number, and of infinitely many modes d are summed
        least += [float(point.rho), 2 * float(point.gamma) - 1]
    return min(least, default=math.inf)


def slack_of_law(diagram: PhaseDiagram, phase: Phase, law: Law, point: Any) -> float:
    """The same for one law, if its sums of i^-x, x near 1, begin or end at a break of the modes.

    Such a break is where a term of the equations takes over, a slack s of that term from the other end: at
    modes whose ratio is d^s.  The other end is left out: a power x - 1 of that ratio.

    >>> from asymptotics import phase_diagram
    >>> from asymptotics.models import one_pass_sgd
    >>> diagram = phase_diagram(one_pass_sgd)
    >>> point = point_type(diagram)(tau=Fraction(4, 5), alpha=Fraction(11, 20), beta=Fraction(3, 2))
    >>> phase = diagram.locate(**point._asdict())
    >>> [round(slack_of_law(diagram, phase, phase.laws[name], point), 3) for name in ("g", "F_ac")]
    [0.02, 0.02]
    """
    of_all, system = slack(diagram, phase, point), system_of(diagram.model)
    if system is None:
        return of_all
    held, of_sums = _ends_at_breaks(law), tuple(_to_logarithm(law.constant))
    *at, decay = exponents_at(diagram, (*held, *of_sums, system.decay), point)
    from_poles = [2 * decay * abs(x - min(round(x), 0)) for x in at[: len(held)]]
    shares = [*from_poles, *map(abs, at[len(held) :])]
    of_terms = min(exponents_at(diagram, neglected_in(phase).terms, point), default=math.inf)
    return min(of_all, of_terms * min(shares, default=1.0))


@cache
def _ends_at_breaks(law: Law) -> tuple[Expr, ...]:
    """What has a pole at 0 and below in a constant: (x - 1)/(2 alpha) of a sum from or to a break of modes.

    Gamma of that, or by reflection one over sin(pi (x - 1)/(2 alpha)), with poles on either side.
    """
    poles = [one.args[0] for one in law.constant.atoms(gamma_function)]
    both = [one.args[0] / pi for one in law.constant.atoms(sin)]
    arguments = sorted({*poles, *both, *(-x for x in both)}, key=str)
    return tuple(x for x in arguments if x.free_symbols and x.free_symbols <= {*PARAMETERS})


class NeglectedPowers(NamedTuple):
    """Exponents of d, of what is kept over what is neglected.

    Attributes:
        terms: of terms of the equations.
        sums: of the other ends of sums over modes that nearly grow like a logarithm.
        exchanges: exponents of terms that exchange the lead in a quantity.
    """

    terms: tuple[Expr, ...]
    sums: tuple[Expr, ...]
    exchanges: tuple[tuple[Expr, ...], ...]


@cache
def neglected_in(phase: Phase) -> NeglectedPowers:
    """What the laws of a phase neglect."""
    scales = phase.balance.scales
    terms = dict.fromkeys(scales.expression(inequality.form) for inequality in phase.balance.inequalities)
    exchanges = {one: None for law in phase.laws.values() for one in law.exponent.atoms(Max)}
    logarithms = dict.fromkeys(
        abs(gap)
        for law in phase.laws.values()
        for gap in (*_to_logarithm(law.constant), *_to_logarithm_below(law))
    )
    return NeglectedPowers((*terms,), (*logarithms,), tuple(one.args for one in exchanges))


def _to_logarithm(constant: Expr) -> Iterator[Expr]:
    """The 1 - x of sums of i^-x in a constant: denominators linear in the parameters, scaled to 1 at 0."""
    for power in sorted(constant.atoms(Pow), key=str):
        base = power.base
        if power.exp == -1 and base.free_symbols and base.free_symbols <= {*PARAMETERS}:
            at_zero = base.subs(dict.fromkeys(base.free_symbols, 0))
            if base.is_polynomial() and at_zero.is_Rational and at_zero != 0:
                yield base / at_zero
    yield from (one.args[0] - 1 for one in sorted(constant.atoms(zeta), key=str))


def _to_logarithm_below(law: Law) -> Iterator[Expr]:
    """The 1 - x of a law d^(x - 1) (1 - x): one over a sum of i^-x."""
    gap = -law.exponent
    of_parameters = gap.free_symbols and gap.free_symbols <= {*PARAMETERS}
    if of_parameters and expand(law.constant - gap) == 0:
        yield gap


def last_decade(diagram: PhaseDiagram, phase: Phase, point: Any) -> float:
    """The decimal exponent of the dimension at which the ladder of a point ends."""
    of_variables, of_unknowns, of_quantities = (
        [abs(x) for x in exponents_at(diagram, powers, point)]
        for powers in _growing(phase, None if diagram.width == "scaled" else _system(diagram))
    )
    most = [DECADES_OF_VARIABLES / max([1.0, *of_variables])]
    enough = max(SHORTEST, DECADES_NEGLECTED / max(1e-9, slack(diagram, phase, point)))
    most += [DECADES_OF_UNKNOWNS / x for x in of_unknowns if x != 0]
    most += [DECADES_OF_QUANTITIES / x for x in of_quantities if math.isfinite(x) and x != 0]
    return min(enough, *most)


@cache
def _growing(phase: Phase, system: System | None) -> tuple[tuple[Expr, ...], ...]:
    """Exponents of variables, unknowns and quantities; of a network of scaled width without a system."""
    scales, solution = phase.balance.scales, phase.balance.solution
    variables = tuple(exponent for _, exponent in scales.growth)
    if system is None:  # kappa is known from delta, and no unknown, where it is at the edge
        unknowns = tuple(law.exponent for law in (phase.effective_noise, phase.threshold))
    else:
        unknowns = tuple(scales.expression(scales.exponent(value)) for value in solution.values())
    return variables, unknowns, tuple(law.exponent for law in phase.laws.values())


def values_at(diagram: PhaseDiagram, point: Any, dim: int) -> dict[str, Any]:
    """The arguments of `solve_system` at one dimension."""
    (_, parameters), growth = axes(diagram), _growth(_system(diagram), diagram.noise)
    powers = exponents_at(diagram, tuple(growth.values()), point)
    values: dict[str, Any] = {"d": dim}
    for symbol, power in zip(growth, powers, strict=True):
        values[name_of(symbol)] = math.exp(power * math.log(dim))
    if diagram.noise == "none":
        values["noise_variance"] = 0
    elif diagram.noise == "fixed":
        values["noise_variance"] = float(FIXED_NOISE)
    at = point._asdict()
    return values | {name_of(p): at[name_of(p)] for p in parameters}


@cache
def _growth(system: System, noise: Noise) -> Mapping[Symbol, Expr]:
    """Exponents of d of the variables of a system."""
    return dict(scales_of(system, noise).growth)
