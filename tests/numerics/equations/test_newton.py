from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.equations.bracketing import nested_search
from numerics.equations.newton import newton
from numerics.equations.state_equations import Parameters, Scalars, StateEquations, by_ratio
from numerics.networks.network import NETWORKS
from numerics.sums.target import Target

WIDE = multiprecision(200)


def toy_scalars(noise: Any, threshold: Any, target: Target) -> Scalars:
    """A network with one mode of size 1: error and freedom of the textbook shape, in closed form."""
    error = noise * noise / (1 + threshold) + threshold * threshold / (1 + threshold * threshold)
    zero = threshold * 0
    return Scalars(threshold, error, 1 / (1 + threshold) ** 2, zero, zero, zero)


def toy_approximation(noise: Any, threshold: Any, target: Target) -> Scalars:
    exact = toy_scalars(noise, threshold, target)
    return replace(exact, error=1.1 * exact.error, degrees_of_freedom=0.9 * exact.degrees_of_freedom)


TOY = by_ratio(toy_scalars, toy_approximation, lambda noise, threshold, target: {}, Fraction(1))


def toy_problem(noise: Fraction, threshold: Fraction, weight_decay: Fraction, arithmetic: Arithmetic) -> Any:
    """A state evolution of which (noise, threshold) is the solution, in exact fractions."""
    exact = toy_scalars(noise, threshold, None)  # type: ignore[arg-type]
    capacity = exact.degrees_of_freedom + weight_decay / threshold
    labels = capacity * noise**2 - exact.error
    return StateEquations(TOY, Target.of(1, 1, "raw", arithmetic), Parameters(capacity, weight_decay, labels))


@given(
    noise=st.fractions(Fraction(1, 100), 100),
    threshold=st.fractions(Fraction(1, 100), 100),
    weight_decay=st.fractions(1, 100),
)
def test_a_planted_solution_is_found(noise: Fraction, threshold: Fraction, weight_decay: Fraction) -> None:
    equations = toy_problem(noise, threshold, weight_decay * threshold, DOUBLE)
    if equations.parameters.noise_variance < 0:
        return
    with DOUBLE.working():
        root = newton(equations, nested_search(equations.approximated()), 1e-14)
    # What float64 can know: the labels' variance is a difference of capacity * noise^2 and the error.
    condition = 1 + float(
        equations.parameters.capacity
        * noise**2
        / max(equations.parameters.noise_variance, Fraction(1, 10**9))
    )
    assert math.exp(root.x) == pytest.approx(float(noise), rel=1e-13 * condition, abs=0)
    assert math.exp(root.x + root.y) == pytest.approx(float(threshold), rel=1e-13 * condition, abs=0)


def test_a_planted_solution_is_found_to_fifty_digits() -> None:
    noise, threshold = Fraction(3, 7), Fraction(5, 3)
    with WIDE.working():
        equations = toy_problem(noise, threshold, Fraction(12), WIDE)
        root = newton(equations, (0.0, 0.0), WIDE.real(10) ** -52)
        assert abs(WIDE.exp(root.x) / WIDE.real(noise) - 1) < 1e-50
        assert abs(WIDE.exp(root.x + root.y) / WIDE.real(threshold) - 1) < 1e-50
        assert root.error < 1e-52
        assert root.residual < 1e-55


def test_newton_takes_fewer_steps_than_broyden() -> None:
    """With slopes the digits double at each step: five evaluations from a guess good to ten per cent."""
    coordinate, evaluations = NETWORKS["quadratic"].coordinates[-1], [0]

    def counted(noise: Any, y: Any, target: Target) -> Scalars:
        evaluations[0] += 1
        return coordinate.scalars(noise, y, target)

    def without_slopes(noise: Any, y: Any, target: Target) -> Scalars:
        return replace(counted(noise, y, target), slopes=None)

    roots, counts = [], []
    with DOUBLE.working():
        for scalars in (counted, without_slopes):
            equations = StateEquations(
                replace(coordinate, scalars=scalars),
                Target.of(400, 1.25),
                Parameters(Fraction(1, 3), Fraction(1, 20), Fraction(1, 2)),
            )
            evaluations[0] = 0
            roots.append(newton(equations, nested_search(equations.approximated()), 1e-13))
            counts.append(evaluations[0])
    assert roots[0].x == pytest.approx(roots[1].x, abs=1e-12)
    assert roots[0].y == pytest.approx(roots[1].y, abs=1e-12)
    assert counts[0] <= 5 < counts[1]


def test_an_end_by_rounding_is_reported() -> None:
    equations = toy_problem(Fraction(3, 7), Fraction(5, 3), Fraction(12), DOUBLE)
    with DOUBLE.working():
        root = newton(equations, (0.0, 0.0), 0.0)
    assert 0 <= root.error < 1e-14
