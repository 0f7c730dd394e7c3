r"""What a trained network declares: its state evolution, as sums over the modes of a power-law target.

Both networks of arXiv:2509.24882 are denoisers.  The trained estimate has the law of the
soft-thresholded noisy target, and one potential, the mean over modes of

    J(s; delta, kappa) = E[(x - kappa)_+^2],     x the noisy image of a mode of size s,

gives all the rest by derivatives.  Stein's lemma makes the degrees of freedom D = dJ/d(delta^2), and then
the error E = E[(estimate - s)^2] = s^2 - J - 2 kappa E[(x - kappa)_+] + 2 delta^2 D becomes

    E = s^2 - J + (kappa d/dkappa + delta d/ddelta) J,

since the mean size of the estimate is E[(x - kappa)_+] = -(1/2) dJ/dkappa.  J is homogeneous of degree 2 in
(s, delta, kappa): so is E, and D is of degree 0, which is what lets ``power_sums`` treat their means as
functions of s_i/T.  The trained objective, divided by d (diagonal) or d^2 (quadratic network), is

    (c/2) delta^2 (lambda/(c kappa))^2 + lambda E[(x - kappa)_+],       c = R/E = 1 or 2.

A network therefore declares J and three equations.  Where the modes do not interact (diagonal network) one
expression holds for every size.  Where they do (quadratic network: eigenvalues repel) a mode either
is an outlier, ``size > bbp_threshold``, or one share of the bulk, J = delta^2 j(kappa/delta) (``noise``).

In this order: ``Ordering``, ``Network`` (the declaration, and its ``regimes``), the summands
(``mode_functions``), and what the phases are called (``describe``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, partial
from itertools import product
from typing import Any

from sympy import Dummy, Eq, Expr, S, cancel, expand, factorial, gammasimp, nan, oo, simplify, sqrt, zoo

from asymptotics.algebra.monomials import Term, bulk_freedom, term
from asymptotics.algebra.polyhedra import FIELD, Domain, coefficient, sign
from asymptotics.balance.regimes import (
    BULK,
    LABEL_NOISE,
    MODES,
    WEIGHT_DECAY,
    Description,
    Equation,
    Given,
    Hypothesis,
    Regime,
    as_law,
    counted,
    crossover,
    mean_term,
    named,
    split_balance,
    without_label_noise,
)
from asymptotics.expressions.checks import require
from asymptotics.lemmas.noise import NoiseLaw
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece, leading_sum
from asymptotics.lemmas.risk_parts import Part, parts
from asymptotics.lemmas.subcritical import branch_point_order, parts_in_noise
from asymptotics.lemmas.weight_shares import ATOM, MASS_ABOVE, NOISE_ABOVE, shares
from asymptotics.models.declaration import check_network
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    size,
    threshold,
    weight_decay,
)

PARTS = {
    "unlearned_risk": "unlearned",
    "learned_risk": "learned",
    "overfitted_risk": "overfitting",
}
"""Quantities of a regime that are parts of the risk, and what ``decomposition`` calls them."""

AMPLITUDE = sqrt(d)
"""Size of the largest mode of the target, s_i = sqrt(d) i**-gamma."""

_delta, _one = term(effective_noise, MODES), term(S.One, MODES)


class Ordering(Enum):
    """Which of the two scales of the state evolution is the larger, to leading order."""

    THRESHOLD_ABOVE_NOISE = "kappa >> delta"
    THRESHOLD_AT_EDGE = "kappa at the edge of the noise"
    THRESHOLD_BELOW_NOISE = "kappa << delta"


@dataclass(frozen=True)
class Network:
    """A network, declared by its equations.

    What means nothing is refused (``declared``): expressions are in the letters of ``asymptotics.symbols``,
    each of its degree in the lengths s, delta and kappa.

    Attributes:
        name: how users call the network.
        noise: law of the noise of one mode, in units of delta.
        potential: J(s; delta, kappa) of a mode that stands out while most modes do not.
        potential_among_learned: the same once every mode stands out.
        bbp_threshold: smallest size of a mode that stands out, as a function of delta and kappa; 0 when
            ``potential`` holds for every size.
        learned_probability: probability that a mode of that size counts as learned, given it stands out.
        posterior_variance: least mean square error with which a mode that stands out can be known through the
            noise, while most modes do not stand out.
        posterior_variance_among_learned: the same once every mode stands out.
        unlearned_energy: what of the error of a mode that stands out is target below the threshold.
        noise_fraction: which share of the rest is noise.
        noise_balance: the equation for delta, in E.
        threshold_balance: the equation for kappa, in D.
        excess_risk: R as a multiple of E.
        outlier_location: where a mode of size s above the BBP threshold makes an outlier among the weights,
            before they are shifted by kappa; None where it has no one place.  As a function of s it gives the
            outlier's overlap, too, and the overlap density of modes inside the noise (``subcritical``).
        subordination_map: the map of free convolution from the plane of the modes to that of the noisy
            weights, in ``position``, ``resolvent`` and ``effective_noise`` (``free_convolution``); None where
            modes do not interact, and ``potential`` holds for any number of them.

    Raises:
        InvalidArgument: when a field is not of its kind, form or sign; it names the field.
    """

    name: str
    noise: NoiseLaw
    potential: Expr
    potential_among_learned: Expr
    bbp_threshold: Expr
    learned_probability: Expr
    posterior_variance: Expr
    posterior_variance_among_learned: Expr
    unlearned_energy: Expr
    noise_fraction: Expr
    noise_balance: Eq
    threshold_balance: Eq
    excess_risk: Expr
    outlier_location: Expr | None = None
    subordination_map: Expr | None = None

    def __post_init__(self) -> None:
        for name, value in check_network(vars(self)).items():
            object.__setattr__(self, name, value)  # a plain 0 or 1 is an expression, too

    def __str__(self) -> str:
        """The name, as it stands in tables."""
        return self.name

    def potential_of(self, learned: Learned) -> Expr:
        """J of a mode that stands out, while most modes do not or once all do.

        Raises:
            InvalidArgument: when ``learned`` is no ``Learned``.
        """
        require(isinstance(learned, Learned), "learned", learned, "a Learned (asymptotics.power_sums)")
        return self.potential_among_learned if learned is Learned.ALL else self.potential

    @property
    def overlap(self) -> Expr | None:
        """Squared cosine of what is seen at ``outlier_location`` with the mode's direction in the target."""
        return None if self.outlier_location is None else self.outlier_location.diff(size)

    @property
    def subordination_of_all(self) -> Expr | None:
        """``subordination_map`` once all modes are of the noise's size; None where modes do not interact.

        Raises:
            NotImplementedError: when they do, and that is not declared.
        """
        if self.bbp_threshold != 0 and self.subordination_map is None:
            raise NotImplementedError(
                f"{self.name}: its modes, all of the size of the noise, repel each other, and the network "
                "does not declare where they are seen, its image"
            )
        return self.subordination_map

    @property
    def risk_per_error(self) -> Expr:
        """The factor c = R/E."""
        return self.excess_risk / matrix_error

    def regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        """Every ordering of kappa and delta, with no, some and all modes learned.

        Raises:
            InvalidArgument: when ``noisy`` is neither True nor False.
        """
        require(isinstance(noisy, bool), "noisy", noisy, "True or False")
        return self._regimes(noisy)

    def _regimes(self, noisy: bool) -> Iterator[Callable[[Domain], Regime]]:
        for ordering, learned in product(Ordering, Learned):
            if ordering is Ordering.THRESHOLD_AT_EDGE and learned is Learned.ALL:
                continue  # no mode is left in the noise: it has no edge to leak past
            yield named(ordering, learned, partial(trained_regime, self, ordering, learned, noisy))

    def describe(self, hypothesis: Hypothesis) -> Description:
        """Name, title and reason of a phase, after arXiv:2509.24882; given by mechanism, not by place.

        Raises:
            InvalidArgument: when the hypothesis is not one of a trained network's.
        """
        ours = (
            isinstance(hypothesis, Hypothesis)
            and isinstance(hypothesis.ordering, Ordering)
            and len(hypothesis.dominant) == 2
        )
        named_alike = ours and (
            (hypothesis.learned, hypothesis.risk) == (Learned.NONE, MODES)
            or (hypothesis.ordering, hypothesis.learned, hypothesis.risk) in _NAMES
        )
        require(named_alike, "hypothesis", hypothesis, "the Hypothesis of a phase of a trained network")
        return _describe(hypothesis)


