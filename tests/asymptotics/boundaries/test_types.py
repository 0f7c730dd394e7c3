"""Types of boundaries: variables of order one, windows, and what is said where the exponent jumps."""

import mpmath
import pytest
from all_boundaries import BOUNDARIES
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


@pytest.mark.parametrize("some", BOUNDARIES, ids=str)
def test_the_variable_is_of_order_one_on_the_boundary_alone(some):
    for boundary in some.boundaries():
        (variable, _), relation = variable_and_window(boundary), boundary.relation
        logarithms = 0.02 if variable.has(log) else 0
        assert abs(order(boundary, variable)) <= 1e-9 + logarithms, boundary
        if variable != relation.lhs / relation.rhs:
            beside = [order(boundary, variable, step) for step in (Rational(1, 4), Rational(-1, 4))]
            orders = [abs(x) for x in beside if mpmath.isfinite(x)]  # a logarithm may end there
            assert orders, boundary
            assert min(orders) > 0.02, boundary


@pytest.mark.parametrize("some", BOUNDARIES, ids=str)
def test_the_window_is_where_the_risk_follows_neither_phase(some):
    for boundary in some.boundaries():
        _, window = variable_and_window(boundary)
        one, other = boundary.phases
        if boundary.type is BoundaryType.UNCHANGED:
            assert window is S.EmptySet, boundary
            assert simplify(one.risk.expr - other.risk.expr) == 0, boundary
        elif boundary.type is BoundaryType.EDGE and not boundary.continuous:
            assert window.start == 0, boundary
            assert window.end != oo, boundary
        else:
            assert window == Interval.open(0, oo), boundary


def test_boundaries_of_other_models_are_refused():
    boundary = phase_diagram(kernel_ridge).boundaries[0]
    with pytest.raises(NotImplementedError, match="phases of kernel ridge: what holds across a boundary"):
        boundary_terms(boundary.phases, boundary.relation, boundary.continuous)
