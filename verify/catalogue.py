"""The figures that ``shallowlaws figures`` makes by name; a new one is registered here, and nowhere else.

A figure is a function with keyword arguments alone, each with a default, that returns a Matplotlib figure.
The command offers it the options of the same names, `OPTIONS`: it takes those that it has as arguments, and
the others are refused.  With an argument ``network`` it is drawn for every model asked for.  The scripts in
the folder ``examples`` of a checkout are figures, too, by their names; they take no option but a folder.

Imports nothing that takes time: names are checked before a figure is loaded.

In this order: `Entry`, `FIGURES`; what takes which option; the examples.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

EXAMPLES = Path(__file__).parent.parent / "examples"
"""Beside the packages in a checkout; not in an installation."""

OPTIONS = (
    "network",
    "noise",
    "estimator",
    "width",
    "gamma",
    "b",
    "ell",
    "source",
    "samples_window",
    "decay_window",
    "noise_window",
    "width_window",
    "dim",
    "samples",
    "weight_decay",
    "noise_variance",
)
"""What a figure may take, by the names of its arguments."""


class Entry(NamedTuple):
    """A figure: what it shows, in a line, and where its function stands, ``module:function``."""

    title: str
    function: str

    def load(self) -> Callable[..., Any]:
        """The function."""
        from importlib import import_module  # noqa: PLC0415

        module, name = self.function.split(":")
        loaded: Callable[..., Any] = getattr(import_module(module), name)
        return loaded


FIGURES: Mapping[str, Entry] = MappingProxyType(
    {
        "phase_diagram": Entry(
            "where each phase holds, and how its risk scales", "verify.figures.drawing:named_phase_diagram"
        ),
        "learning_curve": Entry(
            "excess risk against samples, solved, with the derived laws",
            "verify.figures.solved:learning_curve",
        ),
        "tuning": Entry(
            "excess risk against weight decay, with the best one and with pruning",
            "verify.figures.solved:tuning",
        ),
        "spectrum": Entry(
            "spectrum of the trained weights: bulk and outliers", "verify.figures.solved:spectrum"
        ),
        "paper_plane": Entry(
            "Figure 1: phases, rates and jumps, and the weights in each phase",
            "verify.paper.named:paper_plane",
        ),
        "paper_spectra": Entry(
            "Figure 2: weights of trained networks in six phases", "verify.paper.named:paper_spectra"
        ),
        "paper_risks": Entry(
            "Figures 3 to 5: excess risk against samples, trainings, derived slopes",
            "verify.paper.named:paper_risks",
        ),
        "paper_pruning": Entry(
            "Figure 8: excess risk against weight decay, with pruning", "verify.paper.named:paper_pruning"
        ),
    }
)


def options_of(name: str) -> tuple[str, ...]:
    """The options that a figure takes.

    >>> options_of("spectrum")[:2]
    ('network', 'gamma')
    """
    from inspect import signature  # noqa: PLC0415

    return tuple(signature(FIGURES[name].load()).parameters)


_MAIN = "\ndef main(folder"


def examples() -> dict[str, Path]:
    """Scripts of the checkout whose ``main(folder)`` draws, by name; none in an installation."""
    scripts = [*sorted(EXAMPLES.glob("*.py")), *sorted(EXAMPLES.glob("paper/*.py"))]
    return {path.stem: path for path in scripts if _MAIN in path.read_text(encoding="utf-8")}


def titles() -> Iterator[tuple[str, str]]:
    """Every figure with what it shows."""
    yield from ((name, entry.title) for name, entry in FIGURES.items())
    for name, path in examples().items():
        article = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        yield name, article.split("\n")[0]
