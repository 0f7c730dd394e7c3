"""What a phase offers, on every diagram there is: an answer, or one clear sentence."""

import pytest
from hypothesis.vendor.pretty import pretty

from asymptotics import Law, diagonal, phase_diagram, quadratic
from asymptotics.balance.laws import NoSuchLaw, law_of

OFFERED = {
    "train_loss": lambda phase: phase.train_loss,
    "decomposition": lambda phase: phase.decomposition,
    "pruned_risk": lambda phase: phase.pruned_risk,
    "overfitted_bulk": lambda phase: phase.overfitted_bulk,
    "spectrum": lambda phase: phase.spectrum(),
}
OF_TRAINED_WEIGHTS = {"decomposition", "pruned_risk", "overfitted_bulk", "spectrum"}
LACKING = {
    "erm": set(),
    "ridge": OF_TRAINED_WEIGHTS,
    "bayes": {"train_loss", *OF_TRAINED_WEIGHTS},
    "kernel ridge": OF_TRAINED_WEIGHTS,
}


@pytest.mark.parametrize("asked", OFFERED)
def test_what_is_lacking_is_said(shipped, asked):
    lacking = LACKING["kernel ridge" if shipped.model.name == "kernel ridge" else shipped.estimator]
    for phase in shipped.phases:
        if asked not in lacking:
            assert OFFERED[asked](phase)
            continue
        with pytest.raises(NoSuchLaw, match=f"^a phase of .* has no {asked}: .*$") as caught:
            OFFERED[asked](phase)
        assert phase.balance.model.name in str(caught.value)
        assert "\n" not in str(caught.value)


def test_the_rest_is_there_everywhere(shipped):
    for phase in shipped.phases:
        assert all(isinstance(law, Law) for law in phase.laws.values())
        assert phase.name in str(phase.derivation())
        assert "align" in phase.derivation().to_latex()
        assert phase.risk.to_latex() in phase.to_latex()
        assert phase.to_latex() in phase._repr_latex_()


def test_quantities_that_no_model_has_are_said(of_diagonal):
    with pytest.raises(NoSuchLaw, match="has no entropy"):
        law_of(of_diagonal.phases[0].balance, "entropy")


def test_phases_and_diagrams_print_short(shipped):
    for phase in shipped.phases:
        assert phase.title in repr(phase)
        assert len(repr(phase)) < 500
    assert shipped.model.name in repr(shipped)
    assert len(repr(shipped)) < 500


def test_a_name_finds_its_phase(of_quadratic):
    assert of_quadratic["V"] is of_quadratic.locate(a=0.7, ell=-1, gamma=1)
    assert of_quadratic["VIa"] is of_quadratic.locate(a=1.5, ell=-1, gamma=1)
    assert of_quadratic["VIb"] is of_quadratic.locate(a=2.5, ell=-1, gamma=1)


@pytest.mark.parametrize("model", [diagonal, quadratic], ids=str)
@pytest.mark.parametrize("estimator", ["erm", "bayes"])
def test_at_fixed_noise_every_label_of_the_paper_tells_one_phase(model, estimator):
    names = [phase.name for phase in phase_diagram(model, estimator=estimator).phases]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("estimator", ["erm", "ridge"])
def test_the_trivial_phase_says_what_is_lacking(estimator):
    # few samples whatever the weight decay, or a weight decay that no number of samples stands up to
    diagram = phase_diagram(quadratic, estimator=estimator)
    assert diagram.locate(a=-0.1, ell=-1, gamma=1).name == "Ia"
    assert diagram.locate(a=1.5, ell=3, gamma=1).name == "Ib"


def test_a_name_of_several_regions_says_where_they_lie():
    scaled = phase_diagram(quadratic, noise="scaled")
    with pytest.raises(KeyError, match="name='II': must tell one phase, and 2 have it") as caught:
        scaled["II"]
    for phase in scaled.phases:
        if phase.name == "II":
            assert all(str(relation) in str(caught.value) for relation in phase.region.args)


@pytest.mark.parametrize("name", ["VII", "", 0, None, ["V"]], ids=repr)
def test_a_name_that_is_none_is_answered_by_those_there_are(of_diagonal, name):
    with pytest.raises(KeyError, match="must be one of Ia, Ib, II, III, V, VIa, VIb"):
        of_diagonal[name]


@pytest.mark.parametrize("model", [diagonal, quadratic], ids=str)
def test_scaled_noise_keeps_the_risk_in_a_short_line(model):
    for phase in phase_diagram(model, noise="scaled").phases:
        assert "\n" not in repr(phase)


def test_printers_that_ask_for_every_field_show_the_short_line(of_diagonal):
    assert pretty(of_diagonal.phases[0]) == repr(of_diagonal.phases[0])
