"""The free convolution with a semicircle: against roots of polynomials in long arithmetic, and identities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import FreeConvolution, InvalidProblem
from numerics.free_convolution import density as power_law_density
from numerics.target import Target


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


@settings(max_examples=30)
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
    inside = x[(x > 0) & (from_edges > 1e-9)]
    np.testing.assert_allclose(
        law.density(inside), power_law_density(Target.of(dim, 1.25), noise, inside), atol=1e-11 / noise
    )


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
