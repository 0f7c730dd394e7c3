"""Systems solved from their declaration: against sums term by term, published numbers and constants."""

import math
import time
from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
import pytest
from declared_systems import HERMITE_2, HERMITE_3, L_E, RANDOM_FEATURES, RIDGE
from scipy.optimize import brentq
from sympy import Eq, Rational, Symbol, exp

from asymptotics import diagonal, kernel_ridge, phase_diagram, quadratic, ridge
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.models import BayesOptimal, one_pass_sgd
from asymptotics.models.random_features import random_features
from asymptotics.symbols import (
    a,
    d,
    effective_noise,
    ell,
    gamma,
    n_eff,
    noise_variance,
    size,
    threshold,
    weight_decay,
)
from asymptotics.systems import System, mode_sum
from numerics import NotConverged, Problem, solve
from verify import solve_system

N = 100_000
INDICES = np.arange(1.0, N + 1)


def tail(power, scale, exponent):
    """Sum over i > N of s^power (1 + s^2/scale)^-exponent, s = i^-gamma given by its powers' zetas."""
    decay, power = power
    return sum(
        math.comb(exponent + k - 1, k)
        * (-1 / scale) ** k
        * float(mpmath.zeta(decay * (power + 2 * k), N + 1))
        for k in range(4)
    )


def summed(decay, power, scale, exponent):
    """Sum over all modes of s^power/(s^2 + scale)^exponent."""
    s = INDICES**-decay
    head = math.fsum(s**power / (s**2 + scale) ** exponent)
    return head + tail((decay, power), scale, exponent) / scale**exponent


@pytest.mark.parametrize("decay", [1.0, 0.75, 2.0])
def test_kernel_ridge_satisfies_its_own_equations(decay):
    """As declared, with the differences that the positive form resolves, and sums term by term."""
    n, ridge, r, labels = 2000, 1e-4, 0.3, 0.5
    found = solve_system(RIDGE, gamma=decay, source=r, n_eff=n, weight_decay=ridge, noise_variance=labels)
    kappa = found["threshold"]
    freedom, square = summed(decay, 2, kappa, 1), summed(decay, 4, kappa, 2)
    assert freedom + n * ridge / kappa == pytest.approx(n, rel=1e-12, abs=0)
    assert found["D_s"] == pytest.approx(n - square, rel=1e-11, abs=0)
    assert found["degrees_of_freedom"] == pytest.approx(freedom, rel=1e-12, abs=0)
    missed = kappa**2 * summed(decay, 1 / decay + 4 * r, kappa, 2)
    assert found["bias"] == pytest.approx(n * missed / (n - square), rel=1e-10, abs=0)
    assert found.risk == found["excess_risk"]
    assert found.risk == pytest.approx((n * missed + labels * square) / (n - square), rel=1e-10, abs=0)


@pytest.mark.parametrize("labels", [0, 0.5])
def test_kernel_ridge_is_solved_from_the_declaration_of_its_features(labels):
    """Against the same equations, declared as differences; the training loss by the sums of its parts."""
    at = {"gamma": 1, "source": 0.3, "n_eff": 2000, "weight_decay": 1e-4, "noise_variance": labels}
    found, other = solve_system(kernel_ridge, **at), solve_system(RIDGE, **at)
    for name in ("risk", "threshold", "degrees_of_freedom", "D_s"):
        assert found[name] == pytest.approx(other[name], rel=1e-11, abs=0)
    kappa, noise = found["threshold"], found["effective_noise"] ** 2
    assert 2000 * noise == pytest.approx(labels + found.risk, rel=1e-11, abs=0)
    assert found["learned_modes"] == math.floor(kappa**-0.5)
    norm = summed(1, 4.2, kappa, 2) + noise * summed(1, 2, kappa, 2)
    loss = (noise * (0.2 / kappa) ** 2 + 0.2 * norm) / 2
    assert found["train_loss"] == pytest.approx(loss, rel=1e-9, abs=0)
    sharper = solve_system(kernel_ridge, digits=30, **at)
    assert float(sharper.risk) == pytest.approx(found.risk, rel=1e-12, abs=0)


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
@pytest.mark.parametrize("labels", [0, 0.5])
def test_ridge_on_the_inputs_of_a_network_is_solved_in_two_ways(network, labels):
    """From its declaration, and by the Marchenko-Pastur law of ``numerics``."""
    values = {"gamma": 1.25, "n_eff": 60, "d": 100, "weight_decay": 0.1, "noise_variance": labels}
    found = solve_system(ridge(network), **values)
    samples = 60 * (100 if network is quadratic else 1)
    problem = Problem(
        network.name,
        gamma=1.25,
        samples=samples,
        dim=100,
        weight_decay=0.1,
        noise_variance=labels,
        estimator="ridge",
    )
    theirs = solve(problem)
    for name in ("excess_risk", "effective_noise", "threshold", "degrees_of_freedom", "train_loss"):
        assert found[name] == pytest.approx(getattr(theirs, name), rel=1e-9, abs=0), name


