"""The spectrum of the trained weights: each law is the limit of the solved spectrum."""

from dataclasses import replace
from functools import cache
from math import log, sqrt

import mpmath
import pytest
import sympy
from mpmath import mpf
from spectrum_points import GAMMA, IN_BOTH, POINTS, laws_at, phase_at
from sympy import Rational, S, simplify

from asymptotics import symbols as letters
from asymptotics.balance.laws import law_of
from asymptotics.phases.spectrum import index, weight
from numerics import Problem, solve

ONLY_QUADRATIC = {"IV", "IV scaled"}  # at fixed noise the diagonal network is in V there


@cache
def solved(network, case, digits_of_d):
    """The solution at d = 10**digits_of_d, and the physical values."""
    noise, (a, ell, b) = POINTS[case]
    d, power = 10**digits_of_d, lambda x: mpf(10) ** (mpf(x.numerator) / x.denominator * digits_of_d)
    n_eff, decay = power(a), power(ell)
    variance = {"fixed": mpf(1), "none": mpf(0), "scaled": power(-(b or 0))}[noise]
    samples = n_eff * d if network == "quadratic" else n_eff
    solution = solve(
        Problem(network, gamma=GAMMA, samples=samples, dim=d, weight_decay=decay, noise_variance=variance)
    )
    values = {"n_eff": n_eff, "d": d, "weight_decay": decay, "noise_variance": variance or mpf(1)}
    return solution, {"gamma": mpf(GAMMA.numerator) / GAMMA.denominator, **values}


def value(expression, values, **more):
    """An expression in the physical variables, and in index or weight."""
    known = {getattr(letters, name): sympy.Float(mpf(x), 30) for name, x in values.items()}
    known |= {{"i": index, "x": weight}[name]: sympy.Float(mpf(x), 30) for name, x in more.items()}
    return mpf(S(expression).subs(known).evalf(25))


def sides(network):
    """The diagonal network's law is even: weights of either sign count."""
    return 2 if network == "diagonal" else 1


def edge_of(solution):
    """The bulk's edge, of either sign."""
    if solution.problem.network == "quadratic":
        return 2 * solution.effective_noise - solution.threshold
    return solution.effective_noise * sqrt(2 * log(solution.problem.dim)) - solution.threshold


def atom_of(solution):
    return solution.spectrum().atom


def mass_of(solution):
    return solution.spectrum().mass_beyond(0.0) * sides(solution.problem.network)


def learned_of(solution):
    return solution.learned_modes


MEASURED = {"atom": atom_of, "mass_above": mass_of, "bulk_edge": edge_of, "learned_modes": learned_of}


def ratios(network, case, quantity, ladder, laws=None):
    laws = laws_at(network, case) if laws is None else laws
    found = []
    for digits_of_d in ladder:
        solution, values = solved(network, case, digits_of_d)
        found.append(float(MEASURED[quantity](solution) / getattr(laws, quantity).evaluate(**values)))
    return found


def limit_of(three):
    """Aitken's limit of a geometric approach, or the last ratio where nothing moves any more."""
    first, second, third = three
    step, before = third - second, second - first
    return third if abs(step) < 1e-6 or step == before else third - step**2 / (step - before)


LADDERS = {
    **{"II": (20, 25, 30), "II scaled": (30, 40, 50), "V scaled": (12, 16, 20)},
    "II by its error": (20, 25, 30),  # spikes are whole
}


LOGARITHMIC = ("V", "V scaled", "N", "N scaled")  # of the diagonal network: compared below


def is_logarithmic(network, case, quantity):
    return network == "diagonal" and case in LOGARITHMIC and quantity in ("bulk_edge", "learned_modes")


@pytest.mark.parametrize(
    ("network", "case"),
    [
        pytest.param(*at, marks=pytest.mark.slow if at[0] == "quadratic" and "scaled" in at[1] else ())
        for at in IN_BOTH
    ],
)
def test_ratio_of_solved_spectrum_to_law_tends_to_1(network, case):
    laws = laws_at(network, case)
    ladder = LADDERS.get(case, (10, 15, 20))
    if network == "quadratic" and laws.learned_modes.expr == letters.d:
        ladder = (4, 8, 12)
    for quantity, measured in MEASURED.items():
        if getattr(laws, quantity).expr == 0:
            solution, _ = solved(network, case, ladder[-1])
            # no weight is noise: its edge lies below the threshold, or every weight is learned
            none_left = quantity == "bulk_edge" and laws.learned_modes.expr == letters.d
            assert none_left or measured(solution) < 1e-30, quantity
        elif not is_logarithmic(network, case, quantity):
            found = ratios(network, case, quantity, ladder)
            assert limit_of(found) == pytest.approx(1, abs=1e-3), (quantity, found)


