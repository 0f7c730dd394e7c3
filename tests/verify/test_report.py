"""A report says what passed and what failed, in full, and can be read back."""

import json
from dataclasses import replace
from fractions import Fraction
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from asymptotics import diagonal, phase_diagram
from verify import Check, Report, agreement

CHECK = Check(
    network="diagonal",
    phase="II",
    quantity="risk",
    a=Fraction(1, 2),
    ell=Fraction(1, 3),
    gamma=Fraction(5, 4),
    b=None,
    dim=10**24,
    predicted=-0.5,
    measured=-0.51,
    uncertainty=0.001,
    tolerance=0.02,
    passed=True,
)
FAILED = replace(CHECK, measured=-0.6, passed=False)


def test_a_report_without_checks_has_not_passed() -> None:
    assert not Report((), "quick", 0).passed


def test_report_says_what_failed_and_can_be_read_back() -> None:
    diagram = phase_diagram(diagonal)
    phase = diagram.phases[-1]
    planted = replace(phase, risk=replace(phase.risk, exponent=phase.risk.exponent + 1))
    report = agreement(replace(diagram, phases=(planted,)), seed=3)
    assert "DISAGREEMENT" in report.to_markdown()
    assert "risk at a =" in report.to_markdown()
    content = json.loads(report.to_json())
    assert content["passed"] is False
    assert content["seed"] == 3
    assert len(content["checks"]) == len(report.checks)


def test_an_incomplete_report_has_not_passed_and_says_so() -> None:
    assert Report((CHECK,), "quick", 0).passed
    report = Report((CHECK,), "quick", 0, complete=False)
    assert not report.passed
    page, record = report.to_markdown(), json.loads(report.to_json())
    assert page.startswith("# Derivation against equations: INCOMPLETE\n")
    assert "agreement" not in page
    assert record["passed"] is record["complete"] is False


def test_infinite_exponents_that_agree_are_no_error_and_are_written_as_words() -> None:
    vanishing = replace(CHECK, predicted=-inf, measured=-inf)
    assert vanishing.error == 0
    assert json.loads(Report((vanishing,), "quick", 0).to_json())["checks"][0]["measured"] == "-inf"
    assert replace(vanishing, measured=-9.0).error == inf


def test_points_of_systems_are_written_with_their_own_coordinates() -> None:
    own = replace(FAILED, ell=None, others=(("rho", Fraction(3, 2)), ("source", Fraction(1, 7))))
    assert own.place == "a = 1/2, gamma = 5/4, rho = 3/2, source = 1/7"
    report = Report((own,), "quick", 0)
    assert "risk at a = 1/2, gamma = 5/4, rho = 3/2, source = 1/7: predicted" in report.to_markdown()
    (row,) = json.loads(report.to_json())["checks"]
    assert (row["a"], row["ell"], row["rho"], row["source"]) == ("1/2", None, "3/2", "1/7")
    assert "others" not in row


@given(outcomes=st.lists(st.booleans(), max_size=8))
def test_the_summary_counts_what_the_checks_say(outcomes: list[bool]) -> None:
    report = Report(tuple(CHECK if passed else FAILED for passed in outcomes), "quick", 0)
    assert report.passed == (bool(outcomes) and all(outcomes))
    assert len(report.failures) == outcomes.count(False)
    assert sum(row[3] for row in report.summary()) == len(outcomes)
    assert sum(row[4] for row in report.summary()) == outcomes.count(False)
    assert report.to_markdown().count("predicted") == outcomes.count(False)
