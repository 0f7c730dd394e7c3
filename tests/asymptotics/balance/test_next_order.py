"""The next order in 1/L; against solved equations: tests/verify/test_next_order.py."""

from sympy import Rational

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.algebra.polyhedra import EVERYWHERE
from asymptotics.balance.next_order import RISK, WITH_NEXT_ORDER, next_order


def test_the_risk_of_phase_five_by_hand():
    # R = (Delta/L) (1 - 3/(2 L))
    balance = phase_diagram(diagonal)["V"].balance
    assert next_order(balance, RISK, balance.risk, EVERYWHERE) == Rational(-3, 2)


def test_at_a_hard_edge_there_is_none():
    for phase in phase_diagram(quadratic):
        balance = phase.balance
        assert next_order(balance, RISK, balance.risk, balance.domain) is None
        assert all(law.corrected is None for law in phase.laws.values())


def test_every_quantity_with_a_next_order_states_it():
    phase = phase_diagram(diagonal)["V"]
    laws = phase.laws | {"train_loss": phase.train_loss}
    for quantity in (RISK, *WITH_NEXT_ORDER):
        if laws[quantity].log_exponent != 0:
            assert laws[quantity].corrected_order == 2
