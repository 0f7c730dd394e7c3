r"""The bilinear network f(x, x') = x^T A B^T x'/sqrt(d) of two independent inputs, A and B square matrices.

Queries against keys, say.  It is trained on 1/2 sum (y - f)^2 + (lambda d/2)(|A|^2 + |B|^2), a nuclear norm
on S = A B^T, which may be any matrix; the target has the singular values s_i = sqrt(d) i^-gamma.  With alpha
= n/d^2 = n_eff/d,

    alpha delta^2 = Delta + E,              E = (1/d) |eta_kappa(Y) - S*|_F^2,        R = E,
    alpha = D + lambda/kappa,               D = (1/(2 d^2)) sum_{ij} [(f_i - f_j)/(x_i - x_j)
                                                                     + (f_i + f_j)/(x_i + x_j)],
    J = (1/d) sum_i (x_i - kappa)_+^2,

where Y = S* + delta G/sqrt(d), all entries of G independent, has the singular values x_i, and f = (x -
kappa)_+ is what eta_kappa makes of them.  D is the divergence of eta_kappa (arXiv:1210.4139), the x_i with
either sign being the eigenvalues of a symmetric matrix of twice the size.  Compared with the quadratic
network (arXiv:2509.24882):

* *The noise.*  Its singular values follow the quarter circle on (0, 2 delta), all of them positive, where
  half of a semicircle is negative: it has twice the density above any threshold.
* *The modes.*  One is an outlier, at s + delta^2/s, from s = delta on, with the squared cosine 1 -
  delta^2/s^2 on either side (Benaych-Georges, Nadakuditi, arXiv:1103.2221): the potential is the same.  So it
  is when all modes are outliers: of two terms of D for every pair of modes each is 1, or half of a share.
* *The counting.*  Every entry of S is a parameter of its own: alpha and Delta enter without factors 2, and
  the data are interpolated at n = d^2 instead of d^2/4.
* *The subordination map.*  That of the matrix of twice the size is z + delta^2 (g(z) - g(-z))/2 in terms of
  the s_i.  A declaration has g(z) alone; none is declared, and the laws across boundaries where all modes are
  of the size of the noise are not derived.

*What comes out beyond the paper*, which has the symmetric case: exponents are those of the quadratic network,
constants are not.  For fixed noise, in V, harmful overfitting, R = (2/7) (15 pi/16)^(2/5) Delta alpha^(2/5);
in VI all d^2 parameters carry noise, R = Delta/alpha, in part and in whole learned alike, while the cone
halves it in VIa of the quadratic network.

*Checked on drawn data*: nuclear-norm regression at d = 60, n = 900, Delta = 1/2, has the risk 1.147 +- 0.007
for all singular values 1 at lambda = 1/10, where the equations say 1.1448, and 1.944 +- 0.013 for half of
them 2, half 0 at lambda = 1/5, where they say 1.9518.  Power laws with few large modes have more,
by a part of order 1/n_eff that is no error of the equations: at gamma = 5/4, Delta = 1/2, n = d^2/4 and
lambda = 1/2 it is 13.0 +- 1.3 per cent at d = 60 and 8.7 +- 1.0 at d = 120; at lambda = 1/5 9.1 +- 0.8 at d =
40, 5.8 +- 1.0 at d = 80, 2.9 +- 0.5 at d = 160, and 2.7 +- 0.7 at d = 40 with four times the samples.
Gaussian matrices in place of x x'^T leave 1.4 +- 0.8 at d = 40: the output of one large mode is a product of
two Gaussian numbers, with larger fourth moments than the theory knows.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Eq, S, pi, sqrt

from asymptotics.displays import documented
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.models.quadratic import quadratic
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    matrix_error,
    n_eff,
    noise_variance,
    threshold,
    weight_decay,
)

_quarter_circle = NoiseLaw(density=sqrt(4 - level**2) / pi, edge=S(2))

bilinear = replace(
    quadratic,
    name="bilinear",
    noise=_quarter_circle,
    noise_balance=Eq(n_eff / d * effective_noise**2, noise_variance + matrix_error),
    threshold_balance=Eq(n_eff / d, degrees_of_freedom + weight_decay / threshold),
    excess_risk=matrix_error,
    subordination_map=None,
)
documented(bilinear, __doc__)
