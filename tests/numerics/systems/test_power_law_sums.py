"""Sums over modes against zeta functions, closed forms and sums term by term."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from numerics.arithmetic.errors import NotConverged
from numerics.arithmetic.precision import DOUBLE, for_digits, to_mpf
from numerics.systems.power_law_sums import (
    USUAL,
    Modes,
    ModeSum,
    Rule,
    Sizes,
    nodes_at,
    nodes_of,
    number_above,
    rough_totals,
    total,
)


def power(exponent):
    return ModeSum(lambda sizes, values: sizes.power(exponent))


def lorentzian(kappa):
    """Sum of s^2/(s^2 + kappa), whose scale is known."""
    return ModeSum(
        lambda sizes, values: sizes.values**2 / (sizes.values**2 + kappa), scale=lambda _: kappa**0.5
    )


def closed(kappa):
    """Sum over i of 1/(1 + kappa i^2), by the partial fractions of the cotangent."""
    with mpmath.extradps(30):
        root = mpmath.sqrt(kappa)
        return (mpmath.pi / root * mpmath.coth(mpmath.pi / root) - 1) / 2


def doubled(summed, modes, **options):
    with DOUBLE.working():
        return float(total(summed, modes, [], DOUBLE, USUAL, **options)[0])


@pytest.mark.parametrize("excess", [2.0, 0.5, 0.05, 0.001])
def test_however_slowly_a_sum_over_all_modes_converges(excess):
    """Against Riemann's zeta function; a sum cut off after 10^300 terms is off by half at 0.001."""
    assert doubled(power(1 + excess), Modes(1, 1)) == pytest.approx(
        float(mpmath.zeta(1 + excess)), rel=1e-12, abs=0
    )


@pytest.mark.parametrize("kappa", [1e-60, 1e-30, 1e-12, 1e-3, 1.0, 1e8])
def test_a_sum_with_a_scale_far_down_is_exact(kappa):
    """Where all modes in reach lie above the scale the summand is a power, too, and the wrong one."""
    assert doubled(lorentzian(kappa), Modes(1, 1)) == pytest.approx(float(closed(kappa)), rel=1e-13, abs=0)


@pytest.mark.parametrize("digits", [25, 80])
def test_sums_to_many_digits(digits):
    arithmetic = for_digits(digits, 5)
    with arithmetic.working(), mpmath.workdps(digits + 10):
        kappa = arithmetic.real(Fraction(1, 1000))
        value = to_mpf(total(lorentzian(kappa), Modes(1, 1), [], arithmetic, Rule(arithmetic))[0])
        assert abs(value / closed(mpmath.mpf(1) / 1000) - 1) < mpmath.mpf(10) ** -digits


def test_a_rule_of_few_digits_keeps_the_digits_of_summands():
    arithmetic = for_digits(60)
    with arithmetic.working():
        kappa = arithmetic.real(Fraction(1, 1000))
        value = float(total(lorentzian(kappa), Modes(1, 1), [], arithmetic, USUAL)[0])
        assert len(nodes_of(Modes(1, 1), arithmetic, USUAL, magnitude=8).weights) < 1000
    assert value == pytest.approx(float(closed(1e-3)), rel=1e-12, abs=0)


@pytest.mark.parametrize("number", [1, 7, 5000])
@pytest.mark.parametrize("decay", [Fraction(3, 5), 1.5, 4])
def test_finitely_many_modes_are_those_added_one_by_one(number, decay):
    modes = Modes(3, decay, number)
    sizes = 3 * np.arange(1.0, number + 1) ** -float(decay)
    expected = math.fsum(sizes**2 / (sizes**2 + 0.01))
    assert doubled(lorentzian(0.01), modes) == pytest.approx(expected, rel=1e-13, abs=0)


def broken(size):
    return ModeSum(
        below=lambda sizes, values: sizes.values**2,
        above=lambda sizes, values: sizes.values**-1 + 1,
        break_size=lambda values: size,
        scale=lambda values: size,
    )


@pytest.mark.parametrize("size", [0.3, 0.011, 1e-4])
def test_a_break_is_sharp(size):
    """M modes above it have the one summand, the others the other: M (M + 3)/2 and a tail of zeta."""
    with DOUBLE.working():
        above = number_above(Modes(1, 1), size, DOUBLE)
    assert above == math.floor(1 / size)
    expected = above * (above + 3) / 2 + float(mpmath.zeta(2, above + 1))
    assert doubled(broken(size), Modes(1, 1), break_after=above) == pytest.approx(expected, rel=1e-13, abs=0)
    assert doubled(broken(size), Modes(1, 1), break_after=above + 1) != pytest.approx(
        expected, rel=1e-9, abs=0
    )


