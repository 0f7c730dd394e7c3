r"""What a trained network declares: its state evolution, as sums over the modes of a power-law target.

Both networks of arXiv:2509.24882 are denoisers.  The trained estimate is distributed as the soft-thresholded
noisy target, and one potential, the mean over modes of

    J(s; delta, kappa) = E[(x - kappa)_+^2],     x the noisy image of a mode of size s,

gives all the rest by derivatives.  Stein's lemma makes the degrees of freedom D = dJ/d(delta^2), and then
the error E = E[(estimate - s)^2] = s^2 - J - 2 kappa E[(x - kappa)_+] + 2 delta^2 D becomes

    E = s^2 - J + (kappa d/dkappa + delta d/ddelta) J,

since the mean size of the estimate is E[(x - kappa)_+] = -(1/2) dJ/dkappa.  J is homogeneous of degree 2 in
(s, delta, kappa): so is E, and D is of degree 0, which is what lets ``power_sums`` treat their means as
functions of s_i/T.  The trained objective, divided by d (diagonal) or d^2 (quadratic network), is

    (c/2) delta^2 (lambda/(c kappa))^2 + lambda E[(x - kappa)_+],       c = R/E = 1 or 2.

A network therefore declares J and three equations.  Where the modes do not interact (diagonal network) one
expression holds for every size.  Where they do (quadratic network: eigenvalues repel) a mode either makes an
outlier, ``size > bbp_threshold``, or is one share of the bulk, with J = delta^2 j(kappa/delta) (``noise``).

Degrees and signs of the declared functions are tested at a few points, and a declaration that fails is
refused: of a network they hold everywhere.  By hand: J is an area, so that doubling s, delta and kappa makes
it four times as large.  J = (s - kappa)^3 is eight times as large; J = 2 (s - kappa)^2 passes this, but
leaves the error E = s^2 - J + kappa dJ/dkappa, about -s^2 of a mode far above the threshold.

In this order: ``AMPLITUDE``, ``Declaration``, ``error_of`` and the other derivatives of J, the checks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import mpmath
from sympy import Eq, Expr, Symbol, lambdify, oo, simplify, sqrt

from asymptotics.displays import Displayed
from asymptotics.expressions.checks import require
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.lemmas.power_sums import Learned
from asymptotics.networks.fields import (
    expression,
    multiple_of_error,
    noise_balance,
    text,
    threshold_balance,
    words,
)
from asymptotics.symbols import (
    d,
    effective_noise,
    matrix_error,
    position,
    resolvent,
    size,
    threshold,
)

AMPLITUDE = sqrt(d)
"""Size of the largest mode of the target, s_i = sqrt(d) i**-gamma."""


@dataclass(frozen=True, repr=False)
class Declaration(Displayed):
    """A network, declared by its equations.

    What means nothing is refused (``check_network``): expressions are in the symbols of
    ``asymptotics.symbols``, each of its degree in the lengths s, delta and kappa.

    Attributes:
        name: how users call the network.
        noise: law of the noise of one mode, in units of delta.
        potential: J(s; delta, kappa) of an outlier, while most modes are in the bulk.
        potential_among_learned: the same once every mode is an outlier.
        bbp_threshold: smallest size of a mode that makes an outlier, as a function of delta and kappa; 0 when
            ``potential`` holds for every size.
        learned_probability: probability that a mode of that size counts as learned, given it is an outlier.
        posterior_variance: least mean square error with which an outlier's mode can be known through the
            noise, while most modes are in the bulk.
        posterior_variance_among_learned: the same once every mode is an outlier.
        unlearned_energy: the part of the error of an outlier's mode that is target below the threshold.
        noise_fraction: the share of the rest that is noise.
        noise_balance: the equation for delta, in E.
        threshold_balance: the equation for kappa, in D.
        excess_risk: R as a multiple of E.
        outlier_location: where a mode of size s above the BBP threshold makes an outlier among the weights,
            before they are shifted by kappa; None where it has no one place.  As a function of s it gives the
            outlier's overlap, too, and the overlap density of modes inside the noise (``subcritical``).
        subordination_map: the map of free convolution from the plane of the modes to that of the noisy
            weights, in ``position``, ``resolvent`` and ``effective_noise`` (``free_convolution``).  It
            belongs to noise that is symmetric about 0, of which ``noise`` keeps the positive half.  None
            where modes do not interact, and ``potential`` holds for any number of them; or where no such map
            is known.

    Raises:
        InvalidArgument: when a field is not of its kind, form or sign; it names the field.
    """

    name: str
    noise: NoiseLaw
    potential: Expr
    potential_among_learned: Expr
    bbp_threshold: Expr
    learned_probability: Expr
    posterior_variance: Expr
    posterior_variance_among_learned: Expr
    unlearned_energy: Expr
    noise_fraction: Expr
    noise_balance: Eq
    threshold_balance: Eq
    excess_risk: Expr
    outlier_location: Expr | None = None
    subordination_map: Expr | None = None

    def __post_init__(self) -> None:
        for name, value in check_network(vars(self)).items():
            object.__setattr__(self, name, value)  # a plain 0 or 1 is an expression, too

    def __str__(self) -> str:
        """The name, as it stands in tables."""
        return self.name

    def potential_of(self, learned: Learned) -> Expr:
        """J of an outlier, while most modes are in the bulk or once none is.

        Raises:
            InvalidArgument: when ``learned`` is no ``Learned``.
        """
        require(isinstance(learned, Learned), "learned", learned, "a Learned (asymptotics.lemmas.power_sums)")
        return self.potential_among_learned if learned is Learned.ALL else self.potential

    @property
    def overlap(self) -> Expr | None:
        """Squared cosine of the outlier's direction with the mode's in the target."""
        return None if self.outlier_location is None else self.outlier_location.diff(size)

    @property
    def subordination_of_all(self) -> Expr | None:
        """``subordination_map`` once all modes are of the noise's size; None where modes do not interact.

        Raises:
            NotImplementedError: when they do, and that is not declared.
        """
        if self.bbp_threshold != 0 and self.subordination_map is None:
            raise NotImplementedError(
                f"{self.name}: its modes, all of the size of the noise, repel each other, and the network "
                "declares no subordination_map"
            )
        return self.subordination_map

    @property
    def risk_per_error(self) -> Expr:
        """The factor c = R/E."""
        return self.excess_risk / matrix_error


@cache
def error_of(potential: Expr) -> Expr:
    """E = s^2 - J + (kappa d/dkappa + delta d/ddelta) J for one mode."""
    euler = threshold * potential.diff(threshold) + effective_noise * potential.diff(effective_noise)
    return simplify(size**2 - potential + euler)


@cache
def degrees_of_freedom_of(potential: Expr) -> Expr:
    """D = dJ/d(delta^2) for one mode."""
    return simplify(potential.diff(effective_noise) / (2 * effective_noise))


@cache
def size_of(potential: Expr) -> Expr:
    """E[(x - kappa)_+] = -(1/2) dJ/dkappa for one mode."""
    return simplify(-potential.diff(threshold) / 2)


# --- checks

LENGTHS = (size, effective_noise, threshold)
"""What every function of one mode is made of."""

_DIGITS = 20
_ROUNDING = 1e-10
_COARSE = 1e-4
_FAR = 10**6
"""Size over delta and kappa of a mode that noise and threshold hardly touch."""

Point = Mapping[Symbol, Any]

NOISE_BALANCE = "A delta**2 = labels + p E"
THRESHOLD_BALANCE = "A = p D + force"
_OF_IMAGE = (position, resolvent, effective_noise)


def check_network(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse a network that means nothing; the checked fields, numbers as expressions.

    ``declared`` holds the fields of a ``Network`` by their names.

    Raises:
        InvalidArgument: it names the first field that is not what it should be.
    """
    text("name", declared["name"])
    require(
        isinstance(declared["noise"], NoiseLaw),
        "noise",
        declared["noise"],
        "a NoiseLaw (asymptotics.lemmas.noise)",
    )
    scales = (effective_noise, threshold)
    allowed = {
        "potential": LENGTHS,
        "potential_among_learned": LENGTHS,
        "bbp_threshold": scales,
        "learned_probability": LENGTHS,
        "posterior_variance": (size, effective_noise),
        "posterior_variance_among_learned": (size, effective_noise),
        "unlearned_energy": LENGTHS,
        "noise_fraction": LENGTHS,
    }
    checked = {name: expression(name, declared[name], of) for name, of in allowed.items()}
    for name, of in {"outlier_location": (size, effective_noise), "subordination_map": _OF_IMAGE}.items():
        value = declared[name]
        checked[name] = None if value is None else expression(name, value, of)
    noise_balance(declared["noise_balance"], NOISE_BALANCE)
    threshold_balance(declared["threshold_balance"], THRESHOLD_BALANCE)
    checked["excess_risk"] = multiple_of_error("excess_risk", declared["excess_risk"])
    _check_functions(checked, declared["noise"])
    return checked


