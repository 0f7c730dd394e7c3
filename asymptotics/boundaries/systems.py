r"""Laws across the boundaries of a system: its equations with all terms that balance there.

A phase of a `System` keeps of every equation, and of every quantity, the largest term.  On a boundary two
terms of one of them tie, and the law that holds on both sides is the root of the balance with both kept: a
monomial of the physical variables where all is explicit, else times an implicit function of the *variable* of
the boundary, the ratio of the two terms.

*Where the same modes lie above each scale* on both sides, every sum is the same monomial on both sides.  By
hand, ridge regression with a kernel (``system``), K = c kappa^(-1/(2 gamma)) features fitted: at ell = -2
gamma a - ... weight decay and features tie in

    n = c kappa^(-1/(2 gamma)) + n lambda/kappa,

one equation for kappa, which is lambda times a function of n lambda^(1/(2 gamma)).

*Where a sum changes its regime*, as a scale T passes the first mode, or the last, the sum over modes itself
takes the place of the monomials on either side (``uniform_sums``): the discrete head, for K = (A/T)^(1/gamma)
near 1, or the finite-size end, for K near the number of modes.

*Where a parameter passes a value* at which a sum changes its leading end, both ends are kept, whose poles in
that parameter cancel.

Unknowns are eliminated as long as an equation gives one explicitly: those of which all terms on the right
hold one power, and the left side another.  One or two are left, of equations whose sides are monotone.  What
is not covered is refused: scales of one sum that change their order; sums both of whose ends count where they
change their regime; three and more unknowns that are coupled.

In this order: `system_law`, `type_of_system`, `mechanism_of_system`; the two sides, their terms, uniform
sums; the elimination of unknowns; the variable.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import permutations
from random import Random

import mpmath
from sympy import Add, Dummy, Eq, Expr, Mul, Rational, S, Symbol, cancel, nan, powsimp, simplify, zoo

from asymptotics import words
from asymptotics.algebra.monomials import Term
from asymptotics.algebra.polyhedra import PARAMETERS, sample_parameters, split_at_sign_changes
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.boundaries.law import BoundaryLaw
from asymptotics.boundaries.types import ANYWHERE, BoundaryType, balanced_terms
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece
from asymptotics.lemmas.uniform_sums import discrete_head, evaluate, finite_size_end
from asymptotics.phases.phase import Phase
from asymptotics.symbols import effective_noise, gamma, source, threshold
from asymptotics.systems.canonical import RISK, Canonical, canonical
from asymptotics.systems.mode_sums import Modes, mode_sum, scaled_sum, scales_in
from asymptotics.systems.positive_form import Product
from asymptotics.systems.regimes import NAMES, Ordered
from asymptotics.systems.system import System

Phases = tuple[Phase, Phase]
Sides = tuple["Side", "Side"]

_MOST_UNKNOWNS = 2
_BOUND, _RANK = Symbol("t", positive=True), Symbol("i/N", positive=True)
"""What an integral over the ranks of modes binds, and what it binds where t is a variable of a system."""
_POINTS, _BESIDE = 6, Rational(101, 100)
"""Random points at which the sides of an equation are compared; next to the value of a parameter."""


@cache
def system_law(phases: Phases, relation: Eq, continuous: bool) -> BoundaryLaw:
    """The law of the excess risk across a boundary between two phases of a system; cached.

    Raises:
        NotImplementedError: it is not covered; it says why.

    >>> from asymptotics import phase_diagram
    >>> from asymptotics.models import random_features
    >>> boundaries = phase_diagram(random_features).boundaries
    >>> interpolation = next(b for b in boundaries if str(b.relation) == "Eq(a, rho)")
    >>> system_law(interpolation.phases, interpolation.relation, interpolation.continuous).unknowns
    (nu_1,)
    """
    sides = (side_of(phases[0]), side_of(phases[1]))
    form, system = sides[0].form, sides[0].system
    equations = [
        _Equation(expression(equation.left), tuple(_terms_across(sides, relation, continuous, k, right)))
        for k, (equation, (_, right)) in enumerate(
            zip(sides[0].balance.regime.equations, form.equations, strict=True)
        )
    ]
    risk = Add(*_terms_across(sides, relation, continuous, None, form.quantities[RISK]))
    explicit, core = _eliminated(equations, form.unknowns)
    ordered = _oriented(core, sides, relation, explicit)
    laws = {u: explicit.get(u, u) for u in system.unknowns}
    kind = type_of_system(phases)
    parameter = relation.lhs if relation.lhs in PARAMETERS else source
    return BoundaryLaw(
        type=kind,
        continuous=continuous,
        mechanism=mechanism_of_system(phases, relation),
        risk=risk.subs(explicit),
        effective_noise=laws.pop(effective_noise, S.Zero),
        threshold=laws.pop(threshold, S.Zero),
        others=tuple((NAMES.get(u, u.name), value) for u, value in laws.items()),
        unknowns=tuple(ordered),
        equations=tuple(ordered.values()),
        start=tuple(expression(phases[0].balance.solution[u]) for u in ordered),
        variable=_variable(sides, relation),
        window=S.EmptySet if kind is BoundaryType.UNCHANGED else ANYWHERE,
        passing=parameter,
        variables=(*system.scales, *system.parameters),
    )


def type_of_system(phases: Phases) -> BoundaryType:
    """What makes the law change at a boundary of a system."""
    one, other = phases
    if not _is_felt(phases):
        return BoundaryType.UNCHANGED
    changes = _changes((side_of(one), side_of(other)))
    if not changes:
        return BoundaryType.CROSSOVER
    outer = {Learned.NONE if Learned.NONE in pair else Learned.ALL for pair in changes.values()}
    return BoundaryType.ONSET if Learned.NONE in outer else BoundaryType.SATURATION


def mechanism_of_system(phases: Phases, relation: Eq) -> str:
    """What happens at a boundary of a system, in a sentence."""
    one, other = phases
    felt = _is_felt(phases)
    if relation.lhs in PARAMETERS and not _is_exchange(phases, relation):
        return words.parameter_passes(f"{relation.lhs} = {relation.rhs}", felt=felt)
    for scale, pair in _changes((side_of(one), side_of(other))).items():
        return words.modes_cross(str(scale.monomial()), "first" if Learned.NONE in pair else "last")
    roles = [*(f"sets the {equation.name}" for equation in one.balance.regime.equations), "makes the risk"]
    leaders = [(*phase.hypothesis.dominant, phase.hypothesis.risk) for phase in phases]
    changes = zip(roles, *leaders, strict=True)
    return words.leads_exchanged([change for change in changes if change[1] != change[2]])


@cache
def _is_felt(phases: Phases) -> bool:
    """Whether the risk is another one on either side."""
    one, other = (phase.risk for phase in phases)
    if one.expr == other.expr:
        return False
    # most risks fall with other powers of d, which is seen at once
    return bool(cancel(one.exponent - other.exponent) != 0 or simplify(one.expr - other.expr) != 0)


def _is_exchange(phases: Phases, relation: Eq) -> bool:
    """Whether two terms exchange the lead where a parameter passes a value, and no sum has a logarithm.

    Two terms of the risk of one-pass SGD fall alike at beta = alpha; at alpha = 1/4 one and the same sum has
    another leading end.

    >>> from asymptotics import phase_diagram
    >>> from asymptotics.models import one_pass_sgd
    >>> risks = {
    ...     b.relation: _is_exchange(b.phases, b.relation)
    ...     for b in phase_diagram(one_pass_sgd).boundaries
    ...     if {phase.name for phase in b.phases} in ({"F_pp", "K_pp"}, {"F_0", "K_pp"})
    ... }
    >>> [(relation, exchange) for relation, exchange in risks.items() if relation.lhs in PARAMETERS]
    [(Eq(alpha, 1/4), False), (Eq(beta, alpha), True)]
    """
    if phases[0].balance.hypothesis == phases[1].balance.hypothesis:
        return False
    return not any(phase.risk.constant.subs(*relation.args).has(zoo, nan) for phase in phases)


# --- the two sides, and their terms


@dataclass(frozen=True)
class Side:
    """A phase of a system, and the system with its scales ordered as there."""

    phase: Phase
    ordered: Ordered

    @property
    def balance(self) -> Balanced:
        """The hypothesis that holds there."""
        return self.phase.balance

    @property
    def system(self) -> System:
        """What was declared."""
        assert isinstance(self.balance.model, System)
        return self.balance.model

    @property
    def form(self) -> Canonical:
        """The system in positive form."""
        return self.ordered.form

    def terms(self, product: Product) -> tuple[Term, ...]:
        """The leading terms of a product of sums: on each part of the domain, if they depend on it."""
        parts = split_at_sign_changes(partial(self.ordered.terms, product), self.balance.domain)
        return tuple(dict.fromkeys(one for _, terms in parts for one in terms))

    def balanced(self, relation: Eq, equation: int | None, terms: tuple[Term, ...]) -> bool:
        """Whether a term grows on the boundary like the left side of an equation, or like the risk."""
        whole = self.balance.risk if equation is None else self.balance.regime.equations[equation].left
        assert whole is not None
        return bool(balanced_terms(self.balance, relation, whole, terms))


def side_of(phase: Phase) -> Side:
    """The phase as a side of a boundary."""
    balance, setting = phase.balance, phase.hypothesis.ordering
    noisy = balance.scales.noise != "none"
    assert isinstance(balance.model, System)
    orders = canonical(balance.model, noisy).orders
    ways = (Ordered(balance.model, noisy, setting.learned, order) for order in orders)
    return Side(phase, next(way for way in ways if way.setting == setting))


def _changes(sides: Sides) -> dict[Term, frozenset[Learned]]:
    """The scales above which other modes lie on the two sides: how many on either."""
    one, other = (side.ordered.above for side in sides)
    return {scale: frozenset((one[scale], other[scale])) for scale in one if one[scale] != other[scale]}


def expression(value: Term) -> Expr:
    """A term as a SymPy expression."""
    return value.coefficient * value.monomial()


def _terms_across(
    sides: Sides, relation: Eq, continuous: bool, equation: int | None, products: Sequence[Product]
) -> list[Expr]:
    """The terms of the right side of an equation, or of the risk, that balance on the boundary.

    Where the exponent of the risk jumps, terms that balance on neither side may count in between, and where a
    parameter passes a value exponents may have poles: all terms are kept there.
    """
    if sides[0].ordered.order != sides[1].ordered.order:
        where = f"{sides[0].system.name}: at {relation.lhs} = {relation.rhs}"
        raise NotImplementedError(
            f"{where} two scales of a sum are of one size: what it is there is not derived"
        )
    everything = not _changes(sides) and (not continuous or relation.lhs in PARAMETERS)
    across = list[Expr]()
    for product in products:
        both = [side.terms(product) for side in sides]
        pairs = zip(sides, both, strict=True)
        balanced = [side.balanced(relation, equation, terms) for side, terms in pairs]
        if not everything and any(balanced):
            _check_uniform(sides, relation, product)
        if everything or any(balanced):
            across += Add.make_args(_across(sides, product, both))
    return across


def _check_uniform(sides: Sides, relation: Eq, product: Product) -> None:
    """Refuse a product that counts on the boundary, and whose terms depend there on the parameters."""
    for side in sides:
        parts = split_at_sign_changes(partial(side.ordered.terms, product), side.balance.domain)
        if len({terms for _, terms in parts}) > 1:
            where = f"{side.system.name}: at {relation.lhs} = {relation.rhs} the leading end of"
            raise NotImplementedError(f"{where} {product.expression} depends on the parameters")


def _across(sides: Sides, product: Product, both: Sequence[tuple[Term, ...]]) -> Expr:
    """A product of sums on both sides of the boundary."""
    of_one, of_other = (tuple(map(expression, terms)) for terms in both)
    if set(of_one) == set(of_other):
        return Add(*of_one)
    if not _changes(sides):  # both ends of a sum, at a value of a parameter
        return Add(*dict.fromkeys((*of_one, *of_other)))
    return product.factor * Mul(*(_uniform(sides, summand) for summand in product.summands))


# --- sums that change their regime


def _uniform(sides: Sides, summand: Expr) -> Expr:
    """A sum over modes on both sides: its leading term if that is one, else the sum where it changes."""
    both = [tuple(map(expression, side.terms(Product(S.One, (summand,))))) for side in sides]
    if both[0] == both[1]:
        return Add(*both[0])
    name, scales, modes = mode_sum(summand), scales_in(summand), sides[0].system.modes_of_target
    if len(scales) != 1 or max(map(len, both)) > 1:
        raise NotImplementedError(
            f"{sides[0].system.name}: {name} changes its regime there, with two scales or two leading ends"
        )
    scaled, learned = scaled_sum(summand), _changes(sides)[scales[0]]
    function, first = _by_gamma(scaled.function, modes), expression(modes.amplitude) / expression(scales[0])
    if learned == {Learned.NONE, Learned.SOME}:
        whole = discrete_head(function, first)
    elif learned == {Learned.SOME, Learned.ALL} and modes.number is not None:
        number, last = expression(modes.number), Dummy("x", positive=True)
        mean = finite_size_end(function, last).xreplace({_BOUND: _RANK})
        whole = number * mean.subs(last, first * number**-gamma)
    else:
        raise NotImplementedError(
            f"{sides[0].system.name}: all modes cross the scale {scales[0].monomial()} of {name} at once"
        )
    return expression(scaled.prefactor) * whole.subs(gamma, modes.decay)


def _by_gamma(function: ModeFunction, modes: Modes) -> ModeFunction:
    """The function with gamma for the decay of the sizes, as the sums take it."""
    if modes.decay == gamma:
        return function
    if any(piece.value.has(gamma) for piece in function.pieces):
        raise NotImplementedError(f"sums with both gamma and {modes.decay} that change their regime")
    return ModeFunction(
        tuple(Piece(p.lower, p.upper, p.value.subs(modes.decay, gamma)) for p in function.pieces)
    )


# --- the unknowns


@dataclass(frozen=True)
class _Equation:
    """``left`` equals the sum of the terms on the right."""

    left: Expr
    right: tuple[Expr, ...]

    def solved_for(self, unknown: Symbol) -> Expr | None:
        """The unknown, if the equation gives it: with one power of it on the right, another on the left."""
        powers = {_power(term, unknown) for term in self.right}
        power, of_left = powers.pop() if len(powers) == 1 else None, _power(self.left, unknown)
        if power is None or of_left is None or power == of_left:
            return None
        rest = Add(*(term / unknown**power for term in self.right)) / (self.left / unknown**of_left)
        return powsimp(rest) ** (1 / (of_left - power))

    def substituted(self, unknown: Symbol, value: Expr) -> _Equation:
        """The equation without an unknown."""
        return _Equation(
            self.left.subs(unknown, value), tuple(term.subs(unknown, value) for term in self.right)
        )

    @property
    def free_symbols(self) -> set[Symbol]:
        """Of both sides."""
        return {symbol for side in (self.left, *self.right) for symbol in side.free_symbols}


def _power(term: Expr, unknown: Symbol) -> Expr | None:
    """The power of an unknown in a product; None where a factor holds it in another way."""
    powers = term.as_powers_dict()
    power = powers.pop(unknown, S.Zero)
    held = any(base.has(unknown) or exponent.has(unknown) for base, exponent in powers.items())
    return None if held or S(power).has(unknown) else power


def _eliminated(
    equations: Sequence[_Equation], unknowns: Sequence[Symbol]
) -> tuple[dict[Symbol, Expr], list[_Equation]]:
    """Unknowns that an equation gives explicitly, by those that are left, and the equations for these."""
    explicit, core = dict[Symbol, Expr](), list(equations)
    while True:
        solution = next(_solutions(core, [u for u in unknowns if u not in explicit]), None)
        if solution is None:
            return explicit, core
        equation, unknown, value = solution
        core = [other.substituted(unknown, value) for other in core if other is not equation]
        explicit = {u: x.subs(unknown, value) for u, x in explicit.items()} | {unknown: value}


def _solutions(
    equations: Sequence[_Equation], unknowns: Sequence[Symbol]
) -> Iterator[tuple[_Equation, Symbol, Expr]]:
    """Explicit unknowns, those of the shortest equations first, and of these the one declared last."""
    for equation in sorted(equations, key=lambda one: len(one.right)):
        for unknown in reversed(unknowns):
            value = equation.solved_for(unknown)
            if value is not None:
                yield equation, unknown, value


def _oriented(
    core: Sequence[_Equation], sides: Sides, relation: Eq, explicit: Mapping[Symbol, Expr]
) -> dict[Symbol, Eq]:
    """The unknowns that are left, each with an equation: left side over right side increases with it."""
    unknowns = [u for u in sides[0].form.unknowns if u not in explicit]
    name = sides[0].system.name
    if len(unknowns) > _MOST_UNKNOWNS:
        names = ", ".join(map(str, unknowns))
        raise NotImplementedError(f"{name}: {names} are coupled on the boundary, more than {_MOST_UNKNOWNS}")
    at = {**sample_parameters(sides[0].balance.domain)}
    if relation.lhs in at:  # poles cancel next to it alone
        at[relation.lhs] = relation.rhs.subs(at) * _BESIDE
    for order in permutations(core):
        pairs = [_monotone(one, u, at) for one, u in zip(order, unknowns, strict=True)]
        if all(pair is not None for pair in pairs):
            return dict(zip(unknowns, pairs, strict=True))
    names = " and ".join(map(str, unknowns))
    raise NotImplementedError(f"{name}: the equations for {names} on the boundary are not monotone")


def _monotone(equation: _Equation, unknown: Symbol, parameters: Mapping[Expr, Expr]) -> Eq | None:
    """The equation with the sides in the order in which their ratio increases; None if it is not monotone."""
    left, right = equation.left, Add(*equation.right)
    if unknown not in equation.free_symbols:
        return None
    at = {p: x.evalf(mpmath.mp.dps)._to_mpmath(mpmath.mp.prec) for p, x in parameters.items()}
    symbols = sorted(equation.free_symbols.difference(at), key=str)
    rises = set()
    for seed in range(_POINTS):
        random = Random(seed)
        values = {**at, **{symbol: mpmath.exp(random.uniform(-2, 2)) for symbol in symbols}}
        above = {**values, unknown: 2 * values[unknown]}
        ratios = [evaluate(left, point) / evaluate(right, point) for point in (values, above)]
        rises.add(bool(ratios[1] > ratios[0]))
    if len(rises) > 1:
        return None
    return Eq(left, right) if rises.pop() else Eq(right, left)


# --- the variable


def _variable(sides: Sides, relation: Eq) -> Expr:
    """What is of order one at the boundary: it tends to 0 on one side, and to oo on the other."""
    balances, modes = [side.balance for side in sides], sides[0].system.modes_of_target
    for scale, learned in _changes(sides).items():
        outer = next(side for side in sides if side.ordered.above[scale] is not Learned.SOME)
        rank = S.One if Learned.NONE in learned or modes.number is None else expression(modes.number)
        return expression(outer.balance.known(scale)) / (expression(modes.amplitude) * rank**-modes.decay)
    one, other = balances
    if relation.lhs in PARAMETERS:
        assert one.risk is not None
        assert other.risk is not None
        ratio = one.risk.monomial() / other.risk.monomial()
        return relation.lhs / relation.rhs if ratio == 1 else ratio
    for (_, leader), (_, follower) in zip(one.balances, other.balances, strict=True):
        if leader != follower:
            return expression(one.known(leader)) / expression(one.known(follower))
    return sides[0].phase.risk.expr / sides[1].phase.risk.expr
