"""Systems against the models that the engine derives another way, and what no system can be."""

import copy
import pickle
from dataclasses import replace
from functools import partial
from itertools import product

import pytest
from declared_systems import RIDGE
from sympy import Eq, Rational, Symbol, oo, pi, simplify, sin, sqrt

from asymptotics import phase_diagram, plateaus
from asymptotics.algebra.polyhedra import feasible, overlap, split_at_sign_changes
from asymptotics.balance.failure import IncompleteDiagram
from asymptotics.balance.laws import NoSuchLaw
from asymptotics.models import kernel_ridge, one_pass_sgd
from asymptotics.models.random_features import random_features
from asymptotics.symbols import (
    a,
    d,
    ell,
    gamma,
    n_eff,
    noise_variance,
    size,
    source,
    threshold,
    weight_decay,
)
from asymptotics.systems import System, mode_sum

F = size**2 / (size**2 + threshold)
(SPARE,) = set(RIDGE.unknowns) - {threshold}


def ridge(**changes):
    return replace(RIDGE, **changes)


def together(one, other):
    """Whether two phases have an open set in common."""
    shared = overlap(one.balance.domain, other.balance.domain)
    if shared is None:
        return False
    forms = [*one.balance.facets, *other.balance.facets, *one.balance.scales.window]
    return any(answer for _, answer in split_at_sign_changes(partial(feasible, forms), shared))


@pytest.mark.parametrize("noise", ["fixed", "scaled", "none"])
def test_a_system_and_the_linear_estimator_have_one_diagram(noise):
    """Against ``kernel_ridge``, which the engine derives from another kind of declaration."""
    ours, theirs = phase_diagram(ridge(), noise=noise), phase_diagram(kernel_ridge, noise=noise)
    pairs = [(one, other) for one, other in product(ours, theirs) if together(one, other)]
    assert {one.name for one, _ in pairs} == {one.name for one in ours}
    for one, other in pairs:
        for name in ("risk", "threshold", "degrees_of_freedom"):
            mine, yours = getattr(one, name), getattr(other, name)
            assert simplify(mine.exponent - yours.exponent) == 0
            assert simplify(mine.expr / yours.expr) == 1


def test_quantities_are_laws_by_name():
    phase = phase_diagram(ridge()).phases[0]
    assert phase.bias == phase.laws["bias"]
    assert {"excess_risk", "threshold", "degrees_of_freedom", "bias", "D_s"} == set(phase.laws)
    with pytest.raises(NoSuchLaw, match="ridge declares no effective_noise"):
        str(phase.effective_noise.exponent)
    with pytest.raises(AttributeError, match="a phase has no variance; it has D_s, bias"):
        str(phase.variance)


def test_phases_of_a_system_are_numbered_pickled_and_copied():
    diagram = phase_diagram(ridge())
    assert [phase.name for phase in diagram] == [str(k) for k in range(1, len(diagram) + 1)]
    assert pickle.loads(pickle.dumps(diagram)) == diagram
    assert copy.deepcopy(diagram.phases[0]) == diagram.phases[0]


def test_variables_of_its_own():
    """Features p = d^rho in place of the samples, by other names: the same laws."""
    features, rho = Symbol("p", positive=True), Symbol("rho", real=True)
    renamed = {n_eff: features}
    ours = ridge(
        equations=tuple(equation.subs(renamed) for equation in RIDGE.equations),
        quantities={name: value.subs(renamed) for name, value in RIDGE.quantities.items()},
        scales={features: rho, weight_decay: ell},
    )
    for phase, other in zip(phase_diagram(ours).phases, phase_diagram(ridge()).phases, strict=True):
        assert phase.risk.exponent.subs(rho, a) == other.risk.exponent
    index, law = next((k, p.risk) for k, p in enumerate(phase_diagram(ours)) if p.risk.expr.has(features))
    theirs = phase_diagram(ridge()).phases[index].risk
    point = {"gamma": 1.3, "source": 0.3, "weight_decay": 1e-3, "noise_variance": 1}
    assert law.evaluate(p=100, **point) == theirs.evaluate(n_eff=100, **point)
    assert law.numpy()(p=[100], **point) == pytest.approx(
        float(law.evaluate(p=100, **point)), rel=1e-12, abs=0
    )
    assert law.at(gamma=1, source=0.3, rho=1, ell=-1) == theirs.at(gamma=1, source=0.3, a=1, ell=-1)
    other = phase_diagram(ours).phases[0].risk  # what a law does not hold may be given all the same
    assert other.evaluate(p=100, **point) > 0
    with pytest.raises(ValueError, match=r"name='q': must be one of .*, p"):
        law.evaluate(q=100, **point)


