"""Docstrings as Markdown: interactive sessions become code, and what looks like markup stays as it stands.

The docstrings of the packages are Markdown but for four things: sessions stand without a fence, equations in
a list are indented by six spaces, products and powers such as ``d**a`` are no emphasis, and
``M[h](-1/gamma)`` is no link.
"""

from __future__ import annotations

import re

from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor


class Docstrings(Extension):
    """A preprocessor for docstrings."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  (Markdown's name)
        """Register before fenced blocks are taken out."""
        md.preprocessors.register(_Docstrings(md), "docstrings", 29)


class _Docstrings(Preprocessor):
    def run(self, lines: list[str]) -> list[str]:
        written: list[str] = []
        fenced = session = listed = equation = False
        for line in lines:
            if session and not line.strip():
                written.append("```")
                session = False
            if not fenced and not session and line.startswith(">>> "):
                written += ["", "```pycon"]
                session = True
            listed = bool(re.match(r"[*-] ", line)) or (listed and line[:1] in ("", " "))
            begins = equation or not written or not written[-1].strip()
            equation = listed and line.startswith(" " * 6) and begins
            if fenced or session:
                written.append(line)
            elif equation:
                written.append("  " + line)
            else:
                written.append(line if line.startswith(" " * 4) else _escaped(line))
            fenced ^= line.lstrip().startswith("```")
        return [*written, "```"] if session else written


def _escaped(line: str) -> str:
    """A line of prose in which products and powers are no emphasis, and arguments no link."""
    parts = re.split(r"(`+[^`]*`+|\$[^$]*\$)", line)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"(?<=[\w)])(\*+)(?=[\w(-])", lambda m: "\\*" * len(m[1]), parts[i])
        parts[i] = re.sub(r"(?<![\w*])([a-z])\*(?=[\s.,;:)])", r"\1\\*", parts[i])  # u*, theta*
        parts[i] = re.sub(r"(?<=\w)\[(\w+)\]\(", r"\\[\1\\](", parts[i])
    return "".join(parts)