def _check_functions(fields: Mapping[str, Any], noise: NoiseLaw) -> None:
    """Degrees and signs of the functions of one mode, at points where it is an outlier."""
    points = _points_of_outliers(fields["bbp_threshold"])
    for name in ("potential", "potential_among_learned"):
        _check_potential(name, fields[name], points)
    for name, degree in _DEGREES.items():
        _check_degree(name, fields[name], degree, points)
        for at in points:
            _check_range(name, fields[name], at, 0, 1 if degree == 0 else at[size] ** 2)
    for name in ("posterior_variance", "posterior_variance_among_learned"):
        require(fields[name] != 0, name, fields[name], "above 0: noise hides something of every mode")
    if fields["bbp_threshold"] == 0:
        _check_noise_within(fields["potential"], noise)
    if fields["outlier_location"] is not None:
        _check_outlier_location(fields["outlier_location"], points)
    if fields["subordination_map"] is not None:
        _check_subordination_map(fields["subordination_map"], noise)


_DEGREES = {
    "learned_probability": 0,
    "noise_fraction": 0,
    "posterior_variance": 2,
    "posterior_variance_among_learned": 2,
    "unlearned_energy": 2,
}
"""Degrees in the lengths, of functions between 0 and 1 or the energy of the mode."""


def _points_of_outliers(bbp_threshold: Expr) -> list[dict[Symbol, Any]]:
    """A few sizes, delta and kappa with the size above the BBP threshold, which is checked, too."""
    scales = [{effective_noise: x, threshold: y} for x, y in ((1, 0.5), (2, 3), (1, 3))]
    _check_degree("bbp_threshold", bbp_threshold, 1, scales)
    for at in scales:
        _check_range("bbp_threshold", bbp_threshold, at, 0, oo)
    return [
        {size: 3 * (sum(at.values()) + _number("bbp_threshold", bbp_threshold, at)), **at} for at in scales
    ]


