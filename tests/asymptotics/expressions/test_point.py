"""The physical point: what it holds, refuses and requires."""

import pytest
from mpmath import mpf

from asymptotics import InvalidArgument, PhysicalPoint
from asymptotics.expressions.checks import RANGES
from asymptotics.expressions.point import (
    VARIABLES,
    allowed_values,
    lower_bound,
    point_of,
    require_variables,
)
from asymptotics.symbols import d, n_eff, weight_decay


@pytest.mark.parametrize("name", VARIABLES)
def test_values_at_or_below_the_bound_are_refused(name):
    with pytest.raises(InvalidArgument, match=f"^{name}=-1"):
        PhysicalPoint(**{name: -1})
    assert PhysicalPoint(**{name: lower_bound(name) + 1}).given == {name: lower_bound(name) + 1}


def test_the_range_of_an_exponent_is_one_for_points_and_for_laws():
    assert allowed_values("gamma", held=True) == allowed_values("gamma", held=False) == RANGES["gamma"].words
    assert lower_bound("gamma") == float(RANGES["gamma"].low)


def test_what_a_law_holds_is_required_and_is_not_0():
    point = PhysicalPoint(d=100, weight_decay=0)
    require_variables(point, d**2)
    with pytest.raises(InvalidArgument, match=r"^n_eff=None: must be .* for the law depends on it"):
        require_variables(point, n_eff / d)
    with pytest.raises(InvalidArgument, match=r"^weight_decay=0"):
        require_variables(point, weight_decay)


def test_a_point_is_given_whole_or_by_keyword():
    point = PhysicalPoint(d=100)
    assert point_of(point, {}) is point
    assert point_of(None, {"d": 100}) == point
    assert point.values() == {d: mpf(100)}
    with pytest.raises(InvalidArgument, match="given alone"):
        point_of(point, {"d": 100})
    with pytest.raises(InvalidArgument, match="one of gamma"):
        point_of(None, {"dim": 100})
