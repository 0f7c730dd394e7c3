r"""Empirical risk minimisation: the trained networks, from a `Problem` to its `Solution`.

`solve_erm` states the two equations of `state_evolution` in exact numbers, finds a first guess, polishes it
in float64, and, when more digits are asked for, further in arithmetics that grow with Newton's steps: the
last two are made with that many digits and a guard.
The guard is raised until the step that remains, which rounding keeps from vanishing, is below the digits
asked for.  The same happens, unseen, when float64 itself is too short for eleven good
digits (next to the interpolation threshold the equations are small differences).

With c = 1 (diagonal) or 2 (quadratic network) and r = lambda/(c kappa) = A - D, the training loss divided by
d (diagonal) or d^2 (quadratic) is

    (c/2) delta^2 r^2 + lambda * (mean absolute trained weight),

the weights being theta_i = a_i w_i (diagonal) or the eigenvalues of B B^T (quadratic): the residuals y - f of
the trained network have mean square alpha delta^2 (1 - D/(c alpha))^2 (arXiv:2509.24882).

A weight decay of 0 stands for the limit to it.

Functions, in order: `solve_erm`, `state_evolution_of`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import mpmath

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, Arithmetic, for_digits, to_fraction, to_mpf
from numerics.equations.state_evolution import (
    Chart,
    Matrix,
    Pair,
    Root,
    StateEquations,
    nested_search,
    polish,
    start_of_search,
    threshold_at,
)
from numerics.problem import Problem, out_of_range
from numerics.solution import DOUBLE_DIGITS, Solution, handed_out
from numerics.sums.target import Target

# float64: what is iterated for, and what is good enough to be handed out.
DOUBLE_AIM = 3e-14
# Of sketches: how well they are solved, and in how many steps.
ROUGHLY = 1e-2
SKETCH_STEPS = 60
DOUBLE_ACCURACY = 10.0**-DOUBLE_DIGITS
DOUBLE_RESIDUAL = 1e-12
GUARD_DIGITS = 12
# Of steps before the last, which rounding does not spoil.
FEW_GUARD_DIGITS = 6
# Beyond those asked for; and with how many Newton's method begins, at least.
SPARE_DIGITS = 2
FEWEST_DIGITS = 20
# A weight decay for 0 lies this many decades below the last digit.
SPARE_DECADES = 20
# What arithmetic with infinities and NaN ends in.
OUT_OF_RANGE = (OverflowError, ValueError, ZeroDivisionError)
ATTEMPTS = 4


def solve_erm(problem: Problem, digits: int | None, near: Solution | None = None) -> Solution:
    """Solution for the estimator "erm", in float64 or with that many digits; see `numerics.solve`."""
    capacity = problem.architecture.risk_per_error * problem.n_eff / problem.dim
    every_mode = problem.width is None or problem.width >= problem.dim
    if problem.weight_decay == problem.noise_variance == 0 and capacity >= 1 and every_mode:
        return _recovered(problem, digits)
    try:
        attempts = _continued(problem, near) or _attempts_in_double(problem)
    except NotConverged:
        if problem.weight_decay != 0:
            raise
        attempts = []
    if problem.weight_decay == 0 and not any(attempt.root for attempt in attempts):
        return _unregularised(problem, digits)
    best = min(attempts, key=lambda attempt: attempt.error)
    if digits is None and best.is_accurate:
        assert best.root is not None
        return _solution(problem, best.equations, best.root, None)
    equations, root = _solve_to_digits(problem, best, 15 if digits is None else digits)
    return _solution(problem, equations, root, digits)


def _recovered(problem: Problem, digits: int | None) -> Solution:
    """The limit of vanishing weight decay without label noise, for A >= 1: the target is recovered.

    As delta and kappa vanish every mode of the target is learned, D -> 1 and e -> delta^2 + kappa^2: what is
    left of A delta^2 = e is (A - 1) delta^2 = kappa^2, and kappa = lambda/(c (A - 1)) -> 0.
    """
    zero, one = handed_out(0.0, digits), handed_out(1.0, digits)
    return Solution(
        problem=problem,
        excess_risk=zero,
        effective_noise=zero,
        threshold=zero,
        degrees_of_freedom=one,
        train_loss=zero,
        learned_modes=handed_out(float(problem.dim), digits),
        residual=zero,
        parts={"unlearned": zero, "learned": zero, "overfitting": zero},
        digits=digits,
    )


def _unregularised(problem: Problem, digits: int | None) -> Solution:
    """The limit of vanishing weight decay, where the equations without weight decay have no solution.

    So it is above the interpolation threshold, where kappa vanishes.  Solved at weight decays so small that
    what is left of them, of order kappa/delta, should lie below the last digit.  Comparing two of them tells;
    close to the interpolation threshold more is left, and they are smaller still.

    Raises:
        NotConverged: there is no such limit: at the interpolation threshold itself the risk grows without
            bound.
    """
    risk_per_error, wanted = problem.architecture.risk_per_error, DOUBLE_DIGITS if digits is None else digits
    with DOUBLE.working():
        target = Target.of(problem.dim, problem.gamma, problem.target)
        unit2 = risk_per_error * float(problem.n_eff / problem.dim) * float(target.mean_square)
        decades = round(math.log10(unit2) / 2) - wanted - SPARE_DECADES

    def at(exponent: int) -> Solution:
        return solve_erm(replace(problem, weight_decay=Fraction(10) ** exponent), digits)

    def limit(name: str) -> Any:
        """Zero for what falls with the weight decay: kappa or, where the data are interpolated, the loss."""
        larger, smaller = getattr(near, name), getattr(nearer, name)
        return 0 * smaller if smaller < larger / 2 else smaller

    nearer = at(decades)
    for step in range(1, ATTEMPTS + 1):
        near, nearer = nearer, at(decades - step * SPARE_DECADES)
        if abs(nearer.excess_risk - near.excess_risk) <= nearer.excess_risk * mpmath.mpf(10) ** -wanted:
            return replace(
                nearer, problem=problem, threshold=limit("threshold"), train_loss=limit("train_loss")
            )
    raise NotConverged(
        f"weight_decay=0: the excess risk has no positive limit, it still moves at 1e{decades} and below "
        f"from {float(near.excess_risk):.3g} to {float(nearer.excess_risk):.3g}"
    )


def state_evolution_of(problem: Problem, chart: Chart, arithmetic: Arithmetic = DOUBLE) -> StateEquations:
    """The two equations of a problem, in exact numbers, with sums over modes in the given arithmetic.

    To be called, and its result used, inside ``arithmetic.working()``.
    """
    network = problem.architecture
    return StateEquations(
        chart=chart,
        target=Target.of(problem.dim, problem.gamma, problem.target, arithmetic),
        capacity=network.risk_per_error * problem.n_eff / problem.dim,
        weight_decay=to_fraction(problem.weight_decay) / network.risk_per_error,
        noise_variance=to_fraction(problem.noise_variance) / network.risk_per_error,
    )


@dataclass(frozen=True)
class _Attempt:
    """What float64 made of the equations in one chart: a guess, and the root polished from it if any."""

    equations: StateEquations
    guess: Pair
    root: Root | None

    @property
    def error(self) -> float:
        """Of the root; infinite for no root, or an error e that underflows."""
        if self.root is None or not self.root.scalars.error > 0:
            return math.inf
        return float(self.root.error)

    @property
    def is_accurate(self) -> bool:
        """Whether it is good enough to be handed out."""
        return self.root is not None and self.error < DOUBLE_ACCURACY and self.root.residual < DOUBLE_RESIDUAL


def _continued(problem: Problem, near: Solution | None) -> list[_Attempt]:
    """The attempt that starts from the solution of a similar problem, if it succeeds."""
    charts = problem.architecture.charts
    narrow = problem.architecture.narrowed is None and problem.width is not None
    # with few hidden units the training is not convex: nothing says that there is one solution only
    if near is None or near.chart is None or near.chart >= len(charts) or near.effective_noise <= 0 or narrow:
        return []
    with DOUBLE.working():
        equations = state_evolution_of(problem, charts[near.chart])
        guess = _moved_along(equations, near)
        attempt = _Attempt(equations, guess, _polished_or_none(equations, guess))
    return [attempt] if attempt.is_accurate else []


def _moved_along(equations: StateEquations, near: Solution) -> Pair:
    """A guess from a solution of a similar problem: what the sketch gets wrong there it gets wrong here."""
    known = (math.log(float(near.effective_noise)), float(near.coordinate))
    try:
        wrong = state_evolution_of(near.problem, equations.chart).sketched().residuals(*known)
        found = polish(replace(equations.sketched(), offset=wrong), known, ROUGHLY)
    except (NotConverged, *OUT_OF_RANGE):
        return known
    return found.x, found.y


def _rough_guess(equations: StateEquations) -> Pair:
    """The root of the sketch: by a few of Newton's steps from afar, or else by the search that is certain."""
    sketched = equations.sketched()
    x, start = start_of_search(sketched)
    try:
        y = threshold_at(sketched, x, start, ROUGHLY)
        found = polish(sketched, (x, y), ROUGHLY, steps=SKETCH_STEPS)
    except (NotConverged, *OUT_OF_RANGE):
        return nested_search(sketched)
    return found.x, found.y