def _check_outlier_location(value: Expr, points: Collection[Point]) -> None:
    name = "outlier_location"
    _check_degree(name, value, 1, points)
    _check_ratio(name, value, size, "a place that tends to s for modes far above the noise")


def _check_subordination_map(value: Expr, noise: NoiseLaw) -> None:
    name = "subordination_map"
    require(value.has(position), name, value, f"a function of {position}")
    here = {position: 5, resolvent: 0.25, effective_noise: 2}
    there = {position: 10, resolvent: 0.125, effective_noise: 4}
    gap = abs(2 * _number(name, value, here) - _number(name, value, there))
    lengths = f"{position}, {effective_noise} and 1/{resolvent}"
    require(gap < _ROUNDING, name, value, f"of degree 1 in {lengths}")
    _check_map_of_noise(value, noise)


def _check_map_of_noise(value: Expr, noise: NoiseLaw) -> None:
    """Without any signal g = 1/z, and the noise must have the resolvent 1/z at x(z).

    Both are compared at z = i y, where they are imaginary: 1/y = mean of X/(X^2 + w^2), with x = i X and the
    mean over both halves of the noise.
    """
    name = "subordination_map"
    density = _compiled(noise.density, (level,))
    panels = [0, min(1, noise.end / 2), noise.end]
    for y in (2, 5):
        try:
            x = mpmath.im(_compiled(value, _OF_IMAGE)(mpmath.mpc(0, y), mpmath.mpc(0, -1 / y), 1))
        except (ArithmeticError, TypeError, ValueError):  # it compares, or knows no complex numbers
            x = mpmath.nan
        whole = mpmath.re(mpmath.quad(lambda w, x=x: 2 * x / (x**2 + w**2) * density(w), panels))
        require(
            abs(y * whole - 1) < _COARSE,
            name,
            value,
            "that of the noise, of which the positive half is kept, or None: without any signal the "
            f"resolvent of the noise at x(z = {y} i) must be 1/z, and is {float(y * whole):.4g}/z",
        )


