"""The console command, run in this process or in one of its own."""

import os
import subprocess
import sys
from pathlib import Path
from pkgutil import resolve_name

import pytest

from verify.command_line import main

GOOD = {"network": "diagonal", "gamma": "5/4", "samples": "1000", "dim": "100", "weight-decay": "0.1"}


def arguments_of(command: str, **changes: str) -> list[str]:
    options = {**GOOD, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return [command, *(word for key, value in options.items() for word in (f"--{key}", value))]


def status_of(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def interrupted_after(count: int, monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException) -> None:
    """Let a function be called some times, and be interrupted then."""
    real, calls = resolve_name(name), iter(range(count))

    def interrupted(*arguments: object, **keywords: object) -> object:
        if next(calls, None) is None:
            raise error
        return real(*arguments, **keywords)

    monkeypatch.setattr(name, interrupted)


def child_process(folder: Path, before: str, arguments: list[str], **streams: int) -> "subprocess.Popen[str]":
    """The command line in a process of its own, run by ``python -m``."""
    code = f"{before}\nfrom verify.start import main\nmain({arguments!r})"
    (folder / "child.py").write_text(code)
    paths = os.pathsep.join([str(folder), str(Path(__file__).parents[2])])
    return subprocess.Popen(
        [sys.executable, "-m", "child"],
        text=True,
        stderr=subprocess.PIPE,
        stdout=streams.get("stdout", subprocess.PIPE),
        env={**os.environ, "PYTHONPATH": paths},
    )
