"""Summands that change sign, or have no Mellin transform, are refused; positive ones are not."""

import mpmath
import pytest
from declared_systems import RIDGE
from sympy import Abs, Eq, Function, I, Max, Piecewise, Rational, erfc, exp, log, oo, sqrt, tanh

from asymptotics import InvalidArgument, phase_diagram
from asymptotics.symbols import a, alpha, beta, effective_noise, gamma, n_eff, size, threshold
from asymptotics.systems import System, mode_sum, summands

F = size**2 / (size**2 + threshold)
X = size / threshold
TANH = float(mpmath.quad(lambda s: mpmath.tanh(s**2) * s**-1.8 / 1.25, [0, 1, mpmath.inf]))
"""Sum of tanh(s^2/kappa^2) over K = kappa^(-1/gamma) modes of gamma = 5/4, by K."""
EVERYWHERE = ((Rational(1, 2), oo), (Rational(0), oo), (Rational(0), oo), (-oo, oo))


def with_risk(summand):
    fields = {name: getattr(RIDGE, name) for name in ("name", "unknowns", "equations", "scales")}
    return System(**fields, quantities={"risk": mode_sum(summand)})


@pytest.mark.parametrize(
    ("summand", "words"),
    [
        (size**2 * (1 - X) / (1 + X) ** 4, "ridge: .*has a negative term, at s = 1.78 and kappa = 1"),
        (size**2 * mode_sum(F), r"quantities\['risk'\]: .*holds another sum"),
        (size**2 * Abs(1 - X) / (1 + X) ** 4, r"quantities\['risk'\]: Abs.*is not smooth"),
        (size**2 * Max(1 - X, 0), r"quantities\['risk'\]: Max.*is not smooth"),
        (size * tanh(X), r"tanh\(s/kappa\) must be made of powers, exp, erf, erfc and Piecewise"),
        (size * Function("F")(X), r"F\(s/kappa\) must be made of powers, exp, erf, erfc and Piecewise"),
        (size**2.0 * X, r"s\*\*3\.0 must have an exponent that is exact: 3$"),
        (size * log(1 + X), r"log\(1 \+ s/kappa\) must be made of powers"),
        (size**threshold, r"s\*\*kappa must have an exponent that is real, and holds no variables"),
        (size**I, "finite real numbers"),
        (Piecewise((F, size > threshold)), "must end with a case"),
    ],
)
def test_summands_are_positive_and_elementary(summand, words):
    with pytest.raises(ValueError, match=words) as caught:
        with_risk(summand)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("outside", [tanh(threshold), exp(-threshold), log(n_eff) * threshold])
def test_outside_of_sums_are_powers_alone(outside):
    with pytest.raises(ValueError, match=r"must be made of powers and of sums over modes, \w+ is neither"):
        System("own", (threshold,), (Eq(n_eff, outside),), {"risk": threshold}, {n_eff: a})


def test_what_is_no_expression_is_not_summed():
    with pytest.raises(InvalidArgument, match=r"mode_sum=Eq.*an expression in the size of a mode"):
        mode_sum(Eq(size, threshold))


def test_exponentials_beside_powers_of_sums_are_derived():
    """tanh by exponentials, whose constant is an integral; SymPy's search for it took minutes."""
    share = (1 - exp(-2 * X**2)) / (1 + exp(-2 * X**2))
    own = System("own", (threshold,), (Eq(n_eff, mode_sum(share)),), {"risk": threshold}, {n_eff: a})
    law = phase_diagram(own).locate(a=1, gamma=1.25).risk
    assert law.exponent == -a * gamma
    assert law.at(a=1, gamma=1.25).constant.evalf(6) == pytest.approx(TANH**1.25, rel=1e-5, abs=0)


@pytest.mark.parametrize(
    ("summand", "conditions"),
    [
        (F - F**2, ()),
        (F**2 - F - F**2 + 2 * F, ()),
        (Piecewise((size**2 * (1 - threshold / (2 * size)), size > threshold), (size**2, True)), ()),
        (1 - F * (2 - F), ()),
        (size**2 * erfc(1 / size) - size**2 * erfc(2 / size), ()),
        ((2 * alpha + 2 * beta - 1) * F - F**2 * (2 * alpha + 2 * beta - 1), (alpha + beta > 1 / 2,)),
    ],
)
def test_positive_summands_pass(summand, conditions):
    summands.check_positive("own", summand, EVERYWHERE, conditions)


@pytest.mark.parametrize(
    "summand",
    [
        F - 2 * F**2,
        F * (gamma - 1),
        size * (1 - size / threshold) * (1 + size / effective_noise),
        (size + threshold - sqrt(size * effective_noise)) / (size + threshold),
        Piecewise((1 - size**2, size < 2), (1, True)),
    ],
)
def test_a_sign_that_changes_is_seen(summand):
    with pytest.raises(ValueError, match=r"own: .*has a negative term"):
        summands.check_positive("own", summand, EVERYWHERE, ())


def test_a_sign_that_changes_where_conditions_hold_is_seen():
    """Of the parameters that are tried the first ones do not fit the condition."""
    with pytest.raises(ValueError, match=r"own: .*has a negative term"):
        summands.check_positive("own", F * (Rational(3, 2) - alpha), EVERYWHERE, (alpha > 1,))
