"""The shape of a spectrum of trained weights, by the name that practitioners give it.

Martin and Mahoney (arXiv:1810.01075) sort the spectra of trained layers by eye into five shapes and a
degenerate one; arXiv:2509.24882 asks which phase shows which.  Here the laws of the spectrum decide, in this
order:

* *rank collapse*: no weight is left away from 0, up to fewer than one;
* *random-like*: weights are left, and none of them is learned: a bulk of noise, and no more; where fewer than
  one are left in part of the phase, the condition says so;
* *heavy-tailed*: learned weights outnumber those of noise: a power law, without a bulk;
* *bleeding-out*: there is a bulk, and the largest learned weight is no larger than its edge, so that learned
  weights leave the bulk but do not part from it;
* *bulk + spikes*: learned weights are outliers, each at a place of its own, and the power law of these begins
  far above the bulk's edge: most of them lie outside of the bulk;
* *bulk decay*: the power law begins at the bulk's edge, which it continues.

By hand, quadratic network: in phase IV the outliers begin at the scale delta while the bulk ends at t delta,
t ~ (n_eff/d)^(2/5) << 1: bulk + spikes.  In phase VIa kappa << delta, the bulk ends at 2 delta where the
outliers begin: bulk decay.

In this order: `Shape`, `shape_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from sympy import S

from asymptotics.balance.inequalities import Holds
from asymptotics.balance.laws import ZERO, Law


class Shape(StrEnum):
    """The shape of a spectrum, equal to its name."""

    RANDOM_LIKE = "random-like"
    BLEEDING_OUT = "bleeding-out"
    BULK_AND_SPIKES = "bulk + spikes"
    BULK_DECAY = "bulk decay"
    HEAVY_TAILED = "heavy-tailed"
    RANK_COLLAPSE = "rank collapse"


def shape_of(
    *,
    noise: Law,
    learned: Law,
    bulk_edge: Law,
    tail_range: tuple[Law, Law],
    outliers: bool,
    where: Callable[[Law, Law], Holds],
) -> tuple[Shape, str]:
    """The shape, and the condition on the laws that makes it so.

    Args:
        noise: number of weights that are noise and not 0.
        learned: number of learned weights.
        bulk_edge: the largest weight of noise.
        tail_range: where the power law of learned weights begins and ends.
        outliers: whether learned weights have places of their own.
        where: where one law is much larger than another.
    """

    def somewhere(large: Law, small: Law) -> bool:
        return where(large, small) is not Holds.NOWHERE

    def share(large: Law, small: Law) -> str:
        return " in part of the phase" if where(large, small) is Holds.IN_PART else ""

    begin, largest = tail_range
    if learned == ZERO:
        if noise != ZERO and somewhere(noise, _ONE):
            rest = "; elsewhere in it none" if share(noise, _ONE) else ""
            condition = (
                f"no weight is learned, and noise leaves {_shown(noise)} >> 1{share(noise, _ONE)}{rest}"
            )
            return Shape.RANDOM_LIKE, condition
        return Shape.RANK_COLLAPSE, "no weight is learned, and noise leaves fewer than one"
    if where(learned, noise) is not Holds.NOWHERE and where(noise, learned) is Holds.NOWHERE:
        return Shape.HEAVY_TAILED, f"learned weights, {_shown(learned)}, outnumber noise, {_shown(noise)}"
    if not somewhere(largest, bulk_edge):
        return Shape.BLEEDING_OUT, f"no learned weight is far above the bulk's edge, {_shown(bulk_edge)}"
    if outliers and somewhere(begin, bulk_edge):
        ends = f"{_shown(begin)}, far above the bulk's edge, {_shown(bulk_edge)}{share(begin, bulk_edge)}"
        return Shape.BULK_AND_SPIKES, f"the power law of outliers begins at {ends}"
    return Shape.BULK_DECAY, f"the power law begins at the bulk's edge, {_shown(bulk_edge)}"


_ONE = Law(expr=S.One, exponent=S.Zero, log_exponent=S.Zero, constant=S.One)


def _shown(law: Law) -> str:
    return str(law.expr)
