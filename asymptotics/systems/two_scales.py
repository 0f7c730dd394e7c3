r"""Sums over modes with two scales: one range of modes after the other.

A summand may hold two scales, as s^2/((s + kappa)(s + delta)) does.  Say which is the larger, T >> U.  Near s
= T all that meets at U is on its large-s side, near s = U all that meets at T on its small-s side:

    h(s) ~ h_T(s)  for s >> U,        h(s) ~ h_U(s)  for s << T,        h_T ~ h_U ~ c s^q  in between,

each with one scale (``mode_sums``).  The sum of powers p, q, r of the sizes in the three ranges is largest
where i h(s_i) is, at an end or a crossover:

    the first modes        where gamma p > 1,
    the modes at T         where gamma p < 1 < gamma q,        an integral of h_T alone,
    the modes at U         where gamma q < 1 < gamma r,        an integral of h_U alone,
    the last modes         where gamma r < 1,

of which several may be there, as terms that balance compares.  By hand, for s^2/((s + T)(s + U)): p, q, r are
0, 1, 2, so that the sum is of order (A/T)^(1/gamma) for gamma > 1, and (U/T) (A/U)^(1/gamma) below.

Scales of one size are not covered: a region where they are has no phase, and is refused as such.

In this order: `SplitSum`, `split_sum`, `terms_of_split_sum`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cmp_to_key
from itertools import combinations

import mpmath
from sympy import Add, Expr, S, lambdify, together

from asymptotics.algebra.monomials import Term
from asymptotics.algebra.polyhedra import FIELD, Domain, SignChange, coefficient, sign
from asymptotics.lemmas.power_sums import Learned
from asymptotics.symbols import size
from asymptotics.systems.mode_sums import (
    Modes,
    ScaledSum,
    as_power,
    meeting_point,
    mode_sum,
    scaled_sum,
    terms_of_sum,
)

_DECADES, _DIGITS, _ACCURACY = 60, 100, 8
"""How far apart the scales are where a summand is compared with its limits, in which precision, how well."""


@dataclass(frozen=True)
class SplitSum:
    """What a summand becomes near the larger of its scales, and near the smaller."""

    near_larger: ScaledSum
    near_smaller: ScaledSum


@cache
def split_sum(summand: Expr, larger: Term, smaller: Term) -> SplitSum:
    """The limits of a summand with two scales, one of which is much larger.

    Raises:
        ValueError: it is not made of sums of powers, two and two of which meet at one of the scales; or which
            of two powers is the larger depends on gamma.

    >>> from asymptotics.symbols import effective_noise, threshold
    >>> from asymptotics.systems.mode_sums import scales_in
    >>> summand = size**2 / ((size + threshold) * (size + effective_noise))
    >>> delta, kappa = scales_in(summand)
    >>> split = split_sum(summand, kappa, delta)
    >>> split.near_larger.function.pieces[0].value, split.near_smaller.prefactor.monomial()
    (s/(s + 1), delta/kappa)
    """
    whole = together(summand)
    near_larger = _limit(whole, smaller, largest=True)
    near_smaller = _limit(whole, larger, largest=False)
    for limit, at in ((near_larger, larger), (near_smaller, smaller)):
        if limit is None or not _is_limit(summand, limit, at, larger, smaller):
            names = " and ".join(str(scale.monomial()) for scale in (larger, smaller))
            raise ValueError(
                f"{mode_sum(summand)} has the scales {names}, and no limit where one is much larger: a sum "
                "with two scales is to be a product of sums of powers of the size"
            )
    return SplitSum(scaled_sum(near_larger), scaled_sum(near_smaller))


def _limit(summand: Expr, scale: Term, *, largest: bool) -> Expr | None:
    """With the largest or the smallest power of the size alone in sums of powers that meet at a scale."""

    def of_sum(*parts: Expr) -> Expr:
        powers = [as_power(part) for part in parts]
        if any(power is None for power in powers):
            return Add(*parts)
        known = [power for power in powers if power is not None]
        meet = {meeting_point(one, other) for one, other in combinations(known, 2) if one[1] != other[1]}
        if {replace(one, origin=scale.origin) for one in meet} != {scale}:
            return Add(*parts)
        end = (max if largest else min)((power for _, power in known), key=_in_order)
        return Add(*(part for part, (_, power) in zip(parts, known, strict=True) if power == end))

    limit = summand.replace(lambda node: node.is_Add and node.has(size), lambda node: of_sum(*node.args))
    return limit if limit != 0 else None


@cmp_to_key
def _in_order(one: Expr, other: Expr) -> int:
    """Which of two powers of the size is the larger, for all parameters."""
    try:
        return sign(coefficient(one - other))
    except SignChange as change:
        raise ValueError(f"which is larger of the powers {one} and {other} of a size: {change}") from change


def _is_limit(summand: Expr, limit: Expr, at: Term, larger: Term, smaller: Term) -> bool:
    """Whether a summand is near its limit at sizes near a scale, where the scales are far apart."""
    ratio: Term = larger * smaller ** (-FIELD.one)
    unknown, power = ratio.powers[-1]
    others = sorted((summand.free_symbols | limit.free_symbols) - {unknown, size}, key=str)
    with mpmath.workdps(_DIGITS):
        values = {other: mpmath.mpf(7 + k) / 4 for k, other in enumerate(others)}
        rest = _value(ratio.without(unknown).monomial(), values)
        exponent = _value(FIELD.to_sympy(power), values)
        values[unknown] = (mpmath.mpf(10) ** _DECADES / rest) ** (1 / exponent)
        for multiple in (mpmath.mpf(1) / 3, mpmath.mpf(2)):
            here = {**values, size: multiple * _value(at.monomial(), values)}
            one, other = (_value(x, here) for x in (summand, limit))
            if abs(one - other) > abs(one) * mpmath.mpf(10) ** -_ACCURACY:
                return False
    return True


def _value(expression: Expr, values: dict[Expr, mpmath.mpf]) -> mpmath.mpf:
    symbols = sorted(S(expression).free_symbols, key=str)
    return mpmath.mpf(lambdify(symbols, expression, "mpmath")(*(values[x] for x in symbols)))


def terms_of_split_sum(
    split: SplitSum, modes: Modes, learned: tuple[Learned, Learned], domain: Domain, origin: str
) -> list[Term]:
    """The leading terms of a sum with two scales.

    Args:
        split: its limits.
        modes: what is summed over.
        learned: how many modes lie above the larger scale, and above the smaller one, at least as many.
        domain: of the parameters.
        origin: of the terms.

    Raises:
        ValueError: a sum over infinitely many modes diverges.
        SignChange: it depends on the parameters within the domain which modes lead.
    """
    above_larger, above_smaller = learned
    if above_larger is Learned.NONE:
        return terms_of_sum(split.near_smaller, modes, above_smaller, domain, origin)
    if above_smaller is Learned.ALL:
        return terms_of_sum(split.near_larger, modes, above_larger, domain, origin)
    upper = terms_of_sum(split.near_larger, modes, Learned.SOME, domain, origin, last=False)
    lower = terms_of_sum(split.near_smaller, modes, Learned.SOME, domain, origin, first=False)
    return upper + lower
