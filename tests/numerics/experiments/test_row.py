"""One training becomes one row, whatever does not converge."""

from __future__ import annotations

import pickle
import platform
from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import scipy
from threadpoolctl import threadpool_info, threadpool_limits

from numerics import NotConverged, Problem, solve
from numerics.experiments.quantities import MEASURED, THEORY
from numerics.experiments.row import train_row, versions
from numerics.training.train import train

PROBLEM = Problem("diagonal", gamma=1.25, samples=40, dim=20, weight_decay=Fraction(1, 3), noise_variance=0.5)
OPTIONS: dict[str, Any] = {"tolerance": 1e-6, "most_rounds": 300}


def test_a_row_holds_problem_seed_training_theory_and_versions() -> None:
    row = train_row(PROBLEM, 3, **OPTIONS)
    trained, solution = train(PROBLEM, seed=3, progress=False), solve(PROBLEM)
    assert row["excess_risk"] == trained.excess_risk
    assert row["theory_excess_risk"] == solution.excess_risk
    assert (row["seed"], row["status"], row["message"]) == (3, "trained", None)
    assert row["duality_gap"] <= 1e-6
    assert row["seconds"] > 0
    assert {x.name for x in fields(PROBLEM)} < set(row)
    assert (row["weight_decay"], row["gamma"]) == ("1/3", 1.25)
    assert row["version_numpy"] == np.__version__
    assert row["version_scipy"] == scipy.__version__
    assert row["version_python"] == platform.python_version()
    assert row["version_shallowlaws"] == versions()["shallowlaws"]
    assert set(MEASURED) | {f"theory_{name}" for name in THEORY} < set(row)
    assert pickle.loads(pickle.dumps(row)) == row


def test_options_reach_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, Any]] = []

    def recorded(problem: Problem, **options: Any) -> Any:
        given.append(options)
        return train(problem, **options)

    monkeypatch.setattr("numerics.experiments.row.train", recorded)
    train_row(PROBLEM, 1, tolerance=1e-3, most_rounds=7)
    assert given == [{"seed": 1, "tolerance": 1e-3, "most_rounds": 7, "progress": False}]


def test_a_training_that_does_not_converge_is_a_row() -> None:
    row = train_row(PROBLEM, 0, tolerance=1e-12, most_rounds=1)
    assert row.status == "not converged"
    assert row.message is not None
    assert "duality gap" in row.message
    assert row["excess_risk"] is None
    assert row["theory_excess_risk"] == solve(PROBLEM).excess_risk
    assert list(row) == list(train_row(PROBLEM, 0, **OPTIONS))


def test_a_theory_that_does_not_converge_leaves_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(problem: Problem) -> Any:
        raise NotConverged("no solution")

    monkeypatch.setattr("numerics.experiments.row.solve", fails)
    row = train_row(PROBLEM, 0, **OPTIONS)
    assert (row.status, row.message, row.theory) == ("trained", "theory: no solution", {})
    assert row["excess_risk"] == train(PROBLEM, progress=False).excess_risk


def test_a_spectrum_that_does_not_converge_leaves_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Any, spectrum: Any) -> Any:
        raise NotConverged("no mass")

    monkeypatch.setattr("numerics.training.trained.WeightSpectrum.distance", fails)
    row = train_row(PROBLEM, 0, **OPTIONS)
    assert (row.status, row.message) == ("trained", "theory: no mass")
    assert row["spectrum_distance"] is None
    assert row["theory_pruned"] == solve(PROBLEM).pruned()


def test_parts_that_do_not_converge_leave_the_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Any) -> Any:
        raise NotConverged("no parts")

    monkeypatch.setattr("numerics.solution.Solution.decomposition", property(fails))
    row = train_row(PROBLEM, 0, **OPTIONS)
    assert (row.status, row.message) == ("trained", "theory: no parts")
    assert row["theory_excess_risk"] == solve(PROBLEM).excess_risk
    assert row["theory_pruned"] is None


@pytest.mark.parametrize("one_thread", [True, False])
def test_side_by_side_each_has_one_thread(one_thread: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[int] = set()

    def recorded(problem: Problem, **options: Any) -> Any:
        seen.update(x["num_threads"] for x in threadpool_info() if x["user_api"] == "blas")
        return train(problem, **options)

    monkeypatch.setattr("numerics.experiments.row.train", recorded)
    with threadpool_limits(2, user_api="blas"):
        train_row(PROBLEM, 0, **OPTIONS, one_thread=one_thread)
    assert max(seen) == (1 if one_thread else 2)  # of all pools there are