def test_parameters_outside_of_the_domain_are_refused():
    """By every question that takes them, with the name of the argument."""
    diagram = phase_diagram(ridge(domain={source: (0.25, 1), gamma: (1, 2)}, conditions=()))
    inside = {"gamma": 1.5, "source": 0.5}
    phase = diagram.locate(a=2, ell=-1, **inside)
    sizes = {"n_eff": 1e4, "weight_decay": 1e-3, "noise_variance": 1}
    questions = (
        lambda **at: diagram.locate(a=2, ell=-1, **at),
        lambda **at: diagram.learning_curve(ell=-1, **at),
        diagram.parameters,
        lambda **at: diagram.model.check_parameters({gamma: at["gamma"], source: at["source"]}),
        lambda **at: phase.risk.evaluate(**sizes, **at),
        lambda **at: phase.risk.numpy()(**sizes, **at),
        lambda **at: phase.risk.at(a=2, ell=-1, **at),
    )
    for question in questions:
        question(**inside)
        with pytest.raises(ValueError, match=r"^source=.*: must be a number between 1/4 and 1"):
            question(**inside | {"source": 0.2})
        with pytest.raises(ValueError, match=r"^gamma=.*: must be a number between 1 and 2"):
            question(**inside | {"gamma": 3})
    with pytest.raises(ValueError, match=r"^source="):
        phase.risk.numpy()(**sizes, gamma=1.5, source=[0.5, 0.2])


def test_open_parameters_stay_inside_the_domain():
    diagram = phase_diagram(ridge(domain={gamma: (1, 2)}))
    cases = diagram.learning_curve(ell=-1, source=0.3)
    assert (cases[0][0], cases[-1][1]) == (1, 2)


def small(equation, **changes):
    """One equation for kappa."""
    return System("small", (threshold,), (equation,), {"risk": threshold}, {n_eff: a}, **changes)


def test_a_divergent_sum_is_refused():
    cure = (
        r"sum_i\[kappa/\(kappa \+ s\*\*2\)\]: .* diverges: narrow its domain with domain=, or say .* modes="
    )
    with pytest.raises(ValueError, match=cure):
        phase_diagram(small(Eq(n_eff, mode_sum(threshold / (size**2 + threshold)))))


def test_a_system_without_a_solution_somewhere_says_where():
    where = "no dominant balance of the small model holds where a > 1"
    with pytest.raises(IncompleteDiagram, match=where):
        phase_diagram(small(Eq(n_eff, mode_sum(F)), modes=d, positive=(a,)))


def test_points_are_located_by_the_systems_own_coordinates():
    features, rho = Symbol("p", positive=True), Symbol("rho", real=True)
    equation = Eq(n_eff, mode_sum(F) + weight_decay / threshold)
    own = System(
        "own",
        (threshold,),
        (equation,),
        {"risk": threshold / features},
        {n_eff: a, features: rho, weight_decay: ell},
    )
    diagram = phase_diagram(own)
    below, above = (diagram.locate(a=2, ell=exponent, gamma=1) for exponent in (-3, 1))
    assert below.risk.exponent == -2 * a * gamma - rho
    assert above.risk.exponent == ell - a - rho
    for point, words in [
        ({"a": 2, "gamma": 1}, "ell=None: must be given in a diagram of own"),
        ({"a": 2, "ell": 0}, "gamma=None: must be given"),
        (
            {"a": 2, "ell": 0, "gamma": 1, "source": 1},
            "source=1: must be left out: the exponents of own are a",
        ),
        (
            {"a": 2, "ell": 0, "gamma": 1, "tau": 2},
            "tau=2: must be left out: the exponents of own are a, rho, ell, gamma$",
        ),
        ({"a": 2, "ell": 0, "gamma": "one"}, "gamma='one'"),
    ]:
        with pytest.raises(ValueError, match=words):
            diagram.locate(**point)
    names = "tau=1: must be left out: the exponents of kernel ridge are a, gamma, ell, source$"
    with pytest.raises(ValueError, match=names):
        phase_diagram(kernel_ridge).locate(a=2, ell=0, gamma=1, source=1, tau=1)


