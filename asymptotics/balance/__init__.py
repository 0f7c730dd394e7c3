"""Dominant balance of power laws: from equations that are sums of monomials to phases with their laws.

*The lemma.*  In an equation "left = sum of positive terms" the left side equals, to leading order, the
largest term.  In the exponents of d this reads x_left = max(x_1, ..., x_m), an equation in the tropical
semiring (max, +).  Dominant balance of power laws is therefore a tropical polynomial system in the exponents.
Its solution is piecewise linear.  The pieces are open polyhedra in (a, ell, b), the phases; they meet where a
maximum is attained twice.  Each choice of largest terms is a linear system over Q(gamma), and the choice is
right where its solution satisfies its own inequalities.

*One phase by hand.*  The diagonal network, kappa >> delta, K of the d modes above kappa.  By the lemma on
power sums its two equations are, to leading order,

    (n_eff/d) delta^2 = Delta + c_1 (K/d) kappa^2,          K = (sqrt(d)/kappa)^(1/gamma),
    n_eff/d           = c_2 K/d + lambda/kappa.

Choose label noise in the first, weight decay in the second:

    delta^2 = Delta d/n_eff,        kappa = lambda d/n_eff,
    R = c_1 (K/d) kappa^2 ~ (lambda sqrt(d)/n_eff)^(2 - 1/gamma).

With n_eff = d^a, lambda = d^ell, Delta = 1 the exponents are delta: (1 - a)/2, kappa: ell + 1 - a, K:
(a - ell - 1/2)/gamma.  The choice is consistent where

    kappa >> delta    ell > (a - 1)/2,
    1 << K << d       a - gamma - 1/2 < ell < a - 1/2,
    Delta >> (K/d) kappa^2,    lambda/kappa >> K/d:    both follow from these.

That polyhedron is phase II of arXiv:2509.24882, over-regularised, and R its law.  ``derivation`` prints the
same for every phase: ``print(phase_diagram(diagonal)["II"].derivation())``.  The program tries every
hypothesis, and keeps those that hold somewhere, with their solutions.  The one above is its second:

>>> from asymptotics import diagonal
>>> from asymptotics.algebra.monomials import Scales
>>> from asymptotics.balance.derivation import expression
>>> from asymptotics.balance.dominant_balance import dominant_balances
>>> balanced = dominant_balances(diagonal, Scales("fixed"))[1]
>>> print(balanced.hypothesis)
kappa >> delta, some of the modes learned, ruled by label noise, weight decay, risk by target modes
>>> {unknown: expression(term) for unknown, term in balanced.solution.items()}
{delta: sqrt(Delta)*sqrt(d)/sqrt(n_eff), kappa: d*lambda/n_eff}

* ``regimes``: what the equations of a model become once its scales are ordered, and what a model is.
* ``dominant_balance``: all hypotheses of all regimes; the consistent ones with their solutions.
* ``tiling``: whether the balances tile the space of exponents, exactly.
* ``failure``: which hypotheses come closest where none holds.
* ``inequalities``: where in a phase one monomial exceeds another: everywhere, in part, nowhere.
* ``next_order``: relative corrections of order 1/L, where laws hold a logarithm L.
* ``laws``: the law of a quantity: closed form, exponents, constant, corrected form.
* ``derivation``: the derivation of a phase, written out.
"""
