"""Error and degrees of freedom of one mode against the formulas of each network, without the potential."""

from dataclasses import replace
from functools import cache

import mpmath
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from mpmath import mpf
from sympy import Rational, S, cos, erfc, lambdify, oo, simplify, sqrt

from asymptotics import diagonal, quadratic
from asymptotics.lemmas.power_sums import Learned
from asymptotics.networks.declaration import degrees_of_freedom_of, error_of
from asymptotics.networks.mode_functions import Ordering, mode_functions
from asymptotics.symbols import effective_noise, size, threshold

NETWORKS = (diagonal, quadratic)
by_name = pytest.mark.parametrize("network", NETWORKS, ids=str)
scales = st.floats(0.05, 20)


@cache
def numerically(expression):
    return lambdify((size, effective_noise, threshold), expression, "mpmath")


def error(network, s, delta, kappa):
    return numerically(error_of(network.potential))(mpf(s), mpf(delta), mpf(kappa))


def freedom(network, s, delta, kappa):
    return numerically(degrees_of_freedom_of(network.potential))(mpf(s), mpf(delta), mpf(kappa))


# --- the diagonal network: a soft threshold on a Gaussian


def expectation(weight, start, stop=mpmath.inf):
    """E[weight(|Z|); start < |Z| < stop] for a standard Gaussian Z."""
    stop = min(stop, start + 60)
    panels = mpmath.linspace(start, stop, 25)
    density = mpmath.sqrt(2 / mpmath.pi)
    return mpmath.quad(lambda z: weight(z) * density * mpmath.exp(-(z**2) / 2), panels)


@given(scales, scales, scales)
@settings(
    deadline=None, max_examples=20, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)  # slow to shrink
def test_diagonal_error_is_the_sum_of_positive_parts(s, delta, kappa):
    with mpmath.workdps(40):
        s, delta, kappa = mpf(s), mpf(delta), mpf(kappa)
        sigma = mpmath.sqrt(s**2 + delta**2)
        cut = kappa / sigma
        posterior = s**2 * delta**2 / sigma**2
        found = expectation(lambda z: (delta**2 / sigma**2 * sigma * z - kappa) ** 2, cut)
        lost = s**4 / sigma**4 * expectation(lambda z: (sigma * z) ** 2, mpf(0), cut)
        expected = posterior + found + lost
        assert abs(error(diagonal, s, delta, kappa) / expected - 1) < mpf("1e-10")


@given(scales, scales, scales)
@settings(deadline=None)
def test_diagonal_freedom_is_the_probability_to_pass(s, delta, kappa):
    with mpmath.workdps(40):
        sigma = mpmath.sqrt(mpf(s) ** 2 + mpf(delta) ** 2)
        passing = mpmath.erfc(kappa / sigma / mpmath.sqrt(2))
        assert abs(freedom(diagonal, s, delta, kappa) - passing) < 1e-30


def test_diagonal_error_against_drawn_modes():
    # the definition itself: E[(eta(theta + delta z) - theta)**2], by Monte Carlo at three points
    random = np.random.default_rng(0)
    theta, z = random.standard_normal((2, 400_000))
    for s, delta, kappa in ((1.0, 0.5, 0.7), (0.3, 1.0, 2.0), (2.0, 0.1, 0.5)):
        noisy = s * theta + delta * z
        estimate = np.sign(noisy) * np.maximum(np.abs(noisy) - kappa, 0)
        loss = (estimate - s * theta) ** 2
        deviation = loss.std() / np.sqrt(loss.size)
        assert abs(loss.mean() - float(error(diagonal, s, delta, kappa))) < 5 * deviation


# --- the quadratic network: an outlier and the bulk of the noise


@given(st.floats(1.001, 100), st.floats(0.01, 100))
def test_quadratic_error_at_the_edge_is_the_per_spike_error(y, delta):
    y, delta = mpf(y), mpf(delta)
    expected = y**2 + (y - 1) ** 4 / y**2 - 2 * (y - 1) ** 2 * (1 - 1 / y**2)
    assert mpmath.almosteq(error(quadratic, y * delta, delta, 2 * delta), delta**2 * expected, 1e-9)


