"""Arguments of what is public: each is refused in one line that names it, before any work."""

from __future__ import annotations

import inspect
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Float, I, Rational, Symbol, log, oo, sin, sqrt

import asymptotics
from asymptotics import (
    InvalidArgument,
    bayes_ratio,
    diagonal,
    heavy_tails,
    interpolation_peak,
    kernel_ridge,
    optimal_width,
    phase_diagram,
    plateaus,
    pruning_ratios,
    quadratic,
    recovery_jump,
    ridge,
    width_peak,
    width_ratio,
)
from asymptotics import symbols as letters
from asymptotics.algebra.regions import end_of_axis
from asymptotics.balance.regimes import Hypothesis
from asymptotics.lemmas.power_sums import Learned
from asymptotics.networks.mode_functions import Ordering


class Thing:
    """An object of no use; its repr, part of the names of tests, is the same in every process."""

    def __repr__(self):
        return "<thing>"


def named(value):
    """The same in every process, whatever order its sets are in: no reprs of long expressions."""
    shown = repr(value)
    return shown if len(shown) < 40 else type(value).__name__


OBJECTS = [
    None,
    "diagonal",
    b"1",
    3,
    1.5,
    float("nan"),
    np.array([1.0, 2.0]),
    [],
    {},
    Thing(),
    int,
    letters.a,
    oo,
]
NO_NUMBERS = [
    None, "1", b"1", "", True, np.bool_(True), 1j, float("nan"), float("inf"), -float("inf"), [1], (1,), {},
    Thing(), np.array([1.0]), np.array([1.0, 2.0]), np.float32("nan"), Decimal("NaN"), Decimal("Infinity"),
    mpmath.inf,
    mpmath.mpc(1, 1), letters.a, oo, sympy.nan, sympy.zoo, I, diagonal,
]  # fmt: skip
NO_DECAYS = [
    0.5,
    Fraction(1, 2),
    Rational(1, 2),
    Decimal("0.5"),
    mpmath.mpf(0.5),
    np.float32(0.5),
    0.4,
    0,
    -1,
]
HALVES = [
    0.5, Fraction(1, 2), Decimal("0.5"), mpmath.mpf(0.5), np.float32(0.5), np.float64(0.5), Float("0.5"),
    Rational(1, 2),
]  # fmt: skip


def refused(name, ask):
    with pytest.raises(InvalidArgument, match=rf"^{name}=.*: must be ") as caught:
        ask()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


# --- what stands for a network, a diagram, a choice


@pytest.mark.parametrize("wrong", OBJECTS, ids=named)
def test_what_is_no_network_is_refused(wrong):
    for ask in (bayes_ratio, interpolation_peak, recovery_jump, ridge, width_peak, width_ratio):
        refused("network", lambda ask=ask: ask(wrong))
    refused("model", lambda: phase_diagram(wrong))


@pytest.mark.parametrize("other", [kernel_ridge, asymptotics.Network], ids=["kernel ridge", "class"])
def test_other_models_are_no_networks(other):
    for ask in (bayes_ratio, interpolation_peak, recovery_jump, ridge, width_peak, width_ratio):
        refused("network", lambda ask=ask: ask(other))


@pytest.mark.parametrize("wrong", OBJECTS, ids=named)
def test_what_is_no_diagram_is_refused(wrong):
    refused("diagram", lambda: heavy_tails(wrong))
    refused("diagram", lambda: pruning_ratios(wrong))
    refused("diagram", lambda: optimal_width(wrong))
    refused("diagram", lambda: plateaus(wrong, ell=0, gamma=1))


@pytest.mark.parametrize("estimator", ["bayes", "ridge"])
def test_a_system_has_the_estimator_that_it_declares_alone(estimator):
    refused("estimator", lambda: phase_diagram(kernel_ridge, estimator=estimator))


@pytest.mark.parametrize("wrong", [*OBJECTS, "", "Fixed", ["fixed"], "erm "], ids=named)
def test_what_is_no_choice_is_refused(wrong):
    refused("noise", lambda: phase_diagram(diagonal, noise=wrong))
    refused("noise", lambda: bayes_ratio(diagonal, wrong))
    refused("reference", lambda: pruning_ratios(phase_diagram(diagonal), reference=wrong))
    refused("estimator", lambda: phase_diagram(diagonal, estimator=wrong))
    refused("estimator", lambda: recovery_jump(diagonal, estimator=wrong))
    refused("noisy", lambda: recovery_jump(diagonal, noisy=wrong))
    for model in (diagonal, kernel_ridge):
        refused("noisy", lambda model=model: model.regimes(wrong))
        refused("hypothesis", lambda model=model: model.describe(wrong))
    refused("learned", lambda: diagonal.potential_of(wrong))


