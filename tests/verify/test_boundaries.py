"""Laws across the boundaries of the diagrams against the state equations, solved on and beside them.

`agreement` compares them at full effort in every diagram, at drawn points (``tests/verify/test_comparison``).
Here stand, at one point each that is far from others, the boundaries at fixed noise and those of the matrix
under the optimal estimator, whose solutions are too costly for it.
"""

from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from itertools import product
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from sympy import Interval, Rational, S, oo

from asymptotics import Boundary, BoundaryType, PhysicalPoint, diagonal, phase_diagram, quadratic, symbols
from asymptotics.lemmas.power_sums import Learned
from asymptotics.lemmas.uniform_sums import evaluate
from numerics import Problem, solve
from verify.extrapolation import limit_beyond_logarithms, limit_beyond_powers
from verify.ladder import EXPONENTS, MANY_DIGITS, Cost, deepest, dimensions, margin, reach, values

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
DIAGRAMS = list(product(NETWORKS, ("fixed", "none", "scaled"), ("erm", "bayes")))
GAMMA = Fraction(3, 2)
TOLERANCE = 1e-3

# exponents to choose points of the boundaries from
SAMPLES = [Fraction(n, 20) for n in (*range(-20, 42), *range(45, 101, 5))]
DECAYS = [Fraction(n, 10) for n in range(-40, 41)]
NOISES = [Fraction(n, 10) for n in (2, 3, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50)]
START, STEPS, FEWER_STEPS = 2, 8, 5
"""Decimal exponent below a ladder, and its dimensions; fewer where a law is an integral over all modes."""

HIGHEST = {"diagonal": 100, "quadratic": 40}
"""Decimal exponent of the dimension."""

NEGLECTED, MODEST = 5, 12
"""Decades to which terms are neglected, quadratic network: a longer ladder costs more than it tells, but for
dimensions up to the second, where solutions cost little anywhere."""

ALL_LEARNED = Cost(modes=8, modes_amid_noise=8, modes_of_bayes=8)
"""Where all modes are learned: laws and solutions sum over each of them."""

REFUSED = 7.5
"""Decades below the capacity of all modes to which the integrals over those that repel each other reach."""

EDGE_RESOLVED = 100
"""Decades of the dimension to which 95 digits tell the threshold from a hard edge."""


def diagram_of(network, noise, estimator):
    return phase_diagram(NETWORKS[network], noise=noise, estimator=estimator)


class Place(NamedTuple):
    """A boundary of a diagram."""

    network: str
    noise: str
    estimator: str
    boundary: Boundary

    def __str__(self):
        names = "-".join(phase.name for phase in self.boundary.phases)
        return f"{self.network}-{self.noise}-{self.estimator}-{names}-{self.boundary.relation.rhs}"

    @property
    def crossed_by(self):
        """The variable that leads across the boundary."""
        return self.boundary.relation.lhs

    @property
    def learns_all(self):
        """Whether all modes are learned on one side of the boundary only."""
        return len({p.hypothesis.learned for p in self.boundary.phases} & {Learned.SOME, Learned.ALL}) > 1


class Ladder(NamedTuple):
    """A point of a boundary, by how small a power of d what is left out there falls, and dimensions."""

    point: dict
    gap: float
    dims: tuple


PLACES = [Place(*diagram, boundary) for diagram in DIAGRAMS for boundary in diagram_of(*diagram).boundaries]


def grid_of(place):
    """Points of the boundary: all exponents but the one that crosses it, and all of them as an array."""
    relation = place.boundary.relation
    axes = {
        symbols.a: SAMPLES,
        symbols.ell: DECAYS if place.estimator == "erm" else [Fraction(0)],
        symbols.gamma: [GAMMA],
        symbols.b: NOISES if place.noise == "scaled" else [Fraction(0)],
    } | {relation.lhs: [Fraction(0)]}
    points = list(product(*axes.values()))
    at = np.array(points, dtype=float).T
    at[EXPONENTS.index(relation.lhs)] = values((relation.rhs,), at)[0]
    return points, at


@cache
def ladder(place):
    """The ladder at whose end what the law leaves out, terms not balanced on the boundary, is smallest."""
    relation, phases = place.boundary.relation, place.boundary.phases
    points, at = grid_of(place)
    is_recovery = place.boundary.law().type is BoundaryType.RECOVERY
    margins = margin([phase.balance for phase in phases], at, relation)
    ends = reach(diagram_of(*place[:3]), phases, at, ALL_LEARNED if is_recovery else MANY_DIGITS)
    ends = np.minimum(ends, HIGHEST[place.network])
    if place.network == "quadratic":
        ends = np.minimum(ends, np.maximum(NEGLECTED / np.maximum(margins, 0.02), MODEST))
    best = deepest(np.where(ends > START + 1, margins, 0), ends, points)
    point = dict(zip(EXPONENTS, best.point, strict=True))
    rhs = relation.rhs.subs({s: Rational(v.numerator, v.denominator) for s, v in point.items()})
    point[place.crossed_by] = Fraction(int(rhs.p), int(rhs.q))
    assert best.margin > 0.02, place
    return Ladder(
        point, best.margin, dimensions(best.end, start=START, steps=FEWER_STEPS if is_recovery else STEPS)
    )


