"""The tests mirror the three rooms, file by file, and the two routes meet in tests/verify only."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("asymptotics", "numerics", "verify")

WITHOUT_TEST = {
    "verify/__main__.py": "one call, made by tests/verify/test_start.py",
    "verify/words.py": "texts, each tested where it is printed or drawn",
    "asymptotics/words.py": "texts, each tested where it is said",
    "asymptotics/symbols.py": "names of symbols",
}
"""Modules without a test file of their own, and why."""

WITHOUT_MODULE = {
    "tests/asymptotics/models/test_group_lasso.py": "a model of a user's",
    "tests/asymptotics/test_arguments.py": "exponents are read alike by every function",
    "tests/asymptotics/test_cold.py": "what a fresh process derives",
    "tests/numerics/inference/test_calibration.py": "intervals of many trainings",
    "tests/numerics/test_explicit_targets.py": "whole problems with targets of explicit sizes",
    "tests/numerics/training/test_published.py": "published trainings",
    "tests/numerics/training/test_theory.py": "trainings beside solutions, in every phase",
    "tests/numerics/trained/test_attention.py": "attention on drawn tokens",
    "tests/numerics/trained/test_edge.py": "Tracy-Widom fluctuations of trained spectra",
    "tests/numerics/trained/test_outliers.py": "learned modes of trainings, counted",
    "tests/numerics/trained/test_plateau.py": "trainings along the samples",
    "tests/numerics/trained/test_tuned.py": "trainings at the best weight decay, and Bayes",
    "tests/numerics/trained/test_width.py": "trainings across the width",
    "tests/numerics/test_drawn_data.py": "solutions beside other libraries' fits of drawn data",
    "tests/numerics/test_torture.py": "whole problems at the ends of float64",
    "tests/numerics/test_robustness.py": "whole problems at the ends of their ranges",
    "tests/verify/test_planted_errors.py": "a catalogue of errors that agreement finds",
    "tests/verify/test_numbers.py": "both rooms read numbers alike",
}
"""Test files of no one module, and what they are of; beside the laws of `LAWS`."""

LAWS = {
    f"tests/verify/test_{name}.py"
    for name in (
        "boundaries",
        "constants",
        "finite_size",
        "local_laws",
        "next_order",
        "plateaus",
        "pruning",
        "ridge_boundaries",
        "spectrum",
        "subcritical",
        "system_boundaries",
        "tuning",
        "width",
    )
}
"""Laws of `asymptotics` against solutions of `numerics`."""


def modules(room: str) -> set[str]:
    """The files of a room that hold code, an article alone being tested by its doctests."""
    paths = (ROOT / room).rglob("*.py")
    return {str(p.relative_to(ROOT)) for p in paths if p.name != "__init__.py"}


def files_of_tests(room: str) -> set[str]:
    return {str(p.relative_to(ROOT)) for p in (ROOT / "tests" / room).rglob("test_*.py")}


def mirror(module: str) -> str:
    path = Path("tests") / module
    return str(path.with_name(f"test_{path.name}"))


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_has_its_test_file(room: str) -> None:
    missing = {module for module in modules(room) if mirror(module) not in files_of_tests(room)}
    assert missing <= set(WITHOUT_TEST)


@pytest.mark.parametrize("room", ROOMS)
def test_every_test_file_has_its_module(room: str) -> None:
    others = files_of_tests(room) - {mirror(module) for module in modules(room)}
    assert others <= set(WITHOUT_MODULE) | LAWS


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
    assert not {path for path in files_of_tests(room) if imported(ROOT / path) - {room}}
