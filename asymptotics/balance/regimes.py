r"""A regime: what the equations of a model become once its scales are put in order.

The state evolution of a model is a few equations, each "left side = sum of positive terms", some of whose
terms are means over the modes of a power-law target.  Say which of the unknown scales is the larger (the
*ordering*) and how many modes lie above it (*learned*), and by the lemma on ``power_sums`` every mean is a
single monomial in the scales and the physical variables.  That is a regime: equations between sums of
monomials, and the inequalities, "this is much larger than that", under which they were simplified.

A `Model` lists its regimes; ``balance`` solves each of them in every way it can be balanced, and needs to
know nothing else.  The networks build theirs in ``trained``, the Bayes-optimal estimator in
``bayes``, systems of equations in ``systems``, to which the linear baselines reduce.

In this order: `Equation`, `Given`, `Regime`, `Hypothesis`, `Model`, and what every model needs to write its
regimes down: `crossover`, `mean_term`, `as_law`, `index_bounds`, `split_balance`, `without_label_noise`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol

from sympy import Add, Eq, Expr, S, Symbol

from asymptotics import words
from asymptotics.algebra.monomials import Scales, Term, term
from asymptotics.algebra.polyhedra import FIELD, Domain, coefficient, sample_parameters
from asymptotics.displays import Displayed
from asymptotics.expressions.checks import require
from asymptotics.lemmas.power_sums import Learned, ModeFunction, SumTerm, leading_sum
from asymptotics.symbols import d, gamma, noise_variance

MODES, BULK, LABEL_NOISE, WEIGHT_DECAY = words.MODES, words.BULK, words.LABEL_NOISE, words.WEIGHT_DECAY
"""Where a term of an equation comes from."""


@dataclass(frozen=True)
class Equation:
    """``left`` = sum of the terms ``right``, all of them positive; ``name`` says what it determines."""

    name: str
    left: Term
    right: tuple[Term, ...]

    def __post_init__(self) -> None:
        require(isinstance(self.name, str), "name", self.name, "what the equation determines, a string")
        require(isinstance(self.left, Term), "left", self.left, "a Term (asymptotics.algebra.monomials)")
        require(
            are(Term, self.right), "right", self.right, "a tuple of Terms (asymptotics.algebra.monomials)"
        )


@dataclass(frozen=True)
class Given:
    """A function whose first arguments are given: equal to another, and pickled, by what it is made of.

    >>> from operator import sub
    >>> Given(sub, (3,))(1), Given(sub, (3,)) == Given(sub, (3,))
    (2, True)
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def __call__(self, *rest: Any) -> Any:
        """Its value, given the other arguments."""
        return self.function(*self.arguments, *rest)


@dataclass(frozen=True)
class Setting:
    """How the scales of a system are ordered: what an ``Enum`` is to a network.

    Attributes:
        value: in words.
        learned: how many modes lie above each scale.
    """

    value: str
    learned: tuple[Learned, ...] = ()


Ordering = Any
"""A member of the ``Enum`` in which a model lists the orders of its scales; of a system a `Setting`."""

Known = Any
"""A `Learned`; None where the ordering says of every scale how many modes lie above it."""