def check_is_network(network: Any) -> None:
    """Refuse what is not a trained network's declaration.

    Raises:
        InvalidArgument: it is not.
    """
    is_network = isinstance(network, Network)
    require(is_network, "network", network, "diagonal, quadratic or a StateEvolution of your own")


@dataclass(frozen=True)
class ModeFunctions:
    """What one mode of size s (in units of T) contributes to E/T^2, to D and to the number learned."""

    error: ModeFunction
    degrees_of_freedom: ModeFunction
    learned: ModeFunction


@cache
def error_of(potential: Expr) -> Expr:
    """E = s^2 - J + (kappa d/dkappa + delta d/ddelta) J for one mode."""
    euler = threshold * potential.diff(threshold) + effective_noise * potential.diff(effective_noise)
    return simplify(size**2 - potential + euler)


@cache
def degrees_of_freedom_of(potential: Expr) -> Expr:
    """D = dJ/d(delta^2) for one mode."""
    return simplify(potential.diff(effective_noise) / (2 * effective_noise))


def _scales(network: Network, ordering: Ordering) -> dict[Expr, Expr]:
    """(delta, kappa) in units of T = max(delta, kappa), in the limit that the ordering stands for."""
    if ordering is Ordering.THRESHOLD_BELOW_NOISE:
        return {effective_noise: S.One, threshold: S.Zero}
    if ordering is Ordering.THRESHOLD_AT_EDGE:
        return {effective_noise: 1 / network.noise.edge, threshold: S.One}
    return {effective_noise: S.Zero, threshold: S.One}


