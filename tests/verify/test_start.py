"""The console command and `python -m verify` are one."""

import subprocess
import sys
from importlib.metadata import version

import pytest
from shell import status_of


def test_python_m_verify_is_the_sub_command() -> None:
    command = [sys.executable, "-m", "verify", "--help"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "--effort" in result.stdout


def test_python_m_verify_has_the_version_of_the_package() -> None:
    command = [sys.executable, "-m", "verify", "--version"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == f"shallowlaws {version('shallowlaws')}\n"


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["--version"]) == 0
    assert capsys.readouterr().out == f"shallowlaws {version('shallowlaws')}\n"


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of([]) == 2
    out, err = capsys.readouterr()
    assert status_of(["--help"]) == 0
    assert (out, err) == ("", capsys.readouterr().out)
