"""Figures are registered by name, with their functions and what these take."""

from inspect import Parameter, signature

import pytest

from verify.catalogue import EXAMPLES, FIGURES, OPTIONS, examples, options_of, titles


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_a_default_for_every_option(name: str) -> None:
    parameters = signature(FIGURES[name].load()).parameters.values()
    assert all(p.kind is Parameter.KEYWORD_ONLY and p.default is not Parameter.empty for p in parameters)
    assert set(options_of(name)) <= set(OPTIONS)
    assert "network" in options_of(name)


@pytest.mark.skipif(not EXAMPLES.exists(), reason="an installation has no scripts")
def test_examples_are_figures_by_their_names() -> None:
    stems = {path.stem for path in EXAMPLES.rglob("*.py")}
    assert {"first_steps", "width", "figure_1"} <= set(examples()) <= stems
    assert "walkthrough" not in examples()  # it draws into no folder
    assert not set(examples()) & set(FIGURES)
    assert all(title for _, title in titles())
