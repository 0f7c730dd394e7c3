r"""Sums over the modes of a power law of any summand, over finitely or infinitely many modes.

The modes have the sizes s_i = c i^-gamma, i = 1..N.  A summand is a function h(s; u) of the size and of
unknowns u, analytic in log s, or two such functions on either side of a size b(u).  Nodes and weights are
those of ``numerics.sums.mode_sums``: the cost does not depend on N.  What is added here:

*Infinitely many modes.*  Far below all scales a summand is a power of the index, F(i) ~ i^-p, p > 1, up to
terms smaller by powers of i.  Beyond a last index X what is left is, by Euler and Maclaurin,

    sum_{i > X} F(i) = int_{X+1/2}^oo F(x) dx + ... = (X + 1/2) F(X + 1/2)/(p - 1),

and p is read off F at X, X/2 and X/4; how far its two values differ bounds the error.  X lies where sizes are
far below the scale T(u) of the summand, and grows until the error is small: however slowly the sum converges,
X is set by how fast F becomes a power, not by p - 1.  By hand, F = 1/(i + i^2), p = 2: at X = 10^10 the
integral is X^-1, and the next term, X^-2/2, is lost in 1/X.

*A break.*  The modes above b are i <= M = floor((c/b)^(1/gamma)), a whole number that moves with u: modes are
sharp, and the sum is not continuous in u if h is not at s = b.  The caller may hold M fixed.

*Rough sums*, of blocks of modes in geometric progression, in float64, continuous in u and for many u at once:
for first guesses.

In this order: `Sizes`, `Modes`, `ModeSum`, `Rule`, `SumNodes`, `nodes_of`, `nodes_at`, `number_above`,
`total`, `rough_totals`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

import gmpy2
import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, DOUBLE_BITS, Arithmetic, Number, to_fraction
from numerics.sums.mode_sums import coarse_nodes, mode_nodes

DECADES_OF_DOUBLE = 70
"""How far down sizes go in float64: their fourth powers are still numbers."""

DECADES_OF_GUESSES = 150
"""The same for first guesses, which look for unknowns as far down (`search.REACH`): few powers overflow."""

DECADES_BELOW = 0.6
"""Decades of sizes below the scale of a summand for each digit, with which a sum over all modes begins."""

MOST_EXTENSIONS = 8
"""How often as many are added."""

STEP = 4
"""Ranges end at powers of ten with multiples of this, so that nodes are found again."""

COARSE_HEAD = 4
"""Modes that rough sums add one by one."""

Values: TypeAlias = Sequence[Any]
"""Those of the unknowns, in order: scalars, or arrays with a last axis for the modes."""


@dataclass(frozen=True, eq=False)
class Sizes:
    """Sizes of modes at nodes; their powers are computed once."""

    values: Any
    _powers: dict[Any, Any] = field(default_factory=dict)

    def power(self, exponent: Any) -> Any:
        """``values**exponent``."""
        if exponent not in self._powers:
            self._powers[exponent] = self.values**exponent
        return self._powers[exponent]


Summand: TypeAlias = Callable[[Sizes, Values], Any]


@dataclass(frozen=True)
class Modes:
    """The sizes ``amplitude * i**-decay``, i = 1..number; infinitely many if that is None."""

    amplitude: Number
    decay: Number
    number: int | None = None


@dataclass(frozen=True, eq=False)
class ModeSum:
    """A sum over modes.

    Attributes:
        below: the summand at sizes below the break, or at all.
        above: the summand above it; None without a break.
        break_size: b, from the values of the unknowns.
        scale: T, below which the summand is nearly a power, up to a factor of order one, likewise; None if it
            is one at all sizes.
        name: what messages call it.
    """

    below: Summand
    above: Summand | None = None
    break_size: Callable[[Values], Any] | None = None
    scale: Callable[[Values], Any] | None = None
    name: str = "the sum"


@dataclass(frozen=True)
class Rule:
    """How accurately sums are integrated between their explicit terms.

    Attributes:
        digits_of: the arithmetic whose digits are wanted.  A summand in which digits cancel is formed in more
            of them, at nodes that need no more.
        refinement: how many times panels are shorter than usual.
    """

    digits_of: Arithmetic = DOUBLE
    refinement: int = 1


USUAL = Rule()


@dataclass(frozen=True, eq=False)
class SumNodes:
    """Nodes of a sum, those of i <= M first.

    Attributes:
        sizes: at all of them; with infinitely many modes the last three are X, X/2 and X/4, with weight 0.
        weights: of all.
        above, below: sizes of the modes up to M, and beyond.
        end: X + 1/2; None of finitely many modes.
    """

    weights: Any
    above: Sizes
    below: Sizes
    end: Any


@lru_cache(maxsize=256)
def nodes_of(
    modes: Modes, arithmetic: Arithmetic, rule: Rule, break_after: int = 0, magnitude: int = 0
) -> SumNodes:
    """Nodes and weights, to be asked for inside ``arithmetic.working()``.

    Args:
        modes: what is summed over.
        arithmetic: of the sizes.
        rule: of the nodes.
        break_after: M.
        magnitude: X = 10**magnitude, where there are infinitely many modes.
    """
    last = modes.number if modes.number is not None else 10**magnitude
    break_after = min(break_after, last)
    steepness = to_fraction(modes.decay) * rule.refinement
    with rule.digits_of.working():
        nodes = mode_nodes(last, steepness, break_after, rule.digits_of)
    indices, weights = nodes.indices, nodes.weights
    if rule.digits_of is not arithmetic:
        indices, weights = arithmetic.array(indices), arithmetic.array(weights)
    end = None
    if modes.number is None:
        end = arithmetic.real(Fraction(2 * last + 1, 2))
        indices = np.append(indices, arithmetic.array([1, Fraction(1, 2), Fraction(1, 4)]) * end)
        weights = np.append(weights, arithmetic.array([0, 0, 0]))
    sizes = arithmetic.real(modes.amplitude) * indices ** (-arithmetic.real(modes.decay))
    return SumNodes(weights, Sizes(sizes[: nodes.learned]), Sizes(sizes[nodes.learned :]), end)


def _magnitudes(
    summed: ModeSum, modes: Modes, values: Values, arithmetic: Arithmetic, rule: Rule, break_after: int
) -> Iterator[int]:
    """How many digits X has, more and more."""
    decay, scale = float(modes.decay), 0.0
    if summed.scale is not None:
        ratios = arithmetic.log(np.ravel(summed.scale(values)) / arithmetic.real(modes.amplitude))
        scale = max(0.0, *(-float(x) / math.log(10) for x in ratios if bool(arithmetic.is_finite(x))), 0.0)
    more = DECADES_BELOW * rule.digits_of.digits
    last = 0
    for extension in range(1, MOST_EXTENSIONS + 1):
        decades = scale + extension * more
        if arithmetic.bits <= DOUBLE_BITS:
            decades = min(decades, DECADES_OF_DOUBLE)
        magnitude = STEP * math.ceil(decades / decay / STEP)
        if decades - scale > more / 2 and magnitude > last and 10**magnitude > 8 * break_after:
            yield magnitude
            last = magnitude


def nodes_at(
    summed: ModeSum,
    modes: Modes,
    values: Values,
    arithmetic: Arithmetic,
    rule: Rule,
    break_after: int = 0,
) -> SumNodes:
    """The nodes with which `total` begins; its arguments."""
    magnitude = 0
    if modes.number is None:
        magnitude = next(_magnitudes(summed, modes, values, arithmetic, rule, break_after), 0)
    return nodes_of(modes, arithmetic, rule, break_after, magnitude)


def number_above(modes: Modes, size: Any, arithmetic: Arithmetic) -> int:
    """M, how many modes are larger than a size.

    >>> number_above(Modes(1, 1), 0.3, DOUBLE)
    3
    """
    if not bool(arithmetic.is_finite(size)) or not size > 0:
        raise NotConverged(f"a break of a sum over modes lies at the size {size}")
    crossing = arithmetic.exp(
        arithmetic.log(arithmetic.real(modes.amplitude) / size) / arithmetic.real(modes.decay)
    )
    if not bool(arithmetic.is_finite(crossing)):
        raise NotConverged("a break of a sum over modes is out of range")
    whole = int(gmpy2.floor(crossing)) if arithmetic.bits > DOUBLE_BITS else math.floor(crossing)
    return whole if modes.number is None else min(whole, modes.number)


def total(
    summed: ModeSum,
    modes: Modes,
    values: Values,
    arithmetic: Arithmetic,
    rule: Rule,
    break_after: int = 0,
) -> Any:
    """The sum, at one or more points of the unknowns.

    Args:
        summed: what is summed.
        modes: what is summed over.
        values: of the unknowns, each of shape (points, 1).
        arithmetic: of all numbers; inside its ``working()``.
        rule: of the nodes.
        break_after: M, the same for all points.

    Returns:
        An array of shape (points,).

    Raises:
        NotConverged: a sum over infinitely many modes diverges, or its summand has not become a power where
            its range ends.

    >>> basel = ModeSum(lambda sizes, values: sizes.values**2)
    >>> with DOUBLE.working():
    ...     at_one = total(basel, Modes(1, 1), [], DOUBLE, Rule())
    >>> bool(abs(at_one[0] - math.pi**2 / 6) < 1e-15)
    True
    """
    if modes.number is not None:
        nodes = nodes_of(modes, arithmetic, rule, break_after)
        return _terms(summed, nodes, values) @ nodes.weights
    for magnitude in _magnitudes(summed, modes, values, arithmetic, rule, break_after):
        nodes = nodes_of(modes, arithmetic, rule, break_after, magnitude)
        terms = _terms(summed, nodes, values)
        tail, error = _tail(terms, nodes.end, arithmetic)
        whole = terms @ nodes.weights + tail
        within = error <= abs(whole) * arithmetic.real(rule.digits_of.epsilon) * 64
        # what is not finite is judged by the caller, and no better further on
        if bool(np.all(within | ~arithmetic.is_finite(whole) | ~arithmetic.is_finite(error))):
            _require_convergent(summed, terms)
            return whole
    raise NotConverged(
        f"{summed.name} over infinitely many modes: its summand has not become a power of the index where "
        f"the range of numbers of {arithmetic.digits:.0f} digits ends"
    )


def _terms(summed: ModeSum, nodes: SumNodes, values: Values) -> Any:
    """The summand at all nodes, of shape (points, nodes)."""
    points = max([1, *(np.shape(value)[0] for value in values if np.ndim(value) == 2)])
    parts = []
    for summand, sizes in ((summed.above or summed.below, nodes.above), (summed.below, nodes.below)):
        shape = (points, len(sizes.values))
        parts.append(np.broadcast_to(summand(sizes, values), shape) if shape[1] else np.empty(shape))
    return parts[1] if not parts[0].shape[1] else np.concatenate(parts, axis=1)


def _tail(terms: Any, end: Any, arithmetic: Arithmetic) -> tuple[Any, Any]:
    """What lies beyond X, and its error, at each point."""
    nothing = terms[:, -3] == 0  # as of a sum over the modes above a break
    at_end, half, quarter = (np.where(nothing, arithmetic.real(1), terms[:, k]) for k in (-3, -2, -1))
    two = arithmetic.log(arithmetic.real(2))
    power = arithmetic.log(half / at_end) / two
    before = arithmetic.log(quarter / half) / two
    excess = np.where(power > 1, power - 1, arithmetic.real(1))
    tail = np.where(nothing, at_end * 0, at_end * end / excess)
    error = abs(tail * (power - before) * (1 + 1 / excess))
    return tail, error


def _require_convergent(summed: ModeSum, terms: Any) -> None:
    """Refuse terms that do not fall faster than 1/i."""
    left = terms[terms[:, -3] != 0]
    ratio = np.asarray(left[:, -2] / left[:, -3], dtype=float)
    falling = (ratio > 2 * (1 + 1e-9)) | ~np.isfinite(ratio)
    if not falling.all():
        power = math.log2(max(float(ratio[~falling][0]), 1e-300))
        raise NotConverged(
            f"{summed.name} over infinitely many modes diverges: its terms fall as i^-{power:.4g}"
        )


def rough_totals(summed: ModeSum, modes: Modes, values: Values, head: int = COARSE_HEAD) -> Any:
    """The sum in float64, continuous in the unknowns; as `total` otherwise.

    With ``head`` modes added one by one it is right to some (4/head)^2/10: ten per cent, if they are 4.

    >>> lowest = ModeSum(lambda sizes, values: sizes.values**2)
    >>> float(rough_totals(lowest, Modes(1, 1), [])[0]) > 1.4
    True
    """
    indices, weights, sizes = _rough_nodes(modes, head)
    points = max([1, *(np.shape(value)[0] for value in values if np.ndim(value) == 2)])
    shape = (points, len(indices))
    if summed.above is None or summed.break_size is None:
        return np.broadcast_to(summed.below(sizes, values), shape) @ weights
    size = np.broadcast_to(np.asarray(summed.break_size(values), dtype=float), (points, 1))
    crossing = (float(modes.amplitude) / size) ** (1 / float(modes.decay)) + 0.5
    starts = np.cumsum(weights) - weights + 0.5
    share = np.clip((crossing - starts) / weights, 0, 1)
    # each function on its own side alone: it may have no value on the other
    above = summed.above(Sizes(np.maximum(sizes.values, size)), values)
    below = summed.below(Sizes(np.minimum(sizes.values, size)), values)
    parts = np.where(share > 0, share * above, 0) + np.where(share < 1, (1 - share) * below, 0)
    return np.broadcast_to(parts, shape) @ weights


@lru_cache(maxsize=64)
def _rough_nodes(modes: Modes, head: int) -> tuple[Any, Any, Sizes]:
    last = modes.number
    if last is None:
        last = 10 ** min(math.ceil(DECADES_OF_GUESSES / float(modes.decay)), 2 * DECADES_OF_GUESSES)
    indices, weights = coarse_nodes(last, head)
    return indices, weights, Sizes(float(modes.amplitude) * indices ** -float(modes.decay))
