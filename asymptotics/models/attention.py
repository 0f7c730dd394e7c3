r"""Single-head attention with tied weights and T tokens, after arXiv:2509.24914: the quadratic denoiser.

The scores of a head with key and query matrix B are, for independent tokens x_1 ... x_T ~ N(0, I_d),

    h_ab = (x_a^T S x_b - 1_{a=b} Tr S)/sqrt(d),        S = B B^T,        a, b = 1..T,

and attention, a softmax of all of them, depends on them up to a common constant.  The declaration is of their
regression: on sum_{ab} (y_ab - h_ab)^2 + lambda d |B|_F^2, scores and labels less their mean over a and b,
the labels with independent noise of variance Delta in each of the T^2 outputs.

*How samples count.*  Products of tokens are uncorrelated unless they are of the same pair: E h_aa^2 = 2
|S|_F^2/d, E h_ab^2 = |S|_F^2/d, and all others 0.  So sqrt(2) h_ab, a < b, which enters the loss as a square
like h_aa, has its variance, and its noise the variance Delta of that of h_aa: each of the T (T + 1)/2 pairs
is as good as a sample of the quadratic network.  The covariance does not change under rotations of the tokens
among each other; one that takes (1, ..., 1)/sqrt(T) to the first axis shows that removing the mean removes
one of these, and leaves

    (T (T + 1)/2 - 1) n = (T^2 + T - 2) n/2

samples.  With alpha = n/d^2 the state equations of the quadratic network become

    (T^2 + T - 2) alpha delta^2 = Delta/2 + E,        (T^2 + T - 2) alpha = D + lambda/(2 kappa),

and R = 2 E is the excess risk of one of the (T^2 + T - 2)/2 independent scores.  Recovery without noise takes
alpha = 1/(T^2 + T - 2), interpolation of noise half of that.

*Checked on drawn data*, by proximal gradient at (T^2 + T - 2) n = 0.6 d^2, half of the eigenvalues 2 and half
0, Delta = 1/2, lambda = 1/10: the measured over the derived risk is 1.218, 1.090, 1.038 at d = 40, 80, 160
for T = 4, and 1.066, 1.044, 1.026 for T = 2 (to 0.02 at d = 80, 0.004 at d = 160): what is left falls with d.
With T (T + 1)/2 samples, the mean not removed from the count, the risk would be 1.75 times smaller at T = 2.

Phases and exponents are those of the quadratic network, at any T; n_eff/d carries the factor (T^2 + T - 2)/2
in every law.  A loss that is not a square of scores, such as one of the softmax at temperature one with
noise, weighs its outputs differently, and is not this model.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sympy import Eq

from asymptotics.displays import documented
from asymptotics.expressions.checks import require
from asymptotics.models.quadratic import quadratic
from asymptotics.networks.network import Network
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

TOKENS = 2
"""Of ``attention``."""


@cache
def attention_with(tokens: int) -> Network:
    """The model with that many tokens.

    Args:
        tokens: T, from 2 on.

    Raises:
        InvalidArgument: the number of tokens is none.

    >>> from asymptotics import phase_diagram
    >>> phase_diagram(attention_with(4)).locate(a=1.5, ell=-1, gamma=1).risk.expr
    Delta*d/(36*n_eff)
    """
    is_count = isinstance(tokens, int) and not isinstance(tokens, bool) and tokens >= 2
    require(is_count, "tokens", tokens, "an integer from 2 on: the scores of one less their mean are 0")
    capacity = (tokens**2 + tokens - 2) * n_eff / d  # 2 alpha, for (T^2 + T - 2)/2 times as many samples
    return replace(
        quadratic,
        name="attention" if tokens == TOKENS else f"attention, {tokens} tokens",
        noise_balance=Eq(capacity * effective_noise**2, noise_variance / 2 + matrix_error),
        threshold_balance=Eq(capacity, degrees_of_freedom + weight_decay / (2 * threshold)),
    )


attention = attention_with(TOKENS)
documented(attention, __doc__)
