"""The command as a whole: its help, its version, its completion in a shell."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from shell import status_of

from verify.command_line.commands import COMPLETING, shallowlaws


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["--version"]) == 0
    assert capsys.readouterr().out == f"shallowlaws {version('shallowlaws')}\n"


@pytest.mark.parametrize("name", shallowlaws.commands)
def test_help_fits_eighty_columns_and_explains_every_option(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert status_of([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    options = [x for x in shallowlaws.commands[name].params if isinstance(x, click.Option)]
    assert all(option.help for option in options)
    for option in options:  # what may be left out says what stands for it
        if isinstance(option.default, str | tuple) and option.default:
            assert option.show_default or "[default: " in str(option.help), option.name


def test_every_command_has_json() -> None:
    without = {
        name
        for name, command in shallowlaws.commands.items()
        if not any("--json" in option.opts for option in command.params)
    }
    assert without == {"completion"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert status_of(["completion", shell]) == 0
    assert COMPLETING in capsys.readouterr().out
    assert status_of(["completion", "sh"]) == 2


@pytest.mark.parametrize(
    ("words", "last", "expected"),
    [
        ("shallowlaws so", 1, {"plain,solve"}),
        ("shallowlaws solve --network d", 3, {"plain,diagonal"}),
        ("shallowlaws solve --noise", 2, {"plain,--noise-variance"}),
        ("shallowlaws infer x", 2, {"file,x"}),
        ("shallowlaws curve --cache x", 3, {"dir,x"}),
    ],
)
def test_completion(
    words: str,
    last: int,
    expected: set[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(COMPLETING, "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(last))
    assert status_of([]) == 0
    assert set(capsys.readouterr().out.split()) == expected


def test_completion_loads_neither_room() -> None:
    code = "import sys, verify.command_line; print({'sympy', 'numpy', 'matplotlib'} & set(sys.modules))"
    command, root = [sys.executable, "-c", code], Path(__file__).parents[3]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert result.stdout == "set()\n"


def test_every_command_is_in_the_readme() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"[`$ ](?:shallowlaws )?([a-z-]+)[` ]", readme))
    assert set(shallowlaws.commands) <= named
