"""Which quantities of trained networks float64 shows at a point, and up to which dimension.

The risk, the threshold and the others that every phase has a law of are seen wherever the phase is resolved,
and so are the training loss and most parts of the risk.  Some are seen as far as they are not lost among
larger numbers:

* the learned part of the risk of a matrix network, which is what the others leave of it (``SEEN_DECADES``);
* the overfitted part where it is small and the angle at which the threshold lies rounds to the edge of the
  noise (``ANGLE_DECADES``);
* the risk after pruning where few of many modes pass the edge of the noise (``EDGE_DECADES``,
  ``PRUNED_MODES``);
* anything inside the range of float64 (``ladder.RANGE``).

Each of these ends the ladder of that law sooner: ``end_where_seen``.  The overfitted part where it is small,
to which modes next to the edge of the noise add one by one, needs a longer one: ``decades_needed``.  Others
need a longer ladder than there is, such as a series in 1/log d, and a decay gamma near which a law becomes
another: ``why_unseen``.

In this order: ``why_unseen``, ``end_where_seen``, ``decades_needed``, ``is_by_cases``, ``slack_of_cases``,
``slack_of_part``, ``has_hard_edge``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from sympy import Expr, oo
from sympy.core.relational import Relational

from asymptotics import Law, Network, Phase, PhaseDiagram
from asymptotics.networks.mode_functions import Ordering
from asymptotics.networks.narrow import Binding
from asymptotics.symbols import gamma
from verify import words
from verify.ladder import LEAST_DEPTH, POWERS_GONE, RANGE
from verify.limits import FIGURE_GAMMA
from verify.systems.points import exponents_at

PARTS = ("unlearned", "learned", "overfitting")

SEEN_DECADES = 9
"""How far below the whole what others leave of it is still known, in float64, to 1e-5: 1e-3 is compared."""

ANGLE_DECADES = 14
"""Decades of that angle below 1 up to which float64 tells it from 0."""

LONG = 42
"""The number gamma/L, L the logarithm of the last dimension, is at most one over this where laws are compared
that are right up to 1/L: sizes are powers gamma of what has a series in 1/L."""

LEAST_DEPTH_OF_SERIES = 3 * POWERS_GONE
"""With fewer decades a series in 1/log d is not compared: its ladder spans less than a factor 3 of log d."""

EDGE_DECADES = 21
"""Decades of K/d below 1 up to which, at a hard edge, the modes next to the edge are known."""

EDGE_DECADES_OF_WIDTH = 30
"""The same where hidden units bind, and modes next to the threshold are known; further it takes seconds."""

PRUNED_MODES = 7
"""Decades of modes that are learned there, between which float64 tells where the noise ends: a place is known
to rounding times the square of their number."""

FAR_FROM_A_CASE_OF_SERIES = 2 * POWERS_GONE
"""Decades by which what is left of a law by cases in gamma lies below it where a series in 1/log d is left,
too; ``LEAST_DEPTH`` otherwise."""

FAR_FROM_THE_EDGE = 5
"""Decades by which what those modes add lies below it."""

_ANGLE = 1 / 5
"""The angle of the threshold, 0 at the edge of a semicircle, is this power of the noise above it."""

_JUST_BELOW = 1 - 1e-9


def why_unseen(
    diagram: PhaseDiagram, phase: Phase, quantity: str, law: Law, point: Any, *, decades: float, depth: float
) -> str | None:
    """Why float64 does not show a quantity of trained networks on a ladder; None where it does.

    What its own law neglects is to lie far below it, too.

    Args:
        diagram: of the phase.
        phase: in which the point lies.
        quantity: by name.
        law: of that quantity.
        point: exponents (a, ell, gamma, b).
        decades: of the last dimension.
        depth: decades by which what the phase neglects is smaller there than what it keeps.
    """
    modes, freedom = _exponents(diagram, point, phase.learned, phase.degrees_of_freedom)
    from_cases = slack_of_cases(diagram, phase, law, point)
    if from_cases == 0:
        return words.NEAR_A_CASE
    for end, reason in _ends(diagram, phase, quantity, law, point):
        if decades > end:
            return reason
    # what is left of these falls like 1/L alone, and powers of d are removed with it
    length = -freedom * decades * math.log(10)
    steepness = max(float(point.gamma), float(FIGURE_GAMMA))
    powers_gone = depth / LEAST_DEPTH_OF_SERIES
    room = min(length / (LONG * steepness), powers_gone) if quantity in PARTS else powers_gone
    if quantity in (*PARTS, "pruned_risk") and law.corrected is not None and room < 1:
        return words.SHORT_SERIES
    is_at_edge = _is_at_hard_edge(phase, diagram, modes)
    if quantity == "pruned_risk" and is_at_edge:
        return None
    if decades < decades_needed(diagram, phase, quantity, law, point):
        return words.FEW_AT_EDGE
    far = LEAST_DEPTH if law.corrected is None else FAR_FROM_A_CASE_OF_SERIES
    return None if from_cases * decades >= far else words.NEAR_A_CASE


def end_where_seen(diagram: PhaseDiagram, phase: Phase, quantity: str, law: Law, point: Any) -> float:
    """The decades of the last dimension at which float64 shows a quantity; infinite where it always does.

    Arguments as those of ``why_unseen``.

    >>> from fractions import Fraction
    >>> from asymptotics import phase_diagram, quadratic
    >>> from verify.strategies import Scale
    >>> diagram, point = phase_diagram(quadratic), Scale(Fraction(1, 2), Fraction(-1), Fraction(5, 4))
    >>> phase = diagram.locate(**point._asdict())
    >>> round(end_where_seen(diagram, phase, "pruned_risk", phase.pruned_risk, point), 3)
    26.25
    """
    return _JUST_BELOW * min(
        (end for end, _ in _ends(diagram, phase, quantity, law, point)), default=math.inf
    )


def decades_needed(diagram: PhaseDiagram, phase: Phase, quantity: str, law: Law, point: Any) -> float:
    """The decades of the last dimension from which on a quantity has its law; 0 where that is any.

    What modes next to the edge add to the overfitted part is of the order of the angle, and irregular.
    Arguments as those of ``why_unseen``.
    """
    if not _is_overfitting_at_edge(diagram, phase, quantity, law, point):
        return 0.0
    (freedom,) = _exponents(diagram, point, phase.degrees_of_freedom)
    return FAR_FROM_THE_EDGE / (-_ANGLE * freedom)


def is_by_cases(law: Law) -> bool:
    """Whether a law is another one at other gamma."""
    return any(case.has(gamma) for case in _cases(law))


def slack_of_cases(diagram: PhaseDiagram, phase: Phase, law: Law, point: Any) -> float:
    """By how small a power of d what a law is at other gamma is smaller than what it is there.

    That is the number of learned modes to a power that is 0 at the gamma where two cases meet; infinite
    without cases.
    """
    (modes,) = _exponents(diagram, point, phase.learned)
    powers = [abs(x) for x in exponents_at(diagram, _cases(law), point)]
    return min(powers) * max(modes, 0.0) if powers else math.inf


def slack_of_part(diagram: PhaseDiagram, phase: Phase, quantity: str, point: Any) -> float:
    """By how small a power of d what the law of a part of the risk leaves out is smaller than that part.

    At a hard edge that of the learned part is the square root of the share of modes that are learned; of
    others no more is known than of the phase, and it is infinite.
    """
    if quantity != "learned" or not has_hard_edge(diagram):
        return math.inf
    (modes,) = _exponents(diagram, point, phase.learned)
    return (1 - modes) / 2 if _is_at_hard_edge(phase, diagram, modes) else math.inf


def _cases(law: Law) -> tuple[Expr, ...]:
    """What vanishes where a law becomes another."""
    relations = {relation for form in (law.exponent, law.constant) for relation in form.atoms(Relational)}
    return tuple({relation.lhs - relation.rhs for relation in sorted(relations, key=str)})


def _ends(
    diagram: PhaseDiagram, phase: Phase, quantity: str, law: Law, point: Any
) -> Iterator[tuple[float, str]]:
    """Decades at which a quantity is lost, each with the reason."""
    laws = (phase.risk, phase.learned, phase.degrees_of_freedom, law)
    risk, modes, freedom, own = _exponents(diagram, point, *laws)
    if own != 0 and math.isfinite(own):
        yield 2 * RANGE / abs(own), words.BEYOND_FLOATS
    # of what is nothing no size is known
    is_small = has_hard_edge(diagram) and _is_small(diagram, phase, law, point)
    is_at_edge = _is_at_hard_edge(phase, diagram, modes)
    if quantity == "learned" and is_small:
        yield SEEN_DECADES / (risk - own), words.SMALL_PART
    if _is_overfitting_at_edge(diagram, phase, quantity, law, point):
        yield ANGLE_DECADES / (_ANGLE * -freedom), words.SMALL_PART
    if quantity == "pruned_risk" and is_at_edge:
        binds = isinstance(phase.hypothesis.ordering, Binding)
        most = EDGE_DECADES_OF_WIDTH if binds else EDGE_DECADES
        yield min(most / (1 - modes), PRUNED_MODES / modes), words.MODES_AT_EDGE


def _is_overfitting_at_edge(diagram: PhaseDiagram, phase: Phase, quantity: str, law: Law, point: Any) -> bool:
    """Whether it is the overfitted part, small, at a hard edge that the threshold approaches."""
    modes, freedom = _exponents(diagram, point, phase.learned, phase.degrees_of_freedom)
    is_small = quantity == "overfitting" and _is_small(diagram, phase, law, point)
    return is_small and _is_at_hard_edge(phase, diagram, modes) and freedom < 0


def _is_small(diagram: PhaseDiagram, phase: Phase, law: Law, point: Any) -> bool:
    """Whether a part is small beside the whole."""
    whole, own = _exponents(diagram, point, phase.risk, law)
    return -math.inf < own < whole


def _is_at_hard_edge(phase: Phase, diagram: PhaseDiagram, modes: float) -> bool:
    """Whether some of the modes, d to this power, are learned next to it."""
    is_at_edge = phase.hypothesis.ordering is not Ordering.THRESHOLD_ABOVE_NOISE
    return has_hard_edge(diagram) and is_at_edge and 0 < modes < 1


def has_hard_edge(diagram: PhaseDiagram) -> bool:
    """Whether noise does not reach beyond an edge, as that of a matrix."""
    return isinstance(diagram.model, Network) and bool(diagram.model.noise.edge != oo)


def _exponents(diagram: PhaseDiagram, point: Any, *laws: Law) -> list[float]:
    """Exponents of laws at a point; not a number just where two cases meet."""
    return exponents_at(diagram, [law.exponent for law in laws], point)
