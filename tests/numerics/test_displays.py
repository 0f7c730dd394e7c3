"""Results show themselves in a line, as tables and in plain Python, and travel to other processes."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import mpmath
import numpy as np
import pytest

from numerics import (
    FreeConvolution,
    Problem,
    certify,
    draw,
    experiment,
    infer,
    risk_curve,
    solve,
    to_lasso,
    train,
)
from numerics.displays import SHOWN_ROWS, Collected, Displayed, html_table, in_digits, plain, tabulated

PROBLEM = Problem("quadratic", gamma=1.25, samples=400, dim=20, weight_decay=0.1, noise_variance=0.5)
DIAGONAL = Problem("diagonal", gamma=1.25, samples=300, dim=100, weight_decay=0.1, noise_variance=0.5)
EXACT = Problem("diagonal", gamma=Fraction(7, 3), samples=10**40, dim=10**35, weight_decay=Fraction(1, 3))


@cache
def trained():
    return train(PROBLEM, seed=1, progress=False)


RESULTS = {
    "problem": lambda: PROBLEM,
    "exact problem": lambda: EXACT,
    "problem with a target of its own": lambda: Problem(
        "quadratic", target=[3.0, 1.0], samples=400, dim=20, weight_decay=1
    ),
    "solution": lambda: solve(PROBLEM),
    "solution of many digits": lambda: solve(DIAGONAL, digits=60),
    "Bayes": lambda: solve(Problem("diagonal", gamma=1.25, samples=300, dim=100, estimator="bayes")),
    "ridge": lambda: solve(Problem("diagonal", gamma=1, samples=9, dim=9, weight_decay=1, estimator="ridge")),
    "spectrum": lambda: solve(PROBLEM).spectrum(),
    "diagonal spectrum": lambda: solve(DIAGONAL).spectrum(),
    "bilinear spectrum": lambda: solve(
        Problem("bilinear", gamma=1.25, samples=400, dim=20, weight_decay=0.1)
    ).spectrum(),
    "narrow spectrum": lambda: solve(
        Problem("quadratic", gamma=1.25, samples=400, dim=20, weight_decay=0.1, width=5)
    ).spectrum(),
    "curve": lambda: risk_curve(DIAGONAL, [100, 200, 400], progress=False),
    "certificate": lambda: certify(DIAGONAL),
    "data": lambda: draw(PROBLEM, seed=3),
    "trained": trained,
    "weights": lambda: trained().spectrum(),
    "experiment": lambda: experiment([PROBLEM], [0], progress=False),
    "summary": lambda: experiment([PROBLEM], [0], progress=False).summary(),
    "inferred": lambda: infer(
        trained().eigenvalues, network="quadratic", samples=400, dim=20, weight_decay=0.1
    ),
    "free convolution": lambda: FreeConvolution.of_eigenvalues(np.arange(50.0), noise=0.3),
    "free convolution of a power law": lambda: FreeConvolution.of_power_law(10**30, 1.25, noise=1.0),
    "penalty": lambda: to_lasso(0.1, samples=100, dim=10),
}
NO_TABLE = {"penalty"}
"""Named tuples."""


def same(one, other):
    """Equality, of arrays too."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if hasattr(one, "__dataclass_fields__"):
        return all(same(getattr(one, name), getattr(other, name)) for name in one.__dataclass_fields__)
    return one == other


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_shows_itself_and_travels(name):
    result = RESULTS[name]()
    assert len(repr(result)) <= 200 or isinstance(result, Problem)  # which shows how it is made
    assert "\n" not in repr(result)
    for other in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
        assert same(other, result)
        assert repr(other) == repr(result)
    if name in NO_TABLE:
        return
    shown = result._repr_html_()
    assert shown.startswith("<p>")
    assert "<table>" in shown
    content = result.to_dict()
    assert json.loads(json.dumps(content)) == content
    if isinstance(result, Displayed):
        assert result._repr_latex_().startswith("$\\begin{array}{ll}")


@pytest.mark.parametrize(
    "name", ["problem", "solution", "spectrum", "curve", "certificate", "trained", "inferred", "experiment"]
)
def test_every_result_makes_a_data_frame(name):
    pytest.importorskip("pandas")
    result = RESULTS[name]()
    frame = result.to_frame()
    if name == "spectrum":
        assert list(frame["location"]) == [spike.location for spike in result.spikes]
        return
    assert list(frame.columns) == list(result.to_dict())
    assert len(frame) == (len(result) if name in ("curve", "experiment") else 1)


def test_a_solution_names_its_problem_and_key_numbers():
    solution = solve(PROBLEM)
    assert f"excess risk {solution.excess_risk:.6g}" in repr(solution)
    content = solution.to_dict()
    assert (content["network"], content["samples"], content["gamma"]) == ("quadratic", 400, 1.25)
    assert content["excess_risk"] == solution.excess_risk
    assert "coordinate" not in content


def test_digits_are_kept_as_text():
    risk = solve(DIAGONAL, digits=60).to_dict()["excess_risk"]
    with mpmath.workdps(70):
        assert abs(mpmath.mpf(risk) / solve(DIAGONAL, digits=60).excess_risk - 1) < mpmath.mpf(10) ** -60
    assert EXACT.to_dict()["weight_decay"] == "1/3"


def test_a_curve_is_a_tuple_of_its_solutions():
    curve = risk_curve(DIAGONAL, [100, 200], progress=False)
    assert curve == tuple(curve)
    assert curve[:1] == (curve[0],)
    assert curve.to_dict()["samples"] == [100, 200]
    assert curve.to_dict()["excess_risk"] == [solution.excess_risk for solution in curve]
    assert curve._repr_html_().count("<tr>") == 3
    assert curve._repr_latex_().count(r" \\") == 2
    assert r"\text{excess\_risk}" in curve._repr_latex_()


def test_without_points_a_curve_is_empty():
    empty = risk_curve(DIAGONAL, [], progress=False)
    assert repr(empty) == "<Curve, 0 points>"
    assert empty.to_dict() == {}


def test_the_normalisation_is_said():
    assert "E[(f - f*)^2]" in solve(PROBLEM)._repr_html_()


def test_without_pandas_a_frame_is_refused_in_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    curve = risk_curve(DIAGONAL, [100], progress=False)
    for ask in (curve.to_frame, curve[0].to_frame, curve[0].spectrum().to_frame):
        with pytest.raises(ImportError, match=r"^to_frame needs pandas[^\n]*$"):
            ask()


def test_long_tables_are_cut_and_texts_escaped():
    table = html_table("a < b", ["x"], [[k] for k in range(SHOWN_ROWS + 7)])
    assert table.count("<tr>") == SHOWN_ROWS + 1
    assert "and 7 more" in table
    assert "a &lt; b" in table


def test_plain_values_are_plain():
    @dataclass
    class Part:
        size: float

    values = [np.array([1.0, 2.0]), Part(0.5), {"x": (None, True)}, np.float64(3)]
    assert json.dumps(plain(values)) == '[[1.0, 2.0], {"size": 0.5}, {"x": [null, true]}, 3.0]'
    assert tabulated(mpmath.mpf(0.5)) == 0.5
    assert in_digits(1e-7) == "1.0e-7"


def test_collected_results_are_their_own_kind():
    assert type(pickle.loads(pickle.dumps(Collected((1, 2))))) is Collected