@pytest.mark.parametrize("labels", [0, 0.5])
def test_the_bayes_optimal_estimator_of_a_diagonal_target_is_solved_in_two_ways(labels):
    values = {"gamma": 1.25, "n_eff": 60, "d": 100, "noise_variance": labels}
    found = solve_system(BayesOptimal(diagonal), **values)
    problem = Problem("diagonal", gamma=1.25, samples=60, dim=100, noise_variance=labels, estimator="bayes")
    theirs = solve(problem)
    for name in ("excess_risk", "effective_noise", "degrees_of_freedom"):
        assert found[name] == pytest.approx(getattr(theirs, name), rel=1e-9, abs=0), name


def test_what_reduces_to_no_system_is_refused():
    for model in (diagonal, BayesOptimal(quadratic), phase_diagram(kernel_ridge), "kernel ridge"):
        with pytest.raises(InvalidArgument, match=r"system=.*: must be a System, or a model that reduces to"):
            solve_system(model, gamma=1)


FEATURES = {"gamma": Rational(3, 4), "source": Rational(3, 10), "n_eff": 10**4, "p": 3000, "weight_decay": 1}


def test_random_features_satisfy_the_published_equations():
    """arXiv:2405.15699, as differences: U and chi of the paper, sums term by term."""
    n, p, ridge, decay = 10**4, 3000, 1.0, 0.75
    found = solve_system(RANDOM_FEATURES, noise_variance=1, **FEATURES)
    one, two = found["nu_1"], found["nu_2"]
    t1, t2 = summed(decay, 2, two, 1), summed(decay, 4, two, 2)
    assert n - ridge / one == pytest.approx(t1, rel=1e-11, abs=0)
    assert p - p * one / two == pytest.approx(t1, rel=1e-11, abs=0)
    u = p / n * ((1 - one / two) ** 2 + (one / two) ** 2 * t2 / (p - t2))
    chi = summed(decay, 2, two, 2) / (p - t2)
    beta = 1 / decay + 1.2
    missed = summed(decay, beta, two, 2) + chi * summed(decay, beta + 2, two, 2)
    assert found["bias"] == pytest.approx(two**2 / (1 - u) * missed, rel=1e-10, abs=0)
    assert found["variance"] == pytest.approx(u / (1 - u), rel=1e-10, abs=0)


def test_random_features_have_their_reference_numbers():
    """Solved by others to nine digits; the tenth is that of a sum over infinitely many modes."""
    found = solve_system(RANDOM_FEATURES, digits=20, noise_variance=1, **FEATURES)
    published = {
        "nu_2": 1.5228355801982056e-4,
        "bias": 6.130914712356911e-3,
        "variance": 4.164472308442731e-2,
    }
    for name, value in published.items():
        assert float(found[name]) == pytest.approx(value, rel=1e-9, abs=0)
    assert float(found["nu_2"]) == pytest.approx(1.5228355799442697e-4, rel=1e-15, abs=0)


