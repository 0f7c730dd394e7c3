r"""The diagonal network's scalar functions in ball arithmetic, at a cost independent of the dimension.

With Q(u) = erfc(u/sqrt(2))/2, phi the normal density, sigma^2 = tau^2 + delta^2 and u = kappa/sigma, one mode
contributes (arXiv:2509.24882; cancellation only widens a ball)

    e_i = tau^2 - 4 tau^2 Q + 2 sigma^2 [(1 + u^2) Q - u phi],        D_i = 2 Q,

    de_i/dkappa = 4 (kappa Q - delta^2 phi/sigma),                    dD_i/dkappa = -2 phi/sigma,
    de_i/d(delta^2) = 2 Q - 2 tau^2 u phi/sigma^2,                    dD_i/d(delta^2) = u phi/sigma^2.

*Sums over modes.*  The first modes are added one by one, the others block by block.  In a block of integers
around its middle m,

    sum F(i) = sum_{k < K} F^(k)(m)/k! sum (i - m)^k + R,    |R| <= max |F^(K)|/K! sum |i - m|^K,

with Taylor coefficients by arithmetic of power series, at m for the sum, and at a ball that covers the block
for the remainder.  Blocks grow with m; K and their number per decade do not.

Functions, in order: `system`, `functions_of`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

import flint

from numerics.arithmetic.precision import to_fraction
from numerics.certified.balls import Ball, Box, Functions, System, exact
from numerics.problem import Problem
from numerics.solution import Solution
from numerics.sums.explicit import TargetSizes
from numerics.sums.sparse_sums import centred_moments

# Squared size of a mode -> its contributions.
OneMode: TypeAlias = Callable[[Any], tuple[Any, ...]]

# Number of different sizes up to which a proof is feasible; None for any.
LARGEST = None
# A block reaches this far from its middle m, as a fraction of m/gamma; 1/sigma is singular at pi/(2 gamma) m.
_REACH = Fraction(1, 16)
# Terms of the series per bit: blocks that are too long for that are cut in halves.
_TERMS_PER_BIT = 0.25
_SHORTEST_BLOCK = 8


@dataclass(frozen=True)
class _Block:
    """Consecutive integers i, as their middle m = first + (count - 1)/2.

    Attributes:
        first: the first.
        count: how many.
    """

    first: int
    count: int


def system(problem: Problem, solution: Solution) -> System:
    """The problem in the coordinates delta^2 and kappa."""
    noise, threshold = to_fraction(solution.effective_noise), to_fraction(solution.threshold)
    return System(lambda bits: functions_of(problem, bits), (noise * noise, threshold))


def functions_of(problem: Problem, bits: int) -> Callable[[Box], Functions]:
    """Scalar functions in the coordinates delta^2 and kappa; to be used in ``flint_bits(bits)``."""
    sums, dim = _sums(problem, bits), flint.arb(problem.dim)

    def functions(box: Box) -> Functions:
        noise2, threshold = box

        def one_mode(size2: Any) -> tuple[Any, ...]:
            width2 = size2 + noise2
            inverse = 1 / width2.sqrt()
            u = threshold * inverse
            tail = (u * _half_root()).erfc() / 2
            bell = (u * u * (flint.arb(-1) / 2)).exp() / (2 * flint.arb.pi()).sqrt()
            error = size2 - 4 * size2 * tail + 2 * width2 * ((1 + u * u) * tail - u * bell)
            slope = u * bell * inverse * inverse
            return (
                error,
                2 * tail,
                2 * tail - 2 * size2 * slope,
                4 * (threshold * tail - noise2 * bell * inverse),
                slope,
                -2 * bell * inverse,
            )

        error, freedom, *slopes = (total / dim for total in sums(one_mode))
        one, zero = flint.arb(1), flint.arb(0)
        pairs = ((one, zero), (zero, one), (slopes[0], slopes[1]), (slopes[2], slopes[3]))
        return Functions(noise2, threshold, error, freedom, pairs)

    return functions


def _sums(problem: Problem, bits: int) -> Callable[[OneMode], Sequence[Ball]]:
    """Sums over the modes of functions of the squared size: one by one, or block by block of a power law."""
    if isinstance(problem.target, TargetSizes):
        sizes, counts = problem.target.with_zeros(problem.dim)
        squares = [exact(to_fraction(size) ** 2) for size in sizes]

        def one_by_one(one_mode: OneMode) -> Sequence[Ball]:
            values = zip(*(one_mode(size2) for size2 in squares), strict=True)
            return [sum((n * x for n, x in zip(counts, row, strict=True)), flint.arb(0)) for row in values]

        return one_by_one
    gamma, dim = exact(to_fraction(problem.gamma)), flint.arb(problem.dim)
    blocks = _blocks(problem.dim, to_fraction(problem.gamma))
    terms = 2 * math.ceil(_TERMS_PER_BIT * bits / 2)

    def power(index: Any) -> Any:
        return (-2 * gamma * index.log()).exp()

    scale2 = dim
    if problem.target == "unit":
        scale2 = dim / _sum(lambda index: (power(index),), blocks, terms)[0]
    return lambda one_mode: _sum(lambda index: one_mode(scale2 * power(index)), blocks, terms)


def _half_root() -> Ball:
    return 1 / flint.arb(2).sqrt()


def _blocks(dim: int, decay: Fraction) -> tuple[_Block, ...]:
    blocks, first = [], 1
    reach = _REACH / max(decay, Fraction(1, 2))  # |i - m| <= reach m
    while first <= dim:
        count = int(2 * first * reach / (1 - reach))
        count = min(count, dim - first + 1) if count >= _SHORTEST_BLOCK else 1
        blocks.append(_Block(first, count))
        first += count
    return tuple(blocks)


def _sum(one_mode: Any, blocks: tuple[_Block, ...], terms: int) -> list[Ball]:
    """Sums over all modes of several functions of the index, which take balls and power series."""
    totals = [flint.arb(0) for _ in one_mode(flint.arb(1))]
    waiting = list(reversed(blocks))  # from the largest modes on: later ones need less relative accuracy
    while waiting:
        block = waiting.pop()
        values = _block_sum(one_mode, block, terms, totals)
        if values is None:
            half = block.count // 2
            waiting += [_Block(block.first + half, block.count - half), _Block(block.first, half)]
        else:
            totals = [a + b for a, b in zip(totals, values, strict=True)]
    return totals


def _block_sum(one_mode: Any, block: _Block, terms: int, before: list[Ball]) -> tuple[Ball, ...] | None:
    """Sums over a block, to be added to those ``before``; None if it is too long for that many terms."""
    if block.count == 1:
        return tuple(one_mode(flint.arb(block.first)))
    middle = flint.arb(2 * block.first + block.count - 1) / 2
    half = flint.arb(block.count - 1) / 2
    moments = _moments(block.count, terms + 1)
    flint.ctx.cap = terms
    series = one_mode(flint.arb_series([middle, 1]))
    flint.ctx.cap = terms + 1
    cover = flint.arb(middle.mid(), (half + middle.rad()).upper())  # holds the block
    remainders = one_mode(flint.arb_series([cover, 1]))
    sums = []
    for taylor, beyond, other in zip(series, remainders, before, strict=True):
        total = sum((taylor[k] * moments[k] for k in range(0, terms, 2)), flint.arb(0))
        remainder = beyond[terms] * moments[terms]
        if not remainder.abs_upper() <= max(_tolerated(total), _tolerated(other)):
            return None
        sums.append(total + remainder)
    return tuple(sums)


def _tolerated(total: Ball) -> Ball:
    """The remainder that a sum may have: a thousand roundings, or no more than its radius."""
    return max(total.abs_upper() * flint.arb(2) ** (10 - flint.ctx.prec), total.rad())


@lru_cache(maxsize=1024)
def _moments(count: int, order: int) -> tuple[Any, ...]:
    """Sums of (i - m)^k over a block, k < order, as rational numbers."""
    return tuple(
        flint.fmpq(moment.numerator, moment.denominator * 2**k)
        for k, moment in enumerate(centred_moments(count, order))
    )
