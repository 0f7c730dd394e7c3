"""Edge laws against the integrals they approximate."""

from dataclasses import replace

import mpmath
import pytest
from mpmath import mpf
from sympy import Eq, Piecewise, Rational, S, Symbol, exp, gamma, lambdify, oo, pi, simplify, sqrt

from asymptotics import diagonal, phase_diagram, quadratic
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.symbols import (
    d,
    degrees_of_freedom,
    effective_noise,
    matrix_error,
    n_eff,
    noise_variance,
    position,
    resolvent,
    size,
    threshold,
    weight_decay,
)

SEMICIRCLE = quadratic.noise
GAUSSIAN = diagonal.noise
CUT = Symbol("u", positive=True)


def bulk_error(noise, cut):
    """j(u) = E[(w - u)_+^2], by quadrature."""
    return _moment(noise, cut, lambda w: (w - cut) ** 2)


def bulk_freedom(noise, cut):
    """D_b(u) = j - (u/2) j' = E[(w - u)_+ w], by quadrature."""
    return _moment(noise, cut, lambda w: (w - cut) * w)


def _moment(noise, cut, weight):
    density = lambdify(level, noise.density, "mpmath")
    if noise.edge != oo:
        edge = mpf(str(noise.edge))
        # w = edge - t x**2 smooths a square root at the edge
        gap = edge - cut
        return (
            2
            * gap
            * mpmath.quad(lambda x: x * density(edge - gap * x**2) * weight(edge - gap * x**2), [0, 1])
        )
    return mpmath.quad(lambda w: density(w) * weight(w), [cut, cut + 1 / (cut + 1), cut + 8, cut + 60])


@pytest.mark.parametrize("cut", ["0.3", "1", "1.9"])
@pytest.mark.parametrize("noise", [SEMICIRCLE, GAUSSIAN], ids=["semicircle", "gaussian"])
def test_potential_is_the_integral(noise, cut):
    closed = noise.potential(CUT).subs(CUT, Rational(cut))
    assert float(closed) == pytest.approx(float(bulk_error(noise, mpf(cut))), rel=1e-10, abs=0)


@pytest.mark.parametrize("power", [Rational(1, 2), S(1), S(3)], ids=str)
def test_the_potential_at_a_hard_edge_is_the_integral(power):
    """Relative corrections of a semicircle, and of others of that form, are of the order of the distance."""
    noise = NoiseLaw((1 - level**2) ** power / 2, S.One)
    with mpmath.workdps(60):
        distance = mpf(2) ** -10
        closed = mpf(noise.potential_at_edge(S(2) ** -10).evalf(50))
        assert abs(closed / bulk_error(noise, 1 - distance) - 1) < 4 * distance


def test_second_moments():
    assert SEMICIRCLE.second_moment == Rational(1, 2)  # half of E w^2 = 1: the positive half
    assert GAUSSIAN.second_moment == 1  # both signs of the coefficient count


@pytest.mark.parametrize("power", [Rational(1, 2), Rational(3, 2), S(2), Rational(5, 2), S(3), S(4)], ids=str)
def test_moments_of_generalised_normal_noise(power):
    # E w^k = Gamma((k+1)/m)/Gamma(1/m); from u, and then at u = 0, SymPy has 0 or nan for some m
    noise = NoiseLaw(exp(-(level**power)) / gamma(1 + 1 / power), oo)
    for order, moment in enumerate((noise.mass, noise.first_moment, noise.second_moment)):
        exact = gamma((order + 1) / power) / gamma(1 / power)
        assert float(moment) == pytest.approx(float(exact), rel=1e-12, abs=0)


def test_bulk_freedom_of_the_gaussian_is_the_passing_probability():
    for cut in (mpf("0.5"), mpf(2), mpf(5)):
        assert mpmath.almosteq(bulk_freedom(GAUSSIAN, cut), mpmath.erfc(cut / mpmath.sqrt(2)), 1e-10)


@pytest.mark.parametrize("gap", ["1e-4", "1e-6"])
def test_bulk_above_the_edge_of_the_semicircle_follows_the_powers_of_its_edge(gap):
    # both closed forms of the expansion in t = 2 - kappa/delta; corrections are of relative order t
    t = mpf(gap)
    freedom, error = bulk_freedom(SEMICIRCLE, 2 - t), bulk_error(SEMICIRCLE, 2 - t)
    assert abs(freedom / (8 / (15 * mpmath.pi) * t ** mpf("2.5")) - 1) < t
    assert abs(error / (16 / (105 * mpmath.pi) * t ** mpf("3.5")) - 1) < t


