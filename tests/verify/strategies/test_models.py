"""Models that are drawn are valid: each is derived, and solved; derivation and solution agree."""

from random import Random
from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis.errors import InvalidArgument

from asymptotics import kernel_ridge, phase_diagram
from asymptotics.systems import system_of
from verify import agreement, strategies
from verify.strategies.models import KINDS


@settings(strategies.profile, max_examples=4)
@given(model=strategies.models(kinds=["ridge", "flow"]))
def test_models_are_systems_that_are_derived(model: Any) -> None:
    assert system_of(model) is not None
    assert len(phase_diagram(model).phases) >= 2


@pytest.mark.slow
def test_they_shrink_to_the_ridge_regression_of_a_textbook() -> None:
    found = find(strategies.models(kinds=["ridge", "two scales"]), lambda model: True, random=Random(1))
    diagram, textbook = phase_diagram(found), phase_diagram(kernel_ridge)
    at = {"a": 2, "ell": -1, "gamma": 1, "source": 0.3}
    assert diagram.locate(**at).risk.exponent == textbook.locate(**at).risk.exponent


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "shipped"])
def test_derivation_and_solution_agree(kind: str) -> None:
    @settings(strategies.profile, max_examples=4)
    @given(model=strategies.models(kinds=[kind]))
    def check(model: Any) -> None:
        assert agreement(phase_diagram(model)).disagreements == ()

    check()


def test_invalid_arguments_are_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"kinds=\['own'\]: must be one or more of 'ridge', 'iterated'"):
        strategies.models(kinds=["own"])
