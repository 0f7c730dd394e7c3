"""Residuals of equations, by hand."""

import math

import numpy as np
import pytest
from small_equations import FREEDOM, equations, one, term

from numerics.arithmetic.precision import DOUBLE
from numerics.systems.power_law_sums import Modes, ModeSum

QUADRATIC = equations(
    DOUBLE,
    "uv",
    (term(lambda u: u[0]), [term(lambda u: 2 * u[1]), term(lambda u: 3)], {0, 1}),
    (term(lambda u: u[1] ** 2), [term(lambda u: u[0])], {0, 1}),
    total=[term(lambda u: u[0]), term(lambda u: u[1])],
)
"""u = 2 v + 3, v^2 = u: solved by v = 3, u = 9."""


def test_residuals_vanish_at_a_solution_alone():
    points = np.log(np.array([[9.0, 3.0], [8.0, 3.0]]))
    with DOUBLE.working():
        found = QUADRATIC.residuals(points, (0, 1), {})
    assert found[0] == pytest.approx([0, 0], abs=1e-15)
    assert found[1] == pytest.approx([math.log(8 / 9), math.log(9 / 8)], abs=1e-15)


def test_quantities_are_sums_of_their_terms():
    with DOUBLE.working():
        values = QUADRATIC.value(QUADRATIC.quantities["total"], np.log([[9.0, 3.0]]), {})
    assert values == pytest.approx([12], rel=1e-15, abs=0)


def test_soft_residuals_become_the_residuals():
    points = np.log(np.array([[9.0, 2.0]]))
    with DOUBLE.working():
        exact = QUADRATIC.residuals(points, (0, 1), {})
        near = QUADRATIC.residuals(points, (0, 1), {}, power=0.999999)
        soft = QUADRATIC.residuals(points, (0, 1), {}, power=1e-6)
    assert near == pytest.approx(exact, abs=1e-5)
    assert soft[0, 0] == pytest.approx(math.log(9 / (2 * math.sqrt(4 * 3))), abs=1e-5)


def test_sums_enter_by_their_places():
    system = equations(
        DOUBLE, "u", (term(one), [term(one, 0, 0)], {0}), sums=[FREEDOM], quantities=[term(one, 0)]
    )
    point = np.log([[0.25]])
    with DOUBLE.working():
        breaks = system.breaks_at(point[0], system.sums_of([0]))
        totals = system.totals(point, system.sums_of([0]), breaks)
        assert breaks == {}
        expected = (2 * math.pi / math.tanh(2 * math.pi) - 1) / 2
        assert totals[0] == pytest.approx([expected], rel=1e-13, abs=0)
        residual = system.residuals(point, [0], totals)[0, 0]
        assert residual == pytest.approx(-2 * math.log(expected), rel=1e-13, abs=0)
        assert system.rough(point, [0])[0] == pytest.approx([expected], rel=0.2, abs=0)
        assert system.nodes(point[0], 0, 0).end > 1e6


def test_breaks_are_counted_at_a_point():
    step = ModeSum(
        below=lambda sizes, values: sizes.values**2,
        above=lambda sizes, values: sizes.values,
        break_size=lambda values: values[0],
    )
    system = equations(DOUBLE, "u", (term(one), [term(one, 0)], {0}), sums=[step], modes=Modes(1, 1, 50))
    with DOUBLE.working():
        assert system.breaks_at(np.log([0.049]), [0]) == {0: 20}
