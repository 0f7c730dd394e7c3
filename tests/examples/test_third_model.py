"""A model of one's own: short, and true of the sums that it declares."""

import importlib.util
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parents[2] / "examples" / "third_model.py"


@pytest.fixture(scope="module")
def example():
    spec = importlib.util.spec_from_file_location("third_model", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_declaration_takes_under_thirty_lines():
    lines = SCRIPT.read_text().splitlines()
    start = lines.index("from sympy import Eq, latex")  # imports that serve the declaration, and it
    end = lines.index("# --- that is all")
    assert 0 < len([line for line in lines[start:end] if line.strip()]) < 30


@pytest.mark.parametrize("source", [1.5, 3.0])
def test_numbers_are_those_of_the_sums(example, source):
    from verify import solve_system

    samples, decay, gamma = 1e4, 1e-3, float(example.GAMMA)
    solved = solve_system(
        example.iterated_ridge,
        gamma=gamma,
        source=source,
        n_eff=samples,
        weight_decay=decay,
        noise_variance=1,
    )
    i = np.arange(1.0, 10**6)
    left = decay / (i ** (-2 * gamma) + decay)
    risk = np.sum(i ** (-1 - 4 * gamma * source) * left**4) + np.sum((1 - left**2) ** 2) / samples
    assert float(solved.quantities["risk"]) == pytest.approx(risk, rel=1e-9, abs=0)


def test_it_saturates_at_source_two(example):
    from asymptotics import phase_diagram

    diagram = phase_diagram(example.iterated_ridge)
    for source, power in ((Fraction(7, 4), Fraction(7, 2)), (Fraction(5, 2), 4)):
        law = diagram.locate(a=1, ell=Fraction(-1, 100), gamma=1, source=source).risk
        assert law.at(ell=-1, source=source, gamma=1).exponent == -power
