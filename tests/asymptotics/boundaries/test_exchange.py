"""Linear estimators across the walls of their diagrams: kernel ridge against its own two power sums, summed
here by mpmath, and ridge regression on the inputs of the networks against its equations."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from scipy.optimize import brentq
from sympy import Eq, EulerGamma, Rational, Symbol, lambdify, log, simplify, zeta

from asymptotics import OnBoundary, diagonal, kernel_ridge, phase_diagram, quadratic
from asymptotics import symbols as letters
from asymptotics.algebra.polyhedra import EVERYWHERE, at_value, coefficient, meeting_point
from asymptotics.boundaries.roots import physical_values
from asymptotics.boundaries.types import Kind
from asymptotics.boundaries.uniform_sums import evaluate
from asymptotics.symbols import effective_noise, n_eff, noise_variance
from numerics import Problem, solve

TOLERANCE = 1e-3
HEAD, FARTHEST = 100, 90


def rule():
    """Numbers i and weights w: the sum of w h(i) is that of h over 1, 2, 3, ... by Euler and Maclaurin."""
    points = [(mpf(i), mpf(1)) for i in range(1, HEAD)]
    nodes, weights = np.polynomial.legendre.leggauss(20)
    start = mpmath.log(HEAD)
    for panel in range(FARTHEST // 2):  # in log i
        places = [mpmath.exp(start + 2 * panel + 1 + node) for node in nodes]
        points += [(i, i * weight) for i, weight in zip(places, weights, strict=True)]
    step = mpf("1e-3")  # of the slope
    ends = [(HEAD - step, 1 / (24 * step)), (mpf(HEAD), mpf(1) / 2), (HEAD + step, -1 / (24 * step))]
    return points + ends


RULE = rule()


class Kernel:
    """n = D + n lambda/kappa and R = (n B + Delta D_2)/(n - D_2): features i^-A, target i^(-1 - 2 r A)."""

    def __init__(self, gamma, source, n_eff, weight_decay, noise_variance):
        capacity = 2 * mpf(gamma)
        self.modes = [(w, i**capacity, i ** (-1 - 2 * mpf(source) * capacity)) for i, w in RULE]

        def excess(log_rise):  # of kappa = lambda + kappa D/n, which keeps its digits where D << n
            kappa = weight_decay + mpmath.exp(log_rise)
            return log_rise - mpmath.log(kappa * self.freedoms(kappa, 1) / n_eff)

        start = mpmath.log(weight_decay * self.freedoms(weight_decay, 1) / n_eff) - 1
        stop = mpmath.log(weight_decay + 20 * n_eff**-capacity)
        rise = mpmath.exp(mpmath.findroot(excess, (start, stop), solver="anderson", tol=1e-12))
        kappa = weight_decay + rise
        misses = mpmath.fsum(w * (kappa * p / (1 + kappa * p)) ** 2 * energy for w, p, energy in self.modes)
        squares = self.freedoms(kappa, 2)
        self.risk = (n_eff * misses + noise_variance * squares) / (n_eff - squares)

    def freedoms(self, kappa, power):
        return mpmath.fsum(w / (1 + kappa * p) ** power for w, p, _ in self.modes)


def test_sums_of_this_file_are_the_sums():
    for c in (mpf(2), mpf(1000)):
        exact = mpmath.pi * mpmath.coth(mpmath.pi * c) / (2 * c) - 1 / (2 * c * c)
        assert mpmath.fsum(w / (i * i + c * c) for i, w in RULE) == pytest.approx(exact, rel=1e-9, abs=0)


def wall_of(noise, names, source=None, parameter=False):
    """The wall between two phases, on one side of r = 1 or at it."""
    found = [
        wall
        for wall in phase_diagram(kernel_ridge, noise=noise).boundaries
        if [phase.name for phase in wall.phases] == names.split("/")
        and (wall.relation.lhs == letters.source) == parameter
        and (source is None or all(low < source < high for _, (low, high) in domains(wall)))
    ]
    return found[0]


def domains(wall):
    return [phase.balance.domain for phase in wall.phases]


@cache
def solved(noise, gamma, source, n_eff, weight_decay, noise_variance):
    return Kernel(gamma, source, n_eff, weight_decay, 0 if noise == "none" else noise_variance).risk


def ratio(noise, wall, point, digits_of_d, factor=1):
    """The summed risk over the law across a wall, at exponents of d = 10**digits_of_d."""
    d = mpf(10) ** digits_of_d
    values = {
        "n_eff": d ** mpf(str(point["a"])) * mpf(str(point.get("samples", 1))),
        "weight_decay": d ** mpf(str(point["ell"])) * mpf(str(point.get("times", 1))),
        "noise_variance": d ** -mpf(str(point.get("b", 0))),
    }
    at = {"gamma": point["gamma"], "source": point["source"]}
    law = wall.crossover().evaluate(**at, **values, d=d)
    return solved(noise, *at.values(), *values.values()) / (factor * law)


# a wall, a point on it, and how far the weight decay, or the samples, are from it
WALLS = [
    ("fixed", "V/VIa", {"gamma": 1, "a": 1, "ell": -2}),
    ("fixed", "V/VIa", {"gamma": 1, "a": 1, "ell": -2, "times": 5}),
    ("fixed", "II/VIa", {"gamma": 1, "a": 1.5, "ell": None}),
    ("fixed", "II/VIa", {"gamma": 1, "a": 1.5, "ell": None, "times": 3}),
    ("none", "II/N", {"gamma": 1, "a": 1, "ell": -2}),
    ("none", "II/N", {"gamma": 1, "a": 1, "ell": -2, "times": 4}),
    ("scaled", "N/V", {"gamma": 1, "a": 1, "ell": -5, "b": None}),
]


def on_wall(names, point, source):
    kept, point = min(source, 1), {**point, "source": source}
    if names == "II/VIa":  # lambda^(2 r) = lambda^(-1/A)/n
        point["ell"] = -2 * point["a"] * point["gamma"] / (4 * point["gamma"] * kept + 1)
    if names == "N/V":  # n^(-2 A r) = Delta
        point["b"] = 4 * point["gamma"] * kept * point["a"]
    return point


@pytest.mark.parametrize("source", [0.5, 0.8, 2], ids=str)
@pytest.mark.parametrize(("noise", "names", "point"), WALLS)
def test_laws_hold_on_and_across_walls(noise, names, point, source):
    wall, at = wall_of(noise, names, source), on_wall(names, point, source)
    near, far = (float(ratio(noise, wall, at, digits)) for digits in (6, 12))
    assert abs(far - 1) < TOLERANCE
    assert abs(far - 1) < abs(near - 1)


FIRST_FEATURES = [
    *(("fixed", "Ib/II", {"gamma": 1, "a": 1, "ell": 0, "times": times}) for times in (0.1, 1, 8)),
    ("fixed", "Ib/II", {"gamma": 0.6, "a": 1, "ell": 0, "times": 0.2}),
    *(("fixed", "Ia/V", {"gamma": 1, "a": 0, "ell": -1, "samples": samples}) for samples in (0.2, 1.5, 9)),
    *(("none", "Ia/N", {"gamma": 0.7, "a": 0, "ell": -1, "samples": samples}) for samples in (0.3, 5)),
    *(
        ("scaled", "Ia/N", {"gamma": 1, "a": 0, "ell": -1, "b": 1, "samples": samples})
        for samples in (0.3, 5)
    ),
]
"""Where features are fitted one by one: a wall, and values of what leads across it."""


@pytest.mark.parametrize("source", [0.3, 2], ids=str)
@pytest.mark.parametrize(("noise", "names", "point"), FIRST_FEATURES)
def test_first_features_count_one_by_one(noise, names, point, source):
    wall, at = wall_of(noise, names, source), {**point, "source": source}
    near, far = (float(ratio(noise, wall, at, digits)) for digits in (6, 12))
    assert abs(far - 1) < 1e-8
    assert abs(far - 1) < max(abs(near - 1), 1e-11)
    # neither phase alone, and none without its noise or its misses, holds there
    assert abs(ratio(noise, wall, at, 12, mpf("1.001")) - 1) > 1e-4


@pytest.mark.parametrize("source", [0.2, 2], ids=str)
@pytest.mark.parametrize(
    ("noise", "names", "axis", "values"),
    [
        ("fixed", "Ib/II", "weight_decay", {"n_eff": mpf(10) ** 90, "noise_variance": mpf(1)}),
        ("fixed", "Ia/V", "n_eff", {"weight_decay": mpf(10) ** -90, "noise_variance": mpf(1)}),
        ("none", "Ia/N", "n_eff", {"weight_decay": mpf(10) ** -90, "noise_variance": mpf(1)}),
    ],
)
def test_law_of_first_features_reduces_to_both_phases(noise, names, axis, values, source):
    wall, law = wall_of(noise, names, source), wall_of(noise, names, source).crossover()
    outside, inside = (mpf(10) ** 12, mpf(10) ** -12)
    if axis == "n_eff":
        outside, inside = (1 / outside, mpf(10) ** 6)
    for phase, value in zip(wall.phases, (outside, inside), strict=True):
        at = {"gamma": 1, "source": source, "d": mpf(10) ** 6, **values, axis: value}
        assert law.evaluate(**at) / phase.risk.evaluate(**at) == pytest.approx(1, abs=1e-2), phase.name


@pytest.mark.parametrize("source", [0.9, 0.99, 1, 1.01, 1.2])
@pytest.mark.parametrize(("noise", "name", "a", "ell"), [("fixed", "II", 4, -1), ("none", "N", 1, -4)])
def test_one_law_holds_through_saturation(noise, name, a, ell, source):
    wall = wall_of(noise, f"{name}/{name}", parameter=True)
    point = {"gamma": 1, "source": source, "a": a, "ell": ell}
    assert float(ratio(noise, wall, point, 6)) == pytest.approx(1, abs=TOLERANCE)
    if 0 < abs(source - 1) < 0.02:  # either end alone is far off so close to the wall
        d = mpf(10) ** 6
        values = {"n_eff": d**a, "weight_decay": d**ell, "noise_variance": 1}
        risk = solved(noise, 1, source, *values.values())
        phase = wall.phases[source > 1]
        alone = phase.risk.evaluate(gamma=1, source=source, d=d, **values)
        assert abs(risk / alone - 1) > 0.03


@pytest.mark.parametrize(("noise", "name", "a", "ell"), [("fixed", "II", 4, -1), ("none", "N", 1, -4)])
def test_a_logarithm_is_left_where_the_leading_end_changes(noise, name, a, ell):
    wall = wall_of(noise, f"{name}/{name}", parameter=True)
    law = wall.crossover().on_wall
    off, off_refined = [], []
    for digits in (3, 6, 12):
        d = mpf(10) ** digits
        values = {"n_eff": d**a, "weight_decay": d**ell, "noise_variance": mpf(1)}
        risk = solved(noise, 1, 1, *values.values())
        off.append(float(risk / law.evaluate(gamma=1, d=d, **values) - 1) * digits)
        off_refined.append(abs(float(risk / law.evaluate(gamma=1, d=d, corrected=True, **values) - 1)))
    assert off_refined[1] < TOLERANCE
    assert off_refined[2] < 1e-6
    # what the logarithm alone leaves out is a constant over log d
    assert off[1] == pytest.approx(off[2], rel=3e-2, abs=0)
    assert abs(off[2]) > 0.01
    exponents = {Symbol(x, real=True): value for x, value in (("a", a), ("ell", ell))}
    assert law.log_exponent == 1
    assert law.exponent.subs(letters.gamma, 1).subs(exponents) == (2 * ell if name == "II" else -4 * a)


def test_law_at_saturation_by_hand():
    # kappa = lambda: lambda^2 (log(1/lambda) + A gamma_E - 1)/A
    law = wall_of("fixed", "II/II", parameter=True).crossover().on_wall
    capacity, decay = 2 * letters.gamma, letters.weight_decay
    assert simplify(law.expr - decay**2 * log(1 / decay) / capacity) == 0
    by_hand = decay**2 * (log(1 / decay) + capacity * EulerGamma - 1) / capacity
    assert simplify(law.corrected - by_hand) == 0
    assert simplify(law.constant + letters.ell / capacity) == 0


@pytest.mark.parametrize("noise", ["fixed", "scaled", "none"])
def test_the_wall_of_saturation_is_listed_for_every_phase_that_knows_it(noise):
    diagram = phase_diagram(kernel_ridge, noise=noise)
    listed = [b for b in diagram.boundaries if b.relation.lhs == letters.source]
    assert {b.relation.rhs for b in listed} == {1}
    assert all(b.continuous and b.phases[0].hypothesis == b.phases[1].hypothesis for b in listed)
    sides = [phase for phase in diagram.phases if phase.balance.domain != EVERYWHERE]
    assert sorted(map(id, sides)) == sorted(id(phase) for b in listed for phase in b.phases)
    for wall in listed:
        rules = simplify(wall.phases[0].risk.expr - wall.phases[1].risk.expr) != 0
        assert ("logarithm" in wall.mechanism) == rules == (wall.crossover().on_wall.log_exponent == 1)
        assert set(wall.phases) in set(map(frozenset, located_at_saturation(noise)))


@cache
def located_at_saturation(noise):
    """The phases that meet at points with r = 1."""
    found = []
    for a, ell, b in product((-1, 1, 3), (-30, -7, -3, -1, 1), (1, 9) if noise == "scaled" else (None,)):
        try:
            phase_diagram(kernel_ridge, noise=noise).locate(a=a, ell=ell, gamma=1, b=b, source=1)
        except OnBoundary as boundary:
            found.append(boundary.phases)
    return found


# --- the last features: kernel ridge with d of them, in means over d

LIMITED = replace(
    kernel_ridge,
    name="kernel ridge with d features",
    modes=letters.d,
    noise_balance=Eq(
        n_eff * effective_noise**2 / letters.d, noise_variance / letters.d + letters.matrix_error
    ),
    threshold_balance=Eq(
        n_eff / letters.d,
        letters.degrees_of_freedom + n_eff * letters.weight_decay / (letters.d * letters.threshold),
    ),
    excess_risk=letters.d * letters.matrix_error,
)


def summed(source, n_eff, weight_decay, noise_variance, features):
    """The risk at gamma = 1 of ridge regression on so many features, added up."""
    ranks = np.arange(1.0, features + 1)
    variances, energies = ranks**-2, ranks ** (-1 - 4 * source)

    def short(log_kappa):
        kappa = np.exp(log_kappa)
        return np.sum(variances / (variances + kappa)) / n_eff + weight_decay / kappa - 1

    kappa = np.exp(brentq(short, -100, 10, xtol=1e-14))
    kept, missed = variances / (variances + kappa), kappa / (variances + kappa)
    # n - sum f^2 = n lambda/kappa + sum f (1 - f), which keeps its digits
    spare = n_eff * weight_decay / kappa + np.sum(kept * missed)
    return (n_eff * np.sum(missed**2 * energies) + noise_variance * np.sum(kept**2)) / spare


LAST_FEATURES = [("II/III", 4.9, -2), ("V/VIa", 1, -5), ("VIa/VIb", 2, -2)]


@pytest.mark.parametrize("factor", [0.2, 1, 5])
@pytest.mark.parametrize("source", [0.6, 2], ids=str)
@pytest.mark.parametrize(("names", "a", "ell"), LAST_FEATURES)
def test_last_features_end_the_sums(names, a, ell, source, factor):
    walls = [
        wall
        for wall in phase_diagram(LIMITED).boundaries
        if [phase.name for phase in wall.phases] == names.split("/")
        and wall.phases[0].hypothesis.ordering is not wall.phases[1].hypothesis.ordering
        and all(low < source < high for _, (low, high) in domains(wall))
    ]
    off = []
    for features in (10**4, 10**6):
        of_samples = factor if ell == -5 else 1
        n_eff, weight_decay = of_samples * features**a, factor / of_samples * float(features) ** ell
        # so little noise that the risk of II and III is that of the modes
        labels = 1e-30 if names == "II/III" else 1.0
        at = {"gamma": 1, "n_eff": n_eff, "weight_decay": weight_decay, "noise_variance": labels}
        law = walls[0].crossover().evaluate(**at, d=features, source=source)
        off.append(abs(float(summed(source, n_eff, weight_decay, labels, features) / law) - 1))
        assert abs(float(summed(source, n_eff, weight_decay, labels, features) / law) * 1.01 - 1) > TOLERANCE
    assert off[1] < TOLERANCE
    assert off[1] <= max(off[0], 1e-8)


# --- errors, planted and refused


def test_an_error_of_a_hundredth_is_noticed():
    for noise, names, point in WALLS[:3:2]:
        wall, at = wall_of(noise, names, 0.8), on_wall(names, point, 0.8)
        for factor in (0.99, 1.01):
            assert abs(ratio(noise, wall, at, 12, factor) - 1) > 5 * TOLERANCE


@pytest.mark.parametrize("names", ["V/VIa", "II/VIa"])
def test_a_term_left_out_is_noticed(names):
    # the law of either phase alone, on the wall between them
    wall, at = wall_of("fixed", names, 0.8), on_wall(names, {"gamma": 1, "a": 1.5, "ell": -3}, 0.8)
    d = mpf(10) ** 6
    values = {"n_eff": d ** mpf(at["a"]), "weight_decay": d ** mpf(at["ell"]), "noise_variance": mpf(1)}
    risk = solved("fixed", 1, 0.8, *values.values())
    for phase in wall.phases:
        assert abs(risk / phase.risk.evaluate(gamma=1, source=0.8, d=d, **values) - 1) > 0.1


def test_a_wrong_residue_is_noticed():
    wall = wall_of("fixed", "II/II", parameter=True)
    law = wall.crossover().law
    planted = replace(wall.crossover(), law=law.subs(EulerGamma, 1).replace(zeta, lambda x: 1.01 * zeta(x)))
    assert planted.law != law
    at = {"gamma": 1, "n_eff": mpf(10) ** 12, "d": mpf(10) ** 6, "weight_decay": mpf(10) ** -6}
    risk = solved("fixed", 1, 1, at["n_eff"], at["weight_decay"], 1)
    assert abs(risk / planted.evaluate(**at, noise_variance=1, source=1) - 1) > 0.5


def test_a_source_is_asked_for():
    law = wall_of("fixed", "II/VIa", 0.5).crossover()
    for refused in (None, 0, -1):
        with pytest.raises(ValueError, match=f"source={refused}: must be "):
            law.evaluate(gamma=1, n_eff=10, d=10, weight_decay=1, noise_variance=1, source=refused)


def test_values_of_parameters_where_domains_meet():
    (least, most), sources = EVERYWHERE
    low, high = ((least, Rational(2)), sources), ((Rational(2), most), sources)
    assert meeting_point(low, high) == meeting_point(high, low) == (letters.gamma, 2)
    assert meeting_point(low, low) is None
    assert at_value((coefficient(letters.gamma), coefficient(1)), letters.gamma, Rational(2)) == (2, 1)


# --- ridge regression on the inputs of the networks, against its equations solved at finite size

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
DECAY = Fraction(3, 2)
EXPONENTS = (letters.a, letters.ell, letters.gamma, letters.b)
SAMPLES = [Fraction(n, 10) for n in (-10, -5, 5, 8, 14, 20, 26, 35, 50)]
PENALTIES = [Fraction(n, 10) for n in range(-40, 41)]
NOISES = [Fraction(n, 10) for n in range(2, 41, 2)]
DIMS = (2**50, 2**100)  # of which small powers are exact: next to A = p every digit of the samples counts


@cache
def ridge_walls():
    return [
        (name, noise, wall, deepest(wall, noise))
        for name, noise in product(NETWORKS, ("fixed", "none", "scaled"))
        for wall in phase_diagram(NETWORKS[name], noise=noise, estimator="ridge").boundaries
    ]


def deepest(wall, noise):
    """A point of a grid on a wall, far from the other facets of both phases, with mild exponents."""
    axis, value = wall.relation.args
    facets = [r.gts - r.lts for phase in wall.phases for r in phase.region.args]
    others = [f for f in facets if simplify(f.subs(axis, value)) != 0]
    on_wall, slack = (lambdify(EXPONENTS, e) for e in (value, others))
    grid = {letters.a: SAMPLES, letters.ell: PENALTIES, letters.gamma: [DECAY]}
    grid |= {letters.b: NOISES if noise == "scaled" else [Fraction(0)]} | {axis: [None]}
    points = []
    for values in product(*(grid[e] for e in EXPONENTS)):
        at = dict(zip(EXPONENTS, values, strict=True))
        at[axis] = Fraction(on_wall(*values))
        depth = min([*slack(*at.values()), Fraction(2, 5)])
        points.append((depth, -sum(map(abs, at.values())), at))
    depth, _, at = max(points, key=lambda point: point[:2])
    assert depth > 0.05
    return at


def ridge_sizes(at, axis, dim, factor):
    """Physical values at a point of a wall, off it by a factor in what leads across it."""
    d = mpf(dim)
    sizes = {e: d ** (mpf(x.numerator) / x.denominator) for e, x in at.items()}
    sizes[axis] *= factor
    return {
        "gamma": DECAY,
        "n_eff": sizes[letters.a],
        "d": d,
        "weight_decay": sizes[letters.ell],
        "noise_variance": 1 / sizes[letters.b],
    }


def ridge_ratio(name, noise, wall, at, dim, factor, planted=1):
    """Solved risk over the law across the wall."""
    values = ridge_sizes(at, wall.relation.lhs, dim, factor)
    samples = values["n_eff"] * (dim if name == "quadratic" else 1)
    labels = 0 if noise == "none" else values["noise_variance"]
    problem = Problem(
        name,
        gamma=DECAY,
        samples=samples,
        dim=dim,
        weight_decay=values["weight_decay"],
        noise_variance=labels,
        estimator="ridge",
    )
    risk = solve(problem, digits=40).excess_risk
    return float(risk / (wall.crossover().evaluate(**values) * planted))


@pytest.mark.parametrize("factor", [mpf(1) / 4, 1, 4], ids=str)
def test_ridge_on_isotropic_features_across_every_wall(factor):
    for name, noise, wall, at in ridge_walls():
        near, far = (ridge_ratio(name, noise, wall, at, dim, factor) for dim in DIMS)
        assert abs(far - 1) < TOLERANCE, (name, noise, wall.relation, at)
        assert abs(far - 1) <= max(abs(near - 1), 1e-9), (name, noise, wall.relation, at)


def test_an_error_in_a_law_of_ridge_is_noticed():
    for name, noise, wall, at in ridge_walls():
        assert abs(ridge_ratio(name, noise, wall, at, DIMS[-1], 1, planted=mpf("1.002")) - 1) > TOLERANCE


def at_capacity():
    return [place for place in ridge_walls() if place[2].crossover().width is not None]


def test_weight_decay_bounds_the_peak_within_the_width():
    met = set()
    for name, noise, wall, at in at_capacity():
        dim = 2 ** int(48 / -at[letters.ell])  # for a width of 2**-24

        def height(values, wall=wall):
            return float(wall.crossover().evaluate(**values))

        at_one = evaluate(wall.crossover().variable, physical_values(**ridge_sizes(at, letters.a, dim, 1)))
        on = ridge_sizes(at, letters.a, dim, 1 / at_one)
        width = float(evaluate(wall.crossover().width, physical_values(**on)))
        away = [ridge_sizes(at, letters.a, dim, (1 + x * width) / at_one) for x in (-1000, 1000)]
        before, after = map(height, away)
        labels = 0 if noise == "none" else float(on["noise_variance"])
        if labels > 10 * width:  # a peak of labels/(2 w), and of labels/(1000 w) a thousand widths away
            assert height(on) == pytest.approx(labels / (2 * width), rel=1e-2, abs=0)
            assert height(on) / before == pytest.approx(500, rel=2e-2, abs=0)
            assert height(on) / after == pytest.approx(500, rel=2e-2, abs=0)
        else:  # what is missed of the target falls all the way
            assert before > 100 * height(on)
            assert height(on) > 100 * after
        met.add((name, noise, labels > 10 * width))
    kinds = [("fixed", True), ("none", False), ("scaled", True), ("scaled", False)]
    assert met == {(name, *kind) for name, kind in product(NETWORKS, kinds)}


def test_jumps_of_ridge_are_where_the_capacity_is_that_of_all_features():
    for _, _, wall, _ in ridge_walls():
        law = wall.crossover()
        assert law.continuous == wall.continuous
        assert ("jumps" in law.mechanism) == (not wall.continuous)
        assert wall.continuous or law.width is not None
        assert (law.width is not None) == (law.kind is Kind.RECOVERY)
