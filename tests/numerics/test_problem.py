from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from numerics.arithmetic.errors import InvalidProblem
from numerics.problem import Problem
from numerics.solve import solve

VALID: dict[str, Any] = {
    "network": "quadratic",
    "gamma": 1.25,
    "samples": 5000,
    "dim": 100,
    "weight_decay": 0.1,
    "noise_variance": 0.5,
}


def test_valid_as_given() -> None:
    assert Problem(**VALID).target == "raw"
    assert Problem(**VALID).estimator == "erm"


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("network", "cubic"),
        ("network", None),
        ("network", ["diagonal"]),
        ("gamma", 0.4),
        ("gamma", Fraction(1, 2)),
        ("gamma", float("nan")),
        ("gamma", float("inf")),
        ("gamma", "1.25"),
        ("gamma", 1 + 2j),
        ("gamma", None),
        ("samples", 0),
        ("samples", -3),
        ("samples", float("nan")),
        ("samples", True),
        ("samples", Decimal("NaN")),
        ("samples", np.bool_(True)),
        ("samples", -(10**5000)),
        ("samples", Fraction(-1, 10**5000)),
        ("samples", mpmath.mpf("1e9999999999")),
        ("samples", Decimal("1e9999999999")),
        ("dim", 0),
        ("dim", -1),
        ("dim", 100.0),
        ("dim", Fraction(100)),
        ("dim", True),
        ("dim", "100"),
        ("weight_decay", -0.1),
        ("weight_decay", None),
        ("weight_decay", mpmath.mpf("nan")),
        ("weight_decay", np.array([0.1])),
        ("noise_variance", -1e-300),
        ("noise_variance", mpmath.mpf("inf")),
        ("noise_variance", None),
        ("target", "normalised"),
        ("estimator", "map"),
        ("width", 0),
        ("width", 2.5),
        ("width", True),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else value[:20],
)
def test_outside_the_theory_is_refused_in_one_line(parameter: str, value: Any) -> None:
    with pytest.raises(InvalidProblem) as refusal:
        Problem(**{**VALID, parameter: value})
    message = str(refusal.value)
    assert message.startswith(f"{parameter}=")
    assert "must be" in message
    assert "\n" not in message


def test_combinations() -> None:
    with pytest.raises(InvalidProblem, match=r"width=3: .*diagonal"):
        Problem(**{**VALID, "network": "diagonal", "width": 3})
    with pytest.raises(InvalidProblem, match=r"weight_decay=0\.1: .*bayes"):
        Problem(**VALID, estimator="bayes")
    with pytest.raises(InvalidProblem, match=r"weight_decay=None: .*ridge"):
        Problem(**{**VALID, "weight_decay": None}, estimator="ridge")
    assert Problem(**{**VALID, "weight_decay": None}, estimator="bayes").weight_decay is None
    assert Problem(**VALID, width=3).width == 3
    with pytest.raises(InvalidProblem, match=r"width=3: .*ridge"):
        Problem(**VALID, width=3, estimator="ridge")


@given(gamma=st.fractions(Fraction(51, 100), 10), noise=st.fractions(0, 10), dim=st.integers(1, 10**40))
def test_exact_numbers_stay_exact(gamma: Fraction, noise: Fraction, dim: int) -> None:
    problem = Problem(**{**VALID, "gamma": gamma, "noise_variance": noise, "dim": dim})
    assert (problem.gamma, problem.noise_variance, problem.dim) == (gamma, noise, dim)
    assert isinstance(problem.gamma, Fraction)


def test_an_mpf_is_kept_with_all_its_digits() -> None:
    with mpmath.workdps(50):
        gamma = 1 + mpmath.mpf(1) / 3
    assert Problem(**{**VALID, "gamma": gamma}).gamma is gamma


def test_problems_are_frozen_values() -> None:
    assert Problem(**VALID) == Problem(**VALID)
    assert hash(Problem(**VALID)) == hash(Problem(**VALID))
    with pytest.raises(AttributeError):
        Problem(**VALID).dim = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (np.float64(1.25), 1.25),
        (np.float32(1.1), float(np.float32(1.1))),
        (np.int64(2), 2),
        (Decimal("1.1"), Fraction(11, 10)),
        (sympy.Rational(5, 4), Fraction(5, 4)),
    ],
)
def test_numbers_are_kept_as_pythons_own(number: Any, kept: Any) -> None:
    problem = Problem(**{**VALID, "gamma": number, "weight_decay": number})
    assert problem.gamma == problem.weight_decay == kept
    assert type(problem.gamma) is type(problem.weight_decay) is type(kept)
    assert solve(problem) == solve(Problem(**{**VALID, "gamma": kept, "weight_decay": kept}))


def test_counts_are_kept_as_pythons_own() -> None:
    problem = Problem(**{**VALID, "dim": np.int32(100), "width": np.int64(3)})
    assert (type(problem.dim), type(problem.width)) == (int, int)


def test_all_but_the_network_are_given_by_name() -> None:
    """Else 300, meant as a number of samples, would be a decay."""
    with pytest.raises(TypeError, match="positional"):
        Problem("quadratic", 300, 1.25, 100, 0.1)  # type: ignore[misc]
