r"""Ridge regression on the same inputs: the linear baseline, which learns no features.

The loss is that of the network with its penalty, which makes sparse, replaced by a square:

    diagonal    1/2 sum (y - theta.x/sqrt(d))^2 + lambda/2 |theta|^2
    quadratic   sum (y - Tr[S Z])^2 + (lambda d/2) |S|_F^2 over all symmetric S,   Z = (x x^T - I)/sqrt(d)

A shrinkage by 1 + kappa takes the place of the threshold kappa, and the two state equations stay as they are,
in the units of `state_equations` (c, capacity A = c alpha):

    A delta^2 = e + Delta/c,   A = D + lambda/(c kappa);      e = (kappa^2 Q + delta^2)/(1 + kappa)^2,
    Q = mean square of the target,                            D = 1/(1 + kappa).

Both have closed solutions, as sums of positive terms; with m = lambda/c,

    kappa = (b + sqrt(b^2 + 4 A m))/(2 A),  b = 1 + m - A,
    delta^2 = (kappa^2 Q + (1 + kappa)^2 Delta/c)/(kappa + m (1 + kappa)^2/kappa).

These are the exact asymptotics of ridge regression with isotropic inputs (Hastie, Montanari, Rosset,
Tibshirani, Ann. Statist. 50 (2022) 949), written there with the Stieltjes transform of the Marchenko-Pastur
law.

The risk is least where the estimate is the posterior mean of a Gaussian target, 1 + kappa = 1 + delta^2/Q:
then A - D = Delta/(c delta^2), and lambda = Delta/Q whatever the number of samples.

Functions, in order: `solve_ridge`, `best_weight_decay`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from numerics.arithmetic.checks import shown
from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, for_digits
from numerics.problem import Problem, modes_of
from numerics.solution import Solution

# Digits beyond those asked for; float64 is asked for as 17.  The closed forms lose two or three.
GUARD_DIGITS = 15
DOUBLE_DIGITS = 17


def solve_ridge(problem: Problem, digits: int | None) -> Solution:
    """Solution for the estimator "ridge", in float64 or with that many digits; see `numerics.solve`.

    ``threshold`` is the shrinkage kappa.  A weight decay of 0 stands for the limit to it: the interpolator of
    least norm if A < 1, least squares if A > 1.

    Raises:
        NotConverged: weight decay 0 at A = 1 with label noise: the risk is infinite.

    At the best weight decay the risk is of order one until n_eff is of order d:

    >>> base = {"gamma": 1.25, "dim": 1000, "weight_decay": 0.75, "noise_variance": 1, "estimator": "ridge"}
    >>> for samples in (10, 100, 1000, 10000):
    ...     print(f"{solve_ridge(Problem('diagonal', samples=samples, **base), None).excess_risk:.4f}")
    1.3338
    1.2665
    0.7615
    0.1018
    """
    exact, risk_per_error = problem.parameters, problem.architecture.risk_per_error
    if exact.weight_decay == 0 and exact.capacity == 1 and problem.noise_variance > 0:
        raise NotConverged(
            f"weight_decay=0, samples={shown(problem.samples)}: as many samples as unknowns, infinite risk"
        )
    arithmetic = for_digits(DOUBLE_DIGITS if digits is None else digits, GUARD_DIGITS)
    with arithmetic.working():
        modes, real = modes_of(problem, arithmetic), arithmetic.real
        square, labels = modes.mean_square, real(exact.noise_variance)
        kappa, force = _shrinkage(exact.capacity, exact.weight_decay, arithmetic)
        factor = 1 + kappa
        resistance = kappa + factor * factor * force
        # without any, and without label noise, the target is recovered
        noise2 = (
            (kappa * kappa * square + factor * factor * labels) / resistance if resistance > 0 else 0 * kappa
        )
        bias, variance = square * (kappa / factor) ** 2, noise2 / (factor * factor)
        mean_square = (square + noise2) / (factor * factor)
        penalty = real(exact.weight_decay) * risk_per_error * mean_square / 2
        residuals = (
            _mismatch(real(exact.capacity) * noise2, bias + variance + labels),
            _mismatch(real(exact.capacity), 1 / factor + force),
        )
        noise = arithmetic.sqrt(noise2)
        return Solution(
            problem,
            digits=digits,
            excess_risk=risk_per_error * (bias + variance),
            effective_noise=noise,
            threshold=kappa,
            degrees_of_freedom=1 / factor,
            train_loss=noise2 * force * force * risk_per_error / 2 + penalty,
            learned_modes=modes.number_above(noise) if noise > 0 else real(problem.dim),
            residual=max(residuals),
            parts={
                "unlearned": 0 * bias,
                "learned": risk_per_error * bias,
                "overfitting": risk_per_error * variance,
            },
        )


def best_weight_decay(problem: Problem) -> float:
    """The weight decay Delta/Q, of which the risk is least.

    >>> base = {"gamma": 1.25, "samples": 1e3, "dim": 50, "weight_decay": 1, "noise_variance": 0.5}
    >>> problem = Problem("quadratic", **base, target="unit", estimator="ridge")
    >>> best_weight_decay(problem)
    0.5
    """
    with DOUBLE.working():
        return float(problem.noise_variance) / float(modes_of(problem).mean_square)


def _shrinkage(capacity: Fraction, decay: Fraction, arithmetic: Arithmetic) -> tuple[Any, Any]:
    """Shrinkage kappa and restoring force m/kappa; their limits for m = 0."""
    real = arithmetic.real
    if decay == 0:
        excess = real(capacity - 1)
        return max(0 * excess, -excess) / real(capacity), max(0 * excess, excess)
    b, product = 1 + decay - capacity, real(capacity * decay)
    root = arithmetic.sqrt(real(b) * real(b) + 4 * product)
    # of two forms of one root, the one without subtraction
    kappa = (real(b) + root) / (2 * real(capacity)) if b >= 0 else 2 * real(decay) / (root - real(b))
    return kappa, real(decay) / kappa


def _mismatch(left: Any, right: Any) -> Any:
    """Relative difference of the two sides of an equation; 0 if both vanish."""
    return abs(left - right) / right if right > 0 else abs(left)
