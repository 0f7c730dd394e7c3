r"""The best weight decay: tuned networks against the Bayes-optimal estimator.

At given noise delta the error E depends on the weight decay through the threshold alone.  Where kappa is far
above delta it grows with kappa, by shrinkage; where kappa << delta and some modes are subcritical it
falls, as noise is cut away.  In between, at the edge of the noise (``noise``), a little more threshold costs
shrinkage and cuts the overfitted bulk:

    dE/dkappa = 0:      d(error of modes)/dkappa = 2 E[(x - kappa)_+] of the noise = 2 delta^2 D_b/kappa,

since d(delta^2 j(u))/dkappa is -2 times the mean size of what passes.  So D_b at the optimum is a monomial
like any other.  The optimum is a ``Regime`` in which the weight decay is one more unknown and this equation
determines the threshold: ``balance`` solves it.  Once all modes are learned no noise is left to cut: then
E = e_0 - e_1 kappa/delta + e_2 (kappa/delta)^2, from the potential, and kappa = delta e_1/(2 e_2); with
e_1 = 0 (quadratic network: E = delta^2 + kappa^2) it is 0.  (Where the error feeds delta, A delta^2 = e,
delta changes with kappa too; but it falls with e, so that the least e at given delta is the least of all.)

Worked by hand, quadratic network, 1 << n_eff << d^(2 gamma): kappa = 2 delta, the hard edge, so the risk is
that of the learned modes at the edge: the law of phase IV, at every sample size up to d^(2 gamma).  The Bayes
risk has the same powers, and the ratio is 3 gamma/(1 + gamma): between 1 and 3.  The Gaussian noise of the
diagonal network has no edge: kappa = delta sqrt(2 log(d/K)), and tuned training loses a power of a logarithm.

In this order: `Tuned` (the model), `tuned_balances`, `optima_along`, `bayes_ratio`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import pairwise, product
from typing import Any

from sympy import And, Dummy, Expr, S, factorial, oo, simplify

from asymptotics import words
from asymptotics.algebra.intervals import NotCovered, Stretch, intervals_along
from asymptotics.algebra.monomials import Noise, Scales, Term, bulk_freedom, term, tidy
from asymptotics.algebra.polyhedra import FIELD, Domain, coefficient, feasible, irredundant, overlap
from asymptotics.algebra.regions import margin, region_of
from asymptotics.balance.dominant_balance import Balanced, dominant_balances
from asymptotics.balance.failure import IncompleteDiagram
from asymptotics.balance.laws import Law, law, law_of, logarithm_of, risk_law
from asymptotics.balance.regimes import (
    MODES,
    WEIGHT_DECAY,
    Description,
    Equation,
    Hypothesis,
    Regime,
    as_law,
    mean_term,
)
from asymptotics.case_splits import CaseSplit, Intervals
from asymptotics.displays import Displayed, Listed, short
from asymptotics.expressions.checks import require_one_of
from asymptotics.expressions.pickling import Stored
from asymptotics.lemmas.power_sums import Learned
from asymptotics.lines import Line
from asymptotics.models.bayes import BayesOptimal, Recovery, exact_recovery
from asymptotics.networks.declaration import AMPLITUDE, error_of
from asymptotics.networks.mode_functions import Ordering, in_the_limit, mode_function
from asymptotics.networks.network import Network, check_is_network
from asymptotics.networks.trained import trained_regime
from asymptotics.symbols import effective_noise, threshold, weight_decay

STATIONARY = "the risk is stationary in the threshold"

Optimum = tuple[And, tuple[Law, Law]]
"""Where an optimum holds, and the laws of the weight decay and of the risk."""


@dataclass(frozen=True)
class Tuned:
    """A network trained with the weight decay that makes its risk least."""

    network: Network

    @property
    def name(self) -> str:
        """That of the network, and of how it is trained."""
        return f"tuned {self.network.name}"

    def regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        """At the edge of the noise with some modes learned, far below it with all; recovery without noise."""
        yield partial(_at_the_edge, self.network, noisy)
        yield partial(_far_below_the_noise, self.network, noisy)
        if not noisy:
            yield partial(_recovered, self.network)

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason: those of the phase on whose border the optimum lies."""
        if hypothesis.ordering is Recovery.EXACT:
            return BayesOptimal(self.network).describe(hypothesis)
        return Description(*words.tuned(hypothesis.learned.value, hypothesis.dominant[0]))


