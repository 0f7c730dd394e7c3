"""A verification in parts: each phase, what covers the exponents, boundaries, each planted error.

Parts go to any executor and are kept on disk when they are finished (``numerics.runs``), so they are told by
plain values, and so is what comes out of them.  A part is kept under a digest of the sources of all three
packages, too: after a change of the code it is computed anew.

In this order: ``Subject``, ``Part``, ``parts_of``, ``computed``, ``outcomes_of``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from asymptotics import PhaseDiagram, phase_diagram
from asymptotics.algebra.monomials import Noise
from asymptotics.diagram import Estimator, Width
from verify.comparison import agreement, boundaries_checked, derived_phase, regions_checked
from verify.gallery import model_named
from verify.outcomes import Check, DerivedPhase, Kill, Omission
from verify.planted_errors import CATALOGUE, errors_of, killed
from verify.point_cache import read_from, written
from verify.selection import Effort

QUICK_ERRORS = 3
"""Planted errors of each diagram at quick effort; all of them at full."""


@dataclass(frozen=True)
class Subject:
    """A diagram to be verified, by names.

    Attributes:
        model: by its name in ``gallery``.
        noise, estimator, width: as ``phase_diagram`` takes them.
        effort, seed: of the comparison.
    """

    model: str
    noise: Noise
    estimator: Estimator
    width: Width
    effort: Effort
    seed: int

    def diagram(self) -> PhaseDiagram:
        """The diagram as derived."""
        model = model_named(self.model)
        return phase_diagram(model, noise=self.noise, estimator=self.estimator, width=self.width)


@dataclass(frozen=True)
class Part:
    """What is computed in one go.

    Attributes:
        subject: the diagram.
        phase: the index of the one compared, if it is a phase.
        planted: the name of the planted error, if it is one.
        boundary: the index of the one compared, if it is one; at full effort each is a part.  With none of
            the three, the part is what covers the exponents, at quick effort some boundaries, too.
    """

    subject: Subject
    phase: int | None = None
    planted: str | None = None
    boundary: int | None = None

    def key(self) -> dict[str, Any]:
        """All that determines what comes out."""
        return {"sources": digest_of_sources(), **asdict(self)}


@cache
def digest_of_sources() -> str:
    """A digest of every file of the three packages."""
    home = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for room in ("asymptotics", "numerics", "verify"):
        for path in sorted((home / room).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def parts_of(subject: Subject) -> list[Part]:
    """The parts of one diagram, in the order of a report."""
    diagram = subject.diagram()
    errors = errors_of(diagram)
    if subject.effort == "quick":
        errors = errors[:: max(1, -(-len(errors) // QUICK_ERRORS))]
    phases = (Part(subject, phase=index) for index in range(len(diagram.phases)))
    count = len(diagram.boundaries) if subject.effort == "full" else 0
    boundaries = (Part(subject, boundary=index) for index in range(count))
    return [*phases, Part(subject), *boundaries, *(Part(subject, planted=error.name) for error in errors)]


def computed(part: Part) -> dict[str, Any]:
    """What comes out of a part, in plain values.

    Raises:
        NotConverged: an equation could not be solved.
    """
    subject = part.subject
    if part.planted is not None:
        kill = killed(CATALOGUE[part.planted], seed=subject.seed)
        return {"kill": {**vars(kill), "by": kill.by and written([kill.by])}}
    diagram = subject.diagram()
    if part.boundary is not None:
        of_boundary = replace(diagram, boundaries=(diagram.boundaries[part.boundary],))
        return written([*boundaries_checked(of_boundary, subject.effort, subject.seed)])
    if part.phase is None:
        some = boundaries_checked(diagram, "quick", subject.seed) if subject.effort == "quick" else ()
        return written([*regions_checked(diagram, subject.seed), *some])
    of_phase = replace(diagram, phases=(diagram.phases[part.phase],), boundaries=())
    report = agreement(of_phase, effort=subject.effort, seed=subject.seed)
    return written([*report.checks, *report.omissions])


Outcome: TypeAlias = Check | Omission | Kill | DerivedPhase


def outcomes_of(part: Part, record: Mapping[str, Any]) -> Iterator[Outcome]:
    """The rows of a report that a part adds.

    Raises:
        KeyError, ValueError, TypeError: the record is none that ``computed`` makes.
    """
    if part.planted is not None:
        kill = record["kill"]
        by = kill["by"] and read_from(kill["by"])[0]
        yield Kill(**{**kill, "by": by})
        return
    yield from read_from(record)
    if part.phase is not None:
        diagram = part.subject.diagram()
        yield derived_phase(diagram, diagram.phases[part.phase])
