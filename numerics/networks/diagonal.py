r"""The diagonal network: the scalar functions of its state equations, at any dimension and to any precision.

The network f = sum_i a_i w_i x_i/sqrt(d) with weight decay on a and w is the LASSO in theta_i = a_i w_i.  Its
estimate has the law of the soft-thresholded noisy target (arXiv:2509.24882),

    theta_i = eta_kappa(X_i),   X_i = theta*_i + delta z_i ~ N(0, sigma_i^2),   sigma_i^2 = tau_i^2 + delta^2,

and the effective noise delta and the threshold kappa solve

    alpha delta^2 = R + Delta,      alpha = D + lambda/kappa,      alpha = n/d,

with the excess risk R and the degrees of freedom D,

    R = (1/d) sum_i E (theta_i - theta*_i)^2,      D = (1/d) sum_i P(|X_i| > kappa).

*A sum of positive terms.*  Given X_i, the target coefficient is Gaussian with mean (tau^2/sigma^2) X and
variance tau^2 r, r = delta^2/sigma^2.  So R is the mean of

    R_i = tau^2 r + E[(r |X| - kappa)^2; |X| > kappa] + (1 - r)^2 E[X^2; |X| < kappa],

and no digit is lost even where R is far below tau^2 and kappa^2.  With |X| = kappa + y and the tail moments
A_k = E[(|X| - kappa)_+^k] the middle term is r^2 A_2 - 2 r (1-r) kappa A_1 + (1-r)^2 kappa^2 A_0; the
negative part never takes more than two thirds of the rest, as y is spread at least as much as half a
Gaussian.  The degrees of freedom are D = mean A_0, the mean size of the coefficients is mean A_1.

*Parts.*  The error below the threshold is the *unlearned* target.  The error above it is divided in the
proportion of the variance of X_i that is the target's, 1 - r, and the noise's, r: *learned*, with errors, and
*overfitting*.

*Complements.*  Near the interpolation threshold alpha = 1 the state equations are about the small differences
alpha - D and alpha delta^2 - R.  They are formed from (Stein's lemma)

    1 - D = mean P(|X_i| < kappa),
    delta^2 - R = mean [2 delta^2 P(|X_i| < kappa) - kappa^2 P(|X_i| > kappa) - E[X_i^2; |X_i| < kappa]].

*Slopes* are means of the same moments.  As d theta_i/d kappa = -sign(X_i), d X_i/d delta = z_i, and by
E[z_i | X_i] = delta X_i/sigma_i^2,

    dR_i/d log kappa = -2 kappa E[r |X| - kappa; |X| > kappa]
    dR_i/d log delta =  2 r E[(r |X| - kappa) |X| + tau^2; |X| > kappa],

and with u = kappa/sigma the slopes of D_i = P(|X_i| > kappa) are -2 u phi(u) and 2 r u phi(u).

Functions, in order: `scalars`, `decomposition`, `approximate_scalars`, `posterior_variance`, `tail_moments`,
`centre_moment`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from numerics.arithmetic.precision import DOUBLE, Arithmetic
from numerics.equations.posterior_equation import Posterior
from numerics.equations.state_equations import Scalars, Slopes
from numerics.sums.explicit import AnyTarget
from numerics.sums.target import Modes

# Degrees of freedom of noise alone, without a threshold: every coefficient fits it.
INTERPOLATION = Fraction(1)
# Depth of the continued fraction of the Gaussian tail, whose error is about exp(-1.7 u sqrt(depth)), and the
# least u for it, in units of the digits of the arithmetic: exp(-1.7 * 0.15 digits * 10) < 10^-digits.
FRACTION_DEPTH = 100
FRACTION_FROM = 0.15
APPROXIMATE_DEPTH = 5


def scalars(noise: Any, threshold: Any, target: AnyTarget) -> Scalars:
    """Scalar functions of the diagonal network at effective noise delta > 0 and threshold kappa > 0.

    Both are scalars of ``target.arithmetic``.  In float64 all but the complements are good to about 1e-14;
    ``error_complement`` is a difference, accurate where kappa is far below delta.

    >>> from numerics.sums.target import Target
    >>> target = Target.of(10**9, 1.25, "raw")
    >>> values = scalars(2.0, 1e-9, target)          # no threshold: every coefficient keeps the noise
    >>> round(float(values.error), 7), round(float(values.degrees_of_freedom), 7)
    (4.0, 1.0)
    """
    return _scalars(noise, threshold, target.modes, target.arithmetic, FRACTION_DEPTH)[0]


def decomposition(noise: Any, threshold: Any, target: AnyTarget) -> dict[str, Any]:
    """Parts of the error at effective noise delta > 0 and threshold kappa > 0, none negative.

    >>> from numerics.sums.target import Target
    >>> parts = decomposition(2.0, 1e-9, Target.of(10**9, 1.25, "raw"))
    >>> {name: round(float(part), 6) for name, part in parts.items()}
    {'unlearned': 0.0, 'learned': 1.2e-05, 'overfitting': 3.999988}
    """
    return _scalars(noise, threshold, target.modes, target.arithmetic, FRACTION_DEPTH)[1]


def approximate_scalars(noise: Any, threshold: Any, target: AnyTarget) -> Scalars:
    """`scalars` to some ten per cent, in float64: coarse sums over modes, four digits of the Gaussian tail.

    >>> from numerics.sums.target import Target
    >>> target = Target.of(1000, 1.25, "raw")
    >>> rough, exact = approximate_scalars(1.0, 0.5, target), scalars(1.0, 0.5, target)
    >>> abs(float(rough.error / exact.error) - 1) < 0.01
    True
    """
    return _scalars(noise, threshold, target.coarse_modes, DOUBLE, APPROXIMATE_DEPTH)[0]


def posterior_variance(noise: Any, target: AnyTarget) -> Posterior:
    """Error e = mean tau^2 r of the Bayes-optimal estimate (1 - r) X, and delta^2 - e.

    A mode has 1 - r degrees of freedom.  This fraction of its error belongs to what is learned, the rest is
    unlearned target.

    >>> from numerics.sums.target import Target
    >>> posterior = posterior_variance(1.0, Target(dim=1, decay=1.0, scale=1.0))
    >>> float(posterior.error), float(posterior.complement), float(posterior.learned)
    (0.5, 0.5, 0.25)
    """
    with target.arithmetic.working():
        modes, noise2 = target.modes, noise * noise
        size2 = modes.sizes**2
        width2 = size2 + noise2
        noise_share, target_share = noise2 / width2, size2 / width2  # r and 1 - r
        return Posterior(
            learned=noise2 * modes.mean(target_share * target_share),
            unlearned=noise2 * modes.mean(target_share * noise_share),
            complement=noise2 * modes.mean(noise_share),
        )


def _scalars(
    noise: Any, threshold: Any, modes: Modes, arithmetic: Arithmetic, depth: int
) -> tuple[Scalars, dict[str, Any]]:
    """The scalar functions, and the parts of the error."""
    size2, noise2 = modes.sizes**2, noise * noise
    width2 = size2 + noise2
    width = arithmetic.sqrt(width2)
    r, target_share = noise2 / width2, size2 / width2  # r and 1 - r
    u = threshold / width

    above, first, second = tail_moments(u, arithmetic, depth)
    density = 2 * u * (first + u * above)  # 2 u phi(u)
    above, first, second = 2 * above, 2 * width * first, 2 * width2 * second
    centre = width2 * centre_moment(u, arithmetic)
    below = arithmetic.erf(u / arithmetic.sqrt(arithmetic.real(2)))

    bias = target_share * threshold
    error_above = size2 * r * above + r * r * second - 2 * r * bias * first + bias * bias * above
    parts = {
        "unlearned": modes.mean(size2 * r * below + target_share * target_share * centre),
        "learned": modes.mean(target_share * error_above),
        "overfitting": modes.mean(r * error_above),
    }
    by_noise = r * (r * second + (threshold - 2 * bias) * first + (size2 - bias * threshold) * above)
    by_threshold = threshold * (bias * above - r * first)
    ratio = max(noise, threshold) / (modes.sizes * arithmetic.sqrt(arithmetic.real(2)))
    active = modes.mean(above)
    values = Scalars(
        threshold=threshold,
        error=sum(parts.values()),
        degrees_of_freedom=active,
        mass_above=active,
        mean_size=modes.mean(first),
        error_complement=modes.mean(2 * noise2 * below - threshold * threshold * above - centre),
        freedom_complement=modes.mean(below),
        learned_modes=modes.total(arithmetic.erfc(ratio)),
        slopes=Slopes(
            error=(2 * modes.mean(by_noise), 2 * modes.mean(by_threshold)),
            freedom=(modes.mean(r * density), -modes.mean(density)),
            threshold=(0, 1),
        ),
    )
    return values, parts


def tail_moments(
    u: Any, arithmetic: Arithmetic = DOUBLE, depth: int = FRACTION_DEPTH
) -> tuple[Any, Any, Any]:
    """Moments E[(z - u)_+^k], k = 0, 1, 2, of a standard normal z at an array of u >= 0.

    With phi the density and Q the tail of the normal law they are Q, phi - u Q and (1 + u^2) Q - u phi.
    These differences cancel once u is large.  There Q/phi = 1/(u + t_1), t_k = k/(u + t_{k+1}) (Laplace's
    continued fraction), and the three are phi m, phi m t_1, phi m t_1 t_2 with m = Q/phi: products of
    positive numbers.

    >>> import numpy as np
    >>> [float(moment[0]) for moment in tail_moments(np.array([0.0]))]
    [0.5, 0.3989422804014327, 0.5]
    """
    u = np.asarray(u)
    # Here the continued fraction has converged to all digits, and below the cancellation is still mild.
    far = u > FRACTION_FROM * arithmetic.digits
    zeroth, first, second = u * 0, u * 0, u * 0

    near_u = u[~far]
    density = _density(near_u, arithmetic)
    tail = arithmetic.erfc(near_u / arithmetic.sqrt(arithmetic.real(2))) / 2
    zeroth[~far] = tail
    first[~far] = density - near_u * tail
    second[~far] = (1 + near_u * near_u) * tail - near_u * density

    far_u = u[far]
    t1, t2 = far_u * 0, far_u * 0
    for k in range(depth, 0, -1):
        t1, t2 = k / (far_u + t1), t1
    zeroth[far] = _density(far_u, arithmetic) / (far_u + t1)
    first[far] = zeroth[far] * t1
    second[far] = first[far] * t2
    return zeroth, first, second


def centre_moment(u: Any, arithmetic: Arithmetic = DOUBLE) -> Any:
    """E[z^2; |z| < u] of a standard normal z at an array of u >= 0: erf(u/sqrt 2) - 2 u phi(u).

    For small u that difference is of order u^3, and the series 2 phi(u) sum_{k>=1} u^(2k+1)/(2k+1)!! is used.
    (It is the incomplete gamma function P(3/2, u^2/2), of which SciPy's loses one digit more.)

    >>> import numpy as np
    >>> float(centre_moment(np.array([1e-4]))[0] / (np.sqrt(2 / np.pi) * 1e-12 / 3))      # nearly u^3/3
    0.999999997
    """
    u = np.asarray(u)
    small = u < 1
    result = u * 0

    large_u = u[~small]
    chance = arithmetic.erf(large_u / arithmetic.sqrt(arithmetic.real(2)))
    result[~small] = chance - 2 * large_u * _density(large_u, arithmetic)

    small_u = u[small]
    square, series = small_u * small_u, small_u * 0
    for k in range(_terms(arithmetic), 0, -1):
        series = square / (2 * k + 1) * (1 + series)
    result[small] = 2 * _density(small_u, arithmetic) * small_u * series
    return result


def _density(u: Any, arithmetic: Arithmetic) -> Any:
    return arithmetic.exp(-u * u / 2) / arithmetic.sqrt(2 * arithmetic.pi)


@lru_cache(maxsize=16)
def _terms(arithmetic: Arithmetic) -> int:
    """How many terms of the series of `centre_moment` matter at u = 1: 1/(2k+1)!! falls below epsilon."""
    k, term, smallest = 1, Fraction(1, 3), Fraction(1, 2**arithmetic.bits)
    while term > smallest:
        k += 1
        term /= 2 * k + 1
    return k
