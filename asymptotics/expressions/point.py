r"""Where laws are evaluated: the physical variables at numbers, validated once for every law.

A law is an expression in the physical variables of ``symbols``.  ``PhysicalPoint`` gives some of them values;
every ``evaluate`` takes one, or the keywords that make one.  What a law does not hold may be left out, and a
weight decay or noise variance that it does not hold may be 0, for what holds at every small value.

In this order: ``VARIABLES`` and ``name_of``, ``check_variable`` (which values are allowed),
``PhysicalPoint``, ``require_variables`` and ``point_of``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
from sympy import Expr, Symbol

from asymptotics.expressions.checks import NUMBER, RANGES, exact_number, is_number, require, require_name
from asymptotics.symbols import d, gamma, n_eff, noise_variance, source, weight_decay, width

Number = Any
"""A real number: int, float, Fraction, Decimal, mpmath.mpf, a NumPy scalar or a SymPy number."""

VARIABLES: Mapping[str, Symbol] = {
    "gamma": gamma,
    "n_eff": n_eff,
    "d": d,
    "weight_decay": weight_decay,
    "noise_variance": noise_variance,
    "source": source,
    "width": width,
}
"""What a law may hold, by the name of the argument."""

_NAMES = {symbol: name for name, symbol in VARIABLES.items()}


def name_of(symbol: Expr) -> str:
    """The name that a variable or a parameter has as an argument.

    >>> name_of(source), name_of(Symbol("alpha"))
    ('source', 'alpha')
    """
    return _NAMES.get(symbol, str(symbol))


@lru_cache(maxsize=10_000)
def own_variables(*expressions: Expr) -> dict[str, Symbol]:
    """What expressions hold besides ``VARIABLES``, the variables of a system of one's own, by name.

    >>> own_variables(n_eff * Symbol("p", positive=True))
    {'p': p}
    """
    symbols = {symbol for expression in expressions for symbol in expression.free_symbols}
    return {symbol.name: symbol for symbol in sorted(symbols - {*VARIABLES.values()}, key=str)}


MAY_VANISH = ("weight_decay", "noise_variance")
"""Variables that may be 0 where a law does not hold them."""


def lower_bound(name: str) -> float:
    """The bound above which a variable lies, exact in float64."""
    return float(RANGES[name].low) if name in RANGES else 0.0


def allowed_values(name: str, *, held: bool) -> str:
    """What a variable may be, in words, in a law that holds it or not."""
    if name in RANGES:
        return RANGES[name].words
    return "0 or a number above it" if name in MAY_VANISH and not held else "a number above 0"


def check_variable(name: str, value: Number | None, *, held: bool) -> None:
    """Refuse a value of a variable that is missing from a law that holds it, or outside of the theory.

    Raises:
        InvalidArgument: it is.
    """
    allowed = allowed_values(name, held=held)
    if value is None:
        require(not held, name, value, f"{allowed}, for the law depends on it")
        return
    require(is_number(value), name, value, NUMBER)
    number = value if isinstance(value, mpmath.mpf) else exact_number(name, value)
    inside = bool(number > lower_bound(name))
    require(inside or (number == 0 and not held and name in MAY_VANISH), name, value, allowed)


def at_working_precision(name: str, value: Number) -> mpmath.mpf:
    """A number at the working precision of mpmath; an ``mpf`` keeps the digits that it has.

    Raises:
        InvalidArgument: it is no number.
    """
    if isinstance(value, mpmath.mpf):  # of which the exact quotient may be very long
        return value
    exact = exact_number(name, value)
    if exact.is_Rational:
        return mpmath.mpf(int(exact.p)) / int(exact.q)
    return mpmath.mpf(exact._to_mpmath(mpmath.mp.prec))


@dataclass(frozen=True, kw_only=True)
class PhysicalPoint:
    """Values of the physical variables; None stands for those that are not given.

    Attributes:
        gamma: decay of the target, above 1/2.
        n_eff: effective samples, n (diagonal) or n/d (quadratic network), above 0.
        d: dimension, above 0.
        weight_decay: lambda, 0 or above.
        noise_variance: Delta, 0 or above.
        source: source exponent r, above 0, of models that have one.
        width: number p of hidden units, above 0, where it is limited.
        own: names and values, above 0, of the variables of a system of one's own.

    Raises:
        InvalidArgument: when a value is no number, or not in its range.

    >>> from asymptotics import diagonal, phase_diagram
    >>> point = PhysicalPoint(gamma=1, n_eff=10**6, d=100, noise_variance=1)
    >>> phase_diagram(diagonal).locate(a=3, ell=0, gamma=1).risk.evaluate(point)
    mpf('0.0001')
    """

    gamma: Number | None = None
    n_eff: Number | None = None
    d: Number | None = None
    weight_decay: Number | None = None
    noise_variance: Number | None = None
    source: Number | None = None
    width: Number | None = None
    own: tuple[tuple[str, Number], ...] = ()

    def __post_init__(self) -> None:
        are_pairs = isinstance(self.own, tuple) and all(
            isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) for pair in self.own
        )
        require(are_pairs, "own", self.own, "a tuple of pairs (name, value)")
        for name, value in self.given.items():
            check_variable(name, value, held=False)

    @property
    def given(self) -> dict[str, Number]:
        """The values that are given, by the name of the variable."""
        values = {name: getattr(self, name) for name in VARIABLES} | dict(self.own)
        return {name: value for name, value in values.items() if value is not None}

    def values(self) -> dict[Symbol, mpmath.mpf]:
        """The values that are given, at the working precision of mpmath, by their symbols.

        >>> PhysicalPoint(d=100, n_eff=1e6).values()
        {n_eff: mpf('1000000.0'), d: mpf('100.0')}
        """
        own = {name: Symbol(name, positive=True) for name, _ in self.own}
        return {
            {**VARIABLES, **own}[name]: at_working_precision(name, value)
            for name, value in self.given.items()
        }


def require_variables(
    point: PhysicalPoint, *expressions: Expr, own: Mapping[str, Symbol] | None = None
) -> None:
    """Refuse a point that lacks a variable of an expression, one of ``own`` too, or has 0 for it.

    Raises:
        InvalidArgument: it names the variable.
    """
    given = point.given
    for name, symbol in {**VARIABLES, **(own or {})}.items():
        check_variable(name, given.get(name), held=any(x.has(symbol) for x in expressions))


def point_of(
    point: PhysicalPoint | None, values: Mapping[str, Number | None], own: Collection[str] = ()
) -> PhysicalPoint:
    """The point that an ``evaluate`` was given, whole or by keywords.

    Raises:
        InvalidArgument: when it is no point, when both are given, or a keyword has a wrong name or value:
            one that is neither of ``VARIABLES`` nor of a system's own.

    >>> point_of(None, {"d": 100})  # doctest: +ELLIPSIS
    PhysicalPoint(gamma=None, n_eff=None, d=100, ..., source=None, width=None, own=())
    """
    allowed = (*VARIABLES, *own)
    for name in values:
        require_name(name, allowed)
    if point is None:
        of_own = tuple((name, value) for name, value in values.items() if name in own and value is not None)
        return PhysicalPoint(**{n: value for n, value in values.items() if n not in own}, own=of_own)
    require(isinstance(point, PhysicalPoint), "point", point, "a PhysicalPoint, or nothing beside keywords")
    require(not values, "point", point, f"given alone, or its {', '.join(values)} by keyword alone")
    return point
