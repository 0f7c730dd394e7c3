r"""The next order in 1/L, where noise has a soft edge and laws hold L = log(1/D_b).

There the terms that dominant balance neglects are of two kinds.  Some are smaller by a power of d.  Others
are as large but for one power of L: they make corrections of relative order 1/L, 5 per cent of the risk at
d = 10^30.  Those are found here, exactly, by first-order perturbation of the balance.  Write every unknown as
its leading value times 1 + x/L.  An equation "left = sum of terms" then reads, at order 1/L,

    sum_u p_left(u) x_u = sum_t w_t (sum_u p_t(u) x_u + n_t) + sum_s w_s,

where t runs over the terms that balance ``left``, w_t are their shares, p_t(u) is the power of the unknown u
in t, and n_t the next order of t itself; s runs over the terms that are smaller by one L, with shares w_s/L.
The x are therefore the solution of linear equations, and every quantity follows in the same way.  The n_t
come from the tail of the noise (``noise.EdgeCorrection``) and from the Taylor coefficient of what one mode
contributes, in delta/kappa = (c/L)^(1/m) (``trained``).  L itself is right to the order needed: what
Lambert's function leaves is O(1/L).

Worked by hand, phase V of the diagonal network: alpha delta^2 = Delta + R with R = Delta/L to leading order,
so that x_delta = 1/2; D_b = alpha, x = 0.  With n = -5/2 for the overfitted bulk, delta^2 D_b/L,

    R = (Delta/L) (1 + (2 x_delta - 5/2)/L) = (Delta/L) (1 - 3/(2 L)),       2 L = W(2 d^2/(pi n_eff^2)).

In this order: ``next_order``, and the linear equations and sums that it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from sympy import Add, Dummy, Expr, S, Symbol, solve

from asymptotics.algebra.monomials import Term, bulk_freedom, simplified
from asymptotics.algebra.polyhedra import FIELD, Domain, SignChange, difference, is_zero, sign
from asymptotics.balance.dominant_balance import Balanced, at_solution, share

WITH_NEXT_ORDER = ("effective_noise", "threshold", "learned_modes", "degrees_of_freedom", "train_loss")
"""Quantities all of whose terms have a known next order, besides the risk."""

RISK = "excess_risk"


def next_order(balanced: Balanced, quantity: str, leading: Term, domain: Domain) -> Expr | None:
    """The coefficient c in leading * (1 + c/L + O(1/L**2)); None where it is not known, or there is no L.

    Args:
        balanced: the balance.
        quantity: one of the regime's, or ``RISK``.
        leading: the term that leads it, at the solution.
        domain: the parameters for which it does.
    """
    if balanced.regime.next_orders is None or quantity not in (*WITH_NEXT_ORDER, RISK):
        return None
    try:
        terms = balanced.regime.risk if quantity == RISK else balanced.regime.quantities[quantity](domain)
        orders = balanced.regime.next_orders(quantity, domain)
        return simplified(_of_sum(balanced, terms, leading, _of_unknowns(balanced), orders, domain))
    except SignChange as change:
        below, above = (next_order(balanced, quantity, leading, half) for half in change.split(domain))
        return below if below == above else None
    except (_Unknown, NotImplementedError):
        return None


class _Unknown(Exception):
    """The next order is not a power of 1/L, or not known."""


@cache
def _of_unknowns(balanced: Balanced) -> Mapping[Symbol, Expr]:
    """The x of every unknown."""
    regime, domain = balanced.regime, balanced.domain
    if regime.next_orders is None or balanced.solution[bulk_freedom].log_power != FIELD.zero:
        raise _Unknown  # then D_b, and with it L, is known up to O(log L/L) alone
    orders = regime.next_orders(RISK, domain)
    unknowns = {unknown: Dummy() for unknown in regime.unknowns}
    equations = []
    for equation, dominant in balanced.balances:
        largest = at_solution(balanced.solution, dominant)
        right = _of_sum(balanced, equation.right, largest, unknowns, orders, domain)
        equations.append(_linear(equation.left, unknowns) - right)
    (solved,) = solve(equations, list(unknowns.values()), dict=True)
    return {unknown: simplified(solved[x]) for unknown, x in unknowns.items()}


def _of_sum(
    balanced: Balanced,
    terms: Sequence[Term],
    leading: Term,
    unknowns: Mapping[Symbol, Expr],
    orders: Mapping[Term, Callable[[], Expr]],
    domain: Domain,
) -> Expr:
    """What the terms of a sum make at the next order, relative to those that grow like ``leading``."""
    scales = balanced.scales
    whole, first = [], []
    for term in terms:
        there = at_solution(balanced.solution, term)
        if not is_zero(difference(scales.exponent(leading), scales.exponent(there))):
            continue
        smaller = leading.log_power - there.log_power
        if smaller == FIELD.zero:
            part = share(there, leading)
            whole.append(part)
            intrinsic = orders[term]() if term in orders else S.Zero
            first.append(part * (_linear(term, unknowns) + intrinsic))
        elif smaller == FIELD.one:
            first.append(share(there, leading))
        elif sign(smaller - FIELD.one, domain) < 0:
            raise _Unknown
    return Add(*first) / Add(*whole)


def _linear(term: Term, unknowns: Mapping[Symbol, Expr]) -> Expr:
    return Add(*(FIELD.to_sympy(term.power(unknown)) * x for unknown, x in unknowns.items()))
