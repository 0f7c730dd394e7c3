"""Laws across the walls of the diagrams against the full state evolution, solved on and beside the walls."""

from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from itertools import product
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from sympy import Eq, Interval, Rational, cancel, lambdify, log, oo, simplify

from asymptotics import Boundary, diagonal, phase_diagram, quadratic, symbols
from asymptotics.boundaries.interpolation import depth, distance, interpolation_peak
from asymptotics.boundaries.recovery import recovery_jump
from asymptotics.boundaries.roots import physical_values
from asymptotics.boundaries.types import Kind
from asymptotics.boundaries.uniform_sums import evaluate
from asymptotics.learning_curves import plateaus
from asymptotics.lemmas.power_sums import Learned
from numerics import Problem, solve
from verify.extrapolation import limit_beyond_logarithms, limit_beyond_powers

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
DIAGRAMS = list(product(NETWORKS, ("fixed", "none", "scaled"), ("erm", "bayes")))
GAMMA = Fraction(3, 2)
TOLERANCE = 1e-3

# exponents to choose points of the walls from
SAMPLES = [Fraction(n, 20) for n in (*range(-20, 42), *range(45, 101, 5))]
DECAYS = [Fraction(n, 10) for n in range(-40, 41)]
NOISES = [Fraction(n, 10) for n in (2, 3, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50)]
EXPONENTS = (symbols.a, symbols.ell, symbols.gamma, symbols.b)

START, STEPS, FEWER_STEPS = 2, 8, 5
"""Decimal exponent below a ladder, and its dimensions; fewer where a law is an integral over all modes."""

RANGE, HIGHEST = 150, {"diagonal": 100, "quadratic": 40}
"""Decimal exponents: of the largest parameter, delta^2 or kappa^2, and of the dimension."""

NEGLECTED, LEARNED_AMID_NOISE, LEARNED, ALL_LEARNED, LEARNED_BY_BAYES = 5, 30, 14, 8, 6
"""Decimal exponents, quadratic network: of what is left out at last, of learned modes (what they cost)."""

MODEST = 12
"""Decimal exponent of a dimension at which the quadratic network's solutions cost little anywhere."""

REFUSED = 7.5
"""Decades below the capacity of all modes to which the integrals over those that repel each other reach."""

EDGE_RESOLVED = 100
"""Decades of the dimension to which 95 digits tell the threshold from a hard edge."""

NEAREST = 18
"""Decades of D below 1 to which noiseless interpolation is solved: kappa is then the edge to eight digits."""


def diagram_of(network, noise, estimator):
    return phase_diagram(NETWORKS[network], noise=noise, estimator=estimator)


class Place(NamedTuple):
    """A wall of a diagram."""

    network: str
    noise: str
    estimator: str
    boundary: Boundary

    def __str__(self):
        names = "-".join(phase.name for phase in self.boundary.phases)
        return f"{self.network}-{self.noise}-{self.estimator}-{names}-{self.boundary.relation.rhs}"

    @property
    def crossed_by(self):
        """The variable that leads across the wall."""
        return self.boundary.relation.lhs

    @property
    def learns_all(self):
        """Whether all modes are learned on one side of the wall only."""
        return len({p.hypothesis.learned for p in self.boundary.phases} & {Learned.SOME, Learned.ALL}) > 1


class Ladder(NamedTuple):
    """A point of a wall, by how small a power of d what is left out there falls, and dimensions."""

    point: dict
    gap: float
    dims: tuple


PLACES = [Place(*diagram, boundary) for diagram in DIAGRAMS for boundary in diagram_of(*diagram).boundaries]


def on_grid(place, expressions):
    """Values of expressions in the exponents at points of the wall, as rows, and the points themselves."""
    relation = place.boundary.relation
    grid = {
        symbols.a: SAMPLES,
        symbols.ell: DECAYS if place.estimator == "erm" else [Fraction(0)],
        symbols.gamma: [GAMMA],
        symbols.b: NOISES if place.noise == "scaled" else [Fraction(0)],
    } | {relation.lhs: [Fraction(0)]}
    points = list(product(*grid.values()))
    on_wall = [expression.subs(relation.lhs, relation.rhs) for expression in expressions]
    columns = np.array(points, dtype=float).T
    values = lambdify(EXPONENTS, [relation.rhs, *on_wall], "numpy")(*columns)
    return points, np.array([np.broadcast_to(v, len(points)) for v in values], dtype=float), columns


