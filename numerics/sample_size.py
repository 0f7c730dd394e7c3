r"""How many samples it takes: the n from which on the excess risk stays below a value.

With the best weight decay, and for the Bayes-optimal estimator, the risk falls with the samples, and there is
one such n.  At a fixed weight decay it may rise before it falls: overfitted noise makes it peak where the
data have just as many degrees of freedom as are to be determined, A = D_0 (double descent).  Far beyond that
it falls for good.  So `samples_for` starts there and walks down in steps of a factor `STEP`, until the risk
is above the value for the first time.  A local maximum between the steps is searched for wherever three
neighbours show one, and the threshold A = D_0 itself is a step.  Brent's method finds the crossing.

Without label noise, and in the limit of vanishing weight decay, the target is recovered from a number of
samples on (`equations.recovery`), and the risk is 0.  For the quadratic network it jumps there: just below,
all eigenvalues of the target lie above the noise of the estimate, which is positive, and every value
below that of the jump takes just as many samples as recovery.

By hand: far beyond the peak R = Delta d/n for the diagonal network at small weight decay, so that a risk of
1/100 takes n = 100 Delta d samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from scipy.optimize import brentq, minimize_scalar

from numerics.arithmetic.checks import is_double, require
from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE
from numerics.problem import FLOATS, Problem, modes_of
from numerics.solution import Solution
from numerics.solve import checked, solve
from numerics.tuning import optimal_weight_decay

STEP = 2.0
"""Ratio of neighbouring numbers of samples."""

BEYOND = 64.0
"""The walk starts so many times beyond the largest interpolation threshold."""

MOST_STEPS = 1000
TOLERANCE = 1e-12
"""Of the logarithm of the samples."""

DIGITS = 10
"""Of the samples, next to those that recover the target."""

CAPACITIES = (1.0, 0.5)
"""Degrees of freedom D_0 of all modes at full width: where the risk may peak, A = D_0."""

Risk = Callable[[float], float]
"""The excess risk, as a function of the logarithm of the samples."""


def samples_for(problem: Problem, risk: float, *, weight_decay: str = "fixed") -> tuple[float, Solution]:
    """The number of samples from which on the excess risk is at most a value, and the solution there.

    Where the risk rises before it falls (double descent), smaller numbers may reach the value, too, before it
    rises again: they do not count.  The number is real; round it up.  It is right to ten digits, to five with
    a tuned weight decay.  Where the target is recovered the risk is 0 at once, and below the value.

    Args:
        problem: everything but the number of samples; its own plays no part.
        risk: the value, above 0 and below the risk of no samples.
        weight_decay: "fixed", that of the problem; or "tuned", the best one at every number of samples.

    Raises:
        InvalidProblem: an argument is none of these, or there is no weight decay to tune.
        NotConverged: a solution on the way failed; or the risk stays above the value, however many samples.

    >>> problem = Problem("diagonal", gamma=1.25, samples=1, dim=1000, weight_decay=1e-3, noise_variance=0.5)
    >>> samples, solution = samples_for(problem, 0.05)
    >>> print(f"{samples:.1f} {solution.excess_risk:.6f}")
    10992.5 0.050000
    >>> print(f"{samples_for(problem, 0.05, weight_decay='tuned')[0]:.1f}")
    703.3
    """
    checked(problem, None)
    is_choice = isinstance(weight_decay, str) and weight_decay in ("fixed", "tuned")
    require(is_choice, "weight_decay", weight_decay, '"fixed" or "tuned"')
    tuned = weight_decay == "tuned"
    has_decay = not tuned or problem.weight_decay is not None
    require(has_decay, "weight_decay", weight_decay, f'"fixed" for estimator "{problem.estimator}"')
    largest = _without_samples(problem)
    allowed = f"a number above 0 and below {largest:.6g}, the risk of no samples"
    require(is_double(risk) and 0 < float(risk) < largest, "risk", risk, allowed)
    return _tuned(problem, float(risk)) if tuned else _fixed(problem, float(risk))


def _without_samples(problem: Problem) -> float:
    """The mean square of the target."""
    with DOUBLE.working():
        return problem.architecture.risk_per_error * float(modes_of(problem).mean_square)


def _tuned(problem: Problem, risk: float) -> tuple[float, Solution]:
    def solved(height: float) -> Solution:
        return optimal_weight_decay(replace(problem, samples=math.exp(height)))[1]

    high = _falls_below(lambda height: solved(height).excess_risk, math.log(_thresholds(problem)[-1]), risk)
    step = math.log(STEP)
    while solved(high - step).excess_risk <= risk:
        high, step = high - step, 2 * step
    low = high - step
    return _crossing(solved, low, high, risk, 1e-8)


def _fixed(problem: Problem, risk: float) -> tuple[float, Solution]:
    recovery = _recovery(problem)
    if recovery is not None:
        return _without_noise(problem, recovery, risk)

    def solved(height: float) -> Solution:
        return solve(replace(problem, samples=math.exp(height)))

    def risk_at(height: float) -> float:
        return math.inf if height in divergent else float(solved(height).excess_risk)

    peaks = [math.log(n) for n in _thresholds(problem)]
    # there the risk of noisy labels has no limit as the weight decay vanishes
    divergent = peaks if problem.weight_decay == 0 and problem.noise_variance != 0 else []
    start = _falls_below(risk_at, peaks[-1] + math.log(BEYOND), risk)
    low, high = _last_rise(risk_at, _steps(start, peaks), risk)
    return _crossing(solved, low, high, risk, TOLERANCE)


def _without_noise(problem: Problem, recovery: float, risk: float) -> tuple[float, Solution]:
    """The answer in the limit of vanishing weight decay, without label noise: the risk is 0 from there on."""
    top = math.log(recovery)

    def solved(height: float) -> Solution:
        return solve(replace(problem, samples=recovery if height == top else math.exp(height)))

    def risk_at(height: float) -> float:
        return float(solved(height).excess_risk)

    low, high = _last_rise(risk_at, _steps(top, []), risk)
    if high == top:
        below = _below_recovery(risk_at, low, top, risk)
        if below is None:
            return recovery, solved(top)
        low, high = below
    try:
        return _crossing(solved, low, high, risk, TOLERANCE)
    except NotConverged as error:
        between = f"between samples={math.exp(low):.10g} and {math.exp(high):.10g}"
        raise NotConverged(f"risk={risk:g}: reached {between}, where a solution failed: {error}") from error


def _below_recovery(risk_at: Risk, low: float, top: float, risk: float) -> tuple[float, float] | None:
    """Two places around the crossing, below recovery; None if the risk falls to 0 from above the value.

    Next to recovery the state equations are degenerate, and solutions may be missing.  The risk approaches
    its limit from above, as a power 2/5 of the distance or a larger one, so that what is left after a decade
    is less than twice what that decade changed.

    Raises:
        NotConverged: the risk falls to the value where solutions are missing.
    """
    above, nearest = [risk_at(low)], 0
    for digits in range(1, DIGITS + 1):
        place = top + math.log1p(-(10.0**-digits))
        with suppress(NotConverged):
            value = risk_at(place)
            if value <= risk:
                return low, place
            low, nearest = place, digits
            above.append(value)
            if above[-1] - 2 * (above[-2] - above[-1]) > risk:
                return None
    if nearest == DIGITS:
        return None
    raise NotConverged(
        f"risk={risk:g}: the excess risk falls to it between samples={math.exp(low):.10g} and "
        f"{math.exp(top):.10g}, where the target is recovered, and no solution is found in between"
    )


def _recovery(problem: Problem) -> float | None:
    """From how many samples on the target is recovered; None if it never is."""
    no_noise = problem.weight_decay == problem.noise_variance == 0
    if not no_noise or not problem.is_full_width or problem.estimator != "erm":
        return None
    with DOUBLE.working():
        capacity = problem.architecture.recovery(modes_of(problem)).least_capacity(15)
    samples = float(capacity / replace(problem, samples=1).parameters.capacity)
    return samples if capacity == 1 else samples * (1 + 1e-14)  # a number of 15 digits else


def _thresholds(problem: Problem) -> list[float]:
    """Samples at which the risk may peak, increasing."""
    per_sample = float(replace(problem, samples=1).parameters.capacity)
    return sorted(freedom / per_sample for freedom in CAPACITIES)


def _falls_below(risk_at: Risk, height: float, risk: float) -> float:
    """A place, beyond a height, where the risk is at most a value.

    Raises:
        NotConverged: there is none.
    """
    while height < math.log(FLOATS[1]):
        if risk_at(height) <= risk:
            return height
        height += 2 * math.log(STEP)
    raise NotConverged(f"risk={risk:g}: the excess risk is still above at samples={float(FLOATS[1]):.0e}")


def _steps(start: float, peaks: list[float]) -> Iterator[float]:
    """Places from the start downwards, the peaks among them."""
    height, ahead = start, sorted(peak for peak in peaks if peak < start)
    while True:
        yield height
        height -= math.log(STEP)
        while ahead and ahead[-1] >= height:
            peak = ahead.pop()
            if peak > height:
                yield peak


def _last_rise(risk_at: Risk, steps: Iterator[float], risk: float) -> tuple[float, float]:
    """Two places around the last crossing of the value: above it at the first, below at the second."""
    last: list[tuple[float, float]] = []
    for _, height in zip(range(MOST_STEPS), steps, strict=False):
        last = [*last[-2:], (height, risk_at(height))]
        if last[-1][1] > risk:
            return height, last[-2][0]
        if len(last) == 3 and last[0][1] < last[1][1] > last[2][1]:
            top, value = _maximum(risk_at, last[2][0], last[0][0])
            if value > risk:
                return top, last[0][0]
    raise NotConverged(f"risk={risk:g}: the excess risk is still below at samples={math.exp(height):.1e}")


def _maximum(risk_at: Risk, low: float, high: float) -> tuple[float, float]:
    options = {"xatol": 1e-6}
    top = minimize_scalar(lambda x: -risk_at(x), bounds=(low, high), method="bounded", options=options)
    return float(top.x), -float(top.fun)


def _crossing(
    solved: Callable[[float], Solution], low: float, high: float, risk: float, tolerance: float
) -> tuple[float, Solution]:
    """Where the risk crosses the value between two places, on the side where it is below."""

    def excess(height: float) -> Any:
        return solved(height).excess_risk / risk - 1

    crossing = float(brentq(excess, low, high, xtol=tolerance, rtol=1e-15))
    solution = solved(crossing)
    if solution.excess_risk > risk * (1 + 1e-6):  # it jumps
        crossing += 2 * tolerance + 1e-14 * abs(crossing)
        solution = solved(crossing)
    if not solution.excess_risk <= risk * (1 + 1e-6):
        raise NotConverged(f"risk={risk:g}: not crossed between {math.exp(low):.6e} and {math.exp(high):.6e}")
    return math.exp(crossing), solution
