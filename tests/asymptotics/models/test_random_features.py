"""Random features: the positive form against the paper's equations, laws against solved ones."""

import mpmath
import pytest
from scipy.optimize import fsolve
from sympy import And, Float, Rational, StrictLessThan, lambdify, oo

from asymptotics import phase_diagram
from asymptotics.models.random_features import features, fewest_features, random_features, rho
from asymptotics.symbols import a, ell, gamma, n_eff, noise_variance, size, source
from asymptotics.systems import mode_sum

# n, p, lambda, A, r: nu_2, bias, variance/sigma^2 (arXiv:2405.15699's equations, infinitely many modes).
# Solved with 30 digits nu_2 is 1.52283557994427e-4: these numbers hold to some 2e-10.
REFERENCE = (1e4, 3e3, 1.0, 1.5, 0.3, 1.5228355801982056e-4, 6.130914712356911e-3, 4.164472308442731e-2)
NU_2 = "1.52283557994426969783e-4"


HEAD = 60
"""Terms that are added one by one."""


def total(function):
    """The sum over all k >= 1: a head, and the midpoint form of Euler and Maclaurin for the rest."""
    start = mpmath.mpf(2 * HEAD + 1) / 2
    tail = mpmath.quad(
        lambda t: function(mpmath.exp(t)) * mpmath.exp(t), [mpmath.log(start), 5, 8, 16, 32, 64, 128]
    )
    ends = mpmath.diff(function, start) / 24 - 7 * mpmath.diff(function, start, 3) / 5760
    return mpmath.fsum(function(mpmath.mpf(k)) for k in range(1, HEAD + 1)) + tail + ends


def sums(nu_2, capacity, r):
    """The sums of the paper."""
    xi2, beta2 = (lambda k: k**-capacity), (lambda k: k ** -(1 + 2 * capacity * r))

    return {
        "f": total(lambda k: xi2(k) / (xi2(k) + nu_2)),
        "f2": total(lambda k: (xi2(k) / (xi2(k) + nu_2)) ** 2),
        "spread": total(lambda k: xi2(k) / (xi2(k) + nu_2) ** 2),
        "alone": total(lambda k: beta2(k) / (xi2(k) + nu_2) ** 2),
        "mixed": total(lambda k: beta2(k) * xi2(k) / (xi2(k) + nu_2) ** 2),
    }


def test_the_positive_form_is_the_papers():
    n, p, decay, capacity, r, rounded, bias, variance = map(mpmath.mpf, REFERENCE)
    nu_2 = mpmath.mpf(NU_2)
    assert float(nu_2) == pytest.approx(float(rounded), rel=1e-9, abs=0)
    of = sums(nu_2, capacity, r)
    ratio = 1 - of["f"] / p
    nu_1 = ratio * nu_2
    assert float(n - decay / nu_1) == pytest.approx(float(of["f"]), rel=1e-11, abs=0)
    spare = p - of["f2"]
    used = (p / n) * ((1 - ratio) ** 2 + ratio**2 * of["f2"] / spare)
    ours = (decay / nu_1 + p * nu_1 * of["spread"] / spare) / n  # as declared
    assert float(ours) == pytest.approx(float(1 - used), rel=1e-10, abs=0)
    assert float(used / ours) == pytest.approx(float(variance), rel=1e-9, abs=0)
    point = dict(zip(random_features.unknowns, (nu_1, nu_2, spare, ours), strict=True))
    for name, expected in (("variance", variance), ("bias", bias)):
        assert float(declared(name, point, n, p, capacity, r)) == pytest.approx(
            float(expected), rel=1e-8, abs=0
        )
    whole = nu_2**2 / ours * (of["alone"] + of["spread"] * of["mixed"] / spare)
    assert float(whole) == pytest.approx(float(bias), rel=1e-9, abs=0)


def declared(name, unknowns, n, p, capacity, r):
    """A quantity as it is declared, its sums added up, at label noise 1."""
    at = {**unknowns, n_eff: n, features: p, gamma: capacity / 2, source: r, noise_variance: 1}

    def added(summand):
        of_size = lambdify(size, summand.subs(at), "mpmath")
        return Float(str(total(lambda k: of_size(k ** (-capacity / 2)))), 15)

    value = random_features.quantities[name]
    return value.xreplace({one: added(one.args[0]) for one in value.atoms(mode_sum)}).subs(at)


