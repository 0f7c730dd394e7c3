"""Sums over modes that repel each other, against random matrices and quadrature."""

from functools import cache

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from sympy import Symbol

from asymptotics import phase_diagram, quadratic
from asymptotics.boundaries.free_convolution import (
    CurveIntegral,
    PathIntegral,
    degrees_of_freedom_of_all,
    error_of_all,
    posterior_variance_of_all,
    resolvent_of_modes,
)
from asymptotics.lemmas.power_sums import Learned
from asymptotics.lemmas.uniform_sums import evaluate
from asymptotics.networks.declaration import degrees_of_freedom_of, error_of
from asymptotics.symbols import effective_noise, gamma, threshold

smallest = Symbol("s_d", positive=True)
SUMS = {
    "error": error_of_all(quadratic.subordination_map, smallest),
    "degrees_of_freedom": degrees_of_freedom_of_all(quadratic.subordination_map, smallest),
    "posterior_variance": posterior_variance_of_all(quadratic.subordination_map, smallest),
}
DECAY, DIMENSION = 1.5, 300


def value(quantity, noise, cut=0.0, decay=DECAY, unit=1.0):
    at = {effective_noise: noise * unit, threshold: cut * unit, gamma: decay, smallest: unit}
    with mpmath.workdps(25):
        return evaluate(SUMS[quantity], {symbol: mpf(number) for symbol, number in at.items()})


@cache
def spectrum(noise):
    """Modes of a power law, and eigenvalues and eigenvectors of the same in a noise of many entries."""
    modes = ((np.arange(DIMENSION) + 0.5) / DIMENSION) ** -DECAY
    entries = np.random.default_rng(1).normal(size=(DIMENSION, DIMENSION))
    noisy = np.diag(modes) + noise * (entries + entries.T) / np.sqrt(2 * DIMENSION)
    return modes, *np.linalg.eigh(noisy)


@pytest.mark.parametrize("noise", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("ratio", [0.0, 1.0, 1.9])
def test_trained_sums_are_those_of_a_random_matrix(noise, ratio):
    modes, seen, vectors = spectrum(noise)
    kept = np.maximum(seen - ratio * noise, 0)
    estimate = (vectors * kept) @ vectors.T
    error = np.sum((estimate - np.diag(modes)) ** 2) / DIMENSION
    gaps = seen[:, None] - seen[None, :] + np.eye(DIMENSION)
    quotients = (kept[:, None] - kept[None, :]) / gaps + np.diag(kept > 0)
    assert value("error", noise, ratio * noise) == pytest.approx(error, rel=0.03, abs=0)
    assert value("degrees_of_freedom", noise, ratio * noise) == pytest.approx(
        quotients.mean(), rel=0.01, abs=0
    )


@pytest.mark.parametrize("noise", [0.3, 1.0, 4.0])
def test_posterior_variance_is_that_of_the_best_function_of_a_random_matrix(noise):
    modes, _, vectors = spectrum(noise)
    best = modes @ vectors**2
    variance = np.mean(modes**2) - np.mean(best**2)
    assert value("posterior_variance", noise) == pytest.approx(variance, rel=0.02, abs=0)


@pytest.mark.parametrize("quantity", ["error", "posterior_variance"])
def test_sums_are_homogeneous(quantity):
    plain = value(quantity, 1.25, 0.5)
    assert value(quantity, 1.25, 0.5, unit=1e-20) / mpf(1e-20) ** 2 == pytest.approx(plain, rel=1e-11, abs=0)


@pytest.mark.parametrize("noise", [1e-3, 0.5])
def test_modes_far_above_the_threshold_are_learned_among_learned_ones(noise):
    # all that is seen lies above the threshold: the laws of a single mode hold exactly
    cut = noise / 2
    single = {effective_noise: noise, threshold: cut}
    potential = quadratic.potential_of(Learned.ALL)
    assert value("error", noise, cut) == pytest.approx(
        float(error_of(potential).subs(single)), rel=1e-14, abs=0
    )
    assert value("degrees_of_freedom", noise, cut) == degrees_of_freedom_of(potential) == 1


def test_modes_far_below_the_noise_are_lost():
    # what is lost is the sum over few modes: of a half of the noise nothing but a power of delta
    powers = []
    for noise in (mpf(10) ** 4, mpf(10) ** 5):
        lacking = value("degrees_of_freedom", noise) - quadratic.noise.second_moment
        powers.append(lacking)
    assert mpmath.log10(powers[1] / powers[0]) == pytest.approx(-1 / DECAY, rel=0.01, abs=0)


def test_modes_are_found_under_any_noise():
    # the threshold is negligible beside the noise, of which half passes, and neither is of the modes' size
    found = value("degrees_of_freedom", mpf(10) ** 102, mpf(10) ** 84)
    assert abs(found - quadratic.noise.second_moment) < 1e-11


@pytest.mark.slow
def test_posterior_variance_far_below_and_above_the_noise():
    # far above, delta^2 of each mode; far below, the law of phase IV, K/d = delta**(-1/gamma)
    assert value("posterior_variance", 1e-6) == pytest.approx(1e-12, rel=1e-6, abs=0)
    benign = phase_diagram(quadratic, estimator="bayes").locate(a=1, ell=0, gamma=DECAY)
    noise = mpf(10) ** 4
    at = {"n_eff": 1 / (4 * noise**2), "d": 1, "weight_decay": 1, "noise_variance": 1}
    law = benign.risk.evaluate(gamma=DECAY, **at) / 2
    assert value("posterior_variance", noise) == pytest.approx(float(law), rel=0.01, abs=0)


@pytest.mark.parametrize("decay", [0.55, 1, 1.5, 3])
@pytest.mark.parametrize("z", [0.5 + 0.1j, 0.999 + 1e-4j, 1.4 + 0.2j, -3 + 0.01j, 1e4 + 1j, 1j])
def test_resolvent(decay, z):
    with mpmath.workdps(25):
        found, slope = resolvent_of_modes(decay)(mpmath.mpc(z))
        pole = mpmath.re(mpmath.mpc(z) ** (-1 / mpf(decay))) if z.real > 1 else mpf(1) / 2
        near = (pole * 0.9, pole, pole * 1.1, 0.9, 0.99)
        stops = sorted({mpf(0), mpf(1), *(mpf(x) for x in near if 0 < x < 1)})
        parts = [mpmath.quad(lambda t, n=n: (z - t**-decay) ** -n, stops) for n in (1, 2)]
    assert abs(found / parts[0] - 1) < 1e-10
    assert abs(-slope / parts[1] - 1) < 1e-8


def test_integrals_have_latex():
    assert r"\operatorname{Im} \int" in SUMS["error"]._repr_latex_()
    assert r"\int" in SUMS["posterior_variance"]._repr_latex_()
    assert SUMS["error"].free_symbols == {effective_noise, threshold, gamma, smallest}
    assert SUMS["error"].has(PathIntegral)
    assert SUMS["posterior_variance"].has(CurveIntegral)
