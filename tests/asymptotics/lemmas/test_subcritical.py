"""How modes are seen inside the noise: against the semicircle's overlap density, and full solutions."""

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from sympy import Rational, S, lambdify, pi, sqrt

from asymptotics import quadratic
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.lemmas.power_sums import Learned, mellin
from asymptotics.lemmas.subcritical import branch_point_order, overlap_above_zero, parts_in_noise
from asymptotics.networks.mode_functions import Ordering, error_parts
from asymptotics.symbols import effective_noise, gamma, size

LOCATION = quadratic.outlier_location.subs(effective_noise, 1)
sizes = pytest.mark.parametrize("s", ["0.05", "0.4", "0.95", "1.1", "2", "30"])


def overlap_density(s, w):
    """Of a mode of size s with what is seen at w, for the semicircle on (-2, 2)."""
    return mpmath.sqrt(4 - w**2) / (2 * mpmath.pi) / (1 + s**2 - s * w)


def within(h, s, start, stop=2):
    """The integral of h O_s, with the square root of an edge taken out."""
    return mpmath.quad(
        lambda phi: h(2 * mpmath.sin(phi)) * overlap_density(s, 2 * mpmath.sin(phi)) * 2 * mpmath.cos(phi),
        mpmath.linspace(mpmath.asin(mpf(start) / 2), mpmath.asin(mpf(stop) / 2), 9),
    )


@sizes
@pytest.mark.parametrize("power", [0, 1, 2])
def test_integrals_over_the_noise_are_those_of_the_overlap_density(s, power):
    found = overlap_above_zero(lambda w: w**power, LOCATION, outlier=float(s) > 1)
    value = lambdify(size, found, "mpmath")(mpf(s))
    assert value == pytest.approx(within(lambda w: w**power, mpf(s), 0), rel=1e-10, abs=0)


@sizes
def test_what_is_not_seen_outside_is_seen_inside(s):
    outside = max(0.0, 1 - 1 / float(s) ** 2)
    assert quadratic.overlap.subs({effective_noise: 1, size: Rational(s)}) == 1 - 1 / Rational(s) ** 2
    assert within(lambda w: 1, mpf(s), -2) + outside == pytest.approx(1, rel=1e-10, abs=0)


@sizes
def test_parts_of_a_mode_in_the_noise_are_integrals_of_squares(s):
    s, parts = mpf(s), parts_in_noise(LOCATION, S.One)
    values = {
        name: lambdify(size, part.function.pieces[int(s > 1)].value, "mpmath")(s)
        for name, part in parts.items()
    }
    cut, fitted = within(lambda w: s**2, s, -2, 0), within(lambda w: (w - s) ** 2, s, 0)
    if s < 1:
        expected = {"unlearned": cut, "overfitting": fitted, "learned": 0}
    else:
        # x = s + 1/s: the eigenvector, of squared cosine c = 1 - 1/s^2, estimates x; the rest of it is noise
        seen, c = s + 1 / s, 1 - 1 / s**2
        learned = cut + fitted + c * (seen - s) ** 2 + (1 - c) * seen**2
        expected = {"unlearned": 0, "overfitting": 0, "learned": learned}
    assert values == pytest.approx(expected, rel=1e-9, abs=0)


@pytest.mark.slow
def test_overlaps_in_a_drawn_matrix():
    # a single direction in the noise: the squared cosines of its eigenvectors, summed over w > 0
    dimension, random = 200, np.random.default_rng(3)
    for s in (0.7, 1.8):
        drawn = []
        for _ in range(8):
            noise = random.standard_normal((dimension, dimension))
            noise = (noise + noise.T) / np.sqrt(2 * dimension)
            noise[0, 0] += s
            values, vectors = np.linalg.eigh(noise)
            inside = (values > 0) & (values < 2 if s < 1 else np.arange(dimension) < dimension - 1)
            drawn.append((vectors[0] ** 2)[inside].sum())
        expected = overlap_above_zero(lambda w: S.One, LOCATION, outlier=s > 1).subs(size, s)
        assert np.mean(drawn) == pytest.approx(float(expected), abs=4 * np.std(drawn) / np.sqrt(len(drawn)))


@pytest.mark.parametrize("gap", ["1e-3", "1e-6"])
def test_half_a_mode_per_unit_of_size_fills_the_noise_at_its_edge(gap):
    assert branch_point_order(LOCATION, S.One) == 2
    w = 2 - mpf(gap)
    ends = sorted({mpf(0), mpf(1), *(1 - mpmath.sqrt(gap) * k for k in (1, 5, 30))})
    filled = mpmath.quad(lambda s: overlap_density(s, w), ends)
    assert filled == pytest.approx(0.5, abs=0.6 * float(mpf(gap)) ** 0.5)


@pytest.mark.parametrize("decay", ["0.6", *(pytest.param(x, marks=pytest.mark.slow) for x in ("1", "2.5"))])
def test_sums_over_modes_in_the_noise(decay):
    # "learned" tends to 2 for large modes: the integrand is seen as far as digits go
    parts, rate = parts_in_noise(LOCATION, S.One), 1 / mpf(decay)
    with mpmath.workdps(120):
        for name, below, above, rest in (("unlearned", -100, 0, 0), ("learned", 0, 40, 2)):
            function = parts[name].function
            h = lambdify(size, function.pieces[int(name == "learned")].value, "mpmath")
            ends = mpmath.linspace(below, above, 26)
            integral = mpmath.quad(lambda t, h=h: h(mpmath.exp(t)) * mpmath.exp(-rate * t), ends)
            integral += rest * mpmath.exp(-40 * rate) / rate
            found = float(mellin(function).subs(gamma, Rational(decay)))
            assert found == pytest.approx(float(integral), rel=1e-12, abs=0)


def test_either_sign_needs_another_declaration():
    # the noise of the bilinear network: a folded semicircle, whose other half is not cut
    density = sqrt(4 - level**2) / pi
    folded = replace(quadratic, noise=NoiseLaw(density, edge=S(2)), subordination_map=None)
    with pytest.raises(NotImplementedError, match="noise has either sign"):
        error_parts(folded, Ordering.THRESHOLD_BELOW_NOISE, Learned.SOME)
    with pytest.raises(NotImplementedError, match="location is not declared"):
        error_parts(replace(quadratic, outlier_location=None), Ordering.THRESHOLD_BELOW_NOISE, Learned.SOME)
