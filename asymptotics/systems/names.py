"""Which symbols and names a system may give to what: no two things share one.

The engine knows the symbols of ``asymptotics.symbols`` by themselves, and finds laws and values by names.  A
symbol with two meanings, or two symbols of one name, would make a law of something else than what was
declared.

Of a symbol that is assumed to be positive, or an integer, SymPy decides more than is known of a law, such as
that x = 1/2 is false.  So variables and unknowns are positive and nothing else, and coordinates real at most.

In this order: `check_namesakes`, `check_meanings`, `check_law_names`, `check_assumptions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from sympy import Expr, Symbol, srepr

from asymptotics.expressions.checks import require
from asymptotics.expressions.point import VARIABLES
from asymptotics.symbols import (
    PARAMETERS,
    a,
    b,
    d,
    degrees_of_freedom,
    effective_noise,
    ell,
    n_eff,
    noise_variance,
    rho,
    size,
    threshold,
    weight_decay,
)
from asymptotics.systems.canonical import RISK
from asymptotics.systems.regimes import NAMES

_VARIABLES = (d, n_eff, weight_decay, noise_variance, effective_noise, threshold, degrees_of_freedom, size)
_OURS = {**VARIABLES, **{symbol.name: symbol for symbol in (*PARAMETERS, a, ell, b, rho, *_VARIABLES)}}
_ARGUMENTS = ("", "self", "point", "system", "digits")
"""Names that no variable can have, for what takes values by name has arguments that are called so."""
_OF_RISK = (RISK, "excess_risk")


def check_namesakes(fields: Iterable[tuple[str, Expr]]) -> None:
    """Refuse symbols that have the name of another one.

    Raises:
        InvalidArgument: it names the field that holds such a symbol.

    >>> check_namesakes([("scales", Symbol("a"))])
    Traceback (most recent call last):
        ...
    asymptotics.InvalidArgument: scales=a: must be made of symbols with names of their own; there is another \
a: take it from asymptotics.symbols
    """
    known = dict(_OURS)
    for field, value in fields:
        for symbol in sorted(value.free_symbols, key=str):
            is_same = known.setdefault(symbol.name, symbol) == symbol
            whence = ": take it from asymptotics.symbols" if symbol.name in _OURS else ""
            allowed = f"made of symbols with names of their own; there is another {symbol}{whence}"
            require(is_same, field, value, allowed)


def check_meanings(unknowns: tuple[Symbol, ...], scales: Mapping[Symbol, Expr]) -> None:
    """Refuse symbols with two meanings, such as an unknown that has a scale.

    Raises:
        InvalidArgument: it names the field and the symbol.
    """
    coordinates = {x for exponent in scales.values() for x in exponent.free_symbols}.difference(PARAMETERS)
    fixed = {
        **dict.fromkeys(PARAMETERS, "a parameter"),
        d: "what all scales are powers of",
        size: "the size of a mode",
    }
    of_coordinates = dict.fromkeys((*coordinates, b), "a coordinate of the diagram")
    of_scales = dict.fromkeys(scales, "a variable with a scale")
    for variable in scales:
        meaning = {**of_coordinates, **fixed}.get(variable)
        require(meaning is None, "scales", scales, f"of physical variables; {variable} is {meaning}")
    known = {noise_variance: "the variance of the label noise", **of_scales, **of_coordinates, **fixed}
    for unknown in unknowns:
        meaning = known.get(unknown)
        require(meaning is None, "unknowns", unknowns, f"other symbols; {unknown} is {meaning}")
    taken = {
        **dict.fromkeys(_VARIABLES, "a physical variable"),
        **of_scales,
        **dict.fromkeys(unknowns, "an unknown"),
    }
    for variable, exponent in scales.items():
        for x in sorted(exponent.free_symbols, key=str):
            allowed = f"linear in coordinates, such as a; {x} is {taken.get(x)}"
            require(x not in taken, f"scales[{variable}]", exponent, allowed)


def check_law_names(unknowns: tuple[Symbol, ...], quantities: Iterable[str]) -> None:
    """Refuse laws of one name.

    Raises:
        InvalidArgument: it names the field and the name.
    """
    of_laws = {unknown: {unknown.name, NAMES.get(unknown, unknown.name)} for unknown in unknowns}
    for unknown, own in of_laws.items():
        allowed = f"other symbols; {unknown} has the name of the law of the risk"
        require(own.isdisjoint(_OF_RISK), "unknowns", unknowns, allowed)
    for one, other in combinations(unknowns, 2):
        allowed = f"symbols whose laws have different names, not so {one} and {other}"
        require(of_laws[one].isdisjoint(of_laws[other]), "unknowns", unknowns, allowed)
    names = list(quantities)
    for name in names:
        owner = next((str(unknown) for unknown in unknowns if name in of_laws[unknown]), "the risk")
        is_free = name == RISK or not (name in _OF_RISK or any(name in own for own in of_laws.values()))
        require(is_free, "quantities", names, f"of other names; {name!r} is that of the law of {owner}")


def check_assumptions(unknowns: tuple[Symbol, ...], scales: Mapping[Symbol, Expr]) -> None:
    """Refuse symbols of which more is assumed than holds, and names that no argument can have.

    Raises:
        InvalidArgument: it names the field and the symbol.

    >>> check_assumptions((), {n_eff: Symbol("x", positive=True)})
    Traceback (most recent call last):
        ...
    asymptotics.InvalidArgument: scales[n_eff]=x: must be made of coordinates of either sign, such as \
Symbol('x', real=True); those above 0 are named in positive
    """
    known = {*_OURS.values()}
    for field, symbols in (("unknowns", unknowns), ("scales", scales)):
        for symbol in symbols:
            is_plain = symbol in known or symbol == Symbol(symbol.name, positive=True)
            allowed = f"of symbols such as Symbol({symbol.name!r}, positive=True), with no other assumption"
            require(is_plain, field, symbol, allowed)
            require(symbol.name not in _ARGUMENTS, field, symbol, f"called otherwise than {symbol.name!r}")
    for variable, exponent in scales.items():
        for x in sorted(exponent.free_symbols.difference(PARAMETERS), key=str):
            real = Symbol(x.name, real=True)
            is_plain = x == Symbol(x.name) or x == real
            allowed = (
                f"made of coordinates of either sign, such as {srepr(real)}; those above 0 are named in "
                "positive"
            )
            require(is_plain, f"scales[{variable}]", exponent, allowed)
            require(x.name not in _ARGUMENTS, f"scales[{variable}]", x, f"called otherwise than {x.name!r}")
