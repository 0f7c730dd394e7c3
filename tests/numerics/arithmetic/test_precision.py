from __future__ import annotations

import os
import subprocess
import sys
import threading
from fractions import Fraction

import flint
import gmpy2
import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.arithmetic.precision import DOUBLE, Arithmetic, _by_balls, for_digits, multiprecision, to_mpf

WIDE = multiprecision(200)


@given(st.fractions())
def test_a_fraction_enters_with_one_rounding(fraction: Fraction) -> None:
    with WIDE.working():
        entered = Fraction(*WIDE.real(fraction).as_integer_ratio())
    assert abs(entered - fraction) <= abs(fraction) * Fraction(1, 2**200)
    assert DOUBLE.real(fraction) == float(fraction)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_goes_through_unchanged(number: float) -> None:
    with WIDE.working():
        assert float(to_mpf(WIDE.real(number))) == number
    assert float(to_mpf(number)) == number


@pytest.mark.parametrize("text", ["1e30", "-1e-30", "0", "3.25", "1e-400"])
def test_an_mpf_enters_without_a_double(text: str) -> None:
    with mpmath.workdps(40):
        number = mpmath.mpf(text)
        with WIDE.working():
            assert to_mpf(WIDE.real(number)) == number


def test_what_leaves_is_rounded_to_the_digits_asked_for() -> None:
    with WIDE.working():
        third = WIDE.real(Fraction(1, 3))
    short = to_mpf(third, digits=20)
    with mpmath.workdps(60):
        error = abs(short * 3 - 1)
        assert 0 < error < mpmath.mpf(10) ** -20


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "expm1", "log1p", "erf", "erfc"])
def test_functions_of_an_array_agree_with_mpmath(name: str) -> None:
    points = [Fraction(1, 10**12), Fraction(1, 3), Fraction(7, 2)]
    with mpmath.workdps(70):
        exact = [getattr(mpmath, name)(mpmath.mpf(x.numerator) / x.denominator) for x in points]
        with WIDE.working():
            wide = getattr(WIDE, name)(WIDE.array(points))
            for value, reference in zip(wide, exact, strict=True):
                assert abs(to_mpf(value) / reference - 1) < mpmath.mpf(10) ** -46
    np.testing.assert_allclose(
        getattr(DOUBLE, name)(DOUBLE.array(points)), [float(x) for x in exact], rtol=4e-16
    )


@pytest.mark.parametrize("name", ["erf", "erfc"])
@pytest.mark.parametrize(
    "text", ["0", "-0.5", "1e-300", "-40", "123.25", "2e4", "4e4", "-4e4", "1e300", "inf", "nan"]
)
def test_error_functions_of_balls_are_those_of_mpfr(name: str, text: str) -> None:
    """From 0 to beyond the smallest number, and where there are no balls."""
    with WIDE.working():
        x = gmpy2.mpfr(text)
        found, exact = getattr(WIDE, name)(x), getattr(gmpy2, name)(x)
        assert (gmpy2.is_nan(found) and gmpy2.is_nan(exact)) or abs(found - exact) <= abs(
            exact
        ) * WIDE.epsilon


def test_balls_that_are_too_wide_are_computed_again() -> None:
    """The sine next to pi: all of its digits are lost, in as many bits as the number has."""
    with WIDE.working():
        x = gmpy2.const_pi()
        assert _by_balls("sin", WIDE.bits)(x) == gmpy2.sin(x) != 0
        assert flint.ctx.prec == WIDE.bits + 10


def test_products_of_balls_are_products() -> None:
    with WIDE.working():
        numbers = WIDE.array([Fraction(10) ** (7 * k % 50 - 25) / 3 for k in range(60)])
        left, right = numbers.reshape(5, 3, 4), numbers[:40].reshape(5, 4, 2)
        found = WIDE.unpacked(WIDE.multiplier(WIDE.packed(left))(WIDE.packed(right)))
        assert np.all(abs(found - left @ right) <= 8 * WIDE.epsilon * (left @ right))
        empty = WIDE.multiplier(WIDE.packed(left[0, :, :0]))(WIDE.packed(right[0, :0]))
        assert WIDE.unpacked(empty).tolist() == [[0, 0]] * 3


@pytest.mark.parametrize("arithmetic", [DOUBLE, WIDE, multiprecision(900)], ids=lambda a: f"{a.bits} bits")
@pytest.mark.parametrize("order", [1, 2, 7, 40, 201])
def test_gauss_legendre_is_exact_on_polynomials(arithmetic: Arithmetic, order: int) -> None:
    with arithmetic.working():
        nodes, weights = arithmetic.gauss_legendre(order)
        for degree in {0, 2 * ((order - 1) // 2), 2 * order - 2}:
            integral = arithmetic.real(Fraction(2, degree + 1))
            assert abs(weights @ nodes**degree - integral) < 8 * arithmetic.epsilon


@pytest.mark.parametrize("arithmetic", [DOUBLE, WIDE], ids=lambda a: f"{a.bits} bits")
def test_complex_numbers_have_parts(arithmetic: Arithmetic) -> None:
    with arithmetic.working():
        x, y = arithmetic.array([1, 2]), arithmetic.array([3, 4])
        z = arithmetic.complex(x, y)
        product = z * z
        assert list(arithmetic.real_part(product)) == [-8, -12]
        assert list(arithmetic.imaginary_part(product)) == [6, 16]
        assert list(arithmetic.is_finite(product)) == [True, True]
        assert abs(arithmetic.exp(arithmetic.complex(0, arithmetic.pi)) + 1) < 2 * arithmetic.epsilon


def test_the_precision_of_the_caller_is_put_back() -> None:
    before, of_balls = gmpy2.get_context().precision, flint.ctx.prec
    seen = []
    with WIDE.working():
        thread = threading.Thread(target=lambda: seen.append(gmpy2.get_context().precision))
        thread.start()
        thread.join()
        assert gmpy2.get_context().precision == 200
        with pytest.raises(ZeroDivisionError), multiprecision(300).working():
            raise ZeroDivisionError
        assert gmpy2.get_context().precision == 200
    assert gmpy2.get_context().precision == before
    assert flint.ctx.prec == of_balls
    assert seen == [before]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks on this system")
def test_a_child_process_does_not_wait_for_a_thread_it_does_not_have() -> None:
    script = """
import os, threading, time
from numerics.arithmetic.precision import multiprecision
arithmetic, held = multiprecision(100), threading.Event()

def hold():
    with arithmetic.working():
        held.set()
        time.sleep(0.2)

thread = threading.Thread(target=hold)
thread.start()
held.wait()
child = os.fork()
with arithmetic.working():
    if child == 0:
        os._exit(0)
thread.join()
os.waitpid(child, 0)
"""
    command = [sys.executable, "-W", "ignore", "-c", script]
    # the limit only ends a wait that has no end
    subprocess.run(command, check=True, timeout=100)


def test_digits() -> None:
    assert for_digits(30).digits >= 30
    assert for_digits(30, guard=20).digits >= 50
    assert for_digits(2).bits > DOUBLE.bits
    with pytest.raises(ValueError, match="bits=53"):
        multiprecision(53)