def _attempts_in_double(problem: Problem) -> list[_Attempt]:
    """Attempts in every chart, up to the first that is accurate; a careful search if there is no root."""
    attempts: list[_Attempt] = []
    failures: list[NotConverged] = []
    searches: tuple[Callable[[StateEquations], Pair], ...] = (
        _rough_guess,
        lambda equations: nested_search(equations.sketched()),
        # Near an interpolation threshold Newton's steps run away from a rough guess: search further.
        nested_search,
    )
    with DOUBLE.working():
        for search in searches:
            for equations, guess in _guesses(problem, search, failures):
                attempts.append(_Attempt(equations, guess, _polished_or_none(equations, guess)))
                if attempts[-1].is_accurate:
                    return attempts
            if any(attempt.root for attempt in attempts):
                return attempts  # to the rounding of float64: more digits, not a better guess, are needed
    if not attempts:
        raise failures[-1]  # that of the most general chart
    return attempts


def _guesses(
    problem: Problem, search: Callable[[StateEquations], Pair], failures: list[NotConverged]
) -> Iterator[tuple[StateEquations, Pair]]:
    """The equations in every chart, with what a search finds: there, or in a later one where it fails."""
    without: list[Chart] = []
    for chart in problem.architecture.charts:
        try:
            equations = state_evolution_of(problem, chart)
            guess = search(equations)
        except NotConverged as failure:
            failures.append(failure.with_traceback(None))  # which would keep every array alive
            without.append(chart)
        except OUT_OF_RANGE:
            failures.append(out_of_range(problem))
            without.append(chart)
        else:
            for other in (replace(equations, chart=chart) for chart in without):
                seen = _seen_in(other, equations, guess)
                if seen is not None:
                    yield other, seen
            yield equations, guess


