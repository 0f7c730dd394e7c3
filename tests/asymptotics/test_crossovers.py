"""Laws across the walls of the diagrams against the full state evolution, solved on and beside the walls."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product
from typing import NamedTuple

import mpmath
import pytest
from mpmath import mpf
from sympy import Eq, Interval, Rational, cancel, lambdify, log, oo, simplify

from asymptotics import Boundary, diagonal, phase_diagram, quadratic, symbols
from asymptotics.interpolation import depth, distance, interpolation_peak
from asymptotics.plateaus import plateaus
from asymptotics.roots import physical_values
from asymptotics.uniform_sums import evaluate
from asymptotics.walls import Kind
from numerics import Problem, solve

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
DIAGRAMS = list(product(NETWORKS, ("fixed", "none", "scaled"), ("erm", "bayes")))
GAMMA = Fraction(3, 2)

# exponents to choose points of the walls from
SAMPLES = [Fraction(n, 20) for n in (-20, -10, 4, 8, 12, 16, 20, 24, 30, 36, 40, 50, 60, 70, 80, 100)]
DECAYS = [Fraction(n, 5) for n in range(-20, 21)]
NOISES = [Fraction(n, 10) for n in (3, 6, 16, 25, 35)]
EXPONENTS = (symbols.a, symbols.ell, symbols.gamma, symbols.b)


def diagram_of(network, noise, estimator):
    return phase_diagram(NETWORKS[network], noise=noise, estimator=estimator)


class Place(NamedTuple):
    """A wall of a diagram, and a point of it."""

    network: str
    noise: str
    estimator: str
    boundary: Boundary
    point: dict

    def __str__(self):
        names = "-".join(phase.name for phase in self.boundary.phases)
        return f"{self.network}-{self.noise}-{self.estimator}-{names}-{self.boundary.relation.rhs}"

    @property
    def crossed_by(self):
        """The variable that leads across the wall."""
        return self.boundary.relation.lhs


def point_of(boundary, noise, estimator):
    """The point of a grid deepest inside a wall: far from the other facets of both phases, of mild sizes."""
    relation = boundary.relation
    others = [
        r.gts - r.lts
        for phase in boundary.phases
        for r in phase.region.args
        if cancel((r.gts - r.lts).subs(relation.lhs, relation.rhs)) != 0
    ]
    on_wall, slack = (lambdify(EXPONENTS, e) for e in (relation.rhs, others))
    grid = {
        symbols.a: SAMPLES,
        symbols.ell: DECAYS if estimator == "erm" else [Fraction(0)],
        symbols.gamma: [GAMMA],
        symbols.b: NOISES if noise == "scaled" else [Fraction(0)],
    } | {relation.lhs: [None]}
    found = []
    for values in product(*grid.values()):
        at = dict(zip(EXPONENTS, values, strict=True))
        at[relation.lhs] = Fraction(on_wall(*values))
        depth = min([*slack(*map(float, at.values())), 0.3])
        a, ell = at[symbols.a], at[symbols.ell]
        largest = max(abs(a) + 1, abs(ell), 2 * abs(ell + 1 - a), at[symbols.b])
        found.append((depth, -largest, at))
    depth, _, at = max(found, key=lambda choice: choice[:2])
    assert depth > 0.05, boundary
    return at


PLACES = [
    Place(*diagram, boundary, point_of(boundary, *diagram[1:]))
    for diagram in DIAGRAMS
    for boundary in diagram_of(*diagram).boundaries
]


def sizes(place, dimension, off=0, factor=1):
    """Physical values at a point of a wall, off it by a power of the dimension and a factor."""
    d = mpf(dimension)
    at = place.point | {place.crossed_by: place.point[place.crossed_by] + off}
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
            at["gamma"],
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


def ladder(place, law):
    """Dimensions, as far as the solver goes: modes have to be told apart, and the noise must not vanish."""
    phases = place.boundary.phases
    if law.kind in (Kind.LAST_MODES, Kind.RECOVERY) or (
        law.kind is Kind.UNCHANGED and len({p.hypothesis.learned for p in phases}) > 1
    ):
        return (10**3, 10**5) if place.estimator == "bayes" else (10**4, 10**8)
    by_modes = place.estimator == "bayes" or any(p.name == "N" for p in phases)
    return (10**12, 10**24) if place.network == "quadratic" and by_modes else (10**12, 10**60)


SIDES = (mpf(1) / 2, mpf(2))
"""Values of the variable at which laws are compared, in units of the end of the width where it has one."""


def departures(law, place, side):
    """How far the law is from the solution, relatively, along growing dimensions."""
    found = []
    for dimension in ladder(place, law):
        unit = 1 if law.width.end == oo else end_of(place, law, dimension)
        at = where(place, law, dimension, side * unit)
        truth = risk_at(place, at)
        value = law.evaluate(**at)
        found.append(value / truth - 1 if truth else value)  # where the target is recovered both are 0
    return found


def is_logarithmic(place):
    """Noise without an edge, and modes that count: the law takes kappa >> delta, true to a power of log d."""
    one, other = place.boundary.phases
    return one.risk.refined != other.risk.refined and "N" in (one.name, other.name)


def is_the_limit(place, departed):
    """What is left tends to 0, by powers of d; where it does by 1/log d, a line in it is taken off."""
    first, last = departed
    law = place.boundary.crossover()
    if is_logarithmic(place) and law.kind is not Kind.RECOVERY:
        near, far = (mpmath.log(dimension) for dimension in ladder(place, law))
        return abs(last - (first - last) / (far / near - 1)) < 1e-3
    return abs(last) < 1e-3 and abs(last) < max(abs(first), mpf("1e-9"))


def is_quick(place):
    """The walls at fixed noise, but those whose laws are sums of Gaussian modes or take long to solve."""
    alike = len({phase.hypothesis.learned for phase in place.boundary.phases}) == 1
    return place.noise == "fixed" and (alike or (place.network, place.estimator) == ("quadratic", "erm"))


walls = pytest.mark.parametrize(
    "place",
    [pytest.param(p, id=str(p), marks=() if is_quick(p) else pytest.mark.slow) for p in PLACES],
)


def planted(law):
    return [replace(law, law=law.law * factor) for factor in (Rational(501, 500), Rational(1, 2))]


@walls
@pytest.mark.parametrize("side", [SIDES[0], pytest.param(SIDES[1], marks=pytest.mark.slow)])
def test_uniform_law_is_the_limit_of_the_solution(place, side):
    assert is_the_limit(place, departures(place.boundary.crossover(), place, side))


@walls
def test_planted_error_in_a_law_is_seen(place):
    for wrong in planted(place.boundary.crossover()):
        assert not all(is_the_limit(place, departures(wrong, place, side)) for side in SIDES)


def beside(place, step):
    """The phase next to a wall."""
    at = place.point | {place.crossed_by: place.point[place.crossed_by] + step}
    names = {str(symbol): value for symbol, value in at.items()}
    if place.noise != "scaled":
        del names["b"]
    return diagram_of(*place[:3]).locate(**names)


def reduction(law, place, step):
    """How far the law is from that of the phase next to the wall, along growing dimensions."""
    phase, found = beside(place, step), []
    for dimension in (10**60, 10**180):
        at = sizes(place, dimension, step)
        value, across = phase.risk.evaluate(**at, refined=True), law.evaluate(**at)
        found.append(abs(across / value - 1) if value else across)
    return phase, found


def is_reduced(phase, departed):
    """By powers of d; by powers of log d, which is three times as large at last, where the phase's law is."""
    first, last = departed
    if phase.risk.refined is not None:
        return last < 0.1 and last < first / 2
    return last < 0.01 and last <= max(first, mpf("1e-9"))


