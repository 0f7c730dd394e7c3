"""Views of a power law: sums over its nodes, and distances among very many modes."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision
from numerics.free_probability.views import mass_right_of, spectrum_view
from numerics.networks import quadratic
from numerics.sums.target import Target


def explicit(spectrum: Target) -> np.ndarray:
    return float(spectrum.scale) * np.arange(1.0, spectrum.dim + 1) ** -float(spectrum.decay)


@pytest.mark.parametrize("learned", [0, 1, 500, 999, 1000])
def test_sums_on_either_side(learned: int) -> None:
    spectrum = Target.of(1000, 1.25)
    s, view = explicit(spectrum), spectrum_view(spectrum, learned)
    z = view.origin * (1 + 0.3j)
    terms = view.weights / (z - view.eigenvalues)
    assert terms[: view.above].sum() == pytest.approx(np.sum(1 / (z - s[:learned])) / 1000, rel=1e-12, abs=0)
    assert terms[view.above :].sum() == pytest.approx(np.sum(1 / (z - s[learned:])) / 1000, rel=1e-12, abs=0)


def test_neighbours_among_very_many_modes_keep_their_distance() -> None:
    view = spectrum_view(Target.of(10**24, 1.0), 10**18)
    nearest = abs(view.distances).min()
    # ds/di = -s/i at decay 1; half a mode away from the origin
    assert nearest / view.origin == pytest.approx(0.5e-18, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("dim", "decay", "noise", "threshold"),
    [
        (10**4, 1.25, 0.5, 0.9),
        (10**4, 1.25, 0.001, 0.00199),
        (10**30, 2.3, 1e-9, 1.99e-9),
        (10**12, 0.7, 1e-5, 1e-7),
        (10**4, 1.25, 0.001, 0.4),  # in a gap
    ],
)
@pytest.mark.parametrize("arithmetic", [DOUBLE, multiprecision(120)])
def test_the_mass_right_of_a_point_is_that_of_integrals_along_a_path(
    dim: int, decay: float, noise: float, threshold: float, arithmetic: Arithmetic
) -> None:
    """Left and right make one; the integrals are those of `quadratic.scalars_of`."""
    target = Target(dim=dim, decay=decay, scale=1.0).in_arithmetic(arithmetic)
    with arithmetic.working():
        cut = quadratic.cut_at(arithmetic.real(noise), arithmetic.real(threshold), target)
        weights, separations = cut.start.view.weights, cut.start.separations
        right, left = (mass_right_of(arithmetic, weights, side) for side in (separations, -separations))
        along_path = quadratic.scalars_of(cut).mass_above
        rounding = 100 * float(arithmetic.epsilon)
    assert float(abs(right / along_path - 1)) < rounding
    assert float(abs(left + right - 1)) < rounding
