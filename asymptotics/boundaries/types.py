"""The walls of a phase diagram: what changes there, which terms count, and in which variable.

At a wall some terms are alike that are not in the phases.  Those that count on it, in each declared equation,
are the ones that grow there like its left side, at the solution of either phase:

    gap between the exponents of left side and term = 0 where the wall's relation holds.

Worked by hand, for V/VI at a = 1: in V label noise feeds delta, and the leak is A**(2/5) of it (quadratic
network), a gap of 2 (1 - a)/5 that closes at the wall; in VI weight decay sets kappa, and the degrees of
freedom are 1/A of the left side, a gap of a - 1.  So all four count at the wall, and the modes do not.

In this order: ``Kind`` and ``Wall``, ``wall_of``, ``counting``, ``variable_of``, ``mechanism_of`` (words).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache

from sympy import Eq, Expr, Interval, S, log, oo, simplify

from asymptotics.algebra.monomials import Term, bulk_freedom
from asymptotics.algebra.polyhedra import difference
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.lemmas.power_sums import Learned, end_behaviour
from asymptotics.models.bayes import BayesOptimal, Recovery
from asymptotics.models.declaration import AMPLITUDE
from asymptotics.models.mode_functions import Ordering, mode_functions
from asymptotics.models.network import Network
from asymptotics.phases.phase import Phase
from asymptotics.symbols import d, effective_noise, gamma, noise_variance, weight_decay


class Kind(Enum):
    """What makes the law change at a wall."""

    UNCHANGED = "the risk has the same law on both sides"
    EXCHANGE = "two terms of a sum exchange the lead"
    FIRST_MODES = "the first modes are learned"
    LAST_MODES = "the last modes are learned"
    EDGE = "the threshold meets the edge of the noise"
    INTERPOLATION = "the degrees of freedom of the noise meet those of the data"
    RECOVERY = "the degrees of freedom of all modes meet those of the data"


LABELS, DECAY, MODE_SUM, BULK_PART = "labels", "decay", "modes", "leak"


@dataclass(frozen=True, eq=False)
class Wall:
    """Two phases, and the parts of each equation that count on the wall between them.

    Attributes:
        model: of which both are phases.
        phases: the two.
        relation: where they touch.
        continuous: whether the exponents of the risk agree there.
        noise, freedom, risk: parts of the noise balance, the threshold balance and the risk.
    """

    model: Network | BayesOptimal
    phases: tuple[Phase, Phase]
    relation: Eq
    continuous: bool
    noise: frozenset[str]
    freedom: frozenset[str]
    risk: frozenset[str]

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

    @property
    def kind(self) -> Kind:
        """What makes the law change."""
        one, other = self.phases
        if simplify(one.risk.expr - other.risk.expr) == 0:
            return Kind.UNCHANGED
        if Learned.NONE in self.learned:
            return Kind.FIRST_MODES
        if len(self.learned) > 1:
            return Kind.LAST_MODES if self.continuous else Kind.RECOVERY
        if self.learned == {Learned.ALL} or len(self.orderings) == 1:
            return Kind.EXCHANGE
        return Kind.EDGE if Ordering.THRESHOLD_ABOVE_NOISE in self.orderings else Kind.INTERPOLATION

    def phase(self, ordering: Enum) -> Phase:
        """The phase of the two with an ordering."""
        return next(p for p in self.phases if p.hypothesis.ordering is ordering)


@cache
def wall_of(phases: tuple[Phase, Phase], relation: Eq, continuous: bool) -> Wall:
    """The wall between two phases, with what counts there; cached, so that what is derived from it is too.

    Raises:
        NotImplementedError: when the phases are not those of a declared network.
    """
    model = phases[0].balance.model
    if not isinstance(model, Network | BayesOptimal):
        name = "their model" if model is None else model.name
        raise NotImplementedError(
            f"phases of {name}: what holds across a wall is derived for a network, trained "
            "(estimator='erm') or Bayes-optimal ('bayes')"
        )
    noise, freedom, risk = set[str](), set[str](), set[str]()
    for phase in phases:
        balanced = phase.balance
        for kept, equation in zip((noise, freedom), balanced.regime.equations, strict=False):
            counted = counting(balanced, relation, equation.left, equation.right)
            kept.update(_part(balanced, part) for part in counted)
        if balanced.risk is not None:
            counted = counting(balanced, relation, balanced.risk, balanced.regime.risk)
            risk.update(_part(balanced, part) for part in counted)
    return Wall(model, phases, relation, continuous, frozenset(noise), frozenset(freedom), frozenset(risk))


def counting(balanced: Balanced, relation: Eq, whole: Term, parts: tuple[Term, ...]) -> Iterator[Term]:
    """The parts that grow like the whole, at the solution of one phase, on the wall."""
    scales = balanced.scales
    of_whole = scales.exponent(balanced.known(whole))
    for part in parts:
        gap = scales.expression(difference(of_whole, scales.exponent(balanced.known(part))))
        if simplify(gap.subs(relation.lhs, relation.rhs)) == 0:
            yield part


def _part(balanced: Balanced, value: Term) -> str:
    hypothesis = balanced.hypothesis
    if value.holds([noise_variance]):
        return LABELS
    if value.holds([weight_decay]):
        return DECAY
    all_noise_passes = (
        hypothesis.ordering is Ordering.THRESHOLD_BELOW_NOISE and hypothesis.learned is not Learned.ALL
    )
    return BULK_PART if value.holds([bulk_freedom]) or all_noise_passes else MODE_SUM


def _capacity_ratio(wall: Wall) -> Expr:
    """The degrees of freedom of the data, over those of the noise or of all modes."""
    network = wall.network
    capacity = network.noise_balance.lhs / effective_noise**2
    if wall.kind is Kind.INTERPOLATION:
        return capacity / network.noise.second_moment
    (piece,) = mode_functions(network, Ordering.THRESHOLD_ABOVE_NOISE, Learned.ALL).degrees_of_freedom.pieces
    return capacity / end_behaviour(piece.value, oo)[0]


def variable_of(wall: Wall) -> tuple[Expr, Interval]:
    """What is of order one at the wall, and where it is when the risk follows neither phase."""
    one, other = wall.phases
    anywhere = Interval.open(0, oo)
    if wall.kind in (Kind.INTERPOLATION, Kind.RECOVERY):
        return _capacity_ratio(wall), anywhere
    if len(wall.learned) > 1:
        outer = next(p for p in (one, other) if p.hypothesis.learned is not Learned.SOME)
        of_noise = outer.hypothesis.ordering in (Recovery.PARTIAL, Ordering.THRESHOLD_BELOW_NOISE)
        scale = outer.effective_noise.expr if of_noise else outer.threshold.expr
        rank = S.One if wall.kind is Kind.FIRST_MODES else d
        return scale / (AMPLITUDE * rank**-gamma), anywhere
    if Ordering.THRESHOLD_ABOVE_NOISE in wall.orderings and len(wall.orderings) > 1:
        above = wall.phase(Ordering.THRESHOLD_ABOVE_NOISE)
        variable = above.threshold.expr / above.effective_noise.expr
        if wall.continuous:
            return variable, anywhere
        return variable, Interval.open(0, _end_of_window(wall, above))
    if wall.kind is Kind.UNCHANGED:
        return (one.effective_noise.expr / other.effective_noise.expr) ** 2, anywhere
    return one.risk.expr / other.risk.expr, anywhere


def _end_of_window(wall: Wall, above: Phase) -> Expr:
    """Where kappa/delta is when the noise that leaks first makes as much risk as the modes: its edge, if any.

    Without an edge delta^2 j(u) falls to the risk of the modes over all of it where -log j does, to leading
    order in the logarithm.
    """
    edge = wall.network.noise.edge_law
    whole = wall.network.risk_per_error * above.effective_noise.expr**2
    return edge.threshold_constant * log(simplify(whole / above.risk.expr)) ** edge.threshold_log_power


def mechanism_of(wall: Wall) -> str:
    """What happens at a wall, in a sentence."""
    edge = wall.network.noise.edge
    where = "has a tail but no edge" if edge == oo else f"ends at kappa = {edge} delta"
    leak = "exponentially little" if edge == oo else "a power of the distance to that edge"
    kept_at_edge = Ordering.THRESHOLD_AT_EDGE in wall.orderings
    if wall.kind is Kind.EDGE:
        rest = (
            "there it stays, for the leak must use the degrees of freedom that weight decay no longer does; "
            if kept_at_edge
            else "it goes on into the noise, which is fitted in the end; "
        )
        risk = (
            "what leaks does not matter to the risk yet."
            if wall.continuous
            else f"what leaks past it is {leak}, so that on the scale of exponents the risk jumps."
        )
        return f"Weight decay lowers the threshold kappa to the noise, which {where}; {rest}{risk}"
    if wall.kind is Kind.UNCHANGED:
        if len(wall.orderings) > 1:
            return (
                f"Weight decay lowers the threshold kappa to the noise, which {where}; so little is learned "
                "that the risk does not feel it."
            )
        if len(wall.learned) > 1:
            return "The last modes rise above the noise; what is fitted is the noise on all modes, as before."
        return "Another term feeds the effective noise delta, far below the threshold, which sets the risk."
    return {
        Kind.EXCHANGE: "Two terms that are there on both sides exchange the lead; the law is their balance.",
        Kind.FIRST_MODES: "The first modes of the target are learned, one by one: each counts for itself.",
        Kind.LAST_MODES: "The last modes of the target are learned: the sum over modes ends at the smallest.",
        Kind.INTERPOLATION: (
            "The data take as many degrees of freedom as the noise alone has: fitted by noise they drive the "
            "risk to a peak, of a height that only weight decay bounds (see interpolation_peak)."
        ),
        Kind.RECOVERY: (
            "The data take as many degrees of freedom as all modes have: from there on nothing of the target "
            "need be missed, and on the scale of exponents the risk jumps to what label noise and weight "
            "decay leave, or to zero (see recovery_jump)."
        ),
    }[wall.kind]
