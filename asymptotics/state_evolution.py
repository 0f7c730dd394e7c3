r"""What a network declares: its state evolution, as sums over the modes of a power-law target.

Both networks of arXiv:2509.24882 are denoisers.  The trained estimate has the law of the
soft-thresholded noisy target, and one potential, the mean over modes of

    J(s; delta, kappa) = E[(x - kappa)_+^2],     x the noisy image of a mode of size s,

gives all the rest by derivatives.  Stein's lemma makes the degrees of freedom D = dJ/d(delta^2), and then
the error E = E[(estimate - s)^2] = s^2 - J - 2 kappa E[(x - kappa)_+] + 2 delta^2 D becomes

    E = s^2 - J + (kappa d/dkappa + delta d/ddelta) J,

since dJ/dkappa = -2 E[(x - kappa)_+].  J is homogeneous of degree 2 in (s, delta, kappa): so is E, and D
is of degree 0, which is what lets ``power_sums`` treat their means as functions of s_i/T.

A network therefore declares J and three equations.  Where the modes do not interact (diagonal network) one
expression holds for every size.  Where they do (quadratic network: eigenvalues repel) a mode either stands
out of the noise, ``size > emergence``, or is one share of it, with J = delta^2 j(kappa/delta) (``noise``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from sympy import Eq, Expr, S, cancel, expand, nan, oo, simplify, zoo

from asymptotics.noise import NoiseLaw
from asymptotics.power_sums import Learned, ModeFunction, Piece
from asymptotics.symbols import effective_noise, size, threshold


class Ordering(Enum):
    """Which of the two scales of the state evolution is the larger, to leading order."""

    THRESHOLD_ABOVE_NOISE = "kappa >> delta"
    THRESHOLD_AT_EDGE = "kappa at the edge of the noise"
    THRESHOLD_BELOW_NOISE = "kappa << delta"


@dataclass(frozen=True)
class StateEvolution:
    """A network, declared by its equations.

    Attributes:
        name: how users call the network.
        noise: law of the noise of one mode, in units of delta.
        potential: J(s; delta, kappa) of a mode that stands out while most modes do not.
        potential_among_learned: the same once every mode stands out.
        emergence: smallest size of a mode that stands out, as a function of delta and kappa; 0 when
            ``potential`` holds for every size.
        above_noise: probability that a mode of that size counts as learned, given it stands out.
        noise_balance: the equation for delta, in E.
        threshold_balance: the equation for kappa, in D.
        excess_risk: R as a multiple of E.
    """

    name: str
    noise: NoiseLaw
    potential: Expr
    potential_among_learned: Expr
    emergence: Expr
    above_noise: Expr
    noise_balance: Eq
    threshold_balance: Eq
    excess_risk: Expr

    def __str__(self) -> str:
        """The name, as it stands in tables."""
        return self.name


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


def _scales(network: StateEvolution, ordering: Ordering) -> dict[Expr, Expr]:
    """(delta, kappa) in units of T = max(delta, kappa), in the limit that the ordering stands for."""
    if ordering is Ordering.THRESHOLD_BELOW_NOISE:
        return {effective_noise: S.One, threshold: S.Zero}
    if ordering is Ordering.THRESHOLD_AT_EDGE:
        return {effective_noise: 1 / network.noise.edge, threshold: S.One}
    return {effective_noise: S.Zero, threshold: S.One}


@cache
def mode_functions(network: StateEvolution, ordering: Ordering, learned: Learned) -> ModeFunctions:
    """The summands of the state evolution in one limit of kappa/delta.

    >>> from asymptotics import quadratic
    >>> summands = mode_functions(quadratic, Ordering.THRESHOLD_ABOVE_NOISE, Learned.SOME)
    >>> [piece.value for piece in summands.error.pieces]
    [s**2, 1]
    >>> [piece.value for piece in summands.degrees_of_freedom.pieces]
    [0, 2 - 2/s]
    """
    scales = _scales(network, ordering)
    potential = network.potential_among_learned if learned is Learned.ALL else network.potential
    emergence = S.Zero if learned is Learned.ALL else _at(network.emergence, scales)
    # no noise passes a threshold at or beyond the edge; what little does near it is the edge law's to say
    leak = network.noise.second_moment if ordering is Ordering.THRESHOLD_BELOW_NOISE else S.Zero

    def pieced(lost: Expr, found: Expr) -> ModeFunction:
        above = Piece(emergence, oo, expand(cancel(found)) if emergence != 0 else found)
        return ModeFunction((above,) if emergence == 0 else (Piece(S.Zero, emergence, lost), above))

    return ModeFunctions(
        error=pieced(size**2 + leak, _at(error_of(potential), scales)),
        degrees_of_freedom=pieced(leak, _at(degrees_of_freedom_of(potential), scales)),
        learned=pieced(S.Zero, _at(network.above_noise, scales)),
    )


def _at(expression: Expr, scales: dict[Expr, Expr]) -> Expr:
    value = simplify(expression.subs(scales))
    if value.has(nan, zoo):
        raise ValueError(f"{expression} has no limit at {scales}")
    return value
