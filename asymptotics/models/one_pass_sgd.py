r"""One-pass stochastic gradient descent on power-law random features, as in arXiv:2405.15074 ("4+3 phases").

Features x_j = j^-alpha z_j, target y = sum_j j^-beta x_j, d random features of them, t steps (r in the paper:
here r is a source exponent) of batch one, at a constant step size g.  The loss is, up to constants, the sum
of four terms (recalled, and checked by minimisation), with s_j = j^-alpha and e_j = exp(-2 g t s_j^2):

    F_pp = sum_j s_j^2 j^(-2 beta) e_j                      what is not learned yet,
    F_0  = d^(-2 alpha) sum_j j^(-2 beta)                   what d features cannot represent,
    F_ac = (1/d) sum_j j^(-2 beta) f_j sum_j s_j^2 e_j      what they distort,
    K_pp = g sum_j s_j^4 e_j                                noise of the gradients,

all sums over j = 1..d, with f_j = s_j^2/(s_j^2 + 1/(2 g t)) for the modes that are learned, and g sum_j s_j^2
= 1, the largest stable step size up to a factor.  t = d^tau.  Constants of the paper's own, in front of each
term, would multiply those derived here.

By hand, alpha > 1/2 and beta < 1/2: K = (2 g t)^(1/(2 alpha)) modes are learned, and F_pp = c K^(1 - 2 alpha
- 2 beta), c = Gamma((2 alpha + 2 beta - 1)/(2 alpha))/(2 alpha), until K = d, where F_0 ~ d^(1 - 2 alpha
- 2 beta) takes over.

*What the paper has*: the exponents of the four terms and of the loss at given compute C = t d, in seven
regions of the (alpha, beta) plane (``compute_optimal``).  All of them come out: g ~ 1 for alpha > 1/2 and
d^(2 alpha - 1) below; F_ac negligible, or no larger than F_0, outside of alpha, beta > 1/2; the borders alpha
= 1/2, beta = 1/2, alpha = beta, alpha = 1/4, and alpha = 1 - 1/sqrt(2), the root of 2 alpha^2 - 4 alpha + 1
where more steps with fewer features begin to pay while K_pp leads.

*Beyond it*: the constants of all terms in every phase, and the phases at any number of steps, not at the
best one alone; the logarithms on the borders, which the paper leaves out (``Boundary.on_boundary``): F_0 ~
d^(-2 alpha) log d at beta = 1/2, g ~ 1/log d at alpha = 1/2 and with it F_pp ~ (log d/t)^(2 beta), while K_pp
= 1/(2 t) has none.  At K = d, t ~ d^(2 alpha)/g, every term but F_0 ends, and falls faster than every power.

*Disagreement.*  For alpha < 1/4 the recalled K_pp ~ g (g t)^(1/(2 alpha) - 2) grows with the steps, beyond
F_0 in the end.  The last modes rule the sum there, K_pp = g d^(1 - 4 alpha)/(1 - 4 alpha) ~ d^(-2 alpha), as
large as F_0 at all times before K = d.  At alpha = 1/5, beta = 1, d = 10^20, t = 10^16 the sum is
2.94211121542549e-8; what is derived is 3e-8, what is recalled 4.6e-11.  The exponents of the loss do not
depend on it: F_pp or F_0 are as large, or larger.
"""

from __future__ import annotations

from sympy import Eq, Symbol, exp, symbols

from asymptotics.balance.regimes import Description, Hypothesis
from asymptotics.displays import documented
from asymptotics.symbols import alpha, beta, d, size
from asymptotics.systems import System, mode_sum

step, steps = symbols("g t", positive=True)
tau = Symbol("tau", real=True)

_left = exp(-2 * step * steps * size**2)
_fitted = size**2 / (size**2 + 1 / (2 * step * steps))
_target = size ** (2 * beta / alpha)

TERMS = {
    "F_pp": mode_sum(_target * size**2 * _left),
    "F_0": mode_sum(_target) / d ** (2 * alpha),
    "F_ac": mode_sum(_target * _fitted) * mode_sum(size**2 * _left) / d,
    "K_pp": step * mode_sum(size**4 * _left),
}

_TITLES = {
    "F_pp": ("what is not learned yet", "The loss is what the steps so far have not learned of the target."),
    "F_0": ("what the features miss", "The loss is what d features cannot represent, after any steps."),
    "F_ac": ("distortion", "The loss is what the features distort of the modes that they resolve."),
    "K_pp": ("noise of the gradients", "The loss is the noise of gradients of one sample each."),
}


def _describe(hypothesis: Hypothesis) -> Description:
    name = next(name for name, value in TERMS.items() if str(value) == hypothesis.risk)
    return Description(name, *_TITLES[name])


one_pass_sgd = System(
    name="one-pass SGD",
    unknowns=(step,),
    equations=(Eq(step * mode_sum(size**2), 1),),
    quantities={"risk": sum(TERMS.values()), **TERMS},
    scales={steps: tau},
    modes=d,
    decay=alpha,
    positive=(tau,),
    conditions=(2 * (alpha + beta) > 1,),
    describe_phase=_describe,
)
documented(one_pass_sgd, __doc__)
