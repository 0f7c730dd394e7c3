"""Laws of the trained weights against the solved spectrum, and what they say of heavy tails."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from math import log, sqrt

import mpmath
import pytest
import sympy
from mpmath import mpf
from sympy import Rational, S, oo, pi, simplify

from asymptotics import diagonal, heavy_tails, phase_diagram, quadratic
from asymptotics import symbols as letters
from asymptotics.balance.inequalities import Holds
from asymptotics.balance.laws import law_of
from asymptotics.phases.spectrum import index, weight
from numerics import Problem, solve

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
GAMMA = Fraction(5, 4)
POINTS = {  # noise, exponents a, ell, b
    "Ib": ("fixed", (Fraction(1, 2), Fraction(2), None)),
    "Ia": ("fixed", (Fraction(-1, 4), Fraction(-2), None)),
    "II": ("fixed", (Fraction(1, 2), Fraction(-1, 8), None)),
    "III": ("fixed", (Fraction(6), Fraction(4), None)),
    "IV": ("fixed", (Fraction(1, 4), Fraction(-2), None)),
    "V": ("fixed", (Fraction(9, 20), Fraction(-2), None)),
    "VIa": ("fixed", (Fraction(3, 2), Fraction(-2), None)),
    "VIb": ("fixed", (Fraction(6), Fraction(1), None)),
    "N": ("none", (Fraction(1, 2), Fraction(-3), None)),
    "II scaled": ("scaled", (Fraction(1, 2), Fraction(-1, 8), Fraction(1, 10))),
    "IV scaled": ("scaled", (Fraction(2, 5), Fraction(-2), Fraction(1, 5))),
    "V scaled": ("scaled", (Fraction(3, 4), Fraction(-2), Fraction(1, 10))),
    "VIa scaled": ("scaled", (Fraction(3, 2), Fraction(-2), Fraction(1, 10))),
    "N scaled": ("scaled", (Fraction(1, 2), Fraction(-3), Fraction(2))),
    "Ib scaled": ("scaled", (Fraction(1, 2), Fraction(2), Fraction(1, 10))),
    "Ia scaled": ("scaled", (Fraction(-1, 4), Fraction(-2), Fraction(1, 10))),
    "III scaled": ("scaled", (Fraction(6), Fraction(4), Fraction(1, 10))),
    "VIb scaled": ("scaled", (Fraction(6), Fraction(1), Fraction(1, 10))),
    "II by its error": ("scaled", (Fraction(1, 2), Fraction(-1, 8), Fraction(1))),
    "III by its error": ("scaled", (Fraction(2), Fraction(-1, 2), Fraction(5))),
    "Ib none": ("none", (Fraction(1, 2), Fraction(2), None)),
    "Ia none": ("none", (Fraction(-1, 4), Fraction(-2), None)),
    "II none": ("none", (Fraction(1, 2), Fraction(-1, 4), None)),
    "III none": ("none", (Fraction(2), Fraction(-1, 2), None)),
}
ONLY_QUADRATIC = {"IV", "IV scaled"}  # at fixed noise the diagonal network is in V there


@cache
def phase_at(network, cell):
    noise, (a, ell, b) = POINTS[cell]
    phase = phase_diagram(NETWORKS[network], noise=noise).locate(a=a, ell=ell, gamma=GAMMA, b=b)
    assert phase.name == cell.split()[0]
    return phase


@cache
def laws_at(network, cell):
    return phase_at(network, cell).spectrum()


@cache
def solved(network, cell, digits_of_d):
    """The solution at d = 10**digits_of_d, and the physical values."""
    noise, (a, ell, b) = POINTS[cell]
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


def ratios(network, cell, quantity, ladder, laws=None):
    laws = laws_at(network, cell) if laws is None else laws
    found = []
    for digits_of_d in ladder:
        solution, values = solved(network, cell, digits_of_d)
        found.append(float(MEASURED[quantity](solution) / getattr(laws, quantity).evaluate(**values)))
    return found


def limit_of(three):
    """Aitken's limit of a geometric approach, or the last ratio where nothing moves any more."""
    first, second, third = three
    step, before = third - second, second - first
    return third if abs(step) < 1e-6 or step == before else third - step**2 / (step - before)


