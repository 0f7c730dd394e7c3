"""Names and texts use the field's words, and refer to what exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
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

METAPHORS = r"\b(walls?|cells?|sea|leak(s|ed|ing)?|buried|verge|stands? out|repulsion|emergence)\b"
"""What no text may say either, in the rooms, the examples and the tests."""

TEXTS = sorted(
    {
        *FILES,
        *(ROOT / "examples").rglob("*.py"),
        # results recorded under earlier names keep them
        *(p for p in (ROOT / "tests").rglob("*.py") if p != Path(__file__) and p.parent.name != "recorded"),
    }
)

NOTEBOOKS = ("examples/walkthrough.py", "tests/test_notebook.py")
"""Where a cell is that of a notebook."""

ELSEWHERE = ("mpmath.", "concurrent.", "pandas.", "dataclasses.", "S.")
"""References to other packages."""


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
    metaphors = {name: INSTEAD[word] for name in names for word in words_of(name) & set(INSTEAD)}
    assert not metaphors


def test_a_metaphor_is_seen_in_any_kind_of_name() -> None:
    code = "class Wall:\n    def buried_modes(self, sea): self.leak = [cell for cell in ()]"
    words = {word for name in names_of(ast.parse(code)) for word in words_of(name)}
    assert words & set(INSTEAD) == {"wall", "buried", "sea", "leak", "cell"}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_use_the_fields_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    allowed = ("cell", "cells") if str(path.relative_to(ROOT)) in NOTEBOOKS else ()
    metaphors = {match.group().lower() for match in re.finditer(METAPHORS, text, re.IGNORECASE)}
    assert metaphors <= set(allowed)


@cache
def vocabulary() -> frozenset[str]:
    """What a text may refer to: chapters, modules, and what modules and classes define."""
    names = {part for path in FILES for part in path.relative_to(ROOT).with_suffix("").parts}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef):
                names |= {name for statement in node.body for name in defined_by(statement)}
    return frozenset(names)


def defined_by(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.ClassDef | ast.FunctionDef):
        return {statement.name}
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return {x.id for x in ast.walk(statement) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)}
    return set()


def arguments_and_imports(tree: ast.AST) -> set[str]:
    """Names of arguments, in definitions and in calls, and of what the file imports."""
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg | ast.keyword) and node.arg}
    return arguments | {node.name for node in ast.walk(tree) if isinstance(node, ast.alias)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_texts_refer_to_what_exists(path: Path) -> None:
    """Names in backticks with a dot or an underscore, which are no letters of a formula."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = vocabulary() | arguments_and_imports(tree)
    texts = [x.value for x in ast.walk(tree) if isinstance(x, ast.Constant) and isinstance(x.value, str)]
    reference = r"(?<!`)`{1,2}([a-z]\w*[._][\w.]+)(?:\(\))?`"
    names = {name for text in texts for name in re.findall(reference, text)}
    assert not {
        name
        for name in names
        if not name.startswith(ELSEWHERE) and not (ROOT / name).exists() and set(name.split(".")) - known
    }
