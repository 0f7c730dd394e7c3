"""Where derivation and equations meet: do they agree, and would a wrong derivation be noticed?

``asymptotics`` derives how every quantity scales, ``numerics`` solves the equations it scales by, and neither
imports the other.  What makes their comparison a test is one lemma: at a point deep inside a phase every
neglected term is smaller by a power of d, so on a geometric progression of dimensions what a solution lacks
to its law is a sum of geometric sequences, which sequence acceleration removes and whose size it estimates.
The tolerance of a measured number is made from that estimate: a number agrees, disagrees, or is undecided,
where an exponent off by 0.02, a constant off by 1 % or a missing logarithm could go unnoticed.

The files, in the order in which they import each other:

    words              sentences, titles and labels, apart from computation
    limits             what may be asked, and the windows of what is compared and shown
    files              what is written is whole or not there
    systems            systems of your own in numbers, from their declaration: ``solve_system``
    strategies         Hypothesis strategies for points of a phase, problems, targets and models, for your own
                       tests too
    ladder             the dimensions of a comparison, and what limits them
    verdicts           agrees, disagrees or undecided: the tolerance made from the error estimate
    extrapolation      exponents and limits from a ladder, each with an error estimate
    requirements       what a diagram must be to be compared: it may have been altered by hand
    predictions        what solutions lack to a law: its closed form and its power law
    visibility         which quantities float64 shows at a point, and up to which dimension
    outcomes           what a comparison leaves behind: checks, omissions, phases, planted errors
    records            the same in plain values, for JSON and pandas, with the meaning of each column
    page               the same as a page that a reviewer reads alone
    coverage           whether one phase holds at each point, and a boundary passes where two meet
    report             the outcome, put together
    point_cache        the outcomes of points, kept for a comparison that is interrupted
    selection          which points are compared, with which laws
    comparison         ``agreement``: solve at those points, extrapolate, compare
    reproducing        a failed check as lines to paste, and ``assert_agreement``, which shows them
    planted_errors     a catalogue of wrong derivations, and the check that finds each
    gallery            the shipped models by their names
    catalogue          the figures by their names: a new one is registered there
    parts              a verification in parts, which go to any executor and are kept
    figures            phase diagrams, with the points that were checked
    main_job           derive, compare, write report and figures: ``shallowlaws verify``
    provenance, signals, command_line, start     the console command

Names are imported on first use, so that the console command can ``start`` and check ``provenance`` before
anything else.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own, without its import
if TYPE_CHECKING:
    from typing import Any

    from verify import strategies as strategies
    from verify.comparison import agreement as agreement
    from verify.comparison import checks_at as checks_at
    from verify.figures import phase_diagram_figure as phase_diagram_figure
    from verify.outcomes import Check as Check
    from verify.report import Report as Report
    from verify.reproducing.lines import assert_agreement as assert_agreement
    from verify.reproducing.lines import reproduction as reproduction
    from verify.systems.solution import SystemSolution as SystemSolution
    from verify.systems.solution import solve_system as solve_system

__all__ = [
    "Check",
    "Report",
    "SystemSolution",
    "agreement",
    "assert_agreement",
    "checks_at",
    "phase_diagram_figure",
    "reproduction",
    "solve_system",
    "strategies",
]

_HOMES = {
    "Check": "verify.outcomes",
    "Report": "verify.report",
    "SystemSolution": "verify.systems.solution",
    "solve_system": "verify.systems.solution",
    "agreement": "verify.comparison",
    "assert_agreement": "verify.reproducing.lines",
    "checks_at": "verify.comparison",
    "reproduction": "verify.reproducing.lines",
    "phase_diagram_figure": "verify.figures",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module  # noqa: PLC0415  (late: see start)

    if name == "strategies":
        return import_module("verify.strategies")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
