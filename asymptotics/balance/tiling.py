"""The balances of a model tile the space of exponents: every open region has one, and none has two.

It is checked exactly, at symbolic parameters.  A hole or an overlap is reported with its region, and a hole
with what the closest hypothesis fails (``failure``).
"""

from __future__ import annotations

from functools import partial
from itertools import combinations

from asymptotics.algebra.monomials import Scales
from asymptotics.algebra.polyhedra import (
    FIELD,
    Domain,
    Form,
    common_parts,
    feasible,
    irredundant,
    overlap,
    split_at_sign_changes,
    uncovered,
)
from asymptotics.algebra.regions import inequality, interval_conditions
from asymptotics.balance.dominant_balance import Balanced, dominant_balances
from asymptotics.balance.failure import incomplete
from asymptotics.balance.regimes import Model


class AmbiguousDiagram(RuntimeError):
    """Two hypotheses hold in one open region: the declared equations have more than one solution there."""


def tiling_balances(model: Model, scales: Scales) -> tuple[Balanced, ...]:
    """The dominant balances of a model, one in each open region of exponents.

    Raises:
        IncompleteDiagram: a region has none.
        AmbiguousDiagram: a region has two.

    >>> from asymptotics import diagonal
    >>> len(tiling_balances(diagonal, Scales("fixed")))
    7
    """
    balances = dominant_balances(model, scales, scales.domain)
    _check_coverage(model, balances, scales)
    _check_disjoint(model, balances, scales)
    return balances


def _check_coverage(model: Model, balances: tuple[Balanced, ...], scales: Scales) -> None:
    everywhere = (FIELD.one, *(FIELD.zero,) * len(scales.exponents))  # 1 > 0
    whole = [everywhere, *scales.window]

    def first_gap(domain: Domain) -> tuple[Form, ...]:
        regions = [balanced.facets for balanced in balances if overlap(balanced.domain, domain)]
        return tuple(next(uncovered(regions, whole, domain), ()))

    for domain in common_parts([scales.domain, *(balanced.domain for balanced in balances)]):
        if overlap(domain, scales.domain) is None:
            continue
        for part, gap in split_at_sign_changes(first_gap, domain):
            if gap:
                conditions = [
                    *(inequality(form, scales, part) for form in irredundant(gap[1:], (), part)),
                    *interval_conditions(part, scales.domain),
                ]
                where = f"where {' and '.join(map(str, conditions))}" if conditions else "anywhere"
                raise incomplete(model, scales, gap, where, part)


def _check_disjoint(model: Model, balances: tuple[Balanced, ...], scales: Scales) -> None:
    for one, other in combinations(balances, 2):
        shared = overlap(one.domain, other.domain)
        if shared is None:
            continue
        forms = [*one.facets, *other.facets, *scales.window]
        for part, together in split_at_sign_changes(partial(feasible, forms), shared):
            if together:
                facets = irredundant([*one.facets, *other.facets], scales.window, part)
                where = " and ".join(str(inequality(facet, scales, part)) for facet in facets)
                raise AmbiguousDiagram(
                    f"two hypotheses of the {model.name} model hold where {where}: "
                    f"{one.hypothesis}; and {other.hypothesis}"
                )
