"""Points are solved anywhere, and are kept: the report is the same to the last bit."""

import json
import pickle
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from declared_systems import HERMITE_2
from sympy import Rational

from asymptotics import PhaseDiagram, diagonal, phase_diagram, quadratic
from numerics import Interrupted
from verify import agreement, comparison
from verify.outcomes import Check
from verify.point_cache import key_of, read_from, written
from verify.selection import selected


def part_of(diagram: PhaseDiagram, name: str) -> PhaseDiagram:
    return replace(diagram, phases=(diagram[name],), boundaries=())


TWO = part_of(phase_diagram(diagonal), "II")


class Elsewhere(Executor):
    """Computes at once what it is given, as it would arrive in another process; interrupted after some."""

    def __init__(self, most: float = float("inf")) -> None:
        self.most, self.done = most, 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.done >= self.most:
            raise KeyboardInterrupt
        self.done += 1
        function, arguments = pickle.loads(pickle.dumps((fn, args)))
        future: Future[Any] = Future()
        future.set_result(pickle.loads(pickle.dumps(function(*arguments))))
        return future


@pytest.mark.parametrize("diagram", [TWO, phase_diagram(HERMITE_2)], ids=["network", "system"])
def test_any_executor_leaves_the_same_report(diagram: PhaseDiagram) -> None:
    elsewhere = Elsewhere()
    assert agreement(diagram, executor=elsewhere).to_json() == agreement(diagram).to_json()
    assert elsewhere.done == 4 * len(diagram.phases)


@pytest.mark.slow
def test_other_processes_leave_the_same_report() -> None:
    diagram = phase_diagram(quadratic)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert agreement(diagram, executor=pool, seed=3).to_json() == agreement(diagram, seed=3).to_json()


def test_an_interrupted_comparison_continues_where_it_stopped(tmp_path: Path) -> None:
    cache = tmp_path / "made"
    with pytest.raises(Interrupted, match=r"3 of 4 points were compared, and are kept in .*made"):
        agreement(TWO, executor=Elsewhere(3), cache=cache)
    rest = Elsewhere()
    report = agreement(TWO, executor=rest, cache=cache)
    assert rest.done == 1
    assert report.to_json() == agreement(TWO).to_json()
    assert agreement(TWO, executor=Elsewhere(0), cache=cache) == report


def test_a_planted_error_reads_nothing_of_the_diagram_without_it(tmp_path: Path) -> None:
    assert agreement(TWO, cache=tmp_path).passed
    phase = TWO.phases[0]
    for field, error in (("constant", Rational(101, 100)), ("corrected_order", 2), ("exponent", 2)):
        law = replace(phase.risk, **{field: error * getattr(phase.risk, field)})
        again, wrong = Elsewhere(), replace(TWO, phases=(replace(phase, risk=law),))
        agreement(wrong, executor=again, cache=tmp_path)
        assert again.done == len([*selected(wrong, 0, "quick", 0)]) >= 4


def test_the_key_tells_systems_apart_whose_names_are_the_same() -> None:
    diagram = phase_diagram(HERMITE_2)
    other = replace(diagram, model=replace(HERMITE_2, amplitude=2 * HERMITE_2.amplitude))
    at = {"a": Fraction(3, 2), "gamma": Fraction(5, 4)}
    keys = {json.dumps(key_of(one, one.phases[0], {}, at)) for one in (diagram, other)}
    assert len(keys) == 2


def test_outcomes_are_read_as_they_were_written() -> None:
    point = {"a": Fraction(1, 3), "ell": None, "gamma": Fraction(5, 4), "b": None, "dim": 10**150}
    numbers = {"predicted": -float("inf"), "measured": 0.1 + 0.2, "uncertainty": 5e-324, "tolerance": 1e-3}
    whose = {"network": "n", "phase": "II", "quantity": "risk", "kind": "exponent", "verdict": "agrees"}
    check = Check(**whose, **point, **numbers, others=(("rho", Fraction(2, 7)),))  # type: ignore[arg-type]
    assert read_from(json.loads(json.dumps(written([check])))) == (check,)


def test_what_is_no_record_is_refused() -> None:
    for record in ({}, {"outcomes": [{}]}, {"outcomes": [{"type": "check", "surplus": 1}]}):
        with pytest.raises((KeyError, TypeError)):
            read_from(record)


def test_threads_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The precision with which laws have values is one for all threads of a process."""
    inside, together = list[int](), list[int]()
    compared = comparison._outcomes

    def watched(*arguments: Any) -> Any:
        inside.append(1)
        together.append(len(inside))
        time.sleep(0.05)
        result = compared(*arguments)
        inside.pop()
        return result

    monkeypatch.setattr(comparison, "_outcomes", watched)
    with ThreadPoolExecutor(4) as executor:
        report = agreement(TWO, executor=executor)
    assert set(together) == {1}
    monkeypatch.undo()
    assert report == agreement(TWO)