# --- atom, mass, bulk edge and number of spikes: ratios extrapolated to 1e-3

LADDERS = {
    **{"II": (20, 25, 30), "II scaled": (30, 40, 50), "V scaled": (12, 16, 20)},
    "II by its error": (20, 25, 30),  # spikes are whole
}
LOGARITHMIC = ("V", "V scaled", "N", "N scaled")  # of the diagonal network: compared below
IN_BOTH = sorted(
    (network, cell) for network in NETWORKS for cell in POINTS if (network, cell[:2]) != ("diagonal", "IV")
)


def is_logarithmic(network, cell, quantity):
    return network == "diagonal" and cell in LOGARITHMIC and quantity in ("bulk_edge", "learned_modes")


@pytest.mark.parametrize(("network", "cell"), IN_BOTH)
def test_ratio_of_solved_spectrum_to_law_tends_to_1(network, cell):
    laws = laws_at(network, cell)
    ladder = LADDERS.get(cell, (10, 15, 20))
    if network == "quadratic" and laws.learned_modes.expr == letters.d:
        ladder = (4, 8, 12)
    for quantity, measured in MEASURED.items():
        if getattr(laws, quantity).expr == 0:
            solution, _ = solved(network, cell, ladder[-1])
            # no weight is noise: its edge lies below the threshold, or every weight is learned
            none_left = quantity == "bulk_edge" and laws.learned_modes.expr == letters.d
            assert none_left or measured(solution) < 1e-30, quantity
        elif not is_logarithmic(network, cell, quantity):
            found = ratios(network, cell, quantity, ladder)
            assert limit_of(found) == pytest.approx(1, abs=1e-3), (quantity, found)


@pytest.mark.parametrize("noise", ["fixed", "scaled", "none"])
@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_points_lie_in_every_phase(network, noise):
    cells = [cell for net, cell in IN_BOTH if net == network and POINTS[cell][0] == noise]
    visited = {phase_at(network, cell) for cell in cells}
    assert visited == set(phase_diagram(NETWORKS[network], noise=noise).phases)


def test_a_wrong_constant_or_power_is_seen():
    laws = laws_at("quadratic", "IV")
    for quantity in ("mass_above", "bulk_edge", "learned_modes"):
        true = getattr(laws, quantity)
        for wrong in (true.expr * Rational(101, 100), true.expr * letters.n_eff ** Rational(1, 100)):
            planted = replace(laws, **{quantity: replace(true, expr=wrong)})
            found = ratios("quadratic", "IV", quantity, (10, 15, 20), planted)
            assert limit_of(found) != pytest.approx(1, abs=1e-3)


# --- logarithmic laws of the diagonal network: what is left is of order log log d/log d, extrapolated away


@pytest.mark.parametrize("quantity", ["mass_above", "bulk_edge", "learned_modes"])
@pytest.mark.parametrize("cell", LOGARITHMIC)
def test_logarithmic_law_is_right_to_the_stated_order(cell, quantity):
    ladder = (60, 120, 240)
    found = ratios("diagonal", cell, quantity, ladder)
    logs = [digits * log(10) for digits in ladder]
    order = [log(x) / x for x in logs]
    assert all(abs(ratio - 1) < 2 * small for ratio, small in zip(found, order, strict=True))
    system = mpmath.matrix([[1, small, 1 / x] for small, x in zip(order, logs, strict=True)])
    limit = mpmath.lu_solve(system, mpmath.matrix(found))[0]
    assert limit == pytest.approx(1, abs=1e-3)


