"""Equations that depend on each other, or leave unknowns undetermined, are named; independent ones pass."""

import pytest
from declared_systems import HERMITE_2, HERMITE_3, RANDOM_FEATURES, RIDGE, TWO_SCALES
from sympy import Eq, Piecewise, Rational, Symbol, expand, oo, sqrt

from asymptotics.models import one_pass_sgd
from asymptotics.models.hermite import hermite
from asymptotics.symbols import a, ell, gamma, n_eff, noise_variance, size, threshold, weight_decay
from asymptotics.systems import System, mode_sum
from asymptotics.systems.independence import check_independent

F = size**2 / (size**2 + threshold)
D, X = (Symbol(name, positive=True) for name in ("D", "x"))
ONE = Eq(n_eff, mode_sum(F) * D + weight_decay / threshold)
TWO = Eq(D, n_eff - mode_sum(F**2))
VANISHING = [equation.lhs - equation.rhs for equation in (ONE, TWO)]
EVERYWHERE = ((Rational(1, 2), oo), (Rational(0), oo))


def declared(unknowns, *equations):
    scales = {n_eff: a, weight_decay: ell}
    return System("own", unknowns, equations, {"risk": sum(unknowns)}, scales)


PAIR = "equations 1 and 2 depend on each other: where one holds"
ALL = "equations 1, 2 and 3 depend on each other: one follows"


@pytest.mark.parametrize(
    ("unknowns", "equations", "words"),
    [
        ((threshold, D), [ONE, Eq(VANISHING[0] ** 2, 0)], "equation 2 vanishes to second order"),
        ((threshold,), [Eq((n_eff - mode_sum(F)) ** 2, 0)], "equation 1 vanishes to second order"),
        ((threshold, D), [ONE, Eq(expand(VANISHING[0] * (1 + D)), 0)], PAIR),
        ((threshold, D), [ONE, Eq(VANISHING[0] * threshold, 0)], "equations 1 and 2 are one"),
        ((threshold, D), [ONE, Eq(sqrt(n_eff), sqrt(ONE.rhs))], PAIR),
        ((threshold, D), [ONE, Eq(1 / n_eff, 1 / ONE.rhs)], PAIR),
        (
            (threshold, D),
            [ONE, Eq(n_eff, mode_sum(F**2) * D + mode_sum(F - F**2) * D + weight_decay / threshold)],
            PAIR,
        ),
        ((threshold, D, X), [ONE, Eq(TWO.lhs + X, TWO.rhs), Eq(sum(VANISHING) + X, 0)], ALL),
        (
            (threshold, D, X),
            [ONE, Eq(TWO.lhs + X, TWO.rhs), Eq(VANISHING[0] - 2 * VANISHING[1] - 2 * X, 0)],
            ALL,
        ),
        (
            (threshold, D, X),
            [ONE, Eq(D * X, n_eff), Eq(VANISHING[0] * (D * X - n_eff), 0)],
            "equation 3 vanishes",
        ),
        (
            (threshold, D),
            [Eq(threshold * D, weight_decay), Eq(n_eff, (threshold * D) ** 2)],
            "determine kappa and D",
        ),
        (
            (threshold, D),
            [ONE.subs(D, 1), Eq(n_eff * (D + 1) - n_eff * D, threshold)],
            "determine D: they do not",
        ),
        (
            (threshold, D),
            [Eq(threshold * D, n_eff), Eq(threshold * D, 2 * n_eff)],
            "determine kappa and D: they",
        ),
    ],
)
def test_dependent_equations_are_named(unknowns, equations, words):
    with pytest.raises(ValueError, match=words) as caught:
        declared(unknowns, *equations)
    assert "\n" not in str(caught.value)


def test_equations_that_differ_by_label_noise_alone_are_one_without_it():
    equations = [ONE, Eq(n_eff + noise_variance * D, ONE.rhs + noise_variance)]
    check_independent("own", equations, (threshold, D), EVERYWHERE, True)
    with pytest.raises(ValueError, match="equations 1 and 2 are one: their ratio is 1"):
        check_independent("own", equations, (threshold, D), EVERYWHERE, False)


def test_cases_are_tested_without_their_jumps():
    """A number of modes does not change with the threshold but at single values, and depends on it."""
    above = mode_sum(Piecewise((1, size > threshold), (0, True)))
    check_independent("own", [Eq(n_eff, above)], (threshold,), EVERYWHERE, True)
    twice = [Eq(n_eff, above * D), Eq(n_eff**2, above**2 * D**2)]
    with pytest.raises(ValueError, match=PAIR):
        check_independent("own", twice, (threshold, D), EVERYWHERE, True)


def test_independent_equations_pass():
    """Those of the models, at every regularity; and one with a coefficient that depends on gamma."""
    systems = (RANDOM_FEATURES, HERMITE_2, HERMITE_3, hermite(4), one_pass_sgd, RIDGE, TWO_SCALES)
    for system in systems:
        for noisy in (True, False):
            check_independent(system.name, system.equations, system.unknowns, system.box, noisy)
    check_independent("own", [Eq(n_eff, (1 - gamma) * threshold)], (threshold,), EVERYWHERE, True)
