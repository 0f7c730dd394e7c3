"""The lemma on power-law sums against the sums themselves."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from scipy.special import erfc as np_erfc
from sympy import Max, Piecewise, Rational, S, atan, cos, erfc, exp, lambdify, oo, pi, sqrt, zeta
from sympy import log as sympy_log

from asymptotics import diagonal, phase_diagram
from asymptotics.algebra.polyhedra import EVERYWHERE, FIELD, SignChange
from asymptotics.expressions.mellin_integral import MellinIntegral
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece, end_behaviour, leading_sum, mellin
from asymptotics.symbols import gamma, threshold
from asymptotics.symbols import size as s


def smooth(value):
    return ModeFunction((Piece(S.Zero, oo, value),))


def stepped(below, above, at=S.One):
    return ModeFunction((Piece(S.Zero, at, below), Piece(at, oo, above)))


UNLEARNED = stepped(s**2, S.Zero)
KEPT = stepped(s**2, S.One)
SPIKE = stepped(S.Zero, 2 - 2 / s)
LATE = stepped(S.Zero, (s - 1) ** 2 / s**2, at=S(2))
OVERLAP = smooth(s**2 / (1 + s**2))
PASSES = smooth(erfc(1 / (sqrt(2) * s)))
SHORT = smooth(s / (1 + s))
ENERGY = smooth(s**2)

FUNCTIONS = {
    "unlearned": UNLEARNED,
    "kept": KEPT,
    "spike": SPIKE,
    "late": LATE,
    "overlap": OVERLAP,
    "passes": PASSES,
}


def callable_of(function, module):
    """h as a numerical function of a scalar."""
    value = Piecewise(*((piece.value, s <= piece.upper) for piece in function.pieces))
    return lambdify(s, value, module)


def jumps(function):
    return [mpf(str(piece.upper)) for piece in function.pieces[:-1]]


def mean(function, decay, crossover, dimension, head=200):
    """(1/d) sum_i h((K/i)**gamma): the first modes one by one, the others by Euler-Maclaurin in log i."""
    h = callable_of(function, "mpmath")
    decay, crossover, dimension = mpf(decay), mpf(crossover), mpf(dimension)

    def mode(i):
        return h((crossover / i) ** decay)

    start, stop = mpmath.log(head), mpmath.log(dimension)
    steps = [mpmath.log(crossover * jump ** (-1 / decay)) for jump in jumps(function)]
    panels = sorted({start, stop, *(t for t in steps if start < t < stop), *_inner(start, stop)})
    integral = mpmath.quad(lambda t: mode(mpmath.exp(t)) * mpmath.exp(t), panels)
    explicit = mpmath.fsum(mode(mpf(i)) for i in range(1, head))
    return (explicit + integral + (mode(mpf(head)) + mode(dimension)) / 2) / dimension


def _inner(start, stop):
    return mpmath.linspace(start, stop, max(int((stop - start) / 3), 2))


def predicted(function, learned, decay, crossover, dimension, domain=EVERYWHERE):
    (leading,) = leading_sum(function, learned, domain)
    return value_of(leading, decay, crossover, dimension)


def value_of(leading, decay, crossover, dimension):
    at = {gamma: Rational(str(decay))}
    powers = [
        mpf(str(FIELD.to_sympy(p).subs(at).evalf(30)))
        for p in (leading.crossover_power, leading.dimension_power)
    ]
    return (
        mpf(str(leading.constant.subs(at).evalf(30)))
        * mpf(crossover) ** powers[0]
        * mpf(dimension) ** powers[1]
    )


@pytest.mark.parametrize("name", ["kept", "overlap", "passes"])
def test_reference_sum_is_the_sum(name):
    # the Euler-Maclaurin reference used below, against a million terms one by one
    dimension, crossover, decay = 10**6, 10**3, 1.25
    modes = (crossover / np.arange(1, dimension + 1)) ** decay
    explicit = {
        "kept": np.minimum(modes**2, 1),
        "overlap": modes**2 / (1 + modes**2),
        "passes": np_erfc(1 / np.sqrt(2) / modes),
    }[name].mean()
    assert mean(FUNCTIONS[name], decay, crossover, dimension) == pytest.approx(explicit, rel=2e-6, abs=0)


@pytest.mark.parametrize("decay", [0.75, 1, 2.5])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_crossover_rules_when_some_modes_are_learned(name, decay):
    # corrections: the first modes, of order 1/K, and the last, (K/d)**(p gamma - 1), with p = 2 at least
    function = FUNCTIONS[name]
    error = {}
    for size in (10**12, 10**30):
        crossover = mpf(size) ** mpf("0.5")
        ratio = mean(function, decay, crossover, size) / predicted(
            function, Learned.SOME, decay, crossover, size
        )
        error[size] = abs(ratio - 1)
    assert error[10**30] < 1e-6
    assert error[10**12] < 0.02
    assert error[10**30] < error[10**12]


@pytest.mark.parametrize("decay", [0.75, 1, 2])
@pytest.mark.parametrize("function", [UNLEARNED, OVERLAP, ENERGY], ids=["unlearned", "overlap", "energy"])
def test_first_modes_rule_when_none_is_learned(function, decay):
    size = 10**40
    crossover = mpf(size) ** mpf("-0.3")
    ratio = mean(function, decay, crossover, size) / predicted(function, Learned.NONE, decay, crossover, size)
    assert abs(ratio - 1) < 1e-5


@pytest.mark.parametrize("decay", [0.75, 1, 2])
@pytest.mark.parametrize(
    "function", [KEPT, OVERLAP, PASSES, SPIKE], ids=["kept", "overlap", "passes", "spike"]
)
def test_last_modes_rule_when_all_are_learned(function, decay):
    size = 10**20
    crossover = mpf(size) ** mpf("1.5")
    ratio = mean(function, decay, crossover, size) / predicted(function, Learned.ALL, decay, crossover, size)
    assert abs(ratio - 1) < 1e-4


def test_last_modes_rule_where_the_small_power_diverges():
    # h = s/(1+s) falls as 1/i**gamma beyond K: for gamma < 1 the sum lives at i ~ d
    slow = ((Rational(1, 2), S.One), EVERYWHERE[1])
    (leading,) = leading_sum(SHORT, Learned.SOME, slow)
    assert leading.constant.equals(1 / (1 - gamma))
    error = {}
    for size in (10**12, 10**30):
        crossover = mpf(size) ** mpf("0.4")
        ratio = mean(SHORT, 0.6, crossover, size) / predicted(SHORT, Learned.SOME, 0.6, crossover, size, slow)
        error[size] = abs(ratio - 1)
    assert error[10**30] < 2e-3  # (K/d)**(1 - gamma) relative
    assert error[10**30] < error[10**12] / 10


def test_crossover_rules_where_the_small_power_converges():
    fast = ((S.One, oo), EVERYWHERE[1])
    size, crossover = 10**30, 10**15
    ratio = mean(SHORT, 1.5, crossover, size) / predicted(SHORT, Learned.SOME, 1.5, crossover, size, fast)
    assert abs(ratio - 1) < 1e-6


def test_first_modes_rule_where_the_large_power_converges():
    # h = s**2: no crossover is felt, every K gives zeta(2 gamma) K**(2 gamma)/d
    assert [term.constant for term in leading_sum(ENERGY, Learned.SOME)] == [zeta(2 * gamma)]
    size, crossover = 10**30, 10**15
    ratio = mean(ENERGY, 1.25, crossover, size) / predicted(ENERGY, Learned.SOME, 1.25, crossover, size)
    assert abs(ratio - 1) < 1e-6


def test_what_vanishes_faster_than_every_power_has_no_term():
    assert leading_sum(PASSES, Learned.NONE) == ()
    assert leading_sum(UNLEARNED, Learned.ALL) == ()
    assert leading_sum(SPIKE, Learned.NONE) == ()


def test_case_that_depends_on_gamma_names_where():
    with pytest.raises(SignChange) as caught:
        leading_sum(SHORT, Learned.SOME)
    assert caught.value.root == 1


def test_borderline_sum_is_refused():
    borderline = smooth(s ** (1 / gamma))  # summand 1/i: a logarithm
    with pytest.raises(ValueError, match="borderline"):
        leading_sum(borderline, Learned.SOME)
    with pytest.raises(ValueError, match="borderline"):
        leading_sum(borderline, Learned.NONE)


@pytest.mark.parametrize("fraction", ["0.2", "0.9"])
def test_ends_that_compete_both_count(fraction):
    # h = s**(1/4) + s**4 at gamma = 1: the first modes give K**4 zeta(4), the last (4/3) K**(1/4) d**(3/4)
    both = smooth(s ** Rational(1, 4) + s**4)
    terms = leading_sum(both, Learned.SOME, ((Rational(1, 2), S(2)), EVERYWHERE[1]))
    first, last = terms
    assert first.constant == zeta(4 * gamma)
    assert last.constant.equals(4 / (4 - gamma))
    size = 10**30
    crossover = mpf(size) ** mpf(fraction)
    total = sum(value_of(term, 1, crossover, size) for term in terms)
    assert abs(mean(both, 1, crossover, size) / total - 1) < 1e-5


# --- the Mellin transform


@pytest.mark.parametrize("decay", ["0.6", "1", "1.7"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_mellin_transform_is_the_integral(name, decay):
    function = FUNCTIONS[name]
    h, rate = callable_of(function, "mpmath"), 1 / mpf(decay)
    steps = [mpmath.log(jump) for jump in jumps(function)]
    ends = sorted({mpf(-400), mpf(-40), mpf(-4), mpf(0), mpf(4), mpf(40), mpf(400), *steps})
    integral = mpmath.quad(lambda t: h(mpmath.exp(t)) * mpmath.exp(-rate * t), ends)
    assert float(mellin(function).subs(gamma, Rational(decay))) == pytest.approx(
        float(integral), rel=1e-9, abs=0
    )


def test_mellin_transform_without_closed_form_stays_an_integral():
    transform = mellin(stepped(cos(s) * s**2, 1 / s))
    assert isinstance(transform, MellinIntegral)
    below = mpmath.quad(lambda t: mpmath.cos(mpmath.exp(t)) * mpmath.exp(1.2 * t), [-60, -6, 0])
    exact = float(below) + 1 / 1.8
    assert float(transform.subs(gamma, Rational(5, 4)).evalf()) == pytest.approx(exact, rel=1e-12, abs=0)


# --- ends


@pytest.mark.parametrize("power", [S.Zero, S.One, Rational(-3, 2), 1 / gamma])
@pytest.mark.parametrize("end", [S.Zero, oo])
def test_end_behaviour_of_a_power_is_the_power(power, end):
    assert end_behaviour(7 * s**power, end) == (7, power)


@pytest.mark.parametrize(
    ("value", "end"),
    [
        (s - atan(s), S.Zero),
        (atan(2 * s) / s**3 - 2 / s**2 + Rational(8, 3), S.Zero),
        (s**2 * atan(3 / s) - 3 * s, oo),
        (pi / 2 - atan(s), oo),
        (1 / (1 + s) - atan(1 / s), oo),
    ],
)
def test_end_behaviour_of_arctangents_is_that_of_numbers(value, end):
    first, power = end_behaviour(value, end)
    with mpmath.workdps(200):
        ratio = lambdify(s, value / (first * s**power), "mpmath")
        assert abs(ratio(mpf(10) ** (20 if end == oo else -20)) - 1) < 1e-15


def test_arctangents_that_cancel_beyond_their_series_are_left_to_limits():
    def series(argument):
        return sum((-1) ** k * argument ** (2 * k + 1) / (2 * k + 1) for k in range(4))

    first = atan(s) - series(s)
    assert end_behaviour(first, S.Zero) == (Rational(1, 9), 9)
    assert end_behaviour(1 / first, S.Zero) == (9, -9)
    # the ninth powers cancel
    second = 512 * first - atan(2 * s) + series(2 * s)
    assert end_behaviour(second, S.Zero) == (Rational(1536, 11), 11)


def test_end_behaviours():
    assert end_behaviour(s**2 / (1 + s) ** 5, S.Zero) == (1, 2)
    assert end_behaviour(s**2 / (1 + s) ** 5, oo) == (1, -3)
    assert end_behaviour(3 * s + 2 * sqrt(s), S.Zero) == (2, Rational(1, 2))
    assert end_behaviour(3 * s + 2 * sqrt(s), oo) == (3, 1)
    assert end_behaviour(exp(-s), oo) == (0, None)
    assert end_behaviour(exp(-s), S.Zero) == (1, 0)
    assert end_behaviour(erfc(1 / s), S.Zero) == (0, None)
    assert end_behaviour(erfc(1 / s), oo) == (1, 0)
    assert end_behaviour(S.Zero, oo) == (0, None)


def test_end_behaviour_reads_below_a_cancelled_constant():
    # 1 - 1/(1+s)**2 ~ 2 s at 0: the power is of what is left
    assert end_behaviour(1 - 1 / (1 + s) ** 2, S.Zero) == (2, 1)
    assert end_behaviour(sympy_log(1 + s), S.Zero) == (1, 1)


@pytest.mark.parametrize("end", [S.Zero, oo])
def test_a_function_that_is_piecewise_itself_is_refused_in_our_words(end):
    with pytest.raises(NotImplementedError, match=r"no leading power of .*: a function of one mode is"):
        end_behaviour(Max(0, s - 1) ** 3, end)


def test_a_network_with_a_piecewise_function_is_refused_with_its_name_and_regime():
    step = Piecewise((S.Zero, s < threshold), (S.One, True))
    with pytest.raises(NotImplementedError, match=r"stepped: kappa >> delta, none .* learned: SymPy"):
        phase_diagram(replace(diagonal, name="stepped", learned_probability=step))
