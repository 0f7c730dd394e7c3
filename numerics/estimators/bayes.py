r"""The Bayes-optimal estimator: what no estimator that knows the law of the target can improve on.

The law of the target is known: theta*_i ~ N(0, tau_i^2) for the diagonal network, S* = O diag(s) O^T with O
Haar for the quadratic one.  The effective noise of the posterior mean solves one equation
(`equations.posterior_equation`).

A bracketing search on an approximation of the posterior variance e starts the secant method on e itself,
which costs seconds for the quadratic network at the largest dimensions: first on a few digits of e, then on
all.  Up to six digits of the solution take nine of e, and half the time.

None of the error is noise taken for target: a posterior mean is orthogonal to its error.  The error is
divided into a learned and an unlearned part by the degrees of freedom of each mode, or eigenvector
(`diagonal`, `posterior`).

Function: `solve_bayes`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, ROUGH, SHORT, Arithmetic, for_digits
from numerics.equations.bracketing import monotone_root
from numerics.equations.posterior_equation import PosteriorEquation, PosteriorVariance
from numerics.equations.secant import SecantRoot, secant
from numerics.equations.solver import OUT_OF_RANGE
from numerics.networks.network import Network
from numerics.problem import Problem, modes_of
from numerics.solution import Solution, recovered

# float64: the error aimed at, and the error that is good enough to be handed out.
DOUBLE_AIM = 1e-14
DOUBLE_ACCURACY = 1e-11
# Step of the secant method from which on seven digits of e serve no further.
ROUGHLY = 1e-4
# Up to so many digits float64 does, with rules of integration for three more: a fraction of the time.
FEW_DIGITS = 6
# Digits beyond those asked for; more next to recovery, where the equation is nearly flat.
GUARD_DIGITS = (12, 24, 48)


def solve_bayes(problem: Problem, digits: int | None) -> Solution:
    """Solution for the estimator "bayes", in float64 or with that many digits; see `numerics.solve`.

    The threshold and the training loss are None: the estimator has none.

    Raises:
        NotConverged: the accuracy was not reached.
        OverflowError: a parameter is out of the range of float64.

    >>> problem = Problem(
    ...     "diagonal", gamma=1.25, samples=300, dim=1000, noise_variance=0.5, estimator="bayes"
    ... )
    >>> print(f"{solve_bayes(problem, None).excess_risk:.6f}")
    0.028513
    """
    network = problem.architecture
    variance = _variance_of(network)
    largest = 1 - network.irreducible_fraction(modes_of(problem))
    if problem.noise_variance == 0 and problem.parameters.capacity >= largest:
        return recovered(problem, digits, largest)
    with DOUBLE.working():
        x, slope = _first_guess(problem)
        if digits is None or digits > FEW_DIGITS:
            equation = _equation(problem, DOUBLE, variance)
            root = secant(equation.residual, x, slope, DOUBLE_AIM)
            x, slope = root.x, root.slope
        if digits is None:
            error = _error(equation, root)
            if not error < DOUBLE_ACCURACY:
                raise NotConverged(
                    f"rounding moves the effective noise by {float(error):.1e}: ask for digits"
                )
            return _solution(equation, root, problem, None)
    for arithmetic in _arithmetics(digits):
        with arithmetic.working():
            equation = _equation(problem, arithmetic, variance)
            tolerance = max(arithmetic.real(10) ** -(digits + 3), 4 * arithmetic.epsilon)
            root = secant(equation.residual, arithmetic.real(x), arithmetic.real(slope), tolerance)
            if _error(equation, root) < tolerance:
                return _solution(equation, root, problem, digits)
            x, slope = root.x, root.slope
    raise NotConverged(f"{digits} digits not reached: rounding still moves the solution; ask for fewer")


def _arithmetics(digits: int) -> Iterator[Arithmetic]:
    """Longer and longer ones, for that many digits."""
    if digits <= FEW_DIGITS:
        yield from (SHORT, DOUBLE)
    yield from (for_digits(digits, guard) for guard in GUARD_DIGITS)


def _variance_of(network: Network) -> PosteriorVariance:
    """A `Problem` is none whose network has none."""
    assert network.posterior_variance is not None
    return network.posterior_variance


def _error(equation: PosteriorEquation, root: SecantRoot) -> Any:
    """Of the logarithm of the effective noise: next to recovery the residual is flat, and rounding tells."""
    if root.slope == 0:  # it underflows
        return math.inf
    return max(root.error, equation.rounding(root.x, root.value) / abs(root.slope))


def _equation(problem: Problem, arithmetic: Arithmetic, variance: PosteriorVariance) -> PosteriorEquation:
    return PosteriorEquation(variance, modes_of(problem, arithmetic), problem.parameters)


def _first_guess(problem: Problem) -> tuple[float, float]:
    """A root good to some digits, and the slope of the residual there.

    By bracketing in the approximation, then by the secant method on seven digits of e, at a fraction of the
    cost of all.
    """
    network = problem.architecture
    variance, approximation = _variance_of(network), network.posterior_approximation
    assert approximation is not None
    try:
        x, slope = _bracketed(_equation(problem, DOUBLE, approximation), 1e-6)
    except OUT_OF_RANGE:
        raise OverflowError("a parameter is out of the range of float64") from None
    except NotConverged as error:
        # next to recovery the approximation may have no root, which e itself has
        try:
            return _bracketed(_equation(problem, ROUGH, variance), 1e-6)
        except (NotConverged, *OUT_OF_RANGE):
            raise error from None
    try:
        root = secant(_equation(problem, ROUGH, variance).residual, x, slope, ROUGHLY)
    except NotConverged:
        return x, slope
    return root.x + root.step, root.slope


def _bracketed(equation: PosteriorEquation, tolerance: float) -> tuple[float, float]:
    """The root between brackets, and the slope of the residual there."""
    parameters = equation.parameters

    def residual(x: float) -> float:
        return float(equation.residual(x)[0])

    scale2 = float(equation.target.mean_square) + float(parameters.noise_variance)
    x = monotone_root(residual, math.log(scale2 / float(parameters.capacity)) / 2, tolerance)
    return x, (residual(x + 1e-3) - residual(x - 1e-3)) / 2e-3


def _solution(
    equation: PosteriorEquation, root: SecantRoot, problem: Problem, digits: int | None
) -> Solution:
    noise, posterior = equation.target.arithmetic.exp(root.x), root.value
    risk_per_error = problem.architecture.risk_per_error
    return Solution(
        problem,
        digits=digits,
        excess_risk=risk_per_error * posterior.error,
        effective_noise=noise,
        threshold=None,
        degrees_of_freedom=posterior.error / (noise * noise),
        train_loss=None,
        learned_modes=equation.target.number_above(noise),
        residual=abs(root.residual),
        parts={
            "unlearned": risk_per_error * posterior.unlearned,
            "learned": risk_per_error * posterior.learned,
            "overfitting": 0 * noise,
        },
    )
