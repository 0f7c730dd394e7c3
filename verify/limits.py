"""What may be asked of comparisons and figures, and what they show unasked: seeds, decays, ends of axes.

Apart from both, so that the command line refuses what does not fit before anything is loaded.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

FIGURE_GAMMA = Fraction(5, 4)
"""The decay at which phase diagrams are drawn: half of the points of a comparison are checked there."""

SAMPLES_WINDOW = (Fraction(-1), Fraction(9, 2))
"""Where ``a`` is drawn for a comparison, and what figures show of it."""

DECAY_WINDOW = (Fraction(-2), Fraction(3))
"""Where ``ell`` is drawn for a comparison, and what figures show of it."""

KERNEL_DECAY_WINDOW = (Fraction(-4), Fraction(1))
"""What figures with a source exponent show of ``ell``: their phases lie at ell < 0."""

NOISE_WINDOW = (Fraction(0), Fraction(4))
"""Where ``b`` is drawn, in diagrams of noise that scales, and what figures show of it."""

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


def upwards_of(noise: str, estimator: str, *, at_one_b: bool) -> Literal["ell", "b", "risk"]:
    """What stands upwards in a figure: an exponent, or that of the risk where samples are all there is.

    >>> upwards_of("fixed", "erm", at_one_b=False), upwards_of("scaled", "bayes", at_one_b=False)
    ('ell', 'b')
    """
    if estimator != "bayes":
        return "ell"
    return "b" if noise == "scaled" and not at_one_b else "risk"
