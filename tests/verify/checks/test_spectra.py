"""The laws of the spectrum are compared in one phase after the other."""

import pytest

from asymptotics import phase_diagram, quadratic
from asymptotics.models import attention, bilinear
from asymptotics.networks.network import Network
from verify import words
from verify.checks.measured import LeftOut
from verify.checks.spectra import spectrum_checks
from verify.verdicts import verdict_of

DIAGRAM = phase_diagram(quadratic)
QUANTITIES = {
    *("atom", "mass_above", "noise_weights", "learned_modes", "bulk_edge", "bulk_width"),
    *("spikes", "location", "largest_outlier", "overlap", "tail", "counting_function", "tail_exponent"),
}


def test_a_phase_is_compared_at_each_seed_and_what_is_left_out_has_its_reason() -> None:
    """That an error in each of the laws is seen, is in the catalogue of planted errors."""
    outcomes = list(spectrum_checks(DIAGRAM, seed=6))
    left = {one.phase: one.reason for one in outcomes if isinstance(one, LeftOut)}
    compared = [one for one in outcomes if not isinstance(one, LeftOut)]
    assert set(left.values()) == {words.ANOTHER_SEED}
    assert set(left) == {phase.name for phase in DIAGRAM.phases} - {"VIa"}
    assert {verdict_of(one.kind, one.predicted, *one.limit) for one in compared} == {"agrees"}
    assert {one.quantity for one in compared} == QUANTITIES


@pytest.mark.parametrize("model", [attention, bilinear])
def test_other_trained_matrices_have_spectra_too(model: Network) -> None:
    compared = [one for one in spectrum_checks(phase_diagram(model), seed=6) if not isinstance(one, LeftOut)]
    assert {verdict_of(one.kind, one.predicted, *one.limit) for one in compared} == {"agrees"}
    assert {one.quantity for one in compared} >= {"mass_above", "location", "tail"}


def test_without_trained_weights_nothing_is_compared() -> None:
    assert not [*spectrum_checks(phase_diagram(quadratic, estimator="bayes"))]
