"""The interpolation peak: its powers, its sides and its curve."""

import mpmath
import pytest
from mpmath import mpf
from sympy import Eq, Rational, log, simplify, sqrt

from asymptotics import (
    InvalidArgument,
    PhysicalPoint,
    diagonal,
    interpolation_peak,
    phase_diagram,
    quadratic,
    symbols,
)
from asymptotics.boundaries.interpolation import balances_at_capacity, depth, mean_depth
from asymptotics.lemmas.uniform_sums import evaluate

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
SIZES = {"d": mpf(10) ** 30, "weight_decay": mpf("1e-12"), "noise_variance": mpf(1)}


def across(peak, share):
    """A point where the excess is a multiple of the width."""
    with mpmath.workdps(40):
        width, samples = (evaluate(x, PhysicalPoint(**SIZES).values()) for x in (peak.width, peak.samples))
        slope = peak.excess.diff(symbols.n_eff) * peak.samples
        return PhysicalPoint(**SIZES, n_eff=samples * (1 + share * width / mpf(slope.p) * slope.q))


@pytest.mark.parametrize("network", NETWORKS)
def test_peak_in_powers_of_weight_decay(network):
    peak, decay = interpolation_peak(NETWORKS[network]), symbols.weight_decay
    powers = {name: simplify(decay * log(getattr(peak, name)).diff(decay)) for name in ("width", "height")}
    assert powers == {"width": Rational(2, 3), "height": -Rational(2, 3)}
    assert simplify(peak.excess.subs(symbols.n_eff, peak.samples)) == 0


def test_peak_of_the_diagonal_network_by_hand():
    # at the top delta^2 = (Delta^2/(4 c_1 lambda))^(2/3)
    peak = interpolation_peak(diagonal)
    labels, decay = symbols.noise_variance, symbols.weight_decay
    assert peak.samples == symbols.d
    by_hand = (labels**2 / (4 * sqrt(2 / mpmath.pi) * decay)) ** Rational(2, 3)
    values = PhysicalPoint(**SIZES).values()
    assert evaluate(peak.height, values) == pytest.approx(evaluate(by_hand, values), rel=1e-12, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
def test_one_curve_for_all_networks(network):
    peak = interpolation_peak(NETWORKS[network])
    for share in (-3, -1, 0, 1, 3):
        at = across(peak, share)
        below_the_top = evaluate(peak.height, at.values()) / peak.evaluate(at)
        root = mpmath.findroot(lambda y, x=share: y**2 - x**2 - mpmath.sqrt(y), abs(share) + 1)
        assert below_the_top == pytest.approx(root, rel=1e-10, abs=0)
    assert all(depth in equation.free_symbols for equation in peak.equations)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("side", "share"), [("below", -1000), ("height", 0), ("above", 1000)])
def test_sides_of_the_peak_are_its_limits(network, side, share):
    peak = interpolation_peak(NETWORKS[network])
    at = across(peak, share)
    with mpmath.workdps(30):
        law = evaluate(getattr(peak, side), at.values())
        assert peak.evaluate(at) == pytest.approx(law, rel=1e-4, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("share", [-1000, -1, 0, 1, 1000])
def test_quantities_solve_the_balances_near_the_peak(network, share):
    # A - j(0) + m rho = lambda/(c rho delta), to the relative order of kappa/delta
    network, peak = NETWORKS[network], interpolation_peak(NETWORKS[network])
    at = across(peak, share)
    with mpmath.workdps(30):
        found, values = peak.solve(at), at.values()
        rho = found["threshold"] / found["effective_noise"]
        excess, force, labels, moment = (
            evaluate(x, values)
            for x in (
                peak.excess,
                balances_at_capacity(network)[2],
                balances_at_capacity(network)[1],
                network.noise.first_moment,
            )
        )
        assert excess + moment * rho == pytest.approx(force / found["threshold"], rel=1e-8, abs=0)
        square = labels / (excess + 2 * moment * rho)
        assert found["effective_noise"] ** 2 == pytest.approx(square, rel=1e-8, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("noise", ["fixed", "scaled"])
def test_it_is_the_local_law_of_its_boundary(network, noise):
    boundaries = phase_diagram(NETWORKS[network], noise=noise).boundaries
    local = [b.law().local for b in boundaries if b.type.value == "interpolation peak"]
    assert local
    assert all(law is interpolation_peak(NETWORKS[network]) for law in local)


def test_mean_depth_of_the_noise_next_to_the_edge():
    share = Rational(1, 10**9)
    depth = float(mean_depth(quadratic, share))
    density = lambda t: mpmath.sqrt(t * (4 - t)) / (2 * mpmath.pi)  # noqa: E731
    end = mpmath.findroot(lambda w: mpmath.quad(density, [0, w]) - float(share), 3e-6)
    expected = mpmath.quad(lambda t: t * density(t), [0, end]) / mpmath.quad(density, [0, end])
    assert depth == pytest.approx(float(expected), rel=1e-5, abs=0)


def test_other_left_sides_are_named():
    class Other:
        name = "other"
        noise_balance = Eq(symbols.n_eff * symbols.effective_noise**2, symbols.matrix_error)
        threshold_balance = Eq(2 * symbols.n_eff, symbols.degrees_of_freedom)

    with pytest.raises(NotImplementedError, match="other: the noise and the threshold balance have other"):
        balances_at_capacity(Other())
    with pytest.raises(InvalidArgument, match="network="):
        interpolation_peak("diagonal")
