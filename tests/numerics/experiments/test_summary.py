"""Means, standard errors and differences of planted rows, against numbers worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from numerics import Experiment, Problem
from numerics.experiments.row import Row
from numerics.experiments.summary import Comparison, compare

PROBLEM = Problem("quadratic", gamma=1.25, samples=200, dim=10, weight_decay=0.5)
OTHER = replace(PROBLEM, samples=400)


def row(problem: Problem, seed: int, theory: dict[str, Any] | None = None, **measured: Any) -> Row:
    status = "trained" if measured else "not converged"
    return Row(problem, seed, status, None, 1.0, measured, theory or {}, {})


def by_name(rows: Any) -> dict[tuple[int, str], Comparison]:
    return {(int(x.problem.samples), x.quantity): x for x in compare(rows).rows}


def test_mean_and_standard_error_beside_the_theory() -> None:
    theory = {"excess_risk": 2.0, "atom": 0.0}
    rows = [row(PROBLEM, seed, theory, excess_risk=x, atom=0.25) for seed, x in enumerate((1.0, 2.0, 6.0))]
    found = by_name(rows)
    risk = found[200, "excess_risk"]
    # mean 3, deviations -2, -1, 3: variance 14/2 = 7, of the mean 7/3
    assert risk.mean == pytest.approx(3, rel=1e-15, abs=0)
    assert risk.standard_error == pytest.approx(math.sqrt(7 / 3), rel=1e-15, abs=0)
    assert risk.difference == pytest.approx(1, rel=1e-15, abs=0)
    assert risk.standard_errors == pytest.approx(math.sqrt(3 / 7), rel=1e-15, abs=0)
    assert risk.per_cent == pytest.approx(50, rel=1e-15, abs=0)
    assert replace(risk, theory=1.6).per_cent == pytest.approx(87.5, rel=1e-13, abs=0)
    assert repr(risk) == "<Comparison: excess_risk 3 +- 1.5, 2 in theory>"
    atom = found[200, "atom"]
    assert (atom.standard_error, atom.difference) == (0, 0.25)
    assert atom.standard_errors is None  # all trainings agree
    assert atom.per_cent is None  # of a theory of 0


def test_problems_are_apart_and_in_order() -> None:
    rows = [row(problem, seed, steps=seed) for problem in (OTHER, PROBLEM) for seed in (1, 3)]
    summary = compare(rows)
    assert [comparison.problem for comparison in summary.rows] == [OTHER, PROBLEM]
    assert [comparison.mean for comparison in summary.rows] == [2, 2]
    assert Experiment(tuple(rows)).summary() == summary


def test_what_did_not_converge_or_is_not_there_is_left_out() -> None:
    rows = [
        row(PROBLEM, 0, {"excess_risk": 0.5}),
        row(PROBLEM, 1, {"excess_risk": 0.5}, excess_risk=0.75, overlap_1=None, pruned=1.0),
        row(PROBLEM, 2, {}, excess_risk=0.25, overlap_1=0.5),
    ]
    found = by_name(rows)
    assert {name for _, name in found} == {"excess_risk", "overlap_1", "pruned"}
    risk, overlap, pruned = (found[200, name] for name in ("excess_risk", "overlap_1", "pruned"))
    assert (risk.trainings, risk.mean, risk.theory) == (2, 0.5, 0.5)
    assert (overlap.trainings, overlap.mean) == (1, 0.5)
    assert (overlap.standard_error, overlap.theory, overlap.difference, overlap.per_cent) == (None,) * 4
    assert pruned.standard_errors is None
    assert compare([row(PROBLEM, 0)]).rows == ()


def test_a_row_holds_the_problem_and_all_numbers() -> None:
    (comparison,) = compare([row(PROBLEM, 0, {"atom": 0.5}, atom=0.75)]).rows
    assert dict(comparison) == {
        "network": "quadratic",
        "gamma": 1.25,
        "samples": 200,
        "dim": 10,
        "weight_decay": 0.5,
        "noise_variance": 0,
        "target": "raw",
        "estimator": "erm",
        "width": None,
        "quantity": "atom",
        "trainings": 1,
        "mean": 0.75,
        "standard_error": None,
        "theory": 0.5,
        "difference": 0.25,
        "standard_errors": None,
        "per_cent": 50,
    }
