"""Types of boundaries: what changes there, which terms balance there, and in which variable.

The lemma of the chapter.  On a boundary terms of one equation grow alike that do not inside the phases.
Those that are *balanced on the boundary* grow like the left side of their equation, at the solution of either
phase:

    gap between the exponents of left side and term = 0 where the relation of the boundary holds.

Worked by hand, for V/VIa at a = 1.  In V label noise feeds delta, and the bulk takes A**(2/5) of it
(quadratic network), a gap of 2 (1 - a)/5 that closes at the boundary; in VIa weight decay sets kappa, and the
degrees of freedom are 1/A of the left side, a gap of a - 1.  So all four are balanced on the boundary, and
the modes are not.

In this order: ``BoundaryType``, ``Part`` and ``BoundaryTerms``; ``boundary_terms``, ``balanced_terms``,
``variable_of``, ``mechanism_of``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property

from sympy import Eq, Expr, Interval, S, Set, cancel, log, oo, simplify

from asymptotics import words
from asymptotics.algebra.monomials import Term, bulk_freedom
from asymptotics.algebra.polyhedra import difference
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.lemmas.power_sums import Learned, end_behaviour
from asymptotics.models.bayes import BayesOptimal, Recovery
from asymptotics.networks.declaration import AMPLITUDE
from asymptotics.networks.mode_functions import Ordering, mode_functions
from asymptotics.networks.network import NarrowNetwork, Network
from asymptotics.phases.phase import Phase
from asymptotics.symbols import d, effective_noise, gamma, noise_variance, weight_decay


class BoundaryType(Enum):
    """What makes the law change at a boundary.

    * CROSSOVER: two terms of a sum exchange the lead.
    * ONSET: the first modes are learned.
    * SATURATION: the last modes are learned.
    * EDGE: the threshold meets the edge of the noise bulk.
    * INTERPOLATION_PEAK: the degrees of freedom of the noise meet those of the data.
    * RECOVERY: the degrees of freedom of all modes meet those of the data.
    * UNCHANGED: the risk has the same law on both sides; another quantity changes.
    """

    CROSSOVER = "crossover"
    ONSET = "onset"
    SATURATION = "saturation"
    EDGE = "edge"
    INTERPOLATION_PEAK = "interpolation peak"
    RECOVERY = "recovery"
    UNCHANGED = "unchanged"


class Part(Enum):
    """Where a term of a network's equations comes from."""

    LABELS = "label noise"
    DECAY = "weight decay"
    MODES = "modes"
    BULK = "bulk"


ANYWHERE = Interval.open(0, oo)


@dataclass(frozen=True, eq=False)
class BoundaryTerms:
    """Two phases, and the parts of each equation that are balanced on the boundary between them.

    Attributes:
        model: of which both are phases.
        phases: the two.
        relation: where they touch.
        continuous: whether the exponents of the risk agree there.
        noise, freedom, risk: balanced parts of the noise balance, the threshold balance and the risk.
    """

    model: Network | BayesOptimal
    phases: tuple[Phase, Phase]
    relation: Eq
    continuous: bool
    noise: frozenset[Part]
    freedom: frozenset[Part]
    risk: frozenset[Part]

    @property
    def network(self) -> Network:
        """What declares the equations."""
        return self.model.network if isinstance(self.model, BayesOptimal) else self.model

    @property
    def orderings(self) -> tuple[Enum, ...]:
        """Those of the two phases, each once."""
        return tuple(dict.fromkeys(p.hypothesis.ordering for p in self.phases))

    @property
    def learned(self) -> frozenset[Learned]:
        """How many modes the two phases learn."""
        return frozenset(p.hypothesis.learned for p in self.phases)

    @cached_property
    def type(self) -> BoundaryType:
        """What makes the law change."""
        one, other = self.phases
        # laws of different exponents are different: only others need the comparison of closed forms
        exponents = (one.risk.exponent, other.risk.exponent)
        alike = exponents[0] == exponents[1] or cancel(exponents[0] - exponents[1]) == 0
        if alike and not self._is_felt_in_between and simplify(one.risk.expr - other.risk.expr) == 0:
            return BoundaryType.UNCHANGED
        if Learned.NONE in self.learned:
            return BoundaryType.ONSET
        if len(self.learned) > 1:
            return BoundaryType.SATURATION if self.continuous else BoundaryType.RECOVERY
        if self.learned == {Learned.ALL} or len(self.orderings) == 1:
            return BoundaryType.CROSSOVER
        if Ordering.THRESHOLD_ABOVE_NOISE in self.orderings:
            return BoundaryType.EDGE
        return BoundaryType.INTERPOLATION_PEAK

    @property
    def _is_felt_in_between(self) -> bool:
        """Whether all modes come to be learned and repel each other: the risk has a law of its own there."""
        return len(self.learned) > 1 and Learned.ALL in self.learned and self.network.bbp_threshold != 0

    def phase(self, ordering: Enum) -> Phase:
        """The phase of the two with an ordering."""
        return next(p for p in self.phases if p.hypothesis.ordering is ordering)


