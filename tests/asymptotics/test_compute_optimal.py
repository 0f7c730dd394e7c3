"""Compute-optimal sizes: the paper's table, its terms minimised exactly, and sums minimised in numbers."""

import math
import pickle
import random
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import combinations

import mpmath
import pytest
from sympy import Rational, S, sqrt

from asymptotics import InvalidArgument, OnBoundary, compute_optimal, quadratic
from asymptotics.compute_optimal import _optima
from asymptotics.models import one_pass_sgd
from asymptotics.models.random_features import random_features
from asymptotics.symbols import alpha, beta

# --- the table of arXiv:2405.15074, from memory: exponents of C of the loss and of d

PAPER = {
    "Ia": (-(2 * alpha + 2 * beta - 1) / (2 * alpha + 1), 1 / (2 * alpha + 1)),
    "Ib": (S.Half - alpha - beta, S.Half),
    "Ic": (
        -alpha * (2 * alpha + 2 * beta - 1) / (3 * alpha + 2 * beta - 2 * alpha * beta - 1),
        (alpha + beta - S.Half) / (3 * alpha + 2 * beta - 2 * alpha * beta - 1),
    ),
    "II": (-(2 * alpha + 2 * beta - 1) / (2 * (alpha + beta)), beta / (alpha + beta)),
    "III": (-(4 * alpha - 1) / (4 * alpha), S.Half),
    "IVa": (-alpha, S.Half),
    "IVb": (
        -(1 - 2 * alpha) * (2 * alpha + 2 * beta - 1) / (2 * (2 * beta - alpha - 2 * alpha * beta)),
        (beta - alpha) / (2 * beta - alpha - 2 * alpha * beta),
    ),
}

CURVE = 1 - 1 / math.sqrt(2)


def label(a, b):
    """The regions of the paper."""
    if b < 0.5:
        return "Ia" if a > 0.5 else "Ib"
    if a > 0.5:
        return "II" if a > b else "III"
    return "Ic" if a < 0.25 else "IVb" if a < CURVE else "IVa"


# --- its four terms, minimised exactly in exponents: nothing is shared with the toolkit


def sheet(a, b):
    """Exponents of d of the four terms, as lines p + q tau."""
    g = 0 if a > Fraction(1, 2) else 2 * a - 1
    lines = {
        "F_pp": ((2 * a + 2 * b - 1) / (2 * a) * -g, -(2 * a + 2 * b - 1) / (2 * a)),
        "F_0": (-2 * a + max(0, 1 - 2 * b), 0),
        "K_pp": (g + g * (1 / (2 * a) - 2), 1 / (2 * a) - 2),
    }
    if a > Fraction(1, 2) and b > Fraction(1, 2):
        lines["F_ac"] = (-1, 1 / (2 * a) - 1)
    return lines


def minimised(a, b):
    """Loss and size exponents of C, and the terms that are equal at the optimum."""
    lines = sheet(a, b)

    def loss(tau):
        return max(p + q * tau for p, q in lines.values()) / (1 + tau)

    crossings = [
        (p - u) / (v - q)
        for (p, q), (u, v) in combinations(lines.values(), 2)
        if v != q and (p - u) / (v - q) > 0
    ]
    tau = min(crossings, key=loss)
    top = max(p + q * tau for p, q in lines.values())
    return loss(tau), 1 / (1 + tau), {name for name, (p, q) in lines.items() if p + q * tau == top}


def random_points(count, seed=0):
    """Rational points of the domain, some of them with beta below 0."""
    draw = random.Random(seed)
    points = []
    while len(points) < count:
        a, b = Fraction(draw.randint(1, 239), 120), Fraction(draw.randint(-60, 301), 120)
        on = (2 * a - 1) * (2 * b - 1) * (4 * a - 1) * (a - b) == 0
        if 2 * (a + b) > 1 and not on:
            points.append((a, b))
    return points


