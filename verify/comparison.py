"""Does the derivation agree with the equations?  Phase by phase, law by law.

``asymptotics`` says how each quantity scales; ``numerics`` solves the full state evolution at finite size;
neither knows of the other.  Points are drawn inside every phase (``strategies``), the equations are solved on
a ladder of dimensions (``ladder``), and of every law three numbers are compared: its exponent, its power of
log d, and its constant, as the ratio of solution to law (``predictions``).  Each is extrapolated with an
error estimate (``extrapolation``), from which the tolerance is made (``verdicts``).

Points are chosen before anything is solved (``selection``).  What six dimensions leave undecided is compared
on eleven, which remove more corrections.  What these cannot decide either is undecided: that is not a pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from fractions import Fraction
from functools import cache as cached
from functools import lru_cache, partial
from os import PathLike
from threading import RLock
from typing import Any, NamedTuple, TypeGuard

from asymptotics import Law, Phase, PhaseDiagram
from asymptotics.expressions.checks import InvalidArgument, exact_exponent, require
from asymptotics.expressions.point import name_of
from numerics import InvalidProblem, NotConverged, Problem, solve
from numerics.arithmetic.precision import to_fraction
from numerics.estimators.bayes import FEW_DIGITS
from numerics.runs import Cache, Parts, complete, require_run
from verify import point_cache, words
from verify.checks.across import boundary_checks
from verify.checks.further import further_checks
from verify.checks.measured import LeftOut, Measured, problem_of, region_of
from verify.coverage import crossings, excluded, phase_counts
from verify.extrapolation import (
    ROUNDING,
    Limit,
    extrapolated_exponent,
    limits_of_ratio,
)
from verify.gallery import article_of
from verify.ladder import (
    LEAST_DEPTH,
    between,
    dimensions,
)
from verify.limits import (
    FIGURE_GAMMA,
    FIXED_NOISE,
    WIDEST,
)
from verify.outcomes import Check, DerivedPhase, Omission
from verify.predictions import lacks, laws_of
from verify.report import Report
from verify.requirements import network_of, require_compared
from verify.selection import (
    Effort,
    Laws,
    depth_at,
    has_further_laws,
    is_costly,
    is_solved_as_declared,
    ladder_at,
    laws_compared,
    own_end,
    require_effort,
    require_seed,
    selected,
    slack_at,
)
from verify.signals import interrupts_repeated
from verify.strategies import Scale
from verify.systems.points import (
    exponents_at,
    has_own_axes,
    point_type,
    values_at,
)
from verify.systems.solution import solve_system
from verify.verdicts import Kind, tolerance_of, verdict_of
from verify.visibility import (
    LEAST_DEPTH_OF_SERIES,
    PARTS,
    slack_of_part,
    why_unseen,
)

LEAST_DEPTH_OF_SHORTER = {"pruned_risk": LEAST_DEPTH - 1 / 2, "learned": LEAST_DEPTH + 1}
"""Decades from which constants are compared on a ladder that is shorter than the usual one, where what is
undecided is left out.  The risk after pruning needs fewer than others; with fewer than 2.3 it is off by up to
1 % next to gamma = 1, where two powers of the share of learned modes, 1 and 2 gamma - 1, look like one (with
more, by 5e-4, at 60 points).  What is left of a learned part falls like the square root of that share, and
needs more."""

_NO_VALUE: tuple[Kind, float, Limit] = ("constant", 1.0, Limit(math.nan, math.inf))
"""What is compared of a law that a hand has altered, or its region, where it has no real value."""

ESTIMATES = 3
"""By how many tolerances a number may be off that a short ladder leaves open, as its estimates are rough."""

LEAST_DEPTH_OF_LOGARITHM = 5
"""With fewer decades powers of log d are not compared: they are slopes in log log d, which grows by log(4/3)
in the middle of a ladder, where 10^(-5/2) is neglected."""


@interrupts_repeated()
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

    Points are drawn by Hypothesis: a test of your own that draws, too, takes ``strategies.profile``.

    Args:
        diagram: derived by ``phase_diagram``, or altered by you: an error in any law must make it fail, and
            so must a phase that is missing.  A part of a diagram, without ``boundaries``, may miss phases.
        effort: "quick", up to four points in each phase, about thirty in all, or "full", forty in each.
            Boundaries, spectra and proofs (``checks``) are compared besides, at quick effort some, which go
            round with the seed.
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
    require_compared(diagram)
    require_effort(effort)
    require_seed(seed)
    seed, stored = int(seed), _cache_at(executor, progress, cache)
    places = [
        _Place(index, tuple(point._asdict().items()), laws)
        for index in range(len(diagram.phases))
        for point, laws in selected(diagram, index, effort, seed)
    ]
    outcomes = [*_compared_at(diagram, places, executor, stored, progress), *regions_checked(diagram, seed)]
    outcomes += _checked(diagram, further_checks(diagram, effort=effort, seed=seed))
    outcomes += _at_another_seed(diagram, effort, seed)
    checks = tuple(outcome for outcome in outcomes if isinstance(outcome, Check))
    omissions = tuple(outcome for outcome in outcomes if isinstance(outcome, Omission))
    derived = tuple(derived_phase(diagram, phase) for phase in diagram.phases)
    models = (article_of(diagram.model),)
    return Report(checks, effort, seed, omissions=omissions, phases=derived, models=models)


def _at_another_seed(diagram: PhaseDiagram, effort: Effort, seed: int) -> Iterator[Omission]:
    """The laws that not all phases have, of phases in which they are compared at other seeds."""
    for index, phase in enumerate(diagram.phases):
        if not has_further_laws(diagram, index, effort, seed):
            for quantity in ("train_loss", "pruned_risk", *PARTS):
                shared = {**_row(diagram, phase), **_coordinates({}), "quantity": quantity, "kind": None}
                yield Omission(**shared, dim=0, reason=words.ANOTHER_SEED)


def checks_at(
    diagram: PhaseDiagram, phase: Phase | str, at: Mapping[str, Any] | tuple[Any, ...]
) -> tuple[Check, ...]:
    """The checks of every law of one phase at one point inside of it, deep or not.

    Close to a boundary of the phase, or to gamma = 1/2, no dimension in reach is large: most constants are
    left out there, and numbers may be undecided.  ``agreement`` chooses the deepest of the points drawn.

    Args:
        diagram: as ``agreement`` takes it.
        phase: one of ``diagram.phases``, or the name of one that no other has.
        at: exponents, by the names that ``locate`` has for them, or a point of ``strategies.scales``; one
            that is None, such as b where noise does not scale, is left out.  A float is the decimal that
            Python prints.

    Raises:
        InvalidArgument: an argument is none of these.
        NotConverged: when an equation could not be solved.

    >>> from asymptotics import diagonal, phase_diagram
    >>> diagram = phase_diagram(diagonal)
    >>> checks = checks_at(diagram, diagram["III"], {"a": 3, "ell": Fraction(3, 2), "gamma": Fraction(3, 4)})
    >>> {check.verdict for check in checks if check.quantity == "excess_risk"}
    {'agrees'}
    """
    require_compared(diagram)
    is_phase = isinstance(phase, str | Phase)
    meant = [one for one in diagram.phases if is_phase and phase in (one, one.name)]
    every = ", ".join(dict.fromkeys(one.name for one in diagram.phases))
    allowed = f"one of the phases of the diagram, or the name of one that no other has: {every}"
    require(len(meant) == 1, "phase", phase, allowed)
    phase = meant[0]
    shape = _shape_of(diagram)
    names = [x for x in shape._fields if x not in shape._field_defaults or diagram.noise == "scaled"]
    by_name = at._asdict() if isinstance(at, tuple) and hasattr(at, "_asdict") else at
    held = {k: x for k, x in by_name.items() if x is not None} if isinstance(by_name, Mapping) else {}
    if diagram.estimator == "bayes" and "ell" in names:
        held.setdefault("ell", 0)  # there is no weight decay
    require(set(held) == set(names), "at", at, f"the exponents {', '.join(names)}, by name")
    exact = {name: to_fraction(exact_exponent(name, value)) for name, value in held.items()}
    for name, value in exact.items():
        require(abs(value) <= WIDEST, name, held[name], f"between -{WIDEST} and {WIDEST}")
    inside = phase.region.subs({x: exact.get(name_of(x), x) for x in phase.region.free_symbols})
    require(inside == True, "at", at, f"inside of {phase.name}, where {region_of(phase)}")  # noqa: E712
    point = shape(**exact)
    try:
        return tuple(one for one in _check(diagram, phase, point, "all") if isinstance(one, Check))
    except (OverflowError, InvalidProblem) as beyond:
        allowed = f"exponents at which float64 has the powers of d ({beyond})"
        raise InvalidArgument(f"at={at!r}: must be {allowed}") from beyond


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
        laws: which are compared there.
    """

    phase: int
    at: tuple[tuple[str, Fraction | None], ...]
    laws: Laws


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
    return _Outcomes(place, tuple(_check(diagram, phase, point, place.laws)))


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
    laws = phase.laws if place.laws == "usual" else laws_of(diagram, phase)
    return point_cache.key_of(diagram, phase, laws, dict(place.at)) | {"laws_compared": place.laws}


