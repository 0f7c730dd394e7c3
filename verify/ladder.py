r"""The dimensions at which a law is compared with solutions: one ladder for `agreement` and for all tests.

A ladder is a geometric progression of dimensions, on which every correction of a smaller power of d is a
geometric sequence (`extrapolation`).  The further it reaches the smaller is what a law neglects at its end.
What limits it, as decimal exponents of the last dimension:

* float64.  Every parameter, and the squares of delta and kappa, stay within ``RANGE`` decades of 1.  The
  weight decay, which is never squared, may take twice that.  A quantity d^e bounds the ladder at
  ``RANGE/|e|``.
* The cost of a solution.  Where kappa or delta lies amid the learned modes of a matrix, the modes nearest to
  it are summed one by one; float64 tells at most 10^15 of them apart, and more digits cost more.  How many
  modes a solution may have (``Cost``) depends on how it is computed and on how many of them a test can
  afford.
* The distance to a boundary.  Where kappa sits at a hard edge of the noise it differs from the edge by the
  power 2/5 of the degrees of freedom: with these ``Cost.edge`` decades below 1, eight digits are left.
* The distance to the boundaries of the phase: at a point where a neglected term is smaller by d^-mu, mu
  small, no reachable dimension makes it small.  Such points are not used: `margin`, `deepest`.

By hand: n_eff = d^(1/2), lambda = 1/d and gamma = 1, in phase V of the quadratic network.  The largest
parameter is the number of samples, n = n_eff d = d^(3/2): the ladder ends at d = 10^(150/(3/2)) = 10^100.

In this order: `Cost`, `dimensions`, `slowest_on`, `between`, `reach`, `margin`, `margin_at`, `deepest`,
`ladder`, `reach_of_width`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from sympy import Eq, Expr, cancel, lambdify, oo

from asymptotics import Network, Phase, PhaseDiagram, symbols
from asymptotics.balance.dominant_balance import Balanced
from asymptotics.balance.regimes import LABEL_NOISE
from asymptotics.networks.narrow import Binding
from verify.strategies import Scale
from verify.systems.points import exponents_at, has_own_axes, last_decade, slack

EXPONENTS = (symbols.a, symbols.ell, symbols.gamma, symbols.b)
"""Coordinates of a point; b is 0 where the noise does not scale."""

RANGE = 150
"""Decades that float64 leaves to each parameter."""

POWERS_GONE = 4
"""Decades by which all powers of d that are neglected are below 1 where a series in 1/log d begins."""

STEPS = 6
"""Dimensions on the ladder of `agreement`."""

LEAST_DEPTH = 3
"""Decades by which what is neglected lies below what is kept where constants and logarithms are resolved."""

FEW_MODES = 12
"""Decades of learned modes where hidden units keep noise: among more float64 does not place its edge."""

Array = NDArray[np.float64]
Point = TypeVar("Point")


@dataclass(frozen=True)
class Cost:
    """What a solution at the last dimension may cost, as decimal exponents.

    The modes are those of a matrix; the sums of the diagonal network do not depend on their number.
    """

    modes: float
    """Learned modes with kappa above the noise, or delta set by the risk: both then lie amid them."""
    modes_amid_noise: float
    """Learned modes where labels set delta and kappa is at or below the edge of the noise."""
    modes_of_bayes: float
    """Modes that the Bayes-optimal estimator learns; it integrates over all of them."""
    edge: float = 18
    """Decades of the degrees of freedom below 1 where kappa sits at a hard edge that the risk moves."""
    edge_of_faint_labels: float = 18
    """The same where labels set delta and their noise scales."""
    edge_of_labels: float = 30
    """The same where labels set delta; twelve digits are left, which modes near the edge need."""


QUICK = Cost(modes=14, modes_amid_noise=20, modes_of_bayes=4.5, edge_of_faint_labels=26, edge_of_labels=RANGE)
"""A few milliseconds in float64; for exponents to 0.02."""

THOROUGH = Cost(modes=30, modes_amid_noise=45, modes_of_bayes=16)
"""Up to a second in float64; for constants to 1e-3, which need as many digits of kappa as there are."""

MANY_DIGITS = Cost(modes=14, modes_amid_noise=30, modes_of_bayes=6)
"""Up to a second in multiple precision."""


def dimensions(end: float, *, start: float = 0, steps: int = STEPS) -> tuple[int, ...]:
    """Dimensions in geometric progression from above 10**start up to 10**end; each above 1 and the last.

    >>> [f"{dim:.0e}" for dim in dimensions(24, steps=4)]
    ['1e+06', '1e+12', '1e+18', '1e+24']
    >>> dimensions(1)
    (2, 3, 4, 5, 7, 10)
    """
    dims = [1]
    for k in range(1, steps + 1):
        dims.append(max(round(10.0 ** (start + (end - start) * k / steps)), dims[-1] + 1))
    return tuple(dims[1:])


def slowest_on(dims: Sequence[int], gap: float) -> float:
    """The factor by which d^-gap shrinks from one dimension to the next; 1 if it does not.

    >>> round(slowest_on((10**4, 10**6, 10**8), 0.5), 12)
    0.1
    """
    return float(10 ** (-max(gap, 0.0) * math.log10(dims[-1] / dims[0]) / (len(dims) - 1)))


def between(dims: Sequence[int]) -> tuple[int, ...]:
    """A ladder with one more dimension between any two.

    >>> between((10, 1000, 100_000))
    (10, 100, 1000, 10000, 100000)
    """
    middles = [math.isqrt(low * high) for low, high in pairwise(dims)]
    return tuple(dict.fromkeys(sorted([*dims, *middles])))


def reach(diagram: PhaseDiagram, phases: Iterable[Phase], at: Array, cost: Cost = QUICK) -> Array:
    """The decimal exponents at which ladders end.

    Args:
        diagram: whose equations are solved.
        phases: the phases whose laws are compared; two at a boundary.
        at: points, the exponents along the first axis.
        cost: what a solution may cost.

    Returns:
        One number for each point.
    """
    a, ell, _, b = at
    ends = [RANGE / np.maximum.reduce([abs(a) + 1, abs(ell) / 2, b])]
    if isinstance(diagram.model, Network) and diagram.estimator == "erm":
        # kappa >= lambda d/n_eff, as D >= 0, whichever phase holds: regions may have been altered by hand
        ends.append(_bound(RANGE, 2 * (ell - a + 1)))
    for phase in phases:
        laws = (phase.effective_noise, phase.threshold, phase.learned_modes, phase.degrees_of_freedom)
        exponents = values(tuple(law.exponent for law in laws), at)
        delta, kappa = (np.where(np.isfinite(exponent), exponent, 0) for exponent in exponents[:2])
        ends += [_bound(RANGE, np.abs(2 * delta)), _bound(RANGE, 2 * kappa)]
        ends += _cost_of_phase(diagram, phase, exponents, cost)
    return np.asarray(np.minimum.reduce(ends))


def _cost_of_phase(diagram: PhaseDiagram, phase: Phase, exponents: Array, cost: Cost) -> list[Array]:
    """Where the modes and the edge of one phase end a ladder; a linear estimator has no edge."""
    model = diagram.model
    if not isinstance(model, Network) or model.noise.edge == oo or diagram.estimator == "ridge":
        return []
    delta, kappa, modes, freedom = exponents
    if diagram.estimator == "bayes":
        return [_bound(cost.modes_of_bayes, modes)]
    risk_sets_noise = phase.hypothesis.dominant[:1] != (LABEL_NOISE,)
    most = np.where((kappa > delta) | risk_sets_noise, cost.modes, cost.modes_amid_noise)
    of_labels = cost.edge_of_faint_labels if diagram.noise == "scaled" else cost.edge_of_labels
    edge = cost.edge if risk_sets_noise else of_labels
    at_edge = (kappa == delta) & (modes > 0) & (modes < 1)
    return [_bound(most, modes), _bound(edge, np.where(at_edge, -freedom, 0))]


def _bound(most: Array | float, power: NDArray[Any]) -> Array:
    """The decades up to which a growing power of d stays below a bound."""
    grows = power > 0
    return np.where(grows, most / np.where(grows, power, 1), np.inf)


def margin(balances: Sequence[Balanced], at: Array, boundary: Eq | None = None) -> Array:
    """By how small a power of d the largest neglected term is smaller than what is kept, at each point.

    There are d modes: the energy of infinitely many is more by d**(1 - 2 gamma).

    Args:
        balances: those of the phases whose laws are compared.
        at: points, the exponents along the first axis.
        boundary: the equation of the boundary between two phases, on which the points lie; terms that balance
            there are not neglected.
    """
    return np.asarray(np.minimum.reduce([*values(neglected(tuple(balances), boundary), at), 2 * at[2] - 1]))


def margin_at(diagram: PhaseDiagram, phase: Phase, point: Any) -> float:
    """The same of one phase at one point, in whichever coordinates its diagram has."""
    if has_own_axes(diagram):
        return slack(diagram, phase, point)
    return float(margin([phase.balance], coordinates([point]))[0])


@cache
def neglected(balances: tuple[Balanced, ...], boundary: Eq | None) -> tuple[Expr, ...]:
    """Powers of d between the two sides of every inequality of the balances, but those that vanish."""
    forms = {
        balance.scales.expression(form): None
        for balance in balances
        for form in (
            *(inequality.form for inequality in balance.inequalities),
            *(() if boundary is None else balance.facets),
        )
    }
    if boundary is None:
        return tuple(forms)
    return tuple(f for f in forms if not cancel(f.subs(boundary.lhs, boundary.rhs)).is_number)


@dataclass(frozen=True)
class Place(Generic[Point]):
    """A point of a grid, the margin there, and the decades at which its ladder ends."""

    point: Point
    margin: float
    end: float


def deepest(margins: Array, ends: Array, points: Sequence[Point]) -> Place[Point] | None:
    """The point at the end of whose ladder the largest neglected term is smallest; None if none is inside."""
    if not np.any(margins > 0):
        return None
    depths = np.round(np.where(margins > 0, margins * ends, -np.inf), 9)
    best = int(np.lexsort((margins, depths))[-1])  # of equally deep ones, the shorter ladder
    return Place(points[best], float(margins[best]), float(ends[best]))


def ladder(diagram: PhaseDiagram, phase: Phase, scale: Scale, cost: Cost = QUICK) -> tuple[int, ...]:
    """The ladder of one point.

    >>> from fractions import Fraction
    >>> from asymptotics import phase_diagram, quadratic
    >>> diagram = phase_diagram(quadratic)
    >>> scale = Scale(a=Fraction(1, 2), ell=Fraction(-1), gamma=Fraction(1))
    >>> [f"{dim:.0e}" for dim in ladder(diagram, diagram.locate(**scale._asdict()), scale)]
    ['2e+13', '5e+26', '1e+40', '2e+53', '5e+66', '1e+80']
    """
    if diagram.width == "scaled":
        return dimensions(reach_of_width(diagram, phase, scale, cost))
    at = coordinates([scale])
    end = float(reach(diagram, [phase], at, cost)[0])
    if phase.risk.corrected is None:
        return dimensions(end)
    # beside powers of 1/log d, those of d are to be negligible from the first dimension on
    smallest = float(margin([phase.balance], at)[0])
    return dimensions(end, start=min(POWERS_GONE / smallest, end / 2) if smallest > 0 else 0)


def reach_of_width(diagram: PhaseDiagram, phase: Phase, point: Any, cost: Cost = QUICK) -> float:
    """The decimal exponent at which the ladder of a network of scaled width ends."""
    laws = (phase.effective_noise, phase.threshold, phase.learned_modes, phase.degrees_of_freedom)
    exponents = np.array([exponents_at(diagram, tuple(law.exponent for law in laws), point)], dtype=float).T
    end, order = last_decade(diagram, phase, point), phase.hypothesis.ordering
    if isinstance(order, Binding):
        # q - kappa is in relative digits however near the edge is (`numerics.networks.width`)
        most = cost.modes if order is Binding.MODES_MISSED else FEW_MODES
        return min(end, float(np.min(_bound(most, exponents[2]))))
    return min([end, *(float(np.min(one)) for one in _cost_of_phase(diagram, phase, exponents, cost))])


def coordinates(scales: Sequence[Scale]) -> Array:
    """Points as an array, the exponents along the first axis."""
    rows = [(scale.a, scale.ell, scale.gamma, scale.b or 0) for scale in scales]
    return np.array(rows, dtype=float).T


@cache
def _compiled(expressions: tuple[Expr, ...]) -> Any:
    return lambdify(EXPONENTS, expressions, "numpy")


def values(expressions: tuple[Expr, ...], at: Array) -> Array:
    """Values of expressions in the exponents at points, as rows."""
    rows = _compiled(expressions)(*at)
    return np.array([np.broadcast_to(row, at.shape[1:]) for row in rows], dtype=float)
