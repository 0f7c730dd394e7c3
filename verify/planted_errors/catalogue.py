"""All planted errors, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from asymptotics import PhaseDiagram
from asymptotics.diagram import require_diagram
from verify.planted_errors.equations import OF_NETWORKS, OF_RIDGE, OF_SYSTEMS
from verify.planted_errors.error import PlantedError
from verify.planted_errors.further import ACROSS, AT_MODERATE_DIMENSIONS, DISPLACED, IN_SPECTRA
from verify.planted_errors.laws import IN_LAWS, IN_TERMS
from verify.planted_errors.phases import DROPPED, MISSING, MOVED, SWAPPED

_IN_DIAGRAMS = (*IN_LAWS, *IN_TERMS, *SWAPPED, *DROPPED, *MISSING, *MOVED)
_IN_EQUATIONS = (*OF_NETWORKS, *OF_RIDGE, *OF_SYSTEMS)
_FURTHER = (*ACROSS, *DISPLACED, *IN_SPECTRA, *AT_MODERATE_DIMENSIONS)
_ALL = (*_IN_DIAGRAMS, *_IN_EQUATIONS, *_FURTHER)

CATALOGUE: Mapping[str, PlantedError] = MappingProxyType({error.name: error for error in _ALL})
"""Every planted error, by its name."""


def errors_of(diagram: PhaseDiagram) -> tuple[PlantedError, ...]:
    """The planted errors of one diagram.

    >>> from asymptotics import phase_diagram, quadratic
    >>> [error.name for error in errors_of(phase_diagram(quadratic, noise="scaled"))]
    ['quadratic, noise scaled, IV, effective_noise: constant 1 % low']
    """
    require_diagram(diagram)
    of = (diagram.model, diagram.noise, diagram.estimator, diagram.width)
    return tuple(error for error in _ALL if (error.model, error.noise, error.estimator, error.width) == of)
