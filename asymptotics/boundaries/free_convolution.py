r"""Free convolution of a power law: sums over modes that repel each other, all of the size of the noise.

Where the last modes s_d = sqrt(d) d^-gamma of the target emerge from the noise, each of the d modes s_i =
s_d t^-gamma, t = i/d, feels all others, and no function of one size describes it.  A network whose modes
repel each other declares instead its subordination map, which takes a point z of the plane of the modes to

    x(z) = z + delta^2 g(z),        g(z) = mean 1/(z - s_i).

This is free convolution with a semicircle of variance delta^2 (Voiculescu; Biane 1997): the noisy
eigenvalues have the Stieltjes transform g at x(z), and the real x where they are dense are the images of a
curve in the upper half-plane, Im x(z) = 0.  (Of one mode outside a bulk of zeros g = 1/z, and the outlier
lies at s + delta^2/s.)  In units of s_d the transform of the power law is hypergeometric, real for z < 1,
with a cut beyond:

    g(z) = \int_0^1 dt/(z - t^-gamma) = -F(1, 1 + 1/gamma; 2 + 1/gamma; z)/(1 + gamma).

*Trained.*  The potential J = mean (x - kappa)_+^2 is an integral over the real x above kappa, hence over a
path in the upper half-plane from z_kappa, x(z_kappa) = kappa, to infinity.  Far out every mode is learned
among learned ones, so that integrals over whole paths, from the left of all modes to infinity, are known;
what is left is the path below z_kappa.  With D = dJ/d(delta^2) and E = mean s^2 - J + (kappa d/dkappa +
delta d/ddelta) J (``models.declaration``),

    E = e - (1/pi) Im \int^{z_kappa} [(x^2 - kappa^2) g x' + (x - kappa)^2 g' (delta dx/ddelta)] dz,
    D = f - (1/pi) Im \int^{z_kappa} (x - kappa)^2 g' (dx/d(delta^2)) dz,

where e = kappa^2 + delta^2 and f = 1 are what one learned mode among others adds, the limits of z times the
integrand of the whole path.  If all noisy eigenvalues lie above the threshold, z_kappa is real and nothing is
subtracted: then E = e and D = f exactly.

*Bayes-optimal.*  An eigenvalue x comes from a mode of size s with a probability proportional to
Im 1/(s - z).  The variance of s about its mean, averaged over all eigenvalues, is with v = Im z

    E = (1/pi) \int v (1 + v |g|^2/Im g) dx,

over the curve.  On it -Im g = v/delta^2 is pi times the density rho, and the same integral reads
delta^2 (1 - (4 pi^2/3) delta^2 \int rho^3).

Worked by hand: delta >> s_d, where modes are subcritical and g = 1/z.  The curve is the half-circle |z| =
delta, on which x = 2 Re z.  There v |g|^2/Im g = -1: to leading order nothing is known, and nothing is to be
known.  Trained with kappa = 0, z_0 = i delta, and D = 1 - 1/2: half of the noise passes.

In this order: the three sums, ``error_of_all``, ``degrees_of_freedom_of_all``, ``posterior_variance_of_all``;
``PathIntegral``, ``CurveIntegral`` and ``CriticalNoise``, which have numbers; ``resolvent_of_modes`` and the
search for z.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
from sympy import Abs, Expr, Symbol, expand, im, lambdify, limit, oo, solve, sqrt

from asymptotics.expressions.monotone_root import monotone_root
from asymptotics.lemmas.uniform_sums import DIGITS, ModeIntegral, integral
from asymptotics.symbols import effective_noise, gamma, position, resolvent, threshold

_slope = Symbol("g'")
"""dg/dz."""

_POINT = (position, resolvent, _slope)
"""A point of the plane: z, and g and g' there."""

_square = Symbol("delta^2", positive=True)


