"""Derivations written out: every step of a phase, as text and as LaTeX."""

import pytest
from sympy import sqrt

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.algebra.monomials import term
from asymptotics.balance.derivation import LOGARITHM, expression
from asymptotics.symbols import d, effective_noise


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
def test_a_derivation_holds_all_that_was_solved_and_checked(network):
    for phase in phase_diagram(network):
        derivation = phase.derivation()
        assert len(derivation.equations) == len(derivation.balances) == len(phase.balance.regime.equations)
        assert len(derivation.checks) == len(phase.balance.inequalities)
        assert derivation.solution[-1].right == (phase.risk.expr,)
        assert derivation.region == phase.region
        assert derivation.title == f"Phase {phase.name} ({phase.title})"


def test_text_and_latex_have_the_same_headings():
    derivation = phase_diagram(diagonal)["II"].derivation()
    for heading, steps in derivation.parts:
        assert heading in str(derivation)
        assert heading in derivation.to_latex()
        assert steps


def test_a_logarithm_is_written_by_its_symbol():
    (check, *_) = [
        x for x in phase_diagram(diagonal)["V"].derivation().equations[0].right if x.has(LOGARITHM)
    ]
    assert check.has(effective_noise)
    assert expression(term(sqrt(d), "")) == sqrt(d)
