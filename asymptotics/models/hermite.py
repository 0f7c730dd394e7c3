r"""Bayes-optimal networks of extensive width, as in arXiv:2605.10395.

The target is y = sum_i v_i sigma(w_i.x) + noise of variance Delta, with many more samples than inputs, n_eff
= n/d, readouts v_i = i^-gamma and the activation sigma = He_k, a Hermite polynomial of degree k.  A
correlation q between a neuron and its estimate leaves the error g(1) - g(q) of its output, g(q) = q^k.  With
E the least mean square error,

    E = sum_i v_i^2 (1 - q(l_i)^k),        l_i = n_eff v_i^2/(Delta + E),

where q(l) solves q = r/(1 + r), r = k l q^(k-1), on the branch that starts at q = 1, and is taken where it
has the larger free entropy, l q^k + q + log(1 - q) > 0: a neuron is found whole or not at all, from l = l_e
on.  By hand, for k = 2: q = 1 - 1/(2 l), l_e = 1/2, the Bayes law of the quadratic network; for k = 3: q =
(1 + sqrt(1 - 4/(3 l)))/2.  Beyond, q is the upper root of k l q^(k-2) (1 - q) = 1, which radicals do not
give: a function that evaluates to any digits (``expressions.implicit_functions``).

In units u^2 = (Delta + E)/n_eff the equation is n_eff u^2 = Delta + E(u), and ``threshold`` is the size of
the last readout that is found, u sqrt(l_e).

*What the paper has.*  The equations, and the rate E ~ (Delta/n_eff)^(1 - 1/(2 gamma)).

*What comes out beyond it.*

* The rate does not depend on k; its constant does, and is an integral over the sizes that stays one for k >
  2.  At gamma = 3/2 it is 1.41741118113173, 1.52940472918421, 1.60344196739469, 1.65826839113522 for k = 2,
  3, 4, 5: a neuron of higher degree costs more, by a factor that grows slowly.
* The thresholds l_e = 1/2, 1.45577674061901, 1.97590510776, 2.34781833500 for these k; for k = 2 the
  overlap grows from 0, for all others it jumps.
* The number of neurons found, i <= (u sqrt(l_e))^(-1/gamma), from ``threshold``.

*A disagreement.*  For k = 3, gamma = 3/2 the constant 1.52940431606183 had been quoted.  It is 2.7e-7 too
small: quadrature with 400 digits, an integral over q instead of the sizes, and the sum itself at n_eff up to
1e40 all give 1.52940472918421.
"""

from __future__ import annotations

from functools import cache

import mpmath
from sympy import Eq, Expr, Float, Integer, Piecewise, Rational, sqrt

from asymptotics.displays import documented
from asymptotics.expressions.checks import require
from asymptotics.expressions.implicit_functions import unlearned_share
from asymptotics.symbols import a, effective_noise, n_eff, noise_variance, size
from asymptotics.systems import System, mode_sum
from asymptotics.words import LABEL_NOISE, MODES

_DIGITS, _MOST = 60, 100


_snr = size**2 / effective_noise**2


@cache
def hermite(degree: int) -> System:
    """The model with activation He_k.

    Args:
        degree: k, from 2 on.

    Raises:
        InvalidArgument: the degree is none.

    >>> from asymptotics import phase_diagram
    >>> phase_diagram(hermite(5)).locate(a=1, gamma=1.5).risk.exponent
    -a + a/(2*gamma)
    """
    is_degree = isinstance(degree, int) and not isinstance(degree, bool) and 2 <= degree <= _MOST
    require(is_degree, "degree", degree, f"an integer from 2 to {_MOST}")
    smallest = effective_noise * sqrt(detection(degree))
    error = mode_sum(size**2 * Piecewise((unlearned(_snr, degree), size > smallest), (1, True)))
    model = System(
        name=f"He_{degree}",
        unknowns=(effective_noise,),
        equations=(Eq(n_eff * effective_noise**2, noise_variance + error),),
        quantities={"risk": error, "threshold": smallest},
        scales={n_eff: a},
        origins={noise_variance: LABEL_NOISE, error: MODES},
    )
    return documented(model, __doc__)


def unlearned(ratio: Expr, degree: int) -> Expr:
    """1 - q(l)^k, without differences of nearly equal numbers; in radicals for k = 2 and 3.

    >>> unlearned(Rational(5), 3).evalf(15), unlearned_share(5, 3).evalf(15)
    (0.200370541997085, 0.200370541997085)
    """
    if degree == 2:
        return (1 - 1 / (4 * ratio)) / ratio
    if degree == 3:
        # p = 1 - q solves p (1 - p) = 1/(3 l), so that 1 - q^3 = p (1 - 1/(3 l)) + 2/(3 l)
        return 2 / (3 * ratio) * (1 + (1 - 1 / (3 * ratio)) / (1 + sqrt(1 - 4 / (3 * ratio))))
    return unlearned_share(ratio, Integer(degree))


@cache
def detection(degree: int) -> Expr:
    """The l_e from which on a neuron is found: where q(l) leaves 0, or jumps from it, to sixty digits.

    On the branch l q^k = q^2/(k (1 - q)), so that both free entropies meet where q^2/(k (1 - q)) + q +
    log(1 - q) = 0, between the end q = (k - 2)/(k - 1) of the branch and 1; for k = 2 at q = 0.

    >>> detection(2), detection(3).round(14), detection(4).round(10)
    (1/2, 1.45577674061901, 1.9759051078)
    """
    if degree == 2:
        return Rational(1, 2)
    with mpmath.workdps(_DIGITS + 10):

        def entropy(q: mpmath.mpf) -> mpmath.mpf:
            return q * q / (degree * (1 - q)) + q + mpmath.log(1 - q)

        low, high = mpmath.mpf(degree - 2) / (degree - 1), mpmath.mpf(1)
        while high - low > mpmath.mpf(10) ** (-_DIGITS - 5):
            middle = (low + high) / 2
            low, high = (middle, high) if entropy(middle) < 0 else (low, middle)
        return Float(1 / (degree * low ** (degree - 2) * (1 - low)), _DIGITS)
