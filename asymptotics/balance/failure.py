r"""Why no hypothesis holds: what the author of a model is told where its diagram has a hole.

Every hypothesis has a solution in monomials, if its balances fix the unknowns; it fails because some "this is
much larger than that" is false of the solution.  At one point of the hole all of these are comparisons of
numbers.  The hypotheses that get the fewest of them wrong are the closest, and one of two things is the
matter: an equation is not the intended one, or a regime is missing in which what fails is not required.

In this order: `Failure`, `IncompleteDiagram`, `incomplete`, the answer in one line; the claims of every
hypothesis, and a point at which they are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sympy import Expr, Rational

from asymptotics.algebra.monomials import Scales, Term
from asymptotics.algebra.polyhedra import (
    FIELD,
    PARAMETERS,
    Domain,
    Form,
    SignChange,
    difference,
    sample_point,
)
from asymptotics.balance import dominant_balance as balance
from asymptotics.balance.regimes import Hypothesis, Model, Regime

_SLACK = Rational(1, 10**6)
"""Half the width, relative or absolute, of a box of parameters in which no sign changes but by accident."""

_BY_HYPOTHESIS = "by hypothesis"

_STEPS = (0, *(Rational(1, 2**k) for k in range(8)))
_DIRECTIONS = ((2, -3, 5), (-3, 5, 2), (1, 1, 1))
"""Away from a point at which many terms are alike by accident."""

Claim = tuple[str, Term, Term]
"""For which reason, which term is much larger than which."""
Numbers = Sequence[Expr]
"""A form at numbers: its constant and its slopes."""


@dataclass(frozen=True)
class Failure:
    """A hypothesis, and what it takes to be much larger than what although it is not."""

    hypothesis: Hypothesis
    broken: tuple[Claim, ...]

    def __str__(self) -> str:
        """The hypothesis, and its first broken claim."""
        reason, large, small = self.broken[0]
        others = f", and {len(self.broken) - 1} more" if self.broken[1:] else ""
        return f"{self.hypothesis}: false is {large.monomial()} >> {small.monomial()} ({reason}){others}"


class IncompleteDiagram(RuntimeError):
    """No hypothesis of dominant balance holds in some open region: the declared model is not covered.

    Attributes:
        closest: the hypotheses that come closest to holding there, each a `Failure` with all that is false of
            it, the closest first; the message says the first.  Empty where no equations are balanced.
    """

    def __init__(self, message: str, closest: tuple[Failure, ...] = ()) -> None:
        super().__init__(message)
        self.closest = closest

    def __reduce__(self) -> tuple[Any, ...]:
        """By its arguments."""
        return type(self), (str(self), self.closest)


def incomplete(
    model: Model, scales: Scales, hole: Sequence[Form], where: str, domain: Domain, count: int = 3
) -> IncompleteDiagram:
    """The error for a nonempty hole: where it is, a point of it, and the hypotheses closest there."""
    parameters, point = sample_point(hole, domain)
    box = tuple((x - _SLACK * max(abs(x), 1), x + _SLACK * max(abs(x), 1)) for x in parameters)
    tried = list(_hypotheses(model, scales, box))
    sides = [_at_middle(form, box) for form in hole]
    gaps = [gap for _, claims in tried for _, gap in claims if any(gap)]
    point = next(_beside(point, sides, gaps), point)
    failures = [_failure(hypothesis, claims, point) for hypothesis, claims in tried if claims]
    failures = [failure for failure in failures if failure.broken]
    nearest = sorted(failures, key=lambda failure: len(failure.broken))
    message = f"no dominant balance of the {model.name} model holds {where}"
    if nearest:
        names = (*scales.exponents, *PARAMETERS)
        at = ", ".join(f"{x} = {value}" for x, value in zip(names, (*point, *parameters), strict=False))
        message += f"; closest, at {at}: {nearest[0]}"
    return IncompleteDiagram(message, tuple(nearest[:count]))


def _hypotheses(
    model: Model, scales: Scales, domain: Domain
) -> Iterator[tuple[Hypothesis, list[tuple[Claim, Numbers]]]]:
    """Every hypothesis that has a solution, with its claims and by how much each holds."""
    for regime_on in model.regimes(scales.noise != "none"):
        regime, part = _beside_sign_changes(regime_on, domain)
        for candidate in balance._candidates(regime):
            solution = candidate.monomials()
            if solution is None:
                continue
            forms = (
                (claim, difference(scales.exponent(claim[1]), scales.exponent(claim[2])))
                for claim in _claims(candidate, solution)
            )
            yield candidate.hypothesis, [(claim, _at_middle(form, part)) for claim, form in forms]


def _failure(
    hypothesis: Hypothesis, claims: Sequence[tuple[Claim, Numbers]], point: Sequence[Expr]
) -> Failure:
    """What is false of a hypothesis at a point."""
    broken, resonant = list[Claim](), list[Claim]()
    for claim, gap in claims:
        value = _value(gap, point)
        if value < 0 or (value == 0 and claim[0] == _BY_HYPOTHESIS):
            broken.append(claim)
        elif value == 0:  # resonant terms add up, and may do so to nothing
            resonant.append(("resonant terms", *claim[1:]))
    return Failure(hypothesis, tuple(broken or resonant))


def _at_middle(form: Form, domain: Domain) -> Numbers:
    """A form at the parameters in the middle of a domain."""
    middle = {p: (low + high) / 2 for p, (low, high) in zip(PARAMETERS, domain, strict=False)}
    return [FIELD.to_sympy(c).subs(middle) for c in form]


def _value(form: Numbers, point: Sequence[Expr]) -> Expr:
    constant, *slopes = form
    return constant + sum(c * x for c, x in zip(slopes, point, strict=True))


def _beside(point: Sequence[Expr], sides: Sequence[Numbers], gaps: Sequence[Numbers]) -> Iterator[list[Expr]]:
    """Points of a polyhedron, near one of them, at which no gap is 0 by accident."""
    for step, direction in product(_STEPS, _DIRECTIONS):
        moved = [x + step * direction[k % len(direction)] for k, x in enumerate(point)]
        if all(_value(side, moved) > 0 for side in sides) and all(_value(gap, moved) != 0 for gap in gaps):
            yield moved


def _beside_sign_changes(regime_on: Callable[[Domain], Regime], domain: Domain) -> tuple[Regime, Domain]:
    """A regime in a part of a domain in which it is one and the same, with that part."""
    try:
        return regime_on(domain), domain
    except SignChange as change:
        return _beside_sign_changes(regime_on, change.split(domain)[0])


def _claims(candidate: balance._Candidate, solution: balance.Balance) -> Iterator[Claim]:
    """What a hypothesis takes to be much larger than what, at its solution."""
    for reason, dominant, terms in candidate.claims():
        for other in terms:
            if other is not dominant:
                yield (
                    reason,
                    balance.at_solution(solution, dominant),
                    balance.at_solution(solution, other),
                )
    for pair in candidate.regime.larger:
        large, small = (balance.at_solution(solution, side) for side in pair)
        yield _BY_HYPOTHESIS, large, small
