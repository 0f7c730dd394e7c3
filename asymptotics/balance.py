r"""Dominant balance: which terms of the state evolution rule, and where.

Every sum of the state evolution is, by ``power_sums``, a leading term once it is known which of delta and
kappa is the larger and how many modes are learned; and what noise leaks near its edge is another, by
``noise``. The two equations then read "left = a few positive terms", so as d -> oo the left side equals the
largest of them.  Nothing says beforehand which that is.  So every way it could be is tried:

    hypothesis = (kappa against delta) x (no, some, all modes learned)
                 x (what makes most of the error) x (what makes most of the degrees of freedom)
                 x (what feeds delta: noise or error) x (what sets kappa: weight decay or degrees of freedom).

Under one hypothesis both equations equate two monomials.  Their logarithms are linear, and a 2 x 2 system
over Q(gamma) gives delta and kappa, constants included (``terms``).  The hypothesis must then hold for its
own solution: each term called dominant must exceed the others it was preferred to, which is a linear
inequality between exponents.  Where they all hold, a polyhedral cell in (a, ell), the hypothesis is a
phase; where they contradict each other (``cells.feasible``) it is dropped.

Worked by hand, for the diagonal network with kappa >> delta, some modes learned, weight decay setting kappa
and noise feeding delta:

    delta^2 = Delta d/n_eff,    kappa = lambda d/n_eff,
    K = (sqrt(d)/kappa)^(1/gamma) = (n_eff/(lambda sqrt(d)))^(1/gamma),
    R ~ (K/d) kappa^2 = (lambda sqrt(d)/n_eff)^(2 - 1/gamma),

consistent if kappa >> delta: ell > (a - 1)/2;  K >> 1: ell < a - 1/2;  K << d: ell > a - gamma - 1/2.  What
remains (D << alpha, R << Delta) follows.  That is phase II of arXiv:2509.24882 with its region.

Exponents that tie for every (a, ell) are told apart by their powers of log d; terms that tie in both add up.

In this order: ``Hypothesis``, ``Balanced`` (a hypothesis with its solution), the terms of the equations,
``solve``, ``dominant_balances`` (all hypotheses that hold somewhere).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from sympy import Add, Eq, Expr, Symbol, sqrt

from asymptotics.cells import (
    ALL_DECAYS,
    FIELD,
    Decays,
    Form,
    SignChange,
    coefficient,
    difference,
    feasible,
    irredundant,
    is_zero,
    negative,
    sign,
)
from asymptotics.power_sums import Learned, ModeFunction, leading_sum
from asymptotics.state_evolution import Ordering, StateEvolution, mode_functions
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    threshold,
)
from asymptotics.terms import KNOWN, Scales, Term, leaked, solve_monomial_balances, term, tidy

MODES = "target modes"
LEAK = "noise above the threshold"
LABEL_NOISE = "label noise"
WEIGHT_DECAY = "weight decay"


@dataclass(frozen=True)
class Hypothesis:
    """Which terms are taken to dominate; the last four are origins of terms."""

    ordering: Ordering
    learned: Learned
    error: str
    degrees_of_freedom: str
    feeds_noise: str
    sets_threshold: str


@dataclass(frozen=True)
class Balanced:
    """A hypothesis that holds in a cell, and what then holds there to leading order.

    ``logarithm`` is the term D_b whose L = log(1/D_b) the others may hold, None away from the edge.
    """

    hypothesis: Hypothesis
    decays: Decays
    facets: tuple[Form, ...]
    error: Term
    effective_noise: Term
    threshold: Term
    learned: Term | None
    degrees_of_freedom: Term | None
    logarithm: Term | None


@dataclass(frozen=True)
class _Equations:
    """The state evolution under one ordering and number of learned modes: sums replaced by terms."""

    unknowns: tuple[Symbol, Symbol]
    noise_left: Term
    noise_known: tuple[Term, ...]
    noise_per_error: Term
    threshold_left: Term
    threshold_known: tuple[Term, ...]
    threshold_per_freedom: Term
    errors: tuple[Term, ...]
    freedoms: tuple[Term, ...]
    learned: Term | None
    crossover: Term
    threshold: Term

    @property
    def feeding_terms(self) -> tuple[Term, ...]:
        """What the right side of the equation for delta adds up."""
        return (*self.noise_known, *(error * self.noise_per_error for error in self.errors))

    @property
    def setting_terms(self) -> tuple[Term, ...]:
        """What the right side of the equation for kappa adds up."""
        return (*self.threshold_known, *(freedom * self.threshold_per_freedom for freedom in self.freedoms))


@dataclass(frozen=True)
class _Candidate:
    """A hypothesis with the terms it names."""

    hypothesis: Hypothesis
    equations: _Equations
    error: Term
    freedom: Term | None
    feeding: Term
    setting: Term


def _sum_term(
    function: ModeFunction, learned: Learned, scale: Term, degree: int, decays: Decays, origin: str
) -> Term | None:
    """T**degree times the mean of a mode function, by the lemma on power-law sums."""
    leading = leading_sum(function, learned, decays)
    if leading is None:
        return None
    dimension: Term = term(d, origin) ** leading.dimension_power
    crossover: Term = _crossover(scale) ** leading.crossover_power
    unit: Term = scale ** coefficient(degree)
    return term(leading.constant, origin) * dimension * crossover * unit


def _crossover(scale: Term) -> Term:
    """K = (sqrt(d)/T)**(1/gamma), the index at which the target s_i = sqrt(d) i**-gamma crosses T."""
    inverse: Term = scale ** (-FIELD.one)
    crossover: Term = (term(sqrt(d), MODES) * inverse) ** coefficient(1 / gamma)
    return crossover


def _edge_terms(network: StateEvolution) -> tuple[Term, Term]:
    """Threshold and leaked error near the edge of the noise, in delta, D_b and L."""
    edge = network.noise.edge_law
    at_edge = term(edge.threshold_constant * effective_noise, MODES)
    error = term(edge.error_constant * effective_noise**2 * leaked**edge.error_power, LEAK)
    return (
        replace(at_edge, log_power=coefficient(edge.threshold_log_power)),
        replace(error, log_power=coefficient(edge.error_log_power)),
    )


def _split(equation: Eq, unknown_sum: Symbol, origin: str) -> tuple[Term, tuple[Term, ...], Term]:
    """Left side, the terms of the right side without ``unknown_sum``, and the factor of that sum."""
    arguments = Add.make_args(equation.rhs.expand())
    known = tuple(term(x, origin) for x in arguments if not x.has(unknown_sum))
    (factor,) = (term(x / unknown_sum, MODES) for x in arguments if x.has(unknown_sum))
    return term(equation.lhs, MODES), known, factor


def _equations(network: StateEvolution, ordering: Ordering, learned: Learned, decays: Decays) -> _Equations:
    summands = mode_functions(network, ordering, learned)
    at_edge = ordering is Ordering.THRESHOLD_AT_EDGE
    edge, leaked_error = _edge_terms(network)
    kappa = edge if at_edge else term(threshold, MODES)
    scale = term(effective_noise, MODES) if ordering is Ordering.THRESHOLD_BELOW_NOISE else kappa

    def total(function: ModeFunction, degree: int) -> Term | None:
        return _sum_term(function, learned, scale, degree, decays, MODES)

    noise_left, noise_known, per_error = _split(network.noise_balance, matrix_error, LABEL_NOISE)
    threshold_left, threshold_known, per_freedom = _split(
        network.threshold_balance, degrees_of_freedom, WEIGHT_DECAY
    )
    leak = ((leaked_error,), (term(leaked, LEAK),)) if at_edge else ((), ())
    count = total(summands.learned, 0)
    return _Equations(
        unknowns=(effective_noise, leaked if at_edge else threshold),
        noise_left=noise_left,
        noise_known=noise_known,
        noise_per_error=per_error,
        threshold_left=threshold_left,
        threshold_known=tuple(t.substitute(threshold, kappa) for t in threshold_known),
        threshold_per_freedom=per_freedom,
        errors=tuple(t for t in (total(summands.error, 2), *leak[0]) if t is not None),
        freedoms=tuple(t for t in (total(summands.degrees_of_freedom, 0), *leak[1]) if t is not None),
        learned=None if count is None else count * term(d, MODES),
        crossover=_crossover(scale),
        threshold=kappa,
    )


class _Contradiction(Exception):
    """A term called dominant is smaller than another by a power of log d."""


def _dominance(dominant: Term, others: Sequence[Term], scales: Scales) -> tuple[list[Form], list[Term]]:
    """Inequalities for one term to exceed the others, and the others that equal it in every power."""
    inequalities, ties = [], []
    for other in others:
        gap = difference(scales.exponent(dominant), scales.exponent(other))
        if not is_zero(gap):
            inequalities.append(gap)
            continue
        by_logarithms = sign(dominant.log_power - other.log_power)
        if by_logarithms < 0:
            raise _Contradiction
        if by_logarithms == 0:
            ties.append(other)
    return inequalities, ties


def _ordering_inequalities(ordering: Ordering, solution: dict[Symbol, Term], scales: Scales) -> list[Form]:
    if ordering is Ordering.THRESHOLD_AT_EDGE:
        return [negative(scales.exponent(solution[leaked]))]
    gap = difference(scales.exponent(solution[threshold]), scales.exponent(solution[effective_noise]))
    return [gap if ordering is Ordering.THRESHOLD_ABOVE_NOISE else negative(gap)]


def _learned_inequalities(learned: Learned, crossover: Form) -> list[Form]:
    beyond_last = (crossover[0] - FIELD.one, *crossover[1:])
    return {
        Learned.NONE: [negative(crossover)],
        Learned.SOME: [crossover, negative(beyond_last)],
        Learned.ALL: [beyond_last],
    }[learned]


def _cells(forms: Sequence[Form], decays: Decays) -> list[tuple[Decays, tuple[Form, ...]]]:
    """The facets of the cell, on each interval of gamma where it is not empty."""
    try:
        return [(decays, irredundant(forms, decays))] if feasible(forms, decays) else []
    except SignChange as change:
        left = _cells(forms, (decays[0], change.root))
        right = _cells(forms, (change.root, decays[1]))
        if len(left) == len(right) == 1 and left[0][1] == right[0][1]:
            return [(decays, left[0][1])]
        return left + right


def solve(candidate: _Candidate, scales: Scales, decays: Decays) -> list[Balanced]:
    """The solution under one hypothesis on each interval of gamma where it is consistent; [] if on none.

    Raises:
        NotImplementedError: when two terms that depend on the unknowns tie everywhere in the cell: the
            constants then solve an equation of their own, which single monomials do not express.
    """
    hypothesis, equations = candidate.hypothesis, candidate.equations
    first = _solution(equations, candidate.feeding, candidate.setting)
    if first is None:
        return []
    solution = first

    def known(value: Term) -> Term:
        for unknown, found in solution.items():
            value = value.substitute(unknown, found)
        return tidy(value)

    def dominance(dominant: Term | None, terms: Sequence[Term]) -> tuple[list[Form], list[Term]]:
        if dominant is None:
            return [], []
        others = [known(other) for other in terms if other != dominant]
        return _dominance(known(dominant), others, scales)

    try:
        by_error, error_ties = dominance(candidate.error, equations.errors)
        by_freedom, _ = dominance(candidate.freedom, equations.freedoms)
        by_feeding, feeding_ties = dominance(candidate.feeding, equations.feeding_terms)
        by_setting, setting_ties = dominance(candidate.setting, equations.setting_terms)
    except _Contradiction:
        return []
    forms = [
        *(*by_error, *by_freedom, *by_feeding, *by_setting),
        *_ordering_inequalities(hypothesis.ordering, solution, scales),
        *_learned_inequalities(hypothesis.learned, scales.exponent(known(equations.crossover))),
    ]
    cells = _cells(forms, decays)
    if not cells:
        return []
    if error_ties or setting_ties:
        raise NotImplementedError(f"terms tie in every power under {hypothesis}")
    if feeding_ties:
        tied = [t for t in equations.feeding_terms if t != candidate.feeding and known(t) in feeding_ties]
        together = _sum_of_ties([candidate.feeding, *tied], hypothesis)
        solution = _solution(equations, together, candidate.setting) or solution
    return [
        Balanced(
            hypothesis=hypothesis,
            decays=interval,
            facets=facets,
            error=known(candidate.error),
            effective_noise=known(term(effective_noise, MODES)),
            threshold=known(equations.threshold),
            learned=None if equations.learned is None else known(equations.learned),
            degrees_of_freedom=None if candidate.freedom is None else known(candidate.freedom),
            logarithm=solution.get(leaked),
        )
        for interval, facets in cells
    ]


def _solution(equations: _Equations, feeding: Term, setting: Term) -> dict[Symbol, Term] | None:
    balances = ((equations.noise_left, feeding), (equations.threshold_left, setting))
    return solve_monomial_balances(balances, equations.unknowns)


def _sum_of_ties(terms: Sequence[Term], hypothesis: Hypothesis) -> Term:
    """One term for several that grow alike and hold no unknown: their coefficients add."""
    if any(p != FIELD.zero for t in terms for p in t.powers[len(KNOWN) :]):
        raise NotImplementedError(f"terms that hold an unknown tie in every power under {hypothesis}")
    total: Expr = Add(*(t.coefficient * t.monomial() for t in terms))
    return Term(total, (FIELD.zero,) * len(terms[0].powers), FIELD.zero, terms[0].origin)


def _candidates(network: StateEvolution, decays: Decays) -> Iterator[_Candidate]:
    for ordering, learned in product(Ordering, Learned):
        if ordering is Ordering.THRESHOLD_AT_EDGE and learned is Learned.ALL:
            continue  # no mode is left in the noise: it has no edge to leak past
        equations = _equations(network, ordering, learned, decays)
        for error, freedom in product(equations.errors, equations.freedoms or (None,)):
            feeding_terms = (*equations.noise_known, error * equations.noise_per_error)
            setting_terms = equations.threshold_known
            if freedom is not None:
                setting_terms = (*setting_terms, freedom * equations.threshold_per_freedom)
            for feeding, setting in product(feeding_terms, setting_terms):
                hypothesis = Hypothesis(
                    ordering,
                    learned,
                    error=error.origin,
                    degrees_of_freedom="none" if freedom is None else freedom.origin,
                    feeds_noise=feeding.origin,
                    sets_threshold=setting.origin,
                )
                yield _Candidate(hypothesis, equations, error, freedom, feeding, setting)


def dominant_balances(
    network: StateEvolution, scales: Scales, decays: Decays = ALL_DECAYS
) -> tuple[Balanced, ...]:
    """Every hypothesis that holds in an open cell of exponents, with its solution there.

    >>> from asymptotics import diagonal
    >>> balances = dominant_balances(diagonal, Scales(noise_scales=False))
    >>> sorted({balanced.hypothesis.ordering.value for balanced in balances})
    ['kappa << delta', 'kappa >> delta', 'kappa at the edge of the noise']
    """
    found: list[Balanced] = []
    for candidate in _candidates(network, decays):
        for balanced in solve(candidate, scales, decays):
            # two hypotheses that name either of two tied terms as dominant are one and the same
            if all((balanced.facets, balanced.decays) != (other.facets, other.decays) for other in found):
                found.append(balanced)
    return tuple(found)
