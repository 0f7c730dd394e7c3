r"""The quadratic network's scalar functions in ball arithmetic: every integral in closed form.

Let t = delta^2 and x = z + t G(z) the subordination map of `free_probability`.  Integrals over the law mu of
the noisy target are values of primitives that are real right of the support:

    int_{x > kappa} h dmu = (1/pi) Im Phi(z_kappa),        Phi' = h(x(z)) G x'(z).

For a polynomial h they are primitives of z^j G^k, j + k <= 3, and boundary terms, by x' = 1 + t G'.  G has
simple poles at the different eigenvalues, of weights w_i, 1/d if all are.  Near s_i, with zeta = z - s_i, G =
w_i/zeta + a_i + b_i zeta + ..., where

    a_i = sum_{j != i} w_j/(s_i - s_j),        b_i = -sum_{j != i} w_j/(s_i - s_j)^2,

hence, with L_i = log(z - s_i), p_i = 1/(z - s_i) and q = mean(s),

    int G = sum w_i L_i                            int z G = z + sum w_i s_i L_i
    int z^2 G = z^2/2 + q z + sum w_i s_i^2 L_i
    int G^2 = sum w_i [-w_i p_i + 2 a_i L_i]       int z G^2 = sum w_i [-w_i s_i p_i + (2 a_i s_i + w_i) L_i]
    int G^3 = sum w_i [-w_i^2 p_i^2/2 - 3 a_i w_i p_i + (3 a_i^2 + 3 b_i w_i) L_i].

Derivatives with respect to kappa and t stay in the family.  With m the mass right of kappa, H and P the
values of the primitives of g^2 and g^3 in x, E = Q - J - 2 kappa T + 2 t D (arXiv:2509.24882), J and T the
integrals of (x - kappa)^2 and x - kappa, and Burgers' equation dg/dt = -g dg/dx,

    dD/dkappa = -H,        dE/dkappa = 2 kappa m - 2 t H,
    dD/dt = 2 P/3,         dE/dt = D - kappa H + 4 t P/3.

*Coordinates.*  Where kappa lies in the support they are u and v, z_kappa = u + i v; then 1/t = mean(1/|z -
s|^2) and kappa = Re x(z) follow.  Where kappa lies in a gap they are u and t; the proof includes x' > 0 at u.

Functions, in order: `system`, `functions_of`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import flint

from numerics.arithmetic.precision import DOUBLE, for_digits, to_fraction, to_mpf
from numerics.certified.balls import Ball, Box, Functions, NotProved, System, exact
from numerics.networks.quadratic import cut_at
from numerics.problem import Problem, modes_of
from numerics.solution import Solution
from numerics.sums.explicit import TargetSizes

# Number of different eigenvalues up to which a proof is feasible.
LARGEST = 5000


@dataclass(frozen=True)
class _Modes:
    """Different eigenvalues s_i, their weights w_i and the residues a_i, b_i of powers of G, in balls.

    Attributes:
        sizes: s_i.
        weights: w_i; None for equal ones.
    """

    sizes: tuple[Ball, ...]
    weights: tuple[Ball, ...] | None = None

    @cached_property
    def shares(self) -> list[Ball]:
        """The weights, of sum 1."""
        count = len(self.sizes)
        return [1 / flint.arb(count)] * count if self.weights is None else list(self.weights)

    @cached_property
    def residues(self) -> tuple[list[Ball], list[Ball]]:
        """a_i and b_i: d^2/2 divisions."""
        s, count = self.sizes, len(self.sizes)
        a, b = [flint.arb(0)] * count, [flint.arb(0)] * count
        if self.weights is not None:
            for i in range(count):
                inverses = [1 / (s[i] - s[j]) if j != i else flint.arb(0) for j in range(count)]
                a[i] = _dot(self.weights, inverses)
                b[i] = -_dot(self.weights, [inverse * inverse for inverse in inverses])
            return a, b
        for i in range(count):
            for j in range(i + 1, count):
                inverse = 1 / (s[i] - s[j])
                square = inverse * inverse
                a[i] += inverse
                a[j] -= inverse
                b[i] -= square
                b[j] -= square
        return [x / count for x in a], [x / count for x in b]

    def mean(self, values: Sequence[Ball]) -> Ball:
        """Mean of values at the eigenvalues."""
        return (
            sum(values, 0 * values[0]) / len(values) if self.weights is None else _dot(self.weights, values)
        )


@dataclass(frozen=True)
class _Place:
    """A point of Biane's curve over a box of coordinates.

    Attributes:
        z: the point, a complex ball.
        angles: Im log(z - s_i), one ball per mode: 0 or pi exactly on the real axis.
        noise2, threshold: t and kappa, with their derivatives with respect to the coordinates.
    """

    z: Any
    angles: list[Ball]
    noise2: tuple[Ball, Box]
    threshold: tuple[Ball, Box]


def system(problem: Problem, solution: Solution) -> System:
    """The problem in the coordinates of the place where the solution's threshold lies."""
    arithmetic = DOUBLE if solution.digits is None else for_digits(solution.digits)
    with arithmetic.working():
        target = modes_of(problem, arithmetic)
        noise, threshold = arithmetic.real(solution.effective_noise), arithmetic.real(solution.threshold)
        if threshold == 0:
            return System(lambda bits: functions_of(problem, False), (Fraction(1), Fraction(0)))
        cut = cut_at(noise, threshold, target)
        place, in_support = cut.start.point * cut.unit, cut.start.in_support
        if threshold >= target.scale + 2 * noise:  # beyond the spectrum any point defines the same cut
            place = arithmetic.complex(threshold, 0 * threshold)
        second = place.imag if in_support else noise * noise
        start = (to_fraction(to_mpf(place.real)), to_fraction(to_mpf(second)))
    return System(lambda bits: functions_of(problem, in_support), start)


