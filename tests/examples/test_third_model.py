"""The recipe for a third model: short, and true of its own equations."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "third_model.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("third_model", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_declaration_takes_under_forty_lines():
    lines = SCRIPT.read_text().splitlines()
    start = lines.index("from sympy import Eq, S, pi, sqrt")  # imports that serve the declaration, and it
    end = lines.index("# --- that is all")
    assert 0 < len([line for line in lines[start:end] if line.strip()]) < 40


def test_a_law_that_needs_a_subordination_map_is_refused(example):
    from asymptotics import phase_diagram

    boundaries = phase_diagram(example.bilinear, noise="none").boundaries
    boundary = next(b for b in boundaries if [p.name for p in b.phases] == ["III", "N"])
    with pytest.raises(NotImplementedError, match="declares no subordination_map"):
        boundary.law()


@pytest.mark.parametrize(
    ("a", "name"), [(1.4, "II"), pytest.param(1.7, "II", marks=pytest.mark.slow), (0.5, "Ib")]
)
def test_laws_are_the_limits_of_its_equations(example, a, name):
    from asymptotics import phase_diagram

    phase = phase_diagram(example.bilinear).locate(a=a, ell=example.ELL, gamma=example.GAMMA)
    assert phase.name == name
    errors = []
    for dim in (1e6, 1e11):
        decay = dim ** float(example.ELL)
        law = phase.risk.evaluate(
            gamma=example.GAMMA, n_eff=dim**a, d=dim, weight_decay=decay, noise_variance=1
        )
        errors.append(abs(example.solved(dim**a, dim, decay) / float(law) - 1))
    assert errors[1] < 1e-3
    assert errors[1] <= errors[0]
