"""Linear baselines: exponents of ridge, kernel ridge against its own equations, solved here."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from scipy.optimize import brentq
from scipy.special import expit, log_expit
from sympy import Eq, Rational, S, lambdify, oo

from asymptotics import (
    OnBoundary,
    RidgeRegression,
    diagonal,
    kernel_ridge,
    phase_diagram,
    quadratic,
    ridge,
)
from asymptotics import symbols as letters
from asymptotics.balance.laws import law_of

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
NOISES = ("fixed", "scaled", "none")
TOLERANCE = 1e-3
QUANTITIES = (
    "excess_risk",
    "effective_noise",
    "threshold",
    "learned_modes",
    "degrees_of_freedom",
    "train_loss",
)

by_network = pytest.mark.parametrize("name", sorted(NETWORKS))
by_noise = pytest.mark.parametrize("noise", NOISES)


def diagram_of(name, noise):
    if name == "kernel":
        return phase_diagram(kernel_ridge, noise=noise)
    return phase_diagram(NETWORKS[name], noise=noise, estimator="ridge")


def substituted(expression, point):
    return S(expression).subs({getattr(letters, k): Rational(str(v)) for k, v in point.items()})


COORDINATES = ("a", "ell", "gamma", "b", "source")


@cache
def margins(region):
    symbols = [getattr(letters, name) for name in COORDINATES]
    return [lambdify(symbols, relation.gts - relation.lts, "math") for relation in region.args]


def depth(phase, point):
    """Least margin by which a point satisfies the inequalities of a region."""
    values = [float(point.get(name, 0)) for name in COORDINATES]
    return min(margin(*values) for margin in margins(phase.region))


def random_point(random, name, noise):
    point = {
        "gamma": Fraction(random.randint(60, 250), 100),
        "a": Fraction(random.randint(-100, 500), 100),
        "ell": Fraction(random.randint(-600, 500), 100),
    }
    if noise == "scaled":
        point["b"] = Fraction(random.randint(10, 400), 100)
    if name == "kernel":
        point["source"] = Fraction(random.choice([30, 45, 70, 130, 200]), 100)
        # the numbers below are in double precision
        point["gamma"] = Fraction(random.randint(60, 150), 100)
        point["a"], point["ell"] = Fraction(random.randint(-90, 120), 100), point["ell"] / 2
    return point


@cache
def deep_points(name, noise, margin=0.12, each=1):
    """Exact points at some distance from every boundary, ``each`` in each phase."""
    random, found = Random(11), []
    for phase in diagram_of(name, noise).phases:
        missing = each
        while missing:
            point = random_point(random, name, noise)
            if depth(phase, point) < margin:
                continue
            learned = substituted(phase.learned.exponent, point)
            if learned == -oo or learned > margin:
                found.append((phase, point))
                missing -= 1
    return found


@cache
def train_loss_of(balance):
    return law_of(balance, "train_loss")


def law(phase, quantity):
    return train_loss_of(phase.balance) if quantity == "train_loss" else phase.laws[quantity]


def predicted(phase, quantity, point, scales):
    source = {"source": point["source"]} if "source" in point else {}
    return law(phase, quantity).evaluate(gamma=point["gamma"], **scales, **source)


def scales_at(point, base):
    """n_eff, d, weight decay and noise variance when d has this size."""
    labels = base ** -mpf(str(float(point["b"]))) if "b" in point else mpf(1)
    return {
        "n_eff": base ** mpf(str(float(point["a"]))),
        "d": base,
        "weight_decay": base ** mpf(str(float(point["ell"]))),
        "noise_variance": labels,
    }


def off(measured, expected):
    if expected == 0:
        return 0 if measured < 1e-30 else mpmath.inf
    return abs(mpf(str(measured)) / expected - 1)


# --- ridge on the inputs of a network


@by_network
@by_noise
def test_exponents_of_ridge(name, noise):
    # a plateau until n_eff ~ d; then the noise on d directions, or the shrinkage of all by lambda d/n_eff
    diagram, random = diagram_of(name, noise), Random(2)
    for _ in range(60):
        point = random_point(random, name, noise)
        a, ell = point["a"], point["ell"]
        labels = {"fixed": 1 - a, "scaled": 1 - a - point.get("b", 0), "none": -oo}[noise]
        shrinkage = 2 * (ell + 1 - a)
        rate = 0 if a < 1 or ell > a - 1 else max(Rational(str(shrinkage)), S(str(labels)))
        try:
            phase = diagram.locate(**point)
        except OnBoundary:
            continue
        assert substituted(phase.risk.exponent, point) == rate, point
        trivial = "Ia" if a < 1 and ell < 0 else "Ib"
        fitted = "III" if rate == Rational(str(shrinkage)) else "VIb"
        assert phase.name == (trivial if rate == 0 else fitted)


def test_the_plateau_that_learning_features_removes():
    curve = phase_diagram(diagonal, estimator="ridge").learning_curve(ell=-1, gamma=1)
    assert [(start, end, phase.name) for start, end, phase in curve] == [
        (0, 1, "Ia"),
        (1, 2, "VIb"),
        (2, oo, "VIb"),
    ]
    assert curve[0][2].risk.exponent == 0


@by_network
def test_ridge_is_declared_by_the_equations_of_its_network(name):
    network = NETWORKS[name]
    baseline = ridge(network)
    assert (baseline.noise_balance, baseline.threshold_balance) == (
        network.noise_balance,
        network.threshold_balance,
    )
    diagram = phase_diagram(network, estimator="ridge")
    assert diagram is phase_diagram(network, estimator="ridge")
    assert (diagram.model, diagram.estimator) == (network, "ridge")
    assert [p.risk for p in phase_diagram(baseline).phases] == [p.risk for p in diagram.phases]


# --- kernel ridge, from its equations

HEAD = 400
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


def over_modes(logarithm, log_crossover, decay):
    """sum over i >= 1 of a positive function of log i: one by one, then by Euler-Maclaurin in log i."""

    def summand(t):
        return np.exp(logarithm(t))

    start = np.log(HEAD)
    stop = max(start, log_crossover) + 60 / decay
    edges = np.linspace(start, stop, int(2 * (stop - start)) + 2)
    half = np.diff(edges)[:, None] / 2
    t = edges[:-1, None] + half * (1 + NODES)
    integral = np.sum(half * WEIGHTS * np.exp(logarithm(t) + t))
    step = 1e-4  # of log i, for the slope in the first correction
    slope = (summand(start + step) - summand(start - step)) / (2 * step) / HEAD
    return np.sum(summand(np.log(np.arange(1, HEAD)))) + integral + summand(start) / 2 - slope / 12


class Kernel:
    """n = D + n lambda/kappa and n delta^2 = Delta + B + delta^2 D_2, with capacity and source."""

    def __init__(self, capacity, source, log_n, log_ridge, labels):
        self.capacity, self.source, self.labels = capacity, source, labels
        log_kappa = brentq(
            lambda x: np.logaddexp(np.log(self.sums(x, "D")), log_n + log_ridge - x) - log_n,
            log_ridge - 1e-9,  # D > 0
            max(log_ridge, -log_n) + 20,  # D < zeta(A)/kappa
            xtol=1e-13,
        )
        n, force = np.exp(log_n), np.exp(log_n + log_ridge - log_kappa)
        freedom, rest, squares = (self.sums(log_kappa, x) for x in ("D", "D - D2", "D2"))
        bias = self.sums(log_kappa, "B")
        noise = (labels + bias) / (rest + force)
        # Tikhonov: half of the sum of squares, and of n lambda times the squared norm
        norm = self.sums(log_kappa, "norm of target") + noise * self.sums(log_kappa, "norm of noise")
        self.values = {
            "excess_risk": (n * bias + labels * squares) / (rest + force),
            "effective_noise": np.sqrt(noise),
            "threshold": np.exp(log_kappa),
            "learned_modes": 0 if log_kappa > 0 else np.exp(-log_kappa / capacity),
            "degrees_of_freedom": freedom,
            "train_loss": (noise * force**2 + force * np.exp(log_kappa) * norm) / 2,
        }

    def sums(self, log_kappa, what):
        capacity, energy = self.capacity, 1 + 2 * self.source * self.capacity

        def logarithm(t):
            kept, lost = log_expit(-capacity * t - log_kappa), log_expit(capacity * t + log_kappa)
            return {
                "D": kept,
                "D - D2": kept + lost,
                "D2": 2 * kept,
                "B": 2 * lost - energy * t,
                "norm of target": 2 * kept + (capacity - energy) * t,
                "norm of noise": 2 * kept + capacity * t,
            }[what]

        decay = {"B": energy - 1}.get(what, capacity - 1)
        return over_modes(logarithm, max(-log_kappa / capacity, 0), decay)


def test_sums_of_this_file_are_the_sums():
    i = np.arange(1, 2 * 10**6)
    for capacity, log_kappa in ((2.5, -12.0), (3.0, 2.0)):
        tail = (i[-1] + 0.5) ** (1 - capacity) / (capacity - 1) * np.exp(-log_kappa)
        explicit = np.sum(expit(-capacity * np.log(i) - log_kappa)) + tail
        assert Kernel.sums(_bare(capacity, 0.7), log_kappa, "D") == pytest.approx(explicit, rel=1e-7, abs=0)
        assert Kernel.sums(_bare(capacity, 0.7), log_kappa, "B") == pytest.approx(
            np.sum(expit(capacity * np.log(i) + log_kappa) ** 2 * i ** -(1 + 1.4 * capacity)), rel=1e-7, abs=0
        )


def _bare(capacity, source):
    kernel = object.__new__(Kernel)
    kernel.capacity, kernel.source = capacity, source
    return kernel


def kernel_errors(noise, phase, point, exponent):
    base = mpf(10) ** exponent
    scales = scales_at(point, base)
    solved = Kernel(
        2 * float(point["gamma"]),
        float(point["source"]),
        float(mpmath.log(scales["n_eff"])),
        float(mpmath.log(scales["weight_decay"])),
        0.0 if noise == "none" else float(scales["noise_variance"]),
    )
    return {q: off(solved.values[q], predicted(phase, q, point, scales)) for q in QUANTITIES}


@by_noise
def test_laws_of_kernel_ridge_are_the_limits_of_its_equations(noise):
    for phase, point in deep_points("kernel", noise):
        near, far = (kernel_errors(noise, phase, point, e) for e in (8, 32))
        for quantity in QUANTITIES:
            slow = remainder(phase, point, 32) if quantity == "train_loss" else 0
            assert far[quantity] < max(TOLERANCE, 2 * slow), (phase.name, quantity, point)
            assert far[quantity] <= near[quantity] + 1e-8


def remainder(phase, point, exponent):
    """K**(-A |1 - 2 r|): the norm of the target lives at the first modes if r > 1/2, else at the K-th."""
    learned = substituted(phase.learned.exponent, point)
    rate = 2 * point["gamma"] * abs(1 - 2 * point["source"])
    return 0 if learned == -oo else 10 ** (-exponent * float(learned) * float(rate))


def rate_of_the_literature(point, noise):
    """Exponent in d of arXiv:2105.15004, with n = d**a, ridge n**-L and capacity A."""
    n, capacity, source = point["a"], 2 * point["gamma"], min(point["source"], Fraction(1))
    ridge_exponent = -point["ell"] / n
    bias = -2 * min(ridge_exponent, capacity) * source * n
    if noise == "none":
        return bias
    labels = point.get("b", Fraction(0))
    variance = (min(ridge_exponent, capacity) / capacity - 1) * n - labels
    return max(bias, variance)


@by_noise
def test_rates_of_kernel_ridge_are_those_of_the_literature(noise):
    diagram, random, names = phase_diagram(kernel_ridge, noise=noise), Random(4), set()
    for _ in range(120):
        point = random_point(random, "kernel", noise)
        point |= {"a": abs(point["a"]) + Fraction(1, 100), "ell": -abs(point["ell"]) - Fraction(1, 100)}
        try:
            phase = diagram.locate(**point)
        except OnBoundary:
            continue
        names.add(phase.name)
        assert substituted(phase.risk.exponent, point) == Rational(str(rate_of_the_literature(point, noise)))
    assert (
        names
        == {
            "fixed": {"II", "V", "VIa"},
            "scaled": {"II", "N", "V", "VIa"},
            "none": {"II", "N"},
        }[noise]
    )


@pytest.mark.parametrize("source", [Fraction(1, 2), Fraction(3)])
def test_crossovers_of_kernel_ridge(source):
    # ridge n**-L falling with n at fixed noise: L = 1 < A keeps to one regime; a fixed ridge d**-3 meets all,
    # at n = ridge**(-1/A) and where the bias ridge**(2 min(r, 1)) is Delta ridge**(-1/A)/n
    diagram, kept = phase_diagram(kernel_ridge), min(source, Fraction(1))
    curve = diagram.learning_curve(ell=-3, gamma=1, source=source)
    first, second = Fraction(3, 2), 3 * (2 * kept + Fraction(1, 2))
    assert [(start, end, phase.name) for start, end, phase in curve] == [
        (0, Rational(str(first)), "V"),
        (Rational(str(first)), Rational(str(second)), "VIa"),
        (Rational(str(second)), oo, "II"),
    ]
    assert all(boundary.continuous for boundary in diagram.boundaries)
    assert curve[0][2].risk.expr == letters.noise_variance * (2 * letters.gamma - 1)  # (A - 1) Delta


def test_scaled_noise_is_noiseless_until_the_bias_falls_below_it():
    diagram = phase_diagram(kernel_ridge, noise="scaled")
    curve = diagram.learning_curve(ell=-100, gamma=1, source=Fraction(1, 2), b=4)
    # bias n**(-2 A r) = n**-2 against Delta = d**-4: at n = d**2
    assert [(start, end, phase.name) for start, end, phase in curve][:2] == [(0, 2, "N"), (2, 50, "V")]


def test_law_where_a_sine_and_a_factor_vanish_together():
    phase = phase_diagram(kernel_ridge, noise="none").locate(a=1, ell=-1, gamma=1, source=Fraction(1, 2))
    values = {"gamma": 1, "n_eff": 100, "d": 1, "weight_decay": 0.01, "noise_variance": 1}
    half = phase.risk.evaluate(**values, source=0.5)
    assert half == pytest.approx(0.005, rel=1e-12, abs=0)  # kappa/(2 gamma) * B(1, 1)
    assert phase.risk.evaluate(**values, source=mpf("0.5") + mpf("1e-9")) == pytest.approx(
        half, rel=1e-6, abs=0
    )


def test_regions_say_on_which_side_of_saturation_they_are():
    sides = {
        relation
        for phase in phase_diagram(kernel_ridge).phases
        for relation in phase.region.args
        if relation.has(letters.source) and not relation.has(letters.ell)
    }
    assert sides == {letters.source < 1, letters.source > 1}


# --- planted errors


def worst(noise, plant):
    """Largest error of the risk's law over the phases, after a law is tampered with."""
    return max(
        kernel_errors(noise, replace(phase, risk=plant(phase.risk)), point, 32)["excess_risk"]
        for phase, point in deep_points("kernel", noise)
    )


