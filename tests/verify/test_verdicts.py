"""Verdicts: the tolerance is made from the error estimate, and what decides nothing is no pass."""

import math
from itertools import product

import pytest

from asymptotics import InvalidArgument
from verify.verdicts import COARSEST, FINEST, KINDS, SAFETY, tolerance_of, verdict_of

PLANTED = {"exponent": 0.02, "log_exponent": 0.25, "constant": 0.01, "boundary": 0.01, "spectrum": 0.01}
"""What must not be taken for agreement."""


@pytest.mark.parametrize("kind", KINDS)
def test_no_error_that_matters_agrees_however_uncertain(kind):
    for uncertainty, sign in product((0.0, 1e-6, 1e-4, 1e-3, 0.01, 0.1, 1.0, math.inf), (1, -1)):
        verdict = verdict_of(kind, 1.0, 1.0 + sign * PLANTED[kind], uncertainty)
        assert verdict != "agrees"
        assert (verdict == "disagrees") == (SAFETY * uncertainty < PLANTED[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_no_error_agrees_where_the_measurement_is_good_enough(kind):
    assert verdict_of(kind, 0.5, 0.5, 0.0) == "agrees"
    assert verdict_of(kind, 0.5, 0.5, COARSEST[kind] / SAFETY) == "agrees"
    assert verdict_of(kind, 0.5, 0.5, 1.01 * COARSEST[kind] / SAFETY) == "undecided"
    assert FINEST[kind] < COARSEST[kind] < PLANTED[kind]


def test_a_small_error_at_a_shallow_point_is_undecided():
    """Close to gamma = 1/2 exponents are measured 0.01 off, with an estimate of 0.0004."""
    assert verdict_of("exponent", 0.5, 0.51, 0.0004) == "disagrees"
    assert verdict_of("exponent", 0.5, 0.51, 0.0004, is_deep=False) == "undecided"
    assert verdict_of("exponent", 0.5, 0.5, 0.0004, is_deep=False) == "agrees"
    assert verdict_of("exponent", 0.5, 0.56, 0.0004, is_deep=False) == "disagrees"
    assert verdict_of("constant", 0.5, 0.51, 0.0004, is_deep=False) == "disagrees"


def test_exponents_of_what_vanishes():
    assert verdict_of("exponent", -math.inf, -math.inf, 0.0) == "agrees"
    assert verdict_of("exponent", -math.inf, -3.0, 0.0) == "disagrees"
    assert verdict_of("exponent", -3.0, -math.inf, 0.0) == "disagrees"


def test_what_is_no_kind_or_no_estimate_is_refused():
    with pytest.raises(InvalidArgument, match=r"kind='slope': must be one of exponent, log_exponent"):
        verdict_of("slope", 0.5, 0.5, 0.1)
    with pytest.raises(InvalidArgument, match=r"uncertainty=-0.1: must be at least 0"):
        tolerance_of("constant", -0.1)


def test_what_cannot_be_measured_is_undecided():
    assert verdict_of("constant", 1.0, math.nan, math.inf) == "undecided"
    assert verdict_of("exponent", math.nan, 0.5, 0.001) == "undecided"
    assert tolerance_of("constant", math.nan) == math.inf


def test_exponents_of_shallow_points_are_compared_less_finely():
    assert verdict_of("exponent", 0.5, 0.51, 0.007) == "undecided"
    assert verdict_of("exponent", 0.5, 0.51, 0.007, is_deep=False) == "agrees"
    assert verdict_of("exponent", 0.5, 0.51, 0.01, is_deep=False) == "undecided"
    assert verdict_of("exponent", 0.5, 0.55, 0.007, is_deep=False) == "disagrees"
    assert verdict_of("constant", 1.0, 1.001, 0.007, is_deep=False) == "undecided"


def test_what_vanishes_at_a_shallow_point_is_undecided():
    measured = ("exponent", -0.5, -math.inf, 0.0)
    assert verdict_of(*measured) == "disagrees"
    assert verdict_of(*measured, is_deep=False) == "undecided"


def test_what_is_said_to_vanish_and_does_not_disagrees_at_any_depth():
    assert verdict_of("exponent", -math.inf, -0.5, 0.0, is_deep=False) == "disagrees"
