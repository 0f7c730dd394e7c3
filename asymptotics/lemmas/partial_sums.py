r"""Sums over the first p modes of a power law, and over the rest, to leading order.

Where p of d modes are kept, 1 << p << d, and all of them lie far above every other scale, what one mode adds
is a power of its size, c s^q.  With s_i = A i^-gamma the mean over the d modes of what is kept, or missed, is

    (c/d) sum_{i <= p} s_i^q  =  c A^q p^(1 - gamma q)/((1 - gamma q) d)    gamma q < 1: the last modes kept,
                                 c A^q zeta(gamma q)/d                      gamma q > 1: the first modes,

    (c/d) sum_{i > p} s_i^q   =  c A^q p^(1 - gamma q)/((gamma q - 1) d)    gamma q > 1: the first missed.

Worked by hand, the energy that p units miss: q = 2, A^2 = d, p^(1 - 2 gamma)/(2 gamma - 1), the
``unlearned K^(1 - 2 gamma)`` of arXiv:2509.24882 with the number of units in place of that of modes.

In this order: `head_mean`, `tail_mean`.
"""

from __future__ import annotations

from sympy import Expr, zeta

from asymptotics.algebra.polyhedra import Domain, coefficient, sign
from asymptotics.symbols import d, gamma


def head_mean(constant: Expr, power: Expr, amplitude: Expr, number: Expr, domain: Domain) -> Expr:
    """The mean over d modes of c s**q on the first ``number`` of them.

    Raises:
        SignChange: when which of its cases applies depends on gamma within the domain.

    >>> from sympy import S, Symbol, sqrt
    >>> from asymptotics.algebra.polyhedra import EVERYWHERE
    >>> head_mean(S(2), S.Zero, sqrt(d), Symbol("p", positive=True), EVERYWHERE)
    2*p/d
    """
    growth = gamma * power
    scale = constant * amplitude**power / d
    if sign(coefficient(growth - 1), domain) > 0:
        return scale * zeta(growth)
    return scale * number ** (1 - growth) / (1 - growth)


def tail_mean(constant: Expr, power: Expr, amplitude: Expr, number: Expr, domain: Domain) -> Expr:
    """The mean over d modes of c s**q on all but the first ``number`` of them.

    Raises:
        ValueError: the sum over the rest does not converge.

    >>> from sympy import S, Symbol, sqrt
    >>> from asymptotics.algebra.polyhedra import EVERYWHERE
    >>> tail_mean(S.One, S(2), sqrt(d), Symbol("p", positive=True), EVERYWHERE)
    p**(1 - 2*gamma)/(2*gamma - 1)
    """
    growth = gamma * power
    if sign(coefficient(growth - 1), domain) <= 0:
        raise ValueError(f"the sum of s**({power}) over the modes that are missed does not converge")
    return constant * amplitude**power / d * number ** (1 - growth) / (growth - 1)
