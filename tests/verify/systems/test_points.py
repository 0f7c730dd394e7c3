"""Points inside the phases of a system, whatever its coordinates."""

import math
from fractions import Fraction
from functools import cache

import pytest
from declared_systems import RANDOM_FEATURES, RHO, RIDGE
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from asymptotics import phase_diagram
from asymptotics.models import one_pass_sgd
from asymptotics.symbols import a, ell, gamma, source
from asymptotics.systems.system import scales_of
from verify.systems import points
from verify.systems.points import (
    axes,
    exactly,
    exponents_at,
    last_decade,
    point_type,
    points_of,
    slack,
    slack_of_law,
    values_at,
)


@cache
def diagram(noise="fixed"):
    return phase_diagram(RIDGE, noise=noise)


def test_axes_are_those_of_the_declaration():
    assert axes(diagram()) == ((a, ell), (gamma, source))
    assert point_type(diagram())._fields == ("a", "ell", "gamma", "source")
    assert point_type(diagram("scaled"))._fields == ("a", "ell", "b", "gamma", "source")
    assert scales_of(RANDOM_FEATURES, "fixed").exponents == (a, RHO, ell)


@pytest.mark.parametrize("noise", ["fixed", "scaled"])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_points_lie_in_their_phase(noise, data):
    of = diagram(noise)
    phase = data.draw(st.sampled_from(of.phases))
    point = data.draw(points_of(of, [phase], None, Fraction(1, 20), {"ell": (Fraction(-6), Fraction(3))}))
    gaps = [relation.gts - relation.lts for relation in phase.region.args]
    assert min(exponents_at(of, gaps, point)) >= 1 / 20 - 1e-12
    assert slack(of, phase, point) > 0
    assert all(isinstance(x, Fraction) for x in point)
    others = [other for other in of.phases if other != phase]
    for other in others:
        assert min(exponents_at(of, [r.gts - r.lts for r in other.region.args], point)) <= 0


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(*[st.integers(-3, 3)] * 3, st.integers(-2, 4)).filter(lambda row: any(row[:3])), max_size=5
    )
)
def test_elimination_leaves_the_range_of_a_coordinate(rows):
    """Against linear programming, in three coordinates."""
    bounds = [points.Bound(tuple(map(Fraction, row[:3])), Fraction(row[3])) for row in rows]
    sides = [(Fraction(-5), Fraction(5))] * 3
    shadows = points.shadows(tuple(bounds), tuple(sides))
    low, high = points.range_of(shadows[0], [], sides[0])
    # the largest slack of all inequalities, those of the box among them
    box = [[0.0] * k + [sign] + [0.0] * (2 - k) + [-5.0] for k in range(3) for sign in (1.0, -1.0)]
    every = [[-float(x) for x in row[:3]] + [-float(row[3])] for row in rows] + box
    left = [[*row[:3], 1.0] for row in every]
    right = [-row[3] for row in every]
    widest = linprog([0, 0, 0, -1], left, right, bounds=[(None, None)] * 3 + [(None, 1)])
    assert (low < high) == (-widest.fun > 1e-9)
    if low < high:
        closed = [row[:3] for row in left]
        ends = [linprog([sign, 0, 0], closed, right, bounds=[(None, None)] * 3).fun for sign in (1, -1)]
        assert [float(low), float(high)] == pytest.approx([ends[0], -ends[1]], abs=1e-9)
        middle = (low + high) / 2
        next_range = points.range_of(shadows[1], [middle], sides[1])
        held = [(float(middle), float(middle)), (None, None), (None, None)]
        ends = [linprog([0, sign, 0], closed, right, bounds=held).fun for sign in (1, -1)]
        assert [float(x) for x in next_range] == pytest.approx([ends[0], -ends[1]], abs=1e-9)


def test_windows_of_parameters_are_kept():
    window = (Fraction(1, 4), Fraction(1, 2))
    point = find(
        points_of(diagram(), diagram().phases, None, Fraction(0), {"source": window}), lambda _: True
    )
    assert point.source == Fraction(3, 8)
    at_gamma = points_of(diagram(), diagram().phases, st.just(Fraction(5, 4)), Fraction(0), {})
    assert find(at_gamma, lambda _: True).gamma == Fraction(5, 4)


