"""What every network declares has the properties that the equations and the solver rely on."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from numerics.arithmetic.precision import DOUBLE
from numerics.networks.network import NETWORKS, Network
from numerics.problem import Problem, modes_of
from numerics.sums.target import Target

DIM = 200
TARGET = Target.of(DIM, 1.25)
POINTS = [(0.05, 0.02), (0.5, 0.4), (0.5, 1.5), (3.0, 0.5)]


@pytest.fixture(params=[*NETWORKS, "quadratic, 7 units"])
def network(request: pytest.FixtureRequest) -> Network:
    """Each network, and a narrow one."""
    if request.param in NETWORKS:
        return NETWORKS[request.param]
    narrowed = NETWORKS["quadratic"].narrowed
    assert narrowed is not None
    return narrowed(7)


@pytest.mark.parametrize(("noise", "threshold"), POINTS)
def test_parts_are_positive_and_sum_to_the_error(network: Network, noise: float, threshold: float) -> None:
    with DOUBLE.working():
        by_ratio = network.coordinates[-1]
        y = math.log(threshold / noise)
        values, parts = by_ratio.scalars(noise, y, TARGET), by_ratio.decomposition(noise, y, TARGET)
    assert min(parts.values()) >= 0
    assert math.fsum(parts.values()) == pytest.approx(values.error, rel=1e-11, abs=0)


@pytest.mark.parametrize(("noise", "threshold"), POINTS)
def test_approximations_are_near(network: Network, noise: float, threshold: float) -> None:
    with DOUBLE.working():
        by_ratio, y = network.coordinates[-1], math.log(threshold / noise)
        exact, rough = by_ratio.scalars(noise, y, TARGET), by_ratio.approximation(noise, y, TARGET)
    assert 0.5 < rough.error / exact.error < 2
    assert rough.degrees_of_freedom == pytest.approx(exact.degrees_of_freedom, rel=0.5, abs=1e-3)


@pytest.mark.parametrize("noise", [0.1, 1.0])
def test_the_second_equation_has_one_root(network: Network, noise: float) -> None:
    """D + lambda/(c kappa) decreases in kappa; so does D."""
    with DOUBLE.working():
        thresholds = [0.05 * 1.3**k for k in range(20)]
        freedoms = [network.scalars(noise, kappa, TARGET).degrees_of_freedom for kappa in thresholds]
    assert sorted(freedoms, reverse=True) == freedoms


def test_noise_alone_without_a_threshold_has_the_degrees_of_freedom_of_interpolation(
    network: Network,
) -> None:
    if network.scalars(30.0, 1e-4, TARGET).mass_above < 0.1:
        pytest.skip("few hidden units do not interpolate noise")
    with DOUBLE.working():
        values = network.scalars(1e3, 1e-5, TARGET)
    for coordinate in network.coordinates:
        assert values.degrees_of_freedom == pytest.approx(float(coordinate.interpolation), rel=1e-3, abs=0)
        assert values.error == pytest.approx(1e6 * float(coordinate.interpolation), rel=1e-2, abs=0)


@pytest.mark.parametrize("noise", [0.05, 1.0, 20.0])
def test_no_estimate_has_less_error_than_the_posterior_mean(network: Network, noise: float) -> None:
    if network.posterior_variance is None:
        pytest.skip("its posterior is not solved")
    with DOUBLE.working():
        least = network.posterior_variance(noise, TARGET)
        assert least.error + least.complement == pytest.approx(noise**2, rel=1e-12, abs=0)
        for ratio in (0.1, 1.0, 2.0, 5.0):
            assert network.scalars(noise, ratio * noise, TARGET).error > least.error


def test_the_irreducible_fraction_is_what_is_left_without_noise(network: Network) -> None:
    """e/delta^2 -> 1 - the fraction as delta vanishes, next to the smallest eigenvalue too."""
    if network.posterior_variance is None:
        pytest.skip("its posterior is not solved")
    with DOUBLE.working():
        posterior = network.posterior_variance(1e-9, TARGET)
    fraction = float(network.irreducible_fraction(TARGET))
    assert posterior.error / 1e-18 == pytest.approx(1 - fraction, rel=1e-6, abs=0)


@pytest.mark.parametrize("name", ["diagonal", "quadratic", "bilinear"])
def test_a_target_is_recovered_by_its_modes_that_are_not_0(name: str) -> None:
    problem = Problem(name, target=[2.0, 1.0], samples=9, dim=8, weight_decay=0)
    with DOUBLE.working():
        assert problem.architecture.recovery(modes_of(problem)).nonzero == Fraction(1, 4)