def error_of_all(subordination_map: Expr, smallest: Expr) -> Expr:
    """E of a trained network with all of its modes, in ``effective_noise`` and ``threshold``.

    Args:
        subordination_map: x in ``position``, ``resolvent`` and ``effective_noise``, homogeneous of degree one
            in the lengths.
        smallest: s_d.

    >>> from asymptotics import quadratic
    >>> error = error_of_all(quadratic.subordination_map, Symbol("s_d", positive=True))
    >>> error.replace(PathIntegral, lambda *_: 0).expand()  # all eigenvalues lie above the threshold
    delta**2 + kappa**2
    """
    energy, noise = position**2 * resolvent, effective_noise * subordination_map.diff(effective_noise)
    cut = (subordination_map**2 - threshold**2) * resolvent * _along(subordination_map)
    below = cut + (subordination_map - threshold) ** 2 * _slope * noise
    per_square = _far_out(energy - below) - PathIntegral(below, subordination_map, gamma, threshold)
    return smallest**2 * _in_units(per_square, smallest)


def degrees_of_freedom_of_all(subordination_map: Expr, smallest: Expr) -> Expr:
    """D of a trained network with all of its modes; arguments as ``error_of_all``."""
    noise = subordination_map.diff(effective_noise) / (2 * effective_noise)
    below = (subordination_map - threshold) ** 2 * _slope * noise
    return _in_units(_far_out(-below) - PathIntegral(below, subordination_map, gamma, threshold), smallest)


def posterior_variance_of_all(subordination_map: Expr, smallest: Expr) -> Expr:
    """E of the Bayes-optimal estimator with all modes, in ``effective_noise``; see ``error_of_all``."""
    height = im(position)
    variance = height * (1 + height * Abs(resolvent) ** 2 / im(resolvent))
    return smallest**2 * _in_units(CurveIntegral(variance, subordination_map, gamma), smallest)


def _along(value: Expr) -> Expr:
    """The derivative with respect to z, of which the resolvent is a function."""
    return value.diff(position) + value.diff(resolvent) * _slope


def _far_out(integrand: Expr) -> Expr:
    """The limit of z times the integrand of a whole path, where g = 1/z: what one mode far out adds."""
    far = {resolvent: 1 / position, _slope: (1 / position).diff(position)}
    return limit(expand(position * integrand.subs(far)), position, oo)


def _in_units(value: Expr, smallest: Expr) -> Expr:
    """With lengths in units of the smallest mode."""
    return value.xreplace({length: length / smallest for length in (effective_noise, threshold)})


class _PointBound(ModeIntegral):
    """In its arguments a point z of the plane is bound."""

    @property
    def free_symbols(self) -> set[Symbol]:
        """Those of the arguments that are not bound."""
        return super().free_symbols - {*_POINT, _square}  # type: ignore[no-any-return]


class PathIntegral(_PointBound):
    r"""(1/pi) Im \int^{z_kappa} h dz, from the left of all modes to where x(z) = kappa.

    ``PathIntegral(h, x, gamma, kappa)``.  The integral binds z, a point of the complex plane of s/s_d (sizes
    of modes in units of the smallest), and g = mean 1/(z - s_i/s_d), the resolvent there, with its slope g'.
    The path is an arc around the origin, on which h is analytic; it has no length where z_kappa is real.
    """

    def number_of(self, names: Sequence[Symbol]) -> Callable[..., mpmath.mpf]:
        """Its value as a function of those of the symbols, at the working precision of mpmath."""
        integrand, image, *parameters = self.args
        parameters_at = lambdify(names, parameters, "mpmath")
        h, image_at = (lambdify([*_POINT, *names], v, "mpmath") for v in (integrand, [image, _along(image)]))

        def number(*values: Any) -> mpmath.mpf:
            decay, cut = parameters_at(*values)
            g = resolvent_of_modes(decay)
            end = _preimage(cut, lambda z: image_at(z, *g(z), *values))
            if end.imag == 0:
                return mpmath.mpf(0)

            def along(angle: Any) -> Any:
                with mpmath.workprec(precision):
                    z = abs(end) * mpmath.expj(angle)
                    return h(z, *g(z), *values) * 1j * z

            precision, left, right = mpmath.mp.prec, mpmath.mp.pi, mpmath.arg(end)
            return integral(lambda angle: along(angle).imag, [left, right], DIGITS) / left

        return number

    def _latex(self, printer: Any) -> str:
        integrand, image, _, cut = (printer._print(argument) for argument in self.args)
        return rf"\frac{{1}}{{\pi}} \operatorname{{Im}} \int^{{{image} = {cut}}} {integrand} \, dz"


