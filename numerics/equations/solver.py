"""From the state equations to their root, in float64 or with any number of digits.

The equations come in every coordinate of the threshold that the network has.  In three steps:

1. a first guess, from the solution of a similar problem, or from an approximation of the network, by a few of
   Newton's steps from afar, or else by the search that is certain;
2. Newton's method in float64 (`in_double`);
3. when more digits are asked for, Newton's method in arithmetics that grow with its steps, the last two
   steps with that many digits and a guard (`to_digits`).  The guard is raised until the step that remains is
   below the digits asked for.  The same is done where float64 is too short for eleven good digits: next to
   the interpolation threshold the equations are small differences.

In this order: `Attempt`, `Similar`, `in_double`, `to_digits`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, for_digits
from numerics.equations.bracketing import natural_scale, nested_search, threshold_at
from numerics.equations.newton import Root, newton
from numerics.equations.state_equations import Matrix, Pair, StateEquations

# float64: the error aimed at, and the errors that are good enough to be handed out.
DOUBLE_AIM = 3e-14
DOUBLE_DIGITS = 11
DOUBLE_ACCURACY = 10.0**-DOUBLE_DIGITS
DOUBLE_RESIDUAL = 1e-12
# Accuracy to which approximations are solved.
ROUGHLY = 1e-2
GUARD_DIGITS = 12
# Guard of the steps before the last, which rounding does not spoil.
FEW_GUARD_DIGITS = 6
# Digits beyond those asked for; and the fewest with which Newton's method begins.
SPARE_DIGITS = 2
FEWEST_DIGITS = 20
ATTEMPTS = 4
# How arithmetic with infinities and NaN ends.
OUT_OF_RANGE = (OverflowError, ValueError, ZeroDivisionError)

Search: TypeAlias = Callable[[StateEquations], Pair]


@dataclass(frozen=True)
class Attempt:
    """The equations in one coordinate with a guess, and the root that float64 reaches from it, if any."""

    equations: StateEquations
    guess: Pair
    root: Root | None

    @property
    def error(self) -> float:
        """Error of the root; infinite if it is none, or where an error e underflows."""
        if self.root is None or self.is_stuck or not self.root.scalars.error > 0:
            return math.inf
        return float(self.root.error)

    @property
    def is_stuck(self) -> bool:
        """Whether there is no root, or one where rounding keeps the residuals from vanishing."""
        return self.root is None or self.root.residual >= DOUBLE_RESIDUAL

    @property
    def is_accurate(self) -> bool:
        """Whether it is good enough to be handed out."""
        return self.root is not None and max(self.error, self.root.rounding) < DOUBLE_ACCURACY


@dataclass(frozen=True)
class Similar:
    """A similar problem: the number of a coordinate, its equations in it, and their solution (x, y)."""

    coordinate: int
    equations: StateEquations
    solution: Pair


def in_double(systems: Sequence[StateEquations], similar: Similar | None = None) -> Attempt:
    """The best attempt in the first coordinate that is accurate, or in any; it may have no root.

    Args:
        systems: the equations in float64, in every coordinate, the most general one last.
        similar: a similar problem from whose solution to start instead of a search.

    Raises:
        NotConverged: no guess in any coordinate.
        OverflowError: a parameter is out of the range of float64.
    """
    attempts: list[Attempt] = []
    failures: list[Exception] = []
    searches: tuple[Search, ...] = (
        _rough_guess,
        lambda equations: nested_search(equations.approximated()),
        # Near an interpolation threshold Newton's steps run away from a rough guess: search further.
        nested_search,
    )
    with DOUBLE.working():
        if similar is not None:
            attempt = _continued(systems[similar.coordinate], similar)
            if attempt.is_accurate:
                return attempt
        for search in searches:
            for equations, guess in _guesses(systems, search, failures):
                attempts.append(_attempt(equations, guess))
                if attempts[-1].is_accurate:
                    return attempts[-1]
            if any(attempt.root for attempt in attempts):
                break  # to the rounding of float64: more digits, not a better guess, are needed
    if not attempts:
        raise failures[-1]  # that of the most general coordinate
    return min(attempts, key=lambda attempt: (attempt.error, attempt.is_stuck))


def _continued(equations: StateEquations, similar: Similar) -> Attempt:
    """The attempt that starts from the solution of a similar problem.

    The approximation is off by nearly the same here as there: its residuals at that solution are subtracted.
    """
    guess = similar.solution
    with suppress(NotConverged, *OUT_OF_RANGE):
        offset = similar.equations.approximated().residuals(*guess)
        root = newton(replace(equations.approximated(), offset=offset), guess, ROUGHLY)
        guess = root.x, root.y
    return _attempt(equations, guess)


def _guesses(
    systems: Sequence[StateEquations], search: Search, failures: list[Exception]
) -> Iterator[tuple[StateEquations, Pair]]:
    """The equations in every coordinate, with a guess from there, or from a later one if that fails."""
    without_guess: list[StateEquations] = []
    for equations in systems:
        try:
            guess = search(equations)
        except NotConverged as failure:
            failures.append(failure.with_traceback(None))  # which would keep every array alive
            without_guess.append(equations)
        except OUT_OF_RANGE:
            failures.append(OverflowError("a parameter is out of the range of float64"))
            without_guess.append(equations)
        else:
            for other in without_guess:
                converted = _converted(other, equations, guess)
                if converted is not None:
                    yield other, converted
            yield equations, guess


def _rough_guess(equations: StateEquations) -> Pair:
    """The root of the approximation: by a few of Newton's steps from afar, or else by nested search."""
    approximated = equations.approximated()
    x, start = natural_scale(approximated)
    try:
        root = newton(approximated, (x, threshold_at(approximated, x, start, ROUGHLY)), ROUGHLY)
    except (NotConverged, *OUT_OF_RANGE):
        return nested_search(approximated)
    return root.x, root.y


