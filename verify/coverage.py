"""Do the phases of a diagram cover the exponents, each point once?

A derivation claims that its phases tile the space of exponents.  No solution at points inside the phases
can notice that one of them is missing, or that two claim the same points.  Points are drawn evenly in the
windows of a comparison, for every coordinate and parameter, and the phases that hold at each are counted:
one, but on boundaries, which are left out.

A phase knows under which inequalities its own balance holds.  Where a region reaches beyond them, as one
whose boundary has been moved does, its laws are to be compared: no point that is chosen deep inside of the
balance would lie there.  ``excluded`` finds such points; regions as derived have none.

Where one phase gives way to another a boundary of the diagram passes.  ``crossings`` finds such places on
the way from point to point, by bisection, and counts the boundaries there: one.

A diagram without boundaries is taken for a part of one, and claims nothing: with ``boundaries=()`` a single
phase is compared alone.

In this order: ``PhaseCount``, ``phase_counts``, ``excluded``, ``Crossing``, ``crossings``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, S, Symbol, lambdify

from asymptotics import PhaseDiagram
from asymptotics.algebra.polyhedra import EVERYWHERE, PARAMETERS
from asymptotics.expressions.point import name_of
from asymptotics.systems import system_of
from verify.limits import (
    DECAY_WINDOW,
    FIGURE_GAMMA,
    NOISE_WINDOW,
    OTHER_WINDOW,
    PARAMETER_WINDOWS,
    SAMPLES_WINDOW,
    SYSTEM_DECAY_WINDOW,
)

POINTS = 20_000
"""Points drawn in a diagram: a strip of a hundredth of the window is met, but for one case in 10^87."""

STEPS = 1009
"""Steps of the lattice of each coordinate on which they lie, a prime number: few lie on a boundary."""

WAYS = 4000
"""Ways from point to point on which crossings are sought; on a third to two thirds of them one is met."""

HALVINGS = 45
"""Of each way: what is left of it is beyond the digits of float64."""

ON_BOUNDARY = 1e-9
"""Distance to a boundary, in exponents, within which a point lies on it in float64."""

LEAST_JUMP = 1e-6
"""Of an exponent, at a place that is known to float64."""


@dataclass(frozen=True)
class PhaseCount:
    """How many phases hold at the points nearest to one of them, and where it is not one.

    Attributes:
        index: of the phase in the diagram.
        count: 1, or the first other count.
        place: where that is, by the names of the coordinates; empty if it is 1 everywhere.
    """

    index: int
    count: int
    place: Mapping[str, Fraction]


def phase_counts(diagram: PhaseDiagram, seed: int) -> list[PhaseCount]:
    """One count for each phase that comes nearest to a point, none for a part of a diagram.

    >>> from dataclasses import replace
    >>> from asymptotics import diagonal, phase_diagram
    >>> whole = phase_diagram(diagonal)
    >>> {count.count for count in phase_counts(whole, seed=0)}
    {1}
    >>> gap = replace(whole, phases=whole.phases[:-1])
    >>> {count.count for count in phase_counts(gap, seed=0)}
    {0, 1}
    """
    if not diagram.boundaries:
        return []
    names, lattice, points = _points(diagram, seed)
    depths = np.array([_depth([r.gts - r.lts for r in p.region.args], names, points) for p in diagram.phases])
    off_boundary = np.all(np.abs(depths) > ON_BOUNDARY, axis=0)
    counts, nearest = np.sum(depths > 0, axis=0), np.argmax(depths, axis=0)
    result = []
    for index in range(len(diagram.phases)):
        own = off_boundary & (nearest == index)
        wrong = np.flatnonzero(own & (counts != 1))
        if len(wrong):
            result.append(PhaseCount(index, int(counts[wrong[0]]), _place(names, lattice[wrong[0]], diagram)))
        elif own.any():
            result.append(PhaseCount(index, 1, {}))
    return result


def excluded(diagram: PhaseDiagram, seed: int) -> dict[int, Mapping[str, Fraction]]:
    """For each phase whose region holds points that its balance excludes, by index, the one furthest out.

    >>> from asymptotics import diagonal, phase_diagram
    >>> excluded(phase_diagram(diagonal), seed=0)
    {}
    """
    names, lattice, points = _points(diagram, seed)
    places: dict[int, Mapping[str, Fraction]] = {}
    for index, phase in enumerate(diagram.phases):
        inside = _depth([r.gts - r.lts for r in phase.region.args], names, points) > ON_BOUNDARY
        expression = phase.balance.scales.expression
        forms = [expression(form) for form in phase.balance.facets]
        held = np.where(
            inside, _depth([f for f in forms if f.free_symbols <= {*names}], names, points), np.inf
        )
        furthest = int(np.argmin(held))
        if held[furthest] < -ON_BOUNDARY:
            places[index] = _place(names, lattice[furthest], diagram)
    return places


@dataclass(frozen=True)
class Crossing:
    """Where one phase gives way to another, and how many boundaries of the diagram pass there.

    A boundary that says of itself that the exponent of the risk is continuous, where it jumps, or the other
    way round, does not count.

    Attributes:
        phases: the indices of the two in the diagram, in order.
        count: 1, or what the boundaries between these two make it at the first place where it is not.
        place: by the names of the coordinates, as near as float64 comes.
    """

    phases: tuple[int, int]
    count: int
    place: Mapping[str, Fraction]


def crossings(diagram: PhaseDiagram, seed: int) -> list[Crossing]:
    """One crossing for each two phases that meet on the ways followed, none for a part of a diagram.

    Places where a third phase ends, too, are left out, and those where the two leave a gap or overlap, which
    ``phase_counts`` finds.

    >>> from dataclasses import replace
    >>> from asymptotics import diagonal, phase_diagram
    >>> whole = phase_diagram(diagonal)
    >>> {crossing.count for crossing in crossings(whole, seed=0)}
    {1}
    >>> fewer = replace(whole, boundaries=whole.boundaries[:-1])
    >>> {crossing.count for crossing in crossings(fewer, seed=0)}
    {0, 1}
    """
    if not diagram.boundaries:
        return []
    names, met = _met_on_ways(diagram, seed)
    result = []
    for (first, second), places in sorted(met.items()):
        one, other = diagram.phases[first], diagram.phases[second]
        between = [
            b for b in diagram.boundaries if {p.region for p in b.phases} == {one.region, other.region}
        ]
        jump = _jump((one.risk.exponent, other.risk.exponent), names, places)
        passing = [
            (np.abs(_depth([b.relation.lhs - b.relation.rhs], names, list(places))) < ON_BOUNDARY)
            & ((jump < LEAST_JUMP) == b.continuous)
            for b in between
        ]
        counts = np.sum(passing, axis=0) if between else np.zeros(places.shape[1])
        wrong = np.flatnonzero(counts != 1)
        k = wrong[0] if len(wrong) else 0
        place = {name_of(name): Fraction(float(x)) for name, x in zip(names, places[:, k], strict=True)}
        result.append(Crossing((first, second), int(counts[k]), place if len(wrong) else {}))
    return result


Array = NDArray[np.float64]


def _jump(exponents: tuple[Expr, Expr], names: tuple[Symbol, ...], places: Array) -> Array:
    """By how much an exponent of one phase and that of another differ at each place."""
    elsewhere = {x for form in exponents for x in form.free_symbols} - {*names}  # on which no region depends
    at = dict.fromkeys(elsewhere, S(FIGURE_GAMMA.numerator) / FIGURE_GAMMA.denominator)
    with np.errstate(all="ignore"):
        one, other = _compiled(names, tuple(form.subs(at) for form in exponents))(*places)
    jump: Array = np.broadcast_to(np.where(one == other, 0.0, np.abs(one - other)), places.shape[1:])
    return jump


def _points(diagram: PhaseDiagram, seed: int) -> tuple[tuple[Symbol, ...], NDArray[np.int64], list[Array]]:
    """Coordinates and parameters, the places on their lattices of all points, and their values."""
    scales, system = diagram.phases[0].balance.scales, system_of(diagram.model)
    held = {symbol for phase in diagram.phases for symbol in phase.region.free_symbols}
    if system is not None:  # a part of its diagram may name none, and its laws hold them all the same
        held |= {*system.parameters}
    names = (*scales.exponents, *(p for p in PARAMETERS if p in held))
    lattice = np.random.default_rng(abs(seed)).integers(1, STEPS, size=(POINTS, len(names)))
    points = [
        float(low) + float(high - low) * lattice[:, k] / STEPS
        for k, (low, high) in enumerate(_window(diagram, name) for name in names)
    ]
    domain = [side for side in _domain(diagram) if side.free_symbols <= {*names}]
    inside = _depth(domain, names, points) > ON_BOUNDARY
    return names, lattice[inside], [values[inside] for values in points]


def _met_on_ways(diagram: PhaseDiagram, seed: int) -> tuple[tuple[Symbol, ...], dict[tuple[int, int], Array]]:
    """Coordinates and parameters; and for each two phases that meet the places found, each a column."""
    names, _, points = _points(diagram, seed)
    regions = [[r.gts - r.lts for r in phase.region.args] for phase in diagram.phases]

    def depths(at: Array) -> Array:
        return np.array([_depth(forms, names, list(at)) for forms in regions])

    stops = np.array(points)[:, : WAYS + 1]
    here, there = stops[:, :-1], stops[:, 1:]
    first = np.argmax(depths(here), axis=0)
    for _ in range(HALVINGS):
        middle = (here + there) / 2
        is_first = np.argmax(depths(middle), axis=0) == first
        here, there = np.where(is_first, middle, here), np.where(is_first, there, middle)
    second = np.argmax(depths(there), axis=0)
    near = np.sum(np.abs(depths(there)) < ON_BOUNDARY, axis=0)
    met: dict[tuple[int, int], list[Array]] = {}
    for k in np.flatnonzero((first != second) & (near == 2)):
        pair = sorted((int(first[k]), int(second[k])))
        met.setdefault((pair[0], pair[1]), []).append(there[:, k])
    return names, {pair: np.array(places).T for pair, places in met.items()}


def _window(diagram: PhaseDiagram, symbol: Symbol) -> tuple[Fraction, Fraction]:
    """Where a coordinate or a parameter is drawn."""
    if symbol in PARAMETERS:
        return PARAMETER_WINDOWS[name_of(symbol)]
    decays = DECAY_WINDOW if system_of(diagram.model) is None else SYSTEM_DECAY_WINDOW
    windows = {"a": SAMPLES_WINDOW, "ell": decays, "b": NOISE_WINDOW}
    return windows.get(symbol.name, OTHER_WINDOW)


def _domain(diagram: PhaseDiagram) -> list[Expr]:
    """What is positive wherever the model is defined."""
    scales, system = diagram.phases[0].balance.scales, system_of(diagram.model)
    box = EVERYWHERE if system is None else system.box
    sides = [end for p, (low, high) in zip(PARAMETERS, box, strict=False) for end in (p - low, high - p)]
    curved = list(getattr(box, "positive", ()))
    return [
        *(side for side in sides if side.is_finite is not False),
        *curved,
        *map(scales.expression, scales.window),
    ]


def _depth(forms: list[Expr], names: tuple[Symbol, ...], points: list[Array]) -> Array:
    """The least of several forms at each point: positive inside of all."""
    if not forms:
        return np.full(len(points[0]), np.inf)
    with np.errstate(all="ignore"):  # sides such as alpha/beta, on which no point counts
        values = _compiled(names, tuple(forms))(*points)
    depth: Array = np.min([np.broadcast_to(value, points[0].shape) for value in values], axis=0)
    return depth


@cache
def _compiled(names: tuple[Symbol, ...], forms: tuple[Expr, ...]) -> Any:
    return lambdify(names, list(forms), "numpy")


def _place(names: tuple[Symbol, ...], steps: NDArray[np.int64], diagram: PhaseDiagram) -> dict[str, Fraction]:
    """A point, exactly."""
    windows = (_window(diagram, name) for name in names)
    return {
        name_of(name): low + (high - low) * Fraction(int(step), STEPS)
        for name, step, (low, high) in zip(names, steps, windows, strict=True)
    }
