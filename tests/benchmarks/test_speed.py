"""How long things take, as ratios within one run.

Run ``pytest tests/benchmarks --benchmark-enable --benchmark-only -n 0``.

Each group holds a yardstick and what is measured against it; the numbers in brackets are the ratios.  Nothing
here can fail on a slow machine.
"""

from typing import Any

import numpy as np
import pytest

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.balance import dominant_balances
from asymptotics.terms import Scales
from numerics import Problem, solve

GAMMA = 1.25


def _problem(network: str, dim: int) -> Problem:
    unknowns = dim if network == "quadratic" else 1
    return Problem(
        network=network,
        gamma=GAMMA,
        samples=float(dim) ** 0.7 * unknowns,
        dim=dim,
        weight_decay=float(dim) ** -0.5,
        noise_variance=1.0,
    )


@pytest.mark.benchmark(group="one quadratic solve against one eigvalsh of a 400 x 400 matrix")
def test_eigvalsh_400(benchmark: Any) -> None:
    matrix = np.random.default_rng(0).standard_normal((400, 400))
    benchmark(np.linalg.eigvalsh, matrix + matrix.T)


@pytest.mark.benchmark(group="one quadratic solve against one eigvalsh of a 400 x 400 matrix")
def test_quadratic_400(benchmark: Any) -> None:
    benchmark(solve, _problem("quadratic", 400))


@pytest.mark.parametrize("dim", [10**4, 10**30])
@pytest.mark.benchmark(group="quadratic: the dimension does not matter")
def test_quadratic_dimension(benchmark: Any, dim: int) -> None:
    benchmark(solve, _problem("quadratic", dim))


@pytest.mark.parametrize("dim", [10**4, 10**30])
@pytest.mark.benchmark(group="diagonal: the dimension does not matter")
def test_diagonal_dimension(benchmark: Any, dim: int) -> None:
    benchmark(solve, _problem("diagonal", dim))


@pytest.mark.parametrize("digits", [None, 30])
@pytest.mark.benchmark(group="quadratic: what 30 digits cost at d = 10^4")
def test_quadratic_digits(benchmark: Any, digits: int | None) -> None:
    benchmark.pedantic(solve, (_problem("quadratic", 10**4),), {"digits": digits}, rounds=1)


@pytest.mark.parametrize("model", [diagonal, quadratic], ids=str)
@pytest.mark.benchmark(group="derivation: balances of one network, mode functions cached")
def test_derivation(benchmark: Any, model: Any) -> None:
    phase_diagram(model)
    benchmark.pedantic(dominant_balances, (model, Scales(noise_scales=False)), rounds=1)
