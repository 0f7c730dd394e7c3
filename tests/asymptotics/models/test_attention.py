"""Attention: the laws of the quadratic network at as many samples as there are independent scores."""

import pytest
from sympy import Rational, simplify

from asymptotics import phase_diagram, quadratic
from asymptotics.models import attention, attention_with
from asymptotics.symbols import n_eff


def test_attention_has_two_tokens():
    assert attention is attention_with(2)
    assert str(attention_with(3)) == "attention, 3 tokens"


@pytest.mark.parametrize("tokens", [2, 3])
def test_laws_are_those_of_the_quadratic_network_at_more_samples(tokens):
    ours, theirs = phase_diagram(attention_with(tokens)), phase_diagram(quadratic)
    independent = tokens * (tokens + 1) // 2 - 1
    assert [phase.region for phase in ours.phases] == [phase.region for phase in theirs.phases]
    for phase, other in zip(ours.phases, theirs.phases, strict=True):
        expected = other.risk.expr.subs(n_eff, independent * n_eff)
        assert simplify(phase.risk.expr / expected) == 1, phase.name


def test_locate_takes_the_exponents_of_the_quadratic_network():
    phase = phase_diagram(attention).locate(a=Rational(1, 2), ell=-1, gamma=Rational(5, 4))
    assert (phase.name, phase.risk.exponent) == ("V", phase_diagram(quadratic)["V"].risk.exponent)


@pytest.mark.parametrize("tokens", [1, 0, 2.0, True, "two", None])
def test_what_is_no_number_of_tokens_is_refused(tokens):
    with pytest.raises(ValueError, match=r"tokens=.*: must be an integer from 2 on"):
        attention_with(tokens)