def test_largest_noise_left_is_a_difference_of_two_logarithms():
    law = laws_at("diagonal", "V").bulk_edge
    a, noise, n, d = letters.a, letters.noise_variance, letters.n_eff, letters.d
    paper = sympy.sqrt(2 * noise * d / n) * (sympy.sqrt(sympy.log(d)) - sympy.sqrt(sympy.log(d / n)))
    assert simplify(law.expr - paper) == 0
    assert simplify(law.constant - sympy.sqrt(2) * (1 - sympy.sqrt(1 - a))) == 0
    assert (simplify(law.exponent - (1 - a) / 2), law.log_exponent) == (0, Rational(1, 2))


# --- spikes


def spike(network, cell, digits_of_d, fraction):
    """A spike at this fraction of all, its rank, and the physical values."""
    solution, values = solved(network, cell, digits_of_d)
    spikes = solution.spectrum().spikes
    rank = int(fraction * min(float(solution.learned_modes), len(spikes)))
    return spikes[rank - 1], rank, values


@pytest.mark.parametrize("fraction", [0.3, 0.8])
@pytest.mark.parametrize(
    ("cell", "digits_of_d"),
    [
        *(("II", 25), ("III", 10), ("IV", 25), ("V", 20), ("VIa", 6), ("VIb", 10), ("N", 18)),
        *(("II scaled", 40), ("III scaled", 10), ("IV scaled", 25), ("V scaled", 20), ("VIa scaled", 6)),
        *(("VIb scaled", 10), ("N scaled", 18), ("II none", 15), ("III none", 10)),
    ],
)
def test_location_and_overlap_of_spikes(cell, digits_of_d, fraction):
    laws = laws_at("quadratic", cell).spikes
    (location, overlap), rank, values = spike("quadratic", cell, digits_of_d, fraction)
    # corrections fall with d, slowest in phase V
    tolerance = 0.03 if cell[:2] in ("V", "V ") else 6e-3
    assert location / value(laws.location, values, i=rank) == pytest.approx(1, rel=tolerance, abs=0)
    assert overlap == pytest.approx(float(value(laws.overlap, values, i=rank)), rel=tolerance, abs=0)
    if 1 - overlap > 1e-9:
        lost = float(1 - value(laws.overlap, values, i=rank))
        assert 1 - overlap == pytest.approx(lost, rel=tolerance, abs=0)


@pytest.mark.parametrize(
    ("cell", "digits_of_d", "power"),
    [("II", 20, 1), ("II", 25, 1), ("IV", 20, 2), ("IV", 25, 2), ("N", 8, 2), ("VIa", 4, 2), ("VIa", 5, 2)],
)
def test_last_spike_lies_within_one_spacing_above_the_edge(cell, digits_of_d, power):
    # exactly: it is the whole part of K, and lies higher by the rest of K to a power
    laws = laws_at("quadratic", cell).spikes
    solution, values = solved("quadratic", cell, digits_of_d)
    spikes, number = solution.spectrum().spikes, float(solution.learned_modes)
    assert len(spikes) == int(number)
    edge = 0.0 if cell == "II" else edge_of(solution)
    share = (spikes[-1].location - edge) / laws.spacing.evaluate(**values)
    assert 0 <= share <= 1
    # delta's own correction is the larger the fewer the samples: (n_eff/d)^(2/5) in phase N
    assert share == pytest.approx((number % 1) ** power, abs=0.05 if cell == "N" else 0.01)
    assert laws.last == laws_at("quadratic", cell).bulk_edge


@pytest.mark.parametrize("cell", ["III", "VIb"])
def test_every_mode_is_a_spike_and_the_last_is_the_smallest_mode(cell):
    laws, found = laws_at("quadratic", cell).spikes, []
    assert simplify(laws.last.expr - letters.d ** (Rational(1, 2) - letters.gamma)) == 0
    for digits_of_d in (2, 3, 4):
        solution, values = solved("quadratic", cell, digits_of_d)
        spikes = solution.spectrum().spikes
        assert len(spikes) == 10**digits_of_d
        found.append(spikes[-1].location / float(laws.last.evaluate(**values)))
    assert limit_of(found) == pytest.approx(1, abs=1e-2)


