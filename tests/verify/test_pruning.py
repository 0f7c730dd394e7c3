"""Pruning and the overfitted bulk: what the laws say of them, against the full equations.

The law of the pruned risk is compared in every phase with all other laws (``test_constants``).  Here is what
is said of it beside: its ratio to the best weight decay and to the Bayes risk, at vanishing weight decay, and
the bulk by its integral over the noise.  Solutions are taken on ladders of dimensions up to 1e30 and beyond.
"""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import log2

import mpmath
import pytest
from sympy import Rational, log

from asymptotics import diagonal, phase_diagram, pruning_ratios, quadratic
from asymptotics.symbols import d
from numerics import Problem, optimal_weight_decay, solve
from verify.extrapolation import limit_beyond_logarithms, limit_beyond_powers

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
GAMMA = Fraction(5, 4)
TOLERANCE = 1e-3


def problem_at(network, decade, a, ell, noise, **more):
    """Exponents a and ell at d = 10**decade; ell None is no weight decay."""
    dim = 10**decade
    return Problem(
        network,
        gamma=GAMMA,
        samples=10.0 ** float(decade * a) * (dim if network == "quadratic" else 1),
        dim=dim,
        weight_decay=0 if ell is None else 10.0 ** float(decade * ell),
        noise_variance={"fixed": 1, "none": 0}[noise],
        **more,
    )


def value_at(law, problem):
    return law.evaluate(
        gamma=GAMMA,
        n_eff=problem.n_eff,
        d=problem.dim,
        weight_decay=problem.weight_decay or 1,
        noise_variance=problem.noise_variance or 1,
        corrected=True,
    )


# --- the optimal rate, at vanishing weight decay


RATIOS = {  # network, noise, a, decades of d
    "V": ("quadratic", "fixed", Fraction(3, 5), (8, 12, 16, 20, 24)),
    "VIb": ("quadratic", "fixed", Fraction(4), (4, 5, 6, 7)),
    "IV": ("quadratic", "fixed", Fraction(3, 10), (12, 15, 18, 21, 24, 27, 30)),
    "N": ("quadratic", "none", Fraction(3, 10), (9, 12, 15, 18, 21, 24)),
    "VIa": ("quadratic", "fixed", Fraction(11, 10), (12, 15, 18, 21, 24, 27)),
    "V of the diagonal": ("diagonal", "fixed", Fraction(7, 10), (20, 30, 40, 50, 60, 80)),
    "N of the diagonal": ("diagonal", "none", Fraction(1, 2), (20, 30, 40, 50, 60, 80)),
    "VIb of the diagonal": ("diagonal", "fixed", Fraction(4), (6, 10, 14, 18, 22, 26, 30)),
}


def statement(case, reference):
    network, noise, a, _ = RATIOS[case]
    diagram = phase_diagram(NETWORKS[network], noise=noise)
    phase = diagram.locate(a=a, ell=-100, gamma=GAMMA)
    assert phase.name == case.split()[0]
    (found,) = (r for r in pruning_ratios(diagram, reference=reference) if r.phase is phase)
    return found


@cache
def measured(case, reference):
    """Pruned risks without weight decay over those of a reference."""
    network, noise, a, decades = RATIOS[case]
    ratios = []
    for decade in decades:
        problem = problem_at(network, decade, a, None, noise)
        if reference == "tuned":
            best = optimal_weight_decay(replace(problem, weight_decay=1))[1]
        else:
            best = solve(replace(problem, weight_decay=None, estimator="bayes"))
        ratios.append((problem, solve(problem).pruned() / best.excess_risk))
    return ratios


def limit_of(pairs, law):
    """Limit of solution over law, from pairs of a problem and a solved number."""
    ratios = [float(value / value_at(law, problem)) for problem, value in pairs]
    if law.corrected is None:
        return limit_beyond_powers(ratios)
    return limit_beyond_logarithms([problem.dim for problem, _ in pairs], ratios)


def agrees(limit):
    return max(abs(limit.value - 1), limit.uncertainty) < TOLERANCE


def with_errors(law):
    """Laws that are wrong by a factor or a power of d, with which every comparison must fail."""
    for error in (Rational(101, 100), Rational(99, 100), d ** Rational(1, 20), d ** Rational(-1, 20)):
        corrected = None if law.corrected is None else error * law.corrected
        yield replace(law, expr=error * law.expr, corrected=corrected)


COMPARED = [
    pytest.param(case, reference, marks=() if (case, reference) == ("VIb", "tuned") else pytest.mark.slow)
    for case in RATIOS
    for reference in ("tuned", "bayes")
    # the best weight decay vanishes there, and is found by no search: the risk with it is the Bayes risk
    if (case, reference) != ("VIb of the diagonal", "tuned")
]


@pytest.mark.parametrize(("case", "reference"), COMPARED)
def test_ratio_of_the_pruned_risk_to_the_best(case, reference):
    ratio, pairs = statement(case, reference).ratio, measured(case, reference)
    assert agrees(limit_of(pairs, ratio)), limit_of(pairs, ratio)
    assert not any(agrees(limit_of(pairs, planted)) for planted in with_errors(ratio))


def test_pruned_harmful_overfitting_is_as_good_as_the_best_weight_decay():
    # without weight decay and tuning, of a network whose risk is many times the best
    _, noise, a, decades = RATIOS["V"]
    problem = problem_at("quadratic", decades[-1], a, None, noise)
    solution, best = solve(problem), optimal_weight_decay(replace(problem, weight_decay=1))[1]
    assert solution.excess_risk > 10 * best.excess_risk
    assert solution.pruned() == pytest.approx(best.excess_risk, rel=1e-3, abs=0)


