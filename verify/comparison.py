"""Does the derivation agree with the equations?  Phase by phase, exponent by exponent.

``asymptotics`` says how each quantity scales; ``numerics`` solves the full state evolution at finite size;
neither knows of the other.  Points are drawn inside every phase (``strategies``), the equations are solved on
a ladder of dimensions (``ladder``), the exponents extrapolated (``extrapolation``), and each compared with
the derived one.

The tolerance is 0.02 on an exponent: what the ladder resolves in the deep interior of a phase, and less than
half of the 0.05 that a wrong exponent must not get away with.  A measurement that cannot resolve it is a
failure, not a pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from numbers import Integral
from typing import Any, Literal

import hypothesis
from hypothesis import strategies as st
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sympy import Expr, lambdify

from asymptotics import Law, Phase, PhaseDiagram
from asymptotics.expressions.checks import InvalidArgument, is_number, require
from asymptotics.systems import system_of
from numerics import Problem, solve
from numerics.networks.network import NETWORKS
from verify import words
from verify.extrapolation import Limit, extrapolated_exponent
from verify.ladder import EXPONENTS, coordinates, dimensions, ladder, margin
from verify.limits import DECAY_WINDOW, FIGURE_GAMMA, SAMPLES_WINDOW, SEED_BITS, SYSTEM_DECAY_WINDOW
from verify.report import TOLERANCE, Check, Report
from verify.strategies import scales
from verify.systems.points import exponents_at, has_own_axes, last_decade, slack, values_at
from verify.systems.solution import solve_system

Effort = Literal["quick", "full"]

MARGIN = Fraction(1, 10)
"""Least slack of every inequality of the region at a point."""

NEGLECTED_DECADES = 3
"""How many decades all that is neglected lies below what is kept, at the end of the ladder of a point."""

RARE = 8
"""How many times more points are drawn where few lie so deep in a phase."""

_POINTS: dict[Effort, int] = {"quick": 4, "full": 40}


def agreement(
    diagram: PhaseDiagram, *, effort: Effort = "quick", seed: int = 0, progress: bool = False
) -> Report:
    """Compare every exponent of a diagram with solutions of the full equations.

    Args:
        diagram: derived by ``phase_diagram``, or altered by you: a wrong exponent must make it fail.
        effort: "quick", a few points in each phase, or "full", ten times as many.
        seed: of the points drawn.
        progress: whether to show a progress bar on standard error.

    Raises:
        InvalidArgument: when an argument is none of these, or the diagram's model none that ``numerics``
            solves.
        NotConverged: when an equation could not be solved.

    >>> from asymptotics import diagonal, phase_diagram
    >>> agreement(phase_diagram(diagonal)).passed
    True
    """
    _require_solved(diagram)
    require(isinstance(effort, str) and effort in _POINTS, "effort", effort, "'quick' or 'full'")
    is_seed = isinstance(seed, Integral) and is_number(seed) and abs(seed) < 2**SEED_BITS
    require(is_seed, "seed", seed, f"an integer of at most {SEED_BITS} bits")
    require(isinstance(progress, bool), "progress", progress, "True or False")
    seed = int(seed)
    points = [(phase, scale) for phase in diagram.phases for scale in _draw(diagram, phase, effort, seed)]
    checks: list[Check] = []
    model = str(diagram.model)
    with progress_bar(shown=progress) as bar:
        task = bar.add_task(words.IN_PROGRESS.format(model=model), total=len(points))
        for phase, scale in points:
            bar.update(task, description=words.PHASE_IN_PROGRESS.format(model=model, phase=phase.name))
            checks += _check(diagram, phase, scale)
            bar.advance(task)
    return Report(tuple(checks), effort, seed)


def progress_bar(*, shown: bool = True, **options: Any) -> Progress:
    """A progress bar: what is done, how much of it, how long it will take."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, disable=not shown, **options)


def _draw(diagram: PhaseDiagram, phase: Phase, effort: Effort, seed: int) -> list[Any]:
    """Points deep inside one region: half at the decay of the figures, half at any."""

    def is_resolved(point: Any) -> bool:
        """Whether what the derivation neglects is small at the end of the ladder of a point."""
        decades = math.log10(_ladder(diagram, phase, point)[-1])
        if has_own_axes(diagram):
            neglected = slack(diagram, phase, point)
        else:
            neglected = margin([phase.balance], coordinates([point]))[0]
        return bool(neglected * decades >= NEGLECTED_DECADES)

    points: list[Any] = []
    for gammas in (st.just(FIGURE_GAMMA), None):
        inside = scales(
            diagram,
            phase,
            gammas=gammas,
            margin=MARGIN,
            samples_window=SAMPLES_WINDOW,
            decay_window=SYSTEM_DECAY_WINDOW if _is_solved_as_declared(diagram) else DECAY_WINDOW,
        )
        count = _POINTS[effort] // 2
        # in a region that a hand has altered perhaps no point is resolved, and the check must fail
        points += _examples(inside.filter(is_resolved), count, seed) or _examples(inside, count, seed)
    return points


