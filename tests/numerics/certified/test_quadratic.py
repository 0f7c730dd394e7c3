from __future__ import annotations

from collections.abc import Callable

import flint
import pytest

from numerics import Problem
from numerics.arithmetic.precision import flint_bits
from numerics.certified import quadratic as certified_quadratic
from numerics.networks import quadratic
from numerics.sums.target import Target

QUADRATIC = Problem("quadratic", gamma=1.25, samples=5000, dim=100, weight_decay=0.1, noise_variance=0.5)


@pytest.mark.parametrize(("noise", "threshold"), [(0.7, 0.4), (0.7, 0.02), (0.05, 2.5)])
def test_closed_forms_of_the_quadratic_network(
    noise: float, threshold: float, assert_slopes_are_derivatives: Callable[..., None]
) -> None:
    """Against the path integrals; derivatives against differences of the closed forms."""
    target = Target.of(100, 1.25)
    cut = quadratic.cut_at(noise, threshold, target)
    point, scalars = cut.start.point * cut.unit, quadratic.scalars(noise, threshold, target)
    with flint_bits(200):
        second = float(point.imag) if cut.start.in_support else noise * noise
        functions = certified_quadratic.functions_of(QUADRATIC, cut.start.in_support)
        box = flint.arb(float(point.real)), flint.arb(second)
        found = functions(box)
        assert float(found.noise2) == pytest.approx(noise**2, rel=1e-13, abs=0)
        assert float(found.threshold) == pytest.approx(threshold, rel=1e-13, abs=0)
        assert float(found.error) == pytest.approx(scalars.error, rel=1e-12, abs=0)
        assert float(found.freedom) == pytest.approx(scalars.degrees_of_freedom, rel=1e-12, abs=0)
        assert_slopes_are_derivatives(functions, box)