@given(st.floats(1.01, 100), st.floats(0.01, 100))
def test_quadratic_freedom_at_the_edge(y, delta):
    y, delta = mpf(y), mpf(delta)
    assert mpmath.almosteq(freedom(quadratic, y * delta, delta, 2 * delta), 2 * (y - 1) ** 2 / y**2, 1e-9)


@given(st.floats(1.5, 10), st.floats(0.1, 1), st.floats(0, 0.5))
def test_quadratic_error_is_that_of_a_misaligned_eigenvector(s, delta, kappa):
    # x = s + delta**2/s with squared overlap 1 - delta**2/s**2: |f vv - s ww|**2 below
    s, delta, kappa = mpf(s), mpf(delta), mpf(kappa)
    kept = s + delta**2 / s - kappa
    expected = kept**2 + s**2 - 2 * kept * s * (1 - delta**2 / s**2)
    assert mpmath.almosteq(error(quadratic, s, delta, kappa), expected, 1e-9)


@given(st.floats(0.01, 10), st.floats(0.01, 30))
def test_quadratic_mode_emerges_where_its_eigenvalue_passes_the_threshold(delta, kappa):
    bbp_threshold = mpf(str(quadratic.bbp_threshold.subs({effective_noise: delta, threshold: kappa})))
    assert bbp_threshold >= delta * (1 - mpf("1e-12"))
    if kappa <= 2 * delta:
        assert mpmath.almosteq(
            bbp_threshold, delta, 1e-12
        )  # an outlier exists from s = delta on, and it lies above kappa
    else:
        assert mpmath.almosteq(bbp_threshold + delta**2 / bbp_threshold, kappa, 1e-9)


@pytest.mark.slow
def test_quadratic_spike_and_its_error_in_a_drawn_matrix():
    # one direction of size s in a d x d matrix of noise: the rest of the error is the bulk's, measured apart
    dimension, s, delta, kappa = 600, 2.0, 0.6, 1.3  # kappa > 2 delta: the bulk is cut
    random = np.random.default_rng(1)
    drawn = []
    for _ in range(4):
        noise = random.standard_normal((dimension, dimension))
        noise = (noise + noise.T) / np.sqrt(2 * dimension)
        target = np.zeros((dimension, dimension))
        target[0, 0] = s
        values, vectors = np.linalg.eigh(target + delta * noise)
        estimate = (vectors * np.maximum(values - kappa, 0)) @ vectors.T
        drawn.append(((estimate - target) ** 2).sum())
    assert np.mean(drawn) == pytest.approx(float(error(quadratic, s, delta, kappa)), abs=0.1)


def test_quadratic_error_and_freedom_when_all_modes_are_learned():
    # (Y - kappa) - S = delta GOE - kappa: mean square delta**2 + kappa**2; divergence 1
    potential = quadratic.potential_among_learned
    assert simplify(error_of(potential) - effective_noise**2 - threshold**2) == 0
    assert degrees_of_freedom_of(potential) == 1


# --- homogeneity, and the limits taken of it


@by_name
@given(scales.filter(lambda x: x > 1), st.floats(0.05, 0.9), st.floats(0.05, 0.9), st.floats(0.01, 100))
@settings(deadline=None, max_examples=25)
def test_homogeneity(network, s, delta, kappa, unit):
    with mpmath.workdps(30):
        scaled = [mpf(x) * mpf(unit) for x in (s, delta, kappa)]
        assert mpmath.almosteq(
            error(network, *scaled), mpf(unit) ** 2 * error(network, s, delta, kappa), 1e-20
        )
        assert mpmath.almosteq(freedom(network, *scaled), freedom(network, s, delta, kappa), 1e-20)


LIMITS = {  # (delta, kappa) in units of the larger, near the limit
    Ordering.THRESHOLD_ABOVE_NOISE: (mpf("1e-9"), mpf(1)),
    Ordering.THRESHOLD_BELOW_NOISE: (mpf(1), mpf("1e-9")),
}


