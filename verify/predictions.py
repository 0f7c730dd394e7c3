r"""What the derivation says of the numbers on a ladder, and what solutions lack to it.

The laws of a phase say the same twice: as closed forms in the physical variables (``expr``, and where noise
has a soft edge ``corrected``, right to the next order in 1/log d), and as C d^e (log d)^m at given exponents
(``constant``, ``exponent``, ``log_exponent``).  Both are compared.  A solution q on the ladder lacks

    to the closed form   log(q / corrected),
    to the power law     log(q / corrected) + log(expr / C d^e (log d)^m),

in which the last term, the formal difference of the two forms, is exactly zero if they say the same.  It is
taken at dimensions such as 10^2000, where all that ``expr`` holds besides its leading term is gone, as
log(C'/C) + (e' - e) log d + (m' - m) log log d.  So an error in any of the five fields makes one of the two
a constant other than 0, or a straight line in log d or in log log d.

In this order: `laws_of`, `Lacks`, `lacks`, `difference_of_corrected`, `formal_difference`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import mpmath
import numpy as np
from sympy import Rational

from asymptotics import Law, Phase, PhaseDiagram
from asymptotics.balance.laws import EXPONENTS, NoSuchLaw
from asymptotics.expressions.checks import require
from asymptotics.expressions.point import VARIABLES, name_of
from asymptotics.systems import system_of
from verify.requirements import require_law
from verify.systems.points import axes, has_own_axes

FORMAL = (2000, 4000, 8000)
"""Decades of the dimensions at which the two forms of a law are compared."""

FARTHEST, NEAR = 30_000, 0.003
"""Decades of the dimension at which a series in 1/log d is so near its leading term (measured: 7e-4)."""

SAME = 1e-8
"""Relative difference of two forms up to which they say the same: constants have thirty digits."""

_DIGITS = 30


def laws_of(diagram: PhaseDiagram, phase: Phase) -> dict[str, Law]:
    """All laws of a phase that solutions are compared with, by name.

    Besides those of every phase they are, where the estimator has them, those of the training loss, of the
    parts of the risk and of the risk after pruning.
    """
    if system_of(diagram.model) is not None:
        return dict(phase.laws)
    further: dict[str, Law] = {}
    for name in ("train_loss", "pruned_risk"):
        with suppress(NoSuchLaw, NotImplementedError):
            further[name] = getattr(phase, name)
    with suppress(NoSuchLaw):
        further |= phase.decomposition
    for name, law in further.items():
        require_law(diagram, phase, name, law)
    return {**phase.laws, **further}


class Lacks(NamedTuple):
    """What solutions lack to a law, in its logarithm, at each dimension of a ladder."""

    to_closed_form: list[float]
    to_power_law: list[float]


def lacks(
    diagram: PhaseDiagram,
    law: Law,
    point: Any,
    arguments: Sequence[Mapping[str, Any]],
    values: Sequence[Any],
) -> Lacks:
    """What solutions lack to a law on a ladder; the same list twice where its two forms say the same.

    Args:
        diagram: of the law.
        law: that is not zero.
        point: exact exponents.
        arguments: the physical variables at each dimension, by the names that ``Law.evaluate`` has for them.
        values: of the quantity there, positive.

    Raises:
        InvalidArgument: the law has no value at one of them.
    """
    formal, between = formal_difference(diagram, law, point), difference_of_corrected(diagram, law, point)
    with mpmath.workdps(_DIGITS):
        closed = [
            float(_log(mpmath.mpf(value) / law.evaluate(corrected=True, **_held(law, at))))
            for at, value in zip(arguments, values, strict=True)
        ]
    power_law = [y + formal(at["d"]) for y, at in zip(closed, arguments, strict=True)]
    # where the two closed forms do not lead alike one of them is wrong: that to which more is lacking
    leading = [y + between for y in closed]
    return Lacks(max(closed, leading, key=lambda logs: abs(logs[-1])), power_law)


def difference_of_corrected(diagram: PhaseDiagram, law: Law, point: Any) -> float:
    """Log of the limit of ``corrected`` over ``expr``: 0, unless one of the two is wrong."""
    if law.corrected is None:
        return 0.0
    with mpmath.workdps(_DIGITS):
        at = _held(law, _formal_arguments(diagram, point, mpmath.mpf(10) ** FARTHEST))
        beyond = float(_log(law.evaluate(corrected=True, **at) / law.evaluate(**at)))
    return beyond if abs(beyond) > NEAR else 0.0


def formal_difference(diagram: PhaseDiagram, law: Law, point: Any) -> Callable[[int], float]:
    """Log of ``expr`` over C d^e (log d)^m, as a function of the dimension; 0 where they say the same."""
    with mpmath.workdps(_DIGITS):
        given = {name: value for name, value in point._asdict().items() if value is not None}
        leading = law.at(**_held(law, given))
        parts = (leading.constant, leading.exponent, leading.log_exponent)
        is_one = all(part.is_real for part in parts) and leading.constant != 0
        require(is_one, "point", point, "one at which the law is real, and its constant not 0")
        constant, exponent, power = (mpmath.mpf(part.evalf(_DIGITS)) for part in parts)

        def difference(decades: int) -> mpmath.mpf:
            dim = mpmath.mpf(10) ** decades
            expected = constant * dim**exponent * mpmath.log(dim) ** power
            return _log(law.evaluate(**_held(law, _formal_arguments(diagram, point, dim))) / expected)

        first = difference(FORMAL[0])
        if abs(first) <= SAME:
            return lambda dim: 0.0
        heights = [first, *(difference(decades) for decades in FORMAL[1:])]
        logs = [decades * math.log(10) for decades in FORMAL]
        rows = [[1.0, height, math.log(height)] for height in logs]
        offset, slope, power_of_log = np.linalg.solve(rows, [float(height) for height in heights])
    return lambda dim: float(offset + slope * math.log(dim) + power_of_log * math.log(math.log(dim)))


def _log(ratio: Any) -> mpmath.mpf:
    """The logarithm; a ratio that is not positive is refused: the law has no value far from its phase."""
    is_positive = isinstance(ratio, mpmath.mpf) and ratio > 0
    require(is_positive, "point", str(ratio), "one at which the law is positive")
    return mpmath.log(ratio)


def _held(law: Law, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments without a system's own parameters that the law does not hold, which it refuses."""
    forms = (law.expr, law.exponent, law.log_exponent, law.constant)
    held = {symbol.name for form in forms for symbol in form.free_symbols}
    return {name: value for name, value in arguments.items() if name in {*VARIABLES, *EXPONENTS, *held}}


def _formal_arguments(diagram: PhaseDiagram, point: Any, dim: mpmath.mpf) -> dict[str, Any]:
    """The physical variables at a dimension of any size."""
    at = point._asdict()
    if has_own_axes(diagram):
        coordinates, parameters = axes(diagram)
        of = {p: name_of(p) for p in parameters}
        known = {c: at[c.name] for c in coordinates} | {p: at[of[p]] for p in parameters}
        exactly = {symbol: Rational(x.numerator, x.denominator) for symbol, x in known.items()}
        arguments = {"d": dim, **{of[p]: at[of[p]] for p in parameters}}
        for symbol, power in diagram.phases[0].balance.scales.growth:
            exact = power.subs(exactly)
            arguments[name_of(symbol)] = dim ** (mpmath.mpf(int(exact.p)) / int(exact.q))
        return arguments
    powers = {"n_eff": at["a"], "weight_decay": at["ell"], "noise_variance": -(at["b"] or 0)}
    scaled = {name: dim ** (mpmath.mpf(x.numerator) / x.denominator) for name, x in powers.items()}
    return {"d": dim, "gamma": at["gamma"], **scaled}
