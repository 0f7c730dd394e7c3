"""The best weight decay, the risk with it, and its ratio to the Bayes risk: against the full equations.

In each region of `bayes_ratio` solutions are taken on a ladder of dimensions (``verify.ladder``) and divided
by the law; the limit of that (``verify.extrapolation``) must be within 1e-3 of 1, and its error estimate
below 1e-3.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import product
from math import exp, log

import numpy as np
import pytest
from scipy.optimize import brentq
from sympy import Rational, S

from asymptotics import Law, diagonal, phase_diagram, quadratic
from asymptotics import symbols as letters
from asymptotics.balance.laws import law_of, risk_law
from asymptotics.tuning import bayes_balances, bayes_ratio, tuned_balances
from numerics import Problem, optimal_weight_decay, solve
from verify.extrapolation import limit_beyond_logarithms, limit_beyond_powers
from verify.ladder import RANGE, coordinates, deepest, dimensions, margin, values
from verify.strategies import Scale

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
GAMMA = Fraction(5, 4)

REGIONS = {"fixed": ("IV", "VIb"), "none": ("N",), "scaled": ("IV", "N", "VIb")}
"""The phases of tuned training, one for each statement of `bayes_ratio`; where it recovers all, none."""

# grids of exponents to choose points from
SAMPLES = [Fraction(n, 20) for n in (1, 2, 4, 6, 8, 10, 12, 14, 17, 23, 25, 30, 40, 50, 60, 80, 100, 140)]
NOISES = [Fraction(n, 20) for n in (1, 2, 4, 6, 12, 20, 30, 50)]

STEPS = 8

SEARCHED = 60
"""Decades, from where nothing is learned, in which the search looks for the best weight decay."""

LEARNED = {"ratio": 6, "risk": 9, "weight_decay": 12}
"""Decimal exponent of the modes that the quadratic network learns: the Bayes risk amid them takes seconds."""

NARROWEST = 4
"""Decades by which the range of weight decays, or of risks, in which one is told from the best is narrow."""

SHORTEST = 5
"""Decades of d that a ladder spans, where there is one as long: shorter ones may tell no 1e-3."""

AT_EDGE = {"diagonal": S.Zero, "quadratic": Rational(2, 5)}
"""At a hard edge the bulk is cut at a distance t ~ D_b^(2/5) from it, with D_b ~ K/d."""


def test_once_all_is_learned_weight_decay_is_worth_nothing_to_the_quadratic_network():
    *_, (start, _, weight_decay, _) = phase_diagram(quadratic).optimal_weight_decay(gamma=GAMMA)
    assert start == 2 * GAMMA
    assert weight_decay.expr == 0
    problem = Problem("quadratic", gamma=GAMMA, samples=1e40, dim=10**9, weight_decay=1, noise_variance=1)
    _, best = optimal_weight_decay(problem)
    assert best.excess_risk == pytest.approx(solve(problem).excess_risk, rel=1e-3, abs=0)


@dataclass(frozen=True)
class Ladder:
    """Where solutions are compared with a law, and at which dimensions."""

    scale: Scale
    dims: tuple[int, ...]
    law: Law

    def limit(self, values):
        """In 1/log d where the law is corrected, which holds the logarithm itself."""
        if self.law.corrected is None:
            return limit_beyond_powers(values)
        return limit_beyond_logarithms(self.dims, values)

    def rungs(self, network, noise):
        """The problem and the value of the law at each dimension."""
        a, _, gamma, b = self.scale
        for dim in self.dims:
            problem = Problem(
                network,
                gamma=gamma,
                samples=float(dim) ** float(a) * (dim if network == "quadratic" else 1),
                dim=dim,
                weight_decay=1,
                noise_variance=0 if noise == "none" else float(dim) ** -float(b),
            )
            value = self.law.evaluate(
                gamma=problem.gamma,
                n_eff=problem.n_eff,
                d=dim,
                weight_decay=1,
                noise_variance=problem.noise_variance or 1,
                corrected=True,
            )
            yield problem, float(value)


def ladder(network, noise, name, decay, quantity):
    """The ladder, of all points of the grid, at whose end what the laws neglect is smallest.

    For the least "risk", the "ratio" of it over the Bayes risk, or the best "weight_decay".
    """
    model = NETWORKS[network]
    (tuned,) = (t for t in tuned_balances(model, noise) if t.model.describe(t.hypothesis).name == name)
    of_decay, edge, size = (law_of(tuned, of) for of in ("weight_decay", "threshold", "effective_noise"))
    # how far below the weight decay that learns nothing, A sqrt(d), the best one lies
    fall = letters.a - Rational(1, 2) - of_decay.exponent if of_decay.expr != 0 else S.Zero
    noises = NOISES if noise == "scaled" else [Fraction(0)]
    grid = [Scale(a, Fraction(0), decay, b) for a, b in product(SAMPLES, noises)]
    at = coordinates(grid)
    places = []
    for bayes in bayes_balances(model, noise):
        learned = law_of(bayes, "learned_modes").exponent
        narrow = size.exponent - edge.exponent + AT_EDGE[network] * (1 - learned)
        costs = (
            (SEARCHED, fall),
            (LEARNED[quantity], learned if network == "quadratic" else S.Zero),
            (NARROWEST, narrow if quantity == "weight_decay" else S.Zero),
        )
        below, *powers = values((-2 * size.exponent, *(power for _, power in costs)), at)
        ends = RANGE / np.maximum.reduce([at[0] + 1, at[3], below])
        for (most, _), power in zip(costs, powers, strict=True):
            ends = np.where(power > 0, np.minimum(ends, most / np.where(power > 0, power, 1)), ends)
        margins = margin([tuned, bayes], at)
        long_enough = np.where(ends < SHORTEST, -np.inf, margins)
        places.append(deepest(long_enough, ends, grid) or deepest(margins, ends, grid))
    place = max((p for p in places if p is not None), key=lambda p: p.margin * p.end)
    exponents = {letters.a: place.point.a, letters.b: place.point.b, letters.gamma: decay}
    exponents = {symbol: Rational(value.numerator, value.denominator) for symbol, value in exponents.items()}
    (ratio,) = (known.ratio for known in bayes_ratio(model, noise) if known.region.subs(exponents))
    law = {"ratio": ratio, "risk": risk_law(tuned), "weight_decay": of_decay}[quantity]
    # beside powers of 1/log d, those of d are to be negligible
    start = min(5 / place.margin, place.end / 2) if law.corrected else 0
    if quantity == "weight_decay" and place.end > 10:
        start = max(start, 2)  # at d = 61 the risk may still be least without weight decay
    return Ladder(place.point, dimensions(place.end, start=start, steps=STEPS), law)


def ratios_to_bayes(*case):
    """The ladder, and on it tuned over Bayes risk, divided by the law."""
    chosen = ladder(*case, "ratio")
    network, noise, *_ = case
    return chosen, [tuned_risk(p) / bayes_risk(p) / law for p, law in chosen.rungs(network, noise)]


def least_risks(*case):
    """The ladder, and on it the risk of tuned training, divided by the law."""
    chosen = ladder(*case, "risk")
    network, noise, *_ = case
    return chosen, [tuned_risk(problem) / law for problem, law in chosen.rungs(network, noise)]


def best_weight_decays(*case):
    """The ladder, and on it the weight decay at which the risk is stationary, divided by the law."""
    chosen = ladder(*case, "weight_decay")
    network, noise, *_ = case
    return chosen, [stationary(problem) / law for problem, law in chosen.rungs(network, noise)]


@cache
def tuned_risk(problem):
    return optimal_weight_decay(problem)[1].excess_risk


@cache
def bayes_risk(problem):
    return solve(replace(problem, weight_decay=None, estimator="bayes")).excess_risk


@cache
def stationary(problem):
    """The best weight decay, to more digits than a search for the least risk tells."""
    best = optimal_weight_decay(problem)[0]

    @cache
    def log_risk(log_factor):
        return log(solve(replace(problem, weight_decay=best * exp(log_factor))).excess_risk)

    # a step that changes the risk by 1e-5, as it may within a narrow range, or else is still a short one
    step, rise = 1e-8, 0.0
    while step < 0.02 and rise < 1e-5:
        step *= 2
        rise = (log_risk(step) + log_risk(-step)) / 2 - log_risk(0.0)
    if rise > 1e-5:  # without the jumps of a factor 2, which no extrapolation could remove
        step *= (1e-5 / rise) ** 0.5

    def slope(log_factor):
        two_below, below, above, two_above = (log_risk(log_factor + k * step) for k in (-2, -1, 1, 2))
        return 8 * (above - below) - (two_above - two_below)

    return best * exp(brentq(slope, -10 * step, 10 * step, xtol=1e-12))


CASES = [
    pytest.param(
        measured,
        network,
        noise,
        name,
        decay,
        marks=marks,
        id=f"{measured.__name__}-{network}-{noise}-{name}-{decay}",
    )
    for network, noise in product(NETWORKS, REGIONS)
    for name, decay in product(REGIONS[noise], (GAMMA, Fraction(3, 4), Fraction(5, 2)))
    for measured in (least_risks, ratios_to_bayes, best_weight_decays)
    # no weight decay is worth anything to the quadratic network once all is learned
    if (measured, network, name) != (best_weight_decays, "quadratic", "VIb")
    for quick in [(network, noise, decay) == ("diagonal", "fixed", GAMMA) and name != "VIb"]
    for marks in [() if quick else pytest.mark.slow]
]


@pytest.mark.parametrize(("measured", "network", "noise", "name", "decay"), CASES)
def test_solutions_approach_the_laws_of_tuned_training(measured, network, noise, name, decay):
    chosen, ratios = measured(network, noise, name, decay)
    found = chosen.limit(ratios)
    assert abs(found.value - 1) < 1e-3
    assert found.uncertainty < 1e-3
    # planted: a law off by a hundredth
    for factor in (0.99, 1.01):
        found = chosen.limit([value / factor for value in ratios])
        assert abs(found.value - 1) > 1e-3
        assert found.uncertainty < 1e-3
