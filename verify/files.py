"""Files: what is written is whole or not there, and that it can be written is known before the work."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

FIGURE_KINDS = (".png", ".pdf", ".svg", ".pgf")
"""Formats of figures, by the end of the file's name."""

WEIGHT_KINDS = (".npy", ".csv")
"""Formats of trained weights."""


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
    "'spectrum.xyz': its name must end in .png, .pdf, .svg or .pgf"
    """
    return why_no_file(path, FIGURE_KINDS)


def why_no_file(path: Path, kinds: Sequence[str]) -> str | None:
    """Why no file of one of these kinds can be written to a path; None if one can.

    >>> why_no_file(Path("spectrum.xyz"), (".npy", ".csv"))
    "'spectrum.xyz': its name must end in .npy or .csv"
    """
    if path.suffix.lower() not in kinds:
        return f"{str(path)!r}: its name must end in {', '.join(kinds[:-1])} or {kinds[-1]}"
    if path.is_dir():
        return f"{str(path)!r}: is a folder"
    if not path.parent.is_dir():
        return f"{str(path)!r}: there is no folder {str(path.parent)!r}"
    return why_no_folder(path.parent)


# Trained weights.


def write_weights(path: Path, weights: Any) -> None:
    """Write an array as .npy, or a row of it in each line of text."""
    import numpy as np  # noqa: PLC0415  (late: names of files are checked before anything is loaded)

    with whole(path) as part, part.open("wb") as file:
        if path.suffix.lower() == ".npy":
            np.save(file, weights)
        else:
            np.savetxt(file, weights, fmt="%.17g", delimiter=",")


def read_weights(path: Path) -> Any:
    """The array in a file that ``write_weights`` wrote, or in a text of numbers.

    Raises:
        ValueError: it is none; the message says so without the name.
        OSError: it cannot be read.
    """
    import numpy as np  # noqa: PLC0415

    if path.suffix.lower() == ".npy":
        try:
            return np.load(path, allow_pickle=False)
        except (ValueError, EOFError):
            raise ValueError("holds no array of NumPy") from None
    lines = path.read_text(encoding="utf-8").replace(",", " ").split("\n")
    rows = [line.split() for line in lines if line.strip()]
    try:
        values = np.array([[float(word) for word in row] for row in rows])
    except ValueError:
        raise ValueError("holds what is no number, or rows of different lengths") from None
    if values.size == 0:
        raise ValueError("holds no numbers")
    return values[:, 0] if values.shape[1] == 1 else values
