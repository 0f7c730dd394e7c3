"""Quasi-random problems over everything the theory allows: solved to rounding, or refused in one sentence.

The seed is part of each test's name.  Scrambled Sobol points fill the nine dimensions evenly; corners are
drawn from the ends of the ranges and from special values.  As a script,

    PYTHONPATH=tests/helpers python tests/numerics/test_robustness.py SEED NUMBER [corners]

it prints what was refused, and the counts.
"""

from __future__ import annotations

import math
import random
import sys
import time
import warnings
from collections import Counter
from fractions import Fraction

import pytest
from scipy.stats import qmc
from solved_problems import is_solved

from numerics import Problem


def problems(seed: int, number: int) -> list[Problem]:
    """Gamma in (0.5, 5], n from 1e-3 to d^4, d to 1e30, lambda 0 or 1e-30..1e30, Delta 0 or 1e-20..1e10.

    Every other trained quadratic network has p < d hidden units, 1 to d evenly in the logarithm.
    """
    found = []
    for u in qmc.Sobol(9, seed=seed).random(number):
        network = ("diagonal", "quadratic")[int(2 * u[0])]
        estimator = ("erm", "erm", "ridge", "bayes")[int(4 * u[1])]
        dim = int(10 ** (30 * u[3]))
        narrow = network == "quadratic" and estimator == "erm" and u[8] > 0.5
        weight_decay = 0.0 if u[5] < 0.1 else 10 ** (60 * (u[5] - 0.1) / 0.9 - 30)
        found.append(
            Problem(
                network,
                gamma=0.5 + 4.5 * (1 - u[2]),
                samples=10 ** (-3 + u[4] * (3 + 4 * math.log10(max(dim, 2)))),
                dim=dim,
                weight_decay=None if estimator == "bayes" else weight_decay,
                noise_variance=0.0 if u[6] < 0.1 else 10 ** (30 * (u[6] - 0.1) / 0.9 - 20),
                target=("raw", "unit")[int(2 * u[7])],
                estimator=estimator,
                width=int(dim ** (2 * u[8] - 1)) if narrow else None,
            )
        )
    return found


def corners(seed: int, number: int) -> list[Problem]:
    """Ends of the same ranges, interpolation thresholds, one mode, one unit more and less than some."""
    rng = random.Random(seed)
    found = []
    for _ in range(number):
        network = rng.choice(["diagonal", "quadratic", "quadratic"])
        estimator = rng.choice(["erm", "erm", "erm", "ridge", "bayes"])
        dim = rng.choice([1, 2, 3, 10, 1000, 10**6, 10**15, 10**30])
        narrow = network == "quadratic" and estimator == "erm" and rng.random() < 0.4
        unknowns = [dim, dim + 1, Fraction(dim, 2), dim * dim // 4 + 1, Fraction(dim * dim, 4), dim * dim]
        found.append(
            Problem(
                network,
                gamma=rng.choice([0.5000001, 0.501, 0.75, 1, 1.25, 2, 5]),
                samples=rng.choice(
                    [1e-3, 1, math.isqrt(dim), Fraction(dim * dim, 2), dim**3, dim**4, *unknowns]
                ),
                dim=dim,
                weight_decay=None if estimator == "bayes" else rng.choice([0, 0, 1e-30, 1e-10, 1, 1e5, 1e30]),
                noise_variance=rng.choice([0, 0, 1e-20, 1e-5, 1, 1e10]),
                target=rng.choice(["raw", "unit"]),
                estimator=estimator,
                width=rng.choice([1, 2, dim, max(dim - 1, 1), max(dim // 2, 1)]) if narrow else None,
            )
        )
    return found


@pytest.mark.parametrize(
    ("seed", "number"), [(1, 16), pytest.param(2, 256, marks=pytest.mark.slow)], ids="seed {}".format
)
def test_every_problem_is_solved_or_refused(seed: int, number: int) -> None:
    """Warnings are errors here; whatever is not `NotConverged` fails the test."""
    refused = [problem for problem in problems(seed, number) if not is_solved(problem)]
    # measured: 0 of 16 (seed 1), 0 of 256 (seed 2)
    assert len(refused) <= number // 50, refused


@pytest.mark.parametrize(
    ("seed", "number"), [(1, 12), pytest.param(2, 240, marks=pytest.mark.slow)], ids="seed {}".format
)
def test_every_corner_is_solved_or_refused(seed: int, number: int) -> None:
    refused = [problem for problem in corners(seed, number) if not is_solved(problem)]
    # where weight decay vanishes at the interpolation threshold, with label noise, there is no limit
    assert len(refused) <= number // 20, refused


def main(seed: int, number: int, kind: str = "problems") -> None:
    """Count what is solved, refused and wrong; nothing stops it."""
    warnings.simplefilter("error")
    counts = Counter[str]()
    asked = {"problems": problems, "corners": corners}[kind](seed, number)
    for done, problem in enumerate(asked):
        if done % 512 == 0:
            print(f"{done} of {number}: {dict(counts)}", flush=True)
        begun = time.perf_counter()
        try:
            verdict = "solved" if is_solved(problem) else "refused"
        except Exception as error:
            verdict = f"wrong ({type(error).__name__}: {str(error)[:300]})"
        took = time.perf_counter() - begun
        counts[verdict.split()[0]] += 1
        if verdict != "solved" or took > 20:
            print(f"{verdict} in {took:.1f} s: {problem}", flush=True)
    print(f"seed {seed}: {dict(counts)}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