@cache
def boundary_terms(phases: tuple[Phase, Phase], relation: Eq, continuous: bool) -> BoundaryTerms:
    """The balanced terms on the boundary between two phases; cached, so that what is derived from them is
    too.

    Raises:
        NotImplementedError: when the phases are not those of a declared network.
    """
    model = phases[0].balance.model
    if isinstance(model, NarrowNetwork):  # where its width does not bind
        model = model.network
    if not isinstance(model, Network | BayesOptimal):
        name = "their model" if model is None else model.name
        raise NotImplementedError(
            f"phases of {name}: what holds across a boundary is derived for a network, trained "
            "(estimator='erm') or Bayes-optimal ('bayes')"
        )
    noise, freedom, risk = set[Part](), set[Part](), set[Part]()
    for phase in phases:
        balance = phase.balance
        sums = [(equation.left, equation.right) for equation in balance.regime.equations]
        for parts, (whole, terms) in zip((noise, freedom), sums, strict=False):
            parts.update(_part(balance, x) for x in balanced_terms(balance, relation, whole, terms))
        if balance.risk is not None:
            terms = balanced_terms(balance, relation, balance.risk, balance.regime.risk)
            risk.update(_part(balance, x) for x in terms)
    return BoundaryTerms(
        model, phases, relation, continuous, frozenset(noise), frozenset(freedom), frozenset(risk)
    )


def balanced_terms(balance: Balanced, relation: Eq, whole: Term, terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """The terms that grow like the whole, at the solution of one phase, on the boundary."""

    def gap(part: Term) -> Expr:
        exponents = (balance.scales.exponent(balance.known(x)) for x in (whole, part))
        return balance.scales.expression(difference(*exponents))

    return tuple(part for part in terms if simplify(gap(part).subs(relation.lhs, relation.rhs)) == 0)


def _part(balance: Balanced, value: Term) -> Part:
    hypothesis = balance.hypothesis
    if value.holds([noise_variance]):
        return Part.LABELS
    if value.holds([weight_decay]):
        return Part.DECAY
    all_noise_passes = (
        hypothesis.ordering is Ordering.THRESHOLD_BELOW_NOISE and hypothesis.learned is not Learned.ALL
    )
    return Part.BULK if value.holds([bulk_freedom]) or all_noise_passes else Part.MODES


def variable_of(terms: BoundaryTerms) -> tuple[Expr, Set]:
    """What is of order one at the boundary, and its values where the risk follows neither phase."""
    window = S.EmptySet if terms.type is BoundaryType.UNCHANGED else ANYWHERE
    if terms.type in (BoundaryType.INTERPOLATION_PEAK, BoundaryType.RECOVERY):
        return _capacity_ratio(terms), window
    if len(terms.learned) > 1:
        return _scale_over_mode(terms), window
    if Ordering.THRESHOLD_ABOVE_NOISE in terms.orderings and len(terms.orderings) > 1:
        above = terms.phase(Ordering.THRESHOLD_ABOVE_NOISE)
        variable = above.threshold.expr / above.effective_noise.expr
        return variable, window if terms.continuous else Interval.open(0, _end_of_window(terms, above))
    one, other = terms.phases
    if terms.type is BoundaryType.UNCHANGED:
        return (one.effective_noise.expr / other.effective_noise.expr) ** 2, window
    return one.risk.expr / other.risk.expr, window


def _capacity_ratio(terms: BoundaryTerms) -> Expr:
    """The degrees of freedom of the data, over those of the noise or of all modes."""
    network = terms.network
    capacity = network.noise_balance.lhs / effective_noise**2
    if terms.type is BoundaryType.INTERPOLATION_PEAK:
        return capacity / network.noise.second_moment
    (piece,) = mode_functions(network, Ordering.THRESHOLD_ABOVE_NOISE, Learned.ALL).degrees_of_freedom.pieces
    return capacity / end_behaviour(piece.value, oo)[0]


def _scale_over_mode(terms: BoundaryTerms) -> Expr:
    """The scale that cuts the modes, over the first of them or the last."""
    outer = next(p for p in terms.phases if p.hypothesis.learned is not Learned.SOME)
    cut_by_noise = outer.hypothesis.ordering in (Recovery.PARTIAL, Ordering.THRESHOLD_BELOW_NOISE)
    scale = outer.effective_noise.expr if cut_by_noise else outer.threshold.expr
    rank = S.One if Learned.NONE in terms.learned else d
    return scale / (AMPLITUDE * rank**-gamma)


def _end_of_window(terms: BoundaryTerms, above: Phase) -> Expr:
    """Where kappa/delta is when the first of the bulk costs as much as the modes: the edge, if there is one.

    Without an edge delta^2 j(u) falls to the risk of the modes over all of it where -log j does, to leading
    order in the logarithm.
    """
    edge = terms.network.noise.edge_law
    whole = terms.network.risk_per_error * above.effective_noise.expr**2
    return edge.threshold_constant * log(simplify(whole / above.risk.expr)) ** edge.threshold_log_power


def mechanism_of(terms: BoundaryTerms) -> str:
    """What happens at a boundary, in a sentence."""
    edge = None if terms.network.noise.edge == oo else str(terms.network.noise.edge)
    if terms.type is BoundaryType.EDGE:
        stays = Ordering.THRESHOLD_AT_EDGE in terms.orderings
        return words.threshold_meets_edge(edge, stays=stays, jumps=not terms.continuous)
    if terms.type is BoundaryType.UNCHANGED:
        if len(terms.orderings) > 1:
            return words.threshold_meets_edge_unfelt(edge)
        return words.modes_fitted_by_noise() if len(terms.learned) > 1 else words.noise_fed_unfelt()
    return words.mechanism_of_type(terms.type.value)
