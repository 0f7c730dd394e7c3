"""What may be asked of comparisons and figures, and what they show unasked: seeds, decays, ends of axes.

Apart from both, so that the command line refuses what does not fit before anything is loaded.

In this order: the values, `is_window`, `upwards_of`, `misfit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal

FIGURE_GAMMA = Fraction(5, 4)
"""The decay at which phase diagrams are drawn: half of the points of a comparison are checked there."""

SAMPLES_WINDOW = (Fraction(-1), Fraction(9, 2))
"""Where ``a`` is drawn for a comparison, and what figures show of it."""

DECAY_WINDOW = (Fraction(-2), Fraction(3))
"""Where ``ell`` is drawn for a comparison, and what figures show of it."""

SYSTEM_DECAY_WINDOW = (Fraction(-6), Fraction(3))
"""Where ``ell`` is drawn for a comparison of a system."""

KERNEL_DECAY_WINDOW = (Fraction(-4), Fraction(1))
"""What figures with a source exponent show of ``ell``: their phases lie at ell < 0."""

NOISE_WINDOW = (Fraction(0), Fraction(4))
"""Where ``b`` is drawn, in diagrams of noise that scales, and what figures show of it."""

FIXED_NOISE = Fraction(1, 2)
"""The label noise of a comparison where it is of order one: at 1 no wrong power of it would be noticed."""

WIDTH_WINDOW = (Fraction(0), Fraction(3, 2))
"""What figures show of ``rho``, in diagrams of a width that scales."""

WIDTH_ELL = Fraction(-1)
"""The exponent of the weight decay at which they are drawn unasked."""

OTHER_WINDOW = (Fraction(-1), Fraction(6))
"""Where coordinates of a system that networks do not have are drawn."""

PARAMETER_WINDOWS = {
    "gamma": (Fraction(1, 2), Fraction(3)),
    "source": (Fraction(0), Fraction(3, 2)),
    "alpha": (Fraction(0), Fraction(2)),
    "beta": (Fraction(0), Fraction(2)),
}
"""Where parameters of a system are drawn."""

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


def upwards_of(
    noise: str, estimator: str, *, at_one_b: bool, width: str = "full"
) -> Literal["ell", "b", "rho", "risk"]:
    """What stands upwards in a figure: an exponent, or that of the risk where samples are all there is.

    >>> upwards_of("fixed", "erm", at_one_b=False), upwards_of("scaled", "bayes", at_one_b=False)
    ('ell', 'b')
    """
    if width == "scaled":
        return "rho"
    if estimator != "bayes":
        return "ell"
    return "b" if noise == "scaled" and not at_one_b else "risk"


def misfit(
    noise: str, estimator: str, shown: Mapping[str, Any], *, has_source: bool, width: str = "full"
) -> tuple[str, str] | None:
    """The first parameter of a figure that does not fit its diagram, and what it must be; None if all fit.

    Args:
        noise: of the diagram.
        estimator: of the diagram.
        shown: gamma, b, ell, source and the windows, pairs, by name; what is not given is None or missing.
        has_source: whether the diagram depends on a source exponent.
        width: of the diagram.

    >>> misfit("fixed", "erm", {"gamma": Fraction(5, 4), "b": 1}, has_source=False)
    ('b', 'left out: it is for noise "scaled"')
    """
    b, source = shown.get("b"), shown.get("source")
    upwards = upwards_of(noise, estimator, at_one_b=b is not None, width=width)
    needs_b = noise == "scaled" and estimator != "bayes"
    rules = [
        ("gamma", shown["gamma"] > Fraction(1, 2), "above 1/2, so that the target has finite energy"),
        ("b", b is not None or not needs_b, "given: the figure is drawn at one label noise d^-b"),
        (
            "b",
            b is None or noise == "scaled",
            'left out: it is for noise "scaled"',
        ),
        ("b", b is None or b >= 0, "at least 0, noise that does not grow with d"),
        (
            "ell",
            shown.get("ell") is None or width == "scaled",
            'left out: it is for width "scaled"; the figure has an axis of it, or no weight decay',
        ),
        ("source", source is not None or not has_source, "given: the diagram has a source exponent"),
        ("source", source is None or has_source, "left out: the diagram has no source exponent"),
        ("source", source is None or source > 0, "above 0"),
    ]
    axes = {"samples_window": "a", "decay_window": "ell", "noise_window": "b", "width_window": "rho"}
    for name, symbol in axes.items():
        window = shown.get(name)
        if window is not None:
            is_axis = symbol in ("a", upwards)
            rules += [
                (name, is_axis, f"left out: the figure has no axis of {symbol}"),
                (name, is_window(*window), WINDOW),
                (name, symbol != "b" or window[0] >= 0, "at least 0, noise that does not grow with d"),
            ]
    return next(((name, allowed) for name, fits, allowed in rules if not fits), None)
