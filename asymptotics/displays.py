r"""How results show themselves: a line in a terminal, a table in a notebook, a dictionary, a data frame.

A result says once what there is to see, as a `Display`: a title with its key numbers, and a table.  From it
`Displayed` makes every form that users meet:

    repr(x)                 the title, of at most `WIDTH` characters
    HTML in a notebook      the table, its expressions as mathematics that MathJax sets
    LaTeX in a notebook     the same as an array, or what the class itself writes
    x.to_dict()             plain Python: numbers, texts, lists; expressions as text
    x.to_frame()            a data frame of pandas, the extra ``tables``

In this order: `Display`, `short`, `Displayed`, `Listed`, `documented`; entries as LaTeX and as plain Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from enum import Enum
from html import escape
from importlib import import_module
from typing import Any, NamedTuple, TypeVar

import mpmath
from sympy import Basic, latex

WIDTH = 200
"""The most characters of a ``repr``."""

_DIGITS = 6
"""Digits of a number in a notebook."""


class Display(NamedTuple):
    """What there is to see of a result.

    Attributes:
        title: what it is, with its key numbers, in a line.
        rows: of a table; where there are no columns, pairs of a name and a value.
        columns: their names.
        note: units and normalisation, in a sentence.
    """

    title: str
    rows: tuple[tuple[Any, ...], ...]
    columns: tuple[str, ...] = ()
    note: str = ""


def short(text: Any, width: int = WIDTH) -> str:
    """A text of at most so many characters; of a longer one the middle is left out.

    >>> short("one two three four", 11)
    'one ...four'
    """
    line = " ".join(str(text).split())
    if len(line) <= width:
        return line
    head = (width - 3) // 2
    return f"{line[:head]}...{line[head + 3 - width :]}"


class Displayed:
    """A dataclass that shows itself: by its fields, unless the class says otherwise in ``_display``."""

    def _display(self) -> Display:
        shown = [f.name for f in fields(self) if f.repr]  # type: ignore[arg-type]
        rows = tuple((name, getattr(self, name)) for name in shown)
        return Display(self._title(), rows)

    def _title(self) -> str:
        """What it is, with its key numbers, in a line."""
        return f"{type(self).__name__} {short(_in_words(self._label()), WIDTH // 2)}"

    def _label(self) -> Any:
        """What stands for it in a table of others: its name."""
        return getattr(self, "name", type(self).__name__)

    def __repr__(self) -> str:
        return f"<{short(self._display().title, WIDTH - 2)}>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """The same in Hypothesis and IPython, which would print every field of a dataclass."""
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        display = self._display()
        head = "".join(f"<th>{escape(column)}</th>" for column in display.columns)
        body = "".join(f"<tr>{''.join(map(_entry_in_html, row))}</tr>" for row in display.rows)
        note = f"<p>{escape(display.note)}</p>" if display.note else ""
        table = f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"
        return f"<p>{escape(short(display.title))}</p>{table}{note}"

    def _repr_latex_(self) -> str:
        display = self._display()
        rows = ([rf"\text{{{column}}}" for column in display.columns], *display.rows)
        written = [" & ".join(_in_latex(entry) for entry in row) for row in rows if row]
        columns = "l" * max(map(len, display.rows), default=1)
        return f"$\\begin{{array}}{{{columns}}}\n" + " \\\\\n".join(written) + "\n\\end{array}$"

    def to_dict(self) -> dict[str, Any]:
        """In plain Python, which JSON can hold: expressions are text; of a table a list for each column."""
        display = self._display()
        if not display.columns:
            return {str(name): plain(value) for name, value in display.rows}
        return {column: [plain(row[k]) for row in display.rows] for k, column in enumerate(display.columns)}

    def to_frame(self) -> Any:
        """A data frame of pandas with what ``to_dict`` holds: one row, or those of the table.

        Raises:
            ImportError: pandas is not installed.
        """
        return frame_of(self.to_dict() if self._display().columns else [self.to_dict()])


class Listed(tuple[Any, ...]):
    """A tuple of results, which shows itself as a table with a row for each.

    >>> Listed(("one", "two"))
    ('one', 'two')
    """

    __slots__ = ()

    def __repr__(self) -> str:
        whole = super().__repr__()
        if len(whole) <= WIDTH:
            return whole
        kinds = ", ".join(dict.fromkeys(type(item).__name__ for item in self))
        return f"<{len(self)} of {kinds}: {short(self[0], WIDTH - 60 - len(kinds))}, ...>"

    def _records(self) -> Iterator[dict[str, Any]]:
        for item in self:
            yield item.to_dict() if hasattr(item, "to_dict") else {"value": plain(item)}

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        shown = (
            item._repr_html_() if hasattr(item, "_repr_html_") else _entry_in_html(item) for item in self
        )
        return "".join(f"<div>{part}</div>" for part in shown)

    def to_dict(self) -> dict[str, list[Any]]:
        """Column by column, in plain Python; what an item does not have is None."""
        records = list(self._records())
        columns = dict.fromkeys(name for record in records for name in record)
        return {name: [record.get(name) for record in records] for name in columns}

    def to_frame(self) -> Any:
        """A data frame of pandas, one row an item.

        Raises:
            ImportError: pandas is not installed.
        """
        return frame_of(self.to_dict())


ModelT = TypeVar("ModelT")


def documented(model: ModelT, article: str | None) -> ModelT:
    """The model, of which ``help`` shows the article of its file: its equations and their normalisation.

    >>> from asymptotics import quadratic
    >>> print(quadratic.__doc__.splitlines()[0])
    The quadratic network f(x) = (|B^T x|^2 - |B|_F^2)/sqrt(d), as in arXiv:2509.24882 and 2505.17958.
    """
    object.__setattr__(model, "__doc__", article)
    return model


def frame_of(content: Any) -> Any:
    """A data frame.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        pandas = import_module("pandas")
    except ImportError as missing:
        raise ImportError("to_frame needs pandas, of the extra tables: pip install pandas") from missing
    return pandas.DataFrame(content)


