"""Tests of a model of your own, as you would write them beside it: for pytest and Hypothesis.

The model is that of third_model.py.  Every test draws what it needs from ``verify.strategies``, under the
profile without a deadline: the first example derives the diagram, which takes a second, and Hypothesis allows
200 ms by default.  What fails is shown at its simplest, and ``assert_agreement`` prints lines that make it
again without pytest.

    python -m pytest examples/tests/test_my_model.py
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from third_model import iterated_ridge

from asymptotics import phase_diagram
from verify import assert_agreement, solve_system, strategies

DIAGRAM = phase_diagram(iterated_ridge)


def test_derivation_and_equations_agree():
    """Exponents, logarithms and constants of every law, in every phase: a wrong one fails, with its lines."""
    assert_agreement(DIAGRAM)


@strategies.profile
@given(point=strategies.scales(DIAGRAM))
def test_risk_is_made_of_two_parts(point):
    """At every point of every phase the larger part has the exponent of the whole."""
    phase = DIAGRAM.locate(**point._asdict())
    at = {name: value for name, value in point._asdict().items() if name in ("a", "ell", "source", "gamma")}
    risk, *parts = (law.at(**at).exponent for law in (phase.risk, phase.unlearned, phase.overfitting))
    assert risk == max(parts)


@settings(strategies.profile, max_examples=10)
@given(gamma=strategies.decays(max_gamma=2))
def test_more_samples_help_at_every_decay(gamma):
    """In numbers, from the declaration."""
    at = {"gamma": gamma, "source": 1, "weight_decay": 1e-3, "noise_variance": 1}
    risks = [solve_system(iterated_ridge, n_eff=n, **at).risk for n in (1e2, 1e3, 1e4)]
    assert np.all(np.diff(risks) < 0)


def test_a_wrong_law_is_noticed():
    """A test that cannot fail says nothing: an error is planted, and found."""
    first, *rest = DIAGRAM.phases
    wrong = replace(first, risk=replace(first.risk, constant=2 * first.risk.constant))
    with pytest.raises(AssertionError, match="To reproduce the first"):
        assert_agreement(replace(DIAGRAM, phases=(wrong, *rest)))
