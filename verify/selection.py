"""Which points of a diagram are compared, with which laws, and on which dimensions.

Points are chosen before anything is solved: so deep inside their phase that all that is neglected lies
decades below what is kept at the end of the ladder (``DEPTH``).  Such a ladder may lose what is small beside
the whole, as a part of the risk may be, or end where a law does not hold yet: a shorter or a longer one shows
it (``visibility``).  Where a law is another one at gamma < 1 a point of its own is drawn there.

In this order: ``require_effort``, ``require_seed``, ``selected``, ``has_further_laws``, ``points_in``,
``laws_compared``, ``ladder_at``, ``own_end``, ``slack_at``, ``depth_at``, ``is_costly``,
``is_solved_as_declared``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from numbers import Integral
from typing import Any, Literal

from hypothesis import strategies as st

from asymptotics import Law, Phase, PhaseDiagram
from asymptotics.expressions.checks import is_number, require
from asymptotics.systems import system_of
from verify.checks.measured import drawn, in_turn
from verify.ladder import LEAST_DEPTH, dimensions, ladder, margin_at
from verify.limits import DECAY_WINDOW, FIGURE_GAMMA, SAMPLES_WINDOW, SEED_BITS, SYSTEM_DECAY_WINDOW
from verify.predictions import laws_of
from verify.strategies import decays, scales
from verify.systems.points import has_own_axes, last_decade, point_type, slack_of_law
from verify.visibility import (
    decades_needed,
    end_where_seen,
    has_hard_edge,
    is_by_cases,
    slack_of_cases,
    why_unseen,
)

Effort = Literal["quick", "full"]

Laws = Literal["usual", "all", "cases"]
"""Those that all phases have; all; and those alone that are others at gamma < 1."""

MARGIN = Fraction(1, 10)
"""Least slack of every inequality of the region at a point."""

SIDES = (decays(max_gamma=Fraction(19, 20)), st.integers(1, 100).map(lambda k: 2 + Fraction(k, 100)))
"""Decays on either side of that of the figures, of which points at quick effort have one in turn."""

STEEP, FAINT = Fraction(3), Fraction(55, 16)
"""Decay and noise exponent b of one point of each phase where noise scales: few modes, faint noise."""

DEPTH = 8
"""How many decades all that is neglected lies below what is kept, at the end of the ladder of a point."""

DEPTH_OF_SERIES = 14
"""The same where a series in 1/log d is left: it begins where those powers of d are gone."""

WANTED_DEPTH = 6
"""With fewer decades at the points drawn more of them are."""

QUICK_POINTS = 30
"""At quick effort about so many points in all: four in a phase or fewer, and one in each."""

QUICK_POINTS_OF_WIDTH = 18
"""The same of a scaled width: there are twice as many phases, and solutions take longer."""

PHASES_IN_TURN = 3
"""At quick effort further laws are compared at points of their own in so many phases, which go round."""

NARROW_IN_TURN = 3
"""Of a scaled width laws that not all phases have are compared in so many phases in turn at quick effort, and
at one of so many points at full."""

LONGEST = 60
"""Decades of the last dimension of a ladder that is longer than the usual one, whose risks float64 places."""

RARE = 4
"""How many times more points are drawn where few lie so deep in a phase."""

_TRIES, _TRIES_WHERE_COSTLY = 20, 200
"""Points drawn beyond those that are taken."""

POINTS: dict[Effort, int] = {"quick": 4, "full": 40}


def require_effort(effort: Any) -> None:
    """Refuse what is no effort."""
    require(isinstance(effort, str) and effort in POINTS, "effort", effort, "'quick' or 'full'")


def require_seed(seed: Any) -> None:
    """Refuse what is no seed of points."""
    is_seed = isinstance(seed, Integral) and is_number(seed) and abs(seed) < 2**SEED_BITS
    require(is_seed, "seed", seed, f"an integer of at most {SEED_BITS} bits")


def selected(diagram: PhaseDiagram, index: int, effort: Effort, seed: int) -> Iterator[tuple[Any, Laws]]:
    """The points of one phase, each with the laws that are compared there.

    At quick effort the points at which all laws are compared, and those of further laws, go round with the
    seed.

    Args:
        diagram: of the phase.
        index: of the phase in it.
        effort: "quick", one to four points, or "full", forty.
        seed: of the points drawn.
    """
    phase = diagram.phases[index]
    points = points_in(diagram, phase, effort, seed)
    if effort == "full":
        turns = 1 if diagram.width == "full" else NARROW_IN_TURN
    else:
        turns = 2 if len(points) >= POINTS["quick"] else len(points)
    has_further = has_further_laws(diagram, index, effort, seed)
    for k, point in enumerate(points):
        yield point, "all" if has_further and k % turns == seed % turns else "usual"
    if effort == "quick" and index not in in_turn(len(diagram.phases), PHASES_IN_TURN, seed):
        return
    by_cases = {} if is_solved_as_declared(diagram) else laws_compared(diagram, phase, "cases")
    further = _cases_shown_at(diagram, phase, by_cases, seed) if by_cases else None
    if further is not None:
        yield further, "cases"


def has_further_laws(diagram: PhaseDiagram, index: int, effort: Effort, seed: int) -> bool:
    """Whether laws that not all phases have are compared in a phase, too; arguments as ``selected``."""
    of_all = effort == "full" or diagram.width == "full"
    return of_all or index in in_turn(len(diagram.phases), NARROW_IN_TURN, seed)


def points_in(diagram: PhaseDiagram, phase: Phase, effort: Effort, seed: int) -> list[Any]:
    """Points deep inside one region: half at the decay of the figures, half at any.

    Of those drawn the first are taken of which all that is neglected is small at the end of the ladder, or
    else the deepest.
    """
    enough = DEPTH if phase.risk.corrected is None else DEPTH_OF_SERIES

    @cache
    def shallowness(point: Any) -> float:
        return -min(depth_at(diagram, phase, point, ladder_at(diagram, phase, point)[-1]), enough)

    def deepest(count: int, tries: int = _TRIES, **at: Any) -> list[Any]:
        if count == 0:
            return []
        inside = _inside(diagram, phase, **at)
        points = by_depth(inside, tries + count, count)
        if not points or -shallowness(points[-1]) >= WANTED_DEPTH or tries > _TRIES:
            return points
        return by_depth(inside, RARE * tries, count)

    def by_depth(inside: st.SearchStrategy[Any], tries: int, count: int) -> list[Any]:
        # Hypothesis draws the simplest example first, whatever the seed, and others with its parameters next:
        # of a system, whose parameters are several, a law may be right at that one value of one of them
        takes_last = has_own_axes(diagram)
        until_deep = {"is_good": lambda point: shallowness(point) == -enough, "needed": count}
        points = _examples(inside, tries, seed, **({} if takes_last else until_deep))
        return sorted(points[::-1] if takes_last else points, key=shallowness)[:count]

    def beside_figure(turn: int) -> list[Any]:
        # the deepest of all points of a phase lie on one side of that decay, and on the same at every seed
        side = deepest(1, gammas=SIDES[turn % len(SIDES)])
        return side if side and -shallowness(side[0]) >= LEAST_DEPTH else deepest(1)

    count = POINTS[effort]
    if effort == "quick":
        in_all = QUICK_POINTS if diagram.width == "full" else QUICK_POINTS_OF_WIDTH
        count = min(count, max(1, in_all // len(diagram.phases)))
    at_figure, steep_at = dict[str, Any](gammas=st.just(FIGURE_GAMMA)), dict[str, Any]()
    if diagram.noise == "scaled" and not has_own_axes(diagram):
        steep_at = {"gammas": st.just(STEEP), "noises": st.just(FAINT)}
    if is_costly(diagram) and effort == "quick":
        # seconds for each solution: one point, where it lies goes round with the seed
        turns = [at_figure, {}, *([steep_at] if steep_at else [])]
        turned = deepest(1, _TRIES_WHERE_COSTLY, **turns[seed % len(turns)])
        if turned and -shallowness(turned[0]) >= LEAST_DEPTH:
            return turned
        return deepest(1, _TRIES_WHERE_COSTLY, **at_figure)
    # near the end of a phase no dimension in reach is large at that decay
    has_steep = bool(steep_at) and (count > 1 or seed % 3 == 2)
    steep = [point for point in deepest(1, **steep_at) if -shallowness(point) >= enough] if has_steep else []
    others = count - len(steep)
    has_decay = not has_own_axes(diagram) or "gamma" in point_type(diagram)._fields
    figure = (others + 1 - seed % 2) // 2 if has_decay else 0
    if effort == "quick" and not has_own_axes(diagram):
        at_any = [point for k in range(others - figure) for point in beside_figure(k + seed // 2)]
    else:
        at_any = deepest(others - figure)
    points = list(dict.fromkeys([*deepest(figure, **at_figure), *at_any, *steep]))
    # a phase may end at smaller decays than that of the figures
    return points or deepest(1)


def _cases_shown_at(diagram: PhaseDiagram, phase: Phase, laws: Mapping[str, Law], seed: int) -> Any:
    """The point at gamma < 1 where most of these laws are seen; None if there is none."""

    def seen(point: Any) -> tuple[int, float]:
        """How many of those laws, and how deep the point lies."""
        dims = ladder_at(diagram, phase, point)
        depth, decades = depth_at(diagram, phase, point, dims[-1]), math.log10(dims[-1])
        reasons = [
            why_unseen(diagram, phase, quantity, law, point, decades=decades, depth=depth)
            for quantity, law in laws.items()
        ]
        return reasons.count(None), depth

    below = _inside(diagram, phase, gammas=decays(max_gamma=1))
    points = [point for point in _examples(below, RARE * _TRIES, seed) if point.gamma < 1]
    best = max(points, key=seen, default=None)
    return None if best is None or seen(best)[0] == 0 or seen(best)[1] < WANTED_DEPTH else best


def laws_compared(diagram: PhaseDiagram, phase: Phase, laws: Laws) -> Mapping[str, Law]:
    """The laws of one phase that are meant."""
    if laws == "usual":
        return phase.laws
    every = laws_of(diagram, phase)
    if laws == "all":
        return every
    return {name: law for name, law in every.items() if name not in phase.laws and is_by_cases(law)}


def ladder_at(diagram: PhaseDiagram, phase: Phase, point: Any) -> tuple[int, ...]:
    """The dimensions at which the laws of one point are compared."""
    if is_solved_as_declared(diagram):
        return dimensions(last_decade(diagram, phase, point))
    return ladder(diagram, phase, point)


def own_end(diagram: PhaseDiagram, phase: Phase, quantity: str, law: Law, point: Any) -> float | None:
    """Decades of a ladder that shows a quantity which the usual one does not; None where that one shows it.

    It is a longer one where the law holds at larger dimensions alone, or a shorter one, no longer than what
    is neglected needs, where the usual one loses the quantity.
    """
    usual = math.log10(ladder_at(diagram, phase, point)[-1])
    end = end_where_seen(diagram, phase, quantity, law, point)
    needed = decades_needed(diagram, phase, quantity, law, point)
    if usual < needed <= min(end, LONGEST):
        return needed
    if end >= usual:
        return None
    slack = slack_at(diagram, phase, point)
    return min(end, WANTED_DEPTH / slack) if slack > 0 else end


def slack_at(diagram: PhaseDiagram, phase: Phase, point: Any, law: Law | None = None) -> float:
    """By how small a power of d what is neglected, by one law or by all, is smaller than what is kept."""
    if law is not None and is_solved_as_declared(diagram):
        return slack_of_law(diagram, phase, law, point)
    of_all = margin_at(diagram, phase, point)
    return of_all if law is None else min(of_all, slack_of_cases(diagram, phase, law, point))


def depth_at(diagram: PhaseDiagram, phase: Phase, point: Any, dim: int) -> float:
    """How many decades the largest neglected term lies below what is kept, at one dimension."""
    return math.log10(dim) * slack_at(diagram, phase, point)


def is_costly(diagram: PhaseDiagram) -> bool:
    """Whether a solution takes seconds: the modes of a matrix one by one."""
    is_matrix = not is_solved_as_declared(diagram) and has_hard_edge(diagram)
    return is_matrix and diagram.estimator == "bayes"


def is_solved_as_declared(diagram: PhaseDiagram) -> bool:
    """Whether the model is a system or reduces to one; networks have equations of their own."""
    return system_of(diagram.model) is not None


def _inside(diagram: PhaseDiagram, phase: Phase, **at: Any) -> st.SearchStrategy[Any]:
    """Points of a phase, off its boundaries, in the windows of a comparison."""
    return scales(
        diagram,
        phase,
        margin=MARGIN,
        samples_window=SAMPLES_WINDOW,
        decay_window=SYSTEM_DECAY_WINDOW if is_solved_as_declared(diagram) else DECAY_WINDOW,
        **at,
    )


def _examples(strategy: st.SearchStrategy[Any], count: int, seed: int, **until: Any) -> list[Any]:
    """Distinct draws of a strategy, the same for the same seed; at most ``count``, none if it has none.

    ``until`` says which are good, and how many of those are enough, as ``drawn`` takes it.
    """
    return drawn(strategy, count, seed, **until) or drawn(strategy, RARE * count, seed, **until)[:count]
