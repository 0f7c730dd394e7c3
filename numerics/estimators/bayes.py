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
quadratic network at the largest dimensions: first on a few digits of it, then on all.

None of the error is noise taken for target: a posterior mean is orthogonal to its error.  It is divided into
what is learned and what is not by the degrees of freedom of each mode, or eigenvector (`diagonal`,
`posterior`).

Function: `solve_bayes`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, ROUGH, Arithmetic, for_digits, to_fraction
from numerics.equations.state_evolution import Posterior, root_of_decreasing
from numerics.networks.network import NETWORKS, PosteriorVariance
from numerics.problem import Problem, out_of_range
from numerics.solution import Solution, handed_out
from numerics.sums.target import Target

# float64: what is iterated for, and what is good enough to be handed out.
DOUBLE_AIM = 1e-14
# From here on seven digits of e are as good as it gets.
ROUGHLY = 1e-4
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

    def at(self, x: Any) -> tuple[Any, Posterior]:
        """Logarithm of (e + Delta/c)/(A delta^2) at delta = exp(x), and what e consists of."""
        arithmetic = self.target.arithmetic
        real, noise = arithmetic.real, arithmetic.exp(x)
        posterior = self.posterior_variance(noise, self.target)
        noise2, labels, error = noise * noise, real(self.noise_variance), posterior.error
        # like from like where e is nearly delta^2; where it is far below the complement is what cancels
        if abs(self.capacity - 1) < Fraction(1, 2) and 2 * error > noise2:
            surplus = labels - real(self.capacity - 1) * noise2 - posterior.complement
            return arithmetic.log1p(surplus / (real(self.capacity) * noise2)), posterior
        return arithmetic.log((error + labels) / (real(self.capacity) * noise2)), posterior


def solve_bayes(problem: Problem, digits: int | None) -> Solution:
    """Solution for the estimator "bayes", in float64 or with that many digits; see `numerics.solve`.

    The threshold and the training loss are None: the estimator has none.

    Raises:
        NotConverged: the accuracy was not reached.

    >>> problem = Problem(
    ...     "diagonal", gamma=1.25, samples=300, dim=1000, noise_variance=0.5, estimator="bayes"
    ... )
    >>> print(f"{solve_bayes(problem, None).excess_risk:.6f}")
    0.028513
    """
    network = NETWORKS[problem.network]
    capacity = network.risk_per_error * problem.n_eff / problem.dim
    if problem.noise_variance == 0 and capacity >= 1 - network.irreducible_fraction(problem.dim):
        return _recovered(problem, digits)
    with DOUBLE.working():
        try:
            x, slope = _searched(_equation(problem, DOUBLE, network.posterior_sketch))
        except (OverflowError, ValueError, ZeroDivisionError):
            raise out_of_range(problem) from None
        x, slope = _nearby(_equation(problem, ROUGH, network.posterior_variance), x, slope)
        equation = _equation(problem, DOUBLE, network.posterior_variance)
        root = _secant(equation, x, slope, DOUBLE_AIM)
        if digits is None:
            if not root.error < DOUBLE_ACCURACY:
                raise NotConverged(
                    f"the effective noise still moves by {float(root.error):.1e}: ask for digits"
                )
            return _solution(problem, equation, root, None)
    arithmetic = for_digits(digits, GUARD_DIGITS)
    with arithmetic.working():
        equation = _equation(problem, arithmetic, network.posterior_variance)
        tolerance = arithmetic.real(10) ** -(digits + 3)
        root = _secant(equation, arithmetic.real(root.x), arithmetic.real(root.slope), tolerance)
        if not root.error < tolerance:
            raise NotConverged(
                f"{digits} digits not reached: rounding still moves the solution; ask for fewer"
            )
        return _solution(problem, equation, root, digits)


def _equation(problem: Problem, arithmetic: Arithmetic, posterior_variance: PosteriorVariance) -> _Equation:
    network = NETWORKS[problem.network]
    return _Equation(
        posterior_variance,
        Target.of(problem.dim, problem.gamma, problem.target, arithmetic),
        network.risk_per_error * problem.n_eff / problem.dim,
        to_fraction(problem.noise_variance) / network.risk_per_error,
    )


def _searched(equation: _Equation) -> tuple[float, float]:
    """Root of a sketched equation by bracketing, and the slope there."""

    def residual(x: float) -> float:
        return float(equation.at(x)[0])

    scale2 = float(equation.target.mean_square) + float(equation.noise_variance)
    root = root_of_decreasing(residual, math.log(scale2 / float(equation.capacity)) / 2, 1e-6)
    return root, (residual(root + 1e-3) - residual(root - 1e-3)) / 2e-3


@dataclass(frozen=True)
class _Root:
    """Where the equation holds: x = log delta, the slope of the residual there, and what is known of it.

    The error of x is the larger of the step to come and the residual: a step may also be short for being
    damped.
    """

    x: Any
    slope: Any
    posterior: Posterior
    residual: Any

    @property
    def step(self) -> Any:
        return -self.residual / self.slope

    @property
    def error(self) -> Any:
        return max(abs(self.step), abs(self.residual))


def _secant(equation: _Equation, x: Any, slope: Any, tolerance: Any) -> _Root:
    """The root by the secant method, to a tolerance or to where rounding takes over."""
    residual, posterior = equation.at(x)
    root = _Root(x, slope, posterior, residual)
    damping = 1
    for _ in range(STEPS):
        step = max(min(root.step, 1), -1) / damping
        if abs(step) < tolerance:
            break
        residual, posterior = equation.at(root.x + step)
        if not abs(residual) < abs(root.residual):
            if abs(step) < DOUBLE_ACCURACY:  # rounding
                break
            damping *= 4
            continue
        root = _Root(root.x + step, (residual - root.residual) / step, posterior, residual)
        damping = 1
    return root


def _nearby(rough: _Equation, x: float, slope: float) -> tuple[float, float]:
    """Where to start from, and the slope there, by seven digits of e: a fraction of what all cost."""
    try:
        root = _secant(rough, x, slope, ROUGHLY)
    except NotConverged:
        return x, slope
    return root.x + root.step, root.slope


def _solution(problem: Problem, equation: _Equation, root: _Root, digits: int | None) -> Solution:
    network, arithmetic = NETWORKS[problem.network], equation.target.arithmetic
    noise, posterior = arithmetic.exp(root.x), root.posterior

    def risk(error: Any) -> Any:
        return handed_out(network.risk_per_error * error, digits)

    return Solution(
        problem=problem,
        excess_risk=risk(posterior.error),
        effective_noise=handed_out(noise, digits),
        threshold=None,
        degrees_of_freedom=handed_out(posterior.error / (noise * noise), digits),
        train_loss=None,
        learned_modes=handed_out(equation.target.number_above(noise), digits),
        residual=handed_out(abs(root.residual), digits),
        parts={
            "unlearned": risk(posterior.unlearned),
            "learned": risk(posterior.learned),
            "overfitting": risk(0 * noise),
        },
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
        degrees_of_freedom=handed_out(float(1 - network.irreducible_fraction(problem.dim)), digits),
        train_loss=None,
        learned_modes=handed_out(float(problem.dim), digits),
        residual=zero,
        parts={"unlearned": zero, "learned": zero, "overfitting": zero},
        digits=digits,
    )
