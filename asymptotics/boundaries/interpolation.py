r"""The peak of the risk at the interpolation threshold, and how weight decay rounds it.

With as many degrees of freedom as the noise alone can take, A = left side/delta^2 = j(0), and
little weight decay, the data are fitted by noise and the risk diverges.  Near that point kappa << delta, and
in rho = kappa/delta, with j(u) = j(0) - 2 m u + ... (``noise``; m the first moment), the equations of a
network become

    (A - j(0) + 2 m rho) delta^2 = Delta/c,          A - j(0) + m rho = lambda/(c rho delta),        c = R/E.

In y = A - j(0) + 2 m rho the first gives delta = sqrt(Delta/(c y)), and the second, times 4 m rho,

    y^2 - (A - j(0))^2 = w^(3/2) y^(1/2),            w = (4 m lambda/sqrt(c Delta))^(2/3).

So there is one curve for all networks, noises and weight decays: with X = (A - j(0))/w and Y = y/w,

    Y^2 = X^2 + sqrt(Y),            R = c j(0) delta^2 = j(0) Delta/(w Y(X)).

The peak is as wide as w, of order lambda^(2/3), and at X = 0, where Y = 1, as high as j(0) Delta/w.  Far
above it Y = X, so that R = j(0) Delta/(A - j(0)), which meets phase VI as A grows; far below Y = -X, and R =
j(0) Delta/(j(0) - A), which meets the law of the interpolators (wall V/VI, ``crossovers``) and leaves it, and
phase V beyond it, to corrections of relative order |A - j(0)|.

Worked by hand, for the diagonal network: j(0) = 1 and m = sqrt(2/pi) = c_1, so that the peak is at n = d, and
at its top delta^2 = Delta/w = (Delta^2/(4 c_1 lambda))^(2/3).  For the quadratic network j(0) = 1/2 and
A = 2 n_eff/d: the peak is at n_eff = d/4, because the cone cuts half of the noise.

In this order: ``InterpolationPeak``, ``balances_at_capacity`` and ``interpolation_peak``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import mpmath
from sympy import Eq, Expr, Rational, Symbol, simplify, solve, sqrt

from asymptotics.boundaries.roots import Number, physical_values, real, solve_system
from asymptotics.boundaries.uniform_sums import evaluate
from asymptotics.models.network import Network, check_is_network
from asymptotics.symbols import (
    degrees_of_freedom,
    effective_noise,
    matrix_error,
    n_eff,
    threshold,
)

distance = Symbol("X", real=True)
"""A - j(0) in units of the width of the peak."""

depth = Symbol("Y", positive=True)
"""Height of the peak over the risk."""


@dataclass(frozen=True)
class InterpolationPeak:
    """The risk near the interpolation threshold at small weight decay, in the physical variables.

    Attributes:
        samples: n_eff at the threshold.
        excess: A - j(0), the degrees of freedom of the data less those of the noise.
        width: w, the ``excess`` at which the risk is half way between the two sides, of order lambda^(2/3).
        height: risk at the threshold, of order lambda^(-2/3).
        scaling: the equation of Y = height/risk and X = excess/width, the same for every network.
        below: the risk far below the threshold, X -> -oo.
        above: the risk far above it, X -> oo.

    All are leading laws for small ``width`` and ``excess``; what is left is of their relative order.
    """

    samples: Expr
    excess: Expr
    width: Expr
    height: Expr
    scaling: Eq
    below: Expr
    above: Expr

    def evaluate(
        self, *, gamma: Number, n_eff: Number, d: Number, weight_decay: Number, noise_variance: Number
    ) -> mpmath.mpf:
        """The excess risk near the peak, height/Y(X); arguments as ``Law.evaluate``.

        Raises:
            InvalidArgument: when an argument is not a finite positive number, or gamma is 1/2 or less.

        >>> from asymptotics import diagonal
        >>> peak = interpolation_peak(diagonal)
        >>> at = {"gamma": 1, "d": 10**6, "weight_decay": 1e-9, "noise_variance": 1}
        >>> [mpmath.nstr(peak.evaluate(n_eff=n, **at), 6) for n in (900000, 10**6, 1100000)]
        ['10.0', '461318.0', '10.0']
        """
        values = physical_values(
            gamma=gamma, n_eff=n_eff, d=d, weight_decay=weight_decay, noise_variance=noise_variance
        )
        return evaluate(self.height, values) / self.depth(evaluate(self.excess / self.width, values))

    def depth(self, x: Number) -> mpmath.mpf:
        """Y at X = x: the scaling function.

        Raises:
            InvalidArgument: when x is not a finite number.

        >>> from asymptotics import diagonal
        >>> print(interpolation_peak(diagonal).depth(0))
        1.0
        """
        at = self.scaling.subs(distance, 0)
        equation = Eq(at.lhs, at.rhs + distance**2)
        with mpmath.workdps(2 * mpmath.mp.dps + 10):
            value = real("x", x)
            found = solve_system([equation], [depth], {distance: value}, [1 + abs(value)])[depth]
        return +found


def balances_at_capacity(network: Network) -> tuple[Expr, Expr, Expr]:
    """A, the labels and the force f of a network: A delta^2 = labels + E and A = D + f/kappa.

    Raises:
        NotImplementedError: when the balances of the network do not share their left side.

    >>> from asymptotics import quadratic
    >>> balances_at_capacity(quadratic)
    (2*n_eff/d, Delta/2, lambda/2)
    """
    noise, freedom = network.noise_balance, network.threshold_balance
    capacity = noise.lhs / effective_noise**2
    if simplify(capacity - freedom.lhs) != 0:
        raise NotImplementedError(
            f"{network.name}: the noise and the threshold balance have other left sides"
        )
    return capacity, noise.rhs.subs(matrix_error, 0), freedom.rhs.subs(degrees_of_freedom, 0) * threshold


def interpolation_peak(network: Network) -> InterpolationPeak:
    """The peak of the risk of a network at its interpolation threshold, derived from its declaration; cached.

    Raises:
        InvalidArgument: when the network is no ``Network``.
        NotImplementedError: when the balances of the network do not share their left side.

    >>> from asymptotics import diagonal, quadratic
    >>> interpolation_peak(diagonal).samples, interpolation_peak(quadratic).samples
    (d, d/4)
    >>> interpolation_peak(quadratic).below
    Delta*d/(d - 4*n_eff)
    """
    check_is_network(network)
    return _peak(network)


@cache
def _peak(network: Network) -> InterpolationPeak:
    capacity, labels, force = balances_at_capacity(network)
    passing, mean_size = network.noise.second_moment, network.noise.first_moment
    excess = capacity - passing
    width = (4 * mean_size * force / sqrt(labels)) ** Rational(2, 3)
    scale = network.risk_per_error * passing * labels
    (samples,) = solve(excess, n_eff)
    return InterpolationPeak(
        samples=samples,
        excess=excess,
        width=width,
        height=scale / width,
        scaling=Eq(depth**2, distance**2 + sqrt(depth)),
        below=simplify(scale / -excess),
        above=simplify(scale / excess),
    )
