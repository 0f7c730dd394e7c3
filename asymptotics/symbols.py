"""The symbols of the theory.

There are two kinds.  The physical variables are what an experiment fixes; the exponents say how they scale
with the dimension ``d`` when it grows (arXiv:2509.24882, section 2):

    n_eff = d**a,    weight_decay = d**ell,    noise_variance = d**-b,    target s_i = sqrt(d) * i**-gamma,

and width = d**rho, where the number of hidden units is limited.

``effective_noise`` (delta) and ``threshold`` (kappa) are the two unknowns of the state evolution and
``size`` is the size s of one target mode.

>>> from asymptotics.symbols import a, d, n_eff
>>> n_eff.subs(n_eff, d**a)
d**a
"""

from __future__ import annotations

from sympy import Symbol

gamma = Symbol("gamma", positive=True)
"""Decay of the target's spectrum; always above 1/2, so that the target has finite energy."""

source = Symbol("r", positive=True)
"""Source exponent of a kernel's target; the networks do not have one."""

alpha = Symbol("alpha", positive=True)
"""Decay of the features of a model with a decay of its own for the target, ``beta``."""

beta = Symbol("beta", real=True)
"""Decay of the target's coefficients in such a model."""

PARAMETERS = (gamma, source, alpha, beta)
"""What powers and coefficients may depend on."""

a = Symbol("a", real=True)
ell = Symbol("ell", real=True)
b = Symbol("b", real=True)
rho = Symbol("rho", real=True)

d = Symbol("d", positive=True)
n_eff = Symbol("n_eff", positive=True)
"""Effective samples: n for the diagonal network, n/d for the quadratic one."""

weight_decay = Symbol("lambda", positive=True)
noise_variance = Symbol("Delta", positive=True)

width = Symbol("p", positive=True, integer=True)
"""Number of hidden units p of the quadratic network, where it scales: p = d**rho."""

effective_noise = Symbol("delta", positive=True)
threshold = Symbol("kappa", positive=True)
size = Symbol("s", positive=True)
"""Size s_i of one target mode: tau_i for the diagonal network, an eigenvalue for the quadratic one."""

position = Symbol("z")
"""A point of the complex plane that holds the sizes of the modes."""

resolvent = Symbol("g")
"""The mean of 1/(z - s) over the modes: their Stieltjes transform at ``position``."""

matrix_error = Symbol("E", positive=True)
"""Mean squared error of the estimate; the excess risk is a multiple of it, see each network."""

degrees_of_freedom = Symbol("D", positive=True)

index = Symbol("i", positive=True)
"""Rank of a mode: 1 for the largest."""

weight = Symbol("x", positive=True)
"""A trained weight: an eigenvalue of B B^T, or the absolute value of a coefficient a_i w_i."""

__all__ = [
    "PARAMETERS",
    "a",
    "alpha",
    "b",
    "beta",
    "d",
    "degrees_of_freedom",
    "effective_noise",
    "ell",
    "gamma",
    "index",
    "matrix_error",
    "n_eff",
    "noise_variance",
    "position",
    "resolvent",
    "rho",
    "size",
    "source",
    "threshold",
    "weight",
    "weight_decay",
    "width",
]
