"""Comparisons are as relative as they look: what pytest adds by itself, 1e-12, is more than many risks."""

import ast
from pathlib import Path

import pytest


def calls_without_absolute_tolerance(source):
    """Lines that call approx with a relative tolerance alone."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "approx":
            given = {keyword.arg for keyword in node.keywords}
            if "rel" in given and "abs" not in given:
                yield node.lineno


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.rglob("test_*.py")), ids=lambda p: p.name)
def test_relative_tolerances_stand_alone(path):
    assert not [*calls_without_absolute_tolerance(path.read_text(encoding="utf-8"))]


def test_an_implicit_tolerance_is_found():
    alone = {"rel": 1e-3}
    assert pytest.approx(1e-20, **alone) == 2e-20  # which is why
    assert [*calls_without_absolute_tolerance("x == pytest.approx(1, rel=1)\ny == approx(1)")] == [1]
