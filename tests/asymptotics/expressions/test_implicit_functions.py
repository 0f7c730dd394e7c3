"""Functions defined by an equation: against roots of polynomials, in every arithmetic, as SymPy sees them."""

import pickle
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from sympy import Symbol, lambdify, latex, oo

from asymptotics.expressions.implicit_functions import ImplicitFunction, unlearned_share
from asymptotics.lemmas.power_sums import end_behaviour
from asymptotics.symbols import size

X = Symbol("x", positive=True)


class Double:
    epsilon = 2.0**-52

    @staticmethod
    def real(value):
        return float(Fraction(value))


def by_roots(ratio, degree):
    """1 - q^k at the largest root of q^(k-2) - q^(k-1) = 1/(k l)."""
    coefficients = [-1.0, 1.0, *[0.0] * (degree - 2)]
    coefficients[-1] -= 1 / (degree * ratio)
    roots = np.roots(coefficients)
    q = max(r.real for r in roots if abs(r.imag) < 1e-9)
    return 1 - q**degree


@pytest.mark.parametrize("degree", [2, 3, 4, 5, 9])
@pytest.mark.parametrize("ratio", [3.5, 7.0, 100.0])
def test_it_is_the_upper_root(degree, ratio):
    for value in (
        float(unlearned_share(ratio, degree).evalf(20)),
        float(unlearned_share.value_in(Double, np.array([[ratio]]), degree)[0, 0]),
        float(lambdify(X, unlearned_share(X, degree), "mpmath")(ratio)),
    ):
        # differences of the eigenvalues of a matrix of order degree
        assert value == pytest.approx(by_roots(ratio, degree), rel=1e-11, abs=0)


def test_it_has_the_digits_it_is_asked_for():
    with mpmath.workdps(60):
        ratio = mpmath.mpf(7) / 3
        value = lambdify(X, unlearned_share(X, 4), "mpmath")(ratio)
        q = (1 - value) ** mpmath.mpf("0.25")
        assert abs(4 * ratio * q**2 * (1 - q) - 1) < mpmath.mpf(10) ** -57


def test_relative_precision_where_almost_all_is_known():
    assert float(unlearned_share.value_in(Double, 1e30, 5)) * 1e30 == pytest.approx(1, rel=1e-14, abs=0)


def test_before_the_branch_it_is_constant():
    end = float(Fraction(27, 16))  # l at which q^2 (1 - q) = 4/27 is reached, for k = 4
    values = unlearned_share.value_in(Double, np.array([0.1, end]), 4)
    assert values == pytest.approx(1 - (2 / 3) ** 4, rel=1e-7, abs=0)


def test_its_derivative_is_that_of_differences():
    slope = lambdify(X, unlearned_share(X, 5).diff(X), "mpmath")(mpmath.mpf(4))
    difference = mpmath.diff(lambda x: unlearned_share._imp_(x, 5), mpmath.mpf(4))
    assert float(slope) == pytest.approx(float(difference), rel=1e-9, abs=0)


def test_its_end_is_known_to_dominant_balance():
    assert end_behaviour(size**2 * unlearned_share(size**2, 4), oo) == (1, 0)


def test_its_powers_are_in_latex():
    value = unlearned_share(X, 4)
    assert latex(value**2) == latex(value) + "^{2}"
    assert latex(2 * value - 1) == f"2 {latex(value)} - 1"
    assert str(2 * value**2) == "2*unlearned_share(x, 4)**2"


def test_it_is_positive_pickles_and_prints():
    value = unlearned_share(X, 4)
    assert value.is_positive
    assert pickle.loads(pickle.dumps(value)) == value
    assert str(value) == "unlearned_share(x, 4)"
    assert value.tail == 1 / X
    with pytest.raises(NotImplementedError):
        _ = ImplicitFunction(X).tail
