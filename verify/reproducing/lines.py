"""A failed check as lines of Python to paste, and an assertion that shows them.

In this order: `reproduction`, `assert_agreement`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from asymptotics import Phase, PhaseDiagram
from asymptotics.diagram import require_diagram
from asymptotics.expressions.checks import require
from verify.checks.measured import region_of
from verify.comparison import agreement
from verify.outcomes import PROVED, Check
from verify.reproducing.diagrams import lines_of_diagram
from verify.selection import Effort, require_effort, require_seed
from verify.verdicts import AT_A_POINT

_SHOWN = 5
"""How many failures are listed."""


def reproduction(diagram: PhaseDiagram, check: Check, *, effort: Effort = "quick", seed: int = 0) -> str:
    """Lines of Python that make one check again, in a process of their own, and print its verdict.

    Args:
        diagram: that was compared.  A model that this package does not ship, and that is no `System`, is left
            for you to fill in.
        check: of the report of ``agreement``.
        effort: of that report, on which depends what is compared on boundaries, of spectra and with proofs.
        seed: of that report, likewise.

    Raises:
        InvalidArgument: an argument is none of these, or the check is of a phase that the diagram lacks.

    >>> from asymptotics import diagonal, phase_diagram
    >>> from verify import checks_at
    >>> diagram = phase_diagram(diagonal)
    >>> check = checks_at(diagram, diagram.phases[3], {"a": 3, "ell": 1.5, "gamma": 0.75})[0]
    >>> print(reproduction(diagram, check))
    from fractions import Fraction
    from verify import checks_at
    from asymptotics import phase_diagram
    from asymptotics.models import diagonal
    diagram = phase_diagram(diagonal)
    at = {'a': Fraction(3, 1), 'ell': Fraction(3, 2), 'gamma': Fraction(3, 4)}
    for check in checks_at(diagram, diagram.phases[3], at):
        if (check.quantity, check.kind) == ('excess_risk', 'exponent'):
            print(check.verdict, check.predicted, check.measured, check.tolerance)
    """
    require_diagram(diagram)
    require(isinstance(check, Check), "check", check, "a Check of a Report")
    require_effort(effort)
    require_seed(seed)
    if check.quantity == "region":
        return "\n".join(_of_regions(diagram, check))
    if check.quantity in ("balance", "crossing"):
        return "\n".join(_of_coverage(diagram, seed))
    if check.kind not in AT_A_POINT or check.quantity == PROVED:
        return "\n".join(_of_further(diagram, check, f"effort={effort!r}, seed={seed}"))
    phases = [k for k, phase in enumerate(diagram.phases) if _is_of(phase, check)]
    require(bool(phases), "check", check.phase, "of a phase of the diagram")
    at = ", ".join(f"{name!r}: {_fraction(value)}" for name, value in _place(check).items())
    return "\n".join(
        [
            "from fractions import Fraction",
            "from verify import checks_at",
            *lines_of_diagram(diagram),
            f"at = {{{at}}}",
            f"for check in checks_at(diagram, diagram.phases[{phases[0]}], at):",
            f"    if (check.quantity, check.kind) == {(check.quantity, check.kind)}:",
            "        print(check.verdict, check.predicted, check.measured, check.tolerance)",
        ]
    )


def assert_agreement(diagram: PhaseDiagram, *, effort: Effort = "quick", seed: int = 0) -> None:
    """Fail, with lines to paste, unless derivation and equations agree: ``agreement`` as an assertion.

    Args:
        diagram: as ``agreement`` takes it.
        effort: "quick" or "full".
        seed: of the points drawn.

    The lines to paste are printed, too: pytest puts a mark before each line of an error, and none before what
    was printed.

    Raises:
        AssertionError: a check disagrees or is undecided; it lists some, and ends with the lines that
            ``reproduction`` makes for the first one that disagrees.
        InvalidArgument, NotConverged: as ``agreement`` does.

    >>> from asymptotics import phase_diagram
    >>> from asymptotics.models import hermite
    >>> assert_agreement(phase_diagram(hermite(2)))
    """
    __tracebackhide__ = True  # of pytest: its traceback ends in the test
    report = agreement(diagram, effort=effort, seed=seed)
    if report.passed:
        return
    failures = sorted(report.failures, key=lambda check: check.verdict)
    listed = [_line(check) for check in failures[:_SHOWN]]
    if len(failures) > _SHOWN:
        listed.append(f"... and {len(failures) - _SHOWN} more")
    lines = reproduction(diagram, failures[0], effort=effort, seed=seed) if failures else ""
    print(lines)
    raise AssertionError("\n".join([repr(report), *listed, "", "To reproduce the first:", "", lines]))


def _line(check: Check) -> str:
    return (
        f"{check.phase}, {check.quantity}, {check.kind}: {check.verdict}, {check.predicted:g} derived, "
        f"{check.measured:g} measured, at {check.place}"
    )


def _is_of(phase: Phase, check: Check) -> bool:
    return phase.name == check.phase and region_of(phase) == check.region


def _place(check: Check) -> dict[str, Fraction]:
    usual = {name: getattr(check, name) for name in ("a", "ell", "gamma", "b")}
    return {name: value for name, value in (usual | dict(check.others)).items() if value is not None}


def _fraction(value: Any) -> str:
    exact = Fraction(value)
    return f"Fraction({exact.numerator}, {exact.denominator})"


def _of_further(diagram: PhaseDiagram, check: Check, of_report: str) -> list[str]:
    """Numbers on a boundary, of a spectrum, or against proofs, which depend on the seed of the report."""
    which = (check.phase, check.quantity, check.kind)
    return [
        "from verify.checks.further import further_checks",
        "from verify.checks.measured import Measured",
        *lines_of_diagram(diagram),
        f"for one in further_checks(diagram, {of_report}):",
        f"    if isinstance(one, Measured) and (one.phase, one.quantity, one.kind) == {which}:",
        "        print(one.predicted, one.limit)",
    ]


def _of_coverage(diagram: PhaseDiagram, seed: int) -> list[str]:
    """Where phases meet and not one boundary passes, or where a region reaches beyond its balance."""
    return [
        "from verify.comparison import regions_checked",
        *lines_of_diagram(diagram),
        f"for check in regions_checked(diagram, seed={seed}):",
        "    if not check.passed:",
        "        print(check.phase, check.quantity, check.measured, check.place)",
    ]


def _of_regions(diagram: PhaseDiagram, check: Check) -> list[str]:
    """Which phases hold at a point."""
    at = {("r" if name == "source" else name): value for name, value in _place(check).items()}
    place = ", ".join(
        f"{name!r}: Rational({value.numerator}, {value.denominator})" for name, value in at.items()
    )
    return [
        "from sympy import Rational",
        *lines_of_diagram(diagram),
        f"at = {{{place}}}",
        "regions = [p.region.subs({s: at[s.name] for s in p.region.free_symbols}) for p in diagram.phases]",
        "print(sum(map(bool, regions)), 'phases hold')",
    ]
