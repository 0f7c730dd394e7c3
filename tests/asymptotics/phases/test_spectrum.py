"""Laws of the trained weights, as derived, and what they say of heavy tails."""

import pytest
import sympy
from spectrum_points import IN_BOTH, NETWORKS, POINTS, laws_at, phase_at
from sympy import Rational, pi, simplify

from asymptotics import diagonal, heavy_tails, phase_diagram, quadratic
from asymptotics import symbols as letters
from asymptotics.phases.spectrum import index


@pytest.mark.parametrize("noise", ["fixed", "scaled", "none"])
@pytest.mark.parametrize("network", sorted(NETWORKS))
def test_points_lie_in_every_phase(network, noise):
    cases = [case for net, case in IN_BOTH if net == network and POINTS[case][0] == noise]
    visited = {phase_at(network, case) for case in cases}
    assert visited == set(phase_diagram(NETWORKS[network], noise=noise).phases)


def test_largest_noise_left_is_a_difference_of_two_logarithms():
    law = laws_at("diagonal", "V").bulk_edge
    a, noise, n, d = letters.a, letters.noise_variance, letters.n_eff, letters.d
    paper = sympy.sqrt(2 * noise * d / n) * (sympy.sqrt(sympy.log(d)) - sympy.sqrt(sympy.log(d / n)))
    assert simplify(law.expr - paper) == 0
    assert simplify(law.constant - sympy.sqrt(2) * (1 - sympy.sqrt(1 - a))) == 0
    assert (simplify(law.exponent - (1 - a) / 2), law.log_exponent) == (0, Rational(1, 2))


# --- spikes


def test_spikes_of_benign_phase_by_hand():
    # kappa = 2 delta: (s - delta)^2/s, down to the bulk, and squared cosine 1 - delta^2/s^2
    spikes = laws_at("quadratic", "IV").spikes
    delta = sympy.sqrt(letters.noise_variance * letters.d / (4 * letters.n_eff))
    s, number = sympy.sqrt(letters.d) * index**-letters.gamma, spikes.number.expr
    assert simplify(spikes.location - (s - delta) ** 2 / s) == 0
    assert simplify(spikes.overlap - (1 - delta**2 / s**2)) == 0
    assert simplify(spikes.spacing.expr / (delta * (letters.gamma / number) ** 2)) == 1


def test_diagonal_network_has_no_spikes():
    assert all(laws_at("diagonal", case).spikes is None for case in ("Ib", "II", "III", "V", "VIa", "N"))


# --- conventions


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