def broken(decay, u, least, missed_above):
    s = INDICES**-decay
    found = s > u * math.sqrt(least)
    assert not found[-1]
    head = math.fsum(np.where(found, missed_above(np.where(found, s, 1.0)), s**2))
    return head + float(mpmath.zeta(2 * decay, N + 1))


@pytest.mark.parametrize("n", [10, 3000, 10**5])
def test_bayes_optimal_networks_against_sums_term_by_term(n):
    """He_2 and He_3 of arXiv:2605.10395: every mode is found whole or not at all."""

    def cubic(s, u):
        q = (1 + np.sqrt(1 - 4 * u**2 / (3 * s**2))) / 2
        return s**2 * (1 - q**3)

    cases = [(HERMITE_2, 0.5, lambda s, u: u**2 - u**4 / (4 * s**2)), (HERMITE_3, float(L_E), cubic)]
    for system, least, missed in cases:
        found = solve_system(system, gamma=1.5, n_eff=n, noise_variance=2)
        u = found["effective_noise"]
        error = broken(1.5, u, least, lambda s, missed=missed, u=u: missed(s, u))
        assert n * u**2 == pytest.approx(2 + error, rel=1e-9, abs=0)
        assert found.risk == pytest.approx(error, rel=1e-9, abs=0)

        def excess(x, least=least, missed=missed):
            return n * x**2 - 2 - broken(1.5, x, least, lambda s: missed(s, x))

        assert brentq(excess, 0.98 * u, 1.02 * u) == pytest.approx(u, rel=1e-9, abs=0)


LIMIT = "1.5294047291842117904802"
"""The integral of x^-3 (1 - q(x^-3)^3) over x > 0, at gamma = 3/2."""


def test_the_constant_of_he_3_is_that_of_its_integral():
    with mpmath.workdps(60):
        least = mpmath.mpf(str(L_E))

        def missed(x):
            return x**-3 * (1 - ((1 + mpmath.sqrt(1 - 4 * x**3 / 3)) / 2) ** 3)

        last = least ** (-mpmath.mpf(1) / 3)
        integral = mpmath.quad(missed, mpmath.linspace(0, last, 6)) + last**-2 / 2
        assert abs(integral - mpmath.mpf(LIMIT)) < mpmath.mpf(10) ** -21


