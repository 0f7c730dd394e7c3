r"""The quadratic network with fewer hidden units than inputs: only its p largest eigenvalues survive.

A network of width p < d has at most p nonzero eigenvalues: of the noisy target S* + delta GOE it keeps f(x) =
x - kappa on x > q = max(kappa, q_p), where mu has the mass p/d right of q_p (arXiv:2606.28242).  The
functionals of f are those of `quadratic`,

    D = 2 int f Re g dmu,        E = Q + int f^2 dmu - 2 [int x f dmu - delta^2 D],        T = int f dmu,

also where f jumps at q; the path along which they are integrated begins at z_q instead of z_kappa.

Where the support has a gap between the bands of modes p and p + 1, z_q is any real point of it.  Else q_p is
searched for on Biane's curve: in the real part of z among learned modes, from the mode itself where modes are
listed, as bands of equal ones may be narrower than a rounding of it; in its angle where noise alone is cut.
There the mass is of the third order in the angle, and the digits of q do not determine it.

Functions, in order: `scalars`, `scalars_at_angle`, `cut_at`, `narrowed`, `top_quantile`, `below_edge`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, TypeAlias

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, DOUBLE_BITS
from numerics.equations.bracketing import monotone_root
from numerics.equations.secant import secant
from numerics.equations.state_equations import Scalars
from numerics.free_probability.preimages import above_axis, at_angle, beside_mode, gap_after
from numerics.free_probability.views import Preimage, mass_right_of, natural_unit, spectrum_view
from numerics.networks import quadratic
from numerics.networks.quadratic import Cut
from numerics.sums.explicit import AnyTarget

# Accuracy of the search in float64: a secant then needs a few steps only.
_ROUGHLY = 1e-10
# Relative step of the central difference that is its slope there.
_STEP = 1e-5
# Roundings of the coordinate up to which the quantile counts as resolved.
_ROUNDINGS = 2**10
# Modes this many times smaller than the noise have no gaps between them.
_FAR_BELOW = 2**10

# A coordinate along Biane's curve -> (target, delta, coordinate) -> the point there, and x.
Place: TypeAlias = Callable[[AnyTarget, Any, Any], tuple[Preimage, Any]]


def scalars(noise: Any, threshold: Any, target: AnyTarget, width: int | None) -> Scalars:
    """`quadratic.scalars` with at most ``width`` < d eigenvalues; None for no limit.

    Raises:
        NotConverged: the threshold or the quantile was not resolved.

    Far below a rank-one target's eigenvalue a single unit learns it as well as many do, and no noise:

    >>> from numerics.sums.target import Target
    >>> target = Target(dim=10**4, decay=40, scale=100.0)
    >>> one, all_units = scalars(0.5, 0.6, target, 1), quadratic.scalars(0.5, 0.6, target)
    >>> print(f"{one.degrees_of_freedom:.6f} {all_units.degrees_of_freedom:.6f}")
    0.000199 0.077359
    """
    if width is None:
        return quadratic.scalars(noise, threshold, target)
    with target.arithmetic.working():
        return _scalars(cut_at(noise, threshold, target, width), width)


def scalars_at_angle(noise: Any, angle: Any, target: AnyTarget, width: int | None) -> Scalars:
    """`quadratic.scalars_at_angle` with at most ``width`` < d eigenvalues; None for no limit.

    Raises:
        NotConverged: as `scalars`; or no threshold next to the edge of the noise belongs to this angle.
    """
    if width is None:
        return quadratic.scalars_at_angle(noise, angle, target)
    with target.arithmetic.working():
        return _scalars(narrowed(quadratic.cut_at_angle(noise, angle, target), width), width)


def _scalars(cut: Cut, width: int) -> Scalars:
    values = replace(quadratic.scalars_of(cut), slopes=None)  # they jump where the rank begins to bind
    if not cut.excess > 0:
        return values
    units = cut.target.arithmetic.real(width)
    share = units / cut.target.arithmetic.real(cut.target.dim)
    return replace(values, mass_above=share, learned_modes=min(values.learned_modes, units))


def cut_at(noise: Any, threshold: Any, target: AnyTarget, width: int | None) -> Cut:
    """`quadratic.cut_at` with the ``width`` largest eigenvalues only; None for no limit.

    Raises:
        NotConverged: the threshold or the quantile was not resolved.
    """
    if width is None:
        return quadratic.cut_at(noise, threshold, target)
    # noise moves no eigenvalue by more than 2 delta: q is above kappa, whose own place is not needed
    if target.modes_above(2 * (threshold + 2 * noise)) > width:
        arithmetic = target.arithmetic
        unit = natural_unit(arithmetic, noise, target.size(arithmetic.real(width)))
        target, noise, threshold = target.in_units(unit), noise / unit, threshold / unit
        start, quantile = top_quantile(target, noise, width)
        return Cut(target, noise, threshold, start, quantile - threshold, unit)
    return narrowed(quadratic.cut_at(noise, threshold, target), width)


def narrowed(cut: Cut, width: int) -> Cut:
    """The estimate with its ``width`` largest eigenvalues only; the same object if it has no more.

    Raises:
        NotConverged: the quantile was not resolved.
    """
    if quadratic.scalars_of(cut).mass_above * cut.target.dim <= width:
        return cut
    start, quantile = top_quantile(cut.target, cut.noise, width)
    excess = _beyond(cut, start, quantile)
    return replace(cut, start=start, excess=max(excess, 0 * excess))


def _beyond(cut: Cut, start: Preimage, quantile: Any) -> Any:
    """How far q is above kappa, from their preimages if these are nearer to each other than to the axis.

    Next to the edge of the noise q and kappa agree in ever more digits, but the heights of their preimages do
    not.  As delta^2 mean 1/|z_kappa - s|^2 = 1 on the curve,

        q - kappa = delta^2 (z_q - z_kappa) (z_q - conj z_kappa) mean 1/(|z_kappa - s|^2 (z_q - s)),

    and the product of the first two is (Re)^2 + (Im z_kappa)^2 - (Im z_q)^2 + 2 i Im z_q Re, with Re that of
    z_q - z_kappa.
    """
    arithmetic, from_zero = cut.target.arithmetic, cut.start.view.origin
    across = (start.zeta.real - cut.start.zeta.real) + (start.view.origin - from_zero)
    height, other = cut.start.zeta.imag, start.zeta.imag
    if not (cut.start.in_support and start.in_support and abs(across) < height):
        return quantile - cut.threshold
    squares = across * across + (height - other) * (height + other)
    steps = arithmetic.complex(squares, 2 * other * across)
    real = arithmetic.real_part(cut.start.separations)
    separations = cut.start.separations + arithmetic.complex(across, other - height)
    mean = (cut.start.view.weights / (real * real + height * height)) @ (1 / separations)
    return cut.noise * cut.noise * (steps * mean).real


@lru_cache(maxsize=64)
def top_quantile(target: AnyTarget, noise: Any, count: int) -> tuple[Preimage, Any]:
    """The point of Biane's curve right of which mu has the mass count/dim, 0 < count < dim, and its image q.

    In float64 units should be natural ones; q must be positive.

    Raises:
        NotConverged: the search for the point failed.

    A tenth of the mass of a semicircle:

    >>> from numerics.sums.target import Target
    >>> point, q = top_quantile(Target(dim=10**6, decay=1.0, scale=1e-20), 1.0, 10**5)
    >>> angle = math.acos(q / 2)
    >>> round((angle - math.sin(angle) * math.cos(angle)) / math.pi, 12)
    0.1
    """
    with target.arithmetic.working():
        after = target.place_after(count)
        if after is not None and target.size(target.arithmetic.real(count)) > noise / _FAR_BELOW:
            gap = gap_after(target, noise, after)
            if not gap.is_closed:
                view = spectrum_view(target, after).moved(gap.offset)
                return view.point(target.arithmetic), view.origin + view.curve(
                    target.arithmetic, noise
                ).image(0)
        places: tuple[Place, ...] = (_by_angle, _by_real_part)
        if count <= target.modes_above(noise):
            places = (_by_offset(target, noise, count), *places[::-1]) if target.is_whole else places[::-1]
        failure = None
        for place in places:
            try:
                return _on_curve(target, noise, count, place)
            except NotConverged as error:
                failure = failure or error
        assert failure is not None
        raise failure


def below_edge(target: AnyTarget, noise: Any, start: Preimage) -> Any:
    r"""How far q lies below 2 delta, where noise alone ends, from its preimage z = r exp(i angle).

    The fewer units keep noise the more digits q and 2 delta have in common.  As q = 2 Re z - delta^2 mean
    s/|z - s|^2 on the curve, and r^2 = delta^2 (1 + M) with M = mean (2 s Re z - s^2)/|z - s|^2,

        2 delta - q = 2 delta (1 - cos angle) - 2 (r - delta) cos angle + delta^2 mean s/|z - s|^2,

    with 1 - cos angle = (Im z)^2/(r (r + Re z)) and r - delta = delta M/(1 + sqrt(1 + M)).

    Args:
        target: the target, in units of the order of the noise.
        noise: delta.
        start: the point of Biane's curve, in the support.

    A billionth of the noise lies within (3 pi/2 10^-9)^(2/3) of its edge:

    >>> from numerics.sums.target import Target
    >>> target = Target(dim=10**15, decay=1.0, scale=1e-20)
    >>> point, _ = top_quantile(target, 1.0, 10**6)
    >>> print(f"{below_edge(target, 1.0, point) / (3e-9 * math.pi / 2) ** (2 / 3):.6f}")
    1.000000
    """
    arithmetic, sizes = target.arithmetic, start.view.eigenvalues
    with arithmetic.working():
        real, height = start.point.real, start.zeta.imag
        radius = arithmetic.sqrt(real * real + height * height)
        across = arithmetic.real_part(start.separations)
        mean = start.view.weights / (across * across + height * height)
        linear, square = mean @ sizes, mean @ (sizes * sizes)
        longer = 2 * real * linear - square
        beyond = noise * longer / (1 + arithmetic.sqrt(1 + longer))
        turned = noise * height * height / (radius * (radius + real))
        return 2 * turned - 2 * beyond * real / radius + noise * noise * linear


def _by_angle(target: AnyTarget, noise: Any, y: Any) -> tuple[Preimage, Any]:
    """At the angle exp(-y) next to the edge of the noise, below pi/2 everywhere."""
    arithmetic = target.arithmetic
    angle = arithmetic.exp(-y)
    return at_angle(target, noise, angle / (1 + 2 * angle / arithmetic.pi))


def _by_real_part(target: AnyTarget, noise: Any, y: Any) -> tuple[Preimage, Any]:
    """Above u = exp(y)."""
    return above_axis(target, noise, target.arithmetic.exp(y))


def _by_offset(target: AnyTarget, noise: Any, count: int) -> Place:
    """At w sinh(y) from the mode of that number, with w the half-width of the band of those of its size."""
    learned = target.rank(target.size(count)) + 1

    def place(target: AnyTarget, noise: Any, y: Any) -> tuple[Preimage, Any]:
        arithmetic = target.arithmetic
        share = target.share_above(learned) - target.share_above(learned - 1)
        growth = arithmetic.exp(y)
        offset = noise * arithmetic.sqrt(share) * (growth - 1 / growth) / 2
        return beside_mode(target, noise, learned, offset)

    return place


def _on_curve(target: AnyTarget, noise: Any, count: int, place: Place) -> tuple[Preimage, Any]:
    """The quantile along Biane's curve: by bracketing in float64, then by the secant method."""

    def surplus(target: AnyTarget, noise: Any, y: Any) -> tuple[Any, tuple[Preimage, Any]]:
        at = place(target, noise, y)
        return _surplus(target, noise, count, at[0]), at

    arithmetic, rough = target.arithmetic, target.in_double()
    with DOUBLE.working():
        guess = _guess(rough, float(noise), count, place)
        in_double = partial(surplus, rough, float(noise))
        roughly = partial(_rough_surplus, rough, float(noise), count, place)
        root = monotone_root(roughly, guess, _ROUGHLY)
        step = _STEP * max(abs(root), 1)
        slope = (roughly(root + step) - roughly(root - step)) / (2 * step)
        if arithmetic.bits > DOUBLE_BITS:  # of many digits the first ones are as good in float64
            root = secant(in_double, root, slope, DOUBLE.epsilon * max(abs(root), 1)).x
    y = arithmetic.real(root)
    rounding = arithmetic.epsilon * max(abs(y), 1)
    result = secant(partial(surplus, target, noise), y, arithmetic.real(slope), 4 * rounding)
    if not abs(result.residual) < _ROUNDINGS * rounding:
        raise NotConverged(f"the {count} largest of {target.dim} eigenvalues were not told from the others")
    value: tuple[Preimage, Any] = result.value
    return value


def _guess(target: AnyTarget, noise: float, count: int, place: Place) -> float:
    """Where to search: at the mode itself, or where the mass 2 angle^3/(3 pi) of noise alone is count/dim."""
    if place is _by_real_part:
        return math.log(max(noise, target.size(count + 0.5)))
    if place is not _by_angle:
        return 0.0
    return -math.log(3 * math.pi / 2 * count / target.dim) / 3


def _surplus(target: AnyTarget, noise: Any, count: int, point: Preimage) -> Any:
    """Logarithm of the mass right of a point over count/dim."""
    arithmetic = target.arithmetic
    cut = Cut(target, noise, noise, point, 0 * noise, arithmetic.real(1))
    mass = quadratic.scalars_of(cut).mass_above
    return arithmetic.log(mass * target.dim / count)


def _rough_surplus(target: AnyTarget, noise: float, count: int, place: Place, y: float) -> float:
    """The same in float64 and in closed form: much faster, and off where the point is off the curve."""
    point, _ = place(target, noise, y)
    mass = mass_right_of(DOUBLE, point.view.weights, point.separations)
    return float(DOUBLE.log(mass * target.dim / count))
