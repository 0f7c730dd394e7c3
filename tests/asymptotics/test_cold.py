"""What a fresh process derives: the same, whatever order its sets are in."""

import os
import subprocess
import sys

import pytest

CHILD = """
from asymptotics import diagonal, phase_diagram, quadratic
for network in (diagonal, quadratic):
    for noise in ("fixed", "scaled", "none"):
        diagram = phase_diagram(network, noise=noise)
        for phase in diagram.phases:
            print(phase.region, *(vars(law).values() for law in phase.laws.values()))
        for boundary in diagram.boundaries:
            print([phase.name for phase in boundary.phases], boundary.relation, boundary.continuous)
"""


def derived(hash_seed):
    """The six diagrams of the two networks, line by line, under one order of sets."""
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    child = [sys.executable, "-c", CHILD]
    answer = subprocess.run(child, env=environment, check=True, capture_output=True, text=True)
    return answer.stdout.splitlines()


@pytest.mark.slow
def test_nothing_depends_on_the_order_of_sets():
    one, other = derived("0"), derived("5")
    assert len(one) > 100
    assert one == other
