r"""Kernel ridge regression with a power-law kernel and target, as in arXiv:2105.15004.

Infinitely many features of variance i^-A, A = 2 gamma the *capacity*, and a target t_i^2 = i^(-1 - 2 r A),
r the *source*; sums, not means.  With lambda the ridge on the mean loss,

    n delta^2 = Delta + E,          n = D + n lambda/kappa.

By hand, where weight decay sets kappa = lambda and labels feed delta: K = lambda^(-1/A) features are fitted,
at the price of Delta K/n, and B = lambda^(2 min(r, 1)) is missed: eq. (13) there.

Features have the sizes i^-gamma of this package, and t^2 = size^(1/gamma + 4 r).  There is no dimension: d
only counts orders, n = d^a, lambda = d^ell.  Beyond r = 1 the first features dominate what is missed,
whatever r: a phase boundary at r = 1, with a logarithm on it.

The paper has the exponents of the risk on either side of its crossovers.  Beyond it come out here: constants,
the laws across all boundaries, few samples or much ridge (``Ia``, ``Ib``), label noise of any power of n.
``verify.solve_system`` solves the equations at finite n, ``verify.agreement`` compares.
"""

from __future__ import annotations

from sympy import Eq, S, oo

from asymptotics.displays import documented
from asymptotics.models.ridge import RidgeRegression
from asymptotics.symbols import (
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    n_eff,
    noise_variance,
    size,
    source,
    threshold,
    weight_decay,
)

kernel_ridge = RidgeRegression(
    name="kernel ridge",
    amplitude=S.One,
    modes=oo,
    feature_variance=size**2,
    target_energy=size ** (1 / gamma + 4 * source),
    noise_balance=Eq(n_eff * effective_noise**2, noise_variance + matrix_error),
    threshold_balance=Eq(n_eff, degrees_of_freedom + n_eff * weight_decay / threshold),
    excess_risk=matrix_error,
)
documented(kernel_ridge, __doc__)
