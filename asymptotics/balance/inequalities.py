"""In how much of a phase something holds: everywhere, in part, or nowhere, decided exactly.

Where one monomial exceeds another is an inequality between their exponents, and whether that holds in all of
a cell, or in some of it, is asked of ``cells`` with gamma symbolic.

Worked by hand: a bulk of d (n_eff/d)^(3/5) weights holds more than one of them where 2/5 + 3 a/5 > 0, that is
a > -2/3: everywhere in a phase that begins at a = 0, in part of one that begins at a = -oo.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import partial

from asymptotics.algebra.monomials import Term
from asymptotics.algebra.polyhedra import (
    Domain,
    difference,
    feasible,
    is_zero,
    negative,
    sign,
    split_at_sign_changes,
)
from asymptotics.balance.dominant_balance import Balanced


class Extent(Enum):
    """In how much of a phase's cell something holds."""

    EVERYWHERE = "everywhere"
    IN_PART = "in part"
    NOWHERE = "nowhere"


Pieces = Sequence[tuple[Domain, tuple[Term, ...]]]
"""Terms that lead somewhere in a cell, on each part of its domain."""


def exceeds(balanced: Balanced, pieces: Pieces, other: Term) -> Extent:
    """Where the sum of some terms is much larger than another, decided exactly.

    By their exponents, or if these agree in the whole cell by their powers of log d.
    """
    scales = balanced.scales
    cell = [*balanced.facets, *scales.window]

    def on(terms: tuple[Term, ...], domain: Domain) -> tuple[bool, bool]:
        gaps = [(difference(scales.exponent(t), scales.exponent(other)), t) for t in terms]
        if any(is_zero(gap) and sign(t.log_power - other.log_power, domain) > 0 for gap, t in gaps):
            return True, False
        forms = [gap for gap, _ in gaps if not is_zero(gap)]
        holds = any(feasible([*cell, form], domain) for form in forms)
        return holds, feasible([*cell, *map(negative, forms)], domain)

    answers = [
        answer for part, terms in pieces for _, answer in split_at_sign_changes(partial(on, terms), part)
    ]
    if not any(fails for _, fails in answers):
        return Extent.EVERYWHERE
    return Extent.IN_PART if any(holds for holds, _ in answers) else Extent.NOWHERE
