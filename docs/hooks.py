"""Pages of the site that are written elsewhere: README, docstrings, examples, tests.

MkDocs calls ``on_config`` and ``on_files`` before it reads pages, ``on_page_content`` after a page has become
HTML.  What a page holds has one source:

    index.md            the opening of the README, and for whom it is
    how-to/*.md         the other sections of the README, one page a section
    theory.md           written by hand; the networks and the walk from equation to test from the README
    api/*.md            a page a folder of the packages, from its docstrings
    gallery.md          the docstrings of the examples, their figures and sources
    notebook.md         the cells of the notebook, with their outputs where `.ci/docs` has run it
    tests/*.md          the test files that the walk links to

Links of the README lead to files; here they lead to the page that shows the file (``translated``).  Formulas
become MathML, so that the site asks no other host for a script.
"""

from __future__ import annotations

import ast
import logging
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ROOMS = ("asymptotics", "numerics", "verify")
FIGURES = ROOT / "build" / "figures"
"""Where `.ci/docs` has the examples draw."""

NOTEBOOK = ROOT / "examples" / "walkthrough.py"
EXECUTED = FIGURES / "notebook"
"""The notebook in the percent format, and where `.ci/docs` writes it with its outputs."""

HOME = ("Two commands", "For whom this is, and what it is not", "What it costs", "What it does not do yet")
THEORY = ("What a phase is", "Reading the source")
ELSEWHERE = ("Contributing",)
"""Sections of the README that have no page of their own: see the page, or .github."""

CONTINUED = (
    "*One session: names come from the blocks of the pages before, from the [first one](#shallowlaws) on.*"
)

log = logging.getLogger("mkdocs.hooks")


# --- the README


@cache
def readme() -> dict[str, str]:
    """The sections of the README by their headings, in order; "" is what stands before the first."""
    opening, *sections = re.split(r"^## ", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.M)
    named = dict(section.split("\n", 1) for section in sections)
    return {"": re.sub(r"^Below: .*?(?=\n\n|\Z)", "", opening, flags=re.M | re.S), **named}