NEAR = Fraction(1, 1000)
SIDES = [
    (a, b)
    for x, y, across in (
        (Fraction(1, 2), Fraction(1, 4), 0),
        (Fraction(1, 2), Fraction(7, 8), 0),
        (Fraction(3, 4), Fraction(1, 2), 1),
        (Fraction(2, 5), Fraction(1, 2), 1),
        (Fraction(7, 25), Fraction(1, 2), 1),
        (Fraction(1, 10), Fraction(1, 2), 1),
        (Fraction(4, 3), Fraction(4, 3), 1),
        (Fraction(1, 4), Fraction(6, 5), 0),
        (Fraction(29289, 100000), Fraction(6, 5), 0),
    )
    for a, b in (((x - NEAR, y), (x + NEAR, y)) if across == 0 else ((x, y - NEAR), (x, y + NEAR)))
]
"""Both sides of every border."""


@pytest.mark.parametrize(("a", "b"), [*random_points(60), *SIDES], ids=str)
def test_optima_are_the_papers_and_exact(a, b):
    optimum = compute_optimal(one_pass_sgd, alpha=a, beta=b)
    at = {alpha: Rational(a.numerator, a.denominator), beta: Rational(b.numerator, b.denominator)}
    loss, size = (expression.subs(at) for expression in PAPER[label(a, b)])
    assert optimum.phase == label(a, b)
    assert (optimum.loss_exponent, optimum.size_exponent) == (loss, size)
    exact = minimised(a, b)
    assert (Fraction(str(loss)), Fraction(str(size))) == exact[:2]
    assert set(optimum.terms) <= exact[2]


def test_both_references():
    one = compute_optimal(one_pass_sgd, alpha=Fraction(3, 4), beta=0.25)
    assert (one.phase, one.loss_exponent, one.size_exponent) == ("Ia", Rational(-2, 5), Rational(2, 5))
    other = compute_optimal(one_pass_sgd, alpha=1, beta=2)
    assert (other.phase, other.loss_exponent, other.size_exponent) == ("III", Rational(-3, 4), S.Half)
    assert "F_ac" in other.why
    assert "K_pp" in other.why


def test_symbolic_optima_are_the_seven_of_the_paper():
    optima = compute_optimal(one_pass_sgd)
    assert [optimum.phase for optimum in optima] == [*PAPER]
    for optimum in optima:
        loss, size = PAPER[optimum.phase]
        assert (optimum.loss_exponent - loss).equals(0)
        assert (optimum.size_exponent - size).equals(0)
    relations = {r for optimum in optima for r in optimum.region.args}
    assert 1 - sqrt(2) / 2 in {r.rhs for r in relations}
    assert "C^(1/(2*alpha + 1))" in repr(optima[0])
    assert r"\sim C^{" in optima[0]._repr_latex_()


def test_optima_pickle():
    optima = compute_optimal(one_pass_sgd)
    assert pickle.loads(pickle.dumps(optima)) == optima


def test_regions_tile_the_domain():
    optima = compute_optimal(one_pass_sgd)
    for a, b in random_points(200, seed=1):
        at = {alpha: Rational(a.numerator, a.denominator), beta: Rational(b.numerator, b.denominator)}
        assert sum(o.region.subs(at) == True for o in optima) == 1  # noqa: E712


@pytest.mark.parametrize(
    ("a", "b", "names"),
    [
        (0.5, 0.25, {"Ia", "Ib"}),
        (1, 1, {"II", "III"}),
        (0.25, 1, {"Ic", "IVb"}),
        (1, 0.5, {"Ia", "II"}),
        (1 - 1 / sqrt(2), 2, {"IVa", "IVb"}),
        (0.5, 0.5, {"Ia", "Ib", "II", "III", "IVa"}),
    ],
)
def test_on_a_boundary_it_says_between_which(a, b, names):
    with pytest.raises(OnBoundary, match="lies on the boundary of") as error:
        compute_optimal(one_pass_sgd, alpha=a, beta=b)
    assert {optimum.phase for optimum in error.value.phases} == names


@pytest.mark.parametrize(
    ("model", "values", "words"),
    [
        (
            one_pass_sgd,
            {"alpha": 0.25, "beta": 0.25},
            r"^beta=1/4: must be such that .* > 1, at alpha = 1/4$",
        ),
        (one_pass_sgd, {"alpha": -1, "beta": 2}, r"^alpha=-1: must be a number between 0 and oo$"),
        (one_pass_sgd, {"alpha": 1}, r"^beta=None: must be given where the other is$"),
        (one_pass_sgd, {"alpha": "1", "beta": 1}, r"^alpha='1': must be"),
        (quadratic, {}, r"^model=.*: must be a System with one coordinate"),
        (random_features, {}, r"^model=.*: must be a System with one coordinate"),
    ],
)
def test_bad_arguments_are_named(model, values, words):
    with pytest.raises(InvalidArgument, match=words) as error:
        compute_optimal(model, **values)
    assert "\n" not in str(error.value)


