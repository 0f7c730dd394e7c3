"""All further checks of a part of a diagram, by their kinds; `agreement` makes them at full effort."""

from dataclasses import replace
from fractions import Fraction

import pytest

from asymptotics import phase_diagram, quadratic
from verify import Check, agreement, reproduction
from verify.checks.further import further_checks
from verify.verdicts import verdict_of

DIAGRAM = phase_diagram(quadratic)
PART = replace(
    DIAGRAM,
    phases=tuple(phase for phase in DIAGRAM.phases if phase.name == "III"),
    boundaries=tuple(b for b in DIAGRAM.boundaries if [p.name for p in b.phases] == ["III", "VIb"]),
)


def test_boundaries_spectra_and_proofs_agree() -> None:
    checks = list(further_checks(PART))
    assert {one.kind for one in checks} >= {"boundary", "spectrum"}
    assert {verdict_of(one.kind, one.predicted, *one.limit) for one in checks} == {"agrees"}


@pytest.mark.slow
def test_agreement_makes_them_at_full_effort() -> None:
    found = [(one.kind, one.quantity) for one in further_checks(PART)]
    report = agreement(PART, effort="full")
    assert {(one.kind, one.quantity) for one in report.checks} >= {*found}


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
    lines = reproduction(PART, check)
    assert "further_checks(diagram, seed=0)" in lines
    assert "('III/VIb', 'place', 'boundary')" in lines
