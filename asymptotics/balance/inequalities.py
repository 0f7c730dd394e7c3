"""Where in a phase an inequality holds: everywhere, in part, or nowhere, decided exactly.

That one power law is much larger than another is an inequality between exponents, or if these agree in the
whole phase between powers of log d.  Whether it holds in all of a polyhedron, or in some of it, is a question
to ``polyhedra`` with gamma symbolic.

By hand: a bulk of d (n_eff/d)^(3/5) weights holds more than one of them where 2/5 + 3 a/5 > 0, that is
a > -2/3: everywhere in a phase that begins at a = 0, in part of one that begins at a = -oo.

In this order: `Holds`, `where_larger` (of terms), `where_exponents_exceed` (of laws, by their exponents).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from functools import partial
from itertools import pairwise

from sympy import Expr, Max, S
from sympy.core.relational import Relational

from asymptotics.algebra.monomials import Scales, Term
from asymptotics.algebra.polyhedra import (
    FIELD,
    Coefficient,
    Domain,
    Form,
    coefficient,
    difference,
    feasible,
    is_zero,
    sample,
    sign,
    split_at_sign_changes,
)
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.symbols import gamma


class Holds(Enum):
    """Where in a phase an inequality holds."""

    EVERYWHERE = "everywhere"
    IN_PART = "in part"
    NOWHERE = "nowhere"


Pieces = Sequence[tuple[Domain, tuple[Term, ...]]]
"""Terms that lead somewhere in a phase, on each part of its domain."""

Power = tuple[Form, Coefficient]
"""The exponents of d and of log d."""


def where_larger(balanced: Balanced, pieces: Pieces, other: Term) -> Holds:
    """Where the sum of some terms is much larger than another."""

    def power(value: Term) -> Power:
        return balanced.scales.exponent(value), value.log_power

    return _where(balanced, [(part, [power(t) for t in terms], [power(other)]) for part, terms in pieces])


def where_exponents_exceed(balanced: Balanced, one: Sequence[Expr], other: Sequence[Expr]) -> Holds:
    """Where a law is much larger than another, by their (``exponent``, ``log_exponent``).

    An exponent is linear in a, ell and b, a maximum of such or, in the parameters, piecewise.
    """
    parts = _parts_of(balanced.domain, (one[0], other[0]))
    scales = balanced.scales
    return _where(balanced, [(x, _powers(one, scales, x), _powers(other, scales, x)) for x in parts])


def _where(balanced: Balanced, cases: Iterable[tuple[Domain, list[Power], list[Power]]]) -> Holds:
    polyhedron = [*balanced.facets, *balanced.scales.window]
    answers = [
        answer
        for part, ones, others in cases
        for _, answer in split_at_sign_changes(partial(_holds_and_fails, polyhedron, ones, others), part)
    ]
    if not any(fails for _, fails in answers):
        return Holds.EVERYWHERE
    return Holds.IN_PART if any(holds for holds, _ in answers) else Holds.NOWHERE


def _holds_and_fails(
    polyhedron: list[Form], ones: list[Power], others: list[Power], domain: Domain
) -> tuple[bool, bool]:
    """Whether the largest of some powers exceeds all others somewhere, and whether it fails to somewhere."""

    def gaps(pairs: Iterable[tuple[Power, Power]], or_equal: bool) -> list[Form] | None:
        """Differences to be positive; None where exponents agree and the powers of log d say no."""
        forms = []
        for (large, log_large), (small, log_small) in pairs:
            gap = difference(large, small)
            if not is_zero(gap):
                forms.append(gap)
            elif not (sign(log_large - log_small, domain) > 0 or (or_equal and log_large == log_small)):
                return None
        return forms

    def possible(pairs: Iterable[tuple[Power, Power]], or_equal: bool) -> bool:
        forms = gaps(pairs, or_equal)
        return forms is not None and feasible([*polyhedron, *forms], domain)

    holds = any(possible([(one, other) for other in others], False) for one in ones)
    return holds, any(possible([(other, one) for one in ones], True) for other in others)


def _parts_of(domain: Domain, exponents: Iterable[Expr]) -> list[Domain]:
    """The domain, cut where the exponents change their piece in gamma."""
    (low, high), *rest = domain
    relations = {r for x in exponents for r in S(x).atoms(Relational) if r.free_symbols == {gamma}}
    cuts = {side for relation in relations for side in relation.args if side.is_number}
    ends = [low, *sorted(x for x in cuts if low < x < high), high]
    return [(interval, *rest) for interval in pairwise(ends)]


def _powers(law: Sequence[Expr], scales: Scales, domain: Domain) -> list[Power]:
    """The forms whose maximum is an exponent, on a part of the domain where it has one piece."""
    exponent, log_exponent = S(law[0]), S(law[1])
    relations = {r: r.subs(gamma, sample(domain[0])) for r in exponent.atoms(Relational)}
    exponent = exponent.subs(relations)
    log_power = FIELD.zero if log_exponent.atoms(Relational) else coefficient(log_exponent)
    return [(_form(part, scales), log_power) for part in Max.make_args(exponent)]


def _form(exponent: Expr, scales: Scales) -> Form:
    """A linear expression in the exponents, as a form.

    >>> from asymptotics.symbols import a
    >>> scales = Scales("fixed")
    >>> scales.expression(_form(a / gamma - 1, scales))
    a/gamma - 1
    """
    slopes = (exponent.diff(x) for x in scales.exponents)
    return tuple(map(coefficient, (exponent.subs(dict.fromkeys(scales.exponents, 0)), *slopes)))