def test_spikes_of_benign_phase_by_hand():
    # kappa = 2 delta: (s - delta)^2/s, down to the bulk, and squared cosine 1 - delta^2/s^2
    spikes = laws_at("quadratic", "IV").spikes
    delta = sympy.sqrt(letters.noise_variance * letters.d / (4 * letters.n_eff))
    s, number = sympy.sqrt(letters.d) * index**-letters.gamma, spikes.number.expr
    assert simplify(spikes.location - (s - delta) ** 2 / s) == 0
    assert simplify(spikes.overlap - (1 - delta**2 / s**2)) == 0
    assert simplify(spikes.spacing.expr / (delta * (letters.gamma / number) ** 2)) == 1


def test_diagonal_network_has_no_spikes():
    assert all(laws_at("diagonal", cell).spikes is None for cell in ("Ib", "II", "III", "V", "VIa", "N"))


# --- the tail


@pytest.mark.parametrize(("network", "cell"), [at for at in IN_BOTH if at[1].split()[0] not in ("Ia", "Ib")])
def test_tail_is_a_power_law(network, cell):
    laws = laws_at(network, cell)
    assert laws.tail_exponent == 1 / letters.gamma
    found = []
    for digits_of_d in (10, 15, 20):
        solution, values = solved(network, cell, digits_of_d)
        low, high = (law.evaluate(**values) for law in laws.tail_range)
        x = float(mpmath.sqrt(low * high))
        beyond = solution.spectrum().mass_beyond(x) * 10**digits_of_d * sides(network)
        # modes are whole: the sum over them is the law's integral to within one or two
        whole = {"quadratic": 2, "diagonal": 1}[network]
        assert abs(beyond - value(laws.counting_function, values, x=x)) < whole + 0.07 * beyond
        found.append(float(beyond / value(laws.tail, values, x=x)))
    name = phase_at(network, cell).name
    if network == "diagonal" and (name == "II" or cell == "V"):
        assert found[0] < found[1] < found[2] < 1
    elif network == "diagonal" or name in ("III", "VIa", "VIb"):
        assert found[2] == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize(
    ("network", "cell", "digits_of_d"),
    [
        ("diagonal", "II", 30),
        *(("quadratic", cell, 25) for cell in ("II", "IV", "N")),
        ("quadratic", "VIa", 10),
    ],
)
def test_counting_holds_down_to_the_noise(network, cell, digits_of_d):
    # weights as small as the threshold, or the noise: far from a power law still
    laws = laws_at(network, cell)
    solution, values = solved(network, cell, digits_of_d)
    x = float(laws.tail_range[0].evaluate(**values)) * (1.2 if cell == "VIa" else 1)
    beyond = solution.spectrum().mass_beyond(x) * 10**digits_of_d * sides(network)
    expected = value(laws.counting_function, values, x=x)
    assert beyond > 150
    assert abs(beyond - expected) < 2 + 0.01 * beyond
    assert abs(beyond - value(laws.tail, values, x=x)) > 2 + 0.1 * beyond


def test_counting_becomes_the_tail_far_above_the_bulk():
    for network, cell in [*(("quadratic", c) for c in ("II", "III", "IV", "V", "N")), ("diagonal", "II")]:
        laws = laws_at(network, cell)
        _, values = solved(network, cell, 10)
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


# --- heavy tails and the risk


@pytest.fixture(
    scope="module", params=[(n, noise) for n in NETWORKS for noise in ("fixed", "scaled", "none")]
)
def tails(request):
    network, noise = request.param
    return heavy_tails(phase_diagram(NETWORKS[network], noise=noise))