def sizes(place, dimension, off=0, factor=1):
    """Physical values at a point of a boundary, off it by a power of the dimension and a factor."""
    d, point = mpf(dimension), ladder(place).point
    at = point | {place.crossed_by: point[place.crossed_by] + off}
    scale = {symbol: d ** (mpf(e.numerator) / e.denominator) for symbol, e in at.items()}
    scale[place.crossed_by] *= factor
    return {
        "gamma": GAMMA,
        "n_eff": scale[symbols.a],
        "d": d,
        "weight_decay": scale[symbols.ell],
        "noise_variance": 1 / scale[symbols.b],
    }


def variable_at(place, law, at):
    return evaluate(law.variable, PhysicalPoint(**at).values())


def where(place, law, dimension, value):
    """Physical values on the line across the boundary where the variable of the law has a value."""
    on, off = (variable_at(place, law, sizes(place, dimension, factor=f)) for f in (1, 2))
    return sizes(place, dimension, factor=2 ** (mpmath.log(value / on) / mpmath.log(off / on)))


def end_of(place, law, dimension):
    """Where the window of a law ends."""
    return evaluate(law.window.end, PhysicalPoint(**sizes(place, dimension)).values())


@cache
def solved(network, noise, estimator, at, digits=None):
    at = dict(at)
    samples = at["n_eff"] * (at["d"] if network == "quadratic" else 1)
    return solve(
        Problem(
            network,
            gamma=at["gamma"],
            samples=samples,
            dim=int(at["d"]),
            weight_decay=None if estimator == "bayes" else at["weight_decay"],
            noise_variance=0 if noise == "none" else at["noise_variance"],
            estimator=estimator,
        ),
        digits=digits,
    )


def risk_at(place, at):
    return solved(*place[:3], tuple(at.items())).excess_risk


SIDES = (mpf(1) / 2, mpf(2))
"""Values of the variable at which laws are compared, in units of the end of the window where it has one."""


def points_beside(place, law, side):
    """Physical values on one side of a boundary, along growing dimensions."""
    for dimension in ladder(place).dims:
        unit = 1 if law.window in (S.EmptySet, Interval.open(0, oo)) else end_of(place, law, dimension)
        yield where(place, law, dimension, side * unit)


def limit_of(ratios, dims, *, logarithmic):
    """The limit of law over solution, as sequences with what is left out have one."""
    return limit_beyond_logarithms(dims, ratios) if logarithmic else limit_beyond_powers(ratios)


def is_one(limit):
    return abs(limit.value - 1) < TOLERANCE and limit.uncertainty < TOLERANCE


PLANTED = (Rational(501, 500), Rational(1, 2))
"""Factors of laws that are wrong."""


def off_by(law, at):
    """By what planted errors change a law."""
    right = law.evaluate(**at)
    return [float(replace(law, risk=law.risk * factor).evaluate(**at) / right) for factor in PLANTED]


def vanishes(law, here, there):
    """Whether a law is nothing at one of two places: what is not found within e^8192 is zero."""
    return law.evaluate(**here) < mpf("1e-200") * law.evaluate(**there)


def is_at_fixed_noise(place):
    """The boundaries there, but those whose laws are integrals over all modes or costly to solve."""
    return place.noise == "fixed" and (place.estimator == "erm" or not place.learns_all)


def is_quick(place):
    return is_at_fixed_noise(place) and (place.network, place.estimator) != ("diagonal", "bayes")


def is_left_to_these(place):
    """Boundaries of the matrix under the optimal estimator, which `agreement` does not compare."""
    return place.network == "quadratic" and place.estimator == "bayes"


COMPARED = [place for place in PLACES if is_at_fixed_noise(place) or is_left_to_these(place)]
boundaries = pytest.mark.parametrize(
    "place",
    [pytest.param(p, id=str(p), marks=() if is_quick(p) else pytest.mark.slow) for p in COMPARED],
)


@boundaries
@pytest.mark.parametrize("side", [SIDES[0], pytest.param(SIDES[1], marks=pytest.mark.slow)], ids=str)
def test_uniform_law_is_the_limit_of_the_solution(place, side):
    law = place.boundary.law()
    points = list(points_beside(place, law, side))
    risks = [risk_at(place, at) for at in points]
    if not any(risks):  # all of the target is recovered
        assert vanishes(law, points[0], next(points_beside(place, law, 1 / side)))
        return
    ratios = [float(law.evaluate(**at) / risk) for at, risk in zip(points, risks, strict=True)]
    found = partial(limit_of, dims=ladder(place).dims, logarithmic=law.logarithmic)
    assert is_one(found(ratios)), (ratios, found(ratios))
    for wrong in off_by(law, points[0]):
        assert not is_one(found([wrong * ratio for ratio in ratios]))


