r"""Do the laws of the weights' spectrum hold in each phase?

The trained weights are an atom at 0, a bulk of noise, and learned weights with a power-law tail
(``asymptotics.phases.spectrum``); at a solution their law is known exactly (``numerics.networks.spectrum``).
At a point deep inside a phase, on a ladder of dimensions, the ratios of these to their laws tend to 1:

    atom, mass_above        share of the weights that is 0, and that is not
    noise_weights           number of weights that noise makes
    learned_modes           number of those that are learned
    bulk_start, bulk_edge   the smallest and the largest weight that noise makes
    bulk_width              by how much they differ
    spikes                  the number of outliers, the whole part of that of the learned modes
    location, overlap       of the outlier in the middle of them: its place, and what it loses to noise
    largest_outlier         the place of the first
    smallest_outlier        the place of the last
    spacing                 a difference of the last few places
    tail                    number of weights beyond a point between both ends of the tail
    counting_function       the same, by the law that holds from the bulk on
    tail_exponent           of its fall, between two such points

Modes are whole: a number N of them, and what is made of it, is known to 1/N at best, which is the error
estimate of the numbers of weights.  All others approach their limits by powers of d, or of 1/log d where
noise has no edge, which `extrapolation` removes.  The last outlier lies between ``smallest_outlier`` and
``spacing`` above it, where depends on a whole number: this is the error estimate of its place.  The j-th from
the last on lies at e + c (j + f)^p, with f between 0 and 1 and p = 1 or 2, as places begin with the first or
the second power at the threshold: the p-th difference of the last p + 1 is p! c, whatever f is, and
``spacing`` is c.

By hand, phase II of the quadratic network: delta << kappa, so that a weight is s_i - kappa.  Beyond x lie
those with s_i > kappa + x, of which there are (sqrt(d)/(kappa + x))^(1/gamma).

In this order: `spectrum_checks`, `spots_of`, `spectrum_at`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, Literal, NamedTuple

import mpmath
import numpy as np
from hypothesis import strategies as st
from sympy import Expr, Float, S

from asymptotics import Law, Phase, PhaseDiagram, symbols
from asymptotics.balance.laws import NoSuchLaw
from asymptotics.expressions.checks import InvalidArgument
from asymptotics.expressions.point import VARIABLES
from asymptotics.phases.spectrum import SpectrumLaws, Spikes
from asymptotics.systems import system_of
from numerics import Solution
from numerics.networks.spectrum import Spectrum
from verify import strategies, words
from verify.checks.measured import (
    LeftOut,
    Measured,
    drawn,
    in_phase,
    in_turn,
    region_of,
    scaled_values,
    solution_at,
)
from verify.extrapolation import ROUNDING, Limit, limit_beyond_powers
from verify.ladder import QUICK, coordinates, dimensions, margin_at, reach, reach_of_width, slowest_on
from verify.limits import DECAY_WINDOW, SAMPLES_WINDOW
from verify.predictions import formal_difference
from verify.verdicts import COARSEST, verdict_of

POINTS = {"quick": 1, "full": 10}
"""Points in each phase."""

MOST_NARROW = 3
"""Points in each phase of a scaled width, where one takes seconds."""

MOST_QUICK = 1
"""Phases at one seed at quick effort."""

TRIES = 60
"""Points drawn, of which the deepest are taken."""

MARGIN = Fraction(1, 10)
"""Least slack of every inequality of the region at a point."""

STEPS = 6
"""Dimensions on a ladder."""

_FAR = 200
"""Decades of a dimension at which whole numbers are their powers of it."""

HIGHEST, ENOUGH = 45.0, 4.0
"""Decimal exponent at which a ladder ends, unless fewer decades than that are neglected there."""

DEPTH = 8.0
"""Decades to which terms are neglected among which the first point drawn is taken."""

FEW, MANY = 1.0, 3.9
"""Decades of the number of outliers on the ladder of their places: they are listed one by one."""

LEAST_DEPTH, LEAST_DEPTH_OF_LISTED = 3.0, 3.3
"""Decades to which terms are neglected where weights are counted, and where outliers are listed."""

EDGE_DECADES = 10.0
"""Decades up to which the edge of a bulk, or what it spans, lies below the noise: four digits are left."""

FLOAT64 = 1e-14
"""Relative error of the noise and of the threshold, of which an edge is the difference."""

SEEN = 1e-9
"""What an outlier loses to noise is known beside 1 if it is more than this, and so is the share of zeros."""

TAIL_ERROR = 1.5e-3
"""Share of the weights in a tail up to which whole numbers, and the start of the tail, may hide its law."""

LOST_TO_WHOLE = 5.0
"""By how much over the number of outliers a difference of the last depends on where they lie."""

LEVEL, LEVEL_POWER = 1e-6, 2
"""A slope of places that is less than this of their bend is none: they begin with this power then."""

IN_TAIL = (0.4, 0.5)
"""Where in a tail, on the logarithmic scale of its weights, these are counted."""

TAIL_SPARE = 5.0
"""Both errors in the tail are so many times smaller than their sum may be."""

SEEN_BESIDE = 1e-3
"""Share of all weights that are not 0 from which on those that noise makes are told from the learned ones."""

OF_TAIL = ("tail", "counting_function", "tail_exponent")
"""What is compared of the tail."""

OF_LISTED = ("spikes", "location", "largest_outlier", "smallest_outlier", "spacing", "overlap")
"""What is compared where outliers are listed."""

NO_VALUE = (InvalidArgument, ArithmeticError, TypeError, KeyError)
"""Laws have values all through their phase; those that a hand has altered may have none, or complex ones."""

NOT_MEASURED = Limit(math.nan, math.inf)

WITH_WHOLE = ("mass_above", "noise_weights", "learned_modes")
"""What a whole number of learned weights adds to."""

OF_ALL = ("atom", "mass_above", "noise_weights", "learned_modes", "bulk_start", "bulk_edge", "bulk_width")
"""What is compared of all weights."""

SIDES = {"diagonal": 2, "quadratic": 1, "attention": 1, "bilinear": 1}
"""A law that is even has weights of either sign; of the bilinear network these are singular values."""


@dataclass(frozen=True)
class Spot:
    """A point inside a phase, solved on a ladder.

    Attributes:
        diagram, phase: where it is.
        point: exact exponents.
        laws: of the spectrum there.
        dims: the ladder.
        are_listed: whether all outliers are few enough on it to be listed; they are compared there alone.
        furthest: decimal exponent of the largest dimension in reach.
        is_deep: whether all that is neglected is decades smaller at the end of the ladder.
        slowest: by which factor the largest neglected term shrinks from one dimension to the next.
        rounding: relative, of what is measured there.
    """

    diagram: PhaseDiagram = field(repr=False)
    phase: Phase = field(repr=False)
    point: Any
    laws: SpectrumLaws = field(repr=False)
    dims: tuple[int, ...]
    are_listed: bool = False
    furthest: float = 0.0
    is_deep: bool = True
    slowest: float = 1.0
    rounding: float = ROUNDING

    def values(self, dim: int) -> dict[str, Any]:
        """The physical variables at one dimension, by the names that ``Law.evaluate`` has for them."""
        return scaled_values(self.point, dim)


def spectrum_checks(
    diagram: PhaseDiagram, *, effort: Literal["quick", "full"] = "quick", seed: int = 0
) -> Iterator[Measured | LeftOut]:
    """What is compared of the spectrum in the phases of a trained network; what is left out.

    Args:
        diagram: of any model; of none but trained networks is there a spectrum.
        effort: "quick", one point in a phase, another one at each seed; or "full", ten in each phase, three
            of a scaled width.
        seed: of the points drawn.

    Raises:
        NotConverged: when an equation could not be solved.
    """
    is_trained = diagram.estimator == "erm" and system_of(diagram.model) is None
    if not is_trained or diagram.model.name not in SIDES:
        return
    count = len(diagram.phases)
    turn = range(count) if effort == "full" else in_turn(count, MOST_QUICK, seed)
    for k, phase in enumerate(diagram.phases):
        if k not in turn:
            yield _left_out(phase, "mass_above", words.ANOTHER_SEED)
            continue
        try:
            laws = phase.spectrum()
        except NoSuchLaw:
            yield _left_out(phase, "mass_above", words.NO_SPECTRUM)
            continue
        points = POINTS[effort] if diagram.width == "full" else min(POINTS[effort], MOST_NARROW)
        spots = spots_of(diagram, phase, laws, points, seed)
        for spot in spots:
            yield from spectrum_at(spot)
        if laws.spikes is not None and not any(spot.are_listed for spot in spots):
            yield from (_left_out(phase, name, words.SHALLOW_SPECTRUM) for name in OF_LISTED)


def _left_out(phase: Phase, quantity: str, reason: str) -> LeftOut:
    return LeftOut(phase.name, region_of(phase), quantity, "spectrum", reason)


def spots_of(diagram: PhaseDiagram, phase: Phase, laws: SpectrumLaws, count: int, seed: int) -> list[Spot]:
    """The deepest of points drawn, each with its ladder."""
    inside = strategies.scales(
        diagram,
        phase,
        gammas=st.integers(8, 20).map(lambda k: Fraction(k, 8)),
        margin=MARGIN,
        samples_window=SAMPLES_WINDOW,
        decay_window=DECAY_WINDOW,
    )
    points = [(point, *_reach(diagram, phase, laws, point)) for point in drawn(inside, TRIES + count, seed)]
    # where all modes are learned they are outliers, and are listed
    all_listed = laws.learned_modes.expr == symbols.d
    most = MANY if all_listed else math.inf
    deepest = sorted(points, key=lambda at: -min(at[1] * min(at[2], most), DEPTH))
    spots = []
    for point, gap, end, furthest in deepest[:count]:
        last = min(end, most)
        ladder = dimensions(last, start=0.5 if all_listed else last / 4, steps=STEPS)
        is_deep, slowest = gap * last >= LEAST_DEPTH, slowest_on(ladder, gap)
        rounding = max(ROUNDING, FLOAT64 * 10 ** (last * _power_lost(phase, laws, point)))
        spots.append(Spot(diagram, phase, point, laws, ladder, False, furthest, is_deep, slowest, rounding))
    if laws.spikes is not None:
        few = [(point, gap, _listed(laws, point, end)) for point, gap, end, _ in points]
        best = max(few, key=lambda at: at[1] * at[2][1], default=None)
        if best is not None and best[1] * best[2][1] >= LEAST_DEPTH_OF_LISTED:
            point, gap, (first, end) = best
            ladder = dimensions(end, start=first, steps=STEPS)
            spots.append(
                Spot(diagram, phase, point, laws, ladder, are_listed=True, slowest=slowest_on(ladder, gap))
            )
    return spots


def _reach(diagram: PhaseDiagram, phase: Phase, laws: SpectrumLaws, point: Any) -> tuple[float, float, float]:
    """By how small a power of d the largest neglected term is smaller, where the ladder ends, and could."""
    gap = margin_at(diagram, phase, point)
    if diagram.width == "scaled":
        furthest = reach_of_width(diagram, phase, point)
    else:
        furthest = float(reach(diagram, [phase], coordinates([point]), QUICK)[0])
    lost = _power_lost(phase, laws, point)
    seen = EDGE_DECADES / lost if lost > 0 else math.inf
    end = min(furthest, max(HIGHEST, ENOUGH / max(gap, 1 / HIGHEST)), seen)
    # with as many units as inputs the share of zeros takes half a minute there, next to the edge of the noise
    return gap, end, furthest if diagram.width == "scaled" else end


def _power_lost(phase: Phase, laws: SpectrumLaws, point: Any) -> float:
    """How fast digits of the edge of a bulk are lost: it is what a hard edge of the noise exceeds kappa by.

    A difference of delta and kappa has the fewer digits the smaller it is beside them, by this power of d.
    """
    delta, edge = _powers(point, phase.effective_noise, laws.bulk_edge)
    return max(delta, edge) - edge if edge > -math.inf else 0.0


def _powers(point: Any, *laws: Law) -> list[float]:
    return [float(law.exponent.subs(_exponents(point))) for law in laws]


def _listed(laws: SpectrumLaws, point: Any, end: float) -> tuple[float, float]:
    """Decimal exponents of the dimensions between which outliers are listed; none where the second is 0."""
    assert laws.spikes is not None
    number = laws.spikes.number
    (exponent,) = _powers(point, number)
    constant = float(mpmath.log10(number.evaluate(**scaled_values(point, 10**_FAR)))) - _FAR * exponent
    if exponent <= 0:
        return 0.0, 0.0
    first, last = ((decades - constant) / exponent for decades in (FEW, MANY))
    return (max(first, 0.3), min(last, end)) if first < 0.6 * min(last, end) else (0.0, 0.0)


def spectrum_at(spot: Spot) -> Iterator[Measured | LeftOut]:
    """What is compared at one point."""
    solutions = [solution_at(spot.diagram, spot.values(dim)) for dim in spot.dims]
    spectra = [solution.spectrum() for solution in solutions]
    try:
        if spot.are_listed:
            yield from _outliers(spot, solutions, spectra)
        else:
            if spot.laws.spikes is None:
                yield _measured(spot, "spikes", 0.0, Limit(float(len(spectra[-1].spikes) > 0), 0.0))
            yield from _shares(spot, solutions, spectra)
            yield from _tail(spot, solutions[-1], spectra[-1])
    except NO_VALUE:
        yield _measured(spot, "mass_above", 1.0, NOT_MEASURED)


def _shares(
    spot: Spot, solutions: Sequence[Solution], spectra: Sequence[Spectrum]
) -> Iterator[Measured | LeftOut]:
    """Atom, mass of what is not 0, and the edge of the bulk."""
    learned = [float(solution.learned_modes) for solution in solutions]
    sides = SIDES[spot.diagram.model.name]
    above = [sides * float(spectrum.mass_beyond(0.0)) for spectrum in spectra]
    weights = [dim * share for dim, share in zip(spot.dims, above, strict=True)]
    measured = {
        "atom": [spectrum.atom for spectrum in spectra],
        "mass_above": above,
        "noise_weights": [all_of_them - number for all_of_them, number in zip(weights, learned, strict=True)],
        "learned_modes": [*learned],
        "bulk_start": [spectrum.bulk_edges[0] for spectrum in spectra],
        "bulk_edge": [spectrum.bulk_edge for spectrum in spectra],
        "bulk_width": [spectrum.bulk_width for spectrum in spectra],
    }
    is_mixed = any(x < SEEN_BESIDE * y for x, y in zip(measured["noise_weights"], weights, strict=True))
    for quantity in OF_ALL:
        law: Law = getattr(spot.laws, quantity)
        values = measured[quantity]
        if law.expr == 0:
            count = float(_is_something(quantity, measured, weights[-1]))
            yield _measured(spot, quantity, 0.0, Limit(count, 0.0))
            continue
        if (
            spot.phase.risk.corrected is not None
            or law.corrected is not None
            or not spot.is_deep
            or (values[-1] and not all(values))
            or (quantity == "noise_weights" and is_mixed)
            or (quantity == "atom" and min(values) < SEEN)
        ):
            yield _left_out(spot.phase, quantity, words.SHALLOW_SPECTRUM)
            continue
        limit = _limit(spot, law, values) if values[-1] else Limit(0.0, 0.0)
        if quantity in WITH_WHOLE:
            limit = _whole(limit, learned[-1])
        yield _measured(spot, quantity, 1.0, limit)


def _is_something(quantity: str, measured: Mapping[str, Sequence[Any]], weights: float) -> bool:
    """Whether there is, after all, what a law says is nothing: a share of the weights, or an edge of noise.

    No weight is noise where its edge lies below the threshold, or where every weight is learned; of the
    learned ones, which are whole, the number of all weights differs by less than two.
    """
    learned, noise = (float(measured[name][-1]) for name in ("learned_modes", "noise_weights"))
    value = float(measured[quantity][-1])
    is_noise = noise > max(2.0, SEEN * learned)
    return {
        "atom": abs(value) > SEEN,
        "mass_above": weights >= 1,
        "learned_modes": learned >= 1,
        "noise_weights": is_noise,
        "bulk_start": value > 0,
    }.get(quantity, is_noise and value > 0)


def _limit(spot: Spot, law: Law, values: Sequence[Any]) -> Limit:
    """Limit of what is measured over a law: of its two forms that which is further from 1."""
    try:
        return _furthest(_beyond(spot, ratios) for ratios in _ratios(spot, law, values))
    except NO_VALUE:
        return NOT_MEASURED


def _beyond(spot: Spot, ratios: Sequence[float]) -> Limit:
    return limit_beyond_powers(ratios, rounding=spot.rounding, slowest=spot.slowest)


def _furthest(limits: Iterable[Limit]) -> Limit:
    return max(limits, key=lambda limit: abs(limit.value - 1))


def _ratios(spot: Spot, law: Law, values: Sequence[Any]) -> list[list[float]]:
    """What is measured over a law at each dimension: its closed form, and its power law if it is another."""
    laws = [law.evaluate(**spot.values(dim)) for dim in spot.dims]
    closed = [float(value / number) for value, number in zip(values, laws, strict=True)]
    formal = formal_difference(spot.diagram, law, spot.point)
    factors = [math.exp(formal(dim)) for dim in spot.dims]
    if all(factor == 1 for factor in factors):
        return [closed]
    return [closed, [ratio * factor for ratio, factor in zip(closed, factors, strict=True)]]


def _whole(limit: Limit, number: float) -> Limit:
    """A limit of what is made of so many whole modes, none of which is known better than to one of them."""
    return Limit(limit.value, limit.uncertainty + 1 / number if number >= 1 else limit.uncertainty)


def _tail(spot: Spot, solution: Solution, spectrum: Spectrum) -> Iterator[Measured | LeftOut]:
    """Number of weights beyond a point in the tail, and how fast it falls there.

    Where the tail is short the dimension is larger than any on the ladder, as one solution is enough.
    """
    if spot.laws.tail == 0:
        for name in OF_TAIL:
            is_wrong = getattr(spot.laws, name) != 0 or solution.learned_modes >= 1
            yield _measured(spot, name, 0.0, Limit(float(is_wrong), 0.0))
        return
    tail, dim = _tail_at(spot, spot.dims[-1], spectrum), _dimension_of_tail(spot)
    if tail is not None and tail.error > TAIL_ERROR and dim != tail.dim:
        tail = _tail_at(spot, dim, solution_at(spot.diagram, spot.values(dim)).spectrum())
    if tail is None:
        yield _measured(spot, "tail", 1.0, NOT_MEASURED)
    elif tail.error > TAIL_ERROR:
        yield from (_left_out(spot.phase, name, words.FEW_IN_TAIL) for name in OF_TAIL)
    else:
        yield from _laws_of_tail(spot, tail)


class _Tail(NamedTuple):
    """Weights in the tail at one dimension.

    Attributes:
        dim: the dimension.
        places: two points in the tail.
        numbers: of the weights beyond them.
        error: by which share of them whole numbers, and the start of the tail, may hide its law.
    """

    dim: int
    places: tuple[float, ...]
    numbers: tuple[float, ...]
    error: float


def _tail_at(spot: Spot, dim: int, spectrum: Spectrum) -> _Tail | None:
    """None where laws have no ends for the tail."""
    low, high = (law.evaluate(**spot.values(dim)) for law in spot.laws.tail_range)
    if not all(isinstance(end, mpmath.mpf) and end > 0 for end in (low, high)):
        return None
    # far above the first, and as many weights beyond as tell 1 %
    places = tuple(float(low * (high / low) ** share) for share in IN_TAIL)
    numbers = tuple(float(spectrum.mass_beyond(x)) * dim * SIDES[spot.diagram.model.name] for x in places)
    # two modes are between what is whole and the law; far above the start of the tail the rest is its share
    return _Tail(dim, places, numbers, 2 / max(min(numbers), 1.0) + 2 * float(low) / min(places))


def _laws_of_tail(spot: Spot, tail: _Tail) -> Iterator[Measured]:
    """Number of weights beyond the first place, by either law, and the exponent between both."""
    measured = partial(in_phase, spot.phase, spot.point, kind="spectrum", dim=tail.dim)
    (near, far), (number, fewer) = tail.places, tail.numbers
    for quantity in OF_TAIL[:2]:
        law = _number(getattr(spot.laws, quantity), spot.values(tail.dim), near)
        limit = Limit(number / law, tail.error) if law else NOT_MEASURED
        yield measured(quantity=quantity, predicted=1.0, limit=limit)
    over = math.log(far / near)
    limit = Limit(-math.log(fewer / number) / over, tail.error / over)
    predicted = _tail_exponent(spot)
    yield measured(quantity="tail_exponent", predicted=predicted, limit=limit)


def _tail_exponent(spot: Spot) -> float:
    return float(spot.laws.tail_exponent.subs(symbols.gamma, _exactly(spot.point.gamma)))


def _dimension_of_tail(spot: Spot) -> int:
    """The last of the ladder, or one in reach at which the tail is long and has weights enough."""
    low, high = _powers(spot.point, *spot.laws.tail_range)
    span = (high - low) * min(IN_TAIL[0], (1 - IN_TAIL[1]) * _tail_exponent(spot))
    needed = math.log10(TAIL_SPARE / TAIL_ERROR) / span if span > 0 else math.inf
    if math.log10(spot.dims[-1]) < needed <= spot.furthest:
        return dimensions(needed, steps=1)[-1]
    return spot.dims[-1]


def _outliers(
    spot: Spot, solutions: Sequence[Solution], spectra: Sequence[Spectrum]
) -> Iterator[Measured | LeftOut]:
    """Number of the outliers, and the place and overlap of that in the middle of them."""
    spikes = spot.laws.spikes
    assert spikes is not None
    if not all(spectrum.spikes for spectrum in spectra):
        yield _measured(spot, "spikes", 1.0, Limit(0.0, 0.0))
        return
    places, losses = [], []
    for dim, spectrum in zip(spot.dims, spectra, strict=True):
        values, listed = spot.values(dim), spectrum.spikes
        rank = max(1, len(listed) // 2)
        places.append(listed[rank - 1].location / _number(spikes.location, values, rank=rank))
        if spikes.overlap is not None:
            lost = 1 - _number(spikes.overlap, values, rank=rank)
            losses.append((1 - listed[rank - 1].overlap) / lost if lost > SEEN else 0.0)
    numbers = [len(spectrum.spikes) for spectrum in spectra]
    first, last = ([spectrum.spikes[k].location for spectrum in spectra] for k in (0, -1))
    yield _measured(spot, "spikes", 1.0, _last_of(spot, spikes.number, numbers, 1 / numbers[-1]))
    yield _measured(spot, "location", 1.0, _beyond(spot, places))
    yield _measured(spot, "largest_outlier", 1.0, _limit(spot, spikes.largest_outlier, first))
    yield _last_place(spot, spikes, last)
    if spikes.spacing.expr != 0:
        yield _spacing(spot, spikes, solutions, spectra)
    elif spikes.number.expr not in (symbols.d, symbols.width):  # else every mode or every unit makes one
        yield _measured(spot, "spacing", 0.0, Limit(1.0, 0.0))
    if losses and all(losses):
        yield _measured(spot, "overlap", 1.0, _beyond(spot, losses))
    elif spikes.overlap is not None:
        yield _left_out(spot.phase, "overlap", words.SHALLOW_SPECTRUM)


def _last_place(spot: Spot, spikes: Spikes, last: Sequence[float]) -> Measured | LeftOut:
    """The place of the last outlier, known to the spacing; to twice that where they come down to 0."""
    values = spot.values(spot.dims[-1])
    spacing, end = (law.evaluate(**values) for law in (spikes.spacing, spikes.smallest_outlier))
    if not end:
        return _measured(spot, "smallest_outlier", 0.0, Limit(float(last[-1] > 2 * spacing), 0.0))
    whole = abs(float(spacing / end))
    if whole > TAIL_ERROR:
        return _left_out(spot.phase, "smallest_outlier", words.WHOLE)
    return _whole_number(spot, "smallest_outlier", spikes.smallest_outlier, last, whole, words.WHOLE)


def _spacing(
    spot: Spot, spikes: Spikes, solutions: Sequence[Solution], spectra: Sequence[Spectrum]
) -> Measured | LeftOut:
    """A difference of the last places, which does not depend on how far the last is from the threshold.

    It is a multiple of delta, or of kappa, over a power of the number of outliers: these have laws of their
    own, which are compared apart, and are here as solved.
    """
    power, numbers = _power_at_threshold(spikes, spot.values(spot.dims[-1])), [len(s.spikes) for s in spectra]
    whole = LOST_TO_WHOLE / numbers[-1]
    if whole > TAIL_ERROR or min(numbers) <= power:
        return _left_out(spot.phase, "spacing", words.FEW_OUTLIERS)
    unit = "effective_noise" if power == LEVEL_POWER else "threshold"
    values = []
    for dim, solution, number, spectrum in zip(spot.dims, solutions, numbers, spectra, strict=True):
        at = spot.values(dim)
        last = np.diff([spike.location for spike in spectrum.spikes[-1 - power :]], power)
        more = number / spikes.number.evaluate(**at)
        larger = getattr(solution, unit) / getattr(spot.phase, unit).evaluate(**at)
        values.append(abs(float(last[0])) / math.factorial(power) * more**power / larger)
    return _whole_number(spot, "spacing", spikes.spacing, values, whole, words.FEW_OUTLIERS)


def _whole_number(
    spot: Spot, quantity: str, law: Law, values: Sequence[Any], whole: float, reason: str
) -> Measured | LeftOut:
    """What depends on whole numbers by so much; left out where that and what is left to go decide nothing.

    What is off by as much as must not get away is not left out.
    """
    limit = _last_of(spot, law, values, whole)
    is_open = verdict_of("spectrum", 1.0, *limit) == "undecided"
    if is_open and abs(limit.value - 1) <= COARSEST["spectrum"]:
        return _left_out(spot.phase, quantity, reason)
    return _measured(spot, quantity, 1.0, limit)


def _power_at_threshold(spikes: Spikes, values: Mapping[str, Any]) -> int:
    """The power with which places begin at the threshold: 2 where they are level there, else 1."""
    last = spikes.number.evaluate(**values)
    slope, bend = (
        abs(_number(spikes.location.diff(symbols.index, k), values, rank=last)) * last**k for k in (1, 2)
    )
    return LEVEL_POWER if slope < LEVEL * bend else 1


def _last_of(spot: Spot, law: Law, values: Sequence[Any], whole: float) -> Limit:
    """The last of what is not extrapolated, as it depends on whole numbers, by so much.

    To that is added what is left of a geometric sequence after its last step.
    """
    share_left = spot.slowest / (1 - spot.slowest)
    try:
        return _furthest(
            Limit(ratio, abs(ratio - before) * share_left + abs(whole))
            for *_, before, ratio in _ratios(spot, law, values)
        )
    except NO_VALUE:
        return NOT_MEASURED


def _exactly(x: Fraction) -> Expr:
    return S(x.numerator) / x.denominator


def _exponents(point: Any) -> dict[Expr, Expr]:
    return {getattr(symbols, name): _exactly(x or Fraction(0)) for name, x in point._asdict().items()}


def _number(
    expression: Expr, values: Mapping[str, Any], x: float | None = None, *, rank: Any = None
) -> float:
    """An expression in the physical variables, and in the weight x or the rank of an outlier."""
    known = {
        VARIABLES[name]: Float(mpmath.mpf(v), 30) if name != "gamma" else _exactly(v)
        for name, v in values.items()
    }
    known |= {} if rank is None else {symbols.index: S(rank)}
    known |= {} if x is None else {symbols.weight: Float(x, 30)}
    return float(S(expression).subs(known).evalf(20))


def _measured(spot: Spot, quantity: str, predicted: float, limit: Limit) -> Measured:
    return in_phase(spot.phase, spot.point, quantity, "spectrum", spot.dims[-1], predicted, limit)