def edge_error(noise, freedom):
    law = noise.edge_law
    constant, power, log_power = (
        mpf(str(x.evalf(30))) for x in (law.error_constant, law.error_power, law.error_log_power)
    )
    return constant * freedom**power * mpmath.log(1 / freedom) ** log_power


def edge_threshold(noise, freedom):
    law = noise.edge_law
    constant, log_power = (
        mpf(str(S(x).evalf(30))) for x in (law.threshold_constant, law.threshold_log_power)
    )
    return constant * mpmath.log(1 / freedom) ** log_power


HARD = {
    "semicircle": SEMICIRCLE,
    "flat": NoiseLaw(S.One / 2, S.One),
    "linear": NoiseLaw((3 - level) / 9, S(3)),
    "cubic root": NoiseLaw((2 - level) ** Rational(1, 3) / 2, S(2)),
}


@pytest.mark.parametrize("name", HARD)
def test_hard_edge_law_is_what_the_integrals_become(name):
    noise = HARD[name]
    gap = mpf("1e-6")
    cut = mpf(str(noise.edge)) - gap
    freedom = bulk_freedom(noise, cut)
    assert abs(bulk_error(noise, cut) / edge_error(noise, freedom) - 1) < 10 * gap
    assert abs(edge_threshold(noise, freedom) / cut - 1) < 10 * gap


def test_far_gaussian_error_is_the_freedom_times_two_over_the_square():
    for cut in (mpf(20), mpf(200)):
        mills = mpmath.erfc(cut / mpmath.sqrt(2))
        with mpmath.workdps(40):
            density = mpmath.sqrt(2 / mpmath.pi) * mpmath.exp(-(cut**2) / 2)
            error = (1 + cut**2) * mpmath.erfc(cut / mpmath.sqrt(2)) - cut * density
        assert abs(error / (mills * 2 / cut**2) - 1) < 8 / cut**2


SOFT = {
    "gaussian": (GAUSSIAN, 2, Rational(1, 2)),
    "exponential": (NoiseLaw(exp(-level), oo), 1, S.One),
    "two exponentials": (NoiseLaw((exp(-level) + exp(-3 * level)) / 2, oo), 1, S.One),
    "wide gaussian": (NoiseLaw(exp(-(level**2) / 8) / sqrt(2 * pi), oo), 2, Rational(1, 8)),
}


@pytest.mark.parametrize("name", SOFT)
def test_soft_edge_law_reads_power_and_constant_of_the_tail(name):
    noise, power, constant = SOFT[name]
    law = noise.edge_law
    assert law.threshold_log_power == Rational(1, power)
    assert law.threshold_constant.equals(constant ** Rational(-1, power))
    assert (law.error_constant, law.error_power, law.error_log_power) == (Rational(2, power), 1, -1)


def test_bulk_of_an_exponential_tail_follows_its_law():
    # j = 2 exp(-u), D_b = (2 + u) exp(-u) in closed form; corrections log(u)/u
    noise = SOFT["exponential"][0]
    previous = mpf(1)
    for cut in (mpf(10) ** 3, mpf(10) ** 6):
        freedom, error = (2 + cut) * mpmath.exp(-cut), 2 * mpmath.exp(-cut)
        closeness = abs(error / edge_error(noise, freedom) - 1)
        assert closeness < 2 * mpmath.log(cut) / cut
        assert closeness < previous
        assert abs(edge_threshold(noise, freedom) / cut - 1) < 2 * mpmath.log(cut) / cut
        previous = closeness


def test_bulk_of_a_gaussian_tail_follows_its_law():
    # L = u**2/2 + log u + ...: corrections log(u)/u**2
    for cut in (mpf(10) ** 3, mpf(10) ** 6):
        freedom = mpmath.erfc(cut / mpmath.sqrt(2))
        error = freedom * 2 / cut**2
        assert abs(error / edge_error(GAUSSIAN, freedom) - 1) < 4 * mpmath.log(cut) / cut**2
        assert abs(edge_threshold(GAUSSIAN, freedom) / cut - 1) < 4 * mpmath.log(cut) / cut**2


