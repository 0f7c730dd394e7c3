"""Does the derivation agree with the equations?  Phase by phase, law by law.

``asymptotics`` says how each quantity scales; ``numerics`` solves the full state evolution at finite size;
neither knows of the other.  Points are drawn inside every phase (``strategies``), the equations are solved on
a ladder of dimensions (``ladder``), and of every law three numbers are compared: its exponent, its power of
log d, and its constant, as the ratio of solution to law (``predictions``).  Each is extrapolated with an
error estimate (``extrapolation``), from which the tolerance is made (``verdicts``).

Points are chosen before anything is solved: so deep inside their phase that all that is neglected lies
decades below what is kept at the end of the ladder (``DEPTH``).  What a measurement then cannot decide is
undecided, which is not a pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from fractions import Fraction
from functools import cache as cached
from functools import lru_cache, partial
from numbers import Integral
from os import PathLike
from threading import RLock
from typing import Any, Literal, NamedTuple

from hypothesis import strategies as st
from sympy import Expr, lambdify, oo
from sympy.core.relational import Relational

from asymptotics import Law, Network, Phase, PhaseDiagram
from asymptotics.diagram import require_diagram
from asymptotics.expressions.checks import InvalidArgument, exact_number, is_number, require
from asymptotics.networks.mode_functions import Ordering
from asymptotics.systems import system_of
from numerics import InvalidProblem, NotConverged, Problem, solve
from numerics.arithmetic.precision import to_fraction
from numerics.estimators.bayes import FEW_DIGITS
from numerics.networks.network import NETWORKS
from numerics.runs import Cache, Parts, complete, require_run
from verify import point_cache, words
from verify.checks.across import boundary_checks
from verify.checks.further import further_checks
from verify.checks.measured import LeftOut, Measured, drawn, problem_of, region_of
from verify.coverage import excluded, phase_counts
from verify.extrapolation import ROUNDING, Limit, extrapolated_exponent, limits_of_ratio
from verify.ladder import (
    EXPONENTS,
    LEAST_DEPTH,
    POWERS_GONE,
    RANGE,
    coordinates,
    dimensions,
    ladder,
    margin,
)
from verify.limits import DECAY_WINDOW, FIGURE_GAMMA, SAMPLES_WINDOW, SEED_BITS, SYSTEM_DECAY_WINDOW
from verify.outcomes import Check, DerivedPhase, Omission
from verify.predictions import lacks, laws_of
from verify.report import Report
from verify.strategies import Scale, scales
from verify.systems.points import (
    exponents_at,
    has_own_axes,
    last_decade,
    point_type,
    slack,
    slack_of_law,
    values_at,
)
from verify.systems.solution import solve_system
from verify.verdicts import Kind, tolerance_of, verdict_of

Effort = Literal["quick", "full"]

MARGIN = Fraction(1, 10)
"""Least slack of every inequality of the region at a point."""

STEEP, FAINT = Fraction(3), Fraction(55, 16)
"""Decay and noise exponent b of one point of each phase where noise scales: few modes, faint noise."""

DEPTH = 8
"""How many decades all that is neglected lies below what is kept, at the end of the ladder of a point."""

DEPTH_OF_SERIES = 14
"""The same where a series in 1/log d is left: it begins where those powers of d are gone."""

LEAST_DEPTH_OF_SERIES = 3 * POWERS_GONE
"""With fewer decades a series in 1/log d is not compared: its ladder spans less than a factor 3 of log d."""

LEAST_DEPTH_OF_LOGARITHM = 5
"""With fewer decades powers of log d are not compared: they are slopes in log log d, which grows by log(4/3)
in the middle of a ladder, where 10^(-5/2) is neglected."""

WANTED_DEPTH = 6
"""With fewer decades at the points drawn more of them are."""

PARTS = ("unlearned", "learned", "overfitting")

SEEN_DECADES = 5
"""How far below the whole a part of the risk is still known, in float64, to more than is compared."""

LONG = 36
"""The number gamma/L, L the logarithm of the last dimension, is at most one over this where laws are compared
that are right up to 1/L: sizes are powers gamma of what has a series in 1/L."""

EDGE_DECADES = 24
"""Decades of K/d below 1 up to which, at a hard edge, the modes next to the edge are known."""

PRUNED_MODES = 18
"""Decades of modes that are learned there: they are summed next to the edge."""

MANY_PHASES = 15
"""In a diagram of more two points of each phase are compared at quick effort, elsewhere four."""

RARE = 4
"""How many times more points are drawn where few lie so deep in a phase."""

_TRIES, _TRIES_WHERE_COSTLY = 20, 200
"""Points drawn beyond those that are taken."""

_POINTS: dict[Effort, int] = {"quick": 4, "full": 40}


def agreement(
    diagram: PhaseDiagram,
    *,
    effort: Effort = "quick",
    seed: int = 0,
    progress: bool = False,
    executor: Executor | None = None,
    cache: str | PathLike[str] | None = None,
) -> Report:
    """Compare every law of a diagram with solutions of the full equations: exponents and constants.

    Args:
        diagram: derived by ``phase_diagram``, or altered by you: an error in any law must make it fail, and
            so must a phase that is missing.  A part of a diagram, without ``boundaries``, may miss phases.
        effort: "quick", a few points in each phase, or "full", ten times as many.  Boundaries, spectra and
            proofs (``checks``) are compared besides, at quick effort some, which go round with the seed.
        seed: of the points drawn.
        progress: whether to show a progress bar on standard error.
        executor: any ``concurrent.futures.Executor``, to which the points go one by one; None to solve them
            here.  The report is the same bit by bit.
        cache: a directory, made if missing, in which the outcomes of every point are kept: what was
            interrupted continues where it stopped.  None for none.

    Raises:
        InvalidArgument: when an argument is none of these, or the diagram's model none that ``numerics``
            solves.
        NotConverged: when an equation could not be solved.
        Interrupted: stopped from the keyboard; the message says how many points were finished.

    >>> from asymptotics import diagonal, phase_diagram
    >>> agreement(phase_diagram(diagonal)).passed
    True
    """
    _require_solved(diagram)
    require(isinstance(effort, str) and effort in _POINTS, "effort", effort, "'quick' or 'full'")
    is_seed = isinstance(seed, Integral) and is_number(seed) and abs(seed) < 2**SEED_BITS
    require(is_seed, "seed", seed, f"an integer of at most {SEED_BITS} bits")
    seed, stored = int(seed), _cache_at(executor, progress, cache)
    places = [
        _Place(index, tuple(point._asdict().items()), effort == "full" or k % 2 == 0)
        for index, phase in enumerate(diagram.phases)
        for k, point in enumerate(_draw(diagram, phase, effort, seed))
    ]
    outcomes = [*_compared_at(diagram, places, executor, stored, progress), *regions_checked(diagram, seed)]
    outcomes += _checked(diagram, further_checks(diagram, effort=effort, seed=seed))
    checks = tuple(outcome for outcome in outcomes if isinstance(outcome, Check))
    omissions = tuple(outcome for outcome in outcomes if isinstance(outcome, Omission))
    derived = tuple(derived_phase(diagram, phase) for phase in diagram.phases)
    return Report(checks, effort, seed, omissions=omissions, phases=derived)


def checks_at(
    diagram: PhaseDiagram, phase: Phase, at: Mapping[str, Any] | tuple[Any, ...]
) -> tuple[Check, ...]:
    """The checks of every law of one phase at one point, whether or not it lies deep inside.

    Close to a boundary of the phase, or to gamma = 1/2, no dimension in reach is large: exponents alone are
    compared there, and may be undecided.  ``agreement`` chooses the deepest of the points drawn.

    Args:
        diagram: as ``agreement`` takes it.
        phase: one of ``diagram.phases``.
        at: exponents, by the names that ``locate`` has for them, or a point of ``strategies.scales``; one
            that is None, such as b where noise does not scale, is left out.

    Raises:
        InvalidArgument: an argument is none of these.
        NotConverged: when an equation could not be solved.

    >>> from asymptotics import diagonal, phase_diagram
    >>> diagram = phase_diagram(diagonal)
    >>> checks = checks_at(diagram, diagram["III"], {"a": 3, "ell": Fraction(3, 2), "gamma": Fraction(3, 4)})
    >>> {check.verdict for check in checks if check.quantity == "excess_risk"}
    {'agrees'}
    """
    _require_solved(diagram)
    is_one = isinstance(phase, Phase) and phase in diagram.phases
    require(is_one, "phase", phase, "one of the phases of the diagram")
    shape = _shape_of(diagram)
    names = [x for x in shape._fields if x not in shape._field_defaults or diagram.noise == "scaled"]
    by_name = at._asdict() if isinstance(at, tuple) and hasattr(at, "_asdict") else at
    held = {k: x for k, x in by_name.items() if x is not None} if isinstance(by_name, Mapping) else {}
    require(set(held) == set(names), "at", at, f"the exponents {', '.join(names)}, by name")
    exact = {name: to_fraction(exact_number(name, value)) for name, value in held.items()}
    outcomes = _check(diagram, phase, shape(**exact), every_law=True)
    return tuple(outcome for outcome in outcomes if isinstance(outcome, Check))


def _cache_at(executor: Any, progress: Any, cache: Any) -> Cache | None:
    """The cache in a directory, None for none; the others are checked, too."""
    try:
        require_run(executor, progress)
        return None if cache is None else Cache.at(cache)
    except InvalidProblem as refusal:
        raise InvalidArgument(str(refusal)) from None


class _Place(NamedTuple):
    """A point that is to be compared, as it goes to another process: types of points are made at run time.

    Attributes:
        phase: its number in the diagram.
        at: exponents and parameters by name.
        every_law: whether all laws are compared there, or those alone that all phases have.
    """

    phase: int
    at: tuple[tuple[str, Fraction | None], ...]
    every_law: bool


def _compared_at(
    diagram: PhaseDiagram,
    places: Sequence[_Place],
    executor: Executor | None,
    stored: Cache | None,
    progress: bool,
) -> Iterator[Check | Omission]:
    """The outcomes of all points, in their order, those in a cache as they stand there."""
    known: list[_Outcomes | None] = [None] * len(places)
    if stored is not None:
        known = [stored.read(_key(diagram, place), partial(_read, place)) for place in places]

    def write(result: _Outcomes) -> None:
        if stored is not None:
            stored.write(_key(diagram, result.place), point_cache.written(result.outcomes))

    parts = Parts(
        title=words.IN_PROGRESS.format(model=diagram.model),
        done=words.POINTS_DONE,
        here=lambda k: _outcomes(diagram, places[k]),
        submit=None if executor is None else lambda k: executor.submit(_outcomes_of_copy, diagram, places[k]),
        write=write,
        directory=None if stored is None else stored.directory,
    )
    for result in complete(known, parts, progress=progress):
        yield from result.outcomes


class _Outcomes(NamedTuple):
    """What a point leaves behind."""

    place: _Place
    outcomes: tuple[Check | Omission, ...]


def _outcomes(diagram: PhaseDiagram, place: _Place) -> _Outcomes:
    phase, at = diagram.phases[place.phase], dict(place.at)
    point = _shape_of(diagram)(**at)
    return _Outcomes(place, tuple(_check(diagram, phase, point, place.every_law)))


def _shape_of(diagram: PhaseDiagram) -> Any:
    """The type of its points."""
    return point_type(diagram) if has_own_axes(diagram) else Scale


def _outcomes_of_copy(diagram: PhaseDiagram, place: _Place) -> _Outcomes:
    """The same in another process, where a diagram arrives with each point; threads take turns.

    The working precision of mpmath, with which laws have values, is one for all threads of a process.
    """
    with _TURN:
        return _outcomes(_first_copy(diagram), place)


_TURN = RLock()


@lru_cache(maxsize=4)
def _first_copy(diagram: PhaseDiagram) -> PhaseDiagram:
    """The first of equal diagrams: it keeps the laws that were derived when they were asked for."""
    return diagram


def _key(diagram: PhaseDiagram, place: _Place) -> dict[str, Any]:
    phase = diagram.phases[place.phase]
    laws = laws_of(diagram, phase) if place.every_law else phase.laws
    return point_cache.key_of(diagram, phase, laws, dict(place.at))


def _read(place: _Place, record: Any) -> _Outcomes:
    return _Outcomes(place, point_cache.read_from(record))


def derived_phase(diagram: PhaseDiagram, phase: Phase) -> DerivedPhase:
    """A phase of a diagram as it stands in a report."""
    power = phase.risk.log_exponent
    logarithm = "" if power == 0 else f", log d to the power {power}"
    return DerivedPhase(
        title=phase.title,
        risk=phase.risk.to_text(),
        exponent=f"{phase.risk.exponent}{logarithm}",
        **_row(diagram, phase),
    )


def regions_checked(diagram: PhaseDiagram, seed: int) -> Iterator[Check]:
    """Whether one phase holds at each point, for every phase that comes nearest to some (``coverage``).

    At a point that a region holds and its balance excludes the laws of the phase are compared, too.
    """
    for one in phase_counts(diagram, seed):
        yield Check(
            **_row(diagram, diagram.phases[one.index]),
            **_coordinates(one.place),
            quantity="region",
            kind="boundary",
            dim=0,
            predicted=1.0,
            measured=float(one.count),
            uncertainty=0.0,
            tolerance=0.0,
            verdict="agrees" if one.count == 1 else "disagrees",
        )
    for index, place in excluded(diagram, seed).items():
        phase = diagram.phases[index]
        shape = _shape_of(diagram)
        default = {"ell": Fraction(0), "gamma": FIGURE_GAMMA}
        point = shape(**{name: place.get(name, default.get(name)) for name in shape._fields})
        yield from (one for one in _check(diagram, phase, point, every_law=False) if isinstance(one, Check))


def boundaries_checked(diagram: PhaseDiagram, effort: Effort, seed: int) -> Iterator[Check | Omission]:
    """The checks on and beside boundaries, which belong to no one phase."""
    yield from _checked(diagram, boundary_checks(diagram, effort=effort, seed=seed))


def _checked(diagram: PhaseDiagram, numbers: Iterable[Measured | LeftOut]) -> Iterator[Check | Omission]:
    """What is compared on boundaries, of spectra, and with proofs (``checks``)."""
    for one in numbers:
        shared = {**_row_of(diagram, one.phase, one.region), "quantity": one.quantity, "kind": one.kind}
        if isinstance(one, LeftOut):
            yield Omission(**shared, **_coordinates({}), dim=0, reason=one.reason)
            continue
        yield Check(
            **shared,
            **_coordinates(one.point),
            dim=one.dim,
            predicted=one.predicted,
            measured=one.limit.value,
            uncertainty=one.limit.uncertainty,
            tolerance=tolerance_of(one.kind, one.limit.uncertainty),
            verdict=verdict_of(one.kind, one.predicted, *one.limit),
        )


def _row(diagram: PhaseDiagram, phase: Phase) -> dict[str, Any]:
    """Whose row it is."""
    return _row_of(diagram, phase.name, region_of(phase))


def _coordinates(at: Mapping[str, Any]) -> dict[str, Any]:
    """A point as rows have it: the usual coordinates by name, and all others."""
    others = dict(at)
    usual = {name: others.pop(name, None) for name in ("a", "ell", "gamma", "b")}
    return {**usual, "others": tuple(others.items())}


def _row_of(diagram: PhaseDiagram, phase: str, region: str) -> dict[str, Any]:
    return {
        "network": str(diagram.model),
        "noise": diagram.noise,
        "estimator": diagram.estimator,
        "width": diagram.width,
        "phase": phase,
        "region": region,
    }


def _draw(diagram: PhaseDiagram, phase: Phase, effort: Effort, seed: int) -> list[Any]:
    """Points deep inside one region: half at the decay of the figures, half at any.

    Of those drawn the first are taken of which all that is neglected is small at the end of the ladder, or
    else the deepest.
    """
    enough = DEPTH if phase.risk.corrected is None else DEPTH_OF_SERIES

    def shallowness(point: Any) -> float:
        return -min(_depth(diagram, phase, point, _ladder(diagram, phase, point)[-1]), enough)

    def deepest(count: int, tries: int = _TRIES, **at: Any) -> list[Any]:
        inside = scales(
            diagram,
            phase,
            margin=MARGIN,
            samples_window=SAMPLES_WINDOW,
            decay_window=SYSTEM_DECAY_WINDOW if _is_solved_as_declared(diagram) else DECAY_WINDOW,
            **at,
        )
        points = sorted(_examples(inside, tries + count, seed), key=shallowness)[:count]
        if not points or -shallowness(points[-1]) >= WANTED_DEPTH or tries > _TRIES:
            return points
        return sorted(_examples(inside, RARE * tries, seed), key=shallowness)[:count]

    count = _POINTS[effort] // 2
    if effort == "quick" and len(diagram.phases) > MANY_PHASES:
        count = 1
    at_figure, steep_at = dict[str, Any](gammas=st.just(FIGURE_GAMMA)), dict[str, Any]()
    if diagram.noise == "scaled" and not has_own_axes(diagram):
        steep_at = {"gammas": st.just(STEEP), "noises": st.just(FAINT)}
    if _is_costly(diagram) and effort == "quick":
        # seconds for each solution: one point, where it lies goes round with the seed
        turns = [at_figure, {}, *([steep_at] if steep_at else [])]
        in_turn = deepest(1, _TRIES_WHERE_COSTLY, **turns[seed % len(turns)])
        if in_turn and -shallowness(in_turn[0]) >= LEAST_DEPTH:
            return in_turn
        return deepest(1, _TRIES_WHERE_COSTLY, **at_figure)
    # near the end of a phase no dimension in reach is large at that decay
    steep = [point for point in deepest(1, **steep_at) if -shallowness(point) >= enough] if steep_at else []
    # the same twice where a system has no gamma
    points = list(dict.fromkeys(deepest(count, **at_figure) + deepest(count)))
    return points[: 2 * count - len(steep)] + steep


def _is_costly(diagram: PhaseDiagram) -> bool:
    """Whether a solution takes seconds: the modes of a matrix one by one."""
    is_matrix = not _is_solved_as_declared(diagram) and _has_hard_edge(diagram)
    return is_matrix and diagram.estimator == "bayes"


def _has_hard_edge(diagram: PhaseDiagram) -> bool:
    return isinstance(diagram.model, Network) and bool(diagram.model.noise.edge != oo)


def _neglected(diagram: PhaseDiagram, phase: Phase, point: Any, law: Law | None = None) -> float:
    """By how small a power of d what is neglected, by one law or by all, is smaller than what is kept."""
    if has_own_axes(diagram):
        return slack(diagram, phase, point) if law is None else slack_of_law(diagram, phase, law, point)
    return float(margin([phase.balance], coordinates([point]))[0])


def _depth(diagram: PhaseDiagram, phase: Phase, point: Any, dim: int) -> float:
    """How many decades the largest neglected term lies below what is kept, at one dimension."""
    return math.log10(dim) * _neglected(diagram, phase, point)


def _ladder(diagram: PhaseDiagram, phase: Phase, point: Any) -> tuple[int, ...]:
    if _is_solved_as_declared(diagram):
        return dimensions(last_decade(diagram, phase, point))
    return ladder(diagram, phase, point)


def _examples(strategy: st.SearchStrategy[Any], count: int, seed: int) -> list[Any]:
    """Distinct draws of a strategy, the same for the same seed; at most ``count``, none if it has none."""
    return drawn(strategy, count, seed) or drawn(strategy, RARE * count, seed)[:count]


def _check(diagram: PhaseDiagram, phase: Phase, point: Any, every_law: bool) -> Iterator[Check | Omission]:
    """The checks of one point, of every law or of those alone that all phases have; and what was left out."""
    dims = _ladder(diagram, phase, point)
    variables = [_variables(diagram, point, dim) for dim in dims]
    decades = math.log10(dims[-1])
    depth = decades * _neglected(diagram, phase, point)
    # where the last dimension lacks more than 1e-6 of the law no more digits are seen
    digits = FEW_DIGITS if _is_costly(diagram) and depth < FEW_DIGITS else None
    rounding = ROUNDING if digits is None else 10.0**-digits
    solutions = [_solved_in(phase, diagram, point, dim, digits) for dim in dims]
    least = {"exponent": -math.inf, "log_exponent": LEAST_DEPTH_OF_LOGARITHM}
    shared = {**_row(diagram, phase), **_coordinates(point._asdict()), "dim": dims[-1]}
    for quantity, law in (laws_of(diagram, phase) if every_law else phase.laws).items():
        is_usual = has_own_axes(diagram) or quantity in phase.laws
        reason = None if is_usual else _why_unseen(diagram, phase, quantity, law, point, decades)
        if reason is not None:
            yield Omission(quantity=quantity, kind=None, reason=reason, **shared)
            continue
        # what an estimator does not have, such as a threshold, is nothing at every size
        values = [of(quantity) or 0 for of in solutions]
        # its sums may end at a break; most do not, and then what is measured is decided
        depth_of_law = decades * _neglected(diagram, phase, point, law)
        for kind, predicted, measured in _compared(diagram, law, point, variables, values, rounding):
            enough = least.get(kind, LEAST_DEPTH)
            if law.corrected is not None and kind != "exponent":
                enough = max(enough, LEAST_DEPTH_OF_SERIES)
            verdict = verdict_of(kind, predicted, *measured, is_deep=depth >= LEAST_DEPTH)
            own = depth if kind == "exponent" or verdict != "undecided" else depth_of_law
            if own < enough and not math.isnan(measured.value):
                yield Omission(quantity=quantity, kind=kind, reason=words.SHALLOW, **shared)
                continue
            yield Check(
                quantity=quantity,
                kind=kind,
                predicted=predicted,
                measured=measured.value,
                uncertainty=measured.uncertainty,
                tolerance=tolerance_of(kind, measured.uncertainty),
                verdict=verdict,
                **shared,
            )


def _compared(
    diagram: PhaseDiagram,
    law: Law,
    point: Any,
    variables: Sequence[Mapping[str, Any]],
    values: Sequence[Any],
    rounding: float,
) -> Iterator[tuple[Kind, float, Limit]]:
    """What is compared of one law at one point: the kind, the number predicted, and what is measured."""
    exponent, log_exponent = _prediction(diagram, law, point)
    heights = [float(at["d"]) for at in variables]
    if law.expr == 0 or exponent == -math.inf or not all(values):
        plain = [float(value) for value in values]
        yield "exponent", exponent, extrapolated_exponent(heights, plain, log_exponent=log_exponent)
        return
    try:
        closed, power_law = lacks(diagram, law, point, variables, values)
    except InvalidArgument:
        # a law has values all through its phase, but perhaps not in a region that a hand has altered
        yield "constant", 1.0, Limit(math.nan, math.inf)
        return
    order = law.corrected_order if _is_series(law, variables[-1]) else None
    constant, slope, log_slope = limits_of_ratio(heights, power_law, order=order, rounding=rounding)
    if closed != power_law:  # its closed form and its power law differ: one of the two must be wrong
        other = limits_of_ratio(heights, closed, order=order, rounding=rounding).constant
        constant = max(constant, other, key=lambda limit: abs(limit.value - 1))
    yield "exponent", exponent, Limit(exponent + slope.value, slope.uncertainty)
    yield "log_exponent", log_exponent, Limit(log_exponent + log_slope.value, log_slope.uncertainty)
    yield "constant", 1.0, constant


def _is_series(law: Law, at: Mapping[str, Any]) -> bool:
    """Whether what is left of a law is a series in 1/log d there: where its two closed forms differ."""
    if law.corrected is None:
        return False
    ratio = law.evaluate(corrected=True, **at) / law.evaluate(**at)
    return bool(abs(ratio - 1) > ROUNDING)


def _why_unseen(
    diagram: PhaseDiagram, phase: Phase, quantity: str, law: Law, point: Any, decades: float
) -> str | None:
    """Why float64 does not show a quantity of trained networks on the ladder of a point; None where it does.

    What its own law neglects is to lie far below it, too.  The laws that every phase has are not asked about:
    they are seen wherever the phase is resolved.
    """
    at = coordinates([point])[:, 0]
    of_phase = (phase.risk, phase.learned, phase.degrees_of_freedom)
    risk, modes, freedom = (float(x) for x in _compiled(tuple(one.exponent for one in of_phase))(*at))
    # where the law depends on gamma by cases, what is left falls like the number of modes to this power; at
    # the very gamma where they meet it has no value
    cases = {relation.lhs - relation.rhs for relation in law.exponent.atoms(Relational)}
    cases |= {relation.lhs - relation.rhs for relation in law.constant.atoms(Relational)}
    powers = [abs(float(x)) for x in _compiled(tuple(cases))(*at)]
    if 0 in powers:
        return words.NEAR_A_CASE
    (own,) = (float(x) for x in _compiled((law.exponent,))(*at))
    if abs(own) * decades > 2 * RANGE:
        return words.BEYOND_FLOATS
    if quantity in PARTS and (risk - own) * decades > SEEN_DECADES:
        return words.SMALL_PART
    powers_gone = _neglected(diagram, phase, point) * decades / LEAST_DEPTH_OF_SERIES
    # what is left of these falls like 1/L alone, and powers of d are removed with it
    length = -freedom * decades * math.log(10)
    steepness = max(float(point.gamma), float(FIGURE_GAMMA))
    room = min(length / (LONG * steepness), powers_gone) if quantity in PARTS else powers_gone
    if quantity in (*PARTS, "pruned_risk") and law.corrected is not None and room < 1:
        return words.SHORT_SERIES
    if quantity == "pruned_risk" and _is_at_hard_edge(phase, diagram) and 0 < modes < 1:
        is_seen = (1 - modes) * decades <= EDGE_DECADES and modes * decades <= PRUNED_MODES
        return None if is_seen else words.MODES_AT_EDGE
    is_far = not powers or min(powers) * max(modes, 0.0) * decades >= DEPTH / 2
    return None if is_far else words.NEAR_A_CASE


def _is_at_hard_edge(phase: Phase, diagram: PhaseDiagram) -> bool:
    return _has_hard_edge(diagram) and phase.hypothesis.ordering is not Ordering.THRESHOLD_ABOVE_NOISE


def _solved_in(
    phase: Phase, diagram: PhaseDiagram, point: Any, dim: int, digits: int | None
) -> Callable[[str], Any]:
    """What ``_solved`` gives, or an error that says where."""
    try:
        return _solved(diagram, point, dim, digits)
    except NotConverged as error:
        at = ", ".join(f"{name} = {value}" for name, value in point._asdict().items() if value is not None)
        raise NotConverged(
            f"{diagram.model}, phase {phase.name}, {at}, d = {float(dim):.3g}: {error}"
        ) from error


def _solved(diagram: PhaseDiagram, point: Any, dim: int, digits: int | None) -> Callable[[str], Any]:
    """What gives the quantities of the solution at one dimension, by name; in float64 if digits are None."""
    if _is_solved_as_declared(diagram):
        return solve_system(diagram.model, **values_at(diagram, point, dim)).__getitem__
    solution = solve(problem_at(diagram, point, dim), digits=digits)

    def quantity_of(name: str) -> Any:
        if name == "pruned_risk":
            return solution.pruned()
        return solution.decomposition[name] if name in PARTS else getattr(solution, name)

    return quantity_of


def _variables(diagram: PhaseDiagram, point: Any, dim: int) -> Mapping[str, Any]:
    """The physical variables of a solution, by the names that ``Law.evaluate`` has for them."""
    if _is_solved_as_declared(diagram):
        return values_at(diagram, point, dim)
    problem = problem_at(diagram, point, dim)
    names = ("gamma", "n_eff", "weight_decay", "noise_variance")
    known = {name: getattr(problem, name) for name in names if getattr(problem, name) is not None}
    return {"d": dim, **known, **({} if problem.width is None else {"width": problem.width})}


def problem_at(diagram: PhaseDiagram, scale: Any, dim: int) -> Problem:
    """The problem at one dimension whose parameters scale as the point says.

    Raises:
        InvalidArgument: when the diagram's model is none that ``numerics`` solves.
    """
    _network(diagram)
    log_dim = math.log(dim)

    def power(exponent: Any) -> float:
        return math.exp(float(exponent) * log_dim)

    values = {
        "gamma": scale.gamma,
        "n_eff": power(scale.a),
        "d": dim,
        "weight_decay": None if diagram.estimator == "bayes" else power(scale.ell),
        "noise_variance": power(-(getattr(scale, "b", None) or 0)),
        "width": None if diagram.width == "full" else power(scale.rho),
    }
    return problem_of(diagram, values)


def _require_solved(diagram: Any) -> None:
    """Refuse a diagram whose model has no equations in numbers."""
    require_diagram(diagram)
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


@cached
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