def functions_of(problem: Problem, in_support: bool) -> Callable[[Box], Functions]:
    """Scalar functions in the coordinates (u, v) in the support, (u, t) in a gap; inside ``flint_bits``."""
    modes = _modes(problem)
    place = _above_the_axis if in_support else _in_a_gap
    return lambda box: _functions(modes, place(modes, box))


def _modes(problem: Problem) -> _Modes:
    if isinstance(problem.target, TargetSizes):
        sizes, counts = problem.target.with_zeros(problem.dim)
        weights = [exact(Fraction(count, problem.dim)) for count in counts]
        return _Modes(tuple(exact(to_fraction(size)) for size in sizes), tuple(weights))
    gamma, dim = exact(to_fraction(problem.gamma)), flint.arb(problem.dim)
    powers = [(-gamma * flint.arb(i).log()).exp() for i in range(1, problem.dim + 1)]
    scale = dim.sqrt()
    if problem.target == "unit":
        scale = (dim / sum((power * power for power in powers), flint.arb(0))).sqrt()
    return _Modes(tuple(scale * power for power in powers))


def _above_the_axis(modes: _Modes, box: Box) -> _Place:
    u, v = box
    if not v > 0:
        raise NotProved("a ball about z_kappa reaches the real axis")
    along = [u - s for s in modes.sizes]
    inverse = [1 / (x * x + v * v) for x in along]
    squares = [r * r for r in inverse]
    total = modes.mean(inverse)
    t = 1 / total
    drift = modes.mean(_products(along, inverse))  # Re G
    a, b = modes.mean(_products(along, squares)), modes.mean(squares)
    t_u, t_v = 2 * t * t * a, 2 * t * t * v * b
    # d(Re G)/du = mean (v^2 - x^2)/(x^2 + v^2)^2 = 2 v^2 b - total, d(Re G)/dv = -2 v a
    kappa_u = 1 + t_u * drift + t * (2 * v * v * b - total)
    kappa_v = t_v * drift - 2 * t * v * a
    angles = [flint.arb.atan2(v, x) for x in along]
    return _Place(flint.acb(u, v), angles, (t, (t_u, t_v)), (u + t * drift, (kappa_u, kappa_v)))


def _in_a_gap(modes: _Modes, box: Box) -> _Place:
    u, t = box
    along = [u - s for s in modes.sizes]
    if any(x.contains(0) for x in along):
        raise NotProved("a ball about z_kappa holds an eigenvalue of the target")
    inverse = [1 / x for x in along]
    g = modes.mean(inverse)
    slope = 1 - t * modes.mean(_products(inverse, inverse))
    if not slope > 0:
        raise NotProved("it is open whether kappa lies in a gap of the support")
    one, zero = flint.arb(1), flint.arb(0)
    angles = [zero if x > 0 else flint.arb.pi() for x in along]
    return _Place(flint.acb(u), angles, (t, (zero, one)), (u + t * g, (slope, g)))


