"""A reviewer reads the page alone: the claim first, and every number and word of it explained."""

from dataclasses import replace

import pytest
from declared_systems import RIDGE
from report_rows import CHECK, OMISSION

from asymptotics import phase_diagram, quadratic
from asymptotics.models import hermite
from verify import Report, agreement, words
from verify.comparison import boundaries_checked, derived_phase, regions_checked
from verify.outcomes import PROVED, DerivedPhase, Kill, RunInfo
from verify.page import labels_of, summary_of, table

AGREES = replace(CHECK, measured=-0.5, verdict="agrees", region="a > 0")
OTHER = replace(AGREES, region="a < 0", measured=-0.5001)
PHASES = tuple(
    DerivedPhase(
        network="quadratic",
        phase="II",
        region=region,
        title="over-regularised",
        risk="x",
        exponent="a",
        laws={"learned": "n_eff**2"},
    )
    for region in ("a > 0", "a < 0")
)
INFO = RunInfo("1.2", "2026-01-02T03:04:05+00:00", "shallowlaws verify")
FULL = Report(
    (AGREES, OTHER),
    "quick",
    3,
    omissions=(replace(OMISSION, region="a > 0"),),
    phases=PHASES,
    kills=(Kill("one", "An exponent is off.", "quadratic", CHECK, 3),),
    info=INFO,
    figures=("phase_diagram_quadratic.png",),
    models=(quadratic.__doc__ or "",),
)


def test_the_claim_comes_first_and_says_how_to_get_it_again() -> None:
    title, _, claim, *rest = FULL.to_markdown().splitlines()
    assert title == "# Derivation against equations: agreement"
    assert claim.startswith("**Claim.** The scaling laws of quadratic, ")
    head = "\n".join(rest[:6])
    assert "2 numbers checked, 2 agree, 0 disagree, 0 undecided; 1 comparisons were left out" in head
    assert "1 of 1 planted errors were caught" in head
    assert "Left out by reason: 1 (some)." in head
    assert "shallowlaws 1.2, 2026-01-02T03:04:05+00:00, `shallowlaws verify`, effort quick, seed 3." in head


def test_every_law_stands_on_the_page() -> None:
    assert "| quadratic | II, 2 of 2 | learned | `n_eff**2` |" in FULL.to_markdown()
    assert FULL.to_dict()["phases"][0]["laws"] == {"learned": "n_eff**2"}
    derived = derived_phase(phase_diagram(quadratic), phase_diagram(quadratic)["II"])
    assert derived.laws["learned"] == phase_diagram(quadratic)["II"].decomposition["learned"].to_text()
    assert "excess_risk" not in derived.laws


def test_the_equations_stand_on_the_page_of_a_model_of_ones_own() -> None:
    page = agreement(phase_diagram(RIDGE)).to_markdown()
    for equation in RIDGE.equations:
        assert f"\n{equation.lhs} = {equation.rhs}\n" in page
    assert f"\nrisk = {RIDGE.quantities['risk']}\n" in page


def test_dimensions_are_those_of_ladders_inside_phases() -> None:
    proof = replace(AGREES, quantity=PROVED, kind="constant", dim=625)
    spectrum = replace(AGREES, kind="spectrum", dim=7943)
    page = replace(FULL, checks=(replace(AGREES, dim=3 * 10**10), proof, spectrum)).to_markdown()
    assert "ends between d = 1e10 and 1e10, " in page
    assert "0.02 on an exponent, 0.2 on a power of log d, 0.01 on a constant" in page
    assert "undecided up to 0.05, too" in page


def test_what_was_checked_nowhere_is_no_disagreement() -> None:
    empty = Report((), "quick", 0, phases=PHASES)
    assert not empty.passed
    assert empty.to_markdown().startswith(f"# Derivation against equations: {words.NOTHING_CHECKED}\n")
    assert words.CLAIM_VERDICTS[words.NOTHING_CHECKED] in empty.to_markdown()


def test_a_line_break_in_a_name_breaks_no_table() -> None:
    assert table(["phase"], [["a|b\n#c"]]).splitlines()[-1] == "| a&#124;b #c |"


