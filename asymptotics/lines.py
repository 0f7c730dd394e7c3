r"""Lines in the space of exponents: n_eff = d^a, at a weight decay d^ell tied to the samples.

A learning curve runs along such a line, ell = h(a).  At given parameters h may be any function of which SymPy
solves the equations.  Where a parameter is left open, h is linear: then a region with coefficients in
Q(gamma, r) is an interval of a on the line.  Its ends are exact expressions in what is open, and their order
is decided exactly, case by case (``algebra.intervals``).

Worked by hand, ell = 1/2: phase II of the networks, where ell > a/2 - 1/2, ell < a - 1/2 and
ell > a - gamma - 1/2, is the interval from 1 to 2 or gamma + 1, whichever is less: 2 for gamma > 1.

In this order: ``Line``, what it meets at numbers (``crossings``) and in cases (``cases``); ``written``,
``OnBoundary``; ``cases_along``, for the phases of a diagram; ``line_at``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sympy import And, Expr, Float, I, Rational, S, Symbol, nan, oo, solveset, zoo

from asymptotics import symbols
from asymptotics.algebra.intervals import (
    Case,
    End,
    NotCovered,
    Part,
    Stretch,
    cases_in_exponent,
    cases_in_parameter,
    intervals_along,
    same_cases,
    same_stretches,
)
from asymptotics.algebra.polyhedra import EVERYWHERE, FIELD, PARAMETERS, Domain, Form, coefficient
from asymptotics.algebra.regions import on_axis
from asymptotics.case_splits import CaseSplit
from asymptotics.expressions.checks import require
from asymptotics.expressions.point import name_of
from asymptotics.phases.phase import Phase


@dataclass(frozen=True)
class Line:
    """Where the samples n_eff = d**a grow at a weight decay d**height.

    Attributes:
        height: an expression in ``a`` and what is open; oo or -oo.
        fixed: values of the parameters that are given, by their symbols.
        free: those left open: at most one of gamma and r, and b.

    Raises:
        InvalidArgument: when something is open, and a number is not rational, or the height not linear in a.
    """

    height: Expr
    fixed: Mapping[Expr, Expr]
    free: tuple[Symbol, ...] = ()

    def __post_init__(self) -> None:
        if not self.free:
            return
        names = [name_of(symbol) for symbol in self.free]
        is_open = f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"
        for symbol, value in self.fixed.items():
            allowed = f"a rational number where {is_open} left open"
            require(value.is_Rational, name_of(symbol), value, allowed)
        try:
            self.form(symbols.ell)
        except ValueError:
            allowed = f"linear in a, with rational coefficients, where {is_open} left open"
            require(False, "ell", self.height, allowed)

    def at(self, a: Expr) -> dict[Expr, Expr]:
        """The point of the line at some ``a``.

        >>> Line(symbols.a / 2 - 1, {symbols.gamma: Rational(2)}).at(Rational(3))
        {gamma: 2, a: 3, ell: 1/2}
        """
        return {**self.fixed, symbols.a: a, symbols.ell: self.height.subs(symbols.a, a)}

    def crossings(self, regions: Iterable[And]) -> list[Expr]:
        """Where the line crosses the boundaries of regions, for a >= 0, in order; 0 is the first.

        Raises:
            InvalidArgument: when SymPy cannot tell.

        >>> from asymptotics.expressions.pickling import conjunction
        >>> Line(S(2), {}).crossings([conjunction([symbols.ell > symbols.a - 1])])
        [0, 3]
        """
        places = {S.Zero}
        for relation in (relation for region in regions for relation in region.args):
            side = (relation.lhs - relation.rhs).subs(self.fixed).subs(symbols.ell, self.height)
            if side.has(symbols.a):
                roots = solveset(side, symbols.a, S.Reals)
                solved = f"an expression for which {side} = 0 can be solved for a; it cannot be solved"
                require(roots.is_FiniteSet, "ell", self.height, solved)
                places |= set(roots)
        return sorted(place for place in places if place >= 0)

    def form(self, expression: Expr) -> Form:
        """An expression linear in the exponents, along the line: a form in a, and in b if that is open.

        Where it is infinite, because ``height`` is, only its sign counts: it is a constant.

        Raises:
            ValueError: when it is not linear in them, with coefficients in the field.

        >>> line = Line(symbols.a / 2 - symbols.gamma, {}, (symbols.gamma,))
        >>> line.form(symbols.ell - symbols.a)
        (-gamma, -1/2)
        """
        variables = (symbols.a, symbols.b) if symbols.b in self.free else (symbols.a,)
        here = expression.subs(self.fixed)
        if self.height.is_infinite and here.has(symbols.ell):
            slope = here.diff(symbols.ell)
            return (coefficient(slope if self.height == oo else -slope), *(FIELD.zero for _ in variables))
        here = here.subs(symbols.ell, self.height)
        constant = here.subs(dict.fromkeys(variables, S.Zero))
        return tuple(coefficient(x.together()) for x in (constant, *map(here.diff, variables)))

    def forms(self, region: And) -> list[Form]:
        """The forms that are positive where the line runs in a region."""
        return [self.form(relation.gts - relation.lts) for relation in region.args]

    def expression(self, end: End | None) -> Expr:
        """An end as an expression in what is open; oo for None.

        >>> Line(S(1), {}, (symbols.gamma, symbols.b)).expression((coefficient(symbols.gamma), FIELD.one))
        b + gamma
        """
        if end is None:
            return oo
        return sum((FIELD.to_sympy(c) * v for c, v in zip(end, (S.One, symbols.b), strict=False)), S.Zero)

    def cases(
        self,
        question: Callable[[Part], tuple[Stretch[Any], ...]],
        answer: Callable[[Sequence[Stretch[Any]]], tuple[Any, ...]],
        domain: Domain = EVERYWHERE,
    ) -> CaseSplit:
        """The answers to a question about the line, in the cases of what is open.

        Args:
            question: what holds along the line in a part of the parameters, as ``intervals_along`` says it.
            answer: what is made of it.
            domain: of gamma and the source exponent, where they are open.

        Raises:
            NotCovered: when the question does.
        """

        def in_b(domain: Domain) -> tuple[Case, ...]:
            return cases_in_exponent(question, same_stretches, Part(domain, (FIELD.zero, None)))

        def split_in_b(cases: Sequence[Case]) -> CaseSplit:
            ends = partial(map, lambda end: self.expression(None if end is None else (end,)))
            return CaseSplit(((*ends((low, high)), answer(x)) for low, high, x in cases), symbols.b)

        parameter = next((p for p in PARAMETERS if p in self.free), None)
        if parameter is None:
            return split_in_b(in_b(EVERYWHERE))
        if symbols.b in self.free:
            nested = cases_in_parameter(in_b, same_cases, parameter, domain)
            return CaseSplit(((low, high, split_in_b(x)) for low, high, x in nested), parameter)
        flat = cases_in_parameter(lambda x: question(Part(x)), same_stretches, parameter, domain)
        return CaseSplit(((low, high, answer(x)) for low, high, x in flat), parameter)


_WRITTEN = 24
"""Characters of an exact number that are written out."""


def written(value: Expr) -> str:
    """An exact number, or its first digits where it is long.

    >>> from sympy import Rational
    >>> written(Rational(2, 5)), written(Rational(1, 3) + Rational(1, 10**30))
    ('2/5', '0.333333333...')
    """
    text = str(value)
    return text if len(text) <= _WRITTEN or not value.is_number else f"{value.n(9)}..."


class OnBoundary(ValueError):
    """The point lies between phases, or optima; ``phases`` are those whose closure holds it."""

    def __init__(self, point: str, phases: tuple[Any, ...]) -> None:
        names = " and ".join(phase.name for phase in phases)
        super().__init__(
            f"({point}) lies on the boundary of {names}: no single phase holds there; Boundary.law does"
        )
        self.point = point
        self.phases = phases

    def __reduce__(self) -> tuple[Any, ...]:
        return OnBoundary, (self.point, self.phases)  # so that it comes back from another process


def cases_along(
    phases: Sequence[Phase],
    line: Line,
    question: Callable[[tuple[Stretch[int], ...], Part], tuple[Stretch[Any], ...]],
    answer: Callable[[Sequence[Stretch[Any]]], tuple[Any, ...]],
) -> CaseSplit:
    """What is asked about the phases met on a line, in the cases of what it leaves open.

    Args:
        phases: of a diagram.
        line: as ``line_at`` makes it.
        question: of the intervals of the phases, each with its index among them, in a part of the
            parameters.
        answer: what is made of what the question returns, with ends as ``line.expression`` writes them.

    Raises:
        OnBoundary: when part of the line runs along a boundary.
    """
    regions = [(line.forms(phase.region), index) for index, phase in enumerate(phases)]
    try:
        domain = phases[0].balance.scales.domain[: len(EVERYWHERE)]
        return line.cases(lambda part: question(intervals_along(regions, part), part), answer, domain)
    except NotCovered as gap:
        given = [f"{symbol} = {written(value)}" for symbol, value in line.fixed.items()]
        where = [f"a just above {line.expression(gap.start)}", f"ell = {written(line.height)}", *given]
        touching = tuple(phases[index] for index in gap.touching)
        raise OnBoundary(", ".join(where), touching) from None


def height_of(ell: Any, parameters: Collection[Expr]) -> Expr:
    """The exponent of the weight decay as a function of ``a`` and parameters.

    Symbols are known by their names: any ``a`` is that of ``symbols``.  Floats are the decimals that Python
    prints.

    Raises:
        InvalidArgument: when it is neither a number nor an expression in those symbols.

    >>> height = height_of(Symbol("a") / 2 - Symbol("gamma"), [symbols.gamma])
    >>> height.free_symbols == {symbols.a, symbols.gamma}
    True
    """
    if not isinstance(ell, Expr) or not ell.free_symbols:
        return on_axis("ell", ell)
    known = {str(symbol): symbol for symbol in (symbols.a, *parameters)}
    allowed = f"a number, or an expression in the symbols {', '.join(known)} of asymptotics.symbols"
    require({str(symbol) for symbol in ell.free_symbols} <= set(known), "ell", ell, allowed)
    here = ell.xreplace({symbol: known[str(symbol)] for symbol in ell.free_symbols})
    return here.xreplace({number: Rational(str(number)) for number in here.atoms(Float)})


def line_at(ell: Any, fixed: Mapping[Expr, Expr], free: tuple[Symbol, ...]) -> Line:
    """The line at a weight decay that a user wrote.

    Raises:
        InvalidArgument: as ``height_of`` and ``Line``; also when the height is not real at the parameters.

    >>> line_at(symbols.a / 2 - symbols.gamma, {symbols.gamma: Rational(5, 4)}, ()).height
    a/2 - 5/4
    """
    height = height_of(ell, (*fixed, *free)).subs(fixed)
    is_end = height in (oo, -oo)
    require(is_end or not height.has(I, nan, oo, zoo), "ell", ell, "real and finite at the given parameters")
    return Line(height, fixed, free)
