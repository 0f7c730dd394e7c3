"""The free convolution with a semicircle: against roots of polynomials in long arithmetic, and identities."""

from __future__ import annotations

import copy
import itertools
import math
import pickle
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gmpy2
import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import FreeConvolution, InvalidProblem, NotConverged
from numerics.free_probability.biane import Curve
from numerics.free_probability.eigenvalues import PowerLaw
from numerics.free_probability.preimages import preimage
from numerics.sums.target import Target


def by_polynomial(s: Sequence[float], w: Sequence[float], noise: float, x: complex) -> complex:
    """g(x) in sixty digits."""
    return g_and_mass(s, w, noise, x)[0]


def g_and_mass(
    s: Sequence[float], w: Sequence[float], noise: float, x: complex, digits: int = 60
) -> tuple[complex, float]:
    """g(x), and the mass right of x if that is real, from roots of x = z + noise^2 sum w/(z - s).

    Of all of them the right one is above the axis, or has x'(z) > 0.
    """
    with mp.workdps(digits):
        sizes, variance = [mp.mpf(a) for a in s], mp.mpf(noise) ** 2
        weights = [mp.mpf(a) / mp.fsum(w) for a in w]

        def product(roots: Sequence[Any]) -> list[Any]:
            coefficients = [mp.mpf(1)]
            for root in roots:
                padded = [*coefficients, mp.mpf(0)]
                coefficients = [a - root * b for a, b in zip(padded, [mp.mpf(0), *coefficients], strict=True)]
            return coefficients

        polynomial = product([*sizes, mp.mpmathify(x)])
        for k, weight in enumerate(weights):
            for i, c in enumerate(product(sizes[:k] + sizes[k + 1 :])):
                polynomial[i + 2] += variance * weight * c
        roots = mp.polyroots(polynomial, maxsteps=1000, extraprec=500)

        def mean(z: Any, power: int) -> Any:
            return mp.fsum(a / (z - b) ** power for a, b in zip(weights, sizes, strict=True))

        if x.imag > 0:
            # of the roots above the axis the one outside Biane's curve
            outside = [
                z
                for z in roots
                if z.imag > 0
                and variance * mp.fsum(a / abs(z - b) ** 2 for a, b in zip(weights, sizes, strict=True)) < 1
            ]
            assert len(outside) == 1
            return complex(mean(outside[0], 1)), math.nan
        above = [z for z in roots if z.imag > mp.mpf(10) ** (-digits * 2 // 5)]
        if above:
            g = mean(above[0], 1)
            angles = mp.fsum(a * mp.arg(above[0] - b) for a, b in zip(weights, sizes, strict=True))
            return complex(g), float((angles + variance * (g * g).imag / 2) / mp.pi)
        # outside the support one real root has x' > 0; on the very edge it is a double one
        real = max((z.real for z in roots), key=lambda z: 1 - variance * mean(z, 2))
        right = mp.fsum(a for a, b in zip(weights, sizes, strict=True) if b > real)
        return complex(mean(real, 1)), float(right)


sets = st.lists(st.floats(-2, 2).map(lambda a: round(a, 3)), min_size=1, max_size=4, unique=True)


@settings(max_examples=15)
@given(s=sets, log_noise=st.floats(-3, 1), seed=st.integers(0, 99))
def test_density_and_stieltjes_transform_everywhere_and_at_the_edges(
    s: list[float], log_noise: float, seed: int
) -> None:
    noise, rng = 10**log_noise, np.random.default_rng(seed)
    w = rng.integers(1, 5, len(s)).tolist()
    law = FreeConvolution.of_eigenvalues(s, noise, weights=w)
    ends = [end for component in law.edges() for end in component]
    points = [
        *rng.uniform(min(s) - 3 * noise, max(s) + 3 * noise, 3),
        ends[0],
        ends[-1] + 1e-13,
        ends[0] + 1e-10 * noise,
        *((a + b) / 2 for a, b in law.edges()),
    ]
    for x in points:
        expected = by_polynomial(s, w, noise, float(x))
        assert abs(law.stieltjes(x) - expected) * noise < 1e-12
        assert law.density(x) * math.pi * noise == pytest.approx(-expected.imag * noise, abs=1e-12)
    z = complex(points[0], 10 ** rng.uniform(-6, 1))
    assert abs(law.stieltjes(z) - by_polynomial(s, w, noise, z)) * noise < 1e-12
    assert law.stieltjes(z.conjugate()) == np.conjugate(law.stieltjes(z))


# (eigenvalues, weights, noise): scales and weights far apart; noise next to the rounding of the eigenvalues;
# noise far above them; bands about to merge; neighbouring floats
HARD = [
    ([-5.1e-5, -2470056.208125101, -378.70521778068303], [1, 1e-8, 1e-3], 1.83e-8),
    ([1.4315361120438186, 0.3583085473226615, -0.85], [1e-3, 2, 1e-8], 2.8e-5),
    ([8e-8, 111.0, -1e-6, 0.03], [1e-8, 2, 1e-3, 50], 549.6),
    ([1.6, 0.5, 0.2, -1.8], [1e-8, 1, 1, 1], 3.8e-6),
    ([0.0, 1.0], [1, 1], 0.5 * (1 - 1e-15)),
    ([0.0, 1.0], [8, 1], 3**-0.5 * (1 + 1e-12)),
    ([0.0, 1.0, 1e6], [8, 1, 3], 0.4),
    ([1.0, math.nextafter(1.0, 2.0)], [1, 2], 1e-16),
    ([3.0], [1], 1e-12),
    ([-0.1, -10], [2, 1e-8], 10),
]


@pytest.mark.parametrize(("s", "w", "noise"), HARD)
def test_hard_cases(s: list[float], w: list[float], noise: float) -> None:
    """Next to every edge and eigenvalue, within a rounding of x and within the noise."""
    law = FreeConvolution.of_eigenvalues(s, noise, weights=w)
    ends = [end for component in law.edges() for end in component]
    places = [*s, *ends, sum(ends[1:3]) / 2]
    points = [
        x for a in places for x in (a, math.nextafter(a, -math.inf), a + 1e-10 * noise, a - 0.3 * noise)
    ]
    for x in sorted(set(points)):
        g, mass = g_and_mass(s, w, noise, x, digits=100)
        assert abs(law.stieltjes(x) - g) * noise < 1e-12, x
        assert abs(law.density(x) * math.pi + g.imag) * noise < 1e-12, x
        assert law.mass_above(x) == pytest.approx(mass, abs=1e-12), x
        assert law.cdf(x) == pytest.approx(1 - mass, abs=1e-12), x
        assert law.integral_above(np.ones_like, x) == pytest.approx(mass, abs=1e-12), x
    for probability in (1e-9, 0.3, 0.7):
        x = law.quantile(probability)
        rounding = 4 * np.spacing(abs(x))  # a whole band may lie between two floats
        assert law.cdf(x - rounding) - 1e-12 <= probability <= law.cdf(x + rounding) + 1e-12
    assert law.integral_above(lambda x: x) == pytest.approx(
        np.average(s, weights=w), abs=1e-12 * max(map(abs, ends))
    )


@pytest.mark.parametrize("x", [0.0, 1e-18, -1e-15, 1e-12, 1e-6, -0.01])
def test_where_two_components_merge(x: float) -> None:
    """Equal weights at +-1 and noise 1: z^3 = x (z^2 - 1), of a cube root."""
    law = FreeConvolution.of_eigenvalues([1, -1], 1.0)
    assert abs(law.stieltjes(x) - by_polynomial([1, -1], [1, 1], 1.0, x)) < 1e-12
    assert len(law.edges()) == 1
    assert len(FreeConvolution.of_eigenvalues([1, -1], 1 - 1e-9).edges()) == 2
    assert law.cdf(x) == pytest.approx(0.5 + 0.75 * law.density(x) * x, abs=1e-15 + 1e-3 * abs(x))


def test_weights_of_repeated_eigenvalues_are_added_exactly() -> None:
    """At an edge a rounding of a weight, 1e-16, is worth 1e-8 of the density."""
    sizes, weights, noise = [0.0, 0.0, -0.0, 1.0], [0.1, 0.2, 0.3, 0.7], 0.5
    with gmpy2.context(precision=BITS):
        law, exact = of_set(sizes, weights, noise)
        assert len(exact.modes) == 2
        for edge in exact.edges(1):
            for x in beside(float(edge)):
                assert wrong(law, exact, x, 1e-9, 0.0) == []
    assert law.density(0.46153846153846156) * noise == pytest.approx(4.461e-9, rel=1e-3, abs=0)


def light_beside_an_edge(rng: Any) -> tuple[list[float], list[float], float, float]:
    """Eigenvalues, one of which is light and sits where an edge of the others comes from; that edge."""
    s, w = rng.uniform(-2, 2, rng.integers(1, 4)).tolist(), [1.0, 3.0, 0.1]
    noise = float(10 ** rng.uniform(-3, 1))
    _, heavy = of_set(s, w[: len(s)], noise)
    side, top = (1, heavy.modes[0]) if rng.uniform() < 0.5 else (-1, heavy.modes[-1])
    near, far = heavy.noise * 0, heavy.noise
    while far - near > heavy.noise * 1e-40:
        middle = (near + far) / 2
        near, far = (middle, far) if heavy.share(top + side * middle) > 1 else (near, middle)
    place = float(top + side * near) * (1 + float(rng.choice([0, 1e-15, 1e-9, -1e-9])))
    light = 10.0 ** rng.uniform(-75, -10)
    return [*s, place], [*w[: len(s)], light], noise, float(heavy.image(top + side * near).real)


def test_light_eigenvalues_beside_edges() -> None:
    """The density at their edges was that of the light one alone, 10^-24 for 10^-8."""
    rng, faults = np.random.default_rng(5), []
    with gmpy2.context(precision=BITS):
        cases = [
            ([0.0, 1.0], [1.0, 1e-60], 1.0, 2.0),
            ([1.3620676078764895, 1.8996331184834696], [1e75, 1e-30], 0.5375655106069801, 2.4371986290904495),
            ([1e-200, 1e-75, -1e-75], [1e-30, 1e-75, 1e-75], 1e-75, 2e-75),
            *(light_beside_an_edge(rng) for _ in range(12)),
        ]
        for s, w, noise, edge in cases:
            law, exact = of_set(s, w, noise)
            for x in (*beside(edge), edge * (1 + 1e-12), edge * (1 - 1e-9), *s[-1:]):
                height = float(noise * 10 ** rng.uniform(-30, 0))
                faults += [f"{fault} of {law!r}" for fault in wrong(law, exact, x, height, 0.0)]
    assert faults == []
    law = FreeConvolution.of_eigenvalues([0.0, 1.0], 1.0, [1.0, 1e-60])
    assert law.density(1.9999999999999996) == pytest.approx(6.70787927625e-9, rel=1e-9, abs=0)


def test_one_eigenvalue_is_a_semicircle() -> None:
    law, x = FreeConvolution.of_eigenvalues([3.0, 3.0, 3.0], 0.5), np.linspace(2, 4, 101)
    np.testing.assert_allclose(
        law.density(x), np.sqrt(np.maximum(1 - (x - 3) ** 2, 0)) * 2 / math.pi, atol=1e-13
    )
    assert law.edges() == ((2.0, 4.0),)
    y = x - 3
    np.testing.assert_allclose(
        law.cdf(x), 0.5 + (y * np.sqrt(np.maximum(1 - y * y, 0)) + np.arcsin(y)) / math.pi, atol=1e-13
    )


@pytest.mark.slow
@settings(max_examples=20)
@given(s=sets, log_noise=st.floats(-2, 1), probability=st.floats(0.001, 0.999))
def test_masses_moments_and_quantiles(s: list[float], log_noise: float, probability: float) -> None:
    noise = 10**log_noise
    law = FreeConvolution.of_eigenvalues(s, noise)
    assert law.integral_above(np.ones_like) == pytest.approx(1, abs=1e-12)
    assert law.integral_above(lambda x: x) == pytest.approx(np.mean(s), abs=1e-11 * (1 + noise))
    square = np.mean(np.square(s)) + noise**2
    assert law.integral_above(lambda x: x * x) == pytest.approx(square, rel=1e-11, abs=1e-12)
    x = law.quantile(probability)
    assert law.cdf(x) == pytest.approx(probability, abs=1e-12)
    assert law.integral_above(np.ones_like, x) == pytest.approx(law.mass_above(x), abs=1e-12)
    # an exponential, by the density; cusps of which slow the quadrature down
    (left, _), *_, (_, right) = [*law.edges(), (0, law.edges()[-1][1])]
    total, size = 0.0, max(-left, right)
    nodes, weights = np.polynomial.legendre.leggauss(600)
    for a, b in law.edges():
        if b > x:
            a = max(a, x)  # noqa: PLW2901
            angle = math.pi * (1 + nodes) / 4  # x = a + (b - a) sin^2: square roots at both ends
            points = a + (b - a) * np.sin(angle) ** 2
            jacobian = (b - a) * np.sin(2 * angle) * math.pi / 4
            total += float(weights @ (law.density(points) * np.exp(points / size) * jacobian))
    assert law.integral_above(lambda x: np.exp(x / size), x) == pytest.approx(total, rel=5e-3, abs=1e-9)
    assert law.cdf(left - 1e-9) == 0
    assert law.density(right + 1e-9 * (1 + abs(right))) == 0


@pytest.mark.parametrize("ratio", [1e-12, 1e-6, 1e6, 1e12])
def test_any_ratio_of_noise_to_eigenvalues(ratio: float) -> None:
    law = FreeConvolution.of_eigenvalues([1.0, 2.0], ratio)
    components = law.edges()
    assert len(components) == (2 if ratio < 1 else 1)
    if ratio < 1:  # two semicircles of half the mass
        for (a, b), s in zip(components, (1.0, 2.0), strict=True):
            assert b - a == pytest.approx(4 * ratio / math.sqrt(2), rel=max(1e-15 / ratio, 10 * ratio), abs=0)
            assert law.density(s) * math.pi * ratio * math.sqrt(2) == pytest.approx(
                1, rel=1e-6 + 10 * ratio, abs=0
            )
        assert law.cdf(1.5) == 0.5
    else:
        assert law.density(0.0) * math.pi * ratio == pytest.approx(1, rel=1e-12, abs=0)
        assert law.edges()[0][1] == pytest.approx(2 * ratio + 1.5, rel=1e-12, abs=0)


@pytest.mark.parametrize("dim", [1, 2, 7, 400])
@pytest.mark.parametrize("noise", [0.05, 0.5, 5.0])
def test_power_laws_are_finite_sets(dim: int, noise: float) -> None:
    law = FreeConvolution.of_power_law(dim, 1.25, noise)
    s = math.sqrt(dim) * np.arange(1.0, dim + 1) ** -1.25
    same = FreeConvolution.of_eigenvalues(s, noise)
    x = np.concatenate([np.linspace(-2 * noise, s[0] + 2 * noise, 25), s[:3], [0.0]])
    np.testing.assert_allclose(law.density(x) * noise, same.density(x) * noise, atol=1e-11)
    np.testing.assert_allclose(law.cdf(x), same.cdf(x), atol=1e-12)
    np.testing.assert_allclose(law.stieltjes(x + 0.1j), same.stieltjes(x + 0.1j), atol=1e-12 / noise)
    np.testing.assert_allclose(law.edges(), same.edges(), rtol=1e-12, atol=1e-13)
    # one rounding of x next to an edge moves the density by the square root of it
    from_edges = abs(x[:, None] - np.ravel(law.edges())).min(axis=1)
    for point in x[(x > 0) & (x < s[0] + 2 * noise) & (from_edges > 1e-9)]:
        height = preimage(Target.of(dim, 1.25), noise, point).zeta.imag
        assert law.density(point) * math.pi * noise == pytest.approx(height / noise, abs=1e-11)


def test_moments_of_the_density() -> None:
    """Five separate bands, above 0: mass 1, mean of s, mean of s^2 plus delta^2."""
    noise, s = 0.05, math.sqrt(5) * np.arange(1.0, 6) ** -0.75
    law, moments = FreeConvolution.of_power_law(5, 0.75, noise), np.zeros(3)
    assert len(law.edges()) == 5
    nodes, weights = np.polynomial.legendre.leggauss(40)
    for left, right in law.edges():
        # in the angle of a half-circle over the band the square roots at its ends are smooth
        x = (left + right) / 2 + (right - left) / 2 * np.sin(math.pi / 2 * nodes)
        measure = weights * math.pi / 4 * (right - left) * np.cos(math.pi / 2 * nodes)
        moments += [(measure * x**power) @ law.density(x) for power in range(3)]
    assert moments == pytest.approx([1, s.mean(), np.mean(s**2) + noise**2], abs=1e-12)


@pytest.mark.slow
def test_density_against_a_random_matrix() -> None:
    noise, dim = 1.0, 800
    s = math.sqrt(dim) / np.arange(1.0, dim + 1)
    entries = np.random.default_rng(1).standard_normal((dim, dim))
    goe = (entries + entries.T) / math.sqrt(2 * dim)
    eigenvalues = np.linalg.eigvalsh(np.diag(s) + noise * goe)
    edges = np.linspace(0.1, 3.1, 13)
    counts = np.histogram(eigenvalues, edges)[0] / dim
    grid = np.linspace(0.1, 3.1, 12 * 40 + 1)
    values = FreeConvolution.of_power_law(dim, 1.0, noise).density(grid)
    cumulative = np.concatenate([[0], np.cumsum((values[1:] + values[:-1]) / 2 * np.diff(grid))])
    assert counts == pytest.approx(np.diff(cumulative[::40]), abs=3 / dim)


@pytest.mark.parametrize("dim", [10**6, 10**30])
def test_power_laws_of_any_length(dim: int) -> None:
    law = FreeConvolution.of_power_law(dim, 1.25, 1.0, scale=3.0)
    assert law.integral_above(np.ones_like) == pytest.approx(1, abs=1e-12)
    assert law.cdf(law.quantile(0.3)) == pytest.approx(0.3, abs=1e-12)
    assert law.edges(limit=3)[-1][1] == pytest.approx(3 + 1 / 3, rel=1e-3, abs=0)
    assert law.edges(limit=3)[0][0] == pytest.approx(-2, rel=1e-3, abs=0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FreeConvolution.of_eigenvalues([], 1.0), "eigenvalues"),
        (lambda: FreeConvolution.of_eigenvalues([math.nan], 1.0), "eigenvalues"),
        (lambda: FreeConvolution.of_eigenvalues([1.0], 0.0), "noise=0.0"),
        (lambda: FreeConvolution.of_eigenvalues([1.0], 1.0, weights=[-1.0]), "weights"),
        (lambda: FreeConvolution.of_eigenvalues([1.0], 1.0, weights=[1.0, 2.0]), "weights"),
        (lambda: FreeConvolution.of_power_law(0, 1.0, 1.0), "dim=0"),
        (lambda: FreeConvolution.of_power_law(10**400, 1.0, 1.0), "dim=1000"),
        (lambda: FreeConvolution.of_power_law(5, -1.0, 1.0), "decay"),
        (lambda: FreeConvolution.of_eigenvalues([1.0], 1.0).quantile(1.0), "probability=1.0"),
        (lambda: FreeConvolution.of_eigenvalues([1.0], 1.0).density(math.inf), "finite"),
        (lambda: FreeConvolution.of_eigenvalues([1.0], 1.0).quantile("a"), "probability='a'"),  # type: ignore[arg-type]
        (lambda: FreeConvolution.of_eigenvalues(["a"], 1.0), "eigenvalues"),  # type: ignore[list-item]
        (lambda: FreeConvolution.of_eigenvalues([1j], 1.0), "eigenvalues"),  # type: ignore[list-item]
        (lambda: FreeConvolution.of_eigenvalues([1e300], 1.0), "eigenvalues=.*1e\\+75"),
        (lambda: FreeConvolution.of_eigenvalues([1.0], 1e-200), "noise=1e-200: must be a number from 1e-75"),
        (lambda: FreeConvolution.of_eigenvalues([1.0], None), "noise=None"),  # type: ignore[arg-type]
        (lambda: FreeConvolution.of_power_law(5, "1", 1.0), "decay='1'"),  # type: ignore[arg-type]
    ],
)
def test_bad_input(make: Any, message: str) -> None:
    with pytest.raises(InvalidProblem, match=message):
        make()


