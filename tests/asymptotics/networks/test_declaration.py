"""Declarations that mean nothing are refused when they are made, in one line that names the field."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest
import sympy
from sympy import Eq, Function, I, Max, Rational, S, Symbol, cos, erfc, exp, log, nan, oo, pi, sqrt

from asymptotics import InvalidArgument, diagonal, kernel_ridge, phase_diagram, quadratic, ridge
from asymptotics.balance.regimes import Given
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.models.ridge import RidgeRegression
from asymptotics.networks.network import Network
from asymptotics.symbols import (
    a,
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    matrix_error,
    n_eff,
    noise_variance,
    position,
    resolvent,
    size,
    source,
    threshold,
    weight_decay,
)

FOREIGN = Symbol("x", positive=True)
NAMESAKE = Symbol("delta")  # without assumptions it is another symbol
FORCE = weight_decay / threshold
LEFT = n_eff / d

NOTHING = [None, "s**2", b"s", [size], (size,), {}, np.array([1.0, 2.0]), float("nan"), oo, nan, True, object]

# --- networks: (network, field, value)

OF_NETWORKS = [
    # what the error balance and the risk are linear in
    ("diagonal", "excess_risk", matrix_error**2),
    ("diagonal", "excess_risk", matrix_error + 1),
    ("diagonal", "excess_risk", S.One),
    ("diagonal", "excess_risk", S.Zero),
    ("diagonal", "excess_risk", -matrix_error),
    ("diagonal", "excess_risk", FOREIGN * matrix_error),
    ("diagonal", "excess_risk", Symbol("E")),
    ("diagonal", "excess_risk", a * matrix_error),
    ("diagonal", "excess_risk", sqrt(matrix_error)),
    ("diagonal", "excess_risk", log(d) * matrix_error),
    # the potential
    ("diagonal", "potential", S.Zero),
    ("diagonal", "potential", 0),
    ("diagonal", "potential", S.One),
    ("diagonal", "potential", size**2),
    ("diagonal", "potential", size**2 + effective_noise**2),
    ("diagonal", "potential", threshold**2),
    ("diagonal", "potential", FOREIGN * diagonal.potential),
    ("diagonal", "potential", diagonal.potential.subs(effective_noise, NAMESAKE)),
    ("diagonal", "potential", sqrt(diagonal.potential)),
    ("diagonal", "potential", 2 * diagonal.potential),
    ("diagonal", "potential", -diagonal.potential),
    ("diagonal", "potential", quadratic.potential),  # other noise: that of size 0 is not its own
    ("diagonal", "potential", gamma * diagonal.potential),
    ("quadratic", "potential", -quadratic.potential),
    ("quadratic", "potential", (size - threshold - effective_noise) ** 3),
    ("quadratic", "potential", Function("J")(size, effective_noise, threshold)),
    ("quadratic", "potential", I * quadratic.potential),
    ("quadratic", "potential_among_learned", S.Zero),
    ("quadratic", "potential_among_learned", (size - threshold) ** 2),  # no degrees of freedom
    ("quadratic", "potential_among_learned", (size + threshold) ** 2 + effective_noise**2),
    # where modes are outliers
    ("quadratic", "bbp_threshold", size),
    ("quadratic", "bbp_threshold", effective_noise**2),
    ("quadratic", "bbp_threshold", -effective_noise),
    ("quadratic", "bbp_threshold", 1),
    # probabilities
    ("quadratic", "learned_probability", 2),
    ("quadratic", "learned_probability", -S.Half),
    ("quadratic", "learned_probability", size),
    ("quadratic", "learned_probability", 1 / effective_noise),
    ("diagonal", "noise_fraction", 2),
    ("diagonal", "noise_fraction", effective_noise),
    ("diagonal", "noise_fraction", -diagonal.noise_fraction),
    # variances and parts of the error
    ("diagonal", "posterior_variance", S.Zero),
    ("diagonal", "posterior_variance", 2 * size**2),
    ("diagonal", "posterior_variance", -(effective_noise**2)),
    ("diagonal", "posterior_variance", threshold**2),
    ("diagonal", "posterior_variance_among_learned", effective_noise),
    ("diagonal", "unlearned_energy", -(size**2)),
    ("diagonal", "unlearned_energy", 2 * size**2),
    ("diagonal", "unlearned_energy", size),
    # places
    ("quadratic", "outlier_location", S.Zero),
    ("quadratic", "outlier_location", 2 * size),
    ("quadratic", "outlier_location", size**2),
    ("quadratic", "outlier_location", size - threshold),
    ("quadratic", "subordination_map", effective_noise),
    ("quadratic", "subordination_map", position**2),
    ("quadratic", "subordination_map", position + effective_noise * resolvent),
    ("quadratic", "subordination_map", size + effective_noise**2 * resolvent),
    # of other noise: larger, of another shape; or of real arguments alone
    ("quadratic", "subordination_map", 2 * quadratic.subordination_map),
    ("quadratic", "subordination_map", position + 2 * effective_noise**2 * resolvent),
    ("quadratic", "subordination_map", quadratic.subordination_map + effective_noise**4 * resolvent**3),
    ("quadratic", "subordination_map", Max(position, 0) + effective_noise**2 * resolvent),
    # balances
    ("diagonal", "noise_balance", Eq(1, 1)),
    ("diagonal", "noise_balance", Eq(LEFT, matrix_error)),
    ("diagonal", "noise_balance", Eq(LEFT * effective_noise**2, noise_variance)),
    ("diagonal", "noise_balance", Eq(LEFT * effective_noise**2, noise_variance + matrix_error**2)),
    ("diagonal", "noise_balance", Eq(LEFT * effective_noise**2, noise_variance * matrix_error**2)),
    ("diagonal", "noise_balance", Eq(LEFT * effective_noise**2, noise_variance - matrix_error)),
    ("diagonal", "noise_balance", Eq(LEFT * effective_noise**2, matrix_error - noise_variance)),
    ("diagonal", "noise_balance", Eq(LEFT * effective_noise**2, FOREIGN + matrix_error)),
    ("diagonal", "noise_balance", Eq(LEFT * effective_noise**2, degrees_of_freedom + matrix_error)),
    ("diagonal", "noise_balance", Eq(effective_noise**2, noise_variance + matrix_error)),
    ("diagonal", "noise_balance", Eq(log(n_eff) * effective_noise**2, noise_variance + matrix_error)),
    ("diagonal", "noise_balance", Eq(matrix_error, LEFT * effective_noise**2)),
    ("diagonal", "noise_balance", noise_variance + matrix_error),
    ("diagonal", "noise_balance", noise_variance < matrix_error),
    ("diagonal", "threshold_balance", Eq(LEFT, degrees_of_freedom**2 + FORCE)),
    ("diagonal", "threshold_balance", Eq(LEFT, degrees_of_freedom)),  # nothing tells kappa
    ("diagonal", "threshold_balance", Eq(LEFT, FORCE)),
    ("diagonal", "threshold_balance", Eq(1, degrees_of_freedom + FORCE)),
    ("diagonal", "threshold_balance", Eq(LEFT, degrees_of_freedom - FORCE)),
    ("diagonal", "threshold_balance", Eq(LEFT, degrees_of_freedom + log(weight_decay) / threshold)),
    ("diagonal", "threshold_balance", Eq(LEFT, degrees_of_freedom + FORCE * size)),
    ("diagonal", "threshold_balance", Eq(LEFT, degrees_of_freedom + FORCE * Symbol("d"))),
    # weight decay that pushes the wrong way, or not at all
    *(
        ("quadratic", "threshold_balance", Eq(2 * LEFT, right))
        for right in (
            degrees_of_freedom + 1 / (2 * weight_decay * threshold),
            degrees_of_freedom + 1 / (weight_decay * threshold),
            degrees_of_freedom + 1 / threshold,
            degrees_of_freedom + weight_decay,
            degrees_of_freedom + weight_decay * threshold,
            degrees_of_freedom + FORCE + 1 / threshold,
            degrees_of_freedom + FORCE + weight_decay,
            degrees_of_freedom + FORCE + FORCE / threshold,
            degrees_of_freedom + FORCE + FORCE**2 * d,
            degrees_of_freedom + FORCE / n_eff,
            degrees_of_freedom + FORCE * n_eff**2,
            degrees_of_freedom + FORCE * effective_noise,
            degrees_of_freedom + FORCE / noise_variance,
            degrees_of_freedom + gamma * FORCE,
            gamma * degrees_of_freedom + FORCE,
            source * degrees_of_freedom + FORCE,
            n_eff * degrees_of_freedom + FORCE,
            threshold * degrees_of_freedom + FORCE,
            weight_decay * degrees_of_freedom + FORCE,
            noise_variance * degrees_of_freedom + FORCE,
        )
    ),
    *(
        ("quadratic", "threshold_balance", Eq(left, degrees_of_freedom + FORCE))
        for left in (n_eff**2, 1 / n_eff, LEFT * effective_noise, LEFT * threshold, LEFT * noise_variance)
    ),
    # noise of labels and error that do not add up in variance
    *(
        ("quadratic", "noise_balance", Eq(2 * LEFT * effective_noise**2, right))
        for right in (
            noise_variance**2 / 2 + matrix_error,
            sqrt(noise_variance) + matrix_error,
            noise_variance / 2 + noise_variance**2 + matrix_error,
            matrix_error,
            1 + matrix_error,
            d + matrix_error,
            weight_decay + matrix_error,
            noise_variance * n_eff + matrix_error,
            noise_variance / 2 + threshold * matrix_error,
            noise_variance / 2 + noise_variance * matrix_error,
            noise_variance / 2 + gamma * matrix_error,
            gamma * noise_variance + matrix_error,
            noise_variance / 2 + n_eff * matrix_error,
            noise_variance / 2 + effective_noise * matrix_error,
        )
    ),
    *(
        ("quadratic", "noise_balance", Eq(left, noise_variance / 2 + matrix_error))
        for left in (
            n_eff**2 * effective_noise**2,
            n_eff**3 * effective_noise**2,
            effective_noise**2 / n_eff,
            effective_noise**2,
            LEFT * effective_noise**7,
            LEFT / effective_noise**2,
            LEFT,
            LEFT * effective_noise,
            LEFT * effective_noise**2 * threshold,
            LEFT * effective_noise**2 * weight_decay,
        )
    ),
    # the rest
    ("diagonal", "name", ""),
    ("diagonal", "name", 3),
    ("diagonal", "noise", sqrt(2 / pi) * exp(-(level**2) / 2)),
    ("diagonal", "noise", quadratic.noise),
    *(
        (network, field, value)
        for network, field in (
            ("diagonal", "noise"),
            ("diagonal", "potential"),
            ("quadratic", "potential_among_learned"),
            ("quadratic", "bbp_threshold"),
            ("quadratic", "learned_probability"),
            ("quadratic", "posterior_variance"),
            ("quadratic", "posterior_variance_among_learned"),
            ("quadratic", "unlearned_energy"),
            ("quadratic", "noise_fraction"),
            ("quadratic", "noise_balance"),
            ("quadratic", "threshold_balance"),
            ("quadratic", "excess_risk"),
            ("quadratic", "outlier_location"),
            ("quadratic", "subordination_map"),
        )
        for value in NOTHING
        if not (field in ("outlier_location", "subordination_map") and value is None)
    ),
]

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}


def assert_refused(make, field):
    with pytest.raises(InvalidArgument, match=rf"^{field}=.*: must be ") as caught:
        make()
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def named(value):
    """The same in every process, whatever order its sets are in: long expressions go by their kind."""
    shown = str(value)
    return shown if len(shown) < 40 else type(value).__name__


@pytest.mark.parametrize(("network", "field", "value"), OF_NETWORKS, ids=named)
def test_networks_that_mean_nothing_are_refused(network, field, value):
    named = "potential" if value is quadratic.noise else field  # of another noise
    assert_refused(lambda: replace(NETWORKS[network], **{field: value}), named)


def test_a_namesake_is_called_one():
    with pytest.raises(InvalidArgument, match=r"not a symbol of your own of that name$"):
        replace(diagonal, excess_risk=Symbol("E"))
    with pytest.raises(InvalidArgument, match=r"not E and x$"):
        replace(diagonal, learned_probability=erfc(FOREIGN * matrix_error))


def test_a_subordination_map_belongs_to_its_noise():
    noises = [
        NoiseLaw(sqrt(4 - level**2) / pi, edge=S(2)),  # both halves of the semicircle
        NoiseLaw(exp(-(level**2) / 2) / sqrt(2 * pi), edge=oo),  # the same two moments as the half semicircle
    ]
    for noise in noises:
        assert_refused(lambda noise=noise: replace(quadratic, noise=noise), "subordination_map")
        assert replace(quadratic, noise=noise, subordination_map=None).noise == noise


def test_numbers_are_expressions_too():
    # what a user writes for a network whose modes do not interact
    plain = replace(quadratic, learned_probability=1, unlearned_energy=0, noise_fraction=Fraction(0))
    assert plain == quadratic
    assert all(
        isinstance(getattr(plain, name), sympy.Expr) for name in ("learned_probability", "noise_fraction")
    )


def test_sound_networks_are_declared():
    for network in NETWORKS.values():
        assert replace(network) == network
    # scaled weight decay, more noise: other declarations that mean something
    replace(diagonal, threshold_balance=Eq(LEFT, degrees_of_freedom + 2 * FORCE * (1 + noise_variance)))
    replace(diagonal, threshold_balance=Eq(LEFT, degrees_of_freedom + n_eff * FORCE / d))  # of a mean loss
    replace(diagonal, threshold_balance=Eq(LEFT, degrees_of_freedom + weight_decay**2 / sqrt(threshold)))
    replace(diagonal, threshold_balance=Eq(3 * n_eff / d**2, degrees_of_freedom / d + sqrt(d) * FORCE))
    replace(diagonal, noise_balance=Eq(LEFT * effective_noise**2, noise_variance / d + 3 * matrix_error / d))
    replace(diagonal, excess_risk=d * matrix_error)
    replace(quadratic, outlier_location=None, subordination_map=None)


# --- noise

OF_NOISE = [
    *(("density", {"density": value}) for value in NOTHING if value is not oo),
    *(("edge", {"edge": value}) for value in (*NOTHING, S.Zero, -S.One, level, I) if value is not oo),
    ("density", {"density": S.Zero}),
    ("density", {"density": -exp(-(level**2) / 2)}),
    ("density", {"density": cos(level), "edge": oo}),
    ("density", {"density": FOREIGN * exp(-(level**2) / 2)}),
    ("density", {"density": 2 * exp(-(level**2) / 2)}),
    ("density", {"density": Function("rho")(level)}),
    ("density", {"density": sqrt(1 - level**2) / pi, "edge": S(2)}),  # not real up to that edge
    # of tails too heavy, too light or too wild for a law of the overfitted bulk
    ("density", {"density": 1 / (1 + level) ** 2}),
    ("density", {"density": 4 / pi / (1 + level**2) ** 2}),
    ("density", {"density": 1 / (1 + level) ** 9}),
    ("density", {"density": exp(-(log(level) ** 2)) / 10}),
    ("density", {"density": exp(-exp(level))}),
    ("density", {"density": exp(-level * log(level + 1)) / 3}),
    ("density", {"density": exp(-level * (2 + sympy.sin(level))) / 3}),
    # and of edges
    ("density", {"density": exp(-1 / (2 - level)), "edge": S(2)}),
    ("density", {"density": (level - 2) * log(1 - level / 2) / 3, "edge": S(2)}),
    ("density", {"density": 1 / (2 - level) / 100, "edge": S(2)}),
]


@pytest.mark.parametrize(("field", "changes"), OF_NOISE, ids=named)
def test_noise_that_means_nothing_is_refused(field, changes):
    assert_refused(lambda: replace(diagonal.noise, **changes), field)


def test_sound_noise_is_declared():
    assert replace(diagonal.noise) == diagonal.noise
    assert NoiseLaw(density=sqrt(4 - level**2) / pi, edge=S(2)).edge == 2  # a quarter circle
    assert NoiseLaw(density=S.Half, edge=S(2)).edge == 2  # uniform
    assert NoiseLaw(density=exp(-sqrt(level)) / 2, edge=oo).edge == oo  # a slow fall
    assert NoiseLaw(density=1 / (pi * sqrt(4 - level**2)), edge=S(2)).edge == 2  # most at its edge


@pytest.mark.parametrize(
    "edge",
    [
        *(sqrt(3), pi, Rational(1, 3), sympy.GoldenRatio),
        *(pytest.param(x, marks=pytest.mark.slow) for x in (sympy.E, 1 / sqrt(2), 2 * sqrt(2), 1 + sqrt(2))),
    ],
    ids=str,
)
def test_noise_may_end_at_any_number(edge):
    semicircle = NoiseLaw(density=2 * sqrt(edge**2 - level**2) / (pi * edge**2), edge=edge)
    assert sympy.simplify(semicircle.second_moment - edge**2 / 8) == 0
    uniform = NoiseLaw(density=1 / (2 * edge), edge=edge)
    assert sympy.simplify(uniform.second_moment - edge**2 / 6) == 0


# --- ridge regression

OF_RIDGE = [
    *(
        (field, value)
        for field in (
            "name",
            "amplitude",
            "modes",
            "feature_variance",
            "target_energy",
            "noise_balance",
            "threshold_balance",
            "excess_risk",
        )
        for value in NOTHING
        if not (field == "name" and isinstance(value, str)) and not (field == "modes" and value is oo)
    ),
    ("modes", S(3)),
    ("modes", n_eff),
    ("amplitude", S.Zero),
    ("amplitude", -S.One),
    ("amplitude", log(d)),
    ("amplitude", FOREIGN),
    ("amplitude", 1 + d),
    ("feature_variance", 1 + size),
    ("feature_variance", S.Zero),
    ("feature_variance", -(size**2)),
    ("feature_variance", 1 / size),
    ("feature_variance", S.One),
    ("feature_variance", threshold * size),
    ("target_energy", size**2 / (1 + size)),
    ("target_energy", -(size**2)),
    ("target_energy", S.One),
    ("target_energy", size**FOREIGN),
    ("target_energy", size ** (2 + 1 / sqrt(gamma))),
    ("target_energy", size**-1),
    ("noise_balance", Eq(effective_noise**2, matrix_error)),
    ("noise_balance", Eq(n_eff * effective_noise**2, noise_variance + 2 * matrix_error)),
    ("noise_balance", Eq(2 * n_eff * effective_noise**2, noise_variance + matrix_error)),
    ("noise_balance", Eq(n_eff * effective_noise**2, noise_variance)),
    ("threshold_balance", Eq(n_eff, degrees_of_freedom)),
    ("threshold_balance", Eq(n_eff, degrees_of_freedom**2 + n_eff * FORCE)),
    ("excess_risk", matrix_error**2),
    ("excess_risk", FOREIGN * matrix_error),
]


@pytest.mark.parametrize(("field", "value"), OF_RIDGE, ids=named)
def test_ridge_regressions_that_mean_nothing_are_refused(field, value):
    assert_refused(lambda: replace(kernel_ridge, **{field: value}), field)


def test_sound_ridge_regressions_are_declared():
    for model in (kernel_ridge, ridge(diagonal), ridge(quadratic)):
        assert replace(model) == model
        assert isinstance(model, RidgeRegression)
    assert isinstance(diagonal, Network)
    replace(kernel_ridge, target_energy=3 * size ** (1 / gamma + source / 2), amplitude=2)
    # the same balance, written otherwise
    other = Eq(n_eff * effective_noise**2, noise_variance + matrix_error * Rational(1, 2) * 2)
    assert replace(kernel_ridge, noise_balance=other) == kernel_ridge


# --- models of other kinds


@dataclass(frozen=True)
class Wrapped:
    """Ridge regression, of which something is changed."""

    name: str
    change: object

    def regimes(self, noisy):
        return self.change("regimes", list(kernel_ridge.regimes(noisy)))

    def describe(self, hypothesis):
        return self.change("describe", kernel_ridge.describe(hypothesis))


def only(name, change):
    return lambda part, value: change(value) if part == name else value


def of_each(change):
    """A change of each regime, whatever the domain."""
    return only("regimes", lambda made: [Given(_changed, (one, change)) for one in made])


def _changed(made, change, domain):
    return change(made(domain))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("regimes", only("regimes", lambda made: None)),
        ("regimes", only("regimes", lambda made: 3)),
        ("regimes", only("regimes", lambda made: [*made, "regime"])),
        ("regimes", of_each(lambda regime: None)),
        ("ordering", of_each(lambda regime: replace(regime, ordering="large"))),
        ("learned", of_each(lambda regime: replace(regime, learned="some"))),
        ("unknowns", of_each(lambda regime: replace(regime, unknowns=regime.unknowns[:1]))),
        ("unknowns", of_each(lambda regime: replace(regime, unknowns=(FOREIGN, *regime.unknowns[1:])))),
        ("equations", of_each(lambda regime: replace(regime, equations=None))),
        ("equations", of_each(lambda regime: replace(regime, equations=(kernel_ridge.noise_balance,)))),
        ("larger", of_each(lambda regime: replace(regime, larger=regime.risk))),
        ("risk", of_each(lambda regime: replace(regime, risk=(matrix_error,)))),
        ("quantities", of_each(lambda regime: replace(regime, quantities={"threshold": threshold}))),
        ("quantities", of_each(lambda regime: replace(regime, quantities={}))),
        ("logarithm", of_each(lambda regime: replace(regime, logarithm=1))),
        ("left", of_each(lambda regime: replace(regime.equations[0], left=threshold))),
        ("right", of_each(lambda regime: replace(regime.equations[0], right=(threshold,)))),
        ("describe", only("describe", lambda words: None)),
        ("describe", only("describe", lambda words: words[:2])),
        ("describe", only("describe", lambda words: (1, 2, 3))),
    ],
)
def test_models_that_are_none_are_refused(name, change):
    with pytest.raises(ValueError, match=rf"{name}=.*: must be ") as caught:
        phase_diagram(Wrapped("wrapped", change), noise="none")
    assert "\n" not in str(caught.value)


def test_a_model_of_another_kind_is_derived():
    wrapped = phase_diagram(Wrapped("wrapped", only("nothing", None)), noise="none")
    assert [p.risk for p in wrapped.phases] == [
        p.risk for p in phase_diagram(kernel_ridge, noise="none").phases
    ]
