"""Which check finds a planted error.

To run a whole comparison for each error would take hours, and is not needed: what covers the exponents is
checked first, then the boundaries and phases that the error touches, one by one, then everything else; the
first check that disagrees ends it, and one that is undecided is named where none does.  A check that fails
without the error proves nothing, so the same is asked of a diagram that agrees.

In this order: ``killed``, ``kills``, ``touched``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from asymptotics import Phase, PhaseDiagram
from asymptotics.expressions.checks import require
from numerics import NotConverged
from verify.comparison import agreement, boundaries_checked, regions_checked
from verify.outcomes import Check, Kill
from verify.planted_errors.error import PlantedError
from verify.predictions import laws_of
from verify.selection import require_seed


def killed(error: PlantedError, *, seed: int = 0) -> Kill:
    """The first check that finds a planted error; it survives if none does.

    Args:
        error: of the catalogue, or your own.
        seed: of the points drawn.

    Raises:
        InvalidArgument: error is no ``PlantedError``, or of a phase that there is not; or seed is no seed.
        NotConverged: an equation could not be solved.
    """
    require(isinstance(error, PlantedError), "error", error, "a PlantedError")
    allowed = "a function from diagram to diagram"
    require(callable(error.planting), "planting", error.planting, allowed)
    require_seed(seed)
    diagram = error.diagram()
    wrong = error.plant(diagram)
    require(isinstance(wrong, PhaseDiagram), "planting", wrong, allowed)
    compared, undecided = 0, None
    for checks in _stages(diagram, wrong, seed):
        compared += len(checks)
        by_verdict = {check.verdict: check for check in reversed(checks)}
        # one that is undecided fails, too, but one that disagrees says more
        if "disagrees" in by_verdict:
            return Kill(error.name, error.error, error.title, by_verdict["disagrees"], compared)
        undecided = undecided or by_verdict.get("undecided")
    return Kill(error.name, error.error, error.title, undecided, compared)


def kills(errors: Iterable[PlantedError], *, seed: int = 0) -> Iterator[Kill]:
    """The same of several errors, one after the other."""
    require(not isinstance(errors, PlantedError), "errors", errors, "several, such as [error]")
    for error in errors:
        yield killed(error, seed=seed)


def _stages(diagram: PhaseDiagram, wrong: PhaseDiagram, seed: int) -> Iterator[tuple[Check, ...]]:
    """The checks of a diagram with an error, those first that are likely to find it."""
    yield tuple(regions_checked(wrong, seed))
    for boundary in wrong.boundaries:
        if boundary not in diagram.boundaries:
            outcomes = boundaries_checked(replace(wrong, boundaries=(boundary,)), "quick", seed)
            yield tuple(one for one in outcomes if isinstance(one, Check))
    for phase in touched(diagram, wrong):
        # where a wrong region leads, the equations may have no solution in reach: another phase may find it
        with suppress(NotConverged):
            yield agreement(replace(wrong, phases=(phase,), boundaries=()), seed=seed).checks
    yield agreement(wrong, seed=seed).checks


def touched(diagram: PhaseDiagram, wrong: PhaseDiagram) -> list[Phase]:
    """The phases of the second diagram that differ from those of the first in a region or a law."""
    right = {_content(diagram, phase) for phase in diagram.phases}
    return [phase for phase in wrong.phases if _content(wrong, phase) not in right]


def _content(diagram: PhaseDiagram, phase: Phase) -> tuple[object, ...]:
    # what a phase derives when asked for, its class may derive with an error
    return type(phase), phase.region, *laws_of(diagram, phase).items()
