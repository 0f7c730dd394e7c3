"""Problems with explicit sizes: against power laws, quadrature of the state equations, drawn matrices.

Every solution is unique: one that satisfies the equations of arXiv:2509.24882 in their textbook form,
evaluated in another way, is right.
"""

import pickle
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from numerics import InvalidProblem, NotConverged, Problem, certify, optimal_weight_decay, risk_curve, solve
from numerics.runs import exact_fields

NUMBERS = ("excess_risk", "effective_noise", "threshold", "degrees_of_freedom", "train_loss")
RNG = np.random.default_rng(7)
SPECTRA: dict[str, tuple[Any, int]] = {
    "two points": ([1.0] * 10, 20),
    "three points": ([3.0] * 2 + [1.0] * 9, 20),
    "rank one": ([2.0], 30),
    "rank d/4, flat": ([1.5] * 5, 20),
    "all equal": ([0.7] * 12, 12),
    "uniform": (RNG.uniform(0, 2, 7), 7),
    "exponential": (2.0 ** -np.arange(8.0), 8),
}


def problem(network: str, spectrum: str, **changes: Any) -> Problem:
    """With samples around the interpolation threshold; a tenth of the target's size of label noise."""
    sizes, dim = SPECTRA[spectrum]
    square = float(np.sum(np.square(sizes))) / dim
    parameters: dict[str, Any] = {
        "samples": Fraction(3, 10) * dim * (dim if network == "quadratic" else 1),
        "weight_decay": 0.1 * square**0.5,
        "noise_variance": 0.1 * square,
    }
    return Problem(network, target=sizes, dim=dim, **parameters | changes)


def error_and_freedom_of_coefficients(sizes: Any, noise: Any, kappa: Any) -> tuple[Any, Any]:
    """The textbook form, which cancels: to be used with digits to spare."""
    error, freedom = mpmath.mpf(0), mpmath.mpf(0)
    for size in sizes:
        sigma = mpmath.sqrt(mpmath.mpf(size) ** 2 + noise**2)
        u = kappa / sigma
        tail = mpmath.erfc(u / mpmath.sqrt(2)) / 2
        error += size**2 * (1 - 4 * tail) + 2 * sigma**2 * ((1 + u * u) * tail - u * mpmath.npdf(u))
        freedom += 2 * tail
    return error / len(sizes), freedom / len(sizes)


@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("estimator", ["erm", "bayes"])
def test_diagonal_equations_in_their_textbook_form(spectrum: str, estimator: str) -> None:
    decay = {"weight_decay": None} if estimator == "bayes" else {}
    asked = problem("diagonal", spectrum, estimator=estimator, **decay)
    found, alpha = solve(asked, digits=25), asked.n_eff / asked.dim
    sizes = [mpmath.mpf(float(size)) for size in asked.target] + [mpmath.mpf(0)] * (
        asked.dim - len(asked.target)
    )
    with mpmath.workdps(50):
        noise2 = found.effective_noise**2
        if estimator == "bayes":
            risk = sum(s**2 * noise2 / (s**2 + noise2) for s in sizes) / len(sizes)
        else:
            risk, freedom = error_and_freedom_of_coefficients(sizes, found.effective_noise, found.threshold)
            ratio = mpmath.mpf(asked.weight_decay) / found.threshold
            assert abs((freedom + ratio) * alpha.denominator / alpha.numerator - 1) < 1e-24
            assert abs(found.degrees_of_freedom / freedom - 1) < 1e-24
        assert abs(found.excess_risk / risk - 1) < 1e-24
        assert (
            abs(
                (risk + mpmath.mpf(asked.noise_variance)) / (noise2 * alpha.numerator) * alpha.denominator - 1
            )
            < 1e-24
        )


