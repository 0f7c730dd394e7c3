"""Systems that several tests share: those of ``models``, and ridge regression as a user declares it."""

from __future__ import annotations

from sympy import Eq, Symbol

from asymptotics.models.hermite import detection, hermite
from asymptotics.models.random_features import random_features, rho
from asymptotics.symbols import (
    a,
    ell,
    gamma,
    n_eff,
    noise_variance,
    size,
    source,
    threshold,
    weight_decay,
)
from asymptotics.systems import System, mode_sum

_F = size**2 / (size**2 + threshold)
_SPARE = Symbol("D_s", positive=True)
_MISSED = mode_sum(threshold**2 * size ** (1 / gamma + 4 * source) / (size**2 + threshold) ** 2)

RIDGE = System(
    name="ridge",
    unknowns=(threshold, _SPARE),
    equations=(
        Eq(n_eff, mode_sum(_F) + n_eff * weight_decay / threshold),
        Eq(_SPARE, n_eff - mode_sum(_F**2)),
    ),
    quantities={
        "risk": (n_eff * _MISSED + noise_variance * mode_sum(_F**2)) / _SPARE,
        "degrees_of_freedom": mode_sum(_F),
        "bias": n_eff * _MISSED / _SPARE,
    },
    scales={n_eff: a, weight_decay: ell},
)
"""Kernel ridge regression (arXiv:2105.15004)."""

RANDOM_FEATURES, RHO = random_features, rho
HERMITE_2, HERMITE_3 = hermite(2), hermite(3)
L_E = detection(3)

_SMALL = Symbol("p", positive=True)
_BOTH = size**2 / ((size + threshold) * (size + _SMALL))
TWO_SCALES = System(
    name="two scales",
    unknowns=(threshold,),
    equations=(Eq(n_eff, mode_sum(_BOTH) + n_eff * weight_decay / threshold),),
    quantities={
        "risk": mode_sum(threshold**2 * _BOTH / (size + threshold)),
        "held": mode_sum(_BOTH),
    },
    scales={n_eff: a, weight_decay: ell, _SMALL: rho},
)
"""Made up: sums of modes above kappa and above p, whichever is the larger."""