def test_there_is_a_tail_exactly_where_the_risk_vanishes(tails):
    for found in tails:
        assert found.vanishing in (Holds.EVERYWHERE, Holds.NOWHERE)
        assert (found.tail_exponent != 0) == (found.vanishing is Holds.EVERYWHERE)
        assert found.tail_exponent in (0, 1 / letters.gamma)
        assert (
            (found.tail_exponent != 0) == (found.phase.name not in ("Ia", "Ib")) == (found.number.expr != 0)
        )


def test_the_tail_tells_the_risk_unless_noise_or_shrinkage_of_all_modes_rules(tails):
    for found in tails:
        assert found.determines_risk == (found.phase.name in ("II", "IV", "N"))
        assert found.by_logarithms == (found.phase.risk.exponent == 0 and found.phase.risk.log_exponent != 0)
        if found.determines_risk:  # R ~ K**(1 - 2 gamma)
            gap = found.phase.risk.exponent - (1 - 2 * letters.gamma) * found.number.exponent
            assert simplify(gap) == 0


def test_where_noise_is_seen_beside_the_tail(tails):
    for found in tails:
        name, network = found.phase.name, found.phase.balance.model.name
        if name in ("II", "III"):
            assert found.bulk is found.mostly_noise is Holds.NOWHERE
        if name in ("IV", "V", "N"):  # a bulk of (n_eff/d)**(3/5), or all n of the diagonal network's weights
            assert found.bulk is found.mostly_noise is Holds.EVERYWHERE
            assert found.gap is (Holds.IN_PART if network == "quadratic" else Holds.NOWHERE)
        if name in ("VIa", "VIb"):
            cut = found.number.expr == letters.d
            expected = {"diagonal": Holds.IN_PART, "quadratic": Holds.NOWHERE}[network]
            assert found.bulk is (expected if cut else Holds.EVERYWHERE)
            assert found.mostly_noise is (Holds.NOWHERE if cut else Holds.EVERYWHERE)


def test_extents_agree_with_exponents_at_points(diagram, points_inside):
    known = {found.phase: found for found in heavy_tails(diagram)}
    seen = {}
    for phase, point in points_inside(diagram, 12):
        laws, found = phase.spectrum(), known[phase]
        numbers = {getattr(letters, k): Rational(v.numerator, v.denominator) for k, v in point.items()}

        def at(law, numbers=numbers):
            return -oo if law.exponent == -oo else law.exponent.subs(numbers)

        holds = {
            "bulk": at(laws.noise_weights) > 0,
            "mostly_noise": at(laws.noise_weights) > max(at(laws.learned_modes), 0),
            "vanishing": at(phase.risk) < 0 or found.by_logarithms,
        }
        if laws.spikes is not None and laws.bulk_edge.expr != 0:
            holds["gap"] = at(laws.spikes.spacing) > at(laws.bulk_edge)
        for name, answer in holds.items():
            extent = getattr(found, name)
            assert extent is Holds.IN_PART or bool(answer) == (extent is Holds.EVERYWHERE), (
                phase.name,
                name,
            )
            seen.setdefault((phase, name, extent), set()).add(bool(answer))
    in_part = [answers for (_, _, extent), answers in seen.items() if extent is Holds.IN_PART]
    assert in_part
    assert all(answers == {True, False} for answers in in_part)


def test_starved_network_shows_a_bulk_down_to_a_third_of_a_mode():
    # d t^(3/2) > 1, t = (n_eff/d)^(2/5): n_eff > d^(-2/3), where the edge moves by d^(-2/3) delta
    (found,) = (f for f in heavy_tails(phase_diagram(quadratic)) if f.phase is phase_at("quadratic", "Ia"))
    laws = laws_at("quadratic", "Ia")
    assert found.bulk is Holds.IN_PART
    assert simplify(laws.noise_weights.exponent.subs(letters.a, Rational(-2, 3))) == 0
    assert laws_at("diagonal", "Ia").bulk_edge.expr == 0  # n of d coefficients pass, fewer than one