def test_terms_of_the_risk_that_grow_alike_are_added():
    """Sums of f and of f^2 both count the modes above the scale, with constants of their own."""
    equation = Eq(n_eff * threshold, weight_decay)

    def constant(risk):
        one = System("alike", (threshold,), (equation,), {"risk": risk}, {n_eff: a, weight_decay: ell})
        return phase_diagram(one).locate(a=1, ell=0, gamma=Rational(5, 4)).risk.constant

    parts = [mode_sum(F) / n_eff, mode_sum(F**2) / n_eff]
    whole = constant(sum(parts))
    assert simplify(whole - sum(map(constant, parts))) == 0
    x = 1 / (2 * gamma)  # int s^(1 - 1/gamma)/(1 + s^2) ds = pi/(2 sin(pi x)), and (1 - x) of it
    assert simplify(whole - pi / sin(pi * x) / 2 / gamma * (2 - x)) == 0


def test_a_learning_curve_runs_at_given_exponents_of_a_systems_own():
    """Random features: p = d^rho of them are given, besides what networks have."""
    diagram = phase_diagram(random_features)
    at = {"ell": -1, "gamma": Rational(6, 5), "source": Rational(3, 10), "rho": Rational(7, 10)}
    curve = diagram.learning_curve(**at)
    assert (curve[0][0], curve[-1][1]) == (0, oo)
    for start, end, phase in curve:
        middle = start + 1 if end == oo else (start + end) / 2
        assert diagram.locate(a=middle, **at) == phase
    cases = diagram.learning_curve(**at | {"gamma": None})
    inside = next(case for low, high, case in cases if low < Rational(6, 5) < high)
    assert [phase for *_, phase in inside] == [phase for *_, phase in curve]
    assert plateaus(diagram, **at)[0].exponent == 0
    for wrong, words in [
        ({"rho": None}, "rho=None: must be given in a diagram of random features"),
        ({"tau": 1}, "tau=1: must be left out: besides the usual random features has rho"),
    ]:
        with pytest.raises(ValueError, match=words):
            diagram.learning_curve(**at | wrong)
    with pytest.raises(ValueError, match="model='one-pass SGD': must be a model with samples n_eff = d"):
        phase_diagram(one_pass_sgd).learning_curve()


def test_phases_may_meet_at_a_root_of_a_polynomial():
    """With sizes sqrt(d) i^-gamma and d modes, at 4 gamma^2 - 2 gamma - 1 = 0."""
    squares = mode_sum(F**2)
    missed = mode_sum(threshold**2 * size ** (2 + 1 / gamma) / (size**2 + threshold) ** 2)
    system = System(
        "root",
        (threshold,),
        (Eq(n_eff, mode_sum(F) + weight_decay / threshold),),
        {"risk": missed + noise_variance * squares / n_eff},
        {n_eff: a, weight_decay: ell},
        modes=d,
        amplitude=sqrt(d),
    )
    boundaries = [b for b in phase_diagram(system).boundaries if b.relation.lhs == gamma]
    assert {b.relation.rhs for b in boundaries} == {(1 + sqrt(5)) / 4}
    assert all(b.continuous for b in boundaries)
    at = {"gamma": Rational(81, 100), "n_eff": 1e6, "d": 10**8, "weight_decay": 1e-3, "noise_variance": 1}
    law = boundaries[0].law()
    assert law.evaluate(**at) > 0
    with pytest.raises(NotImplementedError, match="powers are no rational numbers"):
        boundaries[0].on_boundary()
