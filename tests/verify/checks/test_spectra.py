"""The laws of the spectrum are compared in one phase after the other."""

from dataclasses import replace
from typing import Any

import pytest
from sympy import Rational

from asymptotics import phase_diagram, quadratic
from asymptotics.models import attention, bilinear
from asymptotics.networks.network import Network
from verify import words
from verify.checks.measured import LeftOut
from verify.checks.spectra import spectrum_at, spectrum_checks, spots_of
from verify.verdicts import verdict_of

DIAGRAM = phase_diagram(quadratic)
QUANTITIES = {
    *("atom", "mass_above", "noise_weights", "learned_modes", "bulk_start", "bulk_edge", "bulk_width"),
    *("spikes", "location", "largest_outlier", "smallest_outlier", "spacing", "overlap"),
    *("tail", "counting_function", "tail_exponent"),
}


def test_a_phase_is_compared_at_each_seed_and_what_is_left_out_has_its_reason() -> None:
    """That an error in each of the laws is seen, is in the catalogue of planted errors."""
    outcomes = list(spectrum_checks(DIAGRAM, seed=6))
    left = {one.phase: one.reason for one in outcomes if isinstance(one, LeftOut) and one.phase != "VIa"}
    of_phase = {
        one.quantity: one.reason for one in outcomes if isinstance(one, LeftOut) and one.phase == "VIa"
    }
    assert of_phase == {}
    compared = [one for one in outcomes if not isinstance(one, LeftOut)]
    assert set(left.values()) == {words.ANOTHER_SEED}
    assert set(left) == {phase.name for phase in DIAGRAM.phases} - {"VIa"}
    assert {verdict_of(one.kind, one.predicted, *one.limit) for one in compared} == {"agrees"}
    assert {one.quantity for one in compared} == QUANTITIES


@pytest.mark.parametrize("quantity", ["mass_above", "learned_modes", "bulk_edge"])
@pytest.mark.parametrize(
    "error",
    [lambda law: {"exponent": law.exponent + Rational(1, 50)}, lambda law: {"constant": 2 * law.constant}],
)
def test_the_two_forms_of_a_law_are_both_compared(quantity: str, error: Any) -> None:
    """An exponent or a constant that is not that of the closed form passed."""
    phase = DIAGRAM["VIa"]
    spot = spots_of(DIAGRAM, phase, phase.spectrum(), 1, 0)[0]
    law = getattr(spot.laws, quantity)
    wrong = replace(spot.laws, **{quantity: replace(law, **error(law))})
    verdicts = {
        one.quantity: verdict_of(one.kind, one.predicted, *one.limit)
        for one in spectrum_at(replace(spot, laws=wrong))
        if not isinstance(one, LeftOut)
    }
    assert verdicts.pop(quantity) == "disagrees"
    assert set(verdicts.values()) == {"agrees"}


@pytest.mark.parametrize("model", [attention, bilinear])
def test_other_trained_matrices_have_spectra_too(model: Network) -> None:
    compared = [one for one in spectrum_checks(phase_diagram(model), seed=6) if not isinstance(one, LeftOut)]
    assert {verdict_of(one.kind, one.predicted, *one.limit) for one in compared} == {"agrees"}
    assert {one.quantity for one in compared} >= {"mass_above", "location", "tail"}


def test_without_trained_weights_nothing_is_compared() -> None:
    assert not [*spectrum_checks(phase_diagram(quadratic, estimator="bayes"))]
