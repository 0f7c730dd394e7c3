"""How results show themselves: in a notebook, as a dictionary of plain Python, as a data frame of pandas.

A result is a record: names and values, those of its problem first.  `Displayed` makes of it a table in a
notebook (HTML), an array in LaTeX, and one row of a data frame; each class writes its own line for a
terminal.  `Collected` is a tuple of results, a table with one row for each.

In order: `Displayed`, `Collected`; a number of a problem as a table has it; `plain`; tables in HTML; packages
of the extra ``tables``; `in_digits`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from html import escape
from importlib import import_module
from typing import Any

import mpmath

from numerics.arithmetic.precision import to_fraction

SHOWN_ROWS = 60
"""Rows of a table in a notebook."""

NORMALISATION = (
    "Normalised as in arXiv:2509.24882: excess_risk is E[(f - f*)^2], effective_noise delta, threshold kappa."
)


class Displayed:
    """A dataclass that shows itself by its fields; those of its problem come first, each by itself."""

    _note = NORMALISATION

    def to_dict(self) -> dict[str, Any]:
        """Plain Python that JSON can hold: numbers, texts and lists; numbers of more digits are texts."""
        record: dict[str, Any] = {}
        for x in fields(self):  # type: ignore[arg-type]
            if not x.repr:
                continue
            value = getattr(self, x.name)
            is_problem = x.name == "problem"
            record |= _of_problem(value) if is_problem else {x.name: plain(value)}
        return record

    def to_frame(self) -> Any:
        """A data frame of pandas with one row, that of ``to_dict``.

        Raises:
            ImportError: pandas is not installed.
        """
        return extra("pandas", "to_frame").DataFrame([self.to_dict()])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """One line in Hypothesis and IPython, which would print every field of a dataclass."""
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        return f"{html_table(repr(self), (), list(self.to_dict().items()))}<p>{escape(self._note)}</p>"

    def _repr_latex_(self) -> str:
        rows = (f"{_text(name)} & {_text(entry(value))}" for name, value in self.to_dict().items())
        return "$\\begin{array}{ll}\n" + " \\\\\n".join(rows) + "\n\\end{array}$"


class Collected(tuple[Any, ...]):
    """A tuple of results, which shows itself as a table with one row for each."""

    __slots__ = ()

    def __repr__(self) -> str:
        first = f": {self[0]!r}, ..." if self else ""
        return f"<{type(self).__name__}, {len(self)} points{first}>"

    def to_dict(self) -> dict[str, list[Any]]:
        """Column by column, in plain Python."""
        records = [item.to_dict() for item in self]
        return {name: [record[name] for record in records] for name in (records[0] if records else ())}

    def to_frame(self) -> Any:
        """A data frame of pandas, one row a result.

        Raises:
            ImportError: pandas is not installed.
        """
        return extra("pandas", "to_frame").DataFrame(self.to_dict())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def _repr_html_(self) -> str:
        table = self.to_dict()
        return html_table(repr(self), list(table), list(zip(*table.values(), strict=True)))

    def _repr_latex_(self) -> str:
        table = self.to_dict()
        return latex_table(list(table), list(zip(*table.values(), strict=True)))


def _of_problem(problem: Any) -> dict[str, Any]:
    return {x.name: tabulated(getattr(problem, x.name)) for x in fields(problem)}


def tabulated(value: Any) -> int | float | str | None:
    """A field of a problem as a table has it: a number where int or float hold it exactly, text otherwise.

    >>> from fractions import Fraction
    >>> tabulated(Fraction(5, 4)), tabulated(300.0), tabulated(Fraction(1, 3)), tabulated(None)
    (1.25, 300, '1/3', None)
    >>> tabulated((3, 1.5))
    '[3, 1.5]'
    """
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "__len__"):
        return json.dumps([tabulated(part) for part in value])
    exact = to_fraction(value)
    if exact.denominator == 1:
        return int(exact)
    with suppress(OverflowError):
        if to_fraction(float(exact)) == exact:
            return float(exact)
    return str(exact)


def plain(value: Any) -> Any:
    """An entry in plain Python; a number of many digits is a text.

    >>> plain((mpmath.mpf(2), None)), plain({"x": [1.5]})
    (['2.0', None], {'x': [1.5]})
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, mpmath.mpf):
        with mpmath.workprec(max(53, value._mpf_[3])):
            return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if hasattr(value, "tolist"):  # an array
        return value.tolist()
    if isinstance(value, Iterable):
        return [plain(part) for part in value]
    return plain(vars(value)) if is_dataclass(value) else str(value)


def html_table(caption: str, columns: Sequence[str], rows: Sequence[Iterable[Any]]) -> str:
    """A table in HTML, its first `SHOWN_ROWS` rows."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    shown = rows[:SHOWN_ROWS]
    body = "".join(f"<tr>{''.join(f'<td>{escape(entry(x))}</td>' for x in row)}</tr>" for row in shown)
    rest = f"<p>and {len(rows) - len(shown)} more</p>" if len(rows) > len(shown) else ""
    header = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f"<p>{escape(caption)}</p><table>{header}<tbody>{body}</tbody></table>{rest}"


def latex_table(columns: Sequence[str], rows: Sequence[Iterable[Any]]) -> str:
    r"""A table in LaTeX, its first `SHOWN_ROWS` rows, as an array, which notebooks set.

    >>> print(latex_table(["n", "excess_risk"], [(30, 0.5)]))
    $\begin{array}{ll}
    \text{n} & \text{excess\_risk} \\
    \hline
    \text{30} & \text{0.5}
    \end{array}$
    """
    shown = [[entry(x) for x in row] for row in rows[:SHOWN_ROWS]]
    if len(rows) > len(shown):
        shown.append([f"and {len(rows) - len(shown)} more", *[""] * (len(columns) - 1)])
    head, *lines = (" & ".join(map(_text, row)) for row in ([*columns], *shown))
    body = " \\\\\n".join(lines)
    return f"$\\begin{{array}}{{{'l' * len(columns)}}}\n{head} \\\\\n\\hline\n{body}\n\\end{{array}}$"


def entry(value: Any) -> str:
    """An entry of a table in a notebook."""
    if value is None:
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 100 else f"{text[:97]}..."


def _text(words: str) -> str:
    escaped = "".join(f"\\{letter}" if letter in "_&%#${}" else letter for letter in words)
    return rf"\text{{{escaped}}}"


def in_digits(value: Any) -> str:
    """A number in a line for a terminal.

    >>> in_digits(1 / 3), in_digits(mpmath.mpf(10) ** -400), in_digits(None)
    ('0.333333', '1.0e-400', 'none')
    """
    return "none" if value is None else str(mpmath.nstr(mpmath.mpf(value), 6))


def extra(package: str, method: str) -> Any:
    """A package of the extra ``tables``.

    Raises:
        ImportError: it is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise ImportError(
            f"{method} needs {package}: pip install '.[tables]', from the root of the repository"
        ) from error
