r"""The Bayes-optimal estimator: the least error of any, given the distribution of the target.

It sees every mode through the same noise as a trained network does, but needs no threshold: one equation for
delta (arXiv:2509.24882, and 2105.15004 for its like in regression),

    left side of the network's noise balance = labels + E(delta),

E being the mean posterior variance of a mode: a `System` with one equation.  For the diagonal network a mode
is a Gaussian scalar, its posterior variance is s^2 delta^2/(s^2 + delta^2), and the system is exact.  For the
quadratic network it is a rank-one matrix in the noise, and the network declares its posterior variance
(``quadratic``): one while few modes are outliers, which is cut at the BBP threshold, and another once all
are.  That is two systems, each for its number of outliers; neither holds at finite size, where E is no sum
over modes (``numerics.networks.posterior``).

Without label noise the equation reads delta^2 = (E/delta^2) delta^2 / A: besides a solution with delta > 0,
which needs more degrees of freedom E/delta^2 than A = left side/delta^2 gives, there is delta = 0, and it is
the right one as soon as A exceeds the degrees of freedom at delta = 0, those of all modes.  The target is
then recovered exactly.  Positive unknowns do not vanish: this regime is written down by hand.

In this order: `Recovery`, `BayesOptimal`, `system_of_bayes`, `posterior_variance`, `exact_recovery`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, partial

from sympy import Eq, Expr, Piecewise, S, expand, simplify

from asymptotics import words
from asymptotics.algebra.monomials import term
from asymptotics.algebra.polyhedra import Domain
from asymptotics.balance.regimes import (
    LABEL_NOISE,
    MODES,
    Description,
    Hypothesis,
    Regime,
    as_law,
    mean_term,
    split_balance,
)
from asymptotics.lemmas.power_sums import Learned, ModeFunction
from asymptotics.networks.declaration import AMPLITUDE
from asymptotics.networks.network import Network
from asymptotics.symbols import (
    a,
    d,
    effective_noise,
    ell,
    matrix_error,
    n_eff,
    noise_variance,
    size,
    threshold,
    weight_decay,
)
from asymptotics.systems import System, mode_sum
from asymptotics.systems.mode_sums import scaled_sum


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

    @property
    def system(self) -> System | None:
        """The equation, if it holds however many modes are outliers; else None."""
        few, every = (system_of_bayes(self.network, learned) for learned in (Learned.SOME, Learned.ALL))
        return few if few.equations == every.equations else None

    def regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        """Those of its systems with no, some and all modes learned; without label noise, recovery too."""
        for k, learned in enumerate(Learned):
            regime = list(system_of_bayes(self.network, learned).regimes(noisy))[k]
            yield partial(_partial_recovery, regime, learned)
        if not noisy:
            yield partial(exact_recovery, self.network)

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason of a phase."""
        if hypothesis.ordering is Recovery.EXACT:
            return Description(*words.EXACT_RECOVERY)
        return Description(*words.bayes_optimal(hypothesis.learned.value, *hypothesis.dominant))


def _partial_recovery(regime: Callable[[Domain], Regime], learned: Learned, domain: Domain) -> Regime:
    """A regime of the system, by the names that regimes of a network have."""
    return replace(regime(domain), ordering=Recovery.PARTIAL, learned=learned)


@cache
def system_of_bayes(network: Network, learned: Learned) -> System:
    """The equation for delta while so many modes are learned."""
    error = mode_sum(_variance(network, learned)) / d
    per_error = network.noise_balance.rhs.expand().coeff(matrix_error)
    labels = network.noise_balance.rhs.subs(matrix_error, 0)
    return System(
        name=f"Bayes-optimal {network.name}",
        unknowns=(effective_noise,),
        equations=(Eq(network.noise_balance.lhs, labels + per_error * error),),
        quantities={
            "risk": network.risk_per_error * error,
            "threshold": S.Zero,
            "learned_modes": mode_sum(Piecewise((1, size >= effective_noise), (0, True))),
            "degrees_of_freedom": error / effective_noise**2,
        },
        scales={n_eff: a, weight_decay: ell},
        modes=d,
        amplitude=AMPLITUDE,
        origins={noise_variance: LABEL_NOISE, mode_sum(_variance(network, learned)): MODES},
    )


@cache
def _variance(network: Network, learned: Learned) -> Expr:
    """The posterior variance of one mode, of its size and delta, while so many modes are learned."""
    if learned is Learned.ALL:
        return simplify(network.posterior_variance_among_learned)
    above, bbp_threshold = (x.subs(threshold, 0) for x in (network.posterior_variance, network.bbp_threshold))
    if bbp_threshold == 0:
        return simplify(above)
    return Piecewise((expand(simplify(above)), size >= bbp_threshold), (size**2, True))


def posterior_variance(network: Network, learned: Learned) -> ModeFunction:
    """The same in units of delta^2, as a function of its size in units of delta."""
    return scaled_sum(_variance(network, learned)).function


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