@cache
def ladder(place):
    """The ladder at whose end what the law leaves out, all that does not count at the wall, is smallest."""
    relation, phases = place.boundary.relation, place.boundary.phases
    forms = {
        phase.balance.scales.expression(form)
        for phase in phases
        for form in (*phase.balance.facets, *(i.form for i in phase.balance.inequalities))
    }
    forms = [f for f in forms if not cancel(f.subs(relation.lhs, relation.rhs)).is_number]
    learned = [p.learned.exponent for p in phases if p.learned.exponent != -oo]
    freedom = [p.degrees_of_freedom.exponent for p in phases if p.degrees_of_freedom.exponent != -oo]
    points, (crossing, *rows), columns = on_grid(place, [*forms, *learned, *freedom])
    columns = columns.copy()
    columns[EXPONENTS.index(place.crossed_by)] = crossing
    samples, weight_decay, decay, noise = columns
    energy = 2 * decay - 1  # of the modes beyond the last one, beside that of all
    gap = np.minimum.reduce([*rows[: len(forms)], energy])
    modes = np.maximum.reduce([*rows[len(forms) : len(forms) + len(learned)], 0 * gap])
    lacking = -np.maximum.reduce([*rows[len(forms) + len(learned) :], 0 * gap - 99])
    end = RANGE / np.maximum.reduce(
        [abs(samples) + 1, abs(weight_decay), 2 * abs(weight_decay + 1 - samples), noise]
    )
    end = np.minimum(end, HIGHEST[place.network])
    if place.network == "quadratic":
        names = {p.name for p in phases}
        by_modes = (
            LEARNED_BY_BAYES
            if place.estimator == "bayes"
            else ALL_LEARNED
            if place.boundary.crossover().kind is Kind.RECOVERY
            else LEARNED
            if names & {"II", "N"}
            else LEARNED_AMID_NOISE
        )
        end = np.minimum(end, np.maximum(NEGLECTED / np.maximum(gap, 0.02), MODEST))
        end = np.minimum(end, by_modes / np.maximum(modes, 0.02))
        if "N" in names and place.estimator == "erm":
            end = np.minimum(end, NEAREST / np.maximum(lacking, 0.02))
    best = int(np.argmax(np.where(end > START + 1, gap * end, -np.inf)))
    point = dict(zip(EXPONENTS, points[best], strict=True))
    rhs = relation.rhs.subs({s: Rational(v.numerator, v.denominator) for s, v in point.items()})
    point[place.crossed_by] = Fraction(int(rhs.p), int(rhs.q))
    assert gap[best] > 0.02, place
    costly = place.boundary.crossover().kind is Kind.RECOVERY
    return Ladder(point, float(gap[best]), decades(START, float(end[best]), FEWER_STEPS if costly else STEPS))


def decades(start, end, steps):
    """Dimensions in geometric progression."""
    return tuple(int(mpf(10) ** (start + (mpf(end) - start) * k / steps)) for k in range(1, steps + 1))


def sizes(place, dimension, off=0, factor=1):
    """Physical values at a point of a wall, off it by a power of the dimension and a factor."""
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
    return evaluate(law.variable, physical_values(**at))


def where(place, law, dimension, value):
    """Physical values on the line across the wall where the variable of the crossover has a value."""
    on, off = (variable_at(place, law, sizes(place, dimension, factor=f)) for f in (1, 2))
    return sizes(place, dimension, factor=2 ** (mpmath.log(value / on) / mpmath.log(off / on)))


def end_of(place, law, dimension):
    """Where the width of a crossover ends."""
    return evaluate(law.width.end, physical_values(**sizes(place, dimension)))


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
"""Values of the variable at which laws are compared, in units of the end of the width where it has one."""


def points_beside(place, law, side):
    """Physical values on one side of a wall, along growing dimensions."""
    for dimension in ladder(place).dims:
        unit = 1 if law.width.end == oo else end_of(place, law, dimension)
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
    return [float(replace(law, law=law.law * factor).evaluate(**at) / right) for factor in PLANTED]


