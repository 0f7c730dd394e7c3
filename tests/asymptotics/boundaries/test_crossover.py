"""Laws across the boundaries of networks: one for every boundary, or what is missing is named.

Their numbers are compared with solutions in ``tests/verify/test_boundaries.py``.
"""

from dataclasses import replace
from itertools import product

import pytest

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.boundaries.law import BoundaryLaw
from asymptotics.boundaries.types import BoundaryType


def test_what_is_not_declared_is_named():
    silent = replace(quadratic, subordination_map=None)
    boundaries = phase_diagram(silent).boundaries
    (boundary,) = (b for b in boundaries if [p.name for p in b.phases] == ["VIa", "VIb"])
    with pytest.raises(NotImplementedError, match="repel each other, and the network declares no"):
        boundary.law()


@pytest.mark.slow
def test_every_boundary_of_every_diagram_has_a_law():
    for network, noise, estimator in product(
        (diagonal, quadratic), ("fixed", "none", "scaled"), ("erm", "bayes")
    ):
        for boundary in phase_diagram(network, noise=noise, estimator=estimator).boundaries:
            law = boundary.law()
            assert isinstance(law, BoundaryLaw)
            assert law is boundary.law()
            assert len(law.unknowns) == len(law.equations) == len(law.start)
            assert law.continuous == boundary.continuous
            assert law.mechanism == boundary.mechanism
            assert law.type is boundary.type
            is_local = law.type in (BoundaryType.INTERPOLATION_PEAK, BoundaryType.RECOVERY)
            assert (law.local is not None) == is_local
