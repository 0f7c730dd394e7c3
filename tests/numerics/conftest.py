"""Problems in every phase of arXiv:2509.24882."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from numerics import Problem
from numerics.networks.network import NETWORKS

# Exponents (a, ell, b) of n_eff = d^a, weight_decay = d^ell, noise variance d^-b (None: noiseless), one for
# each phase of arXiv:2509.24882 at gamma = 5/4; "peak" at the diagonal network's interpolation threshold.
PHASES: dict[str, tuple[Any, ...]] = {
    "Ib": (0.5, 0.3, 0),
    "Ia": (-0.2, -1, 0),
    "II": (0.5, -0.1, 0),
    "III": (2.2, 1.0, 0),
    "IV": (0.3, -0.6, 0),
    "V": (0.7, -0.5, 0),
    "VIa": (1.5, 0, 0),
    "VIb": (2.8, 0, 0),
    "peak": (1.0, -2.0, 0),
    "noiseless": (0.5, -2.0, None),
    "scaled noise": (0.5, -0.8, 0.5),
}


@pytest.fixture(params=PHASES)
def phase(request: pytest.FixtureRequest) -> str:
    """The name of a phase, one after the other."""
    return str(request.param)


@pytest.fixture(scope="session")
def phases() -> tuple[str, ...]:
    """All names of phases."""
    return tuple(PHASES)


@pytest.fixture(scope="session")
def in_phase() -> Callable[..., Problem]:
    """(network, phase, dim) -> a problem in that phase."""
    return _in_phase


def _in_phase(network: str, phase: str, dim: int, gamma: float = 1.25) -> Problem:
    a, ell, b = PHASES[phase]
    return Problem(
        network,
        gamma=gamma,
        samples=float(dim) ** a * NETWORKS[network].sample_unit(dim),
        dim=dim,
        weight_decay=float(dim) ** ell,
        noise_variance=0 if b is None else float(dim) ** -b,
    )
