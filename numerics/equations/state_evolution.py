r"""The state evolution of a network: two equations for two unknowns, solved to rounding.

A network enters with two scalar functions of the effective noise delta and the threshold kappa: the error e
of the estimate and its degrees of freedom D.  In units where c = 1 for the diagonal network and c = 2 for the
quadratic one (its weights are symmetric matrices: arXiv:2509.24882), with capacity A = c alpha,

    A delta^2 = e + Delta/c          the noise that the estimate sees is that of the labels plus its own error
    A = D + lambda/(c kappa)         each degree of freedom in use weakens the restoring force of weight decay

and the excess risk is R = c e.  (A = n/d and e = R for the diagonal network; A = 2 n/d^2 and e = E, the
matrix error, for the quadratic one.)

The unknowns are x = log delta and a coordinate y of the threshold which increases with kappa (`Chart`):
log(kappa/delta), or another one where D is so steep in kappa that its digits do not say what D is.  The
residuals are the logarithms of the ratios of both sides.  All are of order one in every phase, and at d =
10^30.  At the interpolation threshold A is what degrees of freedom D_0 noise alone has without a threshold
kappa (1 and 1/2), and both equations become small differences; networks give the complements D_0 - D and
D_0 delta^2 - e for that (`Scalars`), and D_0 - A is exact.

At fixed delta the second equation has one root, D + lambda/(c kappa) being decreasing in kappa; inserted in
the first it leaves one equation.  That `nested_search` is run on a sketch of the network, cheap and good to
some ten per cent; `polish` does the rest on the exact equations, in float64 or in any other arithmetic: by
Newton's method where the network gives the slopes of its scalar functions, else by Broyden's.  What it
reports as its error is the step that remains: once rounding takes over, steps no longer shrink, and their
size is what rounding does to the solution.

In this order: `Slopes`, `Scalars`, `Posterior`, `Chart`, `by_ratio`, `by_angle`, `along`, `StateEquations`,
`nested_search`, `start_of_search`, `threshold_at`, `root_of_decreasing`, `Root`, `polish`,
`divided_differences`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from scipy.optimize import brentq

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE_BITS
from numerics.sums.target import Target

# How far the bracketing searches go, in the logarithms: 130 orders of magnitude.
REACH = 300.0

# Residuals below this, and steps, are those of rounding if they don't shrink any more, given some patience.
SETTLED = 1e-6
PATIENCE = 4

# Where A and D are both this close to D_0 slopes that are no differences have too few digits.
DEGENERATE = 1e-4

# Of which scalar functions the relative error is to be as small as that of delta and kappa.
OF_DOUBLE = ("error",)
OF_MANY_DIGITS = ("error", "degrees_of_freedom", "learned_modes")

Value = TypeVar("Value")

# The unknowns x = log delta and y; or two residuals.
Pair: TypeAlias = tuple[Any, Any]
Matrix: TypeAlias = tuple[Pair, Pair]


@dataclass(frozen=True)
class Slopes:
    """Derivatives of the scalar functions with respect to two variables.

    Attributes:
        error: of e.
        freedom: of D.
        threshold: of log kappa.
    """

    error: Pair
    freedom: Pair
    threshold: Pair

    def along(self, first: Pair, second: Pair) -> Slopes:
        """Derivatives along two directions, each given by how far it goes in the two variables."""

        def turned(pair: Pair) -> Pair:
            return (
                first[0] * pair[0] + first[1] * pair[1],
                second[0] * pair[0] + second[1] * pair[1],
            )

        return Slopes(turned(self.error), turned(self.freedom), turned(self.threshold))


@dataclass(frozen=True)
class Scalars:
    """A network's scalar functions at one (delta, kappa), in the arithmetic of its target.

    Attributes:
        threshold: kappa.
        error: e >= 0, mean square error of the estimate per mode.
        degrees_of_freedom: D >= 0.
        mean_size: mean over the d modes of the absolute size of the trained weights (theta or eigenvalues).
        mass_above: fraction of the trained weights that are not 0.
        learned_modes: number of target modes that stand out of both noise and threshold; a real number.
        error_complement: D_0 delta^2 - e (`Chart`), or None where no better formula than the subtraction is
            known.
        freedom_complement: D_0 - D, likewise.
        slopes: derivatives with respect to the logarithms of the two arguments, or, of a chart's scalars, to
            log delta and y; None where they are not known.
    """

    threshold: Any
    error: Any
    degrees_of_freedom: Any
    mean_size: Any
    mass_above: Any
    learned_modes: Any
    error_complement: Any = None
    freedom_complement: Any = None
    slopes: Slopes | None = None


@dataclass(frozen=True)
class Posterior:
    """What is left to know of the target seen through noise delta, in the arithmetic of the target.

    Attributes:
        learned: of the error e, the part on what has been learned.
        unlearned: the rest of it, target still hidden in the noise.
        complement: delta^2 - e.
    """

    learned: Any
    unlearned: Any
    complement: Any

    @property
    def error(self) -> Any:
        """e, the mean posterior variance."""
        return self.learned + self.unlearned


ScalarFunctions: TypeAlias = Callable[[Any, Any, Target], Scalars]
Decomposition: TypeAlias = Callable[[Any, Any, Target], Mapping[str, Any]]


@dataclass(frozen=True)
class Chart:
    """A coordinate y of the threshold, and the scalar functions in terms of it.

    Attributes:
        scalars: (delta, y, target) -> `Scalars`, accurate to the target's arithmetic.
        sketch: the same to some ten per cent in float64; only kappa, e, D and the complements are used.
        decomposition: (delta, y, target) -> named parts of e, none negative, which sum to it: target below
            the threshold ("unlearned"), shrinkage and noise on what is learned ("learned"), noise taken for
            target ("overfitting").
        start: what is known of log(kappa/delta), roughly -> a y to begin at.
        interpolation: D_0, the degrees of freedom of noise alone without a threshold: the capacity at which
            it is interpolated.
    """

    scalars: ScalarFunctions
    sketch: ScalarFunctions
    decomposition: Decomposition
    start: Callable[[float], float]
    interpolation: Fraction


def by_ratio(
    scalars: ScalarFunctions, sketch: ScalarFunctions, decomposition: Decomposition, interpolation: Fraction
) -> Chart:
    """The chart y = log(kappa/delta), from functions of (delta, kappa, target)."""

    def in_ratio(function: Callable[[Any, Any, Target], Value]) -> Callable[[Any, Any, Target], Value]:
        return lambda noise, y, target: function(noise, noise * target.arithmetic.exp(y), target)

    sloping, rough = (along(in_ratio(function), (1, 1), (0, 1)) for function in (scalars, sketch))
    return Chart(sloping, rough, in_ratio(decomposition), lambda bound: bound, interpolation)


def by_angle(
    scalars: ScalarFunctions, sketch: ScalarFunctions, decomposition: Decomposition, interpolation: Fraction
) -> Chart:
    """The chart y = -log(angle) next to the noise's edge, from functions of (delta, angle, target)."""

    def in_angle(function: Callable[[Any, Any, Target], Value]) -> Callable[[Any, Any, Target], Value]:
        return lambda noise, y, target: function(noise, target.arithmetic.exp(-y), target)

    sloping, rough = (along(in_angle(function), (1, 0), (0, -1)) for function in (scalars, sketch))
    return Chart(sloping, rough, in_angle(decomposition), _angle_of, interpolation)


