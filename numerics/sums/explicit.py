"""A target of any sizes: explicit numbers, a few or 10^5, instead of a power law.

`TargetSizes` is what a user gives: numbers >= 0, each at its exact value, in any order, fewer than the
dimension if the others are 0.  `ExplicitTarget` holds them in an arithmetic, as nodes of sums over the modes:
sizes that are equal are one node, whose weight is their number, and all zeros are one node.  So a flat target
of rank r in 10^30 dimensions has two nodes.  It answers the questions that `Target` answers for a power law
(`AnyTarget`); every size is a node of every view of the spectrum, next to its neighbours by differences.

Sums cost as much as there are different sizes.

In order: `TargetSizes`, `target_sizes`, `coarse_sizes`, `ExplicitTarget`, `explicit_target`, `AnyTarget`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, TypeAlias

import numpy as np

from numerics.arithmetic.checks import exact_number, is_number, require, shown
from numerics.arithmetic.precision import DOUBLE, Arithmetic, Number, to_fraction
from numerics.sums.symmetrised import Symmetrised
from numerics.sums.target import CoarseSums, Modes, Seen, Target

# Blocks of sizes next to each other in sums good to a few per cent, down to this fraction of the largest.
_COARSE, _SMALLEST = 96, 1e-12
# Different sizes from which on a problem with fewer is solved first.
_MANY = 256
# What an array of sizes must be.
SIZES = "a one-dimensional array of finite numbers >= 0, at least one of them > 0"
# Sizes shown of a target.
_SHOWN = 3


@dataclass(frozen=True, repr=False)
class TargetSizes:
    """The target's own sizes: standard deviations tau_i, or eigenvalues s_i, that are not 0.

    Made by `target_sizes`.  Two are equal if their numbers are, whatever their order and types.

    Attributes:
        sizes: the different ones, exact, in decreasing order.
        counts: how often each occurs.

    >>> sizes = target_sizes([0, 2, 1, 2.0])
    >>> sizes, len(sizes), sizes.counts
    (<3 sizes: 2, 2, 1>, 3, (2, 1))
    """

    sizes: tuple[Number, ...]
    counts: tuple[int, ...]
    _hash: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.sizes, self.counts)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        """Hashes of one process mean nothing in another."""
        return TargetSizes, (self.sizes, self.counts)

    def __len__(self) -> int:
        return sum(self.counts)

    def __iter__(self) -> Iterator[Number]:
        """All of them, in decreasing order."""
        for size, count in zip(self.sizes, self.counts, strict=True):
            for _ in range(count):
                yield size

    def with_zeros(self, dim: int) -> tuple[tuple[Number, ...], tuple[int, ...]]:
        """The different sizes of a target of that dimension, and how often each occurs."""
        rest = dim - len(self)
        return ((*self.sizes, 0), (*self.counts, rest)) if rest else (self.sizes, self.counts)

    def __repr__(self) -> str:
        first = [shown(size) for size, _ in zip(self, range(_SHOWN), strict=False)]
        rest = [] if len(self) <= _SHOWN else ["..."]
        return f"<{len(self)} size{'s' if len(self) > 1 else ''}: {', '.join(first + rest)}>"


def target_sizes(values: Any) -> TargetSizes:
    """The sizes in an array, a list or a tuple of numbers.

    Raises:
        InvalidProblem: they are none that a target can have.

    >>> target_sizes([1.0, float("nan")])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    numerics.InvalidProblem: target=[1.0, nan]: must be a one-dimensional array of finite numbers >= 0, ...
    """
    if isinstance(values, TargetSizes):
        return values
    numbers = _numbers(values)
    matrix = f"{SIZES}; of a matrix S its eigenvalues, numpy.linalg.eigvalsh(S).clip(0)"
    require(numbers is not None, "target", values, matrix if _is_matrix(values) else SIZES)
    assert numbers is not None
    negative = (
        f"{SIZES}: S = B B^T has no negative eigenvalue; those that rounding made so are 0, "
        "numpy.linalg.eigvalsh(S).clip(0)"
    )
    require(not numbers or min(numbers, key=_order(numbers)) >= 0, "target", values, negative)
    positive = sorted((number for number in numbers if number), key=_order(numbers), reverse=True)
    require(len(positive) > 0, "target", values, SIZES)
    groups = [(size, len(list(same))) for size, same in groupby(positive)]
    sizes, counts = zip(*groups, strict=True)
    return TargetSizes(sizes, counts)


def _is_matrix(values: Any) -> bool:
    """Whether it has rows: an array, or a list of lists."""
    if isinstance(values, list | tuple):
        return len(values) > 0 and isinstance(values[0], list | tuple | np.ndarray)
    return isinstance(values, np.ndarray) and values.ndim == 2


def _numbers(values: Any) -> list[Number] | None:
    """As a list of exact numbers; None if they are no array of such of one dimension."""
    if isinstance(values, list | tuple):
        if all(type(value) is float for value in values):
            return list(values) if np.isfinite(np.array(values)).all() else None
        return [exact_number("target", value) for value in values] if all(map(is_number, values)) else None
    if not (isinstance(values, np.ndarray) or hasattr(values, "__array__")):
        return None
    array = np.asarray(values)
    if array.ndim != 1:
        return None
    if array.dtype.kind in "iu" or (array.dtype.kind == "f" and array.dtype.itemsize <= 8):
        numbers: list[Number] = array.tolist()
        return numbers if np.isfinite(array).all() else None
    return _numbers(list(array)) if array.dtype.kind in "fO" else None


def _order(numbers: list[Number]) -> Any:
    """By value, also where numbers of different types don't compare exactly."""
    return float if all(type(number) is float for number in numbers) else to_fraction


