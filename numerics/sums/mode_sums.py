r"""Sums over the d modes of a power-law target, at a cost independent of d.

Every quantity of the state equations is a sum over i = 1..d of a function of s_i = c i^-gamma.  Such an F(i)
extends to real i and is analytic in log i: all but a few terms can be integrated instead of added.  Between
half-integers, with D = d/di, the midpoint Euler-Maclaurin formula is an identity of operators:

    sum_{i=a+1}^{b} F(i) = int_{a+1/2}^{b+1/2} F(x) dx - [c(D) F]_{a+1/2}^{b+1/2},
    c(D) = 1/D - 1/(2 sinh(D/2)) = D/24 - 7 D^3/5760 + ...

Three things keep it accurate:

- the head 1..H is added term by term: F varies on the scale of i there, faster the larger gamma is;
- so is a window around a break M + 1/2, next to which F may have a pole (1/(z - s_i) has one wherever z
  comes close to the target's spectrum); outside it, Gauss-Legendre panels are no wider than their distance
  to the break, and nowhere wider than about 1/gamma in log i, nor than a few e-folds;
- c(D) is applied by an antisymmetric stencil on the 2L integers around the junction, whose exact rational
  weights (`junction_stencil`) reproduce the first L terms of the series: no derivative is needed.

The outcome is a list of nodes i_k with weights w_k (`mode_nodes`) such that

    sum_{i=1}^{d} F(i) = sum_k w_k F(i_k)

to rounding.  Near a large M the integers themselves are too long for the arithmetic (10^20 + 1 is no
float64), so each node also carries i_k - (M + 1/2) and log(i_k/(M + 1/2)), both accurate in relative terms:

    c0 - s_i = -c0 expm1(-gamma log(i/(M + 1/2))),      c0 = s(M + 1/2),

loses nothing however close the mode is to the break.

Functions, in order: `ModeNodes`, `mode_nodes`, `junction_stencil`; and `coarse_nodes`, for first guesses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import flint
import gmpy2
import numpy as np

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, Number
from numerics.sums.sparse_sums import interpolatory_weights

# The stencil misses c(D) F by about (L/(e rho))^(2L), rho the distance from the junction to the nearest
# singularity of F: with rho = 3 L every two points of it are worth 1.8 digits.
SINGULARITY_DISTANCE = 3
# Widest panel is this over gamma in log i.  Functions of s_i^2 + delta^2, or of z - s_i with z imaginary,
# are singular at a distance pi/(2 gamma) from the real axis of log i; Gaussians of i^gamma grow beyond half
# of it, and are what asks for 1.2 where poles alone are content with 1.5.
PANEL_WIDTH = 1.2
# Widest panel in log i at any gamma: i itself, which terms are multiplied by in log i, is e^4 of what it was.
WIDEST_PANEL = 4.0
# Gauss-Legendre nodes of a panel per digit, for a Bernstein ellipse of parameter 4.4.
NODES_PER_DIGIT = 0.8
# More terms than this are not added one by one.
LONGEST_HEAD = 10**6


@dataclass(frozen=True, eq=False)
class ModeNodes:
    """Nodes i_k and weights w_k of a sum over modes; arrays of one length, those of i <= M first.

    Attributes:
        indices: i_k, integers and reals in between (a few may lie beyond d).
        weights: w_k, so that the sum over modes of F is ``weights @ F(indices)``.
        offsets: i_k - (M + 1/2), accurate in relative terms.
        log_ratios: log(i_k/(M + 1/2)), accurate in relative terms.
        learned: number of nodes of the modes i <= M: a sum over those is
            ``weights[:learned] @ F(indices[:learned])``.
    """

    indices: Any
    weights: Any
    offsets: Any
    log_ratios: Any
    learned: int


@lru_cache(maxsize=1024)
def mode_nodes(dim: int, decay: Number, break_after: int = 0, arithmetic: Arithmetic = DOUBLE) -> ModeNodes:
    """Nodes and weights with ``sum_{i=1}^{dim} F(i) = weights @ F(indices)``, to rounding.

    Args:
        dim: number of modes d, any positive integer.
        decay: gamma; F may vary on the scale 1/gamma of log i, as functions of i^-gamma do.
        break_after: M in 0..dim; F may have poles next to M + 1/2 (on a line through it, or a sector).
        arithmetic: what the nodes are made of; multiprecision nodes must be asked for in its context.

    Raises:
        NotConverged: the target is so steep (gamma beyond 10^4) that panels do not help.

    Exact for small ``dim`` (every mode a node).  The error is a few units of the last digit of the sum of
    |F|: a sum of terms which cancel loses those digits, as it would term by term.

    >>> nodes = mode_nodes(10**30, 1.0)
    >>> harmonic = float(nodes.weights @ (1 / nodes.indices))      # log d + Euler's constant + 1/(2 d)
    >>> abs(harmonic - (30 * math.log(10) + 0.5772156649015329)) < 1e-13
    True
    """
    if not 0 <= break_after <= dim:
        raise ValueError(f"break_after={break_after}: must lie in 0..dim={dim}")
    length = _stencil_length(arithmetic)
    clear = SINGULARITY_DISTANCE * length
    # Near i the singularities of F are at a distance i sin(pi/(4 gamma)) or more.
    head = math.ceil(clear / math.sin(min(math.pi / 2, math.pi / (4 * float(decay)))))
    if min(head, dim) > LONGEST_HEAD:
        raise NotConverged(f"decay={decay}: sums over so steep a target take more than {LONGEST_HEAD} terms")
    blocks = _explicit_blocks(dim, head, break_after, clear, _panel_cost(arithmetic))

    middle = arithmetic.real(Fraction(2 * break_after + 1, 2))
    pieces = []
    for first, last in blocks:
        pieces.append(_explicit(first, last, break_after, middle, arithmetic))
    for (_, left), (right, _) in zip(blocks, [*blocks[1:], (dim + 1, dim)], strict=True):
        if left + 1 < right:
            pieces.append(_panels(left, right - 1, decay, break_after, middle, arithmetic))
            pieces.append(_junction(left, break_after, middle, length, 1, arithmetic))
            pieces.append(_junction(right - 1, break_after, middle, length, -1, arithmetic))

    columns = [np.concatenate(column) for column in zip(*pieces, strict=True)]
    offsets = columns[1]
    learned_first = np.argsort(offsets > 0, kind="stable")
    indices, offsets, log_ratios, weights = (column[learned_first] for column in columns)
    for values in (indices, weights, offsets, log_ratios):
        values.flags.writeable = False
    return ModeNodes(indices, weights, offsets, log_ratios, int(np.sum(offsets < 0)))


@lru_cache(maxsize=64)
def junction_stencil(length: int) -> tuple[Fraction, ...]:
    """Weights a_1..a_L with c(D) F(x) = sum_k a_k [F(x + k - 1/2) - F(x - k + 1/2)] + O(D^(2L+1) F).

    Exact on polynomials of degree 2L: the odd powers of D on both sides are matched one by one.

    >>> junction_stencil(1)
    (Fraction(1, 24),)
    >>> junction_stencil(2)
    (Fraction(97, 1920), Fraction(-17, 5760))
    """
    # With y_k = (2k - 1)^2 and b_k = (2k - 1) a_k the conditions are the moments sum_k b_k y_k^j, j = 0..L-1.
    moments, denominator = _midpoint_moments(length)
    weights = interpolatory_weights([(2 * k - 1) ** 2 for k in range(1, length + 1)], moments)
    return tuple(weight / (denominator * (2 * k + 1)) for k, weight in enumerate(weights))


@lru_cache(maxsize=64)
def coarse_nodes(dim: int, head: int = 8) -> tuple[Any, Any]:
    """Indices and weights of a rough sum over modes: 1..head, then blocks growing by exp(4/head).

    >>> indices, weights = coarse_nodes(10**30)
    >>> len(indices), bool(abs(weights.sum() / 1e30 - 1) < 1e-12)
    (142, True)
    """
    edges = np.arange(0.5, min(dim, head) + 1)
    if dim > head:
        blocks = math.ceil(head / 4 * math.log(dim / head))
        edges = np.concatenate([edges[:-1], np.geomspace(head + 0.5, float(dim) + 0.5, blocks + 1)])
    indices, weights = np.sqrt(edges[1:]) * np.sqrt(edges[:-1]), np.diff(edges)  # the product may overflow
    indices[:head] = np.arange(1.0, len(indices[:head]) + 1)
    indices.flags.writeable = weights.flags.writeable = False
    return indices, weights


def _midpoint_moments(length: int) -> tuple[list[Any], int]:
    """4^j (2j + 1)! c_{2j+1}, j = 0..length-1, of c(D) = 1/D - 1/(2 sinh(D/2)): integers, over a common one.

    By sinh's expansion in Bernoulli numbers they are (2^(2j+1) - 1) B_{2j+2}/(4 (j + 1)).
    """
    bernoulli = [flint.fmpq.bernoulli(2 * j + 2) for j in range(length)]
    moments = [
        Fraction(int(number.p) * (2 ** (2 * j + 1) - 1), int(number.q) * 4 * (j + 1))
        for j, number in enumerate(bernoulli)
    ]
    common = math.lcm(*(moment.denominator for moment in moments))
    return [gmpy2.mpz(moment.numerator * (common // moment.denominator)) for moment in moments], common


def _stencil_length(arithmetic: Arithmetic) -> int:
    """L for (1/(e rho/L))^(2L) = 10^-digits, rounded up, and one more."""
    return math.ceil(arithmetic.digits / (2 * math.log10(math.e * SINGULARITY_DISTANCE))) + 1


def _panel_order(arithmetic: Arithmetic) -> int:
    return math.ceil(NODES_PER_DIGIT * arithmetic.digits) + 2


def _panel_cost(arithmetic: Arithmetic) -> int:
    """About the number of nodes of one region of panels: shorter ones are added term by term."""
    return 3 * _panel_order(arithmetic) + 4 * _stencil_length(arithmetic)


def _explicit_blocks(
    dim: int, head: int, break_after: int, clear: int, shortest: int
) -> list[tuple[int, int]]:
    """Ranges (first, last) of the modes added one by one; the gaps between them and up to dim are integrated.

    The head, and a window around the break; a gap of fewer than ``shortest`` modes is not worth it.
    """
    blocks = [(1, min(head, dim))]
    if break_after > 0:
        first, last = max(1, break_after - clear + 1), min(break_after + clear, dim)
        if first - head <= shortest:
            blocks = [(1, max(blocks[0][1], last))]
        else:
            blocks.append((first, last))
    first, last = blocks[-1]
    if dim - last <= shortest:
        blocks[-1] = (first, dim)
    return blocks


def _explicit(first: int, last: int, break_after: int, middle: Any, arithmetic: Arithmetic) -> Any:
    """(indices, offsets, log ratios, weights) of consecutive integers, each with weight 1."""
    columns = _integers(range(first, last + 1), break_after, middle, arithmetic)
    return *columns, columns[0] * 0 + 1


def _junction(
    after: int, break_after: int, middle: Any, length: int, sign: int, arithmetic: Arithmetic
) -> Any:
    """(indices, offsets, log ratios, weights) of ``sign`` c(D) F at after + 1/2."""
    integers = range(after - length + 1, after + length + 1)
    return *_integers(integers, break_after, middle, arithmetic), sign * _junction_weights(length, arithmetic)


@lru_cache(maxsize=16)
def _junction_weights(length: int, arithmetic: Arithmetic) -> Any:
    stencil = junction_stencil(length)
    return arithmetic.array([-weight for weight in reversed(stencil)] + list(stencil))


def _integers(integers: range, break_after: int, middle: Any, arithmetic: Arithmetic) -> Any:
    """(indices, offsets, log ratios) of consecutive integers; i/(M + 1/2) - 1 is never formed where small."""
    indices = arithmetic.array(integers)
    first = 2 * (integers.start - break_after) - 1
    offsets = arithmetic.array(range(first, first + 2 * len(integers), 2)) / 2
    near = 2 * abs(offsets) < middle
    close = arithmetic.log1p(np.where(near, offsets, offsets * 0) / middle)
    return indices, offsets, np.where(near, close, arithmetic.log(indices / middle))


def _panels(
    left: int, right: int, decay: Number, break_after: int, middle: Any, arithmetic: Arithmetic
) -> Any:
    """(indices, offsets, log ratios, weights) of the integral over i from left + 1/2 to right + 1/2.

    The variable of integration is t = log(i/(M + 1/2)); the panels grow in proportion to |t|, away from the
    break, up to the widest.
    """
    start = _log_of_ratio(left, break_after, middle, arithmetic)
    stop = _log_of_ratio(right, break_after, middle, arithmetic)
    near, far = (start, stop) if abs(start) < abs(stop) else (stop, start)
    sign = 1 if far > 0 else -1
    inner = _graded(float(abs(near)), float(abs(far)), min(PANEL_WIDTH / float(decay), WIDEST_PANEL))[1:-1]
    edges = np.concatenate([[near], sign * arithmetic.array(inner), [far]])

    nodes, gauss_weights = arithmetic.gauss_legendre(_panel_order(arithmetic))
    centre, half = (edges[1:] + edges[:-1]) / 2, abs(edges[1:] - edges[:-1]) / 2
    t = (centre[:, None] + half[:, None] * nodes).ravel()
    indices = middle * arithmetic.exp(t)
    weights = (half[:, None] * gauss_weights).ravel() * indices
    return indices, middle * arithmetic.expm1(t), t, weights


def _log_of_ratio(after: int, break_after: int, middle: Any, arithmetic: Arithmetic) -> Any:
    """log((after + 1/2)/(M + 1/2)) from exact integers, accurate in relative terms."""
    difference = after - break_after
    if 2 * abs(difference) < break_after:
        return arithmetic.log1p(arithmetic.real(difference) / middle)
    return arithmetic.log(arithmetic.real(Fraction(2 * after + 1, 2)) / middle)


def _graded(near: float, far: float, widest: float) -> list[float]:
    """Points from ``near`` to ``far``, each step at most the distance from 0 and at most ``widest``."""
    points = [near]
    while points[-1] < far:
        points.append(points[-1] + min(points[-1], widest))
    # Spread the last step's excess: evenly short panels cost the same and integrate better.
    excess = (far - near) / (points[-1] - near)
    return [near + (point - near) * excess for point in points]
