"""Files: what is written is whole or not there, and that it can be written is known before the work."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FIGURE_KINDS = (".png", ".pdf", ".svg")
"""Formats of figures, by the end of the file's name."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file to write to, which takes the place of ``path`` when all went well; else nothing changes."""
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def make_folder(folder: Path) -> str | None:
    """Make a folder, with its parents; returns why no file can be written there, None if it can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return f"{str(folder)!r}: {error.strerror or error}"
    except ValueError as error:  # a name that holds a null byte
        return f"{str(folder)!r}: {error}"


def why_no_figure(path: Path) -> str | None:
    """Why no figure can be written to a path; None if it can.

    >>> why_no_figure(Path("spectrum.xyz"))
    "'spectrum.xyz': its name must end in .png, .pdf or .svg"
    """
    if path.suffix.lower() not in FIGURE_KINDS:
        return f"{str(path)!r}: its name must end in {', '.join(FIGURE_KINDS[:-1])} or {FIGURE_KINDS[-1]}"
    if path.is_dir():
        return f"{str(path)!r}: is a folder"
    if not path.parent.is_dir():
        return f"{str(path)!r}: there is no folder {str(path.parent)!r}"
    return make_folder(path.parent)
