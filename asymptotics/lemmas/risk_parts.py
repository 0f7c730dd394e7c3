r"""Where the risk comes from: what one mode contributes to each part of the error.

The error of the trained estimate is the sum of three parts, none of them negative (arXiv:2509.24882):

* *unlearned*: target that the threshold cuts away;
* *learned*: shrinkage and misalignment of what passes it;
* *overfitting*: noise that passes it and is taken for target.

A network declares the first for each mode, and the noise fraction of the rest.  For the diagonal network,
given the noisy coefficient X the target's is Gaussian with variance s^2 r and mean (1 - r) X,
r = delta^2/(s^2 + delta^2), so that

    unlearned = s^2 r P(|X| < kappa) + (1 - r)^2 E[X^2; |X| < kappa],

and r is the noise fraction of the rest.  A mode of the quadratic network is either an
outlier, and then learned, or subcritical: all of it is unlearned while the noise stays below the threshold.
Where noise passes the threshold, ``subcritical`` says what of such modes passes with it.

One of the parts is the risk to leading order; another may be smaller by a power of the small ratio
delta/kappa or kappa/delta.  ``parts`` therefore gives of each its first Taylor coefficient in that ratio that
does not vanish, with its order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sympy import Dummy, Expr, S, Symbol, cancel, expand, factorial, oo, simplify

from asymptotics.lemmas.power_sums import ModeFunction, Piece
from asymptotics.symbols import size

HIGHEST_ORDER = 4
"""Of the small ratio, up to which the parts are expanded."""

_RATIO = Dummy("rho", positive=True)
"""The small ratio: one for all phases, which have most parts in common."""


@dataclass(frozen=True)
class Part:
    """``(small/large)**order`` times a function of the size in units of the larger of delta and kappa."""

    function: ModeFunction
    order: int


def parts(
    error: Expr,
    unlearned_energy: Expr,
    noise_fraction: Expr,
    bbp_threshold: Expr,
    scales: Mapping[Expr, Expr],
) -> Mapping[str, Part]:
    """The parts of E/T^2 that target modes make: "unlearned", "learned" and "overfitting".

    The bulk at the edge of the noise adds to the last (``noise``).

    Args:
        error: E of one outlier, in size, effective_noise and threshold.
        unlearned_energy: the part of it that is target below the threshold.
        noise_fraction: share of the rest that is noise.
        bbp_threshold: size in units of the larger scale above which modes are outliers; others are unlearned.
        scales: effective_noise and threshold in units of T; one that is negligible is 0.

    >>> from sympy import exp
    >>> from asymptotics.symbols import effective_noise, threshold
    >>> scales = {effective_noise: S.Zero, threshold: S.One}
    >>> of_mode = parts(size**2 * exp(-effective_noise), size**2, S.Zero, S.One, scales)
    >>> of_mode["learned"].order, [piece.value for piece in of_mode["learned"].function.pieces]
    (1, [0, -s**2])
    """
    near = {scale: _RATIO if value == 0 else value for scale, value in scales.items()}

    def part(above: Expr, below: Expr = S.Zero) -> Part:
        order, value = leading_coefficient(above.subs(near), _RATIO)
        if bbp_threshold == 0:
            return Part(ModeFunction((Piece(S.Zero, oo, value),)), order)
        pieces = (Piece(S.Zero, bbp_threshold, below), Piece(bbp_threshold, oo, expand(cancel(value))))
        return Part(ModeFunction(pieces), order)

    passed = error - unlearned_energy
    return {
        "unlearned": part(unlearned_energy, size**2),
        "learned": part((1 - noise_fraction) * passed),
        "overfitting": part(noise_fraction * passed),
    }


@cache
def leading_coefficient(value: Expr, ratio: Symbol) -> tuple[int, Expr]:
    """Order and value of the first Taylor coefficient at 0 that does not vanish; 0 if none of few does.

    >>> from sympy import sin
    >>> leading_coefficient(sin(size) - size, size)
    (3, -1/6)
    """
    for order in range(HIGHEST_ORDER + 1):
        coefficient = simplify(value.subs(ratio, 0) / factorial(order))
        if coefficient != 0:
            return order, coefficient
        value = value.diff(ratio)
    return 0, S.Zero
