from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest

from numerics import NotConverged, Problem, solve
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


def test_a_search_passes_the_edge_of_the_bulk() -> None:
    """Without noise D falls by seventy decades there; the middle one had no first guess, by chance."""
    dims = (10**60, 705651588805642162521560557064865095388459218769423195678769421433767460864, 10**90)
    problems = [
        Problem(
            "quadratic",
            gamma=Fraction(72, 25),
            samples=dim * float(dim) ** (851 / 1536),
            dim=dim,
            weight_decay=float(dim) ** (-15163 / 38400),
            noise_variance=0,
        )
        for dim in dims
    ]
    logs = [math.log(solve(problem).excess_risk) for problem in problems]
    places = [math.log(dim) for dim in dims]
    slopes = [(logs[k + 1] - logs[k]) / (places[k + 1] - places[k]) for k in (0, 1)]
    assert slopes[0] == pytest.approx(slopes[1], rel=1e-5, abs=0)
