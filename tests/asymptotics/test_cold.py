"""What a fresh process derives: the same, whatever order its sets are in, and fast enough to wait for."""

import os
import subprocess
import sys

import pytest

CHILD = """
import time
from asymptotics import diagonal, phase_diagram, quadratic
for network in (diagonal, quadratic):
    for noise in ("fixed", "scaled", "none"):
        diagram = phase_diagram(network, noise=noise)
        for phase in diagram.phases:
            print(phase.region, *(vars(law).values() for law in phase.laws.values()))
        for wall in diagram.boundaries:
            print([phase.name for phase in wall.phases], wall.relation, wall.continuous)
print(time.process_time())
"""


@pytest.fixture(scope="module")
def derived():
    """Lines derived, and processor time in seconds with the imports, under two orders of sets."""
    found = []
    for seed in ("0", "5"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        child = [sys.executable, "-c", CHILD]
        answer = subprocess.run(child, env=environment, check=True, capture_output=True, text=True)
        *lines, seconds = answer.stdout.splitlines()
        found.append((lines, float(seconds)))
    return found


def test_two_networks_at_three_scales_of_noise_take_under_ten_seconds(derived):
    assert min(seconds for _, seconds in derived) < 10


def test_nothing_depends_on_the_order_of_sets(derived):
    (one, _), (other, _) = derived
    assert len(one) > 100
    assert one == other