def test_a_wrong_constant_or_power_is_seen():
    laws = laws_at("quadratic", "IV")
    for quantity in ("mass_above", "bulk_edge", "learned_modes"):
        true = getattr(laws, quantity)
        for wrong in (true.expr * Rational(101, 100), true.expr * letters.n_eff ** Rational(1, 100)):
            planted = replace(laws, **{quantity: replace(true, expr=wrong)})
            found = ratios("quadratic", "IV", quantity, (10, 15, 20), planted)
            assert limit_of(found) != pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("quantity", ["mass_above", "bulk_edge", "learned_modes"])
@pytest.mark.parametrize("case", LOGARITHMIC)
def test_logarithmic_law_is_right_to_the_stated_order(case, quantity):
    ladder = (60, 120, 240)
    found = ratios("diagonal", case, quantity, ladder)
    logs = [digits * log(10) for digits in ladder]
    order = [log(x) / x for x in logs]
    assert all(abs(ratio - 1) < 2 * small for ratio, small in zip(found, order, strict=True))
    system = mpmath.matrix([[1, small, 1 / x] for small, x in zip(order, logs, strict=True)])
    limit = mpmath.lu_solve(system, mpmath.matrix(found))[0]
    assert limit == pytest.approx(1, abs=1e-3)


def spike(network, case, digits_of_d, fraction):
    """A spike at this fraction of all, its rank, and the physical values."""
    solution, values = solved(network, case, digits_of_d)
    spikes = solution.spectrum().spikes
    rank = int(fraction * min(float(solution.learned_modes), len(spikes)))
    return spikes[rank - 1], rank, values


@pytest.mark.parametrize("fraction", [0.3, 0.8])
@pytest.mark.parametrize(
    ("case", "digits_of_d"),
    [
        *(("II", 25), ("III", 10), ("IV", 25), ("V", 20), ("VIa", 6), ("VIb", 10), ("N", 18)),
        *(("II scaled", 40), ("III scaled", 10), ("IV scaled", 25), ("V scaled", 20), ("VIa scaled", 6)),
        *(("VIb scaled", 10), ("N scaled", 18), ("II none", 15), ("III none", 10)),
    ],
)
def test_location_and_overlap_of_spikes(case, digits_of_d, fraction):
    laws = laws_at("quadratic", case).spikes
    (location, overlap), rank, values = spike("quadratic", case, digits_of_d, fraction)
    # corrections fall with d, slowest in phase V
    tolerance = 0.03 if case[:2] in ("V", "V ") else 6e-3
    assert location / value(laws.location, values, i=rank) == pytest.approx(1, rel=tolerance, abs=0)
    assert overlap == pytest.approx(float(value(laws.overlap, values, i=rank)), rel=tolerance, abs=0)
    if 1 - overlap > 1e-9:
        lost = float(1 - value(laws.overlap, values, i=rank))
        assert 1 - overlap == pytest.approx(lost, rel=tolerance, abs=0)


@pytest.mark.parametrize(
    ("case", "digits_of_d", "power"),
    [("II", 20, 1), ("II", 25, 1), ("IV", 20, 2), ("IV", 25, 2), ("N", 8, 2), ("VIa", 4, 2), ("VIa", 5, 2)],
)
def test_last_spike_lies_within_one_spacing_above_the_edge(case, digits_of_d, power):
    # exactly: it is the whole part of K, and lies higher by the rest of K to a power
    laws = laws_at("quadratic", case).spikes
    solution, values = solved("quadratic", case, digits_of_d)
    spikes, number = solution.spectrum().spikes, float(solution.learned_modes)
    assert len(spikes) == int(number)
    edge = 0.0 if case == "II" else edge_of(solution)
    share = (spikes[-1].location - edge) / laws.spacing.evaluate(**values)
    assert 0 <= share <= 1
    # delta's own correction is the larger the fewer the samples: (n_eff/d)^(2/5) in phase N
    assert share == pytest.approx((number % 1) ** power, abs=0.05 if case == "N" else 0.01)
    assert laws.smallest_outlier == laws_at("quadratic", case).bulk_edge


