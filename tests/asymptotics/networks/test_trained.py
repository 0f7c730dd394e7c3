"""The regimes of a trained network."""

import pytest

from asymptotics import diagonal, quadratic
from asymptotics.algebra.monomials import bulk_freedom
from asymptotics.algebra.polyhedra import EVERYWHERE
from asymptotics.lemmas.power_sums import Learned
from asymptotics.networks.mode_functions import Ordering
from asymptotics.networks.trained import Trained, edge_gap, trained_regime, trained_regimes
from asymptotics.symbols import effective_noise, noise_variance, threshold


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
def test_every_ordering_but_an_edge_without_noise(network):
    regimes = [made(EVERYWHERE) for made in trained_regimes(network, noisy=True)]
    assert len(regimes) == len(Ordering) * len(Learned) - 1


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
def test_at_the_edge_the_bulk_takes_the_place_of_the_threshold(network):
    for ordering in Ordering:
        regime = trained_regime(network, ordering, Learned.SOME, True, EVERYWHERE)
        at_edge = ordering is Ordering.THRESHOLD_AT_EDGE
        assert regime.unknowns == (effective_noise, bulk_freedom if at_edge else threshold)
        assert (regime.logarithm is not None) == (at_edge and network is diagonal)


def test_without_label_noise_no_term_holds_it():
    regime = trained_regime(quadratic, Ordering.THRESHOLD_ABOVE_NOISE, Learned.SOME, False, EVERYWHERE)
    assert not any(t.holds([noise_variance]) for equation in regime.equations for t in equation.right)


def test_the_gap_to_a_hard_edge_closes_with_the_bulk():
    assert edge_gap(quadratic).holds([bulk_freedom])
    assert Trained(quadratic, Ordering.THRESHOLD_AT_EDGE, Learned.SOME).kappa.coefficient == 2
