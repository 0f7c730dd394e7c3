"""Makes this folder importable as `recorded`; a folder of tests on the path would hide packages."""

import sys
import types
from pathlib import Path

import pytest

if "recorded" not in sys.modules:
    package = types.ModuleType("recorded")
    package.__path__ = [str(Path(__file__).resolve().parent)]
    sys.modules["recorded"] = package


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The record takes minutes, and goes with the issue that it is for."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("slow")
