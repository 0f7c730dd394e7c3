"""What the README claims is what the code does."""

import ast
import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_sessions import failures, sessions
from shell import status_of
from sympy import latex

from asymptotics import Law, Network, diagonal, phase_diagram, quadratic

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _formula(law: Law) -> str:
    return f"${latex(law.expr)}$"


def law_table(*networks: Network) -> str:
    """The derived laws: a row for each phase at fixed noise, and that of noiseless interpolation."""
    columns = [
        [
            *phase_diagram(network).phases,
            *(p for p in phase_diagram(network, noise="none").phases if p.name == "N"),
        ]
        for network in networks
    ]
    lines = ["| phase | " + " | ".join(f"{network} network" for network in networks) + " |"]
    lines.append("|---|" + "---|" * len(networks))
    titles = {phase.name: phase.title for phases in columns for phase in phases}
    order = ("Ia", "Ib", "II", "III", "IV", "V", "VIa", "VIb", "N")
    for name, title in sorted(titles.items(), key=lambda item: order.index(item[0])):
        entries = []
        for phases in columns:
            laws = dict.fromkeys(_formula(phase.risk) for phase in phases if phase.name == name)
            entries.append(", then ".join(laws) or "never at fixed noise")
        lines.append(f"| {name} {title} | " + " | ".join(entries) + " |")
    return "\n".join(lines)


def test_table_of_laws_is_what_is_derived() -> None:
    assert law_table(diagonal, quadratic) in README


def test_python_examples_run() -> None:
    attempted, failed = failures(README, "README")
    assert attempted > 0
    assert failed == 0


def scripts(markdown: str) -> list[str]:
    """The Python programs in its fenced blocks."""
    return re.findall(r"^```python\n(.*?)^```", markdown, re.DOTALL | re.MULTILINE)


def test_programs_run(tmp_path: Path) -> None:
    assert scripts(README)
    for number, program in enumerate(scripts(README)):
        script = tmp_path / f"program_{number}.py"
        script.write_text(program, encoding="utf-8")
        command = [sys.executable, "-W", "error", str(script)]
        result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert result.returncode == 0, result.stderr
    assert len((tmp_path / "trainings.csv").read_text(encoding="utf-8").splitlines()) == 5


COMMANDS = [
    tuple(example.partition("\n")[::2])
    for block in re.findall(r"^```console\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
]
"""The commands in its fenced blocks, and what each prints."""


def test_commands_print_what_stands_below_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert COMMANDS
    for command, wanted in COMMANDS:
        name, *arguments = shlex.split(command)
        assert name == "shallowlaws"
        assert status_of(arguments) == 0, command
        printed = capsys.readouterr().out
        assert doctest.OutputChecker().check_output(wanted, printed, doctest.ELLIPSIS), printed


def test_it_opens_with_what_it_does() -> None:
    """To derive, solve, train and infer, in fifteen lines before the first heading."""
    opening = README.split("\n## ")[0]
    lines = [line for line in sessions(opening).splitlines() if line]
    assert len(lines) <= 15
    code = "\n".join(lines)
    assert all(f"{name}(" in code for name in ("phase_diagram", "solve", "train", "infer"))


def test_its_words_are_the_fields() -> None:
    assert not re.findall(r"\b(chapters?|verb|told|atom)\b", README)


def test_no_example_stands_outside_of_a_fence() -> None:
    # ">>>" at the beginning of a line is a quotation in a quotation in a quotation
    assert sessions(README).count(">>> ") == README.count(">>> ")


def test_an_example_is_found_where_it_fails() -> None:
    text = "before\n```pycon\n>>> 1 + 1\n3\n```\n>>> outside\n"
    [example] = doctest.DocTestParser().get_examples(sessions(text))
    assert (example.source, example.want, example.lineno) == ("1 + 1\n", "3\n", 2)


def test_files_and_figures_exist() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_the_top_level_holds_nothing_else() -> None:
    allowed = {"asymptotics", "numerics", "verify", "tests", "examples", "pyproject.toml", "README.md"}
    allowed |= {"CHANGELOG.md", "LICENSE", "CITATION.cff", "build", "dist", "report"}
    allowed |= {"docs"}  # what publication needs: the site and the paper
    found = {p.name for p in ROOT.iterdir() if not p.name.startswith(".") and p.suffix != ".egg-info"}
    assert found - {"__pycache__"} <= allowed


LINK = re.compile(r"\[`?(\w+)`?\]\(([^)]+)\)")


def walk() -> list[list[list[tuple[str, str]]]]:
    """The rows of the table that a reader of the source follows: name and path of each link, by column."""
    table = README.split("<!-- walk -->")[1].split("<!-- end -->")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[LINK.findall(column) for column in line.split("|")[1:-1]] for line in lines[1:]]


def defined_in(path: str) -> set[str]:
    """Functions, classes and variables of a file."""
    body = ast.parse((ROOT / path).read_text(encoding="utf-8")).body
    names = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    targets = [t for node in body if isinstance(node, ast.Assign) for t in node.targets]
    targets += [node.target for node in body if isinstance(node, ast.AnnAssign)]
    return names | {target.id for target in targets if isinstance(target, ast.Name)}


def test_the_walk_through_the_source_is_alive() -> None:
    assert len(walk()) > 10
    for _, derived, solved, tests in walk():
        routes = derived + solved
        assert routes
        assert tests
        for name, module in routes:
            assert name in defined_in(module), (name, module)
        for test, path in tests:
            text = (ROOT / path).read_text(encoding="utf-8")
            assert Path(path).stem == test
            # of one of the routes, at least
            assert any(name in text or Path(module).stem in text for name, module in routes), path


def test_a_link_that_is_dead_is_seen() -> None:
    assert "no_such_name" not in defined_in("asymptotics/diagram.py")
