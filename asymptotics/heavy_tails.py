r"""Heavy tails and generalisation: what the spectrum of the trained weights says of the risk.

With K modes learned, the risk is at least the energy of the rest, (1/d) sum_{i>K} s_i^2 ~ K^(1 - 2 gamma).
Where it is of that order, the number K of spikes and the exponent of their tail determine it: with as many
spikes, a heavier tail generalises better.  Where noise or shrinkage exceed that order, they do not.
`heavy_tails` decides four questions for each phase, exactly, and for its whole region: is there a tail, does
the risk vanish, does the tail determine the risk, and is there a bulk besides?  For both networks, with noise
fixed, scaled or absent, it finds

    a power-law tail of spikes  <=>  the risk vanishes as d -> oo.

The rate at which the risk vanishes is the one that the tail determines only in phases II, IV and N.

Worked by hand, phase IV of the quadratic network: beside its K spikes there is a bulk of d (n_eff/d)^(3/5)
weights of noise, far more of them, but the risk is K^(1 - 2 gamma), that of the tail.

In this order: ``HeavyTail``, ``heavy_tails``.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, oo

from asymptotics.algebra.monomials import Term, term
from asymptotics.algebra.polyhedra import FIELD, coefficient, difference, is_zero
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.inequalities import Holds, where_larger
from asymptotics.balance.laws import Law
from asymptotics.balance.regimes import BULK, MODES, mean_term
from asymptotics.diagram import PhaseDiagram, require_diagram
from asymptotics.displays import Displayed, Listed, short
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece
from asymptotics.networks.declaration import AMPLITUDE
from asymptotics.networks.mode_functions import Ordering
from asymptotics.networks.narrow import Binding
from asymptotics.networks.network import Network
from asymptotics.networks.trained import edge_gap
from asymptotics.phases.phase import Phase
from asymptotics.phases.spectrum import (
    band_of_units,
    last_spacing,
    number_of_noise,
    ordering_of,
    tail_of,
    trained_network,
)
from asymptotics.symbols import effective_noise, gamma, size


@dataclass(frozen=True, repr=False)
class HeavyTail(Displayed):
    """What the spectrum shows in one phase, and what it says of the risk; each ``Holds`` is of its region.

    Attributes:
        phase: the phase.
        tail_exponent: of #{nu > x} ~ x**-tail_exponent; 0 where nothing is learned and there is no tail.
        number: number of learned weights, those in the tail.
        bulk: where more than one weight that is not 0 is noise.
        mostly_noise: where there are more of them than learned ones.
        gap: where the smallest outlier lies above the bulk by far more than the bulk's width.
        vanishing: where the risk tends to 0 as d grows.
        by_logarithms: whether it does so by powers of log d only.
        determines_risk: whether the risk is of the order of what the tail leaves out, K**(1 - 2 gamma).
    """

    phase: Phase
    tail_exponent: Expr
    number: Law
    bulk: Holds
    mostly_noise: Holds
    gap: Holds
    vanishing: Holds
    by_logarithms: bool
    determines_risk: bool

    def _title(self) -> str:
        return f"HeavyTail {short(self.statement, 180)}"

    def _label(self) -> str:
        return self.statement

    @property
    def statement(self) -> str:
        """The same in a sentence."""
        if self.tail_exponent == 0:
            tail = "no weight is learned and there is no tail"
        else:
            tail = f"learned weights have a power-law tail, #{{nu > x}} ~ x**(-{self.tail_exponent})"
        bulk = {
            Holds.EVERYWHERE: "beside a bulk of noise",
            Holds.IN_PART: "beside a bulk of noise in part of the phase",
            Holds.NOWHERE: "without a bulk of noise",
        }[self.bulk]
        falls = {
            Holds.EVERYWHERE: "vanishes",
            Holds.IN_PART: "vanishes in part of the phase",
            Holds.NOWHERE: "does not vanish",
        }[self.vanishing]
        speed = " by powers of log d only" if self.by_logarithms else ""
        told = ", as fast as the tail determines" if self.determines_risk else ""
        return f"Phase {self.phase.name}: {tail}, {bulk}; the risk {falls}{speed}{told}."


def heavy_tails(diagram: PhaseDiagram) -> tuple[HeavyTail, ...]:
    """What the spectrum shows and says of the risk, in each phase of a trained network.

    Decided exactly (``polyhedra.feasible``), with gamma symbolic and in the whole of each phase.

    Raises:
        InvalidArgument: when it is no ``PhaseDiagram``.
        ValueError: when the diagram is of an estimator that trains no weights.

    A heavy tail and good generalisation go together, but for the rate:

    >>> from asymptotics import phase_diagram, quadratic
    >>> for tail in heavy_tails(phase_diagram(quadratic, noise="none")):
    ...     print(tail.phase.name, tail.tail_exponent, tail.vanishing.value, tail.determines_risk)
    Ia 0 nowhere False
    Ib 0 nowhere False
    II 1/gamma everywhere True
    III 1/gamma everywhere False
    N 1/gamma everywhere True
    """
    require_diagram(diagram)
    return Listed(_heavy_tail(phase) for phase in diagram.phases)


def _heavy_tail(phase: Phase) -> HeavyTail:
    balanced = phase.balance
    network = trained_network(balanced)
    learned = balanced.leading_terms("learned_modes")
    # where units are fewer than modes above the noise, as many are learned as there are units
    some = balanced.regime.learned in (Learned.SOME, None)
    one, risk = term(S.One, MODES), balanced.risk
    assert risk is not None
    noise = number_of_noise(balanced)
    ((_, modes),) = learned
    return HeavyTail(
        phase=phase,
        tail_exponent=tail_of(network)[1] if modes else S.Zero,
        number=phase.learned,
        bulk=where_larger(balanced, noise, one),
        mostly_noise=where_larger(balanced, noise, modes[0] if modes else one),
        gap=_gap_extent(balanced, network)
        if some and network.outlier_location is not None
        else Holds.NOWHERE,
        vanishing=where_larger(balanced, [(balanced.domain, (one,))], risk),
        by_logarithms=is_zero(balanced.scales.exponent(risk)) and risk.log_power != FIELD.zero,
        determines_risk=some and _same_growth(balanced, risk, _left_over(balanced, modes[0])),
    )


def _gap_extent(balanced: Balanced, network: Network) -> Holds:
    """Where the smallest outlier lies far above the bulk, by the bulk's width."""
    ordering = ordering_of(balanced)
    if ordering in (Ordering.THRESHOLD_ABOVE_NOISE, None):
        return Holds.NOWHERE  # there is no bulk
    if isinstance(balanced.hypothesis.ordering, Binding):
        bulk = band_of_units(network)
    else:
        at_edge = ordering is Ordering.THRESHOLD_AT_EDGE
        bulk = edge_gap(network) if at_edge else term(effective_noise, BULK)
    spacing = balanced.known(last_spacing(balanced, network))
    return where_larger(balanced, [(balanced.domain, (spacing,))], balanced.known(bulk))


def _left_over(balanced: Balanced, learned: Term) -> Term:
    """Energy of the modes after the first K, which the lemma gives with the scale s_K in place of T."""
    last: Term = learned ** coefficient(-gamma)
    smallest = term(AMPLITUDE, MODES) * last
    lost = ModeFunction((Piece(S.Zero, S.One, size**2), Piece(S.One, oo, S.Zero)))
    (energy,) = mean_term(lost, Learned.SOME, smallest, AMPLITUDE, balanced.domain)
    squared: Term = smallest ** coefficient(S(2))
    return squared * energy


def _same_growth(balanced: Balanced, one: Term, other: Term) -> bool:
    gap = difference(balanced.scales.exponent(one), balanced.scales.exponent(other))
    return is_zero(gap) and one.log_power == other.log_power