def _read(place: _Place, record: Any) -> _Outcomes:
    return _Outcomes(place, point_cache.read_from(record))


def derived_phase(diagram: PhaseDiagram, phase: Phase) -> DerivedPhase:
    """A phase of a diagram as it stands in a report."""
    power = phase.risk.log_exponent
    # at a scaled width further laws are derived at the seeds at which they are compared
    laws = laws_of(diagram, phase) if diagram.width == "full" else phase.laws
    logarithm = "" if power == 0 else f", log d to the power {power}"
    return DerivedPhase(
        title=phase.title,
        risk=phase.risk.to_text(),
        exponent=f"{phase.risk.exponent}{logarithm}",
        laws={name: law.to_text() for name, law in laws.items() if law is not phase.risk},
        **_row(diagram, phase),
    )


def regions_checked(diagram: PhaseDiagram, seed: int) -> Iterator[Check]:
    """Whether phases cover the exponents and boundaries part them (``coverage``).

    One phase holds at each point, by its region and by its balance, and one boundary passes wherever two
    phases meet.  At a point that a region holds and its balance excludes the laws of the phase are compared,
    too.
    """
    for one in phase_counts(diagram, seed):
        row = _row(diagram, diagram.phases[one.index])
        yield _check_of_count(row, one.place, "region", one.count)
    for crossing in crossings(diagram, seed):
        names = "/".join(diagram.phases[k].name for k in crossing.phases)
        row = _row_of(diagram, names, region="")
        yield _check_of_count(row, crossing.place, "crossing", crossing.count)
    beyond = excluded(diagram, seed)
    for index, phase in enumerate(diagram.phases):
        if diagram.boundaries or index in beyond:  # a part of a diagram claims nothing, but may be wrong
            held = int(index not in beyond)
            yield _check_of_count(_row(diagram, phase), beyond.get(index, {}), "balance", held)
    for index, place in beyond.items():
        phase = diagram.phases[index]
        shape = _shape_of(diagram)
        default = {"ell": Fraction(0), "gamma": FIGURE_GAMMA}
        point = shape(**{name: place.get(name, default.get(name)) for name in shape._fields})
        yield from (one for one in _check(diagram, phase, point, "usual") if isinstance(one, Check))