def integrals(s: Any, w: Any, noise: float, kappa: float) -> dict[str, float]:
    """J, T, D, the mass above kappa and int rho^3: the density is a root of a polynomial."""
    t = noise**2
    others = np.sum([weight * np.poly(np.delete(s, i)) for i, weight in enumerate(w)], axis=0)
    top = np.poly(s)

    def roots(x: Any) -> Any:
        coefficients = [np.polyadd(np.polymul([1.0, -value], top), t * others) for value in x]
        return np.array([max(np.roots(c), key=lambda z: z.imag) for c in coefficients])

    def is_inside(x: float) -> bool:
        return bool(roots([x])[0].imag > 1e-9 * noise)

    grid = np.linspace(s.min() - 2.1 * noise, s.max() + 2.1 * noise, 1501)
    inside = roots(grid).imag > 1e-9 * noise
    ends = []
    for (left, right), flag in zip(pairwise(grid), inside[:-1], strict=True):
        if is_inside(right) != flag:
            low, high = left, right
            for _ in range(45):
                middle = (low + high) / 2
                low, high = (middle, high) if is_inside(middle) == flag else (low, middle)
            ends.append((low + high) / 2)
    total = dict.fromkeys(("J", "T", "D", "above", "cubes"), 0.0)
    # between ends, and kappa: midpoints in the angle that takes square roots away
    for left, right in zip(ends[::2], ends[1::2], strict=True):
        cuts = [left, *([kappa] if left < kappa < right else []), right]
        for a, b in pairwise(cuts):
            theta = (np.arange(600) + 0.5) * np.pi / 600
            x = (a + b) / 2 - (b - a) / 2 * np.cos(theta)
            z = roots(x)
            g = (x - z) / t
            mass = z.imag / (np.pi * t) * np.sin(theta) * (b - a) / 2 * np.pi / 600
            f = np.maximum(x - kappa, 0)
            total["above"] += mass @ (f > 0)
            total["J"] += mass @ f**2
            total["T"] += mass @ f
            total["D"] += 2 * mass @ (f * g.real)
            total["cubes"] += mass @ (z.imag / (np.pi * t)) ** 2
    return total


@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("alpha", ["few", "many"])
def test_quadratic_equations_by_quadrature_of_the_density(spectrum: str, alpha: str) -> None:
    dim = SPECTRA[spectrum][1]
    asked = problem("quadratic", spectrum, samples=(0.15 if alpha == "few" else 1.5) * dim**2)
    found = solve(asked)
    sizes = np.array([*(float(size) for size in asked.target), *[0.0] * (dim - len(asked.target))])
    s, counts = np.unique(sizes, return_counts=True)
    noise, kappa, alpha_ = found.effective_noise, found.threshold, float(asked.n_eff) / dim
    values = integrals(s, counts / dim, noise, kappa)
    freedom = values["D"]
    error = np.mean(sizes**2) - values["J"] - 2 * kappa * values["T"] + 2 * noise**2 * freedom
    # midpoints between square-root edges that are known to 1e-13: errors of 1e-6 of the largest term
    scale = np.mean(sizes**2) + noise**2
    assert found.degrees_of_freedom == pytest.approx(freedom, abs=2e-6)
    assert found.excess_risk / 2 == pytest.approx(error, abs=2e-6 * scale)
    assert 2 * alpha_ * noise**2 == pytest.approx(float(asked.noise_variance) / 2 + error, abs=4e-6 * scale)
    assert 2 * alpha_ == pytest.approx(freedom + float(asked.weight_decay) / (2 * kappa), abs=4e-6)
    spectrum_ = found.spectrum()
    assert 1 - spectrum_.atom == pytest.approx(values["above"], abs=2e-6)
    assert found.train_loss == pytest.approx(
        (noise * float(asked.weight_decay) / kappa) ** 2 / 4 + float(asked.weight_decay) * values["T"],
        rel=1e-5,
        abs=0,
    )


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_quadratic_bayes_by_the_cube_of_the_density(spectrum: str) -> None:
    asked = problem("quadratic", spectrum, estimator="bayes", weight_decay=None)
    found, dim = solve(asked), asked.dim
    sizes = np.array([*(float(size) for size in asked.target), *[0.0] * (dim - len(asked.target))])
    s, counts = np.unique(sizes, return_counts=True)
    noise = found.effective_noise
    cubes = integrals(s, counts / dim, noise, -1e9)["cubes"]
    error = noise**2 - 4 * np.pi**2 / 3 * noise**4 * cubes
    assert found.excess_risk / 2 == pytest.approx(error, abs=1e-5 * noise**2)
    assert 2 * float(asked.n_eff) / dim * noise**2 == pytest.approx(
        float(asked.noise_variance) / 2 + error, abs=1e-5 * noise**2
    )


