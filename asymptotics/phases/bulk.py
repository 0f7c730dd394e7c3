r"""The overfitted bulk: what noise alone adds to the risk, and where it leads.

A mode far smaller than the noise is one of pure noise, and so are most modes while few are learned.  Each
adds to the error the second moment of its noise above the threshold,

    delta^2 j(u),         j(u) = E[(w - u)_+^2],         u = kappa/delta                          (``noise``).

Far below the edge, kappa << delta, this is delta^2 j(0).  At the edge it is known from the bulk degrees of
freedom D_b: delta^2 D_b^(7/5) times a constant for the semicircle, delta^2 D_b/L for a Gaussian.  Above the
edge nothing passes, and once every mode is learned none is noise.

The bulk is one of the terms of the overfitting part (``risk_parts``); the others are noise that passes with
larger modes, outliers or subcritical.  Where it leads that part and where it leads the risk is read off the
powers of d and log d: it makes the risk in phases V and VIa, and in phase Ia, IV or N it leads the
overfitting or shares it.

Worked by hand, phase IV of the quadratic network: D_b = 2 n_eff/d and delta^2 = Delta d/(4 n_eff) make the
bulk Delta (n_eff/d)^(2/5), the law of V.  In IV that is less than the risk, and all of the overfitting.

Where few hidden units keep noise (``narrow``), it is all of the overfitting part: delta^2 t^2 p/d, with t
the distance from the threshold to the edge in units of delta.

In this order: `OverfittedBulk`, `overfitted_bulk`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from asymptotics.algebra.monomials import Term, term
from asymptotics.algebra.polyhedra import coefficient
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.laws import ZERO, Law, law, law_of, logarithm_of, risk_law
from asymptotics.balance.regimes import BULK
from asymptotics.displays import Displayed, short
from asymptotics.lemmas.power_sums import Learned
from asymptotics.networks.mode_functions import Ordering
from asymptotics.networks.narrow import Binding
from asymptotics.networks.network import Network
from asymptotics.networks.trained import edge_error
from asymptotics.phases.products import quotient
from asymptotics.phases.spectrum import ordering_of, trained_network
from asymptotics.symbols import effective_noise


@dataclass(frozen=True, repr=False)
class OverfittedBulk(Displayed):
    """What noise alone adds to the excess risk in one phase.

    Attributes:
        risk: that term of the risk; 0 where no noise passes.
        of_risk: its share of the excess risk, a law that falls or a constant.
        of_overfitting: its share of the overfitting part of the risk; None of a network of your own whose
            declaration does not determine that part (``error_parts``).
    """

    risk: Law
    of_risk: Law
    of_overfitting: Law | None

    def _title(self) -> str:
        return (
            f"OverfittedBulk: risk {short(self.risk.expr, 80)}, {short(self.of_risk.expr, 60)} of all of it"
        )

    @property
    def leads_overfitting(self) -> bool | None:
        """Whether it is of the order of the overfitting part, in the whole phase; None if that is unknown."""
        return None if self.of_overfitting is None else _is_of_order_one(self.of_overfitting)

    @property
    def leads_risk(self) -> bool:
        """Whether it is of the order of the risk, in the whole phase."""
        return _is_of_order_one(self.of_risk)


@cache
def overfitted_bulk(balanced: Balanced) -> OverfittedBulk:
    """The overfitted bulk where a balance of a trained network holds; cached within the process.

    Raises:
        NoSuchLaw: when the estimator trains no weights, such as the Bayes-optimal one.

    >>> from asymptotics import phase_diagram, quadratic
    >>> diagram = phase_diagram(quadratic)
    >>> [phase.name for phase in diagram if overfitted_bulk(phase.balance).leads_risk]
    ['V', 'VIa']
    >>> overfitted_bulk(diagram["IV"].balance).risk == diagram["V"].risk
    True
    """
    network = trained_network(balanced, "overfitted_bulk")
    terms = _terms(balanced, network)
    if not terms:
        return OverfittedBulk(ZERO, ZERO, ZERO)
    known = tuple(balanced.known(t) for t in terms)
    bulk = law(known, balanced.scales, logarithm_of(balanced), balanced.domain)
    try:
        of_overfitting = quotient(bulk, law_of(balanced, "overfitted_risk"))
    except NotImplementedError:
        of_overfitting = None
    return OverfittedBulk(bulk, quotient(bulk, risk_law(balanced)), of_overfitting)


def _terms(balanced: Balanced, network: Network) -> tuple[Term, ...]:
    """The term of the regime, if there is one."""
    ordering, per_error = ordering_of(balanced), term(network.risk_per_error, BULK)
    if isinstance(balanced.hypothesis.ordering, Binding):
        ((_, terms),) = balanced.leading_terms("overfitted_risk")
        return tuple(terms)
    if ordering is Ordering.THRESHOLD_AT_EDGE:
        return (per_error * edge_error(network),)
    if ordering is Ordering.THRESHOLD_ABOVE_NOISE or balanced.regime.learned is Learned.ALL:
        return ()
    square: Term = term(effective_noise, BULK) ** coefficient(2)
    return (per_error * term(network.noise.second_moment, BULK) * square,)


def _is_of_order_one(share: Law) -> bool:
    return share != ZERO and share.exponent == share.log_exponent == 0
