"""The posterior variance of finite sets: against rho^3, the power law's own way, and other digits."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from numerics.arithmetic.precision import multiprecision
from numerics.networks import finite_posterior
from numerics.networks.finite_posterior import finite_posterior_integrals
from numerics.networks.posterior import posterior_variance
from numerics.sums.explicit import ExplicitTarget, explicit_target, target_sizes
from numerics.sums.target import Target


def of(sizes: Any, dim: int) -> ExplicitTarget:
    return explicit_target(target_sizes(sizes), dim)


def density(s: Any, w: Any, noise: float, x: float) -> float:
    """Density of mu from the root of the polynomial x(z) = x in the upper half-plane."""
    others = np.sum([weight * np.poly(np.delete(s, i)) for i, weight in enumerate(w)], axis=0)
    polynomial = np.polyadd(np.polymul([1.0, -x], np.poly(s)), noise**2 * others)
    return max(np.roots(polynomial).imag.max(), 0.0) / (np.pi * noise**2)


@pytest.mark.parametrize(
    ("sizes", "dim", "noise"),
    [
        ([1.0], 4, 0.2),  # rank one: two components
        ([1.0] * 5, 10, 0.3),  # half and half
        ([1.0] * 5, 10, 0.75),  # just merged
        ([2.0, 1.9, 1.0, 0.2], 5, 0.1),
        ([1.0, 1.0, 1.0, 2.0], 4, 2.0),
    ],
)
def test_the_known_form_with_the_cube_of_the_density(sizes: list[float], dim: int, noise: float) -> None:
    target = of(sizes, dim)
    s, w = target.sizes, target.counts / dim
    grid = np.linspace(s.min() - 2.1 * noise, s.max() + 2.1 * noise, 4001)
    rough = np.array([density(s, w, noise, x) for x in grid])
    edges = grid[1:][(rough[1:] > 0) != (rough[:-1] > 0)]
    cubes = sum(
        quad(lambda x: density(s, w, noise, x) ** 3, left, right, epsabs=1e-6 * noise**-2, limit=400)[0]
        for left, right in pairwise([grid[0], *edges, grid[-1]])
    )
    posterior = posterior_variance(noise, target)
    known = 4 * np.pi**2 / 3 * noise**4 * cubes
    assert posterior.complement == pytest.approx(known, rel=1e-5, abs=0)
    assert posterior.error == pytest.approx(noise**2 - known, rel=1e-4, abs=1e-6 * noise**2)


@pytest.mark.parametrize("noise", [0.003, 0.1, 1.0, 3.0, 30.0])
def test_a_power_law_given_by_its_sizes_is_the_same(noise: float) -> None:
    law = Target.of(300, 1.25)
    one, other = posterior_variance(noise, law), posterior_variance(noise, of(law.largest(300), 300))
    for name in ("learned", "unlearned", "complement"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-11, abs=1e-13 * one.error)


@pytest.mark.parametrize("noise", [0.02, 0.5, 5.0])
@pytest.mark.parametrize("kind", ["uniform", "decades", "power"])
def test_gaussian_rules_stand_for_many_eigenvalues(
    kind: str, noise: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(3)
    sizes = {
        "uniform": rng.uniform(0, 1, 300),
        "decades": 10 ** rng.uniform(-8, 1, 300),
        "power": 20 * np.arange(1, 301.0) ** -1.5,
    }[kind]
    target = of(sizes, 400)
    monkeypatch.setattr(finite_posterior, "_FEW_WHOLE", 10**9)
    every = finite_posterior_integrals(target, noise)
    monkeypatch.undo()
    monkeypatch.setattr(finite_posterior, "_FEW", 60)
    np.testing.assert_allclose(finite_posterior_integrals(target, noise), every, rtol=1e-11)


@pytest.mark.parametrize("sizes", [[1.0, 0.5, 0.5], [1e3, 1.0, 1e-3], [1.0, 1 - 1e-9, 0.5]])
def test_many_digits_agree_with_few(sizes: list[float]) -> None:
    target, wide = of(sizes, 5), multiprecision(130)
    for noise in (0.3, 1e-3):
        with wide.working():
            many = posterior_variance(wide.real(noise), target.in_arithmetic(wide))
            error, defect = float(many.error), many.error + many.complement - wide.real(noise) ** 2
        assert posterior_variance(noise, target).error == pytest.approx(error, rel=1e-12, abs=0)
        assert abs(defect) < 1e-30 * noise**2


def test_equal_eigenvalues_are_known() -> None:
    posterior = posterior_variance(0.7, of([2.0] * 5, 5))
    assert (posterior.error, posterior.complement) == (0, 0.7**2)


def test_sizes_far_below_the_noise_or_its_rounding_are_noise_alone() -> None:
    """A geometric progression over 160 decades; where it is below the noise it may as well be 0."""
    long, short = (0.4 ** np.arange(count) for count in (400, 60))
    assert posterior_variance(0.01, of(long, 1200)).error == pytest.approx(
        posterior_variance(0.01, of(short, 1200)).error, rel=1e-12, abs=0
    )


def test_rules_in_place_of_far_eigenvalues_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eigenvalues over eight decades, half of them with a band of their own."""
    target = explicit_target(target_sizes(np.logspace(4, -4, 300)), 300)
    whole = finite_posterior_integrals(target, 0.9)
    monkeypatch.setattr(finite_posterior, "_FEW", 50)
    assert finite_posterior_integrals(target, 0.9) == pytest.approx(whole, rel=1e-12, abs=0)


