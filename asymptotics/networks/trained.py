r"""The regimes of a trained network: its two equations once kappa and delta are ordered.

With T = max(delta, kappa) and K of the d modes above T, every sum of the state evolution is a monomial (the
lemma on power sums), and the two equations are of the form

    A delta^2 = labels + p E,        A = p D + force.

Three orderings of kappa and delta, times no, some or all modes learned, make the regimes.  At the edge of the
noise kappa is known from delta, and the degrees of freedom of the bulk, D_b, take its place as the unknown.

In this order: `trained_regimes`, `Trained` and `trained_regime`, the other quantities, terms at the edge of
the noise, next orders at a soft edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

from sympy import Dummy, Expr, S, cancel, expand, factorial, gammasimp, oo

from asymptotics.algebra.monomials import Term, bulk_freedom, term
from asymptotics.algebra.polyhedra import FIELD, Domain, coefficient, sign
from asymptotics.balance.regimes import (
    BULK,
    LABEL_NOISE,
    MODES,
    WEIGHT_DECAY,
    Equation,
    Given,
    Regime,
    as_law,
    crossover,
    index_bounds,
    mean_term,
    named,
    split_balance,
    without_label_noise,
)
from asymptotics.lemmas.noise import NoiseLaw
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece, leading_sum
from asymptotics.lemmas.risk_parts import Part
from asymptotics.lemmas.subcritical import branch_point_order
from asymptotics.lemmas.weight_shares import ATOM, MASS_ABOVE, NOISE_ABOVE
from asymptotics.networks.declaration import (
    AMPLITUDE,
    Declaration,
    degrees_of_freedom_of,
    error_of,
    size_of,
)
from asymptotics.networks.mode_functions import (
    Ordering,
    error_parts,
    mode_functions,
    signal_share,
    size_function,
    weight_shares,
)
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    threshold,
    weight_decay,
)

PARTS = {
    "unlearned_risk": "unlearned",
    "learned_risk": "learned",
    "overfitted_risk": "overfitting",
}
"""Quantities of a regime that are parts of the risk, and what ``decomposition`` calls them."""

_delta, _one = term(effective_noise, MODES), term(S.One, MODES)


def trained_regimes(network: Declaration, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
    """Every ordering of kappa and delta, with no, some and all modes learned."""
    for ordering, learned in product(Ordering, Learned):
        if ordering is Ordering.THRESHOLD_AT_EDGE and learned is Learned.ALL:
            continue  # no mode is left in the bulk: the noise has no edge to pass
        yield named(ordering, learned, partial(trained_regime, network, ordering, learned, noisy))


@dataclass(frozen=True)
class Trained:
    """A trained network under one ordering of its scales, with none, some or all of its modes learned."""

    network: Declaration
    ordering: Ordering
    learned: Learned

    @property
    def at_edge(self) -> bool:
        """Whether the threshold sits where the noise ends."""
        return self.ordering is Ordering.THRESHOLD_AT_EDGE

    @property
    def kappa(self) -> Term:
        """The threshold; near the edge of the noise it is known from delta."""
        return _edge_threshold(self.network) if self.at_edge else term(threshold, MODES)

    @property
    def scale(self) -> Term:
        """T = max(delta, kappa)."""
        return _delta if self.ordering is Ordering.THRESHOLD_BELOW_NOISE else self.kappa

    @property
    def forces(self) -> tuple[Term, ...]:
        """What weight decay adds to the threshold balance."""
        _, forces, _ = split_balance(self.network.threshold_balance, degrees_of_freedom, WEIGHT_DECAY)
        kappa = self.kappa
        return tuple(force.without(threshold) * kappa ** force.power(threshold) for force in forces)

    def mean(self, function: ModeFunction, degree: int, on: Domain, factor: Term = _one) -> tuple[Term, ...]:
        """``factor`` times the mean over modes of a function of s/T, in units of T**degree."""
        scale = self.scale
        unit: Term = factor * scale ** coefficient(degree)
        return tuple(unit * t for t in mean_term(function, self.learned, scale, AMPLITUDE, on))

    def mean_of_part(self, part: Part, degree: int, on: Domain) -> tuple[Term, ...]:
        """The same of a ``Part``, which is smaller by powers of the ratio of the two scales."""
        ratio: Term = self.kappa * _delta ** (-FIELD.one)
        below = self.ordering is Ordering.THRESHOLD_BELOW_NOISE
        small: Term = ratio ** coefficient(part.order if below else -part.order)
        return self.mean(part.function, degree, on, small)


def trained_regime(
    network: Declaration, ordering: Ordering, learned: Learned, noisy: bool, domain: Domain
) -> Regime:
    """The two equations of a trained network under one ordering, and its quantities."""
    summands = mode_functions(network, ordering, learned)
    trained = Trained(network, ordering, learned)
    at_edge, kappa, forces = trained.at_edge, trained.kappa, trained.forces
    soft_edge = at_edge and network.noise.edge == oo
    index = crossover(trained.scale, AMPLITUDE)
    errors = trained.mean(summands.error, 2, domain)
    freedoms = trained.mean(summands.degrees_of_freedom, 0, domain)
    if at_edge:
        errors = (*errors, edge_error(network))
        freedoms = (*freedoms, term(bulk_freedom, BULK))
    noise_left, labels, per_error = split_balance(network.noise_balance, matrix_error, LABEL_NOISE)
    freedom_left, _, per_freedom = split_balance(network.threshold_balance, degrees_of_freedom, WEIGHT_DECAY)
    labels = labels if noisy else without_label_noise(labels)
    return Regime(
        ordering=ordering,
        learned=learned,
        unknowns=(effective_noise, bulk_freedom if at_edge else threshold),
        equations=(
            Equation("effective noise", noise_left, (*labels, *(t * per_error for t in errors))),
            Equation("threshold", freedom_left, (*forces, *(t * per_freedom for t in freedoms))),
        ),
        larger=(*_ordered(ordering, _delta, kappa), *index_bounds(learned, index)),
        risk=tuple(term(network.risk_per_error, t.origin) * t for t in errors),
        quantities={
            "effective_noise": as_law([_delta]),
            "threshold": as_law([kappa]),
            "learned_modes": as_law(term(d, MODES) * t for t in trained.mean(summands.learned, 0, domain)),
            "degrees_of_freedom": as_law(freedoms),
            "train_loss": Given(_train_loss, (trained,)),
            **{name: Given(_part_of_risk, (trained, part)) for name, part in PARTS.items()},
            **{name: Given(_share_of_weights, (trained, name)) for name in (MASS_ABOVE, ATOM, NOISE_ABOVE)},
        },
        logarithm=Given(NoiseLaw.lambert_logarithm, (network.noise,)) if soft_edge else None,
        next_orders=Given(_next_orders, (trained,)) if soft_edge else None,
    )


def _train_loss(trained: Trained, on: Domain) -> tuple[Term, ...]:
    network, square = trained.network, _delta ** coefficient(2)
    half = term(network.risk_per_error / 2, LABEL_NOISE)
    misfit = tuple(half * square * force ** coefficient(2) for force in trained.forces)
    decay = term(weight_decay, WEIGHT_DECAY)
    sizes = trained.mean(size_function(network, trained.ordering, trained.learned), 1, on, decay)
    return (*misfit, *sizes, *((_edge_size(network),) if trained.at_edge else ()))


def _share_of_weights(trained: Trained, name: str, on: Domain) -> tuple[Term, ...]:
    part = weight_shares(trained.network, trained.ordering, trained.learned)[name]
    bulk = (edge_mass(trained.network),) if trained.at_edge and name != ATOM else ()
    return (*trained.mean_of_part(part, 0, on), *bulk)


def _part_of_risk(trained: Trained, name: str, on: Domain) -> tuple[Term, ...]:
    network, learned = trained.network, trained.learned
    part = error_parts(network, trained.ordering, learned)[name]
    bulk: tuple[Term, ...] = ()
    if trained.at_edge and name == "overfitting":
        bulk = (edge_error(network), *_subcritical_error(network, learned))
    if trained.at_edge and name == "learned":
        # a mode below the noise passes with it, and has a share in what passes
        shares = mean_term(signal_share(network), learned, _delta, AMPLITUDE, on)
        bulk = tuple(edge_error(network) * share for share in shares)
    per_error = term(network.risk_per_error, MODES)
    return tuple(per_error * t for t in (*trained.mean_of_part(part, 2, on), *bulk))


def _ordered(ordering: Ordering, delta: Term, kappa: Term) -> tuple[tuple[Term, Term], ...]:
    """What the ordering takes to be much larger than what."""
    return {
        Ordering.THRESHOLD_ABOVE_NOISE: ((kappa, delta),),
        Ordering.THRESHOLD_AT_EDGE: ((term(S.One, BULK), term(bulk_freedom, BULK)),),
        Ordering.THRESHOLD_BELOW_NOISE: ((delta, kappa),),
    }[ordering]


# --- at the edge of the noise


def edge_gap(network: Declaration) -> Term:
    """From the threshold to the hard edge of the noise, in delta and D_b."""
    edge = network.noise.edge_law
    return term(edge.gap_constant * effective_noise * bulk_freedom**edge.gap_power, BULK)


def _edge_threshold(network: Declaration) -> Term:
    """Kappa near the edge of the noise, in delta and L = log(1/D_b)."""
    edge = network.noise.edge_law
    at_edge = term(edge.threshold_constant * effective_noise, MODES)
    return replace(at_edge, log_power=coefficient(edge.threshold_log_power))


def edge_error(network: Declaration) -> Term:
    """Error of the bulk near the edge of the noise, in delta, D_b and L."""
    edge = network.noise.edge_law
    error = term(edge.error_constant * effective_noise**2 * bulk_freedom**edge.error_power, BULK)
    return replace(error, log_power=coefficient(edge.error_log_power))


def _edge_size(network: Declaration) -> Term:
    """Weight decay times the mean size of what passes near the edge, delta^2 D_b/kappa (``noise``)."""
    kappa: Term = _edge_threshold(network)
    freedom = term(weight_decay * effective_noise**2 * bulk_freedom, WEIGHT_DECAY)
    size_of_bulk: Term = freedom * kappa ** (-FIELD.one)
    return size_of_bulk


def edge_mass(network: Declaration) -> Term:
    """Share of the weights that pass the threshold near the edge of the noise, in D_b and L."""
    edge = network.noise.edge_law
    mass = term(edge.mass_constant * bulk_freedom**edge.mass_power, BULK)
    return replace(mass, log_power=coefficient(edge.mass_log_power))


def _subcritical_error(network: Declaration, learned: Learned) -> tuple[Term, ...]:
    """What passes near a hard edge of the modes just below the BBP threshold e, and is taken for noise.

    They fill the gap g between threshold and edge with 1/m of a mode per unit of size (``subcritical``), each
    of energy e^2, and there are (K/gamma) ds/e of them: (1/d) K e g/(gamma m), K the number above e.
    """
    hard = network.bbp_threshold != 0 and network.noise.edge != oo
    if network.outlier_location is None or not hard or learned is Learned.NONE:
        return ()
    at_edge = {effective_noise: S.One, threshold: network.noise.edge}
    bbp_threshold, outlier_location = (
        network.bbp_threshold.subs(at_edge),
        network.outlier_location.subs(at_edge),
    )
    critical_size = term(bbp_threshold * effective_noise, MODES)
    number = crossover(critical_size, AMPLITUDE)
    share = term(1 / (gamma * branch_point_order(outlier_location, bbp_threshold) * d), MODES)
    return (share * number * critical_size * edge_gap(network),)


# --- next orders at a soft edge


def _next_orders(trained: Trained, quantity: str, on: Domain) -> Mapping[Term, Callable[[], Expr]]:
    """Of what passes a soft edge, and of sums over the modes there."""
    network, ordering, learned = trained.network, trained.ordering, trained.learned
    summands, potential = mode_functions(network, ordering, learned), network.potential_of(learned)
    _, _, per_error = split_balance(network.noise_balance, matrix_error, LABEL_NOISE)
    _, _, per_freedom = split_balance(network.threshold_balance, degrees_of_freedom, WEIGHT_DECAY)
    per_risk = term(network.risk_per_error, MODES)
    sums = [
        (trained.mean(summands.error, 2, on), error_of(potential), (per_error, per_risk)),
        (
            trained.mean(summands.degrees_of_freedom, 0, on),
            degrees_of_freedom_of(potential),
            (_one, per_freedom),
        ),
        (trained.mean(summands.learned, 0, on), network.learned_probability, (term(d, MODES),)),
    ]
    if quantity == "train_loss":  # elsewhere it is not to split the domain
        of_size = size_function(network, ordering, learned)
        sizes = trained.mean(of_size, 1, on, term(weight_decay, WEIGHT_DECAY))
        sums.append((sizes, size_of(potential), (_one,)))
    return _soft_edge_orders(network, learned, on, sums, (per_error, per_risk))


def _soft_edge_orders(
    network: Declaration,
    learned: Learned,
    domain: Domain,
    sums: Sequence[tuple[tuple[Term, ...], Expr, tuple[Term, ...]]],
    of_error: tuple[Term, ...],
) -> Mapping[Term, Callable[[], Expr]]:
    """Next orders of the terms near a soft edge.

    Args:
        network: whose they are.
        learned: how many modes are learned.
        domain: of the parameters.
        sums: terms that lead a sum over the modes, what one mode adds to it, and factors they come with.
        of_error: factors that the error comes with.
    """
    correction = network.noise.edge_correction
    if correction is None:
        raise NotImplementedError("the tail of the noise is no series in 1/L")
    orders: dict[Term, Callable[[], Expr]] = {_edge_size(network): lambda: correction.size}
    orders |= {edge_error(network) * factor: lambda: correction.error for factor in of_error}
    for terms, of_mode, factors in sums:
        for number, factor in product(range(len(terms)), factors):
            order = partial(next_order_of_sum, network, learned, domain, of_mode, number)
            orders[terms[number] * factor] = order
    return orders


def next_order_of_sum(
    network: Declaration, learned: Learned, domain: Domain, of_mode: Expr, number: int
) -> Expr:
    """The next order in 1/L, relative, of a sum over the modes where kappa is at a soft edge.

    There (delta/kappa)^m = c/L (``noise``), and what one mode contributes is a Taylor series in delta/kappa.

    Args:
        network: whose modes.
        learned: how many of them.
        domain: of the parameters.
        of_mode: what one contributes, in size, effective_noise and threshold.
        number: which of the terms that lead its sum.

    Raises:
        NotImplementedError: when the series begins with another power than the m-th, or the sum of its
            coefficients outweighs the term.
    """
    edge, ratio = network.noise.edge_law, Dummy("rho", positive=True)
    power = 1 / edge.threshold_log_power
    in_ratio = of_mode.subs({effective_noise: ratio, threshold: S.One})
    if network.bbp_threshold != 0 or not power.is_Integer:
        raise NotImplementedError("outliers of noise with a soft edge")
    coefficients = [
        cancel(in_ratio.diff(ratio, order).subs(ratio, 0) / factorial(order)) for order in range(power + 1)
    ]
    if any(coefficients[1:-1]):
        raise NotImplementedError(f"a series in delta/kappa that does not begin with order {power}")
    first, last = (
        leading_sum(ModeFunction((Piece(S.Zero, oo, expand(value)),)), learned, domain)
        for value in (coefficients[0], coefficients[-1])
    )
    leading = first[number]
    total = S.Zero
    for other in last:
        if (other.crossover_power, other.dimension_power) == (
            leading.crossover_power,
            leading.dimension_power,
        ):
            total += gammasimp(other.constant / leading.constant) * edge.threshold_constant**-power
        elif (
            other.dimension_power != leading.dimension_power
            or sign(leading.crossover_power - other.crossover_power, domain) < 0
        ):
            raise NotImplementedError("the next order of a sum outweighs the sum")
    return total
