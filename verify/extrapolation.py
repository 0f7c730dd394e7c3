r"""Limits of large dimension, measured from a ladder of solutions, each with an error estimate.

On a ladder d_0 < d_1 < ... with a constant ratio every power of d is a geometric sequence.  So what a
solution, divided by its law, still lacks is a sum of geometric sequences,

    q_k = q + sum_j c_j rho_j^k,       rho_j = (d_1/d_0)^(-mu_j),

one for each power d^(-mu_j) by which a neglected term is smaller.  Wynn's epsilon algorithm (Wynn 1956: the
iterated transformation of Shanks),

    eps_{j+1}^(k) = eps_{j-1}^(k+1) + 1/(eps_j^(k+1) - eps_j^(k)),     eps_{-1} = 0, eps_0 = q,

removes m of them in column 2m, whatever the powers: `limit_beyond_powers`.  By hand, q_k = 1 + 2^-k: 2, 3/2,
5/4; eps_1 = -2, -4; eps_2 = 3/2 + 1/(-4 + 2) = 1.  (`mpmath.shanks` is the same table, but leaves out the
last of an even number of values and every value after two that agree; Levin's u-transformation and
Richardson's extrapolation, also there, remove corrections of other forms: of three geometric sequences they
leave 2e-3 and 0.2 where the table leaves 1e-11.)

Where noise has no edge, corrections are powers of 1/log d; the polynomial in 1/log d through the points
(Neville's table), taken at 0, removes one more in each column: `limit_beyond_logarithms`.

The last column is the answer, or the first that stands still up to rounding, and how far it moved, from the
entry above and from the column before, is the error estimate.  The sequence itself is the answer where its
own estimate is smaller, and the slowest correction is known to shrink by a factor rho from one dimension to
the next: if all steps have one sign, and each is at most r times the one before, what is left is at most
r/(1 - r) times the last, r not below rho.  So it is where few modes are learned, and each that is added
leaves its mark: such steps shrink, but are no geometric sequences.  (Among all columns the one that moved
least is so by luck: for sums of four geometric sequences its estimate is too small three times as often.)

Exponents: the local ones,

    e_k = log(q_{k+1}/q_k) / log(d_{k+1}/d_k),

of q = C d^e (log d)^m (1 + c d^{-mu} + ...), after division by the predicted (log d)^m, approach e with
errors in geometric progression: Aitken's transformation of the last three removes the leading one.  How far
it moves is the error estimate.  A quantity that is zero, or falls faster than any power, has exponent -oo.

A quantity divided by its law is compared in three ways (`limits_of_ratio`).  With y = log(q/law),

    exp(y)                                    approaches 1: the constant,
    (y_{k+1} - y_k)/(log d_{k+1} - log d_k)   approaches 0: what the exponent is off by,
    the same over log log d                   approaches 0: what the power of log d is off by.

All three are sums of geometric sequences where the ratio is, and series in 1/log d where it is.  Of these the
first power is known, and only two terms are removed: what is left of powers of d would grow with each more.

In this order: `extrapolated_exponent`, `limits_of_ratio`, `limit_beyond_powers`, `limit_beyond_logarithms`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from asymptotics.expressions.checks import NUMBER, is_number, require

VANISHING = -25.0
"""A local exponent this low, on dimensions beyond 10^6, is read as faster than any power of d."""

_TERMS = 2
"""Terms of a series in 1/log d that are removed from a ratio."""

_SHRINKING = 2 / 3
"""Steps that shrink by less bound what is left by more than twice the last: columns then tell more."""

_LARGEST_LOG = 300.0
"""A ratio this far from 1, in its logarithm, is as good as 0 or infinite."""

_LARGEST = 10**308

ROUNDING = 1e-9
"""Local exponents, and ratios to a law, may differ by this much from the rounding of solutions alone."""


class Limit(NamedTuple):
    """An extrapolated exponent or limit, and its error estimate; infinite where there is no limit."""

    value: float
    uncertainty: float


def extrapolated_exponent(
    dims: Sequence[float], values: Sequence[float], *, log_exponent: float = 0.0
) -> Limit:
    """Exponent of d in ``values``, extrapolated to infinite d.

    Args:
        dims: at least four dimensions in geometric progression.
        values: the quantity there, each zero or positive.
        log_exponent: power of log d to divide out first.

    Raises:
        InvalidArgument: when the ladder is too short, or a value is negative or not finite.

    >>> dims = [10.0**k for k in (6, 12, 18, 24)]
    >>> limit = extrapolated_exponent(dims, [d**0.4 * (1 + d**-0.1) for d in dims])
    >>> abs(limit.value - 0.4) < limit.uncertainty < 0.01
    True
    >>> extrapolated_exponent(dims, [0.0, 0.0, 0.0, 0.0]).value
    -inf
    """
    logs, heights = np.log(_dimensions(dims)), _at_least_four("values", values)
    _require_as_many(dims, values)
    require(bool(np.all(heights >= 0)), "values", values, "numbers >= 0")
    require(is_number(log_exponent), "log_exponent", log_exponent, NUMBER)
    if heights[-1] == 0:
        return Limit(-math.inf, 0.0)
    if not heights.all():
        return Limit(math.inf, math.inf)
    heights = np.log(heights) - float(log_exponent) * np.log(logs)
    local = np.diff(heights) / np.diff(logs)
    if local[-1] < VANISHING and np.all(np.diff(local) < 0):
        return Limit(-math.inf, 0.0)
    first, second, last = local[-3:]
    bend = (last - second) - (second - first)
    ratio = (last - second) / (second - first) if second != first else 0.0
    # Aitken's step is trusted only where the differences do shrink, and are not those of rounding
    shrinks = 0 < ratio < 1 and abs(last - second) > ROUNDING
    exponent = last - (last - second) ** 2 / bend if shrinks else last
    return Limit(float(exponent), float(abs(exponent - last) + abs(last - second)))


class RatioLimits(NamedTuple):
    """What a quantity over its law tends to, and what exponent and power of log d of the law are off by."""

    constant: Limit
    exponent: Limit
    log_exponent: Limit


def limits_of_ratio(
    dims: Sequence[float],
    logs: Sequence[float],
    *,
    order: int | None = None,
    rounding: float = ROUNDING,
    slowest: float = 1.0,
) -> RatioLimits:
    """Limits of a ratio to a law, and of its slopes in log d and in log log d.

    Args:
        dims: at least five dimensions in geometric progression.
        logs: the logarithm of the ratio there.
        order: where what is left is a series in 1/log d, its first power; None where it is one in powers
            of d.
        rounding: by how much ratios may differ from that of solutions alone.
        slowest: as in ``limit_beyond_powers``.

    Raises:
        InvalidArgument: when the ladder is too short, a logarithm is not finite, or another argument is none
            of these.

    A law that is 1 % too large, and one whose exponent is 0.02 too small:

    >>> dims = [10.0**k for k in (6, 12, 18, 24, 30)]
    >>> for factor, power in ((1 / 1.01, 0), (1, 0.02)):
    ...     ratios = [factor * d**power * (1 + d**-0.2) for d in dims]
    ...     limits = limits_of_ratio(dims, [math.log(r) for r in ratios])
    ...     print(f"{limits.constant.value:.4f} {limits.exponent.value:.4f}")
    0.9901 0.0000
    3.9811 0.0200
    """
    heights, x = _at_least_four("logs", logs), np.log(_dimensions(dims))
    _require_as_many(dims, logs)
    _require_rounding(rounding)
    is_power = order is None or (isinstance(order, int) and not isinstance(order, bool) and order > 0)
    require(is_power, "order", order, "None, or a positive integer")
    # slopes are added to 1: rounding is then relative to what it is of
    sequences = [
        np.exp(np.clip(heights, -_LARGEST_LOG, _LARGEST_LOG)),
        1 + np.diff(heights) / np.diff(x),
        1 + np.diff(heights) / np.diff(np.log(x)),
    ]
    if order is None:
        limits = [
            limit_beyond_powers([*sequence], rounding=rounding, slowest=slowest) for sequence in sequences
        ]
    else:
        middles = np.sqrt(x[1:] * x[:-1])
        series = zip((x, middles, middles), sequences, (order, order + 1, order), strict=True)
        limits = [
            _last_entry(_series_columns(1 / at, values, least), rounding) for at, values, least in series
        ]
    constant, *slopes = limits
    return RatioLimits(constant, *(Limit(slope.value - 1, slope.uncertainty) for slope in slopes))


def limit_beyond_powers(
    values: Sequence[float], *, rounding: float = ROUNDING, slowest: float = 1.0
) -> Limit:
    """Limit of a sequence that misses it by a sum of geometric sequences (Wynn's epsilon algorithm).

    Such are quantities on a ladder of dimensions in geometric progression, with corrections in powers of the
    dimension: seven values remove three of them.  A sequence whose last step is its largest has no limit that
    it shows; the error estimate is then infinite (the algorithm would sum the divergent series).  Corrections
    that fall like 1/log d are no such sums: the estimate is then too small, by an order of magnitude or more.

    Args:
        values: at least four, the last at the largest dimension.
        rounding: by how much they may differ from that of solutions alone, relative to the largest.
        slowest: by which factor the slowest correction shrinks from one to the next; 1 if that is not known.

    Raises:
        InvalidArgument: when there are fewer, one is not finite, the rounding is negative, or the factor not
            between 0 and 1.

    >>> limit = limit_beyond_powers([1 + 0.7**k - 0.4**k + 0.2**k for k in range(9)])
    >>> abs(limit.value - 1) < limit.uncertainty < 1e-3
    True
    """
    sequence = _at_least_four("values", values)
    _require_rounding(rounding)
    require(is_number(slowest) and 0 <= slowest <= 1, "slowest", slowest, "a number between 0 and 1")
    steps = np.abs(np.diff(sequence))
    if steps[-1] > rounding * np.max(np.abs(sequence)) and steps[-1] >= np.max(steps[:-1]):
        return Limit(float(sequence[-1]), math.inf)
    of_table = _last_entry(_epsilon_columns(sequence), rounding)
    of_steps = _bounded_by_steps(np.diff(sequence), sequence[-1], slowest)
    return min(of_table, of_steps, key=lambda limit: limit.uncertainty)


def limit_beyond_logarithms(dims: Sequence[float], values: Sequence[float]) -> Limit:
    """Limit at infinite d of a quantity with corrections in powers of 1/log d.

    Args:
        dims: at least four increasing dimensions above 1.
        values: the quantity there.

    Raises:
        InvalidArgument: when there are fewer, or a value is not finite.

    >>> dims = [10.0**k for k in (20, 40, 60, 80)]
    >>> limit = limit_beyond_logarithms(dims, [1 + 2/math.log(d) - 3/math.log(d)**2 for d in dims])
    >>> abs(limit.value - 1) < 1e-12
    True
    """
    sequence, heights = _at_least_four("values", values), _dimensions(dims)
    _require_as_many(dims, values)
    return _last_entry(_neville_columns(1 / np.log(heights), sequence), ROUNDING)


def _at_least_four(parameter: str, values: Any) -> NDArray[np.float64]:
    is_sequence = isinstance(values, Sequence | np.ndarray) and np.ndim(values) == 1
    are_numbers = is_sequence and len(values) >= 4 and all(map(is_number, values))
    in_range = are_numbers and all(abs(value) < _LARGEST for value in values)
    require(
        in_range, parameter, values, "a sequence of at least four finite numbers, in the range of float64"
    )
    return np.asarray([float(value) for value in values])


def _dimensions(dims: Any) -> NDArray[np.float64]:
    sequence = _at_least_four("dims", dims)
    require(bool(np.all(sequence > 1) and np.all(np.diff(sequence) > 0)), "dims", dims, "increasing, above 1")
    return sequence


def _require_rounding(rounding: Any) -> None:
    is_one = is_number(rounding) and rounding >= 0
    require(is_one, "rounding", rounding, "a number >= 0")


def _require_as_many(dims: Sequence[float], values: Sequence[float]) -> None:
    require(len(dims) == len(values), "values", values, f"as many as there are dims, {len(dims)}")


def _last_entry(columns: Iterator[NDArray[np.float64]], rounding: float) -> Limit:
    """That of the first column that stands still up to rounding, or else of the last with two entries."""
    limit, before = Limit(math.nan, math.inf), None
    for column in columns:
        if len(column) < 2:
            break
        steps = np.abs(np.diff(column[-3:]))
        if len(steps) > 1 and np.max(steps) <= rounding * abs(column[-1]):
            # of a series in 1/log d as many steps as there are entries are left: c/k after c/(k (k - 1))
            return Limit(float(column[-1]), float(np.max(steps)) * len(column))
        moved = steps[-1] if before is None else steps[-1] + abs(column[-1] - before[-1])
        limit, before = Limit(float(column[-1]), float(moved)), column
    return limit


def _bounded_by_steps(steps: NDArray[np.float64], last: float, slowest: float) -> Limit:
    """The last value, as far as what is left is bounded by steps of one sign that shrink.

    The first dimensions may be too small for that: the last three steps say how fast.
    """
    has_one_sign = bool(np.all(steps > 0) or np.all(steps < 0))
    shrink = max(slowest, float(np.max(steps[-2:] / steps[-3:-1]))) if has_one_sign else 1.0
    if shrink > _SHRINKING:
        return Limit(float(last), math.inf)
    return Limit(float(last), abs(float(steps[-1])) * max(1.0, shrink / (1 - shrink)))


def _epsilon_columns(sequence: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Columns 0, 2, 4, ... of Wynn's table."""
    before, column = np.zeros(len(sequence) + 1), sequence
    while True:
        yield column
        for _ in range(2):
            steps = np.diff(column)
            if not steps.all():  # two entries that agree: there is nothing left to remove
                return
            before, column = column, before[1:-1] + 1 / steps


def _series_columns(
    x: NDArray[np.float64], values: NDArray[np.float64], least: int
) -> Iterator[NDArray[np.float64]]:
    """Values at x = 0 of fits by 1, then also x**least, then also x**(least + 1), to neighbouring points."""
    for terms in range(_TERMS + 1):
        powers = [0, *range(least, least + terms)]
        windows = [slice(k, k + terms + 1) for k in range(len(values) - terms)]
        fits = [
            np.linalg.solve(x[w, None] ** powers / x[w][-1] ** np.array(powers), values[w]) for w in windows
        ]
        yield np.array([fit[0] for fit in fits])


def _neville_columns(x: NDArray[np.float64], values: NDArray[np.float64]) -> Iterator[NDArray[np.float64]]:
    """Values at x = 0 of the polynomials of degree 0, 1, 2, ... through neighbouring points."""
    column = values
    for degree in range(1, len(values) + 1):
        yield column
        near, far = x[degree:], x[:-degree]
        column = (far * column[1:] - near * column[:-1]) / (far - near)