def test_hypotheses_of_others_are_refused(of_diagonal):
    ours, theirs = of_diagonal.phases[2].hypothesis, phase_diagram(kernel_ridge).phases[0].hypothesis
    refused("hypothesis", lambda: diagonal.describe(theirs))
    refused("hypothesis", lambda: kernel_ridge.describe(ours))
    none_such = Hypothesis(Ordering.THRESHOLD_AT_EDGE, Learned.ALL, "target modes", ("a", "b"))
    refused("hypothesis", lambda: diagonal.describe(none_such))
    assert diagonal.describe(ours).name == of_diagonal.phases[2].name


def test_a_model_without_what_a_model_has_is_refused():
    class Nameless:
        def regimes(self, noisy):
            return []

        def describe(self, hypothesis):
            raise AssertionError

    class Named(Nameless):
        name = "named"
        regimes = None

    for model in (Nameless(), Named(), Nameless):
        refused("model", lambda model=model: phase_diagram(model))


# --- numbers


@pytest.mark.parametrize("wrong", NO_NUMBERS, ids=named)
def test_what_is_no_number_is_refused(wrong, of_diagonal):
    point = {"a": 1, "ell": -3, "gamma": 1}
    is_end = end_of_axis(wrong) is not None  # the ends of the axes of a and ell are places
    for name in ("gamma",) if is_end else tuple(point):
        refused(name, lambda name=name: of_diagonal.locate(**point | {name: wrong}))
    refused("gamma", lambda: of_diagonal.parameters(gamma=wrong))
    for ask in (of_diagonal.learning_curve, lambda **given: plateaus(of_diagonal, **given)):
        if wrong is not letters.a and not is_end:
            refused("ell", lambda ask=ask: ask(ell=wrong, gamma=1))
    scaled, kernel = phase_diagram(diagonal, noise="scaled"), phase_diagram(kernel_ridge)
    refused("b", lambda: scaled.locate(**point, b=wrong))
    refused("source", lambda: kernel.locate(**point, source=wrong))
    if wrong is None:  # which leaves a parameter open along a curve
        return
    for ask in (of_diagonal.learning_curve, lambda **given: plateaus(of_diagonal, **given)):
        refused("gamma", lambda ask=ask: ask(ell=1, gamma=wrong))
    refused("gamma", lambda: of_diagonal.optimal_weight_decay(gamma=wrong))
    refused("b", lambda: scaled.learning_curve(ell=1, gamma=1, b=wrong))
    refused("b", lambda: scaled.optimal_weight_decay(gamma=1, b=wrong))
    refused("b", lambda: plateaus(scaled, ell=1, gamma=1, b=wrong))
    refused("source", lambda: plateaus(kernel, ell=-1, gamma=1, source=wrong))


@pytest.mark.parametrize("gamma", NO_DECAYS, ids=named)
def test_targets_of_infinite_energy_are_refused(gamma, of_diagonal):
    for ask in (
        lambda: of_diagonal.locate(a=1, ell=1, gamma=gamma),
        lambda: of_diagonal.learning_curve(ell=1, gamma=gamma),
        lambda: of_diagonal.optimal_weight_decay(gamma=gamma),
        lambda: plateaus(of_diagonal, ell=1, gamma=gamma),
        lambda: values_of(interpolation_peak(diagonal), {"gamma": gamma}),
    ):
        with pytest.raises(
            InvalidArgument, match=r"^gamma=.*: must be a number above 1/2, for a target of finite energy$"
        ):
            ask()


@pytest.mark.parametrize("half", HALVES, ids=lambda x: type(x).__name__)
def test_every_kind_of_number_says_the_same(half, of_quadratic):
    phase = of_quadratic.locate(a=half, ell=-half, gamma=half + half)
    assert phase == of_quadratic.locate(a=Fraction(1, 2), ell=Fraction(-1, 2), gamma=1)
    assert plateaus(of_quadratic, ell=half, gamma=half + half) == plateaus(
        of_quadratic, ell=Rational(1, 2), gamma=1
    )
    scaled = phase_diagram(quadratic, noise="scaled")
    assert scaled.optimal_weight_decay(gamma=1, b=half) == scaled.optimal_weight_decay(
        gamma=1, b=Fraction(1, 2)
    )
    peak = interpolation_peak(quadratic)
    assert values_of(peak, dict.fromkeys(EVALUATED[1:], half)) == values_of(
        peak, dict.fromkeys(EVALUATED[1:], 0.5)
    )


def test_irrational_numbers_keep_their_digits():
    peak = interpolation_peak(quadratic)
    with mpmath.workdps(40):
        found = values_of(peak, {"d": sqrt(2)})
        assert mpmath.almosteq(found, values_of(peak, {"d": mpmath.sqrt(2)}), 1e-38)


def test_negative_exponents_of_noise_and_sources_are_refused():
    point = {"a": 1, "ell": -3, "gamma": 1}
    refused("b", lambda: phase_diagram(diagonal, noise="scaled").locate(**point, b=-1))
    for source in (0, -1, Fraction(-1, 2)):
        refused("source", lambda source=source: phase_diagram(kernel_ridge).locate(**point, source=source))


def test_plateaus_of_kernels_take_a_source():
    found = plateaus(phase_diagram(kernel_ridge), ell=1, gamma=1, source=0.75)
    assert [(p.begins.a, p.ends.a) for p in found] == [(0, oo)]


