"""The lines of a failed check, run by an interpreter of their own, come to the verdict that failed."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from declared_systems import RIDGE
from sympy import Rational, S

from asymptotics import InvalidArgument, PhaseDiagram, diagonal, phase_diagram, quadratic
from verify import agreement, assert_agreement, checks_at, reproduction
from verify.comparison import regions_checked
from verify.planted_errors.error import InTerms, Moved

AT = {"a": 3, "ell": Fraction(3, 2), "gamma": Fraction(3, 4)}


def planted(diagram: PhaseDiagram, index: int, **changes: Any) -> PhaseDiagram:
    """One phase alone, its risk altered."""
    phase = diagram.phases[index]
    phase = replace(phase, risk=replace(phase.risk, **changes))
    phases = (*diagram.phases[:index], phase, *diagram.phases[index + 1 :])
    return replace(diagram, phases=phases, boundaries=())


def printed_by(lines: str, folder: Path) -> str:
    """By a fresh interpreter, outside of the checkout and of pytest."""
    script = folder / "pasted.py"
    script.write_text(lines, encoding="utf-8")
    command = [sys.executable, "-W", "error", str(script)]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout


def first_failure(diagram: PhaseDiagram, index: int) -> Any:
    phase = diagram.phases[index]
    alone = replace(diagram, phases=(phase,), boundaries=())
    return next(check for check in agreement(alone).failures if check.quantity == "excess_risk")


@pytest.mark.slow
def test_pasted_lines_come_to_the_verdict_that_failed(tmp_path: Path) -> None:
    whole = phase_diagram(diagonal)
    wrong = planted(whole, 3, exponent=whole.phases[3].risk.exponent + Rational(1, 50))
    check = first_failure(wrong, 3)
    assert check.verdict == "disagrees"
    lines = reproduction(wrong, check)
    verdict, predicted, measured, tolerance = printed_by(lines, tmp_path).split()
    assert verdict == "disagrees"
    assert [predicted, measured, tolerance] == [
        str(check.predicted),
        str(check.measured),
        str(check.tolerance),
    ]


def test_pasted_lines_declare_a_system_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    whole = phase_diagram(RIDGE)
    wrong = planted(whole, 1, constant=whole.phases[1].risk.constant * Rational(21, 20))
    exec(reproduction(wrong, first_failure(wrong, 1)), {})
    assert capsys.readouterr().out.split()[0] == "disagrees"


def test_a_float_is_the_decimal_that_python_prints() -> None:
    whole = phase_diagram(diagonal)
    one = checks_at(whole, whole["II"], {"a": 2.45, "ell": 1.3, "gamma": 1.25})[0]
    assert (one.a, one.ell, one.gamma) == (Fraction(49, 20), Fraction(13, 10), Fraction(5, 4))


def test_exponents_beyond_the_range_of_floats_are_refused() -> None:
    """They ended in an OverflowError, or in a refusal of samples that nobody had given."""
    whole = phase_diagram(diagonal)
    for name, at in {
        "VIb": {"a": 1000, "ell": -1, "gamma": 400},
        "Ia": {"a": -999, "ell": -999, "gamma": 1},
    }.items():
        with pytest.raises(
            InvalidArgument, match=r"at=.*: must be exponents at which float64 has the powers of d"
        ):
            checks_at(whole, name, at)


def test_the_best_estimator_has_no_weight_decay_to_give() -> None:
    checks = checks_at(phase_diagram(diagonal, estimator="bayes"), "IV", {"a": 1, "gamma": 2})
    assert {check.verdict for check in checks} == {"agrees"}


def test_a_phase_may_be_named() -> None:
    whole = phase_diagram(diagonal)
    assert checks_at(whole, "III", AT) == checks_at(whole, whole["III"], AT)


def test_pasted_lines_count_the_phases_at_a_point(capsys: pytest.CaptureFixture[str]) -> None:
    whole = phase_diagram(diagonal)
    one = checks_at(whole, whole["III"], AT)[0]
    check = replace(one, quantity="region", kind="boundary")
    gap = replace(whole, phases=tuple(phase for phase in whole.phases if phase.name != "III"))
    for diagram, count in ((whole, 1), (gap, 0)):
        exec(reproduction(diagram, check), {})
        assert capsys.readouterr().out == f"{count} phases hold\n"


def test_pasted_lines_find_where_a_boundary_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    whole = phase_diagram(diagonal)
    wrong = replace(whole, boundaries=whole.boundaries[1:])
    check = next(check for check in regions_checked(wrong, seed=1) if not check.passed)
    exec(reproduction(wrong, check, seed=1), {})
    names = "/".join(phase.name for phase in whole.boundaries[0].phases)
    assert capsys.readouterr().out == f"{names} crossing 0.0 {check.place}\n"


def test_pasted_lines_find_where_a_region_reaches_too_far(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = Moved("II", "III", Rational(1, 50), in_one=True)(phase_diagram(diagonal))
    failed = [check for check in regions_checked(wrong, seed=1) if not check.passed]
    check = next(check for check in failed if check.quantity == "balance")
    exec(reproduction(wrong, check, seed=1), {})
    assert f"II balance 0.0 {check.place}" in capsys.readouterr().out.splitlines()


def test_a_failed_assertion_lists_failures_and_shows_lines(capsys: pytest.CaptureFixture[str]) -> None:
    whole = phase_diagram(quadratic)
    wrong = replace(planted(whole, 2, constant=whole.phases[2].risk.constant * 2), boundaries=())
    wrong = replace(wrong, phases=wrong.phases[2:3])
    with pytest.raises(AssertionError, match="disagrees") as failed:
        assert_agreement(wrong)
    text = str(failed.value)
    assert "excess_risk, constant: disagrees, 1 derived" in text
    assert "from verify import checks_at" in text
    assert text.index("To reproduce the first:") < text.index("print(check.verdict")
    assert text.endswith(capsys.readouterr().out.rstrip())


def test_what_agrees_passes() -> None:
    whole = phase_diagram(diagonal)
    assert_agreement(replace(whole, phases=whole.phases[1:2], boundaries=()), seed=3)


def test_wrong_arguments_are_refused() -> None:
    whole = phase_diagram(diagonal)
    with pytest.raises(InvalidArgument, match=r"check=1: must be a Check"):
        reproduction(whole, 1)
    with pytest.raises(InvalidArgument, match=r"phase='VII': must be one of the phases .*: Ia, "):
        checks_at(whole, "VII", AT)
    with pytest.raises(InvalidArgument, match=r"phase='II': must be .* the name of one that no other has"):
        checks_at(phase_diagram(quadratic, noise="scaled"), "II", {**AT, "b": 1})
    with pytest.raises(InvalidArgument, match=r"at=.*: must be the exponents a, ell, gamma, by name"):
        checks_at(whole, whole.phases[0], {"a": 1})
    with pytest.raises(InvalidArgument, match=r"at=.*: must be the exponents a, ell, gamma, by name"):
        checks_at(whole, whole["III"], {**AT, "b": 1})
    with pytest.raises(InvalidArgument, match=r"at=.*'a': 1.*: must be inside of III, where .*a"):
        checks_at(whole, whole["III"], {**AT, "a": 1})
    scaled = phase_diagram(diagonal, noise="scaled")
    with pytest.raises(InvalidArgument, match=r"at=.*: must be the exponents a, ell, gamma, b, by name"):
        checks_at(scaled, scaled.phases[0], AT)
    check = checks_at(whole, whole["III"], AT)[0]
    with pytest.raises(InvalidArgument, match=r"check='III': must be of a phase of the diagram"):
        reproduction(replace(whole, phases=whole.phases[:1]), check)


def altered(phase):
    """Its risk 1 % high."""
    return replace(phase, risk=replace(phase.risk, constant=Rational(101, 100) * phase.risk.constant))


@pytest.mark.parametrize("names", [("VIb",), pytest.param(("VIb", "III"), marks=pytest.mark.slow)])
def test_lines_of_a_part_with_an_altered_law_are_of_that_law(names, tmp_path):
    whole = phase_diagram(diagonal)
    part = replace(whole, phases=tuple(altered(whole[name]) for name in names), boundaries=())
    check = agreement(part).failures[0]
    assert check.phase in names
    verdict, predicted, measured, _ = printed_by(reproduction(part, check), tmp_path).splitlines()[0].split()
    assert (verdict, float(predicted)) == ("disagrees", check.predicted)
    assert float(measured) == pytest.approx(check.measured, rel=1e-9, abs=0)


def test_an_error_in_what_a_phase_derives_is_said_to_be_left_out():
    wrong = InTerms("VIb", "train_loss", S(2))(phase_diagram(diagonal))
    check = agreement(replace(wrong, phases=(wrong["VIb"],), boundaries=())).failures[0]
    assert "is what you made of it, which these lines leave out" in reproduction(wrong, check)
