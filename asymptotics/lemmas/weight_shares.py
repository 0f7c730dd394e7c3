r"""The trained weights: the share of them that is zero, that is not, and that is noise.

A trained weight is not zero where the noisy image x of a mode passes the threshold.  The potential that a
network declares (``declaration``) gives the probability:

    P(x > kappa) = (1/2) d^2/dkappa^2 E[(x - kappa)_+^2].

For the diagonal network this is erfc(kappa/(sqrt(2) sigma)); for the quadratic one it is 1 for a mode that is
an outlier above the threshold; any other mode is one share of the semicircle.  A weight that is neither zero
nor that of a learned mode is noise.

Worked by hand, diagonal network, kappa << delta, some modes learned: P(|X| < kappa) = erf(kappa/(sqrt(2)
sigma)) = sqrt(2/pi) kappa/sigma, and sigma = delta for most modes.  Few weights are zero, a share of
sqrt(2/pi) kappa/delta.  In general that share is rho(0) kappa/delta where noise of either sign is kept; where
only its positive half is, half of the weights are zero.

In this order: `passing`, `shares`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Dummy, Expr, S, cancel, erf, erfc, expand, oo, simplify

from asymptotics.lemmas.power_sums import ModeFunction, Piece
from asymptotics.lemmas.risk_parts import Part, leading_coefficient
from asymptotics.symbols import threshold

MASS_ABOVE = "mass_above"
ATOM = "atom"
NOISE_ABOVE = "noise_above"


def passing(potential: Expr) -> Expr:
    """P(x > kappa) for one mode, by its potential.

    >>> from asymptotics.symbols import size
    >>> passing((size - threshold) ** 2)
    1
    """
    # in terms of erfc alone, so that equal probabilities are seen to be equal
    return simplify(potential.diff(threshold, 2) / 2).replace(erf, lambda argument: 1 - erfc(argument))


def shares(
    potential: Expr, learned: Expr, noise: Expr, bbp_threshold: Expr, scales: Mapping[Expr, Expr]
) -> Mapping[str, Part]:
    """Share of the trained weights that is not zero, that is zero, and that is noise and not zero, per mode.

    The bulk at the edge of the noise adds to these (``noise``).

    Args:
        potential: J of one outlier, in size, effective_noise and threshold.
        learned: probability that it counts as learned.
        noise: probability that a subcritical mode passes the threshold, in effective_noise and threshold.
        bbp_threshold: size in units of the large scale above which modes are outliers.
        scales: effective_noise and threshold in units of the larger; one that is negligible is 0.

    Returns:
        By ``MASS_ABOVE``, ``ATOM`` and ``NOISE_ABOVE``, the first Taylor coefficient in the small ratio that
        does not vanish, with its order.  ``NOISE_ABOVE`` has order 0 only: learned weights that noise moves
        across the threshold are no noise.
    """
    ratio = Dummy("rho", positive=True)
    near = {scale: ratio if value == 0 else value for scale, value in scales.items()}
    passes, noise = passing(potential).subs(near), noise.subs(near)

    def part(above: Expr, below: Expr) -> Part:
        leading = [leading_coefficient(value, ratio) for value in (below, above)]
        if bbp_threshold == 0:
            order, value = leading[1]
            return Part(ModeFunction((Piece(S.Zero, oo, value),)), order)
        order = min((power for power, value in leading if value != 0), default=0)
        low, high = (value if power == order else S.Zero for power, value in leading)
        pieces = (Piece(S.Zero, bbp_threshold, low), Piece(bbp_threshold, oo, expand(cancel(high))))
        return Part(ModeFunction(pieces), order)

    return {
        MASS_ABOVE: part(passes, noise),
        ATOM: part(1 - passes, 1 - noise),
        NOISE_ABOVE: part(simplify((passes - learned.subs(near)).subs(ratio, 0)), noise.subs(ratio, 0)),
    }
