"""The practitioner's name of a spectrum: in every phase of both networks, and after one law is changed."""

from dataclasses import replace

import pytest

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.balance.laws import ZERO
from asymptotics.phases.shape import Shape

SHAPES = {
    "diagonal": {
        "Ia": "rank collapse",  # fewer samples than one: not one coefficient is left
        "Ib": "rank collapse",
        "II": "heavy-tailed",
        "III": "heavy-tailed",
        "N": "bulk decay",
        "V": "bulk decay",  # a learned coefficient has a distribution, no place: the tail continues the bulk
        "VIa": "bulk decay",
        "VIb": "heavy-tailed",
    },
    "quadratic": {
        "Ia": "random-like",
        "Ib": "rank collapse",
        "II": "heavy-tailed",
        "III": "heavy-tailed",
        "IV": "bulk + spikes",
        "N": "bulk + spikes",
        "V": "bulk + spikes",
        "VIa": "bulk decay",
        "VIb": "heavy-tailed",
    },
}
NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}


@pytest.mark.parametrize("noise", ["fixed", "none", pytest.param("scaled", marks=pytest.mark.slow)])
@pytest.mark.parametrize("network", NETWORKS)
def test_every_phase_has_a_shape_that_its_laws_make(network, noise):
    for phase in phase_diagram(NETWORKS[network], noise=noise):
        laws = phase.spectrum()
        assert laws.shape == SHAPES[network][phase.name]
        assert isinstance(laws.shape, Shape)
        assert laws.shape_condition


def laws_of(network, name):
    return phase_diagram(NETWORKS[network])[name].spectrum()


def test_a_change_of_one_law_changes_the_shape():
    laws = laws_of("quadratic", "IV")
    begin, largest = laws.tail_range
    assert replace(laws, noise_weights=ZERO).shape == "heavy-tailed"
    assert replace(laws, learned_modes=ZERO).shape == "random-like"
    assert replace(laws, learned_modes=ZERO, noise_weights=ZERO).shape == "rank collapse"
    assert replace(laws, bulk_edge=begin).shape == "bulk decay"
    assert replace(laws, bulk_edge=largest).shape == "bleeding-out"
    assert replace(laws, spikes=None).shape == "bulk decay"


def test_a_bulk_far_below_the_outliers_is_apart_from_them():
    laws = laws_of("quadratic", "VIa")
    narrow = replace(laws.bulk_edge, exponent=laws.bulk_edge.exponent - 1)
    assert replace(laws, bulk_edge=narrow).shape == "bulk + spikes"


def test_powers_of_logarithms_decide_where_exponents_agree():
    laws = laws_of("quadratic", "VIa")
    assert laws.shape == "bulk decay"
    begin, largest = laws.tail_range
    later = replace(begin, log_exponent=begin.log_exponent + 1)
    assert replace(laws, tail_range=(later, largest)).shape == "bulk + spikes"


def test_the_condition_names_the_laws():
    assert "n_eff" in laws_of("quadratic", "IV").shape_condition
    assert str(laws_of("diagonal", "V").bulk_edge.expr) in laws_of("diagonal", "V").shape_condition


def test_a_condition_that_holds_in_part_of_a_phase_says_so():
    # fewer than one weight of noise is left below a = -2/3
    assert "in part of the phase" in phase_diagram(quadratic)["Ia"].spectrum().shape_condition
    assert "in part" not in phase_diagram(quadratic)["IV"].spectrum().shape_condition
