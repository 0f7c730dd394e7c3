r"""The quadratic network f(x) = (|B^T x|^2 - |B|_F^2)/sqrt(d), as in arXiv:2509.24882 and 2505.17958.

It is trained on n samples y = f*(x) + noise of variance Delta, x ~ N(0, I_d), and B of shape (d, p) minimises

    sum_mu (y_mu - f(x_mu))^2 + lambda d |B|_F^2,            n_eff = n/d.

With alpha = n/d^2 = n_eff/d, its state evolution is

    2 alpha delta^2 = Delta/2 + E,                E = (1/d) |(Y - kappa)_+ - S*|_F^2,        R = 2 E,
    2 alpha = D + lambda/(2 kappa),               D = (1/d^2) sum_{ij} (f_i - f_j)/(x_i - x_j),
    J = (1/d) sum_i (x_i - kappa)_+^2,

where Y = S* + delta GOE has the eigenvalues x_i (distributed as the target's, free-convolved with a
semicircle of variance delta^2) and f = (x - kappa)_+.  Trained with weight decay and full width the network
learns a positive matrix S = B B^T under a nuclear-norm penalty, on the target with eigenvalues s_i = sqrt(d)
i^-gamma.

What is left to declare is J of one mode (theory: Baik, Ben Arous, Peche).

* *Few modes are outliers.*  Each repels the d - K subcritical modes, which sit at 0 to leading order, so that
  x = s + delta^2/s.  Below s = delta there is no outlier, and the mode is one more share of the semicircle.
  With a threshold above the noise's edge 2 delta, an outlier must also have x > kappa.  Its eigenvector has
  the squared cosine c^2 = dx/ds = 1 - (delta/s)^2 with the target's: the best estimate along it is c^2 s, and
  leaves the error s^2 - (c^2 s)^2.  The rest of a mode lies inside the noise (``subcritical``).
* *All modes are outliers.*  To first order in delta^2 the divided differences in D are 1 for every pair, so
  that J = (s - kappa)^2 + delta^2 and D = 1: the outliers repel each other half as much as a bulk of noise
  repels one.  For the same reason the best estimate leaves delta^2 of each mode.
* *In between*, all modes are of the size of the noise.  The subordination map of free convolution takes a
  point z of the plane of the target's eigenvalues to z + delta^2 g(z), g = mean 1/(z - s)
  (``free_convolution``). For modes of size 0 g(s) = 1/s.
"""

from __future__ import annotations

from sympy import Eq, Piecewise, S, pi, sqrt

from asymptotics.displays import documented
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.networks.network import Network
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    matrix_error,
    n_eff,
    noise_variance,
    position,
    resolvent,
    size,
    threshold,
    weight_decay,
)

_subordination = position + effective_noise**2 * resolvent
_outlier = _subordination.subs({position: size, resolvent: 1 / size})
_overlap = _outlier.diff(size)
_semicircle = NoiseLaw(density=sqrt(4 - level**2) / (2 * pi), edge=S(2))

quadratic = Network(
    name="quadratic",
    noise=_semicircle,
    potential=(_outlier - threshold) ** 2,
    potential_among_learned=(size - threshold) ** 2 + effective_noise**2,
    bbp_threshold=Piecewise(
        (effective_noise, threshold <= 2 * effective_noise),
        ((threshold + sqrt(threshold**2 - 4 * effective_noise**2)) / 2, True),
    ),
    learned_probability=S.One,
    posterior_variance=size**2 - (size * _overlap) ** 2,
    posterior_variance_among_learned=effective_noise**2,
    unlearned_energy=S.Zero,
    noise_fraction=S.Zero,
    noise_balance=Eq(2 * n_eff / d * effective_noise**2, noise_variance / 2 + matrix_error),
    threshold_balance=Eq(2 * n_eff / d, degrees_of_freedom + weight_decay / (2 * threshold)),
    excess_risk=2 * matrix_error,
    outlier_location=_outlier,
    subordination_map=_subordination,
)
documented(quadratic, __doc__)