@pytest.mark.parametrize(
    "plant",
    [
        lambda risk: replace(risk, expr=risk.expr * Rational(1003, 1000)),
        lambda risk: replace(risk, expr=risk.expr * letters.n_eff ** Rational(1, 1000)),
        lambda risk: replace(risk, expr=risk.expr.subs(letters.source, letters.source + Rational(1, 100))),
    ],
    ids=["constant", "exponent", "source"],
)
def test_planted_errors_are_seen(plant):
    assert worst("none", lambda risk: risk) < TOLERANCE
    assert worst("none", plant) > 2 * TOLERANCE


def test_wrong_declaration_is_seen():
    # one power of the features too many, as if the target's coefficients were its energies
    wrong = replace(kernel_ridge, name="wrong", target_energy=kernel_ridge.target_energy * letters.size)
    _, point = next(x for x in deep_points("kernel", "none") if x[0].name == "II")
    found = phase_diagram(wrong, noise="none").locate(**point)
    assert kernel_errors("none", found, point, 32)["excess_risk"] > 1


# --- arguments


def test_source_belongs_to_models_that_have_one():
    point = {"a": 1, "ell": -1, "gamma": 1}
    kernel = phase_diagram(kernel_ridge)
    for refused in ({}, {"source": 0}, {"source": -1}, {"source": "1"}, {"source": float("nan")}):
        with pytest.raises(ValueError, match="source"):
            kernel.locate(**point, **refused)
    with pytest.raises(ValueError, match="source=None: must be given where gamma is left open"):
        kernel.learning_curve(ell=-1)
    with pytest.raises(ValueError, match="source=2: must be left out"):
        phase_diagram(diagonal).locate(**point, source=2)
    with pytest.raises(OnBoundary, match="r = 1"):
        kernel.locate(**point, source=1)


