"""Roots by bracketing: slow, and certain for monotone functions.

At fixed delta the second state equation has one root; inserted in the first it leaves one equation for delta.
`nested_search` solves both in this way, on an approximation of the network.

Functions, in order: `monotone_root`, `nested_search`, `natural_scale`, `threshold_at`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.optimize import brentq

from numerics.arithmetic.errors import NotConverged
from numerics.equations.state_equations import Pair, StateEquations

# How far the searches go, in the logarithms: 130 orders of magnitude.
REACH = 300.0

# A root at which a logarithm is still so large is a jump.
_JUMP = 1.0


def monotone_root(decreasing: Callable[[float], float], guess: float, tolerance: float) -> float:
    """Root of a decreasing function: a bracket grows outwards from a guess, then follows Brent's method.

    Raises:
        NotConverged: no root within 130 orders of magnitude (the argument is a logarithm), or the function is
            NaN on the way.

    >>> print(f"{monotone_root(lambda x: 2 - math.exp(x), 30.0, 1e-12):.10f}")
    0.6931471806
    """

    def finite(x: float) -> float:
        value = decreasing(x)
        if math.isnan(value):
            raise NotConverged("the search for a solution left the range of float64: a parameter is extreme")
        return max(-1e300, min(value, 1e300))

    low, high, step = guess, guess, 0.5
    value = finite(guess)
    if value == 0:
        return guess
    while abs(high - low) < REACH:
        if value > 0:
            low, high = high, high + step
            value = finite(high)
            if value <= 0:
                break
        else:
            low, high = low - step, low
            value = finite(low)
            if value > 0:
                break
        step *= 2
    else:
        raise NotConverged("no solution within 130 orders of magnitude of the natural scale of the problem")
    return float(brentq(finite, low, high, xtol=tolerance, rtol=1e-14))


def nested_search(equations: StateEquations) -> Pair:
    """(x, y) to about a per cent: the second equation is solved for y at every x of a search in the first.

    To be called inside ``DOUBLE.working()``, on equations in float64, mostly approximated ones.

    Raises:
        NotConverged: no solution within 130 orders of magnitude of where it should be.
    """
    scale, start = natural_scale(equations)
    roots: list[float] = [start]

    def threshold(x: float) -> float:
        roots.append(threshold_at(equations, x, roots[-1], 1e-8))
        return roots[-1]

    x = monotone_root(lambda x: float(equations.residuals(x, threshold(x))[0]), scale, 1e-2)
    return x, threshold(x)


def natural_scale(equations: StateEquations) -> Pair:
    """(x, y) with nothing learned: A delta^2 = mean square of the target + Delta/c."""
    parameters, square = equations.parameters, float(equations.target.mean_square)
    capacity, decay = float(parameters.capacity), float(parameters.weight_decay)
    x = math.log((square + float(parameters.noise_variance)) / capacity) / 2
    # Weight decay alone gives kappa >= lambda/(c A); without it the root is near kappa = delta.
    return x, equations.coordinate.from_log_ratio(math.log(decay / capacity) - x if decay > 0 else 0.0)


def threshold_at(equations: StateEquations, x: float, start: float, tolerance: float) -> float:
    """The coordinate y of the threshold at which the second equation holds at a given x.

    Next to the edge of the bulk D falls by many decades within the tolerance.  Just outside nothing of the
    bulk is learned, and the first equation changes with x as it should; with the side left to chance it does
    not.
    """

    def surplus(y: float) -> float:
        return float(equations.residuals(x, y)[1])

    y = monotone_root(surplus, start, tolerance)
    return y + tolerance if surplus(y) > _JUMP else y