def _converted(other: StateEquations, equations: StateEquations, guess: Pair) -> Pair | None:
    """A guess in another coordinate; None if it lies outside."""
    x, threshold = guess[0], equations.approximated().scalars(*guess).threshold
    converted = x, other.coordinate.from_log_ratio(math.log(threshold) - x)
    try:
        reached = other.approximated().scalars(*converted).threshold
    except (NotConverged, *OUT_OF_RANGE):
        return None
    return converted if abs(math.log(reached / threshold)) < ROUGHLY else None


def _attempt(equations: StateEquations, guess: Pair) -> Attempt:
    try:
        return Attempt(equations, guess, newton(equations, guess, DOUBLE_AIM))
    except (NotConverged, *OUT_OF_RANGE):
        return Attempt(equations, guess, None)


def to_digits(start: Attempt, digits: int) -> tuple[StateEquations, Root]:
    """Root with a relative error below 10^-(digits + 2), and the equations in an arithmetic long enough.

    Newton's steps double the digits: all but the last two are made in arithmetics as long as that takes.

    Raises:
        NotConverged: the digits were not reached.
    """
    guess, jacobian, guard = start.guess, None, GUARD_DIGITS
    if start.root is not None:
        guess, jacobian = start.root.next_point, start.root.jacobian
    for fewer in _fewer_digits(digits + SPARE_DIGITS, start.error):
        tolerance: Any = 10 ** -_before_step(fewer)
        with suppress(NotConverged):  # with more digits it may
            _, root = _with_digits(start.equations, fewer + FEW_GUARD_DIGITS, tolerance, guess, jacobian)
            guess, jacobian = root.next_point, root.jacobian
    tolerance = Fraction(1, 10 ** (digits + SPARE_DIGITS))
    for _ in range(ATTEMPTS):
        equations, root = _with_digits(start.equations, digits + guard, tolerance, guess, jacobian)
        # no error is below rounding, though residuals may be 0 by chance
        error = max(root.error, equations.target.arithmetic.epsilon)
        if error < tolerance:
            return equations, root
        missing = math.log10(float(error / tolerance))
        guess, jacobian = root.next_point, root.jacobian
        guard += GUARD_DIGITS + math.ceil(missing)
    raise NotConverged(f"{digits} digits not reached: rounding still moves the solution; ask for fewer")


def _before_step(digits: float) -> float:
    """How many digits are right before a Newton step that leaves so many right."""
    return digits / 2 + 0.5


def _fewer_digits(digits: float, error: float) -> list[int]:
    """How many digits to solve for, one after the other, on the way from an error to so many digits."""
    known = -math.log10(error) if 0 < error < 1 else 0
    steps: list[int] = []
    while _before_step(digits) > known and digits > FEWEST_DIGITS:
        digits = math.ceil(_before_step(digits))
        steps.append(digits)
    return steps[::-1]


def _with_digits(
    equations: StateEquations, digits: int, tolerance: Any, guess: Pair, jacobian: Matrix | None
) -> tuple[StateEquations, Root]:
    """The equations in an arithmetic of so many digits, and their root from a guess.

    Raises:
        NotConverged: as `newton`, or a parameter is out of range.
    """
    arithmetic = for_digits(digits)
    with arithmetic.working():
        equations = equations.in_arithmetic(arithmetic)
        try:
            return equations, newton(equations, guess, arithmetic.real(tolerance), jacobian)
        except OUT_OF_RANGE:
            raise NotConverged("the equations cannot be evaluated: a parameter is extreme") from None
