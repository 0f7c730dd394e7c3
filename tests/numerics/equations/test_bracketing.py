from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from numerics import NotConverged
from numerics.arithmetic.precision import DOUBLE
from numerics.equations.bracketing import nested_search
from numerics.equations.newton import newton
from numerics.equations.state_equations import Parameters, Scalars, StateEquations, by_ratio
from numerics.networks.network import NETWORKS
from numerics.sums.target import Target


def test_no_solution_is_not_a_number() -> None:
    def hopeless(noise: Any, threshold: Any, target: Target) -> Scalars:
        zero = threshold * 0
        return Scalars(threshold, noise * noise * 3, zero, zero, zero, zero)

    coordinate = by_ratio(hopeless, hopeless, lambda noise, threshold, target: {}, Fraction(1))
    equations = StateEquations(
        coordinate, Target.of(1, 1, "raw"), Parameters(Fraction(2), Fraction(1), Fraction(1))
    )
    with DOUBLE.working(), pytest.raises(NotConverged, match="search for a solution left the range"):
        nested_search(equations)
    with DOUBLE.working(), pytest.raises(NotConverged):
        newton(equations, (0.0, 0.0), 1e-12)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("dim", [100, 10**10])
@pytest.mark.parametrize("samples_exponent", [0.5, 0.9, 1.5])
@pytest.mark.parametrize("decay", [0.75, 2.0])
def test_first_guesses_are_close(network: str, dim: int, samples_exponent: float, decay: float) -> None:
    risk_per_error = NETWORKS[network].risk_per_error
    capacity = Fraction(risk_per_error * int(dim**samples_exponent), dim)
    with DOUBLE.working():
        equations = StateEquations(
            NETWORKS[network].coordinates[-1],
            Target.of(dim, decay, "raw"),
            Parameters(capacity, Fraction(1, 100), Fraction(1, 2)),
        )
        guess = nested_search(equations.approximated())
        root = newton(equations, guess, 1e-13)
    assert guess[0] == pytest.approx(root.x, abs=0.5)
    assert guess[1] == pytest.approx(root.y, abs=0.5)