def test_law_with_a_source_asks_for_it():
    values = {"gamma": 1, "n_eff": 100, "d": 1, "weight_decay": 0.01, "noise_variance": 1}
    risk = phase_diagram(kernel_ridge, noise="none").locate(a=1, ell=-1, gamma=1, source=0.5).risk
    with pytest.raises(ValueError, match="source=None"):
        risk.evaluate(**values)
    with pytest.raises(ValueError, match="source=0"):
        risk.evaluate(**values, source=0)


def test_estimators_of_a_network_are_not_those_of_a_model():
    for estimator in ("bayes", "ridge"):
        with pytest.raises(ValueError, match=f"estimator='{estimator}': must be 'erm' for kernel ridge"):
            phase_diagram(kernel_ridge, estimator=estimator)
    with pytest.raises(ValueError, match="model=3"):
        phase_diagram(3)


BALANCES = (diagonal.noise_balance, diagonal.threshold_balance, letters.matrix_error)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"modes": S(3)}, "modes=3: must be d or oo"),
        ({"feature_variance": 1 + letters.size}, r"feature_variance=s \+ 1"),
        ({"target_energy": letters.size**2 / (1 + letters.size)}, "target_energy"),
        ({"feature_variance": S.One}, "feature_variance=1: .* infinite"),
        ({"noise_balance": Eq(letters.effective_noise**2, letters.matrix_error)}, "same A and p"),
        ({"noise_balance": Eq(kernel_ridge.noise_balance.lhs, 2 * letters.matrix_error)}, "same A and p"),
    ],
)
def test_declarations_that_contradict_themselves_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(kernel_ridge, **changes)


