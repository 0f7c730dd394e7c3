"""Names are the field's words: no metaphor names a file, class, function or variable of the three rooms."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(p for room in ("asymptotics", "numerics", "verify") for p in (ROOT / room).rglob("*.py"))

INSTEAD = {
    "wall": "boundary",
    "walls": "boundaries",
    "cell": "region, polyhedron",
    "cells": "regions, polyhedra",
    "sea": "bulk",
    "leak": "bulk degrees of freedom, overfitted bulk",
    "leaked": "bulk degrees of freedom, overfitted bulk",
    "leaks": "bulk degrees of freedom, overfitted bulk",
    "buried": "subcritical modes",
    "emergence": "BBP threshold",
    "emerge": "BBP threshold",
    "verge": "critical noise, branch point at the edge",
    "repulsion": "free convolution",
    "rising": "monotone",
    "climb": "map along the contour",
    "halves": "the two halves by what they are",
    "sketch": "approximation",
    "chart": "coordinate",
    "copies": "risk_per_error",
    "sharper": "corrected",
    "refined": "corrected",
    "unlearnable": "irreducible fraction",
    "tells": "determines",
    "stands": "outlier",
    "ties": "resonant terms",
    "found": "a noun of the field",
    "made": "a noun of the field",
    "kept": "a noun of the field",
    "counted": "a noun of the field",
    "chosen": "a noun of the field",
}
"""Words that name nothing, and what says it in the field."""

NOT_YET = {
    "asymptotics": {
        "cells",
        "chosen",
        "counted",
        "found",
        "kept",
        "leak",
        "made",
        "rising",
        "sharper",
        "stands",
        "ties",
        "verge",
        "wall",
        "walls",
    },
}
"""Words that still name something in a room; each goes from here with its last name."""


def names_of(tree: ast.AST) -> Iterator[str]:
    """Classes, functions, arguments and variables that a file defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def words_of(name: str) -> set[str]:
    """The words of a name in either case: ``BoundaryType`` and ``boundary_type`` have two."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_are_the_fields_words(path: Path) -> None:
    names = {path.stem, *names_of(ast.parse(path.read_text(encoding="utf-8")))}
    forbidden = set(INSTEAD) - NOT_YET.get(path.relative_to(ROOT).parts[0], set())
    metaphors = {name: INSTEAD[word] for name in names for word in words_of(name) & forbidden}
    assert not metaphors


def test_a_metaphor_is_seen_in_any_kind_of_name() -> None:
    code = "class Wall:\n    def buried_modes(self, sea): self.leak = [cell for cell in ()]"
    found = {word for name in names_of(ast.parse(code)) for word in words_of(name)} & set(INSTEAD)
    assert found == {"wall", "buried", "sea", "leak", "cell"}
