r"""Where the risk does not fall as samples grow: the plateaus of a learning curve, why, and where each ends.

Along a learning curve n_eff = d^a the exponent of the risk is linear in a, phase by phase.  Where it is
constant, more samples do not help: that is a plateau.  The phase says why (which terms balance), and the
boundary at its end says what finally changes.

Worked by hand, for the quadratic network at weight decay d^(1/2), fixed noise: phase Ib up to a = 1, R = d^0,
for the threshold kappa = lambda d/(4 n_eff) lies above every mode, sqrt(d) at most; at a = 1 the first mode
passes it.

In this order: ``End`` and ``Plateau``, ``Run``, ``plateaus``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from sympy import Expr, latex, oo, simplify

from asymptotics import symbols
from asymptotics.algebra.intervals import Part, Stretch
from asymptotics.algebra.polyhedra import Form, difference
from asymptotics.boundaries.boundary import Boundary
from asymptotics.case_splits import between
from asymptotics.diagram import Exact, PhaseDiagram, line_of, require_diagram
from asymptotics.displays import Displayed, Listed
from asymptotics.lines import Line, cases_along
from asymptotics.phases.phase import Phase


@dataclass(frozen=True, repr=False)
class End(Displayed):
    """Where a plateau begins or ends.

    Attributes:
        a: n_eff = d**a.
        boundary: the phase boundary that the learning curve crosses there; None at a = 0 and a = oo, and
            where it passes through a corner of the diagram.
        mechanism: what happens at the boundary, in a sentence; empty without one.
    """

    a: Expr
    boundary: Boundary | None
    mechanism: str

    def _title(self) -> str:
        return f"End at a = {self.a}"

    def _label(self) -> Any:
        return self.a


@dataclass(frozen=True, repr=False)
class Plateau(Displayed):
    """A stretch of a learning curve on which the exponent of the risk does not depend on the samples.

    Attributes:
        begins, ends: its two ends.
        exponent: of d in the risk.
        phases: those it runs through, in order.
        why: the balance of each, in a sentence.
    """

    begins: End
    ends: End
    exponent: Expr
    phases: tuple[Phase, ...]
    why: tuple[str, ...]

    def _title(self) -> str:
        return f"Plateau {self}"

    def _label(self) -> Any:
        return str(self)

    def __str__(self) -> str:
        names = ", ".join(phase.name for phase in self.phases)
        order = "0" if self.exponent == -oo else f"of order {symbols.d**self.exponent}"
        return f"{between(symbols.a, self.begins.a, self.ends.a, str)}: risk {order} in {names}"

    def to_latex(self) -> str:
        r"""Where it is, and the order of the risk, as LaTeX without dollars.

        >>> from asymptotics import phase_diagram, quadratic
        >>> (plateau,) = plateaus(phase_diagram(quadratic), ell=3, gamma=1)
        >>> print(plateau.to_latex())
        0 < a < \frac{7}{2}:\; \text{risk } \text{of order } 1 \text{ in Ib}
        """
        names = ", ".join(phase.name for phase in self.phases)
        where = between(symbols.a, self.begins.a, self.ends.a, latex)
        order = "0" if self.exponent == -oo else rf"\text{{of order }} {latex(symbols.d**self.exponent)}"
        return rf"{where}:\; \text{{risk }} {order} \text{{ in {names}}}"


class Run(NamedTuple):
    """Neighbouring phases on a line, by their indices, with one exponent of the risk.

    Attributes:
        level: the exponent, as a form in b where something is left open, unless infinite.
        phases: of the run.
        before, after: the phases around it; None at an end of the curve.
    """

    level: Form | Expr
    phases: tuple[int, ...]
    before: int | None
    after: int | None


def plateaus(
    diagram: PhaseDiagram,
    *,
    ell: Exact | Expr | None = None,
    gamma: Exact | None = None,
    b: Exact | None = None,
    source: Exact | None = None,
    rho: Exact | None = None,
    **own: Exact | None,
) -> tuple[Any, ...]:
    """The plateaus of a learning curve, in order; arguments and errors as ``PhaseDiagram.learning_curve``.

    Where gamma, b or the source is left open, a ``CaseSplit``: ``(gamma_from, gamma_to, plateaus)`` in order.
    A risk that falls by powers of log d alone is on a plateau, too: see ``Phase.risk.log_exponent``.

    >>> from asymptotics import phase_diagram, quadratic
    >>> from sympy import Rational
    >>> (plateau,) = plateaus(phase_diagram(quadratic), ell=Rational(1, 2), gamma=1)
    >>> plateau.begins.a, plateau.ends.a, plateau.exponent, [phase.name for phase in plateau.phases]
    (0, 1, 0, ['Ib'])
    >>> plateau.ends.mechanism
    'The first modes of the target are learned, one by one: each counts for itself.'
    >>> plateaus(phase_diagram(quadratic), ell=symbols.gamma)
    for gamma > 1/2:
        0 < a < gamma + 1/2: risk of order 1 in Ib
    """
    require_diagram(diagram)
    line = line_of(diagram, ell=ell, gamma=gamma, b=b, source=source, rho=rho, **own)

    def named(runs: Sequence[Stretch[Run]]) -> tuple[Plateau, ...]:
        ends = line.expression
        return Listed(_plateau(diagram, line, ends(x.start), ends(x.end), x.payload) for x in runs)

    if line.free:
        exponents = [_form_of_exponent(phase, line) for phase in diagram.phases]
        return cases_along(diagram.phases, line, partial(_runs_in_part, exponents), named)
    curve = diagram.learning_curve(ell=ell, gamma=gamma, b=b, source=source, rho=rho, **own)
    levels = [simplify(_exponent(phase, line)) for *_, phase in curve]
    runs = _runs([diagram.phases.index(phase) for *_, phase in curve], levels, lambda x: not x.has(symbols.a))
    return Listed(_plateau(diagram, line, curve[first][0], curve[last][1], run) for first, last, run in runs)


def _exponent(phase: Phase, line: Line) -> Expr:
    """Of d in the risk, along the line."""
    return phase.risk.exponent.subs(symbols.ell, line.height).subs(line.fixed)


def _runs(
    phases: Sequence[int], levels: Sequence[Any], is_level: Callable[[Any], bool]
) -> Iterator[tuple[int, int, Run]]:
    """Stretches of one level: first and last, and what is on them; their phases in order."""
    for level, group in groupby(range(len(levels)), key=lambda i: levels[i]):
        if is_level(level):
            first, *others = group
            last = others[-1] if others else first
            before = phases[first - 1] if first else None
            after = phases[last + 1] if last + 1 < len(phases) else None
            yield first, last, Run(level, tuple(phases[first : last + 1]), before, after)


def _form_of_exponent(phase: Phase, line: Line) -> Form | Expr:
    """The exponent of the risk as a form along the line, unless infinite."""
    exponent = _exponent(phase, line)
    beyond = line.height.is_infinite and phase.risk.exponent.has(symbols.ell)
    return exponent if exponent.is_infinite or beyond else line.form(exponent)


def _runs_in_part(
    exponents: Sequence[Form | Expr], curve: Sequence[Stretch[int]], part: Part
) -> tuple[Stretch[Run], ...]:
    """The runs where something is left open, in a part of what it may be; exponents of each phase."""
    levels: list[Any] = []
    for stretch in curve:
        level = _level(exponents[stretch.payload], part)
        last: Any = levels[-1] if levels else None
        both = isinstance(level, tuple) and isinstance(last, tuple)
        levels.append(last if both and part.sign(difference(level, last)) == 0 else level)
    runs = _runs([x.payload for x in curve], levels, lambda level: level is not None)
    return tuple(Stretch(curve[first].start, curve[last].end, run) for first, last, run in runs)


def _level(exponent: Form | Expr, part: Part) -> Any:
    """The exponent, as a form in b unless infinite, if it does not depend on the samples; else None."""
    if not isinstance(exponent, tuple):
        return exponent
    constant, slope, *of_b = exponent
    return None if part.sign((slope,)) != 0 else (constant, *of_b)


def _plateau(diagram: PhaseDiagram, line: Line, start: Expr, stop: Expr, run: Run) -> Plateau:
    phases = tuple(diagram.phases[index] for index in run.phases)

    def end(at: Expr, others: tuple[int, int | None]) -> End:
        around = {diagram.phases[index] for index in others if index is not None}
        for boundary in diagram.boundaries:
            gap = boundary.relation.lhs - boundary.relation.rhs
            if set(boundary.phases) == around and simplify(gap.subs(line.at(at))) == 0:
                return End(at, boundary, boundary.mechanism)
        return End(at, None, "")

    return Plateau(
        begins=end(start, (run.phases[0], run.before)),
        ends=end(stop, (run.phases[-1], run.after)),
        exponent=line.expression(run.level) if isinstance(run.level, tuple) else run.level,
        phases=phases,
        why=tuple(dict.fromkeys(phase.why for phase in phases)),
    )