def _at_the_edge(network: Network, noisy: bool, domain: Domain) -> Regime:
    ordering, learned = Ordering.THRESHOLD_AT_EDGE, Learned.SOME
    regime = trained_regime(network, ordering, learned, noisy, domain)
    (kappa,) = regime.quantities["threshold"](domain)
    cost = in_the_limit(network, ordering, _cost_of_shrinkage(network.potential))
    shrinkage = mode_function(network, ordering, learned, S.Zero, cost)
    ratio: Term = kappa * term(effective_noise, MODES) ** (-FIELD.one)
    unit: Term = term(S.Half, MODES) * ratio ** coefficient(2)
    costs = tuple(unit * t for t in mean_term(shrinkage, learned, kappa, AMPLITUDE, domain))
    return _tuned(regime, Equation("bulk at the best threshold", term(bulk_freedom, STATIONARY), costs))


@cache
def _cost_of_shrinkage(potential: Expr) -> Expr:
    """Kappa dE/dkappa of one mode."""
    return simplify(threshold * error_of(potential).diff(threshold))


def _far_below_the_noise(network: Network, noisy: bool, domain: Domain) -> Regime:
    ordering, learned = Ordering.THRESHOLD_BELOW_NOISE, Learned.ALL
    regime = trained_regime(network, ordering, learned, noisy, domain)
    delta, kappa = term(effective_noise, MODES), term(threshold, STATIONARY)
    potential = network.potential_of(learned)

    def mean(of_one: Expr) -> tuple[Term, ...]:
        function = mode_function(network, ordering, learned, S.Zero, of_one)
        return mean_term(function, learned, delta, AMPLITUDE, domain)

    gains, (cost,) = mean(-_taylor(potential, 1)), mean(_taylor(potential, 2))
    if not gains:
        nothing = {name: as_law([]) for name in ("threshold", "weight_decay")}
        return replace(
            regime,
            unknowns=(effective_noise,),
            equations=regime.equations[:1],
            larger=tuple(pair for pair in regime.larger if not pair[1].holds([threshold])),
            quantities={**regime.quantities, **nothing},
        )
    per_gain: Term = delta * (term(S(2), MODES) * cost) ** (-FIELD.one)
    return _tuned(regime, Equation("best threshold", kappa, tuple(per_gain * gain for gain in gains)))


def _recovered(network: Network, domain: Domain) -> Regime:
    regime = exact_recovery(network, domain)
    return replace(regime, quantities={**regime.quantities, "weight_decay": as_law([])})


@cache
def _taylor(potential: Expr, order: int) -> Expr:
    """Coefficient of (kappa/delta)**order in the error of one mode, in units of delta."""
    ratio = Dummy("rho", positive=True)
    error = error_of(potential).subs({effective_noise: S.One, threshold: ratio})
    return simplify(error.diff(ratio, order).subs(ratio, 0) / factorial(order))


def _tuned(regime: Regime, stationary: Equation) -> Regime:
    """The regime with its threshold at the optimum, and the weight decay as an unknown."""
    noise, balance = regime.equations
    return replace(
        regime,
        unknowns=(*regime.unknowns, weight_decay),
        equations=(noise, stationary, replace(balance, name="weight decay")),
        quantities={**regime.quantities, "weight_decay": as_law([term(weight_decay, WEIGHT_DECAY)])},
    )


@cache
def tuned_balances(network: Network, noise: Noise) -> tuple[Balanced, ...]:
    """The balances at the best weight decay: regions in a (and b), free of ell.

    >>> from asymptotics import quadratic
    >>> edge, below = tuned_balances(quadratic, "fixed")
    >>> from asymptotics.balance.laws import law_of
    >>> law_of(edge, "weight_decay").expr
    4*sqrt(Delta)*sqrt(n_eff)/sqrt(d)
    """
    return dominant_balances(Tuned(network), Scales(noise))


def optima_along(network: Network, noise: Noise, line: Line) -> tuple[tuple[Any, ...], ...]:
    """The best weight decay and its risk as samples grow, as ``PhaseDiagram.optimal_weight_decay`` says them.

    Raises:
        IncompleteDiagram: when in some range no optimum is found.

    >>> from asymptotics import quadratic
    >>> from asymptotics.symbols import gamma
    >>> [(start, end) for start, end, *_ in optima_along(quadratic, "fixed", Line(S.Zero, {}, (gamma,)))]
    [(0, 2*gamma), (2*gamma, oo)]
    """
    optima = [
        (region_of(x.facets, x.scales, x.domain), (law_of(x, "weight_decay"), risk_law(x)))
        for x in tuned_balances(network, noise)
    ]
    return optima_of(optima, line, "weight decay")


