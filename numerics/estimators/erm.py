r"""Empirical risk minimisation: the trained networks.

The two state equations of the problem are solved (`equations.solver`), and the training loss follows from
their root.  With c = 1 (diagonal) or 2 (quadratic network) and r = lambda/(c kappa) = A - D, the loss divided
by d (diagonal) or d^2 (quadratic) is

    (c/2) delta^2 r^2 + lambda * (mean absolute trained weight),

the weights being theta_i = a_i w_i (diagonal) or the eigenvalues of B B^T (quadratic): the residuals y - f of
the trained network have mean square alpha delta^2 (1 - D/(c alpha))^2 (arXiv:2509.24882).

A weight decay of 0 stands for the limit to it.

Function: `solve_erm`.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, to_mpf
from numerics.equations.newton import Root
from numerics.equations.solver import ATTEMPTS, DOUBLE_DIGITS, Attempt, Similar, in_double, to_digits
from numerics.equations.state_equations import StateEquations
from numerics.problem import Problem, modes_of, out_of_range, state_equations_of
from numerics.solution import Solution, recovered
from numerics.sums.explicit import TargetSizes, coarse_sizes

# A weight decay for 0 lies this many decades below the last digit.
SPARE_DECADES = 20
# Of delta over the largest mode: from 1e-145 on D lost digits, 5e-9 at 1e-150, with a residual of 1e-14.
LEAST_LOG_NOISE = math.log(1e-140)
# Digits asked for where float64 is not enough.
DIGITS_FOR_DOUBLE = 15


def solve_erm(problem: Problem, digits: int | None, near: Solution | None = None) -> Solution:
    """Solution for the estimator "erm", in float64 or with that many digits; see `numerics.solve`."""
    freedom = _recovered_freedom(problem, digits)
    if freedom is not None:
        return recovered(problem, digits, freedom)
    near = _with_few_sizes(problem) if near is None else near
    try:
        attempt = in_double(state_equations_of(problem), _similar(problem, near))
    except (NotConverged, OverflowError):
        if problem.weight_decay != 0:
            raise
        return _unregularised(problem, digits)
    if problem.weight_decay == 0 and attempt.root is None:
        return _unregularised(problem, digits)
    if digits is None and attempt.is_accurate and _is_within_floats(attempt):
        assert attempt.root is not None
        return _solution(problem, attempt.equations, attempt.root, None)
    equations, root = to_digits(attempt, DIGITS_FOR_DOUBLE if digits is None else digits)
    return _solution(problem, equations, root, digits)


def _is_within_floats(attempt: Attempt) -> bool:
    """Whether squares of the effective noise, in units of the largest mode, are floats with all digits."""
    assert attempt.root is not None
    largest = float(attempt.equations.target.scale)
    return largest == 0 or attempt.root.x - math.log(largest) > LEAST_LOG_NOISE


def _recovered_freedom(problem: Problem, digits: int | None) -> Any:
    """D where the limit of vanishing weight decay recovers the target (`equations.recovery`); None elsewhere.

    If no mode is 0 that is for A >= 1.  As delta and kappa vanish every mode is learned, D -> 1 and e ->
    delta^2 + kappa^2.  What is left of A delta^2 = e is (A - 1) delta^2 = kappa^2, and kappa = lambda/(c (A -
    1)) -> 0.
    """
    if not problem.weight_decay == problem.noise_variance == 0 or not problem.is_full_width:
        return None
    with DOUBLE.working():
        recovery = problem.architecture.recovery(modes_of(problem))
    capacity, wanted = problem.parameters.capacity, DIGITS_FOR_DOUBLE if digits is None else digits
    if capacity < recovery.least_capacity(wanted):
        return None
    return recovery.degrees_of_freedom(capacity, wanted)


def _with_few_sizes(problem: Problem) -> Solution | None:
    """The solution for a target with neighbouring sizes as one, if there are many: cheap to start at."""
    coarse = coarse_sizes(problem.target) if isinstance(problem.target, TargetSizes) else None
    if coarse is None or not problem.is_full_width:
        return None
    with suppress(NotConverged, OverflowError):
        return solve_erm(replace(problem, target=coarse), None)
    return None


def _similar(problem: Problem, near: Solution | None) -> Similar | None:
    """The problem of a solution, if that can be a start: with few hidden units it may not be the only one."""
    if near is None or near.coordinate is None or near.effective_noise <= 0 or not problem.is_full_width:
        return None
    if near.coordinate >= len(problem.architecture.coordinates):
        return None
    point = math.log(float(near.effective_noise)), float(near.coordinate_value)
    return Similar(near.coordinate, state_equations_of(near.problem)[near.coordinate], point)


def _unregularised(problem: Problem, digits: int | None) -> Solution:
    """The limit of vanishing weight decay, where the equations without weight decay have no solution.

    This is the case above the interpolation threshold, where kappa vanishes.  The problem is solved at
    weight decays so small that their effect, of order kappa/delta, should lie below the last digit.  Two of
    them are compared; close to the interpolation threshold the effect is larger, and smaller ones are tried.

    Raises:
        NotConverged: there is no such limit: at the interpolation threshold itself the risk grows without
            bound.
    """
    wanted = DOUBLE_DIGITS if digits is None else digits
    with DOUBLE.working():
        unit2 = float(problem.parameters.capacity) * float(modes_of(problem).mean_square)
        if not 0 < unit2 < math.inf:
            raise out_of_range(problem)
        decades = round(math.log10(unit2) / 2) - wanted - SPARE_DECADES

    def at(exponent: int) -> Solution:
        return solve_erm(replace(problem, weight_decay=Fraction(10) ** exponent), digits)

    def limit(name: str) -> Any:
        """Zero for what falls with the weight decay: kappa or, where the data are interpolated, the loss."""
        larger, smaller = getattr(previous, name), getattr(last, name)
        return 0 * smaller if smaller < larger / 2 else smaller

    last = at(decades)
    for step in range(1, ATTEMPTS + 1):
        previous, last = last, at(decades - step * SPARE_DECADES)
        if abs(last.excess_risk - previous.excess_risk) <= last.excess_risk * mpmath.mpf(10) ** -wanted:
            return replace(
                last, problem=problem, threshold=limit("threshold"), train_loss=limit("train_loss")
            )
    raise NotConverged(
        f"weight_decay=0: the excess risk has no positive limit, it still moves at 1e{decades} and below "
        f"from {float(previous.excess_risk):.3g} to {float(last.excess_risk):.3g}"
    )


def _solution(problem: Problem, equations: StateEquations, root: Root, digits: int | None) -> Solution:
    network, arithmetic, scalars = problem.architecture, equations.target.arithmetic, root.scalars
    with arithmetic.working():
        noise = arithmetic.exp(root.x)
        decay = arithmetic.real(problem.parameters.weight_decay)
        shrinkage = decay / scalars.threshold
        penalty = decay * network.risk_per_error * scalars.mean_size
        return Solution(
            problem,
            digits=digits,
            excess_risk=network.risk_per_error * scalars.error,
            effective_noise=noise,
            threshold=scalars.threshold,
            degrees_of_freedom=scalars.degrees_of_freedom,
            train_loss=(noise * shrinkage) ** 2 * network.risk_per_error / 2 + penalty,
            learned_modes=scalars.learned_modes,
            residual=root.residual,
            coordinate=network.coordinates.index(equations.coordinate),
            # with all digits of the arithmetic: next to the edge of the bulk fewer do not determine e
            coordinate_value=(
                float(root.y) if arithmetic is DOUBLE else to_mpf(root.y, math.ceil(arithmetic.digits))
            ),
        )
