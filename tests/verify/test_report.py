"""A report says what passed and what failed, in full, and can be read back."""

import json
import sys
from dataclasses import replace
from fractions import Fraction
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asymptotics import diagonal, phase_diagram
from verify import Check, Report, agreement

CHECK = Check(
    network="diagonal",
    phase="II",
    quantity="excess_risk",
    kind="exponent",
    a=Fraction(1, 2),
    ell=Fraction(1, 3),
    gamma=Fraction(5, 4),
    b=None,
    dim=10**24,
    predicted=-0.5,
    measured=-0.51,
    uncertainty=0.001,
    tolerance=0.02,
    verdict="agrees",
)
FAILED = replace(CHECK, measured=-0.6, verdict="disagrees")
UNDECIDED = replace(CHECK, uncertainty=0.5, tolerance=1.5, verdict="undecided")


def test_a_report_without_checks_has_not_passed() -> None:
    assert not Report((), "quick", 0).passed


def test_report_says_what_failed_and_can_be_read_back() -> None:
    diagram = phase_diagram(diagonal)
    phase = diagram.phases[-1]
    planted = replace(phase, risk=replace(phase.risk, exponent=phase.risk.exponent + 1))
    report = agreement(replace(diagram, phases=(planted,)), seed=3)
    assert "DISAGREEMENT" in report.to_markdown()
    assert "exponent of excess_risk at a =" in report.to_markdown()
    assert report._repr_latex_().count(r" \\") == len(report.summary())
    assert r"\text{excess\_risk}" in report._repr_latex_()
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
    assert "excess_risk at a = 1/2, gamma = 5/4, rho = 3/2, source = 1/7, up to" in report.to_markdown()
    (row,) = json.loads(report.to_json())["checks"]
    assert (row["a"], row["ell"], row["rho"], row["source"]) == ("1/2", None, "3/2", "1/7")
    assert "others" not in row


def test_what_is_undecided_alone_is_no_disagreement() -> None:
    outcomes = [Report(checks, "quick", 0).outcome for checks in ((CHECK, UNDECIDED), (FAILED, UNDECIDED))]
    assert outcomes == ["UNDECIDED", "DISAGREEMENT"]
    assert "None of it is refuted" in Report((CHECK, UNDECIDED), "quick", 0).to_markdown()


def test_what_is_undecided_has_not_passed_and_is_counted() -> None:
    report = Report((CHECK, UNDECIDED, FAILED), "quick", 0)
    assert not Report((CHECK, UNDECIDED), "quick", 0).passed
    assert (report.disagreements, report.undecided) == ((FAILED,), (UNDECIDED,))
    assert "3 numbers checked, 1 agree, 1 disagree, 1 undecided" in report.to_markdown()
    assert "- undecided: diagonal II" in report.to_markdown()
    content = json.loads(report.to_json())
    assert (content["disagree"], content["undecided"]) == (1, 1)


def test_the_summary_holds_the_largest_error_of_each_kind() -> None:
    constant = replace(CHECK, kind="constant", predicted=1.0, measured=1.25)
    (row,) = Report((CHECK, FAILED, constant), "quick", 0).summary()
    assert (row.points, row.disagree, row.undecided) == (1, 1, 0)
    assert row.errors == (pytest.approx(0.1), None, 0.25, None, None)
    assert row.agree == 2
    assert row.entries[-5:] == ["1.0e-01", "-", "2.5e-01", "-", "-"]


def test_a_frame_has_one_row_for_each_check() -> None:
    own = replace(FAILED, others=(("rho", Fraction(3, 2)),))
    frame = Report((own, own), "quick", 0).to_frame()
    assert len(frame) == 2
    assert frame["verdict"].tolist() == ["disagrees"] * 2
    assert (frame["a"][0], frame["rho"][0], frame["dim"][0]) == (0.5, 1.5, 1e24)


def test_a_frame_needs_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"to_frame needs pandas: pip install"):
        Report((CHECK,), "quick", 0).to_frame()


@given(outcomes=st.lists(st.sampled_from([CHECK, FAILED, UNDECIDED]), max_size=8))
def test_the_summary_counts_what_the_checks_say(outcomes: list[Check]) -> None:
    report = Report(tuple(outcomes), "quick", 0)
    failures = len(outcomes) - outcomes.count(CHECK)
    assert report.passed == (bool(outcomes) and failures == 0)
    assert len(report.failures) == failures
    assert sum(row.disagree for row in report.summary()) == outcomes.count(FAILED)
    assert sum(row.undecided for row in report.summary()) == outcomes.count(UNDECIDED)
    assert sum(line.startswith("- disagrees: ") for line in report.to_markdown().splitlines()) == (
        outcomes.count(FAILED)
    )