def vanishes(law, here, there):
    """Whether a law is nothing at one of two places: what is not found within e^8192 is zero."""
    return law.evaluate(**here) < mpf("1e-200") * law.evaluate(**there)


def is_quick(place):
    """The walls at fixed noise, but those whose laws are integrals over all modes or take long to solve."""
    return place.noise == "fixed" and (place.estimator == "erm" or not place.learns_all)


walls = pytest.mark.parametrize(
    "place",
    [pytest.param(p, id=str(p), marks=() if is_quick(p) else pytest.mark.slow) for p in PLACES],
)


@walls
@pytest.mark.parametrize("side", [SIDES[0], pytest.param(SIDES[1], marks=pytest.mark.slow)], ids=str)
def test_uniform_law_is_the_limit_of_the_solution(place, side):
    law = place.boundary.crossover()
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
    """The phase next to a wall."""
    point = ladder(place).point
    at = point | {place.crossed_by: point[place.crossed_by] + step}
    names = {str(symbol): value for symbol, value in at.items()}
    if place.noise != "scaled":
        del names["b"]
    return diagram_of(*place[:3]).locate(**names)


def step_of(place):
    """How far from the wall its laws are compared with those of the phases: well within both."""
    return Fraction(min(ladder(place).gap, 1)).limit_denominator(40) / 4


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_uniform_law_reduces_to_both_phases(place):
    law, reached = place.boundary.crossover(), []
    # each solution of two unknowns with sums over all modes takes seconds to half a minute
    steps = FEWER_STEPS if law.kind is Kind.FIRST_MODES else STEPS
    for step in (-step_of(place), step_of(place)):
        phase = beside(place, step)
        logarithmic = phase.risk.corrected is not None
        end = REFUSED if place.network == "quadratic" and law.kind is Kind.RECOVERY else 20
        end = min(end / float(abs(step)), EDGE_RESOLVED)
        dims = decades(*((100, 220) if logarithmic else (0, end)), steps)
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
    law = place.boundary.crossover()
    assert departs_within(law, place)
    for wrong in (law.width.end * Rational(2, 3), law.width.end * Rational(3, 2)):
        assert not departs_within(replace(law, width=Interval.open(0, wrong)), place)


@pytest.mark.parametrize("place", JUMPS, ids=str)
def test_jumps_say_where_and_why(place):
    law = place.boundary.crossover()
    assert not law.continuous
    assert law.kind in (Kind.EDGE, Kind.RECOVERY)
    assert "jump" in law.mechanism
    assert law.mechanism == place.boundary.mechanism
    capacity = NETWORKS[place.network].noise_balance.lhs / symbols.effective_noise**2
    if law.kind is Kind.RECOVERY:  # as many degrees of freedom as all modes have, one each
        assert simplify(law.variable - capacity) == 0


def test_continuous_walls_do_not_speak_of_jumps():
    for place in PLACES:
        if place.boundary.continuous and place.noise == "fixed":
            assert "jump" not in place.boundary.mechanism


RECOVERIES = [place for place in JUMPS if place not in WINDOWS]


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(p, id=str(p), marks=pytest.mark.slow if p.network == "quadratic" else ())
        for p in RECOVERIES
    ],
)
def test_law_beside_the_capacity_of_all_modes_is_that_of_the_jump(place):
    law, dimension = place.boundary.crossover(), 10**12
    assert law.kind is Kind.RECOVERY
    jump = recovery_jump(NETWORKS[place.network], noisy=place.noise != "none", estimator=place.estimator)
    at = sizes(place, dimension)
    threshold = evaluate(jump.samples, physical_values(**at))

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
        assert "hardly tell" in str(error)  # noqa: PT017
    else:
        assert abs(exactly / jump.evaluate(**beside(0)) - 1) < TOLERANCE


# --- the interpolation peak


