from __future__ import annotations

import pytest

from numerics import NotConverged
from numerics.networks.quadratic import scalars, scalars_at_angle
from numerics.networks.quadratic_approximation import approximate_scalars, approximate_scalars_at_angle
from numerics.sums.target import Target

REGIMES = [
    (60, 1.25, 0.4, 1.0),
    (10**3, 0.75, 1.0, 1e-6),  # noise dominated
    (10**6, 1.25, 1.0, 1.99),  # harmful overfitting, few modes learned
    (10**12, 1.25, 10.0, 20.0 - 1e-3),
    (10**6, 1.25, 1e-3, 1.0),  # threshold amid isolated learned modes
    (10**10, 2.0, 1e-4, 1e-2),  # amid merged bands
    (10**8, 0.6, 30.0, 3.0),
    (10**5, 1.0, 1e-3, 1e-2),  # nearly all learned
    (10**5, 3.0, 1e-9, 2e-9),
    (10**24, 1.25, 1e4, 1e4),
]


@pytest.mark.parametrize(("dim", "decay", "noise", "threshold"), REGIMES)
def test_the_approximation_is_near(dim: int, decay: float, noise: float, threshold: float) -> None:
    target = Target.of(dim, decay)
    rough, found = approximate_scalars(noise, threshold, target), scalars(noise, threshold, target)
    assert 0.4 < rough.error / found.error < 2.5
    assert 0.4 < rough.degrees_of_freedom / found.degrees_of_freedom < 2.5


@pytest.mark.parametrize("angle", [0.9, 0.1, 1e-3])
def test_the_approximation_at_an_angle_is_near(angle: float) -> None:
    target = Target.of(10**6, 1.25)
    rough, found = approximate_scalars_at_angle(30.0, angle, target), scalars_at_angle(30.0, angle, target)
    assert rough.threshold == pytest.approx(found.threshold, rel=0.01, abs=0)
    assert rough.error == pytest.approx(found.error, rel=0.2, abs=0)
    assert rough.degrees_of_freedom == pytest.approx(found.degrees_of_freedom, rel=0.2, abs=0)


def test_no_threshold_at_an_angle_beyond_the_bulk() -> None:
    with pytest.raises(NotConverged, match="angle"):
        approximate_scalars_at_angle(1.0, 1.7, Target.of(100, 1.25))
