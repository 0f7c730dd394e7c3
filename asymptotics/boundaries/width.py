r"""Laws across the boundaries of a network of p << d hidden units (``networks.narrow``).

Wherever the width binds, p of the noisy modes pass; where it binds with noise among them, only the largest of
the noise do, at the edge u* of it.  So one pair of equations holds in all such phases and between them.  With
u = kappa/delta, K = (A/delta)^(1/gamma) modes above delta, b(u) the BBP threshold in units of delta, s_p that
of the size of the p-th mode, and c = max(b, s_p) the smallest size that is learned,

    E/delta^2 = (K/d) [sum over s > c of the error of an outlier + sum over s < c of s^2] + m (u_m - u)_+^2,
    D         = (K/d) [sum over s > c of the degrees of freedom of an outlier] + u_m m (u_m - u)_+,

where m = (p - K b^(-1/gamma))_+/d is the mass of the noise that spare units fit, and u_m its mean place, next
to u*.  It differs from it by the power 2/3 of m, which moves the peak in width (``mean_depth``).  The sums
are integrals of powers over s^(-1/gamma - 1) ds/gamma, cut at c.

Worked by hand, quadratic network, kappa << delta (boundary Wa/Wb), y = p/K: an outlier leaves (2 + 3/s^2)
delta^2, so that

    R = 2 delta^2 (K/d) [2 y + 3 y^(2 gamma + 1)/(2 gamma + 1) + y^(1 - 2 gamma)/(2 gamma - 1)]       y < 1,
    R = 2 delta^2 (K/d) [2 + 3/(2 gamma + 1) + 1/(2 gamma - 1) + 4 (y - 1)]                           y > 1.

It is least where a mode is worth as much as it costs, s^2 = 2 + 3/s^2: s_p = sqrt(3) delta, an outlier at
(4/sqrt(3)) delta.  That is the best hard threshold of Gavish and Donoho (arXiv:1305.5870), and p = K
3^(-1/(2 gamma)) the best width at vanishing weight decay (``optimal_width``).

*The peak in width.*  Boundary Wb/Wc.  Noise of mass p/d at the edge has j(u) = (p/d) (u* - u)^2, and the two
equations are those of ``interpolation`` with j(0) = u*^2 p/d and the first moment u* p/d: the same universal
curve, at A = j(0), n_eff = 2 p or p = n/(2 d), of the height (n_eff/d)^(1/3) (Delta^2/lambda)^(2/3).

*Where the width ceases to bind* there is as much noise between kappa and the edge as units fit.  Near a hard
edge j = C tau^r, with tau the distance to it, and noise within w of it has the mass j''(w)/2 = p/d.  With a
threshold at t > w (``narrow``; derivatives in tau)

    D = (u*/2) [j'(w) + (t - w) j''(w)],       E/delta^2 = j(w) + (t - w) j'(w) + (t - w)^2 j''(w)/2.

*At p ~ d* more units than the noise has positive eigenvalues change nothing, and fewer fit those above the
p-th (boundary VIa/Wb); or the modes beyond p are missed, of the energy (p^(1 - 2 gamma) - d^(1 - 2 gamma))/(2
gamma - 1) (boundaries III/Wa and VIb/Wa), until at p = d none is: there the risk falls at once.

In this order: ``binds``, ``type_across``, ``mechanism_across``, ``law_across``, the equations, special cases.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sympy import Add, Eq, Expr, Interval, Max, Min, Piecewise, S, Set, Symbol, expand, simplify, sqrt

from asymptotics import words
from asymptotics.algebra.monomials import bulk_freedom, term
from asymptotics.boundaries.crossover import network_law, ratio
from asymptotics.boundaries.interpolation import balances_at_capacity, mean_depth, width_peak
from asymptotics.boundaries.law import BoundaryLaw, UniformLaw
from asymptotics.boundaries.types import ANYWHERE, BoundaryTerms, BoundaryType, boundary_terms, mechanism_of
from asymptotics.networks.declaration import AMPLITUDE, degrees_of_freedom_of, error_of
from asymptotics.networks.mode_functions import Ordering
from asymptotics.networks.narrow import Binding
from asymptotics.networks.network import NarrowNetwork, Network
from asymptotics.networks.trained import edge_mass
from asymptotics.phases.phase import Phase
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    noise_variance,
    size,
    threshold,
    width,
)

Phases = tuple[Phase, Phase]

gap = Symbol("tau", positive=True)
"""Distance from the edge of the noise, in units of delta; or a function of it."""


def binds(phase: Phase) -> bool:
    """Whether the width binds in a phase."""
    return isinstance(phase.hypothesis.ordering, Binding)


def type_across(phases: Phases, relation: Eq, continuous: bool) -> BoundaryType:
    """What makes the law change at a boundary at which the width binds on one side or both."""
    like_full = _like_full_width(phases, relation, continuous)
    if like_full is not None:
        return like_full.type
    one, other = phases
    if simplify(one.risk.expr - other.risk.expr) == 0:
        return BoundaryType.UNCHANGED
    if not continuous and _is_at_all(phases):
        return BoundaryType.SATURATION
    if _bindings(phases) == {Binding.NOISE_FITTED, Binding.NOISE_FITTED_AT_EDGE}:
        return BoundaryType.INTERPOLATION_PEAK
    full = next((p for p in phases if not binds(p)), None)
    missing = Binding.MODES_MISSED in _bindings(phases)
    if full is not None and full.hypothesis.ordering is Ordering.THRESHOLD_ABOVE_NOISE and not missing:
        return BoundaryType.EDGE
    return BoundaryType.CROSSOVER


def mechanism_across(phases: Phases, relation: Eq, continuous: bool) -> str:
    """What happens there, in a sentence."""
    like_full = _like_full_width(phases, relation, continuous)
    if like_full is not None:
        return mechanism_of(like_full)
    return words.width_limited(type_across(phases, relation, continuous).value, _role(phases))


def _role(phases: Phases) -> str:
    """What the number of units is compared with there."""
    if _is_at_all(phases):
        return "dimension"
    if Binding.MODES_MISSED in _bindings(phases):
        return "modes"
    return "edge" if len([p for p in phases if binds(p)]) == 1 else "samples"


@cache
def law_across(phases: Phases, relation: Eq, continuous: bool) -> BoundaryLaw:
    """The law across a boundary at which the width binds on one side or both; cached."""
    like_full = _like_full_width(phases, relation, continuous)
    if like_full is not None:
        return network_law(like_full)
    kind = type_across(phases, relation, continuous)
    uniform = _uniform(phases, kind)
    variable, window = _variable_of(phases, kind, continuous)
    peak = kind is BoundaryType.INTERPOLATION_PEAK
    return BoundaryLaw(
        type=kind,
        continuous=continuous,
        mechanism=mechanism_across(phases, relation, continuous),
        risk=uniform.risk,
        effective_noise=uniform.effective_noise,
        threshold=uniform.threshold,
        unknowns=uniform.unknowns,
        equations=uniform.equations,
        start=uniform.start,
        variable=variable,
        window=window,
        local=width_peak(_network(phases)) if peak and _is_noisy(phases) else None,
    )


def _uniform(phases: Phases, kind: BoundaryType) -> UniformLaw:
    if kind is BoundaryType.UNCHANGED and len([p for p in phases if binds(p)]) == 1:
        return _laws_of(next(p for p in phases if binds(p)))
    if _is_at_all(phases):
        return _all_modes_missed(phases) if kind is BoundaryType.SATURATION else _all_noise_cut(phases)
    if kind is BoundaryType.CROSSOVER and _role(phases) == "edge":
        return _within_the_edge(phases)
    return _between_binding_phases(phases)


def _like_full_width(phases: Phases, relation: Eq, continuous: bool) -> BoundaryTerms | None:
    """The terms of a boundary whose law is that of full width: of modes at the edge of the noise, alone."""
    one, other = (_at_full_width(p) if binds(p) else p for p in phases)
    if one is None or other is None:
        return None
    at_edge = all(p.hypothesis.ordering is Ordering.THRESHOLD_AT_EDGE for p in (one, other))
    if at_edge and binds(phases[0]) is not binds(phases[1]):
        return None  # the width ceases to bind
    return boundary_terms((one, other), relation, continuous)


def _at_full_width(phase: Phase) -> Phase | None:
    """The phase as one at the edge of full width, if its risk is that of modes."""
    balance = phase.balance
    risk_of_noise = balance.risk is None or balance.risk.origin == words.BULK
    if balance.hypothesis.ordering is not Binding.NOISE_FITTED_AT_EDGE or risk_of_noise:
        return None
    hypothesis = replace(balance.hypothesis, ordering=Ordering.THRESHOLD_AT_EDGE)
    return replace(phase, balance=replace(balance, hypothesis=hypothesis))


def _bindings(phases: Phases) -> set[Binding]:
    return {p.hypothesis.ordering for p in phases if binds(p)}


def _network(phases: Phases) -> Network:
    model = phases[0].balance.model
    assert isinstance(model, NarrowNetwork)
    return model.network


def _is_noisy(phases: Phases) -> bool:
    return bool(phases[0].balance.scales.noise != "none")


def _is_at_all(phases: Phases) -> bool:
    """Whether the boundary is at p ~ d, from where on the width never binds."""
    full = [p for p in phases if not binds(p)]
    return len(full) == 1 and any(
        large.monomial() == width and small.monomial() == d for large, small in full[0].balance.regime.larger
    )


def _variable_of(phases: Phases, kind: BoundaryType, continuous: bool) -> tuple[Expr, Set]:
    """What is of order one at the boundary, and its values where the risk follows neither phase."""
    if kind is BoundaryType.UNCHANGED:
        return _variable(phases), S.EmptySet
    if _is_at_all(phases):
        return width / d, Interval.open(0, 1)
    network, above = _network(phases), next((p for p in phases if not binds(p)), None)
    if kind is BoundaryType.EDGE and above is not None:
        window = ANYWHERE if continuous else Interval.open(0, network.noise.edge)
        return above.threshold.expr / above.effective_noise.expr, window
    if kind is BoundaryType.INTERPOLATION_PEAK:
        capacity, _, _ = balances_at_capacity(network)
        return capacity / (network.noise.edge**2 * width / d), ANYWHERE
    return _variable(phases), ANYWHERE


def _variable(phases: Phases) -> Expr:
    """Units over modes or noise, or the ratio of two terms that exchange the lead."""
    one, other = phases
    rest = [p for p in phases if p.hypothesis.ordering is not Binding.MODES_MISSED]
    if not rest:
        return (one.effective_noise.expr / other.effective_noise.expr) ** 2
    if len(rest) == 1:
        return width / rest[0].learned.expr
    if _role(phases) == "edge":
        capacity, _, _ = balances_at_capacity(_network(phases))
        mass = edge_mass(_network(phases)).substitute(bulk_freedom, term(capacity, words.BULK))
        return width / (d * mass.coefficient * mass.monomial())
    return one.risk.expr / other.risk.expr


# --- the equations where the width binds


def _between_binding_phases(phases: Phases) -> UniformLaw:
    """The two equations of the article, with delta and kappa as unknowns."""
    network = _network(phases)
    error, freedom = _sums(network)
    labels = noise_variance if _is_noisy(phases) else S.Zero
    smooth = next((p for p in phases if p.hypothesis.ordering is not Binding.NOISE_FITTED_AT_EDGE), phases[0])
    return UniformLaw(
        risk=network.risk_per_error * error,
        effective_noise=effective_noise,
        threshold=threshold,
        unknowns=(effective_noise, threshold),
        equations=(
            network.noise_balance.subs({matrix_error: error, noise_variance: labels}),
            network.threshold_balance.subs(degrees_of_freedom, freedom),
        ),
        start=(smooth.effective_noise.expr, smooth.threshold.expr),
    )


def _sums(network: Network) -> tuple[Expr, Expr]:
    """E and D in p, delta and kappa."""
    at = {effective_noise: S.One, threshold: ratio}
    number = (AMPLITUDE / effective_noise) ** (1 / gamma) / d
    bbp_threshold = network.bbp_threshold.subs(at)
    cut = Max(bbp_threshold, AMPLITUDE * width**-gamma / effective_noise)

    def above(of_mode: Expr) -> Expr:
        powers = (part.as_coeff_exponent(size) for part in Add.make_args(expand(of_mode.subs(at))))
        return Add(*(c * cut ** (k - 1 / gamma) / (1 - gamma * k) for c, k in powers))

    missed = cut ** (2 - 1 / gamma) / (2 * gamma - 1)
    noise = Max(width / d - number * bbp_threshold ** (-1 / gamma), 0)
    place = network.noise.edge - mean_depth(network, noise)
    jump = Max(place - ratio, 0)
    error = number * (above(error_of(network.potential)) + missed) + noise * jump**2
    freedom = number * above(degrees_of_freedom_of(network.potential)) + place * noise * jump
    scaled = {ratio: threshold / effective_noise}
    return effective_noise**2 * error.subs(scaled), freedom.subs(scaled)


# --- special cases


def _laws_of(phase: Phase) -> UniformLaw:
    """The laws of a phase, where the risk does not change."""
    return UniformLaw(
        risk=phase.risk.expr,
        effective_noise=phase.effective_noise.expr,
        threshold=phase.threshold.expr,
    )


def _noise_of_labels(network: Network) -> Expr:
    """Delta that label noise alone feeds."""
    capacity, labels, _ = balances_at_capacity(network)
    return sqrt(labels / capacity)


def _within_the_edge(phases: Phases) -> UniformLaw:
    """More units than there is noise between threshold and edge, or fewer."""
    network = _network(phases)
    capacity, _, _ = balances_at_capacity(network)
    edge, potential = network.noise.edge, network.noise.potential_at_edge(gap)
    power, slope, bend = _power(potential), potential.diff(gap), potential.diff(gap, 2)
    # each is a power of the distance
    reach = (width / d / (bend / 2).subs(gap, 1)) ** (1 / (power - 2))
    place = (capacity / (edge / 2 * slope).subs(gap, 1)) ** (1 / (power - 1))
    j, first, second = (value.subs(gap, reach) for value in (potential, slope, bend))
    beyond = (2 * capacity / edge - first) / second  # t - w
    error = Piecewise(
        (j + beyond * first + beyond**2 * second / 2, beyond > 0), (potential.subs(gap, place), True)
    )
    noise = _noise_of_labels(network)
    return UniformLaw(
        risk=network.risk_per_error * noise**2 * error, effective_noise=noise, threshold=edge * noise
    )


def _power(potential: Expr) -> Expr:
    return simplify(gap * potential.diff(gap) / potential)


def _all_noise_cut(phases: Phases) -> UniformLaw:
    """Noise of which units fit the largest, or all that is positive, kappa far below it.

    With q/delta = u* (1 - x)/(1 + x) the unknown x is 1 where all that is positive is fitted, q = 0.
    """
    network = _network(phases)
    full = next(p for p in phases if not binds(p))
    place = network.noise.edge * (1 - gap) / (1 + gap)
    j = network.noise.potential(ratio)
    cut_mass = j.diff(ratio, 2) / 2
    error = (j - ratio * j.diff(ratio) + ratio**2 * cut_mass).subs(ratio, place)
    mass = cut_mass.subs(ratio, place)
    noise = full.effective_noise.expr
    share = Min(width / d, network.noise.mass)
    return UniformLaw(
        risk=network.risk_per_error * noise**2 * error,
        effective_noise=noise,
        threshold=full.threshold.expr,
        unknowns=(gap,),
        equations=(Eq(mass, share),),
        start=(S.One,),
    )


def _all_modes_missed(phases: Phases) -> UniformLaw:
    """The modes beyond p are missed, of d in all; beside them the law of full width."""
    network = _network(phases)
    full, narrow = sorted(phases, key=binds)
    energy = Max(width ** (1 - 2 * gamma) - d ** (1 - 2 * gamma), 0) / (2 * gamma - 1)
    noise = full.effective_noise.expr
    if narrow.effective_noise.expr != noise:  # no label noise sets it: what is missed does
        noise = sqrt(noise**2 + _square_for_error(network) * energy)
    return UniformLaw(
        risk=network.risk_per_error * energy + full.risk.expr,
        effective_noise=noise,
        threshold=full.threshold.expr,
    )


def _square_for_error(network: Network) -> Expr:
    """How much delta^2 an error of one makes, by the first state equation, which is linear in both."""
    balance = network.noise_balance.lhs - network.noise_balance.rhs
    square = Symbol("delta^2", positive=True)
    return (-balance.diff(matrix_error) / balance.subs(effective_noise, sqrt(square)).diff(square)).simplify()