@dataclass(frozen=True)
class Regime:
    """The equations of a model under one ordering of its scales.

    Attributes:
        ordering: which scale is the larger; its value is the condition in words.
        learned: how many modes lie above the larger; None where the ordering says it of every scale.
        unknowns: what the equations determine, as many as there are equations.
        equations: between sums of monomials.
        larger: (large, small): what was neglected, to be checked on the solution.
        risk: terms of the excess risk, told apart by their origin.
        quantities: terms of every other quantity that has a law, on a domain of the parameters; each a
            function at module level or ``Given`` one, so that regimes compare and pickle.
        logarithm: of D_b: the L that its terms hold, right up to O(1/L); None where they hold none.
        next_orders: of a quantity on a domain: the relative next order in 1/L of those of its terms, and of
            the equations', that have one (``next_order``), worked out when asked for; None without an L.
    """

    ordering: Ordering
    learned: Known
    unknowns: tuple[Symbol, ...]
    equations: tuple[Equation, ...]
    larger: tuple[tuple[Term, Term], ...]
    risk: tuple[Term, ...]
    quantities: Mapping[str, Callable[[Domain], tuple[Term, ...]]] = field(hash=False)
    logarithm: Callable[[Expr], Expr] | None = None
    next_orders: Callable[[str, Domain], Mapping[Term, Callable[[], Expr]]] | None = None

    def __post_init__(self) -> None:
        is_ordering = isinstance(self.ordering, Enum | Setting)
        require(is_ordering, "ordering", self.ordering, "a member of an Enum, or a Setting")
        require(isinstance(self.learned, Learned | None), "learned", self.learned, "a Learned or None")
        of_equations = are(Equation, self.equations) and are(Symbol, self.unknowns)
        require(of_equations, "equations", self.equations, "a tuple of Equations, for a tuple of symbols")
        as_many = len(self.equations) == len(self.unknowns) == len({*self.unknowns})
        require(as_many, "unknowns", self.unknowns, "different symbols, one an equation")
        are_pairs = isinstance(self.larger, tuple) and all(are(Term, p) and len(p) == 2 for p in self.larger)
        require(are_pairs, "larger", self.larger, "a tuple of pairs of Terms, (large, small)")
        require(are(Term, self.risk), "risk", self.risk, "a tuple of Terms")
        of_domain = isinstance(self.quantities, Mapping) and all(map(callable, self.quantities.values()))
        require(of_domain, "quantities", self.quantities, "functions of a domain by the names of quantities")
        for name, of in (("logarithm", "D_b"), ("next_orders", "a quantity and a domain")):
            value = getattr(self, name)
            require(value is None or callable(value), name, value, f"a function of {of}, or None")


def are(kind: type, values: Any) -> bool:
    """Whether it is a tuple of objects of a kind."""
    return isinstance(values, tuple) and all(isinstance(value, kind) for value in values)


