r"""Answers with a symbolic parameter, as case splits: "for gamma < 1: ...; for gamma > 1: ...".

A learning curve is a line in the space of exponents, n_eff = d^a and weight decay d^ell with ell linear in a.
The order in which it meets the phases, and where, may depend on gamma.  Regions are polyhedra with
coefficients in Q(gamma, r): so their ends on the line, and the values of gamma at which two ends change their
order, are exact (``algebra.intervals``).  These values are left out: there the two neighbours agree, or the
line runs along a boundary.

One of gamma and the source exponent r may be left open, and b beside it: cases in gamma then hold cases in b
(``lines``).

Worked by hand, quadratic network, fixed noise, weight decay d^(-1/4): the line meets ell = (a - 1)/2 at
a = 1/2, where phase II ends.  Phases IV and V meet at a = 4 gamma/(14 gamma - 5), which lies beyond 1/2 where
8 gamma > 14 gamma - 5: phase IV is met for gamma < 5/6.

In this order: the answer, ``CaseSplit``; ``Intervals``, the answer at one value; how they are shown: as text,
then as LaTeX.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from typing import Any

from sympy import Expr, S, Symbol, latex, oo

from asymptotics import symbols
from asymptotics.algebra.polyhedra import EVERYWHERE, PARAMETERS
from asymptotics.balance.laws import Law
from asymptotics.displays import WIDTH, Listed, short

LOWEST: Mapping[Symbol, Expr] = {
    **{parameter: low for parameter, (low, _) in zip(PARAMETERS, EVERYWHERE, strict=False)},
    symbols.b: S.Zero,
}
"""Where the range of each symbol that may be left open begins."""


class CaseSplit(Listed):
    """Cases ``(start, end, answer)`` of a parameter, in order; prints as text, and as LaTeX in a notebook.

    A case holds strictly between its ends.  Answers are tuples, or case splits in a second parameter.
    """

    parameter: Symbol

    def __new__(cls, cases: Iterable[tuple[Expr, Expr, Any]], parameter: Symbol) -> CaseSplit:
        """The cases of a parameter."""
        self = super().__new__(cls, tuple(cases))
        self.parameter = parameter
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return tuple(self), self.parameter

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def to_latex(self) -> str:
        r"""The cases as LaTeX, without dollars.

        >>> from asymptotics import diagonal, phase_diagram
        >>> print(phase_diagram(diagonal, estimator="bayes").learning_curve().to_latex())
        \begin{cases}
        \begin{cases}
        \text{IV} & \text{for } 0 < a < 2 \gamma \\
        \text{VIb} & \text{for } a > 2 \gamma
        \end{cases} & \text{for } \gamma > \frac{1}{2}
        \end{cases}
        """
        return _latex_cases(
            (_latex_answer(answer), between(self.parameter, start, end, latex)) for start, end, answer in self
        )

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"

    def _repr_html_(self) -> str:
        return f"<p>${escape(self.to_latex())}$</p>"

    def _records(self) -> Iterator[dict[str, Any]]:
        for start, end, answer in self:
            case = {f"{self.parameter}_from": str(start), f"{self.parameter}_to": str(end)}
            inner = answer if isinstance(answer, Listed) else Intervals(answer)
            yield from (case | record for record in inner._records())

    def _lines(self) -> list[str]:
        lines = []
        for start, end, answer in self:
            lines.append(f"for {between(self.parameter, start, end, str)}:")
            inner = answer._lines() if isinstance(answer, CaseSplit) else list(map(_in_words, answer))
            lines += [f"    {line}" for line in inner or ["none"]]
        return lines


class Intervals(Listed):
    """Intervals of samples, ``(a_from, a_to, what holds there, ...)`` in order, n_eff = d**a.

    >>> from asymptotics import phase_diagram, quadratic
    >>> phase_diagram(quadratic).learning_curve(ell=-1, gamma=1)
    <0 < a < 4/9: IV; 4/9 < a < 1: V; 1 < a < 2: VIa; a > 2: VIb>
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{short('; '.join(map(_in_words, self)), WIDTH - 2)}>"

    def _repr_html_(self) -> str:
        return f"<p>${escape(self.to_latex())}$</p>"

    def _repr_latex_(self) -> str:
        return f"${self.to_latex()}$"

    def to_latex(self) -> str:
        r"""The intervals as LaTeX, without dollars.

        >>> from asymptotics import phase_diagram, quadratic
        >>> print(phase_diagram(quadratic, estimator="bayes").learning_curve(gamma=1).to_latex())
        \begin{cases}
        \text{IV} & \text{for } 0 < a < 2 \\
        \text{VIb} & \text{for } a > 2
        \end{cases}
        """
        return _latex_answer(self)

    def _records(self) -> Iterator[dict[str, Any]]:
        names = {1: ("phase",), 2: ("best", "risk")}
        for item in self:
            if not isinstance(item, tuple):
                yield item.to_dict()
                continue
            start, end, *held = item
            shown = zip(names[len(held)], map(_label, held), strict=True)
            yield {"a_from": str(start), "a_to": str(end), **dict(shown)}


def between(symbol: Symbol, start: Expr, end: Expr, write: Callable[[Expr], str]) -> str:
    """An open interval, written out; where it has another end, one that every value exceeds is left out.

    >>> between(symbols.a, S.Zero, S.One, str), between(symbols.gamma, S.Half, S.One, str)
    ('0 < a < 1', 'gamma < 1')
    """
    above, name, below = write(start), write(symbol), write(end)
    if end == oo:
        return f"{name} > {above}"
    return f"{name} < {below}" if start == LOWEST.get(symbol) else f"{above} < {name} < {below}"


def _in_words(item: Any) -> str:
    """An interval of samples with what holds there; what else there is shows itself."""
    if not isinstance(item, tuple):
        return str(item)
    start, end, *held = item
    return f"{between(symbols.a, start, end, str)}: {', '.join(map(_label, held))}"


def _label(held: Any) -> str:
    return str(held.expr) if isinstance(held, Law) else str(held.name)


def _latex_answer(answer: Any) -> str:
    if isinstance(answer, CaseSplit):
        return answer.to_latex()
    return _latex_cases(map(_latex_item, answer)) if answer else r"\text{none}"


def _latex_item(item: Any) -> tuple[str, str]:
    if not isinstance(item, tuple):
        return item.to_latex(), ""
    start, end, *held = item
    labels = (latex(x.expr) if isinstance(x, Law) else rf"\text{{{x.name}}}" for x in held)
    return r",\; ".join(labels), between(symbols.a, start, end, latex)


def _latex_cases(rows: Iterable[tuple[str, str]]) -> str:
    written = [rf"{left} & \text{{for }} {right}" if right else left for left, right in rows]
    return "\\begin{cases}\n" + " \\\\\n".join(written) + "\n\\end{cases}"