def _check_of_count(
    row: Mapping[str, Any], place: Mapping[str, Fraction], quantity: str, count: int
) -> Check:
    """The check of a count, which is 1."""
    return Check(
        **row,
        **_coordinates(place),
        quantity=quantity,
        kind="boundary",
        dim=0,
        predicted=1.0,
        measured=float(count),
        uncertainty=0.0,
        tolerance=0.0,
        verdict="agrees" if count == 1 else "disagrees",
    )


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


class _Rungs(NamedTuple):
    """Solutions on a ladder of dimensions at one point.

    Attributes:
        dims: the dimensions.
        variables: the physical variables at each dimension.
        solutions: what gives quantities by name, at each dimension.
        rounding: relative, of what the solutions give.
    """

    dims: tuple[int, ...]
    variables: list[Mapping[str, Any]]
    solutions: list[Callable[[str], Any]]
    rounding: float


def _rungs(
    diagram: PhaseDiagram,
    phase: Phase,
    point: Any,
    solved: Callable[[int, int | None], Callable[[str], Any]],
    dims: tuple[int, ...],
) -> _Rungs:
    # where the last dimension lacks more than 1e-6 of the law no more digits are seen
    is_short = is_costly(diagram) and depth_at(diagram, phase, point, dims[-1]) < FEW_DIGITS
    digits = FEW_DIGITS if is_short else None
    return _Rungs(
        dims,
        [_variables(diagram, point, dim) for dim in dims],
        [solved(dim, digits) for dim in dims],
        ROUNDING if digits is None else 10.0**-digits,
    )