@cache
def size_of(potential: Expr) -> Expr:
    """E[(x - kappa)_+] = -(1/2) dJ/dkappa for one mode."""
    return simplify(-potential.diff(threshold) / 2)


@cache
def mode_functions(network: Network, ordering: Ordering, learned: Learned) -> ModeFunctions:
    """The summands of the state evolution in one limit of kappa/delta.

    >>> from asymptotics import quadratic
    >>> summands = mode_functions(quadratic, Ordering.THRESHOLD_ABOVE_NOISE, Learned.SOME)
    >>> [piece.value for piece in summands.error.pieces]
    [s**2, 1]
    >>> [piece.value for piece in summands.degrees_of_freedom.pieces]
    [0, 2 - 2/s]
    """
    potential, limit = network.potential_of(learned), partial(in_the_limit, network, ordering)
    # no noise passes a threshold at or beyond the edge; what little does near it is the edge law's to say
    leak = network.noise.second_moment if ordering is Ordering.THRESHOLD_BELOW_NOISE else S.Zero
    return ModeFunctions(
        error=mode_function(network, ordering, learned, size**2 + leak, limit(error_of(potential))),
        degrees_of_freedom=mode_function(
            network, ordering, learned, leak, limit(degrees_of_freedom_of(potential))
        ),
        learned=mode_function(network, ordering, learned, S.Zero, limit(network.learned_probability)),
    )


@cache
def size_function(network: Network, ordering: Ordering, learned: Learned) -> ModeFunction:
    """What one mode contributes to the mean size of the trained weights, in units of T."""
    drift = network.noise.first_moment if ordering is Ordering.THRESHOLD_BELOW_NOISE else S.Zero
    size_of_found = in_the_limit(network, ordering, size_of(network.potential_of(learned)))
    return mode_function(network, ordering, learned, drift, size_of_found)


@cache
def error_parts(network: Network, ordering: Ordering, learned: Learned) -> Mapping[str, Part]:
    """What one mode contributes to each part of E/T^2 (``decomposition``).

    Once all modes are learned none is left to be unlearned or overfitted: those parts are then exactly zero
    for a network whose modes stand out one by one.

    Raises:
        NotImplementedError: when modes are seen inside noise that is not cut, and the network declares no
            place where they are outside it, or trains weights of either sign.
    """
    below, bbp_threshold = (
        ordering is Ordering.THRESHOLD_BELOW_NOISE,
        _bbp_threshold(network, ordering, learned),
    )
    scales = _scales(network, ordering)
    if below and bbp_threshold != 0:
        if network.outlier_location is None or network.noise.mass != S.Half:
            lacking = (
                "location is not declared" if network.outlier_location is None else "noise has either sign"
            )
            raise NotImplementedError(
                f"the parts of the error of the {network.name} network where {ordering.value} and "
                f"{learned.value} modes are learned: the rest are seen inside the noise, and their {lacking}"
            )
        return parts_in_noise(network.outlier_location.subs(scales), bbp_threshold)
    error = error_of(network.potential_of(learned))
    return parts(error, network.unlearned_energy, network.noise_fraction, bbp_threshold, scales)


