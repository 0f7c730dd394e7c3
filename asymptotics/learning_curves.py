r"""Where the risk does not fall as samples grow: the plateaus of a learning curve, why, and where each ends.

Along a learning curve n_eff = d^a the exponent of the risk is linear in a, phase by phase.  Where it is
constant, more samples do not help: that is a plateau.  The phase says why (which terms balance), and the
boundary at its end says what finally changes.

Worked by hand, for the quadratic network at weight decay d^(1/2), fixed noise: phase Ib up to a = 1, R = d^0,
for the threshold kappa = lambda d/(4 n_eff) lies above every mode, sqrt(d) at most; at a = 1 the first mode
passes it.

In this order: ``End`` and ``Plateau``, ``plateaus``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from sympy import Expr, oo, simplify

from asymptotics import symbols
from asymptotics.boundaries.boundary import Boundary
from asymptotics.diagram import Exact, PhaseDiagram, height_of
from asymptotics.expressions.checks import require
from asymptotics.phases.phase import Phase


@dataclass(frozen=True)
class End:
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


@dataclass(frozen=True)
class Plateau:
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


def plateaus(
    diagram: PhaseDiagram,
    *,
    ell: Exact | Expr,
    gamma: Exact,
    b: Exact | None = None,
    source: Exact | None = None,
) -> tuple[Plateau, ...]:
    """The plateaus of a learning curve, in order; arguments and errors as ``PhaseDiagram.learning_curve``.

    A risk that falls by powers of log d alone is on a plateau, too: see ``Phase.risk.log_exponent``.

    >>> from asymptotics import phase_diagram, quadratic
    >>> from sympy import Rational
    >>> (plateau,) = plateaus(phase_diagram(quadratic), ell=Rational(1, 2), gamma=1)
    >>> plateau.begins.a, plateau.ends.a, plateau.exponent, [phase.name for phase in plateau.phases]
    (0, 1, 0, ['Ib'])
    >>> plateau.ends.mechanism
    'The first modes of the target are learned, one by one: each counts for itself.'
    """
    require(isinstance(diagram, PhaseDiagram), "diagram", diagram, "a PhaseDiagram, made by phase_diagram")
    point = diagram.parameters(gamma=gamma, b=b, source=source)
    height = height_of(ell, point)
    curve = diagram.learning_curve(ell=ell, gamma=gamma, b=b, source=source)

    def exponent(stretch: tuple[Expr, Expr, Phase]) -> Expr:
        return simplify(stretch[2].risk.exponent.subs(symbols.ell, height).subs(point))

    def end(at: Expr, phases: tuple[Phase, ...]) -> End:
        here = point | {symbols.a: at, symbols.ell: height.subs(symbols.a, at)}
        for boundary in diagram.boundaries:
            crossed = set(boundary.phases) == set(phases)
            if crossed and simplify((boundary.relation.lhs - boundary.relation.rhs).subs(here)) == 0:
                return End(at, boundary, boundary.mechanism)
        return End(at, None, "")

    result = []
    for level, group in groupby(enumerate(curve), key=lambda numbered: exponent(numbered[1])):
        if level.has(symbols.a):
            continue
        stretches = list(group)
        (first, (start, _, phase)), (last, (_, stop, final)) = stretches[0], stretches[-1]
        phases = tuple(stretch[2] for _, stretch in stretches)
        result.append(
            Plateau(
                begins=end(start, (curve[first - 1][2], phase)) if first else End(start, None, ""),
                ends=End(stop, None, "") if stop == oo else end(stop, (final, curve[last + 1][2])),
                exponent=level,
                phases=phases,
                why=tuple(dict.fromkeys(phase.why for phase in phases)),
            )
        )
    return tuple(result)
