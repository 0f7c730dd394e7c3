"""Sums and means over a power law of modes, as numbers, at scales far from those of most modes."""

import mpmath
import pytest
from mpmath import mpf
from sympy import Integral, S, Sum, Symbol, erf, exp, oo, pi, sqrt, zeta

from asymptotics.lemmas.power_sums import ModeFunction, Piece
from asymptotics.lemmas.uniform_sums import discrete_head, evaluate, finite_size_end, integral
from asymptotics.symbols import gamma, size

SCALE, RANK = Symbol("x", positive=True), Symbol("t", positive=True)

MISSED = size**2 / (1 + size**2)
"""What a Bayes-optimal estimate does not know of a mode, in units of its noise."""

CUT = (size**2 - 1) * erf(1 / (sqrt(2) * size)) + 1 - sqrt(2 / pi) * size * exp(-1 / (2 * size**2))
"""The error of a soft threshold at 1 for a Gaussian of width s: of large s it is 1, the addends are s^2."""


def over_ranks(function):
    return Integral(function.subs(size, SCALE * RANK**-gamma), (RANK, 0, 1))


@pytest.mark.parametrize("decay", [0.75, 1.5, 5])
@pytest.mark.parametrize("share", [-200, -60, -15, -3, 0, 30])
def test_mean_over_modes_of_which_any_share_is_learned(share, decay):
    # \int_0^1 dt/(1 + (t/m)^(2 gamma)), of which m = 10^share are far above the noise
    assert finite_size_end(ModeFunction((Piece(S.Zero, oo, MISSED),)), SCALE) == over_ranks(MISSED)
    with mpmath.workdps(25):
        learned, power = mpf(10) ** share, 2 * mpf(decay)
        exact = mpmath.hyp2f1(1, 1 / power, 1 + 1 / power, -(learned**-power))
        found = evaluate(over_ranks(MISSED), {SCALE: learned ** mpf(decay), gamma: mpf(decay)})
    assert abs(found / exact - 1) < 1e-11


@pytest.mark.parametrize("far", [2, 30, 300])
def test_mean_error_of_modes_far_above_the_threshold(far):
    found = evaluate(over_ranks(CUT), {SCALE: mpf(10) ** far, gamma: mpf(3) / 2})
    # h = 1 - sqrt(8/(9 pi))/s + ..., and t^gamma has the mean 1/(1 + gamma)
    expected = 1 - mpmath.sqrt(8 / (9 * mpmath.pi)) * mpf(10) ** -far / mpf("2.5")
    assert abs(found - expected) < 10.0 ** -(3 * far) + 1e-11


@pytest.mark.parametrize("last", [1, 199, 200, 201, 202, 1000])
def test_sums_with_few_terms_beyond_the_explicit_ones(last):
    modes = Symbol("i", positive=True, integer=True)
    found = evaluate(Sum(modes**-SCALE, (modes, 1, last)), {SCALE: mpf(1.5)})
    assert abs(found / mpmath.fsum(mpf(i) ** -1.5 for i in range(1, last + 1)) - 1) < 1e-12


def test_what_cancels_for_ever_is_refused():
    nothing = Integral(RANK + 1 - (1 + RANK) * sqrt(SCALE) / sqrt(SCALE + exp(-SCALE)), (RANK, 0, 1))
    with pytest.raises(ArithmeticError, match="cancel to more than 65536 bits"):
        evaluate(nothing, {SCALE: mpf(10) ** 6})


@pytest.mark.parametrize("decay", [0.75, 1.3, 2])
@pytest.mark.parametrize("digits", [3, 12, 100])
def test_discrete_head_of_which_very_many_are_learned(digits, decay):
    # h = s^2 below 1, 2 - 1/s above: of many modes the sum is the Mellin transform times their number
    kept = ModeFunction((Piece(S.Zero, S.One, size**2), Piece(S.One, oo, 2 - 1 / size)))
    number, decay = mpf(10) ** digits, mpf(decay)
    with mpmath.workdps(120):
        found = evaluate(discrete_head(kept, SCALE), {SCALE: number**decay, gamma: decay})
        expected = number * (1 / (2 - 1 / decay) + 2 * decay - 1 / (1 + 1 / decay)) / decay
        assert abs(found / expected - 1) < 10 / number


