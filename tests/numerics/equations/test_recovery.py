"""Recovery: least capacities against quadrature and minimisation, known limits, and the state equations."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from numerics import Problem, solve
from numerics.arithmetic.precision import to_fraction
from numerics.equations.recovery import (
    Recovery,
    bilinear_recovery,
    diagonal_recovery,
    quadratic_recovery,
)

OF_NETWORKS = {"diagonal": diagonal_recovery, "quadratic": quadratic_recovery, "bilinear": bilinear_recovery}
SHARES = [Fraction(1, 100), Fraction(1, 4), Fraction(1, 2), Fraction(9, 10)]


def diagonal_error(r: float, u: float) -> float:
    noise = quad(lambda z: (z - u) ** 2 * np.exp(-z * z / 2) / np.sqrt(2 * np.pi), u, np.inf, epsrel=1e-12)[0]
    return r * (1 + u * u) + 2 * (1 - r) * float(noise)


def quadratic_error(r: float, u: float) -> float:
    """The blocks of GOE noise: learned with learned, with others, and others alone, soft-thresholded."""
    v = u / np.sqrt(1 - r)
    noise = quad(lambda x: (x - v) ** 2 * np.sqrt(4 - x * x) / (2 * np.pi), min(v, 2), 2, epsrel=1e-12)[0]
    return r * u * u + r * r + 2 * r * (1 - r) + (1 - r) ** 2 * float(noise)


def bilinear_error(r: float, u: float) -> float:
    """Noise beside learned modes, and among the others, whose singular values are thresholded."""
    v = u / np.sqrt(1 - r)
    noise = quad(lambda x: (x - v) ** 2 * np.sqrt(4 - x * x) / np.pi, min(v, 2), 2, epsrel=1e-12)[0]
    return r * u * u + r * r + 2 * r * (1 - r) + (1 - r) ** 2 * float(noise)


@pytest.mark.parametrize("r", SHARES)
def test_least_capacities_are_the_minimum_of_the_error(r: Fraction) -> None:
    for recovery, error, end in (
        (diagonal_recovery(r), diagonal_error, 6.0),
        (quadratic_recovery(r), quadratic_error, 2 * float(1 - r) ** 0.5),
        (bilinear_recovery(r), bilinear_error, 2 * float(1 - r) ** 0.5),
    ):
        least = minimize_scalar(lambda u, f=error: f(float(r), u), bounds=(0, end), method="bounded").fun
        # quadrature and minimiser are good to 1e-9
        assert float(recovery.least_capacity(15)) == pytest.approx(least, rel=1e-8, abs=0)


def test_few_modes_take_samples_in_proportion_to_their_number() -> None:
    """2 log(1/r) of each coefficient, asymptotically; three of each of the unknowns 2 r d^2/2 of a matrix."""
    r = Fraction(1, 10**60)
    assert float(quadratic_recovery(r).least_capacity(15) / r) == pytest.approx(6, rel=1e-8, abs=0)
    assert 0.9 < float(diagonal_recovery(r).least_capacity(15) / r) / (2 * np.log(1e60)) < 1


def test_digits() -> None:
    for of_share in (diagonal_recovery, quadratic_recovery, bilinear_recovery):
        few, many = (of_share(Fraction(1, 3)).least_capacity(digits) for digits in (15, 60))
        assert abs(few - many) < Fraction(1, 10**15)
        assert abs(many - of_share(Fraction(1, 3)).least_capacity(90)) < Fraction(1, 10**60)


@pytest.mark.parametrize("network", ["diagonal", "quadratic", "bilinear"])
@pytest.mark.parametrize("factor", [Fraction(99, 100), Fraction(101, 100)])
def test_the_limit_is_that_of_small_weight_decay(network: str, factor: Fraction) -> None:
    """Left of the least capacity an error stays; right of it the target is recovered, with the same D."""
    recovery: Recovery = OF_NETWORKS[network](Fraction(1, 4))
    capacity = recovery.least_capacity(15) * factor
    problem = {
        "target": np.linspace(1, 2, 10),
        "samples": capacity * {"diagonal": 40, "quadratic": 800, "bilinear": 1600}[network],
        "dim": 40,
    }
    limit = solve(Problem(network, weight_decay=0, **problem))
    near = solve(Problem(network, weight_decay=1e-8, **problem))
    assert limit.degrees_of_freedom == pytest.approx(near.degrees_of_freedom, rel=1e-5, abs=0)
    if factor > 1:
        assert (limit.excess_risk, limit.learned_modes, limit.spectrum().atom) == (0, 10, 0.75)
        assert near.excess_risk < 1e-12
    else:
        assert limit.excess_risk == pytest.approx(near.excess_risk, rel=1e-4, abs=0)
        assert limit.excess_risk > 1e-5


def test_noise_below_the_threshold_leaves_the_freedom_of_the_target_alone() -> None:
    """From M at the end of the bulk on no noise is learned: D = r (2 - r)."""
    r = Fraction(1, 4)
    recovery = quadratic_recovery(r)
    end = to_fraction(recovery.functions(recovery.end())[0])
    for factor in (Fraction(101, 100), Fraction(3, 2)):
        assert float(recovery.degrees_of_freedom(factor * end, 15)) == pytest.approx(7 / 16, rel=1e-14, abs=0)