CORRECTED = {
    "gaussian": (GAUSSIAN, (15, 30)),
    "exponential": (SOFT["exponential"][0], (60, 120)),
    "wide gaussian": (SOFT["wide gaussian"][0], (30, 60)),
    "length of three gaussians": (NoiseLaw(sqrt(2 / pi) * level**2 * exp(-(level**2) / 2), oo), (15, 30)),
}


def tail_moment(noise, cut, weight):
    """As ``_moment``, far out: in panels as long as the density takes to fall."""
    density = lambdify(level, noise.density, "mpmath")
    fall = -density(cut) / mpmath.diff(density, cut)
    panels = [cut + fall * x for x in (0, 1, 3, 8, 20, 50, 100)]
    return mpmath.quad(lambda w: density(w) * weight(w), panels)


@pytest.mark.parametrize(
    "name", [pytest.param(x, marks=pytest.mark.slow if " " in x else ()) for x in CORRECTED]
)
def test_the_next_order_at_a_soft_edge_leaves_the_second(name):
    # what is left of error, size and threshold falls like 1/L**2 with L made of D_b itself
    noise, cuts = CORRECTED[name]
    correction, law, freedom_of = noise.edge_correction, noise.edge_law, Symbol("D", positive=True)
    logarithm = lambdify(freedom_of, noise.lambert_logarithm(freedom_of), "mpmath")
    left: list[list[mpf]] = []
    scales = []
    with mpmath.workdps(30):
        for cut in map(mpf, cuts):
            freedom = tail_moment(noise, cut, lambda w, cut=cut: (w - cut) * w)
            error = tail_moment(noise, cut, lambda w, cut=cut: (w - cut) ** 2)
            size = tail_moment(noise, cut, lambda w, cut=cut: w - cut)
            scale = logarithm(freedom)
            scales.append(scale)
            constant, error_next, size_next, of_cut, power = (
                mpf(str(S(x).evalf(30)))
                for x in (
                    law.error_constant,
                    correction.error,
                    correction.size,
                    law.threshold_constant,
                    law.threshold_log_power,
                )
            )
            left.append(
                [
                    error / freedom * scale / constant - 1 - error_next / scale,
                    size * cut / freedom - 1 - size_next / scale,
                    cut / (of_cut * scale**power) - 1,
                ]
            )
    for one, other in zip(*left, strict=True):
        order = mpmath.log(abs(one / other)) / mpmath.log(scales[1] / scales[0])
        assert order == pytest.approx(2, abs=0.25)


@pytest.mark.parametrize("name", HARD)
def test_a_hard_edge_has_no_logarithm_to_correct(name):
    assert HARD[name].edge_correction is None


def test_a_network_is_the_same_in_another_unit_of_its_noise():
    # delta' = sqrt(2) delta: the semicircle ends at sqrt(2), its variance is 1/2, and D' = D/2
    unit = effective_noise / sqrt(2)
    edge = sqrt(2) * effective_noise
    outlier_location = size + unit**2 / size
    overlap = outlier_location.diff(size)
    other = replace(
        quadratic,
        name="quadratic in another unit",
        noise=NoiseLaw(sqrt(2 - level**2) / pi, edge=sqrt(2)),
        potential=(outlier_location - threshold) ** 2,
        potential_among_learned=(size - threshold) ** 2 + unit**2,
        bbp_threshold=Piecewise(
            (unit, threshold <= edge), ((threshold + sqrt(threshold**2 - edge**2)) / 2, True)
        ),
        posterior_variance=size**2 - (size * overlap) ** 2,
        posterior_variance_among_learned=unit**2,
        noise_balance=Eq(2 * n_eff / d * effective_noise**2, noise_variance + 2 * matrix_error),
        threshold_balance=Eq(2 * n_eff / d, 2 * degrees_of_freedom + weight_decay / (2 * threshold)),
        outlier_location=outlier_location,
        subordination_map=position + unit**2 * resolvent,
    )
    one, same = phase_diagram(quadratic), phase_diagram(other)
    assert len(one.phases) == len(same.phases)
    for phase, twin in zip(one.phases, same.phases, strict=True):
        assert (phase.name, phase.region) == (twin.name, twin.region)
        assert simplify(twin.risk.expr / phase.risk.expr) == 1
        assert simplify(twin.threshold.expr / phase.threshold.expr) == 1
        assert simplify(twin.effective_noise.expr / phase.effective_noise.expr) == sqrt(2)
