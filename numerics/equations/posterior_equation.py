r"""The one equation of the Bayes-optimal estimator, for the effective noise delta.

The posterior mean has no threshold and no weight decay.  In the units of `state_equations` one equation is
left (arXiv:2509.24882),

    A delta^2 = e(delta) + Delta/c,      e the posterior variance of the target seen through noise delta.

e/delta^2 = D, the degrees of freedom of the posterior mean, decreases from 1 (from 1 - 1/d for the quadratic
network) to 0 as delta grows.  So the root is unique.  Without label noise it is delta = 0 once A has reached
that limit: the target is recovered.  Next to A = 1 the equation is one between small differences, and is
evaluated in the complements A - 1 and delta^2 - e.

In this order: `Posterior`, `PosteriorVariance`, `PosteriorEquation`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from numerics.equations.state_equations import Parameters
from numerics.sums.explicit import AnyTarget


@dataclass(frozen=True)
class Posterior:
    """The posterior variance of the target seen through noise delta, in the arithmetic of the target.

    Attributes:
        learned: part of the error e that lies on the learned degrees of freedom.
        unlearned: the rest of it, target still hidden in the noise.
        complement: delta^2 - e.
    """

    learned: Any
    unlearned: Any
    complement: Any

    @property
    def error(self) -> Any:
        """e, the mean posterior variance."""
        return self.learned + self.unlearned


PosteriorVariance: TypeAlias = Callable[[Any, AnyTarget], Posterior]


@dataclass(frozen=True, eq=False)
class PosteriorEquation:
    """A delta^2 = e + Delta/c in one arithmetic.

    Attributes:
        posterior_variance: (delta, target) -> e and delta^2 - e.
        target: the target, which carries the arithmetic.
        parameters: A and Delta/c.
    """

    posterior_variance: PosteriorVariance
    target: AnyTarget
    parameters: Parameters

    def residual(self, x: Any) -> tuple[Any, Posterior]:
        """Logarithm of (e + Delta/c)/(A delta^2) at delta = exp(x), and the posterior variance there."""
        arithmetic, capacity = self.target.arithmetic, self.parameters.capacity
        real, noise = arithmetic.real, arithmetic.exp(x)
        posterior = self.posterior_variance(noise, self.target)
        noise2, labels = noise * noise, real(self.parameters.noise_variance)
        if self._is_by_complements(posterior, noise2):
            surplus = labels - real(capacity - 1) * noise2 - posterior.complement
            return arithmetic.log1p(surplus / (real(capacity) * noise2)), posterior
        return arithmetic.log((posterior.error + labels) / (real(capacity) * noise2)), posterior

    def rounding(self, x: Any, posterior: Posterior) -> Any:
        """How far rounding may shift the residual: one of the largest term in it."""
        arithmetic, capacity = self.target.arithmetic, self.parameters.capacity
        noise2 = arithmetic.exp(x) ** 2
        if not self._is_by_complements(posterior, noise2):
            return arithmetic.epsilon
        excess = arithmetic.real(abs(capacity - 1)) * noise2
        labels = arithmetic.real(self.parameters.noise_variance)
        largest = max(excess, labels, posterior.complement) / (arithmetic.real(capacity) * noise2)
        return arithmetic.epsilon * largest

    def _is_by_complements(self, posterior: Posterior, noise2: Any) -> bool:
        """Where e is nearly delta^2; where it is far below it is the complement that cancels."""
        return bool(abs(self.parameters.capacity - 1) < Fraction(1, 2) and 2 * posterior.error > noise2)
