"""What float64 shows of small quantities: how far a ladder may reach, and the reason why not."""

import math
from fractions import Fraction

import pytest
from sympy import Rational

from asymptotics import diagonal, phase_diagram, quadratic
from numerics import Problem, solve
from verify import checks_at, words
from verify.comparison import _check, problem_at
from verify.outcomes import Check, Omission
from verify.planted_errors.error import InTerms
from verify.selection import ladder_at, own_end
from verify.strategies import Scale
from verify.visibility import (
    ANGLE_DECADES,
    EDGE_DECADES,
    PRUNED_MODES,
    SEEN_DECADES,
    decades_needed,
    end_where_seen,
    is_by_cases,
    why_unseen,
)

QUADRATIC = phase_diagram(quadratic)
POINT = Scale(Fraction(4, 5), Fraction(-9, 8), Fraction(5, 4))
PHASE = QUADRATIC["V"]


def exponent_at(law, point):
    return float(law.at(a=point.a, ell=point.ell, gamma=point.gamma).exponent)


def decades_below_the_whole(law):
    """Of a part of the risk, in each decade of the dimension."""
    return exponent_at(PHASE.risk, POINT) - exponent_at(law, POINT)


def test_what_others_leave_is_seen_until_it_is_lost_beside_the_whole():
    law = PHASE.decomposition["learned"]
    end = end_where_seen(QUADRATIC, PHASE, "learned", law, POINT)
    assert end == pytest.approx(SEEN_DECADES / decades_below_the_whole(law), rel=1e-6, abs=0)
    for decades, reason in ((0.99 * end, None), (1.01 * end, words.SMALL_PART)):
        assert why_unseen(QUADRATIC, PHASE, "learned", law, POINT, decades=decades, depth=9) == reason


@pytest.mark.parametrize(
    ("quantity", "decades", "digits"),
    [("learned", SEEN_DECADES, 5), pytest.param("unlearned", 14, 8, marks=pytest.mark.slow)],
)
def test_what_is_said_to_be_seen_is_right(quantity, decades, digits):
    """The smallest part that counts as seen, and one far below what is lost: float64 and thirty digits."""
    law = PHASE.decomposition[quantity]
    dim = round(10.0 ** (decades / decades_below_the_whole(law)))
    of = {"gamma": POINT.gamma, "weight_decay": dim ** float(POINT.ell), "noise_variance": 1}
    problem = Problem("quadratic", samples=dim ** float(1 + POINT.a), dim=dim, **of)
    rough, exact = (solve(problem, digits=many).decomposition[quantity] for many in (None, 30))
    assert float(rough) == pytest.approx(float(exact), rel=10**-digits, abs=0)


@pytest.mark.parametrize("quantity", ["unlearned", "overfitting"])
def test_parts_that_are_summed_by_themselves_are_seen_everywhere(quantity):
    for diagram in (phase_diagram(diagonal), *([QUADRATIC] if quantity == "unlearned" else [])):
        for phase in diagram.phases:
            law = phase.decomposition[quantity]
            assert end_where_seen(diagram, phase, quantity, law, POINT) > 50


def test_the_overfitted_part_is_lost_where_the_threshold_rounds_to_the_edge():
    """Quadratic network, phase IV: 0 in float64 at the end of the usual ladder."""
    point = Scale(Fraction(83, 320), Fraction(-1581, 1280), Fraction(5, 4))
    phase = QUADRATIC.locate(**point._asdict())
    assert phase.name == "IV"
    law = phase.decomposition["overfitting"]
    end = end_where_seen(QUADRATIC, phase, "overfitting", law, point)
    noise_above = -exponent_at(phase.degrees_of_freedom, point)  # it falls like the fifth power of the angle
    assert end == pytest.approx(5 * ANGLE_DECADES / noise_above, rel=1e-6, abs=0)
    near, far = round(10.0**end), ladder_at(QUADRATIC, phase, point)[-1]
    parts = [solve(problem_at(QUADRATIC, point, dim)).decomposition["overfitting"] for dim in (near, far)]
    assert parts[0] / near ** exponent_at(law, point) > 1e-3
    assert parts[1] == 0