def _check(diagram: PhaseDiagram, phase: Phase, point: Any, laws: Laws) -> Iterator[Check | Omission]:
    """The checks of one point, and what was left out."""
    usual = ladder_at(diagram, phase, point)
    solved = cached(partial(_solved_in, phase, diagram, point))
    rungs_at = cached(partial(_rungs, diagram, phase, point, solved))
    refuted = False
    for quantity, law in laws_compared(diagram, phase, laws).items():
        dims, reason = usual, None
        if quantity not in phase.laws and refuted:
            reason = words.REFUTED
        elif not is_solved_as_declared(diagram) and quantity not in phase.laws:
            end = own_end(diagram, phase, quantity, law, point)
            dims = usual if end is None else dimensions(end)
            decades = math.log10(dims[-1]) if end is None else end
            depth = decades * slack_at(diagram, phase, point)
            reason = why_unseen(diagram, phase, quantity, law, point, decades=decades, depth=depth)
        shared = _shared(diagram, phase, point, dims)
        if reason is not None:
            yield Omission(quantity=quantity, kind=None, reason=reason, **shared)
            continue
        is_shorter = dims[-1] < usual[-1]
        least = LEAST_DEPTH_OF_SHORTER.get(quantity, LEAST_DEPTH) if is_shorter else LEAST_DEPTH
        check = partial(_check_of_law, diagram, phase, point, quantity, law, least=least)
        outcomes = list(check(rungs_at(dims)))
        undecided = {one.kind for one in outcomes if _is_undecided(one)}
        if undecided:
            more = [one for one in check(rungs_at(between(dims))) if one.kind in undecided]
            outcomes = [*(one for one in outcomes if one.kind not in undecided), *more]
        refuted = refuted or any(isinstance(one, Check) and one.verdict == "disagrees" for one in outcomes)
        for one in outcomes:
            # what is known to be off, or is without a value, is no better seen on a longer ladder
            if is_shorter and _is_undecided(one) and one.error <= ESTIMATES * one.tolerance:
                yield Omission(quantity=quantity, kind=one.kind, reason=words.SHORT_LADDER, **shared)
            else:
                yield one


def _is_undecided(one: Check | Omission) -> TypeGuard[Check]:
    return isinstance(one, Check) and one.verdict == "undecided"


def _check_of_law(
    diagram: PhaseDiagram,
    phase: Phase,
    point: Any,
    quantity: str,
    law: Law,
    rungs: _Rungs,
    *,
    least: float,
) -> Iterator[Check | Omission]:
    """The checks of one law on a ladder; constants from so many decades on."""
    shared, decades = _shared(diagram, phase, point, rungs.dims), math.log10(rungs.dims[-1])
    depth = decades * slack_at(diagram, phase, point)
    # its sums may end at a break; most do not, and then what is measured is decided
    depth_of_law = decades * slack_at(diagram, phase, point, law)
    depth_seen = min(depth_of_law, decades * slack_of_part(diagram, phase, quantity, point))
    least_of = {"exponent": -math.inf, "log_exponent": LEAST_DEPTH_OF_LOGARITHM}
    # by which factor the slowest correction shrinks from one dimension to the next
    slowest = 10.0 ** (-max(depth_of_law, 0.0) / len(rungs.dims))
    for kind, predicted, measured in _compared(diagram, law, point, quantity, rungs, slowest):
        enough = least_of.get(kind, least)
        if law.corrected is not None and kind != "exponent":
            enough = max(enough, LEAST_DEPTH_OF_SERIES)
        verdict = verdict_of(kind, predicted, *measured, is_deep=depth >= least)
        own = depth if kind == "exponent" or verdict != "undecided" else depth_seen
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


