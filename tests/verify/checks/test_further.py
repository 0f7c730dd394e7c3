"""All further checks of a part of a diagram, by their kinds, as `agreement` makes them."""

from dataclasses import replace
from fractions import Fraction

from asymptotics import phase_diagram, quadratic
from verify import Check, agreement, reproduction
from verify.checks.further import further_checks
from verify.checks.measured import LeftOut
from verify.verdicts import verdict_of

DIAGRAM = phase_diagram(quadratic)
PART = replace(
    DIAGRAM,
    phases=tuple(phase for phase in DIAGRAM.phases if phase.name == "III"),
    boundaries=tuple(b for b in DIAGRAM.boundaries if [p.name for p in b.phases] == ["III", "VIb"]),
)


def test_boundaries_spectra_and_proofs_agree() -> None:
    checks = [one for one in further_checks(PART) if not isinstance(one, LeftOut)]
    assert {one.kind for one in checks} >= {"boundary", "spectrum"}
    assert {verdict_of(one.kind, one.predicted, *one.limit) for one in checks} == {"agrees"}


def test_agreement_makes_them_and_lists_what_it_leaves_out() -> None:
    outcomes = list(further_checks(PART))
    report = agreement(PART)
    found = [(one.kind, one.quantity) for one in outcomes if not isinstance(one, LeftOut)]
    left = [(one.phase, one.quantity, one.reason) for one in outcomes if isinstance(one, LeftOut)]
    assert {(one.kind, one.quantity) for one in report.checks} >= {*found}
    assert {(one.phase, one.quantity, one.reason) for one in report.omissions} >= {*left}


def test_full_effort_is_passed_on() -> None:
    """Several points on each boundary, both sides of it, and one close to it."""
    boundaries = replace(PART, phases=())
    short, whole = (list(further_checks(boundaries, effort=effort)) for effort in ("quick", "full"))
    assert [one.quantity for one in short].count("excess_risk") == 1
    assert [one.quantity for one in whole].count("excess_risk") == 6
    assert [one.quantity for one in whole].count("close") == 1


def test_a_failure_on_a_boundary_is_shown_as_lines_to_paste() -> None:
    check = Check(
        network="quadratic",
        phase="III/VIb",
        quantity="place",
        kind="boundary",
        a=Fraction(4),
        ell=Fraction(3, 2),
        gamma=Fraction(1),
        b=None,
        dim=10**12,
        predicted=0.0,
        measured=0.01,
        uncertainty=0.0,
        tolerance=0.001,
        verdict="disagrees",
    )
    lines = reproduction(PART, check, seed=3)
    assert "further_checks(diagram, effort='quick', seed=3)" in lines
    assert "('III/VIb', 'place', 'boundary')" in lines
