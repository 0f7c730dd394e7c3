"""A polyhedron in words: the inequalities that bound it, solved for one exponent each, as SymPy relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import inf
from numbers import Real
from typing import Any

import mpmath
from sympy import And, Expr, oo
from sympy.core.relational import Relational

from asymptotics.algebra.monomials import Scales
from asymptotics.algebra.polyhedra import FIELD, PARAMETERS, Domain, Form, sign
from asymptotics.expressions.checks import exact_exponent
from asymptotics.expressions.pickling import conjunction
from asymptotics.symbols import ell


def region_of(facets: Sequence[Form], scales: Scales, domain: Domain) -> And:
    """The polyhedron where all the forms are positive, with the part of the parameters for which this is so.

    >>> from asymptotics.algebra.polyhedra import EVERYWHERE, coefficient
    >>> form = (coefficient(1), coefficient(-2), coefficient(0))
    >>> region_of([form], Scales("fixed"), EVERYWHERE).args
    (a < 1/2,)
    """
    relations = [inequality(facet, scales, domain) for facet in facets]
    return conjunction(relations + interval_conditions(domain, scales.domain))


def inequality(form: Form, scales: Scales, domain: Domain) -> Relational:
    """The form > 0, solved for ell where it holds ell, else for a or b."""
    exponents = scales.exponents
    order = sorted(range(len(exponents)), key=lambda i: exponents[i] != ell)
    index = next(i for i in order if form[i + 1] != FIELD.zero)
    pivot = form[index + 1]
    rest = tuple(FIELD.zero if i == index + 1 else -c / pivot for i, c in enumerate(form))
    bound = scales.expression(rest)
    return exponents[index] > bound if sign(pivot, domain) > 0 else exponents[index] < bound


def end_of_axis(value: Any) -> Expr | None:
    """The end oo or -oo of an axis, if the value is one, of any type of number; else None.

    >>> end_of_axis(float("-inf")), end_of_axis(mpmath.inf), end_of_axis(3)
    (-oo, oo, None)
    """
    if not isinstance(value, Expr | Real | Decimal | mpmath.mpf):
        return None
    ends = (oo, -oo) if isinstance(value, Expr) else (inf, -inf)
    return (oo, -oo)[ends.index(value)] if value in ends else None


def on_axis(parameter: str, value: Any) -> Expr:
    """The exponent a user wrote, or the end oo or -oo of its axis.

    Raises:
        InvalidArgument: it is neither.

    >>> on_axis("ell", 0.5), on_axis("ell", -oo)
    (1/2, -oo)
    """
    end = end_of_axis(value)
    return exact_exponent(parameter, value) if end is None else end


def margin(relation: Relational, point: Mapping[Expr, Expr]) -> Expr:
    """By how much an inequality holds at a point; one exponent may be oo or -oo, which is a limit.

    The two sides are linear in the exponents: the margin is infinite if the infinite one has a coefficient,
    else that one does not matter.

    >>> from sympy import S
    >>> from asymptotics.symbols import a
    >>> [margin(ell < a - 1, {a: S(at), ell: -oo}) for at in (0, 5)], margin(a < 1, {a: S(3), ell: -oo})
    ([oo, oo], -2)
    """
    finite = {symbol: value for symbol, value in point.items() if not value.is_infinite}
    form = (relation.gts - relation.lts).subs(finite).expand()
    for symbol in set(point) - set(finite):
        if form.has(symbol):
            return form.coeff(symbol) * point[symbol]
    return form


def interval_conditions(domain: Domain, within: Domain) -> list[Relational]:
    """The conditions on the parameters that select a part of a domain.

    >>> from sympy import S, oo
    >>> from asymptotics.algebra.polyhedra import EVERYWHERE
    >>> interval_conditions(((S(1), oo), (S(0), oo)), EVERYWHERE)
    [gamma > 1]
    """
    conditions: list[Relational] = []
    for parameter, (low, high), (lowest, highest) in zip(PARAMETERS, domain, within, strict=False):
        conditions += [parameter > low] * (low != lowest) + [parameter < high] * (high != highest)
    return [*conditions, *map(solved, _sides(domain, within))]


def _sides(domain: Domain, within: Domain) -> list[Expr]:
    """The polynomials positive in a domain with curved sides, but for those of the domain it is in."""
    others = getattr(within, "positive", ())
    return [side for side in getattr(domain, "positive", ()) if side not in others]


def solved(side: Expr) -> Relational:
    """A polynomial inequality, side > 0, solved for the last parameter in which it is linear.

    >>> from asymptotics.symbols import alpha, beta
    >>> solved(2 * alpha - 2 * beta), solved(2 * beta - alpha), solved(1 - beta**2)
    (beta < alpha, beta > alpha/2, 1 - beta**2 > 0)
    """
    for parameter in reversed(PARAMETERS):
        slope = side.diff(parameter)
        if slope.is_number and slope != 0:
            bound = (-side.subs(parameter, 0) / slope).expand()
            return parameter > bound if slope > 0 else parameter < bound
    return side > 0
