"""Exit statuses are told, and are those of what happened."""

import os
import re
from pathlib import Path

import pytest
from shell import arguments_of, child_process, status_of

from verify.command_line.status import Status


def test_statuses_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["verify", "--help"]):
        assert status_of(arguments) == 0
        told = capsys.readouterr().out
        for status in Status:
            assert re.search(rf"^ +{status.value} +\w", told, re.MULTILINE), status


def test_a_curve_that_fails_midway_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    at_threshold = arguments_of("curve", weight_decay="0", noise_variance="1")
    assert status_of([*at_threshold, "--samples", "100"]) == 3  # where the risk has no limit
    (line,) = capsys.readouterr().err.splitlines()
    assert "no positive limit" in line


def _interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_an_interrupt_elsewhere_keeps_nothing_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("numerics.solve", _interrupt)
    assert status_of(arguments_of("solve")) == 130
    assert capsys.readouterr().err == "interrupted: nothing was kept\n"


AMID_EXEC = """
import numerics
def interrupted(*_, **__):
    exec("raise KeyboardInterrupt")
numerics.solve = interrupted
"""


def test_an_interrupt_amid_code_that_python_compiles_has_its_status(tmp_path: Path) -> None:
    with child_process(tmp_path, AMID_EXEC, arguments_of("solve")) as child:
        _, err = child.communicate(timeout=300)
    assert (child.returncode, err) == (130, "interrupted: nothing was kept\n")


def test_a_closed_pipe_is_no_disagreement_and_no_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with child_process(tmp_path, "", ["derive", "--network", "diagonal"], stdout=writing) as child:
        os.close(writing)
        _, err = child.communicate(timeout=300)
    assert (child.returncode, err) == (141, "")
