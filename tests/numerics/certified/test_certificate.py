"""Proofs: they hold what long arithmetic finds, are as narrow as asked for, and refuse what is not so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import flint
import gmpy2
import mpmath
import numpy as np
import pytest

from numerics import Certificate, InvalidProblem, NotConverged, Problem, certify, solve
from numerics.certified import balls, certificate
from numerics.certified import diagonal as certified_diagonal

NAMES = ("excess_risk", "effective_noise", "threshold")


DIAGONAL = Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0.1, noise_variance=0.5)


QUADRATIC = Problem("quadratic", gamma=1.25, samples=5000, dim=100, weight_decay=0.1, noise_variance=0.5)


PROBLEMS = {
    "diagonal": DIAGONAL,
    "diagonal unit": replace(DIAGONAL, target="unit", gamma=0.75),
    "diagonal, steep": replace(DIAGONAL, gamma=4.5, dim=10**5, weight_decay=1e-3),
    "diagonal, one mode": replace(DIAGONAL, dim=1, samples=3),
    "diagonal, noiseless": replace(DIAGONAL, noise_variance=0),
    "diagonal, least norm": replace(DIAGONAL, weight_decay=0),
    "diagonal, a million": replace(DIAGONAL, dim=10**6, samples=30_000),
    "diagonal, nothing learned": replace(DIAGONAL, weight_decay=1e6),
    "quadratic": QUADRATIC,
    "quadratic unit": replace(QUADRATIC, target="unit", gamma=0.75),
    "quadratic, one mode": replace(QUADRATIC, dim=1, samples=3),
    "quadratic, bulk kept": replace(QUADRATIC, samples=30_000, weight_decay=1e-6),
    "quadratic, hard edge": replace(QUADRATIC, samples=100, weight_decay=1e-3),
    "quadratic, spikes only": replace(QUADRATIC, samples=2000, weight_decay=3),
    "quadratic, nothing learned": replace(QUADRATIC, weight_decay=1e9),
    "quadratic, in a gap": replace(QUADRATIC, samples=10**6, weight_decay=3000),
    "quadratic, noiseless": replace(QUADRATIC, noise_variance=0),
    "quadratic, least norm": replace(QUADRATIC, samples=1000, weight_decay=0),
}


def holds(proof: Certificate, problem: Problem) -> None:
    found = solve(problem, digits=25)
    for name in NAMES:
        lower, upper = getattr(proof, name)
        assert 0 < lower <= upper, name
        assert upper - lower <= mpmath.mpf(10) ** -proof.digits * lower, name
        value = getattr(found, name)
        with mpmath.workdps(40):  # the solution is right to 25 digits, the enclosure may be narrower
            assert lower * (1 - mpmath.mpf(10) ** -24) < value < upper * (1 + mpmath.mpf(10) ** -24), name
    lower, upper = proof.degrees_of_freedom
    assert float(lower) == pytest.approx(float(found.degrees_of_freedom), rel=1e-9, abs=1e-15)
    assert upper - lower < 1e-9


@pytest.mark.parametrize("name", PROBLEMS)
def test_long_arithmetic_lies_inside(name: str) -> None:
    holds(certify(PROBLEMS[name]), PROBLEMS[name])


def test_digits_may_be_an_integer_of_another_library() -> None:
    problem = Problem("diagonal", gamma=1.25, samples=300, dim=10, weight_decay=0.1, noise_variance=0.5)
    assert certify(problem, digits=gmpy2.mpz(10)) == certify(problem, digits=np.int64(10)) == certify(problem)


def test_thirty_digits() -> None:
    for problem in (DIAGONAL, QUADRATIC):
        lower, upper = certify(problem, digits=30).excess_risk
        with mpmath.workdps(60):
            assert upper - lower < lower * mpmath.mpf(10) ** -30
            assert lower < solve(problem, digits=50).excess_risk < upper


@pytest.mark.slow
@pytest.mark.parametrize("decay", [1e-3, 1.0])
@pytest.mark.parametrize("samples", [10**3, 10**5, 3 * 10**6])
def test_quadratic_with_a_thousand_inputs(samples: int, decay: float) -> None:
    problem = replace(QUADRATIC, dim=1000, samples=samples, weight_decay=decay)
    holds(certify(problem), problem)


@pytest.mark.slow
def test_diagonal_with_any_number_of_inputs() -> None:
    problem = replace(DIAGONAL, dim=10**30, samples=10**20, weight_decay=1e-3)
    holds(certify(problem), problem)


@pytest.mark.parametrize("spare", [-10, 0, 10, 20])
def test_a_wide_proof_is_not_handed_out(spare: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With too few bits at first."""
    monkeypatch.setattr(certificate, "_SPARE_BITS", spare)
    holds(certify(DIAGONAL), DIAGONAL)


def test_what_does_not_solve_the_equations_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    original = certified_diagonal.functions_of

    def planted(problem: Problem, bits: int) -> Any:
        def altered(box: balls.Box) -> balls.Functions:
            found = original(problem, bits)(box)
            return replace(found, error=found.error + found.noise2)

        return altered

    monkeypatch.setattr(certified_diagonal, "functions_of", planted)
    with pytest.raises(NotConverged, match="no proof"):
        certify(replace(DIAGONAL, dim=20, samples=10))


def test_the_precision_of_the_process_is_restored() -> None:
    before = flint.ctx.prec, flint.ctx.cap
    certify(DIAGONAL)
    with pytest.raises(NotConverged):
        certify(replace(DIAGONAL, weight_decay=0, samples=3000))  # kappa = 0
    assert (flint.ctx.prec, flint.ctx.cap) == before
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(certify, [DIAGONAL, QUADRATIC] * 4))
    assert found[::2] == [found[0]] * 4
    assert found[1::2] == [found[1]] * 4
    assert (flint.ctx.prec, flint.ctx.cap) == before


def test_bad_input() -> None:
    with pytest.raises(InvalidProblem, match="digits=0"):
        certify(DIAGONAL, digits=0)
    with pytest.raises(InvalidProblem, match="dim=100000: certify works up to dim=5000"):
        certify(replace(QUADRATIC, dim=10**5))
    with pytest.raises(NotImplementedError, match="width=3"):
        certify(replace(QUADRATIC, width=3))
    with pytest.raises(NotImplementedError, match="bayes"):
        certify(replace(DIAGONAL, estimator="bayes", weight_decay=None))
