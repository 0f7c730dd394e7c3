"""Linear estimators across the boundaries of their diagrams: kernel ridge against its own two power sums,
summed here by mpmath, and what is said of the boundaries of ridge regression."""

from dataclasses import replace
from functools import cache
from itertools import product

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from scipy.optimize import brentq
from sympy import Eq, EulerGamma, Rational, Symbol, log, simplify, zeta

from asymptotics import (
    BoundaryType,
    InvalidArgument,
    OnBoundary,
    PhysicalPoint,
    diagonal,
    kernel_ridge,
    phase_diagram,
    quadratic,
)
from asymptotics import symbols as letters
from asymptotics.algebra.polyhedra import EVERYWHERE, at_value, coefficient, meeting_point
from asymptotics.lemmas.uniform_sums import evaluate
from asymptotics.symbols import effective_noise, n_eff, noise_variance

TOLERANCE = 1e-3
HEAD, FARTHEST = 100, 90


def rule():
    """Numbers i and weights w: the sum of w h(i) is that of h over 1, 2, 3, ... by Euler and Maclaurin."""
    points = [(mpf(i), mpf(1)) for i in range(1, HEAD)]
    nodes, weights = np.polynomial.legendre.leggauss(20)
    start = mpmath.log(HEAD)
    for panel in range(FARTHEST // 2):  # in log i
        places = [mpmath.exp(start + 2 * panel + 1 + node) for node in nodes]
        points += [(i, i * weight) for i, weight in zip(places, weights, strict=True)]
    step = mpf("1e-3")  # of the slope
    ends = [(HEAD - step, 1 / (24 * step)), (mpf(HEAD), mpf(1) / 2), (HEAD + step, -1 / (24 * step))]
    return points + ends


RULE = rule()


class Kernel:
    """n = D + n lambda/kappa and R = (n B + Delta D_2)/(n - D_2): features i^-A, target i^(-1 - 2 r A)."""

    def __init__(self, gamma, source, n_eff, weight_decay, noise_variance):
        capacity = 2 * mpf(gamma)
        self.modes = [(w, i**capacity, i ** (-1 - 2 * mpf(source) * capacity)) for i, w in RULE]

        def excess(log_rise):  # of kappa = lambda + kappa D/n, which keeps its digits where D << n
            kappa = weight_decay + mpmath.exp(log_rise)
            return log_rise - mpmath.log(kappa * self.freedoms(kappa, 1) / n_eff)

        start = mpmath.log(weight_decay * self.freedoms(weight_decay, 1) / n_eff) - 1
        stop = mpmath.log(weight_decay + 20 * n_eff**-capacity)
        rise = mpmath.exp(mpmath.findroot(excess, (start, stop), solver="anderson", tol=1e-12))
        kappa = weight_decay + rise
        misses = mpmath.fsum(w * (kappa * p / (1 + kappa * p)) ** 2 * energy for w, p, energy in self.modes)
        squares = self.freedoms(kappa, 2)
        self.risk = (n_eff * misses + noise_variance * squares) / (n_eff - squares)

    def freedoms(self, kappa, power):
        return mpmath.fsum(w / (1 + kappa * p) ** power for w, p, _ in self.modes)


def test_sums_of_this_file_are_the_sums():
    for c in (mpf(2), mpf(1000)):
        exact = mpmath.pi * mpmath.coth(mpmath.pi * c) / (2 * c) - 1 / (2 * c * c)
        assert mpmath.fsum(w / (i * i + c * c) for i, w in RULE) == pytest.approx(exact, rel=1e-9, abs=0)


def boundary_of(noise, names, source=None, parameter=False):
    """The boundary between two phases, on one side of r = 1 or at it."""
    found = [
        boundary
        for boundary in phase_diagram(kernel_ridge, noise=noise).boundaries
        if [phase.name for phase in boundary.phases] == names.split("/")
        and (boundary.relation.lhs == letters.source) == parameter
        and (source is None or all(low < source < high for _, (low, high) in domains(boundary)))
    ]
    return found[0]


def domains(boundary):
    return [phase.balance.domain for phase in boundary.phases]


@cache
def solved(noise, gamma, source, n_eff, weight_decay, noise_variance):
    return Kernel(gamma, source, n_eff, weight_decay, 0 if noise == "none" else noise_variance).risk


def ratio(noise, boundary, point, digits_of_d, factor=1):
    """The summed risk over the law across a boundary, at exponents of d = 10**digits_of_d."""
    d = mpf(10) ** digits_of_d
    values = {
        "n_eff": d ** mpf(str(point["a"])) * mpf(str(point.get("samples", 1))),
        "weight_decay": d ** mpf(str(point["ell"])) * mpf(str(point.get("times", 1))),
        "noise_variance": d ** -mpf(str(point.get("b", 0))),
    }
    at = {"gamma": point["gamma"], "source": point["source"]}
    law = boundary.law().evaluate(**at, **values, d=d)
    return solved(noise, *at.values(), *values.values()) / (factor * law)


# a boundary, a point on it, and how far the weight decay, or the samples, are from it
BOUNDARIES = [
    ("fixed", "V/VIa", {"gamma": 1, "a": 1, "ell": -2}),
    ("fixed", "V/VIa", {"gamma": 1, "a": 1, "ell": -2, "times": 5}),
    ("fixed", "II/VIa", {"gamma": 1, "a": 1.5, "ell": None}),
    ("fixed", "II/VIa", {"gamma": 1, "a": 1.5, "ell": None, "times": 3}),
    ("none", "II/N", {"gamma": 1, "a": 1, "ell": -2}),
    ("none", "II/N", {"gamma": 1, "a": 1, "ell": -2, "times": 4}),
    ("scaled", "N/V", {"gamma": 1, "a": 1, "ell": -5, "b": None}),
]


def on_boundary(names, point, source):
    kept, point = min(source, 1), {**point, "source": source}
    if names == "II/VIa":  # lambda^(2 r) = lambda^(-1/A)/n
        point["ell"] = -2 * point["a"] * point["gamma"] / (4 * point["gamma"] * kept + 1)
    if names == "N/V":  # n^(-2 A r) = Delta
        point["b"] = 4 * point["gamma"] * kept * point["a"]
    return point


@pytest.mark.parametrize("source", [0.5, 0.8, 2], ids=str)
@pytest.mark.parametrize(("noise", "names", "point"), BOUNDARIES)
def test_laws_hold_on_and_across_boundaries(noise, names, point, source):
    boundary, at = boundary_of(noise, names, source), on_boundary(names, point, source)
    near, far = (float(ratio(noise, boundary, at, digits)) for digits in (6, 12))
    assert abs(far - 1) < TOLERANCE
    assert abs(far - 1) < abs(near - 1)


FIRST_FEATURES = [
    *(("fixed", "Ib/II", {"gamma": 1, "a": 1, "ell": 0, "times": times}) for times in (0.1, 1, 8)),
    ("fixed", "Ib/II", {"gamma": 0.6, "a": 1, "ell": 0, "times": 0.2}),
    *(("fixed", "Ia/V", {"gamma": 1, "a": 0, "ell": -1, "samples": samples}) for samples in (0.2, 1.5, 9)),
    *(("none", "Ia/N", {"gamma": 0.7, "a": 0, "ell": -1, "samples": samples}) for samples in (0.3, 5)),
    *(
        ("scaled", "Ia/N", {"gamma": 1, "a": 0, "ell": -1, "b": 1, "samples": samples})
        for samples in (0.3, 5)
    ),
]
"""Where features are fitted one by one: a boundary, and values of what leads across it."""


@pytest.mark.parametrize("source", [0.3, pytest.param(2, marks=pytest.mark.slow)], ids=str)
@pytest.mark.parametrize(
    ("noise", "names", "point"),
    [pytest.param(*x, marks=pytest.mark.slow if k % 8 else ()) for k, x in enumerate(FIRST_FEATURES)],
)
def test_first_features_count_one_by_one(noise, names, point, source):
    boundary, at = boundary_of(noise, names, source), {**point, "source": source}
    near, far = (float(ratio(noise, boundary, at, digits)) for digits in (6, 12))
    assert abs(far - 1) < 1e-8
    assert abs(far - 1) < max(abs(near - 1), 1e-11)
    # neither phase alone, and none without its noise or its misses, holds there
    assert abs(ratio(noise, boundary, at, 12, mpf("1.001")) - 1) > 1e-4


@pytest.mark.parametrize("source", [0.2, pytest.param(2, marks=pytest.mark.slow)], ids=str)
@pytest.mark.parametrize(
    ("noise", "names", "axis", "values"),
    [
        ("fixed", "Ib/II", "weight_decay", {"n_eff": mpf(10) ** 90, "noise_variance": mpf(1)}),
        ("fixed", "Ia/V", "n_eff", {"weight_decay": mpf(10) ** -90, "noise_variance": mpf(1)}),
        ("none", "Ia/N", "n_eff", {"weight_decay": mpf(10) ** -90, "noise_variance": mpf(1)}),
    ],
)
def test_law_of_first_features_reduces_to_both_phases(noise, names, axis, values, source):
    boundary, law = boundary_of(noise, names, source), boundary_of(noise, names, source).law()
    outside, inside = (mpf(10) ** 12, mpf(10) ** -12)
    if axis == "n_eff":
        outside, inside = (1 / outside, mpf(10) ** 6)
    for phase, value in zip(boundary.phases, (outside, inside), strict=True):
        at = {"gamma": 1, "source": source, "d": mpf(10) ** 6, **values, axis: value}
        assert law.evaluate(**at) / phase.risk.evaluate(**at) == pytest.approx(1, abs=1e-2), phase.name


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(0.9, marks=pytest.mark.slow),
        pytest.param(0.99, marks=pytest.mark.slow),
        1,
        pytest.param(1.01, marks=pytest.mark.slow),
        pytest.param(1.2, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    ("noise", "name", "a", "ell"),
    [("fixed", "II", 4, -1), pytest.param("none", "N", 1, -4, marks=pytest.mark.slow)],
)
def test_one_law_holds_through_saturation(noise, name, a, ell, source):
    boundary = boundary_of(noise, f"{name}/{name}", parameter=True)
    point = {"gamma": 1, "source": source, "a": a, "ell": ell}
    assert float(ratio(noise, boundary, point, 6)) == pytest.approx(1, abs=TOLERANCE)
    if 0 < abs(source - 1) < 0.02:  # either end alone is far off so close to the boundary
        d = mpf(10) ** 6
        values = {"n_eff": d**a, "weight_decay": d**ell, "noise_variance": 1}
        risk = solved(noise, 1, source, *values.values())
        phase = boundary.phases[source > 1]
        alone = phase.risk.evaluate(gamma=1, source=source, d=d, **values)
        assert abs(risk / alone - 1) > 0.03


@pytest.mark.parametrize(("noise", "name", "a", "ell"), [("fixed", "II", 4, -1), ("none", "N", 1, -4)])
def test_a_logarithm_is_left_where_the_leading_end_changes(noise, name, a, ell):
    boundary = boundary_of(noise, f"{name}/{name}", parameter=True)
    law = boundary.law().on_boundary
    off, off_corrected = [], []
    for digits in (3, 6, 12):
        d = mpf(10) ** digits
        values = {"n_eff": d**a, "weight_decay": d**ell, "noise_variance": mpf(1)}
        risk = solved(noise, 1, 1, *values.values())
        off.append(float(risk / law.evaluate(gamma=1, d=d, **values) - 1) * digits)
        off_corrected.append(abs(float(risk / law.evaluate(gamma=1, d=d, corrected=True, **values) - 1)))
    assert off_corrected[1] < TOLERANCE
    assert off_corrected[2] < 1e-6
    # what the logarithm alone leaves out is a constant over log d
    assert off[1] == pytest.approx(off[2], rel=3e-2, abs=0)
    assert abs(off[2]) > 0.01
    exponents = {Symbol(x, real=True): value for x, value in (("a", a), ("ell", ell))}
    assert law.log_exponent == 1
    assert law.exponent.subs(letters.gamma, 1).subs(exponents) == (2 * ell if name == "II" else -4 * a)


def test_law_at_saturation_by_hand():
    # kappa = lambda: lambda^2 (log(1/lambda) + A gamma_E - 1)/A
    law = boundary_of("fixed", "II/II", parameter=True).law().on_boundary
    capacity, decay = 2 * letters.gamma, letters.weight_decay
    assert simplify(law.expr - decay**2 * log(1 / decay) / capacity) == 0
    by_hand = decay**2 * (log(1 / decay) + capacity * EulerGamma - 1) / capacity
    assert simplify(law.corrected - by_hand) == 0
    assert simplify(law.constant + letters.ell / capacity) == 0


@pytest.mark.parametrize(
    "noise", ["fixed", *(pytest.param(noise, marks=pytest.mark.slow) for noise in ("scaled", "none"))]
)
def test_the_boundary_of_saturation_is_listed_for_every_phase_that_knows_it(noise):
    diagram = phase_diagram(kernel_ridge, noise=noise)
    listed = [b for b in diagram.boundaries if b.relation.lhs == letters.source]
    assert {b.relation.rhs for b in listed} == {1}
    assert all(b.continuous and b.phases[0].hypothesis == b.phases[1].hypothesis for b in listed)
    sides = [phase for phase in diagram.phases if phase.balance.domain != EVERYWHERE]
    assert sorted(map(id, sides)) == sorted(id(phase) for b in listed for phase in b.phases)
    for boundary in listed:
        rules = simplify(boundary.phases[0].risk.expr - boundary.phases[1].risk.expr) != 0
        law = boundary.law()
        assert ("logarithm" in boundary.mechanism) == rules == (law.on_boundary.log_exponent == 1)
        assert (law.type is BoundaryType.CROSSOVER) == rules
        assert set(boundary.phases) in set(map(frozenset, located_at_saturation(noise)))


@cache
def located_at_saturation(noise):
    """The phases that meet at points with r = 1."""
    found = []
    for a, ell, b in product((-1, 1, 3), (-30, -7, -3, -1, 1), (1, 9) if noise == "scaled" else (None,)):
        try:
            phase_diagram(kernel_ridge, noise=noise).locate(a=a, ell=ell, gamma=1, b=b, source=1)
        except OnBoundary as boundary:
            found.append(boundary.phases)
    return found


# --- the last features: kernel ridge with d of them, in means over d

LIMITED = replace(
    kernel_ridge,
    name="kernel ridge with d features",
    modes=letters.d,
    noise_balance=Eq(
        n_eff * effective_noise**2 / letters.d, noise_variance / letters.d + letters.matrix_error
    ),
    threshold_balance=Eq(
        n_eff / letters.d,
        letters.degrees_of_freedom + n_eff * letters.weight_decay / (letters.d * letters.threshold),
    ),
    excess_risk=letters.d * letters.matrix_error,
)


def summed(source, n_eff, weight_decay, noise_variance, features):
    """The risk at gamma = 1 of ridge regression on so many features, added up."""
    ranks = np.arange(1.0, features + 1)
    variances, energies = ranks**-2, ranks ** (-1 - 4 * source)

    def short(log_kappa):
        kappa = np.exp(log_kappa)
        return np.sum(variances / (variances + kappa)) / n_eff + weight_decay / kappa - 1

    kappa = np.exp(brentq(short, -100, 10, xtol=1e-14))
    kept, missed = variances / (variances + kappa), kappa / (variances + kappa)
    # n - sum f^2 = n lambda/kappa + sum f (1 - f), which keeps its digits
    spare = n_eff * weight_decay / kappa + np.sum(kept * missed)
    return (n_eff * np.sum(missed**2 * energies) + noise_variance * np.sum(kept**2)) / spare


LAST_FEATURES = [("II/III", 4.9, -2), ("V/VIb", 1, -5), ("VIa/VIb", 2, -2)]


@pytest.mark.parametrize("factor", [0.2, *(pytest.param(x, marks=pytest.mark.slow) for x in (1, 5))])
@pytest.mark.parametrize("source", [0.6, 2], ids=str)
@pytest.mark.parametrize(("names", "a", "ell"), LAST_FEATURES)
def test_last_features_end_the_sums(names, a, ell, source, factor):
    boundaries = [
        boundary
        for boundary in phase_diagram(LIMITED).boundaries
        if [phase.name for phase in boundary.phases] == names.split("/")
        and boundary.phases[0].hypothesis.ordering is not boundary.phases[1].hypothesis.ordering
        and all(low < source < high for _, (low, high) in domains(boundary))
    ]
    off = []
    for features in (10**4, 10**6):
        of_samples = factor if ell == -5 else 1
        n_eff, weight_decay = of_samples * features**a, factor / of_samples * float(features) ** ell
        # so little noise that the risk of II and III is that of the modes
        labels = 1e-30 if names == "II/III" else 1.0
        at = {"gamma": 1, "n_eff": n_eff, "weight_decay": weight_decay, "noise_variance": labels}
        law = boundaries[0].law().evaluate(**at, d=features, source=source)
        off.append(abs(float(summed(source, n_eff, weight_decay, labels, features) / law) - 1))
        assert abs(float(summed(source, n_eff, weight_decay, labels, features) / law) * 1.01 - 1) > TOLERANCE
    assert off[1] < TOLERANCE
    assert off[1] <= max(off[0], 1e-8)


# --- errors, planted and refused


def test_an_error_of_a_hundredth_is_noticed():
    for noise, names, point in BOUNDARIES[:3:2]:
        boundary, at = boundary_of(noise, names, 0.8), on_boundary(names, point, 0.8)
        for factor in (0.99, 1.01):
            assert abs(ratio(noise, boundary, at, 12, factor) - 1) > 5 * TOLERANCE


@pytest.mark.parametrize("names", ["V/VIa", "II/VIa"])
def test_a_term_left_out_is_noticed(names):
    # the law of either phase alone, on the boundary between them
    boundary, at = (
        boundary_of("fixed", names, 0.8),
        on_boundary(names, {"gamma": 1, "a": 1.5, "ell": -3}, 0.8),
    )
    d = mpf(10) ** 6
    values = {"n_eff": d ** mpf(at["a"]), "weight_decay": d ** mpf(at["ell"]), "noise_variance": mpf(1)}
    risk = solved("fixed", 1, 0.8, *values.values())
    for phase in boundary.phases:
        assert abs(risk / phase.risk.evaluate(gamma=1, source=0.8, d=d, **values) - 1) > 0.1


def test_a_wrong_residue_is_noticed():
    boundary = boundary_of("fixed", "II/II", parameter=True)
    risk = boundary.law().risk
    planted = replace(boundary.law(), risk=risk.subs(EulerGamma, 1).replace(zeta, lambda x: 1.01 * zeta(x)))
    assert planted.risk != risk
    at = {"gamma": 1, "n_eff": mpf(10) ** 12, "d": mpf(10) ** 6, "weight_decay": mpf(10) ** -6}
    with pytest.raises(InvalidArgument, match="has no pole"):  # the poles do not cancel any more
        planted.evaluate(**at, noise_variance=1, source=1)


def test_a_source_is_asked_for():
    law = boundary_of("fixed", "II/VIa", 0.5).law()
    for refused in (None, 0, -1):
        with pytest.raises(ValueError, match=f"source={refused}: must be "):
            law.evaluate(gamma=1, n_eff=10, d=10, weight_decay=1, noise_variance=1, source=refused)


def test_values_of_parameters_where_domains_meet():
    (least, most), sources = EVERYWHERE
    low, high = ((least, Rational(2)), sources), ((Rational(2), most), sources)
    assert meeting_point(low, high) == meeting_point(high, low) == (letters.gamma, 2)
    assert meeting_point(low, low) is None
    assert at_value((coefficient(letters.gamma), coefficient(1)), letters.gamma, Rational(2)) == (2, 1)


# --- ridge regression on the inputs of the networks


@cache
def ridge_boundaries():
    return [
        (noise, boundary)
        for network, noise in product((diagonal, quadratic), ("fixed", "none", "scaled"))
        for boundary in phase_diagram(network, noise=noise, estimator="ridge").boundaries
    ]


@cache
def at_capacity():
    laws = [(noise, boundary.law()) for noise, boundary in ridge_boundaries()]
    return [(noise, law) for noise, law in laws if law.local is not None]


def test_jumps_of_ridge_are_where_the_capacity_is_that_of_all_features():
    for _, boundary in ridge_boundaries():
        law = boundary.law()
        assert law.continuous == boundary.continuous
        assert law.mechanism == boundary.mechanism
        assert law.type is boundary.type
        assert ("jumps" in law.mechanism) == (not boundary.continuous)
        assert boundary.continuous or law.local is not None
        assert (law.local is not None) == (law.type is BoundaryType.RECOVERY)


def beside_capacity(local, share):
    """Physical values a multiple of the width from where the capacity is that of all features."""
    at = {"gamma": 1.5, "d": mpf(10) ** 12, "weight_decay": mpf("1e-20"), "noise_variance": mpf("1e-6")}
    at["weight_decay"] *= at["d"] if local.width.has(letters.d) else 1
    width, samples = (evaluate(x, PhysicalPoint(**at).values()) for x in (local.width, local.samples))
    return at | {"n_eff": samples * (1 + share * width)}


def test_local_law_of_ridge_is_its_law_next_to_the_capacity():
    for _, law in at_capacity():
        for share in (-10, -1, 0, 1, 10):
            at = beside_capacity(law.local, share)
            if not law.risk.has(noise_variance):  # label noise is not balanced on this boundary
                at["noise_variance"] = mpf("1e-60")
            with mpmath.workdps(30):
                near, whole = law.local.solve(**at), law.solve(**at)
            for quantity, value in whole.items():
                assert near[quantity] == pytest.approx(value, rel=1e-6, abs=0), (law.mechanism, quantity)


def test_sides_of_the_local_law_of_ridge_are_its_limits():
    for _, law in at_capacity():
        for side, share in (("below", -1000), ("height", 0), ("above", 1000)):
            at = beside_capacity(law.local, share)
            with mpmath.workdps(30):
                expected = evaluate(getattr(law.local, side), PhysicalPoint(**at).values())
                assert law.local.evaluate(**at) == pytest.approx(expected, rel=1e-4, abs=0)


def test_a_peak_without_labels_is_a_fall():
    for noise, law in at_capacity():
        heights = [law.local.evaluate(**beside_capacity(law.local, share)) for share in (-1000, 0, 1000)]
        if noise == "none":
            assert heights[0] > 100 * heights[1] > 10**4 * heights[2]
        else:
            assert heights[1] > 100 * max(heights[0], heights[2])


AT_ONE = {"gamma": 1.2, "n_eff": 1e4, "d": 1e4, "weight_decay": 1e-3, "noise_variance": 0.5, "source": 1}


def test_poles_that_do_not_cancel_and_negative_risks_are_refused():
    # at r = 1 the law of either side alone has a pole: 2e8 of either sign, where 7e-4 is right
    with_pole, across = [], []
    for boundary in phase_diagram(kernel_ridge).boundaries:
        if [phase.name for phase in boundary.phases] in (["II", "VIa"], ["V", "VIa"]):
            with_pole.append(boundary.law())
        if boundary.relation == Eq(letters.source, 1):
            across.append(boundary.law())
    for law in with_pole:
        with pytest.raises(InvalidArgument, match="where the law is positive"):
            law.evaluate(**AT_ONE)
    assert all(5e-4 < law.evaluate(**AT_ONE) < 9e-4 for law in across)
    assert len(with_pole) == 4
    assert len(across) == 3