def test_infinitely_many_modes_reach_beyond_a_break_whose_scale_is_not_known():
    """Were X above the break, its other summand would be taken for the tail."""
    above = 10**13
    without = ModeSum(broken(1e-13).below, lambda sizes, values: sizes.values**3, lambda values: 1e-13)
    expected = float(mpmath.zeta(3)) - 0.5 / above**2 + 1 / above
    assert doubled(without, Modes(1, 1), break_after=above) - float(mpmath.zeta(3)) == pytest.approx(
        expected - float(mpmath.zeta(3)), rel=1e-2, abs=0
    )


def test_a_break_beyond_the_last_mode_leaves_all_above():
    modes = Modes(1, 1, 10)
    with DOUBLE.working():
        assert number_above(modes, 1e-9, DOUBLE) == 10
    assert doubled(broken(1e-9), modes, break_after=10) == pytest.approx(65, rel=1e-14, abs=0)


@pytest.mark.parametrize("size", [0.0, -1.0, math.nan])
def test_a_break_at_no_size_is_refused(size):
    with DOUBLE.working(), pytest.raises(NotConverged, match="a break of a sum over modes"):
        number_above(Modes(1, 1), size, DOUBLE)


@pytest.mark.parametrize("exponent", [1, 0.9, 0])
def test_a_divergent_sum_is_refused(exponent):
    with pytest.raises(
        NotConverged, match="the sum over infinitely many modes diverges: its terms fall as i"
    ):
        doubled(power(exponent), Modes(1, 1))


def test_a_summand_that_never_becomes_a_power_is_refused():
    """1/(i log(i)^2) converges, but falls as no power."""
    slow = ModeSum(lambda sizes, values: sizes.values / (1 - np.log(sizes.values)) ** 2)
    with pytest.raises(NotConverged, match="has not become a power of the index"):
        doubled(slow, Modes(1, 1))


def test_many_points_at_once_are_those_one_by_one():
    summed = ModeSum(lambda sizes, values: sizes.values**2 / (sizes.values**2 + values[0]))
    kappas = np.array([[1e-6], [1e-2], [3.0]])
    with DOUBLE.working():
        together = total(summed, Modes(1, 1), [kappas], DOUBLE, USUAL)
        apart = [total(summed, Modes(1, 1), [kappa[None, :]], DOUBLE, USUAL)[0] for kappa in kappas]
    assert together == pytest.approx(apart, rel=1e-13, abs=0)


def test_rough_sums_are_near_and_continuous():
    points = np.geomspace(1e-4, 0.5, 400)[:, None]
    summed = ModeSum(
        below=lambda sizes, values: sizes.values**2,
        above=lambda sizes, values: 0 * sizes.values + values[0] ** 2,
        break_size=lambda values: values[0],
    )
    with DOUBLE.working():
        rough = rough_totals(summed, Modes(1, 1), [points])
        for point, value in zip(points[::40, 0], rough[::40], strict=True):
            above = number_above(Modes(1, 1), point, DOUBLE)
            exact = above * point**2 + float(mpmath.zeta(2, above + 1))
            assert value == pytest.approx(exact, rel=0.4, abs=0)
    assert np.all(np.abs(np.diff(np.log(rough))) < 0.1)


@pytest.mark.parametrize("decades", [20, 77, 140])
def test_rough_sums_reach_as_far_down_as_unknowns_are_looked_for(decades):
    """Of s^2/(s + kappa), by its Mellin transform: pi/(g sin(pi/g)) kappa^(1 - 1/g)."""
    decay, kappa = 0.75, 10.0**-decades
    summed = ModeSum(lambda sizes, values: sizes.values**2 / (sizes.values + values[0]))
    rough = rough_totals(summed, Modes(1, Fraction(3, 4)), [np.array([[kappa]])])
    exact = abs(math.pi / (decay * math.sin(math.pi / decay))) * kappa ** (1 - 1 / decay)
    assert rough[0] == pytest.approx(exact, rel=0.2, abs=0)


def test_powers_of_sizes_are_computed_once():
    sizes = Sizes(np.array([0.5, 2.0]))
    assert sizes.power(3) is sizes.power(3)
    assert sizes.power(3).tolist() == [0.125, 8.0]


def test_nodes_reach_below_the_scale():
    with DOUBLE.working():
        nodes = nodes_at(lorentzian(1e-20), Modes(1, 1), [], DOUBLE, USUAL)
    assert nodes.below.values[-3] < 1e-17


@pytest.mark.parametrize("arithmetic", [DOUBLE, for_digits(30)], ids=["double", "30 digits"])
def test_nothing_is_added_beyond_a_break_below_which_the_summand_vanishes(arithmetic):
    nothing = ModeSum(lambda sizes, values: 0, lambda sizes, values: 1)
    with arithmetic.working():
        whole = total(nothing, Modes(1, 1), [], arithmetic, Rule(digits_of=arithmetic), 100)
    assert whole == [100]