@pytest.mark.slow
def test_the_known_corners():
    """Many features: ridge regression with the kernel; many samples: p features for all there is."""
    diagram = phase_diagram(random_features)
    at = {"gamma": 1, "source": Rational(1, 4)}
    kernel = diagram.locate(a=1, rho=5, ell=Rational(1, 2), **at)
    assert kernel.risk.at(a=1, rho=5, ell=0.5, **at).exponent == -Rational(1, 4)  # (lambda/n)^(2 r)
    few = diagram.locate(a=9, rho=1, ell=0, **at)
    assert few.risk.at(a=9, rho=1, ell=0, **at).exponent == -1  # p^(-2 A r)
    assert diagram.locate(a=1, rho=5, ell=-9, **at).variance.at(a=1, rho=5, ell=-9, **at).exponent == 0


@pytest.mark.slow
def test_risk_on_a_ladder():
    """The solved equations at d = 10^3 and 10^4 against the laws of three phases."""
    for exponents in [(1, 2, Rational(1, 2)), (3, 1, 0), (2, Rational(3, 2), Rational(1, 2))]:
        at = dict(zip(("a", "rho", "ell"), exponents, strict=True))
        phase = phase_diagram(random_features).locate(**at, gamma=1, source=0.2)
        slopes = []
        for dim in (1e3, 1e4):
            n, p, decay = (dim ** float(x) for x in exponents)
            values = {"n_eff": n, "p": p, "weight_decay": decay, "noise_variance": 1}
            law = phase.risk.evaluate(gamma=1, source=0.2, **values)
            slopes.append(float(solved(n, p, decay, 2.0, 0.2) / law))
        assert slopes[1] == pytest.approx(1, rel=0.3, abs=0)
        assert abs(slopes[1] - 1) < abs(slopes[0] - 1)


def solved(n, p, decay, capacity, r):
    """The risk at label noise 1, with the unknowns by SciPy."""

    def balance(x):
        of = sums(mpmath.exp(x[1]), capacity, r)
        nu_1, nu_2 = mpmath.exp(x[0]), mpmath.exp(x[1])
        return [
            float(mpmath.log((decay / nu_1 + of["f"]) / n)),
            float(mpmath.log((p * nu_1 / nu_2 + of["f"]) / p)),
        ]

    x, _, found, _ = fsolve(balance, [0.0, 0.0], full_output=True, xtol=1e-10)
    assert found == 1
    nu_1, nu_2 = map(mpmath.exp, x)
    of = sums(nu_2, capacity, r)
    ratio, spare = nu_1 / nu_2, p - of["f2"]
    used = (p / n) * ((1 - ratio) ** 2 + ratio**2 * of["f2"] / spare)
    bias = nu_2**2 / (1 - used) * (of["alone"] + of["spread"] * of["mixed"] / spare)
    return bias + used / (1 - used)


def decays_inside(region, at):
    """The interval of ell in a region at fixed other coordinates; None if there is none."""
    low, high = -oo, oo
    for part in region.args if isinstance(region, And) else (region,):
        excess = (part.lhs - part.rhs).subs(at)
        slope = excess.coeff(ell)
        if slope == 0:
            if part.func(excess, 0) != True:  # noqa: E712
                return None
        elif (slope > 0) == isinstance(part, StrictLessThan):
            high = min(high, -excess.subs(ell, 0) / slope)
        else:
            low = max(low, -excess.subs(ell, 0) / slope)
    return (low, high) if low < high else None


def best_exponent(at):
    """Of the risk over all ridges: exponents are linear in ell, so that the ends of regions are enough."""
    exponents = []
    for phase in phase_diagram(random_features).phases:
        inside = decays_inside(phase.region, at)
        if inside is not None:
            exponent = phase.risk.exponent.subs(at)
            ends = [end for end in inside if end.is_finite]
            exponents += [exponent.subs(ell, end) for end in ends]
    return min(exponents)


@pytest.mark.parametrize(
    ("decay", "r"),
    [
        (Rational(3, 4), Rational(3, 10)),
        pytest.param(Rational(3, 4), Rational(4, 5), marks=pytest.mark.slow),
        (Rational(1), Rational(3, 2)),
        pytest.param(Rational(5, 4), Rational(1, 5), marks=pytest.mark.slow),
    ],
)
def test_the_fewest_features_that_reach_the_best_rate(decay, r):
    """The rate of kernel ridge regression, n^(-2 A r'/(1 + 2 A r')), from there on; not a little below."""
    at = {a: 1, gamma: decay, source: r}
    fewest, power = fewest_features.subs(at), 4 * decay * min(r, 1)
    rates = {step: best_exponent({**at, rho: fewest + step}) for step in (-Rational(1, 50), 0, 1)}
    assert rates[0] == rates[1] == -power / (1 + power)
    assert rates[-Rational(1, 50)] > rates[0]