# --- the sums themselves, minimised at large compute


@cache
def total_of(power, decay, x, last):
    """sum_j j^-power exp(-x j^(-2 decay)), j up to a large last, as an integral over j."""
    order = (power - 1) / (2 * decay)
    return x**-order / (2 * decay) * mpmath.gammainc(order, x * last ** (-2 * decay), x)


def loss_of(a, b, compute, size):
    """The four sums, where many modes are learned."""
    last, steps = size, compute / size
    harmonic = [mpmath.zeta(2 * p) + last ** (1 - 2 * p) / (1 - 2 * p) for p in (a, b)]
    g = 1 / harmonic[0]
    x = 2 * g * steps
    learned = harmonic[1] if b > 0.5 else x ** ((1 - 2 * b) / (2 * a)) / (1 - 2 * b)
    pp, ac, noise = (total_of(p, a, x, last) for p in (2 * a + 2 * b, 2 * a, 4 * a))
    return pp + harmonic[1] * last ** (-2 * a) + learned * ac / last + g * noise


def best(a, b, compute):
    """The least loss and its size, by golden section in log d."""
    ratio = (mpmath.sqrt(5) - 1) / 2
    # the last modes are learned at K = d: from there on steps are wasted
    low, high = mpmath.log(compute) * mpmath.mpf(0.15), mpmath.log(compute) * mpmath.mpf(0.75)

    def at(point):
        return loss_of(a, b, compute, mpmath.exp(point))

    left, right = high - ratio * (high - low), low + ratio * (high - low)
    of_left, of_right = at(left), at(right)
    while high - low > 1e-3:
        if of_left < of_right:
            high, right, of_right = right, left, of_left
            left = high - ratio * (high - low)
            of_left = at(left)
        else:
            low, left, of_left = left, right, of_right
            right = low + ratio * (high - low)
            of_right = at(right)
    return at((low + high) / 2), (low + high) / 2


INSIDE = [
    ("Ia", "3/4", "1/4"),
    ("Ib", "2/5", "1/3"),
    ("Ic", "1/6", "3/2"),
    ("II", "3/2", "4/5"),
    ("III", "1", "2"),
    ("IVa", "2/5", "3/2"),
    ("IVb", "27/100", "3"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("phase", "a", "b"), INSIDE)
def test_the_sums_are_least_there(phase, a, b):
    """From C = 10^100 to 10^200: corrections are powers of C, and at IVb, next to its borders, slow ones."""
    with mpmath.workdps(30):
        at = [mpmath.mpf(Fraction(x).numerator) / Fraction(x).denominator for x in (a, b)]
        near, far = (best(*at, mpmath.mpf(10) ** power) for power in (100, 200))
        decades = 100 * mpmath.log(10)
        loss, size = mpmath.log(far[0] / near[0]) / decades, (far[1] - near[1]) / decades
    optimum = compute_optimal(one_pass_sgd, alpha=Fraction(a), beta=Fraction(b))
    assert optimum.phase == phase
    assert float(loss) == pytest.approx(float(optimum.loss_exponent), abs=2e-3)
    assert float(size) == pytest.approx(float(optimum.size_exponent), abs=1e-2)


def test_a_planted_error_is_seen():
    """The same comparison, with an optimum that is off by 1/20."""
    optimum = compute_optimal(one_pass_sgd, alpha=1, beta=2)
    wrong = replace(optimum, loss_exponent=optimum.loss_exponent + Rational(1, 20))
    assert Fraction(str(wrong.loss_exponent)) != minimised(Fraction(1), Fraction(2))[0]


def test_what_is_wrong_is_refused_before_anything_is_derived():
    fresh, derived = replace(one_pass_sgd, name="fresh"), _optima.cache_info().misses
    for wrong in ({"alpha": object(), "beta": 1}, {"alpha": 1}, {"alpha": 1, "beta": -3}):
        with pytest.raises(InvalidArgument):
            compute_optimal(fresh, **wrong)
    assert _optima.cache_info().misses == derived
