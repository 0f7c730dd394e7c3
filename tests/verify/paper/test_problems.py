"""The points of the figures lie inside the phases that they are named by."""

from fractions import Fraction

import pytest

from asymptotics import phase_diagram, quadratic
from verify.paper.problems import RISKS, SPECTRA, problem_at, risk_problems, spectrum_problems


@pytest.mark.parametrize("phase", SPECTRA)
def test_spectra_lie_in_their_phases(phase: str) -> None:
    a, ell, gamma = (Fraction(str(x)) for x in SPECTRA[phase])
    assert phase_diagram(quadratic).locate(a=a, ell=ell, gamma=gamma).name == phase


def test_samples_are_those_of_the_exponents() -> None:
    # n = n_eff d for the quadratic network, n = n_eff for the diagonal one
    assert problem_at("quadratic", a=1, ell=0, dim=50).samples == 2500
    assert problem_at("diagonal", a=1, ell=0, dim=50).samples == 50
    assert problem_at("diagonal", a=1, ell=0.5, dim=64).weight_decay == 8
    assert problem_at("diagonal", a=1, ell=None, dim=64, estimator="bayes").weight_decay is None


def test_all_figures_have_their_points() -> None:
    assert set(spectrum_problems("diagonal", dim=100)) == set(SPECTRA)
    grids = risk_problems("diagonal", dim=100, noise_variance=0)
    assert {ell: len(points) for ell, points in grids.items()} == {-1: 4, 0: 5, 0.5: 5}
    assert set(grids) == set(RISKS)
    assert all(problem.noise_variance == 0 for points in grids.values() for problem in points)