@cache
def signal_share(network: Network) -> ModeFunction:
    """Share of the signal in what leaks of a mode below the noise; sizes in units of delta."""
    scales = {effective_noise: S.One, threshold: S.Zero}
    share = simplify((1 - network.noise_fraction).subs(scales)) if network.bbp_threshold == 0 else S.Zero
    return ModeFunction((Piece(S.Zero, oo, share),))


@cache
def weight_shares(network: Network, ordering: Ordering, learned: Learned) -> Mapping[str, Part]:
    """What one mode contributes to the mass of the trained weights at 0 and away from it (``weights``)."""
    potential, scales = network.potential_of(learned), _scales(network, ordering)
    noise = network.noise.mass if ordering is Ordering.THRESHOLD_BELOW_NOISE else S.Zero
    return shares(
        potential, network.learned_probability, noise, _bbp_threshold(network, ordering, learned), scales
    )


def _bbp_threshold(network: Network, ordering: Ordering, learned: Learned) -> Expr:
    """Smallest size of a mode that stands out, in units of T."""
    return S.Zero if learned is Learned.ALL else in_the_limit(network, ordering, network.bbp_threshold)


def mode_function(
    network: Network, ordering: Ordering, learned: Learned, lost: Expr, found: Expr
) -> ModeFunction:
    """A function of the size that changes where modes stand out."""
    bbp_threshold = _bbp_threshold(network, ordering, learned)
    if bbp_threshold == 0:
        return ModeFunction((Piece(S.Zero, oo, found),))
    return ModeFunction((Piece(S.Zero, bbp_threshold, lost), Piece(bbp_threshold, oo, expand(cancel(found)))))


@cache
def in_the_limit(network: Network, ordering: Ordering, expression: Expr) -> Expr:
    """A function of one mode, with delta and kappa in units of T as the ordering says."""
    scales = _scales(network, ordering)
    value = simplify(expression.subs(scales))
    if value.has(nan, zoo):
        raise ValueError(f"{expression} has no limit at {scales}")
    return value