def off_peak(peak, network, x):
    """How far the peak is from the solution, relatively, as weight decay falls."""
    dimension, departed = 10**30, []
    share, samples = {"diagonal": (1, 1), "quadratic": (2, mpf(1) / 4)}[network]
    true = interpolation_peak(NETWORKS[network])
    for decay in (mpf("1e-6"), mpf("1e-12")):
        at = {"gamma": mpf("1.5"), "d": mpf(dimension), "weight_decay": decay, "noise_variance": mpf(1)}
        width = evaluate(true.width, physical_values(n_eff=1, **at))
        at["n_eff"] = (samples + x * width / share) * dimension
        truth = solved(network, "fixed", "erm", tuple(at.items()), digits=20).excess_risk
        departed.append(abs(peak.evaluate(**at) / truth - 1))
    return departed


def closes(departed):
    """To order lambda**(2/3)."""
    first, last = departed
    return last < 1e-7 and last / first == pytest.approx(1e-4, rel=0.15, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("x", [pytest.param(-3, marks=pytest.mark.slow), 0, 1])
def test_peak_closes_as_weight_decay_falls(network, x):
    assert closes(off_peak(interpolation_peak(NETWORKS[network]), network, x))


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    "plant",
    [
        lambda peak: {"height": peak.height * Rational(1001, 1000)},
        lambda peak: {"width": peak.width * Rational(1001, 1000)},
        lambda peak: {"width": peak.width * symbols.weight_decay ** Rational(1, 50)},
        lambda peak: {"excess": peak.excess + peak.width / 1000},
        lambda peak: {"scaling": Eq(depth**2, distance**2 + depth ** Rational(11, 20))},
    ],
    ids=["height", "width", "power", "place", "scaling"],
)
def test_planted_error_in_the_peak_is_seen(network, plant):
    true = interpolation_peak(NETWORKS[network])
    wrong = replace(true, **plant(true))
    assert not closes(off_peak(wrong, network, 1))


@pytest.mark.parametrize("network", NETWORKS)
def test_peak_in_powers_of_weight_decay(network):
    peak, decay = interpolation_peak(NETWORKS[network]), symbols.weight_decay
    powers = {name: simplify(decay * log(getattr(peak, name)).diff(decay)) for name in ("width", "height")}
    assert powers == {"width": Rational(2, 3), "height": -Rational(2, 3)}
    assert simplify(peak.excess.subs(symbols.n_eff, peak.samples)) == 0


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("side", [pytest.param("below", marks=pytest.mark.slow), "above"])
def test_sides_of_the_peak(network, side):
    peak, sign = interpolation_peak(NETWORKS[network]), {"below": -1, "above": 1}[side]

    def departed(law):
        found = []
        for excess in (mpf("1e-2"), mpf("1e-4")):
            at = {"gamma": mpf("1.5"), "d": mpf(10) ** 30}
            at |= {"weight_decay": mpf(10) ** -16, "noise_variance": mpf(1)}
            samples = evaluate(peak.samples, physical_values(n_eff=1, **at))
            at["n_eff"] = samples * (1 + sign * excess)
            truth = solved(network, "fixed", "erm", tuple(at.items()), digits=20).excess_risk
            found.append(abs(evaluate(law, physical_values(**at)) / truth - 1))
        return found

    def met(law):
        first, last = departed(law)
        return last < 1e-3 and last < first / 10 + mpf("1e-6")

    assert met(getattr(peak, side))
    assert not met(getattr(peak, side) * Rational(501, 500))


# --- plateaus

CURVES = [("quadratic", "1/2", 1), ("diagonal", "-1", 1)]


def slope_of_risk(network, a, ell, gamma, dimension=10**60):
    """d log R/d log n_eff of the solved risk, and log R/log d, at n_eff = d**a."""

    def log_risk(a):
        at = {"gamma": Fraction(gamma), "d": mpf(dimension), "noise_variance": mpf(1)}
        at |= {"n_eff": mpf(dimension) ** a, "weight_decay": mpf(dimension) ** (mpf(ell.p) / ell.q)}
        return mpmath.log(solved(network, "fixed", "erm", tuple(at.items())).excess_risk, dimension)

    step = mpf(1) / 100
    return (log_risk(a + step) - log_risk(a - step)) / (2 * step), log_risk(a)


