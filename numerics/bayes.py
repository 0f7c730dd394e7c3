r"""The Bayes-optimal estimator: what no estimator that knows the law of the target can improve on.

The target's law is known: theta*_i ~ N(0, tau_i^2) for the diagonal network, S* = O diag(s) O^T with O Haar
for the quadratic one.  The posterior mean has no threshold and no weight decay; one equation for the
effective noise is left (arXiv:2509.24882; in the units of `state_evolution`, capacity A = c alpha):

    A delta^2 = e(delta) + Delta/c,      e the posterior variance of the target seen through noise delta.

e/delta^2 = D, the degrees of freedom of the posterior mean, decreases from 1 (from 1 - 1/d for the quadratic
network) to 0 as delta grows: the root is unique, and without label noise it is delta = 0, the target is
recovered, once A has reached that limit.  Next to A = 1 the equation is one between small differences; it is
solved in the complements A - 1 and delta^2 - e, which the networks know (`Network.posterior_variance`).

A bracketing search on a sketch of e starts the secant method on e itself, which costs seconds for the
quadratic network at the largest dimensions.

Function: `solve_bayes`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from numerics.errors import NotConverged
from numerics.networks import NETWORKS, PosteriorVariance
from numerics.precision import DOUBLE, Arithmetic, for_digits, to_fraction
from numerics.problem import Problem, out_of_range
from numerics.solution import Solution, handed_out
from numerics.state_evolution import root_of_decreasing
from numerics.target import Target

# float64: what is iterated for, and what is good enough to be handed out.
DOUBLE_AIM = 1e-14
DOUBLE_ACCURACY = 1e-11
GUARD_DIGITS = 12
STEPS = 30


@dataclass(frozen=True, eq=False)
class _Equation:
    """A delta^2 = e + Delta/c in one arithmetic.

    Attributes:
        posterior_variance: (delta, target) -> e and delta^2 - e.
        target: the target, which carries the arithmetic.
        capacity: A, exact.
        noise_variance: Delta/c, exact.
    """

    posterior_variance: PosteriorVariance
    target: Target
    capacity: Fraction
    noise_variance: Fraction

    def residual(self, x: Any) -> tuple[Any, Any]:
        """Logarithm of (e + Delta/c)/(A delta^2) at delta = exp(x), and e."""
        arithmetic = self.target.arithmetic
        real, noise = arithmetic.real, arithmetic.exp(x)
        error, complement = self.posterior_variance(noise, self.target)
        noise2, labels = noise * noise, real(self.noise_variance)
        # like from like where e is nearly delta^2; where it is far below the complement is what cancels
        if abs(self.capacity - 1) < Fraction(1, 2) and 2 * error > noise2:
            surplus = labels - real(self.capacity - 1) * noise2 - complement
            return arithmetic.log1p(surplus / (real(self.capacity) * noise2)), error
        return arithmetic.log((error + labels) / (real(self.capacity) * noise2)), error


def solve_bayes(problem: Problem, digits: int | None) -> Solution:
    """Solution for the estimator "bayes", in float64 or with that many digits; see `numerics.solve`.

    The threshold and the training loss are None: the estimator has none.

    Raises:
        NotConverged: the accuracy was not reached.

    >>> problem = Problem("diagonal", 1.25, samples=300, dim=1000, noise_variance=0.5, estimator="bayes")
    >>> print(f"{solve_bayes(problem, None).excess_risk:.6f}")
    0.028513
    """
    network = NETWORKS[problem.network]
    capacity = network.copies * problem.n_eff / problem.dim
    if problem.noise_variance == 0 and capacity >= 1 - network.unlearnable(problem.dim):
        return _recovered(problem, digits)
    with DOUBLE.working():
        try:
            x, slope = _searched(_equation(problem, DOUBLE, network.posterior_sketch))
        except (OverflowError, ValueError, ZeroDivisionError):
            raise out_of_range(problem) from None
        equation = _equation(problem, DOUBLE, network.posterior_variance)
        x, slope, error, step = _secant(equation, x, slope, DOUBLE_AIM)
        if digits is None:
            if not abs(step) < DOUBLE_ACCURACY:
                raise NotConverged(
                    f"the effective noise still moves by {float(abs(step)):.1e}: ask for digits"
                )
            return _solution(problem, equation, x, error, None)
    arithmetic = for_digits(digits, GUARD_DIGITS)
    with arithmetic.working():
        equation = _equation(problem, arithmetic, network.posterior_variance)
        tolerance = arithmetic.real(10) ** -(digits + 3)
        x, _, error, left = _secant(equation, arithmetic.real(x), arithmetic.real(slope), tolerance)
        if not left < tolerance:
            raise NotConverged(
                f"{digits} digits not reached: rounding still moves the solution; ask for fewer"
            )
        return _solution(problem, equation, x, error, digits)


def _equation(problem: Problem, arithmetic: Arithmetic, posterior_variance: PosteriorVariance) -> _Equation:
    network = NETWORKS[problem.network]
    return _Equation(
        posterior_variance,
        Target.of(problem.dim, problem.gamma, problem.target, arithmetic),
        network.copies * problem.n_eff / problem.dim,
        to_fraction(problem.noise_variance) / network.copies,
    )


def _searched(equation: _Equation) -> tuple[float, float]:
    """Root of a sketched equation by bracketing, and the slope there."""

    def residual(x: float) -> float:
        return float(equation.residual(x)[0])

    scale2 = float(equation.target.mean_square) + float(equation.noise_variance)
    root = root_of_decreasing(residual, math.log(scale2 / float(equation.capacity)) / 2, 1e-6)
    return root, (residual(root + 1e-3) - residual(root - 1e-3)) / 2e-3


def _secant(equation: _Equation, x: Any, slope: Any, tolerance: Any) -> tuple[Any, Any, Any, Any]:
    """(x, slope, e, error of x) by the secant method, to a tolerance or to where rounding takes over.

    The error is the larger of the step to come and the residual: a step may also be short for being damped.
    """
    residual, error = equation.residual(x)
    step = -residual / slope
    for _ in range(STEPS):
        step = max(min(step, 1), -1)
        if abs(step) < tolerance:
            break
        following, following_error = equation.residual(x + step)
        if not abs(following) < abs(residual):
            if abs(step) < DOUBLE_ACCURACY:  # rounding
                break
            step = step / 4
            continue
        slope = (following - residual) / step
        x, residual, error = x + step, following, following_error
        step = -residual / slope
    return x, slope, error, max(abs(step), abs(residual))


def _solution(problem: Problem, equation: _Equation, x: Any, error: Any, digits: int | None) -> Solution:
    network, arithmetic = NETWORKS[problem.network], equation.target.arithmetic
    noise = arithmetic.exp(x)
    risk = handed_out(network.copies * error, digits)
    residual, _ = equation.residual(x)
    return Solution(
        problem=problem,
        excess_risk=risk,
        effective_noise=handed_out(noise, digits),
        threshold=None,
        degrees_of_freedom=handed_out(error / (noise * noise), digits),
        train_loss=None,
        learned_modes=handed_out(equation.target.number_above(noise), digits),
        residual=handed_out(abs(residual), digits),
        parts={"posterior variance": risk},
        digits=digits,
    )


def _recovered(problem: Problem, digits: int | None) -> Solution:
    """The solution delta = 0: the target is known."""
    zero = handed_out(0.0, digits)
    network = NETWORKS[problem.network]
    return Solution(
        problem=problem,
        excess_risk=zero,
        effective_noise=zero,
        threshold=None,
        degrees_of_freedom=handed_out(float(1 - network.unlearnable(problem.dim)), digits),
        train_loss=None,
        learned_modes=handed_out(float(problem.dim), digits),
        residual=zero,
        parts={"posterior variance": zero},
        digits=digits,
    )