@pytest.mark.parametrize("case", ["III", "VIb"])
def test_every_mode_is_a_spike_and_the_last_is_the_smallest_mode(case):
    laws, found = laws_at("quadratic", case).spikes, []
    assert simplify(laws.smallest_outlier.expr - letters.d ** (Rational(1, 2) - letters.gamma)) == 0
    for digits_of_d in (2, 3, 4):
        solution, values = solved("quadratic", case, digits_of_d)
        spikes = solution.spectrum().spikes
        assert len(spikes) == 10**digits_of_d
        found.append(spikes[-1].location / float(laws.smallest_outlier.evaluate(**values)))
    assert limit_of(found) == pytest.approx(1, abs=1e-2)


@pytest.mark.parametrize(("network", "case"), [at for at in IN_BOTH if at[1].split()[0] not in ("Ia", "Ib")])
def test_tail_is_a_power_law(network, case):
    laws = laws_at(network, case)
    assert laws.tail_exponent == 1 / letters.gamma
    found = []
    for digits_of_d in (10, 15, 20):
        solution, values = solved(network, case, digits_of_d)
        low, high = (law.evaluate(**values) for law in laws.tail_range)
        x = float(mpmath.sqrt(low * high))
        beyond = solution.spectrum().mass_beyond(x) * 10**digits_of_d * sides(network)
        # modes are whole: the sum over them is the law's integral to within one or two
        whole = {"quadratic": 2, "diagonal": 1}[network]
        assert abs(beyond - value(laws.counting_function, values, x=x)) < whole + 0.07 * beyond
        found.append(float(beyond / value(laws.tail, values, x=x)))
    name = phase_at(network, case).name
    if network == "diagonal" and (name == "II" or case == "V"):
        assert found[0] < found[1] < found[2] < 1
    elif network == "diagonal" or name in ("III", "VIa", "VIb"):
        assert found[2] == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize(
    ("network", "case", "digits_of_d"),
    [
        ("diagonal", "II", 30),
        *(("quadratic", case, 25) for case in ("II", "IV", "N")),
        ("quadratic", "VIa", 10),
    ],
)
def test_counting_holds_down_to_the_noise(network, case, digits_of_d):
    # weights as small as the threshold, or the noise: far from a power law still
    laws = laws_at(network, case)
    solution, values = solved(network, case, digits_of_d)
    x = float(laws.tail_range[0].evaluate(**values)) * (1.2 if case == "VIa" else 1)
    beyond = solution.spectrum().mass_beyond(x) * 10**digits_of_d * sides(network)
    expected = value(laws.counting_function, values, x=x)
    assert beyond > 150
    assert abs(beyond - expected) < 2 + 0.01 * beyond
    assert abs(beyond - value(laws.tail, values, x=x)) > 2 + 0.1 * beyond


def test_counting_becomes_the_tail_far_above_the_bulk():
    for network, case in [*(("quadratic", c) for c in ("II", "III", "IV", "V", "N")), ("diagonal", "II")]:
        laws = laws_at(network, case)
        _, values = solved(network, case, 10)
        x = 10**8 * laws.tail_range[0].evaluate(**values)
        ratio = value(laws.counting_function, values, x=x) / value(laws.tail, values, x=x)
        assert ratio == pytest.approx(1, abs=1e-6)


def test_tail_of_the_diagonal_network_holds_a_gaussian_moment():
    # sum_i P(s_i |g| > x) = E (sqrt(d) |g|/x)**(1/gamma)
    laws = laws_at("diagonal", "II")
    _, values = solved("diagonal", "II", 20)
    exponent = 1 / values["gamma"]
    moment = mpmath.quad(
        lambda g: mpmath.sqrt(2 / mpmath.pi) * g**exponent * mpmath.exp(-(g**2) / 2), [0, 1, 4, 12, 40]
    )
    expected = moment * (mpmath.sqrt(values["d"]) / 1000) ** exponent
    assert value(laws.tail, values, x=1000) == pytest.approx(expected, rel=1e-10, abs=0)


@pytest.mark.parametrize("case", sorted(POINTS))
@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_laws_hang_together(network, case):
    if network == "diagonal" and case in ONLY_QUADRATIC:
        pytest.skip("the diagonal network has no such phase there")
    phase, laws = phase_at(network, case), laws_at(network, case)
    assert laws.learned_modes == phase.learned
    assert laws.mass_above == law_of(phase.balance, "mass_above")
    assert simplify(laws.noise_weights.exponent - 1 - law_of(phase.balance, "noise_above").exponent) in (
        0,
        sympy.nan,
    )
    _, values = solved(network, case, 10)
    masses = [law.evaluate(**values) for law in (laws.atom, laws.mass_above)]
    assert all(0 <= mass <= 1 for mass in masses)
    assert 1 in masses or sum(masses) == 1
    if laws.learned_modes.expr == 0:
        assert laws.tail == laws.tail_exponent == laws.counting_function == 0