def _angle_of(log_ratio: float) -> float:
    """-log(angle) where kappa = 2 delta cos(angle), of noise alone; at least 1, where small angles begin."""
    half = math.exp(min(log_ratio, 1.0)) / 2
    return 1.0 if half >= 1 else max(1.0, -math.log(math.acos(half)))


def along(scalars: ScalarFunctions, first: Pair, second: Pair) -> ScalarFunctions:
    """The same with its slopes along two directions."""

    def turned(noise: Any, y: Any, target: Target) -> Scalars:
        found = scalars(noise, y, target)
        return found if found.slopes is None else replace(found, slopes=found.slopes.along(first, second))

    return turned


@dataclass(frozen=True, eq=False)
class StateEquations:
    """The two equations of one problem, in one chart.

    Attributes:
        chart: scalar functions of the network.
        target: its target, which carries the arithmetic.
        capacity: A, exact.
        weight_decay: lambda/c, exact.
        noise_variance: Delta/c, exact.
        offset: what the residuals are measured from; 0 but for what a sketch is known to get wrong.
    """

    chart: Chart
    target: Target
    capacity: Fraction
    weight_decay: Fraction
    noise_variance: Fraction
    offset: Pair = (0, 0)

    @cached_property
    def _parameters(self) -> tuple[Any, Any, Any, Any]:
        """A, A - D_0, lambda/c and Delta/c, each rounded once."""
        excess = self.capacity - self.chart.interpolation
        exact = (self.capacity, excess, self.weight_decay, self.noise_variance)
        capacity, excess, decay, labels = (self.target.arithmetic.real(number) for number in exact)
        return capacity, excess, decay, labels

    def sketched(self) -> StateEquations:
        """The same equations to some ten per cent, in float64 and cheap."""
        chart = replace(self.chart, scalars=self.chart.sketch)
        return replace(self, chart=chart, target=self.target.in_double())

    def scalars(self, x: Any, y: Any) -> Scalars:
        """The network's scalar functions at delta = exp(x) and the threshold at y."""
        return self.chart.scalars(self.target.arithmetic.exp(x), y, self.target)

    def residuals(self, x: Any, y: Any) -> Pair:
        """Logarithms of (e + Delta/c)/(A delta^2) and of (D + lambda/(c kappa))/A."""
        return self.balance(x, self.scalars(x, y))

    def balance(self, x: Any, scalars: Scalars) -> Pair:
        """The residuals, given the scalar functions at the same point."""
        arithmetic = self.target.arithmetic
        log, log1p = arithmetic.log, arithmetic.log1p
        capacity, excess, decay, labels = self._parameters
        noise = arithmetic.exp(x)
        noise2 = noise * noise
        force = decay / scalars.threshold
        # Subtracting like from like: where A is near D_0 and kappa below delta, D and e/delta^2 may be too.
        by_complements = abs(excess) < self.chart.interpolation / 2 and scalars.threshold < noise
        if by_complements and scalars.error_complement is not None:
            surplus = excess * noise2 + scalars.error_complement
            first = log1p((labels - surplus) / (capacity * noise2))
        else:
            first = log((scalars.error + labels) / (capacity * noise2))
        if by_complements and scalars.freedom_complement is not None:
            second = log1p((force - excess - scalars.freedom_complement) / capacity)
        else:
            second = log((scalars.degrees_of_freedom + force) / capacity)
        return first - self.offset[0], second - self.offset[1]

    def jacobian(self, scalars: Scalars) -> Matrix | None:
        """Of the residuals, in x and y, given the scalar functions at the same point and their slopes.

        None if slopes are not known, or lost where both equations are small differences.
        """
        slopes, complement = scalars.slopes, scalars.freedom_complement
        _, excess, decay, labels = self._parameters
        if slopes is None or (complement is not None and max(abs(excess), abs(complement)) < DEGENERATE):
            return None
        error, force = scalars.error + labels, decay / scalars.threshold
        freedom = scalars.degrees_of_freedom + force
        return (
            (slopes.error[0] / error - 2, slopes.error[1] / error),
            (
                (slopes.freedom[0] - force * slopes.threshold[0]) / freedom,
                (slopes.freedom[1] - force * slopes.threshold[1]) / freedom,
            ),
        )


