from __future__ import annotations

from sympy import Eq, Symbol, exp, symbols

from asymptotics.symbols import alpha, beta, d, size
from asymptotics.systems import System, mode_sum

step, steps = symbols("g t", positive=True)
tau = Symbol("tau", real=True)

_left = exp(-2 * step * steps * size**2)
_fitted = size**2 / (size**2 + 1 / (2 * step * steps))

_target = size ** (2 * beta / alpha)
F_pp = mode_sum(_target * size**2 * _left)
F_0 = mode_sum(_target) / d ** (2 * alpha)
F_ac = mode_sum(_target * _fitted) * mode_sum(size**2 * _left) / d
K_pp = step * mode_sum(size**4 * _left)

one_pass_sgd = System(
    name="one-pass SGD",
    unknowns=(step,),
    equations=(Eq(step * mode_sum(size**2), 1),),
    quantities={"risk": F_pp + F_ac + F_0 + K_pp, "F_pp": F_pp, "F_0": F_0, "F_ac": F_ac, "K_pp": K_pp},
    scales={steps: tau},
    modes=d,
    decay=alpha,
    positive=(tau,),
    conditions=(2 * (alpha + beta) > 1,),
)
