"""Rows say whose they are, where, and how far apart what they compare is."""

from dataclasses import replace
from fractions import Fraction
from math import inf

import pytest
from report_rows import CHECK

import verify
from verify.outcomes import Kill, Row
from verify.planted_errors.catalogue import CATALOGUE


def test_what_is_usual_of_a_diagram_is_left_out() -> None:
    assert Row(network="diagonal", phase="II").diagram == "diagonal"
    narrow = Row(network="quadratic", phase="II", noise="none", width="scaled")
    assert narrow.diagram == "quadratic, noise none, width scaled"
    assert Row(network="diagonal", phase="I", estimator="bayes").diagram == "diagonal, estimator bayes"


def test_phases_of_one_name_differ_by_their_region() -> None:
    one, other = (replace(CHECK, region=region) for region in ("a > 0", "a < 0"))
    assert one.key != other.key
    assert one.key == replace(one, quantity="threshold").key


def test_a_place_has_the_coordinates_that_the_diagram_has() -> None:
    assert CHECK.place == "a = 1/2, ell = -1, gamma = 5/4"
    assert replace(CHECK, a=None, ell=None, gamma=None, others=(("tau", Fraction(2)),)).place == "tau = 2"


def test_an_error_is_a_distance() -> None:
    assert CHECK.error == pytest.approx(0.03, rel=1e-9, abs=0)
    assert replace(CHECK, predicted=-inf, measured=-inf).error == 0


def test_a_kill_and_its_error_are_shown_in_a_line() -> None:
    error = next(iter(CATALOGUE.values()))
    survivor = Kill(error.name, error.error, error.title, None, 12)
    assert repr(survivor) == f"<Kill of {error.name}: survives, 12 checks>"
    assert repr(error) == f"<PlantedError {error.name}: {error.error}>"
    assert len(repr(error)) < 300


def test_names_that_are_imported_late_are_listed() -> None:
    assert set(verify.__all__) <= set(dir(verify))
