r"""Ridge regression on random features, as in arXiv:2405.15699 (recalled, and checked against simulation).

With n samples and p features z = W S^(1/2) g/sqrt(p), W and g Gaussian, weights minimise |y - Z a|^2 +
lambda |a|^2.  S has the eigenvalues xi_k^2 = k^-A, A = 2 gamma the *capacity*, the target the coefficients
beta_k^2 = k^-(1 + 2 A r), r the *source*.  Deterministic equivalents, with f = xi^2/(xi^2 + nu_2) and sums
over all k:

    n - lambda/nu_1 = sum f,          p - p nu_1/nu_2 = sum f,
    U = (p/n) ((1 - nu_1/nu_2)^2 + (nu_1/nu_2)^2 sum f^2/D_p),        D_p = p - sum f^2,
    bias = nu_2^2/(1 - U) (sum beta^2/(xi^2 + nu_2)^2
                           + sum xi^2/(xi^2 + nu_2)^2 sum beta^2 xi^2/(xi^2 + nu_2)^2/D_p),
    variance = sigma^2 U/(1 - U).

Where the first two hold, 1 - nu_1/nu_2 is (sum f)/p, and with G = sum f (1 - f)

    1 - U = lambda/(n nu_1) + (p/n) (nu_1/nu_2) G/D_p,

positive terms alone: n (1 - U) = n - (sum f)^2/p - p (nu_1/nu_2)^2 (sum f - G)/D_p, in which n = lambda/nu_1
+ sum f, and D_p = p nu_1/nu_2 + G.  U is the share of the samples that fits noise, D_p what the features
leave to spare.

n = d^a, p = d^rho, lambda = d^ell; there is no dimension, d only counts orders.

*What the paper has.*  The equivalents, and the rates of bias and variance at p and lambda powers of n.

*What comes out beyond it.*

* Twenty phases with their constants: which of ridge, features and samples cuts the modes, which of two terms
  of the bias leads, bias or variance; for every source r, r = 1/2 and r = 1 among the boundaries.
* The fewest features that still reach the best rate, ``fewest_features``.  At the best ridge the cut is nu_2
  ~ n^(-A/(1 + 2 A r')), r' = min(r, 1), and N = nu_2^(-1/A) modes are learned.  The second term of the bias
  is (N/p) nu_2^min(1, 2 r), the first one nu_2^(2 r'): the second one leads below

      p = n^((1 + A max(0, 2 r' - 1))/(1 + 2 A r')),

  N features up to r = 1/2, and more than are learned beyond.

*Disagreements.*  At n = 1e4, p = 3e3, lambda = 1, A = 3/2, r = 3/10, sigma = 1 it was quoted that nu_2 =
1.5228355801982056e-4, bias = 6.130914712356911e-3, variance = 4.164472308442731e-2.  With all modes and
twenty digits they are 1.52283557994427e-4, 6.130914708197717e-3 and 4.164472307212262e-2: the former are good
to a part in 1e9.
"""

from __future__ import annotations

from sympy import Eq, Max, Min, Symbol, symbols

from asymptotics.displays import documented
from asymptotics.symbols import a, ell, gamma, n_eff, noise_variance, size, source, weight_decay
from asymptotics.systems import System, mode_sum

features, nu_1, nu_2, spare_features, rest = symbols("p nu_1 nu_2 D_p V", positive=True)
rho = Symbol("rho", real=True)

_energy, _ratio = size ** (1 / gamma + 4 * source), nu_1 / nu_2
_fit, _resolvent = size**2 / (size**2 + nu_2), 1 / (size**2 + nu_2)
_spread = mode_sum(size**2 * _resolvent**2)  # sum f (1 - f)/nu_2
_squares = mode_sum(_fit**2)
_used = features / n_eff * ((mode_sum(_fit) / features) ** 2 + _ratio**2 * _squares / spare_features)
_alone, _mixed = mode_sum(_energy * _resolvent**2), mode_sum(_energy * size**2 * _resolvent**2)
_bias = nu_2**2 / rest * (_alone + _spread * _mixed / spare_features)
_variance = noise_variance * _used / rest

random_features = System(
    name="random features",
    unknowns=(nu_1, nu_2, spare_features, rest),
    equations=(
        Eq(n_eff - weight_decay / nu_1, mode_sum(_fit)),
        Eq(features - features * _ratio, mode_sum(_fit)),
        Eq(spare_features, features - _squares),
        Eq(rest, (weight_decay / nu_1 + features * nu_1 * _spread / spare_features) / n_eff),
    ),
    quantities={"risk": _bias + _variance, "bias": _bias, "variance": _variance},
    scales={n_eff: a, features: rho, weight_decay: ell},
)
documented(random_features, __doc__)

_reached = Min(source, 1)
fewest_features = a * (1 + 2 * gamma * Max(0, 2 * _reached - 1)) / (1 + 4 * gamma * _reached)
"""The rho below which, at fixed noise, no ridge reaches the rate of infinitely many features."""
