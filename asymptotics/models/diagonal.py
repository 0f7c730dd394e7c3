r"""The diagonal network f(x) = sum_i a_i w_i x_i/sqrt(d), as in arXiv:2509.24882.

It is trained on n samples y = f*(x) + noise of variance Delta, x ~ N(0, I_d), and the weights minimise

    (1/2) sum_mu (y_mu - f(x_mu))^2 + (lambda/2) (|a|^2 + |w|^2),            n_eff = n.

With alpha = n/d, its state evolution is

    alpha delta^2 = Delta + R,                    R = (1/d) sum_i E[(eta_kappa(X_i) - theta*_i)^2],
    alpha = D + lambda/kappa,                     D = (1/d) sum_i P(|X_i| > kappa),
    J = (1/d) sum_i E[(|X_i| - kappa)_+^2],

where X_i ~ N(0, s_i^2 + delta^2) is the noisy target and eta_kappa the soft threshold.  Trained with weight
decay the network is the LASSO, theta_i = a_i w_i, on the target theta*_i ~ N(0, s_i^2) with s_i = sqrt(d)
i^-gamma.

Modes do not interact: J of one mode is sigma^2 j(kappa/sigma), sigma^2 = s^2 + delta^2, with j that of a
Gaussian, for signal and noise alike.  Knowing s_i one can do no better than the Gaussian posterior of
theta*_i given X_i, of variance s^2 delta^2/sigma^2.
"""

from __future__ import annotations

from sympy import Eq, Max, S, erfc, exp, oo, pi, sqrt

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
    size,
    threshold,
    weight_decay,
)

_gaussian = NoiseLaw(density=sqrt(2 / pi) * exp(-(level**2) / 2), edge=oo)
_deviation = sqrt(size**2 + effective_noise**2)
_potential = _deviation**2 * _gaussian.potential(size).subs(size, threshold / _deviation)
_noise_fraction = effective_noise**2 / _deviation**2
_passing = erfc(threshold / (sqrt(2) * _deviation))
_cut_moment = _deviation**2 * _gaussian.cut_moment(size).subs(size, threshold / _deviation)

diagonal = Network(
    name="diagonal",
    noise=_gaussian,
    potential=_potential,
    potential_among_learned=_potential,
    bbp_threshold=S.Zero,
    # P(|theta*| > T) for theta* ~ N(0, s^2): a mode is learned when its drawn coefficient passes
    learned_probability=erfc(Max(effective_noise, threshold) / (sqrt(2) * size)),
    posterior_variance=size**2 * effective_noise**2 / _deviation**2,
    posterior_variance_among_learned=size**2 * effective_noise**2 / _deviation**2,
    unlearned_energy=size**2 * _noise_fraction * (1 - _passing) + (1 - _noise_fraction) ** 2 * _cut_moment,
    noise_fraction=_noise_fraction,
    noise_balance=Eq(n_eff / d * effective_noise**2, noise_variance + matrix_error),
    threshold_balance=Eq(n_eff / d, degrees_of_freedom + weight_decay / threshold),
    excess_risk=matrix_error,
)
documented(diagonal, __doc__)