def test_statements_say_what_was_found(tails):
    for found in tails:
        text = found.statement
        assert text.startswith(f"Phase {found.phase.name}: ")
        assert ("power-law tail" in text) == (found.tail_exponent != 0)
        assert ("does not vanish" in text) == (found.vanishing is Holds.NOWHERE)
        assert ("without a bulk" in text) == (found.bulk is Holds.NOWHERE)
        assert text.endswith("tail tells.") == found.determines_risk
        assert ("powers of log d only" in text) == found.by_logarithms


def test_a_planted_risk_is_told_from_what_the_tail_tells():
    # a phase IV in which the noise's own error ruled would not be told by its tail
    phase = phase_at("quadratic", "IV")
    harmful = phase_at("quadratic", "V")
    planted = replace(phase, balance=replace(phase.balance, risk=harmful.balance.risk))
    diagram = replace(phase_diagram(quadratic), phases=(planted,))
    (found,) = heavy_tails(diagram)
    assert not found.determines_risk


def test_a_tail_beside_a_risk_that_stays_would_be_seen():
    # phase II with the risk of phase Ib: a tail, and no vanishing risk, which no derived phase has
    phase, trivial = phase_at("quadratic", "II"), phase_at("quadratic", "Ib")
    planted = replace(phase, balance=replace(phase.balance, risk=trivial.balance.risk))
    (found,) = heavy_tails(replace(phase_diagram(quadratic), phases=(planted,)))
    assert (found.tail_exponent != 0) != (found.vanishing is Holds.EVERYWHERE)
    assert "does not vanish" in found.statement
    # and the other way round: no tail, and a risk that vanishes as samples grow
    benign = phase_at("quadratic", "IV").balance.risk
    planted = replace(trivial, balance=replace(trivial.balance, risk=benign))
    (found,) = heavy_tails(replace(phase_diagram(quadratic), phases=(planted,)))
    assert found.tail_exponent == 0
    assert found.vanishing is Holds.IN_PART


# --- conventions


@pytest.mark.parametrize("cell", sorted(POINTS))
@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_laws_hang_together(network, cell):
    if network == "diagonal" and cell in ONLY_QUADRATIC:
        pytest.skip("the diagonal network has no such phase there")
    phase, laws = phase_at(network, cell), laws_at(network, cell)
    assert laws.learned_modes == phase.learned
    assert laws.mass_above == law_of(phase.balance, "mass_above")
    assert simplify(laws.noise_weights.exponent - 1 - law_of(phase.balance, "noise_above").exponent) in (
        0,
        sympy.nan,
    )
    _, values = solved(network, cell, 10)
    masses = [law.evaluate(**values) for law in (laws.atom, laws.mass_above)]
    assert all(0 <= mass <= 1 for mass in masses)
    assert 1 in masses or sum(masses) == 1
    if laws.learned_modes.expr == 0:
        assert laws.tail == laws.tail_exponent == laws.counting_function == 0


@pytest.mark.parametrize("estimator", ["bayes", "ridge"])
def test_estimators_without_trained_weights_are_refused(estimator):
    diagram = phase_diagram(diagonal, estimator=estimator)
    with pytest.raises(ValueError, match="estimator='erm'"):
        diagram.phases[0].spectrum()
    with pytest.raises(ValueError, match="estimator='erm'"):
        heavy_tails(diagram)


def test_edge_mass_and_gap_of_the_semicircle():
    # 1/pi sqrt(t): mass 2/(3 pi) t^(3/2), D_b = 8/(15 pi) t^(5/2)
    edge, t = quadratic.noise.edge_law, Rational(1, 1000)
    bulk_freedom = 8 / (15 * pi) * t ** Rational(5, 2)
    assert simplify(edge.gap_constant * bulk_freedom**edge.gap_power / t) == 1
    assert (
        simplify(edge.mass_constant * bulk_freedom**edge.mass_power / (2 / (3 * pi) * t ** Rational(3, 2)))
        == 1
    )
    assert (quadratic.noise.mass, diagonal.noise.mass) == (Rational(1, 2), 1)
