"""The local law where the data come to determine every mode: widths, sides, and its limits."""

from dataclasses import replace
from itertools import product

import mpmath
import pytest
from mpmath import mpf
from sympy import Rational, log, pi, simplify, sqrt

from asymptotics import (
    BoundaryType,
    PhysicalPoint,
    diagonal,
    interpolation_peak,
    phase_diagram,
    quadratic,
    recovery_jump,
    symbols,
)
from asymptotics.boundaries.free_convolution import CriticalNoise
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.lemmas.uniform_sums import evaluate

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
GAMMA = mpf(3) / 2


def at_point(expression, at):
    return evaluate(expression, PhysicalPoint(**at).values())


def values_at(network, decay, labels):
    """Physical values with weight decay in units of the smallest mode, label noise in those of its square."""
    dim = mpf(10) ** 30
    smallest = dim ** (mpf(1) / 2 - GAMMA)
    return {
        "gamma": GAMMA,
        "d": dim,
        "weight_decay": decay * smallest,
        "noise_variance": (labels or 1) * smallest**2,
    }


@pytest.mark.parametrize("network", NETWORKS)
def test_without_label_noise_the_bayes_risk_vanishes_at_the_threshold(network):
    jump = recovery_jump(NETWORKS[network], estimator="bayes")
    assert simplify(jump.risk.subs(symbols.n_eff, 2 * jump.samples)) == 0
    at = {symbols.n_eff: jump.samples / 2, symbols.d: 7, symbols.gamma: Rational(3, 2)}
    assert jump.risk.subs(symbols.n_eff, jump.samples / 2).subs(at) > 0


# --- what is said of it


@pytest.mark.parametrize(("network", "power"), [("diagonal", Rational(1, 2)), ("quadratic", Rational(2, 3))])
def test_width_in_powers_of_weight_decay_and_of_the_smallest_mode(network, power):
    width = recovery_jump(NETWORKS[network]).width
    for variable, found in (
        (symbols.weight_decay, power),
        (symbols.d, power * (symbols.gamma - Rational(1, 2))),
    ):
        assert simplify(variable * log(width).diff(variable) - found) == 0


@pytest.mark.parametrize("network", NETWORKS)
def test_far_above_the_threshold_are_the_poles_of_the_phases_there(network):
    # A >> 1: shrinkage and label noise, the laws of III and VIb
    jump = recovery_jump(NETWORKS[network], noisy=True)
    at = values_at(network, mpf("1e-30"), mpf("1e-54"))
    x = mpf("1e-3")
    at["n_eff"] = at_point(jump.samples, at) * (1 + x)
    phases = {
        p.name: p.risk
        for p in phase_diagram(NETWORKS[network], noise="scaled").phases
        if p.name in ("III", "VIb")
    }
    capacity = at | {"n_eff": at_point(jump.samples, at)}
    shrinkage, labels = phases["III"].evaluate(**capacity) / x**3, phases["VIb"].evaluate(**capacity) / x
    assert 0.1 < shrinkage / labels < 10
    assert jump.evaluate(**at) == pytest.approx(shrinkage + labels, rel=1e-6, abs=0)


def test_with_many_labels_it_is_the_interpolation_peak():
    jump, peak = recovery_jump(diagonal, noisy=True), interpolation_peak(diagonal)
    at = values_at("diagonal", mpf("1e-12"), 1) | {"noise_variance": mpf(1)}
    width = at_point(peak.width, at)
    for share in (-2, 0, 2):
        here = at | {"n_eff": at["d"] * (1 + share * width)}
        assert jump.evaluate(**here) == pytest.approx(peak.evaluate(**here), rel=1e-9, abs=0)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("noise", ["none", pytest.param("scaled", marks=pytest.mark.slow)])
@pytest.mark.parametrize("estimator", ["erm", "bayes"])
def test_it_is_the_local_law_of_its_boundaries(network, noise, estimator):
    boundaries = phase_diagram(NETWORKS[network], noise=noise, estimator=estimator).boundaries
    pairs = ({"III", "N"}, {"N", "VIb"}, {"N", "R"})
    met = [b for b in boundaries if {p.name for p in b.phases} in pairs and not b.continuous]
    assert met == [b for b in boundaries if b.type is BoundaryType.RECOVERY]
    jump = recovery_jump(NETWORKS[network], noisy=noise != "none", estimator=estimator)
    assert met
    assert all(b.law().local is jump for b in met)


CASES = list(product(NETWORKS, (False, True), ("erm", "bayes")))


@pytest.mark.parametrize(("network", "noisy", "estimator"), CASES)
@pytest.mark.parametrize(("side", "share"), [("below", -3000), ("height", 0), ("above", 3000)])
def test_sides_and_height_are_what_the_law_says_there(network, noisy, estimator, side, share):
    jump = recovery_jump(NETWORKS[network], noisy=noisy, estimator=estimator)
    law = getattr(jump, side)
    at = values_at(network, mpf("1e-24"), mpf("1e-24") if noisy else 0)
    with mpmath.workdps(50):
        width = at_point(jump.width, at) or mpf("1e-12")
        at |= {"n_eff": at_point(jump.samples, at) * (1 + share * width)}
        if law is None:
            assert network == "diagonal"
            assert noisy
        else:
            assert jump.evaluate(**at) == pytest.approx(at_point(law, at), rel=1e-3, abs=0)


def test_the_lowest_point_that_is_seen_is_at_zero():
    # a source of its own: 1/z summed over modes, and its slope, at the double root
    gamma, modes = mpf(3) / 2, 20000
    found = evaluate(CriticalNoise(quadratic.subordination_map, symbols.gamma), {symbols.gamma: gamma})
    sizes = [((k + mpf(1) / 2) / modes) ** -gamma for k in range(modes)]

    def lowest(noise):
        def slope(z):
            return 1 - noise**2 * sum((z - s) ** -2 for s in sizes) / modes

        z = mpmath.findroot(slope, (mpf("0.05"), mpf("0.95")), solver="anderson", tol=1e-10)
        return z + noise**2 * sum(1 / (z - s) for s in sizes) / modes

    assert abs(lowest(found)) < 1e-4
    assert abs(lowest(found * mpf("1.001"))) > 1e-4


def test_what_is_not_declared_is_named():
    with pytest.raises(ValueError, match="estimator='ridge': must be 'erm' or 'bayes'"):
        recovery_jump(diagonal, estimator="ridge")
    for estimator in ("erm", "bayes"):
        with pytest.raises(NotImplementedError, match="declares no subordination_map"):
            recovery_jump(replace(quadratic, subordination_map=None), estimator=estimator)
    in_another_unit = replace(
        quadratic,
        noise=NoiseLaw(sqrt(2 - level**2) / pi, edge=sqrt(2)),
        subordination_map=symbols.position + symbols.effective_noise**2 * symbols.resolvent / 2,
    )
    with pytest.raises(NotImplementedError, match="free convolution with a semicircle"):
        recovery_jump(in_another_unit, estimator="bayes")
