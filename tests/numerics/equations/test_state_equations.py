from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.equations.newton import divided_differences
from numerics.equations.state_equations import Parameters, Slopes, StateEquations
from numerics.networks.network import NETWORKS
from numerics.sums.target import Target

WIDE = multiprecision(200)
PARAMETERS = Parameters(Fraction(1, 3), Fraction(1, 20), Fraction(1, 2))


def equations(network: str, coordinate: int = -1, arithmetic: Arithmetic = DOUBLE) -> StateEquations:
    with arithmetic.working():
        target = Target.of(60, 1.25, "raw", arithmetic)
    return StateEquations(NETWORKS[network].coordinates[coordinate], target, PARAMETERS)


@pytest.mark.parametrize(
    ("network", "coordinate", "y"), [("diagonal", 0, -0.4), ("quadratic", 0, 1.2), ("quadratic", 1, 0.3)]
)
def test_the_jacobian_is_that_of_the_residuals(network: str, coordinate: int, y: float) -> None:
    with WIDE.working():
        system = equations(network, coordinate, WIDE)
        point: Any = WIDE.real(-0.7), WIDE.real(y)
        jacobian = system.jacobian(system.scalars(*point))
        assert jacobian is not None
        differences = divided_differences(system, point, system.residuals(*point))
        for exact, near in zip(jacobian, differences, strict=True):
            assert [float(x) for x in near] == pytest.approx([float(x) for x in exact], rel=1e-15, abs=1e-15)


@pytest.mark.parametrize("network", NETWORKS)
def test_complements_are_the_differences(network: str) -> None:
    """At the interpolation threshold, with sixty digits, both forms of the residuals are the same."""
    with WIDE.working():
        system = equations(network, arithmetic=WIDE)
        capacity = system.coordinate.interpolation + Fraction(1, 10**6)
        system = replace(system, parameters=replace(PARAMETERS, capacity=capacity))
        x = WIDE.real(-0.5)
        scalars = system.scalars(x, WIDE.real(-4))
        assert scalars.error_complement is not None
        subtracted = replace(scalars, error_complement=None, freedom_complement=None)
        for exact, near in zip(
            system.residuals_of(x, scalars), system.residuals_of(x, subtracted), strict=True
        ):
            assert abs(near / exact - 1) < 1e-40


def test_a_point_is_the_same_in_both_coordinates() -> None:
    with DOUBLE.working():
        by_angle, by_ratio = equations("quadratic", 0), equations("quadratic", 1)
        at_angle = by_angle.scalars(0.3, 1.5)
        at_ratio = by_ratio.scalars(0.3, float(DOUBLE.log(at_angle.threshold)) - 0.3)
    for name in ("threshold", "error", "degrees_of_freedom", "mean_size", "mass_above"):
        assert getattr(at_angle, name) == pytest.approx(getattr(at_ratio, name), rel=1e-10, abs=0), name


def test_where_nothing_is_learned_the_residuals_are_those_of_the_zero_predictor() -> None:
    """Far above every mode e is the mean square of the target and D = 0."""
    with DOUBLE.working():
        system = equations("diagonal")
        x, y = 0.2, 7.0
        square = float(system.target.mean_square)
        first = DOUBLE.log((square + 0.5) * 3) - 2 * x
        second = DOUBLE.log(3 / 20 / DOUBLE.exp(x + y))
        assert system.residuals(x, y) == pytest.approx((first, second), rel=1e-12, abs=0)
        offset = replace(system, offset=(first, second)).residuals(x, y)
        assert offset == pytest.approx((0, 0), abs=1e-12)


@pytest.mark.parametrize("normalisation", ["raw", "unit"])
def test_in_another_arithmetic_the_target_has_all_its_digits(normalisation: str) -> None:
    system = replace(equations("diagonal"), target=Target.of(60, 1.25, normalisation))
    with WIDE.working():
        wide = system.in_arithmetic(WIDE)
        assert wide.target is Target.of(60, 1.25, normalisation, WIDE)
        assert wide.parameters == PARAMETERS
        assert wide.approximated().target.arithmetic is DOUBLE


def test_slopes_along_directions() -> None:
    slopes = Slopes(error=(2, 3), freedom=(5, 7), threshold=(0, 1))
    assert slopes.along((1, 1), (0, -1)) == Slopes(error=(5, -3), freedom=(12, -7), threshold=(1, -1))
