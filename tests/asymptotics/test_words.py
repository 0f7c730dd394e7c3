"""Words for phases: every label of the paper, and a reason that says which terms balance."""

import pytest

from asymptotics import words


def test_the_trivial_phase_says_what_is_lacking():
    few = words.trained_network("THRESHOLD_AT_EDGE", "none", words.MODES, (words.LABEL_NOISE, words.BULK))
    decay = words.trained_network(
        "THRESHOLD_ABOVE_NOISE", "none", words.MODES, (words.LABEL_NOISE, words.WEIGHT_DECAY)
    )
    assert few[:2] == ("Ia", "trivial")
    assert few[2].startswith("The degrees of freedom set")
    assert decay[:2] == ("Ib", "trivial")
    assert decay[2].startswith("Weight decay sets")


@pytest.mark.parametrize(("learned", "name"), [("some", "VIa"), ("all", "VIb")])
def test_noise_dominated_phases_are_told_apart_by_the_modes_learned(learned, name):
    dominant = (words.LABEL_NOISE, words.WEIGHT_DECAY)
    phase = words.trained_network("THRESHOLD_BELOW_NOISE", learned, words.MODES, dominant)
    assert phase[:2] == (name, "noise-dominated")


def test_what_is_no_phase_has_no_words():
    assert words.trained_network("THRESHOLD_AT_EDGE", "all", words.MODES, (words.MODES, words.BULK)) is None
    assert words.trained_network("THRESHOLD_AT_EDGE", "some", words.MODES, (words.MODES,)) is None
    assert words.ridge_regression("SOME", None, words.BULK, words.MODES, words.WEIGHT_DECAY) is None


@pytest.mark.parametrize(
    ("binding", "learned", "risk", "source"),
    [
        ("MODES_MISSED", None, words.MODES, "the modes that no unit is left for."),
        ("NOISE_FITTED", "none", words.MODES, "the whole energy of the target."),
        ("NOISE_FITTED_AT_EDGE", "some", words.MODES, "what is not learned and the shrinkage of what is."),
        ("NOISE_FITTED", "some", words.BULK, "the noise that spare units keep."),
    ],
)
def test_a_phase_of_few_units_says_what_its_risk_is(binding, learned, risk, source):
    found = words.narrow_network(binding, learned, risk, (words.LABEL_NOISE, words.WEIGHT_DECAY))
    assert found[2].endswith(f"and the risk is {source}")
