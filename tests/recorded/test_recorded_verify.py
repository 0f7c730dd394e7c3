"""The results of the room "verify" are those in recorded.json."""

import json

import pytest
from recorded import record
from recorded.cases import ROOMS
from recorded.values import differences

CASES, RECORDED = ROOMS["verify"](), record.read()["verify"]


def test_every_case_is_recorded():
    assert sorted(CASES) == sorted(RECORDED)


@pytest.mark.parametrize("name", CASES)
def test_results_are_those_recorded(name):
    found = json.loads(json.dumps(CASES[name]()))
    assert not differences(RECORDED[name], found)