@pytest.mark.parametrize("power", [-0.75, -1.5, -3, -6.5, 1.5])
def test_zeta_where_mpmath_adds_up_all_that_is_left_out(power):
    start = Symbol("n", positive=True)
    for first in (12, 100, 1000, 3000):  # of 166 bits and more the series is used
        with mpmath.workdps(50):
            found = evaluate(zeta(SCALE, start), {SCALE: mpf(power), start: mpf(first)})
            assert abs(found / mpmath.zeta(mpf(power), first) - 1) < 1e-45


@pytest.mark.parametrize("digits", [1, 10, 100])
def test_discrete_head_far_above_the_threshold(digits):
    # each costs 1: their number is what is left of addends of their square
    modes = Symbol("i", positive=True, integer=True)
    law = Sum(CUT.subs(size, SCALE / modes), (modes, 1, 3))
    found = evaluate(law, {SCALE: mpf(10) ** digits})
    expected = 3 - 6 * mpmath.sqrt(8 / (9 * mpmath.pi)) * mpf(10) ** -digits
    assert abs(found - expected) < 30 * 10.0 ** -(3 * digits) + 1e-14


def test_numbers_have_the_digits_that_are_asked_for_now():
    law = pi * SCALE ** (S.One / 3)
    for digits in (15, 50, 15):
        with mpmath.workdps(digits):
            assert abs(evaluate(law, {SCALE: mpf(2)}) / (mpmath.pi * mpmath.cbrt(2)) - 1) < 4 * mpmath.eps


# --- integrals of any size, against closed forms


def evaluations(power, digits):
    """How many the integral of 2^power/(1 + x^2) takes, once it is right."""
    asked = []

    def function(x):
        asked.append(x)
        return mpf(2) ** power / (1 + x**2)

    with mpmath.workdps(digits + 10):
        found = integral(function, [0, 1, 10], digits)
        assert abs(found / (mpmath.atan(10) * mpf(2) ** power) - 1) < mpf(10) ** (1 - digits)
    return len(asked)


@pytest.mark.parametrize("digits", [12, 30])
def test_integrals_of_any_size_have_their_digits_at_equal_cost(digits):
    assert len({evaluations(power, digits) for power in (-200, 0, 30, 200)}) == 1


def test_panels_may_differ_by_any_factor():
    with mpmath.workdps(40):
        found = integral(lambda t: mpmath.exp(-t), [0, 10, 100, 1000], 30)
        assert abs(found - 1) < mpf("1e-29")


def test_the_middles_of_panels_may_miss_where_most_is():
    with mpmath.workdps(40):
        for size in (mpf("1e-100"), mpf("1e100")):
            found = integral(lambda t, size=size: size * mpmath.exp(-mpmath.exp(t)), [0, 10, 20], 30)
            assert abs(found / (size * mpmath.expint(1, 1)) - 1) < mpf("1e-29")


def test_nothing_adds_up_to_nothing():
    assert integral(lambda x: mpf(0), [0, 1], 15) == 0
    assert integral(lambda x: mpf(1), [0], 15) == 0  # no panel


def test_a_jump_inside_a_panel_is_refused():
    with pytest.raises(ArithmeticError, match=r"known to .* of its size only"):
        integral(lambda x: mpf(x > 0.3), [0, 1], 15)
    assert integral(lambda x: mpf(x > 0.5), [0, 0.5, 1], 15) == mpf(0.5)


def test_the_root_of_what_rounding_leaves_of_zero_is_real() -> None:
    """Where two cases of a law meet: sqrt(1 - 4 x^2) at x = 1/2, rounded."""
    law = 1 + sqrt(1 - SCALE)
    assert evaluate(law, {SCALE: 1 + mpmath.eps}) == 1
    assert mpmath.isnan(evaluate(law, {SCALE: mpf(2)}))


def test_the_variable_of_an_inner_integral_is_no_constant():
    """Sum over i of i^-5 times the integral of t^(3/2) up to i."""
    t, i, power = Symbol("t", positive=True), Symbol("i", positive=True, integer=True), Symbol("p")
    nested = Sum(Integral(t**power, (t, 0, i)) * i**-5, (i, 1, 20))
    expected = sum(k ** (mpf(5) / 2) / mpf(5) * 2 / k**5 for k in range(1, 21))
    assert evaluate(nested, {power: mpf(3) / 2}) == pytest.approx(expected, rel=1e-12, abs=0)
