r"""Paths of integration over a spectrum plus Gaussian noise, on which no integrand is singular.

Integrals over the law mu of the noisy spectrum (`free_probability`) are taken from the preimage
z_kappa of a threshold to infinity, in the upper half-plane, in two pieces that meet at the real origin c of a
view:

    `ray`         from c along the vertical c + i rho, rho from 0 to oo;
    `geodesic`    from c to z_kappa along the circle that meets the real axis at right angles at c.

Poles lie on the real axis: at right angles to the ray, and in the metric of the half-plane to the geodesic
too.  In log rho the integrands are therefore analytic in a strip of half-width pi/2 whatever the scales of
the problem, and the trapezoidal rule in log rho, closed by a double-exponential map at either end, gains
digits in proportion to its number of nodes, at any ratio of scales.  The ends take most of the nodes where
many digits are asked for; Gauss-Legendre panels then do with fewer, unless the scales are far apart.

In order: `half_line`, `Path`, `ray`, `geodesic`, `half_circle`, `along_contour`, `graded_nodes`,
`panel_nodes`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.arithmetic.precision import DOUBLE_BITS, Arithmetic
from numerics.free_probability.views import Preimage, SpectrumView
from numerics.sums.pole_sums import Kernel, kernel

# Padding, in units of log rho, between the scales of a path and the double-exponential closure of its ends.
_PAD = 2.5
# Half-width of the strip of analyticity in log rho, pi/2 less what the closure takes.
_STRIP = 1.45
# Widest panel in log rho.  Of the panels at either end the nearest singularity is at right angles to one end:
# on a Bernstein ellipse of parameter 4.6, and some room is left.
_PANEL = 8.0
_END_ELLIPSE = 4.2


def half_line(arithmetic: Arithmetic, shortest: Any, longest: Any) -> tuple[Any, Any]:
    """Nodes rho and weights of an integral over rho from 0 to oo.

    For integrands analytic where |arg rho| < pi/2, regular at 0 on the scale ``shortest`` and falling at
    least like rho^-2 beyond the scale ``longest``: singularities sit on the imaginary axis between these
    two.

    >>> from numerics.arithmetic.precision import DOUBLE
    >>> rho, weights = half_line(DOUBLE, 1e-3, 1e3)
    >>> lorentzians = 1e-3 / (rho**2 + 1e-6) + 1e3 / (rho**2 + 1e6)
    >>> bool(abs(weights @ lorentzians / np.pi - 1) < 1e-14)
    True
    """
    low, high = arithmetic.log(shortest), arithmetic.log(longest)
    log_rho, stretch = _between(arithmetic, low, high)
    rho = arithmetic.exp(log_rho)
    return rho, rho * stretch


@dataclass(frozen=True, eq=False)
class Path:
    """Points of a circle, or line, that meets the real axis at right angles at the origin c of a view.

    1/(z - c) = turn + 1/(i r) along it, r running from 0 up.  In terms of r every pole has a real number b
    (`numerics.sums.pole_sums`): with a = c - s, and b = 1/a + turn in relative precision,

        1/(z - s) = lift/(a (1 + i b r)),       lift = 1 + i turn r.

    Attributes:
        view: the spectrum.
        zeta: z - c, shape (points,).
        weights: of the integral over z, direction included.
        to_end: z minus the end of the path; None if that is at infinity.
        r: r.
        lift: lift; 1 on a line.
        poles: b.
        kernel: 1/(1 + (b r)^2).
        arithmetic: of all these.
    """

    view: SpectrumView
    zeta: Any
    weights: Any
    to_end: Any
    r: Any
    lift: Any
    poles: Any
    kernel: Kernel
    arithmetic: Arithmetic

    def sums(self, numerators: Sequence[Any], of_squares: Sequence[Any] = ()) -> tuple[Any, ...]:
        """Sums over the modes, at the points, of c_i/(z - s_i) and then of c_i/(z - s_i)^2.

        (1 - i b r)^2 k^2 = 2 k^2 - k - 2 i b r k^2, k being the kernel.

        Args:
            numerators: c, real, given at the nodes; an array for each of the sums.
            of_squares: the same for the squares.
        """
        a, b = self.view.distances, self.poles
        complex_, count = self.arithmetic.complex, len(numerators)
        first, second = np.stack(numerators) / a, np.zeros((0, len(a)))
        if of_squares:
            second = np.stack(of_squares) / (a * a)
        sums = self.kernel.sums(np.concatenate([first, first * b, second]).T).T
        even, odd, simple = sums[:count], sums[count : 2 * count], sums[2 * count :]
        values = complex_(even, -self.r * odd) * self.lift
        if not of_squares:
            return tuple(values)
        doubles = 2 * self.kernel.sums(np.concatenate([second, second * b]).T, 2).T
        even, odd = doubles[: len(second)], doubles[len(second) :]
        return *values, *(complex_(even - simple, -self.r * odd) * (self.lift * self.lift))


def ray(arithmetic: Arithmetic, view: SpectrumView) -> Path:
    """The vertical line from c to infinity."""
    sizes = abs(view.distances)
    r, weights = half_line(arithmetic, sizes.min(), sizes.max())
    poles = 1 / view.distances
    i_weights = arithmetic.complex(0 * weights, weights)
    table = kernel(arithmetic, abs(poles), r)
    return Path(view, arithmetic.complex(0 * r, r), i_weights, None, r, 1, poles, table, arithmetic)


def geodesic(arithmetic: Arithmetic, start: Preimage) -> Path:
    """The path from c to z_kappa, which must be complex: poles, on the real axis, are far from it.

    With end = z_kappa - c, turn = Re(1/end), and r = -f/Im(1/end) where f runs from 0 to 1.
    """
    view, end = start.view, start.zeta
    inverse = 1 / end
    # Re(1/end) - 1/(s - c) without subtraction
    poles = arithmetic.real_part(start.separations * inverse) / view.distances
    shortest = abs(inverse.imag / poles).min()
    low = arithmetic.log(shortest) if shortest < 1 else shortest * 0
    log_ratio, stretch = _between(arithmetic, low, low * 0)
    ratio = arithmetic.exp(log_ratio)
    f = ratio / (1 + ratio)
    zeta = 1 / (inverse.real + arithmetic.complex(0, 1) * (inverse.imag / f))
    i_slope = arithmetic.complex(0, 1) * inverse.imag
    # 1/zeta - 1/end = i Im(1/end) (1 - f)/f = i Im(1/end)/ratio, and df = f (1 - f) d(log ratio)
    to_end = -zeta * end * i_slope / ratio
    r = -f / inverse.imag
    lift = arithmetic.complex(0 * r + 1, inverse.real * r)
    table = kernel(arithmetic, abs(poles), r)
    weights = zeta * zeta * i_slope / ratio * stretch
    return Path(view, zeta, weights, to_end, r, lift, poles, table, arithmetic)


def half_circle(arithmetic: Arithmetic, view: SpectrumView, end: Any, separations: Any) -> Path:
    """The half-circle above the real axis from c to the real point c + end, with modes in between.

    Args:
        arithmetic: of all that follows.
        view: the spectrum seen from c.
        end: a real number.
        separations: from the eigenvalues to that point.
    """
    poles = separations / (end * view.distances)
    scales = 1 / abs(poles)
    r, weights = half_line(arithmetic, scales.min(), max(scales.max(), abs(end)))
    i_r = arithmetic.complex(0 * r, r)
    zeta = i_r * end / (end + i_r)
    lift = arithmetic.complex(0 * r + 1, r / end)
    table = kernel(arithmetic, abs(poles), r)
    return Path(
        view, zeta, zeta * zeta / (i_r * r) * weights, -zeta * end / i_r, r, lift, poles, table, arithmetic
    )


def along_contour(
    start: Preimage, noise: Any, path: Path, numerators: Sequence[Any] = (), of_squares: Sequence[Any] = ()
) -> tuple[Any, ...]:
    """Values of x(z) - kappa and x'(z) along a `geodesic` or `half_circle` to z_kappa.

    Next to the edge of the noise both are differences of nearly equal numbers, unless the equation of the
    curve is used: delta^2 mean 1/|z_kappa - s|^2 = 1.  The sums of others are returned with them.
    """
    arithmetic, variance, weights = path.arithmetic, noise * noise, start.view.weights
    real = arithmetic.real_part(start.separations)
    if not start.in_support:
        mean, *others, square = path.sums((weights / real, *numerators), (*of_squares, weights))
        return path.to_end * (1 - variance * mean), 1 - variance * square, *others
    height = start.zeta.imag
    overlaps = weights / (real * real + height * height)
    to_conjugate = path.to_end + arithmetic.complex(noise * 0, 2 * height)
    # w/conj(z_kappa - s) in its real and imaginary part
    mean, *others, along, across = path.sums(
        (overlaps, *numerators), (*of_squares, overlaps * real, overlaps)
    )
    ascent = variance * to_conjugate * mean
    rise = path.to_end * ascent
    slope = along + arithmetic.complex(0, height) * across
    return rise, rise / to_conjugate + variance * to_conjugate * slope, *others


def _between(arithmetic: Arithmetic, low: Any, high: Any) -> tuple[Any, Any]:
    """Nodes log rho, and weights, of an integral over log rho by the shorter rule; graded in float64."""
    if arithmetic.bits > DOUBLE_BITS:
        of_ends, panels, of_each = _panel_orders(arithmetic, float(high - low))
        first, last, _ = _trapezoidal_range(arithmetic, low - _PAD, high + _PAD)
        if 2 * of_ends + panels * of_each < last - first:
            return panel_nodes(arithmetic, low, high)
    return graded_nodes(arithmetic, low, high)


def graded_nodes(arithmetic: Arithmetic, low: Any, high: Any) -> tuple[Any, Any]:
    """Nodes log rho, and weights, of an integral over log rho that is smooth between two scales and beyond.

    Trapezoidal nodes in t of log rho = t - exp(low - t) + exp(t - high).

    Between the scales the map is close to the identity; beyond, rho runs to 0 and oo doubly exponentially.
    """
    low, high = low - arithmetic.real(_PAD), high + arithmetic.real(_PAD)
    first, last, step = _trapezoidal_range(arithmetic, low, high)
    t = arithmetic.array(range(first, last + 1)) * arithmetic.real(step)
    left, right = arithmetic.exp(low - t), arithmetic.exp(t - high)
    return t - left + right, (1 + left + right) * arithmetic.real(step)


def panel_nodes(arithmetic: Arithmetic, low: Any, high: Any) -> tuple[Any, Any]:
    """The same by Gauss and Legendre, for integrands regular in rho at 0 and, like rho^-2, at infinity.

    From 0 to the shortest scale in rho, from the longest on in 1/rho, in log rho between the two.

    >>> from numerics.arithmetic.precision import DOUBLE
    >>> log_rho, weights = panel_nodes(DOUBLE, 0.0, 3.0)
    >>> rho = np.exp(log_rho)
    >>> lorentzians = 1 / (rho**2 + 1) + np.exp(3) / (rho**2 + np.exp(6))
    >>> bool(abs((weights * rho) @ lorentzians / np.pi - 1) < 1e-14)
    True
    """
    of_ends, panels, of_each = _panel_orders(arithmetic, float(high - low))
    nodes, gauss = arithmetic.gauss_legendre(of_ends)
    part = (1 + nodes) / 2
    inwards, of_end = arithmetic.log(part), gauss / 2 / part
    pieces = [(low + inwards, of_end), (high - inwards[::-1], of_end[::-1])]
    if panels:
        nodes, gauss = arithmetic.gauss_legendre(of_each)
        half = (high - low) / (2 * panels)
        pieces[1:1] = [(low + (2 * k + 1 + nodes) * half, gauss * half) for k in range(panels)]
    log_rho, weights = (np.concatenate(columns) for columns in zip(*pieces, strict=True))
    return log_rho, weights


def _needed(arithmetic: Arithmetic) -> float:
    """Minus the logarithm of the error of a rule whose strip reaches almost to poles of third order."""
    e_folds = arithmetic.digits * math.log(10.0)
    return e_folds + 3 * math.log(e_folds)


def _trapezoidal_range(arithmetic: Arithmetic, low: Any, high: Any) -> tuple[int, int, float]:
    """First and last node of `graded_nodes`, between padded scales, and their step."""
    step = 2 * math.pi * _STRIP / _needed(arithmetic)
    ends = math.log(arithmetic.digits * math.log(10.0) + 5) + 0.3
    return math.floor((float(low) - ends) / step), math.ceil((float(high) + ends) / step), step


def _panel_orders(arithmetic: Arithmetic, width: float) -> tuple[int, int, int]:
    """How many nodes a panel at either end has, how many panels there are in between, and how many nodes."""
    needed = _needed(arithmetic)
    of_ends, panels = math.ceil(needed / (2 * math.log(_END_ELLIPSE))), math.ceil(width / _PANEL)
    if panels == 0:
        return of_ends, 0, 0
    return of_ends, panels, math.ceil(needed / (2 * math.asinh(_STRIP * 2 * panels / width)))
