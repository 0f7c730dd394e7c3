"""Which symbols and names a system may give to what: no two things share one.

The engine knows the symbols of ``asymptotics.symbols`` by themselves, and finds laws and values by names.  A
symbol with two meanings, or two symbols of one name, would make a law of something else than what was
declared.

In this order: `check_namesakes`, `check_meanings`, `check_law_names`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from sympy import Expr, Symbol

from asymptotics.expressions.checks import require
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
_OURS = {symbol.name: symbol for symbol in (*PARAMETERS, a, ell, b, rho, *_VARIABLES)}
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
