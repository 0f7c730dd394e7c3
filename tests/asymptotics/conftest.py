"""The two diagrams, derived once for all tests, and exact points in their phases."""

from collections.abc import Iterator
from dataclasses import fields
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from asymptotics import Law, OnBoundary, Phase, PhaseDiagram, diagonal, kernel_ridge, phase_diagram, quadratic
from asymptotics.balance.laws import NoSuchLaw

NETWORKS = {"diagonal": diagonal, "quadratic": quadratic}
Point = dict[str, Fraction]

SHIPPED = [
    *product(NETWORKS, ("fixed", "none", "scaled"), ("erm", "bayes", "ridge")),
    *product(["kernel_ridge"], ("fixed", "none", "scaled"), ["erm"]),
]
CHEAP = [("diagonal", "fixed", "erm"), ("kernel_ridge", "fixed", "erm")]


@pytest.fixture(
    params=[
        pytest.param(case, id="-".join(case), marks=() if case in CHEAP else pytest.mark.slow)
        for case in SHIPPED
    ],
    scope="session",
)
def shipped(request: pytest.FixtureRequest) -> PhaseDiagram:
    """Every diagram there is."""
    model, noise, estimator = request.param
    return phase_diagram(NETWORKS.get(model, kernel_ridge), noise=noise, estimator=estimator)


def _all_laws(phase: Phase) -> Iterator[tuple[str, Law]]:
    yield from phase.laws.items()
    for name, laws in (
        ("train_loss", lambda: {"": phase.train_loss}),
        ("decomposition", lambda: phase.decomposition),
        ("pruned_risk", lambda: {"": phase.pruned_risk}),
        ("overfitted_bulk", lambda: _of_fields(phase.overfitted_bulk)),
        ("spectrum", lambda: _of_fields(phase.spectrum())),
    ):
        try:
            yield from ((f"{name} {part}", law) for part, law in laws().items())
        except NoSuchLaw:
            continue


def _of_fields(record: object) -> dict[str, Law]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    found = {name: value for name, value in values.items() if isinstance(value, Law)}
    inner = values.get("spikes")
    return found if inner is None else found | _of_fields(inner)


@pytest.fixture(scope="session")
def all_laws():
    """``all_laws(phase)`` yields ``(name, law)`` for each law of a phase."""
    return _all_laws


@pytest.fixture(params=sorted(NETWORKS), scope="session")
def diagram(request: pytest.FixtureRequest) -> PhaseDiagram:
    return phase_diagram(NETWORKS[request.param])


@pytest.fixture(scope="session")
def of_diagonal() -> PhaseDiagram:
    return phase_diagram(diagonal)


@pytest.fixture(scope="session")
def of_quadratic() -> PhaseDiagram:
    return phase_diagram(quadratic)


def _random_point(random: Random) -> Point:
    """A rational point, gamma in (1/2, 3], a in [-1, 7], ell in [-5, 5]; half are near ell = (a - 1)/2."""
    gamma = Fraction(random.randint(5001, 30000), 10000)
    if random.random() < 0.5:
        a, ell = (
            Fraction(random.randint(-10000, 70000), 10000),
            Fraction(random.randint(-50000, 50000), 10000),
        )
    else:
        a = Fraction(random.randint(-2000, 14000), 10000)
        ell = (a - 1) / 2 + Fraction(random.randint(-10000, 10000), 10000)
    return {"a": a, "ell": ell, "gamma": gamma}


@pytest.fixture(scope="session")
def random_point():
    """``random_point(random)`` draws one exact point."""
    return _random_point


def _points_inside(diagram: PhaseDiagram, each: int) -> Iterator[tuple[Phase, Point]]:
    random = Random(0)
    missing = [each] * len(diagram.phases)
    while any(missing):
        point = _random_point(random)
        try:
            phase = diagram.locate(**point)
        except OnBoundary:
            continue
        index = diagram.phases.index(phase)
        if missing[index]:
            missing[index] -= 1
            yield phase, point


@pytest.fixture(scope="session")
def points_inside():
    """``points_inside(diagram, each)`` yields ``(phase, point)``, every phase ``each`` times."""
    return _points_inside