class CurveIntegral(_PointBound):
    r"""(1/pi) \int h dx over the curve Im x(z) = 0 in the upper half-plane: ``CurveIntegral(h, x, gamma)``.

    h must fall like the height of the curve, as x^(-1 - 1/gamma).
    """

    def number_of(self, names: Sequence[Symbol]) -> Callable[..., mpmath.mpf]:
        """Its value as a function of those of the symbols, at the working precision of mpmath."""
        integrand, image, parameter = self.args
        decay_at = lambdify(names, parameter, "mpmath")
        h, image_at = (lambdify([*_POINT, *names], v, "mpmath") for v in (integrand, [image, _along(image)]))

        def number(*values: Any) -> mpmath.mpf:
            decay = decay_at(*values)
            g = resolvent_of_modes(decay)

            def eigenvalue(z: Any) -> Any:
                return image_at(z, *g(z), *values)

            edge, _ = eigenvalue(_left_end(lambda z: eigenvalue(z)[1]))
            width, precision = abs(edge) + 1, mpmath.mp.prec

            def along(share: Any) -> Any:  # share: about that of the modes farther out
                with mpmath.workprec(precision):
                    z = _preimage(edge + width * (share**-decay - 1), eigenvalue)
                    height = 0 if z.imag == 0 else h(z, *g(z), *values)
                    return height * decay * width * share ** (-decay - 1)

            least, end_of_bulk = mpmath.mpf(10) ** (-mpmath.mp.dps // 3), mpmath.mpf(3) ** (-1 / decay)
            whole = integral(along, [least, end_of_bulk, 1], DIGITS)
            return (whole + least * along(least)) / mpmath.pi

        return number

    def _latex(self, printer: Any) -> str:
        integrand, image, _ = (printer._print(argument) for argument in self.args)
        return rf"\frac{{1}}{{\pi}} \int {integrand} \, d\left({image}\right)"


class CriticalNoise(_PointBound):
    """delta/s_d at which the lowest noisy eigenvalue of all modes comes down to zero.

    ``CriticalNoise(x, gamma)``: there is a z below the smallest mode, 1, with x(z) = 0 and x'(z) = 0.
    """

    is_positive = True

    def __new__(cls, subordination_map: Expr, decay: Expr) -> CriticalNoise:
        """With delta bound, whose own name other expressions beside it may hold."""
        image = subordination_map.subs(effective_noise, sqrt(_square))
        return super().__new__(cls, image, decay)  # type: ignore[no-any-return]

    def number_of(self, names: Sequence[Symbol]) -> Callable[..., mpmath.mpf]:
        """Its value as a function of those of the symbols, at the working precision of mpmath."""
        image, parameter = self.args
        (square,) = solve(image, _square)
        noise_at = lambdify(_POINT, [sqrt(square), _along(image).subs(_square, square)], "mpmath")
        decay_at = lambdify(names, parameter, "mpmath")

        def number(*values: Any) -> mpmath.mpf:
            g = resolvent_of_modes(decay_at(*values))

            def noise_and_slope(
                logit: Any,
            ) -> Any:  # of 1 - z: x' decreases to the smallest mode, and is 1 at 0
                z = 1 / (1 + mpmath.exp(logit))
                return noise_at(z, *g(z))

            return noise_and_slope(monotone_root(lambda logit: noise_and_slope(logit)[1], mpmath.mpf(0)))[0]

        return number

    def _latex(self, printer: Any) -> str:
        return rf"\delta_v\left({printer._print(self.args[1])}\right)"


def resolvent_of_modes(decay: Any) -> Callable[[Any], tuple[Any, Any]]:
    """The resolvent g of a power law of modes, and g', at any z that is not 0 or real beyond 1.

    By parts, z g' = -(1 + 1/gamma) g - 1/(gamma (1 - z)).  Near the last mode, z = 1, Gauss's series with a
    logarithm is summed here, with coefficients made once.

    >>> g, slope = resolvent_of_modes(1)(1j)
    >>> mpmath.nstr(g - mpmath.quad(lambda t: 1 / (1j - 1 / t), [0, 1]), 5)
    '(0.0 + 0.0j)'
    """
    power = 1 + 1 / mpmath.mpf(decay)
    near = _coefficients(power)

    def at(z: Any) -> tuple[Any, Any]:
        gap = 1 - z
        if abs(gap) < _NEAR:
            g = (mpmath.log(gap) * z**-power - mpmath.polyval(near, gap)) / decay
        else:
            g = -mpmath.hyp2f1(1, power, power + 1, z) / (1 + decay)
        return g, -(power * g + 1 / (decay * gap)) / z

    return at


_NEAR = 0.5
"""Distance from the last mode at which the series about it is summed."""


def _coefficients(power: Any) -> list[Any]:
    """(b)_n/n! (psi(n + 1) - psi(n + b)) of F(1, b; b + 1; 1 - w)/b + log(w) (1 - w)**-b, the last first."""
    factor, difference, series = mpmath.mpf(1), mpmath.digamma(1) - mpmath.digamma(power), []
    for n in range(int(mpmath.mp.prec / -mpmath.log(_NEAR, 2)) + 10):
        series.append(factor * difference)
        factor *= (power + n) / (n + 1)
        difference += mpmath.mpf(1) / (n + 1) - 1 / (power + n)
    return series[::-1]


def _left_end(slope: Callable[[Any], Any]) -> Any:
    """The real z < 1 where x' vanishes: the curve begins there, below the smallest mode."""
    nearest = mpmath.sqrt(mpmath.eps)  # where there is so little noise that it begins at the mode
    if slope(1 - nearest) > 0:
        return 1 - nearest
    return 1 - mpmath.exp(monotone_root(lambda t: slope(1 - mpmath.exp(t)), mpmath.mpf(0)))


_AVERAGED, _NEWTON = 4, 200
"""Steps of either kind towards z_kappa; close to an edge of the bulk Newton's halve the distance."""


def _preimage(place: Any, image: Callable[[Any], tuple[Any, Any]]) -> Any:
    """The point z of the closed upper half-plane with x(z) at a real place; ``image`` is x and x'.

    z -> place - (x(z) - z) maps the upper half-plane into itself, with that point as its fixed point.
    Averaged with the identity it comes close; Newton's method ends the search, where its steps no longer
    decrease.

    Raises:
        ArithmeticError: when they end elsewhere.
    """
    z, last = mpmath.mpc(place, 1), mpmath.inf
    shift = abs(image(z)[0] - z)
    if shift > abs(z):  # more noise than height: from about its size on the shift decreases like 1/z
        z = mpmath.mpc(place, mpmath.sqrt(abs(z) * shift))
    for _ in range(_AVERAGED):
        z -= (image(z)[0] - place) / 2
    small = mpmath.mpf(10) ** (5 - mpmath.mp.dps)
    for _ in range(_NEWTON):
        x, slope = image(z)
        left, step = x - place, (x - place) / slope
        if abs(left) <= small * (abs(z) + abs(place)):
            if z.real < 1 and z.imag <= mpmath.sqrt(small) * abs(z):
                return z.real
            if not abs(step) < last * 3 / 4:
                return z
        z, last = z - step, abs(step)
        z = z if z.imag >= 0 else mpmath.conj(z)
    raise ArithmeticError(f"no point of the upper half-plane is found whose image is {place}")
