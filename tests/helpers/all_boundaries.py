"""Boundaries of the shipped diagrams: of networks, and of linear estimators.

A parameter of a test is a model, its noise and estimator, and which of the boundaries: nothing is derived
before the test runs.
"""

from itertools import product
from typing import Any, NamedTuple

import pytest

from asymptotics import Boundary, diagonal, kernel_ridge, phase_diagram, quadratic, ridge

NOISES = ("fixed", "none", "scaled")


class Some(NamedTuple):
    """Some boundaries of one diagram."""

    model: Any
    noise: Any
    estimator: Any = "erm"
    places: slice = slice(None)

    def boundaries(self) -> tuple[Boundary, ...]:
        """Those meant."""
        diagram = phase_diagram(self.model, noise=self.noise, estimator=self.estimator)
        return diagram.boundaries[self.places]

    def __str__(self) -> str:
        return f"{self.model.name}-{self.noise}-{self.estimator}"


OF_NETWORKS = [Some(*one) for one in product((diagonal, quadratic), NOISES, ("erm", "bayes"))]
OF_LINEAR = [Some(*one) for one in product((kernel_ridge, ridge(diagonal), ridge(quadratic)), NOISES)]

# of noise that scales there are many, and those of kernel ridge take seconds each
FEW = [
    *(one._replace(places=slice(0, None, 6)) if one.noise == "scaled" else one for one in OF_NETWORKS),
    OF_LINEAR[0]._replace(places=slice(3)),
]
REST = [one for one in (*OF_NETWORKS, *OF_LINEAR) if one not in FEW]
BOUNDARIES = [*FEW, *(pytest.param(one, marks=pytest.mark.slow) for one in REST)]
