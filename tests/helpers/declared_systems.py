"""Systems that several tests declare, as their papers write them."""

from __future__ import annotations

import mpmath
from sympy import Eq, Float, Piecewise, Rational, Symbol, sqrt

from asymptotics.symbols import (
    a,
    effective_noise,
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

FEATURES, RHO = Symbol("p", positive=True), Symbol("rho", real=True)
_NU_1, _NU_2 = Symbol("nu_1", positive=True), Symbol("nu_2", positive=True)
_SPARE_P, _COMPLEMENT = Symbol("D_p", positive=True), Symbol("W", positive=True)
_XI = size**2
_G = mode_sum(_XI * _NU_2 / (_XI + _NU_2) ** 2)
_TARGET = size ** (1 / gamma + 4 * source)

_BIAS = (
    _NU_2**2
    * (
        mode_sum(_TARGET / (_XI + _NU_2) ** 2)
        + mode_sum(_TARGET * _XI / (_XI + _NU_2) ** 2) * mode_sum(_XI / (_XI + _NU_2) ** 2) / _SPARE_P
    )
    / _COMPLEMENT
)
_VARIANCE = (
    noise_variance
    * (
        mode_sum(_XI / (_XI + _NU_2)) ** 2 / (n_eff * FEATURES)
        + FEATURES * (_NU_1 / _NU_2) ** 2 * mode_sum(_XI**2 / (_XI + _NU_2) ** 2) / (n_eff * _SPARE_P)
    )
    / _COMPLEMENT
)

RANDOM_FEATURES = System(
    name="random features",
    unknowns=(_NU_1, _NU_2, _SPARE_P, _COMPLEMENT),
    equations=(
        Eq(n_eff, mode_sum(_XI / (_XI + _NU_2)) + weight_decay / _NU_1),
        Eq(FEATURES, mode_sum(_XI / (_XI + _NU_2)) + FEATURES * _NU_1 / _NU_2),
        Eq(_SPARE_P, FEATURES * _NU_1 / _NU_2 + _G),
        Eq(
            _COMPLEMENT,
            weight_decay / (n_eff * _NU_1) + FEATURES * (_NU_1 / _NU_2) * _G / (n_eff * _SPARE_P),
        ),
    ),
    quantities={"risk": _BIAS + _VARIANCE, "bias": _BIAS, "variance": _VARIANCE},
    scales={n_eff: a, FEATURES: RHO, weight_decay: ell},
)
"""Random-feature ridge regression (arXiv:2405.15699): eigenvalues s^2 = k^-A, A = 2 gamma, source r."""


def _hermite(name: str, seen: object, least: object) -> System:
    """Bayes-optimal networks of extensive width (arXiv:2605.10395): g of a mode, found from l_e on."""
    u = effective_noise
    found = Piecewise((seen, size > u * sqrt(least)), (0, True))
    error = mode_sum(size**2 * (1 - found))
    return System(name, (u,), (Eq(n_eff * u**2, noise_variance + error),), {"risk": error}, {n_eff: a})


HERMITE_2 = _hermite("He_2", (1 - effective_noise**2 / (2 * size**2)) ** 2, Rational(1, 2))


def _detection_of_hermite_3() -> mpmath.mpf:
    """l g(q) + q + log(1 - q) = 0 on the branch q = (1 + sqrt(1 - 4/(3 l)))/2."""
    with mpmath.workdps(60):

        def gain(l: mpmath.mpf) -> mpmath.mpf:  # noqa: E741
            q = (1 + mpmath.sqrt(1 - 4 / (3 * l))) / 2
            return l * q**3 + q + mpmath.log(1 - q)

        return mpmath.findroot(gain, mpmath.mpf("1.4558"))


L_E = Float(_detection_of_hermite_3(), 60)
_Q = (1 + sqrt(1 - 4 * effective_noise**2 / (3 * size**2))) / 2
HERMITE_3 = _hermite("He_3", _Q**3, L_E)
