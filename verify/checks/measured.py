"""One number that a check compares: what is predicted, and what the solutions measure; or why there is none.

In this order: `Measured`, `LeftOut`, `in_turn`, `region_of`, `in_phase`, `drawn`, `solved_at`, `solution_at`,
`problem_of`, `scaled_values`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import hypothesis
import mpmath
from hypothesis import strategies as st
from sympy.logic.boolalg import Boolean

from asymptotics import Phase, PhaseDiagram
from asymptotics.systems import system_of
from numerics import Problem, Solution, solve
from numerics.networks.network import NETWORKS
from verify.extrapolation import Limit
from verify.limits import FIXED_NOISE
from verify.systems.solution import RISK_OF_LAWS, solve_system
from verify.verdicts import Kind

Quantities: TypeAlias = Callable[[str], Any]
"""What gives the quantities of one solution, by the names that laws have in `Phase.laws`; None for none."""


@dataclass(frozen=True)
class Measured:
    """One number at one point.

    Attributes:
        phase: whose law is compared; two names with a slash at a boundary.
        region: where that phase holds, or the equation of the boundary.
        quantity: by name.
        kind: what is compared.
        point: the exact exponents and parameters by name.
        dim: the last dimension of the ladder.
        predicted: the number as derived.
        limit: as measured, with an error estimate.
    """

    phase: str
    region: str
    quantity: str
    kind: Kind
    point: Mapping[str, Any]
    dim: int
    predicted: float
    limit: Limit


@dataclass(frozen=True)
class LeftOut:
    """What was not compared, and why; attributes as those of `Measured`.

    Attributes:
        reason: in words.
    """

    phase: str
    region: str
    quantity: str
    kind: Kind
    reason: str


def in_turn(count: int, most: int, seed: int) -> set[int]:
    """Which of so many are compared at one seed: at most so many, all of them in the fewest seeds in turn.

    >>> [sorted(in_turn(5, 2, seed)) for seed in range(3)]
    [[0, 3], [1, 4], [2]]
    """
    turns = max(1, -(-count // most))
    return {k for k in range(count) if k % turns == seed % turns}


def region_of(phase: Phase) -> str:
    """The inequalities of a phase as a row of a report has them; they tell phases of one name apart."""
    return _in_words(phase.region)


@cache
def _in_words(region: Boolean) -> str:
    return " and ".join(map(str, region.args))


def in_phase(
    phase: Phase, point: Any, quantity: str, kind: Kind, dim: int, predicted: float, limit: Limit
) -> Measured:
    """What is measured at a point inside of a phase, without the coordinates that it lacks."""
    at = {name: x for name, x in point._asdict().items() if x is not None}
    return Measured(phase.name, region_of(phase), quantity, kind, at, dim, predicted, limit)


class _Enough(Exception):
    """The way out of a run of Hypothesis, of which more draws are not needed."""


def drawn(
    strategy: st.SearchStrategy[Any],
    most: int,
    seed: int,
    *,
    is_good: Callable[[Any], bool] = lambda point: False,
    needed: int = 1,
) -> list[Any]:
    """Distinct draws of a strategy, at most so many, the same for the same seed; none if it has none.

    Args:
        strategy: what to draw.
        most: how many draws.
        seed: of them.
        is_good: whether one is as good as any: after some that are no more are drawn.
        needed: how many those are.

    >>> drawn(st.booleans(), 5, seed=0) in ([False, True], [True, False])
    True
    """
    points: dict[Any, bool] = {}

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=most,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
        report_multiple_bugs=False,
    )
    @hypothesis.given(strategy)
    def collect(point: Any) -> None:
        points[point] = points.get(point) or is_good(point)
        if sum(points.values()) >= needed:
            raise _Enough

    with suppress(hypothesis.errors.Unsatisfiable, _Enough):
        collect()
    return list(points)


def solved_at(diagram: PhaseDiagram, values: Mapping[str, Any], *, digits: int | None = None) -> Quantities:
    """The solution at physical values, given by the names that ``Law.evaluate`` has for them."""
    if system_of(diagram.model) is not None:
        given = dict(values)
        if diagram.noise == "none":
            given["noise_variance"] = 0
        solved = solve_system(diagram.model, digits=digits, **given)
        return {**solved.unknowns, **solved.quantities, RISK_OF_LAWS: solved.risk}.get
    solution = solution_at(diagram, values, digits=digits)
    return lambda name: getattr(solution, name)


def solution_at(diagram: PhaseDiagram, values: Mapping[str, Any], *, digits: int | None = None) -> Solution:
    """The same for a network."""
    return solve(problem_of(diagram, values), digits=digits)


def problem_of(diagram: PhaseDiagram, values: Mapping[str, Any]) -> Problem:
    """The problem of a network at physical values."""
    network, dim = diagram.model.name, int(values["d"])
    width = values.get("width")
    return Problem(
        network,
        gamma=values["gamma"],
        samples=values["n_eff"] * NETWORKS[network].sample_unit(dim),
        dim=dim,
        weight_decay=None if diagram.estimator == "bayes" else values["weight_decay"],
        noise_variance=0 if diagram.noise == "none" else values["noise_variance"],
        estimator=diagram.estimator,
        width=None if width is None else max(1, round(width)),
    )


def scaled_values(point: Any, dim: int) -> dict[str, Any]:
    """The physical variables of a network at one dimension: powers of it at exact exponents, a width whole.

    >>> from fractions import Fraction
    >>> from verify.strategies import Scale
    >>> scale = Scale(a=Fraction(1, 2), ell=Fraction(-1), gamma=Fraction(1))
    >>> {name: float(x) for name, x in scaled_values(scale, 100).items()}
    {'d': 100.0, 'gamma': 1.0, 'n_eff': 10.0, 'weight_decay': 0.01, 'noise_variance': 0.5}
    """
    d, noise = mpmath.mpf(dim), getattr(point, "b", None)
    powers = {"n_eff": point.a, "weight_decay": point.ell, "noise_variance": -(noise or 0)}
    powers |= {"width": point.rho} if hasattr(point, "rho") else {}
    values = {name: d ** (mpmath.mpf(x.numerator) / x.denominator) for name, x in powers.items()}
    if noise is None:
        values["noise_variance"] = mpmath.mpf(FIXED_NOISE.numerator) / FIXED_NOISE.denominator
    if "width" in values:
        values["width"] = max(1, int(mpmath.nint(values["width"])))
    return {"d": d, "gamma": point.gamma, **values}