@pytest.mark.parametrize("kind", ["uniform", pytest.param("half", marks=pytest.mark.slow)])
def test_drawn_matrices(kind: str) -> None:
    """The estimate itself, of S* + delta GOE in 600 dimensions: its error, D by the trace, its spectrum."""
    dim, rng = 600, np.random.default_rng(5)
    sizes = rng.uniform(0, 1, dim) if kind == "uniform" else np.repeat([1.0, 0.0], dim // 2)
    found = solve(
        Problem(
            "quadratic", target=sizes, samples=0.4 * dim**2, dim=dim, weight_decay=0.3, noise_variance=0.2
        )
    )
    gaussian = rng.standard_normal((dim, dim))
    goe = (gaussian + gaussian.T) / np.sqrt(2 * dim)
    values, vectors = np.linalg.eigh(np.diag(sizes) + found.effective_noise * goe)
    estimate = (vectors * np.maximum(values - found.threshold, 0)) @ vectors.T
    assert np.sum((estimate - np.diag(sizes)) ** 2) / dim * 2 == pytest.approx(
        found.excess_risk, rel=0.01, abs=0
    )
    assert np.sum(estimate * goe) / dim / found.effective_noise == pytest.approx(
        found.degrees_of_freedom, rel=0.02, abs=0
    )
    trained = np.maximum(values - found.threshold, 0)
    spectrum = found.spectrum()
    for weight in (0.0, *np.quantile(trained, [0.7, 0.9])):
        assert np.mean(trained <= weight) == pytest.approx(spectrum.cdf(float(weight)), abs=0.01)


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.parametrize("estimator", ["erm", "bayes", "ridge"])
@pytest.mark.parametrize("exponent", [0.3, 1.0, 2.2])
def test_a_power_law_given_by_its_sizes_is_the_same(network: str, estimator: str, exponent: float) -> None:
    dim, gamma = 300, 1.25
    parameters: dict[str, Any] = {
        "samples": dim**exponent * (dim if network == "quadratic" else 1),
        "dim": dim,
        "weight_decay": None if estimator == "bayes" else 0.2,
        "noise_variance": 0.5,
        "estimator": estimator,
    }
    law = solve(Problem(network, gamma=gamma, **parameters))
    sizes = solve(Problem(network, target=dim**0.5 * np.arange(1.0, dim + 1) ** -gamma, **parameters))
    for name in NUMBERS:
        expected = getattr(law, name)  # None for what an estimator has not
        assert getattr(sizes, name) == (expected and pytest.approx(expected, rel=1e-11, abs=0))
    assert int(sizes.learned_modes) == int(law.learned_modes) or network == "diagonal"
    for name, part in law.decomposition.items():
        assert sizes.decomposition[name] == pytest.approx(part, rel=1e-10, abs=1e-12 * law.excess_risk)
    if estimator == "erm":
        one, other = law.spectrum(), sizes.spectrum()
        assert other.atom == pytest.approx(one.atom, abs=1e-12)
        assert (other.bulk_edge, other.right_edge) == pytest.approx(
            (one.bulk_edge, one.right_edge), rel=1e-11, abs=0
        )
        x = np.geomspace(1e-3, 20, 12)
        np.testing.assert_allclose(other.density(x), one.density(x), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(other.cdf(x), one.cdf(x), rtol=1e-11)
        assert sizes.pruned() == pytest.approx(law.pruned(), rel=1e-10, abs=0)
        # outliers: where all other sizes count, instead of being far below
        if one.spikes:
            assert other.spikes[0].location == pytest.approx(one.spikes[0].location, rel=1e-3, abs=0)
            assert other.spikes[0].overlap == pytest.approx(one.spikes[0].overlap, rel=1e-2, abs=0)


@pytest.mark.parametrize("width", [3, 20])
def test_few_hidden_units_on_a_power_law_given_by_its_sizes(width: int) -> None:
    parameters: dict[str, Any] = {
        "samples": 4000,
        "dim": 60,
        "weight_decay": 0.2,
        "noise_variance": 0.5,
        "width": width,
    }
    law = solve(Problem("quadratic", gamma=1.25, **parameters))
    sizes = solve(Problem("quadratic", target=60**0.5 * np.arange(1.0, 61) ** -1.25, **parameters))
    for name in NUMBERS:
        assert getattr(sizes, name) == pytest.approx(getattr(law, name), rel=1e-11, abs=0)
    assert sizes.spectrum().smallest == pytest.approx(law.spectrum().smallest, rel=1e-10, abs=0)


def test_few_hidden_units_amid_equal_sizes() -> None:
    """Half of a flat target of rank ten fits into five units; the others are cut out of its band."""
    asked = Problem("quadratic", target=[1.0] * 10, samples=2000, dim=40, weight_decay=0.05, width=5)
    found = solve(asked)
    assert 1 - found.spectrum().atom == pytest.approx(5 / 40, abs=1e-11)
    assert found.excess_risk > 2 * 5 / 40 * 0.9  # five of ten modes are out
    assert found.excess_risk > solve(replace(asked, width=10)).excess_risk
    many = solve(asked, digits=25)
    assert found.excess_risk == pytest.approx(float(many.excess_risk), rel=1e-10, abs=0)


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.parametrize("spectrum", SPECTRA)
def test_sizes_and_noise_and_weight_decay_scale(network: str, spectrum: str) -> None:
    asked = problem(network, spectrum)
    scaled = replace(
        asked,
        target=[3 * size for size in asked.target],
        noise_variance=9 * asked.noise_variance,
        weight_decay=3 * asked.weight_decay,
    )
    one, other = solve(asked), solve(scaled)
    assert other.excess_risk == pytest.approx(9 * one.excess_risk, rel=1e-11, abs=0)
    assert other.effective_noise == pytest.approx(3 * one.effective_noise, rel=1e-11, abs=0)
    assert other.train_loss == pytest.approx(9 * one.train_loss, rel=1e-11, abs=0)
    for name, part in one.decomposition.items():
        assert other.decomposition[name] == pytest.approx(9 * part, rel=1e-9, abs=1e-11 * one.excess_risk)


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.parametrize("spectrum", SPECTRA)
def test_certificates_hold_the_solution(network: str, spectrum: str) -> None:
    """Balls go their own way: closed forms instead of contours."""
    asked = problem(network, spectrum)
    certificate, found = certify(asked, digits=12), solve(asked)
    for name in ("excess_risk", "effective_noise", "threshold"):
        lower, upper = getattr(certificate, name)
        assert lower * (1 - 1e-11) < getattr(found, name) < upper * (1 + 1e-11)


SIZES = st.one_of(
    st.lists(st.floats(0.01, 10), min_size=1, max_size=8),
    st.lists(st.sampled_from([0.0, 1.0, 1.0, 3.0]), min_size=1, max_size=8).map(lambda sizes: [*sizes, 1.0]),
    st.lists(st.floats(-6, 6), min_size=1, max_size=6).map(lambda logs: [10**x for x in logs]),
    st.tuples(st.floats(0.1, 10), st.integers(1, 8)).map(lambda flat: [flat[0]] * flat[1]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    network=st.sampled_from(["diagonal", "quadratic"]),
    estimator=st.sampled_from(["erm", "erm", "bayes", "ridge"]),
    sizes=SIZES,
    zeros=st.integers(0, 5),
    logs=st.tuples(st.floats(-2, 1.5), st.floats(-4, 1), st.floats(-3, 2)),
    order=st.randoms(use_true_random=False),
)
def test_any_sizes(network: str, estimator: str, sizes: Any, zeros: int, logs: Any, order: Any) -> None:
    dim, square = len(sizes) + zeros, sum(size**2 for size in sizes) / (len(sizes) + zeros)
    alpha, decay, noise = (10**x for x in logs)
    asked = Problem(
        network,
        target=sizes,
        dim=dim,
        samples=alpha * dim * (dim if network == "quadratic" else 1),
        weight_decay=None if estimator == "bayes" else decay * square**0.5,
        noise_variance=noise * square,
        estimator=estimator,
    )
    found, many = solve(asked), solve(asked, digits=25)
    assert found.residual < 1e-11
    assert sum(found.decomposition.values()) == pytest.approx(found.excess_risk, rel=1e-10, abs=0)
    assert min(found.decomposition.values()) >= 0
    for name in ("excess_risk", "effective_noise"):
        assert getattr(found, name) == pytest.approx(float(getattr(many, name)), rel=1e-9, abs=0)
    order.shuffle(sizes)
    assert replace(asked, target=[*sizes, *[0] * zeros]) == asked


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
@pytest.mark.parametrize("estimator", ["erm", "bayes"])
def test_rank_one_in_a_huge_dimension(network: str, estimator: str) -> None:
    """One coefficient among 10^30: its own band is narrower than rounding."""
    dim = 10**30
    samples = 4 * dim * (dim if network == "quadratic" else 1)
    decay = None if estimator == "bayes" else 0.1
    asked = Problem(
        network,
        target=[3e15],
        dim=dim,
        samples=samples,
        weight_decay=decay,
        noise_variance=1,
        estimator=estimator,
    )
    found = solve(asked)
    assert found.excess_risk == pytest.approx(float(solve(asked, digits=20).excess_risk), rel=1e-10, abs=0)
    assert sum(found.decomposition.values()) == pytest.approx(found.excess_risk, rel=1e-10, abs=0)
    if estimator == "bayes":
        # of the one coefficient, and of the zeros, which are known
        assert found.excess_risk < 1e-25


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_many_sizes_cost_seconds(network: str) -> None:
    """10^4 drawn ones; the risk is nearly that of their mean law."""
    sizes = np.random.default_rng(1).uniform(0, 1, 10**4)
    parameters: dict[str, Any] = {"dim": 10**4, "weight_decay": 0.1, "noise_variance": 0.03}
    samples = 3000 * (10**4 if network == "quadratic" else 1)
    found = solve(Problem(network, target=sizes, samples=samples, **parameters))
    even = np.repeat((np.arange(100) + 0.5) / 100, 100)
    near = solve(Problem(network, target=even, samples=samples, **parameters))
    assert found.excess_risk == pytest.approx(near.excess_risk, rel=0.02, abs=0)
    bayes = solve(
        Problem(network, target=sizes, samples=samples, estimator="bayes", dim=10**4, noise_variance=0.03)
    )
    assert bayes.excess_risk < found.excess_risk


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_what_is_public_takes_explicit_sizes(network: str, tmp_path: Path) -> None:
    asked = problem(network, "three points")
    if network == "diagonal":
        best, tuned = optimal_weight_decay(asked)
        assert tuned.excess_risk <= solve(replace(asked, weight_decay=1.1 * best)).excess_risk
    curve = risk_curve(asked, [5, 50], progress=False, cache=tmp_path)
    again = risk_curve(replace(asked, target=[3, 3, *[1] * 9]), [5, 50], progress=False, cache=tmp_path)
    assert again == curve  # the sizes are equal, if not their types
    assert len(list(tmp_path.iterdir())) == 2
    assert exact_fields(replace(asked, target=[3, 3, *[1] * 8])) != exact_fields(asked)
    found = solve(asked)
    assert pickle.loads(pickle.dumps(found)) == found
    ax = found.spectrum().plot(Figure().subplots(), points=50)
    assert ax.get_xlabel() == "trained weight"
    assert found.spectrum().cdf(found.spectrum().quantile(0.95)) == pytest.approx(0.95, abs=1e-10)


def test_outliers_of_a_spectrum_whose_other_sizes_are_large() -> None:
    """One size above a block of half of all: the block moves it, by delta^2 (1/2)/(s - 1)."""
    asked = Problem(
        "quadratic", target=[3.0, *[1.0] * 20], samples=5000, dim=40, weight_decay=0.1, noise_variance=0.1
    )
    found = solve(asked)
    noise2, top = found.effective_noise**2, found.spectrum().spikes[0]
    assert top.location == pytest.approx(
        3 + noise2 * (20 / 2 + 19 / 3) / 40 - found.threshold, rel=1e-12, abs=0
    )
    assert top.overlap == pytest.approx(1 - noise2 * (20 / 4 + 19 / 9) / 40, rel=1e-12, abs=0)


def test_bayes_knows_what_is_the_same() -> None:
    """Without noise the capacity that recovers is that of what is unknown."""
    flat = {"target": [1.0] * 5, "dim": 20, "estimator": "bayes"}
    for network, unknown in (
        ("diagonal", Fraction(1, 4)),
        ("quadratic", 1 - Fraction(1, 16) - Fraction(9, 16)),
    ):
        unit = 20 if network == "diagonal" else 200
        assert solve(Problem(network, samples=unknown * unit, **flat)).excess_risk == 0
        assert solve(Problem(network, samples=unknown * unit * Fraction(9, 10), **flat)).excess_risk > 0
    equal = Problem("quadratic", target=[2.0] * 9, dim=9, samples=5, noise_variance=1, estimator="bayes")
    assert solve(equal).excess_risk == 0


def test_the_interpolation_peak_has_no_limit() -> None:
    with pytest.raises(NotConverged, match="no positive limit"):
        solve(problem("diagonal", "three points", samples=20, weight_decay=0))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"target": [1.0, float("nan")]}, r"target=\[1.0, nan\]: must be a one-dimensional array of finite"),
        (
            {"target": [1.0] * 3},
            r"target=<3 sizes: 1.0, 1.0, 1.0>: must be an array of at most dim=2 sizes, not 3",
        ),
        ({"target": [1.0, 0, 0]}, r"target=<1 size: 1.0>: must be an array of at most dim=2 sizes, not 3"),
        ({"target": "flat"}, r"target='flat': must be \"raw\" or \"unit\", or a one-dimensional array"),
        ({"gamma": 1.25}, r"gamma=1.25: must be None where target is an array of sizes"),
        (
            {"target": "raw"},
            r"gamma=None: must be the decay of a power-law target, .* own sizes, target=array$",
        ),
    ],
)
def test_what_is_refused(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(InvalidProblem, match=line):
        Problem(
            **{"network": "diagonal", "target": [1.0], "samples": 3, "dim": 2, "weight_decay": 1} | changes
        )


def test_too_many_sizes_for_a_proof() -> None:
    asked = Problem("quadratic", target=np.arange(1.0, 5002), samples=10**6, dim=10**4, weight_decay=1)
    with pytest.raises(
        InvalidProblem, match=r"target=<5001 sizes: .*>: certify works up to 5000 different sizes"
    ):
        certify(asked)


def test_parts_where_the_noise_of_one_size_reaches_beyond_the_next() -> None:
    """The noise ends where bands have merged: parts as by quadrature of overlaps."""
    sizes = [0.008846620965478306, 0.0065886728302315565, 0.004907027195268159]
    asked = Problem(
        "quadratic", target=sizes, samples=3.206275149613595, dim=3, weight_decay=1.3743898612024937e-06
    )
    parts = solve(asked).decomposition
    assert sum(parts.values()) == pytest.approx(2 * 2.57310775e-05, rel=1e-8, abs=0)
    assert parts["unlearned"] == pytest.approx(2 * 8.56885e-06, rel=1e-4, abs=0)
    assert parts["overfitting"] == pytest.approx(2 * 2.44335e-06, rel=1e-4, abs=0)
