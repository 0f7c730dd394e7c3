"""A cell in words: the inequalities that bound it, solved for one exponent each, as SymPy relations."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import And
from sympy.core.relational import Relational

from asymptotics.cells import EVERYWHERE, FIELD, PARAMETERS, Domain, Form, sign
from asymptotics.stored import conjunction
from asymptotics.symbols import ell
from asymptotics.terms import Scales


def region_of(facets: Sequence[Form], scales: Scales, domain: Domain) -> And:
    """The cell where all the forms are positive, with the part of the parameters for which this is so.

    >>> from asymptotics.cells import coefficient
    >>> form = (coefficient(1), coefficient(-2), coefficient(0))
    >>> region_of([form], Scales("fixed"), EVERYWHERE).args
    (a < 1/2,)
    """
    relations = [inequality(facet, scales, domain) for facet in facets]
    return conjunction(relations + interval_conditions(domain, EVERYWHERE))


def inequality(form: Form, scales: Scales, domain: Domain) -> Relational:
    """The form > 0, solved for ell where it holds ell, else for a or b."""
    exponents = scales.exponents
    order = sorted(range(len(exponents)), key=lambda i: exponents[i] != ell)
    index = next(i for i in order if form[i + 1] != FIELD.zero)
    pivot = form[index + 1]
    rest = tuple(FIELD.zero if i == index + 1 else -c / pivot for i, c in enumerate(form))
    bound = scales.expression(rest)
    return exponents[index] > bound if sign(pivot, domain) > 0 else exponents[index] < bound


def interval_conditions(domain: Domain, within: Domain) -> list[Relational]:
    """What tells a part of a domain from the whole.

    >>> from sympy import S, oo
    >>> interval_conditions(((S(1), oo), (S(0), oo)), EVERYWHERE)
    [gamma > 1]
    """
    conditions: list[Relational] = []
    for parameter, (low, high), (lowest, highest) in zip(PARAMETERS, domain, within, strict=True):
        conditions += [parameter > low] * (low != lowest) + [parameter < high] * (high != highest)
    return conditions
