r"""Sums over integers of a function that is costly, and defined at integers only.

`mode_sums` integrates what extends to real numbers.  A function at integers that is smooth in log M is summed
block by block, from its values at a few integers, exactly for polynomials of high degree (`integer_rule`); a
block is as long as it is far from any singularity.

Functions, in order: `sparse_sum`, `integer_rule`, `interpolatory_weights`, `centred_moments`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from gmpy2 import mpz

from numerics.arithmetic.precision import Arithmetic, Number

# Numbers of a block per digit: with every singularity three half-widths from its middle, a factor 5.8 each.
_NODES_PER_DIGIT = 1.35
# Blocks of up to this many times as many are summed one by one: weights of shorter rules alternate.
_FEW = 3
# Blocks are at most this wide, over gamma, in log M.
_WIDEST = 0.8


def sparse_sum(
    last: int, singular: tuple[int, ...], decay: Number, arithmetic: Arithmetic, layer: bool = False
) -> Iterator[tuple[int, Any]]:
    """Numbers M, and weights, of a sum over M = 1..last of a function smooth in log M but at a few places.

    Args:
        last: number of the last term.
        singular: places where the function may have a singularity of third order or weaker, beside 0.
        decay: gamma; the function may vary on the scale 1/gamma of log M.
        arithmetic: of the weights; its digits say how accurate the sum is.
        layer: whether the last terms differ from the others, by a power of their distance to the end.

    >>> from numerics.arithmetic.precision import DOUBLE
    >>> nodes = list(sparse_sum(10**20, (10**9,), 1.0, DOUBLE))
    >>> harmonic = sum(weight / number for number, weight in nodes)       # log M + Euler's constant
    >>> print(len(nodes), f"{harmonic - 20 * math.log(10):.11f}")
    2256 0.57721566490
    """
    order = math.ceil(_NODES_PER_DIGIT * arithmetic.digits)
    faint_share = 10 ** (-arithmetic.digits / 4)
    widest = _WIDEST / float(decay)
    places = [(place, int(faint_share * place)) for place in singular]
    places += [(0, 0), (last + 1, 0)] if layer else [(0, 0)]
    first = 1
    while first <= last:
        length = min(int(widest * first), last + 1 - first)
        for place, faint in places:
            distance = abs(first - place)
            if place <= first:  # as far behind the panel as it is long
                length = min(length, max(distance, faint))
            elif distance > faint:  # as far ahead of its end
                length = min(length, max(distance // 2, min(distance, faint)))
            else:
                length = min(length, distance)
        length = max(length, min(order, last + 1 - first))
        if length <= _FEW * order:
            yield from ((number, arithmetic.real(1)) for number in range(first, first + length))
        else:
            numbers, weights = integer_rule(length, order)
            for number, weight in zip(numbers, weights, strict=True):
                yield first + number, arithmetic.real(weight)
        first += length


@lru_cache(maxsize=256)
def integer_rule(count: int, order: int) -> tuple[tuple[int, ...], tuple[Fraction, ...]]:
    """Numbers in 0..count-1, and weights, of a sum over all of them: exact for polynomials of degree < order.

    The numbers next to the nodes of Gauss and Legendre, no number twice; the weights, exact, from the moments
    of the sum.  ``count`` is at least ``order``.

    >>> numbers, weights = integer_rule(10**6, 5)
    >>> sum(weights), sum(w * n**4 for n, w in zip(numbers, weights)) == sum(n**4 for n in range(10**6))
    (Fraction(1000000, 1), True)
    """
    gauss, _ = np.polynomial.legendre.leggauss(order)
    numbers: list[int] = []
    for x in gauss[: (order + 1) // 2]:  # the others mirror them
        number = round((count - 1) * (Fraction(float(x)) + 1) / 2)
        numbers.append(max(number, numbers[-1] + 1) if numbers else number)
    numbers += [count - 1 - number for number in reversed(numbers[: order // 2])]
    centred = [2 * number - (count - 1) for number in numbers]
    moments = centred_moments(count, order)
    return tuple(numbers), interpolatory_weights(centred, moments)


def interpolatory_weights(points: Sequence[int], moments: Sequence[int]) -> tuple[Fraction, ...]:
    """Weights at the points, exact, of the rule that has the moments sum_k w_k y_k^j, j < number of points.

    The Lagrange polynomials of the points solve this Vandermonde system.

    >>> interpolatory_weights([-1, 0, 1], [2, 0, 1])
    (Fraction(1, 2), Fraction(1, 1), Fraction(1, 2))
    """
    through_all = [mpz(1)]  # the polynomial with all of them for its roots, highest power first
    for y in points:
        through_all = [up - y * low for up, low in zip([*through_all, 0], [0, *through_all], strict=True)]
    weights = []
    for y in points:
        value, scale, total = mpz(0), mpz(0), mpz(0)
        for coefficient, moment in zip(through_all, reversed(moments), strict=False):
            # by Horner's rule: the coefficients without this root, and the value there without it
            value = value * y + coefficient
            total += value * moment
            scale = scale * y + value
        weights.append(Fraction(int(total), int(scale)))
    return tuple(weights)


def centred_moments(count: int, order: int) -> list[int]:
    """Sums of y^p, p < order, over y = -(count - 1), -(count - 3), ..., count - 1.

    The sum over y of (y + 1)^(p+1) - (y - 1)^(p+1) telescopes, and holds the powers up to y^p.

    >>> centred_moments(4, 3), sum(y**2 for y in (-3, -1, 1, 3))
    ([4, 0, 20], 20)
    """
    moments: list[int] = []
    for p in range(order):
        if p % 2:
            moments.append(0)
            continue
        lower = sum(2 * math.comb(p + 1, j) * moments[j] for j in range(p - 2, -1, -2))
        moments.append((2 * count ** (p + 1) - lower) // (2 * (p + 1)))
    return moments
