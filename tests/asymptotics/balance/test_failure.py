"""What a model that cannot be balanced is told: never a partial diagram, always which hypothesis and why."""

import pickle
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sympy import Eq, Max, S, cos, oo, sqrt

from asymptotics import (
    IncompleteDiagram,
    System,
    diagonal,
    kernel_ridge,
    mode_sum,
    phase_diagram,
    ridge,
)
from asymptotics.algebra.monomials import term
from asymptotics.algebra.polyhedra import EVERYWHERE, FIELD, coefficient, sample_point
from asymptotics.balance.regimes import Equation, Regime, Setting, mean_term, named
from asymptotics.lemmas.power_sums import Learned, ModeFunction, Piece
from asymptotics.symbols import (
    a,
    d,
    degrees_of_freedom,
    effective_noise,
    gamma,
    n_eff,
    size,
    source,
    threshold,
    weight_decay,
)

BASELINE = ridge(diagonal)


@dataclass(frozen=True)
class Changed:
    """A model with some regimes left out, and others added."""

    model: Any
    without: frozenset[int] = frozenset()
    extra: tuple[Any, ...] = ()
    name: str = "changed"

    def regimes(self, noisy):
        own = [made for i, made in enumerate(self.model.regimes(noisy)) if i not in self.without]
        return [*own, *(made for other in self.extra for made in other.regimes(noisy))]

    def describe(self, hypothesis):
        return self.model.describe(hypothesis)


@pytest.mark.parametrize("missing", range(2))
def test_a_missing_regime_is_named_by_what_its_neighbours_fail(missing):
    with pytest.raises(IncompleteDiagram) as caught:
        phase_diagram(Changed(kernel_ridge, frozenset([missing])))
    region, closest = str(caught.value).split("; closest, at a = ")
    assert region.startswith("no dominant balance of the changed model holds where ")
    assert "\n" not in closest
    assert len(caught.value.closest) == 3
    assert closest.endswith(str(caught.value.closest[0]))
    for failure in caught.value.closest:
        line = str(failure)
        assert ["some modes above sqrt(kappa)", "no modes above sqrt(kappa)"][missing] in line
        assert ">>" in line
        assert "false is" in line


def test_the_error_keeps_the_closest_hypotheses_when_it_is_pickled():
    with pytest.raises(IncompleteDiagram) as caught:
        phase_diagram(small_locked())
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (str(copy), copy.closest) == (str(caught.value), caught.value.closest)


def small_locked():
    """Delta = 2 kappa, which no order of the two scales allows."""
    both = mode_sum(size**2 / ((size + threshold) * (size + effective_noise)))
    equations = (Eq(n_eff, both + 1 / threshold), Eq(effective_noise, 2 * threshold))
    return System("locked", (threshold, effective_noise), equations, {"risk": threshold}, {n_eff: a})


def test_what_is_false_at_every_point_comes_before_what_is_false_at_one():
    with pytest.raises(IncompleteDiagram) as caught:
        phase_diagram(small_locked())
    (reason, large, small), *others = caught.value.closest[0].broken
    assert not others
    assert reason == "by hypothesis"
    ratio = (small * large ** (-FIELD.one)).coefficient
    assert (ratio, large.powers) == (S.Half, small.powers)  # delta = 2 kappa is not much larger than kappa
    assert str(caught.value).startswith("no dominant balance of the locked model holds anywhere; closest, at")


def test_regimes_left_out_where_no_weight_decay_rules():
    # without the regime of no modes above the noise the others fail where lambda is large
    with pytest.raises(IncompleteDiagram) as caught:
        phase_diagram(Changed(BASELINE, frozenset([0])))
    assert any("(by hypothesis)" in str(failure) for failure in caught.value.closest)


FORCE = weight_decay / threshold


def with_target(energy):
    return replace(kernel_ridge, name="changed", target_energy=energy)


def with_force(force):
    # no declaration may say so: the engine has to see it all the same
    model = replace(BASELINE, name="changed")
    object.__setattr__(model, "threshold_balance", Eq(n_eff / d, degrees_of_freedom + force))
    return model


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (
            with_target(size ** (1 / gamma)),
            ValueError,
            r"changed: no modes above .*kappa.* borderline at every gamma: a log",
        ),
        (
            with_target(size ** (1 / gamma / 2)),
            ValueError,
            r"changed: no modes above .*kappa.* infinitely many modes diverges",
        ),
        (
            with_target((1 - gamma) * size ** (1 / gamma + 1)),
            ValueError,
            r"changed: .*\(1 - gamma\).* has a negative term, at ",
        ),
        (
            with_force(FORCE + FORCE**2 * d / n_eff),
            NotImplementedError,
            "changed: no modes above delta, .*kappa.* are resonant",
        ),
        (
            replace(diagonal, name="changed", learned_probability=(1 + cos(size / effective_noise)) / 2),
            ValueError,
            "changed: kappa >> delta, none of the modes learned: .* no limit",
        ),
    ],
)
def test_errors_name_the_model_the_hypothesis_and_the_reason(model, error, message):
    with pytest.raises(error, match=message):
        phase_diagram(model)


AMID = Setting("kappa amid the sizes")


def unsummable(domain):
    scale = term(effective_noise, "modes")
    wild = ModeFunction((Piece(S.Zero, oo, Max(size**2, size) / (1 + size) ** 3),))
    found = mean_term(wild, Learned.SOME, scale, sqrt(d), domain)
    return Regime(AMID, Learned.SOME, (effective_noise,), (Equation("x", scale, found),), (), found, {})


@dataclass(frozen=True)
class Unsummable:
    name: str = "changed"

    def regimes(self, noisy):
        return [named(AMID, Learned.SOME, unsummable)]

    def describe(self, hypothesis):
        raise AssertionError("never asked")


def test_a_sum_without_leading_powers_is_named():
    message = r"changed: kappa amid .* some of the modes learned: SymPy finds no leading power"
    with pytest.raises(NotImplementedError, match=message):
        phase_diagram(Unsummable())


def test_unhashable_models_are_refused():
    class Unhashable(Unsummable):
        __hash__ = None

    for model in (Unhashable(), Unsummable):
        with pytest.raises(ValueError, match=r"hashable and with a name, regimes and describe"):
            phase_diagram(model)


def test_sample_point_lies_inside():
    # a > 0, ell > a/gamma, ell < 2 a: needs gamma > 1/2
    forms = [
        tuple(map(coefficient, form)) for form in ((0, 1, 0), (0, -1 / gamma, 1), (0, 2, -1), (-3, 0, 1))
    ]
    parameters, point = sample_point(forms, EVERYWHERE)
    at = {gamma: parameters[0], source: parameters[1]}
    for form in forms:
        constant, *slopes = (c.as_expr().subs(at) for c in form)
        assert constant + sum(c * x for c, x in zip(slopes, point, strict=True)) > 0


def test_a_model_that_balances_raises_nothing():
    # the machinery above at rest: the same wrapper around a sound model
    wrapped, bare = (phase_diagram(model, noise="none") for model in (Changed(kernel_ridge), kernel_ridge))
    assert [phase.risk for phase in wrapped.phases] == [phase.risk for phase in bare.phases]