@pytest.mark.parametrize("factor", [Rational(1, 3), pytest.param(S(3), marks=pytest.mark.slow)])
def test_larger_features_are_a_smaller_weight_decay(factor):
    # f = c v/(c v + kappa) = v/(v + kappa/c): the risk at variances c v and lambda is that at v and lambda/c
    wide = replace(kernel_ridge, name="wide", feature_variance=factor * letters.size**2)
    values = {"gamma": 1.25, "source": 0.3, "n_eff": 1e9, "noise_variance": 1, "d": 1}
    for one, other in zip(phase_diagram(wide), phase_diagram(kernel_ridge), strict=True):
        assert (one.name, one.region) == (other.name, other.region)
        for name, scale in (("excess_risk", 1), ("threshold", float(factor)), ("learned_modes", 1)):
            found = one.laws[name].evaluate(weight_decay=1e-3, **values)
            expected = scale * other.laws[name].evaluate(weight_decay=1e-3 / factor, **values)
            assert found == pytest.approx(expected, rel=1e-10, abs=0), (one.name, name)


def test_features_of_finite_number_and_uneven_variance():
    # d features of variance s^2: kappa above, amid and below them, and every region has its phase
    model = RidgeRegression("uneven", S.One, letters.d, letters.size**2, letters.size**2, *BALANCES)
    assert {phase.name for phase in phase_diagram(model).phases} == {
        "Ia",
        "Ib",
        "II",
        "III",
        "V",
        "VIa",
        "VIb",
    }


def test_why_says_which_terms_balance():
    for diagram in (phase_diagram(kernel_ridge, noise="scaled"), diagram_of("diagonal", "fixed")):
        for phase in diagram.phases:
            by_decay = phase.threshold.expr.has(letters.weight_decay)
            assert phase.why.startswith("Weight decay" if by_decay else "The degrees of freedom")
            assert ("the noise on all that is fitted" in phase.why) == (phase.name in ("V", "VIa", "VIb"))
