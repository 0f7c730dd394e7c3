"""Errors planted in the laws of the spectrum are seen."""

from dataclasses import replace

import pytest
from sympy import Rational

from asymptotics import phase_diagram, quadratic
from asymptotics.symbols import gamma
from verify.checks.spectra import spectrum_at, spectrum_checks, spots_of
from verify.verdicts import verdict_of

DIAGRAM = phase_diagram(quadratic)
FACTOR = Rational(101, 100)


def phase_named(name):
    return next(phase for phase in DIAGRAM.phases if phase.name == name)


def verdicts(checks):
    return {one.quantity: verdict_of(one.kind, one.predicted, *one.limit) for one in checks}


def off(law):
    return replace(law, expr=law.expr * FACTOR)


PLANTS = {
    "atom": lambda laws: replace(laws, atom=off(laws.atom)),
    "mass_above": lambda laws: replace(laws, mass_above=off(laws.mass_above)),
    "bulk_edge": lambda laws: replace(laws, bulk_edge=off(laws.bulk_edge)),
    "tail": lambda laws: replace(laws, tail=laws.tail * FACTOR),
    "tail_exponent": lambda laws: replace(laws, tail_exponent=Rational(102, 100) / gamma),
    "spikes": lambda laws: replace(laws, spikes=replace(laws.spikes, number=off(laws.spikes.number))),
    "location": lambda laws: replace(
        laws, spikes=replace(laws.spikes, location=laws.spikes.location * FACTOR)
    ),
    "overlap": lambda laws: replace(
        laws, spikes=replace(laws.spikes, overlap=1 - (1 - laws.spikes.overlap) * FACTOR)
    ),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) for name in ("VIa", "V")])
def test_each_law_is_compared_and_one_off_by_one_per_cent_is_seen(name) -> None:
    phase = phase_named(name)
    spots = spots_of(DIAGRAM, phase, phase.spectrum(), 1, seed=0)
    right = {quantity: verdict for spot in spots for quantity, verdict in verdicts(spectrum_at(spot)).items()}
    assert right == dict.fromkeys(PLANTS, "agrees")
    for quantity, plant in PLANTS.items():
        wrong = [replace(spot, laws=plant(spot.laws)) for spot in spots]
        found = {q: verdict for spot in wrong for q, verdict in verdicts(spectrum_at(spot)).items()}
        assert found[quantity] == "disagrees", (quantity, found)


def test_without_trained_weights_nothing_is_compared() -> None:
    assert not [*spectrum_checks(phase_diagram(quadratic, estimator="bayes"))]
