r"""Dominant balance: which terms of the equations lead, and where.

In a ``regime`` every equation reads "left = a few positive terms", so as d -> oo the left side equals the
largest of them.  Nothing says beforehand which that is.  So every way it could be is tried:

    hypothesis = (order of the scales) x (no, some, all modes learned)
                 x (the largest term of each equation) x (the largest term of the risk).

Under one hypothesis each equation equates two monomials.  Their logarithms are linear in those of the
unknowns, and a small linear system over Q(gamma) gives delta and kappa, constants included (``monomials``).
The hypothesis must then hold for its own solution: each term called largest must exceed the others, and the
scales must be ordered as was assumed; all these are linear inequalities between exponents.  Where they all
hold, a polyhedron in (a, ell, b), the hypothesis is a phase; where they contradict each other
(``polyhedra.feasible``) it is dropped.  The article of this chapter works one phase by hand.

*Resonant terms.*  Exponents that agree for every (a, ell, b) are told apart by their powers of log d.  Terms
that agree in both are resonant and share the equation: left = dominant + resonant.  Such equations are solved
one unknown after the other, ``_resonant_solution``: a resonant term that holds the same power of the unknown
as the dominant one adds to its coefficient, one that is as the left side is subtracted from that.  In the
noiseless phase of the quadratic network the learned modes use a fixed share of the degrees of freedom this
way, and the bulk at the noise's edge takes the rest.

In this order: ``Balanced`` (a hypothesis with its solution), ``solve``, ``dominant_balances`` (all hypotheses
that hold somewhere).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from sympy import Expr, S, Symbol, powdenest

from asymptotics.algebra.monomials import Scales, Term, simplified, solve_monomial_balances, tidy
from asymptotics.algebra.polyhedra import (
    EVERYWHERE,
    FIELD,
    Domain,
    Form,
    SignChange,
    coefficient,
    difference,
    feasible,
    irredundant,
    is_zero,
    sign,
    split_at_sign_changes,
)
from asymptotics.balance.regimes import Equation, Hypothesis, Model, Regime, check_known, check_positive
from asymptotics.expressions.checks import require
from asymptotics.lemmas.power_sums import Learned

Balance = Mapping[Symbol, Term]


@dataclass(frozen=True)
class Inequality:
    """``large`` >> ``small``, as a positive form in the exponents; what it is for, in words."""

    reason: str
    large: Term
    small: Term
    form: Form


@dataclass(frozen=True)
class Balanced:
    """A hypothesis that holds in a polyhedron, and what then holds there to leading order.

    Attributes:
        hypothesis: which terms dominate.
        regime: the equations.
        scales: how the known variables grow.
        domain: the parameters for which this is so.
        facets: the forms that are positive in the polyhedron, none implied by the others.
        inequalities: all that was checked.
        balances: the equations with their dominant terms alone.
        solution: the unknowns.
        risk: the excess risk.
        model: what declared the regime.
    """

    hypothesis: Hypothesis
    regime: Regime = field(hash=False)
    scales: Scales
    domain: Domain
    facets: tuple[Form, ...]
    inequalities: tuple[Inequality, ...] = field(hash=False)
    balances: tuple[tuple[Equation, Term], ...] = field(hash=False)
    solution: Balance = field(hash=False)
    risk: Term | None
    model: Model | None = None

    def known(self, value: Term) -> Term:
        """A term of the regime at the solution."""
        return tidy(at_solution(self.solution, value))

    def largest_terms(self, equation: Equation, dominant: Term) -> tuple[Term, ...]:
        """The dominant term of an equation and those resonant with it, in the order of the equation."""
        largest = self.known(dominant)
        return tuple(t for t in equation.right if t is dominant or self.grows_like(self.known(t), largest))

    def leading_terms(self, quantity: str) -> list[tuple[Domain, tuple[Term, ...]]]:
        """Terms of a quantity of the regime that lead somewhere in the phase, on each part of the domain.

        Most quantities have one.  Two or more exchange the lead inside the phase, none are left
        if the quantity falls faster than every power of d.
        """
        return split_at_sign_changes(lambda domain: self._leading(quantity, domain), self.domain)

    def _leading(self, quantity: str, domain: Domain) -> tuple[Term, ...]:
        largest: list[Term] = []
        for candidate in (at_solution(self.solution, t) for t in self.regime.quantities[quantity](domain)):
            same = next((t for t in largest if self.grows_like(candidate, t)), None)
            if same is None:
                largest.append(candidate)
            else:
                both = replace(same, coefficient=same.coefficient * (1 + share(candidate, same)))
                largest[largest.index(same)] = both
        return tuple(
            tidy(one) for one in largest if self._leads(one, [t for t in largest if t is not one], domain)
        )

    def grows_like(self, one: Term, other: Term) -> bool:
        """Whether two terms without unknowns agree in every power, that of the logarithm too."""
        gap = difference(self.scales.exponent(one), self.scales.exponent(other))
        return is_zero(gap) and one.log_power == other.log_power

    def _leads(self, one: Term, others: Sequence[Term], domain: Domain) -> bool:
        try:
            inequalities, _ = _dominance(one, others, self.scales, domain)
        except _Contradiction:
            return False
        forms = [*self.facets, *self.scales.window, *(i.form for i in inequalities)]
        try:
            return feasible(forms, domain)
        except NotImplementedError:
            return True  # it may lead: a term too many does not change what leads


@dataclass(frozen=True)
class _Candidate:
    """A hypothesis with the terms it names."""

    hypothesis: Hypothesis
    regime: Regime
    dominant: tuple[Term, ...]
    risk: Term | None

    @property
    def balances(self) -> tuple[tuple[Equation, Term], ...]:
        """The equations with their dominant terms alone."""
        return tuple(zip(self.regime.equations, self.dominant, strict=True))

    def monomials(self) -> Balance | None:
        """The unknowns if the dominant terms were alone; None if these do not fix them."""
        return solve_monomial_balances([(e.left, t) for e, t in self.balances], self.regime.unknowns)

    def claims(self) -> Iterator[tuple[str, Term, tuple[Term, ...]]]:
        """What for, which term exceeds which others."""
        for equation, dominant in self.balances:
            yield f"largest term that sets the {equation.name}", dominant, equation.right
        if self.risk is not None:
            yield "largest term of the risk", self.risk, self.regime.risk


class _Contradiction(Exception):
    """A term called dominant is smaller than another by a power of log d, or not positive."""


def at_solution(solution: Balance, value: Term) -> Term:
    """A term with the unknowns replaced by what they are."""
    for unknown, power_law in solution.items():
        value = value.substitute(unknown, power_law)
    return value


def _dominance(
    dominant: Term, others: Sequence[Term], scales: Scales, domain: Domain, reason: str = ""
) -> tuple[list[Inequality], list[Term]]:
    """Inequalities for one known term to exceed the others, and the others that equal it in every power."""
    inequalities, resonant = [], []
    for other in others:
        gap = difference(scales.exponent(dominant), scales.exponent(other))
        if not is_zero(gap):
            inequalities.append(Inequality(reason, dominant, other, gap))
            continue
        by_logarithms = sign(dominant.log_power - other.log_power, domain)
        if by_logarithms < 0:
            raise _Contradiction
        if by_logarithms == 0:
            resonant.append(other)
    return inequalities, resonant


def solve(candidate: _Candidate, scales: Scales, domain: Domain) -> Balanced | None:
    """The solution under one hypothesis, None where it contradicts itself.

    Raises:
        SignChange: when whether it does depends on the parameters within the domain.
        NotImplementedError: when resonant terms leave an equation for their constants which single monomials
            do not express; it names the hypothesis and the terms.
    """
    solution = candidate.monomials()
    if solution is None:
        return None
    try:
        inequalities, resonant = _claims_checked(candidate, solution, scales, domain)
    except _Contradiction:
        return None
    inequalities += _ordering_checked(candidate, solution, scales)
    forms = [inequality.form for inequality in inequalities]
    if not feasible([*forms, *scales.window], domain):
        return None
    if any(resonant):
        solution = _with_resonances(candidate, resonant, domain)
        if solution is None:
            return None
        inequalities, _ = _claims_checked(candidate, solution, scales, domain)  # with the full constants
        inequalities += _ordering_checked(candidate, solution, scales)
    return Balanced(
        hypothesis=candidate.hypothesis,
        regime=candidate.regime,
        scales=scales,
        domain=domain,
        facets=irredundant(forms, scales.window, domain),
        inequalities=tuple(inequalities),
        balances=candidate.balances,
        solution={unknown: tidy(value) for unknown, value in solution.items()},
        risk=_risk(candidate, solution, resonant),
    )


def _risk(candidate: _Candidate, solution: Balance, resonant: Resonant) -> Term | None:
    """The largest term of the risk, with those that grow like it."""
    if candidate.risk is None:
        return None
    largest = at_solution(solution, candidate.risk)
    shares = (share(at_solution(solution, other), largest) for other in resonant[-1])
    return tidy(replace(largest, coefficient=largest.coefficient * (1 + sum(shares, S.Zero))))


Resonant = Sequence[tuple[Term, ...]]
"""The terms that equal the dominant one in every power: of each equation, then of the risk."""


def _claims_checked(
    candidate: _Candidate, solution: Balance, scales: Scales, domain: Domain
) -> tuple[list[Inequality], Resonant]:
    """What it takes for each term called largest to be that, and the terms resonant with it.

    Raises:
        _Contradiction: when one is not.
    """
    inequalities: list[Inequality] = []
    resonant: list[tuple[Term, ...]] = []
    for reason, dominant, terms in candidate.claims():
        others = [t for t in terms if t is not dominant]
        there = [at_solution(solution, t) for t in others]
        claimed, equal = _dominance(at_solution(solution, dominant), there, scales, domain, reason)
        inequalities += claimed
        resonant.append(tuple(t for t, value in zip(others, there, strict=True) if value in equal))
    return inequalities, resonant


def _ordering_checked(candidate: _Candidate, solution: Balance, scales: Scales) -> Iterator[Inequality]:
    """What the regime neglected, as inequalities."""
    ordering, learned = candidate.hypothesis.ordering, candidate.hypothesis.learned
    number = "no" if learned is Learned.NONE else getattr(learned, "value", "")
    reason = str(ordering.value) + (f", {number} modes learned" if learned is not None else "")
    for pair in candidate.regime.larger:
        large, small = (at_solution(solution, side) for side in pair)
        yield Inequality(reason, large, small, difference(scales.exponent(large), scales.exponent(small)))


def _with_resonances(candidate: _Candidate, resonant: Resonant, domain: Domain) -> Balance | None:
    """The solution where resonant terms share their equations; None where a share would not be positive.

    Raises:
        NotImplementedError: when their constants solve an equation of their own.
    """
    of_equations = resonant[: len(candidate.regime.equations)]
    try:
        return _resonant_solution(candidate, of_equations, domain)
    except NotImplementedError as error:
        raise NotImplementedError(f"{candidate.hypothesis}: {error}") from error


def _resonant_solution(candidate: _Candidate, resonant: Resonant, domain: Domain) -> Balance | None:
    """The unknowns where an equation is shared by several terms; None where a share would not be positive."""
    unknowns = set(candidate.regime.unknowns)
    pending = [
        (equation.left, dominant, terms)
        for equation, dominant, terms in zip(
            candidate.regime.equations, candidate.dominant, resonant, strict=True
        )
    ]
    solution: dict[Symbol, Term] = {}
    while pending:
        left_over = unknowns - set(solution)
        equation = next((e for e in pending if len(_unknowns_of(e, left_over)) <= 1), None)
        if equation is None:
            names = ", ".join(t.origin for terms in resonant for t in terms)
            raise NotImplementedError(
                f"{names} and {candidate.dominant[0].origin} are resonant: their constants solve "
                "an equation of their own"
            )
        pending.remove(equation)
        left, dominant, *terms = (at_solution(solution, t) for t in (*equation[:2], *equation[2]))
        for unknown in _unknowns_of(equation, left_over):
            try:
                left, dominant = _shared(left, dominant, terms, unknown, domain)
            except _Contradiction:
                return None
            value = solve_monomial_balances([(left, dominant)], (unknown,))
            if value is None:
                return None
            solution = {u: at_solution(value, known) for u, known in solution.items()} | dict(value)
    return solution


def _unknowns_of(equation: tuple[Term, Term, tuple[Term, ...]], unknowns: set[Symbol]) -> set[Symbol]:
    left, dominant, resonant = equation
    return {u for u in unknowns if any(t.holds([u]) for t in (left, dominant, *resonant))}


def _shared(
    left: Term, dominant: Term, resonant: Sequence[Term], unknown: Symbol, domain: Domain
) -> tuple[Term, Term]:
    """Left = dominant + resonant, as two terms: what goes like either side joins it.

    Raises:
        NotImplementedError: when a resonant term holds another power of the unknown than both sides.
    """
    rest = S.One
    for other in resonant:
        power = other.power(unknown)
        if power == dominant.power(unknown):
            dominant = replace(dominant, coefficient=dominant.coefficient * (1 + share(other, dominant)))
        elif power == left.power(unknown):
            rest -= share(other, left)
        else:
            raise NotImplementedError(
                f"{other.origin} and {dominant.origin} are resonant, with different powers of "
                f"{unknown}: their constants solve an equation of their own"
            )
    if sign(coefficient(rest), domain) <= 0:
        raise _Contradiction
    return replace(left, coefficient=left.coefficient * simplified(rest)), dominant


def share(part: Term, whole: Term) -> Expr:
    """Ratio of two terms that grow alike; it may hold the noise variance, which is of order one if fixed."""
    quotient: Term = part * whole ** (-FIELD.one)
    return simplified(powdenest(quotient.coefficient * quotient.monomial(), force=True))


def _candidates(regime: Regime) -> Iterator[_Candidate]:
    risks: tuple[Term | None, ...] = regime.risk or (None,)
    ways = product(*(equation.right for equation in regime.equations))
    for risk, dominant in product(risks, ways):
        hypothesis = Hypothesis(
            regime.ordering,
            regime.learned,
            "nothing" if risk is None else risk.origin,
            tuple(term.origin for term in dominant),
        )
        yield _Candidate(hypothesis, regime, dominant, risk)


def _balances_of(regime: Callable[[Domain], Regime], scales: Scales, domain: Domain) -> list[Balanced]:
    """All balances of one regime; where they depend on the parameters, on each part of their domain."""
    try:
        system = regime(domain)
        require(isinstance(system, Regime), "regimes", system, "functions of a domain that make a Regime")
        check_known(system, scales)
        check_positive(system, domain)
        solutions = (solve(candidate, scales, domain) for candidate in _candidates(system))
        return [balanced for balanced in solutions if balanced is not None]
    except SignChange as change:
        below, above = (_balances_of(regime, scales, half) for half in change.split(domain))
        if len(below) == len(above) and all(map(_alike, below, above)):
            return [replace(balanced, domain=domain) for balanced in below]
        return below + above


def _alike(one: Balanced, other: Balanced) -> bool:
    return (one.hypothesis, one.facets, one.risk, one.solution) == (
        other.hypothesis,
        other.facets,
        other.risk,
        other.solution,
    )


def regimes_of(model: Model, scales: Scales) -> list[Callable[[Domain], Regime]]:
    """The regimes of a model, each made for a domain of the parameters.

    Raises:
        InvalidArgument: when what the model calls so are none.
    """
    regimes = model.regimes(scales.noise != "none")
    listed = list(regimes) if isinstance(regimes, Iterable) else [regimes]
    require(all(map(callable, listed)), "regimes", regimes, "functions of a domain that make a Regime")
    return listed


def dominant_balances(model: Model, scales: Scales, domain: Domain = EVERYWHERE) -> tuple[Balanced, ...]:
    """Every hypothesis that holds in an open set of exponents, with its solution there.

    Raises:
        ValueError: when a sum is not of the kind that the lemma of ``power_sums`` covers, or not positive.
        NotImplementedError: when constants have no closed form, or a sign in two parameters is not known.
            Both name the model, the regime or the hypothesis, and what it is that fails.

    >>> from asymptotics import diagonal
    >>> balances = dominant_balances(diagonal, Scales("fixed"))
    >>> sorted({balanced.hypothesis.ordering.value for balanced in balances})
    ['kappa << delta', 'kappa >> delta', 'kappa at the edge of the noise']
    """
    solutions: list[Balanced] = []
    for regime in regimes_of(model, scales):
        try:
            balances = _balances_of(regime, scales, domain)
        except (ValueError, NotImplementedError) as error:
            kind = ValueError if isinstance(error, ValueError) else NotImplementedError
            raise kind(f"{model.name}: {error}") from error
        for balanced in balances:
            # two hypotheses that name either of two resonant terms as dominant are one and the same
            if all((balanced.facets, balanced.domain) != (other.facets, other.domain) for other in solutions):
                solutions.append(replace(balanced, model=model))
    return tuple(solutions)
