"""The laws of the spectrum are compared in one phase after the other."""

from asymptotics import phase_diagram, quadratic
from verify import words
from verify.checks.measured import LeftOut
from verify.checks.spectra import spectrum_checks
from verify.verdicts import verdict_of

DIAGRAM = phase_diagram(quadratic)
QUANTITIES = {"atom", "mass_above", "bulk_edge", "tail", "tail_exponent", "spikes", "location", "overlap"}


def test_a_phase_is_compared_at_each_seed_and_what_is_left_out_has_its_reason() -> None:
    """That an error in each of the laws is seen, is in the catalogue of planted errors."""
    outcomes = list(spectrum_checks(DIAGRAM, seed=6))
    left = {one.phase: one.reason for one in outcomes if isinstance(one, LeftOut)}
    compared = [one for one in outcomes if not isinstance(one, LeftOut)]
    assert set(left.values()) == {words.ANOTHER_SEED}
    assert set(left) == {phase.name for phase in DIAGRAM.phases} - {"VIa"}
    assert {verdict_of(one.kind, one.predicted, *one.limit) for one in compared} == {"agrees"}
    assert {one.quantity for one in compared} == QUANTITIES


def test_without_trained_weights_nothing_is_compared() -> None:
    assert not [*spectrum_checks(phase_diagram(quadratic, estimator="bayes"))]
