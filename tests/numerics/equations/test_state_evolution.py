from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.equations.state_evolution import Scalars, StateEquations, by_ratio, nested_search, polish
from numerics.networks.network import NETWORKS
from numerics.sums.target import Target

WIDE = multiprecision(200)


def toy_scalars(noise: Any, threshold: Any, target: Target) -> Scalars:
    """A network with one mode of size 1: error and freedom of the textbook shape, in closed form."""
    error = noise * noise / (1 + threshold) + threshold * threshold / (1 + threshold * threshold)
    zero = threshold * 0
    return Scalars(threshold, error, 1 / (1 + threshold) ** 2, zero, zero, zero)


def toy_sketch(noise: Any, threshold: Any, target: Target) -> Scalars:
    found = toy_scalars(noise, threshold, target)
    return replace(found, error=1.1 * found.error, degrees_of_freedom=0.9 * found.degrees_of_freedom)


TOY = by_ratio(toy_scalars, toy_sketch, lambda noise, threshold, target: {}, Fraction(1))


def toy_problem(noise: Fraction, threshold: Fraction, weight_decay: Fraction, arithmetic: Arithmetic) -> Any:
    """A state evolution of which (noise, threshold) is the solution, in exact fractions."""
    exact = toy_scalars(noise, threshold, None)  # type: ignore[arg-type]
    capacity = exact.degrees_of_freedom + weight_decay / threshold
    labels = capacity * noise**2 - exact.error
    return StateEquations(TOY, Target.of(1, 1, "raw", arithmetic), capacity, weight_decay, labels)


@given(
    noise=st.fractions(Fraction(1, 100), 100),
    threshold=st.fractions(Fraction(1, 100), 100),
    weight_decay=st.fractions(1, 100),
)
def test_a_planted_solution_is_found(noise: Fraction, threshold: Fraction, weight_decay: Fraction) -> None:
    equations = toy_problem(noise, threshold, weight_decay * threshold, DOUBLE)
    if equations.noise_variance < 0:
        return
    with DOUBLE.working():
        root = polish(equations, nested_search(equations.sketched()), 1e-14)
    # What float64 can know: the labels' variance is a difference of capacity * noise^2 and the error.
    condition = 1 + float(equations.capacity * noise**2 / max(equations.noise_variance, Fraction(1, 10**9)))
    assert math.exp(root.x) == pytest.approx(float(noise), rel=1e-13 * condition, abs=0)
    assert math.exp(root.x + root.y) == pytest.approx(float(threshold), rel=1e-13 * condition, abs=0)


def test_a_planted_solution_is_found_to_fifty_digits() -> None:
    noise, threshold = Fraction(3, 7), Fraction(5, 3)
    with WIDE.working():
        equations = toy_problem(noise, threshold, Fraction(12), WIDE)
        root = polish(equations, (0.0, 0.0), WIDE.real(10) ** -52)
        assert abs(WIDE.exp(root.x) / WIDE.real(noise) - 1) < 1e-50
        assert abs(WIDE.exp(root.x + root.y) / WIDE.real(threshold) - 1) < 1e-50
        assert root.error < 1e-52
        assert root.residual < 1e-55


def test_newton_takes_fewer_steps_than_broyden() -> None:
    """With slopes the digits double at each step: five evaluations from a guess good to ten per cent."""
    chart, evaluations = NETWORKS["quadratic"].charts[-1], [0]

    def counted(noise: Any, y: Any, target: Target) -> Scalars:
        evaluations[0] += 1
        return chart.scalars(noise, y, target)

    def without_slopes(noise: Any, y: Any, target: Target) -> Scalars:
        return replace(counted(noise, y, target), slopes=None)

    roots, counts = [], []
    with DOUBLE.working():
        for scalars in (counted, without_slopes):
            equations = StateEquations(
                replace(chart, scalars=scalars),
                Target.of(400, 1.25),
                Fraction(1, 3),
                Fraction(1, 20),
                Fraction(1, 2),
            )
            evaluations[0] = 0
            roots.append(polish(equations, nested_search(equations.sketched()), 1e-13))
            counts.append(evaluations[0])
    assert roots[0].x == pytest.approx(roots[1].x, abs=1e-12)
    assert roots[0].y == pytest.approx(roots[1].y, abs=1e-12)
    assert counts[0] <= 5 < counts[1]


def test_an_end_by_rounding_is_reported() -> None:
    equations = toy_problem(Fraction(3, 7), Fraction(5, 3), Fraction(12), DOUBLE)
    with DOUBLE.working():
        root = polish(equations, (0.0, 0.0), 0.0)
    assert 0 <= root.error < 1e-14


def test_no_solution_is_not_a_number() -> None:
    def hopeless(noise: Any, threshold: Any, target: Target) -> Scalars:
        zero = threshold * 0
        return Scalars(threshold, noise * noise * 3, zero, zero, zero, zero)

    chart = by_ratio(hopeless, hopeless, lambda noise, threshold, target: {}, Fraction(1))
    equations = StateEquations(chart, Target.of(1, 1, "raw"), Fraction(2), Fraction(1), Fraction(1))
    with DOUBLE.working(), pytest.raises(NotConverged, match="search for a solution left the range"):
        nested_search(equations)
    with DOUBLE.working(), pytest.raises(NotConverged):
        polish(equations, (0.0, 0.0), 1e-12)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("dim", [100, 10**10])
@pytest.mark.parametrize("samples_exponent", [0.5, 0.9, 1.5])
@pytest.mark.parametrize("decay", [0.75, 2.0])
def test_first_guesses_are_close(network: str, dim: int, samples_exponent: float, decay: float) -> None:
    risk_per_error = NETWORKS[network].risk_per_error
    capacity = Fraction(risk_per_error * int(dim**samples_exponent), dim)
    with DOUBLE.working():
        equations = StateEquations(
            NETWORKS[network].charts[-1],
            Target.of(dim, decay, "raw"),
            capacity,
            Fraction(1, 100),
            Fraction(1, 2),
        )
        guess = nested_search(equations.sketched())
        root = polish(equations, guess, 1e-13)
    assert guess[0] == pytest.approx(root.x, abs=0.5)
    assert guess[1] == pytest.approx(root.y, abs=0.5)