def slug(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def how_to() -> dict[str, str]:
    """The headings of the README that are how-to pages, and their pages."""
    rest = [heading for heading in readme() if heading and heading not in HOME + THEORY + ELSEWHERE]
    return {heading: f"how-to/{slug(heading)}.md" for heading in rest}


def page_of(heading: str) -> str:
    """The page that shows a section of the README, with its anchor."""
    if heading in ELSEWHERE or not heading:
        return "contributing.md" if heading else "index.md"
    page = "theory.md" if heading in THEORY else how_to().get(heading, "index.md")
    return page if page.startswith("how-to") else f"{page}#{slug(heading)}"


# --- links


def public(path: Path) -> set[str]:
    """Functions, classes and their methods, and documented variables of a file, all of them public."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    names: set[str] = set()
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and _is_text(after):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
    return {name for name in names if not any(part.startswith("_") for part in name.split("."))}


def _is_text(node: ast.stmt | None) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def module_of(path: Path) -> str:
    """The name under which a file is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def translated(markdown: str, page: str) -> str:
    """Markdown of the repository with its links to files as links of the site, as seen from ``page``."""
    up = "../" * page.count("/")

    def link(match: re.Match[str]) -> str:
        text, target = match["text"], match["target"]
        if target.startswith("#"):
            headings = {slug(heading): heading for heading in readme()} | {"shallowlaws": ""}
            return f"[{text}]({up}{page_of(headings[target[1:]])})"
        if target == "CODE_OF_CONDUCT.md":
            return f"[{text}]({up}conduct.md)"
        if target.startswith("http") or not (ROOT / target).exists():
            return match[0]
        return _linked_file(text, target, up)

    found = r"\[(?P<text>[^\]\n]+(?:\n[^\]\n]+)?)\]\((?P<target>[^)\s]+)\)"
    return _with_bars(re.sub(found, link, markdown))


def _linked_file(text: str, target: str, up: str) -> str:
    path = ROOT / target
    if path == NOTEBOOK:
        return f"[{text}]({up}notebook.md)"
    if target.startswith("examples/"):
        return f"[{text}]({up}" + (target if path.suffix == ".png" else f"gallery.md#{path.stem}") + ")"
    if target.startswith("tests/"):
        return f"[{text}]({up}tests/{page_of_test(target)})"
    if target.endswith("CONTRIBUTING.md"):
        return f"[{text}]({up}contributing.md)"
    if path.suffix != ".py":
        return text
    name = text.strip("`")
    identifier = module_of(path) + (f".{name}" if name in public(path) else "")
    return f"[{text}][{identifier}]"


def _with_bars(markdown: str) -> str:
    r"""Bars inside formulas of tables, ``\|`` for GitHub, as LaTeX writes them."""
    rows = [
        re.sub(r"\$[^$]+\$", lambda m: m[0].replace(r"\|", r"\vert "), row) if row.startswith("|") else row
        for row in markdown.split("\n")
    ]
    return "\n".join(rows)


def page_of_test(path: str) -> str:
    """The page that shows a test file, in the folder of such pages."""
    return path.removeprefix("tests/").replace("/", "-").removesuffix(".py") + ".md"


def with_readme(markdown: str, page: str) -> str:
    """Markdown with sections of the README where it asks for them."""
    asked = r"<!-- README: (.+) -->"
    return re.sub(asked, lambda m: translated(f"## {m[1]}\n{readme()[m[1]]}", page), markdown)


# --- pages


def chapters() -> dict[str, list[Path]]:
    """The folders of the packages in the order of their articles, each with its modules."""
    folders: dict[str, list[Path]] = {}
    for room in ROOMS:
        for init in sorted((ROOT / room).rglob("__init__.py"), key=lambda p: (len(p.parts), str(p))):
            modules = sorted(p for p in init.parent.glob("*.py") if not p.name.startswith("__"))
            folders[module_of(init)] = modules
    return folders


def api_page(folder: str, modules: list[Path]) -> str:
    """The article of a folder, then its modules."""
    lines = ["---", f"title: {folder}", "---", "", f"::: {folder}", "    options:", "      members: false"]
    lines += ["      heading_level: 1", ""]
    for module in modules:
        lines += [f"::: {module_of(module)}", "    options:", "      filters: ['!^_']", ""]
    return "\n".join(lines)


def examples() -> list[Path]:
    """Scripts with figures, and what else an example holds."""
    scripts = [path for path in sorted((ROOT / "examples").glob("*.py")) if path != NOTEBOOK]
    return [*scripts, *sorted((ROOT / "examples").glob("*/*.py"))]


def figures(example: Path) -> list[Path]:
    """What an example has drawn: by `.ci/docs`, or what is stored beside it."""
    drawn = sorted((FIGURES / example.stem).glob("*.png"))
    return drawn or sorted(example.parent.glob(f"{example.stem}*.png"))


def gallery() -> str:
    """The examples: what they ask, what they draw, and how."""
    parts = ["# Gallery", "", "Each is one script that runs in under two minutes.", ""]
    for path in examples():
        source = path.read_text(encoding="utf-8")
        title, _, text = (ast.get_docstring(ast.parse(source)) or "").partition("\n")
        parts += [f"## {title.rstrip('.')} {{ #{path.stem} }}", "", text.strip("\n"), ""]
        parts += [f"![{title}](examples/{figure.name})\n" for figure in figures(path)]
        parts += [f'??? note "{path.relative_to(ROOT)}"', "", "    ```python"]
        parts += [f"    {line}".rstrip() for line in source.splitlines()] + ["    ```", ""]
    return "\n".join(parts)


def notebook() -> str:
    """The notebook as Markdown: as it was run, or else its cells alone."""
    executed = EXECUTED / "notebook.md"
    if executed.exists():
        return executed.read_text(encoding="utf-8")
    cells = re.split(r"^# %%", NOTEBOOK.read_text(encoding="utf-8"), flags=re.M)[1:]
    return "\n\n".join(
        re.sub(r"^# ?", "", cell.removeprefix(" [markdown]\n"), flags=re.M)
        if cell.startswith(" [markdown]")
        else f"```python\n{cell.strip()}\n```"
        for cell in cells
    )


def pages() -> Iterator[tuple[str, str]]:
    """All pages that are made, with their Markdown."""
    readme_parts = "".join(f"\n## {heading}\n{readme()[heading]}" for heading in HOME)
    yield "index.md", translated(readme()[""] + readme_parts, "index.md")
    for heading, page in how_to().items():
        yield page, translated(f"# {heading}\n\n{CONTINUED}\n{readme()[heading]}", page)
    for folder, modules in chapters().items():
        yield f"api/{folder}.md", api_page(folder, modules)
    yield "gallery.md", gallery()
    yield "notebook.md", notebook()
    for name, path in {
        "changelog": "CHANGELOG.md",
        "contributing": ".github/CONTRIBUTING.md",
        "conduct": ".github/CODE_OF_CONDUCT.md",
    }.items():
        yield f"{name}.md", translated((ROOT / path).read_text(encoding="utf-8"), f"{name}.md")
    for path in sorted(set(re.findall(r"\]\((tests/[^)]+\.py)\)", "".join(readme().values())))):
        source = (ROOT / path).read_text(encoding="utf-8")
        yield f"tests/{page_of_test(path)}", f"# {path}\n\n```python\n{source}\n```\n"


def undocumented() -> list[str]:
    """Public modules, classes, functions and methods of the packages without a docstring."""
    missing = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            nodes: list[tuple[str, Any]] = [(module_of(path), tree)]
            for owner, node in nodes:
                if ast.get_docstring(node) is None and not _is_overload(node):
                    missing.append(owner)
                if not isinstance(node, ast.FunctionDef):
                    inside = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
                    nodes += [(f"{owner}.{n.name}", n) for n in inside if not n.name.startswith("_")]
    return missing


def _is_overload(node: Any) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "overload" for d in getattr(node, "decorator_list", ()))


