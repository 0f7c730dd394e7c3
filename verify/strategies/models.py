r"""Models to derive: those of this package, and random ones that a user could have declared.

Every random one is built of filters of the modes s_i = i^-gamma, for a target of the source exponent r whose
modes have the energies t_i^2 = s_i^(1/gamma + c r), with small integers p, c and m:

    ridge         f = s^p/(s^p + kappa), q = 1 - f (kernel ridge regression at p = 2, c = 4)

                      n = sum f + n lambda/kappa,    D_s = n - sum f^2,
                      R = (n sum t^2 q^2 + Delta sum f^2)/D_s
    iterated      ridge regression m times over, on what is unlearned_share: q = (lambda/(s^p + lambda))^m,

                      n delta^2 = Delta,    R = sum t^2 q^2 + delta^2 sum (1 - q)^2
    flow          the same with q = exp(-s^p/lambda), gradient flow up to the time 1/lambda
    two scales    n = sum f g + n lambda/kappa, with the second filter g = s^2/(s^2 + p), and R = sum t^2 q^2

In this order: `KINDS`, `models`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from hypothesis import strategies as st
from sympy import Eq, Expr, Rational, Symbol, exp, oo

from asymptotics import System, kernel_ridge, mode_sum
from asymptotics.models.hermite import hermite
from asymptotics.models.one_pass_sgd import one_pass_sgd
from asymptotics.models.random_features import random_features
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
from verify.strategies.arguments import names_of

_SPARE = Symbol("D_s", positive=True)
_SECOND, _RHO = Symbol("p", positive=True), Symbol("rho", real=True)

_POWERS = st.sampled_from([2, 1, 3, 4])
_SMOOTHNESS = st.sampled_from([4, 2, 6])
_ROUNDS = st.integers(1, 3)


class _Integers(NamedTuple):
    """The integers p, c and m of a model."""

    power: int
    smoothness: int
    rounds: int


def _energy(at: _Integers) -> Expr:
    return size ** (1 / gamma + at.smoothness * source)


def _name(kind: str, at: _Integers, rest: str = "") -> str:
    return f"{kind}, filter of s^{at.power}{rest}, energies s^(1/gamma + {at.smoothness} r)"


def _ridge(at: _Integers) -> System:
    learned = size**at.power / (size**at.power + threshold)
    missed = mode_sum(_energy(at) * (threshold / (size**at.power + threshold)) ** 2)
    noise = mode_sum(learned**2)
    return System(
        name=_name("ridge", at),
        unknowns=(threshold, _SPARE),
        equations=(
            Eq(n_eff, mode_sum(learned) + n_eff * weight_decay / threshold),
            Eq(_SPARE, n_eff - noise),
        ),
        quantities={
            "risk": (n_eff * missed + noise_variance * noise) / _SPARE,
            "degrees_of_freedom": mode_sum(learned),
            "bias": n_eff * missed / _SPARE,
        },
        scales={n_eff: a, weight_decay: ell},
        # where the degrees of freedom are finite
        domain={gamma: (Rational(1), oo)} if at.power == 1 else {},
    )


def _iterated(at: _Integers) -> System:
    unlearned_share = weight_decay / (size**at.power + weight_decay)
    return _sequence_model(_name("iterated", at, f", {at.rounds} times"), unlearned_share**at.rounds, at)


def _flow(at: _Integers) -> System:
    return _sequence_model(_name("flow", at), exp(-(size**at.power) / weight_decay), at)


def _sequence_model(name: str, unlearned_share: Expr, at: _Integers) -> System:
    """A target seen through noise, mode by mode, of which a filter leaves a share unlearned."""
    unlearned = mode_sum(_energy(at) * unlearned_share**2)
    overfitting = effective_noise**2 * mode_sum((1 - unlearned_share) ** 2)
    return System(
        name=name,
        unknowns=(effective_noise,),
        equations=(Eq(n_eff * effective_noise**2, noise_variance),),
        quantities={"risk": unlearned + overfitting, "unlearned": unlearned, "overfitting": overfitting},
        scales={n_eff: a, weight_decay: ell},
    )


def _two_scales(at: _Integers) -> System:
    held = mode_sum(size**4 / ((size**2 + threshold) * (size**2 + _SECOND)))
    unlearned_share = threshold / (size**2 + threshold)
    return System(
        name=_name("two scales", at),
        unknowns=(threshold,),
        equations=(Eq(n_eff, held + n_eff * weight_decay / threshold),),
        quantities={"risk": mode_sum(_energy(at) * unlearned_share**2), "held": held},
        scales={n_eff: a, weight_decay: ell, _SECOND: _RHO},
    )


_RANDOM: Mapping[str, Callable[[_Integers], System]] = MappingProxyType(
    {"ridge": _ridge, "iterated": _iterated, "flow": _flow, "two scales": _two_scales}
)

KINDS = (*_RANDOM, "shipped")
"""The kinds of models, the simplest first."""


@cache  # a system is checked when it is made, which takes longer than a draw
def _system_of(kind: str, at: _Integers) -> System:
    return _RANDOM[kind](at)


@cache
def _shipped() -> list[Any]:
    return [kernel_ridge, hermite(2), hermite(3), random_features, one_pass_sgd]


def models(*, kinds: Sequence[str] = KINDS) -> st.SearchStrategy[Any]:
    """Models that ``phase_diagram`` derives, in a second or some, and ``verify.solve_system`` solves.

    A random one is a `System`; of those shipped, ridge regression reduces to one.  Two draws of one kind with
    the same integers are equal.

    Args:
        kinds: which to draw from: "ridge", "iterated", "flow", "two scales" (see the head of this file), or
            "shipped" (`kernel_ridge`, `random_features`, ``hermite(2)``, ``hermite(3)``, `one_pass_sgd`).

    Raises:
        hypothesis.errors.InvalidArgument: kinds names none, or one that is not known.

    >>> from hypothesis import find
    >>> str(find(models(kinds=["ridge", "flow"]), lambda model: len(model.unknowns) == 1))
    'flow, filter of s^2, energies s^(1/gamma + 4 r)'
    """
    return _models(names_of("kinds", kinds, KINDS))


@st.composite
def _models(draw: st.DrawFn, kinds: Sequence[str]) -> Any:
    kind = draw(st.sampled_from(kinds))
    # all of them for every kind: a case with fewer draws counts as simpler, whatever it is
    at = _Integers(draw(_POWERS), draw(_SMOOTHNESS), draw(_ROUNDS))
    if kind != "iterated":
        at = at._replace(rounds=1)
    if kind == "two scales":
        at = at._replace(power=2)  # solved at others, but to too few digits for a comparison
    return draw(st.sampled_from(_shipped())) if kind == "shipped" else _system_of(kind, at)