def optima_of(optima: Sequence[Optimum], line: Line, tuned: str) -> tuple[tuple[Any, ...], ...]:
    """The optima met along a line, in order; ``tuned`` names in the message what is best there.

    Raises:
        IncompleteDiagram: when in some range there is none.
    """
    return _optima_in_cases(optima, line, tuned) if line.free else _optima_at_numbers(optima, line, tuned)


def _optima_in_cases(optima: Sequence[Optimum], line: Line, tuned: str) -> tuple[tuple[Any, ...], ...]:
    polyhedra = [(line.forms(region), index) for index, (region, _) in enumerate(optima)]
    ends = line.expression

    def laws(stretches: Sequence[Stretch[int]]) -> tuple[tuple[Expr, Expr, Law, Law], ...]:
        return tuple((ends(x.start), ends(x.end), *optima[x.payload][1]) for x in stretches)

    try:
        cases: tuple[Any, ...] = line.cases(partial(intervals_along, polyhedra), laws)
    except NotCovered as gap:
        raise IncompleteDiagram(f"no best {tuned} is found for a above {ends(gap.start)}") from None
    while len(cases) == 1 and isinstance(cases, CaseSplit):  # the order does not depend on what is open
        ((_, _, cases),) = cases
    return cases if isinstance(cases, CaseSplit) else Intervals(cases)


def _optima_at_numbers(
    optima: Sequence[Optimum], line: Line, tuned: str
) -> tuple[tuple[Expr, Expr, Law, Law], ...]:
    pieces: list[tuple[Expr, Expr, Law, Law]] = []
    for start, end in pairwise([*line.crossings(region for region, _ in optima), oo]):
        point = line.at(start + 1 if end == oo else (start + end) / 2)
        inside = (x for region, x in optima if all(margin(r, point) > 0 for r in region.args))
        laws = next(inside, None)
        if laws is None:
            raise IncompleteDiagram(f"no best {tuned} is found for a between {start} and {end}")
        since = pieces.pop()[0] if pieces and pieces[-1][2:] == laws else start
        pieces.append((since, end, *laws))
    return Intervals(pieces)


@dataclass(frozen=True, repr=False)
class BayesRatio(Displayed, Stored):
    """Tuned training against the Bayes-optimal estimator, in a range of exponents.

    Attributes:
        region: the range.
        ratio: risk of the tuned network over the Bayes risk, to leading order.
        attained: whether the Bayes rate is attained: the ratio neither grows nor falls.
    """

    region: And
    ratio: Law
    attained: bool

    def _title(self) -> str:
        return f"BayesRatio {short(self.ratio.expr, 60)} where {short(self.region, 80)}"

    def _label(self) -> Any:
        return self.ratio.expr


def bayes_ratio(network: Network, noise: Noise = "fixed") -> tuple[BayesRatio, ...]:
    """When tuned empirical risk minimisation attains the Bayes rate, and with what ratio; cached.

    Args:
        network: a network.
        noise: "fixed", "scaled" or "none".

    Raises:
        InvalidArgument: when an argument is none of these.

    >>> from asymptotics import quadratic
    >>> [ratio.ratio.expr for ratio in bayes_ratio(quadratic)]
    [3*gamma/(gamma + 1), 1]
    """
    check_is_network(network)
    require_one_of("noise", noise, ("fixed", "scaled", "none"))
    return _ratios(network, noise)


@cache
def _ratios(network: Network, noise: Noise) -> tuple[BayesRatio, ...]:
    return ratios_between(tuned_balances(network, noise), bayes_balances(network, noise))


def ratios_between(balances: Sequence[Balanced], references: Sequence[Balanced]) -> tuple[BayesRatio, ...]:
    """The ratio of two risks where a balance of one and of the other overlap."""
    ratios = []
    for tuned, bayes in product(balances, references):
        domain = overlap(tuned.domain, bayes.domain)
        facets, window = (*tuned.facets, *bayes.facets), tuned.scales.window
        if domain is None or not feasible([*facets, *window], domain):
            continue
        if tuned.risk is None or bayes.risk is None:  # both recover the target
            continue
        quotient: Term = tuned.risk * bayes.risk ** (-FIELD.one)
        ratio = law((tidy(quotient),), tuned.scales, logarithm_of(tuned), domain)
        shared = irredundant(facets, window, domain)
        attained = ratio.exponent == ratio.log_exponent == 0
        ratios.append(BayesRatio(region_of(shared, tuned.scales, domain), ratio, attained))
    return Listed(ratios)


@cache
def bayes_balances(network: Network, noise: Noise) -> tuple[Balanced, ...]:
    """The balances of the Bayes-optimal estimator."""
    return dominant_balances(BayesOptimal(network), Scales(noise))
