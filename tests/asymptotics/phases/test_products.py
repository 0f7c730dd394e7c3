"""Products and quotients of laws, by their values."""

import pytest
from mpmath import mpf
from sympy import simplify

from asymptotics.balance.laws import ZERO
from asymptotics.phases.products import corrected_expr, product, quotient

AT = {"gamma": mpf("1.3"), "n_eff": mpf(10) ** 6, "d": mpf(10) ** 9, "weight_decay": 1, "noise_variance": 2}


def pairs(diagram):
    for phase in diagram.phases:
        yield phase.risk, phase.effective_noise
        yield phase.effective_noise, phase.threshold
        yield phase.pruned_risk, phase.risk


@pytest.mark.parametrize("corrected", [False, True])
def test_values_multiply_and_divide(diagram, corrected):
    for one, other in pairs(diagram):
        values = [law.evaluate(**AT, corrected=corrected) for law in (one, other)]
        times, over = (join(one, other).evaluate(**AT, corrected=corrected) for join in (product, quotient))
        assert abs(times / (values[0] * values[1]) - 1) < 1e-12
        assert abs(over / (values[0] / values[1]) - 1) < 1e-12


def test_exponents_add_and_subtract(diagram):
    for one, other in pairs(diagram):
        for name in ("exponent", "log_exponent"):
            first, second = getattr(one, name), getattr(other, name)
            assert simplify(getattr(product(one, other), name) - first - second) == 0
            assert simplify(getattr(quotient(one, other), name) - first + second) == 0


def test_constants_are_those_of_the_powers(diagram):
    for one, other in pairs(diagram):
        at = {"gamma": 1.3, "a": 0.7, "ell": 0.1}
        known = [float(law.at(**at).constant) for law in (one, other)]
        assert float(quotient(one, other).at(**at).constant) == pytest.approx(
            known[0] / known[1], rel=1e-12, abs=0
        )
        assert float(product(one, other).at(**at).constant) == pytest.approx(
            known[0] * known[1], rel=1e-12, abs=0
        )


def test_a_law_is_once_itself(diagram):
    for phase in diagram.phases:
        one = quotient(phase.risk, phase.risk)
        assert (one.expr, one.exponent, one.log_exponent, one.constant) == (1, 0, 0, 1)


def test_corrected_where_either_is(of_diagonal, of_quadratic):
    harmful, plain = of_diagonal["V"].risk, of_quadratic["V"].risk
    assert harmful.corrected is not None
    assert plain.corrected is None
    for join in (product, quotient):
        assert join(plain, plain).corrected is None
        assert join(plain, harmful).corrected is not None
        assert join(plain, harmful).corrected_order == harmful.corrected_order
    assert corrected_expr(plain) == plain.expr
    assert corrected_expr(harmful) == harmful.corrected


def test_nothing_times_a_law_is_nothing(of_quadratic):
    law = of_quadratic["V"].risk
    assert product(ZERO, law) == product(law, ZERO) == quotient(ZERO, law) == ZERO
    with pytest.raises(ZeroDivisionError, match="a quotient by a law that is 0"):
        quotient(law, ZERO)