def _products(left: Sequence[Ball], right: Sequence[Ball]) -> list[Ball]:
    return [x * y for x, y in zip(left, right, strict=True)]


def _dot(left: Sequence[Ball], right: Sequence[Ball]) -> Ball:
    return sum((x * y for x, y in zip(left, right, strict=True)), 0 * right[0])


def _primitives(modes: _Modes, place: _Place) -> tuple[Ball, ...]:
    """(1/pi) Im of the primitives of G, z G, z^2 G, G^2, z G^2 and G^3 at z_kappa."""
    w, s, z = modes.shares, modes.sizes, place.z
    a, b = modes.residues
    p = [1 / (z - x) for x in s]
    of_squares = _products(w, p)

    def end(rational: Any, logarithms: list[Ball]) -> Ball:
        """With what multiplies w_i log(z - s_i)."""
        return (rational.imag + modes.mean(_products(logarithms, place.angles))) / flint.arb.pi()

    return (
        end(flint.acb(0), [flint.arb(1)] * len(s)),
        end(z, list(s)),
        end(z * z / 2 + modes.mean(s) * z, _products(s, s)),
        end(-modes.mean(of_squares), [2 * x for x in a]),
        end(-modes.mean(_products(s, of_squares)), [2 * x * y + v for x, y, v in zip(a, s, w, strict=True)]),
        end(
            -modes.mean(_products(of_squares, of_squares)) / 2 - 3 * modes.mean(_products(a, of_squares)),
            [3 * (x * x + v * y) for x, y, v in zip(a, b, w, strict=True)],
        ),
    )


def _moments(modes: _Modes, place: _Place) -> tuple[Ball, ...]:
    """Integrals over x > kappa: of dmu, x dmu and x^2 dmu; (1/pi) Im of those of g^2, x g^2 and g^3 dx.

    By x = z + t G they are the primitives and boundary terms.
    """
    i01, i11, i21, i02, i12, i03 = _primitives(modes, place)
    t, z = place.noise2[0], place.z
    g = modes.mean([1 / (z - x) for x in modes.sizes])

    def end(boundary: Any) -> Ball:
        return boundary.imag / flint.arb.pi()

    g2, g3 = end(g**2), end(g**3)
    zg2, zg3, g4 = end(z * g**2), end(z * g**3), end(g**4)
    return (
        i01 + t * g2 / 2,
        i11 + t / 2 * i02 + t * zg2 / 2 + t * t * g3 / 3,
        i21 + t * i12 + t * t / 3 * i03 + t * end(z * z * g**2) / 2 + 2 * t * t / 3 * zg3 + t**3 * g4 / 4,
        i02 + t * g3 / 3,
        i12 + 2 * t / 3 * i03 + t / 3 * zg3 + t * t * g4 / 4,
        i03 + t * g4 / 4,
    )


def _functions(modes: _Modes, place: _Place) -> Functions:
    """The scalar functions and their slopes at a place."""
    (t, t_slopes), (kappa, kappa_slopes) = place.noise2, place.threshold
    mass, first, second, h, moment, cube = _moments(modes, place)
    freedom = moment - kappa * h
    mean = first - kappa * mass
    excess = second - 2 * kappa * first + kappa * kappa * mass
    error = modes.mean(_products(modes.sizes, modes.sizes)) - excess - 2 * kappa * mean + 2 * t * freedom

    def chain(by_kappa: Ball, by_t: Ball) -> Box:
        return (
            by_kappa * kappa_slopes[0] + by_t * t_slopes[0],
            by_kappa * kappa_slopes[1] + by_t * t_slopes[1],
        )

    error_slopes = chain(2 * kappa * mass - 2 * t * h, freedom - kappa * h + 4 * t / 3 * cube)
    freedom_slopes = chain(-h, 2 * cube / 3)
    return Functions(t, kappa, error, freedom, (t_slopes, kappa_slopes, error_slopes, freedom_slopes))
