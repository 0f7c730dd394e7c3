"""How many digits rounding leaves: of a sum, where a summand is a difference, and of what stands before sums.

A sum of positive terms loses no digits, but a summand may: of 1 - (1 - x)^2 in float64 none is left at
x = 1e-17.  So summands are formed again at some of the nodes, with so many more digits that none is lost.
Terms below the least normal number of float64 have lost digits, too, and 10^40 of them may be a sum of
10^-270: where a sum is so small, summands are formed again at all nodes with such terms.

A sum may lie below the range of float64, as one of exp(-10^10) does.  It is 0
there, and nothing is lost where nobody would see it.  What is multiplied by sums may lie there, too: of
d^-3.6 float64 has two digits at d = 10^90, though times a sum of 10^83 it is well in its range.

In this order: `rounding_error`, `LEAST`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import gmpy2
import numpy as np

from numerics.arithmetic.precision import DOUBLE, DOUBLE_BITS, Arithmetic, for_digits
from numerics.systems.equations import PositiveEquations, PositiveTerm
from numerics.systems.power_law_sums import Sizes, Summand

SAMPLES = 24
"""Nodes at which summands are formed again, on either side of a break."""

MORE_DIGITS = 120
"""How many more digits: as many as may cancel."""

LEAST = 2.0**-1022
"""The least normal number of float64."""

SAFETY = 10**6
"""Sums that end steeply are known up to such a factor."""

LEAST_OF_MANY_DIGITS = gmpy2.mpfr(2) ** -(2**29)
"""Of numbers with more digits, by far."""

InArithmetic: TypeAlias = Callable[[Arithmetic], PositiveEquations]
"""The equations in any arithmetic, to be asked for inside its ``working()``."""


def rounding_error(full: PositiveEquations, equations_in: InArithmetic, point: Any) -> float:
    """Largest relative error by rounding, of a sum inside of its summand, or of what is multiplied by sums.

    Summands are judged at some nodes.

    Args:
        full: the equations, in one arithmetic; inside its ``working()``.
        equations_in: the same in others.
        point: logarithms of the unknowns.
    """
    arithmetic = full.arithmetic
    places = range(len(full.sums))
    breaks, values = full.breaks_at(point, places), list(arithmetic.exp(point))
    samples = [_sampled(full, place, breaks.get(place, 0), values, point, breaks) for place in places]
    totals = full.totals(point[None, :], places, breaks)
    more = for_digits(math.ceil(arithmetic.digits), MORE_DIGITS)
    with more.working():
        exact, exact_values = equations_in(more), list(more.array(values))
        largest = _error_of_factors(full, exact, point, totals)
        below_range = _below_range(full, exact, point, totals, breaks)
        elsewhere = list(more.array([Fraction(k + 3, 7) for k in range(len(values))]))
        for place, (summed, sides) in enumerate(zip(exact.sums, samples, strict=True)):
            if place in below_range:
                continue
            for summand, (sizes, terms, weights) in zip((summed.above, summed.below), sides, strict=True):
                if summand is not None and len(sizes):
                    at = Sizes(more.array(sizes))
                    truth = np.broadcast_to(summand(at, exact_values), sizes.shape)
                    if any(np.atleast_1d(summand(at, elsewhere) != 0)):  # else it is 0 at all values
                        seen = _seen(summand, at.values, truth, exact_values)
                        largest = max(largest, _error_of_terms(terms[seen], truth[seen], weights[seen], more))
    return largest


def _error_of_factors(
    full: PositiveEquations, exact: PositiveEquations, point: Any, totals: Mapping[int, Any]
) -> float:
    """Largest relative error of a side of an equation, or of a quantity, with sums as they are."""
    at = _exact_point(full, exact, point)
    errors = [0.0]
    for terms, exact_terms in zip(_all_terms(full), _all_terms(exact), strict=True):
        value, truth = full.value(terms, point[None, :], totals)[0], exact.value(exact_terms, at, totals)[0]
        if not truth < LEAST:  # else it is nothing, in float64
            errors.append(float(abs(exact.arithmetic.real(value) / truth - 1)))
    # what is less than one rounding is that of the point itself, which is taken over by its logarithm
    largest = max(errors)
    return largest if largest > full.arithmetic.epsilon else 0.0


def _all_terms(equations: PositiveEquations) -> list[tuple[PositiveTerm, ...]]:
    """Of the sides of all equations, and of all quantities."""
    sides = [side for equation in equations.equations for side in ((equation.left,), equation.right)]
    return [*sides, *equations.quantities.values()]


def _exact_point(full: PositiveEquations, exact: PositiveEquations, point: Any) -> Any:
    """The logarithms of the unknowns as they are in the one arithmetic, in the other."""
    return exact.arithmetic.log(exact.arithmetic.array(list(full.arithmetic.exp(point))))[None, :]


def _seen(summand: Summand, sizes: Any, truth: Any, values: Any) -> Any:
    """Terms that are not 0 for being below the range even of many digits, as exp(-10^10) is."""
    seen = np.ones(len(sizes), dtype=bool)
    context = gmpy2.get_context()
    for place in np.flatnonzero(truth == 0):
        context.clear_flags()
        summand(Sizes(sizes[place : place + 1]), values)
        seen[place] = not context.underflow
    return seen


def _below_range(
    full: PositiveEquations,
    exact: PositiveEquations,
    point: Any,
    totals: Mapping[int, Any],
    breaks: Mapping[int, int],
) -> set[int]:
    """Places of sums below the range of numbers which nobody misses: neither an equation nor a quantity.

    How small they are more digits say, whose range is wider.
    """
    places = range(len(full.sums))
    is_double = full.arithmetic.bits <= DOUBLE_BITS
    least = exact.arithmetic.real(LEAST if is_double else LEAST_OF_MANY_DIGITS)
    if not any(np.all(totals[k] < least) for k in places):
        return set()
    at = _exact_point(full, exact, point)
    exact_totals, underflows = dict[int, Any](), set()
    for k in places:
        gmpy2.get_context().clear_flags()
        exact_totals |= exact.totals(at, [k], breaks)
        if gmpy2.get_context().underflow:
            underflows.add(k)
    # a 0 without underflow is a difference of which nothing is left
    is_small = {k: np.all(exact_totals[k] * SAFETY < least) for k in places}
    small = {k for k in places if is_small[k] and (k in underflows or np.all(exact_totals[k] != 0))}
    usual = {k: exact_totals[k] * (k not in small) for k in places}
    largest = {k: usual[k] + (exact_totals[k] * SAFETY if k in small else 0) for k in places}
    for terms in _all_terms(exact):
        value, bound = exact.value(terms, at, usual), exact.value(terms, at, largest)
        if np.any(
            (bound - value > exact.arithmetic.real(full.arithmetic.epsilon) * value) & ~(bound < LEAST)
        ):
            return set()
    return small


def _sampled(
    full: PositiveEquations, place: int, break_after: int, values: Any, point: Any, breaks: Mapping[int, int]
) -> Any:
    """For either side of the break of a sum: sizes at some nodes, terms there, and weights over the sum."""
    nodes = full.nodes(point, place, break_after)
    whole = full.totals(point[None, :], [place], breaks)[place][0]
    summed, count = full.sums[place], len(nodes.weights)
    split = len(nodes.above.values) if summed.above is not None else 0
    sizes = np.concatenate([nodes.above.values, nodes.below.values])
    # each term may be wrong by the least number, LEAST times epsilon
    is_tiny = full.arithmetic is DOUBLE and bool(whole < nodes.weights.sum() * LEAST)
    sides = []
    for part, summand in ((slice(split), summed.above), (slice(split, None), summed.below)):
        on_side = np.arange(len(sizes))[part]
        positions = np.unique(np.geomspace(1, max(1, len(on_side)), SAMPLES).astype(int) - 1)[: len(on_side)]
        at = on_side[positions]
        terms = sizes[at]
        if summand is not None and len(at):
            if is_tiny:
                of_all = np.broadcast_to(summand(Sizes(sizes[on_side]), values), on_side.shape)
                at = np.union1d(at, on_side[abs(of_all) < LEAST])
            terms = np.broadcast_to(summand(Sizes(sizes[at]), values), at.shape)
        sides.append((sizes[at], terms, nodes.weights[at] / whole * count))
    return sides


def _error_of_terms(terms: Any, truth: Any, weights: Any, arithmetic: Arithmetic) -> float:
    """Largest relative error of a term, by its share in the sum if that is small.

    A term of which not even many digits leave anything has lost them all.
    """
    errors = [0.0]
    for term, true, weight in zip(terms, truth, weights, strict=True):
        if true == 0:
            errors.append(1.0)
            continue
        share = min(1.0, float(abs(arithmetic.real(weight) * true)))
        errors.append(min(1.0, float(abs(arithmetic.real(term) / true - 1))) * share)
    return max(errors)
