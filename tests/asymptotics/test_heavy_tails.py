"""What the spectrum says of the risk, in every phase and after a planted error."""

from dataclasses import replace

import pytest
from spectrum_points import NETWORKS, laws_at, phase_at
from sympy import Rational, oo, simplify

from asymptotics import heavy_tails, phase_diagram, quadratic
from asymptotics import symbols as letters
from asymptotics.balance.inequalities import Holds


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
        assert text.endswith("tail determines.") == found.determines_risk
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