def nested_search(equations: StateEquations) -> Pair:
    """(x, y) to about a per cent, by bracketing: slow and certain.

    To be called inside ``DOUBLE.working()``, on equations in float64, mostly sketched ones.

    Raises:
        NotConverged: no solution within 130 orders of magnitude of where it should be.
    """
    natural, start = start_of_search(equations)
    roots: list[float] = [start]

    def threshold(x: float) -> float:
        roots.append(threshold_at(equations, x, roots[-1], 1e-8))
        return roots[-1]

    x = root_of_decreasing(lambda x: float(equations.residuals(x, threshold(x))[0]), natural, 1e-2)
    return x, threshold(x)


def start_of_search(equations: StateEquations) -> Pair:
    """(x, y) with nothing learned: delta is its natural scale."""
    capacity, decay = float(equations.capacity), float(equations.weight_decay)
    x = math.log((float(equations.target.mean_square) + float(equations.noise_variance)) / capacity) / 2
    # Weight decay alone gives kappa >= lambda/(c A); without it the root is near kappa = delta.
    return x, equations.chart.start(math.log(decay / capacity) - x if decay > 0 else 0.0)


def threshold_at(equations: StateEquations, x: float, start: float, tolerance: float) -> float:
    """The coordinate y of the threshold at which the second equation holds at a given x."""
    return root_of_decreasing(lambda y: float(equations.residuals(x, y)[1]), start, tolerance)