@dataclass(frozen=True, eq=False)
class ExplicitTarget:
    """Different sizes in decreasing order, 0 among them if any is, and how many modes have each.

    Attributes:
        sizes: shape (nodes,).
        counts: shape (nodes,), in the same arithmetic.
        dim: number of modes d.
        arithmetic: of the sizes, and of sums over the modes.
        given: the sizes as they were given; None in other units.

    >>> target = explicit_target(target_sizes([2, 1, 2]), 5)
    >>> target.sizes.tolist(), target.counts.tolist(), float(target.mean_square)
    ([2.0, 1.0, 0.0], [2.0, 1.0, 2.0], 1.8)
    """

    sizes: Any
    counts: Any
    dim: int
    arithmetic: Arithmetic = DOUBLE
    given: TargetSizes | None = None

    @property
    def count(self) -> int:
        """Of different sizes."""
        return len(self.sizes)

    @property
    def scale(self) -> Any:
        """The largest size."""
        return self.sizes[0]

    @cached_property
    def modes(self) -> Modes:
        """The modes, for sums over them."""
        return Modes(self.sizes, self.counts, self.arithmetic.real(self.dim))

    @cached_property
    def coarse_modes(self) -> Modes:
        """The modes in float64, neighbours together, for means good to a few per cent."""
        sizes, counts = self.sizes.astype(float), self.counts.astype(float)
        if len(sizes) > _COARSE:
            first = _blocks(sizes)
            squares, counts = np.add.reduceat(sizes**2 * counts, first), np.add.reduceat(counts, first)
            sizes = np.sqrt(squares / counts)
        return Modes(sizes, counts, float(self.dim))

    @cached_property
    def coarse_sums(self) -> CoarseSums:
        """Means over the modes above a size and over those below, good to a few per cent."""
        modes = self.coarse_modes
        s, share = modes.sizes, modes.weights / modes.dim
        bounded = np.maximum(s, s[0] * 1e-100)
        edges = np.concatenate([[2 * s[0]], np.sqrt(bounded[1:] * bounded[:-1]), [bounded[-1] / 2]])
        means = np.zeros((4, len(edges)))
        means[:3, 1:] = np.cumsum([share, share / bounded, share / bounded**2], axis=1)
        means[3, :-1] = np.cumsum((share * s**2)[::-1])[::-1]
        return CoarseSums((-edges).tolist(), list(zip(*means.tolist(), strict=True)))

    @cached_property
    def mean_square(self) -> Any:
        """Mean square of the sizes: the error of an estimate that is 0."""
        return self.modes.mean(self.sizes**2)

    @cached_property
    def zero_fraction(self) -> Fraction:
        """Fraction of the modes whose size is 0."""
        return Fraction(self._count_of_last, self.dim) if self.sizes[-1] == 0 else Fraction(0)

    @cached_property
    def same_fraction(self) -> Fraction:
        """Probability that two modes, drawn one after the other and with replacement, have the same size."""
        return Fraction(sum(count * count for count in self.whole_counts), self.dim**2)

    @property
    def _count_of_last(self) -> int:
        return self.whole_counts[-1]

    @cached_property
    def whole_counts(self) -> list[int]:
        """The counts, exact: one may be longer than the arithmetic."""
        counts = [int(count) for count in self.counts[:-1]]
        return [*counts, self.dim - sum(counts)]

    @cached_property
    def _numbers(self) -> list[int]:
        """How many modes are as large as each size or larger."""
        return [int(total) for total in np.cumsum(np.array(self.whole_counts, dtype=object))]

    def rank(self, size: Any) -> int:
        """Number of different sizes above a size."""
        return int(np.sum(np.asarray(self.sizes > size, dtype=bool)))

    def modes_above(self, size: Any) -> int:
        """Number of modes above a size."""
        rank = self.rank(size)
        return self._numbers[rank - 1] if rank else 0

    def number_above(self, size: Any) -> Any:
        """The same, as a real number."""
        return self.arithmetic.real(self.modes_above(size))

    def place_after(self, number: int) -> int | None:
        """How many different sizes the largest ``number`` modes have; None if the next has the last of them.

        >>> target = explicit_target(target_sizes([2, 1, 2]), 5)
        >>> [target.place_after(number) for number in (1, 2, 3, 4)]
        [None, 1, 2, None]
        """
        place = int(np.searchsorted(np.array(self._numbers, dtype=object), number))
        return place + 1 if self._numbers[place] == number else None

    def size(self, number: Any) -> Any:
        """Size of the mode of that number, from 1 for the largest on, or of an array of them.

        In between, that of the next.
        """
        places = np.searchsorted(np.array(self._numbers, dtype=object), np.asarray(number, dtype=object))
        return self.sizes[np.minimum(places, self.count - 1)]

    @property
    def is_whole(self) -> bool:
        """Whether all sizes are nodes of every sum over the modes."""
        return True

    def is_dense(self, place: int) -> bool:
        """Whether sizes next to that one are known to lie close to each other."""
        return False

    def share_above(self, place: int) -> Any:
        """Fraction of the modes that have one of the ``place`` largest sizes."""
        return self.arithmetic.real(Fraction(self._numbers[place - 1], self.dim) if place else 0)

    def seen_after(self, place: int) -> Seen:
        """All sizes seen from the middle between two neighbours, after the ``place`` largest ones."""
        s = self.sizes
        if place == 0:
            nearest, step = 0, s[0]
        elif place == self.count:
            nearest, step = place - 1, -s[-1] / 2
        else:
            nearest, step = place, (s[place - 1] - s[place]) / 2
        return Seen(
            origin=s[nearest] + step,
            distances=(s[nearest] - s) + step,
            sizes=s,
            weights=self.counts / self.modes.dim,
            above=place,
        )

    def down_to_smallest(self, place: int, origin: Any) -> Any:
        """From where `seen_after` sees the sizes to the smallest one."""
        return self.seen_after(place).distances[-1]

    def largest(self, number: int) -> Any:
        """The sizes of the largest modes, shape (number,)."""
        return np.repeat(self.sizes, np.diff([0, *(min(n, number) for n in self._numbers)]))

    def resolvent_of_others(self, number: int) -> tuple[Any, Any]:
        """Means of 1/(s_i - s_j) and 1/(s_i - s_j)^2 over other sizes, at the largest modes i; in float64."""
        s, weights = self.sizes, self.counts / self.dim
        repeats = [count for count in np.diff([0, *(min(n, number) for n in self._numbers)]) if count]
        sums = np.zeros((2, len(repeats)))
        for place in range(len(repeats)):
            inverse = 1 / (s[place] - np.delete(s, place))
            others = np.delete(weights, place)
            sums[:, place] = others @ inverse, others @ (inverse * inverse)
        return np.repeat(sums[0], repeats), np.repeat(sums[1], repeats)

    def roundings(self, place: int) -> float:
        """How many roundings there are in a size: it is as given."""
        return 1.0

    def in_units(self, unit: Any) -> ExplicitTarget:
        """The same target with sizes measured in a unit, a power of 2; one object for each."""
        if unit not in self._in_units:
            self._in_units[unit] = _grouped(self.sizes / unit, self.counts, self.dim, self.arithmetic, None)
        return self._in_units[unit]

    @cached_property
    def _in_units(self) -> dict[Any, ExplicitTarget]:
        return {self.arithmetic.real(1): self}

    def in_arithmetic(self, arithmetic: Arithmetic) -> ExplicitTarget:
        """The same target in another arithmetic, to all its digits where the sizes are as given."""
        if arithmetic is self.arithmetic:
            return self
        return (
            self.rounded_to(arithmetic)
            if self.given is None
            else explicit_target(self.given, self.dim, arithmetic)
        )

    def rounded_to(self, arithmetic: Arithmetic) -> ExplicitTarget:
        """The sizes of this arithmetic, whatever was given, in another."""
        if arithmetic not in self._rounded:
            counts = arithmetic.array(self.whole_counts)
            sizes = arithmetic.array(self.sizes)
            self._rounded[arithmetic] = _grouped(sizes, counts, self.dim, arithmetic, self.given)
        return self._rounded[arithmetic]

    @cached_property
    def _rounded(self) -> dict[Arithmetic, ExplicitTarget]:
        return {self.arithmetic: self}

    def in_double(self) -> ExplicitTarget:
        """The same target in double precision."""
        return self.rounded_to(DOUBLE)