@pytest.mark.parametrize(("decades", "precision"), [(12, 1e-4), (36, 1e-12)])
def test_the_risk_of_he_3_approaches_it(decades, precision):
    """The correction is of order (Delta/n)^(1/3), the energy of half a mode."""
    found = solve_system(HERMITE_3, digits=16, gamma=Rational(3, 2), n_eff=10**decades, noise_variance=1)
    scaled = found.risk * mpmath.mpf(10) ** (2 * decades // 3)
    assert 0.1 * precision < abs(scaled / mpmath.mpf(LIMIT) - 1) < precision


@pytest.mark.parametrize("decades", [1, 6, 20, 60, 110])
def test_he_2_and_he_3_follow_their_law_in_float64(decades):
    """Where digits of 1 - q^3 cancel, and where the first of all modes in float64 is far above the noise."""
    for system, limit in ((HERMITE_2, 9 * 2 ** (1 / 3) / 8), (HERMITE_3, float(LIMIT))):
        found = solve_system(system, gamma=1.5, n_eff=10.0**decades, noise_variance=1)
        assert found.risk * 10.0 ** (2 * decades / 3) == pytest.approx(
            limit, rel=2 * 10 ** (-decades / 3) + 1e-9, abs=0
        )


def test_finitely_many_modes_and_an_amplitude():
    """d modes of sizes sqrt(d) i^-gamma."""
    freedom = mode_sum(size**2 / (size**2 + threshold))
    system = System(
        "finite",
        (threshold,),
        (Eq(n_eff, freedom),),
        {"risk": threshold},
        {n_eff: a},
        modes=d,
        amplitude=d**0.5,
    )
    found = solve_system(system, gamma=1, n_eff=30, d=1000)
    s = math.sqrt(1000) / np.arange(1, 1001)
    assert math.fsum(s**2 / (s**2 + found.risk)) == pytest.approx(30, rel=1e-12, abs=0)


def test_rational_numbers_enter_exactly():
    """1/3 and an exponent 2/3: as floats they would be wrong in the 17th digit."""
    system = System(
        "thirds", (threshold,), (Eq(threshold, n_eff ** Rational(2, 3) / 3),), {"risk": threshold}, {n_eff: a}
    )
    with mpmath.workdps(50):
        found = solve_system(system, digits=40, gamma=1, n_eff=Fraction(1, 7))
        assert abs(found.risk * 3 / mpmath.mpf(7) ** (-mpmath.mpf(2) / 3) - 1) < mpmath.mpf(10) ** -40
    assert isinstance(found.risk, mpmath.mpf)
    assert isinstance(solve_system(system, gamma=1, n_eff=2).risk, float)


def test_no_label_noise_and_no_weight_decay():
    point = {"gamma": 1, "source": 0.5, "n_eff": 50}
    still = solve_system(RIDGE, **point, weight_decay=0, noise_variance=0)
    near = solve_system(RIDGE, **point, weight_decay=1e-13, noise_variance=1e-13)
    assert still.risk == pytest.approx(near.risk, rel=1e-5, abs=0)
    assert still["degrees_of_freedom"] == pytest.approx(50, rel=1e-13, abs=0)


POINT = {"gamma": 1, "source": 0.5, "n_eff": 50, "weight_decay": 1, "noise_variance": 1}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gamma": None}, r"gamma=None: must be a number between 1/2 and oo, for the equations hold it"),
        ({"gamma": 0.5}, r"gamma=0.5: must be a number between 1/2 and oo"),
        ({"source": 0}, r"source=0: must be a number between 0 and oo"),
        ({"n_eff": 0}, r"n_eff=0: must be a number above 0"),
        ({"n_eff": None}, r"n_eff=None: must be a number above 0, for the equations hold it"),
        ({"n_eff": "50"}, r"n_eff='50': must be a finite real number"),
        ({"weight_decay": -1}, r"weight_decay=-1: must be 0 or a number above it"),
        ({"samples": 3}, r"name='samples': must be one of gamma, n_eff, d, weight_decay"),
        ({"digits": 0}, r"digits=0: must be None, or a positive integer"),
    ],
)
def test_values_outside_of_the_theory_are_refused(changes, words):
    with pytest.raises(InvalidArgument, match=words) as caught:
        solve_system(RIDGE, **{**POINT, **changes})
    assert "\n" not in str(caught.value)


def test_what_is_no_system_is_refused():
    with pytest.raises(InvalidArgument, match="system='ridge': must be a System"):
        solve_system("ridge", gamma=1)


def small(equation, **fields):
    return System("small", (threshold,), (equation,), {"risk": threshold}, {n_eff: a}, **fields)


def test_a_system_without_a_solution_is_not_converged():
    with pytest.raises(NotConverged, match="the equation for kappa: no solution within 150 decades"):
        solve_system(
            small(Eq(n_eff, mode_sum(size**2 / (size**2 + threshold))), modes=d), gamma=1, n_eff=9, d=5
        )


def test_a_divergent_sum_is_not_converged():
    divergent = small(Eq(n_eff, mode_sum(size / (size + threshold) * size**gamma)))
    with pytest.raises(NotConverged, match="over infinitely many modes diverges: its terms fall as i"):
        solve_system(divergent, gamma=Rational(3, 5), n_eff=1)


