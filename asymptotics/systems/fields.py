"""What a field of a system may be: each is checked as the system is made, and refused in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sympy import Eq, Expr, I, Integer, StrictGreaterThan, StrictLessThan, Symbol, nan, oo, zoo
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom

from asymptotics.algebra.monomials import term
from asymptotics.algebra.polyhedra import PARAMETERS
from asymptotics.balance.regimes import are
from asymptotics.expressions.checks import exact_exponent, is_number, require
from asymptotics.symbols import alpha, gamma


def name(value: Any) -> None:
    """One line of text."""
    is_line = isinstance(value, str) and bool(value.strip()) and len(value.splitlines()) == 1
    require(is_line, "name", value, "a string of one line")


def unknowns(values: Any) -> None:
    """Different positive symbols."""
    are_different = are(Symbol, values) and len(set(values)) == len(values)
    are_positive = are_different and all(symbol.is_positive for symbol in values)
    require(are_positive, "unknowns", values, "a tuple of different symbols with positive=True")


def equations(values: Any, count: int) -> None:
    """As many as unknowns."""
    for k, value in enumerate(values if isinstance(values, tuple) else (), start=1):
        never = "its sides never agree: their signs differ, or one is not finite or not real"
        why = never if value == False else "its sides are one"  # noqa: E712
        is_open = not isinstance(value, bool | BooleanAtom)
        require(is_open, "equations", value, f"open: SymPy says that of equation {k}, for {why}")
    require(are(Eq, values), "equations", values, "a tuple of SymPy's Eq")
    require(len(set(values)) == len(values), "equations", values, "different from each other")
    require(len(values) == count, "equations", values, f"as many as unknowns, {count}")
    for value in values:
        require(not value.has(nan, zoo, oo, -oo, I), "equations", value, "of finite real numbers")


def expression(field: str, value: Any) -> Expr:
    """A SymPy expression, or a whole number."""
    number = Integer(value) if isinstance(value, int) and not isinstance(value, bool) else value
    is_one = isinstance(number, Expr) and not number.has(nan, zoo)
    require(is_one, field, value, "a SymPy expression, or a whole number")
    return number


def quantities(values: Any, needed: str) -> dict[str, Expr]:
    """Expressions by name."""
    are_named = isinstance(values, Mapping) and needed in values and all(isinstance(k, str) for k in values)
    require(are_named, "quantities", values, f'expressions by name, one of them "{needed}"')
    require("" not in values, "quantities", values, "of names that are not empty")
    whole = {key: expression(f"quantities[{key!r}]", value) for key, value in values.items()}
    for key, value in whole.items():
        require(not value.has(oo, -oo, I), f"quantities[{key!r}]", value, "of finite real numbers")
    require(whole[needed] != 0, f"quantities[{needed!r}]", 0, "above 0")
    return whole


def scales(values: Any) -> dict[Symbol, Expr]:
    """Exponents of d, linear in the coordinates, by variable."""
    are_variables = isinstance(values, Mapping) and all(
        isinstance(variable, Symbol) and variable.is_positive for variable in values
    )
    require(are_variables, "scales", values, "exponents of d by variable, symbols with positive=True")
    exponents = {variable: expression(f"scales[{variable}]", value) for variable, value in values.items()}
    for variable, exponent in exponents.items():
        is_finite = not exponent.has(oo, -oo, I) and exponent.is_real is not False
        require(is_finite, f"scales[{variable}]", exponent, "a finite real exponent of d")
        coordinates = sorted(exponent.free_symbols.difference(PARAMETERS), key=str)
        is_linear = all(exponent.diff(x, y) == 0 for x in coordinates for y in coordinates)
        require(is_linear, f"scales[{variable}]", exponent, "linear in the coordinates of the diagram")
    return exponents


def monomial(field: str, value: Any, variables: Sequence[Symbol], *, finite: bool = True) -> Expr:
    """A product of powers of the variables, or oo where it need not be finite."""
    names = ", ".join(map(str, variables))
    allowed = f"a positive product of powers of {names}" + ("" if finite else ", or oo")
    if isinstance(value, Expr) and value == oo and not finite:
        return value
    product = expression(field, value) if isinstance(value, int | Expr) else None
    require(product is not None and product.is_positive is True, field, value, allowed)
    assert product is not None
    try:
        powers = dict(term(product, field).powers)
    except ValueError:
        powers = {Symbol("no product"): 1}
    require(set(powers) <= set(variables), field, value, allowed)
    return product


def positive(values: Any, coordinates: Sequence[Symbol]) -> None:
    """Some of the coordinates."""
    allowed = f"a tuple of coordinates of the diagram, of {', '.join(map(str, coordinates))}"
    require(are(Symbol, values) and set(values) <= set(coordinates), "positive", values, allowed)


def domain(values: Any) -> dict[Symbol, tuple[Expr, Expr]]:
    """An open interval of each parameter that is named."""
    names = ", ".join(map(str, PARAMETERS))
    allowed = f"pairs (low, high) of numbers or oo, low < high, by parameter, of {names}"
    require(isinstance(values, Mapping) and set(values) <= set(PARAMETERS), "domain", values, allowed)
    intervals = {}
    for parameter, pair in values.items():
        require(isinstance(pair, tuple) and len(pair) == 2, "domain", values, allowed)
        ends = tuple(exact_exponent("domain", end) if is_number(end) else end for end in pair)
        are_ends = are(Expr, ends) and all(end.is_number and end.is_extended_real for end in ends)
        require(are_ends and bool(ends[0] < ends[1]), "domain", values, allowed)
        intervals[parameter] = ends
    return intervals


def origins(values: Any) -> dict[Expr, str]:
    """Words by expressions."""
    are_words = isinstance(values, Mapping) and all(
        isinstance(part, Expr) and isinstance(word, str) and word for part, word in values.items()
    )
    require(are_words, "origins", values, "words by the variables and sums over modes that terms hold")
    return dict(values)


def decay(value: Any) -> None:
    """A parameter."""
    allowed = "gamma or alpha, of asymptotics.symbols"
    require(isinstance(value, Symbol) and value in (gamma, alpha), "decay", value, allowed)


def conditions(values: Any) -> tuple[Relational, ...]:
    """Strict inequalities between polynomials in the parameters."""
    names = ", ".join(map(str, PARAMETERS))
    allowed = f"a tuple of strict inequalities between polynomials in {names}"
    strict = (StrictGreaterThan, StrictLessThan)
    are_strict = isinstance(values, tuple) and all(isinstance(value, strict) for value in values)
    require(are_strict, "conditions", values, allowed)
    for value in values:
        side = value.gts - value.lts
        is_known = side.free_symbols <= set(PARAMETERS) and side.is_polynomial(*PARAMETERS)
        require(is_known, "conditions", values, allowed)
    return tuple(values)
