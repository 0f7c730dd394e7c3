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
above it Y = X, so that R = j(0) Delta/(A - j(0)), which meets phase VIa as A grows; far below Y = -X, and R =
j(0) Delta/(j(0) - A), which meets the law of the interpolators (boundary V/VIa, ``crossover``) and leaves it,
and phase V beyond it, to corrections of relative order |A - j(0)|.

Learned modes are left out.  K of them, those above the effective noise at the peak, take some K/d of the
degrees of freedom and move the peak by as much, so that the law needs w >> K/d.  For the quadratic network
at d = 10^6, Delta = 1, gamma = 5/4 the law at X = 0 is 2 % too high at lambda = 10^-3, 6 % at 10^-5, 18 %
at 10^-6 and 12 times at 10^-9, where both are about 10^-6.  For the diagonal network, whose modes are found
in the noise one by one, it is right to 1e-6 there.

*The peak in width* has the same curve (``width_peak``), with the noise that p << d units keep at the edge u*
of it: j(0) = u*^2 p/d.  What that leaves out moves the peak.  The noise that is kept lies below the edge, by
(3/5) w' on average for the semicircle, 2 w'^(3/2)/(3 pi) = p/d, so that j(0) is less by 2 u* (3/5) w' p/d.
And K modes above the noise take other degrees of freedom than noise, by some D_1 K/d, with D_1 those of the
smallest outlier at kappa = 0 (4 for the quadratic network).  Far from the top both are relative to w Y, the
degrees of freedom that are left: ``LocalLaw.neglected`` is the sum of the two over w Y.  The law of the
boundary, Wb/Wc, holds both.

Worked by hand, for the diagonal network: j(0) = 1 and m = sqrt(2/pi) = c_1, so that the peak is at n = d, and
at its top delta^2 = Delta/w = (Delta^2/(4 c_1 lambda))^(2/3).  For the quadratic network j(0) = 1/2 and
A = 2 n_eff/d: the peak is at n_eff = d/4, because the cone cuts half of the noise.

In this order: ``balances_at_capacity``, ``interpolation_peak``, ``mean_depth`` and ``width_peak``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sympy import Abs, Eq, Expr, Max, Piecewise, Rational, S, Symbol, oo, simplify, solve, sqrt

from asymptotics.boundaries.law import LocalLaw
from asymptotics.expressions.checks import require
from asymptotics.networks.declaration import AMPLITUDE, degrees_of_freedom_of
from asymptotics.networks.network import Network, check_is_network
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    n_eff,
    size,
    threshold,
    width,
)

depth = Symbol("Y", positive=True)
"""Height of the peak over the risk."""


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


def interpolation_peak(network: Network) -> LocalLaw:
    """The peak of the risk of a network at its interpolation threshold, derived from its declaration; cached.

    It is ``law().local`` of boundary V/VIa, and needs no diagram.  Its unknown is Y.

    Raises:
        InvalidArgument: when the network is no ``Network``.
        NotImplementedError: when the balances of the network do not share their left side.

    >>> from asymptotics import diagonal, quadratic
    >>> interpolation_peak(diagonal).samples, interpolation_peak(quadratic).samples
    (d, d/4)
    >>> interpolation_peak(quadratic).below
    Delta*d/(d - 4*n_eff)
    >>> at = {"d": 10**6, "weight_decay": 1e-9, "noise_variance": 1}
    >>> [round(interpolation_peak(diagonal).evaluate(n_eff=n, **at), 3) for n in (900000, 10**6, 1100000)]
    [10.0, 461317.537, 10.0]
    """
    check_is_network(network)
    return _peak(network, network.noise.second_moment, network.noise.first_moment)


def mean_depth(network: Network, share: Expr) -> Expr:
    """The mean distance to a hard edge, in units of delta, of the noise next to it of a small share of all.

    >>> from asymptotics import quadratic
    >>> from asymptotics.symbols import width
    >>> mean_depth(quadratic, width / d)
    3*2**(1/3)*3**(2/3)*pi**(2/3)*p**(2/3)/(10*d**(2/3))
    """
    edge = network.noise.edge_law
    reach = edge.gap_constant * (share / edge.mass_constant) ** (edge.gap_power / edge.mass_power)
    # the mass within a distance t of the edge grows like t**power
    power = edge.mass_power / edge.gap_power
    return power / (1 + power) * reach


def width_peak(network: Network) -> LocalLaw:
    """The peak of the risk in the width: where what p << d hidden units fit of the noise meets the data.

    It is ``law().local`` of boundary Wb/Wc of ``phase_diagram(network, width="scaled")``.  It leaves out the
    learned modes and how far below its edge noise is kept, and is refused where these would move the peak by
    half its width (``LocalLaw.left_out``).  At d = 10^14, n_eff = 10^7, gamma = 1, Delta = 1 its height is
    within 2 % of the solution's from lambda = 10^-6 to 10^-8, and refused from 10^-10 on: there 10 % too
    high, at 10^-12 ten times.  The law of the boundary itself holds both, and 0.2 % of the solution at
    10^-40.

    Raises:
        InvalidArgument: when the network is no ``Network``, or its noise has no hard edge; by ``evaluate``
            and ``solve``, where more is left out than half of what is kept.
        NotImplementedError: as ``interpolation_peak``.

    >>> from asymptotics import quadratic
    >>> peak = width_peak(quadratic)
    >>> peak.samples, peak.below, peak.above
    (2*p, 2*Delta*p/(-n_eff + 2*p), 2*Delta*p/(n_eff - 2*p))
    """
    check_is_network(network)
    edge = network.noise.edge
    require(edge != oo, "network", network, "a network whose noise has a hard edge, such as quadratic")
    share = width / d  # its noise is at the edge: j(u) = share (edge - u)^2
    peak = _peak(network, share * edge**2, share * edge)
    nearest = {effective_noise: S.One, threshold: S.Zero}
    smallest = network.bbp_threshold.subs(nearest)
    outlier = degrees_of_freedom_of(network.potential).subs({**nearest, size: smallest})
    modes = Max((AMPLITUDE / (smallest * peak.effective_noise)) ** (1 / gamma), 1) / d
    displaced = 2 * share * edge * mean_depth(network, share) + outlier * modes
    return replace(peak, neglected=displaced / (peak.width * depth))


@cache
def _peak(network: Network, passing: Expr, mean_size: Expr) -> LocalLaw:
    """The peak where j(0) = ``passing`` of noise passes, of the first moment ``mean_size``."""
    capacity, labels, force = balances_at_capacity(network)
    excess = capacity - passing
    width = (4 * mean_size * force / sqrt(labels)) ** Rational(2, 3)
    scale = network.risk_per_error * passing * labels
    distance = excess / width
    noise = sqrt(labels / (width * depth))
    # Y - X, which keeps its digits on both sides
    rise = Piecewise((sqrt(depth) / (depth + distance), excess > 0), (depth - distance, True))
    (samples,) = solve(excess, n_eff)
    return LocalLaw(
        risk=scale / (width * depth),
        effective_noise=noise,
        threshold=width * rise / (2 * mean_size) * noise,
        unknowns=(depth,),
        equations=(Eq(depth**2, distance**2 + sqrt(depth)),),
        start=(1 + Abs(distance),),
        samples=samples,
        excess=excess,
        width=width,
        height=scale / width,
        below=simplify(scale / -excess),
        above=simplify(scale / excess),
    )