def root_of_decreasing(decreasing: Callable[[float], float], guess: float, tolerance: float) -> float:
    """Root of a decreasing function, bracketed outwards from a guess in growing steps.

    Raises:
        NotConverged: none within 130 orders of magnitude (the argument is a logarithm), or NaN on the way.
    """

    def finite(x: float) -> float:
        value = decreasing(x)
        if math.isnan(value):
            raise NotConverged("the search for a solution left the range of float64: a parameter is extreme")
        return max(-1e300, min(value, 1e300))

    low, high, step = guess, guess, 0.5
    value = finite(guess)
    if value == 0:
        return guess
    while abs(high - low) < REACH:
        if value > 0:
            low, high = high, high + step
            value = finite(high)
            if value <= 0:
                break
        else:
            low, high = low - step, low
            value = finite(low)
            if value > 0:
                break
        step *= 2
    else:
        raise NotConverged("no solution within 130 orders of magnitude of the natural scale of the problem")
    return float(brentq(finite, low, high, xtol=tolerance, rtol=1e-14))


@dataclass(frozen=True)
class Root:
    """A solution of the state evolution, with what is known about its error.

    Attributes:
        x, y: log delta and the coordinate of kappa.
        scalars: the network's scalar functions there.
        residual: largest absolute residual there.
        error: estimate of the error of x, y and log e (and, in many digits, of log D and of the logarithm of
            the number of learned modes): the Newton step that remains; the residual if larger.
        moved: x and y after that step: better, unless it is made of rounding, but not seen there.
        jacobian: of the residuals, near there.
    """

    x: Any
    y: Any
    scalars: Scalars
    residual: Any
    error: Any
    moved: Pair
    jacobian: Matrix


def polish(
    equations: StateEquations, guess: Pair, tolerance: Any, jacobian: Matrix | None = None, steps: int = 60
) -> Root:
    """Solve the two equations from a first guess by Newton's method, to an error below ``tolerance``.

    By Broyden's where the slopes of the scalar functions are not known.

    Args:
        equations: what to solve, inside the ``working()`` context of its arithmetic.
        guess: x and y to begin with.
        tolerance: error to be reached.  Where rounding keeps the error from shrinking further the best point
            is returned all the same, with its ``error``: the caller judges.
        jacobian: of the residuals, near the solution, for want of slopes; `divided_differences` if not given,
            and whenever a step fails.
        steps: how many steps to make at most.

    Raises:
        NotConverged: the error is still large after that many steps.
    """
    real = equations.target.arithmetic.real
    told = OF_DOUBLE if equations.target.arithmetic.bits <= DOUBLE_BITS else OF_MANY_DIGITS
    point = (real(guess[0]), real(guess[1]))
    scalars = equations.scalars(*point)
    residuals = equations.balance(point[0], scalars)
    known = equations.jacobian(scalars) or jacobian
    by_differences = known is None
    matrix = divided_differences(equations, point, residuals) if known is None else known
    # How much more than delta and kappa the numbers handed out change: e, where kappa is close to the noise's
    # edge; D and the number of learned modes, where they are those of the tail of a Gaussian.
    sensitivity, damping = 1, 1
    best, idle = None, 0
    for _ in range(steps):
        step = _newton_step(matrix, residuals)
        error = max(_size(step) * sensitivity, _size(residuals))
        if best is None or error < best.error:
            moved = (point[0] + step[0], point[1] + step[1])
            best, idle = Root(*point, scalars, _size(residuals), error, moved, matrix), 0
        else:
            idle += 1
        if error < tolerance or (idle >= PATIENCE and best.error < SETTLED):
            return best

        step = _limited(step, damping)
        trial = (point[0] + step[0], point[1] + step[1])
        trial_scalars = equations.scalars(*trial)
        trial_residuals = equations.balance(trial[0], trial_scalars)
        if not _size(trial_residuals) < max(_size(residuals), SETTLED):
            # Not downhill: renew the Jacobian; if it is one by differences, made here, go less far.
            if by_differences:
                damping *= 4
            else:
                matrix, by_differences = divided_differences(equations, point, residuals), True
            continue
        sensitivity = max(1, _largest_change(scalars, trial_scalars, told) / max(_size(step), 1e-300))
        matrix = equations.jacobian(trial_scalars) or _updated(matrix, step, residuals, trial_residuals)
        point, scalars, residuals, by_differences, damping = trial, trial_scalars, trial_residuals, False, 1
    raise NotConverged(
        f"the state evolution still moves after {steps} steps (residual {float(_size(residuals)):.1e})"
    )


