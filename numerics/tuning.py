"""The weight decay with the smallest excess risk.

As lambda decreases the risk falls while more of the target is learned, and rises again once noise is
overfitted (arXiv:2509.24882).  Its minimum lies between a threshold well above the largest mode, kappa =
lambda/(c A), where nothing is learned, and no threshold.  `optimal_weight_decay` walks down from there in
steps of a factor `STEP` until the smallest risk lies well behind, then refines it by Brent's method in log
lambda.  Without label noise the risk may fall all the way: then lambda = 0 is best.  For ridge regression the
best weight decay has a closed form.
"""

from __future__ import annotations

import math
from dataclasses import replace

from scipy.optimize import minimize_scalar

from numerics.arithmetic.errors import InvalidProblem, NotConverged
from numerics.arithmetic.precision import DOUBLE
from numerics.estimators.ridge import best_weight_decay
from numerics.problem import Problem, modes_of, out_of_range
from numerics.solution import Solution
from numerics.solve import checked, solve

STEP = 3.0
# How many steps behind the best point the walk ends, and how many it makes at most.
BEHIND = 8
FARTHEST = 150
# Risks this close are the same.
ROUNDING = 1e-10


def optimal_weight_decay(problem: Problem) -> tuple[float, Solution]:
    """Weight decay that minimises the excess risk, and the solution with it, in double precision.

    The weight decay of ``problem`` itself plays no part.  The risk is right to ten digits, to six or seven
    where its minimum is narrow (from about 10^10 learned modes on).  The weight decay, at which the risk is
    flat, is right to four or five.  It is right to none where float64 resolves no minimum: once every mode is
    learned, far above the noise, the risk hardly depends on it.

    Raises:
        InvalidProblem: the estimator has no weight decay.
        NotConverged: a solution on the way failed, or the risk has no minimum.

    >>> problem = Problem("diagonal", gamma=1.25, samples=300, dim=1000, weight_decay=1, noise_variance=0.5)
    >>> weight_decay, best = optimal_weight_decay(problem)
    >>> print(f"{weight_decay:.3f} {best.excess_risk:.6f}")
    0.820 0.090119
    """
    checked(problem, None)
    if problem.weight_decay is None:
        raise InvalidProblem(f'estimator="{problem.estimator}": must be one with a weight decay to choose')
    try:
        return _tuned(problem)
    except OverflowError:
        raise out_of_range(problem) from None


def _tuned(problem: Problem) -> tuple[float, Solution]:
    if problem.estimator == "ridge":
        best = best_weight_decay(problem)
        return best, solve(replace(problem, weight_decay=best))
    unregularised = solve(replace(problem, weight_decay=0)) if problem.noise_variance == 0 else None
    if unregularised is not None and unregularised.excess_risk == 0:
        return 0.0, unregularised

    def solved(log_weight_decay: float) -> Solution:
        return solve(replace(problem, weight_decay=math.exp(log_weight_decay)))

    walk = [_nothing_learned(problem)]
    risks = [solved(walk[0]).excess_risk]
    lowest = 0
    while len(walk) - 1 - lowest < BEHIND:
        if len(walk) > FARTHEST:
            raise NotConverged(
                f"the excess risk still falls at weight_decay={math.exp(walk[-1]):.1e}: there is no best one"
            )
        walk.append(walk[-1] - math.log(STEP))
        risks.append(solved(walk[-1]).excess_risk)
        if risks[-1] < risks[lowest]:
            lowest = len(walk) - 1
    minimum = minimize_scalar(
        lambda log_weight_decay: solved(log_weight_decay).excess_risk,
        bounds=(walk[lowest + 1], walk[max(lowest - 1, 0)]),
        method="bounded",
        options={"xatol": 1e-7},
    )
    tuned = solved(minimum.x)
    if unregularised is not None and unregularised.excess_risk <= tuned.excess_risk * (1 + ROUNDING):
        return 0.0, unregularised
    return math.exp(minimum.x), tuned


def _nothing_learned(problem: Problem) -> float:
    """Logarithm of a weight decay with kappa >= lambda/(c A) ten times what the largest mode can reach."""
    with DOUBLE.working():
        modes, parameters = modes_of(problem), problem.parameters
        capacity = float(parameters.capacity)
        noise2 = (float(modes.mean_square) + float(parameters.noise_variance)) / capacity
        largest = float(modes.scale) + math.sqrt(noise2)
        return math.log(10 * problem.architecture.risk_per_error * capacity * largest)
