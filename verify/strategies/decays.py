"""Exact decays gamma of a target.

In this order: `decays`, `decays_or`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from verify.strategies.arguments import rational, require


def decays(*, max_gamma: Fraction | int = 3) -> st.SearchStrategy[Fraction]:
    """Decays gamma of the target, exact, in (1/2, max_gamma].

    Raises:
        hypothesis.errors.InvalidArgument: max_gamma is no number above 1/2.
    """
    largest = rational("max_gamma", max_gamma)
    require(largest > Fraction(1, 2), "max_gamma", max_gamma, "above 1/2")
    return st.integers(1, 100 * (largest - Fraction(1, 2)).__ceil__()).map(
        lambda k: min(Fraction(1, 2) + Fraction(k, 100), largest)
    )


def decays_or(gammas: Any) -> st.SearchStrategy[Fraction]:
    """The strategy that was given, what it draws as exact decays, or all decays for None.

    Raises:
        hypothesis.errors.InvalidArgument: it is no strategy; or it draws what is no number above 1/2.
    """
    allowed = "a strategy of decays, such as decays(), or None"
    require(gammas is None or isinstance(gammas, st.SearchStrategy), "gammas", gammas, allowed)
    return decays() if gammas is None else gammas.map(_decay)


def _decay(drawn: Any) -> Fraction:
    """A decay that was drawn, exact."""
    if isinstance(drawn, Fraction) and drawn > Fraction(1, 2):  # as most are
        return drawn
    gamma = rational("gammas", drawn)
    require(gamma > Fraction(1, 2), "gammas", drawn, "a strategy of decays above 1/2")
    return gamma