# --- the next order of noise without an edge


CORRECTED = {  # noise, a, ell
    "V": ("fixed", Fraction(7, 10), Fraction(-1, 2)),
    "N": ("none", Fraction(1, 2), Fraction(-6, 5)),
    "VIa": ("fixed", Fraction(3, 2), Fraction(-1, 5)),
}


def order_left(law, noise, a, ell):
    """The power of 1/log d that a corrected law misses, between two dimensions."""
    left = []
    for decade in (40, 80):
        problem = problem_at("diagonal", decade, a, ell, noise)
        left.append(abs(float(solve(problem).pruned() / value_at(law, problem)) - 1))
    return log2(left[0] / left[1])


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow if n == "N" else ()) for n in CORRECTED]
)
def test_what_a_corrected_law_misses_is_of_second_order(name):
    noise, a, ell = CORRECTED[name]
    phase = phase_diagram(diagonal, noise=noise).locate(a=a, ell=ell, gamma=GAMMA)
    law = phase.pruned_risk
    assert (phase.name, law.corrected_order) == (name, 2)
    assert order_left(law, noise, a, ell) > 1.8
    planted = replace(law, corrected=law.corrected * (1 + 1 / (4 * log(d))))
    assert order_left(planted, noise, a, ell) < 1.5


# --- the overfitted bulk


BULKS = {  # network, noise, a, ell, decades of d
    "IV": ("quadratic", "fixed", Fraction(3, 10), Fraction(-1), (12, 16, 20, 24, 28, 32, 36)),
    "V": ("quadratic", "fixed", Fraction(3, 5), Fraction(-1), (10, 15, 20, 25, 30)),
    "N": ("quadratic", "none", Fraction(3, 10), Fraction(-1), (10, 15, 20, 25, 30)),
    "Ia": ("quadratic", "fixed", Fraction(-1, 4), Fraction(-1), (6, 9, 12, 15, 18)),
    "VIa": ("quadratic", "fixed", Fraction(3, 2), Fraction(-1), (8, 12, 16, 20)),
    "V of the diagonal": ("diagonal", "fixed", Fraction(1, 2), Fraction(-1), (20, 30, 40, 50, 60, 80, 100)),
    "N of the diagonal": ("diagonal", "none", Fraction(1, 2), Fraction(-2), (20, 30, 40, 50, 60, 80)),
    "Ia of the diagonal": ("diagonal", "fixed", Fraction(-1, 4), Fraction(-1), (20, 30, 40, 60, 80)),
    "VIa of the diagonal": ("diagonal", "fixed", Fraction(3, 2), Fraction(-1), (8, 12, 16, 20)),
}


def integral_over_noise(solution):
    """c delta^2 E[(w - u)_+^2] at the solved u = kappa/delta, over the noise of one mode."""
    noise, cut = mpmath.mpf(solution.effective_noise), solution.threshold / solution.effective_noise
    if solution.problem.network == "diagonal":
        tail = mpmath.erfc(cut / mpmath.sqrt(2))
        normal = mpmath.sqrt(2 / mpmath.pi) * mpmath.exp(-(cut**2) / 2)
        return noise**2 * ((1 + cut**2) * tail - cut * normal)
    # w = 2 - (2 - u) x**2 takes the root at the edge away
    gap = 2 - cut
    square = mpmath.quad(lambda x: (gap * (1 - x**2)) ** 2 * mpmath.sqrt(4 - gap * x**2) * x**2, [0, 1])
    return 2 * noise**2 * gap ** mpmath.mpf("1.5") / mpmath.pi * square


@cache
def bulks(case):
    """Problems and the solved bulk; float64 leaves eight digits of the edge less the threshold at 10**30."""
    network, noise, a, ell, decades = BULKS[case]
    problems = [problem_at(network, decade, a, ell, noise) for decade in decades]
    return [(problem, integral_over_noise(solve(problem))) for problem in problems]


def bulk_at(case):
    network, noise, a, ell, _ = BULKS[case]
    phase = phase_diagram(NETWORKS[network], noise=noise).locate(a=a, ell=ell, gamma=GAMMA)
    assert phase.name == case.split()[0]
    return phase.overfitted_bulk


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=pytest.mark.slow if case.startswith("N of") else ()) for case in BULKS]
)
def test_the_bulk_is_its_integral_over_the_noise(case):
    law, pairs = bulk_at(case).risk, bulks(case)
    assert agrees(limit_of(pairs, law)), limit_of(pairs, law)
    assert not any(agrees(limit_of(pairs, planted)) for planted in with_errors(law))


@pytest.mark.parametrize("case", [case for case in BULKS if case in ("IV", "V", "N", "Ia")])
def test_its_shares_are_those_of_solved_parts(case):
    bulk, pairs = bulk_at(case), bulks(case)
    for law, whole in (
        (bulk.of_overfitting, lambda solution: solution.decomposition["overfitting"]),
        (bulk.of_risk, lambda solution: solution.excess_risk),
    ):
        shares = [(problem, value / whole(solve(problem))) for problem, value in pairs]
        assert agrees(limit_of(shares, law)), (limit_of(shares, law), law.expr)
        assert not any(agrees(limit_of(shares, planted)) for planted in with_errors(law))