# --- points on, and a few roundings beside, modes, edges and gaps: against their equations in 200 digits


BITS = 700
# Of errors: of noise * g, of masses.
CLOSE = 1e-12


@dataclass(frozen=True)
class Exact:
    """The equations themselves: modes, weights and noise are numbers of gmpy2 in a context of `BITS`."""

    modes: list[Any]
    weights: list[Any]
    noise: Any

    def share(self, u: Any) -> Any:
        """F(u)."""
        return self.noise**2 * sum(
            w / ((u - s).real ** 2 + gmpy2.mpc(u).imag ** 2)
            for w, s in zip(self.weights, self.modes, strict=True)
        )

    def root(self, x: Any, start: Any) -> Any:
        """The z with x(z) = x on or above Biane's curve, by Newton's method; None if it goes elsewhere."""
        z, t = gmpy2.mpc(start), self.noise**2
        if z.imag == 0:
            z += gmpy2.mpc(0, self.noise * gmpy2.mpfr(2) ** -120)
        for _ in range(3000):
            inverses = [1 / (z - s) for s in self.modes]
            g = sum(w * a for w, a in zip(self.weights, inverses, strict=True))
            slope = 1 - t * sum(w * a * a for w, a in zip(self.weights, inverses, strict=True))
            step = (z + t * g - x) / slope if slope != 0 else z * 0
            z -= step
            if abs(step) <= min(abs(z - s) for s in self.modes) * gmpy2.mpfr(2) ** (-BITS // 2):
                break
        else:
            return None
        z = gmpy2.mpc(z.real, abs(z.imag))
        is_right = self.share(z) <= 1 + gmpy2.mpfr(2) ** -60 and abs(self.image(z) - x) <= self.noise * 1e-30
        return z if is_right else None

    def transform(self, z: Any) -> Any:
        """G(z)."""
        return sum(w / (z - s) for w, s in zip(self.weights, self.modes, strict=True))

    def image(self, z: Any) -> Any:
        """x(z)."""
        return z + self.noise**2 * self.transform(z)

    def mass_below(self, z: Any) -> float:
        """Of mu, left of x(z)."""
        angles = [gmpy2.atan2(z.imag, z.real - s) for s in self.modes]
        g = self.transform(z)
        above = sum(w * a for w, a in zip(self.weights, angles, strict=True))
        return float(1 - (above + self.noise**2 * (g * g).imag / 2) / gmpy2.const_pi())

    def edges(self, gaps: int) -> list[Any]:
        """By bisection of F = 1 right and left of a mode, and of F' = 0 between two; of the first gaps."""
        s, t = self.modes, self.noise

        def bisected(is_left: Any, low: Any, high: Any) -> Any:
            while high - low > t * gmpy2.mpfr(2) ** -120:
                middle = (low + high) / 2
                low, high = (middle, high) if is_left(middle) else (low, middle)
            return low

        def slope(u: Any) -> Any:  # of F, over -2
            return sum(w / (u - a) ** 3 for w, a in zip(self.weights, s, strict=True))

        ends = [self.image(bisected(lambda u: self.share(u) > 1, s[0], s[0] + t))]
        for upper, lower in itertools.pairwise(s[: gaps + 1]):
            minimum = bisected(lambda u: slope(u) > 0, lower, upper)
            if self.share(minimum) < 1:
                ends += [
                    self.image(bisected(lambda u: self.share(u) < 1, minimum, upper)),
                    self.image(bisected(lambda u: self.share(u) > 1, lower, minimum)),
                ]
        ends.append(self.image(bisected(lambda u: self.share(u) < 1, s[-1] - t, s[-1])))
        return [edge.real for edge in reversed(ends)]


def of_set(sizes: Sequence[float], weights: Sequence[float], noise: float) -> tuple[FreeConvolution, Exact]:
    total: dict[float, Any] = {}
    for s, w in zip(sizes, weights, strict=True):
        total[s] = total.get(s, 0) + gmpy2.mpfr(w)
    modes = sorted(total, reverse=True)
    mass = sum(total.values())
    exact = Exact([gmpy2.mpfr(s) for s in modes], [total[s] / mass for s in modes], gmpy2.mpfr(noise))
    return FreeConvolution.of_eigenvalues(sizes, noise, weights=weights), exact


def of_power(dim: int, decay: float, noise: float, scale: float | None) -> tuple[FreeConvolution, Exact]:
    c = gmpy2.sqrt(gmpy2.mpfr(dim)) if scale is None else gmpy2.mpfr(scale)
    modes = [c * gmpy2.mpfr(i) ** -gmpy2.mpfr(decay) for i in range(1, dim + 1)]
    exact = Exact(modes, [1 / gmpy2.mpfr(dim)] * dim, gmpy2.mpfr(noise))
    return FreeConvolution.of_power_law(dim, decay, noise, scale=scale), exact


KINDS = ["power law", "set", "power law", "unequal weights", "within rounding", "one", "extreme", "touching"]


def random_law(rng: Any, kind: str) -> tuple[FreeConvolution, Exact]:
    """A law drawn at random, noise from 1e-12 to 1e12 of a spacing of its modes."""
    ratio = 10 ** rng.uniform(-12, 12)
    n = int(rng.integers(2, 5))
    s, w = np.round(rng.uniform(-2, 2, n), int(rng.integers(1, 16))).tolist(), [1.0] * n
    if kind == "power law":
        dim, decay = int(rng.choice([1, 2, 5, 20, 200])), float(rng.choice([0.75, 1.0, 1.25, 2.0, 3.3]))
        scale = [None, 1.0, 0.3][rng.integers(3)]
        size = math.sqrt(dim) if scale is None else scale
        place = int(rng.integers(1, dim + 1))
        noise = float(size * ratio * (place**-decay - (place + 1) ** -decay))
        return of_power(dim, decay, noise, scale)
    if kind == "unequal weights":
        w = [1.0, 1e6, 3.0, 1e-6][:n]
    elif kind == "within rounding":
        s = [a for b in s for a in (b, math.nextafter(b, 9), 0.0)]
        w = [1.0] * len(s)
    elif kind == "one":
        s, w = s[:1], w[:1]
    elif kind == "extreme":
        s = [a * 10 ** float(rng.choice([-62, 60])) for a in s]
    elif kind == "touching":  # two components merge where F is exactly 1, or a rounding away
        s, w = [1.0, -1.0], [1.0, 1.0]
        return of_set(s, w, float(rng.choice([1.0, math.nextafter(1, 0), math.nextafter(1, 2)])))
    different = sorted(set(s))
    spacing = different[-1] - different[-2] if len(different) > 1 else abs(s[0]) or 1.0
    return of_set(s, w, float(spacing * ratio))


def beside(x: float) -> Iterator[float]:
    """The float itself, and up to three roundings to either side."""
    for side in (-math.inf, math.inf):
        y = x
        for _ in range(3):
            y = math.nextafter(y, side)
            yield y
    yield x


def wrong(law: FreeConvolution, exact: Exact, x: float, y: float, probability: float) -> list[str]:
    """What does not satisfy its equation at x, above x and at the quantile of a probability."""
    noise, faults = law.noise, []

    def root(point: complex) -> Any:
        z = gmpy2.mpc(point)
        return exact.root(z, z - exact.noise**2 * gmpy2.mpc(law.stieltjes(point)))

    for point in (complex(x, 0), complex(x, y)):
        g = law.stieltjes(point)
        z = root(point)
        if z is None or not abs(complex(exact.noise * (exact.transform(z) - gmpy2.mpc(g)))) <= CLOSE:
            faults.append(f"stieltjes({point!r})")
    z = root(complex(x))
    if z is None:
        return [*faults, f"root of {x!r}"]
    if not abs(float(z.imag / exact.noise) - law.density(x) * math.pi * noise) <= CLOSE:
        faults.append(f"density({x!r})")
    if not abs(exact.mass_below(z) - law.cdf(x)) <= CLOSE or law.cdf(x) + law.mass_above(x) != 1:
        faults.append(f"cdf({x!r})")
    if probability:
        q = law.quantile(probability)
        around = [root(complex(p)) for p in (q, math.nextafter(q, -math.inf), math.nextafter(q, math.inf))]
        at, below, above = (math.nan if z is None else exact.mass_below(z) for z in around)
        if not (abs(at - probability) <= CLOSE or below - CLOSE <= probability <= above + CLOSE):
            faults.append(f"quantile({probability!r})")
    return faults


def wrong_edges(law: FreeConvolution, exact: Exact) -> list[str]:
    """Edges more than a few roundings off; where components just touch one or two are right."""
    ends = [end for component in law.edges(limit=5) for end in component]
    known = exact.edges(5 if isinstance(law.eigenvalues, PowerLaw) else len(exact.modes))
    tiny = exact.noise * gmpy2.mpfr(2) ** -80
    gaps = list(zip(known[1::2], known[2::2], strict=False))
    known = [known[0], *(end for gap in gaps if gap[1] - gap[0] > tiny for end in gap), known[-1]]
    if len(ends) != len(known):
        return [f"{len(ends)} edges for {len(known)}"]
    return [
        f"edge {end!r}"
        for end, right in zip(ends, known, strict=True)
        if not abs(gmpy2.mpfr(end) - right) <= 2e-15 * (abs(right) + exact.noise)
    ]


def checked_points(seed: int, count: int, each: int = 3) -> tuple[Counter[str], list[str]]:
    """How many points were checked, by kind of law and of place (at most ``each``), and what was wrong."""
    rng, counts, faults = np.random.default_rng(seed), Counter[str](), []
    with gmpy2.context(precision=BITS):
        for kind in itertools.cycle(KINDS):
            if counts.total() >= count:
                break
            law, exact = random_law(rng, kind)
            faults += [f"{kind}: {fault} of {law!r}" for fault in wrong_edges(law, exact)]
            ends = [end for component in law.edges() for end in component]
            modes = [float(s) for s in exact.modes]
            few = lambda places: rng.permutation(places)[:each].tolist()  # noqa: E731
            places = {
                "mode": few(modes),
                "edge": few(ends),
                "gap": few([(a + b) / 2 for a, b in zip(ends[1::2], ends[2::2], strict=False)]),
            }
            for where, xs in places.items():
                for x in (y for a in xs for y in beside(a)):
                    height = float(law.noise * 10 ** rng.uniform(-14, 3))
                    probability = float(rng.uniform()) if rng.uniform() < 0.1 else 0.0
                    errors = wrong(law, exact, x, height, probability)
                    faults += [f"{kind}, {where}: {fault} of {law!r}" for fault in errors]
                    counts[f"{kind}, {where}"] += 1
    return counts, faults


@pytest.mark.parametrize(
    ("dim", "noise", "z", "expected"),
    [
        (400, 5.0, 5.0655712376772835 + 0.1j, 0.0973389650 - 0.1705633690j),
        (200, 0.3, math.nextafter(math.sqrt(200), 99) + 0.1j, None),
        (400, 0.5, math.nextafter(20 * 3**-1.25, 0) + 0.001j, None),
        (10**6, 7.0, 14 + 1e-7j, None),
    ],
)
def test_above_a_mode_of_a_power_law(dim: int, noise: float, z: complex, expected: complex | None) -> None:
    """A fixed point of g = mean 1/(z - noise^2 g - s)."""
    g = FreeConvolution.of_power_law(dim, 1.25, noise).stieltjes(z)
    s = math.sqrt(dim) * np.arange(1.0, dim + 1) ** -1.25
    assert g == pytest.approx(np.mean(1 / (z - noise**2 * g - s)), abs=1e-12 / noise)
    assert g.imag < 0
    if expected is not None:
        assert g == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("decay", [6.0, 20.0, 300.0])
@pytest.mark.parametrize("ratio", [1e-12, 1e-3, 0.5, 1.0, 1e6])
def test_steep_power_laws(decay: float, ratio: float) -> None:
    """Most modes are 0 to the noise."""
    dim, scale = 40, 2.0
    with gmpy2.context(precision=BITS):
        law, exact = of_power(dim, decay, scale * ratio, scale)
        ends = [end for component in law.edges() for end in component]
        places = [0.0, -5e-324, 5e-324, float(exact.modes[1]), 2.0, ends[0], ends[-1], ends[1] / 2, 1.3]
        faults = [wrong(law, exact, x, law.noise * 1e-9, 0.3 if x == 0 else 0.0) for x in places]
    assert faults == [[]] * len(places)


@pytest.mark.parametrize(
    ("dim", "decay", "noise", "scale", "x"),
    [
        (1, 1.0, 0.5, 1.0, 5e-324),
        (1, 7.0, 2e10, 4e10, 5e-324),
        (10**60, 10.0, 4.1e25, None, -5e-324),
        (10**60, 50.0, 1e-75, None, 0.0),
        (10**60, 50.0, 1e-75, None, 1e-76),
        (10**150, 5.0, 1e-75, None, 0.0),
        (10**12, 300.0, 1.0, None, -1.0),
        (10**12, 300.0, 1.0, None, 1.9),
        (10**12, 3000.0, 300.0, 1e-75, -570.0),
        (30, 3000.0, 0.2, 1e-75, 0.3),
    ],
)
def test_modes_without_number_next_to_zero(
    dim: int, decay: float, noise: float, scale: float | None, x: float
) -> None:
    """All but a share of 10^-4 is at 0 to the noise: the semicircle around 0, or around the only mode.

    These took up to hours in thousands of bits; a few views are what each takes.
    """
    law = FreeConvolution.of_power_law(dim, decay, noise, scale=scale)
    place = (x - (scale if dim == 1 and scale else 0.0)) / (2 * noise)
    expected = 0.5 + (place * math.sqrt(1 - place * place) + math.asin(place)) / math.pi
    began = time.process_time()
    assert law.cdf(x) == pytest.approx(expected, abs=1e-4)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("dim", "decay", "noise", "probability"),
    [
        (1, 1.0, 0.5, 0.3),
        pytest.param(10**60, 50.0, 1e-75, 0.5, marks=pytest.mark.slow),
        (10**12, 300.0, 1.0, 1e-9),
        (30, 3000.0, 0.2, 0.7),
    ],
)
def test_quantiles_of_steep_power_laws(dim: int, decay: float, noise: float, probability: float) -> None:
    law = FreeConvolution.of_power_law(dim, decay, noise)
    assert law.cdf(law.quantile(probability)) == pytest.approx(probability, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize(
    ("dim", "decay", "noise", "z"),
    [
        (400, 1.25, 1e-5, complex(20 * 7.0**-1.25, 1e-5)),
        (400, 1.25, 0.01, 20 + 1e-5j),
        (400, 0.51, 0.002661116816048262, 6.925547340554623 + 1e-300j),
    ],
)
def test_no_bisection_goes_on_where_rounding_decides(
    dim: int, decay: float, noise: float, z: complex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a mode of a power law: 40 steps to a bracket in float64 and 150 in 200 bits, of a few."""
    law, height, steps = FreeConvolution.of_power_law(dim, decay, noise), Curve.height_of_level, [0]

    def counting(*arguments: Any) -> Any:
        steps[0] += 1
        return height(*arguments)

    monkeypatch.setattr(Curve, "height_of_level", counting)
    law.stieltjes(z)
    assert steps[0] <= 20


def test_points_beside_modes_edges_and_gaps() -> None:
    counts, faults = checked_points(seed=1, count=100, each=1)
    assert counts.total() >= 100
    assert faults == []


@pytest.mark.parametrize(
    "law",
    [
        FreeConvolution.of_power_law(7, 1.25, 0.3),
        FreeConvolution.of_eigenvalues([1, -2], 0.3, weights=[1, 1e6]),
    ],
)
def test_laws_are_copied_and_take_arrays(law: FreeConvolution) -> None:
    for same in (pickle.loads(pickle.dumps(law)), copy.deepcopy(law)):
        assert same == law
        assert same.cdf(0.4) == law.cdf(0.4)
    grid = np.array([[0.1, 0.3, 0.9]])
    for function in (law.density, law.cdf, law.mass_above, law.quantile, law.stieltjes):
        values = function(grid)
        assert values.shape == grid.shape
        assert values[0, 1] == function(0.3)
        assert np.ndim(function(0.3)) == 0
    assert isinstance(law.quantile(0.3), float)


@pytest.mark.parametrize("bad", ["a", None, math.nan, ["a"], [math.nan], [[1.0], [1.0, 2.0]], {}, math.inf])
def test_what_is_no_number_is_refused_by_name(bad: Any) -> None:
    law = FreeConvolution.of_eigenvalues([1.0], 1.0)
    named: dict[str, list[Any]] = {
        "x": [law.density, law.cdf, law.mass_above],
        "z": [law.stieltjes],
        "probability": [law.quantile],
        "limit": [law.edges],
        "function": [law.integral_above, lambda value: law.integral_above(lambda x: x * 0 + math.nan)],
    }
    for name, functions in named.items():
        for function in functions:
            with pytest.raises(InvalidProblem, match=rf"^{name}=.*: must be "):
                function(bad)
    if bad != math.inf:
        with pytest.raises(InvalidProblem, match=r"^x=.*: must be "):
            law.integral_above(np.ones_like, bad)


def test_a_point_that_misses_its_equation_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The point of a displaced x, or the conjugate's side of an edge, passed off as that of x."""
    law, point_over = FreeConvolution.of_eigenvalues([1.0, 2.0], 0.3), Curve.point_over
    for moved in (1e-9, -1e-3, 0.5):
        monkeypatch.setattr(
            Curve,
            "point_over",
            lambda curve, x, y, start, moved=moved: point_over(curve, x + moved, y, start),
        )
        for function in (law.density, law.cdf, law.stieltjes):
            with pytest.raises(NotConverged):
                function(1.1)


@pytest.mark.slow
def test_ten_thousand_points_beside_modes_edges_and_gaps() -> None:
    counts, faults = checked_points(2026, 10_000)
    print("\n".join(f"{number:6d} {kind}" for kind, number in sorted(counts.items())))
    print(f"{counts.total():6d} in all, {len(faults)} wrong")
    assert faults == []