def test_a_command_that_draws_nothing_says_so() -> None:
    assert words.NO_FIGURES in replace(FULL, figures=()).to_markdown()
    assert words.FIGURES not in replace(FULL, figures=(), info=None).to_markdown()


def test_sections_follow_in_the_order_of_the_argument() -> None:
    sections = [line for line in FULL.to_markdown().splitlines() if line.startswith("## ")]
    assert sections == [
        words.MODELS,
        words.DERIVED,
        words.SOLVED,
        words.DISTANCES,
        words.PLANTED,
        words.OMITTED,
        words.MEANINGS,
        words.FIGURES,
    ]


def test_failures_stand_before_everything_else() -> None:
    page = replace(FULL, checks=(replace(CHECK, region="a > 0"),)).to_markdown()
    assert page.index(words.FAILURES) < page.index(words.DERIVED)
    assert words.CLAIM_VERDICTS[words.DISAGREEMENT] in page
    assert words.CLAIM_VERDICTS[words.AGREEMENT] not in page


def test_phases_of_one_name_are_not_pooled() -> None:
    labels = labels_of(PHASES)
    assert list(labels.values()) == ["II, 1 of 2", "II, 2 of 2"]
    one, other = summary_of(FULL.checks, labels)
    assert (one.phase, other.phase) == ("II, 1 of 2", "II, 2 of 2")
    assert one.errors[0] == 0
    assert other.errors[0] == pytest.approx(1e-4, rel=1e-6, abs=0)
    assert [*labels_of([AGREES]).values()] == ["II"]
    # a proof that is left out is of no region
    assert {*labels_of([AGREES, replace(OMISSION, region="")]).values()} == {"II"}


def test_a_reader_at_small_size_is_told_what_it_does_not_say() -> None:
    assert "**At d = 100**" in FULL.to_markdown()


def test_what_was_left_out_is_listed_with_its_reason() -> None:
    page = FULL.to_markdown()
    assert "| quadratic | II, 1 of 2 | pruned_risk | all | 1 | 0 | some |" in page
    assert words.NOTHING_OMITTED in replace(FULL, omissions=()).to_markdown()


def test_every_quantity_of_the_page_is_explained() -> None:
    page = FULL.to_markdown()
    assert f"- `excess_risk`: {words.MEANING['excess_risk']}" in page
    assert f"- `pruned_risk`: {words.MEANING['pruned_risk']}" in page
    own = replace(FULL, checks=(replace(AGREES, quantity="F_pp"),)).to_markdown()
    assert f"- `F_pp`: {words.OWN_QUANTITY}" in own


def test_an_error_that_survives_is_said_and_does_not_pass() -> None:
    report = replace(FULL, kills=(Kill("one", "An exponent is off.", "quadratic", None, 12),))
    assert not report.passed
    assert "**survives** 12 checks" in report.to_markdown()
    assert "0 of 1 planted errors were caught" in report.to_markdown()


def test_the_equations_of_the_models_are_there_with_their_normalisation() -> None:
    page = FULL.to_markdown()
    assert "2 alpha = D + lambda/(2 kappa)" in page
    assert "n_eff = n/d." in page
    assert words.MODELS not in replace(FULL, models=()).to_markdown()


def test_a_bar_in_an_entry_does_not_end_its_column() -> None:
    assert table(["x"], [["|a|"]]).splitlines()[-1] == "| &#124;a&#124; |"


def test_a_report_in_a_line_and_in_a_notebook() -> None:
    assert repr(FULL) == "<Report of quadratic: agreement: 2 numbers checked, 0 disagree, 0 undecided>"
    html = FULL._repr_html_()
    assert "<td>II, 2 of 2</td>" in html
    assert html.count("<tr>") == 3
    assert set(FULL.to_dict()) >= {"checks", "phases", "omissions", "planted_errors"}


def test_a_boundary_that_is_alone_has_no_number() -> None:
    diagram = phase_diagram(hermite(2))
    outcomes = [*regions_checked(diagram, 0), *boundaries_checked(diagram, "quick", 0)]
    names = {labels_of(outcomes)[row.key] for row in outcomes if "/" in row.phase}
    assert names == {"1/2"}
    assert {"crossing", "place"} <= {row.quantity for row in outcomes}
