"""Digits asked for are right: compared with more of them, in every phase and for every estimator."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import flint
import mpmath
import pytest

from numerics import NotConverged, Problem, Solution, solve
from numerics.equations import solver
from numerics.equations.state_equations import Scalars, StateEquations

NUMBERS = ("excess_risk", "effective_noise", "threshold", "degrees_of_freedom", "train_loss", "learned_modes")


def problem(network: str, n_eff: Any, dim: int, weight_decay: Any, noise: Any = Fraction(1, 4)) -> Problem:
    samples = n_eff * (dim if network == "quadratic" else 1)
    return Problem(
        network,
        gamma=Fraction(5, 4),
        samples=samples,
        dim=dim,
        weight_decay=weight_decay,
        noise_variance=noise,
    )


def cases(network: str) -> dict[str, Problem]:
    peak = {"diagonal": Fraction(1), "quadratic": Fraction(1, 4)}[network]
    return {
        "ordinary": problem(network, {"diagonal": 200, "quadratic": 50}[network], 400, Fraction(1, 10)),
        "few samples": problem(network, 3, 400, Fraction(1, 10)),
        "interpolation threshold": problem(network, peak * 400, 400, Fraction(1, 10**12)),
        "tiny weight decay": problem(network, 50, 400, Fraction(1, 10**30)),
        "no weight decay": problem(network, 50, 400, 0),
        "no noise": problem(network, 50, 400, Fraction(1, 10**6), 0),
        "many dimensions": problem(network, 10**4, 10**12, Fraction(1, 10**11), 1),
    }


CASES = {
    (network, name): case for network in ("diagonal", "quadratic") for name, case in cases(network).items()
}


OTHERS = {
    "bayes": replace(CASES["diagonal", "ordinary"], estimator="bayes", weight_decay=None),
    "ridge": replace(CASES["quadratic", "ordinary"], estimator="ridge"),
    "width": replace(CASES["quadratic", "ordinary"], width=3, weight_decay=Fraction(1, 10**8)),
}


solved = cache(lambda asked, digits: solve(asked, digits=digits))


def assert_digits_are_right(few: Solution, many: Solution) -> None:
    assert few.digits is not None
    with mpmath.workdps(2 * few.digits + 60):
        limit = mpmath.mpf(10) ** -few.digits
        for name in NUMBERS:
            value, reference = getattr(few, name), getattr(many, name)
            assert value == reference or abs(value / reference - 1) < limit, name
        assert few.residual < limit


@pytest.mark.parametrize("digits", [20, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_with_more_digits(case: tuple[str, str], digits: int) -> None:
    assert_digits_are_right(solved(CASES[case], digits), solved(CASES[case], {20: 50, 50: 90}[digits]))


@pytest.mark.parametrize("other", OTHERS)
def test_with_more_digits_of_other_estimators(other: str) -> None:
    assert_digits_are_right(solve(OTHERS[other], digits=20), solve(OTHERS[other], digits=50))


@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_a_hundred_digits(network: str) -> None:
    case = CASES[network, "ordinary"]
    few = solve(case, digits=100)
    assert_digits_are_right(few, solve(case, digits=140))
    with mpmath.workdps(120):
        assert abs(sum(few.decomposition.values()) / few.excess_risk - 1) < mpmath.mpf(10) ** -100


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", [case for case in CASES if case[1] in ("ordinary", "few samples")], ids="-".join
)
def test_three_hundred_digits(case: tuple[str, str]) -> None:
    assert_digits_are_right(solve(CASES[case], digits=300), solve(CASES[case], digits=340))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ordinary", "many dimensions"])
def test_a_thousand_digits(name: str) -> None:
    case = CASES["diagonal", name]
    assert_digits_are_right(solve(case, digits=1000), solve(case, digits=1040))


@pytest.mark.parametrize("digits", [50, 200])
def test_only_the_last_steps_are_made_in_full(monkeypatch: pytest.MonkeyPatch, digits: int) -> None:
    """The rest in arithmetics that grow with the digits known; two evaluations show the error of the last."""
    evaluated: Counter[int] = Counter()
    scalars = StateEquations.scalars

    def counted(equations: StateEquations, x: Any, y: Any) -> Scalars:
        evaluated[equations.target.arithmetic.bits] += 1
        return scalars(equations, x, y)

    monkeypatch.setattr(StateEquations, "scalars", counted)
    solve(CASES["diagonal", "ordinary"], digits=digits)
    full = max(evaluated)
    assert evaluated.pop(full) <= 2
    assert all(bits < 0.7 * full for bits in evaluated)


def test_a_short_arithmetic_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step, seen in full, tells that digits are missing."""
    case = CASES["quadratic", "ordinary"]
    monkeypatch.setattr(solver, "GUARD_DIGITS", -10)
    with pytest.raises(NotConverged, match="30 digits not reached"):
        solve(case, digits=30)


def test_threads_do_not_share_a_precision() -> None:
    before = flint.ctx.prec
    cases = [(CASES["diagonal", "ordinary"], digits) for digits in (20, 60, 35)]
    expected = [solve(case, digits=digits) for case, digits in cases]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda asked: solve(asked[0], digits=asked[1]), cases * 4))
    assert found == expected * 4
    assert flint.ctx.prec == before


def test_a_search_that_ends_outside_the_edge_goes_on_in_the_angle() -> None:
    """kappa is 2 delta (1 - 2e-9) here, and the search ends at 2 delta (1 + 4e-9).

    From there a ratio kappa/delta keeps seven digits of D; the angle keeps all.
    """
    solution = solve(
        Problem(
            "bilinear",
            gamma=3,
            samples=7.094910379108371e53,
            dim=57386110506944666274323502717403660288,
            weight_decay=9.80830914023187e-76,
            noise_variance=2.3003282583244514e-57,
        )
    )
    assert solution.coordinate == 0
    assert solution.residual < 1e-13
    assert float(1 - solution.threshold / (2 * solution.effective_noise)) == pytest.approx(
        1.7e-9, rel=0.1, abs=0
    )


def test_a_root_that_rounding_keeps_from_its_equations_is_none_to_start_from() -> None:
    """At the edge of noise kappa/delta is 2 up to 1e-24: float64 stalls there, and so would 37 digits."""
    solution = solve(
        Problem(
            "quadratic",
            gamma=Fraction(229, 128),
            samples=Fraction("8.4269092860535841e75"),
            dim=7460776788567886820092617523259488882920568017417574046538661888,
            weight_decay=Fraction("4.9216429500355294e-26"),
            noise_variance=1,
            width=7886216871022063590962102272,
        )
    )
    assert solution.coordinate == 0
    assert solution.residual < 1e-12