def test_modes_at_the_edge_need_a_long_ladder():
    """The overfitted part in N: on 18 decades, 0.17 % off and irregular, it disagreed."""
    diagram = phase_diagram(quadratic, noise="scaled")
    point = Scale(
        Fraction(82523, 266240), Fraction(-1182884231, 851968000), Fraction(129, 50), Fraction(63, 16)
    )
    phase = diagram.locate(**point._asdict())
    law = phase.decomposition["overfitting"]
    reasons = {
        decades: why_unseen(diagram, phase, "overfitting", law, point, decades=decades, depth=9)
        for decades in (18, 40)
    }
    assert reasons == {18: words.FEW_AT_EDGE, 40: None}


@pytest.mark.parametrize(("percent", "constant"), [(100, "agrees"), (99, "disagrees"), (101, "disagrees")])
def test_a_law_that_holds_at_larger_dimensions_alone_has_a_longer_ladder(percent, constant):
    """The overfitted part in N was compared at no point."""
    diagram = phase_diagram(quadratic, noise="none")
    point = Scale(Fraction(17, 40), Fraction(-817, 512), Fraction(5, 4))
    altered = InTerms("N", "overfitted_risk", Rational(percent, 100))(diagram)
    phase, of = altered["N"], ("N", "overfitting")
    law = phase.decomposition["overfitting"]
    needed = decades_needed(altered, phase, "overfitting", law, point)
    assert math.log10(ladder_at(altered, phase, point)[-1]) < needed
    assert own_end(altered, phase, "overfitting", law, point) == needed
    found = {c.kind: c.verdict for c in checks_at(altered, phase, point) if (c.phase, c.quantity) == of}
    assert found == {"exponent": "agrees", "log_exponent": "agrees", "constant": constant}


def test_pruning_is_seen_as_far_as_modes_next_to_the_edge_are_summed():
    end = end_where_seen(QUADRATIC, PHASE, "pruned_risk", PHASE.pruned_risk, POINT)
    modes = exponent_at(PHASE.learned, POINT)
    assert end == pytest.approx(min(EDGE_DECADES / (1 - modes), PRUNED_MODES / modes), rel=1e-6, abs=0)
    reasons = [
        why_unseen(QUADRATIC, PHASE, "pruned_risk", PHASE.pruned_risk, POINT, decades=decades, depth=9)
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


def test_a_part_that_is_nothing_is_compared():
    """No mode is learned in Ib, so that no part of the risk is of learned modes."""
    phase, point = QUADRATIC["Ib"], Scale(Fraction(1, 4), Fraction(2), Fraction(5, 4))
    law = phase.decomposition["learned"]
    assert law.expr == 0
    assert why_unseen(QUADRATIC, phase, "learned", law, point, decades=60, depth=9) is None
    checks = [c for c in checks_at(QUADRATIC, phase, point) if c.quantity == "learned"]
    assert [(c.kind, c.predicted, c.measured, c.verdict) for c in checks] == [
        ("exponent", -math.inf, -math.inf, "agrees")
    ]


@pytest.mark.parametrize(
    ("quantity", "at", "kinds"),
    [
        # the share of learned modes is 10^-5, and its square root not three decades below 1
        (
            "learned",
            (Fraction(54597, 40960), Fraction(-240231, 524288), Fraction(19, 20), Fraction(119, 640)),
            {"log_exponent", "constant"},
        ),
        # 1.1e-3 off on a ladder of two decades of that share, with an estimate of 2.9e-4
        (
            "pruned_risk",
            (Fraction(51041, 40960), Fraction(-7498637, 5242880), Fraction(19, 20), Fraction(133, 640)),
            {"log_exponent", "constant"},
        ),
    ],
)
def test_at_small_decays_few_decades_of_learned_modes_decide_exponents_alone(quantity, at, kinds):
    diagram, point = phase_diagram(quadratic, noise="scaled"), Scale(*at)
    rows = [one for one in _check(diagram, diagram["VIa"], point, "all") if one.quantity == quantity]
    assert {one.kind for one in rows if isinstance(one, Omission)} == kinds
    assert [(one.kind, one.verdict) for one in rows if isinstance(one, Check)] == [("exponent", "agrees")]
