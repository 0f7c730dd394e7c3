"""The best weight decay: against a search on the full equations, every phase, and the Bayes risk."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import product

import pytest
from sympy import Rational, S, lambdify, log, pi, simplify, sin
from sympy import gamma as gamma_function

from asymptotics import IncompleteDiagram, Law, diagonal, phase_diagram, quadratic, tuning
from asymptotics import symbols as letters
from asymptotics.balance import dominant_balances
from asymptotics.cells import difference, feasible, is_zero, overlap
from asymptotics.law import law_of
from asymptotics.symbols import d, gamma, n_eff, noise_variance
from asymptotics.tuning import Tuned, bayes_balances, bayes_ratio, tuned_balances
from numerics import Problem, optimal_weight_decay, solve
from verify.extrapolation import limit_beyond_logarithms, limit_beyond_powers

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
GAMMA = Fraction(5, 4)


def laws_at(network, a):
    (found,) = (
        (weight_decay, risk)
        for start, end, weight_decay, risk in phase_diagram(NETWORKS[network]).optimal_weight_decay(
            gamma=GAMMA
        )
        if start < a < end
    )
    return found


def problem_at(network, a, exponent):
    dim = 10**exponent
    samples = 10.0 ** (exponent * a) * (dim if network == "quadratic" else 1)
    return Problem(network, GAMMA, samples, dim, weight_decay=1, noise_variance=1)


def ratios(network, a, exponents):
    """Best weight decay and least risk, over their laws; the refined ones where logarithms appear."""
    of_decay, of_risk = laws_at(network, a)
    found = []
    for exponent in exponents:
        problem = problem_at(network, a, exponent)
        best, solution = optimal_weight_decay(problem)
        at = {
            "gamma": GAMMA,
            "n_eff": problem.n_eff,
            "d": problem.dim,
            "weight_decay": 1,
            "noise_variance": 1,
        }
        decay = of_decay.evaluate(**at, refined=True)
        risk = of_risk.evaluate(**at, refined=True)
        found.append((float(best / decay) if decay else None, float(solution.excess_risk / risk)))
    return found


@pytest.mark.parametrize("a", [0.5, 1.5])
def test_search_approaches_the_law_at_a_hard_edge(a):
    # corrections of order D_b^(2/5), D_b ~ K/d
    first, second, third = ratios("quadratic", a, (8, 12, 16))
    for one, two, three in zip(first, second, third, strict=True):
        assert abs(three - 1) < abs(two - 1) / 2 < abs(one - 1) / 4
        limit = three - (three - two) ** 2 / ((three - two) - (two - one))
        assert limit == pytest.approx(1, abs=1e-3)


def test_search_approaches_the_law_where_there_is_no_edge():
    # corrections of order 1/log d
    exponents = (12, 18, 24)
    found = ratios("diagonal", 0.5, exponents)
    for values in zip(*found, strict=True):
        x = [1 / exponent for exponent in exponents]
        weights = [
            x[(i + 1) % 3] * x[(i + 2) % 3] / ((x[(i + 1) % 3] - x[i]) * (x[(i + 2) % 3] - x[i]))
            for i in range(3)
        ]
        assert sum(w * v for w, v in zip(weights, values, strict=True)) == pytest.approx(1, abs=1e-2)
        assert abs(values[-1] - 1) < 0.1


def test_once_all_is_learned_the_best_threshold_is_where_the_gain_of_small_coefficients_ends():
    ((decay, risk),) = ratios("diagonal", 3.5, (6,))
    assert decay == pytest.approx(1, abs=1e-3)
    assert risk == pytest.approx(1, abs=1e-6)
    assert laws_at("quadratic", 3.5)[0].expr == 0
    # at the law's optimum the risk is no more than without any weight decay
    problem = problem_at("quadratic", 3.5, 9)
    _, best = optimal_weight_decay(problem)
    assert best.excess_risk == pytest.approx(solve(problem_at("quadratic", 3.5, 9)).excess_risk, rel=1e-3)


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
        * log(d / modes) ** (1 - 1 / (2 * gamma))
    )
    at = {gamma: Rational(5, 4), n_eff: 10**5, noise_variance: Rational(1, 3), d: 10**9}
    assert abs(float((few.ratio.expr / expected).subs(at).evalf()) - 1) < 1e-12


REGIONS = {"fixed": ("IV", "VI"), "none": ("N",), "scaled": ("IV", "N", "VI")}
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

LEARNED_BY_BAYES = 6
"""Decimal exponent of the modes that the quadratic network learns: a second for the Bayes risk."""


@dataclass(frozen=True)
class Ladder:
    """Where solutions are compared with the law of the ratio, and at which dimensions."""

    point: tuple[Fraction, ...]
    dims: tuple[int, ...]
    law: Law


@cache
def ladder(network, noise, name, decay):
    """The ladder, of all points of the grid, at whose end what the laws neglect is smallest."""
    model = NETWORKS[network]
    (tuned,) = (cell for cell in tuned_balances(model, noise) if name_of(cell) == name)
    of_decay = law_of(tuned, "weight_decay")
    # how far below the weight decay that learns nothing, A sqrt(d), the best one lies
    fall = letters.a - Rational(1, 2) - of_decay.exponent if of_decay.expr != 0 else S.Zero
    below = -2 * law_of(tuned, "effective_noise").exponent
    found = []
    for bayes in bayes_balances(model, noise):
        neglected = [
            cell.scales.expression(inequality.form)
            for cell in (tuned, bayes)
            for inequality in cell.inequalities
        ]
        powers = lambdify(EXPONENTS, [below, fall, law_of(bayes, "learned").exponent], "math")
        # there are d modes, and d**(1 - 2 gamma) is what their energy lacks to that of infinitely many
        gaps = lambdify(EXPONENTS, [*neglected, 2 * gamma - 1], "math")
        for point in product(SAMPLES, NOISES if noise == "scaled" else [Fraction(0)], [decay]):
            at = tuple(map(float, point))
            gap = min(gaps(*at))
            if gap <= 0:
                continue
            noise2, fallen, learned = powers(*at)
            ends = [RANGE / max(at[0] + 1, at[1], noise2), HIGHEST]
            if fallen > 0:
                ends.append(SEARCHED / fallen)
            if network == "quadratic":
                ends.append(LEARNED_BY_BAYES / learned)
            found.append((gap * min(ends), gap, min(ends), point))
    _, gap, end, point = max(found)
    at = dict(zip(EXPONENTS, map(exact, point), strict=True))
    (ratio,) = (known.ratio for known in bayes_ratio(model, noise) if known.region.subs(at))
    # beside powers of 1/log d, those of d are to be negligible
    start = min(5 / gap, end / 2) if ratio.refined else 0
    dims = tuple(round(10.0 ** (start + (end - start) * k / STEPS)) for k in range(1, STEPS + 1))
    return Ladder(point, dims, ratio)


def name_of(tuned):
    return tuned.model.describe(tuned.hypothesis).name


def exact(number):
    return Rational(number.numerator, number.denominator)


@cache
def ratios_to_bayes(network, noise, name, decay):
    """Of tuned over Bayes risk, divided by their law, up the ladder."""
    chosen = ladder(network, noise, name, decay)
    samples, labels, _ = map(float, chosen.point)
    found = []
    for dim in chosen.dims:
        problem = Problem(
            network,
            decay,
            samples=float(dim) ** samples * (dim if network == "quadratic" else 1),
            dim=dim,
            weight_decay=1,
            noise_variance=0 if noise == "none" else float(dim) ** -labels,
        )
        bayes = solve(replace(problem, weight_decay=None, estimator="bayes")).excess_risk
        ratio = optimal_weight_decay(problem)[1].excess_risk / bayes
        law = chosen.law.evaluate(
            gamma=decay,
            n_eff=problem.n_eff,
            d=dim,
            weight_decay=1,
            noise_variance=problem.noise_variance or 1,
            refined=True,
        )
        found.append(float(ratio / law))
    return found


def limit_of_ratio(network, noise, name, decay, planted=1):
    """The limit of what solutions have over the law, if the law is off by the factor ``planted``."""
    chosen = ladder(network, noise, name, decay)
    ratios = [ratio / planted for ratio in ratios_to_bayes(network, noise, name, decay)]
    if chosen.law.refined is None:
        return limit_beyond_powers(ratios)
    return limit_beyond_logarithms(chosen.dims, ratios)


CASES = [
    pytest.param(network, noise, name, decay, marks=marks, id=f"{network}-{noise}-{name}-{decay}")
    for network, noise in product(NETWORKS, REGIONS)
    for name, decay in product(REGIONS[noise], (GAMMA, Fraction(3, 4), Fraction(5, 2)))
    for quick in [decay == GAMMA and (noise == "fixed" or (network, noise) == ("quadratic", "none"))]
    for marks in [() if quick else pytest.mark.slow]
]


@pytest.mark.parametrize(("network", "noise", "name", "decay"), CASES)
def test_ratio_to_the_bayes_risk_is_that_of_the_solutions(network, noise, name, decay):
    # with the refined law, which holds the logarithm, and in 1/log d also the diagonal network's
    found = limit_of_ratio(network, noise, name, decay)
    assert abs(found.value - 1) < 1e-3
    assert found.uncertainty < 1e-3


@pytest.mark.parametrize(("network", "noise", "name", "decay"), CASES)
def test_a_ratio_off_by_a_hundredth_is_noticed(network, noise, name, decay):
    for planted in (0.99, 1.01):
        found = limit_of_ratio(network, noise, name, decay, planted)
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
    with pytest.raises(ValueError, match="estimator='bayes' of quadratic: no trained network to tune"):
        phase_diagram(quadratic, estimator="bayes").optimal_weight_decay(gamma=1)
    with pytest.raises(ValueError, match=r"gamma=0\.5"):
        phase_diagram(quadratic).optimal_weight_decay(gamma=0.5)
