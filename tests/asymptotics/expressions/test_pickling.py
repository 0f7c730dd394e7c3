"""Results travel: to other processes, to disk, and as copies, and are there what they were here."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context

import pytest
from sympy import S, exp, oo, pi, sqrt

from asymptotics import (
    OnBoundary,
    bayes_ratio,
    diagonal,
    heavy_tails,
    interpolation_peak,
    kernel_ridge,
    phase_diagram,
    plateaus,
    pruning_ratios,
    quadratic,
    recovery_jump,
    ridge,
)
from asymptotics.algebra.polyhedra import EVERYWHERE, FIELD, SignChange, coefficient
from asymptotics.expressions.pickling import Stored
from asymptotics.lemmas.noise import NoiseLaw, level
from asymptotics.models import attention, bilinear, hermite, one_pass_sgd, random_features
from asymptotics.symbols import gamma, source

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
DIAGRAMS = [*product(NETWORKS, ("fixed", "scaled", "none"), ("erm", "bayes", "ridge"))]
POINT = {"gamma": 1.25, "n_eff": 1e6, "d": 1e4, "weight_decay": 1e-3, "noise_variance": 0.5}


def there_and_back(value):
    return pickle.loads(pickle.dumps(value))


def assert_travels(value):
    for other in (there_and_back(value), copy.copy(value), copy.deepcopy(value)):
        assert other == value
        assert hash(other) == hash(value)
        assert repr(other) == repr(value)  # == of SymPy's may not see the order of terms


@pytest.mark.parametrize("value", [coefficient(0), coefficient((1 - 3 * gamma) / (2 * gamma + source))])
def test_coefficients_travel(value):
    assert_travels(value)
    assert there_and_back(value) + FIELD.one == value + FIELD.one


@pytest.mark.parametrize(
    ("network", "noise", "estimator"),
    [
        pytest.param(*which, marks=() if which[1] == "fixed" else pytest.mark.slow, id="-".join(which))
        for which in DIAGRAMS
    ],
)
def test_diagrams_travel(network, noise, estimator):
    diagram = phase_diagram(NETWORKS[network], noise=noise, estimator=estimator)
    assert_travels(diagram)
    other = there_and_back(diagram)
    for phase, same in zip(diagram.phases, other.phases, strict=True):
        assert same.balance == phase.balance
        assert same.region.args == phase.region.args
        assert same.region.func is phase.region.func
    for boundary in other.boundaries:  # one object each, as they were
        assert all(any(phase is one for one in other.phases) for phase in boundary.phases)


@pytest.mark.parametrize("noise", ["fixed", "scaled", "none"])
def test_diagrams_of_kernels_travel(noise):
    assert_travels(phase_diagram(kernel_ridge, noise=noise))


def test_a_planted_change_is_not_the_original(of_diagonal):
    # equality looks at what was derived, so that neither == nor a cache takes one for the other
    for part in (
        {"quantities": {}},
        {"risk": ()},
        {"logarithm": None},
        {"larger": ()},
    ):
        balance = next(p.balance for p in of_diagonal.phases if p.name == "V")
        changed = copy.replace(balance.regime, **part) if hasattr(copy, "replace") else None
        changed = changed or type(balance.regime)(**{**vars(balance.regime), **part})
        assert changed != balance.regime
        assert there_and_back(balance.regime) == balance.regime


def test_a_phase_travels_without_what_it_was_asked(of_quadratic):
    phase = of_quadratic.locate(a=0.7, ell=-1, gamma=1)
    parts, loss = phase.decomposition, phase.train_loss
    other = there_and_back(phase)
    assert not {"_parts", "train_loss"} & set(vars(other))
    assert (other.decomposition, other.train_loss) == (parts, loss)


def test_a_decomposition_travels_by_itself(of_quadratic):
    phase = of_quadratic.locate(a=0.7, ell=-1, gamma=1)
    parts = phase.decomposition
    assert there_and_back(parts) == parts
    parts.clear()  # the caller's own
    assert phase.decomposition


def test_noise_is_cut_alike_after_a_journey():
    # the cut of the potential is a symbol of this process alone
    gaussian = NoiseLaw(sqrt(2 / pi) * exp(-(level**2) / 2), edge=oo)
    expected = gaussian.potential(S(1))
    other = there_and_back(gaussian)
    assert set(vars(other)) == {"density", "edge"}
    assert other.potential(S(1)) == expected
    assert isinstance(gaussian, Stored)


@pytest.mark.parametrize(
    "derive",
    [
        *(lambda n=n: n for n in (diagonal, quadratic, kernel_ridge)),
        lambda: ridge(quadratic),
        *(lambda n=n: bayes_ratio(n) for n in (diagonal, quadratic)),
        *(lambda n=n: interpolation_peak(n) for n in (diagonal, quadratic)),
        *(
            lambda n=n, e=e: recovery_jump(n, estimator=e)
            for n in (diagonal, quadratic)
            for e in ("erm", "bayes")
        ),
        lambda: heavy_tails(phase_diagram(quadratic)),
        lambda: pruning_ratios(phase_diagram(quadratic)),
        lambda: tuple((p.pruned_risk, p.overfitted_bulk) for p in phase_diagram(quadratic).phases),
        lambda: plateaus(phase_diagram(quadratic), ell=S.Half, gamma=1),
        lambda: tuple(p.spectrum() for p in phase_diagram(quadratic).phases),
        lambda: tuple(p.spectrum() for p in phase_diagram(diagonal).phases),
        lambda: phase_diagram(quadratic).optimal_weight_decay(gamma=1),
        lambda: phase_diagram(quadratic).learning_curve(ell=-1, gamma=1),
        lambda: phase_diagram(quadratic).at(**POINT),
        lambda: phase_diagram(quadratic, estimator="bayes").learning_curve(),
        lambda: phase_diagram(quadratic)["V"].risk.at(gamma=1, a=S.Half, ell=-1),
        *(lambda m=m: m for m in (attention, bilinear, hermite(2), one_pass_sgd, random_features)),
        lambda: EVERYWHERE,
    ],
)
def test_answers_travel(derive):
    assert_travels(derive())


@pytest.mark.slow
@pytest.mark.parametrize(
    "model", [attention, bilinear, hermite(2), one_pass_sgd, random_features], ids=lambda model: model.name
)
def test_diagrams_of_every_shipped_model_travel(model):
    assert_travels(phase_diagram(model))


@pytest.mark.parametrize("network", ["quadratic", pytest.param("diagonal", marks=pytest.mark.slow)])
def test_laws_across_boundaries_travel_and_have_the_same_values(network):
    diagram = phase_diagram(NETWORKS[network])
    for boundary in diagram.boundaries:
        law = boundary.law()
        assert_travels(law)
    boundary = next(b for b in diagram.boundaries if {p.name for p in b.phases} == {"II", "III"})
    other = there_and_back(boundary)
    assert other == boundary
    assert other.law() == boundary.law()
    assert there_and_back(boundary.law()).evaluate(**POINT) == boundary.law().evaluate(**POINT)


@pytest.mark.parametrize("network", NETWORKS)
def test_derivations_travel(network):
    for phase in phase_diagram(NETWORKS[network]).phases:
        derivation = phase.derivation()
        assert str(there_and_back(derivation)) == str(derivation)


def test_errors_travel(of_quadratic):
    # an error that does not unpickle takes the whole pool of processes down
    with pytest.raises(OnBoundary) as caught:
        of_quadratic.locate(a=1, ell=-3, gamma=1)
    other = there_and_back(caught.value)
    assert (str(other), other.phases) == (str(caught.value), caught.value.phases)
    change = there_and_back(SignChange(S(2), source))
    assert (change.root, change.parameter) == (2, source)


def asked(diagram, boundary):
    """What another process answers about a diagram that it did not derive."""
    phase = diagram.locate(a=0.25, ell=-1, gamma=1)
    return (
        phase.name,
        str(phase.region),
        phase.risk.evaluate(**POINT),
        phase.decomposition,
        phase.train_loss,
        phase.spectrum(),
        boundary.law().evaluate(**POINT),
        diagram.optimal_weight_decay(gamma=1),
        [(start, end, p.name) for start, end, p in diagram.learning_curve(ell=-1, gamma=1)],
        bayes_ratio(diagram.model),
        diagram == phase_diagram(diagram.model),
    )


def on_a_boundary(diagram):
    return diagram.locate(a=1, ell=-3, gamma=1)


@pytest.mark.slow
@pytest.mark.parametrize("network", ["diagonal", "quadratic"])
def test_another_process_answers_alike(network):
    diagram = phase_diagram(NETWORKS[network])
    boundary = next(b for b in diagram.boundaries if {p.name for p in b.phases} == {"II", "III"})
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        answer = pool.submit(asked, diagram, boundary).result(timeout=3000)
        assert answer == asked(diagram, boundary)
        assert answer[-1]
        with pytest.raises(OnBoundary, match="lies on the boundary"):
            pool.submit(on_a_boundary, diagram).result(timeout=3000)