@pytest.mark.parametrize("system", [RIDGE, RANDOM_FEATURES, HERMITE_2, HERMITE_3, one_pass_sgd], ids=str)
def test_a_point_in_float64_takes_less_than_fifty_milliseconds(system):
    """Of one core, which others may share: the least of a few, once the system is compiled."""
    point = {"gamma": 1.5, "n_eff": 1e6, "noise_variance": 1}
    if system in (RIDGE, RANDOM_FEATURES):
        point |= {"source": 0.3, "weight_decay": 1e-3}
    if system is RANDOM_FEATURES:
        point["p"] = 1e5
    if system is one_pass_sgd:
        point = {"alpha": 0.75, "beta": 0.25, "d": 1e6, "t": 1e8}
    times = []
    for _ in range(6):
        start = time.process_time()
        solve_system(system, **point)
        times.append(time.process_time() - start)
    assert min(times) < 0.05


def test_results_are_short_and_plain():
    found = solve_system(RIDGE, **POINT)
    assert repr(found).startswith("<SystemSolution of ridge: risk=")
    assert found.to_dict()["quantities"]["risk"] == found.risk
    assert found.to_dict()["values"]["source"] == 0.5
    assert "in the units of the declaration" in found._repr_html_()
    exact = solve_system(RIDGE, digits=30, **POINT)
    assert exact.to_dict()["quantities"]["risk"][:12] == str(found.risk)[:12]
    with pytest.raises(KeyError, match=r"name='tau': must be one of threshold, D_s, risk"):
        found["tau"]


def test_one_pass_sgd_is_the_sum_of_its_terms():
    """Term by term, with NumPy."""
    d, t, a, b = 10**5, 1e6, 0.75, 0.25
    solved = solve_system(one_pass_sgd, alpha=a, beta=b, d=d, t=t)
    j = np.arange(1, d + 1, dtype=float)
    g = 1 / np.sum(j ** (-2 * a))
    left = np.exp(-2 * g * t * j ** (-2 * a))
    fitted = 1 / (1 + j ** (2 * a) / (2 * g * t))
    expected = {
        "F_pp": np.sum(j ** (-2 * a - 2 * b) * left),
        "F_0": d ** (-2 * a) * np.sum(j ** (-2 * b)),
        "F_ac": np.sum(j ** (-2 * b) * fitted) * np.sum(j ** (-2 * a) * left) / d,
        "K_pp": g * np.sum(j ** (-4 * a) * left),
    }
    assert solved["g"] == pytest.approx(g, rel=1e-12, abs=0)
    for name, value in expected.items():
        assert solved[name] == pytest.approx(value, rel=1e-11, abs=0), name
    assert solved.risk == pytest.approx(sum(expected.values()), rel=1e-11, abs=0)


BORDERS = [
    ("Eq(alpha, 1/2)", "F_pp", {"alpha": Rational(1, 2), "beta": Rational(1, 4)}, 1 / 2, 1 / 2),
    ("Eq(alpha, 1/2)", "K_pp", {"alpha": Rational(1, 2), "beta": Rational(2)}, 1 / 2, 0),
    ("Eq(beta, 1/2)", "F_0", {"alpha": Rational(1), "beta": Rational(1, 2)}, 5 / 2, 1),
    ("Eq(beta, 1/2)", "F_0", {"alpha": Rational(1, 3), "beta": Rational(1, 2)}, 3 / 2, 1),
]


@pytest.mark.parametrize(("relation", "name", "at", "tau", "power"), BORDERS, ids=str)
def test_logarithms_on_borders_are_those_of_the_sums(relation, name, at, tau, power):
    """The next order of sum 1/j is Euler's constant beside log d: at d = 10^100 the law is off by that."""
    boundaries = phase_diagram(one_pass_sgd).boundaries
    here = [b for b in boundaries if str(b.relation) == relation and b.phases[0].name == name]
    assert here
    dim, t = 10**100, 10 ** round(100 * tau)
    solved = solve_system(one_pass_sgd, d=dim, t=t, **at).risk
    expected = (1 + float(mpmath.euler) / math.log(dim)) ** power
    for boundary in here:
        law = boundary.on_boundary().evaluate(d=dim, t=t, **at)
        assert solved / float(law) == pytest.approx(expected, rel=1e-6, abs=0)


