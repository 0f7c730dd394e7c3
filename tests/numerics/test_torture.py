"""Solvers at the ends of float64: a solution whose invariants hold, or a documented error, never a warning.

The ranges are wider than those of ``test_robustness``: samples from 1 to 1e300, weight decay from 1e-300 to
1e300, gamma next to 1/2 and at 500, dimensions 1, 2 and 3, targets of rank one, no noise.  As a script,

    PYTHONPATH=tests/helpers python tests/numerics/test_torture.py SEED NUMBER

it prints what was refused and what was wrong.

Wherever float64 and 20 digits both have a solution, they agree.  Invariants, for R the excess risk and Q the
mean square of the target's sizes, in its units:

    the estimator that is best on average beats every other one:    R_Bayes <= R_ridge, R_ERM
    knowing nothing costs the target:                               R_Bayes <= R(0) = Q
    more samples, less noise:                                       R_Bayes falls with n, and grows with Delta
    the label noise is a variance:                                  R_ridge grows with Delta
    weight decay that outgrows all:                                 R -> Q, D -> 0
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from solved_problems import is_solved

from numerics import NotConverged, Problem, Solution, solve
from numerics.networks.network import NETWORKS

ROUNDING = 1e-9
"""Relative, of what is compared: residuals are 1e-12."""


def problems(seed: int, number: int) -> Iterator[Problem]:
    """Corners of all that can be asked."""
    draw = random.Random(seed)
    for _ in range(number):
        network = draw.choice(["diagonal", "quadratic", "bilinear", "attention"])
        dim = draw.choice([1, 2, 3, 3, 50, 10**6, 10**30, 10**90])
        estimators = ["erm", "erm", "ridge"] + ["bayes"] * (network != "bilinear")
        estimator = draw.choice(estimators)
        given: dict[str, Any] = {
            "samples": draw.choice([1, 2, dim, 1e10, 1e100, 1e300]),
            "dim": dim,
            "weight_decay": draw.choice([0, 1e-300, 1e-150, 1e-10, 1, 1e10, 1e150, 1e300]),
            "noise_variance": draw.choice([0, 0, 1e-300, 1e-100, 1, 1e100, 1e300]),
            "estimator": estimator,
        }
        if estimator == "bayes":
            del given["weight_decay"]
        if draw.random() < 0.3:
            sizes = draw.choice([[1.0], [1e-150], [1e150], [2.0, 0.0], [1.0, 1e-100]])
            yield Problem(network, target=sizes[:dim], **given)
        else:
            gamma = draw.choice([0.5000000001, 0.500001, 0.75, 2, 20, 500])
            yield Problem(network, gamma=gamma, target=draw.choice(["raw", "unit"]), **given)


def solved(problem: Problem, digits: int | None = None) -> Solution | None:
    """None where it is refused."""
    try:
        return solve(problem, digits=digits)
    except NotConverged:
        return None


def violations(problem: Problem) -> Iterator[str]:
    """The invariants that a problem breaks."""
    own = solved(problem)
    if own is None:
        return
    if problem.estimator == "erm":
        exact = solved(problem, digits=20)
        if exact is not None and abs(own.excess_risk - exact.excess_risk) > ROUNDING * exact.excess_risk:
            yield f"with digits {exact.excess_risk}, {own.excess_risk}"
    if problem.estimator != "bayes" and NETWORKS[problem.network].posterior_variance is not None:
        best = solved(replace(problem, estimator="bayes", weight_decay=None))
        if best is not None and best.excess_risk > own.excess_risk * (1 + ROUNDING):
            yield f"Bayes {best.excess_risk} > {own.excess_risk}"
    if problem.estimator == "bayes":
        more = solved(replace(problem, samples=problem.samples * 2)) if problem.samples < 1e299 else None
        if more is not None and more.excess_risk > own.excess_risk * (1 + ROUNDING):
            yield f"with twice the samples {more.excess_risk} > {own.excess_risk}"
    if problem.estimator != "erm":
        noisier = solved(replace(problem, noise_variance=2 * problem.noise_variance + 1e-3))
        if noisier is not None and noisier.excess_risk < own.excess_risk * (1 - ROUNDING):
            yield f"with more noise {noisier.excess_risk} < {own.excess_risk}"


def judged(problem: Problem) -> str:
    """Solved, refused, or what is wrong."""
    if not is_solved(problem):
        return "refused"
    broken = list(violations(problem))
    assert not broken, (problem, broken)
    return "solved"


@pytest.mark.parametrize(
    ("seed", "number"), [(1, 16), pytest.param(2, 300, marks=pytest.mark.slow)], ids="seed {}".format
)
def test_every_corner_is_solved_or_refused(seed: int, number: int) -> None:
    """Warnings are errors here; whatever is not `NotConverged` fails the test."""
    counts = Counter(judged(problem) for problem in problems(seed, number))
    assert counts["solved"] >= number / 2, counts


BEYOND = [
    # once tracebacks: a mean square that underflows, a slope that does, the parts of a risk next to it
    Problem("quadratic", target=[1e-150], samples=2, dim=10**90, weight_decay=0, noise_variance=1e300),
    Problem("diagonal", target=[1, 1e-100], samples=1, dim=10**6, noise_variance=0, estimator="bayes"),
    Problem(
        "bilinear",
        gamma=500,
        samples=2,
        dim=50,
        weight_decay=1e150,
        noise_variance=1e-100,
        target="unit",
    ),
]


@pytest.mark.parametrize("problem", BEYOND, ids=["ERM", "Bayes", "parts"])
def test_what_underflows_is_refused(problem: Problem) -> None:
    with pytest.raises(NotConverged):
        _ = solve(problem).decomposition


@pytest.mark.parametrize("network", ["quadratic", "bilinear"])
def test_noise_whose_square_leaves_float64_has_all_digits(network: str) -> None:
    """Without label noise kappa = lambda/(A - 1), delta = kappa/sqrt(A - 1) and R = c (delta^2 + kappa^2)."""
    samples = {"quadratic": 1, "bilinear": 2}[network]  # A = 2 at d = 1
    solution = solve(Problem(network, target=[1.0], samples=samples, dim=1, weight_decay=1e-150))
    per_error = NETWORKS[network].risk_per_error
    kappa = 1e-150 / per_error
    assert solution.excess_risk == pytest.approx(2 * per_error * kappa**2, rel=1e-12, abs=0)
    assert solution.degrees_of_freedom == pytest.approx(1, rel=1e-12, abs=0)


@pytest.mark.parametrize("network", ["diagonal", "quadratic", "bilinear"])
@pytest.mark.parametrize("estimator", ["erm", "ridge"])
def test_weight_decay_that_outgrows_all_learns_nothing(network: str, estimator: str) -> None:
    given = {"gamma": 1.25, "samples": 1e4, "dim": 50, "noise_variance": 1, "estimator": estimator}
    solution = solve(Problem(network, weight_decay=1e100, target="unit", **given))
    per_error = NETWORKS[network].risk_per_error
    assert solution.excess_risk == pytest.approx(per_error, rel=1e-12, abs=0)  # mean square 1
    assert solution.degrees_of_freedom < 1e-12


def main(seed: int, number: int) -> None:
    """Count what is solved, refused and wrong; nothing stops it."""
    warnings.simplefilter("error")
    counts = Counter[str]()
    for problem in problems(seed, number):
        begun = time.process_time()
        try:
            verdict = judged(problem)
        except Exception as error:
            verdict = f"wrong ({type(error).__name__}: {str(error)[:400]})"
        took = time.process_time() - begun
        counts[verdict.split()[0]] += 1
        if verdict != "solved" or took > 5:
            print(f"{verdict} in {took:.1f} s: {problem}", flush=True)
    print(f"seed {seed}: {dict(counts)}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
