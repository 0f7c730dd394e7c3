"""Expressions as functions of numbers, in any arithmetic."""

from fractions import Fraction

import gmpy2
import numpy as np
import pytest
from declared_systems import HERMITE_2, RANDOM_FEATURES, RIDGE
from sympy import Eq, Piecewise, Rational, Symbol, exp, sqrt

from asymptotics.expressions.checks import InvalidArgument
from asymptotics.symbols import a, d, gamma, n_eff, noise_variance, size, source, threshold, weight_decay
from asymptotics.systems import System, mode_sum
from asymptotics.systems.canonical import canonical
from numerics.arithmetic.precision import DOUBLE, for_digits
from numerics.systems.power_law_sums import Modes, Sizes
from verify.systems.compiled import compiled, equations_of, modes_of

POINT = {gamma: Fraction(5, 4), source: Fraction(2, 7)}
KNOWN = {n_eff: 50, weight_decay: Fraction(1, 3), noise_variance: 2}


def built(system, arithmetic, known=KNOWN, parameters=POINT):
    ready = compiled(system, True)
    return equations_of(ready, modes_of(system, known, parameters), known, parameters, arithmetic)


def test_what_a_system_needs_is_listed():
    ready = compiled(RANDOM_FEATURES, True)
    assert [str(v) for v in ready.variables] == ["Delta", "lambda", "n_eff", "p"]
    assert ready.parameters == (gamma, source)
    assert noise_variance not in compiled(RIDGE, False).variables
    assert compiled(HERMITE_2, True).parameters == (gamma,)


@pytest.mark.parametrize("arithmetic", [DOUBLE, for_digits(40)], ids=["float64", "40 digits"])
def test_summands_and_factors_are_those_of_sympy(arithmetic):
    """Against SymPy's own numbers, summand by summand."""
    form, at = canonical(RIDGE, True), {threshold: Rational(1, 10), Symbol("D_s", positive=True): 7}
    everything = {
        **at,
        gamma: Rational(5, 4),
        source: Rational(2, 7),
        **{k: Rational(v) for k, v in KNOWN.items()},
    }
    summands = [s for _, right in form.equations for one in right for s in one.summands]
    with arithmetic.working():
        system = built(RIDGE, arithmetic)
        values = [arithmetic.real(Fraction(int(x.p), int(x.q))) for x in map(Rational, at.values())]
        half = Sizes(arithmetic.array([Fraction(1, 2)]))
        numbers = [summed.below(half, values)[0] for summed in system.sums]
        factors = [one.factor(values) for equation in system.equations for one in equation.right]
    expected = [s.subs(everything).subs(size, Rational(1, 2)).evalf(45) for s in summands]
    tolerance = 10.0 ** (2 - arithmetic.digits)
    for summand in expected:
        assert min(abs(float(summand - Rational(str(Fraction(float(x)))))) for x in numbers) < 1e-14
        if arithmetic is not DOUBLE:
            exact = [gmpy2.mpq(x) for x in numbers]
            nearest = min(abs(summand / Rational(int(x.numerator), int(x.denominator)) - 1) for x in exact)
            assert nearest < tolerance
    terms = [one.factor.subs(everything).evalf() for _, right in form.equations for one in right]
    assert [float(x) for x in factors] == pytest.approx([float(x) for x in terms], rel=1e-14, abs=0)


def test_a_break_divides_a_summand():
    with DOUBLE.working():
        (summed,) = built(HERMITE_2, DOUBLE, {n_eff: 50, noise_variance: 2}, {gamma: Fraction(5, 4)}).sums
        u, s = 0.3, 0.5
        assert summed.break_size([u]) == pytest.approx(u / 2**0.5, rel=1e-15, abs=0)
        assert summed.scale([u]) == u
        sizes = Sizes(np.array([s]))
        assert summed.above(sizes, [u]) == pytest.approx([u**2 - u**4 / (4 * s**2)], rel=1e-15, abs=0)
        assert summed.below(sizes, [u]) == pytest.approx([s**2], rel=1e-15, abs=0)


def test_a_difference_inside_of_a_fraction_is_factored():
    """s^2 (1 - (1 - u^2/(2 s^2))^2) at u = 1e-12 s has no digit in float64 as it stands."""
    with DOUBLE.working():
        (summed,) = built(HERMITE_2, DOUBLE, {n_eff: 50, noise_variance: 2}, {gamma: Fraction(5, 4)}).sums
        value = summed.above(Sizes(np.array([1.0])), [1e-12])[0]
    assert value == pytest.approx(1e-24, rel=1e-14, abs=0)


def small(summand, **fields):
    equation = Eq(n_eff, mode_sum(summand))
    return System("small", (threshold,), (equation,), {"risk": threshold}, {n_eff: a}, **fields)


@pytest.mark.parametrize(
    ("summand", "expected"),
    [
        ((1 - exp(-size * threshold)) ** 2, np.square),
        (1 - 2 * exp(-size * threshold) + exp(-2 * size * threshold), np.square),
        (exp(-size * threshold) - exp(-2 * size * threshold), lambda y: y * (1 - y)),
        ((exp(size * threshold) - 1) ** -2 * exp(size * threshold), lambda y: (1 - y) / y**2),
    ],
    ids=["square", "square in full", "difference", "boson"],
)
def test_differences_of_exponentials_keep_their_digits_and_their_range(summand, expected):
    """In y = 1 - exp(-x), at x = 1e-20; and at x = 1e5, where exp(x) overflows."""
    with DOUBLE.working():
        (summed,) = built(small(summand), DOUBLE, {n_eff: 50}, {gamma: Fraction(5, 4)}).sums
        tiny, huge = summed.below(Sizes(np.array([1.0, 1e25])), [1e-20])
    assert tiny == pytest.approx(expected(1e-20), rel=1e-14, abs=0)
    assert huge == expected(1.0)


def test_two_breaks_are_refused():
    steps = Piecewise((threshold**2, size > 2 * threshold), (size**2 / 2, size > threshold), (size**2, True))
    with pytest.raises(InvalidArgument, match="must be a sum with at most one break"):
        compiled(small(steps), True)


def test_modes_are_exact_integers():
    system = small(size**2 / (size**2 + threshold), modes=d**2, amplitude=sqrt(d))
    modes = modes_of(system, {d: 10**60, n_eff: 1}, {gamma: Fraction(1)})
    assert modes == Modes(10**30, Fraction(1), 10**120)
    with pytest.raises(InvalidArgument, match=r"small: must have at least one mode; d\*\*2 is 0"):
        modes_of(system, {d: Fraction(1, 3), n_eff: 1}, {gamma: Fraction(1)})


def test_an_expression_is_compiled_once():
    assert compiled(RIDGE, True) is compiled(RIDGE, True)
