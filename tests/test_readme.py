"""What the README claims is what the code does."""

import doctest
import re
from pathlib import Path

from sympy import latex

from asymptotics import Law, PhaseDiagram, diagonal, phase_diagram, quadratic

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _cell(law: Law) -> str:
    return f"${latex(law.expr)}$"


def law_table(*diagrams: PhaseDiagram) -> str:
    """The table of derived laws: one row for each law of the excess risk in each phase."""
    lines = ["| phase | " + " | ".join(f"{diagram.model} network" for diagram in diagrams) + " |"]
    lines.append("|---|" + "---|" * len(diagrams))
    titles = {phase.name: phase.title for diagram in diagrams for phase in diagram.phases}
    for name, title in sorted(titles.items()):
        cells = []
        for diagram in diagrams:
            laws = dict.fromkeys(_cell(phase.risk) for phase in diagram.phases if phase.name == name)
            cells.append(", then ".join(laws) or "never at fixed noise")
        lines.append(f"| {name} {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def test_table_of_laws_is_what_is_derived() -> None:
    assert law_table(phase_diagram(diagonal), phase_diagram(quadratic)) in README


def test_python_examples_run() -> None:
    outcome = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_files_and_figures_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_the_top_level_holds_nothing_else() -> None:
    allowed = {"asymptotics", "numerics", "verify", "tests", "examples", "pyproject.toml", "README.md"}
    allowed |= {"CHANGELOG.md", "LICENSE", "build", "dist", "report"}
    found = {p.name for p in ROOT.iterdir() if not p.name.startswith(".") and p.suffix != ".egg-info"}
    assert found - {"__pycache__"} <= allowed
