"""Parts are told by plain values, and what comes out of them goes through JSON unchanged."""

import json
import pickle
from dataclasses import replace

import pytest

from verify.outcomes import Check, DerivedPhase, Kill
from verify.parts import QUICK_ERRORS, Part, Subject, computed, outcomes_of, parts_of

SUBJECT = Subject("hermite_2", "fixed", "erm", "full", "quick", 0)


def test_a_diagram_has_a_part_for_each_phase_and_error_and_one_more() -> None:
    parts = parts_of(SUBJECT)
    assert parts[2] == Part(SUBJECT)
    assert [part.phase for part in parts if part.phase is not None] == [0, 1]
    assert len([part for part in parts if part.planted]) == QUICK_ERRORS
    everything = parts_of(replace(SUBJECT, effort="full"))
    assert len([part for part in everything if part.planted]) > QUICK_ERRORS
    assert len(set(parts)) == len(parts)


@pytest.mark.parametrize("place", [0, 2, -1])
def test_what_comes_out_goes_through_json(place: int) -> None:
    part = parts_of(SUBJECT)[place]
    assert pickle.loads(pickle.dumps(part)) == part
    record = computed(part)
    rows = list(outcomes_of(part, record))
    assert rows == list(outcomes_of(part, json.loads(json.dumps(record))))
    kind = {0: DerivedPhase, 2: Check, -1: Kill}[place]
    assert any(isinstance(row, kind) for row in rows)


def test_a_key_has_all_that_determines_a_part() -> None:
    one = Part(SUBJECT)
    others = [Part(replace(SUBJECT, seed=1)), Part(SUBJECT, phase=0), Part(SUBJECT, planted="x")]
    keys = [json.dumps(part.key()) for part in (one, *others)]
    assert len(set(keys)) == 4
    assert one.key()["sources"]


def test_a_record_that_is_none_is_refused() -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        list(outcomes_of(Part(SUBJECT, phase=0), {"outcomes": [{"network": "He_2"}]}))


@pytest.mark.parametrize("effort", ["quick", pytest.param("full", marks=pytest.mark.slow)])
def test_boundaries_are_of_no_one_phase(effort) -> None:
    """At quick effort some are compared with what covers the exponents, at full effort each is a part."""
    subject = Subject("hermite_2", "fixed", "erm", "full", effort, 0)
    parts = [part for part in parts_of(subject) if part.boundary == (0 if effort == "full" else None)]
    (part,) = [part for part in parts if part.phase is None and part.planted is None]
    assert "1/2" in {row.phase for row in outcomes_of(part, computed(part))}
