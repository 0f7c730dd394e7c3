r"""Bayes-optimal networks of extensive width, as in arXiv:2605.10395.

The target is y = sum_i v_i sigma(w_i.x) + noise of variance Delta, with many more samples than inputs, n_eff
= n/d, readouts v_i = i^-gamma and the activation sigma = He_k, a Hermite polynomial of degree k.  A
correlation q between a neuron and its estimate leaves the error g(1) - g(q) of its output, g(q) = q^k.  With
E the least mean square error,

    E = sum_i v_i^2 (1 - q(l_i)^k),        l_i = n_eff v_i^2/(Delta + E),

where q(l) solves q = r/(1 + r), r = k l q^(k-1), on the branch that starts at q = 1, and is taken where it
has the larger free entropy, l q^k + q + log(1 - q) > 0: a neuron is found whole or not at all, from l = l_e
on.  By hand, for k = 2: q = 1 - 1/(2 l), l_e = 1/2, the Bayes law of the quadratic network; for k = 3: q =
(1 + sqrt(1 - 4/(3 l)))/2.

In units u^2 = (Delta + E)/n_eff the equation is n_eff u^2 = Delta + E(u), and ``threshold`` is the size of
the last readout that is found, u sqrt(l_e).  Exponents do not depend on k; constants are integrals.
"""

from __future__ import annotations

from functools import cache

import mpmath
from sympy import Eq, Expr, Float, Piecewise, Symbol, lambdify, log, oo, solve, sqrt

from asymptotics.expressions.checks import require
from asymptotics.symbols import a, effective_noise, n_eff, noise_variance, size
from asymptotics.systems import System, mode_sum

_DIGITS = 60

_ratio, _snr = Symbol("l", positive=True), size**2 / effective_noise**2
_OVERLAPS = {2: 1 - 1 / (2 * _ratio), 3: (1 + sqrt(1 - 4 / (3 * _ratio))) / 2}
"""q(l) for the degrees for which it has a closed form in square roots."""


@cache
def hermite(degree: int) -> System:
    """The model with activation He_k.

    Args:
        degree: k, 2 or 3.

    Raises:
        InvalidArgument: the degree is neither.

    >>> from asymptotics import phase_diagram
    >>> phase_diagram(hermite(3)).locate(a=1, gamma=1.5).risk.exponent
    -a + a/(2*gamma)
    """
    require(isinstance(degree, int) and degree in _OVERLAPS, "degree", degree, "2 or 3")
    smallest = effective_noise * sqrt(detection(degree))
    overlap = Piecewise((_OVERLAPS[degree].subs(_ratio, _snr) ** degree, size > smallest), (0, True))
    error = mode_sum(size**2 * (1 - overlap))
    return System(
        name=f"He_{degree}",
        unknowns=(effective_noise,),
        equations=(Eq(n_eff * effective_noise**2, noise_variance + error),),
        quantities={"risk": error, "threshold": smallest},
        scales={n_eff: a},
    )


def detection(degree: int) -> Expr:
    """The l_e from which on a neuron is found: where q(l) leaves 0, or jumps from it, to sixty digits.

    >>> detection(2), detection(3).round(14)
    (1/2, 1.45577674061901)
    """
    overlap = _OVERLAPS[degree]
    roots = solve(overlap, _ratio)
    if roots:  # q grows from 0
        return roots[0]
    (branch,) = solve(overlap - overlap.subs(_ratio, oo) / 2, _ratio)  # where q(l) begins, at half of 1
    entropy = lambdify(_ratio, _ratio * overlap**degree + overlap + log(1 - overlap), "mpmath")
    with mpmath.workdps(_DIGITS + 10):
        bracket = (mpmath.mpf(branch.p) / branch.q, 2 * mpmath.mpf(branch.p) / branch.q)
        return Float(mpmath.findroot(entropy, bracket, solver="anderson"), _DIGITS)
