"""The table of the README has the rows that its command prints, of benchmarks that exist."""

import importlib.util
import re
from pathlib import Path

HERE = Path(__file__).parent
README = (HERE.parents[1] / "README.md").read_text(encoding="utf-8")


def _ratios():
    spec = importlib.util.spec_from_file_location("ratios", HERE / "ratios.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_readme_has_the_rows_that_are_printed():
    ratios = _ratios()
    printed = ratios.table(dict.fromkeys((name for r in ratios.RATIOS for name in r.tests), 1.0))
    shown = README.split("<!-- ratios -->\n")[1].split("<!-- end -->")[0]
    assert re.sub(r"\| [\d.]+ \|", "| 1 |", shown.strip()) == printed


def test_its_benchmarks_exist():
    for ratio in _ratios().RATIOS:
        for name in ratio.tests:
            file, test = name.split("::")
            assert f"def {test.split('[')[0]}(" in (HERE / file).read_text(encoding="utf-8"), name