# --- laws at a size

EVALUATED = ("gamma", "n_eff", "d", "weight_decay", "noise_variance")
SIZES = {"gamma": 1, "n_eff": 10, "d": 100, "weight_decay": 0.5, "noise_variance": 1}


def values_of(law, changes):
    return law.evaluate(**SIZES | changes)


@pytest.mark.parametrize("wrong", [*NO_NUMBERS, 0, -1, -0.5, mpmath.mpf(0), Fraction(0)], ids=named)
def test_sizes_that_are_none_are_refused(wrong, of_diagonal):
    boundaries = phase_diagram(kernel_ridge).boundaries
    laws = [
        interpolation_peak(diagonal),
        recovery_jump(diagonal, noisy=True),
        of_diagonal.boundaries[0].law(),
        next(b for b in boundaries if b.relation.lhs == letters.source).law(),
    ]
    for law in laws:
        held = {name for name in EVALUATED if any(x.has(getattr(letters, name)) for x in expressions_of(law))}
        # in laws that do not hold them the others may be missing, weight decay and noise 0
        for name in held | (set() if wrong is None else {"gamma", "n_eff", "d"}):
            refused(name, lambda law=law, name=name: values_of(law, {name: wrong}))
    refused("source", lambda: values_of(laws[-1], {"source": wrong}))


def expressions_of(law):
    return law.risk, *(side for equation in law.equations for side in equation.args)


# --- a weight decay tied to the samples


@pytest.mark.parametrize(
    "ell",
    [Symbol("a") - 1, letters.a - 1, Symbol("a", positive=True) - Symbol("gamma"), 1.0 * Symbol("a") - 1],
)
def test_symbols_are_known_by_their_names(ell, of_quadratic):
    expected = of_quadratic.learning_curve(ell=letters.a - 1, gamma=1)
    assert of_quadratic.learning_curve(ell=ell, gamma=1) == expected
    assert plateaus(of_quadratic, ell=ell, gamma=1) == plateaus(of_quadratic, ell=letters.a - 1, gamma=1)


def test_other_parameters_are_known_by_their_names_too():
    scaled = phase_diagram(quadratic, noise="scaled")
    by_name = scaled.learning_curve(ell=-Symbol("b"), gamma=1, b=1)
    assert by_name == scaled.learning_curve(ell=-1, gamma=1, b=1)


@pytest.mark.parametrize(
    "ell",
    [
        Symbol("x") - 1,
        letters.ell,
        letters.n_eff,
        letters.b,  # which fixed noise does not have
        I * letters.a,
        letters.a > 1,
        sin(letters.a) - 2,
        letters.a * oo,
        1 / (letters.gamma - 1) + letters.a,
    ],
    ids=str,
)
def test_other_expressions_are_refused(ell, of_quadratic):
    refused("ell", lambda: of_quadratic.learning_curve(ell=ell, gamma=1))
    refused("ell", lambda: plateaus(of_quadratic, ell=ell, gamma=1))


def test_a_logarithm_is_an_expression_too(of_quadratic):
    # no boundary is met where it cannot be solved for: it is refused for that, not for what it is
    with pytest.raises(InvalidArgument, match="cannot be solved"):
        of_quadratic.learning_curve(ell=log(letters.a) * letters.a + sin(letters.a), gamma=1)


# --- nothing public was forgotten


def test_every_public_function_and_method_is_asked_here():
    # of what is public: parameters of functions, and of methods of what they return
    known = {
        "AmbiguousDiagram", "IncompleteDiagram", "InvalidArgument", "OnBoundary", "NoSuchLaw",  # errors
        "BayesRatio", "Hypothesis", "Phase", "SpectrumLaws", "HeavyTail", "Boundary",  # no parameters to ask
        "CaseSplit", "Description", "OverfittedBulk", "PruningRatio",
        "BoundaryLaw", "BoundaryType", "Law", "LocalLaw", "PhaseDiagram",  # evaluate, locate, ...
        "RidgeRegression", "Network", "System", "mode_sum",  # declarations: test_declared, test_fields
        "bayes_ratio", "heavy_tails", "interpolation_peak", "phase_diagram", "plateaus", "pruning_ratios",
        "recovery_jump", "ridge", "optimal_width", "width_peak", "width_ratio",
        "ComputeOptimal", "compute_optimal",  # test_compute_optimal
        "Neglected", "Prediction",  # test_prediction
        "PowerLaw", "PhysicalPoint", "read_expression", "read_latex",  # test_point, test_notation
        "diagonal", "kernel_ridge", "quadratic",
    }  # fmt: skip
    assert set(asymptotics.__all__) == known
    methods = {
        name
        for name, value in inspect.getmembers(asymptotics.PhaseDiagram, inspect.isfunction)
        if not name.startswith("_") and len(inspect.signature(value).parameters) > 1
    }
    assert methods == {"at", "given", "learning_curve", "locate", "optimal_weight_decay", "parameters"}