def plain(value: Any) -> Any:
    """An entry in plain Python.

    >>> from sympy import Rational
    >>> plain((Rational(1, 2), mpmath.mpf("0.5"), None))
    ['1/2', 0.5, None]
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Displayed | Enum):
        return plain(value._label() if isinstance(value, Displayed) else value.value)
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, Basic):
        return [plain(part) for part in value]
    return _number(value) if isinstance(value, mpmath.mpf) else str(value)


def _number(value: mpmath.mpf) -> float | str:
    """A float; a text where that has no room."""
    is_float = value == 0 or 1e-300 < abs(value) < 1e300
    return float(value) if is_float else str(mpmath.nstr(value, 17))


def _entry_in_html(entry: Any) -> str:
    """An entry of a table in HTML; mathematics between dollars."""
    entry = entry._label() if isinstance(entry, Displayed) else entry
    shown = f"${_in_latex(entry)}$" if _is_mathematics(entry) else _in_words(entry)
    return f"<td>{escape(shown)}</td>"


def _in_latex(entry: Any) -> str:
    entry = entry._label() if isinstance(entry, Displayed) else entry
    if isinstance(entry, tuple) and _is_mathematics(entry):
        return r",\quad ".join(map(latex, entry))
    return str(latex(entry)) if _is_mathematics(entry) else rf"\text{{{_escaped(_in_words(entry))}}}"


def _is_mathematics(entry: Any) -> bool:
    """An expression, or several."""
    several = isinstance(entry, tuple) and bool(entry) and all(isinstance(part, Basic) for part in entry)
    return several or isinstance(entry, Basic)


def _in_words(entry: Any) -> str:
    if entry is None or isinstance(entry, str):
        return entry or ""
    if isinstance(entry, float | mpmath.mpf):
        return str(mpmath.nstr(mpmath.mpf(entry), _DIGITS))
    if isinstance(entry, Enum):
        return str(entry.value)
    if isinstance(entry, Displayed):
        return _in_words(entry._label())
    if isinstance(entry, tuple):
        return ", ".join(map(_in_words, entry))
    return short(entry)


def _escaped(text: str) -> str:
    r"""A text inside of LaTeX.

    >>> _escaped("a_b & 5 %")
    'a\\_b \\& 5 \\%'
    """
    return "".join(f"\\{letter}" if letter in "_&%#${}" else letter for letter in text)
