"""Stored trainings are told by their problems, and are trainings of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from numerics import Problem, solve
from verify.paper.problems import risk_problems, spectrum_problems
from verify.paper.trainings import key_of, of_problem, read, train_here

DATA = Path(__file__).parents[3] / "examples" / "data"
STORED = read(DATA)
SMALL = Problem("diagonal", gamma=1.25, samples=40, dim=20, weight_decay=0.1, noise_variance=0.5)


def test_a_problem_finds_its_own_trainings_alone() -> None:
    problem = risk_problems("diagonal", dim=100)[0.5][2]
    seeds = [training.seed for training in of_problem(STORED, problem)]
    assert seeds
    assert sorted(seeds) == sorted(set(seeds))
    others = [replace(problem, **{name: 0.123}) for name in ("weight_decay", "noise_variance")]
    assert not any(of_problem(STORED, other) for other in (*others, replace(problem, gamma=1.3)))


def test_hidden_units_do_not_tell() -> None:
    problem = spectrum_problems("quadratic", dim=30)["II"]
    assert key_of(problem) == key_of(replace(problem, width=5))


def test_every_stored_training_is_proved() -> None:
    assert STORED
    assert all(training.is_stored and training.duality_gap <= 1e-5 for training in STORED)


def test_stored_spectra_have_the_mass_at_0_of_the_theory() -> None:
    of_spectra = [training for training in STORED if training.weights is not None]
    assert of_spectra
    points = {
        key_of(problem): problem
        for dim in (100, 200, 400, 800)
        for problem in spectrum_problems("quadratic", dim=dim).values()
    }
    for training in of_spectra:
        problem = points[training.key]
        assert len(training.weights) == problem.dim
        # one eigenvalue in a hundred: n_eff is 20 at least where the bulk counts
        assert np.mean(training.weights == 0) == pytest.approx(solve(problem).spectrum().atom, abs=0.012)


def test_no_folder_has_no_trainings(tmp_path: Path) -> None:
    assert read(None) == read(tmp_path) == ()


def test_trained_here() -> None:
    training = train_here(SMALL, 1)
    assert not training.is_stored
    assert training.key == key_of(SMALL)
    assert training.duality_gap < 1e-6
