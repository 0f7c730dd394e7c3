"""An error in any field of a law is what solutions lack to it, in the form of that error."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from declared_systems import HERMITE_2
from sympy import Rational, log

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.symbols import d
from verify.predictions import difference_of_corrected, formal_difference, lacks, laws_of
from verify.strategies import Scale
from verify.systems.points import point_type

DIAGRAM = phase_diagram(diagonal)
POINT = Scale(Fraction(1, 2), Fraction(-1), Fraction(5, 4))
PHASE = DIAGRAM.locate(**POINT._asdict())
DIMS = (10**12, 10**24)


def lacking(law, factor=1.0):
    """What solutions lack that are a factor times the true corrected law."""
    arguments = [{"d": x, "n_eff": x**0.5, "gamma": 1.25, "noise_variance": 1} for x in DIMS]
    values = [factor * PHASE.risk.evaluate(corrected=True, **at) for at in arguments]
    return lacks(DIAGRAM, law, POINT, arguments, values)


def test_what_follows_its_law_lacks_nothing():
    closed, power_law = lacking(PHASE.risk)
    assert closed == power_law == pytest.approx([0, 0], abs=1e-12)
    closed, power_law = lacking(PHASE.risk, 1.01)
    assert closed == power_law == pytest.approx([math.log(1.01)] * 2, rel=1e-9, abs=0)


@pytest.mark.parametrize("field", ["expr", "constant", "corrected"])
def test_a_factor_in_one_field_is_a_constant_in_one_of_the_two(field):
    wrong = replace(PHASE.risk, **{field: Rational(101, 100) * getattr(PHASE.risk, field)})
    worst = max(lacking(wrong), key=lambda logs: abs(logs[0]))
    assert [abs(y) for y in worst] == pytest.approx([math.log(1.01)] * 2, rel=1e-6, abs=0)


def test_wrong_powers_are_straight_lines():
    steeper = replace(PHASE.risk, exponent=PHASE.risk.exponent + Rational(1, 50))
    assert lacking(steeper).to_power_law == pytest.approx(
        [-0.02 * math.log(x) for x in DIMS], rel=1e-6, abs=0
    )
    without = replace(PHASE.risk, log_exponent=PHASE.risk.log_exponent + 1)
    assert lacking(without).to_power_law == pytest.approx(
        [-math.log(math.log(x)) for x in DIMS], rel=1e-6, abs=0
    )
    dropped = replace(PHASE.risk, expr=PHASE.risk.expr * log(d), corrected=PHASE.risk.corrected * log(d))
    assert lacking(dropped).to_closed_form == pytest.approx(
        [-math.log(math.log(x)) for x in DIMS], rel=1e-6, abs=0
    )
    assert lacking(dropped).to_power_law == pytest.approx([0, 0], abs=1e-6)


def test_all_laws_of_a_trained_network_are_compared():
    names = laws_of(phase_diagram(quadratic), phase_diagram(quadratic)["V"])
    assert {"excess_risk", "threshold", "train_loss", "pruned_risk", "overfitting", "learned"} < {*names}
    bayes = phase_diagram(quadratic, estimator="bayes")
    assert "train_loss" not in laws_of(bayes, bayes.phases[-1])


def test_a_law_that_is_complex_at_a_point_is_refused_there():
    """As one may be in a region that a hand has altered."""
    risk = phase_diagram(diagonal, noise="none")["N"].risk  # a power of log(d/n_eff), negative from a = 1 on
    beyond = Scale(Fraction(2), Fraction(-9), Fraction(11, 10))
    assert not risk.at(**{k: v for k, v in beyond._asdict().items() if v is not None}).constant.is_real
    with pytest.raises(InvalidArgument, match="law is real"):
        formal_difference(phase_diagram(diagonal, noise="none"), risk, beyond)


def test_forms_of_laws_of_systems_say_the_same():
    diagram = phase_diagram(HERMITE_2)
    point = point_type(diagram)(Fraction(3, 2), Fraction(5, 4))
    phase = diagram.locate(**point._asdict())
    for law in laws_of(diagram, phase).values():
        assert law.expr == 0 or formal_difference(diagram, law, point)(10**30) == 0


@pytest.mark.parametrize("factor", [Rational(101, 100), Rational(99, 100)])
def test_an_error_in_both_forms_that_the_series_does_not_have_is_seen(factor):
    """With the right series and a leading term that is wrong in all its fields a law passed."""
    assert difference_of_corrected(DIAGRAM, PHASE.risk, POINT) == 0
    wrong = replace(PHASE.risk, expr=factor * PHASE.risk.expr, constant=factor * PHASE.risk.constant)
    assert difference_of_corrected(DIAGRAM, wrong, POINT) == pytest.approx(-math.log(factor), rel=0.1, abs=0)
    assert lacking(wrong).to_closed_form[0] == pytest.approx(-math.log(factor), rel=0.1, abs=0)
