"""An error is planted where it is said to be, and nowhere else."""

from dataclasses import fields, replace

import pytest
from declared_systems import HERMITE_2
from sympy import Rational, S, log

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.models import hermite
from asymptotics.symbols import d
from verify.planted_errors.error import Declared, Dropped, InLaw, InTerms, Moved, OtherRegions, PlantedError

QUADRATIC = phase_diagram(quadratic)
STEP = Rational(1, 50)


def test_an_error_in_a_law_is_in_all_of_its_fields() -> None:
    wrong = InLaw("V", "excess_risk", S(2), STEP, S.One)(QUADRATIC)
    law, right = wrong["V"].risk, QUADRATIC["V"].risk
    assert law.expr == right.expr * 2 * d**STEP * log(d)
    assert (law.constant, law.exponent) == (2 * right.constant, right.exponent + STEP)
    assert law.log_exponent == right.log_exponent + 1
    assert [p for p in wrong.phases if p.name != "V"] == [p for p in QUADRATIC.phases if p.name != "V"]
    assert wrong["V"].threshold == right_law_of("V", "threshold")


def right_law_of(phase: str, name: str) -> object:
    return getattr(QUADRATIC[phase], name)


@pytest.mark.parametrize("name", ["expr", "constant", "exponent", "log_exponent"])
def test_an_error_may_be_in_one_field_alone(name: str) -> None:
    law = phase_diagram(diagonal)["V"].learned
    altered = InLaw("V", "learned_modes", S(2), STEP, S.One, fields=(name,)).altered(law)
    different = {x.name for x in fields(law) if getattr(law, x.name) != getattr(altered, x.name)}
    assert different - {"corrected"} == {name}
    assert ("corrected" in different) == (name == "expr")  # the same closed form, to the next order


def test_an_error_in_terms_reaches_what_is_derived_when_asked_for() -> None:
    wrong = InTerms("VIb", "train_loss", S(2))(QUADRATIC)
    assert wrong["VIb"].train_loss.constant == 2 * QUADRATIC["VIb"].train_loss.constant
    assert wrong["VIb"].risk == QUADRATIC["VIb"].risk
    parts = InTerms("IV", "unlearned_risk", S(3))(QUADRATIC)["IV"].decomposition
    right = QUADRATIC["IV"].decomposition
    assert parts["unlearned"].constant == 3 * right["unlearned"].constant
    assert parts["learned"] == right["learned"]


def test_phases_are_swapped_and_dropped() -> None:
    swapped = OtherRegions("IV", "V")(QUADRATIC)
    assert swapped.locate(a=Rational(1, 4), ell=-1, gamma=1).name == "V"
    assert QUADRATIC.locate(a=Rational(1, 4), ell=-1, gamma=1).name == "IV"
    assert {p.name for p in QUADRATIC.phases} - {p.name for p in Dropped("IV")(QUADRATIC).phases} == {"IV"}
    without = Dropped("IV", boundaries=True)(QUADRATIC).boundaries
    assert without
    assert all("IV" not in {p.name for p in b.phases} for b in without)


def test_a_boundary_is_moved_in_both_regions_or_in_one() -> None:
    """At gamma = 1 and a = 3 II begins above ell = a - gamma - 1/2 = 3/2: it begins at 7/5 then."""
    at = {"a": 3, "gamma": 1}
    assert QUADRATIC.locate(ell=Rational(29, 20), **at).name == "III"
    moved = Moved("II", "III", Rational(1, 10))(QUADRATIC)
    assert moved.locate(ell=Rational(29, 20), **at).name == "II"
    assert moved.locate(ell=Rational(27, 20), **at).name == "III"
    (boundary,) = [b for b in moved.boundaries if {p.name for p in b.phases} == {"II", "III"}]
    (right,) = [b for b in QUADRATIC.boundaries if {p.name for p in b.phases} == {"II", "III"}]
    shift = (boundary.relation.lhs - boundary.relation.rhs) - (right.relation.lhs - right.relation.rhs)
    assert abs(shift) == Rational(1, 10)
    assert {p.region for p in boundary.phases} == {moved["II"].region, moved["III"].region}
    gap = Moved("II", "III", Rational(1, 10), in_one=True)(QUADRATIC)
    assert gap["III"] == QUADRATIC["III"]
    assert gap["II"].region == moved["II"].region


def test_another_declaration_is_taken_for_the_models_own() -> None:
    error = PlantedError("x", "x", HERMITE_2, Declared(hermite(3)))
    wrong = error.plant(error.diagram())
    assert wrong.model is HERMITE_2
    assert wrong.phases == phase_diagram(hermite(3)).phases


def test_the_diagram_is_the_one_that_is_asked_for() -> None:
    error = PlantedError("x", "x", diagonal, Dropped("N"), noise="none", estimator="bayes")
    assert error.diagram() == phase_diagram(diagonal, noise="none", estimator="bayes")
    assert replace(error, noise="fixed", estimator="erm").diagram() == phase_diagram(diagonal)


def test_a_law_that_a_phase_does_not_have_is_refused() -> None:
    """It was an AttributeError."""
    with pytest.raises(InvalidArgument, match="quantity='excess_rsk': must be one of the laws of phase III"):
        InLaw("III", "excess_rsk", Rational(2))(phase_diagram(diagonal))
    with pytest.raises(
        InvalidArgument, match="quantity='train_loss': must be one of the laws of phase III, in"
    ):
        InLaw("III", "train_loss", Rational(2))(phase_diagram(diagonal))
    with pytest.raises(InvalidArgument, match=r"fields=\('foo',\): must be some of expr, constant, "):
        InLaw("III", "excess_risk", fields=("foo",))(phase_diagram(diagonal))
