r"""Dominant balance: which terms of the equations rule, and where.

In a ``regime`` every equation reads "left = a few positive terms", so as d -> oo the left side equals the
largest of them.  Nothing says beforehand which that is.  So every way it could be is tried:

    hypothesis = (order of the scales) x (no, some, all modes learned)
                 x (the largest term of each equation) x (the largest term of the risk).

Under one hypothesis each equation equates two monomials.  Their logarithms are linear in those of the
unknowns, and a small linear system over Q(gamma) gives delta and kappa, constants included (``terms``).  The
hypothesis must then hold for its own solution: each term called largest must exceed the others, and the
scales must be ordered as was assumed; all these are linear inequalities between exponents.  Where they all
hold, a polyhedral cell in (a, ell, b), the hypothesis is a phase; where they contradict each other
(``cells.feasible``) it is dropped.

Worked by hand, for the diagonal network with kappa >> delta, some modes learned, weight decay setting kappa
and noise feeding delta:

    delta^2 = Delta d/n_eff,    kappa = lambda d/n_eff,
    K = (sqrt(d)/kappa)^(1/gamma) = (n_eff/(lambda sqrt(d)))^(1/gamma),
    R ~ (K/d) kappa^2 = (lambda sqrt(d)/n_eff)^(2 - 1/gamma),

consistent if kappa >> delta: ell > (a - 1)/2;  K >> 1: ell < a - 1/2;  K << d: ell > a - gamma - 1/2.  What
remains (D << alpha, R << Delta) follows.  That is phase II of arXiv:2509.24882 with its region.

*Ties.*  Exponents that agree for every (a, ell, b) are told apart by their powers of log d.  Terms that agree
in both share the equation: left = dominant + tied.  Such equations are solved one unknown after the other,
``_solved_with_ties``: a tied term that holds the same power of the unknown as the dominant one adds to its
coefficient, one that is as the left side is taken from that.  In the noiseless phase of the quadratic network
the learned modes use a fixed share of the degrees of freedom this way, and what leaks at the noise's edge is
the rest.

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
from asymptotics.balance.regimes import Equation, Hypothesis, Model, Regime, check_positive
from asymptotics.expressions.checks import require

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
    """A hypothesis that holds in a cell, and what then holds there to leading order.

    Attributes:
        hypothesis: which terms dominate.
        regime: the equations.
        scales: how the known variables grow.
        domain: the parameters for which this is so.
        facets: the forms that are positive in the cell, none implied by the others.
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

    def leading_terms(self, quantity: str) -> list[tuple[Domain, tuple[Term, ...]]]:
        """Terms of a quantity of the regime that lead somewhere in the cell, on each part of the domain.

        Most quantities have one.  Two or more exchange the lead along walls inside the cell, none are left
        if the quantity falls faster than every power of d.
        """
        return split_at_sign_changes(lambda domain: self._leading(quantity, domain), self.domain)

    def _leading(self, quantity: str, domain: Domain) -> tuple[Term, ...]:
        found: list[Term] = []
        for candidate in (at_solution(self.solution, t) for t in self.regime.quantities[quantity](domain)):
            same = next((t for t in found if self._grows_like(candidate, t)), None)
            if same is None:
                found.append(candidate)
            else:
                both = replace(same, coefficient=same.coefficient * (1 + share(candidate, same)))
                found[found.index(same)] = both
        return tuple(
            tidy(one) for one in found if self._leads(one, [t for t in found if t is not one], domain)
        )

    def _grows_like(self, one: Term, other: Term) -> bool:
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
    for unknown, found in solution.items():
        value = value.substitute(unknown, found)
    return value


def _dominance(
    dominant: Term, others: Sequence[Term], scales: Scales, domain: Domain, reason: str = ""
) -> tuple[list[Inequality], list[Term]]:
    """Inequalities for one known term to exceed the others, and the others that equal it in every power."""
    inequalities, ties = [], []
    for other in others:
        gap = difference(scales.exponent(dominant), scales.exponent(other))
        if not is_zero(gap):
            inequalities.append(Inequality(reason, dominant, other, gap))
            continue
        by_logarithms = sign(dominant.log_power - other.log_power, domain)
        if by_logarithms < 0:
            raise _Contradiction
        if by_logarithms == 0:
            ties.append(other)
    return inequalities, ties