def _seen_in(other: StateEquations, equations: StateEquations, guess: Pair) -> Pair | None:
    """A guess in another chart; None if it lies outside."""
    x, threshold = guess[0], equations.sketched().scalars(*guess).threshold
    seen = x, other.chart.start(math.log(threshold) - x)
    try:
        reached = other.sketched().scalars(*seen).threshold
    except (NotConverged, *OUT_OF_RANGE):
        return None
    return seen if abs(math.log(reached / threshold)) < ROUGHLY else None


def _polished_or_none(equations: StateEquations, guess: Pair) -> Root | None:
    try:
        return polish(equations, guess, DOUBLE_AIM)
    except (NotConverged, *OUT_OF_RANGE):
        return None


def _solve_to_digits(problem: Problem, start: _Attempt, digits: int) -> tuple[StateEquations, Root]:
    """Root with a relative error below 10^-(digits + 2), in an arithmetic long enough for that.

    Newton's steps double the digits: all but the last two are made in arithmetics as long as that takes.
    """
    guess, jacobian, guard = start.guess, None, GUARD_DIGITS
    if start.root is not None:
        guess, jacobian = start.root.moved, start.root.jacobian
    for wanted in _fewer_digits(digits + SPARE_DIGITS, start.error):
        tolerance: Any = 10 ** -_before_step(wanted)
        with suppress(NotConverged):  # with more digits it may
            _, root = _polished_to(problem, start, wanted, FEW_GUARD_DIGITS, tolerance, guess, jacobian)
            guess, jacobian = root.moved, root.jacobian
    tolerance = Fraction(1, 10 ** (digits + SPARE_DIGITS))
    for _ in range(ATTEMPTS):
        equations, root = _polished_to(problem, start, digits, guard, tolerance, guess, jacobian)
        if root.error < tolerance:
            return equations, root
        missing = math.log10(float(root.error / tolerance))
        guess, jacobian = root.moved, root.jacobian
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


def _polished_to(
    problem: Problem,
    start: _Attempt,
    digits: int,
    guard: int,
    tolerance: Any,
    guess: Pair,
    jacobian: Matrix | None,
) -> tuple[StateEquations, Root]:
    """The equations in the chart of an attempt, with so many digits and a guard, and their root from a guess.

    Raises:
        NotConverged: as `polish`, or a parameter is out of range.
    """
    arithmetic = for_digits(digits, guard)
    with arithmetic.working():
        equations = state_evolution_of(problem, start.equations.chart, arithmetic)
        try:
            return equations, polish(equations, guess, arithmetic.real(tolerance), jacobian)
        except OUT_OF_RANGE:
            raise NotConverged("the equations cannot be evaluated: a parameter is extreme") from None


def _solution(problem: Problem, equations: StateEquations, root: Root, digits: int | None) -> Solution:
    network, arithmetic, scalars = problem.architecture, equations.target.arithmetic, root.scalars
    with arithmetic.working():
        noise = arithmetic.exp(root.x)
        shrink = arithmetic.real(equations.weight_decay) / scalars.threshold
        penalty = arithmetic.real(equations.weight_decay) * network.risk_per_error * scalars.mean_size
        values = {
            "excess_risk": network.risk_per_error * scalars.error,
            "effective_noise": noise,
            "threshold": scalars.threshold,
            "degrees_of_freedom": scalars.degrees_of_freedom,
            "train_loss": (noise * shrink) ** 2 * network.risk_per_error / 2 + penalty,
            "learned_modes": scalars.learned_modes,
            "residual": root.residual,
        }
        numbers: dict[str, Any] = {name: handed_out(value, digits) for name, value in values.items()}
        # with all digits that were needed to find it: next to the noise's edge fewer do not say what e is
        coordinate = float(root.y) if arithmetic is DOUBLE else to_mpf(root.y, math.ceil(arithmetic.digits))
    chart = network.charts.index(equations.chart)
    return Solution(problem, **numbers, chart=chart, coordinate=coordinate, digits=digits)