def test_ladders_stay_in_float64_and_values_scale():
    of = diagram("scaled")
    point = point_type(of)(Fraction(2), Fraction(-3), Fraction(1, 2), Fraction(5, 4), Fraction(1, 3))
    for phase in of.phases:
        assert last_decade(of, phase, point) <= 50
    values = values_at(of, point, 10**10)
    exact = {"d": 10**10, "n_eff": 1e20, "weight_decay": 1e-30, "noise_variance": 1e-5}
    assert {name: values[name] for name in exact} == pytest.approx(exact, rel=1e-12, abs=0)
    assert (values["gamma"], values["source"]) == (Fraction(5, 4), Fraction(1, 3))
    assert (
        values_at(diagram("none"), point_type(diagram())(*map(Fraction, (1, 1, 1, 1))), 10)["noise_variance"]
        == 0
    )


def test_a_sum_that_nearly_grows_like_a_logarithm_makes_a_point_shallow():
    """Of i^(-2 alpha) up to d: d^-(1 - 2 alpha) is left, which no inequality between phases says."""
    of = phase_diagram(one_pass_sgd)
    for near, gap in ((Fraction(1, 100), 0.02), (Fraction(1, 25), 0.08)):
        at = {"tau": Fraction(227, 404), "alpha": Fraction(1, 2) - near, "beta": Fraction(5, 4)}
        assert slack(of, of.locate(**at), point_type(of)(**at)) == pytest.approx(gap, rel=1e-12, abs=0)


def test_one_over_such_a_sum_makes_a_point_shallow():
    """The law (1 - 2 alpha) d^(2 alpha - 1) of g vanishes there, and what it neglects does not."""
    of = phase_diagram(one_pass_sgd)
    at = {"tau": Fraction(71, 20), "alpha": Fraction(15, 32), "beta": Fraction(1, 4)}
    assert slack(of, of.locate(**at), point_type(of)(**at)) == pytest.approx(1 / 16, rel=1e-12, abs=0)


def test_a_law_with_a_sum_that_ends_near_a_logarithm_counts_its_other_end():
    """F_ac at alpha = 35/64: its sum of i^(-35/32) begins at the break, and (k/d)^(3/32) is left out at d.

    Of what it lacks 0.57 is left after 25 decades, which is d^-0.0098, where the slack of the phase is 0.08.
    """
    of = phase_diagram(one_pass_sgd)
    point = point_type(of)(tau=Fraction(10033, 10240), alpha=Fraction(35, 64), beta=Fraction(43, 128))
    phase = of.locate(**point._asdict())
    of_law = slack_of_law(of, phase, phase.laws["F_ac"], point)
    assert of_law == pytest.approx(slack(of, phase, point) * 3 / 32, rel=1e-12, abs=0)
    assert of_law < -math.log10(0.57) / 25


def test_a_law_with_a_sum_near_a_logarithm_counts_where_it_breaks():
    """K_pp at alpha = 51/256: its sum of i^(-4 alpha) to d ends d^((1 - tau)/(2 alpha)) short of the break.

    Of what it lacks a factor 2.717 goes in 7.373 decades.
    """
    of = phase_diagram(one_pass_sgd, noise="scaled")
    at = {"tau": Fraction(97383, 110080), "alpha": Fraction(51, 256), "beta": Fraction(103, 128)}
    point = point_type(of)(b=Fraction(217, 64), **at)
    phase = of.locate(**point._asdict())
    of_law = slack_of_law(of, phase, phase.laws["K_pp"], point)
    assert of_law == pytest.approx(math.log10(2.717) / 7.373, rel=1e-2, abs=0)
    assert of_law == pytest.approx(float((1 - at["tau"]) * (1 / (2 * at["alpha"]) - 2)), rel=1e-12, abs=0)


@given(at=st.fractions(Fraction(1, 2), 3, max_denominator=100))
def test_rational_functions_of_parameters_are_exact(at):
    expression = (2 * gamma - 1) / (gamma + 3) - 1 / (4 * gamma)
    value = exactly(expression, (gamma, source))(at, Fraction(1))
    assert value == (2 * at - 1) / (at + 3) - 1 / (4 * at)