@by_name
@pytest.mark.parametrize("ordering", LIMITS)
@pytest.mark.parametrize("s", ["1.5", "7"])
def test_summands_are_the_limits_of_the_finite_ones(network, ordering, s):
    delta, kappa = LIMITS[ordering]
    summands = mode_functions(network, ordering, Learned.SOME)
    for function, finite in ((summands.error, error), (summands.degrees_of_freedom, freedom)):
        (piece,) = (p for p in function.pieces if p.lower < Rational(s) < p.upper)
        limit = mpf(str(piece.value.subs(size, Rational(s)).evalf(20)))
        assert abs(finite(network, mpf(s), delta, kappa) - limit) < 1e-6


def test_summands_of_the_gaussian_have_their_edge_at_infinity():
    # kappa/delta -> oo at the edge of a Gaussian: the summands are those of a threshold far above
    at_edge = mode_functions(diagonal, Ordering.THRESHOLD_AT_EDGE, Learned.SOME)
    assert at_edge == mode_functions(diagonal, Ordering.THRESHOLD_ABOVE_NOISE, Learned.SOME)


def test_summands_at_the_hard_edge_change_at_half_the_threshold():
    # kappa = 2 delta = 1: a mode emerges at s = delta = 1/2; below it costs s**2
    error_pieces = mode_functions(quadratic, Ordering.THRESHOLD_AT_EDGE, Learned.SOME).error.pieces
    assert [(p.lower, p.upper) for p in error_pieces] == [(0, Rational(1, 2)), (Rational(1, 2), oo)]
    assert error_pieces[0].value == size**2


def test_lost_modes_are_noise_when_there_is_no_threshold():
    # kappa << delta: half of the semicircle's variance in the error, half a degree of freedom each
    summands = mode_functions(quadratic, Ordering.THRESHOLD_BELOW_NOISE, Learned.SOME)
    assert summands.error.pieces[0].value == size**2 + Rational(1, 2)
    assert summands.degrees_of_freedom.pieces[0].value == Rational(1, 2)


@by_name
def test_learned_counts_no_lost_and_every_large_mode(network):
    for ordering in Ordering:
        function = mode_functions(network, ordering, Learned.SOME).learned
        assert function.pieces[0].value.subs(size, Rational(1, 100)).evalf() < 1e-100
        assert function.pieces[-1].value.subs(size, 10**8).evalf() == pytest.approx(1, abs=1e-7)


def test_a_network_without_a_limit_is_refused():
    broken = replace(quadratic, learned_probability=(1 + cos(size / effective_noise)) / 2)
    with pytest.raises(ValueError, match="no limit"):
        mode_functions(broken, Ordering.THRESHOLD_ABOVE_NOISE, Learned.SOME)


def test_excess_risk_and_balances_are_those_of_the_paper():
    # alpha delta^2 = Delta + R, alpha = D + lambda/kappa;
    # 2 alpha delta^2 = Delta/2 + E, D = 2 alpha - lambda/(2 kappa)
    from asymptotics.symbols import (
        d,
        degrees_of_freedom,
        matrix_error,
        n_eff,
        noise_variance,
        weight_decay,
    )

    alpha = n_eff / d
    differences = [
        diagonal.noise_balance.lhs
        - diagonal.noise_balance.rhs
        - (alpha * effective_noise**2 - noise_variance - diagonal.excess_risk),
        diagonal.threshold_balance.lhs
        - diagonal.threshold_balance.rhs
        - (alpha - degrees_of_freedom - weight_decay / threshold),
        quadratic.noise_balance.lhs
        - quadratic.noise_balance.rhs
        - (2 * alpha * effective_noise**2 - noise_variance / 2 - matrix_error),
        quadratic.threshold_balance.lhs
        - quadratic.threshold_balance.rhs
        - (2 * alpha - degrees_of_freedom - weight_decay / (2 * threshold)),
    ]
    assert [simplify(x) for x in differences] == [0, 0, 0, 0]
    assert (diagonal.excess_risk, quadratic.excess_risk) == (matrix_error, 2 * matrix_error)


def test_diagonal_learned_is_the_probability_that_the_target_passes():
    found = diagonal.learned_probability.subs({effective_noise: S(2), threshold: S(3)})
    assert simplify(found - erfc(3 / (sqrt(2) * size))) == 0
