r"""The law of the trained weights at a solution (delta, kappa) of the state evolution (arXiv:2509.24882).

Quadratic network: eigenvalues of B B^T.  With mu the law of the target's eigenvalues s_i free-convolved
with a semicircle of variance delta^2,

    an atom at 0 of mass mu(-oo, kappa], and mu shifted left by kappa on (0, oo):
    the bulk, what the threshold leaves of a semicircle, up to the bulk edge 2 delta - kappa;
    for every s_i above the BBP threshold delta an outlier at s_i + delta^2/s_i - kappa, if that is positive,
    whose eigenvector has the squared cosine 1 - delta^2/s_i^2 with its target direction.

At finite dimension an outlier is a band of half-width about 2 delta/sqrt(d); neighbouring bands merge.

Diagonal network: coefficients theta_i = a_i w_i, with the law of eta_kappa(theta*_i + delta z), a soft
threshold on a Gaussian of variance sigma_i^2 = tau_i^2 + delta^2 for each i: an atom at 0 of mass mean
P(|X_i| < kappa), and the density mean exp(-(|nu| + kappa)^2/(2 sigma_i^2))/sqrt(2 pi sigma_i^2) at nu != 0,
even in nu.  There are no outliers.

*The edge of the noise.*  What noise alone could have produced lies, in the law of the noisy target, below 2
delta for eigenvalues, and for d coefficients below their expected maximum, about delta sqrt(2 log d).

*What is checked.*  Densities of the quadratic network come from points of Biane's curve that satisfy their
equation (`free_probability`); masses, contour integrals in relative precision, are compared with the closed
form at such a point.  Those of the diagonal one are finite sums.  A quantile is compared with its mass.

In order: `Law`, `Spike`, `Spectrum`, `quadratic_noise_edge`, `edge_of_bulk`, `diagonal_noise_edge`,
`quadratic_spectrum`, `diagonal_spectrum`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np
from scipy import optimize, special

from numerics.arithmetic.arrays import at_each, real_points, require_probabilities, require_seed
from numerics.arithmetic.checks import is_count, require
from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic
from numerics.displays import Displayed, extra
from numerics.free_probability.eigenvalues import eigenvalues_of
from numerics.free_probability.free_convolution import FreeConvolution
from numerics.free_probability.preimages import right_edge
from numerics.free_probability.views import natural_unit
from numerics.networks import quadratic
from numerics.networks.width import below_edge, top_quantile
from numerics.sums.explicit import AnyTarget

# Spikes are listed one by one, largest first, up to this number.
MOST_SPIKES = 10_000
# Drawing: the bands of so many spikes, if wider than this fraction of the weight; those drawn well; and the
# ratio of the largest weight to the bulk edge from which on axes are logarithmic.
DRAWN_BANDS = 400
NARROW = 1e-3
WELL_DRAWN = 40
WIDE = 100
# Growth of a bracket: its ends stay in the range of floats.
FASTEST = 1e100
# Weights below are not told from 0.
SMALLEST = 1e-300
# The float below 1.
LARGEST = math.nextafter(1.0, 0.0)
# How far two ways to the same mass may be apart.
MISMATCH = 1e-11


class Law(Protocol):
    """What is known of the weights that are not 0."""

    def density(self, x: Any) -> Any:
        """Their density at points in an array of floats of any shape."""

    def mass_beyond(self, x: float) -> float:
        """Mass of the weights above a number x >= 0, in relative precision."""


class Spike(NamedTuple):
    """A learned mode, an outlier among the eigenvalues of the trained weights.

    Attributes:
        location: the eigenvalue.
        overlap: squared cosine between its eigenvector and the direction of the mode in the target.
    """

    location: float
    overlap: float


@dataclass(frozen=True)
class Spectrum(Displayed):
    """Law of the trained weights: an atom at 0 and a density, in float64.

    Attributes:
        atom: mass at 0.
        bulk_edge: largest weight that noise alone produces: 2 delta - kappa, or for the diagonal network the
            expected maximum of d pure-noise coefficients, delta sqrt(2 log d) - kappa; 0 if that is negative,
            or if all eigenvalues are outliers.
        smallest: left end of the weights that are not 0; above 0 only where few hidden units keep but the
            largest eigenvalues.
        bulk_width: by how much the largest weight that noise alone produces exceeds the smallest of them that
            is not 0, in relative precision however small it is beside them; 0 for nothing.
        spikes: learned modes, outliers of the bulk, largest first (the first 10^4).
        right_edge: right end of the support; infinite for the diagonal network.
        law: density and masses away from 0.
        is_even: whether the law is even; else no weight is negative.
        spike_width: half-width of the band that a spike far above the noise is at finite dimension.
    """

    atom: float
    bulk_edge: float
    smallest: float
    bulk_width: float
    spikes: tuple[Spike, ...]
    right_edge: float
    law: Law
    is_even: bool
    spike_width: float = 0.0

    def __repr__(self) -> str:
        more = " or more" if len(self.spikes) == MOST_SPIKES else ""
        return (
            f"<Spectrum: mass {self.atom:.6g} at 0, noise up to {self.bulk_edge:.6g}, "
            f"{len(self.spikes)}{more} outliers, right edge {self.right_edge:.6g}>"
        )

    def to_dict(self) -> dict[str, Any]:
        """Its atom, edges and outliers, locations and overlaps; the law itself is a function."""
        spikes = {
            "locations": [spike.location for spike in self.spikes],
            "overlaps": [spike.overlap for spike in self.spikes],
        }
        names = ("atom", "bulk_edge", "smallest", "bulk_width", "right_edge", "is_even", "spike_width")
        return {**{name: getattr(self, name) for name in names}, **spikes}

    def to_frame(self) -> Any:
        """The outliers as a data frame of pandas, largest first: location and overlap.

        Raises:
            ImportError: pandas is not installed.
        """
        return extra("pandas", "to_frame").DataFrame(list(self.spikes), columns=Spike._fields)

    @property
    def bulk_edges(self) -> tuple[float, float]:
        """Ends of what noise alone produces, among the weights that are not 0; (0, 0) for nothing.

        >>> from numerics.sums.target import Target
        >>> quadratic_spectrum(0.25, 0.25, Target.of(50, 1.25, "unit")).bulk_edges
        (0.0, 0.25)
        """
        return (self.smallest, self.bulk_edge) if self.bulk_edge > 0 else (0.0, 0.0)

    def density(self, x: Any) -> Any:
        """Density away from 0, at points in an array of any shape; 0 at negative eigenvalues.

        Raises:
            InvalidProblem: x is no finite number or array of them.
            NotConverged: a point of Biane's curve was not found.
        """
        return self.law.density(real_points("x", x))

    def mass_beyond(self, x: Any) -> Any:
        """Mass of the weights above numbers x >= 0, an array of any shape.

        Raises:
            InvalidProblem: x is no finite number >= 0 or array of them.
            NotConverged: a mass did not settle.
        """
        points = real_points("x", x)
        require(bool((points >= 0).all()), "x", x, "a number >= 0, or an array of them")
        return at_each(points, self.law.mass_beyond)

    def cdf(self, x: Any) -> Any:
        """Mass of the weights up to and including x, at points in an array of any shape.

        Raises:
            InvalidProblem: x is no finite number or array of them.
            NotConverged: a mass did not settle.

        >>> from numerics.sums.target import Target
        >>> spectrum = diagonal_spectrum(0.3, 0.4, Target.of(50, 1.25, "unit"))
        >>> round(spectrum.cdf(0) - spectrum.cdf(-1e-300) - spectrum.atom, 14)
        0.0
        """
        return at_each(real_points("x", x), self._cdf)

    def _cdf(self, x: float) -> float:
        if x >= 0:
            return 1 - self.law.mass_beyond(x)
        return self.law.mass_beyond(-x) if self.is_even else 0.0

    def quantile(self, probability: Any) -> Any:
        """Least weight up to which there is a mass of at least ``probability``, between 0 and 1.

        To rounding; anywhere in a gap of the law that lies at this very mass.  An array of probabilities
        gives one of weights.

        Raises:
            InvalidProblem: a probability does not lie strictly between 0 and 1.
            NotConverged: the weight has another mass.

        >>> from numerics.sums.target import Target
        >>> spectrum = quadratic_spectrum(0.3, 0.4, Target.of(50, 1.25, "unit"))
        >>> spectrum.quantile(0.5), round(spectrum.cdf(spectrum.quantile(0.9)), 12)
        (0.0, 0.9)
        """
        return at_each(require_probabilities(probability), self._quantile)

    def _quantile(self, probability: float) -> float:
        positive = self.law.mass_beyond(0.0)
        if self.is_even and probability < positive:
            return -self._beyond_which(probability)
        return 0.0 if probability <= 1 - positive else self._beyond_which(1 - probability)

    def sample(self, size: int, *, seed: int) -> Any:
        """Independent draws of the law, shape (size,), in random order.

        By quantiles: some ten milliseconds for each weight of the quadratic network that is not 0.

        Raises:
            InvalidProblem: ``size`` is not a positive integer, or ``seed`` no integer >= 0.

        >>> from numerics.sums.target import Target
        >>> spectrum = diagonal_spectrum(0.3, 0.4, Target.of(50, 1.25, "unit"))
        >>> bool(abs(np.mean(spectrum.sample(200, seed=1) == 0) - spectrum.atom) < 0.1)
        True
        """
        require(is_count(size), "size", size, "a positive integer")
        require_seed(seed)
        # 1 - u lies in (0, 1]
        probabilities = 1 - np.random.default_rng(int(seed)).random(int(size))
        return self.quantile(np.minimum(probabilities, LARGEST))

    def _beyond_which(self, mass: float) -> float:
        """The weight x > 0 beyond which there is a given mass, less than that of all positive weights."""
        beyond = self.law.mass_beyond
        high = low = self.right_edge if math.isfinite(self.right_edge) else self.bulk_edge + SMALLEST
        factor = 2.0
        # weights range over many orders of magnitude: bracketed by growing factors
        while beyond(high) > mass:
            low, high, factor = high, high * factor, min(factor * factor, FASTEST)
        while beyond(low) <= mass:
            if low < SMALLEST:
                return low
            low, high, factor = low / factor, low, min(factor * factor, FASTEST)
        x = optimize.brentq(lambda x: beyond(x) - mass, low, high, xtol=1e-300, rtol=1e-15, maxiter=1000)
        # a band of the support may lie within the rounding of x
        low, high = x * (1 - 4e-15), x * (1 + 4e-15)
        if abs(beyond(x) - mass) > MISMATCH and not beyond(high) <= mass <= beyond(low):
            raise NotConverged(f"no weight found beyond which there is a mass of {mass!r}")
        return float(x)

    def plot(self, ax: Any = None, *, points: int = 400) -> Any:
        """Draw the density from 0 to the right edge, the spikes and the bulk edge on Matplotlib axes.

        Without axes they are those of a new figure, ``plot().figure``, which shows itself in a notebook.

        The mass at 0 is written in the legend.  A support without end is shown as far as the density, at the
        right of 0, has fallen by a factor of 1000.  Axes are logarithmic where the largest weight is more
        than a hundred times what noise alone produces.  Returns the axes.

        Raises:
            InvalidProblem: ``ax`` are no Matplotlib axes, or ``points`` is not a positive integer.

        >>> from numerics.sums.target import Target
        >>> from matplotlib.figure import Figure
        >>> ax = quadratic_spectrum(0.3, 0.4, Target.of(50, 1.25, "unit")).plot(Figure().subplots())
        >>> ax.get_xlabel(), ax.get_xscale()
        ('trained weight', 'linear')
        """
        if ax is None:
            from numerics.figures import NotebookFigure  # noqa: PLC0415  (Matplotlib takes long to import)

            ax = NotebookFigure(layout="constrained").subplots()
        require(callable(getattr(ax, "axvline", None)), "ax", ax, "Matplotlib axes, or None for new ones")
        require(is_count(points), "points", points, "a positive integer")
        right = self.right_edge if math.isfinite(self.right_edge) else self._thousandth()
        x = self._places(right, points)
        density = self.density(x)
        ax.plot(x, density, label=f"density (mass at 0: {self.atom:.3g})")
        if self.bulk_edge > 0:
            ax.axvline(self.bulk_edge, linestyle=":", color="gray", label="edge of the noise")
        if self.spikes:
            ax.plot(
                [spike.location for spike in self.spikes],
                [0.02] * len(self.spikes),
                "|",
                markersize=12,
                color="C3",
                label="learned modes",
                transform=ax.get_xaxis_transform(),
            )
        if right > WIDE * self.bulk_edge > 0 and density.any():
            ax.set_xscale("log")
            ax.set_yscale("log")
        elif self.bulk_edge == 0 and self.spikes and right > WIDE * self.spikes[-1].location:
            ax.set_xscale("log")
        ax.set_xlabel("trained weight")
        ax.set_ylabel("density")
        ax.legend()
        return ax

    def _places(self, right: float, points: int) -> Any:
        """Where to draw the density: half of the points for the noise, half beyond; and across the bands."""
        # narrower ones are lines, which the marks of the learned modes are already
        wide = [s.location for s in self.spikes[:DRAWN_BANDS] if self.spike_width > NARROW * s.location]
        if self.spikes and self.bulk_edge == 0 and not wide:
            return np.zeros(0)
        locations = np.array(wide)
        border = min(2 * self.bulk_edge, right)
        few, many = np.linspace(-1.1, 1.1, 3), np.linspace(-1.1, 1.1, 23)
        pieces = [
            np.linspace(0, border, points // 2),
            np.linspace(border, max(border, locations.min(initial=right)), points // 2),
            (locations[:, None] + self.spike_width * few).ravel(),
            (locations[:WELL_DRAWN, None] + self.spike_width * many).ravel(),
        ]
        x = np.unique(np.concatenate(pieces))
        return x[(x > 0) & (x <= right)]

    def _thousandth(self) -> float:
        x = tiny = 1e-150
        while self.density(x) > 1e-3 * self.density(tiny):
            x *= 2
        return x


def quadratic_noise_edge(noise: Any, dim: int, arithmetic: Arithmetic = DOUBLE) -> Any:
    """Largest eigenvalue of delta times a GOE matrix: 2 delta, whatever its dimension.

    >>> quadratic_noise_edge(0.5, 100)
    1.0
    """
    return 2 * noise


def edge_of_bulk(noise: float, threshold: float, target: AnyTarget) -> float:
    """The largest eigenvalue that noise makes, less the threshold; 0 if there is none, as all are outliers.

    >>> from numerics.sums.target import Target
    >>> target = Target.of(50, 1.25, "unit")
    >>> edge_of_bulk(0.25, 0.25, target), edge_of_bulk(1e-3, 0, target)
    (0.25, 0.0)
    """
    if target.modes_above(noise) == target.dim:
        return 0.0
    return max(float(quadratic_noise_edge(noise, target.dim)) - threshold, 0.0)


def diagonal_noise_edge(noise: Any, dim: int, arithmetic: Arithmetic = DOUBLE) -> Any:
    """Expected maximum, nearly, of d coefficients of pure noise: delta sqrt(2 log d).

    >>> round(float(diagonal_noise_edge(0.5, 100)), 6)
    1.517427
    """
    return noise * arithmetic.sqrt(2 * arithmetic.log(arithmetic.real(dim)))


def quadratic_spectrum(
    noise: float, threshold: float, target: AnyTarget, width: int | None = None
) -> Spectrum:
    """Law of the eigenvalues of B B^T at effective noise delta and threshold kappa; ``target`` in float64.

    Of at most ``width`` hidden units; None for as many as there are inputs.

    >>> from numerics.sums.target import Target
    >>> spectrum = quadratic_spectrum(0.3, 0.4, Target.of(50, 1.25, "unit"))
    >>> print(f"{spectrum.atom:.3f} {spectrum.bulk_edge:.3f} {len(spectrum.spikes)}")
    0.689 0.200 11
    """
    delta, kappa = float(noise), float(threshold)
    units = target.dim if width is None else width
    if delta == 0:
        return _noiseless_spectrum(kappa, target, units)
    learned = min(target.modes_above(delta), units, MOST_SPIKES)
    first, second = target.resolvent_of_others(learned)
    locations, overlaps = target.largest(learned) + delta**2 * first - kappa, 1 - delta**2 * second

    most = units / target.dim
    noise_edge = edge_of_bulk(delta, kappa, target)
    smallest, bulk_width = 0.0, noise_edge
    # with as many hidden units as inputs none is cut off, though mass_above may round above 1
    if units < target.dim and float(quadratic.scalars(delta, kappa, target).mass_above) > most:
        unit = natural_unit(DOUBLE, delta, delta)
        in_units = target.in_units(unit)
        start, quantile = top_quantile(in_units, delta / unit, units)
        smallest = max(float(quantile) * unit - kappa, 0.0)
        # among learned modes there is nothing below the edge of the noise
        band = float(below_edge(in_units, delta / unit, start)) * unit if start.in_support else 0.0
        bulk_width = max(band, 0.0)

    law = _Thresholded(delta, kappa, target, smallest, most)
    if smallest > 0 and abs(law.mass_beyond(smallest) - most) > MISMATCH:
        raise NotConverged(f"the {units} largest of {target.dim} eigenvalues were not told from the others")

    return Spectrum(
        atom=1 - law.mass_beyond(0.0),
        # few units may keep so little of the noise that both of its ends are one number
        bulk_edge=max(noise_edge, smallest) if bulk_width > 0 else 0.0,
        smallest=smallest,
        bulk_width=bulk_width,
        spikes=tuple(
            Spike(float(place), float(overlap))
            for place, overlap in zip(locations, overlaps, strict=True)
            if place > 0 and overlap > 0
        ),
        right_edge=max(float(right_edge(target, delta)) - kappa, 0.0),
        law=law,
        is_even=False,
        spike_width=2 * delta / math.sqrt(target.dim),
    )


def _noiseless_spectrum(kappa: float, target: AnyTarget, units: int) -> Spectrum:
    """The largest eigenvalues of the target itself, less kappa."""
    count = min(target.modes_above(kappa), units, MOST_SPIKES)
    return Spectrum(
        atom=1 - min(target.modes_above(kappa), units) / target.dim,
        bulk_edge=0.0,
        smallest=0.0,
        bulk_width=0.0,
        spikes=tuple(Spike(float(s) - kappa, 1.0) for s in target.largest(count)),
        right_edge=max(float(target.scale) - kappa, 0.0),
        law=_Noiseless(kappa, target, units),
        is_even=False,
    )


def diagonal_spectrum(noise: float, threshold: float, target: AnyTarget) -> Spectrum:
    """Law of the coefficients a_i w_i at effective noise delta and threshold kappa; ``target`` in float64.

    >>> from numerics.sums.target import Target
    >>> spectrum = diagonal_spectrum(0.3, 0.4, Target.of(50, 1.25, "unit"))
    >>> print(f"{spectrum.atom:.3f} {spectrum.bulk_edge:.3f}")
    0.699 0.439
    """
    law = _SoftThresholded(float(noise), float(threshold), target)
    bulk_edge = max(float(diagonal_noise_edge(law.noise, target.dim)) - law.threshold, 0.0)
    return Spectrum(
        atom=law.mass_at_zero,
        bulk_edge=bulk_edge,
        smallest=0.0,
        bulk_width=bulk_edge,
        spikes=(),
        right_edge=math.inf,
        law=law,
        is_even=True,
    )


@dataclass(frozen=True)
class _Thresholded:
    """The ``most`` of the noisy eigenvalues, less a threshold, that are positive.

    Attributes:
        noise: delta > 0.
        threshold: kappa.
        target: the eigenvalues.
        smallest: left end, where few hidden units keep but the largest.
        most: share of the eigenvalues that the hidden units can keep.
    """

    noise: float
    threshold: float
    target: AnyTarget
    smallest: float
    most: float

    @cached_property
    def _noisy(self) -> tuple[FreeConvolution, float]:
        """The law of the noisy eigenvalues, in units of the order of the noise, and the unit."""
        unit = natural_unit(DOUBLE, self.noise, self.noise)
        # of any size, which `of_power_law` would refuse
        return FreeConvolution(eigenvalues_of(self.target, unit), self.noise / unit), unit

    def density(self, x: Any) -> Any:
        """Of the noisy eigenvalues, right of the smallest."""
        law, unit = self._noisy
        values = np.zeros(x.shape)
        inside = x > self.smallest
        values[inside] = law.density((x[inside] + self.threshold) / unit) / unit
        return values[()]

    def mass_beyond(self, x: float) -> float:
        """By a contour integral, in relative precision; held against the closed form.

        Raises:
            NotConverged: they differ.
        """
        if x < self.smallest:  # all that the hidden units keep
            return self.most
        return self._positive if x == 0 else self._mass_beyond(x)

    @cached_property
    def _positive(self) -> float:
        """The mass beyond 0, which the atom, every quantile and every share of the weights begin with."""
        return self._mass_beyond(0.0)

    def _mass_beyond(self, x: float) -> float:
        law, unit = self._noisy
        mass = float(quadratic.scalars(self.noise, self.threshold + x, self.target).mass_above)
        known = law.mass_above((self.threshold + x) / unit)
        if not abs(mass - known) <= MISMATCH:
            raise NotConverged(f"the mass beyond x={x!r} is {mass!r} by one formula, {known!r} by another")
        return min(mass, self.most)


@dataclass(frozen=True)
class _Noiseless:
    """The largest eigenvalues of the target itself, less a threshold, that are positive."""

    threshold: float
    target: AnyTarget
    units: int

    def density(self, x: Any) -> Any:
        """None: all mass is in spikes."""
        return np.zeros(x.shape)[()]

    def mass_beyond(self, x: float) -> float:
        """Counted."""
        return min(self.target.modes_above(self.threshold + x), self.units) / self.target.dim


@dataclass(frozen=True)
class _SoftThresholded:
    """Gaussians of the variances of the target's coefficients and of the noise, soft-thresholded."""

    noise: float
    threshold: float
    target: AnyTarget

    @cached_property
    def modes(self) -> tuple[Any, Any]:
        """The standard deviations sigma_i at the nodes of sums over the modes, and the weights of these.

        Without those that are 0: where the target is recovered so are its zeros.
        """
        modes = self.target.modes
        widths = np.hypot(modes.sizes, self.noise)
        return widths[widths > 0], modes.weights[widths > 0]

    @property
    def mass_at_zero(self) -> float:
        """What is below the threshold."""
        width, weights = self.modes
        dim = self.target.modes.dim
        below = weights @ special.erf(self.threshold / (math.sqrt(2) * width)) / dim
        return float(below if self.noise > 0 else below + float(self.target.zero_fraction))

    def density(self, x: Any) -> Any:
        """A mean over the modes."""
        width, weights = self.modes
        u = (np.abs(x)[..., None] + self.threshold) / width
        return np.exp(-u * u / 2) / (math.sqrt(2 * math.pi) * width) @ weights / self.target.modes.dim

    def mass_beyond(self, x: float) -> float:
        """A mean over the modes."""
        width, weights = self.modes
        u = (x + self.threshold) / (math.sqrt(2) * width)
        return float(weights @ special.erfc(u) / self.target.modes.dim) / 2
