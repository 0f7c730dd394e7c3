"""Files: what is written is whole or not there, and that it can be written is known before the work."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


@contextmanager
def created(folder: Path) -> Iterator[None]:
    """A folder to write into, created with its parents; of those, what stays empty is removed again.

    Raises:
        OSError: it cannot be created.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for path in missing:
            with suppress(OSError):  # there is something in it
                path.rmdir()


def why_no_folder(folder: Path) -> str | None:
    """Why no file can be written into a folder, there or to be created; None if one can.

    >>> why_no_folder(Path(os.devnull))
    "'/dev/null': is not a folder"
    """
    name = repr(str(folder))
    try:
        with created(folder), tempfile.TemporaryFile(dir=folder):
            return None
    except FileExistsError:
        return f"{name}: is not a folder"
    except OSError as error:
        fault = "takes no file" if os.path.isdir(folder) else "cannot be made"
        is_reason = not isinstance(error, FileNotFoundError)  # what was missing was to be created
        return f"{name}: {fault}: {error.strerror or error}" if is_reason else f"{name}: {fault}"
    except ValueError as error:  # a name that holds a null byte
        return f"{name}: {error}"


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
    return why_no_folder(path.parent)
