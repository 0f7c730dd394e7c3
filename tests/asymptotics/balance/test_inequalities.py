"""Where an inequality holds, exactly."""

import pytest
from sympy import Max, Piecewise, S

from asymptotics import phase_diagram, quadratic
from asymptotics.algebra.monomials import term
from asymptotics.balance.inequalities import Holds, where_exponents_exceed, where_larger
from asymptotics.symbols import a, d, gamma, n_eff


@pytest.fixture(scope="module")
def benign():
    """The balance of phase IV: 0 < a < 4 gamma/(14 gamma - 5)."""
    return phase_diagram(quadratic)["IV"].balance


@pytest.mark.parametrize(
    ("exponent", "holds"),
    [
        (a, Holds.EVERYWHERE),
        (-a, Holds.NOWHERE),
        (a - S.Half, Holds.IN_PART),
        (a - 1, Holds.NOWHERE),  # the phase ends before a = 2/3
        (a - gamma, Holds.IN_PART),  # at gamma close to 1/2 alone
        (Max(a - 1, a), Holds.EVERYWHERE),
        (Piecewise((a, gamma < 1), (-a, True)), Holds.IN_PART),
    ],
)
def test_of_exponents(benign, exponent, holds):
    assert where_exponents_exceed(benign, (exponent, S.Zero), (S.Zero, S.Zero)) is holds


def test_equal_exponents_are_told_apart_by_powers_of_logarithms(benign):
    for power, holds in ((1, Holds.EVERYWHERE), (0, Holds.NOWHERE), (-1, Holds.NOWHERE)):
        assert where_exponents_exceed(benign, (a, S(power)), (a, S.Zero)) is holds


def test_terms_and_their_exponents_say_the_same(benign):
    pieces = [(benign.domain, (term(n_eff, ""), term(n_eff**2 / d, "")))]
    assert where_larger(benign, pieces, term(S.One, "")) is Holds.EVERYWHERE
    assert where_larger(benign, pieces, term(d, "")) is Holds.NOWHERE
    assert where_larger(benign, pieces, term(n_eff**3, "")) is Holds.NOWHERE