def _shared(diagram: PhaseDiagram, phase: Phase, point: Any, dims: Sequence[int]) -> dict[str, Any]:
    """What all rows of one ladder have in common."""
    return {**_row(diagram, phase), **_coordinates(point._asdict()), "dim": dims[-1]}


def _compared(
    diagram: PhaseDiagram, law: Law, point: Any, quantity: str, rungs: _Rungs, slowest: float
) -> Iterator[tuple[Kind, float, Limit]]:
    """What is compared of one law at one point: the kind, the number predicted, and what is measured."""
    try:
        exponent, log_exponent = _prediction(diagram, law, point)
    except ValueError:  # the root of a negative number
        yield _NO_VALUE
        return
    if math.isnan(exponent + log_exponent):  # no case that holds
        yield _NO_VALUE
        return
    variables, rounding = rungs.variables, rungs.rounding
    heights = [float(at["d"]) for at in variables]
    # what an estimator does not have, such as a threshold, is nothing at every size
    values = [of(quantity) or 0 for of in rungs.solutions]
    if law.expr == 0 or exponent == -math.inf or not all(values):
        plain = [float(value) for value in values]
        closed_form = -math.inf if law.expr == 0 else exponent
        yield "exponent", closed_form, extrapolated_exponent(heights, plain, log_exponent=log_exponent)
        return
    try:
        closed, power_law = lacks(diagram, law, point, variables, values)
    except InvalidArgument:
        yield _NO_VALUE
        return
    order = law.corrected_order if _is_series(law, variables[-1]) else None
    known: dict[str, Any] = {"order": order, "rounding": rounding, "slowest": slowest}
    constant, slope, log_slope = limits_of_ratio(heights, power_law, **known)
    if closed != power_law:  # its closed form and its power law differ: one of the two must be wrong
        other = limits_of_ratio(heights, closed, **known).constant
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
    if is_solved_as_declared(diagram):
        return solve_system(diagram.model, **values_at(diagram, point, dim)).__getitem__
    solution = solve(problem_at(diagram, point, dim), digits=digits)

    def quantity_of(name: str) -> Any:
        if name == "pruned_risk":
            return solution.pruned()
        return solution.decomposition[name] if name in PARTS else getattr(solution, name)

    return quantity_of


def _variables(diagram: PhaseDiagram, point: Any, dim: int) -> Mapping[str, Any]:
    """The physical variables of a solution, by the names that ``Law.evaluate`` has for them."""
    if is_solved_as_declared(diagram):
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
    network_of(diagram)
    log_dim = math.log(dim)

    def power(exponent: Any) -> float:
        return math.exp(float(exponent) * log_dim)

    noise_exponent = getattr(scale, "b", None)
    values = {
        "gamma": scale.gamma,
        "n_eff": power(scale.a),
        "d": dim,
        "weight_decay": None if diagram.estimator == "bayes" else power(scale.ell),
        "noise_variance": float(FIXED_NOISE) if noise_exponent is None else power(-noise_exponent),
        "width": None if diagram.width == "full" else power(scale.rho),
    }
    return problem_of(diagram, values)


def _prediction(diagram: PhaseDiagram, law: Law, point: Any) -> tuple[float, float]:
    """Exponent and power of the logarithm that a law predicts at a point."""
    exponent, log_exponent = exponents_at(diagram, (law.exponent, law.log_exponent), point)
    return exponent, log_exponent