def beside(place, step):
    """The phase next to a boundary."""
    point = ladder(place).point
    at = point | {place.crossed_by: point[place.crossed_by] + step}
    names = {str(symbol): value for symbol, value in at.items()}
    if place.noise != "scaled":
        del names["b"]
    return diagram_of(*place[:3]).locate(**names)


def step_of(place):
    """How far from the boundary its laws are compared with those of the phases: well within both."""
    return Fraction(min(ladder(place).gap, 1)).limit_denominator(40) / 4


@pytest.mark.slow
@pytest.mark.parametrize("place", COMPARED, ids=str)
def test_uniform_law_reduces_to_both_phases(place):
    law, reached = place.boundary.law(), []
    # each solution of two unknowns with sums over all modes takes seconds to half a minute
    steps = FEWER_STEPS if law.type is BoundaryType.ONSET else STEPS
    for step in (-step_of(place), step_of(place)):
        phase = beside(place, step)
        logarithmic = phase.risk.corrected is not None
        end = REFUSED if place.network == "quadratic" and law.type is BoundaryType.RECOVERY else 20
        end = min(end / float(abs(step)), EDGE_RESOLVED)
        first, last = (100, 220) if logarithmic else (0, end)
        dims = dimensions(last, start=first, steps=steps)
        points = [sizes(place, dimension, step) for dimension in dims]
        reached.append(phase)
        if phase.risk.expr == 0:
            assert vanishes(law, points[-1], sizes(place, dims[-1], -step))
            continue
        ratios = [float(law.evaluate(**at) / phase.risk.evaluate(**at, corrected=True)) for at in points]
        found = partial(limit_of, dims=dims, logarithmic=logarithmic)
        assert is_one(found(ratios)), (phase.name, ratios, found(ratios))
        for wrong in off_by(law, points[0]):
            assert not is_one(found([wrong * ratio for ratio in ratios]))
    assert set(reached) == set(place.boundary.phases)


# --- where the exponent jumps

JUMPS = [place for place in PLACES if not place.boundary.continuous]
WINDOWS = [place for place in JUMPS if "II" in {phase.name for phase in place.boundary.phases}]


def departs_within(law, place):
    """Whether the solved risk leaves the law of over-regularised training in the window, and only there."""
    (above,) = (phase for phase in place.boundary.phases if phase.name == "II")
    end = end_of(place, law, 10**24)
    ratios = []
    for share in (mpf("0.7"), mpf("1.15")):
        at = where(place, law, 10**24, share * end)
        ratios.append(risk_at(place, at) / above.risk.evaluate(**at))
    inside, outside = ratios
    return inside > 1.5 and abs(outside - 1) < 0.1


@pytest.mark.parametrize("place", WINDOWS, ids=str)
def test_risk_jumps_inside_the_window(place):
    law = place.boundary.law()
    assert departs_within(law, place)
    for wrong in (law.window.end * Rational(2, 3), law.window.end * Rational(3, 2)):
        assert not departs_within(replace(law, window=Interval.open(0, wrong)), place)


RECOVERIES = [place for place in JUMPS if place not in WINDOWS]


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(p, id=str(p), marks=pytest.mark.slow if p.network == "quadratic" else ())
        for p in RECOVERIES
    ],
)
def test_law_beside_the_capacity_of_all_modes_is_the_local_law(place):
    law, dimension = place.boundary.law(), 10**12
    assert law.type is BoundaryType.RECOVERY
    jump = law.local
    at = sizes(place, dimension)
    threshold = evaluate(jump.samples, PhysicalPoint(**at).values())

    def beside(excess):
        with mpmath.workdps(30):
            samples = threshold * (1 + mpf(excess))
        return at | {"n_eff": samples}

    near, there = jump.evaluate(**beside("1e-6")), law.evaluate(**beside("1e-6"))
    if near == 0:  # the target is recovered
        assert vanishes(law, beside("1e-6"), sizes(place, dimension, -step_of(place)))
        return
    assert abs(there / near - 1) < 1e-4
    try:
        exactly = law.evaluate(**beside(0))
    except ArithmeticError as error:
        assert "hardly determine" in str(error)  # noqa: PT017
    else:
        assert abs(exactly / jump.evaluate(**beside(0)) - 1) < TOLERANCE


@pytest.mark.slow
def test_integrals_over_all_modes_say_where_they_end():
    (place,) = (p for p in PLACES if str(p) == "quadratic-none-erm-III-N-1")
    with pytest.raises(ArithmeticError, match="and has no digits"):
        place.boundary.law().evaluate(**sizes(place, 10**40, -step_of(place)))
