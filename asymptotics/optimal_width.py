r"""The best width of a network, and when it reaches the Bayes rate.

Every hidden unit less loses a mode or some noise.  With the threshold far below the noise, kappa << delta,
the p-th of the outliers is worth its unit as long as the energy s^2 of its mode, which is missed without it,
exceeds the error e(s) that it has with it.  So the best width cuts at the size

    s_p = s* delta,        s*^2 = e(s*),

and p = (A/(s* delta))^(1/gamma) is a monomial like any other: one more unknown of a ``Regime``, with one more
equation.  Its sums over modes are those of ``power_sums`` cut at s* in place of the BBP threshold.  Where
kappa is far above the noise every mode that passes it is worth its unit, e = kappa^2 < s^2, and noise does
not pass: the best width is any that does not bind, of which the fewest units are as many as modes above
kappa, or d.  Once all modes are above the noise, all d units are worth it, too.

Worked by hand, quadratic network, 1 << n_eff << d^(2 gamma), at vanishing weight decay: e = (2 + 3/s^2)
delta^2, so that s*^2 = 3.  In the noisy weights that is an outlier at s* + 1/s* = 4/sqrt(3), the best hard
threshold of Gavish and Donoho (arXiv:1305.5870).  With delta^2 = Delta d/(4 n_eff)

    p = (4 n_eff/(3 Delta))^(1/(2 gamma)),      R/R_Bayes = 3^(-1/(2 gamma)) (1 + 1/gamma),

the Bayes rate without any weight decay, with a ratio between 1 and 1.16, the largest at gamma = 1.22.  The
best weight decay at full width has 3 gamma/(1 + gamma), up to 3: it shrinks what it learns, few units do not.

*Where the error itself feeds delta* (faint label noise, or none, n_eff << d) A delta^2 = E, A = 2 n_eff/d,
and the degrees of freedom are of the order of the samples.  Write E = (K/d) e delta^2, with K modes above
delta.  Then K = A d/e, and R = 2 A delta^2 falls with e alone, whatever the width does.

1. At kappa << delta e is least for the same cut s*, and what is learned takes a share D/A < 1 of the data,
   which depends on gamma alone.  For the quadratic network

       p = n_eff (4 gamma^2 - 1)/(4 gamma (1 + gamma)),         R/R_Bayes = (1 + 1/gamma)^(2 gamma)/3,

   the 2 gamma-th power of the ratio with label noise, between 1 and 1.5 where this is the best.
2. That holds while p <= n_eff/2, gamma <= (1 + sqrt(3))/2.  With more than n_eff/2 units there is another
   solution, which interpolates the data and has the smaller loss, so that training ends there, beyond the
   peak.  So for larger gamma the risk falls up to the foot of the peak, p = n_eff/2 from below, where the
   cut c solves e(c) c^(1/gamma) = 4.
3. Beyond the peak E = D delta^2.  With u = kappa/delta, and E and D of the outliers alone, that gives e =
   (D + 2 (E/delta^2 - D)/u) d/K, which is least at u^2 = 4 (1 + gamma)/(4 gamma^2 - 1).  There it is less
   than at the foot of the peak for gamma > 6.05 only.

The three are one law, whose constant holds the cases in gamma.

In this order: ``Best`` (the model), ``optimal_width``, ``width_ratio``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import mpmath
from sympy import Expr, Function, Piecewise, S, expand, factor, oo, simplify, solve, sqrt

from asymptotics import words
from asymptotics.algebra.monomials import Noise, Scales, Term, term
from asymptotics.algebra.polyhedra import Domain, coefficient
from asymptotics.algebra.regions import region_of
from asymptotics.balance.dominant_balance import Balanced, dominant_balances
from asymptotics.balance.laws import law_of, risk_law
from asymptotics.balance.regimes import (
    LABEL_NOISE,
    MODES,
    WEIGHT_DECAY,
    Description,
    Equation,
    Hypothesis,
    Regime,
    as_law,
    crossover,
    split_balance,
    without_label_noise,
)
from asymptotics.diagram import Exact, PhaseDiagram, phase_diagram, require_diagram
from asymptotics.expressions.checks import require, require_one_of
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece
from asymptotics.lines import line_at
from asymptotics.networks.declaration import AMPLITUDE, error_of
from asymptotics.networks.mode_functions import Ordering, in_the_limit
from asymptotics.networks.network import NarrowNetwork, Network
from asymptotics.networks.trained import Trained, trained_regime
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    size,
    threshold,
    width,
)
from asymptotics.tuning import BayesRatio, bayes_balances, optima_of, ratios_between

_LAST = (1 + sqrt(3)) / 2
"""The decay up to which modes that are worth a unit are fewer than n_eff/2, without label noise."""


@dataclass(frozen=True)
class Best:
    """A network trained with the width that makes its risk least at a given weight decay."""

    network: Network

    @property
    def name(self) -> str:
        """That of the network, and of its width."""
        return f"{self.network.name} of the best width"

    def regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        """Units for the outliers that are worth one; or as many as full width learns modes with."""
        yield partial(_cut_among_outliers, self.network, noisy)
        yield partial(_cut_by_own_error, self.network, noisy)
        for learned in Learned:
            yield partial(_as_at_full_width, self.network, noisy, Ordering.THRESHOLD_ABOVE_NOISE, learned)
        yield partial(_as_at_full_width, self.network, noisy, Ordering.THRESHOLD_BELOW_NOISE, Learned.ALL)

    def describe(self, hypothesis: Hypothesis) -> Description:
        """That of the phase of full width with these terms, or next to the best width among outliers."""
        among_outliers = (Ordering.THRESHOLD_BELOW_NOISE, Learned.SOME)
        if (hypothesis.ordering, hypothesis.learned) == among_outliers:
            return Description(*words.best_width(hypothesis.dominant[0]))
        return self.network.describe(hypothesis)


def _cut_among_outliers(network: Network, noisy: bool, domain: Domain) -> Regime:
    ordering, learned = Ordering.THRESHOLD_BELOW_NOISE, Learned.SOME
    full, at = trained_regime(network, ordering, learned, noisy, domain), Trained(network, ordering, learned)
    smallest, error = _worth_a_unit(network)
    errors = at.mean(ModeFunction((Piece(S.Zero, smallest, size**2), Piece(smallest, oo, error))), 2, domain)
    units = crossover(term(smallest * effective_noise, MODES), AMPLITUDE)
    noise_left, labels, per_error = split_balance(network.noise_balance, matrix_error, LABEL_NOISE)
    freedom_left, _, _ = split_balance(network.threshold_balance, degrees_of_freedom, WEIGHT_DECAY)
    labels = labels if noisy else without_label_noise(labels)
    return replace(
        full,
        unknowns=(effective_noise, threshold, width),
        equations=(
            Equation("effective noise", noise_left, (*labels, *(t * per_error for t in errors))),
            Equation("threshold", freedom_left, at.forces),
            Equation("width", term(width, MODES), (units,)),
        ),
        # what the units take of the degrees of freedom, of order p/d, is below those of the data
        larger=(*full.larger, (freedom_left, term(width / d, MODES))),
        risk=tuple(term(network.risk_per_error, t.origin) * t for t in errors),
        quantities={"width": as_law([units])},
    )


def _cut_by_own_error(network: Network, noisy: bool, domain: Domain) -> Regime:
    """The best width where the error feeds delta: a share of the samples.

    The threshold is what weight decay alone makes of it, far below the noise: what is learned divides it by a
    number of order one, which neither risk nor width depends on.
    """
    regime = _cut_among_outliers(network, noisy, domain)
    noise_left, labels, per_error = split_balance(network.noise_balance, matrix_error, LABEL_NOISE)
    error, number = _least_of_own_error(network)
    modes = crossover(term(effective_noise, MODES), AMPLITUDE)
    square: Term = term(effective_noise, MODES) ** coefficient(S(2))
    mean: Term = replace(modes, coefficient=error) * square * term(1 / d, MODES)
    units = replace(modes, coefficient=number)
    fed: Term = mean * per_error
    _, threshold_balance, _ = regime.equations
    labels = labels if noisy else without_label_noise(labels)
    return replace(
        regime,
        equations=(
            Equation("effective noise", noise_left, (fed,)),
            threshold_balance,
            Equation("width", term(width, MODES), (units,)),
        ),
        larger=(*regime.larger[:-1], *((fed, t) for t in labels)),
        risk=(term(network.risk_per_error, MODES) * mean,),
        quantities={"width": as_law([units])},
    )


@cache
def _least_of_own_error(network: Network) -> tuple[Expr, Expr]:
    """E d/(K delta^2) and p/K, K modes being above delta: by cases in gamma, as the article says.

    Raises:
        NotImplementedError: when outliers are not those of ``least_error``.
    """
    smallest, error = _worth_a_unit(network)
    outliers = (error - 2 - 3 / size**2, network.noise.edge - 2, smallest - sqrt(3))
    if any(simplify(difference) != 0 for difference in outliers):
        raise NotImplementedError(f"the best width of the {network.name} network without label noise")
    number = smallest ** (-1 / gamma)
    per_unit = factor(2 + 3 / (smallest**2 * (1 + 2 * gamma)) + smallest**2 / (2 * gamma - 1))
    return (
        Piecewise((per_unit * number, gamma <= _LAST), (least_error(gamma), True)),
        Piecewise((number, gamma <= _LAST), (best_number(gamma), True)),
    )


class _OfDecay(Function):  # type: ignore[misc]
    """A positive function of gamma, which stays as it is in a law and evaluates to any digits."""

    is_positive = True
    nargs = 1

    def _eval_evalf(self, bits: int) -> Expr | None:
        if self.free_symbols:
            return None
        with mpmath.workprec(bits + 10):
            return S(self.func._imp_(self.args[0]._to_mpmath(bits + 10)))._eval_evalf(bits)


class least_error(_OfDecay):  # noqa: N801  # it is written as a function
    """E d/(K delta^2) at the foot of the peak in width, or at the least risk beyond it, if that is less.

    Outliers lie at s + 1/s, with the squared overlap 1 - 1/s^2: at a threshold u they leave 2 + u^2 - 4 u/s +
    3/s^2, and take 2 (1 + 1/s^2 - u/s) degrees of freedom.

    >>> from sympy import Integer
    >>> least_error(Integer(2)).evalf(6), least_error(Integer(20)).evalf(6)
    (2.59066, 2.73145)
    """

    @staticmethod
    def _imp_(decay: Any) -> Any:
        return min(_foot_of_peak(decay), _beyond_peak(decay))[0]


class best_number(_OfDecay):  # noqa: N801
    """Hidden units there, over the number of modes above delta."""

    @staticmethod
    def _imp_(decay: Any) -> Any:
        return min(_foot_of_peak(decay), _beyond_peak(decay))[1]


def _foot_of_peak(decay: Any) -> tuple[Any, Any]:
    """Error and number where p outliers leave 4 p, as much as noise in their place would.

    With z = (p/K)^(2 gamma): 3 z^2/(2 gamma + 1) - 2 z + 1/(2 gamma - 1) = 0.
    """
    squares = 4 * decay**2
    z = (2 * decay + 1) / 3 * (1 - mpmath.sqrt((squares - 4) / (squares - 1)))
    number = z ** (1 / (2 * decay))
    return 4 * number, number


def _beyond_peak(decay: Any) -> tuple[Any, Any]:
    """The same at u^2 = 4 (1 + gamma)/(4 gamma^2 - 1), with spare units (E - D)/(u (2 - u)) to make E = D."""
    squares = 4 * decay**2 - 1
    u = 2 * mpmath.sqrt((1 + decay) / squares)
    freedom = 2 + 2 / (2 * decay + 1) - 2 * u / (1 + decay)
    excess = u**2 - 2 * u / (1 + decay) + 4 * decay / squares
    return freedom + 2 * excess / u, 1 + excess / (u * (2 - u))


@cache
def _worth_a_unit(network: Network) -> tuple[Expr, Expr]:
    """The size s* of a mode that is worth its unit, in units of delta, and the error e(s) of larger ones."""
    error = expand(in_the_limit(network, Ordering.THRESHOLD_BELOW_NOISE, error_of(network.potential)))
    at_noise = in_the_limit(network, Ordering.THRESHOLD_BELOW_NOISE, network.bbp_threshold)
    (smallest,) = (root for root in solve(size**2 - error, size) if root >= at_noise)
    return smallest, error


def _as_at_full_width(
    network: Network, noisy: bool, ordering: Ordering, learned: Learned, domain: Domain
) -> Regime:
    """A regime in which the risk falls with the width until the width does not bind."""
    full = trained_regime(network, ordering, learned, noisy, domain)
    units = {
        Learned.NONE: as_law([term(S.One, MODES)]),
        Learned.SOME: full.quantities["learned_modes"],
        Learned.ALL: as_law([term(d, MODES)]),
    }
    return replace(full, quantities={"width": units[learned]})


@cache
def best_balances(network: Network, noise: Noise) -> tuple[Balanced, ...]:
    """The balances at the best width: regions in a, ell (and b)."""
    return dominant_balances(Best(network), Scales(noise))


def optimal_width(
    diagram: PhaseDiagram,
    *,
    gamma: Exact | None = None,
    ell: Exact | Expr = -oo,
    b: Exact | None = None,
) -> tuple[tuple[Any, ...], ...]:
    """The width with the least risk, and that risk, as samples grow at a weight decay d**ell.

    Where more units change nothing it is the fewest that reach the least risk.

    Args:
        diagram: of a network at ``width="scaled"``.
        gamma: decay of the target, above 1/2; None to leave it open.
        ell: as in ``PhaseDiagram.learning_curve``; -oo, vanishing weight decay.
        b: as in ``locate``, or None to leave it open.

    Returns:
        ``(a_from, a_to, width, risk)`` in order, covering a in (0, oo), width and risk each a ``Law``, the
        ends expressions in what is open.  A width n_eff/2, without label noise, is approached from below: at
        it is the peak.  Where their order depends on it, a ``CaseSplit``: cases in order,
        ``(gamma_from, gamma_to, optimum)``, likewise in b.

    Raises:
        InvalidArgument: when an argument is not of its kind, or the diagram not of a scaled width.
        IncompleteDiagram: when in some range no best width is found.

    >>> from asymptotics import phase_diagram, quadratic
    >>> best = optimal_width(phase_diagram(quadratic, width="scaled"))
    >>> [(str(start), str(end), width.exponent, risk.exponent) for start, end, width, risk in best]
    [('0', '2*gamma', a/(2*gamma), -a + a/(2*gamma)), ('2*gamma', 'oo', 1, 1 - a)]

    Without label noise it is a share of the samples:

    >>> best = optimal_width(phase_diagram(quadratic, noise="none", width="scaled"))
    >>> best[0][2].expr, best[0][3].exponent
    (n_eff*Piecewise(((gamma**2 - 1/4)/(gamma*(gamma + 1)), gamma <= (1 + sqrt(3))/2), \
(2*best_number(gamma)/least_error(gamma), True)), a*(1 - 2*gamma))
    """
    require_diagram(diagram)
    require(diagram.width == "scaled", "diagram", diagram, 'of a network at width="scaled"')
    assert isinstance(diagram.model, Network)
    fixed, free = phase_diagram(diagram.model, noise=diagram.noise).given(gamma=gamma, b=b)
    line = line_at(ell, fixed, free)
    optima = [
        (region_of(x.facets, x.scales, x.domain), (law_of(x, "width"), risk_law(x)))
        for x in best_balances(diagram.model, diagram.noise)
    ]
    return optima_of(optima, line, "width")


def width_ratio(network: Network, noise: Noise = "fixed") -> tuple[BayesRatio, ...]:
    """When a network of the best width attains the Bayes rate, and with what ratio; cached.

    Regions are in a and ell: at a weight decay that cuts what noise does not, no width attains it.

    Args:
        network: a network whose noise has a hard edge, such as ``quadratic``.
        noise: "fixed", "scaled" or "none".

    Raises:
        InvalidArgument: when an argument is none of these.

    >>> from asymptotics import quadratic
    >>> [(str(ratio.region), str(ratio.ratio.expr)) for ratio in width_ratio(quadratic) if ratio.attained][:1]
    [('(a > 0) & (ell < a/2 - 1/2) & (a < 2*gamma)', '(sqrt(3)/3)**(1/gamma)*(gamma + 1)/gamma')]
    """
    NarrowNetwork(network)  # refuses others
    require_one_of("noise", noise, ("fixed", "scaled", "none"))
    return _ratios(network, noise)


@cache
def _ratios(network: Network, noise: Noise) -> tuple[BayesRatio, ...]:
    return ratios_between(best_balances(network, noise), bayes_balances(network, noise))
