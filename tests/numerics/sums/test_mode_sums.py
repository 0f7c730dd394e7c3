from __future__ import annotations

import math
from fractions import Fraction

import gmpy2
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from numerics.arithmetic.precision import DOUBLE, Arithmetic, multiprecision, to_mpf
from numerics.sums.mode_sums import junction_stencil, mode_nodes

WIDE = multiprecision(170)

DECAYS = [0.51, 0.75, 1.25, 3.0, 5.0]
SHAPES = {
    "pole in i^(2 gamma)": lambda x: 1 / (1 + x**2),
    "Gaussian tail": lambda x: special.erfc(np.minimum(x, 100.0)),
    "incomplete gamma with noise": lambda x: special.gammainc(1.5, 1 / (1 / x**2 + 1e-6)),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("decay", DECAYS)
@pytest.mark.parametrize("dim", [1, 50, 1000, 10**5])
def test_sums_agree_with_every_term_added(dim: int, decay: float, shape: str) -> None:
    nodes, every = mode_nodes(dim, decay), np.arange(1.0, dim + 1)
    for scale in np.logspace(0, decay * math.log10(dim), 12):
        f = SHAPES[shape]
        explicit = math.fsum(f(every**decay / scale))
        assert nodes.weights @ f(nodes.indices**decay / scale) == pytest.approx(explicit, rel=6e-15, abs=0)


@pytest.mark.parametrize("decay", [*DECAYS, 8.0])
def test_poles_next_to_the_axis_lie_beyond_the_modes_taken_one_by_one(decay: float) -> None:
    """Those of 1/(1 + x^4), x = (i/p)^gamma, are p sin(pi/(4 gamma)) off the axis, the nearest here."""
    dim, every = 3000, np.arange(1.0, 3001)
    nodes = mode_nodes(dim, decay)
    for place in np.linspace(1, 400, 200):
        explicit = math.fsum(1 / (1 + (every / place) ** (4 * decay)))
        computed = nodes.weights @ (1 / (1 + (nodes.indices / place) ** (4 * decay)))
        assert computed == pytest.approx(explicit, rel=2e-14, abs=0)


def test_the_cost_does_not_depend_on_the_dimension() -> None:
    assert len(mode_nodes(10**30, 1.25).weights) < 1500
    assert len(mode_nodes(10**60, 1.25).weights) < 3000


@pytest.mark.parametrize("dim", [7, 10**4, 10**30, 10**50])
@pytest.mark.parametrize("arithmetic", [DOUBLE, WIDE], ids=["double", "170 bits"])
def test_power_sums_are_differences_of_zeta_functions(dim: int, arithmetic: Arithmetic) -> None:
    with arithmetic.working(), mpmath.workdps(150):
        for exponent in (0, Fraction(1, 2), Fraction(5, 2), 6):
            nodes = mode_nodes(dim, 1.25, 0, arithmetic)
            exact = (
                mpmath.mpf(dim)
                if exponent == 0
                else mpmath.zeta(float(exponent)) - mpmath.zeta(float(exponent), dim + 1)
            )
            computed = to_mpf(nodes.weights @ nodes.indices ** (-arithmetic.real(exponent)))
            assert abs(computed / exact - 1) < 50 * to_mpf(arithmetic.epsilon)


def digamma_sum(first: int, last: int, pole: mpmath.mpc) -> mpmath.mpc:
    """Sum of 1/(i - pole) over i = first..last."""
    if last < first:
        return mpmath.mpc(0)
    return mpmath.psi(0, last + 1 - pole) - mpmath.psi(0, first - pole)


@settings(max_examples=60, deadline=None)
@given(
    dim_log=st.floats(0, 30),
    break_log=st.floats(-0.5, 30),
    decay=st.sampled_from(DECAYS),
    beside=st.floats(-0.4, 0.4),
    above=st.sampled_from([0.0, 1e-3, 0.3, 2.0, 50.0]),
    arithmetic=st.sampled_from([DOUBLE, multiprecision(120)]),
)
def test_a_pole_at_the_break_is_summed_on_both_sides(
    dim_log: float, break_log: float, decay: float, beside: float, above: float, arithmetic: Arithmetic
) -> None:
    dim = int(10**dim_log)
    break_after = min(dim, int(10**break_log))
    with arithmetic.working():
        nodes = mode_nodes(dim, decay, break_after, arithmetic)
        pole = arithmetic.complex(arithmetic.real(beside), arithmetic.real(above))
        terms = nodes.weights / (nodes.offsets - pole)
        scale = float(np.sum(abs(terms)))
        with mpmath.workdps(100):
            exact_pole = break_after + mpmath.mpf(1) / 2 + mpmath.mpc(beside, above)
            for half, first, last in (
                (terms[: nodes.learned], 1, break_after),
                (terms[nodes.learned :], break_after + 1, dim),
            ):
                # of ten thousand terms a sum in this arithmetic rounds more than the terms themselves
                computed = mpmath.fsum(mpmath.mpc(to_mpf(_real(z)), to_mpf(_imaginary(z))) for z in half)
                error = abs(computed - digamma_sum(first, last, exact_pole))
                assert error < 3 * scale * to_mpf(arithmetic.epsilon)


def _real(z: object) -> object:
    return gmpy2.mpc(z).real if isinstance(z, type(gmpy2.mpc(0))) else complex(z).real  # type: ignore[call-overload]


def _imaginary(z: object) -> object:
    return gmpy2.mpc(z).imag if isinstance(z, type(gmpy2.mpc(0))) else complex(z).imag  # type: ignore[call-overload]


@pytest.mark.parametrize("break_after", [0, 3, 10**4, 10**20])
def test_each_node_knows_its_place_from_both_ends(break_after: int) -> None:
    """Index, offset and log ratio against each other, in an arithmetic three times as long."""
    nodes = mode_nodes(10**30, 1.25, break_after)
    with WIDE.working():
        middle = WIDE.real(Fraction(2 * break_after + 1, 2))
        near = abs(nodes.offsets) < 0.4 * (break_after + 0.5)
        exact = WIDE.log1p(WIDE.array(nodes.offsets[near]) / middle)
        assert np.all(abs(WIDE.array(nodes.log_ratios[near]) - exact) <= 4e-16 * abs(exact))
        exact = WIDE.log(WIDE.array(nodes.indices[~near]) / middle)
        assert np.all(abs(WIDE.array(nodes.log_ratios[~near]) - exact) <= 4e-16 * abs(exact) + 1e-15)
    np.testing.assert_allclose(nodes.indices, break_after + 0.5 + nodes.offsets, rtol=1e-14, atol=1e5)
    assert np.sum(nodes.indices == 1.0) == 1


@pytest.mark.parametrize("break_after", [10**3, 10**20])
def test_a_sum_with_a_break_includes_the_largest_modes(break_after: int) -> None:
    nodes = mode_nodes(10**30, 1.25, break_after)
    assert nodes.weights @ nodes.indices**-2.5 == pytest.approx(special.zeta(2.5), rel=1e-14, abs=0)


@pytest.mark.parametrize("length", [1, 2, 5, 9, 40])
def test_the_stencil_sums_polynomials_exactly(length: int) -> None:
    """Sum minus integral of x^degree over a+1/2..b+1/2 is the stencil's difference, in exact fractions."""
    stencil = junction_stencil(length)

    def correction(degree: int, x: Fraction) -> Fraction:
        return sum(
            (
                a * ((x + Fraction(2 * k + 1, 2)) ** degree - (x - Fraction(2 * k + 1, 2)) ** degree)
                for k, a in enumerate(stencil)
            ),
            Fraction(0),
        )

    a, b = Fraction(1, 2), Fraction(15, 2)
    for degree in range(2 * length + 1):
        total = sum(Fraction(i) ** degree for i in range(1, 8))
        integral = (b ** (degree + 1) - a ** (degree + 1)) / (degree + 1)
        assert total == integral - correction(degree, b) + correction(degree, a)


def test_a_break_outside_the_modes_is_refused() -> None:
    with pytest.raises(ValueError, match="break_after=8"):
        mode_nodes(7, 1.25, 8)


@pytest.mark.parametrize("decay", [Fraction(1, 500), Fraction(1, 64), Fraction(1, 4)])
def test_sums_of_nearly_equal_terms(decay: Fraction) -> None:
    """The sum of i^-gamma over 10^42 modes, to Euler and Maclaurin's d^(1 - g)/(1 - g) + zeta(g) + d^-g/2."""
    dim = 10**42
    nodes = mode_nodes(dim, decay)
    total = float(nodes.weights @ nodes.indices ** -float(decay))
    with mpmath.workdps(60):
        power = mpmath.mpf(decay.numerator) / decay.denominator
        exact = mpmath.mpf(dim) ** (1 - power) / (1 - power) + mpmath.zeta(power)
    assert total == pytest.approx(float(exact), rel=1e-13, abs=0)