def _check_potential(name: str, potential: Expr, points: Collection[Point]) -> None:
    needed = [length for length in LENGTHS if not potential.has(length)]
    lacks = f"it lacks {words(needed or [''])}"
    require(not needed, name, potential, f"a function of {words(LENGTHS)}: {lacks}")
    _check_degree(name, potential, 2, points)
    euler = threshold * potential.diff(threshold) + effective_noise * potential.diff(effective_noise)
    error = size**2 - potential + euler
    positive = {
        "E[(x - kappa)_+^2] itself": potential,
        "the mean size -dJ/dkappa/2 of the estimate": -potential.diff(threshold),
        "the degrees of freedom dJ/d(delta^2)": potential.diff(effective_noise),
        "the error s^2 - J + kappa dJ/dkappa + delta dJ/ddelta": error,
    }
    for at in points:
        for what, value in positive.items():
            require(
                _number(name, value, at, potential) >= -_ROUNDING,
                name,
                potential,
                f"E[(x - kappa)_+^2] of a mode: negative at {_shown(at)} is {what}",
            )
    _check_ratio(name, potential, size**2, "a mean square that tends to s^2 for modes far above the noise")


def _check_noise_within(potential: Expr, noise: NoiseLaw) -> None:
    """Where one expression holds for every size, a mode of no size is one of noise alone."""
    for cut in (0.5, 1):
        at = {size: 1e-20, effective_noise: 1, threshold: cut}
        value, expected = _number("potential", potential, at), _cut_noise(noise, cut)
        require(
            abs(value - expected) < _COARSE,
            "potential",
            potential,
            "that of the noise for a mode of size 0, as bbp_threshold is 0: "
            f"j({cut}) = {float(expected):.6g}, not {float(value):.6g}",
        )


def _cut_noise(noise: NoiseLaw, cut: float) -> mpmath.mpf:
    """j(u), as a number."""
    if noise.end <= cut:
        return mpmath.mpf(0)
    density = _compiled(noise.density, (level,))
    return mpmath.re(mpmath.quad(lambda w: (w - cut) ** 2 * density(w), [cut, noise.end]))


def _check_degree(name: str, value: Expr, degree: int, points: Collection[Point]) -> None:
    for at in points:
        one = _number(name, value, at)
        two = _number(name, value, {length: 2 * x for length, x in at.items()})
        same = abs(two - 2**degree * one) <= _ROUNDING * (1 + abs(two))
        require(same, name, value, f"of degree {degree} in the lengths {words(at)}")


def _check_range(name: str, value: Expr, at: Point, low: Any, high: Any) -> None:
    inside = low - _ROUNDING <= _number(name, value, at) <= high + _ROUNDING
    allowed = {1: "between 0 and 1", oo: "at least 0"}.get(high, "between 0 and the energy s^2 of a mode")
    require(bool(inside), name, value, f"{allowed}, as it is not at {_shown(at)}")


def _check_ratio(name: str, value: Expr, to: Expr, allowed: str) -> None:
    far = {size: _FAR, effective_noise: 1, threshold: 1}
    require(abs(_number(name, value / to, far, value) - 1) < _COARSE, name, value, allowed)


def _number(name: str, value: Expr, at: Point, field: Expr | None = None) -> mpmath.mpf:
    """The value at a point, a real number."""
    with mpmath.workdps(_DIGITS):
        try:
            number = _compiled(value, tuple(at))(*(mpmath.mpmathify(x) for x in at.values()))
        except (ArithmeticError, NameError, TypeError, ValueError):  # it knows no such function
            number = mpmath.nan
    number = number.real if isinstance(number, mpmath.mpc) and number.imag == 0 else mpmath.mpmathify(number)
    finite = isinstance(number, mpmath.mpf) and bool(mpmath.isfinite(number))
    require(finite, name, value if field is None else field, f"a real number at {_shown(at)}")
    return number


@cache
def _compiled(value: Expr, names: tuple[Symbol, ...]) -> Callable[..., Any]:
    return lambdify(names, value, "mpmath")  # type: ignore[no-any-return]


def _shown(at: Point) -> str:
    return ", ".join(f"{length} = {float(x):.4g}" for length, x in at.items())