# --- what MkDocs calls


def on_config(config: Any) -> Any:
    """Add the made pages to the navigation, and doctests to Markdown."""
    for entry in config.nav:
        if "How-to" in entry:
            entry["How-to"] = list(how_to().values())
        if "API" in entry:
            entry["API"] = [f"api/{folder}.md" for folder in chapters()]
    sys.path.insert(0, str(Path(__file__).parent))
    from docstrings_in_markdown import Docstrings  # noqa: PLC0415  (Markdown comes with MkDocs)

    config.markdown_extensions.append(Docstrings())
    for name in undocumented():
        log.warning("%s has no docstring", name)
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the made pages and the figures."""
    from mkdocs.structure.files import File  # noqa: PLC0415  (the tests read this file without MkDocs)

    for page, markdown in pages():
        files.append(File.generated(config, page, content=markdown))
    for example in examples():
        for figure in figures(example):
            files.append(File.generated(config, f"examples/{figure.name}", abs_src_path=str(figure)))
    for shown in sorted((EXECUTED / "notebook_files").glob("*.png")):
        files.append(File.generated(config, f"notebook_files/{shown.name}", abs_src_path=str(shown)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Put sections of the README where a page asks for them: ``<!-- README: heading -->``."""
    return with_readme(markdown, page.file.src_uri)


def on_page_content(html: str, page: Any, config: Any, files: Any) -> str:
    """Formulas as MathML."""
    from html import unescape  # noqa: PLC0415

    from latex2mathml.converter import convert  # noqa: PLC0415

    def formula(match: re.Match[str]) -> str:
        latex, display = unescape(match[2].strip()), "block" if match[1] == "div" else "inline"
        written = str(convert(latex[2:-2], display=display))
        if r"\frac" in latex:  # nested ones are too small to read in the style of running text
            written = written.replace("<math ", '<math displaystyle="true" ', 1)
        return written

    return re.sub(r'<(span|div) class="arithmatex">(.*?)</\1>', formula, html, flags=re.S)
