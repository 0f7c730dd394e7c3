"""Numbers with a proof: enclosures of the solution of the state equations, by ball arithmetic.

A float64 solution is refined, enclosed in a box and tested by a Krawczyk step (`balls`).  The sums and
integrals of the network are rigorous too (`diagonal`, `quadratic`).  The working precision is doubled until
the proof succeeds and the enclosure is as narrow as was asked for.

In order: `Certificate`, `certify`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import mpmath

from numerics.arithmetic.checks import is_count, require, shown
from numerics.arithmetic.errors import InvalidProblem, NotConverged
from numerics.arithmetic.precision import flint_bits
from numerics.certified import balls, diagonal, quadratic
from numerics.displays import Displayed
from numerics.problem import Problem
from numerics.solve import checked, solve
from numerics.sums.explicit import TargetSizes

Interval: TypeAlias = tuple[mpmath.mpf, mpmath.mpf]

# Working precision, in bits: at first, beyond the digits asked for; and at most.
_SPARE_BITS = 60
_MOST_BITS = 8000
_MOST_DIGITS = int((_MOST_BITS - _SPARE_BITS) / math.log2(10))
# Digits of the solution from which the proof starts: float64, or more where that is too rough.
_ATTEMPTS = (None, 40)
# How each network is certified.
NETWORKS: Mapping[str, Any] = MappingProxyType({"diagonal": diagonal, "quadratic": quadratic})


@dataclass(frozen=True, repr=False)
class Certificate(Displayed):
    """Proved enclosures: each a pair (lower, upper) of `mpmath.mpf`.

    The state equations of the problem have exactly one solution with ``effective_noise`` and ``threshold`` in
    a box around these pairs, and it lies in them.

    Attributes:
        problem: what was solved.
        digits: the width of the first three pairs is at most 10^-digits of their size.
        excess_risk: R = E_x[(f - f*)^2].
        effective_noise: delta.
        threshold: kappa.
        degrees_of_freedom: D, to about the same absolute accuracy.
    """

    problem: Problem
    digits: int
    excess_risk: Interval
    effective_noise: Interval
    threshold: Interval
    degrees_of_freedom: Interval

    def __repr__(self) -> str:
        low, high = (mpmath.nstr(end, self.digits + 3) for end in self.excess_risk)
        proved = f"{self.digits} digits proved"
        return f"<Certificate of {self.problem.in_words}: excess risk in [{low:.30}, {high:.30}], {proved}>"


def certify(problem: Problem, *, digits: int = 10) -> Certificate:
    """Prove where the solution of a problem lies.

    Works for the trained networks ("erm", all hidden units): the diagonal one at any dimension, 10^6 within
    seconds and 10^30 within a minute; the quadratic one up to d = 5000, 1000 within seconds.  Of a target of
    explicit sizes it is the different ones that count.  A weight decay of 0 is possible where the threshold
    does not vanish with it, below the interpolation threshold.

    Args:
        problem: what to solve.
        digits: relative width 10^-digits of the enclosures of excess risk, effective noise and threshold.

    Raises:
        InvalidProblem: ``digits`` is not a positive integer, or the dimension is beyond the sizes above.
        NotConverged: the proof failed.
        NotImplementedError: a network, an estimator or a width for which there is no proof.

    >>> problem = Problem(
    ...     "quadratic", gamma=1.25, samples=5000, dim=100, weight_decay=0.1, noise_variance=0.5
    ... )
    >>> lower, upper = certify(problem).excess_risk
    >>> print(mpmath.nstr(lower, 12), float(upper - lower) <= 1e-10 * float(lower))
    0.407928447323 True
    """
    checked(problem, None)
    require(is_count(digits, _MOST_DIGITS), "digits", digits, f"a positive integer up to {_MOST_DIGITS}")
    digits = int(digits)
    _require_provable(problem)
    bits = math.ceil(digits * math.log2(10)) + _SPARE_BITS
    for accuracy in _ATTEMPTS:
        system = NETWORKS[problem.network].system(problem, solve(problem, digits=accuracy))
        if not system.start[1] > 0:
            raise NotConverged("weight_decay=0: no proof, the threshold vanishes with the weight decay")
        while bits <= _MOST_BITS:
            with flint_bits(bits):
                certificate, is_root_proved = _attempt(problem, digits, system, bits)
            if certificate is not None:
                return certificate
            bits *= 2
            if not is_root_proved and accuracy is None:
                break  # the start may be too rough
    raise NotConverged(f"no proof with {bits // 2} bits of an enclosure as narrow as 10^-{digits}")


def _require_provable(problem: Problem) -> None:
    if problem.network not in NETWORKS:
        known = " and ".join(f'"{name}"' for name in NETWORKS)
        raise NotImplementedError(f'network="{problem.network}": certify proves solutions of {known} only')
    if problem.estimator != "erm":
        raise NotImplementedError(f'estimator="{problem.estimator}": certify proves solutions for "erm" only')
    if problem.width is not None and problem.width < problem.dim:
        raise NotImplementedError(
            f"width={shown(problem.width)}: certify proves solutions at full width only"
        )
    largest = NETWORKS[problem.network].LARGEST
    if largest is None:
        return
    if isinstance(problem.target, TargetSizes):
        if len(problem.target.sizes) > largest:
            raise InvalidProblem(
                f"target={problem.target}: certify works up to {largest} different sizes for network "
                f'"{problem.network}"'
            )
    elif problem.dim > largest:
        raise InvalidProblem(
            f'dim={shown(problem.dim)}: certify works up to dim={largest} for network "{problem.network}"'
        )


def _attempt(
    problem: Problem, digits: int, system: balls.System, bits: int
) -> tuple[Certificate | None, bool]:
    """A certificate, if it is narrow enough, and whether a root was proved at all."""
    try:
        equations = balls.Equations(system.functions(bits), problem.parameters)
        root = balls.proved_root(equations, system.start, bits)
        if root is None:
            return None, False
        at_root = equations.functions(root)
    except balls.NotProved:
        return None, False
    risk = balls.to_pair(problem.architecture.risk_per_error * at_root.error)
    noise, threshold = balls.to_pair(at_root.noise2.sqrt()), balls.to_pair(at_root.threshold)
    for lower, upper in (risk, noise, threshold):
        if not upper - lower <= lower * mpmath.mpf(10) ** -digits:
            return None, True
    return Certificate(problem, digits, risk, noise, threshold, balls.to_pair(at_root.freedom)), True
