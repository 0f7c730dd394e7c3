r"""Does pruning reach the optimal rate without tuning?

Pruning (``phases.pruning``) cuts the bulk of the trained weights, whatever weight decay they were trained
with.  Two references say how good that is: training with the best weight decay, and the Bayes-optimal
estimator (``tuning``).  A phase is a polyhedron in (a, ell, b), and the best risk a law on polyhedra in (a,
b); where two of them overlap the ratio of the pruned risk to the reference is one law.  It reaches the rate
where the powers of d and of log d in that ratio vanish, as elements of Q(gamma).

Worked by hand, quadratic network with label noise.  In phase V the bulk makes the risk; cut, it leaves that
of the modes at kappa = 2 delta, and the best weight decay puts kappa there, too: the ratio is 1, and 3
gamma/(1 + gamma) to the Bayes risk.  In VIb it is 5 to both.  In phases Ib, II and III there is no bulk to be
cut: the loss is one of shrinkage, and only another weight decay helps.

A Gaussian has no edge.  The diagonal network is pruned at delta sqrt(2 log d), the best threshold is
delta sqrt(2 log(d/K)), and the two risks differ by a constant as long as K modes are learned.  Once all are
(VIb) the best threshold vanishes, and pruning loses a factor 2 log d.

In this order: `PruningRatio`, `pruning_ratios`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from sympy import And

from asymptotics.algebra.monomials import Noise
from asymptotics.algebra.polyhedra import FIELD, feasible, irredundant, overlap
from asymptotics.algebra.regions import region_of
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.laws import ZERO, Law, risk_law
from asymptotics.diagram import PhaseDiagram, require_diagram
from asymptotics.displays import Displayed, Listed, short
from asymptotics.expressions.checks import require, require_one_of
from asymptotics.expressions.pickling import Stored
from asymptotics.networks.network import Network
from asymptotics.phases.phase import Phase
from asymptotics.phases.products import quotient
from asymptotics.tuning import bayes_balances, tuned_balances

Reference = Literal["tuned", "bayes"]


@dataclass(frozen=True, repr=False)
class PruningRatio(Displayed, Stored):
    """Pruning after training at any weight decay against a reference, in a part of a phase.

    Attributes:
        phase: the phase.
        region: the part of it.
        ratio: pruned risk over that of the reference; None where the reference recovers the target exactly.
        reached: whether pruning reaches the rate of the reference: the ratio neither grows nor falls.
    """

    phase: Phase
    region: And
    ratio: Law | None
    reached: bool

    def _title(self) -> str:
        rate = "reaches" if self.reached else "misses"
        ratio = "none" if self.ratio is None else short(self.ratio.expr, 80)
        return f"PruningRatio in {self.phase.name}: {rate} the rate, ratio {ratio}"


def pruning_ratios(diagram: PhaseDiagram, *, reference: Reference = "tuned") -> tuple[PruningRatio, ...]:
    """Where pruning reaches the optimal rate without tuning, phase by phase, and with what ratio.

    Decided exactly, with gamma symbolic.  Parts of a phase that no reference covers are left out: at a < 0,
    where nothing can be learned, no weight decay is best.

    Args:
        diagram: of a trained network.
        reference: "tuned", the network trained with the best weight decay, or "bayes", the Bayes-optimal
            estimator.

    Raises:
        InvalidArgument: when an argument is none of these.

    >>> from asymptotics import diagonal, phase_diagram, quadratic
    >>> ratios = pruning_ratios(phase_diagram(quadratic))
    >>> {ratio.phase.name: ratio.ratio.expr for ratio in ratios if ratio.reached}
    {'IV': 1, 'V': 1, 'VIa': 1, 'VIb': 5}
    >>> [ratio.phase.name for ratio in ratios if not ratio.reached]
    ['Ib', 'Ib', 'II', 'II', 'III']
    >>> last = pruning_ratios(phase_diagram(diagonal))[-1]
    >>> last.phase.name, last.reached, last.ratio.expr
    ('VIb', False, 2*log(d))

    So it is with few hidden units, against the best weight decay at full width, unless they miss modes:

    >>> few = pruning_ratios(phase_diagram(quadratic, width="scaled"))
    >>> {ratio.phase.name: ratio.reached for ratio in few if ratio.phase.name.startswith("W")}
    {'Wa': False, 'Wb': True, 'Wc': True, 'Wd': True}
    """
    network = _trained_network(diagram)
    require_one_of("reference", reference, ("tuned", "bayes"))
    return Listed(
        ratio
        for phase in diagram.phases
        for best in _balances(network, diagram.noise, reference)
        for ratio in _ratios(phase, best)
    )


def _trained_network(diagram: PhaseDiagram) -> Network:
    require_diagram(diagram)
    model, allowed = diagram.model, "of a network with estimator='erm', which alone is pruned"
    trained = isinstance(model, Network)
    require(trained and diagram.estimator == "erm", "diagram", diagram, allowed)
    assert isinstance(model, Network)
    return model


@cache
def _balances(network: Network, noise: Noise, reference: Reference) -> tuple[Balanced, ...]:
    return (tuned_balances if reference == "tuned" else bayes_balances)(network, noise)


def _ratios(phase: Phase, best: Balanced) -> tuple[PruningRatio, ...]:
    """The ratio where a phase and the reference overlap, if they do.

    Forms in (a, b) are forms in (a, ell, b) without ell, and in (a, ell, b, rho) without rho: the reference
    is of full width.
    """
    balanced = phase.balance
    domain, window = overlap(balanced.domain, best.domain), balanced.scales.window
    further = (FIELD.zero,) * (len(balanced.scales.exponents) - len(best.scales.exponents))
    facets = (*balanced.facets, *((*facet, *further) for facet in best.facets))
    if domain is None or not feasible([*facets, *window], domain):
        return ()
    region = region_of(irredundant(facets, window, domain), balanced.scales, domain)
    reference = risk_law(best)
    if reference == ZERO:
        return (PruningRatio(phase, region, None, phase.pruned_risk == ZERO),)
    ratio = quotient(phase.pruned_risk, reference)
    return (PruningRatio(phase, region, ratio, ratio.exponent == ratio.log_exponent == 0),)
