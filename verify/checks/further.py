"""All that is compared beside the laws inside phases, as `verify.agreement` asks for it: `further_checks`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from asymptotics import PhaseDiagram
from verify.checks.across import boundary_checks
from verify.checks.enclosures import certified_checks
from verify.checks.measured import LeftOut, Measured
from verify.checks.spectra import spectrum_checks


def further_checks(
    diagram: PhaseDiagram, *, effort: Literal["quick", "full"] = "quick", seed: int = 0
) -> Iterator[Measured | LeftOut]:
    """Numbers on boundaries, of spectra, and against proved enclosures; and what is left out of them.

    Args:
        diagram: whose model ``numerics`` solves; a part of a diagram, without boundaries, has none of
            the first.
        effort: "quick", some of the boundaries and phases, which go round with the seed; or "full", several
            points on and in every one.
        seed: of the points drawn.

    Raises:
        NotConverged: when an equation could not be solved.

    >>> from asymptotics import phase_diagram, quadratic
    >>> diagram = phase_diagram(quadratic, estimator="bayes", noise="none")
    >>> one = next(further_checks(diagram))
    >>> one.phase, one.quantity, round(one.limit.value, 3)
    ('Ia/N', 'excess_risk', 1.0)
    """
    yield from boundary_checks(diagram, effort=effort, seed=seed)
    yield from spectrum_checks(diagram, effort=effort, seed=seed)
    yield from certified_checks(diagram, effort=effort, seed=seed)
