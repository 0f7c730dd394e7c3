"""The site: its pages run, its links lead somewhere, and its strict build would see if they did not."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from markdown_sessions import failures

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted((DOCS / "pages").glob("*.md"))


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("hooks", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hooks = load(DOCS / "hooks.py")


def test_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    attempted, failed = failures((DOCS / "pages" / "tutorial.md").read_text(encoding="utf-8"), "tutorial")
    assert attempted > 20
    assert failed == 0
    assert (tmp_path / "phases.pdf").stat().st_size > 10_000


def test_every_public_name_has_a_docstring() -> None:
    assert hooks.undocumented() == []


def test_a_name_without_a_docstring_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "asymptotics").mkdir()
    source = '"""Laws."""\ndef law(): ...\nclass Phase:\n    def risk(self): ...\n    def _own(self): ...\n'
    (tmp_path / "asymptotics" / "laws.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(hooks, "ROOT", tmp_path)
    found = ["asymptotics.laws.law", "asymptotics.laws.Phase", "asymptotics.laws.Phase.risk"]
    assert hooks.undocumented() == found


def test_every_section_of_the_readme_has_a_page() -> None:
    made = dict(hooks.pages()) | {page.name: "" for page in PAGES}
    for heading in hooks.readme():
        if heading:
            assert hooks.page_of(heading).split("#")[0] in made, heading
    for page in PAGES:
        for heading in re.findall(r"<!-- README: (.+) -->", page.read_text(encoding="utf-8")):
            assert heading in hooks.readme(), heading


def exists(name: str) -> bool:
    """Whether a dotted name is a module, or something public in one."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        module, inside = ROOT.joinpath(*parts[:end]), ".".join(parts[end:])
        path = module / "__init__.py" if module.is_dir() else module.with_suffix(".py")
        if path.exists():
            return not inside or inside in hooks.public(path)
    return False


def test_references_are_to_what_there_is() -> None:
    texts = [hooks.with_readme(page.read_text(encoding="utf-8"), page.name) for page in PAGES]
    texts += [text for name, text in hooks.pages() if name == "index.md" or name.startswith("how-to")]
    names = {name for text in texts for name in re.findall(r"\]\[((?:asympt|numer|ver)[\w.]+)\]", text)}
    assert len(names) > 40
    assert {name for name in names if not exists(name)} == set()
    assert exists("asymptotics.diagram.phase_diagram")
    assert not exists("asymptotics.diagram.phase_diagrams")
    assert not exists("asymptotics.diagrams")


def test_links_of_the_readme_become_links_of_the_site() -> None:
    text = "[`leading_sum`](asymptotics/lemmas/power_sums.py), [it](examples/width.py), [Train](#train)"
    assert hooks.translated(text, "how-to/solve.md") == (
        "[`leading_sum`][asymptotics.lemmas.power_sums.leading_sum], [it](../gallery.md#width), "
        "[Train](../how-to/train.md)"
    )
    assert hooks.translated(r"| $\|x\|$ | a \| b |", "theory.md") == r"| $\vert x\vert $ | a \| b |"


def glossary_column(number: int) -> set[str]:
    """The names in one column of the glossary's table of symbols."""
    text = (DOCS / "pages" / "glossary.md").read_text(encoding="utf-8")
    rows = text.split("## Symbols")[1].split("## Phases")[0].split("\n")[4:]
    entries = [row.split(" | ")[number] for row in rows if row.startswith("| ")]
    return {name for entry in entries for name in re.findall(r"`([^`]+)`", entry)}


def test_the_names_of_the_glossary_exist() -> None:
    from asymptotics import Phase, symbols
    from numerics import Problem, Solution
    from verify.command_line.commands import shallowlaws

    of_laws = {name.removeprefix("Phase.") for name in glossary_column(2)}
    assert of_laws <= Phase.__dataclass_fields__.keys() | {*dir(Phase)} | {*dir(symbols)}
    of_problems = {name for entry in glossary_column(3) for name in entry.split(" / ")}
    fields = Problem.__dataclass_fields__.keys() | Solution.__dataclass_fields__.keys()
    assert len(of_problems) > 9
    assert of_problems <= fields
    options = {option for parameter in shallowlaws.commands["solve"].params for option in parameter.opts}
    assert glossary_column(4) <= options


def test_the_gallery_has_every_example() -> None:
    shown = set(re.findall(r"\{ #(\w+) \}$", hooks.gallery(), re.MULTILINE))
    assert shown == {path.stem for path in (ROOT / "examples").rglob("*.py")} - {"walkthrough"}
    linked = {
        name for text in dict(hooks.pages()).values() for name in re.findall(r"gallery\.md#(\w+)", text)
    }
    assert len(linked) > 3
    assert linked <= shown


def test_the_notebook_is_shown_as_it_was_run_or_else_its_cells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "EXECUTED", tmp_path)
    page = hooks.notebook()
    headings = ["Derive", "Solve", "Verify", "Train", "Infer"]
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == headings
    assert page.count("```") % 2 == 0
    assert "```python\nfrom dataclasses" in page
    assert "# %%" not in page
    (tmp_path / "notebook.md").write_text("with its outputs", encoding="utf-8")
    assert hooks.notebook() == "with its outputs"


def built(folder: Path) -> subprocess.CompletedProcess[str]:
    """As `.ci/docs` does; --quiet would hide the warnings from --strict as well."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", "docs/mkdocs.yml"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


BROKEN = ["[gone](nowhere.md)", "[gone](glossary.md#nowhere)", "[gone][no.where]"]


@pytest.mark.slow
@pytest.mark.parametrize("link", ["", *BROKEN])
def test_a_strict_build_fails_on_a_broken_link(link: str, tmp_path: Path) -> None:
    pytest.importorskip("mkdocstrings", reason="pip install -e '.[docs]'")
    for part in ("docs", "asymptotics", "numerics", "verify", "examples", "tests", ".github"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / part, tmp_path)
    tutorial = tmp_path / "docs" / "pages" / "tutorial.md"
    tutorial.write_text(tutorial.read_text(encoding="utf-8") + f"\n{link}\n", encoding="utf-8")
    outcome = built(tmp_path)
    assert (outcome.returncode == 0) == (not link), outcome.stderr


def test_the_paper_is_what_its_journal_asks_for() -> None:
    """Its sections, 750 to 1750 words, and references in both directions."""
    paper = (DOCS / "paper" / "paper.md").read_text(encoding="utf-8")
    body = paper.split("---\n", 2)[2]
    required = {"Summary", "Statement of need", "State of the field", "Software design"}
    required |= {"Research impact statement", "AI usage disclosure", "Acknowledgements", "References"}
    assert required <= set(re.findall(r"^# (.+)$", body, re.MULTILINE))
    assert 750 <= len(re.sub(r"\[@.*?\]|[^\w\s'-]", " ", body).split()) <= 1750
    bibliography = (DOCS / "paper" / "paper.bib").read_text(encoding="utf-8")
    assert set(re.findall(r"@(\w+)", body)) == set(re.findall(r"^@\w+\{(\w+),", bibliography, re.MULTILINE))


def test_the_citation_has_the_version_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    lines = dict(re.findall(r"^([\w-]+): *(.*)$", citation, re.MULTILINE))
    assert {"cff-version", "message", "title", "authors"} <= set(lines)  # what its schema requires
    assert (lines["version"], lines["license"]) == (project["version"], project["license"])
    assert f'  - name: "{project["authors"][0]["name"]}"' in citation.split("\nreferences:")[0].splitlines()
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