STEPS = (Fraction(-1, 20), Fraction(1, 20))


@walls
def test_uniform_law_reduces_to_both_phases(place):
    law, reached = place.boundary.crossover(), []
    for step in STEPS:
        phase, departed = reduction(law, place, step)
        assert is_reduced(phase, departed), phase.name
        reached.append(phase)
    assert set(reached) == set(place.boundary.phases)


@walls
def test_planted_error_is_seen_where_a_law_reduces(place):
    for wrong in planted(place.boundary.crossover())[1:]:
        assert not all(is_reduced(*reduction(wrong, place, step)) for step in STEPS)


# --- where the exponent jumps

JUMPS = [place for place in PLACES if not place.boundary.continuous]
WINDOWS = [place for place in JUMPS if place.boundary.crossover().kind is Kind.EDGE]


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
    return last < 1e-7 and last / first == pytest.approx(1e-4, rel=0.15)


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
    return (
        all(abs(slope) < 0.1 and abs(height - level) < 0.06 for slope, height in inside)
        and all(abs(slope) > 0.2 for slope in beyond)
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
    assert {p.name for p in found.ends.boundary.phases} == {"I", "II"}
    assert "first modes" in found.ends.mechanism


# --- conventions


def test_what_is_not_declared_is_named():
    silent = replace(quadratic, image=None)
    (boundary,) = (b for b in phase_diagram(silent).boundaries if [p.name for p in b.phases] == ["VI", "VI"])
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
    with pytest.raises(ValueError, match="is not a boundary of this diagram"):
        diagram_of("quadratic", "fixed", "erm").crossover(other)
