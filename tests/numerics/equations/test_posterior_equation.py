from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.equations.posterior_equation import Posterior, PosteriorEquation
from numerics.equations.state_equations import Parameters
from numerics.sums.target import Target

WIDE = multiprecision(200)


def one_mode(noise: Any, target: Target) -> Posterior:
    """A coefficient of variance 1: e = delta^2/(1 + delta^2)."""
    noise2 = noise * noise
    share = noise2 / (1 + noise2)
    return Posterior(learned=share * (1 - share), unlearned=share * share, complement=noise2 * share)


def equation(
    capacity: Fraction, noise_variance: Fraction, arithmetic: Arithmetic = DOUBLE
) -> PosteriorEquation:
    parameters = Parameters(capacity, Fraction(0), noise_variance)
    return PosteriorEquation(one_mode, Target.of(1, 1, "raw", arithmetic), parameters)


@pytest.mark.parametrize(
    "capacity", [Fraction(1, 3), Fraction(999, 1000), Fraction(1), Fraction(5, 4), Fraction(9)]
)
@pytest.mark.parametrize("noise2", [Fraction(1, 10**6), Fraction(1), Fraction(100)])
def test_the_residual_vanishes_at_a_planted_solution(capacity: Fraction, noise2: Fraction) -> None:
    """A delta^2 = e + Delta/c holds for Delta/c = A delta^2 - e, exact."""
    labels = capacity * noise2 - noise2 / (1 + noise2)
    with WIDE.working():
        x = WIDE.log(WIDE.real(noise2)) / 2
        residual, posterior = equation(capacity, labels, WIDE).residual(x)
        assert abs(residual) < 1e-52
        assert abs(posterior.error + posterior.complement - WIDE.real(noise2)) < 1e-52


@pytest.mark.parametrize("excess", [Fraction(1, 10**6), Fraction(-1, 10**6), Fraction(0)])
@pytest.mark.parametrize("noise2", [1e-12, 1e-3, 0.5, 3.0])
def test_small_differences_keep_their_digits(excess: Fraction, noise2: float) -> None:
    """In float64 as with sixty digits, where A - 1 and 1 - e/delta^2 are small."""
    capacity, labels = 1 + excess, Fraction(1, 10**20)
    with DOUBLE.working():
        x = float(DOUBLE.log(noise2)) / 2
        residual = equation(capacity, labels).residual(x)[0]
    with WIDE.working():
        exact = equation(capacity, labels, WIDE).residual(WIDE.real(x))[0]
    assert residual == pytest.approx(float(exact), rel=1e-9, abs=0)


def test_the_residual_decreases() -> None:
    with DOUBLE.working():
        residuals = [equation(Fraction(1, 2), Fraction(1)).residual(x / 10)[0] for x in range(-50, 50)]
    assert sorted(residuals, reverse=True) == residuals