def is_level(plateau, network, ell, gamma):
    """Whether the solved risk is level between the ends of a plateau, at its exponent, and not beyond."""
    begins, ends = (mpf(end.a.p) / end.a.q for end in (plateau.begins, plateau.ends))
    tenth = (ends - begins) / 10
    inside = [slope_of_risk(network, begins + share * tenth, ell, gamma) for share in (2, 5, 8)]
    beyond = [slope_of_risk(network, ends + tenth, ell, gamma)[0]]
    beyond += [slope_of_risk(network, begins - tenth, ell, gamma)[0]] if begins > 0 else []
    level = mpf(plateau.exponent.p) / plateau.exponent.q
    return all(abs(slope) < 0.1 and abs(height - level) < 0.06 for slope, height in inside) and all(
        abs(slope) > 0.2 for slope in beyond
    )


@pytest.mark.parametrize(("network", "ell", "gamma"), CURVES)
def test_risk_is_level_on_plateaus(network, ell, gamma):
    ell = Rational(ell)
    found = plateaus(diagram_of(network, "fixed", "erm"), ell=ell, gamma=gamma)
    assert found
    for plateau in found:
        assert is_level(plateau, network, ell, gamma)
        later = replace(plateau.ends, a=plateau.ends.a + Rational(1, 4))
        earlier = replace(plateau.ends, a=plateau.ends.a - Rational(1, 4))
        for wrong in ({"ends": later}, {"ends": earlier}, {"exponent": plateau.exponent - Rational(1, 8)}):
            assert not is_level(replace(plateau, **wrong), network, ell, gamma)


def test_no_plateau_where_the_risk_always_moves():
    found = plateaus(diagram_of("quadratic", "fixed", "erm"), ell=Rational(-1), gamma=1)
    assert found == ()


def test_plateaus_follow_the_laws_of_the_phases():
    # planted in a diagram: were the risk of phase IV level, its stretch would be a plateau
    diagram = diagram_of("quadratic", "fixed", "erm")
    (true,) = (phase for phase in diagram.phases if phase.name == "IV")
    level = replace(true, risk=replace(true.risk, exponent=Rational(0)))
    wrong = replace(diagram, phases=tuple(level if p is true else p for p in diagram.phases))
    (found,) = plateaus(wrong, ell=Rational(-1), gamma=1)
    assert (found.begins.a, found.ends.a, [p.name for p in found.phases]) == (0, Rational(4, 9), ["IV"])


def test_plateaus_begin_and_end_at_walls():
    (found,) = plateaus(phase_diagram(quadratic), ell=Rational(1, 2), gamma=1)
    assert (found.begins.a, found.ends.a, found.exponent) == (0, 1, 0)
    assert {p.name for p in found.ends.boundary.phases} == {"Ib", "II"}
    assert "first modes" in found.ends.mechanism


# --- conventions


def test_what_is_not_declared_is_named():
    silent = replace(quadratic, subordination_map=None)
    (boundary,) = (
        b for b in phase_diagram(silent).boundaries if [p.name for p in b.phases] == ["VIa", "VIb"]
    )
    with pytest.raises(NotImplementedError, match="repel each other, and the network does not declare"):
        boundary.crossover()


@pytest.mark.slow
def test_every_wall_of_every_diagram_has_a_law():
    assert len(PLACES) == sum(len(diagram_of(*diagram).boundaries) for diagram in DIAGRAMS)
    for place in PLACES:
        law = diagram_of(*place[:3]).crossover(place.boundary)
        assert law is place.boundary.crossover()
        assert len(law.unknowns) == len(law.equations)


def test_walls_of_another_diagram_are_refused():
    (other, *_) = diagram_of("quadratic", "none", "erm").boundaries
    with pytest.raises(ValueError, match=r"^boundary=.*: must be one of the boundaries of this diagram"):
        diagram_of("quadratic", "fixed", "erm").crossover(other)


@pytest.mark.slow
def test_integrals_over_all_modes_say_where_they_end():
    (place,) = (p for p in PLACES if str(p) == "quadratic-none-erm-III-N-1")
    with pytest.raises(ArithmeticError, match="and has no digits"):
        place.boundary.crossover().evaluate(**sizes(place, 10**40, -step_of(place)))
