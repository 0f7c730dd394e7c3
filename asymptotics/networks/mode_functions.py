"""The summands of the state evolution: what one mode contributes in each limit of kappa/delta.

Sizes are in units of T = max(delta, kappa).  In each `Ordering` the smaller of the two scales is 0, and what
one mode adds to a sum is a function of its size alone, on either side of the BBP threshold: the integrand of
the lemma on power sums.

In this order: `Ordering`, `mode_functions` (error, degrees of freedom, number learned), `size_function`,
`error_parts`, `weight_shares`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial

from sympy import Expr, S, cancel, expand, nan, oo, simplify, zoo

from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece
from asymptotics.lemmas.risk_parts import Part, parts
from asymptotics.lemmas.subcritical import parts_in_noise
from asymptotics.lemmas.weight_shares import shares
from asymptotics.networks.declaration import Declaration, degrees_of_freedom_of, error_of, size_of
from asymptotics.symbols import effective_noise, size, threshold


class Ordering(Enum):
    """Which of the two scales of the state evolution is the larger, to leading order."""

    THRESHOLD_ABOVE_NOISE = "kappa >> delta"
    THRESHOLD_AT_EDGE = "kappa at the edge of the noise"
    THRESHOLD_BELOW_NOISE = "kappa << delta"


@dataclass(frozen=True)
class ModeFunctions:
    """What one mode of size s (in units of T) contributes to E/T^2, to D and to the number learned."""

    error: ModeFunction
    degrees_of_freedom: ModeFunction
    learned: ModeFunction


@cache
def mode_functions(network: Declaration, ordering: Ordering, learned: Learned) -> ModeFunctions:
    """The summands of the state evolution in one limit of kappa/delta.

    >>> from asymptotics import quadratic
    >>> summands = mode_functions(quadratic, Ordering.THRESHOLD_ABOVE_NOISE, Learned.SOME)
    >>> [piece.value for piece in summands.error.pieces]
    [s**2, 1]
    >>> [piece.value for piece in summands.degrees_of_freedom.pieces]
    [0, 2 - 2/s]
    """
    potential, limit = network.potential_of(learned), partial(in_the_limit, network, ordering)
    # no noise passes a threshold at or beyond the edge; the edge law says how much passes near it
    bulk = network.noise.second_moment if ordering is Ordering.THRESHOLD_BELOW_NOISE else S.Zero
    return ModeFunctions(
        error=mode_function(network, ordering, learned, size**2 + bulk, limit(error_of(potential))),
        degrees_of_freedom=mode_function(
            network, ordering, learned, bulk, limit(degrees_of_freedom_of(potential))
        ),
        learned=mode_function(network, ordering, learned, S.Zero, limit(network.learned_probability)),
    )


@cache
def size_function(network: Declaration, ordering: Ordering, learned: Learned) -> ModeFunction:
    """What one mode contributes to the mean size of the trained weights, in units of T."""
    drift = network.noise.first_moment if ordering is Ordering.THRESHOLD_BELOW_NOISE else S.Zero
    size_above = in_the_limit(network, ordering, size_of(network.potential_of(learned)))
    return mode_function(network, ordering, learned, drift, size_above)


@cache
def error_parts(network: Declaration, ordering: Ordering, learned: Learned) -> Mapping[str, Part]:
    """What one mode contributes to each part of E/T^2 (``risk_parts``).

    Once all modes are learned none is left to be unlearned or overfitted: those parts are then exactly zero
    for a network whose modes are outliers, one by one.

    Raises:
        NotImplementedError: when subcritical modes pass with noise that is not cut, and the network declares
            no ``outlier_location``, or trains weights of either sign.
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
                f"{learned.value} modes are learned: the rest are subcritical, and their {lacking}"
            )
        return parts_in_noise(network.outlier_location.subs(scales), bbp_threshold)
    error = error_of(network.potential_of(learned))
    return parts(error, network.unlearned_energy, network.noise_fraction, bbp_threshold, scales)


@cache
def signal_share(network: Declaration) -> ModeFunction:
    """Share of the signal in what passes of a mode below the noise; sizes in units of delta."""
    scales = {effective_noise: S.One, threshold: S.Zero}
    share = simplify((1 - network.noise_fraction).subs(scales)) if network.bbp_threshold == 0 else S.Zero
    return ModeFunction((Piece(S.Zero, oo, share),))


@cache
def weight_shares(network: Declaration, ordering: Ordering, learned: Learned) -> Mapping[str, Part]:
    """What one mode contributes to the mass of the trained weights at 0 and away from it.

    Raises:
        NotImplementedError: when all noise passes and its density at 0 is 0 or infinite.
    """
    potential, scales = network.potential_of(learned), _scales(network, ordering)
    noise, bbp_threshold = S.Zero, _bbp_threshold(network, ordering, learned)
    if ordering is Ordering.THRESHOLD_BELOW_NOISE:
        noise = network.noise.mass
    if noise == 1 and bbp_threshold != 0:  # to leading order nothing is cut: the next one says how little
        noise -= network.noise.density_at_zero * threshold / effective_noise
    return shares(potential, network.learned_probability, noise, bbp_threshold, scales)


def mode_function(
    network: Declaration, ordering: Ordering, learned: Learned, below: Expr, above: Expr
) -> ModeFunction:
    """A function of the size, below and above the BBP threshold."""
    bbp_threshold = _bbp_threshold(network, ordering, learned)
    if bbp_threshold == 0:
        return ModeFunction((Piece(S.Zero, oo, above),))
    return ModeFunction(
        (Piece(S.Zero, bbp_threshold, below), Piece(bbp_threshold, oo, expand(cancel(above))))
    )


@cache
def in_the_limit(network: Declaration, ordering: Ordering, expression: Expr) -> Expr:
    """A function of one mode, with delta and kappa in units of T as the ordering says."""
    scales = _scales(network, ordering)
    value = simplify(expression.subs(scales))
    if value.has(nan, zoo):
        raise ValueError(f"{expression} has no limit at {scales}")
    return value


def _bbp_threshold(network: Declaration, ordering: Ordering, learned: Learned) -> Expr:
    """Smallest size of a mode that makes an outlier, in units of T."""
    return S.Zero if learned is Learned.ALL else in_the_limit(network, ordering, network.bbp_threshold)


def _scales(network: Declaration, ordering: Ordering) -> dict[Expr, Expr]:
    """(delta, kappa) in units of T = max(delta, kappa), in the limit that the ordering stands for."""
    if ordering is Ordering.THRESHOLD_BELOW_NOISE:
        return {effective_noise: S.One, threshold: S.Zero}
    if ordering is Ordering.THRESHOLD_AT_EDGE:
        return {effective_noise: 1 / network.noise.edge, threshold: S.One}
    return {effective_noise: S.Zero, threshold: S.One}
