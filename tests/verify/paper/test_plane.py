"""Figure 1: every phase of the window has a point inside it, and boundaries with a jump are red."""

from fractions import Fraction

import pytest

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.expressions.checks import InvalidArgument
from verify.paper.plane import _points, plane


@pytest.mark.parametrize("model", [diagonal, quadratic], ids=lambda model: model.name)
@pytest.mark.parametrize("gamma", [Fraction(5, 4), Fraction(3, 5)], ids=str)
def test_points_lie_in_their_phases(model, gamma) -> None:
    diagram = phase_diagram(model)
    points = _points(diagram, gamma)
    assert len(points) >= 5
    for phase, (a, ell) in points.items():
        assert diagram.locate(a=a, ell=ell, gamma=gamma) == phase


def test_jumps_are_red() -> None:
    figure = plane("quadratic", dim=100).figure
    (axes,) = [ax for ax in figure.axes if ax.get_xlabel().startswith("samples")]
    dashed = [line for line in axes.get_lines() if line.get_linestyle() == "--"]
    jumps = [b for b in phase_diagram(quadratic).boundaries if not b.continuous]
    assert 0 < len(dashed) <= len(jumps)
    assert {line.get_color() for line in dashed} == {"#c00000"}


@pytest.mark.slow
def test_ridge_has_no_weights() -> None:
    assert "mass_at_0" not in plane("diagonal", estimator="ridge").rows[0]


def test_fewer_hidden_units_have_a_third_axis() -> None:
    with pytest.raises(InvalidArgument, match="width"):
        plane("quadratic", width=5)
