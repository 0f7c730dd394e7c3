"""The tests mirror the three rooms, file by file, and the two routes meet in tests/verify only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("asymptotics", "numerics", "verify")

WITHOUT_TEST = {
    "verify/__main__.py": "one call, made by tests/verify/test_start.py",
    "verify/words.py": "texts, each tested where it is printed or drawn",
}
"""Modules without a test file of their own, and why."""

WITHOUT_MODULE = {}
"""Test files of no one module, and what they are of."""

MEETING = {}
"""Files of tests/asymptotics and tests/numerics that import the other room, and why."""


def modules(room: str) -> set[str]:
    """The files of a room that hold code, an article alone being tested by its doctests."""
    paths = (ROOT / room).rglob("*.py")
    return {str(p.relative_to(ROOT)) for p in paths if p.name != "__init__.py"}


def tests_of(room: str) -> set[str]:
    return {str(p.relative_to(ROOT)) for p in (ROOT / "tests" / room).rglob("test_*.py")}


def test_of(module: str) -> str:
    path = Path("tests") / module
    return str(path.with_name(f"test_{path.name}"))


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_has_its_test_file(room: str) -> None:
    missing = {module for module in modules(room) if test_of(module) not in tests_of(room)}
    assert missing == {module for module in WITHOUT_TEST if module.startswith(room)}


@pytest.mark.parametrize("room", ROOMS)
def test_every_test_file_has_its_module(room: str) -> None:
    others = tests_of(room) - {test_of(module) for module in modules(room)}
    assert others == {path for path in WITHOUT_MODULE if path.startswith(f"tests/{room}")}


def imported(path: Path) -> set[str]:
    """The rooms that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names & set(ROOMS)


@pytest.mark.parametrize("room", ["asymptotics", "numerics"])
def test_tests_of_one_route_do_not_import_the_other(room: str) -> None:
    meeting = {path for path in tests_of(room) if imported(ROOT / path) - {room}}
    assert meeting == {path for path in MEETING if path.startswith(f"tests/{room}")}