@pytest.mark.parametrize("t", [1e7, 3e8, 1e9, 1e12, 1e30])
def test_a_term_that_has_died_out_is_small_or_zero(t):
    """exp(-x) up to x = 10^24; what float64 can write is right."""
    solved = solve_system(one_pass_sgd, alpha=1, beta=0.4, d=1000, t=t)
    j = np.arange(1, 1001, dtype=float)
    left = np.exp(-2 * t / np.sum(j**-2) * j**-2)
    expected = np.sum(j**-2.8 * left)
    if expected > 1e-300:
        assert solved["F_pp"] == pytest.approx(expected, rel=1e-10, abs=0)
    else:
        assert solved["F_pp"] < 1e-300
    assert solved.risk >= solved["F_0"] > 0


def lazy_dynamics(summand):
    """Gradient flow over infinitely many modes: a sum at time t."""
    time = Symbol("t", positive=True)
    flow = summand(exp(-time * size**2))
    coordinate = Symbol("tau", real=True)
    equation = Eq(threshold, 1 / time)
    return System("lazy", (threshold,), (equation,), {"risk": mode_sum(flow)}, {time: coordinate})


@cache
def learned_by_flow(decay, t, power):
    """Sum over all modes of (1 - exp(-t s^2))^power: one by one, and the tail by its Taylor series."""
    with mpmath.workdps(150):
        decay, t = mpmath.mpf(decay), mpmath.mpf(t)
        last = int((4 * t) ** (1 / (2 * decay))) + 1
        head = mpmath.fsum((-mpmath.expm1(-t * i ** (-2 * decay))) ** power for i in range(1, last + 1))
        tail = mpmath.fsum(
            (-1) ** (k + 1)
            * (1 if power == 1 else 2 - mpmath.mpf(2) ** k)
            * t**k
            / mpmath.factorial(k)
            * mpmath.zeta(2 * decay * k, last + 1)
            for k in range(power, 45)
        )
        return head + tail


@pytest.mark.parametrize("digits", [None, 30])
@pytest.mark.parametrize(("decay", "t"), [(1, 1e-6), (1, 1e5), (0.75, 1e3), (2, 1e8)])
@pytest.mark.parametrize("form", ["1 - y", "(1 - y)^2", "expanded"])
def test_exponential_filters_over_all_modes(form, decay, t, digits):
    """1 - exp(-t s^2) has no digits far down, and exp(t s^2) is beyond all numbers high up."""
    summand, power = {
        "1 - y": (lambda y: 1 - y, 1),
        "(1 - y)^2": (lambda y: (1 - y) ** 2, 2),
        "expanded": (lambda y: 1 - 2 * y + y**2, 2),
    }[form]
    found = solve_system(lazy_dynamics(summand), gamma=decay, t=t, digits=digits).risk
    with mpmath.workdps(40):
        error = abs(found / learned_by_flow(decay, t, power) - 1)
    assert error < (1e-13 if digits is None else 1e-29)


@pytest.mark.parametrize("digits", [None, 30])
def test_an_exponential_filter_at_late_times(digits):
    """exp(10^9) is no number even of MPFR; the sum is an integral, and -1/2 for its end at i = 0."""
    t = 10**9
    found = solve_system(lazy_dynamics(lambda y: (1 - y) ** 2), gamma=1, t=t, digits=digits).risk
    with mpmath.workdps(40):
        integral = (2 - mpmath.sqrt(2)) * mpmath.sqrt(mpmath.pi * t) - mpmath.mpf(1) / 2
        assert abs(found / integral - 1) < (1e-13 if digits is None else 1e-29)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"beta": 0.1, "alpha": 0.2}, r"^beta=.*must be such that"),
        ({"alpha": 0}, r"^alpha=0: must be a number between 0 and oo"),
        ({"beta": None}, r"^beta=None: must be"),
        ({"t": None}, r"^t=None: must be a number above 0"),
        ({"gamma": 1, "source": -1}, r"^source=-1: must be"),
    ],
)
def test_parameters_of_its_own_are_checked(changes, words):
    with pytest.raises(InvalidArgument, match=words):
        solve_system(one_pass_sgd, **{"alpha": 1, "beta": 1, "d": 100, "t": 100, **changes})


