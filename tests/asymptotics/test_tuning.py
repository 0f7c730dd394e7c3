"""The best weight decay, the risk with it, and its ratio to the Bayes risk: against the full equations.

In each region of `bayes_ratio` solutions are taken on a ladder of dimensions and divided by the law; the
limit of that (``verify.extrapolation``) must be within 1e-3 of 1, and its error estimate below 1e-3.  The
ladder is chosen, of a grid of points, where what the laws neglect is smallest at its end.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import product
from math import exp, log

import pytest
from scipy.optimize import brentq
from sympy import Rational, S, lambdify, pi, simplify, sin
from sympy import gamma as gamma_function
from sympy import log as log_function

from asymptotics import IncompleteDiagram, Law, diagonal, phase_diagram, quadratic, tuning
from asymptotics import symbols as letters
from asymptotics.algebra.polyhedra import difference, feasible, is_zero, overlap
from asymptotics.balance.dominant_balance import dominant_balances
from asymptotics.balance.laws import law_of, risk_law
from asymptotics.symbols import d, gamma, n_eff, noise_variance
from asymptotics.tuning import Tuned, bayes_balances, bayes_ratio, tuned_balances
from numerics import Problem, optimal_weight_decay, solve
from verify.extrapolation import limit_beyond_logarithms, limit_beyond_powers

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
GAMMA = Fraction(5, 4)


def test_once_all_is_learned_weight_decay_is_worth_nothing_to_the_quadratic_network():
    *_, (start, _, weight_decay, _) = phase_diagram(quadratic).optimal_weight_decay(gamma=GAMMA)
    assert start == 2 * GAMMA
    assert weight_decay.expr == 0
    problem = Problem("quadratic", gamma=GAMMA, samples=1e40, dim=10**9, weight_decay=1, noise_variance=1)
    _, best = optimal_weight_decay(problem)
    assert best.excess_risk == pytest.approx(solve(problem).excess_risk, rel=1e-3, abs=0)


@pytest.mark.parametrize(("network", "noise"), list(product(NETWORKS, ("fixed", "scaled", "none"))))
def test_no_phase_has_a_smaller_exponent_than_the_tuned_network(network, noise):
    phases = phase_diagram(NETWORKS[network], noise=noise).phases
    met = 0
    for tuned, phase in product(tuned_balances(NETWORKS[network], noise), phases):
        cell = phase.balance
        domain = overlap(tuned.domain, cell.domain)
        facets = [*tuned.facets, *cell.facets, *cell.scales.window]
        if tuned.risk is None or domain is None or not feasible(facets, domain):
            continue
        met += 1
        lead = difference(tuned.scales.exponent(tuned.risk), cell.scales.exponent(cell.risk))
        assert is_zero(lead) or not feasible([*facets, lead], domain), phase.name
    assert met > 2


def test_quadratic_network_attains_the_bayes_rate_up_to_a_constant():
    at_edge, all_learned = bayes_ratio(quadratic)
    assert simplify(at_edge.ratio.expr - 3 * gamma / (1 + gamma)) == 0
    assert all_learned.ratio.expr == 1
    assert at_edge.attained
    assert all_learned.attained
    # without label noise the same ratio counts the modes that are not learned, n_eff times it fewer
    (noiseless,) = bayes_ratio(quadratic, "none")
    assert simplify(noiseless.ratio.expr - (3 * gamma / (1 + gamma)) ** (2 * gamma)) == 0


def test_diagonal_network_misses_the_bayes_rate_by_a_logarithm():
    few, all_learned = bayes_ratio(diagonal)
    assert not few.attained
    assert few.ratio.log_exponent.equals(1 - 1 / (2 * gamma))
    assert all_learned.attained
    modes = (n_eff / noise_variance) ** (1 / (2 * gamma))
    expected = (
        8
        * gamma**2
        * sin(pi / (2 * gamma))
        * gamma_function(Rational(1, 2) + 1 / (2 * gamma))
        / (pi ** Rational(3, 2) * (2 * gamma - 1))
        * log_function(d / modes) ** (1 - 1 / (2 * gamma))
    )
    at = {gamma: Rational(5, 4), n_eff: 10**5, noise_variance: Rational(1, 3), d: 10**9}
    assert abs(float((few.ratio.expr / expected).subs(at).evalf()) - 1) < 1e-12


REGIONS = {"fixed": ("IV", "VIb"), "none": ("N",), "scaled": ("IV", "N", "VIb")}
"""The phases of tuned training, one for each statement of `bayes_ratio`; where it recovers all, none."""

# grids of exponents to choose points from
SAMPLES = [Fraction(n, 20) for n in (1, 2, 4, 6, 8, 10, 12, 14, 17, 23, 25, 30, 40, 50, 60, 80, 100, 140)]
NOISES = [Fraction(n, 20) for n in (1, 2, 4, 6, 12, 20, 30, 50)]
EXPONENTS = (letters.a, letters.b, gamma)

STEPS = 8

RANGE, HIGHEST = 150, 200
"""Decimal exponents: of the largest parameter or 1/delta^2, and of the dimension."""

SEARCHED = 60
"""Decades, from where nothing is learned, in which the search looks for the best weight decay."""

LEARNED = {"ratio": 6, "risk": 9, "weight_decay": 12}
"""Decimal exponent of the modes that the quadratic network learns: the Bayes risk amid them takes seconds."""

NARROWEST = 4
"""Decades by which the range of weight decays, or of risks, in which one is told from the best is narrow."""

AT_EDGE = {"diagonal": S.Zero, "quadratic": Rational(2, 5)}
"""It is the part of a hard edge that lets noise leak, t ~ D_b^(2/5) with D_b ~ K/d."""


@dataclass(frozen=True)
class Ladder:
    """Where solutions are compared with a law, and at which dimensions."""

    point: tuple[Fraction, ...]
    dims: tuple[int, ...]
    law: Law

    def limit(self, values):
        """In 1/log d where the law is refined, which holds the logarithm itself."""
        if self.law.corrected is None:
            return limit_beyond_powers(values)
        return limit_beyond_logarithms(self.dims, values)

    def rungs(self, network, noise):
        """The problem and the value of the law at each dimension."""
        samples, labels, _ = map(float, self.point)
        for dim in self.dims:
            problem = Problem(
                network,
                gamma=self.point[2],
                samples=float(dim) ** samples * (dim if network == "quadratic" else 1),
                dim=dim,
                weight_decay=1,
                noise_variance=0 if noise == "none" else float(dim) ** -labels,
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


def name_of(tuned):
    return tuned.model.describe(tuned.hypothesis).name


def ladder(network, noise, name, decay, quantity):
    """The ladder, of all points of the grid, at whose end what the laws neglect is smallest.

    For the least "risk", the "ratio" of it over the Bayes risk, or the best "weight_decay".
    """
    model = NETWORKS[network]
    (tuned,) = (cell for cell in tuned_balances(model, noise) if name_of(cell) == name)
    of_decay, edge, size = (law_of(tuned, of) for of in ("weight_decay", "threshold", "effective_noise"))
    # how far below the weight decay that learns nothing, A sqrt(d), the best one lies
    fall = letters.a - Rational(1, 2) - of_decay.exponent if of_decay.expr != 0 else S.Zero
    found = []
    for bayes in bayes_balances(model, noise):
        learned = law_of(bayes, "learned_modes").exponent
        amid = learned if network == "quadratic" else S.Zero
        narrow = size.exponent - edge.exponent + AT_EDGE[network] * (1 - learned)
        narrow = narrow if quantity == "weight_decay" else S.Zero
        powers = lambdify(EXPONENTS, [-2 * size.exponent, fall, amid, narrow], "math")
        # there are d modes, and d**(1 - 2 gamma) is what their energy lacks to that of infinitely many
        neglected = [
            cell.scales.expression(inequality.form)
            for cell in (tuned, bayes)
            for inequality in cell.inequalities
        ]
        gaps = lambdify(EXPONENTS, [*neglected, 2 * gamma - 1], "math")
        for point in product(SAMPLES, NOISES if noise == "scaled" else [Fraction(0)], [decay]):
            at = tuple(map(float, point))
            gap = min(gaps(*at))
            if gap <= 0:
                continue
            below, *costs = powers(*at)
            ends = [RANGE / max(at[0] + 1, at[1], below), HIGHEST]
            limits = (SEARCHED, LEARNED[quantity], NARROWEST)
            ends += [most / power for most, power in zip(limits, costs, strict=True) if power > 0]
            found.append((gap * min(ends), gap, min(ends), point))
    _, gap, end, point = max(found)
    at = {symbol: Rational(str(value)) for symbol, value in zip(EXPONENTS, point, strict=True)}
    (ratio,) = (known.ratio for known in bayes_ratio(model, noise) if known.region.subs(at))
    law = {"ratio": ratio, "risk": risk_law(tuned), "weight_decay": of_decay}[quantity]
    # beside powers of 1/log d, those of d are to be negligible
    start = min(5 / gap, end / 2) if law.corrected else 0
    dims = tuple(round(10.0 ** (start + (end - start) * k / STEPS)) for k in range(1, STEPS + 1))
    return Ladder(point, dims, law)


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
    for quick in [decay == GAMMA and (noise == "fixed" or (network, noise) == ("quadratic", "none"))]
    for marks in [() if quick else pytest.mark.slow]
]


@pytest.mark.parametrize(("measured", "network", "noise", "name", "decay"), CASES)
def test_solutions_approach_the_laws_of_tuned_training(measured, network, noise, name, decay):
    chosen, values = measured(network, noise, name, decay)
    found = chosen.limit(values)
    assert abs(found.value - 1) < 1e-3
    assert found.uncertainty < 1e-3
    # planted: a law off by a hundredth
    for factor in (0.99, 1.01):
        found = chosen.limit([value / factor for value in values])
        assert abs(found.value - 1) > 1e-3
        assert found.uncertainty < 1e-3


@pytest.mark.parametrize(("network", "noise"), list(product(NETWORKS, REGIONS)))
def test_no_ratio_to_the_bayes_risk_is_left_out(network, noise):
    tuned = [cell for cell in tuned_balances(NETWORKS[network], noise) if cell.risk is not None]
    assert [name_of(cell) for cell in tuned] == list(REGIONS[noise])
    assert len(bayes_ratio(NETWORKS[network], noise)) == len(tuned)


def test_a_wrong_cost_of_shrinkage_is_noticed(monkeypatch):
    # planted: shrinkage that costs d times as much leaves no room for an optimum at the edge
    of_one = tuning._cost_of_shrinkage
    monkeypatch.setattr(tuning, "_cost_of_shrinkage", lambda potential: of_one(potential) * d)
    assert len(dominant_balances(Tuned(quadratic), tuned_balances(quadratic, "fixed")[0].scales)) == 1
    monkeypatch.setattr(tuning, "tuned_balances", lambda *x: tuned_balances(quadratic, "fixed")[:1])
    monkeypatch.setattr("asymptotics.diagram.tuned_balances", tuning.tuned_balances)
    with pytest.raises(IncompleteDiagram, match=r"outside of \(0, 5/2\)"):
        phase_diagram(quadratic).optimal_weight_decay(gamma=GAMMA)


def test_what_is_no_trained_network_has_nothing_to_tune():
    with pytest.raises(
        ValueError, match=r"estimator='bayes': must be 'erm' of a network, .* this is of quadratic"
    ):
        phase_diagram(quadratic, estimator="bayes").optimal_weight_decay(gamma=1)
    with pytest.raises(ValueError, match=r"gamma=0\.5"):
        phase_diagram(quadratic).optimal_weight_decay(gamma=0.5)