def divided_differences(equations: StateEquations, point: Pair, residuals: Pair) -> Matrix:
    """Jacobian by forward differences short enough for the residuals to change by little."""
    arithmetic = equations.target.arithmetic
    little = arithmetic.real(10.0 ** max(-arithmetic.digits / 3, -100))
    columns = []
    for direction in ((1, 0), (0, -1)):  # kappa is lowered: above the noise's edge little depends on it
        h = little
        while True:
            shifted = equations.residuals(point[0] + direction[0] * h, point[1] + direction[1] * h)
            change = (shifted[0] - residuals[0], shifted[1] - residuals[1])
            if _size(change) < 30 * little or h < little * little:
                break
            h = h * little / _size(change)
        sign = sum(direction)
        columns.append((sign * change[0] / h, sign * change[1] / h))
    return (columns[0][0], columns[1][0]), (columns[0][1], columns[1][1])


def _newton_step(jacobian: Matrix, residuals: Pair) -> Pair:
    """Minus the inverse Jacobian applied to the residuals (Cramer's rule)."""
    (a, b), (c, d) = jacobian
    determinant = a * d - b * c
    if determinant == 0:
        raise NotConverged("the state evolution is degenerate there: the two equations have become one")
    return (
        (b * residuals[1] - d * residuals[0]) / determinant,
        (c * residuals[0] - a * residuals[1]) / determinant,
    )


def _updated(jacobian: Matrix, step: Pair, before: Pair, after: Pair) -> Matrix:
    """Broyden's update: the least change of the Jacobian that explains the step just made."""
    square = step[0] * step[0] + step[1] * step[1]
    if square == 0:
        return jacobian
    rows = []
    for row, r0, r1 in zip(jacobian, before, after, strict=True):
        missed = (r1 - r0 - row[0] * step[0] - row[1] * step[1]) / square
        rows.append((row[0] + missed * step[0], row[1] + missed * step[1]))
    return rows[0], rows[1]


def _limited(step: Pair, damping: int) -> Pair:
    """The step divided by ``damping``, and shortened to a factor e in delta and kappa."""
    shortened = max(_size(step), 1) * damping
    return step[0] / shortened, step[1] / shortened


def _size(pair: Pair) -> Any:
    return max(abs(pair[0]), abs(pair[1])) if pair[0] == pair[0] and pair[1] == pair[1] else math.inf


def _largest_change(before: Scalars, after: Scalars, names: tuple[str, ...]) -> Any:
    return max(_relative_change(getattr(before, name), getattr(after, name)) for name in names)


def _relative_change(before: Any, after: Any) -> Any:
    return abs(after - before) / after if after > 0 else abs(after - before)
