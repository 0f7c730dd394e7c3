"""What the trained weights are, mode by mode."""

from dataclasses import replace

import pytest
from sympy import S, erfc, pi, simplify, sqrt

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.lemmas.power_sums import Learned
from asymptotics.lemmas.weight_shares import ATOM, MASS_ABOVE, NOISE_ABOVE, passing
from asymptotics.networks.mode_functions import Ordering, weight_shares
from asymptotics.symbols import effective_noise, size, threshold


def test_the_probability_to_pass_is_half_the_curvature_of_the_potential():
    assert passing(quadratic.potential) == 1
    deviation = sqrt(size**2 + effective_noise**2)
    assert simplify(passing(diagonal.potential) - erfc(threshold / (sqrt(2) * deviation))) == 0


@pytest.mark.parametrize("network", [diagonal, quadratic], ids=str)
@pytest.mark.parametrize("ordering", Ordering)
@pytest.mark.parametrize("learned", Learned)
def test_a_weight_is_zero_or_not(network, ordering, learned):
    shares = weight_shares(network, ordering, learned)
    parts = [shares[name] for name in (ATOM, MASS_ABOVE)]
    if all(part.order == 0 for part in parts):
        for zero, other in zip(*(part.function.pieces for part in parts), strict=True):
            assert simplify(zero.value + other.value) == 1


def test_noise_is_half_of_all_where_nothing_is_cut():
    shares = weight_shares(quadratic, Ordering.THRESHOLD_BELOW_NOISE, Learned.SOME)
    below, above = shares[NOISE_ABOVE].function.pieces
    assert (below.value, above.value) == (S.Half, 0)


def test_a_small_threshold_cuts_the_density_of_the_noise_at_zero():
    # weights of either sign: nothing is cut to leading order; P(|w| < u) = 2 u/pi for a semicircle
    density = sqrt(4 - level**2) / pi
    network = replace(quadratic, noise=NoiseLaw(density, edge=S(2)), subordination_map=None)
    atom = weight_shares(network, Ordering.THRESHOLD_BELOW_NOISE, Learned.SOME)[ATOM]
    below, above = atom.function.pieces
    assert (atom.order, below.value, above.value) == (1, 2 / pi, 0)
    phase = phase_diagram(network)["VIa"]
    expected = 2 / pi * phase.threshold.expr / phase.effective_noise.expr
    assert simplify(phase.spectrum().atom.expr / expected) == 1


def test_a_density_that_vanishes_at_zero_is_refused():
    density = 3 * level**2 / 8
    network = replace(quadratic, noise=NoiseLaw(density, edge=S(2)), subordination_map=None)
    with pytest.raises(NotImplementedError, match=r"share of the noise below a small threshold.* is 0 at 0"):
        weight_shares(network, Ordering.THRESHOLD_BELOW_NOISE, Learned.SOME)
