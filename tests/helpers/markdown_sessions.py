"""Interactive sessions in Markdown, as doctests."""

import doctest


def sessions(markdown: str) -> str:
    """The interactive sessions in its fenced blocks, each at the line where it stands."""
    lines, fenced = [], False
    for line in markdown.splitlines():
        if line.startswith("```"):
            fenced = line == "```pycon"
            lines.append("")
        else:
            lines.append(line if fenced else "")
    return "\n".join(lines) + "\n"


def failures(markdown: str, name: str) -> tuple[int, int]:
    """How many examples of its sessions were run, in one namespace, and how many failed."""
    examples = doctest.DocTestParser().get_doctest(sessions(markdown), {}, name, name, 0)
    outcome = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples)
    return outcome.attempted, outcome.failed
