r"""Why no hypothesis holds: what the author of a model is told where its diagram has a hole.

Every hypothesis has a solution in monomials, if its balances fix the unknowns; it fails because some "this is
much larger than that" is false of the solution.  At one point of the hole all of these are comparisons of
numbers.  The hypotheses that get the fewest of them wrong are the closest, and one of two things is the
matter: an equation is not the intended one, or a regime is missing in which what fails is not required.

Functions, in order: `closest_hypotheses`, the answer in words; `failures`, all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sympy import Expr, Rational

from asymptotics.algebra.monomials import Scales, Term
from asymptotics.algebra.polyhedra import FIELD, PARAMETERS, Domain, Form, difference, sample_point
from asymptotics.balance import dominant_balance as balance
from asymptotics.balance.regimes import Hypothesis, Model

_SLACK = Rational(1, 10**6)
"""Half the width, relative or absolute, of a box of parameters in which no sign changes but by accident."""


@dataclass(frozen=True)
class Failure:
    """A hypothesis, and what it takes to be much larger than what although it is not."""

    hypothesis: Hypothesis
    broken: tuple[tuple[str, Term, Term], ...]

    def __str__(self) -> str:
        """The hypothesis, and its first broken claim."""
        reason, large, small = self.broken[0]
        others = f", and {len(self.broken) - 1} more" if self.broken[1:] else ""
        return f"{self.hypothesis}: false is {large.monomial()} >> {small.monomial()} ({reason}){others}"


def closest_hypotheses(
    model: Model, scales: Scales, hole: Sequence[Form], domain: Domain, count: int = 3
) -> str:
    """The hypotheses that come closest to holding at a point of a nonempty hole, in words, with the point."""
    parameters, point = sample_point(hole, domain)
    where = zip((*scales.exponents, *PARAMETERS), (*point, *parameters), strict=False)
    box = tuple((x - _SLACK * max(abs(x), 1), x + _SLACK * max(abs(x), 1)) for x in parameters)

    def value(form: Form) -> Expr:
        numbers = [FIELD.to_sympy(c).subs(dict(zip(PARAMETERS, parameters, strict=False))) for c in form]
        return numbers[0] + sum(c * x for c, x in zip(numbers[1:], point, strict=True))

    nearest = sorted(failures(model, scales, box, value), key=lambda failure: len(failure.broken))
    head = "closest at " + ", ".join(f"{v} = {x}" for v, x in where)
    return "\n  ".join([head, *map(str, nearest[:count])])


def failures(
    model: Model, scales: Scales, domain: Domain, value: Callable[[Form], Expr]
) -> Iterator[Failure]:
    """Every hypothesis that has a solution, with what is false of it where forms have this value."""
    for regime_on in model.regimes(scales.noise != "none"):
        for candidate in balance._candidates(regime_on(domain)):
            solution = candidate.monomials()
            if solution is None:
                continue
            claims = [
                (reason, dominant, other)
                for reason, dominant, terms in candidate.claims()
                for other in terms
                if other is not dominant
            ]
            claims += [("by hypothesis", large, small) for large, small in candidate.regime.larger]
            known = [
                (why, balance.at_solution(solution, large), balance.at_solution(solution, small))
                for why, large, small in claims
            ]
            broken = tuple(
                (why, large, small)
                for why, large, small in known
                if value(difference(scales.exponent(large), scales.exponent(small)))
                < 0  # resonant terms add up
            )
            yield Failure(candidate.hypothesis, broken or (("resonant terms", known[0][1], known[0][2]),))
