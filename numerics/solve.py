"""Solve a learning problem in the limit of many dimensions: from a `Problem` to its `Solution`.

`solve` checks its arguments and calls the estimator of the problem.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from threadpoolctl import ThreadpoolController

from numerics.arithmetic.checks import is_count, require
from numerics.estimators.bayes import solve_bayes
from numerics.estimators.erm import solve_erm
from numerics.estimators.ridge import solve_ridge
from numerics.problem import Problem, out_of_range
from numerics.solution import Solution

MOST_DIGITS = 10**6

SOLVERS: Mapping[str, Callable[[Problem, int | None, Solution | None], Solution]] = MappingProxyType(
    {
        "erm": solve_erm,
        "bayes": lambda problem, digits, near: solve_bayes(problem, digits),
        "ridge": lambda problem, digits, near: solve_ridge(problem, digits),
    }
)


def solve(problem: Problem, *, digits: int | None = None, near: Solution | None = None) -> Solution:
    """Solve the state equations of a problem.

    Args:
        problem: the problem; its dimension may be anything up to 10^300.
        digits: None for float64 (eleven digits or more), or how many correct digits are wanted: the numbers
            are then `mpmath.mpf`.
        near: solution of a similar problem, for "erm", from which to start instead of a search.  It changes
            the time taken, and the result by no more than its error.

    Raises:
        InvalidProblem: an argument is not what it should be.
        NotConverged: the accuracy was not reached.

    A weight decay of 0 stands for the limit to it.  Below the interpolation threshold the limit is the
    interpolator of least norm (the penalty's: |theta|_1, Tr S, the Euclidean one for "ridge"), with a
    threshold kappa > 0 and D = A.  Above, kappa vanishes too, and the limit minimises the loss without
    penalty; without label noise it recovers the target, and the risk is 0.  At the interpolation threshold
    itself, with label noise, the risk has no limit: `NotConverged`.

    >>> problem = Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0.1, noise_variance=0.5)
    >>> print(f"{solve(problem).excess_risk:.10f}")
    0.3344494325
    >>> import mpmath
    >>> print(mpmath.nstr(solve(problem, digits=30).excess_risk, 29))
    0.33444943249969771086284124325
    >>> from dataclasses import replace
    >>> for estimator, weight_decay in [("ridge", 0.1), ("bayes", None)]:
    ...     other = replace(problem, estimator=estimator, weight_decay=weight_decay)
    ...     print(f"{solve(other).excess_risk:.6f}")
    1.098009
    0.028513
    """
    digits = checked(problem, digits)
    require(near is None or isinstance(near, Solution), "near", near, "a Solution, or None")
    # the matrices are small: threads of the linear algebra only wait for each other
    with _linear_algebra().limit(limits=1, user_api="blas"):
        try:
            return SOLVERS[problem.estimator](problem, digits, near)
        except OverflowError:
            raise out_of_range(problem) from None


def checked(problem: Problem, digits: int | None) -> int | None:
    """The digits, as an int, of a valid problem and a valid number of digits.

    Raises:
        InvalidProblem: ``problem`` is no `Problem`; or ``digits`` is neither None nor a positive integer.

    >>> checked(Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=0.1), 30)
    30
    """
    require(isinstance(problem, Problem), "problem", problem, "a numerics.Problem")
    allowed = f"a positive integer up to {MOST_DIGITS}, or None for double precision"
    require(digits is None or is_count(digits, MOST_DIGITS), "digits", digits, allowed)
    return None if digits is None else int(digits)


@cache
def _linear_algebra() -> ThreadpoolController:
    return ThreadpoolController()
