"""The best weight decay: against a search on the full equations, every phase, and the Bayes risk."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from sympy import Rational, log, pi, simplify, sin
from sympy import gamma as gamma_function

from asymptotics import IncompleteDiagram, diagonal, phase_diagram, quadratic, tuning
from asymptotics import symbols as letters
from asymptotics.balance import dominant_balances
from asymptotics.cells import difference, feasible, is_zero, overlap
from asymptotics.symbols import d, gamma, n_eff, noise_variance
from asymptotics.tuning import Tuned, bayes_ratio, tuned_balances
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


def limit_of_ratio(network, noise, decay, a, decades, planted=1):
    """Of tuned over Bayes risk, divided by the law, from solutions up to d = 10**decades."""
    (law,) = (
        found.ratio
        for found in bayes_ratio(NETWORKS[network], noise)
        if found.region.subs({letters.a: Rational(str(a)), gamma: Rational(str(decay))})
    )
    dims = [round(10 ** (decades * k / 8)) for k in range(1, 9)]
    ratios = []
    for dim in dims:
        samples = float(dim) ** a * (dim if network == "quadratic" else 1)
        labels = 0 if noise == "none" else 1
        problem = Problem(network, decay, samples, dim, weight_decay=1, noise_variance=labels)
        bayes = solve(replace(problem, weight_decay=None, estimator="bayes")).excess_risk
        ratio = optimal_weight_decay(problem)[1].excess_risk / bayes
        at = {"gamma": decay, "n_eff": problem.n_eff, "d": dim, "weight_decay": 1, "noise_variance": 1}
        ratios.append(float(ratio / law.evaluate(**at, refined=True)) / planted)
    return limit_beyond_powers(ratios) if law.refined is None else limit_beyond_logarithms(dims, ratios)


# up to d = 10**decades: as many learned modes as the Bayes risk of the quadratic network has time for
RATIOS = [
    pytest.param("diagonal", "fixed", 1.25, 0.5, 100),
    pytest.param("diagonal", "fixed", 0.75, 0.5, 100, marks=pytest.mark.slow),
    pytest.param("diagonal", "fixed", 2.5, 0.5, 100, marks=pytest.mark.slow),
    pytest.param("diagonal", "none", 1.25, 0.5, 100, marks=pytest.mark.slow),
    pytest.param("diagonal", "none", 0.75, 0.5, 100, marks=pytest.mark.slow),
    pytest.param("diagonal", "fixed", 1.25, 3.5, 24),
    pytest.param("quadratic", "fixed", 1.25, 0.5, 20),
    pytest.param("quadratic", "fixed", 1.25, 3.5, 6, marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("network", "noise", "decay", "a", "decades"), RATIOS)
def test_ratio_to_the_bayes_risk_is_that_of_the_solutions(network, noise, decay, a, decades):
    # with the refined law, which holds the logarithm, and in 1/log d also the diagonal network's
    found = limit_of_ratio(network, noise, decay, a, decades)
    assert abs(found.value - 1) < 1e-3
    assert found.uncertainty < 1e-3


@pytest.mark.parametrize("decay", [0.75, 2.5])
def test_ratio_to_the_bayes_risk_comes_nearer_at_other_decays(decay):
    gaps = []
    for dim in (10**9, 10**15):
        problem = Problem("quadratic", decay, float(dim) ** 1.6, dim, weight_decay=1, noise_variance=1)
        bayes = replace(problem, weight_decay=None, estimator="bayes")
        ratio = optimal_weight_decay(problem)[1].excess_risk / solve(bayes).excess_risk
        gaps.append(abs(ratio / (3 * decay / (1 + decay)) - 1))
    assert gaps[1] < gaps[0] / 2
    assert gaps[1] < 0.02


@pytest.mark.parametrize("planted", [0.99, 1.01])
def test_a_ratio_off_by_a_hundredth_is_noticed(planted):
    found = limit_of_ratio("diagonal", "fixed", 1.25, 0.5, 100, planted)
    assert abs(found.value - 1) > 1e-3
    assert found.uncertainty < 1e-3


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
