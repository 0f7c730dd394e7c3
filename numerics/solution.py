"""What a solver returns, the same for every network and estimator.

In order: `Solution`, `recovered`, `handed_out`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import mpmath

from numerics.arithmetic.errors import InvalidProblem, NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, for_digits, to_mpf
from numerics.displays import Displayed, in_digits
from numerics.equations.solver import DOUBLE_DIGITS, OUT_OF_RANGE
from numerics.networks.spectrum import Spectrum
from numerics.problem import Problem, modes_of

GUARD_DIGITS = 12
# Attributes that are not rounded when a solution is made.
EXACT = ("problem", "digits", "coordinate", "coordinate_value", "parts")


@dataclass(frozen=True, repr=False)
class Solution(Displayed):
    """The solution of a problem, in floats, or in `mpmath.mpf` with the digits asked for.

    A solution is made from numbers of any arithmetic, and rounds them.  A float below 2e-308 is rounded as
    float64 rounds there, to 0 in the end: ask for digits.

    Attributes:
        problem: what was solved.
        excess_risk: R = E_x[(f - f*)^2].
        effective_noise: delta, the standard deviation of the noise that the estimate sees.
        threshold: kappa, its soft threshold; "ridge" shrinks by 1 + kappa; None for "bayes".
        degrees_of_freedom: D = alpha - lambda/kappa (diagonal), 2 alpha - lambda/(2 kappa) (quadratic);
            e/delta^2 for "bayes".
        train_loss: trained objective divided by d (diagonal) or d^2 (quadratic); None for "bayes".
        learned_modes: number of target modes above noise and threshold, a real number.
        residual: largest relative residual of the two equations at the solution.
        digits: how many correct digits were asked for; None for double precision.
        coordinate: number of the threshold's coordinate in `Network.coordinates`; None where ``parts`` are
            given.
        coordinate_value: its value there, which next to the edge of the bulk determines what the digits of
            kappa have lost.
        parts: ``decomposition`` where the estimator has it in closed form; None where it is computed on
            demand.
    """

    problem: Problem
    excess_risk: Any
    effective_noise: Any
    threshold: Any
    degrees_of_freedom: Any
    train_loss: Any
    learned_modes: Any
    residual: Any
    digits: int | None = None
    coordinate: int | None = field(default=None, repr=False)
    coordinate_value: Any = field(default=None, repr=False)
    parts: Mapping[str, Any] | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        problem, digits = self.problem, "" if self.digits is None else f", {self.digits} digits"
        return (
            f"<Solution of {problem.in_words}: excess risk {in_digits(self.excess_risk)}, delta "
            f"{in_digits(self.effective_noise)}, kappa {in_digits(self.threshold)}{digits}>"
        )

    def __post_init__(self) -> None:
        for name in (attribute.name for attribute in fields(self) if attribute.name not in EXACT):
            value = getattr(self, name)
            object.__setattr__(self, name, None if value is None else handed_out(value, self.digits))
        if self.parts is not None:
            parts = {name: handed_out(part, self.digits) for name, part in self.parts.items()}
            object.__setattr__(self, "parts", parts)

    @property
    def decomposition(self) -> Mapping[str, Any]:
        """Named parts of the excess risk, none negative, which sum to it.

        "unlearned" is target below the threshold, "learned" shrinkage and misalignment of the learned modes,
        "overfitting" noise taken for target (`diagonal`, `overlaps`).  For "ridge" "learned" is the bias and
        "overfitting" the variance; for "bayes" nothing is overfitted, and the degrees of freedom of a mode
        determine how much of it is learned (`bayes`).  Each part is right to the accuracy of the whole; a
        part far below that may be 0.  Every call returns a new dictionary, which pickles.

        Raises:
            NotConverged: the parts do not sum to the risk, or the edge of the bulk was not resolved.

        >>> from numerics import solve
        >>> large = {"samples": 10**11, "dim": 10**6, "weight_decay": 1e-9}
        >>> solution = solve(Problem("quadratic", gamma=1.25, noise_variance=1, **large))
        >>> {name: round(part, 4) for name, part in solution.decomposition.items()}
        {'unlearned': 0.0004, 'learned': 0.0024, 'overfitting': 0.944}
        """
        return dict(self._checked_parts if self.parts is None else self.parts)

    @cached_property
    def _checked_parts(self) -> Mapping[str, Any]:
        """The parts, computed until they sum to the risk."""
        digits = DOUBLE_DIGITS if self.digits is None else self.digits
        longer = (for_digits(digits, guard * GUARD_DIGITS) for guard in (2, 4))
        for arithmetic in (self._arithmetic, *longer):
            try:
                parts = self._parts_in(arithmetic)
            except OUT_OF_RANGE:  # ratios beyond that of float64
                continue
            with mpmath.workdps(digits + GUARD_DIGITS):
                mismatch = abs(sum(parts.values()) - self.excess_risk)
                if mismatch <= self.excess_risk * mpmath.mpf(10) ** -digits:
                    return parts
        raise NotConverged(f"the parts of the excess risk are not known to {digits} digits: ask for more")

    def _parts_in(self, arithmetic: Arithmetic) -> dict[str, Any]:
        network = self.problem.architecture
        assert self.coordinate is not None
        with arithmetic.working():
            noise, y = arithmetic.real(self.effective_noise), arithmetic.real(self.coordinate_value)
            coordinate, modes = network.coordinates[self.coordinate], modes_of(self.problem, arithmetic)
            parts = coordinate.decomposition(noise, y, modes)
            return {
                name: handed_out(network.risk_per_error * part, self.digits) for name, part in parts.items()
            }

    def __getstate__(self) -> dict[str, Any]:
        """Fields only: cached properties are computed again."""
        return {attribute.name: getattr(self, attribute.name) for attribute in fields(self)}

    @property
    def _arithmetic(self) -> Arithmetic:
        return DOUBLE if self.digits is None else for_digits(self.digits, GUARD_DIGITS)

    def pruned(self) -> Any:
        """Excess risk once the bulk of the trained weights is removed, a number like ``excess_risk``.

        A threshold below the edge of the bulk is raised to it: eigenvalues nu become (nu - (2 delta -
        kappa))_+, coefficients are thresholded at delta sqrt(2 log d) in all (arXiv:2509.24882).

        Raises:
            InvalidProblem: the estimator is none that trains the network.

        With little weight decay most of the risk is overfitted noise:

        >>> from numerics import solve
        >>> large = {"samples": 10**11, "dim": 10**6, "weight_decay": 1e-9}
        >>> solution = solve(Problem("quadratic", gamma=1.25, noise_variance=1, **large))
        >>> print(f"{solution.excess_risk:.4f} {solution.pruned():.4f}")
        0.9469 0.0051
        """
        self._require_trained()
        network, problem, arithmetic = self.problem.architecture, self.problem, self._arithmetic
        with arithmetic.working():
            noise, kappa = arithmetic.real(self.effective_noise), arithmetic.real(self.threshold)
            edge = network.noise_edge(noise, problem.dim, arithmetic)
            if not kappa < edge:
                return self.excess_risk
            error = network.scalars(noise, edge, modes_of(problem, arithmetic)).error
            return handed_out(network.risk_per_error * error, self.digits)

    def _require_trained(self) -> None:
        if self.problem.estimator != "erm":
            raise InvalidProblem(
                f'estimator="{self.problem.estimator}": only "erm" trains the weights of the network'
            )

    def spectrum(self) -> Spectrum:
        """Law of the trained weights, in float64: coefficients a_i w_i, or eigenvalues of B B^T.

        Raises:
            InvalidProblem: the estimator is none that trains the network.

        >>> from numerics import solve
        >>> solution = solve(Problem("quadratic", gamma=1.25, samples=8000, dim=100, weight_decay=0.1))
        >>> spectrum = solution.spectrum()
        >>> len(spectrum.spikes) == int(solution.learned_modes)
        True
        """
        self._require_trained()
        with DOUBLE.working():
            modes = modes_of(self.problem)
        spectrum_of = self.problem.architecture.spectrum
        return spectrum_of(float(self.effective_noise), float(self.threshold), modes)


def recovered(problem: Problem, digits: int | None, degrees_of_freedom: Any) -> Solution:
    """The solution delta = 0: the target is recovered."""
    zero = None if problem.estimator == "bayes" else 0
    return Solution(
        problem,
        excess_risk=0,
        effective_noise=0,
        threshold=zero,
        degrees_of_freedom=degrees_of_freedom,
        train_loss=zero,
        learned_modes=float(modes_of(problem).modes_above(0)),
        residual=0,
        digits=digits,
        parts={"unlearned": 0, "learned": 0, "overfitting": 0},
    )


def handed_out(value: Any, digits: int | None) -> float | mpmath.mpf:
    """A number as users get it: a float, or an `mpmath.mpf` with two digits more than they asked for.

    Raises:
        NotConverged: no float is as large.
    """
    if digits is not None:
        return to_mpf(value, digits + 2)
    if math.isinf(float(value)):
        raise NotConverged("a result is beyond the range of float64: ask for digits")
    return float(value)
