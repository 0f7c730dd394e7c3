"""What may be asked of comparisons and figures: seeds, and the ends of axes.

Apart from both, so that the command line refuses what does not fit before anything is loaded.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

WIDEST = 1000
"""Largest exponent that axes reach."""

NARROWEST = Fraction(1, 1000)
"""Least length of an axis."""

SEED_BITS = 64
"""Longest seed of the points that are compared."""

WINDOW = f"two numbers between -{WIDEST} and {WIDEST}, the second at least {NARROWEST} above the first"


def is_window(low: Fraction, high: Fraction) -> bool:
    """Whether an axis may have these ends.

    >>> is_window(Fraction(0), Fraction(1)), is_window(Fraction(1), Fraction(0))
    (True, False)
    """
    return low >= -WIDEST and low + NARROWEST <= high <= WIDEST


def upwards_of(noise: str, estimator: str, *, at_one_b: bool) -> Literal["ell", "b"] | None:
    """The exponent that stands upwards in a figure; None where samples are all there is.

    >>> upwards_of("fixed", "erm", at_one_b=False), upwards_of("scaled", "bayes", at_one_b=False)
    ('ell', 'b')
    """
    if estimator != "bayes":
        return "ell"
    return "b" if noise == "scaled" and not at_one_b else None
