"""Laws across the boundaries of ridge regression on the inputs of the networks, against its solutions."""

from fractions import Fraction
from functools import cache
from itertools import product

import pytest
from mpmath import mpf
from sympy import lambdify, simplify

from asymptotics import PhysicalPoint, diagonal, phase_diagram, quadratic
from asymptotics import symbols as letters
from asymptotics.lemmas.uniform_sums import evaluate
from numerics import Problem, solve

TOLERANCE = 1e-3

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
DECAY = Fraction(3, 2)
EXPONENTS = (letters.a, letters.ell, letters.gamma, letters.b)
SAMPLES = [Fraction(n, 10) for n in (-10, -5, 5, 8, 14, 20, 26, 35, 50)]
PENALTIES = [Fraction(n, 10) for n in range(-40, 41)]
NOISES = [Fraction(n, 10) for n in range(2, 41, 2)]
DIMS = (2**50, 2**100)  # of which small powers are exact: next to A = p every digit of the samples counts


@cache
def ridge_boundaries():
    return [
        (name, noise, boundary, deepest(boundary, noise))
        for name, noise in product(NETWORKS, ("fixed", "none", "scaled"))
        for boundary in phase_diagram(NETWORKS[name], noise=noise, estimator="ridge").boundaries
    ]


def deepest(boundary, noise):
    """A point of a grid on a boundary, far from the other facets of both phases, with mild exponents."""
    axis, value = boundary.relation.args
    facets = [r.gts - r.lts for phase in boundary.phases for r in phase.region.args]
    others = [f for f in facets if simplify(f.subs(axis, value)) != 0]
    on_boundary, slack = (lambdify(EXPONENTS, e) for e in (value, others))
    grid = {letters.a: SAMPLES, letters.ell: PENALTIES, letters.gamma: [DECAY]}
    grid |= {letters.b: NOISES if noise == "scaled" else [Fraction(0)]} | {axis: [None]}
    points = []
    for values in product(*(grid[e] for e in EXPONENTS)):
        at = dict(zip(EXPONENTS, values, strict=True))
        at[axis] = Fraction(on_boundary(*values))
        depth = min([*slack(*at.values()), Fraction(2, 5)])
        points.append((depth, -sum(map(abs, at.values())), at))
    depth, _, at = max(points, key=lambda point: point[:2])
    assert depth > 0.05
    return at


def ridge_sizes(at, axis, dim, factor):
    """Physical values at a point of a boundary, off it by a factor in what leads across it."""
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


def ridge_ratio(name, noise, boundary, at, dim, factor, planted=1):
    """Solved risk over the law across the boundary."""
    values = ridge_sizes(at, boundary.relation.lhs, dim, factor)
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
    return float(risk / (boundary.law().evaluate(**values) * planted))


@pytest.mark.parametrize(
    "factor",
    [pytest.param(mpf(1) / 4, marks=pytest.mark.slow), 1, pytest.param(4, marks=pytest.mark.slow)],
    ids=str,
)
def test_ridge_on_isotropic_features_across_every_boundary(factor):
    for name, noise, boundary, at in ridge_boundaries():
        near, far = (ridge_ratio(name, noise, boundary, at, dim, factor) for dim in DIMS)
        assert abs(far - 1) < TOLERANCE, (name, noise, boundary.relation, at)
        assert abs(far - 1) <= max(abs(near - 1), 1e-9), (name, noise, boundary.relation, at)


def test_an_error_in_a_law_of_ridge_is_noticed():
    for name, noise, boundary, at in ridge_boundaries():
        assert abs(ridge_ratio(name, noise, boundary, at, DIMS[-1], 1, planted=mpf("1.002")) - 1) > TOLERANCE


def value(expression, at):
    return evaluate(expression, PhysicalPoint(**at).values())


def at_capacity():
    return [place for place in ridge_boundaries() if place[2].law().local is not None]


def test_weight_decay_bounds_the_peak_within_the_width():
    met = set()
    for name, noise, boundary, at in at_capacity():
        dim = 2 ** int(48 / -at[letters.ell])  # for a width of 2**-24

        def height(values, boundary=boundary):
            return float(boundary.law().evaluate(**values))

        at_one = value(boundary.law().local.excess, ridge_sizes(at, letters.a, dim, 1)) + 1
        on = ridge_sizes(at, letters.a, dim, 1 / at_one)
        width = float(value(boundary.law().local.width, on))
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