def test_powers_beyond_the_range_of_floats_are_taken_with_more_digits():
    unknown = Symbol("x", positive=True)
    steep = System(
        "steep", (unknown,), (Eq(unknown, n_eff**4 / n_eff**3),), {"risk": unknown**4 / n_eff**4}, {n_eff: a}
    )
    assert float(solve_system(steep, gamma=1, n_eff=1e100).quantities["risk"]) == pytest.approx(
        1, rel=1e-12, abs=0
    )


def test_a_system_without_unknowns_is_a_sum():
    """The energy that gradient flow has not learned at time t, by mpmath's sum over i."""
    steps = Symbol("t", positive=True)
    missed = mode_sum(size**3 / (size**2 + 1 / steps) ** 2)
    plain = System("plain", (), (), {"risk": missed}, {steps: a})
    solved = solve_system(plain, gamma=2, t=10, digits=20)
    with mpmath.workdps(30):
        exact = mpmath.nsum(lambda i: i**-6 / (i**-4 + mpmath.mpf(1) / 10) ** 2, [1, mpmath.inf])
        assert abs(solved.risk - exact) < 1e-19 * exact
    assert not solved.unknowns
    assert abs(solve_system(plain, gamma=2, t=10).risk / float(exact) - 1) < 1e-10


def test_terms_below_the_normal_numbers_of_float64_are_noticed():
    """F_pp is 10^-270, a sum of many terms below 10^-308, of which float64 does not keep all digits."""
    at = {"alpha": Fraction(217, 128), "beta": Fraction(119, 64), "d": 10**54, "t": 10**149}
    rough, exact = (solve_system(one_pass_sgd, digits=digits, **at)["F_pp"] for digits in (None, 15))
    assert rough == pytest.approx(float(exact), rel=1e-10, abs=0)


@pytest.mark.parametrize(("power", "at"), [(4, (1.75, 10, 1e-10)), (2, (3.5, 10, 1e-8))])
def test_a_small_difference_of_samples_and_modes_is_no_lack_of_a_solution(power, at):
    """Ten samples learn some 8.5 modes; coarse sums of the squares are 20 % too large, above ten."""
    fit = size**power / (size**power + threshold)
    risk = mode_sum(size ** (2 + 1 / gamma) * (1 - fit) ** 2) + effective_noise**2 * mode_sum(fit**2)
    samples = Eq(n_eff, mode_sum(fit) + weight_decay / threshold)
    noise = Eq(n_eff * effective_noise**2, noise_variance + risk)
    own = System(
        "own", (threshold, effective_noise), (samples, noise), {"risk": risk}, {n_eff: a, weight_decay: ell}
    )
    decay, n, force = at
    solution = solve_system(own, gamma=decay, n_eff=n, weight_decay=force, noise_variance=1)
    s = np.arange(1.0, 10**6) ** -decay
    of_size = s**power / (s**power + solution["threshold"])
    missed = np.sum(s ** (2 + 1 / decay) * (1 - of_size) ** 2)
    variance = (1 + missed) / (n - np.sum(of_size**2))
    assert solution["effective_noise"] == pytest.approx(math.sqrt(variance), rel=1e-8, abs=0)


FINITE = System(
    "finite",
    (threshold,),
    (Eq(n_eff * threshold, threshold * mode_sum(size**2 / (size**2 + threshold)) + weight_decay),),
    {"risk": mode_sum(threshold**2 * size**2 / (size**2 + threshold) ** 2)},
    {n_eff: a, weight_decay: ell},
    modes=d,
    amplitude=d**gamma,
)


