"""When a measured number agrees with a derived one, when it does not, and when nothing can be said.

A measurement comes with an estimate u of its error (`extrapolation`), and the tolerance is made from it:
``SAFETY`` times u, but not below ``FINEST``, what rounding and the estimate itself are worth.  With e the
distance between the measured number and the derived one,

    e > tolerance                             disagrees, however large the tolerance is,
    e <= tolerance <= ``COARSEST``            agrees,
    e <= tolerance,  tolerance > COARSEST     undecided: an error worth noticing would have gone unnoticed.

``COARSEST`` is half of what must not get away: 0.02 on an exponent, 1 % on a constant, a fifth of a power of
log d.  Where all that is neglected is not far enough below what is kept, exponents alone are compared, and
``COARSEST_OF_SHALLOW`` is half of 0.05; an exponent that is less than 0.05 off is undecided there, as what is
left falls so slowly that its estimate may be too small, and so is the exponent of what vanishes at the sizes
that are measured.

By hand: an exponent 0.5 measured as 0.503 with u = 0.002 has the tolerance 0.006, and agrees; as 0.52 it
disagrees; as 0.503 with u = 0.01 the tolerance would be 0.03, and nothing is decided.

In this order: `tolerance_of`, `verdict_of`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, TypeAlias

from asymptotics.expressions.checks import require

Kind: TypeAlias = Literal["exponent", "log_exponent", "constant", "boundary", "spectrum"]
Verdict: TypeAlias = Literal["agrees", "disagrees", "undecided"]

KINDS: tuple[Kind, ...] = ("exponent", "log_exponent", "constant", "boundary", "spectrum")
"""What is compared: three numbers of each law, and ratios to the laws of boundaries and of spectra."""

AT_A_POINT: tuple[Kind, ...] = ("exponent", "log_exponent", "constant")
"""Those of them that are compared at points inside a phase, each on a ladder of dimensions."""

SAFETY = 3
"""How many estimated errors a number may be off."""

FINEST: Mapping[Kind, float] = {
    "exponent": 0.001,
    "log_exponent": 0.02,
    "constant": 0.001,
    "boundary": 0.001,
    "spectrum": 0.001,
}
"""The tolerance of what is measured exactly."""

COARSEST: Mapping[Kind, float] = {
    "exponent": 0.01,
    "log_exponent": 0.1,
    "constant": 0.005,
    "boundary": 0.005,
    "spectrum": 0.005,
}
"""The largest tolerance with which something is decided."""

COARSEST_OF_SHALLOW = 0.025
"""That of an exponent at a point that is not deep inside its phase."""


def tolerance_of(kind: Kind, uncertainty: float) -> float:
    """The tolerance that the error estimate of a measurement allows; infinite where there is none.

    Raises:
        InvalidArgument: kind is none, or the uncertainty negative.

    >>> tolerance_of("exponent", 0.002), tolerance_of("constant", 0.0)
    (0.006, 0.001)
    """
    require(kind in KINDS, "kind", kind, f"one of {', '.join(KINDS)}")
    require(not uncertainty < 0, "uncertainty", uncertainty, "at least 0")
    return math.inf if math.isnan(uncertainty) else max(FINEST[kind], SAFETY * uncertainty)


def verdict_of(
    kind: Kind, predicted: float, measured: float, uncertainty: float, *, is_deep: bool = True
) -> Verdict:
    """Whether a measurement agrees with what is derived.

    Args:
        kind: of number.
        predicted: as derived; -oo is the exponent of what vanishes.
        measured: as extrapolated; not a number where nothing could be measured, or predicted.
        uncertainty: estimate of its error.
        is_deep: whether the point lies deep inside its phase.

    Raises:
        InvalidArgument: as ``tolerance_of``.

    >>> [verdict_of("exponent", 0.5, x, u) for x, u in ((0.503, 0.002), (0.52, 0.002), (0.503, 0.01))]
    ['agrees', 'disagrees', 'undecided']
    """
    if math.isnan(measured) or math.isnan(predicted):
        return "undecided"
    error = 0.0 if predicted == measured else abs(predicted - measured)
    tolerance = tolerance_of(kind, uncertainty)
    is_coarse = kind == "exponent" and not is_deep
    if error > tolerance:
        # what vanishes at one size may not at another
        is_open = is_coarse and (error < 2 * COARSEST_OF_SHALLOW or measured == -math.inf)
        return "undecided" if is_open else "disagrees"
    coarsest = COARSEST_OF_SHALLOW if is_coarse else COARSEST[kind]
    return "agrees" if tolerance <= coarsest else "undecided"
