"""A signal ends the command with one line, whenever it comes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from shell import child_process

UNDER_SIGINT = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets its background jobs ignore it
"""


@pytest.mark.parametrize(
    "module",
    [pytest.param(m, marks=pytest.mark.slow) for m in ("asymptotics", "numerics")]
    + ["click", "sympy", "matplotlib"],
)
@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_a_signal_amid_loading_ends_in_one_line_though_what_is_loaded_catches_everything(
    module: str, sent: signal.Signals, status: int, tmp_path: Path
) -> None:
    code = f"""
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
class Signalled:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            try:
                os.kill(os.getpid(), {int(sent)})
                time.sleep(1)
            except BaseException:
                pass
sys.meta_path.insert(0, Signalled())
from verify.start import main
main(["figures", "--out", "report"])
"""
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=paths, cwd=tmp_path, text=True, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, "", "interrupted: nothing was kept\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("sent", "status"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=pytest.mark.slow)]
)
def test_signals_end_in_one_line(sent: signal.Signals, status: int, tmp_path: Path) -> None:
    out = tmp_path / "report"
    with child_process(tmp_path, UNDER_SIGINT, ["verify", "--effort", "full", "--out", str(out)]) as child:
        while not out.exists() and child.poll() is None:
            time.sleep(0.05)
        time.sleep(0.5)  # amid imports and derivations, or later
        child.send_signal(sent)
        _, err = child.communicate(timeout=300)
    assert child.returncode == status
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("interrupted: ")


def test_an_interrupt_that_python_discards_comes_again() -> None:
    """In a callback of the garbage collector, in which Hypothesis reads the clock."""
    code = f"""{UNDER_SIGINT}
import gc, time
from verify.signals import interrupts_repeated

def interrupted(phase, info):
    gc.callbacks.remove(interrupted)
    raise KeyboardInterrupt

gc.callbacks.append(interrupted)
try:
    with interrupts_repeated():
        gc.collect()
        for _ in range(100):
            time.sleep(0.05)
except KeyboardInterrupt:
    print("heard")
"""
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=paths, text=True, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "heard\n")