def solve(candidate: _Candidate, scales: Scales, domain: Domain) -> Balanced | None:
    """The solution under one hypothesis, None where it contradicts itself.

    Raises:
        SignChange: when whether it does depends on the parameters within the domain.
        NotImplementedError: when terms tie everywhere in the cell in a way that leaves an equation for their
            constants which single monomials do not express; it names the hypothesis and the terms.
    """
    hypothesis, regime = candidate.hypothesis, candidate.regime
    solution = candidate.monomials()
    if solution is None:
        return None
    inequalities: list[Inequality] = []
    ties: list[tuple[Term, ...]] = []
    try:
        for reason, dominant, terms in candidate.claims():
            others = [other for other in terms if other is not dominant]
            found, tied = _dominance(
                at_solution(solution, dominant),
                [at_solution(solution, t) for t in others],
                scales,
                domain,
                reason,
            )
            inequalities += found
            ties.append(tuple(other for other in others if at_solution(solution, other) in tied))
    except _Contradiction:
        return None
    for large, small in regime.larger:
        one, other = at_solution(solution, large), at_solution(solution, small)
        gap = difference(scales.exponent(one), scales.exponent(other))
        reason = f"{hypothesis.ordering.value}, {hypothesis.learned.value} modes learned"
        inequalities.append(Inequality(reason, one, other, gap))
    forms = [inequality.form for inequality in inequalities]
    if not feasible([*forms, *scales.window], domain):
        return None
    of_equations, of_risk = ties[: len(regime.equations)], ties[len(regime.equations) :]
    if any(of_risk):
        names = " and ".join(t.origin for t in (candidate.risk, *of_risk[0]) if t is not None)
        raise NotImplementedError(f"{hypothesis}: {names} tie in every power, in the risk")
    if any(of_equations):
        try:
            shared = _solved_with_ties(candidate, of_equations, domain)
        except NotImplementedError as error:
            raise NotImplementedError(f"{hypothesis}: {error}") from error
        if shared is None:
            return None
        solution = shared
    return Balanced(
        hypothesis=hypothesis,
        regime=regime,
        scales=scales,
        domain=domain,
        facets=irredundant(forms, scales.window, domain),
        inequalities=tuple(inequalities),
        balances=candidate.balances,
        solution={unknown: tidy(value) for unknown, value in solution.items()},
        risk=None if candidate.risk is None else tidy(at_solution(solution, candidate.risk)),
    )


def _solved_with_ties(
    candidate: _Candidate, ties: Sequence[tuple[Term, ...]], domain: Domain
) -> Balance | None:
    """The unknowns where an equation is shared by several terms; None where a share would not be positive."""
    unknowns = set(candidate.regime.unknowns)
    pending = [
        (equation.left, dominant, tied)
        for equation, dominant, tied in zip(candidate.regime.equations, candidate.dominant, ties, strict=True)
    ]
    solution: dict[Symbol, Term] = {}
    while pending:
        equation = next(
            (e for e in pending if len(_unknowns_of(e, unknowns - set(solution))) <= 1),
            None,
        )
        if equation is None:
            names = ", ".join(t.origin for tied in ties for t in tied)
            raise NotImplementedError(
                f"{names} and {candidate.dominant[0].origin} tie in every power: their constants solve "
                "an equation of their own"
            )
        pending.remove(equation)
        left, dominant, *tied = (at_solution(solution, t) for t in (*equation[:2], *equation[2]))
        for unknown in _unknowns_of(equation, unknowns - set(solution)):
            try:
                left, dominant = _shared(left, dominant, tied, unknown, domain)
            except _Contradiction:
                return None
            found = solve_monomial_balances([(left, dominant)], (unknown,))
            if found is None:
                return None
            solution = {u: at_solution(found, value) for u, value in solution.items()} | dict(found)
    return solution


def _unknowns_of(equation: tuple[Term, Term, tuple[Term, ...]], unknowns: set[Symbol]) -> set[Symbol]:
    left, dominant, tied = equation
    return {u for u in unknowns if any(t.holds([u]) for t in (left, dominant, *tied))}


def _shared(
    left: Term, dominant: Term, tied: Sequence[Term], unknown: Symbol, domain: Domain
) -> tuple[Term, Term]:
    """Left = dominant + tied, as two terms: what goes like either side joins it.

    Raises:
        NotImplementedError: when a tied term holds another power of the unknown than both sides.
    """
    rest = S.One
    for other in tied:
        power = other.power(unknown)
        if power == dominant.power(unknown):
            dominant = replace(dominant, coefficient=dominant.coefficient * (1 + share(other, dominant)))
        elif power == left.power(unknown):
            rest -= share(other, left)
        else:
            raise NotImplementedError(
                f"{other.origin} and {dominant.origin} tie in every power, with different powers of "
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
        made = regime(domain)
        require(isinstance(made, Regime), "regimes", made, "functions of a domain that make a Regime")
        check_positive(made, domain)
        found = [solve(candidate, scales, domain) for candidate in _candidates(made)]
        return [balanced for balanced in found if balanced is not None]
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
    """Every hypothesis that holds in an open cell of exponents, with its solution there.

    Raises:
        ValueError: when a sum is not of the kind that the lemma of ``power_sums`` covers, or not positive.
        NotImplementedError: when constants have no closed form, or a sign in two parameters is not found out.
            Both name the model, the regime or the hypothesis, and what it is that fails.

    >>> from asymptotics import diagonal
    >>> balances = dominant_balances(diagonal, Scales("fixed"))
    >>> sorted({balanced.hypothesis.ordering.value for balanced in balances})
    ['kappa << delta', 'kappa >> delta', 'kappa at the edge of the noise']
    """
    found: list[Balanced] = []
    for regime in regimes_of(model, scales):
        try:
            balances = _balances_of(regime, scales, domain)
        except (ValueError, NotImplementedError) as error:
            kind = ValueError if isinstance(error, ValueError) else NotImplementedError
            raise kind(f"{model.name}: {error}") from error
        for balanced in balances:
            # two hypotheses that name either of two tied terms as dominant are one and the same
            if all((balanced.facets, balanced.domain) != (other.facets, other.domain) for other in found):
                found.append(replace(balanced, model=model))
    return tuple(found)
