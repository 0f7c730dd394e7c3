"""Boundaries: one answer whatever the type, and what is said where the exponent jumps."""

from dataclasses import replace

import pytest
from all_boundaries import OF_NETWORKS
from sympy import simplify

from asymptotics import (
    BoundaryLaw,
    BoundaryType,
    LocalLaw,
    diagonal,
    kernel_ridge,
    phase_diagram,
    ridge,
    symbols,
)
from asymptotics.boundaries.types import boundary_terms, variable_of


@pytest.mark.parametrize("some", OF_NETWORKS, ids=str)
def test_jumps_say_where_and_why(some):
    for boundary in some.boundaries():
        assert ("jump" in boundary.mechanism) == (not boundary.continuous), boundary
        if boundary.continuous:
            continue
        assert boundary.type in (BoundaryType.EDGE, BoundaryType.RECOVERY), boundary
        if boundary.type is BoundaryType.RECOVERY:  # as many degrees of freedom as all modes have, one each
            terms = boundary_terms(boundary.phases, boundary.relation, boundary.continuous)
            variable, _ = variable_of(terms)
            of_modes = terms.network.noise_balance.lhs / symbols.effective_noise**2
            assert simplify(variable - of_modes) == 0, boundary


@pytest.mark.parametrize(
    ("model", "noise", "names", "local"),
    [
        (diagonal, "fixed", ["II", "III"], False),
        (diagonal, "fixed", ["V", "VIa"], True),
        (diagonal, "none", ["III", "N"], True),
        (kernel_ridge, "fixed", ["II", "II"], False),
        (ridge(diagonal), "none", ["Ia", "III"], True),
    ],
    ids=str,
)
def test_the_answer_has_one_type_whatever_the_boundary(model, noise, names, local):
    boundaries = phase_diagram(model, noise=noise).boundaries
    between = [b for b in boundaries if sorted(p.name for p in b.phases) == sorted(names)]
    for boundary in between:
        law = boundary.law()
        assert type(law) is BoundaryLaw
        assert law is boundary.law()
        assert len(law.unknowns) == len(law.equations) == len(law.start)
        assert law.local is None or type(law.local) is LocalLaw
    assert any(boundary.law().local is not None for boundary in between) == local


def test_phases_of_no_known_model_have_no_type_and_no_law():
    boundary = phase_diagram(diagonal).boundaries[0]
    phases = tuple(replace(phase, balance=replace(phase.balance, model=None)) for phase in boundary.phases)
    foreign = replace(boundary, phases=phases)
    for ask in (lambda: foreign.type, lambda: foreign.mechanism, foreign.law):
        with pytest.raises(NotImplementedError, match="phases of their model: what holds across a boundary"):
            ask()
