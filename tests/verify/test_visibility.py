"""What float64 shows of small quantities: how far a ladder may reach, and the reason why not."""

import math
from fractions import Fraction

import pytest

from asymptotics import diagonal, phase_diagram, quadratic
from numerics import Problem, solve
from verify import checks_at, words
from verify.strategies import Scale
from verify.visibility import (
    EDGE_DECADES,
    PRUNED_MODES,
    SEEN_DECADES,
    end_where_seen,
    is_by_cases,
    why_unseen,
)

QUADRATIC = phase_diagram(quadratic)
POINT = Scale(Fraction(1, 4), Fraction(-1), Fraction(5, 4))


def exponent_at(law, point):
    return float(law.at(a=point.a, ell=point.ell, gamma=point.gamma).exponent)


def test_a_part_is_seen_until_it_is_lost_beside_the_whole():
    phase = QUADRATIC.locate(**POINT._asdict())
    law = phase.decomposition["overfitting"]
    gap = exponent_at(phase.risk, POINT) - exponent_at(law, POINT)
    end = end_where_seen(QUADRATIC, phase, "overfitting", law, POINT)
    assert end == pytest.approx(SEEN_DECADES / gap, rel=1e-6, abs=0)
    for decades, reason in ((0.99 * end, None), (1.01 * end, words.SMALL_PART)):
        assert why_unseen(QUADRATIC, phase, "overfitting", law, POINT, decades=decades, depth=9) == reason


def test_what_is_said_to_be_seen_is_right():
    """The smallest part that counts as seen, in float64 and in thirty digits."""
    phase = QUADRATIC.locate(**POINT._asdict())
    end = end_where_seen(QUADRATIC, phase, "overfitting", phase.decomposition["overfitting"], POINT)
    dim = round(10.0**end)
    of = {"gamma": POINT.gamma, "weight_decay": 1 / dim, "noise_variance": 1}
    problem = Problem("quadratic", samples=dim**1.25, dim=dim, **of)
    rough, exact = (solve(problem, digits=digits).decomposition["overfitting"] for digits in (None, 30))
    assert float(rough) == pytest.approx(float(exact), rel=1e-6, abs=0)


def test_pruning_is_seen_as_far_as_modes_next_to_the_edge_are_summed():
    point = Scale(Fraction(4, 5), Fraction(-9, 8), Fraction(5, 4))
    phase = QUADRATIC.locate(**point._asdict())
    assert phase.name == "V"
    end = end_where_seen(QUADRATIC, phase, "pruned_risk", phase.pruned_risk, point)
    modes = exponent_at(phase.learned, point)
    assert end == pytest.approx(min(EDGE_DECADES / (1 - modes), PRUNED_MODES / modes), rel=1e-6, abs=0)
    reasons = [
        why_unseen(QUADRATIC, phase, "pruned_risk", phase.pruned_risk, point, decades=decades, depth=9)
        for decades in (0.99 * end, 1.01 * end)
    ]
    assert reasons == [None, words.MODES_AT_EDGE]


def test_laws_by_cases_are_others_at_other_gamma():
    diagram = phase_diagram(diagonal, noise="none")
    assert is_by_cases(diagram["N"].train_loss)
    assert not is_by_cases(diagram["N"].risk)
    law, at = diagram["N"].train_loss, {"a": Fraction(1, 2), "ell": Fraction(-2)}
    reasons = [
        why_unseen(diagram, diagram["N"], "train_loss", law, Scale(gamma=gamma, **at), decades=60, depth=9)
        for gamma in (Fraction(1), Fraction(101, 100), Fraction(2))
    ]
    assert reasons == [words.NEAR_A_CASE, words.NEAR_A_CASE, None]


def test_a_law_that_float64_always_shows_ends_no_ladder():
    """The unlearned part is the whole risk in Ia, and that is of order one."""
    phase, point = QUADRATIC["Ia"], Scale(Fraction(-1, 2), Fraction(-2), Fraction(5, 4))
    law = phase.decomposition["unlearned"]
    assert math.isinf(end_where_seen(QUADRATIC, phase, "unlearned", law, point))


def test_a_part_that_is_nothing_is_compared_by_its_share():
    """No mode is learned in Ib, so that no part of the risk is of learned modes."""
    phase, point = QUADRATIC["Ib"], Scale(Fraction(1, 4), Fraction(2), Fraction(5, 4))
    law = phase.decomposition["learned"]
    assert law.expr == 0
    assert why_unseen(QUADRATIC, phase, "learned", law, point, decades=60, depth=9) is None
    shares = [c for c in checks_at(QUADRATIC, phase, point) if c.quantity == "learned"]
    assert [(c.kind, c.predicted, c.measured, c.verdict) for c in shares] == [
        ("constant", 0.0, 0.0, "agrees")
    ]
