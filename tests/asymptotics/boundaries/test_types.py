"""Types of boundaries: variables of order one, windows, and what is said where the exponent jumps."""

import mpmath
import pytest
from all_boundaries import OF_LINEAR, OF_NETWORKS
from mpmath import mpf
from sympy import Interval, Rational, S, log, oo, simplify

from asymptotics import (
    BoundaryType,
    RidgeRegression,
    kernel_ridge,
    phase_diagram,
    symbols,
)
from asymptotics.boundaries.types import boundary_terms, variable_of
from asymptotics.lemmas.uniform_sums import evaluate

AT = {symbols.a: 2, symbols.ell: -3, symbols.gamma: 2}


def terms_of(boundary):
    return boundary_terms(boundary.phases, boundary.relation, boundary.continuous)


def variable_and_window(boundary):
    """Without the law of a network, which takes seconds."""
    if isinstance(boundary.phases[0].balance.model, RidgeRegression):
        law = boundary.law()
        return law.variable, law.window
    return variable_of(terms_of(boundary))


def order(boundary, expression, beside=0):
    """The exponent of d in an expression on a boundary, or beside it."""
    balance = boundary.phases[0].balance
    _, (low, high) = balance.domain
    at = AT | {symbols.b: Rational(1, 2) if balance.scales.noise == "scaled" else 0}
    at[symbols.source] = Rational(3, 4) if low < Rational(3, 4) < high else Rational(3, 2)
    exponents = at | {boundary.relation.lhs: boundary.relation.rhs.subs(at) + beside}

    def log_at(digits):
        d = mpf(10) ** digits
        powers = {symbol: mpf(int(S(x).p)) / int(S(x).q) for symbol, x in exponents.items()}
        values = {
            symbols.d: d,
            symbols.n_eff: d ** powers[symbols.a],
            symbols.weight_decay: d ** powers[symbols.ell],
            symbols.noise_variance: d ** -powers[symbols.b],
            symbols.gamma: powers[symbols.gamma],
            symbols.source: powers[symbols.source],
        }
        return mpmath.log10(evaluate(expression, values))

    return (log_at(200) - log_at(100)) / 100


# those of kernel ridge take seconds each
SLOW = [pytest.param(*p.values, id=p.id, marks=pytest.mark.slow) for p in OF_LINEAR[3:]]
# of noise that scales there are many: every sixth is enough between releases
SCALED = [p for p in OF_NETWORKS if "scaled" in str(p.id)]
SLOW += [pytest.param(*p.values, id=p.id, marks=pytest.mark.slow) for k, p in enumerate(SCALED) if k % 6]
RARE = {p.id for p in SLOW}
BOUNDARIES = [*(p for p in OF_NETWORKS if p.id not in RARE), *OF_LINEAR[:3], *SLOW]


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_the_variable_is_of_order_one_on_the_boundary_alone(boundary):
    (variable, _), relation = variable_and_window(boundary), boundary.relation
    logarithms = 0.02 if variable.has(log) else 0
    assert abs(order(boundary, variable)) <= 1e-9 + logarithms
    if variable != relation.lhs / relation.rhs:
        beside = [order(boundary, variable, step) for step in (Rational(1, 4), Rational(-1, 4))]
        orders = [abs(x) for x in beside if mpmath.isfinite(x)]  # a logarithm may end there
        assert orders
        assert min(orders) > 0.02


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_the_window_is_where_the_risk_follows_neither_phase(boundary):
    _, window = variable_and_window(boundary)
    one, other = boundary.phases
    if boundary.type is BoundaryType.UNCHANGED:
        assert window is S.EmptySet
        assert simplify(one.risk.expr - other.risk.expr) == 0
    elif boundary.type is BoundaryType.EDGE and not boundary.continuous:
        assert window.start == 0
        assert window.end != oo
    else:
        assert window == Interval.open(0, oo)


def test_boundaries_of_other_models_are_refused():
    boundary = phase_diagram(kernel_ridge).boundaries[0]
    with pytest.raises(NotImplementedError, match="phases of kernel ridge: what holds across a boundary"):
        boundary_terms(boundary.phases, boundary.relation, boundary.continuous)
