r"""The Bayes-optimal estimator: the least error of any, given the distribution of the target.

It sees every mode through the same noise as a trained network does, but needs no threshold: one equation for
delta (arXiv:2509.24882, and 2105.15004 for its like in regression),

    left side of the network's noise balance = labels + E(delta),

E being the mean posterior variance of a mode.  For the diagonal network a mode is a Gaussian scalar, and its
posterior variance is s^2 delta^2/(s^2 + delta^2).  For the quadratic network it is a rank-one matrix in the
noise, and the network declares its posterior variance (``quadratic``).

Without label noise the equation reads delta^2 = (E/delta^2) delta^2 / A: besides a solution with delta > 0,
which needs more degrees of freedom E/delta^2 than A = left side/delta^2 gives, there is delta = 0, and it is
the right one as soon as A exceeds the degrees of freedom at delta = 0, those of all modes.  The target is
then recovered exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial

from sympy import Expr, S, expand, oo, simplify

from asymptotics import words
from asymptotics.algebra.monomials import Term, term
from asymptotics.algebra.polyhedra import Domain, coefficient
from asymptotics.balance.regimes import (
    LABEL_NOISE,
    MODES,
    Description,
    Equation,
    Hypothesis,
    Regime,
    as_law,
    crossover,
    index_bounds,
    mean_term,
    named,
    split_balance,
    without_label_noise,
)
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece
from asymptotics.networks.declaration import AMPLITUDE
from asymptotics.networks.network import Network
from asymptotics.symbols import d, effective_noise, matrix_error, size, threshold


class Recovery(Enum):
    """Whether the target is known up to some noise, or exactly."""

    PARTIAL = "delta > 0"
    EXACT = "delta = 0"


@dataclass(frozen=True)
class BayesOptimal:
    """The Bayes-optimal estimator of a network's target."""

    network: Network

    @property
    def name(self) -> str:
        """That of the network, and of the estimator."""
        return f"Bayes-optimal {self.network.name}"

    def regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        """No, some and all modes learned; without label noise, recovery too."""
        for learned in Learned:
            regime = partial(_partial_recovery, self.network, learned, noisy)
            yield named(Recovery.PARTIAL, learned, regime)
        if not noisy:
            yield named(Recovery.EXACT, Learned.ALL, partial(exact_recovery, self.network))

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason of a phase."""
        if hypothesis.ordering is Recovery.EXACT:
            return Description(*words.EXACT_RECOVERY)
        return Description(*words.bayes_optimal(hypothesis.learned.value, *hypothesis.dominant))


def _partial_recovery(network: Network, learned: Learned, noisy: bool, domain: Domain) -> Regime:
    delta = term(effective_noise, MODES)
    index = crossover(delta, AMPLITUDE)
    left, labels, per_error = split_balance(network.noise_balance, matrix_error, LABEL_NOISE)
    labels = labels if noisy else without_label_noise(labels)

    def mean(function: ModeFunction, degree: int) -> tuple[Term, ...]:
        unit: Term = delta ** coefficient(degree)
        return tuple(unit * t for t in mean_term(function, learned, delta, AMPLITUDE, domain))

    variance = posterior_variance(network, learned)
    errors = mean(variance, 2)
    return Regime(
        ordering=Recovery.PARTIAL,
        learned=learned,
        unknowns=(effective_noise,),
        equations=(Equation("effective noise", left, (*labels, *(t * per_error for t in errors))),),
        larger=index_bounds(learned, index),
        risk=tuple(term(network.risk_per_error, t.origin) * t for t in errors),
        quantities={
            "effective_noise": as_law([delta]),
            "threshold": as_law([]),
            "learned_modes": as_law(term(d, MODES) * t for t in mean(_NUMBER_ABOVE, 0)),
            "degrees_of_freedom": as_law(mean(variance, 0)),
        },
    )


def exact_recovery(network: Network, domain: Domain) -> Regime:
    """No label noise, and more equations than degrees of freedom: the target is recovered."""
    left, _, per_error = split_balance(network.noise_balance, matrix_error, LABEL_NOISE)
    variance = posterior_variance(network, Learned.ALL)
    # E/delta^2 at delta = 0, where any unit is above it
    freedoms = mean_term(variance, Learned.ALL, term(S.One, MODES), AMPLITUDE, domain)
    sample_ratio = left.without(effective_noise)
    return Regime(
        ordering=Recovery.EXACT,
        learned=Learned.ALL,
        unknowns=(),
        equations=(),
        larger=tuple((sample_ratio, per_error * t) for t in freedoms),
        risk=(),
        quantities={
            "effective_noise": as_law([]),
            "threshold": as_law([]),
            "learned_modes": as_law([term(d, MODES)]),
            "degrees_of_freedom": as_law(freedoms),
        },
    )


@cache
def posterior_variance(network: Network, learned: Learned) -> ModeFunction:
    """Of one mode, in units of delta^2, as a function of its size in units of delta."""
    if learned is Learned.ALL:
        return _above(S.Zero, network.posterior_variance_among_learned)
    return _above(size**2, network.posterior_variance, network.bbp_threshold)


_NUMBER_ABOVE = ModeFunction((Piece(S.Zero, S.One, S.Zero), Piece(S.One, oo, S.One)))
"""Modes of a size, which is known, above delta."""


def _above(below: Expr, above: Expr, bbp_threshold: Expr = S.Zero) -> ModeFunction:
    """A function of the size that changes at the BBP threshold, for kappa = 0."""
    scales = {effective_noise: S.One, threshold: S.Zero}
    above, bbp_threshold = simplify(above.subs(scales)), bbp_threshold.subs(scales)
    if bbp_threshold == 0:
        return ModeFunction((Piece(S.Zero, oo, above),))
    return ModeFunction((Piece(S.Zero, bbp_threshold, below), Piece(bbp_threshold, oo, expand(above))))