@dataclass(frozen=True, repr=False)
class Hypothesis(Displayed):
    """Which terms are taken to dominate in a regime.

    Attributes:
        ordering, learned: the regime.
        risk: origin of the largest term of the excess risk.
        dominant: origin of the largest term of each equation, in their order.
    """

    ordering: Ordering
    learned: Known
    risk: str
    dominant: tuple[str, ...]

    def _title(self) -> str:
        return f"Hypothesis: {self}"

    def _label(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """In words, for messages."""
        ruled = ", ".join(self.dominant) or "nothing"
        return f"{in_words(self.ordering, self.learned)}, ruled by {ruled}, risk by {self.risk}"


def in_words(ordering: Ordering, learned: Known) -> str:
    """The order of the scales, and how many modes are learned.

    >>> in_words(Setting("kappa >> delta"), Learned.SOME)
    'kappa >> delta, some of the modes learned'
    """
    return str(ordering.value) + ("" if learned is None else f", {learned.value} of the modes learned")


class Description(NamedTuple):
    """A phase: its label in the paper, its title, and a sentence on why it is there."""

    name: str
    title: str
    why: str


def description(field: str, described: Any) -> Description:
    """What a function of a user has made.

    Raises:
        InvalidArgument: it is no tuple of three strings.
    """
    in_words = isinstance(described, tuple) and [type(part) for part in described] == [str] * 3
    require(in_words, field, described, "a Description: name, title and why, three strings")
    return Description(*described)


class Model(Protocol):
    """What ``dominant_balance`` asks of a model."""

    @property
    def name(self) -> str:
        """What users call it."""

    def __hash__(self) -> int:
        """Diagrams are cached: a frozen dataclass will do."""

    def regimes(self, noisy: bool) -> Iterable[Callable[[Domain], Regime]]:
        """Its regimes, each made for a domain of the parameters; with or without label noise."""

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason of the phase in which a hypothesis holds."""


def crossover(scale: Term, amplitude: Expr) -> Term:
    """K = (A/T)**(1/gamma), the index at which the sizes A i**-gamma of the modes cross the scale T.

    >>> from sympy import sqrt
    >>> from asymptotics.symbols import threshold
    >>> crossover(term(threshold, MODES), sqrt(d)).monomial()
    d**(1/(2*gamma))/kappa**(1/gamma)
    """
    inverse: Term = scale ** (-FIELD.one)
    ratio: Term = term(amplitude, MODES) * inverse
    index: Term = ratio ** coefficient(1 / gamma)
    return index


def mean_term(
    function: ModeFunction,
    learned: Learned,
    scale: Term,
    amplitude: Expr,
    domain: Domain,
    factor: Expr = S.One,
    origin: str = MODES,
) -> tuple[Term, ...]:
    """``factor`` times the mean over the d modes of a function of size/T; () if below every power of d."""
    index, dimension = crossover(scale, amplitude), term(d, origin)

    def as_term(leading: SumTerm) -> Term:
        power: Term = dimension**leading.dimension_power * index**leading.crossover_power
        return term(leading.constant * factor, origin) * power

    return tuple(as_term(leading) for leading in leading_sum(function, learned, domain))


def as_law(terms: Iterable[Term]) -> Callable[[Domain], tuple[Term, ...]]:
    """Terms that are the same for all parameters."""
    return Given(_the_same, (tuple(terms),))


def _the_same(terms: tuple[Term, ...], domain: Domain) -> tuple[Term, ...]:
    return terms


def named(
    ordering: Ordering, learned: Known, regime: Callable[[Domain], Regime]
) -> Callable[[Domain], Regime]:
    """The same regime; what cannot be summed in it is reported with where that was."""

    def on(domain: Domain) -> Regime:
        try:
            return regime(domain)
        except (ValueError, NotImplementedError) as error:
            kind = ValueError if isinstance(error, ValueError) else NotImplementedError
            raise kind(f"{in_words(ordering, learned)}: {error}") from error

    return on


def check_known(regime: Regime, scales: Scales) -> None:
    """Refuse a regime that holds a symbol of which nothing is known.

    Raises:
        InvalidArgument: it names the symbol.
    """
    known = {*regime.unknowns, *scales.variables}
    sides = (t for equation in regime.equations for t in (equation.left, *equation.right))
    for t in (*sides, *regime.risk):
        for symbol, _ in t.powers:
            needed = f"symbols that the equations determine, {symbol} among them, which they hold"
            require(symbol in known, "unknowns", regime.unknowns, needed)


def check_positive(regime: Regime, domain: Domain) -> None:
    """Refuse a regime with a sum that is not positive, judged at one point of the domain.

    Raises:
        ValueError: it names the regime, the equation and the term.
    """
    point = sample_parameters(domain)
    sums = [(f"equation for the {e.name}", t) for e in regime.equations for t in (e.left, *e.right)]
    for where, part in [*sums, *(("risk", t) for t in regime.risk)]:
        constant = part.coefficient.subs(point).evalf()
        if constant.is_positive is False:  # None where the point makes 0/0 of it
            raise ValueError(
                f"{in_words(regime.ordering, regime.learned)}: {part.origin} enter "
                f"the {where} as {constant} {part.monomial()} at {point}, which is not positive"
            )


def index_bounds(learned: Learned, index: Term) -> tuple[tuple[Term, Term], ...]:
    """Where the index K lies against 1 and d, as none, some or all modes are learned: (large, small)."""
    one, last = term(S.One, MODES), term(d, MODES)
    return {
        Learned.NONE: ((one, index),),
        Learned.SOME: ((index, one), (last, index)),
        Learned.ALL: ((index, last),),
    }[learned]


def without_label_noise(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The terms that do not hold the noise variance: those left when it is 0."""
    return tuple(t for t in terms if not t.holds([noise_variance]))


def split_balance(equation: Eq, unknown_sum: Symbol, origin: str) -> tuple[Term, tuple[Term, ...], Term]:
    """Left side, the terms of the right side without ``unknown_sum``, and the factor of that sum."""
    arguments = Add.make_args(equation.rhs.expand())
    known = tuple(term(x, origin) for x in arguments if not x.has(unknown_sum))
    factors = [x / unknown_sum for x in arguments if x.has(unknown_sum)]
    if len(factors) != 1 or factors[0].has(unknown_sum):
        raise ValueError(f"{equation} is not allowed: linear in {unknown_sum} on the right, once")
    return term(equation.lhs, MODES), known, term(factors[0], MODES)