def _ladder(diagram: PhaseDiagram, phase: Phase, point: Any) -> tuple[int, ...]:
    if _is_solved_as_declared(diagram):
        return dimensions(last_decade(diagram, phase, point))
    return ladder(diagram, phase, point)


def _examples(strategy: st.SearchStrategy[Any], count: int, seed: int) -> list[Any]:
    """Distinct draws of a strategy, the same for the same seed; at most ``count``, none if it has none."""
    return _drawn(strategy, count, seed) or _drawn(strategy, RARE * count, seed)[:count]


def _drawn(strategy: st.SearchStrategy[Any], most: int, seed: int) -> list[Any]:
    drawn: dict[Any, None] = {}

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=most,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategy)
    def collect(point: Any) -> None:
        drawn[point] = None

    with suppress(hypothesis.errors.Unsatisfiable):
        collect()
    return list(drawn)


def _check(diagram: PhaseDiagram, phase: Phase, point: Any) -> Iterator[Check]:
    dims = _ladder(diagram, phase, point)
    solutions = [_solved(diagram, point, dim) for dim in dims]
    at = point._asdict()
    usual = {name: at.pop(name, None) for name in ("a", "ell", "gamma", "b")}
    for quantity, law in phase.laws.items():
        predicted, log_exponent = _prediction(diagram, law, point)
        measured = _measure(dims, solutions, quantity, log_exponent)
        check = Check(
            network=str(diagram.model),
            phase=phase.name,
            quantity=quantity,
            **usual,
            dim=dims[-1],
            predicted=predicted,
            measured=measured.value,
            uncertainty=measured.uncertainty,
            tolerance=TOLERANCE,
            passed=False,
            others=tuple(at.items()),
        )
        yield replace(check, passed=max(check.error, measured.uncertainty) <= TOLERANCE)


def _solved(diagram: PhaseDiagram, point: Any, dim: int) -> Callable[[str], Any]:
    """What gives the quantities of the solution at one dimension, by name."""
    if _is_solved_as_declared(diagram):
        return solve_system(diagram.model, **values_at(diagram, point, dim)).__getitem__
    return partial(getattr, solve(problem_at(diagram, point, dim)))


def problem_at(diagram: PhaseDiagram, scale: Any, dim: int) -> Problem:
    """The problem at one dimension whose parameters scale as the point says.

    Raises:
        InvalidArgument: when the diagram's model is none that ``numerics`` solves.
    """
    network = _network(diagram)
    log_dim = math.log(dim)
    b = getattr(scale, "b", None) or 0
    noise = 0.0 if diagram.noise == "none" else math.exp(-float(b) * log_dim)
    return Problem(
        network=network,
        gamma=scale.gamma,
        samples=math.exp(float(scale.a) * log_dim) * NETWORKS[network].sample_unit(dim),
        dim=dim,
        weight_decay=None if diagram.estimator == "bayes" else math.exp(float(scale.ell) * log_dim),
        noise_variance=noise,
        estimator=diagram.estimator,
        width=None if diagram.width == "full" else max(1, round(math.exp(float(scale.rho) * log_dim))),
    )


def _require_solved(diagram: Any) -> None:
    """Refuse a diagram whose model has no equations in numbers."""
    require(isinstance(diagram, PhaseDiagram), "diagram", diagram, "a PhaseDiagram, as phase_diagram derives")
    if not _is_solved_as_declared(diagram):
        narrowed = NETWORKS[_network(diagram)].narrowed
        solved = [name for name, network in NETWORKS.items() if network.narrowed is not None]
        few = f"of full width for {diagram.model.name}: with few hidden units {', '.join(solved)} is solved"
        require(diagram.width == "full" or narrowed is not None, "diagram", diagram, few)


def _is_solved_as_declared(diagram: PhaseDiagram) -> bool:
    """Whether the model is a system or reduces to one; networks have equations of their own."""
    return system_of(diagram.model) is not None


def _network(diagram: PhaseDiagram) -> str:
    """The name under which ``numerics`` solves the model."""
    if diagram.model.name not in NETWORKS:
        known = ", ".join(NETWORKS)
        raise InvalidArgument(
            f"diagram of {diagram.model.name!r}: equations to compare with are those of {known}, and of a "
            "System, which are its own"
        )
    return diagram.model.name


@cache
def _compiled(expressions: tuple[Expr, ...]) -> Any:
    """Expressions as a function of the exponents."""
    return lambdify(EXPONENTS, expressions, "math")


def _prediction(diagram: PhaseDiagram, law: Law, point: Any) -> tuple[float, float]:
    """Exponent and power of the logarithm that a law predicts at a point."""
    both = (law.exponent, law.log_exponent)
    if has_own_axes(diagram):
        exponent, log_exponent = exponents_at(diagram, both, point)
    else:
        exponent, log_exponent = _compiled(both)(*coordinates([point])[:, 0])
    return float(exponent), float(log_exponent)


def _measure(
    dims: Sequence[int], solutions: Sequence[Callable[[str], Any]], quantity: str, log_exponent: float
) -> Limit:
    # what an estimator does not have, such as a threshold, is nothing at every size
    values = [float(of(quantity) or 0) for of in solutions]
    return extrapolated_exponent([float(dim) for dim in dims], values, log_exponent=log_exponent)