@dataclass(frozen=True)
class Trained:
    """A trained network under one ordering of its scales, with none, some or all of its modes learned."""

    network: Network
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
    network: Network, ordering: Ordering, learned: Learned, noisy: bool, domain: Domain
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
        errors = (*errors, _edge_error(network))
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
        larger=(*_ordered(ordering, _delta, kappa), *counted(learned, index)),
        risk=tuple(term(network.risk_per_error, t.origin) * t for t in errors),
        quantities={
            "effective_noise": as_law([_delta]),
            "threshold": as_law([kappa]),
            "learned": as_law(term(d, MODES) * t for t in trained.mean(summands.learned, 0, domain)),
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


def _next_orders(trained: Trained, quantity: str, on: Domain) -> Mapping[Term, Callable[[], Expr]]:
    """Of what leaks past a soft edge, and of sums over the modes there."""
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


def _share_of_weights(trained: Trained, name: str, on: Domain) -> tuple[Term, ...]:
    part = weight_shares(trained.network, trained.ordering, trained.learned)[name]
    leak = (_edge_mass(trained.network),) if trained.at_edge and name != ATOM else ()
    return (*trained.mean_of_part(part, 0, on), *leak)


def _part_of_risk(trained: Trained, name: str, on: Domain) -> tuple[Term, ...]:
    network, learned = trained.network, trained.learned
    part = error_parts(network, trained.ordering, learned)[name]
    leak: tuple[Term, ...] = ()
    if trained.at_edge and name == "overfitting":
        leak = (_edge_error(network), *_verge_error(network, learned))
    if trained.at_edge and name == "learned":
        # a mode below the noise leaks with it, and has a share in what leaks
        shares_in_leak = mean_term(signal_share(network), learned, _delta, AMPLITUDE, on)
        leak = tuple(_edge_error(network) * share for share in shares_in_leak)
    per_error = term(network.risk_per_error, MODES)
    return tuple(per_error * t for t in (*trained.mean_of_part(part, 2, on), *leak))


def _ordered(ordering: Ordering, delta: Term, kappa: Term) -> tuple[tuple[Term, Term], ...]:
    """What the ordering takes to be much larger than what."""
    return {
        Ordering.THRESHOLD_ABOVE_NOISE: ((kappa, delta),),
        Ordering.THRESHOLD_AT_EDGE: ((term(S.One, BULK), term(bulk_freedom, BULK)),),
        Ordering.THRESHOLD_BELOW_NOISE: ((delta, kappa),),
    }[ordering]


def _edge_threshold(network: Network) -> Term:
    """Kappa near the edge of the noise, in delta and L = log(1/D_b)."""
    edge = network.noise.edge_law
    at_edge = term(edge.threshold_constant * effective_noise, MODES)
    return replace(at_edge, log_power=coefficient(edge.threshold_log_power))


def _edge_error(network: Network) -> Term:
    """Error that leaks near the edge of the noise, in delta, D_b and L."""
    edge = network.noise.edge_law
    error = term(edge.error_constant * effective_noise**2 * bulk_freedom**edge.error_power, BULK)
    return replace(error, log_power=coefficient(edge.error_log_power))


def _edge_size(network: Network) -> Term:
    """Weight decay times the mean size of what leaks near the edge, delta^2 D_b/kappa (``noise``)."""
    kappa: Term = _edge_threshold(network)
    of_noise = term(weight_decay * effective_noise**2 * bulk_freedom, WEIGHT_DECAY)
    size_of_leak: Term = of_noise * kappa ** (-FIELD.one)
    return size_of_leak


def _soft_edge_orders(
    network: Network,
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
    found: dict[Term, Callable[[], Expr]] = {_edge_size(network): lambda: correction.size}
    found |= {_edge_error(network) * factor: lambda: correction.error for factor in of_error}
    for terms, of_mode, factors in sums:
        for number, factor in product(range(len(terms)), factors):
            order = partial(next_order_of_sum, network, learned, domain, of_mode, number)
            found[terms[number] * factor] = order
    return found


def next_order_of_sum(network: Network, learned: Learned, domain: Domain, of_mode: Expr, number: int) -> Expr:
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
        raise NotImplementedError("modes that emerge from noise with a soft edge")
    coefficients = [
        simplify(in_ratio.diff(ratio, order).subs(ratio, 0) / factorial(order)) for order in range(power + 1)
    ]
    if any(coefficients[1:-1]):
        raise NotImplementedError(f"a series in delta/kappa that does not begin with order {power}")
    first, last = (
        leading_sum(ModeFunction((Piece(S.Zero, oo, expand(value)),)), learned, domain)
        for value in (coefficients[0], coefficients[-1])
    )
    leading = first[number]
    found = S.Zero
    for other in last:
        if (other.crossover_power, other.dimension_power) == (
            leading.crossover_power,
            leading.dimension_power,
        ):
            found += gammasimp(other.constant / leading.constant) * edge.threshold_constant**-power
        elif (
            other.dimension_power != leading.dimension_power
            or sign(leading.crossover_power - other.crossover_power, domain) < 0
        ):
            raise NotImplementedError("the next order of a sum outweighs the sum")
    return found


def edge_gap(network: Network) -> Term:
    """From the threshold to the hard edge of the noise, in delta and D_b."""
    edge = network.noise.edge_law
    return term(edge.gap_constant * effective_noise * bulk_freedom**edge.gap_power, BULK)


def _verge_error(network: Network, learned: Learned) -> tuple[Term, ...]:
    """What leaks near a hard edge of the modes just below their emergence e, and is taken for noise.

    They fill the gap g between threshold and edge with 1/m of a mode per unit of size (``buried``), each of
    energy e^2, and there are (K/gamma) ds/e of them: (1/d) K e g/(gamma m), K the number above e.
    """
    hard = network.bbp_threshold != 0 and network.noise.edge != oo
    if network.outlier_location is None or not hard or learned is Learned.NONE:
        return ()
    at_edge = {effective_noise: S.One, threshold: network.noise.edge}
    bbp_threshold, outlier_location = (
        network.bbp_threshold.subs(at_edge),
        network.outlier_location.subs(at_edge),
    )
    size_at_verge = term(bbp_threshold * effective_noise, MODES)
    number = crossover(size_at_verge, AMPLITUDE)
    share = term(1 / (gamma * branch_point_order(outlier_location, bbp_threshold) * d), MODES)
    return (share * number * size_at_verge * edge_gap(network),)


def _edge_mass(network: Network) -> Term:
    """Share of the weights that leak past the threshold near the edge of the noise, in D_b and L."""
    edge = network.noise.edge_law
    mass = term(edge.mass_constant * bulk_freedom**edge.mass_power, BULK)
    return replace(mass, log_power=coefficient(edge.mass_log_power))


NOTHING_LEARNED = {False: "Ia", True: "Ib"}
"""Names of the trivial phases: the samples are too few, or else weight decay is too strong."""

_NAMES = {
    (Ordering.THRESHOLD_ABOVE_NOISE, Learned.SOME, MODES): ("II", "over-regularised"),
    (Ordering.THRESHOLD_ABOVE_NOISE, Learned.ALL, MODES): ("III", "shrinkage-dominated"),
    (Ordering.THRESHOLD_AT_EDGE, Learned.SOME, MODES): ("IV", "benign overfitting"),
    (Ordering.THRESHOLD_AT_EDGE, Learned.SOME, BULK): ("V", "harmful overfitting"),
    (Ordering.THRESHOLD_BELOW_NOISE, Learned.SOME, MODES): ("VIa", "noise-dominated"),
    (Ordering.THRESHOLD_BELOW_NOISE, Learned.ALL, MODES): ("VIb", "noise-dominated"),
}
"""Names by (kappa against delta, modes learned, what makes the risk)."""

_LEARNED_WORDS = {
    Learned.NONE: "no target mode stands above it",
    Learned.SOME: "the largest target modes stand above it",
    Learned.ALL: "every target mode stands above it",
}

_ORDERING_WORDS = {
    Ordering.THRESHOLD_ABOVE_NOISE: "lies far above the noise, which is cut away",
    Ordering.THRESHOLD_AT_EDGE: (
        "sits at the edge of the noise, where just enough of it leaks to interpolate the data"
    ),
    Ordering.THRESHOLD_BELOW_NOISE: "lies far below the noise, which is fitted in full",
}


def _describe(hypothesis: Hypothesis) -> Description:
    ordering, learned, risk = hypothesis.ordering, hypothesis.learned, hypothesis.risk
    assert isinstance(ordering, Ordering)
    feeds_noise, sets_threshold = hypothesis.dominant
    if learned is Learned.NONE:
        name, title = NOTHING_LEARNED[sets_threshold == WEIGHT_DECAY], "trivial"
    elif ordering is Ordering.THRESHOLD_AT_EDGE and feeds_noise == risk == MODES:
        name, title = "N", "noiseless interpolation"
    else:
        name, title = _NAMES[ordering, learned, risk]
    setter = (
        "Weight decay sets the threshold kappa"
        if sets_threshold == WEIGHT_DECAY
        else "The degrees of freedom set the threshold kappa"
    )
    noise_floor = ordering is Ordering.THRESHOLD_BELOW_NOISE
    source = {
        (MODES, Learned.NONE): "the risk is the whole energy of the target",
        (MODES, Learned.SOME): "the risk is the noise on all that is fitted"
        if noise_floor
        else "the risk is what is not learned and the shrinkage of what is",
        (MODES, Learned.ALL): "the risk is the noise on all that is fitted"
        if noise_floor
        else "the risk is the shrinkage of every mode",
        (BULK, Learned.SOME): "the risk is the noise that leaks past it",
    }[risk, learned]
    feeder = feeds_noise if feeds_noise == LABEL_NOISE else "the error itself"
    why = (
        f"{setter}; it {_ORDERING_WORDS[ordering]}; {_LEARNED_WORDS[learned]}; "
        f"{feeder} feeds the effective noise delta, and {source}."
    )
    return Description(name, title, why)