def _blocks(sizes: Any) -> Any:
    """Where blocks of neighbours begin, alike in the logarithm of the size; the smallest sizes are one."""
    lowest = max(sizes[sizes > 0].min(), sizes[0] * _SMALLEST)
    logs = np.log(np.maximum(sizes, lowest * 0.99))
    step = (logs[0] - logs[-1]) / _COARSE
    return np.unique(np.floor((logs[0] - logs) / step), return_index=True)[1]


def coarse_sizes(given: TargetSizes) -> TargetSizes | None:
    """Neighbours as one size, of the same mean square; None for a few sizes.

    >>> sizes = target_sizes(np.linspace(1, 2, 1000))
    >>> coarse = coarse_sizes(sizes)
    >>> len(coarse.sizes), len(coarse), coarse_sizes(coarse)
    (97, 1000, None)
    """
    if len(given.sizes) <= _MANY:
        return None
    sizes = DOUBLE.array(given.sizes)
    first = _blocks(sizes)
    counts = [sum(given.counts[a:b]) for a, b in zip(first, [*first[1:], None], strict=True)]
    squares = np.add.reduceat(sizes**2 * DOUBLE.array(given.counts), first)
    return TargetSizes(tuple(np.sqrt(squares / DOUBLE.array(counts)).tolist()), tuple(counts))


def _grouped(
    sizes: Any, counts: Any, dim: int, arithmetic: Arithmetic, given: TargetSizes | None
) -> ExplicitTarget:
    """With sizes that have become equal by rounding as one."""
    first = np.flatnonzero(np.append(True, np.asarray(sizes[1:] != sizes[:-1], dtype=bool)))
    if len(first) < len(sizes):
        sizes, counts = sizes[first], np.add.reduceat(counts, first)
    return ExplicitTarget(sizes, counts, dim, arithmetic, given)


@lru_cache(maxsize=32)
def explicit_target(given: TargetSizes, dim: int, arithmetic: Arithmetic = DOUBLE) -> ExplicitTarget:
    """The sizes, and zeros to make them ``dim``, in an arithmetic: one object for all problems with these.

    >>> target = explicit_target(target_sizes([2, 1]), 10**30)
    >>> target.count, target.modes_above(0), target.zero_fraction == 1 - Fraction(2, 10**30)
    (3, 2, True)
    """
    sizes, counts = given.with_zeros(dim)
    return _grouped(arithmetic.array(sizes), arithmetic.array(counts), dim, arithmetic, given)


AnyTarget: TypeAlias = Target | ExplicitTarget | Symmetrised
