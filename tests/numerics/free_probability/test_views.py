"""Views of a power law: sums over its nodes, and distances among very many modes."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.free_probability.views import spectrum_view
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
