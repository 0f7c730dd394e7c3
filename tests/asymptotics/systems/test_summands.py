"""Summands that change sign, or have no Mellin transform, are refused; positive ones are not."""

import pytest
from declared_systems import RIDGE
from sympy import Abs, Max, Piecewise, Rational, erfc, oo, sqrt

from asymptotics.symbols import alpha, beta, effective_noise, gamma, size, threshold
from asymptotics.systems import System, mode_sum, summands

F = size**2 / (size**2 + threshold)
X = size / threshold
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
    ],
)
def test_summands_are_positive_and_elementary(summand, words):
    with pytest.raises(ValueError, match=words) as caught:
        with_risk(summand)
    assert "\n" not in str(caught.value)


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
