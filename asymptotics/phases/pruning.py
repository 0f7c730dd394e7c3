r"""Pruning: the excess risk once the bulk of the trained weights is removed.

After training, at effective noise delta, the threshold is raised to the edge of the bulk where it lies below
it (arXiv:2509.24882): eigenvalues nu of the quadratic network become (nu - (2 delta - kappa))_+, coefficients
of the diagonal one are thresholded at delta sqrt(2 log d) in all, the size of the largest of d draws of
noise.  Training is over, so delta keeps its value, and what is left is the error of the modes at the edge:

    R' = c mean_i e(s_i; delta, u delta),          u = 2,  or  u^2 = 2 log d,

a mean over modes like any other, which the lemma on ``power_sums`` takes; noise that lies below the edge adds
nothing.  With kappa above the edge nothing is pruned, and R' = R.

Worked by hand, phase V of the quadratic network.  Label noise sets delta^2 = Delta d/(4 n_eff), and the bulk
that passes kappa = (2 - t) delta makes the risk.  At 2 delta the K = (sqrt(d)/delta)^(1/gamma) outliers and
the modes below them leave delta^2 K/d, the risk of phase IV: n_eff^(-1 + 1/(2 gamma)), which is what the best
weight decay reaches (``tuning``).  Where every mode is learned (VIb) the edge costs shrinkage: R = 2 delta^2
becomes 2 (delta^2 + (2 delta)^2), five times that.

Few hidden units (``narrow``) change nothing of that as long as they are more than the K outliers: they keep
noise below 2 delta besides, which pruning removes, and R' is that of full width, whatever the width.  With
p << K units there is no bulk, the modes that are missed make the risk, and R' = R.

A Gaussian has no edge, and R' holds log d beside the L = log(1/D_b) that delta may hold.  The threshold is
raised where more than one of d weights of noise passes, D_b >> 1/d; with fewer (phase Ia) it lies above the
largest already.  Worked by hand, phase VIb of the diagonal network: every mode is shrunk by u delta, so that
R = delta^2 becomes 2 delta^2 log d.

In this order: `pruned_risk_law`, its terms, the threshold of a soft edge.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import S, log, oo

from asymptotics.algebra.monomials import Term, bulk_freedom, collected, term
from asymptotics.algebra.polyhedra import FIELD, Coefficient, Domain
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.inequalities import Holds, where_larger
from asymptotics.balance.laws import Law, law, law_of, logarithm, risk_law
from asymptotics.balance.regimes import BULK, MODES, Given
from asymptotics.lemmas.power_sums import Learned
from asymptotics.networks.declaration import error_of
from asymptotics.networks.mode_functions import Ordering, mode_functions
from asymptotics.networks.network import Network
from asymptotics.networks.trained import Trained, next_order_of_sum
from asymptotics.phases.products import corrected_expr, product
from asymptotics.phases.spectrum import ordering_of, trained_network
from asymptotics.symbols import d, effective_noise

PRUNED = "pruned_risk"


def pruned_risk_law(balanced: Balanced) -> Law:
    """The law of the excess risk after pruning, where a balance of a trained network holds.

    Raises:
        NoSuchLaw: when the estimator trains no weights, such as the Bayes-optimal one.
        NotImplementedError: when noise without an edge is pruned in part of the phase only, or where no mode
            is learned.

    >>> from asymptotics import phase_diagram, quadratic
    >>> phase = phase_diagram(quadratic)["V"]
    >>> phase.risk.exponent, pruned_risk_law(phase.balance).exponent
    (2*a/5 - 2/5, -a + a/(2*gamma))
    """
    network = trained_network(balanced, PRUNED)
    if not is_pruned(balanced):
        return risk_law(balanced)
    learned = balanced.regime.learned
    terms = Given(_terms_at_edge, (network, learned))
    of_modes = replace(balanced, regime=replace(balanced.regime, quantities={PRUNED: terms}))
    at_edge = law_of(of_modes, PRUNED)
    if network.noise.edge != oo:
        return at_edge
    if learned is Learned.NONE:
        raise NotImplementedError(
            f"the pruned risk of the {network.name} network: no mode is learned, and noise without an edge "
            "passes the threshold of pruning"
        )
    return _at_soft_edge(balanced, network, at_edge)


def is_pruned(balanced: Balanced) -> bool:
    """Whether noise passes the threshold and is cut.

    Raises:
        NoSuchLaw: when the estimator trains no weights.
        NotImplementedError: when it passes in part of the phase only.
    """
    network, ordering = trained_network(balanced, PRUNED), ordering_of(balanced)
    if ordering is not Ordering.THRESHOLD_AT_EDGE or network.noise.edge != oo:
        return ordering not in (Ordering.THRESHOLD_ABOVE_NOISE, None)
    passing = [(balanced.domain, (balanced.solution[bulk_freedom],))]
    below = where_larger(balanced, passing, term(1 / d, BULK))
    if below is Holds.IN_PART:
        raise NotImplementedError(
            f"the pruned risk of the {network.name} network: in part of the phase only does noise pass the "
            "threshold of pruning"
        )
    return below is Holds.EVERYWHERE


def _errors_at_edge(network: Network, learned: Learned, on: Domain) -> tuple[Term, ...]:
    """The risk of the modes with the threshold at the edge, in delta and, at a soft edge, L = log d."""
    trained = Trained(network, Ordering.THRESHOLD_AT_EDGE, learned)
    error = mode_functions(network, Ordering.THRESHOLD_AT_EDGE, learned).error
    return trained.mean(error, 2, on, term(network.risk_per_error, MODES))


def _terms_at_edge(network: Network, learned: Learned, on: Domain) -> tuple[Term, ...]:
    """The same without the powers of log d, which are not those of the L that delta may hold."""
    return tuple(replace(error, log_power=FIELD.zero) for error in _errors_at_edge(network, learned, on))


# --- a soft edge


def _at_soft_edge(balanced: Balanced, network: Network, at_edge: Law) -> Law:
    """The law with its powers of log d, and with the next orders in 1/log d and in the 1/L of delta."""
    learned, domain = balanced.regime.learned, balanced.domain
    (error,) = _errors_at_edge(network, learned, domain)  # J is smooth: one term, of all modes at the edge
    in_noise = law_of(balanced, "effective_noise")
    corrected = collected(error.coefficient) * error.without(effective_noise).monomial()
    corrected *= corrected_expr(in_noise) ** FIELD.to_sympy(error.power(effective_noise))
    known = replace(at_edge, corrected=corrected, corrected_order=in_noise.corrected_order)
    if in_noise.corrected is None:
        known = replace(at_edge, corrected=None)
    return product(known, _powers_of_logarithm(balanced, network, error.log_power))


def _powers_of_logarithm(balanced: Balanced, network: Network, power: Coefficient) -> Law:
    """(log d)**power, with the next order of what the modes leave at a threshold delta (log d/c)**(1/m)."""
    learned, domain = balanced.regime.learned, balanced.domain
    of_mode = error_of(network.potential_of(learned))
    try:
        order = next_order_of_sum(network, learned, domain, of_mode, 0)
    except NotImplementedError:
        order = None
    of_one = term(1 / d, BULK)  # one of d draws passes
    exact = logarithm(of_one, balanced.scales, lambda freedom: log(1 / freedom))
    powers = replace(term(S.One, MODES), log_power=power)
    return law((powers,), balanced.scales, exact, domain, [order])