def kinds(count: int) -> dict[str, Any]:
    """Sizes of every kind: dense and sparse, light and heavy tails, scales, clusters, a progression."""
    rng = np.random.default_rng(11)
    return {
        "normal": abs(rng.normal(size=count)),
        "pareto": rng.pareto(1.5, count) + 1,
        "heavier pareto": rng.pareto(0.5, count) + 1,
        "decades": 10 ** rng.uniform(-8, 8, count),
        "clusters": np.concatenate([c + 1e-6 * rng.normal(size=count // 8) for c in range(1, 9)]),
        "dense among sparse": np.append(
            rng.uniform(0, 10, count // 2), 3 + 1e-4 * rng.uniform(0, 1, count // 2)
        ),
        "geometric": np.geomspace(1e3, 1e-8, count),
        "multiple": np.repeat(rng.uniform(0, 1, count // 4), [1, 2, 4, 5] * (count // 16)),
    }


KINDS = tuple(kinds(16))


@pytest.mark.parametrize(
    "noise",
    [1e-4, 0.3, *(pytest.param(noise, marks=pytest.mark.slow) for noise in (3e-3, 0.03, 3.0))],
)
@pytest.mark.parametrize("kind", KINDS)
def test_trees_and_series_change_nothing(kind: str, noise: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against sums over all eigenvalues at every point, and quadrature for every band."""
    target = of(kinds(320)[kind], 400)
    monkeypatch.setattr(finite_posterior, "_FEW_WHOLE", 10**9)
    every = finite_posterior_integrals(target, noise)
    monkeypatch.undo()
    monkeypatch.setattr(finite_posterior, "_FEW", 20)
    np.testing.assert_allclose(finite_posterior_integrals(target, noise), every, rtol=3e-12)


def test_series_serve_where_bands_are_isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    target, done = of(kinds(1008)["decades"], 1008), []
    isolated = finite_posterior._isolated

    def counted(*arguments: Any) -> Any:
        total, is_done = isolated(*arguments)
        done.append(is_done.sum())
        return total, is_done

    monkeypatch.setattr(finite_posterior, "_isolated", counted)
    finite_posterior_integrals(target, 1.0)
    assert done[0] > 350  # of 500 above the noise


def test_series_cut_off_too_early_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above are not blind."""
    target = of(kinds(320)["decades"], 400)
    right = finite_posterior_integrals(target, 0.3)
    monkeypatch.setattr(finite_posterior, "_FEW", 20)
    monkeypatch.setattr(finite_posterior, "_SERIES_ERROR", 1e-5)
    assert abs(finite_posterior_integrals(target, 0.3) / right - 1).max() > 1e-11


@pytest.mark.parametrize("kind", ["normal", "pareto", "decades", "geometric"])
def test_explicit_sizes_in_many_dimensions_cost_seconds(kind: str) -> None:
    """Evaluations count, not seconds: of points, all in all and for each eigenvalue."""
    count = 20_000
    target = of(kinds(count)[kind], count)
    spent = []
    some = finite_posterior._some_integrands

    def counted(noisy: Any, seen: Any, offset: Any) -> Any:
        spent.append(seen.distances.size)
        return some(noisy, seen, offset)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finite_posterior, "_some_integrands", counted)
        finite_posterior_integrals(target, 0.1)
    assert sum(spent) < 2500 * count  # all with all would be 20000 for one point at each
