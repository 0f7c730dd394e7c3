"""What is seen through the noise: views of a finite set and of a power law hold the same eigenvalues."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.free_probability.eigenvalues import Eigenvalues, FiniteSet, PowerLaw
from numerics.free_probability.views import Preimage

SET = FiniteSet((3.0, math.nextafter(1.0, 2.0), 1.0, -2.5), (1.0, 2.0, Fraction(1, 3), 1e-20))


def resolvent(seen: tuple[Any, Any], zeta: complex) -> complex:
    """G(c + zeta) from a view."""
    view = seen[0]
    return complex(np.sum(view.weights / (view.distances + zeta)))


@pytest.mark.parametrize("arithmetic", [DOUBLE, multiprecision(200)])
@pytest.mark.parametrize("x", [5.0, 1.0, math.nextafter(1.0, 2.0), 0.9, -2.5, -9.0])
def test_a_finite_set_is_seen_from_next_to_x(x: float, arithmetic: Arithmetic) -> None:
    noise = 1e-3
    with arithmetic.working():
        view, goal = SET.view(x, complex(x), noise, arithmetic)
        assert view.above == view.learned == sum(s > float(view.origin) for s in SET.sizes)
        assert abs(float(view.weights.sum() - 1)) < 1e-15
        assert abs(float(view.origin) - x) <= 2.001 * noise + min(abs(x - s) for s in SET.sizes)
        # x less an eigenvalue is exact, also where the origin itself is rounded
        for k, s in enumerate(SET.sizes):
            exact = arithmetic.real(x) - arithmetic.real(s)
            assert abs(float(goal + view.distances[k] - exact)) <= 4 * float(arithmetic.epsilon) * (
                noise + abs(x - s)
            )


def test_from_an_eigenvalue_others_are_differences_of_floats() -> None:
    view = SET.view_after(3, DOUBLE)
    assert view.above == 3
    assert view.distances.tolist() == [1.0 - s for s in SET.sizes]


@pytest.mark.parametrize(("decay", "noise"), [(1.25, 0.1), (1.25, 30.0), (9.0, 0.5), (300.0, 1e-3)])
def test_a_power_law_is_the_set_of_its_modes(decay: float, noise: float) -> None:
    """Of steep laws most modes are one eigenvalue 0, of the weight of all of them."""
    dim = 40
    sizes = math.sqrt(dim) * np.arange(1.0, dim + 1) ** -decay
    law = PowerLaw(dim, decay, None)
    for place in (sizes[0] + 2 * noise, complex(0, noise), complex(sizes[1], noise)):
        view, goal = law.view(0.0, complex(place), noise, DOUBLE)
        assert view.weights.sum() == pytest.approx(1, rel=1e-14, abs=0)
        z = complex(0.7 * noise, noise)
        expected = np.mean(1 / (z - sizes))
        assert resolvent((view, goal), z - float(view.origin)) == pytest.approx(expected, rel=1e-12, abs=0)
    assert law.count == dim
    assert law.size(2, DOUBLE) == pytest.approx(sizes[1], rel=1e-13, abs=0)


def test_views_from_far_away_do_not_resolve_a_point() -> None:
    law, noise = PowerLaw(10**12, 1.0, 1.0), 1e-9
    place = complex(1e-6, 1e-12)
    view, goal = law.view(1e-6, place, noise, DOUBLE)
    near = Preimage(view, goal + 1e-12j, goal + 1e-12j + view.distances)
    assert law.resolves(near, noise, DOUBLE)
    far, goal = law.view(1e-6, complex(1e-3), noise, DOUBLE)
    assert not law.resolves(Preimage(far, goal + 1e-12j, goal + 1e-12j + far.distances), noise, DOUBLE)


@pytest.mark.parametrize("law", [SET, PowerLaw(5, 2.0, 3.0), PowerLaw(10**40, 0.75, None)])
def test_ends_enclose_all(law: Eigenvalues) -> None:
    smallest, largest = law.ends()
    assert smallest <= float(law.size(law.count, DOUBLE)) <= float(law.size(1, DOUBLE)) <= largest
