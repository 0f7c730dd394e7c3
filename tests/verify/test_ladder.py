"""A ladder is a geometric progression that float64 holds, and its points lie deep inside their phases."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asymptotics import diagonal, phase_diagram, quadratic, symbols
from numerics import solve
from verify import strategies
from verify.comparison import problem_at
from verify.ladder import QUICK, THOROUGH, Cost, coordinates, deepest, dimensions, ladder, margin, reach

DIAGRAMS = [
    phase_diagram(model, noise=noise) for model in (diagonal, quadratic) for noise in ("fixed", "scaled")
]


@given(end=st.floats(20, 100), start=st.floats(4, 8), steps=st.integers(2, 12))
def test_dimensions_are_in_geometric_progression(end: float, start: float, steps: int) -> None:
    logs = [math.log10(dim) for dim in dimensions(end, start=start, steps=steps)]
    assert len(logs) == steps
    assert logs[-1] == pytest.approx(end, rel=1e-6, abs=0)
    assert np.diff(logs, prepend=start) == pytest.approx((end - start) / steps, rel=1e-3, abs=0)


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda x: f"{x.model}-{x.noise}")
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_float64_holds_every_parameter_up_to_the_end(data, diagram) -> None:
    scale = data.draw(strategies.scales(diagram))
    phase = diagram.locate(**scale._asdict())
    problem = problem_at(diagram, scale, ladder(diagram, phase, scale)[-1])
    for value in (problem.dim, problem.samples, problem.weight_decay, problem.noise_variance):
        assert 1e-305 < float(value) < 1e305


def test_a_ladder_can_be_solved_where_another_phase_holds() -> None:
    """As in a region that a hand has altered: V at a point of Ib, of much weight decay."""
    diagram = phase_diagram(diagonal)
    scale = strategies.Scale(Fraction(-1985, 2018), Fraction(3007, 1009), Fraction(5, 4))
    assert diagram.locate(**scale._asdict()).name == "Ib"
    solution = solve(problem_at(diagram, scale, ladder(diagram, diagram["V"], scale)[-1]))
    assert solution.degrees_of_freedom == 0


@pytest.mark.parametrize("diagram", DIAGRAMS[:3], ids=lambda x: f"{x.model}-{x.noise}")
def test_a_solution_that_may_cost_more_reaches_further(diagram) -> None:
    cheap = Cost(modes=2, modes_amid_noise=3, modes_of_bayes=1, edge=3, edge_of_labels=3)
    for phase in diagram.phases:
        at = coordinates([strategies.Scale(Fraction(1, 2), Fraction(-1, 2), Fraction(5, 4), Fraction(1, 4))])
        ends = [float(reach(diagram, [phase], at, cost)[0]) for cost in (cheap, QUICK)]
        assert ends[0] <= ends[1]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_margin_is_positive_inside_a_phase_alone(data) -> None:
    diagram = DIAGRAMS[1]
    scale = data.draw(strategies.scales(diagram))
    for phase in diagram.phases:
        inside = phase.region.subs(
            {symbols.a: scale.a, symbols.ell: scale.ell, symbols.gamma: scale.gamma, symbols.b: scale.b or 0}
        )
        assert (margin([phase.balance], coordinates([scale]))[0] > 1e-12) == bool(inside)


def test_the_deepest_point_is_the_best_of_its_grid() -> None:
    diagram = DIAGRAMS[2]
    phase = next(p for p in diagram.phases if p.name == "V")
    grid = [
        strategies.Scale(Fraction(n, 20), Fraction(-m, 10), Fraction(5, 4))
        for n in range(1, 20)
        for m in range(20)
    ]
    at = coordinates(grid)
    margins, ends = margin([phase.balance], at), reach(diagram, [phase], at, THOROUGH)
    best = deepest(margins, ends, grid)
    assert best is not None
    assert diagram.locate(**best.point._asdict()).name == "V"
    assert best.margin * best.end == max((margins * ends)[margins > 0])
    assert deepest(margins[:0], ends[:0], []) is None


def test_a_linear_estimator_has_no_edge_that_ends_a_ladder() -> None:
    """Ridge on the inputs of a matrix network is solved as far as on those of a diagonal one."""
    at = strategies.Scale(a=Fraction(397, 320), ell=Fraction(191, 4096), gamma=Fraction(5, 4))
    diagram = phase_diagram(quadratic, noise="none", estimator="ridge")
    assert ladder(diagram, diagram.locate(**at._asdict()), at)[-1] > 10**40