@pytest.mark.parametrize("dim", [24, 3000, 4000])
def test_a_power_of_a_whole_number_is_no_exact_root(dim):
    """24^0.7 with the binary fraction of 0.7 is a root that SymPy would write out for minutes."""
    at = {"n_eff": 20, "weight_decay": 0.3, "d": dim}
    solved = solve_system(FINITE, gamma=0.7, **at).risk
    assert solved == pytest.approx(solve_system(FINITE, gamma=Fraction(7, 10), **at).risk, rel=1e-12, abs=0)


OF_PRODUCTS = System(
    "products",
    (threshold,),
    (Eq(weight_decay * n_eff**4 / (n_eff - mode_sum(size**2 / (size**2 + threshold))) ** 4, threshold),),
    {"risk": mode_sum(threshold**2 * size**3 / (size**2 + threshold) ** 2)},
    {n_eff: a, weight_decay: ell},
)


@pytest.mark.parametrize("samples", [1e20, 1e60, 1e90, 1e120])
def test_products_beyond_float64_on_the_way_do_not_count(samples):
    """Weight decay above all modes: kappa = lambda, but lambda n^4 is no float64 from n = 10^77 on."""
    solved = solve_system(OF_PRODUCTS, gamma=1.25, n_eff=samples, weight_decay=1e10)
    assert solved["threshold"] == pytest.approx(1e10, rel=1e-9, abs=0)


def test_squares_beyond_float64_on_the_way_do_not_count():
    """The square of a scale of 1e-170 is no float64; its share of a summand is."""
    scale = threshold * weight_decay**2
    equation = Eq(n_eff, mode_sum(size**2 / (size**2 + threshold * weight_decay)) + 1 / threshold)
    small = System(
        "small",
        (threshold,),
        (equation,),
        {"risk": mode_sum(size**4 / (size**2 + scale) ** 2)},
        {n_eff: a, weight_decay: ell},
    )
    at = {"gamma": 1.25, "n_eff": 1e20, "weight_decay": 1e-90}
    assert solve_system(small, **at).risk == pytest.approx(
        solve_system(small, digits=20, **at).risk, rel=1e-9, abs=0
    )


@pytest.mark.parametrize("decay", [1e-70, 1e-84, 1e-100])
def test_numbers_at_the_end_of_the_range_of_float64_keep_their_digits(decay):
    """(s^2 + lambda)^4 is 1e-310 at s = sqrt(lambda) and lambda = 1e-77: below, float64 has fewer digits."""
    summand = size**5 * weight_decay**4 / (size**2 + weight_decay) ** 4
    faint = System(
        "faint",
        (effective_noise,),
        (Eq(effective_noise**2 * n_eff, noise_variance),),
        {"risk": mode_sum(summand)},
        {n_eff: a, weight_decay: ell},
    )
    at = {"gamma": Fraction(5, 4), "n_eff": 1e10, "weight_decay": decay, "noise_variance": 1}
    exact = solve_system(faint, digits=20, **at).risk
    assert solve_system(faint, **at).risk == pytest.approx(float(exact), rel=1e-10, abs=0)


@pytest.mark.parametrize("decay", [1e-30, 1e-40, 1e-60, 1e-80])
def test_an_unknown_that_equations_hardly_feel_is_right_or_refused(decay):
    """Random features at n = p: nu_1^2 = lambda nu_2/p, a part of 10^-15 to 10^-40 of either equation."""
    at = {"gamma": 1, "source": Fraction(3, 2), "n_eff": 1e27, "p": 1e27, "noise_variance": 1}
    solved = solve_system(random_features, weight_decay=decay, **at)
    square = decay * solved["nu_2"] / 1e27
    assert solved["nu_1"] ** 2 == pytest.approx(square, rel=1e-9, abs=0)
